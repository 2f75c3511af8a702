//! What the items of a Trivy report mean.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::shape::{
    Cvss, Identifier, LicenseItem, Lines, Metadata, MisconfigurationItem, ModifiedItem, PackageItem, SecretItem,
    VulnerabilityItem,
};
use super::{Report, Resource, Target};
use crate::advisory::{Names, cwes_in};
use crate::cvss::Stated;
use crate::draft::Draft;
use crate::items::{each, one};
use crate::package_url;
use crate::section::section_of;
use portcullis_model::text::bounded;
use portcullis_model::{
    Artifact, Component, Dates, Finding, Fix, FixState, Kind, License, Location, Package, Problem, ProblemCode, Scope,
    Section, Severity, SeveritySource, Source, State, Suppression, Vulnerability, redacted, secret_hash,
};

/// Targets that name an ecosystem instead of a file: the packages carry their own paths.
const COLLECTIVE_TARGETS: [&str; 6] = ["Node.js", "Python", "Ruby", "Java", "Conda", ".NET"];

/// Characters of names every finding of a target repeats.
const MAX_NAME: usize = 500;

/// Takes over what was scanned.
pub(super) fn artifact(report: &Report<'_>, draft: &mut Draft<'_>) {
    let digest = report
        .metadata
        .repo_digests
        .iter()
        .find_map(|digest| digest.split_once('@').map(|(_, digest)| digest.to_owned()))
        .or_else(|| report.metadata.image_id.owned());
    draft.report.artifact = Some(Arc::new(Artifact {
        name: bounded(&report.name, MAX_NAME),
        kind: bounded(&report.kind, MAX_NAME),
        digest,
    }));
    draft.commits.extend(report.metadata.commit.owned());
}

/// Takes over the name of the cluster.
pub(super) fn cluster(name: &str, draft: &mut Draft<'_>) {
    draft.report.artifact =
        Some(Arc::new(Artifact { name: bounded(name, MAX_NAME), kind: "cluster".to_owned(), digest: None }));
}

/// An operating system without security updates.
pub(super) fn end_of_life(metadata: &Metadata<'_>, draft: &mut Draft<'_>) {
    let Some(os) = metadata.os.as_ref().filter(|os| os.end_of_life.is_true()) else { return };
    let label = format!("{} {}", os.family.get(), os.name.get());
    let finding = Finding {
        kind: Kind::Outdated,
        section: Section::Vulnerabilities,
        rule_id: "os-end-of-life".to_owned(),
        id: "os-end-of-life".to_owned(),
        title: format!("{label} gets no security updates any more"),
        message: format!("the scanned artifact is based on {label}, whose support has ended"),
        remediation: Some("move to a supported release of the base image".to_owned()),
        severity: Severity::High,
        severity_source: SeveritySource::PolicyDefault,
        package: Some(Box::new(Package {
            name: os.family.get().to_owned(),
            version: os.name.owned(),
            ..Package::default()
        })),
        artifact: draft.report.artifact.clone(),
        ..Finding::default()
    };
    draft.push(finding, Source { pointer: "/Metadata/OS".to_owned(), ..Source::default() });
}

