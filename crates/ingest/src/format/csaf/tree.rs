//! The products of a CSAF document: what its ids mean.

use std::collections::BTreeMap;

use portcullis_model::VexProduct;
use portcullis_model::text::bounded;
use serde::Deserialize;

use crate::json::{List, Text, Texts};

/// A part of a part of a part: real trees go one level deep.
const MAX_NESTING: usize = 3;

/// `product_tree`
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct ProductTree<'a> {
    #[serde(borrow)]
    branches: List<Branch<'a>>,
    #[serde(borrow)]
    full_product_names: List<Product<'a>>,
    #[serde(borrow)]
    relationships: List<Relationship<'a>>,
    #[serde(borrow)]
    product_groups: List<Group<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Branch<'a> {
    #[serde(borrow)]
    product: Option<Product<'a>>,
    #[serde(borrow)]
    branches: List<Branch<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Product<'a> {
    #[serde(borrow)]
    product_id: Text<'a>,
    #[serde(borrow)]
    product_identification_helper: Option<Identification<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Identification<'a> {
    #[serde(borrow)]
    purl: Text<'a>,
    /// Since 2.1.
    #[serde(borrow)]
    purls: Texts<'a>,
    #[serde(borrow)]
    cpe: Text<'a>,
    #[serde(borrow)]
    hashes: List<Hashes<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Hashes<'a> {
    #[serde(borrow)]
    file_hashes: List<FileHash<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct FileHash<'a> {
    #[serde(borrow)]
    value: Text<'a>,
}

/// The first product as a part of the second, under an id of its own.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Relationship<'a> {
    #[serde(borrow)]
    product_reference: Text<'a>,
    #[serde(borrow)]
    relates_to_product_reference: Text<'a>,
    #[serde(borrow)]
    full_product_name: Option<Product<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Group<'a> {
    #[serde(borrow)]
    group_id: Text<'a>,
    #[serde(borrow)]
    product_ids: Texts<'a>,
}

/// Products by id.
pub(super) struct Products<'a> {
    known: BTreeMap<&'a str, &'a Product<'a>>,
    /// Part and whole.
    joined: BTreeMap<&'a str, (&'a str, &'a str)>,
    groups: BTreeMap<&'a str, &'a Texts<'a>>,
}

impl<'a> Products<'a> {
    pub(super) fn of(tree: &'a ProductTree<'a>) -> Self {
        let mut products = Self { known: BTreeMap::new(), joined: BTreeMap::new(), groups: BTreeMap::new() };
        let mut branches: Vec<&Branch<'_>> = tree.branches.0.iter().collect();
        while let Some(branch) = branches.pop() {
            branches.extend(&branch.branches.0);
            products.add(branch.product.as_ref());
        }
        for product in &tree.full_product_names.0 {
            products.add(Some(product));
        }
        for relationship in &tree.relationships.0 {
            let Some(product) = &relationship.full_product_name else { continue };
            products.add(Some(product));
            let ends = (relationship.product_reference.get(), relationship.relates_to_product_reference.get());
            products.joined.entry(product.product_id.get()).or_insert(ends);
        }
        products.groups =
            tree.product_groups.0.iter().map(|group| (group.group_id.get(), &group.product_ids)).collect();
        products
    }

    fn add(&mut self, product: Option<&'a Product<'a>>) {
        if let Some((id, product)) = product.and_then(|product| Some((product.product_id.given()?, product))) {
            self.known.entry(id).or_insert(product);
        }
    }

    /// The ids of a group.
    pub(super) fn in_group(&self, group: &str) -> impl Iterator<Item = &'a str> + use<'a> {
        self.groups.get(group).copied().into_iter().flat_map(Texts::iter)
    }

    /// What an id means; none where the tree does not have it.
    pub(super) fn get(&self, id: &str) -> Option<VexProduct> {
        self.resolve(id, MAX_NESTING)
    }

    fn resolve(&self, id: &str, left: usize) -> Option<VexProduct> {
        let product = self.known.get(id)?;
        let own = identified(id, product);
        match self.joined.get(id) {
            // A joined product that says itself what it is needs no parts.
            Some((part, whole)) if own.purl.is_none() && left > 0 => {
                let mut joined = self.resolve(whole, left - 1).unwrap_or_else(|| unknown(whole));
                let part = self.resolve(part, left - 1).unwrap_or_else(|| unknown(part));
                joined.subcomponents.push(part);
                Some(joined)
            }
            _ => Some(own),
        }
    }
}

fn unknown(id: &str) -> VexProduct {
    VexProduct { bom_ref: Some(bounded(id, 500)), ..VexProduct::default() }
}

fn identified(id: &str, product: &Product<'_>) -> VexProduct {
    let mut named = unknown(id);
    if let Some(helper) = &product.product_identification_helper {
        let purl = helper.purl.given().or_else(|| helper.purls.iter().next());
        named.purl = purl.map(|purl| bounded(purl, 2_000));
        named.cpe = helper.cpe.given().map(|cpe| bounded(cpe, 2_000));
        let hashes = helper.hashes.0.iter().flat_map(|hashes| &hashes.file_hashes.0);
        named.hashes = hashes
            .filter_map(|hash| hash.value.given())
            .map(|digits| bounded(digits, 500).to_ascii_lowercase())
            .collect();
    }
    named
}
