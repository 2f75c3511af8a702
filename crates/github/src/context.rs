//! What a run is about: read once, from the environment and the event's payload (spec/github-ux.md 4).

use std::collections::BTreeMap;

use jiff::Timestamp;
use portcullis_model::Context;

use crate::environment::Environment;
use crate::payload::{
    Payload, PullRequest, Repository, WorkflowRun, commit_id, is_zeros, number_in_pull_ref, number_in_queue_branch,
};
use crate::{Base, Endpoints, Event, Runner, Steering, Token, api};

/// What a run is about.
#[derive(Clone, Debug)]
pub struct CiContext {
    /// Whether this is a job of GitHub Actions.
    pub in_actions: bool,
    /// Why it runs.
    pub event: Event,
    /// What the outcome says about it. `base_sha` is there once the base is settled; outside of Actions the commits are git's
    /// to tell. A pull request whose payload cannot be read counts as one of a fork.
    pub context: Context,
    /// Login of who opened the pull request, as the event names it.
    pub author: Option<String>,
    /// GitHub knows of something that happened to the pull request then: it is no earlier now.
    pub updated_at: Option<Timestamp>,
    /// What the change is compared with.
    pub base: Base,
    /// Nothing has to be judged.
    pub idle: Option<Idle>,
    /// Where GitHub is.
    pub endpoints: Endpoints,
    /// The token of the API.
    pub token: Option<Token>,
    /// What the runner says about the job.
    pub runner: Runner,
    /// The run that has ended, where the event is `workflow_run`.
    pub reported: Option<ReportedRun>,
    /// What went wrong on the way and was made up for.
    pub warnings: Vec<String>,
    /// What people should know.
    pub notices: Vec<String>,
    /// Gate files come from the base: a change of somebody is judged.
    judges_change: bool,
}

/// A run of another workflow that has ended, as the event tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReportedRun {
    /// Its number.
    pub id: u64,
    /// Which attempt of it.
    pub attempt: Option<u64>,
    /// Path of its workflow file.
    pub path: String,
    /// The commit it judged.
    pub head_sha: String,
    /// Who owns the repository that commit comes from.
    pub head_owner: Option<String>,
    /// The branch it comes from.
    pub head_branch: Option<String>,
    /// Pull requests of that branch; GitHub names none of forks.
    pub pulls: Vec<u64>,
}

/// Why nothing has to be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Idle {
    /// The pull request is closed (`--on-closed` judges it all the same).
    PullRequestClosed,
    /// The push deletes a branch or tag.
    ReferenceDeleted,
}

impl CiContext {
    /// Reads the environment, and the event's payload with `read`, which gets the path and gives at most
    /// [`PAYLOAD_LIMIT`](crate::PAYLOAD_LIMIT) bytes or says why not.
    pub fn detect(variables: &BTreeMap<String, String>, read: &dyn Fn(&str) -> Result<Vec<u8>, String>) -> Self {
        let environment = Environment::new(variables);
        let endpoints = Endpoints::from_environment(environment);
        let mut detected = Self {
            in_actions: environment.get("GITHUB_ACTIONS") == Some("true"),
            event: Event::Local,
            context: Context { server_url: endpoints.server.clone(), ..Context::default() },
            author: None,
            updated_at: None,
            base: Base::DefaultBranch,
            idle: None,
            token: Token::find(environment, &endpoints),
            endpoints,
            runner: Runner::from_environment(environment),
            reported: None,
            warnings: Vec::new(),
            notices: Vec::new(),
            judges_change: false,
        };
        if detected.in_actions {
            detected.read_event(environment, read);
        }
        detected
    }

    /// Whether a change of somebody is judged, so that its own files must not steer the run.
    pub fn judges_change(&self) -> bool {
        self.judges_change
    }

    /// Where the gate files are read from. Ask after [`CiContext::settle`].
    pub fn steering(&self) -> Steering {
        if self.judges_change { self.base.steering() } else { Steering::WorkTree }
    }

