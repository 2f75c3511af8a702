//! Ignore files of other tools: honoured as the policy says, listed, and never those of the change itself.

use std::path::Path;

use serde_json::Value;

use crate::pull_request::{PullRequest, last_document};
use crate::repository::{Answer, Repository};

const REPORT: &str = r#"{"SchemaVersion":2,"ArtifactName":".","ArtifactType":"filesystem","Results":[
  {"Target":"web/package-lock.json","Class":"lang-pkgs","Type":"npm","Vulnerabilities":[
    {"VulnerabilityID":"CVE-2020-8203","PkgName":"lodash","InstalledVersion":"4.17.15","Severity":"HIGH",
     "PkgIdentifier":{"PURL":"pkg:npm/lodash@4.17.15"},"References":["https://github.com/advisories/GHSA-p6mc-m468-83gw"]}]}]}"#;
const REPORTS: &str = "reports: [{ name: deps, path: trivy.json, format: trivy, required: true }]\n";

/// Every form, with an entry that takes the finding of the report.
const FORMS: [(&str, &str); 8] = [
    (".trivyignore", "CVE-2020-8203\n"),
    (".trivyignore.yaml", "vulnerabilities:\n  - id: CVE-2020-8203\n    purls: ['pkg:npm/lodash']\n"),
    (".grype.yaml", "ignore:\n  - vulnerability: CVE-2020-8203\n"),
    ("web/osv-scanner.toml", "[[IgnoredVulns]]\nid = \"GHSA-p6mc-m468-83gw\"\n"),
    (".snyk", "ignore:\n  CVE-2020-8203:\n    - '*':\n        reason: not reached\n"),
    ("web/audit-ci.jsonc", "{ // ours\n  \"allowlist\": [\"GHSA-p6mc-m468-83gw\"] }\n"),
    ("web/.nsprc", "{ \"GHSA-p6mc-m468-83gw\": { \"active\": true } }\n"),
    ("web/.trivyignore", "GHSA-p6mc-m468-83gw\n"),
];

fn scanned(policy: &str) -> Repository {
    Repository::with_policy(&format!("{REPORTS}{policy}"))
        .file("trivy.json", REPORT)
        .file("web/package-lock.json", "{}")
}

fn finding<'d>(document: &'d Value, id: &str) -> &'d Value {
    let findings = document["findings"].as_array().unwrap();
    findings.iter().find(|finding| finding["id"] == id).unwrap_or_else(|| panic!("{document:#}"))
}

fn state(document: &Value) -> (&str, &str) {
    let found = finding(document, "CVE-2020-8203");
    (found["state"].as_str().unwrap(), found["level"].as_str().unwrap())
}

#[test]
fn without_an_ignore_file_the_finding_blocks() {
    let (answer, document) = scanned("").check(&[]);
    assert_eq!((answer.code, state(&document)), (1, ("open", "fail")));
}

#[test]
fn an_entry_of_any_form_takes_the_finding_out_and_is_listed() {
    for (path, text) in FORMS {
        let (answer, document) = scanned("").file(path, text).check(&[]);
        assert_eq!((answer.code, state(&document)), (0, ("suppressed", "off")), "{path}: {document:#}");
        let row = &document["exceptions"][0];
        assert_eq!((row["state"].as_str(), row["origin"]["layer"].as_str()), (Some("imported"), Some(path)), "{row:#}");
        let about = finding(&document, "gate/suppression-imported");
        assert_eq!((about["level"].as_str(), about["locations"][0]["path"].as_str()), (Some("warn"), Some(path)));
        assert_eq!(document["counts"]["suppressed"], 1, "{path}");
    }
}

#[test]
fn the_policy_says_which_files_count() {
    let ignored = |policy: &str| scanned(policy).file(".trivyignore", "CVE-2020-8203\n").check(&[]);
    for policy in [
        "exception_policy: { import: off }\n",
        "exception_policy: { import: [.snyk] }\n",
        "exception_policy: { imported: fail }\n",
        "exception_policy: { imported_requires: reason }\n",
        "vulnerabilities: { foreign_ignores: false }\n",
    ] {
        let (answer, document) = ignored(policy);
        assert_eq!((answer.code, state(&document)), (1, ("open", "fail")), "{policy}");
    }
    let (answer, document) = ignored("exception_policy: { import: ['*ignore'], imported: log }\n");
    assert_eq!((answer.code, state(&document)), (0, ("suppressed", "off")));
}

#[test]
fn an_entry_that_has_ended_takes_nothing_out_and_says_since_when() {
    // Evaluated on 2026-11-21: Trivy stops to honour the entry as its day begins.
    let on = |date: &str| scanned("").file(".trivyignore", format!("CVE-2020-8203 exp:{date}\n")).check(&[]);
    let (answer, document) = on("2026-11-22");
    assert_eq!((answer.code, state(&document)), (0, ("suppressed", "off")));
    let (answer, document) = on("2026-11-21");
    assert_eq!((answer.code, state(&document)), (1, ("open", "fail")));
    let note = &finding(&document, "CVE-2020-8203")["notes"][0];
    assert_eq!(note, "the ignore entry .trivyignore:1 does not count: it ended 1 day ago", "{document:#}");
}

