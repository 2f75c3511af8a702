//! One finding: facts only, as a wing knows them (spec/ingest.md 1.1). What the policy makes of it is [`Judged`](crate::Judged).

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{Location, Package, Section, Severity, SeveritySource, Tier, advisory};

/// What is wrong, where, why and what to do.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Finding {
    /// Stable identity, `v1:` + 32 hex digits ([`fingerprint`](crate::fingerprint)).
    pub fingerprint: String,
    /// The same with the position.
    pub location_fingerprint: String,
    /// What kind of weakness.
    pub kind: Kind,
    /// Section of the policy that judges it.
    pub section: Section,
    /// Id in the tool's own words; for our checks the rule id.
    pub rule_id: String,
    /// Canonical id: the best of the alias set. This is what outputs print.
    pub id: String,
    /// Every other id of the same weakness.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub aliases: BTreeSet<String>,
    /// At most 200 characters.
    pub title: String,
    /// At most 2 000 characters.
    pub message: String,
    /// At most 20 000 characters.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// What to do, at most 2 000 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remediation: Option<String>,
    /// How bad.
    pub severity: Severity,
    /// What says so.
    pub severity_source: SeveritySource,
    /// The tool's own word, unchanged.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub severity_original: String,
    /// How sure the check is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confidence: Option<Confidence>,
    /// Which profiles show it (our checks).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tier: Option<Tier>,
    /// CWE numbers.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub cwes: BTreeSet<u32>,
    /// The package concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub package: Option<Box<Package>>,
    /// Whether a version mends it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<Fix>,
    /// What `--fix` would change.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub edits: Vec<Edit>,
    /// Places; the first is primary.
    pub locations: Vec<Location>,
    /// Places that explain, each with a label.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<Location>,
    /// What was scanned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub artifact: Option<Arc<Artifact>>,
    /// Details of a vulnerability.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vulnerability: Option<Box<Vulnerability>>,
    /// Details of a secret, never the secret itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<Box<Secret>>,
    /// Details of a licence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub license: Option<Box<License>>,
    /// http(s) only, at most 20; the first is the advisory or rule page.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<String>,
    /// Whether it is open.
    pub state: State,
    /// Every suppression that matched, also those not accepted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub suppressions: Vec<Suppression>,
    /// Who reported it; at least one, several after a merge.
    pub sources: Vec<Source>,
    /// What tells it from other findings of its rule in its file: symbolic path, object, normalised text.
    /// Only an input of the fingerprint, never written out.
    #[serde(skip)]
    pub identity: String,
}

impl Finding {
    /// The primary place.
    pub fn primary(&self) -> Option<&Location> {
        self.locations.first()
    }

    /// Path of the primary place; empty when it is no file.
    pub fn path(&self) -> &str {
        self.primary().map_or("", |location| location.path.as_str())
    }

    /// The tool that outputs name.
    pub fn tool(&self) -> &str {
        self.sources.first().map_or("", |source| source.tool.as_str())
    }

    /// A check of this program says it, perhaps a report as well.
    pub fn is_of_own_check(&self) -> bool {
        self.sources.is_empty() || self.sources.iter().any(|source| source.report.is_empty())
    }

    /// A report says it, perhaps a check of this program as well.
    pub fn is_named_by_report(&self) -> bool {
        self.sources.iter().any(|source| !source.report.is_empty())
    }

    /// All ids of the weakness: canonical, the tool's own, aliases.
    pub fn all_ids(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.id.as_str())
            .chain(std::iter::once(self.rule_id.as_str()))
            .chain(self.aliases.iter().map(String::as_str))
    }

    /// The package itself is malicious: critical whatever the tool says (spec/ingest.md 5).
    pub fn set_malware(&mut self) {
        self.kind = Kind::Malware;
        self.severity = Severity::Critical;
        self.severity_source = SeveritySource::PolicyDefault;
    }

    /// Whether one of its names says that the package itself is malicious.
    pub fn names_malware(&self) -> bool {
        self.all_ids().any(advisory::is_malware)
    }
}

/// What kind of weakness a finding is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A known vulnerability of a package.
    Vulnerability,
    /// A configuration that should be otherwise.
    #[default]
    Misconfiguration,
    /// A secret.
    Secret,
    /// A licence.
    License,
    /// A weakness in code.
    Code,
    /// Tests, coverage, performance.
    Quality,
    /// A bill of materials.
    Sbom,
    /// A denied package.
    Package,
    /// A malicious package.
    Malware,
    /// Unmaintained, yanked, deprecated, end of life.
    Outdated,
}

impl Kind {
    /// Every kind, in the order of the type.
    pub const ALL: [Self; 10] = [
        Self::Vulnerability,
        Self::Misconfiguration,
        Self::Secret,
        Self::License,
        Self::Code,
        Self::Quality,
        Self::Sbom,
        Self::Package,
        Self::Malware,
        Self::Outdated,
    ];

    /// The word used in documents.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Vulnerability => "vulnerability",
            Self::Misconfiguration => "misconfiguration",
            Self::Secret => "secret",
            Self::License => "license",
            Self::Code => "code",
            Self::Quality => "quality",
            Self::Sbom => "sbom",
            Self::Package => "package",
            Self::Malware => "malware",
            Self::Outdated => "outdated",
        }
    }
}

