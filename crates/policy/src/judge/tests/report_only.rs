//! Step 13: what would block is shown and blocks nothing.

use jiff::civil::Date;
use portcullis_model::{Level, Problem, ProblemCode, Section, Severity, Verdict};

use super::{TODAY, evidence, judge, judged, one, policy, registry, secret, steps, vulnerability};
use crate::Policy;
use crate::judge::Judgement;
use crate::load::tests::{loaded, printed};

fn report_only(more: &str) -> Policy {
    policy(&format!("mode: {{ report_only: {{ until: 2027-02-01{more} }} }}\ncode: {{}}\n"))
}

fn critical() -> portcullis_model::Finding {
    vulnerability("CVE-2026-0001", Severity::Critical)
}

fn texts(judgement: &Judgement) -> Vec<&str> {
    judgement.reasons.iter().map(|reason| reason.text.as_str()).collect()
}

fn on(day: Date) -> Verdict {
    judge(&report_only(""), evidence(vec![critical()]), &registry(), day).verdict
}

#[test]
fn what_would_block_is_a_warning_that_says_so() {
    let judged = one(&report_only(""), critical());
    assert_eq!((judged.level, judged.would_fail), (Level::Warn, true));
    assert_eq!(steps(&judged).last().unwrap(), "mode.report_only fail -> warn (portcullis.yaml:2)");
}

#[test]
fn the_headline_says_how_much_would_block_and_until_when() {
    let judgement = judged(&report_only(""), vec![critical(), secret(Some(true))]);
    assert_eq!(judgement.verdict, Verdict::Warn);
    assert_eq!(texts(&judgement)[0], "would fail: 2 findings (report-only until 2027-02-01)");
    assert_eq!((judgement.counts.fail, judgement.counts.warn), (0, 2));
}

#[test]
fn sections_that_are_excepted_block_all_the_same() {
    let judgement = judged(&report_only(", except: [secrets]"), vec![critical(), secret(Some(true))]);
    assert_eq!((judgement.verdict, judgement.counts.fail), (Verdict::Fail, 1));
    assert_eq!(texts(&judgement)[..2], ["1 finding blocks", "would fail: 1 finding (report-only until 2027-02-01)"]);
}

#[test]
fn a_warning_is_no_finding_that_would_fail() {
    let judged = one(&report_only(""), vulnerability("CVE-2026-0001", Severity::Medium));
    assert_eq!((judged.level, judged.would_fail), (Level::Warn, false));
}

#[test]
fn the_last_day_reports_and_the_day_after_blocks() {
    assert_eq!(on("2027-02-01".parse().unwrap()), Verdict::Warn);
    assert_eq!(on("2027-02-02".parse().unwrap()), Verdict::Fail);
}

#[test]
fn too_many_warnings_do_not_block_either() {
    let text = "mode: { report_only: { until: 2027-02-01 } }\nverdict: { warnings: fail }\n";
    let judgement = judged(&policy(text), vec![critical()]);
    assert_eq!((judgement.verdict, judgement.tally.exit_code(false)), (Verdict::Warn, 0));
}

#[test]
fn missing_evidence_is_incomplete_all_the_same() {
    let mut evidence = evidence(vec![critical()]);
    evidence.collected.problems.push(Problem::error(ProblemCode::Truncated, "cut off").in_section(Section::Secrets));
    let judgement = judge(&report_only(""), evidence, &registry(), TODAY);
    assert_eq!((judgement.verdict, judgement.tally.exit_code(true)), (Verdict::Incomplete, 3));
    assert_eq!(texts(&judgement)[..2], ["cut off", "would fail: 1 finding (report-only until 2027-02-01)"]);
}

#[test]
fn the_end_is_announced_two_weeks_before_and_told_after() {
    let warnings = |until: &str| {
        let text = format!("version: 1\nmode: {{ report_only: {{ until: {until} }} }}\n");
        printed(&loaded(&text).warnings)
    };
    assert_eq!(warnings("2026-12-06"), "");
    assert!(warnings("2026-12-05").contains("ends on 2026-12-05"));
    assert!(warnings("2026-11-21").contains("ends on 2026-11-21"));
    assert!(warnings("2026-11-20").contains("ended on 2026-11-20: findings block"));
}

#[test]
fn half_a_year_is_the_longest() {
    loaded("version: 1\nmode: { report_only: { until: 2027-05-20 } }\n");
}
