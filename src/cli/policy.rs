//! `portcullis policy …`: work on the policy.

mod diff;
mod show;

use portcullis_policy::schema::{self, Draft};

use super::exit::Exit;
use super::{Global, check, output};
use crate::gate::{self, Desk};

/// Subcommands of `policy`.
#[derive(clap::Subcommand, Debug)]
pub(super) enum Command {
    /// Read the policy and everything it names; say every error and warning at once
    Check,
    /// Print the policy in force: every layer merged, every key with its value
    Show(show::Arguments),
    /// Say in words what changed between two versions of the policy: what is weaker, what is stricter
    Diff(diff::Arguments),
    /// Print the JSON Schema of the policy file, for editors
    Schema {
        /// In draft 7 instead of 2020-12
        #[arg(long)]
        draft7: bool,
    },
}

/// Runs one of them.
pub(super) fn run(global: &Global, command: &Command) -> Result<Exit, Exit> {
    match command {
        Command::Check => check_policy(global),
        Command::Show(arguments) => show::run(global, arguments),
        Command::Diff(arguments) => diff::run(global, arguments),
        Command::Schema { draft7: false } => schema(Draft::Draft202012),
        Command::Schema { draft7: true } => schema(Draft::Draft7),
    }
}

fn check_policy(global: &Global) -> Result<Exit, Exit> {
    let request = check::request_with_base(global, &[])?;
    if let Some(gate) = gate::policy(&request)? {
        output::policy_is_usable(&gate, global)?;
        if let Some(desk) = Desk::open(&request)? {
            output::warnings(&desk.advice(request.now.to_zoned(jiff::tz::TimeZone::UTC).date())?);
        }
    }
    Ok(Exit::Code(0))
}

fn schema(draft: Draft) -> Result<Exit, Exit> {
    output::to_stdout(schema::json_schema(draft).as_bytes())?;
    Ok(Exit::Code(0))
}
