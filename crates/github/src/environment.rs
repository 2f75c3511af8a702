//! What the environment says about server and runner.

use std::collections::BTreeMap;

/// The environment; an empty variable counts as unset.
#[derive(Clone, Copy)]
pub(crate) struct Environment<'a>(&'a BTreeMap<String, String>);

impl<'a> Environment<'a> {
    pub(crate) fn new(variables: &'a BTreeMap<String, String>) -> Self {
        Self(variables)
    }

    pub(crate) fn get(self, name: &str) -> Option<&'a str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    pub(crate) fn owned(self, name: &str) -> Option<String> {
        self.get(name).map(str::to_owned)
    }

    pub(crate) fn number(self, name: &str) -> Option<u64> {
        self.get(name)?.parse().ok()
    }
}

/// Where GitHub is: URLs without a slash at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoints {
    /// `https://github.com`
    pub server: String,
    /// `https://api.github.com`; on an Enterprise Server it has a path.
    pub api: String,
    /// `https://api.github.com/graphql`
    pub graphql: String,
}

impl Endpoints {
    pub(crate) fn from_environment(environment: Environment<'_>) -> Self {
        let url = |name| environment.get(name).map(|url| url.trim_end_matches('/').to_owned());
        let server = url("GITHUB_SERVER_URL").unwrap_or_else(|| "https://github.com".to_owned());
        let api = url("GITHUB_API_URL").unwrap_or_else(|| match server.as_str() {
            "https://github.com" => "https://api.github.com".to_owned(),
            // The token of another server must not reach github.com.
            enterprise => format!("{enterprise}/api/v3"),
        });
        let graphql = url("GITHUB_GRAPHQL_URL").unwrap_or_else(|| match api.strip_suffix("/api/v3") {
            Some(enterprise) => format!("{enterprise}/api/graphql"),
            None => format!("{api}/graphql"),
        });
        Self { server, api, graphql }
    }

    /// A path below the API: joined, because the API of an Enterprise Server has a path itself.
    pub fn api_url(&self, path: &str) -> String {
        format!("{}/{}", self.api, path.trim_start_matches('/'))
    }

    /// Whether the server is github.com itself.
    pub fn is_github_com(&self) -> bool {
        self.server.eq_ignore_ascii_case("https://github.com")
    }
}

/// What the runner says about the job.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Runner {
    /// `GITHUB_WORKSPACE`
    pub workspace: Option<String>,
    /// `GITHUB_STEP_SUMMARY`: file that takes the job summary.
    pub step_summary: Option<String>,
    /// `GITHUB_OUTPUT`: file that takes the outputs of the step.
    pub output: Option<String>,
    /// `GITHUB_REF`
    pub reference: Option<String>,
    /// `GITHUB_BASE_REF`: branch a pull request goes to.
    pub base_reference: Option<String>,
    /// `GITHUB_HEAD_REF`: branch a pull request comes from.
    pub head_reference: Option<String>,
    /// `GITHUB_WORKFLOW`
    pub workflow: Option<String>,
    /// `GITHUB_WORKFLOW_REF`
    pub workflow_reference: Option<String>,
    /// `GITHUB_RUN_NUMBER`
    pub run_number: Option<u64>,
    /// `GITHUB_ACTOR`
    pub actor: Option<String>,
    /// `GITHUB_TRIGGERING_ACTOR`
    pub triggering_actor: Option<String>,
    /// `RUNNER_OS`
    pub os: Option<String>,
    /// `RUNNER_ARCH`
    pub arch: Option<String>,
    /// `RUNNER_TEMP`
    pub temporary: Option<String>,
    /// `RUNNER_DEBUG` is `1`.
    pub debug: bool,
}

impl Runner {
    pub(crate) fn from_environment(environment: Environment<'_>) -> Self {
        Self {
            workspace: environment.owned("GITHUB_WORKSPACE"),
            step_summary: environment.owned("GITHUB_STEP_SUMMARY"),
            output: environment.owned("GITHUB_OUTPUT"),
            reference: environment.owned("GITHUB_REF"),
            base_reference: environment.owned("GITHUB_BASE_REF"),
            head_reference: environment.owned("GITHUB_HEAD_REF"),
            workflow: environment.owned("GITHUB_WORKFLOW"),
            workflow_reference: environment.owned("GITHUB_WORKFLOW_REF"),
            run_number: environment.number("GITHUB_RUN_NUMBER"),
            actor: environment.owned("GITHUB_ACTOR"),
            triggering_actor: environment.owned("GITHUB_TRIGGERING_ACTOR"),
            os: environment.owned("RUNNER_OS"),
            arch: environment.owned("RUNNER_ARCH"),
            temporary: environment.owned("RUNNER_TEMP"),
            debug: environment.get("RUNNER_DEBUG") == Some("1"),
        }
    }
}
