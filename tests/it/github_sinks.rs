//! The check run and the upload to code scanning, against a GitHub that listens on this machine.

use std::io::Read as _;

use base64::Engine as _;
use serde_json::{Value, json};

use crate::github::{PullRequest, Server};
use crate::runner::Runner;

/// The document of an upload.
fn uploaded(body: &Value) -> Value {
    let compressed = base64::engine::general_purpose::STANDARD.decode(body["sarif"].as_str().unwrap()).unwrap();
    let mut text = String::new();
    flate2::read::GzDecoder::new(compressed.as_slice()).read_to_string(&mut text).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn a_check_run_stands_on_the_head_and_takes_the_place_of_the_annotations() {
    let (server, pull, runner) = (Server::new(), PullRequest::new(true), Runner::new());
    let answer = pull.run(&["--check-run", "on"], &server, &runner, &[]);
    assert_eq!(answer.code, 1, "{}{}", answer.stdout, answer.stderr);
    let runs = server.state.lock().unwrap().check_runs.clone();
    assert_eq!(runs.len(), 1, "{:?}", server.requests());
    let run = &runs[0];
    assert_eq!((run["name"].as_str(), run["head_sha"].as_str()), (Some("portcullis"), Some(pull.head.as_str())));
    assert_eq!((run["status"].as_str(), run["conclusion"].as_str()), (Some("completed"), Some("failure")));
    assert_eq!(run["external_id"], "portcullis:81230001:1:b803fcb7");
    assert_eq!(run["details_url"], "https://github.com/acme/shop/actions/runs/81230001");
    assert!(run["output"]["title"].as_str().unwrap().starts_with("Fail: "), "{run:#}");
    assert!(run["output"]["summary"].as_str().unwrap().contains("`gha/unpinned-uses`"), "{run:#}");
    let annotation = &run["output"]["annotations"][0];
    assert_eq!(
        (annotation["path"].as_str(), annotation["start_line"].as_u64()),
        (Some(".github/workflows/ci.yml"), Some(7))
    );
    assert_eq!(annotation["annotation_level"], "failure");
    assert!(!answer.stdout.contains("::error"), "{}", answer.stdout);
    let delivered = runner.outputs()["delivered"].clone();
    let sinks: Vec<&str> = delivered.split(',').collect();
    assert!(sinks.ends_with(&["comment", "check-run"]) && !sinks.contains(&"annotations"), "{delivered}");
}

#[test]
fn a_failure_that_stops_nobody_is_neutral() {
    let report_only =
        "version: 1\nworkflows: { levels: { high: fail } }\nmode: { report_only: { until: 2027-02-01 } }\n";
    for (policy, arguments) in
        [(crate::github::POLICY, &["--check-run=on", "--exit-zero"][..]), (report_only, &["--check-run=on"])]
    {
        let (server, runner) = (Server::new(), Runner::new());
        let pull = PullRequest::with(policy, &[(".github/workflows/ci.yml", crate::github::WORKFLOW)]);
        let answer = pull.run(arguments, &server, &runner, &[("PORTCULLIS_COMMENT", "off")]);
        assert_eq!(answer.code, 0, "{}{}", answer.stdout, answer.stderr);
        assert_eq!(server.state.lock().unwrap().check_runs[0]["conclusion"], "neutral", "{policy}");
    }
}

#[test]
fn a_refused_check_run_leaves_the_annotations_and_names_the_permission() {
    let (server, pull, runner) = (Server::new(), PullRequest::new(true), Runner::new());
    server.state.lock().unwrap().refuse = Some((403, json!({"message": "Resource not accessible by integration"})));
    let answer = pull.run(&["--comment", "off"], &server, &runner, &[("PORTCULLIS_CHECK_RUN", "on")]);
    assert!(
        answer.stdout.contains("::notice::check run not written: the token lacks checks=write."),
        "{}",
        answer.stdout
    );
    assert!(answer.stdout.contains("::error "), "{}", answer.stdout);
    let outputs = runner.outputs();
    assert!(!outputs["delivered"].contains("check-run") && outputs["delivered"].contains("annotations"), "{outputs:?}");
}

#[test]
fn a_pull_request_uploads_sarif_for_the_commit_that_was_judged() {
    let (server, pull, runner) = (Server::new(), PullRequest::new(true), Runner::new());
    let arguments = ["--comment=off", "--sarif-upload=on", "--api-wait=0"];
    let answer = pull.run(&arguments, &server, &runner, &[("GITHUB_REF", "refs/pull/7/merge")]);
    assert_eq!(answer.code, 1, "{}{}", answer.stdout, answer.stderr);
    let uploads = server.state.lock().unwrap().uploads.clone();
    assert_eq!(uploads.len(), 1, "{}{:?}", answer.stdout, server.requests());
    assert_eq!(uploads[0]["commit_sha"], pull.head.as_str());
    assert_eq!(uploads[0]["ref"], "refs/pull/7/merge");
    let document = uploaded(&uploads[0]);
    let run = &document["runs"][0];
    assert_eq!(run["automationDetails"]["id"], "portcullis/portcullis/");
    assert_eq!(run["results"][0]["ruleId"], "gha/unpinned-uses");
    assert!(runner.outputs()["delivered"].split(',').any(|sink| sink == "sarif-upload"));
    assert!(answer.stdout.contains("::notice::SARIF upload: GitHub has the file and still works on it."));
}

#[test]
fn a_merge_that_is_not_checked_out_uploads_for_the_head() {
    let (server, pull, runner) = (Server::new(), PullRequest::new(true), Runner::new());
    let elsewhere = "d".repeat(40);
    pull.run(&["--comment=off", "--sarif-upload=on", "--api-wait=0"], &server, &runner, &[("GITHUB_SHA", &elsewhere)]);
    let uploads = server.state.lock().unwrap().uploads.clone();
    assert_eq!(
        (uploads[0]["commit_sha"].as_str(), uploads[0]["ref"].as_str()),
        (Some(pull.head.as_str()), Some("refs/pull/7/head"))
    );
}

#[test]
fn a_push_uploads_for_its_branch_without_any_pull_request() {
    let (server, pull, runner) = (Server::new(), PullRequest::new(true), Runner::new());
    let event = pull.push_event();
    let variables = [("GITHUB_EVENT_NAME", "push"), ("GITHUB_EVENT_PATH", &event), ("GITHUB_REF", "refs/heads/main")];
    let answer = pull.run(&["--sarif-upload=on", "--api-wait=0"], &server, &runner, &variables);
    assert_eq!(server.requests(), ["POST /repos/acme/shop/code-scanning/sarifs"], "{}", answer.stdout);
    let uploads = server.state.lock().unwrap().uploads.clone();
    assert_eq!(
        (uploads[0]["commit_sha"].as_str(), uploads[0]["ref"].as_str()),
        (Some(pull.head.as_str()), Some("refs/heads/main"))
    );
}

#[test]
fn code_scanning_that_is_off_is_a_notice_and_only_require_publish_makes_it_an_exit_code() {
    let server = Server::new();
    let off = json!({"message": "Advanced Security must be enabled for this repository to use code scanning."});
    server.state.lock().unwrap().refuse = Some((403, off));
    for (arguments, code) in [
        (&["--comment=off", "--sarif-upload=on"][..], 0),
        (&["--comment=off", "--sarif-upload=on", "--require-publish"], 4),
    ] {
        let answer = PullRequest::new(false).run(arguments, &server, &Runner::new(), &[]);
        assert_eq!(answer.code, code, "{}{}", answer.stdout, answer.stderr);
        let said = "::notice::SARIF upload not written: code scanning is not enabled for this repository.";
        assert!(answer.stdout.contains(said) && !answer.stdout.contains("::error::"), "{}", answer.stdout);
    }
}

#[test]
fn a_long_path_is_marked_and_a_check_run_without_marks_leaves_those_of_the_log() {
    let (server, runner) = (Server::new(), Runner::new());
    let long = format!("k8s/{}ci.yml", "deep/".repeat(60));
    let policy = "version: 1\nmanifests: { levels: { low: warn, medium: warn, high: warn } }\n";
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: { name: web }\nspec: { containers: [{ name: web, image: web }] }\n";
    let pull = PullRequest::with(policy, &[(&long, pod)]);
    let answer = pull.run(&["--comment=off", "--check-run=on"], &server, &runner, &[]);
    let annotations = server.state.lock().unwrap().check_runs[0]["output"]["annotations"].clone();
    assert_eq!(annotations[0]["path"], long.as_str(), "{}{}", answer.stdout, answer.stderr);
    assert!(!answer.stdout.contains("::warning "), "{}", answer.stdout);
    // What lies outside of the repository is on no line of it.
    let (server, runner) = (Server::new(), Runner::new());
    let sarif = json!({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "lint"}}, "results": [{"ruleId": "x",
        "level": "error", "message": {"text": "bad"}, "locations": [{"physicalLocation":
        {"artifactLocation": {"uri": "file:///opt/other/a.c"}, "region": {"startLine": 3}}}]}]}]});
    let pull = PullRequest::with("version: 1\nlevels: { high: warn }\n", &[("out.sarif", &sarif.to_string())]);
    let answer = pull.run(&["--comment=off", "--check-run=on", "--report", "out.sarif"], &server, &runner, &[]);
    assert_eq!(server.state.lock().unwrap().check_runs[0]["output"]["annotations"], Value::Null, "{}", answer.stdout);
    assert!(answer.stdout.contains("::warning "), "{}{}", answer.stdout, answer.stderr);
}

