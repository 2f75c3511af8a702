//! From an offset in the decoded value of a scalar to the byte in the file it came from (spec/workflows.md 1.3).
//!
//! The walk over the source is checked against the value at each step: where both differ, the answer is the whole scalar
//! and says so, instead of a wrong place.

use std::ops::Range;
use std::sync::Arc;

use super::arena::Style;
use super::block_scalar;
use super::node::{Kind, Node};

/// A place in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceOffset {
    /// Byte offset into [`File::text`](super::File::text).
    pub byte: usize,
    /// Whether it is the place itself; otherwise it is the nearest known one before it.
    pub exact: bool,
}

/// The table of one scalar.
#[derive(Clone, Debug)]
pub struct SourceMap {
    pieces: Vec<Piece>,
    /// The scalar without its quotes; all that is known when `pieces` is empty.
    whole: Range<usize>,
    length: usize,
    exact: bool,
}

/// A part of the value and where it came from.
#[derive(Clone, Debug)]
struct Piece {
    value: usize,
    source: Range<usize>,
    length: usize,
    /// Copied byte by byte, as opposed to one escape or fold.
    verbatim: bool,
}

impl SourceMap {
    fn new(node: Node<'_>) -> Self {
        let span = node.span();
        let value = node.value().unwrap_or_default();
        let quoted = matches!(node.style(), Style::SingleQuoted | Style::DoubleQuoted);
        let whole = if quoted { span.start + 1..span.end.saturating_sub(1).max(span.start + 1) } else { span.clone() };
        let mut walk = Walk { text: node.file().text(), value, at: 0, pieces: Vec::new(), agrees: true };
        match node.style() {
            Style::Literal => walk.block(span, false),
            Style::Folded => walk.block(span, true),
            _ if node.is_absent() => {}
            style => walk.flow(whole.clone(), style),
        }
        let exact = walk.agrees && walk.at == value.len();
        let pieces = if exact { walk.pieces } else { Vec::new() };
        Self { pieces, whole, length: value.len(), exact }
    }

    /// Where the byte at this offset of the value came from; an offset at or behind its end: where the value ends.
    pub fn offset(&self, offset: usize) -> SourceOffset {
        if !self.exact {
            return SourceOffset { byte: self.whole.start, exact: false };
        }
        let index = self.pieces.partition_point(|piece| piece.value <= offset);
        let Some(piece) = index.checked_sub(1).and_then(|index| self.pieces.get(index)) else {
            return SourceOffset { byte: self.whole.start, exact: offset == 0 };
        };
        let inside = offset - piece.value;
        if inside >= piece.length {
            return SourceOffset { byte: piece.source.end, exact: offset == self.length };
        }
        if piece.verbatim {
            SourceOffset { byte: piece.source.start + inside, exact: true }
        } else {
            SourceOffset { byte: piece.source.start, exact: inside == 0 }
        }
    }

    /// Where a range of the value came from, and whether both its ends are exact.
    pub fn range(&self, range: Range<usize>) -> (Range<usize>, bool) {
        if !self.exact {
            return (self.whole.clone(), false);
        }
        let start = self.offset(range.start);
        let Some(last) = range.end.checked_sub(1).filter(|_| range.start < range.end) else {
            return (start.byte..start.byte, start.exact);
        };
        let index = self.pieces.partition_point(|piece| piece.value <= last);
        let Some(piece) = index.checked_sub(1).and_then(|index| self.pieces.get(index)) else {
            return (self.whole.clone(), false);
        };
        let inside = (range.end - piece.value).min(piece.length);
        let (end, exact) = if piece.verbatim {
            (piece.source.start + inside, range.end <= self.length)
        } else {
            (piece.source.end, inside == piece.length && range.end <= self.length)
        };
        (start.byte..end.max(start.byte), start.exact && exact)
    }
}

impl Node<'_> {
    /// The table of a scalar, through an alias; of anything else a table without places.
    pub fn source_map(self) -> Arc<SourceMap> {
        let node = self.resolve();
        let mut last = node.file().last_map.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match &*last {
            Some((id, map)) if *id == node.id() => Arc::clone(map),
            _ => {
                let map = if node.kind() == Kind::Scalar {
                    SourceMap::new(node)
                } else {
                    SourceMap { pieces: Vec::new(), whole: node.span(), length: 0, exact: false }
                };
                let map = Arc::new(map);
                *last = Some((node.id(), Arc::clone(&map)));
                map
            }
        }
    }

    /// Where the byte at this offset of [`value`](Self::value) came from.
    pub fn source_of(self, value_offset: usize) -> SourceOffset {
        self.source_map().offset(value_offset)
    }

    /// Where a range of [`value`](Self::value) came from, and whether both its ends are exact.
    pub fn source_range(self, value: Range<usize>) -> (Range<usize>, bool) {
        self.source_map().range(value)
    }
}

