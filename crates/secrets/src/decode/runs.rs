//! Where in a text encoded runs stand.

use std::ops::Range;

/// Shorter runs are taken for words.
const SHORTEST_HEX: usize = 32;
const SHORTEST_BASE64: usize = 16;

/// How a run is encoded, the lowest rank first: of two runs that touch, the higher stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Encoding {
    Base64,
    Hex,
    Unicode,
    Percent,
}

impl Encoding {
    /// In the order in which tags name them.
    pub(super) const ALL: [Self; 4] = [Self::Percent, Self::Unicode, Self::Hex, Self::Base64];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Base64 => "base64",
            Self::Hex => "hex",
            Self::Unicode => "unicode",
            Self::Percent => "percent",
        }
    }

    pub(super) const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A run that may be decodable.
#[derive(Clone, Debug)]
pub(super) struct Run {
    pub(super) bytes: Range<usize>,
    pub(super) encoding: Encoding,
}

/// The runs of a text, from left to right, without those that yield to a neighbour.
pub(super) fn find(text: &str) -> Vec<Run> {
    let runs = forms(text.as_bytes());
    let yields_to = |run: &Run, neighbour: Option<&Run>| {
        neighbour.is_some_and(|other| {
            other.bytes.start <= run.bytes.end && other.bytes.end >= run.bytes.start && other.encoding > run.encoding
        })
    };
    let stays = |index: usize, run: &Run| {
        let before = index.checked_sub(1).and_then(|before| runs.get(before));
        !yields_to(run, before) && !yields_to(run, runs.get(index + 1))
    };
    runs.iter().enumerate().filter(|(index, run)| stays(*index, run)).map(|(_, run)| run.clone()).collect()
}

/// The runs of all four forms, from left to right. At each place they are tried in the order of [`Encoding::ALL`]:
///
/// ```text
/// percent  %[0-9A-Fa-f]{2}(?:.*%[0-9A-Fa-f]{2})?
/// unicode  (?:U\+[0-9A-Fa-f]{4}(?:[\t\n\x0C\r ]|$))+|(?:\\{1,2}[uU][0-9A-Fa-f]{4})+
/// hex      [0-9A-Fa-f]{32,}
/// base64   [0-9A-Za-z_/+\-]{16,}={0,2}
/// ```
///
/// Written by hand because a pattern that tells its form (captures) needs 50 ns for each byte of a long run: ten seconds for
/// a line of 200 MB. The patterns are the oracle of the tests.
fn forms(text: &[u8]) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut at = 0;
    while let Some(step) = text.get(at..).and_then(|rest| rest.iter().position(|byte| begins_a_form(*byte))) {
        at += step;
        let rest = text.get(at..).unwrap_or_default();
        if let Some((length, encoding)) = form_at(rest) {
            runs.push(Run { bytes: at..at + length, encoding });
            at += length;
        } else {
            at += without_form(rest);
        }
    }
    runs
}

fn form_at(rest: &[u8]) -> Option<(usize, Encoding)> {
    match rest.first()? {
        b'%' => return percent(rest).map(|length| (length, Encoding::Percent)),
        b'\\' => return repeated(rest, escaped).map(|length| (length, Encoding::Unicode)),
        b'U' => {
            if let Some(length) = repeated(rest, code_point) {
                return Some((length, Encoding::Unicode));
            }
        }
        _ => {}
    }
    let digits = leading(rest, |byte| byte.is_ascii_hexdigit());
    if digits >= SHORTEST_HEX {
        return Some((digits, Encoding::Hex));
    }
    let letters = leading(rest, is_base64);
    let padding = rest.get(letters..).unwrap_or_default().iter().take(2).take_while(|byte| **byte == b'=').count();
    (letters >= SHORTEST_BASE64).then_some((letters + padding, Encoding::Base64))
}

/// Bytes that cannot begin a run when the first of them does not: what is left of a run that is too short is shorter still.
fn without_form(rest: &[u8]) -> usize {
    let too_short = rest.iter().skip(1).take_while(|byte| **byte != b'U' && is_base64(**byte)).count();
    if rest.first().copied().is_some_and(is_base64) { 1 + too_short } else { 1 }
}

