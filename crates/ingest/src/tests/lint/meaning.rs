//! What linters and scanners say.

use portcullis_model::{
    Collected, Confidence, Finding, FixState, Health, Kind, ProblemCode, Section, Severity, SeveritySource, State,
};

use super::fixtures::{
    CHECKOV, CHECKSTYLE, CODE_CLIMATE, CONFTEST, HADOLINT, KICS, KUBE_LINTER, OASDIFF, SEMGREP, SONAR, ZAP, ZAP_XML,
};
use crate::ReportOptions;
use crate::tests::{Repository, codes, health, ids, read, read_as};

fn severities(collected: &Collected) -> Vec<Severity> {
    collected.findings.iter().map(|finding| finding.severity).collect()
}

fn places(collected: &Collected) -> Vec<(&str, Option<u32>)> {
    collected.findings.iter().map(|finding| (finding.path(), finding.locations[0].start_line)).collect()
}

#[test]
fn checkov_without_its_platform_states_no_severity() {
    let collected = read(CHECKOV);
    assert_eq!(ids(&collected), ["CKV_AWS_20", "CKV_AWS_21", "CKV_AWS_18", "CVE-2023-30861"]);
    assert_eq!(severities(&collected), [Severity::Medium, Severity::Low, Severity::Medium, Severity::High]);
    assert_eq!(collected.findings[0].severity_source, SeveritySource::PolicyDefault);
    assert_eq!(places(&collected)[..2], [("infra/main.tf", Some(3)), ("main.tf", None)]);
    let skipped = &collected.findings[2];
    assert_eq!((skipped.state, skipped.suppressions[0].reason.as_deref()), (State::Suppressed, Some("logs elsewhere")));
    assert_eq!(collected.reports[0].counts.state[&State::Passed], 1);
    let vulnerability = &collected.findings[3];
    assert_eq!((vulnerability.kind, vulnerability.section), (Kind::Vulnerability, Section::Vulnerabilities));
    assert_eq!(vulnerability.package.as_ref().unwrap().purl.as_deref(), Some("pkg:pypi/flask@0.6"));
    assert_eq!(vulnerability.fix.as_ref().unwrap().state, FixState::Fixed);

    let mut repository = Repository::default();
    repository.options.default_severity = [("checkov".to_owned(), Severity::High)].into();
    let strict = repository.read("r", CHECKOV.as_bytes(), &ReportOptions::default());
    assert_eq!(severities(&strict)[..2], [Severity::High, Severity::Low]);
}

#[test]
fn checkov_that_scanned_nothing_or_not_all_is_not_clean() {
    let nothing = r#"{"passed": 0, "failed": 0, "skipped": 0, "parsing_errors": 0, "resource_count": 0, "checkov_version": "3.2.0"}"#;
    assert_eq!((codes(&read(nothing)), health(&read(nothing))), (vec![ProblemCode::NoResults], Health::Error));
    let unparsed = CHECKOV.replacen("\"parsing_errors\": []", "\"parsing_errors\": [\"/x.tf\"]", 1);
    assert_eq!((codes(&read(&unparsed)), health(&read(&unparsed))), (vec![ProblemCode::ScanIncomplete], Health::Error));
    let lost = CHECKOV.replacen("\"failed\": 2", "\"failed\": 3", 1);
    assert_eq!(codes(&read(lost)), [ProblemCode::CountMismatch]);
}

#[test]
fn the_hash_checkov_calls_a_resource_is_not_shown_of_a_secret() {
    let hash = "da19880411eca9df7c34f4f4690fb783e9c38d38";
    let text = CHECKOV.replacen("\"terraform\"", "\"secrets\"", 1).replacen("aws_s3_bucket.data", hash, 1);
    let collected = read(text);
    let finding = &collected.findings[0];
    assert_eq!((finding.kind, finding.section, finding.identity.as_str()), (Kind::Secret, Section::Secrets, hash));
    assert!(!serde_json::to_string(&collected.findings).unwrap().contains(hash));
}

