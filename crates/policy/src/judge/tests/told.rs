//! What is new of what another run has told, by what is known of the base here. The oracle is a run that knows both.

use portcullis_model::{
    Evidence, Finding, InputReport, Introduced, Judged, Kind, Level, Outcome, ProblemCode, Severity, Source, State,
    Verdict,
};

use super::baseline::{baseline_of, outcome, with_report};
use super::{TODAY, evidence, exploited, policy, registry, vulnerability, with_exceptions};
use crate::Policy;
use crate::judge::{Judgement, Reported, judge, judge_beside};

fn cve(number: u32, severity: Severity) -> Finding {
    vulnerability(&format!("CVE-2026-{number:04}"), severity)
}

/// What a run without a base says of these findings of its report.
fn told(policy: &Policy, findings: Vec<Finding>) -> Outcome {
    let evidence = with_report(findings);
    outcome(&evidence, judge(policy, evidence.clone(), &registry(), TODAY))
}

/// What is made of it where the report of the base had these.
fn settled(policy: &Policy, before: Vec<Finding>, told: &Outcome) -> Judgement {
    let evidence = Evidence {
        own_checks_only: true,
        judges_change: true,
        baseline: Some(baseline_of(before)),
        ..evidence(Vec::new())
    };
    judge_beside(policy, None, evidence, &Reported::of(told), &registry(), TODAY)
}

/// What one run says that has read both.
fn known(policy: &Policy, before: Vec<Finding>, findings: Vec<Finding>) -> Judgement {
    let evidence = Evidence { judges_change: true, baseline: Some(baseline_of(before)), ..with_report(findings) };
    judge(policy, evidence, &registry(), TODAY)
}

type Row<'a> = (&'a str, Introduced, Level, State, bool, Vec<&'a str>);

fn rows(judgement: &Judgement) -> Vec<Row<'_>> {
    fn row(judged: &Judged) -> Row<'_> {
        let steps = judged.decision.iter().map(|decision| decision.key.as_str()).collect();
        (&judged.finding.id, judged.introduced, judged.level, judged.state, judged.would_fail, steps)
    }
    judgement.findings.iter().map(row).collect()
}

#[test]
fn the_base_makes_of_what_was_told_what_it_would_have_made_of_it_there() {
    let malware = Finding { kind: Kind::Malware, ..cve(5, Severity::High) };
    let worse = cve(6, Severity::Critical);
    let before = vec![
        cve(1, Severity::High),
        exploited("CVE-2026-0003", Severity::Medium),
        malware.clone(),
        cve(6, Severity::Low),
        cve(7, Severity::High),
        cve(9, Severity::High),
    ];
    let findings = vec![
        cve(1, Severity::High),
        cve(2, Severity::High),
        exploited("CVE-2026-0003", Severity::Medium),
        exploited("CVE-2026-0004", Severity::Medium),
        malware,
        worse,
        cve(8, Severity::High),
        cve(9, Severity::High),
    ];
    let ended = "id: EX-1, rules: [CVE-2026-0008, CVE-2026-0001], created: 2026-06-01, expires: 2026-11-01";
    let accepted = "id: EX-2, rules: [CVE-2026-0009]";
    for text in [
        "",
        "mode: { report_only: { until: 2026-12-24 } }",
        "exception_policy: { expired: warn }",
        "baseline: { existing: warn }",
    ] {
        let policy = with_exceptions(text, &[ended, accepted]);
        let (there, here) = (
            known(&policy, before.clone(), findings.clone()),
            settled(&policy, before.clone(), &told(&policy, findings.clone())),
        );
        assert_eq!(rows(&here), rows(&there), "{text}");
        assert_eq!((here.verdict, here.counts), (there.verdict, there.counts), "{text}");
    }
}

#[test]
fn what_was_told_to_be_on_the_base_blocks_where_the_base_has_it_not() {
    let policy = policy("");
    let findings = vec![cve(1, Severity::High)];
    let lie = known(&policy, findings.clone(), findings);
    assert_eq!((lie.verdict, lie.counts.existing), (Verdict::Pass, 1));
    let lie = outcome(&with_report(Vec::new()), lie);
    let lie = Outcome { reports: with_report(Vec::new()).collected.reports, ..lie };
    let settled = settled(&policy, Vec::new(), &lie);
    assert_eq!(
        rows(&settled),
        [("CVE-2026-0001", Introduced::New, Level::Fail, State::Open, false, vec!["levels.high"])]
    );
}

#[test]
fn what_was_told_to_be_gone_counts_only_as_far_as_the_base_had_it() {
    let policy = policy("");
    let there = known(&policy, vec![cve(1, Severity::High), cve(2, Severity::High)], Vec::new());
    let told = outcome(&with_report(Vec::new()), there);
    let settled = settled(&policy, vec![cve(2, Severity::High)], &told);
    assert_eq!((settled.counts.fixed, settled.findings[0].finding.id.as_str()), (1, "CVE-2026-0002"));
}

#[test]
fn what_a_report_says_that_the_base_has_none_of_stays_as_it_was_told() {
    let policy = policy("");
    let other = Source { tool: "grype".to_owned(), report: "out/grype.json".to_owned(), ..Source::default() };
    let of_other = |number| Finding { sources: vec![other.clone()], ..cve(number, Severity::High) };
    let mut told = told(&policy, vec![of_other(1), of_other(2)]);
    told.reports.push(InputReport { path: "out/grype.json".to_owned(), ..InputReport::default() });
    told.findings[0].introduced = Introduced::Existing;
    let settled = settled(&policy, Vec::new(), &told);
    let introduced: Vec<_> = settled.findings.iter().map(|judged| (judged.introduced, judged.level)).collect();
    assert_eq!(introduced, [(Introduced::Existing, Level::Fail), (Introduced::Unknown, Level::Fail)]);
    let unasked: Vec<_> = settled.problems.iter().filter(|one| one.code == ProblemCode::NotInBaseline).collect();
    assert_eq!(unasked.len(), 1, "{unasked:?}");
    assert_eq!(unasked[0].message, "no baseline for `out/grype.json`: 1 finding counts as new");
}
