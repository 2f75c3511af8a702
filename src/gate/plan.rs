//! What a run is about: the request, the repository, the event, the files to judge.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use portcullis_github::{CiContext, Idle, PAYLOAD_LIMIT, Steering};
use portcullis_model::{Entry, EntryKind, Problem, Stat, Tree};
use portcullis_policy::{Reported, Reviews};
use portcullis_source::{AddedLines, GitSettings, HookEnvironment, Repository, Since};

use super::change::ListedFiles;
use super::checkout::{self, CheckedOut};
use super::{Fix, Refusal, base, commits, fix, head, staged};

/// What the command line asks for, with everything the gate may know of the process.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// What is judged.
    pub(crate) subject: Subject,
    /// Where the run starts; absolute.
    pub(crate) directory: PathBuf,
    /// It was named with `-C`.
    pub(crate) explicit_directory: bool,
    /// Files and directories to judge, relative to `directory`; empty means everything.
    pub(crate) paths: Vec<PathBuf>,
    /// Reports besides those of the policy.
    pub(crate) reports: Vec<ReportArgument>,
    /// `--baseline`: the state of the base, relative to `directory`.
    pub(crate) baseline: Option<PathBuf>,
    /// A baseline is among the outputs.
    pub(crate) writes_baseline: bool,
    /// `--baseline-report`: reports of the base commit.
    pub(crate) baseline_reports: Vec<ReportArgument>,
    /// `--base`: what the change is compared with.
    pub(crate) base: Option<String>,
    /// `--policy-ref`: the commit the gate files are read from.
    pub(crate) policy_ref: Option<String>,
    /// `--offline`: nothing is fetched, no server is asked.
    pub(crate) offline: bool,
    /// Where the files of a commit are got from that git cannot get.
    pub(crate) base_copies: Option<Arc<dyn BaseCopies>>,
    /// Who tells the reviews of the pull request; without them no approval counts.
    pub(crate) reviews: Option<Arc<dyn ReviewSource>>,
    /// `--policy`.
    pub(crate) policy_file: Option<String>,
    /// Keys of the policy that the command line sets, with their values.
    pub(crate) settings: Vec<(String, String)>,
    /// The date of evaluation.
    pub(crate) now: Timestamp,
    /// It was given, and so belongs into the outcome.
    pub(crate) now_is_given: bool,
    /// What another run has said of its reports: none is read here.
    pub(crate) reported: Option<Arc<Reported>>,
    /// `--fix`
    pub(crate) fix: Option<Fix>,
    /// `--on-closed`: a pull request that is closed is judged all the same.
    pub(crate) on_closed: bool,
    /// The variables of the process.
    pub(crate) environment: BTreeMap<String, String>,
}

#[cfg(test)]
impl Request {
    /// `check` without any flag on the day of the examples.
    pub(super) fn of_test(directory: &Path) -> Self {
        Self {
            subject: Subject::WorkTree,
            directory: directory.to_owned(),
            explicit_directory: false,
            paths: Vec::new(),
            reports: Vec::new(),
            baseline: None,
            writes_baseline: false,
            baseline_reports: Vec::new(),
            base: None,
            policy_ref: None,
            offline: false,
            base_copies: None,
            reviews: None,
            policy_file: None,
            settings: Vec::new(),
            now: "2026-11-21T00:00:00Z".parse().unwrap_or_default(),
            now_is_given: true,
            reported: None,
            fix: None,
            on_closed: false,
            environment: BTreeMap::new(),
        }
    }
}

/// Gives what git cannot get: the files of a commit that is not in the clone and cannot be fetched, and what the pull request
/// changes against it.
pub(crate) trait BaseCopies: std::fmt::Debug + Send + Sync {
    /// The tree of a full commit id, or why it cannot be had.
    fn tree(&self, commit: &str) -> Result<Box<dyn Tree>, String>;

    /// The files of the pull request at the head that is judged, or why they cannot be had.
    fn changed_files(&self) -> Result<ListedFiles, String>;
}

/// Tells the reviews of the pull request. It is asked only where the base lets an approval count.
pub(crate) trait ReviewSource: std::fmt::Debug + Send + Sync {
    /// All of them and the author of the pull request, or why they cannot be had.
    fn reviews(&self) -> Result<Reviews, String>;
}

/// What a run judges.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Subject {
    /// The files on disk, and the reports about them.
    #[default]
    WorkTree,
    /// What is about to be committed.
    Index,
    /// Commits that are about to be pushed, or were.
    Commits(Range),
    /// `--head`: the files of a commit, read from git objects; nothing is checked out.
    Head(String),
}

/// Commits that lead to a tip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Range {
    /// Where they begin.
    pub(crate) since: Since,
    /// A push names them: the remote may be where this clone has never been.
    pub(crate) of_push: bool,
    /// The last of them: any name git understands.
    pub(crate) tip: String,
}

/// `--report [FORMAT=]PATH`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReportArgument {
    /// Format id or family.
    pub(crate) format: Option<String>,
    /// Path, glob, directory, or `-`.
    pub(crate) path: String,
}

