//! Where outcomes and messages go: sinks of `--format`, the two streams, colours.

mod rendering;

use std::io::{ErrorKind, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use portcullis_model::{Diagnostic, Level, Limit, Outcome, RulePage};
use portcullis_render::escape::{LogLine, StopToken, TermText};
use portcullis_render::{Delivery, Terminal, Verbosity};

use super::exit::Exit;
use super::{Global, variables};
use crate::gate::{self, Gate, Judged};
use rendering::{markdown, not_json, render};

pub(super) use rendering::Around;

/// Widest line where the terminal does not say its width.
const WIDTH: usize = 100;
/// Findings in the log of pre-commit.
const MOST_IN_BRIEF: usize = 25;
/// Longest line of a message of ours.
const LONGEST_MESSAGE: usize = 4_000;

/// What an outcome is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Human,
    Short,
    Json,
    JsonLines,
    Sarif,
    Junit,
    Csv,
    Html,
    Markdown,
    Github,
    Baseline,
    Cyclonedx,
    Openvex,
}

impl Format {
    const ALL: [(&'static str, Self); 13] = [
        ("human", Self::Human),
        ("short", Self::Short),
        ("json", Self::Json),
        ("jsonl", Self::JsonLines),
        ("sarif", Self::Sarif),
        ("junit", Self::Junit),
        ("csv", Self::Csv),
        ("html", Self::Html),
        ("markdown", Self::Markdown),
        ("github", Self::Github),
        ("baseline", Self::Baseline),
        ("cyclonedx", Self::Cyclonedx),
        ("openvex", Self::Openvex),
    ];

    /// Not an outcome: what is accepted.
    const fn is_vex(self) -> bool {
        matches!(self, Self::Cyclonedx | Self::Openvex)
    }

    fn name(self) -> &'static str {
        Self::ALL.into_iter().find(|(_, format)| *format == self).map_or("", |(name, _)| name)
    }
}

/// `FORMAT[=FILE]`
#[derive(Clone, Debug)]
pub(super) struct Sink {
    format: Format,
    /// Standard output where there is none.
    pub(super) file: Option<PathBuf>,
}

impl FromStr for Sink {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (word, file) = match text.split_once('=') {
            Some((word, file)) => (word, Some(PathBuf::from(file))),
            None => (text, None),
        };
        if file.as_ref().is_some_and(|file| file.as_os_str().is_empty()) {
            return Err(format!("no file is named after `{word}=`"));
        }
        let names = Format::ALL.map(|(name, _)| name);
        match Format::ALL.into_iter().find(|(name, _)| *name == word) {
            Some((_, format)) => Ok(Self { format, file }),
            None => Err(match portcullis_model::suggest::nearest(word, names, 1).first() {
                Some(near) => format!("there is no format `{word}`: did you mean `{near}`?"),
                None => format!("there is no format `{word}`: this version writes {}", names.join(", ")),
            }),
        }
    }
}

/// `--color`
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum ColorChoice {
    /// Where a terminal shows them
    Auto,
    /// In any case
    Always,
    /// Never
    Never,
}

/// Refuses sinks that would mix on one stream or overwrite each other.
pub(super) fn validate(sinks: &[Sink]) -> Result<(), Exit> {
    if sinks.iter().any(|sink| sink.format.is_vex()) {
        return Err(Exit::Usage("VEX is written by `portcullis exception export`".to_owned()));
    }
    for (index, sink) in sinks.iter().enumerate() {
        if sinks.iter().skip(index + 1).any(|other| other.file == sink.file) {
            let place =
                sink.file.as_deref().map_or_else(|| "standard output".to_owned(), |file| format!("`{}`", path(file)));
            return Err(Exit::Usage(format!(
                "two formats would be written to {place}: give one of them a file, as in `-f json=result.json`"
            )));
        }
    }
    Ok(())
}

/// Whether a baseline is asked for.
pub(super) fn writes_baseline(sinks: &[Sink]) -> bool {
    sinks.iter().any(|sink| sink.format == Format::Baseline)
}

/// Whether SARIF is among the outputs.
pub(super) fn has_sarif(sinks: &[Sink]) -> bool {
    sinks.iter().any(|sink| sink.format == Format::Sarif)
}

