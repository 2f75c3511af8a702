//! What the gate does about a finding (spec/policy.md 1.2).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What the gate does about a finding: `off` < `log` < `warn` < `fail`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Only counted.
    #[default]
    Off,
    /// Kept in result files, not shown in the comment.
    Log,
    /// Shown, does not block.
    Warn,
    /// Blocks.
    Fail,
}

impl Level {
    /// The four levels from loose to tight.
    pub const ALL: [Self; 4] = [Self::Off, Self::Log, Self::Warn, Self::Fail];

    /// The word used in the policy and in every document.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Log => "log",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Level {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|level| level.as_str() == word).ok_or(())
    }
}
