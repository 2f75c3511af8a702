//! The comment as people see it: look at the snapshots.

use std::collections::BTreeSet;

use comrak::Options;
use portcullis_model::{
    Context, ExceptionRow, ExceptionState, Finding, Introduced, Judged, Kind, Level, Location, Metric, Outcome, State,
    TestSuite,
};
use proptest::prelude::*;

use super::{COMMENT_BYTES, Claimed, Markdown, Posting, SUMMARY_BYTES};
use crate::{escape, sample};

/// As GitHub renders it, raw HTML included.
fn rendered(markdown: &str) -> String {
    let mut options = Options::default();
    options.extension.table = true;
    options.extension.strikethrough = true;
    options.extension.autolink = true;
    options.extension.tasklist = true;
    options.extension.footnotes = true;
    options.extension.math_dollars = true;
    options.extension.alerts = true;
    options.render.r#unsafe = true;
    comrak::markdown_to_html(markdown, &options)
}

fn in_a_pull_request(mut outcome: Outcome) -> Outcome {
    outcome.context = Context {
        repo: Some("acme/shop".to_owned()),
        server_url: "https://github.com".to_owned(),
        event: Some("pull_request".to_owned()),
        pr: Some(7),
        head_sha: Some("9f31c2e0b1d84f6a7c55e0a1b2c3d4e5f6a7b8c9".to_owned()),
        run_id: Some(81_230_001),
        ..Context::default()
    };
    outcome.generated_at = "2026-11-20T14:02:33Z".parse().ok();
    outcome
}

fn markdown(outcome: &Outcome, budget: usize) -> Markdown {
    super::markdown(outcome, &Posting::default(), budget)
}

fn summary(outcome: &Outcome, room: usize) -> Markdown {
    super::summary(outcome, &Posting::default(), room)
}

fn comment(outcome: &Outcome) -> String {
    markdown(outcome, COMMENT_BYTES).text
}

#[test]
fn a_failure() {
    let mut outcome = in_a_pull_request(sample::failing());
    let mut fixed = sample::vulnerability();
    (fixed.introduced, fixed.state, fixed.level) = (Introduced::Fixed, State::Absent, Level::Off);
    outcome.findings.push(fixed);
    insta::assert_snapshot!(comment(&outcome));
}

fn posting() -> Posting<'static> {
    Posting {
        at: "2026-11-20T14:02:33Z".parse().ok(),
        run_number: Some(8_123),
        since: Some((1, 1)),
        warn_days: Some(14),
        ..Posting::default()
    }
}

#[test]
fn a_pull_request_that_fails() {
    insta::assert_snapshot!(super::markdown(&sample::pull::failing(), &posting(), COMMENT_BYTES).text);
}

#[test]
fn a_pull_request_that_passes() {
    let posting = Posting { since: None, ..posting() };
    insta::assert_snapshot!(super::markdown(&sample::pull::passing(), &posting, COMMENT_BYTES).text);
}

#[test]
fn what_nobody_has_verified_has_a_grey_headline_and_says_so() {
    let posting = Posting { claimed: Claimed::Everything, ..posting() };
    for outcome in [sample::pull::failing(), sample::pull::passing()] {
        let text = super::markdown(&outcome, &posting, COMMENT_BYTES).text;
        assert!(text.starts_with("### ℹ️ Reported "), "{text:.200}");
        assert!(text.lines().nth(2).is_some_and(|line| line.contains("not verified by this repository's code.")));
    }
}

#[test]
fn what_reports_say_is_marked_where_only_the_checks_were_evaluated_again() {
    let posting = Posting { claimed: Claimed::Reports, ..posting() };
    let text = super::markdown(&sample::pull::failing(), &posting, COMMENT_BYTES).text;
    assert!(text.starts_with("### ❌ Fail: "), "{text:.200}");
    let marked = |word: &str| text.lines().find(|line| line.contains(word)).map(|line| line.contains("*unverified*"));
    assert_eq!((marked("dependencies (trivy"), marked("Secrets (built in)")), (Some(true), Some(false)), "{text}");
}

