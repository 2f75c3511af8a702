//! Gates and tests: what is met, missed, absent, and compared with the base.

use portcullis_model::{
    Baseline, BaselineMetric, Collected, Evidence, FailedCase, Finding, Health, InputReport, Introduced, Judged, Kind,
    Level, LineCoverage, Metric, Outcome, ProblemCode, RunStatus, Section, Severity, Source, TestSuite, Threshold,
    Verdict, fingerprint,
};

use super::{TODAY, one, policy, ran, registry, steps};
use crate::baseline::{read, record};
use crate::judge::{Judgement, judge};
use crate::load::tests::{load_files, printed};

fn metric(name: &str, value: &str, unit: &str) -> Metric {
    Metric {
        name: name.to_owned(),
        report: Some("unit".to_owned()),
        value: value.parse().unwrap(),
        unit: unit.to_owned(),
        source: "tool".to_owned(),
        ..Metric::default()
    }
}

fn report(format: &str) -> InputReport {
    InputReport {
        name: Some("unit".to_owned()),
        path: "out/unit.xml".to_owned(),
        format: format.to_owned(),
        ..InputReport::default()
    }
}

fn measured(metrics: Vec<Metric>) -> Evidence {
    let check_runs = vec![ran(Section::Quality, "report:unit")];
    let reports = vec![report("cobertura")];
    Evidence { collected: Collected { metrics, check_runs, reports, ..Collected::default() }, ..Evidence::default() }
}

fn tested(suite: TestSuite) -> Evidence {
    let mut evidence = measured(Vec::new());
    evidence.collected.reports = vec![report("junit")];
    evidence.collected.test_suites = vec![suite];
    evidence
}

fn judged(text: &str, evidence: Evidence) -> Judgement {
    judge(&policy(text), evidence, &registry(), TODAY)
}

fn gate(fields: &str) -> String {
    format!("quality:\n  gates:\n    - {{ name: g, {fields} }}\n")
}

fn with_base(mut evidence: Evidence, metrics: &[Metric]) -> Evidence {
    let metrics = metrics.iter().map(|metric| BaselineMetric {
        name: metric.name.clone(),
        target: metric.target.clone(),
        report: metric.report.clone(),
        value: metric.value,
        unit: metric.unit.clone(),
    });
    let reports = vec![portcullis_model::BaselineReport { name: "unit".to_owned(), ..Default::default() }];
    evidence.baseline = Some(Baseline { metrics: metrics.collect(), reports, ..Baseline::default() });
    evidence
}

fn messages(judgement: &Judgement) -> Vec<&str> {
    judgement.findings.iter().map(|judged| judged.finding.message.as_str()).collect()
}

fn problems(judgement: &Judgement) -> Vec<(ProblemCode, Health)> {
    judgement.problems.iter().map(|problem| (problem.code, problem.health)).collect()
}

#[test]
fn a_missed_bound_says_value_and_bound_and_stands_at_the_line_of_the_bound() {
    let text = "quality:\n  gates:\n    - name: line coverage\n      metric: coverage.line\n      min: 80\n";
    let judgement = judged(text, measured(vec![metric("coverage.line", "74.126", "percent")]));
    let found = &judgement.findings[0];
    assert_eq!(found.finding.message, "`coverage.line` is 74.13 %: it has to be at least 80 %");
    assert_eq!(found.finding.title, "gate `line coverage` is not met: 74.13 %");
    assert_eq!(
        (found.finding.kind, found.finding.section, found.level),
        (Kind::Quality, Section::Quality, Level::Fail)
    );
    assert_eq!((found.finding.path(), found.finding.locations[0].start_line), ("portcullis.yaml", Some(6)));
    assert_eq!(found.finding.sources[0].report, "out/unit.xml");
    assert_eq!(steps(found), ["quality.gates[line coverage].level -> fail (portcullis.yaml:4)"]);
    assert_eq!(judgement.verdict, Verdict::Fail);
}

