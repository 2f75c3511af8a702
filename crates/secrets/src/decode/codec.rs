//! The four decoders. `None` means that the run does not look like what it would be.

use super::runs::Encoding;

/// The decoded text of a run, never longer than the run.
pub(super) fn decode(encoding: Encoding, run: &str) -> Option<String> {
    let decoded = match encoding {
        Encoding::Percent => percent(run),
        Encoding::Unicode => Some(unicode(run)),
        Encoding::Hex => hexadecimal(run),
        Encoding::Base64 => base64(run),
    };
    decoded.filter(|decoded| !decoded.is_empty())
}

/// Bytes 0x09 to 0x7E: what a secret in an encoding is expected to be made of.
fn is_printable(byte: u8) -> bool {
    (0x09..=0x7e).contains(&byte)
}

/// A run that is no text shows it within its first bytes, so that megabytes of binary data cost next to nothing.
fn text(bytes: impl Iterator<Item = Option<u8>>) -> Option<String> {
    bytes.map(|byte| byte.filter(|byte| is_printable(*byte)).map(char::from)).collect()
}

fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

fn hex_pair(high: u8, low: u8) -> Option<u8> {
    Some(hex_digit(high)? << 4 | hex_digit(low)?)
}

fn percent(run: &str) -> Option<String> {
    let mut decoded = String::with_capacity(run.len());
    let mut rest = run;
    while let Some(at) = rest.find('%') {
        let (before, from) = rest.split_at(at);
        decoded.push_str(before);
        let byte = match from.as_bytes() {
            [_, high, low, ..] => hex_pair(*high, *low),
            _ => None,
        };
        if let Some(byte) = byte {
            decoded.push(Some(byte).filter(|byte| is_printable(*byte)).map(char::from)?);
            rest = from.get(3..).unwrap_or_default();
        } else {
            decoded.push('%');
            rest = from.get(1..).unwrap_or_default();
        }
    }
    decoded.push_str(rest);
    Some(decoded)
}

/// `U+0041 U+0042 ` or `\u0041\u0042`: four digits after each `U+`, `u` or `U`; everything between them is dropped.
fn unicode(run: &str) -> String {
    let mut decoded = String::with_capacity(run.len() / 2);
    for piece in run.split(['u', 'U']) {
        let digits = piece.strip_prefix('+').unwrap_or(piece);
        if let Some(code) = digits.get(..4).and_then(|digits| u32::from_str_radix(digits, 16).ok()) {
            decoded.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
    }
    decoded
}

fn hexadecimal(run: &str) -> Option<String> {
    let bytes = run.as_bytes();
    if !bytes.len().is_multiple_of(2) || !bytes.iter().any(u8::is_ascii_digit) {
        return None;
    }
    let pairs = bytes.chunks_exact(2).map(|pair| match pair {
        [high, low] => hex_pair(*high, *low),
        _ => None,
    });
    text(pairs)
}

fn base64(run: &str) -> Option<String> {
    if !run.bytes().any(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'/' | b'-' | b'_')) {
        return None;
    }
    standard(run).and_then(text).or_else(|| url(run).and_then(text))
}

/// The standard alphabet with the padding it demands; bits left over are not looked at.
pub(crate) fn standard(run: &str) -> Option<impl Iterator<Item = Option<u8>>> {
    let body = run.trim_end_matches('=');
    if !run.len().is_multiple_of(4) || run.len() - body.len() > 2 {
        return None;
    }
    sextets(body, b'+', b'/')
}

/// The URL alphabet without padding.
fn url(run: &str) -> Option<impl Iterator<Item = Option<u8>>> {
    sextets(run, b'-', b'_')
}

/// The bytes, `None` in the place of the first letter outside of the alphabet.
fn sextets(body: &str, sixty_two: u8, sixty_three: u8) -> Option<impl Iterator<Item = Option<u8>>> {
    if body.len() % 4 == 1 {
        return None;
    }
    let sextet = move |byte: u8| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        _ if byte == sixty_two => Some(62),
        _ if byte == sixty_three => Some(63),
        _ => None,
    };
    let (mut buffer, mut bits) = (0_u32, 0_u32);
    Some(body.bytes().filter_map(move |byte| {
        let Some(sextet) = sextet(byte) else { return Some(None) };
        buffer = (buffer << 6 | u32::from(sextet)) & 0xffff;
        bits += 6;
        if bits < 8 {
            return None;
        }
        bits -= 8;
        Some(u8::try_from(buffer >> bits & 0xff).ok())
    }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    /// RFC 4648, three bytes at a time: what the decoder has to take back.
    fn encoded(text: &str) -> String {
        let mut out = String::new();
        for chunk in text.as_bytes().chunks(3) {
            let mut group = [0_u8; 3];
            group[..chunk.len()].copy_from_slice(chunk);
            let number = u32::from_be_bytes([0, group[0], group[1], group[2]]);
            for place in 0..4 {
                let letter = LETTERS[(number >> (18 - 6 * place) & 63) as usize];
                out.push(if place > chunk.len() { '=' } else { char::from(letter) });
            }
        }
        out
    }

    #[test]
    fn percent_that_gives_a_control_character_is_none() {
        assert_eq!(decode(Encoding::Percent, "%74ok%5f%zz").as_deref(), Some("tok_%zz"));
        assert_eq!(decode(Encoding::Percent, "%74%01"), None);
    }

    #[test]
    fn hexadecimal_needs_a_decimal_digit_and_an_even_length() {
        assert_eq!(decode(Encoding::Hex, "746f6b5f").as_deref(), Some("tok_"));
        assert_eq!(decode(Encoding::Hex, "746f6b5"), None);
        assert_eq!(decode(Encoding::Hex, "abcdefab"), None);
    }

    #[test]
    fn both_forms_of_unicode_escapes() {
        assert_eq!(decode(Encoding::Unicode, r"\u0074\\U006F").as_deref(), Some("to"));
        assert_eq!(decode(Encoding::Unicode, "U+0074 U+006F").as_deref(), Some("to"));
        assert_eq!(decode(Encoding::Unicode, r"\ud800").as_deref(), Some("\u{fffd}"));
    }

    #[test]
    fn letters_alone_are_no_base64() {
        assert_eq!(decode(Encoding::Base64, "YWJjZGVmZ2hpamts"), None.or(base64("YWJjZGVmZ2hpamts")));
        assert_eq!(base64("abcdefghijklmnop"), None);
    }

    proptest! {
        #[test]
        fn base64_gives_back_what_was_encoded(text in "[ -~]{1,60}") {
            let run = encoded(&text);
            prop_assert_eq!(standard(&run).and_then(Iterator::collect), Some(text.clone().into_bytes()));
            let url_run = run.trim_end_matches('=').replace('+', "-").replace('/', "_");
            prop_assert_eq!(url(&url_run).and_then(Iterator::collect), Some(text.into_bytes()));
        }

        #[test]
        fn a_decoded_text_is_never_longer_than_its_run(run in "[%0-9A-Fa-fuU+\\\\/_= -]{0,80}") {
            for encoding in Encoding::ALL {
                prop_assert!(decode(encoding, &run).is_none_or(|decoded| decoded.len() <= run.len()));
            }
        }
    }
}
