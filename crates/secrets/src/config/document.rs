//! A TOML document read as gitleaks reads one: keys in any case, lenient scalars, everything else an error with its place.

use std::ops::Range;

use portcullis_model::{Diagnostic, DiagnosticSeverity, Span, suggest};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::place::Source;
use crate::Pattern;
use crate::translate::TranslateError;

/// More than this many diagnostics of one file help nobody.
const MOST_DIAGNOSTICS: usize = 100;

/// What is wrong with the files read so far.
#[derive(Default)]
pub(super) struct Complaints {
    pub(super) list: Vec<Diagnostic>,
}

impl Complaints {
    pub(super) fn push(&mut self, diagnostic: Diagnostic) {
        let is_error = diagnostic.severity == DiagnosticSeverity::Error;
        // An error is never lost behind warnings: without one the file would count as good.
        if self.list.len() < MOST_DIAGNOSTICS || (is_error && !self.has_errors()) {
            self.list.push(diagnostic);
        }
    }

    pub(super) fn has_errors(&self) -> bool {
        self.list.iter().any(|diagnostic| diagnostic.severity == DiagnosticSeverity::Error)
    }
}

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(super) struct At<T> {
    pub(super) value: T,
    pub(super) bytes: Range<usize>,
}

/// One table: its entries with lower-cased keys in the order of the file.
pub(super) struct Table<'d> {
    entries: Vec<Entry<'d>>,
    /// Where it stands: its header, or the braces.
    pub(super) bytes: Range<usize>,
    /// What to call it in a message: `[[rules]]`.
    name: &'static str,
}

struct Entry<'d> {
    key: String,
    written: &'d str,
    key_bytes: Range<usize>,
    value: &'d Spanned<DeValue<'d>>,
}

/// Reads values of one file and collects what is wrong with them.
pub(super) struct Reader<'r, 'a> {
    pub(super) source: &'r Source<'a>,
    pub(super) complaints: &'r mut Complaints,
}

impl Reader<'_, '_> {
    /// A pattern of this file.
    pub(super) fn compiled(&self, go: &str) -> Result<Pattern, TranslateError> {
        if self.source.is_built_in { Pattern::built_in(go) } else { Pattern::compile(go) }
    }

    pub(super) fn span(&self, bytes: Range<usize>) -> Span {
        self.source.span(bytes)
    }

    pub(super) fn error(&mut self, code: &str, message: impl Into<String>, bytes: Range<usize>) {
        let diagnostic = Diagnostic::error(code, message, self.span(bytes));
        self.complaints.push(diagnostic);
    }

    pub(super) fn warn(&mut self, diagnostic: Diagnostic) {
        self.complaints.push(Diagnostic { severity: DiagnosticSeverity::Warning, ..diagnostic });
    }

