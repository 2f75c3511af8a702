//! Inventories by hand, policies as text, and what the policy says of the licences.

use portcullis_model::{
    Collected, Component, Evidence, Finding, Judged, Kind, Level, License, Package, Section, Severity,
};

use crate::judge;
use crate::load::tests::{load_files, loaded, printed, registry};

const TODAY: jiff::civil::Date = jiff::civil::date(2026, 11, 21);

fn component(name: &str, licenses: &[&str]) -> Component {
    let package = Package {
        purl: Some(format!("pkg:npm/{name}@1.0.0")),
        ecosystem: "npm".to_owned(),
        name: name.to_owned(),
        version: Some("1.0.0".to_owned()),
        licenses: licenses.iter().map(|one| (*one).to_owned()).collect(),
        ..Package::default()
    };
    Component { package, report: "out/bom.json".to_owned(), kind: "library".to_owned(), ..Component::default() }
}

fn judged(policy: &str, collected: Collected) -> Vec<Judged> {
    let policy = loaded(&format!("version: 1\n{policy}\n")).policy;
    let evidence = Evidence { collected, ..Evidence::default() };
    judge(&policy, evidence, &registry(), TODAY).findings
}

fn of(policy: &str, components: Vec<Component>) -> Vec<(String, Level)> {
    let found = judged(policy, Collected { components, ..Collected::default() });
    found
        .into_iter()
        .map(|judged| {
            (
                format!(
                    "{} {}",
                    judged.finding.package.as_ref().map_or("-", |package| &package.name),
                    judged.finding.id
                ),
                judged.level,
            )
        })
        .collect()
}

fn reported(name: &str, license: &str) -> Finding {
    Finding {
        kind: Kind::License,
        section: Section::Licenses,
        rule_id: format!("license:{license}"),
        id: format!("license:{license}"),
        severity: Severity::Medium,
        package: Some(Box::new(Package { ecosystem: "npm".to_owned(), name: name.to_owned(), ..Package::default() })),
        license: Some(Box::new(License { name: Some(license.to_owned()), ..License::default() })),
        ..Finding::default()
    }
}

#[test]
fn a_denied_licence_fails_and_a_permissive_one_is_no_finding() {
    let found =
        of("licenses: { deny: [AGPL-3.0] }", vec![component("a", &["AGPL-3.0-or-later"]), component("b", &["MIT"])]);
    assert_eq!(found, [("a license:AGPL-3.0-or-later".to_owned(), Level::Fail)]);
}

#[test]
fn what_an_allow_list_does_not_name_fails() {
    let found = of("licenses: { allow: [MIT] }", vec![component("a", &["ISC"]), component("b", &["MIT OR ISC"])]);
    assert_eq!(found, [("a license:ISC".to_owned(), Level::Fail)]);
}

#[test]
fn unknown_unlicensed_and_copyleft_have_the_level_of_their_key() {
    let components = || {
        vec![component("a", &["my own"]), component("b", &["NONE"]), component("c", &["MPL-2.0"]), component("d", &[])]
    };
    let levels =
        |policy: &str| -> Vec<Level> { of(policy, components()).into_iter().map(|(_, level)| level).collect() };
    let by_default = of("", components());
    assert_eq!(
        by_default.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(),
        ["c license:MPL-2.0", "d license:NOASSERTION", "b license:NONE", "a license:my own"]
    );
    assert_eq!(levels(""), [Level::Log, Level::Warn, Level::Fail, Level::Warn]);
    assert_eq!(
        levels("licenses: { unknown: fail, unlicensed: log, copyleft: warn }"),
        [Level::Warn, Level::Fail, Level::Log, Level::Fail]
    );
}

#[test]
fn one_package_in_two_inventories_is_judged_once() {
    let other =
        Component { report: "out/trivy.json".to_owned(), ..component("a", &["GNU General Public License v3 (GPLv3)"]) };
    let silent = Component { report: "out/third.json".to_owned(), ..component("a", &[]) };
    let found = of("licenses: { deny: [GPL-3.0-only] }", vec![component("a", &["GPL-3.0-only"]), other, silent]);
    assert_eq!(found.len(), 1);
}

