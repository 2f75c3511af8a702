//! One finding as a row: how bad, what and why, where, what to do.

use jiff::civil::Date;
use portcullis_model::{
    Decision, Finding, FixState, Introduced, Judged, Location, Outcome, Package, Scope, Suppression,
};

use super::markup::{Markup, count, joined};
use super::words::{self, short_commit};
use crate::escape::{LinkHosts, Url, cap, clean};
use crate::human::finding::step_word;
use crate::short::{headline, subject};

/// Versions, tools, links of a dependency path that are named.
const NAMED: usize = 5;
/// Further places that are named.
const PLACES: usize = 10;
/// Steps of a decision that are listed; the policy has thirteen.
const STEPS: usize = 20;
/// Lines and characters of a line of source text.
const LINES: (usize, usize) = (20, 200);
/// Characters of the text of an advisory.
const DESCRIPTION: usize = 1_200;
/// Characters of a text in a short row.
const SHORT: usize = 90;

/// How much of a finding is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Detail {
    /// Id, title, place.
    Short,
    /// Also the link, what to do and what decided.
    Row,
    /// Everything.
    Full,
}

impl Detail {
    pub(super) const fn less(self) -> Self {
        match self {
            Self::Full => Self::Row,
            Self::Row | Self::Short => Self::Short,
        }
    }
}

/// A finding and what its row needs besides.
pub(super) struct Row<'a> {
    pub(super) judged: &'a Judged,
    pub(super) outcome: &'a Outcome,
    pub(super) hosts: &'a LinkHosts,
    pub(super) today: Date,
}

