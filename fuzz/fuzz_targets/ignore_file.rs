//! Any text as ignore file of another tool (the first byte chooses whose): entries that are noted at findings and change
//! nothing else, or problems that point into the file.

#![no_main]

use libfuzzer_sys::fuzz_target;
use portcullis_fuzz::reports::SEEDS;
use portcullis_ingest::ignores::{IgnoreFiles, is_ignore_file};

const NAMES: [&str; 12] = [
    ".trivyignore",
    ".trivyignore.yaml",
    ".grype.yaml",
    "osv-scanner.toml",
    ".snyk",
    ".gitleaksignore",
    "audit-ci.jsonc",
    ".nsprc",
    ".cargo/audit.toml",
    ".cargo/deny.toml",
    "deny.toml",
    "app/.snyk",
];

fuzz_target!(|bytes: &[u8]| {
    let Some((first, file)) = bytes.split_first() else { return };
    let path = NAMES[usize::from(*first) % NAMES.len()];
    assert!(is_ignore_file(path));
    let mut files = IgnoreFiles::default();
    let problems = files.read(path, file);
    assert_eq!(problems, IgnoreFiles::default().read(path, file), "same input, same answer");
    // Line ends of every kind are at most bytes.
    for problem in &problems {
        assert_eq!(problem.path.as_deref(), Some(path));
        assert!(problem.line.is_none_or(|line| line as usize <= file.len() + 1), "{problem:?}");
    }
    let mut findings = SEEDS.findings.clone();
    files.apply(&mut findings);
    for (finding, before) in findings.iter_mut().zip(&SEEDS.findings) {
        for noted in &finding.suppressions[before.suppressions.len()..] {
            assert_eq!((noted.by.as_str(), noted.source_file.as_deref()), ("import", Some(path)));
            assert!(noted.line.is_some_and(|line| line as usize <= file.len() + 1), "{noted:?}");
        }
        finding.suppressions.truncate(before.suppressions.len());
    }
    assert_eq!(findings, SEEDS.findings, "a finding stays what it is");
});
