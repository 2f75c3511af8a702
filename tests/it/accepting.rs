//! Accepting findings by command: what is written, what is refused, what goes again, what others are told.

use crate::repository::Repository;

const POLICY: &str = "reports:\n  - { name: deps, path: r.json, required: true }\n";
const REPORT: &str = r#"{"dependencies":[{"name":"flask","version":"0.5","vulns":[
  {"id":"PYSEC-2019-179","fix_versions":[],"aliases":["CVE-2019-1010083"],"description":""}]}],"fixes":[]}"#;
const WORKFLOW: &str = "on: push\npermissions: {}\njobs:\n  b:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: acme/build@main\n      - uses: acme/test@main\n";
const FILE: &str = ".portcullis/exceptions/vulnerabilities.yaml";

fn repository() -> Repository {
    Repository::with_policy(POLICY).file("r.json", REPORT)
}

fn add<'a>(finding: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let base = ["exception", "add", finding, "--reason", "only the build script uses it", "--owner", "@web"];
    base.into_iter().chain(more.iter().copied()).collect()
}

fn text(repository: &Repository, path: &str) -> String {
    std::fs::read_to_string(repository.path().join(path)).unwrap_or_default()
}

#[test]
fn an_exception_is_written_and_accepts_the_finding() {
    let repository = repository();
    let answer = repository.run(&add("PYSEC-2019-179", &["--days", "30"]));
    assert_eq!((answer.code, answer.stdout.as_str()), (0, ""), "{}", answer.stderr);
    insta::assert_snapshot!(format!("{}\n{}", answer.stderr, text(&repository, FILE)));
    let (_, document) = repository.check(&[]);
    let finding = document["findings"].as_array().unwrap().iter().find(|one| one["id"] == "CVE-2019-1010083").unwrap();
    assert_eq!((finding["state"].as_str(), finding["exception"].as_str()), (Some("excepted"), Some("EX-2026-001")));
    let again = repository.run(&add("CVE-2019-1010083", &["--days", "30"]));
    assert!(again.code == 2 && again.stderr.contains("EX-2026-001 accepts it already"), "{}", again.stderr);
}

#[test]
fn what_the_policy_refuses_is_not_written() {
    let strict = format!("{POLICY}exception_policy: {{ max_days: 10, require_ticket: true }}\n");
    let repository = Repository::with_policy(&strict).file("r.json", REPORT);
    let answer = repository.run(&add("CVE-2019-1010083", &["--days", "30"]));
    assert_eq!((answer.code, text(&repository, FILE).as_str()), (2, ""));
    insta::assert_snapshot!(answer.stderr);
}

#[test]
fn the_difference_shows_the_text_that_would_be_written() {
    let repository = repository();
    let answer =
        repository.run(&add("CVE-2019-1010083", &["--expires", "2026-12-31", "--diff", "--file", "portcullis.yaml"]));
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    insta::assert_snapshot!(answer.stdout);
    assert_eq!(text(&repository, "portcullis.yaml"), format!("version: 1\n{POLICY}"));
}

