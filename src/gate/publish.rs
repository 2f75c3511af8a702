//! Posts what another run has reported. Everything in its bundle is written by the change that was judged, also the verdict
//! (spec/github-ux.md 11): what it is about is taken from the event of this run, and everything is rendered anew.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use portcullis_github::api::{ApiError, GitHub, PullRequest};
use portcullis_github::comment::Key;
use portcullis_github::{CiContext, Denied, Reception, ReportedRun, Sink};
use portcullis_model::{Context, Outcome, RESULT_SCHEMA, Verdict};
use portcullis_render::Claimed;
use serde::{Deserialize, Serialize};

use super::conversation::{Conversation, with_github};
use super::deliver::{Published, Publishing, Said, Words, tell};
use super::plan::read_payload;
use super::sinks::{self, Place};
use super::{Judged, Refusal, Request, verify};

/// Name of the artifact a bundle is uploaded as.
const ARTIFACT: &str = "portcullis-bundle";
/// Bytes of the result in a bundle.
const LARGEST: usize = 8 << 20;
/// Bytes of what is written beside it.
const LARGEST_META: usize = 64 << 10;
/// Findings in it.
const FINDINGS: usize = 20_000;
const META_SCHEMA: &str = "portcullis.bundle/1";

/// `meta.json`: what the run says it is about. Nothing is taken from it.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Meta {
    schema: String,
    pr: Option<u64>,
    head_sha: Option<String>,
    run_id: Option<u64>,
}

/// Where a bundle is.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// A directory it was downloaded to.
    Directory(PathBuf),
    /// The artifact of the run with this number.
    Run(u64),
}

/// How much of a bundle is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trust {
    /// Nothing: it is posted as what somebody says.
    Nothing,
    /// `--verify`: what the built-in checks say here, on the head and by the policy of the base.
    OwnChecks,
}

/// What a pull request was told.
pub(crate) struct Told {
    /// Its number.
    pub(crate) number: u64,
    /// What became of it.
    pub(crate) published: Published,
    /// Why nothing was verified, where that was asked for.
    pub(crate) unverified: Option<String>,
    /// What was verified.
    pub(crate) verified: Option<Box<Verified>>,
}

