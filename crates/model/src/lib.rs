//! The ground floor: the types that carry the data through portcullis, and the pure pieces every room needs.
//!
//! `Collected` is what a wing gives back, `Evidence` what policy judges, `Judged` a finding with its level, `Outcome` the
//! whole answer. Nothing here reads a file or a clock.

mod baseline;
mod bom;
mod collected;
mod diagnostic;
mod finding;
mod judged;
mod level;
mod location;
mod outcome;
mod package;
mod path_resolver;
mod problem;
mod relative;
mod report;
mod rule;
mod secret_text;
mod section;
mod severity;
mod tree;
mod vex;

pub mod advisory;
pub mod fingerprint;
pub mod glob;
pub mod merge;
pub mod order;
pub mod purl;
pub mod suggest;
pub mod suppression;
pub mod text;
pub mod version;

pub use baseline::{BASELINE_SCHEMA, Baseline, BaselineFinding, BaselineMetric, BaselineReport};
pub use bom::{Bom, Component, Hash};
pub use collected::{Collected, Evidence, ToolStatus};
pub use diagnostic::{Diagnostic, DiagnosticSeverity, Span};
pub use finding::{
    Artifact, Confidence, Dates, Edit, Epss, Finding, Fix, FixState, Kev, Kind, License, Safety, Score, Secret, Source,
    State, Suppression, Vulnerability,
};
pub use glob::{Glob, Globs};
pub use judged::{Decision, Introduced, Judged, Origin, Step, Suggestion};
pub use level::Level;
pub use location::Location;
pub use outcome::{
    AddedSuppression, Context, Counts, ExceptionRow, ExceptionState, InputFile, Limit, Outcome, PolicyInfo,
    PolicyPreview, PolicySource, ProposedException, RESULT_SCHEMA, Reason, RuleChange, RuleWeakening, ToolCounts,
    ToolRow, Verdict,
};
pub use package::{LOCK_FILES, Package, Scope};
pub use path_resolver::{Mount, PathResolver, ResolvedPath};
pub use problem::{Health, Problem, ProblemCode};
pub use relative::beside;
pub use report::{
    CheckRun, FailedCase, GateBound, InputReport, LineCoverage, Metric, ReportCounts, RunStatus, Skipped, TestSuite,
    Threshold, Tool,
};
pub use rule::{FixKind, Registry, Rule, RulePage, Tier};
pub use secret_text::{KnownSecret, Redactor, redacted, secret_hash};
pub use section::Section;
pub use severity::{BySeverity, Severity, SeveritySource};
pub use suppression::SuppressionComment;
pub use tree::{Entry, EntryKind, Fragment, Listing, Stat, Tree, TreeError};
pub use vex::{VexProduct, VexStatement, VexStatus};
