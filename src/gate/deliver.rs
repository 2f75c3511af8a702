//! Tells GitHub what was decided: comment, review comments, check run, code scanning. Nothing here changes the verdict.

use std::time::Duration;

use jiff::Timestamp;
use portcullis_github::api::GitHub;
use portcullis_github::comment::{self, Action, Delivered, Key, Mode, Post, Settings};
use portcullis_github::review::{ReviewMode, ReviewPost, review};
use portcullis_github::{CiContext, Denied, Event, Reception, Sink};
use portcullis_model::{Limit, Outcome, PolicySource};
use portcullis_policy::Policy;
use portcullis_render::{COMMENT_BYTES, Claimed, Posting};

use super::conversation::{Conversation, with_github};
use super::{Judged, Request, sinks};

/// What the command line wants to be told to GitHub.
#[derive(Clone, Debug, Default)]
pub(crate) struct Publishing {
    /// How the comment is kept.
    pub(crate) settings: Settings,
    /// It was asked for by name: also on events that get no comment by themselves, and without a token.
    pub(crate) explicit: bool,
    /// `--comment-key`
    pub(crate) key: Option<Key>,
    /// `--review`
    pub(crate) review: ReviewMode,
    /// `--check-run`
    pub(crate) check_run: bool,
    /// `--sarif-upload`
    pub(crate) sarif_upload: bool,
    /// `--exit-zero`: nobody is to be stopped.
    pub(crate) exit_zero: bool,
    /// `--api-wait`
    pub(crate) wait: Duration,
    /// `-v`
    pub(crate) verbose: bool,
}

impl Publishing {
    /// Without a token or offline there is no comment; whoever asks for one by name is told.
    fn wants_comment(&self, can_speak: bool) -> bool {
        self.settings.mode != Mode::Off && (can_speak || self.explicit)
    }
}

/// What became of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Published {
    /// The comment; none where none was wanted.
    pub(crate) comment: Option<Delivered>,
    /// There is a check run with annotations: they take the place of those in the log.
    pub(crate) has_check_run: bool,
    /// Sinks that took everything, in the words of the output `delivered`.
    pub(crate) delivered: Vec<&'static str>,
    /// What people should know, a line each; untrusted.
    pub(crate) notices: Vec<String>,
    /// A sink that was wanted took nothing.
    pub(crate) undelivered: bool,
}

impl Published {
    /// Nothing could be sent, and why.
    pub(super) fn nowhere(notices: Vec<String>) -> Self {
        Self { notices, undelivered: true, ..Self::default() }
    }

    pub(super) fn took(&mut self, sink: Sink, reception: Reception, notices: &[String]) {
        self.notices.extend(notices.iter().cloned());
        match reception {
            Reception::Taken => self.delivered.push(sink.as_str()),
            Reception::Skipped => {}
            Reception::Denied => self.undelivered = true,
        }
    }
}

/// Settings of the policy for what is posted, as owned texts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Words {
    link_hosts: Vec<String>,
    notify: Vec<String>,
    author: Option<String>,
    warn_days: Option<u32>,
    run_number: Option<u64>,
    at: Option<Timestamp>,
}

impl Words {
    /// Of a run. Whom to mention is taken from the base alone: a change would mention whom it likes.
    pub(crate) fn of(judged: &Judged, request: &Request) -> Self {
        let policy = judged.policy.as_ref();
        let github = policy.map(Policy::github).cloned().unwrap_or_default();
        let is_of_base = judged.outcome.policy.source == PolicySource::Base;
        Self {
            link_hosts: github.link_hosts,
            notify: if is_of_base { github.notify } else { Vec::new() },
            author: github.comment_author,
            warn_days: policy.map(Policy::warn_days),
            run_number: judged.ci.as_ref().and_then(|ci| ci.runner.run_number),
            at: Some(request.now),
        }
    }

    /// Of a run that was judged again: the number of this run is not that of the one it is about.
    pub(super) fn of_verified(judged: &Judged, request: &Request) -> Self {
        Self { run_number: None, ..Self::of(judged, request) }
    }

    /// Of what another run has reported.
    pub(super) fn of_report(now: Timestamp) -> Self {
        Self { at: Some(now), ..Self::default() }
    }

    /// What belongs to the Markdown of a run.
    pub(crate) fn posting(&self) -> Posting<'_> {
        Posting {
            at: self.at,
            run_number: self.run_number,
            link_hosts: &self.link_hosts,
            notify: &self.notify,
            warn_days: self.warn_days,
            ..Posting::default()
        }
    }
}