#[test]
fn equal_passes_and_the_smallest_difference_does_not() {
    for (fields, value, is_met) in [
        ("metric: coverage.line, min: 80", "80", true),
        ("metric: coverage.line, min: 80", "79.9999999999999999999999", false),
        ("metric: coverage.line, max: 80", "80", true),
        ("metric: coverage.line, max: 80", "80.0000000000000000000001", false),
    ] {
        let judgement = judged(&gate(fields), measured(vec![metric("coverage.line", value, "percent")]));
        assert_eq!(judgement.findings.is_empty(), is_met, "{fields} {value}");
    }
}

#[test]
fn bounds_are_converted_into_the_unit_of_the_value() {
    let p95 = || measured(vec![metric("load.own.p95", "1500", "ms")]);
    assert!(judged(&gate("metric: load.own.p95, max: 1.5s"), p95()).findings.is_empty());
    assert_eq!(judged(&gate("metric: load.own.p95, max: 1.4s"), p95()).findings.len(), 1);
    let other = judged(&gate("metric: load.own.p95, max: 2MB"), p95());
    assert_eq!(problems(&other), [(ProblemCode::MetricAbsent, Health::Error)]);
    assert_eq!(other.verdict, Verdict::Incomplete);
}

#[test]
fn a_bound_no_value_of_the_metric_can_be_held_against_is_refused_at_load() {
    for (fields, message) in [
        ("metric: tests.failed, max: 5%", "it is a count"),
        ("metric: coverage.line, min: 300ms", "it is a percentage"),
        ("metric: load.http_req_duration.p95, max: 5%", "it is a time"),
        ("metric: bundle.main, max: 3s", "it is a size in bytes"),
        ("metric: coverage.line", "has no bound"),
        ("min: 3", "does not say `metric`"),
        ("metric: coverage.line, min: many", "cannot be `many`"),
    ] {
        let errors = load_files(&format!("version: 1\n{}", gate(fields)), &[]).err().unwrap_or_default();
        assert!(printed(&errors).contains(message), "{fields}: {}", printed(&errors));
    }
    for fields in
        ["metric: coverage.line, max_drop: 1%", "metric: load.http_reqs.count, max_rise: 5%", "metric: load.x.p95"]
    {
        assert!(load_files(&format!("version: 1\n{}", gate(fields)), &[]).is_ok(), "{fields}");
    }
}

#[test]
fn every_value_is_judged_unless_the_gate_names_one() {
    let on =
        |url: &str, value: &str| Metric { target: Some(url.to_owned()), ..metric("lighthouse.seo", value, "percent") };
    let evidence = || measured(vec![on("/a", "80"), on("/b", "70"), on("/c", "95")]);
    let all = judged(&gate("metric: lighthouse.seo, min: 90"), evidence());
    assert_eq!(
        messages(&all),
        [
            "`lighthouse.seo` on `/a` is 80 %: it has to be at least 90 %",
            "`lighthouse.seo` on `/b` is 70 %: it has to be at least 90 %"
        ]
    );
    assert_ne!(all.findings[0].finding.fingerprint, all.findings[1].finding.fingerprint);
    assert_eq!(judged(&gate("metric: lighthouse.seo, target: /a, min: 90"), evidence()).findings.len(), 1);
    let elsewhere = judged(&gate("metric: lighthouse.seo, report: other, min: 90"), evidence());
    assert_eq!(problems(&elsewhere), [(ProblemCode::MetricAbsent, Health::Error)]);
}

#[test]
fn a_metric_nobody_measured_is_missing_evidence_unless_the_gate_does_without() {
    let absent =
        judged(&gate("metric: coverage.lines, min: 80"), measured(vec![metric("coverage.line", "90", "percent")]));
    assert_eq!(absent.verdict, Verdict::Incomplete);
    let message = &absent.problems[0].message;
    assert!(message.contains("did you mean `coverage.line`?") && message.contains("portcullis.yaml:4"), "{message}");
    let optional = judged(&gate("metric: coverage.branch, min: 80, required: false"), measured(Vec::new()));
    assert_eq!(
        (optional.verdict, problems(&optional)),
        (Verdict::Pass, vec![(ProblemCode::MetricAbsent, Health::Warn)])
    );
    let forgiven = format!("verdict: {{ on_incomplete: warn }}\n{}", gate("metric: coverage.branch, min: 80"));
    assert_eq!(judged(&forgiven, measured(Vec::new())).verdict, Verdict::Warn);
}

