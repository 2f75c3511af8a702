//! A bill of materials while it is being read: components by reference, edges between them, and what is wrong with the
//! document as an inventory (spec/ingest.md 10). Readers of every SBOM format fill one and hand it over to the draft.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use portcullis_model::text::bounded;
use portcullis_model::{Artifact, Bom, Component, Package, Problem, ProblemCode};

use crate::draft::Draft;
use crate::package_url;
use crate::references::References;

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
    references: References,
    /// The component each reference means, by the number of the reference.
    meant: Vec<Option<usize>>,
    /// The number of the reference each component has.
    numbers: Vec<Option<usize>>,
    /// By package URL, the first of each; few documents ask.
    by_purl: OnceCell<HashMap<String, usize>>,
    /// Things that are no components and may be referred to: services, files. By the number of their reference.
    others: BTreeMap<usize, Package>,
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

    /// Makes room for this many components more, so that the list does not grow in leaps.
    pub(crate) fn expect(&mut self, components: usize) {
        self.components.reserve_exact(components.min(MAX_COMPONENTS));
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
        let mut number = None;
        if let Some(reference) = &component.package.bom_ref {
            if component.is_root {
                self.bom.root = Some(reference.clone());
            }
            let number = *number.insert(self.references.number(reference));
            if self.component_of(number).is_some() {
                let reference = bounded(reference, 200);
                draft.lenient(format!("the reference `{reference}` is given to two components: the first is meant"));
            } else {
                if self.meant.len() <= number {
                    self.meant.resize(number + 1, None);
                }
                if let Some(meant) = self.meant.get_mut(number) {
                    *meant = Some(index);
                }
            }
        }
        self.numbers.push(number);
        self.components.push(component);
    }

    /// Takes something that may be referred to although it is no component.
    pub(crate) fn other(&mut self, reference: &str, what: Package) {
        let number = self.references.number(reference);
        self.others.entry(number).or_insert(what);
    }

    /// The first needs the others.
    pub(crate) fn needs<'t>(&mut self, from: &str, to: impl IntoIterator<Item = &'t str>) {
        self.references.join(from, to, true);
    }

    /// The second is a part of the first. An image holds everything in it and asks for little of it itself.
    pub(crate) fn holds(&mut self, from: &str, to: &str) {
        self.references.join(from, [to], false);
    }

    /// Place of the component a reference means.
    fn component_of(&self, number: usize) -> Option<usize> {
        self.meant.get(number).copied().flatten()
    }

    fn index_of(&self, reference: &str) -> Option<usize> {
        self.references.known(reference).and_then(|number| self.component_of(number))
    }

    /// What of the document is known by this reference.
    pub(crate) fn by_reference(&self, reference: &str) -> Option<&Component> {
        self.index_of(reference).and_then(|index| self.components.get(index))
    }

    /// The same, to add what another part of the document says about it.
    pub(crate) fn by_reference_mut(&mut self, reference: &str) -> Option<&mut Component> {
        self.index_of(reference).and_then(|index| self.components.get_mut(index))
    }

    /// The component of this package URL. Asked for only when all components are there.
    pub(crate) fn by_purl(&self, raw: &str) -> Option<&Component> {
        let mut package = Package::default();
        package_url::apply(raw, &mut package).ok()?;
        let by_purl = self.by_purl.get_or_init(|| {
            let mut by_purl = HashMap::new();
            for (index, component) in self.components.iter().enumerate() {
                if let Some(purl) = &component.package.purl {
                    by_purl.entry(purl.clone()).or_insert(index);
                }
            }
            by_purl
        });
        by_purl.get(package.purl.as_deref()?).and_then(|index| self.components.get(*index))
    }

    /// Something that is no component.
    pub(crate) fn other_by_reference(&self, reference: &str) -> Option<&Package> {
        self.others.get(&self.references.known(reference)?)
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
        self.references.settle(self.bom.root.as_deref());
        self.mark_direct();
        let missing: BTreeSet<usize> = self
            .references
            .joined()
            .filter(|number| self.component_of(*number).is_none() && !self.others.contains_key(number))
            .collect();
        self.unresolved.extend(missing.into_iter().map(|number| bounded(self.references.text(number), 200)));
        if let Some(root) = self.root() {
            draft.report.artifact = Some(Arc::new(Artifact {
                name: bounded(&root.package.label(), MAX_NAME),
                kind: root.kind.clone(),
                digest: root.package.version.clone().filter(|version| version.starts_with("sha256:")),
            }));
        }
    }

    fn mark_direct(&mut self) {
        let root = self.bom.root.as_deref().and_then(|root| self.references.known(root));
        let direct = root.map(|root| self.references.needed_by(root)).unwrap_or_default();
        if direct.is_empty() {
            return;
        }
        for (component, number) in self.components.iter_mut().zip(&self.numbers).filter(|(one, _)| !one.is_root) {
            component.package.direct = number.map(|number| direct.contains(&number));
        }
    }

    /// Root … leaf, as people name them; empty where no edge leads there.
    pub(crate) fn way_to(&self, reference: &str) -> Vec<String> {
        let mut way = Vec::new();
        let mut at = self.references.known(reference);
        if at.is_none() {
            return way;
        }
        while let Some(number) = at.filter(|_| way.len() < MAX_WAY) {
            let component = self.component_of(number).and_then(|index| self.components.get(index));
            way.push(
                component
                    .map_or_else(|| self.references.text(number).to_owned(), |component| component.package.label()),
            );
            at = self.references.before(number);
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
        self.bom.dependencies = self.references.dependencies();
        if draft.components.is_empty() {
            // Handed over as they lie: copying a hundred thousand of them needs the room of both lists.
            draft.components = self.components;
        } else {
            draft.components.append(&mut self.components);
        }
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
    let stated = component.package.version.clone();
    match package_url::apply(raw, &mut component.package) {
        Ok(()) => {
            if let (None, Some(version)) = (&component.package.version, stated.as_deref()) {
                package_url::complete(&mut component.package, version);
            }
            if raw.contains('?') && component.package.purl.as_deref() != Some(raw) {
                component.written_purl = Some(bounded(raw, MAX_NAME));
            }
            if component.distribution.is_none() {
                component.distribution = package_url::registry_of(raw);
            }
        }
        // Everything but the reference is left as it was.
        Err(why) => {
            draft.lenient(bounded(&why, 300));
            component.invalid_purl = Some(bounded(raw, MAX_NAME));
        }
    }
    component.package.bom_ref = reference;
}
