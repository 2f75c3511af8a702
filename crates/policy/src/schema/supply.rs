//! The rows about the supply chain: licences, bills of materials, packages, VEX, data files.

use super::table::{key, level, map, names};
use super::{Initial, Key, Merge, Strict, Type};
use Initial::{Is, Required, Unset};

const fn licenses(name: &'static str, strict: Strict, text: &'static str) -> Key {
    key(name, Type::List(&Type::License), Unset, Merge::Edit, strict, text)
}

pub(super) const LICENSES: &[Key] = &[
    licenses(
        "allow",
        Strict::FewerButNotNone,
        "Licences that may be used; without any, all that `deny` does not name.",
    ),
    licenses("deny", Strict::More, "Licences that may not be used; this list wins over `allow`."),
    level("unknown", Is("warn"), "Level of packages whose licence nobody can tell."),
    level("unlicensed", Is("fail"), "Level of packages that come without a licence."),
    level("copyleft", Is("log"), "Level of copyleft licences where `allow` is empty and `deny` does not name them."),
    key(
        "mode",
        Type::Word(&["any", "all"]),
        Is("any"),
        Merge::Set,
        Strict::Later,
        "Of licences to choose from (`OR`), `any`: the best counts, `all`: each must pass.",
    ),
    key(
        "aliases",
        Type::Mapping(&Type::LicenseExpression),
        Unset,
        Merge::Deep,
        Strict::AnyIsLooser,
        "What licence names outside the SPDX list mean: name -> SPDX expression.",
    ),
];

const fn percent(name: &'static str, text: &'static str) -> Key {
    key(name, Type::Percent, Unset, Merge::Set, Strict::Up, text)
}

pub(super) const SBOM: &[Key] = &[
    percent("min_score", "Fewest points of a hundred a bill of materials may have."),
    key(
        "formats",
        Type::List(&Type::Word(&["cyclonedx", "spdx", "syft"])),
        Unset,
        Merge::Set,
        Strict::FewerButNotNone,
        "Formats a bill of materials may have; without any, all.",
    ),
    map("quality", &[QUALITY], "What a bill of materials has to say."),
];

const QUALITY: &[Key] = &[
    key(
        "profile",
        Type::Word(&["off", "basic", "ntia"]),
        Is("basic"),
        Merge::Set,
        Strict::Later,
        "`ntia`: the minimum elements, all complete; `basic`: name, version and id of 95 %, as a warning.",
    ),
    map("checks", &[CHECKS], "Single checks, instead of what the profile asks."),
    percent("min_edges", "So many components stand in a dependency relationship."),
];

const fn check(name: &'static str, text: &'static str) -> Key {
    map(name, &[CHECK], text)
}

const CHECKS: &[Key] = &[
    check("supplier", "Components that state who delivers them."),
    check("name", "Components with a name."),
    check("version", "Components with a version."),
    check("unique_id", "Components with a package URL, a CPE, a SWID tag or a checksum."),
    check("dependencies", "The thing described has a dependency relationship; see `min_edges`."),
    check("author", "The document says who or what made it."),
    check("timestamp", "The document says when it was made."),
    check("purl", "Components with a valid package URL."),
    check("licenses", "Components with a licence that is known."),
    check("duplicates", "Components that are listed once."),
    check("sha256", "Components with a SHA-256 checksum."),
    check("clean_parse", "The document could be read without leniency."),
    check("age", "The document is at most 90 days old."),
];

const CHECK: &[Key] = &[
    percent("min", "Fewest of a hundred; otherwise as the profile asks, or all."),
    level("level", Unset, "What the gate does where there are fewer; otherwise as the profile asks, or `fail`."),
];

pub(super) const PACKAGES: &[Key] = &[
    key("deny", Type::Entries(&[DENIED], "id"), Unset, Merge::Keyed, Strict::More, "Packages that may not be used."),
    names("allow_registries", Unset, Strict::FewerButNotNone, "Registries packages may come from; without any, all."),
    names("deny_namespaces", Unset, Strict::More, "Namespaces no package may belong to: `@scope`, `npm/@scope`."),
    key(
        "max_age_eol",
        Type::Duration,
        Unset,
        Merge::Set,
        Strict::Down,
        "So long after its end of life a package may still be used.",
    ),
    key(
        "typosquats",
        Type::Path,
        Unset,
        Merge::Set,
        Strict::AnyIsLooser,
        "List of well-known names, `express` or `npm:express` in each line; names one slip away from one are told.",
    ),
];

