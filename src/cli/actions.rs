//! What a run leaves for the runner of GitHub: job summary, annotations, outputs (spec/github-ux.md 6).

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;

use portcullis_model::Outcome;
use portcullis_render::{Delivery, SUMMARY_BYTES};

use super::exit::Exit;
use super::{Global, output, variables};

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

/// Tells the runner. What it cannot be told is said and stops nothing: the verdict stands in the exit code.
pub(super) fn tell(outcome: &Outcome, exit_code: u8, global: &Global, flags: &Flags) -> Result<(), Exit> {
    if !output::is_workflow_log() {
        return Ok(());
    }
    let variables = variables();
    let mut delivery = Delivery { exit_code, ..output::delivery(&global.formats) };
    if flags.summary && append(&variables, "GITHUB_STEP_SUMMARY", |size| summary(outcome, size)) {
        delivery.delivered.push("summary");
    }
    // Whoever asks for the format has them already.
    if flags.annotations && !output::prints_annotations(&global.formats) {
        let commands = portcullis_render::annotations(outcome);
        if !commands.is_empty() {
            output::commands(&commands, &global.formats)?;
            delivery.delivered.push("annotations");
        }
    }
    if let Some(token) = output::stop_token() {
        append(&variables, "GITHUB_OUTPUT", |_| portcullis_render::outputs(outcome, &delivery, &token));
    }
    Ok(())
}

/// The summary of what is left of the budget; other programs of the step may have written theirs.
fn summary(outcome: &Outcome, size: u64) -> String {
    let room = SUMMARY_BYTES.saturating_sub(usize::try_from(size).unwrap_or(usize::MAX));
    portcullis_render::summary(outcome, room).text
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
