//! Reports of scanners become findings.
