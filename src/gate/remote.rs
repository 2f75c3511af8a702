//! What is asked of GitHub before anything is judged: the files of a base commit that git cannot get, and who has approved the
//! change (spec/policy.md 11.1, github-ux.md 10.3).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use portcullis_github::CiContext;
use portcullis_github::api::{self, ApiError, GitHub, TreeMember};
use portcullis_model::{Entry, EntryKind, Listing, Stat, Tree, TreeError};
use portcullis_policy::{Review, ReviewState, Reviews};
use portcullis_render::escape::{PlainText, cap};

use super::Request;
use super::change::ListedFiles;
use super::conversation::{Conversation, with_github};
use super::plan::{BaseCopies, ReviewSource, read_payload};

/// GitHub lists no more files of a pull request.
const MOST_FILES: u64 = 3_000;

/// The repository of the event on GitHub.
#[derive(Clone, Debug)]
struct Remote {
    ci: Arc<CiContext>,
    request: Arc<Request>,
    wait: Duration,
}

/// Lets the run ask GitHub where it has to, if it has a token and may reach the network.
pub(crate) fn with_remote(request: Request, wait: Duration) -> Request {
    let ci = CiContext::detect(&request.environment, &read_payload);
    of_event(request, ci, wait)
}

/// The same for an event that was read.
pub(super) fn of_event(request: Request, ci: CiContext, wait: Duration) -> Request {
    if request.offline || !ci.in_actions || ci.token.is_none() || ci.context.repo.is_none() {
        return request;
    }
    let remote = Arc::new(Remote { ci: Arc::new(ci), request: Arc::new(request.clone()), wait });
    Request { base_copies: Some(remote.clone()), reviews: Some(remote), ..request }
}

impl Remote {
    fn ask<T>(&self, question: impl FnOnce(&dyn GitHub) -> Result<T, ApiError>) -> Result<T, String> {
        let asked = with_github(&self.ci, &self.request, self.wait, |Conversation { github, warnings, .. }| {
            let why = |error: ApiError| [vec![error.to_string()], warnings.to_vec()].concat().join("; ");
            question(github).map_err(why)
        });
        let asked = asked.unwrap_or_else(|error| Err(error.to_string()));
        asked.map_err(|why| PlainText::new(&why, cap::MESSAGE).to_string())
    }
}

impl ReviewSource for Remote {
    fn reviews(&self) -> Result<Reviews, String> {
        let number = self.ci.context.pr.ok_or("the event names no pull request")?;
        let author = self.ci.author.clone().ok_or("the event does not say who wrote the pull request")?;
        let listed = self.ask(|github| github.reviews(number))?;
        // A review that takes an approval back may be among those that are missing.
        if !listed.complete {
            return Err(format!("there are more than the {} that are read", listed.items.len()));
        }
        Ok(Reviews { author: Some(author), reviews: listed.items.iter().filter_map(review).collect() })
    }
}

/// A review as the policy decides on it. One without a time is told as the last where it takes something back.
fn review(review: &api::Review) -> Option<Review> {
    let state = ReviewState::of(review.state.as_deref()?);
    let submitted_at = match review.submitted_at.as_deref().and_then(|time| time.parse().ok()) {
        Some(time) => time,
        None if state == ReviewState::Approved => return None,
        None => Timestamp::MAX,
    };
    let commit_id = review.commit_id.clone().unwrap_or_default();
    Some(Review { user: review.author()?.to_owned(), state, commit_id, submitted_at })
}

impl BaseCopies for Remote {
    fn tree(&self, commit: &str) -> Result<Box<dyn Tree>, String> {
        let listed = self.ask(|github| github.git_tree(commit))?;
        if listed.truncated {
            return Err("the commit has more files than GitHub lists".to_owned());
        }
        let members = listed.tree.into_iter().map(|member| (member.path.clone(), member)).collect();
        Ok(Box::new(RemoteTree { remote: self.clone(), commit: commit.to_owned(), members, read: Mutex::default() }))
    }

