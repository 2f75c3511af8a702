//! One finding as a frame.

use portcullis_model::{
    Decision, Finding, Fix, FixState, Introduced, Judged, Level, Location, Package, Safety, Scope, Step, Suggestion,
    Suppression,
};

use crate::escape::{TermText, cap, text};
use crate::frame::{Change, Frame, Part, Place, Source};
use crate::short::{headline, place as place_name};
use crate::terminal::{Ink, Terminal, Verbosity};

/// Related places that are shown.
const RELATED: usize = 4;
/// Lines of a proposed change that are shown.
const CHANGED_LINES: usize = 10;
/// Links of a dependency path that are shown.
const DEPENDENCIES: usize = 8;

/// Characters of the text of an advisory that are shown.
const ADVISORY: usize = 240;

/// How much of a finding is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Detail {
    /// Where, what, what to do.
    Brief,
    /// Also what decided and where to read more.
    Full,
    /// Also each step of the decision.
    Everything,
}

impl Detail {
    pub(super) fn of(level: Level, verbosity: Verbosity) -> Self {
        match (verbosity, level) {
            (Verbosity::Verbose, _) => Self::Everything,
            (_, Level::Fail) => Self::Full,
            _ => Self::Brief,
        }
    }
}

pub(super) fn frame(judged: &Judged, detail: Detail, first_of_its_rule: bool, terminal: &Terminal) -> Frame {
    let finding = &judged.finding;
    let mut frame = Frame {
        word: match judged.level {
            Level::Fail => "error",
            Level::Warn => "warning",
            Level::Log | Level::Off => "note",
        },
        ink: Some(Ink::of_level(judged.level)),
        id: terminal.text(&finding.id, cap::RULE),
        title: terminal.text(headline(judged), cap::TITLE),
        places: places(judged, terminal),
        ..Frame::default()
    };
    say_what(&mut frame, judged, detail, terminal);
    if let Some(remediation) = finding.remediation.as_deref().filter(|_| !is_said_already(judged)) {
        frame.note("help", terminal.text(remediation, cap::MESSAGE));
    }
    propose_change(&mut frame, judged, terminal);
    for note in &judged.notes {
        frame.note("note", terminal.text(note, cap::MESSAGE));
    }
    if detail != Detail::Brief {
        say_why(&mut frame, judged, detail, terminal);
    }
    if first_of_its_rule && detail != Detail::Brief {
        frame.note("more", more(finding, terminal));
    }
    frame
}

fn places(judged: &Judged, terminal: &Terminal) -> Vec<Place> {
    let finding = &judged.finding;
    // The message of an advisory is an essay: it comes after package and version, if at all.
    let said = if finding.package.is_some() { "" } else { said_besides_the_title(judged) };
    let mut places = Vec::new();
    match finding.primary().filter(|location| !location.path.is_empty()) {
        Some(location) => places.push(place(location, said, terminal)),
        None => places.push(Place {
            path: place_name(judged, terminal),
            label: terminal.text(said, cap::MESSAGE),
            ..Place::default()
        }),
    }
    let related = finding.related.iter().filter(|location| !location.path.is_empty()).take(RELATED);
    places.extend(related.map(|location| place(location, location.label.as_deref().unwrap_or_default(), terminal)));
    places
}

/// Whether the advice adds nothing: the versions that mend a package stand in a line of their own, and some tools give the
/// name of the rule as its help.
fn is_said_already(judged: &Judged) -> bool {
    let finding = &judged.finding;
    let has_versions = finding.fix.as_ref().is_some_and(|fix| !fix.versions.is_empty());
    let advice = finding.remediation.as_deref().unwrap_or_default().trim().to_lowercase();
    (finding.package.is_some() && has_versions) || headline(judged).to_lowercase().contains(&advice)
}

/// The message, unless the title says the same already.
fn said_besides_the_title(judged: &Judged) -> &str {
    let same =
        |one: &str, two: &str| one.trim().trim_end_matches('.').eq_ignore_ascii_case(two.trim().trim_end_matches('.'));
    let message = &judged.finding.message;
    let title = headline(judged);
    // Reports of packages often write `NAME VERSION: TITLE`; the name stands in a line of its own.
    let rest = message.strip_suffix(title).map_or(message.as_str(), |rest| rest.trim_end_matches([':', ' ']));
    let package = judged.finding.package.as_deref();
    let named = package.is_some_and(|package| same(rest, &package.label()) || package.label().ends_with(rest));
    if same(message, title) || named { "" } else { message }
}

