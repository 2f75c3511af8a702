//! Tests and other numbers.

use portcullis_model::{FailedCase, Metric, Outcome, TestSuite};

use super::markup::{Markup, count};
use super::table::{Cuts, table};
use crate::amount::{Amount, Rounding};
use crate::escape::cap;

/// Failed cases of a suite that are named.
const CASES: usize = 20;

pub(super) fn tests(outcome: &Outcome, cuts: &mut Cuts) -> Markup {
    if outcome.test_suites.is_empty() {
        return Markup::default();
    }
    let mut section = Markup::new("<section id=tests aria-labelledby=tests-title>\n<h2 id=tests-title>Tests</h2>\n");
    let opening = "<caption>Test suites</caption><thead><tr><th scope=col>Suite<th scope=col class=n>Passed\
                   <th scope=col class=n>Failed<th scope=col class=n>Skipped<th scope=col class=n>Flaky</thead>";
    section.add(&table(opening, outcome.test_suites.iter().map(suite), "test suites", cuts)).put("</section>\n");
    section
}

fn suite(suite: &TestSuite) -> Markup {
    let failed = suite.failures.saturating_add(suite.errors);
    let passed = suite.tests.saturating_sub(failed.saturating_add(suite.skipped));
    let mut row = Markup::new("<tr><th scope=row>");
    row.text(&suite.name, cap::TITLE);
    if !suite.failed_cases.is_empty() {
        row.put("<details><summary>").counted(count(suite.failed_cases.len()), "failed case", "failed cases");
        row.put("</summary><ul>");
        for case in suite.failed_cases.iter().take(CASES) {
            row.add(&failed_case(case));
        }
        let further = count(suite.failed_cases.len().saturating_sub(CASES));
        if further > 0 {
            row.put("<li>").number(further).put(" more</li>");
        }
        row.put("</ul></details>");
    }
    row.put("<td class=n>").number(passed);
    row.put(if failed > 0 { "<td class=\"n bad\">" } else { "<td class=\"n zero\">" }).number(failed);
    row.put("<td class=n>").number(suite.skipped).put("<td class=n>").number(suite.flaky).put("\n");
    row
}

fn failed_case(case: &FailedCase) -> Markup {
    let mut item = Markup::new("<li>");
    item.code(&case.name, cap::TITLE);
    if let Some(file) = &case.file {
        item.put(" <span class=faint>").text(file, cap::PATH);
        if let Some(line) = case.line {
            item.put(":").number(u64::from(line));
        }
        item.put("</span>");
    }
    if !case.message.trim().is_empty() {
        item.put(": ").text(&case.message, cap::REASON);
    }
    item.put("</li>");
    item
}

pub(super) fn metrics(outcome: &Outcome, cuts: &mut Cuts) -> Markup {
    if outcome.metrics.is_empty() {
        return Markup::default();
    }
    let mut section =
        Markup::new("<section id=metrics aria-labelledby=metrics-title>\n<h2 id=metrics-title>Metrics</h2>\n");
    let opening = "<caption>Measured values</caption><thead><tr><th scope=col>Metric<th scope=col>Of\
                   <th scope=col class=n>Value<th scope=col class=n>On the base<th scope=col>Bound of the policy\
                   <th scope=col>Bound of the tool<th scope=col>Met</thead>";
    section.add(&table(opening, outcome.metrics.iter().map(metric), "measured values", cuts)).put("</section>\n");
    section
}

fn metric(metric: &Metric) -> Markup {
    let mut row = Markup::new("<tr><th scope=row>");
    row.code(&metric.name, cap::RULE).put("<td>");
    row.text(metric.target.as_deref().or(metric.report.as_deref()).unwrap_or_default(), cap::PATH);
    row.put("<td class=n>").text(&metric.value.to_string(), cap::VERSION);
    if !metric.unit.is_empty() {
        row.put(" ").text(&metric.unit, cap::VERSION);
    }
    row.put("<td class=n>");
    if let Some(base) = metric.base {
        row.text(&Amount::new(base, &metric.unit, Rounding::Nearest).text(), cap::VERSION);
    }
    row.put("<td>");
    for (index, gate) in metric.gates.iter().enumerate() {
        row.put(if index > 0 { "<br>" } else { "" });
        row.code(&format!("{} {}", gate.op, gate.value), cap::VERSION);
        row.put(" <span class=faint>").text(&gate.origin.to_string(), cap::PATH).put("</span>");
    }
    row.put("<td>");
    if let Some(bound) = &metric.threshold {
        row.code(&format!("{} {}", bound.op, bound.value), cap::VERSION);
    }
    row.put(match metric.is_met() {
        Some(true) => "<td class=good>yes\n",
        Some(false) => "<td class=bad>no\n",
        None => "<td>\n",
    });
    row
}
