//! What the matches of a Grype report mean.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use portcullis_model::text::bounded;
use portcullis_model::{
    Epss, Finding, Fix, FixState, Kev, Kind, Location, Package, Problem, ProblemCode, Section, Severity,
    SeveritySource, Source, State, Suppression, Vulnerability as Details,
};

use super::Scanned;
use super::shape::{IgnoreRule, Match, PackageAlerts, Vulnerability};
use crate::advisory::{Class, Names, classify, cwes_in};
use crate::cvss::Stated;
use crate::draft::Draft;
use crate::package_url;
use crate::weakness::Weakness;

/// Characters of names the findings repeat.
const MAX_NAME: usize = 500;
/// Grype knows three.
const MAX_MATCH_TYPES: usize = 10;
/// Places of one package that are kept.
const MAX_PLACES: usize = 50;

/// One match.
pub(super) fn found(found: &Match<'_>, scanned: &Scanned, pointer: &str, draft: &mut Draft<'_>) {
    let vulnerability = &found.vulnerability;
    let Some(rule_id) = vulnerability.id.given() else {
        draft.dropped(pointer, "no `vulnerability.id`");
        return;
    };
    let names = names(rule_id, found);
    let scores = scores(found, draft);
    let rating = draft.rate(vulnerability.severity.get(), &scores);
    let package = package(found, scanned, draft);
    let locations = match &scanned.folder {
        Some(folder) => files(found, folder, draft),
        None => Vec::new(),
    };
    let pages = vulnerability.data_source.owned().into_iter();
    let advisories = vulnerability.advisories.0.iter().filter_map(|advisory| advisory.link.owned());
    let suppressions: Vec<_> = found.rules.0.iter().map(suppression).collect();
    let weakness = Weakness {
        rule_id,
        names,
        description: description(found),
        rating,
        cwes: vulnerability.cwes.0.iter().flat_map(|cwe| cwes_in(cwe.cwe.get())).collect(),
        package,
        fix: fix(vulnerability),
        locations,
        artifact: scanned.artifact.clone(),
        references: pages.chain(advisories).chain(vulnerability.urls.owned()).collect(),
        details: Details { scores, epss: epss(vulnerability), kev: kev(vulnerability), ..Details::default() },
        state: if pointer.starts_with("/ignored") { State::Suppressed } else { State::Open },
        suppressions,
        ..Weakness::default()
    };
    let mut source = Source { pointer: pointer.to_owned(), ..Source::default() };
    // Ignore rules of Grype name them.
    source.namespace = vulnerability.namespace.given().map(|namespace| bounded(namespace, MAX_NAME));
    source.match_types = match_types(found);
    draft.push(weakness.finding(), source);
}

/// How the package came to be compared, each word once.
fn match_types(found: &Match<'_>) -> Vec<String> {
    let words: BTreeSet<&str> = found.details.0.iter().filter_map(|detail| detail.kind.given()).collect();
    words.into_iter().take(MAX_MATCH_TYPES).map(|word| bounded(word, 100)).collect()
}

/// Related records are the same weakness in other databases; only those of a notice may be several weaknesses.
fn names(rule_id: &str, found: &Match<'_>) -> Names {
    let related = || found.related.0.iter().filter_map(|related| related.id.given());
    let is_collection = matches!(classify(rule_id), Some((Class::Errata, _))) && related().nth(1).is_some();
    let advisories = found.vulnerability.advisories.0.iter().filter_map(|advisory| advisory.id.given());
    let same = advisories.filter(|id| match classify(id) {
        Some((Class::Errata, _)) => true,
        _ => id.to_ascii_uppercase().starts_with("GHSA-"),
    });
    Names::of(rule_id, same.chain(related().filter(|_| !is_collection)), [])
}

fn description<'a>(found: &'a Match<'_>) -> &'a str {
    let own = found.vulnerability.description.given();
    own.or_else(|| found.related.0.iter().find_map(|related| related.description.given())).unwrap_or_default()
}