/// Whether the run is to tell a pull request anything: in Actions, on an event of a pull request, unless it is told not to.
pub(crate) fn is_wanted(judged: &Judged, publishing: &Publishing) -> bool {
    let Some(ci) = judged.ci.as_ref().filter(|ci| ci.in_actions) else { return false };
    let of_pull_request = matches!(ci.event, Event::PullRequest | Event::PullRequestTarget | Event::PullRequestReview);
    let of_queue = publishing.explicit && ci.event == Event::MergeGroup;
    ci.context.pr.is_some()
        && (of_pull_request || of_queue)
        && (publishing.wants_comment(ci.token.is_some()) || publishing.review != ReviewMode::Off)
}

/// What the comment will leave out: known before anything is sent, so that every format can tell.
pub(crate) fn limits(judged: &Judged, words: &Words) -> Vec<Limit> {
    portcullis_render::markdown(&judged.outcome, &words.posting(), COMMENT_BYTES).limits
}

/// Tells GitHub about the run. `None` where nothing is to be told.
pub(crate) fn deliver(judged: &Judged, request: &Request, publishing: &Publishing) -> Option<Published> {
    let ci = judged.ci.as_ref().filter(|ci| ci.in_actions)?;
    let number = ci.context.pr.filter(|_| is_wanted(judged, publishing));
    let mut wanted: Vec<Sink> = Vec::new();
    let can_speak = ci.token.is_some() && !request.offline;
    wanted.extend((number.is_some() && publishing.wants_comment(can_speak)).then_some(Sink::Comment));
    wanted.extend((number.is_some() && publishing.review != ReviewMode::Off).then_some(Sink::Review));
    wanted.extend(publishing.check_run.then_some(Sink::CheckRun));
    wanted.extend(publishing.sarif_upload.then_some(Sink::Sarif));
    if wanted.is_empty() {
        return None;
    }
    if request.offline {
        let notice = |sink: &Sink| format!("{} not written: --offline.", sink.title());
        return Some(Published::nowhere(wanted.iter().map(notice).collect()));
    }
    let words = Words::of(judged, request);
    let key = publishing.key.clone().unwrap_or_else(|| own_key(ci));
    let said = Said { outcome: &judged.outcome, words: &words, key: &key, claimed: Claimed::Nothing };
    let told = with_github(ci, request, publishing.wait, |Conversation { github, pace, warnings }| {
        let mut published =
            number.map(|number| tell(github, number, said, publishing, request.now)).unwrap_or_default();
        published.notices.extend_from_slice(warnings);
        sinks::tell(&sinks::Place { github, pace, ci, request, publishing }, said, &mut published);
        published
    });
    let denied = |error| {
        let lines = wanted.iter().map(|sink| Denied::new(*sink, &error, ci.context.fork).lines(publishing.verbose));
        Published::nowhere(lines.flatten().collect())
    };
    Some(told.unwrap_or_else(denied))
}

/// What is said, and in which words.
#[derive(Clone, Copy)]
pub(super) struct Said<'a> {
    pub(super) outcome: &'a Outcome,
    pub(super) words: &'a Words,
    pub(super) key: &'a Key,
    pub(super) claimed: Claimed,
}

/// The sinks in their order: a sink that fails keeps no other back.
pub(super) fn tell(
    github: &dyn GitHub,
    number: u64,
    said: Said<'_>,
    publishing: &Publishing,
    now: Timestamp,
) -> Published {
    let mut published = Published::default();
    let author = said.words.author.as_deref();
    if publishing.settings.mode != Mode::Off {
        let delivered = comment::deliver(
            github,
            &Post {
                number,
                outcome: said.outcome,
                posting: Posting { claimed: said.claimed, ..said.words.posting() },
                key: said.key,
                settings: publishing.settings,
                author,
                in_actions: true,
                verbose: publishing.verbose,
                at: now,
            },
        );
        let reception = match delivered.action {
            Action::Denied => Reception::Denied,
            Action::Skipped => Reception::Skipped,
            _ => Reception::Taken,
        };
        published.took(Sink::Comment, reception, &delivered.notices);
        published.comment = Some(delivered);
    }
    if publishing.review != ReviewMode::Off {
        let post = ReviewPost {
            number,
            outcome: said.outcome,
            key: said.key,
            mode: publishing.review,
            claimed: said.claimed,
            author,
            in_actions: true,
            verbose: publishing.verbose,
        };
        let reviewed = review(github, &post);
        published.took(Sink::Review, reviewed.reception, &reviewed.notices);
    }
    published
}

/// Of the workflow that runs.
pub(super) fn own_key(ci: &CiContext) -> Key {
    Key::of_reference(ci.runner.workflow_reference.as_deref().unwrap_or_default())
}