    /// Settles the base of a pull request: `parents` gives the parents of a commit, in their order, or says why it cannot.
    pub fn settle(&mut self, parents: &dyn Fn(&str) -> Result<Vec<String>, String>) {
        self.settle_on(self.base.clone().settled(parents));
    }

    /// Takes the base of a pull request that was looked up ([`Base::PullRequestOf`]).
    pub fn settle_on(&mut self, base: Base) {
        self.base = base;
        self.context.base_sha = match &self.base {
            Base::Commit(id) => Some(id.clone()),
            _ => None,
        };
    }

    /// Takes the pull request of the run that has ended, as GitHub tells it: the event names none of a fork.
    pub fn settle_on_pull(&mut self, pull: &api::PullRequest) {
        let name = |branch: Option<&api::Branch>| branch?.repo.as_ref()?.full_name.clone();
        let base = name(pull.base.as_ref()).or_else(|| self.context.repo.clone());
        self.judges_change = true;
        self.context.pr = Some(pull.number);
        self.context.fork = match (name(pull.head.as_ref()), base) {
            (Some(head), Some(base)) => !head.eq_ignore_ascii_case(&base),
            _ => true,
        };
        self.context.base_ref = pull.base.as_ref().and_then(|base| base.reference.clone());
        self.author = pull.author().map(str::to_owned);
        let base = pull.base.as_ref().and_then(|base| base.sha.as_deref()).and_then(commit_id);
        self.settle_on(Base::commit_or(base, "GitHub does not say on which commit the pull request is based"));
    }

    fn read_event(&mut self, environment: Environment<'_>, read: &dyn Fn(&str) -> Result<Vec<u8>, String>) {
        let payload = self.payload(environment, read).unwrap_or_default();
        let name = environment.get("GITHUB_EVENT_NAME").unwrap_or_default();
        self.event = Event::named(name);
        self.context.event = environment.owned("GITHUB_EVENT_NAME");
        self.context.repo = self.repository(environment, &payload);
        self.context.run_id = environment.number("GITHUB_RUN_ID");
        self.context.run_attempt = environment.number("GITHUB_RUN_ATTEMPT");
        self.context.job = environment.owned("GITHUB_JOB");
        let commit = environment.get("GITHUB_SHA").and_then(|id| self.id("GITHUB_SHA", id));
        match self.event.clone() {
            Event::PullRequest | Event::PullRequestReview => self.pull_request(payload, commit),
            Event::PullRequestTarget => self.pull_request(payload, None),
            Event::MergeGroup => self.merge_group(&payload, commit),
            Event::Push => self.push(&payload, commit),
            Event::WorkflowRun => self.workflow_run(payload),
            Event::Local | Event::Schedule | Event::WorkflowDispatch | Event::RepositoryDispatch => {
                self.everything(commit);
            }
            Event::Other(name) => self.other(&name, commit),
        }
        self.settle_on(self.base.clone());
    }

    fn payload(
        &mut self,
        environment: Environment<'_>,
        read: &dyn Fn(&str) -> Result<Vec<u8>, String>,
    ) -> Option<Payload> {
        let Some(path) = environment.get("GITHUB_EVENT_PATH") else {
            self.warnings.push("GITHUB_EVENT_PATH is not set: the event is judged by the environment alone".to_owned());
            return None;
        };
        match read(path).and_then(|bytes| Payload::parse(&bytes)) {
            Ok(payload) => Some(payload),
            Err(why) => {
                self.warnings.push(format!(
                    "the event's payload `{path}` cannot be read: {why}; the event is judged by the environment alone"
                ));
                None
            }
        }
    }

