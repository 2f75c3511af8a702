//! Suppression comments: their grammar in every language with comments (spec/workflows.md 2.1).

mod forms;

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use forms::{Form, forms_in};

/// A suppression comment met in a file, whether it matched something or not. Policy decides what counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SuppressionComment {
    /// File.
    pub path: String,
    /// 1-based line of the comment.
    pub line: u32,
    /// 1-based column of the comment.
    pub col: u32,
    /// Rule ids or globs over them, as written; empty means every rule (only foreign forms).
    pub rules: Vec<String>,
    /// Why; empty when none is given.
    pub reason: String,
    /// Last day it counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// It covers the whole file.
    pub whole_file: bool,
    /// `portcullis`, or the tool whose form it has: `zizmor`, `gitleaks`.
    pub form: String,
    /// Why it cannot be understood, when it speaks to us and cannot; such a comment suppresses nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub malformed: Option<String>,
    /// Findings it matched.
    pub matched: u32,
}

/// Why a comment that looks like ours is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SuppressionError {
    /// No `[` after the word, or no `]`.
    Brackets,
    /// Nothing between the brackets.
    NoRule,
    /// `until=` without a date.
    Date(String),
}

impl fmt::Display for SuppressionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Brackets => f.write_str("the rules are missing: write `portcullis: ignore[rule-id] reason`"),
            Self::NoRule => f.write_str("no rule stands between the brackets: name what is to be ignored"),
            Self::Date(word) => write!(f, "`until={word}` is no date: write `until=YYYY-MM-DD`"),
        }
    }
}

/// What a comment says, once its language's comment sign is taken off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// Rule ids or globs.
    pub rules: Vec<String>,
    /// Why.
    pub reason: String,
    /// Last day.
    pub until: Option<Date>,
    /// `ignore-file`.
    pub whole_file: bool,
}

/// Reads `portcullis: ignore[id, id] until=YYYY-MM-DD reason` or `portcullis: ignore-file[…] …` at the start of a comment's text.
/// `None` when the comment does not speak to us; an error when it does and cannot be understood.
pub fn parse(comment: &str) -> Option<Result<Parsed, SuppressionError>> {
    let rest = comment.trim_start_matches(['#', '/', ' ', '\t', '*', '-', '<', '!']).strip_prefix("portcullis:")?;
    let rest = rest.trim_start().strip_prefix("ignore")?;
    let (whole_file, rest) = match rest.strip_prefix("-file") {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    Some(parse_body(whole_file, rest))
}

fn parse_body(whole_file: bool, rest: &str) -> Result<Parsed, SuppressionError> {
    let (rules, rest) =
        rest.strip_prefix('[').and_then(|rest| rest.split_once(']')).ok_or(SuppressionError::Brackets)?;
    let rules: Vec<String> =
        rules.split(',').map(str::trim).filter(|rule| !rule.is_empty()).map(str::to_owned).collect();
    if rules.is_empty() {
        return Err(SuppressionError::NoRule);
    }
    let mut reason = rest.trim();
    let mut until = None;
    if let Some(dated) = reason.strip_prefix("until=") {
        let (date, rest) = dated.split_once(char::is_whitespace).unwrap_or((dated, ""));
        until = Some(date.parse().map_err(|_| SuppressionError::Date(date.to_owned()))?);
        reason = rest.trim();
    }
    Ok(Parsed { rules, reason: reason.to_owned(), until, whole_file })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_rules_an_end_and_a_reason() {
        let parsed =
            parse("# portcullis: ignore[gha/unpinned-uses, k8s/*] until=2026-12-31 vendored action").unwrap().unwrap();
        assert_eq!(parsed.rules, ["gha/unpinned-uses", "k8s/*"]);
        assert_eq!(parsed.until, Some(jiff::civil::date(2026, 12, 31)));
        assert_eq!(parsed.reason, "vendored action");
        assert!(!parsed.whole_file);
    }

    #[test]
    fn other_comments_are_none_of_ours() {
        assert_eq!(parse("# see portcullis: ignore[x]"), None);
        assert_eq!(parse("# zizmor: ignore[unpinned-uses]"), None);
    }

    #[test]
    fn a_comment_meant_for_us_that_cannot_be_read_is_an_error_not_silence() {
        assert_eq!(parse("# portcullis: ignore"), Some(Err(SuppressionError::Brackets)));
        assert_eq!(parse("# portcullis: ignore[ ] because"), Some(Err(SuppressionError::NoRule)));
        assert_eq!(parse("# portcullis: ignore[a/b] until=soon"), Some(Err(SuppressionError::Date("soon".to_owned()))));
    }
}
