//! The report as GitHub Markdown: the comment without its marker and state, the job summary (spec/github-ux.md 5.3, 5.4, 6).
//!
//! Built of blocks, rendered whole at ever shorter levels until it fits; text is never cut in the middle. Untrusted text
//! comes in only as one of the newtypes of [`escape`](crate::escape).

mod head;
mod measured;
mod next;
mod preview;
mod review;
mod sections;
mod size;
mod table;
mod view;
mod words;

#[cfg(test)]
mod tests;

use portcullis_model::{Limit, Outcome};

use self::size::Size;
use self::table::Cuts;
use self::view::View;

pub use self::review::{is_plain, review_comment};
pub use self::view::{Claimed, Posting};

/// A body of Markdown and what had to be left out of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Markdown {
    /// The body; ends with a line break.
    pub text: String,
    /// Every table that was cut short.
    pub limits: Vec<Limit>,
}

/// Bytes of the body of a comment: GitHub refuses more than 65 536 characters, and marker and state need room.
pub const COMMENT_BYTES: usize = 60_000;
/// Bytes of all summaries of a step: the runner drops a file over 1 048 576 bytes whole.
pub const SUMMARY_BYTES: usize = 1_000_000;
/// With less room than this a summary is a single line.
const ONE_LINE: usize = 4 << 10;

/// The comment without its marker and state, at most `budget` bytes long where it can be; never more than [`COMMENT_BYTES`].
pub fn markdown(outcome: &Outcome, posting: &Posting<'_>, budget: usize) -> Markdown {
    fitting(&View::new(outcome, posting), &Size::COMMENT, budget.min(COMMENT_BYTES))
}

/// The comment in its shortest form: verdict, checks, counts, next steps.
pub fn shortest(outcome: &Outcome, posting: &Posting<'_>) -> Markdown {
    fitting(&View::new(outcome, posting), Size::SHORTEST, COMMENT_BYTES)
}

/// The job summary: the same blocks with more rows, nothing folded. `room` is what the step has left of [`SUMMARY_BYTES`].
pub fn summary(outcome: &Outcome, posting: &Posting<'_>, room: usize) -> Markdown {
    let view = View::new(outcome, posting);
    if room < ONE_LINE {
        let line = format!("{}\n", head::verdict_line(&view));
        let text = if line.len() <= room { line } else { String::new() };
        let dropped = u64::try_from(outcome.findings.len()).unwrap_or(u64::MAX);
        let limit = Limit { what: "Markdown: findings".to_owned(), kept: 0, dropped };
        return Markdown { text, limits: Some(limit).filter(|limit| limit.dropped > 0).into_iter().collect() };
    }
    fitting(&view, &Size::SUMMARY, room)
}

fn fitting(view: &View<'_>, sizes: &[Size], budget: usize) -> Markdown {
    let mut rendered = Markdown { text: String::new(), limits: Vec::new() };
    for size in sizes {
        rendered = body(view, size);
        if rendered.text.len() <= budget {
            break;
        }
    }
    rendered
}

fn body(view: &View<'_>, size: &Size) -> Markdown {
    let mut cuts = Cuts::new(view.outcome);
    let mut blocks = vec![head::headline(view), head::commit_line(view), head::notified(view), preview::alert(view)];
    blocks.push(sections::tools(view, size, &mut cuts));
    blocks.push(measured::block(view.outcome, size, &mut cuts));
    blocks.push(sections::blocking(view, size, &mut cuts));
    blocks.push(next::steps(view));
    let folded = sections::folded(view, size, &mut cuts);
    // Sections that are folded stand without a gap, as lines of one list.
    blocks.push(folded.join(if size.folded { "" } else { "\n" }));
    blocks.push(head::footer(view));
    blocks.retain(|block| !block.is_empty());
    Markdown { text: blocks.join("\n"), limits: cuts.limits }
}
