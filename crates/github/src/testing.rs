//! A GitHub in memory, for tests of what talks to [`GitHub`]: it keeps what is written, lists what was asked, and fails on
//! demand.

use std::cell::{Cell, Ref, RefCell, RefMut};
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;
use std::time::Duration;

use crate::api::{
    Account, ApiError, Artifact, Branch, ChangedFile, CheckRunAnswer, CheckRunBody, CheckRunUpdate, Classifier, Clock,
    CodeownersError, Comment, Comparison, GitHub, GitTree, Listed, Look, Member, Minimized, PullRequest, Quota,
    Refusal, Repository, Review, ReviewBody, ReviewComment, SarifBody, SarifReceipt, SarifStatus, ShownOutput,
    StatusAnswer, StatusBody,
};

/// A GitHub in memory.
#[derive(Debug)]
pub struct Memory {
    state: RefCell<State>,
}

/// What it holds. Tests fill it and read it through [`Memory::state`] and [`Memory::state_mut`].
#[derive(Debug, Default)]
pub struct State {
    /// Who the token belongs to: the author of everything that is written.
    pub login: String,
    /// The id the next thing that is created gets.
    pub next_id: u64,
    /// The repository.
    pub repository: Option<Repository>,
    /// Pull requests, by number.
    pub pulls: BTreeMap<u64, PullRequest>,
    /// Changed files, by pull request.
    pub files: BTreeMap<u64, Vec<ChangedFile>>,
    /// Comments with the pull request they stand in, in the order they are listed.
    pub comments: Vec<(u64, Comment)>,
    /// Comments on lines, with their pull request.
    pub review_comments: Vec<(u64, ReviewComment)>,
    /// Reviews, with their pull request.
    pub reviews: Vec<(u64, Review)>,
    /// The reviews that were posted here, as they were sent.
    pub posted_reviews: Vec<(u64, ReviewBody)>,
    /// Files by path and reference.
    pub contents: BTreeMap<(String, String), Vec<u8>>,
    /// Trees by the commit they belong to.
    pub trees: BTreeMap<String, GitTree>,
    /// Blobs by id.
    pub blobs: BTreeMap<String, Vec<u8>>,
    /// Comparisons by base and head.
    pub comparisons: BTreeMap<(String, String), Comparison>,
    /// Check runs by id, as they were created, with the updates that followed.
    pub check_runs: BTreeMap<u64, (CheckRunBody, Vec<CheckRunUpdate>)>,
    /// Artifacts by workflow run.
    pub artifacts: BTreeMap<u64, Vec<Artifact>>,
    /// Their files, by artifact.
    pub members: BTreeMap<u64, Vec<Member>>,
    /// The rate limit.
    pub quota: Option<Quota>,
    /// What is wrong in CODEOWNERS.
    pub codeowners_errors: Vec<CodeownersError>,
    /// Statuses, with their commit.
    pub statuses: Vec<(String, StatusBody)>,
    /// SARIF files that were uploaded; their id is their place in the list.
    pub sarifs: Vec<SarifBody>,
    /// What the status of every upload is, one answer after the other; `complete` when there is none left.
    pub sarif_statuses: VecDeque<SarifStatus>,
    /// Comments that are folded, by `node_id`.
    pub minimized: BTreeMap<String, Classifier>,
    /// Lists stop here and say so.
    pub list_cap: Option<usize>,
    /// Names of the methods that were called, in order.
    pub calls: Vec<&'static str>,
    failures: VecDeque<(&'static str, Failure)>,
}

#[derive(Clone, Debug)]
enum Failure {
    /// Nothing happens.
    Refused(ApiError),
    /// It happens, the answer is lost.
    AnswerLost,
    /// It does not happen, and there is no answer either.
    RequestLost,
}

/// An error with this status and message, as the API gives it.
pub fn refused(status: u16, message: &str) -> ApiError {
    ApiError::Refused(Refusal { status, message: message.to_owned(), ..Refusal::default() })
}

/// An open pull request with this head.
pub fn open_pull(number: u64, head: &str) -> PullRequest {
    PullRequest {
        number,
        state: Some("open".to_owned()),
        locked: None,
        user: None,
        head: Some(Branch { sha: Some(head.to_owned()), ..Branch::default() }),
        base: None,
        changed_files: None,
    }
}

/// A comment of somebody.
pub fn comment(id: u64, author: &str, body: &str) -> Comment {
    Comment {
        id,
        node_id: Some(format!("IC_{id}")),
        html_url: Some(format!("https://github.com/o/r/pull/1#issuecomment-{id}")),
        body: Some(body.to_owned()),
        user: Some(Account { login: Some(author.to_owned()) }),
        minimized: None,
    }
}

impl Memory {
    /// Of a token that belongs to `login`; ids of what is created begin at 1 000.
    pub fn new(login: &str) -> Self {
        let state = State { login: login.to_owned(), next_id: 1_000, ..State::default() };
        Self { state: RefCell::new(state) }
    }

