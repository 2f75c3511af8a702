//! Rule files: gitleaks' TOML, read, extended, checked and compiled (spec/secrets-gitleaks.md 1 and 2).
//!
//! `read` turns one file into rules, `extend` lays files over each other, `load` is the order of both. Nothing here opens a
//! file: the texts are handed in, and further ones are asked for through [`Sources`].

mod allowlist;
mod document;
mod extend;
mod load;
mod place;
mod read;
#[cfg(test)]
mod tests;

use portcullis_model::{Diagnostic, Severity, Span};

pub use load::{CONFIG_NAME, ReadFile, Sources};

use crate::Pattern;
use crate::allow::Allowlist;

/// The version of gitleaks whose rule files are understood whole.
pub const COMPATIBLE_WITH: [u32; 3] = [8, 30, 1];

/// What to search for, ready to search.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Title given in the file.
    pub title: String,
    /// Path of the file; it is never scanned itself. `None` for the built-in rules.
    pub path: Option<String>,
    /// Sorted by id.
    pub rules: Vec<Rule>,
    /// Entries that act on every rule.
    pub allowlists: Vec<Allowlist>,
}

/// A rule file that can be used, with what a person should look at.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    /// The rules.
    pub config: Config,
    /// Unknown keys, ignored expressions, a file without rules.
    pub warnings: Vec<Diagnostic>,
}

/// One rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its id.
    pub id: String,
    /// What it finds, in words.
    pub description: String,
    /// What a match looks like; without one the rule is about paths.
    pub regex: Option<Pattern>,
    /// Paths it is limited to.
    pub path: Option<Pattern>,
    /// Number of the group that is the secret; 0: the first that is not empty, else the whole match.
    pub secret_group: usize,
    /// The secret's entropy must be above it; 0: any.
    pub entropy: f64,
    /// Lower case; one of them must occur in the text. Without any the rule always runs.
    pub keywords: Vec<String>,
    /// Tags.
    pub tags: Vec<String>,
    /// It is only a component of other rules.
    pub skip_report: bool,
    /// Entries that act on this rule.
    pub allowlists: Vec<Allowlist>,
    /// Rules that must have found something near by.
    pub required: Vec<Required>,
    /// Severity the file gives.
    pub severity: Option<Severity>,
    /// Page that explains.
    pub help_uri: Option<String>,
    /// Which of two rules that found the same secret speaks; the higher does.
    pub specificity: i64,
    /// Where it stands in its file.
    pub place: Span,
}

/// A component of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Required {
    /// The rule that must have found something.
    pub id: String,
    /// At most this many lines away.
    pub within_lines: Option<u32>,
    /// At most this many columns away.
    pub within_columns: Option<u32>,
    /// Where it stands in its file.
    pub place: Span,
}

impl Rule {
    /// A rule that yields to every other that found the same.
    pub fn is_generic(&self) -> bool {
        is_generic(&self.id)
    }
}

fn is_generic(id: &str) -> bool {
    id.to_ascii_lowercase().contains("generic")
}
