//! What reports measure: failed tests and missed bounds block, and nobody passes because nothing was measured.

use crate::repository::{Repository, finding_ids, problem_codes};

const POLICY: &str = "reports:
  - { name: tests, path: out/junit.xml, required: true }
  - { name: coverage, path: out/coverage.json, required: true }
quality:
  gates:
    - { name: line coverage, metric: coverage.line, min: 80, max_drop: 1 }
    - { name: coverage of new lines, metric: coverage.new_lines, min: 90 }
";
const JUNIT: &str = r#"<testsuite name="cart" tests="2" failures="1"><testcase classname="cart" name="adds"/>
<testcase classname="cart" name="rounds" file="cart.py" line="2"><failure message="2.5 is not 3"/></testcase></testsuite>"#;

/// Coverage of `cart.py`.
fn coverage(ran: &[u32], not: &[u32]) -> String {
    let (covered, all) = (ran.len(), ran.len() + not.len());
    format!(
        r#"{{"meta":{{"version":"7.6"}},"files":{{"cart.py":{{"executed_lines":{ran:?},"missing_lines":{not:?}}}}},"totals":{{"covered_lines":{covered},"num_statements":{all}}}}}"#
    )
}

fn repository(junit: &str, coverage: &str) -> Repository {
    Repository::with_policy(POLICY)
        .file("cart.py", "def add(a, b):\n    return a + b\n\n\ndef never():\n    pass\n")
        .file("out/junit.xml", junit)
        .file("out/coverage.json", coverage)
}

#[test]
fn what_is_missed_is_told_with_value_bound_and_place() {
    let answer = repository(JUNIT, &coverage(&[1, 2, 5], &[6])).run(&["check", "-f", "human"]);
    assert_eq!(answer.code, 1, "{}", answer.stderr);
    insta::assert_snapshot!(answer.stdout);
}

#[test]
fn a_gate_whose_metric_nobody_measured_is_incomplete() {
    let passed = r#"<testsuite tests="1"><testcase name="a"/></testsuite>"#;
    let (answer, document) = repository(passed, r#"{"meta":{},"files":{},"totals":{}}"#).check(&[]);
    assert_eq!(answer.code, 3, "{document:#}");
    assert!(problem_codes(&document).contains(&"no_results") && problem_codes(&document).contains(&"metric_absent"));
}

#[test]
fn a_written_baseline_holds_what_was_measured_and_a_drop_against_it_blocks() {
    let passed = r#"<testsuite tests="1"><testcase name="a"/></testsuite>"#;
    let repository = repository(passed, &coverage(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], &[]));
    assert_eq!(repository.run(&["check", "-f", "baseline=.portcullis/baseline.json"]).code, 0);
    repository.write("out/coverage.json", coverage(&[1, 2, 3, 4, 5, 6, 7, 8, 9], &[10]));
    let (answer, document) = repository.check(&[]);
    assert_eq!((answer.code, finding_ids(&document)), (1, vec!["policy/quality-gate"]), "{document:#}");
    let message = document["findings"][0]["message"].as_str().unwrap();
    assert_eq!(message, "`coverage.line` is 90 %: it has fallen from 100 %, by more than 1 %");
}

/// The verdict on a change that adds two lines to the file, of which these ran.
fn of_a_change(ran: &[u32], not: &[u32]) -> serde_json::Value {
    let passed = r#"<testsuite tests="1"><testcase name="a"/></testsuite>"#;
    let repository = repository(passed, &coverage(&[1, 2, 5], &[]));
    let base = repository.commit();
    repository.write("cart.py", "def add(a, b):\n    return a + b\n\n\ndef never():\n    pass\n\nx = 1\ny = 2\n");
    repository.write("out/coverage.json", coverage(ran, not));
    let head = repository.commit();
    let outside = tempfile::tempdir().unwrap();
    let event = outside.path().join("event.json");
    let payload = format!(
        r#"{{"number":7,"pull_request":{{"number":7,"head":{{"sha":"{head}","repo":{{"full_name":"acme/shop"}}}},"base":{{"sha":"{base}","repo":{{"full_name":"acme/shop"}}}}}},"repository":{{"full_name":"acme/shop"}}}}"#
    );
    std::fs::write(&event, payload).unwrap();
    let answer = repository.run_with(
        &["check", "-f", "json"],
        &[
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_EVENT_NAME", "pull_request"),
            ("GITHUB_EVENT_PATH", event.to_str().unwrap()),
            ("GITHUB_SHA", &head),
            ("GITHUB_REPOSITORY", "acme/shop"),
        ],
    );
    let json: String = answer.stdout.lines().filter(|line| !line.starts_with("::")).collect::<Vec<_>>().join("\n");
    serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error}: {}{}", answer.stdout, answer.stderr))
}

fn new_lines(document: &serde_json::Value) -> Option<&str> {
    let metrics = document["metrics"].as_array().unwrap();
    metrics.iter().find(|metric| metric["name"] == "coverage.new_lines").and_then(|metric| metric["value"].as_str())
}

#[test]
fn only_the_lines_a_change_adds_count_as_new() {
    let half = of_a_change(&[1, 2, 5, 6, 8], &[9]);
    assert_eq!(new_lines(&half), Some("50"));
    assert_eq!(finding_ids(&half), ["policy/quality-gate"], "{half:#}");
    // Line 6 was there before.
    let all = of_a_change(&[1, 2, 5, 8, 9], &[6]);
    assert_eq!((new_lines(&all), finding_ids(&all).len()), (Some("100"), 0), "{all:#}");
}
