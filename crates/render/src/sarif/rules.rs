//! The rules of a run: one descriptor for each id its results carry.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_model::{Confidence, Finding, Judged, Kind, Level, Severity};

use super::log::{Configuration, Rule, RuleProperties, Text};
use crate::escape::{LinkHosts, PlainText, Url, cap};
use crate::short::headline;

/// Tags of a rule GitHub reads.
const TAGS: usize = 20;
/// Ids longer than this are cut; GitHub takes 255.
const ID: usize = 200;

/// The rules of a run, in the order of their ids.
pub(super) struct Rules<'a> {
    by_id: BTreeMap<PlainText, Vec<&'a Judged>>,
}

/// The id a result is known by.
pub(super) fn id(judged: &Judged) -> PlainText {
    let id = PlainText::new(&judged.finding.id, ID);
    if id.is_empty() { PlainText::new("unknown", ID) } else { id }
}

impl<'a> Rules<'a> {
    pub(super) fn of(findings: &[&'a Judged]) -> Self {
        let mut by_id: BTreeMap<PlainText, Vec<&Judged>> = BTreeMap::new();
        for judged in findings {
            by_id.entry(id(judged)).or_default().push(judged);
        }
        Self { by_id }
    }

    /// Positions by id.
    pub(super) fn positions(&self) -> BTreeMap<PlainText, usize> {
        self.by_id.keys().cloned().zip(0..).collect()
    }

    /// How many tags the rules have, and how many of them are written.
    pub(super) fn tags(&self) -> (usize, usize) {
        let of_rules = self.by_id.values().map(|findings| tags(findings).len());
        of_rules.fold((0, 0), |(all, kept), tags| (all + tags, kept + tags.min(TAGS)))
    }

    pub(super) fn descriptors(&self, hosts: &LinkHosts) -> Vec<Rule> {
        self.by_id.iter().map(|(id, findings)| rule(id.clone(), findings, hosts)).collect()
    }
}

/// What holds for every result of the rule; a text only the first has would be said of the others too.
fn rule(id: PlainText, findings: &[&Judged], hosts: &LinkHosts) -> Rule {
    let title = common(findings, |judged| headline(judged)).unwrap_or_default();
    let title = PlainText::new(title, cap::TITLE);
    let title = if title.is_empty() { id.clone() } else { title };
    let description = common(findings, |judged| judged.finding.description.as_str());
    let full = description.map(|text| PlainText::lines(text, 1_000)).filter(|text| !text.is_empty());
    let remediation = common(findings, |judged| judged.finding.remediation.as_deref().unwrap_or_default());
    let help = remediation.map(|text| PlainText::lines(text, 1_000)).filter(|text| !text.is_empty());
    let help_uri = findings.first().and_then(|judged| Url::new(judged.finding.references.first()?, hosts));
    let page = help_uri.as_ref().map(|url| PlainText::new(&url.to_string(), 2_000));
    let worst = findings.iter().map(|judged| judged.level).max().unwrap_or_default();
    Rule {
        short_description: Text { text: title.clone() },
        full_description: Text { text: full.unwrap_or_else(|| title.clone()) },
        help: Text { text: help.or(page).unwrap_or(title) },
        help_uri,
        default_configuration: Configuration { level: super::level(worst) },
        properties: properties(findings),
        id,
    }
}

fn common<'a>(findings: &[&'a Judged], text: impl Fn(&'a Judged) -> &'a str) -> Option<&'a str> {
    let first = text(findings.first()?);
    findings.iter().all(|judged| text(judged) == first).then_some(first)
}

fn properties(findings: &[&Judged]) -> RuleProperties {
    let worst = findings.iter().map(|judged| judged.severity).min_by_key(|severity| severity.display_rank());
    let worst = worst.unwrap_or_default();
    let is_security = is_security_rule(findings);
    let confidence = findings.iter().filter_map(|judged| judged.finding.confidence).max();
    RuleProperties {
        tags: tags(findings).into_iter().take(TAGS).collect(),
        precision: confidence.map(|confidence| match confidence {
            Confidence::High => "high",
            Confidence::Medium => "medium",
            Confidence::Low => "low",
        }),
        security_severity: if is_security { score(findings, worst) } else { None },
        problem_severity: match worst {
            Severity::Critical | Severity::High => "error",
            Severity::Medium | Severity::Unknown => "warning",
            Severity::Low | Severity::Info => "recommendation",
        },
    }
}

fn is_security_rule(findings: &[&Judged]) -> bool {
    findings.iter().any(|judged| is_security(judged.finding.kind))
}

const fn is_security(kind: Kind) -> bool {
    matches!(kind, Kind::Vulnerability | Kind::Misconfiguration | Kind::Secret | Kind::Code | Kind::Malware)
}

fn tags(findings: &[&Judged]) -> Vec<PlainText> {
    let mut words: BTreeSet<String> = findings.iter().map(|judged| judged.finding.kind.as_str().to_owned()).collect();
    words.extend(findings.iter().map(|judged| judged.finding.section.as_str().to_owned()));
    words.remove("");
    let weaknesses: BTreeSet<u32> = findings.iter().flat_map(|judged| judged.finding.cwes.iter().copied()).collect();
    let security = is_security_rule(findings).then(|| "security".to_owned());
    let weaknesses = weaknesses.into_iter().map(|number| format!("external/cwe/cwe-{number:03}"));
    let tags = security.into_iter().chain(words).chain(weaknesses);
    tags.map(|tag| PlainText::new(&tag, cap::RULE)).collect()
}

/// What GitHub bands into critical (over 9.0), high, medium and low: the score, where it lies in the band of the severity
/// in force, else the middle of that band.
fn score(findings: &[&Judged], worst: Severity) -> Option<String> {
    let (band, middle) = match worst {
        Severity::Critical => (9.0..=10.0, "9.5"),
        Severity::High => (7.0..=8.9, "8.0"),
        Severity::Medium => (4.0..=6.9, "5.5"),
        Severity::Low => (0.1..=3.9, "2.0"),
        Severity::Info | Severity::Unknown => return None,
    };
    let scored = findings.iter().filter_map(|judged| highest(&judged.finding)).filter(|score| band.contains(score));
    Some(scored.max_by(f32::total_cmp).map_or_else(|| middle.to_owned(), |score| format!("{score:.1}")))
}

fn highest(finding: &Finding) -> Option<f32> {
    finding.vulnerability.as_ref()?.scores.iter().map(|score| score.score).max_by(f32::total_cmp)
}

/// Whether a level is at all reported.
pub(super) const fn is_reported(level: Level) -> bool {
    !matches!(level, Level::Off)
}
