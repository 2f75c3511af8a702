//! How random a secret looks (spec/secrets-gitleaks.md 5.2).

use std::collections::BTreeMap;

/// Shannon entropy in bits over characters. The probabilities are divided by the length in BYTES of the file, as gitleaks does
/// it, so that thresholds written for gitleaks hold.
pub(crate) fn shannon(text: &str, bytes: usize) -> f64 {
    let mut counts: BTreeMap<char, u32> = BTreeMap::new();
    for char in text.chars() {
        *counts.entry(char).or_default() += 1;
    }
    #[allow(clippy::cast_precision_loss, reason = "lengths are far below 2^52")]
    let bytes = bytes as f64;
    // A sum of nothing is -0.0 in floating point.
    counts
        .values()
        .map(|count| f64::from(*count) / bytes)
        .map(|share| -share * share.log2())
        .fold(0.0, |sum, part| sum + part)
}

#[cfg(test)]
mod tests {
    use super::shannon;

    #[test]
    fn four_equally_frequent_characters_are_two_bits() {
        assert!((shannon("abcdabcd", 8) - 2.0).abs() < 1e-12);
        assert_eq!(shannon("aaaa", 4).to_bits(), 0.0_f64.to_bits());
        assert_eq!(shannon("", 0).to_bits(), 0.0_f64.to_bits());
    }

    #[test]
    fn the_denominator_counts_bytes() {
        // Two characters of two bytes each: 2 x 1/4 x 2 bits.
        assert!((shannon("äö", 4) - 1.0).abs() < 1e-12);
    }
}
