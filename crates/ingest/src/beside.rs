//! Files of the repository that say more about a package than the report: lock files and manifests.

use std::collections::BTreeSet;

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
    text: String,
}

impl Listing {
    /// The first of these files that is there.
    pub(crate) fn of(draft: &Draft<'_>, names: &[&str]) -> Option<Self> {
        let (location, bytes) = find(draft, names)?;
        let text = crate::bytes::text(&bytes).0.into_owned();
        Some(Self { location, text })
    }

    /// The file, and the line at which `is_it` is true for this line and the one after.
    pub(crate) fn place(&self, is_it: impl Fn(&str, &str) -> bool) -> Location {
        let mut lines = self.text.lines().map(str::trim).zip(1_u32..).peekable();
        while let Some((line, number)) = lines.next() {
            let next = lines.peek().map_or("", |(next, _)| *next);
            if is_it(line, next) {
                return Location { start_line: Some(number), ..self.location.clone() };
            }
        }
        self.location.clone()
    }
}
