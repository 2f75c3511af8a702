//! Patterns over things that are no paths: rule ids, objects, package URLs.

use std::sync::OnceLock;

use globset::{GlobBuilder, GlobMatcher};
use portcullis_model::{Finding, Kind, Package, advisory};

/// Characters that do not stand for themselves.
const WILDCARDS: [char; 5] = ['*', '?', '[', '{', '\\'];

/// An exact name, or a glob in which `*` matches anything, `/` included.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    text: String,
    /// What every match begins with: most names are told apart by it, and few need the automaton.
    prefix: String,
    glob: Option<globset::Glob>,
    /// Compiled when first asked.
    matcher: OnceLock<GlobMatcher>,
}

/// Longest glob, in bytes.
const LONGEST: usize = 4_096;

impl Pattern {
    /// Reads a pattern; the error says what is wrong with it.
    pub(crate) fn new(text: &str) -> Result<Self, String> {
        let glob = if is_glob(text) { Some(read(text)?) } else { None };
        // Advisory ids are compared in their canonical spelling, as findings carry them.
        let text = if glob.is_none() { advisory::spelling(text) } else { text.to_owned() };
        let prefix = text.split(WILDCARDS).next().unwrap_or_default().to_owned();
        Ok(Self { text, prefix, glob, matcher: OnceLock::new() })
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) const fn is_glob(&self) -> bool {
        self.glob.is_some()
    }

    pub(crate) fn matches(&self, name: &str) -> bool {
        let Some(glob) = &self.glob else { return self.text == name };
        let matcher = || self.matcher.get_or_init(|| glob.compile_matcher());
        name.starts_with(&self.prefix) && (self.is_prefix() || matcher().is_match(name))
    }

    /// `gha/*`: whatever follows the prefix.
    fn is_prefix(&self) -> bool {
        self.text.strip_suffix('*') == Some(self.prefix.as_str())
    }

    /// Characters that stand for themselves: of two globs the one with more is the more exact.
    pub(crate) fn literal_chars(&self) -> usize {
        self.text.chars().filter(|char| !matches!(char, '*' | '?' | '[' | ']' | '{' | '}' | ',')).count()
    }

    /// Whether it matches every name: nothing in it stands for itself.
    pub(crate) fn matches_everything(&self) -> bool {
        self.is_glob() && self.text.chars().all(|char| matches!(char, '*' | '/'))
    }
}

/// Whether a text is a glob and not an exact name.
pub(crate) fn is_glob(text: &str) -> bool {
    text.contains(['*', '?', '[', '{'])
}

fn read(text: &str) -> Result<globset::Glob, String> {
    if text.len() > LONGEST {
        return Err(format!("a pattern has {LONGEST} bytes at most: write several"));
    }
    GlobBuilder::new(text)
        .literal_separator(false)
        .backslash_escape(true)
        .build()
        .map_err(|error| error.kind().to_string())
}

/// A pattern over package URLs. Without a version it covers every version.
#[derive(Clone, Debug)]
pub(crate) struct PackagePattern {
    text: String,
    pattern: Pattern,
    names_version: bool,
}

impl PackagePattern {
    pub(crate) fn new(text: &str) -> Result<Self, String> {
        if !text.starts_with("pkg:") {
            return Err(format!("a package URL starts with `pkg:`; for npm write `pkg:npm/{text}`"));
        }
        let decoded = decode_scope(text);
        Ok(Self {
            text: text.to_owned(),
            names_version: version_at(&decoded).is_some(),
            pattern: Pattern::new(&decoded)?,
        })
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn matches(&self, package: &Package) -> bool {
        let Some(purl) = &package.purl else { return false };
        let decoded = decode_scope(purl);
        let bare = decoded.split(['?', '#']).next().unwrap_or_default();
        if self.names_version {
            return self.pattern.matches(bare);
        }
        let end = version_at(bare).unwrap_or(bare.len());
        self.pattern.matches(bare.get(..end).unwrap_or(bare))
    }
}

/// The scope of an npm package is written `%40scope` in a URL and `@scope` by people.
fn decode_scope(purl: &str) -> String {
    purl.replace("%40", "@")
}

/// Where the `@` before the version stands: after the last `/`.
fn version_at(purl: &str) -> Option<usize> {
    let name = purl.rfind('/').map_or(0, |slash| slash + 1);
    purl.get(name..)?.find('@').filter(|at| *at > 0).map(|at| name + at)
}

/// Every name under which a policy may speak of a finding: its ids and aliases, and `tool:ID` for each tool that reported it.
/// One after the other in one text: the names of the next finding take no new memory.
#[derive(Debug, Default)]
pub(crate) struct Names {
    text: String,
    ends: Vec<usize>,
}

impl Names {
    /// The names of one finding.
    pub(crate) fn of(finding: &Finding) -> Self {
        let mut names = Self::default();
        names.set(finding);
        names
    }

