//! What can be said of a JSON text without understanding it: how deep it nests, how long its longest string is.

/// Deeper documents are refused (spec/ingest.md 2).
pub(crate) const MAX_DEPTH: usize = 128;

/// Findings of one look over the bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Survey {
    /// Offset of the bracket that opens the first level beyond [`MAX_DEPTH`].
    pub(crate) too_deep: Option<usize>,
    /// Offset of the first string longer than the limit, and its length.
    pub(crate) long_string: Option<(usize, usize)>,
    /// Offset of the first escape that is half a character: `\ud800` without its other half (RFC 8259 8.2).
    pub(crate) half_character: Option<usize>,
}

/// A longer string is cut (spec/ingest.md 2).
const MAX_STRING: usize = 16 << 20;

impl Survey {
    /// Looks once over the text; linear, no recursion.
    pub(crate) fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut survey = Self::default();
        let mut depth = 0_usize;
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'"' => {
                    let end = survey.end_of_string(bytes, at + 1);
                    if end - at > MAX_STRING && survey.long_string.is_none() {
                        survey.long_string = Some((at, end - at));
                    }
                    at = end;
                }
                b'{' | b'[' => {
                    depth += 1;
                    if depth > MAX_DEPTH && survey.too_deep.is_none() {
                        survey.too_deep = Some(at);
                    }
                    at += 1;
                }
                b'}' | b']' => {
                    depth = depth.saturating_sub(1);
                    at += 1;
                }
                _ => at += 1,
            }
        }
        survey
    }

    /// Offset after the closing quote, or the end of the text.
    fn end_of_string(&mut self, bytes: &[u8], from: usize) -> usize {
        let mut at = from;
        while let Some(found) = bytes.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
            at += found;
            if bytes.get(at) == Some(&b'"') {
                return at + 1;
            }
            at += match (escaped_unit(bytes, at), escaped_unit(bytes, at + 6)) {
                (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
                (Some(0xd800..=0xdfff), _) => {
                    self.half_character.get_or_insert(at);
                    6
                }
                _ => 2,
            };
        }
        bytes.len()
    }
}

/// The UTF-16 unit of the escape `\uXXXX` at this offset.
fn escaped_unit(bytes: &[u8], at: usize) -> Option<u32> {
    let digits = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
    digits.iter().try_fold(0, |unit, digit| Some(unit * 16 + char::from(*digit).to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_in_strings_do_not_nest() {
        let text = format!(r#"["{}", "\"{}"]"#, "[".repeat(500), "{".repeat(500));
        assert_eq!(Survey::of(&text).too_deep, None);
    }

    #[test]
    fn the_first_level_beyond_the_limit_is_named() {
        assert_eq!(Survey::of(&"[".repeat(MAX_DEPTH)).too_deep, None);
        assert_eq!(Survey::of(&"[".repeat(100_000)).too_deep, Some(MAX_DEPTH));
    }

    #[test]
    fn half_a_character_is_found_and_a_whole_one_is_none() {
        assert_eq!(Survey::of(r#"["\ud83d\ude00", "\\ud800"]"#).half_character, None);
        assert_eq!(Survey::of(r#"["a\ud800"]"#).half_character, Some(3));
        assert_eq!(Survey::of(r#"["\ude00\ud83d"]"#).half_character, Some(2));
    }

    #[test]
    fn a_string_that_does_not_end_ends_with_the_text() {
        assert_eq!(Survey::of(r#"["abc\"#), Survey::default());
    }
}
