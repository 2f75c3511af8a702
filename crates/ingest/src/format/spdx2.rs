//! SPDX 2.2 and 2.3 as JSON and tag-value (spec/ingest.md 10): packages, relationships, who made the document.

mod json;
mod tag_value;

use std::collections::BTreeSet;
use std::sync::Arc;

use portcullis_model::text::bounded;
use portcullis_model::{Component, Hash, Package, Problem, ProblemCode, Scope, Section};

use crate::detect::Look;
use crate::draft::Draft;
use crate::format::Format;
use crate::inventory::{Inventory, MAX_NAME, identify};
use crate::json::Text;

/// What a license, supplier or location is that nobody states.
pub(super) const NO_ASSERTION: &str = "NOASSERTION";
/// What is stated not to be there.
pub(super) const NONE: &str = "NONE";
/// The id of the document itself.
const DOCUMENT: &str = "SPDXRef-DOCUMENT";

/// SPDX 2 as JSON.
pub(super) static JSON: Format = Format {
    id: "spdx2-json",
    also: &["spdx"],
    section: Section::Sbom,
    clean: &[],
    fits: |look: &Look| look.object().is_some_and(|object| object.word("spdxVersion").starts_with("SPDX-")),
    read: json::read,
};

/// SPDX 2 as tag-value.
pub(super) static TAG_VALUE: Format = Format {
    id: "spdx2-tv",
    also: &["spdx"],
    section: Section::Sbom,
    clean: &[],
    fits: |look: &Look| {
        let version = look.text().and_then(|line| line.strip_prefix("SPDXVersion:"));
        version.is_some_and(|version| version.trim().starts_with("SPDX-"))
    },
    read: tag_value::read,
};

/// The document, whatever it is written in.
#[derive(Default)]
struct Document<'a> {
    version: Text<'a>,
    name: Text<'a>,
    namespace: Text<'a>,
    created: Text<'a>,
    creators: Vec<String>,
    describes: Vec<String>,
    packages: Vec<Item<'a>>,
    /// Ids of files and snippets: relationships name them too.
    others: BTreeSet<String>,
    relationships: Vec<Relationship<'a>>,
}

/// `packages[]`
#[derive(Default)]
struct Item<'a> {
    id: Text<'a>,
    name: Text<'a>,
    version: Text<'a>,
    supplier: Text<'a>,
    originator: Text<'a>,
    download: Text<'a>,
    declared: Text<'a>,
    concluded: Text<'a>,
    purpose: Text<'a>,
    valid_until: Text<'a>,
    /// Algorithm and digits.
    checksums: Vec<(Text<'a>, Text<'a>)>,
    /// Type and locator.
    references: Vec<(Text<'a>, Text<'a>)>,
}

/// `relationships[]`
#[derive(Default)]
struct Relationship<'a> {
    from: Text<'a>,
    kind: Text<'a>,
    to: Text<'a>,
}

/// Whether a document of this version is read.
fn check_version(document: &Document<'_>, draft: &mut Draft<'_>) -> bool {
    let version = document.version.get().strip_prefix("SPDX-").unwrap_or(document.version.get());
    draft.report.format_version = Some(bounded(version, 40)).filter(|version| !version.is_empty());
    match version {
        "2.2" | "2.3" => true,
        version if version.starts_with("2.") => {
            let message = format!(
                "SPDX {} is read as far as it is like 2.2 and 2.3, the versions that are known",
                bounded(version, 40)
            );
            draft.problem(Problem::warning(ProblemCode::UnsupportedVersion, message));
            true
        }
        "" => {
            draft.lenient("the document does not say which version of SPDX it has");
            true
        }
        version => {
            let message =
                format!("SPDX {} in this form is not read: this version reads 2.2, 2.3 and 3.0", bounded(version, 40));
            draft.problem(Problem::error(ProblemCode::UnsupportedVersion, message));
            false
        }
    }
}

/// What the document means. `is_whole`: it did not break.
fn translate(document: &Document<'_>, is_whole: bool, draft: &mut Draft<'_>) {
    if !check_version(document, draft) {
        return;
    }
    draft.sections.insert(Section::Sbom);
    let mut inventory = Inventory::new("spdx", draft);
    inventory.bom.serial = document.namespace.owned();
    inventory.made_at(document.created.given(), draft);
    creators(document.creators.iter().map(String::as_str), &mut inventory, draft);
    for item in &document.packages {
        if [&item.id, &item.name].into_iter().all(|text| text.given().is_none()) {
            draft.lenient("a package without name and id is left out");
            continue;
        }
        let component = component(item, draft);
        inventory.push(component, draft);
    }
    let mut described: BTreeSet<&str> = document.describes.iter().map(String::as_str).collect();
    for relationship in &document.relationships {
        relate(relationship, document, &mut inventory, &mut described);
    }
    described.retain(|id| inventory.by_reference(id).is_some());
    if let [root] = described.into_iter().collect::<Vec<_>>().as_slice() {
        inventory.set_root(root);
    }
    inventory.settle(draft);
    if let (None, Some(name)) = (&draft.report.artifact, document.name.given()) {
        let name = bounded(name, MAX_NAME);
        draft.report.artifact =
            Some(Arc::new(portcullis_model::Artifact { name, kind: "sbom".to_owned(), digest: None }));
    }
    inventory.hand_over(!is_whole, draft);
}

