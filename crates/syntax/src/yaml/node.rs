//! Nodes of the tree: what they are, what they say, where they stand.

use std::ops::Range;

use super::arena::{Cell, Extent, NodeId, Schema, Shape, Style, wide};
use super::block_scalar;
use super::build::Built;
use super::comment::Comment;
use super::file::File;
use super::limits::Dialect;
use super::lines::Position;
use super::merge;
use super::path::Path;
use super::typing::{self, Typed};

/// A node of a file: a scalar, a collection or an alias. Cheap to copy.
///
/// Questions about content ([`value`](Self::value), [`get`](Self::get), [`items`](Self::items), …) look through an alias;
/// questions about the text ([`span`](Self::span), [`raw`](Self::raw), …) do not.
#[derive(Clone, Copy)]
pub struct Node<'a> {
    file: &'a File,
    id: NodeId,
}

/// What a node is in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A single value.
    Scalar,
    /// A sequence.
    Seq,
    /// A mapping.
    Map,
    /// `*name`
    Alias,
}

/// A key with its value.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// The key.
    pub key: Node<'a>,
    /// The value.
    pub value: Node<'a>,
}

impl<'a> Entry<'a> {
    /// Bytes from the key to the end of the value. Without meaning for an entry merged from elsewhere.
    pub fn pair_span(&self) -> Range<usize> {
        let start = self.key.span().start;
        start..self.value.span().end.max(self.key.span().end).max(start)
    }

    /// The key as text, whatever its type; `None` when it is a collection.
    pub fn key_str(&self) -> Option<&'a str> {
        self.key.value()
    }
}

impl<'a> Node<'a> {
    pub(super) fn new(file: &'a File, id: NodeId) -> Self {
        Self { file, id }
    }

