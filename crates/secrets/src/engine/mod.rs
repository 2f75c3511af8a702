//! The scanner: one file in, what was found out (spec/secrets-gitleaks.md 5).
//!
//! `search` runs the rules over a text and its decodings, `yielding` takes out what a more special rule has found too,
//! `report` turns the rest into findings. This is the plain algorithm of the specification: rules whose keyword occurs are
//! searched over the whole text.

mod matched;
mod report;
mod search;
#[cfg(test)]
mod tests;
mod yielding;

use portcullis_model::{Collected, Diagnostic, Fragment, Problem, ProblemCode, Section, Span};

pub(crate) use matched::Match;
pub(crate) use search::Search;
pub(crate) use yielding::drop_what_yields;

use crate::allow::Place;
use crate::config::Config;
use crate::content::Content;
use crate::ignore::IgnoreFile;
use crate::inline::Comments;
use crate::keywords::Keywords;
pub(crate) use report::severity;

/// What can be set; the keys of the policy's `secrets` section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Rounds of decoding; 0: none.
    pub max_decode_depth: usize,
    /// Larger files are not searched, in bytes.
    pub max_file_size: u64,
    /// Whether `gitleaks:allow` and `.gitleaksignore` count beside our own comments.
    pub foreign_ignores: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { max_decode_depth: 5, max_file_size: 1_000_000_000, foreign_ignores: true }
    }
}

/// One file, or a piece of one.
#[derive(Clone, Copy, Debug)]
pub struct File<'a> {
    /// Path relative to the root, `/`-separated.
    pub path: &'a str,
    /// Its bytes.
    pub bytes: &'a [u8],
    /// 1-based line of the first byte.
    pub first_line: u32,
    /// Commit it stands in.
    pub commit: Option<&'a str>,
}

impl<'a> File<'a> {
    /// A whole file of the tree.
    pub const fn new(path: &'a str, bytes: &'a [u8]) -> Self {
        Self { path, bytes, first_line: 1, commit: None }
    }

    pub(crate) const fn place(&self) -> Place<'a> {
        Place { path: self.path, commit: self.commit }
    }
}

impl<'a> From<&'a Fragment> for File<'a> {
    fn from(fragment: &'a Fragment) -> Self {
        Self {
            path: &fragment.path,
            bytes: &fragment.bytes,
            first_line: fragment.first_line,
            commit: fragment.commit.as_deref(),
        }
    }
}

/// Rules, ready to search; immutable, one for all threads.
#[derive(Debug)]
pub struct Scanner {
    pub(crate) config: Config,
    pub(crate) options: Options,
    pub(crate) keywords: Keywords,
    ignore_files: Vec<IgnoreFile>,
}

impl Scanner {
    /// Fails when the keywords of the rules are too many for one automaton.
    pub fn new(config: Config, options: Options) -> Result<Self, Vec<Diagnostic>> {
        let keywords = Keywords::new(&config.rules).map_err(|error| {
            let span = Span { path: config.path.clone().unwrap_or_default(), ..Span::default() };
            vec![Diagnostic::error(
                "secrets/keywords",
                format!("the keywords of the rules are too many: {error}"),
                span,
            )]
        })?;
        Ok(Self { config, options, keywords, ignore_files: Vec::new() })
    }

    /// The same, with the comments and ignore files of other tools counting or not.
    #[must_use]
    pub fn with_foreign_ignores(mut self, honoured: bool) -> Self {
        self.options.foreign_ignores = honoured;
        self
    }

    /// Honours the entries of `.gitleaksignore` files: what they name carries a suppression.
    #[must_use]
    pub fn with_ignore_files(mut self, files: Vec<IgnoreFile>) -> Self {
        self.ignore_files = files;
        self
    }

    /// Ids of the rules in force, sorted; rules that are only components of others included.
    pub fn rule_ids(&self) -> impl Iterator<Item = &str> {
        self.config.rules.iter().map(|rule| rule.id.as_str())
    }

    /// The rules in force, sorted by id.
    pub fn rules(&self) -> &[crate::Rule] {
        &self.config.rules
    }

    /// Searches one file. What is not looked into is named with its reason in the check run.
    pub fn scan(&self, file: &File<'_>) -> Collected {
        if let Some(reason) = self.left_out(file) {
            return report::left_out(file, reason);
        }
        let content = Content::of(file.path, file.bytes);
        let is_too_large = u64::try_from(file.bytes.len()).unwrap_or(u64::MAX) > self.options.max_file_size;
        let unsearched = if is_too_large {
            Some(format!("{} bytes, more than the limit of {}", file.bytes.len(), self.options.max_file_size))
        } else {
            content.unsearched()
        };
        let Some(reason) = unsearched else { return self.search(file) };
        let mut collected = report::unsearched(file, reason.clone());
        if is_too_large {
            let message = format!("not searched for secrets: {reason}");
            let problem =
                Problem::error(ProblemCode::TooLarge, message).at_path(file.path).in_section(Section::Secrets);
            collected.problems.push(problem);
        }
        // Rules that are about paths need no content.
        let nothing = crate::text::Text::new(b"");
        let mut search = Search::new(self, file, &nothing);
        search.run_path_rules();
        report::add_findings(self, file, &nothing, search.finish(), &mut Comments::default(), &mut collected);
        collected
    }

    fn search(&self, file: &File<'_>) -> Collected {
        let text = crate::text::Text::new(file.bytes);
        let mut search = Search::new(self, file, &text);
        search.run();
        let outcome = search.finish();
        let mut collected = report::searched(self, outcome.truncated, file);
        let mut comments = Comments::read(text.as_str(), self.options.foreign_ignores);
        report::add_findings(self, file, &text, outcome, &mut comments, &mut collected);
        collected
    }

    /// Why a file is not looked at although it could be: it is the rule file itself, or the rules allow its path.
    pub(crate) fn left_out(&self, file: &File<'_>) -> Option<String> {
        if self.config.path.as_deref() == Some(file.path) {
            return Some("it is the rule file itself".to_owned());
        }
        let place = file.place();
        if self.config.allowlists.iter().any(|entry| entry.allows_place(place)) {
            return Some("its path or commit is on the global allowlist of the rules".to_owned());
        }
        let directories = file.path.match_indices('/').filter_map(|(at, _)| file.path.get(..at));
        for directory in std::iter::once(".").chain(directories.filter(|directory| !directory.is_empty())) {
            if self.config.allowlists.iter().any(|entry| entry.allows_directory(directory)) {
                return Some(format!("its directory `{directory}` is on the global allowlist of the rules"));
            }
        }
        None
    }
}
