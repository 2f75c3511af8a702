//! Section 6 of the policy specification, row by row.

use portcullis_model::{CheckRun, Problem, ProblemCode, RunStatus, Section, Severity, Skipped, Verdict};

use super::{TODAY, evidence, judged, policy, ran, registry, secret, unpinned, vulnerability};
use crate::judge::{Judgement, Tally, exit_code, judge};

type Row = (u64, u64, u64, u64, bool, Verdict, u8, u8);

/// C, H, F, W, too many warnings -> verdict, exit code, exit code with `--exit-zero`. Every combination, written out.
const TABLE: &[Row] = &[
    // Nothing was checked.
    (0, 0, 0, 0, false, Verdict::Incomplete, 3, 3),
    (0, 0, 0, 1, false, Verdict::Incomplete, 3, 3),
    (0, 0, 0, 1, true, Verdict::Incomplete, 3, 3),
    (0, 1, 0, 0, false, Verdict::Incomplete, 3, 3),
    (0, 1, 0, 1, false, Verdict::Incomplete, 3, 3),
    (0, 1, 0, 1, true, Verdict::Incomplete, 3, 3),
    // Nothing was checked, and something blocks all the same: a report of its own.
    (0, 0, 1, 0, false, Verdict::Fail, 1, 3),
    (0, 0, 1, 1, false, Verdict::Fail, 1, 3),
    (0, 0, 1, 1, true, Verdict::Fail, 1, 3),
    (0, 1, 1, 0, false, Verdict::Fail, 1, 3),
    (0, 1, 1, 1, false, Verdict::Fail, 1, 3),
    (0, 1, 1, 1, true, Verdict::Fail, 1, 3),
    // Everything was judged.
    (1, 0, 0, 0, false, Verdict::Pass, 0, 0),
    (1, 0, 0, 1, false, Verdict::Warn, 0, 0),
    (1, 0, 0, 1, true, Verdict::Fail, 1, 0),
    (1, 0, 1, 0, false, Verdict::Fail, 1, 0),
    (1, 0, 1, 1, false, Verdict::Fail, 1, 0),
    (1, 0, 1, 1, true, Verdict::Fail, 1, 0),
    // Something could not be judged.
    (1, 1, 0, 0, false, Verdict::Incomplete, 3, 3),
    (1, 1, 0, 1, false, Verdict::Incomplete, 3, 3),
    (1, 1, 0, 1, true, Verdict::Fail, 1, 3),
    (1, 1, 1, 0, false, Verdict::Fail, 1, 3),
    (1, 1, 1, 1, false, Verdict::Fail, 1, 3),
    (1, 1, 1, 1, true, Verdict::Fail, 1, 3),
];

#[test]
fn every_combination_gives_the_verdict_and_the_exit_codes_of_the_table() {
    for &(checks_ran, unjudged, blocking, warnings, too_many_warnings, verdict, exit, exit_zero) in TABLE {
        let tally = Tally { checks_ran, unjudged, blocking, warnings, too_many_warnings };
        assert_eq!(
            (tally.verdict(), tally.exit_code(false), tally.exit_code(true)),
            (verdict, exit, exit_zero),
            "{tally:?}"
        );
    }
}