    /// What it holds. Not to be kept over a call.
    pub fn state(&self) -> Ref<'_, State> {
        self.state.borrow()
    }

    /// The same, to be changed.
    pub fn state_mut(&self) -> RefMut<'_, State> {
        self.state.borrow_mut()
    }

    /// The next call of the method does nothing and answers `error`. Failures of one method come in the order they are given.
    pub fn fail(&self, method: &'static str, error: ApiError) {
        self.state_mut().failures.push_back((method, Failure::Refused(error)));
    }

    /// The answer of the next call of the create is lost after its effect: `look` is asked, then it is repeated.
    pub fn lose_answer(&self, method: &'static str) {
        self.state_mut().failures.push_back((method, Failure::AnswerLost));
    }

    /// The next request of the create is lost on its way: `look` is asked, then it is repeated.
    pub fn lose_request(&self, method: &'static str) {
        self.state_mut().failures.push_back((method, Failure::RequestLost));
    }

    fn called(&self, method: &'static str) -> Result<(), ApiError> {
        match self.record(method) {
            Some(Failure::Refused(error)) => Err(error),
            _ => Ok(()),
        }
    }

    fn record(&self, method: &'static str) -> Option<Failure> {
        let mut state = self.state_mut();
        state.calls.push(method);
        let at = state.failures.iter().position(|(of, _)| *of == method)?;
        state.failures.remove(at).map(|(_, failure)| failure)
    }

    fn create<T>(
        &self,
        method: &'static str,
        make: impl Fn(&mut State) -> T,
        look: Look<'_, T>,
    ) -> Result<T, ApiError> {
        match self.record(method) {
            None => return Ok(make(&mut self.state_mut())),
            Some(Failure::Refused(error)) => return Err(error),
            Some(Failure::RequestLost) => {}
            Some(Failure::AnswerLost) => {
                make(&mut self.state_mut());
            }
        }
        match look()? {
            Some(there) => Ok(there),
            None => self.create(method, make, look),
        }
    }

    fn fold(&self, node_id: &str, why: Option<Classifier>) {
        let mut state = self.state_mut();
        for (_, comment) in state.comments.iter_mut().filter(|(_, comment)| comment.node_id.as_deref() == Some(node_id))
        {
            let reason = |why| format!("{why:?}").to_ascii_lowercase();
            comment.minimized = why.map(|why| Minimized { reason: Some(reason(why)) });
        }
        match why {
            Some(why) => state.minimized.insert(node_id.to_owned(), why),
            None => state.minimized.remove(node_id),
        };
    }

    fn listed<T: Clone>(&self, items: impl Iterator<Item = T>) -> Listed<T> {
        let all: Vec<T> = items.collect();
        let cap = self.state().list_cap.unwrap_or(usize::MAX);
        Listed { complete: all.len() <= cap, items: all.into_iter().take(cap).collect() }
    }
}

