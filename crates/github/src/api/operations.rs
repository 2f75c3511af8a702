//! What is asked of GitHub: one method for each operation (spec/github-ux.md 8.1).

use crate::api::{
    ApiError, Artifact, ChangedFile, CheckRunAnswer, CheckRunBody, CheckRunUpdate, Classifier, CodeownersError,
    Comment, Comparison, GitTree, PullRequest, Quota, Repository, Review, ReviewBody, ReviewComment, SarifBody,
    SarifReceipt, SarifStatus, StatusAnswer, StatusBody,
};

/// A list as far as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed<T> {
    /// What is in it, in the order of GitHub.
    pub items: Vec<T>,
    /// Whether this is all: a list ends early at the cap of its pages.
    pub complete: bool,
}

impl<T> Listed<T> {
    /// A list that was read whole.
    pub fn whole(items: Vec<T>) -> Self {
        Self { items, complete: true }
    }
}

/// Looks whether what a request should create is there already. It is asked after an answer was lost, before the request is
/// sent again: a create must not happen twice. `None` lets it be repeated; an error ends the create with that error.
pub type Look<'a, T> = &'a dyn Fn() -> Result<Option<T>, ApiError>;

/// A file of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its path in the archive, with `/`; never absolute, never with `..`.
    pub path: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// The operations on one repository. All of them wait for their answer; what can be repeated without harm is repeated
/// inside, as spec/github-ux.md 8.3 says.
pub trait GitHub {
    /// The repository itself.
    fn repository(&self) -> Result<Repository, ApiError>;
    /// A pull request.
    fn pull(&self, number: u64) -> Result<PullRequest, ApiError>;
    /// The open pull requests from `branch` of `owner` (its fork or this repository).
    fn pulls_by_head(&self, owner: &str, branch: &str) -> Result<Listed<PullRequest>, ApiError>;
    /// The files a pull request changes; GitHub lists at most 3 000.
    fn pull_files(&self, number: u64) -> Result<Listed<ChangedFile>, ApiError>;
    /// The comments of the conversation of a pull request, the oldest first.
    fn issue_comments(&self, number: u64) -> Result<Listed<Comment>, ApiError>;
    /// One comment of a conversation.
    fn issue_comment(&self, id: u64) -> Result<Comment, ApiError>;
    /// The comments on lines of a pull request.
    fn review_comments(&self, number: u64) -> Result<Listed<ReviewComment>, ApiError>;
    /// The reviews of a pull request, in the order of time.
    fn reviews(&self, number: u64) -> Result<Listed<Review>, ApiError>;
    /// The bytes of the file `path` at `reference` (commit id, branch or tag).
    fn contents(&self, path: &str, reference: &str) -> Result<Vec<u8>, ApiError>;
    /// Everything in the tree of a commit, at any depth.
    fn git_tree(&self, commit: &str) -> Result<GitTree, ApiError>;
    /// The bytes of a blob.
    fn blob(&self, id: &str) -> Result<Vec<u8>, ApiError>;
    /// The way from the common ancestor of two commits to the second; its `files` are at most 300.
    fn compare(&self, base: &str, head: &str) -> Result<Comparison, ApiError>;
    /// The check runs of that name at a commit.
    fn check_runs(&self, commit: &str, name: &str) -> Result<Listed<CheckRunAnswer>, ApiError>;
    /// The artifacts of a workflow run.
    fn run_artifacts(&self, run: u64) -> Result<Listed<Artifact>, ApiError>;
    /// The files of an artifact, unpacked, in the order of their paths.
    fn artifact(&self, id: u64) -> Result<Vec<Member>, ApiError>;
    /// How many requests are left; `None` where the server counts none.
    fn rate_limit(&self) -> Result<Option<Quota>, ApiError>;
    /// What is wrong in CODEOWNERS at `reference`.
    fn codeowners_errors(&self, reference: &str) -> Result<Vec<CodeownersError>, ApiError>;

    /// Writes a comment into the conversation of a pull request.
    fn create_issue_comment(&self, number: u64, body: &str, look: Look<'_, Comment>) -> Result<Comment, ApiError>;
    /// Gives a comment another body.
    fn update_issue_comment(&self, id: u64, body: &str) -> Result<Comment, ApiError>;
    /// Deletes a comment; one that is gone already counts as deleted only where an earlier try may have done it.
    fn delete_issue_comment(&self, id: u64) -> Result<(), ApiError>;
    /// Posts a review of a pull request.
    fn create_review(&self, number: u64, review: &ReviewBody, look: Look<'_, Review>) -> Result<Review, ApiError>;
    /// Deletes a comment on a line.
    fn delete_review_comment(&self, id: u64) -> Result<(), ApiError>;
    /// Creates a check run.
    fn create_check_run(
        &self,
        check_run: &CheckRunBody,
        look: Look<'_, CheckRunAnswer>,
    ) -> Result<CheckRunAnswer, ApiError>;
    /// Changes a check run; annotations are added to those it has. A lost answer is looked into by `look` before it is
    /// repeated: the annotations must not be there twice.
    fn update_check_run(
        &self,
        id: u64,
        update: &CheckRunUpdate,
        look: Look<'_, CheckRunAnswer>,
    ) -> Result<CheckRunAnswer, ApiError>;
    /// One check run.
    fn check_run(&self, id: u64) -> Result<CheckRunAnswer, ApiError>;
    /// Sets the status of a commit; the last one of a context counts, so it may be repeated.
    fn create_status(&self, commit: &str, status: &StatusBody) -> Result<StatusAnswer, ApiError>;
    /// Uploads a SARIF file; a second upload of the same replaces the first, so it may be repeated.
    fn upload_sarif(&self, sarif: &SarifBody) -> Result<SarifReceipt, ApiError>;
    /// How far an uploaded SARIF file is.
    fn sarif_status(&self, id: &str) -> Result<SarifStatus, ApiError>;

    /// The login the token belongs to, as it stands in [`Account::login`](crate::api::Account::login) of what it writes.
    fn viewer_login(&self) -> Result<String, ApiError>;
    /// Folds the comment with this `node_id`.
    fn minimize_comment(&self, node_id: &str, why: Classifier) -> Result<(), ApiError>;
    /// Unfolds it; one that is not folded stays as it is.
    fn unminimize_comment(&self, node_id: &str) -> Result<(), ApiError>;
}