fn place(location: &Location, label: &str, terminal: &Terminal) -> Place {
    let start = location.start_col.unwrap_or(1);
    let several_lines = location.end_line.zip(location.start_line).is_some_and(|(last, first)| last > first);
    let end = match location.end_col {
        // A whole line, or the rest of the first of several.
        _ if several_lines || location.start_col.is_none() => u32::MAX,
        Some(end) => end,
        None => start.saturating_add(1),
    };
    let source = location.snippet.as_ref().filter(|snippet| !snippet.trim().is_empty());
    let source = source.map(|line| Source { line: line.clone(), first_col: location.snippet_col.unwrap_or(1).max(1) });
    let start = match (&source, location.start_col) {
        (Some(source), None) => first_visible(source),
        _ => start,
    };
    Place {
        path: terminal.text(&location.path, cap::PATH),
        line: location.start_line,
        col: location.start_col,
        span: start..end,
        source: source.filter(|_| location.start_line.is_some()),
        label: terminal.text(label, cap::MESSAGE),
    }
}

fn first_visible(source: &Source) -> u32 {
    let indent = source.line.chars().take_while(|char| char.is_whitespace()).count();
    source.first_col.saturating_add(u32::try_from(indent).unwrap_or(0))
}

/// Facts of the kind of finding: object, package, versions, secret.
fn say_what(frame: &mut Frame, judged: &Judged, detail: Detail, terminal: &Terminal) {
    let finding = &judged.finding;
    if let Some(resource) = finding.primary().and_then(|location| location.resource.as_ref()) {
        frame.note("object", terminal.text(resource, cap::PATH));
    }
    if let Some(package) = &finding.package {
        frame.note("package", describe(package, terminal));
        frame.note("fix", fix(finding.fix.as_ref(), terminal));
        frame.note("via", dependency_path(package, terminal));
    }
    if finding.vulnerability.is_some() {
        frame.note("severity", severity(judged));
    }
    if finding.package.is_some() && detail != Detail::Brief {
        frame.note("about", terminal.text(said_besides_the_title(judged), ADVISORY));
    }
    if let Some(secret) = &finding.secret {
        let mut shown = terminal.text(secret.redacted.as_deref().unwrap_or("…"), cap::VERSION);
        if let Some(commit) = &secret.commit {
            shown.push(&text![" in commit ", terminal.text(commit.get(..7).unwrap_or(commit), cap::VERSION)]);
        }
        if secret.verified == Some(true) {
            shown.push(&", tried by the scanner: it works");
        }
        frame.note("secret", shown);
    }
    if finding.tool() != "portcullis" {
        frame.note("report", reported_by(finding, terminal));
    }
}

fn describe(package: &Package, terminal: &Terminal) -> TermText {
    let mut shown = terminal.text(&package.label(), cap::TITLE);
    let ecosystem = terminal.text(&package.ecosystem, cap::VERSION);
    let mut facts: Vec<TermText> = if ecosystem.is_empty() { Vec::new() } else { vec![ecosystem] };
    match package.direct {
        Some(true) => facts.push(text!["direct dependency"]),
        Some(false) => facts.push(text!["indirect dependency"]),
        None => {}
    }
    match package.scope {
        Scope::Development => facts.push(text!["only for development"]),
        Scope::Optional => facts.push(text!["optional"]),
        Scope::Runtime | Scope::Unknown => {}
    }
    if !facts.is_empty() {
        shown.push(&text![" (", joined(&facts, ", "), ")"]);
    }
    shown
}

fn fix(fix: Option<&Fix>, terminal: &Terminal) -> TermText {
    let Some(fix) = fix else { return TermText::default() };
    let versions: Vec<TermText> =
        fix.versions.iter().take(5).map(|version| terminal.text(version, cap::VERSION)).collect();
    match fix.state {
        _ if !versions.is_empty() => text!["raise to ", joined(&versions, " or ")],
        FixState::NotFixed => text!["no fixed version yet"],
        FixState::WontFix => text!["its maintainers will not mend it"],
        FixState::Fixed | FixState::Unknown => TermText::default(),
    }
}

