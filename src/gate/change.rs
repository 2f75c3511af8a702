//! What the change that is judged does to the files, against the commit where it left its base.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_github::api::ChangedFile as ListedFile;
use portcullis_github::review::Hunks;
use portcullis_github::{Base, Event};
use portcullis_model::{AddedSuppression, Finding, Limit, TreeError, suppression};
use portcullis_source::{AddedRanges, Change as What, ChangedFile, Commit, SourceError};
use rayon::prelude::*;

use super::plan::{Plan, Subject};
use super::{Refusal, Request, base};

/// The change, as far as it is known.
pub(super) enum Compared {
    /// Nothing is compared: everything is judged as it is.
    Nothing,
    /// What changed.
    Known(Box<Change>),
    /// There is something to compare with, and it cannot be had.
    Unknown(String),
}

/// What changed.
pub(super) struct Change {
    /// The commit it is compared with, or why git cannot get it: then GitHub has listed the change.
    pub(super) base: Result<Commit, String>,
    /// Every file that differs, sorted by path.
    pub(super) files: Vec<ChangedFile>,
    /// First and last line of each run of lines that are new, by path.
    added: BTreeMap<String, Vec<(u32, u32)>>,
    /// The paths of the base by those of now.
    pub(super) renames: BTreeMap<String, String>,
    /// Files whose lines GitHub does not list: every line of them counts as changed.
    pub(super) limit: Option<Limit>,
}

/// The files of a pull request as GitHub lists them.
#[derive(Debug)]
pub(crate) struct ListedFiles {
    /// Those it lists.
    pub(crate) files: Vec<ListedFile>,
    /// How many there are, as far as it says.
    pub(crate) all: u64,
}

/// Every line of a file.
const WHOLE: [(u32, u32); 1] = [(1, u32::MAX)];

impl Compared {
    pub(super) fn known(&self) -> Option<&Change> {
        match self {
            Self::Known(change) => Some(change),
            Self::Nothing | Self::Unknown(_) => None,
        }
    }
}

/// Compares with `--base`, else with the commit the event names.
pub(super) fn of(request: &Request, plan: &Plan) -> Result<Compared, Refusal> {
    let Some(tip) = plan.tip.as_deref() else { return Ok(Compared::Nothing) };
    let with = match &request.base {
        Some(revision) => Some(base_of_flag(request, plan, revision, tip)?),
        None if plan.ci.base == Base::DefaultBranch => fork_of_default_branch(request, plan, tip),
        None => match base_of_event(plan) {
            Ok(base) => base,
            Err(error) => return Ok(Compared::Unknown(error.to_string())),
        },
    };
    let Some(with) = with else { return Ok(Compared::Nothing) };
    Ok(match compared(request, plan, &with, tip) {
        Ok(change) => Compared::Known(Box::new(change)),
        Err(why) => on_github(request, plan, why),
    })
}

/// The commit of `--base`. Where a change is judged the flag stands in a file the change may have written: against an earlier
/// state of the base what was mended there since would not be new when it comes back.
fn base_of_flag(request: &Request, plan: &Plan, revision: &str, tip: &str) -> Result<String, Refusal> {
    let base = plan.event_base().filter(|_| plan.ci.judges_change());
    let named = base::named(request, &plan.repository, ("--base", revision), base)?;
    let Some(base) = base.filter(|base| !base.eq_ignore_ascii_case(&named)) else { return Ok(named) };
    match plan.repository.merge_base(base, tip) {
        Ok(Some(fork)) if fork == named => Ok(named),
        _ => Err(Refusal::Usage(format!(
            "`--base {revision}` cannot be used: the event's base is {base}; name it, or the commit where the change left it"
        ))),
    }
}

/// Where a branch somebody works on has left the default branch. Nothing is compared on that branch itself, in a directory that
/// is a root of its own, nor where git cannot tell: nobody has asked for it.
fn fork_of_default_branch(request: &Request, plan: &Plan, tip: &str) -> Option<String> {
    let is_whole = plan.repository.has_git() && plan.repository.prefix().is_empty();
    if !matches!(request.subject, Subject::WorkTree | Subject::Head(_)) || !is_whole {
        return None;
    }
    let branch = plan.repository.default_branch(None).ok().flatten()?;
    let fork = plan.repository.merge_base(&branch, tip).ok().flatten()?;
    let tip = plan.repository.commit_id(tip).ok()?;
    (fork != tip).then_some(fork)
}

/// What git cannot compare GitHub may have listed: the change of a pull request, not that of a queue of them.
fn on_github(request: &Request, plan: &Plan, why: String) -> Compared {
    let is_pull_request = plan.ci.judges_change() && plan.ci.event != Event::MergeGroup;
    let Some(copies) = request.base_copies.as_ref().filter(|_| is_pull_request && request.base.is_none()) else {
        return Compared::Unknown(why);
    };
    match copies.changed_files() {
        Ok(listed) => Compared::Known(Box::new(Change::listed(&listed, &plan.tracked, why))),
        Err(also) => Compared::Unknown(format!("{why}; GitHub does not list the change either: {also}")),
    }
}

