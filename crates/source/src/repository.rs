//! The repository a run belongs to: its root and what only git knows about it.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use crate::added::{self, AddedRanges};
use crate::commits::{self, Addition, Since, Unread};
use crate::git::{Git, GitSettings};
use crate::history::{self, ChangedFile};
use crate::hooks;
use crate::platform::{name_of, path_of};
use crate::work_tree::WorkTree;
use crate::{Asked, Commit, Index, SourceError, Staged, name, staged};

/// The names a policy may have below the root (spec/policy.md 1).
pub const POLICY_FILES: [&str; 4] =
    ["portcullis.yaml", "portcullis.yml", ".github/portcullis.yaml", ".github/portcullis.yml"];

/// Root of a run, with or without git.
#[derive(Clone, Debug)]
pub struct Repository {
    root: PathBuf,
    git: Option<Located>,
}

/// The root inside a git work tree.
#[derive(Clone, Debug)]
struct Located {
    /// Bound to the root.
    git: Git,
    top: PathBuf,
    /// Bytes from the top level to the root: empty, or ending in `/`.
    prefix: Vec<u8>,
}

impl Repository {
    /// The repository that holds `start`: its root is the top level of the git work tree; without git, `start` itself.
    ///
    /// A repository that git refuses, that is broken, or that stands there without a `git` command is an error and never
    /// taken for "no git": the files to judge would be others.
    pub fn discover(start: &Path, settings: &GitSettings) -> Result<Self, SourceError> {
        let start = existing_directory(start)?;
        Ok(match top_level(&start, settings)? {
            None => Self { root: start, git: None },
            Some(top) => Self::at_top_level(top, settings),
        })
    }

    /// The repository of a directory that git has answered about as its top level. Elsewhere, and where git refused, ask
    /// [`Repository::discover`].
    pub fn of_asked(asked: &mut Asked) -> Option<Self> {
        asked.top_level().map(|(top, settings)| Self::at_top_level(top.to_owned(), settings))
    }

    fn at_top_level(top: PathBuf, settings: &GitSettings) -> Self {
        let git = Git::new(&top, settings);
        Self { root: top.clone(), git: Some(Located { git, top, prefix: Vec::new() }) }
    }

    /// The repository of `-C DIRECTORY`: a directory that itself holds a policy is the root. Not for pull requests, where
    /// the policy of the repository decides: use [`Repository::discover`] there.
    pub fn discover_rooted(directory: &Path, settings: &GitSettings) -> Result<Self, SourceError> {
        let mut repository = Self::discover(directory, settings)?;
        let directory = existing_directory(directory)?;
        // A link that leads nowhere is a policy too: reading it says what is wrong.
        let holds_policy = POLICY_FILES.iter().any(|policy| directory.join(policy).symlink_metadata().is_ok());
        let Some(located) = repository.git.as_mut().filter(|_| holds_policy) else { return Ok(repository) };
        let git = located.git.within(&directory);
        let prefix = match prefix(&located.top, &directory) {
            Some(prefix) => prefix,
            None => git.run(&["rev-parse", "--show-prefix"], &[])?.line().to_vec(),
        };
        if !prefix.is_empty() {
            located.prefix = prefix;
            located.git = git;
            repository.root = directory;
        }
        Ok(repository)
    }

    /// Where the paths of every tree start.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Top level of the git work tree; `None` without git.
    pub fn top_level(&self) -> Option<&Path> {
        self.git.as_ref().map(|located| located.top.as_path())
    }

    /// Path from the top level to the root: empty, or ending in `/`.
    pub fn prefix(&self) -> String {
        self.git.as_ref().map(|located| name::to_text(&located.prefix)).unwrap_or_default()
    }

    /// Whether the root is in a git repository.
    pub fn has_git(&self) -> bool {
        self.git.is_some()
    }

    /// The files on disk.
    pub fn work_tree(&self) -> WorkTree {
        WorkTree::new(self.root.clone(), self.git.as_ref().map(|located| located.git.clone()))
    }

    /// The files of the index.
    pub fn index(&self) -> Result<Index, SourceError> {
        Index::open(&self.located("the index")?.git)
    }

