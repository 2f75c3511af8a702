//! What the caller hands in: the bytes, what the policy says about this report and about reports at large, and what the
//! repository knows.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use portcullis_model::{Mount, PathResolver, Severity};

/// One report file.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// Name the policy gives the report.
    pub name: Option<&'a str>,
    /// Path, for messages and sources.
    pub path: &'a str,
    /// The file, as it is on disk: compressed or archived files are unpacked here.
    pub bytes: &'a [u8],
    /// When the file was last written; only looked at where the policy allows it.
    pub modified: Option<Timestamp>,
    /// The policy's entry.
    pub options: &'a ReportOptions,
}

/// An entry of the policy's `reports` (spec/policy.md 2.4), without the fields that choose files.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReportOptions {
    /// Format id or family ([`format_names`](crate::format_names)); detected when absent.
    pub format: Option<String>,
    /// Its absence is an error.
    pub required: bool,
    /// Oldest time of creation.
    pub max_age: Option<SignedDuration>,
    /// Oldest time of the scanner's database.
    pub max_db_age: Option<SignedDuration>,
    /// The file's own time stands in when the report states none.
    pub allow_mtime: bool,
    /// It must be about the head commit.
    pub require_commit: bool,
    /// Fewest components.
    pub min_components: Option<u64>,
    /// An empty file means "nothing found".
    pub empty_is_clean: bool,
    /// A Trivy report without results is an error; as `required` when absent.
    pub require_targets: Option<bool>,
    /// Most packages the tool may have left out.
    pub max_skipped: SkipLimit,
    /// More than that is an error, not a warning.
    pub fail_on_skipped: bool,
    /// Put before every location.
    pub prefix: String,
    /// Taken off every location.
    pub root: String,
}

impl ReportOptions {
    /// How the paths of this report are mounted.
    pub(crate) fn mount(&self) -> Mount<'_> {
        Mount { root: &self.root, prefix: &self.prefix }
    }
}

/// How many packages a tool may leave out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SkipLimit {
    /// So many.
    Count(u64),
    /// So many of a hundred.
    Percent(f64),
}

impl Default for SkipLimit {
    fn default() -> Self {
        Self::Percent(0.0)
    }
}

impl SkipLimit {
    /// Whether `skipped` of `total` is more than the limit.
    #[allow(clippy::cast_precision_loss, reason = "counts of packages are small")]
    pub(crate) fn exceeded(self, skipped: u64, total: u64) -> bool {
        match self {
            Self::Count(most) => skipped > most,
            Self::Percent(most) => skipped as f64 * 100.0 > most * total as f64,
        }
    }
}

/// Which statement of severity wins (spec/ingest.md 3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SeverityFrom {
    /// The tool's word, else its scores.
    #[default]
    ToolFirst,
    /// The scores, else the tool's word.
    ScoreFirst,
    /// The highest of all.
    Max,
}

/// The policy's `ingest` section, as far as reading needs it.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// `ingest.severity_from`
    pub severity_from: SeverityFrom,
    /// `ingest.cvss_use_threat`
    pub cvss_use_threat: bool,
    /// `ingest.sarif_levels`: tool, level, severity.
    pub sarif_levels: BTreeMap<String, BTreeMap<String, Severity>>,
    /// `ingest.default_severity`: tool, severity where its report states none.
    pub default_severity: BTreeMap<String, Severity>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            severity_from: SeverityFrom::default(),
            cvss_use_threat: false,
            sarif_levels: BTreeMap::new(),
            // Checkov calls every result an error, whatever it is about.
            default_severity: BTreeMap::from([("checkov".to_owned(), Severity::Medium)]),
        }
    }
}

/// What the repository and the run know.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// Paths of reports become paths of the repository.
    pub resolver: &'a PathResolver,
    /// The date of evaluation.
    pub now: Timestamp,
    /// Ids of what is judged, the first to be named: the head of a change, and its merge with the base.
    pub commits: &'a [&'a str],
    /// A file of the judged tree: lock files for versions npm does not write, source lines for identities.
    pub file: &'a (dyn Fn(&str) -> Option<Vec<u8>> + Sync),
    /// The policy's `ingest` section.
    pub options: &'a Options,
}

impl std::fmt::Debug for Surroundings<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Surroundings")
            .field("now", &self.now)
            .field("commits", &self.commits)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
