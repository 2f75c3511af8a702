//! Statements by hand, held against findings.

use std::sync::Arc;

use portcullis_model::{
    Artifact, Bom, Collected, Component, Evidence, Finding, Judged, Kind, Level, Package, Section, Severity, Source,
    State, VexProduct, VexStatement, VexStatus,
};

use crate::judge;
use crate::load::tests::{loaded, registry};

const TODAY: jiff::civil::Date = jiff::civil::date(2026, 11, 21);
const POLICY: &str = "version: 1\nvex: [{ path: 'vex/**' }]\n";

fn finding() -> Finding {
    Finding {
        kind: Kind::Vulnerability,
        section: Section::Vulnerabilities,
        rule_id: "CVE-2026-1111".to_owned(),
        id: "CVE-2026-1111".to_owned(),
        aliases: ["GHSA-c3h9-896r-86jm".to_owned()].into(),
        severity: Severity::High,
        package: Some(Box::new(package("minimist", "1.2.5"))),
        artifact: Some(Arc::new(Artifact { name: "registry.acme.example/shop:1".to_owned(), ..Artifact::default() })),
        sources: vec![Source { tool: "trivy".to_owned(), report: "out/bom.json".to_owned(), ..Source::default() }],
        ..Finding::default()
    }
}

fn package(name: &str, version: &str) -> Package {
    Package {
        purl: Some(format!("pkg:npm/{name}@{version}")),
        ecosystem: "npm".to_owned(),
        name: name.to_owned(),
        version: Some(version.to_owned()),
        bom_ref: Some(name.to_owned()),
        ..Package::default()
    }
}

fn product(purl: &str) -> VexProduct {
    VexProduct { purl: Some(purl.to_owned()), ..VexProduct::default() }
}

fn statement(status: VexStatus, products: Vec<VexProduct>) -> VexStatement {
    VexStatement {
        ids: ["CVE-2026-1111".to_owned()].into(),
        products,
        status,
        justification: Some("vulnerable_code_not_in_execute_path".to_owned()),
        timestamp: Some("2026-11-01T00:00:00Z".parse().unwrap()),
        author: Some("security@acme.example".to_owned()),
        document: "vex/shop.json".to_owned(),
        line: Some(7),
        ..VexStatement::default()
    }
}

fn not_affected(purl: &str) -> VexStatement {
    statement(VexStatus::NotAffected, vec![product(purl)])
}

fn judged_with(policy: &str, collected: Collected, vex: Vec<VexStatement>) -> (Judged, Vec<String>) {
    let policy = loaded(policy).policy;
    let judgement = judge(&policy, Evidence { collected, vex, ..Evidence::default() }, &registry(), TODAY);
    let stale = judgement.problems.iter().filter(|problem| problem.path.as_deref() == Some("vex/shop.json"));
    let stale = stale.map(|problem| problem.message.clone()).collect();
    let found = judgement.findings.into_iter().find(|judged| judged.finding.kind == Kind::Vulnerability);
    (found.unwrap(), stale)
}

fn judged(vex: Vec<VexStatement>) -> Judged {
    judged_with(POLICY, Collected { findings: vec![finding()], ..Collected::default() }, vex).0
}

fn state(vex: Vec<VexStatement>) -> State {
    judged(vex).state
}

#[test]
fn a_product_without_version_names_every_version() {
    let judged = judged(vec![not_affected("pkg:npm/minimist")]);
    assert_eq!((judged.state, judged.level), (State::NotAffected, Level::Off));
    assert_eq!(judged.finding.state, State::Open);
    let suppression = &judged.finding.suppressions[0];
    assert_eq!(
        (suppression.by.as_str(), suppression.source_file.as_deref(), suppression.line),
        ("vex", Some("vex/shop.json"), Some(7))
    );
    assert_eq!(judged.decision[0].origin.to_string(), "vex/shop.json:7");
}

