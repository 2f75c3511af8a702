//! What is told to GitHub, and the flags that say how.

use std::path::PathBuf;
use std::time::Duration;

use clap::ValueEnum;
use clap::builder::FalseyValueParser;
use portcullis_github::comment::{Key, Mode, OnClean, Settings, When};
use portcullis_github::review::ReviewMode;
use portcullis_render::escape::CmdData;

use super::exit::Exit;
use super::{Global, output};
use crate::gate::{self, Judged, Published, Publishing};

/// Flags of the commands that tell a pull request.
#[derive(clap::Args, Debug)]
#[group(id = "publishing")]
pub(super) struct Flags {
    /// The comment on a pull request, in GitHub Actions with a token: edited, replaced, one for each push, or none [default: update]
    #[arg(long, value_enum, value_name = "MODE", env = "PORTCULLIS_COMMENT")]
    comment: Option<CommentMode>,
    /// When there is a comment
    #[arg(long, value_enum, value_name = "WHEN", default_value_t, env = "PORTCULLIS_COMMENT_WHEN")]
    comment_when: CommentWhen,
    /// What becomes of the comment once there is nothing to say any more
    #[arg(long, value_enum, value_name = "WHAT", default_value_t, env = "PORTCULLIS_ON_CLEAN")]
    on_clean: Clean,
    /// Tells the comments of several gates on one pull request apart: lower-case letters, digits and `-`
    #[arg(long, value_name = "KEY", env = "PORTCULLIS_COMMENT_KEY")]
    comment_key: Option<Key>,
    /// Also on a pull request that is closed
    #[arg(long, env = "PORTCULLIS_ON_CLOSED", value_parser = FalseyValueParser::new())]
    pub(super) on_closed: bool,
    /// Comments on lines of the change: none, what blocks, or everything
    #[arg(long, value_enum, value_name = "WHAT", default_value_t, env = "PORTCULLIS_REVIEW")]
    review: Review,
    /// Exit with 4 where the verdict would pass and something that was asked for could not be written to GitHub
    #[arg(long, env = "PORTCULLIS_REQUIRE_PUBLISH", value_parser = FalseyValueParser::new())]
    pub(super) require_publish: bool,
    /// Seconds to wait for GitHub in all, where it asks to
    #[arg(long, value_name = "SECONDS", default_value_t = 120, env = "PORTCULLIS_API_WAIT")]
    api_wait: u64,
}

