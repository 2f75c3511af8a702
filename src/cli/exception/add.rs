//! `portcullis exception add`: an exception for a finding, written only where the policy would accept it.

use std::path::PathBuf;

use jiff::civil::Date;
use jiff::{Span, tz::TimeZone};
use portcullis_model::{Judged, Section, State};
use portcullis_policy::accept::{self, Draft};

use crate::cli::exit::Exit;
use crate::cli::finding::{Name, Where};
use crate::cli::{Global, check, output};
use crate::gate::{Desk, Edits};

/// Where exceptions stand that have no other place.
const DIRECTORY: &str = ".portcullis/exceptions";

/// Arguments of `exception add`.
#[derive(clap::Args, Debug)]
#[command(group(clap::ArgGroup::new("end").required(true).args(["days", "expires"])))]
pub(in crate::cli) struct Arguments {
    /// The finding: fingerprint, advisory under any of its names, rule, or place as path:line
    #[arg(value_name = "FINDING")]
    finding: String,
    /// Why it is acceptable
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// User, team or e-mail that answers for it
    #[arg(long, value_name = "WHO")]
    owner: String,
    /// It ends after so many days
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=36_500))]
    days: Option<u32>,
    /// Its last day: 2027-01-31
    #[arg(long, value_name = "DATE")]
    expires: Option<Date>,
    /// Where the work is tracked
    #[arg(long, value_name = "TICKET")]
    ticket: Option<String>,
    /// Who approved it (repeatable)
    #[arg(long, value_name = "WHO")]
    approved_by: Vec<String>,
    /// Its id; otherwise the next free EX-YYYY-NNN
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// Write into this file: the policy, or one below .portcullis/exceptions/
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Only show what would be written
    #[arg(long)]
    diff: bool,
    #[command(flatten)]
    place: Where,
}

/// Finds the finding, writes the entry, and holds the whole policy with it against the finding before anything is written.
pub(super) fn run(global: &Global, arguments: &Arguments) -> Result<Exit, Exit> {
    let request = check::request(global, &[], &[])?;
    let today = request.now.to_zoned(TimeZone::UTC).date();
    let Some(desk) = Desk::open(&request)? else { return Ok(Exit::Code(0)) };
    let looked = arguments.place.look(global)?;
    let judged = only(&Name::parse(&arguments.finding).find(&looked.outcome), &arguments.finding)?;
    let selectors = accept::narrowest(&judged.finding, &looked.outcome.findings, &desk.gate.registry);
    let draft = Draft {
        id: arguments.id.clone().unwrap_or_else(|| accept::next_id(&desk.gate.policy, today.year())),
        selectors,
        reason: arguments.reason.trim().to_owned(),
        owner: arguments.owner.trim().to_owned(),
        created: today,
        expires: end(arguments, today)?,
        approved_by: arguments.approved_by.clone(),
        ticket: arguments.ticket.clone(),
        keeps_when_fixed: has_fix(judged),
    };
    let path = match &arguments.file {
        Some(file) => desk.holder(file)?,
        None => fitting(&desk, judged, &draft.owner)?,
    };
    let text = accept::add(desk.text(&path)?.as_deref(), &draft)
        .map_err(|why| Exit::Usage(format!("`{}` is not edited: {why}", output::text(&path))))?;
    let edits = Edits::from([(path.clone(), Some(text))]);
    prove(&desk, &edits, &draft, judged, today)?;
    if arguments.diff {
        super::show(&desk, &edits)?;
        return Ok(Exit::Code(0));
    }
    super::write(&desk, &edits)?;
    tell(global, &path, &draft, judged);
    Ok(Exit::Code(0))
}

fn end(arguments: &Arguments, today: Date) -> Result<Date, Exit> {
    if let Some(expires) = arguments.expires {
        return Ok(expires);
    }
    let days = i64::from(arguments.days.unwrap_or_default());
    let end = Span::new().try_days(days).and_then(|days| today.checked_add(days));
    end.map_err(|_| Exit::Usage(format!("{days} days from now is no date")))
}

fn has_fix(judged: &Judged) -> bool {
    let fix = judged.finding.fix.as_ref();
    fix.is_some_and(|fix| fix.state == portcullis_model::FixState::Fixed || !fix.versions.is_empty())
}