    /// The entries of a table; unknown keys are warned about, because gitleaks ignores them and a typing error would be silent.
    pub(super) fn table<'d>(
        &mut self,
        table: &'d DeTable<'d>,
        bytes: Range<usize>,
        name: &'static str,
        known: &[&'static str],
    ) -> Table<'d> {
        let mut entries: Vec<Entry<'d>> = table
            .iter()
            .map(|(key, value)| Entry {
                key: key.get_ref().to_lowercase(),
                written: key.get_ref(),
                key_bytes: key.span(),
                value,
            })
            .collect();
        entries.sort_by_key(|entry| entry.key_bytes.start);
        for entry in &entries {
            if known.iter().any(|known| known.eq_ignore_ascii_case(&entry.key)) {
                continue;
            }
            let message = format!("unknown key `{}` in {name}", entry.written);
            let mut diagnostic =
                Diagnostic::warning("secrets/unknown-key", message, self.span(entry.key_bytes.clone()));
            let lower: Vec<String> = known.iter().map(|known| known.to_lowercase()).collect();
            if let Some(near) = suggest::nearest(&entry.key, lower.iter().map(String::as_str), 1).first() {
                let near = known.iter().find(|known| known.eq_ignore_ascii_case(near)).unwrap_or(near);
                diagnostic.span.label = format!("did you mean `{near}`?");
            }
            self.complaints.push(diagnostic);
        }
        Table { entries, bytes, name }
    }

    fn type_error(&mut self, table: &Table<'_>, key: &str, wanted: &str, value: &Spanned<DeValue<'_>>) {
        let got = value.get_ref().type_str();
        let message = format!("`{key}` of {} is {wanted}, not {got}", table.name);
        self.error("secrets/wrong-type", message, value.span());
    }

    /// A text; numbers and booleans count as their text.
    pub(super) fn text(&mut self, table: &Table<'_>, key: &str) -> Option<At<String>> {
        let value = table.get(key)?;
        let text = scalar(value.get_ref());
        if text.is_none() {
            self.type_error(table, key, "a text", value);
        }
        Some(At { value: text?, bytes: value.span() })
    }

    /// A list of texts. A single text is split at commas, as gitleaks does.
    pub(super) fn texts(&mut self, table: &Table<'_>, key: &str) -> Vec<At<String>> {
        let Some(value) = table.get(key) else { return Vec::new() };
        if let DeValue::String(text) = value.get_ref() {
            let pieces = text.split(',').filter(|_| !text.is_empty());
            return pieces.map(|piece| At { value: piece.to_owned(), bytes: value.span() }).collect();
        }
        let Some(items) = value.get_ref().as_array() else {
            let text = scalar(value.get_ref());
            if text.is_none() {
                self.type_error(table, key, "a list of texts", value);
            }
            return text.map(|text| At { value: text, bytes: value.span() }).into_iter().collect();
        };
        let mut texts = Vec::with_capacity(items.len());
        for item in items {
            match scalar(item.get_ref()) {
                Some(text) => texts.push(At { value: text, bytes: item.span() }),
                None => self.type_error(table, key, "a list of texts", item),
            }
        }
        texts
    }

    /// A number; its text counts too.
    pub(super) fn number(&mut self, table: &Table<'_>, key: &str) -> Option<At<f64>> {
        let value = table.get(key)?;
        let number = match value.get_ref() {
            DeValue::Boolean(flag) => Some(f64::from(u8::from(*flag))),
            DeValue::Integer(integer) =>
            {
                #[allow(clippy::cast_precision_loss, reason = "thresholds and counts are small")]
                integer_of(integer.as_str(), integer.radix()).map(|integer| integer as f64)
            }
            other => scalar(other).and_then(|text| text.replace('_', "").parse().ok()),
        };
        let number = number.filter(|number: &f64| number.is_finite());
        if number.is_none() {
            self.type_error(table, key, "a number", value);
        }
        Some(At { value: number?, bytes: value.span() })
    }

    /// A whole number.
    pub(super) fn integer(&mut self, table: &Table<'_>, key: &str) -> Option<At<i64>> {
        let number = self.number(table, key)?;
        if number.value.fract() != 0.0 || number.value.abs() > 1e9 {
            let message = format!("`{key}` of {} is a whole number", table.name);
            self.error("secrets/wrong-type", message, number.bytes);
            return None;
        }
        #[allow(clippy::cast_possible_truncation, reason = "whole and below 10^9, checked above")]
        Some(At { value: number.value as i64, bytes: number.bytes })
    }

    /// A boolean; its text and numbers count too.
    pub(super) fn flag(&mut self, table: &Table<'_>, key: &str) -> Option<At<bool>> {
        let value = table.get(key)?;
        let flag = match value.get_ref() {
            DeValue::Integer(integer) => integer_of(integer.as_str(), integer.radix()).map(|integer| integer != 0),
            other => match scalar(other).as_deref() {
                Some("1" | "t" | "T" | "true" | "TRUE" | "True") => Some(true),
                Some("" | "0" | "f" | "F" | "false" | "FALSE" | "False") => Some(false),
                _ => None,
            },
        };
        if flag.is_none() {
            self.type_error(table, key, "true or false", value);
        }
        Some(At { value: flag?, bytes: value.span() })
    }

    /// One table.
    pub(super) fn one<'d>(
        &mut self,
        table: &Table<'d>,
        key: &str,
        name: &'static str,
        known: &[&'static str],
    ) -> Option<Table<'d>> {
        let value = table.get(key)?;
        let Some(inner) = value.get_ref().as_table() else {
            self.type_error(table, key, "one table", value);
            return None;
        };
        Some(self.table(inner, value.span(), name, known))
    }

    /// A list of tables; one table is a list of one.
    pub(super) fn many<'d>(
        &mut self,
        table: &Table<'d>,
        key: &str,
        name: &'static str,
        known: &[&'static str],
    ) -> Vec<Table<'d>> {
        let Some(value) = table.get(key) else { return Vec::new() };
        match value.get_ref() {
            DeValue::Table(inner) => vec![self.table(inner, value.span(), name, known)],
            DeValue::Array(items) => {
                let mut tables = Vec::with_capacity(items.len());
                for item in items {
                    match item.get_ref() {
                        DeValue::Table(inner) => tables.push(self.table(inner, item.span(), name, known)),
                        _ => self.type_error(table, key, "a list of tables", item),
                    }
                }
                tables
            }
            _ => {
                self.type_error(table, key, "a list of tables", value);
                Vec::new()
            }
        }
    }
}

impl<'d> Table<'d> {
    /// The value of a key in any case; the last where the file gives it in two spellings.
    fn get(&self, key: &str) -> Option<&'d Spanned<DeValue<'d>>> {
        self.entries.iter().rev().find(|entry| entry.key.eq_ignore_ascii_case(key)).map(|entry| entry.value)
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// Where the value of a key stands, else the table.
    pub(super) fn place(&self, key: &str) -> Range<usize> {
        self.get(key).map_or_else(|| self.bytes.clone(), Spanned::span)
    }
}

/// The text of a scalar; `None` for tables, lists and dates.
fn scalar(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.as_ref().to_owned()),
        DeValue::Integer(integer) => integer_of(integer.as_str(), integer.radix()).map(|integer| integer.to_string()),
        DeValue::Float(float) => Some(float.as_str().to_owned()),
        // mapstructure writes booleans as numbers.
        DeValue::Boolean(flag) => Some(if *flag { "1" } else { "0" }.to_owned()),
        _ => None,
    }
}

fn integer_of(digits: &str, radix: u32) -> Option<i64> {
    i64::from_str_radix(digits, radix).ok()
}
