//! What a plain scalar means: the core schema of YAML 1.2, and YAML 1.1 as cluster tooling reads it
//! (spec/workflows.md 1.4, spec/manifests.md 3).

use super::arena::{Schema, Style};
use super::limits::Dialect;

/// The value of a node by its file's dialect.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Typed<'a> {
    /// Nothing, `~`, `null`.
    Null,
    /// A boolean.
    Bool(bool),
    /// An integer that fits; larger ones are floats.
    Int(i64),
    /// Any other number, also `.inf` and `.nan`.
    Float(f64),
    /// Text.
    Str(&'a str),
    /// A sequence.
    Seq,
    /// A mapping.
    Map,
}

/// Types a scalar by its text, style and tag.
pub(super) fn typed(value: &str, style: Style, schema: Schema, absent: bool, dialect: Dialect) -> Typed<'_> {
    match schema {
        Schema::Implicit if style == Style::Plain => plain(value, dialect),
        Schema::Null => Typed::Null,
        Schema::Foreign if absent => Typed::Null,
        Schema::Implicit | Schema::Str | Schema::Foreign => Typed::Str(value),
        // A tag that its text does not fit leaves the text.
        Schema::Bool | Schema::Int => match plain(value, dialect) {
            typed @ (Typed::Bool(_) | Typed::Int(_)) => typed,
            _ => Typed::Str(value),
        },
        Schema::Float => match plain(value, dialect) {
            #[allow(clippy::cast_precision_loss, reason = "the tag asks for a float")]
            Typed::Int(int) => Typed::Float(int as f64),
            typed @ Typed::Float(_) => typed,
            _ => Typed::Str(value),
        },
    }
}

fn plain(value: &str, dialect: Dialect) -> Typed<'_> {
    match value {
        "" | "~" | "null" | "Null" | "NULL" => return Typed::Null,
        "true" | "True" | "TRUE" => return Typed::Bool(true),
        "false" | "False" | "FALSE" => return Typed::Bool(false),
        _ => {}
    }
    let number = match dialect {
        Dialect::Core => core_number(value),
        Dialect::Yaml11 => match value {
            "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => return Typed::Bool(true),
            "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => return Typed::Bool(false),
            _ => yaml11_number(value),
        },
    };
    number.unwrap_or(Typed::Str(value))
}

/// YAML 1.2.2 10.3.2.
fn core_number<'a>(value: &str) -> Option<Typed<'a>> {
    let first = *value.as_bytes().first()?;
    if !matches!(first, b'0'..=b'9' | b'+' | b'-' | b'.') {
        return None;
    }
    if let Some(digits) = value.strip_prefix("0o") {
        return radix(digits, 8, false);
    }
    if let Some(digits) = value.strip_prefix("0x") {
        return radix(digits, 16, false);
    }
    decimal(value).or_else(|| float(value))
}

/// What `strconv.ParseInt(text, 0, 64)` and the float pattern of go-yaml accept, underscores taken out.
fn yaml11_number<'a>(value: &str) -> Option<Typed<'a>> {
    let first = *value.as_bytes().first()?;
    if first == b'.' {
        return float(value);
    }
    if !matches!(first, b'0'..=b'9' | b'+' | b'-') {
        return None;
    }
    let without;
    let value = if value.contains('_') {
        without = value.replace('_', "");
        without.as_str()
    } else {
        value
    };
    let (negative, digits) = match value.as_bytes().first()? {
        b'-' => (true, value.get(1..)?),
        b'+' => (false, value.get(1..)?),
        _ => (false, value),
    };
    let prefix = digits.get(..2).unwrap_or_default();
    let rest = digits.get(2..).unwrap_or_default();
    match prefix {
        "0x" | "0X" => return radix(rest, 16, negative),
        "0b" | "0B" => return radix(rest, 2, negative),
        "0o" | "0O" => return radix(rest, 8, negative),
        _ => {}
    }
    if digits.len() > 1 && digits.starts_with('0') && digits.bytes().all(|digit| matches!(digit, b'0'..=b'7')) {
        return radix(digits, 8, negative);
    }
    // Digits behind a leading zero that are no octal number (`08`) are a float to the pattern.
    let leading_zero = digits.len() > 1 && digits.starts_with('0');
    decimal(value).filter(|_| !leading_zero).or_else(|| float(value))
}

