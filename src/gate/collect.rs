//! Runs the wings: every file of the subject, every report, in parallel, the results in a fixed order.

use std::borrow::Cow;

use portcullis_checks::Options;
use portcullis_model::{CheckRun, Collected, Entry, RunStatus, Section};
use rayon::prelude::*;

use super::files::{Look, Said, Wings};
use super::plan::{Plan, Secrets};
use super::trust::Gate;
use super::{Refusal, Request, commits, files, options, reports};

/// Sections our own wings serve, and the ids of their check runs.
pub(super) const WINGS: [(Section, &str); 4] = [
    (Section::Secrets, files::SECRETS),
    (Section::Workflows, "workflows"),
    (Section::Manifests, "manifests"),
    (Section::Alerts, "alerts"),
];

/// What was collected, by who said it: with other gate files only some of them have to be asked again.
#[derive(Clone, Default)]
pub(super) struct Parts {
    /// What holds whoever steers: files that could not be looked at, wings that judged nothing.
    frame: Collected,
    secrets: Collected,
    checks: Collected,
    reports: Collected,
}

impl Parts {
    /// All of it; a wing that judged nothing says so: what ran is counted, not guessed.
    pub(super) fn together(self) -> Collected {
        let mut collected = self.frame;
        for part in [self.secrets, self.checks, self.reports] {
            collected.absorb(part);
        }
        for (section, id) in WINGS {
            let nothing = CheckRun { section, id: id.to_owned(), status: RunStatus::Skipped, ..CheckRun::default() };
            collected.absorb(Collected { check_runs: vec![nothing], ..Collected::default() });
        }
        collected.check_runs.sort_by(|one, two| (one.section, &one.id).cmp(&(two.section, &two.id)));
        collected
    }
}

/// Everything the wings say.
pub(super) fn collect(request: &Request, plan: &Plan, gate: &Gate) -> Result<Parts, Refusal> {
    let mut parts = of_files(plan, gate, Wings::ALL)?;
    parts.frame.problems.clone_from(&plan.problems);
    if plan.is_local_change() {
        parts.secrets.absorb(looked_at_a_change(gate));
    } else if request.reported.is_none() {
        parts.reports = reports::read(request, plan, gate);
    }
    if let Secrets::Commits(ids) = &plan.secrets {
        parts.secrets.absorb(commits::search(plan, gate, ids)?);
    }
    Ok(parts)
}

/// The same by other gate files: who would say the same is not asked again. Standard input can be read only once.
pub(super) fn again(
    request: &Request,
    plan: &Plan,
    (known, before): (&Parts, &Gate),
    gate: &Gate,
) -> Result<Parts, Refusal> {
    let wings = Wings { secrets: gate.scanner_files != before.scanner_files, checks: options::differ(gate, before)? };
    let mut parts = Parts { frame: known.frame.clone(), ..Parts::default() };
    if wings != (Wings { secrets: false, checks: false }) {
        let said = of_files(plan, gate, wings)?;
        (parts.secrets, parts.checks) = (said.secrets, said.checks);
    }
    if !wings.secrets {
        parts.secrets.clone_from(&known.secrets);
    } else if plan.is_local_change() {
        parts.secrets.absorb(looked_at_a_change(gate));
        if let Secrets::Commits(ids) = &plan.secrets {
            parts.secrets.absorb(commits::search(plan, gate, ids)?);
        }
    }
    if !wings.checks {
        parts.checks.clone_from(&known.checks);
    }
    let from_input = request.reports.iter().any(|report| report.path == "-");
    let is_read = !plan.is_local_change() && request.reported.is_none();
    let same_reports = from_input || !is_read || !reports::differ(gate, before);
    parts.reports = if same_reports { known.reports.clone() } else { reports::read(request, plan, gate) };
    Ok(parts)
}

fn of_files(plan: &Plan, gate: &Gate, wings: Wings) -> Result<Parts, Refusal> {
    let options = options(plan, gate)?;
    let look = Look { tree: &*plan.subject, counting: &plan.secrets, gate, wings };
    let judged: Vec<Said> =
        plan.entries.par_iter().map(|entry| files::judge(entry, look, &at(&options, gate, entry))).collect();
    let mut all = Said::default();
    for said in judged {
        all.absorb(said);
    }
    Ok(Parts { secrets: all.secrets, checks: all.checks, ..Parts::default() })
}

/// The options of the checks, with what one file has to know of others.
pub(super) fn options(plan: &Plan, gate: &Gate) -> Result<Options, Refusal> {
    let mut options = options::of(gate)?;
    // Only fixes ask for it, and a hook makes none.
    if plan.is_local_change() {
        return Ok(options);
    }
    let workflows = plan.tracked.iter().filter(|path| path.starts_with(".github/workflows/"));
    let texts: Vec<_> = workflows.filter_map(|path| Some((path, plan.subject.read(path).ok()?))).collect();
    let inherits = |bytes: &[u8]| bytes.windows(INHERIT.len()).any(|window| window == INHERIT);
    if texts.iter().any(|(_, bytes)| inherits(bytes)) {
        let declared = texts
            .iter()
            .filter_map(|(path, bytes)| Some(((*path).clone(), portcullis_checks::declared_secrets(bytes)?)));
        options.workflows.callees = declared.collect();
    }
    Ok(options)
}

/// Only where this stands somewhere does a workflow have to know the one it calls.
const INHERIT: &[u8] = b"inherit";

/// A change that holds nothing to search, an image or a lock file, has been judged all the same.
fn looked_at_a_change(gate: &Gate) -> Collected {
    let has_rules = gate.scanner.rule_ids().next().is_some();
    let status = if has_rules { RunStatus::Ran } else { RunStatus::Skipped };
    let run = CheckRun { section: Section::Secrets, id: files::SECRETS.to_owned(), status, ..CheckRun::default() };
    Collected { check_runs: vec![run], ..Collected::default() }
}

/// The options of one file: overrides may ask for more there, or for less.
pub(super) fn at<'a>(options: &'a Options, gate: &Gate, entry: &Entry) -> Cow<'a, Options> {
    match gate.policy.alerts_at(&entry.path) {
        Cow::Borrowed(_) => Cow::Borrowed(options),
        Cow::Owned(policy) => {
            let mut options = options.clone();
            options::required_of_alerts(&mut options, &policy);
            Cow::Owned(options)
        }
    }
}
