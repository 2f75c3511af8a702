//! A regular expression of a rule file: Go's syntax in, ready to search.

use std::sync::{LazyLock, OnceLock};

use regex::{Regex, RegexBuilder};

use crate::translate::{TranslateError, translate};

/// Compiled size of one pattern; the largest of the reference rules needs a hundredth of it.
const MOST_BYTES: usize = 64 << 20;

/// What a built-in pattern would be that does not compile. None is: a test compiles each of them.
#[allow(clippy::unwrap_used, reason = "constant pattern, compiled by a test")]
static NOTHING: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"[^\s\S]").unwrap());

/// A pattern as the rule file writes it, ready to be searched for.
#[derive(Clone, Debug)]
pub struct Pattern {
    source: String,
    /// The same in the syntax of the crate.
    translated: String,
    regex: OnceLock<Regex>,
}

impl Pattern {
    /// Translates and compiles. The error says where in the pattern the fault lies; 0 when the whole of it is at fault.
    pub fn compile(go: &str) -> Result<Self, TranslateError> {
        let pattern = Self::built_in(go)?;
        let regex =
            build(&pattern.translated).map_err(|error| TranslateError { offset: 0, message: reason(&error) })?;
        Ok(Self { regex: OnceLock::from(regex), ..pattern })
    }

    /// The same for a pattern that is known to compile: that is done when it is first searched for. A commit of three lines
    /// waits for hardly any of the built-in ones.
    pub(crate) fn built_in(go: &str) -> Result<Self, TranslateError> {
        Ok(Self { source: go.to_owned(), translated: translate(go)?, regex: OnceLock::new() })
    }

    /// Several patterns as one, joined before compiling as gitleaks does it: a flag such as `(?i)` at the start of one stays on
    /// for all that follow.
    pub(crate) fn joined<'a>(patterns: impl IntoIterator<Item = &'a str>) -> String {
        let joined = patterns.into_iter().collect::<Vec<_>>().join("|");
        format!("(?:{joined})")
    }

    /// The pattern as written, in Go's syntax.
    pub fn as_str(&self) -> &str {
        &self.source
    }

    /// The compiled pattern.
    pub(crate) fn regex(&self) -> &Regex {
        self.regex.get_or_init(|| build(&self.translated).unwrap_or_else(|_| NOTHING.clone()))
    }

    /// Whether it matches anywhere in the text.
    pub fn is_match(&self, text: &str) -> bool {
        self.regex().is_match(text)
    }

    /// Groups in brackets, without the whole match.
    pub fn groups(&self) -> usize {
        self.regex().captures_len() - 1
    }
}

fn build(translated: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(translated).size_limit(MOST_BYTES).build()
}

/// The crate draws its errors over several lines; the last says what is wrong.
fn reason(error: &regex::Error) -> String {
    match error {
        regex::Error::CompiledTooBig(limit) => format!("the pattern needs more than {limit} bytes when compiled"),
        other => {
            let drawn = other.to_string();
            let last = drawn.lines().last().unwrap_or_default().trim();
            last.strip_prefix("error: ").unwrap_or(last).to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{NOTHING, Pattern};

    #[test]
    fn nothing_matches_nothing() {
        assert!(!NOTHING.is_match("a\n"));
    }

    #[test]
    fn a_flag_of_one_joined_pattern_stays_on_for_those_behind_it_only() {
        let joined = Pattern::joined([r"one\.txt$", r"(?i)two\.txt$", r"three\.txt$"]);
        let joined = Pattern::compile(&joined).unwrap();
        assert!(joined.is_match("THREE.TXT") && joined.is_match("TWO.TXT"));
        assert!(!joined.is_match("ONE.TXT"));
    }

    #[test]
    fn a_class_nobody_knows_is_named() {
        let error = Pattern::compile(r"\p{Klingon}").unwrap_err();
        assert!(error.message.contains("Unicode property"), "{}", error.message);
    }
}
