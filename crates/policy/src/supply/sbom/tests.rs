//! Bills of materials by hand, and what the policy says of them.

use portcullis_model::{Bom, Collected, Component, Evidence, Hash, Level, Package, Section, Verdict};

use crate::judge;
use crate::judge::Judgement;
use crate::load::tests::{loaded, registry};

const TODAY: jiff::civil::Date = jiff::civil::date(2026, 11, 21);

fn component(name: &str) -> Component {
    let package = Package {
        purl: Some(format!("pkg:npm/{name}@1.0.0")),
        ecosystem: "npm".to_owned(),
        name: name.to_owned(),
        version: Some("1.0.0".to_owned()),
        bom_ref: Some(name.to_owned()),
        licenses: vec!["MIT".to_owned()],
        ..Package::default()
    };
    Component {
        package,
        report: "out/bom.json".to_owned(),
        kind: "library".to_owned(),
        supplier: Some("Acme".to_owned()),
        hashes: vec![Hash { algorithm: "SHA-256".to_owned(), value: "ab".to_owned() }],
        ..Component::default()
    }
}

fn bom() -> Bom {
    Bom {
        report: "out/bom.json".to_owned(),
        family: "cyclonedx".to_owned(),
        timestamp: Some("2026-11-20T10:00:00Z".parse().unwrap()),
        tools: vec!["syft".to_owned()],
        root: Some("shop".to_owned()),
        dependencies: vec![("shop".into(), vec!["a".into()])],
        is_clean: true,
        ..Bom::default()
    }
}

fn judged(policy: &str, bom: Bom, components: Vec<Component>) -> Judgement {
    let policy = loaded(&format!("version: 1\n{policy}\n")).policy;
    let collected = Collected { boms: vec![bom], components, ..Collected::default() };
    judge(&policy, Evidence { collected, ..Evidence::default() }, &registry(), TODAY)
}

fn found(policy: &str, bom: Bom, components: Vec<Component>) -> Vec<(String, Level)> {
    let found = judged(policy, bom, components).findings.into_iter().map(|judged| (judged.finding.id, judged.level));
    // Licences are judged by themselves.
    let mut found: Vec<_> = found.filter(|(id, _)| id.starts_with("sbom:")).collect();
    found.sort();
    found
}

fn one(id: &str, level: Level) -> Vec<(String, Level)> {
    vec![(format!("sbom:{id}"), level)]
}

const NTIA: &str = "sbom: { quality: { profile: ntia } }";

#[test]
fn a_complete_document_is_no_finding() {
    assert_eq!(found(NTIA, bom(), vec![component("a"), component("b")]), []);
}

#[test]
fn each_minimum_element_is_missed() {
    let missing = |change: &dyn Fn(&mut Component)| {
        let mut odd = component("b");
        change(&mut odd);
        vec![component("a"), odd]
    };
    assert_eq!(found(NTIA, bom(), missing(&|one| one.supplier = None)), one("supplier", Level::Warn));
    assert_eq!(found(NTIA, bom(), missing(&|one| one.package.name.clear())), one("name", Level::Fail));
    assert_eq!(found(NTIA, bom(), missing(&|one| one.package.version = None)), one("version", Level::Fail));
    let no_id = missing(&|one| {
        one.package.purl = None;
        one.hashes.clear();
    });
    assert_eq!(found(NTIA, bom(), no_id), one("unique_id", Level::Fail));
    let complete = || vec![component("a")];
    let changed = |change: &dyn Fn(&mut Bom)| {
        let mut bom = bom();
        change(&mut bom);
        found(NTIA, bom, complete())
    };
    assert_eq!(changed(&|bom| bom.dependencies.clear()), one("dependencies", Level::Fail));
    assert_eq!(changed(&|bom| bom.root = None), one("dependencies", Level::Fail));
    assert_eq!(changed(&|bom| bom.tools.clear()), one("author", Level::Fail));
    assert_eq!(changed(&|bom| bom.timestamp = None), one("timestamp", Level::Fail));
    assert_eq!(changed(&|bom| bom.odd_timestamp = true), one("timestamp", Level::Fail));
    assert_eq!(
        changed(&|bom| bom.timestamp = Some("2026-11-23T00:00:00Z".parse().unwrap())),
        one("timestamp", Level::Fail)
    );
    assert_eq!(changed(&|bom| bom.timestamp = Some("2026-11-22T23:00:00Z".parse().unwrap())), []);
}

#[test]
fn basic_asks_for_names_versions_and_ids_and_only_warns() {
    let nameless = Component { supplier: None, ..component("") };
    assert_eq!(found("", bom(), vec![component("a"), nameless.clone()]), one("name", Level::Warn));
    assert_eq!(found("sbom: { quality: { profile: off } }", bom(), vec![component("a"), nameless]), []);
}

