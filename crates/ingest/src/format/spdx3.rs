//! SPDX 3.0 as JSON-LD (spec/ingest.md 10): a graph of elements that are joined by relationships, packages,
//! vulnerabilities and VEX statements among them.

mod shape;
mod vulnerability;

use std::collections::{BTreeMap, BTreeSet};

use portcullis_model::text::bounded;
use portcullis_model::{Component, Package, Problem, ProblemCode, Scope, Section};
use serde::de::{IgnoredAny, MapAccess};
use serde_json::value::RawValue;

use self::shape::{Element, class};
use super::spdx2::{end_of_life, hash, is_stated, kind_of_purpose, licenses};
use crate::detect::{Look, Sketch};
use crate::draft::Draft;
use crate::format::Format;
use crate::inventory::{Inventory, MAX_NAME, identify};
use crate::json::{Faults, Items, Members, Texts, Walk, read_document};

/// The format.
pub(super) static FORMAT: Format = Format {
    id: "spdx3-json",
    also: &["spdx"],
    section: Section::Sbom,
    clean: &[],
    fits: |look: &Look| {
        look.object().is_some_and(|object| {
            let context = object.at("@context");
            let first = context.and_then(Sketch::first);
            let is_spdx = |text: &str| text.contains("spdx") && text.contains("3.");
            object.has("@graph")
                && (is_spdx(object.word("@context")) || matches!(first, Some(Sketch::Text(text)) if is_spdx(text)))
        })
    },
    read,
};

/// The document.
#[derive(Default)]
struct Report<'de> {
    context: Texts<'de>,
    graph: Option<Vec<&'de RawValue>>,
}

impl<'de> Members<'de> for Report<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        match key {
            "@context" => self.context = map.next_value()?,
            "@graph" => map.next_value_seed(Items { name: key, list: &mut self.graph, faults })?,
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

/// The elements by what they are.
#[derive(Default)]
struct Graph<'a> {
    by_id: BTreeMap<&'a str, &'a Element<'a>>,
    packages: Vec<&'a Element<'a>>,
    relationships: Vec<&'a Element<'a>>,
    documents: Vec<&'a Element<'a>>,
}

impl<'a> Graph<'a> {
    fn of(elements: &'a [Element<'a>]) -> Self {
        let mut graph = Self::default();
        for element in elements {
            if let Some(id) = element.id.given() {
                graph.by_id.entry(id).or_insert(element);
            }
            match class(element) {
                "Package" | "AIPackage" | "DatasetPackage" => graph.packages.push(element),
                "SpdxDocument" | "Sbom" | "Bom" => graph.documents.push(element),
                name if name.ends_with("Relationship") => graph.relationships.push(element),
                _ => {}
            }
        }
        graph
    }

    fn get(&self, id: &str) -> Option<&'a Element<'a>> {
        self.by_id.get(id).copied()
    }

    /// What an agent, tool or licence is called.
    fn name(&self, id: &str) -> Option<&'a str> {
        self.get(id).and_then(|element| element.name.given())
    }
}

fn read(text: &str, draft: &mut Draft<'_>) {
    let (mut report, mut faults) = (Report::default(), Faults::default());
    let broken = read_document(text, Walk { name: "the report", members: &mut report, faults: &mut faults });
    draft.faulty(&faults);
    if let Err(broken) = &broken {
        draft.broken(text, broken);
    }
    draft.tool("spdx", None);
    let mut elements = Vec::new();
    for (index, raw) in report.graph.iter().flatten().enumerate() {
        match serde_json::from_str::<Element<'_>>(raw.get()) {
            Ok(mut element) => {
                element.index = index;
                elements.push(element);
            }
            Err(error) => draft.dropped(&format!("/@graph/{index}"), &error.to_string()),
        }
    }
    let graph = Graph::of(&elements);
    if check_version(&report.context, &elements, draft) {
        translate(&graph, &elements, broken.is_ok(), draft);
    }
}

