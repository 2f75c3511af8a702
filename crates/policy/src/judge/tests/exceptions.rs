//! Exceptions: what they match, when they count, what becomes of them.

use jiff::civil::{Date, date};
use portcullis_model::{
    ExceptionState, Finding, Judged, Level, Location, Problem, ProblemCode, Section, Severity, State,
};

use super::{
    TODAY, evidence, exploited, fixed_in, judged, one, own, policy, registry, secret, steps, unpinned, vulnerability,
    with_exceptions,
};
use crate::judge::{Judgement, judge};

fn cve() -> Finding {
    vulnerability("CVE-2026-1111", Severity::High)
}

fn under(entry: &str, finding: Finding) -> Judged {
    one(&with_exceptions("", &[entry]), finding)
}

#[test]
fn an_exception_takes_a_finding_out_and_names_itself() {
    let judged = under("id: EX-1, rules: [CVE-2026-1111]", cve());
    assert_eq!((judged.level, judged.state, judged.exception.as_deref()), (Level::Off, State::Excepted, Some("EX-1")));
    assert_eq!(steps(&judged).last().unwrap(), "EX-1 fail -> off (.portcullis/exceptions/web.yaml:4)");
}

#[test]
fn every_selector_must_match_and_inside_one_any_element() {
    let resource = |name: &str| Location { resource: Some(name.to_owned()), ..Location::line("deploy/web.yaml", 3) };
    let manifest = |name: &str| Finding {
        locations: vec![resource(name)],
        ..own("k8s/privileged", Severity::High, "deploy/web.yaml", 3)
    };
    for (entry, finding, matches) in [
        ("id: E, rules: [CVE-2026-2222, CVE-2026-1111]", cve(), true),
        ("id: E, rules: [CVE-2026-2222]", cve(), false),
        ("id: E, rules: [CVE-2026-1111], package: 'pkg:npm/minimist@1.2.*'", cve(), true),
        ("id: E, rules: [CVE-2026-1111], package: 'pkg:npm/minimist@1.3.*'", cve(), false),
        ("id: E, rules: [CVE-2026-1111], paths: [api/, web/]", cve(), true),
        ("id: E, rules: [CVE-2026-1111], paths: [api/]", cve(), false),
        ("id: E, rules: [CVE-2026-1111], package: pkg:npm/minimist, paths: [api/]", cve(), false),
        (
            "id: E, rules: ['k8s/*'], paths: [deploy/], resource: 'Deployment/payments/*'",
            manifest("Deployment/payments/web"),
            true,
        ),
        (
            "id: E, rules: [k8s/privileged], resource: Deployment/payments/web",
            manifest("Deployment/payments/web#app"),
            true,
        ),
        ("id: E, rules: [k8s/privileged], resource: 'Deployment/payments/*'", manifest("Deployment/ledger/web"), false),
        ("id: E, rules: ['trivy:*'], package: pkg:npm/minimist", cve(), true),
        ("id: E, rules: ['grype:*'], package: pkg:npm/minimist", cve(), false),
    ] {
        assert_eq!(under(entry, finding).state == State::Excepted, matches, "{entry}");
    }
}

#[test]
fn a_finding_without_a_path_is_covered_by_no_path() {
    let image = Finding { locations: Vec::new(), ..cve() };
    assert_eq!(under("id: E, rules: [CVE-2026-1111], paths: [web/]", image).state, State::Open);
}

#[test]
fn any_alias_of_a_merged_finding_is_enough() {
    let mut finding = cve();
    finding.aliases.insert("GHSA-2345-6789-cfgh".to_owned());
    assert_eq!(under("id: E, rules: [GHSA-2345-6789-cfgh]", finding).state, State::Excepted);
}

#[test]
fn a_fingerprint_alone_is_sufficient_and_exact() {
    let fingerprint = evidence(vec![secret(None)]).collected.findings[0].fingerprint.clone();
    let entry = format!("id: E, fingerprints: ['{fingerprint}']");
    assert_eq!(under(&entry, secret(None)).state, State::Excepted);
    assert_eq!(under(&entry, Finding { rule_id: "aws-access-token".to_owned(), ..secret(None) }).state, State::Open);
}