#[test]
fn checkovs_paths_lead_to_the_files_that_are_there() {
    let repository = Repository::with(&[("deploy/tf/main.tf", "")]);
    let text =
        CHECKOV.replacen("\"/infra/main.tf\"", "\"/elsewhere/tf/main.tf\", \"file_abs_path\": \"/x/main.tf\"", 1);
    let collected = repository.read("r", text.as_bytes(), &ReportOptions::default());
    assert_eq!(collected.findings[0].path(), "deploy/tf/main.tf");
}

#[test]
fn hadolints_words_are_a_scale_of_their_own() {
    let collected = read(HADOLINT);
    assert_eq!(ids(&collected), ["DL3008", "DL3020", "SC2086", "DL3059"]);
    assert_eq!(severities(&collected), [Severity::Medium, Severity::High, Severity::Low, Severity::Info]);
    assert_eq!(places(&collected)[0], ("build/Dockerfile", Some(9)));
    assert_eq!(collected.findings[0].references, ["https://github.com/hadolint/hadolint/wiki/DL3008"]);
    assert_eq!(collected.findings[2].references, ["https://www.shellcheck.net/wiki/SC2086"]);
    assert_eq!(health(&read_as("hadolint", "[]")), Health::Ok);
    assert_eq!(codes(&read("[]")), [ProblemCode::UnknownFormat]);
}

#[test]
fn a_file_hadolint_could_not_parse_is_not_checked() {
    let collected = read(HADOLINT.replacen("DL3008", "DL1000", 1));
    assert_eq!((codes(&collected), health(&collected)), (vec![ProblemCode::ScanIncomplete], Health::Error));
    assert_eq!(collected.findings.len(), 4);
}

#[test]
fn kube_linter_names_objects_and_no_severity() {
    let collected = read(KUBE_LINTER);
    assert_eq!(ids(&collected), ["no-read-only-root-fs", "use-namespace"]);
    assert_eq!(severities(&collected), [Severity::Medium, Severity::Medium]);
    let resources: Vec<_> =
        collected.findings.iter().map(|finding| finding.locations[0].resource.as_deref().unwrap()).collect();
    assert_eq!(resources, ["Deployment/shop/web", "Job/job"]);
    assert_eq!(collected.findings[0].remediation.as_deref(), Some("Set readOnlyRootFilesystem"));
    assert_eq!(collected.reports[0].tool.version.as_deref(), Some("0.6.8"));
    assert!(collected.reports[0].generated_at.is_some());
}

#[test]
fn kube_linter_without_checks_or_without_the_failures_it_tells_of_is_not_clean() {
    let clean = r#"{"Checks": [{"name": "x"}], "Reports": null, "Summary": {"ChecksStatus": "Passed"}}"#;
    assert_eq!(health(&read(clean)), Health::Ok);
    assert_eq!(codes(&read(clean.replace("[{\"name\": \"x\"}]", "[]"))), [ProblemCode::NoResults]);
    assert_eq!(codes(&read(clean.replace("Passed", "Failed"))), [ProblemCode::CountMismatch]);
}

#[test]
fn semgreps_findings_carry_weakness_place_and_certainty() {
    let collected = read(SEMGREP);
    assert_eq!(severities(&collected), [Severity::High, Severity::Low, Severity::Critical]);
    let finding = &collected.findings[0];
    assert!(finding.cwes.contains(&89));
    assert_eq!((finding.confidence, finding.identity.as_str()), (Some(Confidence::High), "q = 'a' + b"));
    assert_eq!(finding.references, ["https://semgrep.dev/r/sqli", "https://owasp.org/x"]);
    let place = &finding.locations[0];
    assert_eq!((place.start_col, place.end_line, place.end_col), (Some(5), Some(2), Some(9)));
    let ignored = &collected.findings[1];
    assert_eq!(
        (ignored.state, ignored.identity.as_str(), ignored.sources[0].fingerprints.len()),
        (State::Suppressed, "", 0)
    );
}

