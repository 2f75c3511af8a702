//! What the policy says of duplicates, with the table it names, read from the tree that steers.

use portcullis_model::merge::Merging;
use portcullis_model::{Problem, ProblemCode, Section, Tree};
use portcullis_policy::IngestPolicy;

/// How duplicates are merged. Without its table more findings are listed, and none is lost.
pub(super) fn of(tree: &dyn Tree, policy: &IngestPolicy) -> (Merging, Option<Problem>) {
    let mut merging = Merging { prefer: policy.prefer_severity_of.clone(), ..Merging::default() };
    let Some(setting) = &policy.equivalents else { return (merging, None) };
    let path = setting.value.as_str();
    let read = tree.read(path).map_err(|error| format!("it cannot be read: {error}"));
    match read.and_then(|bytes| portcullis_ingest::equivalents::read(&bytes)) {
        Ok(equivalents) => {
            merging.equivalents = equivalents;
            (merging, None)
        }
        Err(why) => {
            let message =
                format!("`ingest.equivalents` names `{path}` ({}), which has no effect: {why}", setting.origin);
            let problem = Problem::warning(ProblemCode::Unreadable, message).at_path(path);
            (merging, Some(problem.in_section(Section::Misconfigurations)))
        }
    }
}