impl State {
    fn id(&mut self) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        id
    }

    fn author(&self) -> Account {
        Account { login: Some(self.login.clone()) }
    }

    fn shown(id: u64, (body, updates): &(CheckRunBody, Vec<CheckRunUpdate>)) -> CheckRunAnswer {
        let more: usize = updates.iter().map(|update| update.output.annotations.len()).sum();
        let count = u64::try_from(body.output.annotations.len() + more).ok();
        CheckRunAnswer {
            id,
            external_id: Some(body.external_id.clone()),
            html_url: Some(format!("https://github.com/o/r/runs/{id}")),
            output: Some(ShownOutput { annotations_count: count }),
        }
    }
}

fn not_found() -> ApiError {
    refused(404, "Not Found")
}

fn of<T: Clone>(number: u64, items: &[(u64, T)]) -> Vec<T> {
    items.iter().filter(|(of, _)| *of == number).map(|(_, item)| item.clone()).collect()
}

impl GitHub for Memory {
    fn repository(&self) -> Result<Repository, ApiError> {
        self.called("repository")?;
        self.state().repository.clone().ok_or_else(not_found)
    }

    fn pull(&self, number: u64) -> Result<PullRequest, ApiError> {
        self.called("pull")?;
        self.state().pulls.get(&number).cloned().ok_or_else(not_found)
    }

    fn pulls_by_head(&self, owner: &str, branch: &str) -> Result<Listed<PullRequest>, ApiError> {
        self.called("pulls_by_head")?;
        let is_from = |pull: &PullRequest| {
            let Some(head) = &pull.head else { return false };
            let name = head.repo.as_ref().and_then(|repo| repo.full_name.as_deref()).unwrap_or_default();
            let of_owner = name.split_once('/').is_some_and(|(of, _)| of.eq_ignore_ascii_case(owner));
            pull.is_open() && of_owner && head.reference.as_deref() == Some(branch)
        };
        let pulls: Vec<_> = self.state().pulls.values().filter(|pull| is_from(pull)).cloned().collect();
        Ok(self.listed(pulls.into_iter()))
    }

    fn pull_files(&self, number: u64) -> Result<Listed<ChangedFile>, ApiError> {
        self.called("pull_files")?;
        let files = self.state().files.get(&number).cloned().unwrap_or_default();
        Ok(self.listed(files.into_iter()))
    }

    fn issue_comments(&self, number: u64) -> Result<Listed<Comment>, ApiError> {
        self.called("issue_comments")?;
        let comments = of(number, &self.state().comments);
        Ok(self.listed(comments.into_iter()))
    }

    fn issue_comment(&self, id: u64) -> Result<Comment, ApiError> {
        self.called("issue_comment")?;
        let state = self.state();
        let found = state.comments.iter().find(|(_, comment)| comment.id == id);
        found.map(|(_, comment)| comment.clone()).ok_or_else(not_found)
    }

    fn review_comments(&self, number: u64) -> Result<Listed<ReviewComment>, ApiError> {
        self.called("review_comments")?;
        let comments = of(number, &self.state().review_comments);
        Ok(self.listed(comments.into_iter()))
    }

    fn reviews(&self, number: u64) -> Result<Listed<Review>, ApiError> {
        self.called("reviews")?;
        let reviews = of(number, &self.state().reviews);
        Ok(self.listed(reviews.into_iter()))
    }

    fn contents(&self, path: &str, reference: &str) -> Result<Vec<u8>, ApiError> {
        self.called("contents")?;
        let key = (path.to_owned(), reference.to_owned());
        self.state().contents.get(&key).cloned().ok_or_else(not_found)
    }

    fn git_tree(&self, commit: &str) -> Result<GitTree, ApiError> {
        self.called("git_tree")?;
        self.state().trees.get(commit).cloned().ok_or_else(not_found)
    }

    fn blob(&self, id: &str) -> Result<Vec<u8>, ApiError> {
        self.called("blob")?;
        self.state().blobs.get(id).cloned().ok_or_else(not_found)
    }

