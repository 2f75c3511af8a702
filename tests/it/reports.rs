//! Reports that measured nothing are never a pass.

use crate::repository::{Repository, finding_ids, problem_codes};

/// A report that is there, required by the policy.
fn judged(format: &str, content: impl AsRef<[u8]>) -> (i32, serde_json::Value) {
    let repository = Repository::with_policy(&format!(
        "reports:\n  - {{ name: deps, path: report.json, format: {format}, required: true }}\n"
    ))
    .file("report.json", content);
    let (answer, document) = repository.check(&[]);
    (answer.code, document)
}

const PIP: &str = r#"{"dependencies":[{"name":"flask","version":"0.5","vulns":[
  {"id":"PYSEC-2019-179","fix_versions":["1.0"],"aliases":["CVE-2019-1010083"],"description":"memory"}]}],"fixes":[]}"#;

#[test]
fn a_vulnerability_nobody_has_rated_fails_by_default() {
    let (code, document) = judged("pip-audit", PIP);
    assert_eq!(code, 1, "{document:#}");
    assert_eq!(finding_ids(&document), ["CVE-2019-1010083"]);
    let finding = &document["findings"][0];
    assert_eq!(finding["severity"], "unknown");
    assert_eq!(finding["level"], "fail");
    assert_eq!(finding["decision"][0]["key"], "levels.unknown");
}

#[test]
fn a_missing_required_report_is_incomplete() {
    let repository = Repository::with_policy("reports:\n  - { name: deps, path: nowhere.json, required: true }\n");
    let (answer, document) = repository.check(&[]);
    assert_eq!(answer.code, 3, "{document:#}");
    assert_eq!(problem_codes(&document), ["report_missing"]);
    assert_eq!(document["verdict"], "incomplete");
    let row = document["tools"].as_array().unwrap().iter().find(|row| row["id"] == "deps").unwrap();
    assert_eq!((row["status"].as_str(), row["required"].as_bool()), (Some("missing"), Some(true)));
}

#[test]
fn a_missing_optional_report_is_said_and_does_not_stop_anything() {
    let repository =
        Repository::with_policy("reports:\n  - { name: deps, path: nowhere.json }\n").file("a.txt", "hello\n");
    let (answer, document) = repository.check(&[]);
    assert_eq!(answer.code, 0, "{document:#}");
    assert_eq!(problem_codes(&document), ["report_missing"]);
}

#[test]
fn a_directory_gives_reports_of_every_kind_and_lists_what_is_none() {
    let junit = r#"<testsuite name="s" tests="1"><testcase name="a"/></testsuite>"#;
    let repository = Repository::with_policy("reports:\n  - { name: all, path: out, required: true }\n")
        .file("out/junit.xml", junit)
        .file("out/pip.json", PIP)
        .file("out/pom.xml", "<project/>")
        .file("out/coverage/lcov.info", "TN:\nSF:a.js\nDA:1,1\nend_of_record\n");
    let (answer, document) = repository.check(&[]);
    assert_eq!((answer.code, problem_codes(&document)), (1, vec![]), "{document:#}");
    let formats: Vec<_> = document["reports"].as_array().unwrap().iter().map(|report| &report["format"]).collect();
    assert_eq!(formats, ["lcov", "junit", "pip-audit"]);
    assert!(document["check_runs"].to_string().contains("out/pom.xml"), "{document:#}");
}

