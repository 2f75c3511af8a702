//! What was measured: gates, tests, coverage, sizes, images (spec/repository.md 7).

use std::collections::BTreeSet;

use portcullis_model::{Artifact, Metric, Outcome, TestSuite};

use super::size::Size;
use super::table::{Cuts, section, table};
use super::words::code;
use crate::amount::{Amount, Rounding, Unit, bounds};

/// More rows than this are folded away where nothing was missed.
const OPEN: usize = 6;
/// Characters of the digest of an image.
const DIGEST: usize = 16;

/// Where a row stands; what was not met comes first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Missed,
    Met,
    Tests,
    Coverage,
    Sizes,
    Others,
    Images,
}

struct Row {
    rank: Rank,
    what: String,
    value: String,
    /// By how much it differs from the base.
    base: String,
    gate: String,
}

pub(super) fn block(outcome: &Outcome, size: &Size, cuts: &mut Cuts) -> String {
    let mut rows: Vec<Row> = outcome.test_suites.iter().map(|suite| tests(suite, outcome)).collect();
    let has_suites = !rows.is_empty();
    rows.extend(outcome.metrics.iter().filter_map(|known| metric(known, has_suites)));
    rows.extend(images(outcome));
    // Within a rank the order of the document.
    rows.sort_by_key(|row| row.rank);
    if size.only_missed {
        rows.retain(|row| row.rank == Rank::Missed);
    }
    if size.measured == 0 || rows.is_empty() {
        return String::new();
    }
    let all_met = rows.iter().all(|row| row.rank != Rank::Missed);
    let number = rows.len();
    let shown = rows.into_iter().map(|row| format!("| {} | {} | {} | {} |\n", row.what, row.value, row.base, row.gate));
    let header = "| Measured | This commit | Base | Gate |\n| --- | --: | --: | --- |\n";
    let table = table(header, shown, size.measured, "measured values", cuts);
    if all_met && number > OPEN && size.folded {
        return section(&format!("{number} measured values, all within their bounds"), &table, true);
    }
    table
}

fn tests(suite: &TestSuite, outcome: &Outcome) -> Row {
    let failed = suite.failures + suite.errors;
    let passed = suite.tests.saturating_sub(failed + suite.skipped);
    let (rank, sign) = if failed > 0 { (Rank::Missed, "❌ failed:") } else { (Rank::Tests, "✅ passed:") };
    let (total, failures) = (of_the_only_run(outcome, "tests.total"), of_the_only_run(outcome, "tests.failed"));
    let skipped = if suite.skipped > 0 { format!(", {} skipped", suite.skipped) } else { String::new() };
    Row {
        rank,
        what: format!("{sign} tests {}", code(&suite.name)),
        value: format!("{passed} passed, {failed} failed{skipped}"),
        base: total.and_then(Amount::since_base).as_ref().map(amount).unwrap_or_default(),
        gate: failures
            .map(gate)
            .filter(|gate| !gate.is_empty())
            .map(|gate| format!("{gate} failed"))
            .unwrap_or_default(),
    }
}

/// The value of this name, where it is about the only test run there is.
fn of_the_only_run<'a>(outcome: &'a Outcome, name: &str) -> Option<&'a Metric> {
    let mut named = outcome.metrics.iter().filter(|metric| metric.name == name);
    named.next().filter(|_| named.next().is_none() && outcome.test_suites.len() == 1)
}

/// Results of load tests and of Lighthouse are many: of these only what has a bound.
fn metric(metric: &Metric, has_suites: bool) -> Option<Row> {
    let family = metric.name.split('.').next().unwrap_or_default();
    let (rank, sign) = match (metric.is_met(), family) {
        // The rows of the suites say what tests say.
        (_, "tests") if has_suites => return None,
        (Some(false), _) => (Rank::Missed, "❌ not met: "),
        (Some(true), _) => (Rank::Met, "✅ met: "),
        (None, "load" | "lighthouse" | "tests") => return None,
        (None, "coverage") => (Rank::Coverage, ""),
        (None, "bundle" | "image") => (Rank::Sizes, ""),
        (None, _) => (Rank::Others, ""),
    };
    let target = metric.target.as_deref().map(|target| format!(" {}", code(target))).unwrap_or_default();
    Some(Row {
        rank,
        what: format!("{sign}{}{target}", code(&metric.name)),
        value: amount(&Amount::of(metric)),
        base: Amount::since_base(metric).as_ref().map(amount).unwrap_or_default(),
        gate: gate(metric),
    })
}

/// The bounds of the policy, else that of the tool.
fn gate(metric: &Metric) -> String {
    let bounds = bounds(metric).into_iter().map(|(op, value)| {
        let sign = match op {
            "<=" => "≤".to_owned(),
            "<" => "&lt;".to_owned(),
            ">=" => "≥".to_owned(),
            ">" => "&gt;".to_owned(),
            "==" => "=".to_owned(),
            other => code(other),
        };
        format!("{sign} {}", amount(&Amount::new(value, &metric.unit, Rounding::Nearest)))
    });
    // Two gates may ask for the same.
    let mut bounds: Vec<String> = bounds.collect();
    bounds.dedup();
    bounds.join(", ")
}

/// An amount in a table.
fn amount(amount: &Amount) -> String {
    let unit = match &amount.unit {
        Unit::Known(unit) => (*unit).to_owned(),
        Unit::Foreign(unit) => code(unit),
    };
    format!("{} {unit}", amount.number).trim_end().to_owned()
}

/// Images that reports are about, with their digest.
fn images(outcome: &Outcome) -> Vec<Row> {
    let artifacts = outcome.reports.iter().filter_map(|report| report.artifact.as_deref());
    let image = |artifact: &Artifact| {
        let digest = artifact.digest.clone().filter(|digest| !digest.is_empty())?;
        artifact.kind.contains("image").then(|| (artifact.name.clone(), digest))
    };
    let images: BTreeSet<(String, String)> = artifacts.filter_map(image).collect();
    let row = |(name, digest): (String, String)| {
        let short: String = digest.chars().take(DIGEST).collect();
        let more = if short.len() < digest.len() { "…" } else { "" };
        Row {
            rank: Rank::Images,
            what: format!("image {}", code(&name)),
            value: code(&format!("{short}{more}")),
            base: String::new(),
            gate: String::new(),
        }
    };
    images.into_iter().map(row).collect()
}
