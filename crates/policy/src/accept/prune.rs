//! Exceptions out of the text of a file.

use std::collections::BTreeSet;
use std::ops::Range;

use portcullis_syntax::yaml::{self, Change, EditError, File, Node, Style};

use super::NotEdited;

/// What is left of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pruned {
    /// This text.
    Text(String),
    /// Nothing but `version`, `kind` and an empty list: the file can go.
    Empty,
}

/// The text without the exceptions of these ids. The block of comments directly above an entry goes with it; every other
/// comment stays.
pub fn prune(text: &str, ids: &BTreeSet<&str>) -> Result<Pruned, NotEdited> {
    let mut text = text.to_owned();
    for id in ids {
        if let Some(without) = without(&text, id)? {
            text = without;
        }
    }
    Ok(if is_empty(&text) { Pruned::Empty } else { Pruned::Text(text) })
}

fn parse(text: &str) -> File {
    yaml::parse(text.as_bytes(), yaml::Dialect::Core, &yaml::Limits::OWN)
}

/// `None` where no entry has the id.
fn without(text: &str, id: &str) -> Result<Option<String>, NotEdited> {
    let file = parse(text);
    let root = file.documents().next().and_then(|document| document.root()).ok_or(NotEdited::NoList)?;
    let Some(list) = root.get("exceptions") else { return Ok(None) };
    let is_it = |item: &Node<'_>| item.get("id").and_then(Node::as_str) == Some(id);
    let Some(index) = list.items().position(|item| is_it(&item)) else { return Ok(None) };
    let change = removal(&file, root, list, index).ok_or(NotEdited::NoList)?;
    let applied = file.apply(&[change]).map_err(NotEdited::Refused)?;
    if applied.dropped.is_empty() { Ok(Some(applied.text)) } else { Err(NotEdited::Refused(EditError::Unsafe)) }
}

fn removal(file: &File, root: Node<'_>, list: Node<'_>, index: usize) -> Option<Change> {
    if list.style() == Style::Flow {
        return list.remove_item(index);
    }
    let item = list.items().nth(index)?;
    let lines = lines_of(file, item);
    if list.items().len() > 1 {
        return Some(Change { range: lines, text: String::new() });
    }
    // The last one: an empty list stands in its place, so that what is said of the key stays true.
    let entry = root.entries().find(|entry| entry.key_str() == Some("exceptions"))?;
    let colon = entry.key.span().end + file.text().get(entry.key.span().end..)?.find(':')? + 1;
    let between = file.text().get(colon..lines.start)?;
    Some(Change { range: colon..lines.end, text: format!(" []{between}") })
}

/// The lines of a node, from the block of comments directly above to the break of its last line.
fn lines_of(file: &File, node: Node<'_>) -> Range<usize> {
    let mut first = node.position().line;
    let indent = |line: u32| {
        let text = file.line_text(line);
        text.len() - text.trim_start_matches(' ').len()
    };
    // The `-` may stand on a line of its own.
    let dash_is_here = |line: u32| file.line_text(line).trim_start().starts_with('-');
    while first > 1 && !dash_is_here(first) {
        first -= 1;
    }
    let own = indent(first);
    while first > 1 && file.line_text(first - 1).trim_start().starts_with('#') && indent(first - 1) <= own {
        first -= 1;
    }
    let start = file.line_range(first).start;
    let span = node.span();
    let last = file.position(span.end.max(span.start + 1) - 1).line;
    let end = file.line_range(last).end;
    let rest = file.text().get(end..).unwrap_or_default();
    let line_break = if rest.starts_with("\r\n") { 2 } else { usize::from(!rest.is_empty()) };
    start..end + line_break
}

/// A file of exceptions without any, and without a word of anybody's.
fn is_empty(text: &str) -> bool {
    let file = parse(text);
    let Some(root) = file.documents().next().and_then(|document| document.root()) else { return false };
    root.get("kind").and_then(Node::as_str) == Some("exceptions")
        && root.get("exceptions").is_none_or(|list| list.items().next().is_none())
        && root.entries().all(|entry| matches!(entry.key_str(), Some("version" | "kind" | "exceptions")))
        && file.comments().is_empty()
}