#[test]
fn semgrep_that_failed_or_scanned_no_file_is_not_clean() {
    let clean = r#"{"results": [], "errors": [], "version": "1.97.0", "paths": {"scanned": ["a.py"]}}"#;
    assert_eq!(health(&read(clean)), Health::Ok);
    assert_eq!(codes(&read(clean.replace("\"a.py\"", ""))), [ProblemCode::NoResults]);
    for (level, is) in [("error", Health::Error), ("warn", Health::Warn)] {
        let error =
            format!(r#""errors": [{{"level": "{level}", "type": "Syntax error", "message": "bad", "path": "a.py"}}]"#);
        let collected = read(clean.replace("\"errors\": []", &error));
        assert_eq!((codes(&collected), health(&collected)), (vec![ProblemCode::ScanIncomplete], is), "{level}");
        assert!(collected.problems[0].message.contains("`a.py`: bad"));
    }
}

#[test]
fn an_empty_report_of_another_tool_with_the_same_members_is_not_semgreps() {
    let bandit = r#"{"errors": [], "generated_at": "2026-01-01T00:00:00Z", "metrics": {}, "results": []}"#;
    assert_eq!(codes(&read(bandit)), [ProblemCode::UnknownFormat]);
}

/// What `checkov --quiet -o json` writes.
#[test]
fn a_quiet_checkov_leaves_the_sums_to_tell_what_passed_and_what_was_not_parsed() {
    let quiet = r#"{"check_type": "terraform", "results": {"failed_checks": []}, "summary": {"passed": 7, "failed": 0, "skipped": 0, "parsing_errors": 1, "resource_count": 0, "checkov_version": "3.3.30"}}"#;
    let collected = read(quiet);
    assert_eq!((codes(&collected), health(&collected)), (vec![ProblemCode::ScanIncomplete], Health::Error));
    assert_eq!(collected.reports[0].counts.state[&State::Passed], 7);
    assert_eq!(codes(&read(quiet.replace("\"parsing_errors\": 1", "\"parsing_errors\": 0"))), []);
}

#[test]
fn conftest_rules_may_name_themselves() {
    let collected = read(CONFTEST);
    assert_eq!(ids(&collected), ["K8S-1", "main.deny", "main.warn", "main.deny"]);
    assert_eq!(severities(&collected), [Severity::Critical, Severity::High, Severity::Medium, Severity::High]);
    assert_eq!(collected.findings[3].state, State::Suppressed);
    assert_eq!(collected.findings[0].references, ["https://example.com/k8s-1"]);
    assert_eq!(collected.reports[0].counts.state[&State::Passed], 9);
}

#[test]
fn a_rule_of_conftest_may_say_where() {
    let text = CONFTEST.replace(
        r#"{"msg": "no limits"}"#,
        r#"{"msg": "no limits", "loc": {"file": "k8s/base.yaml", "line": 12}, "metadata": {"query": "data.main.deny"}}"#,
    );
    let place = read(text).findings.into_iter().find(|finding| finding.message == "no limits").unwrap().locations;
    assert_eq!((place[0].path.as_str(), place[0].start_line), ("k8s/base.yaml", Some(12)));
}

#[test]
fn conftest_without_a_rule_in_its_namespace_tests_nothing() {
    let nothing = r#"[{"filename": "a.yaml", "namespace": "typo", "successes": 0}]"#;
    assert_eq!((codes(&read(nothing)), health(&read(nothing))), (vec![ProblemCode::NoResults], Health::Error));
    assert_eq!(health(&read(nothing.replace('0', "3"))), Health::Ok);
}

#[test]
fn kics_gives_a_finding_for_every_place_of_a_query() {
    let collected = read(KICS);
    assert_eq!(severities(&collected), [Severity::High, Severity::High, Severity::Medium]);
    assert_eq!(places(&collected), [("build/Dockerfile", Some(1)), ("Dockerfile", Some(3)), ("k8s/web.yaml", Some(8))]);
    let sections: Vec<_> = collected.findings.iter().map(|finding| finding.section).collect();
    assert_eq!(sections, [Section::Dockerfiles, Section::Dockerfiles, Section::Misconfigurations]);
    let finding = &collected.findings[0];
    assert!(finding.cwes.contains(&250) && finding.message.ends_with("does not contain USER"));
    assert_eq!(*collected.reports[0].declared_counts.as_ref().unwrap().get(Severity::High), 2);
    assert_eq!(health(&collected), Health::Ok);
}

#[test]
fn kics_tells_what_it_did_not_look_at() {
    for (from, to, code) in [
        ("\"files_scanned\": 2", "\"files_scanned\": 0", ProblemCode::NoResults),
        ("\"files_failed_to_scan\": 0", "\"files_failed_to_scan\": 1", ProblemCode::ScanIncomplete),
        ("\"queries_failed_to_execute\": 0", "\"queries_failed_to_execute\": 4", ProblemCode::ScanIncomplete),
        ("\"total_counter\": 3", "\"total_counter\": 9", ProblemCode::CountMismatch),
    ] {
        let collected = read(KICS.replacen(from, to, 1));
        assert_eq!((codes(&collected), health(&collected)), (vec![code], Health::Error), "{to}");
    }
}

#[test]
fn zap_gives_one_finding_for_an_alert_of_a_site() {
    let collected = read(ZAP);
    assert_eq!(ids(&collected), ["zap:10020", "zap:40012", "zap:10020"]);
    assert_eq!(severities(&collected), [Severity::Medium, Severity::High, Severity::Info]);
    let finding = &collected.findings[0];
    assert_eq!(finding.description, "No X-Frame-Options.");
    assert_eq!(finding.references, ["https://owasp.org/a", "https://owasp.org/b"]);
    assert!(finding.aliases.contains("10020-1") && finding.cwes.contains(&1021));
    let requests: Vec<_> =
        finding.locations.iter().map(|place| (place.resource.as_deref(), place.logical.as_deref())).collect();
    assert_eq!(requests, [(Some("http GET /cart"), Some("GET x-frame-options")), (Some("http GET /"), Some("GET"))]);
    assert_eq!((collected.findings[1].state, collected.findings[1].cwes.len()), (State::Suppressed, 0));
    assert_ne!(collected.findings[0].identity, collected.findings[2].identity, "another site");
    assert_eq!(collected.reports[0].generated_at.unwrap().to_string(), "2026-02-28T10:00:00Z");
}

#[test]
fn the_xml_of_zap_says_what_its_json_says() {
    let (json, xml) = (read(ZAP), read(ZAP_XML));
    let without_source = |collected: &Collected| -> Vec<Finding> {
        collected.findings.iter().cloned().map(|finding| Finding { sources: Vec::new(), ..finding }).collect()
    };
    assert_eq!(without_source(&xml), without_source(&json));
    assert_eq!(xml.findings[2].sources[0].pointer, "/OWASPZAPReport/site[2]/alerts/alertitem[1]");
    assert_eq!((&xml.reports[0].tool, health(&xml)), (&json.reports[0].tool, Health::Ok));
}

#[test]
fn zap_that_reached_no_site_is_not_clean() {
    let clean = r#"{"@version": "2.16.1", "@generated": "x", "site": [{"@name": "https://a", "alerts": []}]}"#;
    assert_eq!(health(&read(clean)), Health::Ok);
    for (text, code) in [
        (r#"{"@version": "2.16.1", "@generated": "x"}"#, ProblemCode::ScanIncomplete),
        (r#"{"@version": "2.16.1", "@generated": "x", "site": []}"#, ProblemCode::NoResults),
        (r#"{"@version": "2.16.1", "site": [{"@name": "https://a"}]}"#, ProblemCode::ScanIncomplete),
        ("<OWASPZAPReport version='2'></OWASPZAPReport>", ProblemCode::NoResults),
        ("<OWASPZAPReport version='2'><site name='a'/></OWASPZAPReport>", ProblemCode::ScanIncomplete),
    ] {
        assert_eq!((codes(&read(text)), health(&read(text))), (vec![code], Health::Error), "{text}");
    }
}

#[test]
fn a_breaking_change_is_known_by_the_fingerprint_oasdiff_gives_it() {
    let collected = read(OASDIFF);
    assert_eq!(severities(&collected), [Severity::High, Severity::Medium, Severity::Info]);
    let finding = &collected.findings[0];
    assert_eq!(
        (finding.kind, finding.section, finding.identity.as_str()),
        (Kind::Quality, Section::Quality, "0a1b2c3d4e5f")
    );
    assert_eq!(places(&collected)[..2], [("api/v2.yaml", Some(14)), ("api/v2.yaml", None)]);
    assert_eq!(finding.locations[0].resource.as_deref(), Some("http GET /orders"));
    assert_eq!(health(&read_as("oasdiff", "[]")), Health::Ok);
}

#[test]
fn issues_of_the_generic_format_count_columns_from_zero() {
    let repository = Repository::with(&[("src/db.py", "import x\nsleep()\n"), ("src/x.py", "")]);
    let collected = repository.read("r", SONAR.as_bytes(), &ReportOptions::default());
    assert_eq!(ids(&collected), ["S1", "S2"]);
    assert_eq!(severities(&collected), [Severity::High, Severity::High], "the worst impact; `MAJOR`");
    let finding = &collected.findings[0];
    assert_eq!((finding.title.as_str(), finding.tool(), finding.identity.as_str()), ("No sleep", "mylint", "sleep()"));
    assert_eq!((finding.locations[0].start_col, finding.locations[0].end_col), (Some(1), Some(5)));
    assert_eq!(finding.related[0].label.as_deref(), Some("from here"));
}

#[test]
fn code_climate_issues_come_as_list_or_one_by_one() {
    let collected = read(CODE_CLIMATE);
    assert_eq!(ids(&collected), ["method_complexity", "unused", "odd"]);
    assert_eq!(severities(&collected), [Severity::High, Severity::Info, Severity::Unknown]);
    assert_eq!(places(&collected), [("src/db.py", Some(2)), ("src/x.py", Some(3)), ("src/x.py", Some(1))]);
    let items: Vec<serde_json::Value> = serde_json::from_str(CODE_CLIMATE).unwrap();
    for between in ["\0", "\0\n", "\n"] {
        let text = items.iter().fold(String::new(), |text, item| text + &item.to_string() + between);
        assert_eq!((ids(&read(&text)), codes(&read(&text))), (ids(&collected), vec![]), "{between:?}");
    }
}

#[test]
fn checkstyles_errors_are_those_of_their_file() {
    let collected = read(CHECKSTYLE);
    assert_eq!(ids(&collected), ["ShellCheck.SC2086", "ShellCheck.SC1009", "checkstyle/unknown"]);
    assert_eq!(severities(&collected), [Severity::Medium, Severity::High, Severity::Info]);
    assert_eq!(places(&collected), [("deploy.sh", Some(3)), ("deploy.sh", Some(9)), ("a.sh", Some(1))]);
    assert_eq!(collected.findings[0].message, "Double quote \"x\"");
    assert_eq!(health(&read("<checkstyle version='8.0'></checkstyle>")), Health::Ok);
    let failed = "<checkstyle><file name='A.java'><exception>boom</exception></file></checkstyle>";
    assert_eq!((codes(&read(failed)), health(&read(failed))), (vec![ProblemCode::ScanIncomplete], Health::Error));
}
