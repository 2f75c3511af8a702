//! What counts of approvals, ignore files, comments and suppressions in reports.

use portcullis_model::{
    ExceptionState, Finding, Judged, Level, Severity, Source, State, Suppression, SuppressionComment,
};

use super::{
    TODAY, evidence, exploited, judged, one, policy, registry, secret, steps, unpinned, vulnerability, with_exceptions,
};
use crate::judge::{judge, judge_tightened};

fn ignored(finding: Finding) -> Finding {
    let entry = Suppression {
        by: "import".to_owned(),
        kind: "external".to_owned(),
        source_file: Some(".trivyignore".to_owned()),
        line: Some(3),
        accepted: true,
        ..Suppression::default()
    };
    Finding { suppressions: vec![entry], ..finding }
}

fn commented(reason: &str) -> Finding {
    let comment = Suppression {
        by: "inline".to_owned(),
        source_file: Some("ci.yml".to_owned()),
        line: Some(6),
        reason: (!reason.is_empty()).then(|| reason.to_owned()),
        ..Suppression::default()
    };
    Finding { severity: Severity::High, suppressions: vec![comment], ..unpinned(6) }
}

fn cve(severity: Severity) -> Finding {
    vulnerability("CVE-2026-1111", severity)
}

fn said(judged: &Judged) -> (State, Level, &str) {
    (judged.state, judged.level, judged.notes.first().map_or("", String::as_str))
}

#[test]
fn an_entry_of_an_ignore_file_is_honoured_listed_and_warned_of() {
    let judgement = judged(&policy(""), vec![ignored(cve(Severity::High))]);
    let found = judgement.findings.iter().find(|judged| judged.finding.id == "CVE-2026-1111").unwrap();
    assert_eq!((found.state, found.level), (State::Suppressed, Level::Off));
    assert_eq!(steps(found), ["suppressed by import -> off (.trivyignore:3)"]);
    let about = judgement.findings.iter().find(|judged| judged.finding.id == "gate/suppression-imported").unwrap();
    assert_eq!((about.level, about.finding.path()), (Level::Warn, ".trivyignore"));
    assert_eq!(about.finding.message, "1 entry of `.trivyignore` took out 1 finding without being an exception");
    let row = &judgement.exceptions[0];
    assert_eq!((row.id.as_str(), row.state, row.matched), (".trivyignore:3", ExceptionState::Imported, 1));
    let logged = judged(&policy("exception_policy: { imported: log }\n"), vec![ignored(cve(Severity::High))]);
    assert!(logged.findings.iter().all(|judged| judged.level <= Level::Log));
}

#[test]
fn an_entry_of_an_ignore_file_counts_only_as_far_as_the_policy_says() {
    for (text, why) in [
        ("exception_policy: { imported: fail }\n", "exception_policy.imported is `fail` (portcullis.yaml:2)"),
        ("exception_policy: { import: off }\n", "exception_policy.import does not name it (portcullis.yaml:2)"),
        ("exception_policy: { import: [.snyk] }\n", "exception_policy.import does not name it (portcullis.yaml:2)"),
        (
            "exception_policy: { imported_requires: [reason] }\n",
            "it gives no `reason` (exception_policy.imported_requires)",
        ),
        (
            "exception_policy: { imported_requires: expires }\n",
            "it gives no `expires` (exception_policy.imported_requires)",
        ),
        (
            "vulnerabilities: { foreign_ignores: false }\n",
            "vulnerabilities.foreign_ignores is false (portcullis.yaml:2)",
        ),
        (
            "exception_policy: { require_approval: [high] }\n",
            "only an exception with `approved_by` accepts this (exception_policy.require_approval: high, portcullis.yaml:2)",
        ),
    ] {
        let found = one(&policy(text), ignored(cve(Severity::High)));
        let note = format!("the ignore entry .trivyignore:3 does not count: {why}");
        assert_eq!(said(&found), (State::Open, Level::Fail, note.as_str()), "{text}");
    }
    for text in ["exception_policy: { import: [.trivyignore] }\n", "secrets: { foreign_ignores: false }\n"] {
        assert_eq!(one(&policy(text), ignored(cve(Severity::High))).state, State::Suppressed, "{text}");
    }
}

#[test]
fn the_last_day_of_an_ignore_entry_counts_and_the_next_does_not() {
    let until = |day| {
        let mut finding = ignored(cve(Severity::High));
        finding.suppressions[0].expires = Some(day);
        one(&policy(""), finding)
    };
    assert_eq!(until(TODAY).state, State::Suppressed);
    let ended = until(TODAY.yesterday().unwrap());
    assert_eq!(
        said(&ended),
        (State::Open, Level::Fail, "the ignore entry .trivyignore:3 does not count: it ended 1 day ago")
    );
}

