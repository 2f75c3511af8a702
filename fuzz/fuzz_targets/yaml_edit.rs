//! An edit changes what it says and nothing else. Input: a YAML text, a NUL, and what decides on the edits.
//!
//! The trees are compared here by counting nodes off, not with the comparison that `File::apply` makes itself.

#![no_main]

use arbitrary::{Arbitrary, Unstructured};
use libfuzzer_sys::fuzz_target;
use portcullis_fuzz::{DIALECTS, Facts, all_nodes, facts, read, subtree};
use portcullis_syntax::yaml::{Change, Dialect, File, Kind, Limits, New, Node};

/// Edits tried on one file.
const MOST_EDITS: usize = 8;

#[derive(Arbitrary, Debug)]
enum Edit {
    Scalar(String),
    Text(String),
    Within(u8, u8, String),
    Entry(String, Scalar),
    Into(String, String, Scalar),
    Item(Scalar),
    RemoveEntry(u8),
    RemoveItem(u8),
    Comment(String),
}

#[derive(Arbitrary, Debug)]
enum Scalar {
    Text(String),
    List(Vec<String>),
    Map(Vec<(String, String)>),
}

impl Scalar {
    fn new(&self) -> New {
        let text = |text: &String| New::Text(text.clone());
        match self {
            Self::Text(one) => text(one),
            Self::List(items) => New::Seq(items.iter().map(text).collect()),
            Self::Map(entries) => New::Map(entries.iter().map(|(key, value)| (key.clone(), text(value))).collect()),
        }
    }

