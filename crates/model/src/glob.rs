//! Path globs of every policy key (spec/policy.md 1.1).

use std::sync::OnceLock;

use globset::{GlobBuilder, GlobMatcher};

/// Longest pattern, in bytes: no automaton of such a one comes near the limits of the engine.
const LONGEST: usize = 4_096;

/// One glob over repository paths: `/` separates, `*` stays inside a component, a pattern without `/` matches the base name
/// at any depth, a trailing `/` means the directory and everything below. Case-sensitive.
#[derive(Clone, Debug)]
pub struct Glob {
    text: String,
    read: globset::Glob,
    /// Compiled when first asked: a policy has many globs, and a run asks few of them.
    matcher: OnceLock<GlobMatcher>,
}

impl Glob {
    /// Reads a pattern. The error is a sentence that says what is wrong and what to write instead.
    pub fn new(pattern: &str) -> Result<Self, String> {
        if pattern.is_empty() {
            return Err("an empty pattern matches nothing".to_owned());
        }
        if pattern.len() > LONGEST {
            return Err(format!("a pattern has {LONGEST} bytes at most: write several"));
        }
        if pattern.starts_with('!') {
            return Err("a pattern cannot be negated: use `exclude`".to_owned());
        }
        if let Some(rest) = pattern.strip_prefix('/').or_else(|| pattern.strip_prefix("./")) {
            return Err(format!("patterns are relative to the root of the repository: write `{rest}`"));
        }
        let expanded = match pattern.strip_suffix('/') {
            Some(directory) if directory.contains('/') => format!("{directory}/**"),
            Some(directory) => format!("**/{directory}/**"),
            None if pattern.contains('/') => pattern.to_owned(),
            None => format!("**/{pattern}"),
        };
        Ok(Self { text: pattern.to_owned(), read: read(&expanded)?, matcher: OnceLock::new() })
    }

    /// As [`Glob::new`], but a pattern without `/` means a file at the root: the globs of tools that compare whole paths.
    pub fn anchored(pattern: &str) -> Result<Self, String> {
        let plain = pattern.strip_prefix("./").unwrap_or(pattern);
        let glob = Self::new(plain)?;
        if plain.contains('/') {
            return Ok(glob);
        }
        Ok(Self { read: read(plain)?, ..glob })
    }

    /// Whether a repository path matches.
    pub fn matches(&self, path: &str) -> bool {
        self.read.glob() == "**" || self.matcher.get_or_init(|| self.read.compile_matcher()).is_match(path)
    }

    /// The pattern as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it matches everything: its literal prefix is empty and it is made of `*` and `/` only.
    pub fn matches_everything(&self) -> bool {
        self.text.chars().all(|char| matches!(char, '*' | '/'))
    }
}

fn read(pattern: &str) -> Result<globset::Glob, String> {
    let glob = GlobBuilder::new(pattern).literal_separator(true).backslash_escape(true).build();
    glob.map_err(|error| error.kind().to_string())
}

impl PartialEq for Glob {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

/// Several globs; a path matches when one of them does.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Globs(Vec<Glob>);

impl Globs {
    /// From compiled patterns.
    pub fn new(globs: Vec<Glob>) -> Self {
        Self(globs)
    }

    /// Compiles all; the first error wins.
    pub fn compile<'a>(patterns: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        patterns.into_iter().map(Glob::new).collect::<Result<_, _>>().map(Self)
    }

    /// The first glob that matches.
    pub fn matching(&self, path: &str) -> Option<&Glob> {
        self.0.iter().find(|glob| glob.matches(path))
    }

    /// Whether one of them matches.
    pub fn matches(&self, path: &str) -> bool {
        self.matching(path).is_some()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The globs.
    pub fn iter(&self) -> impl Iterator<Item = &Glob> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::Glob;

    #[test]
    fn a_name_without_a_slash_matches_at_any_depth() {
        let glob = Glob::new("*.tf").unwrap();
        assert!(glob.matches("main.tf") && glob.matches("infra/prod/main.tf") && !glob.matches("main.tf.txt"));
    }

    #[test]
    fn a_star_stays_inside_a_component() {
        let glob = Glob::new("deploy/*.yaml").unwrap();
        assert!(glob.matches("deploy/web.yaml") && !glob.matches("deploy/prod/web.yaml"));
    }

    #[test]
    fn a_trailing_slash_is_everything_below() {
        let glob = Glob::new("vendor/").unwrap();
        assert!(glob.matches("vendor/a/b.go") && glob.matches("web/vendor/x") && !glob.matches("vendor.txt"));
    }

    #[test]
    fn a_negation_is_refused_with_what_to_write_instead() {
        assert_eq!(Glob::new("!docs/**").unwrap_err(), "a pattern cannot be negated: use `exclude`");
        assert!(Glob::new("./docs/**").unwrap_err().ends_with("write `docs/**`"));
    }
}
