//! What `quality` asks for: numeric gates with exact bounds, tests, and changes of interfaces (spec/policy.md 2.3).

use std::fmt;

use portcullis_model::{Level, Origin};
use rust_decimal::Decimal;

use crate::policy::Setting;

/// The metric that is computed from the lines a change adds.
pub(crate) const NEW_LINES: &str = "coverage.new_lines";

/// What a unit measures; only bounds and values of one dimension can be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dimension {
    /// A count, or a number without a unit.
    Plain,
    Percent,
    Time,
    Bytes,
}

/// Units as people write them, with the unit metrics stand in and what one of them is in it.
const UNITS: [(&str, Dimension, Decimal); 13] = [
    ("%", Dimension::Percent, Decimal::ONE),
    ("us", Dimension::Time, Decimal::from_parts(1, 0, 0, false, 3)),
    ("ms", Dimension::Time, Decimal::ONE),
    ("s", Dimension::Time, Decimal::ONE_THOUSAND),
    ("m", Dimension::Time, Decimal::from_parts(60_000, 0, 0, false, 0)),
    ("h", Dimension::Time, Decimal::from_parts(3_600_000, 0, 0, false, 0)),
    ("B", Dimension::Bytes, Decimal::ONE),
    ("kB", Dimension::Bytes, Decimal::ONE_THOUSAND),
    ("KiB", Dimension::Bytes, Decimal::from_parts(1_024, 0, 0, false, 0)),
    ("MB", Dimension::Bytes, Decimal::from_parts(1_000_000, 0, 0, false, 0)),
    ("MiB", Dimension::Bytes, Decimal::from_parts(1_048_576, 0, 0, false, 0)),
    ("GB", Dimension::Bytes, Decimal::from_parts(1_000_000_000, 0, 0, false, 0)),
    ("GiB", Dimension::Bytes, Decimal::from_parts(1_073_741_824, 0, 0, false, 0)),
];

/// A number with the unit it is written in: `80`, `1%`, `300ms`, `2MiB`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bound {
    pub(crate) number: Decimal,
    unit: Option<&'static str>,
}

impl Bound {
    /// Reads a bound; nothing for what is none.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let end = text.find(|char: char| !(char.is_ascii_digit() || matches!(char, '.' | '-'))).unwrap_or(text.len());
        let (number, unit) = text.split_at_checked(end)?;
        let unit = match unit.trim_start() {
            "" => None,
            // Both ways of writing a thousand bytes are in use.
            "KB" => Some("kB"),
            unit => Some(UNITS.iter().find(|(known, ..)| *known == unit)?.0),
        };
        let is_number = number.bytes().any(|byte| byte.is_ascii_digit()) && !number.ends_with('.');
        Some(Self { number: number.parse::<Decimal>().ok().filter(|_| is_number)?.normalize(), unit })
    }

    pub(crate) fn dimension(&self) -> Dimension {
        self.row().map_or(Dimension::Plain, |(_, dimension, _)| *dimension)
    }

    /// The bound in the unit of a metric. A number without a unit is in the metric's.
    pub(crate) fn in_unit(&self, unit: &str) -> Option<Decimal> {
        match self.row() {
            None => Some(self.number),
            Some((_, dimension, factor)) if *dimension == dimension_of(unit) => self.number.checked_mul(*factor),
            Some(_) => None,
        }
    }

    /// `5%` of a value; nothing for a bound that is no share.
    pub(crate) fn share_of(&self, value: Decimal) -> Option<Decimal> {
        if self.dimension() != Dimension::Percent {
            return None;
        }
        value.abs().checked_mul(self.number)?.checked_div(Decimal::ONE_HUNDRED)
    }

    fn row(&self) -> Option<&'static (&'static str, Dimension, Decimal)> {
        let unit = self.unit?;
        UNITS.iter().find(|(known, ..)| *known == unit)
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.number, self.unit.unwrap_or_default())
    }
}

/// What the unit of a metric measures.
pub(crate) fn dimension_of(unit: &str) -> Dimension {
    match unit {
        "percent" => Dimension::Percent,
        "ms" => Dimension::Time,
        "bytes" => Dimension::Bytes,
        _ => Dimension::Plain,
    }
}

