//! What the next commit changes: the index held against the commits it will follow.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::asked::{Asked, changes};
use crate::at_once::at_once;
use crate::git::{Answer, Git, records};
use crate::patch::{self, Versions};
use crate::platform::path_of;
use crate::{Index, SourceError, name};

/// What the next commit changes, deletions aside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Staged {
    /// Added, changed, renamed, of another type; sorted by path.
    pub files: Vec<StagedFile>,
    /// Paths nobody has resolved yet; no part of `files`.
    pub in_conflict: Vec<String>,
}

/// A file of the index that no parent of the next commit holds like this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StagedFile {
    /// Path in the index.
    pub path: String,
    /// What is new in it.
    pub added: AddedLines,
}

/// The lines of a file that its older versions do not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AddedLines {
    /// The whole file is new.
    All,
    /// These, 1-based and ascending; none where only the name or the mode changed. A line ends with the byte 0x0A.
    Some(Vec<Range<u32>>),
}

impl AddedLines {
    /// The same as bytes of the content.
    pub fn bytes(&self, content: &[u8]) -> Vec<Range<usize>> {
        let Self::Some(lines) = self else { return std::iter::once(0..content.len()).collect() };
        let ends = content.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
        let starts: Vec<usize> = std::iter::once(0).chain(ends.map(|(at, _)| at + 1)).collect();
        let start_of = |line: u32| {
            let index = usize::try_from(line.saturating_sub(1)).unwrap_or(usize::MAX);
            starts.get(index).copied().unwrap_or(content.len())
        };
        lines.iter().map(|range| start_of(range.start)..start_of(range.end)).collect()
    }

    /// The lines that are new against both.
    fn intersection(self, other: Self) -> Self {
        let (ones, others) = match (self, other) {
            (Self::All, known) | (known, Self::All) => return known,
            (Self::Some(ones), Self::Some(others)) => (ones, others),
        };
        let (mut both, mut ones, mut others) = (Vec::new(), ones.into_iter().peekable(), others.into_iter().peekable());
        while let (Some(one), Some(other)) = (ones.peek(), others.peek()) {
            let range = one.start.max(other.start)..one.end.min(other.end);
            if one.end <= other.end {
                ones.next()
            } else {
                others.next()
            };
            if !range.is_empty() {
                both.push(range);
            }
        }
        Self::Some(both)
    }
}

/// What the index changes against every parent of the next commit. Of a merge that is in progress only what differs from
/// all of them was made by the merge itself.
///
/// Gives the index besides, unless nothing is staged. A commit waits for this: what git can be asked at once is.
pub(crate) fn staged(git: &Git, root: &Path, asked: Option<Asked>) -> Result<(Staged, Option<Index>), SourceError> {
    let answered = asked.and_then(|asked| asked.answer(root));
    let changed = match answered.map_or_else(|| against(git, "HEAD"), |answer| changed_files(&answer)) {
        Ok(changed) => changed,
        Err(error) if is_unborn(git)? => against(git, &empty_tree(git).map_err(|_| error)?)?,
        Err(error) => return Err(error),
    };
    if changed.is_empty() {
        return Ok((Staged::default(), None));
    }
    let (staged, index) = at_once(|| completed(git, root, changed), || Index::open(git));
    Ok((staged?, Some(index?)))
}

/// What is new in each of the changed files.
fn completed(git: &Git, root: &Path, mut changed: BTreeMap<String, Record>) -> Result<Staged, SourceError> {
    let in_conflict: BTreeSet<String> =
        changed.iter().filter(|(_, record)| record.is_unmerged()).map(|(path, _)| path.clone()).collect();
    changed.retain(|_, record| !record.is_unmerged());
    let (added, parents) = at_once(|| lines(git, "HEAD", &changed), || merged(git, root));
    let mut added = added?;
    for parent in parents? {
        let others = against(git, &parent)?;
        let others = lines(git, &parent, &others)?;
        added = added
            .into_iter()
            .filter_map(|(path, added)| Some((added.intersection(others.get(&path)?.clone()), path)))
            .map(|(added, path)| (path, added))
            .collect();
    }
    let files = added.into_iter().map(|(path, added)| StagedFile { path, added }).collect();
    Ok(Staged { files, in_conflict: in_conflict.into_iter().collect() })
}

/// A line of `diff-index --raw`.
struct Record {
    old_mode: Vec<u8>,
    new_mode: Vec<u8>,
    versions: Versions,
    status: u8,
}

impl Record {
    fn is_unmerged(&self) -> bool {
        self.status == b'U'
    }

