//! What the policy can set for this wing. The gate translates; every field has its effect in the rules.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use portcullis_model::{Globs, Rule, Severity, Tier};
use regex::Regex;

/// Options of every kind of file.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Workflows, actions, Dependabot.
    pub workflows: WorkflowOptions,
    /// Kubernetes manifests.
    pub manifests: ManifestOptions,
    /// Prometheus rules.
    pub alerts: AlertOptions,
}

/// Which rules of a section are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Profile {
    /// The section is not checked.
    Off,
    /// What breaks a file, and findings of severity critical.
    Minimal,
    /// Rules of tier default.
    #[default]
    Recommended,
    /// Tiers default and strict.
    Strict,
    /// Every tier.
    Audit,
}

impl Profile {
    /// The words of the policy in order.
    pub const ALL: [Self; 5] = [Self::Off, Self::Minimal, Self::Recommended, Self::Strict, Self::Audit];

    /// The word in the policy.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Minimal => "minimal",
            Self::Recommended => "recommended",
            Self::Strict => "strict",
            Self::Audit => "audit",
        }
    }

    /// Whether a finding of this tier is shown; `essential` is what `minimal` shows.
    pub(crate) fn shows(self, tier: Tier, essential: bool) -> bool {
        match self {
            Self::Off => false,
            Self::Minimal => essential,
            Self::Recommended => tier == Tier::Default,
            Self::Strict => tier != Tier::Audit,
            Self::Audit => true,
        }
    }
}

/// Whether a profile shows a rule by its tier, at its own severity.
pub fn shows(profile: Profile, rule: &Rule) -> bool {
    let breaks_files = rule.id.starts_with("gha-syntax/") || rule.id.starts_with("yaml/");
    profile.shows(rule.tier, breaks_files || rule.severity == Severity::Critical)
}

impl FromStr for Profile {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|profile| profile.as_str() == word).ok_or(())
    }
}

/// `workflows:` of the policy (spec/workflows.md 7.0).
#[derive(Clone, Debug)]
pub struct WorkflowOptions {
    /// `profile`
    pub profile: Profile,
    /// `pinning`: how tightly which `uses` is pinned.
    pub pinning: Pinning,
    /// `pins`: known commits, `owner/repo@ref` to hash.
    pub pins: BTreeMap<String, String>,
    /// `extra_sinks`: inputs of actions that are run as code, `owner/repo` to input names, all in lower case.
    pub extra_sinks: BTreeMap<String, Vec<String>>,
    /// `foreign_ignores`: comments of other tools count.
    pub foreign_ignores: bool,
    /// No key of the policy: the secrets that the workflows of this repository declare for their callers, by path
    /// ([`declared_secrets`](crate::declared_secrets)).
    pub callees: BTreeMap<String, Vec<String>>,
}

impl Default for WorkflowOptions {
    fn default() -> Self {
        Self {
            profile: Profile::default(),
            pinning: Pinning::default(),
            pins: BTreeMap::new(),
            extra_sinks: BTreeMap::new(),
            foreign_ignores: true,
            callees: BTreeMap::new(),
        }
    }
}

/// How tightly a `uses` has to be pinned, from loose to tight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pin {
    /// Anything.
    Any,
    /// Any ref.
    RefPin,
    /// A version or a commit; branch names are refused.
    MajorTag,
    /// A full commit hash.
    HashPin,
}

impl Pin {
    /// The word in the policy.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::RefPin => "ref-pin",
            Self::MajorTag => "major-tag",
            Self::HashPin => "hash-pin",
        }
    }
}

impl FromStr for Pin {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        [Self::Any, Self::RefPin, Self::MajorTag, Self::HashPin].into_iter().find(|pin| pin.as_str() == word).ok_or(())
    }
}

/// Which `uses` needs which pin; the most specific pattern wins, whatever the order.
#[derive(Clone, Debug)]
pub struct Pinning(Vec<(UsesPattern, Pin)>);

impl Pinning {
    /// From pattern and demand. `*` is `hash-pin` unless given.
    pub fn new(demands: impl IntoIterator<Item = (UsesPattern, Pin)>) -> Self {
        let mut demands: Vec<_> = demands.into_iter().collect();
        demands.push((UsesPattern::everything(), Pin::HashPin));
        // Stable: a `*` of the user's stands before ours.
        demands.sort_by_key(|(pattern, _)| std::cmp::Reverse(pattern.specificity()));
        Self(demands)
    }

