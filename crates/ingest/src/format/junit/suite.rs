//! One suite: its cases, counted, and what its attributes say.

use std::collections::BTreeMap;

use portcullis_model::TestSuite;
use portcullis_model::text::bounded;

use super::cases::{Case, Verdict, seconds};
use crate::decimal;
use crate::xml::Element;

/// Tests by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    tests: u64,
    failures: u64,
    errors: u64,
    skipped: u64,
    flaky: u64,
}

impl Counts {
    fn add(&mut self, other: Self) {
        self.tests = self.tests.saturating_add(other.tests);
        self.failures = self.failures.saturating_add(other.failures);
        self.errors = self.errors.saturating_add(other.errors);
        self.skipped = self.skipped.saturating_add(other.skipped);
        self.flaky = self.flaky.saturating_add(other.flaky);
    }

    fn case(verdict: Verdict) -> Self {
        let mut counts = Self { tests: 1, ..Self::default() };
        match verdict {
            Verdict::Passed => {}
            Verdict::Skipped => counts.skipped = 1,
            Verdict::Errored => counts.errors = 1,
            Verdict::Failed => counts.failures = 1,
        }
        counts
    }
}

/// What the attributes say; a tool may leave out any of them.
#[derive(Debug, Default)]
struct Stated {
    tests: Option<u64>,
    failures: Option<u64>,
    errors: Option<u64>,
    skipped: Option<u64>,
}

/// What a suite and the suites in it hold: as tests, and as the elements that stand for them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Inside {
    counts: Counts,
    elements: Counts,
}

/// A suite while it is being read.
#[derive(Debug, Default)]
pub(super) struct Suite {
    name: String,
    stated: Stated,
    pub(super) stated_time: Option<f64>,
    cases: Vec<Case>,
    /// Everything in the suites below.
    below: Inside,
    holds_suites: bool,
}

impl Suite {
    pub(super) fn new(element: &Element) -> Self {
        let count = |name: &str| {
            use rust_decimal::prelude::ToPrimitive as _;
            decimal::of_text(element.attribute(name)?)?.to_u64()
        };
        Self {
            name: bounded(element.attribute("name").unwrap_or_default(), 300),
            stated: Stated {
                tests: count("tests"),
                failures: count("failures"),
                errors: count("errors"),
                skipped: count("skipped").or_else(|| count("disabled")),
            },
            stated_time: match element.attribute("time") {
                Some(time) => seconds(time),
                None => Some(0.0),
            },
            ..Self::default()
        }
    }

    pub(super) fn take(&mut self, case: Case) {
        self.cases.push(case);
    }

    /// A suite below has ended.
    pub(super) fn holds(&mut self, inside: Inside) {
        self.holds_suites = true;
        self.below.counts.add(inside.counts);
        self.below.elements.add(inside.elements);
    }

    fn elements(&self) -> Counts {
        let mut counts = Counts::default();
        self.cases.iter().for_each(|case| counts.add(Counts::case(case.verdict)));
        counts
    }

