//! HTML that is made of our own markup, numbers and escaped text, and of nothing else.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::civil::Date;
use sha2::{Digest as _, Sha256};

use crate::escape::{HtmlText, Url, cap, clean};

/// Longest address that becomes a link: one path of a megabyte would take the place of everything else.
const LINK: usize = 1_000;

/// A piece of the page. Untrusted text enters it only through [`HtmlText`], our own markup only as text of the program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Markup(String);

impl Markup {
    pub(super) fn new(markup: &'static str) -> Self {
        Self(markup.to_owned())
    }

    /// Escaped text on its own.
    pub(super) fn of(raw: &str, most: usize) -> Self {
        let mut text = Self::default();
        text.text(raw, most);
        text
    }

    /// Running text whose `quoted` parts are code, on its own.
    pub(super) fn of_prose(raw: &str, most: usize) -> Self {
        let mut prose = Self::default();
        prose.prose(raw, most);
        prose
    }

    /// A code span on its own.
    pub(super) fn of_code(raw: &str, most: usize) -> Self {
        let mut code = Self::default();
        code.code(raw, most);
        code
    }

    /// Our own tags and words.
    pub(super) fn put(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    pub(super) fn add(&mut self, piece: &Self) -> &mut Self {
        self.0.push_str(&piece.0);
        self
    }

    pub(super) fn number(&mut self, number: u64) -> &mut Self {
        let _ = write!(self.0, "{number}");
        self
    }

    /// The source expression of an inline element (Content Security Policy Level 3, 2.3.1).
    pub(super) fn hash(&mut self, content: &'static str) -> &mut Self {
        let _ = write!(self.0, "'sha256-{}'", STANDARD.encode(Sha256::digest(content)));
        self
    }

    /// With one decimal.
    pub(super) fn tenths(&mut self, number: f32) -> &mut Self {
        let _ = write!(self.0, "{number:.1}");
        self
    }

    pub(super) fn day(&mut self, day: Date) -> &mut Self {
        let _ = write!(self.0, "<time datetime=\"{day}\">{day}</time>");
        self
    }

    /// `1 warning`, `2 warnings`.
    pub(super) fn counted(&mut self, count: u64, one: &'static str, many: &'static str) -> &mut Self {
        self.number(count).put(" ").put(if count == 1 { one } else { many })
    }

    /// One line of untrusted text.
    pub(super) fn text(&mut self, raw: &str, most: usize) -> &mut Self {
        let _ = write!(self.0, "{}", HtmlText::new(raw, most));
        self
    }

    /// Nothing for an empty text.
    pub(super) fn code(&mut self, raw: &str, most: usize) -> &mut Self {
        let text = HtmlText::new(raw, most).to_string();
        if !text.is_empty() {
            let _ = write!(self.0, "<code>{text}</code>");
        }
        self
    }

    /// Running text whose `quoted` parts are code, as our own messages write them.
    pub(super) fn prose(&mut self, raw: &str, most: usize) -> &mut Self {
        let text = clean(raw, most);
        let parts: Vec<&str> = text.split('`').collect();
        let has_pairs = parts.len() % 2 == 1 && parts.iter().skip(1).step_by(2).all(|code| !code.trim().is_empty());
        if !has_pairs {
            return self.text(&text, most);
        }
        for (index, part) in parts.into_iter().enumerate() {
            if index % 2 == 1 {
                self.code(part, most);
                continue;
            }
            // `HtmlText` trims what the text around a quote needs.
            self.put(if part.starts_with(' ') { " " } else { "" }).text(part, most);
            self.put(if part.len() > 1 && part.ends_with(' ') { " " } else { "" });
        }
        self
    }

    /// Several lines with their indentation, as `pre` shows them.
    pub(super) fn lines(&mut self, raw: &str, most: usize, length: usize) -> &mut Self {
        for (index, line) in raw.lines().take(most).enumerate() {
            self.put(if index > 0 { "\n" } else { "" });
            let indent = line.len() - line.trim_start_matches(' ').len();
            self.0.extend(std::iter::repeat_n(' ', indent.min(length)));
            self.text(line, length);
        }
        self
    }

    /// A link where the address is one that may be linked to.
    pub(super) fn linked(&mut self, label: &Self, url: Option<&Url>) -> &mut Self {
        let address = url.map(ToString::to_string).filter(|address| address.len() <= LINK && !label.is_empty());
        match address {
            Some(address) => {
                let _ = write!(self.0, "<a href=\"{}\">{}</a>", HtmlText::new(&address, LINK), label.0);
                self
            }
            None => self.add(label),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn finish(self) -> String {
        self.0
    }
}

/// Those that are not empty, with a separator between them.
pub(super) fn joined(pieces: &[Markup], between: &'static str) -> Markup {
    let mut joined = Markup::default();
    for piece in pieces.iter().filter(|piece| !piece.is_empty()) {
        joined.put(if joined.is_empty() { "" } else { between }).add(piece);
    }
    joined
}

/// At most `most` texts as code, and how many more there are.
pub(super) fn named<'a>(texts: impl ExactSizeIterator<Item = &'a str>, most: usize) -> Markup {
    let further = texts.len().saturating_sub(most);
    let mut pieces: Vec<Markup> = texts.take(most).map(|text| Markup::of_code(text, cap::PATH)).collect();
    if further > 0 {
        let mut more = Markup::default();
        more.number(count(further)).put(" more");
        pieces.push(more);
    }
    joined(&pieces, ", ")
}

pub(super) fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::Markup;

    #[test]
    fn quoted_parts_of_a_message_are_code_where_the_quotes_are_pairs() {
        for (raw, shown) in [
            ("`a/b` follows `v4`, which moves", "<code>a/b</code> follows <code>v4</code>, which moves"),
            ("raise to `1.2` now", "raise to <code>1.2</code> now"),
            ("set `<a>`", "set <code>&lt;a&gt;</code>"),
            ("an ` alone", "an ` alone"),
            ("``x``", "``x``"),
        ] {
            assert_eq!(Markup::of_prose(raw, 80).finish(), shown, "{raw}");
        }
    }

    #[test]
    fn lines_keep_their_indentation() {
        let mut lines = Markup::default();
        lines.lines("a:\n  b: <c>\n\td", 9, 80);
        assert_eq!(lines.finish(), "a:\n  b: &lt;c&gt;\nd");
    }
}
