//! Answers of the REST API (version 2022-11-28): only what is read. Everything but ids is optional, because Enterprise
//! Servers and proxies leave fields out.

use serde::Deserialize;

/// `simple-user`
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default)]
pub struct Account {
    /// `octocat`, `github-actions[bot]`
    pub login: Option<String>,
}

/// `full-repository` and the shorter forms of it.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct Repository {
    /// Its number.
    pub id: u64,
    /// `owner/name`
    #[serde(default)]
    pub full_name: Option<String>,
    /// The branch changes go to.
    #[serde(default)]
    pub default_branch: Option<String>,
    /// Whether only members see it.
    #[serde(default)]
    pub private: Option<bool>,
}

/// `pull-request` and `pull-request-simple`
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct PullRequest {
    /// Its number in the repository.
    pub number: u64,
    /// `open` or `closed`
    #[serde(default)]
    pub state: Option<String>,
    /// Whether the conversation is locked.
    #[serde(default)]
    pub locked: Option<bool>,
    /// Who opened it; nobody where the account is gone.
    #[serde(default)]
    pub user: Option<Account>,
    /// Where it comes from.
    #[serde(default)]
    pub head: Option<Branch>,
    /// Where it goes to.
    #[serde(default)]
    pub base: Option<Branch>,
    /// How many files it changes; lists do not say.
    #[serde(default)]
    pub changed_files: Option<u64>,
}

impl PullRequest {
    /// The commit that is proposed.
    pub fn head_sha(&self) -> Option<&str> {
        self.head.as_ref()?.sha.as_deref()
    }

    /// Whether it is open; one that does not say counts as open.
    pub fn is_open(&self) -> bool {
        self.state.as_deref().is_none_or(|state| state == "open")
    }

    /// Who opened it.
    pub fn author(&self) -> Option<&str> {
        self.user.as_ref()?.login.as_deref()
    }
}

/// One end of a pull request.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default)]
pub struct Branch {
    /// The commit.
    pub sha: Option<String>,
    /// The name of the branch.
    #[serde(rename = "ref")]
    pub reference: Option<String>,
    /// The repository; nothing where the fork was deleted.
    pub repo: Option<Repository>,
}

/// `diff-entry`
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default)]
pub struct ChangedFile {
    /// The path after the change.
    pub filename: Option<String>,
    /// The path before a rename.
    pub previous_filename: Option<String>,
    /// `added`, `removed`, `modified`, `renamed`, `copied`, `changed`, `unchanged`
    pub status: Option<String>,
    /// The hunks; none for binary and big files.
    pub patch: Option<String>,
    /// Lines changed.
    pub changes: Option<u64>,
}

/// `issue-comment`
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct Comment {
    /// Its number.
    pub id: u64,
    /// Its id in GraphQL.
    #[serde(default)]
    pub node_id: Option<String>,
    /// The page it stands on.
    #[serde(default)]
    pub html_url: Option<String>,
    /// What it says, in Markdown.
    #[serde(default)]
    pub body: Option<String>,
    /// Who wrote it; nobody where the account is gone.
    #[serde(default)]
    pub user: Option<Account>,
    /// Set while it is folded; older servers never say.
    #[serde(default)]
    pub minimized: Option<Minimized>,
}

impl Comment {
    /// Who wrote it.
    pub fn author(&self) -> Option<&str> {
        self.user.as_ref()?.login.as_deref()
    }

    /// What it says.
    pub fn text(&self) -> &str {
        self.body.as_deref().unwrap_or_default()
    }
}

/// `issue-comment.minimized`
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default)]
pub struct Minimized {
    /// `resolved`, `outdated`, …
    pub reason: Option<String>,
}

/// `pull-request-review-comment`
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct ReviewComment {
    /// Its number.
    pub id: u64,
    /// Its id in GraphQL.
    #[serde(default)]
    pub node_id: Option<String>,
    /// The comment it answers to.
    #[serde(default)]
    pub in_reply_to_id: Option<u64>,
    /// The file.
    #[serde(default)]
    pub path: Option<String>,
    /// The line; none where the comment is outdated.
    #[serde(default)]
    pub line: Option<u64>,
    /// What it says, in Markdown.
    #[serde(default)]
    pub body: Option<String>,
    /// Who wrote it; nobody where the account is gone.
    #[serde(default)]
    pub user: Option<Account>,
}

impl ReviewComment {
    /// Who wrote it.
    pub fn author(&self) -> Option<&str> {
        self.user.as_ref()?.login.as_deref()
    }

    /// What it says.
    pub fn text(&self) -> &str {
        self.body.as_deref().unwrap_or_default()
    }
}

