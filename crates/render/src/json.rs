//! The document `portcullis.result/1`; every field is described in `docs/result.md`.

use std::io::{self, Write};

use portcullis_model::{Baseline, Outcome};
use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter, Serializer};

use crate::escape::{Shape, shape};

/// How JSON is laid out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum JsonForm {
    /// Indented by two spaces.
    #[default]
    Pretty,
    /// One line.
    Compact,
}

/// The whole document with a line break at its end. Same outcome, same bytes.
///
/// Control, invisible and direction-changing characters and the `##[` of workflow commands are written as `\u…` escapes:
/// the document is the same, and printing it harms neither a terminal nor a workflow log.
pub fn json(outcome: &Outcome, form: JsonForm) -> Result<Vec<u8>, serde_json::Error> {
    to_json(outcome, form)
}

/// The document `portcullis.baseline/1`, laid out so that a commit shows what changed in it.
pub fn baseline(baseline: &Baseline) -> Result<Vec<u8>, serde_json::Error> {
    to_json(baseline, JsonForm::Pretty)
}

/// One finding a line, in the order of the document.
pub fn jsonl(outcome: &Outcome) -> Result<Vec<u8>, serde_json::Error> {
    let mut lines = Vec::new();
    for judged in &outcome.findings {
        lines.extend(to_json(judged, JsonForm::Compact)?);
    }
    Ok(lines)
}

pub(crate) fn to_json(value: &impl Serialize, form: JsonForm) -> Result<Vec<u8>, serde_json::Error> {
    let mut bytes = Vec::new();
    match form {
        JsonForm::Pretty => {
            value.serialize(&mut Serializer::with_formatter(&mut bytes, Printable(PrettyFormatter::new())))?;
        }
        JsonForm::Compact => {
            value.serialize(&mut Serializer::with_formatter(&mut bytes, Printable(CompactFormatter)))?;
        }
    }
    bytes.push(b'\n');
    Ok(bytes)
}

/// Lays out like the formatter inside and escapes what must not be printed.
struct Printable<F>(F);

/// Writes a piece of a string. `serde_json` hands down the longest pieces it need not escape itself, so a `##[` is never
/// split between two of them.
fn write_printable<W: ?Sized + Write>(writer: &mut W, fragment: &str) -> io::Result<()> {
    if fragment.bytes().all(|byte| matches!(byte, b' '..=b'~')) && !fragment.contains("##[") {
        return writer.write_all(fragment.as_bytes());
    }
    let mut plain = 0;
    for (index, char) in fragment.char_indices() {
        let before = fragment.get(..index).unwrap_or_default();
        let command = char == '[' && before.ends_with("##");
        if command || !matches!(shape(char), Shape::Plain | Shape::Mark) {
            writer.write_all(fragment.get(plain..index).unwrap_or_default().as_bytes())?;
            for unit in char.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            plain = index + char.len_utf8();
        }
    }
    writer.write_all(fragment.get(plain..).unwrap_or_default().as_bytes())
}

impl<F: Formatter> Formatter for Printable<F> {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        write_printable(writer, fragment)
    }

    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn end_object_key<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_key(writer)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}

#[cfg(test)]
mod documentation;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sample;

    #[test]
    fn the_document_reads_back_as_the_same_outcome() {
        for form in [JsonForm::Pretty, JsonForm::Compact] {
            let outcome = sample::filled();
            let bytes = json(&outcome, form).unwrap();
            let again: Outcome = serde_json::from_slice(&bytes).unwrap();
            assert_eq!(json(&again, form).unwrap(), bytes);
            assert_eq!(bytes.last(), Some(&b'\n'));
        }
    }

    #[test]
    fn the_compact_form_is_one_line_and_jsonl_one_for_each_finding() {
        let outcome = sample::failing();
        assert_eq!(String::from_utf8(json(&outcome, JsonForm::Compact).unwrap()).unwrap().lines().count(), 1);
        let lines = String::from_utf8(jsonl(&outcome).unwrap()).unwrap();
        assert_eq!(lines.lines().count(), outcome.findings.len());
        assert!(lines.lines().all(|line| line.starts_with("{\"fingerprint\"")));
    }

    proptest! {
        #[test]
        fn printing_a_document_is_harmless_and_changes_nothing(text in any::<String>(), more in "[#\\[\\]:\u{1b}\u{9b}\u{202e}\"\\\\\n]{0,20}") {
            let value = vec![text, more];
            let bytes = to_json(&value, JsonForm::Pretty).unwrap();
            let printed = String::from_utf8(bytes).unwrap();
            prop_assert!(!printed.contains("##["));
            prop_assert!(printed.chars().all(|char| char == '\n' || matches!(shape(char), Shape::Plain | Shape::Mark)));
            prop_assert_eq!(serde_json::from_str::<Vec<String>>(&printed).unwrap(), value);
        }
    }
}
