//! One scalar against its schema type: the value, or what is wrong and what to write instead.

use portcullis_model::{Glob, Level, Severity, suggest};

use super::value::Value;
use crate::pattern::{PackagePattern, Pattern};
use crate::policy::{Amount, Required};
use crate::quality::{Bound, Dimension};
use crate::schema::Type;
use crate::supply::license;

/// A scalar as the YAML core schema types it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Scalar<'a> {
    Null,
    Bool(bool),
    Integer(i64),
    /// A number with a fraction or beyond 64 bits.
    Float,
    Text(&'a str),
}

/// Why a scalar is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// Follows "`KEY` cannot be `TEXT`": a reason, or nothing.
    pub(crate) reason: String,
    /// What to write instead.
    pub(crate) help: String,
}

/// What values depend on besides their type.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known<'a> {
    pub(crate) formats: &'a [&'a str],
}

type Outcome = Result<Value, Refusal>;

/// Reads one scalar; `raw` is its text as decoded.
pub(crate) fn read(kind: &Type, scalar: Scalar<'_>, raw: &str, known: Known<'_>) -> Outcome {
    let expected = || Refusal { reason: String::new(), help: format!("expected {}", kind.expected()) };
    match (kind, scalar) {
        (_, Scalar::Null) => Ok(Value::Null),
        (Type::Bool, Scalar::Bool(value)) => Ok(Value::Bool(value)),
        (Type::Required, Scalar::Bool(true)) => Ok(Value::Required(Required::Yes)),
        (Type::Required, Scalar::Bool(false)) => Ok(Value::Required(Required::No)),
        (Type::Required, Scalar::Text("auto")) => Ok(Value::Required(Required::Auto)),
        (Type::Bool, Scalar::Text(word)) => {
            let meant = match word {
                "yes" | "on" | "True" | "TRUE" => "write `true`",
                "no" | "off" | "False" | "FALSE" => "write `false`",
                _ => return Err(expected()),
            };
            Err(Refusal { reason: String::new(), help: meant.to_owned() })
        }
        (Type::FormatVersion | Type::Integer(_), Scalar::Integer(number)) => integer(kind, number),
        (Type::Share, Scalar::Integer(_) | Scalar::Float) => share(raw).map(Value::Share).ok_or_else(expected),
        (Type::Level, _) => level(raw, false),
        (Type::LevelOrDefault, _) => level(raw, true),
        (Type::Severity, _) => severity(raw),
        (Type::Word(words) | Type::WordOrMap(words, _), _) => word(words, raw),
        (Type::Date, _) => date(raw),
        (Type::Mode(_), _) => mode(raw),
        (Type::Duration, _) => duration(raw).map(Value::Seconds).ok_or_else(expected),
        (Type::CountOrPercent, _) => amount(raw).map(Value::Amount).ok_or_else(expected),
        (Type::Bound, _) => Bound::parse(raw).map(Value::Bound).ok_or_else(expected),
        (Type::Percent, _) => percent(raw).map(Value::Bound).ok_or_else(expected),
        (Type::Text | Type::Version | Type::Path | Type::Glob, Scalar::Text(text)) => words(kind, text),
        (Type::Version, _) => {
            Err(Refusal { reason: "a version is a text".to_owned(), help: format!("quote it: \"{raw}\"") })
        }
        (Type::Text | Type::Path | Type::Glob | Type::Id, Scalar::Integer(_) | Scalar::Float | Scalar::Bool(_)) => {
            Err(Refusal { reason: "a text is expected".to_owned(), help: format!("quote it: \"{raw}\"") })
        }
        (_, Scalar::Text(text)) => pattern(kind, text, known),
        _ => Err(expected()),
    }
}

fn refuse(reason: impl Into<String>, help: impl Into<String>) -> Outcome {
    Err(Refusal { reason: reason.into(), help: help.into() })
}

fn integer(kind: &Type, number: i64) -> Outcome {
    match kind {
        Type::Integer(least) if number < *least => refuse("", format!("expected {}", kind.expected())),
        _ => Ok(Value::Integer(number)),
    }
}

