//! `--set KEY=VALUE` as the text of a policy file with this one key.

use std::fmt::Write as _;

use crate::effective;
use crate::schema::{Merge, POLICY};

/// The file; the error is a sentence.
pub(super) fn document(key: &str, value: &str) -> Result<String, String> {
    if value.contains(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']) {
        return Err(format!("`{key}` cannot be set to more than one line"));
    }
    let own = POLICY.iter().any(|known| known.name == key && known.merge == Merge::Own);
    if own {
        return Err(format!("`{key}` belongs to a file and cannot be set for a run"));
    }
    // Ids of rules hold dots.
    let parts: Vec<&str> = match key.split_once('.') {
        Some(("rules", pattern)) => vec!["rules", pattern],
        _ => key.split('.').collect(),
    };
    let mut text = String::from("version: 1\n");
    for (depth, part) in parts.iter().enumerate() {
        let end = if depth + 1 == parts.len() { format!(" {value}\n") } else { "\n".to_owned() };
        let _ = write!(text, "{:indent$}{}:{end}", "", effective::quoted(part), indent = 2 * depth);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_becomes_a_file_with_one_key() {
        assert_eq!(document("levels.high", "warn").unwrap(), "version: 1\nlevels:\n  high: warn\n");
        let rule = document("rules.hadolint:DL3008", "off").unwrap();
        assert_eq!(rule, "version: 1\nrules:\n  \"hadolint:DL3008\": off\n");
    }

    #[test]
    fn what_belongs_to_a_file_and_what_has_lines_is_refused() {
        for (key, value) in [("extends", "preset:minimal@1"), ("version", "2"), ("levels.high", "warn\nsecrets: {}")] {
            assert!(document(key, value).is_err(), "{key}");
        }
    }
}
