//! Runs the wings: every file of the subject, every report, in parallel, the results in a fixed order.

use std::borrow::Cow;

use portcullis_checks::Options;
use portcullis_model::{CheckRun, Collected, Entry, RunStatus, Section};
use rayon::prelude::*;

use super::plan::{Plan, Secrets};
use super::trust::Gate;
use super::{Refusal, Request, commits, files, options, reports};

/// Sections our own wings serve, and the ids of their check runs.
const WINGS: [(Section, &str); 4] = [
    (Section::Secrets, files::SECRETS),
    (Section::Workflows, "workflows"),
    (Section::Manifests, "manifests"),
    (Section::Alerts, "alerts"),
];

/// Everything the wings say.
pub(super) fn collect(request: &Request, plan: &Plan, gate: &Gate) -> Result<Collected, Refusal> {
    let options = options::of(gate)?;
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
            options::required_of_alerts(&mut options, &policy);
            Cow::Owned(options)
        }
    }
}