/// Everything the verdict depends on, and what has to come out. `evidence_missing` is H, `checked` is C.
#[test]
fn every_combination_of_evidence_and_policy_gives_the_row_of_the_table() {
    for bits in 0..256_u32 {
        let bit = |position: u32| bits & (1 << position) != 0;
        let (blocks, warns, evidence_missing, checked) = (bit(0), bit(1), bit(2), bit(3));
        let (warnings_fail, limit, exit_zero, report_only) = (bit(4), bit(5), bit(6), bit(7));
        let verdict = [warnings_fail.then_some("warnings: fail"), limit.then_some("max_warnings: 0")];
        let verdict = verdict.into_iter().flatten().collect::<Vec<_>>().join(", ");
        let mode = if report_only { "{ report_only: { until: 2027-01-01 } }" } else { "enforce" };
        let text = format!("code: {{}}\nverdict: {{ {verdict} }}\nmode: {mode}\n");
        let mut findings = Vec::new();
        findings.extend(blocks.then(|| secret(None)));
        findings.extend(warns.then(|| unpinned(1)));
        let mut evidence = evidence(findings);
        if evidence_missing {
            evidence.collected.problems.push(Problem::error(ProblemCode::Unparsable, "broken"));
        }
        if !checked {
            evidence.collected.check_runs.clear();
        }
        let judgement = judge(&policy(&text), evidence, &registry(), TODAY);

        // In report-only mode what would block warns, and warnings beyond the limit block nothing either.
        let blocking = blocks && !report_only;
        let warning = warns || blocks && report_only;
        let too_many = warning && (warnings_fail || limit) && !report_only;
        let without_findings = if evidence_missing || !checked { 3 } else { 0 };
        let (expected, exit) = if blocking || checked && too_many {
            (Verdict::Fail, if exit_zero { without_findings } else { 1 })
        } else if evidence_missing || !checked {
            (Verdict::Incomplete, 3)
        } else {
            (if warning { Verdict::Warn } else { Verdict::Pass }, 0)
        };
        assert_eq!((judgement.verdict, exit_code(&judgement, exit_zero)), (expected, exit), "{bits:08b}\n{text}");
    }
}

fn headline(judgement: &Judgement) -> String {
    judgement.reasons.first().map(|reason| format!("{}: {}", reason.code, reason.text)).unwrap_or_default()
}

#[test]
fn a_run_without_findings_passes() {
    let judgement = judged(&policy("code: {}\n"), Vec::new());
    assert_eq!((judgement.verdict, exit_code(&judgement, false)), (Verdict::Pass, 0));
    assert_eq!(headline(&judgement), "passed: nothing blocks, 4 checks ran");
}

#[test]
fn warnings_pass_unless_the_policy_says_otherwise() {
    let two = || vec![unpinned(1), unpinned(2)];
    let verdict = |text: &str| judged(&policy(text), two()).verdict;
    assert_eq!(verdict("code: {}\n"), Verdict::Warn);
    assert_eq!(verdict("verdict: { warnings: fail }\n"), Verdict::Fail);
    assert_eq!(verdict("verdict: { max_warnings: 2 }\n"), Verdict::Warn);
    assert_eq!(verdict("verdict: { max_warnings: 1 }\n"), Verdict::Fail);
    let judgement = judged(&policy("verdict: { max_warnings: 1 }\n"), two());
    assert_eq!(headline(&judgement), "warnings: 2 warnings where the policy allows fewer");
}

#[test]
fn the_headline_of_a_failure_counts_what_could_not_be_judged() {
    let mut evidence = evidence(vec![secret(None)]);
    evidence.collected.problems.push(Problem::error(ProblemCode::Unparsable, "ci.yml cannot be parsed"));
    let judgement = judge(&policy("code: {}\n"), evidence, &registry(), TODAY);
    assert_eq!(headline(&judgement), "blocking: 1 finding blocks and 1 check could not be judged");
    assert_eq!((exit_code(&judgement, false), exit_code(&judgement, true)), (1, 3));
}

#[test]
fn reasons_are_health_of_secrets_then_vulnerabilities_then_the_rest_then_findings_by_level_and_severity() {
    let mut evidence = evidence(vec![unpinned(1), vulnerability("CVE-2026-1111", Severity::High), secret(None)]);
    let problem = |section, text: &str| Problem::error(ProblemCode::Unparsable, text).in_section(section);
    evidence.collected.problems =
        vec![problem(Section::Workflows, "w"), problem(Section::Vulnerabilities, "v"), problem(Section::Secrets, "s")];
    let judgement = judge(&policy("rules: { gha/unpinned-uses: fail }\n"), evidence, &registry(), TODAY);
    let texts: Vec<_> = judgement.reasons.iter().map(|reason| reason.text.as_str()).collect();
    assert_eq!(texts[..4], ["3 findings block and 3 checks could not be judged", "s", "v", "w"]);
    let codes: Vec<_> = judgement.reasons[4..].iter().map(|reason| reason.code.as_str()).collect();
    assert_eq!(codes, ["CVE-2026-1111", "github-pat", "gha/unpinned-uses"]);
}

fn run_with(policy_text: &str, tracked: &[&str], runs: Vec<CheckRun>) -> Judgement {
    let mut evidence = evidence(Vec::new());
    evidence.tracked = tracked.iter().map(|path| (*path).to_owned()).collect();
    evidence.collected.check_runs = runs;
    judge(&policy(policy_text), evidence, &registry(), TODAY)
}

