//! Checks, problems, exceptions, reports and limits.

use jiff::civil::Date;
use portcullis_model::{
    BySeverity, ExceptionRow, ExceptionState, Health, InputReport, Limit, Outcome, Problem, Severity, ToolRow,
};

use super::markup::{Markup, count, joined, named};
use super::table::{Cuts, table};
use super::words;
use crate::escape::cap;

/// Files of a check, rules of an exception, things a tool has left out that are named.
const NAMED: usize = 3;

/// The severities from the worst on.
const SEVERITIES: [(Severity, &str); 6] = [
    (Severity::Critical, " critical"),
    (Severity::High, " high"),
    (Severity::Medium, " medium"),
    (Severity::Low, " low"),
    (Severity::Info, " info"),
    (Severity::Unknown, " unknown"),
];

pub(super) fn checks(outcome: &Outcome, cuts: &mut Cuts) -> Markup {
    if outcome.tools.is_empty() {
        return Markup::default();
    }
    let mut section =
        Markup::new("<section id=checks aria-labelledby=checks-title>\n<h2 id=checks-title>Checks</h2>\n");
    let opening = "<caption>Checks and reports</caption><thead><tr><th scope=col>Check<th scope=col>Status\
                   <th scope=col class=n>Blocking<th scope=col class=n>Warnings<th scope=col class=n>Logged\
                   <th scope=col class=n>New<th scope=col>Open by severity<th scope=col>Seen</thead>";
    section.add(&table(opening, outcome.tools.iter().map(check), "checks", cuts)).put("</section>\n");
    section
}

fn check(tool: &ToolRow) -> Markup {
    let (id, title) = (tool.id.trim(), tool.title.trim());
    let mut row = Markup::new("<tr><th scope=row>");
    row.text(if id.is_empty() { title } else { id }, cap::RULE);
    if !id.is_empty() && !title.is_empty() && !title.eq_ignore_ascii_case(id) {
        row.put(" <span class=faint>").text(title, cap::RULE).put("</span>");
    }
    if let Some(version) = tool.version.as_deref().filter(|version| !tool.title.contains(version)) {
        row.put(" <span class=faint>").text(version, cap::VERSION).put("</span>");
    }
    let (class, word) = words::status(tool.status, tool.counts.fail, tool.counts.warn);
    row.put("<td class=").put(class).put(">").put(word).put(if tool.required { ", required" } else { "" });
    for number in [tool.counts.fail, tool.counts.warn, tool.counts.log, tool.counts.new] {
        row.put(if number == 0 { "<td class=\"n zero\">" } else { "<td class=n>" }).number(number);
    }
    row.put("<td>").add(&severities(&tool.severities)).put("<td>").add(&seen(tool)).put("\n");
    row
}

fn severities(counts: &BySeverity<u64>) -> Markup {
    let counted = SEVERITIES.into_iter().filter(|(severity, _)| *counts.get(*severity) > 0);
    let pieces: Vec<Markup> = counted
        .map(|(severity, word)| {
            let mut piece = Markup::default();
            piece.number(*counts.get(severity)).put(word);
            piece
        })
        .collect();
    joined(&pieces, ", ")
}

fn seen(tool: &ToolRow) -> Markup {
    let mut pieces = vec![named(tool.inputs.iter().map(|input| input.path.as_str()), NAMED)];
    if tool.inputs.is_empty() && tool.seen > 0 {
        let mut files = Markup::default();
        files.counted(tool.seen, "file", "files");
        pieces.push(files);
    }
    for (number, words) in [(tool.counts.existing, " on the base"), (tool.counts.excepted, " accepted")] {
        let mut piece = Markup::default();
        if number > 0 {
            piece.number(number).put(words);
        }
        pieces.push(piece);
    }
    pieces.push(Markup::of_prose(tool.note.as_deref().unwrap_or_default(), cap::REASON));
    joined(&pieces, ", ")
}