/// Renders what may have to leave something out, and enters that in the outcome's `limits` for the other formats to tell.
/// What the comment leaves out is told by the caller.
pub(super) fn note_limits(judged: &mut Judged, global: &Global, comment: Option<Vec<Limit>>) -> Result<(), Exit> {
    let (outcome, link_hosts) = (&judged.outcome, judged.link_hosts());
    let has_comment = comment.is_some();
    let mut limits = comment.unwrap_or_default();
    for sink in &global.formats {
        match sink.format {
            Format::Sarif => limits.extend(portcullis_render::sarif(outcome).map_err(not_json)?.limits),
            // The comment is the same text.
            Format::Markdown if !has_comment => limits.extend(markdown(outcome, link_hosts).limits),
            Format::Html => limits.extend(portcullis_render::html(outcome, today(outcome, global), link_hosts).limits),
            _ => {}
        }
    }
    judged.outcome.limits.extend(limits);
    Ok(())
}

/// Writes the outcome to every sink; files whole or not at all. Without a sink the report for people goes to standard output.
pub(super) fn deliver(outcome: &Outcome, around: Around<'_>, global: &Global) -> Result<(), Exit> {
    let to_screen = |format| {
        let bytes = render(outcome, around, format, &terminal(global, Stream::Output), today(outcome, global))?;
        to_stdout(&harmless(bytes, format))
    };
    if global.formats.is_empty() {
        return to_screen(Format::Human);
    }
    // A baseline may be refused; that keeps no other output back.
    let (baselines, others): (Vec<_>, Vec<_>) = global.formats.iter().partition(|sink| sink.format == Format::Baseline);
    for sink in others.into_iter().chain(baselines) {
        match &sink.file {
            None => to_screen(sink.format)?,
            Some(file) => {
                if sink.format == Format::Baseline {
                    make_directory_of(file)?;
                }
                let plain = Terminal { verbosity: verbosity(global), ..Terminal::default() };
                to_file(file, &render(outcome, around, sink.format, &plain, today(outcome, global))?)?;
            }
        }
    }
    Ok(())
}

/// Writes a report short enough for the log of pre-commit: a line for each finding, the blocking ones first, and the verdict.
pub(super) fn brief(judged: &Judged, global: &Global) -> Result<(), Exit> {
    let plain = |verbosity| Terminal { verbosity, ..Terminal::default() };
    let verbosity = verbosity(global);
    let least = if verbosity == Verbosity::Quiet { Level::Fail } else { Level::Warn };
    let mut outcome = judged.outcome.clone();
    outcome.findings.retain(|judged| judged.is_open() && judged.level >= least);
    outcome.findings.sort_by_key(|judged| std::cmp::Reverse(judged.level));
    let further = outcome.findings.len().saturating_sub(MOST_IN_BRIEF);
    outcome.findings.truncate(MOST_IN_BRIEF);
    let mut text = portcullis_render::short(&outcome, &plain(verbosity.min(Verbosity::Normal)));
    if further > 0 && verbosity != Verbosity::Silent {
        text.push_str("and ");
        text.push_str(&further.to_string());
        text.push_str(" more: `portcullis staged` shows all of them\n");
    }
    // Without findings what is left of the long report is what could not be judged, and the verdict.
    outcome.findings.clear();
    text += &portcullis_render::human(&outcome, &plain(verbosity.min(Verbosity::Quiet)));
    to_stdout(text.as_bytes())
}

/// The day of the run where the outcome states it, else of `--now` or the clock.
fn today(outcome: &Outcome, global: &Global) -> jiff::civil::Date {
    let now = outcome.generated_at.or(global.now).unwrap_or_else(jiff::Timestamp::now);
    now.to_zoned(jiff::tz::TimeZone::UTC).date()
}

/// In the log of a workflow a line can be a command. The formats for people frame themselves, JSON and XML escape what could
/// be one; these are defused line by line, because a frame would become part of a file the output is redirected to.
fn harmless(bytes: Vec<u8>, format: Format) -> Vec<u8> {
    match format {
        Format::Csv | Format::Html | Format::Markdown if is_workflow_log() => match String::from_utf8(bytes) {
            Ok(text) => portcullis_render::defused(&text).into_bytes(),
            Err(error) => error.into_bytes(),
        },
        _ => bytes,
    }
}