    /// What is demanded of `owner/repo[/path]@ref`.
    pub(crate) fn demand(&self, slug: &str, path: &str, version: &str) -> (Pin, &UsesPattern) {
        static FALLBACK: UsesPattern = UsesPattern::EVERYTHING;
        self.0
            .iter()
            .find(|(pattern, _)| pattern.matches(slug, path, version))
            .map_or((Pin::HashPin, &FALLBACK), |(pattern, pin)| (*pin, pattern))
    }
}

impl Default for Pinning {
    fn default() -> Self {
        Self::new([])
    }
}

/// A pattern over `uses` (spec/workflows.md 3.1): `owner/repo/sub@ref`, `owner/repo@ref`, `owner/repo/sub`, `owner/repo`,
/// `owner/repo/*`, `owner/*`, `*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsesPattern {
    text: String,
    /// `owner/repo` in lower case, `owner` for `owner/*`, empty for `*`.
    slug: String,
    path: PathPattern,
    version: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum PathPattern {
    Exactly(String),
    Anything,
    AnyRepository,
    Everything,
}

impl UsesPattern {
    const EVERYTHING: Self =
        Self { text: String::new(), slug: String::new(), path: PathPattern::Everything, version: None };

    fn everything() -> Self {
        Self { text: "*".to_owned(), ..Self::EVERYTHING }
    }

    fn specificity(&self) -> (u8, usize) {
        let rank = match (&self.path, &self.version) {
            (PathPattern::Exactly(path), Some(_)) => 5 + u8::from(!path.is_empty()),
            (PathPattern::Exactly(path), None) => 3 + u8::from(!path.is_empty()),
            (PathPattern::Anything, _) => 2,
            (PathPattern::AnyRepository, _) => 1,
            (PathPattern::Everything, _) => 0,
        };
        (rank, self.text.len())
    }

    /// Owner and repository ignore case, path and ref do not.
    pub(crate) fn matches(&self, slug: &str, path: &str, version: &str) -> bool {
        let same_slug = || slug.eq_ignore_ascii_case(&self.slug);
        let fits = match &self.path {
            PathPattern::Exactly(own) => same_slug() && own == path,
            PathPattern::Anything => same_slug(),
            PathPattern::AnyRepository => {
                slug.split_once('/').is_some_and(|(owner, _)| owner.eq_ignore_ascii_case(&self.slug))
            }
            PathPattern::Everything => true,
        };
        fits && self.version.as_deref().is_none_or(|own| own == version)
    }
}

impl fmt::Display for UsesPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.text.is_empty() { "*" } else { &self.text })
    }
}

impl FromStr for UsesPattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "*" {
            return Ok(Self::everything());
        }
        let (name, version) = match text.split_once('@') {
            Some((name, version)) => (name, Some(version.to_owned())),
            None => (text, None),
        };
        let refuse =
            || format!("`{text}` is no pattern of actions: write `owner/repo`, `owner/repo/*`, `owner/*` or `*`");
        let mut parts = name.splitn(3, '/');
        let (Some(owner), Some(repository)) = (parts.next(), parts.next()) else { return Err(refuse()) };
        let rest = parts.next();
        let wild = repository == "*" || rest == Some("*");
        let plain =
            [owner, if repository == "*" { "x" } else { repository }, rest.filter(|rest| *rest != "*").unwrap_or("x")];
        if plain.iter().any(|part| part.is_empty() || part.contains('*')) || (wild && version.is_some()) {
            return Err(refuse());
        }
        let (slug, path) = match (repository, rest) {
            ("*", None) => (owner.to_owned(), PathPattern::AnyRepository),
            ("*", Some(_)) => return Err(refuse()),
            (_, Some("*")) => (format!("{owner}/{repository}"), PathPattern::Anything),
            (_, path) => (format!("{owner}/{repository}"), PathPattern::Exactly(path.unwrap_or_default().to_owned())),
        };
        Ok(Self { text: text.to_owned(), slug: slug.to_ascii_lowercase(), path, version })
    }
}

