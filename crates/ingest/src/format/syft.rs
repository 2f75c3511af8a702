//! `syft -o syft-json` (spec/ingest.md 10): artifacts, and who contains or needs whom.

use portcullis_model::text::bounded;
use portcullis_model::{Component, Hash, Package, Section};
use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess};
use serde_json::value::RawValue;

use crate::detect::Look;
use crate::draft::Draft;
use crate::format::Format;
use crate::format::image::Image;
use crate::inventory::{Inventory, MAX_NAME, identify};
use crate::json::{Each, Faults, Items, List, Members, Text, Walk, member_as, read_document};

/// The format.
pub(super) static FORMAT: Format = Format {
    id: "syft-json",
    also: &["syft"],
    section: Section::Sbom,
    clean: &[],
    fits: |look: &Look| {
        look.object().is_some_and(|object| {
            object.has("artifacts")
                && (object.word("descriptor.name") == "syft" || object.word("schema.url").contains("syft"))
        })
    },
    read,
};

/// The document.
#[derive(Default)]
struct Report<'de> {
    artifacts: Option<Vec<&'de RawValue>>,
    relationships: Vec<Relationship<'de>>,
    files: Vec<Relationship<'de>>,
    source: Option<Source<'de>>,
    distro: Option<Distro<'de>>,
    descriptor: Option<Descriptor<'de>>,
    schema: Option<Descriptor<'de>>,
}

impl<'de> Members<'de> for Report<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        match key {
            "artifacts" => map.next_value_seed(Items { name: key, list: &mut self.artifacts, faults })?,
            "artifactRelationships" => {
                map.next_value_seed(Each { name: key, list: &mut self.relationships, faults })?;
            }
            "files" => map.next_value_seed(Each { name: key, list: &mut self.files, faults })?,
            "source" => self.source = member_as(key, map, faults)?,
            "distro" => self.distro = member_as(key, map, faults)?,
            "descriptor" => self.descriptor = member_as(key, map, faults)?,
            "schema" => self.schema = member_as(key, map, faults)?,
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

/// An edge, or a file with its id.
#[derive(Default)]
struct Relationship<'a> {
    id: Text<'a>,
    parent: Text<'a>,
    child: Text<'a>,
    kind: Text<'a>,
}

impl<'de> Members<'de> for Relationship<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, _: &mut Faults) -> Result<(), A::Error> {
        match key {
            "id" => self.id = map.next_value()?,
            "parent" => self.parent = map.next_value()?,
            "child" => self.child = map.next_value()?,
            "type" => self.kind = map.next_value()?,
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Source<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    version: Text<'a>,
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    /// Before schema 8 the path as text, or an image.
    #[serde(borrow)]
    target: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Distro<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow, rename = "versionID")]
    version_id: Text<'a>,
    #[serde(borrow)]
    version: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Descriptor<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    version: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Item<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    version: Text<'a>,
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow)]
    purl: Text<'a>,
    #[serde(borrow)]
    cpes: List<OrText<'a, Cpe<'a>>>,
    #[serde(borrow)]
    licenses: List<OrText<'a, License<'a>>>,
    #[serde(borrow)]
    locations: List<Place<'a>>,
    #[serde(borrow)]
    metadata: Option<&'a RawValue>,
}

/// What was a text in older schemas and is an object now.
#[derive(Deserialize)]
#[serde(untagged)]
enum OrText<'a, T> {
    Object(T),
    #[serde(borrow)]
    Text(Text<'a>),
}

#[derive(Deserialize)]
struct Cpe<'a> {
    #[serde(borrow)]
    cpe: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct License<'a> {
    #[serde(borrow)]
    value: Text<'a>,
    #[serde(borrow)]
    spdx_expression: Text<'a>,
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Place<'a> {
    #[serde(borrow)]
    path: Text<'a>,
}

/// Checksums of Java archives.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Metadata<'a> {
    #[serde(borrow)]
    digest: List<Digest<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Digest<'a> {
    #[serde(borrow)]
    algorithm: Text<'a>,
    #[serde(borrow)]
    value: Text<'a>,
}

fn read(text: &str, draft: &mut Draft<'_>) {
    let (mut report, mut faults) = (Report::default(), Faults::default());
    let broken = read_document(text, Walk { name: "the report", members: &mut report, faults: &mut faults });
    draft.faulty(&faults);
    let descriptor = report.descriptor.take().unwrap_or_default();
    draft.tool(descriptor.name.given().unwrap_or("syft"), descriptor.version.owned());
    draft.report.format_version = report.schema.as_ref().and_then(|schema| schema.version.owned());
    draft.sections.insert(Section::Sbom);
    let mut inventory = Inventory::new("syft", draft);
    inventory.bom.tools = vec![match descriptor.version.given() {
        Some(version) => format!("syft {}", bounded(version, 100)),
        None => "syft".to_owned(),
    }];
    source(report.source.as_ref(), &mut inventory, draft);
    let distro = report.distro.as_ref().and_then(label_of);
    for (index, raw) in report.artifacts.iter().flatten().enumerate() {
        match serde_json::from_str::<Item<'_>>(raw.get()) {
            Ok(item) => {
                let component = component(&item, distro.as_deref(), draft);
                inventory.push(component, draft);
            }
            Err(error) => draft.dropped(&format!("/artifacts/{index}"), &error.to_string()),
        }
    }
    for file in report.files.iter().filter_map(|file| file.id.given()) {
        inventory.other(file, Package::default());
    }
    relate(&report.relationships, &mut inventory);
    inventory.settle(draft);
    if let Err(broken) = &broken {
        draft.broken(text, broken);
    }
    inventory.hand_over(broken.is_err(), draft);
}

