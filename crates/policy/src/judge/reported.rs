//! What another run says its reports held, beside what the checks say here (spec/github-ux.md 11). Nobody can verify it: it is
//! taken as it is told, and takes nothing away from what was judged here. Only what is new in it is found out here, where the
//! base is known.

use std::collections::BTreeSet;

use jiff::civil::Date;
use portcullis_model::{
    CheckRun, Collected, Component, Evidence, InputReport, Judged, Metric, Outcome, Problem, Registry, Section,
    TestSuite,
};

use super::required::{self, Expected};
use super::{Judgement, assess, assess_tightened, told};
use crate::Policy;
use crate::policy::fed_by_reports;

/// What another run has said of its reports.
#[derive(Clone, Debug, Default)]
pub struct Reported {
    findings: Vec<Judged>,
    problems: Vec<Problem>,
    check_runs: Vec<CheckRun>,
    reports: Vec<InputReport>,
    metrics: Vec<Metric>,
    test_suites: Vec<TestSuite>,
    components: Vec<Component>,
}

impl Reported {
    /// The part of an outcome that rests on reports.
    pub fn of(outcome: &Outcome) -> Self {
        let of_reports = |problem: &&Problem| problem.report.is_some() || problem.section.is_some_and(fed_by_reports);
        let is_of_report = |run: &&CheckRun| run.id.starts_with("report:");
        Self {
            findings: outcome.findings.iter().filter(|judged| judged.finding.is_named_by_report()).cloned().collect(),
            problems: outcome.problems.iter().filter(of_reports).cloned().collect(),
            check_runs: outcome.check_runs.iter().filter(is_of_report).cloned().collect(),
            reports: outcome.reports.clone(),
            metrics: outcome.metrics.clone(),
            test_suites: outcome.test_suites.clone(),
            components: outcome.components.clone(),
        }
    }

    /// The reports it says it has read.
    pub fn reports(&self) -> &[InputReport] {
        &self.reports
    }

    /// Everything of it but findings and problems.
    fn collected(&self) -> Collected {
        Collected {
            check_runs: self.check_runs.clone(),
            reports: self.reports.clone(),
            metrics: self.metrics.clone(),
            test_suites: self.test_suites.clone(),
            components: self.components.clone(),
            ..Collected::default()
        }
    }
}

/// Holds the evidence of our own checks against the policy of the base, and that of the change itself where it may tighten,
/// and counts what another run has reported besides.
pub fn judge_beside(
    policy: &Policy,
    head: Option<&Policy>,
    evidence: Evidence,
    reported: &Reported,
    registry: &Registry,
    today: Date,
) -> Judgement {
    let tracked = evidence.tracked.clone();
    let (baseline, renames) = (evidence.baseline.clone(), evidence.renames.clone());
    let mut assessed = match head {
        Some(head) => assess_tightened(policy, head, evidence, &reported.findings, registry, today),
        None => assess(policy, evidence, &reported.findings, registry, today),
    };
    let (mut told, collected) = (of_reports_alone(&assessed.findings, reported), reported.collected());
    if let Some(baseline) = &baseline {
        let base = told::OfBase { policy, baseline, renames: &renames, today };
        let compared = told::compare(&base, &assessed.findings, &mut told, &collected);
        told.extend(compared.gone);
        assessed.problems.extend(compared.problems);
    }
    assessed.findings.extend(told);
    super::arrange(&mut assessed.findings);
    assessed.collected.absorb(collected);
    assessed.problems.extend(reported.problems.iter().cloned());
    let missing = required::of_reports(policy, &assessed.collected, &assessed.problems, &tracked, registry);
    assessed.problems.extend(missing);
    required::arrange(&mut assessed.problems);
    assessed.expected = Expected::Everything;
    assessed.conclude(policy, today)
}

/// What was told besides, as what only reports say: that a check of ours says so too is the one thing that was looked at, and
/// it does not.
fn of_reports_alone(found: &[Judged], reported: &Reported) -> Vec<Judged> {
    let mut told: Vec<Judged> = besides(found, &reported.findings).into_iter().cloned().collect();
    for judged in &mut told {
        judged.finding.sources.retain(|source| !source.report.is_empty());
    }
    told
}

/// What was told and not found: what the checks have found here is not told a second time.
pub(super) fn besides<'t>(found: &[Judged], told: &'t [Judged]) -> Vec<&'t Judged> {
    type Place<'a> = (Section, &'a str, Option<u32>);
    fn place(judged: &Judged) -> Place<'_> {
        let line = judged.finding.primary().and_then(|place| place.start_line);
        (judged.finding.section, judged.finding.path(), line)
    }
    if told.is_empty() {
        return Vec::new();
    }
    let known: BTreeSet<&str> = found.iter().map(|judged| judged.finding.fingerprint.as_str()).collect();
    let places: BTreeSet<Place<'_>> = found.iter().map(place).collect();
    let is_known = |judged: &Judged| {
        known.contains(judged.finding.fingerprint.as_str())
            || (judged.finding.is_of_own_check() && places.contains(&place(judged)))
    };
    told.iter().filter(|judged| !is_known(judged)).collect()
}
