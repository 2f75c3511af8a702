//! Measured values as people read them: one decimal, and a value that misses its bound never looks as if it met it.

use portcullis_model::Metric;
use rust_decimal::{Decimal, RoundingStrategy};

/// To which side a value must not be rounded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Rounding {
    #[default]
    Nearest,
    Up,
    Down,
}

impl Rounding {
    /// Away from a bound of this kind.
    pub(crate) fn against(op: &str) -> Self {
        match op {
            "<=" | "<" => Self::Up,
            ">=" | ">" => Self::Down,
            _ => Self::Nearest,
        }
    }
}

/// A number and its unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Amount {
    pub(crate) number: String,
    pub(crate) unit: Unit,
}

/// What a number counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// One of our words; empty for a count.
    Known(&'static str),
    /// What a report says: untrusted.
    Foreign(String),
}

impl Amount {
    /// One decimal and the unit; bytes in the largest unit that leaves a whole number.
    pub(crate) fn new(value: Decimal, unit: &str, rounding: Rounding) -> Self {
        let strategy = match rounding {
            Rounding::Nearest => RoundingStrategy::MidpointAwayFromZero,
            Rounding::Up => RoundingStrategy::ToPositiveInfinity,
            Rounding::Down => RoundingStrategy::ToNegativeInfinity,
        };
        let (value, unit) = scaled(value, unit);
        Self { number: value.round_dp_with_strategy(1, strategy).normalize().to_string(), unit }
    }

    /// The value of a metric, away from its bounds.
    pub(crate) fn of(metric: &Metric) -> Self {
        let rounding = bounds(metric).first().map(|(op, _)| Rounding::against(op)).unwrap_or_default();
        Self::new(metric.value, &metric.unit, rounding)
    }

    /// By how much a metric differs from the base; what differs at all never looks as if it did not.
    pub(crate) fn since_base(metric: &Metric) -> Option<Self> {
        let difference = metric.value.checked_sub(metric.base?)?;
        let (value, unit) = scaled(difference, &metric.unit);
        let rounded = value.round_dp_with_strategy(1, RoundingStrategy::AwayFromZero).normalize();
        let sign = if difference.is_zero() {
            "±"
        } else if difference.is_sign_negative() {
            "−"
        } else {
            "+"
        };
        Some(Self { number: format!("{sign}{}", rounded.abs()), unit })
    }

    /// The whole as one untrusted text.
    pub(crate) fn text(&self) -> String {
        let unit = match &self.unit {
            Unit::Known(unit) => unit,
            Unit::Foreign(unit) => unit.as_str(),
        };
        format!("{} {unit}", self.number).trim_end().to_owned()
    }
}

/// The bounds of a metric: those of the policy, else that of the tool.
pub(crate) fn bounds(metric: &Metric) -> Vec<(&str, Decimal)> {
    if metric.gates.is_empty() {
        return metric.threshold.iter().map(|bound| (bound.op.as_str(), bound.value)).collect();
    }
    // What is missed is what the reader asks for.
    let mut gates: Vec<_> = metric.gates.iter().collect();
    gates.sort_by_key(|gate| gate.passed);
    gates.into_iter().map(|gate| (gate.op.as_str(), gate.value)).collect()
}

fn scaled(value: Decimal, unit: &str) -> (Decimal, Unit) {
    match unit {
        "percent" => (value, Unit::Known("%")),
        "bytes" => bytes(value),
        "" => (value, Unit::Known("")),
        "ms" => (value, Unit::Known("ms")),
        other => (value, Unit::Foreign(other.to_owned())),
    }
}

fn bytes(value: Decimal) -> (Decimal, Unit) {
    let mut size = value;
    let mut unit = "B";
    for next in ["KiB", "MiB", "GiB"] {
        if size.abs() < Decimal::from(1_024) {
            break;
        }
        size /= Decimal::from(1_024);
        unit = next;
    }
    (size, Unit::Known(unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_not_rounded_over_its_bound() {
        let value = |text: &str, unit, rounding| Amount::new(text.parse().unwrap(), unit, rounding).text();
        assert_eq!(value("79.96", "percent", Rounding::Down), "79.9 %");
        assert_eq!(value("250.01", "ms", Rounding::Up), "250.1 ms");
        assert_eq!(value("274840000", "bytes", Rounding::Up), "262.2 MiB");
        assert_eq!(value("12", "", Rounding::Nearest), "12");
        assert_eq!(value("0.05", "", Rounding::Nearest), "0.1");
    }

    #[test]
    fn a_difference_has_a_sign_and_is_nothing_only_where_there_is_none() {
        let since = |value: &str, base: &str, unit: &str| {
            let (value, base) = (value.parse().unwrap(), Some(base.parse().unwrap()));
            Amount::since_base(&Metric { value, base, unit: unit.to_owned(), ..Metric::default() }).unwrap().text()
        };
        assert_eq!(since("274840000", "260160000", "bytes"), "+14 MiB");
        assert_eq!(since("79.99", "80", "percent"), "−0.1 %");
        assert_eq!(since("142", "142.0", ""), "±0");
        assert_eq!(Amount::since_base(&Metric::default()), None);
    }
}
