//! One line for each finding, `path:line:col: severity rule: title`: for editors, `grep` and people in a hurry.

use portcullis_model::{Judged, Level, Outcome};

use crate::escape::{TermText, cap, text};
use crate::human::preview;
use crate::terminal::{Canvas, Ink, Terminal, Verbosity};

/// The findings that are shown at this verbosity, in the order of the document.
pub fn short(outcome: &Outcome, terminal: &Terminal) -> String {
    let mut canvas = Canvas::new(terminal);
    let shown = match terminal.verbosity {
        Verbosity::Silent => return canvas.finish(),
        Verbosity::Quiet => Level::Fail,
        Verbosity::Normal => Level::Warn,
        Verbosity::Verbose => Level::Log,
    };
    for judged in outcome.findings.iter().filter(|judged| judged.is_open() && judged.level >= shown) {
        let finding = &judged.finding;
        canvas.put(Ink::Bold, &place(judged, terminal)).say(&": ");
        canvas.put(Ink::of_level(judged.level), &judged.severity).space(1);
        canvas.put(Ink::Code, &terminal.text(&finding.id, cap::RULE)).say(&": ");
        canvas.say(&terminal.text(headline(judged), cap::TITLE)).end();
    }
    if terminal.verbosity >= Verbosity::Normal {
        let policy = &outcome.policy;
        let gate = policy.path.as_deref().unwrap_or("portcullis.yaml");
        let path = terminal.text(gate, cap::PATH);
        let of_gate =
            [("if merged: ", preview::if_merged(policy, terminal)), ("", preview::workflow(policy, terminal))];
        for (when, said) in of_gate.iter().filter(|(_, said)| !said.is_empty()) {
            canvas.put(Ink::Bold, &path).say(&": note: ").say(when).say(said).end();
        }
        for comment in policy.preview.iter().flat_map(|preview| &preview.inline) {
            canvas.put(Ink::Bold, &text![terminal.text(&comment.path, cap::PATH), ":", comment.line]);
            canvas.say(&": note: the change adds ").say(&preview::comment(comment, terminal)).end();
        }
    }
    canvas.finish()
}

/// The title; of a finding without one, what it says.
pub(crate) fn headline(judged: &Judged) -> &str {
    let finding = &judged.finding;
    if finding.title.trim().is_empty() { &finding.message } else { &finding.title }
}

/// The path; of a finding outside every file the address, artifact or package it is about. Empty where there is none.
pub(crate) fn subject(judged: &Judged) -> String {
    let finding = &judged.finding;
    if !finding.path().is_empty() {
        return finding.path().to_owned();
    }
    let address = finding.primary().and_then(|location| location.uri.clone());
    let artifact = || finding.artifact.as_ref().map(|artifact| artifact.name.clone());
    let package = || finding.package.as_ref().map(|package| package.label());
    address.or_else(artifact).filter(|name| !name.is_empty()).or_else(package).unwrap_or_default()
}

/// `path:line:col`; of a finding outside every file what it is about, else `-`.
pub(crate) fn place(judged: &Judged, terminal: &Terminal) -> TermText {
    let location = judged.finding.primary();
    let name = subject(judged);
    let path = terminal.text(if name.is_empty() { "-" } else { &name }, cap::PATH);
    match location.map(|location| (location.start_line, location.start_col)) {
        Some((Some(line), Some(col))) => text![path, ":", line, ":", col],
        Some((Some(line), None)) => text![path, ":", line],
        _ => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn a_line_for_each_blocking_finding_and_warning() {
        insta::assert_snapshot!(short(&sample::failing(), &Terminal::default()));
    }

    #[test]
    fn quiet_leaves_the_warnings_out_and_verbose_adds_the_logged() {
        let lines =
            |verbosity| short(&sample::failing(), &Terminal { verbosity, ..Terminal::default() }).lines().count();
        let counts = sample::failing().counts;
        assert_eq!(lines(Verbosity::Quiet), usize::try_from(counts.fail).unwrap());
        assert_eq!(lines(Verbosity::Normal), usize::try_from(counts.fail + counts.warn).unwrap());
        assert_eq!(lines(Verbosity::Verbose), usize::try_from(counts.fail + counts.warn + counts.log).unwrap());
        assert_eq!(lines(Verbosity::Silent), 0);
    }

    #[test]
    fn a_path_with_a_line_break_stays_on_its_line() {
        let lines = short(&sample::hostile(), &Terminal::default());
        assert_eq!(lines.lines().count(), sample::hostile().findings.len());
        assert!(lines.chars().all(|char| char == '\n' || !char.is_control()));
    }
}
