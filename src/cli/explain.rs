//! `portcullis explain`: the page of a rule, or the list of all.

use portcullis_model::{FixKind, RulePage, Tier};

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

/// A rule of the scanner, with its page.
struct SecretRule {
    id: String,
    title: String,
    alias: String,
    severity: portcullis_model::Severity,
    page: String,
}

/// Prints a page or the list.
pub(super) fn run(global: &Global, arguments: &Arguments) -> Result<Exit, Exit> {
    let book = gate::rule_book().map_err(Exit::Diagnostics)?;
    let secrets: Vec<SecretRule> = book.secrets.rules().iter().filter(|rule| !rule.skip_report).map(secret).collect();
    let mut rules: Vec<RulePage<'_>> = book.registry.rules().iter().map(RulePage::from).collect();
    rules.extend(secrets.iter().map(SecretRule::page));
    let Some(id) = &arguments.rule else {
        output::rule_list(&rules, global)?;
        return Ok(Exit::Code(0));
    };
    let is_it = |rule: &&RulePage<'_>| rule.id == id || rule.aliases.contains(&id.as_str());
    match rules.iter().find(is_it) {
        Some(rule) => {
            output::page(rule, global)?;
            Ok(Exit::Code(0))
        }
        None => Err(Exit::Usage(unknown(id, &book.registry.nearest(id), &rules))),
    }
}

fn secret(rule: &portcullis_secrets::Rule) -> SecretRule {
    SecretRule {
        id: rule.id.clone(),
        title: rule.description.clone(),
        alias: format!("gitleaks/{}", rule.id),
        severity: rule.severity(),
        page: rule.page(),
    }
}

impl SecretRule {
    fn page(&self) -> RulePage<'_> {
        RulePage {
            id: &self.id,
            title: &self.title,
            severity: self.severity,
            tier: Tier::Default,
            since: "0.1.0",
            aliases: vec![&self.alias],
            fix: FixKind::None,
            page: &self.page,
        }
    }
}

fn unknown(id: &str, nearest: &[&str], rules: &[RulePage<'_>]) -> String {
    let id = output::text(id);
    let mut near = nearest.to_vec();
    if near.is_empty() {
        // A bare slug is the most common slip: `unpinned-uses` instead of `gha/unpinned-uses`.
        let has_slug = |rule: &&RulePage<'_>| rule.id.rsplit_once('/').is_some_and(|(_, slug)| slug == id);
        near.extend(rules.iter().filter(has_slug).map(|rule| rule.id));
    }
    let hint = if near.is_empty() { String::new() } else { format!("; did you mean `{}`?", near.join("`, `")) };
    format!("no rule `{id}`{hint}\n`portcullis explain --list` shows every rule")
}
