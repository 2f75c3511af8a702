//! What the reports of npm and pip-audit mean.

use portcullis_model::{FixState, Kind, ProblemCode, Scope, Severity, SeveritySource};

use super::fixtures::{NPM_1, NPM_2, PIP};
use super::{Repository, codes, ids, read};
use crate::ReportOptions;

#[test]
fn pip_audit_states_no_severity_and_none_is_invented() {
    let collected = read(PIP);
    let finding = &collected.findings[0];
    assert_eq!((finding.id.as_str(), finding.rule_id.as_str()), ("CVE-2023-30861", "PYSEC-2023-62"));
    assert_eq!((finding.severity, finding.severity_source), (Severity::Unknown, SeveritySource::PolicyDefault));
    assert_eq!(finding.package.as_ref().unwrap().purl.as_deref(), Some("pkg:pypi/flask-login@0.5"));
    assert_eq!(finding.fix.as_ref().unwrap().versions, ["2.2.5", "2.3.2"]);
    assert_eq!(collected.findings[1].fix.as_ref().unwrap().state, FixState::NotFixed);
    assert_eq!(finding.sources[0].pointer, "/dependencies/0/vulns/0");
}

#[test]
fn the_old_form_of_pip_audit_says_the_same() {
    let list = PIP.trim_start_matches("{\"dependencies\": ").trim_end_matches(", \"fixes\": []}");
    assert_eq!(ids(&read(list)), ids(&read(PIP)));
}

#[test]
fn npm_2_makes_a_finding_of_each_advisory_and_none_of_a_name() {
    let collected = read(NPM_2);
    assert_eq!(ids(&collected), ["GHSA-hrpp-h998-j3pp", "NPM-1"]);
    let finding = &collected.findings[0];
    assert_eq!((finding.severity, finding.severity_source), (Severity::High, SeveritySource::Tool));
    assert!(finding.aliases.contains("NPM-1096470") && finding.cwes.contains(&1321));
    let package = finding.package.as_ref().unwrap();
    assert_eq!((package.name.as_str(), package.direct), ("qs", Some(false)));
    assert_eq!(package.dependency_path, ["express", "qs"]);
    assert!(finding.message.ends_with("(pulled in by express > qs)"));
    assert!(collected.findings[1].vulnerability.as_ref().unwrap().scores.is_empty(), "a bare 0 is no score");
}

#[test]
fn the_lock_file_gives_versions_and_lines() {
    let lock = "{\n  \"lockfileVersion\": 3,\n  \"packages\": {\n    \"\": {\"name\": \"shop\"},\n    \"node_modules/qs\": {\n      \"version\": \"6.7.1\"\n    }\n  }\n}\n";
    let repository = Repository::with(&[("web/package-lock.json", lock)]);
    let options = ReportOptions { prefix: "web".to_owned(), ..ReportOptions::default() };
    let collected = repository.read("out/audit.json", NPM_2.as_bytes(), &options);
    let finding = &collected.findings[0];
    assert_eq!(finding.package.as_ref().unwrap().purl.as_deref(), Some("pkg:npm/qs@6.7.1"));
    assert_eq!((finding.path(), finding.locations[0].start_line), ("web/package-lock.json", Some(5)));
}

#[test]
fn a_package_nothing_explains_does_not_vanish() {
    let loop_of_names = r#"{"auditReportVersion": 2, "vulnerabilities": {
        "a": {"severity": "critical", "via": ["b"], "effects": ["b"]},
        "b": {"severity": "low", "via": ["a", "gone"], "effects": ["a"]}},
        "metadata": {"vulnerabilities": {"critical": 1, "low": 1, "total": 2}}}"#;
    let collected = read(loop_of_names);
    assert_eq!(ids(&collected), ["NPM-THROUGH:gone"]);
    assert_eq!(codes(&collected), [ProblemCode::UnresolvedRef]);
    let alone = loop_of_names.replace(", \"gone\"", "");
    assert_eq!(ids(&read(alone)), ["NPM-UNEXPLAINED", "NPM-UNEXPLAINED"]);
}

#[test]
fn npms_own_count_without_any_finding_is_a_contradiction() {
    let collected = read(
        r#"{"auditReportVersion": 2, "vulnerabilities": {}, "metadata": {"vulnerabilities": {"high": 3, "total": 3}}}"#,
    );
    assert_eq!(codes(&collected), [ProblemCode::CountMismatch]);
    let collected = read(r#"{"auditReportVersion": 2, "vulnerabilities": {}}"#);
    assert_eq!(codes(&collected), [ProblemCode::NoResults]);
}

#[test]
fn a_fixed_audit_is_read_below_its_key() {
    let wrapped = format!("{{\"added\": 1, \"audit\": {NPM_2}}}");
    assert_eq!(ids(&read(wrapped)), ids(&read(NPM_2)));
}

#[test]
fn npm_1_makes_a_finding_per_advisory_and_installed_version() {
    let collected = read(NPM_1);
    assert_eq!(ids(&collected), ["CVE-2016-10540", "CVE-2016-10540", "NPM-200"]);
    let package = collected.findings[0].package.as_ref().unwrap();
    assert_eq!((package.version.as_deref(), package.scope), (Some("2.0.10"), Scope::Development));
    assert_eq!(package.dependency_path, ["b", "minimatch"]);
    assert_eq!(collected.findings[1].package.as_ref().unwrap().direct, Some(true));
    assert_eq!(collected.findings[2].fix.as_ref().unwrap().state, FixState::NotFixed);
}

#[test]
fn a_malicious_package_is_critical_whatever_the_report_says() {
    let finding = &read(NPM_1).findings[2];
    assert_eq!((finding.kind, finding.severity), (Kind::Malware, Severity::Critical));
}

#[test]
fn npm_that_could_not_audit_is_never_clean() {
    for text in [
        r#"{"error": {"code": "ENOLOCK", "summary": "This command requires an existing lockfile.", "detail": ""}}"#,
        r#"{"message": "405 Method Not Allowed - POST https://r/-/npm/v1/security/audits", "method": "POST", "uri": "https://r", "statusCode": 405, "error": {"summary": "", "detail": ""}}"#,
    ] {
        let collected = read(text);
        assert_eq!(codes(&collected), [ProblemCode::ScannerError]);
        assert!(collected.findings.is_empty());
    }
}
