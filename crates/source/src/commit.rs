//! The files of a commit.

use portcullis_model::{Entry, Listing, Stat, Tree, TreeError};

use crate::git::{Git, records};
use crate::snapshot::Snapshot;
use crate::{READ_LIMIT, SourceError};

/// The files of a commit below the root of the run, read from git objects: no checkout, no filters, no hooks.
///
/// Links are resolved inside the commit. Submodules are listed and not entered. Where the root of the run does not exist in
/// the commit, the tree is empty.
#[derive(Debug)]
pub struct Commit {
    id: String,
    snapshot: Snapshot,
}

impl Commit {
    /// The tree of `id` below `prefix`, which is empty or ends in `/`.
    pub(crate) fn open(git: &Git, id: String, prefix: &[u8]) -> Result<Self, SourceError> {
        let mut snapshot = Snapshot::new(git.clone(), READ_LIMIT);
        if let Some(tree) = tree_below(git, &id, prefix)? {
            let listed = git.run(&["ls-tree", "-r", "-z", "--full-tree", &tree], &[])?;
            for entry in records(&listed.stdout).map(TreeEntry::parse) {
                let entry = entry?;
                snapshot.record(entry.path, entry.mode, entry.id);
            }
        }
        Ok(Self { id, snapshot })
    }

    /// Its full object id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What stands at these paths: the same as in [`Tree::list`], asked for them alone. A path nothing stands at is left out.
    pub fn entries(&self, paths: &[&str]) -> Result<Vec<Entry>, TreeError> {
        self.snapshot.entries(paths)
    }

    /// The same with another limit for [`Tree::read`], in bytes.
    #[must_use]
    pub fn with_read_limit(mut self, limit: u64) -> Self {
        self.snapshot.set_limit(limit);
        self
    }
}

/// The tree object of the root; `None` when nothing stands there.
fn tree_below(git: &Git, id: &str, prefix: &[u8]) -> Result<Option<String>, SourceError> {
    let mut tree = id.to_owned();
    // One level at a time: `ls-tree` takes a path for a pattern of the directory it is called in.
    for component in prefix.split(|byte| *byte == b'/').filter(|component| !component.is_empty()) {
        let listed = git.run(&["ls-tree", "-z", "--full-tree", &tree], &[])?;
        let mut found = None;
        for entry in records(&listed.stdout).map(TreeEntry::parse) {
            let entry = entry?;
            if entry.path == component {
                found = Some((entry.mode == b"040000", String::from_utf8_lossy(entry.id).into_owned()));
            }
        }
        match found {
            None => return Ok(None),
            Some((true, id)) => tree = id,
            Some((false, _)) => {
                let path = crate::name::to_text(prefix.strip_suffix(b"/").unwrap_or(prefix));
                return Err(SourceError::RootIsNoDirectory { path, commit: id.to_owned() });
            }
        }
    }
    Ok(Some(tree))
}

/// `100644 blob ID<TAB>path`
struct TreeEntry<'a> {
    mode: &'a [u8],
    id: &'a [u8],
    path: &'a [u8],
}

impl<'a> TreeEntry<'a> {
    fn parse(record: &'a [u8]) -> Result<Self, SourceError> {
        Self::fields(record).ok_or_else(|| SourceError::Git {
            command: "ls-tree".to_owned(),
            why: format!("answered `{}`", String::from_utf8_lossy(record)),
        })
    }

    fn fields(record: &'a [u8]) -> Option<Self> {
        let tab = record.iter().position(|byte| *byte == b'\t')?;
        let (facts, path) = record.split_at_checked(tab)?;
        let mut words = facts.split(|byte| *byte == b' ');
        let mode = words.next()?;
        words.next()?;
        Some(Self { mode, id: words.next()?, path: path.get(1..)? })
    }
}

impl Tree for Commit {
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
