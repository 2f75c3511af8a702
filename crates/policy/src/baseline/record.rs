//! Makes a baseline from the outcome of a run.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use portcullis_model::{
    BASELINE_SCHEMA, Baseline, BaselineFinding, BaselineMetric, BaselineReport, Finding, Health, InputReport, Judged,
    Outcome, RunStatus, Section, State,
};

use super::{Index, arrange, bare_purl, purl_of};
use crate::quality::NEW_LINES;

/// Why no baseline may be written of this outcome: what a broken report did not say would later look new or, worse, gone.
pub fn refusal(outcome: &Outcome) -> Option<String> {
    let broken: BTreeSet<&str> =
        outcome.reports.iter().filter(|report| report.health == Health::Error).map(key).collect();
    if !broken.is_empty() {
        let names: Vec<_> = broken.iter().map(|name| format!("`{name}`")).collect();
        return Some(format!(
            "no baseline is written: the run could not read everything ({}); mend what is listed under problems and run again",
            names.join(", ")
        ));
    }
    outcome.check_runs.is_empty().then(|| "no baseline is written: nothing was judged".to_owned())
}

/// What a report is called from one run to the next.
pub(crate) fn key(report: &InputReport) -> &str {
    report.name.as_deref().unwrap_or(&report.path)
}

/// The baseline from which a new one takes the days on which findings were first seen.
#[derive(Clone, Debug)]
pub struct Earlier {
    /// What was there.
    pub baseline: Baseline,
    /// The paths it knows of files that have moved since, by those of now.
    pub renames: BTreeMap<String, String>,
}

/// The baseline of an outcome. Reports and checks with errors are left out: of them nothing is known.
pub fn record(
    outcome: &Outcome,
    earlier: Option<&Earlier>,
    created: Option<Timestamp>,
    commit: Option<String>,
) -> Baseline {
    let names: BTreeMap<&str, &str> =
        outcome.reports.iter().map(|report| (report.path.as_str(), key(report))).collect();
    // What the earlier baseline alone had is told at its old place.
    let found = outcome.findings.iter().filter(|judged| judged.state != State::Absent);
    let earlier = earlier.map(|earlier| {
        Index::new(&earlier.baseline.findings).with_moves(found.map(|judged| &*judged.finding), &earlier.renames)
    });
    let seen = |finding: &Finding| earlier.as_ref().and_then(|earlier| earlier.first_seen(&earlier.matches(finding)));
    let remembered = |judged: &&Judged| {
        (judged.is_open() || judged.state == State::Excepted) && judged.finding.section != Section::None
    };
    let mut findings: Vec<BaselineFinding> = outcome
        .findings
        .iter()
        .filter(remembered)
        .map(|judged| entry(judged, seen(&judged.finding).or(created), &names))
        .collect();
    arrange(&mut findings);
    Baseline {
        schema: BASELINE_SCHEMA.to_owned(),
        created,
        commit,
        reports: reports(outcome),
        checks: sound_checks(outcome),
        findings,
        components: outcome
            .components
            .iter()
            .filter_map(|component| component.package.purl.as_deref())
            .map(bare_purl)
            .collect(),
        metrics: metrics(outcome),
    }
}

/// What healthy reports measured. The coverage of new lines belongs to one change and is no state of the base.
fn metrics(outcome: &Outcome) -> Vec<BaselineMetric> {
    let broken: BTreeSet<&str> =
        outcome.reports.iter().filter(|report| report.health == Health::Error).map(key).collect();
    let lasting = outcome.metrics.iter().filter(|metric| metric.name != NEW_LINES);
    let sound = lasting.filter(|metric| metric.report.as_deref().is_none_or(|report| !broken.contains(report)));
    let mut metrics: Vec<BaselineMetric> = sound
        .map(|metric| BaselineMetric {
            name: metric.name.clone(),
            target: metric.target.clone(),
            report: metric.report.clone(),
            value: metric.value,
            unit: metric.unit.clone(),
        })
        .collect();
    metrics.sort();
    metrics.dedup();
    metrics
}

fn entry(judged: &Judged, first_seen: Option<Timestamp>, names: &BTreeMap<&str, &str>) -> BaselineFinding {
    let finding = &judged.finding;
    let reports = finding.sources.iter().filter(|source| !source.report.is_empty());
    BaselineFinding {
        fingerprint: finding.fingerprint.clone(),
        kind: finding.kind,
        section: finding.section,
        id: finding.id.clone(),
        aliases: finding.all_ids().filter(|id| *id != finding.id && !id.is_empty()).map(str::to_owned).collect(),
        purl: purl_of(finding),
        path: (!finding.path().is_empty()).then(|| finding.path().to_owned()),
        severity: finding.severity,
        first_seen,
        reports: reports
            .map(|source| names.get(source.report.as_str()).copied().unwrap_or(&source.report).to_owned())
            .collect(),
        accepted: judged.state == State::Excepted,
    }
}

/// A pattern may have found several files of one name: they count only together.
fn reports(outcome: &Outcome) -> Vec<BaselineReport> {
    let broken: BTreeSet<&str> =
        outcome.reports.iter().filter(|report| report.health == Health::Error).map(key).collect();
    let known: BTreeSet<BaselineReport> = outcome
        .reports
        .iter()
        .filter(|report| !broken.contains(key(report)))
        .map(|report| BaselineReport {
            name: key(report).to_owned(),
            format: report.format.clone(),
            tool: report.tool.name.clone(),
            db_built_at: report.db_built_at,
        })
        .collect();
    known.into_iter().collect()
}

fn sound_checks(outcome: &Outcome) -> BTreeSet<Section> {
    let own = || outcome.check_runs.iter().filter(|run| !run.id.starts_with("report:"));
    let broken: BTreeSet<Section> = own()
        .filter(|run| run.status == RunStatus::Error)
        .map(|run| run.section)
        .chain(outcome.problems.iter().filter(|problem| problem.health == Health::Error).filter_map(|it| it.section))
        .collect();
    own().map(|run| run.section).filter(|section| !broken.contains(section)).collect()
}
