//! Tests and coverage: totals as the document's own cases, lines or sums give them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::json::number;
use super::xml::Element;
use super::{Count, Metrics};

fn metrics(values: impl IntoIterator<Item = (&'static str, Option<f64>)>) -> Count {
    let known = values.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Count { metrics: Some(known.collect::<Metrics>()), ..Count::default() }
}

/// Of nothing there is no share.
#[allow(clippy::cast_precision_loss, reason = "lines of a program")]
fn percent(covered: u64, all: u64) -> Option<f64> {
    (all > 0).then(|| covered as f64 * 100.0 / all as f64)
}

pub(super) fn coverage_py(document: &Value) -> Count {
    let share = |covered: &str, all: &str| {
        let totals = &document["totals"];
        let all = number(&totals[all]).filter(|all| *all > 0.0)?;
        Some(number(&totals[covered])? * 100.0 / all)
    };
    metrics([
        ("coverage.line", share("covered_lines", "num_statements")),
        ("coverage.branch", share("covered_branches", "num_branches")),
    ])
}

pub(super) fn istanbul(document: &Value) -> Count {
    let share = |name: &str| {
        let total = &document["total"][name];
        percent(total["covered"].as_u64()?, total["total"].as_u64()?)
    };
    metrics([
        ("coverage.line", share("lines")),
        ("coverage.branch", share("branches")),
        ("coverage.function", share("functions")),
        ("coverage.statement", share("statements")),
    ])
}

/// Cases; one of a name that passes once, and fails once, is a flaky one.
#[allow(clippy::cast_precision_loss, reason = "tests of a program")]
pub(super) fn junit(root: &Element) -> Count {
    let cases = root.below("testcase");
    let with = |names: &[&str]| {
        let has_one = |case: &&&Element| case.children.iter().any(|child| names.contains(&child.name.as_str()));
        cases.iter().filter(has_one).count() as f64
    };
    metrics([
        ("tests.total", Some(cases.len() as f64)),
        ("tests.failed", Some(with(&["failure", "error"]))),
        ("tests.skipped", Some(with(&["skipped"]))),
    ])
}

/// The lines of the classes; a line of several classes of one file is one line.
pub(super) fn cobertura(root: &Element) -> Count {
    let mut lines: BTreeMap<(String, String), bool> = BTreeMap::new();
    for class in root.below("class") {
        for line in class.children.iter().filter(|child| child.name == "lines").flat_map(|lines| &lines.children) {
            let place = (class.attribute("filename").to_owned(), line.attribute("number").to_owned());
            *lines.entry(place).or_default() |= line.attribute("hits") != "0";
        }
    }
    let covered = lines.values().filter(|is_hit| **is_hit).count() as u64;
    let by_attributes =
        || percent(root.attribute("lines-covered").parse().ok()?, root.attribute("lines-valid").parse().ok()?);
    metrics([("coverage.line", percent(covered, lines.len() as u64).or_else(by_attributes))])
}

pub(super) fn jacoco(root: &Element) -> Count {
    let share = |kind: &str| {
        let counter = root.children.iter().find(|child| child.name == "counter" && child.attribute("type") == kind)?;
        let (missed, covered): (u64, u64) =
            (counter.attribute("missed").parse().ok()?, counter.attribute("covered").parse().ok()?);
        percent(covered, missed + covered)
    };
    // A line without instructions says nothing; where all are such the sum speaks.
    let ran: BTreeMap<(usize, &str), bool> = root
        .below("sourcefile")
        .into_iter()
        .enumerate()
        .flat_map(|(file, source)| source.children.iter().map(move |line| (file, line)))
        .filter(|(_, line)| {
            line.name == "line" && !(line.attribute("ci").is_empty() && line.attribute("mi").is_empty())
        })
        .map(|(file, line)| ((file, line.attribute("nr")), !matches!(line.attribute("ci"), "" | "0")))
        .collect();
    let lines = percent(ran.values().filter(|has_run| **has_run).count() as u64, ran.len() as u64);
    metrics([
        ("coverage.line", lines.or_else(|| share("LINE"))),
        ("coverage.branch", share("BRANCH")),
        ("coverage.function", share("METHOD")),
    ])
}

/// Statements and conditions by line; the sums of the project for everything else. Tests are no part of it.
pub(super) fn clover(root: &Element) -> Count {
    let project = root.children.iter().find(|child| child.name == "project");
    let mut lines: BTreeMap<(String, String), bool> = BTreeMap::new();
    for file in project.into_iter().flat_map(|project| project.below("file")) {
        let path = [file.attribute("path"), file.attribute("name")].into_iter().find(|path| !path.is_empty());
        for line in file.children.iter().filter(|line| line.name == "line" && line.attribute("type") != "method") {
            let place = (path.unwrap_or_default().to_owned(), line.attribute("num").to_owned());
            let hits = ["count", "truecount", "falsecount"].map(|name| line.attribute(name));
            // Istanbul counts the line and writes its branches into the others.
            let counts = if hits[0].is_empty() { &hits[1..] } else { &hits[..1] };
            *lines.entry(place).or_default() |= counts.iter().any(|count| !matches!(*count, "" | "0"));
        }
    }
    let covered = lines.values().filter(|is_hit| **is_hit).count() as u64;
    let sums = project.and_then(|project| project.children.iter().find(|child| child.name == "metrics"));
    let share =
        |covered: &str, all: &str| percent(sums?.attribute(covered).parse().ok()?, sums?.attribute(all).parse().ok()?);
    metrics([
        ("coverage.line", percent(covered, lines.len() as u64)),
        ("coverage.branch", share("coveredconditionals", "conditionals")),
        ("coverage.function", share("coveredmethods", "methods")),
        ("coverage.statement", share("coveredstatements", "statements")),
    ])
}

/// Lines of all records; the hits of one line in several records are added up.
pub(super) fn lcov(text: &str) -> Count {
    let mut file = "";
    let (mut lines, mut hit) = (BTreeSet::new(), BTreeSet::new());
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix("SF:") {
            file = name;
        } else if let Some((number, hits)) = line.strip_prefix("DA:").and_then(|data| data.split_once(',')) {
            lines.insert((file, number));
            let hits = hits.split(',').next().unwrap_or_default();
            if hits != "0" {
                hit.insert((file, number));
            }
        }
    }
    metrics([("coverage.line", percent(hit.len() as u64, lines.len() as u64))])
}
