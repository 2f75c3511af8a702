//! apk-tools: `1.2.3a_alpha1_p2-r4`.

use std::cmp::Ordering;

use super::{Number, numbers, take_while};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Version {
    numbers: Vec<String>,
    letter: Option<char>,
    suffixes: Vec<(i8, Number)>,
    revision: Option<Number>,
}

/// Suffixes in order; those below zero come before the release.
const SUFFIXES: [(&str, i8); 9] =
    [("alpha", -4), ("beta", -3), ("pre", -2), ("rc", -1), ("cvs", 1), ("svn", 2), ("git", 3), ("hg", 4), ("p", 5)];

impl Version {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let is_digit = |char: char| char.is_ascii_digit();
        let (first, mut rest) = take_while(text.trim(), is_digit);
        Number::parse(first)?;
        let mut numbers = vec![first.to_owned()];
        while let Some(after) = rest.strip_prefix('.') {
            let (digits, after) = take_while(after, is_digit);
            Number::parse(digits)?;
            numbers.push(digits.to_owned());
            rest = after;
        }
        let letter = rest.chars().next().filter(char::is_ascii_lowercase);
        rest = letter.and_then(|letter| rest.strip_prefix(letter)).unwrap_or(rest);
        let mut suffixes = Vec::new();
        while let Some(after) = rest.strip_prefix('_') {
            let (word, after) = take_while(after, |char| char.is_ascii_lowercase());
            let rank = SUFFIXES.iter().find(|(name, _)| *name == word)?.1;
            let (digits, after) = take_while(after, is_digit);
            suffixes.push((rank, Number::parse(digits).unwrap_or_default()));
            rest = after;
        }
        // The commit a snapshot was made of has no order.
        if let Some(after) = rest.strip_prefix('~') {
            rest = take_while(after, |char| char.is_ascii_hexdigit()).1;
        }
        let revision = match rest.strip_prefix("-r") {
            Some(digits) => Some(Number::parse(digits)?),
            None if rest.is_empty() => None,
            None => return None,
        };
        Some(Self { numbers, letter, suffixes, revision })
    }

    fn compare_numbers(&self, other: &Self) -> Ordering {
        for (at, (one, two)) in self.numbers.iter().zip(&other.numbers).enumerate() {
            // Behind the first dot a leading zero makes a fraction: 1.01 comes before 1.1.
            let is_fraction = at > 0 && (one.starts_with('0') || two.starts_with('0'));
            let order = if is_fraction { one.cmp(two) } else { numbers(one, two) };
            if order.is_ne() {
                return order;
            }
        }
        self.numbers.len().cmp(&other.numbers.len())
    }

    fn compare_suffixes(&self, other: &Self) -> Ordering {
        for at in 0..self.suffixes.len().max(other.suffixes.len()) {
            let end = (0, Number::default());
            let (one, two) = (self.suffixes.get(at).unwrap_or(&end), other.suffixes.get(at).unwrap_or(&end));
            let order = one.cmp(two);
            if order.is_ne() {
                return order;
            }
        }
        Ordering::Equal
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        self.compare_numbers(other)
            .then_with(|| self.letter.cmp(&other.letter))
            .then_with(|| self.compare_suffixes(other))
            .then_with(|| self.revision.cmp(&other.revision))
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
