//! `portcullis policy show`: the policy in force.

use portcullis_policy::{Origins, RuleRow, rule_rows};
use serde_json::json;

use crate::cli::exit::Exit;
use crate::cli::{Global, check, output};
use crate::gate::{self, Gate};

/// Arguments of `policy show`.
#[derive(clap::Args, Debug)]
pub(in crate::cli) struct Arguments {
    /// Only this part: vulnerabilities.levels, or an entry by its name, as in reports[deps]
    #[arg(value_name = "KEY", conflicts_with = "rules")]
    key: Option<String>,
    /// Say beside each value which file and line set it
    #[arg(long)]
    origin: bool,
    /// As this file sees it: overrides of its path applied
    #[arg(long = "for", value_name = "PATH")]
    path: Option<String>,
    /// A table of the rules instead: level, severity, and what decided
    #[arg(long)]
    rules: bool,
}

/// Prints it.
pub(super) fn run(global: &Global, arguments: &Arguments) -> Result<Exit, Exit> {
    let as_json = output::wants_json(global)?;
    let request = check::request_with_base(global, &[])?;
    let Some(mut gate) = gate::policy(&request)? else { return Ok(Exit::Code(0)) };
    output::warnings(&gate.warnings);
    if let Some(path) = &arguments.path {
        gate.policy = gate.policy.for_path(path.strip_prefix("./").unwrap_or(path), &gate.registry);
    }
    if arguments.rules {
        rules(&gate, as_json)?;
    } else {
        policy(&gate, arguments, as_json)?;
    }
    Ok(Exit::Code(0))
}

fn policy(gate: &Gate, arguments: &Arguments, as_json: bool) -> Result<(), Exit> {
    let origins = if arguments.origin { Origins::Shown } else { Origins::Hidden };
    let whole = gate.policy.effective();
    let part = match &arguments.key {
        None => whole.clone(),
        Some(key) => whole.part(key).ok_or_else(|| Exit::Usage(unknown(key, &whole.keys())))?,
    };
    if as_json {
        output::json(&part.json(origins))
    } else {
        output::to_stdout(gate::masked(&part.yaml(origins))?.as_bytes())
    }
}

fn unknown(key: &str, keys: &[String]) -> String {
    let shown = output::text(key);
    match portcullis_model::suggest::nearest(key, keys.iter().map(String::as_str), 1).first() {
        Some(near) => format!("nothing is set at `{shown}`: did you mean `{}`?", output::text(near)),
        None => format!("nothing is set at `{shown}`: `portcullis policy show` prints every key that is"),
    }
}

fn rules(gate: &Gate, as_json: bool) -> Result<(), Exit> {
    let rows = rule_rows(&gate.policy, &gate.registry);
    if as_json {
        return output::json(&rows.iter().map(as_value).collect());
    }
    let width = rows.iter().map(|row| row.id.chars().count()).max().unwrap_or_default();
    let header = format!("{:width$}  {:5}  {:8}  {:7}  decided by\n", "rule", "level", "severity", "since");
    let row = |row: &RuleRow| {
        let (level, severity, since) = (row.level.as_str(), row.severity.as_str(), row.since.unwrap_or("-"));
        let [id, key, origin] = [&row.id, &row.key, &row.origin.to_string()].map(|cell| output::cell(cell));
        format!("{id:width$}  {level:5}  {severity:8}  {since:7}  {key}  {origin}\n")
    };
    output::to_stdout(std::iter::once(header).chain(rows.iter().map(row)).collect::<Vec<_>>().concat().as_bytes())
}

fn as_value(row: &RuleRow) -> serde_json::Value {
    json!({
        "id": row.id,
        "level": row.level.as_str(),
        "severity": row.severity.as_str(),
        "since": row.since,
        "key": row.key,
        "origin": row.origin.to_string(),
    })
}
