//! Replacements of byte ranges, applied together and checked.

use std::collections::BTreeMap;
use std::ops::Range;

use super::super::file::{File, parse};
use super::super::limits::Limits;
use super::compare::only_changes_differ;

/// A range of the text and what takes its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Bytes of [`File::text`] that go; empty for an insertion.
    pub range: Range<usize>,
    /// What comes instead.
    pub text: String,
}

/// A text after its changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// The new text of the file.
    pub text: String,
    /// Indices of the changes that were left out: they overlap an earlier one, or would have changed something else too.
    pub dropped: Vec<usize>,
}

/// Why a file cannot be edited at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EditError {
    /// The file has faults: what a change would do to it cannot be known.
    Faulty,
    /// The file is not UTF-8: its text is not its bytes.
    Transcoded,
    /// Every change would change something else too.
    Unsafe,
}

impl std::fmt::Display for EditError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Faulty => "the file cannot be read whole, so it is not edited",
            Self::Transcoded => "the file is not UTF-8, so it is not edited",
            Self::Unsafe => "the edit would change more than it says, so it is not made",
        })
    }
}

impl std::error::Error for EditError {}

/// Readings of a file that are spent on finding out which of many changes is at fault.
const MOST_READINGS: usize = 64;

impl File {
    /// Applies changes; of overlapping ones the first given is kept. The result is read again and compared with this
    /// file: nothing outside of the changed ranges may mean anything else. Changes that fail this are left out.
    pub fn apply(&self, changes: &[Change]) -> Result<Applied, EditError> {
        let each: Vec<&[Change]> = changes.iter().map(std::slice::from_ref).collect();
        self.apply_groups(&each)
    }

    /// The same for changes that belong together: all of a group are made or none. Groups may share a change; lines that
    /// several of them add below one entry follow each other in the order given. [`Applied::dropped`] counts groups.
    pub fn apply_groups(&self, groups: &[&[Change]]) -> Result<Applied, EditError> {
        if !self.faults().is_empty() {
            return Err(EditError::Faulty);
        }
        if self.is_transcoded() {
            return Err(EditError::Transcoded);
        }
        let mut chosen = Chosen::default();
        let free: Vec<usize> =
            (0..groups.len()).filter(|index| groups.get(*index).is_some_and(|group| chosen.add(self, group))).collect();
        let (text, kept) = if let Some(text) = self.checked(&chosen) {
            (text, free)
        } else {
            let mut search = Search::new(self, groups);
            search.keep(&free);
            (search.text, search.kept)
        };
        if kept.is_empty() && !groups.is_empty() {
            return Err(EditError::Unsafe);
        }
        let is_dropped = |index: &usize| kept.binary_search(index).is_err();
        Ok(Applied { text, dropped: (0..groups.len()).filter(is_dropped).collect() })
    }

    /// The text with these changes, if nothing else changes.
    fn checked(&self, chosen: &Chosen<'_>) -> Option<String> {
        let mut text = String::with_capacity(self.text().len());
        let mut at = 0;
        let mut ranges = Vec::new();
        for change in chosen.in_order() {
            text.push_str(self.text().get(at..change.range.start)?);
            ranges.push((change.range.clone(), text.len()..text.len() + change.text.len()));
            text.push_str(&change.text);
            at = change.range.end;
        }
        text.push_str(self.text().get(at..)?);
        let limits = Limits { bytes: usize::MAX, ..*self.limits() };
        let after = parse(text.as_bytes(), self.dialect(), &limits);
        only_changes_differ(self, &after, &ranges).then_some(text)
    }
}

/// Changes that do not get in each other's way, by their range. Only of insertions may several stand at one place.
#[derive(Clone, Default)]
struct Chosen<'c> {
    by_range: BTreeMap<(usize, usize), Vec<&'c Change>>,
}

impl<'c> Chosen<'c> {
    fn in_order(&self) -> impl Iterator<Item = &'c Change> + '_ {
        self.by_range.values().flatten().copied()
    }

