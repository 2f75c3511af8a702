//! What holds for some files, packages or tools only.

use portcullis_model::{Finding, Level, Scope, Severity, Source, Step};

use super::{exploited, one, own, policy, secret, steps, unpinned, vulnerability};
use crate::near_misses;

fn overridden(entries: &[&str]) -> crate::Policy {
    let entries: Vec<_> = entries.iter().map(|entry| format!("  - {{ {entry}, reason: only examples }}\n")).collect();
    policy(&format!("code: {{}}\noverrides:\n{}", entries.concat()))
}

fn high() -> Finding {
    vulnerability("CVE-2026-1111", Severity::High)
}

#[test]
fn every_selector_that_is_given_must_match() {
    for (selectors, applies) in [
        ("paths: [web/]", true),
        ("paths: [docs/, web/]", true),
        ("paths: [docs/]", false),
        ("paths: [web/], exclude: [package-lock.json]", false),
        ("paths: [web/], exclude: [docs/]", true),
        ("package: pkg:npm/minimist", true),
        ("package: pkg:npm/minimist@2.*", false),
        ("tools: trivy", true),
        ("tools: [grype, trivy]", true),
        ("tools: [grype]", false),
        ("paths: [web/], package: pkg:npm/minimist, tools: [trivy]", true),
        ("paths: [web/], package: pkg:npm/lodash, tools: [trivy]", false),
        ("tools: [trivy], exclude: [web/]", false),
    ] {
        let level = one(&overridden(&[&format!("{selectors}, levels: log")]), high()).level;
        assert_eq!(level == Level::Log, applies, "{selectors}");
    }
}

#[test]
fn any_tool_of_a_merged_finding_is_enough() {
    let mut merged = high();
    merged.sources.push(Source { tool: "grype".to_owned(), ..Source::default() });
    assert_eq!(one(&overridden(&["tools: [grype], levels: log"]), merged).level, Level::Log);
}

#[test]
fn a_finding_without_a_path_matches_no_paths() {
    let nowhere = Finding { locations: Vec::new(), ..high() };
    assert_eq!(one(&overridden(&["paths: ['**'], levels: log"]), nowhere).level, Level::Fail);
}

#[test]
fn the_decision_names_the_line_of_the_override() {
    let judged = one(&overridden(&["paths: [docs/], levels: log", "paths: [web/], levels: { high: warn }"]), high());
    assert_eq!(steps(&judged), ["overrides[1].levels.high -> warn (portcullis.yaml:5)"]);
    assert_eq!(judged.decision[0].step, Step::BaseLevel);
}

#[test]
fn the_last_override_that_matches_decides_key_by_key() {
    let policy = overridden(&[
        "paths: ['**'], levels: { high: log, medium: fail }",
        "paths: [web/], levels: { high: warn }",
        "paths: [docs/], levels: { high: off }",
    ]);
    assert_eq!(one(&policy, high()).level, Level::Warn);
    assert_eq!(one(&policy, vulnerability("CVE-2026-1111", Severity::Medium)).level, Level::Fail);
}

#[test]
fn an_override_comes_before_scopes_and_sections_and_after_it_come_rules() {
    let text = "vulnerabilities: { levels: { high: fail }, scopes: { runtime: { high: fail } } }
overrides: [{ paths: [web/], levels: { high: log }, reason: only examples }]
";
    let mut runtime = high();
    runtime.package.as_mut().unwrap().scope = Scope::Runtime;
    assert_eq!(one(&policy(text), runtime.clone()).level, Level::Log);
    let judged = one(&policy(&format!("{text}rules: {{ CVE-2026-1111: warn }}\n")), runtime);
    assert_eq!(
        steps(&judged),
        ["overrides[0].levels.high -> log (portcullis.yaml:3)", "rules.CVE-2026-1111 log -> warn (portcullis.yaml:4)"]
    );
}

#[test]
fn the_levels_of_a_section_come_before_the_common_ones_in_overrides_too() {
    let policy = overridden(&[
        "paths: [web/], vulnerabilities: { levels: { high: warn } }",
        "paths: [web/], levels: { high: off }, secrets: { levels: { high: log } }",
    ]);
    assert_eq!(one(&policy, high()).level, Level::Warn);
}