#[test]
fn the_time_of_a_file_stands_in_for_a_date_only_where_the_policy_says_so() {
    let code = |allowed: bool, written: &str| {
        let repository = Repository::with_policy(&format!(
            "reports:\n  - {{ name: deps, path: r.json, max_age: 24h, allow_mtime: {allowed} }}\n"
        ));
        let repository = repository.file("r.json", r#"{"dependencies":[{"name":"a","version":"1","vulns":[]}]}"#);
        let file = std::fs::File::options().append(true).open(repository.path().join("r.json")).unwrap();
        file.set_modified(written.parse::<jiff::Timestamp>().unwrap().into()).unwrap();
        repository.check(&[]).0.code
    };
    assert_eq!(code(false, "2026-11-20T12:00:00Z"), 3);
    assert_eq!(code(true, "2026-11-20T12:00:00Z"), 0);
    assert_eq!(code(true, "2026-11-18T12:00:00Z"), 3);
}

#[test]
fn an_empty_report_is_incomplete() {
    for content in ["", " \n\t\n"] {
        let (code, document) = judged("trivy", content);
        assert_eq!((code, problem_codes(&document)), (3, vec!["empty_report"]));
    }
}

#[test]
fn html_instead_of_json_is_incomplete_and_says_what_it_looks_like() {
    let repository = Repository::new().file("r.json", "<!DOCTYPE html><html><body>502 Bad Gateway</body></html>");
    let (answer, document) = repository.check(&["--report", "r.json"]);
    assert_eq!((answer.code, problem_codes(&document)), (3, vec!["unknown_format"]));
    assert!(document["problems"][0]["message"].as_str().unwrap().contains("HTML"), "{document:#}");
}

#[test]
fn the_error_document_of_npm_is_a_failed_scanner() {
    for error in [
        r#"{"error":{"code":"ENOLOCK","summary":"This command requires an existing lockfile.","detail":"Try creating one"}}"#,
        r#"{"message":"405 Method Not Allowed - POST","method":"POST","uri":"https://registry.invalid","statusCode":405,"error":{"summary":"","detail":""}}"#,
    ] {
        let (code, document) = judged("npm-audit", error);
        assert_eq!((code, problem_codes(&document)), (3, vec!["scanner_error"]), "{document:#}");
    }
}

#[test]
fn an_audit_that_skipped_everything_is_incomplete() {
    let (code, document) =
        judged("pip-audit", r#"{"dependencies":[{"name":"flask","skip_reason":"not found on the index"}],"fixes":[]}"#);
    assert_eq!(code, 3);
    assert!(problem_codes(&document).contains(&"all_skipped"), "{document:#}");
}

#[test]
fn a_truncated_report_keeps_what_came_before_the_break_and_says_at_which_byte() {
    let trivy = std::fs::read(crate::repository::project().join("fixtures/shop/reports/trivy.json")).unwrap();
    let repository = Repository::new().file("t.json", &trivy[..5_000]);
    let (answer, document) = repository.check(&["--report", "trivy=t.json"]);
    assert!(document["findings"].as_array().unwrap().len() > 1, "{document:#}");
    let problem = &document["problems"][0];
    assert_eq!((problem["code"].as_str(), problem["byte"].as_u64()), (Some("truncated"), Some(5_000)));
    // The findings kept may block; the broken report alone makes it incomplete.
    let blocks = document["counts"]["fail"].as_u64().unwrap() > 0;
    assert_eq!(answer.code, if blocks { 1 } else { 3 });
    assert_ne!(document["verdict"], "pass");
}

#[test]
fn a_report_that_could_be_two_formats_has_to_be_named() {
    let both = r#"{"SchemaVersion":2,"ArtifactName":"x","Results":[],"auditReportVersion":2,"vulnerabilities":{},"metadata":{}}"#;
    let repository = Repository::new().file("r.json", both);
    let (answer, document) = repository.check(&["--report", "r.json"]);
    assert_eq!((answer.code, problem_codes(&document)), (3, vec!["ambiguous_format"]), "{document:#}");
    let message = document["problems"][0]["message"].as_str().unwrap();
    assert!(message.contains("trivy") && message.contains("npm-audit"), "{message}");
}

#[test]
fn an_unknown_format_name_on_the_command_line_is_a_usage_error_with_the_nearest() {
    let answer = Repository::new().file("r.json", "{}").run(&["check", "--report", "trivvy=r.json"]);
    assert_eq!(answer.code, 2);
    assert!(answer.stderr.contains("trivy"), "{}", answer.stderr);
}

#[test]
fn a_hundred_thousand_levels_of_json_are_too_deep() {
    let (code, document) = judged("sarif", "[".repeat(100_000));
    assert_eq!(code, 3);
    assert!(!problem_codes(&document).is_empty());
}

#[test]
fn sarif_without_levels_takes_them_from_its_rules() {
    let sarif = r#"{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"CodeQL","rules":[
      {"id":"js/sql","defaultConfiguration":{"level":"error"}}]}},
      "results":[{"ruleId":"js/sql","ruleIndex":0,"message":{"text":"query built from input"},
        "locations":[{"physicalLocation":{"artifactLocation":{"uri":"src/db.js"},"region":{"startLine":3}}}]}]}]}"#;
    let (code, document) = judged("sarif", sarif);
    assert_eq!(code, 1, "{document:#}");
    assert_eq!(document["findings"][0]["severity"], "high");
    assert_eq!(document["findings"][0]["severity_source"], "rule_default");
}

