//! Which of two versions is later, for choosing among the versions a report names. No decision about a weakness depends on
//! it: those are the scanner's.

use std::cmp::Ordering;

/// As the ecosystem orders its versions, where its order is known; else piece by piece.
pub(crate) fn compare_in(ecosystem: &str, one: &str, two: &str) -> Ordering {
    portcullis_model::version::compare(ecosystem, one, two).unwrap_or_else(|| compare(one, two))
}

/// Compares numbers as numbers and words as words, piece by piece; a leading `v` and build metadata do not count. A word after
/// the numbers makes an earlier version (`1.0-rc1` before `1.0`), as in semantic versions and in those of Python.
fn compare(one: &str, two: &str) -> Ordering {
    let (mut ones, mut twos) = (pieces(one), pieces(two));
    loop {
        let order = match (ones.next(), twos.next()) {
            (None, None) => return Ordering::Equal,
            (Some(piece), None) => against_nothing(piece),
            (None, Some(piece)) => against_nothing(piece).reverse(),
            (Some(one), Some(two)) => compare_pieces(one, two),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

fn against_nothing(piece: &str) -> Ordering {
    match number(piece) {
        Some("") => Ordering::Equal,
        Some(_) => Ordering::Greater,
        None => Ordering::Less,
    }
}

fn compare_pieces(one: &str, two: &str) -> Ordering {
    match (number(one), number(two)) {
        (Some(one), Some(two)) => one.len().cmp(&two.len()).then_with(|| one.cmp(two)),
        (Some(_), None) => Ordering::Greater,
        (None, Some(_)) => Ordering::Less,
        (None, None) => one.cmp(two),
    }
}

/// The digits without leading zeros: numbers of any length compare by length, then as texts.
fn number(piece: &str) -> Option<&str> {
    piece.starts_with(|char: char| char.is_ascii_digit()).then(|| piece.trim_start_matches('0'))
}

/// Runs of digits and runs of letters.
fn pieces(version: &str) -> impl Iterator<Item = &str> {
    let version = version.trim();
    let version = version.strip_prefix(['v', 'V']).unwrap_or(version);
    let version = version.split('+').next().unwrap_or_default();
    version.split(|char: char| !char.is_alphanumeric()).flat_map(runs).filter(|piece| !piece.is_empty())
}

fn runs(part: &str) -> impl Iterator<Item = &str> {
    let mut rest = part;
    std::iter::from_fn(move || {
        let is_digit = rest.chars().next()?.is_ascii_digit();
        let end = rest.find(|char: char| char.is_ascii_digit() != is_digit).unwrap_or(rest.len());
        let (run, after) = rest.split_at_checked(end)?;
        rest = after;
        Some(run)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn versions_are_in_the_order_of_their_release() {
        let releases = ["0.9", "1.0-alpha", "1.0-rc1", "1.0-rc2", "1.0", "1.0.1", "1.2", "1.10", "1.10.0.1", "2021.1"];
        for pair in releases.windows(2) {
            assert_eq!(compare(pair[0], pair[1]), Ordering::Less, "{pair:?}");
        }
        assert_eq!(compare("v1.2.0", "1.2+build.7"), Ordering::Equal);
    }

    #[test]
    fn the_order_of_the_ecosystem_counts_before_that_of_the_pieces() {
        // A tilde sorts before everything in Debian, an epoch before the version.
        assert_eq!(compare_in("deb", "1.0~rc1", "1.0"), Ordering::Less);
        assert_eq!(compare_in("deb", "1:0.9", "2.0"), Ordering::Greater);
        assert_eq!(compare("1:0.9", "2.0"), Ordering::Less);
        assert_eq!(compare_in("pypi", "1.0.post1", "1.0"), Ordering::Greater);
        assert_eq!(compare("1.0.post1", "1.0"), Ordering::Less);
        assert_eq!(compare_in("unheard-of", "1.10", "1.9"), Ordering::Greater);
    }

    proptest! {
        #[test]
        fn the_order_is_one(one in "v?[0-9a-c.+-]{0,8}", two in "[0-9a-c.+-]{0,8}", three in "[0-9a-c.é-]{0,8}") {
            prop_assert_eq!(compare(&one, &two), compare(&two, &one).reverse());
            if compare(&one, &two).is_le() && compare(&two, &three).is_le() {
                prop_assert!(compare(&one, &three).is_le());
            }
        }
    }
}