impl Row<'_> {
    pub(super) fn markup(&self, detail: Detail) -> Markup {
        let judged = self.judged;
        let severity = judged.severity.as_str();
        let is_new = judged.introduced == Introduced::New;
        let mut row = Markup::new("<tr class=");
        if is_new {
            row.put("\"").put(severity).put(" new\">");
        } else {
            row.put(severity).put(">");
        }
        row.put("<td>").put(severity).add(&self.marks()).put("<td>");
        match detail {
            Detail::Short => {
                row.code(&judged.finding.id, SHORT).put(" ").text(headline(judged), SHORT);
                row.put("<td>").add(&self.place(SHORT)).put("<td>");
            }
            Detail::Row => {
                row.add(&self.what()).add(&self.why());
                row.put("<td>").add(&self.linked_place()).put("<td>").add(&self.advice(cap::TITLE));
            }
            Detail::Full => {
                row.add(&self.what()).add(&self.facts()).add(&self.why()).add(&self.more());
                row.put("<td>").add(&self.linked_place()).add(&self.object());
                row.put("<td>").add(&self.advice(cap::MESSAGE));
            }
        }
        // The end tag keeps the line break out of the last cell, which may be empty.
        row.put("</tr>\n");
        row
    }

    /// State, delta, days: words below the severity.
    fn marks(&self) -> Markup {
        let judged = self.judged;
        let mut marks = Markup::default();
        for word in [words::introduced(judged.introduced), words::state(judged.state)] {
            if !word.is_empty() {
                marks.put("<i>").put(word).put("</i>");
            }
        }
        if judged.overdue {
            marks.put("<i class=late>overdue</i>");
        }
        marks
    }

    fn what(&self) -> Markup {
        let finding = &self.judged.finding;
        let url = finding.references.first().and_then(|address| Url::new(address, self.hosts));
        let mut what = Markup::new("<p>");
        what.linked(&Markup::of_code(&finding.id, cap::RULE), url.as_ref());
        what.put(" <strong>").prose(headline(self.judged), cap::TITLE).put("</strong></p>");
        let said = said_besides(self.judged);
        if !said.is_empty() && finding.package.is_none() {
            what.put("<p>").prose(said, cap::MESSAGE).put("</p>");
        }
        what
    }

    /// Package, secret, likelihood, days, notes.
    fn facts(&self) -> Markup {
        let judged = self.judged;
        let finding = &judged.finding;
        let mut pieces = vec![package(finding.package.as_deref()), secret(finding), likelihood(finding)];
        if let Some(day) = judged.due {
            let mut due = Markup::new(if judged.overdue { "was due " } else { "due " });
            due.day(day).put(", ").add(&words::distance(day, self.today));
            pieces.push(due);
        }
        let mut facts = Markup::default();
        let line = joined(&pieces, " · ");
        if !line.is_empty() {
            facts.put("<p>").add(&line).put("</p>");
        }
        for note in &judged.notes {
            facts.put("<p>").prose(note, cap::MESSAGE).put("</p>");
        }
        if judged.would_fail {
            facts.put("<p>Would block, were the policy not in report-only mode.</p>");
        }
        facts
    }

    /// The line of the policy that decided, or what took the finding out.
    fn why(&self) -> Markup {
        let judged = self.judged;
        let mut pieces = Vec::new();
        if let Some(decision) = judged.decision.last() {
            let mut level = Markup::new(judged.level.as_str());
            level.put(" by ").add(&decided(decision));
            if let Some(id) = judged.exception.as_deref().filter(|id| *id != decision.key) {
                level.put(", exception ").code(id, cap::RULE);
            }
            pieces.push(level);
        }
        if judged.finding.tool() != "portcullis" {
            pieces.push(reported_by(&judged.finding));
        }
        let mut why = Markup::default();
        if !pieces.is_empty() {
            why.put("<p class=why>").add(&joined(&pieces, " · ")).put("</p>");
        }
        for suppression in &judged.finding.suppressions {
            why.put("<p class=why>").add(&suppressed(suppression)).put("</p>");
        }
        why
    }

    /// What is folded: steps, source, related places, the proposed change, what is known of the weakness.
    fn more(&self) -> Markup {
        let judged = self.judged;
        let pieces =
            [steps(judged), self.source(), self.related(), proposal(judged), about(&judged.finding), self.identity()];
        let mut more = Markup::new("<details><summary>");
        more.put(if judged.suggestion.is_some() { "Details and proposed change" } else { "Details" });
        more.put("</summary>").add(&joined(&pieces, "")).put("</details>");
        more
    }

    fn place(&self, most: usize) -> Markup {
        let name = subject(self.judged);
        let mut place = Markup::default();
        if name.trim().is_empty() {
            return place;
        }
        place.put("<code>").text(&name, most);
        if let Some(line) = self.judged.finding.primary().and_then(|location| location.start_line) {
            place.put(":").number(u64::from(line));
        }
        place.put("</code>");
        place
    }

    /// The place as a link to that line of the judged commit.
    fn linked_place(&self) -> Markup {
        let mut place = Markup::default();
        let url = self.judged.finding.primary().and_then(|location| self.address(location));
        place.linked(&self.place(cap::PATH), url.as_ref());
        place
    }

    fn address(&self, location: &Location) -> Option<Url> {
        let context = &self.outcome.context;
        let lines = location.start_line.map(|line| (line, location.end_line.unwrap_or(line)));
        let (repo, sha) = context.repo.as_deref().zip(context.head_sha.as_deref())?;
        if location.outside_repo {
            return None;
        }
        Url::source(&context.server_url, repo, sha, &context.path_in_repository(&location.path), lines)
    }

    /// The object inside the file, and how many further places there are.
    fn object(&self) -> Markup {
        let finding = &self.judged.finding;
        let mut object = Markup::default();
        let primary = finding.primary();
        let inside = primary.and_then(|location| location.resource.as_deref().or(location.logical.as_deref()));
        if let Some(inside) = inside.filter(|inside| !inside.trim().is_empty()) {
            object.put("<p class=faint>").text(inside, cap::PATH).put("</p>");
        }
        let further = count(finding.locations.len().saturating_sub(1));
        if further > 0 {
            object.put("<p class=faint>and ").counted(further, "further place", "further places").put("</p>");
        }
        object
    }

    fn advice(&self, most: usize) -> Markup {
        let finding = &self.judged.finding;
        let mut pieces = Vec::new();
        if let Some(fix) = &finding.fix {
            pieces.push(match fix.state {
                _ if !fix.versions.is_empty() => {
                    let versions: Vec<Markup> =
                        fix.versions.iter().take(NAMED).map(|version| Markup::of_code(version, cap::VERSION)).collect();
                    let mut raise = Markup::new("Raise to ");
                    raise.add(&joined(&versions, " or "));
                    raise
                }
                FixState::NotFixed => Markup::new("No fixed version yet"),
                FixState::WontFix => Markup::new("Its maintainers will not mend it"),
                FixState::Fixed | FixState::Unknown => Markup::default(),
            });
        }
        let advice = finding.remediation.as_deref().unwrap_or_default();
        if finding.secret.is_some() && advice.trim().is_empty() {
            pieces.push(Markup::new("Revoke the value first, then remove it"));
        }
        // Some tools give the name of the rule as its help; the versions that mend a package stand here already.
        let is_said = comparable(headline(self.judged)).contains(&comparable(advice))
            || (finding.package.is_some() && finding.fix.as_ref().is_some_and(|fix| !fix.versions.is_empty()));
        if !is_said {
            pieces.push(Markup::of_prose(advice, most));
        }
        let advice = joined(&pieces, ". ");
        if advice.is_empty() && most > cap::TITLE { self.reading() } else { advice }
    }

    /// Where to read on, where nobody says what to do.
    fn reading(&self) -> Markup {
        let finding = &self.judged.finding;
        let mut reading = Markup::default();
        if finding.tool() == "portcullis" && !finding.id.trim().is_empty() {
            reading.put("See <code>portcullis explain ").text(&finding.id, cap::RULE).put("</code>");
        } else if let Some(address) = finding.references.first() {
            let url = Url::new(address, self.hosts);
            reading.put("See ").linked(&Markup::of_code(address, cap::PATH), url.as_ref());
        }
        reading
    }

    /// The line it stands on.
    fn source(&self) -> Markup {
        let mut source = Markup::default();
        let snippet = self.judged.finding.primary().and_then(|location| location.snippet.as_deref());
        if let Some(snippet) = snippet.filter(|snippet| !snippet.trim().is_empty()) {
            source.put("<pre>").text(snippet, cap::MESSAGE).put("</pre>");
        }
        source
    }

    fn related(&self) -> Markup {
        let finding = &self.judged.finding;
        let others = finding.locations.iter().skip(1).chain(&finding.related);
        let others: Vec<&Location> = others.filter(|location| !location.path.is_empty()).collect();
        let mut related = Markup::default();
        if others.is_empty() {
            return related;
        }
        related.put("<ul>");
        for location in others.iter().take(PLACES) {
            let mut label = Markup::new("<code>");
            label.text(&location.path, cap::PATH);
            if let Some(line) = location.start_line {
                label.put(":").number(u64::from(line));
            }
            label.put("</code>");
            related.put("<li>").linked(&label, self.address(location).as_ref());
            if let Some(said) = location.label.as_deref().filter(|said| !said.trim().is_empty()) {
                related.put(" ").prose(said, cap::REASON);
            }
            related.put("</li>");
        }
        if others.len() > PLACES {
            related.put("<li>").number(count(others.len() - PLACES)).put(" more</li>");
        }
        related.put("</ul>");
        related
    }

    /// Other names, where to read more, and the name it has for `portcullis explain` and for exceptions.
    fn identity(&self) -> Markup {
        let finding = &self.judged.finding;
        let mut pieces = Vec::new();
        let ids: Vec<Markup> = finding.aliases.iter().take(NAMED).map(|id| Markup::of_code(id, cap::RULE)).collect();
        if !ids.is_empty() {
            let mut also = Markup::new("Also known as ");
            also.add(&joined(&ids, ", "));
            pieces.push(also);
        }
        let cwes: Vec<Markup> =
            finding.cwes.iter().take(NAMED).map(|cwe| Markup::of(&format!("CWE-{cwe}"), 20)).collect();
        pieces.push(joined(&cwes, ", "));
        if let Some(address) = finding.references.first() {
            let mut reference = Markup::default();
            let url = Url::new(address, self.hosts);
            reference.linked(&Markup::of_code(address, cap::PATH), url.as_ref());
            pieces.push(reference);
        }
        let mut identity = Markup::default();
        let said = joined(&pieces, " · ");
        if !said.is_empty() {
            identity.put("<p>").add(&said).put("</p>");
        }
        identity.put("<p class=faint>Fingerprint ").code(&finding.fingerprint, cap::RULE).put("</p>");
        identity
    }
}

