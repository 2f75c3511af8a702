//! A subtree as a plain value, aliases and merge keys replaced by what they stand for, at a bounded price
//! (spec/workflows.md 1.5).

use super::arena::NodeId;
use super::node::{Kind, Node};
use super::typing::Typed;

/// A value without places.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Null.
    Null,
    /// A boolean.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// Any other number; not finite for `.inf` and `.nan`, which JSON cannot say.
    Float(f64),
    /// Text.
    Str(String),
    /// A sequence.
    Seq(Vec<Value>),
    /// A mapping in effective order: one entry for each key, keys as their text.
    Map(Vec<(String, Value)>),
}

/// Why a subtree has no plain value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLarge {
    /// `materialised` (nodes), `depth`, or `cycle` for an alias that contains itself.
    pub limit: &'static str,
    /// The node at which it was reached.
    pub node: NodeId,
}

impl Node<'_> {
    /// The plain value, at most [`Limits::materialised`](super::Limits::materialised) nodes large.
    pub fn materialise(self) -> Result<Value, TooLarge> {
        let mut budget = self.file().limits().materialised;
        self.materialise_within(&mut budget)
    }

    /// The plain value, taken from a budget of nodes that several subtrees of a document share.
    pub fn materialise_within(self, budget: &mut usize) -> Result<Value, TooLarge> {
        Walk { budget, inside: Vec::new(), most: self.file().limits().depth }.value(self)
    }
}

struct Walk<'b> {
    budget: &'b mut usize,
    /// Collections the walk is in, through aliases; never more than the depth limit, which bounds the recursion.
    inside: Vec<NodeId>,
    most: usize,
}

impl Walk<'_> {
    fn value(&mut self, node: Node<'_>) -> Result<Value, TooLarge> {
        let node = node.resolve();
        let refused = |limit| Err(TooLarge { limit, node: node.id() });
        let Some(left) = self.budget.checked_sub(1) else { return refused("materialised") };
        *self.budget = left;
        if matches!(node.kind(), Kind::Scalar | Kind::Alias) {
            return Ok(scalar(node.typed()));
        }
        if self.inside.contains(&node.id()) {
            return refused("cycle");
        }
        if self.inside.len() >= self.most {
            return refused("depth");
        }
        self.inside.push(node.id());
        let value = if node.is_seq() {
            node.items().map(|item| self.value(item)).collect::<Result<_, _>>().map(Value::Seq)
        } else {
            let entries = node.effective_entries().into_iter();
            let pair = |entry: super::node::Entry<'_>| {
                // A collection as key has no text; JSON has no form for it.
                let key = entry.key_str().unwrap_or_else(|| entry.key.raw()).to_owned();
                Ok((key, self.value(entry.value)?))
            };
            entries.map(pair).collect::<Result<_, _>>().map(Value::Map)
        };
        self.inside.pop();
        value
    }
}

fn scalar(typed: Typed<'_>) -> Value {
    match typed {
        Typed::Null | Typed::Seq | Typed::Map => Value::Null,
        Typed::Bool(bool) => Value::Bool(bool),
        Typed::Int(int) => Value::Int(int),
        Typed::Float(float) => Value::Float(float),
        Typed::Str(text) => Value::Str(text.to_owned()),
    }
}