    /// Both versions are files: their lines can be compared.
    fn has_older_lines(&self) -> bool {
        let is_file = |mode: &[u8]| mode.starts_with(b"100");
        matches!(self.status, b'M' | b'R' | b'C') && is_file(&self.old_mode) && is_file(&self.new_mode)
    }

    fn is_edited(&self) -> bool {
        self.versions.0 != self.versions.1
    }
}

/// What the index holds differently than a commit or tree, by path.
fn against(git: &Git, tree: &str) -> Result<BTreeMap<String, Record>, SourceError> {
    changed_files(&git.run(&changes(tree), &[])?.stdout)
}

/// What git answers to [`changes`].
fn changed_files(answer: &[u8]) -> Result<BTreeMap<String, Record>, SourceError> {
    let mut changed = BTreeMap::new();
    let mut fields = records(answer);
    while let Some(facts) = fields.next() {
        let unexpected = || SourceError::Git {
            command: "diff-index".to_owned(),
            why: format!("answered `{}`", String::from_utf8_lossy(facts)),
        };
        let record = record(facts).ok_or_else(unexpected)?;
        let mut path = fields.next().ok_or_else(unexpected)?;
        if matches!(record.status, b'R' | b'C') {
            path = fields.next().ok_or_else(unexpected)?;
        }
        changed.insert(name::to_text(path), record);
    }
    Ok(changed)
}

/// `:100644 100644 OLD NEW M`, of a rename with its likeness: `R086`.
fn record(facts: &[u8]) -> Option<Record> {
    let mut words = facts.strip_prefix(b":")?.split(|byte| *byte == b' ').map(<[u8]>::to_vec);
    Some(Record {
        old_mode: words.next()?,
        new_mode: words.next()?,
        versions: (words.next()?, words.next()?),
        status: *words.next()?.first()?,
    })
}

/// What each file adds to its older version in a tree.
fn lines(
    git: &Git,
    tree: &str,
    changed: &BTreeMap<String, Record>,
) -> Result<BTreeMap<String, AddedLines>, SourceError> {
    let mut known = BTreeMap::new();
    if changed.values().any(|record| record.has_older_lines() && record.is_edited()) {
        let arguments = ["diff-index", "--cached", "-M", "--relative", "--diff-filter=MR"];
        let arguments: Vec<&str> = arguments.iter().chain(patch::PATCH).copied().chain([tree, "--"]).collect();
        let Answer { stdout, .. } = git.run(&arguments, &[])?;
        known = patch::added_lines(&stdout);
    }
    let added = |record: &Record| match (record.has_older_lines(), record.is_edited()) {
        (true, false) => AddedLines::Some(Vec::new()),
        // What git does not compare counts as new.
        (true, true) => known.get(&record.versions).cloned().map_or(AddedLines::All, AddedLines::Some),
        (false, _) => AddedLines::All,
    };
    Ok(changed.iter().map(|(path, record)| (path.clone(), added(record))).collect())
}

/// Whether `HEAD` names a branch that has no commit yet.
fn is_unborn(git: &Git) -> Result<bool, SourceError> {
    let has_commit = git.run(&["rev-parse", "--verify", "--quiet", "HEAD"], &[1])?.code == Some(0);
    let names_branch = git.run(&["symbolic-ref", "--quiet", "HEAD"], &[1, 128])?.code == Some(0);
    Ok(!has_commit && names_branch)
}

/// The id of the tree without files; it depends on the hash the repository uses.
fn empty_tree(git: &Git) -> Result<String, SourceError> {
    let answer = git.run(&["hash-object", "-t", "tree", "--stdin"], &[])?;
    Ok(String::from_utf8_lossy(answer.line()).into_owned())
}

/// The commits a merge in progress brings in.
fn merged(git: &Git, root: &Path) -> Result<Vec<String>, SourceError> {
    let Some(path) = merge_head(git, root)? else { return Ok(Vec::new()) };
    match std::fs::read_to_string(root.join(path)) {
        Ok(heads) => Ok(heads.lines().map(str::to_owned).collect()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(SourceError::Git { command: "merge".to_owned(), why: format!("MERGE_HEAD: {error}") }),
    }
}

/// Where git notes them: in the directory it tells its hooks, or in `.git` where that is one. Elsewhere only git knows.
fn merge_head(git: &Git, root: &Path) -> Result<Option<PathBuf>, SourceError> {
    let own = root.join(".git");
    let directory = git.hook().directory.as_ref().map(PathBuf::from).or_else(|| own.is_dir().then_some(own));
    if let Some(directory) = directory {
        return Ok(Some(directory.join("MERGE_HEAD")));
    }
    Ok(path_of(git.run(&["rev-parse", "--git-path", "MERGE_HEAD"], &[])?.line()))
}

#[cfg(test)]
mod tests;
