//! Reports about packages with known vulnerabilities, counted as one would with `jq`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Count;
use super::finding::{Found, band, counted, found, rank, severity};
use super::json::{items, number, one_or_many, values, word};

/// The word; where it is `Unknown` a score speaks, of the newest version of CVSS the highest. A record without any takes those
/// of the same weakness in other databases.
pub(super) fn grype(document: &Value) -> Vec<Found> {
    let of = |list: &str, is_out: bool| -> Vec<Found> {
        let matches = items(document, list).iter();
        matches.map(|one| found("vulnerability", of_grype(one)).out_if(is_out)).collect()
    };
    let mut all = of("matches", false);
    all.extend(of("ignoredMatches", true));
    all
}

fn of_grype(one: &Value) -> &'static str {
    let vulnerability = &one["vulnerability"];
    let stated = severity(word(&vulnerability["severity"]));
    if stated != "unknown" {
        return stated;
    }
    let own = items(vulnerability, "cvss");
    let related = items(one, "relatedVulnerabilities").iter().filter(|_| own.is_empty());
    let all: Vec<&Value> = own.iter().chain(related.flat_map(|record| items(record, "cvss"))).collect();
    let scores = |version: &str| {
        let of_version = all.iter().filter(|cvss| word(&cvss["version"]).starts_with(version));
        of_version.filter_map(|cvss| number(&cvss["metrics"]["baseScore"])).max_by(f64::total_cmp)
    };
    scores("4").or_else(|| scores("3")).map_or("unknown", band)
}

/// One for each group of ids of a package, which older versions leave to the aliases; licences that the configuration forbids.
pub(super) fn osv(document: &Value) -> Vec<Found> {
    let packages = items(document, "results").iter().flat_map(|result| items(result, "packages"));
    let mut all = Vec::new();
    for package in packages {
        let records = items(package, "vulnerabilities");
        let groups: Vec<(Option<&Value>, BTreeSet<&str>)> = match items(package, "groups") {
            [] => by_alias(records).into_iter().map(|ids| (None, ids)).collect(),
            groups => {
                groups.iter().map(|group| (Some(group), items(group, "ids").iter().map(word).collect())).collect()
            }
        };
        let is_grouped = |record: &&Value| groups.iter().any(|(_, ids)| ids.contains(word(&record["id"])));
        // A record that no group names is lost by nobody.
        let alone = records.iter().filter(|record| !is_grouped(record));
        all.extend(alone.map(|record| found("vulnerability", of_osv(None, &[record]))));
        for (group, ids) in groups {
            let of_group: Vec<&Value> = records.iter().filter(|record| ids.contains(word(&record["id"]))).collect();
            let is_withdrawn = !of_group.is_empty() && of_group.iter().all(|record| record["withdrawn"].is_string());
            let one = if ids.iter().any(|id| id.starts_with("MAL-")) {
                found("malware", "critical")
            } else {
                found("vulnerability", of_osv(group, &of_group))
            };
            all.push(one.out_if(is_withdrawn));
        }
        all.extend(items(package, "license_violations").iter().map(|_| found("license", "high")));
    }
    all
}

/// Ids of records of which one names the other, or both name a third.
fn by_alias(records: &[Value]) -> Vec<BTreeSet<&str>> {
    let mut groups: Vec<BTreeSet<&str>> = Vec::new();
    for record in records {
        let mut ids: BTreeSet<&str> = items(record, "aliases").iter().map(word).chain([word(&record["id"])]).collect();
        let (same, others): (Vec<_>, Vec<_>) = groups.into_iter().partition(|group| !group.is_disjoint(&ids));
        ids.extend(same.into_iter().flatten());
        groups = others.into_iter().chain([ids]).collect();
    }
    groups
}

fn of_osv(group: Option<&Value>, records: &[&Value]) -> &'static str {
    let analysed: Vec<&Value> =
        group.map(|group| values(&group["experimental_analysis"]).collect()).unwrap_or_default();
    if !analysed.is_empty() && analysed.iter().all(|analysis| analysis["unimportant"] == true) {
        return "info";
    }
    if let Some(score) = group.and_then(|group| number(&group["max_severity"])).filter(|score| *score > 0.0) {
        return band(score);
    }
    let words = records.iter().map(|record| severity(word(&record["database_specific"]["severity"])));
    words.max_by_key(|word| rank(word)).unwrap_or("unknown")
}

