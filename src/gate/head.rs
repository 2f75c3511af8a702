//! The files of a pull request read from git objects, without a checkout: nothing of them can run (spec/github-ux.md 10.4).

use portcullis_github::{CiContext, Event, Idle};
use portcullis_model::Tree;
use portcullis_source::{HookEnvironment, Repository};

use super::plan::{Plan, Planned, Secrets, git_settings, read_payload, repository_of};
use super::{Refusal, Request, base};

pub(super) fn plan(request: &Request, revision: &str) -> Result<Planned, Refusal> {
    let refused = |why: &dyn std::fmt::Display| Refusal::Usage(format!("`--head {revision}` cannot be judged: {why}"));
    if !request.paths.is_empty() {
        return Err(refused(&"name no paths besides, the whole commit is judged"));
    }
    let ci = CiContext::detect(&request.environment, &read_payload);
    match ci.idle {
        Some(Idle::PullRequestClosed) => return Ok(Planned::Idle("the pull request is closed: nothing to judge")),
        Some(Idle::ReferenceDeleted) => return Ok(Planned::Idle("the branch is deleted: nothing to judge")),
        None => {}
    }
    of_commit(request, ci, revision)
}

/// The same for an event whose pull request is known.
pub(super) fn of_commit(request: &Request, mut ci: CiContext, revision: &str) -> Result<Planned, Refusal> {
    let refused = |why: &dyn std::fmt::Display| Refusal::Usage(format!("`--head {revision}` cannot be judged: {why}"));
    let repository = repository_of(request, &ci, &git_settings(request, &ci, HookEnvironment::default()))?;
    let tip = base::commit(request, &repository, revision).map_err(|why| refused(&why))?;
    let of_event = [&ci.context.head_sha, &ci.context.merge_sha];
    // The flag stands in a file that the change may have written: it must not choose what is judged.
    if ci.judges_change() && !of_event.into_iter().flatten().any(|id| id.eq_ignore_ascii_case(tip.id())) {
        let head = ci.context.head_sha.as_deref().unwrap_or("unknown");
        return Err(refused(&format!("the event is about the commit {head}")));
    }
    ci.settle(&|commit| repository.parents(commit).map_err(|error| error.to_string()));
    let steering = base::steering(request, &repository, &ci)?;
    warn_of_checked_out_head(&repository, &mut ci);
    let listing = tip.list().map_err(|error| refused(&error))?;
    Ok(Planned::Run(Box::new(Plan {
        repository,
        ci,
        steering,
        tip: Some(tip.id().to_owned()),
        subject: Box::new(tip),
        secrets: Secrets::Files,
        tracked: listing.entries.iter().map(|entry| entry.path.clone()).collect(),
        entries: listing.entries,
        problems: listing.problems,
    })))
}

/// These events run with the rights of the base: files of the change on disk are one careless step away from being run.
pub(super) fn warn_of_checked_out_head(repository: &Repository, ci: &mut CiContext) {
    if !matches!(ci.event, Event::PullRequestTarget | Event::WorkflowRun) {
        return;
    }
    let Some(head) = ci.context.head_sha.as_deref() else { return };
    let checked_out = repository.head().ok().flatten();
    if checked_out.is_some_and(|commit| commit.eq_ignore_ascii_case(head)) {
        ci.warnings.push(format!(
            "DANGER: the head of the pull request ({head}) is checked out in an event that has the rights and secrets of \
             the base; anything a later step runs of it, a build or a hook, runs with them; check out the base and judge \
             with `portcullis check --head {head}`"
        ));
    }
}
