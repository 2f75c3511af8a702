//! Where git may be taken at its word about a top level without a question of its own.

use std::io::Read;
use std::path::Path;

use crate::HookEnvironment;

/// A configuration that is longer is left to git, in bytes.
const LONGEST: u64 = 64 << 10;

/// Whether a directory holds a `.git` of its own from which nothing leads to another work tree (gitrepository-layout(5),
/// git-config(1)): no file in its place, no link, no `core.worktree`, no bare repository, no variable of a hook. Whether it
/// *is* a repository, and one this user may read, only git says.
///
/// Errs towards `false`. Git reads these keys from this one file, without what it includes.
pub(crate) fn is_plain(directory: &Path, hook: &HookEnvironment) -> bool {
    let git = directory.join(".git");
    let told = hook.directory.is_some() || hook.work_tree.is_some();
    // The ceiling below which git searches is a list of directories.
    let can_be_a_ceiling = directory.parent().and_then(Path::to_str).is_some_and(|parent| !parent.contains(':'));
    cfg!(unix)
        && !told
        && can_be_a_ceiling
        && git.symlink_metadata().is_ok_and(|metadata| metadata.is_dir())
        && configuration(&git.join("config")).is_some_and(|text| leads_nowhere(&text))
}

/// The text of a configuration in lower case, the case of keys.
fn configuration(path: &Path) -> Option<String> {
    let mut text = String::new();
    let read = std::fs::File::open(path).ok()?.take(LONGEST + 1).read_to_string(&mut text).ok()?;
    (read as u64 <= LONGEST).then(|| text.to_ascii_lowercase())
}

/// A word suffices for a doubt: the name of a branch may bring a question to git, never a wrong root.
fn leads_nowhere(configuration: &str) -> bool {
    let not_bare = configuration.lines().filter(|line| line.trim() == "bare = false").count();
    !configuration.contains("worktree") && configuration.matches("bare").count() == not_bare
}

#[cfg(test)]
mod tests {
    use super::leads_nowhere;

    #[test]
    fn a_configuration_is_plain_or_left_to_git() {
        assert!(leads_nowhere("[core]\n\tbare = false\n\tfilemode = true\n[remote \"origin\"]\n"));
        assert!(leads_nowhere(""));
        assert!(!leads_nowhere("[core]\n\tbare = true\n"));
        assert!(!leads_nowhere("[core] bare\n"));
        assert!(!leads_nowhere("[core]\n\tbare = false\n\tworktree = ../other\n"));
        assert!(!leads_nowhere("[extensions]\n\tworktreeconfig = true\n"));
    }
}
