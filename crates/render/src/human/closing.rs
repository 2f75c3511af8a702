//! The end of the report: a row for each check, what was left out, the verdict, what to do next.

use portcullis_model::{
    Counts, ExceptionRow, ExceptionState, Health, Judged, Kind, Outcome, PolicyInfo, PolicySource, ToolRow, ToolStatus,
    Verdict,
};

use super::finding::{command_word, joined};
use super::listing::Listing;
use super::{plural, preview};
use crate::escape::{TermText, cap, text};
use crate::terminal::{Canvas, Ink, Terminal, Verbosity};

/// Exceptions, files and limits named one by one.
const NAMED: usize = 5;
const WIDEST_TITLE: usize = 28;
const NARROWEST_DETAIL: usize = 24;

/// One line of the closing table: what, how it stands, what belongs to it.
struct Row {
    title: TermText,
    status: Vec<(Ink, TermText)>,
    detail: TermText,
}

impl Row {
    fn status_width(&self) -> usize {
        let pieces: usize = self.status.iter().map(|(_, piece)| piece.width()).sum();
        pieces + 2 * self.status.len().saturating_sub(1)
    }
}

pub(super) fn rows(outcome: &Outcome, canvas: &mut Canvas<'_>) {
    let terminal = canvas.terminal;
    let checks: Vec<Row> = outcome.tools.iter().map(|tool| check(tool, terminal)).collect();
    let asides = asides(outcome, terminal);
    let titles = checks.iter().map(|row| &row.title).chain(asides.iter().map(|(title, _)| title));
    let title_width = titles.map(TermText::width).max().unwrap_or(0).min(WIDEST_TITLE) + 2;
    let status_width = checks.iter().map(Row::status_width).max().unwrap_or(0) + 2;
    // Details stand beside the counts where they have room there, else all of them below.
    let beside = title_width + status_width;
    let widest = checks.iter().map(|row| row.detail.width()).max().unwrap_or(0);
    let has_room = beside + widest.min(NARROWEST_DETAIL) <= terminal.columns();
    for row in &checks {
        canvas.column(Ink::Bold, &row.title, title_width);
        for (index, (ink, piece)) in row.status.iter().enumerate() {
            canvas.say(if index > 0 { &", " } else { &"" }).put(*ink, piece);
        }
        if row.detail.is_empty() {
            canvas.end();
        } else if has_room {
            canvas.space(status_width - row.status_width()).wrap(Ink::Faint, &row.detail, beside);
        } else {
            canvas.end().space(title_width).wrap(Ink::Faint, &row.detail, title_width);
        }
    }
    for (title, said) in &asides {
        canvas.column(Ink::Bold, title, title_width).wrap(Ink::Plain, said, title_width);
    }
    if !checks.is_empty() || !asides.is_empty() {
        canvas.end();
    }
}

fn check(tool: &ToolRow, terminal: &Terminal) -> Row {
    let status = match tool.status {
        ToolStatus::Ok => vec![(Ink::Good, text!["ok"])],
        ToolStatus::Findings => counts(tool),
        ToolStatus::Skipped => vec![(Ink::Faint, text!["skipped"])],
        ToolStatus::Error => vec![(Ink::Error, text!["could not judge"])],
        ToolStatus::Missing if tool.required => vec![(Ink::Error, text!["missing, but required"])],
        ToolStatus::Missing => vec![(Ink::Warning, text!["missing"])],
    };
    Row { title: terminal.text(&tool.id, WIDEST_TITLE), status, detail: detail(tool, terminal) }
}

fn counts(tool: &ToolRow) -> Vec<(Ink, TermText)> {
    let counts = &tool.counts;
    let pieces = [
        (counts.fail, Ink::Error, " blocking"),
        (counts.warn, Ink::Warning, plural(counts.warn, " warning", " warnings")),
        (counts.log, Ink::Note, " at log"),
        (counts.existing, Ink::Plain, " on base"),
        (counts.excepted, Ink::Plain, " accepted"),
    ];
    let mut shown: Vec<_> = (pieces.into_iter().filter(|(count, ..)| *count > 0))
        .map(|(count, ink, word)| (ink, text![count, word]))
        .collect();
    if shown.is_empty() {
        shown.push((Ink::Good, text!["ok"]));
    }
    shown
}

