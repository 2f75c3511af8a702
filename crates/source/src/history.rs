//! What commits say about each other.

use std::collections::BTreeSet;

use crate::git::{Git, records};
use crate::{SourceError, name};

/// A file that two commits hold differently.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChangedFile {
    /// Path in the later commit; of a deleted file in the earlier.
    pub path: String,
    /// What happened to it.
    pub change: Change,
}

/// What happened to a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// Only the later commit has it.
    Added,
    /// Other content or other mode.
    Modified,
    /// Only the earlier commit has it.
    Deleted,
    /// A file became a link or submodule, or the other way round.
    TypeChanged,
    /// Moved, perhaps edited too.
    Renamed {
        /// Path in the earlier commit.
        from: String,
    },
}

impl ChangedFile {
    /// Every path concerned: of a rename both.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        let from = match &self.change {
            Change::Renamed { from } => Some(from.as_str()),
            _ => None,
        };
        from.into_iter().chain(std::iter::once(self.path.as_str()))
    }
}

/// The parents a commit names. Read from the commit itself: a shallow clone hides them from `git log`.
pub(crate) fn parents(git: &Git, commit: &str) -> Result<Vec<String>, SourceError> {
    let object = git.run(&["cat-file", "commit", commit], &[])?;
    // Header lines end at the first empty line; the message may hold anything.
    let header = object.stdout.split(|byte| *byte == b'\n').take_while(|line| !line.is_empty());
    Ok(header
        .filter_map(|line| line.strip_prefix(b"parent "))
        .map(|id| String::from_utf8_lossy(id).into_owned())
        .collect())
}

/// The best common ancestor; `None` when the two have none.
pub(crate) fn merge_base(git: &Git, one: &str, two: &str) -> Result<Option<String>, SourceError> {
    let answer = git.run(&["merge-base", one, two], &[1])?;
    match answer.code {
        Some(0) => Ok(Some(String::from_utf8_lossy(answer.line()).into_owned())),
        _ if is_shallow(git)? => {
            Err(SourceError::ShallowHistory { question: format!("the common ancestor of {one} and {two}") })
        }
        _ => Ok(None),
    }
}

/// Whether `ancestor` is `descendant` or one of its ancestors.
pub(crate) fn is_ancestor(git: &Git, ancestor: &str, descendant: &str) -> Result<bool, SourceError> {
    let answer = git.run(&["merge-base", "--is-ancestor", ancestor, descendant], &[1])?;
    match answer.code {
        Some(0) => Ok(true),
        _ if is_shallow(git)? => {
            Err(SourceError::ShallowHistory { question: format!("whether {ancestor} is an ancestor of {descendant}") })
        }
        _ => Ok(false),
    }
}

/// Paths of `HEAD` whose files on disk are not what it holds. What it does not have is left out: an added file is on disk only.
pub(crate) fn changed_on_disk(git: &Git) -> Result<BTreeSet<String>, SourceError> {
    let question = [
        "diff-index",
        "--name-only",
        "-z",
        "--relative",
        "--no-renames",
        "--ignore-submodules=all",
        "--diff-filter=DMTU",
        "HEAD",
        "--",
    ];
    Ok(records(&git.run(&question, &[])?.stdout).map(name::to_text).collect())
}

pub(crate) fn is_shallow(git: &Git) -> Result<bool, SourceError> {
    Ok(git.run(&["rev-parse", "--is-shallow-repository"], &[])?.line() == b"true")
}

/// The full name of a branch of `origin`: the one called `name`, else the one its HEAD points to, else `main` or `master`.
pub(crate) fn default_branch(git: &Git, name: Option<&str>) -> Result<Option<String>, SourceError> {
    let Some(name) = name else {
        let known = git.run(&["for-each-ref", "--format=%(refname)", USUAL[0], USUAL[1], USUAL[2]], &[])?.stdout;
        let is_known = |usual: &&&str| known.split(|byte| *byte == b'\n').any(|known| known == usual.as_bytes());
        return Ok(USUAL.iter().find(is_known).map(|usual| (*usual).to_owned()));
    };
    let reference = format!("refs/remotes/origin/{name}");
    // Takes the name as it is: no `@{…}`, no `^`.
    let answer = git.run(&["show-ref", "--verify", "--quiet", &reference], &[1, 128])?;
    Ok((answer.code == Some(0)).then_some(reference))
}

