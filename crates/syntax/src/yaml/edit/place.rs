//! Where a change goes: values, fragments, entries, items, comments.

use std::ops::Range;

use super::super::arena::Style;
use super::super::node::{Kind, Node};
use super::change::Change;
use super::render::{self, New};

/// Columns a new level is indented by where the file shows none.
const STEP: usize = 2;

impl<'a> Node<'a> {
    /// Replaces a scalar, keeping its quotes; a plain one is quoted where the new text needs it. The new value may have
    /// any type (`true`, `12`). `None` for collections, aliases and values that are not there.
    pub fn replace_scalar(self, text: &str) -> Option<Change> {
        self.replaced(text, true)
    }

    /// Replaces a scalar by text: quoted also where it would otherwise read as a number, a boolean or null. `None` where a
    /// tag says that it is something else (`!!int 5`): no text could stand behind it.
    pub fn replace_with_text(self, text: &str) -> Option<Change> {
        let is_text = self.tag().is_none_or(|tag| !(tag.starts_with("!!") || tag.starts_with("!<")) || tag == "!!str");
        if !is_text {
            return None;
        }
        self.replaced(text, false)
    }

    fn replaced(self, text: &str, any_type: bool) -> Option<Change> {
        if self.kind() != Kind::Scalar || self.is_absent() {
            return None;
        }
        let new = match self.style() {
            Style::SingleQuoted | Style::DoubleQuoted => render::quoted(text, self.style()),
            Style::Literal | Style::Folded => self.literal(text)?,
            _ => render::scalar(text, any_type),
        };
        Some(Change { range: self.span(), text: new })
    }

    /// Text as a literal block in the place of a block scalar, at the indentation that one has.
    fn literal(self, text: &str) -> Option<String> {
        let content = text.trim_end_matches('\n');
        let has_odd_character = content.chars().any(|char| char.is_control() && !matches!(char, '\n' | '\t'));
        if content.is_empty() || content.starts_with([' ', '\t', '\n']) || has_odd_character {
            return None;
        }
        let chomping = match text.len() - content.len() {
            0 => "-",
            1 => "",
            _ => return None,
        };
        let indent = self.content_indent()?;
        let is_border = |line: &str| line.starts_with("---") || line.starts_with("...");
        if indent == 0 && content.split('\n').any(is_border) {
            return None;
        }
        let line_break = self.line_break();
        let mut block = format!("|{chomping}");
        if let Some(comment) = self.trailing_comment() {
            block.push_str(" #");
            block.push_str(&comment.text);
        }
        for line in content.split('\n') {
            block.push_str(line_break);
            if !line.is_empty() {
                block.extend(std::iter::repeat_n(' ', indent));
                block.push_str(line);
            }
        }
        // A scalar that keeps its line breaks ends behind them.
        if self.raw().ends_with(['\n', '\r']) {
            block.push_str(line_break);
        }
        Some(block)
    }

    /// Spaces before the first line of a block scalar that is not blank.
    fn content_indent(self) -> Option<usize> {
        let line = self.raw().split(['\n', '\r']).skip(1).find(|line| !line.trim().is_empty())?;
        Some(line.len() - line.trim_start_matches(' ').len())
    }

    /// Rewrites a part of a scalar's value, given in offsets of [`value`](Node::value). `None` where the part has no exact
    /// place in the source or the new text has no form in this style.
    pub fn replace_within(self, value: Range<usize>, text: &str) -> Option<Change> {
        let old = self.value()?;
        // What is not written has no place: behind a tag the text would become part of the tag.
        if self.kind() != Kind::Scalar || self.is_absent() {
            return None;
        }
        if self.style() == Style::Plain {
            let new = format!("{}{text}{}", old.get(..value.start)?, old.get(value.end..)?);
            // What could not stand in brackets stands in none.
            let in_block = || !render::is_plain(old, true);
            let stays_plain = render::is_plain(&new, true) || (in_block() && render::is_plain_in_block(&new, true));
            if !stays_plain {
                return self.replace_scalar(&new);
            }
        }
        let (range, true) = self.source_range(value) else { return None };
        if !self.keeps_folds(&range, text) {
            return None;
        }
        let is_one_line = !text.chars().any(|char| char.is_control() && char != '\t');
        let text = match self.style() {
            Style::DoubleQuoted => render::escaped(text),
            Style::SingleQuoted if is_one_line => text.replace('\'', "''"),
            Style::Literal if !text.chars().any(|char| char.is_control() && !matches!(char, '\t' | '\n')) => {
                let indent = " ".repeat(self.content_indent()?);
                text.replace('\n', &format!("{}{indent}", self.line_break()))
            }
            Style::Plain | Style::Folded if is_one_line => text.to_owned(),
            _ => return None,
        };
        Some(Change { range, text })
    }

