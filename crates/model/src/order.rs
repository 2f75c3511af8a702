//! The one total order of everything that is listed: path, byte offset, rule id (DESIGN section 1).

use std::cmp::Ordering;

use crate::{Finding, Package, Problem};

/// Puts things that are each about a finding into the total order; `tie` decides between findings that are alike in
/// everything. Findings take more than half a kilobyte, and a sort in place would move each some ten times and look up its
/// path for each comparison: where they stand is put in order first, then each is moved once.
pub fn sort<T>(things: &mut [T], finding: impl Fn(&T) -> &Finding, tie: impl Fn(&T, &T) -> Ordering) {
    let beyond_place = |one: &T, two: &T| beyond_place(finding(one), finding(two)).then_with(|| tie(one, two));
    let compare = |one: &T, two: &T| Place::of(finding(one)).cmp(&Place::of(finding(two)));
    if things.is_sorted_by(|one, two| compare(one, two).then_with(|| beyond_place(one, two)).is_le()) {
        return;
    }
    let mut places: Vec<_> = things.iter().map(|thing| (Place::of(finding(thing)), thing)).zip(0..).collect();
    places.sort_by(|((one_place, one), _), ((two_place, two), _)| {
        one_place.cmp(two_place).then_with(|| beyond_place(one, two))
    });
    let order = places.into_iter().map(|(_, index)| index).collect();
    arrange(things, order);
}

/// Moves each thing once, so that `order` says at each index which thing comes there.
fn arrange<T>(things: &mut [T], mut order: Vec<usize>) {
    for target in 0..things.len() {
        let source_of = |index: usize| order.get(index).copied().unwrap_or(index);
        // What stood before the target has been swapped away already; its entry says where to.
        let mut source = source_of(target);
        while source < target {
            source = source_of(source);
        }
        things.swap(target, source);
        if let Some(known) = order.get_mut(target) {
            *known = source;
        }
    }
}

/// Where a finding stands; what has no path comes last.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Place<'a> {
    is_nowhere: bool,
    path: &'a str,
    byte: Option<u64>,
    line: Option<u32>,
    col: Option<u32>,
}

impl<'a> Place<'a> {
    fn of(finding: &'a Finding) -> Self {
        let Some(primary) = finding.primary() else {
            return Self { is_nowhere: true, path: "", byte: None, line: None, col: None };
        };
        Self {
            is_nowhere: primary.path.is_empty(),
            path: &primary.path,
            byte: primary.start_byte,
            line: primary.start_line,
            col: primary.start_col,
        }
    }
}

/// Path, byte offset, line, column, rule id, then everything else that can differ; findings without a path come last.
pub fn findings(one: &Finding, two: &Finding) -> Ordering {
    Place::of(one).cmp(&Place::of(two)).then_with(|| beyond_place(one, two))
}

fn beyond_place(one: &Finding, two: &Finding) -> Ordering {
    fn report(finding: &Finding) -> Option<(&str, &str, u32)> {
        finding.sources.first().map(|source| (source.tool.as_str(), source.report.as_str(), source.run))
    }
    one.rule_id
        .cmp(&two.rule_id)
        .then_with(|| one.id.cmp(&two.id))
        .then_with(|| packages(one.package.as_deref(), two.package.as_deref()))
        .then_with(|| one.message.cmp(&two.message))
        .then_with(|| report(one).cmp(&report(two)))
        .then_with(|| one.severity.display_rank().cmp(&two.severity.display_rank()))
        .then_with(|| one.state.cmp(&two.state))
        .then_with(|| one.aliases.cmp(&two.aliases))
        .then_with(|| one.fingerprint.cmp(&two.fingerprint))
}

/// As people read them, then the package URL; no package comes first.
fn packages(one: Option<&Package>, two: Option<&Package>) -> Ordering {
    fn label(package: &Package) -> impl Iterator<Item = u8> {
        package.label_parts().into_iter().flat_map(str::bytes)
    }
    match (one, two) {
        (Some(one), Some(two)) => label(one).cmp(label(two)).then_with(|| one.purl.cmp(&two.purl)),
        (one, two) => one.is_some().cmp(&two.is_some()),
    }
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

    use super::*;
    use crate::Location;

    fn finding((path, byte, rule_id): (u8, Option<u8>, u8), package: Option<(bool, u8, Option<u8>)>) -> Finding {
        let path = ["", "a", "a/b", "b"][usize::from(path % 4)];
        let word = |number: u8| ["", "a", "a b", "b"][usize::from(number % 4)].to_owned();
        Finding {
            locations: vec![Location { path: path.to_owned(), start_byte: byte.map(u64::from), ..Location::default() }],
            rule_id: (rule_id % 3).to_string(),
            package: package.map(|(has_namespace, name, version)| {
                let namespace = has_namespace.then(|| "a".to_owned());
                Box::new(Package { namespace, name: word(name), version: version.map(word), ..Package::default() })
            }),
            ..Finding::default()
        }
    }

    prop_compose! {
        fn any_finding()(
            place: (u8, Option<u8>, u8),
            package: Option<(bool, u8, Option<u8>)>,
        ) -> Finding {
            finding(place, package)
        }
    }

    proptest! {
        #[test]
        fn findings_come_into_the_order_of_the_usual_stable_sort(
            things in prop::collection::vec((any_finding(), any::<u8>()), 0..40),
        ) {
            let mut expected = things.clone();
            expected.sort_by(|one, two| findings(&one.0, &two.0).then(one.1.cmp(&two.1)));
            let mut sorted = things;
            sort(&mut sorted, |thing| &thing.0, |one, two| one.1.cmp(&two.1));
            prop_assert_eq!(sorted, expected);
        }

        #[test]
        fn packages_stand_in_the_order_of_their_labels(one in any_finding(), two in any_finding()) {
            let label = |finding: &Finding| finding.package.as_deref().map(Package::label);
            prop_assert_eq!(
                packages(one.package.as_deref(), two.package.as_deref()),
                label(&one).cmp(&label(&two))
            );
        }
    }
}
