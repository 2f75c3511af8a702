//! What the reports of vulnerability scanners mean.

use portcullis_model::{
    Collected, FixState, Health, Kind, ProblemCode, Scope, Section, Severity, SeveritySource, State,
};

use super::fixtures::{
    ASFF, CARGO_AUDIT, CARGO_DENY, DEPENDENCY_CHECK, DEPENDENCY_CHECK_XML, DEPENDENCY_REVIEW, GITLAB, GOVULNCHECK,
    GOVULNCHECK_BEFORE_1, GOVULNCHECK_LIST, GRYPE, OSV, SNYK, TRIVY_OPERATOR, YARN_1, YARN_2,
};
use super::{Repository, codes, health, ids, read, read_as};
use crate::ReportOptions;

fn severities(collected: &Collected) -> Vec<Severity> {
    collected.findings.iter().map(|finding| finding.severity).collect()
}

fn purl(collected: &Collected, index: usize) -> &str {
    collected.findings[index].package.as_ref().unwrap().purl.as_deref().unwrap()
}

fn reachable(collected: &Collected) -> Vec<Option<bool>> {
    collected.findings.iter().map(|finding| finding.vulnerability.as_ref().unwrap().reachable).collect()
}

#[test]
fn grype_names_a_weakness_by_its_related_records_and_keeps_what_it_ignored() {
    let collected = read(GRYPE);
    assert_eq!(codes(&collected), []);
    assert_eq!(ids(&collected), ["CVE-2024-4340", "CVE-2023-0001", "CVE-2022-0002", "CVE-2022-0003"]);
    assert_eq!(severities(&collected)[..2], [Severity::High, Severity::Info]);
    let finding = &collected.findings[0];
    assert_eq!(finding.aliases.iter().collect::<Vec<_>>(), ["GHSA-2m57-hf25-phgg"]);
    assert!(finding.references.contains(&"https://access.redhat.com/errata/RHSA-2024:4522".to_owned()));
    let details = finding.vulnerability.as_ref().unwrap();
    assert!((details.epss.as_ref().unwrap().score - 0.012).abs() < 1e-6);
    let kev = details.kev.as_ref().unwrap();
    assert_eq!(
        (kev.listed, kev.ransomware, kev.due_date.unwrap().to_string().as_str()),
        (true, Some(true), "2024-06-21")
    );
    let fix = finding.fix.as_ref().unwrap();
    assert_eq!(
        (fix.state, fix.available_since.unwrap().to_string().as_str()),
        (FixState::Fixed, "2024-04-13T00:00:00Z")
    );
    assert_eq!(finding.package.as_ref().unwrap().licenses, ["BSD-3-Clause", "MIT"]);
    assert_eq!(finding.path(), "shop/app/requirements.txt");
    assert_eq!(finding.locations.len(), 2);
    let states: Vec<_> = collected.findings.iter().map(|finding| finding.state).collect();
    assert_eq!(states, [State::Open, State::Open, State::Suppressed, State::Suppressed]);
    assert_eq!(collected.findings[2].suppressions[0].reason.as_deref(), Some("not reachable"));
    let by: Vec<_> = collected.findings[2..].iter().map(|finding| finding.suppressions[0].by.as_str()).collect();
    assert_eq!(by, ["grype-ignore", "vex"]);
    let os = collected.findings[1].package.as_ref().unwrap();
    assert_eq!((os.distro.as_deref(), os.upstream.as_slice()), (Some("debian-12"), &["glibc".to_owned()][..]));
    assert_eq!(collected.reports[0].db_built_at.unwrap().to_string(), "2026-02-28T06:00:00Z");
}

