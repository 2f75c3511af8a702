//! Ignore files of other tools (spec/ingest.md 14.5): what their owners decided is honoured as far as the policy says.
//!
//! [`IgnoreFiles`] takes the files of the tree that steers, one file of this folder for each form, and notes its entries at
//! the findings they name. A finding stays open: only the policy decides which entries count. An entry that cannot be
//! understood is told and takes nothing out.

mod apply;
mod audit_ci;
mod cargo;
mod entry;
mod files;
mod gitleaks;
mod grype;
mod json_comments;
mod npm_ids;
mod nsprc;
mod osv_scanner;
mod pattern;
mod reading;
mod snyk;
mod trivy;
mod trivy_yaml;
mod value;

#[cfg(test)]
mod tests;

pub use files::{IgnoreFiles, is_ignore_file};
