//! One test case and what became of it.

use portcullis_model::FailedCase;
use portcullis_model::text::bounded;

use crate::decimal;
use crate::xml::Element;

/// Characters kept of a name.
const MAX_NAME: usize = 300;
/// Characters kept of what a case said.
const MAX_MESSAGE: usize = 500;

/// What became of a case, the worst last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verdict {
    #[default]
    Passed,
    Skipped,
    Errored,
    Failed,
}

/// A case while it is being read.
#[derive(Debug, Default)]
pub(super) struct Case {
    pub(super) class: String,
    pub(super) name: String,
    pub(super) verdict: Verdict,
    /// It failed at first and passed on a repeat (Surefire: `flakyFailure`, `flakyError`).
    pub(super) is_flaky: bool,
    pub(super) seconds: f64,
    /// Depth of its element.
    pub(super) depth: usize,
    file: Option<String>,
    line: Option<u32>,
    message: String,
    /// The text of the next closed element is what the case says.
    wants_text: bool,
}

impl Case {
    pub(super) fn new(element: &Element, depth: usize) -> Self {
        let text = |name: &str| bounded(element.attribute(name).unwrap_or_default(), MAX_NAME);
        Self {
            class: text("classname"),
            name: text("name"),
            seconds: element.attribute("time").and_then(seconds).unwrap_or_default(),
            depth,
            file: element.attribute("file").map(|file| bounded(file, 4_096)),
            line: element.attribute("line").and_then(|line| line.parse().ok()).filter(|line| *line > 0),
            ..Self::default()
        }
    }

    /// An element directly below the case.
    pub(super) fn outcome(&mut self, element: &Element) {
        let verdict = match element.name.as_str() {
            "failure" => Verdict::Failed,
            "error" => Verdict::Errored,
            "skipped" => Verdict::Skipped,
            "flakyFailure" | "flakyError" => {
                self.is_flaky = true;
                return;
            }
            _ => return,
        };
        if verdict > self.verdict {
            self.verdict = verdict;
            self.message = bounded(element.attribute("message").unwrap_or_default(), MAX_MESSAGE);
            self.wants_text = self.message.is_empty();
        }
    }

    /// The text of an element directly below the case.
    pub(super) fn text(&mut self, text: &str) {
        if std::mem::take(&mut self.wants_text) {
            self.message = bounded(text.trim().lines().next().unwrap_or_default(), MAX_MESSAGE);
        }
    }

    /// Whether it did not pass.
    pub(super) fn is_bad(&self) -> bool {
        self.verdict >= Verdict::Errored
    }

    /// For the list of failures.
    pub(super) fn failed(self, suite: &str) -> FailedCase {
        let name = match (self.class.as_str(), self.name.as_str()) {
            ("", name) => name.to_owned(),
            (class, "") => class.to_owned(),
            (class, name) if name.starts_with(class) => name.to_owned(),
            (class, name) => format!("{class}.{name}"),
        };
        FailedCase { suite: suite.to_owned(), name, file: self.file, line: self.line, message: self.message }
    }
}

/// `1.5`, `1,234.5`; negative and endless times are none.
pub(super) fn seconds(raw: &str) -> Option<f64> {
    use rust_decimal::prelude::ToPrimitive as _;
    decimal::of_text(raw)?.to_f64().filter(|seconds| *seconds >= 0.0)
}