/// One object of a cluster with its results.
pub(super) fn resource(resource: &Resource<'_>, draft: &mut Draft<'_>) {
    let name = [&resource.kind, &resource.namespace, &resource.name].map(String::as_str);
    let name = bounded(&name.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/"), MAX_NAME);
    if !resource.error.is_empty() {
        let message = format!("Trivy could not scan `{name}`: {}", bounded(&resource.error, 300));
        let problem = Problem::error(ProblemCode::ScanIncomplete, message);
        draft.problem_among_many(Problem { pointer: Some(format!("{}/Error", resource.pointer)), ..problem });
    }
    for (index, target) in resource.results.iter().enumerate() {
        self::target(target, &format!("{}/Results/{index}", resource.pointer), Some(&name), draft);
    }
}

/// What the findings of one target share.
pub(super) struct Scanned {
    /// Type of the target: `npm`, `debian`, `terraform`.
    kind: String,
    ecosystem: &'static str,
    distro: Option<String>,
    location: Location,
    /// The packages carry their own paths.
    is_collective: bool,
    artifact: Option<Arc<Artifact>>,
    /// By id, where the report lists its packages.
    packages: BTreeMap<String, Listed>,
}

/// What the list of packages says besides name and version.
#[derive(Clone, Copy, Default)]
struct Listed {
    /// The project asks for it itself.
    direct: Option<bool>,
    scope: Scope,
    /// Where it stands in the lock file.
    lines: Lines,
}

/// One result.
pub(super) fn target(target: &Target<'_>, pointer: &str, resource: Option<&str>, draft: &mut Draft<'_>) {
    let scanned = begin(target, pointer, resource, draft);
    each(target.vulnerabilities.as_ref(), &format!("{pointer}/Vulnerabilities"), draft, |item, pointer, draft| {
        vulnerability(item, &scanned, pointer, None, draft);
    });
    complete(target, &scanned, pointer, draft);
}

/// What the findings of a result share, its packages included.
pub(super) fn begin(target: &Target<'_>, pointer: &str, resource: Option<&str>, draft: &mut Draft<'_>) -> Scanned {
    let mut scanned = scanned(target, resource, draft);
    draft.sections.extend(section_of_class(&target.class, &scanned));
    each(target.packages.as_ref(), &format!("{pointer}/Packages"), draft, |item, _, draft| {
        package(&item, &mut scanned, draft);
    });
    scanned
}

/// What a result says besides its packages and vulnerabilities.
pub(super) fn complete(target: &Target<'_>, scanned: &Scanned, pointer: &str, draft: &mut Draft<'_>) {
    each(target.misconfigurations.as_ref(), &format!("{pointer}/Misconfigurations"), draft, |item, pointer, draft| {
        misconfiguration(&item, scanned, pointer, None, draft);
    });
    each(target.secrets.as_ref(), &format!("{pointer}/Secrets"), draft, |item, pointer, draft| {
        secret(&item, scanned, pointer, None, draft);
    });
    each(target.licenses.as_ref(), &format!("{pointer}/Licenses"), draft, |item, pointer, draft| {
        license(&item, scanned, pointer, None, draft);
    });
    each(
        target.modified.as_ref(),
        &format!("{pointer}/ExperimentalModifiedFindings"),
        draft,
        |item, pointer, draft| {
            modified(&item, scanned, pointer, draft);
        },
    );
    let failures = target.summary.failures.count().unwrap_or_default();
    if failures > 0 && target.misconfigurations.as_ref().is_none_or(Vec::is_empty) && target.modified.is_none() {
        let message = format!(
            "Trivy counts {failures} misconfigurations in `{}`, but lists none",
            bounded(&target.name, MAX_NAME)
        );
        draft.problem_among_many(Problem::error(ProblemCode::CountMismatch, message));
    }
    let listed = target.misconfigurations.as_ref().map_or(0, Vec::len) as u64;
    // With `--include-non-failures` the passed ones are listed, and counted where they stand.
    if listed <= failures {
        draft.passed += target.summary.successes.count().unwrap_or_default();
    }
}

fn scanned(target: &Target<'_>, resource: Option<&str>, draft: &Draft<'_>) -> Scanned {
    let artifact = draft.report.artifact.clone();
    let (name, distro) = match target.name.strip_suffix(')').and_then(|text| text.rsplit_once(" (")) {
        Some((name, distro)) if target.class == "os-pkgs" || target.class.is_empty() => (name, Some(distro)),
        _ => (target.name.as_str(), None),
    };
    let is_collective = COLLECTIVE_TARGETS.contains(&name);
    let is_artifact = artifact.as_ref().is_some_and(|artifact| artifact.name == name);
    let location = if resource.is_some() {
        // The target repeats the name of the object; no file is known.
        Location { resource: resource.map(str::to_owned), ..Location::default() }
    } else if is_collective || is_artifact || target.class == "os-pkgs" {
        Location::default()
    } else if name.contains("://") || name.starts_with("git::") {
        Location { uri: Some(bounded(name, 2_000)), ..Location::default() }
    } else {
        draft.location(name)
    };
    Scanned {
        kind: target.kind.clone(),
        ecosystem: package_url::ecosystem_of_trivy(&target.kind),
        distro: distro.map(|distro| bounded(distro, MAX_NAME).replace(' ', "-")),
        location,
        is_collective,
        artifact,
        packages: BTreeMap::new(),
    }
}

fn section_of_class(class: &str, scanned: &Scanned) -> Option<Section> {
    match class {
        "os-pkgs" | "lang-pkgs" => Some(Section::Vulnerabilities),
        "config" => Some(section_of_misconfiguration(scanned)),
        "secret" => Some(Section::Secrets),
        "license" | "license-file" => Some(Section::Licenses),
        _ => None,
    }
}

fn section_of_misconfiguration(scanned: &Scanned) -> Section {
    match scanned.kind.as_str() {
        "kubernetes" | "helm" => Section::Manifests,
        "dockerfile" => Section::Dockerfiles,
        _ => section_of(Kind::Misconfiguration, "trivy", &scanned.location.path),
    }
}

fn named_package(
    name: &str,
    version: Option<&str>,
    identifier: Option<&Identifier<'_>>,
    scanned: &Scanned,
    draft: &mut Draft<'_>,
) -> Package {
    let purl = identifier.and_then(|identifier| identifier.purl.given());
    let mut package = draft.package(purl, scanned.ecosystem, name, version);
    package.distro = package.distro.or_else(|| scanned.distro.clone());
    // A text that is no purl is kept there.
    package.bom_ref = package.bom_ref.or_else(|| identifier?.bom_ref.owned());
    // The report's own words are what people search for; the purl is for comparing.
    if version.is_some_and(|version| package.version.as_deref() != Some(version)) {
        package.version = version.map(str::to_owned);
    }
    package
}

fn package(item: &PackageItem<'_>, scanned: &mut Scanned, draft: &mut Draft<'_>) {
    let direct = match item.relationship.get() {
        "direct" => Some(true),
        "indirect" => Some(false),
        _ => None,
    };
    let scope = if item.dev.is_true() { Scope::Development } else { Scope::Unknown };
    if let Some(id) = item.id.given() {
        let lines = item.locations.0.first().copied().unwrap_or_default();
        scanned.packages.insert(id.to_owned(), Listed { direct, scope, lines });
    }
    let mut package = named_package(item.name.get(), item.version.given(), item.identifier.as_ref(), scanned, draft);
    package.direct = direct;
    package.scope = scope;
    package.licenses = item.licenses.owned();
    package.upstream = item.src_name.owned().into_iter().filter(|source| *source != package.name).collect();
    package.path = item.file_path.owned();
    let report = draft.report.path.clone();
    draft.components.push(Component { package, report, ..Component::default() });
}

pub(super) fn vulnerability(
    mut item: VulnerabilityItem<'_>,
    scanned: &Scanned,
    pointer: &str,
    changed: Option<&Changed>,
    draft: &mut Draft<'_>,
) {
    let description = std::mem::take(&mut item.description).into_string();
    let Some(rule_id) = item.id.given() else {
        draft.dropped(pointer, "no `VulnerabilityID`");
        return;
    };
    let names = Names::of(rule_id, item.vendor_ids.iter(), item.references.iter());
    let scores = item.cvss.0.iter().flat_map(|(source, cvss)| stated(source, cvss));
    let scores: Vec<_> = scores.filter_map(|stated| draft.score(stated)).collect();
    let rating = draft.rate(item.severity.get(), &scores);
    let mut package = named_package(
        item.package_name.get(),
        item.installed_version.given(),
        item.identifier.as_ref(),
        scanned,
        draft,
    );
    package.path = item.package_path.owned();
    let listed = scanned.packages.get(item.package_id.get()).copied().unwrap_or_default();
    (package.direct, package.scope) = (listed.direct, listed.scope);
    let location = match item.package_path.given().filter(|_| scanned.is_collective) {
        Some(path) => draft.location(path),
        None => in_lines(&scanned.location, listed.lines),
    };
    let fix = fix(&item);
    let label = package.label();
    let title = item.title.owned().unwrap_or_else(|| format!("{} in {label}", names.id));
    let is_malware = names.is_malware();
    let mut references = Vec::with_capacity(1 + item.references.len() + names.notices.len());
    references.extend(item.primary_url.given().into_iter().chain(item.references.iter()).map(str::to_owned));
    references.extend(names.notices);
    let mut finding = Finding {
        kind: Kind::Vulnerability,
        section: Section::Vulnerabilities,
        rule_id: rule_id.to_owned(),
        message: format!("{label}: {title}"),
        title,
        description,
        remediation: remediation(&item, &package, &fix),
        severity: rating.severity,
        severity_source: rating.source,
        severity_original: rating.original,
        cwes: item.cwes.iter().flat_map(cwes_in).collect(),
        package: Some(Box::new(package)),
        fix: Some(fix),
        locations: vec![location],
        artifact: scanned.artifact.clone(),
        vulnerability: Some(Box::new(Vulnerability { scores, dates: dates(&item), ..Vulnerability::default() })),
        references,
        state: if item.status.get() == "not_affected" { State::NotAffected } else { State::Open },
        id: names.id,
        aliases: names.aliases,
        ..Finding::default()
    };
    if is_malware {
        finding.set_malware();
    }
    Changed::apply(changed, &mut finding);
    let fingerprints = item.fingerprint.owned().into_iter().collect();
    draft.push(finding, Source { pointer: pointer.to_owned(), fingerprints, ..Source::default() });
}

/// What to do, or why there is nothing to do yet.
fn remediation(item: &VulnerabilityItem<'_>, package: &Package, fix: &Fix) -> Option<String> {
    if item.status.get() == "under_investigation" {
        return Some("no fix yet: the vendor is still looking into it".to_owned());
    }
    (fix.state == FixState::Fixed && !fix.versions.is_empty())
        .then(|| format!("upgrade `{}` to {}", package.name, fix.versions.join(" or ")))
}

/// The lines of a file; nothing when the place is no file.
fn in_lines(place: &Location, lines: Lines) -> Location {
    let start_line = lines.start_line.position().filter(|_| !place.path.is_empty());
    let end_line = lines.end_line.position().filter(|end| start_line.is_some_and(|start| *end >= start));
    Location { start_line, end_line, ..place.clone() }
}

fn stated<'a>(source: &'a str, cvss: &'a Cvss<'_>) -> [Stated<'a>; 3] {
    [
        Stated { score: cvss.v40_score.0, vector: cvss.v40_vector.get(), version: "4.0", source },
        Stated { score: cvss.v3_score.0, vector: cvss.v3_vector.get(), version: "3.1", source },
        Stated { score: cvss.v2_score.0, vector: cvss.v2_vector.get(), version: "2.0", source },
    ]
}

