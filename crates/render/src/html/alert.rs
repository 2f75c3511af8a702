//! The alert about gate files the change edits, and what they would decide (spec/github-ux.md 10.2).

use portcullis_model::{Outcome, PolicyInfo, PolicyPreview, PolicySource, RuleWeakening};

use super::markup::{Markup, named};
use super::table::Cuts;
use super::words::short_commit;
use crate::escape::cap;

/// Files, keys, rules, exceptions and comments that are named one by one.
const NAMED: usize = 50;

/// A pull request cannot weaken its own gate, and readers should see that it tried.
pub(super) fn gate_files(outcome: &Outcome, cuts: &mut Cuts) -> Markup {
    let policy = &outcome.policy;
    let preview = policy.preview.as_ref();
    if policy.changed_in_pr.is_empty() && preview.is_none() {
        return Markup::default();
    }
    let mut alert = Markup::new("<section class=alert aria-labelledby=gate-files>\n");
    if policy.changed_in_pr.is_empty() {
        alert.put("<h2 id=gate-files>This change touches how it is judged</h2>\n");
    } else {
        alert.put("<h2 id=gate-files>This change edits files that steer the gate</h2>\n").add(&files(policy));
    }
    if let Some(preview) = preview {
        if !policy.changed_in_pr.is_empty() {
            alert.add(&consequences(preview));
        }
        alert.add(&changes(preview)).add(&cut(preview, cuts));
    }
    alert.put("</section>\n");
    alert
}

fn files(policy: &PolicyInfo) -> Markup {
    let mut alert = Markup::new("<p>");
    alert.add(&named(policy.changed_in_pr.iter().map(String::as_str), NAMED)).put("</p>\n<p>");
    match policy.source {
        PolicySource::Base => {
            alert.put("The verdict uses the copies on the base");
            if let Some(rev) = &policy.rev {
                alert.put(" (").code(short_commit(rev), cap::VERSION).put(")");
            }
            alert.put("; these changes count once they are merged.")
        }
        PolicySource::Head => alert.put("The verdict uses the changed copies, as the policy on the base allows."),
        PolicySource::Bootstrap => alert.put("The base has no gate files yet: the verdict uses these."),
        PolicySource::Local => alert.put("The verdict uses the copies in the work tree."),
        PolicySource::Builtin => alert.put("The verdict uses the built-in policy."),
    };
    alert.put("</p>\n");
    alert
}

fn consequences(preview: &PolicyPreview) -> Markup {
    let mut said = Markup::default();
    if let Some(why) = &preview.unusable {
        said.put("<p class=bad>The proposed gate files cannot be used: ").prose(why, cap::MESSAGE).put("</p>\n");
        return said;
    }
    said.put("<p>With the proposed files ");
    match (preview.stop_blocking, preview.start_blocking) {
        (0, 0) => said.put("the same findings would block"),
        (stop, 0) => said.counted(stop, "finding", "findings").put(" would no longer block"),
        (0, start) => said.counted(start, "finding", "findings").put(" more would block"),
        (stop, start) => {
            said.counted(stop, "finding", "findings").put(" would no longer block and ");
            said.counted(start, "other", "others").put(" would")
        }
    };
    if !preview.keys.is_empty() {
        said.put(", because of ").add(&named(preview.keys.iter().map(String::as_str), NAMED));
    }
    said.put(".</p>\n");
    said
}

fn cut(preview: &PolicyPreview, cuts: &mut Cuts) -> Markup {
    let mut said = Markup::default();
    for (what, all) in [
        ("rules the change weakens", preview.rules.len()),
        ("exceptions the change proposes", preview.exceptions.len()),
        ("suppression comments the change adds", preview.inline.len()),
    ] {
        said.add(&cuts.note(what, all.min(NAMED), all));
    }
    said
}

fn changes(preview: &PolicyPreview) -> Markup {
    let mut list = Markup::default();
    for rule in preview.rules.iter().take(NAMED) {
        list.put("<li>Rule ").code(&rule.id, cap::RULE).put(match rule.change {
            RuleWeakening::Removed => " is removed",
            RuleWeakening::Disabled => " is turned off",
            RuleWeakening::Downgraded => " gets a lower level",
        });
        list.put("</li>\n");
    }
    for exception in preview.exceptions.iter().take(NAMED) {
        list.put("<li>Proposes the exception ").code(&exception.id, cap::RULE);
        if !exception.covers.trim().is_empty() {
            list.put(" for ").text(&exception.covers, cap::PATH);
        }
        match exception.expires {
            Some(day) => list.put(", until ").day(day),
            None => list.put(", without an end"),
        };
        list.put("</li>\n");
    }
    for comment in preview.inline.iter().take(NAMED) {
        list.put("<li>Adds the comment ").code(&comment.form, cap::RULE).put(" at <code>");
        list.text(&comment.path, cap::PATH).put(":").number(u64::from(comment.line)).put("</code>");
        if comment.rules.is_empty() {
            list.put(", for every rule");
        } else {
            list.put(", for ").add(&named(comment.rules.iter().map(String::as_str), 5));
        }
        list.put("</li>\n");
    }
    if let Some(path) = &preview.workflow {
        list.put("<li>Edits ").code(path, cap::PATH).put(", which runs the gate: look at what it does there</li>\n");
    }
    let mut all = Markup::default();
    if !list.is_empty() {
        all.put("<ul>\n").add(&list).put("</ul>\n");
    }
    all
}