    fn compare(&self, base: &str, head: &str) -> Result<Comparison, ApiError> {
        self.called("compare")?;
        let key = (base.to_owned(), head.to_owned());
        self.state().comparisons.get(&key).cloned().ok_or_else(not_found)
    }

    fn check_runs(&self, commit: &str, name: &str) -> Result<Listed<CheckRunAnswer>, ApiError> {
        self.called("check_runs")?;
        let state = self.state();
        let those = state.check_runs.iter().filter(|(_, (body, _))| body.head_sha == commit && body.name == name);
        let those: Vec<_> = those.map(|(id, run)| State::shown(*id, run)).collect();
        Ok(self.listed(those.into_iter()))
    }

    fn run_artifacts(&self, run: u64) -> Result<Listed<Artifact>, ApiError> {
        self.called("run_artifacts")?;
        let artifacts = self.state().artifacts.get(&run).cloned().unwrap_or_default();
        Ok(self.listed(artifacts.into_iter()))
    }

    fn artifact(&self, id: u64) -> Result<Vec<Member>, ApiError> {
        self.called("artifact")?;
        self.state().members.get(&id).cloned().ok_or_else(not_found)
    }

    fn rate_limit(&self) -> Result<Option<Quota>, ApiError> {
        self.called("rate_limit")?;
        Ok(self.state().quota)
    }

    fn codeowners_errors(&self, _reference: &str) -> Result<Vec<CodeownersError>, ApiError> {
        self.called("codeowners_errors")?;
        Ok(self.state().codeowners_errors.clone())
    }

    fn create_issue_comment(&self, number: u64, body: &str, look: Look<'_, Comment>) -> Result<Comment, ApiError> {
        let make = |state: &mut State| {
            let made = comment(state.id(), &state.login, body);
            state.comments.push((number, made.clone()));
            made
        };
        self.create("create_issue_comment", make, look)
    }

    fn update_issue_comment(&self, id: u64, body: &str) -> Result<Comment, ApiError> {
        self.called("update_issue_comment")?;
        let mut state = self.state_mut();
        let found = state.comments.iter_mut().find(|(_, comment)| comment.id == id);
        let (_, comment) = found.ok_or_else(not_found)?;
        comment.body = Some(body.to_owned());
        Ok(comment.clone())
    }

    fn delete_issue_comment(&self, id: u64) -> Result<(), ApiError> {
        self.called("delete_issue_comment")?;
        let mut state = self.state_mut();
        let at = state.comments.iter().position(|(_, comment)| comment.id == id).ok_or_else(not_found)?;
        state.comments.remove(at);
        Ok(())
    }

    fn create_review(&self, number: u64, review: &ReviewBody, look: Look<'_, Review>) -> Result<Review, ApiError> {
        let make = |state: &mut State| {
            for line in &review.comments {
                let id = state.id();
                let made = ReviewComment {
                    id,
                    node_id: Some(format!("PRRC_{id}")),
                    in_reply_to_id: None,
                    path: Some(line.path.clone()),
                    line: Some(line.line.into()),
                    body: Some(line.body.clone()),
                    user: Some(state.author()),
                };
                state.review_comments.push((number, made));
            }
            let made = Review {
                id: state.id(),
                state: Some("COMMENTED".to_owned()),
                commit_id: Some(review.commit_id.clone()),
                user: Some(state.author()),
                body: Some(review.body.clone()),
                submitted_at: None,
                html_url: None,
            };
            state.posted_reviews.push((number, review.clone()));
            state.reviews.push((number, made.clone()));
            made
        };
        self.create("create_review", make, look)
    }

    fn delete_review_comment(&self, id: u64) -> Result<(), ApiError> {
        self.called("delete_review_comment")?;
        let mut state = self.state_mut();
        let at = state.review_comments.iter().position(|(_, comment)| comment.id == id).ok_or_else(not_found)?;
        state.review_comments.remove(at);
        Ok(())
    }