fn dependency_path(package: &Package, terminal: &Terminal) -> TermText {
    if package.dependency_path.len() < 2 {
        return TermText::default();
    }
    let mut links: Vec<TermText> =
        (package.dependency_path.iter().take(DEPENDENCIES)).map(|link| terminal.text(link, cap::RULE)).collect();
    let more = package.dependency_path.len() - links.len();
    if more > 0 {
        links.push(text![more, " more"]);
    }
    joined(&links, " > ")
}

fn severity(judged: &Judged) -> TermText {
    let mut facts = vec![text![judged.severity]];
    let Some(vulnerability) = &judged.finding.vulnerability else { return joined(&facts, ", ") };
    if let Some(score) = vulnerability.scores.iter().map(|score| score.score).max_by(f32::total_cmp) {
        facts.push(text!["CVSS ", Tenths(score)]);
    }
    if let Some(epss) = &vulnerability.epss {
        facts.push(text!["EPSS ", Tenths(epss.score * 100.0), " %"]);
    }
    if let Some(kev) = vulnerability.kev.as_ref().filter(|kev| kev.listed) {
        let mut known = text!["known to be exploited"];
        if let Some(date) = kev.date_added {
            known.push(&text![" since ", date]);
        }
        facts.push(known);
    }
    if vulnerability.reachable == Some(false) {
        facts.push(text!["not reachable, as the scanner says"]);
    }
    joined(&facts, ", ")
}

/// A number with one decimal.
struct Tenths(f32);

impl std::fmt::Display for Tenths {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.1}", self.0)
    }
}

impl crate::escape::Shown for Tenths {}

pub(crate) fn reported_by(finding: &Finding, terminal: &Terminal) -> TermText {
    let Some((first, others)) = finding.sources.split_first() else { return TermText::default() };
    let mut shown = terminal.text(&first.tool, cap::VERSION);
    if let Some(version) = &first.tool_version {
        shown.push(&text![" ", terminal.text(version, cap::VERSION)]);
    }
    if !first.report.is_empty() {
        shown.push(&text![" (", terminal.text(&first.report, cap::PATH), ")"]);
    }
    let mut others: Vec<TermText> = others.iter().map(|source| terminal.text(&source.tool, cap::VERSION)).collect();
    others.sort();
    others.dedup();
    others.retain(|tool| *tool != terminal.text(&first.tool, cap::VERSION));
    if !others.is_empty() {
        shown.push(&text![", also by ", joined(&others, ", ")]);
    }
    shown
}

fn propose_change(frame: &mut Frame, judged: &Judged, terminal: &Terminal) {
    let finding = &judged.finding;
    if let Some(suggestion) = &judged.suggestion {
        frame.note("help", change_heading(judged, suggestion, terminal));
        if !suggestion.replacement.is_empty() {
            frame.body.push(Part::Change(change(finding, suggestion)));
        }
    }
}

fn is_safe(finding: &Finding) -> bool {
    !finding.edits.is_empty() && finding.edits.iter().all(|edit| edit.safety == Safety::Safe)
}

fn change_heading(judged: &Judged, suggestion: &Suggestion, terminal: &Terminal) -> TermText {
    let mut heading = match (suggestion.replacement.is_empty(), suggestion.start_line, suggestion.end_line) {
        (false, ..) => text!["proposed change"],
        (true, first, last) if first == last => text!["proposed change: delete line ", first],
        (true, first, last) => text!["proposed change: delete lines ", first, " to ", last],
    };
    if suggestion.path != judged.finding.path() {
        heading.push(&text![" in ", terminal.text(&suggestion.path, cap::PATH)]);
    }
    if !is_safe(&judged.finding) {
        heading.push(&", look at it first");
    }
    heading
}

fn change(finding: &Finding, suggestion: &Suggestion) -> Change {
    let one_line = suggestion.start_line == suggestion.end_line;
    let known = finding.primary().filter(|location| {
        one_line
            && location.path == suggestion.path
            && location.start_line == Some(suggestion.start_line)
            && location.snippet_col.is_none()
    });
    let mut lines = suggestion.replacement.lines();
    Change {
        first_line: suggestion.start_line,
        removed: known.and_then(|location| location.snippet.clone()),
        added: lines.by_ref().take(CHANGED_LINES).map(str::to_owned).collect(),
        more: lines.count(),
    }
}

