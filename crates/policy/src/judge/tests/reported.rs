//! What another run says of its reports, beside what is judged here.

use portcullis_model::{
    Evidence, ExceptionState, Finding, InputReport, Judged, Level, Outcome, Problem, ProblemCode, Severity, Source,
    State, Verdict,
};

use super::{TODAY, evidence, policy, registry, unpinned, vulnerability, with_exceptions};
use crate::Policy;
use crate::judge::{Judgement, Reported, judge_beside};

fn of_report(finding: Finding) -> Finding {
    let source = Source { tool: "trivy".to_owned(), report: "out/trivy.json".to_owned(), ..Source::default() };
    Finding { sources: vec![source], ..finding }
}

fn claimed(finding: Finding, level: Level) -> Judged {
    Judged { severity: finding.severity, state: finding.state, level, finding: Box::new(finding), ..Judged::default() }
}

fn beside(policy: &Policy, own: Vec<Finding>, outcome: &Outcome) -> Judgement {
    let evidence = Evidence { own_checks_only: true, ..evidence(own) };
    judge_beside(policy, None, evidence, &Reported::of(outcome), &registry(), TODAY)
}

/// A policy by which the finding of our own check blocks.
fn strict() -> Policy {
    policy("workflows: { levels: { medium: fail } }")
}

fn ids(judgement: &Judgement) -> Vec<&str> {
    judgement.findings.iter().map(|judged| judged.finding.id.as_str()).collect()
}

#[test]
fn what_is_found_here_and_what_reports_are_said_to_hold_make_one_verdict() {
    let report = claimed(of_report(vulnerability("CVE-2026-1", Severity::High)), Level::Fail);
    let outcome = Outcome { findings: vec![report], ..Outcome::default() };
    let judgement = beside(&strict(), vec![unpinned(7)], &outcome);
    assert_eq!((judgement.counts.fail, judgement.verdict), (2, Verdict::Fail));
    assert_eq!(judgement.counts.total, 2);
}

#[test]
fn what_is_claimed_in_the_name_of_our_own_checks_does_not_count() {
    let outcome = Outcome { findings: vec![claimed(unpinned(7), Level::Off)], ..Outcome::default() };
    assert_eq!(beside(&policy(""), Vec::new(), &outcome).counts.total, 0);
}

#[test]
fn nothing_claimed_takes_the_place_of_what_is_found_here() {
    let found = evidence(vec![unpinned(7)]).collected.findings.remove(0);
    let mut hiding = of_report(found.clone());
    (hiding.id, hiding.severity) = ("other".to_owned(), Severity::Info);
    let outcome = Outcome { findings: vec![claimed(hiding, Level::Off)], ..Outcome::default() };
    let judgement = beside(&strict(), vec![found], &outcome);
    assert_eq!((ids(&judgement), judgement.counts.fail), (vec!["gha/unpinned-uses"], 1));
}

#[test]
fn a_finding_of_both_is_told_once_and_stays_a_claim_where_no_check_finds_it() {
    let mut both = of_report(unpinned(7));
    both.sources.push(Source { tool: "portcullis".to_owned(), ..Source::default() });
    let outcome = Outcome { findings: vec![claimed(both, Level::Warn)], ..Outcome::default() };
    assert_eq!(beside(&policy(""), vec![unpinned(7)], &outcome).counts.total, 1);
    let alone = beside(&policy(""), Vec::new(), &outcome);
    assert!(!alone.findings[0].finding.is_of_own_check(), "{:?}", alone.findings[0].finding.sources);
}

#[test]
fn a_report_that_is_required_and_was_not_read_is_missed() {
    let required = policy("reports: [{ name: deps, path: out/trivy.json, required: true }]");
    let missing = beside(&required, Vec::new(), &Outcome::default());
    assert!(missing.problems.iter().any(|problem| problem.code == ProblemCode::ReportMissing));
    let report =
        InputReport { name: Some("deps".to_owned()), path: "out/trivy.json".to_owned(), ..InputReport::default() };
    let read = beside(&required, Vec::new(), &Outcome { reports: vec![report], ..Outcome::default() });
    assert!(!read.problems.iter().any(|problem| problem.code == ProblemCode::ReportMissing), "{:?}", read.problems);
}

