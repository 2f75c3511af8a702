//! The check run and the upload to code scanning (spec/github-ux.md 7.1, 7.4): places of the result that need no pull request.

use portcullis_github::api::{Conclusion, GitHub, Pace};
use portcullis_github::check_run::{self, CheckRunPlan, CheckRunText};
use portcullis_github::sarif_upload::{self, SarifDelivery, SarifTarget};
use portcullis_github::{CiContext, Denied, Event, Reception, Sink};
use portcullis_model::{Limit, Outcome, Verdict};
use portcullis_render::{COMMENT_BYTES, Claimed, Posting};
use portcullis_source::HookEnvironment;

use super::deliver::{Published, Publishing, Said, Words, own_key};
use super::plan::{Subject, git_settings, repository_of};
use super::{Judged, Request};

/// Everything a sink may ask.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) github: &'a dyn GitHub,
    pub(super) pace: &'a Pace,
    pub(super) ci: &'a CiContext,
    pub(super) request: &'a Request,
    pub(super) publishing: &'a Publishing,
}

/// What both will leave out: known before anything is sent, so that every format can tell. `has_sarif` says that the file was
/// written already, and told what it left out.
pub(crate) fn sink_limits(judged: &Judged, words: &Words, publishing: &Publishing, has_sarif: bool) -> Vec<Limit> {
    let Some(ci) = judged.ci.as_ref().filter(|ci| ci.in_actions) else { return Vec::new() };
    let mut limits = Vec::new();
    if publishing.check_run {
        let key = publishing.key.clone().unwrap_or_else(|| own_key(ci));
        let said = Said { outcome: &judged.outcome, words, key: &key, claimed: Claimed::Nothing };
        limits.extend(plan(said, None, publishing).into_iter().flat_map(|plan| plan.limits));
    }
    if publishing.sarif_upload && !has_sarif {
        limits.extend(portcullis_render::sarif(&judged.outcome).into_iter().flat_map(|sarif| sarif.limits));
    }
    limits
}

/// Both in their order: what refuses one keeps the other not back.
pub(super) fn tell(place: &Place<'_>, said: Said<'_>, published: &mut Published) {
    if place.publishing.check_run {
        create_check_run(place, said, None, published);
    }
    if place.publishing.sarif_upload {
        upload_sarif(place, said.outcome, published);
    }
}

/// `preface` stands above the summary.
pub(super) fn create_check_run(place: &Place<'_>, said: Said<'_>, preface: Option<&str>, published: &mut Published) {
    let Some(plan) = plan(said, preface, place.publishing) else {
        let notice = format!("{} not written: the event names no commit.", Sink::CheckRun.title());
        return published.took(Sink::CheckRun, Reception::Denied, &[notice]);
    };
    match check_run::publish(place.github, &plan) {
        Ok(delivery) => {
            published.has_check_run = !plan.create.output.annotations.is_empty();
            let notice = delivery.stopped.map(|error| {
                let why = Denied::new(Sink::CheckRun, &error, place.ci.context.fork).why;
                format!("the check run has only its first {} annotations: {why}", delivery.annotations)
            });
            let reception = if notice.is_none() { Reception::Taken } else { Reception::Denied };
            published.took(Sink::CheckRun, reception, notice.as_slice());
        }
        Err(error) => {
            let lines = Denied::new(Sink::CheckRun, &error, place.ci.context.fork).lines(place.publishing.verbose);
            published.took(Sink::CheckRun, Reception::Denied, &lines);
        }
    }
}

/// The requests of the check run; nothing where there is no commit to hang it on.
fn plan(said: Said<'_>, preface: Option<&str>, publishing: &Publishing) -> Option<CheckRunPlan> {
    let context = &said.outcome.context;
    let head_sha = context.head_sha.as_deref()?;
    let key = said.key.to_string();
    let external_id =
        check_run::external_id(context.run_id.unwrap_or_default(), context.run_attempt.unwrap_or(1), &key);
    let run = context.run_id.zip(context.repo.as_deref());
    let details_url = run.map(|(run, repo)| format!("{}/{repo}/actions/runs/{run}", context.server_url));
    // Nobody is mentioned a second time.
    let posting = Posting { at: None, notify: &[], claimed: said.claimed, ..said.words.posting() };
    let markdown = portcullis_render::markdown(said.outcome, &posting, COMMENT_BYTES);
    let summary = preface.map(|preface| format!("{preface}\n\n{}", markdown.text));
    let mut plan = check_run::plan(
        said.outcome,
        &CheckRunText {
            // A gate with a key of its own is a check of its own.
            name: &publishing.key.as_ref().map_or_else(|| "portcullis".to_owned(), |key| format!("portcullis ({key})")),
            head_sha,
            details_url: details_url.as_deref(),
            external_id: &external_id,
            title: &title(said.outcome),
            summary: summary.as_deref().unwrap_or(&markdown.text),
            text: None,
            report_only: publishing.exit_zero,
            claimed: said.claimed,
        },
    );
    if holds_back(said.outcome) {
        plan.create.conclusion = Conclusion::Neutral;
    }
    plan.limits.extend(markdown.limits);
    Some(plan)
}

