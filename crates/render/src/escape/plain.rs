//! Text for documents other programs show: SARIF, XML, CSV (spec/github-ux.md 3.1, 18.1).

use std::fmt;

use serde::{Serialize, Serializer};

use super::clean;

/// Text of one or more lines, each cleaned on its own.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct PlainText(String);

impl PlainText {
    /// One line.
    pub fn new(raw: &str, most: usize) -> Self {
        Self(clean(raw, most))
    }

    /// Keeps line breaks; together at most `most` characters.
    pub fn lines(raw: &str, most: usize) -> Self {
        let mut left = most;
        let mut text = String::new();
        for (index, line) in raw.lines().enumerate() {
            if left == 0 {
                break;
            }
            if index > 0 {
                text.push('\n');
            }
            let line = clean(line, left);
            left = left.saturating_sub(line.chars().count() + 1);
            text.push_str(&line);
        }
        text.truncate(text.trim_end().len());
        Self(text)
    }

    /// As a text message of SARIF, where `[text](target)` is a link (SARIF 2.1.0, 3.11.6): the brackets of anything that
    /// could be one are escaped.
    #[must_use]
    pub fn without_links(self) -> Self {
        if self.0.contains("](") { Self(self.0.replace('[', "\\[").replace(']', "\\]")) } else { self }
    }

    /// Whether there is anything to see.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PlainText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Serialize for PlainText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// Text between tags or in a quoted attribute of an XML 1.0 document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct XmlText(String);

impl XmlText {
    /// One line.
    pub fn new(raw: &str, most: usize) -> Self {
        Self(entities(&clean(raw, most)))
    }

    /// Keeps line breaks; only for text between tags, since attributes turn them into spaces.
    pub fn lines(raw: &str, most: usize) -> Self {
        Self(entities(&PlainText::lines(raw, most).0))
    }
}

/// The five entities of XML. The brackets too, so that no `]]>` is left and no line of a log is a command (`##[`);
/// U+FFFE and U+FFFF are the only characters [`clean`] leaves that XML 1.0 forbids.
fn entities(text: &str) -> String {
    let mut xml = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '"' => xml.push_str("&quot;"),
            '\'' => xml.push_str("&apos;"),
            '[' => xml.push_str("&#91;"),
            '\u{fffe}' | '\u{ffff}' => xml.push('\u{fffd}'),
            _ => xml.push(char),
        }
    }
    // A line between tags that begins like a command.
    xml.replace("::", ":&#58;")
}

impl fmt::Display for XmlText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A field of a CSV file (RFC 4180) no spreadsheet takes for a formula.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CsvCell(String);

impl CsvCell {
    /// One line; a text that begins like a formula gets a leading `'`, one with a comma or quotes is quoted.
    pub fn new(raw: &str, most: usize) -> Self {
        let mut text = clean(raw, most);
        // `clean` has trimmed tabs and line breaks. The wide forms count as the narrow ones in some spreadsheets.
        if text.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']) {
            text.insert(0, '\'');
        }
        if text.contains([',', '"', ';', '\'']) {
            text = format!("\"{}\"", text.replace('"', "\"\""));
        }
        Self(text)
    }
}

impl fmt::Display for CsvCell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::escape::{Shape, corpus, shape};

    #[test]
    fn lines_are_kept_and_cleaned_one_by_one() {
        assert_eq!(PlainText::lines("a  b\t\n\u{1b}[1m\nc\n\n", 80).as_str(), "a b\n\u{fffd}[1m\nc");
        assert_eq!(PlainText::lines("abc\ndef\nghi", 6).as_str(), "abc\nd…");
    }

    #[test]
    fn what_could_be_a_link_in_a_message_is_none() {
        let text = |raw| PlainText::new(raw, 80).without_links().to_string();
        assert_eq!(text("[click](https://evil.example)"), r"\[click\](https://evil.example)");
        assert_eq!(text("steps[2] and (x)"), "steps[2] and (x)");
    }

    #[test]
    fn formulas_are_text() {
        for (raw, cell) in [
            ("=1+1", "\"'=1+1\""),
            ("+1", "\"'+1\""),
            ("-1", "\"'-1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("\t=1", "\"'=1\""),
            ("\r\n=1", "\"'=1\""),
            ("＝1", "\"'＝1\""),
            ("a,b", "\"a,b\""),
            ("a\"b", "\"a\"\"b\""),
            ("a\nb", "a b"),
            ("a=b", "a=b"),
            ("", ""),
        ] {
            assert_eq!(CsvCell::new(raw, 80).to_string(), cell, "{raw:?}");
        }
    }

    fn stays_text_in_xml(raw: &str) {
        let xml = XmlText::lines(raw, 400).to_string();
        assert!(!xml.contains(['<', '>', '"', '\'']) && !xml.contains("##[") && !xml.contains("::"), "{xml:?}");
        let read = quick_xml::escape::unescape(&xml).expect("only entities of XML");
        let plain = PlainText::lines(raw, 400).to_string().replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}");
        assert_eq!(read, plain);
        assert!(read.chars().all(|char| char == '\n' || matches!(shape(char), Shape::Plain | Shape::Mark)));
    }

    #[test]
    fn the_hostile_corpus_stays_text() {
        for raw in corpus::hostile() {
            stays_text_in_xml(&raw);
            assert!(!CsvCell::new(&raw, 400).to_string().starts_with(['=', '+', '-', '@']), "{raw:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_stays_text_in_xml(raw in any::<String>(), more in "[<>&'\"\\[\\]:#\u{fffe}\u{ffff}\n ]{0,20}") {
            stays_text_in_xml(&(raw + &more));
        }

        #[test]
        fn any_text_is_one_field(raw in "[=+@,;'\"\r\n\t a-]{0,20}") {
            let cell = CsvCell::new(&raw, 400).to_string();
            prop_assert!(!cell.contains(['\r', '\n']));
            let inner = cell.strip_prefix('"').and_then(|cell| cell.strip_suffix('"'));
            prop_assert!(inner.map_or(!cell.contains([',', '"']), |inner| !inner.replace("\"\"", "").contains('"')));
            let value = inner.unwrap_or(&cell).replace("\"\"", "\"");
            prop_assert!(!value.starts_with(['=', '+', '-', '@']));
        }
    }
}
