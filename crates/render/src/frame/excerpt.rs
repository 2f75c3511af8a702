//! One source line as a terminal shows it, and where the marked columns have gone.

use std::ops::Range;

use unicode_width::UnicodeWidthChar;

use crate::escape::{Shape, TermText, shape};
use crate::terminal::Terminal;

/// No excerpt is wider, however wide the terminal is.
const WIDEST: usize = 160;
/// Characters on both sides of the marked ones that are looked at; more cannot be shown.
const REACH: usize = 2 * WIDEST;
const TAB: usize = 4;
const MARKS_IN_A_ROW: usize = 4;

/// A source line made visible, and the terminal columns of the marked spans.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Excerpt {
    pub(super) text: TermText,
    /// In the order of the spans given; never empty ranges.
    pub(super) marked: Vec<Range<usize>>,
}

/// A source line as the model carries it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    /// The line, or a piece of it.
    pub(crate) line: String,
    /// Column of its first character, 1-based.
    pub(crate) first_col: u32,
}

/// One character of the line: what is shown for it and how many columns that takes.
struct Cell {
    shown: String,
    width: usize,
}

impl Excerpt {
    /// Shows `source` in at most `columns` columns; a longer line is cut to a window around the first span. Spans are
    /// columns of the file, 1-based, the end exclusive; what lies outside the line is moved to its edge.
    pub(super) fn new(source: &Source, spans: &[Range<u32>], columns: usize, terminal: &Terminal) -> Self {
        let first = spans.first().map_or(source.first_col, |span| span.start);
        let skipped = to_usize(first.saturating_sub(source.first_col)).saturating_sub(REACH);
        let base = to_usize(source.first_col) + skipped;
        let piece: Vec<char> = source.line.trim_end().chars().skip(skipped).take(2 * REACH).collect();
        let cut_right = source.line.trim_end().chars().nth(skipped + 2 * REACH).is_some();
        let cells = cells(&piece, terminal.unicode);

        let inside = |col: u32| to_usize(col).saturating_sub(base).min(cells.len());
        let spans: Vec<Range<usize>> =
            spans.iter().map(|span| inside(span.start)..inside(span.end.max(span.start.saturating_add(1)))).collect();
        let window = Window::new(&cells, spans.first(), columns.min(WIDEST), base > 1, cut_right, terminal);
        let marked = spans.iter().map(|span| window.columns(&cells, span)).collect();
        Self { text: window.text(&cells, terminal), marked }
    }
}

fn to_usize(col: u32) -> usize {
    usize::try_from(col).unwrap_or(usize::MAX)
}

fn cells(line: &[char], unicode: bool) -> Vec<Cell> {
    let mut marks = 0;
    let cells = line.iter().map(|&char| {
        let shape = shape(char);
        marks = if shape == Shape::Mark { marks + 1 } else { 0 };
        let shown = match shape {
            Shape::Blank if char == '\t' => " ".repeat(TAB),
            Shape::Blank => " ".to_owned(),
            Shape::Control => if unicode { "\u{fffd}" } else { "?" }.to_owned(),
            Shape::Mark if marks > MARKS_IN_A_ROW => String::new(),
            Shape::Plain | Shape::Mark if unicode || char.is_ascii() => char.to_string(),
            Shape::Plain if char == '…' => "...".to_owned(),
            Shape::Plain | Shape::Mark | Shape::Invisible => char.escape_unicode().collect(),
        };
        let width = shown.chars().map(|char| char.width().unwrap_or(1)).sum();
        Cell { shown, width }
    });
    cells.collect()
}

/// The cells that are shown.
struct Window {
    cells: Range<usize>,
    lead: usize,
    cut_left: bool,
    cut_right: bool,
}

impl Window {
    fn new(
        cells: &[Cell],
        span: Option<&Range<usize>>,
        columns: usize,
        cut_left: bool,
        cut_right: bool,
        terminal: &Terminal,
    ) -> Self {
        let dots = terminal.sign("…", "...").chars().count();
        let lead = |cut: bool| if cut { dots } else { 0 };
        let total: usize = cells.iter().map(|cell| cell.width).sum();
        if total + lead(cut_left) + lead(cut_right) <= columns {
            return Self { cells: 0..cells.len(), lead: lead(cut_left), cut_left, cut_right };
        }
        let room = columns.saturating_sub(2 * dots);
        let span = span.cloned().unwrap_or(0..0);
        let marked: usize = width(cells, &span);
        // The marked text stands in the middle; of one that does not fit the beginning is shown.
        let mut before = room.saturating_sub(marked) / 2;
        let mut start = span.start;
        while let Some(cell) = start.checked_sub(1).and_then(|index| cells.get(index)) {
            if cell.width > before {
                break;
            }
            before -= cell.width;
            start -= 1;
        }
        let mut left = room;
        let mut end = start;
        while let Some(cell) = cells.get(end).filter(|cell| cell.width <= left) {
            left -= cell.width;
            end += 1;
        }
        // Room that is left over at the end of the line shows more of its beginning.
        while let Some(cell) = start.checked_sub(1).and_then(|index| cells.get(index)).filter(|cell| cell.width <= left)
        {
            left -= cell.width;
            start -= 1;
        }
        let cut_left = cut_left || start > 0;
        Self { cells: start..end, lead: lead(cut_left), cut_left, cut_right: cut_right || end < cells.len() }
    }

