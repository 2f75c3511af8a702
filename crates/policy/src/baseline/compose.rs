//! One baseline from several sources: each check and each report is held against the best of those that know it.

use std::collections::BTreeSet;

use jiff::civil::Date;
use portcullis_model::merge::{self, Merging};
use portcullis_model::{Baseline, BaselineFinding, Evidence, Outcome, Registry, Section, State};

use super::{Index, arrange, record};
use crate::{Policy, judge, named_by_exception};

/// What the wings and readers say of the base, judged and made a baseline: what is suppressed or excluded there is not
/// remembered, as in one that was written. What an exception covers is marked as accepted, in force or not: when the exception
/// ends, the finding counts again.
pub fn of_base(
    policy: &Policy,
    mut evidence: Evidence,
    merging: &Merging,
    registry: &Registry,
    today: Date,
) -> Baseline {
    let collected = &mut evidence.collected;
    collected.findings = merge::merge(std::mem::take(&mut collected.findings), merging);
    let mut outcome = Outcome {
        reports: collected.reports.clone(),
        check_runs: collected.check_runs.clone(),
        problems: collected.problems.clone(),
        components: collected.components.clone(),
        metrics: collected.metrics.clone(),
        ..Outcome::default()
    };
    outcome.findings = judge(policy, evidence, registry, today).findings;
    for judged in &mut outcome.findings {
        if judged.is_open() && named_by_exception(policy, &judged.finding) {
            judged.state = State::Excepted;
        }
    }
    record(&outcome, None, None, None)
}

/// Of several sources, the best first, one: a section or report is taken whole from the first that knows it. What a later
/// one knows of the same finding besides, its age and that it was accepted, is kept.
pub fn compose(sources: Vec<Baseline>) -> Option<Baseline> {
    if sources.len() < 2 {
        return sources.into_iter().next();
    }
    let mut composed = Composed::default();
    let earlier: Vec<BaselineFinding> = sources.into_iter().flat_map(|source| composed.take(source)).collect();
    let earlier = Index::new(&earlier);
    for finding in &mut composed.baseline.findings {
        for known in earlier.same(finding) {
            finding.first_seen = finding.first_seen.or(known.first_seen);
            finding.accepted |= known.accepted;
        }
    }
    arrange(&mut composed.baseline.findings);
    composed.baseline.reports.sort();
    composed.baseline.metrics.sort();
    Some(composed.baseline)
}

#[derive(Default)]
struct Composed {
    baseline: Baseline,
    reports: BTreeSet<String>,
}

