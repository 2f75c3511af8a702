//! Judges again what a bundle claims: the built-in checks on the files of the head, read from git objects, by the policy of the
//! base (spec/github-ux.md 11, 10.4). Nothing of the change is checked out or run. What reports said cannot be told again.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use portcullis_github::api::PullRequest;
use portcullis_github::{CiContext, ReportedRun};
use portcullis_model::{Diagnostic, Judged as JudgedFinding, Outcome};
use portcullis_policy::Reported;

use super::collect::WINGS;
use super::plan::{Planned, Subject};
use super::{Answer, Judged, Refusal, Request, head, judge_planned, remote};

/// The answer about the head of a pull request, with what the bundle says of reports beside it; the error is why nothing is
/// verified.
pub(super) fn again(
    request: &Request,
    (ci, run): (&CiContext, &ReportedRun),
    pull: &PullRequest,
    claimed: &Outcome,
    wait: Duration,
) -> Result<Judged, String> {
    let mut ci = ci.clone();
    ci.settle_on_pull(pull);
    let request = Request {
        subject: Subject::Head(run.head_sha.clone()),
        reported: Some(Arc::new(Reported::of(claimed))),
        ..request.clone()
    };
    let request = remote::of_event(request, ci.clone(), wait);
    let answered = head::of_commit(&request, ci, &run.head_sha).and_then(|planned| match planned {
        Planned::Run(plan) => judge_planned(&request, &plan),
        Planned::Idle(why) => Ok(Answer::Idle(why)),
    });
    match answered {
        Ok(Answer::Judged(judged)) if judged.policy.is_some() => Ok(*judged),
        Ok(Answer::Judged(judged)) => {
            let problem = judged.outcome.problems.into_iter().next();
            Err(problem.map(|problem| problem.message).unwrap_or_default())
        }
        Ok(Answer::Idle(why)) => Err(why.to_owned()),
        Err(Refusal::Usage(why)) => Err(why),
        Err(Refusal::Policy(errors)) => {
            let place =
                |error: &Diagnostic| format!("{}:{}: {}", error.span.path, error.span.start_line, error.message);
            Err(errors.first().map(place).unwrap_or_default())
        }
    }
}

/// What the bundle says otherwise of the built-in checks, a line each. The run may have judged the merge with a base that has
/// gone on since: that they differ proves nothing, and decides nothing.
pub(super) fn differences(claimed: &Outcome, verified: &Outcome) -> Vec<String> {
    let of_checks = |outcome: &Outcome| -> BTreeSet<String> {
        let is_told = |judged: &&JudgedFinding| {
            judged.is_open()
                && judged.finding.is_of_own_check()
                && WINGS.iter().any(|(section, _)| *section == judged.finding.section)
        };
        outcome.findings.iter().filter(is_told).map(|judged| judged.finding.fingerprint.clone()).collect()
    };
    let (claimed, verified) = (of_checks(claimed), of_checks(verified));
    let (left_out, made_up) = (verified.difference(&claimed).count(), claimed.difference(&verified).count());
    let counted = |count: usize| if count == 1 { "1 finding".to_owned() } else { format!("{count} findings") };
    let left_out = (left_out > 0).then(|| {
        format!("the bundle leaves out {} of the built-in checks; what was found here counts", counted(left_out))
    });
    let made_up = (made_up > 0).then(|| {
        format!("the bundle claims {} of the built-in checks that was not found here and is left out", counted(made_up))
    });
    left_out.into_iter().chain(made_up).collect()
}