    /// Whether a text in the place of this range stands at no line end of the scalar, or begins and ends there with
    /// something that folding and the measuring of indentation leave alone.
    fn keeps_folds(self, range: &Range<usize>, text: &str) -> bool {
        let span = self.span();
        let source = self.file().text();
        let is_literal = self.style() == Style::Literal;
        let is_break = |char: char| matches!(char, '\n' | '\r');
        let blank = |text: &str| text.trim_matches([' ', '\t']).is_empty();
        let (before, behind) = (source.get(span.start..range.start), source.get(range.end..span.end));
        let (Some(before), Some(behind)) = (before, behind) else { return false };
        // Only the first line of a literal block measures its indentation.
        let head =
            before.rsplit_once(is_break).filter(|(above, _)| !is_literal || !above.trim_end().contains(is_break));
        let tail = behind.split_once(is_break).filter(|_| !is_literal);
        // A block without content has no place behind its indicator.
        if matches!(self.style(), Style::Literal | Style::Folded) && !before.contains(is_break) {
            return false;
        }
        let begins_well = !text.starts_with([' ', '\t', '\n']) && !text.is_empty();
        let ends_well = !text.ends_with([' ', '\t', '\n']) && !text.is_empty();
        head.is_none_or(|(_, line)| begins_well || !blank(line))
            && tail.is_none_or(|(line, _)| ends_well || !blank(line))
    }

    /// Adds an entry at the end of a mapping, or below a key that has no value yet. `None` for anything else.
    pub fn insert_entry(self, key: &str, value: &New) -> Option<Change> {
        if self.kind() == Kind::Map && self.style() == Style::Flow {
            return self.insert_in_brackets(&value.flow_entry(key));
        }
        let line_break = self.line_break();
        if self.is_absent() && self.anchor_span().is_none() && self.tag_span().is_none() {
            let indent = self.indent_of_line() + STEP;
            let entry = value.entry(key, indent + STEP, line_break);
            let at = self.line_end(self.span().start);
            if self.is_in_scalar(at) {
                return None;
            }
            return Some(Change { range: at..at, text: format!("{line_break}{:indent$}{entry}", "") });
        }
        let first = self.entries().next().filter(|_| self.kind() == Kind::Map)?;
        let indent = self.column_of(first.key)?;
        Some(self.insert_line(indent, &value.entry(key, indent + STEP, line_break)))
    }

    /// Sets a key of the mapping under `outer`, which is created where it is absent: `step.insert_into("with", …)`.
    pub fn insert_into(self, outer: &str, key: &str, value: &New) -> Option<Change> {
        match self.entries().find(|entry| entry.key_str() == Some(outer)) {
            Some(entry) => entry.value.insert_entry(key, value),
            None => self.insert_entry(outer, &New::Map(vec![(key.to_owned(), value.clone())])),
        }
    }

    /// Adds an item at the end of a sequence, or below a key that has no value yet.
    pub fn insert_item(self, value: &New) -> Option<Change> {
        if self.is_absent() && self.anchor_span().is_none() && self.tag_span().is_none() {
            let indent = self.indent_of_line() + STEP;
            let item = value.item(indent + STEP, self.line_break());
            let at = self.line_end(self.span().start);
            return Some(Change { range: at..at, text: format!("{}{:indent$}-{item}", self.line_break(), "") });
        }
        if self.kind() != Kind::Seq {
            return None;
        }
        if self.style() == Style::Flow {
            return self.insert_in_brackets(&value.flow());
        }
        let indent = usize::try_from(self.position().col).ok()?.checked_sub(1)?;
        let item = format!("-{}", value.item(indent + STEP, self.line_break()));
        Some(self.insert_line(indent, &item))
    }

