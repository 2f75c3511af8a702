//! The table as a JSON Schema, for editors.
//!
//! It accepts what the loader accepts as far as a schema can say it: that a rule exists or a date is a day is the loader's
//! business.

use serde_json::{Map, Value, json};

use super::{Initial, Key, Merge, POLICY, Strict, Type};

/// A dialect of JSON Schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Draft {
    /// 2020-12.
    Draft202012,
    /// Draft 7: what older editors read.
    Draft7,
}

impl Draft {
    const fn meta_schema(self) -> &'static str {
        match self {
            Self::Draft202012 => "https://json-schema.org/draft/2020-12/schema",
            Self::Draft7 => "http://json-schema.org/draft-07/schema#",
        }
    }

    const fn definitions(self) -> &'static str {
        match self {
            Self::Draft202012 => "$defs",
            Self::Draft7 => "definitions",
        }
    }

    /// Draft 7 ignores everything beside a `$ref`.
    fn reference(self, name: &str) -> Map<String, Value> {
        let target = json!({ "$ref": format!("#/{}/{name}", self.definitions()) });
        match self {
            Self::Draft202012 => object(target),
            Self::Draft7 => object(json!({ "allOf": [target] })),
        }
    }
}

/// The schema of a policy file, pretty-printed, with a final line break.
pub fn json_schema(draft: Draft) -> String {
    let mut root = mapping(draft, POLICY.iter(), Required::All);
    let (name, definitions) = (draft.definitions().to_owned(), definitions());
    root.insert(name, definitions);
    root.insert("$schema".to_owned(), draft.meta_schema().into());
    root.insert("title".to_owned(), "portcullis policy, format 1".into());
    format!("{:#}\n", Value::Object(root))
}

/// Scalars that many keys share.
fn definitions() -> Value {
    json!({
        "level": { "enum": ["off", "log", "warn", "fail", null] },
        "level_or_default": { "enum": ["off", "log", "warn", "fail", "default", null] },
        "severity": { "enum": ["unknown", "info", "low", "medium", "high", "critical", null] },
        "boolean": { "type": ["boolean", "null"] },
        "text": { "type": ["string", "null"], "minLength": 1 },
        "date": { "type": ["string", "null"], "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" },
        "duration": { "type": ["string", "null"], "pattern": "^[0-9]+[smhdw]$" },
    })
}

/// Which of the keys of a mapping must be written.
#[derive(Clone, Copy)]
enum Required<'a> {
    All,
    /// A parent may have said the others.
    Only(&'a str),
}

fn mapping(draft: Draft, keys: impl Iterator<Item = &'static Key>, required: Required<'_>) -> Map<String, Value> {
    let mut properties = Map::new();
    let mut must = Vec::new();
    for key in keys {
        properties.insert(key.name.to_owned(), Value::Object(described(draft, key)));
        let is_asked = match required {
            Required::All => key.default == Initial::Required,
            Required::Only(name) => key.name == name,
        };
        if is_asked {
            must.push(key.name);
        }
    }
    let mut schema = object(json!({
        "type": "object",
        "properties": properties,
        "patternProperties": { "^x-": true },
        "additionalProperties": false,
    }));
    if !must.is_empty() {
        schema.insert("required".to_owned(), must.into());
    }
    schema
}

fn described(draft: Draft, key: &'static Key) -> Map<String, Value> {
    let mut schema = value(draft, &key.kind, key.merge);
    schema.insert("description".to_owned(), key.text.into());
    schema.insert("x-merge".to_owned(), merge_word(key.merge).into());
    schema.insert("x-strict".to_owned(), strict_word(key.strict).into());
    if let Some(default) = default(key) {
        schema.insert("default".to_owned(), default);
    }
    schema
}

fn default(key: &Key) -> Option<Value> {
    let Initial::Is(text) = key.default else { return None };
    let value = match (&key.kind, text) {
        (Type::Bool | Type::Required, "true") => true.into(),
        (Type::Bool | Type::Required, "false") => false.into(),
        (Type::Integer(_), _) => text.parse::<i64>().map_or_else(|_| text.into(), Value::from),
        (Type::List(_), _) => json!([text]),
        _ => text.into(),
    };
    Some(value)
}