    /// Takes a whole group, or nothing of it.
    fn add(&mut self, file: &File, group: &'c [Change]) -> bool {
        let mut added: Vec<&'c Change> = Vec::new();
        for change in group {
            match self.place_of(file, change) {
                Place::Free => {
                    self.by_range.entry(key(change)).or_default().push(change);
                    added.push(change);
                }
                Place::Shared => {}
                Place::Taken => {
                    for change in added {
                        self.remove(change);
                    }
                    return false;
                }
            }
        }
        true
    }

    /// Takes back what was added last.
    fn remove(&mut self, change: &Change) {
        if let Some(here) = self.by_range.get_mut(&key(change)) {
            here.retain(|other| !std::ptr::eq(*other, change));
            if here.is_empty() {
                self.by_range.remove(&key(change));
            }
        }
    }

    fn place_of(&self, file: &File, change: &Change) -> Place {
        let (start, end) = key(change);
        if file.text().get(change.range.clone()).is_none() {
            return Place::Taken;
        }
        if let Some(here) = self.by_range.get(&(start, end)) {
            return if here.contains(&change) {
                Place::Shared
            } else if here.iter().all(|other| are_siblings(other, change)) {
                Place::Free
            } else {
                Place::Taken
            };
        }
        let before = self.by_range.range(..(start, end)).next_back().map(|(range, _)| *range);
        let behind = self.by_range.range((start, end)..).next().map(|(range, _)| *range);
        // Two changes that begin at one place have no order; the next run makes the second one.
        let free_before = before.is_none_or(|(from, to)| to <= start && from < start);
        let free_behind = behind.is_none_or(|(from, _)| end <= from && start < from);
        if free_before && free_behind { Place::Free } else { Place::Taken }
    }
}

/// Whether there is room for a change.
enum Place {
    Free,
    /// The same change is there already.
    Shared,
    Taken,
}

fn key(change: &Change) -> (usize, usize) {
    (change.range.start, change.range.end)
}

/// Whether two insertions at one place each add an entry of the same collection, so that one can follow the other: a line of
/// its own at the same indentation, or a part behind a comma.
fn are_siblings(one: &Change, other: &Change) -> bool {
    fn shape(text: &str) -> Option<(bool, usize)> {
        let line = text.trim_start_matches(['\r', '\n']);
        let begins_line = line.len() < text.len();
        let line = line.trim_end_matches(['\r', '\n']);
        let breaks = text.matches('\n').count();
        let is_line = breaks == 1 && !line.contains('\n');
        let is_part = breaks == 0 && text.starts_with(", ");
        (is_line || is_part).then(|| (begins_line, line.len() - line.trim_start_matches(' ').len()))
    }
    one.range.is_empty() && shape(&one.text).is_some_and(|shape_of_one| shape(&other.text) == Some(shape_of_one))
}

/// Finds the changes at fault by halves.
struct Search<'c> {
    file: &'c File,
    groups: &'c [&'c [Change]],
    chosen: Chosen<'c>,
    text: String,
    kept: Vec<usize>,
    readings: usize,
}

impl<'c> Search<'c> {
    fn new(file: &'c File, groups: &'c [&'c [Change]]) -> Self {
        let text = file.text().to_owned();
        Self { file, groups, chosen: Chosen::default(), text, kept: Vec::new(), readings: 0 }
    }

    /// Keeps those of these groups with which nothing else changes. When too many are at fault the rest is left out.
    fn keep(&mut self, indices: &[usize]) {
        if indices.is_empty() || self.readings >= MOST_READINGS {
            return;
        }
        let mut with = self.chosen.clone();
        let all = indices.iter().all(|index| self.groups.get(*index).is_some_and(|group| with.add(self.file, group)));
        self.readings += 1;
        if let Some(text) = self.file.checked(&with).filter(|_| all) {
            (self.text, self.chosen) = (text, with);
            self.kept.extend(indices);
        } else if let (one, other) = indices.split_at(indices.len() / 2)
            && !one.is_empty()
        {
            self.keep(one);
            self.keep(other);
        }
    }
}