#[test]
fn a_licence_a_report_lists_itself_is_not_told_twice_and_is_ruled_by_the_policy() {
    let collected = |license: &str| Collected {
        components: vec![component("a", &["GPL-3.0-only"])],
        findings: vec![reported("a", license)],
        ..Collected::default()
    };
    let denied = judged("licenses: { deny: [GPL-3.0-only] }", collected("GPL-3.0"));
    assert_eq!(denied.len(), 1);
    assert_eq!((denied[0].severity, denied[0].level), (Severity::High, Level::Fail));
    assert_eq!(denied[0].decision[0].key, "licenses.deny");
    let allowed = judged("licenses: { allow: [GPL-3.0-only] }", collected("GPL-3.0"));
    assert_eq!(allowed.iter().map(|judged| judged.level).collect::<Vec<_>>(), [Level::Off]);
    let other = judged("licenses: { deny: [GPL-3.0-only] }", collected("MIT"));
    assert_eq!(other.len(), 2);
}

#[test]
fn an_inventory_without_licences_is_no_evidence_where_lists_ask_for_them() {
    let components = || vec![component("a", &[]), component("b", &[])];
    assert_eq!(of("", components()), []);
    assert_eq!(
        of("licenses: { deny: [GPL-3.0-only] }", components()),
        [("- license:NOASSERTION".to_owned(), Level::Warn)]
    );
}

#[test]
fn the_thing_itself_and_its_files_are_no_packages() {
    let root = Component { is_root: true, ..component("shop", &["NONE"]) };
    let file = Component { kind: "file".to_owned(), ..component("LICENSE", &["NONE"]) };
    assert_eq!(of("", vec![root, file]), []);
}

#[test]
fn an_exception_lets_one_package_through() {
    let entry = "version: 1\nkind: exceptions\nexceptions:\n  - { id: E-1, rules: ['license:GPL-3.0-only'], package: 'pkg:npm/a', reason: linked at arm's length, owner: '@a', created: 2026-11-01, expires: 2026-12-24 }\n";
    let policy = "version: 1\nlicenses: { deny: [GPL-3.0-only] }\n";
    let policy = load_files(policy, &[(".portcullis/exceptions/a.yaml", entry)])
        .unwrap_or_else(|errors| panic!("{}", printed(&errors)))
        .policy;
    let components = vec![component("a", &["GPL-3.0"]), component("b", &["GPL-3.0"])];
    let evidence = Evidence { collected: Collected { components, ..Collected::default() }, ..Evidence::default() };
    let levels: Vec<_> =
        judge(&policy, evidence, &registry(), TODAY).findings.into_iter().map(|judged| judged.level).collect();
    assert_eq!(levels, [Level::Off, Level::Fail]);
}

#[test]
fn a_given_up_id_is_told_once_with_the_number_of_packages() {
    let policy = loaded("version: 1\n").policy;
    let components = vec![component("a", &["GPL-2.0"]), component("b", &["GPL-2.0"])];
    let evidence = Evidence { collected: Collected { components, ..Collected::default() }, ..Evidence::default() };
    let problems = judge(&policy, evidence, &registry(), TODAY).problems;
    let messages: Vec<_> = problems
        .iter()
        .filter(|problem| problem.section == Some(Section::Licenses))
        .map(|problem| &problem.message)
        .collect();
    insta::assert_debug_snapshot!(messages);
}

#[test]
fn messages_say_what_why_and_what_to_do() {
    let components = vec![
        component("a", &["GPL-3.0 AND MIT"]),
        component("b", &["BSD OR ISC"]),
        component("c", &["ask us"]),
        component("d", &["MPL-2.0"]),
    ];
    let found =
        judged("licenses: { deny: [GPL-3.0-only], allow: [MIT] }", Collected { components, ..Collected::default() });
    let told: Vec<_> = found
        .iter()
        .map(|judged| {
            format!("{}\n  {}", judged.finding.message, judged.finding.remediation.as_deref().unwrap_or_default())
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn a_licence_nobody_knows_is_refused_in_a_list() {
    let errors = load_files("version: 1\nlicenses: { deny: [AGPLv9, 'MIT OR ISC'], aliases: { acme: love } }\n", &[])
        .unwrap_err();
    insta::assert_snapshot!(printed(&errors));
}

#[test]
fn aliases_of_the_policy_say_what_a_name_means() {
    let found = of(
        "licenses: { deny: [GPL-3.0-only], aliases: { 'Acme House': GPL-3.0-only } }",
        vec![component("a", &["acme  house"])],
    );
    assert_eq!(found, [("a license:GPL-3.0-only".to_owned(), Level::Fail)]);
}
