//! What was measured: tests, coverage and other numbers (spec/repository.md 7).

use portcullis_model::{Metric, Outcome, TestSuite};

use super::size::Size;
use super::table::{Cuts, table};
use super::words::code;

pub(super) fn block(outcome: &Outcome, size: &Size, cuts: &mut Cuts) -> String {
    let mut rows: Vec<(u8, String)> = outcome.test_suites.iter().map(suite).collect();
    rows.extend(outcome.metrics.iter().map(metric));
    // What was not met first; within that the order of the document.
    rows.sort_by_key(|(rank, _)| *rank);
    if size.measured == 0 || rows.is_empty() {
        return String::new();
    }
    let rows = rows.into_iter().map(|(_, row)| row);
    table(
        "| Measured | This commit | Bound of the tool |\n| --- | --: | --- |\n",
        rows,
        size.measured,
        "measured values",
        cuts,
    )
}

fn suite(suite: &TestSuite) -> (u8, String) {
    let failed = suite.failures + suite.errors;
    let passed = suite.tests.saturating_sub(failed + suite.skipped);
    let (rank, sign) = if failed > 0 { (0, "❌ failed:") } else { (2, "✅ passed:") };
    let skipped = if suite.skipped > 0 { format!(", {} skipped", suite.skipped) } else { String::new() };
    (rank, format!("| {sign} tests {} | {passed} passed, {failed} failed{skipped} | |\n", code(&suite.name)))
}

fn metric(metric: &Metric) -> (u8, String) {
    let (rank, sign) = match metric.passed {
        Some(false) => (0, "❌ not met: "),
        Some(true) => (1, "✅ met: "),
        None => (3, ""),
    };
    let target = metric.target.as_deref().map(|target| format!(" {}", code(target))).unwrap_or_default();
    let unit = if metric.unit.is_empty() { String::new() } else { format!(" {}", code(&metric.unit)) };
    let bound = metric.threshold.as_ref().map(|bound| code(&format!("{} {}", bound.op, bound.value)));
    let row =
        format!("| {sign}{}{target} | {}{unit} | {} |\n", code(&metric.name), metric.value, bound.unwrap_or_default());
    (rank, row)
}
