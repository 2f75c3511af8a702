//! What reading a large report holds: `cargo bench -p portcullis-benches --bench reports_memory`. The text itself is made
//! before counting begins; `besides` is what is held at the peak and not part of what comes back.

#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, reason = "a bench has no users, may stop and prints")]

use peak_alloc::PeakAlloc;
use portcullis_benches::reports::{MEBIBYTE, cyclonedx, sarif, trivy};
use portcullis_ingest::{Input, Options, ReportOptions, Surroundings, read};
use portcullis_model::PathResolver;

#[global_allocator]
static ALLOCATIONS: PeakAlloc = PeakAlloc;

fn main() {
    println!("{:<20} {:>12} {:>12} {:>12} {:>12}", "MiB", "text", "at the peak", "held after", "besides");
    measure("trivy_200_mib", &trivy(200 * MEBIBYTE));
    measure("sarif_100_mib", &sarif(100 * MEBIBYTE));
    measure("cyclonedx_100_mib", &cyclonedx(100 * MEBIBYTE));
}

fn measure(name: &str, text: &str) {
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
    ALLOCATIONS.reset_peak_usage();
    let before = ALLOCATIONS.current_usage();
    let collected = read(&input, &around);
    let peak = ALLOCATIONS.peak_usage() - before;
    let after = ALLOCATIONS.current_usage() - before;
    assert!(collected.problems.is_empty(), "{:?}", collected.problems.first());
    let mebibytes = |bytes: usize| format!("{}.{}", bytes / MEBIBYTE, bytes % MEBIBYTE * 10 / MEBIBYTE);
    println!(
        "{name:<20} {:>12} {:>12} {:>12} {:>12}",
        mebibytes(text.len()),
        mebibytes(peak),
        mebibytes(after),
        mebibytes(peak - after)
    );
}