fn detail(tool: &ToolRow, terminal: &Terminal) -> TermText {
    let mut facts = Vec::new();
    if !tool.title.eq_ignore_ascii_case(&tool.id) && !tool.title.is_empty() {
        facts.push(terminal.text(&tool.title, cap::TITLE));
    }
    let named = if terminal.verbosity == Verbosity::Verbose { usize::MAX } else { 1 };
    facts.extend(tool.inputs.iter().take(named).map(|input| terminal.text(&input.path, cap::PATH)));
    if tool.inputs.len() > facts.len() {
        facts.push(text![tool.inputs.len() - facts.len(), " more"]);
    }
    if tool.inputs.is_empty() && tool.seen > 0 {
        facts.push(text![tool.seen, plural(tool.seen, " file", " files")]);
    }
    if let Some(note) = &tool.note {
        facts.push(terminal.text(note, cap::REASON));
    }
    joined(&facts, ", ")
}

/// What was decided but is not listed above.
fn asides(outcome: &Outcome, terminal: &Terminal) -> Vec<(TermText, TermText)> {
    let mut asides = vec![
        (text!["Accepted"], accepted(outcome, terminal)),
        (text!["Ignored"], ignored(outcome, terminal)),
        (text!["Exceptions"], exceptions_to_look_at(outcome, terminal)),
        (text!["Not shown"], not_shown(&outcome.counts, terminal)),
        (text!["Cut off"], limits(outcome, terminal)),
        (text!["Policy"], policy(&outcome.policy, terminal)),
        (text!["Not in force"], changed_gate_files(&outcome.policy, terminal)),
        (text!["If merged"], preview::if_merged(&outcome.policy, terminal)),
        (text!["Silenced here"], preview::silenced(&outcome.policy, terminal)),
        (text!["Gate's workflow"], preview::workflow(&outcome.policy, terminal)),
    ];
    asides.retain(|(_, said)| !said.is_empty());
    asides
}

fn accepted(outcome: &Outcome, terminal: &Terminal) -> TermText {
    let count = outcome.counts.excepted;
    if count == 0 {
        return TermText::default();
    }
    let applied: Vec<&ExceptionRow> = (outcome.exceptions.iter())
        .filter(|row| row.matched > 0)
        .filter(|row| matches!(row.state, ExceptionState::Active | ExceptionState::Expiring))
        .collect();
    let mut said = text![count, plural(count, " finding", " findings")];
    if !applied.is_empty() {
        said.push(&text![
            ": ",
            exceptions(&applied, terminal, |row| match (row.expires, row.state) {
                (Some(day), ExceptionState::Expiring) => text![" ends soon, on ", day],
                (Some(day), _) => text![" until ", day],
                (None, _) => TermText::default(),
            })
        ]);
    }
    said
}

/// What files and comments took out that are no exceptions.
fn ignored(outcome: &Outcome, terminal: &Terminal) -> TermText {
    let is_listed = |row: &&ExceptionRow| matches!(row.state, ExceptionState::Imported | ExceptionState::Inline);
    let rows: Vec<&ExceptionRow> = outcome.exceptions.iter().filter(is_listed).collect();
    let count: u64 = rows.iter().map(|row| row.matched).sum();
    if count == 0 {
        return TermText::default();
    }
    let until = |row: &ExceptionRow| row.expires.map_or_else(TermText::default, |day| text![" until ", day]);
    text![count, plural(count, " finding", " findings"), " by ", exceptions(&rows, terminal, until)]
}

fn exceptions_to_look_at(outcome: &Outcome, terminal: &Terminal) -> TermText {
    let said = |state| match state {
        ExceptionState::Expired => Some(" has ended"),
        ExceptionState::EndedByFix => Some(" has ended, a fix exists"),
        ExceptionState::Unused => Some(" matches nothing"),
        ExceptionState::TooBroad => Some(" matches too much and applies to nothing"),
        ExceptionState::Proposed => Some(" is proposed and does not apply yet"),
        ExceptionState::Active | ExceptionState::Expiring | ExceptionState::Imported | ExceptionState::Inline => None,
    };
    let rows: Vec<&ExceptionRow> = outcome.exceptions.iter().filter(|row| said(row.state).is_some()).collect();
    exceptions(&rows, terminal, |row| text![said(row.state).unwrap_or_default()])
}

