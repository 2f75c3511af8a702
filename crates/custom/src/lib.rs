//! Rules of the user over located trees and over findings (spec/policy.md section 8).
//!
//! A custom rule says what must hold (`assert`, a CEL expression) for each item (`each`, a path into the located tree) of a
//! document it matches; a document that breaks it is a finding at the place `at` names. Expressions are compiled when the
//! policy is loaded, so that a typing error points into the rule file and never appears at run time. What an expression
//! may cost is bounded by [`Limits`].

/// What one expression may be; more is refused when the rule file is loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of text.
    pub bytes: usize,
    /// Levels of nesting.
    pub depth: usize,
    /// Bytes of the stack of the thread that parses and evaluates: enough for `depth` in the parser's own recursion.
    pub stack: usize,
}

impl Limits {
    /// The limits of spec/policy.md 8.8.
    pub const EXPRESSION: Self = Self { bytes: 4 * 1024, depth: 64, stack: 64 * 1024 * 1024 };
}
