//! The files on disk.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, Metadata};
use std::io::{self, Read, Write as _};
use std::path::PathBuf;
use std::sync::OnceLock;

use portcullis_model::{Entry, EntryKind, Listing, Problem, ProblemCode, Stat, Tree, TreeError};

use crate::at_once::at_once;
use crate::git::{Answer, Git, records};
use crate::index::Staged;
use crate::platform::{is_executable, is_same_file, name_of, path_of};
use crate::resolve::{LastLink, resolve};
use crate::snapshot::unreadable;
use crate::walk::{nested_repository, walk};
use crate::{READ_LIMIT, SourceError, name};

/// The files on disk below the root of the run.
///
/// Listed is what git tracks, also where `.gitignore` names it, and what it neither tracks nor ignores; without git,
/// everything that `.gitignore` does not name. A tracked file that is gone from the disk is not listed; one that a sparse
/// checkout left out is a problem. The inside of `.git` belongs to no tree. Repositories inside that are no submodules are a
/// problem of level warning; git does not look into them, so they are not listed either.
///
/// Read and asked about can be every path inside the root, ignored ones too: reports often are. A file is compared with what
/// was looked at once it is open, so that one that was put in its place meanwhile is not read.
///
/// Listed once: whoever lists the tree again learns what stood there the first time.
#[derive(Debug)]
pub struct WorkTree {
    root: PathBuf,
    git: Option<Git>,
    limit: u64,
    listing: OnceLock<Result<Listing, TreeError>>,
    submodules: OnceLock<Result<BTreeSet<String>, String>>,
}

/// What the index says of a tracked path.
#[derive(Clone, Copy, Default)]
struct Tracked {
    submodule: bool,
    /// A sparse checkout leaves it out on purpose.
    left_out: bool,
}

impl WorkTree {
    pub(crate) fn new(root: PathBuf, git: Option<Git>) -> Self {
        Self { root, git, limit: READ_LIMIT, listing: OnceLock::new(), submodules: OnceLock::new() }
    }

    /// The same with another limit for [`Tree::read`], in bytes.
    #[must_use]
    pub fn with_read_limit(mut self, limit: u64) -> Self {
        self.limit = limit;
        self
    }

    fn listing(&self) -> Result<&Listing, TreeError> {
        let listed = self.listing.get_or_init(|| {
            let mut listing = match &self.git {
                Some(git) => self.list_with_git(git)?,
                None => self.list_without_git(),
            };
            listing.entries.sort_unstable_by(|one, two| one.path.cmp(&two.path));
            listing.problems.sort_by(portcullis_model::order::problems);
            Ok(listing)
        });
        listed.as_ref().map_err(Clone::clone)
    }

    fn list_with_git(&self, git: &Git) -> Result<Listing, TreeError> {
        let untracked = || git.run(&["ls-files", "--others", "--exclude-standard", "-z"], &[]);
        let (tracked, untracked) = at_once(|| self.list_tracked(git), untracked);
        let mut listing = tracked?;
        let untracked = untracked.map_err(|error| TreeError::Unreadable(error.to_string()))?;
        self.add_untracked(&untracked, &mut listing);
        Ok(listing)
    }

    fn list_tracked(&self, git: &Git) -> Result<Listing, TreeError> {
        let mut listing = Listing::default();
        let mut left_out: Vec<String> = Vec::new();
        let mut directories = RealDirectories::default();
        for (path, tracked) in tracked(git).map_err(|error| TreeError::Unreadable(error.to_string()))? {
            let found = if directories.hold(self, &path) { self.look(&path) } else { Ok(None) };
            match found {
                Ok(Some(Found { kind: EntryKind::Directory, .. })) if tracked.submodule => {
                    let stat = Stat { kind: EntryKind::Submodule, size: 0, executable: false };
                    listing.entries.push(Entry { path, stat });
                }
                // A directory has taken the place of the file: what is in it is listed as untracked.
                Ok(Some(Found { kind: EntryKind::Directory, .. })) => {}
                Ok(Some(found)) => listing.entries.push(Entry { path, stat: found.into_stat() }),
                Ok(None) if tracked.left_out => left_out.push(path),
                Ok(None) => {}
                Err(error) => listing.problems.push(unreadable(&path, &error)),
            }
        }
        listing.problems.extend(sparse(&left_out));
        Ok(listing)
    }

    fn add_untracked(&self, answer: &Answer, listing: &mut Listing) {
        // Git goes on past a directory it cannot open and says so here only.
        for line in answer.stderr.lines().filter(|line| !line.trim().is_empty()) {
            listing.problems.push(unopened(line));
        }
        for record in records(&answer.stdout) {
            if let Some(nested) = record.strip_suffix(b"/") {
                let consequence = "git does not look into it and its files are not judged";
                listing.problems.push(nested_repository(&name::to_text(nested), consequence));
                continue;
            }
            let path = name::to_text(record);
            match self.look(&path) {
                Ok(Some(found)) => listing.entries.push(Entry { path, stat: found.into_stat() }),
                Ok(None) => {}
                Err(error) => listing.problems.push(unreadable(&path, &error)),
            }
        }
    }

