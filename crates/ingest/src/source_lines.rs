//! The lines of the judged files findings point to: they identify a finding whose line number moves.

use std::collections::BTreeMap;

use portcullis_model::Location;
use portcullis_model::text::{self, bounded};

use crate::draft::Draft;

/// Bytes of source files kept for their lines.
const MAX_KEPT: usize = 256 << 20;
/// Bytes of a line whose columns are converted: minified files are one line with many results.
const MAX_CONVERTED: usize = 64 << 10;
/// Lines of a flagged text that identify it.
const MAX_FLAGGED_LINES: u32 = 3;

/// The source files results point to, each asked for once.
pub(crate) struct Sources<'a> {
    file: &'a (dyn Fn(&str) -> Option<Vec<u8>> + Sync),
    kept: BTreeMap<String, Option<Source>>,
    bytes: usize,
}

struct Source {
    text: String,
    /// Byte offset of each line.
    lines: Vec<usize>,
}

impl Source {
    fn line(&self, number: u32) -> Option<&str> {
        let index = usize::try_from(number.checked_sub(1)?).ok()?;
        let start = *self.lines.get(index)?;
        let end = self.lines.get(index + 1).copied().unwrap_or(self.text.len());
        self.text.get(start..end).map(|line| line.trim_end_matches(['\n', '\r']))
    }
}

impl<'a> Sources<'a> {
    pub(crate) fn of(draft: &Draft<'a>) -> Self {
        Self { file: draft.around.file, kept: BTreeMap::new(), bytes: 0 }
    }

    fn get(&mut self, path: &str) -> Option<&Source> {
        if path.is_empty() {
            return None;
        }
        if !self.kept.contains_key(path) {
            let bytes = if self.bytes < MAX_KEPT { (self.file)(path) } else { None };
            let source = bytes.and_then(|bytes| String::from_utf8(bytes).ok()).map(|text| {
                let breaks = memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1);
                Source { lines: std::iter::once(0).chain(breaks).collect(), text }
            });
            self.bytes += source.as_ref().map_or(0, |source| source.text.len());
            self.kept.insert(path.to_owned(), source);
        }
        self.kept.get(path)?.as_ref()
    }

    /// The text of the lines a place covers, at most three.
    pub(crate) fn flagged(&mut self, place: &Location) -> Option<String> {
        let first = place.start_line?;
        let last = place.end_line.unwrap_or(first).min(first.saturating_add(MAX_FLAGGED_LINES - 1));
        let source = self.get(&place.path)?;
        let lines: Vec<&str> = (first..=last).map_while(|line| source.line(line)).collect();
        let shown = lines.iter().map(|line| bounded(line, text::MESSAGE)).collect::<Vec<_>>();
        (!shown.is_empty()).then(|| shown.join("\n"))
    }

    /// A column counted in UTF-16 units as a column counted in code points, where the file is at hand.
    pub(crate) fn code_points(&mut self, path: &str, line: Option<u32>, column: Option<u32>) -> Option<u32> {
        let (Some(line), Some(column)) = (line, column) else { return column };
        let text = self.get(path).and_then(|source| source.line(line));
        let Some(text) = text.filter(|text| text.len() <= MAX_CONVERTED) else { return Some(column) };
        let wanted = usize::try_from(column - 1).ok()?;
        let mut units = 0;
        let before = text.chars().take_while(|char| {
            let is_before = units < wanted;
            units += char.len_utf16();
            is_before
        });
        let before = before.count();
        // A column behind the line keeps its distance.
        let line_units: usize = text.chars().map(char::len_utf16).sum();
        u32::try_from(before + wanted.saturating_sub(line_units) + 1).ok()
    }
}
