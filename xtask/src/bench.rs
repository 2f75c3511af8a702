//! `bench`: the program as a whole, from start to end, and its size.

mod staged;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

/// Runs that are counted, after a few that are not.
const RUNS: usize = 50;
const WARM_UP: usize = 5;

/// Builds the release binary, runs it over the example repository, prints the times.
pub(crate) fn run(root: &Path) -> Result<()> {
    let built = Command::new(env!("CARGO")).args(["build", "--release", "--locked"]).current_dir(root).status()?;
    ensure!(built.success(), "the release build failed");
    let program = root.join("target/release/portcullis");
    let size = std::fs::metadata(&program).with_context(|| program.display().to_string())?.len();
    say(&format!("size              {:.1} MiB", to_mebibytes(size)));
    for (name, arguments) in [
        ("start only", &["--version"][..]),
        ("check the example", &["check", "-C", "fixtures/shop", "--now", "2026-11-21"]),
        ("the same as JSON", &["check", "-C", "fixtures/shop", "--now", "2026-11-21", "-f", "json"]),
    ] {
        let mut times = (0..WARM_UP + RUNS).map(|_| once(&program, arguments, root)).collect::<Result<Vec<_>>>()?;
        times.drain(..WARM_UP);
        times.sort();
        let at = |share: usize| times.get((times.len() - 1) * share / 100).copied().unwrap_or_default();
        say(&format!("{name:<17} min {:>5.1?}   median {:>5.1?}   p95 {:>5.1?}", at(0), at(50), at(95)));
    }
    staged::run(&program)
}

fn once(program: &Path, arguments: &[&str], root: &Path) -> Result<Duration> {
    let begin = Instant::now();
    let status = Command::new(program).args(arguments).current_dir(root).stdout(Stdio::null()).status()?;
    let time = begin.elapsed();
    ensure!(matches!(status.code(), Some(0 | 1)), "{arguments:?} ended with {status}");
    Ok(time)
}

#[allow(clippy::cast_precision_loss, reason = "a size for people")]
fn to_mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

#[allow(clippy::print_stdout, reason = "the result of the chore")]
fn say(line: &str) {
    println!("{line}");
}