/// What became of a bundle.
pub(crate) enum Answer {
    /// Each pull request, and what it was told.
    Told(Vec<Told>),
    /// There is nobody to tell; why.
    Nobody(&'static str),
    /// The bundle cannot be used: what, why.
    Unusable(String),
    /// GitHub could not be asked.
    Unreachable(Vec<String>),
}

/// Writes a bundle. A result that is too large loses its last findings and says so.
pub(crate) fn write_bundle(directory: &Path, judged: &Judged) -> Result<Vec<(PathBuf, Vec<u8>)>, String> {
    let mut outcome = judged.outcome.clone();
    let all = outcome.findings.len();
    let mut most = FINDINGS;
    let result = loop {
        if outcome.findings.len() > most {
            // Those people look at first stay.
            outcome.findings.sort_by_cached_key(portcullis_render::rank);
            outcome.findings.truncate(most);
        }
        let kept = outcome.findings.len();
        outcome.limits.retain(|limit| limit.what != "bundle");
        if kept < all {
            let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
            let what = "bundle".to_owned();
            outcome.limits.push(portcullis_model::Limit { what, kept: count(kept), dropped: count(all - kept) });
        }
        let bytes = portcullis_render::json(&outcome, portcullis_render::JsonForm::Compact)
            .map_err(|error| format!("the result cannot be written as JSON: {error}"))?;
        if bytes.len() <= LARGEST {
            break bytes;
        }
        if kept == 0 {
            return Err(format!("the result has {} bytes without a single finding, more than {LARGEST}", bytes.len()));
        }
        most = kept / 2;
    };
    let context = &outcome.context;
    let meta = Meta {
        schema: META_SCHEMA.to_owned(),
        pr: context.pr,
        head_sha: context.head_sha.clone(),
        run_id: context.run_id,
    };
    let meta = serde_json::to_vec(&meta).map_err(|error| format!("the bundle cannot be written: {error}"))?;
    Ok(vec![(directory.join("result.json"), result), (directory.join("meta.json"), meta)])
}

/// Reads a bundle and posts it.
pub(crate) fn publish(
    request: &Request,
    source: &Source,
    publishing: &Publishing,
    trust: Trust,
) -> Result<Answer, Refusal> {
    let ci = CiContext::detect(&request.environment, &read_payload);
    let Some(run) = ci.reported.clone() else {
        let why = "`publish` posts what a run of another workflow reported: let it run on the event `workflow_run`";
        return Err(Refusal::Usage(why.to_owned()));
    };
    if let Source::Run(id) = source
        && *id != run.id
    {
        return Err(Refusal::Usage(format!("the event is about the run {}, not {id}", run.id)));
    }
    if request.offline {
        return Ok(Answer::Unreachable(vec!["nothing was published: --offline.".to_owned()]));
    }
    let answered = with_github(&ci, request, publishing.wait, |Conversation { github, pace, warnings }| {
        let place = Place { github, pace, ci: &ci, request, publishing };
        let mut answer = converse(&place, &run, source, trust);
        match &mut answer {
            // Once is enough, whoever is told first.
            Answer::Told(told) => {
                if let Some(first) = told.first_mut() {
                    first.published.notices.extend_from_slice(warnings);
                }
            }
            Answer::Unreachable(notices) => notices.extend_from_slice(warnings),
            Answer::Nobody(_) | Answer::Unusable(_) => {}
        }
        answer
    });
    Ok(answered.unwrap_or_else(|error| {
        Answer::Unreachable(Denied::new(Sink::Comment, &error, ci.context.fork).lines(publishing.verbose))
    }))
}

fn converse(place: &Place<'_>, run: &ReportedRun, source: &Source, trust: Trust) -> Answer {
    let read = match source {
        Source::Directory(directory) => from_directory(&place.request.directory.join(directory)),
        Source::Run(id) => from_run(place.github, *id),
    };
    let (outcome, meta) = match read {
        Ok(read) => read,
        Err(why) => return Answer::Unusable(why),
    };
    let pulls = match pulls(place.github, run) {
        Ok(pulls) => pulls,
        Err(error) => {
            return Answer::Unreachable(Denied::new(Sink::Comment, &error, false).lines(place.publishing.verbose));
        }
    };
    if pulls.is_empty() {
        return Answer::Nobody("nothing was published: the pull request is superseded or closed");
    }
    let mut told = match trust {
        Trust::Nothing => pulls.iter().map(|pull| reported(place, run, pull, &outcome)).collect(),
        Trust::OwnChecks => all_verified(place, run, &pulls, &outcome),
    };
    for one in &mut told {
        one.published.notices.extend(mismatch(&meta, run, one.number));
    }
    Answer::Told(told)
}

/// Each pull request has a comment of its own; the check run hangs on the commit, and there is one for all of them.
fn all_verified(place: &Place<'_>, run: &ReportedRun, pulls: &[PullRequest], claimed: &Outcome) -> Vec<Told> {
    let mut told: Vec<Told> = pulls.iter().map(|pull| verified(place, run, pull, claimed)).collect();
    if !place.publishing.check_run {
        return told;
    }
    let Some(worst) = worst(&told) else {
        // Of a commit that is looked at in part nothing may be said that a rule of a branch takes for all of it.
        let why = if told.len() == 1 { "nothing was verified" } else { "not every pull request was verified" };
        let notice = format!("{} not written: {why}.", Sink::CheckRun.title());
        for one in &mut told {
            one.published.took(Sink::CheckRun, Reception::Denied, std::slice::from_ref(&notice));
        }
        return told;
    };
    let preface = preface(&told, worst);
    // A rule of a branch asks for the check of the commit, whichever pull request is merged: the worst verdict is said.
    if let Some(Told { published, verified: Some(one), .. }) = told.get_mut(worst) {
        let key = key(place, run);
        let said = Said { outcome: &one.outcome, words: &one.words, key: &key, claimed: Claimed::Reports };
        sinks::create_check_run(&Place { ci: &one.ci, ..*place }, said, preface.as_deref(), published);
    }
    told
}

/// What was found out of a pull request.
pub(crate) struct Verified {
    /// What the checks say here, beside what was told of reports.
    pub(crate) outcome: Outcome,
    words: Words,
    ci: CiContext,
}

/// Which pull request has the worst verdict, the first of several; none where one of them was not verified.
pub(crate) fn worst(told: &[Told]) -> Option<usize> {
    let verdicts: Option<Vec<Verdict>> =
        told.iter().map(|one| one.verified.as_ref().map(|verified| verified.outcome.verdict)).collect();
    let verdicts = verdicts?.into_iter().map(severity).enumerate();
    verdicts.max_by_key(|(at, severity)| (*severity, Reverse(*at))).map(|(at, _)| at)
}

/// A failure is known for sure, what is missing may be anything.
const fn severity(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Pass => 0,
        Verdict::Warn => 1,
        Verdict::Incomplete => 2,
        Verdict::Fail => 3,
    }
}

