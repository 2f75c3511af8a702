//! What `git diff -U0` prints: which lines of the newer version are new. A line of a file always stands behind a sign, so
//! that no file can write a header.

use std::collections::BTreeMap;
use std::ops::Range;

/// The ids of both versions of a file.
pub(crate) type Versions = (Vec<u8>, Vec<u8>);

/// Options of every patch that is read here: no program of the repository runs, no attribute and no setting of the user
/// hides a line or draws one differently.
pub(crate) const PATCH: &[&str] = &[
    "-p",
    "-U0",
    "--inter-hunk-context=0",
    "--full-index",
    // `-diff` in .gitattributes and NUL bytes hide what was added otherwise.
    "--text",
    "--no-ext-diff",
    "--no-textconv",
    "--no-color",
    "--submodule=short",
    "--src-prefix=a/",
    "--dst-prefix=b/",
];

/// The lines each pair of versions added, 1-based and ascending.
pub(crate) fn added_lines(patch: &[u8]) -> BTreeMap<Versions, Vec<Range<u32>>> {
    let mut added: BTreeMap<Versions, Vec<Range<u32>>> = BTreeMap::new();
    let mut current: Option<Versions> = None;
    for line in patch.split(|byte| *byte == b'\n') {
        if line.starts_with(b"diff ") {
            current = None;
        } else if let Some(versions) = line.strip_prefix(b"index ") {
            current = self::versions(versions);
            if let Some(versions) = &current {
                added.insert(versions.clone(), Vec::new());
            }
        } else if let (Some(hunk), Some(versions)) = (Hunk::parse(line), &current)
            && hunk.lines > 0
            && let Some(ranges) = added.get_mut(versions)
        {
            ranges.push(hunk.first..hunk.first.saturating_add(hunk.lines));
        }
    }
    added
}

/// `OLD..NEW`, with the mode behind it where that is the same.
fn versions(text: &[u8]) -> Option<Versions> {
    let ids = text.split(|byte| *byte == b' ').next()?;
    let dots = ids.windows(2).position(|two| two == b"..")?;
    Some((ids.get(..dots)?.to_vec(), ids.get(dots + 2..)?.to_vec()))
}

/// The header of a hunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hunk {
    /// Versions it is compared with: of a merge all parents.
    pub(crate) parents: usize,
    /// First line in the newer version.
    pub(crate) first: u32,
    /// Lines of the newer version.
    pub(crate) lines: u32,
}

impl Hunk {
    /// `@@ -1,2 +3,4 @@ …`; of a merge `@@@ -1 -1 +1,2 @@@`. A length of 1 is left out.
    pub(crate) fn parse(line: &[u8]) -> Option<Self> {
        let signs = line.iter().take_while(|byte| **byte == b'@').count();
        if signs < 2 {
            return None;
        }
        let parents = signs - 1;
        let newer = line.split(|byte| *byte == b' ').nth(parents + 1)?;
        let newer = std::str::from_utf8(newer.strip_prefix(b"+")?).ok()?;
        let (first, lines) = match newer.split_once(',') {
            Some((first, lines)) => (first.parse().ok()?, lines.parse().ok()?),
            None => (newer.parse().ok()?, 1),
        };
        Some(Self { parents, first, lines })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_of_a_hunk_is_read_with_and_without_lengths() {
        let hunk = |line: &str| Hunk::parse(line.as_bytes()).map(|hunk| (hunk.parents, hunk.first, hunk.lines));
        assert_eq!(hunk("@@ -1,2 +3,4 @@ fn main() {"), Some((1, 3, 4)));
        assert_eq!(hunk("@@ -1 +1 @@"), Some((1, 1, 1)));
        assert_eq!(hunk("@@ -7,2 +6,0 @@"), Some((1, 6, 0)));
        assert_eq!(hunk("@@@ -1,0 -1,2 +1,3 @@@"), Some((2, 1, 3)));
        assert_eq!(hunk("+@@ -1 +1 @@"), None);
        assert_eq!(hunk("@ home"), None);
    }

    #[test]
    #[allow(clippy::single_range_in_vec_init, reason = "one range of lines is meant, not its numbers")]
    fn a_line_of_a_file_that_looks_like_a_header_changes_nothing() {
        let patch =
            b"diff --git a/a b/a\nindex 12..34 100644\n--- a/a\n+++ b/a\n@@ -1 +2 @@\n-index 56..78\n+@@ -1 +9,9 @@\n";
        let versions = (b"12".to_vec(), b"34".to_vec());
        assert_eq!(added_lines(patch), BTreeMap::from([(versions, Vec::from_iter([2..3]))]));
    }
}
