//! `alert/summary-missing`, `alert/description-missing`, `alert/runbook-missing`, `alert/required-annotation`: the pages beside
//! this file say why.

use portcullis_model::Tier;

use super::model::Alert;
use crate::options::AlertOptions;
use crate::registry;
use crate::reporter::Reporter;

pub(crate) fn check(alert: &Alert<'_>, options: &AlertOptions, report: &mut Reporter<'_>) {
    for annotation in options.require_annotations.iter().filter(|name| is_missing(alert, name, options)) {
        let (rule, why) = match annotation.as_str() {
            "summary" => (registry::ALERT_SUMMARY_MISSING, "whoever is woken reads only its name"),
            "description" => (registry::ALERT_DESCRIPTION_MISSING, "nothing says what is wrong and since when"),
            "runbook_url" => (registry::ALERT_RUNBOOK_MISSING, "nothing says what to do"),
            _ => (registry::ALERT_REQUIRED_ANNOTATION, "the policy requires it"),
        };
        report
            .of(rule)
            .at(alert.name_span())
            // What the policy asks for by name is no matter of taste.
            .tier(Tier::Default)
            .message(format_args!("alert `{}` has no annotation `{annotation}`: {why}", alert.name()))
            .remediation(format_args!("add `{annotation}:` under `annotations:`"))
            .identity(annotation);
    }
}

fn is_missing(alert: &Alert<'_>, name: &str, options: &AlertOptions) -> bool {
    let aliases = options.annotation_aliases.get(name).map_or(&[][..], Vec::as_slice);
    let mut names = std::iter::once(name).chain(aliases.iter().map(String::as_str));
    names.all(|name| alert.annotation(name).is_none())
}
