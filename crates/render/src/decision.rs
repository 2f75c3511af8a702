//! Why a finding has its level: what `portcullis explain FINDING` prints (spec/policy.md 11).

use portcullis_model::{Judged, State};

use crate::escape::{TermText, cap, text};
use crate::human::finding::{change_of, not_accepted, origin, reported_by, step_word};
use crate::short::place;
use crate::terminal::{Canvas, Ink, Terminal};

/// Every step that changed the level, the last of them marked; then what else people should know.
pub fn decision(judged: &Judged, terminal: &Terminal) -> String {
    let mut canvas = Canvas::new(terminal);
    heading(judged, &mut canvas);
    let mut rows = vec![Row {
        word: "severity",
        change: text![judged.severity],
        key: reported_by(&judged.finding, terminal),
        ..Row::default()
    }];
    rows.extend(judged.decision.iter().map(|decision| Row {
        word: step_word(decision.step),
        change: change_of(decision, terminal),
        key: terminal.text(&decision.key, cap::TITLE),
        origin: origin(&decision.origin, terminal),
        decided: false,
    }));
    if let Some(last) = rows.last_mut().filter(|row| !row.origin.is_empty()) {
        last.decided = true;
    }
    let notes = besides(judged, terminal);
    let words = rows.iter().map(|row| row.word.len()).chain(notes.iter().map(|(word, _)| word.len()));
    let words = words.max().unwrap_or(0) + 2;
    table(&rows, words, &mut canvas);
    for (word, note) in notes {
        canvas.space(2).column(Ink::Bold, &text![word], words).wrap(Ink::Plain, &note, words + 2);
    }
    canvas.finish()
}

/// `CVE-… in minimist 1.2.5 (web/package-lock.json:812)  ->  fail`
fn heading(judged: &Judged, canvas: &mut Canvas<'_>) {
    let terminal = canvas.terminal;
    let finding = &judged.finding;
    canvas.put(Ink::Code, &terminal.text(&finding.id, cap::RULE));
    if let Some(package) = &finding.package {
        canvas.say(&" in ").say(&terminal.text(&package.label(), cap::TITLE));
    }
    canvas.say(&text![" (", place(judged, terminal), ")  ->  "]).put(Ink::of_level(judged.level), &judged.level);
    let state = match judged.state {
        State::Open => "",
        State::Suppressed => ", suppressed",
        State::NotAffected => ", not affected",
        State::Fixed => ", fixed",
        State::UnderInvestigation => ", under investigation",
        State::Passed => ", passed",
        State::Review => ", to be looked at",
        State::Excepted => ", accepted by an exception",
        State::Excluded => ", under an excluded path",
        State::Absent => ", gone",
    };
    canvas.say(&state).end();
}

#[derive(Default)]
struct Row {
    word: &'static str,
    change: TermText,
    key: TermText,
    origin: TermText,
    decided: bool,
}

fn table(rows: &[Row], words: usize, canvas: &mut Canvas<'_>) {
    let widest = |width: fn(&Row) -> usize| rows.iter().map(width).max().unwrap_or(0) + 2;
    let changes = widest(|row| row.change.width());
    let keys = widest(|row| if row.origin.is_empty() { 0 } else { row.key.width() });
    for row in rows {
        canvas.space(2).column(Ink::Bold, &text![row.word], words).column(Ink::Plain, &row.change, changes);
        canvas.column(Ink::Plain, &row.key, if row.origin.is_empty() { 0 } else { keys });
        canvas.put(Ink::Faint, &row.origin);
        if row.decided {
            canvas.space(2).put(Ink::Bold, &"<- decided");
        }
        canvas.end();
    }
}

/// What no step of the decision says.
fn besides(judged: &Judged, terminal: &Terminal) -> Vec<(&'static str, TermText)> {
    let mut notes: Vec<(&'static str, TermText)> = Vec::new();
    match (judged.due, judged.overdue) {
        (Some(due), true) => notes.push(("due", text!["was to be mended by ", due])),
        (Some(due), false) => notes.push(("due", text!["to be mended by ", due])),
        (None, _) => {}
    }
    let refused = judged.finding.suppressions.iter().filter(|suppression| !suppression.accepted);
    notes.extend(refused.map(|suppression| ("note", not_accepted(suppression, terminal))));
    notes.extend(judged.notes.iter().map(|note| ("note", terminal.text(note, cap::MESSAGE))));
    if judged.would_fail {
        notes.push(("note", text!["would block, were the policy not in report-only mode"]));
    }
    notes
}

#[cfg(test)]
mod tests {
    use portcullis_model::{Decision, Step, Suppression};

    use super::*;
    use crate::sample;

    #[test]
    fn each_step_has_a_row_and_the_last_decided() {
        let mut judged = sample::vulnerability();
        judged.notes = vec!["exception `EX-2026-014` does not apply: package pkg:npm/minimist@1.2.6*".to_owned()];
        insta::assert_snapshot!(decision(&judged, &Terminal::default()));
    }

    #[test]
    fn an_accepted_finding_names_its_exception() {
        let mut judged = sample::vulnerability();
        judged.level = portcullis_model::Level::Off;
        judged.state = State::Excepted;
        judged.exception = Some("EX-0007".to_owned());
        judged.decision.push(Decision {
            step: Step::Exception,
            key: "EX-0007".to_owned(),
            from: "fail".into(),
            to: "off".into(),
            origin: portcullis_model::Origin {
                layer: ".portcullis/exceptions/web.yaml".into(),
                line: Some(6),
                col: None,
            },
        });
        judged.finding.suppressions = vec![Suppression {
            by: "inline".to_owned(),
            source_file: Some("web/package-lock.json".to_owned()),
            line: Some(3),
            ..Suppression::default()
        }];
        insta::assert_snapshot!(decision(&judged, &Terminal::default()));
    }

    #[test]
    fn nothing_hostile_reaches_the_terminal() {
        for judged in &sample::hostile().findings {
            let shown = decision(judged, &Terminal::default());
            assert!(shown.chars().all(|char| char == '\n' || !char.is_control()), "{shown:?}");
        }
    }
}
