//! `gha/insecure-commands`: the page beside this file says why.

use portcullis_model::{Safety, Severity, Tier};
use portcullis_syntax::yaml::{Change, Kind, Node};

use super::model::Workflow;
use crate::options::WorkflowOptions;
use crate::reporter::Reporter;

const SWITCH: &str = "ACTIONS_ALLOW_UNSECURE_COMMANDS";

pub(crate) fn check(workflow: &Workflow<'_>, _options: &WorkflowOptions, report: &mut Reporter<'_>) {
    for (owner, environment) in workflow.environments() {
        if !environment.is_map() {
            report
                .at(environment.span())
                .severity(Severity::Low)
                .tier(Tier::Audit)
                .message(format_args!("this `env` is computed when the job starts and could set `{SWITCH}`"))
                .remediation("write the variables out");
            continue;
        }
        let entries = environment.entries().enumerate().filter(|(_, entry)| entry.key_str() == Some(SWITCH));
        for (index, entry) in entries {
            // The runner reads it as C# reads a boolean: any case, blanks around it.
            if entry.value.value().is_none_or(|value| !value.trim().eq_ignore_ascii_case("true")) {
                continue;
            }
            let removed = removed(owner, environment, index);
            report
                .at(entry.pair_span())
                .message("this brings back `::set-env::` and `::add-path::`: whatever a step prints can set variables")
                .remediation("delete the entry; write variables to `$GITHUB_ENV` and paths to `$GITHUB_PATH`")
                .changes(Safety::Unsafe, removed);
        }
    }
}

/// Without the entry; an `env:` that held nothing else goes with it. What is written once and used twice is left alone.
fn removed(owner: Node<'_>, environment: Node<'_>, index: usize) -> Option<Change> {
    let shared = |node: Node<'_>| node.kind() == Kind::Alias || node.anchor_span().is_some();
    if shared(environment) || shared(owner) {
        return None;
    }
    if environment.entries().len() > 1 {
        return environment.remove_entry(index);
    }
    owner.remove_entry(owner.entries().position(|entry| entry.key_str() == Some("env"))?)
}