fn base_of_event(plan: &Plan) -> Result<Option<String>, SourceError> {
    match &plan.ci.base {
        Base::Commit(id) => Ok(Some(id.clone())),
        // What a new branch does is what it does since it left the default branch.
        Base::NewBranch { default_branch } => match plan.repository.default_branch(default_branch.as_deref())? {
            Some(branch) => plan.repository.commit_id(&branch).map(Some),
            None => Ok(None),
        },
        _ => Ok(None),
    }
}

fn compared(request: &Request, plan: &Plan, base: &str, tip: &str) -> Result<Change, String> {
    let repository = &plan.repository;
    let of_git = |error: SourceError| error.to_string();
    let named = base::commit(request, repository, base)?;
    // What the base has gone on to since is no doing of this change. Where a shallow clone hides that place, everything that
    // differs from the base counts: of the merge commit that GitHub checks out that is the change itself.
    let base = match repository.merge_base(named.id(), tip) {
        Ok(Some(fork)) if fork != named.id() => base::commit(request, repository, &fork)?,
        Ok(_) | Err(SourceError::ShallowHistory { .. }) => named,
        Err(error) => return Err(error.to_string()),
    };
    let files = repository.changed_files(base.id(), tip).map_err(of_git)?;
    let added = repository.added_lines(base.id(), tip).map_err(of_git)?;
    let renames = files.iter().filter_map(|file| match &file.change {
        What::Renamed { from } => Some((file.path.clone(), from.clone())),
        _ => None,
    });
    Ok(Change {
        renames: renames.collect(),
        added: added.into_iter().map(|AddedRanges { path, ranges }| (path, ranges)).collect(),
        base: Ok(base),
        files,
        limit: None,
    })
}

impl Change {
    /// Of a list. What is not on it may be any file, and so every file counts as changed.
    fn listed(listed: &ListedFiles, tracked: &[String], why: String) -> Self {
        let hunks = Hunks::of(&listed.files);
        let mut change =
            Self { base: Err(why), files: Vec::new(), added: BTreeMap::new(), renames: BTreeMap::new(), limit: None };
        let (mut named, mut known) = (0, 0);
        for file in &listed.files {
            let Some(path) = file.filename.clone() else { continue };
            let what = what_happened(file);
            let is_moved_only = matches!(what, What::Renamed { .. }) && file.changes == Some(0);
            let lines = hunks.added(&path).or_else(|| (is_moved_only || what == What::Deleted).then(Vec::new));
            named += 1;
            known += u64::from(lines.is_some());
            change.added.insert(path.clone(), lines.unwrap_or_else(|| WHOLE.to_vec()));
            if let What::Renamed { from } = &what {
                change.renames.insert(path.clone(), from.clone());
            }
            change.files.push(ChangedFile { path, change: what });
        }
        if named < listed.all {
            let here: BTreeSet<&String> = change.added.keys().collect();
            let others = tracked.iter().filter(|path| !here.contains(path));
            change.files.extend(others.map(|path| ChangedFile { path: path.clone(), change: What::Modified }));
            change.added = change.files.iter().map(|file| (file.path.clone(), WHOLE.to_vec())).collect();
        }
        change.files.sort_unstable();
        let dropped = listed.all.saturating_sub(known);
        change.limit = (dropped > 0).then(|| Limit { what: "changed-files".to_owned(), kept: known, dropped });
        change
    }

    /// Every path it touches: of a moved file both.
    pub(super) fn paths(&self) -> BTreeSet<&str> {
        self.files.iter().flat_map(ChangedFile::paths).collect()
    }

    /// The lines it adds, file by file.
    pub(super) fn added(&self) -> Vec<AddedRanges> {
        let added = self.added.iter();
        added.map(|(path, ranges)| AddedRanges { path: path.clone(), ranges: ranges.clone() }).collect()
    }

    /// Whether the primary place of a finding touches a line it adds; `None` for a finding without a line.
    pub(super) fn adds_line_of(&self, finding: &Finding) -> Option<bool> {
        let place = finding.primary().filter(|place| !place.path.is_empty() && !place.outside_repo)?;
        let first = place.start_line?;
        let last = place.end_line.unwrap_or(first).max(first);
        let touches = |(from, to): &(u32, u32)| *from <= last && first <= *to;
        Some(self.added.get(&place.path).is_some_and(|ranges| ranges.iter().any(touches)))
    }

