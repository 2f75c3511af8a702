//! The page as a browser understands it: parsed by html5ever, then looked at.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use html5ever::tendril::TendrilSink as _;
use html5ever::{ParseOpts, parse_document};
use jiff::civil::{Date, date};
use markup5ever_rcdom::{Handle, NodeData, RcDom};
use portcullis_model::{
    AddedSuppression, Context, ExceptionRow, ExceptionState, Introduced, Judged, Level, Metric, Outcome, PolicyPreview,
    ProposedException, RuleChange, RuleWeakening, State, TestSuite,
};
use sha2::{Digest as _, Sha256};

use super::{MOST_BYTES, SCRIPT, STYLE, html};
use crate::escape::{self, clean};
use crate::sample;

const TODAY: Date = date(2026, 11, 21);

fn page(outcome: &Outcome) -> String {
    html(outcome, TODAY, &[]).text
}

/// What changes from page to page.
fn body(outcome: &Outcome) -> String {
    let page = page(outcome);
    let (_, body) = page.split_once("<body>\n").unwrap();
    body.split_once("<script>").unwrap().0.to_owned()
}

fn in_a_pull_request(mut outcome: Outcome) -> Outcome {
    outcome.context = Context {
        repo: Some("acme/shop".to_owned()),
        server_url: "https://github.com".to_owned(),
        event: Some("pull_request".to_owned()),
        pr: Some(7),
        base_sha: Some("41ab77d0c0ffee0b1d84f6a7c55e0a1b2c3d4e5f".to_owned()),
        base_ref: Some("main".to_owned()),
        head_sha: Some("9f31c2e0b1d84f6a7c55e0a1b2c3d4e5f6a7b8c9".to_owned()),
        run_id: Some(81_230_001),
        ..Context::default()
    };
    outcome.generated_at = "2026-11-20T14:02:33Z".parse().ok();
    outcome
}

/// An element: its name, its attributes, the text inside it.
#[derive(Debug)]
struct Element {
    name: String,
    attributes: BTreeMap<String, String>,
    text: String,
}

struct Document {
    elements: Vec<Element>,
    errors: Vec<String>,
}

impl Document {
    fn parse(page: &str) -> Self {
        let dom = parse_document(RcDom::default(), ParseOpts::default()).one(page);
        let mut elements = Vec::new();
        collect(&dom.document, &mut elements);
        let errors = dom.errors.borrow().iter().map(ToString::to_string).collect();
        Self { elements, errors }
    }

    fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.elements.iter().filter(move |element| element.name == name)
    }

    fn only<'a>(&'a self, name: &'a str) -> &'a Element {
        let mut all = self.named(name);
        let first = all.next().unwrap_or_else(|| panic!("no {name}"));
        assert!(all.next().is_none(), "a second {name}");
        first
    }

    fn attributes(&self, name: &str) -> Vec<&str> {
        self.elements.iter().filter_map(|element| element.attributes.get(name).map(String::as_str)).collect()
    }

    fn rows(&self) -> usize {
        let tables = self.named("tr").filter(|row| row.attributes.contains_key("class"));
        tables.count()
    }
}

fn collect(node: &Handle, elements: &mut Vec<Element>) -> String {
    let place = elements.len();
    if let NodeData::Element { name, attrs, .. } = &node.data {
        let attributes = attrs.borrow();
        let attributes = attributes.iter().map(|it| (it.name.local.to_string(), it.value.to_string())).collect();
        elements.push(Element { name: name.local.to_string(), attributes, text: String::new() });
    }
    let mut text = match &node.data {
        NodeData::Text { contents } => contents.borrow().to_string(),
        _ => String::new(),
    };
    for child in node.children.borrow().iter() {
        text += &collect(child, elements);
    }
    if matches!(node.data, NodeData::Element { .. }) {
        elements[place].text.clone_from(&text);
    }
    text
}

