//! Comments on lines against a GitHub in memory.

use portcullis_model::{Context, Finding, Judged, Level, Location, Outcome, Suggestion};
use portcullis_render::Claimed;

use super::*;
use crate::api::{Account, ChangedFile, ReviewComment};
use crate::comment::Key;
use crate::denied::Reception;
use crate::testing::{Memory, open_pull, refused};

const HEAD: &str = "9f31c2e0b1d84f6a7c55e0a1b2c3d4e5f6a7b8c9";
const BOT: &str = "github-actions[bot]";
const NUMBER: u64 = 7;

fn key() -> Key {
    "gate".parse().unwrap()
}

/// A file whose lines 1 to `lines` are all added.
fn github(lines: u32) -> Memory {
    let github = Memory::new(BOT);
    let added = (1..=lines).map(|line| format!("+line {line}\n")).collect::<Vec<_>>().concat();
    let file = ChangedFile {
        filename: Some("a.yml".to_owned()),
        patch: Some(format!("@@ -0,0 +1,{lines} @@\n{added}")),
        ..ChangedFile::default()
    };
    let mut state = github.state_mut();
    state.pulls.insert(NUMBER, open_pull(NUMBER, HEAD));
    state.files.insert(NUMBER, vec![file]);
    drop(state);
    github
}

fn finding(line: u32) -> Judged {
    let location = Location { snippet: Some(format!("line {line}")), ..Location::line("a.yml", line) };
    Judged {
        finding: Box::new(Finding {
            fingerprint: format!("v1:{line:032x}"),
            id: "gha/unpinned-uses".to_owned(),
            message: "`a/b` follows `v1`".to_owned(),
            locations: vec![location],
            ..Finding::default()
        }),
        level: Level::Fail,
        in_diff: Some(true),
        ..Judged::default()
    }
}

fn outcome(findings: Vec<Judged>) -> Outcome {
    let context = Context { head_sha: Some(HEAD.to_owned()), ..Context::default() };
    Outcome { findings, context, ..Outcome::default() }
}

fn post(github: &Memory, outcome: &Outcome, mode: ReviewMode) -> Reviewed {
    let key = key();
    review(
        github,
        &ReviewPost {
            number: NUMBER,
            outcome,
            key: &key,
            mode,
            claimed: Claimed::Nothing,
            author: None,
            in_actions: true,
            verbose: false,
        },
    )
}

#[test]
fn only_findings_on_lines_of_the_diff_are_commented_on() {
    let github = github(9);
    let mut elsewhere = finding(5);
    elsewhere.in_diff = Some(false);
    let mut warning = finding(6);
    warning.level = Level::Warn;
    let findings = vec![finding(3), elsewhere, warning, finding(40)];
    let reviewed = post(&github, &outcome(findings.clone()), ReviewMode::Fail);
    assert_eq!((reviewed.comments, reviewed.reception), (1, Reception::Taken), "{:?}", reviewed.notices);
    let sent = github.state().posted_reviews[0].1.clone();
    assert_eq!((sent.commit_id.as_str(), sent.comments[0].line, sent.comments[0].start_line), (HEAD, 3, None));
    assert!(sent.comments[0].body.ends_with(&format!("<!-- portcullis:review v1 key=gate id=v1:{:032x} -->", 3)));

    // What is there already is kept, what is new comes to it.
    assert_eq!(post(&github, &outcome(findings), ReviewMode::All).comments, 1);
    assert_eq!(github.state().posted_reviews[1].1.comments[0].line, 6);
    assert_eq!(github.state().review_comments.len(), 2);
}

#[test]
fn a_finding_of_several_lines_names_the_first_where_both_stand_in_one_hunk() {
    let github = github(9);
    let mut long = finding(3);
    long.finding.locations[0].end_line = Some(5);
    let mut out = finding(8);
    out.finding.locations[0].end_line = Some(30);
    post(&github, &outcome(vec![long, out]), ReviewMode::Fail);
    let lines: Vec<_> =
        github.state().posted_reviews[0].1.comments.iter().map(|line| (line.start_line, line.line)).collect();
    assert_eq!(lines, [(Some(3), 5), (None, 8)]);
}

#[test]
fn at_most_thirty_and_the_rest_is_counted() {
    let github = github(99);
    let reviewed = post(&github, &outcome((1..=42).map(finding).collect()), ReviewMode::Fail);
    assert_eq!(reviewed.comments, 30);
    let sent = github.state().posted_reviews[0].1.clone();
    assert_eq!(sent.body, "portcullis: 30 findings on lines of this change; 12 more are not shown here.");
}

