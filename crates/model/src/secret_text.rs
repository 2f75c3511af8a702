//! The few forms in which a secret may be spoken of (spec/ingest.md 9.11).

use std::fmt;

use aho_corasick::AhoCorasick;
use sha2::{Digest, Sha256};

/// A secret text, kept only so that every output can be searched for it. It has no serialisation and its debug form hides it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct KnownSecret(String);

impl KnownSecret {
    /// Keeps a secret text.
    pub fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }

    /// The text, for searching only.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for KnownSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&redacted(&self.0))
    }
}

/// The only form any output shows: the first four characters and `…` where the secret has 16 or more, else `…`.
pub fn redacted(secret: &str) -> String {
    if secret.chars().count() < 16 {
        return "…".to_owned();
    }
    let mut shown: String = secret.chars().take(4).collect();
    shown.push('…');
    shown
}

/// SHA-256 of a constant salt and the secret, the first 16 bytes as hex: tells two secrets apart without keeping them.
pub fn secret_hash(secret: &str) -> String {
    let mut hasher = Sha256::new();
    hasher.update(b"portcullis-secret-v1");
    hasher.update(secret.as_bytes());
    crate::fingerprint::hex(hasher.finalize().get(..16).unwrap_or_default())
}

/// Replaces every occurrence of the known secrets in a text.
#[derive(Debug, Default)]
pub struct Redactor {
    search: Option<AhoCorasick>,
    /// The secrets are too many to be searched for: then every text is replaced whole.
    blind: bool,
}

/// Shorter texts are not searched for: masking `ab` everywhere would destroy every message.
const SHORTEST: usize = 4;

impl Redactor {
    /// From the secrets of a run. Of a secret of several lines every longer line is searched for too, because excerpts show
    /// single lines.
    pub fn new(secrets: impl IntoIterator<Item = KnownSecret>) -> Self {
        let mut patterns: Vec<String> = Vec::new();
        for KnownSecret(secret) in secrets {
            if secret.contains('\n') {
                let lines = secret.lines().map(str::trim).filter(|line| line.len() >= 8 && !line.starts_with("-----"));
                patterns.extend(lines.map(str::to_owned));
            }
            patterns.push(secret);
        }
        patterns.retain(|pattern| pattern.len() >= SHORTEST);
        patterns.sort();
        patterns.dedup();
        if patterns.is_empty() {
            return Self::default();
        }
        let search = AhoCorasick::new(patterns).ok();
        Self { blind: search.is_none(), search }
    }

    /// Replaces each secret by its redacted form.
    pub fn mask(&self, text: &mut String) {
        self.replace(text, redacted);
    }

    /// Replaces each secret by its first characters and as many `*` as it has further ones, so that columns stay true.
    pub fn mask_keeping_width(&self, text: &mut String) {
        self.replace(text, |secret| {
            let length = secret.chars().count();
            let shown = if length < 16 { 0 } else { 4 };
            secret.chars().take(shown).chain(std::iter::repeat_n('*', length - shown)).collect()
        });
    }

    fn replace(&self, text: &mut String, form: impl Fn(&str) -> String) {
        let Some(search) = &self.search else {
            if self.blind {
                "…".clone_into(text);
            }
            return;
        };
        let mut ranges: Vec<std::ops::Range<usize>> = Vec::new();
        for found in search.find_overlapping_iter(text.as_str()) {
            // Secrets that overlap are masked as one: of neither may a part be left.
            let mut range = found.range();
            while let Some(last) = ranges.pop_if(|last| last.end >= range.start) {
                range = last.start.min(range.start)..last.end.max(range.end);
            }
            ranges.push(range);
        }
        if ranges.is_empty() {
            return;
        }
        let mut masked = String::with_capacity(text.len());
        let mut after = 0;
        for range in ranges {
            masked.push_str(text.get(after..range.start).unwrap_or_default());
            masked.push_str(&text.get(range.clone()).map(&form).unwrap_or_default());
            after = range.end;
        }
        masked.push_str(text.get(after..).unwrap_or_default());
        *text = masked;
    }

    /// Whether there is nothing to mask.
    pub fn is_empty(&self) -> bool {
        self.search.is_none() && !self.blind
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_secret_shows_nothing_of_itself() {
        assert_eq!(redacted("hunter2hunter2"), "…");
        assert_eq!(redacted("AKIAQYLPMN5HGEXAMPLE"), "AKIA…");
    }

    #[test]
    fn a_secret_inside_a_longer_one_leaves_nothing_standing() {
        let redactor = Redactor::new([KnownSecret::new("tokentoken"), KnownSecret::new("prefix-tokentoken-suffix")]);
        let mut text = "x prefix-tokentoken-suffix y tokentoken".to_owned();
        redactor.mask(&mut text);
        assert_eq!(text, "x pref… y …");
    }

    #[test]
    fn of_overlapping_secrets_no_part_is_left() {
        let redactor = Redactor::new([KnownSecret::new("aaaabbbb"), KnownSecret::new("bbbbcccc")]);
        let mut text = "<aaaabbbbcccc>".to_owned();
        redactor.mask(&mut text);
        assert_eq!(text, "<…>");
    }

    #[test]
    fn a_single_line_of_a_key_of_many_lines_is_masked() {
        let redactor = Redactor::new([KnownSecret::new("-----BEGIN KEY-----\nMIIEowIBAAKCAQEA7\n-----END KEY-----")]);
        let mut text = "  MIIEowIBAAKCAQEA7".to_owned();
        redactor.mask_keeping_width(&mut text);
        assert_eq!(text, "  MIIE*************");
    }

    #[test]
    fn debug_never_shows_the_secret() {
        assert!(!format!("{:?}", KnownSecret::new("correct horse battery staple")).contains("horse"));
    }
}