/// Its own scores; where its database states none, those of the related records.
fn scores(found: &Match<'_>, draft: &mut Draft<'_>) -> Vec<portcullis_model::Score> {
    let own = scores_of(&found.vulnerability, draft);
    if own.is_empty() { found.related.0.iter().flat_map(|related| scores_of(related, draft)).collect() } else { own }
}

fn scores_of(vulnerability: &Vulnerability<'_>, draft: &mut Draft<'_>) -> Vec<portcullis_model::Score> {
    let new = vulnerability.cvss.0.iter().map(|cvss| Stated {
        score: cvss.metrics.base.0,
        vector: cvss.vector.get(),
        version: cvss.version.given().unwrap_or("3.1"),
        source: cvss.source.get(),
    });
    let old = [(&vulnerability.cvss_3, "3.1"), (&vulnerability.cvss_2, "2.0")];
    let old = old.into_iter().filter_map(|(cvss, version)| {
        let cvss = cvss.as_ref()?;
        Some(Stated { score: cvss.base.0, vector: cvss.vector.get(), version, source: "" })
    });
    new.chain(old).filter_map(|stated| draft.score(stated)).collect()
}

fn package(found: &Match<'_>, scanned: &Scanned, draft: &mut Draft<'_>) -> Package {
    let artifact = &found.artifact;
    let name = bounded(artifact.name.get(), MAX_NAME);
    let ecosystem = package_url::ecosystem_of(artifact.kind.get());
    let mut package = package_url::named(ecosystem, &name, artifact.version.given());
    if let Some(purl) = artifact.purl.given() {
        draft.purl(purl, &mut package);
    }
    // The report's own words are what people search for; the purl is for comparing.
    package.version = artifact.version.owned().or(package.version);
    if matches!(package.ecosystem.as_str(), "deb" | "rpm" | "apk" | "alpm") && package.distro.is_none() {
        package.distro.clone_from(&scanned.distro);
    }
    package.path = artifact.locations.0.iter().find_map(|place| place.path.owned());
    package.licenses = artifact.licenses.0.iter().filter_map(super::shape::LicenseWord::owned).collect();
    let upstreams = artifact.upstreams.0.iter().filter_map(|upstream| upstream.name.owned());
    package.upstream = upstreams.filter(|upstream| *upstream != package.name).collect();
    package
}

/// Where the package stands in the scanned folder: Grype writes paths from there, with a slash before them.
fn files(found: &Match<'_>, folder: &str, draft: &Draft<'_>) -> Vec<Location> {
    let paths = found.artifact.locations.0.iter().filter_map(|place| place.path.given()).take(MAX_PLACES);
    let joined = paths.map(|path| match folder {
        "" => path.to_owned(),
        folder if path.starts_with(folder) => path.to_owned(),
        folder => format!("{folder}/{}", path.trim_start_matches('/')),
    });
    joined.map(|path| draft.location(&path)).collect()
}

fn fix(vulnerability: &Vulnerability<'_>) -> Fix {
    let Some(fix) = &vulnerability.fix else { return Fix::default() };
    let versions = fix.versions.owned();
    let state = match fix.state.get() {
        "fixed" => FixState::Fixed,
        "not-fixed" => FixState::NotFixed,
        "wont-fix" => FixState::WontFix,
        _ if versions.is_empty() => FixState::Unknown,
        _ => FixState::Fixed,
    };
    let dates = fix.available.0.iter().filter_map(|available| day(available.date.get()));
    let since = dates.min().and_then(|date| date.to_zoned(jiff::tz::TimeZone::UTC).ok());
    Fix { state, versions, available_since: since.map(|since| since.timestamp()) }
}

/// `2021-12-10`, also with a time behind it.
fn day(text: &str) -> Option<Date> {
    text.get(..10).and_then(|day| day.parse().ok())
}

