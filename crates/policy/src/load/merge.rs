//! Layers into one tree (spec/policy.md 3.4).

use std::collections::{BTreeMap, BTreeSet};

use portcullis_model::Diagnostic;

use super::scalar::{self, Known, Scalar};
use super::source::{Mark, Sources};
use super::value::{Located, Map, Value};
use crate::schema::{Initial, Key, Merge, Type};

/// What holds before any file speaks: the defaults of the schema.
pub(crate) fn defaults(keys: impl Iterator<Item = &'static Key>) -> Map {
    keys.filter_map(|key| Some((key.name.to_owned(), default(key)?))).collect()
}

fn default(key: &'static Key) -> Option<Located> {
    let value = match (&key.kind, key.default) {
        (Type::Map(_) | Type::Levels(_) | Type::Mapping(_), _) => Value::Map(defaults(key.kind.keys())),
        (Type::List(element), Initial::Is(text)) => {
            Value::List(vec![Located::new(written(element, text)?, Mark::default())])
        }
        (Type::WordOr(words, _), Initial::Is(text)) if words.contains(&text) => Value::Text(text.to_owned()),
        (Type::List(_) | Type::Entries(..), Initial::Unset) => Value::List(Vec::new()),
        (kind, Initial::Is(text)) => written(kind, text)?,
        (_, Initial::Unset | Initial::Required) => return None,
    };
    Some(Located::new(value, Mark::default()))
}

/// A default as the schema writes it, read as a file's value would be.
fn written(kind: &Type, text: &str) -> Option<Value> {
    let scalar = match text {
        "true" => Scalar::Bool(true),
        "false" => Scalar::Bool(false),
        _ => text.parse().map_or(Scalar::Text(text), Scalar::Integer),
    };
    scalar::read(kind, scalar, text, Known { formats: &[] }).ok()
}

/// Applies a later layer.
pub(crate) struct Merger<'a> {
    pub(crate) sources: &'a Sources,
    pub(crate) told: &'a mut Vec<Diagnostic>,
}

impl Merger<'_> {
    /// Applies the mapping `over` to `base`.
    pub(crate) fn apply(&mut self, keys: &[&'static Key], base: &mut Map, over: &Map) {
        for (name, value) in over {
            if let Some(key) = keys.iter().find(|key| key.name == name) {
                self.key(key, base, value);
            }
        }
    }

    fn key(&mut self, key: &'static Key, base: &mut Map, over: &Located) {
        let inherited = base.get_mut(key.name);
        match (&over.value, key.merge, inherited) {
            // Told already; what was inherited keeps the rest of the check going.
            (Value::Invalid, ..) | (_, Merge::LastMatch | Merge::Own, _) => {}
            (Value::Null, ..) => {
                base.remove(key.name);
                base.extend(default(key).map(|value| (key.name.to_owned(), value)));
            }
            (Value::Map(over), Merge::Deep, Some(Located { value: Value::Map(base), .. })) => {
                if let Type::Mapping(of) = key.kind {
                    table(of, base, over);
                    return;
                }
                let keys: Vec<_> = key.kind.keys().collect();
                self.apply(&keys, base, over);
            }
            (Value::Edit { add, remove }, _, Some(Located { value: Value::List(base), .. })) => {
                self.edit(key, base, add, remove);
            }
            (Value::List(over), Merge::Append, Some(Located { value: Value::List(base), .. })) => {
                base.extend(over.iter().cloned());
            }
            (Value::List(over), Merge::Keyed, Some(Located { value: Value::List(base), .. })) => {
                self.entries(key, base, over);
            }
            _ => {
                base.insert(key.name.to_owned(), over.clone());
            }
        }
    }

    fn edit(&mut self, key: &Key, base: &mut Vec<Located>, add: &[Located], remove: &[Located]) {
        for gone in remove {
            let before = base.len();
            base.retain(|element| element.as_text() != gone.as_text());
            if base.len() == before {
                let what = gone.as_text().unwrap_or_default();
                let message = format!("`{what}` is not in the inherited `{}`", key.name);
                self.told.push(Diagnostic::warning("policy/bad-value", message, self.sources.span(&gone.mark)));
            }
        }
        for new in add {
            if !base.iter().any(|element| element.as_text() == new.as_text()) {
                base.push(new.clone());
            }
        }
    }

    /// Entries with the same name are merged in place, new ones come after.
    fn entries(&mut self, key: &'static Key, base: &mut Vec<Located>, over: &[Located]) {
        let Type::Entries(_, by) = key.kind else { return };
        let name_of = |entry: &Located| entry.at(&[by]).and_then(Located::as_text).map(str::to_owned);
        let keys: Vec<_> = key.kind.keys().collect();
        let mut known: BTreeMap<Option<String>, usize> =
            base.iter().enumerate().map(|(position, entry)| (name_of(entry), position)).collect();
        let mut gone = BTreeSet::new();
        for entry in over {
            let Some(map) = entry.as_map() else { continue };
            let name = name_of(entry);
            let inherited = known.get(&name).copied();
            if map.contains_key("remove") {
                gone.extend(inherited);
                if inherited.is_none() {
                    let message = format!("there is no inherited entry `{}`", name.unwrap_or_default());
                    self.told.push(Diagnostic::warning("policy/bad-value", message, self.sources.span(&entry.mark)));
                }
                continue;
            }
            if let Some(Located { value: Value::Map(base), .. }) = inherited.and_then(|position| base.get_mut(position))
            {
                self.apply(&keys, base, map);
            } else {
                let mut fresh = defaults(key.kind.keys());
                self.apply(&keys, &mut fresh, map);
                known.insert(name, base.len());
                base.push(Located { value: Value::Map(fresh), ..entry.clone() });
            }
        }
        let mut position = 0;
        base.retain(|_| {
            position += 1;
            !gone.contains(&(position - 1))
        });
    }
}

/// Names the author chooses, one by one; a table in a table the same way.
fn table(of: &Type, base: &mut Map, over: &Map) {
    for (name, value) in over {
        match (&value.value, of, base.get_mut(name)) {
            (Value::Invalid, ..) => {}
            (Value::Null, ..) => drop(base.remove(name)),
            // A name with nothing behind it says nothing.
            (Value::Map(over), Type::Mapping(_), None) if over.is_empty() => {}
            (Value::Map(over), Type::Mapping(of), Some(Located { value: Value::Map(base), .. })) => {
                table(of, base, over);
            }
            _ => drop(base.insert(name.clone(), value.clone())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema;

    #[test]
    fn every_default_of_the_schema_is_a_value_of_its_type() {
        for row in schema::rows(schema::POLICY).into_iter().chain(schema::rows(schema::EXCEPTIONS)) {
            if let Initial::Is(text) = row.key.default {
                assert!(default(row.key).is_some(), "{}: {text}", row.path);
            }
        }
    }
}
