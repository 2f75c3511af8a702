//! Two versions of the policy side by side: of commits, of the work tree, of two files.

use std::collections::BTreeMap;
use std::path::Path;

use portcullis_policy::Change;
use portcullis_source::SourceError;

use super::plan::{Plan, Planned, inside_root};
use super::{Gate, Refusal, Request, base, plan, trust};

/// What changed between two versions of the policy.
pub(crate) struct Difference {
    /// The older one, for people.
    pub(crate) base: String,
    /// The newer one, for people.
    pub(crate) head: String,
    /// Leaf by leaf, weaker ones first.
    pub(crate) changes: Vec<Change>,
    /// How many files patterns that came to an `exclude` cover, by the key of the change.
    pub(crate) excluded: BTreeMap<String, usize>,
}

/// Compares two versions; each is a revision or a file. Without a base it is the commit where the branch left the default
/// branch, without a head the work tree. `None` where the event says that there is nothing to judge.
pub(crate) fn difference(
    request: &Request,
    base: Option<&str>,
    head: Option<&str>,
) -> Result<Option<Difference>, Refusal> {
    let Planned::Run(plan) = plan(request)? else { return Ok(None) };
    let base = match base {
        Some(base) => base.to_owned(),
        None => fork_point(&plan)?,
    };
    let (before, _) = version(request, &plan, &base)?;
    let (after, tracked) = match head {
        Some(head) => version(request, &plan, head)?,
        None => (trust::of_tree(request, &*plan.subject)?, plan.tracked.clone()),
    };
    // A rule that only one of them knows is a rule of the other tool's configuration: the newer registry names it.
    let changes = portcullis_policy::diff(&before.policy, &after.policy, &after.registry);
    let excluded = portcullis_policy::newly_excluded(&before.policy, &after.policy, &tracked);
    Ok(Some(Difference { base, head: head.unwrap_or("the work tree").to_owned(), changes, excluded }))
}

/// A version of the policy, and the files it stands beside.
fn version(request: &Request, plan: &Plan, name: &str) -> Result<(Gate, Vec<String>), Refusal> {
    if request.directory.join(name).is_file() {
        let file = inside_root(request, &plan.repository, Path::new(name))?;
        let request = Request { policy_file: Some(file), ..request.clone() };
        return Ok((trust::of_tree(&request, &*plan.subject)?, plan.tracked.clone()));
    }
    let tree = base::tree(request, &plan.repository, name)
        .map_err(|why| Refusal::Usage(format!("`{name}` is neither a file nor a revision: {why}")))?;
    let tracked = tree.paths().map_err(|error| Refusal::Usage(format!("`{name}` cannot be listed: {error}")))?;
    Ok((trust::of_tree(request, &*tree)?, tracked))
}

/// Where the branch left the default branch, or the branch of the pull request.
fn fork_point(plan: &Plan) -> Result<String, Refusal> {
    let failed = |why: &dyn std::fmt::Display| {
        Refusal::Usage(format!(
            "there is nothing to compare with: {why}; name a revision or a file: `policy diff main`"
        ))
    };
    let of_git = |error: SourceError| failed(&error);
    let branch = match &plan.ci.context.base_sha {
        Some(base) => Some(base.clone()),
        None => plan.repository.default_branch(None).map_err(of_git)?,
    };
    let branch = branch.ok_or_else(|| failed(&"no remote names its default branch"))?;
    let base = match plan.repository.merge_base(&branch, "HEAD") {
        // What the event names is not in this clone, or its history is not: its own files are the nearest there is.
        Err(SourceError::UnknownRevision { .. } | SourceError::ShallowHistory { .. })
            if plan.event_base().is_some() =>
        {
            Some(branch.clone())
        }
        found => found.map_err(of_git)?,
    };
    base.ok_or_else(|| failed(&format!("`HEAD` and `{branch}` have no common ancestor")))
}