#[test]
fn secrets_of_a_foreign_tool_need_a_place_too() {
    let mut foreign = secret(None);
    foreign.sources[0].tool = "trufflehog".to_owned();
    let everywhere = under("id: E, rules: ['trufflehog:github-pat']", foreign.clone());
    assert_eq!(everywhere.state, State::Open);
    assert_eq!(
        everywhere.notes,
        [
            "exception E does not apply: secrets are only accepted by `paths` or `fingerprints` (.portcullis/exceptions/web.yaml:4)"
        ]
    );
    assert_eq!(under("id: E, rules: ['trufflehog:github-pat'], paths: [src/]", foreign).state, State::Excepted);
}

#[test]
fn an_exception_is_the_only_thing_that_beats_a_floor() {
    let judged = under("id: EX-1, rules: [CVE-2026-1111]", exploited("CVE-2026-1111", Severity::Low));
    assert_eq!((judged.level, judged.state), (Level::Off, State::Excepted));
}

fn on(day: Date, entry: &str) -> Judgement {
    judge(&with_exceptions("", &[entry]), evidence(vec![cve()]), &registry(), day)
}

#[test]
fn the_last_day_counts_and_the_next_does_not() {
    for (expires, day, state) in [
        (date(2027, 1, 31), date(2027, 1, 30), State::Excepted),
        (date(2027, 1, 31), date(2027, 1, 31), State::Excepted),
        (date(2027, 1, 31), date(2027, 2, 1), State::Open),
        (date(2027, 2, 28), date(2027, 3, 1), State::Open),
    ] {
        let judgement = on(day, &format!("id: E, rules: [CVE-2026-1111], expires: {expires}"));
        let finding = judgement.findings.iter().find(|judged| judged.finding.id == "CVE-2026-1111").unwrap();
        assert_eq!(finding.state, state, "until {expires}, on {day}");
    }
}

#[test]
fn a_leap_day_is_a_last_day_like_any_other() {
    let entry = "id: E, rules: [CVE-2026-1111], created: 2027-12-01, expires: 2028-02-29";
    let file = format!(
        "version: 1\nkind: exceptions\nexceptions:\n  - {{ {entry}, reason: only the build uses it, owner: me }}\n"
    );
    let registry = registry();
    let policy = crate::load(&crate::Inputs {
        policy: None,
        exceptions: &[crate::Document { path: "e.yaml", bytes: file.as_bytes() }],
        settings: &[],
        presets: &[("baseline@1", crate::load::tests::BASELINE)],
        parent: None,
        known_formats: &[],
        registry: &registry,
        exceptions_from: None,
        tracked: None,
        today: date(2028, 2, 29),
    });
    let policy = policy.unwrap().policy;
    let state = |day| judge(&policy, evidence(vec![cve()]), &registry, day).exceptions[0].state;
    assert_eq!(state(date(2028, 2, 28)), ExceptionState::Expiring);
    assert_eq!(state(date(2028, 2, 29)), ExceptionState::Expiring);
    assert_eq!(state(date(2028, 3, 1)), ExceptionState::Expired);
}

fn state(text: &str, entry: &str, findings: Vec<Finding>) -> ExceptionState {
    judged(&with_exceptions(text, &[entry]), findings).exceptions[0].state
}

#[test]
fn an_exception_is_active_then_expiring_from_fourteen_days_before_its_end() {
    let until = |expires: &str| state("", &format!("id: E, rules: [CVE-2026-1111], expires: {expires}"), vec![cve()]);
    assert_eq!(until("2026-12-06"), ExceptionState::Active);
    assert_eq!(until("2026-12-05"), ExceptionState::Expiring);
    assert_eq!(until("2026-11-21"), ExceptionState::Expiring);
    assert_eq!(until("2026-11-20"), ExceptionState::Expired);
    let entry = "id: E, rules: [CVE-2026-1111], expires: 2026-12-05";
    assert_eq!(state("exception_policy: { warn_days: 13 }\n", entry, vec![cve()]), ExceptionState::Active);
}

