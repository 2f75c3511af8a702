//! `--fix`: what the findings propose becomes new texts of files, file by file, each proven before it is written.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_checks::Options;
use portcullis_model::{Edit, EntryKind, Finding, Judged, Level, Safety, Step, TreeError};
use portcullis_source::WorkTree;
use portcullis_syntax::yaml::{self, Change};
use rayon::prelude::*;

use super::collect::{self, at};
use super::plan::Plan;
use super::trust::Gate;
use super::{Refusal, Request};

/// How often a file is looked at again: a change can make room for another one.
const MOST_ROUNDS: usize = 16;

/// What `--fix` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fix {
    /// Also edits a person has to look at.
    pub(crate) reach: Safety,
    /// Nothing is written.
    pub(crate) only_shows: bool,
}

/// What the fixes of a run come to.
#[derive(Debug)]
pub(crate) struct Fixes {
    /// Files with a new text, sorted by path.
    pub(crate) files: Vec<FixedFile>,
    /// Fixes that cannot be made, and why.
    pub(crate) left: Vec<Left>,
    /// Fixes that a person has to look at, and nobody asked for.
    pub(crate) held_back: usize,
    tree: WorkTree,
}

/// A file and its new text.
#[derive(Debug)]
pub(crate) struct FixedFile {
    pub(crate) path: String,
    pub(crate) before: String,
    pub(crate) after: String,
    /// The findings that are gone, in the order of the file.
    pub(crate) fixed: Vec<Place>,
}

/// A finding, by where it was and what it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) line: u32,
    pub(crate) rule: String,
}

/// Fixes of a file that were not made.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Left {
    pub(crate) path: String,
    pub(crate) count: usize,
    pub(crate) why: String,
}

/// A run that would change the files it judges is none of a pull request: what is judged there is what was committed.
pub(super) fn refuse_in_change(request: &Request, judges_change: bool) -> Result<(), Refusal> {
    if judges_change && request.fix.is_some_and(|fix| !fix.only_shows) {
        return Err(Refusal::Usage(
            "`--fix` edits files and is refused in a pull request: run it in a clone, or see what it would do with `--fix --diff`"
                .to_owned(),
        ));
    }
    Ok(())
}

/// Works out every new text. The findings are those that were judged, their edits not yet masked.
pub(super) fn fixes(fix: Fix, findings: &[Judged], plan: &Plan, gate: &Gate) -> Result<Fixes, Refusal> {
    let options = collect::options(plan, gate)?;
    let mut wanted: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    let mut held_back = 0;
    let open = findings.iter().filter(|judged| judged.is_open() && judged.level != Level::Off && !is_accepted(judged));
    for finding in open.map(|judged| &judged.finding).filter(|finding| !finding.edits.is_empty()) {
        if is_within(finding, fix.reach) {
            wanted.entry(finding.path()).or_default().push(finding);
        } else {
            held_back += 1;
        }
    }
    let wanted: Vec<(&str, Vec<&Finding>)> = wanted.into_iter().collect();
    let tree = plan.repository.work_tree();
    let tried: Vec<Result<Option<FixedFile>, Left>> = wanted
        .par_iter()
        .map(|(path, findings)| {
            // The entries are sorted.
            let entry = plan.entries.binary_search_by(|entry| entry.path.as_str().cmp(path));
            let entry = entry.ok().and_then(|index| plan.entries.get(index));
            let options = entry.map(|entry| at(&options, gate, entry));
            let is_file = entry.is_some_and(|entry| entry.stat.kind == EntryKind::File);
            let left = |why: &str| Left { path: (*path).to_owned(), count: findings.len(), why: why.to_owned() };
            let Some(options) = options.filter(|_| is_file) else {
                return Err(left("it is a link: the file it leads to is edited under its own name"));
            };
            let bytes = plan.subject.read(path).map_err(|error| left(&error.to_string()))?;
            let before = String::from_utf8(bytes).map_err(|_| left("it is not UTF-8"))?;
            Ok(File { path, findings, reach: fix.reach, options: &options }.fixed(before))
        })
        .collect();
    let (mut files, mut left) = (Vec::new(), Vec::new());
    for ((path, findings), tried) in wanted.iter().zip(tried) {
        let made = match &tried {
            Ok(Some(file)) => file.fixed.len(),
            _ => 0,
        };
        match tried {
            Ok(file) => files.extend(file),
            Err(why) => {
                left.push(why);
                continue;
            }
        }
        let count = findings.len().saturating_sub(made);
        if count > 0 {
            let why = "they would change more than they say, or get in each other's way".to_owned();
            left.push(Left { path: (*path).to_owned(), count, why });
        }
    }
    Ok(Fixes { files, left, held_back, tree })
}

