//! Lengths of texts that come from outside (spec/ingest.md 1.1).

/// Title: at most this many characters.
pub const TITLE: usize = 200;
/// Message and remediation.
pub const MESSAGE: usize = 2_000;
/// Description.
pub const DESCRIPTION: usize = 20_000;
/// Snippet.
pub const SNIPPET: usize = 400;

/// Takes out control characters other than line feed and tab, and cuts on a character boundary with `…`.
pub fn bounded(text: &str, most: usize) -> String {
    // Nearly every text is short and plain; going through its characters one by one costs more than reading it did.
    if text.len() <= most && is_plain(text) {
        return text.to_owned();
    }
    let mut kept = text.chars().filter(|char| !char.is_control() || matches!(char, '\n' | '\t'));
    let mut bounded: String = kept.by_ref().take(most).collect();
    if kept.next().is_some() {
        bounded.pop();
        bounded.push('…');
    }
    bounded
}

/// As [`bounded`], without white space around it; a text that needs no change is handed on as it is.
pub fn cut(text: String, most: usize) -> String {
    let trimmed = text.trim();
    if trimmed.len() == text.len() && text.len() <= most && is_plain(&text) {
        return text;
    }
    bounded(trimmed, most)
}

/// No byte of it can belong to a control character: C0 but tab and line feed, DEL, C1 (whose first byte is 0xC2).
#[allow(clippy::needless_bitwise_bool, reason = "a jump per byte would keep the compiler from comparing many at once")]
fn is_plain(text: &str) -> bool {
    // Without a way out in the middle, so that the compiler compares many bytes at once.
    !text.bytes().fold(false, |found, byte| {
        found | ((byte < 0x20) & (byte != b'\n') & (byte != b'\t')) | (byte == 0x7f) | (byte == 0xc2)
    })
}

#[cfg(test)]
mod tests {
    use super::bounded;

    #[test]
    fn a_text_of_exactly_the_limit_is_kept_whole() {
        assert_eq!(bounded("äöü", 3), "äöü");
        assert_eq!(bounded("äöüß", 3), "äö…");
    }

    #[test]
    fn an_escape_sequence_loses_its_escape() {
        assert_eq!(bounded("a\u{1b}[31mb\tc\nd\u{85}", 100), "a[31mb\tc\nd");
    }
}
