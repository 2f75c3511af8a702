//! Where in a rule file something stands.

use std::ops::Range;

use portcullis_model::Span;

/// Longest source line a diagnostic carries.
const LONGEST_LINE: usize = 400;

/// A rule file with its line starts.
pub(super) struct Source<'a> {
    pub(super) path: &'a str,
    pub(super) text: &'a str,
    /// Its patterns are compiled when they are first searched for.
    pub(super) is_built_in: bool,
    starts: Vec<usize>,
}

impl<'a> Source<'a> {
    pub(super) fn new(path: &'a str, text: &'a str, is_built_in: bool) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { path, text, is_built_in, starts }
    }

    /// The range as lines and columns, with the source line.
    pub(super) fn span(&self, bytes: Range<usize>) -> Span {
        let (start_line, start_col) = self.place(bytes.start);
        let (end_line, end_col) = self.place(bytes.end.max(bytes.start));
        let line_start = self.starts.get(start_line as usize - 1).copied().unwrap_or_default();
        let line = self.text.get(line_start..).unwrap_or_default().lines().next().unwrap_or_default();
        Span {
            path: self.path.to_owned(),
            start_line,
            start_col,
            end_line,
            end_col,
            label: String::new(),
            source_line: line.chars().take(LONGEST_LINE).collect(),
        }
    }

    fn place(&self, byte: usize) -> (u32, u32) {
        let line = self.starts.partition_point(|start| *start <= byte).max(1);
        let start = self.starts.get(line - 1).copied().unwrap_or_default();
        let column = self.text.get(start..byte).map_or(0, |before| before.chars().count());
        (u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column + 1).unwrap_or(u32::MAX))
    }
}

/// The byte of the file at which byte `offset` of a TOML string's value stands; `None` where escapes lie before it.
pub(super) fn inside_string(raw: &str, value: Range<usize>, offset: usize) -> Option<usize> {
    let written = raw.get(value.clone())?;
    let quotes = ["'''", "\"\"\"", "'", "\""].into_iter().find(|quotes| written.starts_with(quotes))?;
    let body = written.get(quotes.len()..)?;
    // A line end right behind the opening of a multi-line string is no part of it.
    let skipped = if quotes.len() == 3 {
        ["\r\n", "\n"].into_iter().find(|end| body.starts_with(end)).map_or(0, str::len)
    } else {
        0
    };
    let before = body.get(skipped..skipped + offset)?;
    let is_plain = quotes.starts_with('\'') || !before.contains('\\');
    // A TOML reader turns CRLF inside a string into LF.
    (is_plain && !before.contains('\r')).then_some(value.start + quotes.len() + skipped + offset)
}