/// What the sinks deliver, in the words of the outputs of a step.
pub(super) fn delivery(sinks: &[Sink]) -> Delivery {
    let mut delivery = Delivery::default();
    for sink in sinks {
        delivery.delivered.push(sink.format.name());
        let name = match sink.format {
            Format::Json => "result-file",
            Format::Sarif => "sarif-file",
            Format::Html => "html-file",
            Format::Markdown => "markdown-file",
            _ => continue,
        };
        delivery.files.extend(sink.file.as_ref().map(|file| (name, file.to_string_lossy().into_owned())));
    }
    delivery
}

/// Whether the runner gets the annotations as the output that was asked for.
pub(super) fn prints_annotations(sinks: &[Sink]) -> bool {
    sinks.iter().any(|sink| sink.format == Format::Github && sink.file.is_none())
}

/// Prints commands for the runner, which reads both streams. Standard output may be redirected to a file where it holds a
/// format for programs.
pub(super) fn commands(commands: &str, sinks: &[Sink]) -> Result<(), Exit> {
    let for_people = |sink: &&Sink| matches!(sink.format, Format::Human | Format::Short);
    if sinks.iter().filter(|sink| sink.file.is_none()).all(|sink| for_people(&sink)) {
        return to_stdout(commands.as_bytes());
    }
    write_stderr(commands.as_bytes());
    Ok(())
}

/// The document of a baseline, or why there is none.
pub(super) fn baseline(judged: &Judged) -> Result<Vec<u8>, Exit> {
    let baseline = judged.written.of(&judged.outcome).map_err(Exit::Usage)?;
    portcullis_render::baseline(&baseline).map_err(not_json)
}

/// Prints the page of a rule.
pub(super) fn page(rule: &RulePage<'_>, global: &Global) -> Result<(), Exit> {
    let now = global.now.unwrap_or_else(jiff::Timestamp::now);
    let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    to_stdout(portcullis_render::page(rule, today, &terminal(global, Stream::Output)).as_bytes())
}

/// Prints why findings have their level.
pub(super) fn decisions(findings: &[portcullis_model::Judged], global: &Global) -> Result<(), Exit> {
    let terminal = terminal(global, Stream::Output);
    let texts: Vec<_> = findings.iter().map(|judged| portcullis_render::decision(judged, &terminal)).collect();
    to_stdout(texts.join("\n").as_bytes())
}

