//! `.trivyignore.yaml`: the same by kind, with paths, purls and a statement.

use portcullis_model::{Glob, Kind, Package};

use super::entry::{Criterion, WEAKNESSES};
use super::reading::{Reading, Terms, Told, quoted};
use super::trivy::criteria;
use super::value::Value;
use crate::package_url;

const SECTIONS: [(&str, &[Kind]); 4] = [
    ("vulnerabilities", WEAKNESSES),
    ("misconfigurations", &[Kind::Misconfiguration]),
    ("secrets", &[Kind::Secret]),
    ("licenses", &[Kind::License]),
];
const KEYS: [&str; 5] = ["id", "paths", "purls", "expired_at", "statement"];

pub(super) fn read(reading: &mut Reading<'_>, text: &str) {
    let Some(root) = reading.document(Value::of_yaml(text)) else { return };
    reading.known(&root, &SECTIONS.map(|(name, _)| name), "");
    if root.as_map().is_none() {
        return reading.broken(root.line, "it is no mapping");
    }
    for (name, kinds) in SECTIONS {
        for item in reading.list(root.get(name), name) {
            reading.known(item, &KEYS, &format!(" of `{name}`"));
            if let Ok((terms, criteria)) = entry(reading, item, kinds) {
                reading.push(item.line, terms, criteria);
            }
        }
    }
}

fn entry(reading: &mut Reading<'_>, item: &Value, kinds: &'static [Kind]) -> Result<(Terms, Vec<Criterion>), Told> {
    let Some(id) = reading.text(item, "id")? else {
        reading.unused(item.line, "it has no `id`");
        return Err(Told);
    };
    let mut criteria = criteria(id, Some(kinds));
    let globs = reading.texts(item, "paths")?.into_iter().map(Glob::anchored).collect();
    let globs: Vec<Glob> = reading.usable(item.line, globs)?;
    if !globs.is_empty() {
        criteria.push(Criterion::Paths(globs, reading.directory().to_owned()));
    }
    let packages = reading.texts(item, "purls")?.into_iter().map(package).collect();
    let packages: Vec<Package> = reading.usable(item.line, packages)?;
    if !packages.is_empty() {
        criteria.push(Criterion::Packages(packages));
    }
    let expires = reading.end(item, "expired_at")?;
    let reason = reading.text(item, "statement")?.map(str::to_owned);
    Ok((Terms { reason, expires }, criteria))
}

fn package(purl: &str) -> Result<Package, String> {
    let mut package = Package::default();
    package_url::apply(purl, &mut package).map_err(|why| quoted(&why))?;
    Ok(package)
}
