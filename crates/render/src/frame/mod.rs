//! A frame: title, place, source line with what is marked, notes. Compilers have taught everybody to read it.
//!
//! Drawn here and not by a crate: the column in the heading has to be the one in the file, also where the excerpt was
//! cut, an invisible character was spelled out or a tab widened, and labels have to be cleaned like everything else.

mod excerpt;

use std::ops::Range;

use excerpt::Excerpt;
pub(crate) use excerpt::Source;

use crate::escape::{TermText, text};
use crate::terminal::{Canvas, Ink};

/// A gutter for two digits at least, so that most frames of a report line up.
const NARROWEST_GUTTER: usize = 2;
/// Lines after the first of a long title.
const TITLE_INDENT: usize = 4;

/// What is said about a place or about none.
#[derive(Debug, Default)]
pub(crate) struct Frame {
    /// `error`, `warning`, …
    pub(crate) word: &'static str,
    pub(crate) ink: Option<Ink>,
    pub(crate) id: TermText,
    pub(crate) title: TermText,
    /// The first is the one at fault.
    pub(crate) places: Vec<Place>,
    pub(crate) body: Vec<Part>,
}

/// A place, with its source line where it is known.
#[derive(Clone, Debug, Default)]
pub(crate) struct Place {
    pub(crate) path: TermText,
    pub(crate) line: Option<u32>,
    pub(crate) col: Option<u32>,
    /// Columns marked in `source`, 1-based, the end exclusive.
    pub(crate) span: Range<u32>,
    pub(crate) source: Option<Source>,
    pub(crate) label: TermText,
}

/// What stands below the places.
#[derive(Debug)]
pub(crate) enum Part {
    /// ` = word: text`
    Note(&'static str, TermText),
    /// The change that the note before it proposes.
    Change(Change),
}

/// Whole lines that would be replaced.
#[derive(Debug)]
pub(crate) struct Change {
    pub(crate) first_line: u32,
    /// Known only for a single line.
    pub(crate) removed: Option<String>,
    pub(crate) added: Vec<String>,
    pub(crate) more: usize,
}

impl Frame {
    pub(crate) fn note(&mut self, word: &'static str, text: TermText) {
        if !text.is_empty() {
            self.body.push(Part::Note(word, text));
        }
    }

    pub(crate) fn draw(&self, canvas: &mut Canvas<'_>) {
        self.heading(canvas);
        let gutter = self.gutter();
        let mut rest = self.places.as_slice();
        let mut arrow = "-->";
        let mut unplaced = Vec::new();
        while let Some(first) = rest.first() {
            // Places on one line share their excerpt.
            let shared = rest.iter().take_while(|place| first.is_on_line_of(place)).count().max(1);
            let (here, others) = rest.split_at(shared);
            unplaced.extend(self.place(canvas, gutter, arrow, here));
            arrow = ":::";
            rest = others;
        }
        for label in &unplaced {
            draw_note(canvas, gutter, "note", label);
        }
        for part in &self.body {
            match part {
                Part::Note(word, text) => draw_note(canvas, gutter, word, text),
                Part::Change(change) => change.draw(canvas, gutter),
            }
        }
    }

    fn heading(&self, canvas: &mut Canvas<'_>) {
        let ink = self.ink.unwrap_or(Ink::Plain);
        let head = if self.id.is_empty() { text![self.word] } else { text![self.word, "[", self.id, "]"] };
        canvas.put(ink, &head).say(&": ");
        let room = canvas.terminal.columns();
        let first_room = room.saturating_sub(head.width() + 2);
        for (index, line) in self.title.wrapped_after(first_room, room.saturating_sub(TITLE_INDENT)).iter().enumerate()
        {
            canvas.space(if index > 0 { TITLE_INDENT } else { 0 }).put(Ink::Bold, line).end();
        }
    }

    fn gutter(&self) -> usize {
        let excerpts = self.places.iter().filter(|place| place.source.is_some()).filter_map(|place| place.line);
        let changes = self.body.iter().map(|part| match part {
            Part::Note(..) => 0,
            Part::Change(change) => change.first_line.saturating_add(count(change.added.len())),
        });
        let last = excerpts.chain(changes).max().unwrap_or(0);
        last.to_string().len().max(NARROWEST_GUTTER)
    }

