//! The tool matrix, the table of what blocks, and the sections that stand folded in a comment.

use std::fmt::Write as _;

use portcullis_model::{
    ExceptionRow, ExceptionState, Health, Introduced, Judged, Level, Outcome, Problem, ToolRow, ToolStatus,
};

use super::size::Size;
use super::table::{Cuts, section, table};
use super::words::{self, counted, finding, fix, place, prose, severity};
use crate::escape::{Cell, MdCode, MdFence, MdProse, cap};
use crate::ranking::ranked;

/// Blocking findings whose text is shown whole at level 0.
const DETAILED: usize = 10;

pub(super) fn tools(outcome: &Outcome, size: &Size, cuts: &mut Cuts) -> String {
    let header = "| Check | Status | New | Blocking | Note |\n| --- | --- | --: | --: | --- |\n";
    table(header, outcome.tools.iter().map(|row| tool(row, size.tool_texts)), size.tools, "checks", cuts)
}

fn tool(row: &ToolRow, (name_length, note_length): (usize, usize)) -> String {
    let id = MdProse::new(if row.id.trim().is_empty() { &row.title } else { &row.id }, name_length);
    let version = row.version.as_deref().map(|version| format!(" {}", MdProse::new(version, cap::VERSION)));
    let has_one_name = row.title.trim().is_empty() || row.title.eq_ignore_ascii_case(&row.id);
    // `cart (trivy 0.66.0)`: several reports of one tool are told apart by their names.
    let name = match (has_one_name, version.unwrap_or_default()) {
        _ if note_length == 0 => id.to_string(),
        (true, version) => format!("{id}{version}"),
        (false, version) => format!("{id} ({}{version})", MdProse::new(&row.title, name_length)),
    };
    let status = match row.status {
        ToolStatus::Ok => "✅ ok",
        ToolStatus::Findings if row.counts.fail > 0 => "❌ findings",
        ToolStatus::Findings if row.counts.warn > 0 => "⚠️ warnings",
        ToolStatus::Findings => "✅ nothing blocks",
        ToolStatus::Skipped => "⏭️ skipped",
        ToolStatus::Error => "⚠️ could not judge",
        ToolStatus::Missing => "⚠️ missing",
    };
    let mut notes = Vec::new();
    if row.counts.existing > 0 {
        notes.push(format!("{} on base", row.counts.existing));
    }
    if row.counts.excepted > 0 {
        notes.push(format!("{} accepted", row.counts.excepted));
    }
    match row.note.as_deref() {
        Some(note) if !note.trim().is_empty() && note_length > 0 => {
            notes.push(MdProse::new(note, note_length).to_string());
        }
        _ if notes.is_empty() && row.seen > 0 => notes.push(counted(row.seen, "file", "files")),
        _ => {}
    }
    format!("| {name} | {status} | {} | {} | {} |\n", row.counts.new, row.counts.fail, notes.join(", "))
}

fn open_at(outcome: &Outcome, level: Level) -> Vec<&Judged> {
    ranked(outcome.findings.iter().filter(|judged| judged.is_open() && judged.level == level))
}

pub(super) fn blocking(outcome: &Outcome, size: &Size, cuts: &mut Cuts) -> String {
    let findings = open_at(outcome, Level::Fail);
    if findings.is_empty() {
        return String::new();
    }
    let header = "| Severity | Finding | Where | Fix |\n| --- | --- | --- | --- |\n";
    let row = |judged: &&Judged| {
        format!(
            "| {} | {} | {} | {} |\n",
            severity(judged.severity),
            finding(judged, size.message, Cell::Table),
            place(judged, outcome, Cell::Table),
            fix(judged, size.message)
        )
    };
    let rows = table(header, findings.iter().map(row), size.blocking, "blocking findings", cuts);
    let details = if size.details { details(&findings) } else { String::new() };
    format!("#### Blocking\n\n{}{details}", rows.trim_start_matches('\n'))
}

/// The whole text of findings that say more than their row shows.
fn details(findings: &[&Judged]) -> String {
    let mut details = String::new();
    let long = findings.iter().filter(|judged| {
        let message = &judged.finding.message;
        message.trim().contains('\n') || message.chars().count() > cap::TITLE
    });
    for judged in long.take(DETAILED) {
        let id = crate::escape::HtmlText::new(&judged.finding.id, cap::RULE);
        let text = MdFence::new(&judged.finding.message);
        // Writing to a string never fails.
        let _ = write!(details, "\n<details><summary>More about <code>{id}</code></summary>\n\n{text}\n</details>\n");
    }
    details
}

/// Warnings, exceptions, what is fixed, what the base has already, what could not be judged.
pub(super) fn folded(outcome: &Outcome, size: &Size, cuts: &mut Cuts) -> Vec<String> {
    vec![
        warnings(outcome, size, cuts),
        exceptions(outcome, size, cuts),
        fixed(outcome, size, cuts),
        existing(outcome, size, cuts),
        unjudged(outcome, size, cuts),
    ]
}

fn count(list: &[impl Sized]) -> u64 {
    u64::try_from(list.len()).unwrap_or(u64::MAX)
}

fn warnings(outcome: &Outcome, size: &Size, cuts: &mut Cuts) -> String {
    let findings = open_at(outcome, Level::Warn);
    if findings.is_empty() {
        return String::new();
    }
    let rows = listed(&findings, outcome, (size.message, size.warnings), "warnings", cuts);
    section(&counted(count(&findings), "warning", "warnings"), &rows, size.folded)
}