fn level(word: &str, or_default: bool) -> Outcome {
    if or_default && word == "default" {
        return Ok(Value::AsWithout);
    }
    if let Ok(level) = word.parse() {
        return Ok(Value::Level(level));
    }
    // Words of other tools, and of people who know other tools.
    let meant = match word {
        "error" | "deny" | "block" | "blocking" | "true" => Some(Level::Fail),
        "warning" => Some(Level::Warn),
        "ignore" | "allow" | "none" | "false" | "disabled" => Some(Level::Off),
        "info" | "note" => Some(Level::Log),
        _ => {
            let words = Level::ALL.map(Level::as_str);
            suggest::nearest(word, words, 1).first().and_then(|nearest| nearest.parse().ok())
        }
    };
    let kind = if or_default { Type::LevelOrDefault } else { Type::Level };
    match meant {
        Some(level) => refuse("", format!("did you mean `{level}`?")),
        None => refuse("", format!("expected {}", kind.expected())),
    }
}

fn severity(word: &str) -> Outcome {
    if let Ok(severity) = word.parse() {
        return Ok(Value::Severity(severity));
    }
    let words = Severity::ALL.map(Severity::as_str);
    match suggest::nearest(&word.to_lowercase(), words, 1).first() {
        Some(nearest) => refuse("", format!("did you mean `{nearest}`?")),
        None => refuse("", format!("expected {}", Type::Severity.expected())),
    }
}

fn word(words: &'static [&'static str], raw: &str) -> Outcome {
    if words.contains(&raw) {
        return Ok(Value::Text(raw.to_owned()));
    }
    let meant = match raw {
        "error" | "deny" | "block" if words.contains(&"fail") => Some("fail"),
        "ignore" | "allow" | "none" | "false" if words.contains(&"off") => Some("off"),
        _ => suggest::nearest(raw, words.iter().copied(), 1).first().copied(),
    };
    match meant {
        Some(meant) => refuse("", format!("did you mean `{meant}`?")),
        None => refuse("", format!("expected {}", Type::Word(words).expected())),
    }
}

/// Reporting without an end is how a gate is forgotten: it is never a plain word.
fn mode(raw: &str) -> Outcome {
    match raw {
        "enforce" => Ok(Value::Text(raw.to_owned())),
        "report_only" | "report-only" => {
            refuse("it has no end", "give an end date: `mode: { report_only: { until: 2027-02-01 } }`")
        }
        _ => refuse("", format!("expected {}", Type::Mode(&[]).expected())),
    }
}

fn date(raw: &str) -> Outcome {
    match raw.parse() {
        Ok(date) if raw.len() == 10 => Ok(Value::Date(date)),
        _ if raw.len() == 10 && raw.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') => {
            refuse("no such day", format!("expected {}", Type::Date.expected()))
        }
        _ => refuse("", format!("expected {}", Type::Date.expected())),
    }
}

/// `15m 24h 30d 2w` (and `90s`) in seconds.
fn duration(raw: &str) -> Option<i64> {
    let (number, unit) = raw.split_at_checked(raw.len().checked_sub(1)?)?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        "w" => 604_800,
        _ => return None,
    };
    digits(number)?.checked_mul(seconds)
}

fn amount(raw: &str) -> Option<Amount> {
    let Some(percent) = raw.strip_suffix('%') else {
        return digits(raw).and_then(|count| u64::try_from(count).ok()).map(Amount::Count);
    };
    let percent: f64 = percent.trim_end().parse().ok()?;
    (0.0..=100.0).contains(&percent).then_some(Amount::Percent(percent))
}

/// In the width of the scores it is compared with: `0.7` in a report and `0.7` here are the same number.
fn share(raw: &str) -> Option<f32> {
    raw.parse().ok().filter(|share| (0.0..=1.0).contains(share))
}

/// A share of at most everything; the sign may be left out.
fn percent(raw: &str) -> Option<Bound> {
    let bound = Bound::parse(raw)?;
    let bound = if bound.dimension() == Dimension::Plain { Bound::parse(&format!("{raw}%"))? } else { bound };
    let fits = !bound.number.is_sign_negative() && bound.number <= rust_decimal::Decimal::ONE_HUNDRED;
    (bound.dimension() == Dimension::Percent && fits).then_some(bound)
}

fn digits(text: &str) -> Option<i64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

