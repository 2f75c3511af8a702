//! What the reports of the Trivy operator mean.

use std::sync::Arc;

use portcullis_model::text::bounded;
use portcullis_model::{
    Artifact, Finding, FixState, Kind, Location, Package, Section, Severity, SeveritySource, Source, Vulnerability,
    redacted, secret_hash,
};
use serde::Deserialize;

use super::Resource;
use crate::advisory::Names;
use crate::cvss::Stated;
use crate::draft::Draft;
use crate::items::each;
use crate::json::{Flag, List, Number, Text, Texts};
use crate::package_url;
use crate::weakness::{Weakness, fixed_in};

/// Characters of names the findings repeat.
const MAX_NAME: usize = 500;

/// An element of `vulnerabilities`.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct VulnerabilityItem<'a> {
    #[serde(borrow, rename = "vulnerabilityID")]
    id: Text<'a>,
    #[serde(borrow)]
    resource: Text<'a>,
    #[serde(borrow)]
    installed_version: Text<'a>,
    #[serde(borrow)]
    fixed_version: Text<'a>,
    #[serde(borrow)]
    severity: Text<'a>,
    score: Number,
    #[serde(borrow)]
    title: Text<'a>,
    #[serde(borrow)]
    description: Text<'a>,
    #[serde(borrow)]
    primary_link: Text<'a>,
    #[serde(borrow)]
    links: Texts<'a>,
    #[serde(borrow)]
    package_type: Text<'a>,
    #[serde(borrow)]
    package_path: Text<'a>,
    #[serde(borrow, rename = "packagePURL")]
    purl: Text<'a>,
    #[serde(borrow)]
    published_date: Text<'a>,
    #[serde(borrow)]
    last_modified_date: Text<'a>,
}

/// An element of `checks`.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Check<'a> {
    #[serde(borrow, rename = "checkID")]
    id: Text<'a>,
    success: Flag,
    #[serde(borrow)]
    severity: Text<'a>,
    #[serde(borrow)]
    title: Text<'a>,
    #[serde(borrow)]
    description: Text<'a>,
    #[serde(borrow)]
    messages: Texts<'a>,
    #[serde(borrow)]
    remediation: Text<'a>,
    #[serde(borrow)]
    target: Text<'a>,
}

/// An element of `secrets`.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct SecretItem<'a> {
    #[serde(borrow, rename = "ruleID")]
    rule_id: Text<'a>,
    #[serde(borrow)]
    severity: Text<'a>,
    #[serde(borrow)]
    title: Text<'a>,
    #[serde(borrow)]
    target: Text<'a>,
    #[serde(borrow, rename = "match")]
    matched: Text<'a>,
}

/// A control of a compliance report: with its checks, or counted.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Control<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    description: Text<'a>,
    #[serde(borrow)]
    severity: Text<'a>,
    total_fail: Number,
    #[serde(borrow)]
    checks: List<Check<'a>>,
}

/// What the findings of a resource share.
struct Scanned {
    object: String,
    artifact: Option<Arc<Artifact>>,
    ecosystem: &'static str,
    distro: Option<String>,
}

impl Scanned {
    fn location(&self) -> Location {
        Location { resource: Some(self.object.clone()), ..Location::default() }
    }
}

