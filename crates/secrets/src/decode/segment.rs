//! What was decoded where, and the way back to the original text.

use std::cell::OnceCell;
use std::ops::Range;

use super::codec::decode;
use super::runs::{Encoding, find};
use crate::lines::LineIndex;

/// A run that was decoded.
#[derive(Clone, Debug)]
pub(crate) struct Segment {
    /// In the text of the pass before.
    encoded: Range<usize>,
    /// In the text of this pass.
    decoded: Range<usize>,
    /// In the original text.
    original: Range<usize>,
    /// Bits of [`Encoding`], also those of the segments of the pass before that it touches.
    encodings: u8,
}

/// One decoded text.
#[derive(Debug)]
pub(crate) struct Layer {
    pub(crate) text: String,
    segments: Vec<Segment>,
    lines: OnceCell<LineIndex>,
}

/// All decoded texts so far; the pass number is the position plus one.
#[derive(Debug, Default)]
pub(crate) struct Layers {
    done: Vec<Layer>,
}

impl Layers {
    /// Decodes the newest text (the original one at first). `false` when nothing was decoded.
    pub(crate) fn decode_next(&mut self, original: &str) -> bool {
        let text = self.done.last().map_or(original, |layer| layer.text.as_str());
        let mut decoded = String::new();
        let mut segments: Vec<Segment> = Vec::new();
        let mut copied = 0;
        for run in find(text) {
            let Some(plain) = text.get(run.bytes.clone()).and_then(|encoded| decode(run.encoding, encoded)) else {
                continue;
            };
            decoded.push_str(text.get(copied..run.bytes.start).unwrap_or_default());
            let start = decoded.len();
            decoded.push_str(&plain);
            copied = run.bytes.end;
            let inherited = self
                .done
                .last()
                .map_or(0, |layer| layer.touched(&run.bytes).iter().fold(0, |bits, segment| bits | segment.encodings));
            segments.push(Segment {
                original: self.original(self.done.len(), run.bytes.clone()),
                encoded: run.bytes,
                decoded: start..decoded.len(),
                encodings: run.encoding.bit() | inherited,
            });
        }
        if segments.is_empty() {
            return false;
        }
        decoded.push_str(text.get(copied..).unwrap_or_default());
        self.done.push(Layer { text: decoded, segments, lines: OnceCell::new() });
        true
    }

    /// The newest text.
    pub(crate) fn newest(&self) -> Option<&Layer> {
        self.done.last()
    }

    /// Decodings so far.
    pub(crate) const fn depth(&self) -> usize {
        self.done.len()
    }

    /// Where a range of the newest text stands in the original one.
    pub(crate) fn to_original(&self, range: Range<usize>) -> Range<usize> {
        self.original(self.done.len(), range)
    }

    /// Where a range of the text of pass `passes` stands in the original text. A range inside one segment is the whole of it;
    /// else what sticks out is carried one pass up.
    fn original(&self, passes: usize, mut range: Range<usize>) -> Range<usize> {
        for layer in self.done.get(..passes).unwrap_or_default().iter().rev() {
            let touched = layer.touched(&range);
            if let Some(whole) =
                touched.iter().find(|segment| segment.decoded.start <= range.start && range.end <= segment.decoded.end)
            {
                return whole.original.clone();
            }
            let mut encoded: Option<Range<usize>> = None;
            for segment in touched {
                let before = segment.decoded.start.saturating_sub(range.start);
                let behind = range.end.saturating_sub(segment.decoded.end);
                let start = segment.encoded.start.saturating_sub(before);
                let end = segment.encoded.end + behind;
                encoded = Some(encoded.map_or(start..end, |known| known.start.min(start)..known.end.max(end)));
            }
            // Nothing here touches a decoded run: only an earlier pass could, and it is not asked, as in the reference.
            let Some(up) = encoded else { return range };
            range = up;
        }
        range
    }
}

impl Layer {
    /// The segments whose decoded text a range touches, ends included. Segments are in order and never overlap.
    fn touched(&self, range: &Range<usize>) -> &[Segment] {
        let from = self.segments.partition_point(|segment| segment.decoded.end < range.start);
        let to = self.segments.partition_point(|segment| segment.decoded.start <= range.end);
        self.segments.get(from..to.max(from)).unwrap_or_default()
    }

    /// The encodings a match went through, `None` when it touches nothing that was decoded: the pass before has seen it.
    pub(crate) fn encodings_of(&self, matched: &Range<usize>) -> Option<u8> {
        let touched = self.touched(matched);
        (!touched.is_empty()).then(|| touched.iter().fold(0, |bits, segment| bits | segment.encodings))
    }

    /// From the line end before the first touched segment to the one behind the last.
    pub(crate) fn line_of(&self, matched: &Range<usize>) -> Range<usize> {
        let touched = self.touched(matched);
        let (Some(first), Some(last)) = (touched.first(), touched.last()) else { return 0..self.text.len() };
        let lines = self.lines.get_or_init(|| LineIndex::new(&self.text)).of(&self.text);
        let from = lines.last_newline_before(first.decoded.start + 1).unwrap_or(0);
        let to = lines.next_newline_from(last.decoded.end).unwrap_or(self.text.len());
        from..to.max(from)
    }
}

/// The tags of a finding made in a decode pass.
pub(crate) fn tags(encodings: u8, depth: usize) -> Vec<String> {
    let named = Encoding::ALL.into_iter().filter(|encoding| encodings & encoding.bit() != 0);
    let mut tags: Vec<String> = named.map(|encoding| format!("decoded:{}", encoding.name())).collect();
    tags.push(format!("decode-depth:{depth}"));
    tags
}

#[cfg(test)]
mod tests {
    use super::{Layers, tags};

    #[test]
    fn a_run_leads_back_to_its_place() {
        let original = "x = dG9rX2FiY2QxMjM0 # y";
        let mut layers = Layers::default();
        assert!(layers.decode_next(original));
        assert_eq!(layers.newest().unwrap().text, "x = tok_abcd1234 # y");
        assert_eq!(layers.to_original(4..16), 4..20);
        // What sticks out on the right is carried along.
        assert_eq!(layers.to_original(4..18), 4..22);
        assert!(!layers.decode_next(original));
    }

    #[test]
    fn tags_name_the_encodings_in_one_order() {
        let mut layers = Layers::default();
        assert!(layers.decode_next("%74%6f%6b_YWJjZDEyMzQ1Njc4OTAx"));
        let bits = layers.newest().unwrap().encodings_of(&(0..3)).unwrap();
        assert_eq!(tags(bits, 1), ["decoded:percent", "decode-depth:1"]);
    }
}
