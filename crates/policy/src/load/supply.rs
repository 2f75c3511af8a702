//! The supply chain of the merged tree, typed.

use rust_decimal::prelude::ToPrimitive as _;
use std::collections::BTreeMap;

use portcullis_model::version::Range;
use portcullis_model::{Diagnostic, Level, Severity};

use super::build::Tree;
use super::value::{Located, Map};
use crate::pattern::{PackagePattern, Pattern};
use crate::policy::{DataPolicy, IngestPolicy, Setting};
use crate::supply::license::{self, Entry, LicensePolicy, Lists};
use crate::supply::packages::{self, Denied, PackagePolicy, Selector};
use crate::supply::sbom::{Check, CheckPolicy, SbomPolicy};
use crate::supply::vex::VexEntry;

/// `licenses`
pub(super) fn licenses(tree: &Tree<'_>) -> LicensePolicy {
    let list = |name: &str| -> Vec<Setting<Entry>> {
        let entries = tree.list(&["licenses", name]).iter();
        entries
            .flat_map(|located| {
                let origin = tree.sources.origin(&located.mark);
                let read = located.as_text().and_then(Entry::read).unwrap_or_default();
                read.into_iter().map(move |value| Setting { value, origin: origin.clone() })
            })
            .collect()
    };
    let aliases = tree.get(&["licenses", "aliases"]).and_then(Located::as_map);
    let alias = |(name, meaning): (&String, &Located)| Some((license::key(name), meaning.as_text()?.to_owned()));
    LicensePolicy {
        lists: Lists {
            allow: list("allow"),
            deny: list("deny"),
            all_alternatives: tree.is(&["licenses", "mode"], "all").value,
        },
        unknown: tree.level(&["licenses", "unknown"]),
        unlicensed: tree.level(&["licenses", "unlicensed"]),
        copyleft: tree.level(&["licenses", "copyleft"]),
        aliases: aliases.into_iter().flatten().filter_map(alias).collect(),
    }
}

/// `vex`
pub(super) fn vex(tree: &Tree<'_>) -> Vec<VexEntry> {
    let entry = |located: &Located| {
        let map = located.as_map()?;
        let authors = map.get("authors").map(Located::items).unwrap_or_default();
        Some(VexEntry {
            path: portcullis_model::Glob::new(map.get("path")?.as_text()?).ok()?,
            authors: authors.iter().filter_map(|author| Pattern::new(author.as_text()?).ok()).collect(),
            max_age: map.get("max_age").and_then(Located::as_seconds),
            require_justification: map.get("require_justification").and_then(Located::as_bool).unwrap_or(true),
            origin: tree.sources.origin(&located.mark),
        })
    };
    tree.list(&["vex"]).iter().filter_map(entry).collect()
}

/// `sbom`
pub(super) fn sbom(tree: &Tree<'_>) -> SbomPolicy {
    let percent = |path: &[&str]| tree.setting(path, as_percent);
    let check = |check: Check| {
        let at = |key: &'static str| ["sbom", "quality", "checks", check.as_str(), key];
        let policy = CheckPolicy { min: percent(&at("min")), level: tree.setting(&at("level"), Located::as_level) };
        (check, policy)
    };
    let format = |located: &Located| {
        Some(Setting { value: located.as_text()?.to_owned(), origin: tree.sources.origin(&located.mark) })
    };
    let profile = tree.setting(&["sbom", "quality", "profile"], |value| value.as_text().map(str::to_owned));
    SbomPolicy {
        min_score: percent(&["sbom", "min_score"]),
        formats: tree.list(&["sbom", "formats"]).iter().filter_map(format).collect(),
        profile: profile.unwrap_or_default(),
        checks: Check::ALL.into_iter().map(check).filter(|(_, own)| own.min.is_some() || own.level.is_some()).collect(),
        min_edges: percent(&["sbom", "quality", "min_edges"]),
    }
}

fn as_percent(located: &Located) -> Option<f64> {
    located.as_bound()?.number.to_f64()
}

