//! The report as people see it: look at the snapshots.

use portcullis_model::{Level, Location, Outcome, Suggestion};
use proptest::prelude::*;

use crate::escape::{Shape, StopToken, shape};
use crate::{Terminal, Verbosity, human, sample};

fn plain(outcome: &Outcome) -> String {
    human(outcome, &Terminal::default())
}

fn token() -> Option<StopToken> {
    StopToken::new("0123456789abcdef0123456789abcdef")
}

#[test]
fn a_pass() {
    insta::assert_snapshot!(plain(&sample::passing()));
}

#[test]
fn a_warning() {
    insta::assert_snapshot!(plain(&sample::warning()));
}

#[test]
fn a_failure() {
    insta::assert_snapshot!(plain(&sample::failing()));
}

#[test]
fn an_incomplete_run() {
    insta::assert_snapshot!(plain(&sample::incomplete()));
}

#[test]
fn nothing_checked() {
    let mut outcome = Outcome::default();
    outcome.reasons.push(portcullis_model::Reason {
        code: "nothing_checked".to_owned(),
        text: "nothing was checked".to_owned(),
        tool: None,
    });
    insta::assert_snapshot!(plain(&outcome));
}

#[test]
fn a_failure_that_could_not_judge_everything() {
    let mut outcome = sample::failing();
    outcome.findings.retain(|judged| judged.finding.id == "aws-access-token");
    outcome.problems = sample::incomplete().problems;
    insta::assert_snapshot!(plain(&outcome));
}

#[test]
fn a_failure_seen_verbosely() {
    let terminal = Terminal { verbosity: Verbosity::Verbose, ..Terminal::default() };
    insta::assert_snapshot!(human(&sample::failing(), &terminal));
}

#[test]
fn a_failure_seen_quietly() {
    let terminal = Terminal { verbosity: Verbosity::Quiet, ..Terminal::default() };
    insta::assert_snapshot!(human(&sample::failing(), &terminal));
}

#[test]
fn silence() {
    let terminal = Terminal { verbosity: Verbosity::Silent, github_log: token(), ..Terminal::default() };
    assert_eq!(human(&sample::failing(), &terminal), "");
}

#[test]
fn a_narrow_terminal() {
    insta::assert_snapshot!(human(&sample::failing(), &Terminal { width: 60, ..Terminal::default() }));
}

#[test]
fn a_terminal_without_unicode() {
    let report = human(&sample::failing(), &Terminal { unicode: false, ..Terminal::default() });
    assert!(report.is_ascii());
    insta::assert_snapshot!(report);
}

#[test]
fn a_terminal_with_colours() {
    let report = human(&sample::failing(), &Terminal { color: true, ..Terminal::default() });
    insta::assert_snapshot!(report.replace('\u{1b}', "ESC"));
}

#[test]
fn colours_change_nothing_but_the_colour() {
    for outcome in [sample::failing(), sample::incomplete(), sample::hostile()] {
        let coloured = human(&outcome, &Terminal { color: true, ..Terminal::default() });
        let mut stripped = String::new();
        for (index, piece) in coloured.split("\u{1b}[").enumerate() {
            stripped.push_str(if index == 0 { piece } else { piece.split_once('m').unwrap().1 });
        }
        assert_eq!(stripped, plain(&outcome));
    }
}

#[test]
fn many_findings_become_fifty_frames_and_a_table() {
    let report = plain(&sample::many(1_234));
    assert_eq!(report.matches("--> ").count(), 50);
    let table = report.find("1184 more findings").map(|start| &report[start..]).unwrap();
    insta::assert_snapshot!(table);
}

#[test]
fn what_blocks_stands_before_what_warns() {
    let report = plain(&sample::many(45));
    let last_error = report.rfind("error[").unwrap();
    let first_warning = report.find("warning[").unwrap();
    assert!(last_error < first_warning);
}

#[test]
fn findings_of_a_file_stand_together() {
    let report = plain(&sample::many(40));
    let mut files: Vec<_> = report
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("--> "))
        .map(|place| place.split(':').next().unwrap())
        .collect();
    files.dedup();
    // Seven files, each visited at most twice: for what blocks, and for what warns.
    assert!(files.len() <= 11, "{files:?}");
}

