//! What a run leaves for the runner of GitHub: job summary, annotations, outputs (spec/github-ux.md 6).

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;

use portcullis_model::{Limit, Outcome, Verdict};
use portcullis_render::escape::{Cell, MdCode, cap};
use portcullis_render::{Delivery, Markdown, Posting, SUMMARY_BYTES};

use super::exit::{Exit, UNDELIVERED};
use super::{Global, output, publishing, variables};
use crate::gate::{self, Judged, Publishing, Request, Words};

/// Flags of the commands that judge.
#[derive(clap::Args, Debug)]
pub(super) struct Flags {
    /// Write the job summary, where GitHub Actions gives a file for it
    #[arg(long, value_name = "BOOL", default_value_t = true, action = clap::ArgAction::Set, env = "PORTCULLIS_SUMMARY", value_parser = clap::builder::BoolishValueParser::new())]
    summary: bool,
    /// Mark lines of the change in GitHub Actions
    #[arg(long, value_name = "BOOL", default_value_t = true, action = clap::ArgAction::Set, env = "PORTCULLIS_ANNOTATIONS", value_parser = clap::builder::BoolishValueParser::new())]
    annotations: bool,
}

/// What a run has come to, and what is to be told of it.
#[derive(Clone, Copy)]
pub(super) struct Run<'a> {
    pub(super) judged: &'a Judged,
    pub(super) request: &'a Request,
    pub(super) words: &'a Words,
    pub(super) publishing: &'a Publishing,
    pub(super) require_publish: bool,
    pub(super) bundled: bool,
}

/// Tells the runner and the pull request; gives the exit code. What cannot be told is said and stops nothing: the verdict
/// stands in the exit code.
pub(super) fn tell(run: &Run<'_>, global: &Global, flags: &Flags) -> Result<u8, Exit> {
    let outcome = &run.judged.outcome;
    let mut code = run.judged.tally.exit_code(global.exit_zero);
    if !output::is_workflow_log() {
        return Ok(code);
    }
    let variables = variables();
    let mut delivery = output::delivery(&global.formats);
    if run.bundled {
        delivery.delivered.push("bundle");
    }
    // The summary comes first: whatever GitHub refuses, it has the result.
    if flags.summary && append(&variables, "GITHUB_STEP_SUMMARY", |size| summary(outcome, run.words, size).text) {
        delivery.delivered.push("summary");
    }
    let mut has_check_run = false;
    if let Some(published) = gate::deliver(run.judged, run.request, run.publishing) {
        publishing::told(&published.notices, global)?;
        delivery.delivered.extend(&published.delivered);
        has_check_run = published.has_check_run;
        delivery.values = publishing::values(&published);
        if code == 0 && run.require_publish && published.undelivered && passes(outcome.verdict) {
            code = UNDELIVERED;
        }
        if let Some(head) = published.comment.and_then(|comment| comment.superseded).filter(|_| flags.summary) {
            append(&variables, "GITHUB_STEP_SUMMARY", |_| superseded(&head));
        }
    }
    // Whoever asks for the format has them already, and so has a check run.
    if flags.annotations && !has_check_run && !output::prints_annotations(&global.formats) {
        let commands = portcullis_render::annotations(outcome);
        if !commands.is_empty() {
            output::commands(&commands, &global.formats)?;
            delivery.delivered.push("annotations");
        }
    }
    delivery.exit_code = code;
    outputs(Some(outcome), &delivery);
    Ok(code)
}

/// The outputs of the step; without an outcome only what was delivered.
pub(super) fn outputs(outcome: Option<&Outcome>, delivery: &Delivery) {
    if let Some(token) = output::stop_token() {
        append(&variables(), "GITHUB_OUTPUT", |_| portcullis_render::outputs(outcome, delivery, &token));
    }
}

/// The summary was written before anybody knew.
fn superseded(head: &str) -> String {
    let head = MdCode::new(head, cap::VERSION, Cell::Text);
    format!("\nThis result is superseded: the head of the pull request is {head} by now.\n")
}

const fn passes(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Pass | Verdict::Warn)
}

/// The summary of what is left of the budget; other programs of the step may have written theirs.
fn summary(outcome: &Outcome, words: &Words, size: u64) -> Markdown {
    let room = SUMMARY_BYTES.saturating_sub(usize::try_from(size).unwrap_or(usize::MAX));
    let posting = Posting { at: None, notify: &[], ..words.posting() };
    portcullis_render::summary(outcome, &posting, room)
}

/// What the summary will leave out: known before anything is written, so that every format can tell.
pub(super) fn limits(outcome: &Outcome, words: &Words, flags: &Flags) -> Vec<Limit> {
    let variables = variables();
    let path = variables.get("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty());
    let Some(path) = path.filter(|_| flags.summary && output::is_workflow_log()) else { return Vec::new() };
    let size = std::fs::metadata(path).map_or(0, |file| file.len());
    summary(outcome, words, size).limits
}

/// Appends to the file a variable of the runner names; gets its present size. Whether anything was written.
fn append(variables: &BTreeMap<String, String>, name: &str, text: impl FnOnce(u64) -> String) -> bool {
    let Some(path) = variables.get(name).filter(|path| !path.is_empty()) else { return false };
    let write = || {
        let mut file = std::fs::OpenOptions::new().append(true).create(true).open(Path::new(path))?;
        let text = text(file.metadata()?.len());
        file.write_all(text.as_bytes())?;
        Ok::<_, std::io::Error>(!text.is_empty())
    };
    write().unwrap_or_else(|error| {
        output::to_stderr(&format!("note: the file of {name} cannot be written: {error}\n"));
        false
    })
}
