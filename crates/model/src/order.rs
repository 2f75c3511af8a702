//! The one total order of everything that is listed: path, byte offset, rule id (DESIGN section 1).

use std::cmp::Ordering;

use crate::{Finding, Problem};

/// A stable sort of large things: their places are put in order first, then each is moved once. Findings take more than half a
/// kilobyte, and sorting them in place moves each some ten times.
pub fn sort<T>(things: &mut [T], compare: impl Fn(&T, &T) -> Ordering) {
    if things.is_sorted_by(|one, two| compare(one, two).is_le()) {
        return;
    }
    let mut places: Vec<usize> = (0..things.len()).collect();
    places.sort_by(|one, two| match (things.get(*one), things.get(*two)) {
        (Some(one), Some(two)) => compare(one, two),
        _ => Ordering::Equal,
    });
    for target in 0..things.len() {
        let place_of = |place: usize| places.get(place).copied().unwrap_or(place);
        // What stood before the target has been swapped away already; its place says where to.
        let mut place = place_of(target);
        while place < target {
            place = place_of(place);
        }
        things.swap(target, place);
        if let Some(known) = places.get_mut(target) {
            *known = place;
        }
    }
}

/// Path, byte offset, line, column, rule id, then everything else that can differ; findings without a path come last.
pub fn findings(one: &Finding, two: &Finding) -> Ordering {
    let place = |finding: &Finding| {
        let place = finding.primary();
        (
            place.and_then(|place| place.start_byte),
            place.and_then(|place| place.start_line),
            place.and_then(|place| place.start_col),
        )
    };
    let package = |finding: &Finding| finding.package.as_deref().map(|package| (package.label(), package.purl.clone()));
    let report = |finding: &Finding| {
        finding.sources.first().map(|source| (source.tool.clone(), source.report.clone(), source.run))
    };
    (one.path().is_empty(), one.path())
        .cmp(&(two.path().is_empty(), two.path()))
        .then_with(|| place(one).cmp(&place(two)))
        .then_with(|| one.rule_id.cmp(&two.rule_id))
        .then_with(|| one.id.cmp(&two.id))
        .then_with(|| package(one).cmp(&package(two)))
        .then_with(|| one.message.cmp(&two.message))
        .then_with(|| report(one).cmp(&report(two)))
        .then_with(|| one.severity.display_rank().cmp(&two.severity.display_rank()))
        .then_with(|| one.state.cmp(&two.state))
        .then_with(|| one.aliases.cmp(&two.aliases))
        .then_with(|| one.fingerprint.cmp(&two.fingerprint))
}

/// Path, byte, line, code, message; problems without a path first.
pub fn problems(one: &Problem, two: &Problem) -> Ordering {
    let key = |problem: &Problem| (problem.path.clone(), problem.byte, problem.line, problem.col, problem.code);
    key(one)
        .cmp(&key(two))
        .then_with(|| one.message.cmp(&two.message))
        .then_with(|| one.report.cmp(&two.report))
        .then_with(|| one.health.cmp(&two.health))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::sort;

    proptest! {
        #[test]
        fn large_things_come_into_the_order_of_the_usual_stable_sort(things: Vec<(u8, u16)>) {
            let mut expected = things.clone();
            expected.sort_by_key(|thing| thing.0);
            let mut sorted = things;
            sort(&mut sorted, |one, two| one.0.cmp(&two.0));
            prop_assert_eq!(sorted, expected);
        }
    }
}
