//! Whether GitHub can read a workflow, an action or a Dependabot file at all.

mod duplicate_key;
mod expression;

use portcullis_syntax::yaml::Node;

use crate::file::FileKind;
use crate::registry;
use crate::reporter::Sheet;

/// Runs every rule over a document.
pub(crate) fn run(kind: FileKind, root: Node<'_>, sheet: &mut Sheet) {
    duplicate_key::check(root, &mut sheet.reporter(registry::GHA_SYNTAX_DUPLICATE_KEY));
    if kind != FileKind::Dependabot {
        expression::check(root, &mut sheet.reporter(registry::GHA_SYNTAX_EXPRESSION));
    }
}
