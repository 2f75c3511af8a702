//! The files of a policy, and how places in them are named.

use std::ops::Range;
use std::sync::Arc;

use portcullis_model::{Origin, Span};
use portcullis_syntax::yaml;

/// A file that was read.
pub(crate) struct Source {
    /// `portcullis.yaml`, `preset:baseline@1`.
    pub(crate) name: Arc<str>,
    pub(crate) file: yaml::File,
}

/// Longer lines (a whole policy in flow style) are not drawn.
const LONGEST_LINE: usize = 2_000;

/// Every file that was read, in that order. Places name their file by its position here.
#[derive(Default)]
pub(crate) struct Sources(Vec<Source>);

/// A place: bytes of one source; none for built-in defaults.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) source: Option<usize>,
    pub(crate) bytes: Range<usize>,
}

/// The place, with what stands beside its carets.
pub(crate) fn labelled(span: Span, label: impl Into<String>) -> Span {
    Span { label: label.into(), ..span }
}

impl Sources {
    pub(crate) fn push(&mut self, source: Source) -> usize {
        self.0.push(source);
        self.0.len() - 1
    }

    pub(crate) fn get(&self, position: usize) -> Option<&Source> {
        self.0.get(position)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Source> {
        self.0.iter()
    }

    pub(crate) fn span(&self, mark: &Mark) -> Span {
        match mark.source.and_then(|source| self.get(source)) {
            Some(source) => source.span(&mark.bytes),
            None => Span { path: "default".to_owned(), ..Span::default() },
        }
    }

    pub(crate) fn origin(&self, mark: &Mark) -> Origin {
        match mark.source.and_then(|source| self.get(source)) {
            Some(source) => source.origin(mark.bytes.start),
            None => Origin::builtin(),
        }
    }

    /// Line of the last character of a place.
    pub(crate) fn last_line(&self, mark: &Mark) -> u32 {
        let Some(source) = mark.source.and_then(|source| self.get(source)) else { return 0 };
        let text = source.file.text().get(mark.bytes.clone()).unwrap_or_default();
        source.file.position(mark.bytes.start + text.trim_end().len()).line
    }
}

impl Source {
    /// The range, cut at the end of its first line: carets under a whole block help nobody.
    pub(crate) fn span(&self, bytes: &Range<usize>) -> Span {
        let start = self.file.position(bytes.start);
        let text = self.file.text().get(bytes.clone()).unwrap_or_default();
        let first_line = text.lines().next().unwrap_or_default().trim_end();
        let end = self.file.position(bytes.start + first_line.len());
        Span {
            path: self.name.to_string(),
            start_line: start.line,
            start_col: start.col,
            end_line: end.line,
            end_col: end.col.max(start.col + 1),
            label: String::new(),
            source_line: Some(self.file.line_text(start.line))
                .filter(|line| line.len() <= LONGEST_LINE)
                .unwrap_or_default()
                .to_owned(),
        }
    }

    fn origin(&self, byte: usize) -> Origin {
        let position = self.file.position(byte);
        Origin { layer: self.name.clone(), line: Some(position.line), col: Some(position.col) }
    }
}
