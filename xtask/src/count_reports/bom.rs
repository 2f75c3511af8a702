//! Bills of materials: components by each format's own definition, their package URLs, and the vulnerabilities inside.

use serde_json::Value;

use super::finding::{Found, counted, found, rank, severity};
use super::json::{items, one_or_many, values, word};
use super::{Count, vex};

/// The thing itself, what it is made of, and what these contain. Ancestors, tools and workflows are no part of it.
pub(super) fn cyclonedx(document: &Value) -> Count {
    let root = &document["metadata"]["component"];
    let mut all = Vec::new();
    if root.is_object() {
        nested(root, &mut all);
    }
    for component in items(document, "components") {
        nested(component, &mut all);
    }
    let purls = all.iter().filter(|component| is_purl(&component["purl"])).count();
    let findings: Vec<Found> = items(document, "vulnerabilities").iter().flat_map(affected).collect();
    let is_by_score = items(document, "vulnerabilities").iter().any(is_by_score);
    let counted = counted(&findings);
    Count {
        components: Some(all.len() as u64),
        purls: Some(purls as u64),
        severities: counted.severities.filter(|_| !is_by_score),
        statements: Some(vex::tally(&vex::cyclonedx(document))),
        ..counted
    }
}

fn nested<'v>(component: &'v Value, all: &mut Vec<&'v Value>) {
    all.push(component);
    for inner in items(component, "components") {
        nested(inner, all);
    }
}

fn is_given(text: &Value) -> bool {
    !word(text).trim().is_empty()
}

fn is_purl(text: &Value) -> bool {
    is_package_url(word(text))
}

/// Tools write other texts in its place, and types with letters that none may have.
pub(super) fn is_package_url(text: &str) -> bool {
    let parts = text.trim().strip_prefix("pkg:").and_then(|rest| rest.trim_start_matches('/').split_once('/'));
    let may_be = |letter: char| letter.is_ascii_alphanumeric() || ".+-".contains(letter);
    parts.is_some_and(|(kind, name)| !name.is_empty() && !kind.is_empty() && kind.chars().all(may_be))
}

fn is_likelihood(rating: &Value) -> bool {
    rating["method"] == "EPSS"
}

/// Only scores or vectors: a second calculator of CVSS is not worth having.
fn is_by_score(vulnerability: &Value) -> bool {
    let ratings: Vec<&Value> = items(vulnerability, "ratings").iter().filter(|rating| !is_likelihood(rating)).collect();
    let known = ratings.iter().any(|rating| severity(word(&rating["severity"])) != "unknown");
    !ratings.is_empty() && !known
}

/// One for each thing it affects.
fn affected(vulnerability: &Value) -> Vec<Found> {
    let words = items(vulnerability, "ratings").iter().filter(|rating| !is_likelihood(rating));
    let words = words.map(|rating| severity(word(&rating["severity"])));
    let severity = words.max_by_key(|word| rank(word)).unwrap_or("unknown");
    let analysis = &vulnerability["analysis"];
    let is_explained = is_given(&analysis["justification"]) || is_given(&analysis["detail"]);
    let is_out = is_given(&vulnerability["rejected"]) || is_out(word(&analysis["state"]), is_explained);
    let times = items(vulnerability, "affects").len().max(1);
    (0..times).map(|_| found("vulnerability", severity).out_if(is_out)).collect()
}

/// What the document says about the effect; not affected only with a reason.
pub(super) fn is_out(state: &str, is_explained: bool) -> bool {
    match state {
        "resolved" | "resolved_with_pedigree" => true,
        "not_affected" | "false_positive" => is_explained,
        _ => false,
    }
}

pub(super) fn spdx_2(document: &Value) -> Count {
    let packages = items(document, "packages");
    let has_purl = |package: &&Value| {
        let purls = items(package, "externalRefs").iter().filter(|reference| reference["referenceType"] == "purl");
        purls.into_iter().any(|reference| is_purl(&reference["referenceLocator"]))
    };
    let purls = packages.iter().filter(has_purl).count();
    Count { components: Some(packages.len() as u64), purls: Some(purls as u64), ..Count::default() }
}

/// Tags at the beginnings of lines; `<text>` may hold anything.
pub(super) fn spdx_2_tag_value(text: &str) -> Count {
    let mut is_inside = false;
    let (mut components, mut purls, mut has_purl) = (0, 0, true);
    for line in text.lines().map(str::trim) {
        if !is_inside && line.starts_with("PackageName:") {
            components += 1;
            has_purl = false;
        }
        if !is_inside && line.starts_with("FileName:") {
            has_purl = true;
        }
        let mut words = line.split_whitespace();
        let is_purl = words.next() == Some("ExternalRef:")
            && words.nth(1) == Some("purl")
            && words.next().is_some_and(is_package_url);
        if !is_inside && is_purl && !has_purl {
            purls += 1;
            has_purl = true;
        }
        if let Some(at) = line.rfind("<text>") {
            is_inside = !line[at..].contains("</text>");
        } else if line.contains("</text>") {
            is_inside = false;
        }
    }
    Count { components: Some(components), purls: Some(purls), ..Count::default() }
}

pub(super) fn spdx_3(document: &Value) -> Count {
    let kind = |element: &Value| element.get("type").or_else(|| element.get("@type")).map(|kind| word(kind).to_owned());
    let is_package = |element: &&Value| {
        kind(element).is_some_and(|kind| kind.ends_with("Package") && !kind.ends_with("SpdxPackage"))
    };
    let packages: Vec<&Value> = items(document, "@graph").iter().filter(is_package).collect();
    let has_purl = |package: &&&Value| {
        let urls = ["software_packageUrl", "packageUrl"];
        let identifiers = ["externalIdentifier"].into_iter().flat_map(|key| one_or_many(&package[key]));
        urls.iter().any(|key| is_given(&package[*key]))
            || identifiers
                .into_iter()
                .any(|identifier| word(&identifier["externalIdentifierType"]).ends_with("packageUrl"))
    };
    let purls = packages.iter().filter(has_purl).count();
    Count { components: Some(packages.len() as u64), purls: Some(purls as u64), ..Count::default() }
}

/// Artifacts, and what was scanned as their root.
pub(super) fn syft(document: &Value) -> Count {
    let artifacts = items(document, "artifacts");
    let purls = artifacts.iter().filter(|artifact| is_purl(&artifact["purl"])).count();
    let root = u64::from(values(&document["source"]).next().is_some());
    Count { components: Some(artifacts.len() as u64 + root), purls: Some(purls as u64), ..Count::default() }
}

/// Packages of a submission to GitHub's dependency graph.
pub(super) fn snapshot(document: &Value) -> Count {
    let manifests = values(&document["manifests"]).flat_map(|manifest| values(&manifest["resolved"]));
    let packages: Vec<&Value> = manifests.collect();
    let purls = packages.iter().filter(|package| is_purl(&package["package_url"])).count();
    Count { components: Some(packages.len() as u64), purls: Some(purls as u64), ..Count::default() }
}
