//! The policy in force: every layer merged, every value typed, each with the place that set it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use portcullis_model::{BySeverity, Globs, Level, Origin, Scope, Section, Severity};

use crate::effective::Effective;
use crate::overrides::Override;
use crate::pattern::{PackagePattern, Pattern};
use crate::quality::QualityPolicy;
use crate::rulebook::RuleBook;
use crate::supply::license::LicensePolicy;
use crate::supply::packages::PackagePolicy;
use crate::supply::sbom::SbomPolicy;
use crate::supply::vex::VexEntry;
use crate::trust::{ExceptionPolicy, TrustPolicy};
use crate::wings::{AlertPolicy, ManifestPolicy, WorkflowPolicy};

/// A value of the policy and the place that set it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Setting<T> {
    /// The value in force.
    pub value: T,
    /// Which file and line set it, or `default`.
    pub origin: Origin,
}

/// The policy in force. Made by [`load`](crate::load); the gate asks it what to run, [`judge`](crate::judge) what to do.
#[derive(Clone, Debug)]
#[allow(clippy::struct_field_names, reason = "`exception_policy` is a key of the file")]
pub struct Policy {
    pub(crate) path: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) layers: Vec<String>,
    pub(crate) effective: Effective,
    pub(crate) report_only: Option<ReportOnly>,
    pub(crate) implied_preset: bool,
    pub(crate) digest: String,
    pub(crate) levels: BySeverity<Setting<Level>>,
    pub(crate) sections: BTreeMap<Section, SectionPolicy>,
    pub(crate) vulnerabilities: VulnerabilityPolicy,
    pub(crate) secrets: SecretPolicy,
    pub(crate) licenses: LicensePolicy,
    pub(crate) ingest: IngestPolicy,
    pub(crate) data: DataPolicy,
    pub(crate) sbom: SbomPolicy,
    pub(crate) packages: PackagePolicy,
    pub(crate) vex: Vec<VexEntry>,
    pub(crate) alerts: AlertPolicy,
    pub(crate) workflows: WorkflowPolicy,
    pub(crate) manifests: ManifestPolicy,
    pub(crate) trust: TrustPolicy,
    pub(crate) github: GithubPolicy,
    pub(crate) baseline: BaselinePolicy,
    pub(crate) quality: QualityPolicy,
    pub(crate) rules: RuleBook,
    pub(crate) overrides: Vec<Override>,
    /// Newer rules are at most a warning; the version as it stands in the file.
    pub(crate) as_of: Option<Setting<String>>,
    /// Ids of those rules, and the version that brought each.
    pub(crate) newer_rules: BTreeMap<&'static str, &'static str>,
    pub(crate) reports: Vec<ReportEntry>,
    pub(crate) exceptions: Vec<Exception>,
    pub(crate) exception_policy: ExceptionPolicy,
    pub(crate) verdict: VerdictPolicy,
}

impl Policy {
    /// Path of the policy file; `None` when the built-in policy is in force.
    pub fn path(&self) -> Option<&str> {
        self.path.as_deref()
    }

    /// `name` of the policy file.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The layers in force, first applied first: `preset:baseline@1`, `portcullis.yaml`.
    pub fn layers(&self) -> &[String] {
        &self.layers
    }

    /// One line that says which layers are in force, and whether a preset was implied because nothing else was said.
    pub fn describe(&self) -> String {
        let layers = self.layers.join(" < ");
        if self.implied_preset {
            format!("{layers} (implied: the policy names no parent and no section)")
        } else {
            layers
        }
    }

    /// The policy for people: each value with the place that set it.
    pub const fn effective(&self) -> &Effective {
        &self.effective
    }

    /// SHA-256 over every file that was read, hex.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Reports the gate has to read.
    pub fn reports(&self) -> &[ReportEntry] {
        &self.reports
    }

    /// Profile of a section's own rules: `off`, `minimal`, `recommended`, `strict`, `audit`; sections without one are `recommended`.
    pub fn profile(&self, section: Section) -> &str {
        self.sections.get(&section).map_or("recommended", |section| section.profile.value.as_str())
    }

    /// Whether the verdict needs a check of this section.
    pub fn required(&self, section: Section) -> Required {
        self.sections.get(&section).map_or(Required::Auto, |section| section.required.value)
    }

    /// Which files a section judges.
    pub fn paths(&self, section: Section) -> Option<&SectionPaths> {
        self.sections.get(&section).map(|section| &section.paths)
    }

    /// The scanner's rule file, where the policy names one.
    pub fn secrets_config(&self) -> Option<&Setting<String>> {
        self.secrets.config.as_ref()
    }

