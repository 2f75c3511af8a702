//! A row per check and per report: what a reader of the report sees first.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_model::{
    CheckRun, Collected, Health, InputFile, InputReport, Introduced, Judged, Level, Problem, ProblemCode, RunStatus,
    Section, Source, State, ToolRow, ToolStatus,
};

use super::is_error;
use super::required::Expected;
use crate::Policy;
use crate::policy::Required;

/// Checks of our own in the order of the sections, then reports by name, then required reports that are not there.
pub(super) fn rows(
    policy: &Policy,
    collected: &Collected,
    expected: Expected,
    problems: &[Problem],
    findings: &[Judged],
) -> Vec<ToolRow> {
    let mut rows: Vec<ToolRow> = Vec::new();
    let own = collected.check_runs.iter().filter(|run| !run.id.starts_with("report:"));
    rows.extend(own.map(|run| check(policy, run, problems)));
    rows.sort_by(|one, two| (one.section, &one.id).cmp(&(two.section, &two.id)));

    let mut reports: Vec<_> = collected.reports.iter().map(|report| read(collected, report)).collect();
    reports.sort_by(|one, two| (&one.id, file(one)).cmp(&(&two.id, file(two))));
    let first_report = rows.len();
    rows.extend(reports);
    if expected == Expected::Everything {
        rows.extend(missing(policy, collected));
    }
    add_findings(&mut rows, first_report, findings);
    rows
}

fn file(row: &ToolRow) -> &str {
    row.inputs.first().map_or("", |input| input.path.as_str())
}

fn check(policy: &Policy, run: &CheckRun, problems: &[Problem]) -> ToolRow {
    let broken = problems
        .iter()
        .any(|problem| is_error(problem) && problem.report.is_none() && problem.section == Some(run.section));
    let status = match run.status {
        _ if broken => ToolStatus::Error,
        RunStatus::Ran | RunStatus::Error => ToolStatus::Ok,
        RunStatus::Skipped => ToolStatus::Skipped,
    };
    ToolRow {
        id: run.id.clone(),
        title: run.id.clone(),
        section: run.section,
        status,
        required: policy.required(run.section) == Required::Yes,
        seen: run.seen,
        note: (!run.skipped.is_empty()).then(|| format!("{} not looked at", run.skipped.len())),
        ..ToolRow::default()
    }
}

fn read(collected: &Collected, report: &InputReport) -> ToolRow {
    let run_id = |name: &str| format!("report:{name}");
    let ids = [report.name.as_deref().map(run_id), Some(run_id(&report.path))];
    let run = collected.check_runs.iter().find(|run| ids.iter().flatten().any(|id| *id == run.id));
    let is_missing = report.required && report.problems.iter().any(|one| one.code == ProblemCode::ReportMissing);
    let status = match (report.health, run.map(|run| run.status)) {
        _ if is_missing => ToolStatus::Missing,
        (Health::Error, _) | (_, Some(RunStatus::Error)) => ToolStatus::Error,
        (_, Some(RunStatus::Skipped)) => ToolStatus::Skipped,
        _ => ToolStatus::Ok,
    };
    let id = report.name.clone().unwrap_or_else(|| report.path.clone());
    ToolRow {
        title: if report.tool.name.is_empty() { id.clone() } else { report.tool.name.clone() },
        id,
        section: run.map(|run| run.section).unwrap_or_default(),
        version: report.tool.version.clone(),
        status,
        required: report.required,
        inputs: vec![InputFile { path: report.path.clone(), sha256: report.sha256.clone(), bytes: report.bytes }],
        seen: run.map_or(1, |run| run.seen),
        note: told(&report.problems),
        ..ToolRow::default()
    }
}

/// The problems themselves are listed; the row says that there are some.
fn told(problems: &[Problem]) -> Option<String> {
    match problems.len() {
        0 => None,
        1 => Some("1 problem".to_owned()),
        several => Some(format!("{several} problems")),
    }
}

/// Reports the policy names and nobody brought.
fn missing(policy: &Policy, collected: &Collected) -> Vec<ToolRow> {
    let read = |name: &str| collected.reports.iter().any(|report| report.name.as_deref() == Some(name));
    policy
        .reports
        .iter()
        .filter(|entry| !read(&entry.name))
        .map(|entry| ToolRow {
            id: entry.name.clone(),
            title: entry.name.clone(),
            status: if entry.required { ToolStatus::Missing } else { ToolStatus::Skipped },
            required: entry.required,
            note: Some(format!("`{}` was not read", entry.path)),
            ..ToolRow::default()
        })
        .collect()
}

/// Adds each finding to the row of every report that names it; our own to the first check of its section.
fn add_findings(rows: &mut [ToolRow], first_report: usize, findings: &[Judged]) {
    let mut by_section: BTreeMap<Section, usize> = BTreeMap::new();
    let mut by_file: BTreeMap<String, usize> = BTreeMap::new();
    for (position, row) in rows.iter().enumerate() {
        if position < first_report {
            by_section.entry(row.section).or_insert(position);
        } else if let Some(input) = row.inputs.first() {
            by_file.entry(input.path.clone()).or_insert(position);
        }
    }
    for judged in findings {
        let row_of = |source: &Source| match source.report.as_str() {
            "" => by_section.get(&judged.finding.section),
            report => by_file.get(report),
        };
        let named: BTreeSet<usize> = judged.finding.sources.iter().filter_map(row_of).copied().collect();
        for position in named {
            if let Some(row) = rows.get_mut(position) {
                add(row, judged);
            }
        }
    }
}

fn add(row: &mut ToolRow, judged: &Judged) {
    if judged.state == State::Excepted {
        row.counts.excepted += 1;
    }
    if !judged.is_open() {
        return;
    }
    *row.severities.get_mut(judged.severity) += 1;
    match judged.level {
        Level::Fail => row.counts.fail += 1,
        Level::Warn => row.counts.warn += 1,
        Level::Log => row.counts.log += 1,
        Level::Off => {}
    }
    match judged.introduced {
        Introduced::New | Introduced::NewlyDisclosed => row.counts.new += 1,
        Introduced::Existing => row.counts.existing += 1,
        Introduced::Fixed => row.counts.fixed += 1,
        Introduced::Unknown => {}
    }
    if row.status == ToolStatus::Ok {
        row.status = ToolStatus::Findings;
    }
}
