//! `portcullis policy …`: work on the policy.

use super::exit::Exit;
use super::{Global, check, output};
use crate::gate;

/// Subcommands of `policy`.
#[derive(clap::Subcommand, Debug)]
pub(super) enum Command {
    /// Read the policy and everything it names; say every error and warning at once
    Check,
}

/// Runs one of them.
pub(super) fn run(global: &Global, command: &Command) -> Result<Exit, Exit> {
    match command {
        Command::Check => check_policy(global),
    }
}

fn check_policy(global: &Global) -> Result<Exit, Exit> {
    let request = check::request(global, &[], &[])?;
    if let Some(gate) = gate::policy(&request)? {
        output::policy_is_usable(&gate, global)?;
    }
    Ok(Exit::Code(0))
}
