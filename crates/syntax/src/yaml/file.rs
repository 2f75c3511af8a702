//! A file that was read: its documents, faults, comments and positions.

use std::ops::Range;
use std::sync::{Arc, Mutex, OnceLock};

use super::arena::{Arena, NodeId, wide};
use super::build::{Built, DocumentCell, Found, build};
use super::comment::Comment;
use super::decode::decode;
use super::fault::{Fault, FaultKind};
use super::lenient::build_leniently;
use super::limits::{Dialect, Limits};
use super::lines::{Lines, Position};
use super::merge;
use super::node::Node;
use super::source_map::SourceMap;

/// A YAML file, read as far as it can be.
pub struct File {
    text: String,
    dialect: Dialect,
    limits: Limits,
    transcoded: bool,
    pub(super) arena: Arena,
    documents: Vec<DocumentCell>,
    comments: Vec<Comment>,
    faults: Vec<Fault>,
    /// Whether merge keys are followed: they are part of the dialect, and cheap enough.
    merges: bool,
    underindented: Vec<usize>,
    lines: OnceLock<Lines>,
    /// The table of the scalar that was asked for last: a check asks for many offsets of one scalar in a row, and
    /// building the table each time would make that quadratic.
    pub(super) last_map: Mutex<Option<(NodeId, Arc<SourceMap>)>>,
}

/// Reads a file. What could not be read stands in [`File::faults`]; everything before a fault, and every later
/// document, is kept.
pub fn parse(bytes: &[u8], dialect: Dialect, limits: &Limits) -> File {
    if bytes.len() > limits.bytes {
        let message = format!("larger than {} bytes", limits.bytes);
        return File::unread(message, dialect, limits);
    }
    let decoded = decode(bytes);
    let readable = decoded.text.get(..decoded.readable).unwrap_or_default();
    let (mut built, underindented) = match dialect {
        Dialect::Core => (build(readable, limits), Vec::new()),
        Dialect::Yaml11 => build_leniently(readable, limits),
    };
    if let Some(message) = decoded.fault {
        let document = built.documents.len().saturating_sub(1);
        // What the parser says about the place where the text was cut is a consequence, not a second fault.
        built.faults.retain(|fault| fault.document != document || fault.kind != FaultKind::Syntax);
        let byte = decoded.readable;
        built.faults.push(Found { kind: FaultKind::Encoding, message, byte, document, ..Found::default() });
    }
    let mut file = File::new(decoded.text, decoded.transcoded, dialect, limits, built);
    file.note_underindented(underindented);
    file
}

impl File {
    fn new(text: String, transcoded: bool, dialect: Dialect, limits: &Limits, built: Built) -> Self {
        let Built { arena, documents, comments, faults, merging } = built;
        let mut file = Self {
            text,
            dialect,
            limits: *limits,
            transcoded,
            arena,
            documents,
            comments,
            faults: Vec::with_capacity(faults.len()),
            merges: dialect == Dialect::Yaml11,
            underindented: Vec::new(),
            lines: OnceLock::new(),
            last_map: Mutex::new(None),
        };
        for fault in faults {
            file.add_fault(fault);
        }
        for merging in merging.chunk_by(|left, right| left.0 == right.0) {
            file.bound_merges(merging);
        }
        file.faults.sort_by_key(|fault| (fault.document, fault.byte));
        file
    }

    fn add_fault(&mut self, Found { kind, message, byte, document, .. }: Found) {
        let Position { line, col } = self.position(byte);
        self.faults.push(Fault { kind, message, byte, line, col, document });
    }

    /// Merged mappings can merge others, so that few lines make each question expensive. Such a document is refused, and
    /// nothing is merged any more.
    fn bound_merges(&mut self, merging: &[(usize, NodeId)]) {
        let maps: Vec<_> = merging.iter().map(|&(_, id)| self.node(id)).collect();
        let Err(index) = merge::cost(&maps, self.limits.materialised) else { return };
        let Some((map, &(document, _))) = maps.get(index).zip(merging.get(index)) else { return };
        let byte = map.span().start;
        let message = format!("merge keys lead to more than {} entries", self.limits.materialised);
        self.add_fault(Found { kind: FaultKind::Limit("merges"), message, byte, document, ..Found::default() });
        self.merges = false;
    }

    fn unread(message: String, dialect: Dialect, limits: &Limits) -> Self {
        let fault = Found { kind: FaultKind::Limit("bytes"), message, ..Found::default() };
        let built = Built { documents: vec![DocumentCell::default()], faults: vec![fault], ..Built::default() };
        Self::new(String::new(), false, dialect, limits, built)
    }

