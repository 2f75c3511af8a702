//! Carries out what the lifecycle decides, over any [`GitHub`].

use jiff::Timestamp;
use portcullis_model::{Limit, Outcome, Verdict};
use portcullis_render::{COMMENT_BYTES, Claimed, Markdown, Posting};

use super::lifecycle::{self, Mine, Ours, Seen, Settings, Standing, Step, Stop};
use super::state::{self, State};
use super::{Key, is_ours};
use crate::api::{ApiError, Comment, GitHub};
use crate::denied::{Denied, Sink};

/// Who writes with the token of Actions.
const ACTIONS_BOT: &str = "github-actions[bot]";
/// A state packs a little shorter or longer with another hash in it.
const SLACK: usize = 256;

/// What is posted, where, and as whom.
#[derive(Clone, Copy, Debug)]
pub struct Post<'a> {
    /// Number of the pull request.
    pub number: u64,
    /// What is said.
    pub outcome: &'a Outcome,
    /// What belongs to it; `since` and `notify` take effect where the last comment asks for them.
    pub posting: Posting<'a>,
    /// Which comment.
    pub key: &'a Key,
    /// How comments are kept.
    pub settings: Settings,
    /// `github.comment_author`
    pub author: Option<&'a str>,
    /// The token is that of Actions where nobody says whose it is.
    pub in_actions: bool,
    /// Now.
    pub at: Timestamp,
    /// `-v`: what was denied is told with the id of the request.
    pub verbose: bool,
}

/// What became of it, in the words of the output `comment-action`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Action {
    /// There is a new comment.
    Created,
    /// The comment says something else now.
    Updated,
    /// It says it already.
    Unchanged,
    /// It is gone.
    Deleted,
    /// It is folded away.
    Minimized,
    /// There was nothing to do.
    #[default]
    Skipped,
    /// GitHub did not allow it.
    Denied,
}

impl Action {
    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Unchanged => "unchanged",
            Self::Deleted => "deleted",
            Self::Minimized => "minimized",
            Self::Skipped => "skipped",
            Self::Denied => "denied",
        }
    }
}

/// What became of a comment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delivered {
    /// The last thing done.
    pub action: Action,
    /// Number of the comment.
    pub id: Option<u64>,
    /// Its page.
    pub url: Option<String>,
    /// What people should know, a line each; untrusted.
    pub notices: Vec<String>,
    /// What the comment leaves out.
    pub limits: Vec<Limit>,
    /// The first digits of the head the pull request has by now, where it is another one than was judged.
    pub superseded: Option<String>,
}

/// Says it on the pull request. Nothing here fails: what could not be done is told.
pub fn deliver(github: &dyn GitHub, post: &Post<'_>) -> Delivered {
    let mut delivery = Delivery { github, post, delivered: Delivered::default() };
    if let Err(error) = delivery.run() {
        delivery.delivered.action = Action::Denied;
        delivery
            .delivered
            .notices
            .extend(Denied::new(Sink::Comment, &error, post.outcome.context.fork).lines(post.verbose));
    }
    delivery.delivered
}

/// Whose comments are ours: the policy's word, else whose the token is, else that of Actions.
pub fn own_login(github: &dyn GitHub, author: Option<&str>, in_actions: bool) -> Result<String, ApiError> {
    if let Some(author) = author {
        return Ok(author.to_owned());
    }
    match github.viewer_login() {
        Ok(login) if !login.is_empty() => Ok(login),
        Ok(_) | Err(_) if in_actions => Ok(ACTIONS_BOT.to_owned()),
        other => other,
    }
}

/// Somebody else has deleted it.
fn is_gone(error: &ApiError) -> bool {
    error.refusal().is_some_and(|refusal| refusal.status == 404)
}

/// A body with what it leaves out.
struct Body {
    text: String,
    limits: Vec<Limit>,
}

struct Delivery<'a> {
    github: &'a dyn GitHub,
    post: &'a Post<'a>,
    delivered: Delivered,
}

