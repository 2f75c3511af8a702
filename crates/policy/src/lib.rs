//! Policy files, exceptions, levels and the verdict: a pure function.
//!
//! [`load`] turns the bytes of policy, presets and exceptions into a [`Policy`] or into every error they hold;
//! [`judge`] holds evidence against it; [`schema`] is the table both live by.

pub mod baseline;
mod effective;
mod judge;
mod load;
mod pattern;
mod policy;
mod rulebook;
mod rules;
pub mod schema;
mod supply;

pub use effective::{Change, Direction, Effective, Origins, RuleRow, diff, loosened, rule_rows};
pub use judge::{Judgement, Tally, exit_code, judge, near_misses};
pub use load::{Document, Inputs, Loaded, ReadParent, load};
pub use policy::{
    AlertPolicy, Amount, DataPolicy, Exception, IngestPolicy, Policy, ReportEntry, Required, SectionPaths, Setting,
};
pub use rules::rules;
pub use supply::vex::VexEntry;
