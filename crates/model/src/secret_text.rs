//! The few forms in which a secret may be spoken of (spec/ingest.md 9.11).

use std::fmt;

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

/// Replaces every occurrence of the known secrets in a text by their redacted form.
#[derive(Debug, Default)]
pub struct Redactor {
    secrets: Vec<KnownSecret>,
}

impl Redactor {
    /// Secrets shorter than four bytes are left out: masking `ab` everywhere would destroy every message.
    pub fn new(secrets: impl IntoIterator<Item = KnownSecret>) -> Self {
        let mut secrets: Vec<_> = secrets.into_iter().filter(|secret| secret.0.len() >= 4).collect();
        // The longest first, so that a secret inside a longer one does not leave the rest of it standing.
        secrets.sort_by(|one, two| two.0.len().cmp(&one.0.len()).then_with(|| one.cmp(two)));
        secrets.dedup();
        Self { secrets }
    }

    /// Masks a text in place.
    pub fn mask(&self, text: &mut String) {
        for secret in &self.secrets {
            if text.contains(secret.reveal()) {
                *text = text.replace(secret.reveal(), &redacted(secret.reveal()));
            }
        }
    }

    /// Whether there is nothing to mask.
    pub fn is_empty(&self) -> bool {
        self.secrets.is_empty()
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
    fn debug_never_shows_the_secret() {
        assert!(!format!("{:?}", KnownSecret::new("correct horse battery staple")).contains("horse"));
    }
}
