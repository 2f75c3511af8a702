//! What the packages of an osv-scanner report mean.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_model::text::bounded;
use portcullis_model::{
    Component, Dates, Finding, Fix, FixState, Kind, License, Location, Package, Scope, Section, Severity,
    SeveritySource, Source, State, Suppression, Vulnerability,
};

use super::record::MAX_SCORES;
use super::{Entry, Group, Origin, Record, analyses};
use crate::advisory::Names;
use crate::draft::Draft;
use crate::items::each;
use crate::package_url;
use crate::severity::{self, Rating};
use crate::version;
use crate::weakness::{Weakness, fixed_in};

/// Characters of names the findings repeat.
const MAX_NAME: usize = 500;

/// Where the packages of a source stand.
pub(super) struct Place {
    locations: Vec<Location>,
    /// File inside the scanned image.
    path: Option<String>,
}

impl Place {
    pub(super) fn of(source: &Origin<'_>, is_image: bool, draft: &Draft<'_>) -> Self {
        let path = source.path.given().map(|path| bounded(path, 4_096));
        if is_image || matches!(source.kind.get(), "docker" | "os") {
            return Self { locations: Vec::new(), path };
        }
        Self { locations: path.iter().map(|path| draft.location(path)).collect(), path: None }
    }
}

/// A package with everything found about it.
pub(super) fn entry(entry: &Entry<'_>, place: &Place, pointer: &str, draft: &mut Draft<'_>) {
    if entry.package.name.given().is_none() && entry.package.commit.given().is_none() {
        if entry.vulnerabilities.is_some() {
            draft.dropped(pointer, "no `package.name`");
        }
        return;
    }
    let package = package(entry, place);
    draft.audited += 1;
    let report = draft.report.path.clone();
    draft.components.push(Component { package: package.clone(), report, ..Component::default() });
    let mut records = Vec::new();
    each(
        entry.vulnerabilities.as_ref(),
        &format!("{pointer}/vulnerabilities"),
        draft,
        |record: Record<'_>, at, draft| {
            if record.id.given().is_some() {
                records.push(record);
            } else {
                draft.dropped(at, "no `id`");
            }
        },
    );
    let mut groups = Vec::new();
    each(entry.groups.as_ref(), &format!("{pointer}/groups"), draft, |group: Group<'_>, at, _| {
        groups.push((group, at.to_owned()));
    });
    for found in found(&records, &groups, pointer) {
        weakness(&found, entry, &package, place, draft);
    }
    if entry.package.deprecated.is_true() {
        draft.push(deprecated(&package, place), Source { pointer: format!("{pointer}/package"), ..Source::default() });
    }
    for license in entry.license_violations.iter() {
        draft.sections.insert(Section::Licenses);
        let finding = violation(license, &package, place);
        draft.push(finding, Source { pointer: format!("{pointer}/license_violations"), ..Source::default() });
    }
}

fn package(entry: &Entry<'_>, place: &Place) -> Package {
    let named = &entry.package;
    let word = named.ecosystem.get();
    let ecosystem = package_url::ecosystem_of(word);
    let version = named.version.given().or_else(|| named.commit.given()).map(|version| bounded(version, MAX_NAME));
    let name = bounded(named.name.given().unwrap_or_else(|| named.commit.get()), MAX_NAME);
    let mut package = package_url::named(ecosystem, &name, version.as_deref());
    package.distro = word
        .split_once(':')
        .filter(|_| matches!(ecosystem, "deb" | "rpm" | "apk"))
        .map(|(family, release)| format!("{}-{}", family.to_lowercase(), release.trim_start_matches('v')));
    let is_development = |group: &str| matches!(group, "dev" | "development" | "test" | "dev-dependencies");
    if entry.dependency_groups.iter().any(is_development) {
        package.scope = Scope::Development;
    } else if entry.dependency_groups.iter().any(|group| group == "optional") {
        package.scope = Scope::Optional;
    }
    package.licenses = entry.licenses.owned();
    package.path.clone_from(&place.path);
    package
}

/// The records of one weakness.
struct Found<'a, 'de> {
    records: Vec<&'a Record<'de>>,
    group: Option<&'a Group<'de>>,
    pointer: String,
}

