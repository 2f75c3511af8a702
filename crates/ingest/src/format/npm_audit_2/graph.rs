//! Who pulls in whom among the packages npm lists. Cycles are normal.

use std::collections::{BTreeMap, VecDeque};

use super::{Listed, Via};
use crate::format::npm_audit_1::MAX_PATH;

/// The listed packages by index, with the shortest path to each from a package the project asks for itself.
pub(super) struct Graph<'a> {
    listed: &'a [Listed<'a>],
    by_name: BTreeMap<&'a str, usize>,
    /// The package one step nearer to the project.
    parent: Vec<Option<usize>>,
    /// An advisory, or a name that leads nowhere and is told as such, says why it is listed.
    explained: Vec<bool>,
}

impl<'a> Graph<'a> {
    pub(super) fn of(listed: &'a [Listed<'a>]) -> Self {
        let by_name: BTreeMap<&str, usize> =
            listed.iter().enumerate().map(|(index, package)| (package.key.as_str(), index)).collect();
        let mut children = vec![Vec::new(); listed.len()];
        let mut dependents = vec![Vec::new(); listed.len()];
        for (index, package) in listed.iter().enumerate() {
            for parent in package.entry.effects.iter().filter_map(|name| by_name.get(name)) {
                push(&mut children, *parent, index);
            }
            for cause in names(package).filter_map(|name| by_name.get(name)) {
                push(&mut dependents, *cause, index);
                push(&mut children, index, *cause);
            }
        }
        let direct = (0..listed.len()).filter(|index| is_direct(listed, *index));
        let (_, parent) = spread(listed.len(), direct, &children);
        let causes = (0..listed.len()).filter(|index| has_cause(listed.get(*index), &by_name));
        let (explained, _) = spread(listed.len(), causes, &dependents);
        Self { listed, by_name, parent, explained }
    }

    pub(super) fn lists(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    pub(super) fn is_explained(&self, index: usize) -> bool {
        self.explained.get(index).copied().unwrap_or_default()
    }

    /// From the project's own dependency to the package, both included; longer ones lose their beginning.
    pub(super) fn path_to(&self, index: usize) -> Vec<&'a str> {
        let mut path = Vec::new();
        let mut at = Some(index);
        while let Some(index) = at.filter(|_| path.len() < MAX_PATH) {
            path.extend(self.listed.get(index).map(|package| package.key.as_str()));
            at = self.parent.get(index).copied().flatten();
        }
        path.reverse();
        path
    }
}

fn names<'a>(package: &'a Listed<'_>) -> impl Iterator<Item = &'a str> {
    package.via.iter().filter_map(|via| match via {
        Via::Name(name) => Some(name.as_str()),
        Via::Advisory(_) => None,
    })
}

fn is_direct(listed: &[Listed<'_>], index: usize) -> bool {
    listed.get(index).is_some_and(|package| package.entry.is_direct.is_true())
}

fn has_cause(package: Option<&Listed<'_>>, by_name: &BTreeMap<&str, usize>) -> bool {
    package.is_some_and(|package| {
        package.via.iter().any(|via| match via {
            Via::Advisory(_) => true,
            Via::Name(name) => !by_name.contains_key(name.as_str()),
        })
    })
}

fn push(edges: &mut [Vec<usize>], from: usize, to: usize) {
    if let Some(edges) = edges.get_mut(from) {
        edges.push(to);
    }
}

/// Breadth first from the starts: what is reached, and from where it was reached first.
fn spread(count: usize, starts: impl Iterator<Item = usize>, edges: &[Vec<usize>]) -> (Vec<bool>, Vec<Option<usize>>) {
    let mut reached = vec![false; count];
    let mut from = vec![None; count];
    let mut waiting: VecDeque<(usize, Option<usize>)> = starts.map(|start| (start, None)).collect();
    while let Some((index, parent)) = waiting.pop_front() {
        let Some(known) = reached.get_mut(index).filter(|known| !**known) else { continue };
        *known = true;
        if let Some(from) = from.get_mut(index) {
            *from = parent;
        }
        waiting.extend(edges.get(index).into_iter().flatten().map(|next| (*next, Some(index))));
    }
    (reached, from)
}
