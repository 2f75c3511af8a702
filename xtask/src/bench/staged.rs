//! `portcullis staged` beside a bare `git diff --cached`: what a commit waits for.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::say;

/// Runs that are counted, and as many as warm up the caches.
const RUNS: usize = 20;
/// Files of the repository, and lines of each.
const FILES: usize = 200;
const LINES: usize = 400;

/// Makes a repository below the temporary directory and measures nothing staged, three lines, twenty files.
pub(super) fn run(program: &Path) -> Result<()> {
    let root = std::env::temp_dir().join(format!("portcullis-bench-{}", std::process::id()));
    let measured = measure(program, &root);
    std::fs::remove_dir_all(&root)?;
    measured
}

fn measure(program: &Path, root: &Path) -> Result<()> {
    std::fs::create_dir_all(root)?;
    git(root, &["init", "--quiet", "."])?;
    for file in 0..FILES {
        write(root, file, "")?;
    }
    git(root, &["add", "--all"])?;
    git(root, &["-c", "user.name=bench", "-c", "user.email=bench@example.com", "commit", "--quiet", "-m", "all"])?;
    compare(program, root, "nothing staged")?;
    write(root, 0, "one\ntwo\nthree\n")?;
    git(root, &["add", "--all"])?;
    compare(program, root, "three lines")?;
    for file in 0..20 {
        write(root, file, "token: none\npassword: from the vault\n")?;
    }
    git(root, &["add", "--all"])?;
    compare(program, root, "twenty files")
}

/// A file of settings: the words that rules look for stand in every tenth line.
fn write(root: &Path, file: usize, more: &str) -> Result<()> {
    let line = |line: usize| match line % 10 {
        0 => format!("secret_{line}: \"${{SECRET_{file}}}\"\n"),
        _ => format!("setting_{line}: value {} of file {file}\n", line * 7919 % 1000),
    };
    let text: String = (0..LINES).map(line).collect();
    Ok(std::fs::write(root.join(format!("settings-{file}.yaml")), text + more)?)
}

fn compare(program: &Path, root: &Path, name: &str) -> Result<()> {
    let ours = median(|| Command::new(program).arg("staged").current_dir(root).stderr(Stdio::null()).spawn_and_wait())?;
    let bare = median(|| Command::new("git").args(["diff", "--cached"]).current_dir(root).spawn_and_wait())?;
    let ratio = ours.as_secs_f64() / bare.as_secs_f64();
    say(&format!("staged, {name:<15} median {ours:>5.1?}   git diff --cached {bare:>5.1?}   ratio {ratio:.1}"));
    Ok(())
}

fn median(run: impl Fn() -> Result<()>) -> Result<Duration> {
    let mut times = Vec::with_capacity(RUNS);
    for counted in std::iter::repeat_n(false, RUNS).chain(std::iter::repeat_n(true, RUNS)) {
        let begin = Instant::now();
        run()?;
        if counted {
            times.push(begin.elapsed());
        }
    }
    times.sort();
    Ok(times.get(RUNS / 2).copied().unwrap_or_default())
}

fn git(root: &Path, arguments: &[&str]) -> Result<()> {
    Command::new("git").args(arguments).current_dir(root).spawn_and_wait()
}

trait SpawnAndWait {
    /// Runs to the end without output; an exit code other than 0 is an error.
    fn spawn_and_wait(&mut self) -> Result<()>;
}

impl SpawnAndWait for Command {
    fn spawn_and_wait(&mut self) -> Result<()> {
        let status = self.stdout(Stdio::null()).status()?;
        ensure!(status.success(), "{self:?} ended with {status}");
        Ok(())
    }
}
