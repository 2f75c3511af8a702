//! `env:` of step, job and workflow: which value a name has where a step runs.

use portcullis_syntax::yaml::Node;

use super::Names;

/// What is known about a variable.
#[derive(Clone, Copy)]
pub(crate) enum Environment<'a> {
    /// Set here.
    Set(Node<'a>),
    /// Nothing sets it, or an `env:` that is an expression could.
    Unknown,
}

impl<'a> Environment<'a> {
    /// Looks a name up in the `env:` blocks, the innermost first. Names in expressions ignore case.
    pub(crate) fn lookup(names: &Names, blocks: impl IntoIterator<Item = Option<Node<'a>>>, name: &str) -> Self {
        for block in blocks.into_iter().flatten() {
            if !block.is_map() {
                return Self::Unknown;
            }
            if let Some(value) = names.find(block, name) {
                return Self::Set(value);
            }
        }
        Self::Unknown
    }
}
