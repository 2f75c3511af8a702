//! From the events of the parser to the tree.

use std::borrow::Cow;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, Span, StructureStyle, Tag};

use super::arena::{Arena, Cell, Extent, NONE, NodeId, Properties, Schema, Shape, Style, narrow, wide};
use super::block_scalar;
use super::comment::{Comment, Placement};
use super::fault::{FaultKind, describe};
use super::limits::Limits;

/// A document while and after it is read.
#[derive(Clone, Debug, Default)]
pub(super) struct DocumentCell {
    /// From its `---` (the first one: from the beginning of the file) to the next document.
    pub(super) span: Extent,
    pub(super) root: Option<NodeId>,
}

/// A fault before lines are known.
#[derive(Default)]
pub(super) struct Found {
    pub(super) kind: FaultKind,
    pub(super) message: String,
    pub(super) byte: usize,
    pub(super) document: usize,
    /// The error is a line of a quoted scalar that is indented too little; `floor` ends the token before the scalar.
    pub(super) is_underindented: bool,
    pub(super) floor: usize,
}

/// Everything read from one text.
#[derive(Default)]
pub(super) struct Built {
    pub(super) arena: Arena,
    pub(super) documents: Vec<DocumentCell>,
    pub(super) comments: Vec<Comment>,
    pub(super) faults: Vec<Found>,
    /// Mappings with a key `<<`, with the document they stand in.
    pub(super) merging: Vec<(usize, NodeId)>,
}

/// How reading goes on after something went wrong.
enum Stop {
    /// With the next document.
    Document,
    /// Not at all.
    File,
}

/// Reads all documents of a text.
pub(super) fn build(text: &str, limits: &Limits) -> Built {
    // The builder holds the depth limit itself. The parser looks ahead for the length of a key before it tells of a
    // bracket; were its limit the same, it would give up before it told of the levels above.
    let nesting = limits.depth.saturating_add(limits.key_characters);
    let options = granit_parser::options! {
        emit_comments: true,
        emit_anchor_events: true,
        emit_unresolved_aliases: true,
        flow_nesting_limit: nesting,
        block_nesting_limit: nesting,
        max_buffered_comment_events: 100_000.min(limits.comments),
        simple_key_max_lookahead: limits.key_characters,
    };
    let mut parser = Parser::new_from_str_with_options(text, options);
    let mut builder = Builder::new(text, limits);
    loop {
        let stop = loop {
            match parser.next_event() {
                None => return builder.finish(),
                Some(Ok((event, span))) => {
                    if let Err(stop) = builder.event(event, span) {
                        break stop;
                    }
                }
                Some(Err(error)) => {
                    builder.syntax(&error);
                    break Stop::Document;
                }
            }
        };
        builder.abandon();
        if matches!(stop, Stop::File) {
            return builder.finish();
        }
        match parser.proceed_next_document() {
            Ok(true) => {}
            Ok(false) => return builder.finish_after(&mut parser),
            Err(error) => {
                builder.syntax(&error);
                return builder.finish();
            }
        }
    }
}

/// A collection that is not closed yet.
struct Frame {
    node: NodeId,
    is_map: bool,
    /// Where its children begin in `pending`.
    first: usize,
}

struct Builder<'t> {
    text: &'t str,
    limits: &'t Limits,
    built: Built,
    open: Vec<Frame>,
    pending: Vec<NodeId>,
    /// By the parser's number of the anchor.
    anchors: Vec<Option<NodeId>>,
    /// Whether the last document may still get nodes.
    in_document: bool,
    anchor_count: usize,
    alias_count: usize,
    /// End of the last node or opening bracket: a block scalar's indicator stands behind it.
    floor: usize,
}

impl<'t> Builder<'t> {
    fn new(text: &'t str, limits: &'t Limits) -> Self {
        Self {
            text,
            limits,
            built: Built::default(),
            open: Vec::new(),
            pending: Vec::new(),
            anchors: Vec::new(),
            in_document: false,
            anchor_count: 0,
            alias_count: 0,
            floor: 0,
        }
    }

