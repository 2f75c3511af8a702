//! A page whose rule has a fix shows the text after it; the fix makes exactly that text, and there is nothing left to be done.

use libtest_mimic::{Failed, Trial};
use portcullis_checks::Options;
use portcullis_model::{Finding, FixKind, Safety};
use portcullis_syntax::yaml::{self, Change};

use super::Example;

/// Whether the page shows what its front matter promises.
pub(crate) fn shown(rule: &str, kind: FixKind, examples: &[Example]) -> Trial {
    let shows = examples.iter().any(|example| example.fixed.is_some());
    Trial::test(format!("{rule}::shows_its_fix"), move || match (kind, shows) {
        (FixKind::None, true) => Err("`fix: none`, yet the page shows a fix".into()),
        (FixKind::Safe | FixKind::Unsafe, false) => Err("no `fixed` block shows the text after the fix".into()),
        _ => Ok(()),
    })
}

/// Makes every fix of a rule in an example and compares.
pub(crate) fn run(path: &str, text: &str, options: &Options, rule: &str, shown: Option<&str>) -> Result<(), Failed> {
    let before = of_rule(path, text, options, rule);
    let kind =
        portcullis_checks::rules().iter().find(|known| known.id == rule).map(|rule| rule.fix).unwrap_or_default();
    let is_declared = |safety| (kind == FixKind::Safe && safety == Safety::Safe) || kind == FixKind::Unsafe;
    if !before.iter().flat_map(|finding| &finding.edits).all(|edit| is_declared(edit.safety)) {
        return Err(format!("an edit is none of the kind the page declares: {before:#?}").into());
    }
    let mut fixed = text.to_owned();
    while let Some(next) = once(path, &fixed, options, rule)? {
        fixed = next;
    }
    if let Some(shown) = shown
        && shown != fixed
    {
        return Err(format!("shown\n{shown}\nmade\n{fixed}").into());
    }
    let fixable = before.iter().filter(|finding| !finding.edits.is_empty()).count();
    let left = of_rule(path, &fixed, options, rule).len();
    if left + fixable == before.len() { Ok(()) } else { Err(format!("{left} findings are left in\n{fixed}").into()) }
}

/// The text after all edits that can be made together; `None` where there are none.
fn once(path: &str, text: &str, options: &Options, rule: &str) -> Result<Option<String>, Failed> {
    let groups: Vec<Vec<Change>> = of_rule(path, text, options, rule)
        .into_iter()
        .filter(|finding| !finding.edits.is_empty())
        .map(|finding| {
            let place = |byte: u64| usize::try_from(byte).unwrap_or(usize::MAX);
            let edits = finding.edits.into_iter();
            edits
                .map(|edit| Change { range: place(edit.start_byte)..place(edit.end_byte), text: edit.replacement })
                .collect()
        })
        .collect();
    if groups.is_empty() {
        return Ok(None);
    }
    let (dialect, limits) = portcullis_checks::grammar(path);
    let groups: Vec<&[Change]> = groups.iter().map(Vec::as_slice).collect();
    Ok(Some(yaml::parse(text.as_bytes(), dialect, &limits).apply_groups(&groups)?.text))
}

fn of_rule(path: &str, text: &str, options: &Options, rule: &str) -> Vec<Finding> {
    let findings = portcullis_checks::check(path, text.as_bytes(), options).findings;
    findings.into_iter().filter(|finding| finding.rule_id == rule).collect()
}
