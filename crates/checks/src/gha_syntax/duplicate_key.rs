//! `gha-syntax/duplicate-key`: the page beside this file says why.

use portcullis_syntax::yaml::Node;

use crate::duplicate::{self, Comparison};
use crate::reporter::Reporter;

/// Mappings whose keys are names of the author's own: GitHub compares those without regard to case.
const NAMES: [&str; 8] = ["jobs", "inputs", "outputs", "secrets", "env", "services", "with", "matrix"];

pub(crate) fn check(root: Node<'_>, report: &mut Reporter<'_>) {
    duplicate::report(root, report, |key| match key {
        Some(key) if NAMES.contains(&key) => Comparison::IgnoreCase,
        _ => Comparison::Exact,
    });
}
