//! What changed between two policies, leaf by leaf, and whether it makes the gate weaker.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_model::{Level, Origin, Registry, Rule, Section, Severity};

use super::{Content, Node};
use crate::Policy;
use crate::judge::section_level;
use crate::pattern::{Names, is_glob};
use crate::quality::{Bound, Dimension};
use crate::schema::{Initial, Key, Merge, POLICY, Strict, Type};

/// What a change does to the gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// Something may pass that did not.
    Weaker,
    /// Something may block that did not.
    Stricter,
    /// Neither.
    Changed,
}

impl Direction {
    /// `weaker`, `stricter`, `changed`
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Weaker => "weaker",
            Self::Stricter => "stricter",
            Self::Changed => "changed",
        }
    }

    const fn of(is_stricter: bool) -> Self {
        if is_stricter { Self::Stricter } else { Self::Weaker }
    }

    /// Of several changes to one thing: the loosest counts.
    pub(super) fn loosest(directions: impl IntoIterator<Item = Self>) -> Option<Self> {
        directions.into_iter().min_by_key(|direction| match direction {
            Self::Weaker => 0,
            Self::Changed => 1,
            Self::Stricter => 2,
        })
    }
}

/// One leaf that is not what it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What it does to the gate.
    pub direction: Direction,
    /// `vulnerabilities.levels.high`, `reports[deps].max_age`
    pub key: String,
    /// What held; nothing where the key was not set.
    pub old: Option<String>,
    /// What holds now.
    pub new: Option<String>,
    /// Where the new value was set; the old one where there is none.
    pub origin: Origin,
}

/// Every change, weaker ones first, then in the order of the schema.
pub fn diff(old: &Policy, new: &Policy, registry: &Registry) -> Vec<Change> {
    let mut comparison = Comparison { old, new, registry, changes: Vec::new() };
    let (before, after) = (&old.effective.root, &new.effective.root);
    for key in POLICY {
        match key.kind {
            Type::Rules(_) => comparison.rules(),
            _ if key.name == "overrides" => comparison.overrides(),
            _ if key.merge == Merge::Own => {}
            _ => comparison.key("", key, before.get(key.name), after.get(key.name)),
        }
    }
    let mut changes = comparison.changes;
    changes.sort_by_key(|change| change.direction);
    changes
}

/// Changes that are not surely stricter: what a flag must not make where the change under judgement could have written it.
pub fn loosened(old: &Policy, new: &Policy, registry: &Registry) -> Vec<Change> {
    let mut changes = diff(old, new, registry);
    changes.retain(|change| change.direction != Direction::Stricter);
    changes
}

/// How many files the patterns cover that came to `paths.exclude` of a section, by key.
pub fn newly_excluded(old: &Policy, new: &Policy, tracked: &[String]) -> BTreeMap<String, usize> {
    let mut files = BTreeMap::new();
    for section in Section::ALL {
        let globs = |policy: &Policy| policy.paths(*section).map(|paths| paths.exclude.clone()).unwrap_or_default();
        let known = globs(old);
        let came: Vec<_> =
            globs(new).into_iter().filter(|glob| !known.iter().any(|old| old.value == glob.value)).collect();
        if !came.is_empty() {
            let covered = tracked.iter().filter(|path| came.iter().any(|glob| glob.value.matches(path)));
            files.insert(format!("{section}.paths.exclude"), covered.count());
        }
    }
    files
}

pub(super) struct Comparison<'a> {
    pub(super) old: &'a Policy,
    pub(super) new: &'a Policy,
    pub(super) registry: &'a Registry,
    pub(super) changes: Vec<Change>,
}