    /// The commits behind `since` up to `tip`, the oldest first.
    pub fn commits(&self, since: &Since, tip: &str) -> Result<Vec<String>, SourceError> {
        let git = &self.located("a range of commits")?.git;
        let since = match since {
            Since::Commit(revision) => Since::Commit(self.commit_id(revision)?),
            other => other.clone(),
        };
        commits::ids(git, &since, &self.commit_id(tip)?)
    }

    /// Hands over the lines below the root that each commit adds to all of its parents, in the order of the commits.
    pub fn additions(&self, commits: &[String], take: &mut dyn FnMut(Addition)) -> Result<Unread, SourceError> {
        commits::additions(&self.located("what commits add")?.git, commits, take)
    }

    /// The directory git runs hooks from; it need not be there.
    pub fn hooks_directory(&self) -> Result<PathBuf, SourceError> {
        let located = self.located("a hook")?;
        hooks::directory(&located.git.within(&located.top), &located.top)
    }

    /// What the next commit changes below the root, deletions aside; and the index, unless nothing is staged. `asked` is the
    /// first question, where it was asked beforehand.
    pub fn staged(&self, asked: Option<Asked>) -> Result<(Staged, Option<Index>), SourceError> {
        staged::staged(&self.located("what is staged")?.git, &self.root, asked)
    }

    /// The files of a commit, named by anything git understands (`main`, `HEAD~2`, an id).
    pub fn commit(&self, revision: &str) -> Result<Commit, SourceError> {
        let id = self.commit_id(revision)?;
        let located = self.located("a commit")?;
        Commit::open(&located.git, id, &located.prefix)
    }

    /// The full id of a commit.
    pub fn commit_id(&self, revision: &str) -> Result<String, SourceError> {
        let git = &self.located("a commit")?.git;
        let unknown = || {
            let shallow = history::is_shallow(git)?;
            Err(SourceError::UnknownRevision { revision: revision.to_owned(), shallow })
        };
        // A name with a leading dash would be an option; git allows none, nor NUL.
        if revision.is_empty() || revision.starts_with('-') || revision.contains('\0') {
            return unknown();
        }
        let name = format!("{revision}^{{commit}}");
        let answer = git.run(&["rev-parse", "--verify", "--quiet", &name], &[1])?;
        match answer.code {
            Some(0) => Ok(String::from_utf8_lossy(answer.line()).into_owned()),
            _ => unknown(),
        }
    }

    /// The id of the commit that is checked out; `None` before the first commit.
    pub fn head(&self) -> Result<Option<String>, SourceError> {
        let git = &self.located("HEAD")?.git;
        match git.run(&["rev-parse", "--verify", "--quiet", "HEAD"], &[1])?.code {
            Some(0) => self.commit_id("HEAD").map(Some),
            _ => Ok(None),
        }
    }

    /// The parents a commit names, in their order; they need not be in a shallow clone.
    pub fn parents(&self, revision: &str) -> Result<Vec<String>, SourceError> {
        history::parents(&self.located("a commit")?.git, &self.commit_id(revision)?)
    }

    /// The best common ancestor; `None` when the two have none. An error in a shallow clone that shows none.
    pub fn merge_base(&self, one: &str, two: &str) -> Result<Option<String>, SourceError> {
        history::merge_base(&self.located("a common ancestor")?.git, &self.commit_id(one)?, &self.commit_id(two)?)
    }

    /// Whether `ancestor` is `descendant` or one of its ancestors. An error in a shallow clone that does not show it.
    pub fn is_ancestor(&self, ancestor: &str, descendant: &str) -> Result<bool, SourceError> {
        let git = &self.located("an ancestor")?.git;
        history::is_ancestor(git, &self.commit_id(ancestor)?, &self.commit_id(descendant)?)
    }

    /// The files below the root that differ between two commits, sorted by path. Their content is compared as it is
    /// (`base..head`); for what a branch itself has changed give [`Repository::merge_base`] as `base`.
    pub fn changed_files(&self, base: &str, head: &str) -> Result<Vec<ChangedFile>, SourceError> {
        let located = self.located("a comparison")?;
        history::changed_files(&located.git, &self.commit_id(base)?, &self.commit_id(head)?, &located.prefix)
    }

    /// Paths below the root that the commit which is checked out has and the disk holds differently, or not at all.
    pub fn changed_on_disk(&self) -> Result<BTreeSet<String>, SourceError> {
        history::changed_on_disk(&self.located("the work tree")?.git)
    }

