//! The rows. Order is the order of the documentation and of `policy show`.

use super::acceptance::{EXCEPTION, EXCEPTION_POLICY, TRUST};
use super::entries::REPORT;
use super::github::GITHUB;
use super::quality::QUALITY;
use super::supply::{DATA, INGEST, LICENSES, PACKAGES, SBOM, VEX};
use super::wings::{ALERTS, MANIFESTS, WORKFLOWS};
use super::{Initial, Key, Merge, Strict, Type};
use Initial::{Is, Required, Unset};

pub(super) const fn key(
    name: &'static str,
    kind: Type,
    default: Initial,
    merge: Merge,
    strict: Strict,
    text: &'static str,
) -> Key {
    Key { name, kind, default, merge, strict, text, per_path: false }
}

/// A key that an entry of `overrides` may set for some paths.
pub(super) const fn per_path(key: Key) -> Key {
    Key { per_path: true, ..key }
}

/// The part of a section that may differ from path to path.
const fn overridden(name: &'static str, groups: &'static [&'static [Key]], text: &'static str) -> Key {
    key(name, Type::PerPath(groups), Unset, Merge::Deep, Strict::PerKey, text)
}

/// A mapping with fixed keys.
pub(super) const fn map(name: &'static str, groups: &'static [&'static [Key]], text: &'static str) -> Key {
    key(name, Type::Map(groups), Unset, Merge::Deep, Strict::PerKey, text)
}

const fn levels(name: &'static str, keys: &'static [Key], text: &'static str) -> Key {
    key(name, Type::Levels(keys), Unset, Merge::Deep, Strict::PerKey, text)
}

pub(super) const fn level(name: &'static str, default: Initial, text: &'static str) -> Key {
    key(name, Type::Level, default, Merge::Set, Strict::Level, text)
}

const fn scope_level(name: &'static str, default: Initial, text: &'static str) -> Key {
    key(name, Type::LevelOrDefault, default, Merge::Set, Strict::Level, text)
}

pub(super) const fn globs(name: &'static str, default: Initial, strict: Strict, text: &'static str) -> Key {
    key(name, Type::List(&Type::Glob), default, Merge::Edit, strict, text)
}

pub(super) const fn names(name: &'static str, default: Initial, strict: Strict, text: &'static str) -> Key {
    key(name, Type::List(&Type::Text), default, Merge::Edit, strict, text)
}

pub(super) const fn text(name: &'static str, default: Initial, text: &'static str) -> Key {
    key(name, Type::Text, default, Merge::Set, Strict::Neutral, text)
}

const VERSION: Key = key(
    "version",
    Type::FormatVersion,
    Required,
    Merge::Own,
    Strict::Neutral,
    "Format of this file; this program reads 1.",
);

/// Keys of `portcullis.yaml` and of every preset.
pub const POLICY: &[Key] = &[
    VERSION,
    key("kind", Type::Word(&["policy"]), Unset, Merge::Own, Strict::Neutral, "`policy`; may be left out."),
    key("min_version", Type::Version, Unset, Merge::Own, Strict::Neutral, "An older portcullis refuses this file."),
    key("name", Type::Text, Unset, Merge::Own, Strict::Neutral, "What this policy is called."),
    key("description", Type::Text, Unset, Merge::Own, Strict::Neutral, "What this policy is for."),
    key(
        "extends",
        Type::List(&Type::Reference),
        Unset,
        Merge::Own,
        Strict::Neutral,
        "Parents, applied in this order before this file.",
    ),
    key(
        "as_of",
        Type::Version,
        Unset,
        Merge::Set,
        Strict::AnyIsLooser,
        "Rules that a later portcullis brings are at most a warning, unless `rules` names them.",
    ),
    key(
        "mode",
        Type::Mode(&[MODE]),
        Is("enforce"),
        Merge::Set,
        Strict::AnyIsLooser,
        "`enforce`, or for a while only say what would block.",
    ),
    levels(
        "levels",
        LEVELS,
        "What the gate does about a finding of each severity, for every section that does not say otherwise.",
    ),
    map("vulnerabilities", &[SECTION, VULNERABILITIES], "Vulnerabilities, malware and outdated packages."),
    map("secrets", &[SECTION, SECRETS], "Secrets."),
    map("licenses", &[SECTION, LICENSES], "Licences of the packages that reports list."),
    map("sbom", &[SECTION, SBOM], "Bills of materials."),
    map("packages", &[SECTION, PACKAGES], "Packages that may not be used."),
    map("code", &[SECTION], "Weaknesses in code that other tools report."),
    map("misconfigurations", &[SECTION], "Misconfigurations of other tools that belong to no other section."),
    map("workflows", &[SECTION, PROFILE_WITH_AUDIT, WORKFLOWS], "GitHub workflows, actions and Dependabot."),
    map("manifests", &[SECTION, PROFILE, MANIFESTS], "Kubernetes manifests."),
    map("dockerfiles", &[SECTION], "Dockerfiles."),
    map("compose", &[SECTION], "Compose files."),
    map("alerts", &[SECTION, PROFILE_WITH_AUDIT, ALERTS], "Prometheus, Alertmanager and Grafana."),
    map("repository", &[SECTION], "Hygiene of the repository."),
    map("quality", &[SECTION, QUALITY], "Tests, coverage and performance."),
    map("slo", &[SECTION], "Error budgets."),
    map("baseline", &[BASELINE], "What was there before the change."),
    key(
        "rules",
        Type::Rules(&[RULE]),
        Unset,
        Merge::LastMatch,
        Strict::PerKey,
        "Level and severity of single rules, by id or pattern.",
    ),
    key(
        "overrides",
        Type::Entries(&[OVERRIDE], ""),
        Unset,
        Merge::Append,
        Strict::PerKey,
        "What holds for some files, packages or tools only; of several that match the last one decides, key by key.",
    ),
    key(
        "reports",
        Type::Entries(&[REPORT], "name"),
        Unset,
        Merge::Keyed,
        Strict::More,
        "Reports of other tools that the gate reads.",
    ),
    map("ingest", &[INGEST], "How reports are read."),
    map("data", &[DATA], "Files that say more about vulnerabilities than reports do; read from the base commit."),
    key(
        "vex",
        Type::Entries(&[VEX], "path"),
        Unset,
        Merge::Keyed,
        Strict::Fewer,
        "Documents that say which vulnerabilities do not concern this repository.",
    ),
    key(
        "exceptions",
        Type::Entries(&[EXCEPTION], "id"),
        Unset,
        Merge::Append,
        Strict::Fewer,
        "Findings that are accepted for a while.",
    ),
    map("exception_policy", &[EXCEPTION_POLICY], "What an exception must say and how far it may reach."),
    map("verdict", &[VERDICT], "How findings and problems become the verdict."),
    map(
        "trust",
        &[TRUST],
        "Which version of the gate's files counts, and what files and reports may say for themselves.",
    ),
    map("github", &[GITHUB], "What is said on GitHub."),
];

/// Keys of the files below `.portcullis/exceptions/`.
pub const EXCEPTIONS: &[Key] = &[
    VERSION,
    key("kind", Type::Word(&["exceptions"]), Required, Merge::Own, Strict::Neutral, "`exceptions`."),
    key(
        "exceptions",
        Type::Entries(&[EXCEPTION], "id"),
        Unset,
        Merge::Append,
        Strict::Fewer,
        "Findings that are accepted for a while.",
    ),
];

const MODE: &[Key] = &[key(
    "report_only",
    Type::Map(&[REPORT_ONLY]),
    Required,
    Merge::Set,
    Strict::PerKey,
    "Nothing blocks until the end of this day.",
)];

const REPORT_ONLY: &[Key] = &[
    key("until", Type::Date, Required, Merge::Set, Strict::Down, "Last day, at most 180 days from now."),
    key(
        "except",
        Type::List(&Type::Word(SECTIONS)),
        Unset,
        Merge::Set,
        Strict::More,
        "Sections that block all the same.",
    ),
];

/// Every section, by name.
const SECTIONS: &[&str] = &[
    "vulnerabilities",
    "secrets",
    "licenses",
    "sbom",
    "packages",
    "code",
    "misconfigurations",
    "workflows",
    "manifests",
    "dockerfiles",
    "compose",
    "alerts",
    "repository",
    "quality",
    "slo",
];

const LEVELS: &[Key] = &[
    level("critical", Is("fail"), "Level of critical findings."),
    level("high", Is("fail"), "Level of high findings."),
    level("medium", Is("warn"), "Level of medium findings."),
    level("low", Is("log"), "Level of low findings."),
    level("info", Is("log"), "Level of findings that are only worth knowing."),
    level("unknown", Is("fail"), "Level of findings nobody has rated."),
];

const SECTION_LEVELS: &[Key] = &[
    level("critical", Unset, "Level of critical findings."),
    level("high", Unset, "Level of high findings."),
    level("medium", Unset, "Level of medium findings."),
    level("low", Unset, "Level of low findings."),
    level("info", Unset, "Level of findings that are only worth knowing."),
    level("unknown", Unset, "Level of findings nobody has rated."),
];

const SCOPE_LEVELS: &[Key] = &[
    scope_level("critical", Unset, "Level of critical findings."),
    scope_level("high", Unset, "Level of high findings."),
    scope_level("medium", Unset, "Level of medium findings."),
    scope_level("low", Unset, "Level of low findings."),
    scope_level("info", Unset, "Level of findings that are only worth knowing."),
    scope_level("unknown", Unset, "Level of findings nobody has rated."),
];

const DEVELOPMENT_LEVELS: &[Key] = &[
    scope_level("critical", Is("fail"), "Level of critical findings."),
    scope_level("high", Is("warn"), "Level of high findings."),
    scope_level("medium", Unset, "Level of medium findings."),
    scope_level("low", Unset, "Level of low findings."),
    scope_level("info", Unset, "Level of findings that are only worth knowing."),
    scope_level("unknown", Unset, "Level of findings nobody has rated."),
];

/// What every section has.
const SECTION: &[Key] = &[
    per_path(levels("levels", SECTION_LEVELS, "Levels of this section; severities left out take the common `levels`.")),
    key(
        "required",
        Type::Required,
        Is("auto"),
        Merge::Set,
        Strict::Required,
        "Whether the verdict is incomplete without a check of this section; `auto`: when the repository holds something to check.",
    ),
    map("paths", &[PATHS], "Which files this section judges."),
    key(
        "foreign_ignores",
        Type::Bool,
        Is("true"),
        Merge::Set,
        Strict::False,
        "Ignore comments and ignore files of other tools count in this section.",
    ),
];

const PATHS: &[Key] = &[
    globs("include", Is("**"), Strict::More, "Only findings in these files count; findings without a file always do."),
    globs("exclude", Unset, Strict::Fewer, "Findings in these files do not count."),
];

const VULNERABILITIES: &[Key] = &[
    key(
        "only_fixable",
        Type::Bool,
        Is("false"),
        Merge::Set,
        Strict::False,
        "Without a version that mends it a vulnerability is at most a warning.",
    ),
    level("wont_fix", Is("warn"), "At most this level where the vendor will not mend it."),
    level("unreachable", Is("warn"), "At most this level where the report says that the code is never called."),
    level("kev", Is("fail"), "At least this level for vulnerabilities known to be exploited."),
    level("malware", Is("fail"), "At least this level for malicious packages."),
    map("scopes", &[SCOPES], "Levels by what the package is used for; they come before those of the section."),
    map("epss", &[EPSS], "What the likelihood of exploitation (EPSS) does."),
    map(
        "sla_days",
        &[SLA_DAYS],
        "After so many days a vulnerability rises to `overdue`; the last day still counts as inside, 0 is at once.",
    ),
    level("overdue", Is("fail"), "At least this level once the days of `sla_days` are over."),
    key(
        "clock",
        Type::Word(&["first_seen", "published", "fix_available"]),
        Is("first_seen"),
        Merge::Set,
        Strict::AnyIsLooser,
        "When the days of `sla_days` begin: the baseline saw it first, it was published, or a fix came out.",
    ),
    map(
        "max_count",
        &[MAX_COUNT],
        "Where more vulnerabilities of a severity are at `warn` or above, all of them fail.",
    ),
    key(
        "vex_grace_days",
        Type::Integer(0),
        Is("30"),
        Merge::Set,
        Strict::Down,
        "So many days a vulnerability whose vendor still investigates is at most a warning.",
    ),
];

const EPSS: &[Key] = &[
    key("fail_at", Type::Share, Unset, Merge::Set, Strict::Down, "From this likelihood on a vulnerability fails."),
    key(
        "percentile",
        Type::Bool,
        Is("false"),
        Merge::Set,
        Strict::AnyIsLooser,
        "Compare the percentile and not the score.",
    ),
    key(
        "downgrade_below",
        Type::Share,
        Unset,
        Merge::Set,
        Strict::DownOrUnset,
        "Below this likelihood a vulnerability is one level lower.",
    ),
    key(
        "never_downgrade",
        Type::List(&Type::Severity),
        Is("critical"),
        Merge::Set,
        Strict::More,
        "Severities that a low likelihood never lowers.",
    ),
];

const SLA_DAYS: &[Key] = &[
    days("critical", "Days for critical vulnerabilities."),
    days("high", "Days for high vulnerabilities."),
    days("medium", "Days for medium vulnerabilities."),
    days("low", "Days for low vulnerabilities."),
    days("info", "Days for vulnerabilities that are only worth knowing."),
    days("unknown", "Days for vulnerabilities nobody has rated."),
];

const fn days(name: &'static str, text: &'static str) -> Key {
    key(name, Type::Integer(0), Unset, Merge::Set, Strict::Down, text)
}

const MAX_COUNT: &[Key] = &[
    count("critical", "Most critical vulnerabilities that may be left."),
    count("high", "Most high vulnerabilities that may be left."),
    count("medium", "Most medium vulnerabilities that may be left."),
    count("low", "Most low vulnerabilities that may be left."),
    count("info", "Most vulnerabilities only worth knowing that may be left."),
    count("unknown", "Most unrated vulnerabilities that may be left."),
];

const fn count(name: &'static str, text: &'static str) -> Key {
    key(name, Type::Integer(0), Unset, Merge::Set, Strict::Down, text)
}

const SCOPES: &[Key] = &[
    levels("runtime", SCOPE_LEVELS, "Packages that run in production."),
    levels("development", DEVELOPMENT_LEVELS, "Packages only for building and testing."),
    levels("optional", SCOPE_LEVELS, "Packages installed where possible."),
    levels("unknown", SCOPE_LEVELS, "Packages whose use the report does not state."),
];

const SECRETS: &[Key] = &[
    per_path(level("verified", Is("fail"), "At least this level for secrets that a tool has tried and found working.")),
    per_path(level("unverified", Is("fail"), "At most this level for secrets that nobody has tried.")),
    per_path(level(
        "unaudited",
        Is("warn"),
        "At most this level for secrets of a detect-secrets baseline that nobody has audited.",
    )),
    key(
        "config",
        Type::Path,
        Unset,
        Merge::Set,
        Strict::AnyIsLooser,
        "The scanner's rule file (TOML); otherwise it is looked for.",
    ),
];

const PROFILE: &[Key] = &[key(
    "profile",
    Type::Word(&["off", "minimal", "recommended", "strict"]),
    Is("recommended"),
    Merge::Set,
    Strict::Later,
    "Which of our own rules run.",
)];

const PROFILE_WITH_AUDIT: &[Key] = &[key(
    "profile",
    Type::Word(&["off", "minimal", "recommended", "strict", "audit"]),
    Is("recommended"),
    Merge::Set,
    Strict::Later,
    "Which of our own rules run.",
)];

const BASELINE: &[Key] = &[
    key(
        "file",
        Type::Path,
        Is(".portcullis/baseline.json"),
        Merge::Set,
        Strict::AnyIsLooser,
        "The baseline in the repository, written by `portcullis check -f baseline=FILE`.",
    ),
    level("existing", Is("log"), "At most this level for findings that the baseline has."),
    map("newly_disclosed", &[NEWLY_DISCLOSED], "Vulnerabilities that became known in packages the baseline has."),
    level("escalated", Is("warn"), "At most this level for findings of the baseline that have become more severe."),
    key("max_age", Type::Duration, Is("30d"), Merge::Set, Strict::Down, "An older baseline is told to be stale."),
    key(
        "from_sarif",
        Type::Bool,
        Is("false"),
        Merge::Set,
        Strict::False,
        "Where nothing else is known of the base, what a SARIF report says of it itself (`baselineState`) counts.",
    ),
];

const NEWLY_DISCLOSED: &[Key] = &[
    level("pull_request", Is("warn"), "At most this level in a pull request, which did not bring them."),
    level("push", Is("fail"), "At most this level everywhere else."),
];

const RULE: &[Key] = &[
    level("level", Unset, "What the gate does about findings of the rule."),
    key("severity", Type::Severity, Unset, Merge::Set, Strict::Up, "How bad findings of the rule are."),
    text("reason", Unset, "Why."),
];

const OVERRIDE: &[Key] = &[
    key("paths", Type::List(&Type::Glob), Unset, Merge::Own, Strict::AnyIsLooser, "Only findings in these files."),
    key("exclude", Type::List(&Type::Glob), Unset, Merge::Own, Strict::AnyIsLooser, "Not findings in these files."),
    key("package", Type::PackageGlob, Unset, Merge::Own, Strict::AnyIsLooser, "Only findings about these packages."),
    key("tools", Type::List(&Type::Text), Unset, Merge::Own, Strict::AnyIsLooser, "Only findings of these tools."),
    levels("levels", SECTION_LEVELS, "Levels of what matches; they come before those of scopes and sections."),
    overridden("vulnerabilities", &[SECTION, VULNERABILITIES], "Vulnerabilities that match."),
    overridden("secrets", &[SECTION, SECRETS], "Secrets that match."),
    overridden("licenses", &[SECTION], "Licences that match."),
    overridden("sbom", &[SECTION], "Bills of materials that match."),
    overridden("packages", &[SECTION], "Denied packages that match."),
    overridden("code", &[SECTION], "Weaknesses in code that match."),
    overridden("misconfigurations", &[SECTION], "Misconfigurations of other tools that match."),
    overridden("workflows", &[SECTION], "Workflows that match."),
    overridden("manifests", &[SECTION], "Manifests that match."),
    overridden("dockerfiles", &[SECTION], "Dockerfiles that match."),
    overridden("compose", &[SECTION], "Compose files that match."),
    overridden("alerts", &[SECTION, ALERTS], "Alerting rules that match."),
    overridden("repository", &[SECTION], "Files that match."),
    overridden("quality", &[SECTION], "Tests that match."),
    overridden("slo", &[SECTION], "Error budgets that match."),
    key("rules", Type::Rules(&[RULE]), Unset, Merge::LastMatch, Strict::PerKey, "Rules, for what matches."),
    text("reason", Unset, "Why; must be written where the override loosens anything."),
    key("expires", Type::Date, Unset, Merge::Own, Strict::AnyIsLooser, "Last day it applies."),
];

const VERDICT: &[Key] = &[
    key(
        "warnings",
        Type::Word(&["pass", "fail"]),
        Is("pass"),
        Merge::Set,
        Strict::Later,
        "Whether warnings let the change pass.",
    ),
    key("max_warnings", Type::Integer(0), Unset, Merge::Set, Strict::Down, "More warnings fail."),
    key(
        "on_incomplete",
        Type::Word(&["warn", "incomplete"]),
        Is("incomplete"),
        Merge::Set,
        Strict::Later,
        "`warn`: missing evidence of `quality`, `slo`, `alerts` and `repository` is only a warning.",
    ),
];
