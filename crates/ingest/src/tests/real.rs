//! Real files of other projects, where they lie beside the workspace (`PORTCULLIS_SHARED`, else `../shared`).
#![allow(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "tests read the material from disk and say when they skip"
)]

use std::path::PathBuf;

use portcullis_model::{Health, Severity};

use super::{codes, health, read};

/// Every file of a folder of the shared reports, sorted; `None` when the material is not there.
pub(crate) fn files(folder: &str) -> Option<Vec<(String, Vec<u8>)>> {
    let root = std::env::var_os("PORTCULLIS_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let folder = root.join("data/reports").join(folder);
    let Ok(entries) = std::fs::read_dir(&folder) else {
        eprintln!("SKIPPED: {} is not there; set PORTCULLIS_SHARED", folder.display());
        return None;
    };
    let mut files: Vec<_> = entries
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(&path).unwrap()))
        .collect();
    files.sort();
    Some(files)
}

const FOLDERS: [&str; 5] = ["trivy", "sarif", "defectdojo", "cyclonedx", "spdx"];

#[test]
fn every_real_file_is_read_or_refused_for_a_stated_reason() {
    for folder in FOLDERS {
        for (name, bytes) in files(folder).unwrap_or_default() {
            let collected = read(&bytes);
            assert!(!collected.reports.is_empty(), "{name}");
            for report in &collected.reports {
                let counts = &report.counts.severity;
                let by_severity: Vec<u64> = Severity::ALL.iter().map(|severity| *counts.get(*severity)).collect();
                println!(
                    "{folder}/{name}\t{}\t{:?}\t{:?}\t{by_severity:?}\t{:?}",
                    report.format,
                    report.health,
                    codes(&collected),
                    report.counts.state
                );
            }
            let said_nothing = collected.findings.is_empty() && collected.problems.is_empty();
            assert!(
                health(&collected) == Health::Error || !said_nothing || collected.reports[0].format != "",
                "{name}"
            );
        }
    }
}
