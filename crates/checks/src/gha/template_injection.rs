//! `gha/template-injection`: the page beside this file says why.

use std::collections::BTreeMap;
use std::ops::Range;

use portcullis_model::{Confidence, Safety, Severity, Tier};
use portcullis_syntax::expression::{self, ContextPath, Leaf, Placeholder};
use portcullis_syntax::yaml::{Entry, Node};

use super::model::{Step, Taint, Uses, Workflow, judge, variable_name};
use super::script::{Script, Taken};
use crate::options::WorkflowOptions;
use crate::reporter::Reporter;

/// Inputs of actions that are run as code, or pasted into it.
const SINKS: [(&str, &[&str]); 18] = [
    ("8398a7/action-slack", &["custom_payload"]),
    ("actions/github-script", &["script"]),
    ("addnab/docker-run-action", &["options", "run"]),
    ("amadevus/pwsh-script", &["script"]),
    ("appleboy/ssh-action", &["script"]),
    ("azure/cli", &["inlinescript"]),
    ("azure/powershell", &["inlinescript"]),
    ("cardinalby/js-eval-action", &["expression"]),
    ("devorbitus/yq-action-output", &["cmd"]),
    ("gautamkrishnar/blog-post-workflow", &["item_exec"]),
    ("imjohnbo/issue-bot", &["body", "linked-comments-previous-issue-text", "linked-comments-new-issue-text"]),
    ("jannekem/run-python-script-action", &["script"]),
    ("lucasbento/auto-close-issues", &["issue-close-message"]),
    ("mikefarah/yq", &["cmd"]),
    ("roots/issue-closer-action", &["issue-close-message", "pr-close-message"]),
    ("sergeysova/jq-action", &["cmd"]),
    ("skitionek/notify-microsoft-teams", &["overwrite"]),
    ("tibdex/backport", &["body_template", "head_template", "labels_template", "title_template"]),
];

/// Fixes worked out for one file: each looks at its script as a whole.
const MOST_FIXES: usize = 1_000;

pub(crate) fn check(workflow: &Workflow<'_>, options: &WorkflowOptions, report: &mut Reporter<'_>) {
    let mut fixes = MOST_FIXES;
    for step in workflow.steps() {
        let mut judged = Judged { step, known: BTreeMap::new(), fixes };
        for sink in sinks(step.node, options) {
            judged.report_sink(sink, report);
        }
        fixes = judged.fixes;
    }
}

/// The values of a step that are run as code.
fn sinks<'w>(step: Node<'w>, options: &WorkflowOptions) -> Vec<Entry<'w>> {
    if let Some(script) = step.entry("run") {
        return vec![script];
    }
    let Some(action) = step.get("uses").and_then(|uses| Uses::read(uses).action()) else { return Vec::new() };
    let slug = action.slug.to_ascii_lowercase();
    let built_in = SINKS.iter().find(|(name, _)| *name == slug).map_or(&[][..], |(_, inputs)| inputs);
    let added = options.extra_sinks.get(&slug).map_or(&[][..], Vec::as_slice);
    let is_sink = |entry: &Entry<'_>| {
        let Some(input) = entry.key_str() else { return false };
        built_in.iter().any(|name| name.eq_ignore_ascii_case(input))
            || added.iter().any(|name| name.eq_ignore_ascii_case(input))
    };
    step.get("with").map(|with| with.entries().filter(is_sink).collect()).unwrap_or_default()
}

/// A step and what was found out about its context values: a script may name the same one a thousand times.
struct Judged<'w> {
    step: Step<'w>,
    known: BTreeMap<(ContextPath, bool), Option<Taint>>,
    /// Fixes that may still be worked out.
    fixes: usize,
}

/// One place of a script that somebody else fills.
struct Found<'f> {
    leaf: &'f Leaf,
    /// As it stands in the script.
    written: &'f str,
    span: Range<usize>,
    taint: Taint,
    /// How it is taken out of the script.
    taken: Option<Taken>,
}

