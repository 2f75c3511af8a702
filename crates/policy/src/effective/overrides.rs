//! What changed in `overrides`: entries are told apart by what they select.

use std::collections::BTreeMap;

use portcullis_model::{Level, Origin};

use super::change::{Change, Comparison, Direction};
use super::{Content, Node, Origins};
use crate::Policy;
use crate::overrides::{Certainty, Override, Weight, weigh};

const SELECTORS: [&str; 4] = ["paths", "exclude", "package", "tools"];

/// An entry, and what it is called.
struct Entry<'a> {
    name: String,
    node: &'a Node,
    /// None where it has ended.
    read: Option<&'a Override>,
}

impl Comparison<'_> {
    pub(super) fn overrides(&mut self) {
        let (before, after) = (entries(self.old), entries(self.new));
        let find = |all: &[Entry<'_>], name: &str| all.iter().position(|entry| entry.name == name);
        for entry in &after {
            match find(&before, &entry.name).and_then(|position| before.get(position)) {
                None => self.override_came(entry),
                Some(old) => self.override_changed(old, entry),
            }
        }
        for entry in before.iter().filter(|entry| find(&after, &entry.name).is_none()) {
            self.override_went(entry);
        }
        // The last one that matches decides, so that their order says something.
        let order = |all: &[Entry<'_>], others: &[Entry<'_>]| -> Vec<String> {
            all.iter().filter(|entry| find(others, &entry.name).is_some()).map(|entry| entry.name.clone()).collect()
        };
        let (was, is) = (order(&before, &after), order(&after, &before));
        if was != is {
            let shown = |names: Vec<String>| Some(names.join(", then "));
            self.changes.push(Change {
                direction: Direction::Weaker,
                key: "overrides".to_owned(),
                old: shown(was),
                new: shown(is),
                origin: after.first().map(|entry| entry.node.origin.clone()).unwrap_or_default(),
            });
        }
    }

    fn override_came(&mut self, entry: &Entry<'_>) {
        let direction = self.weighed(entry, |weight| match weight {
            weight if !weight.loosens.is_empty() => Direction::Weaker,
            weight if weight.tightens && !weight.reorders => Direction::Stricter,
            _ => Direction::Changed,
        });
        self.told(direction, &entry.name, None, Some(shown(entry.node)), &entry.node.origin);
    }

    fn override_went(&mut self, entry: &Entry<'_>) {
        let direction = self.weighed(entry, |weight| match weight {
            weight if weight.tightens || weight.reorders => Direction::Weaker,
            weight if weight.loosens.is_empty() => Direction::Changed,
            _ => Direction::Stricter,
        });
        self.told(direction, &entry.name, Some(shown(entry.node)), None, &entry.node.origin);
    }

    /// Leaf by leaf.
    fn override_changed(&mut self, before: &Entry<'_>, after: &Entry<'_>) {
        let (old, new) = (leaves(before.node), leaves(after.node));
        let keys: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        for key in keys {
            let (was, is) = (old.get(key).copied(), new.get(key).copied());
            if was.map(text) == is.map(text) {
                continue;
            }
            let direction = match key.as_str() {
                "reason" => Direction::Changed,
                "expires" => self.end_moved(before, after, was, is),
                _ if key.ends_with(".reason") => Direction::Changed,
                _ => leaf(was, is),
            };
            let origin = is.or(was).map(|node| node.origin.clone()).unwrap_or_default();
            self.told(direction, &format!("{}.{key}", after.name), was.map(text), is.map(text), &origin);
        }
    }

    /// An end is good news of what loosens only, and bad news of what tightens only.
    fn end_moved(&self, before: &Entry<'_>, after: &Entry<'_>, was: Option<&Node>, is: Option<&Node>) -> Direction {
        let end = |node: Option<&Node>| node.and_then(Node::plain);
        let is_earlier = match (end(was), end(is)) {
            (Some(was), Some(is)) => is < was,
            (was, _) => was.is_none(),
        };
        let all = [self.weighed(before, kind_of), self.weighed(after, kind_of)];
        match (all, is_earlier) {
            ([Direction::Weaker, Direction::Weaker], true) | ([Direction::Stricter, Direction::Stricter], false) => {
                Direction::Stricter
            }
            _ => Direction::Weaker,
        }
    }

    /// Weighed against both policies: the loosest answer counts. What has ended does nothing.
    fn weighed(&self, entry: &Entry<'_>, direction: impl Fn(&Weight) -> Direction) -> Direction {
        let Some(read) = entry.read else { return Direction::Changed };
        let others: Vec<&Override> =
            self.old.overrides.iter().chain(&self.new.overrides).filter(|other| !std::ptr::eq(*other, read)).collect();
        let weights = [self.old, self.new].map(|policy| weigh(policy, &others, read, self.registry, Certainty::Sure));
        Direction::loosest(weights.iter().map(direction)).unwrap_or(Direction::Changed)
    }

    fn told(&mut self, direction: Direction, key: &str, old: Option<String>, new: Option<String>, origin: &Origin) {
        self.changes.push(Change { direction, key: key.to_owned(), old, new, origin: origin.clone() });
    }
}

