//! Checks of workflows, manifests and alert rules: from the bytes of one file to findings.
//!
//! A rule is one page and one function, side by side: `gha/unpinned-uses.md` says what is wrong and why, and declares the
//! rule; `gha/unpinned_uses.rs` finds it. `model/` in each namespace holds what its rules share. [`file`](mod@file) decides what a
//! file is, [`reporter`] carries findings from the rules to the caller, [`suppression`] knows the comments.

mod alert;
mod broken;
mod check;
mod documents;
mod duplicate;
mod expansion;
mod file;
mod gha;
mod gha_syntax;
mod k8s;
mod locate;
mod options;
mod page;
#[rustfmt::skip]
mod registry;
mod reporter;
mod suppression;
mod unrecognised;
mod yaml;

#[cfg(test)]
mod tests;

pub use check::check;
pub use file::{grammar, wants};
pub use gha::declared_secrets;
pub use options::{
    AlertOptions, CpuLimits, ManifestOptions, NamePatterns, Options, Pin, Pinning, Profile, UsesPattern,
    WorkflowOptions, shows,
};

/// Every rule of this crate, sorted by id.
pub fn rules() -> &'static [portcullis_model::Rule] {
    registry::RULES
}
