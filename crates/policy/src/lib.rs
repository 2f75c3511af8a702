//! Policy files, exceptions, levels and the verdict: a pure function.
//!
//! [`load`] turns the bytes of policy, presets and exceptions into a [`Policy`] or into every error they hold;
//! [`judge`] holds evidence against it; [`schema`] is the table both live by.

pub mod accept;
mod approval;
pub mod baseline;
mod codes;
mod effective;
mod judge;
mod load;
mod overrides;
mod pattern;
mod policy;
mod preview;
mod quality;
mod rulebook;
mod rules;
pub mod schema;
mod supply;
mod trust;
mod wings;

pub use approval::{Review, ReviewState, Reviews};
pub use codes::{CodePage, codes};
pub use effective::{Change, Direction, Effective, Origins, RuleRow, diff, loosened, newly_excluded, rule_rows};
pub use judge::{
    Judgement, Reported, Tally, applies, exit_code, judge, judge_beside, judge_tightened, named_by_exception,
    near_misses,
};
pub use load::{Document, Inputs, Loaded, ReadParent, load};
pub use policy::{
    Amount, DataPolicy, Exception, GithubPolicy, IngestPolicy, Policy, ReportEntry, Required, SectionPaths, Setting,
};
pub use preview::{Preview, Side, preview};
pub use rules::rules;
pub use supply::vex::VexEntry;
pub use wings::{AlertPolicy, ManifestPolicy, WorkflowPolicy};
