//! In an event about a change its commit is judged: it has to be checked out, and what earlier steps have made of its files
//! on disk does not count (spec/policy.md 11.1).

use std::collections::BTreeSet;

use portcullis_github::CiContext;
use portcullis_model::{Entry, Listing, Problem, ProblemCode, Stat, Tree, TreeError};
use portcullis_source::{Commit, Repository, SourceError, WorkTree};

/// Why what is checked out is not what the event is about.
pub(super) fn mismatch(repository: &Repository, ci: &CiContext) -> Option<Problem> {
    let head = ci.context.head_sha.as_deref().filter(|_| ci.judges_change() && repository.has_git())?;
    let checked_out = repository.head().ok().flatten();
    if let Some(commit) = &checked_out {
        let of_event = [ci.context.head_sha.as_deref(), ci.context.merge_sha.as_deref()];
        // A job may have merged the base by itself.
        if of_event.contains(&Some(commit)) || matches!(repository.is_ancestor(head, commit), Ok(true)) {
            return None;
        }
    }
    let commit = checked_out.as_deref().unwrap_or("nothing");
    let message = format!(
        "the event is about the commit {head}, and {commit} is checked out: the change is not what was judged; check the event's commit out, or judge it without a checkout: `portcullis check --head {head}`"
    );
    Some(Problem::error(ProblemCode::HeadNotCheckedOut, message))
}

/// The files on disk, with those of the commit in place of the ones that were changed since it was checked out. What git does
/// not track, as the reports of earlier steps, is what lies there.
pub(super) struct CheckedOut {
    disk: WorkTree,
    commit: Commit,
    /// Paths of the commit that the disk holds differently, or not at all.
    changed: BTreeSet<String>,
}

impl CheckedOut {
    /// `None` where nothing was changed.
    pub(super) fn of(repository: &Repository) -> Result<Option<Self>, SourceError> {
        let mut changed = repository.changed_on_disk()?;
        if changed.is_empty() {
            return Ok(None);
        }
        let (disk, commit) = (repository.work_tree(), repository.commit("HEAD")?);
        // Git tells by times and sizes: a file that was only touched holds the same.
        let kind = |tree: &dyn Tree, path: &str| tree.stat(path).map(|stat| stat.map(|stat| stat.kind));
        changed.retain(|path| kind(&disk, path) != kind(&commit, path) || disk.read(path) != commit.read(path));
        Ok((!changed.is_empty()).then_some(Self { disk, commit, changed }))
    }

    /// What people should know about it.
    pub(super) fn notice(&self) -> String {
        let first = self.changed.first().map(String::as_str).unwrap_or_default();
        let what = match self.changed.len() {
            1 => format!("`{first}` differs on disk from the commit that is checked out: it is"),
            count => format!(
                "{count} files differ on disk from the commit that is checked out, the first is `{first}`: they are"
            ),
        };
        format!("{what} judged as committed")
    }
}

impl Tree for CheckedOut {
    fn read(&self, path: &str) -> Result<Vec<u8>, TreeError> {
        if self.changed.contains(path) { self.commit.read(path) } else { self.disk.read(path) }
    }

    fn list(&self) -> Result<Listing, TreeError> {
        let mut listing = self.disk.list()?;
        listing.entries.retain(|entry| !self.changed.contains(&entry.path));
        for path in &self.changed {
            let entry = self.commit.stat(path)?.map(|stat| Entry { path: path.clone(), stat });
            listing.entries.extend(entry);
        }
        listing.entries.sort_unstable_by(|one, two| one.path.cmp(&two.path));
        Ok(listing)
    }

    fn stat(&self, path: &str) -> Result<Option<Stat>, TreeError> {
        if self.changed.contains(path) { self.commit.stat(path) } else { self.disk.stat(path) }
    }
}