pub(super) fn npm_2(document: &Value) -> Vec<Found> {
    let document = if document["audit"].is_object() { &document["audit"] } else { document };
    let Some(packages) = document["vulnerabilities"].as_object() else { return Vec::new() };
    let mut all = Vec::new();
    for package in packages.values() {
        for via in items(package, "via") {
            match via.as_str() {
                None => all.push(npm_advisory(via)),
                Some(name) if !packages.contains_key(name) => {
                    all.push(found("vulnerability", severity(word(&package["severity"]))));
                }
                Some(_) => {}
            }
        }
    }
    all
}

/// Malicious packages are said to be so in the title, and are as bad as can be.
fn npm_advisory(advisory: &Value) -> Found {
    if word(&advisory["title"]).to_lowercase().contains("malicious") {
        return found("malware", "critical");
    }
    found("vulnerability", severity(word(&advisory["severity"])))
}

pub(super) fn npm_1(document: &Value) -> Vec<Found> {
    let mut all = Vec::new();
    for advisory in values(&document["advisories"]) {
        let versions: BTreeSet<String> =
            items(advisory, "findings").iter().map(|found| found["version"].to_string()).collect();
        all.extend((0..versions.len().max(1)).map(|_| npm_advisory(advisory)));
    }
    all
}

pub(super) fn yarn_1(lines: &[Value]) -> Vec<Found> {
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    for line in lines.iter().filter(|line| line["type"] == "auditAdvisory") {
        let advisory = &line["data"]["advisory"];
        for one in items(advisory, "findings") {
            if seen.insert((advisory["id"].to_string(), one["version"].to_string())) {
                all.push(npm_advisory(advisory));
            }
        }
    }
    all
}

pub(super) fn yarn_2(lines: &[Value]) -> Vec<Found> {
    let mut all = Vec::new();
    for advisory in lines.iter().map(|line| &line["children"]).filter(|advisory| advisory.is_object()) {
        let is_deprecated = advisory["ID"].to_string().contains("(deprecation)");
        let kind = if is_deprecated { "outdated" } else { "vulnerability" };
        let versions = items(advisory, "Tree Versions").len().max(1);
        all.extend((0..versions).map(|_| found(kind, severity(word(&advisory["Severity"])))));
    }
    all
}

/// The format states no severity.
pub(super) fn pip(document: &Value) -> Vec<Found> {
    let packages = items(document, "dependencies").iter().chain(items(document, ""));
    packages.flat_map(|package| items(package, "vulns")).map(|_| found("vulnerability", "unknown")).collect()
}

pub(super) fn snyk(document: &Value) -> Vec<Found> {
    let mut all = Vec::new();
    for project in one_or_many(document) {
        for part in std::iter::once(project).chain(items(project, "applications")) {
            let mut seen = BTreeSet::new();
            let ignored = items(&part["filtered"], "ignore").iter().chain(items(&part["filtered"], "patch"));
            let open = items(part, "vulnerabilities").iter().map(|item| (item, false));
            for (item, is_out) in open.chain(ignored.map(|item| (item, true))) {
                if seen.insert((is_out, [&item["id"], &item["name"], &item["version"]].map(Value::to_string))) {
                    let kind = if item["type"] == "license" { "license" } else { "vulnerability" };
                    let stated = item["severityWithCritical"].as_str().unwrap_or(word(&item["severity"]));
                    all.push(found(kind, severity(stated)).out_if(is_out));
                }
            }
        }
    }
    all
}

/// Advisories of `RustSec` state a vector and no word.
pub(super) fn cargo_audit(document: &Value) -> Vec<Found> {
    let warnings = values(&document["warnings"]).chain(items(document, "warnings"));
    let outdated: usize = warnings.map(|list| one_or_many(list).len()).sum();
    let listed = items(&document["vulnerabilities"], "list").len();
    let kinds = std::iter::repeat_n("vulnerability", listed).chain(std::iter::repeat_n("outdated", outdated));
    kinds.map(|kind| found(kind, "unknown")).collect()
}

/// One for each record and module that is in the build; records of the Go database state no severity. Before version 1.0
/// the findings stand in the list `Vulns` of one document.
pub(super) fn govulncheck(messages: &[Value]) -> Vec<Found> {
    let messages: Vec<&Value> = messages.iter().flat_map(one_or_many).collect();
    let name = |finding: &Value| (finding["osv"].to_string(), finding.pointer("/trace/0/module").map(Value::to_string));
    let new = messages.iter().map(|message| &message["finding"]).filter(|finding| finding.is_object()).map(name);
    let old = messages.iter().flat_map(|message| items(message, "Vulns"));
    let old = old.map(|call| (call["OSV"]["id"].to_string(), call.get("ModPath").map(Value::to_string)));
    let distinct: BTreeSet<_> = new.chain(old).collect();
    distinct.into_iter().map(|_| found("vulnerability", "unknown")).collect()
}

