//! `portcullis`: one verdict in front of the merge button.

mod cli;
mod gate;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