/// What an override does as a whole; `Changed` where it does both.
fn kind_of(weight: &Weight) -> Direction {
    match (weight.loosens.is_empty(), weight.tightens || weight.reorders) {
        (false, false) => Direction::Weaker,
        (true, _) if !weight.reorders => Direction::Stricter,
        _ => Direction::Changed,
    }
}

/// Surely tighter is a higher level, a level that cannot be higher, and one less that could not be lower.
fn leaf(was: Option<&Node>, is: Option<&Node>) -> Direction {
    let level = |node: Option<&Node>| node.and_then(Node::plain).and_then(|word| word.parse::<Level>().ok());
    let is_stricter = match (level(was), level(is)) {
        (Some(was), Some(is)) => is > was,
        (None, Some(is)) => is == Level::Fail && was.is_none(),
        (Some(was), None) => was == Level::Off && is.is_none(),
        (None, None) => false,
    };
    if is_stricter { Direction::Stricter } else { Direction::Weaker }
}

fn entries(policy: &Policy) -> Vec<Entry<'_>> {
    let nodes = policy.effective.root.get("overrides").map(Node::items).unwrap_or_default();
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    nodes
        .iter()
        .enumerate()
        .map(|(position, node)| {
            let selectors = SELECTORS.iter().filter_map(|selector| Some((selector, node.get(selector)?)));
            let parts: Vec<_> = selectors.map(|(selector, value)| format!("{selector} {}", text(value))).collect();
            let name = format!("overrides[{}]", parts.join(", "));
            let count = seen.entry(name.clone()).or_default();
            *count += 1;
            let name = if *count > 1 { format!("{name}#{count}") } else { name };
            let read = policy.overrides.iter().find(|entry| entry.position == Some(position));
            Entry { name, node, read }
        })
        .collect()
}

/// Everything it sets, by path.
fn leaves(node: &Node) -> BTreeMap<String, &Node> {
    fn collect<'a>(prefix: &str, node: &'a Node, leaves: &mut BTreeMap<String, &'a Node>) {
        match &node.content {
            Content::Map(entries) => {
                for (key, below) in entries {
                    let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
                    collect(&path, below, leaves);
                }
            }
            _ => drop(leaves.insert(prefix.to_owned(), node)),
        }
    }
    let mut found = BTreeMap::new();
    collect("", node, &mut found);
    found.retain(|key, _| !SELECTORS.contains(&key.as_str()));
    found
}

/// What it sets, on one line.
fn shown(node: &Node) -> String {
    let told: Vec<_> = leaves(node).iter().map(|(key, value)| format!("{key} {}", text(value))).collect();
    told.join(", ")
}

fn text(node: &Node) -> String {
    match &node.content {
        Content::List(items) => format!("[{}]", items.iter().map(text).collect::<Vec<_>>().join(", ")),
        Content::Map(_) => node.json(Origins::Hidden).to_string(),
        Content::Null => "null".to_owned(),
        _ => node.plain().unwrap_or_default(),
    }
}