    /// What alerting rules have to say.
    pub fn alerts(&self) -> &AlertPolicy {
        &self.alerts
    }

    /// What manifests have to look like.
    pub fn manifests(&self) -> &ManifestPolicy {
        &self.manifests
    }

    /// What workflows have to look like.
    pub fn workflows(&self) -> &WorkflowPolicy {
        &self.workflows
    }

    /// `<section>.foreign_ignores`: ignore comments and ignore files of other tools count.
    pub fn foreign_ignores(&self, section: Section) -> bool {
        self.sections.get(&section).is_none_or(|section| section.foreign_ignores.value)
    }

    /// `trust.policy_from: head`: the policy of the change itself decides about it.
    pub fn trusts_head(&self) -> bool {
        self.trust.from_head.value
    }

    /// `trust.apply_tightening`: the policy of the change itself counts where it is tighter.
    pub fn applies_tightening(&self) -> bool {
        self.trust.apply_tightening.value
    }

    /// What is said on GitHub.
    pub const fn github(&self) -> &GithubPolicy {
        &self.github
    }

    /// `exception_policy.warn_days`
    pub fn warn_days(&self) -> u32 {
        self.exception_policy.warn_days.value
    }

    /// The same with `trust` of another policy: nobody says of himself that he is to be trusted.
    #[must_use]
    pub fn with_trust_of(mut self, other: &Self) -> Self {
        self.trust = other.trust.clone();
        self.effective.take_over("trust", &other.effective);
        self
    }

    /// Path of the committed baseline, and the place that names it.
    pub fn baseline_file(&self) -> &Setting<String> {
        &self.baseline.file
    }

    /// Whether the entries of an ignore file of another tool are looked at (`exception_policy.import`).
    pub fn imports(&self, path: &str) -> bool {
        self.exception_policy.import.value.reads(path)
    }

    /// How reports are read.
    pub const fn ingest(&self) -> &IngestPolicy {
        &self.ingest
    }

    /// Files that say more about vulnerabilities than reports do.
    pub const fn data(&self) -> &DataPolicy {
        &self.data
    }

    /// The list of well-known package names, where the policy names one.
    pub fn typosquats(&self) -> Option<&Setting<String>> {
        self.packages.typosquats.as_ref()
    }

    /// VEX documents whose statements count; the gate reads them from the tree that steers.
    pub fn vex(&self) -> &[VexEntry] {
        &self.vex
    }

    /// Exceptions of every file, in the order read.
    pub fn exceptions(&self) -> &[Exception] {
        &self.exceptions
    }

    /// The policy for a run that looks at files only and reads no report (a pre-commit hook): what only reports can show
    /// is not asked for. Everything else is unchanged.
    #[must_use]
    pub fn without_reports(mut self) -> Self {
        self.reports.clear();
        self.quality.gates.clear();
        self.quality.tests.required.value = false;
        for (section, policy) in &mut self.sections {
            if fed_by_reports(*section) {
                policy.required.value = Required::No;
            }
        }
        self
    }
}

/// Sections no rule of ours serves: their findings come from reports only.
pub(crate) const fn fed_by_reports(section: Section) -> bool {
    matches!(
        section,
        Section::Vulnerabilities
            | Section::Licenses
            | Section::Sbom
            | Section::Packages
            | Section::Code
            | Section::Misconfigurations
            | Section::Quality
    )
}

/// What every section has.
#[derive(Clone, Debug, Default)]
pub(crate) struct SectionPolicy {
    pub(crate) levels: BySeverity<Option<Setting<Level>>>,
    pub(crate) required: Setting<Required>,
    pub(crate) profile: Setting<String>,
    pub(crate) paths: SectionPaths,
    pub(crate) foreign_ignores: Setting<bool>,
}

/// Which files a section judges.
#[derive(Clone, Debug, Default)]
pub struct SectionPaths {
    /// Only these; each pattern with the place that set it.
    pub include: Vec<Setting<portcullis_model::Glob>>,
    /// Not these.
    pub exclude: Vec<Setting<portcullis_model::Glob>>,
}

/// Whether the verdict is incomplete without a check.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Required {
    /// Never.
    No,
    /// When the repository holds something to check.
    #[default]
    Auto,
    /// Always.
    Yes,
}

