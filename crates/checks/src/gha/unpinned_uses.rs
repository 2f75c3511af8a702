//! `gha/unpinned-uses`: the page beside this file says why.

use std::collections::BTreeMap;

use portcullis_model::{Safety, Severity};
use portcullis_syntax::yaml::{Change, Kind, Node};

use super::model::{Action, RefKind, Uses, Workflow};
use crate::options::{Pin, WorkflowOptions};
use crate::reporter::Reporter;

/// The ref of these actions is an argument: it names a toolchain or a tool, not a version of the action.
const REF_IS_ARGUMENT: [&str; 2] = ["dtolnay/rust-toolchain", "taiki-e/install-action"];

pub(crate) fn check(workflow: &Workflow<'_>, options: &WorkflowOptions, report: &mut Reporter<'_>) {
    let mut arguments: BTreeMap<String, Vec<Uses<'_>>> = BTreeMap::new();
    for uses in workflow.uses() {
        // Local paths and images have rules of their own.
        let Some(action) = uses.action() else { continue };
        let (demand, _) = options.pinning.demand(action.slug, action.path, action.version);
        if satisfies(&action, demand) {
            continue;
        }
        if REF_IS_ARGUMENT.iter().any(|slug| action.is(slug)) {
            arguments.entry(action.slug.to_ascii_lowercase()).or_default().push(uses);
            continue;
        }
        let draft = report.at(uses.span()).message(complaint(&action, demand)).remediation(advice(&action, demand));
        if let Some(commit) = options.pins.get(&format!("{}@{}", action.slug, action.version))
            && let Some(changes) = pinned(uses.node, &action, commit)
        {
            draft.changes(Safety::Safe, changes);
        }
    }
    for (slug, places) in arguments {
        let Some((first, others)) = places.split_first() else { continue };
        let draft = report
            .at(first.span())
            .severity(Severity::Medium)
            .message(format_args!("the refs of `{slug}` name a toolchain or tool; they move with every release of it"))
            .remediation(format_args!("write `{slug}@<commit>` and name the toolchain or tool under `with:`"));
        others.iter().take(20).fold(draft, |draft, other| draft.related(other.span(), "also here"));
    }
}

fn satisfies(action: &Action<'_>, demand: Pin) -> bool {
    match demand {
        Pin::Any | Pin::RefPin => true,
        Pin::MajorTag => action.ref_kind() != RefKind::Symbolic,
        Pin::HashPin => action.ref_kind() == RefKind::Commit,
    }
}

fn complaint(action: &Action<'_>, demand: Pin) -> String {
    let Action { slug, version, .. } = action;
    if action.is_abbreviated_commit() {
        return format!(
            "`{version}` looks like a commit of `{slug}`, but a shortened hash is resolved as a branch or tag"
        );
    }
    match (action.ref_kind(), demand) {
        (_, Pin::MajorTag) => format!("`{slug}` follows the branch `{version}`; whoever can push there runs code here"),
        (RefKind::Version, _) => {
            format!("`{slug}` follows the tag `{version}`, which its owner can move to other code")
        }
        _ => format!("`{slug}` follows `{version}`; whoever can push there runs code here"),
    }
}

fn advice(action: &Action<'_>, demand: Pin) -> String {
    let Action { slug, path, version } = action;
    let slash = if path.is_empty() { "" } else { "/" };
    match demand {
        Pin::MajorTag => format!("name a version: `uses: {slug}{slash}{path}@v<N>`"),
        _ => format!(
            "name the commit and keep the version beside it: `uses: {slug}{slash}{path}@<40 hex digits> # {version}`"
        ),
    }
}

/// The use with its known commit, and the version beside it. A comment that stands there already is left to a person.
fn pinned(node: Node<'_>, action: &Action<'_>, commit: &str) -> Option<[Change; 2]> {
    let Action { slug, path, version } = action;
    let slash = if path.is_empty() { "" } else { "/" };
    let is_own = node.kind() == Kind::Scalar && node.anchor_span().is_none();
    if !is_own || action.ref_kind() != RefKind::Version || node.trailing_comment().is_some() {
        return None;
    }
    let pinned = node.replace_scalar(&format!("{slug}{slash}{path}@{commit}"))?;
    // The comment ends the line; behind a bracket there is more to come.
    let rest = node.file().text().get(node.span().end..)?;
    let ends_line = rest.split(['\r', '\n']).next()?.trim().is_empty();
    Some([pinned, node.set_trailing_comment(version)?]).filter(|_| ends_line)
}
