//! What the values under `github.event` can hold, by the name of the value (spec/workflows.md 5.1).

/// What text a value of the event can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// Numbers, hashes, dates, booleans, words of a fixed list.
    Fixed,
    /// A name or address GitHub restricts to letters, digits and a few signs.
    Login,
    /// An address or mail address, of which parts are chosen freely.
    Structured,
    /// What somebody typed.
    Free,
    /// What a caller with write access typed.
    Trusted,
}

const HASHES: [&str; 3] = ["sha", "after", "before"];
const DATES: [&str; 4] = ["date", "timestamp", "due_on", "schedule"];
const NUMBERS: [&str; 21] = [
    "id",
    "number",
    "size",
    "comments",
    "review_comments",
    "additions",
    "deletions",
    "changed_files",
    "open_issues",
    "forks",
    "watchers",
    "stargazers",
    "run_attempt",
    "+1",
    "-1",
    "laugh",
    "hooray",
    "confused",
    "heart",
    "rocket",
    "eyes",
];
const BOOLEANS: [&str; 18] = [
    "site_admin",
    "created",
    "deleted",
    "forced",
    "closed",
    "draft",
    "fork",
    "private",
    "public",
    "archived",
    "disabled",
    "locked",
    "default",
    "distinct",
    "prerelease",
    "merged",
    "mergeable",
    "rebaseable",
];
const BOOLEAN_SETTINGS: [&str; 2] = ["maintainer_can_modify", "delete_branch_on_merge"];
const WORDS: [&str; 16] = [
    "type",
    "state",
    "state_reason",
    "status",
    "conclusion",
    "event",
    "ref_type",
    "color",
    "visibility",
    "privacy",
    "author_association",
    "active_lock_reason",
    "mergeable_state",
    "merge_commit_title",
    "merge_commit_message",
    "squash_merge_commit_title",
];
const LOGINS: [&str; 4] = ["login", "avatar_url", "html_url", "url"];

/// Names after `github.event`; `whole` when the value is taken with everything below it. `dispatched`: `repository_dispatch`
/// is a trigger, whose `action` is typed by the caller.
pub(super) fn content(path: &[&str], whole: bool, dispatched: bool) -> Content {
    let Some((last, before)) = path.split_last() else { return Content::Free };
    match path.first() {
        Some(&"client_payload") => return Content::Trusted,
        // What `deployment.payload` holds is the caller's JSON: names in it say nothing.
        Some(&"deployment") if path.get(1) == Some(&"payload") => return Content::Free,
        _ => {}
    }
    if whole || is_object(path) {
        return Content::Free;
    }
    if is_fixed(last, before, dispatched) {
        Content::Fixed
    } else if LOGINS.contains(last) {
        Content::Login
    } else if last.ends_with("_url") || *last == "href" || (*last == "email" && !is_commit(path)) {
        Content::Structured
    } else {
        Content::Free
    }
}

/// Authors and committers of commits type their mail address themselves; those of users are GitHub's.
fn is_commit(path: &[&str]) -> bool {
    path.iter().any(|name| matches!(*name, "commits" | "head_commit" | "author" | "committer" | "pusher"))
}

/// Objects that hold free text.
fn is_object(path: &[&str]) -> bool {
    matches!(
        path,
        ["issue"
            | "pull_request"
            | "comment"
            | "review"
            | "review_comment"
            | "discussion"
            | "pages"
            | "commits"
            | "head_commit"
            | "workflow_run"
            | "release"
            | "label"
            | "milestone"
            | "changes"]
            | ["pull_request", "head" | "base"]
            | ["pull_request", "head", "repo"]
    )
}

fn is_fixed(last: &str, before: &[&str], dispatched: bool) -> bool {
    let parent = before.last().copied().unwrap_or_default();
    let hash = HASHES.contains(&last) || last.ends_with("_sha");
    let date = DATES.contains(&last) || last.ends_with("_at");
    let number = NUMBERS.contains(&last)
        || (last.ends_with("_id") && last != "external_id")
        || last.ends_with("_number")
        || last.ends_with("_count")
        || (last == "commits" && parent == "pull_request");
    let boolean = BOOLEANS.contains(&last)
        || BOOLEAN_SETTINGS.contains(&last)
        || ["is_", "has_", "allow_", "use_"].iter().any(|prefix| last.starts_with(prefix))
        || last.ends_with("_required");
    let word = WORDS.contains(&last)
        || last == "squash_merge_commit_message"
        || (last == "action" && before.is_empty() && !dispatched)
        || parent == "permissions";
    hash || date || number || boolean || word
}

/// The events that carry a value of the event; none known means all.
pub(super) fn carriers(path: &[&str]) -> &'static [&'static str] {
    match path.first().copied().unwrap_or_default() {
        "issue" => &["issues", "issue_comment"],
        "pull_request" => {
            &["pull_request", "pull_request_target", "pull_request_review", "pull_request_review_comment"]
        }
        "comment" => &[
            "issue_comment",
            "pull_request_review_comment",
            "commit_comment",
            "discussion_comment",
            "pull_request_comment",
        ],
        "review" => &["pull_request_review"],
        "discussion" => &["discussion", "discussion_comment"],
        "pages" => &["gollum"],
        "commits" | "head_commit" | "pusher" => &["push"],
        "workflow_run" => &["workflow_run"],
        "release" => &["release"],
        "label" => &["label", "issues", "pull_request", "pull_request_target", "discussion"],
        "milestone" => &["milestone", "issues", "pull_request", "pull_request_target"],
        "client_payload" => &["repository_dispatch"],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(path: &str) -> Content {
        content(&path.split('.').collect::<Vec<_>>(), false, false)
    }

    #[test]
    fn what_people_type_is_free() {
        for path in
            ["issue.title", "pull_request.head.ref", "commits.*.author.email", "pages.*.page_name", "label.name"]
        {
            assert_eq!(of(path), Content::Free, "{path}");
        }
    }

    #[test]
    fn numbers_hashes_and_words_are_fixed_wherever_they_stand() {
        for path in
            ["number", "pull_request.head.sha", "issue.created_at", "pull_request.commits", "action", "issue.id"]
        {
            assert_eq!(of(path), Content::Fixed, "{path}");
        }
    }

    #[test]
    fn names_in_a_payload_of_the_caller_prove_nothing() {
        assert_eq!(of("client_payload.sha"), Content::Trusted);
        assert_eq!(of("deployment.payload.id"), Content::Free);
    }

    #[test]
    fn an_object_holds_the_free_text_below_it() {
        assert_eq!(of("pull_request"), Content::Free);
        assert_eq!(content(&["issue", "user"], true, false), Content::Free);
    }
}
