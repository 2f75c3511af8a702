//! Load tests and page scores: every value under the name the documentation gives it, and how many bounds were missed.

use serde_json::Value;

use super::json::{items, number, one_or_many, word};
use super::{Count, MISSED, Metrics};

fn counted(metrics: Metrics) -> Count {
    Count { metrics: Some(metrics), ..Count::default() }
}

/// The newer summary of k6: metrics one after the other, those of checks in a list of their own; no bounds.
pub(super) fn k6_newer(document: &Value) -> Count {
    let results = &document["results"];
    let mut metrics = Metrics::new();
    for metric in items(results, "metrics").iter().chain(items(&results["checks"], "metrics")) {
        let name = match word(&metric["name"]) {
            "checks_succeeded" => "checks",
            name => name,
        };
        let statistics = metric["values"].as_object().into_iter().flatten();
        of_k6(name, metric["type"] == "rate", statistics, &mut metrics);
    }
    counted(metrics)
}

/// The two older ones: metrics by name, their values inside or side by side with the bounds. `true` of a bound says that it
/// was crossed, an object whether it held.
pub(super) fn k6_older(document: &Value) -> Count {
    let mut metrics = Metrics::new();
    let mut missed = 0.0;
    for (name, metric) in document["metrics"].as_object().into_iter().flatten() {
        let inner = metric["values"].as_object().or_else(|| metric.as_object());
        let is_rate = metric["type"] == "rate" || (!metric["passes"].is_null() && !metric["fails"].is_null());
        let mut own = Metrics::new();
        of_k6(name, is_rate, inner.into_iter().flatten(), &mut own);
        let crossed = metric["thresholds"].as_object().into_iter().flatten().filter(|(_, bound)| {
            let held = bound.as_bool().map_or_else(|| bound["ok"] == true, |crossed| !crossed);
            !held
        });
        // Two bounds on one value are one value that is missed.
        let mut about: Vec<String> = crossed
            .map(|(bound, _)| {
                let statistic: String = bound.chars().take_while(|letter| !"<>=! ".contains(*letter)).collect();
                format!("load.{name}.{}", statistic.replace(['(', ')'], ""))
            })
            .filter(|bounded| own.contains_key(bounded))
            .collect();
        about.sort_unstable();
        about.dedup();
        missed += about.iter().map(|_| 1.0).sum::<f64>();
        metrics.append(&mut own);
    }
    metrics.insert(MISSED.to_owned(), missed);
    counted(metrics)
}

fn of_k6<'v>(name: &str, is_rate: bool, stats: impl Iterator<Item = (&'v String, &'v Value)>, into: &mut Metrics) {
    for (statistic, value) in stats {
        let shown = match statistic.as_str() {
            "value" if is_rate => "rate".to_owned(),
            "passes" | "fails" | "matches" | "total" | "thresholds" | "type" | "contains" => continue,
            other => other.replace(['(', ')'], ""),
        };
        let Some(value) = number(value) else { continue };
        let scale = if is_rate && shown == "rate" { 100.0 } else { 1.0 };
        into.insert(format!("load.{name}.{shown}"), value * scale);
    }
}

/// Assertions of Lighthouse CI: what they found, on which page.
pub(super) fn assertions(document: &Value) -> Count {
    let mut metrics = Metrics::new();
    let mut missed = 0.0;
    for assertion in items(document, "") {
        let Some(actual) = number(&assertion["actual"]) else { continue };
        let properties = one_or_many(&assertion["auditProperty"]);
        let property: Vec<&str> = properties.into_iter().filter_map(Value::as_str).collect();
        let audit = word(&assertion["auditId"]);
        let (name, value) = if audit == "categories" && property.len() == 1 {
            (format!("lighthouse.{}", property.concat()), actual * 100.0)
        } else {
            let parts = [vec!["lhci", audit], property, vec![word(&assertion["name"])]].concat();
            (parts.join("."), actual)
        };
        missed += f64::from(u8::from(assertion["passed"] == false));
        metrics.insert(format!("{name} {}", word(&assertion["url"])), value);
    }
    metrics.insert(MISSED.to_owned(), missed);
    counted(metrics)
}

/// The run that stands for each page.
pub(super) fn manifest(document: &Value) -> Count {
    let runs = items(document, "").iter().filter(|run| run["isRepresentativeRun"] == true);
    let scores = runs.flat_map(|run| {
        let summary = run["summary"].as_object().into_iter().flatten();
        summary.map(|(category, score)| (category.as_str(), word(&run["url"]), score))
    });
    counted(percent(scores))
}

/// A single page.
pub(super) fn page(document: &Value) -> Count {
    let url = ["finalDisplayedUrl", "finalUrl", "requestedUrl"].iter().find_map(|name| document[*name].as_str());
    let categories = document["categories"].as_object().into_iter().flatten();
    let scores = categories.map(|(category, scored)| (category.as_str(), url.unwrap_or_default(), &scored["score"]));
    counted(percent(scores))
}

fn percent<'v>(scores: impl Iterator<Item = (&'v str, &'v str, &'v Value)>) -> Metrics {
    let known = scores.filter_map(|(category, url, score)| {
        let name = format!("lighthouse.{category} {url}");
        Some((name.trim_end().to_owned(), number(score)? * 100.0))
    });
    known.collect()
}