    /// Puts the names of this finding in the place of the last one's.
    pub(crate) fn set(&mut self, finding: &Finding) {
        self.text.clear();
        self.ends.clear();
        for id in finding.all_ids().filter(|id| !id.is_empty()) {
            self.push(&[id]);
        }
        for source in &finding.sources {
            // Some tools write their own name into their ids: `zizmor/unpinned-uses` of zizmor is `zizmor:unpinned-uses`.
            let bare = finding.rule_id.strip_prefix(&source.tool).and_then(|rest| rest.strip_prefix('/'));
            self.push(&[&source.tool, ":", bare.unwrap_or(&finding.rule_id)]);
            if finding.id != finding.rule_id {
                self.push(&[&source.tool, ":", &finding.id]);
            }
        }
        if let (Kind::License, Some(license)) = (finding.kind, finding.license.as_deref()) {
            for name in license.expression.iter().chain(&license.name) {
                self.push(&["license:", name]);
            }
        }
    }

    fn push(&mut self, parts: &[&str]) {
        self.text.extend(parts.iter().copied());
        self.ends.push(self.text.len());
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(&0).chain(&self.ends);
        starts.zip(&self.ends).filter_map(|(start, end)| self.text.get(*start..*end))
    }

    /// Whether one of them is meant.
    pub(crate) fn any(&self, matches: impl FnMut(&str) -> bool) -> bool {
        self.iter().any(matches)
    }
}

/// A rule that is asked about by itself.
impl From<&str> for Names {
    fn from(name: &str) -> Self {
        let mut names = Self::default();
        names.push(&[name]);
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(purl: &str) -> Package {
        Package { purl: Some(purl.to_owned()), ..Package::default() }
    }

    #[test]
    fn a_package_pattern_without_a_version_covers_every_version() {
        let pattern = PackagePattern::new("pkg:npm/minimist").unwrap();
        assert!(pattern.matches(&package("pkg:npm/minimist@1.2.5")));
        assert!(pattern.matches(&package("pkg:npm/minimist")));
        assert!(!pattern.matches(&package("pkg:npm/minimist-options@4.1.0")));
    }

    #[test]
    fn a_version_in_a_package_pattern_is_compared() {
        let pattern = PackagePattern::new("pkg:npm/minimist@1.2.*").unwrap();
        assert!(pattern.matches(&package("pkg:npm/minimist@1.2.5?vcs_url=x")));
        assert!(!pattern.matches(&package("pkg:npm/minimist@1.3.0")));
    }

    #[test]
    fn a_scope_may_be_written_as_people_write_it() {
        let pattern = PackagePattern::new("pkg:npm/@babel/core").unwrap();
        assert!(pattern.matches(&package("pkg:npm/%40babel/core@7.0.0")));
    }

    #[test]
    fn the_prefix_only_saves_time() {
        let names = ["gha/unpinned-uses", "gha/", "gha", "k8s/x", "trivy:AVD-1", "a*b", "", "gha/x/y"];
        for text in ["gha/*", "gha/un*-uses", "*", "?ha/*", "{gha,k8s}/*", "trivy:[A-Z]*", r"a\*b*", "gha/**"] {
            let pattern = Pattern::new(text).unwrap();
            for name in names {
                assert_eq!(
                    pattern.matches(name),
                    read(text).unwrap().compile_matcher().is_match(name),
                    "{text} {name}"
                );
            }
        }
    }

    #[test]
    fn advisory_ids_are_compared_in_their_canonical_spelling() {
        assert!(Pattern::new("ghsa-AAAA-bbbb-cccc").unwrap().matches("ghsa-AAAA-bbbb-cccc"));
        assert!(Pattern::new("cve-2024-0001").unwrap().matches("CVE-2024-0001"));
    }
}
