//! What likelihood, time, fixes and budgets make of vulnerabilities.

use jiff::Timestamp;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use portcullis_model::{
    Baseline, BaselineFinding, BaselineReport, Dates, Epss, Evidence, Finding, Fix, FixState, Level, Severity, State,
    Vulnerability,
};

use super::{TODAY, evidence, exploited, judged, one, policy, registry, steps, vulnerability};
use crate::judge::{Judgement, judge};

fn at(day: Date) -> Timestamp {
    day.to_zoned(TimeZone::UTC).unwrap().timestamp()
}

fn medium() -> Finding {
    vulnerability("CVE-2026-1111", Severity::Medium)
}

fn likely(score: f32, percentile: f32, severity: Severity) -> Finding {
    let details = Vulnerability { epss: Some(Epss { score, percentile, date: None }), ..Vulnerability::default() };
    Finding { vulnerability: Some(Box::new(details)), ..vulnerability("CVE-2026-1111", severity) }
}

fn published(day: Date, finding: Finding) -> Finding {
    let mut details = finding.vulnerability.clone().unwrap_or_default();
    details.dates = Dates { published: Some(at(day)), ..Dates::default() };
    Finding { vulnerability: Some(details), ..finding }
}

const BY_PUBLICATION: &str = "vulnerabilities: { clock: published, sla_days: { medium: 30 } }\n";

#[test]
fn the_last_day_is_inside_and_the_day_after_is_overdue() {
    // 30 days from 22 October: 21 November, which is today.
    for (day, level, overdue) in [(21, Level::Fail, true), (22, Level::Warn, false), (23, Level::Warn, false)] {
        let judged = one(&policy(BY_PUBLICATION), published(date(2026, 10, day), medium()));
        assert_eq!((judged.level, judged.overdue), (level, overdue), "{day}");
        assert_eq!(judged.due, Some(date(2026, 11, day - 1)), "{day}");
    }
    let late = one(&policy(BY_PUBLICATION), published(date(2026, 10, 21), medium()));
    assert_eq!(
        steps(&late),
        ["levels.medium -> warn (default)", "vulnerabilities.sla_days.medium warn -> fail (portcullis.yaml:2)"]
    );
}

#[test]
fn a_leap_day_is_a_day() {
    let text = "vulnerabilities: { clock: published, sla_days: { medium: 1 } }\n";
    let finding = published(date(2028, 2, 28), medium());
    let level = |today| judge(&policy(text), evidence(vec![finding.clone()]), &registry(), today).findings[0].level;
    assert_eq!([level(date(2028, 2, 29)), level(date(2028, 3, 1))], [Level::Warn, Level::Fail]);
}

#[test]
fn no_days_at_all_is_at_once_and_needs_no_clock() {
    let judgement = judged(&policy("vulnerabilities: { sla_days: { medium: 0 } }\n"), vec![medium()]);
    assert_eq!((judgement.findings[0].level, judgement.findings[0].overdue), (Level::Fail, true));
    assert_eq!(judgement.problems, []);
}

#[test]
fn a_deadline_never_lowers_and_wakes_nothing_that_is_off() {
    let late = || published(date(2020, 1, 1), medium());
    let text = |more: &str| format!("vulnerabilities: {{ clock: published, sla_days: {{ medium: 1 }}, {more} }}\n");
    let level = |more: &str| one(&policy(&text(more)), late()).level;
    assert_eq!(level("overdue: log"), Level::Warn);
    assert_eq!(level("overdue: log, levels: { medium: log }"), Level::Log);
    assert_eq!(level("levels: { medium: off }"), Level::Off);
    assert_eq!(level("overdue: warn, levels: { medium: fail }"), Level::Fail);
}

#[test]
fn the_days_are_those_of_the_severity_in_force() {
    let text = format!("{BY_PUBLICATION}rules: {{ CVE-2026-1111: {{ severity: low }} }}\n");
    assert_eq!(one(&policy(&text), published(date(2020, 1, 1), medium())).due, None);
}

