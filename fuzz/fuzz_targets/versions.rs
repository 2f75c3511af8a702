//! Any three versions and a range, a line each, behind a byte that chooses the ecosystem: the comparison is an order, and a
//! range says of equal versions the same.

#![no_main]

use std::cmp::Ordering;

use libfuzzer_sys::fuzz_target;
use portcullis_model::version::{Range, compare};

const ECOSYSTEMS: [&str; 7] = ["npm", "cargo", "pypi", "deb", "rpm", "apk", "maven"];

fuzz_target!(|bytes: &[u8]| {
    let Some((first, rest)) = bytes.split_first() else { return };
    let Ok(text) = std::str::from_utf8(rest) else { return };
    let ecosystem = ECOSYSTEMS[usize::from(*first) % ECOSYSTEMS.len()];
    let mut lines = text.lines();
    let mut versions =
        [lines.next().unwrap_or_default(), lines.next().unwrap_or_default(), lines.next().unwrap_or_default()];
    for one in versions {
        assert_eq!(compare(ecosystem, one, one), Some(Ordering::Equal), "{ecosystem} {one:?}");
        for two in versions {
            let (there, back) = (compare(ecosystem, one, two), compare(ecosystem, two, one));
            assert_eq!(there, back.map(Ordering::reverse), "{ecosystem} {one:?} {two:?}");
        }
    }
    versions.sort_by(|one, two| compare(ecosystem, one, two).unwrap_or(Ordering::Equal));
    let [low, middle, high] = versions;
    let order = |one, two| compare(ecosystem, one, two);
    // To rpm a version without a release is any release: 1 is 1-1 and 1-2, which are not the same.
    let states_release = versions.map(|version| version.contains('-'));
    let is_ordered = ecosystem != "rpm" || states_release.iter().all(|states| *states == states_release[0]);
    if is_ordered
        && let (Some(below), Some(above), Some(across)) = (order(low, middle), order(middle, high), order(low, high))
        && below.is_le()
        && above.is_le()
    {
        assert!(across.is_le(), "{ecosystem} {versions:?}");
        assert_eq!(across == Ordering::Equal, below == above && below == Ordering::Equal, "{ecosystem} {versions:?}");
    }
    if let Ok(range) = Range::parse(ecosystem, lines.next().unwrap_or_default()) {
        for version in versions {
            let _ = range.contains(version);
        }
    }
});
