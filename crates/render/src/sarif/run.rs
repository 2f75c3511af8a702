//! The run of a tool and its results.

use std::collections::BTreeMap;

use portcullis_model::{Health, Judged, Limit, Location, Outcome, Problem, State};

use super::log::{
    AutomationDetails, Driver, Invocation, Named, Notification, ResultItem, ResultProperties, Run, Suppression, Text,
    Tool,
};
use super::place::{Columns, Placing};
use super::rules::{self, Rules};
use super::{LOCATIONS, RUNS};
use crate::escape::{LinkHosts, PlainText, cap};
use crate::ranking::ranked;
use crate::short::headline;

const OURS: &str = "portcullis";
const ABOUT_US: &str = "https://github.com/portcullis-gate/portcullis";
/// Problems of a run that are told one by one.
const NOTIFICATIONS: usize = 100;

/// Everything of one tool. Two names with the same category would be refused by GitHub, so they are one tool here.
#[derive(Default)]
struct Group<'a> {
    name: String,
    version: Option<String>,
    findings: Vec<&'a Judged>,
    problems: Vec<&'a Problem>,
}

/// The runs, and what was left out of them.
pub(super) fn runs(outcome: &Outcome, most: usize) -> (Vec<Run>, Vec<Limit>) {
    let hosts = LinkHosts::new(&outcome.context.server_url, []);
    let mut groups = groups(outcome);
    let mut limits = Vec::new();
    if groups.len() > RUNS {
        limits.push(limit("runs of the SARIF file", RUNS, groups.len()));
        groups.truncate(RUNS);
    }
    let mut runs = Vec::new();
    for (category, group) in groups {
        runs.push(run(&category, &group, (outcome, &hosts, most), &mut limits));
    }
    (runs, limits)
}

fn limit(what: impl Into<String>, kept: usize, all: usize) -> Limit {
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    Limit { what: what.into(), kept: count(kept), dropped: count(all - kept) }
}