/// One of every kind of page.
fn samples() -> Vec<Outcome> {
    vec![
        in_a_pull_request(sample::failing()),
        in_a_pull_request(sample::hostile()),
        sample::failing(),
        sample::passing(),
        sample::warning(),
        sample::incomplete(),
        sample::filled(),
        sample::hostile(),
        Outcome::default(),
    ]
}

fn with_preview() -> Outcome {
    let mut outcome = in_a_pull_request(sample::failing());
    outcome.policy.preview = Some(PolicyPreview {
        unusable: None,
        stop_blocking: 2,
        start_blocking: 1,
        keys: vec!["levels.high".to_owned()],
        rules: vec![RuleChange { id: "gha/unpinned-uses".to_owned(), change: RuleWeakening::Disabled }],
        exceptions: vec![ProposedException {
            id: "EX-0012".to_owned(),
            covers: "CVE-2026-10001 in web".to_owned(),
            expires: Some(date(2027, 1, 31)),
        }],
        inline: vec![AddedSuppression {
            path: "deploy/api.yaml".to_owned(),
            line: 4,
            form: "portcullis: ignore".to_owned(),
            rules: Vec::new(),
        }],
        workflow: Some(".github/workflows/gate.yml".to_owned()),
    });
    outcome
}

#[test]
fn a_failure() {
    let mut outcome = with_preview();
    let mut fixed = sample::vulnerability();
    (fixed.introduced, fixed.state, fixed.level) = (Introduced::Fixed, State::Absent, Level::Off);
    outcome.findings.push(fixed);
    insta::assert_snapshot!(body(&outcome));
}

#[test]
fn a_pass() {
    insta::assert_snapshot!(body(&sample::passing()));
}

#[test]
fn an_incomplete_run_says_first_what_could_not_be_judged() {
    let mut outcome = sample::incomplete();
    outcome.test_suites = vec![
        TestSuite { name: "backend".to_owned(), tests: 142, ..TestSuite::default() },
        TestSuite { name: "web".to_owned(), tests: 9, failures: 2, skipped: 1, ..TestSuite::default() },
    ];
    outcome.metrics =
        vec![Metric { name: "coverage.line".to_owned(), unit: "percent".to_owned(), ..Metric::default() }];
    insta::assert_snapshot!(body(&outcome));
}

#[test]
fn the_policy_of_the_page_allows_its_own_style_and_script_and_nothing_else() {
    for outcome in samples() {
        let document = Document::parse(&page(&outcome));
        let hash = |element: &str| STANDARD.encode(Sha256::digest(&document.only(element).text));
        let policies: Vec<&Element> =
            document.named("meta").filter(|meta| meta.attributes.contains_key("http-equiv")).collect();
        assert_eq!(policies.len(), 1);
        assert_eq!(policies[0].attributes["http-equiv"], "Content-Security-Policy");
        assert_eq!(
            policies[0].attributes["content"],
            format!("default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'", hash("style"), hash("script"))
        );
    }
}

#[test]
fn hostile_text_adds_no_element_and_no_attribute() {
    let shape = |outcome: &Outcome| {
        let document = Document::parse(&page(outcome));
        assert!(document.errors.is_empty(), "{:?}", document.errors);
        let names: BTreeSet<String> = document.elements.iter().map(|element| element.name.clone()).collect();
        let attributes: BTreeSet<String> =
            document.elements.iter().flat_map(|element| element.attributes.keys().cloned()).collect();
        (names, attributes)
    };
    let (mut names, mut attributes) = (BTreeSet::new(), BTreeSet::new());
    for harmless in [with_preview(), sample::incomplete(), sample::filled()] {
        let (more_names, more_attributes) = shape(&harmless);
        names.extend(more_names);
        attributes.extend(more_attributes);
    }
    for outcome in [in_a_pull_request(hostile_everywhere()), sample::hostile()] {
        let (hostile_names, hostile_attributes) = shape(&outcome);
        assert_eq!(hostile_names.difference(&names).collect::<Vec<_>>(), [""; 0]);
        assert_eq!(hostile_attributes.difference(&attributes).collect::<Vec<_>>(), [""; 0]);
    }
}

