//! Chores of the repository: `cargo run -p xtask -- gen` writes what is made from the rule pages and from the schema of the
//! policy, `gen --check` says whether it is what they make; `bench` times the program as a whole; `sbom DIR` writes its bill of
//! materials; `count-reports DIR` counts the findings of real reports anew and compares; `contract DIR` reduces the published
//! descriptions of the API of GitHub to what is used of them.

mod bench;
mod contract;
#[allow(clippy::indexing_slicing, reason = "a member that is not there is `null` to `serde_json`")]
mod count_reports;
mod page;
mod policy;
mod registry;
mod sbom;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["gen"] => registry::write(root()).and_then(|()| policy::write(root())),
        ["gen", "--check"] => registry::check(root()).and_then(|()| policy::check(root())),
        ["bench"] => bench::run(root()),
        ["sbom", directory] => sbom::write(root(), Path::new(directory)),
        ["count-reports", directory] => count_reports::run(root(), directory),
        ["contract", directory] => contract::write(root(), Path::new(directory)),
        _ => Err(anyhow::anyhow!(
            "usage: cargo run -p xtask -- gen [--check] | bench | sbom DIR | count-reports DIR | contract DIR"
        )),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            #[allow(clippy::print_stderr, reason = "what a chore has to say")]
            {
                eprintln!("{error:#}");
            }
            ExitCode::FAILURE
        }
    }
}

/// The root of the workspace.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| path.display().to_string())
}
