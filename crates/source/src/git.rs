//! The `git` command, hardened: nothing the repository, its configuration or the environment says makes it run a program,
//! ask a person, reach the network, write, or print in another form.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::SourceError;

/// Settings given with every call. The user's own configuration stays in effect otherwise: it carries `safe.directory`.
const CONFIGURATION: &[&str] = &[
    "core.fsmonitor=false",
    NO_HOOKS,
    "core.pager=cat",
    "core.quotePath=false",
    "core.warnAmbiguousRefs=false",
    "core.alternateRefsCommand=true",
    "color.ui=never",
    "diff.external=",
    "diff.noprefix=false",
    "diff.mnemonicPrefix=false",
    "diff.relative=false",
    "diff.renames=true",
    "log.showSignature=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "submodule.recurse=false",
    "advice.objectNameWarning=false",
];

/// Of the variables that steer git only these are handed on: where the configuration files are and how far up a
/// repository is searched. `GIT_CONFIG_COUNT` and its kind could set any key and are not among them.
const KEPT: &[&str] = &[
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_SYSTEM",
    "GIT_CONFIG_NOSYSTEM",
    "GIT_CEILING_DIRECTORIES",
    "GIT_DISCOVERY_ACROSS_FILESYSTEM",
];

/// Handed on besides where git may reach the network: how it reaches it and what it trusts there.
const KEPT_FOR_NETWORK: &[&str] = &[
    "GIT_ASKPASS",
    "GIT_SSH",
    "GIT_SSH_COMMAND",
    "GIT_SSH_VARIANT",
    "GIT_SSL_CAINFO",
    "GIT_SSL_CAPATH",
    "GIT_PROXY_SSL_CAINFO",
];

/// Protocols of a fetch: those git always allows. `ext` would run a program.
const PROTOCOLS: &str = "file:git:http:https:ssh";

/// How git is called.
#[derive(Clone, Debug)]
pub struct GitSettings {
    /// The program; `git` unless it has another name.
    pub program: OsString,
    /// One directory that git shall accept whoever owns it: the workspace of a GitHub job.
    pub safe_directory: Option<PathBuf>,
    /// What a git hook was told; empty outside of hooks.
    pub hook: HookEnvironment,
}

impl Default for GitSettings {
    fn default() -> Self {
        Self { program: "git".into(), safe_directory: None, hook: HookEnvironment::default() }
    }
}

/// The variables with which git tells a hook what it works on (githooks(5), spec/github-ux.md 15.1). Only commands that
/// hooks call honour them: `GIT_DIR` of a hook would make `check -C other` judge the wrong repository.
#[derive(Clone, Debug, Default)]
pub struct HookEnvironment {
    /// `GIT_DIR`
    pub directory: Option<OsString>,
    /// `GIT_WORK_TREE`
    pub work_tree: Option<OsString>,
    /// `GIT_INDEX_FILE`: of `git commit -a` and `git commit PATH` a temporary one.
    pub index_file: Option<OsString>,
    /// `GIT_PREFIX`
    pub prefix: Option<OsString>,
}

impl HookEnvironment {
    /// As the environment of this process says. Empty means unset. Git gives paths relative to the directory the hook starts
    /// in; they are made absolute here, because git is asked in others too.
    pub fn from_process() -> Self {
        let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        let path = |name| variable(name).map(|path| std::path::absolute(&path).map_or(path, PathBuf::into_os_string));
        Self {
            directory: path("GIT_DIR"),
            work_tree: path("GIT_WORK_TREE"),
            index_file: path("GIT_INDEX_FILE"),
            prefix: variable("GIT_PREFIX"),
        }
    }

    fn variables(&self) -> impl Iterator<Item = (&'static str, &OsStr)> {
        [
            ("GIT_DIR", &self.directory),
            ("GIT_WORK_TREE", &self.work_tree),
            ("GIT_INDEX_FILE", &self.index_file),
            ("GIT_PREFIX", &self.prefix),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value.as_deref()?)))
    }
}

/// `git`, bound to a directory.
#[derive(Clone, Debug)]
pub(crate) struct Git {
    directory: PathBuf,
    settings: GitSettings,
    network: Network,
    hooks: Hooks,
}

/// Whether git is told that there are no hooks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hooks {
    /// None runs.
    Hidden,
    /// For the question where they lie.
    Seen,
}

/// Where hooks are hidden.
const NO_HOOKS: &str = "core.hooksPath=/dev/null";

/// Whether git may talk to a remote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Network {
    Forbidden,
    Allowed,
}

