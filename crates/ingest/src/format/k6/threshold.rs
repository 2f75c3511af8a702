//! `p(95)<500`: a threshold as k6 writes it.

use portcullis_model::Threshold;
use rust_decimal::Decimal;

use super::names::stat_name;
use super::shape::Verdict;
use crate::decimal;

/// The operators of k6, the longer ones first.
const OPERATORS: [&str; 7] = ["===", "!==", "<=", ">=", "==", "<", ">"];

impl Verdict {
    /// A threshold and whether it held.
    pub(super) fn new(source: &str, passed: bool) -> Self {
        let parts = OPERATORS.iter().find_map(|operator| {
            let (stat, bound) = source.split_once(operator)?;
            Some((stat.trim(), *operator, decimal::of_text(bound)?))
        });
        let (stat, operator, bound) = match parts {
            Some((stat, operator, bound)) => (stat, operator, Some(bound)),
            None => (source, "", None),
        };
        // Of a share a threshold says `rate`, whatever the summary calls it; `value` it says of a gauge.
        let stat = stat_name(stat, false).unwrap_or_default();
        Self { source: source.to_owned(), stat, operator, limit: bound, passed }
    }

    /// The bound in the unit of the value.
    pub(super) fn bound(&self, scaled: impl Fn(Decimal) -> Option<Decimal>) -> Option<Threshold> {
        let op = if self.operator == "===" { "==" } else { self.operator };
        Some(Threshold { op: op.to_owned(), value: scaled(self.limit?)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_threshold_is_a_statistic_an_operator_and_a_bound() {
        for (source, stat, operator, limit) in [
            ("p(95)<500", "p95", "<", "500"),
            ("rate <= 0.01", "rate", "<=", "0.01"),
            ("avg>=1.5", "avg", ">=", "1.5"),
            ("count===3", "count", "===", "3"),
            ("value<3", "value", "<", "3"),
            ("p(99.9) < 1e3", "p99.9", "<", "1000"),
        ] {
            let verdict = Verdict::new(source, true);
            assert_eq!((verdict.stat.as_str(), verdict.operator), (stat, operator), "{source}");
            assert_eq!(verdict.limit.unwrap().to_string(), limit, "{source}");
        }
    }

    #[test]
    fn what_is_no_threshold_is_about_no_statistic() {
        assert_eq!(Verdict::new("hello", false).stat, "");
        assert_eq!(Verdict::new("p(95)<many", false).limit, None);
    }
}
