//! How the tree lies in memory: one cell a node, children in one list, nothing borrowed.

use std::ops::Range;

/// Names a node of one [`File`](super::File).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(super) u32);

impl NodeId {
    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

/// How a node is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Style {
    /// A scalar without quotes; also an alias, and a value that is not there.
    Plain,
    /// `'…'`
    SingleQuoted,
    /// `"…"`
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
    /// A collection by indentation.
    Block,
    /// A collection in brackets.
    Flow,
}

/// Offsets into the text; files are bounded far below 4 GiB.
pub(super) type Extent = Range<u32>;

/// A node.
#[derive(Clone, Debug)]
pub(super) struct Cell {
    pub(super) span: Extent,
    pub(super) shape: Shape,
    pub(super) style: Style,
    pub(super) schema: Schema,
    /// Index into [`Arena::properties`], `NONE` for the many nodes that have none.
    pub(super) properties: u32,
}

/// What a node is.
#[derive(Clone, Debug)]
pub(super) enum Shape {
    /// A scalar whose value stands in the text as it is.
    Verbatim(Extent),
    /// A scalar whose value stands in [`Arena::decoded`].
    Decoded(Extent),
    /// Children in [`Arena::children`].
    Seq(Extent),
    /// Keys and values in turn in [`Arena::children`].
    Map(Extent),
    /// The node with the anchor, unless there is none.
    Alias(Option<NodeId>),
}

/// What an explicit tag makes of a scalar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Schema {
    /// No tag: the dialect decides.
    Implicit,
    Str,
    Null,
    Bool,
    Int,
    Float,
    /// Any other tag: a string, as its meaning is the application's.
    Foreign,
}

/// Tag and anchor as written, `!` and `&` included.
#[derive(Clone, Debug, Default)]
pub(super) struct Properties {
    pub(super) tag: Option<Extent>,
    pub(super) anchor: Option<Extent>,
}

pub(super) const NONE: u32 = u32::MAX;

#[derive(Default)]
pub(super) struct Arena {
    pub(super) cells: Vec<Cell>,
    pub(super) children: Vec<NodeId>,
    pub(super) properties: Vec<Properties>,
    pub(super) decoded: String,
}

/// What a handle to no node reads; handles are only made from nodes, so nobody sees it.
static NOTHING: Cell =
    Cell { span: 0..0, shape: Shape::Verbatim(0..0), style: Style::Plain, schema: Schema::Implicit, properties: NONE };

impl Arena {
    pub(super) fn cell(&self, id: NodeId) -> &Cell {
        self.cells.get(id.index()).unwrap_or(&NOTHING)
    }

    pub(super) fn properties(&self, id: NodeId) -> Option<&Properties> {
        self.properties.get(self.cell(id).properties as usize)
    }

    pub(super) fn children(&self, extent: &Extent) -> &[NodeId] {
        self.children.get(wide(extent)).unwrap_or_default()
    }
}

pub(super) fn wide(extent: &Extent) -> Range<usize> {
    extent.start as usize..extent.end as usize
}

/// Offsets are below the size limit, which is below 4 GiB.
pub(super) fn narrow(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}
