//! What gate files that a change proposes would decide otherwise than those that decide about it (spec/github-ux.md 10.2).

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use portcullis_model::{
    ExceptionRow, ExceptionState, Judged, Level, PolicyPreview, ProposedException, Registry, RuleChange, RuleWeakening,
};

use crate::policy::Exception;
use crate::{Policy, rule_rows};

/// One version of the gate, and what it decided.
pub struct Side<'a> {
    /// Its policy.
    pub policy: &'a Policy,
    /// Its rules.
    pub registry: &'a Registry,
    /// Every finding with its level.
    pub findings: &'a [Judged],
    /// Whether a rule speaks at all: its profile may leave it out.
    pub shows: &'a dyn Fn(&str) -> bool,
}

/// What the proposed version would do.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Preview {
    /// For the outcome; what the policy alone cannot see is left empty.
    pub preview: PolicyPreview,
    /// A row for each exception that is only proposed.
    pub rows: Vec<ExceptionRow>,
}

/// Compares the version in force with the one that is proposed.
pub fn preview(in_force: &Side<'_>, proposed: &Side<'_>) -> Preview {
    let (stop_blocking, keys) = no_longer_blocking(in_force.findings, proposed.findings);
    let (start_blocking, _) = no_longer_blocking(proposed.findings, in_force.findings);
    let mut added: Vec<&Exception> = proposed.policy.exceptions.iter().collect();
    added.retain(|exception| !in_force.policy.exceptions.iter().any(|known| covers_the_same(known, exception)));
    added.sort_by(|one, two| one.id.cmp(&two.id));
    let preview = PolicyPreview {
        stop_blocking,
        start_blocking,
        keys: keys.into_iter().collect(),
        rules: weakened(in_force, proposed),
        exceptions: added.iter().map(|exception| told(exception)).collect(),
        ..PolicyPreview::default()
    };
    Preview { preview, rows: added.into_iter().map(|exception| row(exception, proposed.findings)).collect() }
}

fn blocks(judged: &Judged) -> bool {
    judged.is_open() && judged.level == Level::Fail
}

/// How many findings block on one side and not on the other, and the keys that decided so there. A finding that blocks on
/// both sides at another line of its file is the same.
fn no_longer_blocking(here: &[Judged], there: &[Judged]) -> (u64, BTreeSet<String>) {
    let mut others: BTreeMap<(&str, &str), VecDeque<&Judged>> = BTreeMap::new();
    for judged in there {
        others.entry(name(judged)).or_default().push_back(judged);
    }
    let (mut count, mut keys) = (0, BTreeSet::new());
    for judged in here.iter().filter(|judged| blocks(judged)) {
        let other = others.get_mut(&name(judged)).and_then(VecDeque::pop_front);
        if other.is_some_and(blocks) {
            continue;
        }
        count += 1;
        keys.extend(other.and_then(|other| other.decision.last()).map(|decision| decision.key.clone()));
    }
    (count, keys)
}

fn name(judged: &Judged) -> (&str, &str) {
    (&judged.finding.fingerprint, &judged.finding.location_fingerprint)
}

/// Rules that are gone, silent or of a lower level for every file; what an override does to some files shows in the counts.
fn weakened(in_force: &Side<'_>, proposed: &Side<'_>) -> Vec<RuleChange> {
    let then: BTreeMap<String, Level> =
        rule_rows(proposed.policy, proposed.registry).into_iter().map(|row| (row.id, row.level)).collect();
    let speaking = rule_rows(in_force.policy, in_force.registry)
        .into_iter()
        .filter(|row| row.level > Level::Off && (in_force.shows)(&row.id));
    let change = |id: &str, level: Level| match then.get(id) {
        None => Some(RuleWeakening::Removed),
        Some(Level::Off) => Some(RuleWeakening::Disabled),
        Some(_) if !(proposed.shows)(id) => Some(RuleWeakening::Disabled),
        Some(then) if *then < level => Some(RuleWeakening::Downgraded),
        Some(_) => None,
    };
    speaking.filter_map(|row| Some(RuleChange { change: change(&row.id, row.level)?, id: row.id })).collect()
}

/// Whether an exception takes out what another one does, for as long: who answers for it is no matter here.
fn covers_the_same(known: &Exception, exception: &Exception) -> bool {
    known.id == exception.id
        && known.expires == exception.expires
        && known.created == exception.created
        && known.ends_when_fixed == exception.ends_when_fixed
        && known.approved_by == exception.approved_by
        && known.fingerprints == exception.fingerprints
        && known.target() == exception.target()
        && known.rules().eq(exception.rules())
}

fn told(exception: &Exception) -> ProposedException {
    ProposedException { id: exception.id.clone(), covers: covers(exception), expires: Some(exception.expires) }
}

fn covers(exception: &Exception) -> String {
    let rules = exception.rules().collect::<Vec<_>>().join(", ");
    let parts = [rules, exception.target().unwrap_or_default()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" in ")
}

