//! The comment on one line of a change (spec/github-ux.md 7.3).

use portcullis_model::{Judged, Level, Suggestion};

use super::words::{prose, severity};
use crate::escape::{Cell, MdCode, cap, clean};
use crate::short::headline;

/// Bytes of a suggestion.
const LONGEST: usize = 10_000;

/// What is wrong with the lines, what to do, and where it is certain the lines that should stand there. Ends with a line break.
/// The caller has asked [`is_plain`] about the suggestion.
pub fn review_comment(judged: &Judged, suggestion: Option<&Suggestion>) -> String {
    let finding = &judged.finding;
    let word = match judged.level {
        Level::Fail => "❌ Blocks",
        Level::Warn => "⚠️ Warning",
        Level::Log | Level::Off => "ℹ️ Note",
    };
    let id = MdCode::new(&finding.id, cap::RULE, Cell::Text);
    let said = if finding.message.trim().is_empty() { headline(judged) } else { &finding.message };
    let mut text =
        format!("**{word}** · {} · {id}: {}\n", severity(judged.severity), prose(said, cap::MESSAGE, Cell::Text));
    if let Some(remediation) = finding.remediation.as_deref().filter(|text| !text.trim().is_empty()) {
        text += &["\nWhat to do: ", &prose(remediation, cap::MESSAGE, Cell::Text), "\n"].concat();
    }
    if let Some(suggestion) = suggestion {
        let replacement = suggestion.replacement.trim_end_matches('\n');
        let longest = replacement.split(|char| char != '`').map(str::len).max().unwrap_or(0);
        let fence = "`".repeat(3.max(longest + 1));
        // Without a line a suggestion deletes.
        let lines = if replacement.is_empty() { String::new() } else { format!("{replacement}\n") };
        text += &["\n", &fence, "suggestion\n", &lines, &fence, "\n"].concat();
    }
    text
}

/// Whether a text holds nothing that would be made visible or taken out of other texts: it goes out as it is.
pub fn is_plain(text: &str) -> bool {
    text.len() <= LONGEST
        && text.split('\n').all(|line| {
            // Only runs of spaces, which code is full of, may differ.
            let words: Vec<&str> = line.split(' ').filter(|word| !word.is_empty()).collect();
            clean(line, LONGEST) == words.join(" ")
        })
}
