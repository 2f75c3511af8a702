use portcullis_model::{Finding, Location, Severity, Source, State};

use super::*;
use crate::testing::{Memory, refused};

fn judged(path: &str, line: u32, level: Level) -> Judged {
    let location = Location { path: path.to_owned(), start_line: Some(line), ..Location::default() };
    let finding = Finding {
        id: "gha/unpinned-uses".to_owned(),
        title: "An action its owner can move".to_owned(),
        message: "`x/y` follows `v1`".to_owned(),
        locations: vec![location],
        ..Finding::default()
    };
    Judged { finding: Box::new(finding), level, severity: Severity::High, state: State::Open, ..Judged::default() }
}

fn outcome(findings: Vec<Judged>) -> Outcome {
    Outcome { verdict: Verdict::Fail, findings, ..Outcome::default() }
}

const SAID: CheckRunText<'static> = CheckRunText {
    name: "portcullis",
    head_sha: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    details_url: Some("https://github.com/o/r/actions/runs/1"),
    external_id: "portcullis:1:1:gate",
    title: "Fail: 2 new blocking findings",
    summary: "### Fail\n",
    text: None,
    report_only: false,
    claimed: Claimed::Nothing,
};

fn many(count: u32) -> Outcome {
    outcome((1..=count).map(|line| judged("a.yml", line, Level::Fail)).collect())
}

#[test]
fn what_is_sent_for_a_finding() {
    let mut found = judged(".github/workflows/ci.yml", 7, Level::Warn);
    found.finding.locations[0].start_col = Some(9);
    found.finding.locations[0].end_col = Some(30);
    found.finding.remediation = Some("Pin it.".to_owned());
    insta::assert_json_snapshot!(plan(&outcome(vec![found]), &SAID).create);
}

#[test]
fn a_long_path_and_a_root_below_the_top_level_keep_their_annotation() {
    let long = format!("{}a.yml", "deep/".repeat(60));
    let mut found = outcome(vec![judged(&long, 1, Level::Fail)]);
    found.context.prefix = "services/web/".to_owned();
    let sent = plan(&found, &SAID).create.output.annotations;
    assert_eq!(sent[0].path, format!("services/web/{long}"));
}

#[test]
fn annotations_go_out_in_fifties_and_end_at_a_thousand() {
    for (findings, first, others, dropped) in [
        (0, 0, vec![], 0),
        (50, 50, vec![], 0),
        (51, 50, vec![1], 0),
        (1_000, 50, vec![50; 19], 0),
        (1_001, 50, vec![50; 19], 1),
    ] {
        let plan = plan(&many(findings), &SAID);
        let sent: Vec<_> = plan.updates.iter().map(|update| update.output.annotations.len()).collect();
        assert_eq!((plan.create.output.annotations.len(), sent), (first, others), "{findings}");
        assert_eq!(plan.limits.iter().map(|limit| limit.dropped).sum::<u64>(), dropped, "{findings}");
        assert!(plan.updates.iter().all(|update| update.output.summary == SAID.summary));
    }
}

#[test]
fn the_worst_come_first_whatever_the_order_of_the_findings() {
    let findings = vec![judged("b", 1, Level::Log), judged("c", 1, Level::Fail), judged("a", 1, Level::Warn)];
    let plan = plan(&outcome(findings), &SAID);
    let order: Vec<_> =
        plan.create.output.annotations.iter().map(|mark| (mark.path.as_str(), mark.annotation_level)).collect();
    assert_eq!(
        order,
        [("c", AnnotationLevel::Failure), ("a", AnnotationLevel::Warning), ("b", AnnotationLevel::Notice)]
    );
}

#[test]
fn columns_stand_only_on_one_line() {
    let mark = |end_line: Option<u32>, columns: (Option<u32>, Option<u32>)| {
        let mut found = judged("a", 5, Level::Fail);
        let location = &mut found.finding.locations[0];
        (location.end_line, location.start_col, location.end_col) = (end_line, columns.0, columns.1);
        let mark = annotation(&found, &Context::default(), Claimed::Nothing).unwrap();
        (mark.start_line, mark.end_line, mark.start_column, mark.end_column)
    };
    assert_eq!(mark(Some(5), (Some(2), Some(4))), (5, 5, Some(2), Some(4)));
    assert_eq!(mark(Some(6), (Some(2), Some(4))), (5, 6, None, None));
    assert_eq!(mark(Some(4), (Some(2), None)), (5, 5, Some(2), Some(2)));
    assert_eq!(mark(None, (Some(0), Some(4))), (5, 5, None, None));
}

