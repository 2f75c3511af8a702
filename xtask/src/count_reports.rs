//! `count-reports DIR`: counts the findings of every report below a directory with a few lines of its own, and compares them with
//! what the program says. The counters know nothing of the program's readers: where both agree, two readings of the format do. The
//! small reports of the fuzz target are counted first: formats that nobody has real reports of are among them.

mod bom;
mod dependencies;
mod finding;
mod json;
mod lint;
mod load;
mod quality;
mod sarif;
mod trivy;
mod vex;
mod xml;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use portcullis_ingest::{Input, Options, ReportOptions, Surroundings};
use portcullis_model::PathResolver;
use serde_json::Value;

/// Severity or kind to number.
pub(super) type Tally = BTreeMap<String, u64>;

/// Name of a metric to its value.
pub(super) type Metrics = BTreeMap<String, f64>;

/// Stands among the metrics for how many of them miss the bound that the report states.
pub(super) const MISSED: &str = "missed bounds";

/// Stands among the states of products for how many of them have a package URL.
pub(super) const BY_PURL: &str = "by package URL";

/// What a report holds; a counter leaves out what its format does not say, or what only a policy decides.
#[derive(Debug, Default)]
pub(super) struct Count {
    /// Every finding, whatever its state; checks that passed are none.
    pub(super) total: Option<u64>,
    /// Every finding by kind.
    pub(super) kinds: Option<Tally>,
    /// Open findings by severity.
    pub(super) severities: Option<Tally>,
    /// Checks that passed.
    pub(super) passed: Option<u64>,
    /// Whether something that is in the report is no finding, because nobody can say what it is.
    pub(super) left_out: Option<bool>,
    /// Entries of an inventory.
    pub(super) components: Option<u64>,
    /// Those with a package URL.
    pub(super) purls: Option<u64>,
    /// Of the values the counter knows; with the page a value is about behind its name.
    pub(super) metrics: Option<Metrics>,
    /// What VEX statements say, by product.
    pub(super) statements: Option<Tally>,
}

/// Files and findings of a format.
#[derive(Default)]
struct Row {
    files: u64,
    findings: u64,
    components: u64,
    /// Values and statements that were compared.
    values: u64,
    statements: u64,
    by_kind: Tally,
    by_severity: Tally,
    /// Files whose severities were counted.
    rated: u64,
    differing: u64,
}

/// Counts, compares, prints. The error says how many files differ.
pub(crate) fn run(root: &Path, directory: &str) -> Result<()> {
    let built = Command::new(env!("CARGO")).args(["build", "--locked"]).current_dir(root).status()?;
    ensure!(built.success(), "the program cannot be built");
    let program = root.join("target/debug/portcullis");
    let scratch = std::env::temp_dir().join(format!("portcullis-count-reports-{}", std::process::id()));
    let mut files = own_reports(root, &scratch.join("own"))?;
    collect(Path::new(directory), &mut files)?;
    files.sort();
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    let mut uncounted: Tally = Tally::new();
    let mut differences = Vec::new();
    for file in &files {
        let bytes = std::fs::read(file).with_context(|| file.display().to_string())?;
        let (format, said) = said(&program, file, &scratch)?;
        let Some(counted) = count(&bytes, &format) else {
            *uncounted.entry(if format.is_empty() { "in no known format".to_owned() } else { format }).or_default() +=
                1;
            continue;
        };
        let row = rows.entry(format).or_default();
        row.add(&counted, &said);
        let found = differing(&counted, &said);
        row.differing += u64::from(!found.is_empty());
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        differences.extend(found.into_iter().map(|what| format!("{name}: {what}")));
    }
    std::fs::remove_dir_all(&scratch)?;
    print(&rows, &uncounted, &differences);
    let differing: u64 = rows.values().map(|row| row.differing).sum();
    ensure!(differing == 0, "{differing} files differ");
    Ok(())
}

/// The seeds of the fuzz target `report` without the byte that states their format, as files.
fn own_reports(root: &Path, folder: &Path) -> Result<Vec<PathBuf>> {
    std::fs::create_dir_all(folder)?;
    let (mut seeds, mut files) = (Vec::new(), Vec::new());
    collect(&root.join("fuzz/seeds/report"), &mut seeds)?;
    for seed in seeds {
        let (bytes, name) = (std::fs::read(&seed)?, seed.file_name().unwrap_or_default());
        let file = folder.join(name);
        std::fs::write(&file, bytes.get(1..).unwrap_or_default())?;
        files.push(file);
    }
    Ok(files)
}