/// `vulnerabilities`, besides what every section has.
#[derive(Clone, Debug, Default)]
pub(crate) struct VulnerabilityPolicy {
    pub(crate) only_fixable: Setting<bool>,
    pub(crate) wont_fix: Setting<Level>,
    pub(crate) unreachable: Setting<Level>,
    pub(crate) kev: Setting<Level>,
    pub(crate) malware: Setting<Level>,
    pub(crate) scopes: BTreeMap<Scope, BySeverity<Option<Setting<Level>>>>,
    pub(crate) epss: EpssPolicy,
    pub(crate) sla_days: BySeverity<Option<Setting<u64>>>,
    pub(crate) overdue: Setting<Level>,
    pub(crate) clock: Clock,
    pub(crate) max_count: BySeverity<Option<Setting<u64>>>,
    pub(crate) vex_grace_days: Setting<u64>,
}

/// `vulnerabilities.epss`. Likelihoods from 0 to 1.
#[derive(Clone, Debug, Default)]
pub(crate) struct EpssPolicy {
    pub(crate) fail_at: Option<Setting<f32>>,
    pub(crate) percentile: bool,
    pub(crate) downgrade_below: Option<Setting<f32>>,
    pub(crate) never_downgrade: Vec<Severity>,
}

/// `vulnerabilities.clock`: when the days of the SLA begin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Clock {
    #[default]
    FirstSeen,
    Published,
    FixAvailable,
}

/// `secrets`, besides what every section has.
#[derive(Clone, Debug, Default)]
pub(crate) struct SecretPolicy {
    pub(crate) verified: Setting<Level>,
    pub(crate) unverified: Setting<Level>,
    pub(crate) unaudited: Setting<Level>,
    pub(crate) config: Option<Setting<String>>,
}

/// `ingest`: how reports are read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct IngestPolicy {
    /// `tool_first`, `score_first`, `max`.
    pub severity_from: String,
    /// Scores of CVSS 4 take exploit maturity into account.
    pub cvss_use_threat: bool,
    /// Prefixes to take off the paths of reports.
    pub strip_prefixes: Vec<String>,
    /// Tool, level of SARIF, severity.
    pub sarif_levels: BTreeMap<String, BTreeMap<String, Severity>>,
    /// Tool, severity where its report states none.
    pub default_severity: BTreeMap<String, Severity>,
    /// Tools whose severity counts where several report one weakness; none: the highest.
    pub prefer_severity_of: Vec<String>,
    /// Table of rules that say the same.
    pub equivalents: Option<Setting<String>>,
}

/// `data`: files that say more about vulnerabilities than reports do.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DataPolicy {
    /// Table of names.
    pub aliases: Option<Setting<String>>,
    /// OSV records, a file or a directory.
    pub osv: Option<Setting<String>>,
    /// Scores of EPSS.
    pub epss: Option<Setting<String>>,
    /// Catalogue of known exploited vulnerabilities.
    pub kev: Option<Setting<String>>,
    /// Seconds.
    pub epss_max_age: i64,
    /// Seconds.
    pub kev_max_age: i64,
    /// A rule of the policy depends on the scores.
    pub epss_is_asked: bool,
    /// A rule of the policy depends on the catalogue.
    pub kev_is_asked: bool,
}

impl DataPolicy {
    /// Every file and directory named.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        let settings = [&self.aliases, &self.osv, &self.epss, &self.kev];
        settings.into_iter().flatten().map(|setting| setting.value.as_str())
    }
}

/// `github`: what is said there, and to whom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GithubPolicy {
    /// Logins and `org/team` names to mention.
    pub notify: Vec<String>,
    /// Whose comments are ours.
    pub comment_author: Option<String>,
    /// Hosts that may be linked to.
    pub link_hosts: Vec<String>,
}

/// `baseline`.
#[derive(Clone, Debug, Default)]
pub(crate) struct BaselinePolicy {
    pub(crate) file: Setting<String>,
    pub(crate) existing: Setting<Level>,
    pub(crate) disclosed_in_pull_request: Setting<Level>,
    pub(crate) disclosed_on_push: Setting<Level>,
    pub(crate) escalated: Setting<Level>,
    /// Seconds.
    pub(crate) max_age: Option<Setting<i64>>,
    /// `baselineState` of a report tells where no better source does.
    pub(crate) from_sarif: Setting<bool>,
}

