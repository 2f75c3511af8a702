//! The example repository, judged by its own policy.

use crate::repository::{project, run_in};

#[test]
fn the_report_a_stranger_reads() {
    let answer = run_in(&project(), &["check", "-C", "fixtures/shop"], &[]);
    assert_eq!((answer.code, answer.stderr.as_str()), (1, ""));
    insta::assert_snapshot!(answer.stdout);
}

#[test]
fn counts_add_up() {
    let document = run_in(&project(), &["check", "-C", "fixtures/shop", "-f", "json"], &[]).document();
    let count = |name: &str| document["counts"][name].as_u64().unwrap();
    let parts = ["fail", "warn", "log", "off", "excepted", "excluded", "suppressed"];
    assert_eq!(count("total"), parts.into_iter().map(count).sum::<u64>());
    assert!(count("fail") > 0 && count("excepted") > 0);
}

#[test]
fn every_finding_of_ours_says_where_why_and_what_to_do() {
    let document = run_in(&project(), &["check", "-C", "fixtures/shop", "-f", "json"], &[]).document();
    let ours: Vec<_> = document["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["sources"][0]["tool"] == "portcullis")
        .collect();
    assert!(!ours.is_empty());
    for finding in ours {
        let place = &finding["locations"][0];
        assert!(
            place["path"].is_string() && place["start_line"].is_u64() && place["start_col"].is_u64(),
            "{finding:#}"
        );
        assert!(finding["decision"].as_array().is_some_and(|steps| !steps.is_empty()), "{finding:#}");
        assert!(finding["remediation"].as_str().is_some_and(|text| !text.is_empty()), "{finding:#}");
    }
}

#[test]
fn exit_zero_takes_back_only_the_fail() {
    assert_eq!(run_in(&project(), &["check", "-C", "fixtures/shop", "-qq", "--exit-zero"], &[]).code, 0);
}

#[test]
fn exactly_the_faults_the_example_lists_for_this_version_are_found() {
    let list = std::fs::read_to_string(project().join("fixtures/shop/FAULTS.md")).unwrap();
    let mut listed: Vec<String> = list
        .lines()
        .filter(|row| row.ends_with("| 0.1.0 |"))
        .flat_map(|row| {
            let cells: Vec<&str> = row.split('|').map(str::trim).collect();
            let place = cells[1].trim_matches('`').to_owned();
            let rules: Vec<String> = cells[3].split(',').map(|rule| rule.trim().trim_matches('`').to_owned()).collect();
            rules.into_iter().map(move |rule| format!("{place} {rule}"))
        })
        .collect();
    let document = run_in(&project(), &["check", "-C", "fixtures/shop", "-f", "json"], &[]).document();
    let mut found: Vec<String> = document["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["sources"].as_array().unwrap().iter().any(|source| source["tool"] == "portcullis"))
        .map(|finding| {
            let place = &finding["locations"][0];
            format!(
                "{}:{} {}",
                place["path"].as_str().unwrap(),
                place["start_line"],
                finding["rule_id"].as_str().unwrap()
            )
        })
        .collect();
    listed.sort();
    found.sort();
    assert_eq!(found, listed);
}
