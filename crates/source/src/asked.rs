//! The first question about what is staged, asked before anything else: a commit waits for its answer.

use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use crate::git::{Git, GitSettings};
use crate::top_level;

/// What the index of a directory's repository changes, asked before it is known whether the directory is the root.
#[derive(Debug)]
pub struct Asked {
    directory: PathBuf,
    settings: GitSettings,
    /// Git looks for the repository in the directory alone, and nothing there leads elsewhere.
    at_top: bool,
    state: State,
}

#[derive(Debug)]
enum State {
    Running(Child),
    /// `None` where git refused.
    Answered(Option<Vec<u8>>),
}

impl Asked {
    /// Asks; `None` where git cannot be started, which the next question says.
    pub fn of(directory: &Path, settings: &GitSettings) -> Option<Self> {
        let directory = directory.canonicalize().ok()?;
        let ceiling = top_level::is_plain(&directory, &settings.hook).then(|| directory.parent()).flatten();
        let mut question = Git::new(&directory, settings).command();
        if let Some(ceiling) = ceiling {
            question.env("GIT_CEILING_DIRECTORIES", ceiling);
        }
        // Where it is refused the question is asked again, of the root, and then quoted.
        let git = question.args(changes("HEAD")).stderr(Stdio::null()).spawn().ok()?;
        Some(Self { at_top: ceiling.is_some(), directory, settings: settings.clone(), state: State::Running(git) })
    }

    /// The directory and how git is asked there, where git has answered about it as its top level. Waits for the answer only
    /// where it can tell.
    pub(crate) fn top_level(&mut self) -> Option<(&Path, &GitSettings)> {
        (self.at_top && self.wait()).then_some((self.directory.as_path(), &self.settings))
    }

    /// The answer, where it is one about this root.
    pub(crate) fn answer(mut self, root: &Path) -> Option<Vec<u8>> {
        if self.directory != root {
            if let State::Running(git) = &mut self.state {
                let _ = git.kill();
                let _ = git.wait();
            }
            return None;
        }
        self.wait();
        match self.state {
            State::Answered(answer) => answer,
            State::Running(_) => None,
        }
    }

    /// Waits for the answer; whether there is one.
    fn wait(&mut self) -> bool {
        if matches!(self.state, State::Running(_))
            && let State::Running(git) = std::mem::replace(&mut self.state, State::Answered(None))
        {
            let output = git.wait_with_output().ok().filter(|output| output.status.success());
            self.state = State::Answered(output.map(|output| output.stdout));
        }
        matches!(self.state, State::Answered(Some(_)))
    }
}

/// The question: what the index holds differently than a commit or tree.
pub(crate) fn changes(tree: &str) -> [&str; 12] {
    [
        "diff-index",
        "--cached",
        "--raw",
        "-z",
        "--no-abbrev",
        "-M",
        "--relative",
        "--ita-invisible-in-index",
        "--ignore-submodules=none",
        "--diff-filter=ACMRTU",
        tree,
        "--",
    ]
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::Asked;
    use crate::testing::Place;
    use crate::{GitSettings, HookEnvironment, Repository};

    fn repository(directory: &Path, settings: &GitSettings) -> Option<Repository> {
        Repository::of_asked(&mut Asked::of(directory, settings).unwrap())
    }

    #[test]
    fn an_answer_about_the_top_level_names_the_repository() {
        let place = Place::repository();
        place.write("sub/a", "1\n").commit();
        let found = repository(place.path(), &GitSettings::default()).unwrap();
        assert_eq!((found.root(), found.top_level()), (place.open().root(), place.open().top_level()));
        assert!(repository(&place.path().join("sub"), &GitSettings::default()).is_none());
    }

    #[test]
    fn what_leads_elsewhere_is_left_to_git() {
        let place = Place::repository();
        place.write("a", "1\n").commit();
        let named = |settings: &GitSettings| repository(place.path(), settings).is_some();
        let plain = GitSettings::default();
        assert!(named(&plain));
        let hook = HookEnvironment { directory: Some(place.path().join(".git").into()), ..HookEnvironment::default() };
        assert!(!named(&GitSettings { hook, ..GitSettings::default() }));
        for (key, value) in [("core.workTree", ".."), ("core.bare", "true"), ("extensions.worktreeConfig", "true")] {
            place.git(&["config", key, value]);
            assert!(!named(&plain), "{key}");
            place.git(&["config", "--unset", key]);
        }
    }

    #[test]
    fn a_directory_that_only_looks_like_a_repository_is_not_judged_as_one() {
        let place = Place::repository();
        place.write("inner/a", "1\n").commit();
        std::fs::create_dir(place.path().join("inner/.git")).unwrap();
        std::fs::write(place.path().join("inner/.git/config"), "[core]\n\tbare = false\n").unwrap();
        assert!(repository(&place.path().join("inner"), &GitSettings::default()).is_none());
    }

    #[test]
    fn without_a_commit_git_is_asked_where_the_root_is() {
        let place = Place::repository();
        assert!(repository(place.path(), &GitSettings::default()).is_none());
    }
}
