//! The baseline: only what a change introduces blocks, and the change cannot choose what was there before.

use crate::repository::{Repository, problem_codes};

const REPORT: &str = "reports:\n  - { name: deps, path: r.json, required: true }\n";

fn pip(ids: &[&str]) -> String {
    let vulnerabilities: Vec<_> =
        ids.iter().map(|id| format!(r#"{{"id":"{id}","fix_versions":[],"aliases":[],"description":""}}"#)).collect();
    format!(
        r#"{{"dependencies":[{{"name":"flask","version":"0.5","vulns":[{}]}}],"fixes":[]}}"#,
        vulnerabilities.join(",")
    )
}

fn introduced(document: &serde_json::Value) -> Vec<(&str, &str, &str)> {
    document["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| {
            let text = |key: &str| finding[key].as_str().unwrap_or_default();
            (text("id"), text("introduced"), text("level"))
        })
        .collect()
}

#[test]
fn a_baseline_is_written_and_the_same_state_has_nothing_new() {
    let repository = Repository::with_policy(REPORT).file("r.json", pip(&["CVE-2019-1010083"]));
    let first = repository.run(&["check", "-f", "human", "-f", "baseline=.portcullis/baseline.json"]);
    assert_eq!(first.code, 1, "{}", first.stderr);
    let written = std::fs::read_to_string(repository.path().join(".portcullis/baseline.json")).unwrap();
    insta::assert_snapshot!(written);

    let (second, document) = repository.check(&[]);
    assert_eq!(second.code, 0, "{document:#}");
    assert_eq!(introduced(&document), [("CVE-2019-1010083", "existing", "log")]);
}

#[test]
fn only_what_is_new_blocks_and_what_is_gone_is_counted() {
    let repository = Repository::with_policy(REPORT).file("r.json", pip(&["CVE-2019-1010083"]));
    repository.run(&["check", "-f", "baseline=base.json"]);
    repository.write("r.json", pip(&["CVE-2023-30861"]));
    let (answer, document) = repository.check(&["--baseline", "base.json"]);
    assert_eq!(answer.code, 1);
    assert_eq!(introduced(&document), [("CVE-2019-1010083", "fixed", "off"), ("CVE-2023-30861", "new", "fail")]);
    assert_eq!((&document["counts"]["new"], &document["counts"]["fixed"]), (&1.into(), &1.into()));
    let report = repository.run(&["check", "--baseline", "base.json"]);
    insta::assert_snapshot!(report.stdout);
}

#[test]
fn the_result_of_a_run_on_the_base_serves_as_a_baseline() {
    let repository = Repository::with_policy(REPORT).file("r.json", pip(&["CVE-2019-1010083"]));
    repository.run(&["check", "-f", "json=base.json"]);
    let (answer, document) = repository.check(&["--baseline", "base.json"]);
    assert_eq!((answer.code, introduced(&document)), (0, vec![("CVE-2019-1010083", "existing", "log")]));
}

#[test]
fn no_baseline_is_written_while_a_report_is_missing_or_broken() {
    for repository in [Repository::with_policy(REPORT), Repository::with_policy(REPORT).file("r.json", "<html>")] {
        let answer = repository.run(&["check", "-f", "human", "-f", "baseline=base.json"]);
        assert_eq!(answer.code, 2);
        assert!(answer.stdout.contains("incomplete"), "{}", answer.stdout);
        assert!(
            answer.stderr.contains("no baseline is written") && answer.stderr.contains("`deps`"),
            "{}",
            answer.stderr
        );
        assert!(!repository.path().join("base.json").exists());
    }
}

#[test]
fn no_baseline_is_written_of_a_part_of_the_repository() {
    let repository = Repository::new().file("a.txt", "hello\n");
    let answer = repository.run(&["check", "a.txt", "-f", "baseline=base.json"]);
    assert_eq!(answer.code, 2);
    assert!(answer.stderr.contains("only some files were judged"), "{}", answer.stderr);
}

#[test]
fn a_committed_baseline_that_cannot_be_read_stops_the_run() {
    let repository = Repository::new().file(".portcullis/baseline.json", "{\"schema\":\"x\"}");
    let answer = repository.run(&["check"]);
    assert_eq!((answer.code, answer.stdout.as_str()), (2, ""));
    insta::assert_snapshot!(answer.stderr);
}

#[test]
fn a_baseline_that_does_not_know_the_report_says_so_and_weakens_nothing() {
    let repository = Repository::with_policy("").file("a.txt", "hello\n");
    repository.run(&["check", "-f", "baseline=base.json"]);
    repository.write("portcullis.yaml", format!("version: 1\n{REPORT}"));
    repository.write("r.json", pip(&["CVE-2019-1010083"]));
    let (answer, document) = repository.check(&["--baseline", "base.json"]);
    assert_eq!((answer.code, introduced(&document)), (1, vec![("CVE-2019-1010083", "unknown", "fail")]));
    assert_eq!(problem_codes(&document), ["not_in_baseline"]);
}

/// A pull request whose merge commit is checked out, as GitHub does it.
fn in_pull_request(repository: &Repository, base: &str, arguments: &[&str]) -> (i32, serde_json::Value) {
    let head = repository.commit();
    let event = serde_json::json!({
        "action": "synchronize", "number": 7,
        "repository": {"full_name": "acme/shop"},
        "pull_request": {
            "number": 7,
            "head": {"sha": head, "repo": {"full_name": "acme/shop"}},
            "base": {"sha": base, "repo": {"full_name": "acme/shop"}},
        },
    });
    let outside = tempfile::tempdir().unwrap();
    let path = outside.path().join("event.json");
    std::fs::write(&path, event.to_string()).unwrap();
    let mut all = vec!["check", "-f", "json"];
    all.extend(arguments);
    let answer = repository.run_with(
        &all,
        &[
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_EVENT_NAME", "pull_request_target"),
            ("GITHUB_EVENT_PATH", path.to_str().unwrap()),
            ("GITHUB_REPOSITORY", "acme/shop"),
            ("GITHUB_SHA", base),
        ],
    );
    // In the log of a runner the document stands between two workflow commands.
    let json: String = answer.stdout.lines().filter(|line| !line.starts_with("::")).collect::<Vec<_>>().join("\n");
    let document = serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error}: {json}{}", answer.stderr));
    (answer.code, document)
}