    fn nodes(&self) -> usize {
        match self {
            Self::Text(_) => 1,
            Self::List(items) => 1 + items.len(),
            Self::Map(entries) => 1 + 2 * entries.len(),
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    let (text, choices) = bytes.iter().position(|byte| *byte == 0).map_or((bytes, &[][..]), |nul| bytes.split_at(nul));
    let Ok(text) = str::from_utf8(text) else { return };
    let mut choices = Unstructured::new(choices.get(1..).unwrap_or_default());
    let mut edits = Vec::new();
    while edits.len() < MOST_EDITS && !choices.is_empty() {
        let Ok(edit) = <(u8, Edit)>::arbitrary(&mut choices) else { break };
        edits.push(edit);
    }
    for reading in DIALECTS {
        let file = read(text, reading);
        if !file.faults().is_empty() {
            let change = Change { range: 0..0, text: String::new() };
            assert!(file.apply(&[change]).is_err());
            continue;
        }
        for (pick, edit) in &edits {
            try_edit(&file, usize::from(*pick), edit, reading);
        }
        try_together(&file, &edits, reading);
    }
});

/// What a file is to be after an edit.
enum Expected {
    /// All nodes, but the one with this number, which is free.
    Replaced(usize),
    /// New nodes at this number, so many of them, in the collection with the second number.
    Inserted(usize, usize, usize),
    /// The nodes of this range are gone from the collection with this number.
    Removed(std::ops::Range<usize>, usize),
    /// Every node.
    Same,
}

fn try_edit(file: &File, pick: usize, edit: &Edit, reading: (Dialect, Limits)) {
    let nodes = all_nodes(file);
    if nodes.is_empty() {
        return;
    }
    let at = pick % nodes.len();
    let Some((change, expected)) = change(&nodes, at, edit) else { return };
    let Ok(applied) = file.apply(std::slice::from_ref(&change)) else { return };
    assert!(applied.dropped.is_empty(), "a lone edit is made or refused");
    let after = read(&applied.text, reading);
    assert_eq!(after.faults(), [], "{edit:?} of {:?} gives {:?}", nodes[at], applied.text);
    let found = all_nodes(&after);
    compare(&nodes, &found, &expected, &format!("{edit:?} of {:?} gives {:?}", nodes[at], applied.text));
    match edit {
        Edit::Text(text) => {
            assert_eq!(found[at].as_str(), Some(text.as_str()), "{:?} in {:?}", nodes[at], applied.text)
        }
        Edit::Scalar(text) => assert_eq!(found[at].value(), Some(text.as_str()), "{:?}", applied.text),
        Edit::Within(start, length, text) => {
            let (start, end) = (usize::from(*start), usize::from(*start) + usize::from(*length));
            let old = nodes[at].value().unwrap_or_default();
            let meant = [old.get(..start).unwrap_or(old), text, old.get(end..).unwrap_or_default()].concat();
            assert_eq!(found[at].value(), Some(meant.as_str()), "{edit:?} of {old:?} gives {:?}", applied.text);
        }
        Edit::Comment(text) => {
            let comments = after.comments().len();
            assert!(comments == file.comments().len() || comments == file.comments().len() + 1, "{:?}", applied.text);
            let is_there = |comment: &portcullis_syntax::yaml::Comment| comment.text.trim() == text.trim();
            assert!(after.comments().iter().any(is_there), "{text:?} in {:?}", applied.text);
        }
        _ => {}
    }
}

/// The change and what it is to do, by the numbers of nodes.
fn change(nodes: &[Node<'_>], at: usize, edit: &Edit) -> Option<(Change, Expected)> {
    let node = nodes[at];
    let behind = at + subtree(node).len();
    match edit {
        Edit::Scalar(text) => Some((node.replace_scalar(text)?, Expected::Replaced(at))),
        Edit::Text(text) => Some((node.replace_with_text(text)?, Expected::Replaced(at))),
        Edit::Within(start, length, text) => {
            let start = usize::from(*start);
            Some((node.replace_within(start..start + usize::from(*length), text)?, Expected::Replaced(at)))
        }
        Edit::Entry(key, value) => {
            let change = node.insert_entry(key, &value.new())?;
            match node.kind() {
                Kind::Map => Some((change, Expected::Inserted(behind, 1 + value.nodes(), at))),
                // A value that was not there becomes a mapping.
                _ => None,
            }
        }
        Edit::Into(outer, key, value) => {
            let known = node.entries().find(|entry| entry.key_str() == Some(outer));
            let change = node.insert_into(outer, key, &value.new())?;
            match known {
                None if node.kind() == Kind::Map => Some((change, Expected::Inserted(behind, 3 + value.nodes(), at))),
                _ => None,
            }
        }
        Edit::Item(value) => Some((node.insert_item(&value.new())?, Expected::Inserted(behind, value.nodes(), at))),
        Edit::RemoveEntry(index) => {
            let index = usize::from(*index) % node.entries().len().max(1);
            let change = node.remove_entry(index)?;
            let first = at + 1 + node.entries().take(index).map(pair_nodes).sum::<usize>();
            let gone = node.entries().nth(index).map(pair_nodes)?;
            Some((change, Expected::Removed(first..first + gone, at)))
        }
        Edit::RemoveItem(index) => {
            let index = usize::from(*index) % node.items().len().max(1);
            let change = node.remove_item(index)?;
            let first = at + 1 + node.items().take(index).map(|item| subtree(item).len()).sum::<usize>();
            let gone = node.items().nth(index).map(|item| subtree(item).len())?;
            Some((change, Expected::Removed(first..first + gone, at)))
        }
        Edit::Comment(text) => Some((node.set_trailing_comment(text)?, Expected::Same)),
    }
}

fn pair_nodes(entry: portcullis_syntax::yaml::Entry<'_>) -> usize {
    subtree(entry.key).len() + subtree(entry.value).len()
}

fn compare(before: &[Node<'_>], after: &[Node<'_>], expected: &Expected, what: &str) {
    let mut old: Vec<Option<Facts>> = before.iter().map(|node| Some(facts(*node))).collect();
    let mut new: Vec<Option<Facts>> = after.iter().map(|node| Some(facts(*node))).collect();
    let mut forget = |old_at: usize, new_at: usize| {
        for (facts, at) in [(&mut old, old_at), (&mut new, new_at)] {
            if let Some(known) = facts.get_mut(at) {
                *known = None;
            }
        }
    };
    match expected {
        Expected::Replaced(at) => {
            forget(*at, *at);
            // Aliases of the scalar read the new value.
            for (index, node) in before.iter().enumerate().filter(|(_, node)| node.kind() == Kind::Alias) {
                if node.resolve() == before[*at] {
                    assert_eq!(Some(after[index].resolve()), after.get(*at).copied(), "{what}");
                    forget(index, index);
                }
            }
        }
        Expected::Inserted(_, _, within) | Expected::Removed(_, within) => forget(*within, *within),
        Expected::Same => {}
    }
    match expected {
        Expected::Inserted(at, count, _) => drop(new.splice(*at..(*at + *count).min(new.len()), [])),
        Expected::Removed(gone, _) => drop(old.splice(gone.clone(), [])),
        Expected::Replaced(_) | Expected::Same => {}
    }
    assert_eq!(old, new, "{what}");
}

/// Edits made together give a file that reads back, whatever was left out of them.
fn try_together(file: &File, edits: &[(u8, Edit)], reading: (Dialect, Limits)) {
    let nodes = all_nodes(file);
    if nodes.is_empty() {
        return;
    }
    let changes: Vec<_> = edits
        .iter()
        .filter_map(|(pick, edit)| change(&nodes, usize::from(*pick) % nodes.len(), edit))
        .map(|(change, _)| change)
        .collect();
    if let Ok(applied) = file.apply(&changes) {
        let after = read(&applied.text, reading);
        assert_eq!(after.faults(), [], "{changes:?} give {:?}", applied.text);
        assert_eq!(after.documents().len(), file.documents().len());
    }
}
