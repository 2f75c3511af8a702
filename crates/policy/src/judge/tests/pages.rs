//! The examples of the rule pages: each block is reported exactly where it says.

use std::collections::BTreeSet;

use portcullis_model::{Location, Metric, Severity, Suppression, SuppressionComment, TestSuite, suppression};

use super::{TODAY, evidence, judge, own, registry};
use crate::load::tests::{load_files, printed};

/// `gha/unpinned-uses` on two lines of one workflow and one of another: what the examples suppress and except.
fn findings() -> Vec<portcullis_model::Finding> {
    let at = |path: &str, line| own("gha/unpinned-uses", Severity::Medium, path, line);
    vec![at(".github/workflows/ci.yml", 6), at(".github/workflows/release.yml", 6)]
}

/// What the examples of `quality` are held against.
fn measured(collected: &mut portcullis_model::Collected, has_tests: bool) {
    let metric = |name: &str, value: &str, unit: &str| Metric {
        name: name.to_owned(),
        value: value.parse().unwrap(),
        unit: unit.to_owned(),
        ..Metric::default()
    };
    collected.metrics =
        vec![metric("coverage.line", "74.1", "percent"), metric("load.http_req_duration.p95", "412", "ms")];
    let suites = vec![TestSuite { tests: 120, failures: 1, errors: 1, skipped: 12, flaky: 3, ..TestSuite::default() }];
    collected.test_suites = if has_tests { suites } else { Vec::new() };
}

struct Block {
    path: String,
    text: String,
    expected: BTreeSet<(u32, String)>,
}

fn blocks(section: &str) -> Vec<Block> {
    section.split("```yaml\n").skip(1).map(|block| block_of(block.split("```").next().unwrap())).collect()
}

fn block_of(block: &str) -> Block {
    let (first, body) = block.split_once('\n').unwrap();
    let mut expected = BTreeSet::new();
    let mut text = String::new();
    for (line, number) in body.lines().zip(1..) {
        let (kept, expects) = line.split_once("# expect: ").unwrap_or((line, ""));
        if !expects.is_empty() {
            expected.insert((number, expects.trim().to_owned()));
        }
        text.push_str(kept.trim_end());
        text.push('\n');
    }
    Block { path: first.strip_prefix("# file: ").unwrap().to_owned(), text, expected }
}

/// Comments as a wing would hand them over: one is used where a finding stands on its line.
fn comments(block: &Block) -> Vec<SuppressionComment> {
    let found = findings();
    let mut comments = Vec::new();
    for (line, number) in block.text.lines().zip(1_u32..) {
        let Some((before, comment)) = line.split_once('#') else { continue };
        let place = Location::line(&block.path, number);
        let base = SuppressionComment {
            path: block.path.clone(),
            line: number,
            col: u32::try_from(before.len()).unwrap() + 1,
            form: "portcullis".to_owned(),
            ..SuppressionComment::default()
        };
        comments.push(match suppression::parse(comment) {
            None => continue,
            Some(Err(error)) => SuppressionComment { malformed: Some(error.to_string()), ..base },
            Some(Ok(parsed)) => {
                let hit = |rule: &String| {
                    found.iter().any(|finding| {
                        finding.rule_id == *rule
                            && finding.path() == place.path
                            && finding.locations[0].start_line == place.start_line
                    })
                };
                let matched = u32::from(parsed.rules.iter().any(hit));
                SuppressionComment { rules: parsed.rules, reason: parsed.reason, until: parsed.until, matched, ..base }
            }
        });
    }
    comments
}

