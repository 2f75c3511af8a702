//! How ignore files name packages and the chains that lead to them.

use portcullis_model::Package;
use regex::{Regex, RegexBuilder};

use super::reading::quoted;
use crate::package_url;

/// Bytes of a compiled pattern.
const LARGEST_PATTERN: usize = 1 << 20;

/// A whole text has to match.
pub(super) fn anchored(pattern: &str) -> Result<Regex, String> {
    RegexBuilder::new(&format!("^(?:{pattern})$"))
        .size_limit(LARGEST_PATTERN)
        .dfa_size_limit(LARGEST_PATTERN)
        .build()
        .map_err(|_| format!("`{}` is no regular expression this version reads", quoted(pattern)))
}

/// The name of a package.
#[derive(Clone, Debug)]
pub(super) enum NamePattern {
    /// The full name: `@scope/name`, `group:artifact`.
    Exact(String),
    /// The full name, or the name of a Java archive alone.
    Artifact(String),
    Like(Regex),
}

impl NamePattern {
    pub(super) fn matches(&self, package: &Package) -> bool {
        match self {
            Self::Exact(name) => is_named(package, name),
            Self::Artifact(name) => is_named(package, name) || (package.ecosystem == "maven" && package.name == *name),
            Self::Like(pattern) => {
                pattern.is_match(&full_name(package))
                    || (package.ecosystem == "maven" && pattern.is_match(&package.name))
            }
        }
    }

    pub(super) fn matches_text(&self, text: &str) -> bool {
        match self {
            Self::Exact(name) | Self::Artifact(name) => name == text,
            Self::Like(pattern) => pattern.is_match(text),
        }
    }
}

/// Compared as the ecosystem compares names.
fn is_named(package: &Package, name: &str) -> bool {
    let wanted = package_url::named(&package.ecosystem, name, None);
    wanted.name.eq_ignore_ascii_case(&package.name)
        && (is_of_distribution(package) || wanted.namespace == package.namespace)
}

/// The namespace of their packages is the name of the distribution, which nobody writes.
fn is_of_distribution(package: &Package) -> bool {
    matches!(package.ecosystem.as_str(), "deb" | "rpm" | "apk" | "alpm")
}

/// The name as the ecosystem writes it.
pub(super) fn full_name(package: &Package) -> String {
    let separator = if package.ecosystem == "maven" { ':' } else { '/' };
    match &package.namespace {
        Some(namespace) if !is_of_distribution(package) => format!("{namespace}{separator}{}", package.name),
        _ => package.name.clone(),
    }
}

/// Whether an entry's purl names a package: what it leaves open may be anything.
pub(super) fn same_package(wanted: &Package, package: &Package) -> bool {
    let open_or_equal = |wanted: &Option<String>, known: &Option<String>| wanted.is_none() || wanted == known;
    wanted.ecosystem == package.ecosystem
        && wanted.namespace == package.namespace
        && wanted.name.eq_ignore_ascii_case(&package.name)
        && open_or_equal(&wanted.version, &package.version)
        && open_or_equal(&wanted.arch, &package.arch)
        && open_or_equal(&wanted.distro, &package.distro)
}

/// A chain of packages, `a>b>c`: `*` stands for any number of them, a part without a version for every version, and inside
/// of a part `*` for any text.
#[derive(Clone, Debug)]
pub(super) struct PathPattern(Vec<String>);

impl PathPattern {
    pub(super) fn new(text: &str) -> Self {
        Self(text.split('>').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect())
    }

    /// Whether it is the whole chain. Whoever does not know the chain knows that it ends at the package itself.
    pub(super) fn matches(&self, chain: &[String], package: &str) -> bool {
        if self.0.iter().all(|part| part == "*") {
            return !self.0.is_empty();
        }
        if chain.is_empty() {
            return matches!(self.0.as_slice(), [only] if only == package);
        }
        // Tools that begin with the project name it in the pattern too.
        matches_all(&self.0, chain)
            || self.0.split_first().is_some_and(|(_, rest)| !rest.is_empty() && matches_all(rest, chain))
    }
}

/// Greedy matching with one step back, as for globs: linear in the product of the lengths.
fn matches_all(parts: &[String], chain: &[String]) -> bool {
    let (mut part, mut link) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while let Some(package) = chain.get(link) {
        match parts.get(part) {
            Some(wanted) if wanted == "*" => {
                retry = Some((part, link));
                part += 1;
            }
            Some(wanted) if matches_link(wanted, package) => {
                part += 1;
                link += 1;
            }
            _ => {
                let Some((star, from)) = retry else { return false };
                retry = Some((star, from + 1));
                (part, link) = (star + 1, from + 1);
            }
        }
    }
    parts.get(part..).is_some_and(|rest| rest.iter().all(|part| part == "*"))
}

