//! Real files of other projects, where they lie beside the workspace (`PORTCULLIS_SHARED`, else `../shared`).
#![allow(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "tests read the material from disk and say when they skip"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use portcullis_model::{Collected, Health, Severity, State};
use serde_json::Value;

use super::{codes, health, read};

/// Every file of a folder of the shared reports, sorted; `None` when the material is not there.
pub(crate) fn files(folder: &str) -> Option<Vec<(String, Vec<u8>)>> {
    let root = std::env::var_os("PORTCULLIS_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let folder = root.join("data/reports").join(folder);
    let Ok(entries) = std::fs::read_dir(&folder) else {
        eprintln!("SKIPPED: {} is not there; set PORTCULLIS_SHARED", folder.display());
        return None;
    };
    let mut files: Vec<_> = entries
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(&path).unwrap()))
        .collect();
    files.sort();
    Some(files)
}

fn all_files() -> Vec<(String, Vec<u8>)> {
    ["trivy", "sarif", "defectdojo", "cyclonedx", "spdx"].into_iter().filter_map(files).flatten().collect()
}

/// Open findings by severity, as the report counts them.
pub(super) fn counted(collected: &Collected) -> BTreeMap<&'static str, u64> {
    let counts = &collected.reports[0].counts.severity;
    let all = Severity::ALL.into_iter().map(|severity| (severity.as_str(), *counts.get(severity)));
    all.filter(|(_, count)| *count > 0).collect()
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}

/// The same counted in the plain document, without any code of this crate.
fn expected(document: &Value, format: &str) -> BTreeMap<&'static str, u64> {
    let words = match format {
        "npm-audit-2" => words_of_npm_2(document),
        "npm-audit-1" => words_of_npm_1(document),
        "grype" => words_of_grype(document),
        "snyk" => words_of_snyk(document),
        "yarn1-audit" => words_of_yarn_1(document),
        "cargo-audit" => words_of_cargo_audit(document),
        _ => words_of_trivy(document),
    };
    let mut counts = BTreeMap::new();
    for word in words {
        let severity = match word.as_str().unwrap_or_default().to_lowercase().as_str() {
            "critical" => "critical",
            "high" => "high",
            "medium" | "moderate" => "medium",
            "low" => "low",
            "info" | "negligible" => "info",
            _ => "unknown",
        };
        *counts.entry(severity).or_default() += 1;
    }
    counts
}

fn words_of_npm_2(document: &Value) -> Vec<Value> {
    let packages = document["vulnerabilities"].as_object().unwrap();
    let mut words = Vec::new();
    for package in packages.values() {
        for via in list(&package["via"]) {
            match via.as_str() {
                None => words.push(via["severity"].clone()),
                Some(name) if !packages.contains_key(name) => words.push(package["severity"].clone()),
                Some(_) => {}
            }
        }
    }
    words
}

fn words_of_npm_1(document: &Value) -> Vec<Value> {
    let mut words = Vec::new();
    for advisory in document["advisories"].as_object().unwrap().values() {
        let versions: BTreeSet<_> =
            list(&advisory["findings"]).iter().map(|found| found["version"].to_string()).collect();
        words.extend((0..versions.len().max(1)).map(|_| advisory["severity"].clone()));
    }
    words
}

fn words_of_grype(document: &Value) -> Vec<Value> {
    let word = |found: &Value| {
        // Unrated by its own database: then the score of a related record counts.
        let related = list(&found["relatedVulnerabilities"]);
        let scores = related.iter().chain([&found["vulnerability"]]).flat_map(|record| list(&record["cvss"]));
        let worst = scores.filter_map(|cvss| cvss["metrics"]["baseScore"].as_f64()).fold(0.0, f64::max);
        let word = &found["vulnerability"]["severity"];
        let is_unrated = word.is_null() || word == "Unknown";
        if is_unrated && worst >= 7.0 { Value::from("high") } else { word.clone() }
    };
    list(&document["matches"]).iter().map(word).collect()
}

fn words_of_snyk(document: &Value) -> Vec<Value> {
    let projects = if document.is_array() { list(document) } else { vec![document.clone()] };
    let mut words = Vec::new();
    for project in &projects {
        for part in std::iter::once(project).chain(&list(&project["applications"])) {
            let mut seen = BTreeSet::new();
            for item in list(&part["vulnerabilities"]) {
                if seen.insert([&item["id"], &item["name"], &item["version"]].map(Value::to_string)) {
                    words.push(item["severityWithCritical"].clone());
                }
            }
        }
    }
    words
}

fn words_of_yarn_1(document: &Value) -> Vec<Value> {
    let mut seen = BTreeMap::new();
    for line in list(document).iter().filter(|line| line["type"] == "auditAdvisory") {
        let advisory = &line["data"]["advisory"];
        for found in list(&advisory["findings"]) {
            seen.insert((advisory["id"].to_string(), found["version"].to_string()), advisory["severity"].clone());
        }
    }
    seen.into_values().collect()
}

fn words_of_cargo_audit(document: &Value) -> Vec<Value> {
    let mut words = vec![Value::Null; list(&document["vulnerabilities"]["list"]).len()];
    for (kind, items) in document["warnings"].as_object().unwrap() {
        let severity = match kind.as_str() {
            "unsound" => "medium",
            "yanked" => "low",
            _ => "info",
        };
        words.extend(list(items).iter().map(|_| Value::from(severity)));
    }
    words
}

