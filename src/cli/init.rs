//! `portcullis init`: looks at a repository, says what it found, and writes a policy and what belongs to it
//! (spec/github-ux.md 17).

mod files;
mod found;

use std::io::{BufRead as _, IsTerminal as _};
use std::path::{Path, PathBuf};

use found::Found;

use super::exit::Exit;
use super::{Global, check, hook, output};
use crate::gate::{self, Answer, Judged, Survey};

/// Where the baseline of a repository lies unless its policy says otherwise.
const BASELINE: &str = ".portcullis/baseline.json";

/// Arguments of `init`.
#[derive(clap::Args, Debug)]
pub(super) struct Arguments {
    /// Ask nothing
    #[arg(short, long)]
    yes: bool,
    /// Also let this run `portcullis staged` before each commit
    #[arg(long, value_enum, value_name = "MECHANISM")]
    hook: Option<HookKind>,
    /// Also write a workflow that judges pull requests; `publish`: also one that comments on those of forks
    #[arg(long, value_enum, value_name = "KIND", num_args = 0..=1, default_missing_value = "gate")]
    workflow: Option<WorkflowKind>,
    /// Also write what is wrong today as a baseline: only what comes on top of it blocks
    #[arg(long)]
    baseline: bool,
    /// Who answers for the files of the gate, for CODEOWNERS: @acme/security
    #[arg(long, value_name = "OWNER", value_parser = owner)]
    owner: Option<String>,
    /// Write also what is there already
    #[arg(long)]
    force: bool,
}

/// Workflows of the gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum WorkflowKind {
    /// Judges pull requests, and comments on those of this repository
    Gate,
    /// The same, and a second one that comments on pull requests of forks
    Publish,
}

/// What runs hooks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum HookKind {
    /// <https://pre-commit.com>
    PreCommit,
    /// Git itself
    Git,
    /// Lefthook
    Lefthook,
    /// Husky
    Husky,
}

/// `@user`, `@org/team` or a mail address.
fn owner(text: &str) -> Result<String, String> {
    let is_plain =
        text.len() > 1 && !text.contains(|char: char| char.is_whitespace() || char.is_control() || char == '#');
    if is_plain && text.contains('@') {
        Ok(text.to_owned())
    } else {
        Err("write an owner as `@acme/security`, `@somebody` or a mail address".to_owned())
    }
}

/// A file to write, and what is said of it.
struct Planned {
    path: &'static str,
    content: String,
    what: &'static str,
}

/// Looks, writes, and tries what was written.
pub(super) fn run(global: &Global, arguments: &Arguments) -> Result<Exit, Exit> {
    let request = check::request(global, &[], &[])?;
    let Some(survey) = gate::survey(&request)? else { return Ok(Exit::Code(0)) };
    if arguments.hook == Some(HookKind::Git) && !survey.has_git {
        return Err(Exit::Usage("`--hook git` needs a git repository: run `git init` first".to_owned()));
    }
    let found = Found::look(&survey.paths);
    output::to_stdout(found.told().as_bytes())?;
    let planned = planned(arguments, &survey, &found)?;
    if !is_agreed(arguments, &planned)? {
        output::to_stdout(b"nothing was written\n")?;
        return Ok(Exit::Code(0));
    }
    for file in &planned {
        write(&survey.root, file, arguments.force)?;
    }
    if arguments.hook == Some(HookKind::Git) {
        hook::install(&gate::hooks(&request)?, &hook::Install::default())?;
    }
    if arguments.baseline {
        baseline(global, &survey.root, arguments.force)?;
    }
    dry_run(global)
}

fn planned(arguments: &Arguments, survey: &Survey, found: &Found<'_>) -> Result<Vec<Planned>, Exit> {
    let mut planned = Vec::new();
    match found.policy {
        Some(path) if path != "portcullis.yaml" || !arguments.force => {
            output::to_stdout(format!("kept `{}`: it is the policy\n", output::text(path)).as_bytes())?;
        }
        _ => planned.push(Planned { path: "portcullis.yaml", content: files::policy(found), what: "the policy" }),
    }
    planned.extend(code_owners(arguments, survey, found)?);
    if let Some(kind) = arguments.workflow {
        let (path, publishes) = (".github/workflows/portcullis.yml", kind == WorkflowKind::Publish);
        planned.push(Planned { path, content: files::workflow(publishes), what: "judges pull requests" });
        if publishes {
            let path = ".github/workflows/portcullis-publish.yml";
            let what = "comments on pull requests of forks, once it is on the default branch";
            planned.push(Planned { path, content: files::publish_workflow(), what });
        }
    }
    let hook = match arguments.hook {
        Some(HookKind::PreCommit) => Some((".pre-commit-config.yaml", files::pre_commit())),
        Some(HookKind::Lefthook) => Some(("lefthook.yml", files::LEFTHOOK.to_owned())),
        Some(HookKind::Husky) => Some((".husky/pre-commit", files::HUSKY.to_owned())),
        Some(HookKind::Git) | None => None,
    };
    if let Some((path, content)) = hook {
        // Other hooks stand there: `--force` would lose them.
        if is_there(&survey.root.join(path)) {
            output::to_stdout(format!("kept `{path}`; add to it:\n{}\n", indented(&content)).as_bytes())?;
        } else {
            planned.push(Planned { path, content, what: "judges commits before they are made" });
        }
    }
    Ok(planned)
}

