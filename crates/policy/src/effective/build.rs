//! From the merged layers to the tree people read.

use crate::effective::{Content, Effective, Node};
use crate::load::{Located, Map, Sources, Value};
use crate::policy::{Amount, Required};
use crate::schema::{Key, Merge, POLICY, Type};

/// `files`: entries of the exception files, which come after those of the policy. `rules`: the rules of every layer in one
/// mapping.
pub(crate) fn build(
    merged: &Map,
    name: Option<&Located>,
    rules: Node,
    files: &[&Located],
    sources: &Sources,
) -> Effective {
    let build = Build { sources, keeps_null: false };
    // There `null` takes back what an earlier override says.
    let overrides = Build { sources, keeps_null: true };
    let mut entries = vec![("version".to_owned(), builtin(Content::Integer(1)))];
    entries.extend(name.map(|name| ("name".to_owned(), build.node(&Type::Text, name))));
    let mut rules = Some(rules);
    // What each file says for itself is not in force: parents are applied already.
    for key in POLICY.iter().filter(|key| key.merge != Merge::Own) {
        let node = match key.kind {
            Type::Rules(_) => rules.take(),
            _ if key.name == "overrides" => merged.get(key.name).map(|located| overrides.node(&key.kind, located)),
            _ => merged.get(key.name).map(|located| build.node(&key.kind, located)),
        };
        let Some(mut node) = node else { continue };
        if let (Content::List(items), "exceptions") = (&mut node.content, key.name) {
            items.extend(files.iter().map(|entry| build.entry(key, entry)));
        }
        entries.push((key.name.to_owned(), node));
    }
    Effective { root: builtin(Content::Map(entries)) }
}

struct Build<'a> {
    sources: &'a Sources,
    keeps_null: bool,
}

impl Build<'_> {
    fn entry(&self, key: &'static Key, located: &Located) -> Node {
        let content = located.as_map().map_or(Content::Null, |map| self.map(&key.kind, map));
        Node { content, origin: self.sources.origin(&located.mark) }
    }

    fn map(&self, kind: &'static Type, map: &Map) -> Content {
        if let Type::Rules(_) = kind {
            return self.rules(kind, map);
        }
        if let Type::Mapping(element) = kind {
            let node = |(name, located): (&String, &Located)| (name.clone(), self.node(element, located));
            return Content::Map(map.iter().map(node).collect());
        }
        let entries = kind.keys().filter_map(|key| {
            let located =
                map.get(key.name).filter(|located| self.keeps_null || !matches!(located.value, Value::Null))?;
            Some((key.name.to_owned(), self.node(&key.kind, located)))
        });
        Content::Map(self.telling(entries))
    }

    /// An override that leaves a mapping empty says nothing there.
    fn telling(&self, entries: impl Iterator<Item = (String, Node)>) -> Vec<(String, Node)> {
        let is_empty = |node: &Node| matches!(&node.content, Content::Map(below) if below.is_empty());
        entries.filter(|(_, node)| !(self.keeps_null && is_empty(node))).collect()
    }

    /// Keys that the author chose. In `overrides` a pattern without a value says something too: as without any rule.
    fn rules(&self, kind: &'static Type, map: &Map) -> Content {
        let setting = |located: &Located| {
            let Some(fields) = located.as_map() else { return Content::Null };
            let entries = kind.keys().filter_map(|key| {
                let field = fields.get(key.name)?;
                Some((key.name.to_owned(), self.node(&key.kind, field)))
            });
            Content::Map(entries.collect())
        };
        let entries = map.iter().map(|(pattern, located)| {
            let origin = self.sources.origin(&located.mark);
            (pattern.clone(), Node { content: setting(located), origin })
        });
        Content::Map(self.telling(entries))
    }

    /// A change of a list that only the paths of an override see.
    fn edit(&self, kind: &'static Type, add: &[Located], remove: &[Located]) -> Content {
        let Type::List(element) = kind else { return Content::Null };
        let list =
            |items: &[Located]| builtin(Content::List(items.iter().map(|item| self.node(element, item)).collect()));
        let parts = [("add", add), ("remove", remove)].into_iter().filter(|(_, items)| !items.is_empty());
        Content::Map(parts.map(|(name, items)| (name.to_owned(), list(items))).collect())
    }

    fn node(&self, kind: &'static Type, located: &Located) -> Node {
        let content = match &located.value {
            Value::Map(map) => self.map(kind, map),
            Value::List(items) => {
                let element = |item: &Located| match kind {
                    Type::List(element) | Type::WordOr(_, element) => self.node(element, item),
                    kind => Node {
                        content: item.as_map().map_or(Content::Null, |map| self.map(kind, map)),
                        origin: self.sources.origin(&item.mark),
                    },
                };
                Content::List(items.iter().map(element).collect())
            }
            Value::Edit { add, remove } => self.edit(kind, add, remove),
            scalar => scalar_content(scalar),
        };
        Node { content, origin: self.sources.origin(&located.mark) }
    }
}

fn builtin(content: Content) -> Node {
    Node { content, origin: portcullis_model::Origin::builtin() }
}

fn scalar_content(value: &Value) -> Content {
    match value {
        Value::Bool(value) => Content::Bool(*value),
        Value::Integer(value) => Content::Integer(*value),
        Value::Text(text) => Content::Text(text.clone()),
        Value::Level(level) => Content::Word(level.to_string()),
        Value::AsWithout => Content::Word("default".to_owned()),
        Value::Severity(severity) => Content::Word(severity.to_string()),
        Value::Required(Required::Yes) => Content::Bool(true),
        Value::Required(Required::No) => Content::Bool(false),
        Value::Required(Required::Auto) => Content::Word("auto".to_owned()),
        Value::Date(date) => Content::Word(date.to_string()),
        Value::Seconds(seconds) => Content::Word(duration(*seconds)),
        Value::Share(share) => Content::Share(*share),
        Value::Amount(Amount::Count(count)) => Content::Integer(i64::try_from(*count).unwrap_or(i64::MAX)),
        Value::Amount(Amount::Percent(percent)) => Content::Word(format!("{percent}%")),
        Value::Bound(bound) => Content::Word(bound.to_string()),
        // Refused values never get here, and edits are applied: nothing is claimed about them.
        Value::Null | Value::Invalid | Value::Edit { .. } | Value::List(_) | Value::Map(_) => Content::Null,
    }
}

/// In the biggest unit that divides it; weeks are written as days.
fn duration(seconds: i64) -> String {
    for (unit, length) in [("d", 86_400), ("h", 3_600), ("m", 60)] {
        if seconds > 0 && seconds % length == 0 {
            return format!("{}{unit}", seconds / length);
        }
    }
    format!("{seconds}s")
}