/// One entry of `reports` (spec/policy.md 2.4).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReportEntry {
    /// Name, unique.
    pub name: String,
    /// File, directory or pattern.
    pub path: String,
    /// Format id, where it is not to be detected.
    pub format: Option<String>,
    /// Missing makes the verdict incomplete.
    pub required: bool,
    /// Oldest report that counts, in seconds.
    pub max_age: Option<i64>,
    /// Oldest database that counts, in seconds.
    pub max_db_age: Option<i64>,
    /// The file's own time stands in where the report states none.
    pub allow_mtime: bool,
    /// It must be about the commit that is judged.
    pub require_commit: bool,
    /// Fewest components of a bill of materials.
    pub min_components: Option<u64>,
    /// An empty file means "nothing found".
    pub empty_is_clean: bool,
    /// A Trivy report without `Results` is an error.
    pub require_targets: bool,
    /// How much may go unaudited.
    pub max_skipped: Amount,
    /// More than that is an error.
    pub fail_on_skipped: bool,
    /// Path to put before every location.
    pub prefix: Option<String>,
    /// Path to take off every location.
    pub root: Option<String>,
    /// Where the entry stands.
    pub origin: Origin,
}

/// A count, or a share of all.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Amount {
    /// So many.
    Count(u64),
    /// So many of a hundred.
    Percent(f64),
}

impl Default for Amount {
    fn default() -> Self {
        Self::Percent(0.0)
    }
}

/// An exception: findings that are accepted for a while (spec/policy.md 7).
#[derive(Clone, Debug, Default)]
pub struct Exception {
    /// Its id.
    pub id: String,
    /// Why it is acceptable.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// First day.
    pub created: Date,
    /// Last day.
    pub expires: Date,
    /// Where the work is tracked.
    pub ticket: Option<String>,
    /// Who approved it.
    pub approved_by: Vec<String>,
    /// It ends by itself once a fixed version exists.
    pub ends_when_fixed: bool,
    /// Where it is written.
    pub origin: Origin,
    /// Last line of the entry, 1-based.
    pub last_line: u32,
    pub(crate) rules: Vec<Pattern>,
    pub(crate) package: Option<PackagePattern>,
    pub(crate) paths: Globs,
    pub(crate) resource: Option<Pattern>,
    pub(crate) fingerprints: BTreeSet<String>,
}

impl Exception {
    /// Advisories among the rules it names.
    pub fn advisories(&self) -> impl Iterator<Item = &str> {
        self.rules().filter(|rule| portcullis_model::advisory::is_advisory(rule))
    }

    /// The package it names, as a pattern over package URLs.
    pub fn package(&self) -> Option<&str> {
        self.package.as_ref().map(PackagePattern::as_str)
    }

    /// Rules or advisories it names, as written.
    pub fn rules(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().map(Pattern::as_str)
    }

    /// Package, paths and resource it names, for people.
    pub fn target(&self) -> Option<String> {
        let mut parts = Vec::new();
        parts.extend(self.package.as_ref().map(|package| package.as_str().to_owned()));
        parts.extend(self.paths.iter().map(|glob| glob.as_str().to_owned()));
        parts.extend(self.resource.as_ref().map(|resource| resource.as_str().to_owned()));
        if parts.is_empty() && !self.fingerprints.is_empty() {
            let count = self.fingerprints.len();
            parts.push(format!("{count} {}", if count == 1 { "fingerprint" } else { "fingerprints" }));
        }
        (!parts.is_empty()).then(|| parts.join(", "))
    }
}

/// `mode: { report_only: … }`: what would block is shown and blocks nothing.
#[derive(Clone, Debug)]
pub(crate) struct ReportOnly {
    /// The last day.
    pub(crate) until: Setting<Date>,
    /// Sections that block all the same.
    pub(crate) except: Vec<Section>,
}

impl ReportOnly {
    /// Up to the end of its last day.
    pub(crate) fn holds(&self, today: Date) -> bool {
        today <= self.until.value
    }
}

/// `verdict`.
#[derive(Clone, Debug, Default)]
pub(crate) struct VerdictPolicy {
    pub(crate) warnings_fail: Setting<bool>,
    pub(crate) max_warnings: Option<Setting<u64>>,
    pub(crate) incomplete_warns: Setting<bool>,
}

/// What `rules` says about one pattern.
#[derive(Clone, Debug, Default)]
pub(crate) struct RuleSetting {
    pub(crate) level: Field<Level>,
    pub(crate) severity: Field<Severity>,
}

/// A value that a later layer may leave alone, set, or put back to what holds without it.
#[derive(Clone, Debug, Default)]
pub(crate) enum Field<T> {
    #[default]
    Unset,
    Reset,
    Set(Setting<T>),
}

impl<T> Field<T> {
    pub(crate) const fn speaks(&self) -> bool {
        !matches!(self, Self::Unset)
    }

    pub(crate) const fn setting(&self) -> Option<&Setting<T>> {
        match self {
            Self::Set(setting) => Some(setting),
            Self::Unset | Self::Reset => None,
        }
    }
}