fn skipped(section: Section, id: &str) -> CheckRun {
    CheckRun { status: RunStatus::Skipped, ..ran(section, id) }
}

#[test]
fn without_any_check_the_verdict_is_that_nothing_was_checked() {
    let judgement = run_with("code: {}\n", &[], Vec::new());
    assert_eq!(
        (judgement.verdict, headline(&judgement)),
        (Verdict::Incomplete, "nothing_checked: nothing was checked".to_owned())
    );
    assert_eq!(
        run_with("code: {}\n", &[], vec![skipped(Section::Workflows, "workflows")]).verdict,
        Verdict::Incomplete
    );
}

#[test]
fn a_lock_file_asks_for_a_report_about_vulnerabilities() {
    let secrets = || vec![ran(Section::Secrets, "secrets")];
    let asked = run_with("code: {}\n", &["web/package-lock.json"], secrets());
    assert_eq!(asked.verdict, Verdict::Incomplete);
    assert_eq!(
        asked.problems[0].message,
        "the repository holds `web/package-lock.json`, but no report about it was read: add one to `reports`, or set `vulnerabilities.required: false`"
    );
    assert_eq!(run_with("code: {}\n", &["README.md"], secrets()).verdict, Verdict::Pass);
    let freed = run_with("vulnerabilities: { required: false }\n", &["web/package-lock.json"], secrets());
    assert_eq!(freed.verdict, Verdict::Pass);
    let mut read = secrets();
    read.push(ran(Section::Vulnerabilities, "report:deps"));
    assert_eq!(run_with("code: {}\n", &["web/package-lock.json"], read).verdict, Verdict::Pass);
}

#[test]
fn a_check_of_ours_that_found_nothing_to_judge_has_done_its_work() {
    let runs = || vec![ran(Section::Secrets, "secrets"), skipped(Section::Workflows, "workflows")];
    let tracked = [".github/workflows/ci.yml"];
    assert_eq!(run_with("code: {}\n", &tracked, runs()).verdict, Verdict::Pass);
    assert_eq!(run_with("workflows: { required: true }\n", &tracked, runs()).verdict, Verdict::Pass);
    assert_eq!(run_with("workflows: { required: true }\n", &["README.md"], runs()).verdict, Verdict::Incomplete);
}

#[test]
fn a_check_that_never_ran_is_missed_unless_its_profile_is_off() {
    let runs = || vec![ran(Section::Secrets, "secrets")];
    let tracked = [".github/workflows/ci.yml"];
    assert_eq!(run_with("code: {}\n", &tracked, runs()).verdict, Verdict::Incomplete);
    assert_eq!(run_with("workflows: { profile: off }\n", &tracked, runs()).verdict, Verdict::Pass);
    assert_eq!(run_with("workflows: { required: false }\n", &tracked, runs()).verdict, Verdict::Pass);
    assert_eq!(
        run_with("workflows: { profile: off, required: true }\n", &tracked, runs()).verdict,
        Verdict::Incomplete
    );
}

#[test]
fn a_check_this_program_does_not_have_is_not_asked_for() {
    let runs = vec![ran(Section::Secrets, "secrets")];
    assert_eq!(run_with("code: {}\n", &["Dockerfile"], runs).verdict, Verdict::Pass);
}

#[test]
fn a_check_that_broke_is_missing_evidence_whatever_is_required() {
    let broken = CheckRun { status: RunStatus::Error, ..ran(Section::Workflows, "workflows") };
    let runs = vec![ran(Section::Secrets, "secrets"), broken];
    assert_eq!(run_with("workflows: { required: false }\n", &[], runs).verdict, Verdict::Incomplete);
}

#[test]
fn a_file_left_out_counts_only_where_the_section_is_required() {
    let runs = || {
        let skipped =
            vec![Skipped { what: "big.bin".to_owned(), reason: "larger than 10 MiB".to_owned(), on_purpose: false }];
        vec![CheckRun { skipped, ..ran(Section::Secrets, "secrets") }]
    };
    assert_eq!(run_with("code: {}\n", &[], runs()).verdict, Verdict::Pass);
    let judgement = run_with("secrets: { required: true }\n", &[], runs());
    assert_eq!(judgement.verdict, Verdict::Incomplete);
    assert_eq!(headline(&judgement), "check_not_run: `big.bin` was not looked at: larger than 10 MiB");
}

