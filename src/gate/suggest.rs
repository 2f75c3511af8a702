//! The edit of a finding as whole lines, where a review can propose it (spec/github-ux.md 7.3).

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use portcullis_model::{Judged, Suggestion, Tree};
use portcullis_syntax::yaml::{self, Change, File};

use super::fix;

/// Proposals of one file: each is proven by reading the file again.
const MOST_IN_FILE: usize = 30;
/// Bytes of a file for which that is done.
const LARGEST: usize = 128 << 10;

/// Fills `suggestion` of every open finding whose edits are one group of lines and hold nothing that would be shown otherwise
/// than it is.
pub(super) fn fill(findings: &mut [Judged], subject: &dyn Tree) {
    let mut by_path: BTreeMap<String, Vec<&mut Judged>> = BTreeMap::new();
    for judged in findings {
        if judged.is_open() && !judged.finding.edits.is_empty() {
            by_path.entry(judged.finding.path().to_owned()).or_default().push(judged);
        }
    }
    for (path, mut here) in by_path {
        let Ok(bytes) = subject.read(&path) else { continue };
        if bytes.len() > LARGEST {
            continue;
        }
        let (dialect, limits) = portcullis_checks::grammar(&path);
        let file = yaml::parse(&bytes, dialect, &limits);
        here.sort_by_key(|judged| judged.finding.primary().and_then(|place| place.start_byte));
        for judged in here.into_iter().take(MOST_IN_FILE) {
            judged.suggestion = fix::changes(&judged.finding).and_then(|changes| suggestion(&path, &file, changes));
        }
    }
}

/// The lines that the changes touch with what will stand there; `None` where lines between them stay as they are.
fn suggestion(path: &str, file: &File, mut changes: Vec<Change>) -> Option<Suggestion> {
    file.apply_groups(&[&changes]).ok()?;
    changes.sort_by_key(|change| (change.range.start, change.range.end));
    let mut touched: Option<RangeInclusive<u32>> = None;
    for change in &changes {
        let lines = lines(file, change);
        touched = Some(match touched {
            None => lines,
            Some(before) if *lines.start() <= before.end().saturating_add(1) => {
                *before.start()..=*before.end().max(lines.end())
            }
            Some(_) => return None,
        });
    }
    let (first, last) = touched?.into_inner();
    let range = file.line_range(first).start..file.line_range(last).end;
    let mut new = String::new();
    let mut at = range.start;
    for change in &changes {
        new.push_str(file.text().get(at..change.range.start)?);
        new.push_str(&change.text);
        at = change.range.end;
    }
    // Where whole lines go their last break goes with them.
    new.push_str(file.text().get(at..range.end.max(at))?);
    let mut replacement = new.strip_suffix('\n').unwrap_or(&new).to_owned();
    if !replacement.is_empty() {
        replacement.push('\n');
    }
    portcullis_render::is_plain(&replacement).then(|| Suggestion {
        path: path.to_owned(),
        start_line: first,
        end_line: last,
        replacement,
        replaced: (first..=last).map(|line| file.line_text(line).to_owned()).collect(),
    })
}

/// The lines a change touches. What is put before the first character of a line belongs to the line above: it may be the
/// end of the file.
fn lines(file: &File, change: &Change) -> RangeInclusive<u32> {
    let (start, end) = (file.position(change.range.start), file.position(change.range.end));
    let is_insertion = change.range.is_empty() && start.col == 1 && start.line > 1;
    let first = if is_insertion { start.line - 1 } else { start.line };
    let last = if end.col == 1 && end.line > first { end.line - 1 } else { end.line };
    first..=last
}

#[cfg(test)]
mod tests {
    use portcullis_syntax::yaml::{Dialect, Limits, parse};

    use super::*;

    const TEXT: &str = "a: 1\nb: 2\nc: 3\nd: 4\n";

    fn proposed(changes: &[(std::ops::Range<usize>, &str)]) -> Option<(u32, u32, String)> {
        let file = parse(TEXT.as_bytes(), Dialect::Core, &Limits::OTHER);
        let changes =
            changes.iter().map(|(range, text)| Change { range: range.clone(), text: (*text).to_owned() }).collect();
        suggestion("a.yml", &file, changes).map(|found| (found.start_line, found.end_line, found.replacement))
    }

    #[test]
    fn changes_of_neighbouring_lines_are_one_proposal() {
        assert_eq!(proposed(&[(3..4, "x"), (8..9, "y")]), Some((1, 2, "a: x\nb: y\n".to_owned())));
    }

    #[test]
    fn a_line_between_that_stays_is_no_part_of_a_proposal() {
        assert_eq!(proposed(&[(3..4, "x"), (13..14, "y")]), None);
    }

    #[test]
    fn a_line_that_is_added_belongs_to_the_one_above() {
        assert_eq!(proposed(&[(4..4, "\nx: y")]), Some((1, 1, "a: 1\nx: y\n".to_owned())));
        assert_eq!(proposed(&[(20..20, "x: y\n")]), Some((4, 4, "d: 4\nx: y\n".to_owned())));
    }

    #[test]
    fn a_line_that_goes_leaves_nothing() {
        assert_eq!(proposed(&[(5..10, "")]), Some((2, 2, String::new())));
    }

    #[test]
    fn what_would_not_be_shown_as_it_is_is_not_proposed() {
        assert_eq!(proposed(&[(3..4, "'x\u{202e}'")]), None);
    }
}