#[test]
fn offline_sends_nothing_and_says_so() {
    let (server, pull, runner) = (Server::new(), PullRequest::new(true), Runner::new());
    let answer = pull.run(&["--offline", "--check-run=on", "--sarif-upload=on"], &server, &runner, &[]);
    assert_eq!(server.requests(), [""; 0]);
    for sink in ["check run", "SARIF upload"] {
        assert!(answer.stdout.contains(&format!("::notice::{sink} not written: --offline.")), "{}", answer.stdout);
    }
    assert!(answer.stdout.contains("::error "), "the annotations stay: {}", answer.stdout);
}

#[test]
fn a_root_below_the_top_level_is_named_from_the_top_level_wherever_github_reads_a_path() {
    let (server, runner) = (Server::new(), Runner::new());
    let files = [
        ("services/web/portcullis.yaml", crate::github::POLICY),
        ("services/web/.github/workflows/ci.yml", crate::github::WORKFLOW),
    ];
    let pull = PullRequest::with(crate::github::POLICY, &files);
    let event = pull.push_event();
    let variables = [("GITHUB_EVENT_NAME", "push"), ("GITHUB_EVENT_PATH", &event), ("GITHUB_REF", "refs/heads/main")];
    let arguments = ["-C", "services/web", "--check-run=on", "--sarif-upload=on", "--api-wait=0", "-f", "github"];
    let answer = pull.run(&arguments, &server, &runner, &variables);
    let path = "services/web/.github/workflows/ci.yml";
    assert!(answer.stdout.contains(&format!("::error file={path},line=7,")), "{}", answer.stdout);
    let link = format!("[`.github/workflows/ci.yml:7`](https://github.com/acme/shop/blob/{}/{path}#L7)", pull.head);
    assert!(runner.summary().contains(&link), "{}", runner.summary());
    let state = server.state.lock().unwrap();
    assert_eq!(state.check_runs[0]["output"]["annotations"][0]["path"], path);
    let document = uploaded(&state.uploads[0]);
    let place = &document["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"];
    assert_eq!(*place, json!({"uri": path, "uriBaseId": "%SRCROOT%"}));
}