/// The files of the gate belong to somebody: `--owner`, else who owns everything.
fn code_owners(arguments: &Arguments, survey: &Survey, found: &Found<'_>) -> Result<Option<Planned>, Exit> {
    let path = found.code_owners.unwrap_or(".github/CODEOWNERS");
    let before = match std::fs::read_to_string(survey.root.join(path)) {
        Ok(before) => before,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(Exit::Usage(format!("`{path}` cannot be read: {error}"))),
    };
    if before.contains("/.portcullis/") {
        return Ok(None);
    }
    let Some(owners) = arguments.owner.clone().or_else(|| files::owners_of_everything(&before)) else {
        output::to_stdout(
            b"no line in CODEOWNERS: nobody is named who answers for the gate, --owner @acme/security does\n",
        )?;
        return Ok(None);
    };
    let content = files::code_owners(&before, &owners);
    Ok(Some(Planned { path, content, what: "who answers for the gate" }))
}

/// Without somebody to ask the answer is yes.
fn is_agreed(arguments: &Arguments, planned: &[Planned]) -> Result<bool, Exit> {
    if arguments.yes || planned.is_empty() || !std::io::stdin().is_terminal() || !std::io::stdout().is_terminal() {
        return Ok(true);
    }
    let names: Vec<&str> = planned.iter().map(|file| file.path).collect();
    output::to_stdout(format!("write {}? [Y/n] ", names.join(", ")).as_bytes())?;
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer);
    read.map_err(|error| Exit::Usage(format!("the answer cannot be read: {error}; --yes asks nothing")))?;
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "" | "y" | "yes"))
}

/// CODEOWNERS holds what it held before; every other file is ours alone.
fn write(root: &Path, file: &Planned, force: bool) -> Result<(), Exit> {
    let path = root.join(file.path);
    if is_there(&path) && !force && !file.path.ends_with("CODEOWNERS") {
        return output::to_stdout(format!("kept `{}`, which is there already\n", file.path).as_bytes());
    }
    output::make_directory_of(&path)?;
    output::to_file(&path, file.content.as_bytes())?;
    output::to_stdout(format!("wrote `{}`: {}\n", file.path, file.what).as_bytes())
}

fn baseline(global: &Global, root: &Path, force: bool) -> Result<(), Exit> {
    let path: PathBuf = root.join(BASELINE);
    if is_there(&path) && !force {
        return output::to_stdout(format!("kept `{BASELINE}`, which is there already\n").as_bytes());
    }
    let Some(judged) = judged(global)? else { return Ok(()) };
    let bytes = output::baseline(&judged)?;
    output::make_directory_of(&path)?;
    output::to_file(&path, &bytes)?;
    output::to_stdout(format!("wrote `{BASELINE}`: what is wrong today\n").as_bytes())
}

fn judged(global: &Global) -> Result<Option<Box<Judged>>, Exit> {
    let mut request = check::request(global, &[], &[])?;
    request.writes_baseline = true;
    match gate::judge(&request)? {
        Answer::Judged(judged) => Ok(Some(judged)),
        Answer::Idle(_) => Ok(None),
    }
}

fn dry_run(global: &Global) -> Result<Exit, Exit> {
    let Some(judged) = judged(global)? else { return Ok(Exit::Code(0)) };
    output::warnings(&judged.warnings);
    let counts = judged.outcome.counts;
    let findings = if counts.total == 1 { "finding" } else { "findings" };
    let incomplete = match judged.tally.unjudged {
        0 => "",
        _ => "; something could not be judged: `portcullis check` says what",
    };
    let line = format!("with this policy {} of {} {findings} would block{incomplete}\n", counts.fail, counts.total);
    output::to_stdout(line.as_bytes())?;
    Ok(Exit::Code(0))
}

fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}
