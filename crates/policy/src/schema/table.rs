//! The rows. Order is the order of the documentation and of `policy show`.

use super::supply::{DATA, INGEST, LICENSES, PACKAGES, SBOM, VEX};
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
    Key { name, kind, default, merge, strict, text }
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
    map("workflows", &[SECTION, PROFILE_WITH_AUDIT], "GitHub workflows, actions and Dependabot."),
    map("manifests", &[SECTION, PROFILE, MANIFESTS], "Kubernetes manifests."),
    map("dockerfiles", &[SECTION], "Dockerfiles."),
    map("compose", &[SECTION], "Compose files."),
    map("alerts", &[SECTION, PROFILE_WITH_AUDIT, ALERTS], "Prometheus, Alertmanager and Grafana."),
    map("repository", &[SECTION], "Hygiene of the repository."),
    map("quality", &[SECTION], "Tests, coverage and performance."),
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
    levels("levels", SECTION_LEVELS, "Levels of this section; severities left out take the common `levels`."),
    key(
        "required",
        Type::Required,
        Is("auto"),
        Merge::Set,
        Strict::Required,
        "Whether the verdict is incomplete without a check of this section; `auto`: when the repository holds something to check.",
    ),
    map("paths", &[PATHS], "Which files this section judges."),
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
];

const SCOPES: &[Key] = &[
    levels("runtime", SCOPE_LEVELS, "Packages that run in production."),
    levels("development", DEVELOPMENT_LEVELS, "Packages only for building and testing."),
    levels("optional", SCOPE_LEVELS, "Packages installed where possible."),
    levels("unknown", SCOPE_LEVELS, "Packages whose use the report does not state."),
];

const SECRETS: &[Key] = &[
    level("verified", Is("fail"), "At least this level for secrets that a tool has tried and found working."),
    level("unverified", Is("fail"), "At most this level for secrets that nobody has tried."),
    level(
        "unaudited",
        Is("warn"),
        "At most this level for secrets of a detect-secrets baseline that nobody has audited.",
    ),
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

const MANIFESTS: &[Key] = &[key(
    "cpu_limits",
    Type::Word(&["require", "ignore", "forbid"]),
    Is("require"),
    Merge::Set,
    Strict::AnyIsLooser,
    "Whether every container has a CPU limit, nobody cares, or none has one.",
)];

const ALERTS: &[Key] = &[
    names("require_labels", Is("severity"), Strict::More, "Labels every alerting rule has."),
    names("require_annotations", Is("summary"), Strict::More, "Annotations every alerting rule has."),
    names("severities", Unset, Strict::AnyIsLooser, "Values the label `severity` may have; without any, all."),
];

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

const REPORT: &[Key] = &[
    key("name", Type::Text, Required, Merge::Set, Strict::Neutral, "Name of the report, unique."),
    key("path", Type::Glob, Required, Merge::Set, Strict::AnyIsLooser, "File, directory or pattern."),
    key("format", Type::Format, Unset, Merge::Set, Strict::AnyIsLooser, "Format; otherwise it is detected."),
    key(
        "required",
        Type::Bool,
        Is("false"),
        Merge::Set,
        Strict::True,
        "The verdict is incomplete without this report.",
    ),
    key("max_age", Type::Duration, Unset, Merge::Set, Strict::Down, "Older reports are no evidence."),
    key(
        "max_db_age",
        Type::Duration,
        Unset,
        Merge::Set,
        Strict::Down,
        "Reports made with an older database are no evidence.",
    ),
    key(
        "require_commit",
        Type::Bool,
        Is("false"),
        Merge::Set,
        Strict::True,
        "The report must be about the commit that is judged.",
    ),
    key(
        "min_components",
        Type::Integer(0),
        Unset,
        Merge::Set,
        Strict::Up,
        "A bill of materials must list this many components.",
    ),
    key(
        "empty_is_clean",
        Type::Bool,
        Is("false"),
        Merge::Set,
        Strict::False,
        "An empty file means that nothing was found.",
    ),
    key(
        "require_targets",
        Type::Bool,
        Unset,
        Merge::Set,
        Strict::True,
        "A Trivy report without `Results` is an error; otherwise as `required`.",
    ),
    key("max_skipped", Type::CountOrPercent, Is("0%"), Merge::Set, Strict::Down, "So many packages may go unaudited."),
    key(
        "fail_on_skipped",
        Type::Bool,
        Is("false"),
        Merge::Set,
        Strict::True,
        "More than `max_skipped` is an error, not a warning.",
    ),
    key("prefix", Type::Path, Unset, Merge::Set, Strict::Neutral, "Path to put before every location."),
    key("root", Type::Text, Unset, Merge::Set, Strict::Neutral, "Path to take off every location."),
];

const EXCEPTION: &[Key] = &[
    key("id", Type::Id, Required, Merge::Own, Strict::Neutral, "Name of the exception, unique."),
    key("rules", Type::List(&Type::RuleSelector), Unset, Merge::Own, Strict::Fewer, "Rules or advisories it covers."),
    key("package", Type::PackageGlob, Unset, Merge::Own, Strict::Fewer, "Only in this package."),
    key("paths", Type::List(&Type::Glob), Unset, Merge::Own, Strict::Fewer, "Only in these files."),
    key(
        "resource",
        Type::ResourceGlob,
        Unset,
        Merge::Own,
        Strict::Fewer,
        "Only for this object: `Kind/namespace/name`.",
    ),
    key("fingerprints", Type::List(&Type::Fingerprint), Unset, Merge::Own, Strict::Fewer, "Exactly these findings."),
    key("reason", Type::Text, Required, Merge::Own, Strict::Neutral, "Why it is acceptable."),
    key("owner", Type::Text, Required, Merge::Own, Strict::Neutral, "User, team or e-mail that answers for it."),
    key("created", Type::Date, Required, Merge::Own, Strict::Neutral, "First day."),
    key("expires", Type::Date, Required, Merge::Own, Strict::Down, "Last day."),
    key("ticket", Type::Text, Unset, Merge::Own, Strict::Neutral, "Where the work is tracked."),
    key(
        "when_fixed",
        Type::Word(&["keep", "expire"]),
        Is("expire"),
        Merge::Own,
        Strict::Later,
        "Whether it ends by itself once a fixed version exists.",
    ),
];

const EXCEPTION_POLICY: &[Key] = &[
    key("max_days", Type::Integer(1), Is("180"), Merge::Set, Strict::Down, "An exception lasts at most so long."),
    key(
        "warn_days",
        Type::Integer(0),
        Is("14"),
        Merge::Set,
        Strict::Up,
        "So many days before its end an exception is shown as ending.",
    ),
    key(
        "expired",
        Type::Word(&["warn", "fail"]),
        Is("fail"),
        Merge::Set,
        Strict::Later,
        "`fail`: a finding whose exception has ended counts as always; `warn`: it is at most a warning.",
    ),
    level("unused", Is("warn"), "Level of an exception that matched nothing."),
    key(
        "max_matches",
        Type::Integer(1),
        Is("20"),
        Merge::Set,
        Strict::Down,
        "An exception that matches more findings applies to none.",
    ),
    key("require_ticket", Type::Bool, Is("false"), Merge::Set, Strict::True, "Every exception names a ticket."),
    key(
        "reason_for_off",
        Type::Bool,
        Is("false"),
        Merge::Set,
        Strict::True,
        "A rule that is switched off or lowered says why.",
    ),
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