#[test]
fn a_drop_is_in_the_unit_of_the_metric_or_relative_to_the_base() {
    let drop = |bound: &str, head: &str| {
        let evidence = measured(vec![metric("coverage.line", head, "percent")]);
        let evidence = with_base(evidence, &[metric("coverage.line", "80", "percent")]);
        judged(&gate(&format!("metric: coverage.line, max_drop: {bound}")), evidence)
    };
    assert!(drop("1", "79").findings.is_empty());
    assert_eq!(messages(&drop("1", "78.5")), ["`coverage.line` is 78.5 %: it has fallen from 80 %, by more than 1 %"]);
    assert!(drop("1%", "79.2").findings.is_empty());
    assert_eq!(messages(&drop("1%", "79.1")), ["`coverage.line` is 79.1 %: it has fallen from 80 %, by more than 1%"]);
    assert_eq!(drop("1", "78").findings[0].introduced, Introduced::New);
    assert!(drop("1", "99").findings.is_empty());
}

#[test]
fn a_rise_is_held_against_the_base() {
    let evidence = |head: &str| {
        let evidence = measured(vec![metric("bundle.main", head, "bytes")]);
        with_base(evidence, &[metric("bundle.main", "100000", "bytes")])
    };
    let text = gate("metric: bundle.main, max_rise: 5kB");
    assert!(judged(&text, evidence("105000")).findings.is_empty());
    assert_eq!(
        messages(&judged(&text, evidence("105001"))),
        ["`bundle.main` is 105001 bytes: it has risen from 100000 bytes, by more than 5000 bytes"]
    );
}

#[test]
fn without_a_base_a_comparison_is_told_and_fails_only_where_the_gate_needs_one() {
    let evidence = || measured(vec![metric("coverage.line", "50", "percent")]);
    let told = judged(&gate("metric: coverage.line, max_drop: 1"), evidence());
    assert_eq!((told.verdict, problems(&told)), (Verdict::Pass, vec![(ProblemCode::MetricAbsent, Health::Warn)]));
    assert!(told.problems[0].message.contains("was not evaluated"), "{}", told.problems[0].message);
    let needed = judged(&gate("metric: coverage.line, max_drop: 1, need_base: true"), evidence());
    assert_eq!(needed.verdict, Verdict::Incomplete);
    let other = with_base(
        evidence(),
        &[Metric { report: Some("else".to_owned()), ..metric("coverage.line", "80", "percent") }],
    );
    assert_eq!(
        judged(&gate("metric: coverage.line, max_drop: 1, need_base: true"), other).verdict,
        Verdict::Incomplete
    );
}

/// The baseline of a run, through its document.
fn written(text: &str, evidence: &Evidence) -> Baseline {
    let judgement = judged(text, evidence.clone());
    let outcome = Outcome {
        findings: judgement.findings,
        reports: evidence.collected.reports.clone(),
        check_runs: evidence.collected.check_runs.clone(),
        metrics: evidence.collected.metrics.clone(),
        ..Outcome::default()
    };
    read(&serde_json::to_vec(&record(&outcome, None, None, None)).unwrap()).unwrap()
}

#[test]
fn the_baseline_covers_a_missed_bound_until_the_value_gets_worse() {
    let text = gate("metric: coverage.line, min: 80");
    let at = |value: &str| measured(vec![metric("coverage.line", value, "percent")]);
    let baseline = written(&text, &at("70"));
    assert_eq!(baseline.metrics.len(), 1);
    let now = |value: &str| {
        let evidence = Evidence { baseline: Some(baseline.clone()), ..at(value) };
        let judgement = judged(&text, evidence);
        let missed = judgement.findings.iter().find(|judged| judged.introduced != Introduced::Fixed);
        missed.map(|judged: &Judged| (judged.introduced, judged.level))
    };
    assert_eq!(now("70"), Some((Introduced::Existing, Level::Log)));
    assert_eq!(now("75"), Some((Introduced::Existing, Level::Log)));
    assert_eq!(now("69.99"), Some((Introduced::New, Level::Fail)));
    assert_eq!(now("85"), None);
}