#[test]
fn the_files_of_an_image_are_none_of_the_repository() {
    let image = r#""source": {"type": "image", "target": {"userInput": "shop:1.2", "imageID": "sha256:aa", "manifestDigest": "sha256:bb"}}"#;
    let collected = read(GRYPE.replace(r#""source": {"type": "directory", "target": "shop"}"#, image));
    assert_eq!(collected.findings[0].path(), "");
    assert_eq!(collected.findings[0].package.as_ref().unwrap().path.as_deref(), Some("/app/requirements.txt"));
    let artifact = collected.findings[0].artifact.as_ref().unwrap();
    assert_eq!((artifact.name.as_str(), artifact.digest.as_deref()), ("shop:1.2", Some("sha256:bb")));
}

#[test]
fn grype_without_a_usable_database_has_not_scanned() {
    for status in [r#""valid": false"#, r#""valid": true, "error": "too old""#] {
        let collected = read(GRYPE.replace(r#""valid": true"#, status));
        assert_eq!(codes(&collected), [ProblemCode::ScannerError], "{status}");
    }
}

#[test]
fn a_group_of_osv_scanner_is_one_weakness() {
    let collected = read(OSV);
    assert_eq!(ids(&collected), ["CVE-2022-24999", "MAL-2024-1", "license:BSD-3-Clause", "CVE-2023-3978"]);
    assert_eq!(severities(&collected), [Severity::High, Severity::Critical, Severity::High, Severity::Medium]);
    let finding = &collected.findings[0];
    assert_eq!((finding.severity_source, finding.severity_original.as_str()), (SeveritySource::Score, "7.5"));
    assert_eq!(finding.fix.as_ref().unwrap().versions, ["6.7.3"], "the first one after the installed version");
    assert_eq!(finding.package.as_ref().unwrap().scope, Scope::Development);
    assert_eq!(finding.vulnerability.as_ref().unwrap().reachable, Some(false));
    assert_eq!(collected.findings[1].kind, Kind::Malware);
    assert_eq!(collected.findings[2].section, Section::Licenses);
    let merged = &collected.findings[3];
    assert_eq!(merged.state, State::Open, "only one of its records is withdrawn");
    assert!(merged.aliases.contains("GO-2023-1988") && merged.aliases.contains("GHSA-2wrh-6pvc-2jm9"));
    assert_eq!(collected.components.len(), 2);
}

#[test]
fn one_group_of_development_makes_a_package_of_osv_scanner_one() {
    for (groups, scope) in [
        (r#"["dev"]"#, Scope::Development),
        (r#"["build", "dev"]"#, Scope::Development),
        (r#"["dev", "optional"]"#, Scope::Development),
        (r#"["optional"]"#, Scope::Optional),
        ("[]", Scope::Unknown),
    ] {
        let collected =
            read(OSV.replace(r#""dependency_groups": ["dev"]"#, &format!(r#""dependency_groups": {groups}"#)));
        assert_eq!(collected.findings[0].package.as_ref().unwrap().scope, scope, "{groups}");
    }
}

#[test]
fn osv_scanner_that_lists_no_package_says_so() {
    let collected = read(r#"{"results": [], "experimental_config": {}}"#);
    assert_eq!((codes(&collected), health(&collected)), (vec![ProblemCode::NoResults], Health::Warn));
    let analysis = r#"{"GHSA-hrpp-h998-j3pp": {"called": true, "unimportant": true}}"#;
    let called = OSV.replace(r#"{"GHSA-hrpp-h998-j3pp": {"called": false, "unimportant": false}}"#, analysis);
    assert_eq!(read(called).findings[0].severity, Severity::Info);
}

#[test]
fn yarn_1_repeats_an_advisory_for_each_path_and_it_counts_once() {
    let collected = read(YARN_1);
    assert_eq!((ids(&collected), codes(&collected)), (vec!["CVE-2022-24999", "NPM-7"], vec![]));
    let package = collected.findings[0].package.as_ref().unwrap();
    assert_eq!((package.scope, package.direct), (Scope::Unknown, Some(true)), "one of two paths is for development");
    assert_eq!(collected.findings[1].package.as_ref().unwrap().scope, Scope::Development);
    assert_eq!(collected.findings[1].fix.as_ref().unwrap().state, FixState::NotFixed);
    assert_eq!(collected.reports[0].declared_counts.unwrap().high, 2);
}

#[test]
fn yarn_that_could_not_audit_is_never_clean() {
    let end = r#"{"type":"auditSummary","data":{"vulnerabilities":{"high":0},"totalDependencies":0}}"#;
    for (text, code) in [
        (format!("{{\"type\":\"info\",\"data\":\"No lockfile found.\"}}\n{end}"), ProblemCode::ScannerError),
        (
            r#"{"type":"error","data":"Received invalid response from npm audit."}"#.to_owned(),
            ProblemCode::ScannerError,
        ),
        (r#"{"type":"info","data":"x"}"#.to_owned(), ProblemCode::Truncated),
        (end.to_owned(), ProblemCode::AllSkipped),
        (r#"{"type":"error","displayName":"YN0035","data":"Not found"}"#.to_owned(), ProblemCode::ScannerError),
    ] {
        let collected = read(&text);
        assert_eq!((codes(&collected), health(&collected)), (vec![code], Health::Error), "{text}");
    }
    let clean = read(r#"{"type":"info","name":1,"displayName":"YN0001","indent":"","data":"No audit suggestions"}"#);
    assert_eq!((codes(&clean), health(&clean)), (vec![], Health::Ok));
}

#[test]
fn yarn_2_makes_a_finding_per_installed_version_and_tells_deprecated_packages_apart() {
    let collected = read(YARN_2);
    assert_eq!(ids(&collected), ["GHSA-hrpp-h998-j3pp", "GHSA-hrpp-h998-j3pp", "deprecated"]);
    assert_eq!((purl(&collected, 0), purl(&collected, 1)), ("pkg:npm/qs@6.7.0", "pkg:npm/qs@6.7.1"));
    assert!(collected.findings[0].aliases.contains("NPM-1096470"));
    assert_eq!(collected.findings[2].kind, Kind::Outdated);
    assert_eq!(collected.findings[2].package.as_ref().unwrap().direct, Some(true));
}

#[test]
fn cargo_audit_is_rated_by_vectors_and_its_warnings_by_their_kind() {
    let lock = "[[package]]\nname = \"arc-swap\"\nversion = \"0.4.6\"\n\n[[package]]\nname = \"arc-swap\"\nversion = \"0.4.7\"\n";
    let repository = Repository::with(&[("Cargo.lock", lock)]);
    let collected = repository.read("reports/r.json", CARGO_AUDIT.as_bytes(), &ReportOptions::default());
    assert_eq!(codes(&collected), []);
    assert_eq!(ids(&collected), ["CVE-2020-35711", "RUSTSEC-2021-0001", "RUSTSEC-2021-0064", "yanked"]);
    assert_eq!(severities(&collected), [Severity::High, Severity::Unknown, Severity::Info, Severity::Low]);
    let finding = &collected.findings[0];
    assert_eq!((finding.path(), finding.locations[0].start_line), ("Cargo.lock", Some(6)));
    assert_eq!(finding.severity_source, SeveritySource::Vector);
    assert_eq!(finding.fix.as_ref().unwrap().versions, ["1.1.0", ">=0.4.8, <1.0.0-0"]);
    assert_eq!(collected.findings[1].state, State::Suppressed, "its advisory is withdrawn");
    assert_eq!(collected.findings[3].kind, Kind::Outdated);
    assert_eq!(collected.reports[0].skipped[0].what, "RUSTSEC-2020-0001");
    let list = CARGO_AUDIT.replace("\"warnings\": {\n    \"unmaintained\": [", "\"warnings\": [").replace(
        "\n    \"yanked\": [{\"kind\": \"yanked\", \"package\": {\"name\": \"arc-swap\", \"version\": \"0.4.7\"}, \"advisory\": null, \"versions\": null}]\n  }",
        "",
    );
    assert_eq!(ids(&read(list.replace("}}],\n}", "}}]}")))[2..], ["RUSTSEC-2021-0064"], "{list}");
    assert_eq!(codes(&read(CARGO_AUDIT.replace("\"count\": 2", "\"count\": 3"))), [ProblemCode::CountMismatch]);
}

#[test]
fn cargo_deny_tells_weaknesses_licences_and_bans_apart() {
    let collected = read(CARGO_DENY);
    assert_eq!(codes(&collected), []);
    let told: Vec<_> =
        collected.findings.iter().map(|finding| (finding.kind, finding.id.as_str(), finding.severity)).collect();
    assert_eq!(
        told,
        [
            (Kind::Vulnerability, "CVE-2020-35711", Severity::Unknown),
            (Kind::Outdated, "RUSTSEC-2021-0064", Severity::Info),
            (Kind::License, "license:GPL-3.0", Severity::High),
            (Kind::Quality, "cargo-deny:duplicate", Severity::Medium),
            (Kind::Vulnerability, "RUSTSEC-2022-0001", Severity::Unknown),
        ]
    );
    let package = collected.findings[0].package.as_ref().unwrap();
    assert_eq!((package.dependency_path.join(">").as_str(), package.direct), ("log4rs>arc-swap", Some(false)));
    assert_eq!(collected.findings[4].suppressions[0].reason.as_deref(), Some("no upgrade yet"));
    assert_eq!(collected.reports[0].counts.state[&State::Passed], 1);
    let (without_summary, _) = CARGO_DENY.rsplit_once('\n').unwrap();
    assert_eq!(codes(&read(without_summary)), [ProblemCode::Truncated]);
    let failed = r#"{"type":"log","fields":{"level":"ERROR","message":"failed to fetch advisory database"}}"#;
    assert_eq!(codes(&read(failed)), [ProblemCode::ScannerError, ProblemCode::Truncated]);
}

#[test]
fn snyk_repeats_a_weakness_for_each_path_and_it_counts_once() {
    let collected = read(SNYK);
    assert_eq!(
        (ids(&collected), codes(&collected)),
        (vec!["CVE-2019-12400", "license:GPL-3.0", "SNYK-JAVA-X-1"], vec![])
    );
    let finding = &collected.findings[0];
    assert_eq!((finding.severity, finding.path()), (Severity::Critical, "web/pom.xml"));
    let package = finding.package.as_ref().unwrap();
    assert_eq!(package.purl.as_deref(), Some("pkg:maven/org.apache.santuario/xmlsec@2.1.1"));
    assert_eq!((package.direct, package.dependency_path.len()), (Some(true), 1), "the shortest path");
    assert_eq!(finding.remediation.as_deref(), Some("upgrade to `org.apache.santuario:xmlsec@2.1.4`"));
    assert_eq!(collected.findings[1].kind, Kind::License);
    let ignored = &collected.findings[2];
    assert_eq!(ignored.state, State::Suppressed);
    assert_eq!(ignored.suppressions[0].expires.unwrap().to_string(), "2026-12-31");
}

#[test]
fn snyk_that_could_not_test_is_never_clean() {
    for text in [
        r#"{"ok": false, "error": "Could not detect supported target files", "path": "/x"}"#,
        r#"[{"vulnerabilities": [], "ok": true, "dependencyCount": 1, "projectName": "a"}, {"ok": false, "error": "boom", "path": "/y"}]"#,
    ] {
        assert_eq!(codes(&read(text)), [ProblemCode::ScannerError], "{text}");
    }
    assert_eq!(health(&read_as("snyk", "[]")), Health::Error);
}

#[test]
fn projects_inside_a_container_are_read_as_part_of_the_image() {
    let text = r#"{"vulnerabilities": [{"id": "SNYK-DEBIAN11-GCC10-1", "title": "t", "severity": "low", "packageManager": "debian:11", "from": ["docker-image|shop@1", "gcc-10/libgcc-s1@10"], "name": "gcc-10/libgcc-s1", "version": "10", "nearestFixedInVersion": "11"}],
      "ok": false, "dependencyCount": 9, "packageManager": "deb", "projectName": "docker-image|shop", "path": "shop:1", "docker": {},
      "applications": [{"vulnerabilities": [{"id": "SNYK-JS-QS-1", "title": "t", "severity": "high", "from": ["app@1", "qs@6"], "name": "qs", "version": "6"}], "packageManager": "npm", "displayTargetFile": "/app/package.json", "dependencyCount": 3}]}"#;
    let collected = read(text);
    assert_eq!((purl(&collected, 0), purl(&collected, 1)), ("pkg:deb/libgcc-s1@10", "pkg:npm/qs@6"));
    assert_eq!(collected.findings[0].package.as_ref().unwrap().upstream, ["gcc-10"]);
    let inside = &collected.findings[1];
    assert_eq!((inside.path(), inside.artifact.as_ref().unwrap().name.as_str()), ("", "shop:1"));
    assert_eq!(inside.package.as_ref().unwrap().path.as_deref(), Some("/app/package.json"));
}

#[test]
fn govulncheck_reports_what_the_build_contains_and_how_deep_it_reaches() {
    let manifest =
        "module example.com/shop\n\ngo 1.23\n\nrequire (\n\tgolang.org/x/text v0.3.0\n\tgolang.org/x/net v0.3.0\n)\n";
    let repository = Repository::with(&[("go.mod", manifest)]);
    let collected = repository.read("reports/r.json", GOVULNCHECK.as_bytes(), &ReportOptions::default());
    assert_eq!((ids(&collected), codes(&collected)), (vec!["CVE-2022-41717", "CVE-2021-38561"], vec![]));
    assert_eq!(reachable(&collected), [Some(true), Some(false)]);
    let called = &collected.findings[0];
    assert_eq!((called.path(), called.locations[0].start_line), ("go.mod", Some(7)));
    assert_eq!(called.fix.as_ref().unwrap().versions, ["v0.4.0"]);
    let call = &called.related[0];
    assert_eq!((call.path.as_str(), call.start_line), ("web/web.go", Some(9)));
    assert_eq!(call.label.as_deref(), Some("calls `golang.org/x/net/http2.Server.ServeConn`"));
    assert_eq!(collected.reports[0].db_built_at.unwrap().to_string(), "2026-02-26T18:39:51Z");
}

#[test]
fn a_scan_of_packages_cannot_say_what_is_called() {
    let collected = read(GOVULNCHECK_LIST);
    assert_eq!(reachable(&collected), [None, Some(false)]);
    assert_eq!(collected.findings[1].fix.as_ref().unwrap().state, FixState::NotFixed);
}

#[test]
fn govulncheck_before_1_says_the_same_in_one_document() {
    let collected = read(GOVULNCHECK_BEFORE_1);
    assert_eq!((ids(&collected), codes(&collected)), (vec!["CVE-2022-41717", "CVE-2022-27664"], vec![]));
    assert_eq!(reachable(&collected), [Some(true), Some(false)]);
    assert_eq!(purl(&collected, 0), "pkg:golang/golang.org/x/net@v0.3.0");
    assert_eq!(collected.findings[0].fix.as_ref().unwrap().versions, ["0.4.0"]);
    assert_eq!(collected.findings[1].package.as_ref().unwrap().version.as_deref(), Some("v1.19.0"));
    let of_a_binary = GOVULNCHECK_BEFORE_1.replace(r#""CallSink": 1"#, r#""CallSink": 0"#).replacen(
        r#"{"1": {"ID": 1, "Name": "main", "PkgPath": "example.com/shop", "CallSites": null}}"#,
        "{}",
        1,
    );
    assert_eq!(reachable(&read(of_a_binary)), [None, None], "nobody has looked for calls");
    let nothing = r#"{"Calls": {"Functions": null}, "Imports": {}, "Requires": {"Modules": null}, "Vulns": null}"#;
    assert_eq!(codes(&read(nothing)), [ProblemCode::NoResults]);
}

#[test]
fn dependency_review_reports_what_is_added_and_nothing_of_what_is_gone() {
    let collected = read(DEPENDENCY_REVIEW);
    assert_eq!(ids(&collected), ["GHSA-hrpp-h998-j3pp", "GHSA-gqgv-6jq5-jjj9"]);
    assert_eq!(collected.findings[0].path(), "web/package-lock.json");
    let names: Vec<_> = collected.components.iter().map(|component| component.package.name.as_str()).collect();
    assert_eq!(names, ["qs", "flask"]);
    assert!(collected.components[1].package.licenses.is_empty());
    assert_eq!((health(&read_as("dependency-review", "[]")), health(&read("[]"))), (Health::Ok, Health::Error));
}

#[test]
fn a_snapshot_is_an_inventory_and_an_empty_one_is_none() {
    let text = r#"{"version": 0, "job": {"id": "1"}, "sha": "0123456789abcdef", "ref": "refs/heads/main", "detector": {"name": "d", "version": "1.0", "url": "u"}, "scanned": "2026-02-28T10:00:00Z",
      "manifests": {"go.mod": {"name": "go.mod", "file": {"source_location": "svc/go.mod"}, "resolved": {
        "a": {"package_url": "pkg:golang/golang.org/x/net@v0.7.0", "relationship": "direct", "scope": "runtime", "dependencies": ["b"]}, "b": {"package_url": "no purl", "relationship": "indirect", "scope": "development"}}}}}"#;
    let collected = read(text);
    let package = &collected.components[0].package;
    assert_eq!((package.purl.as_deref(), package.direct), (Some("pkg:golang/golang.org/x/net@v0.7.0"), Some(true)));
    assert_eq!((package.path.as_deref(), package.scope), (Some("svc/go.mod"), Scope::Runtime));
    assert_eq!(codes(&collected), [ProblemCode::LenientValue]);
    let empty = r#"{"job": {}, "detector": {"name": "d"}, "manifests": {}}"#;
    assert_eq!(codes(&read(empty)), [ProblemCode::EmptySbom]);
    let cut = text.find("\"b\": {").unwrap();
    assert_eq!(read(&text[..cut]).components.len(), 1);
}

#[test]
fn the_operator_names_object_and_container() {
    let collected = read(TRIVY_OPERATOR);
    assert_eq!(codes(&collected), []);
    assert_eq!(ids(&collected), ["os-end-of-life", "CVE-2024-1000", "CVE-2024-2000", "KSV001", "github-pat", "1.1"]);
    let finding = &collected.findings[1];
    assert_eq!(finding.locations[0].resource.as_deref(), Some("ReplicaSet/payments/web-6d4#app"));
    assert_eq!(finding.artifact.as_ref().unwrap().name, "ghcr.io/shop/web:1.2");
    assert_eq!(finding.fix.as_ref().unwrap().versions, ["7.2", "7.3"]);
    assert_eq!(purl(&collected, 2), "pkg:npm/qs@6.7.1");
    assert_eq!(collected.findings[3].section, Section::Manifests);
    assert_eq!(collected.reports[0].counts.state[&State::Passed], 2);
    assert_eq!(collected.reports[0].generated_at.unwrap().to_string(), "2026-02-27T10:00:00Z", "the oldest counts");
}

#[test]
fn every_form_of_the_operators_reports_says_the_same() {
    let start = TRIVY_OPERATOR.find("[\n").unwrap();
    let list = TRIVY_OPERATOR[start..].strip_suffix('}').unwrap();
    let keyed = format!("{{\"vulnerabilityreports.aquasecurity.github.io\": {list}}}");
    for text in [list, keyed.as_str()] {
        assert_eq!(ids(&read(text)), ids(&read(TRIVY_OPERATOR)));
    }
    let alone = r#"{"kind": "ConfigAuditReport", "metadata": {"name": "x"}, "report": {"checks": [{"checkID": "KSV001", "success": false, "severity": "LOW"}]}}"#;
    assert_eq!(ids(&read(alone)), ["KSV001"]);
    assert_eq!(codes(&read(r#"{"configauditreports.aquasecurity.github.io": []}"#)), [ProblemCode::NoResults]);
}

#[test]
fn gitlab_reports_are_of_the_kind_their_category_says() {
    let collected = read(GITLAB);
    assert_eq!(codes(&collected), []);
    let kinds: Vec<_> = collected.findings.iter().map(|finding| (finding.kind, finding.state)).collect();
    assert_eq!(kinds, [(Kind::Vulnerability, State::Open), (Kind::Secret, State::Open), (Kind::Code, State::Review)]);
    let finding = &collected.findings[0];
    assert_eq!((finding.id.as_str(), purl(&collected, 0)), ("CVE-2022-24999", "pkg:npm/qs@6.7.1"));
    assert!(finding.cwes.contains(&1321));
    assert_eq!(collected.components.len(), 2);
    let written = serde_json::to_string(&collected.findings).unwrap();
    assert!(!written.contains("AKIAZ7QX4VNTREXAMPLE"));
    let failed = GITLAB.replace("\"status\": \"success\"", "\"status\": \"failure\"");
    assert_eq!(codes(&read(failed)), [ProblemCode::ScannerError]);
}

#[test]
fn nulls_for_lists_and_unknown_members_are_read_over() {
    for (format, text) in [
        (
            "grype",
            r#"{"new": {"x": [1]}, "matches": [{"vulnerability": {"id": "CVE-2020-0001", "cvss": null, "fix": null, "urls": null}, "artifact": {"name": "x", "licenses": null, "new": 1}, "relatedVulnerabilities": null}], "ignoredMatches": null, "source": null, "distro": null, "descriptor": null}"#,
        ),
        (
            "osv",
            r#"{"results": [{"source": {"path": null}, "packages": [{"package": {"name": "x", "version": null, "ecosystem": "npm"}, "groups": null, "licenses": null, "vulnerabilities": [{"id": "CVE-2020-0001", "aliases": null, "severity": null, "affected": null, "references": null, "database_specific": null, "new": 1}]}]}], "new": 1}"#,
        ),
        (
            "snyk",
            r#"{"vulnerabilities": [{"id": "CVE-2020-0001", "name": "x", "from": null, "upgradePath": null, "identifiers": null, "cvssDetails": null, "new": {}}], "packageManager": "npm", "filtered": null, "applications": null}"#,
        ),
        (
            "cargo-audit",
            r#"{"database": null, "lockfile": null, "settings": null, "vulnerabilities": {"count": 1, "list": [{"advisory": {"id": "CVE-2020-0001", "aliases": null}, "package": {"name": "x"}, "versions": null}]}, "warnings": null, "new": 1}"#,
        ),
        (
            "gitlab-security",
            r#"{"version": "15", "vulnerabilities": [{"category": "dependency_scanning", "identifiers": [{"value": "CVE-2020-0001"}], "location": {"dependency": null}, "links": null, "scanner": {}}], "scan": null, "dependency_files": null, "remediations": []}"#,
        ),
        (
            "trivy-operator",
            r#"{"kind": "VulnerabilityReport", "metadata": null, "report": {"artifact": null, "os": null, "vulnerabilities": [{"vulnerabilityID": "CVE-2020-0001", "links": null, "new": 1}], "checks": null}}"#,
        ),
    ] {
        let collected = read_as(format, text);
        assert_eq!((ids(&collected), codes(&collected)), (vec!["CVE-2020-0001"], vec![]), "{format}");
    }
}

#[test]
fn asff_makes_a_finding_per_package_and_keeps_what_people_decided() {
    let collected = read(ASFF);
    assert_eq!(codes(&collected), []);
    assert_eq!(ids(&collected), ["CVE-2024-1000", "CVE-2024-1000", "aws-foundational/S3.1"]);
    assert_eq!(severities(&collected), [Severity::High, Severity::High, Severity::Medium]);
    assert_eq!(purl(&collected, 1), "pkg:npm/qs@6.7.1");
    let fixes: Vec<_> = collected.findings[..2].iter().map(|finding| finding.fix.as_ref().unwrap().state).collect();
    assert_eq!(fixes, [FixState::Fixed, FixState::Unknown]);
    let decided = &collected.findings[2];
    assert_eq!((decided.kind, decided.state), (Kind::Misconfiguration, State::Suppressed));
    assert_eq!(collected.reports[0].counts.state[&State::Passed], 1);
    assert_eq!(collected.findings[0].sources[0].tool, "inspector");
    assert_eq!(codes(&read_as("asff", "[]")), [ProblemCode::UnknownFormat, ProblemCode::NoResults]);
}

#[test]
fn dependency_check_names_packages_and_what_its_suppression_file_took_out() {
    for (text, last, purl, path) in [
        (DEPENDENCY_CHECK, "GHSA-p6mc-m468-83gw", "pkg:npm/lodash@4.17.15", "web/package-lock.json"),
        (DEPENDENCY_CHECK_XML, "CVE-2016-1000", "pkg:maven/org.owasp/library@6.7.8", "libs/old.jar"),
    ] {
        let collected = read(text);
        assert_eq!((ids(&collected), codes(&collected)), (vec!["CVE-2020-9488", "CVE-2021-44228", last], vec![]));
        let [low, suppressed, other] = &collected.findings[..] else { panic!("three findings") };
        assert_eq!((low.severity, low.state), (Severity::Low, State::Open));
        assert_eq!(
            (low.cwes.iter().copied().collect::<Vec<_>>(), low.references[0].as_str()),
            (vec![295], "https://example.org/a")
        );
        let scores: Vec<_> = low.vulnerability.as_ref().unwrap().scores.iter().map(|score| &*score.version).collect();
        assert_eq!(scores, ["2.0", "3.1"]);
        assert_eq!(
            low.package.as_ref().unwrap().purl.as_deref(),
            Some("pkg:maven/org.apache.logging.log4j/log4j-api@2.12.4")
        );
        assert_eq!(
            (suppressed.state, suppressed.suppressions[0].reason.as_deref()),
            (State::Suppressed, Some("only the API"))
        );
        assert_eq!((other.package.as_ref().unwrap().purl.as_deref(), other.path()), (Some(purl), path));
        let report = &collected.reports[0];
        assert_eq!(report.db_built_at.unwrap().to_string(), "2026-02-28T06:00:00Z");
        assert!(report.generated_at.is_some() && report.tool.version.is_some(), "{report:?}");
    }
}

#[test]
fn dependency_check_that_looked_at_nothing_is_never_clean() {
    let xml = r#"<analysis xmlns="https://jeremylong.github.io/DependencyCheck/dependency-check.2.5.xsd"><dependencies/></analysis>"#;
    let json = r#"{"reportSchema": "1.1", "scanInfo": {}, "dependencies": []}"#;
    for text in [xml, json, &xml.replace("<dependencies/>", ""), &json.replace(", \"dependencies\": []", "")] {
        assert_eq!(health(&read(text)), Health::Error, "{text}");
    }
}

#[test]
fn snyk_keeps_the_scores_of_every_assigner_once() {
    let sources = r#""cvssSources": [{"type": "primary", "assigner": "Snyk", "vector": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:L", "baseScore": 6.5, "cvssVersion": "3.1"},
      {"type": "secondary", "assigner": "NVD", "vector": "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", "baseScore": 9.3, "cvssVersion": "4.0"}], "description""#;
    let collected = read(SNYK.replacen("\"description\"", sources, 1));
    let scores = &collected.findings[0].vulnerability.as_ref().unwrap().scores;
    let said: Vec<_> =
        scores.iter().map(|score| (score.source.as_deref().unwrap_or_default(), &*score.version)).collect();
    assert_eq!(said, [("snyk", "3.1"), ("NVD", "4.0")]);
}
