//! Comments that say that a line holds no secret: `gitleaks:allow`, and our own `portcullis: ignore[id] reason`.
//!
//! Secrets stand in files of every kind, so no comment syntax is asked for: the words count wherever they stand on a line
//! (spec/secrets-gitleaks.md 5.1 d). Nothing is taken out here; the finding carries its suppression and the policy decides.

use std::ops::Range;

use memchr::memmem;
use portcullis_model::suppression::{Parsed, parse};
use portcullis_model::{Suppression, SuppressionComment};

use crate::lines::{LineIndex, Lines};

const FOREIGN: &str = "gitleaks:allow";
const OWN: &str = "portcullis:";
/// A comment for the whole file stands in its first lines.
const HEAD_LINES: usize = 10;
/// Comments of one file that are kept; further ones have no effect.
const MOST: usize = 10_000;

/// The comments of one file, in order.
#[derive(Debug, Default)]
pub(crate) struct Comments {
    list: Vec<Comment>,
    /// Offsets of comments meant for us that cannot be read.
    unreadable: Vec<usize>,
}

#[derive(Debug)]
struct Comment {
    /// Where its words begin.
    at: usize,
    line: usize,
    column: usize,
    /// `None`: the form of gitleaks, for every rule.
    own: Option<Parsed>,
    /// Nothing but comment signs stands before it, so it speaks for the line below too.
    is_alone: bool,
    matched: u32,
}

impl Comments {
    pub(crate) fn read(text: &str, foreign: bool) -> Self {
        let mut comments = Self::default();
        let mut found: Vec<(usize, bool)> = Vec::new();
        if foreign {
            found.extend(memmem::find_iter(text.as_bytes(), FOREIGN).take(MOST).map(|at| (at, false)));
        }
        found.extend(memmem::find_iter(text.as_bytes(), OWN).take(MOST).map(|at| (at, true)));
        if found.is_empty() {
            return comments;
        }
        found.sort_unstable();
        let index = LineIndex::new(text);
        let lines = index.of(text);
        for (at, is_own) in found {
            comments.add(text, lines, at, is_own);
        }
        comments
    }

    fn add(&mut self, text: &str, lines: Lines<'_>, at: usize, is_own: bool) {
        let (line, column) = lines.place(at);
        let own = if is_own {
            let end = lines.next_newline_from(at).unwrap_or(text.len());
            // A comment is a line of prose; what is longer is none.
            let words: String = text.get(at..end).unwrap_or_default().chars().take(2_000).collect();
            match parse(&words) {
                Some(Ok(parsed)) => Some(parsed),
                Some(Err(_)) => return self.unreadable.push(at),
                None => return,
            }
        } else {
            None
        };
        let start = lines.last_newline_before(at).map_or(0, |newline| newline + 1);
        let before = if at - start > 200 { "…" } else { text.get(start..at).unwrap_or_default() };
        let is_alone = !before.contains(|char: char| char.is_alphanumeric() || char == '…');
        self.list.push(Comment { at, line, column, own, is_alone, matched: 0 });
    }

    /// The suppressions for a finding of `rules` that touches these bytes of the text; `line` is the first of its lines.
    pub(crate) fn for_finding(
        &mut self,
        path: &str,
        first_line: u32,
        rules: &[&str],
        touched: &Range<usize>,
        line: usize,
    ) -> Vec<Suppression> {
        let mut suppressions = Vec::new();
        for comment in &mut self.list {
            let is_here = touched.start <= comment.at && comment.at < touched.end;
            let holds = match &comment.own {
                None => is_here && comment.at + FOREIGN.len() <= touched.end,
                Some(own) => {
                    let is_above = comment.is_alone && comment.line + 1 == line;
                    let is_for_file = own.whole_file && comment.line < HEAD_LINES;
                    (is_for_file || (!own.whole_file && (is_here || is_above))) && names(own, rules)
                }
            };
            if holds {
                comment.matched += 1;
                suppressions.push(Suppression {
                    by: "inline".to_owned(),
                    kind: "comment".to_owned(),
                    reason: comment.own.as_ref().map(|own| own.reason.clone()).filter(|reason| !reason.is_empty()),
                    expires: comment.own.as_ref().and_then(|own| own.until),
                    source_file: Some(path.to_owned()),
                    line: Some(line_number(comment.line, first_line)),
                    accepted: true,
                    ..Suppression::default()
                });
            }
        }
        suppressions
    }

    /// Whether a comment meant for us that cannot be read stands on these bytes of the text.
    pub(crate) fn unreadable_in(&self, touched: &Range<usize>) -> Option<usize> {
        self.unreadable.iter().copied().find(|at| touched.contains(at))
    }

