//! A repository in a temporary directory, and the program run in it.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

/// A directory with files of the test's choice.
pub(crate) struct Repository {
    directory: TempDir,
}

/// What a run said.
pub(crate) struct Answer {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Repository {
    /// An empty directory that is no git repository.
    pub(crate) fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    /// A directory with the policy `version: 1` and these lines.
    pub(crate) fn with_policy(lines: &str) -> Self {
        Self::new().file("portcullis.yaml", format!("version: 1\n{lines}"))
    }

    /// Writes a file.
    pub(crate) fn file(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        self.write(path, content);
        self
    }

    /// Writes a file later on.
    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Runs git in the directory, with none of the machine's configuration.
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let output = Command::new("git")
            .args(["-c", "user.name=test", "-c", "user.email=test@example.invalid", "-c", "commit.gpgsign=false"])
            .args(["-c", "init.defaultBranch=main", "-c", "core.autocrlf=false"])
            .args(arguments)
            .current_dir(self.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env_remove("GIT_DIR")
            .env_remove("GIT_INDEX_FILE")
            .output()
            .unwrap();
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Commits everything and gives the commit's id.
    pub(crate) fn commit(&self) -> String {
        if !self.path().join(".git").exists() {
            self.git(&["init", "--quiet"]);
        }
        self.git(&["add", "--all", "--force"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", "state"]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Runs the program in the directory on the first day of the examples.
    pub(crate) fn run(&self, arguments: &[&str]) -> Answer {
        self.run_with(arguments, &[])
    }

    /// Runs it with further variables.
    pub(crate) fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Answer {
        run_in(self.path(), arguments, variables)
    }

    /// `check -f json` and the document it printed.
    pub(crate) fn check(&self, arguments: &[&str]) -> (Answer, Value) {
        let mut all = vec!["check", "-f", "json"];
        all.extend(arguments);
        let answer = self.run(&all);
        let document = answer.document();
        (answer, document)
    }
}

/// Runs the program somewhere. No variable of the machine reaches it but the path.
pub(crate) fn run_in(directory: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Answer {
    let mut command = program();
    command.args(["--now", "2026-11-21"]).args(arguments).current_dir(directory);
    command.envs(variables.iter().copied());
    let output = command.output().unwrap();
    Answer {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The program with an environment of the test's own.
pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_portcullis"));
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("HOME", "/nonexistent").env("GIT_CONFIG_NOSYSTEM", "1").env("LANG", "C.UTF-8");
    command
}

/// The root of this project.
pub(crate) fn project() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

impl Answer {
    /// The JSON document on standard output.
    pub(crate) fn document(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}\nstdout: {}\nstderr: {}", self.stdout, self.stderr))
    }
}

/// Codes of the document's problems, in order, each once.
pub(crate) fn problem_codes(document: &Value) -> Vec<&str> {
    let mut codes: Vec<&str> =
        document["problems"].as_array().unwrap().iter().filter_map(|problem| problem["code"].as_str()).collect();
    codes.dedup();
    codes
}

/// Ids of the document's findings, in order.
pub(crate) fn finding_ids(document: &Value) -> Vec<&str> {
    document["findings"].as_array().unwrap().iter().filter_map(|finding| finding["id"].as_str()).collect()
}
