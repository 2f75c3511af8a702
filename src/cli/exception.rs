//! `portcullis exception …`: accept findings for a while, and clean up behind them.

mod add;
mod export;
mod prune;

use super::exit::Exit;
use super::{Global, output};
use crate::gate::{self, Desk, Edits};

/// Subcommands of `exception`.
#[derive(clap::Subcommand, Debug)]
pub(super) enum Command {
    /// Write an exception for a finding
    Add(add::Arguments),
    /// Delete exceptions that have ended and those that match nothing any more
    Prune(prune::Arguments),
    /// Write what is accepted as VEX, for other scanners
    Export(export::Arguments),
}

/// Runs one of them.
pub(super) fn run(global: &Global, command: &Command) -> Result<Exit, Exit> {
    match command {
        Command::Add(arguments) => add::run(global, arguments),
        Command::Prune(arguments) => prune::run(global, arguments),
        Command::Export(arguments) => export::run(global, arguments),
    }
}

/// Prints what the edits would do to the files.
fn show(desk: &Desk<'_>, edits: &Edits) -> Result<(), Exit> {
    let mut text = String::new();
    for (path, new) in edits {
        text.push_str(&portcullis_render::unified(path, desk.text(path)?.as_deref(), new.as_deref()));
    }
    output::to_stdout(output::lines(&gate::masked(&text)?).as_bytes())
}

/// Writes each file whole or not at all.
fn write(desk: &Desk<'_>, edits: &Edits) -> Result<(), Exit> {
    for (path, new) in edits {
        let place = desk.place(path)?;
        match new {
            Some(text) => output::to_new_file(&place, text.as_bytes())?,
            None => std::fs::remove_file(&place)
                .map_err(|error| Exit::Usage(format!("`{}` cannot be deleted: {error}", output::text(path))))?,
        }
    }
    Ok(())
}
