//! `count-reports DIR`: counts the findings of every report below a directory with a few lines of its own, and compares them with
//! what the program says. It knows nothing of the program's readers: where both agree, two readings of the format do.

mod json;
mod xml;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// Severity or kind to number.
pub(super) type Tally = BTreeMap<String, u64>;

/// What a report holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Count {
    /// Every finding, whatever its state.
    pub(super) total: Option<u64>,
    /// Every finding by kind.
    pub(super) kinds: Option<Tally>,
    /// Open findings by severity.
    pub(super) severities: Option<Tally>,
    /// Entries of an inventory.
    pub(super) components: Option<u64>,
}

/// Files and findings of a format.
#[derive(Default)]
struct Row {
    files: u64,
    findings: u64,
    components: u64,
    by_kind: Tally,
    by_severity: Tally,
    differing: u64,
}

/// Counts, compares, prints. The error says how many files differ.
pub(crate) fn run(root: &Path, directory: &str) -> Result<()> {
    let built = Command::new(env!("CARGO")).args(["build", "--locked"]).current_dir(root).status()?;
    ensure!(built.success(), "the program cannot be built");
    let program = root.join("target/debug/portcullis");
    let mut files = Vec::new();
    collect(Path::new(directory), &mut files)?;
    files.sort();
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    let mut uncounted: Tally = Tally::new();
    let mut differences = Vec::new();
    for file in &files {
        let bytes = std::fs::read(file).with_context(|| file.display().to_string())?;
        let (format, said) = said(&program, file)?;
        let Some(counted) = count(&bytes, &format) else {
            *uncounted.entry(if format.is_empty() { "in no known format".to_owned() } else { format }).or_default() +=
                1;
            continue;
        };
        let row = rows.entry(format).or_default();
        row.add(&said);
        let found = differing(&counted, &said);
        row.differing += u64::from(!found.is_empty());
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        differences.extend(found.into_iter().map(|what| format!("{name}: {what}")));
    }
    print(&rows, &uncounted, &differences);
    let differing: u64 = rows.values().map(|row| row.differing).sum();
    ensure!(differing == 0, "{differing} files differ");
    Ok(())
}

impl Row {
    fn add(&mut self, said: &Count) {
        self.files += 1;
        self.findings += said.total.unwrap_or_default();
        self.components += said.components.unwrap_or_default();
        for (into, from) in [(&mut self.by_kind, &said.kinds), (&mut self.by_severity, &said.severities)] {
            for (word, count) in from.iter().flatten() {
                *into.entry(word.clone()).or_default() += count;
            }
        }
    }
}

fn collect(directory: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in std::fs::read_dir(directory).with_context(|| directory.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() { collect(&path, files)? } else { files.push(path) }
    }
    Ok(())
}

fn count(bytes: &[u8], format: &str) -> Option<Count> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.trim_ascii_start().starts_with(b"<") {
        return xml::count(bytes);
    }
    let values: Result<Vec<Value>, _> = serde_json::Deserializer::from_slice(bytes).into_iter().collect();
    json::count(&values.ok()?, format)
}

/// Format and counts of the program's own answer.
fn said(program: &Path, file: &Path) -> Result<(String, Count)> {
    let empty = std::env::temp_dir().join("portcullis-count-reports");
    std::fs::create_dir_all(&empty)?;
    let file = file.canonicalize()?;
    let output = Command::new(program)
        .args(["check", "-f", "json", "--now", "2026-11-21", "--report"])
        .arg(&file)
        .current_dir(&empty)
        .output()?;
    let document: Value =
        serde_json::from_slice(&output.stdout).with_context(|| format!("{}: no answer", file.display()))?;
    let report = document.pointer("/reports/0").cloned().unwrap_or_default();
    let tally = |name: &str| -> Tally {
        let counts = report.pointer(&format!("/counts/{name}")).and_then(Value::as_object);
        let some = counts.into_iter().flatten().map(|(word, count)| (word.clone(), count.as_u64().unwrap_or_default()));
        some.filter(|(_, count)| *count > 0).collect()
    };
    let states = tally("state");
    let counted = Count {
        total: Some(states.values().sum()),
        kinds: Some(tally("kind")),
        severities: Some(tally("severity")),
        components: report.get("components").and_then(Value::as_u64).or(Some(0)),
    };
    Ok((report.get("format").and_then(Value::as_str).unwrap_or_default().to_owned(), counted))
}

/// What was counted and is not what the program says.
fn differing(counted: &Count, said: &Count) -> Vec<String> {
    let mut found = Vec::new();
    let mut compare = |name: &str, ours: Option<String>, theirs: Option<String>| {
        if let (Some(ours), Some(theirs)) = (ours, theirs)
            && ours != theirs
        {
            found.push(format!("{name}: counted {ours}, the program says {theirs}"));
        }
    };
    let number = |number: Option<u64>| number.map(|number| number.to_string());
    let words = |tally: &Option<Tally>| tally.as_ref().map(shown);
    compare("findings", number(counted.total), number(said.total));
    compare("kinds", words(&counted.kinds), words(&said.kinds));
    compare("severities", words(&counted.severities), words(&said.severities));
    compare("components", number(counted.components), number(said.components));
    found
}

fn shown(tally: &Tally) -> String {
    let words: Vec<String> = tally.iter().map(|(word, count)| format!("{word} {count}")).collect();
    if words.is_empty() { "none".to_owned() } else { words.join(", ") }
}

#[allow(clippy::print_stdout, reason = "the result of the chore")]
fn print(rows: &BTreeMap<String, Row>, uncounted: &Tally, differences: &[String]) {
    println!("| format | files | findings | components | differing | by kind | open by severity |");
    println!("|---|---|---|---|---|---|---|");
    for (format, row) in rows {
        println!(
            "| {format} | {} | {} | {} | {} | {} | {} |",
            row.files,
            row.findings,
            row.components,
            row.differing,
            shown(&row.by_kind),
            shown(&row.by_severity)
        );
    }
    println!("\nnot counted here: {}", shown(uncounted));
    for difference in differences {
        println!("{difference}");
    }
}