/// Something would fail the run, were it not for `mode.report_only` of the policy.
fn holds_back(outcome: &Outcome) -> bool {
    matches!(outcome.verdict, Verdict::Pass | Verdict::Warn)
        && outcome.findings.iter().any(|judged| judged.would_fail && judged.is_open())
}

/// The headline as plain text.
fn title(outcome: &Outcome) -> String {
    let verdict = match outcome.verdict {
        Verdict::Pass => "Pass",
        Verdict::Warn => "Warn",
        Verdict::Fail => "Fail",
        Verdict::Incomplete => "Incomplete",
    };
    outcome.reasons.first().map_or_else(|| verdict.to_owned(), |reason| format!("{verdict}: {}", reason.text))
}

fn upload_sarif(place: &Place<'_>, outcome: &Outcome, published: &mut Published) {
    let mut unfit = |why: &str| {
        let notice = format!("{} not written: {why}.", Sink::Sarif.title());
        published.took(Sink::Sarif, Reception::Denied, &[notice]);
    };
    let Some(target) = target(place, outcome) else {
        return unfit("the event has no commit and reference that code scanning takes");
    };
    let sarif = match portcullis_render::sarif(outcome) {
        Ok(sarif) => sarif,
        Err(error) => return unfit(&format!("the file cannot be written: {error}")),
    };
    let body = match sarif_upload::body(&sarif.bytes, &target) {
        Ok(body) => body,
        Err(error) => return unfit(&error.to_string()),
    };
    match sarif_upload::upload(place.github, &body, &|pause| place.pace.wait(pause)) {
        Ok(delivery) => {
            let (reception, notices) = of_upload(delivery);
            published.took(Sink::Sarif, reception, &notices);
        }
        Err(error) => {
            let lines = Denied::new(Sink::Sarif, &error, place.ci.context.fork).lines(place.publishing.verbose);
            published.took(Sink::Sarif, Reception::Denied, &lines);
        }
    }
}

/// Whether GitHub has taken the file, and what people should know.
fn of_upload(delivery: SarifDelivery) -> (Reception, Vec<String>) {
    match delivery {
        SarifDelivery::Complete => (Reception::Taken, Vec::new()),
        SarifDelivery::Pending => {
            (Reception::Taken, vec!["SARIF upload: GitHub has the file and still works on it.".to_owned()])
        }
        SarifDelivery::Failed { errors } => {
            let what = if errors.is_empty() { "it does not say why".to_owned() } else { errors.join("; ") };
            (Reception::Denied, vec![format!("SARIF upload: GitHub does not take the file: {what}")])
        }
    }
}

/// What the alerts belong to. Results of a pull request must not become those of a branch.
fn target(place: &Place<'_>, outcome: &Outcome) -> Option<SarifTarget> {
    let Place { ci, request, .. } = place;
    let of_change = ci.judges_change() && ci.event != Event::MergeGroup;
    // The reference of the event `workflow_run` is the default branch, whatever the run was about.
    if outcome.context.pr.is_none() && (of_change || ci.event == Event::WorkflowRun) {
        return None;
    }
    let checked_out = match &request.subject {
        Subject::Head(revision) => Some(revision.clone()),
        _ => repository_of(request, ci, &git_settings(request, ci, HookEnvironment::default()))
            .ok()
            .and_then(|found| found.head().ok().flatten()),
    };
    sarif_upload::target(&outcome.context, checked_out.as_deref(), ci.runner.reference.as_deref())
}

#[cfg(test)]
mod tests {
    use portcullis_model::Reason;

    use super::*;

    #[test]
    fn what_github_says_of_a_file_it_does_not_take_is_told_and_the_file_is_not_delivered() {
        assert_eq!(of_upload(SarifDelivery::Complete), (Reception::Taken, Vec::new()));
        let errors = vec!["no runs".to_owned(), "x".to_owned()];
        let (reception, notices) = of_upload(SarifDelivery::Failed { errors });
        assert_eq!(reception, Reception::Denied);
        assert_eq!(notices, ["SARIF upload: GitHub does not take the file: no runs; x"]);
        let (reception, notices) = of_upload(SarifDelivery::Pending);
        assert!(reception == Reception::Taken && notices[0].contains("still works on it"));
    }

    #[test]
    fn the_title_says_the_verdict_and_its_first_reason() {
        let reason = Reason { code: "blocking".to_owned(), text: "2 findings block".to_owned(), tool: None };
        let outcome = Outcome { verdict: Verdict::Fail, reasons: vec![reason], ..Outcome::default() };
        assert_eq!(title(&outcome), "Fail: 2 findings block");
    }
}
