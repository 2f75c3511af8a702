//! `portcullis completions` and `portcullis man`: what shells and `man` need, made from the command line itself.

use std::path::{Path, PathBuf};

use clap::CommandFactory as _;
use clap::builder::PossibleValuesParser;
use clap_complete::Shell;

use super::exit::Exit;
use super::{Global, output};
use crate::gate;

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
    clap_complete::generate(arguments.shell, &mut with_rules(super::Arguments::command())?, "portcullis", &mut text);
    output::to_stdout(&text)?;
    Ok(Exit::Code(0))
}

/// Offers every rule where a rule may be named. Only here: on the command line other names are as good.
fn with_rules(command: clap::Command) -> Result<clap::Command, Exit> {
    let book = gate::rule_book().map_err(Exit::Diagnostics)?;
    let built_in = book.registry.rules().iter().map(|rule| rule.id);
    // The program ends once they are printed.
    let of_secrets = book.secrets.rules().iter().filter(|rule| !rule.skip_report).map(|rule| &*rule.id.clone().leak());
    let ids: Vec<&'static str> = built_in.chain(of_secrets).collect();
    let offered = |argument: clap::Arg| argument.value_parser(PossibleValuesParser::new(ids.clone()));
    Ok(command
        .mut_subcommand("explain", |explain| explain.mut_arg("rule", offered))
        .mut_subcommand("exception", |exception| {
            exception.mut_subcommand("add", |add| add.mut_arg("finding", offered))
        }))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shell_offers_rules_of_the_checks_and_of_the_scanner_to_explain() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::PowerShell, Shell::Elvish] {
            let mut text = Vec::new();
            clap_complete::generate(
                shell,
                &mut with_rules(crate::cli::Arguments::command()).unwrap(),
                "portcullis",
                &mut text,
            );
            let text = String::from_utf8(text).unwrap();
            // What stands without a flag is completed by these two only.
            let offers = matches!(shell, Shell::Bash | Shell::Zsh);
            assert_eq!(text.contains("gha/unpinned-uses") && text.contains("aws-access-token"), offers, "{shell}");
        }
    }
}