/// The tools by category: ours first, then the one with the worst finding, last those without any.
fn groups(outcome: &Outcome) -> Vec<(String, Group<'_>)> {
    let mut groups: BTreeMap<String, Group<'_>> = BTreeMap::new();
    let ours = outcome.tool.version.clone();
    groups.insert(OURS.to_owned(), Group { name: OURS.to_owned(), version: ours, ..Group::default() });
    for report in outcome.reports.iter().filter(|report| !report.tool.name.is_empty()) {
        group(&mut groups, &report.tool.name, report.tool.version.as_deref());
    }
    let mut order: Vec<String> = vec![OURS.to_owned()];
    for judged in ranked(outcome.findings.iter().filter(|judged| is_shown(judged))) {
        let version = judged.finding.sources.first().and_then(|source| source.tool_version.as_deref());
        let category = group(&mut groups, judged.finding.tool(), version);
        if let Some(group) = groups.get_mut(&category) {
            if group.findings.is_empty() && category != OURS {
                order.push(category);
            }
            group.findings.push(judged);
        }
    }
    for problem in &outcome.problems {
        let category = category(tool_of(problem, outcome));
        let category = if groups.contains_key(&category) { category } else { OURS.to_owned() };
        if let Some(group) = groups.get_mut(&category) {
            group.problems.push(problem);
        }
    }
    let mut sorted: Vec<(String, Group<'_>)> =
        order.into_iter().filter_map(|category| groups.remove_entry(&category)).collect();
    sorted.extend(groups);
    sorted
}

/// Makes sure there is a group for the tool and gives its category.
fn group(groups: &mut BTreeMap<String, Group<'_>>, tool: &str, version: Option<&str>) -> String {
    let category = category(tool);
    let group = groups.entry(category.clone()).or_default();
    if group.name.is_empty() {
        tool.clone_into(&mut group.name);
    }
    if group.version.is_none() {
        group.version = version.map(str::to_owned);
    }
    category
}

/// The tool whose report a problem is about; ours for everything else.
fn tool_of<'a>(problem: &'a Problem, outcome: &'a Outcome) -> &'a str {
    let named = problem.report.as_deref().or(problem.path.as_deref());
    let report = outcome
        .reports
        .iter()
        .find(|report| named.is_some_and(|named| report.name.as_deref() == Some(named) || report.path == named));
    report.map(|report| report.tool.name.as_str()).filter(|tool| !tool.is_empty()).unwrap_or(OURS)
}

/// A part of the category: small letters, digits, `.`, `_`, `-`.
fn category(tool: &str) -> String {
    let plain = |char: char| char.is_ascii_alphanumeric() || matches!(char, '.' | '_' | '-');
    let word: String =
        tool.chars().take(60).map(|char| if plain(char) { char.to_ascii_lowercase() } else { '-' }).collect();
    let word = word.trim_matches(['-', '.']);
    if word.is_empty() { "unnamed".to_owned() } else { word.to_owned() }
}

/// Findings of this run that the policy does not switch off.
fn is_shown(judged: &Judged) -> bool {
    match judged.state {
        State::Passed | State::Absent => false,
        State::Open | State::Review | State::UnderInvestigation => rules::is_reported(judged.level),
        State::Suppressed | State::NotAffected | State::Fixed | State::Excepted | State::Excluded => true,
    }
}

fn run(category: &str, group: &Group<'_>, around: (&Outcome, &LinkHosts, usize), limits: &mut Vec<Limit>) -> Run {
    let (outcome, hosts, most) = around;
    let all = group.findings.len();
    let findings = group.findings.get(..all.min(most)).unwrap_or_default();
    let name = PlainText::new(&group.name, cap::RULE);
    let name = if name.is_empty() { PlainText::new("unnamed", cap::RULE) } else { name };
    let mut notifications: Vec<Notification> =
        group.problems.iter().take(NOTIFICATIONS).map(|problem| notify(problem, outcome)).collect();
    let rules = Rules::of(findings);
    for cut in cuts(&name, (findings, all), &rules, group.problems.len()) {
        notifications.push(told(&cut));
        limits.push(cut);
    }
    let positions = rules.positions();
    let columns = Columns::of(findings);
    let placing = Placing { columns, context: &outcome.context };
    let results = findings.iter().map(|judged| result(judged, placing, &positions, outcome)).collect();
    Run {
        tool: Tool {
            driver: Driver {
                information_uri: (category == OURS).then_some(ABOUT_US),
                version: group.version.as_deref().map(|version| PlainText::new(version, cap::VERSION)),
                rules: rules.descriptors(hosts),
                name,
            },
        },
        automation_details: AutomationDetails { id: format!("portcullis/{category}/") },
        invocations: [Invocation {
            execution_successful: !group.problems.iter().any(|problem| problem.health == Health::Error),
            tool_execution_notifications: notifications,
        }],
        column_kind: columns.as_str(),
        results,
    }
}

/// What of the findings, their rules and the problems is left out.
fn cuts(name: &PlainText, (findings, all): (&[&Judged], usize), rules: &Rules<'_>, problems: usize) -> Vec<Limit> {
    let places: usize = findings.iter().map(|judged| judged.finding.locations.len()).sum();
    let kept: usize = findings.iter().map(|judged| judged.finding.locations.len().min(LOCATIONS)).sum();
    let (tags, kept_tags) = rules.tags();
    let counted = [
        ("results", findings.len(), all),
        ("places of results", kept, places),
        ("tags of rules", kept_tags, tags),
        ("problems", problems.min(NOTIFICATIONS), problems),
    ];
    let cut = counted.into_iter().filter(|(_, kept, all)| kept < all);
    cut.map(|(what, kept, all)| limit(format!("{what} of {name} in the SARIF file"), kept, all)).collect()
}

fn told(cut: &Limit) -> Notification {
    let text = format!("{}: {} kept, {} dropped", cut.what, cut.kept, cut.dropped);
    let message = Text { text: PlainText::new(&text, cap::MESSAGE) };
    Notification { descriptor: Named { id: "limit" }, level: "warning", message, locations: Vec::new() }
}

fn notify(problem: &Problem, outcome: &Outcome) -> Notification {
    let placing = Placing { columns: Columns::CodePoints, context: &outcome.context };
    let place = problem
        .path
        .as_ref()
        .map(|path| Location { start_line: problem.line.filter(|line| *line > 0), ..Location::file(path.clone()) });
    Notification {
        descriptor: Named { id: problem.code.as_str() },
        level: if problem.health == Health::Error { "error" } else { "warning" },
        message: Text { text: text_or(&problem.message, problem.code.as_str()) },
        locations: place.iter().map(|place| placing.of(place)).collect(),
    }
}

fn text_or(text: &str, otherwise: &str) -> PlainText {
    let text = PlainText::lines(text, 1_000).without_links();
    if text.is_empty() { PlainText::new(otherwise, cap::MESSAGE).without_links() } else { text }
}

fn result(judged: &Judged, placing: Placing<'_>, rules: &BTreeMap<PlainText, usize>, outcome: &Outcome) -> ResultItem {
    let finding = &judged.finding;
    let rule_id = rules::id(judged);
    let said = if finding.message.trim().is_empty() { headline(judged) } else { &finding.message };
    let purl = finding.package.as_ref().and_then(|package| package.purl.as_deref());
    let fixed = finding.fix.iter().flat_map(|fix| fix.versions.iter().take(10));
    ResultItem {
        rule_index: rules.get(&rule_id).copied().unwrap_or_default(),
        level: super::level(judged.level),
        message: Text { text: text_or(said, rule_id.as_str()) },
        locations: placing.places(judged, LOCATIONS),
        related_locations: placing.related(judged, LOCATIONS),
        partial_fingerprints: line_hash(&finding.fingerprint)
            .map(|hash| ("primaryLocationLineHash", hash))
            .into_iter()
            .collect(),
        suppressions: suppressions(judged, outcome),
        properties: ResultProperties {
            kind: finding.kind.as_str(),
            severity: judged.severity.as_str(),
            package: purl.map(|purl| PlainText::new(purl, cap::MESSAGE)),
            fixed_versions: fixed.map(|version| PlainText::new(version, cap::VERSION)).collect(),
        },
        rule_id,
    }
}

/// What GitHub follows an alert by over moved lines: our identity, which holds no line.
fn line_hash(fingerprint: &str) -> Option<String> {
    let hex = fingerprint.strip_prefix("v1:")?;
    (hex.len() == 32 && hex.bytes().all(|byte| byte.is_ascii_hexdigit())).then(|| format!("{hex}:1"))
}

fn suppressions(judged: &Judged, outcome: &Outcome) -> Vec<Suppression> {
    let external = |text: &str| Suppression {
        kind: "external",
        status: "accepted",
        justification: PlainText::new(text, cap::MESSAGE),
    };
    match judged.state {
        State::Open | State::Review | State::UnderInvestigation | State::Passed | State::Absent => Vec::new(),
        State::Excluded => vec![external("the policy excludes this path")],
        State::Excepted => {
            let id = judged.exception.as_deref().unwrap_or_default();
            let reason = outcome.exceptions.iter().find(|row| row.id == id).map_or("", |row| row.reason.as_str());
            vec![external(&format!("exception {id}: {reason}"))]
        }
        State::Suppressed | State::NotAffected | State::Fixed => {
            let accepted = judged.finding.suppressions.iter().filter(|suppression| suppression.accepted);
            let mut written: Vec<Suppression> = accepted
                .take(10)
                .map(|suppression| {
                    let in_source = matches!(suppression.kind.as_str(), "in_source" | "comment");
                    let why = suppression.reason.as_deref().or(suppression.justification.as_deref());
                    let kind = if in_source { "inSource" } else { "external" };
                    Suppression { kind, ..external(why.unwrap_or("no reason is given")) }
                })
                .collect();
            if written.is_empty() {
                written.push(external("taken out before the policy looked at it"));
            }
            written
        }
    }
}