impl Comparison<'_> {
    fn tell(&mut self, direction: Direction, key: String, old: Option<&Node>, new: Option<&Node>) {
        let origin = new.or(old).map(|node| node.origin.clone()).unwrap_or_default();
        self.changes.push(Change { direction, key, old: old.and_then(shown), new: new.and_then(shown), origin });
    }

    /// As deep as the schema, which is a handful of levels.
    fn key(&mut self, prefix: &str, key: &'static Key, old: Option<&Node>, new: Option<&Node>) {
        let path = format!("{prefix}{}", key.name);
        match &key.kind {
            Type::Map(_) | Type::PerPath(_) | Type::Levels(_) => {
                let below = format!("{path}.");
                for inner in key.kind.keys() {
                    let inside = |node: Option<&'_ Node>| node.and_then(|node| node.get(inner.name)).cloned();
                    self.key(&below, inner, inside(old).as_ref(), inside(new).as_ref());
                }
            }
            Type::Entries(_, by) => self.entries(&path, key, by, old, new),
            _ if value(old) == value(new) => {}
            Type::Mapping(element) => self.mapping(&path, key, element, old, new),
            Type::Mode(_) => self.tell(mode(old, new), path, old, new),
            Type::List(_) => self.tell(set(key, old, new), path, old, new),
            Type::WordOrMap(..) => self.word_or_map(&path, key, old, new),
            _ => {
                let direction = self.scalar(&path, key, old, new);
                self.tell(direction, path, old, new);
            }
        }
    }

    /// Name by name. A new name may loosen what another one said: only the tightest word is surely no looser.
    fn mapping(&mut self, path: &str, key: &Key, element: &Type, old: Option<&Node>, new: Option<&Node>) {
        let names: BTreeSet<&String> = [old, new].into_iter().flatten().flat_map(keys).collect();
        let rank = |node: Option<&Node>| match (key.strict, element) {
            (Strict::Later, Type::Word(words)) => {
                let word = node.and_then(Node::plain)?;
                Some((words.iter().position(|known| *known == word)?, words.len() - 1))
            }
            _ => None,
        };
        for name in names {
            let (was, is) = (old.and_then(|node| node.get(name)), new.and_then(|node| node.get(name)));
            if value(was) == value(is) {
                continue;
            }
            let direction = match (rank(was), rank(is)) {
                (Some((was, _)), Some((is, _))) => Direction::of(is > was),
                (None, Some((is, tightest))) => Direction::of(is == tightest),
                (Some((was, _)), None) => Direction::of(was == 0),
                (None, None) if key.strict == Strict::Neutral => Direction::Changed,
                (None, None) => Direction::Weaker,
            };
            self.tell(direction, format!("{path}.{name}"), was, is);
        }
    }

    /// The word is the tightest it can say; what a mapping says instead has an order, and no direction.
    fn word_or_map(&mut self, path: &str, key: &Key, old: Option<&Node>, new: Option<&Node>) {
        match (old.and_then(Node::plain), new.and_then(Node::plain)) {
            (None, None) => {
                for inner in key.kind.keys() {
                    let (was, is) = (
                        old.and_then(|node| node.get(inner.name)).cloned(),
                        new.and_then(|node| node.get(inner.name)).cloned(),
                    );
                    if value(was.as_ref()) != value(is.as_ref()) {
                        let path = format!("{path}.{}", inner.name);
                        self.tell(Direction::Weaker, path, was.as_ref(), is.as_ref());
                    }
                }
            }
            (_, word) => self.tell(Direction::of(word.is_some()), path.to_owned(), old, new),
        }
    }

    fn scalar(&self, path: &str, key: &Key, old: Option<&Node>, new: Option<&Node>) -> Direction {
        if key.strict == Strict::Level {
            let old = inherited_level(&self.old.effective.root, path, old);
            let new = inherited_level(&self.new.effective.root, path, new);
            return compared(Some(old), Some(new));
        }
        scalar(key, old, new)
    }

    fn entries(&mut self, path: &str, key: &'static Key, by: &str, old: Option<&Node>, new: Option<&Node>) {
        let (before, after) = (named(by, old), named(by, new));
        let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        let more_is_stricter = key.strict == Strict::More;
        for name in names {
            let path = format!("{path}[{name}]");
            match (before.get(name), after.get(name)) {
                (None, Some(added)) => self.tell(Direction::of(more_is_stricter), path, None, Some(added)),
                (Some(gone), None) => self.tell(Direction::of(!more_is_stricter), path, Some(gone), None),
                (Some(before), Some(after)) if key.merge == Merge::Append => self.exception(&path, key, before, after),
                (Some(before), Some(after)) => {
                    for inner in key.kind.keys() {
                        let (before, after) = (reported(inner, before), reported(inner, after));
                        self.key(&format!("{path}."), inner, before, after);
                    }
                }
                (None, None) => {}
            }
        }
    }

    /// An exception that covers more, or for longer, is a new one.
    fn exception(&mut self, path: &str, key: &'static Key, before: &Node, after: &Node) {
        for inner in key.kind.keys() {
            let (old, new) = (before.get(inner.name), after.get(inner.name));
            if value(old) == value(new) {
                continue;
            }
            let direction = match inner.name {
                "expires" | "when_fixed" => scalar(inner, old, new),
                "rules" | "package" | "paths" | "resource" | "fingerprints" | "created" => Direction::Weaker,
                _ => Direction::Changed,
            };
            self.tell(direction, format!("{path}.{}", inner.name), old, new);
        }
    }

    fn rules(&mut self) {
        let (old, new) = (self.old, self.new);
        let (before, after) = (old.effective.root.get("rules"), new.effective.root.get("rules"));
        let patterns: BTreeSet<&String> = [before, after].into_iter().flatten().flat_map(keys).collect();
        for pattern in patterns {
            for field in ["level", "severity", "reason"] {
                let (was, is) = (
                    before.and_then(|node| node.at(&[pattern, field])),
                    after.and_then(|node| node.at(&[pattern, field])),
                );
                if value(was) == value(is) {
                    continue;
                }
                let direction = match field {
                    "level" => match self.rule_level(pattern, was, is) {
                        Some(direction) => direction,
                        None => continue,
                    },
                    "severity" => severity(was, is),
                    _ => Direction::Changed,
                };
                self.tell(direction, format!("rules.{pattern}.{field}"), was, is);
            }
        }
    }

    /// `None` where another pattern says the same.
    fn rule_level(&self, pattern: &str, was: Option<&Node>, is: Option<&Node>) -> Option<Direction> {
        let level = |node: Option<&Node>| node.and_then(Node::plain)?.parse::<Level>().ok();
        if !is_glob(pattern) && self.registry.contains(pattern) {
            let old = self.held(self.old, pattern, level(was));
            let new = self.held(self.new, pattern, level(is));
            return (old != new).then(|| Direction::of(new.lowest >= old.highest));
        }
        Some(match (level(was), level(is)) {
            (Some(was), Some(is)) => Direction::of(is > was),
            // What a pattern would be without is unknown of rules of other tools: only the top is surely no lower.
            (None, is) => Direction::of(is == Some(Level::Fail)),
            (was, None) => Direction::of(was == Some(Level::Off)),
        })
    }

    /// What a rule of ours comes to. Without a level of its own that is the severity's, and one rule may give findings of
    /// several severities.
    fn held(&self, side: &Policy, id: &str, own: Option<Level>) -> Held {
        let named = || side.rules.level(&Names::from(id)).map(|decided| decided.setting.value);
        if let Some(level) = own.or_else(named) {
            return Held { lowest: level, highest: level };
        }
        let section = self.registry.get(id).map_or(Section::Secrets, Rule::section);
        let levels = Severity::ALL.map(|severity| section_level(side, section, severity).1.value);
        Held {
            lowest: levels.iter().copied().min().unwrap_or(Level::Off),
            highest: levels.iter().copied().max().unwrap_or(Level::Fail),
        }
    }
}

