//! Runs the wings: every file of the subject, every report, in parallel, the results in a fixed order.

use std::borrow::Cow;

use portcullis_checks::{Options, Profile};
use portcullis_model::{CheckRun, Collected, Entry, RunStatus, Section};
use portcullis_policy::AlertPolicy;
use rayon::prelude::*;

use super::plan::{Plan, Secrets};
use super::trust::Gate;
use super::{Refusal, Request, commits, files, reports};

/// Sections our own wings serve, and the ids of their check runs.
const WINGS: [(Section, &str); 4] = [
    (Section::Secrets, files::SECRETS),
    (Section::Workflows, "workflows"),
    (Section::Manifests, "manifests"),
    (Section::Alerts, "alerts"),
];

/// Everything the wings say.
pub(super) fn collect(request: &Request, plan: &Plan, gate: &Gate) -> Result<Collected, Refusal> {
    let options = options(gate)?;
    let judged: Vec<Collected> =
        plan.entries.par_iter().map(|entry| files::judge(entry, plan, gate, &at(&options, gate, entry))).collect();
    let mut collected = Collected { problems: plan.problems.clone(), ..Collected::default() };
    for one in judged {
        collected.absorb(one);
    }
    if plan.is_local_change() {
        collected.absorb(looked_at_a_change(gate));
    } else {
        collected.absorb(reports::read(request, plan, gate));
    }
    if let Secrets::Commits(ids) = &plan.secrets {
        collected.absorb(commits::search(plan, gate, ids)?);
    }
    // A wing that judged nothing says so: what ran is counted, not guessed.
    for (section, id) in WINGS {
        let nothing = CheckRun { section, id: id.to_owned(), status: RunStatus::Skipped, ..CheckRun::default() };
        collected.absorb(Collected { check_runs: vec![nothing], ..Collected::default() });
    }
    collected.check_runs.sort_by(|one, two| (one.section, &one.id).cmp(&(two.section, &two.id)));
    Ok(collected)
}

/// A change that holds nothing to search, an image or a lock file, has been judged all the same.
fn looked_at_a_change(gate: &Gate) -> Collected {
    let has_rules = gate.scanner.rule_ids().next().is_some();
    let status = if has_rules { RunStatus::Ran } else { RunStatus::Skipped };
    let run = CheckRun { section: Section::Secrets, id: files::SECRETS.to_owned(), status, ..CheckRun::default() };
    Collected { check_runs: vec![run], ..Collected::default() }
}

/// The options of one file: overrides may ask for more there, or for less.
fn at<'a>(options: &'a Options, gate: &Gate, entry: &Entry) -> Cow<'a, Options> {
    match gate.policy.alerts_at(&entry.path) {
        Cow::Borrowed(_) => Cow::Borrowed(options),
        Cow::Owned(policy) => {
            let mut options = options.clone();
            alerts(&mut options, &policy);
            Cow::Owned(options)
        }
    }
}

fn alerts(options: &mut Options, policy: &AlertPolicy) {
    options.alerts.require_labels.clone_from(&policy.require_labels);
    options.alerts.require_annotations.clone_from(&policy.require_annotations);
    options.alerts.severities.clone_from(&policy.severities);
}

/// The policy's words become the options of the wings.
fn options(gate: &Gate) -> Result<Options, Refusal> {
    let profile = |section: Section| {
        let word = gate.policy.profile(section);
        word.parse::<Profile>()
            .map_err(|()| Refusal::Usage(format!("`{section}.profile: {word}` is not known to the checks")))
    };
    let mut options = Options::default();
    options.workflows.profile = profile(Section::Workflows)?;
    options.manifests.profile = profile(Section::Manifests)?;
    options.alerts.profile = profile(Section::Alerts)?;
    alerts(&mut options, gate.policy.alerts());
    let cpu_limits = gate.policy.cpu_limits();
    options.manifests.cpu_limits = cpu_limits
        .parse()
        .map_err(|()| Refusal::Usage(format!("`manifests.cpu_limits: {cpu_limits}` is not known to the checks")))?;
    Ok(options)
}