    pub(super) fn cell(self) -> &'a Cell {
        self.file.arena.cell(self.id)
    }

    /// Its name in the file.
    pub fn id(self) -> NodeId {
        self.id
    }

    /// The file it stands in.
    pub fn file(self) -> &'a File {
        self.file
    }

    /// What it is, an alias being an alias.
    pub fn kind(self) -> Kind {
        match self.cell().shape {
            Shape::Verbatim(_) | Shape::Decoded(_) => Kind::Scalar,
            Shape::Seq(_) => Kind::Seq,
            Shape::Map(_) => Kind::Map,
            Shape::Alias(_) => Kind::Alias,
        }
    }

    /// Its bytes, without tag and anchor: quotes, brackets and the indicator of a block scalar included; a collection
    /// by indentation from its first key or `-` to the end of its last child. Empty for a value that is not there.
    pub fn span(self) -> Range<usize> {
        wide(&self.cell().span)
    }

    /// Bytes of the indicator of a block scalar: `|-`, `>2`. A comment behind it is not part of it.
    pub fn header_range(self) -> Option<Range<usize>> {
        let start = self.span().start;
        matches!(self.style(), Style::Literal | Style::Folded)
            .then(|| start..start + block_scalar::indicator_length(self.raw()))
    }

    /// Its first line and column.
    pub fn position(self) -> Position {
        self.file.position(self.span().start)
    }

    /// How it is written.
    pub fn style(self) -> Style {
        self.cell().style
    }

    /// Its tag as written: `!!str`, `!Ref`.
    pub fn tag(self) -> Option<&'a str> {
        self.file.text().get(self.tag_span()?)
    }

    /// Bytes of its tag.
    pub fn tag_span(self) -> Option<Range<usize>> {
        self.file.arena.properties(self.id)?.tag.as_ref().map(wide)
    }

    /// Name of its anchor, without `&`.
    pub fn anchor(self) -> Option<&'a str> {
        self.file.text().get(self.anchor_span()?)?.strip_prefix('&')
    }

    /// Bytes of its anchor, `&` included.
    pub fn anchor_span(self) -> Option<Range<usize>> {
        self.file.arena.properties(self.id)?.anchor.as_ref().map(wide)
    }

    /// Name an alias refers to, without `*`.
    pub fn alias_name(self) -> Option<&'a str> {
        match self.kind() {
            Kind::Alias => self.raw().strip_prefix('*'),
            _ => None,
        }
    }

    /// Whether nothing stands here: `key:` without a value.
    pub fn is_absent(self) -> bool {
        self.kind() == Kind::Scalar && self.cell().span.is_empty()
    }

    /// Its source text.
    pub fn raw(self) -> &'a str {
        self.file.text().get(self.span()).unwrap_or_default()
    }

    /// The node an alias stands for, itself otherwise. An alias without a target is itself.
    #[must_use]
    pub fn resolve(self) -> Self {
        match self.cell().shape {
            // The parser allows no anchor on an alias, so one step always ends at something else.
            Shape::Alias(Some(target)) => Self::new(self.file, target),
            _ => self,
        }
    }

    /// Text of a scalar with quotes, escapes and folding taken away.
    pub fn value(self) -> Option<&'a str> {
        let file = self.file;
        Built::scalar(&file.arena, file.text(), self.resolve().cell())
    }

    /// What it means in the file's dialect.
    pub fn typed(self) -> Typed<'a> {
        self.typed_as(self.file.dialect())
    }

    /// What it means in a dialect. An alias without a target is null: its document has a fault.
    pub fn typed_as(self, dialect: Dialect) -> Typed<'a> {
        let target = self.resolve();
        match target.kind() {
            Kind::Seq => Typed::Seq,
            Kind::Map => Typed::Map,
            Kind::Alias => Typed::Null,
            Kind::Scalar => {
                let cell = target.cell();
                let value = target.value().unwrap_or_default();
                typing::typed(value, cell.style, cell.schema, target.is_absent(), dialect)
            }
        }
    }

    /// Whether only YAML 1.1 reads it as it does: `yes`, `0644`, `1_000`.
    pub fn is_yaml11_only(self) -> bool {
        let target = self.resolve();
        target.kind() == Kind::Scalar
            && target.cell().style == Style::Plain
            && target.cell().schema == Schema::Implicit
            && target.typed_as(Dialect::Yaml11) != target.typed_as(Dialect::Core)
            && !matches!(target.typed_as(Dialect::Core), Typed::Float(float) if float.is_nan())
    }

    /// The text, when it means text.
    pub fn as_str(self) -> Option<&'a str> {
        match self.typed() {
            Typed::Str(text) => Some(text),
            _ => None,
        }
    }

    /// The boolean, when it means one.
    pub fn as_bool(self) -> Option<bool> {
        match self.typed() {
            Typed::Bool(bool) => Some(bool),
            _ => None,
        }
    }

    /// The integer, when it means one that fits.
    pub fn as_i64(self) -> Option<i64> {
        match self.typed() {
            Typed::Int(int) => Some(int),
            _ => None,
        }
    }

    /// Whether it means null.
    pub fn is_null(self) -> bool {
        matches!(self.typed(), Typed::Null)
    }

    /// Whether it is a mapping.
    pub fn is_map(self) -> bool {
        self.resolve().kind() == Kind::Map
    }

    /// Whether it is a sequence.
    pub fn is_seq(self) -> bool {
        self.resolve().kind() == Kind::Seq
    }

    /// Whether it is a single value.
    pub fn is_scalar(self) -> bool {
        self.resolve().kind() == Kind::Scalar
    }

    /// Value of the first entry with this key; where the dialect merges, also of a merged one.
    pub fn get(self, key: &str) -> Option<Self> {
        self.entry(key).map(|entry| entry.value)
    }

    /// The first entry with this key; where the dialect merges, also a merged one.
    pub fn entry(self, key: &str) -> Option<Entry<'a>> {
        let own = self.entries().find(|entry| entry.key_str() == Some(key));
        own.or_else(|| merge::entry(self, key))
    }

    /// Entries of a mapping as written: source order, all duplicates, merge keys as entries. Empty otherwise.
    pub fn entries(self) -> impl DoubleEndedIterator<Item = Entry<'a>> + ExactSizeIterator + Clone {
        let children = match &self.resolve().cell().shape {
            Shape::Map(extent) => self.children(extent),
            _ => &[],
        };
        let file = self.file;
        let (pairs, _) = children.as_chunks::<2>();
        pairs.iter().map(move |&[key, value]| Entry { key: Self::new(file, key), value: Self::new(file, value) })
    }

    /// Entries as the file's readers see them: one for each key, the first of duplicates, merged ones at the end.
    pub fn effective_entries(self) -> Vec<Entry<'a>> {
        merge::effective_entries(self)
    }

    /// Items of a sequence; empty otherwise.
    pub fn items(self) -> impl DoubleEndedIterator<Item = Self> + ExactSizeIterator + Clone {
        let children = match &self.resolve().cell().shape {
            Shape::Seq(extent) => self.children(extent),
            _ => &[],
        };
        let file = self.file;
        children.iter().map(move |&id| Self::new(file, id))
    }

    fn children(self, extent: &Extent) -> &'a [NodeId] {
        self.file.arena.children(extent)
    }

    /// The nodes a path (spec/policy.md 8.6) leads to, also those that mean null; none for a path that leads nowhere or
    /// is no path.
    pub fn at(self, path: &str) -> Vec<Self> {
        Path::parse(path).map_or_else(|_| Vec::new(), |path| path.nodes(self))
    }

    /// The comments inside it.
    pub fn comments(self) -> &'a [Comment] {
        self.file.comments_in(self.span())
    }

    /// The comment behind it on its last line; of a block scalar: behind its indicator.
    pub fn trailing_comment(self) -> Option<&'a Comment> {
        let span = self.span();
        match self.style() {
            Style::Literal | Style::Folded => self.file.comment_behind(span.start),
            _ => self.file.comment_behind(span.end),
        }
    }

    /// The comments on lines of their own directly above it.
    pub fn comments_above(self) -> &'a [Comment] {
        self.file.comments_above(self.span().start)
    }
}

impl PartialEq for Node<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.file, other.file) && self.id == other.id
    }
}

impl Eq for Node<'_> {}

impl std::fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Position { line, col } = self.position();
        let raw: String = self.raw().chars().take(40).collect();
        write!(f, "{:?}@{line}:{col} {raw:?}", self.kind())
    }
}
