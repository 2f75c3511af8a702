//! `quality`: what reports measured, held against the bounds of the policy (spec/policy.md 2.3).

mod gates;
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use portcullis_model::{
    Baseline, Collected, Confidence, Finding, GateBound, Kind, Level, Location, Origin, Problem, ProblemCode, Section,
    SeveritySource, Source, fingerprint, text,
};
use rust_decimal::Decimal;

use super::levels::Named;
use crate::Policy;
use crate::policy::Setting;
use crate::rules::rule;

/// What `quality` says.
#[derive(Default)]
pub(super) struct Quality {
    pub(super) findings: Vec<Finding>,
    pub(super) problems: Vec<Problem>,
    /// Levels that the policy gives to single findings, by fingerprint.
    pub(super) levels: BTreeMap<String, Named>,
    /// Fingerprints of findings whose value is worse than on the base: the baseline does not cover them.
    pub(super) worse: BTreeSet<String>,
    /// Of each metric of the evidence its value on the base and the bounds it was held against.
    pub(super) measured: Vec<(Option<Decimal>, Vec<GateBound>)>,
}

/// Evaluates gates and tests.
pub(super) fn judge(
    policy: &Policy,
    collected: &Collected,
    baseline: Option<&Baseline>,
    lines_compared: bool,
) -> Quality {
    let run = Run { collected, baseline, lines_compared };
    let mut said = Said::default();
    for gate in &policy.quality.gates {
        gates::judge(gate, &run, &mut said);
    }
    tests::judge(&policy.quality.tests, &run, &mut said);
    let Said { made, problems, bounds } = said;
    let base = |metric| gates::base_of(metric, &run).ok();
    let mut measured: Vec<_> = collected.metrics.iter().map(|metric| (base(metric), Vec::new())).collect();
    for (position, bound) in bounds {
        if let Some((_, bounds)) = measured.get_mut(position) {
            bounds.push(bound);
        }
    }
    let mut quality = Quality { problems, measured, ..Quality::default() };
    let (mut findings, rest): (Vec<_>, Vec<_>) =
        made.into_iter().map(|made| (made.finding, (made.level, made.is_worse))).unzip();
    fingerprint::assign(&mut findings);
    for (finding, (level, is_worse)) in findings.iter().zip(rest) {
        if let Some(level) = level {
            quality.levels.insert(finding.fingerprint.clone(), level);
        }
        if is_worse {
            quality.worse.insert(finding.fingerprint.clone());
        }
    }
    quality.findings = findings;
    quality
}

/// What is judged, and what it is compared with.
struct Run<'a> {
    collected: &'a Collected,
    baseline: Option<&'a Baseline>,
    lines_compared: bool,
}

impl Run<'_> {
    /// Paths of the reports a value may stand in; findings name their reports by path.
    fn paths_of(&self, report: Option<&str>) -> Vec<String> {
        let Some(report) = report else { return Vec::new() };
        let named = self.collected.reports.iter().filter(|known| crate::baseline::key(known) == report);
        named.map(|known| known.path.clone()).collect()
    }
}

/// Findings and problems on their way.
#[derive(Default)]
struct Said {
    made: Vec<Made>,
    problems: Vec<Problem>,
    /// Bounds by the position of the metric that was held against them.
    bounds: Vec<(usize, GateBound)>,
}

impl Said {
    /// Something that could not be judged: it counts against the verdict where the policy insists.
    fn not_judged(&mut self, message: &str, is_error: bool) {
        let make = if is_error { Problem::error } else { Problem::warning };
        self.problems
            .push(make(ProblemCode::MetricAbsent, text::bounded(message, text::MESSAGE)).in_section(Section::Quality));
    }
}

/// A finding with the key that gives its level, where one names this very finding.
struct Made {
    finding: Finding,
    level: Option<Named>,
    is_worse: bool,
}

/// What tells a finding of `quality` from others, and what it says.
struct Words {
    rule: &'static str,
    identity: String,
    title: String,
    message: String,
    remediation: String,
}

/// A finding at the line of the policy that asks for it; `places` come first where the reports name some.
fn finding(words: Words, origin: &Origin, places: Vec<Location>, reports: Vec<String>) -> Finding {
    let page = rule(words.rule);
    let own = place(origin);
    let related = if places.is_empty() { Vec::new() } else { own.iter().cloned().map(asked_here).collect() };
    let locations = if places.is_empty() { vec![own.unwrap_or_default()] } else { places };
    let mut sources: Vec<Source> = reports
        .into_iter()
        .map(|report| Source { tool: "portcullis".to_owned(), report, ..Source::default() })
        .collect();
    if sources.is_empty() {
        sources.push(Source { tool: "portcullis".to_owned(), ..Source::default() });
    }
    Finding {
        kind: Kind::Quality,
        section: Section::Quality,
        rule_id: words.rule.to_owned(),
        id: words.rule.to_owned(),
        title: text::bounded(&words.title, text::TITLE),
        message: text::bounded(&words.message, text::MESSAGE),
        remediation: Some(text::bounded(&words.remediation, text::MESSAGE)),
        severity: page.map(|rule| rule.severity).unwrap_or_default(),
        severity_source: SeveritySource::RuleDefault,
        confidence: Some(Confidence::High),
        tier: page.map(|rule| rule.tier),
        locations,
        related,
        sources,
        identity: words.identity,
        ..Finding::default()
    }
}

/// The line of a policy file; a preset and a default are in no file of the repository.
fn place(origin: &Origin) -> Option<Location> {
    let ending = origin.layer.rsplit_once('.').map(|(_, ending)| ending);
    let is_file = !origin.layer.contains(':') && matches!(ending, Some("yaml" | "yml"));
    (is_file && origin.line.is_some()).then(|| Location {
        path: origin.layer.to_string(),
        start_line: origin.line,
        start_col: origin.col,
        ..Location::default()
    })
}

fn asked_here(place: Location) -> Location {
    Location { label: Some("the policy asks for it here".to_owned()), ..place }
}

fn named(key: String, setting: &Setting<Level>) -> Named {
    Named { key, setting: setting.clone() }
}

/// A value for people. Rounded as far as it stays on its side of the bound: 79.999 is no 80.
fn shown(value: Decimal, bound: Decimal, unit: &str) -> String {
    let stays =
        |rounded: &Decimal| *rounded == value || (*rounded != bound && rounded.cmp(&bound) == value.cmp(&bound));
    let rounded = (2..=12).map(|digits| value.round_dp(digits)).find(stays).unwrap_or(value).normalize();
    with_unit(rounded, unit)
}

fn with_unit(value: Decimal, unit: &str) -> String {
    match unit {
        "percent" => format!("{value} %"),
        "" => value.to_string(),
        unit => format!("{value} {unit}"),
    }
}

#[cfg(test)]
mod unit_tests {
    use super::*;

    #[test]
    fn a_rounded_value_never_crosses_its_bound() {
        let shown = |value: &str, bound: &str| shown(value.parse().unwrap(), bound.parse().unwrap(), "percent");
        assert_eq!(shown("74.1234", "80"), "74.12 %");
        assert_eq!(shown("79.9999", "80"), "79.9999 %");
        assert_eq!(shown("66.666666666666666666666666667", "66.67"), "66.667 %");
        assert_eq!(shown("75.000", "80"), "75 %");
    }
}
