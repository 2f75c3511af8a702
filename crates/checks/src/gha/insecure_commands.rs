//! `gha/insecure-commands`: the page beside this file says why.

use portcullis_model::{Severity, Tier};

use super::model::Workflow;
use crate::options::WorkflowOptions;
use crate::reporter::Reporter;

const SWITCH: &str = "ACTIONS_ALLOW_UNSECURE_COMMANDS";

pub(crate) fn check(workflow: &Workflow<'_>, _options: &WorkflowOptions, report: &mut Reporter<'_>) {
    for environment in workflow.environments() {
        if !environment.is_map() {
            report
                .at(environment.span())
                .severity(Severity::Low)
                .tier(Tier::Audit)
                .message(format_args!("this `env` is computed when the job starts and could set `{SWITCH}`"))
                .remediation("write the variables out");
            continue;
        }
        for entry in environment.entries().filter(|entry| entry.key_str() == Some(SWITCH)) {
            // The runner reads it as C# reads a boolean: any case, blanks around it.
            if entry.value.value().is_none_or(|value| !value.trim().eq_ignore_ascii_case("true")) {
                continue;
            }
            report
                .at(entry.pair_span())
                .message("this brings back `::set-env::` and `::add-path::`: whatever a step prints can set variables")
                .remediation("delete the entry; write variables to `$GITHUB_ENV` and paths to `$GITHUB_PATH`");
        }
    }
}
