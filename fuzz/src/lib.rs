//! What several fuzz targets ask of a YAML tree, and how they read reports.

pub mod reports;

use portcullis_syntax::yaml::{Dialect, File, Kind, Limits, Node, Style, parse};

/// The dialects with the limits of the files that are read in them.
pub const DIALECTS: [(Dialect, Limits); 2] = [(Dialect::Core, Limits::WORKFLOW), (Dialect::Yaml11, Limits::KUBERNETES)];

/// The root of the first document.
pub fn root(file: &File) -> Option<Node<'_>> {
    file.documents().next().and_then(|document| document.root())
}

/// Children as written: items, or keys and values in turn; none of an alias.
pub fn children(node: Node<'_>) -> Vec<Node<'_>> {
    match node.kind() {
        Kind::Seq => node.items().collect(),
        Kind::Map => node.entries().flat_map(|entry| [entry.key, entry.value]).collect(),
        Kind::Scalar | Kind::Alias => Vec::new(),
    }
}

/// A node and everything below it as written, parents first, in the order of the text.
pub fn subtree(node: Node<'_>) -> Vec<Node<'_>> {
    let mut nodes = Vec::new();
    let mut waiting = vec![node];
    while let Some(node) = waiting.pop() {
        nodes.push(node);
        waiting.extend(children(node).into_iter().rev());
    }
    nodes
}

/// Every node of a file as written, document by document.
pub fn all_nodes(file: &File) -> Vec<Node<'_>> {
    file.documents().filter_map(|document| document.root()).flat_map(subtree).collect()
}

/// What a node is, apart from its place: two nodes with equal facts and equal children mean the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    kind: Kind,
    children: usize,
    tag: Option<String>,
    anchor: Option<String>,
    alias: Option<String>,
    value: Option<String>,
    /// How a scalar is written decides what it means.
    style: Option<Style>,
}

/// The facts of a node.
pub fn facts(node: Node<'_>) -> Facts {
    let is_scalar = node.kind() == Kind::Scalar;
    Facts {
        kind: node.kind(),
        children: children(node).len(),
        tag: node.tag().map(str::to_owned),
        anchor: node.anchor().map(str::to_owned),
        alias: node.alias_name().map(str::to_owned),
        // Through the alias: one that leads elsewhere means something else.
        value: node.value().map(str::to_owned),
        style: is_scalar.then(|| node.style()),
    }
}

/// Reads a text.
pub fn read(text: &str, (dialect, limits): (Dialect, Limits)) -> File {
    parse(text.as_bytes(), dialect, &limits)
}
