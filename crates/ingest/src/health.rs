//! Whether a report may be trusted at all (spec/ingest.md 14.4): age, commit, completeness.

use jiff::{SignedDuration, Timestamp};
use portcullis_model::{Problem, ProblemCode};

use crate::draft::Draft;

/// Clocks of build machines differ; more than this is a wrong clock or a forged date.
const CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(10);

/// Holds a report that was read against what the policy asks of it.
pub(crate) fn judge(draft: &mut Draft<'_>, modified: Option<Timestamp>) {
    judge_age(draft, modified);
    judge_database(draft);
    judge_commit(draft);
    judge_components(draft);
}

fn judge_age(draft: &mut Draft<'_>, modified: Option<Timestamp>) {
    let now = draft.around.now;
    if let Some(made) = draft.report.generated_at.filter(|made| made.duration_since(now) > CLOCK_SKEW) {
        let message = format!("the report says it was made at {made}, which is still to come: check the clock");
        draft.problem(Problem::warning(ProblemCode::Stale, message));
    }
    let Some(most) = draft.options.max_age else { return };
    let stands_in = modified.filter(|_| draft.options.allow_mtime);
    let problem = match draft.report.generated_at.or(stands_in) {
        None => format!(
            "the report does not say when it was made, so `max_age: {most:#}` cannot be checked: let the scanner write the date, or set `allow_mtime`"
        ),
        Some(made) if now.duration_since(made) > most => {
            format!("the report was made at {made}, longer ago than `max_age: {most:#}`: run the scanner again")
        }
        Some(_) => return,
    };
    draft.problem(Problem::error(ProblemCode::Stale, problem));
}

fn judge_database(draft: &mut Draft<'_>) {
    let Some(most) = draft.options.max_db_age else { return };
    let problem = match draft.report.db_built_at {
        None => format!(
            "the report does not say how old the scanner's database is, so `max_db_age: {most:#}` cannot be checked"
        ),
        Some(built) if draft.around.now.duration_since(built) > most => {
            format!(
                "the scanner's database is of {built}, older than `max_db_age: {most:#}`: let the scanner update it"
            )
        }
        Some(_) => return,
    };
    draft.problem(Problem::error(ProblemCode::StaleDb, problem));
}

fn judge_commit(draft: &mut Draft<'_>) {
    if !draft.options.require_commit {
        return;
    }
    let judged = draft.around.commits;
    let Some(head) = judged.first() else {
        let message = "the commit to be judged is not known, so `require_commit` cannot be checked";
        draft.problem(Problem::error(ProblemCode::Stale, message));
        return;
    };
    if draft.commits.iter().any(|commit| judged.iter().any(|judged| same_commit(commit, judged))) {
        return;
    }
    let message = match draft.commits.iter().next() {
        None => format!("the report does not say which commit it is about; `require_commit` asks for {head}"),
        Some(commit) => format!("the report is about commit {commit}, not {head}: run the scanner on this commit"),
    };
    draft.problem(Problem::error(ProblemCode::Stale, message));
}

/// Tools shorten hashes; fewer than seven digits name nothing.
fn same_commit(stated: &str, head: &str) -> bool {
    let (stated, head) = (stated.to_ascii_lowercase(), head.to_ascii_lowercase());
    stated.len() >= 7 && head.starts_with(&stated)
}

fn judge_components(draft: &mut Draft<'_>) {
    let Some(fewest) = draft.options.min_components else { return };
    let known = draft.audited.max(draft.components.len() as u64);
    if known < fewest {
        let message = format!(
            "the report covers {known} packages, fewer than `min_components: {fewest}`: the scanner saw only a part, or does not list packages"
        );
        draft.problem(Problem::error(ProblemCode::NoResults, message));
    }
}
