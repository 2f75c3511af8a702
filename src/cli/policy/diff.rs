//! `portcullis policy diff`: what a change does to the gate, in words.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use portcullis_policy::{Change, Direction};
use serde_json::json;

use crate::cli::exit::Exit;
use crate::cli::{Global, check, output, settings};
use crate::gate::{self, Difference};

/// Arguments of `policy diff`.
#[derive(clap::Args, Debug)]
pub(in crate::cli) struct Arguments {
    /// The older version, a revision or a file; without it where the branch left the default branch
    #[arg(value_name = "BASE")]
    base: Option<String>,
    /// The newer version, a revision or a file; without it the work tree
    #[arg(value_name = "HEAD")]
    head: Option<String>,
}

/// Prints it.
pub(super) fn run(global: &Global, arguments: &Arguments) -> Result<Exit, Exit> {
    let as_json = output::wants_json(global)?;
    let fails_on_weaker = global.settings.fails_on_weaker()?;
    let global = &Global { settings: settings::Flags::default(), ..global.clone() };
    let request = check::request_with_base(global, &[])?;
    let found = gate::difference(&request, arguments.base.as_deref(), arguments.head.as_deref())?;
    let Some(difference) = found else { return Ok(Exit::Code(0)) };
    if as_json {
        output::json(&document(&difference))?;
    } else {
        output::to_stdout(gate::masked(&words(&difference))?.as_bytes())?;
    }
    let is_weaker = difference.changes.iter().any(|change| change.direction == Direction::Weaker);
    Ok(Exit::Code(u8::from(is_weaker && fails_on_weaker)))
}

fn document(difference: &Difference) -> serde_json::Value {
    let change = |change: &Change| {
        json!({
            "direction": change.direction.as_str(),
            "key": change.key,
            "old": change.old,
            "new": change.new,
            "origin": change.origin.to_string(),
            "excluded_files": difference.excluded.get(&change.key),
        })
    };
    let changes: Vec<_> = difference.changes.iter().map(change).collect();
    json!({ "base": difference.base, "head": difference.head, "changes": changes })
}

fn words(difference: &Difference) -> String {
    if difference.changes.is_empty() {
        let (head, base) = (output::cell(&difference.head), output::cell(&difference.base));
        return format!("The policy of {head} says the same as that of {base}.\n");
    }
    let mut text = String::new();
    for direction in [Direction::Weaker, Direction::Stricter, Direction::Changed] {
        let changes: Vec<_> = difference.changes.iter().filter(|change| change.direction == direction).collect();
        if changes.is_empty() {
            continue;
        }
        let first = if text.is_empty() { "This change" } else { "and" };
        let what = match direction {
            Direction::Weaker => "weakens the gate",
            Direction::Stricter => "makes it stricter",
            Direction::Changed => "changes what makes it neither weaker nor stricter",
        };
        let _ = writeln!(text, "{first} {what} ({})", changes.len());
        table(&mut text, &changes, &difference.excluded);
    }
    text
}

/// Columns of one block.
fn table(text: &mut String, changes: &[&Change], excluded: &BTreeMap<String, usize>) {
    let rows: Vec<[String; 3]> = changes
        .iter()
        .map(|change| {
            [&change.key, &arrow(change, excluded), &change.origin.to_string()].map(|cell| output::cell(cell))
        })
        .collect();
    let widest = |cells: &mut dyn Iterator<Item = &String>| {
        cells.map(|cell| cell.chars().count()).max().unwrap_or_default().min(60)
    };
    let keys = widest(&mut rows.iter().map(|[key, ..]| key));
    let values = widest(&mut rows.iter().map(|[_, value, _]| value));
    for [key, value, origin] in &rows {
        let _ = writeln!(text, "  {key:keys$}  {value:values$}  {origin}");
    }
}

fn arrow(change: &Change, excluded: &BTreeMap<String, usize>) -> String {
    let files = match excluded.get(&change.key) {
        Some(1) => ", 1 more file left out".to_owned(),
        Some(count) => format!(", {count} more files left out"),
        None => String::new(),
    };
    let told = match (&change.old, &change.new) {
        (Some(old), Some(new)) => format!("{old} -> {new}"),
        (None, Some(new)) => format!("new: {new}"),
        (Some(old), None) => format!("gone: {old}"),
        (None, None) => String::new(),
    };
    told + &files
}
