//! What could not be judged: always shown, because it is never a pass.

use std::collections::BTreeMap;

use portcullis_model::{Health, Outcome, Problem, ProblemCode, Section};

use crate::escape::{cap, text};
use crate::frame::{Frame, Place};
use crate::terminal::{Canvas, Ink, Terminal, Verbosity};

/// Frames; of more problems only the kinds are counted.
const FRAMES: usize = 30;

pub(super) fn draw(outcome: &Outcome, canvas: &mut Canvas<'_>) {
    let least = if canvas.terminal.verbosity == Verbosity::Quiet { Health::Error } else { Health::Warn };
    let mut problems: Vec<&Problem> = outcome.problems.iter().filter(|problem| problem.health >= least).collect();
    // A stable sort: among equals the order of the document stays.
    problems.sort_by_key(|problem| std::cmp::Reverse(problem.health));
    let (framed, rest) = problems.split_at(problems.len().min(FRAMES));
    for problem in framed {
        frame(problem, canvas.terminal).draw(canvas);
        canvas.end();
    }
    if rest.is_empty() {
        return;
    }
    let mut kinds: BTreeMap<(std::cmp::Reverse<Health>, ProblemCode), u64> = BTreeMap::new();
    for problem in rest {
        *kinds.entry((std::cmp::Reverse(problem.health), problem.code)).or_default() += 1;
    }
    canvas.put(Ink::Bold, &text![rest.len(), " more problems"]).say(&" (`-f json` lists each):").end();
    for ((std::cmp::Reverse(health), code), count) in kinds {
        let count = text![count];
        let (word, ink) = word(health);
        canvas.space(6_usize.saturating_sub(count.width())).say(&count).space(1);
        canvas.column(ink, &text![word], 11).say(&code.as_str()).end();
    }
    canvas.end();
}

const fn word(health: Health) -> (&'static str, Ink) {
    match health {
        Health::Error => ("incomplete", Ink::Error),
        Health::Warn | Health::Ok => ("warning", Ink::Warning),
    }
}

fn frame(problem: &Problem, terminal: &Terminal) -> Frame {
    let (word, ink) = word(problem.health);
    let mut frame = Frame {
        word,
        ink: Some(ink),
        id: text![problem.code.as_str()],
        title: terminal.text(&problem.message, cap::MESSAGE),
        ..Frame::default()
    };
    let path = terminal.text(problem.path.as_deref().unwrap_or_default(), cap::PATH);
    if !path.is_empty() {
        frame.places.push(Place { path, line: problem.line, col: problem.col, ..Place::default() });
    }
    if let Some(report) = problem.report.as_ref().filter(|report| problem.path.as_ref() != Some(*report)) {
        frame.note("report", terminal.text(report, cap::PATH));
    }
    match (&problem.pointer, problem.byte) {
        (Some(pointer), _) if !pointer.is_empty() => frame.note("at", terminal.text(pointer, cap::PATH)),
        (_, Some(byte)) if problem.line.is_none() => frame.note("at", text!["byte ", byte]),
        _ => {}
    }
    match problem.section {
        Some(section) if section != Section::None && problem.health == Health::Error => {
            frame.note("note", text!["without it `", section, "` cannot be judged"]);
        }
        _ => {}
    }
    frame
}