    fn event(&mut self, event: Event<'t>, span: Span) -> Result<(), Stop> {
        let range = span.byte_range().unwrap_or_default();
        match event {
            Event::Scalar(value, style, anchor, tag) => self.scalar(value, style, anchor, tag.as_deref(), span),
            Event::MappingStart(style, anchor, tag) => {
                self.start(Shape::Map(0..0), style, anchor, tag.as_deref(), span)
            }
            Event::SequenceStart(style, anchor, tag) => {
                self.start(Shape::Seq(0..0), style, anchor, tag.as_deref(), span)
            }
            Event::MappingEnd | Event::SequenceEnd => {
                self.close(Some(range.start..range.end));
                Ok(())
            }
            Event::Comment(text, placement) => self.comment(&text, placement, span),
            Event::Anchor(id, _) => {
                self.anchor(id, narrow(range.start)..narrow(range.end));
                Ok(())
            }
            Event::Alias(id) => {
                let target = self.anchors.get(id).copied().flatten();
                self.alias(target, &span)
            }
            Event::UnresolvedAlias(name) => {
                if !self.has_fault(FaultKind::Syntax) {
                    self.fault(FaultKind::Syntax, format!("alias `*{name}` without an anchor before it"), range.start);
                }
                self.alias(None, &span)
            }
            Event::DocumentStart(..) => self.document(range.start),
            Event::DocumentEnd => {
                self.in_document = false;
                Ok(())
            }
            // Nothing else carries content; the enumeration may grow.
            _ => Ok(()),
        }
    }

    fn document(&mut self, start: usize) -> Result<(), Stop> {
        if self.built.documents.len() >= self.limits.documents {
            let message = match self.limits.documents {
                1 => "a second document in a file that holds one".to_owned(),
                most => format!("more than {most} documents"),
            };
            self.fault(FaultKind::Limit("documents"), message, start);
            return Err(Stop::File);
        }
        // What stands above the first document belongs to it.
        let start = if self.built.documents.is_empty() { 0 } else { narrow(start) };
        if let Some(previous) = self.built.documents.last_mut() {
            previous.span.end = start;
        }
        self.built.documents.push(DocumentCell { span: start..narrow(self.text.len()), root: None });
        self.in_document = true;
        // Without `---` it is reported at its content, which of a block scalar stands behind the indicator.
        let is_marked = self.text.get(start as usize..).is_some_and(|text| text.starts_with("---"));
        if is_marked {
            self.floor = start as usize;
        }
        if self.limits.aliases_per_document {
            self.alias_count = 0;
        }
        Ok(())
    }

    fn scalar(
        &mut self,
        value: Cow<'t, str>,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        span: Span,
    ) -> Result<(), Stop> {
        let mut range = span.byte_range().unwrap_or_default();
        let absent = style == ScalarStyle::Plain && range.is_empty();
        if absent {
            let bare = tag.is_none() && anchor == 0;
            if bare && self.open.is_empty() {
                return Ok(());
            }
            if bare {
                let at = self.absent_at(range.start);
                range = at..at;
            }
        }
        if value == "<<" {
            self.note_merge();
        }
        let style = match style {
            ScalarStyle::Plain => Style::Plain,
            ScalarStyle::SingleQuoted => Style::SingleQuoted,
            ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
            ScalarStyle::Literal => Style::Literal,
            ScalarStyle::Folded => Style::Folded,
        };
        if matches!(style, Style::Literal | Style::Folded) {
            let tag_end = span.tag_span().and_then(|tag| tag.byte_range()).map_or(0, |tag| tag.end);
            range = block_scalar::extent(self.text, range, self.floor.max(tag_end), span.indent);
        }
        let shape = if absent { Shape::Verbatim(narrow(range.start)..narrow(range.start)) } else { self.value(value) };
        let extent = narrow(range.start)..narrow(range.end);
        self.push(Cell { span: extent, shape, style, schema: schema(tag), properties: NONE }, anchor, &span)?;
        self.floor = self.floor.max(range.end);
        Ok(())
    }

    /// Remembers the mapping in which `<<` is about to become a key.
    fn note_merge(&mut self) {
        let document = self.built.documents.len().saturating_sub(1);
        let open =
            self.open.last().filter(|frame| frame.is_map && (self.pending.len() - frame.first).is_multiple_of(2));
        self.built.merging.extend(open.map(|frame| (document, frame.node)));
    }

    /// A value that needed no decoding is a piece of the text; only others are stored.
    #[allow(clippy::needless_pass_by_value, reason = "whether it is borrowed is what the function asks")]
    fn value(&mut self, value: Cow<'t, str>) -> Shape {
        if let Cow::Borrowed(piece) = value {
            let offset = (piece.as_ptr() as usize).wrapping_sub(self.text.as_ptr() as usize);
            if self.text.get(offset..offset.saturating_add(piece.len())).is_some() {
                return Shape::Verbatim(narrow(offset)..narrow(offset + piece.len()));
            }
        }
        let start = narrow(self.built.arena.decoded.len());
        self.built.arena.decoded.push_str(&value);
        Shape::Decoded(start..narrow(self.built.arena.decoded.len()))
    }