/// The version stands in the creation infos, and in the address of the context.
fn check_version(context: &Texts<'_>, elements: &[Element<'_>], draft: &mut Draft<'_>) -> bool {
    let stated = elements.iter().find_map(|element| element.spec_version.given());
    let in_context = context.iter().find_map(|context| context.split('/').find(|part| part.starts_with("3.")));
    let version = stated.or(in_context).unwrap_or_default();
    draft.report.format_version = Some(bounded(version, 40)).filter(|version| !version.is_empty());
    if version.is_empty() {
        draft.lenient("the document does not say which version of SPDX it has");
    } else if !version.starts_with("3.") {
        let message = format!("SPDX {} is not read in this form: this version reads 3.0", bounded(version, 40));
        draft.problem(Problem::error(ProblemCode::UnsupportedVersion, message));
        return false;
    } else if version != "3.0" && !version.starts_with("3.0.") {
        let message = format!("SPDX {} is read as far as it is like 3.0", bounded(version, 40));
        draft.problem(Problem::warning(ProblemCode::UnsupportedVersion, message));
    }
    true
}

fn translate(graph: &Graph<'_>, elements: &[Element<'_>], is_whole: bool, draft: &mut Draft<'_>) {
    draft.sections.insert(Section::Sbom);
    let mut inventory = Inventory::new("spdx", draft);
    let document = graph.documents.iter().find(|document| class(document) == "SpdxDocument");
    inventory.bom.serial = document.and_then(|document| document.id.owned());
    creation(graph, elements, &mut inventory, draft);
    let mut declared: BTreeMap<&str, &str> = BTreeMap::new();
    let mut concluded: BTreeMap<&str, &str> = BTreeMap::new();
    for relationship in &graph.relationships {
        let of = match relationship.kind.get() {
            "hasDeclaredLicense" => &mut declared,
            "hasConcludedLicense" => &mut concluded,
            _ => continue,
        };
        if let Some(license) = relationship.to.iter().next().and_then(|to| license(to, graph)) {
            of.entry(relationship.from.get()).or_insert(license);
        }
    }
    for element in &graph.packages {
        let id = element.id.get();
        let stated = |of: &BTreeMap<&str, &str>| of.get(id).map_or(String::new(), |license| (*license).to_owned());
        let mut component = component(element, graph, draft);
        component.package.licenses = licenses(&stated(&concluded), &stated(&declared));
        inventory.push(component, draft);
    }
    relate(graph, &mut inventory);
    inventory.settle(draft);
    let found = vulnerability::take(graph, &mut inventory, draft);
    inventory.hand_over(found || !is_whole, draft);
}

/// The document's own creation info, else the first.
fn creation(graph: &Graph<'_>, elements: &[Element<'_>], inventory: &mut Inventory, draft: &mut Draft<'_>) {
    let inline = graph.documents.iter().find_map(|document| document.creation_info.as_ref());
    let infos = || elements.iter().filter(|element| class(element) == "CreationInfo");
    let referred = inline.and_then(|info| info.reference()).and_then(|id| graph.get(id));
    let (created, by, using) = match (inline.and_then(|info| info.inline()), referred.or_else(|| infos().next())) {
        (Some(info), _) => (&info.created, &info.created_by, &info.created_using),
        (None, Some(info)) => (&info.created, &info.created_by, &info.created_using),
        (None, None) => return,
    };
    inventory.made_at(created.given(), draft);
    let named = |ids: &Texts<'_>| -> Vec<(bool, String)> {
        ids.iter()
            .map(|id| {
                let is_tool = graph.get(id).is_some_and(|agent| matches!(class(agent), "Tool" | "SoftwareAgent"));
                (is_tool, bounded(graph.name(id).unwrap_or(id), MAX_NAME))
            })
            .collect()
    };
    for (is_tool, name) in named(by) {
        if is_tool { inventory.bom.tools.push(name) } else { inventory.bom.authors.push(name) }
    }
    inventory.bom.tools.extend(named(using).into_iter().map(|(_, name)| name));
    let tool = inventory.bom.tools.first().map(|tool| bounded(tool, 100));
    if let Some(tool) = tool {
        draft.tool(&tool, None);
    }
}

