//! `clean`, which every untrusted text passes first (spec/github-ux.md 3.1).

use std::sync::LazyLock;

use regex_syntax::hir::{Class, HirKind};
use unicode_segmentation::UnicodeSegmentation;

/// How many characters an output shows of each kind of text, `…` included.
pub mod cap {
    /// Title of a finding.
    pub const TITLE: usize = 160;
    /// Message, advice.
    pub const MESSAGE: usize = 400;
    /// Path.
    pub const PATH: usize = 240;
    /// Path that names a file to a program: the longest a system takes.
    pub const FILE: usize = 4_096;
    /// Rule id.
    pub const RULE: usize = 80;
    /// Version.
    pub const VERSION: usize = 60;
    /// Reason of an exception or suppression.
    pub const REASON: usize = 200;
}

/// More combining marks than this in a row are a drawing, not a letter.
const COMBINING_MARKS: usize = 4;

/// What becomes of one character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Shown as it is.
    Plain,
    /// A line break, tab or the like: white space.
    Blank,
    /// A control character: U+FFFD.
    Control,
    /// Invisible or direction-changing: shown as `\u{202e}`.
    Invisible,
    /// Category M: shown, but not many in a row.
    Mark,
}

/// Steps 1 to 4 for one character.
pub(crate) fn shape(char: char) -> Shape {
    match char {
        '\t' | '\n' | '\u{b}' | '\u{c}' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => Shape::Blank,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' => Shape::Control,
        '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{115f}'..='\u{1160}'
        | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}' => Shape::Invisible,
        _ if char.is_ascii() => Shape::Plain,
        _ if is_mark(char) => Shape::Mark,
        _ => Shape::Plain,
    }
}

/// One line of visible text: white space collapsed, controls replaced, invisible characters spelled out, at most
/// `most` characters, the `…` of a cut included. Reads no more of the input than it shows.
pub fn clean(raw: &str, most: usize) -> String {
    let mut line = Line::default();
    for char in raw.chars() {
        line.push(char);
        // One character more than allowed tells that something has to be cut, and where the last grapheme ends.
        if line.length > most {
            break;
        }
    }
    cut(line.text, line.length, most)
}

#[derive(Default)]
struct Line {
    text: String,
    /// Characters in `text`.
    length: usize,
    space_is_due: bool,
    marks: usize,
}

impl Line {
    fn push(&mut self, char: char) {
        let shape = shape(char);
        self.marks = if shape == Shape::Mark { self.marks + 1 } else { 0 };
        match shape {
            Shape::Blank => self.space_is_due = true,
            Shape::Plain if char == ' ' => self.space_is_due = true,
            Shape::Mark if self.marks > COMBINING_MARKS => {}
            Shape::Plain | Shape::Mark => self.show(char),
            Shape::Control => self.show('\u{fffd}'),
            Shape::Invisible => char.escape_unicode().for_each(|char| self.show(char)),
        }
    }

    /// A space is written only before something visible: that collapses runs and trims both ends at once.
    fn show(&mut self, char: char) {
        if std::mem::take(&mut self.space_is_due) && !self.text.is_empty() {
            self.text.push(' ');
            self.length += 1;
        }
        self.text.push(char);
        self.length += 1;
    }
}

fn cut(text: String, length: usize, most: usize) -> String {
    if length <= most {
        return text;
    }
    let mut shown = String::new();
    let mut left = most.saturating_sub(1);
    for grapheme in text.graphemes(true) {
        let Some(rest) = left.checked_sub(grapheme.chars().count()) else { break };
        left = rest;
        shown.push_str(grapheme);
    }
    shown.truncate(shown.trim_end_matches(' ').len());
    if most > 0 {
        shown.push('…');
    }
    shown
}

