//! Overrides: what is refused, what is only said, and what one file sees.

use super::{load_beside, load_files, loaded, printed, registry};
use crate::effective::Origins;
use crate::{Direction, Policy, diff, rule_rows};

fn entry(text: &str) -> String {
    format!("version: 1\nextends: preset:baseline@1\noverrides:\n  - {{ {text} }}\n")
}

fn refusals(text: &str) -> String {
    load_files(&entry(text), &[]).err().map(|errors| printed(&errors)).unwrap_or_default()
}

#[test]
fn what_loosens_says_why_and_what_does_not_need_not() {
    for (keys, loosens) in [
        ("levels: { high: warn }", true),
        ("levels: { high: fail, medium: fail }", false),
        ("levels: { low: log }", false),
        ("vulnerabilities: { levels: { high: fail } }", false),
        ("vulnerabilities: { levels: { medium: log } }", true),
        ("code: { levels: { medium: warn } }", false),
        ("secrets: { unverified: warn }", true),
        ("secrets: { unaudited: fail }", false),
        ("secrets: { verified: off }", true),
        ("alerts: { require_labels: { add: [team] } }", false),
        ("alerts: { require_labels: { remove: [severity] } }", true),
        ("alerts: { require_annotations: [] }", true),
        ("alerts: { severities: [page] }", true),
        ("rules: { gha/unpinned-uses: warn }", false),
        ("rules: { gha/unpinned-uses: log }", true),
        ("rules: { gha/unpinned-uses: off }", true),
        ("rules: { k8s/privileged: fail }", false),
        ("rules: { 'k8s/*': warn }", true),
        ("rules: { 'trivy:AVD-1': fail }", false),
        ("rules: { 'trivy:AVD-1': warn }", true),
        ("rules: { github-pat: warn }", true),
        ("rules: { CVE-2026-1111: { severity: low } }", true),
        ("rules: { gha/unpinned-uses: { severity: high } }", false),
    ] {
        let told = refusals(&format!("paths: [docs/], {keys}"));
        assert_eq!(told.contains("without a `reason`"), loosens, "{keys}\n{told}");
        assert_eq!(refusals(&format!("paths: [docs/], {keys}, reason: only examples")), "", "{keys}");
    }
}

#[test]
fn what_undoes_an_earlier_override_loosens_too() {
    let two = |second: &str| {
        format!(
            "version: 1\ncode: {{}}\noverrides:\n  - {{ paths: [src/], levels: {{ low: fail }} }}\n  - {{ paths: [src/a/], {second} }}\n"
        )
    };
    assert!(load_files(&two("levels: { low: log }"), &[]).is_err());
    assert!(load_files(&two("levels: { low: null }"), &[]).is_err());
    assert!(load_files(&two("levels: { low: fail }"), &[]).is_ok());
}

#[test]
fn an_override_without_a_selector_and_what_cannot_be_chosen_so_is_refused() {
    let told = [
        "levels: fail",
        "exclude: [docs/], levels: fail",
        "paths: [], levels: fail",
        "tools: [promtool], alerts: { require_labels: { add: [team] } }",
        "paths: [docs/], rules: { gha/unpined-uses: fail }",
        "paths: [docs/], secrets: { config: a.toml }",
        "paths: [docs/], workflows: { profile: strict }",
        "paths: [docs/], levels: { high: warn }",
        "paths: [docs/], package: minimist, levels: fail",
    ];
    insta::assert_snapshot!(told.map(refusals).join("\n"));
}

fn beside(text: &str, tracked: &[&str]) -> Result<String, String> {
    let tracked: Vec<String> = tracked.iter().map(|path| (*path).to_owned()).collect();
    match load_beside(text, &[], &[], Some(&tracked)) {
        Ok(loaded) => Ok(printed(&loaded.warnings)),
        Err(errors) => Err(printed(&errors)),
    }
}

#[test]
fn paths_that_match_no_file_are_a_warning_and_under_strict_an_error() {
    let text = entry("paths: [docs/], levels: fail");
    assert_eq!(beside(&text, &["docs/a.md"]).unwrap(), "");
    assert!(beside(&text, &["src/a.rs"]).unwrap().starts_with("warning[policy/override-unmatched]"));
    let excluded = entry("paths: [docs/], exclude: ['*.md'], levels: fail");
    assert!(beside(&excluded, &["docs/a.md"]).unwrap().contains("match no file"));
    let strict = text.replace("baseline@1", "strict@1");
    assert!(beside(&strict, &["src/a.rs"]).unwrap_err().starts_with("error[policy/override-unmatched]"));
    assert_eq!(beside(&strict, &["docs/a.md"]).unwrap(), "");
    assert_eq!(beside(&entry("tools: [trivy], levels: fail"), &[]).unwrap(), "");
}

#[test]
fn an_override_that_has_ended_is_said_and_asked_nothing_more() {
    let warnings = beside(&entry("paths: [docs/], levels: fail, expires: 2026-11-20"), &[]).unwrap();
    let expected = "warning[policy/override-expired]: overrides[0] ended on 2026-11-20: it no longer applies\n";
    assert!(warnings.starts_with(expected) && warnings.matches("warning").count() == 1, "{warnings}");
    assert_eq!(loaded(&entry("paths: [docs/], levels: fail, expires: 2026-11-21")).warnings, []);
}