/// A group each; records in no group (older versions write none, broken reports lack some) by their aliases.
fn found<'a, 'de>(
    records: &'a [Record<'de>],
    groups: &'a [(Group<'de>, String)],
    pointer: &str,
) -> Vec<Found<'a, 'de>> {
    let by_id: BTreeMap<&str, usize> =
        records.iter().enumerate().map(|(index, record)| (record.id.get(), index)).collect();
    let mut found: Vec<Found<'a, 'de>> = Vec::new();
    let mut grouped = BTreeSet::new();
    for (group, pointer) in groups {
        let members: Vec<usize> = group.ids.iter().filter_map(|id| by_id.get(id).copied()).collect();
        grouped.extend(members.iter().copied());
        let records = members.iter().filter_map(|index| records.get(*index)).collect();
        found.push(Found { records, group: Some(group), pointer: pointer.clone() });
    }
    // Every name of a set of records leads to its place in the list.
    let mut named: BTreeMap<&str, usize> = BTreeMap::new();
    for (index, record) in records.iter().enumerate().filter(|(index, _)| !grouped.contains(index)) {
        let all_names = || std::iter::once(record.id.get()).chain(record.aliases.iter());
        let known = all_names().find_map(|name| named.get(name).copied());
        let at = known.unwrap_or(found.len());
        for name in all_names() {
            named.entry(name).or_insert(at);
        }
        match found.get_mut(at) {
            Some(found) => found.records.push(record),
            None => found.push(Found {
                records: vec![record],
                group: None,
                pointer: format!("{pointer}/vulnerabilities/{index}"),
            }),
        }
    }
    found
}

fn weakness(found: &Found<'_, '_>, entry: &Entry<'_>, package: &Package, place: &Place, draft: &mut Draft<'_>) {
    let ids = found.group.iter().flat_map(|group| group.ids.iter().chain(group.aliases.iter()));
    let records = found.records.iter().flat_map(|record| std::iter::once(record.id.get()).chain(record.aliases.iter()));
    let all: Vec<&str> = ids.chain(records).collect();
    let Some(rule_id) = found.records.first().map(|record| record.id.get()).or_else(|| all.first().copied()) else {
        draft.dropped(&found.pointer, "no `ids`");
        return;
    };
    let mut scores: Vec<portcullis_model::Score> = Vec::new();
    for score in found.records.iter().flat_map(|record| record.scores(draft)).take(MAX_SCORES) {
        scores.extend(Some(score).filter(|score| !scores.contains(score)));
    }
    let (rating, reachable) = (rating(found, &scores, draft), reachable(found));
    let first = |text: fn(&Record<'_>) -> String| {
        found.records.iter().map(|record| text(record)).find(|text| !text.is_empty()).unwrap_or_default()
    };
    let dates = Dates {
        published: found.records.iter().filter_map(|record| record.published.get().parse().ok()).min(),
        modified: found.records.iter().filter_map(|record| record.modified.get().parse().ok()).max(),
        ..Dates::default()
    };
    let is_withdrawn =
        !found.records.is_empty() && found.records.iter().all(|record| record.withdrawn.given().is_some());
    let weakness = Weakness {
        rule_id,
        names: Names::of(rule_id, all.iter().copied(), []),
        title: &first(|record| record.summary.get().to_owned()),
        description: &first(|record| record.details.get().to_owned()),
        rating,
        cwes: found.records.iter().flat_map(|record| record.cwes()).collect(),
        package: package.clone(),
        fix: fix(found, entry),
        locations: place.locations.clone(),
        artifact: draft.report.artifact.clone(),
        references: std::iter::once(format!("https://osv.dev/vulnerability/{rule_id}"))
            .chain(found.records.iter().flat_map(|record| record.references()))
            .collect(),
        details: Vulnerability { scores, reachable, dates, ..Vulnerability::default() },
        is_malicious: found.records.iter().any(|record| record.is_malicious()),
        state: if is_withdrawn { State::Suppressed } else { State::Open },
        suppressions: is_withdrawn.then(withdrawn).into_iter().collect(),
        ..Weakness::default()
    };
    draft.push(weakness.finding(), Source { pointer: found.pointer.clone(), ..Source::default() });
}

