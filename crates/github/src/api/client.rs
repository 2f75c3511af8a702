//! [`GitHub`] over a transport: every operation as the request it is.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::Endpoints;
use crate::api::address::{file_path, part};
use crate::api::archive::{ZIPPED, unpack};
use crate::api::exchange::{Exchange, read, request};
use crate::api::graphql::{self, MINIMIZE, Query, UNMINIMIZE, VIEWER, Variables};
use crate::api::pace::Pace;
use crate::api::{
    ApiError, Artifact, ChangedFile, CheckRunAnswer, CheckRunBody, CheckRunUpdate, Classifier, CodeownersError,
    Comment, Comparison, GitHub, GitTree, Listed, Look, Member, Method, PullRequest, Quota, Repository, Review,
    ReviewBody, ReviewComment, SarifBody, SarifReceipt, SarifStatus, StatusAnswer, StatusBody, Transport,
};

/// Pages of a list.
const PAGES: usize = 30;
/// Changed files GitHub lists at most, without a word about the rest.
const FILES: usize = 3_000;
/// The bytes of a file instead of JSON about it.
const RAW: &str = "application/vnd.github.raw+json";

/// The API of one repository.
pub struct Client<'a> {
    transport: &'a dyn Transport,
    pace: &'a Pace,
    endpoints: Endpoints,
    /// `https://api.github.com/repos/owner/name`
    root: String,
}

impl<'a> Client<'a> {
    /// For `repository` (`owner/name`). All clients of a run share one pace.
    pub fn new(
        transport: &'a dyn Transport,
        pace: &'a Pace,
        endpoints: &Endpoints,
        repository: &str,
    ) -> Result<Self, ApiError> {
        if repository.split('/').count() != 2 {
            let why = "this is no name of a repository (`owner/name`)".to_owned();
            return Err(ApiError::Address { address: repository.to_owned(), why });
        }
        let root = endpoints.api_url(&format!("repos/{}", file_path(repository)?));
        Ok(Self { transport, pace, endpoints: endpoints.clone(), root })
    }

    fn exchange(&self) -> Exchange<'_> {
        let Endpoints { api, graphql, .. } = &self.endpoints;
        Exchange { transport: self.transport, pace: self.pace, api, graphql }
    }

    fn at(&self, path: impl AsRef<str>) -> String {
        format!("{}/{}", self.root, path.as_ref())
    }

    fn get<T: DeserializeOwned>(&self, path: impl AsRef<str>) -> Result<T, ApiError> {
        read(&self.exchange().answer(&request(Method::Get, self.at(path), None::<&()>)?)?)
    }

    fn list<T: DeserializeOwned>(&self, path: impl AsRef<str>) -> Result<Listed<T>, ApiError> {
        self.exchange().list(self.at(path), PAGES, |page: Vec<T>| page)
    }

    /// The bytes of a file, whatever they are.
    fn raw(&self, path: impl AsRef<str>) -> Result<Vec<u8>, ApiError> {
        let mut request = request(Method::Get, self.at(path), None::<&()>)?;
        request.accept = RAW;
        let response = self.exchange().answer(&request)?;
        // What has no bytes (a directory, a submodule) is told in JSON all the same.
        let kind = response.header("content-type").and_then(|kind| kind.split(';').next()).map(str::trim);
        if kind.is_some_and(|kind| kind.eq_ignore_ascii_case("application/json")) {
            return Err(ApiError::Unreadable("the path is not that of a file".to_owned()));
        }
        Ok(response.body)
    }

    fn send<T: DeserializeOwned>(
        &self,
        method: Method,
        path: String,
        body: &impl serde::Serialize,
    ) -> Result<T, ApiError> {
        read(&self.exchange().answer(&request(method, self.at(path), Some(body))?)?)
    }

    fn create<T: DeserializeOwned>(
        &self,
        method: Method,
        path: String,
        body: &impl serde::Serialize,
        look: Look<'_, T>,
    ) -> Result<T, ApiError> {
        self.exchange().create(&request(method, self.at(path), Some(body))?, look)
    }

    fn delete(&self, path: String) -> Result<(), ApiError> {
        self.exchange().answer(&request(Method::Delete, self.at(path), None::<&()>)?).map(drop)
    }

    fn graphql(&self, query: &str, variables: Variables<'_>) -> Result<crate::api::Response, ApiError> {
        let body = Query { query, variables };
        self.exchange().answer(&request(Method::Post, self.endpoints.graphql.clone(), Some(&body))?)
    }
}

