//! What the components of a CycloneDX document mean.

use portcullis_model::text::bounded;
use portcullis_model::{Component, Hash, Package, Scope};

use super::shape::{Organisation, Part, Person, Tools};
use super::{LIBRARIES, license};
use crate::draft::Draft;
use crate::inventory::{Inventory, MAX_NAME, identify};
use crate::package_url;

/// Places kept of one component.
const MAX_EVIDENCE: usize = 20;
/// Checksums kept of one component.
const MAX_HASHES: usize = 30;

/// Who wrote the document, as far as that says what a component without purl is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Writer {
    /// pip-audit: names and versions of Python packages, no purls.
    PipAudit,
    /// Any other.
    Other,
}

impl Writer {
    /// pip-audit names the library it writes with, itself only in some versions.
    pub(super) fn of(tools: &Tools<'_>) -> Self {
        let mut names = tools.all().map(|tool| tool.name.get()).peekable();
        let is_python = |name| name == LIBRARIES[0] || name == "pip-audit";
        if names.peek().is_some() && names.all(is_python) { Self::PipAudit } else { Self::Other }
    }
}

/// The thing the document is about, and what is inside it.
pub(super) fn root(mut part: Part<'_>, writer: Writer, inventory: &mut Inventory, draft: &mut Draft<'_>) {
    let parts = std::mem::take(&mut part.parts);
    let reference = part.reference.owned();
    if part.says_something() {
        let mut component = component(&part, writer, draft);
        component.is_root = true;
        inventory.push(component, draft);
    }
    for part in parts {
        take(*part, reference.as_deref(), writer, inventory, draft);
    }
}

/// A component and those inside it: what holds another needs it.
pub(super) fn take(
    mut part: Part<'_>,
    holder: Option<&str>,
    writer: Writer,
    inventory: &mut Inventory,
    draft: &mut Draft<'_>,
) {
    let parts = std::mem::take(&mut part.parts);
    let reference = part.reference.owned();
    if let (Some(holder), Some(reference)) = (holder, &reference) {
        inventory.holds(holder, reference);
    }
    if part.says_something() {
        inventory.push(component(&part, writer, draft), draft);
    } else {
        draft.lenient("a component without name, package URL and reference is left out");
    }
    for inner in parts {
        take(*inner, reference.as_deref(), writer, inventory, draft);
    }
}

fn component(part: &Part<'_>, writer: Writer, draft: &mut Draft<'_>) -> Component {
    let version = part.version.given().map(|version| bounded(version, MAX_NAME));
    let name = bounded(part.name.get(), MAX_NAME);
    let mut package = if writer == Writer::PipAudit && part.kind.get() == "library" && part.purl.given().is_none() {
        package_url::named("pypi", &name, version.as_deref())
    } else {
        let namespace = part.group.given().map(|group| bounded(group, MAX_NAME));
        Package { namespace, name, version, ..Package::default() }
    };
    package.bom_ref = part.reference.owned();
    package.licenses = license::names(&part.licenses.0);
    package.scope = scope(part);
    let evidence = evidence(part);
    package.path = evidence.first().cloned();
    let mut component = Component {
        package,
        kind: bounded(part.kind.get(), 100),
        supplier: [&part.supplier, &part.manufacturer].into_iter().flatten().find_map(Organisation::label),
        author: author(part),
        evidence,
        is_external: part.is_external.is_true(),
        cpe: part.cpe.given().map(|cpe| bounded(cpe, MAX_NAME)),
        swid: part.swid.given().map(|swid| bounded(swid, MAX_NAME)),
        hashes: hashes(part),
        distribution: distribution(part),
        ..Component::default()
    };
    identify(&mut component, part.purl.given(), draft);
    component
}

fn scope(part: &Part<'_>) -> Scope {
    let is_development =
        |name: &str| matches!(name, "cdx:npm:package:development" | "cdx:composer:package:isDevRequirement");
    if part.properties.0.iter().any(|property| is_development(property.name.get()) && property.value.get() == "true") {
        return Scope::Development;
    }
    match part.scope.get() {
        "required" => Scope::Runtime,
        "optional" => Scope::Optional,
        // Since 1.2: what is used for tests and other purposes than running.
        "excluded" => Scope::Development,
        _ => Scope::Unknown,
    }
}

fn author(part: &Part<'_>) -> Option<String> {
    let authors = part.authors.0.iter().find_map(Person::label);
    authors.or_else(|| part.author.given().or_else(|| part.publisher.given()).map(|author| bounded(author, MAX_NAME)))
}

fn hashes(part: &Part<'_>) -> Vec<Hash> {
    let hashes = part.hashes.0.iter().filter(|hash| hash.content.given().is_some()).take(MAX_HASHES);
    hashes
        .map(|hash| Hash {
            algorithm: bounded(hash.alg.get(), 40),
            value: bounded(hash.content.get(), MAX_NAME).to_ascii_lowercase(),
        })
        .collect()
}

/// Where the component lies: what CycloneDX has a place for, and properties in which tools say the same.
fn evidence(part: &Part<'_>) -> Vec<String> {
    let is_path = |name: &str| {
        matches!(name, "aquasecurity:trivy:FilePath" | "cdx:npm:package:path" | "SrcFile")
            || (name.starts_with("syft:location:") && name.ends_with(":path"))
    };
    let stated = part.properties.0.iter().filter(|property| is_path(property.name.get()));
    let mut paths: Vec<String> = Vec::new();
    for path in part.evidence.paths().chain(stated.filter_map(|property| property.value.given())).take(MAX_EVIDENCE) {
        let path = bounded(path, MAX_NAME);
        if !paths.contains(&path) {
            paths.push(path);
        }
    }
    paths
}

fn distribution(part: &Part<'_>) -> Option<String> {
    let link = part.links.0.iter().find(|link| link.kind.get() == "distribution");
    link.and_then(|link| link.url.given()).map(|url| bounded(url, MAX_NAME))
}