fn row(exception: &Exception, findings: &[Judged]) -> ExceptionRow {
    let takes_out = |judged: &&Judged| judged.exception.as_ref() == Some(&exception.id);
    ExceptionRow {
        id: exception.id.clone(),
        rules: exception.rules().map(str::to_owned).collect(),
        target: exception.target(),
        reason: exception.reason.clone(),
        owner: Some(exception.owner.clone()),
        expires: Some(exception.expires),
        state: ExceptionState::Proposed,
        matched: u64::try_from(findings.iter().filter(takes_out).count()).unwrap_or(u64::MAX),
        origin: exception.origin.clone(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use portcullis_model::{CheckRun, Collected, Evidence, Finding, Location, RunStatus, Section, Severity, Source};

    use super::*;
    use crate::load::tests::{load_files, loaded, printed, registry};

    fn unpinned(line: u32) -> Finding {
        Finding {
            id: "gha/unpinned-uses".to_owned(),
            rule_id: "gha/unpinned-uses".to_owned(),
            identity: format!("step {line}"),
            section: Section::Workflows,
            severity: Severity::High,
            locations: vec![Location::line(".github/workflows/ci.yml", line)],
            sources: vec![Source { tool: "portcullis".to_owned(), ..Source::default() }],
            ..Finding::default()
        }
    }

    fn judged(policy: &Policy) -> Vec<Judged> {
        let run = CheckRun {
            section: Section::Workflows,
            id: "workflows".to_owned(),
            status: RunStatus::Ran,
            seen: 1,
            ..CheckRun::default()
        };
        let findings = portcullis_model::merge::merge(
            vec![unpinned(3), unpinned(9)],
            &portcullis_model::merge::Merging::default(),
        );
        let collected = Collected { findings, check_runs: vec![run], ..Collected::default() };
        let evidence = Evidence { collected, ..Evidence::default() };
        crate::judge(policy, evidence, &registry(), date(2026, 11, 21)).findings
    }

    fn between(in_force: &Policy, proposed: &Policy) -> Preview {
        let registry = registry();
        let (now, then) = (judged(in_force), judged(proposed));
        let side = |policy, findings| Side { policy, registry: &registry, findings, shows: &|_| true };
        preview(&side(in_force, &now), &side(proposed, &then))
    }

    fn policy(text: &str) -> Policy {
        loaded(&format!("version: 1\n{text}")).policy
    }

    #[test]
    fn a_lower_level_stops_blocking_names_its_key_and_the_rule() {
        let said =
            between(&policy("rules: { gha/unpinned-uses: fail }\n"), &policy("rules: { gha/unpinned-uses: warn }\n"));
        let preview = said.preview;
        assert_eq!((preview.stop_blocking, preview.start_blocking), (2, 0));
        assert_eq!(preview.keys, ["rules.gha/unpinned-uses"]);
        let downgraded = RuleChange { id: "gha/unpinned-uses".to_owned(), change: RuleWeakening::Downgraded };
        assert!(preview.rules.contains(&downgraded), "{:?}", preview.rules);
    }

    #[test]
    fn a_higher_level_starts_blocking_and_weakens_no_rule() {
        let said = between(&policy("rules: { gha/unpinned-uses: off }\n"), &policy("levels: { high: fail }\n"));
        assert_eq!((said.preview.stop_blocking, said.preview.start_blocking), (0, 2));
        assert_eq!((said.preview.rules, said.preview.keys), (vec![], vec![]));
    }

    #[test]
    fn a_rule_that_is_off_or_left_out_by_its_profile_is_disabled_and_one_that_is_gone_removed() {
        let before = policy("levels: { high: fail }\n");
        let off = between(&before, &policy("rules: { gha/unpinned-uses: off }\n"));
        let of = |preview: &Preview| {
            preview.preview.rules.iter().find(|rule| rule.id == "gha/unpinned-uses").map(|rule| rule.change)
        };
        assert_eq!(of(&off), Some(RuleWeakening::Disabled));

        let registry = registry();
        let side = |shows| Side { policy: &before, registry: &registry, findings: &[], shows };
        let left_out = preview(&side(&|_| true), &side(&|id| id != "gha/unpinned-uses"));
        assert_eq!(of(&left_out), Some(RuleWeakening::Disabled));

        let smaller = Registry::new(registry.rules().iter().filter(|rule| rule.id != "gha/unpinned-uses").copied(), []);
        let without = Side { registry: &smaller, ..side(&|_| true) };
        assert_eq!(of(&preview(&side(&|_| true), &without)), Some(RuleWeakening::Removed));
    }

    #[test]
    fn an_exception_that_is_new_or_covers_more_is_proposed() {
        let entry = |expires: &str| {
            format!(
                "version: 1\nkind: exceptions\nexceptions:\n  - {{ id: EX-1, rules: [gha/unpinned-uses], paths: [.github/workflows/ci.yml], reason: only until the fork is gone, owner: '@web', created: 2026-11-01, expires: {expires} }}\n"
            )
        };
        let with = |text: &str| match load_files("version: 1\n", &[(".portcullis/exceptions/web.yaml", text)]) {
            Ok(loaded) => loaded.policy,
            Err(errors) => panic!("{}", printed(&errors)),
        };
        let (short, long) = (with(&entry("2026-12-01")), with(&entry("2027-02-01")));
        let said = between(&policy(""), &short);
        assert_eq!(said.preview.exceptions.len(), 1);
        assert_eq!(said.preview.exceptions[0].covers, "gha/unpinned-uses in .github/workflows/ci.yml");
        assert_eq!((said.rows[0].state, said.rows[0].matched), (ExceptionState::Proposed, 2));
        assert_eq!(between(&short, &long).preview.exceptions.len(), 1);
        assert_eq!(between(&short, &short), Preview::default());
    }
}
