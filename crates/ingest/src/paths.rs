//! Paths that were resolved before: reports name the same few files again and again.

use std::cell::RefCell;
use std::collections::HashMap;

use portcullis_model::text::bounded;
use portcullis_model::{Mount, PathResolver, ResolvedPath};

/// Characters of a path.
const MAX_PATH: usize = 4_096;

/// What the paths of one report became.
#[derive(Default)]
pub(crate) struct Paths(RefCell<HashMap<String, ResolvedPath>>);

impl Paths {
    /// Paths remembered; a report that names more is resolved without memory.
    const MOST: usize = 10_000;

    /// What the resolver makes of a path. All paths of one report have one mount.
    pub(crate) fn resolve(&self, raw: &str, resolver: &PathResolver, mount: Mount<'_>) -> ResolvedPath {
        if let Some(known) = self.0.borrow().get(raw) {
            return known.clone();
        }
        let path = resolver.resolve(&bounded(raw, MAX_PATH), mount);
        let mut paths = self.0.borrow_mut();
        if paths.len() < Self::MOST && raw.len() <= MAX_PATH {
            paths.insert(raw.to_owned(), path.clone());
        }
        path
    }
}
