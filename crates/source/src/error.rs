//! Why a repository could not be found or asked.

use std::path::PathBuf;

use thiserror::Error;

/// Why a repository could not be found or asked. Every message says what to do where there is something to do.
#[derive(Debug, Error)]
pub enum SourceError {
    /// The start directory cannot be entered.
    #[error("cannot enter `{}`: {why}", directory.display())]
    Directory {
        /// Where the run was to start.
        directory: PathBuf,
        /// The operating system's words.
        why: String,
    },
    /// A repository stands there and the `git` command does not.
    #[error("`{}` is a git repository, but `git` cannot be run ({why}): install git, it says which files are tracked", repository.display())]
    GitMissing {
        /// The directory that holds `.git`.
        repository: PathBuf,
        /// The operating system's words.
        why: String,
    },
    /// A question only git answers, asked outside of a repository.
    #[error("`{}` is in no git repository, and {question} needs one", directory.display())]
    NoRepository {
        /// The root of the run.
        directory: PathBuf,
        /// What was asked.
        question: &'static str,
    },
    /// `.git` stands there and git does not accept it.
    #[error("`{}` stands there, but git takes it for no repository: {why}", entry.display())]
    BrokenRepository {
        /// The `.git` entry.
        entry: PathBuf,
        /// Git's words.
        why: String,
    },
    /// Git refuses a repository of another owner.
    #[error(
        "git refuses `{0}`, which belongs to another user: \
         git config --global --add safe.directory '{0}'", directory.display()
    )]
    DubiousOwnership {
        /// The repository.
        directory: PathBuf,
    },
    /// A bare repository, or the inside of `.git`.
    #[error("`{}` is inside a git directory and has no work tree: start in the work tree", directory.display())]
    NoWorkTree {
        /// Where the run was to start.
        directory: PathBuf,
    },
    /// No commit of that name.
    #[error("there is no commit `{revision}` in this repository{}", hint(*shallow))]
    UnknownRevision {
        /// As asked for.
        revision: String,
        /// The clone holds only a part of the history.
        shallow: bool,
    },
    /// The part of the history that would answer is not there.
    #[error("{question} cannot be told{}", hint(true))]
    ShallowHistory {
        /// What was asked.
        question: String,
    },
    /// The root of the run is no directory in that commit.
    #[error("`{path}` is no directory in commit {commit}")]
    RootIsNoDirectory {
        /// Root, relative to the top level.
        path: String,
        /// The commit.
        commit: String,
    },
    /// Git failed.
    #[error("git {command}: {why}")]
    Git {
        /// The subcommand.
        command: String,
        /// Its message.
        why: String,
    },
}

const fn hint(shallow: bool) -> &'static str {
    if shallow {
        ": the clone is shallow, fetch the history (`fetch-depth: 0` of actions/checkout, `git fetch --unshallow`)"
    } else {
        ""
    }
}
