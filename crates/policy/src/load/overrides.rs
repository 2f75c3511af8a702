//! `overrides`: typed entries, and what only the whole policy can show about them (spec/policy.md 4.1).

use std::collections::BTreeMap;

use portcullis_model::{BySeverity, Diagnostic, Glob, Globs, Level, Section, Severity};

use super::build::Tree;
use super::layers::Layer;
use super::rules::{field, rule_layer};
use super::value::{Located, Map, Value};
use super::{Inputs, MOST_TOLD};
use crate::Policy;
use crate::overrides::{AlertLists, Certainty, ListChange, Override, SecretLevels, weigh};
use crate::pattern::PackagePattern;
use crate::policy::Field;

/// A layer of the command line comes after the overrides: what it sets, none of them sets otherwise.
pub(super) fn settle(merged: &mut Map, layers: &[Layer]) {
    let Some(Located { value: Value::List(entries), .. }) = merged.get_mut("overrides") else { return };
    for flags in layers.iter().filter(|layer| layer.is_flag).filter_map(|layer| layer.tree.as_map()) {
        for entry in entries.iter_mut() {
            if let Value::Map(entry) = &mut entry.value {
                overlay(entry, flags);
            }
        }
    }
}

/// As deep as the schema.
fn overlay(entry: &mut Map, flags: &Map) {
    for (key, flag) in flags.iter().filter(|(key, _)| *key != "rules") {
        match (entry.get_mut(key), &flag.value) {
            (Some(Located { value: Value::Map(entry), .. }), Value::Map(flag)) => overlay(entry, flag),
            (Some(located), _) => *located = flag.clone(),
            (None, _) => {}
        }
    }
}

/// Every override, in the order in which they apply. What is wrong with one alone is told.
pub(super) fn read(
    tree: &Tree<'_>,
    layers: &[Layer],
    inputs: &Inputs<'_>,
    told: &mut Vec<Diagnostic>,
) -> Vec<Override> {
    let mut overrides = Vec::new();
    for (position, entry) in tree.list(&["overrides"]).iter().enumerate() {
        if told.len() >= MOST_TOLD {
            return overrides;
        }
        overrides.extend(one(tree, position, entry, inputs, told));
    }
    if overrides.is_empty() {
        return overrides;
    }
    for flags in layers.iter().filter(|layer| layer.is_flag) {
        // Told already, with the rules of the layer.
        let rules = flags.tree.at(&["rules"]).and_then(Located::as_map);
        let rules = rules.map(|rules| rule_layer(rules, tree.sources, inputs.registry, &mut Vec::new()));
        overrides.extend(rules.map(|rules| Override { rules, ..Override::default() }));
    }
    overrides
}

fn one(
    tree: &Tree<'_>,
    position: usize,
    entry: &Located,
    inputs: &Inputs<'_>,
    told: &mut Vec<Diagnostic>,
) -> Option<Override> {
    let map = entry.as_map()?;
    let globs = |key: &str| {
        let texts = map.get(key).map_or(&[][..], Located::items).iter().filter_map(Located::as_text);
        Globs::new(texts.filter_map(|text| Glob::new(text).ok()).collect())
    };
    let tools = map.get("tools").map_or(&[][..], Located::items).iter().filter_map(Located::as_text);
    let package = map.get("package").and_then(Located::as_text);
    let rules = map.get("rules").and_then(Located::as_map);
    let read = Override {
        position: Some(position),
        paths: globs("paths"),
        exclude: globs("exclude"),
        package: package.and_then(|text| PackagePattern::new(text).ok()),
        tools: tools.map(str::to_owned).collect(),
        levels: levels(map.get("levels"), tree),
        sections: sections(map, tree),
        secrets: secrets(map.get("secrets"), tree),
        alerts: alerts(map.get("alerts")),
        rules: rules.map(|rules| rule_layer(rules, tree.sources, inputs.registry, told)).unwrap_or_default(),
        origin: tree.sources.origin(&entry.mark),
    };
    selectors(tree, entry, &read, told);
    Some(read)
}

fn levels(located: Option<&Located>, tree: &Tree<'_>) -> BySeverity<Field<Level>> {
    let mut levels = BySeverity::default();
    for severity in Severity::ALL {
        let level = match located {
            // `levels: null` takes back what an earlier override says.
            Some(Located { value: Value::Null, .. }) => Field::Reset,
            located => field(located.and_then(|at| at.at(&[severity.as_str()])), Located::as_level, tree.sources),
        };
        *levels.get_mut(severity) = level;
    }
    levels
}

fn sections(map: &Map, tree: &Tree<'_>) -> BTreeMap<Section, BySeverity<Field<Level>>> {
    let given = Section::ALL.iter().filter_map(|section| {
        let own = map.get(section.as_str())?.at(&["levels"])?;
        Some((*section, levels(Some(own), tree)))
    });
    given.collect()
}

fn secrets(located: Option<&Located>, tree: &Tree<'_>) -> SecretLevels {
    let level = |key: &str| field(located.and_then(|at| at.at(&[key])), Located::as_level, tree.sources);
    SecretLevels { verified: level("verified"), unverified: level("unverified"), unaudited: level("unaudited") }
}

