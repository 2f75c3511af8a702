//! Cobertura XML, also written by coverage.py, gcovr, coverlet and many others (spec/ingest.md 12). Rates are recomputed
//! from the lines; the attributes stand in where there are none.

use std::collections::BTreeMap;

use portcullis_model::Section;
use portcullis_model::text::bounded;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

use super::jacoco::timestamp_of_number;
use crate::coverage::{self, Coverage, Lines, Share};
use crate::decimal;
use crate::detect::Look;
use crate::draft::Draft;
use crate::format::Format;
use crate::xml::{Element, Handler};

/// Directories read of `sources`.
const MAX_SOURCES: usize = 200;

/// The format.
pub(super) static FORMAT: Format =
    Format { id: "cobertura", also: &[], section: Section::Quality, clean: &[], fits, read };

fn fits(look: &Look) -> bool {
    look.xml().is_some_and(|root| root.name == "coverage" && root.has_attribute("line-rate"))
}

fn read(text: &str, draft: &mut Draft<'_>) {
    draft.tool("cobertura", None);
    draft.sections.insert(Section::Quality);
    let mut report = Report::default();
    let is_whole = draft.whole_xml(text, &mut report);
    draft.report.generated_at = report.generated;
    let Report { mut coverage, method_lines, branches, stated_branches, sources, .. } = report;
    if coverage.lines.is_empty() {
        coverage.lines = method_lines;
    }
    branches.into_values().flat_map(BTreeMap::into_values).for_each(|share| coverage.branches.add(share));
    if coverage.branches.total == 0 {
        coverage.branches = stated_branches.unwrap_or_default();
    }
    coverage.tell(draft, is_whole, |draft, file| coverage::below(draft, &sources, file));
}

/// The document while it is being read.
#[derive(Default)]
struct Report {
    coverage: Coverage,
    method_lines: Lines,
    /// Branches of the lines of each file: several classes may tell of one line.
    branches: BTreeMap<String, BTreeMap<u32, Share>>,
    stated_branches: Option<Share>,
    sources: Vec<String>,
    file: String,
    method_ran: bool,
    method_has_lines: bool,
    generated: Option<jiff::Timestamp>,
}

impl Handler for Report {
    fn open(&mut self, path: &[String], element: &Element) {
        match element.name.as_str() {
            "coverage" if path.len() == 1 => self.totals(element),
            "class" => self.file = bounded(element.attribute("filename").unwrap_or_default(), 4_096),
            "method" => (self.method_ran, self.method_has_lines) = (false, false),
            "line" => {
                let has_run =
                    element.attribute("hits").and_then(decimal::of_text).is_some_and(|hits| hits > Decimal::ZERO);
                let is_of_method = path.iter().rev().nth(2).is_some_and(|above| above == "method");
                if is_of_method {
                    self.method_has_lines = true;
                    self.method_ran |= has_run;
                }
                self.line(element, has_run, is_of_method);
            }
            _ => {}
        }
    }

    fn close(&mut self, path: &[String], text: &str) {
        match path.last().map(String::as_str) {
            Some("method") if self.method_has_lines => self.coverage.functions.count(self.method_ran),
            Some("source") if self.sources.len() < MAX_SOURCES && !text.trim().is_empty() => {
                self.sources.push(text.trim().trim_end_matches('/').to_owned());
            }
            _ => {}
        }
    }
}

impl Report {
    fn totals(&mut self, element: &Element) {
        let count = |name: &str| decimal::of_text(element.attribute(name)?)?.to_u64();
        let rate = |name: &str| stated_rate(decimal::of_text(element.attribute(name)?)?);
        let of = |covered: &str, valid: &str, name: &str| match (count(covered), count(valid)) {
            (Some(covered), Some(valid)) => Share::stated(Some(covered), Some(valid)),
            _ => rate(name),
        };
        self.coverage.stated_lines = of("lines-covered", "lines-valid", "line-rate").filter(|share| share.total > 0);
        let has_counts = element.attribute("lines-valid").is_some();
        if !has_counts {
            // A rate has no counts to compare with; it only stands in where there are no lines.
            self.coverage.stated_is_rate = true;
        }
        self.stated_branches = of("branches-covered", "branches-valid", "branch-rate").filter(|_| has_counts);
        self.generated = element.attribute("timestamp").and_then(timestamp_of_number);
    }

    /// The lines of a class count. Those of its methods are the same again, and at times the head of the method besides: they
    /// stand in where a report has no others.
    fn line(&mut self, element: &Element, has_run: bool, is_of_method: bool) {
        let number = element.attribute("number").and_then(|number| number.parse().ok()).filter(|number| *number > 0);
        let Some(number) = number.filter(|_| !self.file.is_empty()) else { return };
        if is_of_method {
            self.method_lines.line(&self.file, number, has_run);
            return;
        }
        self.coverage.lines.line(&self.file, number, has_run);
        let Some(share) = element.attribute("condition-coverage").and_then(conditions) else { return };
        if !self.branches.contains_key(&self.file) {
            self.branches.insert(self.file.clone(), BTreeMap::new());
        }
        let Some(lines) = self.branches.get_mut(&self.file) else { return };
        let known = lines.entry(number).or_default();
        // The line stands in its class and in its method, or in two classes of one file.
        *known = Share { covered: known.covered.max(share.covered), total: known.total.max(share.total) };
    }
}

/// `0.875` as a share of ten thousand: enough to say what the tool says, rounded to four digits by most.
fn stated_rate(rate: Decimal) -> Option<Share> {
    let whole = 1_000_000_u64;
    let covered = rate.checked_mul(Decimal::from(whole))?.trunc().to_u64()?;
    Share::stated(Some(covered), Some(whole))
}

/// `50% (1/2)`.
fn conditions(text: &str) -> Option<Share> {
    let (covered, total) = text.split_once('(')?.1.split_once(')')?.0.split_once('/')?;
    Share::stated(covered.trim().parse().ok(), total.trim().parse().ok())
}
