//! Whether a YAML file that is no workflow can be read: manifests and rule files.

mod duplicate_key;

use portcullis_syntax::yaml::Node;

use crate::registry;
use crate::reporter::Sheet;

/// Runs every rule over a document.
pub(crate) fn run(root: Node<'_>, sheet: &mut Sheet) {
    duplicate_key::check(root, &mut sheet.reporter(registry::YAML_DUPLICATE_KEY));
}
