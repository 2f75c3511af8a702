//! Outcome to bytes: every format people and machines read. Pure functions without I/O and clock; they compute nothing
//! and only show.
//!
//! [`human`] is the report in a terminal, [`short`] one line for each finding, [`json`] the whole document; [`sarif`],
//! [`junit`] and [`csv`] are read by other programs, [`annotations`] and [`outputs`] by the runner of GitHub; [`markdown`] is
//! the comment and [`summary`] the page of the job; [`html()`] is the report as one file;
//! [`diagnostics`] draws the errors of a policy; [`page`] and [`decision`] are what `explain` prints of a rule and of a
//! finding. [`escape`] holds the only types that
//! carry untrusted text into an output.

pub mod escape;

mod amount;
mod annotations;
mod csv;
mod decision;
mod diagnostics;
mod frame;
mod html;
mod human;
mod json;
mod junit;
mod markdown;
mod outputs;
mod page;
mod ranking;
mod sarif;
mod short;
mod terminal;
mod unified;
mod vex;

#[cfg(test)]
mod sample;

pub use annotations::annotations;
pub use csv::csv;
pub use decision::decision;
pub use diagnostics::{diagnostics, diagnostics_json};
pub use html::{Html, html};
pub use human::human;
pub use json::{JsonForm, baseline, json, jsonl};
pub use junit::junit;
pub use markdown::{
    COMMENT_BYTES, Claimed, Markdown, Posting, SUMMARY_BYTES, is_plain, markdown, review_comment, shortest, summary,
};
pub use outputs::{Delivery, outputs};
pub use page::{page, rule_list, rule_list_json};
pub use ranking::{rank, ranked};
pub use sarif::{Sarif, sarif};
pub use short::short;
pub use terminal::{Terminal, Verbosity, defused};
pub use unified::unified;
pub use vex::{Justification, VexFrame, VexStatement, cyclonedx_vex, openvex};
