//! What the things in a bill of materials are called, and which of them need or hold which. A document says each name again
//! and again: it is kept once and known by a number.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::ops::Range;
use std::sync::Arc;

/// References of one document and the edges between them.
#[derive(Default)]
pub(crate) struct References {
    /// Only looked up, never walked: its order is that of no document.
    numbers: HashMap<Arc<str>, usize>,
    texts: Vec<Arc<str>>,
    edges: Vec<Edge>,
    /// Where the edges of each begin and end in the settled list.
    of: Vec<Range<usize>>,
    /// The nearer to the root of the two ends of the shortest way.
    parents: Vec<Option<usize>>,
}

#[derive(Clone, Copy)]
struct Edge {
    from: usize,
    to: usize,
    /// The one needs the other (or only holds it).
    is_need: bool,
}

impl References {
    /// The number of a reference, a new one where it is met for the first time.
    pub(crate) fn number(&mut self, reference: &str) -> usize {
        if let Some(number) = self.numbers.get(reference) {
            return *number;
        }
        let (number, text) = (self.texts.len(), Arc::<str>::from(reference));
        self.texts.push(Arc::clone(&text));
        self.numbers.insert(text, number);
        number
    }

    /// The number of a reference that was met.
    pub(crate) fn known(&self, reference: &str) -> Option<usize> {
        self.numbers.get(reference).copied()
    }

    /// The reference of a number.
    pub(crate) fn text(&self, number: usize) -> &str {
        self.texts.get(number).map_or("", |text| text)
    }

    /// Joins the first to each of the others.
    pub(crate) fn join<'t>(&mut self, from: &str, to: impl IntoIterator<Item = &'t str>, is_need: bool) {
        let mut to = to.into_iter().filter(|to| *to != from).peekable();
        if to.peek().is_none() {
            return;
        }
        let from = self.number(from);
        for to in to {
            let edge = Edge { from, to: self.number(to), is_need };
            self.edges.push(edge);
        }
    }

    /// Sorts the edges by the texts of their ends, makes one of those given twice, and finds the shortest way from the root to
    /// everything, breadth first.
    pub(crate) fn settle(&mut self, root: Option<&str>) {
        let places = self.places();
        let place = |number: usize| places.get(number).copied().unwrap_or_default();
        self.edges.sort_unstable_by_key(|edge| (place(edge.from), place(edge.to)));
        self.edges.dedup_by(|again, edge| {
            let is_same = (again.from, again.to) == (edge.from, edge.to);
            edge.is_need |= is_same && again.is_need;
            is_same
        });
        self.of = vec![0..0; self.texts.len()];
        let mut start = 0;
        for edges in self.edges.chunk_by(|one, two| one.from == two.from) {
            let end = start + edges.len();
            if let Some(range) = edges.first().and_then(|edge| self.of.get_mut(edge.from)) {
                *range = start..end;
            }
            start = end;
        }
        if let Some(root) = root.and_then(|root| self.known(root)) {
            self.find_ways(root);
        }
    }

    /// The place of each reference among all of them, sorted.
    fn places(&self) -> Vec<usize> {
        let mut sorted: Vec<usize> = (0..self.texts.len()).collect();
        sorted.sort_unstable_by(|one, two| self.text(*one).cmp(self.text(*two)));
        let mut places = vec![0; sorted.len()];
        for (place, number) in sorted.into_iter().enumerate() {
            if let Some(slot) = places.get_mut(number) {
                *slot = place;
            }
        }
        places
    }

    fn find_ways(&mut self, root: usize) {
        let mut parents = vec![None; self.texts.len()];
        let mut next = VecDeque::from([root]);
        while let Some(from) = next.pop_front() {
            for to in self.edges_of(from).iter().map(|edge| edge.to).filter(|to| *to != root) {
                if let Some(parent) = parents.get_mut(to).filter(|parent| parent.is_none()) {
                    *parent = Some(from);
                    next.push_back(to);
                }
            }
        }
        self.parents = parents;
    }

    fn edges_of(&self, from: usize) -> &[Edge] {
        self.of.get(from).and_then(|range| self.edges.get(range.clone())).unwrap_or_default()
    }

    /// What this one needs itself, once the edges are settled.
    pub(crate) fn needed_by(&self, from: usize) -> BTreeSet<usize> {
        self.edges_of(from).iter().filter(|edge| edge.is_need).map(|edge| edge.to).collect()
    }

    /// The one before this on the shortest way from the root, once the edges are settled.
    pub(crate) fn before(&self, number: usize) -> Option<usize> {
        self.parents.get(number).copied().flatten()
    }

    /// Both ends of every edge.
    pub(crate) fn joined(&self) -> impl Iterator<Item = usize> {
        self.edges.iter().flat_map(|edge| [edge.from, edge.to])
    }

    /// The settled edges, by their beginnings; each reference is one text, wherever it stands.
    pub(crate) fn dependencies(&self) -> Vec<(Arc<str>, Vec<Arc<str>>)> {
        let text = |number: usize| self.texts.get(number).cloned();
        self.edges
            .chunk_by(|one, two| one.from == two.from)
            .filter_map(|edges| {
                let from = text(edges.first()?.from)?;
                Some((from, edges.iter().filter_map(|edge| text(edge.to)).collect()))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_come_out_sorted_by_their_texts_and_each_once() {
        let mut references = References::default();
        for (from, to) in [("b", "z"), ("b", "a"), ("a", "c"), ("b", "z"), ("c", "c")] {
            references.join(from, [to], false);
        }
        references.settle(None);
        let expected = [("a", vec!["c"]), ("b", vec!["a", "z"])];
        let expected = expected.map(|(from, to)| (from.into(), to.into_iter().map(Into::into).collect()));
        assert_eq!(references.dependencies(), expected);
    }

    #[test]
    fn an_edge_that_is_a_need_once_is_a_need() {
        let mut references = References::default();
        references.join("root", ["a"], false);
        references.join("root", ["b"], false);
        references.join("root", ["a"], true);
        references.settle(Some("root"));
        let root = references.known("root").unwrap();
        assert_eq!(references.needed_by(root), BTreeSet::from([references.known("a").unwrap()]));
    }

    #[test]
    fn of_two_ways_as_short_the_one_over_the_first_name_is_taken() {
        let mut references = References::default();
        for (from, to) in [("m", "leaf"), ("b", "leaf"), ("root", "m"), ("root", "b"), ("leaf", "root")] {
            references.join(from, [to], true);
        }
        references.settle(Some("root"));
        let before = |name: &str| references.before(references.known(name).unwrap()).map(|at| references.text(at));
        assert_eq!((before("leaf"), before("b"), before("root")), (Some("b"), Some("root"), None));
    }
}