/// A baseline of the one report, written on the first of November; it has the finding since `seen`, or has it not.
fn baseline(findings: &[(&Finding, Option<Date>)]) -> Baseline {
    let entry = |(finding, seen): &(&Finding, Option<Date>)| BaselineFinding {
        fingerprint: evidence(vec![(*finding).clone()]).collected.findings[0].fingerprint.clone(),
        kind: finding.kind,
        section: finding.section,
        id: finding.id.clone(),
        severity: finding.severity,
        first_seen: seen.map(at),
        reports: [("out/trivy.json".to_owned())].into(),
        ..BaselineFinding::default()
    };
    Baseline {
        created: Some(at(date(2026, 11, 1))),
        reports: vec![BaselineReport { name: "out/trivy.json".to_owned(), ..BaselineReport::default() }],
        findings: findings.iter().map(entry).collect(),
        ..Baseline::default()
    }
}

fn against(text: &str, baseline: Baseline, findings: Vec<Finding>) -> Judgement {
    judge(&policy(text), Evidence { baseline: Some(baseline), ..evidence(findings) }, &registry(), TODAY)
}

const BY_BASELINE: &str = "baseline: { existing: fail }\nvulnerabilities: { sla_days: { medium: 30 } }\n";

#[test]
fn the_baseline_says_since_when_a_finding_is_known() {
    let long_known = against(BY_BASELINE, baseline(&[(&medium(), Some(date(2026, 10, 1)))]), vec![medium()]);
    assert_eq!((long_known.findings[0].level, long_known.findings[0].due), (Level::Fail, Some(date(2026, 10, 31))));
    let undated = against(BY_BASELINE, baseline(&[(&medium(), None)]), vec![medium()]);
    assert_eq!(undated.findings[0].due, Some(date(2026, 12, 1)), "since the baseline was written at the latest");
}

#[test]
fn what_the_baseline_does_not_have_is_seen_today() {
    let new = against(BY_BASELINE, baseline(&[]), vec![medium()]);
    assert_eq!((new.findings[0].level, new.findings[0].due), (Level::Warn, Some(date(2026, 12, 21))));
    assert_eq!(new.problems, []);
}

#[test]
fn what_is_existing_stays_capped_though_its_day_has_passed() {
    let text = "vulnerabilities: { sla_days: { medium: 30 } }\n";
    let known = against(text, baseline(&[(&medium(), Some(date(2026, 1, 1)))]), vec![medium()]);
    assert_eq!((known.findings[0].level, known.findings[0].overdue), (Level::Log, true));
}

#[test]
fn without_a_date_the_clock_does_not_run_and_that_is_said_once() {
    let two =
        || vec![medium(), vulnerability("CVE-2026-2222", Severity::Medium), exploited("CVE-2026-3", Severity::High)];
    for (clock, missing) in
        [("first_seen", "no baseline"), ("published", "no date of publication"), ("fix_available", "no date of a fix")]
    {
        let text = format!("vulnerabilities: {{ clock: {clock}, sla_days: {{ medium: 3 }} }}\n");
        let judgement = judged(&policy(&text), two());
        assert_eq!(judgement.findings[0].due, None);
        let said: Vec<_> = judgement.problems.iter().map(|problem| problem.message.as_str()).collect();
        assert_eq!(
            said,
            [format!("no SLA clock: {missing}: 2 findings have no day until which to be mended")],
            "{clock}"
        );
        assert_eq!(judgement.tally.unjudged, 0);
    }
    assert_eq!(judged(&policy("code: {}\n"), two()).problems, [], "nobody asked for days");
}

#[test]
fn the_clock_of_a_fix_begins_when_the_fix_came_out() {
    let fix = Fix { state: FixState::Fixed, available_since: Some(at(date(2026, 11, 18))), ..Fix::default() };
    let finding = Finding { fix: Some(fix), ..published(date(2020, 1, 1), medium()) };
    let text = "vulnerabilities: { clock: fix_available, sla_days: { medium: 3 } }\n";
    assert_eq!(one(&policy(text), finding).due, Some(TODAY));
}

