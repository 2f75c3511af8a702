//! One weakness that several tools report: whose severity counts, and which rules say the same.

use serde_json::Value;

use crate::repository::{Repository, finding_ids};

const TRIVY: &str = r#"{"SchemaVersion":2,"ArtifactName":".","ArtifactType":"filesystem","Results":[
  {"Target":"package-lock.json","Class":"lang-pkgs","Type":"npm","Vulnerabilities":[
    {"VulnerabilityID":"CVE-2020-8203","PkgName":"lodash","InstalledVersion":"4.17.15","Severity":"HIGH",
     "PkgIdentifier":{"PURL":"pkg:npm/lodash@4.17.15"}}]}]}"#;
const GRYPE: &str = r#"{"matches":[{"vulnerability":{"id":"CVE-2020-8203","severity":"Low","fix":{"state":"fixed","versions":["4.17.19"]}},
  "artifact":{"name":"lodash","version":"4.17.15","type":"npm","purl":"pkg:npm/lodash@4.17.15","locations":[{"path":"/package-lock.json"}]}}],
  "source":{"type":"directory","target":"."},"descriptor":{"name":"grype","version":"0.90.0"}}"#;
const REPORTS: &str =
    "reports: [{ name: a, path: trivy.json, format: trivy }, { name: b, path: grype.json, format: grype }]\n";

fn scanned(policy: &str) -> Value {
    let repository = Repository::with_policy(&format!("{REPORTS}{policy}"));
    repository.file("trivy.json", TRIVY).file("grype.json", GRYPE).file("package-lock.json", "{}").check(&[]).1
}

#[test]
fn the_highest_severity_counts_unless_the_policy_prefers_a_tool() {
    for (policy, severity, level) in [
        ("", "high", "fail"),
        ("ingest: { merge_severity: highest }\n", "high", "fail"),
        ("ingest: { merge_severity: { prefer: [grype] } }\n", "low", "log"),
        ("ingest: { merge_severity: { prefer: [npm, trivy, grype] } }\n", "high", "fail"),
    ] {
        let document = scanned(policy);
        let finding = &document["findings"][0];
        assert_eq!(finding_ids(&document), ["CVE-2020-8203"], "{document:#}");
        assert_eq!(
            (finding["severity"].as_str(), finding["level"].as_str()),
            (Some(severity), Some(level)),
            "{policy}"
        );
        let note = "the reports disagree about the severity: grype low, trivy high; ingest.merge_severity decides";
        assert_eq!(finding["notes"][0], note);
    }
}

const CHECKOV: &str = r#"{"check_type":"dockerfile","results":{"passed_checks":[],"skipped_checks":[],"failed_checks":[
  {"check_id":"CKV_DOCKER_8","check_name":"last user is root","file_path":"/Dockerfile","file_line_range":[2,2],"resource":"/Dockerfile.USER","severity":null}]},
  "summary":{"passed":0,"failed":1,"skipped":0,"parsing_errors":0,"checkov_version":"3.2.0"}}"#;
const HADOLINT: &str = r#"[{"code":"DL3002","level":"warning","file":"Dockerfile","line":2,"column":1,"message":"Last USER should not be root"}]"#;

fn linted(policy: &str) -> Repository {
    let reports = "reports: [{ name: a, path: checkov.json, format: checkov }, { name: b, path: hadolint.json, format: hadolint }]\n";
    Repository::with_policy(&format!("{reports}{policy}"))
        .file("checkov.json", CHECKOV)
        .file("hadolint.json", HADOLINT)
        .file("Dockerfile", "FROM scratch\nUSER root\n")
}

fn rules(document: &Value) -> Vec<&str> {
    let findings = document["findings"].as_array().unwrap();
    findings
        .iter()
        .filter(|finding| finding["locations"][0]["path"] == "Dockerfile")
        .map(|finding| finding["rule_id"].as_str().unwrap())
        .collect()
}

#[test]
fn rules_a_table_calls_the_same_are_one_finding() {
    let (_, document) = linted("").check(&[]);
    assert_eq!(rules(&document), ["CKV_DOCKER_8", "DL3002"], "{document:#}");
    let policy = "ingest: { equivalents: rules/same.yaml }\n";
    let table = "- [checkov:CKV_DOCKER_8, hadolint:DL3002]\n";
    let (_, document) = linted(policy).file("rules/same.yaml", table).check(&[]);
    assert_eq!(rules(&document), ["CKV_DOCKER_8"], "{document:#}");
    assert_eq!(document["findings"][0]["sources"].as_array().map(Vec::len), Some(2));
}

#[test]
fn a_table_that_cannot_be_read_is_told_and_merges_nothing() {
    let policy = "ingest: { equivalents: rules/same.yaml }\n";
    for table in [None, Some("- [checkov:CKV_DOCKER_8]\n")] {
        let repository = linted(policy);
        if let Some(table) = table {
            repository.write("rules/same.yaml", table);
        }
        let (_, document) = repository.check(&[]);
        assert_eq!(rules(&document).len(), 2);
        assert_eq!(document["problems"][0]["path"], "rules/same.yaml", "{document:#}");
    }
}

#[test]
fn the_policy_says_how_severe_the_findings_of_a_tool_are_that_states_none() {
    let severity = |policy: &str| {
        let (_, document) = linted(policy).check(&[]);
        let found = document["findings"]
            .as_array()
            .unwrap()
            .iter()
            .find(|finding| finding["rule_id"] == "CKV_DOCKER_8")
            .cloned();
        found.unwrap()["severity"].as_str().unwrap().to_owned()
    };
    assert_eq!(severity(""), "medium");
    assert_eq!(severity("ingest: { default_severity: { checkov: critical } }\n"), "critical");
    assert_eq!(severity("ingest: { default_severity: { trivy: critical } }\n"), "medium");
}
