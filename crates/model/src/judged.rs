//! A finding with what the policy made of it.

use std::borrow::Cow;
use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{Finding, Level, Severity, State};

/// A finding and its judgement. The finding itself is never changed; where the policy overrides severity or state,
/// they stand here, and the JSON shows the judged values under the finding's names (DESIGN section 1).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, from = "JudgedDocument", into = "JudgedDocument")]
pub struct Judged {
    /// Facts. Apart, because judgements are put in order and a finding is large.
    pub finding: Box<Finding>,
    /// Severity in force.
    pub severity: Severity,
    /// State in force.
    pub state: State,
    /// What the gate does about it.
    pub level: Level,
    /// Every step that changed something; the last entry decided.
    pub decision: Vec<Decision>,
    /// Id of the exception that applied.
    pub exception: Option<String>,
    /// Against the base.
    pub introduced: Introduced,
    /// Day until which it has to be mended.
    pub due: Option<Date>,
    /// That day has passed.
    pub overdue: bool,
    /// Report-only mode hid a `fail`.
    pub would_fail: bool,
    /// The primary place lies on a line this change adds or edits.
    pub in_diff: Option<bool>,
    /// The edit as whole lines, where it can be proposed in a review.
    pub suggestion: Option<Suggestion>,
    /// What people should know besides: `exception EX-1 ended 3 days ago`.
    pub notes: Vec<String>,
}

impl Judged {
    /// Whether the finding counts by its level (spec/policy.md 6): open, not taken out.
    pub fn is_open(&self) -> bool {
        self.state.is_open()
    }
}

/// One step of the decision (spec/policy.md 5).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Decision {
    /// Which step.
    pub step: Step,
    /// The key that decided: `levels.high`, `rules.gha/unpinned-uses`, an exception's id.
    pub key: String,
    /// Level (for `severity`: severity) before; empty at the first step.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub from: Cow<'static, str>,
    /// Level (or severity, or state) after.
    pub to: Cow<'static, str>,
    /// Where that key was set.
    pub origin: Origin,
}

/// The steps of spec/policy.md section 5.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// 1: the state took it out.
    State,
    /// 2: its path is excluded.
    ExcludedPath,
    /// 3: severity override.
    Severity,
    /// 4: base level.
    #[default]
    BaseLevel,
    /// 5: level of the rule.
    RuleLevel,
    /// 6: modifiers of the section.
    SectionModifier,
    /// 7: custom rule on findings.
    RaiseRule,
    /// 8: inline suppression.
    InlineSuppression,
    /// 9: baseline.
    Baseline,
    /// 10: exception.
    Exception,
    /// 11: floors.
    Floor,
    /// 12: budgets.
    Budget,
    /// 13: report-only.
    ReportOnly,
}

/// Where a value of the policy was set. Written as `path:line`, `preset:NAME@N:line` or `default`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default)]
pub struct Origin {
    /// `default`, `preset:baseline@1`, or the path of the file.
    pub layer: Arc<str>,
    /// 1-based line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// 1-based column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub col: Option<u32>,
}

impl Origin {
    /// The built-in default.
    pub fn builtin() -> Self {
        Self { layer: "default".into(), line: None, col: None }
    }
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}", self.layer),
            None => f.write_str(&self.layer),
        }
    }
}

/// How a finding stands against the base (spec/ingest.md 13).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Introduced {
    /// This change brings it.
    New,
    /// The code did not change, the database did.
    NewlyDisclosed,
    /// On the base already.
    Existing,
    /// In the baseline, gone now.
    Fixed,
    /// No baseline to compare with: treated as new.
    #[default]
    Unknown,
}

/// An edit as whole lines.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Suggestion {
    /// File.
    pub path: String,
    /// 1-based first line.
    pub start_line: u32,
    /// 1-based last line.
    pub end_line: u32,
    /// New text of these lines.
    pub replacement: String,
    /// The lines that it replaces, without their breaks. Only the run that has read the file knows them: a document carries
    /// none, and what nobody can compare with the head is not proposed.
    #[serde(skip)]
    pub replaced: Vec<String>,
}

/// The flat JSON form: the fields of the finding and of the judgement side by side.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct JudgedDocument {
    #[serde(flatten)]
    finding: Box<Finding>,
    level: Level,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    decision: Vec<Decision>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exception: Option<String>,
    introduced: Introduced,
    #[serde(skip_serializing_if = "Option::is_none")]
    due: Option<Date>,
    #[serde(skip_serializing_if = "crate::location::is_false")]
    overdue: bool,
    #[serde(skip_serializing_if = "crate::location::is_false")]
    would_fail: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    in_diff: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suggestion: Option<Suggestion>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
}

impl From<Judged> for JudgedDocument {
    fn from(judged: Judged) -> Self {
        let mut finding = judged.finding;
        if finding.severity != judged.severity {
            finding.severity = judged.severity;
            finding.severity_source = crate::SeveritySource::Override;
        }
        finding.state = judged.state;
        Self {
            finding,
            level: judged.level,
            decision: judged.decision,
            exception: judged.exception,
            introduced: judged.introduced,
            due: judged.due,
            overdue: judged.overdue,
            would_fail: judged.would_fail,
            in_diff: judged.in_diff,
            suggestion: judged.suggestion,
            notes: judged.notes,
        }
    }
}

impl From<JudgedDocument> for Judged {
    fn from(document: JudgedDocument) -> Self {
        Self {
            severity: document.finding.severity,
            state: document.finding.state,
            finding: document.finding,
            level: document.level,
            decision: document.decision,
            exception: document.exception,
            introduced: document.introduced,
            due: document.due,
            overdue: document.overdue,
            would_fail: document.would_fail,
            in_diff: document.in_diff,
            suggestion: document.suggestion,
            notes: document.notes,
        }
    }
}