#[test]
fn a_finding_without_a_file_of_the_repository_gets_no_mark() {
    for path in ["", "/etc/passwd", "../x", "a//b", "a/../b", "a\u{202e}b", "a\nb"] {
        assert_eq!(annotation(&judged(path, 1, Level::Fail), &Context::default(), Claimed::Nothing), None, "{path:?}");
    }
    assert_eq!(annotation(&judged("a", 1, Level::Off), &Context::default(), Claimed::Nothing), None);
    let mut suppressed = judged("a", 1, Level::Fail);
    suppressed.state = State::Suppressed;
    assert_eq!(plan(&outcome(vec![suppressed]), &SAID).create.output.annotations, []);
}

#[test]
fn what_a_verdict_concludes() {
    for (verdict, report_only, expected) in [
        (Verdict::Pass, false, Conclusion::Success),
        (Verdict::Warn, false, Conclusion::Success),
        (Verdict::Fail, false, Conclusion::Failure),
        (Verdict::Fail, true, Conclusion::Neutral),
        (Verdict::Incomplete, false, Conclusion::ActionRequired),
        (Verdict::Incomplete, true, Conclusion::ActionRequired),
    ] {
        assert_eq!(conclusion(verdict, report_only), expected, "{verdict:?} {report_only}");
    }
}

#[test]
fn no_field_is_longer_than_github_takes() {
    let line = "ä".repeat(99) + "\n";
    let long = line.repeat(500);
    let title = "t".repeat(400);
    let said = CheckRunText { title: &title, summary: &long, text: Some(&long), ..SAID };
    let plan = plan(&many(1), &said);
    let output = &plan.create.output;
    assert!(output.title.chars().count() <= TITLE && output.summary.len() <= TEXT);
    assert!(output.summary.ends_with('\n') && output.summary.len() > TEXT - line.len());
    assert_eq!(output.text, None);
    let whats: Vec<_> = plan.limits.iter().map(|limit| limit.what.as_str()).collect();
    assert_eq!(whats, ["check-run-summary", "check-run-text"]);
    let kept = plan.limits[0].kept + plan.limits[0].dropped;
    assert_eq!(kept, 500);
}

#[test]
fn a_lost_answer_leaves_one_check_run_with_every_annotation_once() {
    for lose in [Memory::lose_answer, Memory::lose_request] {
        for method in ["create_check_run", "update_check_run"] {
            let github = Memory::new("bot");
            lose(&github, method);
            let delivery = publish(&github, &plan(&many(120), &SAID)).unwrap();
            let state = github.state();
            let (body, updates) = &state.check_runs[&delivery.answer.id];
            let there: usize = updates.iter().map(|update| update.output.annotations.len()).sum();
            assert_eq!((state.check_runs.len(), body.output.annotations.len() + there), (1, 120), "{method}");
            assert_eq!((delivery.annotations, delivery.stopped), (120, None));
        }
    }
}

#[test]
fn a_check_run_that_is_refused_half_way_says_how_far_it_got() {
    let github = Memory::new("bot");
    github.fail("update_check_run", refused(403, "no"));
    let delivery = publish(&github, &plan(&many(120), &SAID)).unwrap();
    assert_eq!((delivery.annotations, delivery.stopped.and_then(|error| error.status())), (50, Some(403)));
    github.fail("create_check_run", refused(403, "no"));
    assert!(publish(&github, &plan(&many(1), &SAID)).is_err());
}

#[test]
fn a_mark_that_nobody_has_verified_says_so() {
    let mut found = judged("a.txt", 1, Level::Fail);
    found.finding.sources = vec![Source { report: "trivy.json".to_owned(), ..Source::default() }];
    let outcome = outcome(vec![found]);
    let titles = |claimed| {
        let plan = plan(&outcome, &CheckRunText { claimed, ..SAID });
        plan.create.output.annotations.into_iter().map(|annotation| annotation.title).collect::<Vec<_>>()
    };
    assert!(titles(Claimed::Reports)[0].ends_with(", unverified)"));
    assert!(!titles(Claimed::Nothing)[0].contains("unverified"));
}
