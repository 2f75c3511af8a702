//! How new values are written so that they read back as what they are meant to be.

use std::fmt::Write as _;

use super::super::arena::Style;
use super::super::file::parse;
use super::super::limits::{Dialect, Limits};
use super::super::node::Node;
use super::super::typing::Typed;

/// A value to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum New {
    /// A number, a boolean, `null`: written as it is.
    Plain(String),
    /// Text: quoted where it would read as anything else.
    Text(String),
    /// A mapping.
    Map(Vec<(String, New)>),
    /// A sequence.
    Seq(Vec<New>),
    /// A sequence on one line, in brackets.
    Flow(Vec<New>),
}

impl New {
    /// As it stands behind `key: ` or `- ` with lines of its own at `indent` columns.
    pub(super) fn block(&self, indent: usize, line_break: &str) -> String {
        let step = indent + 2;
        let mut text = String::new();
        match self {
            Self::Map(entries) if !entries.is_empty() => {
                for (key, value) in entries {
                    let _ = write!(text, "{line_break}{:indent$}{}", "", value.entry(key, step, line_break));
                }
            }
            Self::Seq(items) if !items.is_empty() => {
                for item in items {
                    let _ = write!(text, "{line_break}{:indent$}-{}", "", item.item(step, line_break));
                }
            }
            flow => text = flow.flow(),
        }
        text
    }

    /// With the space that separates it from what is before it on its line.
    pub(super) fn block_behind(&self, indent: usize, line_break: &str) -> String {
        let block = self.block(indent, line_break);
        if block.starts_with(line_break) { block } else { format!(" {block}") }
    }

    /// As it stands behind the `-` of an item: a mapping begins on the same line, its further lines at `indent` columns.
    pub(super) fn item(&self, indent: usize, line_break: &str) -> String {
        match self {
            Self::Map(entries) if !entries.is_empty() => {
                let entries = entries.iter().map(|(key, value)| value.entry(key, indent + 2, line_break));
                let between = format!("{line_break}{:indent$}", "");
                format!(" {}", entries.collect::<Vec<_>>().join(&between))
            }
            other => other.block_behind(indent, line_break),
        }
    }

    /// `key: value`, further lines at `indent` columns.
    pub(super) fn entry(&self, key: &str, indent: usize, line_break: &str) -> String {
        format!("{}:{}", scalar(key, false), self.block_behind(indent, line_break))
    }

    /// On one line.
    pub(super) fn flow(&self) -> String {
        match self {
            Self::Plain(text) => text.clone(),
            Self::Text(text) => scalar(text, false),
            Self::Map(entries) => {
                let entries: Vec<_> = entries.iter().map(|(key, value)| value.flow_entry(key)).collect();
                format!("{{{}}}", entries.join(", "))
            }
            Self::Seq(items) | Self::Flow(items) => {
                let items: Vec<_> = items.iter().map(Self::flow).collect();
                format!("[{}]", items.join(", "))
            }
        }
    }

    /// `key: value` on one line.
    pub(super) fn flow_entry(&self, key: &str) -> String {
        format!("{}: {}", scalar(key, false), self.flow())
    }
}

/// Text as a scalar: plain where both dialects read it back as this text (or, with `any_type`, as anything that is
/// written so), single-quoted otherwise, double-quoted where it has line breaks or control characters.
pub(super) fn scalar(text: &str, any_type: bool) -> String {
    if is_plain(text, any_type) { text.to_owned() } else { quoted(text, Style::SingleQuoted) }
}

/// Text in quotes of this style, or in double quotes where single ones cannot hold it.
pub(super) fn quoted(text: &str, style: Style) -> String {
    if style == Style::SingleQuoted && !text.chars().any(char::is_control) {
        return format!("'{}'", text.replace('\'', "''"));
    }
    format!("\"{}\"", escaped(text))
}

/// Text between double quotes.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' => escaped.push_str("\\\""),
            '\\' => escaped.push_str("\\\\"),
            '\n' => escaped.push_str("\\n"),
            '\t' => escaped.push_str("\\t"),
            '\r' => escaped.push_str("\\r"),
            '\u{feff}' | '\u{2028}' | '\u{2029}' => {
                let _ = write!(escaped, "\\u{:04X}", u32::from(character));
            }
            character if character.is_control() => {
                let _ = write!(escaped, "\\u{:04X}", u32::from(character));
            }
            character => escaped.push(character),
        }
    }
    escaped
}

/// Whether a text without quotes reads back as itself wherever a scalar can stand, as a key and inside brackets too.
pub(super) fn is_plain(text: &str, any_type: bool) -> bool {
    // A key may be 1024 characters long.
    if text.is_empty() || text.len() > 1_000 || text.contains(['\n', '\r']) || text == "<<" {
        return false;
    }
    // At the left edge these are borders of documents, behind `- ` or `: ` the sign of a key.
    if text.starts_with("---") || text.starts_with("...") || text == "?" {
        return false;
    }
    // The reader is the judge; a key inside brackets is the narrowest place.
    let probe = format!("[{{{text}: {text}}}]");
    let file = parse(probe.as_bytes(), Dialect::Yaml11, &Limits::OTHER);
    let root = file.documents().next().and_then(|document| document.root());
    let map = root.and_then(|root| root.items().next().filter(|_| root.items().len() == 1));
    let entry = map.filter(|map| map.entries().len() == 1).and_then(|map| map.entries().next());
    file.faults().is_empty()
        && file.comments().is_empty()
        && entry
            .is_some_and(|entry| [entry.key, entry.value].into_iter().all(|node| reads_back_as(node, text, any_type)))
}

/// The same for a value that stands in no brackets: braces are letters there.
pub(super) fn is_plain_in_block(text: &str, any_type: bool) -> bool {
    if text.is_empty() || text.contains(['\n', '\r']) {
        return false;
    }
    let probe = format!("key: {text}\n");
    let file = parse(probe.as_bytes(), Dialect::Yaml11, &Limits::OTHER);
    let root = file.documents().next().and_then(|document| document.root());
    let value = root.filter(|root| root.entries().len() == 1).and_then(|root| root.get("key"));
    file.faults().is_empty()
        && file.comments().is_empty()
        && file.documents().len() == 1
        && value.is_some_and(|value| reads_back_as(value, text, any_type))
}

fn reads_back_as(node: Node<'_>, text: &str, any_type: bool) -> bool {
    let is_text = |dialect| any_type || matches!(node.typed_as(dialect), Typed::Str(_));
    node.style() == Style::Plain
        && node.raw() == text
        && node.value() == Some(text)
        && is_text(Dialect::Core)
        && is_text(Dialect::Yaml11)
}
