//! `quality` of the merged tree, and what only a whole gate can show to be wrong.

use portcullis_model::{Diagnostic, Level, Origin};

use super::build::Tree;
use super::value::{Located, Map};
use crate::policy::Setting;
use crate::quality::{self, Bound, Dimension, Gate, QualityPolicy, TestPolicy};

/// Reads the section. What is wrong with a gate is told only where everything else of the policy is sound.
pub(super) fn read(tree: &Tree<'_>, sound: bool, told: &mut Vec<Diagnostic>) -> QualityPolicy {
    let gates = tree.list(&["quality", "gates"]).iter().filter_map(|entry| gate(tree, entry, sound, told)).collect();
    QualityPolicy {
        gates,
        tests: tests(tree),
        breaking: tree.level(&["quality", "api", "breaking"]),
        risky: tree.level(&["quality", "api", "risky"]),
    }
}

fn tests(tree: &Tree<'_>) -> TestPolicy {
    let at = |key: &'static str| ["quality", "tests", key];
    TestPolicy {
        required: tree.flag(&at("required")),
        max_failed: tree.number(&at("max_failed")).unwrap_or_default(),
        min_total: tree.number(&at("min_total")).unwrap_or_default(),
        max_skipped: tree.setting(&at("max_skipped"), Located::as_bound),
        max_drop: tree.setting(&at("max_drop"), Located::as_bound),
        max_flaky: tree.number(&at("max_flaky")),
        flaky: tree.setting(&at("flaky"), Located::as_level),
    }
}

fn gate(tree: &Tree<'_>, entry: &Located, sound: bool, told: &mut Vec<Diagnostic>) -> Option<Gate> {
    let map = entry.as_map()?;
    let text = |key: &str| map.get(key).and_then(Located::as_text).map(str::to_owned);
    let flag = |key: &str| map.get(key).and_then(Located::as_bool);
    let origin = |located: &Located| tree.sources.origin(&located.mark);
    let bound = |key: &str| {
        let located = map.get(key)?;
        Some(Setting { value: located.as_bound()?, origin: origin(located) })
    };
    let name = text("name")?;
    let Some(metric) = text("metric") else {
        if sound {
            let error = Diagnostic::error(
                "policy/bad-value",
                format!("gate `{name}` does not say `metric`"),
                tree.sources.span(&entry.mark),
            );
            told.push(error.help("`metric`: what is measured, as `coverage.line`; no parent has a gate of this name"));
        }
        return None;
    };
    let level =
        map.get("level").and_then(|located| Some(Setting { value: located.as_level()?, origin: origin(located) }));
    let gate = Gate {
        report: text("report"),
        target: text("target"),
        min: bound("min"),
        max: bound("max"),
        max_drop: bound("max_drop"),
        max_rise: bound("max_rise"),
        need_base: flag("need_base").unwrap_or(false),
        required: flag("required").unwrap_or(true),
        // A level nobody set stands where the gate stands.
        level: level
            .filter(|level| level.origin != Origin::builtin())
            .unwrap_or_else(|| Setting { value: Level::Fail, origin: tree.sources.origin(&entry.mark) }),
        origin: tree.sources.origin(&entry.mark),
        name,
        metric,
    };
    if sound {
        check(tree, entry, map, &gate, told);
    }
    Some(gate)
}

/// A gate that could never be judged is an error of the policy, not of the run.
fn check(tree: &Tree<'_>, entry: &Located, map: &Map, gate: &Gate, told: &mut Vec<Diagnostic>) {
    let Gate { name, metric, .. } = gate;
    let has_bounds =
        ["min", "max", "max_drop", "max_rise"].iter().any(|key| map.get(*key).and_then(Located::as_bound).is_some());
    if !has_bounds && !quality::may_have_a_verdict(metric) {
        let message = format!("gate `{name}` has no bound, and no tool states one for `{metric}`");
        let error = Diagnostic::error("policy/bad-value", message, tree.sources.span(&entry.mark));
        told.push(error.help("give it `min`, `max`, `max_drop` or `max_rise`"));
    }
    let Some(dimension) = quality::dimension_of_metric(metric) else { return };
    for key in ["min", "max", "max_drop", "max_rise"] {
        let Some(located) = map.get(key) else { continue };
        let Some(bound) = located.as_bound() else { continue };
        // A drop or rise in percent is relative to the value on the base, whatever is measured.
        let is_relative = key.starts_with("max_") && bound.dimension() == Dimension::Percent;
        if bound.dimension() == Dimension::Plain || bound.dimension() == dimension || is_relative {
            continue;
        }
        let message = format!("gate `{name}` cannot hold `{metric}` against `{key}: {bound}`: {}", measured(dimension));
        let error = Diagnostic::error("policy/bad-value", message, tree.sources.span(&located.mark));
        told.push(error.help(advice(dimension, &bound)));
    }
}

const fn measured(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::Plain => "it is a count",
        Dimension::Percent => "it is a percentage",
        Dimension::Time => "it is a time",
        Dimension::Bytes => "it is a size in bytes",
    }
}

fn advice(dimension: Dimension, bound: &Bound) -> String {
    let number = bound.number;
    match dimension {
        Dimension::Plain => format!("write a plain number: `{number}`"),
        Dimension::Percent => format!("write a percentage: `{number}%`"),
        Dimension::Time => "write a time: `300ms`, `1.5s`".to_owned(),
        Dimension::Bytes => "write a size: `500kB`, `2MiB`".to_owned(),
    }
}
