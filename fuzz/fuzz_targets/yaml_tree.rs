//! Any bytes are a file of documents, comments and faults; every place is a place of the text; and what stands at the place
//! of a node reads back as the node.

#![no_main]

use libfuzzer_sys::fuzz_target;
use portcullis_fuzz::{DIALECTS, all_nodes, children, facts, read, root, subtree};
use portcullis_syntax::yaml::{Dialect, File, Kind, Limits, Node, Style, parse};

/// Nodes of a file that are cut out: each is read again, which is quadratic in nested files.
const MOST_CUT: usize = 40;

fuzz_target!(|bytes: &[u8]| {
    for reading in DIALECTS {
        let file = parse(bytes, reading.0, &reading.1);
        places_are_places(&file);
        for node in all_nodes(&file) {
            answers(node);
        }
        if file.faults().is_empty() && !file.is_transcoded() && file.underindented().is_empty() {
            spans_read_back(&file, reading);
        }
    }
});

fn places_are_places(file: &File) {
    let text = file.text();
    assert!(file.documents().len() > 0);
    for fault in file.faults() {
        assert!(text.is_char_boundary(fault.byte), "{fault:?}");
        assert!(fault.document < file.documents().len(), "{fault:?}");
    }
    assert!(file.faults().is_sorted_by_key(|fault| (fault.document, fault.byte)), "{:?}", file.faults());
    assert!(file.comments().is_sorted_by_key(|comment| comment.span.start));
    for comment in file.comments() {
        let written = text.get(comment.span.clone()).expect("a comment stands in the text");
        assert!(written.starts_with('#'), "{comment:?}");
        let place = file.position(comment.span.start);
        assert_eq!((comment.line, comment.col), (place.line, place.col), "{comment:?}");
    }
    for node in all_nodes(file) {
        let span = node.span();
        assert!(text.get(span.clone()).is_some(), "{node:?}");
        for child in children(node) {
            let inside = child.span();
            assert!(span.start <= inside.start && inside.end <= span.end, "{child:?} in {node:?}");
        }
    }
}

/// Every question has an answer.
fn answers(node: Node<'_>) {
    let _ = (node.typed(), node.is_yaml11_only(), node.effective_entries(), node.materialise());
    let _ = (node.header_range(), node.trailing_comment(), node.comments_above(), node.comments().len());
    let _ = node.at("a[*].b[0]");
    let Some(value) = node.value().filter(|_| node.kind() == Kind::Scalar) else { return };
    let mut last = 0;
    for (offset, _) in value.char_indices().take(200) {
        let source = node.source_of(offset);
        assert!(node.file().text().is_char_boundary(source.byte), "{offset} of {node:?}");
        assert!(last <= source.byte, "{offset} of {node:?}");
        last = source.byte;
    }
    let (range, _) = node.source_range(0..value.len());
    assert!(node.file().text().get(range).is_some(), "{node:?}");
}

fn spans_read_back(file: &File, reading: (Dialect, Limits)) {
    for node in all_nodes(file).into_iter().take(MOST_CUT) {
        if !stands_alone(node) {
            continue;
        }
        let position = node.position();
        // Moved to the left edge, further lines would stand too deep.
        let cut = " ".repeat(position.col as usize - 1) + node.raw();
        let again = read(&cut, reading);
        assert_eq!(again.faults(), [], "{node:?} cut to {cut:?}");
        let found: Vec<_> = root(&again).map(subtree).unwrap_or_default().into_iter().map(facts).collect();
        let mut meant: Vec<_> = subtree(node).into_iter().map(facts).collect();
        // The properties of a node are no part of its span.
        meant[0] = facts_without_properties(node, &found);
        assert_eq!(found, meant, "{node:?} cut to {cut:?}");
    }
}

fn facts_without_properties(node: Node<'_>, found: &[portcullis_fuzz::Facts]) -> portcullis_fuzz::Facts {
    match found.first() {
        Some(first) if node.tag().is_some() || node.anchor().is_some() => first.clone(),
        _ => facts(node),
    }
}

/// Whether YAML reads the text of a node the same way in a file of its own.
fn stands_alone(node: Node<'_>) -> bool {
    let nodes = subtree(node);
    // Aliases and tags need their anchors and directives; a value that is not there has no text.
    if nodes.iter().any(|node| node.kind() == Kind::Alias || node.tag().is_some()) || node.is_absent() {
        return false;
    }
    let raw = node.raw();
    // As a key it may end in a `:` that more text follows.
    if node.style() == Style::Plain && raw.ends_with(':') {
        return false;
    }
    // A pair without brackets inside brackets ends differently outside of them.
    if node.style() == Style::Flow && !raw.starts_with(['[', '{']) {
        return false;
    }
    // Characters beyond the basic ones are one column and more bytes; a tab is no indentation.
    let before = node.file().line_range(node.position().line).start..node.span().start;
    let is_indented = node.file().text().get(before).is_some_and(|before| !before.contains('\t'));
    is_indented && raw.len() <= 1_000
}