#[test]
fn an_ended_exception_is_said_beside_the_finding_and_reported_itself() {
    let judgement = on(TODAY, "id: EX-1, rules: [CVE-2026-1111], expires: 2026-11-18");
    let [entry, finding] = &judgement.findings[..] else { panic!("{:?}", judgement.findings.len()) };
    assert_eq!(finding.level, Level::Fail);
    assert_eq!(finding.notes, ["exception EX-1 ended 3 days ago (.portcullis/exceptions/web.yaml:4)"]);
    assert_eq!((entry.finding.id.as_str(), entry.level), ("policy/exception-expired", Level::Warn));
    assert_eq!(entry.finding.message, "exception `EX-1` ended 3 days ago, on 2026-11-18");
    assert_eq!(
        (entry.finding.path(), entry.finding.locations[0].start_line),
        (".portcullis/exceptions/web.yaml", Some(4))
    );
}

#[test]
fn the_policy_may_take_findings_of_ended_exceptions_as_warnings_but_no_floor() {
    let entry = "id: EX-1, rules: [CVE-2026-1111], expires: 2026-11-20";
    let lenient = with_exceptions("exception_policy: { expired: warn }\n", &[entry]);
    assert_eq!(one(&lenient, cve()).level, Level::Warn);
    assert_eq!(one(&lenient, exploited("CVE-2026-1111", Severity::High)).level, Level::Fail);
    assert_eq!(one(&with_exceptions("", &[entry]), cve()).level, Level::Fail);
}

#[test]
fn an_exception_ends_with_the_fix_unless_it_is_kept() {
    let entry = "id: EX-1, rules: [CVE-2026-1111]";
    let fixed = under(entry, fixed_in("1.2.9", cve()));
    assert_eq!(fixed.level, Level::Fail);
    assert_eq!(fixed.notes, ["fix 1.2.9 available, exception EX-1 ended (.portcullis/exceptions/web.yaml:4)"]);
    assert_eq!(state("", entry, vec![fixed_in("1.2.9", cve())]), ExceptionState::EndedByFix);
    let kept = "id: EX-1, rules: [CVE-2026-1111], when_fixed: keep";
    assert_eq!(under(kept, fixed_in("1.2.9", cve())).state, State::Excepted);
}

#[test]
fn an_exception_that_matched_nothing_is_unused_with_the_level_the_policy_gives() {
    let entry = "id: EX-1, rules: [gha/unpinned-uses], paths: [.github/workflows/cd.yml]";
    let judgement = judged(&with_exceptions("", &[entry]), vec![unpinned(1)]);
    assert_eq!(judgement.exceptions[0].state, ExceptionState::Unused);
    let unused = judgement.findings.iter().find(|judged| judged.finding.id == "policy/exception-unused").unwrap();
    assert_eq!(steps(unused), ["exception_policy.unused -> warn (preset:baseline@1:52)"]);
    assert_eq!(unused.finding.remediation.as_deref(), Some("delete line 4 of .portcullis/exceptions/web.yaml"));
    let strict = judged(&with_exceptions("exception_policy: { unused: fail }\n", &[entry]), vec![]);
    assert_eq!(strict.counts.fail, 1);
}

#[test]
fn nothing_is_called_unused_when_what_could_match_was_not_looked_at() {
    let unused = |text: &str, entry: &str, change: fn(&mut portcullis_model::Collected)| {
        let mut evidence = evidence(Vec::new());
        change(&mut evidence.collected);
        judge(&with_exceptions(text, &[entry]), evidence, &registry(), TODAY).exceptions[0].state
            == ExceptionState::Unused
    };
    let of_a_rule = "id: E, rules: [gha/unpinned-uses]";
    assert!(unused("", of_a_rule, |_| {}));
    assert!(!unused("", of_a_rule, |collected| collected.check_runs.retain(|run| run.section != Section::Workflows)));
    assert!(!unused("", of_a_rule, |collected| {
        collected.problems.push(Problem::error(ProblemCode::Unparsable, "ci.yml").in_section(Section::Workflows));
    }));
    assert!(unused("", of_a_rule, |collected| {
        collected.problems.push(Problem::error(ProblemCode::Unparsable, "web.yaml").in_section(Section::Manifests));
    }));
    let of_an_advisory = "id: E, rules: [CVE-2026-1111]";
    assert!(unused("", of_an_advisory, |_| {}));
    assert!(!unused("reports: [{ name: deps, path: out/deps.json }]\n", of_an_advisory, |_| {}));
}

