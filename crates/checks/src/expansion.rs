//! How many nodes a document has once its aliases are written out: a few lines can stand for billions.

use std::collections::BTreeMap;
use std::ops::Range;

use portcullis_syntax::yaml::{Kind, Node, NodeId};

/// Where the document, written out, outgrows `limit` nodes: the alias that is one too many.
pub(crate) fn first_beyond(root: Node<'_>, limit: usize) -> Option<Range<usize>> {
    // Without aliases the tree is as large as it looks, and the reader bounds that.
    let mut expansion = Expansion { limit, sizes: BTreeMap::new(), beyond: None };
    expansion.size(root);
    expansion.beyond
}

struct Expansion {
    limit: usize,
    /// Of the nodes that have an anchor.
    sizes: BTreeMap<NodeId, usize>,
    beyond: Option<Range<usize>>,
}

impl Expansion {
    /// Recursion is bounded by the depth limit of the parser. An anchor stands before its aliases; one that is still open
    /// holds an alias to itself and has no end.
    fn size(&mut self, node: Node<'_>) -> usize {
        let size = match node.kind() {
            Kind::Scalar => 1,
            // To nothing: a fault of its own.
            Kind::Alias if node.resolve().kind() == Kind::Alias => 1,
            Kind::Alias => self.sizes.get(&node.resolve().id()).copied().unwrap_or(usize::MAX),
            Kind::Seq => self.sum(node.items()),
            Kind::Map => self.sum(node.entries().map(|entry| entry.value)),
        };
        if node.anchor().is_some() {
            self.sizes.insert(node.id(), size);
        }
        size
    }

    fn sum<'a>(&mut self, children: impl Iterator<Item = Node<'a>>) -> usize {
        children.fold(1, |total: usize, child| {
            let total = total.saturating_add(self.size(child));
            if total > self.limit && child.kind() == Kind::Alias && self.beyond.is_none() {
                self.beyond = Some(child.span());
            }
            total
        })
    }
}

#[cfg(test)]
mod tests {
    use portcullis_syntax::yaml::{Dialect, Limits, parse};

    use super::first_beyond;

    fn beyond(text: &str, limit: usize) -> Option<String> {
        let file = parse(text.as_bytes(), Dialect::Core, &Limits::WORKFLOW);
        let root = file.documents().next().unwrap().root().unwrap();
        first_beyond(root, limit).map(|span| file.text()[span].to_owned())
    }

    #[test]
    fn aliases_of_aliases_are_counted_without_being_followed() {
        let bomb = "a: &a [x, x, x, x]\nb: &b [*a, *a, *a, *a]\nc: [*b, *b, *b, *b]\n";
        assert_eq!(beyond(bomb, 60).as_deref(), Some("*b"));
        assert_eq!(beyond(bomb, 1000), None);
    }

    #[test]
    fn an_alias_to_what_holds_it_has_no_end() {
        assert_eq!(beyond("a: &a [x, *a]\n", 1_000_000).as_deref(), Some("*a"));
    }
}