impl ReportArgument {
    /// Reads the argument. What stands before `=` has to be a format, unless the whole is the path of a file.
    pub(crate) fn parse(argument: &str) -> Result<Self, Refusal> {
        let whole = || Self { format: None, path: argument.to_owned() };
        let Some((format, path)) = argument.split_once('=') else { return Ok(whole()) };
        let known = portcullis_ingest::format_names();
        if known.contains(&format) {
            return Ok(Self { format: Some(format.to_owned()), path: path.to_owned() });
        }
        if format.contains(['/', '\\', '.']) || Path::new(argument).exists() {
            return Ok(whole());
        }
        let hint = match portcullis_model::suggest::nearest(format, known.iter().copied(), 1).first() {
            Some(near) => format!("did you mean `{near}={path}`?"),
            None => format!("formats: {}", known.join(", ")),
        };
        Err(Refusal::Usage(format!("there is no report format `{format}`: {hint}")))
    }

    /// Reads `[TOOL=]PATH`, the report of a base: what stands before `=` is the name of a report or tool of this run, or a
    /// format, unless the whole is the path of a file.
    pub(crate) fn of_base(argument: &str) -> Self {
        match argument.split_once('=') {
            Some((tool, path)) if !tool.contains(['/', '\\', '.']) && !Path::new(argument).exists() => {
                Self { format: Some(tool.to_owned()), path: path.to_owned() }
            }
            _ => Self { format: None, path: argument.to_owned() },
        }
    }
}

/// A run, decided.
pub(crate) struct Plan {
    pub(super) repository: Repository,
    pub(super) ci: CiContext,
    /// Where gate files are read from.
    pub(super) steering: Steering,
    /// What is judged.
    pub(super) subject: Box<dyn Tree>,
    /// The commit of what is judged, as git names it; `None` for an index.
    pub(super) tip: Option<String>,
    /// Where a secret counts.
    pub(super) secrets: Secrets,
    /// The files to judge, sorted.
    pub(super) entries: Vec<Entry>,
    /// Every path of the repository, sorted: also where only some are judged.
    pub(super) tracked: Vec<String>,
    /// Directories and names that could not be looked at.
    pub(super) problems: Vec<Problem>,
}

/// Where a secret counts.
pub(super) enum Secrets {
    /// Anywhere in a file.
    Files,
    /// In the lines of files that are about to be committed.
    AddedLines(BTreeMap<String, AddedLines>),
    /// In the lines these commits added.
    Commits(Vec<String>),
}

impl Secrets {
    pub(super) const fn is_local_change(&self) -> bool {
        !matches!(self, Self::Files)
    }
}

impl Plan {
    /// Whether a change is judged before anybody else has seen it: no scanner has run, so no report is read and none missed.
    pub(super) const fn is_local_change(&self) -> bool {
        self.secrets.is_local_change()
    }

    /// Whether only some files are judged: what matched nothing may match elsewhere.
    pub(super) fn is_partial(&self, request: &Request) -> bool {
        self.is_local_change() || !request.paths.is_empty()
    }
}

