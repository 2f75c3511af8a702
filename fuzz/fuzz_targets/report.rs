//! Any bytes as report: the first byte chooses the format that is stated, 0 and what is beyond the last: none, so that it is
//! told by content. Formats join by themselves.

#![no_main]

use libfuzzer_sys::fuzz_target;
use portcullis_fuzz::reports::read;
use portcullis_ingest::format_names;
use portcullis_model::{Collected, Health};

fuzz_target!(|bytes: &[u8]| {
    let Some((first, report)) = bytes.split_first() else { return };
    let names = format_names();
    let stated = usize::from(*first).checked_sub(1).and_then(|index| names.get(index)).copied();
    let collected = read(stated, report);
    nothing_is_silent(&collected);
    let told = read(None, report);
    nothing_is_silent(&told);
    // Told to be what it is stated to be, it says the same; otherwise it is read again. What is refused says for which section.
    let is_read = formats(&told).iter().all(|format| !format.is_empty());
    let again = if is_read && formats(&told) == formats(&collected) { told } else { read(stated, report) };
    assert_eq!(format!("{collected:?}"), format!("{again:?}"), "same input, same answer");
    for finding in &collected.findings {
        serde_json::to_string(finding).expect("a finding has a JSON form");
    }
});

fn formats(collected: &Collected) -> Vec<&str> {
    collected.reports.iter().map(|report| report.format.as_str()).collect()
}

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
