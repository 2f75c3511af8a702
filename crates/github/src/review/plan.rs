//! Which findings become comments on lines, and what becomes of the older ones. Pure.

use std::collections::BTreeSet;

use portcullis_model::{Judged, Level, Outcome, Suggestion};
use portcullis_render::Claimed;

use super::Hunks;
use crate::api::{ReviewBody, ReviewComment, ReviewEvent, ReviewLine, Side};
use crate::comment::Key;

/// Comments in one review.
const MOST: usize = 30;

/// `--review`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReviewMode {
    /// No comments on lines.
    #[default]
    Off,
    /// What blocks.
    Fail,
    /// Everything that is open and not switched off.
    All,
}

/// A comment on a line that is ours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Existing {
    id: u64,
    node_id: Option<String>,
    finding: String,
    /// Somebody answered to it.
    has_reply: bool,
}

impl Existing {
    /// Those with our marker that we wrote.
    pub fn of(comments: &[ReviewComment], key: &Key, login: &str) -> Vec<Self> {
        let answered: BTreeSet<u64> = comments.iter().filter_map(|comment| comment.in_reply_to_id).collect();
        let ours = |comment: &ReviewComment| {
            let is_own = comment.author().is_some_and(|author| author.eq_ignore_ascii_case(login));
            let last = comment.text().trim_end().lines().next_back()?.trim_end();
            let finding =
                last.strip_prefix(&format!("<!-- portcullis:review v1 key={key} id="))?.strip_suffix(" -->")?;
            is_own.then(|| Self {
                id: comment.id,
                node_id: comment.node_id.clone(),
                finding: finding.to_owned(),
                has_reply: answered.contains(&comment.id),
            })
        };
        comments.iter().filter_map(ours).collect()
    }
}

/// What has to be done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReviewPlan {
    /// The review; none where nothing is new.
    pub review: Option<ReviewBody>,
    /// Comments whose finding is gone and to which nobody replied: they are deleted.
    pub delete: Vec<u64>,
    /// Those with a reply: they are folded away.
    pub minimize: Vec<String>,
    /// Findings that got no comment because there are too many.
    pub left_out: u64,
}

/// Plans the review of a head commit.
pub fn plan(
    outcome: &Outcome,
    mode: ReviewMode,
    (key, head, claimed): (&Key, &str, Claimed),
    hunks: &Hunks,
    existing: &[Existing],
) -> ReviewPlan {
    let least = match mode {
        ReviewMode::Off => return ReviewPlan::default(),
        ReviewMode::Fail => Level::Fail,
        ReviewMode::All => Level::Log,
    };
    let is_meant = |judged: &&Judged| judged.is_open() && judged.level >= least && judged.in_diff == Some(true);
    let ranked = portcullis_render::ranked(outcome.findings.iter().filter(is_meant));
    let lines: Vec<(String, ReviewLine)> =
        ranked.into_iter().filter_map(|judged| line(judged, (key, claimed), hunks)).collect();
    let wanted: BTreeSet<&str> = lines.iter().map(|(id, _)| id.as_str()).collect();
    let wanted = &wanted;
    let known: BTreeSet<&str> = existing.iter().map(|comment| comment.finding.as_str()).collect();
    let gone = |has_reply: bool| {
        existing
            .iter()
            .filter(move |comment| comment.has_reply == has_reply && !wanted.contains(comment.finding.as_str()))
    };
    let delete = gone(false).map(|comment| comment.id).collect();
    let minimize = gone(true).filter_map(|comment| comment.node_id.clone()).collect();
    let mut said = BTreeSet::new();
    let mut comments: Vec<ReviewLine> = lines
        .iter()
        .filter(|(id, _)| !known.contains(id.as_str()) && said.insert(id.clone()))
        .map(|(_, line)| line.clone())
        .collect();
    let left_out = u64::try_from(comments.len().saturating_sub(MOST)).unwrap_or(u64::MAX);
    comments.truncate(MOST);
    let review = (!comments.is_empty()).then(|| ReviewBody {
        commit_id: head.to_owned(),
        body: body(comments.len(), left_out),
        event: ReviewEvent::Comment,
        comments,
    });
    ReviewPlan { review, delete, minimize, left_out }
}

fn body(shown: usize, left_out: u64) -> String {
    let findings = if shown == 1 { "1 finding on a line".to_owned() } else { format!("{shown} findings on lines") };
    let more = if left_out > 0 { format!("; {left_out} more are not shown here") } else { String::new() };
    format!("portcullis: {findings} of this change{more}.")
}

/// The diff shows the head: where a line is another one there, the edit belongs to another text, and one click would undo
/// what somebody has written.
fn replaces_what_is_there(suggestion: &Suggestion, hunks: &Hunks) -> bool {
    let Suggestion { path, start_line, end_line, replaced, .. } = suggestion;
    let lines = *start_line..=*end_line;
    hunks.hold(path, *start_line, *end_line)
        && lines.clone().count() == replaced.len()
        && lines.zip(replaced).all(|(line, text)| hunks.text(path, line) == Some(text))
}

/// The comment on a finding, where GitHub would take it: a line outside of the diff would cost the whole review.
fn line(judged: &Judged, (key, claimed): (&Key, Claimed), hunks: &Hunks) -> Option<(String, ReviewLine)> {
    let location = judged.finding.primary().filter(|location| !location.outside_repo)?;
    let path = location.path.as_str();
    let first = location.start_line?;
    let last = location.end_line.filter(|last| *last >= first).unwrap_or(first);
    let suggestion = judged.suggestion.as_ref().filter(|suggestion| {
        suggestion.path == path
            && (suggestion.start_line..=suggestion.end_line).contains(&first)
            && replaces_what_is_there(suggestion, hunks)
            && portcullis_render::is_plain(&suggestion.replacement)
    });
    let (first, last) = match suggestion {
        Some(suggestion) => (suggestion.start_line, suggestion.end_line),
        None if hunks.hold(path, first, last) => (first, last),
        None => {
            // Of a finding that reaches out of the diff the first line in it.
            let shown = (first..=last.min(first.saturating_add(500))).find(|line| hunks.hold(path, *line, *line))?;
            (shown, shown)
        }
    };
    let fingerprint = &judged.finding.fingerprint;
    let marker = key.review_marker(fingerprint);
    let id = marker.rsplit_once(" id=").and_then(|(_, id)| id.strip_suffix(" -->")).unwrap_or_default().to_owned();
    let mut text = portcullis_render::review_comment(judged, suggestion);
    if claimed.holds(&judged.finding) {
        text += "\nReported by the pull request's own run; not verified.\n";
    }
    let line = ReviewLine {
        path: path.to_owned(),
        line: last,
        side: Side::Right,
        start_line: (first < last).then_some(first),
        start_side: (first < last).then_some(Side::Right),
        body: format!("{text}\n{marker}"),
    };
    Some((id, line))
}
