//! `gha-syntax/expression`: the page beside this file says why.

use portcullis_syntax::expression;
use portcullis_syntax::yaml::{Kind, Node};

use crate::reporter::Reporter;

/// Texts for people, in which GitHub evaluates nothing.
const PROSE: [&str; 6] = ["on", "name", "description", "inputs", "author", "branding"];

pub(crate) fn check(root: Node<'_>, report: &mut Reporter<'_>) {
    for entry in root.entries() {
        let key = entry.key_str();
        if !key.is_some_and(|key| PROSE.contains(&key)) {
            visit(entry.value, key, report);
        }
    }
}

/// Recursion is bounded by the depth limit of the parser. Aliases are not followed: their text is visited where it stands.
fn visit(node: Node<'_>, own_key: Option<&str>, report: &mut Reporter<'_>) {
    match node.kind() {
        Kind::Scalar if own_key == Some("description") => {}
        Kind::Scalar => check_text(node, own_key == Some("if"), report),
        Kind::Seq => node.items().for_each(|item| visit(item, None, report)),
        Kind::Map => node.entries().for_each(|entry| visit(entry.value, entry.key_str(), report)),
        Kind::Alias => {}
    }
}

fn check_text(node: Node<'_>, condition: bool, report: &mut Reporter<'_>) {
    let Some(text) = node.value() else { return };
    if !text.contains("${{") {
        // A condition is an expression, with or without the braces.
        if condition && node.as_str().is_some() {
            check_expression(node, text, 0, report);
        }
        return;
    }
    for found in expression::placeholders(text) {
        if found.closed {
            check_expression(node, found.inner(text), found.inner_span(text).start, report);
        } else {
            report
                .at(node.source_range(found.span.start..found.span.start + "${{".len()).0)
                .message("this expression is never closed: `}}` is missing")
                .remediation("close it with `}}`; a quote inside that is never closed hides the braces");
        }
    }
}

/// `start`: where the expression begins in the value of the node.
fn check_expression(node: Node<'_>, text: &str, start: usize, report: &mut Reporter<'_>) {
    let Err(error) = expression::parse(text) else { return };
    let rest = text.get(error.at..).unwrap_or_default();
    let width = rest.chars().next().map_or(0, char::len_utf8);
    let at = start + error.at;
    report
        .at(node.source_range(at..at + width).0)
        .message(format_args!("this is no expression: {error}"))
        .remediation("mend the expression; GitHub refuses the whole file otherwise");
}
