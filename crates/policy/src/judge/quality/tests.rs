//! `quality.tests`: the test runs of all reports together.

use std::collections::BTreeSet;

use portcullis_model::{FailedCase, GateBound, Health, Location, Origin, TestSuite};
use rust_decimal::Decimal;

use super::{Made, Run, Said, Words, finding, named, shown};
use crate::quality::{Bound, TestPolicy};

/// Failed tests that are named, and places that are shown.
const NAMED: usize = 10;

pub(super) fn judge(policy: &TestPolicy, run: &Run<'_>, said: &mut Said) {
    let runs = Runs::new(run);
    bounds(policy, run, said);
    if run.collected.test_suites.is_empty() {
        // A report that broke before its first test is told by itself.
        if policy.required.value && runs.reports.is_empty() {
            let origin = &policy.required.origin;
            said.not_judged(
                &format!("no report of tests was read, `quality.tests.required` asks for one ({origin})"),
                true,
            );
        }
        return;
    }
    failed(policy, &runs, said);
    flaky(policy, &runs, said);
    // How many there are, and how many of them were skipped, only whole reports say.
    if runs.are_whole {
        skipped(policy, &runs, said);
        total(policy, &runs, said);
        dropped(policy, &runs, run, said);
    }
}

/// The bounds hold for the tests of all reports together: of one report alone they are its own.
fn bounds(policy: &TestPolicy, run: &Run<'_>, said: &mut Said) {
    let limits = [
        ("tests.failed", "quality.tests.max_failed", "<=", Some(&policy.max_failed)),
        ("tests.flaky", "quality.tests.max_flaky", "<=", policy.max_flaky.as_ref()),
        ("tests.total", "quality.tests.min_total", ">=", Some(&policy.min_total).filter(|least| least.value > 0)),
    ];
    for (name, key, op, limit) in limits {
        let mut metrics = run.collected.metrics.iter().enumerate().filter(|(_, metric)| metric.name == name);
        if let (Some((position, metric)), None, Some(limit)) = (metrics.next(), metrics.next(), limit) {
            let value = Decimal::from(limit.value);
            let passed = if op == "<=" { metric.value <= value } else { metric.value >= value };
            let (gate, op, origin) = (key.to_owned(), op.to_owned(), limit.origin.clone());
            said.bounds.push((position, GateBound { gate, op, value, passed, origin }));
        }
    }
}

/// Every test run of the evidence.
struct Runs<'a> {
    suites: &'a [TestSuite],
    /// Paths of the reports, and their names.
    reports: Vec<String>,
    names: BTreeSet<&'a str>,
    are_whole: bool,
}

impl<'a> Runs<'a> {
    fn new(run: &Run<'a>) -> Self {
        let of_tests = || run.collected.reports.iter().filter(|report| report.format == "junit");
        Self {
            suites: &run.collected.test_suites,
            reports: of_tests().map(|report| report.path.clone()).collect(),
            names: of_tests().map(crate::baseline::key).collect(),
            are_whole: of_tests().all(|report| report.health != Health::Error),
        }
    }

    fn sum(&self, count: impl Fn(&TestSuite) -> u64) -> u64 {
        self.suites.iter().map(count).fold(0, u64::saturating_add)
    }

    fn total(&self) -> u64 {
        self.sum(|suite| suite.tests)
    }

    fn cases(&self) -> impl Iterator<Item = &'a FailedCase> {
        self.suites.iter().flat_map(|suite| &suite.failed_cases)
    }
}

fn failed(policy: &TestPolicy, runs: &Runs<'_>, said: &mut Said) {
    let failed = runs.sum(|suite| suite.failures.saturating_add(suite.errors));
    let limit = &policy.max_failed;
    if failed <= limit.value {
        return;
    }
    let cases: Vec<_> = runs.cases().take(NAMED).map(said_by).collect();
    let more = failed.saturating_sub(cases.len() as u64);
    let more = if more > 0 && !cases.is_empty() { format!("; and {more} more") } else { String::new() };
    let list = if cases.is_empty() { String::new() } else { format!(": {}{more}", cases.join("; ")) };
    let words = Words {
        rule: "policy/failed-tests",
        identity: "tests".to_owned(),
        title: format!("{} failed", tests(failed)),
        message: format!("{} of {} failed, {} may{list}", tests(failed), runs.total(), at_most(limit.value)),
        remediation: "mend the tests, or what they test".to_owned(),
    };
    let places = runs.cases().filter_map(place).take(NAMED).collect();
    said.made.push(made(words, &limit.origin, places, runs));
}

/// `calc.test_sign (expected 1)`
fn said_by(case: &FailedCase) -> String {
    let message = portcullis_model::text::bounded(case.message.lines().next().unwrap_or_default().trim(), 80);
    if message.is_empty() { format!("`{}`", case.name) } else { format!("`{}` ({message})", case.name) }
}