fn dates(item: &VulnerabilityItem<'_>) -> Dates {
    Dates {
        published: item.published_date.get().parse().ok(),
        modified: item.last_modified_date.get().parse().ok(),
        ..Dates::default()
    }
}

fn fix(item: &VulnerabilityItem<'_>) -> Fix {
    let versions: Vec<String> =
        item.fixed_version.get().split(", ").filter(|version| !version.is_empty()).map(str::to_owned).collect();
    let state = match item.status.get() {
        "fixed" => FixState::Fixed,
        "affected" | "under_investigation" => FixState::NotFixed,
        "will_not_fix" | "fix_deferred" | "end_of_life" => FixState::WontFix,
        _ if versions.is_empty() => FixState::Unknown,
        _ => FixState::Fixed,
    };
    Fix { state, versions, available_since: None }
}

fn misconfiguration(
    item: &MisconfigurationItem<'_>,
    scanned: &Scanned,
    pointer: &str,
    changed: Option<&Changed>,
    draft: &mut Draft<'_>,
) {
    let Some(rule_id) = item.id.given().or_else(|| item.avd_id.given()) else {
        draft.dropped(pointer, "neither `ID` nor `AVDID`");
        return;
    };
    if item.status.get() == "PASS" {
        draft.passed += 1;
        return;
    }
    let rating = draft.rate(item.severity.get(), &[]);
    let cause = item.cause_metadata.as_ref();
    let lines = cause.map(|cause| Lines { start_line: cause.start_line, end_line: cause.end_line });
    let part = cause.and_then(|cause| cause.resource.owned());
    // Of a cluster the object is known already; the cause then names a part of it.
    let object = scanned.location.resource.clone();
    let identity: Vec<String> = object.iter().chain(&part).cloned().collect();
    let location = Location { resource: object.or(part), ..in_lines(&scanned.location, lines.unwrap_or_default()) };
    let related = cause
        .iter()
        .flat_map(|cause| &cause.occurrences.0)
        .filter(|occurrence| occurrence.filename.given().is_some())
        .take(20)
        .map(|occurrence| Location {
            label: Some(format!("through `{}`", bounded(occurrence.resource.get(), MAX_NAME))),
            ..in_lines(&draft.location(occurrence.filename.get()), occurrence.location.unwrap_or_default())
        })
        .collect();
    let message = item.message.given().unwrap_or_else(|| item.title.get());
    let urls = item.primary_url.given().into_iter().chain(item.references.iter()).map(str::to_owned);
    let mut finding = Finding {
        kind: Kind::Misconfiguration,
        section: section_of_misconfiguration(scanned),
        rule_id: rule_id.to_owned(),
        id: rule_id.to_owned(),
        aliases: [item.id.owned(), item.avd_id.owned()].into_iter().flatten().filter(|id| id != rule_id).collect(),
        title: item.title.given().unwrap_or(rule_id).to_owned(),
        message: message.to_owned(),
        description: item.description.get().to_owned(),
        remediation: item.resolution.owned(),
        severity: rating.severity,
        severity_source: rating.source,
        severity_original: rating.original,
        identity: identity.join(" "),
        locations: vec![location],
        related,
        artifact: scanned.artifact.clone(),
        references: urls.collect(),
        ..Finding::default()
    };
    if item.status.get() == "EXCEPTION" {
        finding.state = State::Suppressed;
        finding.suppressions.push(suppression("exception", None, None));
    }
    Changed::apply(changed, &mut finding);
    draft.push(finding, Source { pointer: pointer.to_owned(), ..Source::default() });
}

