//! `rules` of every layer: whether what it names exists, and the book the judgement looks into.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_model::{Diagnostic, Level, Registry, Rule, Severity, advisory};

use super::MOST_TOLD;
use super::build::Tree;
use super::layers::Layer;
use super::source::{Sources, labelled};
use super::value::{Located, Map, Value};
use crate::Policy;
use crate::judge::section_level;
use crate::pattern::{Names, Pattern, is_glob};
use crate::policy::{Field, RuleSetting, Setting};
use crate::rulebook::{RuleBook, RuleLayer};

/// A reason shorter than this says nothing.
pub(crate) const SHORTEST_REASON: usize = 10;

/// The rules of every layer.
pub(crate) fn book(layers: &[Layer], sources: &Sources, registry: &Registry, told: &mut Vec<Diagnostic>) -> RuleBook {
    let mut book = RuleBook::default();
    for layer in layers {
        let Some(rules) = layer.tree.at(&["rules"]).and_then(Located::as_map) else { continue };
        book.layers.push(rule_layer(rules, sources, registry, told));
    }
    book
}

/// `rules` of one place.
pub(super) fn rule_layer(rules: &Map, sources: &Sources, registry: &Registry, told: &mut Vec<Diagnostic>) -> RuleLayer {
    let mut layer = RuleLayer::default();
    let mut places: BTreeMap<&str, &Located> = BTreeMap::new();
    for (text, located) in rules {
        if told.len() >= MOST_TOLD {
            break;
        }
        let pattern = match Pattern::new(text) {
            Ok(pattern) => pattern,
            Err(reason) => {
                let message = format!("`{text}` is no pattern: {reason}");
                told.push(Diagnostic::error("policy/bad-value", message, sources.span(&located.key)));
                continue;
            }
        };
        if let Some(help) = unknown(&pattern, text, registry) {
            let message =
                if pattern.is_glob() { format!("`{text}` matches no rule") } else { format!("no rule `{text}`") };
            let error = Diagnostic::error("policy/unknown-rule", message, sources.span(&located.key));
            told.push(error.help(help));
            continue;
        }
        let setting = setting(located, sources);
        if pattern.is_glob() {
            layer.globs.push((pattern, setting));
            places.insert(text, located);
        } else {
            layer.exact.insert(pattern.as_str().to_owned(), setting);
        }
    }
    equals(&layer, &places, sources, registry, told);
    layer.globs.sort_by(|(one, _), (two, _)| {
        two.literal_chars().cmp(&one.literal_chars()).then_with(|| one.as_str().cmp(two.as_str()))
    });
    layer
}

fn setting(located: &Located, sources: &Sources) -> RuleSetting {
    let level = located.at(&["level"]);
    let severity = located.at(&["severity"]);
    match located.value {
        Value::Null => RuleSetting { level: Field::Reset, severity: Field::Reset },
        _ => RuleSetting {
            level: field(level, Located::as_level, sources),
            severity: field(severity, Located::as_severity, sources),
        },
    }
}

pub(super) fn field<T>(located: Option<&Located>, read: impl Fn(&Located) -> Option<T>, sources: &Sources) -> Field<T> {
    match located {
        Some(located) if matches!(located.value, Value::Null) => Field::Reset,
        Some(located) => read(located)
            .map_or(Field::Unset, |value| Field::Set(Setting { value, origin: sources.origin(&located.mark) })),
        None => Field::Unset,
    }
}

/// A list of rules and patterns: each must name something. `*` is every rule.
pub(crate) fn named(list: &[Located], sources: &Sources, registry: &Registry, told: &mut Vec<Diagnostic>) {
    for located in list {
        let Some(text) = located.as_text() else { continue };
        let error = |code, message: String| Diagnostic::error(code, message, sources.span(&located.mark));
        match Pattern::new(text) {
            Ok(pattern) if pattern.matches_everything() => {}
            Ok(pattern) => {
                let Some(help) = unknown(&pattern, text, registry) else { continue };
                let message =
                    if pattern.is_glob() { format!("`{text}` matches no rule") } else { format!("no rule `{text}`") };
                told.push(error("policy/unknown-rule", message).help(help));
            }
            Err(reason) => told.push(error("policy/bad-value", format!("`{text}` is no pattern: {reason}"))),
        }
    }
}

/// What to write instead, where the pattern names nothing that exists. Ids of other tools cannot be checked.
pub(crate) fn unknown(pattern: &Pattern, text: &str, registry: &Registry) -> Option<String> {
    let of_a_tool = text.split_once(':').is_some_and(|(tool, id)| !tool.is_empty() && !id.is_empty());
    let known = if pattern.is_glob() {
        registry.ids().any(|id| pattern.matches(id))
    } else {
        registry.contains(text) || advisory::is_advisory(text)
    };
    if of_a_tool || known {
        return None;
    }
    if let Some(rule) = registry.rules().iter().find(|rule| rule.aliases.contains(&text)) {
        return Some(format!("here it is called `{}`", rule.id));
    }
    let slug = registry.ids().find(|id| id.split_once('/').is_some_and(|(_, slug)| slug == text));
    if let Some(id) = slug {
        return Some(format!("did you mean `{id}`?"));
    }
    let near = registry.nearest(text);
    let quoted: Vec<_> = near.iter().map(|id| format!("`{id}`")).collect();
    Some(match quoted.split_last() {
        Some((last, [])) => format!("did you mean {last}?"),
        Some((last, rest)) => format!("did you mean {} or {last}?", rest.join(", ")),
        None => "`portcullis explain --list` shows every rule; rules of other tools are written `tool:ID`".to_owned(),
    })
}