/// The message, unless the title says the same already.
fn said_besides(judged: &Judged) -> &str {
    let message = judged.finding.message.as_str();
    if comparable(message) == comparable(headline(judged)) { "" } else { message }
}

/// A text as it is compared with others: no more of it than is shown.
fn comparable(text: &str) -> String {
    clean(text, cap::MESSAGE).trim_end_matches('.').to_lowercase()
}

/// `levels.high (portcullis.yaml:12)`
fn decided(decision: &Decision) -> Markup {
    let mut said = Markup::of_code(&decision.key, cap::TITLE);
    if !decision.origin.layer.is_empty() {
        said.put(" (").text(&decision.origin.to_string(), cap::PATH).put(")");
    }
    said
}

/// Each step, where there is more than the one that is shown anyway.
fn steps(judged: &Judged) -> Markup {
    let mut steps = Markup::default();
    if judged.decision.len() < 2 {
        return steps;
    }
    steps.put("<ol>");
    for decision in judged.decision.iter().take(STEPS) {
        steps.put("<li>").put(step_word(decision.step)).put(" ").add(&decided(decision)).put(": ");
        if !decision.from.is_empty() {
            steps.text(&decision.from, cap::VERSION).put(" → ");
        }
        steps.text(&decision.to, cap::VERSION).put("</li>");
    }
    steps.put("</ol>");
    steps
}