/// What a metric measures, where its name says so (spec/ingest.md 1.5).
pub(crate) fn dimension_of_metric(name: &str) -> Option<Dimension> {
    let (family, rest) = name.split_once('.')?;
    match family {
        "coverage" | "lighthouse" => Some(Dimension::Percent),
        "tests" | "checklist" => Some(Dimension::Plain),
        "bundle" => Some(Dimension::Bytes),
        "image" if matches!(rest, "size" | "wasted") => Some(Dimension::Bytes),
        "image" if rest == "layers" => Some(Dimension::Plain),
        "slo" if rest.ends_with(".budget_remaining") => Some(Dimension::Percent),
        "load" => {
            let (metric, stat) = rest.rsplit_once('.')?;
            match (metric, stat) {
                ("checks" | "http_req_failed", "rate") => Some(Dimension::Percent),
                ("http_reqs" | "iterations", _) => Some(Dimension::Plain),
                ("iteration_duration" | "group_duration", _) => Some(Dimension::Time),
                (metric, _) if metric.starts_with("http_req_") && metric != "http_req_failed" => Some(Dimension::Time),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Whether tools state bounds of their own on a metric of this name: then a gate need not name one.
pub(crate) fn may_have_a_verdict(name: &str) -> bool {
    !["coverage.", "tests.", "bundle.", "image.", "checklist.", "slo."].iter().any(|family| name.starts_with(family))
}

/// `quality`, besides what every section has.
#[derive(Clone, Debug, Default)]
pub(crate) struct QualityPolicy {
    pub(crate) gates: Vec<Gate>,
    pub(crate) tests: TestPolicy,
    pub(crate) breaking: Setting<Level>,
    pub(crate) risky: Setting<Level>,
}

/// One entry of `quality.gates`.
#[derive(Clone, Debug)]
pub(crate) struct Gate {
    pub(crate) name: String,
    pub(crate) metric: String,
    pub(crate) report: Option<String>,
    pub(crate) target: Option<String>,
    pub(crate) min: Option<Setting<Bound>>,
    pub(crate) max: Option<Setting<Bound>>,
    pub(crate) max_drop: Option<Setting<Bound>>,
    pub(crate) max_rise: Option<Setting<Bound>>,
    pub(crate) need_base: bool,
    pub(crate) required: bool,
    pub(crate) level: Setting<Level>,
    pub(crate) origin: Origin,
}

/// `quality.tests`.
#[derive(Clone, Debug, Default)]
pub(crate) struct TestPolicy {
    pub(crate) required: Setting<bool>,
    pub(crate) max_failed: Setting<u64>,
    pub(crate) min_total: Setting<u64>,
    pub(crate) max_skipped: Option<Setting<Bound>>,
    pub(crate) max_drop: Option<Setting<Bound>>,
    pub(crate) max_flaky: Option<Setting<u64>>,
    pub(crate) flaky: Option<Setting<Level>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_is_a_number_with_a_unit_or_without() {
        for (text, shown) in
            [("80", "80"), ("79.50", "79.5"), ("1 %", "1%"), ("300ms", "300ms"), ("2MiB", "2MiB"), ("1KB", "1kB")]
        {
            assert_eq!(Bound::parse(text).unwrap().to_string(), shown, "{text}");
        }
        for text in ["", "ms", "80.", "1e3", "5 parsecs", "--5", "1_000", "NaN", "0x10", "300 MS"] {
            assert_eq!(Bound::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_bound_is_converted_exactly_or_not_at_all() {
        let shown = |text: &str, unit: &str| {
            Bound::parse(text).unwrap().in_unit(unit).map(|bound| bound.normalize().to_string())
        };
        assert_eq!(shown("1.5s", "ms").as_deref(), Some("1500"));
        assert_eq!(shown("250us", "ms").as_deref(), Some("0.25"));
        assert_eq!(shown("1.5KiB", "bytes").as_deref(), Some("1536"));
        assert_eq!(shown("80", "percent").as_deref(), Some("80"));
        assert_eq!(shown("80%", "ms"), None);
        assert_eq!(shown("80%", ""), None);
        assert_eq!(shown("1s", "bytes"), None);
    }
}
