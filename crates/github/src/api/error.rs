//! Why an operation was not done. The texts come from a server or from an attacker's file: they go through the newtypes of
//! render before anybody sees them. None of them holds the token.

use thiserror::Error;

/// Why an operation was not done.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ApiError {
    /// The address is one no request is sent to.
    #[error("{address}: {why}")]
    Address {
        /// The address, without what could be a password in it.
        address: String,
        /// Why it is refused.
        why: String,
    },
    /// No answer: name, connection, proxy, TLS or time.
    #[error("no answer from {host}: {why}")]
    Unreachable {
        /// The host.
        host: String,
        /// What the connection says.
        why: String,
    },
    /// GitHub answered that it will not, in REST or in GraphQL.
    #[error("{0}")]
    Refused(Refusal),
    /// GitHub asks to wait longer than this run may.
    #[error("GitHub asks to wait {wait} s ({} rate limit)", if *.primary { "primary" } else { "secondary" })]
    RateLimited {
        /// Seconds GitHub asks to wait.
        wait: u64,
        /// The primary limit counts requests in an hour, the secondary one reacts to bursts.
        primary: bool,
        /// Seconds that may be waited in the whole run.
        budget: u64,
    },
    /// The answer does not say what the documentation promises.
    #[error("the answer cannot be used: {0}")]
    Unreadable(String),
    /// The answer is longer than what is read.
    #[error("the answer is longer than {limit} bytes")]
    TooLarge {
        /// Bytes that are read.
        limit: u64,
    },
    /// The answer leads to another host, which must not get the token.
    #[error("the answer leads to another host: {host}")]
    ForeignHost {
        /// That host.
        host: String,
    },
}

/// An answer that says no.
#[derive(Clone, Debug, Default, Error, PartialEq, Eq)]
#[error("GitHub answers {status}: {message}")]
pub struct Refusal {
    /// The status; for GraphQL the one REST would have given.
    pub status: u16,
    /// `message` of the answer.
    pub message: String,
    /// `errors[].message` of the answer, or what stands there instead.
    pub errors: Vec<String>,
    /// `x-accepted-github-permissions`: what the token needs.
    pub accepted_permissions: Option<String>,
    /// `x-github-request-id`
    pub request_id: Option<String>,
}

impl Refusal {
    /// Whether the message or one of the errors says so; upper and lower case are one.
    pub fn says(&self, words: &str) -> bool {
        let words = words.to_ascii_lowercase();
        let mut texts = self.errors.iter().chain([&self.message]);
        texts.any(|text| text.to_ascii_lowercase().contains(&words))
    }
}

impl ApiError {
    /// The answer, where there is one that says no.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            _ => None,
        }
    }

    /// The status of the answer, where there is one that says no.
    pub fn status(&self) -> Option<u16> {
        self.refusal().map(|refusal| refusal.status)
    }

    /// 422 because a body is too long.
    pub fn is_too_long(&self) -> bool {
        self.refusal().is_some_and(|refusal| refusal.status == 422 && refusal.says("too long"))
    }

    /// 403 because the conversation is locked.
    pub fn is_locked(&self) -> bool {
        self.refusal().is_some_and(|refusal| refusal.status == 403 && refusal.says("locked"))
    }

    /// Not there, or not for this token.
    pub fn is_not_found(&self) -> bool {
        self.status() == Some(404)
    }
}
