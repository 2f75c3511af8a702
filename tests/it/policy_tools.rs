//! The tools of the policy: schema, show, diff.

use crate::repository::Repository;

#[test]
fn the_schema_is_the_committed_one() {
    let repository = Repository::new();
    let committed = include_str!("../../docs/schema/v1.json");
    assert!(repository.run(&["policy", "schema"]).stdout == committed);
    let committed = include_str!("../../docs/schema/v1.draft7.json");
    assert!(repository.run(&["policy", "schema", "--draft7"]).stdout == committed);
}

const POLICY: &str = "extends: preset:strict@1\nsecrets: { levels: { low: warn } }\nrules:\n  gha/unpinned-uses: { level: warn, reason: \"they are our own\" }\nreports:\n  - { name: deps, path: out/deps.json, max_age: 24h }\n";

#[test]
fn the_policy_in_force_is_shown_with_the_line_that_set_each_value() {
    let answer = Repository::with_policy(POLICY).run(&["policy", "show", "--origin"]);
    assert_eq!((answer.code, answer.stderr.as_str()), (0, ""));
    insta::assert_snapshot!(answer.stdout);
}

#[test]
fn what_is_shown_is_a_policy_that_shows_the_same() {
    let first = Repository::with_policy(POLICY).run(&["policy", "show"]).stdout;
    let second = Repository::new().file("portcullis.yaml", &first).run(&["policy", "show"]);
    assert_eq!((second.code, second.stdout), (0, first));
}