/// The most likely of its CVEs.
fn epss(vulnerability: &Vulnerability<'_>) -> Option<Epss> {
    let highest = vulnerability
        .epss
        .0
        .iter()
        .filter_map(|epss| Some((epss.score.0.filter(|score| (0.0..=1.0).contains(score))?, epss)))
        .max_by(|one, two| one.0.total_cmp(&two.0));
    #[allow(clippy::cast_possible_truncation, reason = "between 0 and 1")]
    highest.map(|(score, epss)| Epss {
        score: score as f32,
        percentile: epss.percentile.0.unwrap_or_default() as f32,
        date: day(epss.date.get()),
    })
}

fn kev(vulnerability: &Vulnerability<'_>) -> Option<Kev> {
    let entries = &vulnerability.known_exploited.0;
    (!entries.is_empty()).then(|| Kev {
        listed: true,
        date_added: entries.iter().filter_map(|entry| day(entry.added.get())).min(),
        due_date: entries.iter().filter_map(|entry| day(entry.due.get())).min(),
        ransomware: Some(entries.iter().any(|entry| entry.ransomware.get().eq_ignore_ascii_case("known"))),
    })
}

/// Which rule took it out: its conditions stand in for a reason that is not given.
fn suppression(rule: &IgnoreRule<'_>) -> Suppression {
    let is_vex = rule.vex_status.given().is_some() || rule.namespace.get() == "vex";
    let package = rule.package.as_ref();
    let conditions: Vec<String> = [
        ("vulnerability", Some(&rule.vulnerability)),
        ("namespace", Some(&rule.namespace)),
        ("fix-state", Some(&rule.fix_state)),
        ("package name", package.map(|package| &package.name)),
        ("package version", package.map(|package| &package.version)),
        ("package type", package.map(|package| &package.kind)),
        ("package location", package.map(|package| &package.location)),
    ]
    .into_iter()
    .filter_map(|(name, value)| value?.given().map(|value| format!("{name} {value}")))
    .collect();
    let reason = rule.reason.owned().or_else(|| (!conditions.is_empty()).then(|| conditions.join(", ")));
    Suppression {
        by: if is_vex { "vex" } else { "grype-ignore" }.to_owned(),
        kind: rule.vex_status.given().unwrap_or("rule").to_owned(),
        reason: reason.map(|reason| bounded(&reason, 500)),
        justification: rule.vex_justification.owned(),
        accepted: true,
        ..Suppression::default()
    }
}

/// What Grype says about the distribution: once, not for each of its packages.
pub(super) fn alerts(packages: &[PackageAlerts<'_>], scanned: &Scanned, draft: &mut Draft<'_>) {
    let mut kinds: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for alert in packages.iter().flat_map(|package| &package.alerts.0) {
        *kinds.entry((alert.kind.get(), alert.message.get())).or_default() += 1;
    }
    for ((kind, message), packages) in kinds {
        let message = format!("{} ({packages} packages)", bounded(message, 300));
        if kind == "distro-eol" {
            draft.push(
                end_of_life(&message, scanned),
                Source { pointer: "/alertsByPackage".to_owned(), ..Source::default() },
            );
        } else {
            let message = format!("Grype says `{}`: {message}", bounded(kind, 100));
            draft.problem_among_many(Problem::warning(ProblemCode::ScanIncomplete, message));
        }
    }
}

fn end_of_life(message: &str, scanned: &Scanned) -> Finding {
    let label = scanned.distro.as_deref().unwrap_or("the distribution");
    let (name, version) = label.split_once('-').unwrap_or((label, ""));
    Finding {
        kind: Kind::Outdated,
        section: Section::Vulnerabilities,
        rule_id: "os-end-of-life".to_owned(),
        id: "os-end-of-life".to_owned(),
        title: format!("{label} gets no security updates any more"),
        message: message.to_owned(),
        remediation: Some("move to a supported release of the base image".to_owned()),
        severity: Severity::High,
        severity_source: SeveritySource::PolicyDefault,
        package: Some(Box::new(Package {
            name: name.to_owned(),
            version: Some(version.to_owned()).filter(|version| !version.is_empty()),
            ..Package::default()
        })),
        artifact: scanned.artifact.clone(),
        ..Finding::default()
    }
}