#[test]
fn values_of_broken_reports_and_of_new_lines_are_no_state_of_the_base() {
    let mut evidence =
        measured(vec![metric("coverage.new_lines", "10", "percent"), metric("coverage.line", "70", "percent")]);
    assert_eq!(written("", &evidence).metrics.len(), 1);
    evidence.collected.reports[0].health = Health::Error;
    assert_eq!(written("", &evidence).metrics, []);
}

#[test]
fn a_gate_without_a_bound_asks_for_the_verdict_of_the_tool() {
    let with = |passed: Option<bool>, level: Level| {
        let threshold = Some(Threshold { op: "<".to_owned(), value: 500.into() });
        measured(vec![Metric { threshold, passed, level, ..metric("load.own.p95", "612", "ms") }])
    };
    let text = gate("metric: load.own.p95");
    assert!(judged(&text, with(Some(true), Level::Fail)).findings.is_empty());
    let missed = judged(&text, with(Some(false), Level::Warn));
    assert_eq!(messages(&missed), ["`load.own.p95` is 612 ms: it misses `< 500 ms`, says tool"]);
    assert_eq!(missed.findings[0].level, Level::Warn);
    assert_eq!(judged(&text, with(None, Level::Fail)).verdict, Verdict::Incomplete);
}

#[test]
fn new_lines_without_a_base_are_not_evaluated_and_a_change_without_lines_is_met() {
    let text = gate("metric: coverage.new_lines, min: 80");
    let mut evidence = measured(Vec::new());
    evidence.collected.coverage = vec![LineCoverage { report: "unit".to_owned(), ..LineCoverage::default() }];
    let told = judged(&text, evidence.clone());
    assert_eq!((told.verdict, problems(&told)), (Verdict::Pass, vec![(ProblemCode::MetricAbsent, Health::Warn)]));
    evidence.lines_compared = true;
    assert_eq!(problems(&judged(&text, evidence)), []);
    assert_eq!(judged(&text, measured(Vec::new())).verdict, Verdict::Incomplete, "no report tells of lines");
}

#[test]
fn the_level_of_a_gate_and_of_the_rule_hold() {
    let low = || measured(vec![metric("coverage.line", "1", "percent")]);
    let warned = judged(&gate("metric: coverage.line, min: 80, level: warn"), low());
    assert_eq!(
        (warned.verdict, steps(&warned.findings[0])[0].as_str()),
        (Verdict::Warn, "quality.gates[g].level -> warn (portcullis.yaml:4)")
    );
    let ruled = format!("rules: {{ policy/quality-gate: log }}\n{}", gate("metric: coverage.line, min: 80"));
    assert_eq!(judged(&ruled, low()).findings[0].level, Level::Log);
    let narrowed =
        "quality:\n  paths: { include: [src/**] }\n  gates:\n    - { name: g, metric: coverage.line, min: 80 }\n";
    assert_eq!(judged(narrowed, low()).verdict, Verdict::Fail, "`paths` does not speak of the policy itself");
}

fn suite() -> TestSuite {
    let case = FailedCase {
        suite: "s".to_owned(),
        name: "cart.adds".to_owned(),
        file: Some("cart/test.py".to_owned()),
        line: Some(7),
        message: "1 is not 2\nmore".to_owned(),
    };
    TestSuite {
        tests: 40,
        failures: 1,
        errors: 1,
        skipped: 4,
        flaky: 2,
        failed_cases: vec![case],
        ..TestSuite::default()
    }
}

#[test]
fn failed_tests_block_where_the_policy_says_nothing_and_stand_at_their_places() {
    let judgement = judged("", tested(suite()));
    let found = &judgement.findings[0];
    assert_eq!(found.finding.rule_id, "policy/failed-tests");
    assert_eq!(found.finding.message, "2 tests of 40 failed, none may: `cart.adds` (1 is not 2); and 1 more");
    assert_eq!((found.finding.path(), found.finding.locations[0].start_line), ("cart/test.py", Some(7)));
    assert_eq!((found.level, judgement.verdict), (Level::Fail, Verdict::Fail));
    assert!(judged("quality: { tests: { max_failed: 2 } }\n", tested(suite())).findings.is_empty());
}

