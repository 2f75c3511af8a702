//! Entries are noted at the findings they name.

use std::collections::BTreeMap;

use portcullis_model::{Finding, Suppression};

use super::entry::{Entry, fingerprints};
use super::files::{File, IgnoreFiles};

/// A file and one of its entries.
type Place = (usize, usize);

/// Entries by what names them, so that the work grows with the findings and not with their product.
struct Index<'a> {
    files: &'a [File],
    by_key: BTreeMap<String, Vec<Place>>,
    /// Those that any finding may match.
    others: Vec<Place>,
}

impl IgnoreFiles {
    /// Notes every entry at every finding it matches; the findings stay as open as they are. The findings have to be merged:
    /// an entry may name any alias.
    pub fn apply(&self, findings: &mut [Finding]) {
        if self.files.is_empty() {
            return;
        }
        let index = Index::of(&self.files);
        for finding in findings {
            for place in index.candidates(finding) {
                let Some((file, entry)) = index.entry(place) else { continue };
                if file.scope.covers(finding) && entry.matches(finding) {
                    note(finding, entry.suppression(&file.path));
                }
            }
        }
    }
}

impl<'a> Index<'a> {
    fn of(files: &'a [File]) -> Self {
        let mut index = Self { files, by_key: BTreeMap::new(), others: Vec::new() };
        for (file, entries) in files.iter().map(|file| &file.entries).enumerate() {
            for (entry, keys) in entries.iter().map(Entry::keys).enumerate() {
                match keys {
                    Some(keys) => {
                        for key in keys {
                            index.by_key.entry(key).or_default().push((file, entry));
                        }
                    }
                    None => index.others.push((file, entry)),
                }
            }
        }
        index
    }

    /// Sorted: the order of the files, then that of their lines.
    fn candidates(&self, finding: &Finding) -> Vec<Place> {
        let ids = finding.all_ids().map(str::to_ascii_lowercase);
        let named = ids.chain(fingerprints(finding)).filter_map(|key| self.by_key.get(&key)).flatten();
        let mut places: Vec<Place> = named.chain(&self.others).copied().collect();
        places.sort_unstable();
        places.dedup();
        places
    }

    fn entry(&self, (file, entry): Place) -> Option<(&'a File, &'a Entry)> {
        let file = self.files.get(file)?;
        Some((file, file.entries.get(entry)?))
    }
}

/// The scanner of the product reads `.gitleaksignore` as well.
fn note(finding: &mut Finding, noted: Suppression) {
    let is_known = |known: &Suppression| known.source_file == noted.source_file && known.line == noted.line;
    if !finding.suppressions.iter().any(is_known) {
        finding.suppressions.push(noted);
    }
}