fn words(kind: &Type, text: &str) -> Outcome {
    if text.trim().is_empty() {
        return refuse("it is empty", format!("expected {}", kind.expected()));
    }
    match kind {
        Type::Version if !is_version(text) => refuse("", format!("expected {}", kind.expected())),
        Type::Path if text.starts_with('/') || text.split('/').any(|part| part == "..") => {
            refuse("it leaves the repository", format!("expected {}", kind.expected()))
        }
        Type::Glob => match Glob::new(text) {
            Ok(_) => Ok(Value::Text(text.to_owned())),
            Err(reason) => refuse(reason, ""),
        },
        _ => Ok(Value::Text(text.to_owned())),
    }
}

fn is_version(text: &str) -> bool {
    let parts: Vec<_> = text.split('.').collect();
    parts.len() <= 3 && parts.iter().all(|part| !part.is_empty() && digits(part).is_some())
}

fn pattern(kind: &Type, text: &str, known: Known<'_>) -> Outcome {
    let accepted = match kind {
        Type::Id => is_id(text),
        Type::Fingerprint => text
            .strip_prefix("v1:")
            .is_some_and(|hex| hex.len() == 32 && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))),
        Type::Format => {
            if !known.formats.contains(&text) {
                let nearest = suggest::nearest(text, known.formats.iter().copied(), 1);
                return match nearest.first() {
                    Some(nearest) => refuse("no such format", format!("did you mean `{nearest}`?")),
                    None => refuse("no such format", format!("formats: {}", known.formats.join(", "))),
                };
            }
            true
        }
        Type::License => {
            if license::Entry::read(text).is_none() {
                let nearest = suggest::nearest(text, license::known_ids(), 1);
                let help = nearest.first().map(|nearest| format!("did you mean `{nearest}`?"));
                return refuse("no such licence", help.unwrap_or_else(|| format!("expected {}", kind.expected())));
            }
            true
        }
        Type::LicenseExpression => license::terms(text, &license::Aliases::new()).is_some(),
        Type::Reference | Type::RuleSelector => !text.trim().is_empty(),
        Type::ResourceGlob => match Pattern::new(text) {
            Ok(_) => true,
            Err(reason) => return refuse(reason, ""),
        },
        Type::PackageGlob => match PackagePattern::new(text) {
            Ok(_) => true,
            Err(reason) => return refuse(reason, ""),
        },
        _ => false,
    };
    if accepted {
        return Ok(Value::Text(text.to_owned()));
    }
    refuse("", format!("expected {}", kind.expected()))
}

fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_whole_numbers_with_one_unit() {
        for (text, seconds) in [("90s", 90), ("15m", 900), ("24h", 86_400), ("30d", 2_592_000), ("2w", 1_209_600)] {
            assert_eq!(duration(text), Some(seconds), "{text}");
        }
        for text in ["", "d", "1.5h", "-1d", "1 d", "24", "1y", "99999999999999999999d", "ü"] {
            assert_eq!(duration(text), None, "{text}");
        }
    }

    #[test]
    fn amounts_are_counts_or_percentages_up_to_a_hundred() {
        assert_eq!(amount("3"), Some(Amount::Count(3)));
        assert_eq!(amount("2.5%"), Some(Amount::Percent(2.5)));
        for text in ["", "%", "-1", "101%", "NaN%", "three"] {
            assert_eq!(amount(text), None, "{text}");
        }
    }

    #[test]
    fn shares_lie_between_nothing_and_everything() {
        for (text, number) in [("0", 0.0), ("0.05", 0.05), ("1", 1.0), ("1e-3", 0.001)] {
            assert_eq!(share(text), Some(number), "{text}");
        }
        for text in ["", "-0.1", "1.01", ".nan", "NaN", "inf", "5%"] {
            assert_eq!(share(text), None, "{text}");
        }
    }

    #[test]
    fn a_percentage_is_a_share_of_everything() {
        for (text, shown) in [("5%", "5%"), ("5", "5%"), ("2.5 %", "2.5%"), ("0", "0%"), ("100%", "100%")] {
            assert_eq!(percent(text).unwrap().to_string(), shown, "{text}");
        }
        for text in ["", "%", "-1", "101%", "5ms", "many"] {
            assert_eq!(percent(text), None, "{text}");
        }
    }

    #[test]
    fn a_day_that_does_not_exist_is_no_date() {
        assert!(date("2028-02-29").is_ok());
        assert_eq!(date("2027-02-29").unwrap_err().reason, "no such day");
        assert!(date("2027-2-1").is_err());
        assert!(date("2027-02-01T00:00").is_err());
    }
}
