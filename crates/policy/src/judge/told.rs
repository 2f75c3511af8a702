//! What is new of the findings that another run has told: who knows the base here need not believe that run (spec/github-ux.md
//! 9, 11).

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use portcullis_model::{Baseline, Collected, Decision, Judged, Level, Section, State, Step};

use super::baseline::{self, Before, Compared, Known, Run, Unasked};
use super::{cap, levels, raise};
use crate::Policy;
use crate::policy::Setting;

/// What is known of the base, and who decides.
pub(super) struct OfBase<'a> {
    pub(super) policy: &'a Policy,
    pub(super) baseline: &'a Baseline,
    /// The paths of the base by those of now.
    pub(super) renames: &'a BTreeMap<String, String>,
    pub(super) today: Date,
}

/// Classifies what was told, beside what was found here. Where nobody here has asked the base it stays as it was told.
/// `collected` says which reports the other run has read.
pub(super) fn compare(base: &OfBase<'_>, found: &[Judged], told: &mut Vec<Judged>, collected: &Collected) -> Compared {
    let known = Known::new(base.baseline, collected, told, base.renames);
    // What is gone since the base is found out here, where its reports were read.
    told.retain(|judged| judged.state != State::Absent || !known.covers(&judged.finding));
    let mut matched: BTreeSet<usize> = found.iter().flat_map(|judged| known.matches(&judged.finding)).collect();
    let mut unasked = Unasked::default();
    for judged in told.iter_mut().filter(|judged| judged.state != State::Absent) {
        let entries = known.matches(&judged.finding);
        matched.extend(entries.iter().copied());
        // An exception takes out what the base was asked about before.
        let counts = judged.is_open() || judged.state == State::Excepted;
        if !counts || judged.finding.section == Section::None {
            continue;
        }
        let before = known.before(&judged.finding, &entries);
        match before {
            Before::Unknown if judged.introduced == before.introduced() => unasked.count(&judged.finding, &known),
            Before::Unknown => {}
            before if judged.introduced == before.introduced() => {}
            before => settle(base, before, judged),
        }
    }
    let (worse, not_compared) = (BTreeSet::new(), BTreeSet::new());
    let run = Run {
        collected,
        problems: &[],
        judges_change: true,
        partial: false,
        today: base.today,
        worse: &worse,
        not_compared: &not_compared,
    };
    Compared { gone: known.gone(&matched, &run), problems: unasked.problems() }
}

/// Takes back what the steps from the baseline on have made of the level, and takes them again with what the base says here.
fn settle(base: &OfBase<'_>, before: Before<'_>, judged: &mut Judged) {
    let first = judged.decision.iter().position(|decision| decision.step >= Step::Baseline);
    let later = first.map(|first| judged.decision.split_off(first)).unwrap_or_default();
    if let Some(level) = later.first().and_then(|decision| decision.from.parse().ok()) {
        judged.level = level;
    }
    judged.would_fail = false;
    let (policy, level) = (base.policy, judged.level);
    baseline::classify(policy, base.baseline, before, judged, true);
    // Neither exceptions nor budgets hang on what is new.
    let (exceptions, budgets): (Vec<_>, Vec<_>) = later.into_iter().partition(|one| one.step == Step::Exception);
    for decision in exceptions {
        again(judged, decision);
    }
    levels::floors(policy, judged, level);
    for decision in budgets {
        again(judged, decision);
    }
    if let Some(mode) = policy.report_only.as_ref().filter(|mode| mode.holds(base.today)) {
        levels::report_only(mode, judged);
    }
}

/// Takes a later step as it was taken where it was told.
fn again(judged: &mut Judged, Decision { step, key, to, origin, .. }: Decision) {
    let Ok(level) = to.parse::<Level>() else { return };
    match step {
        Step::Exception => cap(judged, step, &key, &Setting { value: level, origin }),
        Step::Budget => raise(judged, step, key, level, &origin),
        _ => {}
    }
}
