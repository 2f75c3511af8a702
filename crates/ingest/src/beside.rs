//! Files of the repository that say more about a package than the report: lock files and manifests.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_model::Location;

use crate::draft::Draft;

/// The first of these files that is there, and its bytes: at the root of the report's mount, or next to the report.
pub(crate) fn find(draft: &Draft<'_>, names: &[&str]) -> Option<(Location, Vec<u8>)> {
    let folder = draft.report.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut tried = BTreeSet::new();
    for name in names {
        let root = draft.options.root.trim_end_matches('/');
        let next_to_it = if folder.is_empty() { (*name).to_owned() } else { format!("{folder}/{name}") };
        for raw in [format!("{root}/{name}"), next_to_it] {
            let location = draft.location(raw.trim_start_matches('/'));
            if location.outside_repo || location.path_guessed || !tried.insert(location.path.clone()) {
                continue;
            }
            if let Some(bytes) = (draft.around.file)(&location.path) {
                return Some((location, bytes));
            }
        }
    }
    None
}

/// A file in which packages stand in lines of their own.
pub(crate) struct Listing {
    location: Location,
    /// Line of each package.
    lines: BTreeMap<String, u32>,
}

impl Listing {
    /// The first of these files that is there. `package_in` tells of a line and the one after it which package they are about.
    pub(crate) fn of(
        draft: &Draft<'_>,
        names: &[&str],
        package_in: impl Fn(&str, &str) -> Option<String>,
    ) -> Option<Self> {
        let (location, bytes) = find(draft, names)?;
        let text = crate::bytes::text(&bytes).0;
        let following = text.lines().map(str::trim).skip(1).chain([""]);
        let mut lines = BTreeMap::new();
        for ((line, next), number) in text.lines().map(str::trim).zip(following).zip(1_u32..) {
            if let Some(name) = package_in(line, next) {
                lines.entry(name).or_insert(number);
            }
        }
        Some(Self { location, lines })
    }

    /// The file, and the line of the package where it has one.
    pub(crate) fn place(&self, name: &str) -> Location {
        Location { start_line: self.lines.get(name).copied(), ..self.location.clone() }
    }
}
