//! Numbers as tools write them, kept exact: a bound of 80 is met by 80 and missed by 79.999.

use rust_decimal::Decimal;

/// Longer texts are no numbers.
const MAX_LENGTH: usize = 100;

/// `80`, `80.5`, `1,234.5`, `1.5e-3`; nothing for what is no number or too large to be kept.
pub(crate) fn of_text(text: &str) -> Option<Decimal> {
    let text = text.trim();
    if text.is_empty() || text.len() > MAX_LENGTH {
        return None;
    }
    let plain = if text.contains(',') { grouped(text)? } else { text.to_owned() };
    // The parser takes `_` between digits; tools do not write it.
    let is_number = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+' | b'e' | b'E');
    if !plain.bytes().all(is_number) {
        return None;
    }
    if plain.contains(['e', 'E']) { Decimal::from_scientific(&plain).ok() } else { plain.parse().ok() }
}

/// Groups of thousands: `1,234,567.8`. A comma that groups nothing may be a decimal one: that is not guessed.
fn grouped(text: &str) -> Option<String> {
    let whole = text.split('.').next().unwrap_or_default();
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default().trim_start_matches('-');
    let fits = (1..=3).contains(&first.len()) && groups.all(|group| group.len() == 3);
    fits.then(|| text.replace(',', ""))
}

/// So many of all, in percent; nothing where there is nothing to share.
pub(crate) fn percent(part: u64, whole: u64) -> Option<Decimal> {
    Decimal::from(part)
        .checked_mul(Decimal::ONE_HUNDRED)?
        .checked_div(Decimal::from(whole))
        .map(|share| share.normalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_kept_as_they_are_written() {
        for (text, shown) in
            [("80", "80"), (" 0.10 ", "0.10"), ("1,234.5", "1234.5"), ("-2.5", "-2.5"), ("1.5e-3", "0.0015")]
        {
            assert_eq!(of_text(text).unwrap().to_string(), shown, "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in ["", "NaN", "inf", "1,5", "1_000", "0x10", "12 ms", "1e400", "--1", &"9".repeat(200)] {
            assert_eq!(of_text(text), None, "{text}");
        }
    }

    #[test]
    fn a_share_of_nothing_is_no_number() {
        assert_eq!(percent(0, 0), None);
        assert_eq!(percent(1, 8).unwrap().to_string(), "12.5");
        assert_eq!(percent(2, 2).unwrap().to_string(), "100");
    }
}