impl Row {
    fn add(&mut self, counted: &Count, said: &Count) {
        self.files += 1;
        self.rated += u64::from(counted.severities.is_some());
        self.findings += said.total.unwrap_or_default();
        self.components += said.components.unwrap_or_default();
        self.values += counted.metrics.iter().flatten().filter(|(name, _)| name.as_str() != MISSED).count() as u64;
        let products = counted.statements.iter().flatten().filter(|(status, _)| status.as_str() != BY_PURL);
        self.statements += products.map(|(_, count)| count).sum::<u64>();
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
    match format {
        // The program does not know it.
        "" => return None,
        "spdx2-tv" => return Some(bom::spdx_2_tag_value(&String::from_utf8_lossy(bytes))),
        "lcov" => return Some(quality::lcov(&String::from_utf8_lossy(bytes))),
        _ if bytes.trim_ascii_start().starts_with(b"<") => return xml::count(&String::from_utf8_lossy(bytes)),
        _ => {}
    }
    let values: Result<Vec<Value>, _> = serde_json::Deserializer::from_slice(bytes).into_iter().collect();
    json::count(&values.ok()?, format)
}

/// Format and counts of the program's own answer.
fn said(program: &Path, file: &Path, scratch: &Path) -> Result<(String, Count)> {
    let file = file.canonicalize()?;
    let output = Command::new(program)
        .args(["check", "-f", "json", "--now", "2026-11-21", "--report"])
        .arg(&file)
        .current_dir(scratch)
        .output()?;
    let document: Value =
        serde_json::from_slice(&output.stdout).with_context(|| format!("{}: no answer", file.display()))?;
    let report = document.pointer("/reports/0").cloned().unwrap_or_default();
    let tally = |name: &str| -> Tally {
        let counts = report.pointer(&format!("/counts/{name}")).and_then(Value::as_object);
        let some = counts.into_iter().flatten().map(|(word, count)| (word.clone(), count.as_u64().unwrap_or_default()));
        some.filter(|(_, count)| *count > 0).collect()
    };
    let (kinds, mut states) = (tally("kind"), tally("state"));
    let passed = states.remove("passed").unwrap_or_default();
    let list = |key: &str| json::items(&document, key).iter();
    let purls =
        list("components").filter(|component| !component["written_purl"].is_null() || !component["purl"].is_null());
    let left_out = list("problems").any(|problem| problem["code"] == "dropped_item");
    let named = |metric: &Value| format!("{} {}", json::word(&metric["name"]), json::word(&metric["target"]));
    let metrics = list("metrics")
        .filter_map(|metric| Some((named(metric).trim_end().to_owned(), json::number(&metric["value"])?)));
    let mut metrics: Metrics = metrics.collect();
    let missed = list("metrics").filter(|metric| metric["passed"] == false);
    metrics.insert(MISSED.to_owned(), missed.map(|_| 1.0).sum());
    let format = report.get("format").and_then(Value::as_str).unwrap_or_default().to_owned();
    let counted = Count {
        total: Some(states.values().sum()),
        kinds: Some(kinds),
        severities: Some(tally("severity")),
        passed: Some(passed),
        left_out: Some(left_out),
        components: report.get("components").and_then(Value::as_u64).or(Some(0)),
        purls: Some(purls.count() as u64),
        metrics: Some(metrics),
        statements: statements(&std::fs::read(&file)?, &format),
    };
    Ok((format, counted))
}

/// What the program's reader makes of the statements in a document: its answer shows only what they take effect on.
fn statements(bytes: &[u8], format: &str) -> Option<Tally> {
    if !matches!(format, "openvex" | "csaf" | "cyclonedx-json") {
        return None;
    }
    let resolver = PathResolver::new([], [], Vec::new());
    let (options, entry) = (Options::default(), ReportOptions::default());
    let now = "2026-11-21T00:00:00Z".parse().ok()?;
    let around = Surroundings { resolver: &resolver, now, commits: &[], file: &|_| None, options: &options };
    let input = Input { name: None, path: "report", bytes, modified: None, options: &entry };
    let collected = portcullis_ingest::read(&input, &around);
    let mut said = Tally::new();
    for statement in &collected.vex {
        let status = serde_json::to_value(statement.status).ok()?;
        let products = statement.products.len() as u64;
        *said.entry(json::word(&status).to_owned()).or_default() += products;
        if format != "cyclonedx-json" {
            let by_purl = statement.products.iter().filter(|product| product.purl.is_some()).count();
            *said.entry(BY_PURL.to_owned()).or_default() += by_purl as u64;
        }
    }
    said.retain(|_, count| *count > 0);
    Some(said)
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
    compare("statements", words(&counted.statements), words(&said.statements));
    compare("passed", number(counted.passed), number(said.passed));
    compare("components", number(counted.components), number(said.components));
    compare("package URLs", number(counted.purls), number(said.purls));
    let yes = |flag: Option<bool>| flag.map(|flag| flag.to_string());
    compare("left out", yes(counted.left_out), yes(said.left_out));
    for (name, value) in counted.metrics.iter().flatten() {
        let theirs = said.metrics.as_ref().and_then(|metrics| metrics.get(name));
        // Exact decimals there, not here.
        let shown = |value: &f64| format!("{value:.4}");
        compare(name, Some(shown(value)), Some(theirs.map_or("nothing".to_owned(), shown)));
    }
    found
}

fn shown(tally: &Tally) -> String {
    let words: Vec<String> = tally.iter().map(|(word, count)| format!("{word} {count}")).collect();
    if words.is_empty() { "none".to_owned() } else { words.join(", ") }
}

#[allow(clippy::print_stdout, reason = "the result of the chore")]
fn print(rows: &BTreeMap<String, Row>, uncounted: &Tally, differences: &[String]) {
    println!(
        "| format | files | rated | findings | components | values | statements | differing | by kind | open by severity |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    for (format, row) in rows {
        println!(
            "| {format} | {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            row.files,
            row.rated,
            row.findings,
            row.components,
            row.values,
            row.statements,
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
