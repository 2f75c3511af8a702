//! What to do next: at most four lines a stranger can act on.

use std::collections::BTreeSet;

use portcullis_model::{Health, Judged, Kind, Level, Outcome, Verdict};

use super::words::{prose, short_commit};
use crate::escape::{Cell, MdCode, cap};
use crate::ranking::ranked;

const STEPS: usize = 4;

pub(super) fn steps(outcome: &Outcome) -> String {
    let blocking = ranked(outcome.findings.iter().filter(|judged| judged.is_open() && judged.level == Level::Fail));
    let mut steps = missing_evidence(outcome);
    let mut said = BTreeSet::new();
    // One line is kept for the exception.
    for judged in &blocking {
        if steps.len() + 1 >= STEPS {
            break;
        }
        if let Some(step) = mend(judged).filter(|step| said.insert(step.clone())) {
            steps.push(step);
        }
    }
    // A leaked secret and malware are never to be accepted first of all.
    let acceptable = blocking.iter().find(|judged| !matches!(judged.finding.kind, Kind::Secret | Kind::Malware));
    if let Some(judged) = acceptable {
        let id = MdCode::new(&judged.finding.id, cap::RULE, Cell::Text);
        steps.push(format!("Cannot fix {id} now? Accept it for a while: an exception in the policy, with a reason, an owner and an end date."));
    }
    steps.truncate(STEPS);
    if steps.is_empty() {
        return String::new();
    }
    format!("**What to do next**\n- {}\n", steps.join("\n- "))
}

/// What an incomplete verdict waits for.
fn missing_evidence(outcome: &Outcome) -> Vec<String> {
    if outcome.verdict != Verdict::Incomplete {
        return Vec::new();
    }
    let errors = outcome.problems.iter().filter(|problem| problem.health == Health::Error);
    let mut steps: Vec<String> = errors
        .take(STEPS - 1)
        .map(|problem| {
            let path = problem.path.as_deref().or(problem.report.as_deref()).unwrap_or_default();
            let place = MdCode::new(path, cap::PATH, Cell::Text).to_string();
            let place = if place.is_empty() { "The run".to_owned() } else { place };
            format!("{place}: {}", prose(&problem.message, cap::REASON, Cell::Text))
        })
        .collect();
    steps.push("What could not be read is never a pass: mend it, then run again.".to_owned());
    steps
}

fn mend(judged: &Judged) -> Option<String> {
    let finding = &judged.finding;
    let id = MdCode::new(&finding.id, cap::RULE, Cell::Text);
    if let Some(secret) = &finding.secret {
        let commit = secret.commit.as_deref().map(|sha| MdCode::new(short_commit(sha), cap::VERSION, Cell::Text));
        return Some(match commit {
            Some(commit) => {
                format!("{id}: the value is in commit {commit}; revoke it first, removing the line is not enough.")
            }
            None => format!("{id}: revoke the value first, removing the line is not enough."),
        });
    }
    if let (Some(package), Some(fix)) = (&finding.package, &finding.fix)
        && let Some(version) = fix.versions.first()
    {
        let name = MdCode::new(&package.name, cap::RULE, Cell::Text);
        let version = MdCode::new(version, cap::VERSION, Cell::Text);
        return Some(format!("{name}: raise it to {version}."));
    }
    let remediation = finding.remediation.as_deref().filter(|text| !text.trim().is_empty())?;
    Some(format!("{id}: {}", prose(remediation, cap::REASON, Cell::Text)))
}
