//! Reading large reports: `cargo bench -p portcullis-benches --bench reports`. What the reader holds meanwhile is counted by
//! the bench `reports_memory`: counting allocations costs time, so the two are apart.

#![allow(missing_docs, clippy::unwrap_used, reason = "a bench has no users and may stop")]

use std::mem::ManuallyDrop;

use divan::Bencher;
use divan::counter::BytesCount;
use portcullis_benches::reports::{MEBIBYTE, cyclonedx, sarif, trivy};
use portcullis_ingest::{Input, Options, ReportOptions, Surroundings, read};
use portcullis_model::PathResolver;

fn main() {
    divan::main();
}

/// 200 MiB of Trivy: about 70,000 vulnerabilities in forty targets.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn trivy_200_mib(bencher: Bencher<'_, '_>) {
    read_all(bencher, &trivy(200 * MEBIBYTE), 60_000);
}

/// 100 MiB of SARIF with one run.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn sarif_100_mib(bencher: Bencher<'_, '_>) {
    read_all(bencher, &sarif(100 * MEBIBYTE), 40_000);
}

/// 100 MiB of CycloneDX: about 50,000 components with their edges, and some vulnerabilities.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn cyclonedx_100_mib(bencher: Bencher<'_, '_>) {
    read_all(bencher, &cyclonedx(100 * MEBIBYTE), 2_000);
}

fn read_all(bencher: Bencher<'_, '_>, text: &str, fewest: usize) {
    let resolver = PathResolver::new([], [], Vec::new());
    let options = Options::default();
    let around = Surroundings {
        resolver: &resolver,
        now: "2026-11-21T00:00:00Z".parse().unwrap(),
        commits: &[],
        file: &|_| None,
        options: &options,
    };
    let entry = ReportOptions::default();
    let input = Input { name: None, path: "report.json", bytes: text.as_bytes(), modified: None, options: &entry };
    let collected = read(&input, &around);
    assert!(collected.findings.len() >= fewest, "{:?}", collected.problems.first());
    assert!(collected.problems.is_empty(), "{:?}", collected.problems.first());
    // Nothing is given back: the allocator would tidy up millions of pieces while the next report is read, which no program
    // that reads a report and ends has to pay for.
    let _kept = ManuallyDrop::new(collected);
    bencher.counter(BytesCount::of_str(text)).bench(|| ManuallyDrop::new(read(&input, &around)));
}