/// A comment as it is sent.
#[derive(serde::Serialize)]
struct Text<'a> {
    body: &'a str,
}

impl GitHub for Client<'_> {
    fn repository(&self) -> Result<Repository, ApiError> {
        read(&self.exchange().answer(&request(Method::Get, self.root.clone(), None::<&()>)?)?)
    }

    fn pull(&self, number: u64) -> Result<PullRequest, ApiError> {
        self.get(format!("pulls/{number}"))
    }

    fn pulls_by_head(&self, owner: &str, branch: &str) -> Result<Listed<PullRequest>, ApiError> {
        self.list(format!("pulls?state=open&head={}%3A{}&per_page=100", part(owner), part(branch)))
    }

    fn pull_files(&self, number: u64) -> Result<Listed<ChangedFile>, ApiError> {
        let mut listed = self.list(format!("pulls/{number}/files?per_page=100"))?;
        listed.complete &= listed.items.len() < FILES;
        Ok(listed)
    }

    fn issue_comments(&self, number: u64) -> Result<Listed<Comment>, ApiError> {
        self.list(format!("issues/{number}/comments?per_page=100"))
    }

    fn issue_comment(&self, id: u64) -> Result<Comment, ApiError> {
        self.get(format!("issues/comments/{id}"))
    }

    fn review_comments(&self, number: u64) -> Result<Listed<ReviewComment>, ApiError> {
        self.list(format!("pulls/{number}/comments?per_page=100"))
    }

    fn reviews(&self, number: u64) -> Result<Listed<Review>, ApiError> {
        self.list(format!("pulls/{number}/reviews?per_page=100"))
    }

    fn contents(&self, path: &str, reference: &str) -> Result<Vec<u8>, ApiError> {
        self.raw(format!("contents/{}?ref={}", file_path(path)?, part(reference)))
    }

    fn git_tree(&self, commit: &str) -> Result<GitTree, ApiError> {
        self.get(format!("git/trees/{}?recursive=1", part(commit)))
    }

    fn blob(&self, id: &str) -> Result<Vec<u8>, ApiError> {
        self.raw(format!("git/blobs/{}", part(id)))
    }

    fn compare(&self, base: &str, head: &str) -> Result<Comparison, ApiError> {
        self.get(format!("compare/{}...{}", part(base), part(head)))
    }

    fn check_runs(&self, commit: &str, name: &str) -> Result<Listed<CheckRunAnswer>, ApiError> {
        #[derive(Deserialize)]
        struct Page {
            check_runs: Vec<CheckRunAnswer>,
        }
        let (commit, name) = (part(commit), part(name));
        let path = self.at(format!("commits/{commit}/check-runs?check_name={name}&filter=all&per_page=100"));
        self.exchange().list(path, PAGES, |page: Page| page.check_runs)
    }

    fn run_artifacts(&self, run: u64) -> Result<Listed<Artifact>, ApiError> {
        #[derive(Deserialize)]
        struct Page {
            artifacts: Vec<Artifact>,
        }
        let path = self.at(format!("actions/runs/{run}/artifacts?per_page=100"));
        self.exchange().list(path, PAGES, |page: Page| page.artifacts)
    }

    fn artifact(&self, id: u64) -> Result<Vec<Member>, ApiError> {
        unpack(&self.exchange().download(self.at(format!("actions/artifacts/{id}/zip")), ZIPPED)?)
    }

    fn rate_limit(&self) -> Result<Option<Quota>, ApiError> {
        #[derive(Deserialize)]
        struct Answer {
            rate: Option<Quota>,
        }
        let request = request(Method::Get, self.endpoints.api_url("rate_limit"), None::<&()>)?;
        match self.exchange().answer(&request) {
            Ok(response) => read::<Answer>(&response).map(|answer| answer.rate),
            // Enterprise Servers where limiting is off.
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn codeowners_errors(&self, reference: &str) -> Result<Vec<CodeownersError>, ApiError> {
        #[derive(Deserialize)]
        struct Answer {
            errors: Vec<CodeownersError>,
        }
        self.get(format!("codeowners/errors?ref={}", part(reference))).map(|answer: Answer| answer.errors)
    }

    fn create_issue_comment(&self, number: u64, body: &str, look: Look<'_, Comment>) -> Result<Comment, ApiError> {
        self.create(Method::Post, format!("issues/{number}/comments"), &Text { body }, look)
    }

    fn update_issue_comment(&self, id: u64, body: &str) -> Result<Comment, ApiError> {
        self.send(Method::Patch, format!("issues/comments/{id}"), &Text { body })
    }

    fn delete_issue_comment(&self, id: u64) -> Result<(), ApiError> {
        self.delete(format!("issues/comments/{id}"))
    }

    fn create_review(&self, number: u64, review: &ReviewBody, look: Look<'_, Review>) -> Result<Review, ApiError> {
        self.create(Method::Post, format!("pulls/{number}/reviews"), review, look)
    }

    fn delete_review_comment(&self, id: u64) -> Result<(), ApiError> {
        self.delete(format!("pulls/comments/{id}"))
    }

    fn create_check_run(
        &self,
        check_run: &CheckRunBody,
        look: Look<'_, CheckRunAnswer>,
    ) -> Result<CheckRunAnswer, ApiError> {
        self.create(Method::Post, "check-runs".to_owned(), check_run, look)
    }

    fn update_check_run(
        &self,
        id: u64,
        update: &CheckRunUpdate,
        look: Look<'_, CheckRunAnswer>,
    ) -> Result<CheckRunAnswer, ApiError> {
        self.create(Method::Patch, format!("check-runs/{id}"), update, look)
    }

    fn check_run(&self, id: u64) -> Result<CheckRunAnswer, ApiError> {
        self.get(format!("check-runs/{id}"))
    }

    fn create_status(&self, commit: &str, status: &StatusBody) -> Result<StatusAnswer, ApiError> {
        self.send(Method::Post, format!("statuses/{}", part(commit)), status)
    }

    fn upload_sarif(&self, sarif: &SarifBody) -> Result<SarifReceipt, ApiError> {
        self.send(Method::Post, "code-scanning/sarifs".to_owned(), sarif)
    }

    fn sarif_status(&self, id: &str) -> Result<SarifStatus, ApiError> {
        self.get(format!("code-scanning/sarifs/{}", part(id)))
    }

    fn viewer_login(&self) -> Result<String, ApiError> {
        let data: graphql::Viewer = graphql::data(&self.graphql(VIEWER, Variables::default())?)?;
        let login = data.viewer.and_then(|viewer| viewer.login);
        login.ok_or_else(|| ApiError::Unreadable("it names no login".to_owned()))
    }

    fn minimize_comment(&self, node_id: &str, why: Classifier) -> Result<(), ApiError> {
        self.graphql(MINIMIZE, Variables { id: Some(node_id), classifier: Some(why) }).map(drop)
    }

    fn unminimize_comment(&self, node_id: &str) -> Result<(), ApiError> {
        self.graphql(UNMINIMIZE, Variables { id: Some(node_id), classifier: None }).map(drop)
    }
}
