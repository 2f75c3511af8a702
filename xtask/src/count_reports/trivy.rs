//! Trivy's own reports: of an image or a repository, of a cluster, and of its operator.

use serde_json::Value;

use super::Count;
use super::finding::{Found, counted, found, severity};
use super::json::{items, number, word};

const LISTS: [(&str, &str); 4] = [
    ("Vulnerabilities", "vulnerability"),
    ("Misconfigurations", "misconfiguration"),
    ("Secrets", "secret"),
    ("Licenses", "license"),
];

pub(super) fn count(document: &Value) -> Count {
    let mut all = Vec::new();
    let (mut passed, mut left_out) = (0, false);
    for result in results(document) {
        let before = passed;
        for (key, kind) in LISTS {
            for item in items(result, key) {
                if item["Status"] == "PASS" {
                    passed += 1;
                } else if key == "Vulnerabilities" && word(&item["VulnerabilityID"]).is_empty() {
                    // Without an id nobody can say what it is: it is told, and no finding.
                    left_out = true;
                } else {
                    all.push(found(kind, severity(word(&item["Severity"]))).out_if(is_out(item)));
                }
            }
        }
        // The summary counts the checks that passed; most reports do not list them.
        if passed == before {
            passed += result.pointer("/MisconfSummary/Successes").and_then(Value::as_u64).unwrap_or_default();
        }
        all.extend(items(result, "ExperimentalModifiedFindings").iter().filter_map(modified));
    }
    if document["Metadata"]["OS"]["EOSL"] == true {
        all.push(found("outdated", "high"));
    }
    Count { passed: Some(passed), left_out: Some(left_out), ..counted(&all) }
}

fn results(document: &Value) -> Vec<&Value> {
    let clusters = ["Resources", "Findings", "Vulnerabilities", "Misconfigurations"];
    let resources = clusters.into_iter().flat_map(|key| items(document, key));
    let of_resources = resources.flat_map(|resource| items(resource, "Results"));
    items(document, "").iter().chain(items(document, "Results")).chain(of_resources).collect()
}

fn is_out(item: &Value) -> bool {
    matches!(word(&item["Status"]), "EXCEPTION" | "not_affected")
}

/// What an ignore file or a VEX document of Trivy's changed.
fn modified(item: &Value) -> Option<Found> {
    let (_, kind) = LISTS.into_iter().find(|(_, kind)| *kind == word(&item["Type"]))?;
    let is_out = matches!(word(&item["Status"]), "ignored" | "not_affected" | "fixed");
    Some(found(kind, severity(word(&item["Finding"]["Severity"]))).out_if(is_out))
}

/// Resources of the operator, one by one or in lists.
pub(super) fn operator(document: &Value) -> Vec<Found> {
    let lists = document.as_object().into_iter().flatten().filter(|(key, _)| key.ends_with(".aquasecurity.github.io"));
    let named = lists.flat_map(|(_, list)| items(list, ""));
    let resources = items(document, "items").iter().chain(items(document, "")).chain(named);
    let mut all = Vec::new();
    for resource in resources.chain([document]) {
        let report = &resource["report"];
        let rated = |item: &Value| severity(word(&item["severity"]));
        all.extend(items(report, "vulnerabilities").iter().map(|item| found("vulnerability", rated(item))));
        all.extend(items(report, "secrets").iter().map(|item| found("secret", rated(item))));
        let failed = items(report, "checks").iter().filter(|check| check["success"] == false);
        all.extend(failed.map(|item| found("misconfiguration", rated(item))));
        if report["os"]["eosl"] == true {
            all.push(found("outdated", "high"));
        }
        all.extend(controls(&resource["status"]).map(|item| found("misconfiguration", rated(item))));
    }
    all
}

/// Controls of a benchmark that failed.
fn controls(status: &Value) -> impl Iterator<Item = &Value> {
    let summary = items(&status["summaryReport"], "controlCheck").iter();
    summary.filter(|control| number(&control["totalFail"]).is_some_and(|failed| failed > 0.0))
}