pub(super) fn dependency_check(document: &Value) -> Vec<Found> {
    let lists = [("vulnerabilities", false), ("suppressedVulnerabilities", true)];
    let files = items(document, "dependencies").iter();
    files
        .flat_map(|file| {
            lists.into_iter().flat_map(move |(key, is_out)| items(file, key).iter().map(move |one| (one, is_out)))
        })
        .map(|(one, is_out)| found("vulnerability", severity(word(&one["severity"]))).out_if(is_out))
        .collect()
}

pub(super) fn dependency_review(document: &Value) -> Vec<Found> {
    let added = items(document, "").iter().filter(|change| change["change_type"] == "added");
    let advisories = added.flat_map(|change| items(change, "vulnerabilities"));
    advisories.map(|advisory| found("vulnerability", severity(word(&advisory["severity"])))).collect()
}

/// One for each vulnerable package, else one; the kind of the others depends on their types.
pub(super) fn asff(document: &Value) -> Count {
    let mut passed = 0;
    let mut all = Vec::new();
    for item in items(document, "Findings").iter().chain(items(document, "")) {
        if item["Compliance"]["Status"] == "PASSED" {
            passed += 1;
            continue;
        }
        let packages = items(item, "Vulnerabilities").iter().map(|one| items(one, "VulnerablePackages").len().max(1));
        let is_out =
            matches!(word(&item["Workflow"]["Status"]), "SUPPRESSED" | "RESOLVED") || item["RecordState"] == "ARCHIVED";
        let times = packages.sum::<usize>().max(1);
        all.extend((0..times).map(|_| found("", of_asff(&item["Severity"])).out_if(is_out)));
    }
    Count { kinds: None, passed: Some(passed), ..counted(&all) }
}

fn of_asff(stated: &Value) -> &'static str {
    match (stated["Label"].as_str(), number(&stated["Normalized"])) {
        (Some(label), _) => severity(label),
        (None, Some(score)) if score >= 90.0 => "critical",
        (None, Some(score)) if score >= 70.0 => "high",
        (None, Some(score)) if score >= 40.0 => "medium",
        (None, Some(score)) if score >= 1.0 => "low",
        (None, Some(_)) => "info",
        (None, None) => "unknown",
    }
}

pub(super) fn gitlab(document: &Value) -> Vec<Found> {
    let listed = items(document, "vulnerabilities").iter();
    listed.map(|one| found("", severity(word(&one["severity"])))).collect()
}

/// Names of several lists of a document, for counters that have to join them.
pub(super) fn by_name<'v>(list: &'v [Value], name: &str) -> BTreeMap<&'v str, &'v Value> {
    list.iter().filter_map(|item| Some((item.get(name)?.as_str()?, item))).collect()
}

/// Lines of cargo-deny: what accompanies something accepted is no finding, and what says that it did not work is none either.
/// A vector is no word.
pub(super) fn cargo_deny(lines: &[Value]) -> Count {
    let mut all = Vec::new();
    let mut passed = 0;
    let mut is_by_vector = false;
    for fields in lines.iter().filter(|line| line["type"] == "diagnostic").map(|line| &line["fields"]) {
        let (code, stated) = (word(&fields["code"]), word(&fields["severity"]));
        let advisory = &fields["advisory"];
        let found = match code {
            "index-failure" | "index-cache-load-failure" => continue,
            "vulnerability" | "advisory-ignored" if advisory["id"].is_string() => {
                is_by_vector |= advisory["cvss"].is_string();
                found("vulnerability", "unknown").out_if(code == "advisory-ignored")
            }
            "unsound" => found("outdated", "medium"),
            "yanked" => found("outdated", "low"),
            "unmaintained" | "notice" => found("outdated", "info"),
            "" if matches!(stated, "error" | "bug") => continue,
            _ if matches!(stated, "note" | "help" | "") || code.is_empty() => {
                passed += 1;
                continue;
            }
            "rejected" | "unlicensed" | "no-license-field" | "gather-failure" => found("license", severity(stated)),
            _ => found("quality", severity(stated)),
        };
        all.push(found.out_if(advisory["withdrawn"].is_string() || code == "advisory-ignored"));
    }
    let counted = counted(&all);
    Count { passed: Some(passed), severities: counted.severities.filter(|_| !is_by_vector), ..counted }
}
