//! `portcullis exception prune`: what has ended and what matches nothing goes.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use portcullis_model::{ExceptionRow, ExceptionState, Outcome};
use portcullis_policy::Exception;
use portcullis_policy::accept::{self, Pruned};

use crate::cli::exit::Exit;
use crate::cli::finding::Where;
use crate::cli::{Global, check, output};
use crate::gate::{Desk, Edits};

/// Arguments of `exception prune`.
#[derive(clap::Args, Debug)]
pub(in crate::cli) struct Arguments {
    /// Only show what would go
    #[arg(long)]
    diff: bool,
    #[command(flatten)]
    place: Where,
}

/// Judges, or reads a result, and edits every file that holds an exception nobody needs.
pub(super) fn run(global: &Global, arguments: &Arguments) -> Result<Exit, Exit> {
    let request = check::request(global, &[], &[])?;
    let today = request.now.to_zoned(TimeZone::UTC).date();
    let Some(desk) = Desk::open(&request)? else { return Ok(Exit::Code(0)) };
    let looked = arguments.place.look(global)?;
    let gone: Vec<(&Exception, String)> = desk
        .gate
        .policy
        .exceptions()
        .iter()
        .filter_map(|exception| Some((exception, why(exception, &looked.outcome, today)?)))
        .collect();
    let edits = edits(&desk, &gone)?;
    prove(&desk, &edits, &gone)?;
    if arguments.diff {
        super::show(&desk, &edits)?;
    } else {
        super::write(&desk, &edits)?;
    }
    tell(global, &desk, &gone, &edits, arguments.diff);
    Ok(Exit::Code(0))
}

/// Why an exception is not needed; `None` where it is, or where nobody can say.
fn why(exception: &Exception, outcome: &Outcome, today: Date) -> Option<String> {
    if exception.expires < today {
        return Some(format!("ended on {}", exception.expires));
    }
    // A result may be older than the entry.
    let row = outcome.exceptions.iter().find(|row| row.id == exception.id && is_of(row, exception))?;
    match row.state {
        ExceptionState::EndedByFix => Some("ended by a fix".to_owned()),
        ExceptionState::Unused => Some("matches nothing".to_owned()),
        _ => None,
    }
}

fn is_of(row: &ExceptionRow, exception: &Exception) -> bool {
    row.rules.iter().map(String::as_str).eq(exception.rules())
        && row.target == exception.target()
        && row.expires == Some(exception.expires)
}

fn edits(desk: &Desk<'_>, gone: &[(&Exception, String)]) -> Result<Edits, Exit> {
    let mut by_file: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (exception, _) in gone {
        by_file.entry(&exception.origin.layer).or_default().insert(&exception.id);
    }
    let mut edits = Edits::new();
    for (path, ids) in by_file {
        let refused = |why: &str| Exit::Usage(format!("`{}` is not edited: {why}", output::text(path)));
        let text = desk.text(path)?.ok_or_else(|| refused("it is no file of this repository"))?;
        let pruned = accept::prune(&text, &ids).map_err(|why| refused(&why.to_string()))?;
        edits.insert(
            path.to_owned(),
            match pruned {
                Pruned::Text(text) => Some(text),
                Pruned::Empty => None,
            },
        );
    }
    Ok(edits)
}

/// The policy without them must be valid and otherwise the same.
fn prove(desk: &Desk<'_>, edits: &Edits, gone: &[(&Exception, String)]) -> Result<(), Exit> {
    if edits.is_empty() {
        return Ok(());
    }
    let amended = desk.amended(edits)?;
    let changed = portcullis_policy::diff(&desk.gate.policy, &amended.policy, &amended.registry);
    let changed: BTreeSet<String> = changed.into_iter().map(|change| change.key).collect();
    let expected = gone.iter().map(|(exception, _)| format!("exceptions[{}]", exception.id)).collect();
    if changed == expected {
        return Ok(());
    }
    let other: Vec<_> = changed.symmetric_difference(&expected).map(|key| output::text(key)).collect();
    Err(Exit::Bug(format!("the edit would do something else ({}); nothing was written", other.join(", "))))
}

fn tell(global: &Global, desk: &Desk<'_>, gone: &[(&Exception, String)], edits: &Edits, only_shown: bool) {
    if global.quiet > 0 {
        return;
    }
    let kept = desk.gate.policy.exceptions().len() - gone.len();
    let mut lines: Vec<String> =
        gone.iter().map(|(exception, why)| format!("{}: {why} ({})", exception.id, exception.origin)).collect();
    let fate = if only_shown { "would go" } else { "is deleted" };
    let emptied = edits.iter().filter(|(_, text)| text.is_none());
    lines.extend(emptied.map(|(path, _)| format!("`{path}` holds nothing any more and {fate}")));
    let count = gone.len();
    let what = if only_shown { "would go" } else { "deleted" };
    lines.push(match count {
        0 => format!("nothing to delete: {kept} in use or not known to be unused\n"),
        count => format!("{count} {what}, {kept} kept\n"),
    });
    output::to_stderr(&lines.join("\n"));
}
