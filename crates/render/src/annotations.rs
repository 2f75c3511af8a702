//! Annotations of a GitHub run: workflow commands the runner turns into marks beside the lines of a change
//! (spec/github-ux.md 3.6, 6).

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use portcullis_model::{Context, Introduced, Judged, Level, Outcome};

use crate::escape::{CmdData, CmdProp, cap};
use crate::ranking::ranked;
use crate::short::headline;

/// The runner keeps ten of each level in a step; the tenth says how many there are besides.
const EACH: usize = 9;

/// At most nine commands and a summary for each level. They are for the runner: they must stand outside of the window in
/// which it obeys nothing.
pub fn annotations(outcome: &Outcome) -> String {
    let mut commands = String::new();
    for (level, word) in [(Level::Fail, "error"), (Level::Warn, "warning"), (Level::Log, "notice")] {
        let of_level = outcome.findings.iter().filter(|judged| judged.is_open() && judged.level == level);
        let chosen = chosen(of_level);
        for judged in chosen.iter().take(EACH) {
            command(word, judged, &outcome.context, &mut commands);
        }
        let more = chosen.len().saturating_sub(EACH);
        if more > 0 {
            let findings = if more == 1 { "finding" } else { "findings" };
            // Writing to a string never fails.
            let _ = writeln!(commands, "::{word}::{more} more {findings}, see the job summary");
        }
    }
    commands
}

/// On lines of the change first, then new ones, then the worst; of these one of each file before a second of the same.
fn chosen<'a>(findings: impl Iterator<Item = &'a Judged>) -> Vec<&'a Judged> {
    let mut seen: BTreeMap<_, usize> = BTreeMap::new();
    let mut chosen: Vec<_> = ranked(findings)
        .into_iter()
        .map(|judged| {
            let weight = (
                Reverse(judged.in_diff == Some(true)),
                !matches!(judged.introduced, Introduced::New | Introduced::Unknown),
                judged.severity.display_rank(),
            );
            let earlier = seen.entry((weight, judged.finding.path())).or_default();
            *earlier += 1;
            ((weight, *earlier), judged)
        })
        .collect();
    chosen.sort_by_key(|(weight, _)| *weight);
    chosen.into_iter().map(|(_, judged)| judged).collect()
}

fn command(word: &str, judged: &Judged, context: &Context, commands: &mut String) {
    let finding = &judged.finding;
    let _ = write!(commands, "::{word} ");
    place(judged, context, commands);
    let title = CmdProp::new(&finding.id, cap::RULE);
    let _ = write!(commands, "title={title} ({})", judged.severity);
    let title = headline(judged);
    let about = finding.package.as_ref().map(|package| package.label()).unwrap_or_default();
    let message = Some(finding.message.as_str()).filter(|message| *message != title && !title.contains(message.trim()));
    let lines = [Some(title), Some(about.as_str()), message, finding.remediation.as_deref()];
    let said = lines.into_iter().flatten().filter(|line| !line.trim().is_empty());
    let _ = writeln!(commands, "::{}", CmdData::lines(said));
}

/// File, lines and columns as far as the runner accepts them: no columns over several lines, no end before the start.
fn place(judged: &Judged, context: &Context, commands: &mut String) {
    let Some(location) = judged.finding.primary().filter(|place| !place.path.is_empty() && !place.outside_repo) else {
        return;
    };
    let path = context.path_in_repository(&location.path);
    let Some(file) = CmdProp::path(&path).filter(|_| stays_inside(&path)) else { return };
    let _ = write!(commands, "file={file},");
    let Some(line) = location.start_line.filter(|line| *line > 0) else { return };
    let last = location.end_line.filter(|last| *last >= line).unwrap_or(line);
    let _ = write!(commands, "line={line},endLine={last},");
    let Some(column) = location.start_col.filter(|column| last == line && *column > 0) else { return };
    let _ = write!(commands, "col={column},");
    if let Some(end) = location.end_col.filter(|end| *end >= column) {
        let _ = write!(commands, "endColumn={end},");
    }
}

fn stays_inside(path: &str) -> bool {
    !path.split(['/', '\\']).any(|part| matches!(part, "" | ".."))
}

#[cfg(test)]
mod tests {
    use portcullis_model::Severity;

    use super::*;
    use crate::sample;

    #[test]
    fn a_failure() {
        insta::assert_snapshot!(annotations(&sample::failing()));
    }

    #[test]
    fn at_most_ten_commands_of_a_level_and_the_tenth_counts_the_rest() {
        for (findings, commands, last) in
            [(9, 9, None), (10, 10, Some("1 more finding,")), (50_000, 10, Some("49991 more findings,"))]
        {
            let mut outcome = sample::many(findings);
            outcome.findings.iter_mut().for_each(|judged| judged.level = Level::Fail);
            let said = annotations(&outcome);
            assert_eq!(said.lines().count(), commands);
            let summary = said.lines().find_map(|line| line.strip_prefix("::error::"));
            assert_eq!(summary.map(|line| line.starts_with(last.unwrap_or("?"))), last.map(|_| true), "{summary:?}");
        }
    }

    /// Files in the order in which their findings are chosen.
    fn files(findings: &[Judged]) -> Vec<&str> {
        chosen(findings.iter()).into_iter().map(|judged| judged.finding.path()).collect()
    }

    fn finding(path: &str, line: u32, severity: Severity) -> Judged {
        sample::ours("a/b", Level::Fail, severity, (path, line, 1..2, "x"), ("t", "m"))
    }

    #[test]
    fn lines_of_the_change_come_first_then_new_ones_then_the_worst_then_other_files() {
        let mut findings = vec![
            finding("a", 1, Severity::High),
            finding("a", 2, Severity::High),
            finding("b", 1, Severity::High),
            finding("worst", 1, Severity::Critical),
            finding("old", 1, Severity::Critical),
            finding("diff", 1, Severity::Low),
        ];
        findings[4].introduced = Introduced::Existing;
        findings[5].in_diff = Some(true);
        assert_eq!(files(&findings), ["diff", "worst", "a", "b", "a", "old"]);
    }

    #[test]
    fn columns_over_several_lines_are_left_out() {
        let mut outcome = sample::warning();
        outcome.findings.truncate(1);
        outcome.findings[0].finding.locations[0].end_line = Some(20);
        let said = annotations(&outcome);
        assert!(said.contains("line=14,endLine=20,title="), "{said}");
    }

    #[test]
    fn a_path_out_of_the_workspace_is_no_file() {
        for path in ["/etc/passwd", "../x", "a/../../x", "a\nb", "C:\\..\\x"] {
            let mut outcome = sample::warning();
            outcome.findings.truncate(1);
            outcome.findings[0].finding.locations[0].path = path.to_owned();
            assert!(annotations(&outcome).starts_with("::warning title="), "{path:?}");
        }
    }
}
