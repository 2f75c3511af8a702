//! Which lines of a pull request can be commented on: those its diff shows, and what they hold.

use std::collections::BTreeMap;

use crate::api::ChangedFile;

/// The right side of a diff, by path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hunks(BTreeMap<String, Vec<Hunk>>);

/// Lines that stand together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Hunk {
    first: u32,
    lines: Vec<Line>,
}

/// A line of the right side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Line {
    text: String,
    is_added: bool,
}

impl Hunk {
    fn holds(&self, line: u32) -> bool {
        line >= self.first && u64::from(line) < u64::from(self.first) + self.lines.len() as u64
    }
}

impl Hunks {
    /// Of the files of a pull request as the API lists them. Files without a patch have no line to comment on.
    pub fn of(files: &[ChangedFile]) -> Self {
        let mut hunks = BTreeMap::new();
        for file in files {
            if let (Some(path), Some(patch)) = (&file.filename, &file.patch) {
                hunks.insert(path.clone(), parsed(patch));
            }
        }
        Self(hunks)
    }

    /// Whether both lines stand in one hunk.
    pub fn hold(&self, path: &str, first: u32, last: u32) -> bool {
        first <= last && self.hunk(path, first).is_some_and(|hunk| hunk.holds(last))
    }

    /// What a line holds at the head.
    pub fn text(&self, path: &str, line: u32) -> Option<&str> {
        let hunk = self.hunk(path, line)?;
        hunk.lines.get(usize::try_from(line - hunk.first).ok()?).map(|line| line.text.as_str())
    }

    /// First and last line of each run of lines a file gains, sorted; `None` for a file without a patch.
    pub fn added(&self, path: &str) -> Option<Vec<(u32, u32)>> {
        let mut ranges: Vec<(u32, u32)> = Vec::new();
        for hunk in self.0.get(path)? {
            let numbered = hunk.lines.iter().enumerate().filter(|(_, line)| line.is_added);
            for number in numbered.filter_map(|(offset, _)| hunk.first.checked_add(u32::try_from(offset).ok()?)) {
                match ranges.last_mut() {
                    Some((_, last)) if last.checked_add(1) == Some(number) => *last = number,
                    _ => ranges.push((number, number)),
                }
            }
        }
        Some(ranges)
    }

    /// The hunk a line stands in; a diff may have thousands, and thousands of findings ask.
    fn hunk(&self, path: &str, line: u32) -> Option<&Hunk> {
        let hunks = self.0.get(path)?;
        let after = hunks.partition_point(|hunk| hunk.first <= line);
        hunks.get(after.checked_sub(1)?).filter(|hunk| hunk.holds(line))
    }
}

/// The lines are counted, not believed: a header may lie, and what is refused is the whole review.
fn parsed(patch: &str) -> Vec<Hunk> {
    let mut hunks: Vec<Hunk> = Vec::new();
    let mut is_open = false;
    for line in patch.lines() {
        if let Some(header) = line.strip_prefix("@@ ") {
            let first = start(header);
            is_open = first.is_some();
            hunks.extend(first.map(|first| Hunk { first, lines: Vec::new() }));
            continue;
        }
        let added = line.strip_prefix('+');
        let text = added.or_else(|| line.strip_prefix(' '));
        if let (true, Some(text), Some(hunk)) = (is_open, text, hunks.last_mut()) {
            hunk.lines.push(Line { text: text.to_owned(), is_added: added.is_some() });
        }
    }
    // One that only takes lines away has none to comment on.
    hunks.retain(|hunk| !hunk.lines.is_empty());
    hunks.sort_by_key(|hunk| hunk.first);
    hunks
}

/// The first line on the right of `-1,4 +1,6 @@`.
fn start(header: &str) -> Option<u32> {
    let right = header.split(' ').find_map(|word| word.strip_prefix('+'))?;
    right.split(',').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATCH: &str =
        "@@ -1,3 +1,4 @@ fn main\n a\n-b\n+B\n+C\n d\n@@ -20,2 +21,1 @@\n x\n-y\n\\ No newline at end of file";

    fn hunks() -> Hunks {
        let file =
            ChangedFile { filename: Some("a.rs".to_owned()), patch: Some(PATCH.to_owned()), ..ChangedFile::default() };
        let binary = ChangedFile { filename: Some("b.png".to_owned()), ..ChangedFile::default() };
        Hunks::of(&[file, binary])
    }

    #[test]
    fn lines_of_the_right_side_can_be_commented_on() {
        let hunks = hunks();
        let held: Vec<u32> = (0..30).filter(|line| hunks.hold("a.rs", *line, *line)).collect();
        assert_eq!(held, [1, 2, 3, 4, 21]);
        assert!(hunks.hold("a.rs", 1, 4) && !hunks.hold("a.rs", 4, 21) && !hunks.hold("a.rs", 4, 1));
        assert!(!hunks.hold("b.png", 1, 1) && !hunks.hold("c.rs", 1, 1));
        assert_eq!(
            (hunks.text("a.rs", 3), hunks.text("a.rs", 21), hunks.text("a.rs", 5)),
            (Some("C"), Some("x"), None)
        );
    }

    #[test]
    fn the_lines_a_file_gains_are_told_in_runs() {
        assert_eq!(hunks().added("a.rs"), Some(vec![(2, 3)]));
        assert_eq!(hunks().added("b.png"), None);
    }

    #[test]
    fn a_hunk_that_only_takes_lines_away_hides_no_other() {
        let patch = "@@ -30,1 +28,2 @@\n x\n+y\n@@ -1,3 +1,3 @@\n a\n b\n c\n@@ -9,2 +3,0 @@\n-d\n-e\n";
        let file =
            ChangedFile { filename: Some("a".to_owned()), patch: Some(patch.to_owned()), ..ChangedFile::default() };
        let hunks = Hunks::of(&[file]);
        let held: Vec<u32> = (0..40).filter(|line| hunks.hold("a", *line, *line)).collect();
        assert_eq!(held, [1, 2, 3, 28, 29]);
        assert_eq!((hunks.text("a", 3), hunks.text("a", 29)), (Some("c"), Some("y")));
    }

    #[test]
    fn a_header_that_lies_opens_no_line() {
        for patch in ["@@ -1 +x @@\n+a", "@@ nothing\n+a", "+a", "@@ -1,1 +4294967295,9 @@\n+a\n+b", ""] {
            let file =
                ChangedFile { filename: Some("a".to_owned()), patch: Some(patch.to_owned()), ..ChangedFile::default() };
            let hunks = Hunks::of(&[file]);
            assert!(!hunks.hold("a", 1, 1), "{patch}");
        }
    }
}
