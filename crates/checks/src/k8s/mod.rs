//! Kubernetes objects: whether a cluster accepts them and whether they can be operated.

pub(crate) mod model;

mod incomplete;
mod resources;
mod unknown_api_version;

use self::model::{Half, Object};
use crate::options::ManifestOptions;
use crate::registry;
use crate::reporter::{Sheet, Unit};

/// Runs every rule over the objects of a file.
pub(crate) fn run(objects: &[Object<'_>], options: &ManifestOptions, sheet: &mut Sheet) {
    unknown_api_version::check(objects, &mut sheet.reporter(registry::K8S_UNKNOWN_API_VERSION));
    for object in objects {
        resources::check(object, options, &mut sheet.reporter(registry::K8S_NO_MEMORY_LIMIT));
    }
}

/// Reports what has only one of `apiVersion` and `kind`.
pub(crate) fn run_on_halves(halves: &[Half<'_>], sheet: &mut Sheet) {
    for half in halves {
        incomplete::check(*half, &mut sheet.reporter(registry::K8S_MISSING_KIND));
    }
}

/// Objects and containers: they name what a finding is about.
pub(crate) fn units(objects: &[Object<'_>]) -> Vec<Unit> {
    objects.iter().flat_map(Object::units).collect()
}
