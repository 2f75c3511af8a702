//! One request, one answer: the border between what is asked and how it gets there.

use std::fmt;

use serde_json::value::RawValue;

use crate::api::ApiError;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates.
    Post,
    /// Changes.
    Patch,
    /// Removes.
    Delete,
}

impl Method {
    /// Whether something is different afterwards.
    pub fn writes(self) -> bool {
        self != Self::Get
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        })
    }
}

/// A request. It holds no token: the transport adds it where the address is one of the API.
#[derive(Clone, Debug)]
pub struct Request {
    /// What is asked for.
    pub method: Method,
    /// The whole address.
    pub address: String,
    /// `Accept`
    pub accept: &'static str,
    /// JSON.
    pub body: Option<Box<RawValue>>,
    /// Bytes of an answer that are read; a longer one is an error.
    pub cap: u64,
}

/// An answer, whatever its status.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// Names in lower case, in the order they came.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Response {
    /// The first header of this name, which is in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(of, _)| of == name).map(|(_, value)| value.as_str())
    }
}

/// Sends a request and waits for its answer. It repeats nothing and follows no redirect.
pub trait Transport {
    /// The answer. [`ApiError::Unreachable`] is the one error after which the same request may be sent again.
    fn send(&self, request: &Request) -> Result<Response, ApiError>;
}
