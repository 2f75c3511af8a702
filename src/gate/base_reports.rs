//! `--baseline-report`: what the scanners said about the base, read by the same readers (spec/ingest.md 13 c).

use std::collections::BTreeSet;

use portcullis_github::Steering;
use portcullis_ingest::{Input, ReportOptions, Surroundings};
use portcullis_model::{Baseline, Collected, Health, InputReport, Problem, ProblemCode, Section};
use portcullis_source::read_report;

use super::deltas::Run;
use super::panics::contained;
use super::plan::{Plan, ReportArgument};
use super::reports::{LARGEST, around, options};
use super::trust::Gate;
use super::{Request, base, baseline};

/// What the reports of the base say.
#[derive(Default)]
pub(super) struct OfBase {
    pub(super) baselines: Vec<Baseline>,
    pub(super) problems: Vec<Problem>,
}

/// Reads every report of the base that belongs to a report of this run.
pub(super) fn read(run: Run<'_>, gate: &Gate, reports: &[InputReport]) -> OfBase {
    let Run { request, plan, .. } = run;
    let mut of_base = OfBase::default();
    if request.baseline_reports.is_empty() {
        return of_base;
    }
    around(request, plan, gate, |around| {
        for argument in &request.baseline_reports {
            match one(run, gate, (argument, reports), around) {
                Ok(baselines) => of_base.baselines.extend(baselines),
                Err(why) => of_base.problems.push(unused(argument, &why)),
            }
        }
    });
    of_base
}

/// Nothing is weakened by a base report that is of no use: what it would have known counts as new.
fn unused(argument: &ReportArgument, why: &str) -> Problem {
    let message = format!("the report of the base `{}` is not used: {why}", argument.path);
    Problem::warning(ProblemCode::NotInBaseline, message)
}

fn one(
    run: Run<'_>,
    gate: &Gate,
    (argument, reports): (&ReportArgument, &[InputReport]),
    around: &Surroundings<'_>,
) -> Result<Vec<Baseline>, String> {
    let bytes = bytes(run.request, run.plan, &argument.path)?;
    let known = portcullis_ingest::format_names();
    let format = argument.format.clone().filter(|format| known.contains(&format.as_str()));
    let entry = ReportOptions { format, ..ReportOptions::default() };
    let input = Input { name: None, path: &argument.path, bytes: &bytes, modified: None, options: &entry };
    let mut said =
        contained(&argument.path, Section::None, "the reader of reports", || portcullis_ingest::read(&input, around));
    let broken = |problem: &&Problem| problem.health == Health::Error;
    if let Some(problem) = said.problems.iter().find(broken) {
        return Err(problem.message.clone());
    }
    gate.named.data.apply(&mut said.findings, &options(gate.policy.ingest()));
    let names: BTreeSet<&str> =
        reports.iter().filter(|report| belongs(argument, report, &said.reports)).map(key).collect();
    if names.is_empty() {
        return Err("no report of this run is of the same tool; name it as in `--baseline-report NAME=FILE`".to_owned());
    }
    Ok(names.into_iter().map(|name| run.of_base(gate, named(said.clone(), name))).collect())
}

fn key(report: &InputReport) -> &str {
    report.name.as_deref().unwrap_or(&report.path)
}

/// Whether a report of the base stands for one of this run: by the name that was given, else by its tool.
fn belongs(argument: &ReportArgument, report: &InputReport, of_base: &[InputReport]) -> bool {
    match &argument.format {
        Some(given) => {
            report.name.as_deref() == Some(given)
                || report.tool.name.eq_ignore_ascii_case(given)
                || report.format == *given
                || report.format.strip_prefix(given.as_str()).is_some_and(|rest| rest.starts_with(['_', '-']))
        }
        None => of_base
            .iter()
            .any(|base| base.format == report.format && base.tool.name.eq_ignore_ascii_case(&report.tool.name)),
    }
}

/// The same under the name the report has in this run.
fn named(mut said: Collected, name: &str) -> Collected {
    for report in &mut said.reports {
        report.name = Some(name.to_owned());
    }
    for metric in &mut said.metrics {
        metric.report = Some(name.to_owned());
    }
    said
}

/// A file that the change brings along says nothing about the base: what the base has in its place does.
fn bytes(request: &Request, plan: &Plan, path: &str) -> Result<Vec<u8>, String> {
    let real = request.directory.join(path).canonicalize().map_err(|error| error.to_string())?;
    match (&plan.steering, baseline::of_the_change(plan, &real)?) {
        (Steering::BaseCommit(id), Some(inside)) => {
            let base = base::tree(request, &plan.repository, id)?;
            base.read(&inside).map_err(|error| format!("the change brings it along, and on the base it has {error}"))
        }
        _ => read_report(&real, LARGEST),
    }
}
