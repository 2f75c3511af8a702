//! Statements about products: how many products are said to be in which state, and how many of them by package URL.

use std::collections::BTreeMap;

use serde_json::Value;

use super::json::{items, values, word};
use super::{BY_PURL, Count, Tally};

/// What a document says of one product.
pub(super) struct Said<'v> {
    status: &'v str,
    has_purl: bool,
}

/// Statements by state; nothing else of the document is counted.
pub(super) fn counted(all: &[Said<'_>]) -> Count {
    Count { statements: Some(tally(all)), ..Count::default() }
}

pub(super) fn tally(all: &[Said<'_>]) -> Tally {
    let mut statements = Tally::new();
    for said in all {
        *statements.entry(said.status.to_owned()).or_default() += 1;
        *statements.entry(BY_PURL.to_owned()).or_default() += u64::from(said.has_purl);
    }
    statements.retain(|_, count| *count > 0);
    statements
}

/// A product is a text or an object, and is named by its id or by one of its identifiers.
pub(super) fn open_vex(document: &Value) -> Vec<Said<'_>> {
    let is_purl = |text: &Value| word(text).trim().starts_with("pkg:");
    let has_purl =
        |product: &Value| is_purl(product) || is_purl(&product["@id"]) || is_purl(&product["identifiers"]["purl"]);
    let statements = items(document, "statements").iter();
    let about = statements.flat_map(|statement| {
        items(statement, "products")
            .iter()
            .map(|product| Said { status: word(&statement["status"]), has_purl: has_purl(product) })
    });
    about.collect()
}

/// The products of every list of `product_status` but `recommended`, which is advice.
pub(super) fn csaf(document: &Value) -> Vec<Said<'_>> {
    let mut tree = BTreeMap::new();
    products(&document["product_tree"], &mut tree);
    let relations = items(&document["product_tree"], "relationships");
    let wholes: BTreeMap<&str, &str> = relations
        .iter()
        .map(|joined| (word(&joined["full_product_name"]["product_id"]), word(&joined["relates_to_product_reference"])))
        .collect();
    let has_purl = |id: &str| {
        let mut at = id;
        // What is part of another product and has no package URL is known by that of the other.
        (0..64).any(|_| {
            let is_known = tree.get(at).copied().unwrap_or_default();
            at = wholes.get(at).copied().unwrap_or_default();
            is_known
        })
    };
    let mut all = Vec::new();
    for vulnerability in items(document, "vulnerabilities") {
        for (list, ids) in vulnerability["product_status"].as_object().into_iter().flatten() {
            let status = match list.as_str() {
                "known_affected" | "first_affected" | "last_affected" => "affected",
                "known_not_affected" => "not_affected",
                "fixed" | "first_fixed" => "fixed",
                "under_investigation" => "under_investigation",
                _ => continue,
            };
            all.extend(items(ids, "").iter().map(|id| Said { status, has_purl: has_purl(word(id)) }));
        }
    }
    all
}

/// Every product of the tree, at any depth, and whether it has a package URL.
fn products<'v>(value: &'v Value, into: &mut BTreeMap<&'v str, bool>) {
    if let Some(id) = value["product_id"].as_str() {
        let has_purl = value.pointer("/product_identification_helper/purl").is_some_and(|purl| !word(purl).is_empty());
        into.insert(id, has_purl);
    }
    items(value, "").iter().chain(values(value)).for_each(|inner| products(inner, into));
}

/// What `analysis` says of everything that is affected; of the document's root where it names nothing.
pub(super) fn cyclonedx(document: &Value) -> Vec<Said<'_>> {
    let mut all = Vec::new();
    for vulnerability in items(document, "vulnerabilities") {
        let status = match word(&vulnerability["analysis"]["state"]) {
            "exploitable" => "affected",
            "in_triage" => "under_investigation",
            "false_positive" | "not_affected" => "not_affected",
            "resolved" | "resolved_with_pedigree" => "fixed",
            _ => continue,
        };
        all.extend(items(vulnerability, "affects").iter().map(|_| Said { status, has_purl: false }));
    }
    all
}