/// The levels the findings of a rule can have.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Held {
    lowest: Level,
    highest: Level,
}

/// `require_targets` follows `required` where it is not set.
fn reported<'a>(key: &Key, entry: &'a Node) -> Option<&'a Node> {
    let own = entry.get(key.name);
    if key.name == "require_targets" { own.or_else(|| entry.get("required")) } else { own }
}

fn scalar(key: &Key, old: Option<&Node>, new: Option<&Node>) -> Direction {
    let default = match key.default {
        Initial::Is(text) => Some(text.to_owned()),
        Initial::Unset | Initial::Required => None,
    };
    let words = |list: &[&str], node: Option<&Node>| {
        let word = node.and_then(Node::plain).or_else(|| default.clone())?;
        list.iter().position(|known| *known == word)
    };
    let is_share = |node: Option<&Node>| node.and_then(Node::plain).is_some_and(|text| text.ends_with('%'));
    match (key.strict, &key.kind) {
        (strict, Type::Bound | Type::Percent) => bound(strict, old, new),
        // A share and a count cannot be compared.
        (_, Type::CountOrPercent) if is_share(old) != is_share(new) => Direction::Weaker,
        (Strict::Up, _) => compared(number(old), number(new)),
        // No limit is the loosest one.
        (Strict::Down, _) => compared(number(old).map(std::cmp::Reverse), number(new).map(std::cmp::Reverse)),
        (Strict::DownOrUnset, _) => {
            let tightness = |node: Option<&Node>| Some(number(node).map_or(f64::INFINITY, |number| -number));
            compared(tightness(old), tightness(new))
        }
        (Strict::True, _) => compared(flag(old), flag(new)),
        (Strict::False, _) => compared(flag(new), flag(old)),
        (Strict::Later, Type::Word(list)) => compared(words(list, old), words(list, new)),
        (Strict::Required, _) => {
            let order = ["false", "auto", "true"];
            compared(words(&order, old), words(&order, new))
        }
        (Strict::Neutral, _) => Direction::Changed,
        _ => Direction::Weaker,
    }
}

