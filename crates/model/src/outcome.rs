//! The whole answer of a run: the JSON document `portcullis.result/1` (spec/github-ux.md 2). Every renderer reads only this.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    BySeverity, CheckRun, Component, InputReport, Judged, Metric, Problem, Section, TestSuite, Tool, ToolStatus,
};

/// `schema` of [`Outcome`].
pub const RESULT_SCHEMA: &str = "portcullis.result/1";

/// The whole answer of a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Outcome {
    /// [`RESULT_SCHEMA`].
    pub schema: String,
    /// This program.
    pub tool: Tool,
    /// `--now` where it was given, else absent: same input, same bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generated_at: Option<Timestamp>,
    /// The answer.
    pub verdict: Verdict,
    /// Why, in order; the first is the headline.
    pub reasons: Vec<Reason>,
    /// Event and commits.
    pub context: Context,
    /// Which policy decided.
    pub policy: PolicyInfo,
    /// Findings, counted: `total = fail + warn + log + off + excepted + excluded + suppressed`.
    pub counts: Counts,
    /// A row per check and per report.
    pub tools: Vec<ToolRow>,
    /// Every finding, in the total order.
    pub findings: Vec<Judged>,
    /// Every report.
    pub reports: Vec<InputReport>,
    /// Numbers.
    pub metrics: Vec<Metric>,
    /// Test runs.
    pub test_suites: Vec<TestSuite>,
    /// Everything that could not be judged, problems of reports included.
    pub problems: Vec<Problem>,
    /// Exceptions and what became of them.
    pub exceptions: Vec<ExceptionRow>,
    /// Inventory.
    pub components: Vec<Component>,
    /// What ran.
    pub check_runs: Vec<CheckRun>,
    /// Every truncation anywhere.
    pub limits: Vec<Limit>,
}

/// The answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Everything required ran, nothing to say.
    Pass,
    /// Nothing blocks, something is worth a look.
    Warn,
    /// Something blocks.
    Fail,
    /// Evidence is missing.
    #[default]
    Incomplete,
}

impl Verdict {
    /// The word in documents.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Warn => "warn",
            Self::Fail => "fail",
            Self::Incomplete => "incomplete",
        }
    }
}

/// Why the verdict is what it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Reason {
    /// Problem code, rule id, or `blocking`, `warnings`, `nothing_checked`, `passed`, `would_fail`.
    pub code: String,
    /// One sentence.
    pub text: String,
    /// Tool or check concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
}

/// Event and commits of the run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Context {
    /// `owner/name`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repo: Option<String>,
    /// `https://github.com`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub server_url: String,
    /// Directory of the repository the paths of the result start in, ending in `/`; empty for the top level.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub prefix: String,
    /// `pull_request`, `push`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// Number of the pull request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pr: Option<u64>,
    /// Branch the change goes to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_ref: Option<String>,
    /// Commit the change starts from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_sha: Option<String>,
    /// Commit that is judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head_sha: Option<String>,
    /// Synthetic merge commit of the event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merge_sha: Option<String>,
    /// Run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_id: Option<u64>,
    /// Attempt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_attempt: Option<u64>,
    /// Job.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job: Option<String>,
    /// The head belongs to another repository.
    pub fork: bool,
}

impl Context {
    /// A path of the result as GitHub reads it: from the top level of the repository.
    pub fn path_in_repository(&self, path: &str) -> String {
        format!("{}{path}", self.prefix)
    }
}

/// Which policy decided.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PolicyInfo {
    /// Where it was read.
    pub source: PolicySource,
    /// Commit it was read from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rev: Option<String>,
    /// File.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// SHA-256 over every layer, hex.
    pub digest: String,
    /// Gate files the change touches.
    pub changed_in_pr: Vec<String>,
    /// What the gate files of the change would decide, and what it does to its gate besides; absent where it leaves the gate
    /// alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preview: Option<PolicyPreview>,
}

/// What would be decided with the gate files the change proposes (spec/github-ux.md 10.2). Nothing here has an effect on the
/// verdict.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PolicyPreview {
    /// Why the proposed gate files cannot be used; the numbers below are 0 then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unusable: Option<String>,
    /// Findings that block now and would not.
    pub stop_blocking: u64,
    /// Findings that do not block now and would.
    pub start_blocking: u64,
    /// Keys of the proposed policy that decided what stops blocking, each once, sorted.
    pub keys: Vec<String>,
    /// Rules that are weakened, sorted by id.
    pub rules: Vec<RuleChange>,
    /// Exceptions the change adds, sorted by id.
    pub exceptions: Vec<ProposedException>,
    /// Suppression comments on lines the change adds, of every file, by path and line.
    pub inline: Vec<AddedSuppression>,
    /// The workflow file that runs the gate, where the change touches it: it is the change's own that runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workflow: Option<String>,
}

