//! A bill of materials while it is being read: components by reference, edges between them, and what is wrong with the
//! document as an inventory (spec/ingest.md 10). Readers of every SBOM format fill one and hand it over to the draft.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use portcullis_model::text::bounded;
use portcullis_model::{Artifact, Bom, Component, Package, Problem, ProblemCode};

use crate::draft::Draft;
use crate::package_url;

/// Components of one document.
const MAX_COMPONENTS: usize = 2_000_000;
/// Names on the way from the root to a component; a longer way is cut in the middle of nowhere useful.
const MAX_WAY: usize = 50;
/// Unresolved references that are named.
const MAX_NAMED: usize = 5;
/// Characters of names and references.
pub(crate) const MAX_NAME: usize = 500;

/// Components, edges and metadata of one document.
#[derive(Default)]
pub(crate) struct Inventory {
    /// The document itself.
    pub(crate) bom: Bom,
    components: Vec<Component>,
    by_reference: BTreeMap<String, usize>,
    by_purl: BTreeMap<String, usize>,
    /// Things that are no components and may be referred to: services, files.
    others: BTreeMap<String, Package>,
    /// From, to, and whether the one needs the other (or only holds it).
    edges: BTreeMap<String, BTreeMap<String, bool>>,
    /// The nearer to the root of the two ends of the shortest way.
    parents: BTreeMap<String, String>,
    /// References nothing answers to.
    unresolved: BTreeSet<String>,
    overflowed: u64,
}

impl Inventory {
    /// An empty one of a family (`cyclonedx`, `spdx`, `syft`).
    pub(crate) fn new(family: &str, draft: &Draft<'_>) -> Self {
        let bom = Bom {
            report: draft.report.path.clone(),
            name: draft.report.name.clone(),
            family: family.to_owned(),
            format_version: draft.report.format_version.clone().unwrap_or_default(),
            ..Bom::default()
        };
        Self { bom, ..Self::default() }
    }

    /// Takes the time the document states.
    pub(crate) fn made_at(&mut self, stated: Option<&str>, draft: &mut Draft<'_>) {
        let Some(stated) = stated else { return };
        self.bom.timestamp = stated.parse().ok();
        draft.report.generated_at = self.bom.timestamp;
        if self.bom.timestamp.is_none() {
            self.bom.odd_timestamp = true;
            draft.lenient(format!("the time `{}` cannot be read", bounded(stated, 60)));
        }
    }

    /// Takes a component.
    pub(crate) fn push(&mut self, mut component: Component, draft: &mut Draft<'_>) {
        if self.components.len() >= MAX_COMPONENTS {
            self.overflowed += 1;
            return;
        }
        component.report.clone_from(&self.bom.report);
        let index = self.components.len();
        if let Some(reference) = &component.package.bom_ref {
            if component.is_root {
                self.bom.root = Some(reference.clone());
            }
            if self.by_reference.contains_key(reference) {
                let reference = bounded(reference, 200);
                draft.lenient(format!("the reference `{reference}` is given to two components: the first is meant"));
            } else {
                self.by_reference.insert(reference.clone(), index);
            }
        }
        if let Some(purl) = &component.package.purl {
            self.by_purl.entry(purl.clone()).or_insert(index);
        }
        self.components.push(component);
    }

    /// Takes something that may be referred to although it is no component.
    pub(crate) fn other(&mut self, reference: &str, what: Package) {
        self.others.entry(reference.to_owned()).or_insert(what);
    }

    /// The first needs the second.
    pub(crate) fn needs(&mut self, from: &str, to: &str) {
        self.edge(from, to, true);
    }

    /// The second is a part of the first. An image holds everything in it and asks for little of it itself.
    pub(crate) fn holds(&mut self, from: &str, to: &str) {
        self.edge(from, to, false);
    }

    fn edge(&mut self, from: &str, to: &str, is_need: bool) {
        if from != to {
            *self.edges.entry(from.to_owned()).or_default().entry(to.to_owned()).or_default() |= is_need;
        }
    }

    /// What of the document is known by this reference.
    pub(crate) fn by_reference(&self, reference: &str) -> Option<&Component> {
        self.by_reference.get(reference).and_then(|index| self.components.get(*index))
    }

    /// The same, to add what another part of the document says about it.
    pub(crate) fn by_reference_mut(&mut self, reference: &str) -> Option<&mut Component> {
        self.by_reference.get(reference).and_then(|index| self.components.get_mut(*index))
    }

    /// The component of this package URL.
    pub(crate) fn by_purl(&self, raw: &str) -> Option<&Component> {
        let mut package = Package::default();
        package_url::apply(raw, &mut package).ok()?;
        self.by_purl.get(package.purl.as_deref()?).and_then(|index| self.components.get(*index))
    }

    /// Something that is no component.
    pub(crate) fn other_by_reference(&self, reference: &str) -> Option<&Package> {
        self.others.get(reference)
    }

    /// Notes a reference nothing answers to.
    pub(crate) fn unresolved(&mut self, reference: &str) {
        self.unresolved.insert(bounded(reference, 200));
    }

    /// The one component the document is about.
    pub(crate) fn root(&self) -> Option<&Component> {
        self.bom
            .root
            .as_ref()
            .and_then(|root| self.by_reference(root))
            .or_else(|| self.components.iter().find(|component| component.is_root))
    }

    /// Declares a component to be what the document is about.
    pub(crate) fn set_root(&mut self, reference: &str) {
        let Some(component) = self.by_reference_mut(reference) else { return };
        component.is_root = true;
        self.bom.root = Some(reference.to_owned());
    }