#[test]
fn comments_count_as_trust_says() {
    let under = |text: &str, reason: &str| one(&policy(text), commented(reason));
    assert_eq!(under("", "").level, Level::Log);
    assert_eq!(under("trust: { inline_suppressions: honour }\n", "").level, Level::Log);
    for (text, why) in [
        ("trust: { inline_suppressions: ignore }\n", "has no effect (trust.inline_suppressions, portcullis.yaml:2)"),
        (
            "trust: { inline_forbidden: ['gha/*'] }\n",
            "has no effect: `gha/*` is in trust.inline_forbidden (portcullis.yaml:2)",
        ),
        ("trust: { inline_forbidden: '*' }\n", "has no effect: `*` is in trust.inline_forbidden (portcullis.yaml:2)"),
        (
            "trust: { inline_reason_required: true }\n",
            "has no effect: it gives no reason (trust.inline_reason_required, portcullis.yaml:2)",
        ),
    ] {
        let found = under(text, "");
        assert_eq!(said(&found), (State::Open, Level::Fail, format!("the ignore comment at ci.yml:6 {why}").as_str()));
    }
    assert_eq!(under("trust: { inline_reason_required: true }\n", "our own mirror").level, Level::Log);
    assert_eq!(under("trust: { inline_forbidden: [k8s/privileged] }\n", "").level, Level::Log);
}

#[test]
fn reported_comments_are_listed_and_honoured_ones_are_not() {
    let rows = |text: &str| judged(&policy(text), vec![commented("our own mirror")]).exceptions;
    let reported = rows("");
    assert_eq!((reported[0].id.as_str(), reported[0].state), ("ci.yml:6", ExceptionState::Inline));
    assert_eq!(rows("trust: { inline_suppressions: honour }\n"), []);
}

#[test]
fn a_foreign_comment_without_a_reason_is_told_only_where_reasons_are_asked_for() {
    let told = |text: &str| {
        let mut evidence = evidence(Vec::new());
        let comment =
            SuppressionComment { form: "zizmor".to_owned(), matched: 1, line: 6, ..SuppressionComment::default() };
        evidence.collected.suppression_comments = vec![comment];
        judge(&policy(text), evidence, &registry(), TODAY).findings.len()
    };
    assert_eq!((told(""), told("trust: { inline_reason_required: true }\n")), (0, 1));
}

#[test]
fn suppressions_in_sarif_count_as_trust_says() {
    let suppressed = |kind: &str, text: &str| {
        let entry =
            Suppression { by: "sarif".to_owned(), kind: kind.to_owned(), accepted: true, ..Suppression::default() };
        one(&policy(text), Finding { state: State::Suppressed, suppressions: vec![entry], ..cve(Severity::High) }).state
    };
    for (word, in_source, external) in [
        ("all", State::Suppressed, State::Suppressed),
        ("external", State::Open, State::Suppressed),
        ("none", State::Open, State::Open),
    ] {
        let text = format!("trust: {{ sarif_suppressions: {word} }}\n");
        assert_eq!((suppressed("in_source", &text), suppressed("external", &text)), (in_source, external), "{word}");
    }
}

#[test]
fn what_needs_an_approval_is_accepted_only_with_one() {
    let under = |demand: &str, more: &str, finding: Finding| {
        let text = format!("exception_policy: {{ require_approval: [{demand}] }}\n");
        let entry = format!("id: E, rules: [{}], paths: [web/, src/]{more}", finding.id);
        one(&with_exceptions(&text, &[&entry]), finding)
    };
    for (demand, finding) in [
        ("high", cve(Severity::High)),
        ("critical", cve(Severity::Critical)),
        ("kev", exploited("CVE-2026-1111", Severity::Medium)),
    ] {
        let refused = under(demand, "", finding.clone());
        let note = format!(
            "exception E does not apply: it needs `approved_by` (exception_policy.require_approval: {demand}, portcullis.yaml:2) (.portcullis/exceptions/web.yaml:4)"
        );
        assert_eq!((refused.state, refused.notes.first()), (State::Open, Some(&note)));
        assert_eq!(under(demand, ", approved_by: '@lead'", finding).state, State::Excepted, "{demand}");
    }
    assert_eq!(under("critical, kev", "", cve(Severity::High)).state, State::Excepted);
    assert_eq!(under("secret", ", approved_by: ['@lead']", secret(None)).state, State::Excepted);
}

#[test]
fn the_tighter_of_two_policies_counts_for_each_finding() {
    let (base, head) =
        (policy("levels: { high: warn, critical: fail }\n"), policy("levels: { high: fail, critical: log }\n"));
    let findings = vec![vulnerability("CVE-2026-1", Severity::High), vulnerability("CVE-2026-2", Severity::Critical)];
    let judgement = judge_tightened(&base, &head, evidence(findings), &registry(), TODAY);
    assert!(judgement.findings.iter().all(|judged| judged.level == Level::Fail), "{:?}", judgement.findings);
    assert_eq!(judgement.counts.fail, 2);
}

#[test]
fn an_ignore_of_one_tool_that_hides_no_report_of_another_is_told() {
    let by_trivy = Suppression { by: "trivy".to_owned(), ..Suppression::default() };
    let of = |tools: &[&str]| {
        let sources = tools.iter().map(|tool| Source { tool: (*tool).to_owned(), ..Source::default() }).collect();
        let found = Finding { suppressions: vec![by_trivy.clone()], sources, ..cve(Severity::High) };
        said(&one(&policy(""), found)).2.to_owned()
    };
    assert_eq!(
        of(&["grype", "trivy"]),
        "the reports disagree: what trivy says of it does not hide that another tool reports it"
    );
    assert_eq!(of(&["trivy"]), "", "nobody else reports it");
}