/// Whether there is something to judge.
pub(crate) enum Planned {
    /// This.
    Run(Box<Plan>),
    /// Nothing; why.
    Idle(&'static str),
}

/// Decides what is judged by what, or why nothing is.
pub(crate) fn plan(request: &Request) -> Result<Planned, Refusal> {
    match &request.subject {
        Subject::WorkTree => files(request),
        Subject::Index => staged::plan(request),
        Subject::Commits(range) => commits::plan(request, range),
        Subject::Head(revision) => head::plan(request, revision),
    }
}

fn files(request: &Request) -> Result<Planned, Refusal> {
    let ci = CiContext::detect(&request.environment, &read_payload);
    match ci.idle {
        Some(Idle::PullRequestClosed) if !request.on_closed => {
            return Ok(Planned::Idle("the pull request is closed: nothing to judge"));
        }
        Some(Idle::ReferenceDeleted) => return Ok(Planned::Idle("the branch is deleted: nothing to judge")),
        Some(Idle::PullRequestClosed) | None => {}
    }
    fix::refuse_in_change(request, ci.judges_change())?;
    let repository = repository(request, &ci)?;
    let mut ci = ci;
    ci.settle(&|commit| repository.parents(commit).map_err(|error| error.to_string()));
    let steering = base::steering(request, &repository, &ci)?;
    head::warn_of_checked_out_head(&repository, &mut ci);
    let subject = checked_out(&repository, &mut ci)?;
    let mut listing = subject.list().map_err(|error| {
        Refusal::Usage(format!("the files of `{}` cannot be listed: {error}", repository.root().display()))
    })?;
    listing.problems.extend(checkout::mismatch(&repository, &ci));
    if ci.judges_change() && !request.paths.is_empty() {
        ci.notices.push("only the paths that the command line names are judged, not the whole change".to_owned());
    }
    let tracked = listing.entries.iter().map(|entry| entry.path.clone()).collect();
    let entries = selected(request, &repository, &*subject, listing.entries)?;
    Ok(Planned::Run(Box::new(Plan {
        repository,
        ci,
        steering,
        subject,
        tip: Some("HEAD".to_owned()),
        secrets: Secrets::Files,
        entries,
        tracked,
        problems: listing.problems,
    })))
}

/// The files to judge: in an event about a change those of the commit, else those on disk.
fn checked_out(repository: &Repository, ci: &mut CiContext) -> Result<Box<dyn Tree>, Refusal> {
    if ci.judges_change() && repository.has_git() {
        let changed = CheckedOut::of(repository).map_err(|error| {
            Refusal::Usage(format!("the files on disk cannot be compared with the commit that is checked out: {error}"))
        })?;
        if let Some(subject) = changed {
            ci.notices.push(subject.notice());
            return Ok(Box::new(subject));
        }
    }
    Ok(Box::new(repository.work_tree()))
}

/// A directory with a policy of its own is a root only outside of events about a change: there it would choose its own gate.
fn repository(request: &Request, ci: &CiContext) -> Result<Repository, Refusal> {
    repository_of(request, ci, &git_settings(request, ci, HookEnvironment::default()))
}

/// How git is asked about the repository of a request.
pub(super) fn git_settings(request: &Request, ci: &CiContext, hook: HookEnvironment) -> GitSettings {
    GitSettings {
        safe_directory: ci.in_actions.then(|| request.environment.get("GITHUB_WORKSPACE").map(PathBuf::from)).flatten(),
        hook,
        ..GitSettings::default()
    }
}

pub(super) fn repository_of(request: &Request, ci: &CiContext, settings: &GitSettings) -> Result<Repository, Refusal> {
    let own_root = request.explicit_directory && !ci.judges_change();
    let found = if own_root {
        Repository::discover_rooted(&request.directory, settings)
    } else {
        Repository::discover(&request.directory, settings)
    };
    found.map_err(|error| Refusal::Usage(error.to_string()))
}

pub(super) fn read_payload(path: &str) -> Result<Vec<u8>, String> {
    portcullis_source::read_report(Path::new(path), PAYLOAD_LIMIT as u64)
}

/// The entries below the paths of the request. A file that git ignores is judged when it is named itself.
fn selected(
    request: &Request,
    repository: &Repository,
    subject: &dyn Tree,
    entries: Vec<Entry>,
) -> Result<Vec<Entry>, Refusal> {
    if request.paths.is_empty() {
        return Ok(entries);
    }
    let mut wanted: BTreeMap<String, Entry> = BTreeMap::new();
    for path in &request.paths {
        let inside = inside_root(request, repository, path)?;
        let prefix = if inside.is_empty() { String::new() } else { format!("{inside}/") };
        for entry in entries.iter().filter(|entry| entry.path == inside || entry.path.starts_with(&prefix)) {
            wanted.insert(entry.path.clone(), entry.clone());
        }
        let named_itself = subject.stat(&inside).ok().flatten();
        if let Some(stat @ Stat { kind: EntryKind::File | EntryKind::Symlink(_), .. }) = named_itself {
            wanted.entry(inside.clone()).or_insert_with(|| Entry { path: inside, stat });
        }
    }
    Ok(wanted.into_values().collect())
}

/// A path of the command line relative to the root; empty for the root itself.
pub(super) fn inside_root(request: &Request, repository: &Repository, path: &Path) -> Result<String, Refusal> {
    let shown = path.display();
    let absolute = request.directory.join(path);
    let missing = |error: &dyn std::fmt::Display| {
        Refusal::Usage(format!("`{shown}` cannot be judged: {error}; name files or directories of the repository"))
    };
    // The last component stays as it is: a link is judged as a link.
    let (parent, name) = match (absolute.parent(), absolute.components().next_back()) {
        (Some(parent), Some(Component::Normal(name))) => (parent.to_path_buf(), Some(name.to_owned())),
        _ => (absolute.clone(), None),
    };
    absolute.symlink_metadata().map_err(|error| missing(&error))?;
    let real = parent.canonicalize().map_err(|error| missing(&error))?;
    let real = name.map_or_else(|| real.clone(), |name| real.join(name));
    let outside = || {
        Refusal::Usage(format!(
            "`{shown}` lies outside of `{}`: start portcullis there, or with -C",
            repository.root().display()
        ))
    };
    let inside = real.strip_prefix(repository.root()).map_err(|_| outside())?;
    Ok(inside.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_before_the_sign_is_a_format() {
        let argument = ReportArgument::parse("trivy=out/t.json").unwrap();
        assert_eq!((argument.format.as_deref(), argument.path.as_str()), (Some("trivy"), "out/t.json"));
    }

    #[test]
    fn a_path_may_hold_the_sign() {
        assert_eq!(ReportArgument::parse("out/a=b.json").unwrap().path, "out/a=b.json");
        assert_eq!(ReportArgument::parse("out.json").unwrap().format, None);
    }
}