    fn repository(&mut self, environment: Environment<'_>, payload: &Payload) -> Option<String> {
        let named = environment.get("GITHUB_REPOSITORY").or_else(|| full_name(payload.repository.as_ref()))?;
        if is_repository(named) {
            return Some(named.to_owned());
        }
        self.warnings.push(format!("`{named}` is no name of a repository (`owner/name`)"));
        None
    }

    /// `merge` is the synthetic merge commit, where the event has one.
    fn pull_request(&mut self, payload: Payload, merge: Option<String>) {
        self.judges_change = true;
        let pull_request = payload.pull_request.unwrap_or_default();
        let of_ref = || self.runner.reference.as_deref().and_then(number_in_pull_ref);
        self.context.pr = payload.number.or(pull_request.number).or_else(of_ref);
        self.context.fork = self.is_fork(&pull_request);
        self.author = pull_request.user.as_ref().and_then(|user| user.login.clone());
        self.updated_at = pull_request.updated_at.as_deref().and_then(|time| time.parse().ok());
        let base_branch = pull_request.base.reference.clone();
        self.context.base_ref = base_branch.or_else(|| self.runner.base_reference.clone());
        if self.event == Event::PullRequest && payload.action.as_deref() == Some("closed") {
            self.idle = Some(Idle::PullRequestClosed);
        }
        let head = self.optional_id("pull_request.head.sha", pull_request.head.sha.as_deref());
        let base = self.optional_id("pull_request.base.sha", pull_request.base.sha.as_deref());
        self.base = match (&merge, &head) {
            (Some(merge), Some(head)) if merge != head => {
                Base::Merge { merge: merge.clone(), head: head.clone(), otherwise: base }
            }
            _ => Base::commit_or(base, "the event names no base commit"),
        };
        self.context.head_sha = head;
        self.context.merge_sha = merge;
    }

    /// A deleted fork has no repository any more. What cannot be told is a fork: it is trusted less.
    fn is_fork(&self, pull_request: &PullRequest) -> bool {
        let base = full_name(pull_request.base.repo.as_ref()).or(self.context.repo.as_deref());
        match (full_name(pull_request.head.repo.as_ref()), base) {
            (Some(head), Some(base)) => !head.eq_ignore_ascii_case(base),
            _ => true,
        }
    }

    fn merge_group(&mut self, payload: &Payload, commit: Option<String>) {
        self.judges_change = true;
        let group = payload.merge_group.as_ref();
        let base = group.and_then(|group| group.base_sha.as_deref());
        let base = self.optional_id("merge_group.base_sha", base);
        let head = group.and_then(|group| group.head_sha.as_deref());
        self.context.head_sha = self.optional_id("merge_group.head_sha", head).or(commit);
        let queue_branch = group.and_then(|group| group.head_ref.as_deref()).or(self.runner.reference.as_deref());
        self.context.pr = queue_branch.and_then(number_in_queue_branch);
        let branch = group.and_then(|group| group.base_ref.as_deref());
        self.context.base_ref = branch.map(|name| name.strip_prefix("refs/heads/").unwrap_or(name).to_owned());
        self.base = Base::commit_or(base, "the event names no base commit");
    }

    fn push(&mut self, payload: &Payload, commit: Option<String>) {
        if payload.deleted == Some(true) {
            self.idle = Some(Idle::ReferenceDeleted);
        }
        let after = payload.after.as_deref().filter(|id| !is_zeros(id));
        self.context.head_sha = self.optional_id("after", after).or(commit);
        self.base = match payload.before.as_deref() {
            Some(before) if is_zeros(before) => {
                let default_branch = payload.repository.as_ref().and_then(|known| known.default_branch.clone());
                Base::NewBranch { default_branch }
            }
            before => {
                let before = self.optional_id("before", before);
                Base::commit_or(before, "the event does not say what was there before the push")
            }
        };
    }

