//! What single tools write into the texts of SARIF because the standard has no place for it: packages and versions.

use std::sync::LazyLock;

use portcullis_model::{Fix, FixState, Kind, Package};
use regex::Regex;

use crate::advisory;
use crate::package_url;

/// The lines of a message of Trivy's.
#[derive(Debug, Default, PartialEq, Eq)]
struct TrivyText {
    package: Option<String>,
    installed: Option<String>,
    fixed: Option<String>,
    severity: Option<String>,
}

impl TrivyText {
    fn of(message: &str) -> Self {
        let mut text = Self::default();
        for (name, value) in message.lines().take(20).filter_map(|line| line.split_once(": ")) {
            let member = match name.trim() {
                "Package" => &mut text.package,
                "Installed Version" => &mut text.installed,
                "Fixed Version" => &mut text.fixed,
                "Severity" => &mut text.severity,
                _ => continue,
            };
            *member = Some(value.trim().to_owned()).filter(|value| !value.is_empty());
        }
        text
    }
}

/// Where tools write about a package.
pub(super) struct Told<'a> {
    /// The message of the result.
    pub(super) message: &'a str,
    /// The message of its first place.
    pub(super) place: &'a str,
    /// The long description of its rule.
    pub(super) described: &'a str,
    /// The tags of its rule.
    pub(super) tags: Vec<&'a str>,
}

/// What was found there.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) package: Option<Package>,
    pub(super) fix: Fix,
    pub(super) aliases: Vec<String>,
}

#[allow(clippy::unwrap_used, reason = "constant patterns, compiled by every test")]
static GRYPE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:^An? (?<severity>\w+) )?vulnerability in (?<kind>[\w-]+) package: (?<name>\S+), version (?<version>\S+) was found").unwrap()
});

#[allow(clippy::unwrap_used, reason = "constant patterns, compiled by every test")]
static OSV: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"Package '(?<name>[^']+)@(?<version>[^'@]+)' is vulnerable to").unwrap());

#[allow(clippy::unwrap_used, reason = "constant patterns, compiled by every test")]
static QUOTED: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"'(?<id>[A-Za-z]+-[\w:.-]+)'").unwrap());

#[allow(clippy::unwrap_used, reason = "constant patterns, compiled by every test")]
static SNYK: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^(?:\((?<ids>[^)]*)\)\s*)?(?<name>\S+)@(?<version>[^\s@]+)$").unwrap());

/// What a result says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Found,
    Passed,
    /// No rule was tried.
    Skipped,
    /// The policy of the tool lets it pass.
    Excepted,
}

/// What conftest writes as results without a `kind`: files in which nothing was found, files for which there was no rule, and
/// what a rule excepts.
pub(super) fn verdict(tool: &str, rule_id: &str, level: &str) -> Verdict {
    let rule = rule_id.rsplit('/').next().unwrap_or_default();
    match (tool, rule, level) {
        ("conftest", "success", "none") => Verdict::Passed,
        ("conftest", "skip", "none") => Verdict::Skipped,
        ("conftest", "allow", "note") => Verdict::Excepted,
        _ => Verdict::Found,
    }
}

/// What cargo-deny means by the letter of its check: `a:vulnerability`, `l:rejected`, `b:banned`.
pub(super) fn kind_of_cargo_deny(rule_id: &str) -> Kind {
    match rule_id.split_once(':') {
        Some(("a", "vulnerability")) => Kind::Vulnerability,
        Some(("a", "unmaintained" | "unsound" | "notice" | "yanked")) => Kind::Outdated,
        Some(("l", "rejected" | "unlicensed" | "no-license-field" | "gather-failure")) => Kind::License,
        _ => Kind::Quality,
    }
}

/// How bad the tool itself calls this result, in the words of its message: the rule is about every package with this id.
pub(super) fn severity_in(tool: &str, message: &str) -> Option<String> {
    match tool {
        "trivy" => TrivyText::of(message).severity,
        "grype" => Some(GRYPE.captures(message)?.name("severity")?.as_str().to_owned()),
        _ => None,
    }
}

/// The package a result is about, and other ids its texts name.
pub(super) fn named_in(tool: &str, told: &Told<'_>) -> Named {
    match tool {
        "trivy" => in_trivy(told),
        "grype" => in_grype(told.message).unwrap_or_default(),
        "osv-scanner" => in_osv(told.message).unwrap_or_default(),
        "snyk" => in_snyk(told).unwrap_or_default(),
        _ => Named::default(),
    }
}

/// The lines of the message; the place says it once more: `app/lib.jar: org.x:y@1.2`.
fn in_trivy(told: &Told<'_>) -> Named {
    let text = TrivyText::of(told.message);
    let (path, at_place) = told.place.rsplit_once(": ").unwrap_or(("", told.place));
    let at_place = at_place.rsplit_once('@').filter(|(name, _)| !name.is_empty() && !name.contains(' '));
    let name = text.package.as_deref().or(at_place.map(|(name, _)| name));
    let version = text.installed.as_deref().or(at_place.map(|(_, version)| version));
    let package = name.map(|name| Package {
        path: Some(path.to_owned()).filter(|path| !path.is_empty() && at_place.is_some()),
        ..package_url::named("", name, version)
    });
    let fix = text.fixed.map(|fixed| Fix {
        state: FixState::Fixed,
        versions: fixed.split(", ").map(str::to_owned).collect(),
        available_since: None,
    });
    Named { package, fix: fix.unwrap_or_default(), aliases: Vec::new() }
}

