//! VEX documents: what is said about which products.

use portcullis_model::{Health, ProblemCode, Section, VexStatus};

use super::fixtures::{CSAF, OPENVEX};
use super::{codes, health, read};

#[test]
fn a_statement_of_openvex_names_products_and_the_parts_that_are_meant() {
    let collected = read(OPENVEX);
    let said = &collected.vex[0];
    assert_eq!(said.ids.iter().collect::<Vec<_>>(), ["CVE-2021-23337", "GHSA-35jh-r3h4-6jhm"]);
    assert_eq!(
        (said.status, said.justification.as_deref()),
        (VexStatus::NotAffected, Some("vulnerable_code_not_in_execute_path"))
    );
    let product = &said.products[0];
    assert_eq!(
        (product.purl.as_deref(), product.hashes.as_slice()),
        (Some("pkg:oci/shop@sha256%3Aaa"), &["abc".to_owned()][..])
    );
    assert!(product.cpe.is_some());
    assert_eq!(product.subcomponents[0].purl.as_deref(), Some("pkg:npm/lodash"));
    assert_eq!((said.author.as_deref(), said.line), (Some("Acme"), Some(4)));
    assert_eq!(said.timestamp.unwrap().to_string(), "2026-02-02T00:00:00Z");
    assert_eq!(collected.vex[1].timestamp.unwrap().to_string(), "2026-02-01T00:00:00Z", "that of the document");
    assert_eq!(collected.vex[1].products[0].purl.as_deref(), Some("pkg:npm/a@1"), "the form of 0.0.x");
}

#[test]
fn an_edit_of_the_document_makes_no_statement_newer() {
    let updated =
        OPENVEX.replace(r#""author": "Acme","#, r#""author": "Acme", "last_updated": "2026-02-20T00:00:00Z","#);
    let collected = read(&updated);
    assert_eq!(collected.vex[1].timestamp.unwrap().to_string(), "2026-02-01T00:00:00Z");
    assert_eq!(collected.reports[0].generated_at.unwrap().to_string(), "2026-02-20T00:00:00Z");
    let timeless = read(updated.replace(r#""timestamp": "2026-02-01T00:00:00Z", "#, ""));
    assert_eq!(timeless.vex[1].timestamp.unwrap().to_string(), "2026-02-20T00:00:00Z", "the only time there is");
}

#[test]
fn a_statement_that_lacks_what_its_status_needs_is_told() {
    assert_eq!(codes(&read(OPENVEX)), [ProblemCode::LenientValue], "affected without an action");
    let bare = OPENVEX.replace(r#", "justification": "vulnerable_code_not_in_execute_path""#, "");
    let collected = read(bare);
    assert_eq!(codes(&collected), [ProblemCode::LenientValue; 2]);
    assert_eq!((collected.vex[0].justification.as_deref(), collected.vex[0].impact.as_deref()), (None, None));
}

#[test]
fn a_status_nobody_knows_is_an_error_and_the_other_statements_stay() {
    let collected = read(OPENVEX.replace(r#""status": "fixed""#, r#""status": "mended""#));
    assert!(codes(&collected).contains(&ProblemCode::DroppedItem));
    assert_eq!((collected.vex.len(), health(&collected)), (2, Health::Error));
}

#[test]
fn products_of_csaf_are_found_through_the_tree() {
    let collected = read(CSAF);
    assert_eq!(codes(&collected), [ProblemCode::UnresolvedRef], "`gone` is in no tree");
    let [affected, not_affected, fixed, open] = collected.vex.as_slice() else { panic!("{:?}", collected.vex) };
    assert_eq!((affected.status, affected.action.as_deref()), (VexStatus::Affected, Some("Upgrade to 4.17.21.")));
    assert_eq!(
        (affected.products[0].purl.as_deref(), affected.products[0].hashes.as_slice()),
        (Some("pkg:npm/lodash@4.17.20"), &["ab".to_owned()][..])
    );
    assert_eq!(not_affected.justification.as_deref(), Some("vulnerable_code_not_present"), "by its group");
    assert_eq!(not_affected.impact.as_deref(), Some("Never called."));
    let joined = &not_affected.products[0];
    assert_eq!(joined.cpe.as_deref(), Some("cpe:/a:acme:shop:1.2"));
    assert_eq!(joined.subcomponents[0].purl.as_deref(), Some("pkg:npm/lodash@4.17.20"));
    assert_eq!((fixed.status, open.status), (VexStatus::Fixed, VexStatus::UnderInvestigation));
    assert_eq!(open.products[0].bom_ref.as_deref(), Some("gone"));
    assert_eq!((affected.author.as_deref(), affected.line), (Some("Acme"), Some(11)));
    assert!(affected.ids.contains("GHSA-35jh-r3h4-6jhm"));
}

#[test]
fn the_next_version_of_csaf_is_read_with_a_warning() {
    let collected = read(CSAF.replace(r#""csaf_version": "2.0""#, r#""csaf_version": "2.1""#));
    assert!(codes(&collected).contains(&ProblemCode::UnsupportedVersion));
    assert_eq!((health(&collected), collected.vex.len()), (Health::Warn, 4));
}

#[test]
fn a_product_joined_to_itself_is_no_endless_one() {
    let collected = read(CSAF.replace(
        r#""product_reference": "lodash", "relates_to_product_reference": "shop""#,
        r#""product_reference": "shop:lodash", "relates_to_product_reference": "shop:lodash""#,
    ));
    assert_eq!(collected.vex.len(), 4);
}

#[test]
fn a_vex_document_is_no_evidence_that_anything_was_scanned() {
    for text in [OPENVEX, CSAF] {
        let sections: Vec<_> = read(text).check_runs.iter().map(|run| run.section).collect();
        assert_eq!(sections, [Section::None]);
    }
}
