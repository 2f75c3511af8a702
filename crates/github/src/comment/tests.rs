//! The comment against a GitHub in memory (spec/github-ux.md 19.3).

use std::cell::RefCell;

use portcullis_model::{Context, Counts, Finding, Judged, Level, Outcome, PolicyInfo, PolicySource, Verdict};
use portcullis_render::{Claimed, Posting};

use super::*;
use crate::api::{
    ApiError, Artifact, ChangedFile, CheckRunAnswer, CheckRunBody, CheckRunUpdate, Classifier, CodeownersError,
    Comment, Comparison, GitHub, GitTree, Listed, Look, Member, PullRequest, Quota, Repository, Review, ReviewBody,
    ReviewComment, SarifBody, SarifReceipt, SarifStatus, StatusAnswer, StatusBody,
};
use crate::testing::{Memory, comment, open_pull, refused};

const HEAD: &str = "9f31c2e0b1d84f6a7c55e0a1b2c3d4e5f6a7b8c9";
const BOT: &str = "github-actions[bot]";
const NUMBER: u64 = 7;

/// A GitHub in which a comment is made after the first list was read.
struct Late<'a> {
    memory: &'a Memory,
    late: RefCell<Option<Comment>>,
}

macro_rules! passed_on {
    ($($name:ident($($argument:ident: $type:ty),*) -> $answer:ty;)*) => {
        $(fn $name(&self, $($argument: $type),*) -> Result<$answer, ApiError> {
            self.memory.$name($($argument),*)
        })*
    };
}