/// What one call answered.
pub(crate) struct Answer {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

impl Answer {
    /// The single line that was printed.
    pub(crate) fn line(&self) -> &[u8] {
        self.stdout.strip_suffix(b"\n").unwrap_or(&self.stdout)
    }
}

impl Git {
    pub(crate) fn new(directory: &Path, settings: &GitSettings) -> Self {
        Self {
            directory: directory.to_owned(),
            settings: settings.clone(),
            network: Network::Forbidden,
            hooks: Hooks::Hidden,
        }
    }

    /// The same git, allowed to fetch.
    pub(crate) fn with_network(&self) -> Self {
        Self { network: Network::Allowed, ..self.clone() }
    }

    /// The same git, which knows where its hooks lie. Only for commands that run none.
    pub(crate) fn with_hooks(&self) -> Self {
        Self { hooks: Hooks::Seen, ..self.clone() }
    }

    /// The same git in another directory.
    pub(crate) fn within(&self, directory: &Path) -> Self {
        Self { directory: directory.to_owned(), ..self.clone() }
    }

    /// What a hook was told.
    pub(crate) fn hook(&self) -> &HookEnvironment {
        &self.settings.hook
    }

    /// The command, ready for its arguments; nothing is read from standard input.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.settings.program);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        for (variable, _) in std::env::vars_os() {
            let steers_git = variable.to_string_lossy().starts_with("GIT_");
            let kept: &[&[&str]] = match self.network {
                Network::Forbidden => &[KEPT],
                Network::Allowed => &[KEPT, KEPT_FOR_NETWORK],
            };
            if steers_git && !kept.iter().copied().flatten().any(|kept| variable == *kept) {
                command.env_remove(variable);
            }
        }
        command.envs(self.settings.hook.variables());
        command
            .env("LC_ALL", "C")
            .env_remove("LANGUAGE")
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_NO_REPLACE_OBJECTS", "1")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_LITERAL_PATHSPECS", "1")
            .env("GIT_NO_LAZY_FETCH", "1")
            // Older git knows no GIT_NO_LAZY_FETCH; with no protocol allowed it cannot fetch either.
            .env("GIT_ALLOW_PROTOCOL", if self.network == Network::Allowed { PROTOCOLS } else { "" });
        command.arg("--no-pager").arg("-C").arg(&self.directory);
        for setting in CONFIGURATION.iter().filter(|setting| self.hooks == Hooks::Hidden || **setting != NO_HOOKS) {
            command.arg("-c").arg(setting);
        }
        if let Some(directory) = &self.settings.safe_directory {
            let mut setting = OsString::from("safe.directory=");
            setting.push(directory);
            command.arg("-c").arg(setting);
        }
        command
    }

    /// Runs to the end, whatever the exit code. The error is that of starting the program.
    pub(crate) fn ask<A: AsRef<OsStr>>(&self, arguments: &[A]) -> io::Result<Answer> {
        let output = self.command().args(arguments).output()?;
        Ok(Answer {
            code: output.status.code(),
            stdout: output.stdout,
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }

    /// Runs to the end; an exit code other than 0 and those in `accepted` is an error with git's message.
    pub(crate) fn run<A: AsRef<OsStr>>(&self, arguments: &[A], accepted: &[i32]) -> Result<Answer, SourceError> {
        let subcommand =
            || arguments.first().map(|argument| argument.as_ref().to_string_lossy().into_owned()).unwrap_or_default();
        let answer = self
            .ask(arguments)
            .map_err(|error| SourceError::Git { command: subcommand(), why: format!("cannot be run: {error}") })?;
        match answer.code {
            Some(code) if code == 0 || accepted.contains(&code) => Ok(answer),
            _ => Err(self.failure(&subcommand(), &answer)),
        }
    }

    /// What a failed call says.
    pub(crate) fn failure(&self, subcommand: &str, answer: &Answer) -> SourceError {
        if answer.stderr.contains("dubious ownership") {
            return SourceError::DubiousOwnership { directory: self.directory.clone() };
        }
        let why = match (answer.stderr.trim(), answer.code) {
            ("", Some(code)) => format!("failed with exit code {code}"),
            ("", None) => "was ended by a signal".to_owned(),
            (message, _) => message.to_owned(),
        };
        SourceError::Git { command: subcommand.to_owned(), why }
    }
}

/// The records of an output that was asked for with `-z`.
pub(crate) fn records(output: &[u8]) -> impl Iterator<Item = &[u8]> {
    output.split(|byte| *byte == 0).filter(|record| !record.is_empty())
}
