//! Sends a planned review, and tidies up after older ones.

use portcullis_model::Outcome;
use portcullis_render::Claimed;

use super::{Existing, Hunks, ReviewMode, plan};
use crate::api::{ApiError, Classifier, GitHub, Review};
use crate::comment::{Key, own_login};
use crate::denied::{Denied, Reception, Sink};

/// What is reviewed, where, and as whom.
#[derive(Clone, Copy, Debug)]
pub struct ReviewPost<'a> {
    /// Number of the pull request.
    pub number: u64,
    /// What is said.
    pub outcome: &'a Outcome,
    /// Which comments are ours.
    pub key: &'a Key,
    /// `--review`
    pub mode: ReviewMode,
    /// What of the outcome nobody has verified.
    pub claimed: Claimed,
    /// `github.comment_author`
    pub author: Option<&'a str>,
    /// The token is that of Actions where nobody says whose it is.
    pub in_actions: bool,
    /// `-v`: what was denied is told with the id of the request.
    pub verbose: bool,
}

/// What became of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reviewed {
    /// Comments that were made.
    pub comments: u64,
    /// Whether GitHub took all of it.
    pub reception: Reception,
    /// What people should know, a line each; untrusted.
    pub notices: Vec<String>,
}

/// Comments on the lines of a pull request. Nothing here fails: what could not be done is told.
pub fn review(github: &dyn GitHub, post: &ReviewPost<'_>) -> Reviewed {
    let mut reviewed = Reviewed::default();
    match send(github, post, &mut reviewed) {
        Ok(reception) => reviewed.reception = reception,
        Err(error) => {
            reviewed.notices.extend(Denied::new(Sink::Review, &error, post.outcome.context.fork).lines(post.verbose));
        }
    }
    reviewed
}

fn send(github: &dyn GitHub, post: &ReviewPost<'_>, reviewed: &mut Reviewed) -> Result<Reception, ApiError> {
    if post.mode == ReviewMode::Off {
        return Ok(Reception::Skipped);
    }
    let pull = github.pull(post.number)?;
    let head = post.outcome.context.head_sha.as_deref().unwrap_or_default();
    let is_current = pull.is_open() && pull.head_sha().is_some_and(|sha| sha.eq_ignore_ascii_case(head));
    if !is_current {
        reviewed.notices.push("no review: the pull request is closed or has moved on".to_owned());
        return Ok(Reception::Skipped);
    }
    let login = own_login(github, post.author, post.in_actions)?;
    let hunks = Hunks::of(&github.pull_files(post.number)?.items);
    let existing = Existing::of(&github.review_comments(post.number)?.items, post.key, &login);
    let plan = plan(post.outcome, post.mode, (post.key, head, post.claimed), &hunks, &existing);
    if let Some(review) = &plan.review {
        let is_same = |known: &Review| {
            known.commit_id.as_deref() == Some(head)
                && known.author() == Some(login.as_str())
                && known.body.as_deref() == Some(review.body.as_str())
        };
        let look = || Ok(github.reviews(post.number)?.items.into_iter().find(is_same));
        github.create_review(post.number, review, &look)?;
        reviewed.comments = u64::try_from(review.comments.len()).unwrap_or(u64::MAX);
    }
    for id in plan.delete {
        if let Err(error) = github.delete_review_comment(id) {
            reviewed.notices.push(format!("a comment on a line whose finding is gone could not be deleted: {error}"));
        }
    }
    for node_id in plan.minimize {
        if let Err(error) = github.minimize_comment(&node_id, Classifier::Resolved) {
            reviewed.notices.push(format!("a comment on a line whose finding is gone could not be folded: {error}"));
        }
    }
    Ok(Reception::Taken)
}
