//! What a change is compared with, and where its gate files come from.

/// What a change is compared with (spec/github-ux.md 4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Base {
    /// Nothing: everything is judged.
    None,
    /// A commit.
    Commit(String),
    /// The first parent of `merge`, if that is a merge whose second parent is `head`; else `otherwise`.
    /// [`CiContext::settle`](crate::CiContext::settle) makes it one of the others.
    Merge {
        /// The synthetic merge commit of the event.
        merge: String,
        /// The head of the pull request.
        head: String,
        /// `pull_request.base.sha`
        otherwise: Option<String>,
    },
    /// The branch is new: its common ancestor with the default branch, without one nothing.
    NewBranch {
        /// Name of the default branch, where the event gives it.
        default_branch: Option<String>,
    },
    /// Outside of Actions: the common ancestor of HEAD and the default branch of the remote.
    DefaultBranch,
    /// That of the open pull request with this head, which has to be looked up.
    PullRequestOf {
        /// Head of the run that has ended.
        head: String,
    },
    /// There is one and the event does not tell it; the text says why.
    Unknown(String),
}

/// Where the gate files are read from (spec/policy.md 11.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Steering {
    /// The files on disk.
    WorkTree,
    /// The base commit of the change.
    BaseCommit(String),
    /// They belong to a base that cannot be told: the run is incomplete, the files on disk are never taken instead.
    Unknown(String),
}

impl Base {
    /// The first of the ids that is there.
    pub(crate) fn commit_or(id: Option<String>, why: &str) -> Self {
        id.map_or_else(|| Self::Unknown(why.to_owned()), Self::Commit)
    }

    /// Where the gate files of a change with this base are.
    pub(crate) fn steering(&self) -> Steering {
        match self {
            Self::Commit(id) => Steering::BaseCommit(id.clone()),
            Self::Unknown(why) => Steering::Unknown(why.clone()),
            Self::Merge { merge, .. } => Steering::Unknown(format!("the parents of {merge} were not asked for")),
            Self::PullRequestOf { head } => Steering::Unknown(format!("the pull request of {head} was not looked up")),
            Self::None | Self::NewBranch { .. } | Self::DefaultBranch => {
                Steering::Unknown("the event names no base".to_owned())
            }
        }
    }

    /// Asks for the parents of the merge commit, where they decide.
    pub(crate) fn settled(self, parents: &dyn Fn(&str) -> Result<Vec<String>, String>) -> Self {
        let Self::Merge { merge, head, otherwise } = self else { return self };
        match parents(&merge) {
            Ok(parents) => match parents.as_slice() {
                [first, second] if second.eq_ignore_ascii_case(&head) => Self::Commit(first.clone()),
                _ => {
                    Self::commit_or(otherwise, "GITHUB_SHA is no merge of the head, and the event names no base commit")
                }
            },
            Err(why) => {
                let why = format!("the event names no base commit, and the parents of {merge} cannot be read: {why}");
                Self::commit_or(otherwise, &why)
            }
        }
    }
}