impl<'w> Judged<'w> {
    fn report_sink(&mut self, sink: Entry<'w>, report: &mut Reporter<'_>) {
        let script = sink.value.resolve();
        let Some(text) = script.value() else { return };
        let placeholders: Vec<Placeholder> = expression::placeholders(text).collect();
        let mut takes_out: Option<Option<Script<'w>>> = None;
        for (index, placeholder) in placeholders.iter().enumerate() {
            // What is no expression is `gha-syntax/expression`: GitHub refuses the file before anything runs.
            let Ok(parsed) = expression::parse(placeholder.inner(text)) else { continue };
            let mut harmless = true;
            let start = placeholder.inner_span(text).start;
            for leaf in parsed.leaves() {
                let Some(taint) = self.judge(&leaf) else { continue };
                harmless = false;
                let span = leaf.span.start + start..leaf.span.end + start;
                let written = text.get(span.clone()).unwrap_or_default();
                let is_all = written == placeholder.inner(text) && sink.key_str() == Some("run") && self.fixes > 0;
                self.fixes -= usize::from(is_all);
                let script_of_step = || Script::read(self.step, sink.value, &placeholders);
                let taken = is_all
                    .then(|| takes_out.get_or_insert_with(script_of_step).as_mut())
                    .flatten()
                    .and_then(|script| script.take_out(index, placeholder, &parsed));
                let span = script.source_range(span).0;
                self.report_leaf(Found { leaf: &leaf, written, span, taint, taken }, sink, report);
            }
            if harmless {
                report_expression(placeholder, text, script, report);
            }
        }
    }

    fn judge(&mut self, leaf: &Leaf) -> Option<Taint> {
        let step = &self.step;
        self.known.entry((leaf.path.clone(), leaf.whole)).or_insert_with(|| judge(leaf, step)).clone()
    }

    fn report_leaf(&self, found: Found<'_>, sink: Entry<'_>, report: &mut Reporter<'_>) {
        let Found { leaf, written, span, taint, taken } = found;
        let name = variable_name(&leaf.path, None);
        let shell = sink.key_str() == Some("run");
        let how = if shell { "before the shell reads it" } else { "before it is run" };
        let value = if leaf.whole { format!("toJSON({written})") } else { written.to_owned() };
        let read = match self.action_slug().as_deref() {
            Some("actions/github-script") => format!("process.env.{name}"),
            _ => format!("\"${{{name}}}\""),
        };
        let draft = report
            .at(span)
            .severity(taint.severity)
            .confidence(taint.confidence)
            .tier(taint.tier)
            .message(format_args!("`{written}` is written into the script {how}; {}", taint.why))
            .remediation(match &taken {
                Some(Taken { read, changes }) if changes.len() < 2 => {
                    format!("the variable is there already: write `{read}` in the script")
                }
                _ => format!(
                    "pass it as a variable: `env: {{{name}: ${{{{ {value} }}}}}}`, and write `{read}` in the script"
                ),
            })
            .related(sink.key.span(), "this script");
        let draft = match self.step.node.entry("uses") {
            Some(uses) => draft.related(uses.value.span(), "run by this action"),
            None => draft,
        };
        if let Some(taken) = taken {
            draft.changes(Safety::Safe, taken.changes);
        }
    }
}

impl Judged<'_> {
    fn action_slug(&self) -> Option<String> {
        let action = Uses::read(self.step.node.get("uses")?).action()?;
        Some(action.slug.to_ascii_lowercase())
    }
}

/// Nothing in it can do harm, yet the habit can: only the audit profile shows it.
fn report_expression(placeholder: &Placeholder, text: &str, script: Node<'_>, report: &mut Reporter<'_>) {
    let inner = placeholder.inner(text);
    report
        .at(script.source_range(placeholder.span.clone()).0)
        .severity(Severity::Low)
        .confidence(Confidence::High)
        .tier(Tier::Audit)
        .message(format_args!("`{inner}` is pasted into the script; its value is harmless today"))
        .remediation("pass it as a variable under `env:`, so that the script stays the same text in every run");
}