/// Bounds of one dimension, in its smallest unit; nothing is the loosest, and what cannot be compared may be looser.
fn bound(strict: Strict, old: Option<&Node>, new: Option<&Node>) -> Direction {
    let read = |node: Option<&Node>| node.and_then(Node::plain).and_then(|text| Bound::parse(&text));
    let (old, new) = (read(old), read(new));
    if old.zip(new).is_some_and(|(old, new)| old.dimension() != new.dimension()) {
        return Direction::Weaker;
    }
    let value = |bound: Bound| {
        let unit = match bound.dimension() {
            Dimension::Plain => "",
            Dimension::Percent => "percent",
            Dimension::Time => "ms",
            Dimension::Bytes => "bytes",
        };
        bound.in_unit(unit)
    };
    let (old, new) = (old.and_then(value), new.and_then(value));
    match strict {
        Strict::Up => compared(old, new),
        _ => compared(old.map(std::cmp::Reverse), new.map(std::cmp::Reverse)),
    }
}

/// Greater is tighter; nothing is the loosest.
fn compared<T: PartialOrd>(old: Option<T>, new: Option<T>) -> Direction {
    match (old, new) {
        (Some(old), Some(new)) if old == new => Direction::Changed,
        (Some(old), Some(new)) => Direction::of(new > old),
        (None, None) => Direction::Changed,
        (old, _) => Direction::of(old.is_none()),
    }
}

/// A set: what went and what came each have a direction.
fn set(key: &Key, old: Option<&Node>, new: Option<&Node>) -> Direction {
    let elements = |node: Option<&Node>| -> BTreeSet<String> {
        node.map(Node::items).unwrap_or_default().iter().filter_map(Node::plain).collect()
    };
    let (before, after) = (elements(old), elements(new));
    let more_is_stricter = match key.strict {
        Strict::More => true,
        Strict::Fewer => false,
        Strict::FewerButNotNone => {
            return match (before.is_empty(), after.is_empty()) {
                (true, _) => Direction::Stricter,
                (_, true) => Direction::Weaker,
                _ => Direction::of(after.is_subset(&before)),
            };
        }
        Strict::Neutral => return Direction::Changed,
        _ => return Direction::Weaker,
    };
    let everything = |set: &BTreeSet<String>| set.contains("**");
    if everything(&before) || everything(&after) {
        return match (everything(&before), everything(&after)) {
            (true, true) => Direction::Changed,
            (_, all) => Direction::of(all == more_is_stricter),
        };
    }
    let came = after.difference(&before).next().map(|_| Direction::of(more_is_stricter));
    let went = before.difference(&after).next().map(|_| Direction::of(!more_is_stricter));
    // Order and repetition say nothing.
    Direction::loosest(came.into_iter().chain(went)).unwrap_or(Direction::Changed)
}

