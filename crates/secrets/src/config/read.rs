//! One rule file, read by itself: its rules, its allowlists and what it extends.

use std::collections::BTreeMap;
use std::ops::Range;

use portcullis_model::{Diagnostic, Severity};
use toml::de::DeTable;

use super::allowlist::Entry;
use super::document::{At, Complaints, Reader, Table};
use super::place::{Source, inside_string};
use super::{COMPATIBLE_WITH, Required, Rule, is_generic};
use crate::Pattern;
use crate::case::lower;
use crate::translate::TranslateError;

/// Expressions of betterleaks: known, not evaluated.
const NOT_EVALUATED: [&str; 3] = ["filter", "prefilter", "tokenEfficiency"];
const ROOT_KEYS: [&str; 10] = [
    "title",
    "description",
    "minVersion",
    "extend",
    "rules",
    "allowlists",
    "allowlist",
    "filter",
    "prefilter",
    "tokenEfficiency",
];
const RULE_KEYS: [&str; 18] = [
    "id",
    "description",
    "regex",
    "path",
    "secretGroup",
    "entropy",
    "keywords",
    "tags",
    "skipReport",
    "allowlists",
    "allowlist",
    "required",
    "severity",
    "helpUri",
    "specificity",
    "validate",
    "filter",
    "prefilter",
];

/// One file as it stands.
#[derive(Default)]
pub(super) struct ConfigFile {
    pub(super) title: String,
    pub(super) rules: BTreeMap<String, Draft>,
    pub(super) allowlists: Vec<Entry>,
    pub(super) extend: Option<Extend>,
}

/// A rule of one file: what it does not say may come from the file it extends.
pub(super) struct Draft {
    pub(super) rule: Rule,
    /// A pattern of it could not be compiled: it lacks one, and that has been said.
    pub(super) is_faulty: bool,
    pub(super) says_skip_report: bool,
    pub(super) says_specificity: bool,
}

/// The fault has been reported.
struct Complained;

/// `[extend]`.
pub(super) struct Extend {
    pub(super) path: Option<At<String>>,
    pub(super) use_default: bool,
    pub(super) disabled: Vec<At<String>>,
    pub(super) bytes: Range<usize>,
}

/// A fault of a pattern, pointed at inside the pattern where its place can be told.
pub(super) fn pattern_error(
    reader: &Reader<'_, '_>,
    whose: &str,
    value: &Range<usize>,
    error: &TranslateError,
) -> Diagnostic {
    let span = match inside_string(reader.source.text, value.clone(), error.offset) {
        Some(byte) => reader.span(byte..value.end),
        None => reader.span(value.clone()),
    };
    Diagnostic::error("secrets/bad-regex", format!("{whose}: {}", error.message), span)
        .help("patterns are Go regular expressions (RE2): https://pkg.go.dev/regexp/syntax")
}

impl ConfigFile {
    /// Reads a file; what is wrong goes to `complaints`, what can be read is kept so that everything is said at once.
    pub(super) fn read(source: &Source<'_>, complaints: &mut Complaints) -> Self {
        let (document, errors) = DeTable::parse_recoverable(source.text);
        let mut reader = Reader { source, complaints };
        for error in &errors {
            let message = error.message().lines().collect::<Vec<_>>().join(", ");
            reader.error("secrets/syntax", message, error.span().unwrap_or_default());
        }
        // What recovery made of a broken document is no ground for further complaints.
        if !errors.is_empty() {
            return Self::default();
        }
        let root = reader.table(document.get_ref(), 0..0, "the rule file", &ROOT_KEYS);
        reader.not_evaluated(&root);
        reader.min_version(&root);
        let mut file = Self {
            title: reader.text(&root, "title").map(|text| text.value).unwrap_or_default(),
            rules: BTreeMap::new(),
            allowlists: reader.global_allowlists(&root),
            extend: reader.extend(&root),
        };
        let mut seen_expressions = false;
        for table in reader.many(&root, "rules", "[[rules]]", &RULE_KEYS) {
            if !seen_expressions {
                seen_expressions = reader.not_evaluated(&table);
            }
            // Of two rules with one id the later counts.
            if let Some(draft) = reader.rule(&table) {
                file.rules.insert(draft.rule.id.clone(), draft);
            }
        }
        file
    }
}

impl Reader<'_, '_> {
    fn not_evaluated(&mut self, table: &Table<'_>) -> bool {
        let present = NOT_EVALUATED.iter().find(|key| table.has(key));
        if let Some(key) = present {
            let message = format!("`{key}` is not evaluated, so there may be more findings than with betterleaks");
            self.warn(Diagnostic::warning("secrets/not-evaluated", message, self.span(table.place(key))));
        }
        present.is_some()
    }