    fn note_underindented(&mut self, underindented: Vec<usize>) {
        // A scalar that could not be repaired is a fault, and its lines were moved as well.
        if underindented.is_empty() && self.faults.is_empty() {
            return;
        }
        // The parser saw these lines at other columns.
        let columns: Vec<_> = self.comments.iter().map(|comment| self.position(comment.span.start).col).collect();
        for (comment, col) in self.comments.iter_mut().zip(columns) {
            comment.col = col;
        }
        self.underindented = underindented;
    }

    /// The decoded text. Every byte offset of this module is an offset into it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether the file was not UTF-8, so that offsets into [`File::text`] are not offsets into the file.
    pub fn is_transcoded(&self) -> bool {
        self.transcoded
    }

    /// How plain scalars are read.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Places of lines of quoted scalars that are indented less than the node around them. YAML 1.2 refuses them; in
    /// `Yaml11` files they are read as cluster tooling reads them.
    pub fn underindented(&self) -> &[usize] {
        &self.underindented
    }

    pub(super) fn merges(&self) -> bool {
        self.merges
    }

    /// The bounds the file was read with.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Every document, also empty and broken ones. There is at least one.
    pub fn documents(&self) -> impl DoubleEndedIterator<Item = Document<'_>> + ExactSizeIterator {
        self.documents.iter().enumerate().map(|(index, cell)| Document { file: self, index, cell })
    }

    /// What could not be read, in order of position.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// Line and column of a byte offset.
    pub fn position(&self, byte: usize) -> Position {
        self.lines().position(&self.text, byte)
    }

    /// The text of a 1-based line without its break; empty beyond the end.
    pub fn line_text(&self, line: u32) -> &str {
        self.text.get(self.line_range(line)).unwrap_or_default()
    }

    /// Byte range of a 1-based line without its break.
    pub fn line_range(&self, line: u32) -> Range<usize> {
        self.lines().range(&self.text, line)
    }

    /// Every comment, in order of position.
    pub fn comments(&self) -> &[Comment] {
        &self.comments
    }

    /// The comments that begin in a byte range.
    pub fn comments_in(&self, range: Range<usize>) -> &[Comment] {
        let first = self.comments.partition_point(|comment| comment.span.start < range.start);
        let last = self.comments.partition_point(|comment| comment.span.start < range.end).max(first);
        self.comments.get(first..last).unwrap_or_default()
    }

    /// The comment on the line where `byte` stands, behind it.
    pub fn comment_behind(&self, byte: usize) -> Option<&Comment> {
        let line_end = self.line_range(self.position(byte).line).end;
        self.comments_in(byte..line_end.max(byte)).first()
    }

    /// The comments on lines of their own directly above the line of `byte`, from top to bottom.
    pub fn comments_above(&self, byte: usize) -> &[Comment] {
        let line = self.position(byte).line;
        let last = self.comments.partition_point(|comment| comment.line < line);
        let above = self.comments.get(..last).unwrap_or_default();
        let attached = above.iter().rev().zip(1..).take_while(|(comment, distance)| {
            comment.line.saturating_add(*distance) == line && self.stands_alone(comment)
        });
        above.get(last - attached.count()..).unwrap_or_default()
    }

    fn stands_alone(&self, comment: &Comment) -> bool {
        let line = self.line_range(comment.line).start;
        self.text.get(line..comment.span.start).is_some_and(|before| before.trim().is_empty())
    }

    /// The node with this id, which must come from this file.
    pub fn node(&self, id: NodeId) -> Node<'_> {
        Node::new(self, id)
    }

    fn lines(&self) -> &Lines {
        self.lines.get_or_init(|| Lines::new(&self.text))
    }
}

impl std::fmt::Debug for File {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("File")
            .field("dialect", &self.dialect)
            .field("documents", &self.documents.len())
            .field("nodes", &self.arena.cells.len())
            .field("faults", &self.faults)
            .finish_non_exhaustive()
    }
}

/// One document of a file.
#[derive(Clone, Copy)]
pub struct Document<'a> {
    file: &'a File,
    index: usize,
    cell: &'a DocumentCell,
}

impl<'a> Document<'a> {
    /// Its content; `None` when it has none.
    pub fn root(&self) -> Option<Node<'a>> {
        self.cell.root.map(|id| Node::new(self.file, id))
    }

    /// 0-based number in the file.
    pub fn index(&self) -> usize {
        self.index
    }

    /// Bytes from its `---` (the first document: from the beginning of the file) to the next document.
    pub fn span(&self) -> Range<usize> {
        wide(&self.cell.span)
    }

    /// Its comments.
    pub fn comments(&self) -> &'a [Comment] {
        self.file.comments_in(self.span())
    }

    /// The first thing that kept it from being read whole.
    pub fn fault(&self) -> Option<&'a Fault> {
        let first = self.file.faults.partition_point(|fault| fault.document < self.index);
        self.file.faults.get(first).filter(|fault| fault.document == self.index)
    }

    /// The file it stands in.
    pub fn file(&self) -> &'a File {
        self.file
    }
}
