//! A request until it has its answer: retries, rate limits, redirects, pages (spec/github-ux.md 8.2, 8.3).

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::to_raw_value;

use crate::api::address::Origin;
use crate::api::graphql::as_rest;
use crate::api::http::JSON;
use crate::api::link::{Next as NextPage, next_page};
use crate::api::pace::Pace;
use crate::api::retry::{Next, Tried, refusal};
use crate::api::{ApiError, Listed, Look, Method, Request, Response, Transport};

/// Bytes of an answer.
pub(crate) const ANSWER: u64 = 32 << 20;
/// Redirects of one request that are followed.
const REDIRECTS: usize = 3;

/// What a request led to.
pub(crate) enum Reached<T> {
    /// Its answer.
    Answer(Response),
    /// An earlier try did it.
    There(T),
}

/// Sends requests for a client.
pub(crate) struct Exchange<'a> {
    pub(crate) transport: &'a dyn Transport,
    pub(crate) pace: &'a Pace,
    /// Where the API is.
    pub(crate) api: &'a str,
    /// Where GraphQL is.
    pub(crate) graphql: &'a str,
}

/// A request to the API with this body.
pub(crate) fn request(method: Method, address: String, body: Option<&impl Serialize>) -> Result<Request, ApiError> {
    let body = body.map(to_raw_value).transpose();
    let body = body.map_err(|error| ApiError::Unreadable(format!("the request cannot be written: {error}")))?;
    Ok(Request { method, address, accept: JSON, body, cap: ANSWER })
}

