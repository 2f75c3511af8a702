//! The report as GitHub Markdown: the comment without its marker and state, the job summary (spec/github-ux.md 5.3, 5.4, 6).
//!
//! Built of blocks, rendered whole at ever shorter levels until it fits; text is never cut in the middle. Untrusted text
//! comes in only as one of the newtypes of [`escape`](crate::escape).

mod head;
mod measured;
mod next;
mod sections;
mod size;
mod table;
mod words;

#[cfg(test)]
mod tests;

use portcullis_model::{Limit, Outcome};

use self::size::Size;
use self::table::Cuts;

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

/// The comment, at most `budget` bytes long where it can be; never more than [`COMMENT_BYTES`].
pub fn markdown(outcome: &Outcome, budget: usize) -> Markdown {
    fitting(outcome, &Size::COMMENT, budget.min(COMMENT_BYTES))
}

/// The job summary: the same blocks with more rows, nothing folded. `room` is what the step has left of [`SUMMARY_BYTES`].
pub fn summary(outcome: &Outcome, room: usize) -> Markdown {
    if room < ONE_LINE {
        let line = format!("{}\n", head::verdict_line(outcome));
        let text = if line.len() <= room { line } else { String::new() };
        return Markdown { text, limits: Vec::new() };
    }
    fitting(outcome, &Size::SUMMARY, room)
}

fn fitting(outcome: &Outcome, sizes: &[Size], budget: usize) -> Markdown {
    let mut rendered = Markdown { text: String::new(), limits: Vec::new() };
    for size in sizes {
        rendered = body(outcome, size);
        if rendered.text.len() <= budget {
            break;
        }
    }
    rendered
}

fn body(outcome: &Outcome, size: &Size) -> Markdown {
    let mut cuts = Cuts::new(outcome);
    let mut blocks = vec![head::headline(outcome), head::commit_line(outcome), head::gate_files(outcome)];
    blocks.push(sections::tools(outcome, size, &mut cuts));
    blocks.push(measured::block(outcome, size, &mut cuts));
    blocks.push(sections::blocking(outcome, size, &mut cuts));
    blocks.push(next::steps(outcome));
    blocks.extend(sections::folded(outcome, size, &mut cuts));
    blocks.push(head::footer(outcome));
    blocks.retain(|block| !block.is_empty());
    Markdown { text: blocks.join("\n"), limits: cuts.limits }
}