/// The corpus also in what `sample::hostile` leaves empty.
fn hostile_everywhere() -> Outcome {
    let mut outcome = sample::hostile();
    let mut preview = PolicyPreview { stop_blocking: 1, ..PolicyPreview::default() };
    for attack in escape::hostile() {
        preview.keys.push(attack.clone());
        preview.rules.push(RuleChange { id: attack.clone(), change: RuleWeakening::Removed });
        preview.exceptions.push(ProposedException { id: attack.clone(), covers: attack.clone(), expires: None });
        preview.inline.push(AddedSuppression {
            path: attack.clone(),
            line: 1,
            form: attack.clone(),
            rules: vec![attack.clone()],
        });
        outcome.test_suites.push(TestSuite { name: attack.clone(), ..TestSuite::default() });
        outcome.metrics.push(Metric { name: attack.clone(), unit: attack.clone(), ..Metric::default() });
        let mut judged = sample::vulnerability();
        judged.finding.references = vec![attack.clone(), format!("https://osv.dev/{attack}")];
        judged.finding.aliases = [attack.clone()].into();
        judged.finding.fingerprint.clone_from(&attack);
        judged.finding.description = attack;
        outcome.findings.push(judged);
    }
    outcome.policy.preview = Some(preview);
    outcome
}

#[test]
fn hostile_text_is_shown_as_the_text_it_is() {
    let document = Document::parse(&page(&sample::hostile()));
    let shown = &document.only("main").text;
    for attack in escape::hostile() {
        let text = clean(&attack, 60);
        let text = text.trim_end_matches('…').trim();
        // Quoted parts of prose lose their quotes; what has none stands as it is.
        if !text.contains('`') {
            assert!(shown.contains(text), "{text:?}");
        }
    }
}

#[test]
fn links_go_to_the_page_itself_or_to_an_allowed_host() {
    let mut outcomes = samples();
    outcomes.push(in_a_pull_request(hostile_everywhere()));
    for outcome in outcomes {
        let document = Document::parse(&page(&outcome));
        let ids: Vec<&str> = document.attributes("id");
        for href in document.attributes("href") {
            match href.strip_prefix('#') {
                Some(target) => assert!(ids.contains(&target), "{href}"),
                None => assert!(
                    ["https://github.com/acme/shop/", "https://osv.dev/", "https://avd.aquasec.com/"]
                        .iter()
                        .any(|host| href.starts_with(host)),
                    "{href}"
                ),
            }
        }
        for loading in ["src", "srcset", "style", "action", "formaction", "background", "poster", "ping", "data"] {
            assert_eq!(document.attributes(loading), [""; 0], "{loading}");
        }
    }
}

#[test]
fn a_place_is_linked_to_its_lines_of_the_judged_commit() {
    let document = Document::parse(&page(&in_a_pull_request(sample::failing())));
    assert!(document.attributes("href").contains(
        &"https://github.com/acme/shop/blob/9f31c2e0b1d84f6a7c55e0a1b2c3d4e5f6a7b8c9/.github/workflows/triage.yml#L18"
    ));
}

#[test]
fn people_who_do_not_see_the_page_find_their_way() {
    for outcome in samples() {
        let document = Document::parse(&page(&outcome));
        assert_eq!(document.only("html").attributes["lang"], "en");
        for landmark in ["header", "main", "footer", "h1", "title"] {
            assert!(!document.only(landmark).text.trim().is_empty(), "{landmark}");
        }
        let has_sections = !outcome.tools.is_empty();
        assert_eq!(document.named("nav").count(), usize::from(has_sections));
        let ids = document.attributes("id");
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "an id twice");
        for named in document.attributes("aria-labelledby") {
            assert!(ids.contains(&named), "{named}");
        }
        assert!(document.named("section").all(|section| section.attributes.contains_key("aria-labelledby")));
        assert!(document.named("th").all(|head| head.attributes.contains_key("scope")));
        assert_eq!(document.named("table").count(), document.named("caption").count());
    }
}

