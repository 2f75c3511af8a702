//! Bodies of requests: exactly the keys the API documents (version 2022-11-28).

use serde::Serialize;

/// A review: comments on lines of a pull request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReviewBody {
    /// The commit the lines belong to.
    pub commit_id: String,
    /// What the review says besides its comments, in Markdown.
    pub body: String,
    /// It only ever comments.
    pub event: ReviewEvent,
    /// The comments.
    pub comments: Vec<ReviewLine>,
}

/// What a review decides: nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReviewEvent {
    /// Approves nothing and demands nothing.
    Comment,
}

/// A comment on a line, or on several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReviewLine {
    /// The file.
    pub path: String,
    /// The last line.
    pub line: u32,
    /// Which side of the diff.
    pub side: Side,
    /// The first line, only where it is not the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_line: Option<u32>,
    /// Which side that is on; there exactly where `start_line` is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_side: Option<Side>,
    /// What it says, in Markdown.
    pub body: String,
}

/// A side of a diff.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Side {
    /// After the change.
    Right,
}

/// Why a comment is folded (`ReportedContentClassifiers`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Classifier {
    /// What it says is done.
    Resolved,
    /// A newer one says it.
    Outdated,
}

/// A check run that is complete.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CheckRunBody {
    /// The name in the list of checks.
    pub name: String,
    /// The commit that was judged.
    pub head_sha: String,
    /// `completed`
    pub status: CheckRunState,
    /// What it says.
    pub conclusion: Conclusion,
    /// The page of the run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details_url: Option<String>,
    /// What tells it from others of the same name.
    pub external_id: String,
    /// What its page shows.
    pub output: CheckRunOutput,
}

/// More annotations for a check run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CheckRunUpdate {
    /// Title and summary again, and the next annotations.
    pub output: CheckRunOutput,
}

/// How far a check run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckRunState {
    /// Done.
    Completed,
}

/// What a check run says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Conclusion {
    /// It may be merged.
    Success,
    /// It may not be merged.
    Failure,
    /// Something could not be judged.
    ActionRequired,
    /// It may not be merged, but nobody is to be stopped.
    Neutral,
}

/// What the page of a check run shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CheckRunOutput {
    /// One line.
    pub title: String,
    /// Markdown; demanded in every request.
    pub summary: String,
    /// More Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Marks beside lines, at most 50.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub annotations: Vec<Annotation>,
}

/// A mark beside lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Annotation {
    /// The file.
    pub path: String,
    /// The first line, from one.
    pub start_line: u32,
    /// The last line.
    pub end_line: u32,
    /// The first column; only on one line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_column: Option<u32>,
    /// The last column; only on one line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_column: Option<u32>,
    /// How loud it is.
    pub annotation_level: AnnotationLevel,
    /// What it says.
    pub message: String,
    /// Its headline.
    pub title: String,
    /// What is folded below.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw_details: Option<String>,
}

/// How loud an annotation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AnnotationLevel {
    /// For the record.
    Notice,
    /// To be looked at.
    Warning,
    /// In the way of a merge.
    Failure,
}

/// The status of a commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StatusBody {
    /// What it says.
    pub state: StatusState,
    /// What tells it from the status of others.
    pub context: String,
    /// At most 140 characters.
    pub description: String,
    /// The page of the run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_url: Option<String>,
}

/// What a status says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusState {
    /// It may be merged.
    Success,
    /// It may not be merged.
    Failure,
    /// Something could not be judged.
    Error,
    /// Not known yet.
    Pending,
}

/// A SARIF file on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SarifBody {
    /// The commit that was judged: 40 or 64 hexadecimal digits.
    pub commit_sha: String,
    /// `refs/heads/…`, `refs/tags/…` or `refs/pull/…`
    #[serde(rename = "ref")]
    pub reference: String,
    /// The file, through gzip and base64.
    pub sarif: String,
    /// Who made it.
    pub tool_name: String,
}
