//! Which findings are shown, in which order, and how many of them as frames.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use portcullis_model::{Judged, Level, Outcome};

use super::finding::{self, Detail};
use crate::escape::{TermText, cap, text};
use crate::ranking::rank;
use crate::short::place;
use crate::terminal::{Canvas, Ink, Verbosity};

/// More frames than this nobody reads; the rest becomes a table.
const FRAMES: usize = 50;
/// Rows of that table.
const ROWS: usize = 30;

/// The findings a report shows: what blocks first, then grouped by file, the worst file first.
pub(super) struct Listing<'a> {
    shown: Vec<&'a Judged>,
}

impl<'a> Listing<'a> {
    pub(super) fn new(outcome: &'a Outcome, verbosity: Verbosity) -> Self {
        let least = match verbosity {
            Verbosity::Silent | Verbosity::Quiet => Level::Fail,
            Verbosity::Normal => Level::Warn,
            Verbosity::Verbose => Level::Log,
        };
        let mut shown: Vec<&Judged> =
            outcome.findings.iter().filter(|judged| judged.is_open() && judged.level >= least).collect();
        shown.sort_by_cached_key(|judged| rank(judged));
        // The first finding of a file, which is its worst, says where the file stands among the others.
        let mut files: BTreeMap<(Reverse<Level>, &str), usize> = BTreeMap::new();
        for (position, judged) in shown.iter().enumerate() {
            files.entry((Reverse(judged.level), judged.finding.path())).or_insert(position);
        }
        shown.sort_by_key(|judged| files.get(&(Reverse(judged.level), judged.finding.path())).copied());
        Self { shown }
    }

    /// The blocking findings, the worst first.
    pub(super) fn blocking(&self) -> impl Iterator<Item = &'a Judged> {
        self.shown.iter().copied().filter(|judged| judged.level == Level::Fail)
    }

    pub(super) fn draw(&self, canvas: &mut Canvas<'_>) {
        let (framed, rest) = self.shown.split_at(self.shown.len().min(FRAMES));
        let mut explained = BTreeSet::new();
        for judged in framed {
            let first_of_its_rule = explained.insert(judged.finding.id.as_str());
            let detail = Detail::of(judged.level, canvas.terminal.verbosity);
            finding::frame(judged, detail, first_of_its_rule, canvas.terminal).draw(canvas);
            canvas.end();
        }
        if !rest.is_empty() {
            table(rest, canvas);
        }
    }
}

/// What did not become a frame, a row for each rule.
fn table(rest: &[&Judged], canvas: &mut Canvas<'_>) {
    let mut rules: BTreeMap<(Level, &str), (u64, &Judged)> = BTreeMap::new();
    for judged in rest {
        rules.entry((judged.level, &judged.finding.id)).or_insert((0, judged)).0 += 1;
    }
    let mut rows: Vec<_> = rules.into_iter().map(|((level, id), (count, first))| (level, count, id, first)).collect();
    rows.sort_by_key(|(level, count, id, _)| (Reverse(*level), Reverse(*count), *id));
    canvas.put(Ink::Bold, &text![rest.len(), " more findings"]).say(&", by rule (`-f short` lists each):").end();
    let terminal = canvas.terminal;
    let id = |id: &str| terminal.text(id, cap::RULE);
    let widest = rows.iter().take(ROWS).map(|(_, _, raw, _)| id(raw).width()).max().unwrap_or(0).min(44);
    for (level, count, raw, first) in rows.iter().take(ROWS) {
        let count = text![*count];
        canvas.space(6_usize.saturating_sub(count.width())).say(&count).space(1);
        canvas.column(Ink::of_level(*level), &word(*level), 9).column(Ink::Plain, &id(raw), widest);
        canvas.space(2).put(Ink::Faint, &place(first, terminal)).end();
    }
    if rows.len() > ROWS {
        canvas.space(7).say(&text!["and ", rows.len() - ROWS, " more rules"]).end();
    }
    canvas.end();
}

fn word(level: Level) -> TermText {
    text![match level {
        Level::Fail => "blocking",
        Level::Warn => "warning",
        Level::Log => "log",
        Level::Off => "off",
    }]
}