/// Prints the list of rules: a table, or with `-f json` an array.
pub(super) fn rule_list(rules: &[RulePage<'_>], global: &Global) -> Result<(), Exit> {
    let json = || {
        portcullis_render::rule_list_json(rules)
            .map_err(|error| Exit::Bug(format!("the rules cannot be written as JSON: {error}")))
    };
    let table = || portcullis_render::rule_list(rules, &terminal(global, Stream::Output)).into_bytes();
    if global.formats.is_empty() {
        return to_stdout(&table());
    }
    for sink in &global.formats {
        let bytes = if sink.format == Format::Json { json()? } else { table() };
        match &sink.file {
            None => to_stdout(&bytes)?,
            Some(file) => to_file(file, &bytes)?,
        }
    }
    Ok(())
}

/// Says that a policy can be used, and what it is made of.
pub(super) fn policy_is_usable(gate: &Gate, global: &Global) -> Result<(), Exit> {
    warnings(&gate.warnings);
    if global.quiet > 0 {
        return Ok(());
    }
    let policy = &gate.policy;
    let subject = policy.path().map_or_else(|| "no policy file".to_owned(), |path| format!("`{path}` can be used"));
    let exceptions = policy.exceptions().len();
    let text = format!(
        "{subject}: {}; {} in `reports`, {}\n",
        policy.describe(),
        counted(policy.reports().len(), "entry", "entries"),
        counted(exceptions, "exception", "exceptions"),
    );
    to_stdout(cleaned(&text).as_bytes())
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Prints errors of files that steer the gate.
pub(super) fn diagnostics(diagnostics: &[Diagnostic]) {
    let terminal = stream_terminal(ColorChoice::Auto, Verbosity::Normal, Stream::Error);
    write_stderr(portcullis_render::diagnostics(diagnostics, &terminal).as_bytes());
}

/// Prints warnings about files that steer the gate.
pub(super) fn warnings(warnings: &[Diagnostic]) {
    if !warnings.is_empty() {
        diagnostics(warnings);
    }
}

/// Prints a message of ours; whatever untrusted text it quotes is made harmless line by line.
pub(super) fn to_stderr(message: &str) {
    write_stderr(cleaned(message).as_bytes());
}

/// A path for a message.
pub(super) fn path(path: &Path) -> String {
    text(&path.to_string_lossy())
}

/// An untrusted text for a message.
pub(super) fn text(raw: &str) -> String {
    TermText::new(raw, 240).to_string()
}

/// Whether JSON is asked for on standard output, by a command whose answer is text or JSON.
pub(super) fn wants_json(global: &Global) -> Result<bool, Exit> {
    match global.formats.as_slice() {
        [] | [Sink { format: Format::Human, file: None }] => Ok(false),
        [Sink { format: Format::Json, file: None }] => Ok(true),
        _ => Err(Exit::Usage("this command prints text, or JSON with `-f json`".to_owned())),
    }
}

/// The form and the file of `exception export`; without a format it is CycloneDX.
pub(super) fn vex_sink(global: &Global) -> Result<(Vex, Option<PathBuf>), Exit> {
    match global.formats.as_slice() {
        [] => Ok((Vex::Cyclonedx, None)),
        [Sink { format: Format::Cyclonedx, file }] => Ok((Vex::Cyclonedx, file.clone())),
        [Sink { format: Format::Openvex, file }] => Ok((Vex::Openvex, file.clone())),
        _ => {
            Err(Exit::Usage("this command writes `--format cyclonedx` or `--format openvex`, one at a time".to_owned()))
        }
    }
}

/// A form of VEX.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Vex {
    Cyclonedx,
    Openvex,
}

/// Prints a JSON value.
pub(super) fn json(value: &serde_json::Value) -> Result<(), Exit> {
    to_stdout(gate::masked(&format!("{value:#}\n"))?.as_bytes())
}

/// An untrusted text as a cell of a table: where the output is the log of a workflow, no command to it either.
pub(super) fn cell(raw: &str) -> String {
    escaped(raw, is_workflow_log())
}

/// An untrusted text of several lines, each made harmless; blanks stay as they are.
pub(super) fn lines(text: &str) -> String {
    let in_log = is_workflow_log();
    let mut lines = String::with_capacity(text.len());
    for line in text.lines() {
        let words: Vec<_> = line.split(' ').map(|word| escaped(word, in_log)).collect();
        lines.push_str(&words.join(" "));
        lines.push('\n');
    }
    lines
}

fn cleaned(message: &str) -> String {
    let in_log = is_workflow_log();
    let mut cleaned = String::with_capacity(message.len());
    for line in message.lines() {
        let indent = line.len() - line.trim_start_matches(' ').len();
        cleaned.extend(std::iter::repeat_n(' ', indent));
        cleaned.push_str(&escaped(line, in_log));
        cleaned.push('\n');
    }
    cleaned
}

fn escaped(line: &str, in_log: bool) -> String {
    if in_log {
        LogLine::new(line, LONGEST_MESSAGE).to_string()
    } else {
        TermText::new(line, LONGEST_MESSAGE).to_string()
    }
}

/// Whether the output is the log of a workflow of GitHub.
pub(super) fn is_workflow_log() -> bool {
    std::env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true")
}

fn write_stderr(bytes: &[u8]) {
    // Nobody may be listening; there is no further place to say so.
    let _ = std::io::stderr().lock().write_all(bytes);
}

/// Writes to standard output. A reader that has gone away has seen what it wanted.
pub(super) fn to_stdout(bytes: &[u8]) -> Result<(), Exit> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Exit::Usage(format!("standard output cannot be written: {error}")))
        }
        _ => Ok(()),
    }
}

/// The first baseline of a repository is often its first file in `.portcullis/`.
pub(super) fn make_directory_of(file: &Path) -> Result<(), Exit> {
    let Some(directory) = file.parent() else { return Ok(()) };
    std::fs::create_dir_all(directory)
        .map_err(|error| Exit::Usage(format!("`{}` cannot be made: {error}", path(directory))))
}

/// Writes a file, and makes its directory where there is none.
pub(super) fn to_new_file(file: &Path, bytes: &[u8]) -> Result<(), Exit> {
    make_directory_of(file)?;
    to_file(file, bytes)
}