fn reported(block: &Block) -> BTreeSet<(u32, String)> {
    let mut evidence = evidence(findings());
    evidence.collected.check_runs.retain(|run| run.id == "workflows" || run.id == "secrets");
    // Comments without a reason are no fault where nobody asks for one.
    let asks_for_reasons = "version: 1\ntrust: { inline_reason_required: true }\n";
    let policy = if block.path == "portcullis.yaml" { block.text.as_str() } else { asks_for_reasons };
    if block.text.contains("\nquality:") {
        measured(&mut evidence.collected, block.text.contains("\n  tests:"));
    }
    if block.path == ".trivyignore" {
        let entries = block.text.lines().zip(1_u32..).filter(|(line, _)| !line.starts_with('#'));
        evidence.collected.findings[0].suppressions.extend(entries.map(|(_, line)| Suppression {
            by: "import".to_owned(),
            source_file: Some(block.path.clone()),
            line: Some(line),
            accepted: true,
            ..Suppression::default()
        }));
    } else if block.path != "portcullis.yaml" {
        evidence.collected.suppression_comments = comments(block);
    }
    let loaded = load_files(policy, &[]).unwrap_or_else(|errors| panic!("{}", printed(&errors)));
    judge(&loaded.policy, evidence, &registry(), TODAY)
        .findings
        .iter()
        .filter(|judged| judged.finding.rule_id.starts_with("policy/") || judged.finding.rule_id.starts_with("gate/"))
        .map(|judged| (judged.finding.locations[0].start_line.unwrap(), judged.finding.rule_id.clone()))
        .collect()
}

#[test]
fn every_example_of_every_page_is_reported_exactly_as_it_says() {
    for rule in crate::rules() {
        let (_, rest) = rule.page.split_once("## Reported").unwrap();
        let (yes, no) = rest.split_once("## Not reported").unwrap();
        let (yes, no) = (blocks(yes), blocks(no));
        assert!(!yes.is_empty() && !no.is_empty(), "{}", rule.id);
        for block in &yes {
            assert!(block.expected.iter().all(|(_, id)| id == rule.id) && !block.expected.is_empty(), "{}", rule.id);
        }
        for block in yes.iter().chain(&no) {
            assert_eq!(reported(block), block.expected, "{}: {}", rule.id, block.text);
        }
    }
}

#[test]
fn a_misspelt_rule_in_a_comment_is_told_with_the_nearest_id() {
    let block = block_of("# file: a.yml\nx: 1 # portcullis: ignore[gha/unpined-uses] misspelt\n");
    let mut evidence = evidence(Vec::new());
    evidence.collected.suppression_comments = comments(&block);
    let policy = load_files("version: 1\n", &[]).unwrap().policy;
    let judged = judge(&policy, evidence, &registry(), TODAY).findings.remove(0);
    assert_eq!(judged.finding.message, "the ignore comment suppresses nothing: there is no rule `gha/unpined-uses`");
    assert_eq!(judged.finding.remediation.as_deref(), Some("delete the comment; did you mean `gha/unpinned-uses`?"));
    assert_eq!((judged.finding.locations[0].start_line, judged.finding.locations[0].start_col), (Some(1), Some(6)));
}

#[test]
fn comments_of_other_tools_are_never_reported() {
    let mut evidence = evidence(Vec::new());
    let comment =
        SuppressionComment { form: "zizmor".to_owned(), rules: vec!["x".to_owned()], ..SuppressionComment::default() };
    evidence.collected.suppression_comments = vec![comment];
    let policy = load_files("version: 1\n", &[]).unwrap().policy;
    assert_eq!(judge(&policy, evidence, &registry(), TODAY).findings, []);
}

#[test]
fn a_comment_that_two_checks_read_is_used_when_one_of_them_used_it() {
    let comment = |rules: &[&str], matched| SuppressionComment {
        path: "ci.yml".to_owned(),
        line: 3,
        form: "portcullis".to_owned(),
        rules: rules.iter().map(|rule| (*rule).to_owned()).collect(),
        matched,
        ..SuppressionComment::default()
    };
    let reported = |comments: Vec<SuppressionComment>, ran: &str| {
        let mut evidence = evidence(Vec::new());
        evidence.collected.check_runs.retain(|run| run.id == ran);
        evidence.collected.suppression_comments = comments;
        let policy = load_files("version: 1\n", &[]).unwrap().policy;
        judge(&policy, evidence, &registry(), TODAY).findings.len()
    };
    assert_eq!(reported(vec![comment(&["github-pat"], 0), comment(&["github-pat"], 1)], "secrets"), 0);
    assert_eq!(reported(vec![comment(&["github-pat"], 0), comment(&["github-pat"], 0)], "secrets"), 1);
    assert_eq!(reported(vec![comment(&["github-pat"], 0)], "workflows"), 0, "nobody looked for secrets");
}