#[test]
fn an_operating_system_needs_no_version() {
    let mut system = Component { kind: "operating-system".to_owned(), ..component("debian") };
    system.package.version = None;
    assert_eq!(found(NTIA, bom(), vec![component("a"), system]), []);
}

#[test]
fn a_single_check_is_set_instead_of_the_profile() {
    let half = || vec![component("a"), Component { supplier: None, ..component("b") }];
    let check = |text: &str| format!("sbom: {{ quality: {{ profile: off, checks: {{ {text} }} }} }}");
    assert_eq!(found(&check("supplier: { min: 50 }"), bom(), half()), []);
    assert_eq!(found(&check("supplier: { min: 51% }"), bom(), half()), one("supplier", Level::Fail));
    assert_eq!(found(&check("supplier: { level: log }"), bom(), half()), one("supplier", Level::Log));
    assert_eq!(found("sbom: { quality: { profile: ntia, checks: { supplier: { min: 40 } } } }", bom(), half()), []);
}

#[test]
fn the_further_checks_run_where_they_are_asked_for() {
    let check =
        |name: &str| format!("sbom: {{ quality: {{ profile: off, checks: {{ {name}: {{ level: fail }} }} }} }}");
    let fails = |name: &str, bom: Bom, components: Vec<Component>| {
        assert_eq!(found(&check(name), bom, components), one(name, Level::Fail), "{name}");
    };
    let changed = |change: &dyn Fn(&mut Component)| {
        let mut odd = component("a");
        change(&mut odd);
        vec![odd]
    };
    fails("purl", bom(), changed(&|one| one.invalid_purl = Some("npm:a".to_owned())));
    fails("licenses", bom(), changed(&|one| one.package.licenses = vec!["ask us".to_owned()]));
    fails("duplicates", bom(), vec![component("a"), component("a")]);
    fails("sha256", bom(), changed(&|one| one.hashes.clear()));
    fails("clean_parse", Bom { is_clean: false, ..bom() }, vec![component("a")]);
    fails("age", Bom { timestamp: Some("2026-08-01T00:00:00Z".parse().unwrap()), ..bom() }, vec![component("a")]);
    for name in ["purl", "licenses", "duplicates", "sha256", "clean_parse", "age"] {
        assert_eq!(found(&check(name), bom(), vec![component("a")]), [], "{name}");
    }
}

#[test]
fn so_many_components_stand_in_an_edge() {
    let policy = |least: u32| format!("sbom: {{ quality: {{ profile: ntia, min_edges: {least} }} }}");
    let components = || vec![component("a"), component("b")];
    assert_eq!(found(&policy(50), bom(), components()), []);
    assert_eq!(found(&policy(51), bom(), components()), one("dependencies", Level::Fail));
}

#[test]
fn the_score_is_a_weighted_mean() {
    // Of weights 1, 2, 2, 2, 2, 1, 1 the supplier is half there: 10.5 of 11, 95.45 points.
    let half = || vec![component("a"), Component { supplier: None, ..component("b") }];
    assert_eq!(found("sbom: { min_score: 95 }", bom(), half()), []);
    assert_eq!(found("sbom: { min_score: 96 }", bom(), half()), one("score", Level::Fail));
}

#[test]
fn a_format_that_is_not_listed_fails() {
    assert_eq!(found("sbom: { formats: [spdx] }", bom(), vec![component("a")]), one("format", Level::Fail));
    assert_eq!(found("sbom: { formats: [spdx, cyclonedx] }", bom(), vec![component("a")]), []);
}

#[test]
fn a_required_document_that_is_absent_is_missing_evidence() {
    let policy = loaded("version: 1\nsbom: { required: true }\n").policy;
    let absent = judge(&policy, Evidence::default(), &registry(), TODAY);
    assert!(absent.problems.iter().any(|problem| problem.section == Some(Section::Sbom)));
    assert_eq!(absent.verdict, Verdict::Incomplete);
    let present = judged("sbom: { required: true }", bom(), vec![component("a")]);
    assert_eq!(present.problems, []);
}

#[test]
fn messages_name_what_is_missing() {
    let many = (0..25).map(|number| Component { supplier: None, ..component(&format!("part-{number:02}")) });
    let bare = Bom { tools: Vec::new(), dependencies: Vec::new(), family: "syft".to_owned(), ..bom() };
    let policy = "sbom: { min_score: 90, formats: [spdx], quality: { profile: ntia } }";
    let mut told: Vec<_> =
        judged(policy, bare, many.collect()).findings.into_iter().map(|judged| judged.finding.message).collect();
    told.sort();
    insta::assert_snapshot!(told.join("\n"));
}