const DENIED: &[Key] = &[
    key("id", Type::Id, Required, Merge::Set, Strict::Neutral, "Name of the entry, unique."),
    key(
        "package",
        Type::PackageGlob,
        Unset,
        Merge::Set,
        Strict::AnyIsLooser,
        "Which package, as a package URL or pattern.",
    ),
    key(
        "name",
        Type::Text,
        Unset,
        Merge::Set,
        Strict::AnyIsLooser,
        "Which package, by its name or a pattern; needs `ecosystem`.",
    ),
    key(
        "ecosystem",
        Type::Text,
        Unset,
        Merge::Set,
        Strict::AnyIsLooser,
        "Type of its package URL: `npm`, `pypi`, `cargo`.",
    ),
    key(
        "version_range",
        Type::Text,
        Unset,
        Merge::Set,
        Strict::AnyIsLooser,
        "Only these versions, as the ecosystem writes ranges; without it every version.",
    ),
    key("reason", Type::Text, Unset, Merge::Set, Strict::Neutral, "Why it is denied."),
];

pub(super) const VEX: &[Key] = &[
    key("path", Type::Glob, Required, Merge::Set, Strict::AnyIsLooser, "File or pattern; read from the base commit."),
    names(
        "authors",
        Unset,
        Strict::FewerButNotNone,
        "Only statements of these authors count; without any, everybody's.",
    ),
    key("max_age", Type::Duration, Unset, Merge::Set, Strict::Down, "Older statements do not count."),
    key(
        "require_justification",
        Type::Bool,
        Is("true"),
        Merge::Set,
        Strict::True,
        "A statement that something is not affected counts only where it says why.",
    ),
];

pub(super) const INGEST: &[Key] = &[
    key(
        "severity_from",
        Type::Word(&["tool_first", "score_first", "max"]),
        Is("tool_first"),
        Merge::Set,
        Strict::AnyIsLooser,
        "Which severity counts where a report states several: the tool's word, its scores, or the worst.",
    ),
    key(
        "cvss_use_threat",
        Type::Bool,
        Is("false"),
        Merge::Set,
        Strict::False,
        "Scores of CVSS 4 take exploit maturity into account, which lowers them.",
    ),
    names("strip_prefixes", Unset, Strict::Neutral, "Prefixes to take off the paths of reports."),
    key(
        "sarif_levels",
        Type::Mapping(&Type::Mapping(&Type::Severity)),
        Unset,
        Merge::Deep,
        Strict::AnyIsLooser,
        "What the levels of SARIF mean in the reports of a tool: tool -> level -> severity.",
    ),
    key(
        "default_severity",
        Type::Mapping(&Type::Severity),
        Unset,
        Merge::Deep,
        Strict::AnyIsLooser,
        "Severity where the report of a tool states none: tool -> severity; Checkov is `medium`.",
    ),
    key(
        "merge_severity",
        Type::WordOrMap(&["highest"], &[MERGE_SEVERITY]),
        Is("highest"),
        Merge::Set,
        Strict::AnyIsLooser,
        "Which severity counts where several tools report one weakness: the highest, or that of the first tool of a list.",
    ),
    file(
        "equivalents",
        "Table of rules of several tools that say the same: what they find at one line is one finding.",
    ),
];

const MERGE_SEVERITY: &[Key] = &[key(
    "prefer",
    Type::List(&Type::Text),
    Required,
    Merge::Set,
    Strict::AnyIsLooser,
    "Tools whose severity counts, the first that states one; without any of them the highest counts.",
)];

pub(super) const DATA: &[Key] = &[
    file("aliases", "Table of names of vulnerabilities, `{\"GHSA-…\": [\"CVE-…\"]}`."),
    file("osv", "OSV records, a file or a directory: names and severities."),
    file("epss", "Scores of EPSS (CSV, gzip allowed): how likely exploitation is."),
    file("kev", "Catalogue of known exploited vulnerabilities (JSON or CSV)."),
    map("max_age", &[DATA_AGE], "Older files are stale."),
];

const fn file(name: &'static str, text: &'static str) -> Key {
    key(name, Type::Path, Unset, Merge::Set, Strict::AnyIsLooser, text)
}

const DATA_AGE: &[Key] = &[
    key("epss", Type::Duration, Is("7d"), Merge::Set, Strict::Down, "Of the scores of EPSS."),
    key("kev", Type::Duration, Is("7d"), Merge::Set, Strict::Down, "Of the catalogue."),
];
