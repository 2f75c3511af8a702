//! Patterns over things that are no paths: rule ids, objects, package URLs.

use std::sync::OnceLock;

use globset::{GlobBuilder, GlobMatcher};
use portcullis_model::purl::{decoded, normal_name, normal_namespace, normal_version};
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

/// A pattern over package URLs, compared as their types write them (spec/ingest.md 5.1). Without a version it covers every
/// version.
#[derive(Clone, Debug)]
pub(crate) struct PackagePattern {
    text: String,
    pattern: Pattern,
    names_version: bool,
}

impl PackagePattern {
    pub(crate) fn new(text: &str) -> Result<Self, String> {
        let Some(rest) = text.strip_prefix("pkg:") else {
            return Err(format!("a package URL starts with `pkg:`; for npm write `pkg:npm/{text}`"));
        };
        let (path, version) = split_version(rest.trim_start_matches('/'));
        let (ecosystem, path) = path.split_once('/').map_or((path, None), |(ecosystem, path)| (ecosystem, Some(path)));
        let ecosystem = ecosystem.to_ascii_lowercase();
        let mut normal = format!("pkg:{ecosystem}");
        let (namespace, name) = path.map_or((None, None), |path| match path.rsplit_once('/') {
            Some((namespace, name)) => (Some(namespace), Some(name)),
            None => (None, Some(path)),
        });
        let namespace = namespace.map(|text| in_literals(text, |text| normal_namespace(&ecosystem, &decoded(text))));
        let name = name.map(|text| in_literals(text, |text| normal_name(&ecosystem, &decoded(text))));
        for part in namespace.iter().chain(&name) {
            normal.extend(["/", part]);
        }
        if let Some(version) = version {
            let decode = |text: &str| decoded(normal_version(&ecosystem, text)).into_owned();
            normal.extend(["@", &in_literals(version, decode)]);
        }
        Ok(Self { text: text.to_owned(), pattern: Pattern::new(&normal)?, names_version: version.is_some() })
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// The package URL of a package is normalised already; what is left to do is to decode it.
    pub(crate) fn matches(&self, package: &Package) -> bool {
        let Some(purl) = &package.purl else { return false };
        let (path, version) = split_version(purl.split(['?', '#']).next().unwrap_or_default());
        let path = decoded(path);
        match version.filter(|_| self.names_version) {
            Some(version) => {
                let version = decoded(normal_version(&package.ecosystem, version));
                self.pattern.matches(&[&path, "@", &version].concat())
            }
            None => self.pattern.matches(&path),
        }
    }
}

/// A package URL without its version, and its version: what stands behind the `@` after the last `/`.
fn split_version(purl: &str) -> (&str, Option<&str>) {
    let name = purl.rfind('/').map_or(0, |slash| slash + 1);
    let at = purl.get(name..).and_then(|name| name.find('@')).filter(|at| *at > 0).map(|at| name + at);
    at.and_then(|at| Some((purl.get(..at)?, Some(purl.get(at + 1..)?)))).unwrap_or((purl, None))
}

/// Rewrites what stands for itself in a pattern. A wildcard that comes of it stands for itself as well.
pub(crate) fn in_literals(pattern: &str, rewrite: impl Fn(&str) -> String) -> String {
    const SIGNS: [char; 8] = ['*', '?', '[', ']', '{', '}', ',', '\\'];
    let mut written = String::with_capacity(pattern.len());
    for piece in pattern.split_inclusive(SIGNS) {
        let literal = piece.strip_suffix(SIGNS).unwrap_or(piece);
        for char in rewrite(literal).chars() {
            if WILDCARDS.contains(&char) {
                written.push('\\');
            }
            written.push(char);
        }
        written.push_str(piece.get(literal.len()..).unwrap_or_default());
    }
    written
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
    use proptest::prelude::*;

    use super::*;

    fn package(purl: &str) -> Package {
        let ecosystem = purl.split([':', '/']).nth(1).unwrap_or_default().to_owned();
        Package { purl: Some(purl.to_owned()), ecosystem, ..Package::default() }
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
    fn a_package_is_meant_however_its_url_is_written() {
        for (pattern, purl) in [
            ("pkg:pypi/Foo_Bar", "pkg:pypi/foo-bar@1"),
            ("pkg:PyPI/Foo.*", "pkg:pypi/foo-bar@1"),
            ("pkg:pypi/{Foo_Bar,Baz}@1.*", "pkg:pypi/baz@1.0"),
            ("pkg:npm/%40Babel/Core@7.*", "pkg:npm/%40babel/core@7.0.0"),
            ("pkg://npm/x", "pkg:npm/x@1"),
            ("pkg:golang/github.com/Evil/Mod@v1.*", "pkg:golang/github.com/evil/mod@v1.2.3"),
            ("pkg:golang/github.com/evil/mod@1.2.*", "pkg:golang/github.com/evil/mod@v1.2.3"),
            ("pkg:golang/github.com/evil/mod@v1.2.*", "pkg:golang/github.com/evil/mod@1.2.3"),
            ("pkg:golang/github.com/evil/mod@{v1.2.3,v1.2.4}", "pkg:golang/github.com/evil/mod@v1.2.4"),
            (
                "pkg:golang/github.com/evil/mod@v2.0.0+incompatible",
                "pkg:golang/github.com/evil/mod@v2.0.0%2Bincompatible",
            ),
            ("pkg:deb/debian/libstdc++6", "pkg:deb/debian/libstdc%2B%2B6@12"),
            ("pkg:deb/Debian/libstdc%2B%2B*@12", "pkg:deb/debian/libstdc%2B%2B6@12?arch=amd64"),
            ("pkg:deb/debian/curl@1:7.*", "pkg:deb/debian/curl@1%3A7.88"),
            ("pkg:maven/org.Apache/*", "pkg:maven/org.Apache/Commons@1"),
            ("pkg:*", "pkg:npm/x@1"),
        ] {
            assert!(PackagePattern::new(pattern).unwrap().matches(&package(purl)), "{pattern} {purl}");
        }
        for (pattern, purl) in [
            ("pkg:maven/org.apache/*", "pkg:maven/org.Apache/Commons@1"),
            ("pkg:npm/v@v1.*", "pkg:npm/v@1.0"),
            ("pkg:npm/%2A", "pkg:npm/x@1"),
            ("pkg:npm/x@%2A", "pkg:npm/x@1"),
            ("pkg:npm/x@1.*", "pkg:npm/x"),
        ] {
            assert!(!PackagePattern::new(pattern).unwrap().matches(&package(purl)), "{pattern} {purl}");
        }
    }

    proptest! {
        #[test]
        fn a_name_means_itself_and_any_of_its_spellings(
            ecosystem in "npm|pypi|golang|deb|maven|cargo|generic",
            namespace in "([a-zA-Z0-9._-]{1,6}/)?",
            name in "[a-zA-Z0-9][a-zA-Z0-9._+~-]{0,8}",
            version in "v?[0-9][0-9a-z.+:~-]{0,6}",
        ) {
            let encoded = |text: &str| text.replace('+', "%2B").replace(':', "%3A");
            let (above, normal) = (normal_namespace(&ecosystem, &namespace), normal_name(&ecosystem, &name));
            let found = package(&format!("pkg:{ecosystem}/{above}{}@{}", encoded(&normal), encoded(&version)));
            for spelling in [format!("{name}@{version}"), encoded(&format!("{name}@{version}")), name.clone()] {
                let pattern = PackagePattern::new(&format!("pkg:{ecosystem}/{namespace}{spelling}")).unwrap();
                prop_assert!(pattern.matches(&found), "{} {:?}", pattern.as_str(), found.purl);
            }
        }

        #[test]
        fn no_pattern_panics(text in "pkg:[a-zA-Z%@/?*{},\\[\\]\\\\._v0-9-]{0,40}") {
            let _ = PackagePattern::new(&text).map(|pattern| pattern.matches(&package("pkg:golang/a/b@v1")));
        }
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
