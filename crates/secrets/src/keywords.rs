//! Which rules a text can concern at all: those one of whose keywords occurs in it, and those without keywords.

use std::collections::BTreeMap;

use aho_corasick::{AhoCorasick, BuildError};

use crate::Rule;
use crate::case::lower;

/// The keywords of all rules in one automaton.
#[derive(Debug)]
pub(crate) struct Keywords {
    automaton: AhoCorasick,
    /// Rules by keyword, as numbered by the automaton.
    rules: Vec<Vec<usize>>,
    /// Rules without keywords.
    always: Vec<usize>,
    /// Rules in all.
    count: usize,
}

impl Keywords {
    pub(crate) fn new(rules: &[Rule]) -> Result<Self, BuildError> {
        let mut by_keyword: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        let mut always = Vec::new();
        for (index, rule) in rules.iter().enumerate() {
            if rule.keywords.is_empty() {
                always.push(index);
            }
            // An empty keyword occurs nowhere.
            for keyword in rule.keywords.iter().filter(|keyword| !keyword.is_empty()) {
                by_keyword.entry(keyword).or_default().push(index);
            }
        }
        let automaton = AhoCorasick::builder().ascii_case_insensitive(true).build(by_keyword.keys())?;
        Ok(Self { automaton, rules: by_keyword.into_values().collect(), always, count: rules.len() })
    }

    /// The rules to run on a text, in order.
    pub(crate) fn open(&self, text: &str) -> Vec<usize> {
        let mut open = vec![false; self.count];
        for rule in &self.always {
            if let Some(open) = open.get_mut(*rule) {
                *open = true;
            }
        }
        let lowered = if text.is_ascii() { None } else { Some(lower(text)) };
        let mut seen = vec![false; self.rules.len()];
        let mut missing = self.rules.len();
        if missing > 0 {
            for found in self.automaton.find_overlapping_iter(lowered.as_deref().unwrap_or(text)) {
                let keyword = found.pattern().as_usize();
                let Some(seen @ false) = seen.get_mut(keyword) else { continue };
                *seen = true;
                for rule in self.rules.get(keyword).into_iter().flatten() {
                    if let Some(open) = open.get_mut(*rule) {
                        *open = true;
                    }
                }
                missing -= 1;
                if missing == 0 {
                    break;
                }
            }
        }
        open.iter().enumerate().filter(|(_, open)| **open).map(|(rule, _)| rule).collect()
    }
}
