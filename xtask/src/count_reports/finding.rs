//! What a counter notes of a finding, and the words and scores of tools on one scale (the table of severities in the
//! documentation, written down a second time on purpose).

use super::{Count, Tally};

/// One finding.
pub(super) struct Found {
    pub(super) kind: &'static str,
    pub(super) severity: &'static str,
    /// Whether somebody has taken it out.
    pub(super) is_out: bool,
}

/// An open one.
pub(super) fn found(kind: &'static str, severity: &'static str) -> Found {
    Found { kind, severity, is_out: false }
}

impl Found {
    pub(super) fn out_if(self, is_out: bool) -> Self {
        Self { is_out, ..self }
    }
}

/// Total, kinds and severities.
pub(super) fn counted(all: &[Found]) -> Count {
    let mut kinds = Tally::new();
    for one in all {
        *kinds.entry(one.kind.to_owned()).or_default() += 1;
    }
    Count { kinds: Some(kinds), ..rated(all) }
}

/// Total and severities, for formats whose findings are of kinds that the program decides on.
pub(super) fn rated(all: &[Found]) -> Count {
    let mut severities = Tally::new();
    for one in all.iter().filter(|one| !one.is_out) {
        *severities.entry(one.severity.to_owned()).or_default() += 1;
    }
    Count { total: Some(all.len() as u64), severities: Some(severities), ..Count::default() }
}

/// Total and kinds, for formats that state a vector and no word: a second calculator of CVSS is not worth having.
pub(super) fn unrated(all: &[Found]) -> Count {
    Count { severities: None, ..counted(all) }
}

/// A word.
pub(super) fn severity(word: &str) -> &'static str {
    match word.trim().to_lowercase().as_str() {
        "critical" | "crit" | "blocker" | "emergency" | "alert" | "very-high" => "critical",
        "high" | "important" | "error" | "severe" | "major" => "high",
        "medium" | "moderate" | "warning" | "warn" | "mid" => "medium",
        "low" | "minor" | "note" | "style" => "low",
        "negligible" | "info" | "informational" | "information" | "none" | "debug" | "unimportant" | "log" | "pass"
        | "optional" => "info",
        _ => "unknown",
    }
}

/// A score of CVSS 3 or 4.
pub(super) fn band(score: f64) -> &'static str {
    match score {
        score if score >= 9.0 => "critical",
        score if score >= 7.0 => "high",
        score if score >= 4.0 => "medium",
        score if score > 0.0 => "low",
        _ => "info",
    }
}

/// The place on the scale; nothing known is below everything.
pub(super) fn rank(severity: &str) -> usize {
    ["unknown", "info", "low", "medium", "high", "critical"].iter().position(|known| *known == severity).unwrap_or(0)
}
