//! What a secret scanner found leaves the reader only as hash and as the few characters every output may show
//! (spec/ingest.md 9.11).

use portcullis_model::text::bounded;
use portcullis_model::{Finding, KnownSecret, Redactor, Secret, redacted, secret_hash};

use crate::draft::{Draft, is_masked};

/// What a report says of one secret.
#[derive(Default)]
pub(crate) struct Leak<'a> {
    /// The secret itself, where the tool did not mask it.
    pub(crate) secret: Option<&'a str>,
    /// Texts that hold it: the match, the line, another encoding.
    pub(crate) shown: Vec<&'a str>,
    /// Commit it was found in.
    pub(crate) commit: Option<&'a str>,
    /// Name or address of who committed it.
    pub(crate) author: Option<&'a str>,
    /// Whether the tool could log in with it.
    pub(crate) verified: Option<bool>,
}

/// Fills the details of a secret and masks it in every text of the finding. The outputs of the whole run are masked later,
/// with what the draft is told here.
pub(crate) fn hide(leak: &Leak<'_>, finding: &mut Finding, draft: &mut Draft<'_>) {
    let texts: Vec<&str> =
        leak.secret.iter().chain(&leak.shown).map(|text| text.trim()).filter(|text| !text.is_empty()).collect();
    for text in &texts {
        draft.secret(text);
    }
    let redactor = Redactor::new(texts.iter().filter(|text| !is_masked(text)).map(|text| KnownSecret::new(*text)));
    let places = finding.locations.iter_mut().chain(&mut finding.related);
    let addresses = places.flat_map(|place| [place.uri.as_mut(), place.logical.as_mut()]).flatten();
    let texts = [&mut finding.message, &mut finding.title, &mut finding.description];
    for text in addresses.chain(texts).chain(&mut finding.remediation).chain(&mut finding.references) {
        redactor.mask(text);
    }
    let secret = leak.secret.map(str::trim).filter(|secret| !secret.is_empty());
    finding.secret = Some(Box::new(Secret {
        commit: leak.commit.map(|commit| bounded(commit, 64)),
        author_hash: leak.author.map(secret_hash),
        secret_hash: secret.filter(|secret| !is_partly_masked(secret)).map(secret_hash),
        redacted: secret.filter(|secret| !is_masked(secret)).map(redacted),
        verified: leak.verified,
    }));
}

/// A hash of what is left of a masked secret would make two secrets one: `REDACTED`, `AKIA****`, `AKIA...` (gitleaks with
/// `--redact=80`).
fn is_partly_masked(secret: &str) -> bool {
    is_masked(secret) || secret.contains("REDACTED") || secret.contains("****") || secret.ends_with("...")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_of_a_masked_secret_is_no_secret() {
        for masked in ["REDACTED", "********", "AKIA****", "AKIAQ...", "REDACTEDJ"] {
            assert!(is_partly_masked(masked), "{masked}");
        }
        assert!(!is_partly_masked("correct horse*battery.staple"));
    }
}
