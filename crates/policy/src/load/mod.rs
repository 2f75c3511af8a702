//! From the bytes of policy files to the policy in force, or to every error they hold (spec/policy.md 1 to 3, 10).

mod build;
mod document;
mod exceptions;
mod layers;
mod merge;
mod mode;
mod options;
mod overrides;
mod quality;
mod read;
mod rules;
mod scalar;
mod setting;
mod source;
mod structure;
mod supply;
mod value;

use jiff::civil::Date;
use portcullis_model::{Diagnostic, DiagnosticSeverity, Registry, Span};

use crate::Policy;
pub(crate) use layers::Layer;
use layers::Layers;
pub(crate) use rules::names_rule;
pub(crate) use source::Sources;
pub(crate) use value::{Located, Map, Value};

/// A file, as the gate has read it.
#[derive(Clone, Copy, Debug)]
pub struct Document<'a> {
    /// Path relative to the root of the repository.
    pub path: &'a str,
    /// Its bytes.
    pub bytes: &'a [u8],
}

/// Reads a file of the repository by its path; the error is a sentence.
pub type ReadParent<'a> = dyn Fn(&str) -> Result<Vec<u8>, String> + 'a;

/// Everything a policy is made of.
#[derive(Clone, Copy)]
pub struct Inputs<'a> {
    /// The policy file; without one the built-in policy is in force.
    pub policy: Option<Document<'a>>,
    /// The files below `.portcullis/exceptions/`, in the order of their paths.
    pub exceptions: &'a [Document<'a>],
    /// A version of the policy file whose `exceptions` stand in for those of the file itself; nothing else of it counts.
    pub exceptions_from: Option<Document<'a>>,
    /// Keys and values of the command line (`levels.high`, `fail`), applied last, in this order.
    pub settings: &'a [(String, String)],
    /// Presets: `minimal@1` and its text.
    pub presets: &'a [(&'a str, &'a str)],
    /// Reads a parent by its path inside the repository; `None` where no files can be read.
    pub parent: Option<&'a ReadParent<'a>>,
    /// Ids of the report formats the program reads.
    pub known_formats: &'a [&'a str],
    /// Every rule the policy may name.
    pub registry: &'a Registry,
    /// Every file of the tree the policy stands in; `None` where nobody listed them, and nothing is said about them.
    pub tracked: Option<&'a [String]>,
    /// The day the policy is evaluated on.
    pub today: Date,
}

/// A policy, and what people should know about its files.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The policy in force.
    pub policy: Policy,
    /// Sorted by file, line, column.
    pub warnings: Vec<Diagnostic>,
}

/// At most so many errors are listed; a last one says how many more there are.
const MOST_ERRORS: usize = 50;

/// Here a file is given up: a hostile one must not cost more than it is worth.
const MOST_TOLD: usize = 500;

/// The preset that holds when nothing else is said (spec/policy.md 3.7).
const IMPLIED: &str = "preset:baseline@1";

/// Reads, validates and merges every file. All errors are told at once, sorted by file, line and column.
pub fn load(inputs: &Inputs<'_>) -> Result<Loaded, Vec<Diagnostic>> {
    let layers = Layers::read(inputs);
    let (policy, mut told) = build::policy(layers, inputs);
    told.sort_by(|one, two| (&one.span, &one.code, &one.message).cmp(&(&two.span, &two.code, &two.message)));
    told.dedup();
    let (errors, warnings): (Vec<_>, Vec<_>) =
        told.into_iter().partition(|diagnostic| diagnostic.severity == DiagnosticSeverity::Error);
    if errors.is_empty() { Ok(Loaded { policy, warnings }) } else { Err(bounded(errors)) }
}

fn bounded(mut errors: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let more = errors.len().saturating_sub(MOST_ERRORS);
    if more > 0 {
        errors.truncate(MOST_ERRORS);
        let path = errors.last().map(|last| last.span.path.clone()).unwrap_or_default();
        let word = if more == 1 { "error" } else { "errors" };
        let least = if more + MOST_ERRORS >= MOST_TOLD { "at least " } else { "" };
        let span = Span { path, ..Span::default() };
        errors.push(Diagnostic::error("policy/too-many-errors", format!("and {least}{more} more {word}"), span));
    }
    errors
}

#[cfg(test)]
pub(crate) mod tests;
