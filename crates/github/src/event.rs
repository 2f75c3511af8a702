//! Names of events.

/// Why a workflow runs (`GITHUB_EVENT_NAME`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Not in GitHub Actions.
    Local,
    /// `pull_request`, and any other `pull_request…` without a row of its own: all of them run on the change.
    PullRequest,
    /// `pull_request_target`: runs on the default branch.
    PullRequestTarget,
    /// `pull_request_review`
    PullRequestReview,
    /// `merge_group`: several pull requests may be judged at once.
    MergeGroup,
    /// `push`
    Push,
    /// `schedule`
    Schedule,
    /// `workflow_dispatch`
    WorkflowDispatch,
    /// `repository_dispatch`
    RepositoryDispatch,
    /// `workflow_run`: runs on the default branch after another workflow.
    WorkflowRun,
    /// Any other event; the name is empty where the environment gives none.
    Other(String),
}

impl Event {
    /// From the name GitHub gives.
    pub fn named(name: &str) -> Self {
        match name {
            "pull_request_target" => Self::PullRequestTarget,
            "pull_request_review" => Self::PullRequestReview,
            name if name.starts_with("pull_request") => Self::PullRequest,
            "merge_group" => Self::MergeGroup,
            "push" => Self::Push,
            "schedule" => Self::Schedule,
            "workflow_dispatch" => Self::WorkflowDispatch,
            "repository_dispatch" => Self::RepositoryDispatch,
            "workflow_run" => Self::WorkflowRun,
            name => Self::Other(name.to_owned()),
        }
    }
}
