//! The commit a change is held against, and how its files are got: from the clone, from the remote, from GitHub, or not at all
//! (spec/policy.md 11.1). The files of the change itself are never taken in their place.

use portcullis_github::{CiContext, Steering};
use portcullis_model::Tree;
use portcullis_source::{Commit, Repository, SourceError};

use super::plan::Plan;
use super::{Refusal, Request};

/// A commit of the clone; one that is not in it is fetched, where the network may be asked.
pub(super) fn commit(request: &Request, repository: &Repository, revision: &str) -> Result<Commit, String> {
    match repository.commit(revision) {
        Err(SourceError::UnknownRevision { .. }) if !request.offline && is_full_id(revision) => {
            let fetched = repository.fetch_commit(revision).and_then(|()| repository.commit(revision));
            fetched.map_err(|error| format!("commit {revision} is not in this clone, and fetching it failed: {error}"))
        }
        known => known.map_err(|error| error.to_string()),
    }
}

/// The files of a commit, wherever they can be had.
pub(super) fn tree(request: &Request, repository: &Repository, id: &str) -> Result<Box<dyn Tree>, String> {
    match (commit(request, repository, id), &request.base_copies) {
        (Ok(commit), _) => Ok(Box::new(commit)),
        (Err(why), Some(copies)) if !request.offline => {
            copies.tree(id).map_err(|also| format!("{why}; GitHub does not give it either: {also}"))
        }
        (Err(why), _) => Err(why),
    }
}

fn is_full_id(revision: &str) -> bool {
    matches!(revision.len(), 40 | 64) && revision.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Where the gate files are read from: as the event says, or an earlier state of it that `--policy-ref` names.
pub(super) fn steering(request: &Request, repository: &Repository, ci: &CiContext) -> Result<Steering, Refusal> {
    let Some(revision) = &request.policy_ref else { return Ok(ci.steering()) };
    let base = match ci.steering() {
        Steering::WorkTree => None,
        Steering::BaseCommit(base) => Some(base),
        unknown @ Steering::Unknown(_) => return Ok(unknown),
    };
    named(request, repository, ("--policy-ref", revision), base.as_deref()).map(Steering::BaseCommit)
}

/// The id of a commit that a flag names. Where a change is judged the flag stands in a file the change may have written: it
/// names the base itself or what led to it.
pub(super) fn named(
    request: &Request,
    repository: &Repository,
    (flag, revision): (&str, &str),
    base: Option<&str>,
) -> Result<String, Refusal> {
    let refused = |why: &str| Refusal::Usage(format!("`{flag} {revision}` cannot be used: {why}"));
    let named = commit(request, repository, revision).map_err(|why| refused(&why))?;
    let Some(base) = base else { return Ok(named.id().to_owned()) };
    let base = commit(request, repository, base).map_err(|why| refused(&why))?;
    if named.id() == base.id() {
        return Ok(named.id().to_owned());
    }
    match repository.is_ancestor(named.id(), base.id()) {
        Ok(true) => Ok(named.id().to_owned()),
        Ok(false) => Err(refused(&format!("it is neither the base commit {} nor one of its ancestors", base.id()))),
        Err(error) => Err(refused(&error.to_string())),
    }
}

/// Files that two trees hold differently, of those that are concerned; the error is why that cannot be told.
pub(super) fn differing_files(
    one: &dyn Tree,
    other: &dyn Tree,
    concerned: impl Fn(&str) -> bool,
) -> Result<Vec<String>, String> {
    let paths = |tree: &dyn Tree| tree.paths().map_err(|error| error.to_string());
    let mut all = paths(one)?;
    all.extend(paths(other)?);
    all.retain(|path| concerned(path));
    all.sort_unstable();
    all.dedup();
    // What neither side can read is the same on both.
    all.retain(|path| one.read(path) != other.read(path));
    Ok(all)
}

impl Plan {
    /// The commit the event compares with.
    pub(super) fn event_base(&self) -> Option<&str> {
        self.ci.context.base_sha.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use portcullis_model::{Listing, Stat, TreeError};
    use portcullis_source::GitSettings;

    use super::super::change::ListedFiles;
    use super::super::plan::BaseCopies;
    use super::*;

    const ID: &str = "0123456789abcdef0123456789abcdef01234567";

    #[derive(Debug)]
    struct Copies;

    impl BaseCopies for Copies {
        fn tree(&self, commit: &str) -> Result<Box<dyn Tree>, String> {
            if commit == ID { Ok(Box::new(OneFile)) } else { Err("no such commit".to_owned()) }
        }

        fn changed_files(&self) -> Result<ListedFiles, String> {
            Err("no such pull request".to_owned())
        }
    }

    struct OneFile;

    impl Tree for OneFile {
        fn read(&self, _: &str) -> Result<Vec<u8>, TreeError> {
            Ok(b"version: 1\n".to_vec())
        }

        fn list(&self) -> Result<Listing, TreeError> {
            Ok(Listing::default())
        }

        fn stat(&self, _: &str) -> Result<Option<Stat>, TreeError> {
            Ok(None)
        }
    }

    #[test]
    fn only_a_full_id_is_asked_of_a_remote() {
        assert!(is_full_id("0123456789abcdef0123456789ABCDEF01234567"));
        assert!(!is_full_id("main") && !is_full_id("0123456") && !is_full_id("--upload-pack=x"));
    }

    #[test]
    fn what_git_cannot_get_is_asked_of_github_and_of_nobody_offline() {
        let directory = tempfile::tempdir().unwrap();
        let repository = Repository::discover(directory.path(), &GitSettings::default()).unwrap();
        let mut request = Request::of_test(directory.path());
        assert!(tree(&request, &repository, ID).is_err());
        request.base_copies = Some(Arc::new(Copies));
        assert_eq!(tree(&request, &repository, ID).unwrap().read("portcullis.yaml").unwrap(), b"version: 1\n");
        let Err(why) = tree(&request, &repository, "main") else { panic!("there is no such commit") };
        assert!(why.contains("no such commit"), "{why}");
        request.offline = true;
        assert!(tree(&request, &repository, ID).is_err());
    }
}
