//! Repositories of the tests: made by the real `git`, which the user's own configuration does not reach.

use std::path::Path;
use std::process::Command;

use portcullis_model::{EntryKind, Tree};
use tempfile::TempDir;

use crate::{GitSettings, Repository};

/// A directory that disappears after the test.
pub(crate) struct Place {
    directory: TempDir,
}

impl Place {
    pub(crate) fn plain() -> Self {
        Self { directory: TempDir::new().unwrap() }
    }

    pub(crate) fn repository() -> Self {
        let place = Self::plain();
        place.git(&["init", "--quiet", "--initial-branch=main", "."]);
        place
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn write(&self, path: &str, content: &str) -> &Self {
        let file = self.path().join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, content).unwrap();
        self
    }

    #[cfg(unix)]
    pub(crate) fn link(&self, path: &str, target: &str) -> &Self {
        let link = self.path().join(path);
        std::fs::create_dir_all(link.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(target, link).unwrap();
        self
    }

    pub(crate) fn remove(&self, path: &str) -> &Self {
        std::fs::remove_file(self.path().join(path)).unwrap();
        self
    }

    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        git(self.path(), arguments, b"")
    }

    pub(crate) fn git_with_input(&self, arguments: &[&str], input: &[u8]) -> String {
        git(self.path(), arguments, input)
    }

    /// Commits everything and gives the id.
    pub(crate) fn commit(&self) -> String {
        self.git(&["add", "--all", "--force"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message=x"]);
        self.git(&["rev-parse", "HEAD"])
    }

    pub(crate) fn open(&self) -> Repository {
        Repository::discover(self.path(), &GitSettings::default()).unwrap()
    }
}

pub(crate) fn git(directory: &Path, arguments: &[&str], input: &[u8]) -> String {
    use std::io::Write as _;
    let mut command = Command::new("git");
    for (variable, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("GIT_")) {
        command.env_remove(variable);
    }
    command.arg("-C").arg(directory).args(["-c", "user.name=test", "-c", "user.email=test@example.com"]);
    command.args(["-c", "commit.gpgSign=false", "-c", "protocol.file.allow=always", "-c", "core.hooksPath=/dev/null"]);
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_ALLOW_PROTOCOL", "file");
    command.env("GIT_AUTHOR_DATE", "2026-01-01T00:00:00Z").env("GIT_COMMITTER_DATE", "2026-01-01T00:00:00Z");
    command.args(arguments);
    command.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
    command.stderr(std::process::Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

/// Paths of a tree, with a mark for everything that is no plain file.
pub(crate) fn paths(tree: &dyn Tree) -> Vec<String> {
    let listing = tree.list().unwrap();
    let mark = |kind: &EntryKind| match kind {
        EntryKind::File => String::new(),
        EntryKind::Symlink(target) => format!(" -> {target}"),
        EntryKind::Directory => " (directory)".to_owned(),
        EntryKind::Submodule => " (submodule)".to_owned(),
        EntryKind::Special => " (special)".to_owned(),
    };
    listing.entries.iter().map(|entry| format!("{}{}", entry.path, mark(&entry.stat.kind))).collect()
}

/// Messages of the problems of a tree.
pub(crate) fn problems(tree: &dyn Tree) -> Vec<String> {
    tree.list().unwrap().problems.into_iter().map(|problem| problem.message).collect()
}
