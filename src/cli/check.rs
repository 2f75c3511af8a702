//! `portcullis check`: reads reports, runs the checks, gives the verdict.

use std::path::PathBuf;

use jiff::civil::Date;
use jiff::{Timestamp, tz::TimeZone};
use portcullis_github::api::API_WAIT;

use super::exit::Exit;
use super::{Global, actions, fix, output, publishing, variables};
use crate::gate::{self, Answer, ReportArgument, Request};

/// Arguments of `check`.
#[derive(clap::Args, Debug)]
pub(super) struct Arguments {
    /// Files and directories to judge; without any, everything that belongs to the repository
    #[arg(value_name = "PATHS")]
    paths: Vec<PathBuf>,
    /// A report of a scanner besides those of the policy (repeatable): trivy=out/trivy.json, or a path whose format is told by its content
    #[arg(long = "report", value_name = "[FORMAT=]PATH")]
    reports: Vec<String>,
    /// The state of the base: a file written by `-f baseline=FILE`, or the result (`-f json=FILE`) of a run on it
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// What a scanner said about the base commit (repeatable): trivy=base/trivy.json, where the name is that of a report of this run or of its tool
    #[arg(long = "baseline-report", value_name = "[TOOL=]PATH")]
    baseline_reports: Vec<String>,
    /// Compare with this commit: what it had already is not new. In a pull request the base commit or what led to it
    #[arg(long, value_name = "REV")]
    base: Option<String>,
    /// Judge the files of this commit, read from git objects; nothing is checked out
    #[arg(long, value_name = "REV")]
    head: Option<String>,
    /// The repository that holds the commit of --head
    #[arg(long, value_name = "DIR", requires = "head")]
    git_dir: Option<PathBuf>,
    #[command(flatten)]
    fixing: fix::Flags,
    #[command(flatten)]
    actions: actions::Flags,
    #[command(flatten)]
    publishing: publishing::Flags,
    #[command(flatten)]
    sinks: publishing::SinkFlags,
    #[command(flatten)]
    bundle: publishing::BundleFlag,
}

/// `--baseline-report`
pub(super) fn reports_of_base(arguments: &[String]) -> Vec<ReportArgument> {
    arguments.iter().map(|argument| ReportArgument::of_base(argument)).collect()
}

/// Runs the gate and writes its outcome to every sink.
pub(super) fn run(global: &Global, arguments: &Arguments) -> Result<Exit, Exit> {
    output::validate(&global.formats)?;
    let mut request = request(global, &arguments.paths, &arguments.reports)?;
    request.baseline.clone_from(&arguments.baseline);
    request.baseline_reports = reports_of_base(&arguments.baseline_reports);
    request.base.clone_from(&arguments.base);
    if let Some(revision) = &arguments.head {
        request.subject = gate::Subject::Head(revision.clone());
    }
    if let Some(directory) = &arguments.git_dir {
        request.directory = request.directory.join(directory);
    }
    request.writes_baseline = output::writes_baseline(&global.formats);
    request.on_closed = arguments.publishing.on_closed;
    let publishing = arguments.publishing.publishing_with(&arguments.sinks, global);
    request.fix = arguments.fixing.fix(global)?;
    let mut request = gate::with_remote(request, publishing.wait);
    let answer = fix::made(gate::judge(&request)?, &mut request, global)?;
    match answer {
        Answer::Judged(mut judged) => {
            output::warnings(&judged.warnings);
            judged.notices.iter().for_each(|notice| output::to_stderr(&format!("note: {notice}\n")));
            publishing::mask(judged.ci.as_ref(), global)?;
            let words = gate::Words::of(&judged, &request);
            let of_comment = gate::is_wanted(&judged, &publishing).then(|| gate::comment_limits(&judged, &words));
            let of_sinks = gate::sink_limits(&judged, &words, &publishing, output::has_sarif(&global.formats));
            output::note_limits(&mut judged, global, of_comment)?;
            let of_summary = actions::limits(&judged.outcome, &words, &arguments.actions);
            for limit in of_sinks.into_iter().chain(of_summary) {
                // Several may leave out the same.
                if !judged.outcome.limits.contains(&limit) {
                    judged.outcome.limits.push(limit);
                }
            }
            fix::deliver(&judged, &request, global)?;
            let bundled = publishing::bundle(&arguments.bundle, &judged, global)?;
            let run = actions::Run {
                judged: &judged,
                request: &request,
                words: &words,
                publishing: &publishing,
                require_publish: arguments.publishing.require_publish,
                bundled,
            };
            Ok(Exit::Code(actions::tell(&run, global, &arguments.actions)?))
        }
        Answer::Idle(why) => {
            output::to_stderr(&format!("{why}\n"));
            Ok(Exit::Code(0))
        }
    }
}

/// What the gate is asked, with everything it may know of the process.
pub(super) fn request(global: &Global, paths: &[PathBuf], reports: &[String]) -> Result<Request, Exit> {
    let current = std::env::current_dir()
        .map_err(|error| Exit::Usage(format!("the current directory cannot be read: {error}; start in another one")))?;
    let directory = match &global.directory {
        Some(directory) => current.join(directory),
        None => current,
    };
    if !directory.is_dir() {
        return Err(Exit::Usage(format!("`{}` is no directory: give one with -C", output::path(&directory))));
    }
    Ok(Request {
        subject: gate::Subject::WorkTree,
        explicit_directory: global.directory.is_some(),
        directory,
        paths: paths.to_vec(),
        reports: reports.iter().map(|argument| ReportArgument::parse(argument)).collect::<Result<_, _>>()?,
        baseline: None,
        baseline_reports: Vec::new(),
        base: None,
        policy_ref: global.policy_ref.clone(),
        offline: global.offline,
        base_copies: None,
        reviews: None,
        writes_baseline: false,
        fix: None,
        policy_file: global.policy.clone(),
        settings: global.settings.keys()?,
        now: global.now.unwrap_or_else(Timestamp::now),
        now_is_given: global.now.is_some(),
        reported: None,
        on_closed: false,
        environment: variables(),
    })
}

/// The same for a command that reads the gate files of a base: in a pull request GitHub gives what git has not.
pub(super) fn request_with_base(global: &Global, reports: &[String]) -> Result<Request, Exit> {
    Ok(gate::with_remote(request(global, &[], reports)?, API_WAIT))
}

/// Reads `--now`: a day means its first moment in UTC.
pub(super) fn now(text: &str) -> Result<Timestamp, String> {
    if let Ok(day) = text.parse::<Date>()
        && let Ok(start) = day.to_zoned(TimeZone::UTC)
    {
        return Ok(start.timestamp());
    }
    text.parse::<Timestamp>().map_err(|_| "write a day as 2026-12-01, or a time as 2026-12-01T08:00:00Z".to_owned())
}
