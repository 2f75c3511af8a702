//! The conversation with the API of GitHub (spec/github-ux.md 8): [`GitHub`] has one method for each operation.

mod address;
mod answer;
mod archive;
mod body;
mod client;
mod error;
mod exchange;
mod graphql;
mod http;
mod link;
mod network;
mod operations;
mod pace;
mod retry;
mod transport;

#[cfg(test)]
mod tests;

pub use answer::{
    Account, Artifact, Branch, ChangedFile, CheckRunAnswer, CodeownersError, Comment, CommitId, Comparison, GitTree,
    Minimized, PullRequest, Quota, Repository, Review, ReviewComment, SarifReceipt, SarifStatus, ShownOutput,
    StatusAnswer, TreeMember,
};
pub use body::{
    Annotation, AnnotationLevel, CheckRunBody, CheckRunOutput, CheckRunState, CheckRunUpdate, Classifier, Conclusion,
    ReviewBody, ReviewEvent, ReviewLine, SarifBody, Side, StatusBody, StatusState,
};
pub use client::Client;
pub use error::{ApiError, Refusal};
pub use http::Http;
pub use network::Network;
pub use operations::{GitHub, Listed, Look, Member};
pub use pace::{API_WAIT, Clock, Pace, SystemClock};
pub use transport::{Method, Request, Response, Transport};