    fn text(&self, cells: &[Cell], terminal: &Terminal) -> TermText {
        let dots = terminal.sign("…", "...");
        let shown = cells.get(self.cells.clone()).unwrap_or_default().iter().map(|cell| cell.shown.as_str());
        let mut text = String::from(if self.cut_left { dots } else { "" });
        text.extend(shown);
        text.push_str(if self.cut_right { dots } else { "" });
        TermText::of_cells(text)
    }

    /// Terminal columns of a span; at least one column, so that there is something to point at.
    fn columns(&self, cells: &[Cell], span: &Range<usize>) -> Range<usize> {
        let clamp = |index: usize| index.clamp(self.cells.start, self.cells.end);
        let (start, end) = (clamp(span.start), clamp(span.end));
        let from = self.lead + width(cells, &(self.cells.start..start));
        from..from + width(cells, &(start..end)).max(1)
    }
}

fn width(cells: &[Cell], range: &Range<usize>) -> usize {
    cells.get(range.clone()).unwrap_or_default().iter().map(|cell| cell.width).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_width::UnicodeWidthStr;

    use super::*;

    fn shown(line: &str, span: Range<u32>, columns: usize) -> String {
        excerpt(line, 1, span, columns, &Terminal::default())
    }

    /// The excerpt and, below it, carets under the marked columns.
    fn excerpt(line: &str, first_col: u32, span: Range<u32>, columns: usize, terminal: &Terminal) -> String {
        let source = Source { line: line.to_owned(), first_col };
        let excerpt = Excerpt::new(&source, &[span], columns, terminal);
        let marked = excerpt.marked.first().unwrap();
        format!("{}\n{}{}", excerpt.text, " ".repeat(marked.start), "^".repeat(marked.len()))
    }

    #[test]
    fn carets_stand_under_what_they_mark() {
        assert_eq!(shown("uses: a@v4", 9..11, 80), "uses: a@v4\n        ^^");
        assert_eq!(shown("\tuses: a", 2..6, 80), "    uses: a\n    ^^^^");
    }

    #[test]
    fn wide_and_combining_characters_keep_the_carets_aligned() {
        assert_eq!(shown("日本: x", 5..6, 80), "日本: x\n      ^");
        assert_eq!(shown("e\u{301}e\u{301}: x", 7..8, 80), "e\u{301}e\u{301}: x\n    ^");
    }

    #[test]
    fn invisible_characters_are_seen_and_counted() {
        assert_eq!(shown("a\u{202e}bc", 3..4, 80), "a\\u{202e}bc\n         ^");
        assert_eq!(shown("a\u{1b}[31mb", 7..8, 80), "a\u{fffd}[31mb\n      ^");
    }

    #[test]
    fn without_unicode_every_other_character_is_spelled_out() {
        let terminal = Terminal { unicode: false, ..Terminal::default() };
        assert_eq!(excerpt("é: x", 1, 4..5, 80, &terminal), "\\u{e9}: x\n        ^");
    }

    #[test]
    fn a_long_line_is_cut_around_the_marked_text() {
        let line = format!("{}needle{}", "a".repeat(300), "b".repeat(300));
        let expected = format!("…{}needle{}…\n{}^^^^^^", "a".repeat(16), "b".repeat(16), " ".repeat(17));
        assert_eq!(shown(&line, 301..307, 40), expected);
    }

    #[test]
    fn the_end_of_a_long_line_uses_all_the_room() {
        let line = format!("{}needle", "a".repeat(300));
        assert_eq!(shown(&line, 301..307, 40), format!("…{}needle\n{}^^^^^^", "a".repeat(32), " ".repeat(33)));
    }

    #[test]
    fn a_piece_of_a_line_says_that_it_is_one() {
        let terminal = Terminal::default();
        assert_eq!(excerpt("cde", 3, 4..5, 80, &terminal), "…cde\n  ^");
    }

    #[test]
    fn a_span_outside_the_line_points_at_its_edge() {
        assert_eq!(shown("abc", 90..95, 80), "abc\n   ^");
        assert_eq!(shown("", 1..1, 80), "\n^");
    }

    #[test]
    fn ten_million_columns_are_no_more_work_than_a_window() {
        let line = "x".repeat(10_000_000);
        assert_eq!(shown(&line, 1..2, 80).lines().next().unwrap().width(), 79);
    }

    proptest! {
        #[test]
        fn no_excerpt_is_wider_than_asked(line in any::<String>(), first in 1_u32..50, start in 1_u32..300, length in 0_u32..300, columns in 20_usize..200) {
            let source = Source { line, first_col: first };
            for unicode in [true, false] {
                let terminal = Terminal { unicode, ..Terminal::default() };
                let excerpt = Excerpt::new(&source, std::slice::from_ref(&(start..start + length)), columns, &terminal);
                let width: usize = excerpt.text.as_str().chars().map(|char| char.width().unwrap_or(1)).sum();
                prop_assert!(width <= columns.min(WIDEST), "{width} {:?}", excerpt);
                prop_assert!(excerpt.marked.iter().all(|marked| !marked.is_empty()));
                prop_assert!(unicode || excerpt.text.as_str().is_ascii());
            }
        }
    }
}
