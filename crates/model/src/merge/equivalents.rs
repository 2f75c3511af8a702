//! Rules of several tools that say the same (policy `ingest.equivalents`), and the findings they make one of.

use std::collections::{BTreeMap, BTreeSet};

use super::Sets;
use crate::{Finding, Kind};

/// Which rules say the same. Rules are named `tool:ID`, our own by their id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Equivalents(BTreeMap<String, usize>);

impl Equivalents {
    /// From groups of names. A name in two groups makes them one; case does not matter.
    pub fn new<'a>(groups: impl IntoIterator<Item = impl IntoIterator<Item = &'a str>>) -> Self {
        let groups: Vec<Vec<String>> = groups
            .into_iter()
            .map(|group| group.into_iter().map(|name| name.trim().to_ascii_lowercase()).collect())
            .collect();
        let mut sets = Sets::new(groups.len());
        let mut first_with: BTreeMap<&str, usize> = BTreeMap::new();
        for (group, names) in groups.iter().enumerate() {
            for name in names {
                let first = *first_with.entry(name).or_insert(group);
                sets.join(first, group);
            }
        }
        Self(first_with.into_iter().map(|(name, group)| (name.to_owned(), sets.root(group))).collect())
    }

    /// Whether it names no rule.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn group(&self, finding: &Finding) -> Option<usize> {
        let tool = finding.tool().to_ascii_lowercase();
        finding.all_ids().find_map(|id| {
            let id = id.to_ascii_lowercase();
            // Some tools write their own name into their ids.
            let bare = id.strip_prefix(&tool).and_then(|rest| rest.strip_prefix('/')).unwrap_or(&id);
            let own = (tool == "portcullis").then(|| self.0.get(&id)).flatten();
            own.or_else(|| self.0.get(&format!("{tool}:{bare}"))).copied()
        })
    }
}

/// Findings of equivalent rules at the same line of one file. One that names no line means the only line that is named; where
/// a tool reports a rule there twice, nobody knows which of them another tool means.
pub(super) fn join(findings: &[Finding], equivalents: &Equivalents, sets: &mut Sets) {
    if equivalents.is_empty() {
        return;
    }
    let mut places: BTreeMap<(usize, &str), Vec<usize>> = BTreeMap::new();
    for (index, finding) in findings.iter().enumerate() {
        if finding.kind == Kind::Misconfiguration
            && !finding.path().is_empty()
            && let Some(group) = equivalents.group(finding)
        {
            places.entry((group, finding.path())).or_default().push(index);
        }
    }
    let line = |index: &usize| findings.get(*index).and_then(Finding::primary).and_then(|place| place.start_line);
    for members in places.into_values() {
        let lines: BTreeSet<u32> = members.iter().filter_map(line).collect();
        let only = lines.first().copied().filter(|_| lines.len() == 1);
        let mut at: BTreeMap<Option<u32>, Vec<usize>> = BTreeMap::new();
        for index in members {
            at.entry(line(&index).or(only)).or_default().push(index);
        }
        for same in at.into_values() {
            let mut tools = BTreeSet::new();
            let each_once = same.iter().filter_map(|index| findings.get(*index)).all(|one| tools.insert(one.tool()));
            if let Some(first) = same.first().filter(|_| each_once) {
                for index in &same {
                    sets.join(*first, *index);
                }
            }
        }
    }
}