    fn workflow_run(&mut self, payload: Payload) {
        let run = payload.workflow_run.unwrap_or_default();
        self.context.head_sha = self.optional_id("workflow_run.head_sha", run.head_sha.as_deref());
        self.reported = self.reported_run(&run);
        // A run that was started by a push or a schedule stands for no change of somebody else.
        let by_change = |event: &str| event.starts_with("pull_request") || event == "merge_group";
        if run.event.as_deref().is_some_and(|event| !by_change(event)) {
            self.base = Base::None;
            return;
        }
        self.judges_change = true;
        self.context.fork = match (full_name(run.head_repository.as_ref()), &self.context.repo) {
            (Some(head), Some(base)) => !head.eq_ignore_ascii_case(base),
            _ => true,
        };
        self.base = match (self.context.head_sha.clone(), self.pull_request_of(&run)) {
            (Some(_), Some((number, base))) => {
                self.context.pr = number;
                Base::Commit(base)
            }
            (Some(head), None) => Base::PullRequestOf { head },
            (None, _) => Base::Unknown("the event does not say which commit the run has judged".to_owned()),
        };
    }

    fn reported_run(&self, run: &WorkflowRun) -> Option<ReportedRun> {
        let owner = full_name(run.head_repository.as_ref()).filter(|name| is_repository(name));
        Some(ReportedRun {
            id: run.id?,
            attempt: run.run_attempt,
            path: run.path.clone().unwrap_or_default(),
            head_sha: self.context.head_sha.clone()?,
            head_owner: owner.and_then(|name| name.split('/').next()).map(str::to_owned),
            head_branch: run.head_branch.clone(),
            pulls: run.pull_requests.iter().flatten().filter_map(|pull| pull.number).collect(),
        })
    }

    /// The pull request the payload names, and its base. GitHub lists none for forks.
    fn pull_request_of(&self, run: &WorkflowRun) -> Option<(Option<u64>, String)> {
        let head = self.context.head_sha.as_deref()?;
        let is_of_run = |pull: &&PullRequest| pull.head.sha.as_deref().and_then(commit_id).as_deref() == Some(head);
        let pull = run.pull_requests.iter().flatten().find(is_of_run)?;
        Some((pull.number, pull.base.sha.as_deref().and_then(commit_id)?))
    }

    fn everything(&mut self, commit: Option<String>) {
        self.context.head_sha = commit;
        self.base = Base::None;
    }

    /// An event we know nothing about gets a full scan, unless it runs on a pull request: that must not steer itself.
    fn other(&mut self, name: &str, commit: Option<String>) {
        let number = self.runner.reference.as_deref().and_then(number_in_pull_ref);
        if number.is_some() || self.runner.base_reference.is_some() {
            self.judges_change = true;
            self.context.pr = number;
            self.context.fork = true;
            self.context.merge_sha = commit;
            self.base = Base::Unknown(format!("the event `{name}` runs on a pull request and names no base commit"));
            return;
        }
        self.notices.push(match name {
            "" => "GITHUB_EVENT_NAME is not set: everything is judged".to_owned(),
            name => format!("event `{name}`: there is nothing to compare with, everything is judged"),
        });
        self.everything(commit);
    }

    fn optional_id(&mut self, field: &str, id: Option<&str>) -> Option<String> {
        id.and_then(|id| self.id(field, id))
    }

    fn id(&mut self, field: &str, id: &str) -> Option<String> {
        let valid = commit_id(id);
        if valid.is_none() {
            self.warnings.push(format!("`{field}` is no commit id (40 or 64 hexadecimal digits)"));
        }
        valid
    }
}

fn full_name(repository: Option<&Repository>) -> Option<&str> {
    repository?.full_name.as_deref()
}

/// `owner/name` in the characters GitHub allows.
fn is_repository(text: &str) -> bool {
    let is_name = |name: &str| {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        !matches!(name, "" | "." | "..") && name.bytes().all(allowed)
    };
    text.split_once('/').is_some_and(|(owner, name)| is_name(owner) && is_name(name))
}

#[cfg(test)]
mod tests;