/// Writes a file under a temporary name beside it, and renames it. What is no regular file (`/dev/null`, a pipe, a link) is
/// written to as it is: a rename would put a file in its place.
pub(super) fn to_file(file: &Path, bytes: &[u8]) -> Result<(), Exit> {
    let failed = |error: std::io::Error| Exit::Usage(format!("`{}` cannot be written: {error}", path(file)));
    if file.symlink_metadata().is_ok_and(|metadata| !metadata.is_file()) {
        return std::fs::OpenOptions::new()
            .write(true)
            .truncate(true)
            .open(file)
            .and_then(|mut target| target.write_all(bytes))
            .map_err(failed);
    }
    let directory = file.parent().filter(|directory| !directory.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let temporary = directory.join(format!(".{name}.{}.part", std::process::id()));
    let written = std::fs::File::create(&temporary)
        .and_then(|mut part| part.write_all(bytes).and_then(|()| part.sync_all()))
        .and_then(|()| std::fs::rename(&temporary, file));
    if written.is_err() {
        // What is left of it helps nobody.
        let _ = std::fs::remove_file(&temporary);
    }
    written.map_err(failed)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stream {
    Output,
    Error,
}

fn terminal(global: &Global, stream: Stream) -> Terminal {
    stream_terminal(global.color, verbosity(global), stream)
}

fn verbosity(global: &Global) -> Verbosity {
    match (global.quiet, global.verbose) {
        (0, 0) => Verbosity::Normal,
        (0, _) => Verbosity::Verbose,
        (1, _) => Verbosity::Quiet,
        _ => Verbosity::Silent,
    }
}

fn stream_terminal(choice: ColorChoice, verbosity: Verbosity, stream: Stream) -> Terminal {
    let variables = variables();
    let get = |name: &str| variables.get(name).map(String::as_str).unwrap_or_default();
    let is_terminal = match stream {
        Stream::Output => std::io::stdout().is_terminal(),
        Stream::Error => std::io::stderr().is_terminal(),
    };
    let in_actions = get("GITHUB_ACTIONS") == "true";
    Terminal {
        color: colors(choice, &get, in_actions, is_terminal),
        unicode: in_actions || speaks_unicode(&get),
        width: get("COLUMNS").parse().unwrap_or(WIDTH),
        verbosity,
        github_log: in_actions.then(stop_token).flatten(),
    }
}

/// The order of spec/github-ux.md 16.
fn colors<'a>(choice: ColorChoice, get: &impl Fn(&str) -> &'a str, in_actions: bool, is_terminal: bool) -> bool {
    let forced = |name: &str| !matches!(get(name), "" | "0");
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto if !get("NO_COLOR").is_empty() => false,
        ColorChoice::Auto if forced("CLICOLOR_FORCE") || forced("FORCE_COLOR") => true,
        ColorChoice::Auto if get("CLICOLOR") == "0" => false,
        ColorChoice::Auto => in_actions || (is_terminal && get("TERM") != "dumb"),
    }
}

fn speaks_unicode<'a>(get: &impl Fn(&str) -> &'a str) -> bool {
    if cfg!(windows) {
        return true;
    }
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().map(get).find(|value| !value.is_empty());
    locale.is_some_and(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

/// 128 random bits: the keys of the standard library's hash maps come from the operating system.
pub(super) fn stop_token() -> Option<StopToken> {
    use std::hash::{BuildHasher as _, Hasher as _};
    let random = || std::hash::RandomState::new().build_hasher().finish();
    StopToken::new(&format!("{:016x}{:016x}", random(), random()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variables_decide_in_their_order() {
        let colors = |variables: &[(&str, &'static str)], is_terminal| {
            let get = |name: &str| variables.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value);
            colors(ColorChoice::Auto, &get, false, is_terminal)
        };
        assert!(colors(&[], true) && !colors(&[], false));
        assert!(!colors(&[("NO_COLOR", "1"), ("FORCE_COLOR", "1")], true));
        assert!(colors(&[("CLICOLOR_FORCE", "1")], false));
        assert!(!colors(&[("FORCE_COLOR", "0")], false));
        assert!(!colors(&[("CLICOLOR", "0")], true));
        assert!(!colors(&[("TERM", "dumb")], true));
    }

    #[test]
    fn a_format_that_is_none_names_the_nearest() {
        assert_eq!("jsno".parse::<Sink>().unwrap_err(), "there is no format `jsno`: did you mean `json`?");
        let unknown = "xlsx".parse::<Sink>().unwrap_err();
        assert!(
            unknown.ends_with(
                "this version writes human, short, json, jsonl, sarif, junit, csv, html, markdown, github, baseline, cyclonedx, openvex"
            )
        );
    }
}
