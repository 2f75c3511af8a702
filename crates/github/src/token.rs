//! The token of the GitHub API.

use std::fmt;

use crate::environment::{Endpoints, Environment};

/// A token. It is never shown: not by `Debug`, not in a message.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    secret: String,
    variable: &'static str,
}

impl Token {
    /// The first that is set; the one for Enterprise Servers only where the server is one.
    pub(crate) fn find(environment: Environment<'_>, endpoints: &Endpoints) -> Option<Self> {
        let enterprise = (!endpoints.is_github_com()).then_some("GH_ENTERPRISE_TOKEN");
        ["PORTCULLIS_TOKEN", "GITHUB_TOKEN", "GH_TOKEN"].into_iter().chain(enterprise).find_map(|variable| {
            let secret = environment.get(variable)?.to_owned();
            Some(Self { secret, variable })
        })
    }

    /// The token itself, for the header of a request to the host of [`Endpoints::api`] and nothing else.
    pub fn reveal(&self) -> &str {
        &self.secret
    }

    /// The variable it was read from.
    pub fn variable(&self) -> &'static str {
        self.variable
    }

    /// Whether the log has to be told to mask it: the runner knows only its own.
    pub fn needs_mask(&self) -> bool {
        self.variable != "GITHUB_TOKEN"
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token").field("variable", &self.variable).finish_non_exhaustive()
    }
}
