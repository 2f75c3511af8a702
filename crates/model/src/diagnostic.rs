//! An error in a file of the user's: policy, rules, exceptions (spec/policy.md 10.2). Render draws it.

use serde::Serialize;

/// What is wrong with a file that steers the gate, where, and what to do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// `error` or `warning`.
    pub severity: DiagnosticSeverity,
    /// `policy/unknown-key`.
    pub code: String,
    /// What is wrong; the thing at fault is quoted.
    pub message: String,
    /// Where.
    #[serde(flatten)]
    pub span: Span,
    /// What to do.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub help: Vec<String>,
    /// Places that explain: "first given here".
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<Span>,
}

/// How bad a diagnostic is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DiagnosticSeverity {
    /// The file is refused: exit 2.
    #[default]
    Error,
    /// Shown.
    Warning,
}

/// A range in a file with the source line and a label, so that drawing needs no file.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Span {
    /// File, or `preset:baseline@1`.
    pub path: String,
    /// 1-based.
    pub start_line: u32,
    /// 1-based, code points.
    pub start_col: u32,
    /// 1-based.
    pub end_line: u32,
    /// Exclusive.
    pub end_col: u32,
    /// What stands there: the text beside the carets.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// The source line `start_line`, without its line break.
    #[serde(skip)]
    pub source_line: String,
}

impl Diagnostic {
    /// An error.
    pub fn error(code: &str, message: impl Into<String>, span: Span) -> Self {
        Self { code: code.to_owned(), message: message.into(), span, ..Self::default() }
    }

    /// A warning.
    pub fn warning(code: &str, message: impl Into<String>, span: Span) -> Self {
        Self { severity: DiagnosticSeverity::Warning, ..Self::error(code, message, span) }
    }

    /// Adds a line of advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// Adds a place that explains.
    #[must_use]
    pub fn related(mut self, span: Span) -> Self {
        self.related.push(span);
        self
    }
}
