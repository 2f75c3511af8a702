//! CycloneDX 1.2 to 1.7 as JSON and XML (spec/ingest.md 10): components, edges, metadata; its vulnerabilities become
//! findings, what it says about their effect also VEX statements (11).

mod component;
mod json;
mod license;
mod shape;
mod vulnerability;
mod xml;

use portcullis_model::{Problem, ProblemCode, Section};

use self::shape::{Document, Service, Tools};
use crate::detect::Look;
use crate::draft::Draft;
use crate::format::Format;
use crate::inventory::{Inventory, MAX_NAME};
use portcullis_model::Package;
use portcullis_model::text::bounded;

/// Libraries that write documents for other tools.
const LIBRARIES: [&str; 5] = [
    "cyclonedx-python-lib",
    "cyclonedx-javascript-library",
    "cyclonedx-core-java",
    "cyclonedx-library",
    "cyclonedx-go",
];

/// CycloneDX JSON.
pub(super) static JSON: Format = Format {
    id: "cyclonedx-json",
    also: &["cyclonedx"],
    section: Section::Sbom,
    clean: &[],
    fits: json::fits,
    read: json::read,
};

/// CycloneDX XML.
pub(super) static XML: Format = Format {
    id: "cyclonedx-xml",
    also: &["cyclonedx"],
    section: Section::Sbom,
    clean: &[],
    fits: |look: &Look| look.xml().is_some_and(|root| root.name == "bom" && root.namespace.starts_with(xml::NAMESPACE)),
    read: xml::read,
};

/// Whether a document of this version is read; what is wrong with it is told.
fn check_version(version: &str, draft: &mut Draft<'_>) -> bool {
    draft.report.format_version = Some(bounded(version, 40)).filter(|version| !version.is_empty());
    let (major, minor) = version.split_once('.').unwrap_or((version, ""));
    match (major, minor.parse::<u32>()) {
        ("1", Ok(2..=7)) => true,
        ("1", _) => {
            let message = format!(
                "CycloneDX {} is read as far as it is like 1.2 to 1.7, the versions that are known",
                bounded(version, 40)
            );
            draft.problem(Problem::warning(ProblemCode::UnsupportedVersion, message));
            true
        }
        ("", _) => {
            draft.lenient("the document does not say which version of CycloneDX it has");
            true
        }
        _ => {
            let message = format!("CycloneDX {} is not read: this version reads 1.2 to 1.7", bounded(version, 40));
            draft.problem(Problem::error(ProblemCode::UnsupportedVersion, message));
            false
        }
    }
}

/// The inventory of a document; the findings are made with it.
fn inventory(document: Document<'_>, draft: &mut Draft<'_>) -> Inventory {
    draft.sections.insert(Section::Sbom);
    let mut inventory = Inventory::new("cyclonedx", draft);
    inventory.bom.serial = document.serial.owned();
    inventory.bom.document_version = document.number.count();
    metadata(&document, &mut inventory, draft);
    let writer = component::Writer::of(&document.metadata.tools);
    inventory.expect(document.components.len() + 1);
    if let Some(root) = document.metadata.component {
        component::root(root, writer, &mut inventory, draft);
    }
    for part in document.components {
        component::take(*part, None, writer, &mut inventory, draft);
    }
    services(&document.services.0, &mut inventory, 0);
    for reference in &document.others {
        inventory.other(reference, Package { bom_ref: Some(reference.clone()), ..Package::default() });
    }
    for dependency in &document.dependencies {
        let Some(from) = dependency.reference.given() else { continue };
        inventory.needs(from, dependency.needs.iter());
    }
    inventory.settle(draft);
    inventory
}

fn metadata(document: &Document<'_>, inventory: &mut Inventory, draft: &mut Draft<'_>) {
    let metadata = &document.metadata;
    inventory.made_at(metadata.timestamp.given(), draft);
    let bom = &mut inventory.bom;
    bom.authors = metadata.authors.0.iter().filter_map(shape::Person::label).collect();
    let organisations = [&metadata.supplier, &metadata.manufacturer, &metadata.manufacture];
    bom.supplier = organisations.into_iter().flatten().find_map(shape::Organisation::label);
    bom.tools = metadata.tools.labels();
    bom.lifecycles = metadata.lifecycles.0.iter().filter_map(shape::Lifecycle::label).collect();
    tool(&metadata.tools, draft);
}

/// The tool that made the document, not the library that wrote it.
fn tool(tools: &Tools<'_>, draft: &mut Draft<'_>) {
    let named = || tools.all().filter(|tool| tool.name.given().is_some());
    match named().find(|tool| !LIBRARIES.contains(&tool.name.get())).or_else(|| named().next()) {
        Some(tool) => {
            let version = tool.version.given().map(|version| bounded(version, 100));
            draft.tool(&bounded(tool.name.get(), 100), version);
        }
        None => draft.tool("cyclonedx", None),
    }
}

/// Services are no packages; edges and vulnerabilities may name them.
fn services(services: &[Service<'_>], inventory: &mut Inventory, depth: usize) {
    if depth > crate::json::MAX_DEPTH {
        return;
    }
    for service in services {
        if let Some(reference) = service.reference.given() {
            let package = Package {
                namespace: service.group.given().map(|group| bounded(group, MAX_NAME)),
                name: bounded(service.name.get(), MAX_NAME),
                version: service.version.given().map(|version| bounded(version, MAX_NAME)),
                bom_ref: Some(reference.to_owned()),
                ..Package::default()
            };
            inventory.other(reference, package);
        }
        self::services(&service.services.0, inventory, depth + 1);
    }
}