/// The advisory itself was taken back.
pub(in crate::format) fn withdrawn() -> Suppression {
    Suppression {
        by: "advisory".to_owned(),
        kind: "withdrawn".to_owned(),
        reason: Some("the advisory is withdrawn".to_owned()),
        accepted: true,
        ..Suppression::default()
    }
}

/// The group's own maximum, else the vectors, else the word of the database.
fn rating(found: &Found<'_, '_>, scores: &[portcullis_model::Score], draft: &mut Draft<'_>) -> Rating {
    let analyses = found.group.map(analyses).unwrap_or_default();
    if !analyses.is_empty() && analyses.values().all(|analysis| analysis.unimportant.is_true()) {
        let original = "unimportant".to_owned();
        return Rating { severity: Severity::Info, source: SeveritySource::Tool, original };
    }
    let stated = found.group.map_or("", |group| group.max_severity.get());
    match stated.parse::<f64>().ok().and_then(|score| severity::band(score, "3.1").filter(|_| score > 0.0)) {
        Some(severity) => Rating { severity, source: SeveritySource::Score, original: stated.to_owned() },
        None if !scores.is_empty() => draft.rate("", scores),
        None => {
            let words = found.records.iter().map(|record| record.word()).filter(|word| !word.is_empty());
            let worst = words.reduce(|one, two| match (severity::of_word(one), severity::of_word(two)) {
                (Some(first), Some(second)) if second.worse(first) != first => two,
                (None, Some(_)) => two,
                _ => one,
            });
            draft.rate(worst.unwrap_or_default(), &[])
        }
    }
}

fn reachable(found: &Found<'_, '_>) -> Option<bool> {
    let said: Vec<bool> = analyses(found.group?).values().filter_map(|analysis| analysis.called.0).collect();
    (!said.is_empty()).then(|| said.contains(&true))
}

/// Mended by the first version that mends all of its records.
fn fix(found: &Found<'_, '_>, entry: &Entry<'_>) -> Fix {
    let named = &entry.package;
    let said =
        found.records.iter().map(|record| record.fix(named.name.get(), named.ecosystem.get(), named.version.get()));
    let (fixed, others): (Vec<Fix>, Vec<Fix>) = said.partition(|fix| fix.state == FixState::Fixed);
    let versions = fixed.into_iter().flat_map(|fix| fix.versions);
    let otherwise = others.first().map_or(FixState::Unknown, |fix| fix.state);
    let ecosystem = package_url::ecosystem_of(named.ecosystem.get());
    fixed_in(versions.max_by(|one, two| version::compare_in(ecosystem, one, two)).into_iter().collect(), otherwise)
}

fn deprecated(package: &Package, place: &Place) -> Finding {
    let label = package.label();
    Finding {
        kind: Kind::Outdated,
        section: Section::Vulnerabilities,
        rule_id: "deprecated".to_owned(),
        id: "deprecated".to_owned(),
        title: format!("`{label}` is deprecated"),
        message: format!("the authors of `{label}` have deprecated it: no weakness found from now on will be mended"),
        severity: Severity::Info,
        severity_source: SeveritySource::PolicyDefault,
        package: Some(Box::new(package.clone())),
        locations: place.locations.clone(),
        ..Finding::default()
    }
}

fn violation(license: &str, package: &Package, place: &Place) -> Finding {
    let license = bounded(license, MAX_NAME);
    let label = package.label();
    Finding {
        kind: Kind::License,
        section: Section::Licenses,
        rule_id: format!("license:{license}"),
        id: format!("license:{license}"),
        title: format!("`{label}` is under {license}"),
        message: format!("`{label}` is under {license}, which the run of osv-scanner does not allow"),
        severity: Severity::High,
        severity_source: SeveritySource::PolicyDefault,
        package: Some(Box::new(package.clone())),
        locations: place.locations.clone(),
        license: Some(Box::new(License { name: Some(license), ..License::default() })),
        ..Finding::default()
    }
}