    /// Replaces the empty sequence `[]` behind the key of a block mapping by one with this item in block style.
    pub fn begin_block(self, value: &New) -> Option<Change> {
        if self.kind() != Kind::Seq || self.style() != Style::Flow || self.items().next().is_some() {
            return None;
        }
        let indent = self.indent_of_line() + STEP;
        let item = value.item(indent + STEP, self.line_break());
        let before = self.file().text().get(..self.span().start)?.trim_end_matches(' ').len();
        Some(Change { range: before..self.span().end, text: format!("{}{:indent$}-{item}", self.line_break(), "") })
    }

    /// Replaces the scalar behind the key of a block mapping by a collection in lines of its own.
    pub fn replace_by_block(self, value: &New) -> Option<Change> {
        if self.kind() != Kind::Scalar || self.is_absent() || self.anchor_span().is_some() || self.tag_span().is_some()
        {
            return None;
        }
        let indent = self.indent_of_line() + STEP;
        let before = self.file().text().get(..self.span().start)?.trim_end_matches(' ').len();
        Some(Change { range: before..self.span().end, text: value.block_behind(indent, self.line_break()) })
    }

    /// Takes an entry out of a mapping, by its number among [`entries`](Node::entries). `None` where nothing would be left
    /// of a mapping by indentation: its key would silently get the value null.
    pub fn remove_entry(self, index: usize) -> Option<Change> {
        if self.kind() != Kind::Map {
            return None;
        }
        let parts: Vec<_> = self.entries().map(|entry| (entry.key.full_start(), entry.pair_span().end)).collect();
        self.remove_part(&parts, index)
    }

    /// Takes an item out of a sequence; `None` as for [`remove_entry`](Node::remove_entry).
    pub fn remove_item(self, index: usize) -> Option<Change> {
        if self.kind() != Kind::Seq {
            return None;
        }
        let parts: Vec<_> = self.items().map(|item| (item.full_start(), item.span().end)).collect();
        self.remove_part(&parts, index)
    }

    /// Sets the comment behind a node, without its `#`: another one there is replaced.
    pub fn set_trailing_comment(self, text: &str) -> Option<Change> {
        if text.contains(['\n', '\r']) {
            return None;
        }
        if let Some(comment) = self.trailing_comment() {
            return Some(Change { range: comment.span.clone(), text: format!("# {text}") });
        }
        let span = self.span();
        let is_block_scalar = matches!(self.style(), Style::Literal | Style::Folded);
        let end = self.line_end(if is_block_scalar { span.start } else { span.end });
        let line = self.file().text().get(..end)?;
        let at = line.trim_end_matches([' ', '\t']).len();
        if self.is_in_scalar(end) {
            return None;
        }
        Some(Change { range: at..end, text: format!("  # {text}") })
    }

    fn remove_part(self, parts: &[(usize, usize)], index: usize) -> Option<Change> {
        let &(start, end) = parts.get(index)?;
        let next = parts.get(index + 1);
        let before = index.checked_sub(1).and_then(|before| parts.get(before));
        let removed = |range| Some(Change { range, text: String::new() });
        if self.style() == Style::Flow {
            return match (before, next) {
                (_, Some(&(next, _))) => removed(start..next),
                (Some(&(_, before)), None) => removed(before..end),
                (None, None) => removed(start..end),
            };
        }
        if parts.len() < 2 {
            return None;
        }
        let file = self.file();
        let line_start = file.line_range(file.position(start).line).start;
        let indicators = file.text().get(line_start..start)?;
        let own_line = indicators.trim_matches([' ', '-', '?']).is_empty();
        let own_indicators = usize::from(self.kind() == Kind::Seq);
        if own_line && indicators.matches(['-', '?']).count() <= own_indicators {
            return removed(line_start..self.behind_line(end));
        }
        // It shares its line with the `-` of the item it begins: what follows moves up to its place.
        let &(next, _) = next?;
        let next_line = file.line_range(file.position(next).line).start;
        let lead = file.text().get(next_line..next)?;
        let dash = if self.kind() == Kind::Seq { start - indicators.len() + indicators.rfind('-')? } else { start };
        let from = if self.kind() == Kind::Seq { next_line + lead.rfind('-')? } else { next };
        removed(dash..from)
    }

