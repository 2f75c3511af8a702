//! The tool matrix, the table of what blocks, and the sections that stand folded in a comment.

use std::fmt::Write as _;

use portcullis_model::{
    ExceptionRow, ExceptionState, Health, Introduced, Judged, Kind, Level, Outcome, Package, Problem, ToolRow,
    ToolStatus,
};

use super::size::Size;
use super::table::{Cuts, section, table};
use super::view::{Claimed, View};
use super::words::{self, counted, finding, fix, place, prose, severity, short_commit, version};
use crate::escape::{Cell, MdCode, MdFence, MdProse, cap};
use crate::ranking::ranked;

/// Blocking findings whose text is shown whole at level 0.
const DETAILED: usize = 10;

pub(super) fn tools(view: &View<'_>, size: &Size, cuts: &mut Cuts) -> String {
    let header = "| Check | Status | New | Blocking | Note |\n| --- | --- | --: | --: | --- |\n";
    let rows = view.outcome.tools.iter().map(|row| tool(row, view, size.tool_texts));
    table(header, rows, size.tools, "checks", cuts)
}

/// Whether it is a check of ours, and no report.
fn is_built_in(row: &ToolRow, view: &View<'_>) -> bool {
    row.inputs.is_empty() && view.outcome.check_runs.iter().any(|run| run.id == row.id)
}

/// `Secrets (built in)`, `cart (trivy 0.66.0)`: several reports of one tool are told apart by their names.
fn name(row: &ToolRow, view: &View<'_>, (name_length, note_length): (usize, usize)) -> String {
    let id = if row.id.trim().is_empty() { &row.title } else { &row.id };
    if is_built_in(row, view) {
        let mut word = id.replace('_', " ");
        if let Some(first) = word.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        let of_us = if note_length == 0 { "" } else { " (built in)" };
        return format!("{}{of_us}", MdProse::new(&word, name_length));
    }
    let id = MdProse::new(id, name_length);
    let version = row.version.as_deref().map(|text| format!(" {}", version(text))).unwrap_or_default();
    if note_length == 0 {
        return id.to_string();
    }
    if row.title.trim().is_empty() || row.title.eq_ignore_ascii_case(&row.id) {
        return format!("{id}{version}");
    }
    format!("{id} ({}{version})", MdProse::new(&row.title, name_length))
}

fn tool(row: &ToolRow, view: &View<'_>, lengths: (usize, usize)) -> String {
    let (name, note_length) = (name(row, view, lengths), lengths.1);
    let status = match row.status {
        ToolStatus::Findings if row.counts.fail > 0 => "❌ findings",
        ToolStatus::Findings if row.counts.warn > 0 => "⚠️ warnings",
        ToolStatus::Ok | ToolStatus::Findings => "✅ ok",
        ToolStatus::Skipped => "⏭️ skipped",
        ToolStatus::Error => "⚠️ could not judge",
        ToolStatus::Missing => "⚠️ missing",
    };
    let mut notes = Vec::new();
    if view.posting.claimed == Claimed::Reports && !is_built_in(row, view) {
        notes.push("*unverified*".to_owned());
    }
    if row.counts.existing > 0 {
        notes.push(format!("{} on base", row.counts.existing));
    }
    if row.counts.excepted > 0 {
        notes.push(format!("{} accepted", row.counts.excepted));
    }
    if row.inputs.iter().any(|input| view.without_baseline.contains(input.path.as_str())) {
        notes.push("no baseline".to_owned());
    }
    match row.note.as_deref() {
        Some(note) if !note.trim().is_empty() && note_length > 0 => {
            notes.push(prose(note, note_length, Cell::Table));
        }
        _ if notes.is_empty() && row.seen > 0 => notes.push(counted(row.seen, "file", "files")),
        _ => {}
    }
    format!("| {name} | {status} | {} | {} | {} |\n", row.counts.new, row.counts.fail, notes.join(", "))
}

fn open_at(outcome: &Outcome, level: Level) -> Vec<&Judged> {
    ranked(outcome.findings.iter().filter(|judged| judged.is_open() && judged.level == level))
}

