//! What was measured: gates, tests, coverage, sizes, images (spec/repository.md 7).

use std::collections::BTreeSet;

use portcullis_model::{Artifact, Metric, Outcome, TestSuite, Threshold};
use rust_decimal::{Decimal, RoundingStrategy};

use super::size::Size;
use super::table::{Cuts, section, table};
use super::words::code;

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
    gate: String,
}

pub(super) fn block(outcome: &Outcome, size: &Size, cuts: &mut Cuts) -> String {
    let mut rows: Vec<Row> = outcome.test_suites.iter().map(suite).collect();
    rows.extend(outcome.metrics.iter().filter_map(metric));
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
    let shown = rows.into_iter().map(|row| format!("| {} | {} | | {} |\n", row.what, row.value, row.gate));
    let header = "| Measured | This commit | Base | Gate |\n| --- | --: | --: | --- |\n";
    let table = table(header, shown, size.measured, "measured values", cuts);
    if all_met && number > OPEN && size.folded {
        return section(&format!("{number} measured values, all within their bounds"), &table, true);
    }
    table
}

fn suite(suite: &TestSuite) -> Row {
    let failed = suite.failures + suite.errors;
    let passed = suite.tests.saturating_sub(failed + suite.skipped);
    let (rank, sign) = if failed > 0 { (Rank::Missed, "❌ failed:") } else { (Rank::Tests, "✅ passed:") };
    let skipped = if suite.skipped > 0 { format!(", {} skipped", suite.skipped) } else { String::new() };
    Row {
        rank,
        what: format!("{sign} tests {}", code(&suite.name)),
        value: format!("{passed} passed, {failed} failed{skipped}"),
        gate: String::new(),
    }
}

/// Results of load tests and of Lighthouse are many: of these only what has a bound.
fn metric(metric: &Metric) -> Option<Row> {
    let family = metric.name.split('.').next().unwrap_or_default();
    let (rank, sign) = match (metric.passed, family) {
        (Some(false), _) => (Rank::Missed, "❌ not met: "),
        (Some(true), _) => (Rank::Met, "✅ met: "),
        // The rows of the suites say what tests say.
        (None, "load" | "lighthouse" | "tests") => return None,
        (None, "coverage") => (Rank::Coverage, ""),
        (None, "bundle" | "image") => (Rank::Sizes, ""),
        (None, _) => (Rank::Others, ""),
    };
    let target = metric.target.as_deref().map(|target| format!(" {}", code(target))).unwrap_or_default();
    let (towards, gate) = metric.threshold.as_ref().map(|bound| gate(bound, &metric.unit)).unwrap_or_default();
    Some(Row {
        rank,
        what: format!("{sign}{}{target}", code(&metric.name)),
        value: amount(metric.value, &metric.unit, towards),
        gate,
    })
}

/// How a bound is written, and to which side a value must not be rounded.
fn gate(bound: &Threshold, unit: &str) -> (Rounding, String) {
    let (rounding, sign) = match bound.op.as_str() {
        "<=" => (Rounding::Up, "≤".to_owned()),
        "<" => (Rounding::Up, "&lt;".to_owned()),
        ">=" => (Rounding::Down, "≥".to_owned()),
        ">" => (Rounding::Down, "&gt;".to_owned()),
        "==" => (Rounding::Nearest, "=".to_owned()),
        other => (Rounding::Nearest, code(other)),
    };
    (rounding, format!("{sign} {}", amount(bound.value, unit, Rounding::Nearest)))
}

/// A value that misses its bound must not look as if it met it.
#[derive(Clone, Copy, Default)]
enum Rounding {
    #[default]
    Nearest,
    Up,
    Down,
}

/// One decimal and the unit; bytes in the largest unit that leaves a whole number.
fn amount(value: Decimal, unit: &str, rounding: Rounding) -> String {
    let (value, unit) = match unit {
        "percent" => (value, "%".to_owned()),
        "bytes" => bytes(value),
        "" => (value, String::new()),
        "ms" => (value, "ms".to_owned()),
        other => (value, code(other)),
    };
    let strategy = match rounding {
        Rounding::Nearest => RoundingStrategy::MidpointAwayFromZero,
        Rounding::Up => RoundingStrategy::ToPositiveInfinity,
        Rounding::Down => RoundingStrategy::ToNegativeInfinity,
    };
    let rounded = value.round_dp_with_strategy(1, strategy).normalize();
    format!("{rounded} {unit}").trim_end().to_owned()
}

fn bytes(value: Decimal) -> (Decimal, String) {
    let mut size = value;
    let mut unit = "B";
    for next in ["KiB", "MiB", "GiB"] {
        if size.abs() < Decimal::from(1_024) {
            break;
        }
        size /= Decimal::from(1_024);
        unit = next;
    }
    (size, unit.to_owned())
}

/// Images that reports are about, with their digest.
fn images(outcome: &Outcome) -> Vec<Row> {
    let artifacts = outcome.reports.iter().filter_map(|report| report.artifact.as_ref());
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
            gate: String::new(),
        }
    };
    images.into_iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_not_rounded_over_its_bound() {
        let value = |text: &str, unit, rounding| amount(text.parse().unwrap(), unit, rounding);
        assert_eq!(value("79.96", "percent", Rounding::Down), "79.9 %");
        assert_eq!(value("250.01", "ms", Rounding::Up), "250.1 ms");
        assert_eq!(value("274840000", "bytes", Rounding::Up), "262.2 MiB");
        assert_eq!(value("12", "", Rounding::Nearest), "12");
        assert_eq!(value("0.05", "", Rounding::Nearest), "0.1");
    }
}
