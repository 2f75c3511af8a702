//! What another run says of its reports, beside what is judged here.

use portcullis_model::{
    Evidence, Finding, InputReport, Judged, Level, Outcome, Problem, ProblemCode, Severity, Source, Verdict,
};

use super::{TODAY, evidence, policy, registry, unpinned, vulnerability};
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