pub(super) fn problems(outcome: &Outcome, cuts: &mut Cuts) -> Markup {
    if outcome.problems.is_empty() {
        return Markup::default();
    }
    let mut problems: Vec<&Problem> = outcome.problems.iter().collect();
    problems.sort_by_key(|problem| std::cmp::Reverse(problem.health));
    let errors = problems.iter().filter(|problem| problem.health == Health::Error).count();
    let mut section = Markup::new("<section id=problems aria-labelledby=problems-title>\n<h2 id=problems-title>");
    if errors > 0 {
        section.put("Could not be judged <small>").counted(count(errors), "error", "errors").put(" of ");
        section.counted(count(problems.len()), "problem", "problems").put("</small></h2>\n");
    } else {
        section.put("Notes about what was read <small>").number(count(problems.len())).put("</small></h2>\n");
    }
    let opening = "<caption>Problems</caption><thead><tr><th scope=col>Weight<th scope=col>What\
                   <th scope=col>Where<th scope=col>Why, and what to do</thead>";
    section.add(&table(opening, problems.into_iter().map(problem), "problems", cuts)).put("</section>\n");
    section
}

fn problem(problem: &Problem) -> Markup {
    let (class, word) = words::health(problem.health);
    let mut row = Markup::new("<tr><td class=");
    row.put(class).put(">").put(word).put("<td>").text(problem.code.as_str(), cap::RULE).put("<td>");
    let path = problem.path.as_deref().or(problem.report.as_deref()).unwrap_or_default();
    if !path.is_empty() {
        row.put("<code>").text(path, cap::PATH);
        if let Some(line) = problem.line {
            row.put(":").number(u64::from(line));
        }
        row.put("</code>");
    }
    if let Some(pointer) = &problem.pointer {
        row.put(" at ").code(pointer, cap::PATH);
    }
    row.put("<td>").prose(&problem.message, cap::MESSAGE).put("\n");
    row
}

pub(super) fn exceptions(outcome: &Outcome, today: Date, cuts: &mut Cuts) -> Markup {
    if outcome.exceptions.is_empty() {
        return Markup::default();
    }
    let ending = outcome.exceptions.iter().filter(|row| row.state == ExceptionState::Expiring).count();
    let mut section = Markup::new("<section id=exceptions aria-labelledby=exceptions-title>\n");
    section.put("<h2 id=exceptions-title>Exceptions <small>").number(count(outcome.exceptions.len()));
    if ending > 0 {
        section.put(", ").number(count(ending)).put(" ending soon");
    }
    section.put("</small></h2>\n");
    let opening = "<caption>Exceptions</caption><thead><tr><th scope=col>Exception<th scope=col>Covers\
                   <th scope=col>Reason<th scope=col>Owner<th scope=col>Ends<th scope=col>State\
                   <th scope=col class=n>Findings</thead>";
    let rows = outcome.exceptions.iter().map(|row| exception(row, today));
    section.add(&table(opening, rows, "exceptions", cuts));
    if outcome.exceptions.iter().any(|row| row.expires.is_some()) {
        section.put("<p class=faint>Days are counted from ").day(today).put(".</p>\n");
    }
    section.put("</section>\n");
    section
}

