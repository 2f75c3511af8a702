//! What the statistics of k6 are called here, and in which unit they stand (spec/ingest.md 1.5).

use super::shape::Measured;

/// The unit of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// A share: k6 writes 0 to 1.
    Percent,
    Milliseconds,
    Bytes,
    /// A count, or what the script counts in.
    Plain,
}

impl Unit {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Percent => "percent",
            Self::Milliseconds => "ms",
            Self::Bytes => "bytes",
            Self::Plain => "",
        }
    }
}

/// What a metric measures.
pub(super) struct Measure {
    /// A share of passes, and no trend or counter.
    is_rate: bool,
    /// The unit of its values.
    unit: Unit,
    is_counter: bool,
}

impl Measure {
    pub(super) fn of(measured: &Measured) -> Self {
        let has = |stat: &str| measured.values.iter().any(|(known, _)| known == stat);
        // `--summary-export` names no type: only shares have passes and fails.
        let is_rate = measured.kind == "rate" || (measured.kind.is_empty() && has("passes") && has("fails"));
        let is_counter = measured.kind == "counter" || (measured.kind.is_empty() && has("count") && has("rate"));
        let unit = match measured.contains.as_str() {
            "time" => Unit::Milliseconds,
            "data" => Unit::Bytes,
            "" => usual_unit(&measured.name),
            _ => Unit::Plain,
        };
        Self { is_rate, unit, is_counter }
    }

    /// Our name and unit of a statistic; none for what has no name.
    pub(super) fn stat(&self, stat: &str) -> Option<(String, Unit)> {
        let name = stat_name(stat, self.is_rate)?;
        let unit = match name.as_str() {
            "rate" if self.is_rate => Unit::Percent,
            // So many a second.
            "rate" if self.is_counter => Unit::Plain,
            "count" if self.unit == Unit::Milliseconds => Unit::Plain,
            _ => self.unit,
        };
        Some((name, unit))
    }
}

/// `p(95)` is `p95`, as the newer summary writes it. `value` is what a gauge shows, and the share in a summary export of a rate.
pub(super) fn stat_name(stat: &str, is_rate: bool) -> Option<String> {
    match stat {
        "avg" | "min" | "med" | "max" | "rate" | "count" => Some(stat.to_owned()),
        "value" if is_rate => Some("rate".to_owned()),
        "value" => Some("value".to_owned()),
        _ => {
            let percentile = stat.strip_prefix('p')?;
            let percentile =
                percentile.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')).unwrap_or(percentile);
            let is_number = percentile.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
            (is_number && percentile.starts_with(|first: char| first.is_ascii_digit()))
                .then(|| format!("p{percentile}"))
        }
    }
}

/// Units of the metrics k6 has by itself; a tag in braces stands behind the name.
fn usual_unit(name: &str) -> Unit {
    match name.split('{').next().unwrap_or_default() {
        "data_sent" | "data_received" => Unit::Bytes,
        "iteration_duration"
        | "group_duration"
        | "ws_connecting"
        | "ws_session_duration"
        | "ws_ping"
        | "grpc_req_duration" => Unit::Milliseconds,
        name if name.starts_with("http_req_") && name != "http_req_failed" => Unit::Milliseconds,
        _ => Unit::Plain,
    }
}
