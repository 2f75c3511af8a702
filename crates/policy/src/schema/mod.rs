//! The schema: one static table per kind of document (spec/policy.md 10.1).
//!
//! The table drives validation, defaults, merge, suggestions and documentation. A key stands here only once it has its
//! effect; everything else is an unknown key.

mod acceptance;
mod entries;
mod github;
mod json;
mod quality;
mod reference;
mod supply;
mod table;
mod wings;

pub use json::{Draft, json_schema};
pub use reference::reference;
pub use table::{EXCEPTIONS, POLICY};

/// One key of a mapping with fixed keys.
#[derive(Debug)]
pub struct Key {
    /// The key as written.
    pub name: &'static str,
    /// What its value may be.
    pub kind: Type,
    /// What holds when nobody sets it.
    pub default: Initial,
    /// How a later layer changes it.
    pub merge: Merge,
    /// Which direction is tighter.
    pub strict: Strict,
    /// One sentence for the documentation.
    pub text: &'static str,
    /// Whether an entry of `overrides` may set it for some paths (spec/policy.md 4.1).
    pub per_path: bool,
}

/// What holds when a key is not set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Initial {
    /// The key must be written.
    Required,
    /// Nothing holds.
    Unset,
    /// This value, written as in a policy file.
    Is(&'static str),
}

/// What a value may be.
#[derive(Debug)]
pub enum Type {
    /// The format version this program reads.
    FormatVersion,
    /// A version of portcullis, quoted.
    Version,
    /// One of these words.
    Word(&'static [&'static str]),
    /// `off`, `log`, `warn`, `fail`.
    Level,
    /// A level, or `default` for "as without this key".
    LevelOrDefault,
    /// `unknown` to `critical`.
    Severity,
    /// `true` or `false`.
    Bool,
    /// `true`, `false` or `auto`.
    Required,
    /// Any text that is not empty.
    Text,
    /// A path inside the repository.
    Path,
    /// A path pattern inside the repository.
    Glob,
    /// A pattern over the names of Kubernetes objects: `Deployment/payments/*`.
    ResourceGlob,
    /// A pattern over package URLs.
    PackageGlob,
    /// A whole number of at least this.
    Integer(i64),
    /// A number from 0 to 1.
    Share,
    /// `YYYY-MM-DD`.
    Date,
    /// `15m`, `24h`, `30d`, `2w`.
    Duration,
    /// A count, or a percentage.
    CountOrPercent,
    /// A number, with its unit where it has one.
    Bound,
    /// A percentage, with or without its sign.
    Percent,
    /// A licence or exception of the SPDX list, a licence with its exception, `LicenseRef-…`, or a pattern over them.
    License,
    /// An SPDX expression.
    LicenseExpression,
    /// Id of a report format.
    Format,
    /// A parent: `preset:NAME@N` or `./path.yaml`.
    Reference,
    /// Id of an exception.
    Id,
    /// A fingerprint: `v1:` and 32 hex digits.
    Fingerprint,
    /// What an exception names: a rule id, an advisory id, `license:ID`, `tool:ID`, or a pattern over them.
    RuleSelector,
    /// `enforce`, or a mapping with the keys of all these groups.
    Mode(&'static [&'static [Key]]),
    /// Several; one value may stand without the list.
    List(&'static Self),
    /// One of these words, or a list.
    WordOr(&'static [&'static str], &'static Self),
    /// One of these words, or a mapping with the keys of all these groups.
    WordOrMap(&'static [&'static str], &'static [&'static [Key]]),
    /// A mapping with the keys of all these groups.
    Map(&'static [&'static [Key]]),
    /// A mapping severity -> level; one level may stand for all severities from `low` up.
    Levels(&'static [Key]),
    /// Those keys of all these groups that may differ from path to path.
    PerPath(&'static [&'static [Key]]),
    /// A list of mappings, told apart by this key; by their position where it is empty.
    Entries(&'static [&'static [Key]], &'static str),
    /// A mapping from names the author chooses to values of this type.
    Mapping(&'static Self),
    /// A mapping pattern -> level or rule setting.
    Rules(&'static [&'static [Key]]),
}

