//! How bad a finding is, as one scale for every tool (DESIGN ruling 8).

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How bad something is. `Unknown` stands outside the order: comparing it with another severity gives `None`,
/// so no threshold can pass or stop a finding nobody has rated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Nobody has rated it. Its level is `levels.unknown` of the policy.
    #[default]
    Unknown,
    /// Worth knowing, nothing to mend.
    Info,
    /// Mend when convenient.
    Low,
    /// Mend in the course of normal work.
    Medium,
    /// Mend soon.
    High,
    /// Mend at once.
    Critical,
}

impl Severity {
    /// Every severity, `unknown` first, then from harmless to worst.
    pub const ALL: [Self; 6] = [Self::Unknown, Self::Info, Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The word used in every document.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// Position for listings that show the worst first: critical, high, unknown, medium, low, info.
    /// Only for presentation; a decision never ranks `unknown`.
    pub const fn display_rank(self) -> u8 {
        match self {
            Self::Critical => 0,
            Self::High => 1,
            Self::Unknown => 2,
            Self::Medium => 3,
            Self::Low => 4,
            Self::Info => 5,
        }
    }

    /// The worse of two; a known severity always wins over `unknown`.
    #[must_use]
    pub fn worse(self, other: Self) -> Self {
        match (self, other) {
            (Self::Unknown, known) | (known, Self::Unknown) => known,
            (one, two) => {
                if one.position() >= two.position() {
                    one
                } else {
                    two
                }
            }
        }
    }

    /// How many steps two ratings lie apart; none where one of them is unknown.
    pub const fn steps_to(self, other: Self) -> Option<u8> {
        match (self, other) {
            (Self::Unknown, _) | (_, Self::Unknown) => None,
            (one, two) => Some(one.position().abs_diff(two.position())),
        }
    }

    const fn position(self) -> u8 {
        self as u8
    }
}

impl PartialOrd for Severity {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Unknown, Self::Unknown) => Some(Ordering::Equal),
            (Self::Unknown, _) | (_, Self::Unknown) => None,
            (one, two) => Some(one.position().cmp(&two.position())),
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Severity {
    type Err = ();

    /// Accepts exactly the six words of the scale; the words of other tools are translated by ingest.
    fn from_str(word: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|severity| severity.as_str() == word).ok_or(())
    }
}

/// What says how bad a finding is (spec/ingest.md 3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeveritySource {
    /// The tool's own word.
    Tool,
    /// A numeric score.
    Score,
    /// Calculated from a CVSS vector.
    Vector,
    /// The level written in the result (SARIF, linters).
    Level,
    /// The default of the rule.
    RuleDefault,
    /// A tag of the rule.
    Tag,
    /// Nothing stated it: our default for this tool.
    #[default]
    PolicyDefault,
    /// An enrichment file (aliases, OSV).
    DataFile,
    /// The policy's `rules.<id>.severity`.
    Override,
}

/// One value per severity, written as an object in the order critical … info, unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BySeverity<T> {
    /// Value for `critical`.
    pub critical: T,
    /// Value for `high`.
    pub high: T,
    /// Value for `medium`.
    pub medium: T,
    /// Value for `low`.
    pub low: T,
    /// Value for `info`.
    pub info: T,
    /// Value for `unknown`.
    pub unknown: T,
}

impl<T> BySeverity<T> {
    /// The value for one severity.
    pub const fn get(&self, severity: Severity) -> &T {
        match severity {
            Severity::Unknown => &self.unknown,
            Severity::Info => &self.info,
            Severity::Low => &self.low,
            Severity::Medium => &self.medium,
            Severity::High => &self.high,
            Severity::Critical => &self.critical,
        }
    }

    /// The value for one severity, to be changed.
    pub const fn get_mut(&mut self, severity: Severity) -> &mut T {
        match severity {
            Severity::Unknown => &mut self.unknown,
            Severity::Info => &mut self.info,
            Severity::Low => &mut self.low,
            Severity::Medium => &mut self.medium,
            Severity::High => &mut self.high,
            Severity::Critical => &mut self.critical,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_compares_with_nothing() {
        for severity in Severity::ALL.into_iter().filter(|severity| *severity != Severity::Unknown) {
            assert_eq!(severity.partial_cmp(&Severity::Unknown), None);
            assert_eq!(Severity::Unknown.partial_cmp(&severity), None);
        }
    }

    #[test]
    fn a_known_severity_wins_over_unknown_when_reports_disagree() {
        assert_eq!(Severity::Unknown.worse(Severity::Info), Severity::Info);
        assert_eq!(Severity::High.worse(Severity::Unknown), Severity::High);
        assert_eq!(Severity::Low.worse(Severity::Critical), Severity::Critical);
    }
}