fn secret(item: &SecretItem<'_>, scanned: &Scanned, pointer: &str, changed: Option<&Changed>, draft: &mut Draft<'_>) {
    let Some(rule_id) = item.rule_id.given() else {
        draft.dropped(pointer, "no `RuleID`");
        return;
    };
    let rating = draft.rate(item.severity.get(), &[]);
    // Trivy masks the secret in the match; a match without a mask is the secret.
    let matched = item.matched.get();
    let bare = Some(matched).filter(|matched| !matched.is_empty() && !matched.contains("**"));
    if let Some(bare) = bare {
        draft.secret(bare);
    }
    let mut finding = Finding {
        kind: Kind::Secret,
        section: Section::Secrets,
        rule_id: rule_id.to_owned(),
        id: rule_id.to_owned(),
        title: item.title.given().unwrap_or(rule_id).to_owned(),
        message: format!("{} found ({})", item.title.given().unwrap_or(rule_id), item.category.get()),
        remediation: Some("revoke it, then take it out of the file and its history".to_owned()),
        severity: rating.severity,
        severity_source: rating.source,
        severity_original: rating.original,
        secret: Some(Box::new(portcullis_model::Secret {
            secret_hash: bare.map(secret_hash),
            redacted: bare.map(redacted),
            ..portcullis_model::Secret::default()
        })),
        identity: matched.to_owned(),
        locations: vec![in_lines(&scanned.location, Lines { start_line: item.start_line, end_line: item.end_line })],
        artifact: scanned.artifact.clone(),
        ..Finding::default()
    };
    Changed::apply(changed, &mut finding);
    draft.push(finding, Source { pointer: pointer.to_owned(), ..Source::default() });
}