#[test]
fn rules_of_an_override_come_last_and_may_change_the_severity() {
    let text = "rules: { gha/unpinned-uses: fail }
overrides: [{ paths: [.github/], rules: { 'gha/*': log, gha/unpinned-uses: { severity: low } }, reason: only examples }]
";
    let judged = one(&policy(text), unpinned(1));
    assert_eq!(
        steps(&judged),
        [
            "overrides[0].rules.gha/unpinned-uses.severity medium -> low (portcullis.yaml:3)",
            "levels.low -> log (preset:baseline@1:14)",
            "overrides[0].rules.gha/* log -> log (portcullis.yaml:3)",
        ]
    );
    let elsewhere = own("gha/unpinned-uses", Severity::Medium, "action.yml", 1);
    assert_eq!(one(&policy(text), elsewhere).level, Level::Fail);
}

#[test]
fn a_null_takes_back_what_an_earlier_override_says() {
    let policy = overridden(&["paths: ['**'], levels: { high: log }", "paths: [web/], levels: { high: null }"]);
    assert_eq!(one(&policy, high()).level, Level::Fail);
    let text = "rules: { gha/unpinned-uses: log }
overrides: [{ paths: [.github/], rules: { gha/unpinned-uses: null }, reason: only examples }]
";
    assert_eq!(one(&super::policy(text), unpinned(1)).level, Level::Warn);
}

#[test]
fn what_secrets_ask_for_may_differ_and_a_floor_may_be_lowered() {
    let policy = overridden(&["paths: [src/], secrets: { unverified: warn, verified: warn }"]);
    assert_eq!(
        steps(&one(&policy, secret(None))).last().unwrap(),
        "overrides[0].secrets.unverified fail -> warn (portcullis.yaml:4)"
    );
    let off = overridden(&["paths: [src/], rules: { github-pat: off }"]);
    assert_eq!(one(&off, secret(Some(true))).level, Level::Fail, "nobody said that working secrets may pass");
    let both = overridden(&["paths: [src/], rules: { github-pat: off }, secrets: { verified: log }"]);
    let judged = one(&both, secret(Some(true)));
    assert_eq!(judged.level, Level::Log);
    assert_eq!(judged.decision.last().unwrap().key, "overrides[0].secrets.verified");
}

#[test]
fn no_override_weakens_what_is_exploited() {
    let policy = overridden(&["paths: ['**'], levels: off, rules: { CVE-2026-1111: off }"]);
    assert_eq!(one(&policy, exploited("CVE-2026-1111", Severity::Low)).level, Level::Fail);
}

#[test]
fn an_override_that_ended_does_not_apply_and_its_last_day_counts() {
    let until = |day: &str| one(&overridden(&[&format!("paths: [web/], levels: log, expires: {day}")]), high()).level;
    assert_eq!([until("2026-11-20"), until("2026-11-21"), until("2026-11-22")], [Level::Fail, Level::Log, Level::Log]);
}

#[test]
fn findings_about_the_policy_can_be_overridden_where_they_stand() {
    let text =
        "overrides: [{ paths: [.portcullis/], rules: { policy/exception-expired: off }, reason: only examples }]\n";
    let policy = super::with_exceptions(text, &["id: A, rules: [CVE-2026-1111], expires: 2026-10-31"]);
    let judgement = super::judged(&policy, Vec::new());
    assert_eq!((judgement.counts.off, judgement.counts.warn), (1, 0));
}

#[test]
fn the_nearest_override_says_what_keeps_it_away() {
    let policy = overridden(&[
        "paths: [docs/], levels: log",
        "paths: [web/], tools: [grype], levels: log",
        "package: pkg:npm/lodash, tools: [trivy], levels: log",
    ]);
    assert_eq!(
        near_misses(&policy, &high()),
        ["overrides[2] does not apply: package pkg:npm/lodash (portcullis.yaml:6)"]
    );
}

#[test]
fn a_key_of_the_command_line_comes_after_the_overrides() {
    let text = "version: 1
overrides: [{ paths: [web/], levels: { high: warn }, rules: { CVE-2026-2222: off }, reason: only examples }]
";
    let with = |key: &str, value: &str| {
        let settings = [(key.to_owned(), value.to_owned())];
        crate::load::tests::load_set(text, &[], &settings).unwrap().policy
    };
    assert_eq!(one(&with("levels.high", "fail"), high()).level, Level::Fail);
    assert_eq!(one(&with("levels.medium", "fail"), high()).level, Level::Warn);
    let second = || vulnerability("CVE-2026-2222", Severity::High);
    assert_eq!(one(&with("levels.high", "fail"), second()).level, Level::Off);
    let judged = one(&with("rules.CVE-2026-2222", "fail"), second());
    assert_eq!((judged.level, judged.decision.last().unwrap().key.as_str()), (Level::Fail, "rules.CVE-2026-2222"));
}
