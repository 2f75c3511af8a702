//! The files a run looks at, wherever they come from (DESIGN section 2). Implemented by `source`; wings only ask.

use std::fmt;

use crate::Problem;

/// A set of files: work tree, index or commit. Paths are relative to its root, `/`-separated.
pub trait Tree: Send + Sync {
    /// The whole content of a file. A symbolic link is followed inside the tree only.
    fn read(&self, path: &str) -> Result<Vec<u8>, TreeError>;

    /// Every file that belongs to the tree, sorted by path, with what could not be looked at.
    fn list(&self) -> Result<Listing, TreeError>;

    /// The paths of [`Tree::list`], sorted; for who asks for nothing else a tree may know them at less cost.
    fn paths(&self) -> Result<Vec<String>, TreeError> {
        Ok(self.list()?.entries.into_iter().map(|entry| entry.path).collect())
    }

    /// What stands at a path; `None` when nothing does. A symbolic link is not followed.
    fn stat(&self, path: &str) -> Result<Option<Stat>, TreeError>;
}

/// The files of a tree.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// Sorted by path.
    pub entries: Vec<Entry>,
    /// Directories that could not be read, names that cannot be written as text.
    pub problems: Vec<Problem>,
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Path relative to the root.
    pub path: String,
    /// What it is.
    pub stat: Stat,
}

/// What stands at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stat {
    /// File, link, …
    pub kind: EntryKind,
    /// Bytes; of a link: of its target text.
    pub size: u64,
    /// The executable bit.
    pub executable: bool,
}

/// What kind of thing stands at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A symbolic link and the text of its target.
    Symlink(String),
    /// A directory.
    Directory,
    /// A submodule: another repository.
    Submodule,
    /// Socket, device, pipe: never read.
    Special,
}

/// Why a tree could not answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TreeError {
    /// Nothing stands there.
    NotFound,
    /// It is no regular file.
    NotAFile,
    /// A link or path leads out of the tree.
    Outside,
    /// Larger than what is read whole, in bytes.
    TooLarge {
        /// Its size.
        size: u64,
        /// The limit.
        limit: u64,
    },
    /// The operating system or git refused; the text says why.
    Unreadable(String),
}

impl fmt::Display for TreeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("no such file"),
            Self::NotAFile => f.write_str("not a regular file"),
            Self::Outside => f.write_str("leads out of the repository"),
            Self::TooLarge { size, limit } => write!(f, "{size} bytes, more than the limit of {limit}"),
            Self::Unreadable(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for TreeError {}

/// Piece of a history or index: what `source` produces and the gate streams to secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fragment {
    /// Path in that commit.
    pub path: String,
    /// 1-based line of the first byte.
    pub first_line: u32,
    /// Commit; `None` for the index.
    pub commit: Option<String>,
    /// The bytes.
    pub bytes: Vec<u8>,
}