fn license(item: &LicenseItem<'_>, scanned: &Scanned, pointer: &str, changed: Option<&Changed>, draft: &mut Draft<'_>) {
    let Some(name) = item.name.given() else {
        draft.dropped(pointer, "no `Name`");
        return;
    };
    let rating = draft.rate(item.severity.get(), &[]);
    let package = item.package_name.given().map(|name| package_url::named(scanned.ecosystem, name, None));
    let whose = item.package_name.given().or_else(|| item.file_path.given()).unwrap_or("the artifact");
    let location = match item.file_path.given() {
        Some(path) => draft.location(path),
        None => scanned.location.clone(),
    };
    #[allow(clippy::cast_possible_truncation, reason = "between 0 and 1")]
    let confidence = item.confidence.0.map(|confidence| confidence as f32);
    let mut finding = Finding {
        kind: Kind::License,
        section: Section::Licenses,
        rule_id: format!("license:{name}"),
        id: format!("license:{name}"),
        title: format!("`{whose}` is under {name}"),
        message: format!(
            "`{whose}` is under {name}, which Trivy classes as {}",
            item.category.given().unwrap_or("unknown")
        ),
        severity: rating.severity,
        severity_source: rating.source,
        severity_original: rating.original,
        package: package.map(Box::new),
        locations: vec![location],
        artifact: scanned.artifact.clone(),
        license: Some(Box::new(License {
            expression: None,
            name: Some(name.to_owned()),
            category: item.category.owned(),
            confidence,
        })),
        references: item.link.owned().into_iter().collect(),
        ..Finding::default()
    };
    Changed::apply(changed, &mut finding);
    draft.push(finding, Source { pointer: pointer.to_owned(), ..Source::default() });
}