    fn insert_in_brackets(self, part: &str) -> Option<Change> {
        let span = self.span();
        let close = span.end.checked_sub(1)?;
        let last = match self.kind() {
            Kind::Map => self.entries().next_back().map(|entry| entry.pair_span().end),
            _ => self.items().next_back().map(|item| item.span().end),
        };
        if !matches!(self.file().text().as_bytes().get(close), Some(b']' | b'}')) {
            return None;
        }
        let Some(last) = last else {
            return Some(Change { range: span.start + 1..span.start + 1, text: part.to_owned() });
        };
        let between = self.file().text().get(last..close)?;
        if between.contains('#') {
            return None;
        }
        Some(match between.find(',') {
            Some(comma) => Change { range: last + comma + 1..last + comma + 1, text: format!(" {part}") },
            None => Change { range: last..last, text: format!(", {part}") },
        })
    }

    /// A line below the last line of the node.
    fn insert_line(self, indent: usize, line: &str) -> Change {
        let line_break = self.line_break();
        let end = self.span().end;
        // A block scalar that keeps its line breaks ends where the next line begins.
        if self.file().text().get(..end).is_some_and(|text| text.ends_with(['\n', '\r'])) {
            return Change { range: end..end, text: format!("{:indent$}{line}{line_break}", "") };
        }
        let at = self.line_end(end);
        Change { range: at..at, text: format!("{line_break}{:indent$}{line}", "") }
    }

    /// Where the node begins with its tag and anchor.
    fn full_start(self) -> usize {
        let properties = [self.tag_span(), self.anchor_span()].into_iter().flatten();
        properties.map(|span| span.start).fold(self.span().start, usize::min)
    }

    fn column_of(self, key: Node<'a>) -> Option<usize> {
        let start = key.full_start().min(self.span().start);
        usize::try_from(self.file().position(start).col).ok()?.checked_sub(1)
    }

    /// Columns before the key on the node's line, `- ` counted as indentation.
    fn indent_of_line(self) -> usize {
        let line = self.file().line_text(self.position().line);
        line.len() - line.trim_start_matches([' ', '-']).len()
    }

    fn line_end(self, byte: usize) -> usize {
        self.file().line_range(self.file().position(byte).line).end
    }

    /// Behind the line of `byte`, its break included.
    fn behind_line(self, byte: usize) -> usize {
        let end = self.line_end(byte);
        let rest = self.file().text().get(end..).unwrap_or_default();
        end + if rest.starts_with("\r\n") { 2 } else { usize::from(!rest.is_empty()) }
    }

    /// Whether a line end is a fold of a scalar: what is put there would become part of its text. Behind the indicator of a
    /// block scalar it would not.
    fn is_in_scalar(self, line_end: usize) -> bool {
        let holds = |node: &Self| node.span().start < line_end && line_end < node.span().end;
        let mut around = self.file().documents().filter_map(|document| document.root()).find(holds);
        while let Some(node) = around {
            around = match node.kind() {
                Kind::Scalar => {
                    let is_header = node.header_range().is_some_and(|header| self.line_end(header.start) == line_end);
                    return !is_header;
                }
                Kind::Alias => None,
                Kind::Seq => node.items().find(holds),
                Kind::Map => node.entries().flat_map(|entry| [entry.key, entry.value]).find(holds),
            };
        }
        false
    }

    /// The line break of the file.
    fn line_break(self) -> &'static str {
        let text = self.file().text();
        match text.find('\n') {
            Some(at) if text.get(..at).is_some_and(|before| before.ends_with('\r')) => "\r\n",
            _ => "\n",
        }
    }
}
