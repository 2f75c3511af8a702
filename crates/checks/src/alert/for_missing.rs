//! `alert/for-missing`: the page beside this file says why.

use portcullis_syntax::yaml::Node;

use super::model::{Alert, in_milliseconds, is_zero};
use crate::options::AlertOptions;
use crate::reporter::Reporter;

/// A window shorter than this smooths nothing.
const SMOOTHING: u64 = 60_000;

pub(crate) fn check(alert: &Alert<'_>, options: &AlertOptions, report: &mut Reporter<'_>) {
    let name = alert.name();
    let duration = alert.node.get("for").filter(|node| !node.is_null());
    let waits = duration.is_some_and(|node| !node.value().is_some_and(is_zero));
    if waits || options.for_exempt.matches(name) || has_waited_already(alert.expression()) {
        return;
    }
    let span = duration.map_or_else(|| alert.name_span(), Node::span);
    report
        .at(span)
        .message(format_args!("alert `{name}` fires at the first bad evaluation: one failed scrape is enough"))
        .remediation("add `for: 5m`, or as long as the condition may pass by itself");
}

/// Queries that look at a stretch of time by themselves: `absent_over_time(…)`, `predict_linear(…)`, and `…_over_time(x[1m])`
/// with a window that smooths.
fn has_waited_already(expression: &str) -> bool {
    if is_called(expression, "absent_over_time") || is_called(expression, "predict_linear") {
        return true;
    }
    expression.match_indices("_over_time").take(64).any(|(at, word)| {
        let arguments = expression.get(at + word.len()..).unwrap_or_default();
        window(arguments).and_then(in_milliseconds).is_some_and(|window| window >= SMOOTHING)
    })
}

fn is_called(expression: &str, function: &str) -> bool {
    expression.match_indices(function).any(|(at, word)| {
        let before = expression.get(..at).and_then(|before| before.chars().next_back());
        let after = expression.get(at + word.len()..).unwrap_or_default().trim_start();
        after.starts_with('(') && !before.is_some_and(|char| char.is_alphanumeric() || matches!(char, '_' | ':'))
    })
}

/// The first range of a text, up to its resolution: `5m` of `(x{a="b"}[5m:1m])`.
fn window(arguments: &str) -> Option<&str> {
    let inner = arguments.split_once('[')?.1;
    inner.split([']', ':']).next().map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::has_waited_already;

    #[test]
    fn a_query_over_a_stretch_of_time_has_waited() {
        assert!(has_waited_already("absent_over_time(up[5m])"));
        assert!(has_waited_already("predict_linear(x[1h], 3600) < 0"));
        assert!(has_waited_already("max_over_time(x{a=\"b\"}[10m:1m]) > 1"));
    }

    #[test]
    fn a_rate_or_a_short_window_has_not() {
        assert!(!has_waited_already("rate(x[5m]) > 1"));
        assert!(!has_waited_already("max_over_time(x[30s]) > 1"));
        assert!(!has_waited_already("my_predict_linear > 1"));
    }
}
