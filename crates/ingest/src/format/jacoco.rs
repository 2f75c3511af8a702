//! `JaCoCo` XML (spec/ingest.md 12). Lines of source files count; the counters at the end of the report stand for branches,
//! methods, and for the lines where the report was written without source files.

use jiff::Timestamp;
use portcullis_model::Section;
use portcullis_model::text::bounded;

use crate::coverage::{self, Coverage, Share};
use crate::detect::Look;
use crate::draft::Draft;
use crate::format::Format;
use crate::xml::{Element, Handler};

/// The format.
pub(super) static FORMAT: Format =
    Format { id: "jacoco", also: &[], section: Section::Quality, clean: &[], fits, read };

fn fits(look: &Look) -> bool {
    look.xml().is_some_and(|root| root.name == "report" && (root.holds("counter") || root.holds("sourcefile")))
}

fn read(text: &str, draft: &mut Draft<'_>) {
    draft.tool("jacoco", None);
    draft.sections.insert(Section::Quality);
    let mut report = Report::default();
    let is_whole = draft.whole_xml(text, &mut report);
    draft.report.generated_at = report.newest;
    report.coverage.tell(draft, is_whole, coverage::as_named);
}

/// The document while it is being read.
#[derive(Default)]
struct Report {
    coverage: Coverage,
    package: String,
    file: String,
    newest: Option<Timestamp>,
}

impl Handler for Report {
    fn open(&mut self, path: &[String], element: &Element) {
        let name = || bounded(element.attribute("name").unwrap_or_default(), 4_096);
        match element.name.as_str() {
            "package" => self.package = name(),
            "sourcefile" if self.package.is_empty() => self.file = name(),
            "sourcefile" => self.file = format!("{}/{}", self.package, name()),
            "line" => {
                let number =
                    element.attribute("nr").and_then(|number| number.parse().ok()).filter(|number| *number > 0);
                // gcovr writes neither: its lines say nothing, its counters do.
                let says = ["ci", "mi"].iter().any(|name| element.attribute(name).is_some());
                if let Some(number) = number.filter(|_| says && !self.file.is_empty()) {
                    let has_run = element.attribute("ci").is_some_and(|count| count.bytes().any(|byte| byte != b'0'));
                    self.coverage.lines.line(&self.file, number, has_run);
                }
            }
            "counter" if path.len() == 2 => self.counter(element),
            "sessioninfo" => {
                self.newest = self.newest.max(element.attribute("dump").and_then(timestamp_of_number));
            }
            _ => {}
        }
    }
}

impl Report {
    /// A counter of the whole report.
    fn counter(&mut self, element: &Element) {
        let count = |name: &str| element.attribute(name).and_then(|count| count.parse::<u64>().ok());
        let (covered, missed) = (count("covered"), count("missed"));
        let total = covered.zip(missed).and_then(|(covered, missed)| covered.checked_add(missed));
        let Some(share) = Share::stated(covered, total) else { return };
        match element.attribute("type") {
            Some("LINE") => self.coverage.stated_lines = Some(share),
            Some("BRANCH") => self.coverage.branches = share,
            Some("METHOD") => self.coverage.functions = share,
            _ => {}
        }
    }
}

/// A time in seconds or milliseconds since 1970: no report was made in the year 33658, and none in 1970.
pub(super) fn timestamp_of_number(raw: &str) -> Option<Timestamp> {
    let number: i64 = raw.parse().ok().filter(|number| *number > 0)?;
    let time =
        if number > 100_000_000_000 { Timestamp::from_millisecond(number) } else { Timestamp::from_second(number) };
    time.ok()
}