fn place(case: &FailedCase) -> Option<Location> {
    let path = case.file.clone().filter(|path| !path.is_empty() && !path.starts_with('/'))?;
    Some(Location { path, start_line: case.line, ..Location::default() })
}

fn flaky(policy: &TestPolicy, runs: &Runs<'_>, said: &mut Said) {
    let flaky = runs.sum(|suite| suite.flaky);
    let level = policy.flaky.as_ref();
    let (limit, origin) = match (&policy.max_flaky, level) {
        (Some(limit), _) => (limit.value, &limit.origin),
        (None, Some(level)) => (0, &level.origin),
        (None, None) => return,
    };
    if flaky <= limit {
        return;
    }
    let words = Words {
        rule: "policy/flaky-tests",
        identity: "tests".to_owned(),
        title: format!("{} passed only on a repeat", tests(flaky)),
        message: format!("{} passed only on a repeat, {} may", tests(flaky), at_most(limit)),
        remediation: "find out what makes them depend on chance".to_owned(),
    };
    let mut made = made(words, origin, Vec::new(), runs);
    made.level = level.map(|level| named("quality.tests.flaky".to_owned(), level));
    said.made.push(made);
}

fn skipped(policy: &TestPolicy, runs: &Runs<'_>, said: &mut Said) {
    let Some(limit) = &policy.max_skipped else { return };
    let (skipped, total) = (runs.sum(|suite| suite.skipped), runs.total());
    let allowed = limit.value.share_of(Decimal::from(total));
    if allowed.is_none_or(|allowed| Decimal::from(skipped) <= allowed) {
        return;
    }
    let share = Decimal::from(skipped).checked_mul(Decimal::ONE_HUNDRED);
    let share = share.and_then(|share| share.checked_div(Decimal::from(total))).unwrap_or_default();
    let share = shown(share, limit.value.number, "percent");
    let words = Words {
        rule: "policy/skipped-tests",
        identity: "tests".to_owned(),
        title: format!("{} of the tests were skipped", share.replace(' ', "")),
        message: format!("{skipped} of {} were skipped, which is {share}: at most {} may", tests(total), limit.value),
        remediation: "run them again, or delete what nobody runs".to_owned(),
    };
    said.made.push(made(words, &limit.origin, Vec::new(), runs));
}

fn total(policy: &TestPolicy, runs: &Runs<'_>, said: &mut Said) {
    let (total, limit) = (runs.total(), &policy.min_total);
    if total >= limit.value {
        return;
    }
    few(format!("{} ran, at least {} have to", tests(total), limit.value), &limit.origin, runs, said);
}

fn few(message: String, origin: &Origin, runs: &Runs<'_>, said: &mut Said) {
    let words = Words {
        rule: "policy/few-tests",
        identity: "tests".to_owned(),
        title: "fewer tests ran than have to".to_owned(),
        message,
        remediation: "look whether the runner still finds all tests".to_owned(),
    };
    said.made.push(made(words, origin, Vec::new(), runs));
}

/// The number of tests against the base: only where the base had the same reports.
fn dropped(policy: &TestPolicy, runs: &Runs<'_>, run: &Run<'_>, said: &mut Said) {
    let Some(limit) = &policy.max_drop else { return };
    let Some(base) = base_total(runs, run) else {
        let why =
            if run.baseline.is_none() { "there is no baseline" } else { "the baseline has other reports of tests" };
        said.not_judged(&format!("`quality.tests.max_drop` was not evaluated: {why} ({})", limit.origin), false);
        return;
    };
    let total = runs.total();
    if Decimal::from(total) < lowest(base, &limit.value) {
        let message =
            format!("{} ran, {base} on the base: the number may fall by at most {}", tests(total), limit.value);
        few(message, &limit.origin, runs, said);
        if let Some(made) = said.made.last_mut() {
            made.is_worse = true;
        }
    }
}

fn lowest(base: Decimal, limit: &Bound) -> Decimal {
    base.saturating_sub(limit.share_of(base).unwrap_or_default())
}

fn base_total(runs: &Runs<'_>, run: &Run<'_>) -> Option<Decimal> {
    let known: Vec<_> = run.baseline?.metrics.iter().filter(|metric| metric.name == "tests.total").collect();
    let reports: BTreeSet<&str> = known.iter().filter_map(|metric| metric.report.as_deref()).collect();
    let same = reports == runs.names && known.len() == reports.len();
    same.then(|| known.iter().fold(Decimal::ZERO, |sum, metric| sum.saturating_add(metric.value)))
}

fn made(words: Words, origin: &Origin, places: Vec<Location>, runs: &Runs<'_>) -> Made {
    Made { finding: finding(words, origin, places, runs.reports.clone()), level: None, is_worse: false }
}

fn tests(count: u64) -> String {
    if count == 1 { "1 test".to_owned() } else { format!("{count} tests") }
}

fn at_most(limit: u64) -> String {
    if limit == 0 { "none".to_owned() } else { format!("at most {limit}") }
}
