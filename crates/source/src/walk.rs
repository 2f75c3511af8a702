//! Which files a directory holds where no git says so: everything that `.gitignore` does not name.

use std::path::Path;

use ignore::{DirEntry, WalkBuilder};
use portcullis_model::{Problem, ProblemCode};

use crate::platform::name_of;
use crate::{name, snapshot};

/// What a walk met.
#[derive(Default)]
pub(crate) struct Walked {
    /// Paths below the root, unsorted, directories left out.
    pub(crate) paths: Vec<Vec<u8>>,
    pub(crate) problems: Vec<Problem>,
}

/// Walks a directory. Only `.gitignore` files inside it count: what the user's own configuration or a directory further
/// up says must not change what is judged.
pub(crate) fn walk(root: &Path) -> Walked {
    let mut walked = Walked::default();
    let entries = WalkBuilder::new(root)
        .standard_filters(false)
        .git_ignore(true)
        .require_git(false)
        .follow_links(false)
        // Names that only another file system takes for it are listed, and refused when they are read.
        .filter_entry(|entry| entry.file_name() != ".git")
        .build();
    for entry in entries {
        match entry {
            Ok(entry) => walked.take(root, &entry),
            Err(error) => walked.problems.push(unreadable(root, &error)),
        }
    }
    walked
}

impl Walked {
    fn take(&mut self, root: &Path, entry: &DirEntry) {
        if let Some(error) = entry.error() {
            self.problems.push(broken_pattern(root, error));
        }
        let Ok(below) = entry.path().strip_prefix(root) else { return };
        if below.as_os_str().is_empty() {
            return;
        }
        let Some(path) = name_of(below) else {
            let message = format!("`{}` is no Unicode name", below.display());
            self.problems.push(Problem::error(ProblemCode::Unreadable, message));
            return;
        };
        if !entry.file_type().is_some_and(|kind| kind.is_dir()) {
            self.paths.push(path);
        } else if entry.path().join(".git").symlink_metadata().is_ok() {
            self.problems.push(nested_repository(
                &name::to_text(&path),
                "its files are judged, but those it tracks although its `.gitignore` names them are not: run the check in it",
            ));
        }
    }
}

/// Another repository inside the tree that is no submodule.
pub(crate) fn nested_repository(path: &str, consequence: &str) -> Problem {
    let message = format!("`{path}` is a git repository of its own: {consequence}");
    Problem::warning(ProblemCode::Unreadable, message).at_path(path)
}

/// A line of a `.gitignore` that is no pattern; the others count.
fn broken_pattern(root: &Path, error: &ignore::Error) -> Problem {
    let place = place_of(error).and_then(|path| path.strip_prefix(root).ok()).and_then(name_of);
    let message = error.to_string().replace(&format!("{}/", root.display()), "");
    let problem = Problem::warning(ProblemCode::Unparsable, message);
    match place {
        Some(path) => problem.at_path(name::to_text(&path)),
        None => problem,
    }
}

/// Says where below the root: the same directory in another place gives the same report.
fn unreadable(root: &Path, error: &ignore::Error) -> Problem {
    // The whole error names the root.
    let why = error.io_error().map_or_else(|| error.to_string(), |error| error.kind().to_string());
    let place = place_of(error).and_then(|path| path.strip_prefix(root).ok()).and_then(name_of);
    match place {
        Some(path) => snapshot::unreadable(&name::to_text(&path), &why),
        None => Problem::error(ProblemCode::Unreadable, why),
    }
}

/// The path an error is about; of several the first.
fn place_of(error: &ignore::Error) -> Option<&Path> {
    let mut error = error;
    loop {
        error = match error {
            ignore::Error::WithPath { path, .. } => return Some(path),
            ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => err,
            ignore::Error::Partial(errors) => errors.first()?,
            _ => return None,
        };
    }
}