#[test]
fn a_required_report_nobody_brought_is_missing_evidence_even_when_nobody_complains() {
    let text = "reports: [{ name: deps, path: out/deps.json, required: true }]\n";
    let judgement = run_with(text, &[], vec![ran(Section::Secrets, "secrets")]);
    assert_eq!(judgement.verdict, Verdict::Incomplete);
    assert_eq!(
        headline(&judgement),
        "report_missing: report `deps` was not read (out/deps.json is required by portcullis.yaml:2)"
    );
    let files_only = policy(text).without_reports();
    let mut evidence = evidence(Vec::new());
    evidence.tracked = vec!["package-lock.json".to_owned()];
    evidence.collected.check_runs = vec![ran(Section::Secrets, "secrets")];
    assert_eq!(judge(&files_only, evidence, &registry(), TODAY).verdict, Verdict::Pass);
}

#[test]
fn missing_evidence_is_forgiven_only_in_the_sections_that_are_no_security() {
    let verdict = |text: &str, section| {
        let mut evidence = evidence(Vec::new());
        evidence.collected.problems.push(Problem::error(ProblemCode::MetricAbsent, "m").in_section(section));
        judge(&policy(text), evidence, &registry(), TODAY).verdict
    };
    let lenient = "verdict: { on_incomplete: warn }\n";
    for section in Section::ALL {
        let forgiven = matches!(section, Section::Quality | Section::Slo | Section::Alerts | Section::Repository);
        assert_eq!(verdict("code: {}\n", *section), Verdict::Incomplete, "{section}");
        assert_eq!(verdict(lenient, *section), if forgiven { Verdict::Warn } else { Verdict::Incomplete }, "{section}");
    }
    assert_eq!(verdict("verdict: { on_incomplete: warn, warnings: fail }\n", Section::Slo), Verdict::Fail);
}

#[test]
fn a_problem_that_is_only_a_warning_takes_no_evidence_away() {
    let mut evidence = evidence(Vec::new());
    evidence.collected.problems.push(Problem::warning(ProblemCode::LeadingNoise, "noise"));
    let judgement = judge(&policy("code: {}\n"), evidence, &registry(), TODAY);
    assert_eq!((judgement.verdict, judgement.problems.len()), (Verdict::Pass, 1));
}

#[test]
fn a_broken_report_is_counted_once_though_its_run_its_problem_and_the_report_all_say_so() {
    use portcullis_model::InputReport;
    let mut evidence = evidence(Vec::new());
    let truncated = Problem {
        report: Some("deps".to_owned()),
        ..Problem::error(ProblemCode::Truncated, "cut off").in_section(Section::Vulnerabilities)
    };
    let mut report = InputReport { name: Some("deps".to_owned()), ..InputReport::default() };
    report.push_problem(truncated.clone());
    evidence.collected.reports.push(report);
    evidence.collected.problems.push(truncated);
    evidence
        .collected
        .check_runs
        .iter_mut()
        .filter(|run| run.id == "report:deps")
        .for_each(|run| run.status = RunStatus::Error);
    let judgement = judge(&policy("code: {}\n"), evidence, &registry(), TODAY);
    assert_eq!((judgement.tally.unjudged, judgement.problems.len()), (1, 1));
}

#[test]
fn a_broken_file_under_an_excluded_path_is_said_and_does_not_count() {
    let judged = |path: &str| {
        let mut evidence = evidence(Vec::new());
        let broken = Problem::error(ProblemCode::Unparsable, "`[` is never closed");
        evidence.collected.problems.push(broken.at_path(path).in_section(Section::Manifests));
        let text = "manifests: { paths: { exclude: [\"docs/**\"] } }\n";
        let judgement = judge(&policy(text), evidence, &registry(), TODAY);
        (judgement.verdict, judgement.problems.len())
    };
    assert_eq!(judged("docs/x.yaml"), (Verdict::Pass, 1));
    assert_eq!(judged("k8s/x.yaml"), (Verdict::Incomplete, 1));
}
