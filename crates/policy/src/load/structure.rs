//! YAML that our own files do without (spec/policy.md 1.1): everything that lets a reader see something else than the program.

use std::collections::BTreeMap;

use portcullis_model::Diagnostic;
use portcullis_syntax::yaml::{Entry, Kind, Node, Typed};

use super::MOST_TOLD;
use super::source::{Source, labelled};

/// Anchors, aliases, tags, merge keys, keys that are no text, duplicate keys: anywhere in the document, `x-` keys included.
pub(crate) fn faults(source: &Source, root: Node<'_>) -> Vec<Diagnostic> {
    let mut faults = Vec::new();
    // A stack of our own: the depth of a document is bounded, that of the thread need not be known.
    let mut nodes = vec![(root, None)];
    while let Some((node, name)) = nodes.pop().filter(|_| faults.len() < MOST_TOLD) {
        decoration(source, node, &mut faults);
        match node.kind() {
            Kind::Scalar | Kind::Alias => {}
            Kind::Seq => nodes.extend(node.items().map(|item| (item, name))),
            Kind::Map => {
                keys(source, node, name, &mut faults);
                nodes.extend(node.entries().map(|entry| (entry.value, name_of(&entry))));
            }
        }
    }
    faults
}

fn decoration(source: &Source, node: Node<'_>, faults: &mut Vec<Diagnostic>) {
    let error = |message: String, place: Option<std::ops::Range<usize>>| {
        Diagnostic::error("policy/yaml", message, source.span(&place.unwrap_or_else(|| node.span())))
    };
    if node.kind() == Kind::Alias {
        faults.push(error(format!("`{}` is an alias", node.raw()), None).help("write the value again"));
    }
    if let Some(anchor) = node.anchor() {
        faults
            .push(error(format!("`&{anchor}` is an anchor"), node.anchor_span()).help("write the value at each place"));
    }
    if let Some(tag) = node.tag() {
        faults.push(
            error(format!("`{tag}` is a tag"), node.tag_span())
                .help("the schema says of what type a value is; leave the tag out"),
        );
    }
}

/// A key that is text; numbers, booleans and mappings are none.
pub(crate) fn name_of<'a>(entry: &Entry<'a>) -> Option<&'a str> {
    entry.key_str().filter(|_| matches!(entry.key.typed(), Typed::Str(_)))
}

/// Keys of one mapping; `name` is the key it stands under.
fn keys(source: &Source, map: Node<'_>, name: Option<&str>, faults: &mut Vec<Diagnostic>) {
    let mut seen: BTreeMap<&str, Node<'_>> = BTreeMap::new();
    for entry in map.entries() {
        if faults.len() >= MOST_TOLD {
            return;
        }
        let span = source.span(&entry.key.span());
        let Some(key) = name_of(&entry) else {
            let message = format!("the key `{}` is no text", entry.key.raw());
            faults.push(Diagnostic::error("policy/yaml", message, span).help("put it in quotes"));
            continue;
        };
        if key == "<<" {
            let error = Diagnostic::error("policy/yaml", "`<<` is a merge key", span);
            faults.push(error.help("write the keys again, or put them into a parent (`extends`)"));
        } else if let Some(first) = seen.get(key) {
            let message = match name {
                Some(name) => format!("`{key}` is given twice in `{name}`"),
                None => format!("`{key}` is given twice"),
            };
            let related = labelled(source.span(&first.span()), "first given here");
            faults.push(Diagnostic::error("policy/duplicate-key", message, span).related(related));
        } else {
            seen.insert(key, entry.key);
        }
    }
}
