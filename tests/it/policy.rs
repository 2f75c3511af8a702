//! The policy: a typo never loosens the gate.

use crate::repository::Repository;

#[test]
fn every_fault_of_a_policy_is_reported_at_once_with_its_place() {
    let policy = "version: 1\nlevles: { high: fail }\nlevels: { high: error }\nrules:\n  gha/unpined-uses: fail\n";
    let answer = Repository::new().file("portcullis.yaml", policy).run(&["check"]);
    assert_eq!(answer.code, 2);
    assert!(answer.stdout.is_empty(), "no verdict is printed: {}", answer.stdout);
    insta::assert_snapshot!(answer.stderr);
}

#[test]
fn a_key_given_twice_shows_both_places() {
    let answer = Repository::with_policy("levels:\n  high: fail\n  high: warn\n").run(&["check"]);
    assert_eq!(answer.code, 2);
    insta::assert_snapshot!(answer.stderr);
}

#[test]
fn two_policy_files_are_refused_naming_both() {
    let answer = Repository::with_policy("").file(".github/portcullis.yml", "version: 1\n").run(&["check"]);
    assert_eq!(answer.code, 2);
    assert!(
        answer.stderr.contains("portcullis.yaml") && answer.stderr.contains(".github/portcullis.yml"),
        "{}",
        answer.stderr
    );
}

#[test]
fn an_exception_without_reason_is_refused() {
    let exception = "exceptions:\n  - id: EX-1\n    rules: [CVE-2020-8203]\n    owner: \"@web\"\n    created: 2026-11-01\n    expires: 2026-12-01\n";
    let answer = Repository::with_policy(exception).run(&["policy", "check"]);
    assert_eq!(answer.code, 2);
    assert!(
        answer.stderr.contains("policy/exception-invalid") && answer.stderr.contains("reason"),
        "{}",
        answer.stderr
    );
}

#[test]
fn an_expired_exception_does_not_apply_and_says_so() {
    let exception = "reports:\n  - { name: deps, path: r.json, required: true }\nexceptions:\n  - id: EX-1\n    rules: [CVE-2019-1010083]\n    reason: only used by the build script\n    owner: \"@web\"\n    created: 2026-10-01\n    expires: 2026-11-20\n";
    let report = r#"{"dependencies":[{"name":"flask","version":"0.5","vulns":[{"id":"PYSEC-2019-179","fix_versions":[],"aliases":["CVE-2019-1010083"],"description":""}]}],"fixes":[]}"#;
    let repository = Repository::with_policy(exception).file("r.json", report);
    let (answer, document) = repository.check(&[]);
    assert_eq!(answer.code, 1);
    assert_eq!(document["exceptions"][0]["state"], "expired");
    assert!(document["findings"].to_string().contains("EX-1"), "{document:#}");
    let day_before = repository.run(&["check", "-f", "json", "--now", "2026-11-20"]);
    assert_eq!(day_before.document()["exceptions"][0]["state"], "expiring");
    assert_eq!(day_before.code, 0, "{}", day_before.stdout);
}

#[test]
fn a_policy_that_can_be_used_says_so() {
    let answer = Repository::with_policy("extends: preset:minimal@1\n").run(&["policy", "check"]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    assert!(answer.stdout.contains("portcullis.yaml"), "{}", answer.stdout);
}

#[test]
fn nothing_to_check_is_no_pass() {
    let (answer, document) = Repository::new().check(&[]);
    assert_eq!((answer.code, document["verdict"].as_str()), (3, Some("incomplete")));
    assert_eq!(document["reasons"][0]["text"], "nothing was checked");
}

#[test]
fn an_unknown_rule_has_no_page_but_neighbours() {
    let answer = Repository::new().run(&["explain", "gha/unpined-uses"]);
    assert_eq!(answer.code, 2);
    assert!(answer.stderr.contains("gha/unpinned-uses"), "{}", answer.stderr);
}

#[test]
fn an_unknown_rule_is_told_the_three_nearest_of_its_namespace_before_anything_is_judged() {
    // A policy that cannot be read: a run would say so.
    let repository = Repository::new().file("portcullis.yaml", "version: [\n");
    for (unknown, near) in
        [("k8s/no-limit", "`k8s/"), ("gha/unpined", "`gha/unpinned-uses`"), ("gha-syntax/neds", "`gha-syntax/")]
    {
        let answer = repository.run(&["explain", unknown]);
        let first = answer.stderr.lines().next().unwrap().to_owned();
        assert_eq!((answer.code, first.matches('`').count()), (2, 8), "{first}");
        assert!(
            first.starts_with(&format!("error: no rule `{unknown}`; did you mean ")) && first.contains(near),
            "{first}"
        );
    }
}

#[test]
fn a_rule_is_explained_by_its_page_and_under_the_name_another_tool_has_for_it() {
    let repository = Repository::new();
    let page = repository.run(&["explain", "gha/unpinned-uses"]);
    assert_eq!(page.code, 0);
    assert!(page.stdout.contains("gha/unpinned-uses"));
    assert_eq!(repository.run(&["explain", "zizmor/unpinned-uses"]).stdout, page.stdout);
}

#[test]
fn the_list_of_rules_is_an_array_with_the_fields_of_a_rule() {
    let list = Repository::new().run(&["explain", "--list", "-f", "json"]).document();
    let first = &list.as_array().unwrap()[0];
    for field in ["id", "title", "severity", "tier", "aliases", "fix"] {
        assert!(!first[field].is_null(), "{field}: {first}");
    }
}

/// Every `"policy/…"` of the code that is no test.
fn codes_in_the_code() -> std::collections::BTreeSet<String> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut directories = vec![root.join("src"), root.join("crates/policy/src")];
    let mut codes = std::collections::BTreeSet::new();
    while let Some(directory) = directories.pop() {
        for entry in std::fs::read_dir(directory).unwrap().map(Result::unwrap) {
            let (path, name) = (entry.path(), entry.file_name().into_string().unwrap());
            if path.is_dir() && name != "tests" {
                directories.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") && name != "tests.rs" {
                let text = std::fs::read_to_string(path).unwrap();
                let code = text.split("#[cfg(test)]").next().unwrap();
                let named = code.split("\"policy/").skip(1).filter_map(|rest| rest.split('"').next());
                let is_slug = |slug: &&str| {
                    !slug.is_empty() && slug.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
                };
                codes.extend(named.filter(is_slug).map(|slug| format!("policy/{slug}")));
            }
        }
    }
    codes
}

#[test]
fn every_code_that_an_error_may_carry_is_explained() {
    let (repository, codes) = (Repository::new(), codes_in_the_code());
    assert!(codes.len() > 20, "{codes:?}");
    let unexplained: Vec<_> = codes.iter().filter(|code| repository.run(&["explain", code]).code != 0).collect();
    assert!(unexplained.is_empty(), "{unexplained:?}");
}
