//! A document of any of the three languages ignore files are written in, with the line of every value.

use portcullis_syntax::yaml;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A value and its 1-based line.
pub(super) struct Value {
    pub(super) line: u32,
    content: Content,
}

enum Content {
    Null,
    Bool(bool),
    /// Texts, numbers and dates, as written.
    Scalar(String),
    List(Vec<Value>),
    Map(Vec<(Key, Value)>),
}

/// A key and its 1-based line.
pub(super) struct Key {
    pub(super) line: u32,
    pub(super) name: String,
}

impl Value {
    /// Reads YAML, and JSON with it. The error is a line and a sentence.
    pub(super) fn of_yaml(text: &str) -> Result<Self, (u32, String)> {
        let file = yaml::parse(text.as_bytes(), yaml::Dialect::Core, &yaml::Limits::OWN.for_json());
        if let Some(fault) = file.faults().first() {
            return Err((fault.line, fault.message.clone()));
        }
        let root = file.documents().next().and_then(|document| document.root());
        Ok(root.map_or(Self { line: 1, content: Content::Null }, of_node))
    }

    /// Reads TOML. The error is a line and a sentence.
    pub(super) fn of_toml(text: &str) -> Result<Self, (u32, String)> {
        let lines = Lines::of(text);
        let table = DeTable::parse(text).map_err(|error| {
            (lines.at(error.span().map_or(0, |span| span.start)), error.message().lines().collect::<Vec<_>>().join(" "))
        })?;
        Ok(of_table(table.get_ref(), 1, &lines))
    }

    pub(super) fn is_null(&self) -> bool {
        matches!(self.content, Content::Null)
    }

    pub(super) fn as_bool(&self) -> Option<bool> {
        match self.content {
            Content::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// Text, number or date; an empty one is none.
    pub(super) fn as_text(&self) -> Option<&str> {
        match &self.content {
            Content::Scalar(text) => Some(text.trim()).filter(|text| !text.is_empty()),
            _ => None,
        }
    }

    /// The items of a list.
    pub(super) fn as_list(&self) -> Option<&[Self]> {
        match &self.content {
            Content::List(items) => Some(items),
            _ => None,
        }
    }

    /// The entries of a mapping, in the order of the file.
    pub(super) fn as_map(&self) -> Option<&[(Key, Self)]> {
        match &self.content {
            Content::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The value of a key; what means nothing is not there.
    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        let (_, value) = self.as_map()?.iter().find(|(key, _)| key.name == name)?;
        Some(value).filter(|value| !value.is_null())
    }
}

fn of_node(node: yaml::Node<'_>) -> Value {
    let line = node.position().line;
    let content = match node.typed() {
        yaml::Typed::Null => Content::Null,
        yaml::Typed::Bool(value) => Content::Bool(value),
        yaml::Typed::Seq => Content::List(node.items().map(of_node).collect()),
        yaml::Typed::Map => {
            let entry = |entry: yaml::Entry<'_>| {
                let name = entry.key_str().unwrap_or_default().to_owned();
                (Key { line: entry.key.position().line, name }, of_node(entry.value))
            };
            Content::Map(node.entries().map(entry).collect())
        }
        _ => Content::Scalar(node.value().unwrap_or_default().to_owned()),
    };
    Value { line, content }
}

fn of_table(table: &DeTable<'_>, line: u32, lines: &Lines) -> Value {
    let entry = |(key, value): (&Spanned<std::borrow::Cow<'_, str>>, &Spanned<DeValue<'_>>)| {
        let key = Key { line: lines.at(key.span().start), name: key.get_ref().to_string() };
        (key, of_value(value, lines))
    };
    let mut entries: Vec<(Key, Value)> = table.iter().map(entry).collect();
    entries.sort_by_key(|(key, _)| key.line);
    Value { line, content: Content::Map(entries) }
}

fn of_value(value: &Spanned<DeValue<'_>>, lines: &Lines) -> Value {
    let line = lines.at(value.span().start);
    let content = match value.get_ref() {
        DeValue::String(text) => Content::Scalar(text.to_string()),
        DeValue::Integer(number) => Content::Scalar(number.to_string()),
        DeValue::Float(number) => Content::Scalar(number.to_string()),
        DeValue::Boolean(value) => Content::Bool(*value),
        DeValue::Datetime(time) => Content::Scalar(time.to_string()),
        DeValue::Array(items) => Content::List(items.iter().map(|item| of_value(item, lines)).collect()),
        DeValue::Table(table) => return of_table(table, line, lines),
    };
    Value { line, content }
}

/// Where lines begin.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        Self(memchr::memchr_iter(b'\n', text.as_bytes()).map(|end| end + 1).collect())
    }

    fn at(&self, byte: usize) -> u32 {
        u32::try_from(self.0.partition_point(|start| *start <= byte) + 1).unwrap_or(u32::MAX)
    }
}