pub(super) fn blocking(view: &View<'_>, size: &Size, cuts: &mut Cuts) -> String {
    let findings = open_at(view.outcome, Level::Fail);
    if findings.is_empty() {
        return String::new();
    }
    let header = "| Severity | Finding | Where | Fix |\n| --- | --- | --- | --- |\n";
    let row = |judged: &&Judged| {
        format!(
            "| {} | {} | {} | {} |\n",
            severity(judged.severity),
            finding(judged, view, size.message, Cell::Table),
            place(judged, view, Cell::Table),
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

/// Warnings, exceptions, what is fixed, what the base has already, what could not be judged; those that say something.
pub(super) fn folded(view: &View<'_>, size: &Size, cuts: &mut Cuts) -> Vec<String> {
    let mut sections = vec![
        warnings(view, size, cuts),
        exceptions(view, size, cuts),
        fixed(view, size, cuts),
        existing(view, size, cuts),
        unjudged(view.outcome, size, cuts),
    ];
    sections.retain(|section| !section.is_empty());
    sections
}

fn count(list: &[impl Sized]) -> u64 {
    u64::try_from(list.len()).unwrap_or(u64::MAX)
}

fn warnings(view: &View<'_>, size: &Size, cuts: &mut Cuts) -> String {
    let findings = open_at(view.outcome, Level::Warn);
    if findings.is_empty() {
        return String::new();
    }
    let rows = listed(&findings, view, (size.message, size.warnings), "warnings", cuts);
    section(&counted(count(&findings), "warning", "warnings"), &rows, size.folded)
}

fn listed(
    findings: &[&Judged],
    view: &View<'_>,
    (message, most): (usize, usize),
    what: &'static str,
    cuts: &mut Cuts,
) -> String {
    let row = |judged: &&Judged| {
        let (finding, place) = (finding(judged, view, message, Cell::Table), place(judged, view, Cell::Table));
        format!("| {} | {finding} | {place} |\n", severity(judged.severity))
    };
    table("| Severity | Finding | Where |\n| --- | --- | --- |\n", findings.iter().map(row), most, what, cuts)
}

fn exceptions(view: &View<'_>, size: &Size, cuts: &mut Cuts) -> String {
    // Those that matched nothing have their own finding.
    let mut rows: Vec<&ExceptionRow> =
        view.outcome.exceptions.iter().filter(|row| row.matched > 0 || row.state == ExceptionState::Proposed).collect();
    if rows.is_empty() {
        return String::new();
    }
    // What ends first is what somebody has to look at.
    rows.sort_by_key(|row| {
        (row.state != ExceptionState::Expiring, row.expires.filter(|_| row.state == ExceptionState::Expiring))
    });
    let count_of = |state: &dyn Fn(ExceptionState) -> bool| {
        u64::try_from(rows.iter().filter(|row| state(row.state)).count()).unwrap_or(u64::MAX)
    };
    let is_proposed = |state| state == ExceptionState::Proposed;
    let counts = [
        (count_of(&|state| !has_no_effect(state) && !is_proposed(state)), "exception in use", "exceptions in use"),
        (count_of(&is_proposed), "exception proposed", "exceptions proposed"),
        (count_of(&has_no_effect), "exception without effect", "exceptions without effect"),
    ];
    let counts = counts.into_iter().filter(|(count, ..)| *count > 0);
    let mut title: Vec<String> = counts.map(|(count, one, many)| counted(count, one, many)).collect();
    title.extend(ending(&rows, view));
    let header = "| Exception | Covers | Owner | Ends |\n| --- | --- | --- | --- |\n";
    let table = table(header, rows.iter().map(|row| exception(row, view)), size.others, "exceptions", cuts);
    section(&title.join(", "), &table, size.folded)
}

/// It matches, and takes nothing out.
const fn has_no_effect(state: ExceptionState) -> bool {
    matches!(state, ExceptionState::Expired | ExceptionState::EndedByFix | ExceptionState::TooBroad)
}

fn ending(rows: &[&ExceptionRow], view: &View<'_>) -> Option<String> {
    let expiring = rows.iter().filter(|row| row.state == ExceptionState::Expiring).count();
    let verb = if expiring == 1 { "ends" } else { "end" };
    let when = match view.posting.warn_days {
        Some(days) => format!("within {}", counted(u64::from(days), "day", "days")),
        None => "soon".to_owned(),
    };
    (expiring > 0).then(|| format!("{expiring} {verb} {when}"))
}

fn exception(row: &ExceptionRow, view: &View<'_>) -> String {
    let mut covers: Vec<String> = row.rules.iter().take(3).map(|rule| words::code(rule)).collect();
    if row.rules.len() > covers.len() {
        covers.push(format!("{} more", row.rules.len() - covers.len()));
    }
    let target = row.target.as_deref().filter(|target| !target.trim().is_empty());
    let target = target.map(|target| format!(" in {}", MdCode::new(target, cap::PATH, Cell::Table)));
    let ends = match (row.expires, row.state) {
        (Some(day), ExceptionState::Expiring) => match view.today().and_then(|today| day.since(today).ok()) {
            Some(left) if left.get_days() > 0 => {
                format!("⏳ {day} (in {})", counted(u64::from(left.get_days().unsigned_abs()), "day", "days"))
            }
            Some(_) => format!("⏳ {day} (today)"),
            None => format!("⏳ {day}"),
        },
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

fn fixed(view: &View<'_>, size: &Size, cuts: &mut Cuts) -> String {
    let known = ranked(view.outcome.findings.iter().filter(|judged| judged.introduced == Introduced::Fixed));
    if known.is_empty() {
        return String::new();
    }
    let lines: String = known.iter().take(size.others).map(|judged| mended(judged, view, size)).collect();
    let rest = cuts.note("fixed findings", known.len().min(size.others), known.len());
    section(&format!("{} fixed by this {}", known.len(), view.change()), &(lines + &rest), size.folded)
}

/// What was there, and what is there instead.
fn mended(judged: &Judged, view: &View<'_>, size: &Size) -> String {
    let found = &judged.finding;
    // A baseline knows no more of a secret than that it was one.
    if found.kind == Kind::Secret || found.secret.is_some() {
        let id = MdCode::new(&found.id, cap::RULE, Cell::Text);
        let path = MdCode::new(found.path(), cap::PATH, Cell::Text);
        let place = if found.path().is_empty() { String::new() } else { format!(" in {path}") };
        let advice = match found.secret.as_ref().and_then(|secret| secret.commit.as_deref()) {
            Some(commit) => {
                let commit = MdCode::new(short_commit(commit), cap::VERSION, Cell::Text);
                format!("The value is still in commit {commit} of this branch: squash, and revoke it.")
            }
            None => "The value is still in the history: revoke it.".to_owned(),
        };
        return format!("- {id}{place}. {advice}\n");
    }
    let said = finding(judged, view, size.message, Cell::Text);
    match &found.package {
        Some(package) => {
            let now = present_version(package, view.outcome);
            let now = now.map(|now| format!(", now {}", MdCode::new(now, cap::VERSION, Cell::Text)));
            format!("- {said}{}\n", now.unwrap_or_default())
        }
        None => format!("- {said} {}\n", place(judged, view, Cell::Text)),
    }
}

/// The version the inventory has of a package, where it has one alone.
fn present_version<'a>(package: &Package, outcome: &'a Outcome) -> Option<&'a str> {
    let same = outcome.components.iter().map(|component| &component.package).filter(|known| {
        known.ecosystem == package.ecosystem && known.namespace == package.namespace && known.name == package.name
    });
    let mut versions: Vec<&str> = same.filter_map(|known| known.version.as_deref()).collect();
    versions.sort_unstable();
    versions.dedup();
    match versions.as_slice() {
        [only] if package.version.as_deref() != Some(only) => Some(only),
        _ => None,
    }
}

/// What the base has already and does not stand in a table above.
fn existing(view: &View<'_>, size: &Size, cuts: &mut Cuts) -> String {
    let is_listed =
        |judged: &&Judged| judged.is_open() && judged.introduced == Introduced::Existing && judged.level == Level::Log;
    let findings = ranked(view.outcome.findings.iter().filter(is_listed));
    if findings.is_empty() {
        return String::new();
    }
    let rows = listed(&findings, view, (size.message, size.existing), "findings already on the base", cuts);
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