fn listed(
    findings: &[&Judged],
    outcome: &Outcome,
    (message, most): (usize, usize),
    what: &'static str,
    cuts: &mut Cuts,
) -> String {
    let row = |judged: &&Judged| {
        let (finding, place) = (finding(judged, message, Cell::Table), place(judged, outcome, Cell::Table));
        format!("| {} | {finding} | {place} |\n", severity(judged.severity))
    };
    table("| Severity | Finding | Where |\n| --- | --- | --- |\n", findings.iter().map(row), most, what, cuts)
}

fn exceptions(outcome: &Outcome, size: &Size, cuts: &mut Cuts) -> String {
    // Those that matched nothing have their own finding.
    let rows: Vec<&ExceptionRow> =
        outcome.exceptions.iter().filter(|row| row.matched > 0 || row.state == ExceptionState::Proposed).collect();
    if rows.is_empty() {
        return String::new();
    }
    let expiring = rows.iter().filter(|row| row.state == ExceptionState::Expiring).count();
    let ending = if expiring > 0 { format!(", {expiring} ending soon") } else { String::new() };
    let title = format!("{}{ending}", counted(count(&rows), "exception", "exceptions"));
    let header = "| Exception | Covers | Owner | Ends |\n| --- | --- | --- | --- |\n";
    let table = table(header, rows.iter().map(|row| exception(row)), size.others, "exceptions", cuts);
    section(&title, &table, size.folded)
}

fn exception(row: &ExceptionRow) -> String {
    let mut covers: Vec<String> = row.rules.iter().take(3).map(|rule| words::code(rule)).collect();
    if row.rules.len() > covers.len() {
        covers.push(format!("{} more", row.rules.len() - covers.len()));
    }
    let target = row.target.as_deref().filter(|target| !target.trim().is_empty());
    let target = target.map(|target| format!(" in {}", MdCode::new(target, cap::PATH, Cell::Table)));
    let ends = match (row.expires, row.state) {
        (Some(day), ExceptionState::Expiring) => format!("⏳ {day}"),
        (Some(day), ExceptionState::Expired) => format!("{day}, has ended"),
        (_, ExceptionState::Proposed) => "proposed, does not apply yet".to_owned(),
        (_, ExceptionState::TooBroad) => "matches too much, applies to nothing".to_owned(),
        (_, ExceptionState::EndedByFix) => "has ended, a fix exists".to_owned(),
        (Some(day), _) => day.to_string(),
        (None, _) => "no end".to_owned(),
    };
    format!(
        "| {} | {}{} | {} | {ends} |\n",
        MdCode::new(&row.id, cap::RULE, Cell::Table),
        covers.join(", "),
        target.unwrap_or_default(),
        words::code(row.owner.as_deref().unwrap_or_default()),
    )
}

fn fixed(outcome: &Outcome, size: &Size, cuts: &mut Cuts) -> String {
    let known = ranked(outcome.findings.iter().filter(|judged| judged.introduced == Introduced::Fixed));
    if known.is_empty() {
        return String::new();
    }
    let line = |judged: &&Judged| {
        let (finding, place) = (finding(judged, size.message, Cell::Text), place(judged, outcome, Cell::Text));
        format!("- {finding} {place}\n")
    };
    let lines: String = known.iter().take(size.others).map(line).collect();
    let rest = cuts.note("fixed findings", known.len().min(size.others), known.len());
    section(&format!("{} fixed by this change", known.len()), &(lines + &rest), size.folded)
}

/// What the base has already and does not stand in a table above.
fn existing(outcome: &Outcome, size: &Size, cuts: &mut Cuts) -> String {
    let is_listed =
        |judged: &&Judged| judged.is_open() && judged.introduced == Introduced::Existing && judged.level == Level::Log;
    let findings = ranked(outcome.findings.iter().filter(is_listed));
    if findings.is_empty() {
        return String::new();
    }
    let rows = listed(&findings, outcome, (size.message, size.existing), "findings already on the base", cuts);
    section(&format!("{} already on the base", findings.len()), &rows, size.folded)
}

fn unjudged(outcome: &Outcome, size: &Size, cuts: &mut Cuts) -> String {
    if outcome.problems.is_empty() {
        return String::new();
    }
    let mut problems: Vec<&Problem> = outcome.problems.iter().collect();
    problems.sort_by_key(|problem| std::cmp::Reverse(problem.health));
    let errors = problems.iter().filter(|problem| problem.health == Health::Error).count();
    let title = match errors {
        0 => counted(count(&problems), "note about what was read", "notes about what was read"),
        _ => format!("{errors} of {} could not be judged", counted(count(&problems), "problem", "problems")),
    };
    let header = "| What | Where | Why |\n| --- | --- | --- |\n";
    let row = |problem: &&Problem| {
        let path = problem.path.as_deref().or(problem.report.as_deref()).unwrap_or_default();
        let at = problem.line.filter(|_| !path.is_empty()).map(|line| format!("{path}:{line}"));
        format!(
            "| {} | {} | {} |\n",
            MdProse::new(problem.code.as_str(), cap::RULE),
            MdCode::new(at.as_deref().unwrap_or(path), cap::PATH, Cell::Table),
            prose(&problem.message, size.message.max(cap::TITLE), Cell::Table)
        )
    };
    let table = table(header, problems.iter().map(row), size.others, "problems", cuts);
    section(&title, &table, size.folded)
}
