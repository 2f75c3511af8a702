//! Which kinds exist, and under which `apiVersion` (spec/manifests.md 5.5 and 6.2).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::OnceLock;

use portcullis_model::suggest;

const TABLE: &str = include_str!("known-kinds.txt");
/// Behind this line the table lists custom resources.
const CUSTOM: &str = "# Kinds of custom resources in wide use";

/// `group/version`; the group without a name is empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ApiVersion<'a> {
    pub(crate) group: &'a str,
    pub(crate) version: &'a str,
}

impl<'a> ApiVersion<'a> {
    pub(crate) fn read(text: &'a str) -> Self {
        match text.split_once('/') {
            Some((group, version)) => Self { group, version },
            None => Self { group: "", version: text },
        }
    }
}

impl fmt::Display for ApiVersion<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.group.is_empty() { f.write_str(self.version) } else { write!(f, "{}/{}", self.group, self.version) }
    }
}

/// The table of known kinds.
pub(crate) struct Kinds {
    by_kind: BTreeMap<&'static str, Vec<Served>>,
    /// Groups of Kubernetes itself.
    built_in: BTreeSet<&'static str>,
}

/// Under which versions of one group a kind exists or existed.
#[derive(Debug)]
pub(crate) struct Served {
    pub(crate) group: &'static str,
    /// Every version, the most stable first.
    pub(crate) versions: Vec<&'static str>,
    /// The first that is still served.
    pub(crate) current: Option<&'static str>,
    /// It belongs to Kubernetes itself.
    pub(crate) built_in: bool,
}

/// Groups that were renamed, and what they are called today.
const RENAMED: [(&str, &str); 4] = [
    ("authentication.istio.io", "security.istio.io"),
    ("certmanager.k8s.io", "cert-manager.io"),
    ("rbac.istio.io", "security.istio.io"),
    ("traefik.containo.us", "traefik.io"),
];

/// Kinds the API itself speaks in, which no manifest table lists.
const SUBRESOURCES: [&str; 6] = ["DeleteOptions", "Eviction", "Scale", "Status", "Table", "TokenRequest"];

impl Kinds {
    /// The table, read once.
    pub(crate) fn table() -> &'static Self {
        static KINDS: OnceLock<Kinds> = OnceLock::new();
        KINDS.get_or_init(Self::read)
    }

    fn read() -> Self {
        let (built_in_lines, custom_lines) = TABLE.split_once(CUSTOM).unwrap_or((TABLE, ""));
        let mut kinds = Self { by_kind: BTreeMap::new(), built_in: BTreeSet::new() };
        for (lines, built_in) in [(built_in_lines, true), (custom_lines, false)] {
            for line in lines.lines().filter(|line| !line.starts_with('#')) {
                kinds.add(line, built_in);
            }
        }
        kinds
    }

    fn add(&mut self, line: &'static str, built_in: bool) {
        let mut words = line.split(' ');
        let (Some(group), Some(kind)) = (words.next(), words.next()) else { return };
        let group = if group == "core" { "" } else { group };
        let written: Vec<&str> = words.collect();
        let current = written.iter().copied().find(|version| !version.starts_with('~'));
        let versions = written.into_iter().map(|version| version.trim_start_matches('~')).collect();
        self.by_kind.entry(kind).or_default().push(Served { group, versions, current, built_in });
        if built_in {
            self.built_in.insert(group);
        }
    }

    /// Where a kind exists.
    pub(crate) fn of(&self, kind: &str) -> &[Served] {
        self.by_kind.get(kind).map_or(&[], Vec::as_slice)
    }

    /// Whether a group is one of Kubernetes itself, all of whose kinds are known.
    pub(crate) fn is_built_in(&self, group: &str) -> bool {
        self.built_in.contains(group)
    }

    /// Whether kinds of a group are in the table.
    pub(crate) fn has_group(&self, group: &str) -> bool {
        self.is_built_in(group) || self.by_kind.values().flatten().any(|served| served.group == group)
    }

    /// Today's name of a group.
    pub(crate) fn renamed(group: &str) -> Option<&'static str> {
        RENAMED.iter().find(|(old, _)| *old == group).map(|(_, new)| *new)
    }

    /// Kinds that need no entry in the table: lists of kinds, and what subresources are spoken in.
    pub(crate) fn is_implied(kind: &str) -> bool {
        kind.ends_with("List") || SUBRESOURCES.contains(&kind)
    }

    /// The nearest kind of Kubernetes itself.
    pub(crate) fn nearest(&self, kind: &str) -> Option<(&'static str, &Served)> {
        let built_in = |served: &&Served| served.built_in && served.current.is_some();
        let names =
            self.by_kind.iter().filter(|(_, served)| served.iter().any(|one| built_in(&one))).map(|(name, _)| *name);
        let nearest = suggest::nearest(kind, names, 1).into_iter().next()?;
        let (name, served) = self.by_kind.get_key_value(nearest)?;
        Some((*name, served.iter().find(built_in)?))
    }
}

impl Served {
    /// What to write today.
    pub(crate) fn api_version(&self) -> Option<ApiVersion<'static>> {
        Some(ApiVersion { group: self.group, version: self.current? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_read() {
        let lines = TABLE.lines().filter(|line| !line.starts_with('#')).count();
        let read: usize = Kinds::table().by_kind.values().map(Vec::len).sum();
        assert_eq!(read, lines);
        assert!(Kinds::table().by_kind.values().flatten().all(|served| !served.versions.is_empty()));
    }

    #[test]
    fn what_is_no_longer_served_is_not_proposed() {
        let psp = &Kinds::table().of("PodSecurityPolicy");
        assert!(psp.iter().all(|served| served.api_version().is_none()));
        assert_eq!(Kinds::table().nearest("Deploymnet").unwrap().1.api_version().unwrap().to_string(), "apps/v1");
    }
}
