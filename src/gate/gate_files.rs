//! Which files steer the gate, and which of them a change touches.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use portcullis_ingest::ignores::is_ignore_file;
use portcullis_model::{EntryKind, Listing, Stat, Tree, TreeError, beside};
use portcullis_policy::Policy;
use portcullis_source::POLICY_FILES;

use super::base;
use super::change::Compared;
use super::plan::Plan;

/// Whether a path steers what the gate reads today: a base without any has no gate yet.
fn makes_a_gate(path: &str) -> bool {
    POLICY_FILES.contains(&path) || path.starts_with(".portcullis/") || path == ".gitleaks.toml" || is_ignore_file(path)
}

/// Names of files, in any directory, that steer a scanner or a check (DESIGN ruling 10).
const STEERING_NAMES: &[&str] = &[".gitattributes", ".gitleaks.toml", ".hadolint.yaml", ".checkov.yaml"];

/// Paths of the same kind.
const STEERING_PATHS: &[&str] = &[
    ".github/CODEOWNERS",
    ".github/actionlint.yaml",
    ".github/actionlint.yml",
    ".github/zizmor.yml",
    ".lint",
    "CODEOWNERS",
    "copier.yaml",
    "copier.yml",
    "docs/CODEOWNERS",
    "zizmor.yml",
];

/// Whether a path steers a verdict, of this gate or of a scanner whose report it reads: what a pull request is shown to touch.
pub(super) fn is_gate_file(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    makes_a_gate(path) || STEERING_NAMES.contains(&name) || STEERING_PATHS.contains(&path)
}

/// Whether the policy names the file among those that steer.
pub(super) fn is_named(policy: &Policy, path: &str) -> bool {
    path == policy.baseline_file().value
        || policy.layers().iter().any(|layer| layer == path)
        || policy.secrets_config().is_some_and(|setting| setting.value == path)
        || policy.typosquats().is_some_and(|setting| setting.value == path)
        || policy.ingest().equivalents.as_ref().is_some_and(|setting| setting.value == path)
        || policy
            .data()
            .paths()
            .any(|named| path == named || path.starts_with(&format!("{}/", named.trim_end_matches('/'))))
        || policy.vex().iter().any(|entry| entry.path.matches(path))
}

/// Whether a tree has a gate, which may be nothing but the policy that the command line names.
pub(super) fn has_gate_files(tree: &dyn Tree, policy: Option<&str>) -> Result<bool, TreeError> {
    Ok(tree.paths()?.iter().any(|path| makes_a_gate(path) || policy.is_some_and(|policy| policy == path)))
}

/// Rules of the repository's own, which this version does not evaluate.
pub(super) fn own_rules(tree: &dyn Tree) -> Result<Vec<String>, TreeError> {
    let is_rule = |path: &String| {
        let name = path.strip_prefix(".portcullis/rules/").and_then(|name| name.rsplit_once('.'));
        matches!(name, Some((_, "yaml" | "yml")))
    };
    Ok(tree.paths()?.into_iter().filter(is_rule).collect())
}

/// The files that those which make the gate are links to. Nothing but what is shown hangs on it.
fn link_targets(tree: &dyn Tree) -> BTreeSet<String> {
    let mut targets = BTreeSet::new();
    let mut next: Vec<String> = tree.paths().unwrap_or_default();
    next.retain(|path| makes_a_gate(path));
    while let Some(path) = next.pop() {
        if let Ok(Some(Stat { kind: EntryKind::Symlink(target), .. })) = tree.stat(&path)
            && !target.starts_with('/')
            && let Some(target) = beside(&path, &target)
            && targets.insert(target.clone())
        {
            next.push(target);
        }
    }
    targets
}

/// Whether exceptions are read from a path.
pub(super) fn is_exception_file(path: &str) -> bool {
    let name = path.strip_prefix(".portcullis/exceptions/").and_then(|name| name.rsplit_once('.'));
    matches!(name, Some((_, "yaml" | "yml")))
}

/// Gate files the change itself touches, for people: none of them counts before it is merged.
pub(super) fn changed_gate_files(plan: &Plan, compared: &Compared, base: &dyn Tree, policy: &Policy) -> Vec<String> {
    match compared {
        Compared::Known(change) => {
            let targets = link_targets(base);
            let steers = |path: &&str| is_gate_file(path) || is_named(policy, path) || targets.contains(*path);
            change.paths().into_iter().filter(steers).map(str::to_owned).collect()
        }
        // Git cannot compare: what the two sides hold is compared instead. Nothing but what is shown hangs on it.
        Compared::Unknown(_) | Compared::Nothing => {
            base::differing_files(base, &*plan.subject, is_gate_file).unwrap_or_default()
        }
    }
}

/// Files by path, and what they held; `None` for one that is not there or cannot be read.
pub(super) type ReadFiles = BTreeMap<String, Option<Vec<u8>>>;

/// A tree that remembers what was read of it.
pub(super) struct Remembering<'a> {
    tree: &'a dyn Tree,
    read: Mutex<ReadFiles>,
}

impl<'a> Remembering<'a> {
    pub(super) fn new(tree: &'a dyn Tree) -> Self {
        Self { tree, read: Mutex::default() }
    }

    pub(super) fn into_read(self) -> ReadFiles {
        self.read.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tree for Remembering<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, TreeError> {
        let answer = self.tree.read(path);
        let held = answer.as_ref().ok().cloned();
        self.read.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), held);
        answer
    }

    fn list(&self) -> Result<Listing, TreeError> {
        self.tree.list()
    }

    fn paths(&self) -> Result<Vec<String>, TreeError> {
        self.tree.paths()
    }

    fn stat(&self, path: &str) -> Result<Option<Stat>, TreeError> {
        self.tree.stat(path)
    }
}
