//! `portcullis report`: renders a stored result again.

use std::path::PathBuf;

use super::exit::Exit;
use super::{Global, output};
use crate::gate::{self, Written};

/// Arguments of `report`.
#[derive(clap::Args, Debug)]
pub(super) struct Arguments {
    /// The result of an earlier run (`check -f json=FILE`)
    #[arg(value_name = "RESULT.json")]
    result: PathBuf,
}

/// Reads the result and writes it to every sink. Judges nothing: the exit code says only whether that worked.
pub(super) fn run(global: &Global, arguments: &Arguments) -> Result<Exit, Exit> {
    output::validate(&global.formats)?;
    let path = match &global.directory {
        Some(directory) => directory.join(&arguments.result),
        None => arguments.result.clone(),
    };
    let outcome = gate::result(&path, &arguments.result)?;
    let now = global.now.unwrap_or_else(jiff::Timestamp::now);
    let written = Written::of_result(&outcome, now);
    output::deliver(&outcome, output::Around { written: &written, link_hosts: &[] }, global)?;
    Ok(Exit::Code(0))
}