/// Places besides the pull request.
#[derive(clap::Args, Debug)]
#[group(id = "sinks")]
pub(super) struct SinkFlags {
    /// A check run on the commit, in GitHub Actions with a token that may write checks; it takes the place of the annotations
    #[arg(long, value_enum, value_name = "MODE", default_value_t, env = "PORTCULLIS_CHECK_RUN")]
    check_run: Switch,
    /// Hand SARIF to code scanning, in GitHub Actions with a token that may write security events
    #[arg(long, value_enum, value_name = "MODE", default_value_t, env = "PORTCULLIS_SARIF_UPLOAD")]
    sarif_upload: Switch,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Switch {
    /// No
    #[default]
    Off,
    /// Yes
    On,
}

/// `--bundle`
#[derive(clap::Args, Debug)]
pub(super) struct BundleFlag {
    /// Write the result for `portcullis publish` of another job into this directory
    #[arg(long, value_name = "DIR", env = "PORTCULLIS_BUNDLE")]
    pub(super) bundle: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum CommentMode {
    /// Edit the one that is there
    Update,
    /// Fold it away and write a new one
    Recreate,
    /// Write a new one
    New,
    /// Write none
    Off,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum CommentWhen {
    /// Something is to be said
    #[default]
    Relevant,
    /// Always
    Always,
    /// The verdict is fail or incomplete
    Fail,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Clean {
    /// It says so
    #[default]
    Update,
    /// It says so and is folded away
    Minimize,
    /// It is deleted
    Delete,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Review {
    /// None
    #[default]
    Off,
    /// What blocks
    Fail,
    /// Everything that is open
    All,
}

impl Flags {
    pub(super) fn publishing(&self) -> Publishing {
        let mode = match self.comment {
            None | Some(CommentMode::Update) => Mode::Update,
            Some(CommentMode::Recreate) => Mode::Recreate,
            Some(CommentMode::New) => Mode::New,
            Some(CommentMode::Off) => Mode::Off,
        };
        let when = match self.comment_when {
            CommentWhen::Relevant => When::Relevant,
            CommentWhen::Always => When::Always,
            CommentWhen::Fail => When::Fail,
        };
        let on_clean = match self.on_clean {
            Clean::Update => OnClean::Update,
            Clean::Minimize => OnClean::Minimize,
            Clean::Delete => OnClean::Delete,
        };
        Publishing {
            settings: Settings { mode, when, on_clean, on_closed: self.on_closed },
            explicit: self.comment.is_some() || self.require_publish,
            key: self.comment_key.clone(),
            review: match self.review {
                Review::Off => ReviewMode::Off,
                Review::Fail => ReviewMode::Fail,
                Review::All => ReviewMode::All,
            },
            check_run: false,
            sarif_upload: false,
            exit_zero: false,
            wait: Duration::from_secs(self.api_wait),
            verbose: false,
        }
    }

    /// The same for a run that has judged by itself.
    pub(super) fn publishing_with(&self, sinks: &SinkFlags, global: &Global) -> Publishing {
        Publishing {
            check_run: sinks.check_run == Switch::On,
            sarif_upload: sinks.sarif_upload == Switch::On,
            exit_zero: global.exit_zero,
            verbose: global.verbose > 0,
            ..self.publishing()
        }
    }
}

/// What the outputs of the step say about it.
pub(super) fn values(published: &Published) -> Vec<(&'static str, String)> {
    let Some(comment) = &published.comment else { return Vec::new() };
    let mut values = vec![("comment-action", comment.action.as_str().to_owned())];
    values.extend(comment.id.map(|id| ("comment-id", id.to_string())));
    values.extend(comment.url.clone().map(|url| ("comment-url", url)));
    values
}

/// Says what people should know: in a workflow as a notice, never as an error.
pub(super) fn told(notices: &[String], global: &Global) -> Result<(), Exit> {
    if !output::is_workflow_log() {
        for notice in notices {
            output::to_stderr(&format!("note: {notice}\n"));
        }
        return Ok(());
    }
    let commands: Vec<_> = notices.iter().map(|notice| format!("::notice::{}\n", CmdData::new(notice))).collect();
    let commands = commands.concat();
    if commands.is_empty() { Ok(()) } else { output::commands(&commands, &global.formats) }
}

/// The runner knows only its own token: another one has to be masked before anything is said.
pub(super) fn mask(ci: Option<&portcullis_github::CiContext>, global: &Global) -> Result<(), Exit> {
    let token = ci.and_then(|ci| ci.token.as_ref()).filter(|token| token.needs_mask());
    match token.filter(|_| output::is_workflow_log()) {
        Some(token) => {
            let secret = CmdData::new(token.reveal());
            output::commands(&format!("::add-mask::{secret}\n"), &global.formats)
        }
        None => Ok(()),
    }
}

/// Writes the bundle for the job that may write to the pull request.
pub(super) fn bundle(flag: &BundleFlag, judged: &Judged, global: &Global) -> Result<bool, Exit> {
    let Some(directory) = &flag.bundle else { return Ok(false) };
    let directory = global.directory.as_ref().map_or_else(|| directory.clone(), |start| start.join(directory));
    for (path, bytes) in gate::write_bundle(&directory, judged).map_err(Exit::Bug)? {
        output::to_new_file(&path, &bytes)?;
    }
    Ok(true)
}
