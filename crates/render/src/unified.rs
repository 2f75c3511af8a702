//! What an edit changes, as a unified diff that `patch` and `git apply` take.

use std::fmt::Write as _;

/// Lines of context around a change.
const CONTEXT: usize = 3;
/// Above so many pairs of lines the shortest edit is not searched: the lines between first and last change are replaced.
const MOST_PAIRS: usize = 4_000_000;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Both,
    Old,
    New,
}

/// The difference between two texts of a file; `None` where it does not exist. Empty where nothing changes.
pub fn unified(path: &str, old: Option<&str>, new: Option<&str>) -> String {
    let (before, after) = (lines(old.unwrap_or_default()), lines(new.unwrap_or_default()));
    let script = script(&before, &after);
    let changed: Vec<usize> =
        script.iter().enumerate().filter(|(_, (side, _))| *side != Side::Both).map(|(index, _)| index).collect();
    if changed.is_empty() {
        return String::new();
    }
    let name = |side: &str, text: Option<&str>| text.map_or("/dev/null".to_owned(), |_| format!("{side}/{path}"));
    let mut text = format!("--- {}\n+++ {}\n", name("a", old), name("b", new));
    for hunk in hunks(&changed, script.len()) {
        write_hunk(&mut text, &script, hunk);
    }
    text
}

/// Lines with their breaks.
fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// Every line of both texts once, in order.
fn script<'a>(before: &[&'a str], after: &[&'a str]) -> Vec<(Side, &'a str)> {
    let same = |(one, two): &(&&str, &&str)| one == two;
    let prefix = before.iter().zip(after).take_while(same).count();
    let (old, new) = (before.get(prefix..).unwrap_or_default(), after.get(prefix..).unwrap_or_default());
    let suffix = old.iter().rev().zip(new.iter().rev()).take_while(same).count();
    let (head, tail) = (before.get(..prefix), before.get(before.len() - suffix..));
    let old = old.get(..old.len() - suffix).unwrap_or_default();
    let new = new.get(..new.len() - suffix).unwrap_or_default();
    let mut script: Vec<(Side, &str)> = head.unwrap_or_default().iter().map(|line| (Side::Both, *line)).collect();
    middle(old, new, &mut script);
    script.extend(tail.unwrap_or_default().iter().map(|line| (Side::Both, *line)));
    script
}

/// The longest common subsequence, where it is affordable.
fn middle<'a>(old: &[&'a str], new: &[&'a str], script: &mut Vec<(Side, &'a str)>) {
    let width = new.len() + 1;
    let pairs = (old.len() + 1).saturating_mul(width);
    let mut common: Vec<u32> = if pairs > MOST_PAIRS { Vec::new() } else { vec![0; pairs] };
    let length = |common: &[u32], row: usize, column: usize| common.get(row * width + column).copied().unwrap_or(0);
    if !common.is_empty() {
        for (row, one) in old.iter().enumerate().rev() {
            for (column, two) in new.iter().enumerate().rev() {
                let longest = if one == two {
                    length(&common, row + 1, column + 1) + 1
                } else {
                    length(&common, row + 1, column).max(length(&common, row, column + 1))
                };
                if let Some(cell) = common.get_mut(row * width + column) {
                    *cell = longest;
                }
            }
        }
    }
    let (mut row, mut column) = (0, 0);
    loop {
        match (old.get(row), new.get(column)) {
            (Some(one), Some(two)) if one == two && !common.is_empty() => {
                script.push((Side::Both, one));
                (row, column) = (row + 1, column + 1);
            }
            (Some(one), two)
                if two.is_none() || length(&common, row + 1, column) >= length(&common, row, column + 1) =>
            {
                script.push((Side::Old, one));
                row += 1;
            }
            (_, Some(two)) => {
                script.push((Side::New, two));
                column += 1;
            }
            (_, None) => return,
        }
    }
}

/// Ranges of the script around changes that are close to each other.
fn hunks(changed: &[usize], length: usize) -> Vec<std::ops::Range<usize>> {
    let mut hunks: Vec<std::ops::Range<usize>> = Vec::new();
    for index in changed {
        let range = index.saturating_sub(CONTEXT)..(index + CONTEXT + 1).min(length);
        match hunks.last_mut() {
            Some(last) if last.end >= range.start => last.end = range.end,
            _ => hunks.push(range),
        }
    }
    hunks
}

fn write_hunk(text: &mut String, script: &[(Side, &str)], hunk: std::ops::Range<usize>) {
    let count = |range: std::ops::Range<usize>, other: Side| {
        script.get(range).unwrap_or_default().iter().filter(|(side, _)| *side != other).count()
    };
    let place = |other: Side| {
        let (before, inside) = (count(0..hunk.start, other), count(hunk.clone(), other));
        // An empty range stands behind the line it names.
        format!("{},{inside}", if inside == 0 { before } else { before + 1 })
    };
    let _ = writeln!(text, "@@ -{} +{} @@", place(Side::New), place(Side::Old));
    for (side, line) in script.get(hunk.clone()).unwrap_or_default() {
        text.push(match side {
            Side::Both => ' ',
            Side::Old => '-',
            Side::New => '+',
        });
        text.push_str(line);
        if !line.ends_with('\n') {
            text.push_str("\n\\ No newline at end of file\n");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_added_line_stands_between_its_neighbours() {
        let diff = unified("x.yaml", Some("1\n2\n3\n4\n5\n6\n"), Some("1\n2\n3\n4\nnew\n5\n6\n"));
        assert_eq!(diff, "--- a/x.yaml\n+++ b/x.yaml\n@@ -2,5 +2,6 @@\n 2\n 3\n 4\n+new\n 5\n 6\n");
    }

    #[test]
    fn a_new_file_and_a_deleted_one_come_from_and_go_to_nowhere() {
        assert_eq!(unified("x", None, Some("1\n")), "--- /dev/null\n+++ b/x\n@@ -0,0 +1,1 @@\n+1\n");
        assert_eq!(
            unified("x", Some("1"), None),
            "--- a/x\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-1\n\\ No newline at end of file\n"
        );
        assert_eq!(unified("x", Some("1\n"), Some("1\n")), "");
    }

    #[test]
    fn changes_far_apart_have_hunks_of_their_own() {
        let old = (0..40).map(|line| format!("{line}")).collect::<Vec<_>>().join("\n") + "\n";
        let new = old.replace("3\n", "three\n").replacen("30\n", "", 1);
        let diff = unified("x", Some(&old), Some(&new));
        assert!(diff.matches("@@ -").count() >= 2, "{diff}");
    }
}