/// Says which of several pull requests a check run is about.
fn preface(told: &[Told], worst: usize) -> Option<String> {
    let of = |one: &Told| {
        let verdict = one.verified.as_ref().map(|verified| verified.outcome.verdict.as_str());
        format!("{} ({})", one.number, verdict.unwrap_or_default())
    };
    let all: Vec<String> = told.iter().map(of).collect();
    let number = told.get(worst).filter(|_| told.len() > 1)?.number;
    let all = all.join(", ");
    Some(format!("This commit is the head of the pull requests {all}. What follows is said of {number}."))
}

/// Which comment is ours: one for each workflow that judges.
fn key(place: &Place<'_>, run: &ReportedRun) -> Key {
    let of_workflow = || Key::of_workflow(run.path.split('@').next().unwrap_or_default());
    place.publishing.key.clone().unwrap_or_else(of_workflow)
}

/// Posts what the bundle says as what somebody says.
fn reported(place: &Place<'_>, run: &ReportedRun, pull: &PullRequest, outcome: &Outcome) -> Told {
    let words = Words::of_report(place.request.now);
    let outcome = about(outcome.clone(), place.ci, run, pull);
    let said = Said { outcome: &outcome, words: &words, key: &key(place, run), claimed: Claimed::Everything };
    let published = tell(place.github, pull.number, said, place.publishing, place.request.now);
    Told { number: pull.number, published, unverified: None, verified: None }
}

/// Posts what the checks say here. Where they cannot say anything, the bundle stays a claim.
fn verified(place: &Place<'_>, run: &ReportedRun, pull: &PullRequest, claimed: &Outcome) -> Told {
    let Place { github, request, publishing, .. } = place;
    let judged = match verify::again(request, (place.ci, run), pull, claimed, publishing.wait) {
        Ok(judged) => judged,
        Err(why) => return Told { unverified: Some(why), ..reported(place, run, pull, claimed) },
    };
    let words = Words::of_verified(&judged, request);
    let ci = judged.ci.as_ref().unwrap_or(place.ci).clone();
    let outcome = about(judged.outcome.clone(), &ci, run, pull);
    let said = Said { outcome: &outcome, words: &words, key: &key(place, run), claimed: Claimed::Reports };
    let mut published = tell(*github, pull.number, said, publishing, request.now);
    published.notices.extend(judged.notices.iter().cloned());
    published.notices.extend(verify::differences(claimed, &judged.outcome));
    let verified = Some(Box::new(Verified { outcome, words, ci }));
    Told { number: pull.number, published, unverified: None, verified }
}

/// The outcome is what the bundle says, its place is what the event says.
fn about(mut outcome: Outcome, ci: &CiContext, run: &ReportedRun, pull: &PullRequest) -> Outcome {
    outcome.generated_at = None;
    outcome.context = Context {
        repo: ci.context.repo.clone(),
        server_url: ci.endpoints.server.clone(),
        event: ci.context.event.clone(),
        pr: Some(pull.number),
        base_ref: pull.base.as_ref().and_then(|base| base.reference.clone()),
        head_sha: Some(run.head_sha.clone()),
        run_id: Some(run.id),
        run_attempt: run.attempt,
        base_sha: ci.context.base_sha.clone(),
        fork: ci.context.fork,
        ..Context::default()
    };
    outcome
}

fn mismatch(meta: &Meta, run: &ReportedRun, number: u64) -> Vec<String> {
    let mut told = Vec::new();
    if meta.pr.is_some_and(|claimed| claimed != number) {
        told.push(format!("the bundle claims another pull request than #{number}; the event decides"));
    }
    let is_other = |sha: &String| !sha.eq_ignore_ascii_case(&run.head_sha);
    if meta.head_sha.as_ref().is_some_and(is_other) || meta.run_id.is_some_and(|id| id != run.id) {
        told.push("the bundle claims another commit or run than the event; the event decides".to_owned());
    }
    told
}