/// `Tool: trivy-0.58.1`, `Organization: x`, `Person: y (y@x.example)`
fn creators<'a>(creators: impl Iterator<Item = &'a str>, inventory: &mut Inventory, draft: &mut Draft<'_>) {
    for creator in creators {
        match creator.split_once(':') {
            Some(("Tool", tool)) => inventory.bom.tools.push(bounded(tool.trim(), MAX_NAME)),
            _ => inventory.bom.authors.extend(agent(creator)),
        }
    }
    let tool = inventory.bom.tools.first().map_or("spdx", String::as_str);
    let (name, version) = name_and_version(tool);
    draft.tool(&bounded(name, 100), version.map(|version| bounded(version, 100)));
}

/// `trivy-0.58.1` is version 0.58.1 of trivy.
fn name_and_version(tool: &str) -> (&str, Option<&str>) {
    let starts = tool.match_indices('-').map(|(at, _)| at).find(|at| {
        let after = tool.get(at + 1..).unwrap_or_default();
        after.strip_prefix('v').unwrap_or(after).starts_with(|char: char| char.is_ascii_digit())
    });
    match starts.and_then(|at| Some((tool.get(..at)?, tool.get(at + 1..)?))) {
        Some((name, version)) if !name.is_empty() => (name, Some(version)),
        _ => (tool, None),
    }
}

/// A person or organisation without its kind and address; none where nobody states one.
fn agent(text: &str) -> Option<String> {
    let text = text.trim();
    let name = ["Organization:", "Person:"].into_iter().find_map(|kind| text.strip_prefix(kind)).unwrap_or(text).trim();
    let name = name.split_once(" (").filter(|(name, _)| !name.is_empty()).map_or(name, |(name, _)| name);
    Some(bounded(name, MAX_NAME)).filter(|name| is_stated(name))
}

/// Whether a text says anything.
pub(super) fn is_stated(text: &str) -> bool {
    !text.is_empty() && text != NO_ASSERTION && text != NONE
}

fn component(item: &Item<'_>, draft: &mut Draft<'_>) -> Component {
    let reference = |kinds: &[&str]| {
        let mut references = item.references.iter();
        references
            .find(|(kind, _)| kinds.contains(&kind_of_reference(kind.get())))
            .and_then(|(_, locator)| locator.given())
    };
    let mut component = Component {
        package: Package {
            name: bounded(item.name.get(), MAX_NAME),
            version: item
                .version
                .given()
                .filter(|version| is_stated(version))
                .map(|version| bounded(version, MAX_NAME)),
            licenses: licenses(item.concluded.get(), item.declared.get()),
            bom_ref: item.id.owned(),
            ..Package::default()
        },
        kind: kind_of_purpose(item.purpose.get()).to_owned(),
        supplier: [&item.supplier, &item.originator].into_iter().find_map(|text| agent(text.get())),
        author: agent(item.originator.get()),
        cpe: reference(&["cpe23Type", "cpe22Type"]).map(|cpe| bounded(cpe, MAX_NAME)),
        swid: reference(&["swid"]).map(|swid| bounded(swid, MAX_NAME)),
        hashes: item
            .checksums
            .iter()
            .filter(|(_, value)| value.given().is_some())
            .map(|(algorithm, value)| hash(algorithm.get(), value.get()))
            .collect(),
        distribution: item.download.given().filter(|text| is_stated(text)).map(|url| bounded(url, MAX_NAME)),
        end_of_life: end_of_life(item.valid_until.get()),
        ..Component::default()
    };
    identify(&mut component, reference(&["purl"]), draft);
    component
}

/// In 2.2 the type may be written as an address: `http://spdx.org/rdf/references/cpe23Type`.
fn kind_of_reference(kind: &str) -> &str {
    kind.rsplit('/').next().unwrap_or(kind)
}

/// The day of a time.
pub(super) fn end_of_life(text: &str) -> Option<jiff::civil::Date> {
    text.get(..10)?.parse().ok()
}

/// What was found out goes before what is claimed; `NONE` is a statement.
pub(super) fn licenses(concluded: &str, declared: &str) -> Vec<String> {
    let stated = [concluded, declared].into_iter().find(|text| !text.is_empty() && *text != NO_ASSERTION);
    stated.map(|text| bounded(text, 2_000)).into_iter().collect()
}

/// A checksum in the words of CycloneDX: `SHA256` is `SHA-256` there.
pub(super) fn hash(algorithm: &str, value: &str) -> Hash {
    let upper = algorithm.to_ascii_uppercase().replace('_', "-");
    let algorithm = match upper.as_str() {
        "SHA1" | "SHA224" | "SHA256" | "SHA384" | "SHA512" => upper.replace("SHA", "SHA-"),
        _ => upper,
    };
    Hash { algorithm: bounded(&algorithm, 40), value: bounded(value, MAX_NAME).to_ascii_lowercase() }
}

