//! Comments on lines of a pull request that propose the fix of a finding.

use serde_json::Value;

use crate::github::{POLICY, PullRequest, Server};
use crate::runner::Runner;

const PATH: &str = ".github/workflows/greet.yml";
const HEAD: &str = "on: pull_request_target\npermissions: {contents: write}\njobs:\n  greet:\n    runs-on: ubuntu-latest\n    steps:\n";

/// The comments that a workflow with these steps gets; `context` lines of the diff are shown around each change.
fn comments(steps: &str, patch: impl Fn(&PullRequest) -> String) -> Vec<Value> {
    let text = format!("{HEAD}{steps}");
    let (server, pull) = (Server::new(), PullRequest::with(POLICY, &[(PATH, &text)]));
    server.state.lock().unwrap().patches = vec![(PATH.to_owned(), patch(&pull))];
    let answer = pull.run(&["--review", "fail"], &server, &Runner::new(), &[]);
    assert_eq!(answer.code, 1, "{}{}", answer.stdout, answer.stderr);
    let state = server.state.lock().unwrap();
    assert_eq!(state.posted_reviews.len(), 1, "{}{}", answer.stdout, answer.stderr);
    state.posted_reviews[0]["comments"].as_array().unwrap().clone()
}

/// All of the file, as GitHub shows one that is new.
fn whole(pull: &PullRequest) -> String {
    let diff = pull.repository.git(&["diff", &pull.base, &pull.head, "--", PATH]);
    diff[diff.find("@@").unwrap()..].to_owned()
}

#[test]
fn the_fix_of_a_finding_is_a_suggestion_that_can_be_taken_over_with_a_click() {
    let steps = "      - run: echo \"${{ github.event.pull_request.title }}\"\n";
    let comments = comments(steps, whole);
    assert_eq!(comments.len(), 1, "{comments:?}");
    assert_eq!((comments[0]["line"].as_u64(), &comments[0]["start_line"]), (Some(7), &Value::Null));
    let body = comments[0]["body"].as_str().unwrap();
    let suggestion = "```suggestion\n      - run: echo \"${PULL_REQUEST_TITLE}\"\n        env:\n          \
        PULL_REQUEST_TITLE: ${{ github.event.pull_request.title }}\n```\n";
    assert!(body.contains(suggestion), "{body}");
}

#[test]
fn lines_that_do_not_touch_are_no_suggestion() {
    let steps = "      - run: |\n          echo \"${{ github.event.pull_request.title }}\"\n          make\n          make test\n";
    let comments = comments(steps, whole);
    assert_eq!(comments[0]["line"].as_u64(), Some(8));
    assert!(!comments[0]["body"].as_str().unwrap().contains("suggestion"), "{comments:?}");
}

#[test]
fn a_suggestion_that_reaches_out_of_its_hunk_is_posted_as_a_comment_only() {
    let steps = "      - env:\n          A: b\n        run: echo \"${{ github.event.pull_request.title }}\"\n";
    let suggested = comments(steps, whole);
    assert_eq!((suggested[0]["start_line"].as_u64(), suggested[0]["line"].as_u64()), (Some(8), Some(9)));
    assert!(suggested[0]["body"].as_str().unwrap().contains("```suggestion\n          A: b\n          PULL"));
    let last_line_only = |_: &PullRequest| format!("@@ -8,0 +9,1 @@\n+{}", steps.lines().next_back().unwrap());
    let told = comments(steps, last_line_only);
    assert_eq!((told[0]["line"].as_u64(), &told[0]["start_line"]), (Some(9), &Value::Null));
    assert!(!told[0]["body"].as_str().unwrap().contains("suggestion"), "{told:?}");
}

#[test]
fn a_suggestion_for_a_line_that_is_another_one_at_the_head_is_posted_as_a_comment_only() {
    let steps = "      - env:\n          A: b\n        run: echo \"${{ github.event.pull_request.title }}\"\n";
    let told = comments(steps, |pull| whole(pull).replace("+          A: b\n", "+          A: c\n"));
    assert_eq!((told[0]["line"].as_u64(), &told[0]["start_line"]), (Some(9), &Value::Null));
    assert!(!told[0]["body"].as_str().unwrap().contains("suggestion"), "{told:?}");
}
