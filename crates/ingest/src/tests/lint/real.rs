//! Real reports, counted a second time without any code of this crate.

use std::collections::BTreeMap;

use regex::Regex;
use serde_json::Value;

use crate::tests::read;
use crate::tests::real::{counted, files};

type Counts = BTreeMap<&'static str, u64>;

fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}

fn count(words: impl Iterator<Item = &'static str>) -> Counts {
    words.fold(Counts::new(), |mut counts, word| {
        *counts.entry(word).or_default() += 1;
        counts
    })
}

/// Open findings by severity, as a plain look at the document says; `None` for other formats.
fn expected(format: &str, text: &str) -> Option<Counts> {
    if format == "zap-xml" {
        let text = Regex::new("(?s)<!--.*?-->").unwrap().replace_all(text, "").into_owned();
        let false_positives = text.matches("<confidence>0<").count();
        assert_eq!(false_positives, 0, "none of these files has one");
        let codes = Regex::new(r"<riskcode>(\d)<").unwrap();
        let words = codes.captures_iter(&text).map(|code| match &code[1] {
            "3" => "high",
            "2" => "medium",
            "1" => "low",
            _ => "info",
        });
        return Some(count(words.collect::<Vec<_>>().into_iter()));
    }
    let lines = || text.lines().filter(|line| !line.trim().is_empty()).map(|line| serde_json::from_str(line).unwrap());
    let documents: Vec<Value> = if format == "trufflehog" { lines().collect() } else { list(&Value::Null) };
    let document: Value = if format == "trufflehog" { Value::Null } else { serde_json::from_str(text).ok()? };
    let word = |value: &Value| match value.as_str().unwrap_or_default() {
        "ERROR" | "HIGH" | "error" => "high",
        "CRITICAL" => "critical",
        "WARNING" | "MEDIUM" | "warning" => "medium",
        "INFO" | "LOW" | "info" => "low",
        "style" => "info",
        _ => "unknown",
    };
    Some(match format {
        "gitleaks" => count(list(&document).iter().map(|_| "high")),
        "detect-secrets" => {
            let files = document["results"].as_object().unwrap();
            let items = files.values().flat_map(list).filter(|item| item["is_secret"] != false);
            count(items.map(|item| if item["is_verified"] == true { "critical" } else { "high" }))
        }
        "trufflehog" => {
            let of_one = documents.iter().flat_map(|item| match item.get("stringsFound") {
                None => vec![if item["Verified"] == true { "critical" } else { "medium" }],
                Some(strings) => {
                    let mut strings: Vec<String> =
                        list(strings).iter().map(|text| text.as_str().unwrap().trim().to_owned()).collect();
                    strings.retain(|text| !text.is_empty());
                    strings.sort();
                    strings.dedup();
                    vec!["medium"; strings.len().max(1)]
                }
            });
            count(of_one)
        }
        "hadolint" => count(list(&document).iter().map(|item| word(&item["level"]))),
        "semgrep" => {
            let open = list(&document["results"]).into_iter().filter(|item| item["extra"]["is_ignored"] != true);
            count(open.map(|item| word(&item["extra"]["severity"])))
        }
        "checkov" => {
            let reports = if document.is_array() { list(&document) } else { vec![document] };
            let failed = reports.iter().flat_map(|report| list(&report["results"]["failed_checks"]));
            count(failed.map(|check| if check["severity"].is_null() { "medium" } else { word(&check["severity"]) }))
        }
        _ => return None,
    })
}

#[test]
fn severities_are_counted_as_a_plain_count_of_the_document_counts_them() {
    let Some(files) = files("defectdojo") else { return };
    let mut compared = BTreeMap::<String, u32>::new();
    for (name, bytes) in files {
        let collected = read(&bytes);
        let format = collected.reports[0].format.clone();
        if let Some(expected) = expected(&format, &String::from_utf8_lossy(&bytes)) {
            assert_eq!(counted(&collected), expected, "{name}");
            *compared.entry(format).or_default() += 1;
        }
    }
    let compared: Vec<_> = compared.iter().map(|(format, files)| (format.as_str(), *files)).collect();
    let all = [
        ("checkov", 3),
        ("detect-secrets", 1),
        ("gitleaks", 3),
        ("hadolint", 1),
        ("semgrep", 13),
        ("trufflehog", 3),
        ("zap-xml", 11),
    ];
    assert_eq!(compared, all);
}

#[test]
fn no_secret_of_a_real_report_is_written_out() {
    let Some(files) = files("defectdojo") else { return };
    let mut seen = 0;
    for (name, bytes) in files.iter().filter(|(name, _)| name.contains("gitleaks") || name.contains("trufflehog")) {
        let collected = read(bytes);
        let written = serde_json::to_string(&collected.findings).unwrap();
        for secret in &collected.known_secrets {
            // The texts of a few files are anonymised to words that also stand in names of rules.
            let secret = secret.reveal();
            seen += u32::from(secret.len() > 15);
            assert!(secret.len() <= 15 || !written.contains(secret), "{name}: a secret is written out");
        }
        assert!(!written.contains("counter@"), "{name}: an address of an author is written out");
    }
    assert!(seen > 20, "{seen}");
}