/// What decided, and what else weighs.
fn say_why(frame: &mut Frame, judged: &Judged, detail: Detail, terminal: &Terminal) {
    match (judged.due, judged.overdue) {
        (Some(due), true) => frame.note("due", text!["was to be mended by ", due]),
        (Some(due), false) => frame.note("due", text!["to be mended by ", due]),
        (None, _) => {}
    }
    if judged.introduced == Introduced::NewlyDisclosed {
        frame.note("note", text!["newly disclosed: the database changed, not the code"]);
    }
    if judged.would_fail {
        frame.note("note", text!["would block, were the policy not in report-only mode"]);
    }
    if let Some(refused) = judged.finding.suppressions.iter().find(|suppression| !suppression.accepted) {
        frame.note("note", not_accepted(refused, terminal));
    }
    if detail == Detail::Everything && judged.decision.len() > 1 {
        for decision in &judged.decision {
            frame.note("step", step(decision, terminal));
        }
    }
    if let Some(decision) = judged.decision.last() {
        let key = terminal.text(&decision.key, cap::TITLE);
        frame.note(judged.level.as_str(), text![key, " (", origin(&decision.origin, terminal), ")"]);
    }
}

pub(crate) fn not_accepted(suppression: &Suppression, terminal: &Terminal) -> TermText {
    let by = terminal.text(&suppression.by, cap::VERSION);
    let mut refused = text!["a suppression (", by];
    if let (Some(path), Some(line)) = (&suppression.source_file, suppression.line) {
        refused.push(&text![", ", terminal.text(path, cap::PATH), ":", line]);
    }
    refused.push(&") does not count here");
    refused
}

fn step(decision: &Decision, terminal: &Terminal) -> TermText {
    let key = terminal.text(&decision.key, cap::TITLE);
    let origin = origin(&decision.origin, terminal);
    text![step_word(decision.step), " ", key, ": ", change_of(decision, terminal), " (", origin, ")"]
}

/// `warn -> fail`; of the first step only where it led.
pub(crate) fn change_of(decision: &Decision, terminal: &Terminal) -> TermText {
    let from = terminal.text(&decision.from, cap::VERSION);
    let to = terminal.text(&decision.to, cap::VERSION);
    if from.is_empty() { to } else { text![from, " -> ", to] }
}

pub(crate) const fn step_word(step: Step) -> &'static str {
    match step {
        Step::State => "state",
        Step::ExcludedPath => "excluded path",
        Step::Severity => "severity",
        Step::BaseLevel => "level",
        Step::RuleLevel => "rule",
        Step::SectionModifier => "section",
        Step::RaiseRule => "raise rule",
        Step::InlineSuppression => "inline comment",
        Step::Baseline => "baseline",
        Step::Exception => "exception",
        Step::Floor => "floor",
        Step::Budget => "budget",
        Step::ReportOnly => "report-only",
    }
}

pub(crate) fn origin(origin: &portcullis_model::Origin, terminal: &Terminal) -> TermText {
    terminal.text(&origin.to_string(), cap::PATH)
}

fn more(finding: &Finding, terminal: &Terminal) -> TermText {
    if finding.tool() == "portcullis" {
        return match command_word(&finding.id, terminal) {
            Some(id) => text!["portcullis explain ", id],
            None => TermText::default(),
        };
    }
    finding.references.first().map_or_else(TermText::default, |reference| terminal.text(reference, cap::PATH))
}

/// An id that can be pasted into a shell as one word. Others are not put into commands: somebody would paste them.
pub(crate) fn command_word(id: &str, terminal: &Terminal) -> Option<TermText> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._/@:+-".contains(&byte);
    let usable = !id.is_empty() && id.len() <= cap::RULE && !id.starts_with('-') && id.bytes().all(plain);
    usable.then(|| terminal.text(id, cap::RULE))
}

pub(super) fn joined(pieces: &[TermText], between: &'static str) -> TermText {
    let mut joined = TermText::default();
    for (index, piece) in pieces.iter().enumerate() {
        if index > 0 {
            joined.push(&between);
        }
        joined.push(piece);
    }
    joined
}
