//! Which comment is ours: the marker on its first line, and who wrote it (spec/github-ux.md 5.1).

use std::fmt;
use std::str::FromStr;

use portcullis_model::fingerprint::hex;
use sha2::{Digest as _, Sha256};

/// Hexadecimal digits of a key that is made of the path of a workflow.
const DIGITS: usize = 8;
/// Longest key.
const LONGEST: usize = 32;

/// Tells the comments of several gates on one pull request apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key(String);

impl Key {
    /// The first digits of the SHA-256 of the path of a workflow file.
    pub fn of_workflow(path: &str) -> Self {
        let digest = Sha256::digest(path.as_bytes());
        Self(hex(&digest).chars().take(DIGITS).collect())
    }

    /// The same of `GITHUB_WORKFLOW_REF`: `owner/name/.github/workflows/ci.yml@refs/heads/main`.
    pub fn of_reference(reference: &str) -> Self {
        let path = reference.splitn(3, '/').nth(2).unwrap_or(reference);
        // A path may hold an `@`; what follows the last `@refs/` is the reference.
        let end = path.rfind("@refs/").or_else(|| path.rfind('@')).unwrap_or(path.len());
        Self::of_workflow(path.get(..end).unwrap_or(path))
    }

    /// The first line of every comment of this gate.
    pub fn marker(&self) -> String {
        format!("<!-- portcullis:comment v1 key={self} -->")
    }

    /// The last line of a comment on a line of the change.
    pub fn review_marker(&self, fingerprint: &str) -> String {
        let id: String = fingerprint.chars().filter(|char| char.is_ascii_alphanumeric() || *char == ':').collect();
        format!("<!-- portcullis:review v1 key={self} id={id} -->")
    }
}

impl FromStr for Key {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_key = (1..=LONGEST).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        // `--` would end the comment of HTML in which the key stands.
        if is_key && !text.contains("--") {
            return Ok(Self(text.to_owned()));
        }
        Err(format!("write 1 to {LONGEST} lower-case letters, digits and single `-`, as in `nightly-scan`"))
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a comment is ours: it begins with the marker, and we wrote it. Without the second anybody could plant a comment
/// with the marker, have the verdict written into it, and change it afterwards.
pub fn is_ours(key: &Key, login: &str, author: Option<&str>, body: &str) -> bool {
    let first = body.lines().next().unwrap_or_default();
    !login.is_empty()
        && author.is_some_and(|author| author.eq_ignore_ascii_case(login))
        && first.trim_end() == key.marker()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_the_hash_of_the_path_of_the_workflow() {
        // printf %s .github/workflows/ci.yml | sha256sum
        let key = Key::of_workflow(".github/workflows/ci.yml");
        assert_eq!(key.to_string(), "b803fcb7");
        for reference in [
            "acme/shop/.github/workflows/ci.yml@refs/heads/main",
            "acme/shop/.github/workflows/ci.yml@refs/pull/7/merge",
            "acme/shop/.github/workflows/ci.yml@refs/heads/odd@name",
        ] {
            assert_eq!(Key::of_reference(reference), key, "{reference}");
        }
        assert_ne!(Key::of_reference("acme/shop/.github/workflows/gate.yml@refs/heads/main"), key);
    }

    #[test]
    fn a_key_of_the_user_cannot_end_the_marker() {
        assert_eq!("nightly-2".parse::<Key>().unwrap().marker(), "<!-- portcullis:comment v1 key=nightly-2 -->");
        for wrong in ["", "A", "a b", "a_b", "-->", "a--b", "ä", &"x".repeat(33)] {
            assert!(wrong.parse::<Key>().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_comment_is_ours_by_marker_and_author() {
        let key: Key = "gate".parse().unwrap();
        let body = format!("{}\n### Fail", key.marker());
        assert!(is_ours(&key, "github-actions[bot]", Some("github-actions[bot]"), &body));
        assert!(is_ours(&key, "bot", Some("bot"), &body.replace('\n', "\r\n")));
        assert!(!is_ours(&key, "github-actions[bot]", Some("mallory"), &body));
        assert!(!is_ours(&key, "github-actions[bot]", None, &body));
        assert!(!is_ours(&key, "", Some(""), &body));
        assert!(!is_ours(&key, "bot", Some("bot"), &format!("> {body}")));
        assert!(!is_ours(&"other".parse().unwrap(), "bot", Some("bot"), &body));
        let longer = body.replace("key=gate ", "key=gate-2 ");
        assert!(!is_ours(&key, "bot", Some("bot"), &longer));
    }
}
