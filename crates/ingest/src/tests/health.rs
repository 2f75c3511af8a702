//! Age, commit and completeness.

use jiff::SignedDuration;
use portcullis_model::{Health, ProblemCode};

use super::fixtures::{NPM_2, PIP, SARIF, TRIVY};
use super::{Repository, codes, health, now, read};
use crate::{Input, Options, ReportOptions, SkipLimit, Surroundings};

fn with(text: &str, options: &ReportOptions) -> Vec<ProblemCode> {
    codes(&Repository::default().read("r.json", text.as_bytes(), options))
}

fn max_age(hours: i64) -> ReportOptions {
    ReportOptions { max_age: Some(SignedDuration::from_hours(hours)), ..ReportOptions::default() }
}

#[test]
fn a_report_older_than_allowed_is_stale() {
    assert_eq!(with(TRIVY, &max_age(25)), [ProblemCode::Stale]);
    assert_eq!(with(TRIVY, &max_age(27)), []);
}

#[test]
fn a_report_without_a_date_is_stale_unless_the_files_own_time_is_allowed() {
    assert_eq!(with(NPM_2, &max_age(1)), [ProblemCode::Stale]);
    let options = ReportOptions { allow_mtime: true, ..max_age(1) };
    let resolver = portcullis_model::PathResolver::default();
    let around =
        Surroundings { resolver: &resolver, now: now(), commits: &[], file: &|_| None, options: &Options::default() };
    let input = Input { name: None, path: "r.json", bytes: NPM_2.as_bytes(), modified: Some(now()), options: &options };
    assert_eq!(codes(&crate::read(&input, &around)), []);
}

#[test]
fn a_report_from_the_future_is_told() {
    let collected = read(TRIVY.replace("2026-02-28T10:00:00.5Z", "2026-03-01T12:11:00Z"));
    assert_eq!((codes(&collected), health(&collected)), (vec![ProblemCode::Stale], Health::Warn));
}

#[test]
fn a_report_about_another_commit_is_stale() {
    let options = ReportOptions { require_commit: true, ..ReportOptions::default() };
    let of_head = |head: &str| {
        let repository = Repository { head: Some(head.to_owned()), ..Repository::default() };
        codes(&repository.read("r.json", TRIVY.as_bytes(), &options))
    };
    assert_eq!(of_head("0123456789abcdef00000000"), []);
    assert_eq!(of_head("ffff456789abcdef00000000"), [ProblemCode::Stale]);
    assert_eq!(with(SARIF, &options), [ProblemCode::Stale], "neither commit is known");
}

#[test]
fn an_audit_that_skipped_everything_is_an_error_whatever_it_says() {
    let all_skipped = r#"{"dependencies": [{"name": "a", "skip_reason": "offline"}], "fixes": []}"#;
    assert_eq!(codes(&read(all_skipped)), [ProblemCode::AllSkipped]);
    assert_eq!(codes(&read(r#"{"dependencies": [], "fixes": []}"#)), [ProblemCode::AllSkipped]);
}

#[test]
fn skipped_packages_warn_and_block_only_above_the_limit_of_a_strict_policy() {
    let collected = read(PIP);
    assert_eq!((codes(&collected), health(&collected)), (vec![ProblemCode::SomeSkipped], Health::Warn));
    assert_eq!(collected.reports[0].skipped[0].what, "mine");
    for (max_skipped, expected) in [
        (SkipLimit::Count(1), Health::Warn),
        (SkipLimit::Percent(33.0), Health::Error),
        (SkipLimit::Percent(34.0), Health::Warn),
    ] {
        let options = ReportOptions { fail_on_skipped: true, max_skipped, ..ReportOptions::default() };
        let collected = Repository::default().read("r", PIP.as_bytes(), &options);
        assert_eq!(health(&collected), expected, "{max_skipped:?}");
    }
}

#[test]
fn fewer_packages_than_expected_are_an_error() {
    let options = |fewest| ReportOptions { min_components: Some(fewest), ..ReportOptions::default() };
    assert_eq!(with(NPM_2, &options(61)), []);
    assert_eq!(with(NPM_2, &options(62)), [ProblemCode::NoResults]);
}

#[test]
fn a_scan_without_targets_is_an_error_where_the_report_is_required() {
    let nothing = r#"{"SchemaVersion": 2, "ArtifactName": ".", "ArtifactType": "filesystem"}"#;
    let health_of = |options: &ReportOptions| health(&Repository::default().read("r", nothing.as_bytes(), options));
    assert_eq!(health_of(&ReportOptions::default()), Health::Warn);
    assert_eq!(health_of(&ReportOptions { required: true, ..ReportOptions::default() }), Health::Error);
    let tolerant = ReportOptions { required: true, require_targets: Some(false), ..ReportOptions::default() };
    assert_eq!(health_of(&tolerant), Health::Warn);
}