#[test]
fn without_the_script_only_its_controls_are_missing() {
    let document = Document::parse(&page(&sample::failing()));
    let hidden: Vec<&Element> =
        document.elements.iter().filter(|element| element.attributes.contains_key("hidden")).collect();
    assert_eq!(hidden.len(), 1);
    assert_eq!(hidden[0].attributes["id"], "controls");
    assert_eq!(document.rows(), sample::failing().findings.len());
}

#[test]
fn days_are_counted_from_the_given_day() {
    let exception =
        |expires| ExceptionRow { state: ExceptionState::Active, expires: Some(expires), ..ExceptionRow::default() };
    let mut outcome = sample::passing();
    outcome.exceptions =
        [date(2026, 12, 1), date(2026, 11, 21), date(2026, 11, 20), date(2028, 11, 21)].map(exception).into();
    let document = Document::parse(&page(&outcome));
    let ends: Vec<&str> =
        document.named("td").map(|cell| cell.text.as_str()).filter(|text| text.starts_with("202")).collect();
    assert_eq!(ends, ["2026-12-01 in 10 days", "2026-11-21 today", "2026-11-20 1 day ago", "2028-11-21 in 731 days"]);
}

#[test]
fn what_blocks_comes_first_and_everything_is_listed_once() {
    let outcome = sample::many(200);
    let document = Document::parse(&page(&outcome));
    assert_eq!(document.rows(), 200);
    let sections: Vec<&str> = document.named("h3").map(|title| title.text.as_str()).collect();
    assert_eq!(sections, ["Blocking 20", "Warnings 180"]);
}

#[test]
fn of_25_000_findings_20_000_are_shown_and_the_others_counted() {
    let outcome = sample::many(25_000);
    let rendered = html(&outcome, TODAY, &[]);
    assert!(rendered.text.len() < MOST_BYTES, "{}", rendered.text.len());
    let document = Document::parse(&rendered.text);
    assert_eq!(document.rows(), 20_000);
    let told: Vec<(&str, u64, u64)> =
        rendered.limits.iter().map(|limit| (limit.what.as_str(), limit.kept, limit.dropped)).collect();
    let (in_full, short) = (rendered.limits[1].kept, rendered.limits[1].dropped);
    assert_eq!(told, [("HTML: warnings", 17_500, 5_000), ("HTML: details of findings", in_full, short)]);
    assert_eq!(in_full + short, 20_000);
    // Every one of the 2 500 that block is told in full.
    assert!(in_full >= 2_500, "{in_full}");
    assert!(rendered.text.contains("5000 more not shown here"));
}

#[test]
fn the_longest_texts_keep_the_page_below_its_size_and_every_finding_accounted_for() {
    let mut outcome = sample::many(20_000);
    let long = "<\u{1f6a7}>'\"&".repeat(4_000);
    for judged in &mut outcome.findings {
        judged.finding.id.clone_from(&long);
        judged.finding.title.clone_from(&long);
        judged.finding.message.clone_from(&long);
        judged.finding.remediation = Some(long.clone());
    }
    let exception = |_| ExceptionRow { id: long.clone(), reason: long.clone(), ..ExceptionRow::default() };
    outcome.exceptions = (0..5_000).map(exception).collect();
    let rendered = html(&outcome, TODAY, &[]);
    assert!(rendered.text.len() < MOST_BYTES, "{}", rendered.text.len());
    let shown = Document::parse(&rendered.text).rows();
    let dropped: u64 =
        rendered.limits.iter().filter(|limit| is_of_findings(&limit.what)).map(|limit| limit.dropped).sum();
    assert_eq!(u64::try_from(shown).unwrap() + dropped, 20_000);
    assert!(shown > 1_000, "{shown}");
    let exceptions = rendered.limits.iter().find(|limit| limit.what == "HTML: exceptions").unwrap();
    assert_eq!(exceptions.kept + exceptions.dropped, 5_000);
}

fn is_of_findings(what: &str) -> bool {
    matches!(what, "HTML: blocking findings" | "HTML: warnings")
}

