//! `portcullis completions` and `portcullis man`: what shells and `man` need, made from the command line itself.

use std::path::{Path, PathBuf};

use clap::CommandFactory as _;
use clap_complete::Shell;

use super::exit::Exit;
use super::{Global, output};

/// Arguments of `completions`.
#[derive(clap::Args, Debug)]
pub(super) struct Arguments {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Arguments of `man`.
#[derive(clap::Args, Debug)]
pub(super) struct ManArguments {
    /// Write a page for the program and one for each command into this directory
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

/// Prints what the shell reads.
pub(super) fn run(arguments: &Arguments) -> Result<Exit, Exit> {
    let mut text = Vec::new();
    clap_complete::generate(arguments.shell, &mut super::Arguments::command(), "portcullis", &mut text);
    output::to_stdout(&text)?;
    Ok(Exit::Code(0))
}

/// Prints the page of the program, or writes all of them.
pub(super) fn man(global: &Global, arguments: &ManArguments) -> Result<Exit, Exit> {
    let command = super::Arguments::command();
    let Some(directory) = &arguments.dir else {
        output::to_stdout(&page(command)?)?;
        return Ok(Exit::Code(0));
    };
    let directory = global.directory.as_ref().map_or_else(|| directory.clone(), |start| start.join(directory));
    std::fs::create_dir_all(&directory)
        .map_err(|error| Exit::Usage(format!("`{}` cannot be made: {error}", output::path(&directory))))?;
    // Gives every command its whole name: `portcullis-policy-show`.
    let mut command = command;
    command.build();
    write(&command, &directory)?;
    Ok(Exit::Code(0))
}

fn write(command: &clap::Command, directory: &Path) -> Result<(), Exit> {
    for below in command.get_subcommands().filter(|below| !below.is_hide_set()) {
        write(below, directory)?;
    }
    let name = command.get_display_name().unwrap_or_else(|| command.get_name());
    output::to_file(&directory.join(format!("{name}.1")), &page(command.clone())?)
}

fn page(command: clap::Command) -> Result<Vec<u8>, Exit> {
    let mut text = Vec::new();
    clap_mangen::Man::new(command)
        .render(&mut text)
        .map_err(|error| Exit::Bug(format!("the page cannot be written: {error}")))?;
    Ok(text)
}