    /// The lines below the root that `head` adds or edits against `base`, sorted by path; for what a branch itself has changed
    /// give [`Repository::merge_base`] as `base`.
    pub fn added_lines(&self, base: &str, head: &str) -> Result<Vec<AddedRanges>, SourceError> {
        let located = self.located("a comparison")?;
        added::added_lines(&located.git, &self.commit_id(base)?, &self.commit_id(head)?, &located.prefix)
    }

    /// The full name of the remote's default branch, for [`Repository::merge_base`]; `name` where somebody has told it.
    /// `None` when `origin` is not known to have it.
    pub fn default_branch(&self, name: Option<&str>) -> Result<Option<String>, SourceError> {
        history::default_branch(&self.located("a default branch")?.git, name)
    }

    /// Gets a commit that is not in the clone from `origin`, without its history: afterwards the clone is shallow. The only
    /// question that reaches the network; nothing is checked out. `id` is a full id: a name would be the remote's to choose.
    pub fn fetch_commit(&self, id: &str) -> Result<(), SourceError> {
        let git = &self.located("a remote commit")?.git;
        if !matches!(id.len(), 40 | 64) || !id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            let shallow = history::is_shallow(git)?;
            return Err(SourceError::UnknownRevision { revision: id.to_owned(), shallow });
        }
        history::fetch(git, id)?;
        self.commit_id(id).map(|_| ())
    }

    /// Whether the clone holds only a part of the history.
    pub fn is_shallow(&self) -> Result<bool, SourceError> {
        history::is_shallow(&self.located("the history")?.git)
    }

    fn located(&self, question: &'static str) -> Result<&Located, SourceError> {
        let missing = || SourceError::NoRepository { directory: self.root.clone(), question };
        self.git.as_ref().ok_or_else(missing)
    }
}

/// What git calls the prefix of a directory, where the paths of both tell.
fn prefix(top: &Path, directory: &Path) -> Option<Vec<u8>> {
    let mut prefix = name_of(directory.strip_prefix(top).ok()?)?;
    if !prefix.is_empty() {
        prefix.push(b'/');
    }
    Some(prefix)
}

fn existing_directory(path: &Path) -> Result<PathBuf, SourceError> {
    let error = |why: String| SourceError::Directory { directory: path.to_owned(), why };
    let real = path.canonicalize().map_err(|why| error(why.to_string()))?;
    if real.is_dir() { Ok(real) } else { Err(error("not a directory".to_owned())) }
}

/// The top level of the work tree around a directory; `None` where there is no repository at all.
fn top_level(start: &Path, settings: &GitSettings) -> Result<Option<PathBuf>, SourceError> {
    let git = Git::new(start, settings);
    let answer = match git.ask(&["rev-parse", "--show-toplevel"]) {
        Ok(answer) => answer,
        Err(error) => return without_git(start, &error),
    };
    if answer.code == Some(0) {
        return path_of(answer.line()).map(Some).ok_or_else(|| git.failure("rev-parse", &answer));
    }
    if answer.stderr.contains("must be run in a work tree") {
        return Err(SourceError::NoWorkTree { directory: start.to_owned() });
    }
    if !answer.stderr.contains("not a git repository") {
        return Err(git.failure("rev-parse", &answer));
    }
    match git_entry(start) {
        // Git passes over a `.git` that is no repository without a word; the files it tracks would be lost silently.
        Some(entry) => Err(SourceError::BrokenRepository { entry, why: answer.stderr.trim().to_owned() }),
        None if settings.hook.directory.is_some() => Err(git.failure("rev-parse", &answer)),
        None => Ok(None),
    }
}

fn without_git(start: &Path, error: &io::Error) -> Result<Option<PathBuf>, SourceError> {
    match git_entry(start) {
        None => Ok(None),
        Some(entry) => Err(SourceError::GitMissing {
            repository: entry.parent().unwrap_or(start).to_owned(),
            why: error.to_string(),
        }),
    }
}

/// The nearest `.git` above a directory.
fn git_entry(start: &Path) -> Option<PathBuf> {
    start.ancestors().map(|directory| directory.join(".git")).find(|entry| entry.symlink_metadata().is_ok())
}

#[cfg(test)]
mod tests;
