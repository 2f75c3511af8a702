//! The conversation with the API of GitHub (spec/github-ux.md 8): [`GitHub`] has one method for each operation.

mod answer;
mod body;
mod error;
mod operations;

pub use answer::{
    Account, Artifact, Branch, ChangedFile, CheckRunAnswer, CodeownersError, Comment, CommitId, Comparison, Minimized,
    PullRequest, Quota, Repository, Review, ReviewComment, SarifReceipt, SarifStatus, ShownOutput, StatusAnswer,
};
pub use body::{
    Annotation, AnnotationLevel, CheckRunBody, CheckRunOutput, CheckRunState, CheckRunUpdate, Classifier, Conclusion,
    ReviewBody, ReviewEvent, ReviewLine, SarifBody, Side, StatusBody, StatusState,
};
pub use error::{ApiError, Refusal};
pub use operations::{GitHub, Listed, Look, Member};
