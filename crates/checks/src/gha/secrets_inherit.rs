//! `gha/secrets-inherit`: the page beside this file says why.

use portcullis_model::Severity;

use super::model::{Target, Uses, Workflow};
use crate::options::WorkflowOptions;
use crate::reporter::Reporter;

pub(crate) fn check(workflow: &Workflow<'_>, _options: &WorkflowOptions, report: &mut Reporter<'_>) {
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
            .related(secrets.span(), "all secrets are handed over here");
    }
}
