//! The rows about accepting findings: exceptions, what they must say, and whose word counts.

use super::table::{key, level};
use super::{Initial, Key, Merge, Strict, Type};
use Initial::{Is, Required, Unset};

pub(super) const EXCEPTION: &[Key] = &[
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
        "approved_by",
        Type::List(&Type::Text),
        Unset,
        Merge::Own,
        Strict::Neutral,
        "Who approved it, where `exception_policy.require_approval` asks for that.",
    ),
    key(
        "when_fixed",
        Type::Word(&["keep", "expire"]),
        Is("expire"),
        Merge::Own,
        Strict::Later,
        "Whether it ends by itself once a fixed version exists.",
    ),
];

pub(super) const EXCEPTION_POLICY: &[Key] = &[
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
    key(
        "require_approval",
        Type::List(&Type::Word(APPROVED)),
        Unset,
        Merge::Edit,
        Strict::More,
        "Findings that only an exception with `approved_by` accepts: known to be exploited, malicious, of this severity, secrets.",
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
    key(
        "import",
        Type::WordOr(&["auto", "off"], &Type::Glob),
        Is("auto"),
        Merge::Set,
        Strict::AnyIsLooser,
        "Ignore files of other tools that count: all that are known, none, or these.",
    ),
    key(
        "imported",
        Type::Word(&["log", "warn", "fail"]),
        Is("warn"),
        Merge::Set,
        Strict::Later,
        "Entries of such files: `log` honours and lists them, `warn` honours them with a warning, `fail` does not honour them.",
    ),
    key(
        "imported_requires",
        Type::List(&Type::Word(&["reason", "expires"])),
        Unset,
        Merge::Edit,
        Strict::More,
        "What such an entry must say to be honoured.",
    ),
];

/// What `require_approval` may name.
const APPROVED: &[&str] = &["kev", "malware", "critical", "high", "secret"];

pub(super) const TRUST: &[Key] = &[
    key(
        "policy_from",
        Type::Word(&["head", "base"]),
        Is("base"),
        Merge::Set,
        Strict::Later,
        "Whose policy decides about a pull request; `head` counts only where the base says so.",
    ),
    key(
        "inline_suppressions",
        Type::Word(&["honour", "report", "ignore"]),
        Is("report"),
        Merge::Set,
        Strict::Later,
        "Ignore comments: `honour` lowers the finding to `log`, `report` lists it as well, `ignore` gives them no effect.",
    ),
    key(
        "inline_reason_required",
        Type::Bool,
        Is("false"),
        Merge::Set,
        Strict::True,
        "An ignore comment without a reason has no effect.",
    ),
    key(
        "inline_forbidden",
        Type::List(&Type::RuleSelector),
        Unset,
        Merge::Edit,
        Strict::More,
        "Rules and patterns that no comment ignores; `*` is every rule.",
    ),
    key(
        "sarif_suppressions",
        Type::Word(&["all", "external", "none"]),
        Is("all"),
        Merge::Set,
        Strict::Later,
        "Suppressions inside of SARIF reports that count.",
    ),
    key(
        "exceptions_from_head",
        Type::Word(&["approved", "never"]),
        Is("never"),
        Merge::Set,
        Strict::Later,
        "Exceptions that stand only in the pull request: `approved` lets those of its policy file and below `.portcullis/exceptions/` count once one of `approvers` has approved its head commit.",
    ),
    key(
        "approvers",
        Type::List(&Type::Text),
        Unset,
        Merge::Edit,
        Strict::Fewer,
        "Logins whose approval lets exceptions of a pull request count; its author never is one of them.",
    ),
    key(
        "apply_tightening",
        Type::Bool,
        Is("false"),
        Merge::Set,
        Strict::True,
        "A pull request's own policy counts where it is the tighter one.",
    ),
];
