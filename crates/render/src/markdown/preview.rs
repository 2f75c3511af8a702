//! The alert about files that steer the gate: a pull request cannot weaken its own gate, and reviewers should see that it tried
//! (spec/github-ux.md 10.2).

use portcullis_model::{PolicyPreview, PolicySource, RuleWeakening};

use super::view::View;
use super::words::{counted, prose, short_commit};
use crate::escape::{Cell, MdCode, cap};

/// Gate files named one by one.
const FILES: usize = 10;
/// Rules, keys, exceptions and comments named one by one.
const NAMED: usize = 5;

pub(super) fn alert(view: &View<'_>) -> String {
    let policy = &view.outcome.policy;
    let preview = policy.preview.as_ref();
    let mut lines = Vec::new();
    if !policy.changed_in_pr.is_empty() {
        lines.push(files(view));
        lines.extend(preview.map(previewed).filter(|line| !line.is_empty()));
    }
    lines.extend(preview.and_then(|preview| inline(preview, view.change())));
    lines.extend(preview.and_then(|preview| preview.workflow.as_deref()).map(|path| {
        let (change, path) = (view.change(), code(path, cap::PATH));
        format!("This {change} edits {path}, which runs the gate: look at what it does there.")
    }));
    if lines.is_empty() {
        return String::new();
    }
    format!("> [!WARNING]\n> {}\n", lines.join("\n> "))
}

fn files(view: &View<'_>) -> String {
    let policy = &view.outcome.policy;
    let (change, base) = (view.change(), view.base());
    let named = listed(&policy.changed_in_pr, FILES, |path| code(path, cap::PATH));
    let at =
        policy.rev.as_deref().map(|rev| format!(" ({})", MdCode::new(short_commit(rev), cap::VERSION, Cell::Text)));
    let at = at.unwrap_or_default();
    let which = match policy.source {
        PolicySource::Base => format!("The verdict uses the copies on {base}{at}."),
        PolicySource::Head => format!("The verdict uses the changed copies, as the policy on {base} allows."),
        PolicySource::Bootstrap => format!("{base} has no gate files yet: the verdict uses these."),
        PolicySource::Local => "The verdict uses the copies in the work tree.".to_owned(),
        PolicySource::Builtin => "The verdict uses the built-in policy.".to_owned(),
    };
    format!("This {change} edits files that steer the gate: {named}. {which}")
}

/// What the proposed copies would decide.
fn previewed(preview: &PolicyPreview) -> String {
    let owners = "Review by the owners of `.portcullis/` decides.";
    if let Some(why) = &preview.unusable {
        return format!("The proposed copies cannot be used: {}. {owners}", prose(why, cap::MESSAGE, Cell::Text));
    }
    let mut said = vec![format!("With the proposed copies {}.", effect(preview))];
    if !preview.rules.is_empty() {
        let rule = |change: &portcullis_model::RuleChange| {
            let word = match change.change {
                RuleWeakening::Removed => "removed",
                RuleWeakening::Disabled => "switched off",
                RuleWeakening::Downgraded => "lowered",
            };
            format!("{} ({word})", code(&change.id, cap::RULE))
        };
        said.push(format!("Weaker rules: {}.", listed(&preview.rules, NAMED, rule)));
    }
    if !preview.exceptions.is_empty() {
        let exception = |proposed: &portcullis_model::ProposedException| {
            let ends = proposed.expires.map_or_else(|| "without end".to_owned(), |day| format!("until {day}"));
            let covers = code(&proposed.covers, cap::PATH);
            let covers = if covers.is_empty() { String::new() } else { format!(" for {covers}") };
            format!("{}{covers} {ends}", code(&proposed.id, cap::RULE))
        };
        said.push(format!("Exceptions it adds: {}.", listed(&preview.exceptions, NAMED, exception)));
    }
    said.push(owners.to_owned());
    said.join(" ")
}

fn effect(preview: &PolicyPreview) -> String {
    let (stop, start) = (preview.stop_blocking, preview.start_blocking);
    let keys = match preview.keys.as_slice() {
        [] => String::new(),
        keys => format!(" ({})", listed(keys, NAMED, |key| code(key, cap::RULE))),
    };
    let count = |number, verb| {
        format!("**{} would {verb} blocking**", counted(number, "blocking finding", "blocking findings"))
    };
    let starting = |number| format!("{} would start blocking", counted(number, "finding", "findings"));
    match (stop, start) {
        (0, 0) => "the same findings would block".to_owned(),
        (0, start) => starting(start),
        (stop, 0) => format!("{}{keys}", count(stop, "stop")),
        (stop, start) => format!("{}{keys}, and {}", count(stop, "stop"), starting(start)),
    }
}

/// Comments that keep findings quiet. Whether they count is the policy's to say; that they are new is worth a look.
fn inline(preview: &PolicyPreview, change: &str) -> Option<String> {
    let added = &preview.inline;
    if added.is_empty() {
        return None;
    }
    let count = u64::try_from(added.len()).unwrap_or(u64::MAX);
    let one = |comment: &portcullis_model::AddedSuppression| {
        let rules = listed(&comment.rules, 3, |rule| code(rule, cap::RULE));
        let rules = if rules.is_empty() { String::new() } else { format!(" of {rules}") };
        let place = code(&format!("{}:{}", comment.path, comment.line), cap::PATH);
        format!("{}{rules} at {place}", code(&comment.form, cap::RULE))
    };
    let comments = counted(count, "comment that suppresses findings", "comments that suppress findings");
    Some(format!("This {change} adds {comments}: {}.", listed(added, NAMED, one)))
}

fn listed<T>(all: &[T], most: usize, shown: impl Fn(&T) -> String) -> String {
    let mut named: Vec<String> = all.iter().take(most).map(shown).collect();
    if all.len() > most {
        named.push(format!("{} more", all.len() - most));
    }
    named.join(", ")
}

fn code(text: &str, most: usize) -> String {
    MdCode::new(text, most, Cell::Text).to_string()
}
