//! Rows of the entries of `reports`.

use super::table::key;
use super::{Initial, Key, Merge, Strict, Type};
use Initial::{Is, Required, Unset};

/// One entry of `reports`.
pub(super) const REPORT: &[Key] = &[
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
        "allow_mtime",
        Type::Bool,
        Is("false"),
        Merge::Set,
        Strict::False,
        "The file's own time stands in where the report states none.",
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
