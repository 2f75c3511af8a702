//! Text for a terminal (spec/github-ux.md 3.8), and the only way to compose it.

use std::fmt;
use std::fmt::Write as _;

use jiff::civil::Date;
use portcullis_model::{Level, Section, Severity};
use unicode_width::UnicodeWidthStr;

use super::clean;
use super::clean::{Shape, shape};

/// Text that may be written to a terminal: no escape sequence, no line break, no change of direction.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct TermText(String);

impl TermText {
    /// Cleaned, at most `most` characters.
    pub fn new(raw: &str, most: usize) -> Self {
        Self(clean(raw, most))
    }

    /// Whether there is anything to see.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Columns it takes.
    pub fn width(&self) -> usize {
        self.0.width()
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn push(&mut self, piece: &impl Shown) {
        // Writing to a string never fails.
        let _ = write!(self.0, "{piece}");
    }

    /// A source line whose characters were made visible one by one, so that columns could be counted: it keeps its
    /// runs of spaces. Anything a terminal would obey is replaced once more.
    pub(crate) fn of_cells(line: String) -> Self {
        let obeyed = |char| !matches!(shape(char), Shape::Plain | Shape::Mark);
        if line.contains(obeyed) { Self(line.replace(obeyed, "\u{fffd}")) } else { Self(line) }
    }

    /// The same in ASCII, for terminals that show nothing else: other characters are spelled `\u{e9}`.
    pub(crate) fn in_ascii(self) -> Self {
        if self.0.is_ascii() {
            return self;
        }
        let mut ascii = String::with_capacity(self.0.len());
        for char in self.0.chars() {
            match char {
                '…' => ascii.push_str("..."),
                '\u{fffd}' => ascii.push('?'),
                _ if char.is_ascii() => ascii.push(char),
                _ => ascii.extend(char.escape_unicode()),
            }
        }
        Self(ascii)
    }

    /// Breaks at spaces into lines of at most `width` columns; a word longer than that stands alone. At least one line.
    pub(crate) fn wrapped(&self, width: usize) -> Vec<Self> {
        self.wrapped_after(width, width)
    }

    /// The same, with another width for the first line, which may stay empty when no word fits.
    pub(crate) fn wrapped_after(&self, first: usize, width: usize) -> Vec<Self> {
        let mut lines = vec![Self::default()];
        let mut left = first;
        for word in self.0.split(' ') {
            let wide = word.width();
            let on_first = lines.len() == 1;
            let Some(line) = lines.last_mut() else { break };
            let gap = usize::from(!line.is_empty());
            if gap + wide <= left || (line.is_empty() && (!on_first || first >= width)) {
                line.0.push_str(if gap > 0 { " " } else { "" });
                line.0.push_str(word);
                left = left.saturating_sub(gap + wide);
            } else {
                lines.push(Self(word.to_owned()));
                left = width.saturating_sub(wide);
            }
        }
        lines
    }
}

impl fmt::Display for TermText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What may stand beside cleaned text in an output: our own words, numbers, dates, words of closed sets. A `&str` from
/// elsewhere is none, because only literals live as long as the program.
pub(crate) trait Shown: fmt::Display {}

impl Shown for TermText {}
impl Shown for &TermText {}
impl Shown for &'static str {}
impl Shown for usize {}
impl Shown for u64 {}
impl Shown for u32 {}
impl Shown for Date {}
impl Shown for Level {}
impl Shown for Severity {}
impl Shown for Section {}

/// Composes a [`TermText`] of pieces, each of them [`Shown`].
macro_rules! text {
    ($($piece:expr),* $(,)?) => {{
        #[allow(unused_mut, reason = "without pieces nothing is pushed")]
        let mut composed = $crate::escape::TermText::default();
        $(composed.push(&$piece);)*
        composed
    }};
}
pub(crate) use text;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::escape::corpus;

    fn is_safe(text: &str) -> bool {
        !text.chars().any(|char| {
            char.is_control()
                || matches!(char, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        })
    }

    #[test]
    fn a_hyperlink_sequence_arrives_as_text() {
        let text = TermText::new("\u{1b}]8;;https://evil.example\u{1b}\\click\u{1b}]8;;\u{7}", 160);
        assert_eq!(text.as_str(), "\u{fffd}]8;;https://evil.example\u{fffd}\\click\u{fffd}]8;;\u{fffd}");
    }

    #[test]
    fn pieces_are_put_together_in_order() {
        let path = TermText::new("a\u{1b}b", 10);
        assert_eq!(text!["in ", path, ":", 3_u32, " ", Level::Fail].as_str(), "in a\u{fffd}b:3 fail");
    }

    #[test]
    fn wrapping_breaks_at_spaces_and_counts_columns() {
        let lines = TermText::new("日本 語 abc averylongword x", 80).wrapped(7);
        assert_eq!(lines.iter().map(TermText::as_str).collect::<Vec<_>>(), ["日本 語", "abc", "averylongword", "x"]);
    }

    #[test]
    fn nothing_of_the_hostile_corpus_reaches_the_terminal() {
        for raw in corpus::hostile() {
            assert!(is_safe(TermText::new(&raw, 400).as_str()), "{raw:?}");
        }
    }

    proptest! {
        #[test]
        fn no_control_and_no_direction_change_reaches_the_terminal(raw in any::<String>()) {
            prop_assert!(is_safe(TermText::new(&raw, 400).as_str()));
        }
    }
}
