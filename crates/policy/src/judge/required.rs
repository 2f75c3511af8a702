//! Evidence the policy asks for and nobody brought: problems that keep the verdict from being a pass.

use portcullis_model::{
    CheckRun, Collected, Glob, Globs, Health, LOCK_FILES, Problem, ProblemCode, Registry, RunStatus, Section, order,
};

use super::is_error;
use crate::Policy;
use crate::policy::{Required, Setting, fed_by_reports};

/// Who may be asked for evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expected {
    /// Scanners too: their reports are evidence.
    Everything,
    /// Nobody but the checks of the program.
    OwnChecks,
}

/// Every problem of the evidence, those of the reports included, and what is missing besides; sorted.
pub(super) fn problems(
    policy: &Policy,
    collected: &Collected,
    expected: Expected,
    tracked: &[String],
    registry: &Registry,
) -> Vec<Problem> {
    let mut problems = collected.problems.clone();
    problems.extend(collected.reports.iter().flat_map(|report| report.problems.iter().cloned()));
    if expected == Expected::Everything {
        problems.extend(missing_reports(policy, collected, &problems));
    }
    for section in Section::ALL {
        let broken = broken_check(*section, &collected.check_runs, &problems);
        problems.extend(broken);
        let is_expected = expected == Expected::Everything || !fed_by_reports(*section);
        if is_expected && !is_served_by_inventory(*section, collected) {
            problems.extend(missing_check(policy, *section, &collected.check_runs, tracked, registry));
        }
        problems.extend(skipped_inputs(policy, *section, &collected.check_runs));
    }
    problems
        .iter_mut()
        .filter(|problem| is_excluded(policy, problem))
        .for_each(|problem| problem.health = Health::Warn);
    arrange(&mut problems);
    problems
}

/// Puts problems into their order; a report's come twice, with the report and by themselves.
pub(super) fn arrange(problems: &mut Vec<Problem>) {
    problems.sort_by(|one, two| {
        order::problems(one, two)
            .then_with(|| one.pointer.cmp(&two.pointer))
            .then_with(|| one.section.cmp(&two.section))
    });
    problems.dedup();
}

/// What the policy asks of reports alone, where another run has read them. What a bill of materials says of itself is not
/// handed on, so whether there was one is that run's to tell.
pub(super) fn of_reports(
    policy: &Policy,
    collected: &Collected,
    known: &[Problem],
    tracked: &[String],
    registry: &Registry,
) -> Vec<Problem> {
    let mut problems = missing_reports(policy, collected, known);
    let fed = Section::ALL.iter().filter(|section| fed_by_reports(**section) && **section != Section::Sbom);
    for section in fed.filter(|section| !is_served_by_inventory(**section, collected)) {
        problems.extend(missing_check(policy, *section, &collected.check_runs, tracked, registry));
    }
    problems
}

/// A file whose findings would not count anyway is no missing evidence; what is wrong with it is still said.
fn is_excluded(policy: &Policy, problem: &Problem) -> bool {
    let (Some(section), Some(path), None) = (problem.section, &problem.path, &problem.report) else { return false };
    let Some(paths) = policy.paths(section).filter(|_| is_error(problem)) else { return false };
    let matches = |glob: &Setting<Glob>| glob.value.matches(path);
    paths.exclude.iter().any(matches) || !paths.include.iter().any(matches)
}

/// A required report nobody read and nobody complained about.
fn missing_reports(policy: &Policy, collected: &Collected, known: &[Problem]) -> Vec<Problem> {
    policy
        .reports
        .iter()
        .filter(|entry| entry.required)
        .filter(|entry| !collected.reports.iter().any(|report| report.name.as_deref() == Some(entry.name.as_str())))
        .filter(|entry| !known.iter().any(|problem| problem.report.as_deref() == Some(entry.name.as_str())))
        .map(|entry| {
            let message =
                format!("report `{}` was not read ({} is required by {})", entry.name, entry.path, entry.origin);
            Problem { report: Some(entry.name.clone()), ..Problem::error(ProblemCode::ReportMissing, message) }
        })
        .collect()
}

