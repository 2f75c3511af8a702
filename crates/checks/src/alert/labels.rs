//! `alert/severity-missing`, `alert/severity-invalid`, `alert/required-label`: the pages beside this file say why.

use portcullis_model::Safety;
use portcullis_syntax::yaml::Kind;

use super::model::Alert;
use crate::options::AlertOptions;
use crate::registry;
use crate::reporter::Reporter;

pub(crate) fn check(alert: &Alert<'_>, options: &AlertOptions, report: &mut Reporter<'_>) {
    let name = alert.name();
    for label in options.require_labels.iter().filter(|label| alert.label(label).is_none()) {
        if label == "severity" {
            report
                .of(registry::ALERT_SEVERITY_MISSING)
                .at(alert.name_span())
                .message(format_args!("alert `{name}` has no label `severity`: nothing says whom it wakes"))
                .remediation(format_args!("add `labels: {{severity: {}}}`", example(options)));
        } else {
            report
                .of(registry::ALERT_REQUIRED_LABEL)
                .at(alert.name_span())
                .message(format_args!("alert `{name}` has no label `{label}`, which the policy requires"))
                .remediation(format_args!("add `{label}:` under `labels:`"))
                .identity(label);
        }
    }
    check_severity(alert, options, report);
}

fn check_severity(alert: &Alert<'_>, options: &AlertOptions, report: &mut Reporter<'_>) {
    let Some(node) = alert.label("severity") else { return };
    let severity = node.value().unwrap_or_default();
    // What a template yields is only known when it fires.
    if options.severities.is_empty() || severity.contains("{{") || options.severities.iter().any(|one| one == severity)
    {
        return;
    }
    if severity == "none" && options.severity_exempt.matches(alert.name()) {
        return;
    }
    let allowed = options.severities.join("`, `");
    let mut spellings = options.severities.iter().filter(|one| one.eq_ignore_ascii_case(severity.trim()));
    // The same word written otherwise is no question of judgement.
    let respelled = match (spellings.next(), spellings.next()) {
        (Some(only), None) if node.kind() == Kind::Scalar && node.anchor_span().is_none() => {
            node.replace_with_text(only)
        }
        _ => None,
    };
    report
        .of(registry::ALERT_SEVERITY_INVALID)
        .at(node.span())
        .message(format_args!("`{severity}` is no severity of this repository, so no route matches it"))
        .remediation(format_args!("use one of `{allowed}`"))
        .changes(Safety::Safe, respelled);
}

fn example(options: &AlertOptions) -> &str {
    options.severities.first().map_or("warning", String::as_str)
}