fn in_grype(message: &str) -> Option<Named> {
    let found = GRYPE.captures(message)?;
    let ecosystem = ecosystem_of_grype(found.name("kind")?.as_str());
    let version = found.name("version").map(|version| version.as_str());
    let package = package_url::named(ecosystem, found.name("name")?.as_str(), version);
    Some(Named { package: Some(package), ..Named::default() })
}

/// `Package 'n@v' is vulnerable to 'A' (also known as 'B', 'C').`
fn in_osv(message: &str) -> Option<Named> {
    let found = OSV.captures(message)?;
    let version = found.name("version").map(|version| version.as_str());
    let package = package_url::named("", found.name("name")?.as_str(), version);
    let also = message.split_once("(also known as ").map_or("", |(_, also)| also);
    let also = also.split(')').next().unwrap_or_default();
    let ids = QUOTED.captures_iter(also).take(50).filter_map(|id| Some(id.name("id")?.as_str().to_owned()));
    Some(Named { package: Some(package), aliases: ids.collect(), ..Named::default() })
}

/// `(CVE-2022-3517) minimatch@3.0.4`; the ecosystem is one of the tags.
fn in_snyk(told: &Told<'_>) -> Option<Named> {
    let found = SNYK.captures(told.described.trim())?;
    let ids = found.name("ids").map_or("", |ids| ids.as_str()).split(',').map(str::trim);
    let aliases = ids.filter(|id| advisory::classify(id).is_some()).take(50).map(str::to_owned).collect();
    let ecosystem = told.tags.iter().find_map(|tag| {
        let known = package_url::ecosystem_of_trivy(tag);
        (!known.is_empty()).then_some(known).or_else(|| (*tag == "maven" || *tag == "golang").then_some(*tag))
    });
    let version = found.name("version").map(|version| version.as_str());
    let package = package_url::named(ecosystem.unwrap_or_default(), found.name("name")?.as_str(), version);
    Some(Named { package: Some(package), aliases, ..Named::default() })
}

fn ecosystem_of_grype(kind: &str) -> &'static str {
    match kind {
        "python" => "pypi",
        "go-module" => "golang",
        "java-archive" => "maven",
        "rust-crate" => "cargo",
        "npm" => "npm",
        "gem" => "gem",
        "deb" => "deb",
        "rpm" => "rpm",
        "apk" => "apk",
        "dotnet" => "nuget",
        "php-composer" => "composer",
        "github-action" => "github",
        _ => "generic",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(message: &str) -> Told<'_> {
        Told { message, place: "", described: "", tags: Vec::new() }
    }

    #[test]
    fn trivys_lines_are_read() {
        let message = "Package: libssl\nInstalled Version: 1.1.1c\nVulnerability CVE-1\nSeverity: MEDIUM\nFixed Version: 1.1.1d, 1.1.2";
        let named = named_in("trivy", &told(message));
        let package = named.package.unwrap();
        assert_eq!((package.name.as_str(), package.version.as_deref()), ("libssl", Some("1.1.1c")));
        assert_eq!(named.fix.versions, ["1.1.1d", "1.1.2"]);
        assert_eq!(severity_in("trivy", message).as_deref(), Some("MEDIUM"));
    }

    #[test]
    fn the_place_names_the_package_where_trivys_message_does_not() {
        let place = "app/lib.jar: org.example:lib@1.2";
        let package = named_in("trivy", &Told { place, ..told("odd") }).package.unwrap();
        assert_eq!((package.name.as_str(), package.version.as_deref()), ("org.example:lib", Some("1.2")));
        assert_eq!(package.path.as_deref(), Some("app/lib.jar"));
        assert_eq!(named_in("trivy", &Told { place: "app/lib.jar", ..told("odd") }), Named::default());
    }

    #[test]
    fn grypes_and_osvs_sentences_name_the_package() {
        let grype = "A high vulnerability in python package: Jinja2, version 2.4.1 was found at: /requirements.txt";
        let package = named_in("grype", &told(grype)).package.unwrap();
        assert_eq!(package.purl.as_deref(), Some("pkg:pypi/jinja2@2.4.1"));
        assert_eq!(severity_in("grype", grype).as_deref(), Some("high"));
        let osv = "Package '@scope/x@1.2.3' is vulnerable to 'GHSA-x' (also known as 'CVE-2024-1000', 'PYSEC-2024-1').";
        let named = named_in("osv-scanner", &told(osv));
        assert_eq!(named.package.unwrap().version.as_deref(), Some("1.2.3"));
        assert_eq!(named.aliases, ["CVE-2024-1000", "PYSEC-2024-1"]);
    }

    #[test]
    fn snyks_rules_name_package_and_advisories() {
        let described = "(CVE-2022-3517) minimatch@3.0.4";
        let named = named_in("snyk", &Told { described, tags: vec!["security", "CWE-400", "npm"], ..told("") });
        assert_eq!(named.package.unwrap().purl.as_deref(), Some("pkg:npm/minimatch@3.0.4"));
        assert_eq!(named.aliases, ["CVE-2022-3517"]);
    }
}
