//! Lines and columns of a text, also of one of 200 MB on a single line with a match on every byte: counts are kept per block,
//! so that a question costs a block and not a line.

use memchr::{memchr, memchr_iter, memrchr};

const BLOCK: usize = 4_096;

/// Where lines and characters of a text begin.
#[derive(Debug)]
pub(crate) struct LineIndex {
    blocks: Vec<Block>,
    newlines: usize,
    /// A byte order mark is no column of the first line.
    has_mark: bool,
}

/// A text with its index.
#[derive(Clone, Copy)]
pub(crate) struct Lines<'t> {
    text: &'t str,
    index: &'t LineIndex,
}

/// What lies before a block, and the first line end in or behind it.
#[derive(Debug)]
struct Block {
    newlines: usize,
    chars: usize,
    last_newline: Option<usize>,
    next_newline: Option<usize>,
}

/// The numbers gitleaks reports. On later lines its columns are one too high; fingerprints, ignore files and the nearness of
/// components are made of these numbers, so they are kept (spec/secrets-gitleaks.md 6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LegacyPlace {
    /// First line.
    pub(crate) start_line: u32,
    /// Last line.
    pub(crate) end_line: u32,
    /// First column.
    pub(crate) start_column: u32,
    /// Last column, inclusive.
    pub(crate) end_column: u32,
}

impl LineIndex {
    pub(crate) fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut blocks = Vec::with_capacity(bytes.len() / BLOCK + 1);
        let (mut newlines, mut chars, mut last_newline) = (0, 0, None);
        for (index, block) in bytes.chunks(BLOCK).enumerate() {
            blocks.push(Block { newlines, chars, last_newline, next_newline: None });
            newlines += memchr_iter(b'\n', block).count();
            chars += chars_in(block);
            last_newline = memrchr(b'\n', block).map(|at| index * BLOCK + at).or(last_newline);
        }
        let mut next_newline = None;
        for (index, (known, block)) in blocks.iter_mut().zip(bytes.chunks(BLOCK)).enumerate().rev() {
            next_newline = memchr(b'\n', block).map(|at| index * BLOCK + at).or(next_newline);
            known.next_newline = next_newline;
        }
        Self { blocks, newlines, has_mark: text.starts_with('\u{feff}') }
    }

    /// The questions about the text it was made of.
    pub(crate) const fn of<'t>(&'t self, text: &'t str) -> Lines<'t> {
        Lines { text, index: self }
    }
}

impl<'t> Lines<'t> {
    /// The block an offset lies in, its bytes before the offset, and its bytes from the offset on.
    fn split(&self, offset: usize) -> (Option<&'t Block>, &'t [u8], &'t [u8]) {
        let offset = offset.min(self.text.len());
        let start = offset / BLOCK * BLOCK;
        let bytes = self.text.as_bytes();
        let before = bytes.get(start..offset).unwrap_or_default();
        let after = bytes.get(offset..(start + BLOCK).min(bytes.len())).unwrap_or_default();
        (self.index.blocks.get(offset / BLOCK), before, after)
    }

    /// The block of an offset, or the last one for the end of the text where that opens no new block.
    fn known(&self, offset: usize) -> (usize, usize, Option<usize>, &'t [u8], usize) {
        let (block, before, _) = self.split(offset);
        let start = offset.min(self.text.len()) / BLOCK * BLOCK;
        if let Some(block) = block {
            return (block.newlines, block.chars, block.last_newline, before, start);
        }
        let Some((last, index)) = self.index.blocks.last().zip(self.index.blocks.len().checked_sub(1)) else {
            return (0, 0, None, &[], 0);
        };
        let bytes = self.text.as_bytes().get(index * BLOCK..).unwrap_or_default();
        (last.newlines, last.chars, last.last_newline, bytes, index * BLOCK)
    }

    /// Line ends before an offset.
    pub(crate) fn newlines_before(&self, offset: usize) -> usize {
        let (newlines, _, _, before, _) = self.known(offset);
        newlines + memchr_iter(b'\n', before).count()
    }

    /// The last line end before an offset.
    pub(crate) fn last_newline_before(&self, offset: usize) -> Option<usize> {
        let (_, _, last, before, start) = self.known(offset);
        memrchr(b'\n', before).map(|at| start + at).or(last)
    }

    /// The first line end at or behind an offset.
    pub(crate) fn next_newline_from(&self, offset: usize) -> Option<usize> {
        let (_, _, after) = self.split(offset);
        memchr(b'\n', after)
            .map(|at| offset + at)
            .or_else(|| self.index.blocks.get(offset / BLOCK + 1).and_then(|block| block.next_newline))
    }

    fn chars_before(&self, offset: usize) -> usize {
        let (_, chars, _, before, _) = self.known(offset);
        chars + chars_in(before)
    }

    /// Line and column of an offset, both counted from 0, columns in characters.
    pub(crate) fn place(&self, offset: usize) -> (usize, usize) {
        let start = self.last_newline_before(offset).map_or(0, |newline| newline + 1);
        let mark = usize::from(self.index.has_mark && start == 0 && offset > 0);
        (self.newlines_before(offset), self.chars_before(offset).saturating_sub(self.chars_before(start) + mark))
    }