/// What an ignore file or a VEX document has made of a finding.
pub(super) struct Changed {
    state: State,
    suppression: Suppression,
}

impl Changed {
    fn apply(changed: Option<&Self>, finding: &mut Finding) {
        if let Some(changed) = changed {
            finding.state = changed.state;
            finding.suppressions.push(changed.suppression.clone());
        }
    }
}

fn suppression(kind: &str, reason: Option<String>, source_file: Option<String>) -> Suppression {
    Suppression {
        by: "trivy".to_owned(),
        kind: kind.to_owned(),
        reason: reason.map(|reason| bounded(&reason, 500)),
        source_file,
        accepted: true,
        ..Suppression::default()
    }
}

fn modified(item: &ModifiedItem<'_>, scanned: &Scanned, pointer: &str, draft: &mut Draft<'_>) {
    let status = item.status.get();
    let state = match status {
        "ignored" => State::Suppressed,
        "not_affected" => State::NotAffected,
        "fixed" => State::Fixed,
        "under_investigation" => State::UnderInvestigation,
        _ => State::Open,
    };
    let is_out = matches!(state, State::Suppressed | State::NotAffected | State::Fixed);
    let mut suppression = suppression(status, item.statement.owned(), item.source.owned());
    suppression.accepted = is_out;
    let changed = Changed { state, suppression };
    let pointer = &format!("{pointer}/Finding");
    let changed = Some(&changed);
    match item.kind.get() {
        "vulnerability" => one(item.finding, pointer, draft, |item, draft| {
            vulnerability(item, scanned, pointer, changed, draft);
        }),
        "misconfiguration" => one(item.finding, pointer, draft, |item, draft| {
            misconfiguration(&item, scanned, pointer, changed, draft);
        }),
        "secret" => one(item.finding, pointer, draft, |item, draft| secret(&item, scanned, pointer, changed, draft)),
        "license" => one(item.finding, pointer, draft, |item, draft| license(&item, scanned, pointer, changed, draft)),
        other => draft.dropped(pointer, &format!("the type `{}` is not known", bounded(other, 40))),
    }
}
