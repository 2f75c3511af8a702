//! The seeds of the fuzz target `report`: a small report of every format, behind the byte that states the format.
#![allow(clippy::disallowed_methods, reason = "tests read and write the seeds on disk")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::fixtures::{CYCLONEDX_EXTENSION, CYCLONEDX_XML, SPDX_2_TAG_VALUE, all};
use super::quality::fixtures as quality;
use super::{codes, read_as};
use crate::format_names;

const TRIVY_K8S: &str = r#"{"ClusterName": "kind", "Resources": [
  {"Namespace": "shop", "Kind": "Deployment", "Name": "web", "Results": [
    {"Target": "web:1 (alpine 3.20)", "Class": "os-pkgs", "Type": "alpine", "Vulnerabilities": [
      {"VulnerabilityID": "CVE-2024-1000", "PkgName": "curl", "InstalledVersion": "8.1-r0", "FixedVersion": "8.2-r0", "Severity": "HIGH"}]},
    {"Target": "Deployment/web", "Class": "config", "Misconfigurations": [
      {"ID": "KSV001", "AVDID": "AVD-KSV-0001", "Title": "t", "Severity": "MEDIUM", "Status": "FAIL"},
      {"ID": "KSV002", "Severity": "LOW", "Status": "PASS"}]}]},
  {"Kind": "Node", "Name": "worker", "Error": "forbidden"}]}"#;
const TRIVY_LEGACY: &str = r#"[{"Target": "Cargo.lock", "Type": "cargo", "Vulnerabilities": [
  {"VulnerabilityID": "CVE-2021-1", "PkgName": "time", "InstalledVersion": "0.1.43", "Severity": "MEDIUM"}]},
  {"Target": "go.mod", "Type": "gomod", "Vulnerabilities": null}]"#;
const NPM_ERROR: &str = r#"{"error": {"code": "ENOLOCK", "summary": "This command requires an existing lockfile.", "detail": "Try creating one first."}}"#;
const SNAPSHOT: &str = r#"{"version": 0, "sha": "0123456789abcdef0123456789abcdef01234567", "ref": "refs/heads/main", "scanned": "2026-02-28T10:00:00Z",
  "job": {"id": "1", "correlator": "build"}, "detector": {"name": "d", "version": "1", "url": "https://example.com"},
  "manifests": {"package-lock.json": {"name": "package-lock.json", "file": {"source_location": "package-lock.json"}, "resolved": {
    "left-pad": {"package_url": "pkg:npm/left-pad@1.3.0", "relationship": "direct", "scope": "runtime", "dependencies": []}}}}}"#;
const SPDX_RDF: &str = r##"<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:spdx="http://spdx.org/rdf/terms#"><spdx:SpdxDocument rdf:about="#x"/></rdf:RDF>"##;

/// Formats of which no other test has a whole report in a constant.
const MORE: [(&str, &str); 8] = [
    ("cyclonedx-xml", CYCLONEDX_XML),
    ("cyclonedx-xml", CYCLONEDX_EXTENSION),
    ("spdx2-tv", SPDX_2_TAG_VALUE),
    ("spdx-rdf", SPDX_RDF),
    ("trivy-k8s", TRIVY_K8S),
    ("trivy-legacy", TRIVY_LEGACY),
    ("npm-error", NPM_ERROR),
    ("github-snapshot", SNAPSHOT),
];

fn reports() -> impl Iterator<Item = (&'static str, &'static str)> {
    all().chain(quality::ALL).chain(MORE)
}

/// Name and bytes of each seed.
fn seeds() -> BTreeMap<String, Vec<u8>> {
    let names = format_names();
    let mut seeds = BTreeMap::new();
    for (format, text) in reports() {
        let number = names.iter().position(|name| *name == format).unwrap() + 1;
        let bytes: Vec<u8> = std::iter::once(u8::try_from(number).unwrap()).chain(text.bytes()).collect();
        let others = seeds.keys().filter(|name: &&String| name.split('.').next() == Some(format)).count();
        let name = if others == 0 { format.to_owned() } else { format!("{format}.{}", others + 1) };
        seeds.insert(name, bytes);
    }
    seeds
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds/report")
}

#[test]
fn there_is_a_report_of_every_format() {
    let known: BTreeSet<&str> = reports().map(|(format, _)| format).collect();
    let formats: BTreeSet<&str> = crate::format::all().map(|format| format.id).collect();
    assert_eq!(known, formats);
}

#[test]
fn every_report_is_read_as_what_it_is_stated_and_told_to_be() {
    for (format, text) in reports() {
        for collected in [read_as(format, text), super::read(text)] {
            let read: Vec<&str> = collected.reports.iter().map(|report| report.format.as_str()).collect();
            assert_eq!(read, [format], "{:?}", codes(&collected));
        }
    }
}

#[test]
fn the_seeds_of_the_fuzz_target_are_these_reports() {
    for (name, bytes) in seeds() {
        let written = std::fs::read(folder().join(&name)).unwrap_or_default();
        assert!(written == bytes, "fuzz/seeds/report/{name} is stale: run the ignored test `write_the_seeds`");
    }
}

#[test]
#[ignore = "writes fuzz/seeds/report"]
fn write_the_seeds() {
    for (name, bytes) in seeds() {
        std::fs::write(folder().join(name), bytes).unwrap();
    }
}
