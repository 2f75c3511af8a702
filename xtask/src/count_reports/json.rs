//! Counts of JSON reports, as one would write them with `jq`.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Count, Tally};

/// Kind and the tool's own word of severity; no word where the format states none that can be compared.
type Counted = Vec<(&'static str, Option<String>)>;

/// The counts of a document, or of values one after the other; `None` for a format nobody counts here.
pub(super) fn count(values: &[Value], format: &str) -> Option<Count> {
    let document = values.first()?;
    match format {
        "trivy" | "trivy-k8s" | "trivy-legacy" => Some(with_severities(&trivy(document), &trivy_modified(document))),
        "grype" => Some(of_kinds(&grype(document))),
        "npm-audit-2" => Some(with_severities(&npm_2(document), &[])),
        "npm-audit-1" => Some(with_severities(&npm_1(document), &[])),
        "yarn1-audit" => Some(with_severities(&yarn_1(values), &[])),
        "pip-audit" => Some(with_severities(&pip(document), &[])),
        "snyk" => Some(of_kinds(&snyk(document))),
        "cargo-audit" => Some(of_kinds(&cargo_audit(document))),
        "gitleaks" => Some(of_kinds(&repeated("secret", items(document, "").len()))),
        "detect-secrets" => {
            let secrets = document["results"].as_object()?.values().map(|file| items(file, "").len()).sum();
            Some(of_kinds(&repeated("secret", secrets)))
        }
        "trufflehog" => {
            let findings = values.iter().filter(|line| !line["DetectorName"].is_null() || !line["reason"].is_null());
            Some(of_kinds(&repeated("secret", findings.count())))
        }
        "hadolint" => Some(with_severities(&hadolint(document), &[])),
        "checkov" => Some(total(checkov(document))),
        "semgrep" => Some(total(items(document, "results").len())),
        "asff" => Some(total(items(document, "Findings").len() + items(document, "").len())),
        "gitlab-security" => Some(total(items(document, "vulnerabilities").len())),
        "codeclimate" => Some(total(items(document, "").len())),
        "sarif" => Some(total(items(document, "runs").iter().map(|run| items(run, "results").len()).sum())),
        "cyclonedx-json" => Some(cyclonedx(document)),
        "spdx2-json" => Some(Count { components: Some(items(document, "packages").len() as u64), ..Count::default() }),
        _ => None,
    }
}

/// The items of a list below a key; of the value itself for the empty key.
fn items<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    let list = if key.is_empty() { Some(value) } else { value.get(key) };
    list.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn word(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn total(findings: usize) -> Count {
    Count { total: Some(findings as u64), ..Count::default() }
}

fn repeated(kind: &'static str, times: usize) -> Counted {
    (0..times).map(|_| (kind, None)).collect()
}

fn of_kinds(counted: &Counted) -> Count {
    let mut kinds = Tally::new();
    for (kind, _) in counted {
        *kinds.entry((*kind).to_owned()).or_default() += 1;
    }
    Count { kinds: Some(kinds), ..total(counted.len()) }
}

/// `taken_out` counts by kind and not by severity.
fn with_severities(open: &Counted, taken_out: &[(&'static str, Option<String>)]) -> Count {
    let mut severities = Tally::new();
    for (_, word) in open {
        let word = word.as_deref().unwrap_or_default().to_lowercase();
        let severity = match word.as_str() {
            "critical" | "high" | "medium" | "low" | "info" => word.as_str(),
            "moderate" | "warning" => "medium",
            "error" => "high",
            "negligible" | "style" => "info",
            _ => "unknown",
        };
        *severities.entry(severity.to_owned()).or_default() += 1;
    }
    let all = open.iter().chain(taken_out).cloned().collect();
    Count { severities: Some(severities), ..of_kinds(&all) }
}

const TRIVY: [(&str, &str); 4] = [
    ("Vulnerabilities", "vulnerability"),
    ("Misconfigurations", "misconfiguration"),
    ("Secrets", "secret"),
    ("Licenses", "license"),
];

fn trivy_results(document: &Value) -> Vec<&Value> {
    let clusters = ["Resources", "Findings", "Vulnerabilities", "Misconfigurations"];
    let resources = clusters.into_iter().flat_map(|key| items(document, key));
    let of_resources = resources.flat_map(|resource| items(resource, "Results"));
    items(document, "").iter().chain(items(document, "Results")).chain(of_resources).collect()
}

fn trivy(document: &Value) -> Counted {
    let mut counted = Counted::new();
    for result in trivy_results(document) {
        for (key, kind) in TRIVY {
            let open =
                items(result, key).iter().filter(|item| item["Status"] != "PASS" && item["Status"] != "EXCEPTION");
            counted.extend(open.map(|item| (kind, Some(word(&item["Severity"])))));
        }
    }
    if document["Metadata"]["OS"]["EOSL"] == true {
        counted.push(("outdated", Some("high".to_owned())));
    }
    counted
}

fn trivy_modified(document: &Value) -> Counted {
    let modified = trivy_results(document).into_iter().flat_map(|result| items(result, "ExperimentalModifiedFindings"));
    modified
        .filter_map(|item| match item["Type"].as_str()? {
            "vulnerability" => Some(("vulnerability", None)),
            "misconfiguration" => Some(("misconfiguration", None)),
            "secret" => Some(("secret", None)),
            "license" => Some(("license", None)),
            _ => None,
        })
        .collect()
}

fn grype(document: &Value) -> Counted {
    repeated("vulnerability", items(document, "matches").len() + items(document, "ignoredMatches").len())
}

fn npm_2(document: &Value) -> Counted {
    let Some(packages) = document["vulnerabilities"].as_object() else { return Counted::new() };
    let mut counted = Counted::new();
    for package in packages.values() {
        for via in items(package, "via") {
            match via.as_str() {
                None => counted.push(("vulnerability", Some(word(&via["severity"])))),
                Some(name) if !packages.contains_key(name) => {
                    counted.push(("vulnerability", Some(word(&package["severity"]))));
                }
                Some(_) => {}
            }
        }
    }
    counted
}

fn npm_1(document: &Value) -> Counted {
    let advisories = document["advisories"].as_object();
    let mut counted = Counted::new();
    for advisory in advisories.into_iter().flat_map(serde_json::Map::values) {
        let versions: BTreeSet<String> =
            items(advisory, "findings").iter().map(|found| found["version"].to_string()).collect();
        counted.extend((0..versions.len().max(1)).map(|_| ("vulnerability", Some(word(&advisory["severity"])))));
    }
    counted
}

fn yarn_1(lines: &[Value]) -> Counted {
    let mut seen = BTreeSet::new();
    let mut counted = Counted::new();
    for line in lines.iter().filter(|line| line["type"] == "auditAdvisory") {
        let advisory = &line["data"]["advisory"];
        for found in items(advisory, "findings") {
            if seen.insert((advisory["id"].to_string(), found["version"].to_string())) {
                counted.push(("vulnerability", Some(word(&advisory["severity"]))));
            }
        }
    }
    counted
}

fn pip(document: &Value) -> Counted {
    let packages = items(document, "dependencies").iter().chain(items(document, ""));
    packages.flat_map(|package| items(package, "vulns")).map(|_| ("vulnerability", Some(String::new()))).collect()
}

fn snyk(document: &Value) -> Counted {
    let list = items(document, "");
    let projects: Vec<&Value> = if list.is_empty() { vec![document] } else { list.iter().collect() };
    let mut counted = Counted::new();
    for project in projects {
        for part in std::iter::once(project).chain(items(project, "applications")) {
            let mut seen = BTreeSet::new();
            for item in items(part, "vulnerabilities") {
                if seen.insert([&item["id"], &item["name"], &item["version"]].map(Value::to_string)) {
                    counted.push((if item["type"] == "license" { "license" } else { "vulnerability" }, None));
                }
            }
        }
    }
    counted
}

fn cargo_audit(document: &Value) -> Counted {
    let warnings = document["warnings"].as_object().into_iter().flat_map(serde_json::Map::values);
    let outdated = warnings.map(|list| items(list, "").len()).sum();
    let mut counted = repeated("vulnerability", items(&document["vulnerabilities"], "list").len());
    counted.extend(repeated("outdated", outdated));
    counted
}

fn hadolint(document: &Value) -> Counted {
    let severity = |item: &Value| match item["level"].as_str() {
        Some("info") => Some("low".to_owned()),
        _ => Some(word(&item["level"])),
    };
    items(document, "").iter().map(|item| ("misconfiguration", severity(item))).collect()
}

fn checkov(document: &Value) -> usize {
    let list = items(document, "");
    let parts: Vec<&Value> = if list.is_empty() { vec![document] } else { list.iter().collect() };
    let of = |part: &Value, key: &str| items(&part["results"], key).len();
    parts.into_iter().map(|part| of(part, "failed_checks") + of(part, "skipped_checks")).sum()
}

fn cyclonedx(document: &Value) -> Count {
    fn nested(component: &Value) -> u64 {
        1 + items(component, "components").iter().map(nested).sum::<u64>()
    }
    let root = &document["metadata"]["component"];
    let in_root: u64 = items(root, "components").iter().map(nested).sum();
    let listed: u64 = items(document, "components").iter().map(nested).sum();
    let vulnerabilities: usize =
        items(document, "vulnerabilities").iter().map(|one| items(one, "affects").len().max(1)).sum();
    Count { components: Some(u64::from(root.is_object()) + in_root + listed), ..total(vulnerabilities) }
}