/// The purpose in the words of CycloneDX; empty for those it has no word for.
pub(super) fn kind_of_purpose(purpose: &str) -> &'static str {
    let purpose: String = purpose.chars().filter(char::is_ascii_alphabetic).collect();
    match purpose.to_ascii_lowercase().as_str() {
        "application" => "application",
        "framework" => "framework",
        "library" => "library",
        "container" => "container",
        "operatingsystem" => "operating-system",
        "device" => "device",
        "devicedriver" => "device-driver",
        "firmware" => "firmware",
        "platform" => "platform",
        "file" => "file",
        "data" => "data",
        "model" => "machine-learning-model",
        _ => "",
    }
}

/// What a relationship says about who needs whom.
enum Need {
    /// The first needs the second.
    Forward(Option<Scope>),
    /// The second needs the first.
    Backward(Option<Scope>),
    /// The first has the second in it, or the other way round.
    Holds { backward: bool },
}

fn need(kind: &str) -> Option<Need> {
    use Scope::{Development, Optional, Runtime};
    Some(match kind {
        "CONTAINS" => Need::Holds { backward: false },
        "CONTAINED_BY" | "PACKAGE_OF" => Need::Holds { backward: true },
        "DEPENDS_ON" | "DYNAMIC_LINK" | "STATIC_LINK" | "HAS_PREREQUISITE" => Need::Forward(None),
        "DEPENDENCY_OF" | "PREREQUISITE_FOR" | "PROVIDED_DEPENDENCY_OF" => Need::Backward(None),
        "RUNTIME_DEPENDENCY_OF" => Need::Backward(Some(Runtime)),
        "OPTIONAL_DEPENDENCY_OF" | "OPTIONAL_COMPONENT_OF" => Need::Backward(Some(Optional)),
        "BUILD_DEPENDENCY_OF"
        | "DEV_DEPENDENCY_OF"
        | "TEST_DEPENDENCY_OF"
        | "BUILD_TOOL_OF"
        | "DEV_TOOL_OF"
        | "TEST_TOOL_OF" => Need::Backward(Some(Development)),
        _ => return None,
    })
}

fn relate<'a>(
    relationship: &'a Relationship<'_>,
    document: &Document<'_>,
    inventory: &mut Inventory,
    described: &mut BTreeSet<&'a str>,
) {
    let (from, to) = (relationship.from.get(), relationship.to.get());
    match relationship.kind.get() {
        "DESCRIBES" if from == DOCUMENT => _ = described.insert(to),
        "DESCRIBED_BY" if to == DOCUMENT => _ = described.insert(from),
        _ => {}
    }
    let is_outside =
        |id: &str| id == DOCUMENT || !is_stated(id) || id.starts_with("DocumentRef-") || document.others.contains(id);
    if is_outside(from) || is_outside(to) {
        return;
    }
    let (needing, needed, scope) = match need(relationship.kind.get()) {
        Some(Need::Forward(scope)) => (from, to, scope),
        Some(Need::Backward(scope)) => (to, from, scope),
        Some(Need::Holds { backward: false }) => return inventory.holds(from, to),
        Some(Need::Holds { backward: true }) => return inventory.holds(to, from),
        None => return,
    };
    inventory.needs(needing, [needed]);
    if let (Some(scope), Some(component)) = (scope, inventory.by_reference_mut(needed)) {
        // What is needed for running by one is no matter of development only because another needs it for that.
        if component.package.scope != Scope::Runtime {
            component.package.scope = scope;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_is_split_where_its_version_begins() {
        assert_eq!(name_and_version("trivy-0.58.1"), ("trivy", Some("0.58.1")));
        assert_eq!(name_and_version("spdx-maven-plugin-v1"), ("spdx-maven-plugin", Some("v1")));
        assert_eq!(name_and_version("github.com/x/sbom-tool"), ("github.com/x/sbom-tool", None));
        assert_eq!(name_and_version("-1"), ("-1", None));
    }

    #[test]
    fn an_agent_has_neither_kind_nor_address() {
        assert_eq!(agent("Organization: Google LLC").as_deref(), Some("Google LLC"));
        assert_eq!(agent("Person: Jane Doe (jane@x.example)").as_deref(), Some("Jane Doe"));
        assert_eq!(agent("NOASSERTION"), None);
        assert_eq!(agent("Organization: NOASSERTION"), None);
    }

    #[test]
    fn what_was_concluded_goes_before_what_is_declared_and_none_is_a_statement() {
        assert_eq!(licenses("MIT", "GPL-2.0-only"), ["MIT"]);
        assert_eq!(licenses("NOASSERTION", "GPL-2.0-only"), ["GPL-2.0-only"]);
        assert_eq!(licenses("NONE", "MIT"), ["NONE"]);
        assert_eq!(licenses("NOASSERTION", ""), [""; 0]);
    }
}
