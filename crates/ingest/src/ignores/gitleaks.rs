//! `.gitleaksignore`, for the findings of reports: those of our own scanner have met it before.

use super::entry::Criterion;
use super::reading::{Reading, Terms};

pub(super) fn read(reading: &mut Reading<'_>, text: &str) {
    for (number, written) in (1_u32..).zip(text.lines()) {
        let line = written.trim();
        // Entries by the secret itself are a form of ours, and no report shows its secrets. What is no entry of any form is
        // told where our own scanner reads the file.
        if line.is_empty() || line.starts_with('#') || line.starts_with("sha256:") {
            continue;
        }
        let key = line.replace('\\', "/");
        reading.push(number, Terms::default(), vec![Criterion::Fingerprint(key)]);
    }
}
