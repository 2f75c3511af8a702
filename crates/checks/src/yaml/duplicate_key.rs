//! `yaml/duplicate-key`: the page beside this file says why.

use portcullis_syntax::yaml::Node;

use crate::duplicate::{self, Comparison};
use crate::reporter::Reporter;

pub(crate) fn check(root: Node<'_>, report: &mut Reporter<'_>) {
    duplicate::report(root, report, |_| Comparison::Exact);
}
