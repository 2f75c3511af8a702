//! Merge keys `<<` of YAML 1.1: explicit keys win, of several merged mappings the earlier wins (spec/manifests.md 3).

use std::collections::BTreeSet;

use super::arena::{NodeId, Schema, Style};
use super::limits::Dialect;
use super::node::{Entry, Node};

/// Whether an entry merges its value into the mapping.
pub(super) fn merges(entry: &Entry<'_>) -> bool {
    let cell = entry.key.resolve().cell();
    cell.style == Style::Plain
        && matches!(cell.schema, Schema::Implicit | Schema::Foreign)
        && entry.key.value() == Some("<<")
}

/// The entry with this key in the mappings that are merged into `map`.
pub(super) fn entry<'a>(map: Node<'a>, key: &str) -> Option<Entry<'a>> {
    merged(map).into_iter().find_map(|merged| merged.entries().find(|entry| entry.key_str() == Some(key)))
}

/// One entry for each key, merge keys replaced by what they merge.
pub(super) fn effective_entries(map: Node<'_>) -> Vec<Entry<'_>> {
    let is_merging = map.file().dialect() == Dialect::Yaml11;
    let mut entries = Vec::with_capacity(map.entries().len());
    let mut seen = BTreeSet::new();
    let merged = if is_merging { merged(map) } else { Vec::new() };
    for map in std::iter::once(map).chain(merged) {
        for entry in map.entries() {
            let replaced = is_merging && merges(&entry);
            // A collection as key has no text to compare.
            if !replaced && entry.key_str().is_none_or(|key| seen.insert(key)) {
                entries.push(entry);
            }
        }
    }
    entries
}

/// Whether one question to each of these mappings visits at most `budget` merged entries; otherwise the index of the
/// mapping that exceeds it.
pub(super) fn cost(maps: &[Node<'_>], budget: usize) -> Result<(), usize> {
    let mut visited = 0_usize;
    for (index, map) in maps.iter().enumerate() {
        for merged in merged(*map) {
            visited += 1 + merged.entries().len();
        }
        if visited > budget {
            return Err(index);
        }
    }
    Ok(())
}

/// The mappings merged into a mapping, those that win first.
fn merged(map: Node<'_>) -> Vec<Node<'_>> {
    if !map.file().merges() {
        return Vec::new();
    }
    let mut found: Vec<Node<'_>> = Vec::new();
    let mut seen: BTreeSet<NodeId> = BTreeSet::from([map.resolve().id()]);
    // Depth first: what a merged mapping merges itself comes before the next of the list.
    let mut waiting = sources(map);
    while let Some(next) = waiting.pop() {
        if seen.insert(next.id()) {
            found.push(next);
            waiting.append(&mut sources(next));
        }
    }
    found
}

/// The mappings that the merge keys of one mapping name, last first.
fn sources(map: Node<'_>) -> Vec<Node<'_>> {
    let mut sources = Vec::new();
    for entry in map.entries().filter(merges) {
        let value = entry.value.resolve();
        if value.is_seq() {
            sources.extend(value.items().map(Node::resolve).filter(|item| item.is_map()));
        } else if value.is_map() {
            sources.push(value);
        }
    }
    sources.reverse();
    sources
}
