//! Allowlists: what a rule file says is no secret (spec/secrets-gitleaks.md 4).
//!
//! They act at two moments. Before a text is searched (moment A) an entry may decide by path or commit alone; on each finding
//! (moment B) by what was found. An entry with condition `and` that also asks for texts can only decide at moment B.

use std::ops::Range;

use aho_corasick::AhoCorasick;

use crate::Pattern;
use crate::case::lower;

/// One `[[allowlists]]` entry, ready to ask.
#[derive(Clone, Debug)]
pub struct Allowlist {
    /// What the rule file says about it.
    pub description: String,
    /// How its kinds combine.
    pub condition: Condition,
    /// Commit ids, lower case.
    pub commits: Vec<String>,
    /// Searched in the path, unanchored.
    pub paths: Option<Pattern>,
    /// Searched in the target text.
    pub regexes: Option<Pattern>,
    /// What `regexes` is searched in.
    pub target: Target,
    /// Lower case, searched in the lower-cased secret.
    pub stopwords: Option<AhoCorasick>,
}

/// How the kinds of an allowlist combine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Condition {
    /// One kind that holds is enough.
    #[default]
    Or,
    /// Every kind present must hold.
    And,
}

/// What the regular expressions of an allowlist look at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Target {
    /// The secret.
    #[default]
    Secret,
    /// The whole match.
    Match,
    /// The lines the match touches.
    Line,
}

/// Where a text comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    pub(crate) path: &'a str,
    pub(crate) commit: Option<&'a str>,
}

/// What was found.
#[derive(Clone, Debug)]
pub(crate) struct Found<'a> {
    pub(crate) secret: &'a str,
    pub(crate) matched: &'a str,
    /// The text the pass works on, and the lines of it the match touches.
    pub(crate) text: &'a str,
    pub(crate) line: Range<usize>,
}

/// Answers of `line` allowlists, one per entry: a line with a thousand matches is searched once.
#[derive(Debug, Default)]
pub(crate) struct LineMemory(Vec<Option<(Range<usize>, bool)>>);

impl LineMemory {
    fn remember(&mut self, entry: usize, line: &Range<usize>, search: impl FnOnce() -> bool) -> bool {
        if self.0.len() <= entry {
            self.0.resize(entry + 1, None);
        }
        let Some(known) = self.0.get_mut(entry) else { return search() };
        match known {
            Some((range, answer)) if range == line => *answer,
            _ => {
                let answer = search();
                *known = Some((line.clone(), answer));
                answer
            }
        }
    }
}

impl Allowlist {
    /// Moment A: whether a text need not be searched at all.
    pub(crate) fn allows_place(&self, place: Place<'_>) -> bool {
        if place.path.is_empty() && place.commit.is_none() {
            return false;
        }
        match self.condition {
            Condition::Or => self.has_commit(place) || self.has_path(place),
            Condition::And => {
                let asks_for_texts = self.regexes.is_some() || self.stopwords.is_some();
                !asks_for_texts
                    && (self.commits.is_empty() || self.has_commit(place))
                    && (self.paths.is_none() || self.has_path(place))
            }
        }
    }

    /// Whether a whole directory is left out: entries that decide by path alone.
    pub(crate) fn allows_directory(&self, path: &str) -> bool {
        let decides_by_path = match self.condition {
            Condition::Or => true,
            Condition::And => self.commits.is_empty() && self.regexes.is_none() && self.stopwords.is_none(),
        };
        decides_by_path && self.paths.as_ref().is_some_and(|paths| paths.is_match(path))
    }

    /// Moment B: whether what was found is no secret. `entry` is the number under which `memory` keeps the answers of this list.
    fn allows_found(&self, entry: usize, place: Place<'_>, found: &Found<'_>, memory: &mut LineMemory) -> bool {
        match self.condition {
            Condition::Or => self.has_text(entry, found, memory) || self.has_stopword(found.secret),
            Condition::And => {
                (self.commits.is_empty() || self.has_commit(place))
                    && (self.paths.is_none() || self.has_path(place))
                    && (self.stopwords.is_none() || self.has_stopword(found.secret))
                    && (self.regexes.is_none() || self.has_text(entry, found, memory))
            }
        }
    }

    fn has_commit(&self, place: Place<'_>) -> bool {
        place.commit.is_some_and(|commit| self.commits.iter().any(|known| known.eq_ignore_ascii_case(commit)))
    }

