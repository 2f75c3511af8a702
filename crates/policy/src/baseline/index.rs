//! Knows a finding again in a baseline.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use portcullis_model::{BaselineFinding, Finding, Kind, advisory, fingerprint};

use super::bare_purl;

/// The findings of a baseline, by everything one may be known again by.
pub(crate) struct Index<'a> {
    entries: &'a [BaselineFinding],
    by_fingerprint: BTreeMap<&'a str, Vec<usize>>,
    by_advisory: BTreeMap<(&'a str, &'a str), Vec<usize>>,
    /// Fingerprint a finding would have where its file was before a change moved it, by the one it has.
    before: BTreeMap<String, String>,
}

impl<'a> Index<'a> {
    pub(crate) fn new(entries: &'a [BaselineFinding]) -> Self {
        let mut by_fingerprint: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        let mut by_advisory: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
        for (position, known) in entries.iter().enumerate() {
            by_fingerprint.entry(&known.fingerprint).or_default().push(position);
            let Some(purl) = known.purl.as_deref().filter(|_| is_of_a_database(known.kind)) else { continue };
            for id in known.all_ids().filter(|id| !advisory::is_errata(id)) {
                by_advisory.entry((purl, id)).or_default().push(position);
            }
        }
        Self { entries, by_fingerprint, by_advisory, before: BTreeMap::new() }
    }

    /// The same for findings of which some stand in files that have moved: `renames` has the paths of the base by those of now.
    pub(crate) fn with_moves<'b>(
        self,
        findings: impl Iterator<Item = &'b Finding>,
        renames: &BTreeMap<String, String>,
    ) -> Self {
        Self { before: before_moves(findings, renames), ..self }
    }

    /// Entries that are this finding, the closest first: by fingerprint, then by package with version and any id, then at the
    /// place its file was moved from.
    pub(crate) fn matches(&self, finding: &Finding) -> Vec<usize> {
        let purl = purl_of(finding).filter(|_| is_of_a_database(finding.kind));
        let mut found = self.by_fingerprint(&finding.fingerprint);
        let others = self.by_advisory(purl.as_deref(), finding.all_ids());
        found.extend(others.into_iter().filter(|position| !found.contains(position)).collect::<Vec<_>>());
        if found.is_empty()
            && let Some(before) = self.before.get(&finding.fingerprint)
        {
            found = self.by_fingerprint(before);
        }
        found
    }

    /// The same for an entry of another baseline: by fingerprint, else by package with version and any id.
    pub(super) fn same(&self, entry: &BaselineFinding) -> impl Iterator<Item = &'a BaselineFinding> + use<'_, 'a> {
        let mut found = self.by_fingerprint(&entry.fingerprint);
        if found.is_empty() {
            let purl = entry.purl.as_deref().filter(|_| is_of_a_database(entry.kind));
            found.extend(self.by_advisory(purl, entry.all_ids()));
        }
        found.into_iter().filter_map(|position| self.entries.get(position))
    }

    /// When a baseline had one of these entries for the first time.
    pub(crate) fn first_seen(&self, found: &[usize]) -> Option<Timestamp> {
        found.iter().filter_map(|position| self.entries.get(*position)?.first_seen).min()
    }

    fn by_fingerprint(&self, fingerprint: &str) -> Vec<usize> {
        self.by_fingerprint.get(fingerprint).cloned().unwrap_or_default()
    }

    fn by_advisory<'b>(&self, purl: Option<&str>, ids: impl Iterator<Item = &'b str>) -> BTreeSet<usize> {
        let Some(purl) = purl else { return BTreeSet::new() };
        let ids = ids.filter(|id| !advisory::is_errata(id));
        ids.filter_map(|id| self.by_advisory.get(&(purl, id))).flatten().copied().collect()
    }
}

/// Their ids come from databases, and several tools name one weakness differently.
const fn is_of_a_database(kind: Kind) -> bool {
    matches!(kind, Kind::Vulnerability | Kind::Malware)
}

/// The package of a finding as a baseline writes it.
pub(crate) fn purl_of(finding: &Finding) -> Option<String> {
    finding.package.as_deref()?.purl.as_deref().map(bare_purl)
}

/// What the findings of moved files were called. All of one file are named together: their numbers follow their order.
fn before_moves<'a>(
    findings: impl Iterator<Item = &'a Finding>,
    renames: &BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    if renames.is_empty() {
        return BTreeMap::new();
    }
    let moved = findings.filter(|finding| renames.contains_key(finding.path()));
    let (now, mut before): (Vec<String>, Vec<Finding>) =
        moved.map(|finding| (finding.fingerprint.clone(), finding.clone())).unzip();
    for finding in &mut before {
        if let Some(place) = finding.locations.first_mut()
            && let Some(from) = renames.get(&place.path)
        {
            place.path.clone_from(from);
        }
    }
    fingerprint::assign(&mut before);
    now.into_iter().zip(before.into_iter().map(|finding| finding.fingerprint)).collect()
}