#[test]
fn the_first_policy_says_that_it_is_the_first() {
    let mut outcome = sample::pull::passing();
    outcome.policy.source = portcullis_model::PolicySource::Bootstrap;
    let text = comment(&outcome);
    assert!(text.starts_with("### ✅ Pass: nothing new blocks (policy introduced here)\n"), "{text:.200}");
}

#[test]
fn only_accounts_are_mentioned() {
    let names = ["lea", "acme/security", "@tim", "a b", "x</sub>", "acme/", "/etc", "-x"].map(str::to_owned);
    let posting = Posting { notify: &names, ..posting() };
    let text = super::markdown(&sample::pull::failing(), &posting, COMMENT_BYTES).text;
    assert!(text.contains("\nFor @lea, @acme/security, @tim: the gate fails now.\n"), "{text:.800}");
}

#[test]
fn a_host_of_the_policy_may_be_linked_to() {
    let mut outcome = sample::pull::failing();
    outcome.findings[0].finding.references = vec!["https://wiki.acme.example/lodash".to_owned()];
    let hosts = ["wiki.acme.example".to_owned()];
    let linked = Posting { link_hosts: &hosts, ..posting() };
    let text = |posting: &Posting<'_>| super::markdown(&outcome, posting, COMMENT_BYTES).text;
    assert!(!text(&posting()).contains("wiki.acme.example"));
    assert!(text(&linked).contains("[`CVE-2026-10001`](https://wiki.acme.example/lodash)"));
}

#[test]
fn a_secret_that_a_baseline_had_is_to_be_revoked_though_it_is_gone() {
    let finding = Finding {
        kind: Kind::Secret,
        id: "aws-access-token".to_owned(),
        title: "fixed since the baseline".to_owned(),
        locations: vec![Location::file("deploy/env.sh")],
        ..Finding::default()
    };
    let gone = Judged {
        finding: Box::new(finding),
        introduced: Introduced::Fixed,
        state: State::Absent,
        level: Level::Off,
        ..Judged::default()
    };
    let text = comment(&in_a_pull_request(Outcome { findings: vec![gone], ..Outcome::default() }));
    let line = "- `aws-access-token` in `deploy/env.sh`. The value is still in the history: revoke it.\n";
    assert!(text.contains(line), "{text}");
}

#[test]
fn an_exception_that_takes_nothing_out_is_not_in_use() {
    let row = |state| ExceptionRow { id: "EX-1".to_owned(), matched: 3, state, ..ExceptionRow::default() };
    let title = |states: &[ExceptionState]| {
        let exceptions = states.iter().map(|state| row(*state)).collect();
        let text = comment(&in_a_pull_request(Outcome { exceptions, ..Outcome::default() }));
        let from = text.find("<summary>").unwrap() + "<summary>".len();
        text[from..text.find("</summary>").unwrap()].to_owned()
    };
    let (active, proposed) = (ExceptionState::Active, ExceptionState::Proposed);
    assert_eq!(title(&[active, ExceptionState::Inline, proposed]), "2 exceptions in use, 1 exception proposed");
    for state in [ExceptionState::Expired, ExceptionState::EndedByFix, ExceptionState::TooBroad] {
        assert_eq!(title(&[active, state]), "1 exception in use, 1 exception without effect", "{state:?}");
        assert_eq!(title(&[state]), "1 exception without effect", "{state:?}");
    }
}

#[test]
fn a_report_without_a_baseline_says_so() {
    let mut outcome = sample::pull::failing();
    outcome.findings[0].introduced = Introduced::Unknown;
    assert!(comment(&outcome).contains("| 14 on base, no baseline |"), "{}", comment(&outcome));
}

