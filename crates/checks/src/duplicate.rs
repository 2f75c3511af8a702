//! Keys given twice in one mapping.

use std::borrow::Cow;
use std::collections::BTreeMap;

use portcullis_syntax::yaml::{Kind, Node};

use crate::reporter::Reporter;

/// When two keys are the same key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    /// Letter for letter.
    Exact,
    /// `Build` is `build`.
    IgnoreCase,
}

/// Reports every key that stands in its mapping a second time. `comparison` gets the key the mapping is the value of.
pub(crate) fn report(root: Node<'_>, report: &mut Reporter<'_>, comparison: impl Fn(Option<&str>) -> Comparison) {
    visit(root, None, &comparison, report);
}

/// Recursion is bounded by the depth limit of the parser. Aliases are not followed: their mapping is visited where it
/// stands.
fn visit(
    node: Node<'_>,
    own_key: Option<&str>,
    comparison: &impl Fn(Option<&str>) -> Comparison,
    report: &mut Reporter<'_>,
) {
    match node.kind() {
        Kind::Map => {
            report_mapping(node, comparison(own_key), report);
            for entry in node.entries() {
                visit(entry.value, entry.key_str(), comparison, report);
            }
        }
        Kind::Seq => node.items().for_each(|item| visit(item, None, comparison, report)),
        Kind::Scalar | Kind::Alias => {}
    }
}

fn report_mapping(map: Node<'_>, comparison: Comparison, report: &mut Reporter<'_>) {
    let mut first: BTreeMap<Cow<'_, str>, Node<'_>> = BTreeMap::new();
    for entry in map.entries() {
        // Several merge keys are several merges, not one key given twice.
        let Some(key) = entry.key_str().filter(|key| *key != "<<") else { continue };
        let folded = match comparison {
            Comparison::Exact => Cow::Borrowed(key),
            Comparison::IgnoreCase => Cow::Owned(key.to_ascii_lowercase()),
        };
        let Some(earlier) = first.get(&folded) else {
            first.insert(folded, entry.key);
            continue;
        };
        let line = earlier.position().line;
        let message = match earlier.value() {
            Some(other) if other != key => {
                format!("key `{key}` is the key `{other}` of line {line} again: upper and lower case are the same here")
            }
            _ => format!("key `{key}` stands here a second time (first in line {line}); one of the two is lost"),
        };
        report
            .at(entry.key.span())
            .message(message)
            .remediation("keep one of the two")
            .related(earlier.span(), "first here");
    }
}
