//! The story of a run: plan, trust, collect, answer. The only place that knows every room.

mod advice;
mod allowed;
mod answer;
mod base;
mod base_reports;
mod baseline;
mod change;
mod checkout;
mod collect;
mod commits;
mod conversation;
mod deliver;
mod deltas;
mod desk;
mod difference;
mod enrich;
mod excerpt;
mod files;
mod fix;
mod gate_files;
mod head;
mod ignores;
mod merging;
mod named;
mod options;
mod own_action;
mod panics;
mod plan;
mod preview;
mod publish;
mod quality;
mod redact;
mod remote;
mod reports;
mod result;
mod sinks;
mod staged;
mod suggest;
mod trust;
mod verify;

use std::path::PathBuf;

use portcullis_github::CiContext;
use portcullis_model::{Diagnostic, Outcome};
use portcullis_policy::{Policy, Tally};
pub(crate) use portcullis_source::{POLICY_FILES, Since};

pub(crate) use baseline::Written;
pub(crate) use deliver::{Published, Publishing, Words, deliver, is_wanted, limits as comment_limits};
pub(crate) use desk::{Desk, Edits};
pub(crate) use difference::{Difference, difference};
pub(crate) use fix::{Fix, FixedFile, Fixes};
pub(crate) use panics::are_contained as panics_are_contained;
pub(crate) use plan::{Planned, Range, ReportArgument, Request, Subject, plan};
pub(crate) use publish::{
    Answer as BundleAnswer, Source as BundleSource, Told as BundleTold, Trust as BundleTrust, publish, worst,
    write_bundle,
};
pub(crate) use remote::with_remote;
pub(crate) use result::result;
pub(crate) use sinks::sink_limits;
pub(crate) use trust::{Gate, masked, rule_book};

/// How a run ended.
pub(crate) enum Answer {
    /// The change was judged, or it was told why it cannot be.
    Judged(Box<Judged>),
    /// There was nothing to judge; why.
    Idle(&'static str),
}

/// The whole answer of a run.
pub(crate) struct Judged {
    /// What every format is made from.
    pub(crate) outcome: Outcome,
    /// The numbers the exit code follows from.
    pub(crate) tally: Tally,
    /// What people should know about the files that steer the gate.
    pub(crate) warnings: Vec<Diagnostic>,
    /// The policy that decided; none where it could not be read.
    pub(crate) policy: Option<Policy>,
    /// What a baseline written of this run carries on, and where it begins.
    pub(crate) written: Written,
    /// What people should know about the event.
    pub(crate) notices: Vec<String>,
    /// The event itself.
    pub(crate) ci: Option<CiContext>,
    /// What `--fix` comes to.
    pub(crate) fixes: Option<Fixes>,
}

impl Judged {
    /// `github.link_hosts`: hosts that may be linked to besides the known ones.
    pub(crate) fn link_hosts(&self) -> &[String] {
        self.policy.as_ref().map(|policy| policy.github().link_hosts.as_slice()).unwrap_or_default()
    }
}

/// Why a run cannot begin: exit 2, no verdict.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// The command line cannot be carried out: what, why, what to do.
    Usage(String),
    /// Files that steer the gate cannot be used.
    Policy(Vec<Diagnostic>),
}

/// Judges what the request names and gives the whole answer.
pub(crate) fn judge(request: &Request) -> Result<Answer, Refusal> {
    match plan(request)? {
        Planned::Run(plan) => judge_planned(request, &plan),
        Planned::Idle(why) => Ok(Answer::Idle(why)),
    }
}

/// The same for a run whose plan is made.
pub(crate) fn judge_planned(request: &Request, plan: &plan::Plan) -> Result<Answer, Refusal> {
    let compared = change::of(request, plan)?;
    let mut gate = match trust::gate(request, plan, &compared)? {
        trust::Steering::Known(gate) => gate,
        trust::Steering::Unreadable(problem) => return Ok(answer::without_gate(request, plan, problem)),
    };
    let sources = match baseline::of(request, plan, &gate)? {
        baseline::Found::Known(sources) => sources,
        baseline::Found::Unreadable(problem) => return Ok(answer::without_gate(request, plan, problem)),
    };
    let head = trust::tightening(request, plan, &mut gate);
    let parts = collect::collect(request, plan, &gate)?;
    let run = deltas::Run { request, plan, compared: &compared };
    answer::answer(run, &answer::Gates { gate: &gate, head: head.as_ref() }, parts, &sources)
}

/// Reads everything that steers a run and judges nothing.
pub(crate) fn policy(request: &Request) -> Result<Option<Box<Gate>>, Refusal> {
    let Planned::Run(plan) = plan(request)? else { return Ok(None) };
    let compared = change::of(request, &plan)?;
    match trust::gate(request, &plan, &compared)? {
        trust::Steering::Known(gate) => Ok(Some(gate)),
        trust::Steering::Unreadable(problem) => Err(Refusal::Usage(problem.message)),
    }
}

/// What a repository holds, before anything is judged.
pub(crate) struct Survey {
    /// Where the paths start.
    pub(crate) root: PathBuf,
    /// Every path, sorted.
    pub(crate) paths: Vec<String>,
    /// Whether it is a git repository.
    pub(crate) has_git: bool,
}

/// Looks at the repository the request starts in.
pub(crate) fn survey(request: &Request) -> Result<Option<Survey>, Refusal> {
    let Planned::Run(plan) = plan(request)? else { return Ok(None) };
    let (root, has_git) = (plan.repository.root().to_owned(), plan.repository.has_git());
    Ok(Some(Survey { root, paths: plan.tracked, has_git }))
}

/// Where the repository and its hooks lie.
pub(crate) struct Hooks {
    /// Top level of the work tree.
    pub(crate) top: PathBuf,
    /// The directory git runs hooks from; it need not be there.
    pub(crate) directory: PathBuf,
}

/// Finds the hooks of the repository the request starts in.
pub(crate) fn hooks(request: &Request) -> Result<Hooks, Refusal> {
    let refused = |error: portcullis_source::SourceError| Refusal::Usage(error.to_string());
    let settings = portcullis_source::GitSettings::default();
    let repository = portcullis_source::Repository::discover(&request.directory, &settings).map_err(refused)?;
    Ok(Hooks { directory: repository.hooks_directory().map_err(refused)?, top: repository.root().to_owned() })
}
