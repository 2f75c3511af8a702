//! Durations as Prometheus writes them (spec/alerts.md 2).

/// Units in descending order, in milliseconds.
const UNITS: [(&str, u64); 7] = [
    ("y", 365 * 86_400_000),
    ("w", 7 * 86_400_000),
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1000),
    ("ms", 1),
];

/// `1h30m` in milliseconds; `None` for what Prometheus refuses.
pub(crate) fn in_milliseconds(text: &str) -> Option<u64> {
    if text == "0" {
        return Some(0);
    }
    let mut rest = text;
    let mut total: u64 = 0;
    let mut units = UNITS.iter();
    while !rest.is_empty() {
        let digits = rest.find(|char: char| !char.is_ascii_digit())?;
        let amount: u64 = rest.get(..digits)?.parse().ok()?;
        let after = rest.get(digits..)?;
        let unit = after.get(..after.find(|char: char| !char.is_ascii_lowercase()).unwrap_or(after.len()))?;
        // Each unit at most once, the larger before the smaller.
        let (_, length) = units.find(|(name, _)| *name == unit)?;
        total = total.checked_add(amount.checked_mul(*length)?)?;
        rest = after.get(unit.len()..)?;
    }
    (!text.is_empty()).then_some(total)
}

/// Whether a duration is written that lasts no time.
pub(crate) fn is_zero(text: &str) -> bool {
    in_milliseconds(text) == Some(0)
}

#[cfg(test)]
mod tests {
    use super::in_milliseconds;

    #[test]
    fn units_are_added_up_in_descending_order() {
        assert_eq!(in_milliseconds("1h30m"), Some(5_400_000));
        assert_eq!(in_milliseconds("2m5ms"), Some(120_005));
        assert_eq!(in_milliseconds("0"), Some(0));
    }

    #[test]
    fn what_prometheus_refuses_is_no_duration() {
        for text in ["", "5", "5x", "1h30", "30s5m", "1.5h", "-5m", "5m5m", "99999999999999999999y"] {
            assert_eq!(in_milliseconds(text), None, "{text}");
        }
    }
}
