//! The `RustSec` advisory database as cargo-audit and cargo-deny write it (spec/ingest.md 9.5).

pub(super) mod cargo_audit;
pub(super) mod cargo_deny;

use portcullis_model::{
    Finding, FixState, Kind, Location, Package, Section, Severity, SeveritySource, State, Suppression, Vulnerability,
};
use serde::Deserialize;

use crate::advisory::Names;
use crate::beside::Listing;
use crate::cvss::Stated;
use crate::draft::Draft;
use crate::json::{Text, Texts};
use crate::weakness::{Weakness, fixed_in};

/// An advisory.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Advisory<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    title: Text<'a>,
    #[serde(borrow)]
    description: Text<'a>,
    #[serde(borrow)]
    date: Text<'a>,
    #[serde(borrow)]
    aliases: Texts<'a>,
    #[serde(borrow)]
    cvss: Text<'a>,
    #[serde(borrow)]
    url: Text<'a>,
    #[serde(borrow)]
    references: Texts<'a>,
    #[serde(borrow)]
    withdrawn: Text<'a>,
}

/// `versions`
#[derive(Default, Deserialize)]
#[serde(default)]
struct Versions<'a> {
    #[serde(borrow)]
    patched: Texts<'a>,
}

/// The finding of a vulnerability.
fn weakness(
    advisory: &Advisory<'_>,
    versions: Option<&Versions<'_>>,
    package: Package,
    locations: Vec<Location>,
    draft: &mut Draft<'_>,
) -> Finding {
    let rule_id = advisory.id.get();
    let stated = Stated { vector: advisory.cvss.get(), version: "3.1", source: "rustsec", ..Stated::default() };
    let scores: Vec<_> = draft.score(stated).into_iter().collect();
    let is_withdrawn = advisory.withdrawn.given().is_some();
    let mut details = Vulnerability { scores, ..Vulnerability::default() };
    details.dates.published = format!("{}T00:00:00Z", advisory.date.get()).parse().ok();
    let patched = versions.map(|versions| versions.patched.iter().map(lowest).collect());
    let otherwise = if patched.is_some() { FixState::NotFixed } else { FixState::Unknown };
    Weakness {
        rule_id,
        names: Names::of(rule_id, advisory.aliases.iter(), []),
        title: advisory.title.get(),
        description: advisory.description.get(),
        rating: draft.rate("", &details.scores),
        package,
        fix: fixed_in(patched.unwrap_or_default(), otherwise),
        locations,
        references: pages(advisory),
        details,
        state: if is_withdrawn { State::Suppressed } else { State::Open },
        suppressions: is_withdrawn.then(super::osv::withdrawn).into_iter().collect(),
        ..Weakness::default()
    }
    .finding()
}

/// A finding that says not "vulnerable" but "given up", "taken back", "unsound".
fn outdated(kind: &str, advisory: Option<&Advisory<'_>>, package: Package, locations: Vec<Location>) -> Finding {
    let label = package.label();
    let id = advisory.and_then(|advisory| advisory.id.given()).unwrap_or(kind);
    let names = Names::of(id, advisory.iter().flat_map(|advisory| advisory.aliases.iter()), []);
    let is_withdrawn = advisory.is_some_and(|advisory| advisory.withdrawn.given().is_some());
    let title = advisory.and_then(|advisory| advisory.title.owned()).unwrap_or_else(|| format!("`{label}` is {kind}"));
    Finding {
        kind: Kind::Outdated,
        section: Section::Vulnerabilities,
        rule_id: id.to_owned(),
        message: format!("{label} ({kind}): {title}"),
        title,
        description: advisory.map(|advisory| advisory.description.get().to_owned()).unwrap_or_default(),
        severity: match kind {
            "unsound" => Severity::Medium,
            "yanked" => Severity::Low,
            _ => Severity::Info,
        },
        severity_source: SeveritySource::RuleDefault,
        severity_original: kind.to_owned(),
        package: Some(Box::new(package)),
        locations,
        references: advisory.map(pages).unwrap_or_default(),
        state: if is_withdrawn { State::Suppressed } else { State::Open },
        suppressions: is_withdrawn.then(super::osv::withdrawn).into_iter().collect::<Vec<Suppression>>(),
        id: names.id,
        aliases: names.aliases,
        ..Finding::default()
    }
}

fn pages(advisory: &Advisory<'_>) -> Vec<String> {
    let own = advisory.id.given().filter(|id| id.starts_with("RUSTSEC-"));
    let own = own.map(|id| format!("https://rustsec.org/advisories/{id}.html"));
    own.into_iter().chain(advisory.url.owned()).chain(advisory.references.owned()).collect()
}

/// `>=1.2.3`: the version from which on it is mended. Other requirements stay as they are.
fn lowest(requirement: &str) -> String {
    let version = requirement.strip_prefix(">=").or_else(|| requirement.strip_prefix('^'));
    version.filter(|version| !version.contains([',', '<', '>'])).unwrap_or(requirement).trim().to_owned()
}

/// The lock file beside the report, its crates by name and version.
fn lockfile(draft: &Draft<'_>) -> Option<Listing> {
    let quoted =
        |line: &str, key: &str| line.strip_prefix(key)?.strip_prefix(" = \"")?.strip_suffix('"').map(str::to_owned);
    Listing::of(draft, &["Cargo.lock"], |line, next| {
        Some(format!("{} {}", quoted(line, "name")?, quoted(next, "version")?))
    })
}

/// Where a crate stands there.
fn place(lockfile: Option<&Listing>, package: &Package) -> Vec<Location> {
    let name = format!("{} {}", package.name, package.version.as_deref().unwrap_or_default());
    lockfile.map(|lockfile| lockfile.place(&name)).into_iter().collect()
}