#[test]
fn an_investigation_has_its_days_from_the_statement_on() {
    let level = |made: &str, policy: &str| {
        let statement = VexStatement {
            timestamp: Some(made.parse().unwrap()),
            ..statement(VexStatus::UnderInvestigation, vec![product("pkg:npm/minimist")])
        };
        let collected = Collected { findings: vec![finding()], ..Collected::default() };
        let judged = judged_with(&format!("{POLICY}{policy}"), collected, vec![statement]).0;
        (judged.state, judged.level)
    };
    // Thirty days before the day of evaluation, and the day before that.
    assert_eq!(level("2026-10-22T23:00:00Z", ""), (State::UnderInvestigation, Level::Warn));
    assert_eq!(level("2026-10-21T23:00:00Z", ""), (State::UnderInvestigation, Level::Fail));
    let longer = "vulnerabilities: { vex_grace_days: 31 }\n";
    assert_eq!(level("2026-10-21T23:00:00Z", longer), (State::UnderInvestigation, Level::Warn));
}

#[test]
fn another_product_another_version_or_no_product_matches_nothing() {
    for purl in ["pkg:npm/minimist@1.2.4", "pkg:npm/mkdirp", "pkg:pypi/minimist", "no purl"] {
        assert_eq!(state(vec![not_affected(purl)]), State::Open, "{purl}");
    }
    assert_eq!(state(vec![statement(VexStatus::NotAffected, Vec::new())]), State::Open);
    let other = VexStatement { ids: ["CVE-2026-2222".to_owned()].into(), ..not_affected("pkg:npm/minimist") };
    assert_eq!(state(vec![other]), State::Open);
}

#[test]
fn any_alias_names_the_vulnerability() {
    let by_alias =
        VexStatement { ids: ["ghsa-C3H9-896r-86jm".to_owned()].into(), ..not_affected("pkg:npm/minimist@1.2.5") };
    assert_eq!(state(vec![by_alias]), State::NotAffected);
}

#[test]
fn a_finding_without_purl_matches_nothing() {
    let mut nameless = finding();
    nameless.package.as_mut().unwrap().purl = None;
    let collected = Collected { findings: vec![nameless], ..Collected::default() };
    assert_eq!(judged_with(POLICY, collected, vec![not_affected("pkg:npm/minimist")]).0.state, State::Open);
}

#[test]
fn a_subcomponent_counts_only_in_its_product() {
    let inside = |owner: &str, part: &str| {
        let owner = VexProduct { subcomponents: vec![product(part)], ..product(owner) };
        statement(VexStatus::NotAffected, vec![owner])
    };
    let image = "pkg:oci/shop?repository_url=registry.acme.example/shop";
    assert_eq!(state(vec![inside(image, "pkg:npm/minimist")]), State::NotAffected);
    assert_eq!(state(vec![inside("pkg:oci/other", "pkg:npm/minimist")]), State::Open);
    assert_eq!(state(vec![inside(image, "pkg:npm/mkdirp")]), State::Open);
    assert_eq!(state(vec![not_affected(image)]), State::NotAffected);
}

#[test]
fn a_product_on_the_way_to_the_package_is_its_product() {
    let owner = VexProduct { subcomponents: vec![product("pkg:npm/minimist")], ..product("pkg:npm/mkdirp") };
    let said = || vec![statement(VexStatus::NotAffected, vec![owner.clone()])];
    let component = |name: &str, version: &str| Component {
        package: package(name, version),
        report: "out/bom.json".to_owned(),
        ..Component::default()
    };
    let edges = |edges: &[(&str, &str)]| Collected {
        findings: vec![finding()],
        components: vec![component("minimist", "1.2.5"), component("mkdirp", "0.5.0"), component("tar", "1.0.0")],
        boms: vec![Bom {
            report: "out/bom.json".to_owned(),
            dependencies: edges.iter().map(|(from, to)| ((*from).into(), vec![(*to).into()])).collect(),
            ..Bom::default()
        }],
        ..Collected::default()
    };
    assert_eq!(
        judged_with(POLICY, edges(&[("mkdirp", "tar"), ("tar", "minimist")]), said()).0.state,
        State::NotAffected
    );
    assert_eq!(judged_with(POLICY, edges(&[("minimist", "mkdirp"), ("tar", "minimist")]), said()).0.state, State::Open);
    let mut by_path = finding();
    by_path.package.as_mut().unwrap().dependency_path =
        vec!["shop".to_owned(), "mkdirp@0.5.0".to_owned(), "minimist@1.2.5".to_owned()];
    let collected = Collected { findings: vec![by_path], ..Collected::default() };
    assert_eq!(judged_with(POLICY, collected, said()).0.state, State::NotAffected);
}

