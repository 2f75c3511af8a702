//! The reports of a run: those of the policy and those of the command line, found and read.

use jiff::{SignedDuration, Timestamp};
use portcullis_ingest::{Input, Options, ReportOptions, SeverityFrom, SkipLimit, Surroundings};
use portcullis_model::{
    CheckRun, Collected, InputReport, PathResolver, Problem, ProblemCode, RunStatus, Section, Skipped,
};
use portcullis_policy::{Amount, IngestPolicy, Origins, ReportEntry};
use portcullis_source::{ReportFile, Selection, modified, read_report, read_stdin, select};
use rayon::prelude::*;

use super::Request;
use super::panics::contained;
use super::plan::{Plan, ReportArgument};
use super::trust::Gate;

/// A report file is read whole up to this size.
pub(super) const LARGEST: u64 = 1 << 30;

/// Variables that name the directory in which the tools of a pipeline see the repository.
const WORKSPACES: [&str; 3] = ["GITHUB_WORKSPACE", "CI_PROJECT_DIR", "WORKSPACE"];

/// One selector: an entry of the policy or an argument.
struct Wanted {
    name: Option<String>,
    path: String,
    options: ReportOptions,
    /// Relative to the directory of the run, not to the root.
    is_argument: bool,
}

/// A file to read, and what is known of it.
struct Task<'a> {
    wanted: &'a Wanted,
    file: ReportFile,
    /// Found in a directory: what is no report there is nobody's fault.
    may_be_something_else: bool,
}

/// Reads every report; the order of the policy, then of the arguments.
pub(super) fn read(request: &Request, plan: &Plan, gate: &Gate) -> Collected {
    let wanted: Vec<Wanted> =
        gate.policy.reports().iter().map(of_policy).chain(request.reports.iter().map(of_argument)).collect();
    let mut collected = Collected::default();
    let mut tasks = Vec::new();
    for wanted in &wanted {
        match find(wanted, request, plan) {
            Ok(found) => tasks.extend(found),
            Err(problem) => collected.absorb(unread(wanted, &wanted.path, *problem)),
        }
    }
    if tasks.is_empty() {
        return collected;
    }
    let read: Vec<Collected> =
        around(request, plan, gate, |around| tasks.par_iter().map(|task| read_one(task, around)).collect());
    for one in read {
        collected.absorb(one);
    }
    collected
}

/// Hands over what the readers may know besides the reports.
pub(super) fn around<T>(request: &Request, plan: &Plan, gate: &Gate, read: impl FnOnce(&Surroundings<'_>) -> T) -> T {
    let workspaces = WORKSPACES.iter().filter_map(|name| request.environment.get(*name).cloned());
    let here =
        [plan.repository.root().to_string_lossy().into_owned(), request.directory.to_string_lossy().into_owned()];
    let ingest = gate.policy.ingest();
    let resolver = PathResolver::new(ingest.strip_prefixes.clone(), workspaces.chain(here), plan.tracked.clone());
    let file = |path: &str| plan.subject.read(path).ok();
    let options = options(ingest);
    let commits = commits(plan, gate);
    let commits: Vec<&str> = commits.iter().map(String::as_str).collect();
    let around =
        Surroundings { resolver: &resolver, now: request.now, commits: &commits, file: &file, options: &options };
    read(&around)
}

/// What reports may be about: a scanner in a pull request finds the merge with the base checked out.
fn commits(plan: &Plan, gate: &Gate) -> Vec<String> {
    let of_event = [&plan.ci.context.head_sha, &plan.ci.context.merge_sha].into_iter().flatten().cloned();
    let mut commits: Vec<String> = of_event.collect();
    // Elsewhere git is asked, where it matters.
    if commits.is_empty()
        && gate.policy.reports().iter().any(|report| report.require_commit)
        && let Some(tip) = &plan.tip
    {
        commits.extend(plan.repository.commit_id(tip));
    }
    commits
}

/// Whether two policies read other reports, or read them otherwise.
pub(super) fn differ(gate: &Gate, other: &Gate) -> bool {
    let wanted = |gate: &Gate| {
        let part = |key: &str| gate.policy.effective().part(key).map(|part| part.json(Origins::Hidden));
        (part("reports"), part("ingest"))
    };
    wanted(gate) != wanted(other)
}

/// The words of the policy become the options of the readers.
pub(super) fn options(ingest: &IngestPolicy) -> Options {
    let mut options = Options {
        severity_from: match ingest.severity_from.as_str() {
            "score_first" => SeverityFrom::ScoreFirst,
            "max" => SeverityFrom::Max,
            _ => SeverityFrom::ToolFirst,
        },
        cvss_use_threat: ingest.cvss_use_threat,
        sarif_levels: ingest.sarif_levels.clone(),
        ..Options::default()
    };
    // What the readers know of tools holds where the policy does not say otherwise.
    options.default_severity.extend(ingest.default_severity.clone());
    options
}

fn of_policy(entry: &ReportEntry) -> Wanted {
    let seconds = |seconds: Option<i64>| seconds.map(SignedDuration::from_secs);
    let options = ReportOptions {
        format: entry.format.clone(),
        required: entry.required,
        max_age: seconds(entry.max_age),
        max_db_age: seconds(entry.max_db_age),
        allow_mtime: entry.allow_mtime,
        require_commit: entry.require_commit,
        min_components: entry.min_components,
        empty_is_clean: entry.empty_is_clean,
        require_targets: Some(entry.require_targets),
        max_skipped: match entry.max_skipped {
            Amount::Count(most) => SkipLimit::Count(most),
            Amount::Percent(most) => SkipLimit::Percent(most),
        },
        fail_on_skipped: entry.fail_on_skipped,
        prefix: entry.prefix.clone().unwrap_or_default(),
        root: entry.root.clone().unwrap_or_default(),
    };
    Wanted { name: Some(entry.name.clone()), path: entry.path.clone(), options, is_argument: false }
}

/// Who names a report on the command line wants it judged.
fn of_argument(argument: &ReportArgument) -> Wanted {
    let options = ReportOptions { format: argument.format.clone(), required: true, ..ReportOptions::default() };
    Wanted { name: None, path: argument.path.clone(), options, is_argument: true }
}

fn find<'a>(wanted: &'a Wanted, request: &Request, plan: &Plan) -> Result<Vec<Task<'a>>, Box<Problem>> {
    let task = |file, may_be_something_else| Task { wanted, file, may_be_something_else };
    if wanted.is_argument && wanted.path == "-" {
        let file = ReportFile { shown: "-".to_owned(), path: "-".into() };
        return Ok(vec![task(file, false)]);
    }
    let root = plan.repository.root();
    let base = if wanted.is_argument { request.directory.as_path() } else { root };
    let missing = |what: &str| Err(Box::new(missing(wanted, what)));
    match select(&wanted.path, base, root) {
        Selection::File(file) => Ok(vec![task(file, false)]),
        Selection::Glob(files) if files.is_empty() => missing("no file matches"),
        Selection::Glob(files) => Ok(files.into_iter().map(|file| task(file, false)).collect()),
        Selection::Directory(files) if files.is_empty() => missing("the directory holds no report"),
        Selection::Directory(files) => Ok(files.into_iter().map(|file| task(file, true)).collect()),
        Selection::Nothing => missing("no such file"),
        Selection::Unreadable(why) => Err(Box::new(unreadable(&wanted.path, &why))),
    }
}