/// The open pull requests whose head the run has judged. GitHub names none of forks, and may name some of other repositories.
fn pulls(github: &dyn GitHub, run: &ReportedRun) -> Result<Vec<PullRequest>, ApiError> {
    let is_current = |pull: &PullRequest| {
        pull.is_open() && pull.head_sha().is_some_and(|sha| sha.eq_ignore_ascii_case(&run.head_sha))
    };
    if !run.pulls.is_empty() {
        let mut pulls = Vec::new();
        for number in run.pulls.iter().collect::<BTreeSet<_>>() {
            match github.pull(*number) {
                Ok(pull) => pulls.extend(Some(pull).filter(is_current)),
                Err(error) if error.is_not_found() => {}
                Err(error) => return Err(error),
            }
        }
        return Ok(pulls);
    }
    let (Some(owner), Some(branch)) = (&run.head_owner, &run.head_branch) else { return Ok(Vec::new()) };
    Ok(github.pulls_by_head(owner, branch)?.items.into_iter().filter(is_current).collect())
}

fn from_directory(directory: &Path) -> Result<(Outcome, Meta), String> {
    let read = |name: &str, most: usize| {
        let path = directory.join(name);
        // A link would lead to files of this machine, a pipe nowhere.
        let is_file = path.symlink_metadata().is_ok_and(|metadata| metadata.is_file());
        if !is_file {
            return Err(format!("`{name}` of the bundle is not there, or no regular file"));
        }
        portcullis_source::read_report(&path, most as u64).map_err(|why| format!("`{name}` of the bundle: {why}"))
    };
    parsed(&read("result.json", LARGEST)?, &read("meta.json", LARGEST_META)?)
}

fn from_run(github: &dyn GitHub, run: u64) -> Result<(Outcome, Meta), String> {
    let unread = |error: ApiError| format!("the bundle cannot be downloaded: {error}");
    let artifacts = github.run_artifacts(run).map_err(unread)?.items;
    let named = artifacts
        .iter()
        .filter(|artifact| artifact.name.as_deref() == Some(ARTIFACT) && artifact.expired != Some(true));
    // A run that was repeated has uploaded it again; the last counts.
    let artifact = named.max_by_key(|artifact| artifact.id);
    let artifact = artifact.ok_or_else(|| format!("the run {run} has no artifact `{ARTIFACT}`"))?;
    let members = github.artifact(artifact.id).map_err(unread)?;
    let member = |name: &str, most: usize| {
        let member = members.iter().find(|member| member.path == name);
        let member = member.ok_or_else(|| format!("the bundle has no `{name}`"))?;
        if member.bytes.len() > most {
            return Err(format!("`{name}` of the bundle has {} bytes, more than {most}", member.bytes.len()));
        }
        Ok(member.bytes.as_slice())
    };
    parsed(member("result.json", LARGEST)?, member("meta.json", LARGEST_META)?)
}

fn parsed(result: &[u8], meta: &[u8]) -> Result<(Outcome, Meta), String> {
    let unusable = |what: &str, error: serde_json::Error| format!("`{what}` of the bundle cannot be read: {error}");
    let mut outcome: Outcome = serde_json::from_slice(result).map_err(|error| unusable("result.json", error))?;
    if outcome.schema != RESULT_SCHEMA {
        return Err(format!("`result.json` of the bundle is no `{RESULT_SCHEMA}`"));
    }
    if outcome.findings.len() > FINDINGS {
        return Err(format!("the bundle has {} findings, more than {FINDINGS}", outcome.findings.len()));
    }
    let meta: Meta = serde_json::from_slice(meta).map_err(|error| unusable("meta.json", error))?;
    if meta.schema != META_SCHEMA {
        return Err(format!("`meta.json` of the bundle is no `{META_SCHEMA}`"));
    }
    // A suggestion in a review is one click from being code, and whoever wrote the change may have written the bundle.
    for judged in &mut outcome.findings {
        judged.suggestion = None;
        judged.finding.edits.clear();
    }
    Ok((outcome, meta))
}

#[cfg(test)]
mod tests {
    use portcullis_model::{Edit, Finding, Judged, Suggestion};

    use super::*;

    #[test]
    fn a_bundle_proposes_no_changes() {
        let finding = Finding { edits: vec![Edit::default()], ..Finding::default() };
        let suggestion = Some(Suggestion { replacement: "curl evil".to_owned(), ..Suggestion::default() });
        let judged = Judged { finding: Box::new(finding), suggestion, ..Judged::default() };
        let outcome = Outcome { schema: RESULT_SCHEMA.to_owned(), findings: vec![judged], ..Outcome::default() };
        let meta = format!(r#"{{"schema": "{META_SCHEMA}"}}"#);
        let (read, _) = parsed(&serde_json::to_vec(&outcome).unwrap(), meta.as_bytes()).unwrap();
        assert_eq!((read.findings.len(), &read.findings[0].suggestion), (1, &None));
        assert!(read.findings[0].finding.edits.is_empty());
    }
}
