//! Where something is (spec/ingest.md 1.3).

use serde::{Deserialize, Serialize};

/// A place: a range in a file of the repository, or something outside it (image, URL).
/// Lines and columns are 1-based, columns count code points, end columns are exclusive, bytes are 0-based offsets into the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Location {
    /// Path relative to the repository root, `/`-separated; empty when the place is no file.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// Set when the place is not a file: image reference, URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
    /// First line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_line: Option<u32>,
    /// First column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_col: Option<u32>,
    /// Last line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_line: Option<u32>,
    /// Column after the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_col: Option<u32>,
    /// First byte.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_byte: Option<u64>,
    /// Byte after the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_byte: Option<u64>,
    /// Symbolic path (`jobs.build.steps[2].with.ref`), JSON pointer, or logical location of a report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logical: Option<String>,
    /// What this place explains; only in [`Finding::related`](crate::Finding::related).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The source line of `start_line`, at most 400 characters, secrets masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snippet: Option<String>,
    /// Column of the first character of `snippet` where a long line was cut; absent means 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snippet_col: Option<u32>,
    /// The path was completed because exactly one file of the repository ends with it.
    #[serde(skip_serializing_if = "is_false")]
    pub path_guessed: bool,
    /// The path climbs out of the repository.
    #[serde(skip_serializing_if = "is_false")]
    pub outside_repo: bool,
    /// `Kind/namespace/name`, without a namespace `Kind/name`; `http GET /x`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
}

impl Location {
    /// A whole file.
    pub fn file(path: impl Into<String>) -> Self {
        Self { path: path.into(), ..Self::default() }
    }

    /// One line of a file; line 0 (unknown in several formats) gives the whole file.
    pub fn line(path: impl Into<String>, line: u32) -> Self {
        Self { path: path.into(), start_line: (line > 0).then_some(line), ..Self::default() }
    }
}

/// `skip_serializing_if` for flags that are almost always false.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
pub(crate) fn is_false(flag: &bool) -> bool {
    !*flag
}
