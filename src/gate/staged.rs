//! What is about to be committed: the files of the index that no parent of the commit holds like this, judged by the gate
//! files that stand beside them in the index (spec/github-ux.md 15.1).

use std::collections::BTreeMap;
use std::ops::Range;

use portcullis_github::{CiContext, Steering};
use portcullis_model::{Collected, Finding, Tree};
use portcullis_source::{Asked, HookEnvironment, Repository, SourceError};

use super::plan::{Plan, Planned, Secrets, git_settings, repository_of};
use super::{Refusal, Request};

/// Larger files are not searched before a commit, in bytes.
pub(super) const LARGEST: u64 = 10 << 20;

pub(super) fn plan(request: &Request) -> Result<Planned, Refusal> {
    // A commit is made at a desk, whatever made the desk: no event says what it is compared with.
    let ci = CiContext::detect(&BTreeMap::new(), &|_| Err("no event is read".to_owned()));
    let settings = git_settings(request, &ci, HookEnvironment::from_process());
    let mut asked = Asked::of(&request.directory, &settings);
    let repository = match asked.as_mut().and_then(Repository::of_asked) {
        Some(repository) => repository,
        None => repository_of(request, &ci, &settings)?,
    };
    let unreadable = |error: SourceError| Refusal::Usage(format!("what is staged cannot be told: {error}"));
    let (staged, index) = repository.staged(asked).map_err(unreadable)?;
    let Some(index) = index.filter(|_| !staged.files.is_empty() || !staged.in_conflict.is_empty()) else {
        return Ok(Planned::Idle("nothing is staged"));
    };
    let added: BTreeMap<_, _> = staged.files.into_iter().map(|file| (file.path, file.added)).collect();
    let paths: Vec<&str> = added.keys().map(String::as_str).collect();
    let entries = index
        .entries(&paths)
        .map_err(|error| Refusal::Usage(format!("the files that are staged cannot be read: {error}")))?;
    let concerns_us = |path: &String| added.contains_key(path) || staged.in_conflict.contains(path);
    let problems =
        index.problems().iter().filter(|problem| problem.path.as_ref().is_some_and(concerns_us)).cloned().collect();
    let tracked =
        index.paths().map_err(|error| Refusal::Usage(format!("the files of the index cannot be listed: {error}")))?;
    Ok(Planned::Run(Box::new(Plan {
        repository,
        ci,
        steering: Steering::WorkTree,
        subject: Box::new(index),
        tip: None,
        secrets: Secrets::AddedLines(added),
        entries,
        tracked,
        problems,
    })))
}

impl Secrets {
    /// Takes the findings out that do not count. What was found there stays known: it is masked wherever the file is quoted.
    pub(super) fn keep(&self, path: &str, content: &[u8], searched: &mut Collected) {
        match self {
            Self::Files => {}
            Self::Commits(_) => searched.findings.clear(),
            Self::AddedLines(_) if searched.findings.is_empty() => {}
            Self::AddedLines(added) => {
                let added = added.get(path).map(|added| added.bytes(content)).unwrap_or_default();
                searched.findings.retain(|finding| touches(finding, &added));
            }
        }
    }
}

/// Whether a finding has a part in what is new. One about the file as a whole has.
fn touches(finding: &Finding, added: &[Range<usize>]) -> bool {
    finding.locations.iter().any(|place| match (place.start_byte, place.end_byte) {
        (Some(start), Some(end)) => {
            let after = |range: &Range<usize>| range.end as u64 > start;
            let before = |range: &Range<usize>| (range.start as u64) < end.max(start + 1);
            added.iter().any(|range| after(range) && before(range))
        }
        _ => true,
    })
}
