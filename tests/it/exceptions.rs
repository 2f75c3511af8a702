//! Why a finding has its level, and which exceptions come near to it.

use crate::repository::Repository;

const POLICY: &str = r#"reports:
  - { name: deps, path: r.json, required: true }
exceptions:
  - id: EX-OTHER-PACKAGE
    rules: [CVE-2019-1010083]
    package: pkg:pypi/django
    reason: only used by the build script
    owner: "@web"
    created: 2026-11-01
    expires: 2026-12-31
  - id: EX-OTHER-RULE
    rules: [CVE-2023-30861]
    package: pkg:pypi/flask
    reason: only used by the build script
    owner: "@web"
    created: 2026-11-01
    expires: 2026-12-31
  - id: EX-FAR-AWAY
    rules: [CVE-2018-1000656]
    package: pkg:pypi/celery
    reason: only used by the build script
    owner: "@web"
    created: 2026-11-01
    expires: 2026-12-31
"#;

const REPORT: &str = r#"{"dependencies":[{"name":"flask","version":"0.5","vulns":[
  {"id":"PYSEC-2019-179","fix_versions":[],"aliases":["CVE-2019-1010083"],"description":""}]}],"fixes":[]}"#;

fn repository() -> Repository {
    Repository::with_policy(POLICY).file("r.json", REPORT)
}

#[test]
fn a_finding_is_explained_with_the_exceptions_that_nearly_apply() {
    let answer = repository().run(&["explain", "CVE-2019-1010083"]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    insta::assert_snapshot!(answer.stdout);
}

#[test]
fn a_finding_is_found_by_alias_by_fingerprint_and_by_its_tool() {
    let repository = repository();
    let (_, document) = repository.check(&[]);
    let findings = document["findings"].as_array().unwrap();
    let vulnerability = findings.iter().find(|finding| finding["id"] == "CVE-2019-1010083").unwrap();
    let fingerprint = vulnerability["fingerprint"].as_str().unwrap();
    let by_id = repository.run(&["explain", "CVE-2019-1010083"]).stdout;
    for name in ["PYSEC-2019-179", "cve-2019-1010083", "pip-audit:PYSEC-2019-179", fingerprint] {
        assert_eq!(repository.run(&["explain", name]).stdout, by_id, "{name}");
    }
}

#[test]
fn a_place_explains_what_was_found_there_and_nothing_beside_it() {
    let workflow =
        "on: push\njobs:\n  b:\n    runs-on: x\n    steps:\n      - uses: a/b@main\n      - uses: c/d@main\n";
    let repository = Repository::new().file(".github/workflows/ci.yml", workflow);
    let answer = repository.run(&["explain", ".github/workflows/ci.yml:7"]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    assert!(answer.stdout.contains("ci.yml:7") && !answer.stdout.contains("ci.yml:6"), "{}", answer.stdout);
    assert_eq!(repository.run(&["explain", ".github/workflows/ci.yml:1"]).code, 2);
}

#[test]
fn a_finding_of_an_earlier_run_is_explained_without_judging_again() {
    let repository = repository();
    repository.run(&["check", "-f", "json=result.json"]);
    repository.write("portcullis.yaml", "version: 1\n");
    let answer = repository.run(&["explain", "CVE-2019-1010083", "--result", "result.json"]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    assert!(answer.stdout.contains("levels.unknown"), "{}", answer.stdout);
}

#[test]
fn a_file_that_is_no_result_is_refused_by_name() {
    let answer = repository().run(&["explain", "CVE-2019-1010083", "--result", "r.json"]);
    assert_eq!(answer.code, 2);
    assert!(answer.stderr.contains("`r.json`") && answer.stderr.contains("portcullis.result/1"), "{}", answer.stderr);
}

#[test]
fn a_name_that_is_neither_rule_nor_finding_says_so() {
    let answer = repository().run(&["explain", "CVE-1999-0001"]);
    assert_eq!((answer.code, answer.stdout.as_str()), (2, ""));
    insta::assert_snapshot!(answer.stderr);
}
