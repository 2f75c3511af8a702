//! Kubernetes objects: whether a cluster accepts them and whether they can be operated.

pub(crate) mod model;

mod resources;
mod unknown_api_version;

use self::model::Object;
use crate::options::ManifestOptions;
use crate::registry;
use crate::reporter::{Sheet, Unit};

/// Runs every rule over the objects of a file.
pub(crate) fn run(objects: &[Object<'_>], options: &ManifestOptions, sheet: &mut Sheet) {
    for object in objects {
        unknown_api_version::check(object, &mut sheet.reporter(registry::K8S_UNKNOWN_API_VERSION));
        resources::check(object, options, &mut sheet.reporter(registry::K8S_NO_MEMORY_LIMIT));
    }
}

/// Objects and containers: they name what a finding is about.
pub(crate) fn units(objects: &[Object<'_>]) -> Vec<Unit> {
    objects.iter().flat_map(Object::units).collect()
}
