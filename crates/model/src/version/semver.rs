//! Semantic Versioning 2.0.0, item 11; a leading `v` and missing parts are read, as npm and Go do.

use std::cmp::Ordering;

use super::Number;

/// A version: numbers, then what comes before the release. Build metadata has no order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Version {
    pub(super) major: Number,
    pub(super) minor: Number,
    pub(super) patch: Number,
    pub(super) before: Vec<Identifier>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Identifier {
    // Numbers come before words.
    Number(Number),
    Word(String),
}

impl Version {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim().trim_start_matches('=').trim_start();
        let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
        let text = text.split('+').next()?;
        let (numbers, before) = match text.split_once('-') {
            Some((numbers, before)) => (numbers, Some(before)),
            None => (text, None),
        };
        let mut numbers = numbers.split('.');
        let major = Number::parse(numbers.next()?)?;
        let mut next = || numbers.next().map_or(Some(Number::default()), Number::parse);
        let (minor, patch) = (next()?, next()?);
        if numbers.next().is_some() {
            return None;
        }
        let identifier = |part: &str| -> Option<Identifier> {
            let is_word = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
            is_word.then(|| Number::parse(part).map_or_else(|| Identifier::Word(part.to_owned()), Identifier::Number))
        };
        let before = before.into_iter().flat_map(|before| before.split('.')).map(identifier).collect::<Option<_>>()?;
        Some(Self { major, minor, patch, before })
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        let numbers = |version: &'_ Self| (version.major.clone(), version.minor.clone(), version.patch.clone());
        // A release is later than everything before it.
        numbers(self)
            .cmp(&numbers(other))
            .then_with(|| self.before.is_empty().cmp(&other.before.is_empty()))
            .then_with(|| self.before.cmp(&other.before))
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