/// Whether a finding is open. Only `open`, `review` and `under_investigation` are judged (spec/policy.md 5, step 1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Judged.
    #[default]
    Open,
    /// Taken out by a suppression.
    Suppressed,
    /// A VEX statement says so.
    NotAffected,
    /// Mended already.
    Fixed,
    /// A VEX statement says so; stays open.
    UnderInvestigation,
    /// The check passed; no finding of this run.
    Passed,
    /// A person has to look; at most `warn`.
    Review,
    /// Taken out by an exception.
    Excepted,
    /// Its path is excluded.
    Excluded,
    /// In the baseline, gone now.
    Absent,
}

impl State {
    /// Whether a finding in it is judged: open, not taken out.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Open | Self::Review | Self::UnderInvestigation)
    }
}

/// How sure a check is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// A heuristic.
    Low,
    /// Likely.
    Medium,
    /// Certain but for unknown context.
    #[default]
    High,
}

/// Whether a version mends the weakness.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Fix {
    /// What the report says.
    pub state: FixState,
    /// Versions that mend it.
    pub versions: Vec<String>,
    /// Since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub available_since: Option<Timestamp>,
}

/// What a report says of the mending version.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FixState {
    /// A version mends it.
    Fixed,
    /// None yet.
    NotFixed,
    /// None will.
    WontFix,
    /// The report does not say.
    #[default]
    Unknown,
}

/// A change `--fix` would make.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Edit {
    /// File.
    pub path: String,
    /// First byte replaced.
    pub start_byte: u64,
    /// Byte after the last replaced.
    pub end_byte: u64,
    /// New text.
    pub replacement: String,
    /// Whether it can change what the file does.
    pub safety: Safety,
}

/// Whether an edit can change what a file does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Safety {
    /// Only the reported defect changes.
    Safe,
    /// A person must look.
    #[default]
    Unsafe,
}

/// What a scanner looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Artifact {
    /// Image reference, directory, file.
    pub name: String,
    /// The tool's word: `container_image`, `filesystem`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// `sha256:…`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
}

/// Details of a vulnerability.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Vulnerability {
    /// Every score the report states.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scores: Vec<Score>,
    /// Likelihood of exploitation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub epss: Option<Epss>,
    /// Known to be exploited.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kev: Option<Kev>,
    /// The tool's own analysis says whether the code is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reachable: Option<bool>,
    /// When it became known.
    pub dates: Dates,
}

/// A CVSS score.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Score {
    /// `2.0`, `3.0`, `3.1`, `4.0`.
    pub version: Cow<'static, str>,
    /// 0.0 to 10.0.
    pub score: f32,
    /// The vector: one text for all findings of a report that have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vector: Option<Arc<str>>,
    /// Who rated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Arc<str>>,
}

/// Exploit prediction (EPSS).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Epss {
    /// 0 to 1.
    pub score: f32,
    /// 0 to 1.
    pub percentile: f32,
    /// Day of the model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
}

/// Entry of the catalogue of known exploited vulnerabilities.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Kev {
    /// It is listed.
    pub listed: bool,
    /// Since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_added: Option<Date>,
    /// Until when it has to be mended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_date: Option<Date>,
    /// Used by ransomware.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ransomware: Option<bool>,
}

/// When a weakness became known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Dates {
    /// Advisory published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published: Option<Timestamp>,
    /// Advisory changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modified: Option<Timestamp>,
    /// First seen here (carried by the baseline).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_seen: Option<Timestamp>,
    /// Detected by the tool.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detected: Option<Timestamp>,
}

/// Details of a secret: never the secret itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Secret {
    /// Commit that holds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// Salted hash of the author.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author_hash: Option<String>,
    /// Salted hash of the secret ([`secret_hash`](crate::secret_hash)).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_hash: Option<String>,
    /// The tool has tried it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verified: Option<bool>,
    /// The only form any output shows ([`redacted`](crate::redacted)).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redacted: Option<String>,
}

/// Details of a licence.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct License {
    /// SPDX expression.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expression: Option<String>,
    /// The report's own word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The tool's class (`forbidden`, `restricted`, …).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f32>,
}

/// A suppression that matched a finding.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Suppression {
    /// Who: `inline`, `sarif`, `trivy`, `import`, `vex`, …
    pub by: String,
    /// What form: `comment`, `in_source`, `external`, …
    pub kind: String,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// VEX label.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub justification: Option<String>,
    /// Last day it counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<Date>,
    /// Who answers for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// File it stands in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_file: Option<String>,
    /// 1-based line there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Whether it counts; an inline comment is decided by the policy.
    pub accepted: bool,
}

impl Suppression {
    /// Whether the report itself says so, and not a comment or an ignore file of the repository, which the policy weighs.
    pub fn is_of_report(&self) -> bool {
        !matches!(self.by.as_str(), "inline" | "import")
    }
}

/// Who reported a finding.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Source {
    /// Tool; `portcullis` for our own checks.
    pub tool: String,
    /// Its version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool_version: Option<String>,
    /// Path of the report; empty for our own checks.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub report: String,
    /// Run inside the report (SARIF).
    #[serde(skip_serializing_if = "is_zero")]
    pub run: u32,
    /// JSON pointer or XML path of the item.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub pointer: String,
    /// The report's own fingerprints: only for matching ignore files.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fingerprints: Vec<String>,
    /// Part of the tool's database that knows of it, in the tool's own word (Grype).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// How the tool came from the package to it, in the tool's own words (Grype).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub match_types: Vec<String>,
    /// What it says of the severity, where several reports disagree.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// What it says itself of the base (`baselineState` of SARIF); counts only where the policy lets it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub introduced: Option<crate::Introduced>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}
