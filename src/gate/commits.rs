//! Commits that are about to be pushed, or were: what each of them added is searched for secrets, also what a later one took
//! away again; the rest is judged as the last of them leaves it.

use portcullis_github::CiContext;
use portcullis_model::{Collected, Entry, Problem, ProblemCode, Redactor, Section, Tree, secret_hash};
use portcullis_source::{Addition, Change, Commit, HookEnvironment, Repository, Since, SourceError};
use rayon::prelude::*;

use super::panics::contained;
use super::plan::{Plan, Planned, Range, Secrets, git_settings, read_payload, repository_of};
use super::trust::Gate;
use super::{Refusal, Request, base, excerpt, files};

/// Pieces that are searched together, by their bytes and their number: the history itself is never held whole.
const BATCH_BYTES: usize = 16 << 20;
const BATCH_PIECES: usize = 4_096;

pub(super) fn plan(request: &Request, range: &Range) -> Result<Planned, Refusal> {
    let mut ci = CiContext::detect(&request.environment, &read_payload);
    let hook = if ci.in_actions { HookEnvironment::default() } else { HookEnvironment::from_process() };
    let repository = repository_of(request, &ci, &git_settings(request, &ci, hook))?;
    ci.settle(&|commit| repository.parents(commit).map_err(|error| error.to_string()));
    let unknown = |error: SourceError| Refusal::Usage(format!("the commits cannot be told: {error}"));
    let since = match &range.since {
        Since::Commit(from) if range.of_push && repository.commit_id(from).is_err() => Since::Remotes,
        since => since.clone(),
    };
    let ids = repository.commits(&since, &range.tip).map_err(unknown)?;
    if ids.is_empty() {
        return Ok(Planned::Idle("there are no such commits: nothing to judge"));
    }
    let tip = repository.commit(&range.tip).map_err(unknown)?;
    let unreadable = |error: &dyn std::fmt::Display| Refusal::Usage(format!("`{}`: {error}", range.tip));
    let entries = changed(&repository, &since, &tip).map_err(|error| unreadable(&error))?;
    let tracked = tip.paths().map_err(|error| unreadable(&error))?;
    let steering = base::steering(request, &repository, &ci)?;
    Ok(Planned::Run(Box::new(Plan {
        repository,
        ci,
        steering,
        tip: Some(tip.id().to_owned()),
        subject: Box::new(tip),
        secrets: Secrets::Commits(ids),
        entries,
        tracked,
        problems: Vec::new(),
    })))
}

/// The files the range leaves otherwise than it found them; without a beginning all files.
fn changed(repository: &Repository, since: &Since, tip: &Commit) -> Result<Vec<Entry>, String> {
    let of_git = |error: SourceError| error.to_string();
    let Since::Commit(from) = since else {
        return tip.list().map(|listing| listing.entries).map_err(|error| error.to_string());
    };
    let from = repository.merge_base(from, tip.id()).map_err(of_git)?.unwrap_or_else(|| from.clone());
    let changed = repository.changed_files(&from, tip.id()).map_err(of_git)?;
    let paths: Vec<&str> =
        changed.iter().filter(|file| file.change != Change::Deleted).map(|file| file.path.as_str()).collect();
    tip.entries(&paths).map_err(|error| error.to_string())
}

/// Searches what the commits added.
pub(super) fn search(plan: &Plan, gate: &Gate, commits: &[String]) -> Result<Collected, Refusal> {
    let mut collected = Collected::default();
    let (mut batch, mut bytes) = (Vec::new(), 0);
    let mut take = |addition: Addition| {
        bytes += addition.fragment.bytes.len();
        batch.push(addition);
        if bytes >= BATCH_BYTES || batch.len() >= BATCH_PIECES {
            search_all(&std::mem::take(&mut batch), gate, &mut collected);
            bytes = 0;
        }
    };
    let unread = plan
        .repository
        .additions(commits, &mut take)
        .map_err(|error| Refusal::Usage(format!("what the commits added cannot be read: {error}")))?;
    search_all(&batch, gate, &mut collected);
    for (commit, path) in unread.lines {
        let message = format!("a line of {path} in commit {commit} is too long to be searched for secrets");
        let problem = Problem::error(ProblemCode::TooLarge, message).at_path(&path).in_section(Section::Secrets);
        collected.problems.push(problem);
    }
    Ok(collected)
}

fn search_all(additions: &[Addition], gate: &Gate, collected: &mut Collected) {
    let searched: Vec<Collected> = additions.par_iter().map(|addition| search_one(addition, gate)).collect();
    for one in searched {
        collected.absorb(one);
    }
}

fn search_one(addition: &Addition, gate: &Gate) -> Collected {
    let fragment = &addition.fragment;
    let mut searched =
        contained(&fragment.path, Section::Secrets, files::SECRETS, || gate.scanner.scan(&fragment.into()));
    if searched.findings.is_empty() {
        return searched;
    }
    let author = (!addition.author.is_empty()).then(|| secret_hash(&addition.author.to_ascii_lowercase()));
    for finding in &mut searched.findings {
        if let Some(secret) = &mut finding.secret {
            secret.author_hash.clone_from(&author);
        }
    }
    let redactor = Redactor::new(searched.known_secrets.iter().cloned());
    excerpt::of_fragment(&mut searched.findings, fragment, &redactor);
    searched
}