#[test]
fn sarif_with_null_results_did_not_scan() {
    let (code, document) =
        judged("sarif", r#"{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"x"}},"results":null}]}"#);
    assert_eq!((code, problem_codes(&document)), (3, vec!["scan_incomplete"]), "{document:#}");
}

#[test]
fn one_weakness_in_two_reports_is_one_finding_with_two_sources() {
    let npm = r#"{"auditReportVersion":2,"vulnerabilities":{"lodash":{"name":"lodash","severity":"high","isDirect":true,
      "via":[{"source":1523,"name":"lodash","dependency":"lodash","title":"Prototype Pollution","url":"https://github.com/advisories/GHSA-p6mc-m468-83gw",
      "severity":"high","cwe":["CWE-770"],"cvss":{"score":7.4,"vectorString":null},"range":"<4.17.19"}],"effects":[],"range":"<4.17.19",
      "nodes":["node_modules/lodash"],"fixAvailable":true}},"metadata":{"vulnerabilities":{"info":0,"low":0,"moderate":0,"high":1,"critical":0,"total":1},
      "dependencies":{"prod":1,"dev":0,"optional":0,"peer":0,"peerOptional":0,"total":1}}}"#;
    let trivy = r#"{"SchemaVersion":2,"ArtifactName":".","ArtifactType":"filesystem","Results":[{"Target":"package-lock.json","Class":"lang-pkgs","Type":"npm",
      "Vulnerabilities":[{"VulnerabilityID":"CVE-2020-8203","VendorIDs":["GHSA-p6mc-m468-83gw"],"PkgName":"lodash","InstalledVersion":"4.17.15",
      "FixedVersion":"4.17.19","Severity":"MEDIUM","Title":"x","PrimaryURL":"https://avd.aquasec.com/nvd/cve-2020-8203"}]}]}"#;
    let repository = Repository::new().file("npm.json", npm).file("trivy.json", trivy).file("package-lock.json", "{}");
    let (_, document) = repository.check(&["--report", "npm.json", "--report", "trivy.json"]);
    let finding =
        document["findings"].as_array().unwrap().iter().find(|finding| finding["id"] == "CVE-2020-8203").unwrap();
    assert_eq!(finding["sources"].as_array().unwrap().len(), 2, "{document:#}");
    assert_eq!(finding["severity"], "high");
}

#[test]
fn a_report_is_about_the_commit_that_is_checked_out_or_stale() {
    let policy = "reports: [{ name: code, path: r.sarif, format: sarif, required: true, require_commit: true }]\n";
    let repository = Repository::with_policy(policy).file(".gitignore", "r.sarif\n");
    let (earlier, head) = (repository.commit(), repository.commit());
    for (commit, code) in [(&head, 0), (&earlier, 3)] {
        repository.write(
            "r.sarif",
            format!(
                r#"{{"version":"2.1.0","runs":[{{"tool":{{"driver":{{"name":"x"}}}},"results":[],"versionControlProvenance":[{{"repositoryUri":"https://github.com/acme/shop","revisionId":"{commit}"}}]}}]}}"#
            ),
        );
        let answer = repository.run(&["check"]);
        assert_eq!(answer.code, code, "{}{}", answer.stdout, answer.stderr);
    }
}

#[test]
fn a_notice_that_is_all_two_tools_know_is_one_finding() {
    let trivy = r#"{"SchemaVersion":2,"ArtifactName":"shop","ArtifactType":"container_image","Results":[{"Target":"shop (debian 12)","Class":"os-pkgs","Type":"debian",
      "Vulnerabilities":[{"VulnerabilityID":"DSA-5587-1","PkgName":"curl","InstalledVersion":"7.88.1","PkgIdentifier":{"PURL":"pkg:deb/debian/curl@7.88.1"},"Severity":"HIGH"}]}]}"#;
    let grype = r#"{"descriptor":{"name":"grype","version":"0.80.0"},"source":{"type":"image","target":{"userInput":"shop"}},"matches":[
      {"vulnerability":{"id":"DSA-5587-1","severity":"High","namespace":"debian:distro:debian:12"},"artifact":{"name":"curl","version":"7.88.1","type":"deb","purl":"pkg:deb/debian/curl@7.88.1","locations":[]}}]}"#;
    let repository = Repository::new().file("trivy.json", trivy).file("grype.json", grype);
    let (_, document) = repository.check(&["--report", "trivy.json", "--report", "grype.json"]);
    let found: Vec<_> =
        document["findings"].as_array().unwrap().iter().filter(|finding| finding["id"] == "DSA-5587-1").collect();
    assert_eq!(found.len(), 1, "{document:#}");
    assert_eq!(found[0]["sources"].as_array().unwrap().len(), 2);
}