    fn list_without_git(&self) -> Listing {
        let walked = walk(&self.root);
        let mut listing = Listing { entries: Vec::new(), problems: walked.problems };
        for path in walked.paths {
            let path = name::to_text(&path);
            match self.look(&path) {
                Ok(Some(found)) => listing.entries.push(Entry { path, stat: found.into_stat() }),
                Ok(None) => {}
                Err(error) => listing.problems.push(unreadable(&path, &error)),
            }
        }
        listing
    }

    /// Puts a new text in the place of a file: whole or not at all, with the permissions it has. Nothing is written where the
    /// file is not what was expected any more, is a link, or stands below one.
    pub fn replace(&self, path: &str, expected: &[u8], new: &[u8]) -> Result<(), TreeError> {
        if !RealDirectories::default().hold(self, path) {
            return Err(TreeError::Outside);
        }
        self.expect(path, expected)?;
        let place = self.place(path).ok_or(TreeError::NotFound)?;
        let permissions = fs::symlink_metadata(&place).map_err(|error| absent_or_failed(&error))?.permissions();
        let name = place.file_name().ok_or(TreeError::NotAFile)?.to_string_lossy().into_owned();
        let part = place.with_file_name(format!(".{name}.{}.part", std::process::id()));
        let mut open = fs::OpenOptions::new();
        let mut file = open.write(true).create_new(true).open(&part).map_err(|error| failed(&error))?;
        let written =
            file.set_permissions(permissions).and_then(|()| file.write_all(new)).and_then(|()| file.sync_all());
        // Somebody may have saved the file meanwhile.
        let written = written.map_err(|error| failed(&error)).and_then(|()| self.expect(path, expected));
        let replaced = written.and_then(|()| fs::rename(&part, &place).map_err(|error| failed(&error)));
        if replaced.is_err() {
            // What is left of it helps nobody.
            let _ = fs::remove_file(&part);
        }
        replaced
    }

    fn expect(&self, path: &str, expected: &[u8]) -> Result<(), TreeError> {
        let (file, _) = self.open(path)?;
        let mut bytes = Vec::with_capacity(expected.len());
        file.take(expected.len() as u64 + 1).read_to_end(&mut bytes).map_err(|error| failed(&error))?;
        if bytes == expected {
            return Ok(());
        }
        Err(TreeError::Unreadable("it was changed after it was read".to_owned()))
    }

    /// What stands at a path none of whose parents is a link.
    fn look(&self, path: &str) -> Result<Option<Found>, TreeError> {
        let Some(place) = self.place(path) else { return Ok(None) };
        let metadata = match fs::symlink_metadata(&place) {
            Ok(metadata) => metadata,
            Err(error) if is_absent(&error) => return Ok(None),
            Err(error) => return Err(failed(&error)),
        };
        let kind = metadata.file_type();
        let kind = if kind.is_symlink() {
            let target = fs::read_link(&place).map_err(|error| failed(&error))?;
            let target = name_of(&target).ok_or_else(|| TreeError::Unreadable("no Unicode name".to_owned()))?;
            EntryKind::Symlink(name::to_text(&target))
        } else if kind.is_file() {
            EntryKind::File
        } else if kind.is_dir() {
            EntryKind::Directory
        } else {
            EntryKind::Special
        };
        Ok(Some(Found { kind, metadata }))
    }

    fn look_kind(&self, path: &str) -> Result<Option<EntryKind>, TreeError> {
        Ok(self.look(path)?.map(|found| found.kind))
    }

    /// The path on disk; `None` for a text that is no file's.
    fn place(&self, path: &str) -> Option<PathBuf> {
        Some(self.root.join(path_of(&name::from_text(path)?)?))
    }

    /// Whether a directory is a submodule, checked out or not.
    fn is_submodule(&self, path: &str) -> Result<bool, TreeError> {
        let Some(git) = &self.git else { return Ok(false) };
        let submodules = self.submodules.get_or_init(|| {
            let tracked = tracked(git).map_err(|error| error.to_string())?;
            Ok(tracked.into_iter().filter(|(_, tracked)| tracked.submodule).map(|(path, _)| path).collect())
        });
        match submodules {
            Ok(submodules) => Ok(submodules.contains(path)),
            Err(why) => Err(TreeError::Unreadable(why.clone())),
        }
    }

    /// Opens what was looked at, and nothing that has taken its place.
    fn open(&self, path: &str) -> Result<(File, u64), TreeError> {
        let place = self.place(path).ok_or(TreeError::NotFound)?;
        let looked_at = fs::symlink_metadata(&place).map_err(|error| absent_or_failed(&error))?;
        // A pipe is never opened: that would wait for a writer.
        if !looked_at.is_file() {
            return Err(TreeError::NotAFile);
        }
        let file = File::open(&place).map_err(|error| absent_or_failed(&error))?;
        let opened = file.metadata().map_err(|error| failed(&error))?;
        if !is_same_file(&looked_at, &opened) {
            return Err(TreeError::Unreadable("was replaced while it was read".to_owned()));
        }
        Ok((file, opened.len()))
    }
}

