//! What is asked of GitHub before anything is judged: a base that git cannot get, and who has approved the change.

use serde_json::{Value, json};

use crate::github::{POLICY, PullRequest, Server, WORKFLOW};
use crate::repository::Answer;
use crate::runner::Runner;

const TRUSTING: &str =
    "version: 1\nworkflows: { levels: { high: fail } }\ntrust: { exceptions_from_head: approved, approvers: [lead] }\n";
const EXCEPTION: &str = "version: 1\nkind: exceptions\nexceptions:\n  - id: EX-1\n    rules: [gha/unpinned-uses]\n    paths: [.github/workflows/ci.yml]\n    reason: until the fork is gone\n    owner: '@me'\n    created: 2026-11-20\n    expires: 2026-12-20\n";
const REVIEWS: &str = "GET /repos/acme/shop/pulls/7/reviews?per_page=100";

fn review(user: &str, state: &str, commit: &str, minute: u32) -> Value {
    json!({"id": minute, "user": {"login": user}, "state": state, "commit_id": commit,
        "submitted_at": format!("2026-11-20T10:{minute:02}:00Z")})
}

/// A change with a fault and an exception for it, and what becomes of it with these reviews.
fn reviewed(policy: &str, arguments: &[&str], reviews: impl Fn(&str) -> Vec<Value>) -> (Answer, Server) {
    let server = Server::new();
    let files = [(".portcullis/exceptions/mine.yaml", EXCEPTION), (".github/workflows/ci.yml", WORKFLOW)];
    let pull = PullRequest::with(policy, &files);
    server.state.lock().unwrap().reviews = reviews(&pull.head);
    let mut all = vec!["--comment=off"];
    all.extend(arguments);
    let answer = pull.run(&all, &server, &Runner::new(), &[]);
    (answer, server)
}

#[test]
fn an_approval_of_the_head_by_somebody_listed_lets_the_exceptions_of_the_change_count() {
    let (answer, server) = reviewed(TRUSTING, &[], |head| vec![review("lead", "APPROVED", head, 1)]);
    assert_eq!(answer.code, 0, "{}{}", answer.stdout, answer.stderr);
    assert!(answer.stderr.contains("lead has approved this commit"), "{}", answer.stderr);
    assert_eq!(server.requests(), [REVIEWS], "one request more");
}

#[test]
fn no_other_review_lets_them_count() {
    let stale = "e".repeat(40);
    for (what, reviews) in [
        ("nobody", vec![]),
        ("somebody else", vec![("somebody", "APPROVED", None, 1)]),
        ("the author", vec![("author", "APPROVED", None, 1)]),
        ("an earlier commit", vec![("lead", "APPROVED", Some(stale.as_str()), 1)]),
        ("dismissed", vec![("lead", "DISMISSED", None, 1)]),
        ("changed their mind", vec![("lead", "APPROVED", None, 1), ("lead", "CHANGES_REQUESTED", None, 2)]),
        ("a comment", vec![("lead", "COMMENTED", None, 1)]),
    ] {
        let (answer, server) = reviewed(TRUSTING, &[], |head| {
            let told = reviews.iter();
            told.map(|(user, state, commit, minute)| review(user, state, commit.unwrap_or(head), *minute)).collect()
        });
        assert_eq!(answer.code, 1, "{what}: {}{}", answer.stdout, answer.stderr);
        assert_eq!(server.requests(), [REVIEWS], "{what}");
    }
}

#[test]
fn reviews_are_not_asked_for_where_the_base_lets_none_count_or_offline() {
    let approved = |head: &str| vec![review("lead", "APPROVED", head, 1)];
    for (policy, arguments) in [(POLICY, &[][..]), (TRUSTING, &["--offline"])] {
        let (answer, server) = reviewed(policy, arguments, approved);
        assert_eq!((answer.code, server.requests().len()), (1, 0), "{:?}", server.requests());
    }
}

#[test]
fn reviews_that_cannot_be_read_are_told_and_let_nothing_count() {
    let (answer, _) = reviewed(TRUSTING, &[], |_| vec![json!("no review")]);
    assert_eq!(answer.code, 1, "{}", answer.stdout);
    assert!(answer.stderr.contains("the reviews of the pull request cannot be read"), "{}", answer.stderr);
}

/// The patch of a file that the change brings.
fn patch(text: &str) -> String {
    format!("@@ -0,0 +1,{} @@\n+{}", text.lines().count(), text.trim_end().replace('\n', "\n+"))
}