    /// Components that are no root.
    pub(crate) fn packages(&self) -> usize {
        self.components.iter().filter(|component| !component.is_root).count()
    }

    /// Closes the edges: everything that is known is known now. Findings may be made afterwards.
    pub(crate) fn settle(&mut self, draft: &mut Draft<'_>) {
        self.find_ways();
        self.mark_direct();
        let named = self.edges.iter().flat_map(|(from, to)| std::iter::once(from).chain(to.keys()));
        let missing: BTreeSet<String> = named
            .filter(|reference| !self.by_reference.contains_key(*reference) && !self.others.contains_key(*reference))
            .map(|reference| bounded(reference, 200))
            .collect();
        self.unresolved.extend(missing);
        if let Some(root) = self.root() {
            draft.report.artifact = Some(Artifact {
                name: bounded(&root.package.label(), MAX_NAME),
                kind: root.kind.clone(),
                digest: root.package.version.clone().filter(|version| version.starts_with("sha256:")),
            });
        }
    }

    /// The shortest way from the root to every component, breadth first.
    fn find_ways(&mut self) {
        let Some(root) = self.bom.root.clone() else { return };
        let mut next = VecDeque::from([root.clone()]);
        while let Some(from) = next.pop_front() {
            for to in self.edges.get(&from).into_iter().flat_map(BTreeMap::keys) {
                if *to != root && !self.parents.contains_key(to) {
                    self.parents.insert(to.clone(), from.clone());
                    next.push_back(to.clone());
                }
            }
        }
    }

    fn mark_direct(&mut self) {
        let of_root = self.bom.root.as_ref().and_then(|root| self.edges.get(root)).into_iter().flatten();
        let direct: BTreeSet<&String> = of_root.filter(|(_, is_need)| **is_need).map(|(to, _)| to).collect();
        if direct.is_empty() {
            return;
        }
        for component in self.components.iter_mut().filter(|component| !component.is_root) {
            component.package.direct = component.package.bom_ref.as_ref().map(|reference| direct.contains(reference));
        }
    }

    /// Root … leaf, as people name them; empty where no edge leads there.
    pub(crate) fn way_to(&self, reference: &str) -> Vec<String> {
        let mut way = Vec::new();
        let mut at = reference;
        while way.len() < MAX_WAY {
            way.push(self.by_reference(at).map_or_else(|| at.to_owned(), |component| component.package.label()));
            match self.parents.get(at) {
                Some(parent) => at = parent,
                None => break,
            }
        }
        way.reverse();
        if way.len() > 1 { way } else { Vec::new() }
    }

    /// Gives everything to the draft. An inventory of nothing is told, unless the document says something else.
    pub(crate) fn hand_over(mut self, says_something_else: bool, draft: &mut Draft<'_>) {
        if self.packages() == 0 && !says_something_else {
            let message = if self.components.is_empty() {
                "the bill of materials lists no component at all: the tool saw nothing"
            } else {
                "the bill of materials lists nothing but the thing it is about: the tool saw none of its packages"
            };
            draft.problem(Problem::error(ProblemCode::EmptySbom, message));
        }
        self.say_what_is_unresolved(draft);
        if self.overflowed > 0 {
            let more = self.overflowed;
            let message = format!("the document lists {more} components more than the {MAX_COMPONENTS} that are read");
            draft.problem(Problem::error(ProblemCode::TooLarge, message));
        }
        self.bom.dependencies = self.edges.into_iter().map(|(from, to)| (from, to.into_keys().collect())).collect();
        draft.components.append(&mut self.components);
        draft.boms.push(self.bom);
    }

    fn say_what_is_unresolved(&self, draft: &mut Draft<'_>) {
        let count = self.unresolved.len();
        if count == 0 {
            return;
        }
        let named: Vec<_> = self.unresolved.iter().take(MAX_NAMED).map(|reference| format!("`{reference}`")).collect();
        let more = if count > MAX_NAMED { ", …" } else { "" };
        let (verb, noun) = if count == 1 { ("names", "reference") } else { ("name", "references") };
        let message = format!("{count} {noun} {verb} nothing in the document: {}{more}", named.join(", "));
        draft.problem(Problem::warning(ProblemCode::UnresolvedRef, message));
    }
}

/// Fills the package of a component: the purl where there is a valid one, else what the document says in parts.
/// `reference` is what the document calls it.
pub(crate) fn identify(component: &mut Component, purl: Option<&str>, draft: &mut Draft<'_>) {
    let Some(raw) = purl else { return };
    let reference = component.package.bom_ref.take();
    let stated = std::mem::take(&mut component.package);
    let mut package = Package { bom_ref: None, ..stated.clone() };
    let valid = package_url::apply(raw, &mut package);
    match valid {
        Ok(()) => {
            if let (None, Some(version)) = (&package.version, stated.version.as_deref()) {
                package_url::complete(&mut package, version);
            }
            if raw.contains('?') && package.purl.as_deref() != Some(raw) {
                component.written_purl = Some(bounded(raw, MAX_NAME));
            }
            if component.distribution.is_none() {
                component.distribution = package_url::registry_of(raw);
            }
            component.package = package;
        }
        Err(why) => {
            draft.lenient(bounded(&why, 300));
            component.invalid_purl = Some(bounded(raw, MAX_NAME));
            component.package = stated;
        }
    }
    component.package.bom_ref = reference;
}
