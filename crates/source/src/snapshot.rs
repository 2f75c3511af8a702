//! Files that git has recorded: what commit and index share.

use std::collections::btree_map::Entry as Slot;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use portcullis_model::{Entry, EntryKind, Listing, Problem, ProblemCode, Stat, TreeError};

use crate::git::Git;
use crate::name;
use crate::objects::{Objects, missing};
use crate::resolve::{LONGEST_TARGET, LastLink, is_git_directory, resolve};

/// How many files are looked at one by one before the sizes of all are asked for.
const LOOKED_AT_ALONE: usize = 16;

/// Files up to this size, in bytes, are read to learn how large they are.
const SMALL: u64 = 1 << 20;

/// Paths and the objects that stand there.
#[derive(Debug)]
pub(crate) struct Snapshot {
    entries: BTreeMap<String, Recorded>,
    problems: Vec<Problem>,
    objects: Objects,
    /// Sizes by object id, asked for all at once: a process for each of many questions takes seconds.
    sizes: OnceLock<Result<BTreeMap<String, u64>, TreeError>>,
    /// How many have been looked at alone.
    looked_at: AtomicUsize,
    limit: u64,
}

#[derive(Clone, Debug)]
struct Recorded {
    mode: Mode,
    id: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    File,
    Executable,
    Symlink,
    Submodule,
}

impl Snapshot {
    pub(crate) fn new(git: Git, limit: u64) -> Self {
        Self {
            entries: BTreeMap::new(),
            problems: Vec::new(),
            objects: Objects::new(git),
            sizes: OnceLock::new(),
            looked_at: AtomicUsize::new(0),
            limit,
        }
    }

    pub(crate) fn set_limit(&mut self, limit: u64) {
        self.limit = limit;
    }

    /// Starts what the first read will need: it is ready when the names are known.
    pub(crate) fn prepare(&self) {
        self.objects.prepare();
    }

    /// Records an entry; one that no checkout could hold becomes a problem.
    pub(crate) fn record(&mut self, path: &[u8], mode: &[u8], id: &[u8]) {
        let path = name::to_text(path);
        let mode = match mode {
            b"100755" => Mode::Executable,
            b"120000" => Mode::Symlink,
            b"160000" => Mode::Submodule,
            // 100644, and 100664 of repositories made before 2005.
            mode if mode.starts_with(b"100") => Mode::File,
            mode => {
                let mode = String::from_utf8_lossy(mode);
                return self.report(&path, &format!("is recorded with mode `{mode}`, which git does not use"));
            }
        };
        if path.split('/').any(|part| matches!(part, "" | "." | "..") || is_git_directory(part)) {
            return self.report(&path, "is a path that no checkout can hold");
        }
        match self.entries.entry(path) {
            Slot::Vacant(slot) => {
                slot.insert(Recorded { mode, id: String::from_utf8_lossy(id).into_owned() });
            }
            Slot::Occupied(slot) => {
                let path = slot.key().clone();
                self.report(&path, "is recorded twice");
            }
        }
    }

    /// Adds a problem of the whole listing.
    pub(crate) fn report(&mut self, path: &str, what: &str) {
        self.problems.push(Problem::error(ProblemCode::Unreadable, format!("`{path}` {what}")).at_path(path));
    }

    pub(crate) fn read(&self, path: &str) -> Result<Vec<u8>, TreeError> {
        let (path, kind) = resolve(path, LastLink::Follow, &|path| self.look(path))?;
        match (kind, self.entries.get(&path)) {
            (EntryKind::File, Some(recorded)) => self.objects.blob(&recorded.id, self.limit),
            _ => Err(TreeError::NotAFile),
        }
    }

    pub(crate) fn stat(&self, path: &str) -> Result<Option<Stat>, TreeError> {
        let (path, kind) = match resolve(path, LastLink::Keep, &|path| self.look(path)) {
            Ok(found) => found,
            Err(TreeError::NotFound) => return Ok(None),
            Err(error) => return Err(error),
        };
        let Some(recorded) = self.entries.get(&path) else {
            return Ok(Some(Stat { kind, size: 0, executable: false }));
        };
        let size = self.size_alone(recorded)?.ok_or_else(|| missing(&recorded.id))?;
        Ok(Some(Stat { kind, size, executable: recorded.mode == Mode::Executable }))
    }

    pub(crate) fn list(&self) -> Result<Listing, TreeError> {
        let (entries, found) = self.looked_at(self.entries.iter(), &|recorded| self.size(recorded))?;
        Ok(Listing { entries, problems: self.problems.iter().cloned().chain(found).collect() })
    }

    /// The paths of [`Snapshot::list`].
    pub(crate) fn paths(&self) -> Vec<String> {
        self.entries.keys().cloned().collect()
    }

    /// What was wrong with the names themselves.
    pub(crate) fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// What stands at some paths; only their sizes are asked for.
    pub(crate) fn entries(&self, paths: &[&str]) -> Result<Vec<Entry>, TreeError> {
        let wanted: BTreeMap<&String, &Recorded> =
            paths.iter().filter_map(|path| self.entries.get_key_value(*path)).collect();
        if wanted.len() <= LOOKED_AT_ALONE {
            return Ok(self.looked_at(wanted.into_iter(), &|recorded| self.size_of_small(recorded))?.0);
        }
        let sizes = self.objects.sizes(&ids(wanted.values().copied()))?;
        let size = |recorded: &Recorded| match recorded.mode {
            Mode::Submodule => Ok(Some(0)),
            _ => Ok(sizes.get(&recorded.id).copied()),
        };
        Ok(self.looked_at(wanted.into_iter(), &size)?.0)
    }