#[test]
fn problems_of_reports_are_handed_on_and_those_of_our_checks_are_not() {
    let of_report = Problem { report: Some("deps".to_owned()), ..Problem::error(ProblemCode::Truncated, "cut") };
    let own = Problem::error(ProblemCode::Truncated, "ours").at_path("a.yml");
    let outcome = Outcome { problems: vec![of_report, own], ..Outcome::default() };
    let judgement = beside(&policy(""), Vec::new(), &outcome);
    let told: Vec<_> = judgement.problems.iter().map(|problem| problem.message.as_str()).collect();
    assert!(told.contains(&"cut") && !told.contains(&"ours"), "{told:?}");
}

/// The finding of a report of a tool that has no section of its own here.
fn odd(line: u32) -> Finding {
    let finding = of_report(unpinned(line));
    Finding { id: "lintern:L1".to_owned(), rule_id: "L1".to_owned(), fingerprint: format!("v1:{line:032x}"), ..finding }
}

fn accepted(finding: Finding) -> Judged {
    Judged { state: State::Excepted, exception: Some("EX-1".to_owned()), ..claimed(finding, Level::Off) }
}

/// What becomes of the only exception beside findings that another run has told: state, matches, and the findings about it.
fn exception(entry: &str, own: Vec<Finding>, told: Vec<Judged>) -> (ExceptionState, u64, Vec<String>) {
    let judgement = beside(&with_exceptions("", &[entry]), own, &Outcome { findings: told, ..Outcome::default() });
    let about = judgement.findings.iter().map(|judged| &judged.finding.id).filter(|id| id.starts_with("policy/"));
    (judgement.exceptions[0].state, judgement.exceptions[0].matched, about.cloned().collect())
}

#[test]
fn an_exception_that_only_what_was_told_needs_is_in_use() {
    let entry = "id: EX-1, rules: ['lintern:L1']";
    assert_eq!(exception(entry, Vec::new(), vec![accepted(odd(1))]), (ExceptionState::Active, 1, Vec::new()));
    let open = claimed(odd(1), Level::Fail);
    assert_eq!(exception(entry, Vec::new(), vec![open, accepted(odd(2))]), (ExceptionState::Active, 2, Vec::new()));
}

#[test]
fn an_exception_that_nothing_told_or_found_needs_is_unused() {
    let unused = (ExceptionState::Unused, 0, vec!["policy/exception-unused".to_owned()]);
    assert_eq!(exception("id: EX-1, rules: ['lintern:L1']", Vec::new(), Vec::new()), unused);
    let other = "id: EX-1, rules: ['lintern:L1'], paths: [elsewhere/]";
    assert_eq!(exception(other, Vec::new(), vec![accepted(odd(1))]), unused);
    // Who accepts what a report says is fixed or not affected needs no exception for it.
    let gone = Judged { state: State::NotAffected, ..claimed(odd(1), Level::Off) };
    assert_eq!(exception("id: EX-1, rules: ['lintern:L1']", Vec::new(), vec![gone]), unused);
}

#[test]
fn what_was_told_and_is_found_here_is_matched_once() {
    let found = evidence(vec![unpinned(7)]).collected.findings.remove(0);
    let told = claimed(of_report(found.clone()), Level::Fail);
    let (state, matched, _) = exception("id: EX-1, rules: [gha/unpinned-uses]", vec![found], vec![told]);
    assert_eq!((state, matched), (ExceptionState::Active, 1));
}

#[test]
fn an_exception_that_is_too_broad_for_what_was_told_accepts_nothing_here_either() {
    let policy = with_exceptions(
        "exception_policy: { max_matches: 2 }",
        &["id: EX-1, rules: ['lintern:L1', gha/unpinned-uses]"],
    );
    let told = vec![claimed(odd(1), Level::Fail), claimed(odd(2), Level::Fail)];
    let judgement = beside(&policy, vec![unpinned(7)], &Outcome { findings: told, ..Outcome::default() });
    assert_eq!((judgement.exceptions[0].state, judgement.exceptions[0].matched), (ExceptionState::TooBroad, 3));
    assert!(judgement.findings.iter().all(|judged| judged.state != State::Excepted));
}

#[test]
fn an_exception_that_has_ended_says_how_much_of_what_was_told_it_would_have_matched() {
    let entry = "id: EX-1, rules: ['lintern:L1'], created: 2026-06-01, expires: 2026-11-01";
    let (state, matched, about) = exception(entry, Vec::new(), vec![claimed(odd(1), Level::Fail)]);
    assert_eq!((state, matched, about), (ExceptionState::Expired, 1, vec!["policy/exception-expired".to_owned()]));
}