fn alerts(located: Option<&Located>) -> AlertLists {
    let texts = |items: &[Located]| items.iter().filter_map(Located::as_text).map(str::to_owned).collect();
    let list = |key: &str| match &located?.at(&[key])?.value {
        Value::List(items) => Some(ListChange::Replace(texts(items))),
        Value::Edit { add, remove } => Some(ListChange::Edit { add: texts(add), remove: texts(remove) }),
        _ => None,
    };
    AlertLists {
        require_labels: list("require_labels"),
        require_annotations: list("require_annotations"),
        severities: list("severities"),
    }
}

/// Something must select, and what the checks are told before they run can only be chosen by path.
fn selectors(tree: &Tree<'_>, entry: &Located, read: &Override, told: &mut Vec<Diagnostic>) {
    if read.paths.is_empty() && read.package.is_none() && read.tools.is_empty() {
        let message = format!("{} names neither `paths` nor `package` nor `tools`", read.name());
        let error = Diagnostic::error("policy/bad-value", message, tree.sources.span(&entry.mark));
        told.push(error.help("what holds everywhere stands outside of `overrides`"));
    }
    if read.package.is_none() && read.tools.is_empty() {
        return;
    }
    for key in ["require_labels", "require_annotations", "severities"] {
        let Some(located) = entry.at(&["alerts", key]) else { continue };
        let message = format!("`alerts.{key}` can be chosen by `paths` only");
        let error = Diagnostic::error("policy/bad-value", message, tree.sources.span(&located.key));
        told.push(error.help("what a rule must say is decided before there is a finding with a tool or a package"));
    }
}

/// What only the whole policy can show. Takes out what has ended.
pub(super) fn check(policy: &mut Policy, tree: &Tree<'_>, inputs: &Inputs<'_>, told: &mut Vec<Diagnostic>) {
    let entries = tree.list(&["overrides"]);
    for (position, read) in policy.overrides.iter().enumerate() {
        let Some(entry) = read.position.and_then(|position| entries.get(position)) else { continue };
        if told.len() >= MOST_TOLD {
            return;
        }
        reason(policy, position, entry, tree, inputs, told);
    }
    let ended: Vec<usize> =
        (0..entries.len()).filter(|position| has_ended(entries, *position, tree, inputs, told)).collect();
    policy.overrides.retain(|read| read.position.is_none_or(|position| !ended.contains(&position)));
    let is_strict = policy.layers.iter().any(|layer| layer.starts_with("preset:strict@"));
    for read in &policy.overrides {
        let Some(entry) = read.position.and_then(|position| entries.get(position)) else { continue };
        told.extend(unmatched(read, entry, tree, inputs, is_strict));
    }
}

/// An override that loosens says why.
fn reason(
    policy: &Policy,
    position: usize,
    entry: &Located,
    tree: &Tree<'_>,
    inputs: &Inputs<'_>,
    told: &mut Vec<Diagnostic>,
) {
    let (Some(read), None) = (policy.overrides.get(position), entry.at(&["reason"]).and_then(Located::as_text)) else {
        return;
    };
    let earlier: Vec<&Override> = policy.overrides.iter().take(position).collect();
    let weight = weigh(policy, &earlier, read, inputs.registry, Certainty::Usual);
    let Some(first) = weight.loosens.first() else { return };
    let more = match weight.loosens.len() {
        1 => String::new(),
        several => format!(", and {} more,", several - 1),
    };
    let message = format!("{} loosens {first}{more} without a `reason`", read.name());
    let error = Diagnostic::error("policy/bad-value", message, tree.sources.span(&entry.mark));
    told.push(error.help("say in `reason` why less is enough here"));
}

/// The last day still counts.
fn has_ended(
    entries: &[Located],
    position: usize,
    tree: &Tree<'_>,
    inputs: &Inputs<'_>,
    told: &mut Vec<Diagnostic>,
) -> bool {
    let Some(located) = entries.get(position).and_then(|entry| entry.at(&["expires"])) else { return false };
    let Some(expires) = located.as_date().filter(|expires| *expires < inputs.today) else { return false };
    let message = format!("overrides[{position}] ended on {expires}: it no longer applies");
    let warning = Diagnostic::warning("policy/override-expired", message, tree.sources.span(&located.mark));
    told.push(warning.help("delete it, or decide again and give it a new date"));
    true
}

/// Paths that match no file are a slip, or left over.
fn unmatched(
    read: &Override,
    entry: &Located,
    tree: &Tree<'_>,
    inputs: &Inputs<'_>,
    is_strict: bool,
) -> Option<Diagnostic> {
    let tracked = inputs.tracked?;
    let matches = |path: &String| read.paths.matches(path) && !read.exclude.matches(path);
    if read.paths.is_empty() || tracked.iter().any(matches) {
        return None;
    }
    let at = entry.at(&["paths"]).unwrap_or(entry);
    let (code, message) = ("policy/override-unmatched", format!("the paths of {} match no file", read.name()));
    let span = tree.sources.span(&at.mark);
    let told = if is_strict {
        Diagnostic::error(code, message, span).help("preset:strict asks for overrides that match something")
    } else {
        Diagnostic::warning(code, message, span)
    };
    Some(told.help("mend the paths, or delete the override"))
}