    /// One or several marked spans on one source line. Returns the labels that find no room beside it.
    fn place(&self, canvas: &mut Canvas<'_>, gutter: usize, arrow: &'static str, here: &[Place]) -> Vec<TermText> {
        let Some(first) = here.first() else { return Vec::new() };
        canvas.space(gutter).put(Ink::Gutter, &arrow).space(1).say(&first.heading());
        let primary = arrow == "-->";
        let (Some(source), Some(line)) = (&first.source, first.line) else {
            if primary {
                canvas.end();
                return Some(first.label.clone()).filter(|label| !label.is_empty()).into_iter().collect();
            }
            canvas.space(2).say(&first.label).end();
            return Vec::new();
        };
        canvas.end();
        let room = canvas.terminal.columns().saturating_sub(gutter + 3).max(30);
        let spans: Vec<_> = here.iter().map(|place| place.span.clone()).collect();
        let excerpt = Excerpt::new(source, &spans, room, canvas.terminal);
        canvas.space(gutter + 1).put(Ink::Gutter, &"|").end();
        canvas.space(gutter.saturating_sub(digits(line))).put(Ink::Gutter, &line).space(1).put(Ink::Gutter, &"|");
        canvas.space(1).say(&excerpt.text).end();

        let ink = |index: usize| if primary && index == 0 { self.ink.unwrap_or(Ink::Plain) } else { Ink::Gutter };
        let mut marks: Vec<Mark<'_>> = (here.iter().zip(excerpt.marked).enumerate())
            .map(|(index, (place, columns))| Mark {
                columns,
                sign: if primary && index == 0 { "^" } else { "-" },
                ink: ink(index),
                label: &place.label,
            })
            .collect();
        draw_marks(canvas, gutter, room, &mut marks)
    }
}

impl Place {
    fn heading(&self) -> TermText {
        match (self.line, self.col) {
            (Some(line), Some(col)) => text![self.path, ":", line, ":", col],
            (Some(line), None) => text![self.path, ":", line],
            _ => self.path.clone(),
        }
    }

    fn is_on_line_of(&self, other: &Self) -> bool {
        self.source.is_some() && self.source == other.source && self.line == other.line && self.path == other.path
    }
}

fn draw_note(canvas: &mut Canvas<'_>, gutter: usize, word: &'static str, text: &TermText) {
    canvas.space(gutter + 1).put(Ink::Gutter, &"= ").put(Ink::Bold, &word).say(&": ");
    canvas.wrap(Ink::Plain, text, gutter + 5 + word.len());
}

struct Mark<'a> {
    columns: Range<usize>,
    sign: &'static str,
    ink: Ink,
    label: &'a TermText,
}

/// Draws the row of carets, the rightmost label beside it, the others below. Returns the labels without room.
fn draw_marks(canvas: &mut Canvas<'_>, gutter: usize, room: usize, marks: &mut [Mark<'_>]) -> Vec<TermText> {
    let rightmost = marks.iter().map(|mark| mark.columns.end).max().unwrap_or(0);
    canvas.space(gutter + 1).put(Ink::Gutter, &"|").space(1);
    // The place at fault comes first, so its carets win where marks overlap.
    let mark_at = |column| marks.iter().find(|mark| mark.columns.contains(&column)).map(|mark| (mark.sign, mark.ink));
    let mut column = 0;
    while column < rightmost {
        let here = mark_at(column);
        let length = (column..rightmost).take_while(|column| mark_at(*column) == here).count();
        match here {
            Some((sign, ink)) => canvas.put(ink, &TermText::new(&sign.repeat(length), length)),
            None => canvas.space(length),
        };
        column += length;
    }
    marks.sort_by_key(|mark| std::cmp::Reverse(mark.columns.start));
    let (fitting, overflow): (Vec<_>, Vec<_>) = marks.iter().filter(|mark| !mark.label.is_empty()).partition(|mark| {
        let beside = mark.columns.end == rightmost;
        mark.label.width() + 1 + if beside { rightmost } else { mark.columns.start } <= room
    });
    let (beside, below) = match fitting.split_first() {
        Some((mark, below)) if mark.columns.end == rightmost => (Some(mark), below),
        _ => (None, fitting.as_slice()),
    };
    if let Some(mark) = beside {
        canvas.space(1).put(mark.ink, mark.label);
    }
    canvas.end();
    for mark in below {
        canvas.space(gutter + 1).put(Ink::Gutter, &"|").space(1 + mark.columns.start);
        canvas.put(mark.ink, mark.label).end();
    }
    overflow.into_iter().map(|mark| mark.label.clone()).collect()
}

impl Change {
    fn draw(&self, canvas: &mut Canvas<'_>, gutter: usize) {
        let room = canvas.terminal.columns().saturating_sub(gutter + 3).max(30);
        canvas.space(gutter + 1).put(Ink::Gutter, &"|").end();
        let mut row = |number: u32, ink: Ink, sign: &'static str, line: &str| {
            let source = Source { line: line.to_owned(), first_col: 1 };
            let shown = Excerpt::new(&source, &[], room, canvas.terminal).text;
            canvas.space(gutter.saturating_sub(digits(number))).put(Ink::Gutter, &number);
            canvas.space(1).put(ink, &sign).space(1).put(ink, &shown).end();
        };
        if let Some(removed) = &self.removed {
            row(self.first_line, Ink::Removed, "-", removed);
        }
        for (offset, line) in self.added.iter().enumerate() {
            row(self.first_line.saturating_add(count(offset)), Ink::Added, "+", line);
        }
        if self.more > 0 {
            canvas.space(gutter + 3).say(&text!["and ", self.more, " more lines"]).end();
        }
    }
}

fn digits(line: u32) -> usize {
    line.to_string().len()
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