/// What was scanned is the root.
fn source(source: Option<&Source<'_>>, inventory: &mut Inventory, draft: &mut Draft<'_>) {
    let Some(source) = source else { return };
    let path: Option<Text<'_>> = source.target.and_then(|raw| serde_json::from_str(raw.get()).ok());
    let described = source.target.filter(|raw| raw.get().starts_with('{'));
    let image: Option<Image<'_>> = described.and_then(|raw| serde_json::from_str(raw.get()).ok());
    let target = path.as_ref().and_then(Text::given).or_else(|| image.as_ref().map(Image::name));
    let name = source.name.given().or(target).unwrap_or_default();
    if name.is_empty() && source.id.given().is_none() {
        return;
    }
    let kind = match source.kind.get() {
        "image" => "container",
        "file" => "file",
        "directory" => "application",
        _ => "",
    };
    let package = Package {
        name: bounded(name, MAX_NAME),
        // Newer schemas write the digest of an image here.
        version: source.version.given().map(|version| bounded(version, MAX_NAME)).or_else(|| image.as_ref()?.digest()),
        bom_ref: source.id.owned(),
        ..Package::default()
    };
    inventory.push(Component { package, kind: kind.to_owned(), is_root: true, ..Component::default() }, draft);
}

/// `debian-12`
fn label_of(distro: &Distro<'_>) -> Option<String> {
    let name = distro.id.given().or_else(|| distro.name.given())?;
    let version = distro.version_id.given().or_else(|| distro.version.given());
    Some(version.map_or_else(|| bounded(name, 100), |version| bounded(&format!("{name}-{version}"), 100)))
}

fn component(item: &Item<'_>, distro: Option<&str>, draft: &mut Draft<'_>) -> Component {
    let evidence: Vec<String> = item
        .locations
        .0
        .iter()
        .filter_map(|place| place.path.given())
        .take(20)
        .map(|path| bounded(path, MAX_NAME))
        .collect();
    let cpe = item.cpes.0.iter().find_map(|cpe| match cpe {
        OrText::Object(cpe) => cpe.cpe.given(),
        OrText::Text(text) => text.given(),
    });
    let metadata: Metadata<'_> = item.metadata.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default();
    let hashes = metadata.digest.0.iter().filter(|digest| digest.value.given().is_some());
    let hashes =
        hashes.map(|digest| super::spdx2::hash(digest.algorithm.get(), digest.value.get())).collect::<Vec<Hash>>();
    let mut component = Component {
        package: Package {
            name: bounded(item.name.get(), MAX_NAME),
            version: item.version.given().map(|version| bounded(version, MAX_NAME)),
            distro: distro.filter(|_| matches!(item.kind.get(), "deb" | "rpm" | "apk")).map(str::to_owned),
            path: evidence.first().cloned(),
            licenses: licenses(item),
            bom_ref: item.id.owned(),
            ..Package::default()
        },
        kind: "library".to_owned(),
        cpe: cpe.map(|cpe| bounded(cpe, MAX_NAME)),
        hashes,
        evidence,
        ..Component::default()
    };
    identify(&mut component, item.purl.given(), draft);
    component
}

/// Every licence holds. What was concluded goes before what is declared.
fn licenses(item: &Item<'_>) -> Vec<String> {
    let kind = |license: &OrText<'_, License<'_>>| match license {
        OrText::Object(license) => license.kind.get().to_owned(),
        OrText::Text(_) => String::new(),
    };
    let is_concluded = item.licenses.0.iter().any(|license| kind(license) == "concluded");
    let counted = item.licenses.0.iter().filter(|license| !(is_concluded && kind(license) == "declared"));
    let mut names: Vec<String> = Vec::new();
    for name in counted.filter_map(|license| match license {
        OrText::Object(license) => license.spdx_expression.given().or_else(|| license.value.given()),
        OrText::Text(text) => text.given(),
    }) {
        let name = bounded(name, 2_000);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn relate(relationships: &[Relationship<'_>], inventory: &mut Inventory) {
    for relationship in relationships {
        let (Some(parent), Some(child)) = (relationship.parent.given(), relationship.child.given()) else { continue };
        let is_file = |id: &str| inventory.by_reference(id).is_none();
        match relationship.kind.get() {
            // The parent is what the child needs.
            "dependency-of" => inventory.needs(child, [parent]),
            // Files inside a package are no part of the inventory.
            "contains" if !is_file(parent) && !is_file(child) => inventory.holds(parent, child),
            _ => {}
        }
    }
}
