//! The rows that only our own checks read: each is an option of the wing of its section.

use super::table::{key, names, per_path};
use super::{Initial, Key, Merge, Strict, Type};
use Initial::{Is, Required, Unset};

pub(super) const WORKFLOWS: &[Key] = &[
    key(
        "pinning",
        Type::Mapping(&Type::Word(&["any", "ref-pin", "major-tag", "hash-pin"])),
        Unset,
        Merge::Deep,
        Strict::Later,
        "How tightly a `uses` is pinned, by pattern (`owner/*`, `owner/repo`); the most specific one decides, without one `hash-pin`.",
    ),
    key(
        "pins",
        Type::Mapping(&Type::Text),
        Unset,
        Merge::Deep,
        Strict::AnyIsLooser,
        "Known commits, `owner/repo@ref` to hash: fixes pin to them.",
    ),
    names("extra_sinks", Unset, Strict::More, "Inputs of actions that are run as code: `owner/repo:input`."),
];

pub(super) const MANIFESTS: &[Key] = &[
    key(
        "cpu_limits",
        Type::Word(&["require", "ignore", "forbid"]),
        Is("require"),
        Merge::Set,
        Strict::AnyIsLooser,
        "Whether every container has a CPU limit, nobody cares, or none has one.",
    ),
    names("skip_kinds", Unset, Strict::Fewer, "Kinds that are not checked, as patterns `group/Kind`."),
];

pub(super) const ALERTS: &[Key] = &[
    per_path(names("require_labels", Is("severity"), Strict::More, "Labels every alerting rule has.")),
    per_path(names("require_annotations", Is("summary"), Strict::More, "Annotations every alerting rule has.")),
    per_path(names(
        "severities",
        Unset,
        Strict::AnyIsLooser,
        "Values the label `severity` may have; without any, all.",
    )),
    names(
        "severity_exempt",
        Is("^(Watchdog|InfoInhibitor)$"),
        Strict::Fewer,
        "Names of alerts, as regular expressions, whose severity may also be `none`.",
    ),
    names(
        "for_exempt",
        Is("^(Watchdog|InfoInhibitor)$"),
        Strict::Fewer,
        "Names of alerts, as regular expressions, that may fire at once.",
    ),
    key(
        "annotations",
        Type::Entries(&[ANNOTATION], "name"),
        Unset,
        Merge::Keyed,
        Strict::More,
        "What single annotations look like.",
    ),
];

const ANNOTATION: &[Key] = &[
    key("name", Type::Text, Required, Merge::Set, Strict::Neutral, "Name of the annotation."),
    key(
        "aliases",
        Type::List(&Type::Text),
        Unset,
        Merge::Set,
        Strict::AnyIsLooser,
        "Other names under which it is accepted.",
    ),
];
