//! The policy as one file of the repository sees it: overrides applied, origins kept.

use portcullis_model::{Level, Origin, Registry, Section, Severity};

use super::{Content, Effective, Node, rules};
use crate::Policy;
use crate::overrides::Override;
use crate::policy::Setting;
use crate::schema::{Key, POLICY, Type};

/// `before`: the whole policy. `after`: the typed one in which the overrides have been applied.
pub(crate) fn for_path(before: &Policy, after: &Policy, applied: &[&Override], registry: &Registry) -> Effective {
    let mut root = before.effective.root.clone();
    levels(&mut root, before, after);
    let secrets = [
        ("verified", &after.secrets.verified),
        ("unverified", &after.secrets.unverified),
        ("unaudited", &after.secrets.unaudited),
    ];
    for (key, setting) in secrets {
        set(&mut root, &["secrets", key], level(setting));
    }
    lists(&mut root, after, applied);
    let nodes: Vec<Node> = before.effective.root.get("overrides").map(Node::items).unwrap_or_default().to_vec();
    let of = |entry: &&Override| entry.position.and_then(|position| nodes.get(position));
    let overrides: Vec<&Node> = applied.iter().filter_map(of).filter_map(|node| node.get("rules")).collect();
    if !overrides.is_empty() {
        let flat = rules::overridden(before.effective.root.get("rules"), &overrides, &after.rules, registry);
        put(&mut root, "rules", flat);
    }
    let left = after.overrides.iter().filter_map(|entry| nodes.get(entry.position?).cloned()).collect();
    put(&mut root, "overrides", Node { content: Content::List(left), origin: Origin::builtin() });
    arrange(&mut root, POLICY.iter());
    Effective { root }
}

fn levels(root: &mut Node, before: &Policy, after: &Policy) {
    for severity in Severity::ALL {
        let word = severity.as_str();
        set(root, &["levels", word], level(after.levels.get(severity)));
        for section in Section::ALL {
            let of =
                |policy: &Policy| policy.sections.get(section).and_then(|section| section.levels.get(severity).clone());
            let (Some(new), old) = (of(after), of(before)) else { continue };
            if Some(&new) == old.as_ref() {
                continue;
            }
            set(root, &[section.as_str(), "levels", word], level(&new));
            if *section == Section::Vulnerabilities {
                let without = || Node { content: Content::Word("default".to_owned()), origin: new.origin.clone() };
                for scope in ["runtime", "development", "optional", "unknown"] {
                    set(root, &["vulnerabilities", "scopes", scope, word], without());
                }
            }
        }
    }
}

fn lists(root: &mut Node, after: &Policy, applied: &[&Override]) {
    for (key, list) in [
        ("require_labels", &after.alerts.require_labels),
        ("require_annotations", &after.alerts.require_annotations),
        ("severities", &after.alerts.severities),
    ] {
        let speaks = |entry: &&&Override| match key {
            "require_labels" => entry.alerts.require_labels.is_some(),
            "require_annotations" => entry.alerts.require_annotations.is_some(),
            _ => entry.alerts.severities.is_some(),
        };
        let Some(origin) = applied.iter().rfind(speaks).map(|entry| entry.origin.clone()) else { continue };
        let text = |text: &String| Node { content: Content::Text(text.clone()), origin: origin.clone() };
        let content = Content::List(list.iter().map(text).collect());
        set(root, &["alerts", key], Node { content, origin });
    }
}

fn level(setting: &Setting<Level>) -> Node {
    Node { content: Content::Word(setting.value.to_string()), origin: setting.origin.clone() }
}

/// Puts a value at a path, whose mappings are made where they are missing. As deep as the schema.
fn set(node: &mut Node, path: &[&str], value: Node) {
    let Some((first, rest)) = path.split_first() else {
        *node = value;
        return;
    };
    if node.get(first).is_none() {
        put(node, first, Node { content: Content::Map(Vec::new()), origin: Origin::builtin() });
    }
    let Content::Map(entries) = &mut node.content else { return };
    if let Some((_, below)) = entries.iter_mut().find(|(name, _)| name == first) {
        set(below, rest, value);
    }
}

fn put(node: &mut Node, key: &str, value: Node) {
    let Content::Map(entries) = &mut node.content else { return };
    match entries.iter_mut().find(|(name, _)| name == key) {
        Some((_, old)) => *old = value,
        None => entries.push((key.to_owned(), value)),
    }
}

/// The order of the schema, again.
fn arrange(node: &mut Node, keys: impl Iterator<Item = &'static Key>) {
    let keys: Vec<&Key> = keys.collect();
    let Content::Map(entries) = &mut node.content else { return };
    entries.sort_by_key(|(name, _)| keys.iter().position(|key| key.name == name));
    for (name, below) in entries {
        let kind = keys.iter().find(|key| key.name == name).map(|key| &key.kind);
        if let Some(kind @ (Type::Map(_) | Type::Levels(_))) = kind {
            arrange(below, kind.keys());
        }
    }
}
