//! The policy of the work tree, and what it would be with other texts in some of its files: for the commands that edit it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use portcullis_model::{Entry, EntryKind, Listing, Stat, Tree, TreeError};
use portcullis_source::POLICY_FILES;

use super::gate_files::is_exception_file;
use super::plan::{Plan, Planned, inside_root};
use super::trust::{Gate, of_tree};
use super::{Refusal, Request, plan};

/// New texts of files by path; `None` for a file that goes.
pub(crate) type Edits = BTreeMap<String, Option<String>>;

/// The files that steer the gate as they lie in the work tree.
pub(crate) struct Desk<'a> {
    request: &'a Request,
    plan: Box<Plan>,
    pub(crate) gate: Gate,
}

impl<'a> Desk<'a> {
    /// Reads them; `None` where the event says that there is nothing to judge.
    pub(crate) fn open(request: &'a Request) -> Result<Option<Self>, Refusal> {
        let Planned::Run(plan) = plan(request)? else { return Ok(None) };
        let gate = of_tree(request, &*plan.subject)?;
        Ok(Some(Self { request, plan, gate }))
    }

    pub(super) fn subject(&self) -> &dyn Tree {
        &*self.plan.subject
    }

    /// The text of a file; `None` where there is none.
    pub(crate) fn text(&self, path: &str) -> Result<Option<String>, Refusal> {
        let refused = |why: String| Refusal::Usage(format!("`{path}` cannot be edited: {why}"));
        match self.plan.subject.read(path) {
            Ok(bytes) => String::from_utf8(bytes).map(Some).map_err(|_| refused("it is not UTF-8".to_owned())),
            Err(TreeError::NotFound) => Ok(None),
            Err(error) => Err(refused(error.to_string())),
        }
    }

    /// The files below `.portcullis/exceptions/`, sorted.
    pub(crate) fn exception_files(&self) -> Result<Vec<String>, Refusal> {
        let listing = self.plan.subject.list();
        let listing = listing.map_err(|error| Refusal::Usage(format!("the files cannot be listed: {error}")))?;
        Ok(listing.entries.into_iter().map(|entry| entry.path).filter(|path| is_exception_file(path)).collect())
    }

    /// The path inside the repository of a file that may hold exceptions and that a person named.
    pub(crate) fn holder(&self, file: &Path) -> Result<String, Refusal> {
        let inside = match inside_root(self.request, &self.plan.repository, file) {
            Ok(inside) => inside,
            // It is to be made, and perhaps its directory too.
            Err(refusal) => {
                let absolute = self.request.directory.join(file);
                let inside = absolute.strip_prefix(self.plan.repository.root()).ok().and_then(Path::to_str);
                inside.map(str::to_owned).ok_or(refusal)?
            }
        };
        let is_policy = self.gate.policy.path() == Some(inside.as_str());
        if is_policy || (is_exception_file(&inside) && !inside.split('/').any(|part| part == "..")) {
            return Ok(inside);
        }
        let policy = self.gate.policy.path().unwrap_or(POLICY_FILES[0]);
        Err(Refusal::Usage(format!(
            "`{inside}` holds no exceptions: they are read from `{policy}` and `.portcullis/exceptions/*.yaml`"
        )))
    }

    /// The gate with these texts in place of those on disk.
    pub(crate) fn amended(&self, edits: &Edits) -> Result<Gate, Refusal> {
        of_tree(self.request, &Amended { tree: &*self.plan.subject, edits })
    }

    /// Where a file is written. No directory on the way may be a link: it could lead anywhere.
    pub(crate) fn place(&self, path: &str) -> Result<PathBuf, Refusal> {
        let above = path.match_indices('/').filter_map(|(slash, _)| path.get(..slash));
        for directory in above {
            let stat = self.plan.subject.stat(directory).ok().flatten();
            if stat.is_some_and(|stat| stat.kind != EntryKind::Directory) {
                return Err(Refusal::Usage(format!("`{path}` cannot be written: `{directory}` is no directory")));
            }
        }
        Ok(self.plan.repository.root().join(path))
    }
}

/// A tree with other texts in some of its files.
struct Amended<'a> {
    tree: &'a dyn Tree,
    edits: &'a Edits,
}

impl Amended<'_> {
    fn file(text: &str) -> Stat {
        Stat { kind: EntryKind::File, size: text.len() as u64, executable: false }
    }
}

impl Tree for Amended<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, TreeError> {
        match self.edits.get(path) {
            Some(Some(text)) => Ok(text.clone().into_bytes()),
            Some(None) => Err(TreeError::NotFound),
            None => self.tree.read(path),
        }
    }

    fn list(&self) -> Result<Listing, TreeError> {
        let mut listing = self.tree.list()?;
        listing.entries.retain(|entry| !self.edits.contains_key(&entry.path));
        for (path, text) in self.edits {
            listing.entries.extend(text.as_deref().map(|text| Entry { path: path.clone(), stat: Self::file(text) }));
        }
        listing.entries.sort_by(|one, two| one.path.cmp(&two.path));
        Ok(listing)
    }

    fn stat(&self, path: &str) -> Result<Option<Stat>, TreeError> {
        match self.edits.get(path) {
            Some(text) => Ok(text.as_deref().map(Self::file)),
            None => self.tree.stat(path),
        }
    }
}
