//! Prometheus rules: alerts somebody can act on.

pub(crate) mod model;

mod annotations;
mod for_missing;
mod labels;

use self::model::RuleFile;
use crate::options::AlertOptions;
use crate::registry;
use crate::reporter::{Sheet, Unit};

/// Runs every rule over the rule files of a file.
pub(crate) fn run(rule_files: &[RuleFile<'_>], options: &AlertOptions, sheet: &mut Sheet) {
    for alert in rule_files.iter().flat_map(RuleFile::alerts) {
        labels::check(&alert, options, &mut sheet.reporter(registry::ALERT_SEVERITY_MISSING));
        annotations::check(&alert, options, &mut sheet.reporter(registry::ALERT_SUMMARY_MISSING));
        for_missing::check(&alert, options, &mut sheet.reporter(registry::ALERT_FOR_MISSING));
    }
}

/// A comment anywhere in a rule speaks about the whole rule.
pub(crate) fn units(rule_files: &[RuleFile<'_>]) -> Vec<Unit> {
    let rules = rule_files.iter().flat_map(RuleFile::rules);
    rules.map(|rule| Unit { span: rule.resolve().span(), resource: None, hidden: true }).collect()
}