pub(super) fn resource(resource: &Resource<'_>, pointer: &str, draft: &mut Draft<'_>) {
    let (os, report) = (&resource.report.os, &resource.report);
    let distro = os.family.given().map(|family| bounded(&format!("{family}-{}", os.name.get()), MAX_NAME));
    let ecosystem = package_url::ecosystem_of(os.family.get());
    let scanned = Scanned { object: resource.object(), artifact: resource.artifact(), ecosystem, distro };
    let kind = resource.kind.get();
    draft.sections.insert(match kind.strip_prefix("Cluster").unwrap_or(kind) {
        "VulnerabilityReport" => Section::Vulnerabilities,
        "ExposedSecretReport" => Section::Secrets,
        _ => Section::Manifests,
    });
    if os.eosl.is_true() {
        let finding = end_of_life(&scanned);
        draft.push(finding, Source { pointer: format!("{pointer}/report/os"), ..Source::default() });
    }
    let at = format!("{pointer}/report/vulnerabilities");
    each(report.vulnerabilities.as_ref(), &at, draft, |item, pointer, draft| {
        vulnerability(&item, &scanned, pointer, draft);
    });
    each(report.checks.as_ref(), &format!("{pointer}/report/checks"), draft, |item, pointer, draft| {
        check(&item, &scanned, pointer, draft);
    });
    each(report.secrets.as_ref(), &format!("{pointer}/report/secrets"), draft, |item, pointer, draft| {
        secret(&item, &scanned, pointer, draft);
    });
    // The summary repeats what the details say.
    let detail = resource.status.detail.items.as_ref();
    let (controls, part) = match detail {
        Some(_) => (detail, "detailReport/results"),
        None => (resource.status.summary.items.as_ref(), "summaryReport/controlCheck"),
    };
    each(controls, &format!("{pointer}/status/{part}"), draft, |item, pointer, draft| {
        control(&item, &scanned, pointer, draft);
    });
}

fn end_of_life(scanned: &Scanned) -> Finding {
    let label = scanned.distro.clone().unwrap_or_default();
    let (name, version) = label.split_once('-').unwrap_or((&label, ""));
    Finding {
        kind: Kind::Outdated,
        section: Section::Vulnerabilities,
        rule_id: "os-end-of-life".to_owned(),
        id: "os-end-of-life".to_owned(),
        title: format!("{label} gets no security updates any more"),
        message: format!("the image of {} is based on {label}, whose support has ended", scanned.object),
        remediation: Some("move to a supported release of the base image".to_owned()),
        severity: Severity::High,
        severity_source: SeveritySource::PolicyDefault,
        package: Some(Box::new(Package {
            name: name.to_owned(),
            version: Some(version.to_owned()),
            ..Package::default()
        })),
        locations: vec![scanned.location()],
        artifact: scanned.artifact.clone(),
        ..Finding::default()
    }
}

fn vulnerability(item: &VulnerabilityItem<'_>, scanned: &Scanned, pointer: &str, draft: &mut Draft<'_>) {
    let Some(rule_id) = item.id.given() else {
        draft.dropped(pointer, "no `vulnerabilityID`");
        return;
    };
    let own = package_url::ecosystem_of(item.package_type.get());
    let ecosystem = if own.is_empty() { scanned.ecosystem } else { own };
    let name = bounded(item.resource.get(), MAX_NAME);
    let mut package = package_url::named(ecosystem, &name, item.installed_version.given());
    if let Some(purl) = item.purl.given() {
        draft.purl(purl, &mut package);
    }
    package.version = item.installed_version.owned().or(package.version);
    if matches!(ecosystem, "deb" | "rpm" | "apk") && package.distro.is_none() {
        package.distro.clone_from(&scanned.distro);
    }
    package.path = item.package_path.owned();
    let stated = Stated { score: item.score.0, version: "3.1", source: "trivy", ..Stated::default() };
    let scores: Vec<_> = draft.score(stated).into_iter().collect();
    let rating = draft.rate(item.severity.get(), &scores);
    let fixed = item.fixed_version.get().split(", ").filter(|version| !version.is_empty()).map(str::to_owned);
    let mut details = Vulnerability { scores, ..Vulnerability::default() };
    details.dates.published = item.published_date.get().parse().ok();
    details.dates.modified = item.last_modified_date.get().parse().ok();
    let weakness = Weakness {
        rule_id,
        names: Names::of(rule_id, [], item.links.iter()),
        title: item.title.get(),
        description: item.description.get(),
        rating,
        package,
        fix: fixed_in(fixed.collect(), FixState::Unknown),
        locations: vec![scanned.location()],
        artifact: scanned.artifact.clone(),
        references: item.primary_link.owned().into_iter().chain(item.links.owned()).collect(),
        details,
        ..Weakness::default()
    };
    draft.push(weakness.finding(), Source { pointer: pointer.to_owned(), ..Source::default() });
}

