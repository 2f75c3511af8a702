//! Whose word counts: exceptions that need an approval, ignore files of other tools, comments, suppressions in reports.

use std::collections::BTreeSet;

use portcullis_model::{Finding, Globs, Kind, Level, Severity, Suppression};

use crate::pattern::{Names, Pattern};
use crate::policy::Setting;

/// `trust`.
#[derive(Clone, Debug, Default)]
pub(crate) struct TrustPolicy {
    pub(crate) from_head: Setting<bool>,
    pub(crate) inline: Setting<Inline>,
    pub(crate) inline_reason_required: Setting<bool>,
    pub(crate) inline_forbidden: Vec<Setting<Pattern>>,
    pub(crate) sarif: Setting<Sarif>,
    pub(crate) apply_tightening: Setting<bool>,
    pub(crate) approved_exceptions: Setting<bool>,
    pub(crate) approvers: Vec<String>,
}

impl TrustPolicy {
    /// The pattern that keeps comments from ignoring a finding.
    pub(crate) fn forbids(&self, finding: &Finding) -> Option<&Setting<Pattern>> {
        if self.inline_forbidden.is_empty() {
            return None;
        }
        let names = Names::of(finding);
        self.inline_forbidden.iter().find(|forbidden| names.any(|name| forbidden.value.matches(name)))
    }
}

/// `trust.inline_suppressions`: what an ignore comment does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Inline {
    /// The finding is at most `log`.
    Honour,
    /// As `Honour`, and the comment is listed.
    #[default]
    Report,
    /// Nothing.
    Ignore,
}

impl Inline {
    pub(crate) fn of(word: &str) -> Self {
        match word {
            "honour" => Self::Honour,
            "ignore" => Self::Ignore,
            _ => Self::Report,
        }
    }
}

/// `trust.sarif_suppressions`: which suppressions inside of reports count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Sarif {
    #[default]
    All,
    /// Not those that stand in the source.
    External,
    None,
}

impl Sarif {
    pub(crate) fn of(word: &str) -> Self {
        match word {
            "external" => Self::External,
            "none" => Self::None,
            _ => Self::All,
        }
    }

    /// Whether a suppression of a SARIF report counts.
    pub(crate) fn honours(self, suppression: &Suppression) -> bool {
        match self {
            Self::All => true,
            Self::External => suppression.kind != "in_source",
            Self::None => false,
        }
    }
}

/// `exception_policy.import`: which ignore files of other tools count.
#[derive(Clone, Debug, Default)]
pub(crate) enum Import {
    #[default]
    Auto,
    Off,
    These(Globs),
}

impl Import {
    pub(crate) fn reads(&self, path: &str) -> bool {
        match self {
            Self::Auto => true,
            Self::Off => false,
            Self::These(globs) => globs.matches(path),
        }
    }
}

/// Findings that only an exception with `approved_by` accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Approval {
    Kev,
    Malware,
    Critical,
    High,
    Secret,
}

impl Approval {
    const ALL: [(&'static str, Self); 5] = [
        ("kev", Self::Kev),
        ("malware", Self::Malware),
        ("critical", Self::Critical),
        ("high", Self::High),
        ("secret", Self::Secret),
    ];

    pub(crate) fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, _)| *known == word).map(|(_, approval)| approval)
    }

    pub(crate) fn as_str(self) -> &'static str {
        Self::ALL.into_iter().find(|(_, known)| *known == self).map_or("", |(word, _)| word)
    }

    /// Whether a finding of this severity is one of them.
    pub(crate) fn concerns(self, finding: &Finding, severity: Severity) -> bool {
        match self {
            Self::Kev => is_known_exploited(finding),
            Self::Malware => finding.kind == Kind::Malware,
            Self::Critical => severity == Severity::Critical,
            Self::High => severity == Severity::High,
            Self::Secret => finding.kind == Kind::Secret,
        }
    }
}

/// Whether a catalogue lists the vulnerability as exploited.
pub(crate) fn is_known_exploited(finding: &Finding) -> bool {
    finding.vulnerability.as_ref().and_then(|details| details.kev.as_ref()).is_some_and(|kev| kev.listed)
}

/// `exception_policy`.
#[derive(Clone, Debug, Default)]
pub(crate) struct ExceptionPolicy {
    pub(crate) warn_days: Setting<u32>,
    pub(crate) expired: Setting<Level>,
    pub(crate) unused: Setting<Level>,
    pub(crate) max_matches: Setting<u64>,
    pub(crate) require_approval: Vec<Setting<Approval>>,
    pub(crate) import: Setting<Import>,
    pub(crate) imported: Setting<Level>,
    pub(crate) imported_requires: BTreeSet<String>,
}

impl ExceptionPolicy {
    /// The demand that a finding is accepted with an approval only.
    pub(crate) fn approval(&self, finding: &Finding, severity: Severity) -> Option<&Setting<Approval>> {
        self.require_approval.iter().find(|demand| demand.value.concerns(finding, severity))
    }
}
