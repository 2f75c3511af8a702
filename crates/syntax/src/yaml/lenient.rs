//! Quoted scalars over several lines whose further lines are indented less than the node they belong to: the readers of
//! cluster tooling take them, YAML 1.2 does not (spec/manifests.md 3). They are indented in a copy, which does not change
//! their value, and every place is mapped back.

use std::collections::BTreeSet;

use super::arena::{Extent, Shape, narrow};
use super::build::{Built, build};
use super::limits::Limits;

/// Scalars repaired in one document: the parser tells of one at a time.
const ROUNDS: usize = 100;
/// Bytes read again for repairs, as each round reads the file once more; also the most spaces put in.
const BYTES: usize = 32 << 20;

/// Reads a text, and tells where lines of quoted scalars are indented too little.
pub(super) fn build_leniently(text: &str, limits: &Limits) -> (Built, Vec<usize>) {
    let mut built = build(text, limits);
    let mut tried = BTreeSet::new();
    let mut padding = Padding::default();
    for _ in 0..ROUNDS.min(BYTES / text.len().max(1)) {
        let mut is_hopeful = false;
        for fault in built.faults.iter().filter(|fault| fault.is_underindented) {
            if tried.insert(fault.byte)
                && let Some(quoted) = quoted_around(text, fault.floor.min(fault.byte), fault.byte)
            {
                is_hopeful |= padding.add(text, &quoted);
            }
        }
        if !is_hopeful {
            break;
        }
        padding.lines.sort_unstable();
        built = build(&padding.applied(text), limits);
        padding.map_back(&mut built);
    }
    // What is still a fault was not repaired.
    for fault in &built.faults {
        tried.remove(&fault.byte);
    }
    (built, tried.into_iter().collect())
}

/// A quoted scalar.
struct Quoted {
    open: usize,
    /// Behind its closing quote.
    end: usize,
}

/// The quoted scalar around `place`, looked for from `floor`, where a token ends.
fn quoted_around(text: &str, floor: usize, place: usize) -> Option<Quoted> {
    let bytes = text.as_bytes();
    let mut at = floor;
    let mut begins_token = true;
    while at < place {
        let byte = *bytes.get(at)?;
        match byte {
            b'\'' | b'"' if begins_token => {
                let end = closing(bytes, at)?;
                if end > place {
                    return Some(Quoted { open: at, end });
                }
                at = end;
                begins_token = false;
                continue;
            }
            b'#' if begins_token => {
                at += bytes.get(at..)?.iter().take_while(|byte| !matches!(byte, b'\n' | b'\r')).count();
                continue;
            }
            _ => begins_token = matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'[' | b'{' | b',' | b':'),
        }
        at += 1;
    }
    None
}

/// Behind the quote that closes the one at `open`.
fn closing(bytes: &[u8], open: usize) -> Option<usize> {
    let quote = *bytes.get(open)?;
    let mut at = open + 1;
    loop {
        match *bytes.get(at)? {
            b'\\' if quote == b'"' => at += 2,
            byte if byte != quote => at += 1,
            _ if quote == b'\'' && bytes.get(at + 1) == Some(&b'\'') => at += 2,
            _ => return Some(at + 1),
        }
    }
}

/// Spaces put in front of lines.
#[derive(Default)]
struct Padding {
    /// Offset in the text and number of spaces, in order.
    lines: Vec<(usize, usize)>,
    total: usize,
}

impl Padding {
    /// Indents the further lines of a scalar deeper than the node around it. Lines that look like the border of a
    /// document stay. Says whether there was anything to indent, and room for it.
    fn add(&mut self, text: &str, quoted: &Quoted) -> bool {
        let before = text.get(..quoted.open).unwrap_or_default();
        let line = before.rfind(['\n', '\r']).map_or(0, |line_break| line_break + 1);
        let opening = before.get(line..).unwrap_or_default();
        // The keys around it begin behind these at the latest.
        let indicators = opening.len() - opening.trim_start_matches([' ', '-', '?']).len();
        let column = opening.len().min(indicators + 1);
        let mut at = quoted.open;
        let known = self.lines.len();
        for line in text.get(quoted.open..quoted.end).unwrap_or_default().split_inclusive('\n') {
            let spaces = line.len() - line.trim_start_matches(' ').len();
            let is_border = line.starts_with("---") || line.starts_with("...");
            if at > quoted.open && !is_border && !line.trim().is_empty() && spaces < column {
                let missing = column - spaces;
                if self.total + missing > BYTES {
                    return false;
                }
                self.total += missing;
                self.lines.push((at, missing));
            }
            at += line.len();
        }
        self.lines.len() > known
    }

    fn applied(&self, text: &str) -> String {
        let mut padded = String::with_capacity(text.len());
        let mut at = 0;
        for &(line, spaces) in &self.lines {
            padded.push_str(text.get(at..line).unwrap_or_default());
            padded.extend(std::iter::repeat_n(' ', spaces));
            at = line;
        }
        padded.push_str(text.get(at..).unwrap_or_default());
        padded
    }

    /// Turns offsets into the padded text to offsets into the text.
    fn map_back(&self, built: &mut Built) {
        // Where each padding ends in the padded text, and what was put in up to there.
        let mut sum = 0;
        let ends: Vec<_> = self
            .lines
            .iter()
            .map(|&(line, spaces)| {
                sum += spaces;
                (line + sum, sum, line)
            })
            .collect();
        let back = |offset: usize| {
            let index = ends.partition_point(|&(end, ..)| end <= offset);
            let put_in = index.checked_sub(1).and_then(|index| ends.get(index)).map_or(0, |&(_, sum, _)| sum);
            let mapped = offset - put_in;
            // Inside a padding is the beginning of its line.
            ends.get(index).map_or(mapped, |&(.., line)| mapped.min(line))
        };
        let extent = |extent: &mut Extent| {
            extent.start = narrow(back(extent.start as usize));
            extent.end = narrow(back(extent.end as usize));
        };
        for cell in &mut built.arena.cells {
            extent(&mut cell.span);
            if let Shape::Verbatim(value) = &mut cell.shape {
                extent(value);
            }
        }
        for properties in &mut built.arena.properties {
            properties.tag.iter_mut().chain(&mut properties.anchor).for_each(&extent);
        }
        for document in &mut built.documents {
            extent(&mut document.span);
        }
        for comment in &mut built.comments {
            comment.span = back(comment.span.start)..back(comment.span.end);
        }
        for fault in &mut built.faults {
            fault.byte = back(fault.byte);
            fault.floor = back(fault.floor);
        }
    }
}