impl Fixes {
    /// Writes every file whole or not at all; why each of those that are not written is not.
    pub(crate) fn write(&self) -> Vec<(&FixedFile, Result<(), TreeError>)> {
        let write = |file: &FixedFile| self.tree.replace(&file.path, file.before.as_bytes(), file.after.as_bytes());
        self.files.iter().map(|file| (file, write(file))).collect()
    }
}

/// A comment that counts says that it stays as it is.
fn is_accepted(judged: &Judged) -> bool {
    judged.decision.iter().any(|decision| decision.step == Step::InlineSuppression)
}

fn is_within(finding: &Finding, reach: Safety) -> bool {
    reach == Safety::Unsafe || finding.edits.iter().all(|edit| edit.safety == Safety::Safe)
}

/// The edits of a finding as changes of its file; `None` where they are no places of it.
pub(super) fn changes(finding: &Finding) -> Option<Vec<Change>> {
    let change = |edit: &Edit| {
        let range = usize::try_from(edit.start_byte).ok()?..usize::try_from(edit.end_byte).ok()?;
        (edit.path == finding.path() && range.start <= range.end)
            .then(|| Change { range, text: edit.replacement.clone() })
    };
    finding.edits.iter().map(change).collect::<Option<Vec<_>>>().filter(|changes| !changes.is_empty())
}

/// One file on the way to its new text.
struct File<'f> {
    path: &'f str,
    findings: &'f [&'f Finding],
    reach: Safety,
    options: &'f Options,
}

/// What stays of a finding when the lines around it move.
type Identity = (String, String);

impl File<'_> {
    /// Makes what can be made at once, looks again, and goes on until nothing is left to be done.
    fn fixed(&self, before: String) -> Option<FixedFile> {
        let (dialect, limits) = portcullis_checks::grammar(self.path);
        let mut waiting: BTreeMap<Identity, Vec<u32>> = BTreeMap::new();
        for finding in self.findings {
            waiting.entry(identity(finding)).or_default().push(line(finding));
        }
        // Findings of one identity are told in the order of the file, from the end of the list.
        for lines in waiting.values_mut() {
            lines.sort_unstable_by_key(|line| std::cmp::Reverse(*line));
        }
        let wanted: BTreeSet<Identity> = waiting.keys().cloned().collect();
        let mut text = before.clone();
        let mut fixed = Vec::new();
        let mut found: Vec<Finding> = self.findings.iter().map(|finding| (*finding).clone()).collect();
        for _ in 0..MOST_ROUNDS {
            found.sort_by(|one, two| order(one).cmp(&order(two)));
            let groups: Vec<(&Finding, Vec<Change>)> =
                found.iter().filter_map(|finding| Some((finding, changes(finding)?))).collect();
            let each: Vec<&[Change]> = groups.iter().map(|(_, changes)| changes.as_slice()).collect();
            let Ok(applied) = yaml::parse(text.as_bytes(), dialect, &limits).apply_groups(&each) else { break };
            for (index, (finding, _)) in groups.iter().enumerate() {
                if applied.dropped.binary_search(&index).is_err()
                    && let Some(line) = waiting.get_mut(&identity(finding)).and_then(Vec::pop)
                {
                    fixed.push(Place { line, rule: finding.rule_id.clone() });
                }
            }
            text = applied.text;
            // Also what is told once and stands at several places.
            let again = portcullis_checks::check(self.path, text.as_bytes(), self.options).findings;
            found = again
                .into_iter()
                .filter(|finding| wanted.contains(&identity(finding)) && is_within(finding, self.reach))
                .filter(|finding| !finding.edits.is_empty())
                .collect();
            if found.is_empty() {
                break;
            }
        }
        fixed.sort();
        (text != before).then(|| FixedFile { path: self.path.to_owned(), before, after: text, fixed })
    }
}

fn identity(finding: &Finding) -> Identity {
    (finding.rule_id.clone(), finding.identity.clone())
}

fn line(finding: &Finding) -> u32 {
    finding.primary().and_then(|place| place.start_line).unwrap_or_default()
}

fn order(finding: &Finding) -> (Option<u64>, &str, Vec<u64>) {
    let edits = finding.edits.iter().map(|edit| edit.start_byte).collect();
    (finding.primary().and_then(|place| place.start_byte), &finding.rule_id, edits)
}

#[cfg(test)]
mod tests;
