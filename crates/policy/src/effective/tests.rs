//! Show says what the policy says; diff says what changed and which way.

pub(crate) mod any_policy;

use jiff::civil::date;
use portcullis_model::Diagnostic;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;

use super::*;
use crate::load::tests::{load_files, loaded, printed, registry};
use crate::{Loaded, Policy};

const SHOP: &str = "version: 1
name: shop
levels: { medium: fail }
vulnerabilities:
  scopes: { development: default }
code:
  paths: { exclude: { add: ['tests/**'] } }
rules:
  gha/unpinned-uses: { level: off, reason: 'they are: all \"ours\"' }
  'hadolint:DL3008': log
reports:
  - { name: deps, path: out/deps.json, max_age: 36h, max_skipped: 5% }
exceptions:
  - { id: EX-1, rules: [k8s/privileged], reason: only used by the build, owner: '@web', created: 2026-11-01, expires: 2026-12-01 }
";

fn with_values(effective: &Effective) -> Value {
    effective.json(Origins::Hidden)
}

fn changes(old: &str, new: &str) -> Vec<String> {
    let load = |text: &str| loaded(&format!("version: 1\ncode: {{}}\n{text}\n")).policy;
    told(&diff(&load(old), &load(new), &registry()))
}

fn told(changes: &[Change]) -> Vec<String> {
    let word = |value: &Option<String>| value.clone().unwrap_or_else(|| "not set".to_owned());
    let line = |change: &Change| {
        format!("{} {}: {} -> {}", change.direction.as_str(), change.key, word(&change.old), word(&change.new))
    };
    changes.iter().map(line).collect()
}

#[test]
fn every_leaf_names_the_line_that_set_it() {
    let loaded = loaded(SHOP);
    insta::assert_snapshot!(loaded.policy.effective.yaml(Origins::Shown));
}

#[test]
fn a_part_is_found_by_its_path_whatever_dots_it_holds() {
    let effective = loaded(SHOP).policy.effective;
    let part = |path: &str| effective.part(path).map(|part| part.yaml(Origins::Hidden));
    assert_eq!(part("levels.high").unwrap(), "fail\n");
    assert_eq!(part("reports[deps].max_age").unwrap(), "36h\n");
    assert_eq!(part("rules.hadolint:DL3008").unwrap(), "level: log\n");
    assert_eq!(part("exceptions[EX-1].owner").unwrap(), "\"@web\"\n");
    assert_eq!(part("levels.hihg"), None);
    assert_eq!(part("levelshigh"), None);
}

#[test]
fn the_json_form_has_values_or_values_with_their_origins() {
    let level = loaded(SHOP).policy.effective.part("levels.medium").unwrap();
    assert_eq!(level.json(Origins::Hidden).to_string(), "\"fail\"");
    let shown = serde_json::json!({ "value": "fail", "origin": "portcullis.yaml:3" });
    assert_eq!(level.json(Origins::Shown), shown);
}

#[test]
fn hostile_texts_are_quoted_until_nothing_moves_the_cursor() {
    let hostile = "\u{1b}[2K\u{202e}#: \\\" \u{9b}\n::error::";
    let shown = yaml::text(hostile);
    assert!(shown.chars().all(|char| char == ' ' || char.is_ascii_graphic()), "{shown}");
    let policy = format!("version: 1\nname: {shown}\n");
    assert_eq!(loaded(&policy).policy.name(), Some(hostile));
}

#[test]
fn a_later_pattern_takes_out_what_it_covers() {
    let text = "version: 1\nextends: ./policies/team.yaml\nrules: { '*/unpinned-*': fail, k8s/privileged: log }\n";
    let effective = loaded(text).policy.effective;
    let rules = effective.part("rules").unwrap().yaml(Origins::Hidden);
    let again = loaded(&effective.yaml(Origins::Hidden));
    assert!(rules.contains("*/unpinned-*") && rules.contains("gha/*"), "{rules}");
    assert_eq!(rule_rows(&again.policy, &registry()).len(), registry().ids().count());
    let levels = |loaded: &Loaded| -> Vec<_> {
        rule_rows(&loaded.policy, &registry()).into_iter().map(|row| (row.id, row.level)).collect()
    };
    assert_eq!(levels(&again), levels(&loaded(text)));
}

#[test]
fn a_row_of_the_rules_says_which_key_decided() {
    let rows = rule_rows(&loaded(SHOP).policy, &registry());
    let row = |id: &str| rows.iter().find(|row| row.id == id).unwrap();
    let told = |row: &RuleRow| format!("{} {} {}", row.level, row.key, row.origin);
    assert_eq!(told(row("gha/unpinned-uses")), "off rules.gha/unpinned-uses portcullis.yaml:9");
    assert_eq!(told(row("gha/unpinned-images")), "fail levels.medium portcullis.yaml:3");
    assert_eq!(told(row("github-pat")), "fail levels.high default");
}

#[test]
fn levels_are_compared_as_they_come_out() {
    assert_eq!(changes("", "levels: { high: warn }"), ["weaker levels.high: fail -> warn"]);
    assert_eq!(
        changes("", "secrets: { levels: { medium: fail } }"),
        ["stricter secrets.levels.medium: not set -> fail"]
    );
    assert_eq!(changes("", "secrets: { levels: { high: fail } }"), ["changed secrets.levels.high: not set -> fail"]);
    assert_eq!(
        changes("", "vulnerabilities: { scopes: { development: { high: default } } }"),
        ["stricter vulnerabilities.scopes.development.high: warn -> default"]
    );
}

