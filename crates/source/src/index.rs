//! The files of the index: what the next commit will hold.

use portcullis_model::{Entry, Listing, Problem, Stat, Tree, TreeError};

use crate::git::{Git, records};
use crate::snapshot::Snapshot;
use crate::{READ_LIMIT, SourceError, name};

/// The files of the index below the root of the run, as they were when it was opened.
///
/// A path in conflict is a problem of the listing and not part of the tree: nothing says which side is meant.
#[derive(Debug)]
pub struct Index {
    snapshot: Snapshot,
}

impl Index {
    pub(crate) fn open(git: &Git) -> Result<Self, SourceError> {
        let mut snapshot = Snapshot::new(git.clone(), READ_LIMIT);
        snapshot.prepare();
        let mut in_conflict: Vec<&[u8]> = Vec::new();
        let listed = git.run(&["ls-files", "--cached", "--stage", "-z"], &[])?;
        for record in records(&listed.stdout) {
            let staged = Staged::parse(record)?;
            if staged.stage == b"0" {
                snapshot.record(staged.path, staged.mode, staged.id);
            } else if in_conflict.last() != Some(&staged.path) {
                in_conflict.push(staged.path);
            }
        }
        for path in in_conflict {
            snapshot.report(&name::to_text(path), "is in conflict: resolve it and add it to the index");
        }
        Ok(Self { snapshot })
    }

    /// The same with another limit for [`Tree::read`], in bytes.
    #[must_use]
    pub fn with_read_limit(mut self, limit: u64) -> Self {
        self.snapshot.set_limit(limit);
        self
    }

    /// Paths in conflict, and those that no checkout can hold.
    pub fn problems(&self) -> &[Problem] {
        self.snapshot.problems()
    }

    /// What stands at these paths: the same as in [`Tree::list`], asked for them alone. A path nothing stands at is left out.
    pub fn entries(&self, paths: &[&str]) -> Result<Vec<Entry>, TreeError> {
        self.snapshot.entries(paths)
    }
}

/// An entry of the index: `100644 ID 0<TAB>path`, with `-t` after a letter and a space.
pub(crate) struct Staged<'a> {
    pub(crate) mode: &'a [u8],
    id: &'a [u8],
    stage: &'a [u8],
    pub(crate) path: &'a [u8],
}

impl<'a> Staged<'a> {
    pub(crate) fn parse(record: &'a [u8]) -> Result<Self, SourceError> {
        Self::fields(record).ok_or_else(|| SourceError::Git {
            command: "ls-files".to_owned(),
            why: format!("answered `{}`", String::from_utf8_lossy(record)),
        })
    }

    fn fields(record: &'a [u8]) -> Option<Self> {
        let tab = record.iter().position(|byte| *byte == b'\t')?;
        let (facts, path) = record.split_at_checked(tab)?;
        let mut words = facts.split(|byte| *byte == b' ');
        Some(Self { mode: words.next()?, id: words.next()?, stage: words.next()?, path: path.get(1..)? })
    }
}

impl Tree for Index {
    fn read(&self, path: &str) -> Result<Vec<u8>, TreeError> {
        self.snapshot.read(path)
    }

    fn list(&self) -> Result<Listing, TreeError> {
        self.snapshot.list()
    }

    fn paths(&self) -> Result<Vec<String>, TreeError> {
        Ok(self.snapshot.paths())
    }

    fn stat(&self, path: &str) -> Result<Option<Stat>, TreeError> {
        self.snapshot.stat(path)
    }
}

#[cfg(test)]
mod tests;
