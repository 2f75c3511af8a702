//! What to do next: at most four lines a stranger can act on.

use std::collections::BTreeSet;

use portcullis_model::{Health, Judged, Kind, Level, Outcome, Package, Verdict};

use super::view::View;
use super::words::{prose, short_commit};
use crate::escape::{Cell, MdCode, cap};
use crate::ranking::ranked;

const STEPS: usize = 4;

pub(super) fn steps(view: &View<'_>) -> String {
    let outcome = view.outcome;
    let blocking = ranked(outcome.findings.iter().filter(|judged| judged.is_open() && judged.level == Level::Fail));
    let mut steps = missing_evidence(outcome);
    // A leaked secret and malware are never to be accepted first of all.
    let acceptable = blocking.iter().find(|judged| !matches!(judged.finding.kind, Kind::Secret | Kind::Malware));
    let room = STEPS - usize::from(acceptable.is_some());
    let mut said = BTreeSet::new();
    for judged in &blocking {
        if steps.len() >= room {
            break;
        }
        if let Some(step) = mend(judged).filter(|step| said.insert(step.clone())) {
            steps.push(step);
        }
    }
    steps.extend(acceptable.filter(|_| steps.len() < STEPS).map(|judged| accept(judged)));
    if !blocking.is_empty() && steps.len() < STEPS {
        let base = outcome.context.base_ref.as_deref().filter(|branch| is_word(branch));
        let base = base.map(|branch| format!(" --base {branch}")).unwrap_or_default();
        let command = MdCode::new(&format!("portcullis check{base}"), cap::PATH, Cell::Text);
        steps.push(format!("See the same result locally: {command}"));
    }
    steps.truncate(STEPS);
    if steps.is_empty() {
        return String::new();
    }
    format!("**What to do next**\n- {}\n", steps.join("\n- "))
}

fn accept(judged: &Judged) -> String {
    let id = &judged.finding.id;
    let command =
        if is_word(id) { format!("portcullis exception add {id}") } else { "portcullis exception add".to_owned() };
    let command = MdCode::new(&command, cap::PATH, Cell::Text);
    format!(
        "Cannot fix now? Add an exception with owner and end date, then have it approved: {command} writes the entry."
    )
}

/// Whether a shell takes it for one word as it stands, and no command for a flag.
fn is_word(text: &str) -> bool {
    (1..=cap::RULE).contains(&text.len())
        && text.starts_with(|char: char| char.is_ascii_alphanumeric() || char == '@')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./@:".contains(&byte))
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
    steps.push("An incomplete gate does not pass: mend what could not be read, then run again.".to_owned());
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
        if let Some(command) = raise(package, version) {
            let directory = finding.path().rsplit_once('/').map(|(directory, _)| format!("{directory}/"));
            let place = directory.map(|path| format!(" in {}", MdCode::new(&path, cap::PATH, Cell::Text)));
            let command = MdCode::new(&command, cap::PATH, Cell::Text);
            return Some(format!("{name}: {command}{}.", place.unwrap_or_default()));
        }
        let version = MdCode::new(version, cap::VERSION, Cell::Text);
        return Some(format!("{name}: raise it to {version}."));
    }
    let remediation = finding.remediation.as_deref().filter(|text| !text.trim().is_empty())?;
    Some(format!("{id}: {}", prose(remediation, cap::REASON, Cell::Text)))
}

/// The command that raises a package that is used directly. Of one that another brings along it would make a dependency.
fn raise(package: &Package, version: &str) -> Option<String> {
    let name = match &package.namespace {
        Some(namespace) if !namespace.is_empty() => format!("{namespace}/{}", package.name),
        _ => package.name.clone(),
    };
    if package.direct == Some(false) || !is_word(&name) || !is_word(version) {
        return None;
    }
    match package.ecosystem.as_str() {
        "npm" => Some(format!("npm install {name}@{version}")),
        "cargo" => Some(format!("cargo update -p {name} --precise {version}")),
        "golang" | "go" => Some(format!("go get {name}@{}{version}", if version.starts_with('v') { "" } else { "v" })),
        _ => None,
    }
}