    fn looked_at<'s>(
        &self,
        recorded: impl Iterator<Item = (&'s String, &'s Recorded)>,
        size: &dyn Fn(&Recorded) -> Result<Option<u64>, TreeError>,
    ) -> Result<(Vec<Entry>, Vec<Problem>), TreeError> {
        let (mut entries, mut problems) = (Vec::new(), Vec::new());
        let mut absent = Absent::default();
        for (path, recorded) in recorded {
            let size = size(recorded)?;
            if size.is_none() {
                absent.add(path);
            }
            let kind = match recorded.mode {
                // A link whose object is not there is listed, and following it says so.
                Mode::Symlink if size.is_none() => EntryKind::Symlink(String::new()),
                _ => match self.look(path) {
                    Ok(Some(kind)) => kind,
                    Ok(None) => continue,
                    Err(error) => {
                        problems.push(unreadable(path, &error));
                        EntryKind::Symlink(String::new())
                    }
                },
            };
            let executable = recorded.mode == Mode::Executable;
            let stat = Stat { kind, size: size.unwrap_or_default(), executable };
            entries.push(Entry { path: path.clone(), stat });
        }
        problems.extend(absent.problem());
        Ok((entries, problems))
    }

    /// Bytes of an entry that somebody asks for alone. Who asks for a few names mostly reads them too, and the sizes of a
    /// hundred thousand files are not worth their price for them.
    fn size_alone(&self, recorded: &Recorded) -> Result<Option<u64>, TreeError> {
        let is_alone = self.sizes.get().is_none() && recorded.mode != Mode::Submodule;
        if !is_alone || self.looked_at.fetch_add(1, Ordering::Relaxed) >= LOOKED_AT_ALONE {
            return self.size(recorded);
        }
        match self.objects.blob(&recorded.id, self.limit) {
            Ok(bytes) => Ok(Some(bytes.len() as u64)),
            Err(TreeError::TooLarge { size, .. }) => Ok(Some(size)),
            Err(error) => Err(error),
        }
    }

    /// Bytes of one of a few entries: asked for together with what is in it, which costs less than a process of its own.
    fn size_of_small(&self, recorded: &Recorded) -> Result<Option<u64>, TreeError> {
        if recorded.mode == Mode::Submodule {
            return Ok(Some(0));
        }
        match self.objects.blob(&recorded.id, SMALL) {
            Ok(bytes) => Ok(Some(bytes.len() as u64)),
            Err(TreeError::TooLarge { size, .. }) => Ok(Some(size)),
            // What is wrong with one object is found out for it alone.
            Err(_) => Ok(self.objects.sizes(&BTreeSet::from([recorded.id.as_str()]))?.get(&recorded.id).copied()),
        }
    }

    /// Bytes of an entry; `None` where its object is not in the clone.
    fn size(&self, recorded: &Recorded) -> Result<Option<u64>, TreeError> {
        if recorded.mode == Mode::Submodule {
            return Ok(Some(0));
        }
        let sizes = self.sizes.get_or_init(|| self.objects.sizes(&ids(self.entries.values())));
        sizes.as_ref().map(|sizes| sizes.get(&recorded.id).copied()).map_err(Clone::clone)
    }

    /// What stands at a path none of whose parents is a link.
    fn look(&self, path: &str) -> Result<Option<EntryKind>, TreeError> {
        if let Some(recorded) = self.entries.get(path) {
            return Ok(Some(match recorded.mode {
                Mode::File | Mode::Executable => EntryKind::File,
                Mode::Submodule => EntryKind::Submodule,
                Mode::Symlink => EntryKind::Symlink(name::to_text(&self.objects.blob(&recorded.id, LONGEST_TARGET)?)),
            }));
        }
        let below = format!("{path}/");
        let next = self.entries.range::<str, _>((Bound::Included(below.as_str()), Bound::Unbounded)).next();
        Ok(next.filter(|(next, _)| next.starts_with(&below)).map(|_| EntryKind::Directory))
    }
}

/// The objects behind entries; the commit of a submodule is in another repository.
fn ids<'s>(recorded: impl Iterator<Item = &'s Recorded>) -> BTreeSet<&'s str> {
    recorded.filter(|recorded| recorded.mode != Mode::Submodule).map(|recorded| recorded.id.as_str()).collect()
}

/// The problem of one file.
pub(crate) fn unreadable(path: &str, why: &dyn std::fmt::Display) -> Problem {
    Problem::error(ProblemCode::Unreadable, format!("`{path}` cannot be read: {why}")).at_path(path)
}

/// Objects that a partial clone lacks: one problem, not one for each of a hundred thousand files.
#[derive(Default)]
struct Absent {
    count: usize,
    first: Option<String>,
}

impl Absent {
    fn add(&mut self, path: &str) {
        self.count += 1;
        self.first.get_or_insert_with(|| path.to_owned());
    }

    fn problem(self) -> Option<Problem> {
        let first = self.first?;
        let others = match self.count {
            1 => String::new(),
            count => format!(" and {} more files", count - 1),
        };
        let message =
            format!("the content of `{first}`{others} is not in this clone (shallow, partial or damaged): fetch it");
        Some(Problem::error(ProblemCode::Unreadable, message).at_path(first))
    }
}
