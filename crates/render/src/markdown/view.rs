//! What a comment is made of besides the outcome, and what both are called in it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use portcullis_model::{Finding, Introduced, Outcome};

use crate::escape::{Cell, LinkHosts, MdCode, cap};

/// What only the one who posts knows. Nothing of it has an effect on the verdict.
#[derive(Clone, Copy, Debug, Default)]
pub struct Posting<'a> {
    /// When: the time in the footer.
    pub at: Option<Timestamp>,
    /// Findings that came and went since the comment was written last.
    pub since: Option<(u64, u64)>,
    /// Number of the run among those of its workflow: what GitHub shows of it.
    pub run_number: Option<u64>,
    /// `github.link_hosts`: hosts that may be linked to besides the known ones.
    pub link_hosts: &'a [String],
    /// `github.notify`: people and teams to mention; empty where nothing has turned to fail.
    pub notify: &'a [String],
    /// `exception_policy.warn_days`: what "soon" means.
    pub warn_days: Option<u32>,
    /// What of the outcome the change itself has written.
    pub claimed: Claimed,
}

/// How much of an outcome was written by the run of the change itself, and verified by nobody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Claimed {
    /// Nothing.
    #[default]
    Nothing,
    /// What reports say; the checks of this program were evaluated again.
    Reports,
    /// Everything.
    Everything,
}

impl Claimed {
    /// Whether nobody has verified this finding.
    pub fn holds(self, finding: &Finding) -> bool {
        match self {
            Self::Nothing => false,
            Self::Reports => finding.is_named_by_report(),
            Self::Everything => true,
        }
    }
}

/// The outcome as one comment shows it.
pub(super) struct View<'a> {
    pub(super) outcome: &'a Outcome,
    pub(super) posting: &'a Posting<'a>,
    pub(super) hosts: LinkHosts,
    /// Reports, by path, with findings of which nobody knows whether they are new; empty for our own checks.
    pub(super) without_baseline: BTreeSet<&'a str>,
}

impl<'a> View<'a> {
    pub(super) fn new(outcome: &'a Outcome, posting: &'a Posting<'a>) -> Self {
        let hosts = LinkHosts::new(&outcome.context.server_url, posting.link_hosts.iter().map(String::as_str));
        let unknown = outcome.findings.iter().filter(|judged| {
            outcome.context.pr.is_some() && judged.is_open() && judged.introduced == Introduced::Unknown
        });
        let without_baseline = unknown.flat_map(|judged| &judged.finding.sources).map(|source| source.report.as_str());
        Self { outcome, posting, hosts, without_baseline: without_baseline.collect() }
    }

    /// Whether nobody has verified a finding, where others are.
    pub(super) fn is_claimed(&self, finding: &Finding) -> bool {
        self.posting.claimed == Claimed::Reports && self.posting.claimed.holds(finding)
    }

    /// When the comment is written; a run that was given its time keeps it.
    pub(super) fn at(&self) -> Option<Timestamp> {
        self.outcome.generated_at.or(self.posting.at)
    }

    pub(super) fn today(&self) -> Option<Date> {
        self.at().map(|at| at.to_zoned(TimeZone::UTC).date())
    }

    /// What is judged.
    pub(super) const fn change(&self) -> &'static str {
        if self.outcome.context.pr.is_some() { "PR" } else { "change" }
    }

    /// What it is compared with: `main` as code, else `the base`.
    pub(super) fn base(&self) -> String {
        match self.outcome.context.base_ref.as_deref() {
            Some(branch) if !branch.trim().is_empty() => MdCode::new(branch, cap::VERSION, Cell::Text).to_string(),
            _ => "the base".to_owned(),
        }
    }
}