/// Whether an exact name is one a policy may use.
pub(crate) fn names_rule(text: &str, registry: &Registry) -> bool {
    Pattern::new(text).is_ok_and(|pattern| unknown(&pattern, text, registry).is_none())
}

/// Two patterns of one file that match the same rule, none more exact than the other.
fn equals(
    layer: &RuleLayer,
    places: &BTreeMap<&str, &Located>,
    sources: &Sources,
    registry: &Registry,
    told: &mut Vec<Diagnostic>,
) {
    let mut known: BTreeSet<(&str, &str)> = BTreeSet::new();
    let ids = registry.ids().filter(|id| !layer.exact.contains_key(*id));
    for shared in ids {
        if told.len() >= MOST_TOLD {
            return;
        }
        let mut by_weight: BTreeMap<usize, &Pattern> = BTreeMap::new();
        for pattern in layer.globs.iter().map(|(pattern, _)| pattern).filter(|pattern| pattern.matches(shared)) {
            let Some(other) = by_weight.insert(pattern.literal_chars(), pattern) else { continue };
            if !known.insert((other.as_str(), pattern.as_str())) {
                continue;
            }
            let place = |pattern: &Pattern| {
                places.get(pattern.as_str()).map(|located| sources.span(&located.key)).unwrap_or_default()
            };
            let (one, two) = (place(other), place(pattern));
            let (first, second) = if one <= two { (one, two) } else { (two, one) };
            let message =
                format!("`{}` and `{}` both match `{shared}` and none is more exact", other.as_str(), pattern.as_str());
            let error =
                Diagnostic::error("policy/bad-value", message, second).related(labelled(first, "the other one"));
            told.push(error.help(format!("say what holds for `{shared}`, or make one pattern longer")));
        }
    }
}

/// `exception_policy.reason_for_off`: a rule that is switched off or lowered says why.
pub(crate) fn reasons(
    policy: &Policy,
    layers: &[Layer],
    tree: &Tree<'_>,
    registry: &Registry,
    told: &mut Vec<Diagnostic>,
) {
    let wanted = tree.flag(&["exception_policy", "reason_for_off"]);
    if !wanted.value {
        return;
    }
    let with_rules = layers.iter().filter_map(|layer| layer.tree.at(&["rules"]).and_then(Located::as_map));
    for (number, rules) in with_rules.enumerate() {
        let before = policy.rules.before(number);
        for (text, located) in rules {
            let reason = located.at(&["reason"]).and_then(Located::as_text).unwrap_or_default();
            if reason.trim().chars().count() >= SHORTEST_REASON {
                continue;
            }
            let Some(how) = lowers(policy, &before, text, located, registry) else { continue };
            let message = format!("`{text}` is {how} without a `reason`");
            let error = Diagnostic::error("policy/bad-value", message, tree.sources.span(&located.key));
            let asked = format!("exception_policy.reason_for_off is set ({})", wanted.origin);
            told.push(error.help(format!("say why in at least {SHORTEST_REASON} characters")).help(asked));
        }
    }
}

/// How an entry loosens what held before it; `None` when it does not.
fn lowers(policy: &Policy, before: &RuleBook, text: &str, located: &Located, registry: &Registry) -> Option<String> {
    let level = located.at(&["level"]).and_then(Located::as_level);
    let severity = located.at(&["severity"]).and_then(Located::as_severity);
    if level == Some(Level::Off) {
        return Some("switched off".to_owned());
    }
    let pattern = Pattern::new(text).ok()?;
    for rule in registry.rules().iter().filter(|rule| pattern.matches(rule.id)) {
        let (was_severity, was_level) = held(policy, before, rule);
        if severity.is_some_and(|severity| severity == Severity::Unknown || severity < was_severity) {
            return Some(format!("lowered from severity {was_severity}"));
        }
        if level.is_some_and(|level| level < was_level) {
            return Some(format!("lowered from {was_level}"));
        }
    }
    // Nothing is known of the rules of other tools but what earlier files say of them.
    if !is_glob(text) && registry.get(text).is_none() {
        let was = before.level(&pattern.as_str().into()).map(|decided| decided.setting.value);
        let lowered = level.zip(was).filter(|(level, was)| level < was);
        return lowered.map(|(_, was)| format!("lowered from {was}"));
    }
    None
}

/// Severity and level of a rule before this file spoke.
fn held(policy: &Policy, before: &RuleBook, rule: &Rule) -> (Severity, Level) {
    let names = Names::from(rule.id);
    let severity = before.severity(&names).map_or(rule.severity, |decided| decided.setting.value);
    let level = match before.level(&names) {
        Some(decided) => decided.setting.value,
        None => section_level(policy, rule.section(), severity).1.value,
    };
    (severity, level)
}
