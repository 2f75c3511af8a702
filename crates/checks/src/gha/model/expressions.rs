//! Which nodes of a file hold an expression: asked again and again, answered once.

use std::collections::BTreeSet;

use portcullis_syntax::yaml::{Kind, Node, NodeId};

/// The nodes of a document in which a `${{` stands somewhere.
#[derive(Debug, Default)]
pub(crate) struct Expressions {
    dynamic: BTreeSet<NodeId>,
}

impl Expressions {
    pub(crate) fn of(root: Node<'_>) -> Self {
        let mut found = Self::default();
        found.visit(root);
        found
    }

    /// Whether an expression stands in it, so that nothing is known about its value.
    pub(crate) fn is_dynamic(&self, node: Node<'_>) -> bool {
        self.dynamic.contains(&node.resolve().id())
    }

    /// Recursion is bounded by the depth limit of the parser; aliases are asked for, not followed: an anchor stands
    /// before its aliases.
    fn visit(&mut self, node: Node<'_>) -> bool {
        let dynamic = match node.kind() {
            Kind::Scalar => node.value().is_some_and(|value| value.contains("${{")),
            Kind::Alias => self.is_dynamic(node),
            Kind::Seq => node.items().fold(false, |dynamic, item| self.visit(item) | dynamic),
            Kind::Map => node.entries().fold(false, |dynamic, entry| self.visit(entry.value) | dynamic),
        };
        if dynamic {
            self.dynamic.insert(node.id());
        }
        dynamic
    }
}
