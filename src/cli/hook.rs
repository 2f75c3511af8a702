//! `portcullis hook`: puts the gate into the hooks of a repository, and takes it out again (spec/github-ux.md 15.3).

mod script;

use std::fmt::Write as _;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use script::{Absence, Event};

use super::exit::Exit;
use super::{Global, check, output};
use crate::gate::{self, Hooks};

/// What a hook that was there before is called afterwards.
const LOCAL: &str = ".local";
/// As far as a file is read that calls itself a hook.
const LARGEST: u64 = 1 << 20;

/// Subcommands of `hook`.
#[derive(clap::Subcommand, Debug)]
pub(super) enum Command {
    /// Write the hook `pre-commit`, which runs `portcullis staged`
    Install(Install),
    /// Take our hooks away again; a hook that was there before comes back
    Uninstall,
    /// Say which hooks are in force
    Status,
}

/// Arguments of `hook install`.
#[derive(clap::Args, Debug, Default)]
pub(super) struct Install {
    /// Also the hook `pre-push`, which runs `portcullis commits --pre-push`
    #[arg(long)]
    pub(super) push: bool,
    /// Keep a hook that is there already: it is renamed to `pre-commit.local` and runs first
    #[arg(long)]
    pub(super) chain: bool,
    /// Refuse commits where portcullis is not on the PATH, instead of letting them through with a word
    #[arg(long)]
    pub(super) strict: bool,
}

/// Runs one of them.
pub(super) fn run(global: &Global, command: &Command) -> Result<Exit, Exit> {
    let hooks = gate::hooks(&check::request(global, &[], &[])?)?;
    match command {
        Command::Install(arguments) => install(&hooks, arguments)?,
        Command::Uninstall => uninstall(&hooks)?,
        Command::Status => status(&hooks)?,
    }
    Ok(Exit::Code(0))
}

/// What stands where a hook belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    Nothing,
    Ours,
    Foreign(Mechanism),
}

/// Who wrote a hook that is not ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mechanism {
    PreCommit,
    Lefthook,
    Husky,
    Unknown,
}

impl Mechanism {
    const ALL: [Self; 4] = [Self::PreCommit, Self::Lefthook, Self::Husky, Self::Unknown];

    fn of(path: &Path, content: &str) -> Self {
        let is_below_husky = path.components().any(|part| part.as_os_str() == ".husky");
        match content {
            content if content.contains("pre-commit.com") => Self::PreCommit,
            content if content.contains("lefthook") => Self::Lefthook,
            content if is_below_husky || content.contains("husky") => Self::Husky,
            _ => Self::Unknown,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::PreCommit => "a hook of pre-commit",
            Self::Lefthook => "a hook of lefthook",
            Self::Husky => "a hook of husky",
            Self::Unknown => "a hook of somebody else",
        }
    }

    /// What to write where the mechanism is configured.
    fn snippet(self, event: Event) -> String {
        let (name, command) = (event.name(), event.command());
        match self {
            Self::PreCommit => {
                let id = if event == Event::PreCommit { "portcullis-system" } else { "portcullis-push" };
                format!(
                    "pre-commit, in .pre-commit-config.yaml:  - {{ repo: https://github.com/portcullis-gate/portcullis, rev: v{}, hooks: [{{ id: {id} }}] }}",
                    env!("CARGO_PKG_VERSION")
                )
            }
            Self::Lefthook => {
                format!("lefthook, in lefthook.yml:  {name}: {{ commands: {{ gate: {{ run: {command} }} }} }}")
            }
            Self::Husky => format!("husky, in .husky/{name}:  {command}"),
            Self::Unknown => {
                format!("portcullis hook install --chain:  renames it to {name}{LOCAL} and calls it first")
            }
        }
    }
}

/// Writes the hooks, or none of them.
pub(super) fn install(hooks: &Hooks, arguments: &Install) -> Result<(), Exit> {
    let events: &[Event] = if arguments.push { &Event::ALL } else { &[Event::PreCommit] };
    // All are looked at before one is written.
    for event in events {
        let path = hooks.directory.join(event.name());
        let local = local(&path);
        match look(&path)? {
            Found::Foreign(mechanism) if !arguments.chain => return Err(foreign(&path, mechanism, *event)),
            Found::Foreign(_) if exists(&local) => {
                return Err(Exit::Usage(format!(
                    "`{}` cannot be kept: `{}` is there already; look at both and keep one",
                    output::path(&path),
                    output::path(&local)
                )));
            }
            _ => {}
        }
    }
    std::fs::create_dir_all(&hooks.directory).map_err(|error| failed(&hooks.directory, "made", &error))?;
    for event in events {
        write_hook(hooks, *event, arguments)?;
    }
    Ok(())
}

