//! `JUnit` XML, as most test runners write it (spec/ingest.md 12): suites in suites, cases in them. What counts are the cases;
//! what the attributes say is held against them.

mod cases;
mod suite;

use jiff::Timestamp;
use portcullis_model::text::bounded;
use portcullis_model::{Metric, Problem, ProblemCode, Section, TestSuite};
use rust_decimal::Decimal;

use self::cases::Case;
use self::suite::{Mismatch, Suite};
use crate::detect::Look;
use crate::draft::Draft;
use crate::format::Format;
use crate::xml::{self, Element, Handler};

/// Suites with cases kept of one report; later ones are added to the last.
const MAX_SUITES: usize = 100_000;
/// Failed cases kept of one suite.
const MAX_FAILED: usize = 200;
/// Failed cases kept of one report.
const MAX_FAILED_IN_ALL: usize = 5_000;

/// The format.
pub(super) static FORMAT: Format = Format { id: "junit", also: &[], section: Section::Quality, clean: &[], fits, read };

fn fits(look: &Look) -> bool {
    look.xml().is_some_and(|root| root.name == "testsuites" || root.name == "testsuite")
}

fn read(text: &str, draft: &mut Draft<'_>) {
    draft.tool("junit", None);
    draft.sections.insert(Section::Quality);
    let mut report = Report::default();
    let broken = xml::read(text, &mut report);
    let is_whole = broken.is_ok();
    // What was open when the document broke has been read so far.
    while let Some(suite) = report.open.pop() {
        report.close_suite(suite, is_whole);
    }
    if let Err(broken) = broken {
        draft.broken_xml(text, &broken);
    }
    draft.report.generated_at = report.newest;
    report.tell(draft, is_whole);
}

/// The document while it is being read.
#[derive(Default)]
struct Report {
    /// Suites that are not closed, the outermost first.
    open: Vec<Suite>,
    case: Option<Case>,
    suites: Vec<TestSuite>,
    failed: usize,
    merged: u64,
    mismatches: Vec<Mismatch>,
    /// More than are kept; of the second kind cases are missing.
    more_mismatches: (u64, u64),
    odd: Vec<String>,
    newest: Option<Timestamp>,
}

impl Handler for Report {
    fn open(&mut self, path: &[String], element: &Element) {
        match element.name.as_str() {
            "testsuites" | "testsuite" if self.case.is_none() => self.open_suite(element),
            "testcase" if self.case.is_none() && !self.open.is_empty() => {
                self.case = Some(Case::new(element, path.len()));
            }
            _ => {
                if let Some(case) = self.case.as_mut().filter(|case| path.len() == case.depth + 1) {
                    case.outcome(element);
                }
            }
        }
    }

    fn close(&mut self, path: &[String], text: &str) {
        if let Some(case) = &mut self.case {
            if path.len() == case.depth + 1 {
                case.text(text);
            } else if path.len() == case.depth
                && let (Some(case), Some(suite)) = (self.case.take(), self.open.last_mut())
            {
                suite.take(case);
            }
            return;
        }
        let is_suite = path.last().is_some_and(|name| name == "testsuites" || name == "testsuite");
        if is_suite && let Some(suite) = self.open.pop() {
            self.close_suite(suite, true);
        }
    }
}

impl Report {
    fn open_suite(&mut self, element: &Element) {
        let suite = Suite::new(element);
        if let Some(raw) = element.attribute("time").filter(|_| suite.stated_time.is_none()) {
            self.say_odd(format!("the time `{}` is no number of seconds", bounded(raw, 60)));
        }
        self.newest = self.newest.max(element.attribute("timestamp").and_then(timestamp));
        self.open.push(suite);
    }