fn suppressed(suppression: &Suppression) -> Markup {
    let mut said = Markup::new(if suppression.accepted { "Suppressed by " } else { "A suppression does not count: " });
    said.text(&suppression.by, cap::VERSION);
    if let Some(path) = &suppression.source_file {
        said.put(" (").text(path, cap::PATH);
        if let Some(line) = suppression.line {
            said.put(":").number(u64::from(line));
        }
        said.put(")");
    }
    let reason = suppression.reason.as_deref().or(suppression.justification.as_deref()).unwrap_or_default();
    if !reason.trim().is_empty() {
        said.put(": ").prose(reason, cap::REASON);
    }
    if let Some(day) = suppression.expires {
        said.put(", until ").day(day);
    }
    said
}

fn package(package: Option<&Package>) -> Markup {
    let mut said = Markup::default();
    let Some(package) = package else { return said };
    said.code(&package.label(), cap::TITLE);
    let mut facts = vec![Markup::of(&package.ecosystem, cap::VERSION)];
    facts.push(Markup::new(match package.direct {
        Some(true) => "direct",
        Some(false) => "indirect",
        None => "",
    }));
    facts.push(Markup::new(match package.scope {
        Scope::Development => "only for development",
        Scope::Optional => "optional",
        Scope::Runtime | Scope::Unknown => "",
    }));
    let facts = joined(&facts, ", ");
    if !facts.is_empty() {
        said.put(" (").add(&facts).put(")");
    }
    if package.dependency_path.len() > 1 {
        let path = package.dependency_path.iter().take(NAMED).map(|link| Markup::of(link, cap::RULE));
        let path = joined(&path.collect::<Vec<_>>(), " › ");
        said.put(" via ").add(&path).put(if package.dependency_path.len() > NAMED { " › …" } else { "" });
    }
    said
}

fn secret(finding: &Finding) -> Markup {
    let mut said = Markup::default();
    let Some(secret) = &finding.secret else { return said };
    said.code(secret.redacted.as_deref().unwrap_or("…"), cap::VERSION);
    if let Some(commit) = &secret.commit {
        said.put(" in commit ").code(short_commit(commit), cap::VERSION);
    }
    said.put(if secret.verified == Some(true) { ", tried by the scanner: it works" } else { "" });
    said
}

fn likelihood(finding: &Finding) -> Markup {
    let mut pieces = Vec::new();
    let Some(vulnerability) = &finding.vulnerability else { return Markup::default() };
    if let Some(score) = vulnerability.scores.iter().map(|score| score.score).max_by(f32::total_cmp) {
        let mut said = Markup::new("CVSS ");
        said.tenths(score);
        pieces.push(said);
    }
    if let Some(epss) = &vulnerability.epss {
        let mut said = Markup::new("EPSS ");
        said.tenths(epss.score * 100.0).put(" %");
        pieces.push(said);
    }
    if let Some(known) = vulnerability.kev.as_ref().filter(|kev| kev.listed) {
        let mut said = Markup::new("<strong class=bad>known to be exploited</strong>");
        if let Some(day) = known.date_added {
            said.put(" since ").day(day);
        }
        pieces.push(said);
    }
    pieces.push(Markup::new(match vulnerability.reachable {
        Some(false) => "not reachable, as the scanner says",
        Some(true) => "reachable, as the scanner says",
        None => "",
    }));
    joined(&pieces, " · ")
}

fn reported_by(finding: &Finding) -> Markup {
    let mut tools: Vec<&str> = finding.sources.iter().map(|source| source.tool.as_str()).collect();
    tools.dedup();
    let mut said = Markup::new("reported by ");
    said.add(&joined(&tools.iter().take(NAMED).map(|tool| Markup::of(tool, cap::VERSION)).collect::<Vec<_>>(), ", "));
    if let Some(source) = finding.sources.first().filter(|source| !source.report.is_empty()) {
        said.put(" in <code>").text(&source.report, cap::PATH).put("</code>");
    }
    said
}

fn proposal(judged: &Judged) -> Markup {
    let mut proposal = Markup::default();
    let Some(suggestion) = &judged.suggestion else { return proposal };
    proposal.put("<p>Proposed for <code>").text(&suggestion.path, cap::PATH).put(":");
    proposal.number(u64::from(suggestion.start_line));
    if suggestion.end_line > suggestion.start_line {
        proposal.put("-").number(u64::from(suggestion.end_line));
    }
    let (lines, length) = LINES;
    proposal.put("</code>:</p><pre>").lines(&suggestion.replacement, lines, length);
    let further = count(suggestion.replacement.lines().count().saturating_sub(lines));
    if further > 0 {
        proposal.put("\n… ").counted(further, "more line", "more lines");
    }
    proposal.put("</pre>");
    proposal
}

/// The text of an advisory.
fn about(finding: &Finding) -> Markup {
    let text = if finding.description.trim().is_empty() { &finding.message } else { &finding.description };
    let mut about = Markup::default();
    if (finding.package.is_some() || !finding.description.is_empty()) && !text.trim().is_empty() {
        about.put("<p>").prose(text, DESCRIPTION).put("</p>");
    }
    about
}
