//! The page of a secret rule, written from what its TOML says.

use std::fmt::Write as _;

use portcullis_model::Severity;

use crate::Rule;
use crate::engine::severity;

impl Rule {
    /// How bad its findings are.
    pub fn severity(&self) -> Severity {
        severity(self).0
    }

    /// What `explain` prints: what is found, how it is decided, what to do. Markdown.
    pub fn page(&self) -> String {
        let mut page = String::new();
        // Writing to a string cannot fail.
        let _ = write_page(self, &mut page);
        page
    }
}

fn write_page(rule: &Rule, page: &mut String) -> std::fmt::Result {
    writeln!(page, "{}.", rule.description.trim_end_matches('.'))?;
    writeln!(
        page,
        "\nWhoever can read the repository, now or later, can use a secret that stands in it: clones, forks, caches and \
         backups keep it after the line is gone.\n"
    )?;
    writeln!(page, "How it is decided:\n")?;
    if !rule.keywords.is_empty() {
        let keywords: Vec<String> = rule.keywords.iter().map(|keyword| format!("`{keyword}`")).collect();
        writeln!(page, "- the text holds {}, in upper or lower case", keywords.join(" or "))?;
    }
    if let Some(path) = &rule.path {
        writeln!(page, "- the path matches `{}`", path.as_str())?;
    }
    if let Some(regex) = &rule.regex {
        writeln!(page, "- this matches (syntax of Go's `regexp`):\n\n```\n{}\n```", regex.as_str())?;
    }
    if rule.entropy > 0.0 {
        writeln!(page, "- the entropy of the secret is above {} bits for each character", rule.entropy)?;
    }
    for entry in rule.allowlists.iter().filter(|entry| !entry.description.is_empty()) {
        writeln!(page, "- left out: {}", entry.description)?;
    }
    writeln!(
        page,
        "\nHow to fix it: revoke the secret where it was issued, first of all; put the new one where the program reads it at run \
         time (the secret store of your platform, an environment variable); then take it out of the file. Rewriting the history \
         does not bring it back."
    )?;
    if let Some(uri) = &rule.help_uri {
        writeln!(page, "\nMore: {uri}")?;
    }
    Ok(())
}
