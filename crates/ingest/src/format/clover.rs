//! Clover XML, as Clover, Istanbul and `PHPUnit` write it (spec/ingest.md 12). Lines count; the metrics of the project stand
//! for branches, functions and statements.

use jiff::Timestamp;
use portcullis_model::Section;
use portcullis_model::text::bounded;

use super::jacoco::timestamp_of_number;
use crate::coverage::{self, Coverage, Share};
use crate::detect::Look;
use crate::draft::Draft;
use crate::format::Format;
use crate::xml::{Element, Handler};

/// The format.
pub(super) static FORMAT: Format =
    Format { id: "clover", also: &[], section: Section::Quality, clean: &[], fits, read };

/// `PHPUnit` leaves the version out, so the metrics of the project tell as well.
fn fits(look: &Look) -> bool {
    look.xml().is_some_and(|root| {
        let has_marks = root.has_attribute("clover") || (root.has_attribute("generated") && root.holds("metrics"));
        root.name == "coverage" && root.holds("project") && has_marks && !root.has_attribute("line-rate")
    })
}

fn read(text: &str, draft: &mut Draft<'_>) {
    draft.tool("clover", None);
    draft.sections.insert(Section::Quality);
    let mut report = Report::default();
    let is_whole = draft.whole_xml(text, &mut report);
    draft.report.generated_at = report.generated;
    draft.report.tool.version = report.version;
    report.coverage.tell(draft, is_whole, coverage::as_named);
}

/// The document while it is being read.
#[derive(Default)]
struct Report {
    coverage: Coverage,
    file: String,
    generated: Option<Timestamp>,
    version: Option<String>,
}

impl Handler for Report {
    fn open(&mut self, path: &[String], element: &Element) {
        // Coverage of the tests themselves is no coverage.
        if path.iter().any(|name| name == "testproject") {
            return;
        }
        match element.name.as_str() {
            "coverage" if path.len() == 1 => {
                self.generated = element.attribute("generated").and_then(timestamp_of_number);
                self.version = element.attribute("clover").map(|version| bounded(version, 60));
            }
            "file" => {
                let path = element.attribute("path").or_else(|| element.attribute("name"));
                self.file = bounded(path.unwrap_or_default(), 4_096);
            }
            "metrics" if path.len() == 3 => self.totals(element),
            "line" => self.line(element),
            _ => {}
        }
    }
}

impl Report {
    fn totals(&mut self, element: &Element) {
        let count = |name: &str| element.attribute(name).and_then(|count| count.parse::<u64>().ok());
        let share = |covered: &str, total: &str| Share::stated(count(covered), count(total)).unwrap_or_default();
        self.coverage.statements = share("coveredstatements", "statements");
        self.coverage.branches = share("coveredconditionals", "conditionals");
        self.coverage.functions = share("coveredmethods", "methods");
    }

    /// The line of a method is its head: what stands in it has lines of its own.
    fn line(&mut self, element: &Element) {
        let number = element.attribute("num").and_then(|number| number.parse().ok()).filter(|number| *number > 0);
        let is_code = matches!(element.attribute("type"), Some("stmt" | "cond") | None);
        let Some(number) = number.filter(|_| is_code && !self.file.is_empty()) else { return };
        let ran = |name: &str| element.attribute(name).is_some_and(|count| count.bytes().any(|byte| byte != b'0'));
        // Clover counts how often a condition was true and false; Istanbul counts the line, and means branches by the others.
        let has_run =
            if element.attribute("count").is_some() { ran("count") } else { ran("truecount") || ran("falsecount") };
        self.coverage.lines.line(&self.file, number, has_run);
    }
}