    /// The suppression comments on the lines it adds, of files any wing reads and of all others, by path and line.
    pub(super) fn suppressions(&self, plan: &Plan) -> (Vec<AddedSuppression>, Vec<String>) {
        let files: Vec<(&String, &Vec<(u32, u32)>)> = self.added.iter().collect();
        let read: Vec<_> = files
            .par_iter()
            .map(|(path, ranges)| match plan.subject.read(path) {
                Ok(bytes) => Ok(suppressions_of(path, &bytes, ranges)),
                // A file that was deleted in the work tree, a link that leads nowhere: there is nothing on its lines.
                Err(TreeError::NotFound | TreeError::NotAFile | TreeError::Outside) => Ok(Vec::new()),
                Err(error) => Err(format!("`{path}`: {error}")),
            })
            .collect();
        let (mut found, mut unread) = (Vec::new(), Vec::new());
        for one in read {
            match one {
                Ok(suppressions) => found.extend(suppressions),
                Err(why) => unread.push(why),
            }
        }
        (found, unread)
    }
}

fn what_happened(file: &ListedFile) -> What {
    match (file.status.as_deref(), &file.previous_filename) {
        (Some("added" | "copied"), _) => What::Added,
        (Some("removed"), _) => What::Deleted,
        (Some("renamed"), Some(from)) => What::Renamed { from: from.clone() },
        _ => What::Modified,
    }
}

/// Walks the file once; the ranges are sorted.
fn suppressions_of(path: &str, bytes: &[u8], ranges: &[(u32, u32)]) -> Vec<AddedSuppression> {
    let mut found = Vec::new();
    let mut ranges = ranges.iter().peekable();
    for (number, line) in (1_u32..).zip(bytes.split(|byte| *byte == b'\n')) {
        while ranges.next_if(|(_, last)| *last < number).is_some() {}
        let Some((first, _)) = ranges.peek() else { break };
        if number < *first {
            continue;
        }
        let forms = suppression::forms_in(&String::from_utf8_lossy(line));
        found.extend(forms.into_iter().map(|form| AddedSuppression {
            path: path.to_owned(),
            line: number,
            form: form.form.to_owned(),
            rules: form.rules,
        }));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, status: &str, hunks: Option<&str>) -> ListedFile {
        let text = |text: &str| Some(text.to_owned());
        ListedFile {
            filename: text(path),
            status: text(status),
            patch: hunks.map(str::to_owned),
            ..ListedFile::default()
        }
    }

    fn listed(files: Vec<ListedFile>, all: u64) -> Change {
        Change::listed(&ListedFiles { files, all }, &["a".to_owned(), "z".to_owned()], "no such commit".to_owned())
    }

    const PATCH: Option<&str> = Some("@@ -1,2 +1,3 @@\n x\n+y\n z");

    #[test]
    fn a_list_with_every_patch_is_the_change() {
        let moved =
            ListedFile { previous_filename: Some("old".to_owned()), changes: Some(0), ..file("new", "renamed", None) };
        let found = listed(vec![file("b", "modified", PATCH), moved, file("a", "removed", None)], 3);
        assert_eq!(found.limit, None);
        assert_eq!(found.paths().into_iter().collect::<Vec<_>>(), ["a", "b", "new", "old"]);
        let added: Vec<_> = found.added().into_iter().filter(|file| !file.ranges.is_empty()).collect();
        assert_eq!(added, [AddedRanges { path: "b".to_owned(), ranges: vec![(2, 2)] }]);
        assert_eq!(found.renames.get("new").map(String::as_str), Some("old"));
    }

    #[test]
    fn a_file_without_a_patch_is_changed_in_every_line() {
        let change = listed(vec![file("a", "modified", None), file("b", "modified", PATCH)], 2);
        assert_eq!(change.limit, Some(Limit { what: "changed-files".to_owned(), kept: 1, dropped: 1 }));
        assert_eq!(change.added.get("a").map(Vec::as_slice), Some(&WHOLE[..]));
        assert!(!change.paths().contains("z"));
    }

    #[test]
    fn where_files_are_missing_from_the_list_every_file_is_changed() {
        let change = listed(vec![file("b", "modified", PATCH)], 3_100);
        assert_eq!(change.limit, Some(Limit { what: "changed-files".to_owned(), kept: 1, dropped: 3_099 }));
        assert_eq!(change.paths().into_iter().collect::<Vec<_>>(), ["a", "b", "z"]);
        assert!(change.added.values().all(|ranges| ranges == &WHOLE));
    }

    #[test]
    fn only_lines_that_are_added_are_looked_at() {
        let text = b"a # nosec\nb # nosec B101\nc\nd // gitleaks:allow\n";
        let found = suppressions_of("a.py", text, &[(2, 3)]);
        let told: Vec<_> = found.iter().map(|one| (one.line, one.form.as_str(), one.rules.join(","))).collect();
        assert_eq!(told, [(2, "nosec", "B101".to_owned())]);
        assert_eq!(suppressions_of("a.py", text, &[(1, 1), (4, 4)]).len(), 2);
        assert!(suppressions_of("a.py", b"", &[(1, 9)]).is_empty());
    }
}