    /// Where a value that is not there would stand: behind the `:` of its key, behind the key where it has none. The
    /// parser reports the `:`, or the next token wherever that is.
    fn absent_at(&self, reported: usize) -> usize {
        let is_value =
            self.open.last().is_some_and(|frame| frame.is_map && (self.pending.len() - frame.first) % 2 == 1);
        let Some(key) = self.pending.last().filter(|_| is_value) else { return reported };
        if self.text.as_bytes().get(reported) == Some(&b':') {
            return reported + 1;
        }
        let key_end = self.built.arena.cell(*key).span.end as usize;
        let between = self.text.get(key_end..reported).unwrap_or_default();
        let blank = between.len() - between.trim_start_matches([' ', '\t']).len();
        match between.as_bytes().get(blank) {
            Some(b':') => key_end + blank + 1,
            _ if key_end < reported => key_end,
            _ => reported,
        }
    }

    fn start(
        &mut self,
        shape: Shape,
        style: StructureStyle,
        anchor: usize,
        tag: Option<&Tag>,
        span: Span,
    ) -> Result<(), Stop> {
        let mut range = span.byte_range().unwrap_or_default();
        if self.open.len() >= self.limits.depth {
            let message = format!("nested deeper than {} levels", self.limits.depth);
            self.fault(FaultKind::Limit("depth"), message, range.start);
            return Err(Stop::Document);
        }
        let is_map = matches!(shape, Shape::Map(_));
        let opening = if is_map { "{" } else { "[" };
        if style == StructureStyle::Block && !is_map {
            range.start = self.first_dash(range.start);
        }
        // A pair inside `[…]` is a mapping without brackets; it begins at its key.
        let bracket = style == StructureStyle::Flow && self.text.get(range.clone()) == Some(opening);
        let (style, end) = match style {
            StructureStyle::Block => (Style::Block, range.start),
            StructureStyle::Flow => (Style::Flow, if bracket { range.end } else { range.start }),
        };
        let cell = Cell { span: narrow(range.start)..narrow(end), shape, style, schema: schema(tag), properties: NONE };
        let node = self.push(cell, anchor, &span)?;
        self.open.push(Frame { node, is_map, first: self.pending.len() });
        self.floor = self.floor.max(end);
        Ok(())
    }

    /// Where a sequence by indentation begins. One whose `-` stand below the key itself, not deeper, is reported behind
    /// its first `-`, and behind the comment there.
    fn first_dash(&self, reported: usize) -> usize {
        let in_map = self.open.last().is_some_and(|frame| frame.is_map);
        let before = self.text.get(self.floor.min(reported)..reported).unwrap_or_default();
        if !in_map {
            return reported;
        }
        let trimmed = before.trim_end_matches([' ', '\t']);
        if trimmed.ends_with('-') {
            return reported - before.len() + trimmed.len() - 1;
        }
        let is_item = |text: &str| text.strip_prefix('-').is_some_and(|rest| rest.starts_with([' ', '\t', '\n', '\r']));
        if self.text.get(reported..).is_some_and(is_item) {
            return reported;
        }
        // Between the `-` and here are comments and blank lines only.
        let mut end = before.len();
        for line in before.rsplit(['\n', '\r']) {
            let start = end - line.len();
            let content = line.trim_start_matches([' ', '\t']);
            if content == "-" || is_item(content) {
                return reported - before.len() + start + line.len() - content.len();
            }
            if !content.is_empty() && !content.starts_with('#') {
                break;
            }
            end = start.saturating_sub(1);
        }
        reported
    }

