//! Which baseline a run is compared with, and what one written of it says.

use std::path::Path;

use jiff::Timestamp;
use portcullis_github::Steering;
use portcullis_model::{Baseline, Diagnostic, EntryKind, Outcome, Problem, ProblemCode, Span, Tree, TreeError};
use portcullis_policy::{Policy, baseline};
use portcullis_source::read_report;

use super::plan::Plan;
use super::trust::Gate;
use super::{Refusal, Request, base};

/// A baseline is read whole up to this size.
const LARGEST: u64 = 1 << 30;

/// The baselines somebody has written.
#[derive(Clone, Default)]
pub(super) struct Sources {
    /// `--baseline`.
    pub(super) named: Option<Baseline>,
    /// The committed file of the tree that steers, where none was named.
    pub(super) committed: Option<Baseline>,
}

/// The baselines that were found, or why the base does not give them: exit 3.
pub(super) enum Found {
    Known(Box<Sources>),
    Unreadable(Problem),
}

impl Sources {
    /// The same for a gate that is only looked at: what cannot be read is a refusal.
    pub(super) fn of(request: &Request, plan: &Plan, gate: &Gate) -> Result<Self, Refusal> {
        match of(request, plan, gate)? {
            Found::Known(sources) => Ok(*sources),
            Found::Unreadable(problem) => Err(Refusal::Usage(problem.message)),
        }
    }
}

/// `--baseline`, else the committed file of the tree that steers.
pub(super) fn of(request: &Request, plan: &Plan, gate: &Gate) -> Result<Found, Refusal> {
    let Some(named) = &request.baseline else {
        let committed = Sources { committed: gate.baseline.clone(), ..Sources::default() };
        return Ok(Found::Known(Box::new(committed)));
    };
    let shown = named.display();
    let path = request.directory.join(named);
    let missing = |why: &dyn std::fmt::Display| {
        Refusal::Usage(format!("the baseline `{shown}` cannot be read: {why}; write one with `check -f baseline=FILE`"))
    };
    let real = path.canonicalize().map_err(|error| missing(&error))?;
    let bytes = match (&plan.steering, of_the_change(plan, &real).map_err(|error| missing(&error))?) {
        // The change brings this file along: what counts is what the base says in its place.
        (Steering::BaseCommit(id), Some(inside)) => {
            let base = base::tree(request, &plan.repository, id).map_err(|why| missing(&why))?;
            match base.read(&inside) {
                Ok(bytes) => bytes,
                Err(TreeError::NotFound) => return Ok(Found::Known(Box::default())),
                Err(error) => return Ok(Found::Unreadable(unreadable(&inside, &error.to_string()))),
            }
        }
        _ => read_report(&real, LARGEST).map_err(|error| missing(&error))?,
    };
    let baseline = baseline::read(&bytes)
        .map_err(|why| Refusal::Usage(format!("`{shown}` cannot be used as a baseline: {why}")))?;
    Ok(Found::Known(Box::new(Sources { named: Some(baseline), ..Sources::default() })))
}

/// The path of a file that stands in the commit which is judged; `None` for what the job itself put there.
pub(super) fn of_the_change(plan: &Plan, real: &Path) -> Result<Option<String>, String> {
    if !plan.ci.judges_change() {
        return Ok(None);
    }
    let root = plan.repository.root().canonicalize().map_err(|error| error.to_string())?;
    let Ok(inside) = real.strip_prefix(root) else { return Ok(None) };
    let inside: Vec<_> = inside.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    let inside = inside.join("/");
    let head = plan.repository.commit(plan.tip.as_deref().unwrap_or("HEAD")).map_err(|error| error.to_string())?;
    // What lies in a submodule is chosen by the change as well: it names the submodule's commit.
    let above = inside.match_indices('/').filter_map(|(slash, _)| inside.get(..slash));
    for path in above.chain([inside.as_str()]) {
        let stat = head.stat(path).map_err(|error| error.to_string())?;
        if stat.is_some_and(|stat| path == inside || stat.kind == EntryKind::Submodule) {
            return Ok(Some(inside.clone()));
        }
    }
    Ok(None)
}

/// The committed file, where the tree has one.
pub(super) fn committed(tree: &dyn Tree, policy: &Policy) -> Result<Option<Baseline>, NotUsable> {
    let path = policy.baseline_file().value.as_str();
    let bytes = match tree.read(path) {
        Ok(bytes) => bytes,
        Err(TreeError::NotFound) => return Ok(None),
        Err(error) => return Err(NotUsable::Unreadable(format!("the baseline `{path}` cannot be read: {error}"))),
    };
    baseline::read(&bytes).map(Some).map_err(|why| {
        let start =
            Span { path: path.to_owned(), start_line: 1, start_col: 1, end_line: 1, end_col: 1, ..Span::default() };
        let message = format!("`{path}` cannot be used as a baseline: {why}");
        let error = Diagnostic::error("policy/baseline-invalid", message, start);
        NotUsable::Refused(Box::new(error.help("write it anew with `portcullis check -f baseline=FILE`, or delete it")))
    })
}

/// Why the committed file is of no use.
pub(super) enum NotUsable {
    Unreadable(String),
    Refused(Box<Diagnostic>),
}

fn unreadable(path: &str, why: &str) -> Problem {
    let message = format!("the baseline `{path}` could not be read from the base commit: {why}");
    Problem::error(ProblemCode::BaseUnreadable, message)
}

/// What a baseline written of a run carries on from the one before it, and where it begins.
pub(crate) struct Written {
    earlier: Option<baseline::Earlier>,
    created: Timestamp,
    commit: Option<String>,
    partial: bool,
}

impl Written {
    pub(super) fn new(request: &Request, plan: &Plan, earlier: Option<baseline::Earlier>) -> Self {
        let of_event = plan.ci.context.head_sha.clone().filter(|_| plan.ci.in_actions);
        let commit = of_event.or_else(|| {
            // Only who writes one asks git for the commit.
            request.writes_baseline.then(|| plan.repository.head().ok().flatten()).flatten()
        });
        Self { earlier, created: request.now, commit, partial: plan.is_partial(request) }
    }

    /// For the stored result of an earlier run, which carries nothing on.
    pub(crate) fn of_result(outcome: &Outcome, now: Timestamp) -> Self {
        let (created, commit) = (outcome.generated_at.unwrap_or(now), outcome.context.head_sha.clone());
        Self { earlier: None, created, commit, partial: false }
    }

    /// The baseline of the run, or why there is none.
    pub(crate) fn of(&self, outcome: &Outcome) -> Result<Baseline, String> {
        if self.partial {
            return Err("no baseline is written: only some files were judged; run `check`, without paths".to_owned());
        }
        match baseline::refusal(outcome) {
            Some(why) => Err(why),
            None => Ok(baseline::record(outcome, self.earlier.as_ref(), Some(self.created), self.commit.clone())),
        }
    }
}
