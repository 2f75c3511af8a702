//! What was read, and what ran (spec/ingest.md 1.4, 1.5; DESIGN section 2).

use std::sync::Arc;

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{Artifact, BySeverity, Health, Level, Problem, Section};

/// One report file that was read: what the specifications call `Report`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct InputReport {
    /// Name given in the policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Path of the file.
    pub path: String,
    /// SHA-256 of its bytes, hex.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
    /// Format id (spec/ingest.md 8); empty when it could not be told.
    pub format: String,
    /// Version of the format.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format_version: Option<String>,
    /// The tool that wrote it.
    pub tool: Tool,
    /// The policy requires it.
    pub required: bool,
    /// When it was made, as it says itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generated_at: Option<Timestamp>,
    /// When the scanner's database was built.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub db_built_at: Option<Timestamp>,
    /// What was scanned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub artifact: Option<Arc<Artifact>>,
    /// What we found in it.
    pub counts: ReportCounts,
    /// What the document says about itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub declared_counts: Option<BySeverity<u64>>,
    /// Number of components.
    pub components: u64,
    /// What the tool did not look at.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub skipped: Vec<Skipped>,
    /// Worst of its problems.
    pub health: Health,
    /// What is wrong with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Problem>,
}

impl InputReport {
    /// Keeps a problem and the worst health.
    pub fn push_problem(&mut self, problem: Problem) {
        self.health = self.health.max(problem.health);
        self.problems.push(problem);
    }
}

/// Name and version of a tool.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tool {
    /// `trivy`.
    pub name: String,
    /// `0.58.1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// Findings of one report, counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReportCounts {
    /// Open findings by severity.
    pub severity: BySeverity<u64>,
    /// All findings by kind, in the order of the names.
    pub kind: std::collections::BTreeMap<crate::Kind, u64>,
    /// All findings by state, in the order of the names.
    pub state: std::collections::BTreeMap<crate::State, u64>,
}

/// Something that was not looked at, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default)]
pub struct Skipped {
    /// Path, package, rule.
    pub what: String,
    /// Why.
    pub reason: String,
    /// The rules in force say so, as an allowlist does: then nothing is missing.
    #[serde(skip_serializing_if = "crate::location::is_false")]
    pub on_purpose: bool,
}

/// What a wing did: what the verdict's C counts (spec/policy.md 6).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CheckRun {
    /// Section it served.
    pub section: Section,
    /// `workflows`, `secrets`, `report:deps`.
    pub id: String,
    /// Whether it judged anything.
    pub status: RunStatus,
    /// Files or documents looked at.
    pub seen: u64,
    /// What it had to leave out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub skipped: Vec<Skipped>,
}

/// Whether a check judged anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// It judged something.
    Ran,
    /// There was nothing to judge.
    #[default]
    Skipped,
    /// It could not judge.
    Error,
}

/// A number a tool measured.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Metric {
    /// `coverage.line`, `load.http_req_duration.p95`, …
    pub name: String,
    /// URL, file, package it was measured on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Report it stands in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report: Option<String>,
    /// The value, exact.
    pub value: Decimal,
    /// `percent`, `ms`, `bytes`, empty for a count.
    pub unit: String,
    /// The tool's own bound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threshold: Option<Threshold>,
    /// The tool's own verdict.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passed: Option<bool>,
    /// What the tool says about a missed bound.
    pub level: Level,
    /// The tool.
    pub source: String,
    /// The same value on the base, in the same unit, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<Decimal>,
    /// Bounds of the policy it was held against.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub gates: Vec<GateBound>,
}

impl Metric {
    /// Whether it keeps the bounds of the policy; where that has none, whether it keeps the tool's own.
    pub fn is_met(&self) -> Option<bool> {
        if self.gates.is_empty() { self.passed } else { Some(self.gates.iter().all(|gate| gate.passed)) }
    }
}

/// A bound that the policy puts on a metric.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GateBound {
    /// Name of the gate, or the key of the policy.
    pub gate: String,
    /// `<`, `<=`, `>`, `>=`, `==`.
    pub op: String,
    /// The bound, in the unit of the metric.
    pub value: Decimal,
    /// The value keeps it.
    pub passed: bool,
    /// Where it is written.
    pub origin: crate::Origin,
}

/// Which lines of a file the tests ran: what the coverage of new lines is computed from. Never written out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineCoverage {
    /// File, relative to the root.
    pub path: String,
    /// Report it stands in: its name in the policy, else its path.
    pub report: String,
    /// Lines that ran, sorted, 1-based.
    pub covered: Vec<u32>,
    /// Lines that could have run and did not, sorted, 1-based.
    pub uncovered: Vec<u32>,
}

/// A bound a tool put on its metric.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Threshold {
    /// `<`, `<=`, `>`, `>=`, `==`.
    pub op: String,
    /// The bound.
    pub value: Decimal,
}

/// Results of a test run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TestSuite {
    /// Name.
    pub name: String,
    /// Cases.
    pub tests: u64,
    /// Cases that failed.
    pub failures: u64,
    /// Cases that broke.
    pub errors: u64,
    /// Cases not run.
    pub skipped: u64,
    /// Cases that passed only on a repeat.
    pub flaky: u64,
    /// Seconds.
    pub time_s: f64,
    /// At most 200.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub failed_cases: Vec<FailedCase>,
}

/// A test case that failed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FailedCase {
    /// Suite.
    pub suite: String,
    /// Case.
    pub name: String,
    /// File.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// 1-based line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// What it said.
    pub message: String,
}