impl Tree for WorkTree {
    fn read(&self, path: &str) -> Result<Vec<u8>, TreeError> {
        let (path, kind) = resolve(path, LastLink::Follow, &|path| self.look_kind(path))?;
        if kind != EntryKind::File {
            return Err(TreeError::NotAFile);
        }
        let (file, size) = self.open(&path)?;
        if size > self.limit {
            return Err(TreeError::TooLarge { size, limit: self.limit });
        }
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
        // It may grow meanwhile; one byte more tells.
        file.take(self.limit.saturating_add(1)).read_to_end(&mut bytes).map_err(|error| failed(&error))?;
        let size = bytes.len() as u64;
        if size > self.limit {
            return Err(TreeError::TooLarge { size, limit: self.limit });
        }
        Ok(bytes)
    }

    fn list(&self) -> Result<Listing, TreeError> {
        self.listing().cloned()
    }

    fn paths(&self) -> Result<Vec<String>, TreeError> {
        Ok(self.listing()?.entries.iter().map(|entry| entry.path.clone()).collect())
    }

    fn stat(&self, path: &str) -> Result<Option<Stat>, TreeError> {
        let resolved = resolve(path, LastLink::Keep, &|path| self.look_kind(path));
        let (path, _) = match resolved {
            Ok(found) => found,
            Err(TreeError::NotFound) => return Ok(None),
            Err(error) => return Err(error),
        };
        let Some(found) = self.look(&path)? else { return Ok(None) };
        if found.kind == EntryKind::Directory && self.is_submodule(&path)? {
            return Ok(Some(Stat { kind: EntryKind::Submodule, size: 0, executable: false }));
        }
        Ok(Some(found.into_stat()))
    }
}

/// Something on disk.
struct Found {
    kind: EntryKind,
    metadata: Metadata,
}

impl Found {
    fn into_stat(self) -> Stat {
        let size = match self.kind {
            EntryKind::File | EntryKind::Symlink(_) => self.metadata.len(),
            _ => 0,
        };
        let executable = self.kind == EntryKind::File && is_executable(&self.metadata);
        Stat { kind: self.kind, size, executable }
    }
}

/// Directories known to be no links. Git holds a file below a link for gone, and following it could leave the tree.
#[derive(Default)]
struct RealDirectories(BTreeMap<String, bool>);

impl RealDirectories {
    /// Whether every parent of a path is a directory and no link.
    fn hold(&mut self, tree: &WorkTree, path: &str) -> bool {
        path.match_indices('/').all(|(end, _)| {
            let Some(directory) = path.get(..end) else { return false };
            if let Some(known) = self.0.get(directory) {
                return *known;
            }
            // An error is for `look` to report, with the file it hides.
            let real = !matches!(tree.look_kind(directory), Ok(None | Some(EntryKind::Symlink(_))));
            self.0.insert(directory.to_owned(), real);
            real
        })
    }
}

/// Paths of the index below the root; those in conflict once.
fn tracked(git: &Git) -> Result<BTreeMap<String, Tracked>, SourceError> {
    let listed = git.run(&["ls-files", "--cached", "--stage", "-t", "-z"], &[])?;
    let mut all: BTreeMap<String, Tracked> = BTreeMap::new();
    for record in records(&listed.stdout) {
        // `H `, and `S ` for what a sparse checkout leaves out.
        let (tag, staged) = record.split_at_checked(2).unwrap_or((b"", record));
        let staged = Staged::parse(staged)?;
        let known = all.entry(name::to_text(staged.path)).or_default();
        known.submodule |= staged.mode == b"160000";
        known.left_out |= tag == b"S ";
    }
    Ok(all)
}

/// What git says of a directory it cannot open: `warning: could not open directory 'a/b/': Permission denied`.
fn unopened(line: &str) -> Problem {
    let Some(rest) = line.strip_prefix("warning: could not open directory '") else {
        return Problem::error(ProblemCode::Unreadable, format!("git ls-files: {line}"));
    };
    // Git cuts its messages at 4 KiB: the end is missing for the names that are too long to be opened.
    let (path, why) = rest.rsplit_once("/': ").unwrap_or((rest, "the name is too long"));
    unreadable(path, &why)
}

fn sparse(left_out: &[String]) -> Option<Problem> {
    let first = left_out.first()?;
    let count = left_out.len();
    let message =
        format!("a sparse checkout leaves {count} tracked files out, the first is `{first}`: check them out as well");
    Some(Problem::error(ProblemCode::Unreadable, message).at_path(first))
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn absent_or_failed(error: &io::Error) -> TreeError {
    if is_absent(error) { TreeError::NotFound } else { failed(error) }
}

fn failed(error: &io::Error) -> TreeError {
    TreeError::Unreadable(error.to_string())
}

#[cfg(test)]
mod tests;