    /// What the attributes say otherwise. Tools count the suites below or do not, and count each attempt of a repeated test
    /// or the test once: each of these is right.
    pub(super) fn mismatch(&self) -> Option<String> {
        let own = self.elements();
        let (attempts, _) = self.attempts();
        let ways = [own, attempts].into_iter().flat_map(|own| {
            let (mut with_elements, mut with_counts) = (own, own);
            with_elements.add(self.below.elements);
            with_counts.add(self.below.counts);
            [own, with_elements, with_counts]
        });
        let ways: Vec<Counts> = ways.collect();
        if self.cases.is_empty() && !self.holds_suites {
            return None;
        }
        let stated = &self.stated;
        let differs = |stated: Option<u64>, count: fn(&Counts) -> u64| {
            stated.filter(|stated| ways.iter().all(|way| count(way) != *stated))
        };
        let broken = |counts: &Counts| counts.failures + counts.errors;
        let both = stated.failures.zip(stated.errors).map(|(failures, errors)| failures.saturating_add(errors));
        // Some runners write `<failure>` for what they count as an error, and the other way round.
        let together = both.is_some_and(|both| ways.iter().any(|way| broken(way) == both));
        let wrong = [
            ("tests", differs(stated.tests, |counts| counts.tests), own.tests + self.below.elements.tests),
            (
                "failures",
                differs(stated.failures, |counts| counts.failures).filter(|_| !together),
                own.failures + self.below.elements.failures,
            ),
            (
                "errors",
                differs(stated.errors, |counts| counts.errors).filter(|_| !together),
                own.errors + self.below.elements.errors,
            ),
            ("skipped", differs(stated.skipped, |counts| counts.skipped), own.skipped + self.below.elements.skipped),
        ];
        let (what, stated, found) = wrong.into_iter().find_map(|(what, stated, found)| Some((what, stated?, found)))?;
        Some(format!("the suite `{}` says `{what}: {stated}`, its cases say {found}", bounded(&self.name, 100)))
    }

    /// Tests: a case that is told again and passes at last is one flaky test, not several.
    fn attempts(&self) -> (Counts, Vec<usize>) {
        let mut last_pass: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        let mut last: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for (position, case) in self.cases.iter().enumerate() {
            let key = (case.class.as_str(), case.name.as_str());
            last.insert(key, position);
            if case.verdict == Verdict::Passed {
                last_pass.insert(key, position);
            }
        }
        let mut counts = Counts::default();
        let mut failed = Vec::new();
        let mut flaky: BTreeMap<(&str, &str), bool> = BTreeMap::new();
        for (position, case) in self.cases.iter().enumerate() {
            let key = (case.class.as_str(), case.name.as_str());
            let passed_at_last = last.get(&key).is_some_and(|last| last_pass.get(&key) == Some(last));
            if case.is_bad() && passed_at_last {
                flaky.insert(key, true);
                continue;
            }
            counts.add(Counts::case(case.verdict));
            if case.is_bad() {
                failed.push(position);
            } else if case.is_flaky {
                flaky.insert(key, true);
            }
        }
        counts.flaky = flaky.len() as u64;
        (counts, failed)
    }

    /// What is to be told of the suite itself, with at most so many failed cases; and what it and all below hold.
    pub(super) fn finish(self, room: usize) -> (Option<TestSuite>, Inside) {
        let elements = self.elements();
        let (mut counts, failed) = self.attempts();
        let is_summary =
            self.cases.is_empty() && !self.holds_suites && self.stated.tests.is_some_and(|tests| tests > 0);
        if is_summary {
            // Only the attributes are there.
            let stated = &self.stated;
            counts = Counts {
                tests: stated.tests.unwrap_or_default(),
                failures: stated.failures.unwrap_or_default(),
                errors: stated.errors.unwrap_or_default(),
                skipped: stated.skipped.unwrap_or_default(),
                flaky: 0,
            };
        }
        let mut inside = Inside { counts, elements: if is_summary { counts } else { elements } };
        inside.counts.add(self.below.counts);
        inside.elements.add(self.below.elements);
        if self.cases.is_empty() && !is_summary {
            return (None, inside);
        }
        let of_cases: f64 = self.cases.iter().map(|case| case.seconds).sum();
        let time = self.stated_time.filter(|time| *time > 0.0).unwrap_or(of_cases);
        let name = self.name;
        let failed: std::collections::BTreeSet<usize> = failed.into_iter().take(room).collect();
        let cases = self.cases.into_iter().enumerate().filter(|(position, _)| failed.contains(position));
        let suite = TestSuite {
            tests: counts.tests,
            failures: counts.failures,
            errors: counts.errors,
            skipped: counts.skipped,
            flaky: counts.flaky,
            time_s: time,
            failed_cases: cases.map(|(_, case)| case.failed(&name)).collect(),
            name,
        };
        (Some(suite), inside)
    }
}
