//! The supply chain end to end: inventories and data files in, levels out.

use serde_json::Value;

use crate::repository::{Repository, finding_ids, problem_codes};

const TRIVY: &str = r#"{"SchemaVersion":2,"ArtifactName":".","ArtifactType":"filesystem","Results":[
  {"Target":"package-lock.json","Class":"lang-pkgs","Type":"npm","Packages":[
    {"ID":"gpl-thing@1.0.0","Name":"gpl-thing","Version":"1.0.0","Identifier":{"PURL":"pkg:npm/gpl-thing@1.0.0"},"Licenses":["GPL-3.0"]},
    {"ID":"expresss@4.0.0","Name":"expresss","Version":"4.0.0","Identifier":{"PURL":"pkg:npm/expresss@4.0.0"},"Licenses":["mit or apache-2.0"]}]}]}"#;

const PIP: &str = r#"{"dependencies":[{"name":"flask","version":"0.5","vulns":[
  {"id":"PYSEC-2019-179","fix_versions":["1.0"],"aliases":[],"description":"memory"}]}],"fixes":[]}"#;

const OSV: &str = r#"{"id":"PYSEC-2019-179","aliases":["CVE-2019-1010083"],"severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:L"}]}"#;

fn kev(released: &str) -> String {
    format!(
        r#"{{"dateReleased":"{released}","vulnerabilities":[{{"cveID":"CVE-2019-1010083","dateAdded":"2026-11-01","dueDate":"2026-11-22"}}]}}"#
    )
}

fn inventory(policy: &str) -> Repository {
    let report = "reports: [{ name: deps, path: trivy.json, format: trivy, required: true }]\n";
    Repository::with_policy(&format!("{report}{policy}")).file("trivy.json", TRIVY)
}

fn audit(policy: &str) -> Repository {
    let report = "reports: [{ name: deps, path: audit.json, format: pip-audit, required: true }]\n";
    Repository::with_policy(&format!("{report}{policy}")).file("audit.json", PIP).file("data/osv/a.json", OSV)
}

fn levels(document: &Value) -> Vec<(&str, &str)> {
    let findings = document["findings"].as_array().unwrap();
    findings.iter().map(|finding| (finding["id"].as_str().unwrap(), finding["level"].as_str().unwrap())).collect()
}

/// What is wrong, besides that nobody knows since when: these repositories have no baseline.
fn codes(document: &Value) -> Vec<&str> {
    problem_codes(document).into_iter().filter(|code| *code != "no_sla_clock").collect()
}

#[test]
fn a_denied_licence_of_an_inventory_blocks() {
    let (answer, document) = inventory("licenses: { deny: [GPL-3.0-only] }\n").check(&[]);
    assert_eq!((answer.code, levels(&document)), (1, vec![("license:GPL-3.0-only", "fail")]), "{document:#}");
    assert_eq!(document["findings"][0]["package"]["purl"], "pkg:npm/gpl-thing@1.0.0");
    let (answer, document) = inventory("").check(&[]);
    assert_eq!((answer.code, levels(&document)), (0, vec![("license:GPL-3.0-only", "log")]), "{document:#}");
}

#[test]
fn a_denied_package_blocks() {
    let policy = "packages: { deny: [{ id: old, name: gpl-thing, ecosystem: npm, version_range: '<1.1' }] }\nlicenses: { copyleft: off }\n";
    let (answer, document) = inventory(policy).check(&[]);
    assert_eq!(answer.code, 1, "{document:#}");
    assert!(levels(&document).contains(&("package:old", "fail")), "{document:#}");
}

#[test]
fn a_name_almost_like_a_known_one_blocks_and_a_list_that_is_not_there_is_missing_evidence() {
    let policy = "packages: { typosquats: known.txt }\nlicenses: { copyleft: off }\n";
    let (answer, document) = inventory(policy).file("known.txt", "# ours\nexpress # the server\n").check(&[]);
    assert_eq!(answer.code, 1, "{document:#}");
    assert!(levels(&document).contains(&("package:typosquat", "fail")), "{document:#}");
    let (answer, document) = inventory(policy).check(&[]);
    assert_eq!(answer.code, 3, "{document:#}");
    assert!(codes(&document).contains(&"unreadable"), "{document:#}");
}

#[test]
fn records_of_osv_rate_and_name_what_pip_audit_does_not() {
    let (answer, document) = audit("").check(&[]);
    assert_eq!((answer.code, finding_ids(&document)), (1, vec!["PYSEC-2019-179"]));
    let (answer, document) = audit("data: { osv: data/osv }\n").check(&[]);
    assert_eq!((answer.code, levels(&document)), (0, vec![("CVE-2019-1010083", "warn")]), "{document:#}");
    assert_eq!(document["findings"][0]["severity"], "medium");
    assert_eq!(document["findings"][0]["severity_source"], "data_file");
}

