//! What Trivy's reports mean.

use portcullis_model::{FixState, Kind, Section, Severity, SeveritySource, State};

use super::fixtures::TRIVY;
use super::{codes, ids, read};

#[test]
fn every_class_of_finding_is_read() {
    let collected = read(TRIVY);
    assert_eq!(
        collected
            .findings
            .iter()
            .map(|finding| (finding.kind, finding.id.as_str(), finding.severity))
            .collect::<Vec<_>>(),
        [
            (Kind::Outdated, "os-end-of-life", Severity::High),
            (Kind::Vulnerability, "CVE-2024-1000", Severity::Critical),
            (Kind::Vulnerability, "CVE-2024-1001", Severity::Unknown),
            (Kind::Vulnerability, "CVE-2024-2000", Severity::High),
            (Kind::Vulnerability, "CVE-2024-2001", Severity::Low),
            (Kind::Misconfiguration, "KSV001", Severity::Medium),
            (Kind::Secret, "github-pat", Severity::Critical),
            (Kind::License, "license:GPL-3.0", Severity::High),
        ]
    );
    assert_eq!(codes(&collected), []);
}

#[test]
fn a_vulnerability_carries_everything_the_report_says() {
    let collected = read(TRIVY);
    let finding = &collected.findings[1];
    assert_eq!((finding.severity_source, finding.severity_original.as_str()), (SeveritySource::Tool, "CRITICAL"));
    assert_eq!(finding.aliases.iter().collect::<Vec<_>>(), ["GHSA-jfh8-c2jp-5v3q"]);
    assert_eq!(finding.references[0], "https://avd.aquasec.com/nvd/cve-2024-1000");
    assert!(finding.references.contains(&"https://security-tracker.debian.org/tracker/DSA-5587-1".to_owned()));
    let package = finding.package.as_ref().unwrap();
    assert_eq!(package.purl.as_deref(), Some("pkg:deb/debian/curl@7.1?arch=amd64&distro=debian-9.1"));
    assert_eq!((package.direct, package.arch.as_deref()), (Some(true), Some("amd64")));
    let fix = finding.fix.as_ref().unwrap();
    assert_eq!((fix.state, fix.versions.as_slice()), (FixState::Fixed, &["7.2".to_owned(), "7.3".to_owned()][..]));
    let scores = &finding.vulnerability.as_ref().unwrap().scores;
    assert_eq!(scores.iter().map(|score| &*score.version).collect::<Vec<_>>(), ["3.1", "2.0"]);
    assert_eq!(finding.artifact.as_ref().unwrap().digest.as_deref(), Some("sha256:bb"));
    assert_eq!(finding.path(), "", "an image is no file of the repository");
    assert_eq!(collected.findings[2].fix.as_ref().unwrap().state, FixState::WontFix);
}

#[test]
fn a_lock_file_is_the_place_of_its_packages() {
    let collected = read(TRIVY);
    assert_eq!(collected.findings[3].path(), "app/package-lock.json");
    assert_eq!(collected.findings[3].package.as_ref().unwrap().purl.as_deref(), Some("pkg:npm/%40scope/left@1.0.0"));
}

#[test]
fn a_listed_package_gives_the_line_in_its_lock_file() {
    let listed = r#""Packages": [{"ID": "left@1", "Name": "left", "Version": "1.0.0", "Relationship": "indirect", "Locations": [{"StartLine": 12, "EndLine": 20}]}], "#;
    let text = TRIVY
        .replace("\"Type\": \"npm\", ", &format!("\"Type\": \"npm\", {listed}"))
        .replace("\"PkgName\": \"@scope/left\"", "\"PkgID\": \"left@1\", \"PkgName\": \"@scope/left\"");
    let collected = read(text);
    let finding = &collected.findings[3];
    assert_eq!((finding.locations[0].start_line, finding.locations[0].end_line), (Some(12), Some(20)));
    assert_eq!(finding.package.as_ref().unwrap().direct, Some(false));
}

#[test]
fn what_a_vex_document_took_out_stays_with_its_reason() {
    let collected = read(TRIVY);
    let finding = &collected.findings[4];
    assert_eq!(finding.state, State::NotAffected);
    assert_eq!(finding.suppressions[0].reason.as_deref(), Some("not called"));
    let counts = &collected.reports[0].counts;
    assert_eq!(counts.severity.low, 0, "only open findings are counted by severity");
    assert_eq!((counts.state[&State::NotAffected], counts.state[&State::Passed]), (1, 3));
}

#[test]
fn a_misconfiguration_has_its_lines_and_its_object() {
    let collected = read(TRIVY);
    let finding = &collected.findings[5];
    assert_eq!(finding.section, Section::Manifests);
    let place = &finding.locations[0];
    assert_eq!((place.path.as_str(), place.start_line, place.end_line), ("deploy/web.yaml", Some(7), Some(9)));
    assert_eq!(place.resource.as_deref(), Some("Deployment/web"));
    assert!(finding.aliases.contains("AVD-KSV-0001"));
    assert_eq!(finding.remediation.as_deref(), Some("Set allowPrivilegeEscalation to false"));
}