fn radix<'a>(digits: &str, base: u32, negative: bool) -> Option<Typed<'a>> {
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(base)) {
        return None;
    }
    let number = i128::from_str_radix(digits, base).ok().map(|number| if negative { -number } else { number });
    if let Some(number) = number.and_then(|number| i64::try_from(number).ok()) {
        return Some(Typed::Int(number));
    }
    let digits = digits.chars().filter_map(|digit| digit.to_digit(base));
    let magnitude = digits.fold(0.0, |sum, digit| f64::from(digit) + sum * f64::from(base));
    Some(Typed::Float(if negative { -magnitude } else { magnitude }))
}

fn decimal<'a>(value: &str) -> Option<Typed<'a>> {
    let digits = value.strip_prefix(['+', '-']).unwrap_or(value);
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    value.parse().map(Typed::Int).or_else(|_| value.parse().map(Typed::Float)).ok()
}

fn float<'a>(value: &str) -> Option<Typed<'a>> {
    let unsigned = value.strip_prefix(['+', '-']).unwrap_or(value);
    match unsigned {
        ".inf" | ".Inf" | ".INF" => {
            let infinity = if value.starts_with('-') { f64::NEG_INFINITY } else { f64::INFINITY };
            return Some(Typed::Float(infinity));
        }
        ".nan" | ".NaN" | ".NAN" if unsigned.len() == value.len() => return Some(Typed::Float(f64::NAN)),
        _ => {}
    }
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let are_digits = |text: &str| text.bytes().all(|digit| digit.is_ascii_digit());
    let is_exponent = |text: &str| {
        let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
        !digits.is_empty() && are_digits(digits)
    };
    let fits = (!whole.is_empty() || !fraction.is_empty())
        && are_digits(whole)
        && are_digits(fraction)
        && exponent.is_none_or(is_exponent);
    fits.then(|| value.parse().ok().map(Typed::Float)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn core(text: &str) -> Typed<'_> {
        plain(text, Dialect::Core)
    }

    fn yaml11(text: &str) -> Typed<'_> {
        plain(text, Dialect::Yaml11)
    }

    #[test]
    fn core_reads_words_of_yaml_1_1_as_text_and_leading_zeros_as_decimal() {
        assert_eq!(core("on"), Typed::Str("on"));
        assert_eq!(core("yes"), Typed::Str("yes"));
        assert_eq!(core("012"), Typed::Int(12));
        assert_eq!(core("0o17"), Typed::Int(15));
        assert_eq!(core("1_000"), Typed::Str("1_000"));
        assert_eq!(core("0b1"), Typed::Str("0b1"));
        assert_eq!(core("-0x1F"), Typed::Str("-0x1F"));
    }

    #[test]
    fn yaml11_reads_what_cluster_tooling_reads() {
        assert_eq!(yaml11("y"), Typed::Bool(true));
        assert_eq!(yaml11("OFF"), Typed::Bool(false));
        assert_eq!(yaml11("yEs"), Typed::Str("yEs"));
        assert_eq!(yaml11("0644"), Typed::Int(420));
        assert_eq!(yaml11("-0b101"), Typed::Int(-5));
        assert_eq!(yaml11("1_000"), Typed::Int(1000));
        assert_eq!(yaml11("08"), Typed::Float(8.0));
        assert_eq!(yaml11("1e3"), Typed::Float(1000.0));
        assert_eq!(yaml11("1:30"), Typed::Str("1:30"));
        assert_eq!(yaml11("2001-12-14"), Typed::Str("2001-12-14"));
    }

    #[test]
    fn numbers_beyond_64_bits_are_floats() {
        assert_eq!(core("9223372036854775807"), Typed::Int(i64::MAX));
        assert_eq!(core("9223372036854775808"), Typed::Float(9_223_372_036_854_775_808.0));
        assert_eq!(yaml11("0xFFFFFFFFFFFFFFFFFF"), Typed::Float(4_722_366_482_869_645_213_695.0));
    }

    #[test]
    fn words_that_only_look_like_numbers_are_text() {
        for text in ["+", "-", ".", "1.2.3", "e3", "1e", "1e+", "--1", "0x", "0o8", "infinity", "nan", "+.nan", "1 2"] {
            assert_eq!(core(text), Typed::Str(text));
            assert_eq!(yaml11(text), Typed::Str(text));
        }
    }

    #[test]
    fn floats_of_both_dialects() {
        assert_eq!(core("1."), Typed::Float(1.0));
        assert_eq!(core(".5"), Typed::Float(0.5));
        assert_eq!(core("-.inf"), Typed::Float(f64::NEG_INFINITY));
        assert!(matches!(core(".NaN"), Typed::Float(nan) if nan.is_nan()));
        assert_eq!(yaml11("6.8523015e+5"), Typed::Float(685_230.15));
    }
}
