//! What was measured and has a bound of the policy: the value, what it was on the base, the bound and where it is written.

use portcullis_model::{Metric, Outcome};

use crate::amount::{Amount, Rounding};
use crate::escape::{TermText, cap, text};
use crate::terminal::{Canvas, Ink, Terminal};

/// Values that are named.
const NAMED: usize = 20;

pub(super) fn draw(outcome: &Outcome, canvas: &mut Canvas<'_>) {
    let mut bounded: Vec<&Metric> = outcome.metrics.iter().filter(|metric| !metric.gates.is_empty()).collect();
    if bounded.is_empty() {
        return;
    }
    // What is missed comes first.
    bounded.sort_by_key(|metric| metric.is_met());
    let terminal = canvas.terminal;
    canvas.gap().put(Ink::Bold, &text!["Measured"]).end();
    for metric in bounded.iter().take(NAMED) {
        let (ink, word) = match metric.is_met() {
            Some(false) => (Ink::Error, text!["not met"]),
            _ => (Ink::Good, text!["met"]),
        };
        canvas.space(2).column(ink, &word, 9).wrap(Ink::Plain, &line(metric, terminal), 11);
    }
    if let Some(more) = bounded.len().checked_sub(NAMED).filter(|more| *more > 0) {
        canvas.space(2).say(&text![u64::try_from(more).unwrap_or(u64::MAX), " more"]).end();
    }
    canvas.end();
}

/// `coverage.line 79.9 %, base 80.2 %, bound >= 80 % (portcullis.yaml:7)`
fn line(metric: &Metric, terminal: &Terminal) -> TermText {
    let shown = |amount: &Amount| terminal.text(&amount.text(), cap::VERSION);
    let mut line = terminal.text(&metric.name, cap::RULE);
    if let Some(target) = &metric.target {
        line.push(&text![" ", terminal.text(target, cap::PATH)]);
    }
    line.push(&text![" ", shown(&Amount::of(metric))]);
    if let Some(base) = metric.base {
        line.push(&text![", base ", shown(&Amount::new(base, &metric.unit, Rounding::Nearest))]);
    }
    for gate in &metric.gates {
        let bound = shown(&Amount::new(gate.value, &metric.unit, Rounding::Nearest));
        let (op, origin) = (terminal.text(&gate.op, 4), terminal.text(&gate.origin.to_string(), cap::PATH));
        line.push(&text![", bound ", op, " ", bound, " (", origin, ")"]);
    }
    line
}