/// From one `%41` to the last one of the line.
fn percent(rest: &[u8]) -> Option<usize> {
    let is_coded = |at: usize| matches!(rest.get(at..at + 3), Some([b'%', high, low]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit());
    if !is_coded(0) {
        return None;
    }
    let line = memchr::memchr(b'\n', rest).and_then(|end| rest.get(..end)).unwrap_or(rest);
    let last = memchr::memrchr_iter(b'%', line).find(|at| *at >= 3 && is_coded(*at));
    Some(last.unwrap_or(0) + 3)
}

/// The length of as many pieces as follow one another.
fn repeated(rest: &[u8], piece: fn(&[u8]) -> Option<usize>) -> Option<usize> {
    let mut length = 0;
    while let Some(more) = rest.get(length..).and_then(piece) {
        length += more;
    }
    (length > 0).then_some(length)
}

/// `U+0041` and the white space or the end of the text behind it.
fn code_point(rest: &[u8]) -> Option<usize> {
    let digits = rest.strip_prefix(b"U+")?.get(..4)?;
    let follows = rest.get(6).is_none_or(|byte| matches!(byte, b'\t' | b'\n' | 0x0c | b'\r' | b' '));
    (follows && digits.iter().all(u8::is_ascii_hexdigit)).then_some(rest.len().min(7))
}

/// `\u0041` behind one or two backslashes.
fn escaped(rest: &[u8]) -> Option<usize> {
    let behind = rest.strip_prefix(b"\\")?;
    let behind = behind.strip_prefix(b"\\").unwrap_or(behind);
    let digits = behind.strip_prefix(b"u").or_else(|| behind.strip_prefix(b"U"))?.get(..4)?;
    digits.iter().all(u8::is_ascii_hexdigit).then_some(rest.len() - behind.len() + 5)
}

fn leading(rest: &[u8], belongs: impl Fn(u8) -> bool) -> usize {
    rest.iter().position(|byte| !belongs(*byte)).unwrap_or(rest.len())
}

const fn is_base64(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'_' | b'/' | b'+' | b'-')
}

const fn begins_a_form(byte: u8) -> bool {
    is_base64(byte) || matches!(byte, b'%' | b'\\')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex::Regex;

    use super::{Encoding, find, forms};

    /// The groups are in the order of [`Encoding::ALL`].
    fn by_pattern(text: &str) -> Vec<(std::ops::Range<usize>, Encoding)> {
        let percent = r"%[0-9A-Fa-f]{2}(?:.*%[0-9A-Fa-f]{2})?";
        let unicode = r"(?:U\+[0-9A-Fa-f]{4}(?:[\t\n\x0C\r ]|$))+|(?:\\{1,2}[uU][0-9A-Fa-f]{4})+";
        let hex = r"[0-9A-Fa-f]{32,}";
        let base64 = r"[0-9A-Za-z_/+\-]{16,}={0,2}";
        let pattern = Regex::new(&format!("({percent})|({unicode})|({hex})|({base64})")).unwrap();
        pattern
            .captures_iter(text)
            .map(|captures| {
                let form = (1..).zip(Encoding::ALL).find(|(group, _)| captures.get(*group).is_some()).unwrap().1;
                (captures.get(0).unwrap().range(), form)
            })
            .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn the_forms_are_those_of_the_patterns(
            pieces in proptest::collection::vec(prop_oneof![
                "[0-9a-f]{28,36}", "[a-zU+/_-]{12,20}=?=?=?", r"\\{0,3}[uU][0-9A-F]{3,5}", "U\\+[0-9A-G]{4}[ \n]?", "%[0-9A-Fa-g]{0,3}",
                "[ -~é\n\x0c]{0,5}", "U{1,3}", "%",
            ], 0..12)
        ) {
            let text = pieces.concat();
            let found: Vec<_> = forms(text.as_bytes()).into_iter().map(|run| (run.bytes, run.encoding)).collect();
            prop_assert_eq!(found, by_pattern(&text), "{:?}", text);
        }
    }

    #[test]
    fn a_run_of_a_hundred_megabytes_is_found_in_one_pass() {
        let text = "x".repeat(100_000_000);
        assert_eq!(forms(text.as_bytes()).len(), 1);
    }

    #[test]
    fn percent_reaches_to_the_last_one_of_its_line() {
        let runs = find("a %41b%42 c\n%43");
        assert_eq!(runs.iter().map(|run| run.bytes.clone()).collect::<Vec<_>>(), [2..9, 12..15]);
    }

    #[test]
    fn a_run_that_touches_one_of_higher_rank_is_left_out() {
        let runs = find(r"AAAAAAAAAAAAAAAA==\u0041");
        assert_eq!(runs.len(), 1);
        assert_eq!(runs[0].encoding, Encoding::Unicode);
    }
}
