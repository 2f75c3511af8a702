//! A regular expression of a rule file: Go's syntax in, ready to search.

use regex::{Regex, RegexBuilder};

use crate::translate::{TranslateError, translate};

/// Compiled size of one pattern; the largest of the reference rules needs a hundredth of it.
const MOST_BYTES: usize = 64 << 20;

/// A pattern as the rule file writes it, compiled.
#[derive(Clone, Debug)]
pub struct Pattern {
    source: String,
    regex: Regex,
}

impl Pattern {
    /// Translates and compiles. The error says where in the pattern the fault lies; 0 when the whole of it is at fault.
    pub fn compile(go: &str) -> Result<Self, TranslateError> {
        let ours = translate(go)?;
        let regex = RegexBuilder::new(&ours)
            .size_limit(MOST_BYTES)
            .build()
            .map_err(|error| TranslateError { offset: 0, message: reason(&error) })?;
        Ok(Self { source: go.to_owned(), regex })
    }

    /// Several patterns as one, joined before compiling as gitleaks does it: a flag such as `(?i)` at the start of one stays on
    /// for all that follow.
    pub fn join<'a>(patterns: impl IntoIterator<Item = &'a str>) -> Result<Self, TranslateError> {
        let joined = patterns.into_iter().collect::<Vec<_>>().join("|");
        Self::compile(&format!("(?:{joined})"))
    }

    /// The pattern as written, in Go's syntax.
    pub fn as_str(&self) -> &str {
        &self.source
    }

    /// The compiled pattern.
    pub(crate) const fn regex(&self) -> &Regex {
        &self.regex
    }

    /// Whether it matches anywhere in the text.
    pub fn is_match(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    /// Groups in brackets, without the whole match.
    pub fn groups(&self) -> usize {
        self.regex.captures_len() - 1
    }
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
    use super::Pattern;

    #[test]
    fn a_flag_of_one_joined_pattern_stays_on_for_those_behind_it_only() {
        let joined = Pattern::join([r"one\.txt$", r"(?i)two\.txt$", r"three\.txt$"]).unwrap();
        assert!(joined.is_match("THREE.TXT") && joined.is_match("TWO.TXT"));
        assert!(!joined.is_match("ONE.TXT"));
    }

    #[test]
    fn a_class_nobody_knows_is_named() {
        let error = Pattern::compile(r"\p{Klingon}").unwrap_err();
        assert!(error.message.contains("Unicode property"), "{}", error.message);
    }
}