#[test]
fn each_bound_of_the_tests_is_exact() {
    let rules = |tests: &str| -> Vec<String> {
        let text = format!("quality: {{ tests: {{ max_failed: 2, {tests} }} }}\n");
        judged(&text, tested(suite())).findings.iter().map(|judged| judged.finding.rule_id.clone()).collect()
    };
    assert_eq!(rules("min_total: 40"), [""; 0]);
    assert_eq!(rules("min_total: 41"), ["policy/few-tests"]);
    assert_eq!(rules("max_skipped: 10%"), [""; 0]);
    assert_eq!(rules("max_skipped: 9.99%"), ["policy/skipped-tests"]);
    assert_eq!(rules("max_flaky: 2"), [""; 0]);
    assert_eq!(rules("max_flaky: 1"), ["policy/flaky-tests"]);
    assert_eq!(rules("flaky: warn"), ["policy/flaky-tests"]);
}

#[test]
fn the_level_of_flaky_tests_is_their_own() {
    let text = "quality: { tests: { max_failed: 2, max_flaky: 0, flaky: log } }\n";
    let judgement = judged(text, tested(suite()));
    assert_eq!((judgement.findings[0].level, judgement.verdict), (Level::Log, Verdict::Pass));
}

#[test]
fn the_number_of_tests_is_held_against_the_same_reports_of_the_base() {
    let text = "quality: { tests: { max_failed: 2, max_drop: 20% } }\n";
    let total =
        |value: &str, report: &str| Metric { report: Some(report.to_owned()), ..metric("tests.total", value, "") };
    let against = |base: &[Metric]| judged(text, with_base(tested(suite()), base));
    assert!(against(&[total("50", "unit")]).findings.is_empty());
    let fewer = against(&[total("51", "unit")]);
    assert_eq!(messages(&fewer), ["40 tests ran, 51 on the base: the number may fall by at most 20%"]);
    let other = against(&[total("90", "unit"), total("9", "more")]);
    assert_eq!((messages(&other), problems(&other)), (vec![], vec![(ProblemCode::MetricAbsent, Health::Warn)]));
}

#[test]
fn a_required_report_of_tests_that_is_not_there_is_missing_evidence() {
    let text = "quality: { tests: { required: true } }\n";
    assert_eq!(judged(text, measured(Vec::new())).verdict, Verdict::Incomplete);
    assert_eq!(judged("", measured(Vec::new())).verdict, Verdict::Pass);
    let passing = TestSuite { tests: 1, ..TestSuite::default() };
    assert_eq!(judged(text, tested(passing)).verdict, Verdict::Pass);
}

#[test]
fn a_broken_report_of_tests_is_no_report_of_few_tests() {
    let mut evidence = tested(TestSuite { tests: 1, ..TestSuite::default() });
    evidence.collected.reports[0].health = Health::Error;
    evidence.collected.check_runs[0].status = RunStatus::Error;
    let text = "quality: { tests: { min_total: 100 } }\n";
    assert_eq!(judged(text, evidence).findings, []);
}

#[test]
fn a_hook_that_reads_no_report_asks_for_no_measurement() {
    let text = format!("{}  tests: {{ required: true }}\n", gate("metric: coverage.line, min: 80"));
    let policy = policy(&text).without_reports();
    let evidence = Evidence {
        collected: Collected { check_runs: vec![ran(Section::Secrets, "secrets")], ..Collected::default() },
        ..Evidence::default()
    };
    assert_eq!(judge(&policy, evidence, &registry(), TODAY).verdict, Verdict::Pass);
}

