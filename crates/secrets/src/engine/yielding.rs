//! A finding of a general rule yields to that of a more special one that holds the same text (spec/secrets-gitleaks.md 5.3).

use std::collections::BTreeMap;

use super::Match;
use crate::Rule;

/// Takes out matches that yield: same first line, another rule, more special, whose secret contains theirs.
pub(crate) fn drop_what_yields(matches: &mut Vec<Match>, rules: &[Rule]) {
    let is_lower = |one: &Rule, two: &Rule| {
        one.id != two.id && ((one.is_generic() && !two.is_generic()) || one.specificity < two.specificity)
    };
    let mut by_line: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (index, matched) in matches.iter().enumerate() {
        by_line.entry(matched.legacy.start_line).or_default().push(index);
    }
    let yields = |matched: &Match| {
        let Some(rule) = rules.get(matched.rule) else { return false };
        by_line.get(&matched.legacy.start_line).into_iter().flatten().filter_map(|index| matches.get(*index)).any(
            |other| {
                rules.get(other.rule).is_some_and(|special| is_lower(rule, special))
                    && other.secret.reveal().contains(matched.secret.reveal())
            },
        )
    };
    let mut stays = matches.iter().map(|matched| !yields(matched)).collect::<Vec<_>>().into_iter();
    matches.retain(|_| stays.next().unwrap_or(true));
}