fn write_hook(hooks: &Hooks, event: Event, arguments: &Install) -> Result<(), Exit> {
    let path = hooks.directory.join(event.name());
    let local = local(&path);
    let found = look(&path)?;
    if let Found::Foreign(_) = found {
        std::fs::rename(&path, &local).map_err(|error| failed(&path, "renamed", &error))?;
    }
    // What was chained once stays chained.
    let is_chained = exists(&local) && (arguments.chain || found == Found::Ours);
    let absence = if arguments.strict { Absence::Refuses } else { Absence::IsTold };
    let written = write_executable(&path, &script::hook(event, is_chained, absence));
    if written.is_err() && matches!(found, Found::Foreign(_)) {
        let _ = std::fs::rename(&local, &path);
    }
    written.map_err(|error| failed(&path, "written", &error))?;
    let first = if is_chained { format!("; `{}` runs first", output::path(&local)) } else { String::new() };
    output::to_stdout(format!("wrote `{}`: it runs `{}`{first}\n", output::path(&path), event.command()).as_bytes())
}

fn uninstall(hooks: &Hooks) -> Result<(), Exit> {
    let mut said = String::new();
    for event in Event::ALL {
        let path = hooks.directory.join(event.name());
        if look(&path)? != Found::Ours {
            continue;
        }
        let (shown, local) = (output::path(&path), local(&path));
        if exists(&local) && is_chained(&path)? {
            std::fs::rename(&local, &path).map_err(|error| failed(&local, "renamed", &error))?;
            let _ = writeln!(said, "`{shown}` is again what it was before");
        } else {
            std::fs::remove_file(&path).map_err(|error| failed(&path, "removed", &error))?;
            let _ = writeln!(said, "removed `{shown}`");
        }
    }
    if said.is_empty() {
        said = format!("there is no hook of ours in `{}`\n", output::path(&hooks.directory));
    }
    output::to_stdout(said.as_bytes())
}

fn status(hooks: &Hooks) -> Result<(), Exit> {
    let mut said = format!("hooks: {}\n", output::path(&hooks.directory));
    for event in Event::ALL {
        let path = hooks.directory.join(event.name());
        let found = match look(&path)? {
            Found::Nothing => "none".to_owned(),
            Found::Ours if is_chained(&path)? => {
                format!("portcullis (`{}`), after {}{LOCAL}", event.command(), event.name())
            }
            Found::Ours => format!("portcullis (`{}`)", event.command()),
            Found::Foreign(mechanism) => mechanism.name().to_owned(),
        };
        let _ = writeln!(said, "{}: {found}", event.name());
    }
    for file in CONFIGURATIONS {
        let configured = read(&hooks.top.join(file)).is_ok_and(|content| content.contains("portcullis"));
        if configured {
            let _ = writeln!(said, "{file}: names portcullis");
        }
    }
    output::to_stdout(said.as_bytes())
}

/// Files in which other mechanisms are told what to run.
const CONFIGURATIONS: [&str; 7] = [
    ".pre-commit-config.yaml",
    "lefthook.yml",
    "lefthook.yaml",
    ".lefthook.yml",
    ".lefthook.yaml",
    ".husky/pre-commit",
    ".husky/pre-push",
];

fn foreign(path: &Path, mechanism: Mechanism, event: Event) -> Exit {
    // The mechanism that is in use comes first.
    let others = Mechanism::ALL.into_iter().filter(|other| *other != mechanism);
    let choices: Vec<String> =
        std::iter::once(mechanism).chain(others).map(|choice| format!("  {}", choice.snippet(event))).collect();
    Exit::Usage(format!(
        "`{}` is {}, and it is not overwritten; choose one:\n{}",
        output::path(path),
        mechanism.name(),
        choices.join("\n")
    ))
}

fn look(path: &Path) -> Result<Found, Exit> {
    match path.symlink_metadata() {
        Ok(metadata) if metadata.is_file() => {}
        Ok(_) => return Ok(Found::Foreign(Mechanism::Unknown)),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Found::Nothing),
        Err(error) => return Err(failed(path, "looked at", &error)),
    }
    let content = read(path).map_err(|error| failed(path, "read", &error))?;
    Ok(if script::is_ours(&content) { Found::Ours } else { Found::Foreign(Mechanism::of(path, &content)) })
}

fn is_chained(path: &Path) -> Result<bool, Exit> {
    read(path).map(|content| script::is_chained(&content)).map_err(|error| failed(path, "read", &error))
}

fn read(path: &Path) -> std::io::Result<String> {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(LARGEST).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn exists(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

fn local(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(LOCAL);
    PathBuf::from(name)
}

/// Under a temporary name first: git may start a hook at any time.
fn write_executable(path: &Path, content: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(format!(".{}.part", std::process::id()));
    let temporary = PathBuf::from(temporary);
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o755);
    let written = options
        .open(&temporary)
        .and_then(|mut file| file.write_all(content.as_bytes()).and_then(|()| file.sync_all()))
        .and_then(|()| std::fs::rename(&temporary, path));
    if written.is_err() {
        // What is left of it helps nobody.
        let _ = std::fs::remove_file(&temporary);
    }
    written
}

fn failed(path: &Path, what: &str, error: &std::io::Error) -> Exit {
    Exit::Usage(format!("`{}` cannot be {what}: {error}", output::path(path)))
}
