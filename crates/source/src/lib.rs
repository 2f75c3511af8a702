//! Where files come from: work tree, index, commit. The only room that runs `git`.
//!
//! [`Repository`] finds the root and answers what only git knows; [`WorkTree`], [`Index`] and [`Commit`] are the trees a
//! run judges and steers by. All three follow links by the same rule and write names the same way, so that the same
//! content gives the same listing wherever it is read from.

mod added;
mod asked;
mod at_once;
mod commit;
mod commits;
mod error;
mod git;
mod history;
mod hooks;
mod index;
mod objects;
mod patch;
mod platform;
mod reports;
mod repository;
mod resolve;
mod snapshot;
mod staged;
mod top_level;
mod walk;
mod work_tree;

pub mod name;

#[cfg(all(test, unix))]
mod agreement;
#[cfg(test)]
mod testing;

pub use added::AddedRanges;
pub use asked::Asked;
pub use commit::Commit;
pub use commits::{Addition, Since, Unread};
pub use error::SourceError;
pub use git::{GitSettings, HookEnvironment};
pub use history::{Change, ChangedFile};
pub use index::Index;
pub use reports::{ReportFile, Selection, modified, read_report, read_stdin, select};
pub use repository::{POLICY_FILES, Repository};
pub use staged::{AddedLines, Staged, StagedFile};
pub use work_tree::WorkTree;

/// Bytes of a file that are read whole unless a tree is told otherwise: 256 MiB.
pub const READ_LIMIT: u64 = 256 * 1024 * 1024;
