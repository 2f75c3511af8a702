//! Which lines a later commit adds or edits.

use crate::git::Git;
use crate::{SourceError, name};

/// The lines of a file that only the later of two commits has.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct AddedRanges {
    /// Path in the later commit.
    pub path: String,
    /// First and last line of each run of lines, 1-based, sorted.
    pub ranges: Vec<(u32, u32)>,
}

/// The lines `head` adds or edits below `prefix`, sorted by path; files without any are left out. Two commits are compared,
/// never the work tree: git would run the filters of its configuration on that.
pub(crate) fn added_lines(git: &Git, base: &str, head: &str, prefix: &[u8]) -> Result<Vec<AddedRanges>, SourceError> {
    let arguments = [
        "diff-tree",
        "-r",
        "-p",
        "-M",
        "--unified=0",
        "--inter-hunk-context=0",
        // `-diff` in .gitattributes, which the change itself may write, and NUL bytes would hide what was added.
        "--text",
        "--no-ext-diff",
        "--no-textconv",
        "--no-indent-heuristic",
        "--src-prefix=a/",
        "--dst-prefix=b/",
        "--ignore-submodules=all",
        base,
        head,
        "--",
    ];
    let answer = git.run(&arguments, &[])?;
    let mut added = of_patch(&answer.stdout, prefix);
    added.sort_unstable();
    Ok(added)
}

/// Reads a patch without context. The lines of a hunk are counted and passed over: what stands in them may look like a head.
fn of_patch(patch: &[u8], prefix: &[u8]) -> Vec<AddedRanges> {
    let mut files: Vec<AddedRanges> = Vec::new();
    let mut current: Option<AddedRanges> = None;
    let mut lines = patch.split(|byte| *byte == b'\n');
    while let Some(line) = lines.next() {
        if let Some(file) = line.strip_prefix(b"+++ ") {
            files.extend(current.take().filter(|file| !file.ranges.is_empty()));
            let inside = unquoted(file).and_then(|path| Some(path.strip_prefix(b"b/")?.strip_prefix(prefix)?.to_vec()));
            current = inside.map(|path| AddedRanges { path: name::to_text(&path), ranges: Vec::new() });
        } else if let Some(hunk) = line.strip_prefix(b"@@ ").and_then(hunk) {
            if let Some(file) = current.as_mut().filter(|_| hunk.added > 0) {
                file.ranges.push((hunk.first, hunk.first.saturating_add(hunk.added - 1)));
            }
            let inside = u64::from(hunk.removed) + u64::from(hunk.added);
            let mut passed = 0;
            while passed < inside {
                match lines.next() {
                    Some(line) => passed += u64::from(!line.starts_with(b"\\")),
                    None => break,
                }
            }
        }
    }
    files.extend(current.filter(|file| !file.ranges.is_empty()));
    files
}

struct Hunk {
    removed: u32,
    first: u32,
    added: u32,
}

/// `-12,3 +14,2 @@ …`; a count of one is left out.
fn hunk(text: &[u8]) -> Option<Hunk> {
    let text = std::str::from_utf8(text.split(|byte| *byte == b'@').next()?).ok()?;
    let mut sides = text.split_whitespace();
    let side = |text: &str, sign: char| -> Option<(u32, u32)> {
        let text = text.strip_prefix(sign)?;
        let (first, count) = text.split_once(',').unwrap_or((text, "1"));
        Some((first.parse().ok()?, count.parse().ok()?))
    };
    let (_, removed) = side(sides.next()?, '-')?;
    let (first, added) = side(sides.next()?, '+')?;
    Some(Hunk { removed, first, added })
}

/// A path as git prints it: in quotes, with escapes as in C, where it holds what would break the line. A path that holds a
/// space is followed by a tab.
fn unquoted(path: &[u8]) -> Option<Vec<u8>> {
    let path = path.strip_suffix(b"\t").unwrap_or(path);
    let Some(inner) = path.strip_prefix(b"\"") else { return Some(path.to_vec()) };
    let mut bytes = inner.strip_suffix(b"\"")?.iter().copied();
    let mut plain = Vec::new();
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            plain.push(byte);
            continue;
        }
        plain.push(match bytes.next()? {
            b'a' => 7,
            b'b' => 8,
            b't' => b'\t',
            b'n' => b'\n',
            b'v' => 11,
            b'f' => 12,
            b'r' => b'\r',
            digit @ b'0'..=b'3' => {
                let mut value = digit - b'0';
                for _ in 0..2 {
                    let next = bytes.next().filter(|next| matches!(next, b'0'..=b'7'))?;
                    value = value.wrapping_mul(8).wrapping_add(next - b'0');
                }
                value
            }
            other => other,
        });
    }
    Some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Place;

    fn added(place: &Place, base: &str) -> Vec<(String, Vec<(u32, u32)>)> {
        let added = place.open().added_lines(base, "HEAD").unwrap();
        added.into_iter().map(|file| (file.path, file.ranges)).collect()
    }

    #[test]
    fn lines_are_those_of_the_later_commit() {
        let place = Place::repository();
        place.write("a.txt", "1\n2\n3\n4\n5\n").write("gone.txt", "x\n").write("same.txt", "x\n");
        let base = place.commit();
        place.write("a.txt", "1\nnew\n2\nthree\n4\n5\nlast").write("dir/b c.txt", "p\nq\n");
        place.remove("gone.txt");
        place.commit();
        assert_eq!(
            added(&place, &base),
            [("a.txt".to_owned(), vec![(2, 2), (4, 4), (7, 7)]), ("dir/b c.txt".to_owned(), vec![(1, 2)])]
        );
    }

    #[test]
    fn lines_that_look_like_heads_are_lines() {
        let place = Place::repository();
        place.write("a.txt", "-- a/x\n");
        let base = place.commit();
        place.write("a.txt", "++ b/evil.txt\n@ -1 +1,99 @@\n++ b/more.txt\n");
        place.commit();
        assert_eq!(added(&place, &base), [("a.txt".to_owned(), vec![(1, 3)])]);
    }

    #[test]
    fn a_moved_file_has_only_the_lines_that_were_edited() {
        let place = Place::repository();
        let text = (0..40).map(|line| format!("line {line}")).collect::<Vec<_>>().join("\n") + "\n";
        place.write("old.txt", &text);
        let base = place.commit();
        place.remove("old.txt");
        place.write("new.txt", &text.replace("line 7\n", "line seven\n"));
        place.commit();
        assert_eq!(added(&place, &base), [("new.txt".to_owned(), vec![(8, 8)])]);
    }

    #[test]
    fn attributes_of_the_change_hide_no_line() {
        let place = Place::repository();
        place.write("a.yml", "1\n");
        let base = place.commit();
        place.write("a.yml", "1\n2\n").write(".gitattributes", "*.yml -diff\n");
        place.commit();
        assert_eq!(
            added(&place, &base),
            [(".gitattributes".to_owned(), vec![(1, 1)]), ("a.yml".to_owned(), vec![(2, 2)])]
        );
    }

    #[test]
    fn a_quoted_path_is_read_as_it_is() {
        assert_eq!(unquoted(b"b/a b.txt\t").unwrap(), b"b/a b.txt");
        assert_eq!(unquoted(b"\"b/a\\tb\\\"c\\303\\244\"").unwrap(), "b/a\tb\"c\u{e4}".as_bytes());
        assert_eq!(unquoted(b"\"b/cut\\"), None);
    }
}
