//! Any bytes as report: the first byte chooses the format that is stated, 0 and what is beyond the last: none, so that it is
//! told by content. Formats join by themselves.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use portcullis_ingest::{Input, Options, ReportOptions, Surroundings, format_names, read};
use portcullis_model::{Collected, Health, PathResolver};

static RESOLVER: LazyLock<PathResolver> = LazyLock::new(|| {
    let tracked = ["package-lock.json", "src/main.rs", "requirements.txt"];
    PathResolver::new(["/work".to_owned()], [], tracked.into_iter().map(str::to_owned).collect())
});

fuzz_target!(|bytes: &[u8]| {
    let Some((first, report)) = bytes.split_first() else { return };
    let names = format_names();
    let format = usize::from(*first).checked_sub(1).and_then(|index| names.get(index)).map(|name| (*name).to_owned());
    let options = ReportOptions { format, ..ReportOptions::default() };
    let input = Input { name: Some("deps"), path: "reports/report", bytes: report, modified: None, options: &options };
    let ingest = Options::default();
    let file = |path: &str| (path == "src/main.rs").then(|| b"fn main() {}\n".to_vec());
    let around = Surroundings {
        resolver: &RESOLVER,
        now: jiff::Timestamp::UNIX_EPOCH,
        head_commit: Some("0000000000000000000000000000000000000000"),
        file: &file,
        options: &ingest,
    };
    let collected = read(&input, &around);
    nothing_is_silent(&collected);
    let again = read(&input, &around);
    assert_eq!(format!("{collected:?}"), format!("{again:?}"), "same input, same answer");
    for finding in &collected.findings {
        serde_json::to_string(finding).expect("a finding has a JSON form");
    }
});

/// What was not read is a problem; a report that is well has none that is an error.
fn nothing_is_silent(collected: &Collected) {
    assert!(!collected.reports.is_empty(), "every file is a report that was read or could not be");
    for report in &collected.reports {
        let worst = report.problems.iter().map(|problem| problem.health).max().unwrap_or_default();
        assert!(report.health >= worst, "{report:?}");
        if report.health == Health::default() {
            assert!(!report.format.is_empty(), "{report:?}");
        }
    }
    let told: usize = collected.reports.iter().map(|report| report.problems.len()).sum();
    assert!(collected.problems.len() >= told.min(1), "{collected:?}");
    for finding in &collected.findings {
        assert!(!finding.id.is_empty() && !finding.rule_id.is_empty(), "{finding:?}");
    }
}