#[test]
fn what_is_measured_shrinks_with_the_level() {
    let mut outcome = sample::pull::failing();
    outcome.metrics = (0..20).map(|index| Metric { name: format!("bundle.{index}"), ..Metric::default() }).collect();
    outcome.metrics.push(Metric { name: "size".to_owned(), passed: Some(false), ..Metric::default() });
    let posting = posting();
    let view = super::View::new(&outcome, &posting);
    let rows = |level: usize| {
        let text = super::body(&view, &super::Size::COMMENT[level]).text;
        let block = text.split("| Measured |").nth(1).unwrap_or_default().to_owned();
        block.lines().skip(2).take_while(|line| line.starts_with('|')).count()
    };
    assert_eq!([0, 3, 4, 5, 6, 8, 9].map(rows), [12, 12, 6, 6, 1, 1, 0]);
}

#[test]
fn a_failure_as_it_is_rendered() {
    insta::assert_snapshot!(rendered(&comment(&in_a_pull_request(sample::failing()))));
}

#[test]
fn a_pass() {
    insta::assert_snapshot!(comment(&in_a_pull_request(sample::passing())));
}

#[test]
fn a_warning() {
    insta::assert_snapshot!(comment(&in_a_pull_request(sample::warning())));
}

#[test]
fn an_incomplete_run() {
    insta::assert_snapshot!(comment(&in_a_pull_request(sample::incomplete())));
}

#[test]
fn a_run_outside_of_github() {
    insta::assert_snapshot!(comment(&sample::failing()));
}