/// How a later layer changes a value (spec/policy.md 3.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Merge {
    /// Not at all: each file speaks for itself.
    Own,
    /// Key by key.
    Deep,
    /// The later value.
    Set,
    /// The later list, or `{add, remove}`.
    Edit,
    /// Entry by entry, told apart by a key.
    Keyed,
    /// Parents first, all kept.
    Append,
    /// The last layer with a matching pattern decides.
    LastMatch,
}

/// Which change of a value makes the gate tighter (spec/policy.md 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strict {
    /// A higher level.
    Level,
    /// A bigger number.
    Up,
    /// A smaller number.
    Down,
    /// A smaller number, and none at all is the tightest.
    DownOrUnset,
    /// A smaller set.
    Fewer,
    /// A smaller set, where none at all means everything.
    FewerButNotNone,
    /// A bigger set.
    More,
    /// `true`.
    True,
    /// `false`.
    False,
    /// The word that comes later in the type's list.
    Later,
    /// `true`, then `auto`, then `false`.
    Required,
    /// No direction: every change counts as looser.
    AnyIsLooser,
    /// Each of its keys has its own.
    PerKey,
    /// It does not steer a verdict.
    Neutral,
}

impl Type {
    /// The keys of a mapping with fixed keys; empty for everything else.
    pub fn keys(&self) -> impl Iterator<Item = &'static Key> + use<> {
        let groups: &'static [&'static [Key]] = match self {
            Self::Mode(groups)
            | Self::WordOrMap(_, groups)
            | Self::Map(groups)
            | Self::Entries(groups, _)
            | Self::Rules(groups) => groups,
            Self::PerPath(groups) => return Keys { groups, group: [].iter(), per_path: true },
            Self::Levels(keys) => return Keys { groups: &[], group: keys.iter(), per_path: false },
            _ => &[],
        };
        Keys { groups, group: [].iter(), per_path: false }
    }

    /// The key of this name.
    pub fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys().find(|key| key.name == name)
    }

    /// What is expected, for messages: "a level (`off`, `log`, `warn`, `fail`)".
    pub fn expected(&self) -> String {
        match self {
            Self::FormatVersion => "a format version (`1`)".to_owned(),
            Self::Version => "a version in quotes (`\"0.1\"`)".to_owned(),
            Self::Word(words) => one_of(words),
            Self::Level => "a level (`off`, `log`, `warn`, `fail`)".to_owned(),
            Self::LevelOrDefault => "a level (`off`, `log`, `warn`, `fail`) or `default`".to_owned(),
            Self::Severity => "a severity (`unknown`, `info`, `low`, `medium`, `high`, `critical`)".to_owned(),
            Self::Bool => "`true` or `false`".to_owned(),
            Self::Required => "`true`, `false` or `auto`".to_owned(),
            Self::Text => "a text".to_owned(),
            Self::Path => "a path inside the repository".to_owned(),
            Self::Glob => "a path pattern".to_owned(),
            Self::ResourceGlob => "a pattern over objects (`Deployment/payments/*`)".to_owned(),
            Self::PackageGlob => "a pattern over package URLs (`pkg:npm/minimist@1.2.*`)".to_owned(),
            Self::Integer(least) => format!("a whole number of at least {least}"),
            Self::Share => "a number from 0 to 1".to_owned(),
            Self::Date => "a date (`2027-01-31`)".to_owned(),
            Self::Duration => "a duration (`15m`, `24h`, `30d`, `2w`)".to_owned(),
            Self::CountOrPercent => "a count or a percentage (`3`, `5%`)".to_owned(),
            Self::Bound => "a number, with a unit where it has one (`80`, `1%`, `300ms`, `2MiB`)".to_owned(),
            Self::Percent => "a percentage (`5%`)".to_owned(),
            Self::License => {
                "a licence of the SPDX list (`MIT`, `GPL-2.0-only`), `LicenseRef-…` or a pattern".to_owned()
            }
            Self::LicenseExpression => "an SPDX expression (`MIT OR Apache-2.0`)".to_owned(),
            Self::Format => "the id of a report format".to_owned(),
            Self::Reference => "a parent (`preset:baseline@1`, `./policies/team.yaml`)".to_owned(),
            Self::Id => "an id of letters, digits, `.`, `_` and `-`, at most 64 characters".to_owned(),
            Self::Fingerprint => "a fingerprint (`v1:` and 32 hex digits)".to_owned(),
            Self::RuleSelector => "a rule id, an advisory id, `license:ID` or `tool:ID`".to_owned(),
            Self::Mode(_) => "`enforce` or `{ report_only: { until: DATE } }`".to_owned(),
            Self::List(_) | Self::Entries(..) => "a list".to_owned(),
            Self::WordOr(words, _) => format!("{}, or a list", one_of(words)),
            Self::WordOrMap(words, _) => {
                let keys: Vec<_> = self.keys().map(|key| key.name).collect();
                format!("{}, or a mapping with {}", one_of(words), one_of(&keys))
            }
            Self::Map(_) | Self::PerPath(_) | Self::Rules(_) => "a mapping".to_owned(),
            Self::Mapping(value) => format!("a mapping from names to: {}", value.expected()),
            Self::Levels(_) => "a level, or a mapping from severity to level".to_owned(),
        }
    }
}