    /// Closes the innermost collection. A bracket ends it; without one, its last child does, so that blank lines and
    /// comments below do not belong to it.
    fn close(&mut self, closing: Option<std::ops::Range<usize>>) {
        let Some(frame) = self.open.pop() else { return };
        if frame.is_map && (self.pending.len() - frame.first) % 2 == 1 {
            // Cut between key and value: the value is not there.
            let at = narrow(self.pending.last().map_or(0, |key| self.built.arena.cell(*key).span.end as usize));
            let id = NodeId(narrow(self.built.arena.cells.len()));
            let shape = Shape::Verbatim(at..at);
            let cell = Cell { span: at..at, shape, style: Style::Plain, schema: Schema::Implicit, properties: NONE };
            self.built.arena.cells.push(cell);
            self.pending.push(id);
        }
        let arena = &mut self.built.arena;
        let first = narrow(arena.children.len());
        arena.children.extend(self.pending.drain(frame.first..));
        let last = narrow(arena.children.len());
        let child_end = arena.children.last().filter(|_| first < last).map_or(0, |child| arena.cell(*child).span.end);
        if let Some(cell) = arena.cells.get_mut(frame.node.index()) {
            cell.shape = if frame.is_map { Shape::Map(first..last) } else { Shape::Seq(first..last) };
            cell.span.end = match closing {
                Some(bracket) if cell.style == Style::Flow && !bracket.is_empty() => narrow(bracket.end),
                _ => cell.span.end.max(child_end),
            };
            self.floor = self.floor.max(cell.span.end as usize);
        }
    }

    fn alias(&mut self, target: Option<NodeId>, span: &Span) -> Result<(), Stop> {
        let range = span.byte_range().unwrap_or_default();
        self.alias_count += 1;
        if self.alias_count == self.limits.aliases.saturating_add(1) {
            let message = match self.limits.aliases {
                0 => "aliases are not allowed in this file".to_owned(),
                most => format!("more than {most} aliases"),
            };
            self.fault(FaultKind::Limit("aliases"), message, range.start);
        }
        let extent = narrow(range.start)..narrow(range.end);
        let shape = Shape::Alias(target);
        self.push(
            Cell { span: extent, shape, style: Style::Plain, schema: Schema::Implicit, properties: NONE },
            0,
            span,
        )?;
        self.floor = self.floor.max(range.end);
        Ok(())
    }

    /// Adds a node to the collection that is open, or makes it the root.
    fn push(&mut self, mut cell: Cell, anchor: usize, span: &Span) -> Result<NodeId, Stop> {
        let arena = &mut self.built.arena;
        if arena.cells.len() >= self.limits.nodes {
            let message = format!("more than {} nodes", self.limits.nodes);
            self.fault(FaultKind::Limit("nodes"), message, span.start.byte_offset().unwrap_or(0));
            return Err(Stop::File);
        }
        if let Some(tag) = span.tag_span().and_then(|tag| tag.byte_range()) {
            cell.properties = narrow(arena.properties.len());
            arena.properties.push(Properties { tag: Some(narrow(tag.start)..narrow(tag.end)), anchor: None });
        }
        let id = NodeId(narrow(arena.cells.len()));
        let begin = cell.span.start;
        arena.cells.push(cell);
        if anchor > 0 {
            if self.anchors.len() <= anchor {
                self.anchors.resize(anchor + 1, None);
            }
            if let Some(slot) = self.anchors.get_mut(anchor) {
                *slot = Some(id);
            }
        }
        if !self.open.is_empty() {
            self.pending.push(id);
        } else if let Some((document, before)) = self.built.documents.split_last_mut() {
            document.root = Some(id);
            document.span.start = document.span.start.min(begin);
            if let Some(before) = before.last_mut() {
                before.span.end = before.span.end.min(document.span.start);
            }
        }
        Ok(id)
    }

    /// Where the anchor of a node stands; the parser tells it behind the node.
    fn anchor(&mut self, anchor: usize, extent: Extent) {
        self.anchor_count += 1;
        if self.anchor_count == self.limits.anchors.saturating_add(1) {
            let message = match self.limits.anchors {
                0 => "anchors are not allowed in this file".to_owned(),
                most => format!("more than {most} anchors"),
            };
            self.fault(FaultKind::Limit("anchors"), message, extent.start as usize);
        }
        let Some(id) = self.anchors.get(anchor).copied().flatten() else { return };
        let arena = &mut self.built.arena;
        let Some(cell) = arena.cells.get_mut(id.index()) else { return };
        if let Some(properties) = arena.properties.get_mut(cell.properties as usize) {
            properties.anchor = Some(extent);
        } else {
            cell.properties = narrow(arena.properties.len());
            arena.properties.push(Properties { tag: None, anchor: Some(extent) });
        }
    }