/// The base of the event is a commit that neither the clone nor the remote has.
fn with_base_on_github(files: Vec<(&'static str, String)>, arguments: &[&str]) -> (Answer, Server) {
    let server = Server::new();
    let pull = PullRequest::with(
        "version: 1\nworkflows: { levels: { high: log } }\n",
        &[(".github/workflows/ci.yml", WORKFLOW)],
    );
    let base = "d".repeat(40);
    pull.write_event(&base);
    server.state.lock().unwrap().base = Some((base, files));
    server.state.lock().unwrap().patches = vec![(".github/workflows/ci.yml".to_owned(), patch(WORKFLOW))];
    let mut all = vec!["--comment=off", "-f", "json"];
    all.extend(arguments);
    let answer = pull.run(&all, &server, &Runner::new(), &[]);
    (answer, server)
}

#[test]
fn a_base_that_git_cannot_get_is_read_from_github_and_the_copy_of_the_change_never_counts() {
    let (answer, server) = with_base_on_github(vec![("portcullis.yaml", POLICY.to_owned())], &[]);
    assert_eq!(answer.code, 1, "{}{}", answer.stdout, answer.stderr);
    let document = answer.document();
    assert_eq!(
        (document["policy"]["source"].as_str(), document["policy"]["rev"].as_str()),
        (Some("base"), Some("d".repeat(40).as_str()))
    );
    let requests = server.requests();
    let of_policy = requests.iter().filter(|request| request.contains("/contents/portcullis.yaml?ref=dddd")).count();
    assert!(of_policy >= 1 && requests.len() <= 8, "{requests:?}");
}

#[test]
fn a_change_that_git_cannot_compare_is_read_from_github() {
    let (answer, _) = with_base_on_github(vec![("portcullis.yaml", POLICY.to_owned())], &[]);
    let document = answer.document();
    assert_eq!(document["policy"]["preview"]["workflow"], ".github/workflows/ci.yml", "{document:#}");
    let finding = &document["findings"][0];
    assert_eq!((finding["introduced"].as_str(), finding["in_diff"].as_bool()), (Some("new"), Some(true)));
    assert_eq!(document["limits"], json!([]));
    let told = document["problems"].to_string();
    assert!(told.contains("is told by the lines GitHub lists of it"), "{told}");
}

#[test]
fn a_change_of_more_files_than_github_lists_counts_as_one_of_every_file() {
    let old = "on: push\npermissions: {}\njobs:\n  old:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: acme/old@main\n";
    let run = |changed_files: Option<u64>| {
        let server = Server::new();
        let pull = PullRequest::with(POLICY, &[(".github/workflows/old.yml", old)]);
        pull.write_event(&"d".repeat(40));
        let mut state = server.state.lock().unwrap();
        state.base = Some(("d".repeat(40), vec![("portcullis.yaml", POLICY.to_owned())]));
        state.patches = vec![("README.md".to_owned(), patch("hello"))];
        state.changed_files = changed_files;
        drop(state);
        pull.run(&["--comment=off", "-f", "json"], &server, &Runner::new(), &[]).document()
    };
    let whole = run(Some(1));
    assert_eq!(whole["findings"][0]["introduced"], "existing");
    let cut = run(Some(3_100));
    assert_eq!(
        (cut["findings"][0]["introduced"].as_str(), cut["verdict"].as_str()),
        (Some("new"), Some("fail")),
        "{cut:#}"
    );
    assert_eq!(cut["limits"], json!([{"what": "changed-files", "kept": 1, "dropped": 3_099}]));
}

#[test]
fn a_list_of_another_head_is_not_that_of_the_change() {
    let server = Server::new();
    let mut pull = PullRequest::new(true);
    pull.write_event(&"d".repeat(40));
    server.state.lock().unwrap().base = Some(("d".repeat(40), vec![("portcullis.yaml", POLICY.to_owned())]));
    // The event keeps the commit it was about.
    pull.head = "e".repeat(40);
    let answer = pull.run(&["--comment=off", "-f", "json"], &server, &Runner::new(), &[]);
    let document = answer.document();
    assert_eq!((answer.code, document["findings"][0]["introduced"].as_str()), (1, Some("unknown")));
    assert!(document["problems"].to_string().contains("the pull request has moved on"), "{document:#}");
}

#[test]
fn a_base_that_nobody_gives_and_one_offline_are_incomplete() {
    let (answer, server) = with_base_on_github(vec![("portcullis.yaml", POLICY.to_owned())], &["--offline"]);
    assert_eq!((answer.code, server.requests().len()), (3, 0), "{}", answer.stderr);
    let server = Server::new();
    let pull = PullRequest::new(true);
    pull.write_event(&"d".repeat(40));
    let answer = pull.run(&["--comment=off", "-f", "json"], &server, &Runner::new(), &[]);
    assert_eq!(answer.code, 3, "{}", answer.stderr);
    assert!(answer.stdout.contains("GitHub does not give it either"), "{}", answer.stdout);
}

#[test]
fn every_command_that_asks_for_the_policy_of_the_base_gets_it_from_github_where_git_has_none() {
    let looser = "version: 1\nworkflows: { levels: { high: log } }\n";
    let pull = PullRequest::with(looser, &[(".github/workflows/ci.yml", WORKFLOW)]);
    pull.write_event(&"d".repeat(40));
    let run = |arguments: &[&str], is_online: bool| {
        let server = Server::new();
        server.state.lock().unwrap().base = Some(("d".repeat(40), vec![("portcullis.yaml", POLICY.to_owned())]));
        server.state.lock().unwrap().patches = vec![(".github/workflows/ci.yml".to_owned(), patch(WORKFLOW))];
        let mut all = arguments.to_vec();
        all.extend((!is_online).then_some("--offline"));
        (pull.command(&all, &server, &Runner::new(), &[]), server)
    };
    for (arguments, said) in [
        (&["policy", "show", "workflows.levels.high"][..], "fail"),
        (&["policy", "check"], ""),
        (&["policy", "diff"], "workflows.levels.high  fail -> log"),
        (&["commits", "HEAD~1..HEAD"], "1 blocking"),
        (&["explain", ".github/workflows/ci.yml:7"], "workflows.levels.high"),
    ] {
        let (answer, server) = run(arguments, true);
        assert!(answer.stdout.contains(said), "{arguments:?}: {}{}", answer.stdout, answer.stderr);
        assert!(server.requests().iter().any(|request| request.contains("ref=dddd")), "{arguments:?}");
        let (answer, server) = run(arguments, false);
        assert_eq!(server.requests(), [""; 0], "{arguments:?}");
        assert!(said.is_empty() || !answer.stdout.contains(said), "{arguments:?}: {}", answer.stdout);
        assert_ne!(answer.code, 0, "{arguments:?}: {}{}", answer.stdout, answer.stderr);
    }
}
