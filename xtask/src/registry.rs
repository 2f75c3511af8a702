//! `registry.rs` of a crate with rule pages.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};

use crate::page::{self, Page};

/// Writes the registry.
pub(crate) fn write(root: &Path) -> Result<()> {
    let (file, text) = generated(root)?;
    std::fs::write(file, text)?;
    Ok(())
}

/// Fails when the registry is not what the pages make.
pub(crate) fn check(root: &Path) -> Result<()> {
    let (file, text) = generated(root)?;
    let current = crate::read(&file)?;
    ensure!(current == text, "{} is stale: run `cargo run -p xtask -- gen`", file.display());
    Ok(())
}

fn generated(root: &Path) -> Result<(PathBuf, String)> {
    let sources = root.join("crates/checks/src");
    let pages = page::all(&sources)?;
    Ok((sources.join("registry.rs"), registry(&pages)))
}

fn registry(pages: &[Page]) -> String {
    let mut text = String::from(
        "//! Every rule of this crate. Written from the rule pages by `cargo run -p xtask -- gen`; not edited by hand.\n\n\
         use portcullis_model::{FixKind, Rule, Severity, Tier};\n\n\
         use crate::page::body;\n\n\
         /// Every rule, sorted by id.\n\
         pub(crate) static RULES: &[Rule] = &[\n",
    );
    for page in pages {
        let _ = writeln!(text, "    {},", page.constant());
    }
    text.push_str("];\n");
    for page in pages {
        push_rule(&mut text, page);
    }
    text
}

fn push_rule(text: &mut String, page: &Page) {
    let aliases: Vec<String> = page.aliases.iter().map(|alias| format!("{alias:?}")).collect();
    let _ = write!(
        text,
        "\n/// {title}\n\
         pub(crate) const {constant}: Rule = Rule {{\n    \
             id: {id:?},\n    \
             title: {title:?},\n    \
             severity: Severity::{severity},\n    \
             tier: Tier::{tier},\n    \
             since: {since:?},\n    \
             aliases: &[{aliases}],\n    \
             fix: FixKind::{fix},\n    \
             page: body(include_str!({file:?})),\n\
         }};\n",
        title = page.title,
        constant = page.constant(),
        id = page.id,
        severity = capitalised(&page.severity),
        tier = capitalised(&page.tier),
        since = page.since,
        aliases = aliases.join(", "),
        fix = capitalised(&page.fix),
        file = page.file,
    );
}

fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(chars).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_registry_is_what_the_pages_make() {
        super::check(crate::root()).unwrap();
    }
}
