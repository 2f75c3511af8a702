//! What an entry asks of a finding. All its criteria have to hold.

use jiff::civil::Date;
use portcullis_model::{Finding, FixState, Glob, Kind, Package, Suppression, advisory};
use regex::Regex;

use super::pattern::{NamePattern, PathPattern, full_name, same_package};

/// Kinds whose ids are those of advisories.
pub(super) const WEAKNESSES: &[Kind] = &[Kind::Vulnerability, Kind::Malware, Kind::Outdated];

/// One entry of a file.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// 1-based.
    pub(super) line: u32,
    pub(super) reason: Option<String>,
    /// Last day it counts.
    pub(super) expires: Option<Date>,
    /// Never empty.
    pub(super) criteria: Vec<Criterion>,
}

/// What of the repository a file speaks of.
#[derive(Clone, Debug)]
pub(super) struct Scope {
    /// Empty for the root.
    pub(super) directory: String,
    pub(super) reaches_below: bool,
}

/// Which names of a finding an id is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// The one it is shown by, and the one its tool used.
    Own,
    /// Every alias as well.
    Aliases,
}

#[derive(Clone, Debug)]
pub(super) enum Criterion {
    /// One of these ids, in any case.
    Ids(Vec<String>, Reach),
    /// An id that matches.
    IdPattern(Regex, Reach),
    /// The fingerprint of gitleaks, with or without a commit.
    Fingerprint(String),
    Kinds(&'static [Kind]),
    /// Nobody else reports it: a rule id means something only within its tool.
    OnlyTool(&'static str),
    /// Any of these, relative to the root or to the directory of the file, or inside of the artifact.
    Paths(Vec<Glob>, String),
    /// Any of these; one without a version means every version.
    Packages(Vec<Package>),
    Package(NamePattern),
    Upstream(NamePattern),
    Version(String),
    Ecosystem(&'static str),
    Fix(FixState),
    /// Known to be mended nowhere: what nobody knows of may be mended.
    NotFixable,
    /// A report of Grype's says these of it.
    OfGrype {
        namespace: Option<String>,
        match_type: Option<String>,
    },
    Scope(portcullis_model::Scope),
    /// The chain of packages that leads to it.
    DependencyPath(PathPattern),
}

impl Entry {
    pub(super) fn matches(&self, finding: &Finding) -> bool {
        self.criteria.iter().all(|criterion| criterion.holds(finding))
    }

    pub(super) fn suppression(&self, path: &str) -> Suppression {
        Suppression {
            by: "import".to_owned(),
            kind: "external".to_owned(),
            reason: self.reason.clone(),
            expires: self.expires,
            source_file: Some(path.to_owned()),
            line: Some(self.line),
            accepted: true,
            ..Suppression::default()
        }
    }

    /// Texts by which the entry is found; none for one that any finding may match.
    pub(super) fn keys(&self) -> Option<Vec<String>> {
        self.criteria.iter().find_map(|criterion| match criterion {
            Criterion::Ids(ids, _) => Some(ids.iter().map(|id| id.to_ascii_lowercase()).collect()),
            Criterion::Fingerprint(fingerprint) => Some(vec![fingerprint.clone()]),
            _ => None,
        })
    }
}

impl Scope {
    /// A finding without a place is one of the whole repository.
    pub(super) fn covers(&self, finding: &Finding) -> bool {
        let mut paths = finding.locations.iter().map(|place| place.path.as_str()).filter(|path| !path.is_empty());
        let mut places = 0;
        let inside = paths.all(|path| {
            places += 1;
            self.covers_path(path)
        });
        inside && (places > 0 || self.covers_placeless(finding))
    }

    fn covers_placeless(&self, finding: &Finding) -> bool {
        self.directory.is_empty() && (self.reaches_below || finding.artifact.is_none())
    }

    fn covers_path(&self, path: &str) -> bool {
        let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
        if !self.reaches_below {
            return directory == self.directory;
        }
        self.directory.is_empty()
            || directory
                .strip_prefix(self.directory.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

impl Criterion {
    /// An advisory by any of its names.
    pub(super) fn advisory(id: &str) -> Self {
        Self::Ids(vec![advisory::spelling(id)], Reach::Aliases)
    }

    fn holds(&self, finding: &Finding) -> bool {
        let package = finding.package.as_deref();
        match self {
            Self::Ids(ids, reach) => {
                ids.iter().any(|id| names(finding, *reach).any(|name| name.eq_ignore_ascii_case(id)))
            }
            Self::IdPattern(pattern, reach) => names(finding, *reach).any(|name| pattern.is_match(name)),
            Self::Fingerprint(wanted) => fingerprints(finding).iter().any(|fingerprint| fingerprint == wanted),
            Self::Kinds(kinds) => kinds.contains(&finding.kind),
            Self::OnlyTool(tool) => {
                !finding.sources.is_empty()
                    && finding.sources.iter().all(|source| source.tool.to_ascii_lowercase().starts_with(tool))
            }
            Self::Paths(globs, directory) => {
                let paths = finding.locations.iter().map(|place| place.path.as_str());
                let mut paths = paths.chain(package.and_then(|package| package.path.as_deref()));
                paths.any(|path| globs.iter().any(|glob| matches_path(glob, path, directory)))
            }
            Self::Packages(wanted) => package.is_some_and(|package| {
                package.purl.is_some() && wanted.iter().any(|wanted| same_package(wanted, package))
            }),
            Self::Package(pattern) => package.is_some_and(|package| pattern.matches(package)),
            Self::Upstream(pattern) => {
                package.is_some_and(|package| package.upstream.iter().any(|name| pattern.matches_text(name)))
            }
            Self::Version(version) => package.is_some_and(|package| package.version.as_deref() == Some(version)),
            Self::Ecosystem(ecosystem) => package.is_some_and(|package| package.ecosystem == *ecosystem),
            Self::Fix(state) => finding.fix.as_ref().map_or(FixState::Unknown, |fix| fix.state) == *state,
            Self::NotFixable => {
                finding.fix.as_ref().is_some_and(|fix| matches!(fix.state, FixState::NotFixed | FixState::WontFix))
            }
            Self::OfGrype { namespace, match_type } => finding.sources.iter().any(|source| {
                let is_there = namespace.is_none() || *namespace == source.namespace;
                is_there && match_type.as_ref().is_none_or(|wanted| source.match_types.contains(wanted))
            }),
            Self::Scope(scope) => package.is_some_and(|package| package.scope == *scope),
            Self::DependencyPath(pattern) => {
                package.is_some_and(|package| pattern.matches(&package.dependency_path, &full_name(package)))
            }
        }
    }
}

fn names(finding: &Finding, reach: Reach) -> impl Iterator<Item = &str> {
    let own = [finding.id.as_str(), finding.rule_id.as_str()];
    let aliases = (reach == Reach::Aliases).then_some(&finding.aliases);
    own.into_iter().chain(aliases.into_iter().flatten().map(String::as_str))
}

/// Fingerprints of a secret as gitleaks writes them: an entry without a commit means every commit.
pub(super) fn fingerprints(finding: &Finding) -> Vec<String> {
    if finding.kind != Kind::Secret {
        return Vec::new();
    }
    let of_gitleaks = finding.sources.iter().filter(|source| source.tool.eq_ignore_ascii_case("gitleaks"));
    let mut all: Vec<String> =
        of_gitleaks.flat_map(|source| &source.fingerprints).map(|key| key.replace('\\', "/")).collect();
    let commit = finding.secret.as_deref().and_then(|secret| secret.commit.as_deref());
    for place in &finding.locations {
        let Some(line) = place.start_line.filter(|_| !place.path.is_empty()) else { continue };
        let plain = format!("{}:{}:{line}", place.path, finding.rule_id);
        all.extend(commit.map(|commit| format!("{commit}:{plain}")));
        all.push(plain);
    }
    // Paths of a report may be those of another machine: its own fingerprint without the commit says them.
    let without_commit: Vec<String> = all.iter().filter_map(|key| without_commit(key)).collect();
    all.extend(without_commit);
    all
}

fn without_commit(fingerprint: &str) -> Option<String> {
    let (commit, rest) = fingerprint.split_once(':')?;
    let is_commit = commit.len() >= 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_commit.then(|| rest.to_owned())
}

fn matches_path(glob: &Glob, path: &str, directory: &str) -> bool {
    if path.is_empty() {
        return false;
    }
    let plain = path.trim_start_matches('/');
    let inside = plain.strip_prefix(directory).map(|rest| rest.trim_start_matches('/'));
    glob.matches(plain) || inside.is_some_and(|inside| glob.matches(inside))
}
