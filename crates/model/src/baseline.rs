//! What a repository had already: the document `portcullis.baseline/1` (spec/ingest.md 13).

use std::collections::BTreeSet;

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{Kind, Section, Severity};

/// The schema of this version.
pub const BASELINE_SCHEMA: &str = "portcullis.baseline/1";

/// The findings and the inventory of a commit, so that a later run can tell what a change introduces.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Baseline {
    /// `portcullis.baseline/1`.
    pub schema: String,
    /// When it was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
    /// Commit that was judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// Reports that were read, by name.
    pub reports: Vec<BaselineReport>,
    /// Sections whose own checks said all they had to say.
    pub checks: BTreeSet<Section>,
    /// What was found, by fingerprint.
    pub findings: Vec<BaselineFinding>,
    /// Package URLs with version, without qualifiers. Only reports that list their components fill this.
    pub components: BTreeSet<String>,
    /// What was measured: what `max_drop` and `max_rise` of the gates are held against.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<BaselineMetric>,
}

/// A value of the baseline.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default)]
pub struct BaselineMetric {
    /// `coverage.line`, `load.http_req_duration.p95`, …
    pub name: String,
    /// URL, file, package it was measured on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Name of the report in the policy, else its path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report: Option<String>,
    /// The value, exact.
    pub value: Decimal,
    /// `percent`, `ms`, `bytes`, empty for a count.
    pub unit: String,
}

/// A report the baseline was made from.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default)]
pub struct BaselineReport {
    /// Name in the policy, else the path.
    pub name: String,
    /// Format id.
    pub format: String,
    /// Tool that wrote it.
    pub tool: String,
    /// When the tool's database was built.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub db_built_at: Option<Timestamp>,
}

/// A finding of the baseline: as much of it as it takes to know it again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BaselineFinding {
    /// Stable identity.
    pub fingerprint: String,
    /// What kind of weakness.
    pub kind: Kind,
    /// Section that judges it.
    pub section: Section,
    /// Canonical id.
    pub id: String,
    /// Every other id of the same weakness.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub aliases: BTreeSet<String>,
    /// Package with version, without qualifiers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purl: Option<String>,
    /// File.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// How bad it was.
    pub severity: Severity,
    /// When a baseline had it for the first time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_seen: Option<Timestamp>,
    /// Names of the reports that had it; none for our own checks.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub reports: BTreeSet<String>,
    /// An exception took it out. When that ends the finding counts again: the baseline is no second exception.
    #[serde(skip_serializing_if = "crate::location::is_false")]
    pub accepted: bool,
}

impl BaselineFinding {
    /// All ids of the weakness.
    pub fn all_ids(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.id.as_str()).chain(self.aliases.iter().map(String::as_str))
    }
}