impl Composed {
    /// Takes over what nobody better knew, and gives back the findings that somebody did.
    fn take(&mut self, source: Baseline) -> Vec<BaselineFinding> {
        let sections: BTreeSet<Section> = source.checks.difference(&self.baseline.checks).copied().collect();
        let names: BTreeSet<String> = source.reports.iter().map(|report| report.name.clone()).collect();
        let reports: BTreeSet<String> = names.difference(&self.reports).cloned().collect();
        let (taken, known): (Vec<_>, Vec<_>) = source.findings.into_iter().partition(|finding| {
            if finding.reports.is_empty() {
                sections.contains(&finding.section)
            } else {
                finding.reports.iter().any(|report| reports.contains(report))
            }
        });
        let gives = !sections.is_empty() || !reports.is_empty();
        let whole = &mut self.baseline;
        if gives && whole.created.is_none() {
            whole.created = source.created;
        }
        if gives && whole.commit.is_none() {
            whole.commit = source.commit;
        }
        if whole.schema.is_empty() {
            whole.schema = source.schema;
        }
        if !reports.is_empty() {
            whole.components.extend(source.components);
        }
        let is_ours = |report: Option<&str>| match report {
            Some(report) => reports.contains(report),
            None => gives,
        };
        let metrics = source.metrics.into_iter().filter(|metric| is_ours(metric.report.as_deref()));
        for metric in metrics {
            let known = |other: &&portcullis_model::BaselineMetric| {
                (&other.name, &other.target, &other.report) == (&metric.name, &metric.target, &metric.report)
            };
            if whole.metrics.iter().find(known).is_none() {
                whole.metrics.push(metric);
            }
        }
        whole.reports.extend(source.reports.into_iter().filter(|report| reports.contains(&report.name)));
        whole.findings.extend(taken);
        whole.checks.extend(sections);
        self.reports.extend(reports);
        known
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use portcullis_model::{BaselineReport, Kind, Severity};

    use super::*;

    fn finding(name: &str, section: Section, reports: &[&str]) -> BaselineFinding {
        BaselineFinding {
            fingerprint: name.to_owned(),
            section,
            severity: Severity::High,
            reports: reports.iter().map(|report| (*report).to_owned()).collect(),
            ..BaselineFinding::default()
        }
    }

    fn baseline(checks: &[Section], reports: &[&str], findings: Vec<BaselineFinding>) -> Baseline {
        let report = |name: &&str| BaselineReport { name: (*name).to_owned(), ..BaselineReport::default() };
        Baseline {
            checks: checks.iter().copied().collect(),
            reports: reports.iter().map(report).collect(),
            findings,
            ..Baseline::default()
        }
    }

    fn names(baseline: &Baseline) -> Vec<&str> {
        baseline.findings.iter().map(|finding| finding.fingerprint.as_str()).collect()
    }

    #[test]
    fn each_check_and_each_report_is_taken_from_the_first_that_knows_it() {
        let better = baseline(
            &[Section::Secrets],
            &["deps"],
            vec![finding("a", Section::Secrets, &[]), finding("b", Section::Vulnerabilities, &["deps"])],
        );
        let worse = baseline(
            &[Section::Secrets, Section::Workflows],
            &["deps", "image"],
            vec![
                finding("c", Section::Secrets, &[]),
                finding("d", Section::Workflows, &[]),
                finding("e", Section::Vulnerabilities, &["deps"]),
                finding("f", Section::Vulnerabilities, &["image"]),
            ],
        );
        let composed = compose(vec![better, worse]).unwrap();
        assert_eq!(names(&composed), ["a", "b", "d", "f"]);
        assert_eq!(composed.checks, BTreeSet::from([Section::Secrets, Section::Workflows]));
        assert_eq!(composed.reports.len(), 2);
    }

    #[test]
    fn what_was_accepted_stays_accepted_whoever_is_asked_and_keeps_its_age() {
        let seen = Timestamp::from_second(1_000).unwrap();
        let fresh = baseline(&[Section::Secrets], &[], vec![finding("a", Section::Secrets, &[])]);
        let old = BaselineFinding { accepted: true, first_seen: Some(seen), ..finding("a", Section::Secrets, &[]) };
        let composed = compose(vec![fresh, baseline(&[Section::Secrets], &[], vec![old])]).unwrap();
        assert_eq!(composed.findings.len(), 1);
        assert_eq!((composed.findings[0].accepted, composed.findings[0].first_seen), (true, Some(seen)));
    }

    #[test]
    fn what_was_accepted_under_another_id_stays_accepted() {
        let of = |name: &str, id: &str, aliases: &[&str], purl: &str| BaselineFinding {
            kind: Kind::Vulnerability,
            id: id.to_owned(),
            aliases: aliases.iter().map(|id| (*id).to_owned()).collect(),
            purl: Some(purl.to_owned()),
            ..finding(name, Section::Vulnerabilities, &["deps"])
        };
        let accepted_as = |id: &str, aliases: &[&str], purl: &str| {
            let fresh = of("new", "CVE-2024-1", &["GHSA-jfh8-c2jp-5v3q", "DSA-1-1"], "pkg:npm/a@1");
            let old = BaselineFinding { accepted: true, ..of("old", id, aliases, purl) };
            let sources = [fresh, old].map(|finding| baseline(&[], &["deps"], vec![finding]));
            compose(sources.to_vec()).unwrap().findings[0].accepted
        };
        assert!(accepted_as("GHSA-jfh8-c2jp-5v3q", &[], "pkg:npm/a@1"));
        assert!(accepted_as("PYSEC-2024-1", &["CVE-2024-1"], "pkg:npm/a@1"));
        assert!(!accepted_as("GHSA-jfh8-c2jp-5v3q", &[], "pkg:npm/a@2"), "another version");
        assert!(!accepted_as("CVE-2024-2", &["DSA-1-1"], "pkg:npm/a@1"), "a notice of several weaknesses");
    }

    #[test]
    fn no_source_is_no_baseline() {
        assert_eq!(compose(Vec::new()), None);
    }
}
