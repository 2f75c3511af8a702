//! The report people read in a terminal (spec/github-ux.md 16).

mod closing;
pub(crate) mod finding;
mod listing;
mod measured;
pub(crate) mod preview;
mod problems;

#[cfg(test)]
mod tests;

use listing::Listing;
use portcullis_model::Outcome;

use crate::terminal::{Canvas, Terminal, Verbosity};

/// The whole report: what blocks, what warns, what could not be judged, a row for each check, the verdict, what to do.
pub fn human(outcome: &Outcome, terminal: &Terminal) -> String {
    let mut canvas = Canvas::new(terminal);
    if terminal.verbosity == Verbosity::Silent {
        return canvas.finish();
    }
    let listing = Listing::new(outcome, terminal.verbosity);
    listing.draw(&mut canvas);
    problems::draw(outcome, &mut canvas);
    if terminal.verbosity >= Verbosity::Normal {
        measured::draw(outcome, &mut canvas);
        closing::rows(outcome, &mut canvas);
    }
    closing::verdict(outcome, &mut canvas);
    if terminal.verbosity >= Verbosity::Normal {
        closing::next_steps(outcome, &listing, &mut canvas);
    }
    canvas.finish()
}

/// `1 warning`, `2 warnings`.
const fn plural(count: u64, one: &'static str, many: &'static str) -> &'static str {
    if count == 1 { one } else { many }
}