    fn comment(&mut self, text: &str, placement: granit_parser::Placement, span: Span) -> Result<(), Stop> {
        let range = span.byte_range().unwrap_or_default();
        if self.built.comments.len() >= self.limits.comments {
            let message = format!("more than {} comments", self.limits.comments);
            self.fault(FaultKind::Limit("comments"), message, range.start);
            return Err(Stop::File);
        }
        self.built.comments.push(Comment {
            span: range,
            text: text.to_owned(),
            line: narrow(span.start.line()),
            col: narrow(span.start.col() + 1),
            placement: match placement {
                granit_parser::Placement::Above => Placement::Above,
                granit_parser::Placement::Right => Placement::Right,
                granit_parser::Placement::Last => Placement::Last,
                _ => Placement::Free,
            },
        });
        Ok(())
    }

    fn syntax(&mut self, error: &ScanError) {
        let byte = error.marker().byte_offset().unwrap_or(self.text.len());
        let (kind, message) = describe(error.kind());
        if !self.in_document && !self.is_behind_document(error, byte) && self.document(byte).is_err() {
            return;
        }
        self.fault(kind, message, byte);
        if let Some(fault) = self.built.faults.last_mut() {
            fault.is_underindented = *error.kind() == ErrorKind::InvalidQuotedScalarIndent;
            fault.floor = self.floor;
        }
    }

    /// Whether the error is that a document goes on behind its end: the parser closes a document whose root is a scalar
    /// and then misses the `---`.
    fn is_behind_document(&self, error: &ScanError, byte: usize) -> bool {
        let between = self.text.get(self.floor..byte).unwrap_or_default();
        let is_prefix = |line: &str| line.starts_with(['%', '.']);
        *error.kind() == ErrorKind::ExpectedDocumentStart
            && !self.built.documents.is_empty()
            && !between.split(['\n', '\r']).any(is_prefix)
    }

    fn fault(&mut self, kind: FaultKind, message: String, byte: usize) {
        let document = self.built.documents.len().saturating_sub(1);
        self.built.faults.push(Found { kind, message, byte: byte.min(self.text.len()), document, ..Found::default() });
    }

    fn has_fault(&self, kind: FaultKind) -> bool {
        let document = self.built.documents.len().saturating_sub(1);
        let faults = self.built.faults.iter().rev().take_while(|fault| fault.document == document);
        faults.into_iter().any(|fault| fault.kind == kind)
    }

    /// Keeps of a broken document what was read of it.
    fn abandon(&mut self) {
        while !self.open.is_empty() {
            self.close(None);
        }
        self.pending.clear();
        self.in_document = false;
    }

    /// Comments below a broken last document are still comments of the file.
    fn finish_after<'i>(mut self, parser: &mut Parser<'i, granit_parser::StrInput<'i>>) -> Built
    where
        't: 'i,
    {
        while let Some(Ok((event, span))) = parser.next_event() {
            if let Event::Comment(text, placement) = event
                && self.comment(&text, placement, span).is_err()
            {
                break;
            }
        }
        self.finish()
    }

    fn finish(mut self) -> Built {
        self.abandon();
        if self.built.documents.is_empty() {
            // A file of nothing, or of nothing but comments, is one empty document.
            self.built.documents.push(DocumentCell { span: 0..narrow(self.text.len()), root: None });
        }
        self.built.merging.sort_unstable();
        self.built.merging.dedup();
        // A comment behind a block scalar's indicator comes after the scalar.
        self.built.comments.sort_by_key(|comment| comment.span.start);
        if self.built.faults.is_empty() {
            // To the parser the ends of open collections stand below a comment.
            let below = self.built.comments.iter_mut().rev().take_while(|comment| comment.span.start >= self.floor);
            for comment in below.filter(|comment| comment.placement != Placement::Right) {
                comment.placement = Placement::Last;
            }
        }
        self.built
    }
}

fn schema(tag: Option<&Tag>) -> Schema {
    let Some(tag) = tag else { return Schema::Implicit };
    match tag.core_suffix() {
        Some("str") => Schema::Str,
        Some("null") => Schema::Null,
        Some("bool") => Schema::Bool,
        Some("int") => Schema::Int,
        Some("float") => Schema::Float,
        Some(_) => Schema::Implicit,
        None if tag.handle().is_empty() && tag.suffix() == "!" => Schema::Str,
        None => Schema::Foreign,
    }
}

impl Built {
    /// Text of a scalar.
    pub(super) fn scalar<'a>(arena: &'a Arena, text: &'a str, cell: &Cell) -> Option<&'a str> {
        match &cell.shape {
            Shape::Verbatim(extent) => text.get(wide(extent)),
            Shape::Decoded(extent) => arena.decoded.get(wide(extent)),
            Shape::Seq(_) | Shape::Map(_) | Shape::Alias(_) => None,
        }
    }
}