impl GitHub for Late<'_> {
    fn issue_comments(&self, number: u64) -> Result<Listed<Comment>, ApiError> {
        let listed = self.memory.issue_comments(number);
        if let Some(late) = self.late.take() {
            self.memory.state_mut().comments.push((number, late));
        }
        listed
    }

    passed_on! {
        repository() -> Repository;
        pull(number: u64) -> PullRequest;
        pulls_by_head(owner: &str, branch: &str) -> Listed<PullRequest>;
        pull_files(number: u64) -> Listed<ChangedFile>;
        issue_comment(id: u64) -> Comment;
        review_comments(number: u64) -> Listed<ReviewComment>;
        reviews(number: u64) -> Listed<Review>;
        contents(path: &str, reference: &str) -> Vec<u8>;
        git_tree(commit: &str) -> GitTree;
        blob(id: &str) -> Vec<u8>;
        compare(base: &str, head: &str) -> Comparison;
        check_runs(commit: &str, name: &str) -> Listed<CheckRunAnswer>;
        run_artifacts(run: u64) -> Listed<Artifact>;
        artifact(id: u64) -> Vec<Member>;
        rate_limit() -> Option<Quota>;
        codeowners_errors(reference: &str) -> Vec<CodeownersError>;
        create_issue_comment(number: u64, body: &str, look: Look<'_, Comment>) -> Comment;
        update_issue_comment(id: u64, body: &str) -> Comment;
        delete_issue_comment(id: u64) -> ();
        create_review(number: u64, review: &ReviewBody, look: Look<'_, Review>) -> Review;
        delete_review_comment(id: u64) -> ();
        create_check_run(check_run: &CheckRunBody, look: Look<'_, CheckRunAnswer>) -> CheckRunAnswer;
        update_check_run(id: u64, update: &CheckRunUpdate, look: Look<'_, CheckRunAnswer>) -> CheckRunAnswer;
        check_run(id: u64) -> CheckRunAnswer;
        create_status(commit: &str, status: &StatusBody) -> StatusAnswer;
        upload_sarif(sarif: &SarifBody) -> SarifReceipt;
        sarif_status(id: &str) -> SarifStatus;
        viewer_login() -> String;
        minimize_comment(node_id: &str, why: Classifier) -> ();
        unminimize_comment(node_id: &str) -> ();
    }
}

fn github() -> Memory {
    let github = Memory::new(BOT);
    github.state_mut().pulls.insert(NUMBER, open_pull(NUMBER, HEAD));
    github
}

fn failing(findings: u64) -> Outcome {
    let finding = |index| Judged {
        finding: Box::new(Finding {
            fingerprint: format!("v1:{index:032x}"),
            id: format!("a/{index}"),
            ..Finding::default()
        }),
        level: Level::Fail,
        introduced: portcullis_model::Introduced::New,
        ..Judged::default()
    };
    Outcome {
        verdict: Verdict::Fail,
        counts: Counts { total: findings, fail: findings, new: findings, ..Counts::default() },
        findings: (0..findings).map(finding).collect(),
        ..clean()
    }
}

fn clean() -> Outcome {
    Outcome {
        verdict: Verdict::Pass,
        policy: PolicyInfo { source: PolicySource::Base, ..PolicyInfo::default() },
        context: Context {
            repo: Some("acme/shop".to_owned()),
            server_url: "https://github.com".to_owned(),
            pr: Some(NUMBER),
            base_ref: Some("main".to_owned()),
            head_sha: Some(HEAD.to_owned()),
            run_id: Some(100),
            run_attempt: Some(1),
            ..Context::default()
        },
        ..Outcome::default()
    }
}

fn key() -> Key {
    "gate".parse().unwrap()
}

fn post_with(github: &Memory, outcome: &Outcome, settings: Settings) -> Delivered {
    let key = key();
    deliver(
        github,
        &Post {
            number: NUMBER,
            outcome,
            posting: Posting::default(),
            key: &key,
            settings,
            author: None,
            in_actions: true,
            verbose: false,
            at: "2026-11-20T14:02:33Z".parse().unwrap(),
        },
    )
}

fn post(github: &Memory, outcome: &Outcome) -> Delivered {
    post_with(github, outcome, Settings::default())
}

/// A comment of ours by an earlier run.
fn earlier(id: u64, run: u64) -> Comment {
    let state = State { run, attempt: 1, head: "a".repeat(40), ..State::default() };
    comment(id, BOT, &format!("{}\n### old\n{}\n", key().marker(), state.line()))
}

fn with_comments(comments: Vec<Comment>) -> Memory {
    let github = github();
    github.state_mut().comments = comments.into_iter().map(|comment| (NUMBER, comment)).collect();
    github
}

fn bodies(github: &Memory) -> Vec<String> {
    github.state().comments.iter().map(|(_, comment)| comment.text().to_owned()).collect()
}

fn calls(github: &Memory, method: &str) -> usize {
    github.state().calls.iter().filter(|call| **call == method).count()
}

#[test]
fn the_first_failure_makes_a_comment_with_marker_and_state() {
    let github = github();
    let delivered = post(&github, &failing(2));
    assert_eq!((delivered.action, delivered.id), (Action::Created, Some(1_000)));
    assert!(delivered.url.is_some_and(|url| url.ends_with("#issuecomment-1000")));
    let body = bodies(&github).remove(0);
    assert!(
        body.starts_with("<!-- portcullis:comment v1 key=gate -->\n### ❌ Fail: 2 new blocking findings\n"),
        "{body}"
    );
    let state = State::of_body(&body).unwrap();
    assert_eq!((state.run, state.head.as_str(), state.fingerprints.len()), (100, HEAD, 1));
    assert_eq!(state.verdict, Some(Verdict::Fail));
    assert!(github.state().calls.len() <= 8, "{:?}", github.state().calls);
}

#[test]
fn the_comment_is_found_behind_249_others_and_edited() {
    let mut comments: Vec<_> = (1..250).map(|id| comment(id, "somebody", "hello")).collect();
    comments.push(earlier(250, 99));
    let github = with_comments(comments);
    let delivered = post(&github, &failing(1));
    assert_eq!((delivered.action, delivered.id), (Action::Updated, Some(250)));
    assert_eq!(bodies(&github).len(), 250);
    assert!(bodies(&github)[249].contains("Fail: 1 new blocking finding"));
}

#[test]
fn a_marker_in_a_comment_of_somebody_else_is_no_comment_of_ours() {
    let planted = comment(3, "mallory", &format!("{}\nplanted", key().marker()));
    let github = with_comments(vec![planted.clone()]);
    assert_eq!(post(&github, &failing(1)).action, Action::Created);
    assert_eq!(bodies(&github)[0], planted.text());
    assert_eq!(bodies(&github).len(), 2);
}

#[test]
fn of_two_comments_of_ours_the_oldest_is_kept_and_the_other_deleted() {
    let github = with_comments(vec![earlier(5, 98), earlier(9, 99)]);
    assert_eq!(post(&github, &failing(1)).id, Some(5));
    assert_eq!(bodies(&github).len(), 1);
}

#[test]
fn a_folded_comment_is_unfolded_by_a_failure() {
    let folded = Comment { minimized: Some(crate::api::Minimized::default()), ..earlier(5, 99) };
    let github = with_comments(vec![folded]);
    assert_eq!(post(&github, &failing(1)).action, Action::Updated);
    assert_eq!(github.state().calls.last(), Some(&"unminimize_comment"));
}

#[test]
fn after_a_lost_answer_there_is_one_comment() {
    let github = github();
    github.lose_answer("create_issue_comment");
    let delivered = post(&github, &failing(1));
    assert_eq!((delivered.action, delivered.id), (Action::Created, Some(1_000)));
    assert_eq!(bodies(&github).len(), 1);
    assert_eq!(calls(&github, "create_issue_comment"), 1);
}

#[test]
fn after_a_lost_request_the_comment_is_made_once() {
    let github = github();
    github.lose_request("create_issue_comment");
    assert_eq!(post(&github, &failing(1)).action, Action::Created);
    assert_eq!(bodies(&github).len(), 1);
    assert_eq!(calls(&github, "create_issue_comment"), 2);
}

#[test]
fn what_github_refuses_is_told_and_denied() {
    for (method, error, said) in [
        ("create_issue_comment", refused(403, "Resource not accessible by integration"), "lacks pull_requests=write"),
        ("create_issue_comment", refused(403, "issue is locked"), "conversation is locked"),
        ("create_issue_comment", refused(422, "Validation Failed"), "validation failed (422): Validation Failed"),
        ("issue_comments", refused(404, "Not Found"), "not found (404)"),
        ("pull", refused(404, "Not Found"), "not found (404)"),
        (
            "create_issue_comment",
            ApiError::RateLimited { wait: 2_710, primary: true, budget: 120 },
            "GitHub asks to wait 2710 s (primary rate limit); gave up after 120 s",
        ),
    ] {
        let github = github();
        github.fail(method, error);
        let delivered = post(&github, &failing(1));
        assert_eq!(delivered.action, Action::Denied, "{said}");
        assert!(delivered.notices[0].contains(said), "{:?}", delivered.notices);
        assert!(bodies(&github).is_empty());
    }
}

#[test]
fn a_fork_is_told_of_the_publish_workflow() {
    let github = github();
    github.fail("create_issue_comment", refused(403, "Resource not accessible by integration"));
    let mut outcome = failing(1);
    outcome.context.fork = true;
    let delivered = post(&github, &outcome);
    assert!(delivered.notices[0].contains("read-only token"), "{:?}", delivered.notices);
    assert!(delivered.notices[1].contains("portcullis init --workflow publish"), "{:?}", delivered.notices);
}

#[test]
fn a_body_that_is_too_long_is_sent_once_more_in_its_shortest_form() {
    for (method, comments) in [("create_issue_comment", vec![]), ("update_issue_comment", vec![earlier(5, 99)])] {
        let github = with_comments(comments);
        let mut error = refused(422, "Validation Failed");
        if let ApiError::Refused(refusal) = &mut error {
            refusal.errors = vec!["Body is too long (maximum is 65536 characters)".to_owned()];
        }
        github.fail(method, error.clone());
        let delivered = post(&github, &failing(30));
        assert!(matches!(delivered.action, Action::Created | Action::Updated), "{:?}", delivered.notices);
        assert!(
            !bodies(&github)[0].contains("| Severity |") && bodies(&github)[0].contains("30 new blocking findings")
        );
        assert!(delivered.limits.iter().any(|limit| limit.dropped == 30), "{:?}", delivered.limits);

        let stubborn = with_comments(Vec::new());
        stubborn.fail("create_issue_comment", error.clone());
        stubborn.fail("create_issue_comment", error);
        assert_eq!(post(&stubborn, &failing(30)).action, Action::Denied);
    }
}

#[test]
fn nothing_is_written_on_a_pull_request_that_has_moved_on_or_was_judged_later() {
    let moved = github();
    moved.state_mut().pulls.get_mut(&NUMBER).unwrap().head.as_mut().unwrap().sha = Some("b".repeat(40));
    let delivered = post(&moved, &failing(1));
    assert_eq!(
        (delivered.action, delivered.notices),
        (Action::Skipped, vec!["no comment: superseded by bbbbbbb".to_owned()])
    );
    assert_eq!(moved.state().calls, ["pull"]);

    let newer = with_comments(vec![earlier(5, 101)]);
    assert_eq!(post(&newer, &failing(1)).action, Action::Skipped);
    assert!(bodies(&newer)[0].contains("### old"));
}

#[test]
fn saying_the_same_again_is_no_request() {
    let github = github();
    post(&github, &failing(1));
    let said = bodies(&github);
    let again = Outcome { context: Context { run_attempt: Some(2), ..failing(1).context }, ..failing(1) };
    let delivered = post(&github, &again);
    assert_eq!((delivered.action, delivered.id), (Action::Unchanged, Some(1_000)));
    assert_eq!(calls(&github, "update_issue_comment"), 0);
    assert_eq!(bodies(&github), said);
}

#[test]
fn what_a_run_has_said_itself_is_not_written_over_by_who_only_reports_it() {
    let github = github();
    post(&github, &failing(1));
    let said = bodies(&github);
    let key = key();
    let outcome = failing(2);
    let delivered = deliver(
        &github,
        &Post {
            number: NUMBER,
            outcome: &outcome,
            posting: Posting { claimed: Claimed::Everything, ..Posting::default() },
            key: &key,
            settings: Settings::default(),
            author: None,
            in_actions: true,
            verbose: false,
            at: "2026-11-20T14:02:33Z".parse().unwrap(),
        },
    );
    assert_eq!((delivered.action, delivered.id), (Action::Unchanged, Some(1_000)));
    assert_eq!(bodies(&github), said);
}

#[test]
fn a_pass_says_so_is_folded_away_or_deletes_the_comment() {
    let with = |on_clean| {
        let github = with_comments(vec![earlier(5, 99)]);
        (post_with(&github, &clean(), Settings { on_clean, ..Settings::default() }), github)
    };
    let (delivered, github) = with(OnClean::Update);
    assert_eq!(delivered.action, Action::Updated);
    assert!(bodies(&github)[0].contains("### ✅ Pass"));
    let (delivered, github) = with(OnClean::Minimize);
    assert_eq!((delivered.action, delivered.id), (Action::Minimized, Some(5)));
    assert_eq!(github.state().minimized.get("IC_5"), Some(&Classifier::Resolved));
    assert!(State::of_body(&bodies(&github)[0]).unwrap().minimized);
    let (delivered, github) = with(OnClean::Delete);
    assert_eq!(delivered.action, Action::Deleted);
    assert!(bodies(&github).is_empty());
}

#[test]
fn what_cannot_be_deleted_or_folded_is_a_warning() {
    let github = with_comments(vec![earlier(5, 98), earlier(9, 99)]);
    github.fail("delete_issue_comment", refused(403, "no"));
    let delivered = post(&github, &failing(1));
    assert_eq!(delivered.action, Action::Updated);
    assert_eq!(delivered.notices.len(), 1, "{:?}", delivered.notices);
}

#[test]
fn a_comment_that_may_not_be_deleted_stays_and_one_that_is_gone_is_deleted() {
    for (status, action, notices) in [(403, Action::Unchanged, 1), (404, Action::Deleted, 0), (422, Action::Denied, 1)]
    {
        let github = with_comments(vec![earlier(5, 99)]);
        github.fail("delete_issue_comment", refused(status, "no"));
        let settings = Settings { on_clean: OnClean::Delete, ..Settings::default() };
        let delivered = post_with(&github, &clean(), settings);
        assert_eq!((delivered.action, delivered.notices.len()), (action, notices), "{status}: {:?}", delivered.notices);
    }
}

#[test]
fn two_runs_that_raced_leave_one_comment() {
    let github = github();
    let other = State { run: 50, attempt: 1, ..State::default() };
    let theirs = comment(10, BOT, &format!("{}\n### other\n{}\n", key().marker(), other.line()));
    // Theirs is made after our list was read: the list of the second look shows it.
    let listed_late = Late { memory: &github, late: RefCell::new(Some(theirs)) };
    let key = key();
    let outcome = failing(1);
    let delivered = deliver(
        &listed_late,
        &Post {
            number: NUMBER,
            outcome: &outcome,
            posting: Posting::default(),
            key: &key,
            settings: Settings::default(),
            author: None,
            in_actions: true,
            verbose: false,
            at: "2026-11-20T14:02:33Z".parse().unwrap(),
        },
    );
    assert_eq!((delivered.action, delivered.id), (Action::Updated, Some(10)), "{:?}", delivered.notices);
    assert_eq!(bodies(&github).len(), 1);
    assert!(bodies(&github)[0].contains("1 new blocking finding"));
}

#[test]
fn the_next_push_says_what_it_changed() {
    let github = github();
    post(&github, &failing(3));
    let sha = "c".repeat(40);
    github.state_mut().pulls.get_mut(&NUMBER).unwrap().head.as_mut().unwrap().sha = Some(sha.clone());
    let mut next = failing(1);
    next.findings[0].finding.fingerprint = "v1:ffffffffffffffff".to_owned();
    next.context.head_sha = Some(sha);
    next.context.run_id = Some(101);
    post(&github, &next);
    assert!(bodies(&github)[0].contains("since the last push: +1 −1"), "{}", bodies(&github)[0]);
}

#[test]
fn people_are_mentioned_once_when_the_verdict_turns_to_fail() {
    let github = github();
    let names = ["lea".to_owned(), "acme/security".to_owned(), "</sub> @everyone".to_owned()];
    let key = key();
    let post = |outcome: &Outcome| {
        deliver(
            &github,
            &Post {
                number: NUMBER,
                outcome,
                posting: Posting { notify: &names, ..Posting::default() },
                key: &key,
                settings: Settings { when: When::Always, ..Settings::default() },
                author: None,
                in_actions: true,
                verbose: false,
                at: "2026-11-20T14:02:33Z".parse().unwrap(),
            },
        );
        bodies(&github).remove(0)
    };
    let run = |mut outcome: Outcome, id| {
        outcome.context.run_id = Some(id);
        outcome
    };
    assert!(!post(&run(clean(), 100)).contains("@lea"));
    let body = post(&run(failing(1), 101));
    assert!(body.contains("\nFor @lea, @acme/security: the gate fails now.\n"), "{body}");
    assert!(!post(&run(failing(2), 102)).contains("@lea"), "it has failed before");
}

#[test]
fn no_outcome_makes_a_body_over_the_budget() {
    for findings in [0, 1, 30, 1_000, 50_000] {
        let github = github();
        let settings = Settings { when: When::Always, ..Settings::default() };
        post_with(&github, &failing(findings), settings);
        let body = bodies(&github).remove(0);
        assert!(body.len() <= portcullis_render::COMMENT_BYTES, "{findings}: {}", body.len());
        assert_eq!(body.matches("<details>").count(), body.matches("</details>").count());
        assert!(State::of_body(&body).is_some());
    }
}
