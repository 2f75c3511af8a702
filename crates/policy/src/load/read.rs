//! A located tree against the schema: the typed values, and every error on the way.

use std::collections::BTreeMap;

use portcullis_model::{Diagnostic, suggest};
use portcullis_syntax::yaml::{Entry, Kind, Node, Typed};

use super::MOST_TOLD;
use super::scalar::{self, Known, Refusal, Scalar};
use super::source::{Mark, Source, labelled};
use super::structure::name_of;
use super::value::{Located, Map, Value};
use crate::schema::{self, Initial, Key, Merge, Type};

/// Reads one document.
pub(crate) struct Reader<'a> {
    pub(crate) position: usize,
    pub(crate) source: &'a Source,
    pub(crate) document: &'static [Key],
    pub(crate) known: Known<'a>,
    pub(crate) errors: Vec<Diagnostic>,
}

impl Reader<'_> {
    /// Enough is told of this file.
    const fn is_full(&self) -> bool {
        self.errors.len() >= MOST_TOLD
    }

    /// The whole document.
    pub(crate) fn document(&mut self, root: Node<'_>) -> Located {
        let mark = self.mark(root);
        if !root.is_map() {
            let message = format!("a policy file is a mapping, this is {}", what(root));
            self.errors.push(
                Diagnostic::error("policy/bad-value", message, self.source.span(&root.span()))
                    .help("begin with `version: 1`"),
            );
            return Located::new(Value::Invalid, mark);
        }
        let keys: Vec<&'static Key> = self.document.iter().collect();
        let map = self.fields("", &keys, root, true);
        Located::new(Value::Map(map), mark)
    }

    fn mark(&self, node: Node<'_>) -> Mark {
        Mark { source: Some(self.position), bytes: node.span() }
    }

    /// A mapping with fixed keys. `complete`: keys that must be there must be there now; entries that later files
    /// complete are asked after the merge.
    fn fields(&mut self, path: &str, keys: &[&'static Key], node: Node<'_>, complete: bool) -> Map {
        let mut map = Map::new();
        for entry in node.entries() {
            if self.is_full() {
                break;
            }
            let Some(name) = name_of(&entry) else { continue };
            // Merge keys and second entries are told already; `x-` belongs to the author.
            if name == "<<" || name.starts_with("x-") || map.contains_key(name) {
                continue;
            }
            let Some(key) = keys.iter().find(|key| key.name == name) else {
                self.unknown_key(path, keys, &entry);
                continue;
            };
            let mut value = self.value(&join(path, name), &key.kind, key.merge, entry.value);
            value.key = self.mark(entry.key);
            map.insert(name.to_owned(), value);
        }
        if complete {
            let missing: Vec<_> =
                keys.iter().filter(|key| key.default == Initial::Required && is_missing(node, key.name)).collect();
            self.missing(path, &missing, node);
        }
        map
    }

    /// Keys that must be there, told together.
    fn missing(&mut self, path: &str, missing: &[&&'static Key], node: Node<'_>) {
        let Some(first) = missing.first() else { return };
        let subject = if path.is_empty() { "the file".to_owned() } else { format!("`{path}`") };
        let names: Vec<_> = missing.iter().map(|key| format!("`{}`", key.name)).collect();
        let message = format!("{subject} does not say {}", listed(&names, "and"));
        let code = match path {
            "" if first.name == "version" => "policy/version",
            path => code_of(path),
        };
        let mut error = Diagnostic::error(code, message, self.source.span(&node.span()));
        for key in missing {
            error = match key.name {
                "version" => error.help("begin with `version: 1`"),
                name => error.help(format!("`{name}`: {}", sentence(key.text))),
            };
        }
        self.errors.push(error);
    }

    fn unknown_key(&mut self, path: &str, keys: &[&'static Key], entry: &Entry<'_>) {
        let name = name_of(entry).unwrap_or_default();
        let message =
            if path.is_empty() { format!("unknown key `{name}`") } else { format!("unknown key `{name}` in `{path}`") };
        let error = Diagnostic::error("policy/unknown-key", message, self.source.span(&entry.key.span()));
        let near = suggest::nearest(name, keys.iter().map(|key| key.name), 1);
        let help = near.first().map(|near| format!("did you mean `{near}`?"));
        let help = help.or_else(|| self.elsewhere(name)).or_else(|| {
            let names: Vec<_> = keys.iter().map(|key| format!("`{}`", key.name)).collect();
            Some(format!("keys here: {}", names.join(", ")))
        });
        self.errors.push(help.into_iter().fold(error, Diagnostic::help));
    }

    /// The key exists, in another place.
    fn elsewhere(&self, name: &str) -> Option<String> {
        // What other tools, and readers of other tools' documentation, call it.
        if matches!(name, "fail_on" | "severity" | "threshold") {
            return Some("levels are set per severity: `levels: { critical: fail, high: fail }`".to_owned());
        }
        let rows = schema::rows(self.document);
        let row = rows.iter().filter(|row| row.key.name == name).min_by_key(|row| row.path.matches('.').count())?;
        Some(format!("`{name}` exists at `{}`", row.path))
    }

    fn value(&mut self, path: &str, kind: &'static Type, merge: Merge, node: Node<'_>) -> Located {
        let mark = self.mark(node);
        // Aliases and tags are told already; what they would stand for is not guessed.
        if node.kind() == Kind::Alias || node.tag().is_some() {
            return Located::new(Value::Invalid, mark);
        }
        if node.is_null() {
            return Located::new(Value::Null, mark);
        }
        let value = match kind {
            Type::Map(_) | Type::PerPath(_) | Type::Levels(_) | Type::Mode(_) | Type::WordOrMap(..)
                if node.is_map() =>
            {
                let keys: Vec<_> = kind.keys().collect();
                Value::Map(self.fields(path, &keys, node, true))
            }
            Type::Mapping(element) if node.is_map() => self.table(path, element, node),
            Type::WordOr(words, _) if node.is_scalar() && node.value().is_some_and(|text| words.contains(&text)) => {
                Value::Text(node.value().unwrap_or_default().to_owned())
            }
            Type::WordOr(_, element) if node.is_scalar() => {
                Value::List(vec![self.value(path, element, Merge::Set, node)])
            }
            Type::WordOr(_, element) if node.is_seq() => Value::List(self.elements(path, element, node)),
            Type::Levels(keys) if node.is_scalar() => self.levels_in_short(path, keys, node),
            Type::List(element) if merge == Merge::Edit && node.is_map() => self.edit(path, element, node),
            Type::List(element) if node.is_seq() => Value::List(self.elements(path, element, node)),
            Type::List(element) if node.is_scalar() => {
                let only = self.value(path, element, Merge::Set, node);
                Value::List(vec![only])
            }
            Type::Entries(..) if node.is_seq() => self.entries(path, kind, merge, node),
            Type::Rules(_) if node.is_map() => self.rules(path, kind, node),
            Type::List(_)
            | Type::WordOr(..)
            | Type::Mapping(_)
            | Type::Map(_)
            | Type::PerPath(_)
            | Type::Levels(_)
            | Type::Entries(..)
            | Type::Rules(_) => self.wrong_shape(path, kind, node),
            _ if node.is_scalar() => self.scalar(path, kind, node),
            _ => self.wrong_shape(path, kind, node),
        };
        Located::new(value, mark)
    }

    fn wrong_shape(&mut self, path: &str, kind: &Type, node: Node<'_>) -> Value {
        let message = match node.value().filter(|_| !node.is_null()) {
            Some(text) => format!("`{path}` cannot be `{}`", portcullis_model::text::bounded(text, 60)),
            None => format!("`{path}` cannot be {}", what(node)),
        };
        let names: Vec<_> = kind.keys().map(|key| format!("`{}`", key.name)).collect();
        let help = match kind {
            Type::Map(_) | Type::PerPath(_) if (1..=12).contains(&names.len()) => {
                format!("expected a mapping with {}", listed(&names, "or"))
            }
            _ => format!("expected {}", kind.expected()),
        };
        let error = Diagnostic::error(code_of(path), message, self.source.span(&node.span()));
        self.errors.push(error.help(help));
        Value::Invalid
    }

    fn scalar(&mut self, path: &str, kind: &Type, node: Node<'_>) -> Value {
        let raw = node.value().unwrap_or_default();
        match scalar::read(kind, typed(node), raw, self.known) {
            Ok(value) => value,
            Err(refusal) => self.refuse(path, raw, &refusal, node),
        }
    }

    fn refuse(&mut self, path: &str, raw: &str, refusal: &Refusal, node: Node<'_>) -> Value {
        let shown = portcullis_model::text::bounded(raw, 60);
        let reason = if refusal.reason.is_empty() { String::new() } else { format!(": {}", refusal.reason) };
        let message = format!("`{path}` cannot be `{shown}`{reason}");
        let mut error = Diagnostic::error(code_of(path), message, self.source.span(&node.span()));
        if !refusal.help.is_empty() {
            error = error.help(&refusal.help);
        }
        self.errors.push(error);
        Value::Invalid
    }

    /// `levels: fail` is every severity from `low` up; `default` is every severity as without the key.
    fn levels_in_short(&mut self, path: &str, keys: &'static [Key], node: Node<'_>) -> Value {
        let Some(first) = keys.first() else { return Value::Invalid };
        let value = self.scalar(path, &first.kind, node);
        let names: &[&str] = match value {
            Value::AsWithout => &["critical", "high", "medium", "low", "info", "unknown"],
            Value::Level(_) => &["critical", "high", "medium", "low"],
            _ => return Value::Invalid,
        };
        let mark = self.mark(node);
        let level = |name: &&str| ((*name).to_owned(), Located::new(value.clone(), mark.clone()));
        Value::Map(names.iter().map(level).collect())
    }

    /// Names the author chooses.
    fn table(&mut self, path: &str, of: &'static Type, node: Node<'_>) -> Value {
        let mut map = Map::new();
        for entry in node.entries() {
            if self.is_full() {
                break;
            }
            let Some(name) = name_of(&entry).filter(|name| *name != "<<" && !map.contains_key(*name)) else { continue };
            let mut value = self.value(&join(path, name), of, Merge::Deep, entry.value);
            value.key = self.mark(entry.key);
            map.insert(name.to_owned(), value);
        }
        Value::Map(map)
    }

    fn elements(&mut self, path: &str, element: &'static Type, node: Node<'_>) -> Vec<Located> {
        let mut elements = Vec::new();
        for (index, item) in node.items().enumerate() {
            if self.is_full() {
                break;
            }
            let path = format!("{path}[{index}]");
            if item.is_null() {
                self.wrong_shape(&path, element, item);
                continue;
            }
            elements.push(self.value(&path, element, Merge::Set, item));
        }
        elements
    }

    /// `{add: […], remove: […]}`.
    fn edit(&mut self, path: &str, element: &'static Type, node: Node<'_>) -> Value {
        let (mut add, mut remove) = (Vec::new(), Vec::new());
        for entry in node.entries() {
            let list = match name_of(&entry) {
                Some("add") => &mut add,
                Some("remove") => &mut remove,
                Some(name) if name == "<<" || name.starts_with("x-") => continue,
                _ => {
                    let message = format!("unknown key `{}` in `{path}`", entry.key.raw());
                    let span = self.source.span(&entry.key.span());
                    let error = Diagnostic::error("policy/unknown-key", message, span);
                    self.errors.push(error.help("a list, or `{ add: [...], remove: [...] }`"));
                    continue;
                }
            };
            let inner = join(path, name_of(&entry).unwrap_or_default());
            *list = if entry.value.is_seq() {
                self.elements(&inner, element, entry.value)
            } else {
                vec![self.value(&inner, element, Merge::Set, entry.value)]
            };
        }
        Value::Edit { add, remove }
    }

    fn entries(&mut self, path: &str, kind: &'static Type, merge: Merge, node: Node<'_>) -> Value {
        let Type::Entries(_, by) = kind else { return Value::Invalid };
        let keys: Vec<_> = kind.keys().collect();
        let mut entries: Vec<Located> = Vec::new();
        let mut names: BTreeMap<String, Mark> = BTreeMap::new();
        for (index, item) in node.items().enumerate() {
            if self.is_full() {
                break;
            }
            let path = format!("{path}[{index}]");
            let mark = self.mark(item);
            if item.kind() == Kind::Alias || item.tag().is_some() {
                continue;
            }
            if !item.is_map() {
                self.wrong_shape(&path, &Type::Map(&[]), item);
                continue;
            }
            let value = if merge == Merge::Keyed && !is_missing(item, "remove") {
                self.removal(&path, by, &keys, item)
            } else {
                let map = self.fields(&path, &keys, item, merge != Merge::Keyed);
                self.needs_name(&path, by, &keys, item, merge);
                map
            };
            let entry = Located::new(Value::Map(value), mark);
            self.told_twice(&mut names, &entry, by);
            entries.push(entry);
        }
        Value::List(entries)
    }

    /// `{name: deps, remove: true}` takes an inherited entry out.
    fn removal(&mut self, path: &str, by: &str, keys: &[&'static Key], item: Node<'_>) -> Map {
        let mut map = Map::new();
        for entry in item.entries() {
            match name_of(&entry) {
                Some("remove") => {
                    let value = self.value(&join(path, "remove"), &Type::Bool, Merge::Set, entry.value);
                    if value.as_bool() == Some(false) {
                        let nothing = Refusal { reason: String::new(), help: "leave the key out".to_owned() };
                        self.refuse(&join(path, "remove"), "false", &nothing, entry.value);
                    }
                    map.insert("remove".to_owned(), value);
                }
                Some(name) if name == by => {
                    let Some(key) = keys.iter().find(|key| key.name == by) else { continue };
                    let value = self.value(&join(path, name), &key.kind, key.merge, entry.value);
                    map.insert(name.to_owned(), value);
                }
                Some(name) if name.starts_with("x-") => {}
                _ => {
                    let message = format!("`{path}` is removed and cannot say `{}`", entry.key.raw());
                    self.errors.push(Diagnostic::error(
                        "policy/bad-value",
                        message,
                        self.source.span(&entry.key.span()),
                    ));
                }
            }
        }
        self.needs_name(path, by, keys, item, Merge::Keyed);
        map
    }

    /// The key that tells entries apart must be in each file.
    fn needs_name(&mut self, path: &str, by: &str, keys: &[&'static Key], item: Node<'_>, merge: Merge) {
        if merge == Merge::Keyed
            && is_missing(item, by)
            && let Some(key) = keys.iter().find(|key| key.name == by)
        {
            self.missing(path, &[key], item);
        }
    }

    fn told_twice(&mut self, names: &mut BTreeMap<String, Mark>, entry: &Located, by: &str) {
        let Some(located) = entry.at(&[by]) else { return };
        let Some(name) = located.as_text() else { return };
        if let Some(first) = names.get(name) {
            let related = labelled(self.source.span(&first.bytes), "first given here");
            let message = format!("two entries have the {by} `{name}`");
            let span = self.source.span(&located.mark.bytes);
            self.errors.push(Diagnostic::error("policy/duplicate-key", message, span).related(related));
        } else {
            names.insert(name.to_owned(), located.mark.clone());
        }
    }

    /// Pattern -> level, or `{level, severity, reason}`.
    fn rules(&mut self, path: &str, kind: &'static Type, node: Node<'_>) -> Value {
        let keys: Vec<_> = kind.keys().collect();
        let mut map = Map::new();
        for entry in node.entries() {
            if self.is_full() {
                break;
            }
            let Some(pattern) = name_of(&entry).filter(|pattern| *pattern != "<<") else { continue };
            if map.contains_key(pattern) {
                continue;
            }
            let path = join(path, pattern);
            let mark = self.mark(entry.value);
            let value = if entry.value.is_scalar() && !entry.value.is_null() && entry.value.tag().is_none() {
                let level = Located::new(self.scalar(&path, &Type::Level, entry.value), mark.clone());
                Value::Map(Map::from([("level".to_owned(), level)]))
            } else if entry.value.is_map() && entry.value.kind() != Kind::Alias {
                Value::Map(self.fields(&path, &keys, entry.value, true))
            } else if entry.value.is_seq() {
                self.wrong_shape(&path, &Type::Level, entry.value)
            } else if entry.value.is_null() {
                Value::Null
            } else {
                Value::Invalid
            };
            map.insert(pattern.to_owned(), Located { value, mark, key: self.mark(entry.key) });
        }
        Value::Map(map)
    }
}

/// A key without a value says nothing either.
fn is_missing(map: Node<'_>, key: &str) -> bool {
    map.get(key).is_none_or(Node::is_null)
}

/// Faults of an exception have a code of their own.
fn code_of(path: &str) -> &'static str {
    if path.starts_with("exceptions[") { "policy/exception-invalid" } else { "policy/bad-value" }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// `a`, `b` and `c`.
fn listed(words: &[String], last: &str) -> String {
    match words.split_last() {
        Some((only, [])) => only.clone(),
        Some((end, rest)) => format!("{} {last} {end}", rest.join(", ")),
        None => String::new(),
    }
}

/// A sentence of the schema inside another one: small first letter, no full stop.
fn sentence(text: &str) -> String {
    let text = text.trim_end_matches('.');
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_lowercase().chain(chars).collect(),
        None => String::new(),
    }
}

fn what(node: Node<'_>) -> &'static str {
    match node.kind() {
        Kind::Map => "a mapping",
        Kind::Seq => "a list",
        Kind::Alias => "an alias",
        Kind::Scalar if node.is_null() => "empty",
        Kind::Scalar => "a single value",
    }
}

fn typed(node: Node<'_>) -> Scalar<'_> {
    match node.typed() {
        Typed::Null => Scalar::Null,
        Typed::Bool(value) => Scalar::Bool(value),
        Typed::Int(value) => Scalar::Integer(value),
        Typed::Float(_) => Scalar::Float,
        _ => Scalar::Text(node.value().unwrap_or_default()),
    }
}