#[test]
fn a_name_of_several_findings_lists_them() {
    let repository = Repository::new().file(".github/workflows/ci.yml", WORKFLOW);
    let answer = repository.run(&add("gha/unpinned-uses", &["--days", "30"]));
    assert_eq!(answer.code, 2);
    let rows: Vec<_> = answer.stderr.lines().filter(|line| line.starts_with("  v1:")).collect();
    assert_eq!(rows.len(), 2, "{}", answer.stderr);
    let fingerprint = rows[0].split_whitespace().next().unwrap();
    let one = repository.run(&add(fingerprint, &["--days", "30"]));
    assert_eq!(one.code, 0, "{}", one.stderr);
    let (_, document) = repository.check(&[]);
    let open = document["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["id"] == "gha/unpinned-uses" && one["state"] == "open");
    assert_eq!(open.count(), 1, "the other one is not accepted");
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link_that_leads_elsewhere() {
    let outside = tempfile::tempdir().unwrap();
    let repository = repository();
    std::os::unix::fs::symlink(outside.path(), repository.path().join(".portcullis")).unwrap();
    let answer = repository.run(&add("CVE-2019-1010083", &["--days", "30"]));
    assert_eq!(answer.code, 2, "{}", answer.stderr);
    assert_eq!(std::fs::read_dir(outside.path()).unwrap().count(), 0);
}

#[test]
fn what_ended_and_what_matches_nothing_goes_and_says_why() {
    let entry = |id: &str, rule: &str, expires: &str| {
        format!(
            "  # about {id}\n  - id: {id}\n    rules: [{rule}]\n    package: pkg:pypi/flask\n    reason: only the build script\n    owner: '@web'\n    created: 2026-11-01\n    expires: {expires}\n    when_fixed: keep\n"
        )
    };
    let exceptions = format!(
        "version: 1\nkind: exceptions\nexceptions:\n{}{}{}",
        entry("EX-USED", "CVE-2019-1010083", "2026-12-31"),
        entry("EX-OLD", "CVE-2019-1010083", "2026-11-10"),
        entry("EX-UNUSED", "CVE-2020-1234", "2026-12-31")
    );
    let repository = repository().file(FILE, &exceptions);
    let shown = repository.run(&["exception", "prune", "--diff"]);
    assert_eq!(text(&repository, FILE), exceptions);
    let answer = repository.run(&["exception", "prune"]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    insta::assert_snapshot!(format!("{}\n{}\n{}", shown.stdout, answer.stderr, text(&repository, FILE)));
}

#[test]
fn an_accepted_risk_is_not_said_to_be_harmless() {
    let repository = repository();
    repository.run(&add("CVE-2019-1010083", &["--days", "30"]));
    let export = |more: &[&str]| {
        let mut all = vec!["exception", "export", "--format", "openvex"];
        all.extend(more);
        repository.run(&all)
    };
    assert_eq!(export(&[]).document()["statements"][0]["status"], "affected");
    let said = ["--as", "not_affected", "--justification", "vulnerable_code_not_present"];
    assert_eq!(export(&said).code, 2, "of no exception by name");
    let named = export(&[&["EX-2026-001"], &said[..]].concat()).document();
    assert_eq!(named["statements"][0]["status"], "not_affected");
    assert_eq!(named["statements"][0]["products"][0]["@id"], "pkg:pypi/flask@0.5");
    assert_eq!(repository.run(&["check", "-f", "openvex"]).code, 2);
}

#[test]
fn options_of_the_checks_change_what_they_report() {
    let count = |policy: &str, path: &str, content: &str, rule: &str| {
        let (answer, document) = Repository::with_policy(policy).file(path, content).check(&[]);
        let findings = document["findings"].as_array().unwrap_or_else(|| panic!("{}", answer.stderr)).clone();
        findings.iter().filter(|one| one["id"] == rule).count()
    };
    let workflow = |policy: &str| count(policy, ".github/workflows/ci.yml", WORKFLOW, "gha/unpinned-uses");
    assert_eq!((workflow(""), workflow("workflows: { pinning: { 'acme/*': any } }\n")), (2, 0));
    let commented = WORKFLOW.replace("acme/build@main", "acme/build@main # zizmor: ignore[unpinned-uses]");
    let at_log = |policy: &str| {
        let repository = Repository::with_policy(policy).file(".github/workflows/ci.yml", &commented);
        let (_, document) = repository.check(&[]);
        let findings = document["findings"].as_array().unwrap().clone();
        findings.iter().filter(|one| one["id"] == "gha/unpinned-uses" && one["level"] == "log").count()
    };
    assert_eq!((at_log(""), at_log("workflows: { foreign_ignores: false }\n")), (1, 0));
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: { name: x }\nspec:\n  containers:\n    - name: a\n      image: a:1\n      securityContext: { privileged: true }\n";
    let manifest = |policy: &str| count(policy, "pod.yaml", pod, "k8s/no-cpu-limit");
    assert_eq!((manifest(""), manifest("manifests: { skip_kinds: ['*/Pod'] }\n")), (1, 0));
    let rule = "groups:\n  - name: a\n    rules:\n      - alert: Up\n        expr: up == 0\n        labels: { severity: critical }\n        annotations: { message: m }\n";
    let alert = |policy: &str, id: &str| count(policy, "rules.yaml", rule, id);
    assert_eq!(
        (alert("", "alert/for-missing"), alert("alerts: { for_exempt: ['^Up$'] }\n", "alert/for-missing")),
        (1, 0)
    );
    let aliases = "alerts: { annotations: [{ name: summary, aliases: [message] }] }\n";
    assert_eq!((alert("", "alert/summary-missing"), alert(aliases, "alert/summary-missing")), (1, 0));
    let refused = Repository::with_policy("workflows: { pinning: { acme: any } }\n").run(&["check"]);
    assert!(refused.code == 2 && refused.stderr.contains("portcullis.yaml:2"), "{}", refused.stderr);
}

#[test]
fn a_policy_nobody_owns_and_one_nobody_reads_are_told() {
    let repository = repository().file("api/portcullis.yaml", "version: 1\n");
    let answer = repository.run(&["policy", "check"]);
    assert_eq!(answer.code, 0);
    insta::assert_snapshot!(answer.stderr);
    let page = repository.run(&["explain", "policy/unknown-key"]);
    assert!(page.code == 0 && page.stdout.starts_with("policy/unknown-key: "), "{}", page.stderr);
}