fn matches_link(wanted: &str, package: &str) -> bool {
    if wanted == package {
        return true;
    }
    let ((name, version), (known, known_version)) = (split(wanted), split(package));
    let versions_agree = match (version, known_version) {
        (Some(version), Some(known)) => version == known || version == "*" || version == "latest",
        _ => true,
    };
    versions_agree && matches_wildcards(name, known)
}

/// Name and version of `name@1.0`, `@scope/name@1.0`.
fn split(text: &str) -> (&str, Option<&str>) {
    match text.rsplit_once('@') {
        Some((name, version)) if !name.is_empty() => (name, Some(version)),
        _ => (text, None),
    }
}

fn matches_wildcards(pattern: &str, text: &str) -> bool {
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut pieces: Vec<&str> = pieces.collect();
    let Some(last) = pieces.pop() else { return rest.is_empty() };
    for piece in pieces {
        let Some((_, after)) = rest.split_once(piece) else { return false };
        rest = after;
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leads(pattern: &str, chain: &[&str]) -> bool {
        let chain: Vec<String> = chain.iter().map(|link| (*link).to_owned()).collect();
        PathPattern::new(pattern).matches(&chain, chain.last().map_or("c", |last| last.split('@').next().unwrap()))
    }

    #[test]
    fn a_chain_has_to_match_from_the_beginning_to_the_end() {
        assert!(leads("a > b > c", &["a@1", "b@2", "c@3"]));
        assert!(leads("root > a > b > c", &["a@1", "b@2", "c@3"]));
        assert!(leads("a@1>b@2>c", &["a@1", "b@2", "c@3"]));
        assert!(!leads("a@2>b>c", &["a@1", "b@2", "c@3"]));
        assert!(!leads("a > b", &["a@1", "b@2", "c@3"]));
        assert!(!leads("b > c", &["a", "x", "c"]));
        assert!(leads("@s/a>c", &["@s/a@1.0.0", "c@3"]));
    }

    #[test]
    fn stars_stand_for_any_number_of_packages_or_for_any_text() {
        assert!(leads("*", &[]));
        assert!(leads("*", &["a", "b"]));
        assert!(leads("* > c", &["a", "b", "c"]));
        assert!(leads("a>*>c", &["a", "c"]));
        assert!(leads("a>*>c>*>d", &["a", "c", "b", "c", "x", "d"]));
        assert!(!leads("a>*>c", &["a", "b", "d"]));
        assert!(leads("web*>c", &["webpack", "c"]));
        assert!(leads("w*p*k>c", &["webpack", "c"]));
        assert!(!leads("web*x>c", &["webpack", "c"]));
        assert!(!leads("", &["a"]));
    }

    #[test]
    fn an_unknown_chain_ends_at_its_package() {
        assert!(leads("c", &[]));
        assert!(!leads("a>c", &[]));
    }

    #[test]
    fn names_are_compared_as_their_ecosystem_does() {
        let package = |ecosystem: &str, name: &str| package_url::named(ecosystem, name, Some("1"));
        let exact = |name: &str| NamePattern::Exact(name.to_owned());
        assert!(exact("Django_Foo").matches(&package("pypi", "django-foo")));
        assert!(exact("@babel/core").matches(&package("npm", "@babel/core")));
        assert!(!exact("core").matches(&package("npm", "@babel/core")));
        assert!(exact("org.apache:commons").matches(&package("maven", "org.apache:commons")));
        assert!(!exact("commons").matches(&package("maven", "org.apache:commons")));
        assert!(NamePattern::Artifact("commons".to_owned()).matches(&package("maven", "org.apache:commons")));
        let mut debian = package("deb", "curl");
        debian.namespace = Some("debian".to_owned());
        assert!(exact("curl").matches(&debian));
        assert!(NamePattern::Like(anchored("linux-.*").unwrap()).matches(&package("deb", "linux-libc-dev")));
        assert!(!NamePattern::Like(anchored("linux").unwrap()).matches(&package("deb", "linux-libc-dev")));
    }

    #[test]
    fn a_pattern_too_large_to_compile_is_refused() {
        assert!(anchored("(a{1000}){1000}").is_err());
        assert!(anchored("(").is_err());
    }
}