#[test]
fn what_the_catalogue_lists_blocks_whatever_its_severity() {
    let policy = "data: { osv: data/osv, kev: data/kev.json }\n";
    let (answer, document) = audit(policy).file("data/kev.json", kev("2026-11-20T00:00:00Z")).check(&[]);
    assert_eq!((answer.code, levels(&document)), (1, vec![("CVE-2019-1010083", "fail")]), "{document:#}");
}

#[test]
fn a_stale_or_missing_catalogue_is_missing_evidence_where_a_rule_depends_on_it() {
    let policy = "data: { osv: data/osv, kev: data/kev.json }\n";
    let (answer, document) = audit(policy).file("data/kev.json", kev("2026-11-01T00:00:00Z")).check(&[]);
    assert_eq!(codes(&document), ["stale"]);
    assert_eq!(answer.code, 1, "what it lists counts all the same");
    let (answer, document) = audit(policy).check(&[]);
    assert_eq!((answer.code, codes(&document)), (3, vec!["stale"]));
    let waived = format!("{policy}vulnerabilities: {{ kev: off }}\n");
    let (answer, document) = audit(&waived).check(&[]);
    assert_eq!((answer.code, codes(&document)), (0, vec!["stale"]));
    let longer = "data: { osv: data/osv, kev: data/kev.json, max_age: { kev: 30d } }\n";
    let (_, document) = audit(longer).file("data/kev.json", kev("2026-11-01T00:00:00Z")).check(&[]);
    assert_eq!(codes(&document), [""; 0]);
}

#[test]
fn scores_of_epss_stand_in_the_finding_and_only_warn_when_no_rule_asks_for_them() {
    let policy = "data: { osv: data/osv, epss: data/epss.csv }\n";
    let scores = "#model_version:v2025.03.14,score_date:2026-11-20T00:00:00+0000\ncve,epss,percentile\nCVE-2019-1010083,0.5,0.9\n";
    let (_, document) = audit(policy).file("data/epss.csv", scores).check(&[]);
    assert_eq!(document["findings"][0]["vulnerability"]["epss"]["score"], 0.5);
    let (answer, document) = audit(policy).check(&[]);
    assert_eq!((answer.code, codes(&document)), (0, vec!["stale"]));
}

const SARIF: &str = r#"{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"acme-lint"}},"results":[
  {"ruleId":"A1","level":"warning","message":{"text":"odd"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"file:///ci/work/src/a.py"},"region":{"startLine":1}}}]}]}]}"#;

fn linted(policy: &str) -> Value {
    let report = "reports: [{ name: lint, path: lint.sarif, format: sarif, required: true }]\n";
    let repository = Repository::with_policy(&format!("{report}{policy}")).file("lint.sarif", SARIF);
    repository.file("src/a.py", "print(1)\n").check(&[]).1
}

#[test]
fn the_policy_says_what_levels_of_sarif_mean() {
    assert_eq!(linted("")["findings"][0]["severity"], "medium");
    let document = linted("ingest: { sarif_levels: { acme-lint: { warning: low } } }\n");
    assert_eq!(document["findings"][0]["severity"], "low", "{document:#}");
}

#[test]
fn the_policy_says_which_prefixes_are_the_repository() {
    let path = |document: &Value| document["findings"][0]["locations"][0]["path"].as_str().unwrap().to_owned();
    assert_ne!(path(&linted("")), "src/a.py");
    assert_eq!(path(&linted("ingest: { strip_prefixes: [/ci/work] }\n")), "src/a.py");
}

fn scanned(policy: &str) -> String {
    let report = r#"{"SchemaVersion":2,"ArtifactName":".","Results":[{"Target":"package-lock.json","Class":"lang-pkgs","Type":"npm","Vulnerabilities":[
      {"VulnerabilityID":"CVE-2026-1","PkgName":"a","InstalledVersion":"1","Severity":"LOW","CVSS":{"nvd":{
        "V40Vector":"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U"}}}]}]}"#;
    let entry = "reports: [{ name: deps, path: trivy.json, format: trivy, required: true }]\n";
    let (_, document) = Repository::with_policy(&format!("{entry}{policy}")).file("trivy.json", report).check(&[]);
    document["findings"][0]["severity"].as_str().unwrap().to_owned()
}

#[test]
fn the_policy_says_whether_the_word_or_the_score_counts() {
    assert_eq!(scanned(""), "low");
    assert_eq!(scanned("ingest: { severity_from: score_first }\n"), "critical");
    assert_eq!(scanned("ingest: { severity_from: max }\n"), "critical");
    assert_eq!(scanned("ingest: { severity_from: score_first, cvss_use_threat: true }\n"), "high");
}

#[test]
fn a_vex_document_nobody_can_read_is_missing_evidence_and_one_that_is_not_there_is_said() {
    let (answer, document) =
        audit("data: { osv: data/osv }\nvex: [{ path: 'vex/*.json' }]\n").file("vex/a.json", "{").check(&[]);
    assert_eq!(answer.code, 3, "{document:#}");
    let (answer, document) = audit("data: { osv: data/osv }\nvex: [{ path: 'vex/*.json' }]\n").check(&[]);
    assert_eq!((answer.code, codes(&document)), (0, vec!["report_missing"]));
}