    /// What is handed to the policy: comments that matched, and those that name one of our rules and matched nothing.
    /// Comments for the rules of other checks are theirs to report.
    pub(crate) fn report<'r>(
        self,
        path: &str,
        first_line: u32,
        ours: impl Iterator<Item = &'r str>,
    ) -> Vec<SuppressionComment> {
        let ours: Vec<&str> = ours.collect();
        self.list
            .into_iter()
            .filter(|comment| comment.own.as_ref().is_none_or(|own| names(own, &ours)))
            .map(|comment| {
                let form = if comment.own.is_some() { "portcullis" } else { "gitleaks" };
                let (rules, reason, until, whole_file) =
                    comment.own.map_or_else(Default::default, |own| (own.rules, own.reason, own.until, own.whole_file));
                SuppressionComment {
                    path: path.to_owned(),
                    line: line_number(comment.line, first_line),
                    col: line_number(comment.column, 1),
                    rules,
                    reason,
                    until,
                    whole_file,
                    form: form.to_owned(),
                    matched: comment.matched,
                    ..SuppressionComment::default()
                }
            })
            .collect()
    }
}

fn line_number(line: usize, first: u32) -> u32 {
    u32::try_from(line).unwrap_or(u32::MAX).saturating_add(first)
}

/// Whether a comment names one of the rules, by id or by a glob over ids.
fn names(own: &Parsed, rules: &[&str]) -> bool {
    own.rules.iter().any(|pattern| {
        if pattern.contains('*') {
            rules.iter().any(|rule| matches_glob(pattern, rule))
        } else {
            rules.contains(&pattern.as_str())
        }
    })
}

/// `*` stands for any characters; ids are short, and each star is tried once from the left.
fn matches_glob(pattern: &str, id: &str) -> bool {
    let mut pieces = pattern.split('*');
    let Some(mut rest) = pieces.next().and_then(|first| id.strip_prefix(first)) else { return false };
    let mut pieces = pieces.peekable();
    while let Some(piece) = pieces.next() {
        if pieces.peek().is_none() {
            return rest.ends_with(piece);
        }
        let Some(at) = rest.find(piece) else { return false };
        rest = rest.get(at + piece.len()..).unwrap_or_default();
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Comments {
        Comments::read(text, true)
    }

    #[test]
    fn the_word_of_gitleaks_needs_no_comment_sign_and_covers_its_line() {
        let mut comments = read("xgitleaks:allow= tok\nnext");
        assert_eq!(comments.for_finding("a", 1, &["tok"], &(0..20), 0).len(), 1);
        assert!(comments.for_finding("a", 1, &["tok"], &(20..25), 1).is_empty());
        assert!(Comments::read("gitleaks:allow", false).list.is_empty());
    }

    #[test]
    fn our_comment_covers_the_rules_it_names_on_its_line_and_below_where_it_stands_alone() {
        let text = "# portcullis: ignore[tok-*] a test vector\nk = 1\nk = 2 # portcullis: ignore[tok-a]\nk = 3\n";
        let mut comments = read(text);
        let below = comments.for_finding("a", 1, &["tok-a"], &(41..47), 1);
        assert_eq!(below[0].reason.as_deref(), Some("a test vector"));
        assert!(comments.for_finding("a", 1, &["other"], &(41..47), 1).is_empty());
        assert_eq!(comments.for_finding("a", 1, &["tok-a"], &(47..81), 2).len(), 1);
        assert!(comments.for_finding("a", 1, &["tok-a"], &(81..87), 3).is_empty(), "not alone on its line");
        let reported = comments.report("a", 1, ["tok-a"].into_iter());
        assert_eq!(
            reported.iter().map(|comment| (comment.line, comment.matched)).collect::<Vec<_>>(),
            [(1, 1), (3, 1)]
        );
    }

    #[test]
    fn comments_for_other_checks_are_theirs_to_report() {
        let comments = read("# portcullis: ignore[gha/unpinned-uses] vendored\n");
        assert!(comments.report("a", 1, ["tok"].into_iter()).is_empty());
    }

    #[test]
    fn a_comment_for_the_file_stands_in_its_first_lines() {
        let head = "# portcullis: ignore-file[tok] fixtures\n";
        let mut early = read(head);
        assert_eq!(early.for_finding("a", 1, &["tok"], &(900..910), 70).len(), 1);
        let mut late = read(&format!("{}{head}", "\n".repeat(10)));
        assert!(late.for_finding("a", 1, &["tok"], &(900..910), 70).is_empty());
    }

    #[test]
    fn a_comment_that_cannot_be_read_is_known_by_its_place() {
        assert_eq!(read("k # portcullis: ignore tok\n").unreadable_in(&(0..26)), Some(4));
    }

    #[test]
    fn stars_stand_for_any_characters() {
        assert!(
            matches_glob("aws-*", "aws-access-token") && matches_glob("*", "x") && matches_glob("a*s*n", "aws-token")
        );
        assert!(!matches_glob("aws-*", "gcp-api-key") && !matches_glob("*x", "xy"));
    }
}
