//! Security of workflows and actions: what an outsider, or the owner of an action, could make them do.

pub(crate) mod model;

mod insecure_commands;
mod script;
mod secrets_inherit;
mod template_injection;
mod unpinned_uses;

use portcullis_model::Rule;

pub use self::secrets_inherit::declared_secrets;

use self::model::Workflow;
use crate::options::WorkflowOptions;
use crate::registry;
use crate::reporter::{Reporter, Sheet, Unit};

type Check = fn(&Workflow<'_>, &WorkflowOptions, &mut Reporter<'_>);

const CHECKS: [(Rule, Check); 4] = [
    (registry::GHA_INSECURE_COMMANDS, insecure_commands::check),
    (registry::GHA_SECRETS_INHERIT, secrets_inherit::check),
    (registry::GHA_TEMPLATE_INJECTION, template_injection::check),
    (registry::GHA_UNPINNED_USES, unpinned_uses::check),
];

/// Runs every rule over a workflow or an action.
pub(crate) fn run(workflow: &Workflow<'_>, options: &WorkflowOptions, sheet: &mut Sheet) {
    for (rule, check) in CHECKS {
        check(workflow, options, &mut sheet.reporter(rule));
    }
}

/// A comment anywhere in a step speaks about the whole step.
pub(crate) fn units(workflow: &Workflow<'_>) -> Vec<Unit> {
    workflow.steps().map(|step| Unit { span: step.node.span(), resource: None, hidden: true }).collect()
}