/// Enforcing is the tightest; a later end or fewer excepted sections are looser.
fn mode(old: Option<&Node>, new: Option<&Node>) -> Direction {
    let until = |node: Option<&Node>| node.and_then(|node| node.at(&["report_only", "until"])).and_then(Node::plain);
    match (until(old), until(new)) {
        (Some(_), None) => Direction::Stricter,
        (None, Some(_)) => Direction::Weaker,
        (was, is) => {
            let end = was.zip(is).filter(|(was, is)| was != is).map(|(was, is)| Direction::of(is < was));
            let excepted = |node: Option<&Node>| node.and_then(|node| node.at(&["report_only", "except"])).cloned();
            let more = Key {
                name: "except",
                kind: Type::List(&Type::Text),
                default: Initial::Unset,
                merge: Merge::Set,
                strict: Strict::More,
                text: "",
                per_path: false,
            };
            let (was, is) = (excepted(old), excepted(new));
            let except = (value(was.as_ref()) != value(is.as_ref())).then(|| set(&more, was.as_ref(), is.as_ref()));
            Direction::loosest(end.into_iter().chain(except)).unwrap_or(Direction::Changed)
        }
    }
}

/// Levels need not rise with severity, so a higher one is no promise.
fn severity(old: Option<&Node>, new: Option<&Node>) -> Direction {
    let rank = |node: Option<&Node>| {
        node.and_then(Node::plain)?.parse::<Severity>().ok().filter(|severity| *severity != Severity::Unknown)
    };
    match (rank(old), rank(new)) {
        (Some(old), Some(new)) if new > old => Direction::Changed,
        _ => Direction::Weaker,
    }
}

/// A level that is not set, or `default`, is that of the section, then the common one.
fn inherited_level(root: &Node, path: &str, own: Option<&Node>) -> Level {
    let level = |node: Option<&Node>| node.and_then(Node::plain)?.parse::<Level>().ok();
    let (section, severity) = (path.split('.').next().unwrap_or_default(), path.rsplit('.').next().unwrap_or_default());
    level(own)
        .or_else(|| level(root.at(&[section, "levels", severity])))
        .or_else(|| level(root.at(&["levels", severity])))
        .unwrap_or(Level::Off)
}

fn flag(node: Option<&Node>) -> Option<bool> {
    Some(node.and_then(Node::plain)? == "true").filter(|value| *value)
}

/// Numbers, dates and durations as one number, in the unit of the key.
fn number(node: Option<&Node>) -> Option<f64> {
    let text = node.and_then(Node::plain)?;
    if let Ok(date) = text.parse::<jiff::civil::Date>() {
        let parts = (f64::from(date.year()), f64::from(date.month()), f64::from(date.day()));
        return Some(parts.0 * 10_000.0 + parts.1 * 100.0 + parts.2);
    }
    let digits = text.trim_end_matches(|char: char| !char.is_ascii_digit());
    let unit = match text.get(digits.len()..).unwrap_or_default() {
        "m" => 60.0,
        "h" => 3_600.0,
        "d" => 86_400.0,
        _ => 1.0,
    };
    digits.parse::<f64>().ok().map(|number| number * unit)
}

fn keys(node: &Node) -> impl Iterator<Item = &String> {
    let entries: &[(String, Node)] = match &node.content {
        Content::Map(entries) => entries,
        _ => &[],
    };
    entries.iter().map(|(key, _)| key)
}

fn named<'a>(by: &str, list: Option<&'a Node>) -> BTreeMap<String, &'a Node> {
    let entries = list.map(Node::items).unwrap_or_default();
    entries.iter().filter_map(|entry| Some((entry.get(by)?.plain()?, entry))).collect()
}

/// Where it stands is no part of what it says.
fn value(node: Option<&Node>) -> Option<serde_json::Value> {
    node.map(|node| node.json(super::Origins::Hidden))
}

/// A value in a sentence.
fn shown(node: &Node) -> Option<String> {
    match &node.content {
        Content::List(items) => {
            let items: Vec<_> = items.iter().filter_map(shown).collect();
            Some(format!("[{}]", items.join(", ")))
        }
        Content::Map(entries) => {
            // Of an entry what it covers, and for how long.
            let told = [
                "report_only",
                "path",
                "required",
                "until",
                "rules",
                "package",
                "paths",
                "resource",
                "fingerprints",
                "owner",
                "expires",
            ];
            let parts = entries.iter().filter(|(key, _)| told.contains(&key.as_str()));
            let parts = parts.filter_map(|(key, node)| Some(format!("{key} {}", shown(node)?))).collect::<Vec<_>>();
            Some(parts.join(", "))
        }
        _ => node.plain(),
    }
}
