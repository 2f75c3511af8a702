//! `gha/secrets-inherit`: the page beside this file says why.

use std::collections::BTreeSet;

use portcullis_model::{Safety, Severity};
use portcullis_syntax::yaml::{self, Change, Dialect, Kind, Limits, New, Node, Style};

use super::model::{Target, Uses, Workflow};
use crate::options::WorkflowOptions;
use crate::reporter::Reporter;

/// Secrets that GitHub lets a workflow declare at most.
const MOST_SECRETS: usize = 100;

pub(crate) fn check(workflow: &Workflow<'_>, options: &WorkflowOptions, report: &mut Reporter<'_>) {
    for job in &workflow.jobs {
        let Some(secrets) = job.node.get("secrets").filter(|secrets| secrets.as_str() == Some("inherit")) else {
            continue;
        };
        // Without a call there is nobody to inherit.
        let Some(uses) = job.node.get("uses").map(Uses::read) else { continue };
        let local = uses.target == Target::Local;
        let called = uses.node.value().unwrap_or_default();
        let message = if local {
            format!("every secret this workflow can read is handed to `{called}`, whether it needs it or not")
        } else {
            format!("every secret this workflow can read is handed to `{called}`, a file of another repository")
        };
        report
            .at(uses.span())
            .severity(if local { Severity::Low } else { Severity::Medium })
            .message(message)
            .remediation("hand over what is needed by name: `secrets: {NAME: ${{ secrets.NAME }}}`")
            .related(secrets.span(), "all secrets are handed over here")
            .changes(Safety::Unsafe, by_name(job.node, secrets, called, options));
    }
}

/// Only the secrets that a workflow of this repository declares. A comment beside the word is left to a person.
fn by_name(job: Node<'_>, secrets: Node<'_>, called: &str, options: &WorkflowOptions) -> Option<Change> {
    let path = called.trim().trim_start_matches("./").trim_start_matches("$/");
    let declared = options.callees.get(path)?;
    let is_own = secrets.kind() == Kind::Scalar && secrets.anchor_span().is_none() && job.kind() == Kind::Map;
    if !is_own || job.style() == Style::Flow || secrets.trailing_comment().is_some() {
        return None;
    }
    if declared.is_empty() {
        return job.remove_entry(job.entries().position(|entry| entry.key_str() == Some("secrets"))?);
    }
    let handed_over = |name: &String| (name.clone(), New::Plain(format!("${{{{ secrets.{name} }}}}")));
    secrets.replace_by_block(&New::Map(declared.iter().map(handed_over).collect()))
}

/// The secrets that a workflow declares for its callers, in their order, for [`WorkflowOptions::callees`]. `None` where it uses others, or where nobody can
/// tell: an explicit list would then hand over too little.
pub fn declared_secrets(bytes: &[u8]) -> Option<Vec<String>> {
    let file = yaml::parse(bytes, Dialect::Core, &Limits::WORKFLOW);
    let root = file.documents().next()?.root().filter(|_| file.faults().is_empty())?;
    let call = root.get("on")?.get("workflow_call");
    let declared: Vec<&str> =
        call.and_then(|call| call.get("secrets"))?.entries().filter_map(|entry| entry.key_str()).collect();
    let is_word =
        |name: &&str| name.chars().all(|char| char.is_ascii_alphanumeric() || char == '_') && name.len() <= 255;
    let uses = used(root)?;
    let is_known = |name: &String| {
        name.eq_ignore_ascii_case("GITHUB_TOKEN") || declared.iter().any(|known| known.eq_ignore_ascii_case(name))
    };
    (declared.iter().all(is_word) && declared.len() <= MOST_SECRETS && uses.iter().all(is_known))
        .then(|| declared.into_iter().map(str::to_owned).collect())
}

/// Every `secrets.NAME` of a workflow; `None` where it takes all of them.
fn used(root: Node<'_>) -> Option<BTreeSet<String>> {
    let jobs = root.get("jobs")?;
    if jobs.entries().any(|job| job.value.get("secrets").and_then(Node::as_str) == Some("inherit")) {
        return None;
    }
    let text = root.raw();
    let lower = text.to_ascii_lowercase();
    let mut names = BTreeSet::new();
    for (at, word) in lower.match_indices("secrets") {
        let rest = text.get(at + word.len()..)?.trim_start_matches(' ');
        let name: String = rest
            .strip_prefix('.')
            .unwrap_or_default()
            .chars()
            .take_while(|char| char.is_ascii_alphanumeric() || *char == '_')
            .collect();
        // `secrets['x']`, `toJSON(secrets)`
        if rest.starts_with(['[', ')']) {
            return None;
        }
        names.extend(Some(name).filter(|name| !name.is_empty()));
    }
    Some(names)
}
