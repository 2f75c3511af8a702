//! `portcullis explain`: the page of a rule, or the list of all.

use portcullis_model::Rule;

use super::exit::Exit;
use super::{Global, output};
use crate::gate;

/// Arguments of `explain`.
#[derive(clap::Args, Debug)]
pub(super) struct Arguments {
    /// Id of a rule (`gha/unpinned-uses`), or the name another tool has for it (`zizmor/unpinned-uses`)
    #[arg(value_name = "RULE", required_unless_present = "list")]
    rule: Option<String>,
    /// List every rule
    #[arg(long, conflicts_with = "rule")]
    list: bool,
}

/// Prints a page or the list.
pub(super) fn run(global: &Global, arguments: &Arguments) -> Result<Exit, Exit> {
    let registry = gate::registry().map_err(Exit::Diagnostics)?;
    let Some(id) = &arguments.rule else {
        output::rule_list(registry.rules(), global)?;
        return Ok(Exit::Code(0));
    };
    let rule = registry.get(id).or_else(|| registry.rules().iter().find(|rule| rule.aliases.contains(&id.as_str())));
    match rule {
        Some(rule) => {
            output::page(rule, global)?;
            Ok(Exit::Code(0))
        }
        None => Err(Exit::Usage(unknown(id, &registry.nearest(id), registry.rules()))),
    }
}

fn unknown(id: &str, nearest: &[&str], rules: &[Rule]) -> String {
    let id = output::text(id);
    if nearest.is_empty() {
        // A bare slug is the most common slip: `unpinned-uses` instead of `gha/unpinned-uses`.
        let with_slug: Vec<&str> = rules
            .iter()
            .filter(|rule| rule.id.rsplit_once('/').is_some_and(|(_, slug)| slug == id))
            .map(|rule| rule.id)
            .collect();
        if with_slug.is_empty() {
            return format!("no rule `{id}`; `portcullis explain --list` shows every rule");
        }
        return format!("no rule `{id}`; did you mean `{}`?", with_slug.join("`, `"));
    }
    format!("no rule `{id}`; did you mean `{}`? `portcullis explain --list` shows every rule", nearest.join("`, `"))
}