    fn create_check_run(
        &self,
        body: &CheckRunBody,
        look: Look<'_, CheckRunAnswer>,
    ) -> Result<CheckRunAnswer, ApiError> {
        let make = |state: &mut State| {
            let id = state.id();
            let run = (body.clone(), Vec::new());
            let shown = State::shown(id, &run);
            state.check_runs.insert(id, run);
            shown
        };
        self.create("create_check_run", make, look)
    }

    fn update_check_run(
        &self,
        id: u64,
        update: &CheckRunUpdate,
        look: Look<'_, CheckRunAnswer>,
    ) -> Result<CheckRunAnswer, ApiError> {
        if !self.state().check_runs.contains_key(&id) {
            return Err(not_found());
        }
        let make = |state: &mut State| {
            let run = state.check_runs.get_mut(&id).map(|run| {
                run.1.push(update.clone());
                State::shown(id, run)
            });
            run.unwrap_or(CheckRunAnswer { id, external_id: None, html_url: None, output: None })
        };
        self.create("update_check_run", make, look)
    }

    fn check_run(&self, id: u64) -> Result<CheckRunAnswer, ApiError> {
        self.called("check_run")?;
        self.state().check_runs.get(&id).map(|run| State::shown(id, run)).ok_or_else(not_found)
    }

    fn create_status(&self, commit: &str, status: &StatusBody) -> Result<StatusAnswer, ApiError> {
        self.called("create_status")?;
        let mut state = self.state_mut();
        state.statuses.push((commit.to_owned(), status.clone()));
        Ok(StatusAnswer { id: state.id(), state: None })
    }

    fn upload_sarif(&self, sarif: &SarifBody) -> Result<SarifReceipt, ApiError> {
        self.called("upload_sarif")?;
        let mut state = self.state_mut();
        state.sarifs.push(sarif.clone());
        Ok(SarifReceipt { id: Some((state.sarifs.len() - 1).to_string()) })
    }

    fn sarif_status(&self, id: &str) -> Result<SarifStatus, ApiError> {
        self.called("sarif_status")?;
        let mut state = self.state_mut();
        let known = id.parse::<usize>().is_ok_and(|at| at < state.sarifs.len());
        if !known {
            return Err(not_found());
        }
        let complete = || SarifStatus { processing_status: Some("complete".to_owned()), errors: None };
        Ok(state.sarif_statuses.pop_front().unwrap_or_else(complete))
    }

    fn viewer_login(&self) -> Result<String, ApiError> {
        self.called("viewer_login")?;
        Ok(self.state().login.clone())
    }

    fn minimize_comment(&self, node_id: &str, why: Classifier) -> Result<(), ApiError> {
        self.called("minimize_comment")?;
        self.fold(node_id, Some(why));
        Ok(())
    }

    fn unminimize_comment(&self, node_id: &str) -> Result<(), ApiError> {
        self.called("unminimize_comment")?;
        self.fold(node_id, None);
        Ok(())
    }
}

/// A clock that only moves when somebody waits. Its jitter is half of what is allowed.
#[derive(Clone, Debug, Default)]
pub struct StillClock {
    now: Rc<Cell<Duration>>,
    slept: Rc<RefCell<Vec<Duration>>>,
}

impl StillClock {
    /// Standing at this second since 1970.
    pub fn at(second: u64) -> Self {
        Self { now: Rc::new(Cell::new(Duration::from_secs(second))), slept: Rc::default() }
    }

    /// Every wait so far; clones of the clock share it.
    pub fn slept(&self) -> Vec<Duration> {
        self.slept.borrow().clone()
    }
}

impl Clock for StillClock {
    fn now(&self) -> Duration {
        self.now.get()
    }

    fn sleep(&self, duration: Duration) {
        self.slept.borrow_mut().push(duration);
        self.now.set(self.now.get().saturating_add(duration));
    }

    fn jitter(&self, most: Duration) -> Duration {
        most / 2
    }
}