impl Exchange<'_> {
    /// The answer to a request that may be repeated without harm.
    pub(crate) fn answer(&self, request: &Request) -> Result<Response, ApiError> {
        match self.reach::<Response>(request, None)? {
            Reached::Answer(response) | Reached::There(response) => Ok(response),
        }
    }

    /// What the answer to a request that creates something holds, or what `look` found after the answer was lost.
    pub(crate) fn create<T: DeserializeOwned>(&self, request: &Request, look: Look<'_, T>) -> Result<T, ApiError> {
        match self.reach(request, Some(look))? {
            Reached::Answer(response) => read(&response),
            Reached::There(there) => Ok(there),
        }
    }

    /// The success a request ends in. With `look`, it is asked before the request is sent once more.
    pub(crate) fn reach<T>(&self, request: &Request, look: Option<Look<'_, T>>) -> Result<Reached<T>, ApiError> {
        let mut tried = Tried::default();
        let mut perhaps_done = false;
        loop {
            let next = match self.send(request) {
                Ok(response) if matches!(response.status, 200..=299) => {
                    return Ok(Reached::Answer(response));
                }
                Ok(response) if request.method == Method::Delete && response.status == 404 && perhaps_done => {
                    return Ok(Reached::Answer(response));
                }
                Ok(response) => tried.after_answer(&response, self.pace),
                Err(error) => tried.after_error(error, self.pace),
            };
            let (after, lost, otherwise) = match next {
                Next::GiveUp(error) => return Self::last_look(error, look),
                Next::Again { after, perhaps_done: lost, otherwise } => (after, lost, otherwise),
            };
            if !self.pace.wait(after) {
                return Self::last_look(otherwise, look);
            }
            perhaps_done |= lost;
            if let Some(there) = look.filter(|_| lost).map(|look| look()).transpose()?.flatten() {
                return Ok(Reached::There(there));
            }
        }
    }

    /// The last answer may be the one that was lost: what is there is no failure.
    fn last_look<T>(error: ApiError, look: Option<Look<'_, T>>) -> Result<Reached<T>, ApiError> {
        let lost = matches!(error, ApiError::Unreachable { .. }) || matches!(error.status(), Some(500 | 502..=504));
        match look.filter(|_| lost).and_then(|look| look().ok().flatten()) {
            Some(there) => Ok(Reached::There(there)),
            None => Err(error),
        }
    }

    /// One answer, over redirects within the API. Another host gets nothing: not the token, and not the request either.
    fn send(&self, request: &Request) -> Result<Response, ApiError> {
        let mut request = request.clone();
        for _ in 0..=REDIRECTS {
            let response = self.once(&request)?;
            let Some(to) = redirect(request.method, &response) else { return Ok(response) };
            let to = resolved(&request.address, to)?;
            let host = Origin::of(&to)?;
            if host != Origin::of(self.api)? {
                return Err(ApiError::ForeignHost { host: host.host().to_owned() });
            }
            request.address = to;
        }
        Err(ApiError::Unreadable(format!("more than {REDIRECTS} redirects")))
    }

    fn once(&self, request: &Request) -> Result<Response, ApiError> {
        // GraphQL reads with POST as well; a second of distance there harms nobody.
        if !request.method.writes() {
            return self.transport.send(request);
        }
        self.pace.before_write();
        let response = self.transport.send(request);
        self.pace.after_write();
        if request.address == self.graphql { response.map(as_rest) } else { response }
    }

    /// An archive from a storage server, which GitHub leads to: that server never sees the token.
    pub(crate) fn download(&self, address: String, cap: u64) -> Result<Vec<u8>, ApiError> {
        let mut request = request(Method::Get, address, None::<&()>)?;
        request.cap = cap;
        let mut tried = Tried::default();
        let mut at = request.clone();
        let mut redirects = 0;
        loop {
            let next = match self.transport.send(&at) {
                Ok(response) => {
                    if let Some(to) = redirect(Method::Get, &response) {
                        redirects += 1;
                        if redirects > REDIRECTS {
                            return Err(ApiError::Unreadable(format!("more than {REDIRECTS} redirects")));
                        }
                        at.address = resolved(&at.address, to)?;
                        continue;
                    }
                    if matches!(response.status, 200..=299) {
                        return Ok(response.body);
                    }
                    tried.after_answer(&response, self.pace)
                }
                Err(error) => tried.after_error(error, self.pace),
            };
            match next {
                Next::GiveUp(error) => return Err(error),
                Next::Again { after, otherwise, .. } if !self.pace.wait(after) => return Err(otherwise),
                // The link is signed for a minute: a new one is asked for.
                Next::Again { .. } => (at, redirects) = (request.clone(), 0),
            }
        }
    }

    /// A list over all its pages, at most `pages`; `items_of` takes the items out of a page.
    pub(crate) fn list<T, P: DeserializeOwned>(
        &self,
        address: String,
        pages: usize,
        items_of: impl Fn(P) -> Vec<T>,
    ) -> Result<Listed<T>, ApiError> {
        let mut items = Vec::new();
        let mut request = request(Method::Get, address, None::<&()>)?;
        for _ in 0..pages {
            let response = self.answer(&request)?;
            items.extend(items_of(read(&response)?));
            match next_page(&response) {
                NextPage::None => return Ok(Listed { items, complete: true }),
                NextPage::Unreadable => {
                    return Err(ApiError::Unreadable("the address of the next page".to_owned()));
                }
                NextPage::At(next) => {
                    let next = resolved(&request.address, &next)?;
                    let host = Origin::of(&next)?;
                    if host != Origin::of(self.api)? {
                        return Err(ApiError::ForeignHost { host: host.host().to_owned() });
                    }
                    request.address = next;
                }
            }
        }
        Ok(Listed { items, complete: false })
    }
}

/// What the answer holds.
pub(crate) fn read<T: DeserializeOwned>(response: &Response) -> Result<T, ApiError> {
    serde_json::from_slice(&response.body).map_err(|error| ApiError::Unreadable(error.to_string()))
}

/// The error an answer stands for that says no in a way of its own (GraphQL).
pub(crate) fn refused_as(status: u16, response: &Response) -> ApiError {
    ApiError::Refused(crate::api::Refusal { status, ..refusal(response) })
}

/// Where the answer leads: only with the same method, so that nothing is written that was not asked for.
fn redirect(method: Method, response: &Response) -> Option<&str> {
    let follows = match response.status {
        301..=303 => method == Method::Get,
        307 | 308 => true,
        _ => false,
    };
    response.header("location").filter(|_| follows)
}

/// An address that may be relative to another (RFC 3986 4.2): whole, or beginning with one slash.
fn resolved(from: &str, to: &str) -> Result<String, ApiError> {
    if to.contains("://") {
        return Ok(to.to_owned());
    }
    let (scheme, rest) = from.split_once("://").unwrap_or(("https", from));
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    match to.strip_prefix('/') {
        Some(path) if !path.starts_with('/') => Ok(format!("{scheme}://{authority}{to}")),
        _ => Err(ApiError::Unreadable("an address the answer leads to".to_owned())),
    }
}