fn exceptions(rows: &[&ExceptionRow], terminal: &Terminal, say: impl Fn(&ExceptionRow) -> TermText) -> TermText {
    let mut named: Vec<TermText> =
        rows.iter().take(NAMED).map(|row| text![terminal.text(&row.id, cap::RULE), say(row)]).collect();
    if rows.len() > NAMED {
        named.push(text![rows.len() - NAMED, " more"]);
    }
    joined(&named, ", ")
}

fn not_shown(counts: &Counts, terminal: &Terminal) -> TermText {
    let log = if terminal.verbosity == Verbosity::Verbose { 0 } else { counts.log };
    let pieces = [
        (log, " at `log` (`-v` shows them)"),
        (counts.off, " at `off`"),
        (counts.suppressed, " suppressed"),
        (counts.excluded, " under excluded paths"),
    ];
    let pieces: Vec<TermText> =
        pieces.into_iter().filter(|(count, _)| *count > 0).map(|(count, word)| text![count, word]).collect();
    joined(&pieces, ", ")
}

fn limits(outcome: &Outcome, terminal: &Terminal) -> TermText {
    let mut named: Vec<TermText> = (outcome.limits.iter().take(NAMED))
        .map(|limit| {
            text![terminal.text(&limit.what, cap::REASON), ": ", limit.kept, " kept, ", limit.dropped, " dropped"]
        })
        .collect();
    if outcome.limits.len() > NAMED {
        named.push(text![outcome.limits.len() - NAMED, " more"]);
    }
    joined(&named, "; ")
}

fn policy(policy: &PolicyInfo, terminal: &Terminal) -> TermText {
    let path = terminal.text(policy.path.as_deref().unwrap_or("portcullis.yaml"), cap::PATH);
    let at = match &policy.rev {
        Some(rev) => text![" at ", terminal.text(rev.get(..7).unwrap_or(rev), cap::VERSION)],
        None => TermText::default(),
    };
    match policy.source {
        PolicySource::Base => text![path, at, ", from the base"],
        PolicySource::Head => text![path, at, ", from this change, as the base policy allows"],
        PolicySource::Bootstrap => text![path, at, ", from this change: the base has no policy yet"],
        PolicySource::Local => path,
        PolicySource::Builtin => text!["preset:baseline@1, built in: this repository has no `portcullis.yaml`"],
    }
}

/// A pull request cannot weaken its own gate, and should see that it did not.
fn changed_gate_files(policy: &PolicyInfo, terminal: &Terminal) -> TermText {
    if policy.changed_in_pr.is_empty() || policy.source != PolicySource::Base {
        return TermText::default();
    }
    let mut named: Vec<TermText> =
        policy.changed_in_pr.iter().take(NAMED).map(|path| terminal.text(path, cap::PATH)).collect();
    if policy.changed_in_pr.len() > NAMED {
        named.push(text![policy.changed_in_pr.len() - NAMED, " more"]);
    }
    text!["changes of this pull request to ", joined(&named, ", ")]
}

pub(super) fn verdict(outcome: &Outcome, canvas: &mut Canvas<'_>) {
    let terminal = canvas.terminal;
    let (sign, ink) = match outcome.verdict {
        Verdict::Pass => (terminal.sign("✓", "+"), Ink::Good),
        Verdict::Warn => ("!", Ink::Warning),
        Verdict::Fail | Verdict::Incomplete => (terminal.sign("✗", "x"), Ink::Error),
    };
    let said = match outcome.verdict {
        Verdict::Pass => text!["nothing blocks", deltas(outcome)],
        Verdict::Warn | Verdict::Incomplete => because(outcome, terminal),
        Verdict::Fail if outcome.counts.fail > 0 => text![blocking(outcome), deltas(outcome), not_judged(outcome)],
        Verdict::Fail => text![because(outcome, terminal), not_judged(outcome)],
    };
    let head = text![sign, " ", outcome.verdict.as_str()];
    let indent = head.width() + 2;
    canvas.put(ink, &head).say(&": ").wrap(Ink::Bold, &said, indent);
    if terminal.verbosity == Verbosity::Verbose || outcome.verdict == Verdict::Incomplete {
        let shown = if terminal.verbosity == Verbosity::Verbose { usize::MAX } else { NAMED };
        for reason in outcome.reasons.iter().skip(1).take(shown) {
            canvas.space(indent).wrap(Ink::Plain, &terminal.text(&reason.text, cap::MESSAGE), indent);
        }
    }
}