/// Line breaks that are not yet known to be content.
#[derive(Default)]
struct Breaks {
    /// Line feeds one after the other are one run: a scalar may have millions of blank lines.
    runs: Vec<Range<usize>>,
    count: usize,
    ends_with_line_feed: bool,
}

impl Breaks {
    /// Adds a break of the text; an empty one is the end of the file.
    fn push(&mut self, text: &str, source: Range<usize>) {
        self.count += 1;
        let is_line_feed = text.get(source.clone()) == Some("\n");
        match self.runs.last_mut() {
            Some(last) if is_line_feed && self.ends_with_line_feed && last.end == source.start => last.end = source.end,
            _ => self.runs.push(source),
        }
        self.ends_with_line_feed = is_line_feed;
    }
}

/// A walk over the source of a scalar along its value.
struct Walk<'a> {
    text: &'a str,
    value: &'a str,
    at: usize,
    pieces: Vec<Piece>,
    agrees: bool,
}

impl Walk<'_> {
    fn byte(&self, at: usize, end: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied().filter(|_| at < end)
    }

    fn copy(&mut self, source: Range<usize>) {
        let piece = self.text.get(source.clone()).unwrap_or_default();
        let rest = self.value.as_bytes().get(self.at..).unwrap_or_default();
        self.agrees &= rest.starts_with(piece.as_bytes());
        self.add(source, piece.len(), true);
    }

    fn decoded(&mut self, source: Range<usize>, stands_for: &str) {
        let rest = self.value.as_bytes().get(self.at..).unwrap_or_default();
        self.agrees &= rest.starts_with(stands_for.as_bytes());
        self.add(source, stands_for.len(), false);
    }

    fn add(&mut self, source: Range<usize>, length: usize, copied: bool) {
        if length == 0 {
            return;
        }
        // A line feed that stands for a line feed continues what was copied before it.
        let standing = self.text.get(source.clone()).filter(|text| text.len() == length);
        let verbatim = copied || (standing.is_some() && standing == self.value.get(self.at..self.at + length));
        if let Some(last) = self.pieces.last_mut()
            && verbatim
            && last.verbatim
            && last.source.end == source.start
        {
            last.source.end = source.end;
            last.length += length;
        } else {
            self.pieces.push(Piece { value: self.at, source, length, verbatim });
        }
        self.at += length;
    }

    /// Plain and quoted scalars: blanks around line ends go, a line end becomes a space, further ones line feeds.
    fn flow(&mut self, content: Range<usize>, style: Style) {
        let mut at = content.start;
        let end = content.end;
        while self.agrees
            && let Some(byte) = self.byte(at, end)
        {
            at = match byte {
                b' ' | b'\t' | b'\n' | b'\r' => self.white(at, end),
                b'\'' if style == Style::SingleQuoted => {
                    self.decoded(at..at + 2, "'");
                    at + 2
                }
                b'\\' if style == Style::DoubleQuoted => self.escape(at, end),
                _ => {
                    let stop = |byte: &u8| match byte {
                        b' ' | b'\t' | b'\n' | b'\r' => true,
                        b'\'' => style == Style::SingleQuoted,
                        b'\\' => style == Style::DoubleQuoted,
                        _ => false,
                    };
                    let rest = self.text.as_bytes().get(at..end).unwrap_or_default();
                    let next = at + rest.iter().position(stop).unwrap_or(rest.len());
                    self.copy(at..next);
                    next
                }
            };
        }
    }

    fn white(&mut self, start: usize, end: usize) -> usize {
        let at = self.blanks(start, end);
        if !matches!(self.byte(at, end), Some(b'\n' | b'\r')) {
            self.copy(start..at);
            return at;
        }
        let first = self.line_break(at, end);
        let behind = self.empty_lines(first, end);
        if behind == first {
            let next = self.blanks(first, end);
            self.decoded(start..next, " ");
            return next;
        }
        self.blanks(behind, end)
    }

    /// Line feeds for the lines of nothing but blanks that begin at `at`; returns the line behind them.
    fn empty_lines(&mut self, mut at: usize, end: usize) -> usize {
        loop {
            let line_end = self.blanks(at, end);
            if !matches!(self.byte(line_end, end), Some(b'\n' | b'\r')) {
                return at;
            }
            at = self.line_break(line_end, end);
            self.decoded(line_end..at, "\n");
        }
    }

    fn blanks(&self, at: usize, end: usize) -> usize {
        let rest = self.text.as_bytes().get(at..end).unwrap_or_default();
        at + rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
    }

    /// Behind the line break at `at`.
    fn line_break(&self, at: usize, end: usize) -> usize {
        match (self.byte(at, end), self.byte(at + 1, end)) {
            (Some(b'\r'), Some(b'\n')) => at + 2,
            (Some(_), _) => at + 1,
            (None, _) => at,
        }
    }

    fn escape(&mut self, at: usize, end: usize) -> usize {
        let Some(kind) = self.byte(at + 1, end) else {
            self.agrees = false;
            return end;
        };
        let stands_for = match kind {
            b'\n' | b'\r' => {
                let next = self.line_break(at + 1, end);
                let next = self.empty_lines(next, end);
                return self.blanks(next, end);
            }
            b'x' => return self.numbered(at, 2, end),
            b'u' => return self.numbered(at, 4, end),
            b'U' => return self.numbered(at, 8, end),
            b'0' => "\0",
            b'a' => "\u{7}",
            b'b' => "\u{8}",
            b't' | b'\t' => "\t",
            b'n' => "\n",
            b'v' => "\u{b}",
            b'f' => "\u{c}",
            b'r' => "\r",
            b'e' => "\u{1b}",
            b' ' => " ",
            b'"' => "\"",
            b'/' => "/",
            b'\\' => "\\",
            b'N' => "\u{85}",
            b'_' => "\u{a0}",
            b'L' => "\u{2028}",
            b'P' => "\u{2029}",
            _ => {
                self.agrees = false;
                return end;
            }
        };
        self.decoded(at..at + 2, stands_for);
        at + 2
    }

    fn numbered(&mut self, at: usize, digits: usize, end: usize) -> usize {
        let code = |at: usize| {
            let digits = self.text.get(at..(at + digits).min(end))?;
            u32::from_str_radix(digits, 16).ok()
        };
        let mut next = at + 2 + digits;
        let mut number = code(at + 2);
        // JSON writes characters beyond U+FFFF as two escapes.
        if let Some(high @ 0xD800..0xDC00) = number
            && let Some(low @ 0xDC00..0xE000) = code(next + 2)
        {
            number = Some(0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00));
            next += 2 + digits;
        }
        match number.and_then(char::from_u32) {
            Some(character) => self.decoded(at..next, character.encode_utf8(&mut [0; 4])),
            None => self.agrees = false,
        }
        next
    }

    /// Literal and folded scalars, line by line below the indicator.
    fn block(&mut self, span: Range<usize>, folds: bool) {
        let text = self.text.as_bytes();
        let mut at = span.start + block_scalar::indicator_length(self.text.get(span.clone()).unwrap_or_default());
        at += text.get(at..).unwrap_or_default().iter().take_while(|byte| !matches!(byte, b'\n' | b'\r')).count();
        at = self.line_break(at, text.len());
        let indent = self.indent(at);
        let mut breaks = Breaks::default();
        let mut after_content = false;
        let mut after_blank = false;
        // Breaks behind the span are content as far as the value says so.
        while self.agrees && self.at < self.value.len() {
            let rest = text.get(at..).unwrap_or_default();
            let line_end = at + rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len());
            let content = (at + indent).min(line_end);
            if content < line_end {
                let begins_blank = matches!(self.byte(content, line_end), Some(b' ' | b'\t'));
                let folded = folds && after_content && !after_blank && !begins_blank;
                self.breaks(&mut breaks, folded);
                self.copy(content..line_end);
                after_content = true;
                after_blank = begins_blank;
            }
            at = self.line_break(line_end, text.len());
            breaks.push(self.text, line_end..at);
            if at == line_end || (self.left() <= breaks.count && self.ends_with_breaks()) {
                self.breaks(&mut breaks, false);
                break;
            }
        }
    }

    /// Bytes of the value the walk has not come to; none where it went beyond it, in a scalar that is cut off.
    fn left(&self) -> usize {
        self.value.len().saturating_sub(self.at)
    }

    /// Whether only line feeds are left of the value.
    fn ends_with_breaks(&self) -> bool {
        self.value.as_bytes().get(self.at..).unwrap_or_default().iter().all(|&byte| byte == b'\n')
    }

    fn breaks(&mut self, breaks: &mut Breaks, folded: bool) {
        let mut runs = std::mem::take(breaks);
        if folded && runs.count == 1 {
            for only in runs.runs {
                self.decoded(only, " ");
            }
            return;
        }
        if folded && let Some(first) = runs.runs.first_mut() {
            // The first break of several only ends its line.
            first.start = self.line_break(first.start, first.end);
        }
        for run in runs.runs {
            let left = self.left();
            match self.byte(run.start, run.end) {
                Some(b'\n') => self.copy(run.start..run.end.min(run.start + left)),
                Some(_) if left > 0 => self.decoded(run, "\n"),
                None if left > 0 && !folded => self.decoded(run, "\n"),
                _ => {}
            }
        }
    }

    /// Spaces before the content: those of its first line that is not blank, without those that are content.
    fn indent(&self, start: usize) -> usize {
        let source = self.text.get(start..).unwrap_or_default();
        let spaces = |text: &str| text.len() - text.trim_start_matches(' ').len();
        let line = source.split(['\n', '\r']).find(|line| !line.trim_start_matches(' ').is_empty()).unwrap_or_default();
        spaces(line).saturating_sub(spaces(self.value.trim_start_matches('\n')))
    }
}