/// A check that says it broke, where nobody says why.
fn broken_check(section: Section, runs: &[CheckRun], known: &[Problem]) -> Option<Problem> {
    let broken = runs.iter().filter(|run| run.section == section && run.status == RunStatus::Error);
    let told = |run: &&CheckRun| {
        let report = run.id.strip_prefix("report:");
        known.iter().filter(|problem| is_error(problem)).any(|problem| match report {
            Some(name) => problem.report.as_deref() == Some(name),
            None => problem.section == Some(section),
        })
    };
    let run = broken.filter(|run| !told(run)).min_by(|one, two| one.id.cmp(&two.id))?;
    Some(problem(section, format!("check `{}` could not judge", run.id)))
}

/// Licences, packages and bills of materials are judged on the inventory, whatever report brings it.
fn is_served_by_inventory(section: Section, collected: &Collected) -> bool {
    match section {
        Section::Licenses => collected.components.iter().any(|component| !component.package.licenses.is_empty()),
        Section::Packages => !collected.components.is_empty(),
        Section::Sbom => !collected.boms.is_empty(),
        _ => false,
    }
}

/// `<section>.required`.
fn missing_check(
    policy: &Policy,
    section: Section,
    runs: &[CheckRun],
    tracked: &[String],
    registry: &Registry,
) -> Option<Problem> {
    let runs: Vec<_> = runs.iter().filter(|run| run.section == section).collect();
    if runs.iter().any(|run| matches!(run.status, RunStatus::Ran | RunStatus::Error)) {
        return None;
    }
    let applies = || subject(section).and_then(|globs| tracked.iter().find(|path| globs.matches(path)));
    // A check that looked and found nothing to judge among the files of this run has done its work, as long as the
    // repository holds something for it.
    let looked = runs.iter().any(|run| run.status == RunStatus::Skipped) && !fed_by_reports(section);
    match policy.required(section) {
        Required::No => None,
        Required::Yes if looked && applies().is_some() => None,
        Required::Yes => {
            let origin = policy.sections.get(&section).map(|section| section.required.origin.to_string());
            let origin = origin.unwrap_or_default();
            Some(problem(
                section,
                format!("no check of `{section}` ran, `{section}.required: true` asks for one ({origin})"),
            ))
        }
        Required::Auto if looked || policy.profile(section) == "off" || !has_checks(section, registry) => None,
        Required::Auto => applies().map(|path| {
            let what = if fed_by_reports(section) {
                format!("no report about it was read: add one to `reports`, or set `{section}.required: false`")
            } else {
                format!("no check of `{section}` ran")
            };
            problem(section, format!("the repository holds `{path}`, but {what}"))
        }),
    }
}

/// Whether anything could serve the section: a report, or a rule of our own.
fn has_checks(section: Section, registry: &Registry) -> bool {
    match section {
        Section::Secrets => true,
        section if fed_by_reports(section) => true,
        section => registry.rules().iter().any(|rule| rule.section() == section),
    }
}

/// A file a required check had to leave out is missing evidence.
fn skipped_inputs(policy: &Policy, section: Section, runs: &[CheckRun]) -> Vec<Problem> {
    if policy.required(section) != Required::Yes {
        return Vec::new();
    }
    runs.iter()
        .filter(|run| run.section == section)
        .flat_map(|run| &run.skipped)
        .filter(|skipped| !skipped.on_purpose)
        .map(|skipped| {
            let message = format!("`{}` was not looked at: {}", skipped.what, skipped.reason);
            problem(section, message).at_path(&skipped.what)
        })
        .collect()
}

fn problem(section: Section, message: String) -> Problem {
    Problem::error(ProblemCode::CheckNotRun, message).in_section(section)
}

/// The files by which a repository shows that a section concerns it.
fn subject(section: Section) -> Option<Globs> {
    let patterns: &[&str] = match section {
        Section::Vulnerabilities => LOCK_FILES,
        Section::Secrets => &["**"],
        Section::Workflows => &[".github/workflows/*.{yml,yaml}", "action.{yml,yaml}", ".github/dependabot.{yml,yaml}"],
        Section::Dockerfiles => &["Dockerfile", "Dockerfile.*", "*.Dockerfile", "Containerfile"],
        Section::Compose => &["{docker-,}compose{,.*}.{yml,yaml}"],
        _ => return None,
    };
    Globs::compile(patterns.iter().copied()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_patterns_of_every_section_compile() {
        for section in
            [Section::Vulnerabilities, Section::Secrets, Section::Workflows, Section::Dockerfiles, Section::Compose]
        {
            assert!(subject(section).is_some(), "{section}");
        }
    }
}