    fn close_suite(&mut self, suite: Suite, is_whole: bool) {
        if is_whole && let Some(mismatch) = suite.mismatch() {
            match mismatch {
                mismatch if self.mismatches.len() < 20 => self.mismatches.push(mismatch),
                Mismatch { is_loss: true, .. } => self.more_mismatches.1 += 1,
                Mismatch { is_loss: false, .. } => self.more_mismatches.0 += 1,
            }
        }
        let room = MAX_FAILED.min(MAX_FAILED_IN_ALL.saturating_sub(self.failed));
        let (own, inside) = suite.finish(room);
        if let Some(parent) = self.open.last_mut() {
            parent.holds(inside);
        }
        let Some(own) = own else { return };
        self.failed += own.failed_cases.len();
        match self.suites.last_mut().filter(|_| self.merged > 0) {
            Some(last) => {
                add(last, &own);
                self.merged += 1;
            }
            None => self.suites.push(own),
        }
        self.merged = self.merged.max(u64::from(self.suites.len() >= MAX_SUITES));
    }

    fn say_odd(&mut self, message: String) {
        if self.odd.len() < 20 {
            self.odd.push(message);
        }
    }

    fn tell(self, draft: &mut Draft<'_>, is_whole: bool) {
        for message in &self.odd {
            draft.lenient(message.clone());
        }
        self.tell_mismatches(draft);
        if self.merged > 1 {
            let message = format!("more than {MAX_SUITES} suites: the last {} are counted together", self.merged);
            draft.problem(Problem::warning(ProblemCode::TooLarge, message));
        }
        let sum = |count: fn(&TestSuite) -> u64| self.suites.iter().map(count).fold(0, u64::saturating_add);
        let counts = [
            ("tests.total", sum(|suite| suite.tests)),
            ("tests.failed", sum(|suite| suite.failures + suite.errors)),
            ("tests.skipped", sum(|suite| suite.skipped)),
            ("tests.flaky", sum(|suite| suite.flaky)),
        ];
        let total = counts.first().map_or(0, |(_, total)| *total);
        draft.passed = total.saturating_sub(sum(|suite| suite.failures + suite.errors + suite.skipped));
        if is_whole && total == 0 {
            let message = "the report holds no test at all: did the runner find the tests?";
            draft.problem(Problem::error(ProblemCode::NoResults, message));
        } else if is_whole {
            // Sums over a part of a report are no measurement.
            for (name, count) in counts {
                draft.metric(Metric { name: name.to_owned(), value: Decimal::from(count), ..Metric::default() });
            }
        }
        draft.test_suites = self.suites;
        place_failed_cases(draft);
    }
}

impl Report {
    fn tell_mismatches(&self, draft: &mut Draft<'_>) {
        let make = |is_loss: bool| if is_loss { Problem::error } else { Problem::warning };
        for Mismatch { message, is_loss } in &self.mismatches {
            draft.problem(make(*is_loss)(ProblemCode::CountMismatch, message.clone()));
        }
        let (besides, lost) = self.more_mismatches;
        for (more, is_loss) in [(besides, false), (lost, true)] {
            if more > 0 {
                let message = format!("{more} more suites miscount their tests");
                draft.problem(make(is_loss)(ProblemCode::CountMismatch, message));
            }
        }
    }
}

/// The files of failed cases, as the repository calls them.
fn place_failed_cases(draft: &mut Draft<'_>) {
    let mut suites = std::mem::take(&mut draft.test_suites);
    for case in suites.iter_mut().flat_map(|suite| &mut suite.failed_cases) {
        case.file = case.file.take().map(|file| draft.location(&file).path);
    }
    draft.test_suites = suites;
}

fn add(sum: &mut TestSuite, other: &TestSuite) {
    sum.tests += other.tests;
    sum.failures += other.failures;
    sum.errors += other.errors;
    sum.skipped += other.skipped;
    sum.flaky += other.flaky;
    sum.time_s += other.time_s;
    let room = MAX_FAILED.saturating_sub(sum.failed_cases.len());
    sum.failed_cases.extend(other.failed_cases.iter().take(room).cloned());
}

/// `2026-02-28T10:00:00+01:00`; without a zone the clock of a build machine is taken, which is UTC.
fn timestamp(raw: &str) -> Option<Timestamp> {
    let civil = || raw.parse::<jiff::civil::DateTime>().ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok();
    raw.parse().ok().or_else(|| civil().map(|zoned| zoned.timestamp()))
}
