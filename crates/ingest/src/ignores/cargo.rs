//! `deny.toml` of cargo-deny and `.cargo/audit.toml` of cargo-audit: their ignored advisories.

use portcullis_model::Kind;

use super::entry::{Criterion, WEAKNESSES};
use super::pattern::NamePattern;
use super::reading::{Reading, Terms, Told};
use super::value::Value;

const DENY: [&str; 13] = [
    "advisories",
    "all-features",
    "bans",
    "exclude",
    "exclude-dev",
    "feature-depth",
    "features",
    "graph",
    "licenses",
    "no-default-features",
    "output",
    "sources",
    "targets",
];
const DENY_ADVISORIES: [&str; 16] = [
    "db-path",
    "db-url",
    "db-urls",
    "disable-yank-checking",
    "git-fetch-with-cli",
    "ignore",
    "maximum-db-staleness",
    "notice",
    "severity-threshold",
    "unmaintained",
    "unsound",
    "unused-ignored-advisory",
    "version",
    "vulnerability",
    "yanked",
    "crates-io-index",
];
const AUDIT: [&str; 6] = ["advisories", "database", "output", "packages", "target", "yanked"];
const AUDIT_ADVISORIES: [&str; 3] = ["ignore", "informational_warnings", "severity_threshold"];

pub(super) fn deny(reading: &mut Reading<'_>, text: &str) {
    read(reading, text, &DENY, &DENY_ADVISORIES);
}

pub(super) fn audit(reading: &mut Reading<'_>, text: &str) {
    read(reading, text, &AUDIT, &AUDIT_ADVISORIES);
}

fn read(reading: &mut Reading<'_>, text: &str, keys: &[&str], of_advisories: &[&str]) {
    let Some(root) = reading.document(Value::of_toml(text)) else { return };
    reading.known(&root, keys, "");
    let Some(advisories) = root.get("advisories") else { return };
    reading.known(advisories, of_advisories, " of `advisories`");
    for item in reading.list(advisories.get("ignore"), "ignore") {
        if let Ok((reason, criteria)) = entry(reading, item) {
            reading.push(item.line, Terms { reason, expires: None }, criteria);
        }
    }
}

fn entry(reading: &mut Reading<'_>, item: &Value) -> Result<(Option<String>, Vec<Criterion>), Told> {
    if let Some(text) = item.as_text() {
        return Ok((None, of_text(text)));
    }
    reading.known(item, &["id", "crate", "reason"], " of `ignore`");
    let reason = reading.text(item, "reason")?.map(str::to_owned);
    let named = match reading.text(item, "id")? {
        Some(id) => Some(vec![Criterion::advisory(id), Criterion::Kinds(WEAKNESSES), Criterion::Ecosystem("cargo")]),
        None => reading.text(item, "crate")?.map(yanked),
    };
    named.map(|criteria| (reason, criteria)).ok_or_else(|| {
        reading.unused(item.line, "it has neither `id` nor `crate`");
        Told
    })
}

fn of_text(text: &str) -> Vec<Criterion> {
    if portcullis_model::advisory::is_advisory(text) {
        vec![Criterion::advisory(text), Criterion::Kinds(WEAKNESSES), Criterion::Ecosystem("cargo")]
    } else {
        yanked(text)
    }
}

/// `name@1.2.3`: a version that was taken back.
fn yanked(text: &str) -> Vec<Criterion> {
    let (name, version) = text.split_once(['@', ':']).map_or((text, None), |(name, version)| (name, Some(version)));
    let version = version.map(|version| Criterion::Version(version.trim_start_matches('=').to_owned()));
    let named = Criterion::Package(NamePattern::Exact(name.to_owned()));
    [named, Criterion::Kinds(&[Kind::Outdated]), Criterion::Ecosystem("cargo")].into_iter().chain(version).collect()
}
