//! What the items of a GitLab report mean.

use std::sync::Arc;

use portcullis_model::text::bounded;
use portcullis_model::{
    Artifact, Confidence, Finding, FixState, Kind, Location, Package, Secret, Source, State, Suppression,
    Vulnerability, redacted, secret_hash,
};
use serde::Deserialize;

use super::{Dependency, Scan, Tool, kind_of};
use crate::advisory::{Names, cwes_in};
use crate::cvss::Stated;
use crate::draft::Draft;
use crate::json::{List, Number, Text};
use crate::package_url;
use crate::section::{section_of, tool_name};
use crate::weakness::{Weakness, fixed_in};

/// Characters of names the findings repeat.
const MAX_NAME: usize = 500;

/// An element of `vulnerabilities`.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Item<'a> {
    #[serde(borrow)]
    category: Text<'a>,
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    message: Text<'a>,
    #[serde(borrow)]
    description: Text<'a>,
    #[serde(borrow)]
    severity: Text<'a>,
    #[serde(borrow)]
    confidence: Text<'a>,
    #[serde(borrow)]
    solution: Text<'a>,
    #[serde(borrow)]
    scanner: Tool<'a>,
    #[serde(borrow)]
    location: Place<'a>,
    #[serde(borrow)]
    identifiers: List<Identifier<'a>>,
    #[serde(borrow)]
    links: List<Link<'a>>,
    #[serde(borrow)]
    flags: List<FlagOf<'a>>,
    #[serde(borrow)]
    cvss_vectors: List<Vector<'a>>,
    #[serde(borrow)]
    raw_source_code_extract: Text<'a>,
}

/// `location`, of every type of scan.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Place<'a> {
    #[serde(borrow)]
    file: Text<'a>,
    start_line: Number,
    end_line: Number,
    #[serde(borrow)]
    dependency: Option<Dependency<'a>>,
    #[serde(borrow)]
    operating_system: Text<'a>,
    #[serde(borrow)]
    image: Text<'a>,
    #[serde(borrow)]
    commit: Option<Commit<'a>>,
    #[serde(borrow)]
    hostname: Text<'a>,
    #[serde(borrow)]
    path: Text<'a>,
    #[serde(borrow)]
    method: Text<'a>,
    #[serde(borrow)]
    param: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Commit<'a> {
    #[serde(borrow)]
    sha: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Identifier<'a> {
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow)]
    value: Text<'a>,
    #[serde(borrow)]
    url: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Link<'a> {
    #[serde(borrow)]
    url: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct FlagOf<'a> {
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow)]
    origin: Text<'a>,
    #[serde(borrow)]
    description: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Vector<'a> {
    #[serde(borrow)]
    vendor: Text<'a>,
    #[serde(borrow)]
    vector: Text<'a>,
}

/// One item.
pub(super) fn vulnerability(item: &Item<'_>, scan: &Scan<'_>, pointer: &str, draft: &mut Draft<'_>) {
    let scanner = item.scanner.id.given().or_else(|| item.scanner.name.given()).or_else(|| scan.scanner.id.given());
    let scanner = scanner.unwrap_or_default();
    let kind = kind_of(item.category.given().unwrap_or_else(|| scan.kind.get()), scanner);
    let Some(rule_id) = item.identifiers.0.iter().find_map(|identifier| identifier.value.given()) else {
        draft.dropped(pointer, "no `identifiers`");
        return;
    };
    let mut finding = match kind {
        Kind::Vulnerability => weakness(item, rule_id, draft),
        _ => other(item, kind, rule_id, scanner, draft),
    };
    if kind == Kind::Secret {
        keep_secret(item, &mut finding, draft);
    }
    flag(item, &mut finding);
    let tool = if scanner.is_empty() { String::new() } else { tool_name(&bounded(scanner, 200)) };
    draft.push(finding, Source { tool, pointer: pointer.to_owned(), ..Source::default() });
}

impl Item<'_> {
    fn references(&self) -> Vec<String> {
        let pages = self.identifiers.0.iter().filter_map(|identifier| identifier.url.owned());
        pages.chain(self.links.0.iter().filter_map(|link| link.url.owned())).collect()
    }

    fn cwes(&self) -> std::collections::BTreeSet<u32> {
        let cwes = self.identifiers.0.iter().filter(|identifier| identifier.kind.get().eq_ignore_ascii_case("cwe"));
        cwes.flat_map(|cwe| cwes_in(&format!("CWE-{}", number(cwe.value.get()))).collect::<Vec<_>>()).collect()
    }

    fn locations(&self, draft: &Draft<'_>) -> Vec<Location> {
        let place = &self.location;
        if let Some(host) = place.hostname.given() {
            let called = [place.method.get(), place.path.get(), place.param.get()].join(" ");
            let resource = Some(bounded(called.trim(), MAX_NAME));
            let uri = Some(bounded(&format!("{host}{}", place.path.get()), 2_000));
            return vec![Location { uri, resource, ..Location::default() }];
        }
        let Some(file) = place.file.given() else { return Vec::new() };
        let start_line = place.start_line.position();
        let end_line = place.end_line.position().filter(|end| start_line.is_some_and(|start| *end >= start));
        vec![Location { start_line, end_line, ..draft.location(file) }]
    }
}

fn number(value: &str) -> &str {
    value.rsplit('-').next().unwrap_or_default()
}

