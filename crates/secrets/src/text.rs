//! The text of a file as rules see it, and where each of its bytes comes from.
//!
//! Rules are searched with Unicode on, so the text must be valid UTF-8. A file that is not becomes a copy in which every single
//! bad byte is one U+FFFD, which is how Go reads it; UTF-16 with a byte order mark is decoded. Offsets into the copy lead back
//! to bytes of the file through points kept about every kilobyte, so that a hostile file costs memory in proportion only.

use std::borrow::Cow;

/// Distance of the points in bytes of the copy.
const POINT_EVERY: usize = 1_024;

/// A file as text.
pub(crate) struct Text<'a> {
    text: Cow<'a, str>,
    origin: Origin<'a>,
}

enum Origin<'a> {
    /// Offsets are those of the file.
    Same,
    Decoded {
        bytes: &'a [u8],
        encoding: Encoding,
        points: Vec<Point>,
    },
}

#[derive(Clone, Copy, PartialEq)]
enum Encoding {
    Utf8,
    Utf16 { big_endian: bool },
}

/// A place known in both: `decoded` in the copy is `byte` of the file, and the next `same` bytes are equal.
struct Point {
    decoded: usize,
    byte: usize,
    same: usize,
}

impl<'a> Text<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        match bytes {
            [0xff, 0xfe, ..] => Self::utf16(bytes, false),
            [0xfe, 0xff, ..] => Self::utf16(bytes, true),
            _ => match str::from_utf8(bytes) {
                Ok(text) => Self { text: Cow::Borrowed(text), origin: Origin::Same },
                Err(_) => Self::lossy(bytes),
            },
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// The byte of the file at which the character at `offset` of the text begins.
    pub(crate) fn byte_of(&self, offset: usize) -> usize {
        match &self.origin {
            Origin::Same => offset,
            Origin::Decoded { bytes, encoding, points } => {
                let after = points.partition_point(|point| point.decoded <= offset);
                let Some(point) = after.checked_sub(1).and_then(|index| points.get(index)) else { return offset };
                let ahead = offset - point.decoded;
                if ahead <= point.same {
                    return point.byte + ahead;
                }
                let byte = point.byte + point.same;
                // A bad byte grows in the copy, so what lies ahead in the file is no longer than what lies ahead in the copy.
                let rest = bytes.get(byte..).unwrap_or_default();
                match encoding {
                    Encoding::Utf8 => {
                        byte + walk_utf8(rest.get(..ahead - point.same).unwrap_or(rest), ahead - point.same)
                    }
                    Encoding::Utf16 { big_endian } => byte + walk_utf16(rest, *big_endian, ahead - point.same),
                }
            }
        }
    }

    /// The same for columns and lengths in bytes as a program counts them that reads bytes; UTF-16 has none of its own.
    pub(crate) fn raw_offset(&self, offset: usize) -> usize {
        match self.origin {
            Origin::Decoded { encoding: Encoding::Utf16 { .. }, .. } => offset,
            _ => self.byte_of(offset),
        }
    }

    fn lossy(bytes: &'a [u8]) -> Self {
        let mut text = String::with_capacity(bytes.len() + bytes.len() / 8);
        let mut points: Vec<Point> = Vec::new();
        let mut byte = 0;
        for chunk in bytes.utf8_chunks() {
            let same = chunk.valid().len();
            let last = points.last().map_or(0, |point| point.decoded + point.same);
            if same >= POINT_EVERY || text.len() >= last + POINT_EVERY || points.is_empty() {
                points.push(Point { decoded: text.len(), byte, same });
            }
            text.push_str(chunk.valid());
            text.extend(std::iter::repeat_n(char::REPLACEMENT_CHARACTER, chunk.invalid().len()));
            byte += same + chunk.invalid().len();
        }
        Self { text: Cow::Owned(text), origin: Origin::Decoded { bytes, encoding: Encoding::Utf8, points } }
    }

    fn utf16(bytes: &'a [u8], big_endian: bool) -> Self {
        let mut text = String::with_capacity(bytes.len());
        let mut points = vec![Point { decoded: 0, byte: 2, same: 0 }];
        let mut byte = 2;
        for (char, width) in utf16_chars(bytes.get(2..).unwrap_or_default(), big_endian) {
            if points.last().is_some_and(|point| text.len() >= point.decoded + POINT_EVERY) {
                points.push(Point { decoded: text.len(), byte, same: 0 });
            }
            text.push(char);
            byte += width;
        }
        Self {
            text: Cow::Owned(text),
            origin: Origin::Decoded { bytes, encoding: Encoding::Utf16 { big_endian }, points },
        }
    }
}