    fn has_path(&self, place: Place<'_>) -> bool {
        !place.path.is_empty() && self.paths.as_ref().is_some_and(|paths| paths.is_match(place.path))
    }

    fn has_text(&self, entry: usize, found: &Found<'_>, memory: &mut LineMemory) -> bool {
        let Some(regexes) = &self.regexes else { return false };
        let holds = |text: &str| !text.is_empty() && regexes.is_match(text);
        match self.target {
            Target::Secret => holds(found.secret),
            Target::Match => holds(found.matched),
            Target::Line => {
                memory.remember(entry, &found.line, || holds(found.text.get(found.line.clone()).unwrap_or_default()))
            }
        }
    }

    fn has_stopword(&self, secret: &str) -> bool {
        self.stopwords.as_ref().is_some_and(|words| words.is_match(&lower(secret)))
    }
}

/// Moment B over all entries, the global ones first.
pub(crate) fn found_is_allowed<'a>(
    entries: impl Iterator<Item = &'a Allowlist>,
    place: Place<'_>,
    found: &Found<'_>,
    memory: &mut LineMemory,
) -> bool {
    entries.enumerate().any(|(index, entry)| entry.allows_found(index, place, found, memory))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Place<'_> = Place { path: "src/a.txt", commit: Some("abc1") };

    fn found() -> Found<'static> {
        Found { secret: "tok_Example1", matched: "k=tok_Example1", text: "\nk=tok_Example1 # demo", line: 0..22 }
    }

    fn allowlist(condition: Condition) -> Allowlist {
        Allowlist {
            description: String::new(),
            condition,
            commits: Vec::new(),
            paths: None,
            regexes: None,
            target: Target::Secret,
            stopwords: None,
        }
    }

    fn pattern(go: &str) -> Option<Pattern> {
        Pattern::compile(go).ok()
    }

    fn allows(entry: &Allowlist) -> bool {
        found_is_allowed(std::iter::once(entry), HERE, &found(), &mut LineMemory::default())
    }

    #[test]
    fn with_or_a_path_decides_before_the_search_and_never_after_it() {
        let entry = Allowlist { paths: pattern(r"a\.txt$"), regexes: pattern("nothing"), ..allowlist(Condition::Or) };
        assert!(entry.allows_place(HERE));
        assert!(!allows(&entry));
    }

    #[test]
    fn with_and_an_entry_that_asks_for_texts_waits_for_the_finding() {
        let entry = Allowlist { paths: pattern(r"a\.txt$"), regexes: pattern("tok_"), ..allowlist(Condition::And) };
        assert!(!entry.allows_place(HERE));
        assert!(allows(&entry));
        assert!(!allows(&Allowlist { regexes: pattern("nothing"), ..entry }));
    }

    #[test]
    fn with_and_every_kind_present_must_hold() {
        let entry =
            Allowlist { paths: pattern(r"a\.txt$"), commits: vec!["abc1".to_owned()], ..allowlist(Condition::And) };
        assert!(entry.allows_place(HERE));
        assert!(!entry.allows_place(Place { commit: None, ..HERE }));
        assert!(!entry.allows_directory("a.txt"));
    }

    #[test]
    fn each_target_looks_at_its_own_text() {
        for (target, go) in [(Target::Secret, "^tok_"), (Target::Match, "^k=tok_"), (Target::Line, "^\nk=.*demo$")] {
            let entry = Allowlist { target, regexes: pattern(go), ..allowlist(Condition::Or) };
            assert!(allows(&entry), "{target:?}");
        }
        let entry = Allowlist { target: Target::Match, regexes: pattern("demo"), ..allowlist(Condition::Or) };
        assert!(!allows(&entry));
    }

    #[test]
    fn a_stopword_is_looked_up_in_the_lower_cased_secret_only() {
        let words = |word: &str| Some(AhoCorasick::new([word]).unwrap());
        assert!(allows(&Allowlist { stopwords: words("example"), ..allowlist(Condition::Or) }));
        assert!(!allows(&Allowlist { stopwords: words("demo"), ..allowlist(Condition::Or) }));
    }

    #[test]
    fn commits_are_compared_whole() {
        let entry = Allowlist { commits: vec!["ABC1".to_owned()], ..allowlist(Condition::Or) };
        assert!(entry.allows_place(HERE));
        assert!(!entry.allows_place(Place { commit: Some("abc12"), ..HERE }));
    }
}
