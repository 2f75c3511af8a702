//! Disjoint sets of findings, by their numbers.

/// The root of a set is its smallest member, so that it does not depend on the order of joins.
pub(super) struct Sets(Vec<usize>);

impl Sets {
    pub(super) fn new(members: usize) -> Self {
        Self((0..members).collect())
    }

    pub(super) fn root(&mut self, mut member: usize) -> usize {
        while let Some(parent) = self.0.get(member).copied()
            && parent != member
        {
            let grandparent = self.0.get(parent).copied().unwrap_or(parent);
            if let Some(slot) = self.0.get_mut(member) {
                *slot = grandparent;
            }
            member = grandparent;
        }
        member
    }

    pub(super) fn join(&mut self, one: usize, two: usize) {
        let (one, two) = (self.root(one), self.root(two));
        if let Some(slot) = self.0.get_mut(one.max(two)) {
            *slot = one.min(two);
        }
    }
}