/// Characters with their width in bytes; half a pair and half a unit are U+FFFD.
fn utf16_chars(bytes: &[u8], big_endian: bool) -> impl Iterator<Item = (char, usize)> {
    let units = bytes.chunks_exact(2).map(move |pair| {
        let pair = <[u8; 2]>::try_from(pair).unwrap_or_default();
        if big_endian { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) }
    });
    let odd = (bytes.len() % 2 == 1).then_some((char::REPLACEMENT_CHARACTER, 1));
    char::decode_utf16(units)
        .map(|decoded| decoded.map_or((char::REPLACEMENT_CHARACTER, 2), |char| (char, char.len_utf16() * 2)))
        .chain(odd)
}

/// Bytes of the file that make up `decoded` bytes of the copy.
fn walk_utf8(bytes: &[u8], decoded: usize) -> usize {
    let mut reached = 0;
    let mut byte = 0;
    for chunk in bytes.utf8_chunks() {
        let same = chunk.valid().len();
        if reached + same >= decoded {
            return byte + (decoded - reached);
        }
        reached += same;
        byte += same;
        for _ in chunk.invalid() {
            if reached >= decoded {
                return byte;
            }
            reached += char::REPLACEMENT_CHARACTER.len_utf8();
            byte += 1;
        }
    }
    byte
}

fn walk_utf16(bytes: &[u8], big_endian: bool, decoded: usize) -> usize {
    let mut reached = 0;
    let mut byte = 0;
    for (char, width) in utf16_chars(bytes, big_endian) {
        if reached >= decoded {
            break;
        }
        reached += char.len_utf8();
        byte += width;
    }
    byte
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Text;

    /// Character by character, without points: what the map has to agree with.
    fn byte_by_byte(bytes: &[u8]) -> (String, Vec<usize>) {
        let mut text = String::new();
        let mut origins = Vec::new();
        let mut at = 0;
        while at < bytes.len() {
            let width = (1..=4.min(bytes.len() - at))
                .find(|width| str::from_utf8(&bytes[at..at + width]).is_ok_and(|piece| piece.chars().count() == 1));
            let char = width
                .map_or('\u{fffd}', |width| str::from_utf8(&bytes[at..at + width]).unwrap().chars().next().unwrap());
            origins.extend(std::iter::once(at));
            origins.extend(std::iter::repeat_n(usize::MAX, char.len_utf8() - 1));
            text.push(char);
            at += width.unwrap_or(1);
        }
        origins.push(bytes.len());
        (text, origins)
    }

    fn agrees(bytes: &[u8]) {
        let text = Text::new(bytes);
        let (expected, origins) = byte_by_byte(bytes);
        assert_eq!(text.as_str(), expected);
        for (offset, byte) in origins.iter().enumerate().filter(|(_, byte)| **byte != usize::MAX) {
            assert_eq!(text.byte_of(offset), *byte, "offset {offset}");
        }
    }

    #[test]
    fn a_cut_off_sequence_counts_per_byte() {
        agrees(b"a\xe2\x82A\xff\xc3");
        assert_eq!(Text::new(b"\xe2\x82A").as_str(), "\u{fffd}\u{fffd}A");
    }

    #[test]
    fn long_valid_stretches_between_bad_bytes_keep_their_places() {
        let mut bytes = b"x".repeat(5_000);
        bytes.push(0xff);
        bytes.extend("é".repeat(3_000).bytes());
        bytes.extend([0x80; 2_000]);
        bytes.extend(b"end");
        agrees(&bytes);
    }

    #[test]
    fn utf_16_is_decoded_and_leads_back_to_its_bytes() {
        for big_endian in [false, true] {
            let mut bytes = if big_endian { vec![0xfe, 0xff] } else { vec![0xff, 0xfe] };
            let content = format!("{}é😀tok", "a".repeat(3_000));
            for unit in content.encode_utf16() {
                bytes.extend(if big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() });
            }
            let text = Text::new(&bytes);
            assert_eq!(text.as_str(), content);
            assert_eq!(text.byte_of(content.len() - 3), bytes.len() - 6);
            assert_eq!(text.byte_of(0), 2);
        }
    }

    #[test]
    fn half_a_unit_at_the_end_of_utf_16_is_one_bad_character() {
        assert_eq!(Text::new(b"\xff\xfea\0b").as_str(), "a\u{fffd}");
    }

    proptest! {
        #[test]
        fn every_character_leads_back_to_its_bytes(
            pieces in proptest::collection::vec(prop_oneof![
                proptest::collection::vec(any::<u8>(), 0..40),
                "[ -~é\u{800}😀]{0,700}".prop_map(String::into_bytes),
            ], 0..8)
        ) {
            let bytes = pieces.concat();
            prop_assume!(!bytes.starts_with(b"\xff\xfe") && !bytes.starts_with(b"\xfe\xff"));
            agrees(&bytes);
        }
    }
}
