//! One rule file laid over another (spec/secrets-gitleaks.md 2.3).

use portcullis_model::{Diagnostic, suggest};

use super::document::Complaints;
use super::place::Source;
use super::read::{ConfigFile, Draft, Extend};

/// Takes the rules and allowlists of `base` into `own`. `source` is the extending file, for the place of a complaint.
pub(super) fn lay_over(
    own: &mut ConfigFile,
    extend: &Extend,
    base: ConfigFile,
    source: &Source<'_>,
    complaints: &mut Complaints,
) {
    for disabled in &extend.disabled {
        if base.rules.contains_key(&disabled.value) {
            continue;
        }
        let message = format!("the disabled rule `{}` is none of the extended file's", disabled.value);
        let mut diagnostic = Diagnostic::warning("secrets/disabled-rule", message, source.span(disabled.bytes.clone()));
        if let Some(near) = suggest::nearest(&disabled.value, base.rules.keys().map(String::as_str), 1).first() {
            diagnostic.span.label = format!("did you mean `{near}`?");
        }
        complaints.push(diagnostic);
    }
    for (id, from_base) in base.rules {
        if extend.disabled.iter().any(|disabled| disabled.value == id) {
            continue;
        }
        let merged = match own.rules.remove(&id) {
            Some(over) => merge(from_base, over),
            None => from_base,
        };
        own.rules.insert(id, merged);
    }
    // Entries with target rules act only where the outermost file gives them.
    own.allowlists.extend(base.allowlists.into_iter().filter(|entry| entry.target_rules.is_empty()));
}

/// What the extending rule says wins; lists grow.
fn merge(base: Draft, over: Draft) -> Draft {
    let mut rule = base.rule;
    let own = over.rule;
    if !own.description.is_empty() {
        rule.description = own.description;
    }
    if own.entropy != 0.0 {
        rule.entropy = own.entropy;
    }
    if own.secret_group != 0 {
        rule.secret_group = own.secret_group;
    }
    rule.regex = own.regex.or(rule.regex);
    rule.path = own.path.or(rule.path);
    rule.severity = own.severity.or(rule.severity);
    rule.help_uri = own.help_uri.or(rule.help_uri);
    rule.tags.extend(own.tags);
    rule.keywords.extend(own.keywords);
    rule.allowlists.extend(own.allowlists);
    if !own.required.is_empty() {
        rule.required = own.required;
    }
    if over.says_skip_report {
        rule.skip_report = own.skip_report;
    }
    if over.says_specificity {
        rule.specificity = own.specificity;
    }
    rule.place = own.place;
    Draft {
        rule,
        is_faulty: base.is_faulty || over.is_faulty,
        says_skip_report: base.says_skip_report || over.says_skip_report,
        says_specificity: base.says_specificity || over.says_specificity,
    }
}