#[test]
fn an_exception_that_matches_too_much_applies_to_nothing_and_blocks() {
    let entry = "id: EX-1, rules: [gha/unpinned-uses]";
    let findings = || (1..=21).map(unpinned).collect::<Vec<_>>();
    let exact: Vec<_> = findings().into_iter().take(20).collect();
    assert_eq!(judged(&with_exceptions("", &[entry]), exact).counts.excepted, 20);

    let judgement = judged(&with_exceptions("", &[entry]), findings());
    assert_eq!((judgement.counts.excepted, judgement.counts.fail, judgement.counts.warn), (0, 1, 21));
    let entry = judgement.findings.iter().find(|judged| judged.finding.id == "policy/exception-too-broad").unwrap();
    assert_eq!(
        entry.finding.message,
        "exception `EX-1` matches 21 findings, at most 20 are allowed (preset:baseline@1:50): it applies to none"
    );
    assert_eq!(
        entry.finding.remediation.as_deref(),
        Some("name less: `rules: [gha/unpinned-uses]` with `paths: [.github/workflows/ci.yml]` covers 21")
    );
    assert!(
        judgement.findings.iter().any(|judged| judged.notes.iter().any(|note| note.contains("it applies to none")))
    );
}

#[test]
fn of_two_exceptions_the_first_applies_and_both_count_as_used() {
    let policy =
        with_exceptions("", &["id: A, rules: [CVE-2026-1111]", "id: B, rules: [CVE-2026-1111], paths: [web/]"]);
    let judgement = judged(&policy, vec![cve()]);
    assert_eq!(judgement.findings[0].exception.as_deref(), Some("A"));
    assert!(judgement.exceptions.iter().all(|row| row.matched == 1 && row.state == ExceptionState::Active));
}

#[test]
fn what_is_closed_already_is_no_match() {
    let suppressed = Finding { state: State::Suppressed, ..cve() };
    assert_eq!(state("", "id: E, rules: [CVE-2026-1111]", vec![suppressed]), ExceptionState::Unused);
}

#[test]
fn the_row_of_an_exception_says_what_it_names_and_where_it_is_written() {
    let policy = with_exceptions("", &["id: EX-1, rules: [CVE-2026-1111], package: pkg:npm/minimist, paths: [web/]"]);
    let row = judged(&policy, vec![cve()]).exceptions.remove(0);
    assert_eq!(row.target.as_deref(), Some("pkg:npm/minimist, web/"));
    assert_eq!(
        (row.owner.as_deref(), row.origin.to_string().as_str()),
        (Some("@web"), ".portcullis/exceptions/web.yaml:4")
    );
}

#[test]
fn rules_of_the_policy_itself_can_be_given_a_level() {
    let text = "rules: { policy/exception-unused: off }\n";
    let judgement = judged(&with_exceptions(text, &["id: E, rules: [gha/unpinned-uses]"]), vec![]);
    assert_eq!((judgement.counts.off, judgement.counts.warn), (1, 0));
    assert_eq!(judged(&policy(""), vec![]).findings, []);
}

#[test]
fn only_an_exception_that_names_a_finding_says_why_it_does_not_help() {
    let named = under("id: E, rules: [CVE-2026-1111], paths: [api/]", cve());
    assert_eq!(named.notes, ["exception E does not apply: paths api/ (.portcullis/exceptions/web.yaml:4)"]);
    assert!(under("id: E, rules: ['trivy:*'], paths: [api/]", cve()).notes.is_empty());
}