fn component(element: &Element<'_>, graph: &Graph<'_>, draft: &mut Draft<'_>) -> Component {
    let external = |kinds: &[&str]| {
        element
            .external_identifiers
            .0
            .iter()
            .find(|one| kinds.contains(&one.kind.get()))
            .and_then(|one| one.identifier.given())
    };
    let agent = |id: &str| -> Option<String> {
        let name = graph.name(id).unwrap_or(id);
        Some(bounded(name, MAX_NAME)).filter(|name| is_stated(name) && !name.ends_with("NoAssertionElement"))
    };
    let originator = element.originated_by.iter().find_map(agent);
    let kind = match class(element) {
        "AIPackage" => "machine-learning-model",
        "DatasetPackage" => "data",
        _ => kind_of_purpose(element.purpose.get()),
    };
    let mut component = Component {
        package: Package {
            name: bounded(element.name.get(), MAX_NAME),
            version: element
                .version
                .given()
                .filter(|version| is_stated(version))
                .map(|version| bounded(version, MAX_NAME)),
            bom_ref: element.id.owned(),
            ..Package::default()
        },
        kind: kind.to_owned(),
        supplier: element.supplied_by.iter().find_map(agent).or_else(|| originator.clone()),
        author: originator,
        cpe: external(&["cpe23", "cpe22"]).map(|cpe| bounded(cpe, MAX_NAME)),
        swid: external(&["swid"]).map(|swid| bounded(swid, MAX_NAME)),
        hashes: element.hashes().map(|(algorithm, value)| hash(algorithm, value)).collect(),
        distribution: element.download.given().filter(|url| is_stated(url)).map(|url| bounded(url, MAX_NAME)),
        end_of_life: end_of_life(element.valid_until.get()),
        ..Component::default()
    };
    identify(&mut component, element.purl.given().or_else(|| external(&["packageUrl", "purl"])), draft);
    component
}

/// An expression, the end of a licence's address, or that nobody says.
fn license<'a>(id: &'a str, graph: &Graph<'a>) -> Option<&'a str> {
    if let Some(element) = graph.get(id) {
        let expression = element.expression.given().or_else(|| element.name.given());
        return expression.or_else(|| id.rsplit(['/', '#']).next());
    }
    Some(match id.rsplit(['/', '#', ':']).next()? {
        "NoAssertion" | "NoAssertionLicense" => super::spdx2::NO_ASSERTION,
        "NoneLicense" | "None" => super::spdx2::NONE,
        listed => listed,
    })
}

/// Edges, scopes and the root.
fn relate(graph: &Graph<'_>, inventory: &mut Inventory) {
    let packages: BTreeSet<&str> = graph.packages.iter().map(|package| package.id.get()).collect();
    let mut described: BTreeSet<&str> = BTreeSet::new();
    for document in &graph.documents {
        described.extend(document.root_elements.iter().filter(|id| packages.contains(id)));
    }
    for relationship in &graph.relationships {
        let from = relationship.from.get();
        for to in relationship.to.iter() {
            let is_package_or_unknown = |id: &str| packages.contains(id) || graph.get(id).is_none();
            match relationship.kind.get() {
                "describes" if packages.contains(to) => _ = described.insert(to),
                _ if !packages.contains(from) || !is_package_or_unknown(to) => {}
                "contains" if packages.contains(to) => inventory.holds(from, to),
                "dependsOn"
                | "hasDynamicLink"
                | "hasStaticLink"
                | "hasPrerequisite"
                | "hasProvidedDependency"
                | "hasOptionalDependency"
                | "hasOptionalComponent" => {
                    inventory.needs(from, [to]);
                    let scope = match (relationship.kind.get(), relationship.scope.get()) {
                        ("hasOptionalDependency" | "hasOptionalComponent", _) => Scope::Optional,
                        (_, "development" | "build" | "test" | "design") => Scope::Development,
                        (_, "runtime") => Scope::Runtime,
                        _ => continue,
                    };
                    let component = inventory.by_reference_mut(to);
                    for component in component.into_iter().filter(|known| known.package.scope != Scope::Runtime) {
                        component.package.scope = scope;
                    }
                }
                _ => {}
            }
        }
    }
    if let [root] = described.into_iter().collect::<Vec<_>>().as_slice() {
        inventory.set_root(root);
    }
}
