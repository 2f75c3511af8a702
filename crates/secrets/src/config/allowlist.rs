//! `[allowlist]`, `[[allowlists]]`, of the file and of a rule.

use std::collections::BTreeSet;

use aho_corasick::AhoCorasick;
use portcullis_model::Span;

use super::document::{At, Reader, Table};
use super::read::pattern_error;
use crate::Pattern;
use crate::allow::{Allowlist, Condition, Target};
use crate::case::lower;

const KEYS: [&str; 7] = ["description", "condition", "commits", "paths", "regexes", "regexTarget", "stopwords"];
const GLOBAL_KEYS: [&str; 8] =
    ["description", "condition", "commits", "paths", "regexes", "regexTarget", "stopwords", "targetRules"];

/// An entry of the file, with the rules it is meant for; none: for all.
pub(super) struct Entry {
    pub(super) allowlist: Allowlist,
    pub(super) target_rules: Vec<(String, Span)>,
}

impl Reader<'_, '_> {
    /// The entries of the file.
    pub(super) fn global_allowlists(&mut self, root: &Table<'_>) -> Vec<Entry> {
        if root.has("allowlist") && root.has("allowlists") {
            let message = "[allowlist] is deprecated, it cannot be used alongside [[allowlists]]";
            self.error("secrets/allowlist", message, root.place("allowlist"));
        }
        let mut tables = self.many(root, "allowlists", "[[allowlists]]", &GLOBAL_KEYS);
        tables.extend(self.one(root, "allowlist", "[allowlist]", &GLOBAL_KEYS));
        tables
            .iter()
            .filter_map(|table| {
                let allowlist = self.allowlist(table, "[[allowlists]] ")?;
                let named = self.texts(table, "targetRules");
                let target_rules = named.into_iter().map(|id| (id.value, self.span(id.bytes))).collect();
                Some(Entry { allowlist, target_rules })
            })
            .collect()
    }

    /// The entries of a rule.
    pub(super) fn rule_allowlists(&mut self, rule: &Table<'_>, id: &str) -> Vec<Allowlist> {
        if rule.has("allowlist") && rule.has("allowlists") {
            let message =
                format!("{id}: [rules.allowlist] is deprecated, it cannot be used alongside [[rules.allowlist]]");
            self.error("secrets/allowlist", message, rule.place("allowlist"));
        }
        let mut tables = self.many(rule, "allowlists", "[[rules.allowlists]]", &KEYS);
        tables.extend(self.one(rule, "allowlist", "[rules.allowlist]", &KEYS));
        let prefix = format!("{id}: [[rules.allowlists]] ");
        tables.iter().filter_map(|table| self.allowlist(table, &prefix)).collect()
    }

    fn allowlist(&mut self, table: &Table<'_>, prefix: &str) -> Option<Allowlist> {
        let commits: BTreeSet<String> =
            self.texts(table, "commits").iter().map(|commit| commit.value.trim().to_lowercase()).collect();
        let stopwords: BTreeSet<String> =
            self.texts(table, "stopwords").iter().map(|word| lower(&word.value)).collect();
        let paths = self.texts(table, "paths");
        let regexes = self.texts(table, "regexes");
        let condition = self.condition(table, prefix)?;
        let target = self.target(table, prefix)?;
        if commits.is_empty() && stopwords.is_empty() && paths.is_empty() && regexes.is_empty() {
            let message = format!("{prefix}must contain at least one check for: commits, paths, regexes, or stopwords");
            self.error("secrets/allowlist", message, table.bytes.clone());
            return None;
        }
        Some(Allowlist {
            description: self.text(table, "description").map(|text| text.value).unwrap_or_default(),
            condition,
            commits: commits.into_iter().collect(),
            paths: self.joined(table, "paths", &paths, prefix),
            regexes: self.joined(table, "regexes", &regexes, prefix),
            target,
            stopwords: self.stopwords(table, stopwords),
        })
    }

    fn condition(&mut self, table: &Table<'_>, prefix: &str) -> Option<Condition> {
        let Some(written) = self.text(table, "condition") else { return Some(Condition::Or) };
        match written.value.to_uppercase().as_str() {
            "AND" | "&&" => Some(Condition::And),
            "" | "OR" | "||" => Some(Condition::Or),
            _ => {
                let message =
                    format!("{prefix}unknown allowlist |condition| '{}' (expected 'and', 'or')", written.value);
                self.error("secrets/allowlist", message, written.bytes);
                None
            }
        }
    }

    fn target(&mut self, table: &Table<'_>, prefix: &str) -> Option<Target> {
        let Some(written) = self.text(table, "regexTarget") else { return Some(Target::Secret) };
        match written.value.as_str() {
            "" | "secret" => Some(Target::Secret),
            "match" => Some(Target::Match),
            "line" => Some(Target::Line),
            _ => {
                let message =
                    format!("{prefix}unknown allowlist |regexTarget| '{}' (expected 'match', 'line')", written.value);
                self.error("secrets/allowlist", message, written.bytes);
                None
            }
        }
    }

    /// Each pattern is read by itself so that a fault has its place, then all are joined as gitleaks joins them.
    fn joined(&mut self, table: &Table<'_>, key: &str, patterns: &[At<String>], prefix: &str) -> Option<Pattern> {
        if patterns.is_empty() {
            return None;
        }
        let mut faulty = false;
        for pattern in patterns {
            if let Err(error) = crate::translate::translate(&pattern.value) {
                faulty = true;
                let diagnostic = pattern_error(self, &format!("{prefix}`{key}`"), &pattern.bytes, &error);
                self.complaints.push(diagnostic);
            }
        }
        if faulty {
            return None;
        }
        match self.compiled(&Pattern::joined(patterns.iter().map(|pattern| pattern.value.as_str()))) {
            Ok(pattern) => Some(pattern),
            Err(error) => {
                self.error("secrets/bad-regex", format!("{prefix}`{key}`: {}", error.message), table.place(key));
                None
            }
        }
    }

    fn stopwords(&mut self, table: &Table<'_>, words: BTreeSet<String>) -> Option<AhoCorasick> {
        let words: Vec<String> = words.into_iter().filter(|word| !word.is_empty()).collect();
        if words.is_empty() {
            return None;
        }
        match AhoCorasick::new(&words) {
            Ok(automaton) => Some(automaton),
            Err(error) => {
                self.error(
                    "secrets/allowlist",
                    format!("the stopwords are too many: {error}"),
                    table.place("stopwords"),
                );
                None
            }
        }
    }
}