#[test]
fn a_hostile_report_reaches_neither_terminal_nor_runner() {
    for unicode in [true, false] {
        let report = human(&sample::hostile(), &Terminal { unicode, github_log: token(), ..Terminal::default() });
        let (first, rest) = report.split_once('\n').unwrap();
        let (rest, last) = rest.trim_end().rsplit_once('\n').unwrap();
        assert_eq!(first, "::stop-commands::0123456789abcdef0123456789abcdef");
        assert_eq!(last, "::0123456789abcdef0123456789abcdef::");
        for line in rest.lines() {
            assert!(!line.trim_start().starts_with("::") && !line.contains("##["), "{line:?}");
            let defused = line.replace('\u{200b}', "");
            assert!(defused.chars().all(|char| matches!(shape(char), Shape::Plain | Shape::Mark)), "{line:?}");
            assert!(unicode || defused.is_ascii(), "{line:?}");
        }
    }
}

#[test]
fn no_command_is_proposed_that_carries_an_attack() {
    let report = plain(&sample::hostile());
    for line in report.lines().filter(|line| line.trim_start().starts_with("portcullis ")) {
        assert!(!line.contains([';', '$', '`', '|', '&', '<', '>']), "{line}");
    }
}

#[test]
fn a_hostile_report() {
    let mut outcome = sample::hostile();
    outcome.findings.retain(|judged| {
        ["\u{1b}]8;;", "safe\u{202e}", "carriage\r", "e\u{301}", "xxxx"]
            .iter()
            .any(|start| judged.finding.id.starts_with(start))
    });
    outcome.problems.truncate(3);
    outcome.tools.truncate(9);
    insta::assert_snapshot!(plain(&outcome));
}

#[test]
fn ten_thousand_columns_are_a_window_around_the_finding() {
    let line = format!("{}SECRET{}", "a,".repeat(2_500), ",b".repeat(2_500));
    let mut outcome = sample::passing();
    outcome.findings = vec![sample::ours(
        "aws-access-token",
        Level::Fail,
        portcullis_model::Severity::High,
        ("dist/bundle.min.js", 1, 5_001..5_007, &line),
        ("A key", "this is a key"),
    )];
    insta::assert_snapshot!(plain(&outcome));
    let narrow = human(&outcome, &Terminal { width: 60, ..Terminal::default() });
    assert!(narrow.lines().take(5).all(|line| line.chars().count() <= 60), "{narrow}");
}

#[test]
fn wide_and_combining_characters_keep_the_carets_aligned() {
    let mut outcome = sample::passing();
    outcome.findings = vec![sample::ours(
        "yaml/duplicate-key",
        Level::Warn,
        portcullis_model::Severity::Medium,
        ("설정.yaml", 3, 9..12, "名前: e\u{301}e\u{301} 値値値 # 注"),
        ("A key is given twice", "値 again"),
    )];
    insta::assert_snapshot!(plain(&outcome));
}

#[test]
fn the_same_outcome_gives_the_same_bytes() {
    assert_eq!(plain(&sample::hostile()), plain(&sample::hostile()));
}

/// Positions as a careless or hostile report may state them.
fn position() -> impl Strategy<Value = Option<u32>> {
    prop_oneof![
        Just(None),
        Just(Some(0)),
        (1_u32..200).prop_map(Some),
        Just(Some(u32::MAX)),
        any::<u32>().prop_map(Some)
    ]
}

prop_compose! {
    fn location()(
        path in "[a-z/\u{1b}\n]{0,12}", lines in (position(), position()), cols in (position(), position()),
        snippet in proptest::option::of("[ \ta-z日e\u{301}\u{202e}\u{1b}]{0,300}"), snippet_col in position(), label in ".{0,200}",
    ) -> Location {
        Location {
            path, start_line: lines.0, end_line: lines.1, start_col: cols.0, end_col: cols.1, snippet, snippet_col,
            label: Some(label), ..Location::default()
        }
    }
}

proptest! {
    #[test]
    fn no_position_is_too_strange_to_be_shown(
        places in proptest::collection::vec(location(), 1..4), width in 0_usize..200, unicode in any::<bool>(),
        lines in (any::<u32>(), any::<u32>()), replacement in ".{0,40}",
    ) {
        let mut outcome = sample::failing();
        for judged in &mut outcome.findings {
            judged.finding.locations.clone_from(&places);
            judged.finding.related.clone_from(&places);
            judged.suggestion = Some(Suggestion {
                path: places[0].path.clone(), start_line: lines.0, end_line: lines.1, replacement: replacement.clone(),
                ..Suggestion::default()
            });
        }
        let report = human(&outcome, &Terminal { unicode, width, ..Terminal::default() });
        prop_assert!(report.chars().all(|char| char == '\n' || matches!(shape(char), Shape::Plain | Shape::Mark)));
        prop_assert!(unicode || report.is_ascii());
        prop_assert!(report.contains("3 blocking"));
    }
}