#[test]
fn fixed_counts_where_the_installed_version_is_not_older() {
    let fixed = |purl: &str| vec![statement(VexStatus::Fixed, vec![product(purl)])];
    assert_eq!(state(fixed("pkg:npm/minimist@1.2.5")), State::Fixed);
    assert_eq!(state(fixed("pkg:npm/minimist@1.2.3")), State::Fixed);
    for purl in ["pkg:npm/minimist@1.2.6", "pkg:npm/minimist"] {
        let judged = judged(fixed(purl));
        assert_eq!((judged.state, judged.notes.len()), (State::Open, 1), "{purl}");
    }
}

#[test]
fn the_newest_statement_wins_and_of_two_of_one_time_the_worse_one() {
    let at = |time: &str, status| VexStatement {
        timestamp: Some(time.parse().unwrap()),
        ..statement(status, vec![product("pkg:npm/minimist")])
    };
    let (old, new) = ("2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z");
    let states = |pairs: [(&str, VexStatus); 2]| {
        let forward = state(pairs.map(|(time, status)| at(time, status)).to_vec());
        let mut backward = pairs;
        backward.reverse();
        assert_eq!(forward, state(backward.map(|(time, status)| at(time, status)).to_vec()));
        forward
    };
    assert_eq!(states([(old, VexStatus::NotAffected), (new, VexStatus::Affected)]), State::Open);
    assert_eq!(states([(old, VexStatus::Affected), (new, VexStatus::NotAffected)]), State::NotAffected);
    assert_eq!(states([(new, VexStatus::Affected), (new, VexStatus::NotAffected)]), State::Open);
    assert_eq!(
        states([(old, VexStatus::NotAffected), (new, VexStatus::UnderInvestigation)]),
        State::UnderInvestigation
    );
}

#[test]
fn not_affected_needs_a_reason_unless_the_policy_waives_it() {
    let bare = || VexStatement { justification: None, ..not_affected("pkg:npm/minimist") };
    let collected = || Collected { findings: vec![finding()], ..Collected::default() };
    let (judged, told) = judged_with(POLICY, collected(), vec![bare()]);
    assert_eq!(judged.state, State::Open);
    insta::assert_debug_snapshot!(told);
    let waived = "version: 1\nvex: [{ path: 'vex/**', require_justification: false }]\n";
    assert_eq!(judged_with(waived, collected(), vec![bare()]).0.state, State::NotAffected);
    let explained = VexStatement { impact: Some("never called".to_owned()), ..bare() };
    assert_eq!(judged_with(POLICY, collected(), vec![explained]).0.state, State::NotAffected);
}

#[test]
fn only_listed_documents_authors_and_ages_count() {
    let collected = || Collected { findings: vec![finding()], ..Collected::default() };
    let told = |policy: &str| {
        judged_with(&format!("version: 1\nvex: [{policy}]\n"), collected(), vec![not_affected("pkg:npm/minimist")])
    };
    let counted = ["{ path: vex/shop.json, authors: ['*@acme.example'] }", "{ path: vex/shop.json, max_age: 20d }"];
    for policy in counted {
        assert_eq!(told(policy).0.state, State::NotAffected, "{policy}");
    }
    let not_counted =
        ["{ path: other/** }", "{ path: vex/shop.json, authors: [vendor] }", "{ path: vex/shop.json, max_age: 19d }"];
    let problems: Vec<_> = not_counted
        .iter()
        .flat_map(|policy| {
            let (judged, problems) = told(policy);
            assert_eq!(judged.state, State::Open, "{policy}");
            problems
        })
        .collect();
    insta::assert_debug_snapshot!(problems);
    let of_a_report = Collected { vex: vec![not_affected("pkg:npm/minimist")], ..collected() };
    assert_eq!(judged_with(POLICY, of_a_report, Vec::new()).0.state, State::Open);
}