#[test]
fn the_same_outcome_gives_the_same_bytes() {
    let outcome = in_a_pull_request(sample::failing());
    let mut other = outcome.clone();
    other.findings.reverse();
    assert_eq!(page(&outcome), page(&outcome));
    // Findings have one order, whatever order they come in.
    assert_eq!(page(&outcome), page(&other));
}

#[test]
fn the_limits_of_the_run_are_told() {
    let mut outcome = sample::passing();
    outcome.limits = vec![portcullis_model::Limit { what: "SARIF: results".to_owned(), kept: 25_000, dropped: 7 }];
    let document = Document::parse(&page(&outcome));
    let row = document.named("tr").find(|row| row.text.contains("SARIF: results")).unwrap();
    assert_eq!(row.text.trim(), "SARIF: results250007");
}

#[test]
fn a_secret_is_shown_by_its_first_characters_only() {
    let shown = page(&sample::failing());
    assert!(shown.contains("<code>AKIA…</code> in commit <code>77d01ab</code>"), "{shown}");
}

/// Where the page goes to the log of a workflow, its lines are made harmless: those of ours must need no change, or the
/// hashes would no longer be theirs. Browsers read carriage returns as line breaks before they compute a hash.
#[test]
fn style_and_script_survive_the_log_of_a_workflow_and_the_parser() {
    for content in [STYLE, SCRIPT] {
        assert_eq!(crate::defused(content), content);
        assert!(!content.contains('\r') && !content.contains("</"));
    }
}

/// Relative luminance (WCAG 2.2).
fn luminance(color: &str) -> f64 {
    let channel = |at: usize| {
        let value = f64::from(u8::from_str_radix(&color[at..at + 2], 16).unwrap()) / 255.0;
        if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

#[test]
fn every_ink_can_be_read_on_every_ground() {
    let mut themes = 0;
    for theme in STYLE.split(":root {").skip(1) {
        let declarations = theme.split('}').next().unwrap();
        let colors: BTreeMap<&str, &str> = declarations
            .split(';')
            .filter_map(|declaration| declaration.trim().strip_prefix("--")?.split_once(": "))
            .collect();
        for ground in ["ground", "panel"] {
            for ink in ["ink", "faint", "link", "red", "orange", "yellow", "blue", "green", "grey"] {
                let (one, two) = (luminance(colors[ground]), luminance(colors[ink]));
                let contrast = (one.max(two) + 0.05) / (one.min(two) + 0.05);
                assert!(contrast >= 4.5, "{ink} on {ground}: {contrast:.2}");
            }
        }
        themes += 1;
    }
    assert_eq!(themes, 3, "light, dark, paper");
}

#[test]
fn what_an_exception_took_out_names_it_and_says_why() {
    let mut judged: Judged = sample::vulnerability();
    (judged.state, judged.level, judged.exception) = (State::Excepted, Level::Off, Some("EX-0007".to_owned()));
    let outcome = Outcome { findings: vec![judged], ..sample::passing() };
    let document = Document::parse(&page(&outcome));
    let row = document.named("tr").find(|row| row.attributes.contains_key("class")).unwrap();
    for said in ["accepted", "EX-0007", "off by vulnerabilities.kev"] {
        assert!(row.text.contains(said), "{said}: {}", row.text);
    }
}

#[test]
fn only_hosts_that_are_named_or_known_are_linked() {
    let mut outcome = Outcome::default();
    let mut judged = Judged { level: Level::Fail, ..Judged::default() };
    judged.finding.id = "acme/1".to_owned();
    judged.finding.references = vec!["https://wiki.example.com/acme-1".to_owned()];
    outcome.findings = vec![judged];
    let is_linked =
        |hosts: &[String]| html(&outcome, TODAY, hosts).text.contains("href=\"https://wiki.example.com/acme-1\"");
    assert!(is_linked(&["wiki.example.com".to_owned()]));
    assert!(!is_linked(&[]) && !is_linked(&["example.com".to_owned()]));
}
