//! Outcome to bytes: every format people and machines read. Pure functions without I/O and clock; they compute nothing
//! and only show.
//!
//! [`human`] is the report in a terminal, [`short`] one line for each finding, [`json`] the whole document;
//! [`diagnostics`] draws the errors of a policy; [`page`] and [`decision`] are what `explain` prints of a rule and of a
//! finding. [`escape`] holds the only types that
//! carry untrusted text into an output.

pub mod escape;

mod decision;
mod diagnostics;
mod frame;
mod human;
mod json;
mod page;
mod short;
mod terminal;
mod unified;
mod vex;

#[cfg(test)]
mod sample;

pub use decision::decision;
pub use diagnostics::{diagnostics, diagnostics_json};
pub use human::human;
pub use json::{JsonForm, baseline, json, jsonl};
pub use page::{page, rule_list, rule_list_json};
pub use short::short;
pub use terminal::{Terminal, Verbosity};
pub use unified::unified;
pub use vex::{Justification, VexFrame, VexStatement, cyclonedx_vex, openvex};
