//! The step of the action as a runner starts it, and a server it may download from.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};

use serde_yaml::Value;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use crate::repository::{Answer, project};
use crate::runner::Runner;

pub(super) const VERSION: &str = "9.9.9";
const TARGET: &str = "x86_64-unknown-linux-musl";

/// `action.yml`
pub(super) fn definition() -> Value {
    let text = std::fs::read_to_string(project().join("action.yml")).unwrap();
    serde_yaml::from_str(&text).unwrap()
}

/// The action in a directory of its own, with pins of the test's choice, and a runner to start it on.
pub(super) struct Step {
    pub(super) directory: TempDir,
    pub(super) runner: Runner,
    pub(super) variables: BTreeMap<String, String>,
}

impl Step {
    pub(super) fn new(pins: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        for name in ["action", "workspace", "tools", "temp", "home"] {
            std::fs::create_dir(path(name)).unwrap();
        }
        for name in ["run.sh", "install.sh", "said.sh"] {
            let file = format!("action/{name}");
            std::fs::copy(project().join(&file), path(&file)).unwrap();
        }
        std::fs::write(path("action/pins.txt"), format!("# version target sha256\n{pins}")).unwrap();
        // What fails is tried again, but not for the quarter of a minute a real run takes for it.
        std::fs::write(path("home/.curlrc"), "retry-max-time = 1\n").unwrap();
        let runner = Runner::new();
        let mut variables: BTreeMap<String, String> =
            runner.variables().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        for (name, value) in [
            ("PATH", std::env::var("PATH").unwrap()),
            ("HOME", path("home").display().to_string()),
            ("CURL_HOME", path("home").display().to_string()),
            ("GITHUB_ACTION_PATH", directory.path().display().to_string()),
            ("GITHUB_PATH", path("path").display().to_string()),
            ("RUNNER_OS", "Linux".to_owned()),
            ("RUNNER_ARCH", "X64".to_owned()),
            ("RUNNER_TEMP", path("temp").display().to_string()),
            ("RUNNER_TOOL_CACHE", path("tools").display().to_string()),
        ] {
            variables.insert(name.to_owned(), value);
        }
        Self { directory, runner, variables }
    }

    /// A step whose action pins this archive.
    pub(super) fn pinning(archive: &[u8]) -> Self {
        Self::new(&format!("1.0.0 {TARGET} {}\n{VERSION} {TARGET} {}\n", "0".repeat(64), checksum(archive)))
    }

    pub(super) fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Where an installed program lies.
    pub(super) fn installed(&self) -> PathBuf {
        self.path("tools/portcullis").join(VERSION).join("X64/portcullis")
    }

    pub(super) fn marker(&self) -> PathBuf {
        self.path("tools/portcullis").join(VERSION).join("X64.complete")
    }

    /// Runs the step in its own workspace.
    pub(super) fn run(&self, with: &[(&str, &str)]) -> Answer {
        self.run_in(&self.path("workspace"), with)
    }

    /// Runs it as the runner does: inputs evaluated into the step's variables, the script in a file, bash without profile.
    pub(super) fn run_in(&self, workspace: &Path, with: &[(&str, &str)]) -> Answer {
        let definition = definition();
        let step = &definition["runs"]["steps"][0];
        assert_eq!(step["shell"], "bash");
        let script = self.path("temp/step.sh");
        std::fs::write(&script, step["run"].as_str().unwrap()).unwrap();
        for (name, _) in with {
            assert!(definition["inputs"].get(*name).is_some(), "no input is called {name}");
        }
        let mut command = Command::new("bash");
        command.args(["--noprofile", "--norc", "-e", "-o", "pipefail"]).arg(&script);
        command.current_dir(workspace).env_clear().envs(&self.variables);
        for (name, value) in step["env"].as_mapping().unwrap() {
            command.env(name.as_str().unwrap(), evaluated(value.as_str().unwrap(), &definition["inputs"], with));
        }
        let output = command.output().unwrap();
        Answer {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// `${{ inputs.NAME }}`
fn evaluated(expression: &str, inputs: &Value, with: &[(&str, &str)]) -> String {
    let name = expression.strip_prefix("${{ inputs.").and_then(|rest| rest.strip_suffix(" }}")).unwrap();
    let given = with.iter().find(|(input, _)| *input == name).map(|(_, value)| (*value).to_owned());
    let value = given.unwrap_or_else(|| inputs[name]["default"].as_str().unwrap().to_owned());
    value.replace("${{ github.token }}", "token-of-the-job")
}

/// The address of the release's archive below the server.
pub(super) fn address() -> String {
    format!("/v{VERSION}/portcullis-{VERSION}-{TARGET}.tar.gz")
}

/// An archive as the release workflow makes it, with a program that says this version and notes that it ran.
pub(super) fn archive(version: &str) -> Vec<u8> {
    let directory = tempfile::tempdir().unwrap();
    let name = format!("portcullis-{VERSION}-{TARGET}");
    let program = directory.path().join(&name).join("portcullis");
    std::fs::create_dir(program.parent().unwrap()).unwrap();
    std::fs::write(program.with_file_name("README.md"), "read me\n").unwrap();
    write_program(&program, &format!("touch \"$HOME/ran\"\necho 'portcullis {version}'\n"));
    let output = Command::new("tar").args(["-czf", "-"]).arg(&name).current_dir(directory.path()).output().unwrap();
    assert!(output.status.success());
    output.stdout
}

/// A script of `sh`.
pub(super) fn write_program(path: &Path, script: &str) {
    std::fs::write(path, format!("#!/bin/sh\n{script}")).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

pub(super) fn checksum(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// What the server answers.
#[derive(Clone)]
pub(super) enum Served {
    Whole(Vec<u8>),
    /// Announced in full, and broken off half-way.
    Broken(Vec<u8>),
}

/// A server of files on this machine, as long as the test runs.
pub(super) struct Server {
    pub(super) address: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(super) fn start(files: &[(String, Served)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (files, seen) = (files.to_vec(), Arc::clone(&requests));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A client that goes away in between is no matter of the test.
                let _ = answer(&stream, &files, &seen);
            }
        });
        Self { address, requests }
    }

    /// The paths that were asked for.
    pub(super) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

fn answer(mut stream: &TcpStream, files: &[(String, Served)], seen: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
    let served = files.iter().find(|(name, _)| *name == path).map(|(_, served)| served);
    seen.lock().unwrap().push(path);
    let (bytes, sent) = match served {
        Some(Served::Whole(bytes)) => (bytes, bytes.len()),
        Some(Served::Broken(bytes)) => (bytes, bytes.len() / 2),
        None => return stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
    };
    write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", bytes.len())?;
    stream.write_all(&bytes[..sent])
}