#[test]
fn a_secret_trivy_left_unmasked_is_kept_from_every_output() {
    let bare = "ghp_0123456789abcdefghijklmnopqrstuvwxyz";
    let collected = read(TRIVY.replace("TOKEN=****************", bare));
    assert_eq!(collected.known_secrets[0].reveal(), bare);
    for written in [serde_json::to_string(&collected.findings), serde_json::to_string(&collected.reports)] {
        assert!(!written.unwrap().contains(&bare[5..]));
    }
}

#[test]
fn sections_and_inventory_tell_what_was_looked_at() {
    let collected = read(TRIVY);
    let sections: Vec<_> = collected.check_runs.iter().map(|run| run.section).collect();
    assert_eq!(sections, [Section::Vulnerabilities, Section::Secrets, Section::Licenses, Section::Manifests]);
    assert_eq!(collected.components[0].package.licenses, ["MIT"]);
    assert_eq!(collected.reports[0].tool.version.as_deref(), Some("0.58.1"));
}

#[test]
fn nulls_and_unknown_members_are_read_over() {
    let text = r#"{"SchemaVersion": 2, "New": {"x": [1]}, "ArtifactName": null, "Metadata": null, "Results": [
        null, {"Target": "a", "Class": "lang-pkgs", "Type": null, "Vulnerabilities": null, "Packages": null},
        {"Target": "b", "Class": "lang-pkgs", "Type": "cargo", "Vulnerabilities": [{"VulnerabilityID": "CVE-2020-0001", "PkgName": "x", "Severity": null, "References": null, "CVSS": null, "CweIDs": "CWE-20"}]}]}"#;
    let collected = read(text);
    assert_eq!(ids(&collected), ["CVE-2020-0001"]);
    assert!(collected.findings[0].cwes.contains(&20));
    assert_eq!(codes(&collected), []);
}

#[test]
fn a_cluster_report_names_the_objects() {
    let text = r#"{"ClusterName": "prod", "Resources": [{"Namespace": "payments", "Kind": "Deployment", "Name": "web", "Results": [
        {"Target": "Deployment/web", "Class": "config", "Type": "kubernetes", "Misconfigurations": [{"ID": "KSV001", "Severity": "LOW", "Status": "FAIL", "Title": "t"}]}]},
        {"Kind": "Node", "Name": "n1", "Error": "cannot connect"}]}"#;
    let collected = read(text);
    assert_eq!(collected.findings[0].locations[0].resource.as_deref(), Some("Deployment/payments/web"));
    assert_eq!(collected.findings[0].identity, "Deployment/payments/web");
    assert_eq!(codes(&collected), [portcullis_model::ProblemCode::ScanIncomplete]);
    let counts = r#"{"ClusterName": "prod", "Resources": null, "Summary": {"CRITICAL": 3}}"#;
    assert_eq!(codes(&read(counts)), [portcullis_model::ProblemCode::UnsupportedVersion]);
}

/// What kind of list it is shows in its first element, in which nothing need have been found.
#[test]
fn a_list_that_begins_with_a_clean_target_is_read() {
    let text = r#"[{"Target": "go.sum", "Type": "gomod"},
        {"Target": "package-lock.json", "Type": "npm", "Vulnerabilities": [{"VulnerabilityID": "CVE-2020-0001", "PkgName": "x", "Severity": "LOW"}]}]"#;
    let collected = read(text);
    assert_eq!((collected.reports[0].format.as_str(), ids(&collected)), ("trivy-legacy", vec!["CVE-2020-0001"]));
    let text = r#"{"Resources": [{"Kind": "Node", "Name": "n1", "Error": "cannot connect"}]}"#;
    assert_eq!(read(text).reports[0].format, "trivy-k8s");
}

#[test]
fn findings_of_a_cluster_point_to_the_list_they_stand_in() {
    let text = r#"{"ClusterName": "prod",
        "Vulnerabilities": [{"Kind": "Node", "Name": "n0"}, {"Kind": "Deployment", "Name": "a", "Results": [{"Target": "a", "Class": "lang-pkgs", "Type": "npm", "Vulnerabilities": [{"VulnerabilityID": "CVE-2020-0001", "PkgName": "x"}]}]}],
        "Misconfigurations": [{"Kind": "Deployment", "Name": "a", "Results": [{"Target": "a", "Class": "config", "Type": "kubernetes", "Misconfigurations": [{"ID": "KSV001", "Status": "FAIL"}]}]}]}"#;
    let pointers: Vec<String> =
        read(text).findings.into_iter().map(|finding| finding.sources[0].pointer.clone()).collect();
    assert_eq!(
        pointers,
        ["/Vulnerabilities/1/Results/0/Vulnerabilities/0", "/Misconfigurations/0/Results/0/Misconfigurations/0"]
    );
}

#[test]
fn what_the_vendor_still_looks_into_says_so() {
    let collected = read(TRIVY.replace("\"will_not_fix\"", "\"under_investigation\""));
    let finding = &collected.findings[2];
    assert_eq!((finding.fix.as_ref().unwrap().state, finding.state), (FixState::NotFixed, State::Open));
    assert_eq!(finding.remediation.as_deref(), Some("no fix yet: the vendor is still looking into it"));
}
