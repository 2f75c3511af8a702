//! From byte offsets to lines and columns.

use std::ops::Range;

/// A place in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Line, 1-based.
    pub line: u32,
    /// Column in code points, 1-based.
    pub col: u32,
}

/// Distance between two stored character counts: a column costs at most this many bytes to count, also in the
/// middle of a line of ten megabytes.
const STRIDE: usize = 4096;

/// Where each line begins. Lines end with LF, CR LF or a lone CR, as in YAML 1.2 5.4.
pub(super) struct Lines {
    starts: Vec<usize>,
    /// Characters before each multiple of `STRIDE`; empty when every character is one byte.
    characters: Vec<usize>,
}

impl Lines {
    pub(super) fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        // The byte order mark is no column of the first line.
        let mut starts = vec![if text.starts_with('\u{feff}') { 3 } else { 0 }];
        let mut rest = bytes.iter().enumerate().peekable();
        while let Some((at, byte)) = rest.next() {
            match byte {
                b'\n' => starts.push(at + 1),
                b'\r' if rest.peek().is_none_or(|(_, next)| **next != b'\n') => starts.push(at + 1),
                _ => {}
            }
        }
        let mut characters = Vec::new();
        if !text.is_ascii() {
            let mut sum = 0;
            for piece in bytes.chunks(STRIDE) {
                characters.push(sum);
                sum += count(piece);
            }
        }
        Self { starts, characters }
    }

    pub(super) fn position(&self, text: &str, byte: usize) -> Position {
        let byte = byte.min(text.len());
        let line = self.starts.partition_point(|&start| start <= byte).max(1);
        let start = self.starts.get(line - 1).copied().unwrap_or(0).min(byte);
        let col = self.characters_before(text, byte) - self.characters_before(text, start) + 1;
        Position { line: narrow(line), col: narrow(col) }
    }

    /// Byte range of a 1-based line without its break.
    pub(super) fn range(&self, text: &str, line: u32) -> Range<usize> {
        let index = line as usize;
        let Some(&start) = index.checked_sub(1).and_then(|index| self.starts.get(index)) else {
            return text.len()..text.len();
        };
        let end = self.starts.get(index).copied().unwrap_or(text.len());
        let length = text.get(start..end).map_or(0, |line| line.trim_end_matches(['\n', '\r']).len());
        start..start + length
    }

    fn characters_before(&self, text: &str, byte: usize) -> usize {
        match self.characters.get(byte / STRIDE) {
            None if self.characters.is_empty() => byte,
            None => self.characters.last().map_or(byte, |sum| {
                let from = (self.characters.len() - 1) * STRIDE;
                sum + count(text.as_bytes().get(from..byte).unwrap_or_default())
            }),
            Some(sum) => sum + count(text.as_bytes().get(byte - byte % STRIDE..byte).unwrap_or_default()),
        }
    }
}

fn count(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| byte & 0b1100_0000 != 0b1000_0000).count()
}

fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_line_break_ends_a_line() {
        let text = "a\nb\r\nc\rd";
        let lines = Lines::new(text);
        let at = |byte| {
            let Position { line, col } = lines.position(text, byte);
            (line, col)
        };
        assert_eq!([at(0), at(2), at(5), at(7), at(8)], [(1, 1), (2, 1), (3, 1), (4, 1), (4, 2)]);
        assert_eq!(&text[lines.range(text, 2)], "b");
        assert_eq!(&text[lines.range(text, 9)], "");
    }

    #[test]
    fn columns_count_code_points_and_not_the_byte_order_mark() {
        let text = "\u{feff}é: ü\nb";
        let lines = Lines::new(text);
        assert_eq!(lines.position(text, 3), Position { line: 1, col: 1 });
        assert_eq!(lines.position(text, text.find('ü').unwrap()), Position { line: 1, col: 4 });
    }

    #[test]
    fn a_column_in_a_long_line_is_counted_across_the_stored_counts() {
        let text = "é".repeat(5000);
        let lines = Lines::new(&text);
        for index in [0, 2047, 2048, 2049, 4999, 5000] {
            assert_eq!(lines.position(&text, 2 * index).col as usize, index + 1);
        }
    }
}