#[test]
fn changes_of_interfaces_have_levels_of_their_own() {
    let change = |severity| {
        let mut findings = vec![Finding {
            kind: Kind::Quality,
            section: Section::Quality,
            rule_id: "api-removed".to_owned(),
            id: "api-removed".to_owned(),
            severity,
            sources: vec![Source { tool: "oasdiff".to_owned(), ..Source::default() }],
            ..Finding::default()
        }];
        fingerprint::assign(&mut findings);
        findings.remove(0)
    };
    let text = "quality: { api: { breaking: warn, risky: log } }\n";
    let decided = |severity| steps(&one(&policy(text), change(severity))).remove(0);
    assert_eq!(decided(Severity::High), "quality.api.breaking -> warn (portcullis.yaml:2)");
    assert_eq!(decided(Severity::Medium), "quality.api.risky -> log (portcullis.yaml:2)");
    assert_eq!(decided(Severity::Info), "levels.info -> log (default)");
    assert_eq!(one(&policy(""), change(Severity::High)).level, Level::Fail);
}

/// The bounds of the first metric: sign, value, whether it is met, line of the policy.
fn bounds(judgement: &Judgement) -> Vec<(&str, String, bool, Option<u32>)> {
    let bounds = judgement.metrics[0].gates.iter();
    bounds
        .map(|bound| (bound.op.as_str(), bound.value.normalize().to_string(), bound.passed, bound.origin.line))
        .collect()
}

#[test]
fn a_value_carries_its_base_and_every_bound_it_was_held_against() {
    let text = gate("metric: coverage.line, min: 80, max_drop: 1");
    let told = judged(
        &text,
        with_base(
            measured(vec![metric("coverage.line", "79", "percent")]),
            &[metric("coverage.line", "79.5", "percent")],
        ),
    );
    assert_eq!(told.metrics[0].base.map(|base| base.to_string()).as_deref(), Some("79.5"));
    let line = bounds(&told)[0].3;
    assert!(line.is_some(), "the line of the policy");
    assert_eq!(bounds(&told), [(">=", "80".to_owned(), false, line), (">=", "78.5".to_owned(), true, line)]);
    assert_eq!(told.metrics[0].is_met(), Some(false));
}

#[test]
fn without_a_gate_or_a_base_nothing_is_added_and_the_verdict_of_the_tool_stays() {
    let own = Metric { passed: Some(true), ..metric("load.own.p95", "612", "ms") };
    let told = judged("", measured(vec![own]));
    assert_eq!((told.metrics[0].base, bounds(&told).len(), told.metrics[0].is_met()), (None, 0, Some(true)));
}

#[test]
fn the_bound_of_the_tool_is_that_of_a_gate_without_one_in_the_unit_of_the_metric() {
    let threshold = Some(Threshold { op: "<".to_owned(), value: "500".parse().unwrap() });
    let own = Metric { threshold, passed: Some(false), ..metric("load.own.p95", "612", "ms") };
    let told = judged(&gate("metric: load.own.p95"), measured(vec![own.clone()]));
    assert_eq!(
        bounds(&told).iter().map(|(op, value, met, _)| (*op, value.as_str(), *met)).collect::<Vec<_>>(),
        [("<", "500", false)]
    );
    let told = judged(&gate("metric: load.own.p95, max: 0.7s"), measured(vec![own]));
    assert_eq!(bounds(&told)[0].1, "700");
}

#[test]
fn the_bound_on_failed_tests_belongs_to_the_only_run_there_is() {
    let failed = |report: &str| Metric { report: Some(report.to_owned()), ..metric("tests.failed", "1", "") };
    let mut evidence = tested(TestSuite { tests: 3, failures: 1, ..TestSuite::default() });
    evidence.collected.metrics = vec![failed("unit")];
    let told = judged("quality: { tests: { max_failed: 2 } }", evidence.clone());
    assert_eq!(
        bounds(&told).iter().map(|(op, value, met, _)| (*op, value.as_str(), *met)).collect::<Vec<_>>(),
        [("<=", "2", true)]
    );
    // Of two reports it is a bound on the sum.
    evidence.collected.metrics = vec![failed("unit"), failed("end")];
    assert_eq!(bounds(&judged("quality: { tests: { max_failed: 2 } }", evidence)).len(), 0);
}
