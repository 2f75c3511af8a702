//! `--fix`: writes what the findings propose and says what changed, or shows it as a diff.

use std::io::IsTerminal as _;

use portcullis_model::Safety;

use super::exit::Exit;
use super::{Global, output};
use crate::gate::{self, Answer, Fix, Fixes, Judged, Request};

/// Flags of `check` about fixes.
#[derive(clap::Args, Debug)]
#[group(id = "fixing")]
pub(super) struct Flags {
    /// Make the changes that findings propose, then judge what is left. `safe` changes nothing but the defect; `unsafe` makes those too that somebody has to look at. Refused in a pull request
    #[arg(
        long,
        value_enum,
        value_name = "REACH",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "safe",
        conflicts_with = "head"
    )]
    fix: Option<Reach>,
    /// Only show what --fix would change, as a unified diff on standard output in place of the report
    #[arg(long, requires = "fix")]
    diff: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Reach {
    /// What changes nothing but the defect
    Safe,
    /// Everything
    Unsafe,
}

impl Flags {
    /// What is asked for; a diff has standard output for itself.
    pub(super) fn fix(&self, global: &Global) -> Result<Option<Fix>, Exit> {
        let Some(reach) = self.fix else { return Ok(None) };
        if self.diff && global.formats.iter().any(|sink| sink.file.is_none()) {
            return Err(Exit::Usage(
                "`--fix --diff` writes to standard output: give the format a file, as in `-f json=result.json`"
                    .to_owned(),
            ));
        }
        let reach = if reach == Reach::Unsafe { Safety::Unsafe } else { Safety::Safe };
        Ok(Some(Fix { reach, only_shows: self.diff }))
    }
}

/// Makes the fixes of a run and judges what is left.
pub(super) fn made(answer: Answer, request: &mut Request, global: &Global) -> Result<Answer, Exit> {
    let Answer::Judged(judged) = &answer else { return Ok(answer) };
    let Some(fixes) = judged.fixes.as_ref().filter(|_| request.fix.is_some_and(|fix| !fix.only_shows)) else {
        return Ok(answer);
    };
    let mut lines = Vec::new();
    let (mut findings, mut written) = (0, 0);
    for (file, result) in fixes.write() {
        let path = output::text(&file.path);
        if let Err(error) = result {
            output::to_stderr(&format!("error: `{path}` is not written: {error}\n"));
            continue;
        }
        lines.extend(file.fixed.iter().map(|place| format!("fixed {path}:{} {}", place.line, place.rule)));
        (findings, written) = (findings + file.fixed.len(), written + 1);
    }
    lines.push(format!("{} fixed in {}", counted(findings, "finding"), counted(written, "file")));
    tell(lines, fixes, global);
    if written == 0 {
        return Ok(answer);
    }
    request.fix = None;
    Ok(gate::judge(request)?)
}

/// Writes the report, or the diff in its place.
pub(super) fn deliver(judged: &Judged, request: &Request, global: &Global) -> Result<(), Exit> {
    let shown = judged.fixes.as_ref().filter(|_| request.fix.is_some_and(|fix| fix.only_shows));
    if let Some(fixes) = shown {
        let unified =
            |file: &gate::FixedFile| portcullis_render::unified(&file.path, Some(&file.before), Some(&file.after));
        let text: String = fixes.files.iter().map(unified).collect();
        print(&gate::masked(&text)?)?;
        let findings = fixes.files.iter().map(|file| file.fixed.len()).sum();
        let files = counted(fixes.files.len(), "file");
        tell(vec![format!("{} would be fixed in {files}", counted(findings, "finding"))], fixes, global);
        if global.formats.is_empty() {
            return Ok(());
        }
    }
    output::deliver(&judged.outcome, output::Around::of(judged), global)
}

/// Where it can be a command to the runner or to the terminal line by line, otherwise as it is, so that `git apply` takes it.
fn print(diff: &str) -> Result<(), Exit> {
    let is_read_by_people = output::is_workflow_log() || std::io::stdout().is_terminal();
    if is_read_by_people {
        output::to_stdout(output::lines(diff).as_bytes())
    } else {
        output::to_stdout(diff.as_bytes())
    }
}

fn tell(mut lines: Vec<String>, fixes: &Fixes, global: &Global) {
    for left in &fixes.left {
        let count = counted_verb(left.count, "fix is", "fixes are");
        lines.push(format!("note: {count} not made in `{}`: {}", output::text(&left.path), left.why));
    }
    if fixes.held_back > 0 {
        let count = counted_verb(fixes.held_back, "fix more has", "fixes more have");
        lines.push(format!(
            "note: {count} to be looked at by somebody: `--fix=unsafe --diff` shows, `--fix=unsafe` makes"
        ));
    }
    if global.quiet == 0 {
        output::to_stderr(&format!("{}\n", lines.join("\n")));
    }
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn counted_verb(count: usize, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}
