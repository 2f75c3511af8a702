//! Whether two texts mean the same outside of the ranges that were changed.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::super::arena::NodeId;
use super::super::file::File;
use super::super::node::{Kind, Node};

/// Ranges before and after, in order of position.
type Changed = [(Range<usize>, Range<usize>)];

/// Whether everything outside of the changed ranges is as it was: documents, nodes with their values, tags, anchors and
/// order, what aliases stand for, comments. `after` must be read without a fault.
pub(super) fn only_changes_differ(before: &File, after: &File, changed: &Changed) -> bool {
    let mut comparison = Comparison { changed, pairs: BTreeMap::new() };
    after.faults().is_empty()
        && before.documents().len() == after.documents().len()
        && before.documents().zip(after.documents()).all(|(before, after)| match (before.root(), after.root()) {
            (Some(before), Some(after)) => {
                (comparison.is_old(before) && comparison.is_new(after)) || comparison.same(before, after)
            }
            (None, None) => true,
            (Some(before), None) => comparison.is_old(before),
            (None, Some(after)) => comparison.is_new(after),
        })
        && comparison.same_comments(before, after)
}

struct Comparison<'c> {
    changed: &'c Changed,
    /// Nodes before and their counterparts, to see that aliases still mean the same.
    pairs: BTreeMap<NodeId, NodeId>,
}

impl Comparison<'_> {
    fn same(&mut self, before: Node<'_>, after: Node<'_>) -> bool {
        let same_kind =
            before.kind() == after.kind() && before.tag() == after.tag() && before.anchor() == after.anchor();
        if !same_kind {
            return false;
        }
        self.pairs.insert(before.id(), after.id());
        match before.kind() {
            Kind::Scalar => self.is_touched(before) || same_scalar(before, after),
            Kind::Alias => self.is_touched(before) || self.same_alias(before, after),
            Kind::Seq => self.same_children(&before.items().collect::<Vec<_>>(), &after.items().collect::<Vec<_>>()),
            Kind::Map => !adds_a_repeated_key(before, after) && self.same_children(&flat(before), &flat(after)),
        }
    }

    fn same_alias(&self, before: Node<'_>, after: Node<'_>) -> bool {
        let target = self.pairs.get(&before.resolve().id());
        // A target that was replaced has no counterpart.
        before.alias_name() == after.alias_name() && target.is_none_or(|target| *target == after.resolve().id())
    }

    /// Children outside of the changes stand against each other in order; those inside come and go.
    fn same_children(&mut self, before: &[Node<'_>], after: &[Node<'_>]) -> bool {
        let (mut old, mut new) = (before.iter().peekable(), after.iter().peekable());
        loop {
            match (old.peek().copied().copied(), new.peek().copied().copied()) {
                (None, None) => return true,
                (Some(before), Some(after)) if !self.is_old(before) && !self.is_new(after) => {
                    if !self.same(before, after) {
                        return false;
                    }
                    old.next();
                    new.next();
                }
                (Some(before), after) if self.is_old(before) => {
                    old.next();
                    if after.is_some_and(|after| self.is_new(after)) {
                        new.next();
                    }
                }
                (before, Some(after)) if self.is_new(after) => {
                    new.next();
                    // A value where there was none need not stand where it was missing.
                    if before.is_some_and(Node::is_absent) {
                        old.next();
                    }
                }
                _ => return false,
            }
        }
    }

    fn same_comments(&self, before: &File, after: &File) -> bool {
        let old = before.comments().iter().filter(|comment| !is_touched(&comment.span, self.changed, |(old, _)| old));
        let new = after.comments().iter().filter(|comment| !is_touched(&comment.span, self.changed, |(_, new)| new));
        old.map(|comment| &comment.text).eq(new.map(|comment| &comment.text))
    }

    /// The whole node stood in a changed range.
    fn is_old(&self, node: Node<'_>) -> bool {
        is_inside(&node.span(), self.changed, |(before, _)| before)
    }

    /// The whole node stands in a changed range.
    fn is_new(&self, node: Node<'_>) -> bool {
        is_inside(&node.span(), self.changed, |(_, after)| after)
    }

    /// A change lies in the node.
    fn is_touched(&self, node: Node<'_>) -> bool {
        is_touched(&node.span(), self.changed, |(before, _)| before)
    }
}

type Pair = (Range<usize>, Range<usize>);

fn is_inside(span: &Range<usize>, changed: &Changed, side: fn(&Pair) -> &Range<usize>) -> bool {
    let index = changed.partition_point(|pair| side(pair).end < span.end);
    changed.get(index).is_some_and(|pair| side(pair).start <= span.start)
}

fn is_touched(span: &Range<usize>, changed: &Changed, side: fn(&Pair) -> &Range<usize>) -> bool {
    let index = changed.partition_point(|pair| side(pair).end <= span.start);
    changed.get(index).is_some_and(|pair| side(pair).start < span.end)
}

fn same_scalar(before: Node<'_>, after: Node<'_>) -> bool {
    before.value() == after.value() && before.style() == after.style()
}

/// Of two entries with one key readers see only one, or refuse the file.
fn adds_a_repeated_key(before: Node<'_>, after: Node<'_>) -> bool {
    let repeated = |map: Node<'_>| {
        let mut seen = BTreeSet::new();
        map.entries().filter_map(|entry| entry.key_str()).filter(|key| !seen.insert(*key)).count()
    };
    after.entries().len() > before.entries().len() && repeated(after) > repeated(before)
}

fn flat(map: Node<'_>) -> Vec<Node<'_>> {
    map.entries().flat_map(|entry| [entry.key, entry.value]).collect()
}
