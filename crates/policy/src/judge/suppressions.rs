//! Steps 1 and 8: what reports, ignore files of other tools and ignore comments say of a finding, and what counts of it
//! (spec/policy.md 5, 7.3, 11.1).

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use portcullis_model::{
    Decision, ExceptionRow, ExceptionState, Finding, Judged, Level, Origin, Severity, State, Step, Suppression,
};

use super::cap;
use super::exceptions::{days, days_between};
use crate::Policy;
use crate::pattern::Names;
use crate::policy::Setting;
use crate::trust::Inline;

/// Who an entry of a foreign ignore file is attributed to.
const IMPORT: &str = "import";
const BY_IMPORT: &str = "suppressed by import";
const COMMENT: &str = "ignore comment";

/// Step 1: what is not open is not judged. Of what took a finding out only that counts which the policy trusts.
pub(super) fn closed(policy: &Policy, judged: &mut Judged, today: Date) -> bool {
    if judged.state == State::Suppressed {
        reopen(policy, judged);
    }
    if judged.is_open() {
        return imported(policy, judged, today);
    }
    let suppressions = &judged.finding.suppressions;
    let suppression = suppressions.iter().find(|suppression| suppression.accepted).or(suppressions.first());
    let origin = suppression.and_then(place_of).unwrap_or_else(Origin::builtin);
    let state = state_word(judged.state);
    let key = suppression.map_or_else(|| state.to_owned(), |suppression| format!("{state} by {}", suppression.by));
    judged.decision.push(Decision { step: Step::State, key, from: "".into(), to: Level::Off.as_str().into(), origin });
    true
}

/// Which tools take a finding out that another tool has open (spec/ingest.md 15).
pub(super) fn conflict(finding: &Finding) -> Option<String> {
    let tools: BTreeSet<&str> = finding.sources.iter().map(|source| source.tool.as_str()).collect();
    let void = finding.suppressions.iter().filter(|suppression| !suppression.accepted && suppression.is_of_report());
    let by: BTreeSet<&str> = void.map(|suppression| suppression.by.as_str()).collect();
    (finding.state.is_open() && tools.len() > 1 && !by.is_empty()).then(|| {
        let by = by.into_iter().collect::<Vec<_>>().join(", ");
        format!("the reports disagree: what {by} says of it does not hide that another tool reports it")
    })
}

/// A SARIF report says that a finding is suppressed; `trust.sarif_suppressions` says whether that counts.
fn reopen(policy: &Policy, judged: &mut Judged) {
    let sarif = &policy.trust.sarif;
    let takes_out = |suppression: &&Suppression| suppression.accepted && suppression.is_of_report();
    let mut reasons = judged.finding.suppressions.iter().filter(takes_out).peekable();
    if reasons.peek().is_none() {
        return;
    }
    if reasons.all(|suppression| suppression.by == "sarif" && !sarif.value.honours(suppression)) {
        judged.state = State::Open;
        judged
            .notes
            .push(format!("the suppression in the report does not count (trust.sarif_suppressions, {})", sarif.origin));
    }
}

/// An entry of a foreign ignore file takes the finding out where it counts; where it does not, the finding says why.
fn imported(policy: &Policy, judged: &mut Judged, today: Date) -> bool {
    let entries: Vec<Suppression> =
        judged.finding.suppressions.iter().filter(|suppression| suppression.by == IMPORT).cloned().collect();
    for entry in entries {
        let origin = place_of(&entry).unwrap_or_else(Origin::builtin);
        if let Some(why) = void(policy, &judged.finding, &entry, today) {
            judged.notes.push(format!("the ignore entry {origin} does not count: {why}"));
            continue;
        }
        judged.state = State::Suppressed;
        judged.decision.push(Decision {
            step: Step::State,
            key: BY_IMPORT.to_owned(),
            from: "".into(),
            to: Level::Off.as_str().into(),
            origin,
        });
        return true;
    }
    false
}

/// Why an entry of a foreign ignore file does not count.
fn void(policy: &Policy, finding: &Finding, entry: &Suppression, today: Date) -> Option<String> {
    let rules = &policy.exception_policy;
    let section = finding.section;
    let file = entry.source_file.as_deref().unwrap_or_default();
    if !policy.foreign_ignores(section) {
        let origin = policy.sections.get(&section).map(|section| section.foreign_ignores.origin.to_string());
        return Some(format!("{section}.foreign_ignores is false ({})", origin.unwrap_or_default()));
    }
    if !rules.import.value.reads(file) {
        return Some(format!("exception_policy.import does not name it ({})", rules.import.origin));
    }
    if let Some(ended) = entry.expires.filter(|expires| *expires < today) {
        return Some(format!("it ended {} ago", days(days_between(ended, today))));
    }
    if !entry.accepted {
        return Some("it cannot be understood".to_owned());
    }
    let is_given = |field: &str| match field {
        "expires" => entry.expires.is_some(),
        _ => entry.reason.as_deref().is_some_and(|reason| !reason.trim().is_empty()),
    };
    if let Some(missing) = rules.imported_requires.iter().find(|field| !is_given(field)) {
        return Some(format!("it gives no `{missing}` (exception_policy.imported_requires)"));
    }
    if rules.imported.value == Level::Fail {
        return Some(format!("exception_policy.imported is `fail` ({})", rules.imported.origin));
    }
    let demand = rules.approval(finding, severity_in_force(policy, finding))?;
    Some(format!(
        "only an exception with `approved_by` accepts this (exception_policy.require_approval: {}, {})",
        demand.value.as_str(),
        demand.origin
    ))
}