#[test]
fn sets_grow_and_shrink_in_their_direction() {
    let paths = |paths: &str| format!("secrets: {{ paths: {{ {paths} }} }}");
    let (none, one, other) = (paths(""), paths("exclude: [a/**]"), paths("exclude: [b/**]"));
    assert_eq!(changes(&none, &one), ["weaker secrets.paths.exclude: [] -> [a/**]"]);
    assert_eq!(changes(&one, &none), ["stricter secrets.paths.exclude: [a/**] -> []"]);
    assert_eq!(changes(&one, &other), ["weaker secrets.paths.exclude: [a/**] -> [b/**]"]);
    assert_eq!(changes(&none, &paths("include: [a/**]")), ["weaker secrets.paths.include: [**] -> [a/**]"]);
}

#[test]
fn a_limit_that_is_taken_away_is_weaker() {
    let limit = "verdict: { max_warnings: 3 }";
    assert_eq!(changes(limit, ""), ["weaker verdict.max_warnings: 3 -> not set"]);
    assert_eq!(changes("", limit), ["stricter verdict.max_warnings: not set -> 3"]);
    let age = |age: &str| format!("reports: [{{ name: deps, path: a.json, max_age: {age} }}]");
    assert_eq!(changes(&age("24h"), &age("2d")), ["weaker reports[deps].max_age: 1d -> 2d"]);
    assert_eq!(changes(&age("24h"), &age("90m")), ["stricter reports[deps].max_age: 1d -> 90m"]);
}

#[test]
fn rules_and_reports_are_compared_one_by_one() {
    assert_eq!(
        changes("", "rules: { gha/unpinned-uses: off }"),
        ["weaker rules.gha/unpinned-uses.level: not set -> off"]
    );
    assert_eq!(
        changes("", "rules: { gha/unpinned-uses: fail }"),
        ["stricter rules.gha/unpinned-uses.level: not set -> fail"]
    );
    assert_eq!(changes("", "rules: { gha/unpinned-uses: warn }"), Vec::<String>::new());
    assert_eq!(changes("", "rules: { 'x:Y': warn }"), ["weaker rules.x:Y.level: not set -> warn"]);
    let report = "reports: [{ name: deps, path: a.json, required: true }]";
    assert_eq!(changes(report, ""), ["weaker reports[deps]: path a.json, required true -> not set"]);
}

#[test]
fn an_exception_that_reaches_further_is_weaker() {
    let exception = |more: &str| {
        format!(
            "exceptions:\n  - {{ id: EX-1, rules: [k8s/privileged], reason: only used by the build, owner: me, created: 2026-11-01, {more} }}"
        )
    };
    let (short, long) = (exception("expires: 2026-12-01"), exception("expires: 2026-12-24"));
    assert_eq!(changes(&short, &long), ["weaker exceptions[EX-1].expires: 2026-12-01 -> 2026-12-24"]);
    assert_eq!(changes(&long, &short), ["stricter exceptions[EX-1].expires: 2026-12-24 -> 2026-12-01"]);
    assert!(changes("", &short)[0].starts_with("weaker exceptions[EX-1]: not set -> rules [k8s/privileged]"));
    let kept = exception("expires: 2026-12-01, when_fixed: keep");
    assert_eq!(changes(&short, &kept), ["weaker exceptions[EX-1].when_fixed: not set -> keep"]);
}

#[test]
fn report_only_is_weaker_and_an_earlier_end_stricter() {
    let mode = |until: &str| format!("mode: {{ report_only: {{ until: {until} }} }}");
    assert_eq!(changes("", &mode("2027-01-01")), ["weaker mode: enforce -> report_only until 2027-01-01"]);
    assert!(changes(&mode("2027-02-01"), &mode("2027-01-01"))[0].starts_with("stricter"));
    assert!(changes(&mode("2027-01-01"), &mode("2027-02-01"))[0].starts_with("weaker"));
    assert!(changes(&mode("2027-01-01"), "")[0].starts_with("stricter"));
}

fn load_any(text: &str) -> Result<Policy, Vec<Diagnostic>> {
    load_files(text, &[]).map(|loaded| loaded.policy)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_is_shown_loads_as_the_same_policy(policy in any_policy::text()) {
        if let Ok(first) = load_any(&policy) {
            let shown = first.effective.yaml(Origins::Shown);
            let second = load_any(&shown).map_err(|errors| TestCaseError::fail(format!("{shown}\n{}", printed(&errors))))?;
            prop_assert_eq!(with_values(&first.effective), with_values(&second.effective), "{}", shown);
        }
    }

    #[test]
    fn nothing_changed_where_nothing_changed(policy in any_policy::text()) {
        if let Ok(policy) = load_any(&policy) {
            prop_assert_eq!(diff(&policy, &policy, &registry()), vec![]);
        }
    }

    #[test]
    fn no_leaf_is_stricter_in_both_directions(one in any_policy::text(), two in any_policy::text()) {
        if let (Ok(one), Ok(two)) = (load_any(&one), load_any(&two)) {
            let stricter = |changes: Vec<Change>| -> std::collections::BTreeSet<String> {
                changes.into_iter().filter(|change| change.direction == Direction::Stricter).map(|change| change.key).collect()
            };
            let (there, back) = (stricter(diff(&one, &two, &registry())), stricter(diff(&two, &one, &registry())));
            prop_assert_eq!(there.intersection(&back).collect::<Vec<_>>(), Vec::<&String>::new());
        }
    }
}

#[test]
fn most_policies_of_the_generator_can_be_used() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let usable = (0..50).filter(|_| {
        let text = any_policy::text().new_tree(&mut runner).unwrap().current();
        load_any(&text).is_ok()
    });
    assert!(usable.count() > 25, "on {}", date(2026, 11, 21));
}