impl Delivery<'_> {
    fn run(&mut self) -> Result<(), ApiError> {
        let post = self.post;
        let pull = self.github.pull(post.number)?;
        let mut seen = Seen { open: pull.is_open(), head: pull.head_sha().map(str::to_owned), ours: Vec::new() };
        // Without a head of its own the run cannot be outdated.
        let head = post.outcome.context.head_sha.clone().or_else(|| seen.head.clone()).unwrap_or_default();
        let mut mine = Mine {
            run: post.outcome.context.run_id.unwrap_or_default(),
            attempt: post.outcome.context.run_attempt.unwrap_or_default(),
            head,
            body_hash: String::new(),
            standing: Standing::of(post.outcome),
        };
        // Most runs that stop here would have read a long list for nothing.
        if let [Step::Stop(stop)] =
            lifecycle::plan(&seen, &mine, Settings { when: lifecycle::When::Always, ..post.settings }).as_slice()
        {
            self.stopped(stop);
            return Ok(());
        }
        let login = own_login(self.github, post.author, post.in_actions)?;
        seen.ours = self.ours(&login)?;
        let last = lifecycle::keeper(&seen.ours, post.settings.mode).and_then(|ours| ours.state.clone());
        // What the run could say itself, on a branch of the repository, needs nobody to report it, and nobody knows its reports
        // better. What was verified takes the place of what was only claimed, and not the other way round.
        let spoke = |state: &State| match post.posting.claimed {
            Claimed::Nothing => false,
            Claimed::Reports => !state.claimed && state.is_of(mine.run, mine.attempt),
            Claimed::Everything => state.is_of(mine.run, mine.attempt),
        };
        if let Some(ours) =
            lifecycle::keeper(&seen.ours, post.settings.mode).filter(|_| last.as_ref().is_some_and(spoke))
        {
            self.delivered.action = Action::Unchanged;
            self.shown(ours.id, ours.url.clone());
            return Ok(());
        }
        let plain = Posting { since: None, notify: &[], ..post.posting };
        mine.body_hash = state::body_hash(&self.markdown(&plain, COMMENT_BYTES).text);
        for step in lifecycle::plan(&seen, &mine, post.settings) {
            self.take(&step, &Around { seen: &seen, mine: &mine, last: last.as_ref(), login: &login })?;
        }
        Ok(())
    }

    fn ours(&self, login: &str) -> Result<Vec<Ours>, ApiError> {
        let listed = self.github.issue_comments(self.post.number)?;
        let of_us = |comment: &&Comment| is_ours(self.post.key, login, comment.author(), comment.text());
        Ok(listed.items.iter().filter(of_us).map(ours).collect())
    }

    fn take(&mut self, step: &Step, around: &Around<'_>) -> Result<(), ApiError> {
        match step {
            Step::Stop(why) => self.stopped(why),
            Step::Unchanged(id) => {
                self.delivered.action = Action::Unchanged;
                self.shown(*id, around.url(*id));
            }
            Step::Create => self.create(around)?,
            Step::Update { id, folded } => {
                let body = |shortest| self.body(around, *folded, shortest);
                let (comment, limits) = fitting(body, |text| self.github.update_issue_comment(*id, text))?;
                self.delivered.action = Action::Updated;
                self.delivered.limits = limits;
                self.shown(*id, comment.html_url.or_else(|| around.url(*id)));
            }
            Step::Delete(id) => match self.github.delete_issue_comment(*id) {
                Ok(()) => self.delivered.action = Action::Deleted,
                Err(error) if is_gone(&error) => self.delivered.action = Action::Deleted,
                Err(error) => {
                    // What stands there shows the result of an earlier run.
                    let may_not = error.refusal().is_some_and(|refusal| refusal.status == 403);
                    self.delivered.action = if may_not { Action::Unchanged } else { Action::Denied };
                    self.told("the comment could not be deleted", &error);
                }
            },
            Step::DeleteOther(id) => match self.github.delete_issue_comment(*id) {
                Err(error) if !is_gone(&error) => {
                    self.told("an older comment of this gate could not be deleted", &error);
                }
                _ => {}
            },
            Step::Minimize { node_id, classifier } => match self.github.minimize_comment(node_id, *classifier) {
                Ok(()) => self.delivered.action = Action::Minimized,
                Err(error) => self.told("the comment could not be folded away", &error),
            },
            Step::Unminimize { node_id } => {
                if let Err(error) = self.github.unminimize_comment(node_id) {
                    self.told("the comment could not be unfolded", &error);
                }
            }
        }
        Ok(())
    }

    fn create(&mut self, around: &Around<'_>) -> Result<(), ApiError> {
        let is_mine = |ours: &Ours| {
            let is_old = around.seen.ours.iter().any(|known| known.id == ours.id);
            let state = ours.state.as_ref();
            !is_old && state.is_some_and(|state| (state.run, state.attempt) == (around.mine.run, around.mine.attempt))
        };
        // An answer was lost: the comment may be there all the same.
        let look = || {
            let listed = self.github.issue_comments(self.post.number)?;
            let found = listed.items.into_iter().find(|comment| {
                is_ours(self.post.key, around.login, comment.author(), comment.text()) && is_mine(&ours(comment))
            });
            Ok(found)
        };
        let body = |shortest| self.body(around, false, shortest);
        let send = |text: &str| self.github.create_issue_comment(self.post.number, text, &look);
        let (comment, limits) = fitting(body, send)?;
        self.delivered.action = Action::Created;
        self.delivered.limits = limits;
        self.shown(comment.id, comment.html_url);
        self.settle(comment.id, around)
    }

    /// Two runs may have made a comment at the same time. What was created stands: a list that cannot be read is told.
    fn settle(&mut self, created: u64, around: &Around<'_>) -> Result<(), ApiError> {
        match self.ours(around.login) {
            Ok(now) => {
                for step in lifecycle::after_create(&around.seen.ours, &now, created) {
                    self.take(&step, around)?;
                }
            }
            Err(error) => self.told("whether another run has made a comment too could not be read", &error),
        }
        Ok(())
    }

    fn body(&self, around: &Around<'_>, folded: bool, shortest: bool) -> Body {
        let post = self.post;
        let known = state::known_findings(post.outcome);
        let was_failing = around.last.is_some_and(|last| last.verdict == Some(Verdict::Fail));
        let turned = post.outcome.verdict == Verdict::Fail && !was_failing;
        let posting = Posting {
            since: around.last.and_then(|last| state::since(last, &around.mine.head, &known)),
            notify: if turned { post.posting.notify } else { &[] },
            ..post.posting
        };
        let state = State {
            run: around.mine.run,
            attempt: around.mine.attempt,
            head: around.mine.head.clone(),
            at: post.at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            body_hash: around.mine.body_hash.clone(),
            fingerprints: known,
            verdict: Some(post.outcome.verdict),
            minimized: folded,
            claimed: post.posting.claimed != Claimed::Nothing,
        };
        let (marker, state) = (post.key.marker(), state.line());
        let room = COMMENT_BYTES.saturating_sub(marker.len() + state.len() + SLACK);
        let Markdown { text, limits } =
            if shortest { portcullis_render::shortest(post.outcome, &posting) } else { self.markdown(&posting, room) };
        Body { text: format!("{marker}\n{text}{state}\n"), limits }
    }

    fn markdown(&self, posting: &Posting<'_>, room: usize) -> Markdown {
        portcullis_render::markdown(self.post.outcome, posting, room)
    }

    fn shown(&mut self, id: u64, url: Option<String>) {
        self.delivered.id = Some(id);
        self.delivered.url = url;
    }

    fn told(&mut self, what: &str, error: &ApiError) {
        self.delivered.notices.push(format!("{what}: {error}"));
    }

    fn stopped(&mut self, stop: &Stop) {
        let said = match stop {
            Stop::Off | Stop::NothingToSay => return,
            Stop::Closed => "no comment: the pull request is not open".to_owned(),
            Stop::Superseded(head) => {
                let short: String = head.chars().take(7).collect();
                let said = format!("no comment: superseded by {short}");
                self.delivered.superseded = Some(short);
                said
            }
            Stop::NewerShown => "no comment: a newer run has written one already".to_owned(),
        };
        self.delivered.notices.push(said);
    }
}

/// What the steps need to know.
struct Around<'a> {
    seen: &'a Seen,
    mine: &'a Mine,
    /// What the comment that is kept says of itself.
    last: Option<&'a State>,
    login: &'a str,
}

impl Around<'_> {
    fn url(&self, id: u64) -> Option<String> {
        self.seen.ours.iter().find(|ours| ours.id == id)?.url.clone()
    }
}

/// Sends a body; one that GitHub finds too long all the same is sent once more in its shortest form.
fn fitting<T>(
    body: impl Fn(bool) -> Body,
    send: impl Fn(&str) -> Result<T, ApiError>,
) -> Result<(T, Vec<Limit>), ApiError> {
    let whole = body(false);
    match send(&whole.text) {
        Err(error) if error.is_too_long() => {
            let short = body(true);
            Ok((send(&short.text)?, short.limits))
        }
        answer => Ok((answer?, whole.limits)),
    }
}

fn ours(comment: &Comment) -> Ours {
    let state = State::of_body(comment.text());
    Ours {
        id: comment.id,
        node_id: comment.node_id.clone().unwrap_or_default(),
        url: comment.html_url.clone(),
        minimized: comment.minimized.is_some() || state.as_ref().is_some_and(|state| state.minimized),
        state,
    }
}
