//! Versions of packages, compared as each ecosystem compares them (spec/ingest.md 10.3): Semantic Versioning, PEP 440, and
//! the orders of dpkg, rpm and apk.

mod apk;
mod debian;
mod pep440;
mod range;
mod rpm;
mod semver;

use std::cmp::Ordering;

pub use range::Range;

/// A way to compare versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scheme {
    Semver,
    Pep440,
    Debian,
    Rpm,
    Apk,
    /// Nothing is known but whether two texts are equal.
    Exact,
}

impl Scheme {
    /// The scheme of a purl type.
    fn of(ecosystem: &str) -> Self {
        match ecosystem {
            "npm" | "cargo" | "golang" | "hex" | "pub" | "swift" | "github" => Self::Semver,
            "pypi" => Self::Pep440,
            "deb" => Self::Debian,
            "rpm" => Self::Rpm,
            "apk" => Self::Apk,
            _ => Self::Exact,
        }
    }

    fn compare(self, one: &str, two: &str) -> Option<Ordering> {
        match self {
            Self::Semver => Some(semver::Version::parse(one)?.cmp(&semver::Version::parse(two)?)),
            Self::Pep440 => Some(pep440::Version::parse(one)?.cmp(&pep440::Version::parse(two)?)),
            Self::Debian => Some(debian::compare(one, two)),
            Self::Rpm => Some(rpm::compare(one, two)),
            Self::Apk => Some(apk::Version::parse(one)?.cmp(&apk::Version::parse(two)?)),
            Self::Exact => None,
        }
    }
}

/// Which of two versions of a package is the later one; `ecosystem` is the purl type. `None` where nothing can be said: an
/// ecosystem whose order is not known here, a text that is no version. Equal texts are equal everywhere.
pub fn compare(ecosystem: &str, one: &str, two: &str) -> Option<Ordering> {
    let (one, two) = (one.trim(), two.trim());
    if one == two { Some(Ordering::Equal) } else { Scheme::of(ecosystem).compare(one, two) }
}

/// Numbers of any length.
fn numbers(one: &str, two: &str) -> Ordering {
    let (one, two) = (one.trim_start_matches('0'), two.trim_start_matches('0'));
    one.len().cmp(&two.len()).then_with(|| one.cmp(two))
}

/// A number of any length, compared as a number.
#[derive(Clone, Debug, Default)]
struct Number(String);

impl Number {
    fn parse(text: &str) -> Option<Self> {
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| Self(text.trim_start_matches('0').to_owned()))
    }

    fn is_zero(&self) -> bool {
        self.0.is_empty()
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Number {}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        numbers(&self.0, &other.0)
    }
}

/// Characters of one kind from the start of a text, and the rest.
fn take_while(text: &str, is_kind: impl Fn(char) -> bool) -> (&str, &str) {
    let end = text.find(|char| !is_kind(char)).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

#[cfg(test)]
mod tests;