    /// The numbers of gitleaks for a match, `first_line` being the line of the first byte. Its columns count bytes of the file,
    /// to which `raw` leads from an offset of the text.
    pub(crate) fn legacy(
        &self,
        start: usize,
        end: usize,
        first_line: u32,
        raw: impl Fn(usize) -> usize,
    ) -> LegacyPlace {
        let width = |from: usize, to: usize| count(raw(to).saturating_sub(raw(from)));
        // A text without line ends counts as one that ends with one.
        let total = self.index.newlines.max(1);
        let previous = |before: usize| self.last_newline_before(before).unwrap_or(0);
        let line = self.newlines_before(start + 1);
        let is_terminated = if self.index.newlines == 0 { start < self.text.len() } else { line < total };
        if !is_terminated {
            let newline = if self.index.newlines == 0 { self.text.len() } else { previous(start + 1) };
            let line = number(total, first_line);
            return LegacyPlace {
                start_line: line,
                end_line: line,
                start_column: width(newline, start) + 1,
                end_column: width(newline, end),
            };
        }
        let start_line = number(line, first_line);
        let mut place = LegacyPlace {
            start_line,
            end_line: start_line,
            start_column: width(previous(start + 1), start) + 1,
            end_column: 0,
        };
        let end_line = self.newlines_before(end);
        if end_line < total && end > 0 {
            // An empty match on a line end has its end on the line before; gitleaks then says the line it begins on.
            place.end_line = number(end_line.max(line), first_line);
            place.end_column = width(previous(end), end);
        }
        place
    }

    /// What the allow marker and allowlists of target `line` look at: the lines a match touches, from the line end BEFORE the
    /// first on. gitleaks takes a last line that has no end from the start of the text; only its own lines count here.
    pub(crate) fn touched(&self, start: usize, end: usize) -> std::ops::Range<usize> {
        let from = self.last_newline_before(start + 1).unwrap_or(0);
        let to = self.next_newline_from(end.max(start + 1)).unwrap_or(self.text.len());
        from..to.max(end)
    }
}

fn chars_in(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| (**byte & 0xc0) != 0x80).count()
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn number(line: usize, first_line: u32) -> u32 {
    count(line).saturating_add(first_line)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{LegacyPlace, LineIndex};

    /// The loop of the reference program over all line ends.
    fn one_line_end_after_the_other(text: &str, start: usize, end: usize) -> LegacyPlace {
        let mut newlines: Vec<usize> = text.match_indices('\n').map(|(at, _)| at).collect();
        if newlines.is_empty() {
            newlines.push(text.len());
        }
        let (mut previous, mut set) = (0, false);
        let mut place = [0; 4];
        for (line, newline) in newlines.iter().enumerate() {
            if previous <= start && start < *newline {
                set = true;
                place = [line, line, start - previous + 1, place[3]];
            }
            if previous < end && end <= *newline {
                place[1] = line;
                place[3] = end - previous;
            }
            previous = *newline;
        }
        if !set {
            place = [newlines.len(), newlines.len(), start - previous + 1, end - previous];
        }
        let [start_line, end_line, start_column, end_column] = place.map(|number| u32::try_from(number).unwrap());
        LegacyPlace { start_line: start_line + 1, end_line: end_line + 1, start_column, end_column }
    }

    #[test]
    fn the_worked_example_of_the_specification() {
        let text = concat!("a\n  k = AKIA", "LALEMEL33243OLIA\n");
        let index = LineIndex::new(text);
        let lines = index.of(text);
        let place = lines.legacy(8, 28, 1, |offset| offset);
        assert_eq!((place.start_line, place.start_column, place.end_column), (2, 8, 27));
        assert_eq!((lines.place(8), lines.place(28)), ((1, 6), (1, 26)));
    }

    #[test]
    fn columns_count_characters_and_no_byte_order_mark() {
        let text = "\u{feff}é x\né y";
        let index = LineIndex::new(text);
        let lines = index.of(text);
        assert_eq!(lines.place(6), (0, 2));
        assert_eq!(lines.place(11), (1, 2));
    }

    #[test]
    fn a_last_line_without_an_end_is_only_itself() {
        let text = "allowed here\ntok";
        assert_eq!(&text[LineIndex::new(text).of(text).touched(13, 16)], "\ntok");
    }

    #[test]
    fn the_end_of_a_text_of_whole_blocks_is_known() {
        for blocks in 1..3 {
            let text = format!("{}\n{}", "a".repeat(10), "b".repeat(super::BLOCK * blocks - 11));
            let index = LineIndex::new(&text);
            let lines = index.of(&text);
            assert_eq!(lines.place(text.len()), (1, text.len() - 11));
            assert_eq!(lines.last_newline_before(text.len()), Some(10));
            assert_eq!(lines.next_newline_from(text.len()), None);
        }
        assert_eq!(LineIndex::new("").of("").place(0), (0, 0));
    }

    proptest! {
        #[test]
        fn the_numbers_of_gitleaks_are_those_of_its_loop(text in "[a\\n]{0,30}", one in 0_usize..31, two in 0_usize..31) {
            let (start, end) = (one.min(two).min(text.len()), one.max(two).min(text.len()));
            let index = LineIndex::new(&text);
            let lines = index.of(&text);
            prop_assert_eq!(lines.legacy(start, end, 1, |offset| offset), one_line_end_after_the_other(&text, start, end));
        }

        #[test]
        fn blocks_change_nothing(text in "([aé\\n]{1,90}){100,400}", at in 0.0_f64..1.0) {
            let index = LineIndex::new(&text);
            let lines = index.of(&text);
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a share of a short text")]
            let mut offset = (text.len() as f64 * at) as usize;
            while !text.is_char_boundary(offset) {
                offset -= 1;
            }
            let before = &text[..offset];
            let start = before.rfind('\n').map_or(0, |newline| newline + 1);
            prop_assert_eq!(lines.place(offset), (before.matches('\n').count(), text[start..offset].chars().count()));
            prop_assert_eq!(lines.last_newline_before(offset), before.rfind('\n'));
            prop_assert_eq!(lines.next_newline_from(offset), text[offset..].find('\n').map(|newline| offset + newline));
            prop_assert_eq!(lines.place(text.len()).0, text.matches('\n').count());
        }
    }
}