/// An explicit `null` is the way back to the default: every key takes it.
fn value(draft: Draft, kind: &'static Type, merge: Merge) -> Map<String, Value> {
    match kind {
        Type::Level => draft.reference("level"),
        Type::LevelOrDefault => draft.reference("level_or_default"),
        Type::Severity => draft.reference("severity"),
        Type::Bool => draft.reference("boolean"),
        Type::Text
        | Type::Path
        | Type::Glob
        | Type::ResourceGlob
        | Type::PackageGlob
        | Type::License
        | Type::LicenseExpression
        | Type::Format
        | Type::Reference
        | Type::RuleSelector => draft.reference("text"),
        Type::Date => draft.reference("date"),
        Type::Duration => draft.reference("duration"),
        Type::FormatVersion => object(json!({ "const": 1 })),
        Type::Version => object(json!({ "type": ["string", "null"], "pattern": "^[0-9]+([.][0-9]+){0,2}$" })),
        Type::Word(words) => {
            let words: Vec<Value> = words.iter().map(|word| (*word).into()).chain([Value::Null]).collect();
            object(json!({ "enum": words }))
        }
        Type::Required => object(json!({ "enum": [true, false, "auto", null] })),
        Type::Share => object(json!({ "type": ["number", "null"], "minimum": 0, "maximum": 1 })),
        Type::Integer(least) => object(json!({ "type": ["integer", "null"], "minimum": least })),
        Type::CountOrPercent => {
            let pattern = "^[0-9]+([.][0-9]+)? ?%$|^[0-9]+$";
            object(json!({ "type": ["integer", "string", "null"], "minimum": 0, "pattern": pattern }))
        }
        Type::Bound => {
            let pattern = "^-?[0-9]+([.][0-9]+)? *(%|us|ms|s|m|h|B|kB|KB|KiB|MB|MiB|GB|GiB)?$";
            object(json!({ "type": ["number", "string", "null"], "pattern": pattern }))
        }
        Type::Percent => {
            let pattern = "^[0-9]+([.][0-9]+)? *%?$";
            object(json!({ "type": ["number", "string", "null"], "minimum": 0, "maximum": 100, "pattern": pattern }))
        }
        Type::Id => object(json!({ "type": ["string", "null"], "pattern": "^[A-Za-z0-9._-]{1,64}$" })),
        Type::Fingerprint => object(json!({ "type": ["string", "null"], "pattern": "^v1:[0-9a-f]{32}$" })),
        Type::WordOr(words, element) => {
            let words = words.iter().map(|word| (*word).into()).chain([Value::Null]);
            let words: Vec<Value> = words.collect();
            let one = value(draft, element, Merge::Set);
            object(json!({ "anyOf": [{ "enum": words }, { "type": "array", "items": one }, one] }))
        }
        Type::Mapping(element) => {
            let one = value(draft, element, Merge::Set);
            object(json!({ "type": ["object", "null"], "additionalProperties": one }))
        }
        Type::Mode(_) | Type::WordOrMap(..) | Type::Map(_) | Type::PerPath(_) | Type::Levels(_) | Type::Rules(_) => {
            nested(draft, kind)
        }
        Type::List(element) => {
            let one = value(draft, element, Merge::Set);
            let list = json!({ "type": "array", "items": one });
            let mut forms = vec![list.clone(), Value::Object(one)];
            if merge == Merge::Edit {
                forms.push(json!({
                    "type": "object",
                    "properties": { "add": { "anyOf": forms }, "remove": { "anyOf": forms } },
                    "patternProperties": { "^x-": true },
                    "additionalProperties": false,
                }));
            }
            object(json!({ "anyOf": forms }))
        }
        Type::Entries(_, by) => {
            let entry = match merge {
                Merge::Keyed => {
                    let mut entry = mapping(draft, kind.keys(), Required::Only(by));
                    if let Some(Value::Object(properties)) = entry.get_mut("properties") {
                        let text = "Takes the inherited entry of this name out.";
                        properties.insert("remove".to_owned(), json!({ "const": true, "description": text }));
                    }
                    entry
                }
                _ => mapping(draft, kind.keys(), Required::All),
            };
            object(json!({ "type": ["array", "null"], "items": entry }))
        }
    }
}

fn nested(draft: Draft, kind: &'static Type) -> Map<String, Value> {
    let mut map = mapping(draft, kind.keys(), Required::All);
    map.insert("type".to_owned(), json!(["object", "null"]));
    match kind {
        Type::Levels(keys) => {
            let short = keys.first().map(|key| value(draft, &key.kind, key.merge)).unwrap_or_default();
            object(json!({ "anyOf": [short, map] }))
        }
        Type::Rules(_) => {
            let setting = json!({ "anyOf": [draft.reference("level"), map] });
            object(json!({ "type": ["object", "null"], "additionalProperties": setting }))
        }
        Type::Mode(_) => object(json!({ "anyOf": [{ "const": "enforce" }, map] })),
        Type::WordOrMap(words, _) => object(json!({ "anyOf": [{ "enum": words }, map] })),
        _ => map,
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

pub(super) const fn merge_word(merge: Merge) -> &'static str {
    match merge {
        Merge::Own => "own",
        Merge::Deep => "deep",
        Merge::Set => "set",
        Merge::Edit => "edit",
        Merge::Keyed => "key",
        Merge::Append => "append",
        Merge::LastMatch => "last_match",
    }
}

const fn strict_word(strict: Strict) -> &'static str {
    match strict {
        Strict::Level => "higher_level",
        Strict::Up => "up",
        Strict::Down => "down",
        Strict::DownOrUnset => "down_or_unset",
        Strict::Fewer => "fewer",
        Strict::FewerButNotNone => "fewer_but_not_none",
        Strict::More => "more",
        Strict::True => "true",
        Strict::False => "false",
        Strict::Later => "later_word",
        Strict::Required => "required",
        Strict::AnyIsLooser => "any_change_is_looser",
        Strict::PerKey => "per_key",
        Strict::Neutral => "neutral",
    }
}

#[cfg(test)]
mod tests;