fn weakness(item: &Item<'_>, rule_id: &str, draft: &mut Draft<'_>) -> Finding {
    let names = item.identifiers.0.iter().filter(|identifier| {
        !matches!(identifier.kind.get().to_ascii_lowercase().as_str(), "cwe" | "owasp" | "wasc" | "capec" | "cpe")
    });
    let same: Vec<&str> = names.filter_map(|identifier| identifier.value.given()).collect();
    let vectors = item.cvss_vectors.0.iter().map(|vector| Stated {
        vector: vector.vector.get(),
        source: vector.vendor.get(),
        ..Stated::default()
    });
    let scores: Vec<_> = vectors.filter_map(|stated| draft.score(stated)).collect();
    let rating = draft.rate(item.severity.get(), &scores);
    let image = item.location.image.given().map(|image| Artifact {
        name: bounded(image, MAX_NAME),
        kind: "container_image".to_owned(),
        digest: None,
    });
    Weakness {
        rule_id,
        names: Names::of(rule_id, same, []),
        title: item.name.given().unwrap_or_else(|| item.message.get()),
        description: item.description.get(),
        rating,
        cwes: item.cwes(),
        package: package(item),
        fix: fixed_in(Vec::new(), FixState::Unknown),
        remediation: item.solution.owned(),
        locations: item.locations(draft),
        artifact: image.map(Arc::new),
        references: item.references(),
        details: Vulnerability { scores, ..Vulnerability::default() },
        ..Weakness::default()
    }
    .finding()
}

/// The format names no ecosystem: the lock file or the operating system of the image tells it.
fn package(item: &Item<'_>) -> Package {
    let place = &item.location;
    let Some(dependency) = &place.dependency else { return Package::default() };
    let os = place.operating_system.get();
    let family = os.split([' ', ':']).next().unwrap_or_default();
    let file = place.file.get().rsplit('/').next().unwrap_or_default();
    let ecosystem = if os.is_empty() { ecosystem_of_file(file) } else { package_url::ecosystem_of(family) };
    let name = bounded(dependency.package.name.get(), MAX_NAME);
    let mut package = package_url::named(ecosystem, &name, dependency.version.given());
    package.direct = dependency.direct.0;
    package.distro = Some(os.replace([' ', ':'], "-")).filter(|distro| !distro.is_empty());
    package
}

fn ecosystem_of_file(name: &str) -> &'static str {
    match name {
        "package-lock.json" | "npm-shrinkwrap.json" | "yarn.lock" | "pnpm-lock.yaml" | "package.json" => "npm",
        "requirements.txt" | "Pipfile.lock" | "poetry.lock" | "uv.lock" | "Pipfile" | "setup.py" => "pypi",
        "go.mod" | "go.sum" => "golang",
        "pom.xml" | "build.gradle" | "build.gradle.kts" | "gradle.lockfile" | "build.sbt" => "maven",
        "Cargo.lock" => "cargo",
        "Gemfile.lock" | "gems.locked" => "gem",
        "composer.lock" => "composer",
        "packages.lock.json" => "nuget",
        "conan.lock" => "conan",
        _ => "",
    }
}

fn other(item: &Item<'_>, kind: Kind, rule_id: &str, scanner: &str, draft: &mut Draft<'_>) -> Finding {
    let rating = draft.rate(item.severity.get(), &[]);
    let locations = item.locations(draft);
    let path = locations.first().map_or("", |location| location.path.as_str());
    let title = item.name.given().or_else(|| item.message.given()).unwrap_or(rule_id).to_owned();
    Finding {
        kind,
        section: section_of(kind, scanner, path),
        rule_id: rule_id.to_owned(),
        id: rule_id.to_owned(),
        message: item.message.given().unwrap_or(&title).to_owned(),
        title,
        description: item.description.get().to_owned(),
        remediation: item.solution.owned(),
        severity: rating.severity,
        severity_source: rating.source,
        severity_original: rating.original,
        confidence: match item.confidence.get() {
            "High" | "Confirmed" => Some(Confidence::High),
            "Medium" => Some(Confidence::Medium),
            "Low" | "Experimental" => Some(Confidence::Low),
            _ => None,
        },
        cwes: item.cwes(),
        locations,
        references: item.references(),
        ..Finding::default()
    }
}

/// The secret is known from here on only by its hash, and masked in every text.
fn keep_secret(item: &Item<'_>, finding: &mut Finding, draft: &mut Draft<'_>) {
    let bare = item.raw_source_code_extract.given();
    if let Some(bare) = bare {
        draft.secret(bare);
        for text in [&mut finding.message, &mut finding.title, &mut finding.description] {
            *text = text.replace(bare, &redacted(bare));
        }
    }
    let commit = item.location.commit.as_ref().and_then(|commit| commit.sha.owned());
    finding.secret = Some(Box::new(Secret {
        commit: commit.filter(|commit| commit.chars().any(|char| char != '0')),
        secret_hash: bare.map(secret_hash),
        redacted: bare.map(redacted),
        ..Secret::default()
    }));
}

/// What the analyser itself takes for a false alarm a person has to look at.
fn flag(item: &Item<'_>, finding: &mut Finding) {
    let doubts = item.flags.0.iter().filter(|flag| flag.kind.get() == "flagged-as-likely-false-positive");
    for doubt in doubts.take(5) {
        finding.state = State::Review;
        finding.suppressions.push(Suppression {
            by: bounded(doubt.origin.get(), 100),
            kind: "likely_false_positive".to_owned(),
            reason: doubt.description.given().map(|reason| bounded(reason, 500)),
            accepted: false,
            ..Suppression::default()
        });
    }
}
