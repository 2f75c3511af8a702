//! The one order in which outputs list findings, and what each of them says of a finding.

use std::cmp::Reverse;

use portcullis_model::{Introduced, Judged};

/// New ones first.
pub(crate) const fn delta(introduced: Introduced) -> u8 {
    match introduced {
        Introduced::New => 0,
        Introduced::Unknown => 1,
        Introduced::NewlyDisclosed => 2,
        Introduced::Existing => 3,
        Introduced::Fixed => 4,
    }
}

/// Level, new ones first, severity, path, line, id, fingerprint (spec/github-ux.md 5.3).
pub(crate) fn rank(judged: &Judged) -> impl Ord + use<> {
    let finding = &judged.finding;
    let primary = finding.primary();
    (
        (Reverse(judged.level), delta(judged.introduced), judged.severity.display_rank()),
        (finding.path().is_empty(), finding.path().to_owned()),
        primary.and_then(|location| location.start_line),
        primary.and_then(|location| location.start_col),
        (finding.id.clone(), finding.fingerprint.clone()),
    )
}

/// Every finding, the first to look at first.
pub fn ranked<'a>(findings: impl IntoIterator<Item = &'a Judged>) -> Vec<&'a Judged> {
    let mut ranked: Vec<&Judged> = findings.into_iter().collect();
    ranked.sort_by_cached_key(|judged| rank(judged));
    ranked
}
