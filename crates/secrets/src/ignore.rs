//! `.gitleaksignore`: findings somebody has looked at (spec/secrets-gitleaks.md 9).

use std::collections::BTreeMap;

use jiff::civil::Date;
use portcullis_model::fingerprint::hex;
use portcullis_model::{Diagnostic, Span, Suppression};
use sha2::{Digest, Sha256};

/// The file looked for at the root.
pub const IGNORE_NAME: &str = ".gitleaksignore";

/// The entries of one file.
#[derive(Clone, Debug, Default)]
pub struct IgnoreFile {
    path: String,
    /// By fingerprint (`PATH:RULE:LINE`, `COMMIT:PATH:RULE:LINE`) or `sha256:…`; the first entry of a text.
    entries: BTreeMap<String, Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    line: u32,
    reason: Option<String>,
    expires: Option<Date>,
}

impl IgnoreFile {
    /// Reads a file; lines that are no entry of any form are warned about and kept, as gitleaks keeps them.
    pub fn read(path: &str, bytes: &[u8]) -> (Self, Vec<Diagnostic>) {
        let text = String::from_utf8_lossy(bytes);
        let mut file = Self { path: path.to_owned(), entries: BTreeMap::new() };
        let mut warnings = Vec::new();
        for (number, written) in (1_u32..).zip(text.trim_start_matches('\u{feff}').lines()) {
            let line = written.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            match entry(line, number) {
                Ok((key, entry)) => {
                    file.entries.entry(key).or_insert(entry);
                }
                Err(message) => {
                    warnings.push(Diagnostic::warning("secrets/ignore-entry", message, span(path, number, written)));
                    let kept = Entry { line: number, reason: None, expires: None };
                    file.entries.entry(line.to_owned()).or_insert(kept);
                }
            }
        }
        (file, warnings)
    }

    /// The suppression an entry of this file gives a finding, by any of its fingerprints.
    pub(crate) fn suppression<'k>(&self, keys: impl IntoIterator<Item = &'k str>) -> Option<Suppression> {
        let entry = keys.into_iter().find_map(|key| self.entries.get(key))?;
        Some(Suppression {
            by: "import".to_owned(),
            kind: "external".to_owned(),
            reason: entry.reason.clone(),
            expires: entry.expires,
            source_file: Some(self.path.clone()),
            line: Some(entry.line),
            accepted: true,
            ..Suppression::default()
        })
    }
}

/// The fingerprint of gitleaks, of which ignore files and baselines are made.
pub(crate) fn fingerprint(commit: Option<&str>, path: &str, rule: &str, line: u32) -> String {
    match commit {
        Some(commit) => format!("{commit}:{path}:{rule}:{line}"),
        None => format!("{path}:{rule}:{line}"),
    }
}

/// An entry bound to rule and secret: it follows the secret and hides no other one.
pub(crate) fn content_key(rule: &str, secret: &str) -> String {
    let mut hasher = Sha256::new();
    for part in [rule, secret] {
        hasher.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    format!("sha256:{}", hex(hasher.finalize().get(..16).unwrap_or_default()))
}

fn entry(line: &str, number: u32) -> Result<(String, Entry), String> {
    let mut entry = Entry { line: number, reason: None, expires: None };
    if let Some(rest) = line.strip_prefix("sha256:") {
        let (digest, rest) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        if digest.len() != 32 || !digest.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(format!("`{digest}` is not 32 hexadecimal digits"));
        }
        let (words, reason) = rest.split_once('#').unwrap_or((rest, ""));
        for word in words.split_whitespace() {
            let date = word.strip_prefix("expires=").ok_or_else(|| format!("`{word}` is not `expires=YYYY-MM-DD`"))?;
            entry.expires = Some(date.parse().map_err(|_| format!("`{date}` is not a day, YYYY-MM-DD"))?);
        }
        entry.reason = Some(reason.trim().to_owned()).filter(|reason| !reason.is_empty());
        return Ok((format!("sha256:{}", digest.to_ascii_lowercase()), entry));
    }
    let parts: Vec<&str> = line.split(':').collect();
    let key = match parts.as_slice() {
        [path, rule, line] => format!("{}:{rule}:{line}", path.replace('\\', "/")),
        [commit, path, rule, line] => format!("{commit}:{}:{rule}:{line}", path.replace('\\', "/")),
        _ => return Err(format!("`{line}` is not PATH:RULE:LINE or COMMIT:PATH:RULE:LINE")),
    };
    Ok((key, entry))
}

fn span(path: &str, line: u32, written: &str) -> Span {
    Span {
        path: path.to_owned(),
        start_line: line,
        start_col: 1,
        end_line: line,
        end_col: u32::try_from(written.chars().count() + 1).unwrap_or(u32::MAX),
        label: String::new(),
        source_line: written.chars().take(400).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (IgnoreFile, Vec<Diagnostic>) {
        IgnoreFile::read(IGNORE_NAME, text.as_bytes())
    }

    #[test]
    fn entries_are_trimmed_and_comments_and_blank_lines_passed_over() {
        let (file, warnings) = read("# why\r\n\r\n  src\\a.txt:tok:3  \r\n");
        assert!(warnings.is_empty());
        let suppression = file.suppression(["src/a.txt:tok:3"]).unwrap();
        assert_eq!((suppression.line, suppression.by.as_str()), (Some(3), "import"));
        assert!(file.suppression(["src/a.txt:tok:4"]).is_none());
    }

    #[test]
    fn an_entry_that_has_no_form_is_warned_about_and_kept_for_names_with_a_colon() {
        let (file, warnings) = read("x:y.txt:tok:1\n");
        assert_eq!(warnings.len(), 0, "four parts");
        assert!(file.suppression(["x:y.txt:tok:1"]).is_some());
        let (file, warnings) = read("a\nb:c:d:e:f\n");
        assert_eq!(warnings.iter().map(|warning| warning.span.start_line).collect::<Vec<_>>(), [1, 2]);
        assert!(file.suppression(["b:c:d:e:f"]).is_some());
    }

    #[test]
    fn a_content_entry_carries_its_reason_and_its_end() {
        let key = content_key("tok", "hunter2");
        let (file, warnings) = read(&format!("{key} expires=2027-01-31 # test vector\n"));
        assert!(warnings.is_empty(), "{warnings:?}");
        let suppression = file.suppression([key.as_str()]).unwrap();
        assert_eq!(suppression.reason.as_deref(), Some("test vector"));
        assert_eq!(suppression.expires, Some(jiff::civil::date(2027, 1, 31)));
        assert!(file.suppression([content_key("other", "hunter2").as_str()]).is_none());
    }

    #[test]
    fn a_content_entry_with_a_broken_end_is_not_honoured() {
        let key = content_key("tok", "hunter2");
        let (file, warnings) = read(&format!("{key} expires=soon\n"));
        assert_eq!(warnings.len(), 1);
        assert!(file.suppression([key.as_str()]).is_none());
    }
}