fn exception(exception: &ExceptionRow, today: Date) -> Markup {
    let mut row = Markup::new("<tr><th scope=row>");
    row.code(&exception.id, cap::RULE);
    if !exception.origin.layer.is_empty() {
        row.put(" <span class=faint>").text(&exception.origin.to_string(), cap::PATH).put("</span>");
    }
    row.put("<td>").add(&named(exception.rules.iter().map(String::as_str), NAMED));
    if let Some(target) = exception.target.as_deref().filter(|target| !target.trim().is_empty()) {
        row.put(if exception.rules.is_empty() { "" } else { " in " }).code(target, cap::PATH);
    }
    row.put("<td>").prose(&exception.reason, cap::REASON);
    row.put("<td>").text(exception.owner.as_deref().unwrap_or_default(), cap::RULE).put("<td>");
    match exception.expires {
        Some(day) => row.day(day).put(" <span class=faint>").add(&words::distance(day, today)).put("</span>"),
        None => row.put("no end"),
    };
    row.put(match exception.state {
        ExceptionState::Active | ExceptionState::Imported | ExceptionState::Inline => "<td>",
        ExceptionState::Expired | ExceptionState::EndedByFix | ExceptionState::TooBroad => "<td class=bad>",
        ExceptionState::Expiring | ExceptionState::Unused | ExceptionState::Proposed => "<td class=odd>",
    });
    row.put(words::exception(exception.state)).put("<td class=n>").number(exception.matched).put("\n");
    row
}

pub(super) fn reports(outcome: &Outcome, cuts: &mut Cuts) -> Markup {
    if outcome.reports.is_empty() {
        return Markup::default();
    }
    let mut section =
        Markup::new("<section id=reports aria-labelledby=reports-title>\n<h2 id=reports-title>Reports read</h2>\n");
    let opening = "<caption>Reports</caption><thead><tr><th scope=col>File<th scope=col>Format\
                   <th scope=col>Tool<th scope=col>Made<th scope=col>Open by severity\
                   <th scope=col class=n>Components<th scope=col>Health</thead>";
    section.add(&table(opening, outcome.reports.iter().map(report), "reports", cuts)).put("</section>\n");
    section
}

fn report(report: &InputReport) -> Markup {
    let mut row = Markup::new("<tr><th scope=row>");
    row.code(&report.path, cap::PATH);
    if let Some(name) = &report.name {
        row.put(" <span class=faint>").text(name, cap::RULE).put("</span>");
    }
    if let Some(digest) = report.sha256.get(..12) {
        row.put(" <span class=faint>sha256 ").code(digest, cap::VERSION).put("</span>");
    }
    row.put("<td>").text(&report.format, cap::RULE).put("<td>").text(&report.tool.name, cap::RULE);
    row.put(" ").text(report.tool.version.as_deref().unwrap_or_default(), cap::VERSION).put("<td>");
    if let Some(time) = report.generated_at {
        row.text(&time.strftime("%Y-%m-%d %H:%M").to_string(), cap::VERSION).put(" UTC");
    }
    row.put("<td>").add(&severities(&report.counts.severity));
    row.put(if report.components == 0 { "<td class=\"n zero\">" } else { "<td class=n>" }).number(report.components);
    let (class, word) = words::health(report.health);
    row.put("<td class=").put(class).put(">").put(word).put(if report.required { ", required" } else { "" });
    if !report.skipped.is_empty() {
        row.put(" <span class=faint>without ").add(&named(report.skipped.iter().map(|it| it.what.as_str()), NAMED));
        row.put("</span>");
    }
    row.put("\n");
    row
}

/// What was left out anywhere in the run.
pub(super) fn limits(outcome: &Outcome) -> Markup {
    if outcome.limits.is_empty() {
        return Markup::default();
    }
    let mut section =
        Markup::new("<section id=limits aria-labelledby=limits-title>\n<h2 id=limits-title>Limits</h2>\n");
    let opening = "<caption>What was left out</caption><thead><tr><th scope=col>What\
                   <th scope=col class=n>Kept<th scope=col class=n>Left out</thead>";
    let row = |limit: &Limit| {
        let mut row = Markup::new("<tr><th scope=row>");
        row.text(&limit.what, cap::REASON).put("<td class=n>").number(limit.kept);
        row.put("<td class=n>").number(limit.dropped).put("\n");
        row
    };
    // What this table leaves out cannot be a row of it.
    let table = table(opening, outcome.limits.iter().map(row), "limits", &mut Cuts::default());
    section.add(&table).put("</section>\n");
    section
}