fn words_of_trivy(document: &Value) -> Vec<Value> {
    let clusters = ["Resources", "Findings", "Vulnerabilities", "Misconfigurations"];
    let resources = clusters.into_iter().flat_map(|key| list(&document[key]));
    let results: Vec<Value> = list(document)
        .into_iter()
        .chain(list(&document["Results"]))
        .chain(resources.flat_map(|resource| list(&resource["Results"])))
        .collect();
    let mut words = Vec::new();
    for result in &results {
        for key in ["Vulnerabilities", "Misconfigurations", "Secrets", "Licenses"] {
            let rated = |item: &Value| item.as_object().is_some_and(|item| item.contains_key("Severity"));
            let items = list(&result[key]).into_iter().filter(|item| item["Status"] != "PASS" && rated(item));
            words.extend(items.map(|item| item["Severity"].clone()));
        }
    }
    if document["Metadata"]["OS"]["EOSL"] == true {
        words.push(Value::from("high"));
    }
    words
}

#[test]
fn severities_are_counted_as_a_plain_count_of_the_document_counts_them() {
    let mut compared = 0;
    for (name, bytes) in all_files() {
        let collected = read(&bytes);
        let format = collected.reports[0].format.as_str();
        let others = ["npm-audit-1", "npm-audit-2", "grype", "snyk", "yarn1-audit", "cargo-audit"];
        if format.starts_with("trivy") || others.contains(&format) {
            let mut values: Vec<Value> =
                serde_json::Deserializer::from_slice(&bytes).into_iter().map(Result::unwrap).collect();
            let document = if format == "yarn1-audit" { Value::Array(values) } else { values.remove(0) };
            assert_eq!(counted(&collected), expected(&document, format), "{name}");
            compared += 1;
        }
    }
    assert!(compared == 0 || compared > 78, "only {compared} files compared");
}

#[test]
fn a_codeql_log_without_levels_holds_its_errors() {
    let Some(files) = files("defectdojo") else { return };
    let (_, bytes) = files.iter().find(|(name, _)| name.ends_with("codeQL-output.sarif")).unwrap();
    assert_eq!(counted(&read(bytes)), BTreeMap::from([("high", 11), ("low", 57), ("medium", 4)]));
}

#[test]
fn every_result_of_a_real_sarif_log_is_a_finding_or_passed() {
    for (name, bytes) in all_files() {
        let collected = read(&bytes);
        if collected.reports[0].format != "sarif" {
            continue;
        }
        let document: Value = serde_json::from_slice(&bytes).unwrap();
        let runs = document["runs"].as_array().cloned().unwrap_or_default();
        let results: usize = runs.iter().filter_map(|run| run["results"].as_array()).map(Vec::len).sum();
        assert_eq!(collected.reports[0].counts.state.values().sum::<u64>(), results as u64, "{name}");
    }
}

#[test]
fn reports_of_other_tools_are_refused_and_never_healthy() {
    for (name, bytes) in all_files() {
        let collected = read(&bytes);
        if collected.reports.iter().all(|report| report.format.is_empty()) {
            assert_eq!(health(&collected), Health::Error, "{name}");
            assert!(collected.findings.is_empty());
            assert!(!codes(&collected).is_empty());
        }
    }
}

#[test]
fn a_healthy_report_without_findings_says_so_itself() {
    // Read one by one: these logs have an empty list of results, or only results that passed.
    const CLEAN: [&str; 13] = [
        "anchore_grype__no_vuln.json",
        "cargo_audit__no_findings.json",
        "govulncheck__no_vulns_new_version.json",
        "snyk__all-projects_no_vulns.json",
        "appendix_k1.sarif",
        "appendix_k1_double.sarif",
        "MSBuild__NoErrors.txt.sarif",
        "checkadddevice_bug1.tt.sarif",
        "sl-micro-rancher5.4.json.golden",
        "detect_secrets__no_findings.json",
        "semgrep__empty.json",
        "zap__empty_2.9.0.xml",
        "terraform-exclude-misconfs-remote-module.json.golden",
    ];
    for (name, bytes) in all_files() {
        let collected = read(&bytes);
        if health(&collected) == Health::Ok && super::held(&collected) == 0 {
            let is_known = CLEAN.iter().any(|clean| name.ends_with(clean)) || name.ends_with("scheme_2_no_vuln.json");
            assert!(is_known, "{name}");
        }
    }
}

#[test]
fn the_secrets_of_a_real_gitleaks_log_are_in_no_output() {
    let Some(files) = files("defectdojo") else { return };
    let (_, bytes) = files.iter().find(|(name, _)| name.ends_with("gitleaks_7.5.0.sarif")).unwrap();
    let collected = read(bytes);
    assert_eq!(collected.reports[0].counts.state[&State::Open], 8);
    let written =
        serde_json::to_string(&collected.findings).unwrap() + &serde_json::to_string(&collected.reports).unwrap();
    for secret in &collected.known_secrets {
        assert!(!written.contains(secret.reveal()), "a secret is written out");
    }
    assert!(!written.contains('@'), "an address of an author is written out");
}