fn one_of(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    }
}

struct Keys {
    groups: &'static [&'static [Key]],
    group: std::slice::Iter<'static, Key>,
    /// Only those that may differ from path to path.
    per_path: bool,
}

impl Iterator for Keys {
    type Item = &'static Key;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(key) = self.group.find(|key| key.per_path || !self.per_path) {
                return Some(key);
            }
            let (first, rest) = self.groups.split_first()?;
            self.groups = rest;
            self.group = first.iter();
        }
    }
}

/// One row of the flat table: what documentation and tests walk over.
#[derive(Debug)]
pub struct Row {
    /// `vulnerabilities.levels.high`, `reports[].max_age`, `rules.*.level`.
    pub path: String,
    /// The key.
    pub key: &'static Key,
}

/// Every key of a document, parents before children, in the order of the table.
pub fn rows(document: &'static [Key]) -> Vec<Row> {
    let mut rows = Vec::new();
    collect("", document.iter(), &mut rows);
    rows
}

fn collect(prefix: &str, keys: impl Iterator<Item = &'static Key>, rows: &mut Vec<Row>) {
    for key in keys {
        let path = format!("{prefix}{}", key.name);
        let below = match key.kind {
            Type::Entries(..) => format!("{path}[]."),
            Type::Rules(_) => format!("{path}.*."),
            _ => format!("{path}."),
        };
        rows.push(Row { path, key });
        collect(&below, key.kind.keys(), rows);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_mapping_declares_a_key_twice() {
        for document in [POLICY, EXCEPTIONS] {
            let rows = rows(document);
            let mut paths: Vec<_> = rows.iter().map(|row| row.path.as_str()).collect();
            paths.sort_unstable();
            let all = paths.len();
            paths.dedup();
            assert_eq!(paths.len(), all);
        }
    }

    #[test]
    fn keys_are_snake_case_and_explained_in_a_sentence() {
        for row in rows(POLICY).into_iter().chain(rows(EXCEPTIONS)) {
            let name = row.key.name;
            assert!(
                name.chars().all(|char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '_'),
                "{}",
                row.path
            );
            assert!(row.key.text.ends_with('.'), "{}", row.path);
        }
    }

    #[test]
    fn every_section_of_the_model_is_a_key() {
        for section in portcullis_model::Section::ALL {
            assert!(POLICY.iter().any(|key| key.name == section.as_str()), "{section}");
            let mode = format!("mode: {{ report_only: {{ until: 2027-01-01, except: [{section}] }} }}");
            crate::load::tests::loaded(&format!("version: 1\n{mode}\n"));
        }
    }
}