/// A rule that the proposed policy weakens.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RuleChange {
    /// Id of the rule.
    pub id: String,
    /// What happens to it.
    pub change: RuleWeakening,
}

/// How a rule is weakened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleWeakening {
    /// It is no longer there.
    Removed,
    /// Its level is `off`.
    Disabled,
    /// Its level is lower.
    #[default]
    Downgraded,
}

/// An exception that stands only in the change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProposedException {
    /// Its id.
    pub id: String,
    /// Rules, packages or paths it covers, as written.
    pub covers: String,
    /// Its last day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<Date>,
}

/// A suppression comment that the change adds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AddedSuppression {
    /// Where.
    pub path: String,
    /// Line in the change, from 1.
    pub line: u32,
    /// The comment's own form: `portcullis: ignore`, `gitleaks:allow`, ….
    pub form: String,
    /// Rules it names; none means all.
    pub rules: Vec<String>,
}

/// Where the policy was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PolicySource {
    /// Base commit of the pull request.
    Base,
    /// Head, because the base policy allows it.
    Head,
    /// The base has no gate files yet.
    Bootstrap,
    /// No policy file: the built-in one.
    #[default]
    Builtin,
    /// Work tree or index.
    Local,
}

/// Findings, counted (spec/policy.md 6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    /// All findings of this run.
    pub total: u64,
    /// Open, level `fail`.
    pub fail: u64,
    /// Open, level `warn`.
    pub warn: u64,
    /// Open, level `log`.
    pub log: u64,
    /// Open, level `off`.
    pub off: u64,
    /// Taken out by an exception.
    pub excepted: u64,
    /// Taken out by an excluded path.
    pub excluded: u64,
    /// Suppressed, not affected or fixed.
    pub suppressed: u64,
    /// Against the base.
    pub new: u64,
    /// Against the base.
    pub newly_disclosed: u64,
    /// Against the base.
    pub existing: u64,
    /// Against the base.
    pub fixed: u64,
}

/// One check or one report.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ToolRow {
    /// `workflows`, `secrets`, name of a report.
    pub id: String,
    /// For people.
    pub title: String,
    /// Section it serves.
    pub section: Section,
    /// Version of the tool.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// What came of it.
    pub status: ToolStatus,
    /// The policy requires it.
    pub required: bool,
    /// Files read.
    pub inputs: Vec<InputFile>,
    /// Files or documents looked at.
    pub seen: u64,
    /// Open findings by severity.
    pub severities: BySeverity<u64>,
    /// Findings by level and delta.
    pub counts: ToolCounts,
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Findings of one tool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ToolCounts {
    /// Level `fail`.
    pub fail: u64,
    /// Level `warn`.
    pub warn: u64,
    /// Level `log`.
    pub log: u64,
    /// Against the base.
    pub new: u64,
    /// Against the base.
    pub fixed: u64,
    /// Against the base.
    pub existing: u64,
    /// Taken out by an exception.
    pub excepted: u64,
}

/// A file that was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct InputFile {
    /// Path.
    pub path: String,
    /// SHA-256, hex.
    pub sha256: String,
    /// Size.
    pub bytes: u64,
}

/// An exception and what became of it (spec/policy.md 7.4).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExceptionRow {
    /// Its id.
    pub id: String,
    /// Rules it names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<String>,
    /// Package, paths or resource it names, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Last day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<Date>,
    /// What became of it.
    pub state: ExceptionState,
    /// Findings it matched.
    pub matched: u64,
    /// Where it is written.
    pub origin: crate::Origin,
}

/// What became of an exception.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExceptionState {
    /// Counts.
    #[default]
    Active,
    /// Counts, ends soon.
    Expiring,
    /// Its last day has passed.
    Expired,
    /// A fixed version is known.
    EndedByFix,
    /// Matched nothing.
    Unused,
    /// Matched more than allowed: applies to none.
    TooBroad,
    /// Only in the head of a pull request: not applied.
    Proposed,
    /// Read from a foreign ignore file.
    Imported,
    /// A comment beside the finding.
    Inline,
}

/// A truncation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Limit {
    /// What was cut.
    pub what: String,
    /// Kept.
    pub kept: u64,
    /// Dropped.
    pub dropped: u64,
}
