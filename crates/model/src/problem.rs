//! What could not be read, parsed or evaluated (spec/ingest.md 1.6): never a pass.

use serde::{Deserialize, Serialize};

use crate::Section;

/// Something unreadable, unparsable or not evaluated.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Problem {
    /// What kind of problem.
    pub code: ProblemCode,
    /// One sentence: what, why, what to do.
    pub message: String,
    /// `error` makes the verdict incomplete (spec/policy.md 6).
    pub health: Health,
    /// File concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// 1-based line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// 1-based column in code points.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub col: Option<u32>,
    /// 0-based byte offset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub byte: Option<u64>,
    /// JSON pointer or XML path inside the document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// Section that misses evidence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub section: Option<Section>,
    /// Name or path of the report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report: Option<String>,
}

impl Problem {
    /// A problem that needs evidence: the verdict becomes incomplete.
    pub fn error(code: ProblemCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), health: Health::Error, ..Self::default() }
    }

    /// A problem that is only shown.
    pub fn warning(code: ProblemCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), health: Health::Warn, ..Self::default() }
    }

    /// Names the file concerned.
    #[must_use]
    pub fn at_path(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// Names the byte offset.
    #[must_use]
    pub fn at_byte(mut self, byte: u64) -> Self {
        self.byte = Some(byte);
        self
    }

    /// Names line and column, 1-based.
    #[must_use]
    pub fn at_line(mut self, line: u32, col: u32) -> Self {
        self.line = Some(line);
        self.col = Some(col);
        self
    }

    /// Names the section whose evidence is missing.
    #[must_use]
    pub fn in_section(mut self, section: Section) -> Self {
        self.section = Some(section);
        self
    }
}

/// How much a problem weighs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// Nothing wrong.
    #[default]
    Ok,
    /// Shown.
    Warn,
    /// Evidence is missing.
    Error,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $word:literal),+ $(,)?) => {
        /// The codes of spec/ingest.md 1.6 and 2.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum ProblemCode {
            $($(#[$doc])* $name,)+
        }

        impl ProblemCode {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The word in documents.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word),+ }
            }
        }
    };
}

codes! {
    /// A configured report is not there, or its glob matches nothing.
    ReportMissing = "report_missing",
    /// Nothing but white space.
    EmptyReport = "empty_report",
    /// No row of the detection table fits.
    UnknownFormat = "unknown_format",
    /// Several rows fit.
    AmbiguousFormat = "ambiguous_format",
    /// A known format in a version we do not read.
    UnsupportedVersion = "unsupported_version",
    /// The document ends in the middle.
    Truncated = "truncated",
    /// Nested deeper than the limit.
    TooDeep = "too_deep",
    /// Larger than the limit.
    TooLarge = "too_large",
    /// Bytes that are not UTF-8 were replaced.
    InvalidUtf8 = "invalid_utf8",
    /// Log lines stood before the document.
    LeadingNoise = "leading_noise",
    /// Something stands after the document.
    TrailingGarbage = "trailing_garbage",
    /// A key that decides is given twice.
    DuplicateKey = "duplicate_key",
    /// The scanner reported its own failure.
    ScannerError = "scanner_error",
    /// The scanner says it did not finish.
    ScanIncomplete = "scan_incomplete",
    /// The report contains no result at all.
    NoResults = "no_results",
    /// An audit in which every package was skipped.
    AllSkipped = "all_skipped",
    /// Some packages were skipped.
    SomeSkipped = "some_skipped",
    /// The document's own counts differ from its content.
    CountMismatch = "count_mismatch",
    /// Older than allowed, or its age cannot be told.
    Stale = "stale",
    /// The scanner's database is older than allowed.
    StaleDb = "stale_db",
    /// A bill of materials without components.
    EmptySbom = "empty_sbom",
    /// A reference leads nowhere.
    UnresolvedRef = "unresolved_ref",
    /// An item could not be understood and was left out.
    DroppedItem = "dropped_item",
    /// A value was read with leniency.
    LenientValue = "lenient_value",
    /// A file of the repository could not be read.
    #[default]
    Unreadable = "unreadable",
    /// A file of the repository could not be parsed.
    Unparsable = "unparsable",
    /// A limit was exceeded.
    Limit = "limit",
    /// A rule failed on an input: a bug, or a custom rule's error.
    RuleError = "rule_error",
    /// A required check did not run.
    CheckNotRun = "check_not_run",
    /// The metric of a gate is absent.
    MetricAbsent = "metric_absent",
    /// The base copy of a gate file cannot be read.
    BaseUnreadable = "base_unreadable",
    /// Another commit is checked out than the one the event is about.
    HeadNotCheckedOut = "head_not_checked_out",
    /// The baseline does not know a report or check, so that its findings count as new.
    NotInBaseline = "not_in_baseline",
    /// Nobody knows when the days of a vulnerability began.
    NoSlaClock = "no_sla_clock",
    /// A shard is missing.
    ShardMissing = "shard_missing",
}

impl std::fmt::Display for ProblemCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}
