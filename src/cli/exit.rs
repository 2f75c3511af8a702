//! How a run ends: the exit codes of every command, and what is said on the way out.

use std::process::ExitCode;

use portcullis_model::Diagnostic;

use super::output;
use crate::gate::{self, Refusal};

/// A bug.
pub(super) const BUG: u8 = 70;
/// Evidence is missing.
pub(super) const INCOMPLETE: u8 = 3;
/// The verdict would pass, and what had to be written to GitHub could not be.
pub(super) const UNDELIVERED: u8 = 4;
/// Bad flags, or a policy that cannot be used.
const USAGE: u8 = 2;

/// How a command ended.
#[derive(Debug)]
pub(super) enum Exit {
    /// With this code; everything is said already.
    Code(u8),
    /// The command line cannot be carried out: what, why, what to do.
    Usage(String),
    /// Files that steer the gate cannot be used.
    Diagnostics(Vec<Diagnostic>),
    /// Something that must not happen.
    Bug(String),
}

impl Exit {
    /// Says what has to be said on the standard error stream, and gives the code.
    pub(super) fn report(self) -> ExitCode {
        let code = match self {
            Self::Code(code) => code,
            Self::Usage(message) => {
                output::to_stderr(&format!("error: {message}\n"));
                USAGE
            }
            Self::Diagnostics(diagnostics) => {
                output::diagnostics(&diagnostics);
                USAGE
            }
            Self::Bug(message) => {
                output::to_stderr(&bug(&message));
                BUG
            }
        };
        ExitCode::from(code)
    }
}

impl From<Refusal> for Exit {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Usage(message) => Self::Usage(message),
            Refusal::Policy(diagnostics) => Self::Diagnostics(diagnostics),
        }
    }
}

/// Help and version go to standard output with code 0; everything else is a usage error.
pub(super) fn of_clap(error: &clap::Error) -> ExitCode {
    // A closed pipe must not turn help into an error.
    let _ = error.print();
    if error.use_stderr() { ExitCode::from(USAGE) } else { ExitCode::SUCCESS }
}

/// A panic says where it happened, never what it held: its message may quote the file that was being read.
pub(super) fn report_panics_briefly() {
    let with_backtrace = std::env::var_os("RUST_BACKTRACE").is_some_and(|value| value != "0");
    let default = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if with_backtrace {
            default(panic);
        }
        if gate::panics_are_contained() {
            return;
        }
        let place = panic.location().map(|place| format!("{}:{}", place.file(), place.line())).unwrap_or_default();
        output::to_stderr(&bug(&format!("panic at {place}")));
    }));
}

fn bug(message: &str) -> String {
    format!(
        "internal error: {message}\n  portcullis {} stopped judging at this point; this is a bug of portcullis, not of your repository.\n  \
         Please report it with this text; RUST_BACKTRACE=1 shows more (it may quote the file that was read).\n",
        env!("CARGO_PKG_VERSION")
    )
}
