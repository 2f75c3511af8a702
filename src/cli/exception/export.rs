//! `portcullis exception export`: what is accepted, as VEX, so that other scanners know of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use portcullis_model::{Decision, ExceptionRow, ExceptionState, Finding, Judged, Outcome, Step, advisory};
use portcullis_policy::{Exception, Policy};
use portcullis_render::{Justification, VexFrame, VexStatement};

use crate::cli::exit::Exit;
use crate::cli::finding::Where;
use crate::cli::output::Vex;
use crate::cli::{Global, check, output};
use crate::gate::{self, Desk};

/// Arguments of `exception export`.
#[derive(clap::Args, Debug)]
pub(in crate::cli) struct Arguments {
    /// Only these exceptions
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    /// Write into this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// What is said of the packages; `not_affected` only of exceptions that are named
    #[arg(long = "as", value_enum, default_value_t = Status::Affected, value_name = "STATUS")]
    status: Status,
    /// Why they are not affected
    #[arg(long, value_name = "WORD", value_parser = justification)]
    justification: Option<Justification>,
    /// Who says it; otherwise the name of the policy
    #[arg(long, value_name = "WHO")]
    author: Option<String>,
    #[command(flatten)]
    place: Where,
}

/// What is said of the packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
#[value(rename_all = "snake_case")]
enum Status {
    /// Affected, and accepted for now: other scanners go on reporting it
    Affected,
    /// Not affected: other scanners hide it
    NotAffected,
}

fn justification(word: &str) -> Result<Justification, String> {
    let all = Justification::ALL;
    let words: Vec<_> = all.iter().map(|known| known.as_str()).collect();
    all.into_iter().find(|known| known.as_str() == word).ok_or_else(|| format!("write one of {}", words.join(", ")))
}

/// Judges, or reads a result, and writes the statements of every exception that is in force.
pub(super) fn run(global: &Global, arguments: &Arguments) -> Result<Exit, Exit> {
    let not_affected = not_affected(arguments)?;
    let (form, file) = output::vex_sink(global)?;
    let file = arguments.output.clone().or(file);
    let request = check::request(global, &[], &[])?;
    let Some(desk) = Desk::open(&request)? else { return Ok(Exit::Code(0)) };
    let policy = &desk.gate.policy;
    let looked = arguments.place.look(global)?;
    let rows: Vec<&ExceptionRow> = looked.outcome.exceptions.iter().filter(|row| is_in_force(row)).collect();
    if let Some(unknown) = arguments.ids.iter().find(|id| !rows.iter().any(|row| row.id == **id)) {
        return Err(Exit::Usage(format!("no exception `{}` is in force", output::text(unknown))));
    }
    let mut statements = Vec::new();
    for row in rows.into_iter().filter(|row| arguments.ids.is_empty() || arguments.ids.contains(&row.id)) {
        let made = statements_of(row, policy, &looked.outcome);
        if made.is_empty() && row.rules.iter().any(|rule| advisory::is_advisory(rule)) {
            let id = &row.id;
            output::to_stderr(&format!(
                "note: {id} is left out: it covers no package that was found and names none exactly\n"
            ));
        }
        statements.extend(made);
    }
    for statement in &mut statements {
        statement.not_affected = not_affected;
    }
    statements.sort();
    let frame = VexFrame {
        author: arguments
            .author
            .clone()
            .or_else(|| policy.name().map(str::to_owned))
            .unwrap_or_else(|| "portcullis".to_owned()),
        timestamp: request.now,
        version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    deliver(form, file.as_deref(), &statements, &frame)
}

fn not_affected(arguments: &Arguments) -> Result<Option<Justification>, Exit> {
    let usage = |why: &str| Err(Exit::Usage(why.to_owned()));
    match (arguments.status, arguments.justification) {
        (Status::Affected, None) => Ok(None),
        (Status::Affected, Some(_)) => usage("a justification belongs to `--as not_affected`"),
        (Status::NotAffected, None) => usage("`--as not_affected` needs `--justification`, why that is so"),
        (Status::NotAffected, Some(_)) if arguments.ids.is_empty() => {
            usage("`--as not_affected` hides findings in other scanners: name the exceptions of which it is true")
        }
        (Status::NotAffected, justification) => Ok(justification),
    }
}

fn deliver(form: Vex, file: Option<&Path>, statements: &[VexStatement], frame: &VexFrame) -> Result<Exit, Exit> {
    let bytes = match form {
        Vex::Cyclonedx => portcullis_render::cyclonedx_vex(statements, frame),
        Vex::Openvex => portcullis_render::openvex(statements, frame),
    };
    let bytes = bytes.map_err(|why| Exit::Bug(format!("the document cannot be written: {why}")))?;
    let text = gate::masked(&String::from_utf8_lossy(&bytes))?;
    match file {
        Some(file) => output::to_new_file(file, text.as_bytes())?,
        None => output::to_stdout(text.as_bytes())?,
    }
    Ok(Exit::Code(0))
}

fn is_in_force(row: &ExceptionRow) -> bool {
    matches!(row.state, ExceptionState::Active | ExceptionState::Expiring | ExceptionState::Imported)
}

/// One statement for each advisory: about the packages that were found and accepted, and about the one it names exactly.
fn statements_of(row: &ExceptionRow, policy: &Policy, outcome: &Outcome) -> Vec<VexStatement> {
    let exception = policy.exceptions().iter().find(|exception| exception.id == row.id);
    let base = |advisory: &str| VexStatement {
        advisory: advisory.to_owned(),
        exception: row.id.clone(),
        reason: row.reason.clone(),
        owner: row.owner.clone(),
        created: exception.map(|exception| exception.created),
        expires: row.expires,
        ..VexStatement::default()
    };
    let mut statements: BTreeMap<String, VexStatement> = BTreeMap::new();
    for finding in outcome.findings.iter().filter(|judged| is_covered(judged, row)).map(|judged| &judged.finding) {
        let Some(purl) = purl(finding).filter(|_| advisory::is_advisory(&finding.id)) else { continue };
        let statement = statements.entry(finding.id.clone()).or_insert_with(|| base(&finding.id));
        statement.packages.insert(purl.to_owned());
        let others = finding.all_ids().filter(|id| *id != finding.id && advisory::is_advisory(id));
        statement.aliases.extend(others.map(str::to_owned));
    }
    let Some(exception) = exception else { return statements.into_values().collect() };
    let Some(exact) = exact(exception) else { return statements.into_values().collect() };
    let known: BTreeSet<String> = statements
        .values()
        .flat_map(|statement| statement.aliases.iter().chain([&statement.advisory]))
        .cloned()
        .collect();
    for advisory in exception.advisories().filter(|advisory| !known.contains(*advisory)) {
        let statement = statements.entry(advisory.to_owned()).or_insert_with(|| base(advisory));
        statement.packages.insert(exact.to_owned());
    }
    statements.into_values().collect()
}

fn is_covered(judged: &Judged, row: &ExceptionRow) -> bool {
    let by_import = |decision: &Decision| decision.step == Step::State && decision.origin == row.origin;
    match row.state {
        ExceptionState::Imported => judged.decision.iter().any(by_import),
        _ => judged.exception.as_deref() == Some(&row.id),
    }
}

fn purl(finding: &Finding) -> Option<&str> {
    finding.package.as_deref()?.purl.as_deref()
}

/// A package that is named without a pattern.
fn exact(exception: &Exception) -> Option<&str> {
    exception.package().filter(|package| !package.contains(['*', '?', '[', '{', '\\']))
}