#[test]
fn a_pull_request_that_writes_itself_into_the_baseline_gains_nothing() {
    let workflow = "on: push\njobs:\n  b:\n    runs-on: x\n    steps:\n      - uses: a/b@main\n";
    let repository = Repository::with_policy("levels: { medium: fail, low: fail }\n").file("a.txt", "hello\n");
    let base = repository.commit();
    repository.write(".github/workflows/ci.yml", workflow);
    repository.run(&["check", "-f", "baseline=.portcullis/baseline.json"]);
    assert_eq!(repository.check(&[]).0.code, 0, "locally the work tree steers");

    for arguments in [&[][..], &["--baseline", ".portcullis/baseline.json"]] {
        let (code, document) = in_pull_request(&repository, &base, arguments);
        assert_eq!(code, 1, "{document:#}");
        assert_eq!(document["findings"][0]["introduced"], "new", "{document:#}");
    }
}

#[test]
fn a_baseline_the_job_brought_counts_in_a_pull_request() {
    let workflow = "on: push\njobs:\n  b:\n    runs-on: x\n    steps:\n      - uses: a/b@main\n";
    let repository = Repository::with_policy("levels: { medium: fail, low: fail }\n");
    repository.write(".github/workflows/ci.yml", workflow);
    let base = repository.commit();
    let outside = tempfile::tempdir().unwrap();
    let file = outside.path().join("base.json");
    repository.run(&["check", "-f", &format!("baseline={}", file.display())]);
    repository.write("b.txt", "change\n");
    let (code, document) = in_pull_request(&repository, &base, &["--baseline", file.to_str().unwrap()]);
    assert_eq!((code, document["counts"]["existing"].as_u64() > Some(0)), (0, true), "{document:#}");
}
