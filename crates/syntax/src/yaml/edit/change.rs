//! Replacements of byte ranges, applied together and checked.

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

impl File {
    /// Applies changes; of overlapping ones the first given is kept. The result is read again and compared with this
    /// file: nothing outside of the changed ranges may mean anything else. Changes that fail this are left out.
    pub fn apply(&self, changes: &[Change]) -> Result<Applied, EditError> {
        if !self.faults().is_empty() {
            return Err(EditError::Faulty);
        }
        if self.is_transcoded() {
            return Err(EditError::Transcoded);
        }
        let mut kept = without_overlaps(self, changes);
        let mut text = self.checked(&kept);
        if text.is_none() {
            // One of them is at fault: each is tried for itself.
            kept.retain(|(_, change)| self.checked(&[(0, change)]).is_some());
            text = self.checked(&kept);
        }
        match text {
            Some(text) if !kept.is_empty() || changes.is_empty() => {
                let is_dropped = |index: &usize| !kept.iter().any(|(kept, _)| kept == index);
                Ok(Applied { text, dropped: (0..changes.len()).filter(is_dropped).collect() })
            }
            _ => Err(EditError::Unsafe),
        }
    }

    /// The text with these changes, in order of position, if nothing else changes.
    fn checked(&self, changes: &[(usize, &Change)]) -> Option<String> {
        let mut text = String::with_capacity(self.text().len());
        let mut at = 0;
        let mut ranges = Vec::with_capacity(changes.len());
        for (_, change) in changes {
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

/// The changes in order of position with their index, those left out that touch an earlier given one.
fn without_overlaps<'c>(file: &File, changes: &'c [Change]) -> Vec<(usize, &'c Change)> {
    let mut kept: Vec<(usize, &Change)> = Vec::with_capacity(changes.len());
    for (index, change) in changes.iter().enumerate() {
        let place = kept.partition_point(|(_, other)| other.range.start <= change.range.start);
        let before = place.checked_sub(1).and_then(|before| kept.get(before));
        // Two insertions at one place have no order; the next run makes the second one.
        let is_free = before.is_none_or(|(_, other)| {
            other.range.end <= change.range.start && other.range.start < change.range.start.max(other.range.end)
        }) && kept.get(place).is_none_or(|(_, other)| change.range.end <= other.range.start);
        if is_free && file.text().get(change.range.clone()).is_some() {
            kept.insert(place, (index, change));
        }
    }
    kept
}
