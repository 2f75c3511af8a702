//! Where the hooks of a repository lie.

use std::path::{Path, PathBuf};

use crate::SourceError;
use crate::git::Git;
use crate::platform::path_of;

/// The directory git runs hooks from: of the repository, of every work tree of it, or the one `core.hooksPath` names.
pub(crate) fn directory(git: &Git, top: &Path) -> Result<PathBuf, SourceError> {
    let answer = git.with_hooks().run(&["rev-parse", "--git-path", "hooks"], &[])?;
    let unreadable = || SourceError::Git { command: "rev-parse".to_owned(), why: "named no directory".to_owned() };
    path_of(answer.line()).map(|path| top.join(path)).ok_or_else(unreadable)
}

#[cfg(test)]
mod tests {
    use crate::testing::Place;

    #[test]
    fn hooks_lie_where_git_looks_for_them() {
        let place = Place::repository();
        let top = place.path().canonicalize().unwrap();
        assert_eq!(place.open().hooks_directory().unwrap(), top.join(".git/hooks"));
        place.git(&["config", "core.hooksPath", ".husky"]);
        assert_eq!(place.open().hooks_directory().unwrap(), top.join(".husky"));
    }

    #[test]
    fn a_further_work_tree_shares_the_hooks() {
        let place = Place::repository();
        place.commit();
        place.git(&["worktree", "add", "--quiet", "further"]);
        let further = crate::Repository::discover(&place.path().join("further"), &crate::GitSettings::default());
        let top = place.path().canonicalize().unwrap();
        assert_eq!(further.unwrap().hooks_directory().unwrap(), top.join(".git/hooks"));
    }
}