#[test]
fn what_is_wrong_with_a_file_is_told_with_its_line() {
    let text = "vulnerabilities:\n  - id: CVE-2020-8203\n    path: [web]\n";
    let (_, document) = scanned("").file(".trivyignore.yaml", text).check(&[]);
    let problem = &document["problems"][0];
    assert_eq!((problem["path"].as_str(), problem["line"].as_u64()), (Some(".trivyignore.yaml"), Some(3)));
    assert_eq!((problem["health"].as_str(), state(&document)), (Some("warn"), ("suppressed", "off")));
    let (answer, document) = scanned("").file(".grype.yaml", "ignore: [\n").check(&[]);
    assert_eq!((answer.code, document["problems"][0]["code"].as_str()), (1, Some("unparsable")), "{document:#}");
    // That it is no YAML at all is told by those who look for manifests, whoever asks for its entries.
    let told = |policy: &str| {
        let (_, document) = scanned(policy).file(".grype.yaml", "ignore: [\n").check(&[]);
        document["problems"].as_array().unwrap().iter().filter(|problem| problem["path"] == ".grype.yaml").count()
    };
    assert_eq!(told("exception_policy: { import: off }\n") + 1, told(""), "nobody asked for it");
}

#[test]
fn an_advisory_of_cargo_is_ignored_by_both_of_its_files() {
    let report = r#"{"database":{"advisory-count":1},"lockfile":{"dependency-count":1},"vulnerabilities":{"found":true,"count":1,"list":[
      {"advisory":{"id":"RUSTSEC-2021-0003","package":"smallvec","title":"overflow","aliases":["CVE-2021-25900"],"cvss":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"},
       "versions":{"patched":[">=1.6.1"]},"package":{"name":"smallvec","version":"0.6.13"}}]},"warnings":{}}"#;
    let audited = || {
        Repository::with_policy("reports: [{ name: deps, path: audit.json, format: cargo-audit, required: true }]\n")
            .file("audit.json", report)
            .file("Cargo.lock", "")
    };
    assert_eq!(audited().check(&[]).0.code, 1);
    for (path, text) in [
        ("deny.toml", "[advisories]\nignore = [{ id = \"RUSTSEC-2021-0003\", reason = \"not called\" }]\n"),
        (".cargo/audit.toml", "[advisories]\nignore = [\"RUSTSEC-2021-0003\"]\n"),
    ] {
        let (answer, document) = audited().file(path, text).check(&[]);
        assert_eq!(answer.code, 0, "{document:#}");
        assert_eq!(document["exceptions"][0]["origin"]["layer"], path);
    }
}

#[test]
fn a_secret_of_a_report_is_ignored_by_its_fingerprint() {
    let report = r#"[{"RuleID":"generic-api-key","Description":"key","StartLine":3,"EndLine":3,"Match":"REDACTED","Secret":"REDACTED",
      "File":"ops/prod.env","Commit":"cf2c1a0de05a2f37b8c2ba5ca0d1b5a4c3a0d9f1","Fingerprint":"cf2c1a0de05a2f37b8c2ba5ca0d1b5a4c3a0d9f1:ops/prod.env:generic-api-key:3"}]"#;
    let searched = || {
        Repository::with_policy("reports: [{ name: leaks, path: leaks.json, format: gitleaks, required: true }]\n")
            .file("leaks.json", report)
    };
    assert_eq!(searched().check(&[]).0.code, 1);
    let (answer, document) = searched().file(".gitleaksignore", "ops/prod.env:generic-api-key:3\n").check(&[]);
    assert_eq!(answer.code, 0, "{document:#}");
    assert_eq!(finding(&document, "generic-api-key")["state"], "suppressed");
}

/// What the base holds, what the pull request makes of it, and the run in the event.
fn pull_request(base: &[(&str, &str)], change: impl FnOnce(&Path)) -> Answer {
    let repository = Repository::new();
    for (path, content) in base {
        repository.write(path, content);
    }
    PullRequest::on(repository).run(&[], change)
}

#[test]
fn an_ignore_file_of_the_pull_request_itself_has_no_effect() {
    let policy = format!("version: 1\n{REPORTS}");
    let base = [("portcullis.yaml", policy.as_str()), ("trivy.json", REPORT), ("web/package-lock.json", "{}")];
    for (path, text) in FORMS {
        let answer = pull_request(&base, |root: &Path| {
            std::fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            std::fs::write(root.join(path), text).unwrap();
        });
        let document = last_document(&answer);
        assert_eq!((answer.code, state(&document)), (1, ("open", "fail")), "{path}: {document:#}");
        assert_eq!(document["policy"]["changed_in_pr"][0], path);
    }
    let mut with_entry = base.to_vec();
    with_entry.push((".trivyignore", "CVE-2020-8203\n"));
    let answer = pull_request(&with_entry, |root| std::fs::remove_file(root.join(".trivyignore")).unwrap());
    assert_eq!(answer.code, 0, "the base's still counts: {}", answer.stdout);
}
