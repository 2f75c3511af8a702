//! File names as text. A name is bytes; a path in a finding, a report or a policy is text.
//!
//! A name that is UTF-8 is its own text. In any other name each byte that belongs to no UTF-8 character is written `\xHH`
//! (two lower-case hexadecimal digits). So that no two names share a text, a backslash that would read as such an escape
//! (`\x80` to `\xff`, and `\x5c` itself) is written `\x5c`. The form keeps `/` where it is: the text of a path is the texts
//! of its components.

use std::fmt::Write as _;

/// The text of a name or path.
pub fn to_text(name: &[u8]) -> String {
    let mut text = String::with_capacity(name.len());
    for chunk in name.utf8_chunks() {
        push_valid(&mut text, chunk.valid());
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text
}

/// The name or path a text stands for; `None` when [`to_text`] never writes this text.
pub fn from_text(text: &str) -> Option<Vec<u8>> {
    let mut name = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(backslash) = rest.find('\\') {
        let (plain, escape) = rest.split_at(backslash);
        name.extend_from_slice(plain.as_bytes());
        let byte = escaped_byte(escape);
        name.push(byte.unwrap_or(b'\\'));
        let length = if byte.is_some() { "\\xHH".len() } else { 1 };
        rest = escape.get(length..).unwrap_or_default();
    }
    name.extend_from_slice(rest.as_bytes());
    // `\xc3\xa4` would be a second text of `ä`.
    (to_text(&name) == text).then_some(name)
}

fn push_valid(text: &mut String, valid: &str) {
    let mut rest = valid;
    while let Some(backslash) = rest.find('\\') {
        let (plain, escape) = rest.split_at(backslash);
        text.push_str(plain);
        text.push_str(if escaped_byte(escape).is_some() { "\\x5c" } else { "\\" });
        rest = escape.get(1..).unwrap_or_default();
    }
    text.push_str(rest);
}

/// The byte that the escape at the start of a text stands for.
fn escaped_byte(text: &str) -> Option<u8> {
    let digits = text.strip_prefix("\\x")?.get(..2)?;
    if !digits.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    u8::from_str_radix(digits, 16).ok().filter(|byte| *byte >= 0x80 || *byte == b'\\')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{from_text, to_text};

    #[test]
    fn a_name_in_utf8_is_its_own_text() {
        for name in ["plain.yaml", "ä\nb\t\u{1b}[31m", "C:\\temp\\x", "\\x41", "\\xFF", ""] {
            assert_eq!(to_text(name.as_bytes()), name);
        }
    }

    #[test]
    fn a_byte_that_is_no_character_is_written_as_an_escape() {
        assert_eq!(to_text(b"caf\xe9.yaml"), "caf\\xe9.yaml");
        assert_eq!(from_text("caf\\xe9.yaml").unwrap(), b"caf\xe9.yaml");
    }

    #[test]
    fn a_name_that_looks_like_an_escape_is_another_name() {
        assert_eq!(to_text(b"caf\\xe9.yaml"), "caf\\x5cxe9.yaml");
        assert_eq!(from_text("caf\\x5cxe9.yaml").unwrap(), b"caf\\xe9.yaml");
    }

    #[test]
    fn a_text_that_is_never_written_names_nothing() {
        assert_eq!(from_text("\\xc3\\xa4"), None);
        assert_eq!(from_text("\\x5cz"), None);
    }

    proptest! {
        #[test]
        fn every_name_comes_back_from_its_text(name in prop::collection::vec(
            prop_oneof![Just(b'\\'), Just(b'x'), Just(b'5'), Just(b'c'), Just(b'f'), Just(b'/'), any::<u8>()], 0..24)) {
            prop_assert_eq!(from_text(&to_text(&name)), Some(name));
        }

        #[test]
        fn the_text_of_a_path_is_the_texts_of_its_components(name in prop::collection::vec(
            prop_oneof![Just(b'\\'), Just(b'x'), Just(b'5'), Just(b'c'), Just(b'/'), any::<u8>()], 0..24)) {
            let components: Vec<String> = name.split(|byte| *byte == b'/').map(to_text).collect();
            prop_assert_eq!(components.join("/"), to_text(&name));
        }
    }
}