/// `manifests:` of the policy (spec/manifests.md 15).
#[derive(Clone, Debug, Default)]
pub struct ManifestOptions {
    /// `profile`
    pub profile: Profile,
    /// `skip_kinds`: `group/Kind` with `*` for either, beside the built-in list of kinds no cluster ever sees.
    pub skip_kinds: Globs,
    /// `cpu_limits`
    pub cpu_limits: CpuLimits,
}

/// What is thought of CPU limits: they bound a neighbour, and they throttle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CpuLimits {
    /// Every container has one.
    #[default]
    Require,
    /// No opinion.
    Ignore,
    /// No container has one.
    Forbid,
}

impl FromStr for CpuLimits {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        match word {
            "require" => Ok(Self::Require),
            "ignore" => Ok(Self::Ignore),
            "forbid" => Ok(Self::Forbid),
            _ => Err(()),
        }
    }
}

/// `alerts:` of the policy (spec/alerts.md 7.1).
#[derive(Clone, Debug)]
pub struct AlertOptions {
    /// `profile`
    pub profile: Profile,
    /// `severities`: values the label may have; none given means any.
    pub severities: Vec<String>,
    /// `severity_exempt`: alerts whose severity may also be `none`.
    pub severity_exempt: NamePatterns,
    /// `require_labels`
    pub require_labels: Vec<String>,
    /// `require_annotations`
    pub require_annotations: Vec<String>,
    /// `annotations[].aliases`: other names under which an annotation is accepted.
    pub annotation_aliases: BTreeMap<String, Vec<String>>,
    /// `for_exempt`: alerts that may fire at once.
    pub for_exempt: NamePatterns,
}

impl Default for AlertOptions {
    fn default() -> Self {
        Self {
            profile: Profile::default(),
            severities: Vec::new(),
            severity_exempt: NamePatterns::of_meta_alerts(),
            require_labels: vec!["severity".to_owned()],
            require_annotations: vec!["summary".to_owned()],
            annotation_aliases: BTreeMap::new(),
            for_exempt: NamePatterns::of_meta_alerts(),
        }
    }
}

/// Regular expressions over alert names, compiled once.
#[derive(Clone, Debug, Default)]
pub struct NamePatterns(Vec<Regex>);

impl NamePatterns {
    /// Compiles all; the error says which one is refused and why.
    pub fn compile<'a>(patterns: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        patterns
            .into_iter()
            .map(|pattern| Regex::new(pattern).map_err(|error| format!("`{pattern}`: {error}")))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Whether one of them matches.
    pub(crate) fn matches(&self, name: &str) -> bool {
        self.0.iter().any(|pattern| pattern.is_match(name))
    }

    /// The alerts every installation has to prove that alerting works.
    fn of_meta_alerts() -> Self {
        Self::compile(["^(Watchdog|InfoInhibitor)$"]).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> UsesPattern {
        text.parse().unwrap()
    }

    #[test]
    fn the_most_specific_pattern_wins_whatever_the_order() {
        let pinning = Pinning::new([
            (pattern("*"), Pin::Any),
            (pattern("acme/*"), Pin::RefPin),
            (pattern("acme/build/*"), Pin::MajorTag),
            (pattern("acme/build"), Pin::HashPin),
        ]);
        assert_eq!(pinning.demand("Acme/Build", "", "v1").0, Pin::HashPin);
        assert_eq!(pinning.demand("acme/build", "sub", "v1").0, Pin::MajorTag);
        assert_eq!(pinning.demand("acme/other", "", "v1").0, Pin::RefPin);
        assert_eq!(pinning.demand("other/other", "", "v1").0, Pin::Any);
    }

    #[test]
    fn everything_is_pinned_by_hash_unless_the_policy_says_otherwise() {
        assert_eq!(Pinning::default().demand("acme/build", "", "v1").0, Pin::HashPin);
    }

    #[test]
    fn a_pattern_that_could_never_match_is_refused() {
        for text in ["", "acme", "acme/", "/build", "acme*/build", "acme/*/x", "acme/*@v1"] {
            assert!(text.parse::<UsesPattern>().is_err(), "{text}");
        }
    }
}
