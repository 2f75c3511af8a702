//! A pull request in a repository of a test, and the program run in its event.

use std::path::Path;

use serde_json::Value;

use crate::repository::{Answer, Repository, run_in};

/// A base, and the event about what is made of it.
pub(crate) struct PullRequest {
    pub(crate) repository: Repository,
    base: String,
    /// Further variables of the job.
    pub(crate) variables: Vec<(&'static str, String)>,
}

impl PullRequest {
    /// What lies in the repository is the base.
    pub(crate) fn on(repository: Repository) -> Self {
        let base = repository.commit();
        Self { repository, base, variables: Vec::new() }
    }

    /// The commit the event names as the base.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// The event names another commit.
    pub(crate) fn base_is(&mut self, id: &str) {
        id.clone_into(&mut self.base);
    }

    /// The branch of the base gets another commit; the change does not have it.
    pub(crate) fn base_goes_on(&mut self, path: &str, content: &str) {
        let fork = self.base.clone();
        self.repository.write(path, content);
        self.base = self.repository.commit();
        self.repository.git(&["checkout", "--quiet", &fork]);
    }

    /// `check -f json` in the event, after the change was made and committed.
    pub(crate) fn run(&self, arguments: &[&str], change: impl FnOnce(&Path)) -> Answer {
        let mut all = vec!["check", "-f", "json"];
        all.extend(arguments);
        self.run_as(&all, change)
    }

    /// The same with a command of the test's choice.
    pub(crate) fn run_as(&self, arguments: &[&str], change: impl FnOnce(&Path)) -> Answer {
        change(self.repository.path());
        let head = self.repository.commit();
        self.run_on("pull_request", &head, arguments)
    }

    /// Runs an event about a head, with whatever is checked out.
    pub(crate) fn run_on(&self, event_name: &str, head: &str, arguments: &[&str]) -> Answer {
        self.run_in(self.repository.path(), event_name, head, arguments)
    }

    /// The same in another clone.
    pub(crate) fn run_in(&self, clone: &Path, event_name: &str, head: &str, arguments: &[&str]) -> Answer {
        let outside = tempfile::tempdir().unwrap();
        let event = outside.path().join("event.json");
        std::fs::write(&event, payload(&self.base, head)).unwrap();
        let event = event.to_str().unwrap().to_owned();
        let mut variables = vec![
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_EVENT_NAME", event_name),
            ("GITHUB_EVENT_PATH", event.as_str()),
            ("GITHUB_SHA", head),
            ("GITHUB_REPOSITORY", "acme/shop"),
        ];
        variables.extend(self.variables.iter().map(|(name, value)| (*name, value.as_str())));
        run_in(clone, arguments, &variables)
    }
}

/// The payload of the event.
pub(crate) fn payload(base: &str, head: &str) -> String {
    format!(
        r#"{{"number":7,"pull_request":{{"number":7,"updated_at":"2026-11-20T08:00:00Z","head":{{"sha":"{head}","repo":{{"full_name":"acme/shop"}}}},"base":{{"sha":"{base}","repo":{{"full_name":"acme/shop"}}}}}},"repository":{{"full_name":"acme/shop"}}}}"#
    )
}

/// In the log of a runner the document stands between two workflow commands.
pub(crate) fn last_document(answer: &Answer) -> Value {
    let json: String = answer.stdout.lines().filter(|line| !line.starts_with("::")).collect::<Vec<_>>().join("\n");
    serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error}: {}{}", answer.stdout, answer.stderr))
}
