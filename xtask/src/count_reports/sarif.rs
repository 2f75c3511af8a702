//! SARIF: results, those that passed, and how bad each is by property, score or effective level (SARIF 2.1.0, 3.27.10).

use serde_json::Value;

use super::Count;
use super::dependencies::by_name;
use super::finding::{Found, band, found, rated, severity};
use super::json::{items, number, word};

pub(super) fn count(document: &Value) -> Count {
    let mut all = Vec::new();
    let mut passed = 0;
    for run in items(document, "runs") {
        for result in items(run, "results") {
            let is_of_conftest = run["tool"]["driver"]["name"] == "conftest";
            let rule = word(&result["ruleId"]);
            if is_of_conftest && rule.ends_with("/skip") {
                continue;
            }
            if matches!(word(&result["kind"]), "pass" | "notApplicable" | "informational")
                || is_of_conftest && rule.ends_with("/success")
            {
                passed += 1;
            } else {
                all.push(one(run, result));
            }
        }
    }
    Count { passed: Some(passed), ..rated(&all) }
}

fn one(run: &Value, result: &Value) -> Found {
    let suppressions = items(result, "suppressions");
    let is_refused = |entry: &Value| matches!(word(&entry["status"]), "rejected" | "underReview");
    let is_out = (run["tool"]["driver"]["name"] == "conftest" && word(&result["ruleId"]).ends_with("/allow"))
        || result["baselineState"] == "absent"
        || (!suppressions.is_empty() && !suppressions.iter().any(is_refused));
    found("", rating(run, result)).out_if(is_out)
}

fn rating(run: &Value, result: &Value) -> &'static str {
    let tool: String = word(&run["tool"]["driver"]["name"]).to_lowercase();
    let rule = rule(run, result);
    let properties = [Some(&result["properties"]), rule.map(|rule| &rule["properties"])];
    let both = || properties.iter().flatten();
    let words = ["cvssv3_baseSeverity", "severity", "issue_severity"];
    let words = if tool == "zizmor" { &["zizmor/severity"][..] } else { &words };
    let stated = both().find_map(|bag| words.iter().find_map(|name| bag[*name].as_str()).map(severity));
    if let Some(stated) = by_message(&tool, result).or(stated).filter(|stated| *stated != "unknown" || tool == "trivy")
    {
        return stated;
    }
    if let Some(score) = both().find_map(|bag| number(&bag["security-severity"])) {
        // 0 says that nobody has rated it.
        return if score > 0.0 { band(score) } else { "unknown" };
    }
    if let Some(stated) = rule.filter(|_| result["level"].is_null()).and_then(of_quality) {
        return stated;
    }
    by_level(run, result, rule, &tool)
}

/// Trivy writes `Severity: HIGH` into each message, and tags the rule; Grype begins it with `A high vulnerability`.
fn by_message(tool: &str, result: &Value) -> Option<&'static str> {
    let message = word(&result["message"]["text"]);
    if tool == "grype" {
        let mut words = message.split(' ').skip(1);
        return words.next().filter(|_| words.next() == Some("vulnerability")).map(severity);
    }
    let mut lines = message.lines().filter(|_| tool == "trivy");
    lines.find_map(|line| line.strip_prefix("Severity: ")).map(severity)
}

/// `CodeQL`'s word for queries that are not about security.
fn of_quality(rule: &Value) -> Option<&'static str> {
    let properties = &rule["properties"];
    if items(properties, "tags").iter().any(|tag| tag == "security") {
        return None;
    }
    match word(&properties["problem.severity"]) {
        "error" => Some("high"),
        "warning" => Some("medium"),
        "recommendation" => Some("low"),
        _ => None,
    }
}

fn by_level(run: &Value, result: &Value, rule: Option<&Value>, tool: &str) -> &'static str {
    let is_failure = matches!(word(&result["kind"]), "" | "fail");
    let id = rule.map_or(&result["ruleId"], |rule| &rule["id"]);
    let overrides = items(&run["invocations"][0], "ruleConfigurationOverrides").iter();
    let overridden = overrides
        .filter(|entry| entry["descriptor"]["id"] == *id)
        .find_map(|entry| entry["configuration"]["level"].as_str());
    let of_rule = || rule.and_then(|rule| rule["defaultConfiguration"]["level"].as_str());
    let stated = match (result["level"].as_str(), is_failure) {
        (Some(level), _) => Some(level),
        (None, false) => Some("none"),
        (None, true) => overridden.or_else(of_rule),
    };
    match (tool, stated) {
        // It calls everything an error.
        ("checkov", _) => "medium",
        ("osv-scanner", _) => "unknown",
        // A secret scanner that states nothing has found a secret.
        (_, Some("error")) | ("gitleaks", None) => "high",
        (_, Some("warning") | None) => "medium",
        (_, Some("note")) => "low",
        (_, Some(_)) => "info",
    }
}

/// By reference, by index where the id agrees, by id, by the id before its last `/`.
fn rule<'v>(run: &'v Value, result: &Value) -> Option<&'v Value> {
    let driver = items(&run["tool"]["driver"], "rules");
    let reference = &result["rule"];
    let id = result["ruleId"].as_str().or_else(|| reference["id"].as_str());
    let extension = reference.pointer("/toolComponent/index").and_then(Value::as_u64);
    let listed = extension
        .and_then(|index| items(&run["tool"], "extensions").get(usize::try_from(index).ok()?))
        .map_or(driver, |extension| items(extension, "rules"));
    let at = |list: &'v [Value], index: &Value| list.get(usize::try_from(index.as_u64()?).ok()?);
    let agrees = |rule: &&Value| {
        let known = word(&rule["id"]);
        id.is_none_or(|id| id == known || id.strip_prefix(known).is_some_and(|rest| rest.starts_with('/')))
    };
    let by_id = |id: &str| {
        let extensions = items(&run["tool"], "extensions").iter().map(|extension| items(extension, "rules"));
        std::iter::once(driver).chain(extensions).find_map(|rules| by_name(rules, "id").get(id).copied())
    };
    at(listed, &reference["index"])
        .or_else(|| at(driver, &result["ruleIndex"]).filter(agrees))
        .or_else(|| by_id(id?))
        .or_else(|| by_id(id?.rsplit_once('/')?.0))
}