#[test]
fn a_summary_folds_nothing() {
    let text = summary(&in_a_pull_request(sample::failing()), SUMMARY_BYTES).text;
    assert!(!text.contains("<details>"), "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn what_was_measured_stands_after_the_checks() {
    let mut outcome = in_a_pull_request(sample::passing());
    outcome.test_suites = vec![
        TestSuite { name: "backend".to_owned(), tests: 142, ..TestSuite::default() },
        TestSuite { name: "web".to_owned(), tests: 9, failures: 2, skipped: 1, ..TestSuite::default() },
    ];
    outcome.metrics =
        vec![Metric { name: "coverage.line".to_owned(), unit: "percent".to_owned(), ..Metric::default() }];
    insta::assert_snapshot!(comment(&outcome));
}

#[test]
fn a_summary_without_room_is_one_line_or_nothing() {
    let outcome = sample::failing();
    assert_eq!(summary(&outcome, 4_000).text.lines().count(), 1);
    assert_eq!(summary(&outcome, 10).text, "");
}

/// Elements that are opened and closed, in order.
fn assert_balanced(html: &str) {
    let mut open: Vec<String> = Vec::new();
    for tag in html.split('<').skip(1) {
        let name: String = tag.chars().take_while(|char| char.is_ascii_alphanumeric() || *char == '/').collect();
        match name.strip_prefix('/') {
            Some(closed) => assert_eq!(open.pop().as_deref(), Some(closed), "{html:.400}"),
            None if matches!(name.as_str(), "input" | "br" | "hr" | "img" | "") => {}
            None => open.push(name),
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

/// Elements and their attributes besides `href`.
fn tags(html: &str) -> BTreeSet<String> {
    let tag = |text: &str| {
        let tag = text.split('>').next().unwrap_or_default();
        let word = tag.split(" href=").next().unwrap_or_default();
        word.to_owned()
    };
    html.split('<').skip(1).map(tag).filter(|tag| !tag.starts_with('/')).collect()
}

#[test]
fn every_size_fits_is_balanced_and_says_verdict_and_counts() {
    for count in [0, 1, 30, 1_000, 50_000] {
        let outcome = in_a_pull_request(sample::many(count));
        let (comment, summary) = (markdown(&outcome, COMMENT_BYTES), summary(&outcome, SUMMARY_BYTES));
        assert!(comment.text.len() <= COMMENT_BYTES, "{count}: {}", comment.text.len());
        assert!(summary.text.len() <= SUMMARY_BYTES, "{count}: {}", summary.text.len());
        assert_eq!(markdown(&outcome, COMMENT_BYTES), comment);
        for text in [&comment.text, &summary.text] {
            assert!(text.starts_with("### ❌ Fail: ") && text.contains("**5 new**"), "{text:.300}");
            assert_balanced(&rendered(text));
        }
        let shown = comment.text.matches("deploy/service-").count() / 2;
        let dropped: u64 = comment.limits.iter().map(|limit| limit.dropped).sum();
        let open = u64::from(count);
        // A step may name a place besides its row.
        assert!(u64::try_from(shown).unwrap() + dropped >= open, "{count}: {shown} and {dropped}");
        assert_eq!(comment.limits.is_empty(), count <= 30, "{count}: {:?}", comment.limits);
    }
}

#[test]
fn every_level_is_shorter_than_the_one_before_or_as_long() {
    let outcome = in_a_pull_request(sample::many(1_000));
    let posting = Posting::default();
    let view = super::View::new(&outcome, &posting);
    for sizes in [&super::Size::COMMENT[..], &super::Size::SUMMARY[..]] {
        let lengths: Vec<usize> = sizes.iter().map(|size| super::body(&view, size).text.len()).collect();
        assert!(lengths.is_sorted_by(|longer, shorter| longer >= shorter), "{lengths:?}");
    }
}

/// An outcome in which one text stands in every place that takes one.
fn filled_with(attack: &str) -> Outcome {
    let mut outcome = in_a_pull_request(sample::hostile());
    outcome.findings.truncate(2);
    for judged in &mut outcome.findings {
        let finding = &mut judged.finding;
        for text in [&mut finding.id, &mut finding.title, &mut finding.message] {
            attack.clone_into(text);
        }
        finding.locations[0].path = attack.to_owned();
        finding.remediation = Some(attack.to_owned());
        finding.package = None;
        finding.references = vec![attack.to_owned()];
    }
    let mut package = sample::vulnerability();
    let inner = package.finding.package.as_mut().unwrap();
    inner.name = attack.to_owned();
    inner.version = Some(attack.to_owned());
    package.finding.fix.as_mut().unwrap().versions = vec![attack.to_owned()];
    outcome.findings.push(package);
    outcome.policy.changed_in_pr = vec![attack.to_owned()];
    outcome.policy.rev = Some(attack.to_owned());
    outcome.tool.version = Some(attack.to_owned());
    outcome.tools.truncate(1);
    outcome.tools[0].title = attack.to_owned();
    outcome.tools[0].note = Some(attack.to_owned());
    outcome.tools[0].version = Some(attack.to_owned());
    outcome.exceptions.truncate(1);
    outcome.exceptions[0].id = attack.to_owned();
    outcome.exceptions[0].rules = vec![attack.to_owned()];
    outcome.exceptions[0].owner = Some(attack.to_owned());
    outcome.exceptions[0].target = Some(attack.to_owned());
    outcome.problems.truncate(1);
    outcome.problems[0].message = attack.to_owned();
    outcome.problems[0].path = Some(attack.to_owned());
    outcome.reasons.truncate(1);
    outcome.reasons[0].text = attack.to_owned();
    outcome.test_suites = vec![TestSuite { name: attack.to_owned(), tests: 1, ..TestSuite::default() }];
    outcome
}

/// Whatever the texts are, the page has the same skeleton as one with a harmless word in every place.
fn assert_harmless(attack: &str) {
    let outcome = filled_with(attack);
    for text in [comment(&outcome), summary(&outcome, SUMMARY_BYTES).text] {
        assert!(text.len() <= COMMENT_BYTES);
        let html = rendered(&text);
        assert_balanced(&html);
        let ours = [
            "h3",
            "h4",
            "p",
            "table",
            "thead",
            "tbody",
            "tr",
            "th",
            "th align=\"right\"",
            "td",
            "td align=\"right\"",
            "code",
            "code class=\"language-text\"",
            "pre",
            "ul",
            "li",
            "strong",
            "sub",
            "summary",
            "details",
            "a",
            "div class=\"markdown-alert markdown-alert-warning\"",
            "p class=\"markdown-alert-title\"",
        ];
        for tag in tags(&html) {
            assert!(ours.contains(&tag.as_str()), "<{tag}> out of {attack:?}: {html}");
        }
        for link in html.split("href=\"").skip(1) {
            let ours = ["https://github.com/acme/shop/", "https://avd.aquasec.com/nvd/cve-2026-10001\""];
            assert!(ours.iter().any(|known| link.starts_with(known)), "{attack:?}: {link:.100}");
        }
        assert_eq!(html.matches("<tr>").count(), rows(&text), "{attack:?}");
        // What filters of GitHub look for in the rendered text, outside of code.
        let prose = without_code(&html);
        for (at, _) in prose.match_indices(['@', '#']) {
            assert!(prose[at + 1..].starts_with('\u{200b}'), "{attack:?}: {:.80}", &prose[at..]);
        }
        assert!(!html.contains("<!--"), "a comment: {attack:?}");
        assert!(text.lines().all(|line| !line.trim_start().starts_with('/')), "{attack:?}");
    }
}

/// Rows of the tables: what stands in fenced blocks may look like some.
fn rows(text: &str) -> usize {
    let mut fence = "";
    let mut rows = 0;
    for line in text.lines() {
        if fence.is_empty() && line.starts_with("```") {
            fence = line.trim_end_matches("text");
        } else if line == fence {
            fence = "";
        } else if fence.is_empty() && line.starts_with("| ") && !line.starts_with("| -") {
            rows += 1;
        }
    }
    rows
}

fn without_code(html: &str) -> String {
    let mut prose = String::new();
    for (index, part) in html.split("<code").enumerate() {
        let part = if index == 0 { part } else { part.split_once("</code>").map_or("", |(_, rest)| rest) };
        // Entities and addresses of links have a `#` of their own.
        let part = part.replace("&#", "&");
        for (index, piece) in part.split("href=\"").enumerate() {
            prose.push_str(if index == 0 { piece } else { piece.split_once('"').map_or("", |(_, rest)| rest) });
        }
    }
    prose
}

#[test]
fn nothing_of_the_hostile_corpus_leaves_its_place() {
    for attack in escape::hostile() {
        assert_harmless(&attack);
    }
}

#[test]
fn all_of_the_hostile_corpus_at_once_fits_and_is_balanced() {
    let outcome = in_a_pull_request(sample::hostile());
    let text = comment(&outcome);
    assert!(text.len() <= COMMENT_BYTES, "{}", text.len());
    assert_balanced(&rendered(&text));
}

#[test]
fn the_shortest_level_fits_whatever_the_texts_are() {
    for attack in ["@".repeat(2_000), "\u{e0041}".repeat(2_000), "`|".repeat(1_000), "😀".repeat(1_000)] {
        let mut outcome = filled_with(&attack);
        let (tool, finding, problem) =
            (outcome.tools[0].clone(), outcome.findings[0].clone(), outcome.problems[0].clone());
        outcome.tools = vec![tool; 500];
        outcome.findings = vec![finding; 500];
        outcome.problems = vec![problem; 500];
        outcome.policy.changed_in_pr = vec![attack.clone(); 500];
        assert!(comment(&outcome).len() <= COMMENT_BYTES, "{}", comment(&outcome).len());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_text_leaves_its_place(attack in "[`|\\\\ aGH1<>&$*_~^{}\\[\\]()!#@:./='\"+\n-]{0,24}") {
        assert_harmless(&attack);
    }
}
