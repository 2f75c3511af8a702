//! `osv-scanner.toml`: ignored advisories and packages of the lock files beside it.

use portcullis_model::{Kind, Scope};

use super::entry::{Criterion, WEAKNESSES};
use super::pattern::{NamePattern, anchored};
use super::reading::{Reading, Terms, Told, quoted};
use super::value::Value;
use crate::package_url::ecosystem_of;

const KEYS: [&str; 3] = ["IgnoredVulns", "PackageOverrides", "GoVersionOverride"];
const IGNORED: [&str; 3] = ["id", "ignoreUntil", "reason"];
const OVERRIDE: [&str; 10] = [
    "name",
    "nameIsRegex",
    "version",
    "ecosystem",
    "group",
    "ignore",
    "vulnerability",
    "license",
    "effectiveUntil",
    "reason",
];

pub(super) fn read(reading: &mut Reading<'_>, text: &str) {
    let Some(root) = reading.document(Value::of_toml(text)) else { return };
    reading.known(&root, &KEYS, "");
    for item in reading.list(root.get("IgnoredVulns"), "IgnoredVulns") {
        reading.known(item, &IGNORED, " of `IgnoredVulns`");
        if let Ok((terms, id)) = ignored(reading, item) {
            reading.push(item.line, terms, vec![Criterion::advisory(id), Criterion::Kinds(WEAKNESSES)]);
        }
    }
    for item in reading.list(root.get("PackageOverrides"), "PackageOverrides") {
        reading.known(item, &OVERRIDE, " of `PackageOverrides`");
        if let Ok((terms, criteria)) = overridden(reading, item) {
            reading.push(item.line, terms, criteria);
        }
    }
}

fn ignored<'v>(reading: &mut Reading<'_>, item: &'v Value) -> Result<(Terms, &'v str), Told> {
    let expires = reading.end(item, "ignoreUntil")?;
    let reason = reading.text(item, "reason")?.map(str::to_owned);
    let Some(id) = reading.text(item, "id")? else {
        reading.unused(item.line, "it has no `id`");
        return Err(Told);
    };
    Ok((Terms { reason, expires }, id))
}

fn overridden(reading: &mut Reading<'_>, item: &Value) -> Result<(Terms, Vec<Criterion>), Told> {
    let kinds = ignored_kinds(reading, item)?;
    let mut criteria = vec![Criterion::Kinds(kinds)];
    let is_pattern = reading.flag(item, "nameIsRegex")?.unwrap_or(false);
    if let Some(name) = reading.text(item, "name")? {
        criteria.push(Criterion::Package(if is_pattern {
            NamePattern::Like(reading.usable(item.line, anchored(name))?)
        } else {
            NamePattern::Exact(name.to_owned())
        }));
    }
    if let Some(version) = reading.text(item, "version")? {
        criteria.push(Criterion::Version(version.to_owned()));
    }
    if let Some(word) = reading.text(item, "ecosystem")? {
        let ecosystem = ecosystem_of(word);
        if ecosystem.is_empty() {
            reading.unused(item.line, &format!("the ecosystem `{}` is not known", quoted(word)));
            return Err(Told);
        }
        criteria.push(Criterion::Ecosystem(ecosystem));
    }
    if let Some(group) = reading.text(item, "group")? {
        if !matches!(group, "dev" | "development") {
            reading.unused(item.line, &format!("no report says whether a package is in the group `{}`", quoted(group)));
            return Err(Told);
        }
        criteria.push(Criterion::Scope(Scope::Development));
    }
    if criteria.len() == 1 {
        reading.unused(item.line, "it names no package");
        return Err(Told);
    }
    let expires = reading.end(item, "effectiveUntil")?;
    let reason = reading.text(item, "reason")?.map(str::to_owned);
    Ok((Terms { reason, expires }, criteria))
}

/// What of the package is ignored.
fn ignored_kinds(reading: &mut Reading<'_>, item: &Value) -> Result<&'static [Kind], Told> {
    let below = |reading: &mut Reading<'_>, name: &str, keys: &[&str]| {
        let Some(table) = item.get(name) else { return Ok(false) };
        reading.known(table, keys, &format!(" of `{name}`"));
        Ok(reading.flag(table, "ignore")?.unwrap_or(false))
    };
    let everything = reading.flag(item, "ignore")?.unwrap_or(false);
    let weaknesses = below(reading, "vulnerability", &["ignore"])?;
    let licenses = below(reading, "license", &["ignore", "override"])?;
    if let Some(other) = item.get("license").and_then(|license| license.get("override")) {
        reading.odd(
            other.line,
            "licences that a package is said to have are not taken over: state them in `licenses.aliases`, not",
        );
    }
    match (everything, weaknesses, licenses) {
        (true, ..) | (_, true, true) => Ok(&[Kind::Vulnerability, Kind::Malware, Kind::Outdated, Kind::License]),
        (_, true, false) => Ok(WEAKNESSES),
        (_, false, true) => Ok(&[Kind::License]),
        (_, false, false) => {
            // An override of the licence alone ignores nothing, and has been told.
            if item.get("license").and_then(|license| license.get("override")).is_none() {
                reading.unused(item.line, "it ignores nothing: `ignore` is not true");
            }
            Err(Told)
        }
    }
}
