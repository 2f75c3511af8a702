//! Whether somebody the base names has approved this very commit (spec/github-ux.md 10.3): a pure decision over the reviews of
//! a pull request.

use jiff::Timestamp;

use crate::Policy;

/// The reviews of a pull request, as GitHub tells them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reviews {
    /// Who wrote the pull request; without one nobody can be told from the author, and no approval counts.
    pub author: Option<String>,
    /// In any order.
    pub reviews: Vec<Review>,
}

/// A review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// Login.
    pub user: String,
    /// What it said.
    pub state: ReviewState,
    /// The commit that was reviewed.
    pub commit_id: String,
    /// When it was handed in.
    pub submitted_at: Timestamp,
}

/// What a review said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReviewState {
    /// `APPROVED`
    Approved,
    /// `CHANGES_REQUESTED`
    ChangesRequested,
    /// `DISMISSED`
    Dismissed,
    /// `COMMENTED`, `PENDING` and what GitHub may add: neither approves nor takes back.
    Other,
}

impl ReviewState {
    /// The word of the API, in any case.
    pub fn of(word: &str) -> Self {
        match word.to_ascii_uppercase().as_str() {
            "APPROVED" => Self::Approved,
            "CHANGES_REQUESTED" => Self::ChangesRequested,
            "DISMISSED" => Self::Dismissed,
            _ => Self::Other,
        }
    }
}

impl Policy {
    /// `trust.exceptions_from_head: approved`: exceptions of the change itself may count.
    pub fn takes_approved_exceptions(&self) -> bool {
        self.trust.approved_exceptions.value
    }

    /// Who has approved the head commit and may: listed in `trust.approvers` of this policy, not the author, and nothing
    /// taken back since.
    pub fn approver(&self, head: &str, reviews: &Reviews) -> Option<String> {
        if !self.takes_approved_exceptions() || head.is_empty() {
            return None;
        }
        let author = reviews.author.as_deref().filter(|author| !author.is_empty())?;
        let may = |user: &str| {
            !user.eq_ignore_ascii_case(author)
                && self.trust.approvers.iter().any(|login| login.trim_start_matches('@').eq_ignore_ascii_case(user))
        };
        let approvals = reviews.reviews.iter().filter(|review| {
            review.state == ReviewState::Approved && review.commit_id.eq_ignore_ascii_case(head) && may(&review.user)
        });
        let mut standing = approvals.filter(|approval| {
            !reviews.reviews.iter().any(|later| {
                matches!(later.state, ReviewState::ChangesRequested | ReviewState::Dismissed)
                    && later.user.eq_ignore_ascii_case(&approval.user)
                    && later.submitted_at >= approval.submitted_at
            })
        });
        standing.next().map(|approval| approval.user.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::tests::loaded;

    fn policy(text: &str) -> Policy {
        loaded(&format!("version: 1\n{text}")).policy
    }

    const HEAD: &str = "0123456789012345678901234567890123456789";
    const APPROVED: &str = "trust: { exceptions_from_head: approved, approvers: [\"@lead\", other] }\n";

    fn review(user: &str, state: &str, commit_id: &str, second: i64) -> Review {
        Review {
            user: user.to_owned(),
            state: ReviewState::of(state),
            commit_id: commit_id.to_owned(),
            submitted_at: Timestamp::from_second(second).unwrap(),
        }
    }

    fn approver(text: &str, reviews: Vec<Review>) -> Option<String> {
        policy(text).approver(HEAD, &Reviews { author: Some("author".to_owned()), reviews })
    }

    #[test]
    fn an_approval_of_this_commit_by_somebody_listed_counts_whatever_the_case() {
        assert_eq!(approver(APPROVED, vec![review("Lead", "APPROVED", HEAD, 1)]).as_deref(), Some("Lead"));
        assert_eq!(approver(APPROVED, vec![review("other", "approved", HEAD, 1)]).as_deref(), Some("other"));
    }

    #[test]
    fn nothing_counts_where_the_base_does_not_say_so() {
        assert_eq!(approver("trust: { approvers: [lead] }\n", vec![review("lead", "APPROVED", HEAD, 1)]), None);
        let nobody = "trust: { exceptions_from_head: approved }\n";
        assert_eq!(approver(nobody, vec![review("lead", "APPROVED", HEAD, 1)]), None);
    }

    #[test]
    fn another_commit_a_stranger_a_comment_and_the_author_approve_nothing() {
        let other = "9999999999999999999999999999999999999999";
        for refused in [
            review("lead", "APPROVED", other, 1),
            review("stranger", "APPROVED", HEAD, 1),
            review("lead", "COMMENTED", HEAD, 1),
        ] {
            assert_eq!(approver(APPROVED, vec![refused.clone()]), None, "{refused:?}");
        }
        let reviews = |author: Option<&str>| Reviews {
            author: author.map(str::to_owned),
            reviews: vec![review("lead", "APPROVED", HEAD, 1)],
        };
        assert_eq!(policy(APPROVED).approver(HEAD, &reviews(Some("LEAD"))), None);
        assert_eq!(policy(APPROVED).approver(HEAD, &reviews(None)), None, "the author may be anybody");
    }

    #[test]
    fn what_is_taken_back_later_does_not_count_and_a_comment_takes_nothing_back() {
        let given = || review("lead", "APPROVED", HEAD, 10);
        for state in ["CHANGES_REQUESTED", "DISMISSED"] {
            assert_eq!(approver(APPROVED, vec![review("LEAD", state, HEAD, 11), given()]), None, "{state}");
            assert!(approver(APPROVED, vec![review("lead", state, HEAD, 9), given()]).is_some(), "{state} before");
            assert!(approver(APPROVED, vec![given(), review("other", state, HEAD, 11)]).is_some(), "of another");
        }
        assert!(approver(APPROVED, vec![given(), review("lead", "COMMENTED", HEAD, 11)]).is_some());
    }
}