#[test]
fn a_likely_exploit_fails_from_the_limit_on() {
    let text = "vulnerabilities: { epss: { fail_at: 0.7 } }\n";
    let level = |score| one(&policy(text), likely(score, 0.1, Severity::Low)).level;
    assert_eq!([level(0.69), level(0.7), level(0.71)], [Level::Log, Level::Fail, Level::Fail]);
    let judged = one(&policy(text), likely(0.7, 0.1, Severity::Low));
    assert_eq!(steps(&judged)[1], "vulnerabilities.epss.fail_at log -> fail (portcullis.yaml:2)");
    let ranked = "vulnerabilities: { epss: { fail_at: 0.7, percentile: true } }\n";
    assert_eq!(one(&policy(ranked), likely(0.1, 0.9, Severity::Low)).level, Level::Fail);
    assert_eq!(one(&policy(ranked), likely(0.9, 0.1, Severity::Low)).level, Level::Log);
}

#[test]
fn an_unlikely_exploit_is_one_level_lower_but_for_the_severities_that_are_spared() {
    let text = "vulnerabilities: { epss: { downgrade_below: 0.01 } }\n";
    let level = |score, severity| one(&policy(text), likely(score, 0.5, severity)).level;
    assert_eq!(level(0.01, Severity::High), Level::Fail);
    assert_eq!(level(0.009, Severity::High), Level::Warn);
    assert_eq!(level(0.009, Severity::Medium), Level::Log);
    assert_eq!(level(0.009, Severity::Low), Level::Off);
    assert_eq!(level(0.009, Severity::Critical), Level::Fail);
    let spared = "vulnerabilities: { epss: { downgrade_below: 0.01, never_downgrade: [high] } }\n";
    let level = |severity| one(&policy(spared), likely(0.0, 0.0, severity)).level;
    assert_eq!([level(Severity::High), level(Severity::Critical)], [Level::Fail, Level::Warn]);
    assert_eq!(one(&policy(text), vulnerability("CVE-2026-1111", Severity::High)).level, Level::Fail, "nothing known");
}

#[test]
fn more_than_the_budget_fails_as_a_whole() {
    let text = "vulnerabilities: { max_count: { medium: 2 } }\n";
    let count = |many: u32, other: Severity| {
        let mut findings: Vec<_> =
            (0..many).map(|number| vulnerability(&format!("CVE-2026-1{number:03}"), Severity::Medium)).collect();
        findings.push(vulnerability("CVE-2026-9999", other));
        judged(&policy(text), findings).counts.fail
    };
    assert_eq!(count(2, Severity::Low), 0);
    assert_eq!(count(3, Severity::Low), 3);
    assert_eq!(count(1, Severity::Medium), 0);
    let judgement = judged(&policy("vulnerabilities: { max_count: { medium: 0 } }\n"), vec![medium()]);
    assert_eq!(
        steps(&judgement.findings[0]).last().unwrap(),
        "vulnerabilities.max_count.medium warn -> fail (portcullis.yaml:2)"
    );
}

#[test]
fn a_budget_counts_what_warns_and_nothing_that_is_logged_or_accepted() {
    let text = "vulnerabilities: { levels: { medium: log }, max_count: { medium: 0 } }\n";
    assert_eq!(judged(&policy(text), vec![medium()]).counts.fail, 0);
    let accepted = super::with_exceptions(
        "vulnerabilities: { max_count: { medium: 0 } }\n",
        &["id: A, rules: [CVE-2026-1111], when_fixed: keep"],
    );
    assert_eq!(judged(&accepted, vec![medium()]).counts.fail, 0);
}

#[test]
fn an_investigation_caps_for_its_days_of_grace() {
    let level = |text: &str, day| {
        let high = vulnerability("CVE-2026-1111", Severity::High);
        let finding = Finding { state: State::UnderInvestigation, ..published(day, high) };
        one(&policy(text), finding).level
    };
    assert_eq!(level("", date(2026, 10, 22)), Level::Warn);
    assert_eq!(level("", date(2026, 10, 21)), Level::Fail);
    assert_eq!(level("vulnerabilities: { vex_grace_days: 0 }\n", TODAY), Level::Warn, "today is still inside");
    assert_eq!(level("vulnerabilities: { vex_grace_days: 0 }\n", date(2026, 11, 20)), Level::Fail);
}
