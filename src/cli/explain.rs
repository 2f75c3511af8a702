//! `portcullis explain`: the page of a rule, why a finding has its level, or the list of all rules.

use portcullis_model::{FixKind, Judged, Registry, RulePage, Tier, suggest};

use super::exit::Exit;
use super::finding::{Name, Where};
use super::{Global, output};
use crate::gate;

/// Arguments of `explain`.
#[derive(clap::Args, Debug)]
pub(super) struct Arguments {
    /// Id of a rule (`gha/unpinned-uses`) or another tool's name for it; a finding: fingerprint, advisory under any name, or place
    #[arg(value_name = "RULE|FINDING|PATH:LINE", required_unless_present = "list")]
    rule: Option<String>,
    /// List every rule
    #[arg(long, conflicts_with_all = ["rule", "result", "reports"])]
    list: bool,
    #[command(flatten)]
    place: Where,
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
        None if portcullis_policy::codes().any(|page| page.code == id) => {
            let pages = portcullis_policy::codes().filter(|page| page.code == id);
            let text: Vec<_> = pages.map(|page| format!("{}: {}\n\n{}\n", page.code, page.title, page.body)).collect();
            output::to_stdout(text.concat().as_bytes())?;
            Ok(Exit::Code(0))
        }
        None => {
            let misspelt = is_misspelt(id, &book.registry);
            finding(id, global, &arguments.place, misspelt, &rules)
        }
    }
}

/// A slip in the name of one of our own rules: one is near, or its namespace is ours and it is no place in a file.
fn is_misspelt(id: &str, registry: &Registry) -> bool {
    let namespace = id.split_once('/').map(|(namespace, _)| namespace);
    let is_ours = |rule: &str| rule.split_once('/').map(|(namespace, _)| namespace) == namespace;
    let names_a_rule = namespace.is_some() && matches!(Name::parse(id), Name::Id(_)) && !id.contains(':');
    !registry.nearest(id).is_empty() || (names_a_rule && registry.ids().any(is_ours))
}

/// Judges again, or reads the result, and prints each step of the decision about every finding of this name.
fn finding(name: &str, global: &Global, place: &Where, misspelt: bool, rules: &[RulePage<'_>]) -> Result<Exit, Exit> {
    // A run would find nothing under it.
    if misspelt && place.result.is_none() {
        return Err(Exit::Usage(unknown(name, rules, &[])));
    }
    let looked = place.look(global)?;
    let found = Name::parse(name).find(&looked.outcome);
    if found.is_empty() {
        let findings = looked.outcome.findings.len();
        return Err(Exit::Usage(format!(
            "{}\nnone of the {findings} findings of this run is called so: name a fingerprint, an id, or a place as `path:line`",
            unknown(name, rules, &looked.outcome.findings)
        )));
    }
    let mut judged: Vec<Judged> = found.into_iter().cloned().collect();
    for judged in &mut judged {
        let near = looked.policy.iter().flat_map(|policy| portcullis_policy::near_misses(policy, &judged.finding));
        let near: Vec<String> = near.filter(|note| !judged.notes.contains(note)).collect();
        // What an exception took out needs no other.
        if judged.is_open() {
            judged.notes.extend(near);
        }
    }
    output::decisions(&judged, global)?;
    Ok(Exit::Code(0))
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

/// Ids an unknown one is told for.
const NEAREST: usize = 3;

fn unknown(id: &str, rules: &[RulePage<'_>], findings: &[Judged]) -> String {
    // A bare slug is the most common slip: `unpinned-uses` instead of `gha/unpinned-uses`.
    let has_slug = |rule: &&RulePage<'_>| rule.id.rsplit_once('/').is_some_and(|(_, slug)| slug == id);
    let mut near: Vec<&str> = rules.iter().filter(has_slug).map(|rule| rule.id).collect();
    if near.is_empty() && matches!(Name::parse(id), Name::Id(_)) {
        let known = rules.iter().map(|rule| rule.id).chain(findings.iter().map(|judged| judged.finding.id.as_str()));
        near = suggest::closest(id, known, NEAREST);
    }
    let near: Vec<String> = near.into_iter().map(|near| format!("`{}`", output::text(near))).collect();
    let hint = if near.is_empty() { String::new() } else { format!("; did you mean {}?", near.join(", ")) };
    format!("no rule `{}`{hint}\n`portcullis explain --list` shows every rule", output::text(id))
}