#[test]
fn a_part_is_shown_by_its_key_as_yaml_or_json() {
    let repository = Repository::with_policy(POLICY);
    assert_eq!(repository.run(&["policy", "show", "reports[deps].max_age"]).stdout, "1d\n");
    let document = repository.run(&["policy", "show", "levels", "--origin", "-f", "json"]).document();
    assert_eq!(document["medium"], serde_json::json!({ "value": "fail", "origin": "preset:strict@1:11" }));
    let unknown = repository.run(&["policy", "show", "levels.hihg"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.contains("did you mean `levels.high`?"), "{}", unknown.stderr);
}

#[test]
fn every_command_that_reads_a_policy_takes_the_flags_that_set_its_keys() {
    let repository = Repository::with_policy("workflows: { levels: { high: warn } }\n");
    let first = repository.commit();
    let workflow = "on: push\npermissions: {}\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: acme/build@main\n";
    repository.write(".github/workflows/ci.yml", workflow);
    repository.git(&["add", "-A"]);
    let set = ["--set", "workflows.levels.high=fail"];
    for (command, codes) in [(&["staged"][..], (0, 1)), (&["--no-progress", "staged"], (0, 1))] {
        let run = |more: &[&str]| repository.run(&[command, more].concat()).code;
        assert_eq!((run(&[]), run(&set)), codes, "{command:?}");
    }
    let second = repository.commit();
    let range = format!("{first}..{second}");
    let commits = ["commits", range.as_str()];
    assert_eq!(repository.run(&commits).code, 0);
    assert_eq!(repository.run(&[&commits[..], &set].concat()).code, 1);
    assert_eq!(repository.run(&[&["policy", "show", "workflows.levels.high"][..], &set].concat()).stdout, "fail\n");
    assert_eq!(repository.run(&["policy", "show", "levels.medium", "--fail-on", "medium"]).stdout, "fail\n");
    let explained = repository.run(&[&["explain", ".github/workflows/ci.yml:7"][..], &set].concat());
    assert!(explained.stdout.contains("--set"), "{}", explained.stdout);
    for refused in [&["check", "--fail-on", "weaker"][..], &["policy", "diff", "HEAD", "--fail-on", "high"]] {
        assert_eq!(repository.run(refused).code, 2, "{refused:?}");
    }
}

#[test]
fn the_table_of_the_rules_says_what_decided() {
    let repository = Repository::with_policy(POLICY);
    let table = repository.run(&["policy", "show", "--rules"]).stdout;
    let row = table.lines().find(|line| line.starts_with("gha/unpinned-uses ")).unwrap();
    assert!(row.contains(" warn ") && row.ends_with("rules.gha/unpinned-uses  portcullis.yaml:5"), "{row}");
    let rows = repository.run(&["policy", "show", "--rules", "-f", "json"]).document();
    assert_eq!(rows.as_array().unwrap().len() + 1, table.lines().count());
}

/// A repository whose second version of the policy is looser here and tighter there.
fn changed() -> (Repository, String) {
    let repository = Repository::with_policy(POLICY);
    let base = repository.commit();
    let policy = POLICY.replace("level: warn", "level: off").replace("max_age: 24h", "max_age: 12h, prefix: web");
    repository.write("portcullis.yaml", format!("version: 1\n{policy}verdict: {{ max_warnings: 90 }}\n"));
    (repository, base)
}

#[test]
fn a_difference_is_told_in_words_weaker_first() {
    let (repository, base) = changed();
    let answer = repository.run(&["policy", "diff", &base]);
    assert_eq!((answer.code, answer.stderr.as_str()), (0, ""));
    insta::assert_snapshot!(answer.stdout);
    assert_eq!(repository.run(&["policy", "diff", &base, "--fail-on", "weaker"]).code, 1);
}

#[test]
fn the_same_difference_between_files_and_as_json() {
    let (repository, base) = changed();
    repository.write("old.yaml", format!("version: 1\n{POLICY}"));
    let of = |arguments: &[&str]| {
        let document = repository.run(&[&["policy", "diff"], arguments, &["-f", "json"]].concat()).document();
        let key = |change: &serde_json::Value| format!("{} {}", change["direction"], change["key"]);
        document["changes"].as_array().unwrap().iter().map(key).collect::<Vec<_>>()
    };
    assert_eq!(of(&["old.yaml", "portcullis.yaml"]), of(&[&base]));
    assert_eq!(of(&[&base, "HEAD"]), Vec::<String>::new());
}

#[test]
fn a_base_nobody_knows_is_a_usage_error_that_says_what_to_name() {
    let repository = Repository::with_policy("");
    repository.commit();
    let answer = repository.run(&["policy", "diff"]);
    assert_eq!(answer.code, 2);
    assert!(answer.stderr.contains("name a revision or a file"), "{}", answer.stderr);
    assert_eq!(repository.run(&["policy", "diff", "no-such-thing"]).code, 2);
}

/// One medium finding: a warning by the built-in levels.
fn with_a_medium_finding() -> Repository {
    let alerts = "groups:\n  - name: web\n    rules:\n      - alert: Down\n        expr: up == 0\n        for: 5m\n        labels: { severity: critical }\n        annotations: { description: the web is down }\n";
    Repository::with_policy("").file("alerts/web.yaml", alerts)
}

#[test]
fn a_flag_sets_a_key_for_one_run() {
    let repository = with_a_medium_finding();
    assert_eq!(repository.run(&["check"]).code, 0);
    assert_eq!(repository.run(&["check", "--set", "levels.medium=fail"]).code, 1);
    assert_eq!(repository.run(&["check", "--fail-on", "medium"]).code, 1);
    assert_eq!(repository.run(&["check", "--fail-on", "medium", "--set", "levels.medium=log"]).code, 0);
}

#[test]
fn in_ci_a_flag_tightens_or_is_refused() {
    let repository = with_a_medium_finding();
    let in_ci = |flags: &[&str]| repository.run_with(&[&["check"], flags].concat(), &[("CI", "true")]);
    assert_eq!(in_ci(&["--fail-on", "medium"]).code, 1);
    let refused = in_ci(&["--set", "levels.high=warn"]);
    assert_eq!((refused.code, refused.stdout.as_str()), (2, ""));
    insta::assert_snapshot!(refused.stderr);
    for looser in
        ["mode={ report_only: { until: 2026-12-24 } }", "rules.*=off", "secrets.paths.exclude=[a/**]", "levels="]
    {
        let code = in_ci(&["--set", looser]).code;
        assert!(code == 2 || looser == "levels=" && code == 0, "{looser}: {code}");
    }
}

#[test]
fn a_key_that_does_not_exist_cannot_be_set() {
    let answer = with_a_medium_finding().run(&["check", "--set", "levels.hihg=fail"]);
    assert_eq!(answer.code, 2);
    assert!(answer.stderr.contains("did you mean `high`?"), "{}", answer.stderr);
    assert_eq!(Repository::new().run(&["check", "--set", "extends=preset:minimal@1"]).code, 2);
    assert_eq!(Repository::new().run(&["check", "--fail-on", "unknown"]).code, 2);
}

#[test]
fn a_secret_written_into_a_policy_is_shown_by_no_tool_of_it() {
    // Put together here, so that no scanner takes this file for a leak.
    let secret = ["ghp", "_", "x7Rk2LmQ9vTz4WcY8bNf3HjD6sPa1GuE5oXi"].concat();
    let policy = format!("rules:\n  gha/unpinned-uses: {{ level: warn, reason: \"see {secret} for why\" }}\n");
    let repository = Repository::with_policy(&policy);
    for arguments in [&["policy", "show"][..], &["policy", "show", "--origin", "-f", "json"], &["policy", "check"]] {
        let answer = repository.run(arguments);
        assert_eq!(answer.code, 0, "{}", answer.stderr);
        assert!(!answer.stdout.contains(&secret) && !answer.stderr.contains(&secret), "{}", answer.stdout);
    }
}

const OVERRIDDEN: &str =
    "overrides:\n  - paths: [alerts/]\n    levels: { medium: fail }\n    alerts: { require_labels: { add: [team] } }\n";

#[test]
fn an_override_reaches_the_checks_and_the_levels_of_its_paths() {
    let repository = with_a_medium_finding();
    repository.write("portcullis.yaml", format!("version: 1\n{OVERRIDDEN}"));
    let answer = repository.run(&["check", "-f", "json"]);
    assert_eq!(answer.code, 1, "{}", answer.stderr);
    let document = answer.document();
    let findings = document["findings"].as_array().unwrap();
    assert!(findings.iter().any(|finding| finding["message"].as_str().unwrap().contains("team")), "{findings:#?}");
    let decided = |finding: &serde_json::Value| finding["decision"].as_array().unwrap().last().unwrap().clone();
    let by_override = findings.iter().map(decided).find(|step| step["key"] == "overrides[0].levels.medium").unwrap();
    assert_eq!(by_override["origin"], serde_json::json!({ "layer": "portcullis.yaml", "line": 4, "col": 23 }));
}

#[test]
fn what_one_path_sees_is_shown_and_an_override_of_nothing_is_said() {
    let repository = with_a_medium_finding();
    repository.write("portcullis.yaml", format!("version: 1\n{OVERRIDDEN}"));
    let shown = |path: &str| repository.run(&["policy", "show", "levels.medium", "--for", path, "--origin"]).stdout;
    assert_eq!(shown("alerts/web.yaml"), "fail # portcullis.yaml:4\n");
    assert_eq!(shown("./alerts/web.yaml"), "fail # portcullis.yaml:4\n");
    assert_eq!(shown("README.md"), "warn # preset:baseline@1:13\n");
    let list = repository.run(&["policy", "show", "alerts.require_labels", "--for", "alerts/web.yaml", "-f", "json"]);
    assert_eq!(list.document(), serde_json::json!(["severity", "team"]));
    repository.write("portcullis.yaml", format!("version: 1\n{}", OVERRIDDEN.replace("[alerts/]", "[alarms/]")));
    let said = repository.run(&["policy", "check"]);
    assert_eq!(said.code, 0);
    assert!(said.stderr.contains("policy/override-unmatched"), "{}{}", said.stdout, said.stderr);
}

#[test]
fn patterns_that_came_to_an_exclude_say_how_many_files_they_cover() {
    let repository = with_a_medium_finding();
    repository.write("alerts/api.yaml", "groups: []\n");
    let base = repository.commit();
    repository.write("portcullis.yaml", "version: 1\nalerts: { paths: { exclude: [alerts/] } }\n");
    let told = repository.run(&["policy", "diff", &base]).stdout;
    assert!(told.contains("[] -> [alerts/], 2 more files left out"), "{told}");
    let document = repository.run(&["policy", "diff", &base, "-f", "json"]).document();
    let change = document["changes"].as_array().unwrap().iter().find(|change| change["key"] == "alerts.paths.exclude");
    assert_eq!(change.unwrap()["excluded_files"], 2);
}