/// `pull-request-review`
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct Review {
    /// Its number.
    pub id: u64,
    /// `APPROVED`, `CHANGES_REQUESTED`, `COMMENTED`, `DISMISSED`, `PENDING`
    #[serde(default)]
    pub state: Option<String>,
    /// The commit that was reviewed.
    #[serde(default)]
    pub commit_id: Option<String>,
    /// Who reviewed; nobody where the account is gone.
    #[serde(default)]
    pub user: Option<Account>,
    /// What the review says besides its comments.
    #[serde(default)]
    pub body: Option<String>,
    /// RFC 3339.
    #[serde(default)]
    pub submitted_at: Option<String>,
    /// The page it stands on.
    #[serde(default)]
    pub html_url: Option<String>,
}

impl Review {
    /// Who reviewed.
    pub fn author(&self) -> Option<&str> {
        self.user.as_ref()?.login.as_deref()
    }
}

/// `git-tree`
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default)]
pub struct GitTree {
    /// Everything in it.
    pub tree: Vec<TreeMember>,
    /// There is more than GitHub lists.
    pub truncated: bool,
}

/// `git-tree.tree[]`
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default)]
pub struct TreeMember {
    /// From the root of the repository, with `/`.
    pub path: String,
    /// `100644`, `100755`, `120000` (link), `160000` (submodule), `040000` (directory)
    pub mode: String,
    /// Id of the blob, tree or commit.
    pub sha: String,
    /// Bytes of a blob.
    pub size: Option<u64>,
}

/// `commit-comparison`
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default)]
pub struct Comparison {
    /// `ahead`, `behind`, `diverged`, `identical`
    pub status: Option<String>,
    /// Commits the second has that the first has not.
    pub ahead_by: Option<u64>,
    /// Commits the first has that the second has not.
    pub behind_by: Option<u64>,
    /// The common ancestor.
    pub merge_base_commit: Option<CommitId>,
    /// What changed since the common ancestor, at most 300.
    pub files: Option<Vec<ChangedFile>>,
}

impl Comparison {
    /// The id of the common ancestor.
    pub fn merge_base(&self) -> Option<&str> {
        self.merge_base_commit.as_ref()?.sha.as_deref()
    }
}

/// The part of `commit` that names it.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default)]
pub struct CommitId {
    /// Its id.
    pub sha: Option<String>,
}

/// `check-run`
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct CheckRunAnswer {
    /// Its number.
    pub id: u64,
    /// `portcullis:{run}:{attempt}:{key}`
    #[serde(default)]
    pub external_id: Option<String>,
    /// The page it stands on.
    #[serde(default)]
    pub html_url: Option<String>,
    /// What it shows.
    #[serde(default)]
    pub output: Option<ShownOutput>,
}

impl CheckRunAnswer {
    /// How many annotations it has.
    pub fn annotations(&self) -> Option<u64> {
        self.output.as_ref()?.annotations_count
    }
}

/// `check-run.output`
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default)]
pub struct ShownOutput {
    /// How many annotations there are.
    pub annotations_count: Option<u64>,
}

/// `artifact`
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct Artifact {
    /// Its number.
    pub id: u64,
    /// Its name.
    #[serde(default)]
    pub name: Option<String>,
    /// Bytes of its archive.
    #[serde(default)]
    pub size_in_bytes: Option<u64>,
    /// Whether it can be downloaded no more.
    #[serde(default)]
    pub expired: Option<bool>,
}

/// `codeowners-errors.errors[]`
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default)]
pub struct CodeownersError {
    /// The line, from one.
    pub line: Option<u64>,
    /// The column, from one.
    pub column: Option<u64>,
    /// `Unknown owner`, …
    pub kind: Option<String>,
    /// The line as it stands there.
    pub source: Option<String>,
    /// What to do.
    pub suggestion: Option<String>,
    /// What is wrong, over several lines.
    pub message: Option<String>,
    /// The file.
    pub path: Option<String>,
}

/// `rate-limit`
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default)]
pub struct Quota {
    /// Requests in an hour.
    pub limit: Option<u64>,
    /// Requests left.
    pub remaining: Option<u64>,
    /// When they are counted anew, in seconds since 1970.
    pub reset: Option<u64>,
}

/// `status`
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct StatusAnswer {
    /// Its number.
    pub id: u64,
    /// `error`, `failure`, `pending`, `success`
    #[serde(default)]
    pub state: Option<String>,
}

/// `code-scanning-sarifs-receipt`
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default)]
pub struct SarifReceipt {
    /// What to ask for with [`GitHub::sarif_status`](crate::api::GitHub::sarif_status).
    pub id: Option<String>,
}

/// `code-scanning-sarifs-status`
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default)]
pub struct SarifStatus {
    /// `pending`, `complete`, `failed`
    pub processing_status: Option<String>,
    /// What was wrong with the file.
    pub errors: Option<Vec<String>>,
}