/// The one finding that was named; of several that are open each is listed.
fn only<'a>(found: &[&'a Judged], name: &str) -> Result<&'a Judged, Exit> {
    let shown = output::text(name);
    let open: Vec<&Judged> = found.iter().copied().filter(|judged| judged.is_open()).collect();
    let is_own = |judged: &Judged| portcullis_policy::rules().iter().any(|rule| rule.id == judged.finding.rule_id);
    match open.as_slice() {
        [] => Err(Exit::Usage(match found.first() {
            Some(judged) => format!("`{shown}` is not open: {}", why_not_open(judged)),
            None => format!("no finding is called `{shown}`: name a fingerprint, an id, or a place as `path:line`"),
        })),
        [only] if is_own(only) => {
            let help = only.finding.remediation.as_deref().unwrap_or_default();
            Err(Exit::Usage(format!(
                "`{shown}` is about the policy itself and cannot be accepted: {}",
                output::text(help)
            )))
        }
        [only] => Ok(only),
        several => {
            let row = |judged: &&Judged| {
                let finding = &judged.finding;
                let line = finding.primary().and_then(|place| place.start_line);
                let place = line.map_or_else(|| finding.path().to_owned(), |line| format!("{}:{line}", finding.path()));
                let package = finding.package.as_deref().and_then(|package| package.purl.clone()).unwrap_or_default();
                let cells = [finding.fingerprint.as_str(), &finding.id, &package, &place];
                let cells: Vec<_> = cells.into_iter().filter(|cell| !cell.is_empty()).map(output::text).collect();
                format!("  {}", cells.join("  "))
            };
            let rows: Vec<_> = several.iter().take(MOST_LISTED).map(row).collect();
            let more = several.len().saturating_sub(MOST_LISTED);
            let more = if more > 0 { format!("\n  and {more} more") } else { String::new() };
            Err(Exit::Usage(format!(
                "`{shown}` names {} findings: name one by its fingerprint\n{}{more}",
                several.len(),
                rows.join("\n")
            )))
        }
    }
}

/// Findings of one name that are listed.
const MOST_LISTED: usize = 20;

fn why_not_open(judged: &Judged) -> String {
    match (&judged.exception, judged.state) {
        (Some(id), _) => format!("exception {} accepts it already", output::text(id)),
        (None, State::Excluded) => "the policy excludes its file".to_owned(),
        (None, State::Suppressed) => "a report, an ignore file or a comment suppresses it".to_owned(),
        _ => "there is nothing to accept".to_owned(),
    }
}

/// A file named after the section, the only file there is, the first with an exception of this owner, or a new one.
fn fitting(desk: &Desk<'_>, judged: &Judged, owner: &str) -> Result<String, Exit> {
    let files = desk.exception_files()?;
    let of_section = |extension: &str| format!("{DIRECTORY}/{}.{extension}", judged.finding.section);
    let named = files.iter().find(|file| ["yaml", "yml"].iter().any(|extension| **file == of_section(extension)));
    if let Some(file) = named {
        return Ok(file.clone());
    }
    let is_of_a_section = |file: &str| {
        let stem = file.rsplit('/').next().and_then(|name| name.rsplit_once('.')).map_or("", |(stem, _)| stem);
        Section::ALL.iter().any(|section| section.as_str() == stem)
    };
    if let [only] = files.as_slice()
        && !is_of_a_section(only)
    {
        return Ok(only.clone());
    }
    let mut exceptions = desk.gate.policy.exceptions().iter();
    let theirs = exceptions.find(|exception| {
        let file = &*exception.origin.layer;
        exception.owner == owner && files.iter().any(|known| known == file) && !is_of_a_section(file)
    });
    Ok(theirs.map_or_else(|| of_section("yaml"), |exception| exception.origin.layer.to_string()))
}

/// The whole policy with the new entry must be valid, accept the finding, and be otherwise the same.
fn prove(desk: &Desk<'_>, edits: &Edits, draft: &Draft, judged: &Judged, today: Date) -> Result<(), Exit> {
    let amended = desk.amended(edits)?;
    let key = format!("exceptions[{}]", draft.id);
    let changes = portcullis_policy::diff(&desk.gate.policy, &amended.policy, &amended.registry);
    if let Some(other) = changes.iter().find(|change| change.key != key) {
        return Err(Exit::Bug(format!("the new exception would change `{}` too; nothing was written", other.key)));
    }
    portcullis_policy::applies(&amended.policy, &draft.id, &judged.finding, today).map_err(|why| {
        Exit::Usage(format!(
            "an exception would not accept this finding, so nothing was written: {}",
            output::text(&why)
        ))
    })
}

fn tell(global: &Global, path: &str, draft: &Draft, judged: &Judged) {
    if global.quiet > 0 {
        return;
    }
    let mut text = format!("{} accepts `{}` until {} ({path})\n", draft.id, judged.finding.id, draft.expires);
    if draft.keeps_when_fixed {
        let versions = judged.finding.fix.as_ref().map(|fix| fix.versions.join(", ")).unwrap_or_default();
        let version = if versions.is_empty() { String::new() } else { format!(" ({versions})") };
        text += "note: a fix exists";
        text += &version;
        text += "; the exception says `when_fixed: keep`, without it it would end at once\n";
    }
    output::to_stderr(&text);
}
