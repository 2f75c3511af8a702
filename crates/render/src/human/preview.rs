//! What a pull request does to its own gate, in sentences: it has no effect, and people should see that it tried.

use portcullis_model::{AddedSuppression, PolicyInfo, PolicyPreview, RuleChange, RuleWeakening};

use super::finding::joined;
use super::plural;
use crate::escape::{TermText, cap, text};
use crate::terminal::Terminal;

/// Things named one by one (spec/github-ux.md 10.2).
const NAMED: usize = 5;

/// What the proposed gate files would decide.
pub(crate) fn if_merged(policy: &PolicyInfo, terminal: &Terminal) -> TermText {
    let Some(preview) = policy.preview.as_ref() else { return TermText::default() };
    if let Some(why) = &preview.unusable {
        return text!["the gate files of this change cannot be used: ", terminal.text(why, cap::MESSAGE)];
    }
    let mut said = Vec::new();
    if preview.stop_blocking > 0 {
        let keys = list(&preview.keys, |key| terminal.text(key, cap::RULE));
        let by = if keys.is_empty() { keys } else { text![" (", keys, ")"] };
        let word = plural(preview.stop_blocking, " finding would stop blocking", " findings would stop blocking");
        said.push(text![preview.stop_blocking, word, by]);
    }
    if preview.start_blocking > 0 {
        let word = plural(preview.start_blocking, " finding would start blocking", " findings would start blocking");
        said.push(text![preview.start_blocking, word]);
    }
    said.extend(rules(preview, terminal));
    if !preview.exceptions.is_empty() {
        let named = list(&preview.exceptions, |exception| {
            let until = exception.expires.map_or_else(TermText::default, |day| text![" until ", day]);
            text![
                terminal.text(&exception.id, cap::RULE),
                " (",
                terminal.text(&exception.covers, cap::TITLE),
                until,
                ")"
            ]
        });
        said.push(text!["exceptions added: ", named]);
    }
    if said.is_empty() && !policy.changed_in_pr.is_empty() {
        return text!["nothing would be decided otherwise"];
    }
    joined(&said, "; ")
}

fn rules(preview: &PolicyPreview, terminal: &Terminal) -> Vec<TermText> {
    let kinds = [
        (RuleWeakening::Removed, "rules removed: "),
        (RuleWeakening::Disabled, "rules disabled: "),
        (RuleWeakening::Downgraded, "rules downgraded: "),
    ];
    let of = |change| preview.rules.iter().filter(move |rule| rule.change == change).collect::<Vec<&RuleChange>>();
    let all = kinds.into_iter().map(|(change, word)| (of(change), word)).filter(|(rules, _)| !rules.is_empty());
    all.map(|(rules, word)| text![word, list(&rules, |rule| terminal.text(&rule.id, cap::RULE))]).collect()
}

/// Comments that silence a scanner, on lines the change adds.
pub(crate) fn silenced(policy: &PolicyInfo, terminal: &Terminal) -> TermText {
    let Some(preview) = policy.preview.as_ref().filter(|preview| !preview.inline.is_empty()) else {
        return TermText::default();
    };
    let said = |one: &AddedSuppression| {
        text![comment(one, terminal), " at ", terminal.text(&one.path, cap::PATH), ":", one.line]
    };
    text!["this change adds ", list(&preview.inline, said)]
}

/// `nosec B101`
pub(crate) fn comment(comment: &AddedSuppression, terminal: &Terminal) -> TermText {
    let form = terminal.text(&comment.form, cap::RULE);
    if comment.rules.is_empty() {
        return form;
    }
    text![form, " ", list(&comment.rules, |rule| terminal.text(rule, cap::RULE))]
}

/// The workflow that runs the gate is the change's own.
pub(crate) fn workflow(policy: &PolicyInfo, terminal: &Terminal) -> TermText {
    let path = policy.preview.as_ref().and_then(|preview| preview.workflow.as_deref());
    path.map_or_else(TermText::default, |path| {
        text!["this change edits ", terminal.text(path, cap::PATH), ", which runs the gate: look at what it does there"]
    })
}

fn list<T>(things: &[T], say: impl Fn(&T) -> TermText) -> TermText {
    let mut named: Vec<TermText> = things.iter().take(NAMED).map(say).collect();
    if things.len() > NAMED {
        named.push(text![things.len() - NAMED, " more"]);
    }
    joined(&named, ", ")
}

#[cfg(test)]
mod tests {
    use portcullis_model::ProposedException;

    use super::*;
    use crate::sample;

    fn policy(preview: PolicyPreview) -> PolicyInfo {
        PolicyInfo {
            changed_in_pr: vec!["portcullis.yaml".to_owned()],
            preview: Some(preview),
            ..sample::failing().policy
        }
    }

    fn said(preview: PolicyPreview) -> Vec<String> {
        let (policy, terminal) = (policy(preview), Terminal::default());
        let all = [if_merged(&policy, &terminal), silenced(&policy, &terminal), workflow(&policy, &terminal)];
        all.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_weakening_is_named_and_at_most_five_of_a_kind() {
        let rule = |index: usize| RuleChange { id: format!("k8s/rule-{index}"), change: RuleWeakening::Disabled };
        let preview = PolicyPreview {
            stop_blocking: 2,
            start_blocking: 1,
            keys: vec!["levels.high".to_owned()],
            rules: (0..7).map(rule).collect(),
            exceptions: vec![ProposedException {
                id: "EX-1".to_owned(),
                covers: "gha/unpinned-uses in a.yml".to_owned(),
                expires: Some(jiff::civil::date(2026, 12, 20)),
            }],
            inline: vec![AddedSuppression {
                path: "a.py".to_owned(),
                line: 3,
                form: "nosec".to_owned(),
                rules: vec!["B101".to_owned()],
            }],
            workflow: Some(".github/workflows/gate.yml".to_owned()),
            ..PolicyPreview::default()
        };
        insta::assert_snapshot!(said(preview).join("\n"));
    }

    #[test]
    fn gate_files_that_change_nothing_and_those_that_cannot_be_used_are_told() {
        assert_eq!(said(PolicyPreview::default()), ["nothing would be decided otherwise", "", ""]);
        let unusable = PolicyPreview { unusable: Some("a.yaml:1:1: no".to_owned()), ..PolicyPreview::default() };
        assert_eq!(said(unusable)[0], "the gate files of this change cannot be used: a.yaml:1:1: no");
    }
}
