//! The policy in force as people read it: every key with its value and the place that set it, in the order of the schema.

mod build;
mod change;
mod overrides;
mod path;
mod rules;
mod yaml;

use portcullis_model::Origin;
use serde_json::{Map, Value};

pub(crate) use build::build;
pub use change::{Change, Direction, diff, loosened, newly_excluded};
pub(crate) use path::for_path;
pub(crate) use rules::flattened;
pub use rules::{RuleRow, rule_rows};
pub use yaml::Origins;
pub(crate) use yaml::text as quoted;

/// The policy in force, as a tree.
#[derive(Clone, Debug, PartialEq)]
pub struct Effective {
    pub(crate) root: Node,
}

/// A value and the place that set it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    pub(crate) content: Content,
    pub(crate) origin: Origin,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Content {
    /// In the order of the schema.
    Map(Vec<(String, Node)>),
    List(Vec<Node>),
    Bool(bool),
    Integer(i64),
    /// A number with a fraction.
    Share(f32),
    /// A word, a date, a duration: written without quotes.
    Word(String),
    Text(String),
    /// Back to what holds without it.
    Null,
}

impl Effective {
    /// A part of it: `vulnerabilities.levels`, `reports[deps].max_age`, `rules.gha/unpinned-uses`.
    pub fn part(&self, path: &str) -> Option<Self> {
        let mut node = &self.root;
        let mut rest = path;
        while !rest.is_empty() {
            let (found, after) = node.step(rest)?;
            node = found;
            rest = after;
        }
        Some(Self { root: node.clone() })
    }

    /// Replaces what stands under a key by what stands there in another policy.
    pub(crate) fn take_over(&mut self, key: &str, other: &Self) {
        if let (Content::Map(entries), Some(theirs)) = (&mut self.root.content, other.root.get(key))
            && let Some((_, node)) = entries.iter_mut().find(|(name, _)| name == key)
        {
            *node = theirs.clone();
        }
    }

    /// Keys one can ask for, for proposals.
    pub fn keys(&self) -> Vec<String> {
        let mut keys = Vec::new();
        self.root.collect_keys("", &mut keys);
        keys
    }

    /// Plain values as JSON, or with each leaf as `{value, origin}`.
    pub fn json(&self, origins: Origins) -> Value {
        self.root.json(origins)
    }
}

impl Node {
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        match &self.content {
            Content::Map(entries) => entries.iter().find(|(name, _)| name == key).map(|(_, node)| node),
            _ => None,
        }
    }

    pub(crate) fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    pub(crate) fn items(&self) -> &[Self] {
        match &self.content {
            Content::List(items) => items,
            _ => &[],
        }
    }

    /// What a scalar says, without quotes.
    pub(crate) fn plain(&self) -> Option<String> {
        match &self.content {
            Content::Bool(value) => Some(value.to_string()),
            Content::Integer(value) => Some(value.to_string()),
            Content::Share(value) => Some(value.to_string()),
            Content::Word(text) | Content::Text(text) => Some(text.clone()),
            Content::Null | Content::Map(_) | Content::List(_) => None,
        }
    }

    /// One step of a path: the value of the longest key it begins with, and what is left of it. Rule ids hold dots.
    fn step<'a, 'p>(&'a self, path: &'p str) -> Option<(&'a Self, &'p str)> {
        if let Some(inside) = path.strip_prefix('[') {
            let (name, rest) = inside.split_once(']')?;
            let after = rest.strip_prefix('.').unwrap_or(rest);
            let named = |item: &&Self| {
                ["name", "id"].iter().any(|key| item.at(&[key]).and_then(Self::plain).as_deref() == Some(name))
            };
            // Entries without a name go by their position.
            let at = || self.items().get(name.parse::<usize>().ok()?);
            return Some((self.items().iter().find(named).or_else(at)?, after));
        }
        let Content::Map(entries) = &self.content else { return None };
        let candidates = entries.iter().filter_map(|(name, node)| {
            let rest = path.strip_prefix(name.as_str())?;
            match rest.chars().next() {
                None | Some('[') => Some((name.len(), node, rest)),
                Some('.') => Some((name.len(), node, rest.get(1..)?)),
                Some(_) => None,
            }
        });
        candidates.max_by_key(|(length, ..)| *length).map(|(_, node, rest)| (node, rest))
    }

    /// As deep as the schema, which is a handful of levels.
    fn collect_keys(&self, prefix: &str, keys: &mut Vec<String>) {
        let Content::Map(entries) = &self.content else { return };
        for (name, node) in entries {
            let path = format!("{prefix}{name}");
            node.collect_keys(&format!("{path}."), keys);
            keys.push(path);
        }
    }

    fn json(&self, origins: Origins) -> Value {
        let value = match &self.content {
            Content::Map(entries) => {
                return Value::Object(entries.iter().map(|(key, node)| (key.clone(), node.json(origins))).collect());
            }
            Content::List(items) => return items.iter().map(|item| item.json(origins)).collect(),
            Content::Bool(value) => (*value).into(),
            Content::Integer(value) => (*value).into(),
            // By way of its text: 0.1 is 0.1 in any width.
            Content::Share(value) => value.to_string().parse::<f64>().map_or(Value::Null, Value::from),
            Content::Word(text) | Content::Text(text) => text.as_str().into(),
            Content::Null => Value::Null,
        };
        match origins {
            Origins::Hidden => value,
            Origins::Shown => {
                let origin = Value::from(self.origin.to_string());
                Value::Object(Map::from_iter([("value".to_owned(), value), ("origin".to_owned(), origin)]))
            }
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
