//! `audit-ci.jsonc`: its `allowlist` of advisories, packages, and chains of packages.

use super::entry::{Criterion, WEAKNESSES};
use super::json_comments::blanked;
use super::npm_ids::criteria;
use super::nsprc::terms_of;
use super::pattern::{NamePattern, PathPattern};
use super::reading::{Reading, Terms};
use super::value::Value;

const KEYS: [&str; 19] = [
    "$schema",
    "allowlist",
    "critical",
    "directory",
    "extra-args",
    "high",
    "low",
    "moderate",
    "output-format",
    "package-manager",
    "pass-enoaudit",
    "registry",
    "report",
    "report-type",
    "retry-count",
    "show-found",
    "show-not-found",
    "skip-dev",
    "summary",
];

pub(super) fn read(reading: &mut Reading<'_>, text: &str) {
    let Some(root) = reading.document(Value::of_yaml(&blanked(text))) else { return };
    reading.known(&root, &KEYS, "");
    for item in reading.list(root.get("allowlist"), "allowlist") {
        if let Some(text) = item.as_text() {
            reading.push(item.line, Terms::default(), of_text(text));
            continue;
        }
        for (id, terms) in reading.map(item, "an entry of `allowlist`") {
            if let Ok(Some(terms)) = terms_of(reading, id, terms) {
                reading.push(id.line, terms, of_text(&id.name));
            }
        }
    }
}

/// `GHSA-…`, `GHSA-…|a>b>c`, `*|a>b`, `a>b`, the name of a package, or `*` for everything npm reports.
fn of_text(text: &str) -> Vec<Criterion> {
    let every = || vec![Criterion::Ecosystem("npm"), Criterion::Kinds(WEAKNESSES)];
    let along = |criteria: Vec<Criterion>, path: &str| {
        let path = Criterion::DependencyPath(PathPattern::new(path));
        criteria.into_iter().chain([path]).collect()
    };
    match text.split_once('|') {
        Some(("*", path)) => along(every(), path),
        Some((id, path)) => along(criteria(id.trim()), path),
        None if text == "*" => every(),
        None if text.contains('>') => along(every(), text),
        None if is_id(text) => criteria(text),
        None => every().into_iter().chain([Criterion::Package(NamePattern::Exact(text.to_owned()))]).collect(),
    }
}

fn is_id(text: &str) -> bool {
    portcullis_model::advisory::is_advisory(text) || text.bytes().all(|byte| byte.is_ascii_digit())
}