#[test]
fn comments_whose_finding_is_gone_are_deleted_or_folded_where_somebody_replied() {
    let github = github(9);
    post(&github, &outcome(vec![finding(1), finding(2), finding(3)]), ReviewMode::Fail);
    let ids: Vec<u64> = github.state().review_comments.iter().map(|(_, comment)| comment.id).collect();
    let reply = ReviewComment {
        id: 5_000,
        node_id: None,
        in_reply_to_id: Some(ids[1]),
        path: None,
        line: None,
        body: Some("why?".to_owned()),
        user: Some(Account { login: Some("lea".to_owned()) }),
    };
    let planted = ReviewComment {
        id: 6_000,
        in_reply_to_id: None,
        body: Some("<!-- portcullis:review v1 key=gate id=v1:x -->".to_owned()),
        ..reply.clone()
    };
    github.state_mut().review_comments.extend([(NUMBER, reply), (NUMBER, planted)]);
    let reviewed = post(&github, &outcome(vec![finding(3)]), ReviewMode::Fail);
    assert_eq!((reviewed.comments, reviewed.reception), (0, Reception::Taken), "{:?}", reviewed.notices);
    let left: Vec<u64> = github.state().review_comments.iter().map(|(_, comment)| comment.id).collect();
    assert_eq!(left, [ids[1], ids[2], 5_000, 6_000]);
    assert!(github.state().minimized.contains_key(&format!("PRRC_{}", ids[1])));
}

#[test]
fn a_refused_review_is_told() {
    let github = github(9);
    github.fail("create_review", refused(422, "pull_request_review_thread.line must be part of the diff"));
    let reviewed = post(&github, &outcome(vec![finding(1)]), ReviewMode::Fail);
    assert_eq!((reviewed.comments, reviewed.reception), (0, Reception::Denied));
    assert!(reviewed.notices[0].contains("review comments not written: validation failed (422)"));
}

/// Whether a suggestion is made for the third line, and of which lines.
fn suggested(suggestion: Suggestion) -> (bool, Option<u32>, u32) {
    let judged = Judged { suggestion: Some(Suggestion { path: "a.yml".to_owned(), ..suggestion }), ..finding(3) };
    let github = github(9);
    post(&github, &outcome(vec![judged]), ReviewMode::Fail);
    let line = github.state().posted_reviews[0].1.comments[0].clone();
    (line.body.contains("```suggestion\n"), line.start_line, line.line)
}

fn replacing(start_line: u32, end_line: u32, replacement: &str) -> Suggestion {
    let replaced = (start_line..=end_line).map(|line| format!("line {line}")).collect();
    Suggestion { start_line, end_line, replacement: replacement.to_owned(), replaced, ..Suggestion::default() }
}

#[test]
fn a_suggestion_is_made_only_of_lines_that_can_be_shown() {
    assert_eq!(suggested(replacing(3, 4, "  uses: a/b@c # v1\n")), (true, Some(3), 4));
    assert_eq!(suggested(replacing(2, 3, "x\n")), (true, Some(2), 3));
    assert_eq!(suggested(replacing(3, 12, "x\n")), (false, None, 3), "it reaches out of the diff");
    assert_eq!(suggested(replacing(4, 5, "x\n")), (false, None, 3), "it is about other lines than the finding");
    assert_eq!(suggested(replacing(3, 3, "x\u{202e}\n")), (false, None, 3), "it holds what people do not see");
    assert_eq!(suggested(replacing(3, 3, "\tx\n")), (false, None, 3));
}

#[test]
fn a_suggestion_is_made_only_where_the_head_has_every_line_it_replaces() {
    for other in 0..3 {
        let mut suggestion = replacing(2, 4, "x\n");
        suggestion.replaced[other] = "another line".to_owned();
        assert_eq!(suggested(suggestion), (false, None, 3), "line {}", other + 2);
    }
    let unknown = Suggestion { replaced: Vec::new(), ..replacing(2, 4, "x\n") };
    assert_eq!(suggested(unknown), (false, None, 3), "nobody knows what it replaces");
    let fewer = Suggestion { replaced: vec!["line 2".to_owned()], ..replacing(2, 4, "x\n") };
    assert_eq!(suggested(fewer), (false, None, 3));
}