/// `packages`
pub(super) fn packages(tree: &Tree<'_>, sound: bool, told: &mut Vec<Diagnostic>) -> PackagePolicy {
    let patterns = |key: &str| -> Vec<Setting<Pattern>> {
        let pattern = |located: &Located| {
            let value = Pattern::new(located.as_text()?).ok()?;
            Some(Setting { value, origin: tree.sources.origin(&located.mark) })
        };
        tree.list(&["packages", key]).iter().filter_map(pattern).collect()
    };
    let mut deny = Vec::new();
    for located in tree.list(&["packages", "deny"]) {
        let Some(map) = located.as_map() else { continue };
        match selector(map) {
            Ok(package) => deny.push(Denied {
                id: text(map, "id").unwrap_or_default().to_owned(),
                package,
                reason: text(map, "reason").map(str::to_owned),
                origin: tree.sources.origin(&located.mark),
            }),
            Err((key, why)) if sound => {
                let mark = map.get(key).map_or(&located.mark, |value| &value.mark);
                let message = format!("the entry `{}` of `packages.deny` {why}", text(map, "id").unwrap_or_default());
                let error = Diagnostic::error("policy/bad-value", message, tree.sources.span(mark));
                told.push(
                    error.help("name it with `package: pkg:npm/NAME`, or with `name`, `ecosystem` and `version_range`"),
                );
            }
            Err(_) => {}
        }
    }
    PackagePolicy {
        deny,
        allow_registries: patterns("allow_registries"),
        deny_namespaces: patterns("deny_namespaces"),
        max_age_eol: tree.setting(&["packages", "max_age_eol"], Located::as_seconds),
        typosquats: tree.setting(&["packages", "typosquats"], |value| value.as_text().map(str::to_owned)),
    }
}

fn text<'a>(map: &'a Map, key: &str) -> Option<&'a str> {
    map.get(key).and_then(Located::as_text)
}

/// The packages an entry names; else the key at fault and what is wrong.
fn selector(map: &Map) -> Result<Selector, (&'static str, String)> {
    match (text(map, "package"), text(map, "name"), text(map, "ecosystem")) {
        (Some(purl), None, None) if !map.contains_key("version_range") => {
            PackagePattern::new(purl).map(Selector::Purl).map_err(|why| ("package", format!("names no package: {why}")))
        }
        (Some(_), ..) => Err(("package", "names a package in two ways: the version stands in `package`".to_owned())),
        (None, Some(name), Some(ecosystem)) => {
            let range = |text: &str| {
                let range = Range::parse(ecosystem, text);
                let range = range.map_err(|why| ("version_range", format!("has no range of versions: {why}")))?;
                Ok((text.to_owned(), range))
            };
            let versions = text(map, "version_range").map(range).transpose()?;
            let name =
                packages::name_pattern(ecosystem, name).map_err(|why| ("name", format!("names no package: {why}")))?;
            Ok(Selector::Named { ecosystem: ecosystem.to_owned(), name, versions })
        }
        (None, Some(_), None) => Err(("name", "does not say of which `ecosystem` the name is".to_owned())),
        (None, None, _) => Err(("id", "names no package".to_owned())),
    }
}

/// `ingest`
pub(super) fn ingest(tree: &Tree<'_>) -> IngestPolicy {
    let mapping = |located: &Located| -> BTreeMap<String, Severity> {
        let entries = located.as_map().into_iter().flatten();
        entries.filter_map(|(name, value)| Some((name.clone(), value.as_severity()?))).collect()
    };
    let levels = tree.get(&["ingest", "sarif_levels"]).and_then(Located::as_map);
    let texts = |path: &[&str]| tree.list(path).iter().filter_map(Located::as_text).map(str::to_owned).collect();
    IngestPolicy {
        severity_from: tree.get(&["ingest", "severity_from"]).and_then(Located::as_text).unwrap_or_default().to_owned(),
        cvss_use_threat: tree.flag(&["ingest", "cvss_use_threat"]).value,
        strip_prefixes: texts(&["ingest", "strip_prefixes"]),
        sarif_levels: levels.into_iter().flatten().map(|(tool, levels)| (tool.clone(), mapping(levels))).collect(),
        default_severity: tree.get(&["ingest", "default_severity"]).map(mapping).unwrap_or_default(),
        prefer_severity_of: texts(&["ingest", "merge_severity", "prefer"]),
        equivalents: tree.setting(&["ingest", "equivalents"], |value| value.as_text().map(str::to_owned)),
    }
}

/// `data`
pub(super) fn data(tree: &Tree<'_>) -> DataPolicy {
    let file = |key: &str| tree.setting(&["data", key], |value| value.as_text().map(str::to_owned));
    let age = |key: &str| tree.setting(&["data", "max_age", key], Located::as_seconds).unwrap_or_default().value;
    let likelihood = ["fail_at", "downgrade_below"];
    let asks = |key: &&str| tree.get(&["vulnerabilities", "epss", key]).is_some_and(|value| !value.is_null());
    DataPolicy {
        aliases: file("aliases"),
        osv: file("osv"),
        epss: file("epss"),
        kev: file("kev"),
        epss_max_age: age("epss"),
        kev_max_age: age("kev"),
        epss_is_asked: likelihood.iter().any(asks),
        kev_is_asked: tree.level(&["vulnerabilities", "kev"]).value > Level::Off,
    }
}