const LAYERED: &str = "version: 1
extends: preset:baseline@1
vulnerabilities: { levels: { high: fail } }
rules: { 'gha/*': fail }
overrides:
  - { paths: [docs/], levels: { high: warn }, reason: only examples }
  - { paths: [docs/ci/], rules: { 'gha/unpinned-*': log }, secrets: { unverified: warn }, reason: only examples }
  - { paths: [docs/], tools: [trivy], levels: { low: fail } }
  - { paths: [src/], levels: { low: fail } }
";

fn seen_from(path: &str) -> Policy {
    loaded(LAYERED).policy.for_path(path, &registry())
}

#[test]
fn a_file_sees_the_overrides_of_its_path_applied_with_their_lines() {
    let policy = seen_from("docs/ci/a.yml");
    let shown = |key: &str| policy.effective().part(key).unwrap().yaml(Origins::Shown);
    assert_eq!(shown("levels.high"), "warn # portcullis.yaml:6\n");
    assert_eq!(shown("vulnerabilities.levels.high"), "warn # portcullis.yaml:6\n");
    assert_eq!(shown("vulnerabilities.scopes.development.high"), "default # portcullis.yaml:6\n");
    assert_eq!(shown("secrets.unverified"), "warn # portcullis.yaml:7\n");
    assert_eq!(shown("rules.gha/unpinned-*.level"), "log # portcullis.yaml:7\n");
    assert_eq!(shown("levels.medium"), "warn # preset:baseline@1:13\n");
    let left = policy.effective().part("overrides").unwrap().json(Origins::Hidden);
    assert_eq!(left.as_array().unwrap().len(), 1, "what a tool decides is still open: {left}");
    let row = rule_rows(&policy, &registry()).into_iter().find(|row| row.id == "gha/unpinned-uses").unwrap();
    assert_eq!((row.level.as_str(), row.origin.to_string().as_str()), ("log", "portcullis.yaml:7"));
}

#[test]
fn what_one_file_sees_is_a_policy_that_says_the_same() {
    for path in ["docs/ci/a.yml", "docs/a.md", "src/a.rs", "other"] {
        let policy = seen_from(path);
        let shown = policy.effective().yaml(Origins::Hidden);
        let again = loaded(&shown).policy;
        assert_eq!(again.effective().json(Origins::Hidden), policy.effective().json(Origins::Hidden), "{path}");
        let levels = |policy: &Policy| -> Vec<_> {
            rule_rows(policy, &registry()).into_iter().map(|row| (row.id, row.level)).collect()
        };
        assert_eq!(levels(&again), levels(&policy), "{path}");
    }
}

fn changes(old: &str, new: &str) -> Vec<String> {
    let load = |text: &str| loaded(&format!("version: 1\ncode: {{}}\noverrides: [{text}]\n")).policy;
    let told = diff(&load(old), &load(new), &registry());
    told.into_iter().map(|change| format!("{} {}", change.direction.as_str(), change.key)).collect()
}

#[test]
fn a_difference_in_overrides_is_weighed() {
    let warn = "{ paths: [docs/], levels: { high: warn }, reason: only examples }";
    let fail = "{ paths: [docs/], levels: { medium: fail }, reason: only examples }";
    let name = "overrides[paths [docs/]]";
    assert_eq!(changes("", warn), [format!("weaker {name}")]);
    assert_eq!(changes(warn, ""), [format!("stricter {name}")]);
    assert_eq!(changes("", fail), [format!("stricter {name}")]);
    assert_eq!(changes(fail, ""), [format!("weaker {name}")]);
    let higher = warn.replace("high: warn", "high: fail");
    assert_eq!(changes(warn, &higher), [format!("stricter {name}.levels.high")]);
    assert_eq!(changes(&higher, warn), [format!("weaker {name}.levels.high")]);
    assert_eq!(changes(warn, &warn.replace("only", "mere")), [format!("changed {name}.reason")]);
    let until = |day: &str| {
        warn.replace(" }", &format!(", expires: {day} }}")).replace("warn, expires: 2026-12-24 }", "warn }")
    };
    assert_eq!(changes(warn, &until("2026-12-24")), [format!("stricter {name}.expires")]);
    assert_eq!(changes(&until("2026-12-24"), warn), [format!("weaker {name}.expires")]);
    let two = format!("{warn}, {}", fail.replace("docs", "src"));
    let turned = format!("{}, {warn}", fail.replace("docs", "src"));
    assert_eq!(changes(&two, &turned), ["weaker overrides"]);
}

#[test]
fn new_rules_warn_until_the_policy_moves_on() {
    let text = "version: 1\nextends: preset:baseline@1\nas_of: '0.0.9'\nlevels: { medium: fail }\n";
    let policy = loaded(text).policy;
    let row =
        |policy: &Policy| rule_rows(policy, &registry()).into_iter().find(|row| row.id == "k8s/privileged").unwrap();
    assert_eq!((row(&policy).level.as_str(), row(&policy).key.as_str()), ("warn", "as_of"));
    assert_eq!(row(&loaded(&text.replace("0.0.9", "0.1")).policy).level.as_str(), "fail");
    let older = loaded(&text.replace("0.0.9", "0.1")).policy;
    let direction = |old: &Policy, new: &Policy| diff(old, new, &registry())[0].direction;
    assert_eq!((direction(&older, &policy), direction(&policy, &older)), (Direction::Weaker, Direction::Weaker));
}