fn missing(wanted: &Wanted, what: &str) -> Problem {
    let path = &wanted.path;
    let advice = "did the scanner run, and write to this path?";
    match (&wanted.name, wanted.options.required) {
        (Some(name), true) => Problem::error(
            ProblemCode::ReportMissing,
            format!("the report `{name}` is required and missing: {what} `{path}`; {advice}"),
        ),
        (Some(name), false) => Problem::warning(
            ProblemCode::ReportMissing,
            format!("the report `{name}` is missing: {what} `{path}`; {advice}"),
        ),
        (None, _) => {
            Problem::error(ProblemCode::ReportMissing, format!("there is no report: {what} `{path}`; {advice}"))
        }
    }
}

fn unreadable(path: &str, why: &str) -> Problem {
    Problem::error(ProblemCode::Unreadable, format!("the report `{path}` cannot be read: {why}")).at_path(path)
}

/// A report that could not even be opened still has its row.
fn unread(wanted: &Wanted, path: &str, problem: Problem) -> Collected {
    let id = wanted.name.clone().unwrap_or_else(|| path.to_owned());
    let problem = Problem { report: Some(id.clone()), path: Some(path.to_owned()), ..problem };
    let mut report = InputReport {
        name: wanted.name.clone(),
        path: path.to_owned(),
        format: wanted.options.format.clone().unwrap_or_default(),
        required: wanted.options.required,
        ..InputReport::default()
    };
    let status = if problem.health == portcullis_model::Health::Error { RunStatus::Error } else { RunStatus::Skipped };
    report.push_problem(problem.clone());
    Collected {
        reports: vec![report],
        problems: vec![problem],
        check_runs: vec![CheckRun {
            section: Section::None,
            id: format!("report:{id}"),
            status,
            ..CheckRun::default()
        }],
        ..Collected::default()
    }
}

fn read_one(task: &Task<'_>, around: &Surroundings<'_>) -> Collected {
    let Task { wanted, file, may_be_something_else } = task;
    let bytes = if file.shown == "-" { read_stdin(LARGEST) } else { read_report(&file.path, LARGEST) };
    let bytes = match bytes {
        Ok(bytes) => bytes,
        Err(why) => return unread(wanted, &file.shown, unreadable(&file.shown, &why)),
    };
    let name = wanted.name.as_deref();
    // The time of a file is no part of what was read: it is asked for only where the policy lets it count.
    let modified = if wanted.options.allow_mtime { modified(&file.path) } else { None };
    let modified = modified.and_then(|time| Timestamp::try_from(time).ok());
    let input = Input { name, path: &file.shown, bytes: &bytes, modified, options: &wanted.options };
    let collected =
        contained(&file.shown, Section::None, "the reader of reports", || portcullis_ingest::read(&input, around));
    let unknown = |problem: &Problem| problem.code == ProblemCode::UnknownFormat;
    if *may_be_something_else && collected.problems.iter().any(unknown) {
        return no_report(wanted, file);
    }
    collected
}

/// A file beside the reports of a directory.
fn no_report(wanted: &Wanted, file: &ReportFile) -> Collected {
    let id = format!("report:{}", wanted.name.as_deref().unwrap_or(&wanted.path));
    let skipped =
        Skipped { what: file.shown.clone(), reason: "in no format this version reads".to_owned(), on_purpose: false };
    let run = CheckRun { section: Section::None, id, skipped: vec![skipped], ..CheckRun::default() };
    Collected { check_runs: vec![run], ..Collected::default() }
}