    fn min_version(&mut self, root: &Table<'_>) {
        let Some(wanted) = self.text(root, "minVersion").filter(|wanted| !wanted.value.is_empty()) else { return };
        let numbers: Option<Vec<u32>> = wanted
            .value
            .trim_start_matches(['v', 'V'])
            .split(['-', '+'])
            .next()
            .unwrap_or_default()
            .split('.')
            .map(|number| number.parse().ok())
            .collect();
        match numbers {
            None => {
                let message = format!("invalid minVersion '{}': a version is numbers with dots", wanted.value);
                self.error("secrets/min-version", message, wanted.bytes);
            }
            Some(numbers) if numbers.as_slice() > COMPATIBLE_WITH.as_slice() => {
                let [major, minor, patch] = COMPATIBLE_WITH;
                let message = format!(
                    "config requires a newer Gitleaks version than {major}.{minor}.{patch}, with which this scanner agrees"
                );
                self.warn(Diagnostic::warning("secrets/min-version", message, self.span(wanted.bytes)));
            }
            Some(_) => {}
        }
    }

    fn extend(&mut self, root: &Table<'_>) -> Option<Extend> {
        let table = self.one(root, "extend", "[extend]", &["path", "url", "useDefault", "disabledRules"])?;
        Some(Extend {
            path: self.text(&table, "path").filter(|path| !path.value.is_empty()),
            use_default: self.flag(&table, "useDefault").is_some_and(|flag| flag.value),
            disabled: self.texts(&table, "disabledRules"),
            bytes: table.bytes,
        })
    }

    fn rule(&mut self, table: &Table<'_>) -> Option<Draft> {
        let written = |reader: &mut Self, key: &str| reader.text(table, key).map(|text| text.value).unwrap_or_default();
        let id = written(self, "id").trim().to_owned();
        let description = written(self, "description");
        if id.is_empty() {
            let mut message = "rule |id| is missing or empty".to_owned();
            for key in ["description", "regex", "path"] {
                let value = written(self, key);
                if !value.is_empty() {
                    message.extend([", ", key, ": ", value.as_str()]);
                }
            }
            self.error("secrets/rule-without-id", message, table.place("id"));
            return None;
        }
        let specificity = self.integer(table, "specificity").map(|number| number.value);
        let skip_report = self.flag(table, "skipReport").map(|flag| flag.value);
        let regex = self.pattern(table, "regex", &id);
        let path = self.pattern(table, "path", &id);
        let is_faulty = regex.is_err() || path.is_err();
        let group = self.integer(table, "secretGroup").map_or(0, |group| group.value.max(0));
        let rule = Rule {
            regex: regex.unwrap_or_default(),
            path: path.unwrap_or_default(),
            secret_group: usize::try_from(group).unwrap_or_default(),
            entropy: self.number(table, "entropy").map_or(0.0, |number| number.value),
            keywords: self.texts(table, "keywords").iter().map(|keyword| lower(&keyword.value)).collect(),
            tags: self.texts(table, "tags").into_iter().map(|tag| tag.value).collect(),
            skip_report: skip_report.unwrap_or_default(),
            allowlists: self.rule_allowlists(table, &id),
            required: self.required(table, &id),
            severity: self.severity(table),
            help_uri: self.text(table, "helpUri").map(|uri| uri.value),
            specificity: specificity.unwrap_or(if is_generic(&id) { 0 } else { 100 }),
            place: self.span(table.place("id")),
            description,
            id,
        };
        Some(Draft {
            rule,
            is_faulty,
            says_skip_report: skip_report.is_some(),
            says_specificity: specificity.is_some(),
        })
    }

    fn pattern(&mut self, table: &Table<'_>, key: &str, id: &str) -> Result<Option<Pattern>, Complained> {
        let Some(written) = self.text(table, key).filter(|written| !written.value.is_empty()) else { return Ok(None) };
        self.compiled(&written.value).map(Some).map_err(|error| {
            let diagnostic = pattern_error(self, &format!("{id}: `{key}`"), &written.bytes, &error);
            self.complaints.push(diagnostic);
            Complained
        })
    }

    fn required(&mut self, table: &Table<'_>, id: &str) -> Vec<Required> {
        let mut required = Vec::new();
        for component in self.many(table, "required", "[[rules.required]]", &["id", "withinLines", "withinColumns"]) {
            let named = self.text(&component, "id").map(|named| named.value).unwrap_or_default();
            if named.is_empty() {
                let message = format!("{id}: [[rules.required]] rule ID is empty");
                self.error("secrets/required", message, component.place("id"));
                continue;
            }
            let within = |reader: &mut Self, key: &str| {
                reader.integer(&component, key).map(|number| u32::try_from(number.value).unwrap_or_default())
            };
            required.push(Required {
                id: named,
                within_lines: within(self, "withinLines"),
                within_columns: within(self, "withinColumns"),
                place: self.span(component.place("id")),
            });
        }
        required
    }

    fn severity(&mut self, table: &Table<'_>) -> Option<Severity> {
        let written = self.text(table, "severity")?;
        let severity = match written.value.to_ascii_lowercase().as_str() {
            "error" => Some(Severity::High),
            "warning" => Some(Severity::Medium),
            "note" => Some(Severity::Low),
            word => word.parse().ok().filter(|severity| *severity != Severity::Unknown),
        };
        if severity.is_none() {
            let message = format!("`{}` is no severity: info, low, medium, high or critical", written.value);
            self.warn(Diagnostic::warning("secrets/severity", message, self.span(written.bytes)));
        }
        severity
    }
}
