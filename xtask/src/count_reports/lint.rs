//! Reports about code, configuration, secrets and running applications.

use serde_json::Value;

use super::Count;
use super::finding::{Found, counted, found, rank, rated, severity};
use super::json::{items, number, one_or_many, values, word};

/// The format states none: a leak is high unless a tag of its rule says otherwise.
pub(super) fn gitleaks(document: &Value) -> Vec<Found> {
    let by_tag = |tag: &str| {
        let tag = tag.trim();
        tag.strip_prefix("severity:")
            .map(severity)
            .or_else(|| tag.eq_ignore_ascii_case("critical").then_some("critical"))
    };
    // Version 7 writes `tags`, one text with commas.
    let of = |leak: &Value| {
        let mut tags = items(leak, "Tags").iter().map(word).chain(word(&leak["tags"]).split(','));
        tags.find_map(by_tag).unwrap_or("high")
    };
    items(document, "").iter().map(|leak| found("secret", of(leak))).collect()
}

/// The format states none: a secret that was tried is critical, any other high.
pub(super) fn detect_secrets(document: &Value) -> Vec<Found> {
    let secrets = values(&document["results"]).flat_map(|file| items(file, ""));
    secrets
        .map(|secret| {
            let severity = if secret["is_verified"] == true { "critical" } else { "high" };
            found("secret", severity).out_if(secret["is_secret"] == false)
        })
        .collect()
}

/// The format states none: a secret that works is critical, any other medium. A finding of version 2 lists strings, each a
/// secret of its own; the same string twice is one.
pub(super) fn trufflehog(values: &[Value]) -> Vec<Found> {
    let mut all = Vec::new();
    for line in values.iter().flat_map(one_or_many) {
        if !line["DetectorName"].is_null() {
            all.push(found("secret", if line["Verified"] == true { "critical" } else { "medium" }));
        } else if !line["reason"].is_null() {
            let mut strings: Vec<&str> = items(line, "stringsFound").iter().map(word).collect();
            strings.sort_unstable();
            strings.dedup();
            all.extend(strings.iter().map(|_| found("secret", "medium")));
        }
    }
    all
}

pub(super) fn hadolint(document: &Value) -> Vec<Found> {
    let of = |level: &str| match level {
        "error" => "high",
        "warning" => "medium",
        "info" => "low",
        _ => "info",
    };
    items(document, "").iter().map(|one| found("misconfiguration", of(word(&one["level"])))).collect()
}

/// Without a platform key checkov states no severity: then a secret is high, anything else medium.
pub(super) fn checkov(document: &Value) -> Count {
    let mut all = Vec::new();
    let mut passed = 0;
    for part in one_or_many(document) {
        let usual = if part["check_type"] == "secrets" { "high" } else { "medium" };
        for (key, is_out) in [("failed_checks", false), ("skipped_checks", true)] {
            all.extend(items(&part["results"], key).iter().map(|check| {
                let stated = check["severity"].as_str().map_or(usual, severity);
                found("", stated).out_if(is_out)
            }));
        }
        passed += part.pointer("/summary/passed").and_then(Value::as_u64).unwrap_or_default();
    }
    Count { passed: Some(passed), ..rated(&all) }
}

pub(super) fn semgrep(document: &Value) -> Vec<Found> {
    let of = |word: &str| match word {
        "ERROR" => "high",
        "WARNING" => "medium",
        "INFO" => "low",
        "INVENTORY" | "EXPERIMENT" => "info",
        other => severity(other),
    };
    let results = items(document, "results").iter();
    results
        .map(|result| {
            let extra = &result["extra"];
            found("", of(word(&extra["severity"]))).out_if(extra["is_ignored"] == true)
        })
        .collect()
}

pub(super) fn code_climate(document: &Value) -> Vec<Found> {
    // Measurements stand among the issues.
    let issues = one_or_many(document).into_iter().filter(|item| matches!(word(&item["type"]), "" | "issue"));
    issues.map(|issue| found("", severity(word(&issue["severity"])))).collect()
}

/// The format states none: all are medium.
pub(super) fn kube_linter(document: &Value) -> Vec<Found> {
    items(document, "Reports").iter().map(|_| found("misconfiguration", "medium")).collect()
}

/// What a rule says of itself counts before the list it stands in.
pub(super) fn conftest(document: &Value) -> Count {
    let mut all = Vec::new();
    let mut passed = 0;
    for file in items(document, "") {
        passed += file["successes"].as_u64().unwrap_or_default();
        for (list, usual) in [("failures", "high"), ("warnings", "medium"), ("exceptions", "high")] {
            all.extend(items(file, list).iter().map(|item| {
                let stated = severity(word(&item["metadata"]["severity"]));
                let severity = if stated == "unknown" { usual } else { stated };
                found("misconfiguration", severity).out_if(list == "exceptions")
            }));
        }
    }
    Count { passed: Some(passed), ..counted(&all) }
}

/// One for each place of a query.
pub(super) fn kics(document: &Value) -> Vec<Found> {
    let queries = items(document, "queries").iter();
    let places = queries.flat_map(|query| items(query, "files").iter().map(move |_| word(&query["severity"])));
    places.map(|word| found("misconfiguration", if word == "TRACE" { "info" } else { severity(word) })).collect()
}

/// The issue's word, the rule's, the worst of what the rule has an impact on.
pub(super) fn sonar(document: &Value) -> Vec<Found> {
    let rules = items(document, "rules");
    let issues = items(document, "issues").iter();
    issues
        .map(|issue| {
            let rule = rules.iter().find(|rule| rule["id"] == issue["ruleId"]);
            let stated = issue["severity"].as_str().or_else(|| rule?["severity"].as_str());
            let impacts = rule.map_or(&[][..], |rule| items(rule, "impacts")).iter();
            let worst = impacts.map(|impact| severity(word(&impact["severity"]))).max_by_key(|word| rank(word));
            found("code", stated.map(severity).or(worst).unwrap_or("unknown"))
        })
        .collect()
}

pub(super) fn oasdiff(document: &Value) -> Vec<Found> {
    let of = |change: &Value| match change["level"].as_u64() {
        Some(3) => "high",
        Some(2) => "medium",
        _ => "info",
    };
    items(document, "").iter().map(|change| found("quality", of(change))).collect()
}

/// One for each alert of a site.
pub(super) fn zap(document: &Value) -> Vec<Found> {
    let alerts = items(document, "site").iter().flat_map(|site| items(site, "alerts"));
    alerts
        .map(|alert| found("code", risk(number(&alert["riskcode"]))).out_if(number(&alert["confidence"]) == Some(0.0)))
        .collect()
}

/// ZAP's four steps.
#[allow(clippy::cast_possible_truncation, reason = "one of four small numbers")]
pub(super) fn risk(code: Option<f64>) -> &'static str {
    match code.map(|code| code as i64) {
        Some(3) => "high",
        Some(2) => "medium",
        Some(1) => "low",
        Some(0) => "info",
        _ => "unknown",
    }
}
