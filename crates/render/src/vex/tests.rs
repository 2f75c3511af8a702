//! What other tools get to read.

use cyclonedx_bom::models::bom::Bom;
use cyclonedx_bom::validation::Validate;
use jiff::civil::date;

use super::*;

fn frame() -> VexFrame {
    VexFrame {
        author: "bookshelf".to_owned(),
        timestamp: "2026-11-21T00:00:00Z".parse().unwrap(),
        version: "0.1.0".to_owned(),
    }
}

fn statements() -> Vec<VexStatement> {
    vec![VexStatement {
        advisory: "CVE-2026-11111".to_owned(),
        exception: "EX-2026-014".to_owned(),
        aliases: BTreeSet::from(["GHSA-2345-6789-cfgh".to_owned()]),
        packages: BTreeSet::from(["pkg:npm/%40babel/core@7.0.0".to_owned(), "pkg:npm/minimist@1.2.5".to_owned()]),
        reason: "Only used by the build script.".to_owned(),
        owner: Some("@acme/web".to_owned()),
        created: Some(date(2026, 11, 20)),
        expires: Some(date(2027, 1, 31)),
        not_affected: None,
    }]
}

fn unaffected() -> Vec<VexStatement> {
    let mut statements = statements();
    statements[0].not_affected = Some(Justification::VulnerableCodeNotInExecutePath);
    statements
}

fn text(bytes: Result<Vec<u8>, String>) -> String {
    String::from_utf8(bytes.unwrap()).unwrap()
}

#[test]
fn an_accepted_risk_is_affected_in_openvex() {
    insta::assert_snapshot!(text(openvex(&statements(), &frame())));
}

#[test]
fn an_accepted_risk_is_exploitable_in_cyclonedx() {
    insta::assert_snapshot!(text(cyclonedx_vex(&statements(), &frame())));
}

#[test]
fn who_says_not_affected_says_why() {
    let open: serde_json::Value = serde_json::from_slice(&openvex(&unaffected(), &frame()).unwrap()).unwrap();
    let statement = &open["statements"][0];
    assert_eq!(statement["status"], "not_affected");
    assert_eq!(statement["justification"], "vulnerable_code_not_in_execute_path");
    assert_eq!(statement["action_statement"], serde_json::Value::Null);
    let bom: serde_json::Value = serde_json::from_slice(&cyclonedx_vex(&unaffected(), &frame()).unwrap()).unwrap();
    let analysis = &bom["vulnerabilities"][0]["analysis"];
    assert_eq!(
        (analysis["state"].as_str(), analysis["justification"].as_str()),
        (Some("not_affected"), Some("code_not_reachable"))
    );
}

#[test]
fn the_document_is_valid_cyclonedx() {
    for statements in [statements(), unaffected(), Vec::new()] {
        let bytes = cyclonedx_vex(&statements, &frame()).unwrap();
        let bom = Bom::parse_from_json(bytes.as_slice()).unwrap();
        assert!(bom.validate().passed(), "{:?}", bom.validate());
    }
}

#[test]
fn the_same_statements_give_the_same_bytes_and_others_another_name() {
    assert_eq!(openvex(&statements(), &frame()), openvex(&statements(), &frame()));
    assert_eq!(cyclonedx_vex(&statements(), &frame()), cyclonedx_vex(&statements(), &frame()));
    let name = |statements: &[VexStatement]| {
        let document: serde_json::Value = serde_json::from_slice(&openvex(statements, &frame()).unwrap()).unwrap();
        document["@id"].as_str().unwrap().to_owned()
    };
    assert_ne!(name(&statements()), name(&unaffected()));
}