fn blocking(outcome: &Outcome) -> TermText {
    let counts = &outcome.counts;
    if counts.warn == 0 {
        return text![counts.fail, " blocking"];
    }
    text![counts.fail, " blocking, ", counts.warn, plural(counts.warn, " warning", " warnings")]
}

/// The first reason; a verdict without one is explained by its counts.
fn because(outcome: &Outcome, terminal: &Terminal) -> TermText {
    let reason = outcome.reasons.first().map(|reason| terminal.text(&reason.text, cap::MESSAGE));
    match (outcome.verdict, reason) {
        (_, Some(reason)) if !reason.is_empty() => reason,
        (Verdict::Incomplete, _) => text!["evidence is missing"],
        _ => {
            let warnings = outcome.counts.warn;
            text!["nothing blocks, ", warnings, plural(warnings, " warning", " warnings"), deltas(outcome)]
        }
    }
}

fn deltas(outcome: &Outcome) -> TermText {
    let counts = &outcome.counts;
    let pieces = [
        (counts.new, " new"),
        (counts.newly_disclosed, " newly disclosed"),
        (counts.existing, " on base"),
        (counts.fixed, " fixed"),
    ];
    let pieces: Vec<TermText> =
        pieces.into_iter().filter(|(count, _)| *count > 0).map(|(count, word)| text![count, word]).collect();
    if pieces.is_empty() { TermText::default() } else { text![" (", joined(&pieces, ", "), ")"] }
}

fn not_judged(outcome: &Outcome) -> TermText {
    match errors(outcome) {
        0 => TermText::default(),
        1 => text![", and 1 thing could not be judged"],
        several => text![", and ", several, " things could not be judged"],
    }
}

fn errors(outcome: &Outcome) -> usize {
    outcome.problems.iter().filter(|problem| problem.health == Health::Error).count()
}

/// At most three lines a stranger can act on.
pub(super) fn next_steps(outcome: &Outcome, listing: &Listing<'_>, canvas: &mut Canvas<'_>) {
    let terminal = canvas.terminal;
    let mut steps: Vec<(TermText, &'static str)> = Vec::new();
    let unchecked = outcome.reasons.first().is_some_and(|reason| reason.code == "nothing_checked");
    if outcome.verdict == Verdict::Incomplete || errors(outcome) > 0 {
        if unchecked {
            steps.push((
                TermText::default(),
                "Start in a repository, name files to judge, or a report: `portcullis check --report FILE`.",
            ));
        } else {
            steps.push((
                TermText::default(),
                "What could not be read is never a pass: mend what is marked `incomplete`, then run again.",
            ));
        }
    }
    let ours = listing.blocking().find(|judged| judged.finding.tool() == "portcullis");
    if let Some(id) = ours.and_then(|judged| command_word(&judged.finding.id, terminal)) {
        steps.push((text!["portcullis explain ", id], "says why it matters and how to mend it"));
    }
    // A leaked secret and malware are never to be accepted first of all.
    let acceptable = |judged: &&Judged| !matches!(judged.finding.kind, Kind::Secret | Kind::Malware);
    if listing.blocking().any(|judged| acceptable(&judged)) {
        steps.push((
            TermText::default(),
            "An exception in the policy accepts a finding for a time, with a reason and an owner.",
        ));
    }
    steps.truncate(3);
    if steps.is_empty() {
        return;
    }
    canvas.end().put(Ink::Bold, &"What to do next").end();
    let width = steps.iter().map(|(command, _)| command.width()).max().unwrap_or(0);
    for (command, purpose) in steps {
        canvas.space(2);
        if command.is_empty() {
            canvas.wrap(Ink::Plain, &text![purpose], 2);
        } else if 2 + width + 2 + purpose.len() <= terminal.columns() {
            canvas.column(Ink::Code, &command, width + 2).say(&purpose).end();
        } else {
            canvas.put(Ink::Code, &command).end().space(6).wrap(Ink::Plain, &text![purpose], 6);
        }
    }
}