/// What a failed check and a failed control have in common.
fn misconfiguration(rule_id: &str, severity: &Text<'_>, scanned: &Scanned, draft: &mut Draft<'_>) -> Finding {
    let rating = draft.rate(severity.get(), &[]);
    Finding {
        kind: Kind::Misconfiguration,
        section: Section::Manifests,
        rule_id: rule_id.to_owned(),
        id: rule_id.to_owned(),
        severity: rating.severity,
        severity_source: rating.source,
        severity_original: rating.original,
        identity: scanned.object.clone(),
        locations: vec![scanned.location()],
        artifact: scanned.artifact.clone(),
        ..Finding::default()
    }
}

fn check(item: &Check<'_>, scanned: &Scanned, pointer: &str, draft: &mut Draft<'_>) {
    let Some(rule_id) = item.id.given() else {
        draft.dropped(pointer, "no `checkID`");
        return;
    };
    if item.success.is_true() {
        draft.passed += 1;
        return;
    }
    let messages: Vec<&str> = item.messages.iter().take(5).collect();
    let mut finding = Finding {
        title: item.title.given().unwrap_or(rule_id).to_owned(),
        message: messages.join("; "),
        description: item.description.get().to_owned(),
        remediation: item.remediation.owned(),
        ..misconfiguration(rule_id, &item.severity, scanned, draft)
    };
    if let Some(target) = item.target.given() {
        finding.identity = format!("{} {}", scanned.object, bounded(target, MAX_NAME));
    }
    draft.push(finding, Source { pointer: pointer.to_owned(), ..Source::default() });
}

fn secret(item: &SecretItem<'_>, scanned: &Scanned, pointer: &str, draft: &mut Draft<'_>) {
    let Some(rule_id) = item.rule_id.given() else {
        draft.dropped(pointer, "no `ruleID`");
        return;
    };
    // Trivy masks the secret in the match; a match without a mask is the secret.
    let matched = item.matched.get();
    let bare = Some(matched).filter(|matched| !matched.is_empty() && !matched.contains("**"));
    if let Some(bare) = bare {
        draft.secret(bare);
    }
    let title = item.title.given().unwrap_or(rule_id);
    let finding = Finding {
        kind: Kind::Secret,
        section: Section::Secrets,
        title: title.to_owned(),
        message: format!("{title} found in `{}` of {}", bounded(item.target.get(), MAX_NAME), scanned.object),
        remediation: Some("revoke it, then take it out of the image".to_owned()),
        secret: Some(Box::new(portcullis_model::Secret {
            secret_hash: bare.map(secret_hash),
            redacted: bare.map(redacted),
            ..portcullis_model::Secret::default()
        })),
        identity: format!("{} {} {matched}", scanned.object, item.target.get()),
        ..misconfiguration(rule_id, &item.severity, scanned, draft)
    };
    draft.push(finding, Source { pointer: pointer.to_owned(), ..Source::default() });
}

/// A control of a benchmark fails when one of its checks does.
fn control(item: &Control<'_>, scanned: &Scanned, pointer: &str, draft: &mut Draft<'_>) {
    let Some(rule_id) = item.id.given() else {
        draft.dropped(pointer, "no `id`");
        return;
    };
    let failed: Vec<&Check<'_>> = item.checks.0.iter().filter(|check| check.success.0 == Some(false)).collect();
    let count = item.total_fail.count().unwrap_or(failed.len() as u64);
    if count == 0 {
        draft.passed += 1;
        return;
    }
    let objects: Vec<&str> = failed.iter().filter_map(|check| check.target.given()).take(10).collect();
    let which = if objects.is_empty() { String::new() } else { format!(": {}", objects.join(", ")) };
    let finding = Finding {
        title: item.name.given().unwrap_or(rule_id).to_owned(),
        message: format!("{} ({count} failed checks{which})", item.name.given().unwrap_or(rule_id)),
        description: item.description.get().to_owned(),
        ..misconfiguration(rule_id, &item.severity, scanned, draft)
    };
    draft.push(finding, Source { pointer: pointer.to_owned(), ..Source::default() });
}
