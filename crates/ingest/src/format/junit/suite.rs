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

/// The cases of one name.
#[derive(Debug)]
struct Attempts {
    number: u64,
    any_bad: bool,
    all_passed: bool,
    passed_at_last: bool,
    says_flaky: bool,
}

impl Default for Attempts {
    fn default() -> Self {
        Self { number: 0, any_bad: false, all_passed: true, passed_at_last: false, says_flaky: false }
    }
}

impl Attempts {
    /// It failed, and passed when it was run again.
    const fn is_mended(&self) -> bool {
        self.any_bad && self.passed_at_last
    }
}

/// Attributes that say otherwise than the cases.
pub(super) struct Mismatch {
    pub(super) message: String,
    /// Cases are missing. More of them than the attributes say lose nothing: some runners list tests they do not count.
    pub(super) is_loss: bool,
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
    pub(super) fn mismatch(&self) -> Option<Mismatch> {
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
        let both = stated.failures.unwrap_or_default().saturating_add(stated.errors.unwrap_or_default());
        // Some runners write `<failure>` for what they count as an error, and the other way round; eslint states one of both.
        let together = ways.iter().any(|way| broken(way) == both);
        let most = |count: fn(&Counts) -> u64| ways.iter().map(count).max().unwrap_or_default();
        let wrong = [
            ("tests", differs(stated.tests, |counts| counts.tests), most(|counts| counts.tests)),
            (
                "failures",
                differs(stated.failures, |counts| counts.failures).filter(|_| !together),
                most(|counts| counts.failures),
            ),
            (
                "errors",
                differs(stated.errors, |counts| counts.errors).filter(|_| !together),
                most(|counts| counts.errors),
            ),
            ("skipped", differs(stated.skipped, |counts| counts.skipped), most(|counts| counts.skipped)),
        ];
        let wrong = wrong.into_iter().filter_map(|(what, stated, found)| Some((what, stated?, found)));
        // What is lost weighs more than what is told besides.
        let (what, stated, found) = wrong.max_by_key(|(_, stated, found)| stated > found)?;
        let name = bounded(&self.name, 100);
        let message = format!("the suite `{name}` says `{what}: {stated}`, its cases say {found}");
        Some(Mismatch { message, is_loss: stated > found })
    }

    /// Tests, and the positions of failed cases: a case that is told again and passes at last is one flaky test, not several.
    fn attempts(&self) -> (Counts, Vec<usize>) {
        let mut tests: BTreeMap<(&str, &str), Attempts> = BTreeMap::new();
        for case in &self.cases {
            let attempts = tests.entry((&case.class, &case.name)).or_default();
            attempts.number += 1;
            attempts.any_bad |= case.is_bad();
            attempts.all_passed &= case.verdict == Verdict::Passed;
            attempts.passed_at_last = case.verdict == Verdict::Passed;
            attempts.says_flaky |= case.is_flaky && !case.is_bad();
        }
        let mut counts = Counts::default();
        let mut failed = Vec::new();
        for (position, case) in self.cases.iter().enumerate() {
            let is_mended = tests.get(&(case.class.as_str(), case.name.as_str())).is_some_and(Attempts::is_mended);
            if case.is_bad() && is_mended {
                continue;
            }
            counts.add(Counts::case(case.verdict));
            if case.is_bad() {
                failed.push(position);
            }
        }
        let flaky = tests.values().filter(|attempts| attempts.is_mended() || attempts.says_flaky);
        counts.flaky = flaky.count() as u64;
        self.quiet_repeats(&tests, &mut counts);
        (counts, failed)
    }

    /// Some runners tell every attempt of a flaky test as passed, and only count it once. Where they count each, the cases are
    /// tests of the same name.
    fn quiet_repeats(&self, tests: &BTreeMap<(&str, &str), Attempts>, counts: &mut Counts) {
        let quiet = || tests.values().filter(|attempts| attempts.all_passed && attempts.number > 1);
        let repeats: u64 = quiet().map(|attempts| attempts.number - 1).sum();
        let told = self.cases.len() as u64;
        let once = [told.saturating_sub(repeats), counts.tests.saturating_sub(repeats)];
        let stated = |once: u64, below: u64| self.stated.tests == Some(once.saturating_add(below));
        let below = [0, self.below.elements.tests, self.below.counts.tests];
        if repeats > 0 && once.iter().any(|once| below.iter().any(|below| stated(*once, *below))) {
            counts.tests = counts.tests.saturating_sub(repeats);
            counts.flaky += quiet().filter(|attempts| !attempts.says_flaky).count() as u64;
        }
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