/// What the default branch of a remote is called where nobody has told its name, the surest first.
const USUAL: [&str; 3] = ["refs/remotes/origin/HEAD", "refs/remotes/origin/main", "refs/remotes/origin/master"];

/// Gets one commit with all its files from `origin`, where the server gives single commits (GitHub does). A clone that has all
/// of the history stays one: cut off there, nobody could tell where a branch has left another.
pub(crate) fn fetch(git: &Git, id: &str) -> Result<(), SourceError> {
    let depth: &[&str] = if is_shallow(git)? { &["--depth=1"] } else { &[] };
    let options = [
        "fetch",
        "--quiet",
        "--no-tags",
        "--no-recurse-submodules",
        "--no-write-fetch-head",
        // A partial clone would leave the files out again.
        "--no-filter",
    ];
    git.with_network().run(&[&options, depth, &["origin", id]].concat(), &[]).map(|_| ())
}

/// The files that differ between two commits, below `prefix`, sorted by path.
pub(crate) fn changed_files(git: &Git, base: &str, head: &str, prefix: &[u8]) -> Result<Vec<ChangedFile>, SourceError> {
    let arguments = [
        "diff-tree",
        "-r",
        "-z",
        "-M",
        "--name-status",
        "--no-ext-diff",
        "--no-textconv",
        // `ignore` in .gitmodules hides changed submodules otherwise.
        "--ignore-submodules=none",
        base,
        head,
        "--",
    ];
    let answer = git.run(&arguments, &[])?;
    let mut fields = records(&answer.stdout);
    let mut changed = Vec::new();
    while let Some(status) = fields.next() {
        let mut path = || fields.next().ok_or_else(|| unexpected(status));
        let change = match status.first() {
            Some(b'A') => Side { old: None, new: Some(path()?), change: Change::Added },
            Some(b'D') => Side { old: Some(path()?), new: None, change: Change::Deleted },
            Some(b'M') => Side { old: None, new: Some(path()?), change: Change::Modified },
            Some(b'T') => Side { old: None, new: Some(path()?), change: Change::TypeChanged },
            Some(b'R') => {
                let old = path()?;
                let change = Change::Renamed { from: String::new() };
                Side { old: Some(old), new: Some(path()?), change }
            }
            _ => return Err(unexpected(status)),
        };
        changed.extend(change.below(prefix));
    }
    changed.sort_unstable();
    Ok(changed)
}

fn unexpected(status: &[u8]) -> SourceError {
    let why = format!("answered the status `{}`", String::from_utf8_lossy(status));
    SourceError::Git { command: "diff-tree".to_owned(), why }
}

/// A change in paths of the top level.
struct Side<'a> {
    old: Option<&'a [u8]>,
    new: Option<&'a [u8]>,
    change: Change,
}

impl Side<'_> {
    /// The same seen from the root of the run: a move across its border is an addition or a deletion.
    fn below(self, prefix: &[u8]) -> Option<ChangedFile> {
        let inside = |path: Option<&[u8]>| path.and_then(|path| path.strip_prefix(prefix)).map(name::to_text);
        match (inside(self.old), inside(self.new), self.change) {
            (Some(from), Some(path), Change::Renamed { .. }) => {
                Some(ChangedFile { path, change: Change::Renamed { from } })
            }
            (None, Some(path), Change::Renamed { .. }) => Some(ChangedFile { path, change: Change::Added }),
            (Some(path), None, Change::Renamed { .. }) => Some(ChangedFile { path, change: Change::Deleted }),
            (None, Some(path), change) | (Some(path), None, change) => Some(ChangedFile { path, change }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
