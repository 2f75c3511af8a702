//! A rule page: its front matter declares the rule.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

/// What a rule page declares.
#[derive(Debug)]
pub(crate) struct Page {
    /// `gha/unpinned-uses`
    pub(crate) id: String,
    /// Relative to the folder of the sources, `/`-separated.
    pub(crate) file: String,
    pub(crate) title: String,
    pub(crate) severity: String,
    pub(crate) tier: String,
    pub(crate) since: String,
    pub(crate) aliases: Vec<String>,
    pub(crate) fix: String,
}

const KEYS: [&str; 7] = ["title", "severity", "tier", "since", "aliases", "fix", "home"];
const SEVERITIES: [&str; 5] = ["critical", "high", "medium", "low", "info"];
const TIERS: [&str; 3] = ["default", "strict", "audit"];
const FIXES: [&str; 3] = ["none", "safe", "unsafe"];

/// Every page of a crate, sorted by id.
pub(crate) fn all(sources: &Path) -> Result<Vec<Page>> {
    let mut pages = Vec::new();
    for folder in sorted(sources)? {
        if folder.is_dir() {
            for file in sorted(&folder)?.iter().filter(|file| file.extension().is_some_and(|end| end == "md")) {
                pages.push(Page::read(sources, file).with_context(|| file.display().to_string())?);
            }
        }
    }
    pages.sort_by(|one, two| one.id.cmp(&two.id));
    Ok(pages)
}

fn sorted(folder: &Path) -> Result<Vec<PathBuf>> {
    let listed = std::fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let mut paths = listed.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

impl Page {
    fn read(sources: &Path, file: &Path) -> Result<Self> {
        let (folder, slug) = (name(file.parent())?, name(Some(&file.with_extension("")))?);
        let text = crate::read(file)?;
        let mut matter = front_matter(&text)?;
        let mut take = |key: &str| matter.remove(key);
        let page = Self {
            id: format!("{}/{slug}", folder.replace('_', "-")),
            file: format!("{folder}/{slug}.md"),
            title: take("title").context("`title` is missing")?,
            severity: one_of("severity", take("severity"), &SEVERITIES)?,
            tier: one_of("tier", take("tier"), &TIERS)?,
            since: take("since").context("`since` is missing")?,
            aliases: list(&take("aliases").unwrap_or_default())?,
            fix: one_of("fix", take("fix"), &FIXES)?,
        };
        let home = take("home").unwrap_or_else(|| slug.replace('-', "_"));
        let code = sources.join(&folder).join(format!("{home}.rs"));
        ensure!(code.is_file(), "the page has no code: {} is missing", code.display());
        Ok(page)
    }

    /// `GHA_UNPINNED_USES`
    pub(crate) fn constant(&self) -> String {
        self.id.replace(['/', '-'], "_").to_ascii_uppercase()
    }
}

fn name(path: Option<&Path>) -> Result<String> {
    let name = path.and_then(Path::file_name).and_then(|name| name.to_str());
    name.map(str::to_owned).context("the path is no text")
}

/// `key: value` lines between two lines of three dashes; ` #` begins a comment.
fn front_matter(text: &str) -> Result<BTreeMap<String, String>> {
    let rest = text.strip_prefix("---\n").context("the page does not begin with `---`")?;
    let (matter, _) = rest.split_once("\n---\n").context("the front matter is not closed by `---`")?;
    let mut values = BTreeMap::new();
    for line in matter.lines().filter(|line| !line.trim().is_empty()) {
        let (key, value) = line.split_once(':').with_context(|| format!("`{line}` is no `key: value`"))?;
        ensure!(KEYS.contains(&key), "unknown key `{key}`");
        let value = value.split(" #").next().unwrap_or_default().trim();
        ensure!(values.insert(key.to_owned(), value.to_owned()).is_none(), "`{key}` is given twice");
    }
    Ok(values)
}

fn one_of(key: &str, value: Option<String>, words: &[&str]) -> Result<String> {
    match value {
        Some(value) if words.contains(&value.as_str()) => Ok(value),
        Some(value) => bail!("`{key}: {value}` is none of {words:?}"),
        None => bail!("`{key}` is missing"),
    }
}

/// `[a, b]`
fn list(value: &str) -> Result<Vec<String>> {
    if value.is_empty() {
        return Ok(Vec::new());
    }
    let inner = value.strip_prefix('[').and_then(|value| value.strip_suffix(']'));
    let inner = inner.with_context(|| format!("`{value}` is no list: write [a, b]"))?;
    Ok(inner.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_behind_a_value_is_no_part_of_it() {
        let matter = front_matter("---\ntier: default  # default | strict\n---\n").unwrap();
        assert_eq!(matter["tier"], "default");
    }

    #[test]
    fn a_key_nobody_reads_is_refused() {
        assert!(front_matter("---\nlevel: high\n---\n").unwrap_err().to_string().contains("`level`"));
    }
}
