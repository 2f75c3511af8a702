//! The ignore files of other tools, read from the tree that steers: what the change itself ignores does not count
//! (spec/ingest.md 14.5, spec/policy.md 11.1).

use portcullis_ingest::ignores::{IgnoreFiles, is_ignore_file};
use portcullis_model::{Problem, ProblemCode, Tree};
use portcullis_policy::Policy;

use super::plan::Plan;

/// What the files say, and what is wrong with those that the policy takes.
#[derive(Clone, Debug, Default)]
pub(super) struct Ignores {
    pub(super) files: IgnoreFiles,
    pub(super) problems: Vec<Problem>,
}

/// Reads every ignore file, wherever it lies, in the order of their paths. A change that nobody has scanned yet has no
/// findings of other tools.
pub(super) fn read(plan: &Plan, tree: &dyn Tree, policy: &Policy) -> Ignores {
    let mut ignores = Ignores::default();
    if plan.is_local_change() {
        return ignores;
    }
    let paths = match tree.paths() {
        Ok(paths) => paths,
        Err(error) => {
            let message = format!("no ignore file counts: they cannot be listed: {error}");
            ignores.problems.push(Problem::warning(ProblemCode::Unreadable, message));
            return ignores;
        }
    };
    for path in paths.iter().filter(|path| is_ignore_file(path)) {
        let problems = match tree.read(path) {
            Ok(bytes) => ignores.files.read(path, &bytes),
            Err(error) => {
                let message = format!("none of the entries of `{path}` counts: it cannot be read: {error}");
                vec![Problem::warning(ProblemCode::Unreadable, message).at_path(path)]
            }
        };
        if policy.imports(path) {
            ignores.problems.extend(problems);
        }
    }
    ignores
}