/// Unicode category M. The standard library does not know it; the tables of `regex-syntax` do.
fn is_mark(char: char) -> bool {
    static MARKS: LazyLock<Vec<(char, char)>> = LazyLock::new(|| match regex_syntax::parse(r"\p{M}") {
        Ok(hir) => match hir.kind() {
            HirKind::Class(Class::Unicode(class)) => {
                class.ranges().iter().map(|range| (range.start(), range.end())).collect()
            }
            _ => Vec::new(),
        },
        Err(_) => Vec::new(),
    });
    MARKS
        .binary_search_by(|(first, last)| {
            if *last < char {
                std::cmp::Ordering::Less
            } else if *first > char {
                std::cmp::Ordering::Greater
            } else {
                std::cmp::Ordering::Equal
            }
        })
        .is_ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::escape::corpus;

    #[test]
    fn the_table_of_the_specification() {
        for (raw, cleaned) in [
            ("", ""),
            ("  a \t\r\n b\u{85}c\u{2028}d\u{b}\u{c} ", "a b c d"),
            ("\u{1b}[31mred\u{1b}[0m", "\u{fffd}[31mred\u{fffd}[0m"),
            ("\u{9b}31m\u{7f}\0", "\u{fffd}31m\u{fffd}\u{fffd}"),
            ("user\u{202e}txt.exe", r"user\u{202e}txt.exe"),
            ("pass\u{200b}word\u{ad}", r"pass\u{200b}word\u{ad}"),
            ("\u{e0041}", r"\u{e0041}"),
            ("e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}x", "e\u{301}\u{301}\u{301}\u{301}x"),
            ("日本語 ü", "日本語 ü"),
        ] {
            assert_eq!(clean(raw, 400), cleaned, "{raw:?}");
        }
    }

    #[test]
    fn a_long_text_is_cut_between_graphemes() {
        assert_eq!(clean("abcdef", 6), "abcdef");
        assert_eq!(clean("abcdefg", 6), "abcde…");
        // e + acute is one grapheme of two characters: it goes as a whole.
        assert_eq!(clean("abcde\u{301}fg", 6), "abcd…");
        assert_eq!(clean("abcd efgh", 6), "abcd…");
        assert_eq!(clean("ab", 1), "…");
        assert_eq!(clean("ab", 0), "");
    }

    #[test]
    fn devanagari_vowel_signs_are_marks_and_latin_letters_are_none() {
        assert!(is_mark('\u{93f}') && is_mark('\u{301}') && is_mark('\u{20dd}'));
        assert!(!is_mark('a') && !is_mark('é') && !is_mark('漢'));
    }

    #[test]
    fn a_huge_text_is_cut_like_any_other() {
        assert_eq!(clean(&"x".repeat(50_000_000), 160), format!("{}…", "x".repeat(159)));
    }

    fn nothing_hostile(text: &str, most: usize) {
        assert!(text.chars().count() <= most, "{text:?}");
        assert!(text.chars().all(|char| matches!(shape(char), Shape::Plain | Shape::Mark)), "{text:?}");
        assert!(!text.contains("  ") && text.trim_matches(' ') == text, "{text:?}");
    }

    #[test]
    fn nothing_of_the_hostile_corpus_survives() {
        for raw in corpus::hostile() {
            nothing_hostile(&clean(&raw, 160), 160);
        }
    }

    proptest! {
        #[test]
        fn no_control_and_no_direction_change_survives(raw in any::<String>(), most in 0_usize..200) {
            nothing_hostile(&clean(&raw, most), most);
        }

        #[test]
        fn cleaning_twice_changes_nothing(raw in any::<String>()) {
            let once = clean(&raw, 10_000);
            prop_assert_eq!(clean(&once, 10_000), once);
        }

        #[test]
        fn cleaning_in_pieces_of_the_dangerous_alphabet(raw in "[ \t\n\u{1b}\u{9b}\u{202e}\u{200b}\u{301}ab:#\\[\\]]{0,60}", most in 0_usize..40) {
            nothing_hostile(&clean(&raw, most), most);
        }
    }
}
