//! PEP 440: versions of Python packages.

use std::cmp::Ordering;

use super::{Number, take_while};

#[derive(Clone, Debug)]
pub(super) struct Version {
    epoch: Number,
    pub(super) release: Vec<Number>,
    /// `a`, `b`, `rc`.
    pub(super) pre: Option<(u8, Number)>,
    pub(super) post: Option<Number>,
    pub(super) dev: Option<Number>,
    pub(super) local: Vec<Segment>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Segment {
    // Words come before numbers.
    Word(String),
    Number(Number),
}

impl Version {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let lower = text.trim().to_ascii_lowercase();
        let text = lower.strip_prefix('v').unwrap_or(&lower);
        let (public, local) = match text.split_once('+') {
            Some((public, local)) => (public, Some(local)),
            None => (text, None),
        };
        let (epoch, rest) = match public.split_once('!') {
            Some((epoch, rest)) => (Number::parse(epoch)?, rest),
            None => (Number::default(), public),
        };
        let (release, rest) = release(rest)?;
        let (pre, rest) =
            labelled(rest, &[(&["alpha", "a"], 0), (&["beta", "b"], 1), (&["preview", "pre", "rc", "c"], 2)])
                .map_or((None, rest), |(pre, rest)| (Some(pre), rest));
        let (post, rest) = post(rest);
        let (dev, rest) =
            labelled(rest, &[(&["dev"], 0)]).map_or((None, rest), |((_, number), rest)| (Some(number), rest));
        let local = match local {
            Some(local) => local.split(['.', '-', '_']).map(segment).collect::<Option<_>>()?,
            None => Vec::new(),
        };
        rest.is_empty().then_some(Self { epoch, release, pre, post, dev, local })
    }

    /// Without the local part.
    pub(super) fn public(&self) -> Self {
        Self { local: Vec::new(), ..self.clone() }
    }

    pub(super) fn is_before_release(&self) -> bool {
        self.pre.is_some() || self.dev.is_some()
    }

    /// Epoch and release, without trailing zeros.
    pub(super) fn base(&self) -> (&Number, &[Number]) {
        let zeros = self.release.iter().rev().take_while(|number| number.is_zero()).count();
        (&self.epoch, self.release.get(..self.release.len() - zeros).unwrap_or_default())
    }

    /// Whether the release begins with these numbers; missing ones are zero.
    pub(super) fn begins_with(&self, prefix: &Self) -> bool {
        let zero = Number::default();
        self.epoch == prefix.epoch
            && prefix.release.iter().enumerate().all(|(at, number)| self.release.get(at).unwrap_or(&zero) == number)
    }

    /// A version only under development comes before its first alpha.
    fn pre_key(&self) -> (u8, Option<&(u8, Number)>) {
        match &self.pre {
            Some(pre) => (1, Some(pre)),
            None if self.post.is_none() && self.dev.is_some() => (0, None),
            None => (2, None),
        }
    }
}

// `1.0` is `1.0.0`.
impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Version {}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        let no_dev = |version: &Self| version.dev.is_none();
        self.base()
            .cmp(&other.base())
            .then_with(|| self.pre_key().cmp(&other.pre_key()))
            .then_with(|| self.post.cmp(&other.post))
            .then_with(|| no_dev(self).cmp(&no_dev(other)))
            .then_with(|| self.dev.cmp(&other.dev))
            .then_with(|| self.local.cmp(&other.local))
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// `1.2.3`, and what follows.
fn release(text: &str) -> Option<(Vec<Number>, &str)> {
    let (first, mut rest) = take_while(text, |char| char.is_ascii_digit());
    let mut release = vec![Number::parse(first)?];
    while let Some(after) = rest.strip_prefix('.') {
        let (digits, after) = take_while(after, |char| char.is_ascii_digit());
        let Some(number) = Number::parse(digits) else { break };
        release.push(number);
        rest = after;
    }
    Some((release, rest))
}

/// A word with a number behind it: `rc1`, `.dev0`, `-beta.2`; without a number it is 0.
fn labelled<'a>(text: &'a str, labels: &[(&[&str], u8)]) -> Option<((u8, Number), &'a str)> {
    let bare = text.strip_prefix(['.', '-', '_']).unwrap_or(text);
    let (rank, rest) = labels
        .iter()
        .find_map(|(words, rank)| Some((*rank, words.iter().find_map(|word| bare.strip_prefix(word))?)))?;
    let after = rest.strip_prefix(['.', '-', '_']).unwrap_or(rest);
    let (digits, after) = take_while(after, |char| char.is_ascii_digit());
    Some(match Number::parse(digits) {
        Some(number) => ((rank, number), after),
        None => ((rank, Number::default()), rest),
    })
}

/// `.post1`, `-r2`, `-1`.
fn post(text: &str) -> (Option<Number>, &str) {
    if let Some(rest) = text.strip_prefix('-') {
        let (digits, after) = take_while(rest, |char| char.is_ascii_digit());
        if let Some(number) = Number::parse(digits) {
            return (Some(number), after);
        }
    }
    labelled(text, &[(&["post", "rev", "r"], 0)]).map_or((None, text), |((_, number), rest)| (Some(number), rest))
}

fn segment(text: &str) -> Option<Segment> {
    let is_word = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_word.then(|| Number::parse(text).map_or_else(|| Segment::Word(text.to_owned()), Segment::Number))
}