    fn changed_files(&self) -> Result<ListedFiles, String> {
        let number = self.ci.context.pr.ok_or("the event names no pull request")?;
        let (pull, listed) = self.ask(|github| Ok((github.pull(number)?, github.pull_files(number)?)))?;
        let judged = self.ci.context.head_sha.as_deref();
        // The list is that of the newest head.
        if !judged.zip(pull.head_sha()).is_some_and(|(judged, now)| judged.eq_ignore_ascii_case(now)) {
            return Err("the pull request has moved on".to_owned());
        }
        let read = u64::try_from(listed.items.len()).unwrap_or(u64::MAX);
        let least = if listed.complete && read < MOST_FILES { read } else { read.saturating_add(1) };
        Ok(ListedFiles { files: listed.items, all: pull.changed_files.unwrap_or_default().max(least) })
    }
}

/// The files of a commit on GitHub; each is asked for once, when somebody reads it.
struct RemoteTree {
    remote: Remote,
    commit: String,
    members: BTreeMap<String, TreeMember>,
    read: Mutex<BTreeMap<String, Result<Vec<u8>, TreeError>>>,
}

impl RemoteTree {
    fn fetched(&self, path: &str) -> Result<Vec<u8>, TreeError> {
        if self.leads_through_a_link(path) {
            return Err(TreeError::Unreadable("links are not followed on GitHub".to_owned()));
        }
        let Some(member) = self.members.get(path) else { return Err(TreeError::NotFound) };
        match kind(member) {
            EntryKind::File => {}
            _ => return Err(TreeError::NotAFile),
        }
        let bytes = self.remote.ask(|github| github.contents(path, &self.commit)).map_err(TreeError::Unreadable)?;
        // Half a policy may be a looser one.
        match member.size {
            Some(size) if size != u64::try_from(bytes.len()).unwrap_or(u64::MAX) => {
                Err(TreeError::Unreadable(format!("GitHub gives {} of {size} bytes", bytes.len())))
            }
            _ => Ok(bytes),
        }
    }

    /// The file itself or a directory on the way to it.
    fn leads_through_a_link(&self, path: &str) -> bool {
        let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
        let mut ways = ends.filter_map(|end| self.members.get(path.get(..end)?));
        ways.any(|member| matches!(kind(member), EntryKind::Symlink(_)))
    }
}

impl Tree for RemoteTree {
    fn read(&self, path: &str) -> Result<Vec<u8>, TreeError> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        read.entry(path.to_owned()).or_insert_with(|| self.fetched(path)).clone()
    }

    fn list(&self) -> Result<Listing, TreeError> {
        let files = self.members.values().filter(|member| kind(member) != EntryKind::Directory);
        let entries = files.map(|member| Entry { path: member.path.clone(), stat: stat(member) }).collect();
        Ok(Listing { entries, problems: Vec::new() })
    }

    fn stat(&self, path: &str) -> Result<Option<Stat>, TreeError> {
        Ok(self.members.get(path).map(stat))
    }
}

fn stat(member: &TreeMember) -> Stat {
    Stat { kind: kind(member), size: member.size.unwrap_or_default(), executable: member.mode == "100755" }
}

/// The modes of git. Where a link leads is not in the list.
fn kind(member: &TreeMember) -> EntryKind {
    match member.mode.as_str() {
        "040000" => EntryKind::Directory,
        "120000" => EntryKind::Symlink(String::new()),
        "160000" => EntryKind::Submodule,
        mode if mode.starts_with("100") => EntryKind::File,
        _ => EntryKind::Special,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(state: &str, submitted_at: Option<&str>) -> Option<Review> {
        let user = Some(api::Account { login: Some("lead".to_owned()) });
        let text = |text: &str| Some(text.to_owned());
        review(&api::Review {
            id: 1,
            state: text(state),
            commit_id: text("c"),
            user,
            body: None,
            submitted_at: submitted_at.map(str::to_owned),
            html_url: None,
        })
    }

    #[test]
    fn a_review_without_a_time_approves_nothing_and_takes_back_everything() {
        assert_eq!(of("APPROVED", None), None);
        assert_eq!(of("CHANGES_REQUESTED", Some("yesterday")).unwrap().submitted_at, Timestamp::MAX);
        let approved = of("APPROVED", Some("2026-11-20T10:00:00Z")).unwrap();
        assert_eq!((approved.state, approved.user.as_str()), (ReviewState::Approved, "lead"));
    }
}
