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
    let build = Build { sources };
    let mut entries = vec![("version".to_owned(), builtin(Content::Integer(1)))];
    entries.extend(name.map(|name| ("name".to_owned(), build.node(&Type::Text, name))));
    let mut rules = Some(rules);
    // What each file says for itself is not in force: parents are applied already.
    for key in POLICY.iter().filter(|key| key.merge != Merge::Own) {
        let node = match key.kind {
            Type::Rules(_) => rules.take(),
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
}

impl Build<'_> {
    fn entry(&self, key: &'static Key, located: &Located) -> Node {
        let content = located.as_map().map_or(Content::Null, |map| self.map(&key.kind, map));
        Node { content, origin: self.sources.origin(&located.mark) }
    }

    fn map(&self, kind: &'static Type, map: &Map) -> Content {
        let entries = kind.keys().filter_map(|key| {
            let located = map.get(key.name).filter(|located| !matches!(located.value, Value::Null))?;
            Some((key.name.to_owned(), self.node(&key.kind, located)))
        });
        Content::Map(entries.collect())
    }

    fn node(&self, kind: &'static Type, located: &Located) -> Node {
        let content = match &located.value {
            Value::Map(map) => match kind {
                Type::Mapping(of) => {
                    Content::Map(map.iter().map(|(key, value)| (key.clone(), self.node(of, value))).collect())
                }
                kind => self.map(kind, map),
            },
            Value::List(items) => {
                let element = |item: &Located| match kind {
                    Type::List(element) => self.node(element, item),
                    kind => Node {
                        content: item.as_map().map_or(Content::Null, |map| self.map(kind, map)),
                        origin: self.sources.origin(&item.mark),
                    },
                };
                Content::List(items.iter().map(element).collect())
            }
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
        Value::Amount(Amount::Count(count)) => Content::Integer(i64::try_from(*count).unwrap_or(i64::MAX)),
        Value::Amount(Amount::Percent(percent)) => Content::Word(format!("{percent}%")),
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