/// The severity after step 3.
pub(super) fn severity_in_force(policy: &Policy, finding: &Finding) -> Severity {
    if policy.rules.is_empty() {
        return finding.severity;
    }
    policy.rules.severity(&Names::of(finding)).map_or(finding.severity, |decided| decided.setting.value)
}

const fn state_word(state: State) -> &'static str {
    match state {
        State::Open => "open",
        State::Suppressed => "suppressed",
        State::NotAffected => "not_affected",
        State::Fixed => "fixed",
        State::UnderInvestigation => "under_investigation",
        State::Passed => "passed",
        State::Review => "review",
        State::Excepted => "excepted",
        State::Excluded => "excluded",
        State::Absent => "absent",
    }
}

fn place_of(suppression: &Suppression) -> Option<Origin> {
    let layer = suppression.source_file.clone()?;
    Some(Origin { layer: layer.into(), line: suppression.line, col: None })
}

/// Step 8: a comment beside the finding is honoured down to `log`, so that the finding stays in the result.
pub(super) fn inline(policy: &Policy, judged: &mut Judged, today: Date) {
    let trust = &policy.trust;
    let comments: Vec<_> =
        judged.finding.suppressions.iter().filter(|suppression| suppression.by == "inline").cloned().collect();
    for comment in comments {
        let origin = place_of(&comment).unwrap_or_else(Origin::builtin);
        let is_bare = comment.reason.as_deref().is_none_or(|reason| reason.trim().is_empty());
        let void = if trust.inline.value == Inline::Ignore {
            Some(format!("has no effect (trust.inline_suppressions, {})", trust.inline.origin))
        } else if let Some(forbidden) = trust.forbids(&judged.finding) {
            let pattern = forbidden.value.as_str();
            Some(format!("has no effect: `{pattern}` is in trust.inline_forbidden ({})", forbidden.origin))
        } else if let Some(ended) = comment.expires.filter(|expires| *expires < today) {
            Some(format!("ended on {ended}"))
        } else if trust.inline_reason_required.value && is_bare {
            let origin = &trust.inline_reason_required.origin;
            Some(format!("has no effect: it gives no reason (trust.inline_reason_required, {origin})"))
        } else {
            None
        };
        match void {
            Some(why) => judged.notes.push(format!("the ignore comment at {origin} {why}")),
            None => cap(judged, Step::InlineSuppression, COMMENT, &Setting { value: Level::Log, origin }),
        }
    }
}

/// What was honoured without being an exception: each entry of an ignore file, and each comment that
/// `trust.inline_suppressions: report` lists.
pub(super) fn rows(policy: &Policy, findings: &[Judged]) -> Vec<ExceptionRow> {
    let mut rows: BTreeMap<Origin, ExceptionRow> = BTreeMap::new();
    for judged in findings {
        for decision in &judged.decision {
            let state = match (decision.step, decision.key.as_str()) {
                (Step::State, BY_IMPORT) => ExceptionState::Imported,
                (Step::InlineSuppression, COMMENT) if policy.trust.inline.value == Inline::Report => {
                    ExceptionState::Inline
                }
                _ => continue,
            };
            let row = rows.entry(decision.origin.clone()).or_insert_with(|| row(judged, &decision.origin, state));
            row.matched += 1;
            if let Err(place) = row.rules.binary_search(&judged.finding.id) {
                row.rules.insert(place, judged.finding.id.clone());
            }
        }
    }
    rows.into_values().collect()
}

fn row(judged: &Judged, origin: &Origin, state: ExceptionState) -> ExceptionRow {
    let entry = judged.finding.suppressions.iter().find(|suppression| place_of(suppression).as_ref() == Some(origin));
    ExceptionRow {
        id: origin.to_string(),
        reason: entry.and_then(|entry| entry.reason.clone()).unwrap_or_default(),
        owner: entry.and_then(|entry| entry.owner.clone()),
        expires: entry.and_then(|entry| entry.expires),
        state,
        origin: origin.clone(),
        ..ExceptionRow::default()
    }
}
