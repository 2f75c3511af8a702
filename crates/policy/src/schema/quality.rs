//! The rows of `quality`: bounds, tests, changes of interfaces.

use super::table::{key, level, map};
use super::{Initial, Key, Merge, Strict, Type};
use Initial::{Is, Required, Unset};

const fn bound(name: &'static str, strict: Strict, text: &'static str) -> Key {
    key(name, Type::Bound, Unset, Merge::Set, strict, text)
}

pub(super) const QUALITY: &[Key] = &[
    key(
        "gates",
        Type::Entries(&[GATE], "name"),
        Unset,
        Merge::Keyed,
        Strict::More,
        "Bounds of what reports measure: coverage, load tests, page scores, sizes.",
    ),
    map("tests", &[TESTS], "What the reports of test runs have to say."),
    map("api", &[API], "Changes of interfaces that oasdiff reports."),
];

const GATE: &[Key] = &[
    key("name", Type::Text, Required, Merge::Set, Strict::Neutral, "Name of the gate, unique."),
    key(
        "metric",
        Type::Text,
        Required,
        Merge::Set,
        Strict::AnyIsLooser,
        "What is measured: `coverage.line`, `load.http_req_duration.p95`, `lighthouse.accessibility`.",
    ),
    key("report", Type::Text, Unset, Merge::Set, Strict::AnyIsLooser, "Only values of the report of this name."),
    key("target", Type::Text, Unset, Merge::Set, Strict::AnyIsLooser, "Only values measured on this page or file."),
    bound("min", Strict::Up, "Smallest value that passes."),
    bound("max", Strict::Down, "Largest value that passes."),
    bound(
        "max_drop",
        Strict::Down,
        "Most the value may fall against the base: in the metric's unit, or as a percentage of the value there.",
    ),
    bound(
        "max_rise",
        Strict::Down,
        "Most the value may rise against the base: in the metric's unit, or as a percentage of the value there.",
    ),
    key(
        "need_base",
        Type::Bool,
        Is("false"),
        Merge::Set,
        Strict::True,
        "The verdict is incomplete where the base has no value; otherwise `max_drop` and `max_rise` are left out and told.",
    ),
    key(
        "required",
        Type::Bool,
        Is("true"),
        Merge::Set,
        Strict::True,
        "The verdict is incomplete where no report holds the metric.",
    ),
    level("level", Is("fail"), "What the gate does about a missed bound."),
];

const TESTS: &[Key] = &[
    key(
        "required",
        Type::Bool,
        Is("false"),
        Merge::Set,
        Strict::True,
        "The verdict is incomplete without a report of tests.",
    ),
    key("max_failed", Type::Integer(0), Is("0"), Merge::Set, Strict::Down, "So many tests may fail or break."),
    key(
        "min_total",
        Type::Integer(0),
        Is("1"),
        Merge::Set,
        Strict::Up,
        "So many tests have to run, skipped ones included.",
    ),
    key("max_skipped", Type::Percent, Unset, Merge::Set, Strict::Down, "This share of the tests may be skipped."),
    key(
        "max_drop",
        Type::Percent,
        Unset,
        Merge::Set,
        Strict::Down,
        "The number of tests may fall by this share against the base.",
    ),
    key("max_flaky", Type::Integer(0), Unset, Merge::Set, Strict::Down, "So many tests may pass only on a repeat."),
    level(
        "flaky",
        Unset,
        "What the gate does about more flaky tests than `max_flaky`; where only this is set, about any.",
    ),
];

const API: &[Key] = &[
    level("breaking", Is("fail"), "Changes that break clients."),
    level("risky", Is("warn"), "Changes that may break clients."),
];
