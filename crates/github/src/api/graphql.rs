//! The three operations REST has not: an answer is 200 even where it says no.

use serde::{Deserialize, Serialize};

use crate::api::exchange::{read, refused_as};
use crate::api::{ApiError, Classifier, Response};

/// Who the token belongs to.
pub(crate) const VIEWER: &str = "query { viewer { login } }";
/// Folds a comment.
pub(crate) const MINIMIZE: &str = "mutation($id: ID!, $classifier: ReportedContentClassifiers!) { \
     minimizeComment(input: {subjectId: $id, classifier: $classifier}) { minimizedComment { isMinimized } } }";
/// Unfolds it.
pub(crate) const UNMINIMIZE: &str = "mutation($id: ID!) { \
     unminimizeComment(input: {subjectId: $id}) { unminimizedComment { isMinimized } } }";

/// A request.
#[derive(Serialize)]
pub(crate) struct Query<'a> {
    pub(crate) query: &'a str,
    pub(crate) variables: Variables<'a>,
}

/// What a document asks for: only what it declares is there.
#[derive(Default, Serialize)]
pub(crate) struct Variables<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) classifier: Option<Classifier>,
}

/// `data` of [`VIEWER`].
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Viewer {
    pub(crate) viewer: Option<crate::api::Account>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Said {
    errors: Option<Vec<Trouble>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Trouble {
    #[serde(rename = "type")]
    kind: Option<String>,
    extensions: Option<Extensions>,
}

/// Older servers put the kind here.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Extensions {
    code: Option<String>,
}

/// The answer REST would have given. One that is no success already stays as it is.
pub(crate) fn as_rest(mut response: Response) -> Response {
    let Ok(said) = serde_json::from_slice::<Said>(&response.body) else { return response };
    let Some(first) = said.errors.as_deref().and_then(<[_]>::first).filter(|_| response.status == 200) else {
        return response;
    };
    let kind = first.kind.as_deref().or(first.extensions.as_ref().and_then(|extensions| extensions.code.as_deref()));
    response.status = match kind.map(str::to_ascii_uppercase).as_deref() {
        Some("RATE_LIMITED" | "RATE_LIMIT") => 429,
        Some("FORBIDDEN" | "INSUFFICIENT_SCOPES") => 403,
        Some("NOT_FOUND") => 404,
        _ => 422,
    };
    response
}

/// `data` of an answer without errors.
pub(crate) fn data<T: Default + serde::de::DeserializeOwned>(response: &Response) -> Result<T, ApiError> {
    #[derive(Deserialize)]
    struct Answer<T> {
        data: Option<T>,
    }
    let answer: Answer<T> = read(response)?;
    answer.data.ok_or_else(|| refused_as(422, response))
}
