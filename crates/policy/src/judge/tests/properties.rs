//! What holds for any evidence.

use portcullis_model::{Finding, Fix, FixState, Level, Scope, Severity, State, Suppression};
use proptest::prelude::*;

use super::{TODAY, evidence, exploited, judge, own, registry, secret, vulnerability, with_exceptions};
use crate::Policy;
use crate::effective::tests::any_policy;
use crate::judge::Judgement;
use crate::load::tests::load_set;
use crate::loosened;

fn any_severity() -> impl Strategy<Value = Severity> {
    prop::sample::select(Severity::ALL.to_vec())
}

fn any_state() -> impl Strategy<Value = State> {
    prop::sample::select(vec![
        State::Open,
        State::Open,
        State::Open,
        State::Suppressed,
        State::NotAffected,
        State::Fixed,
        State::UnderInvestigation,
        State::Passed,
        State::Review,
        State::Absent,
    ])
}

fn any_finding() -> impl Strategy<Value = Finding> {
    (any_severity(), any_state(), 0..6_u32, 1..9_u32, any::<bool>(), any::<bool>()).prop_map(
        |(severity, state, shape, line, fixed, ignored)| {
            let id = format!("CVE-2026-{}", 1000 + line);
            let mut finding = match shape {
                0 => own("gha/unpinned-uses", severity, ".github/workflows/ci.yml", line),
                1 => own("k8s/latest-tag", severity, "deploy/web.yaml", line),
                2 => secret(Some(ignored)),
                3 => exploited(&id, severity),
                _ => vulnerability(&id, severity),
            };
            finding.severity = severity;
            finding.state = state;
            finding.message = format!("{shape} {fixed} {ignored}");
            if let Some(package) = finding.package.as_mut() {
                package.scope = if ignored { Scope::Development } else { Scope::Runtime };
            }
            if fixed {
                finding.fix = Some(Fix { state: FixState::Fixed, ..Fix::default() });
            }
            if ignored {
                finding.suppressions = vec![Suppression { by: "inline".to_owned(), ..Suppression::default() }];
            }
            finding
        },
    )
}

fn a_policy() -> Policy {
    with_exceptions(
        "vulnerabilities: { only_fixable: true }\nmanifests: { paths: { exclude: [deploy/] } }\nrules: { 'gha/*': fail, CVE-2026-1003: off }\nexception_policy: { max_matches: 3 }\n",
        &[
            "id: A, rules: [CVE-2026-1001, CVE-2026-1002]",
            "id: B, rules: [gha/unpinned-uses], paths: [.github/]",
            "id: C, rules: ['trivy:*'], package: pkg:npm/minimist, expires: 2026-10-31",
        ],
    )
}

fn judged(findings: Vec<Finding>) -> Judgement {
    judge(&a_policy(), evidence(findings), &registry(), TODAY)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn counts_add_up(findings in prop::collection::vec(any_finding(), 0..40)) {
        let judgement = judged(findings);
        let counts = judgement.counts;
        let sum = counts.fail + counts.warn + counts.log + counts.off + counts.excepted + counts.excluded + counts.suppressed;
        prop_assert_eq!(counts.total, sum);
        let apart = judgement.findings.iter().filter(|judged| matches!(judged.state, State::Passed | State::Absent)).count();
        prop_assert_eq!(counts.total, (judgement.findings.len() - apart) as u64);
        prop_assert_eq!(judgement.tally.blocking, counts.fail);
    }

    #[test]
    fn the_order_of_the_evidence_changes_nothing(
        findings in prop::collection::vec(any_finding(), 0..40),
        seed in any::<prop::sample::Index>(),
    ) {
        let straight = evidence(findings);
        let mut shuffled = straight.clone();
        let found = &mut shuffled.collected.findings;
        if !found.is_empty() {
            let middle = seed.index(found.len());
            found.rotate_left(middle);
            found.reverse();
        }
        shuffled.collected.check_runs.reverse();
        let judged = |evidence| format!("{:?}", judge(&a_policy(), evidence, &registry(), TODAY));
        prop_assert!(judged(straight) == judged(shuffled));
    }

    #[test]
    fn the_last_step_of_a_decision_is_the_level(findings in prop::collection::vec(any_finding(), 1..20)) {
        for judged in judged(findings).findings {
            let last = &judged.decision.last().unwrap().to;
            let level = if judged.state == State::Excluded { "excluded" } else { judged.level.as_str() };
            prop_assert_eq!(last, level);
        }
    }

    #[test]
    fn a_tighter_level_never_takes_a_blocking_finding_away(findings in prop::collection::vec(any_finding(), 1..20)) {
        let loose = super::policy("levels: { medium: log }\n");
        let tight = super::policy("levels: { medium: fail }\n");
        let blocking = |policy: &Policy| -> Vec<String> {
            let judgement = judge(policy, evidence(findings.clone()), &registry(), TODAY);
            judgement.findings.iter().filter(|judged| judged.level == Level::Fail).map(|judged| judged.finding.fingerprint.clone()).collect()
        };
        let tight = blocking(&tight);
        prop_assert!(blocking(&loose).iter().all(|fingerprint| tight.contains(fingerprint)));
    }

    #[test]
    fn no_flag_that_only_tightens_lets_anything_pass(
        findings in prop::collection::vec(any_finding(), 1..20),
        text in any_policy::text(),
        settings in prop::collection::vec(any_policy::setting(), 1..3),
    ) {
        let loaded = load_set(&text, &[], &[]).and_then(|without| Ok((without, load_set(&text, &[], &settings)?)));
        if let Ok((without, with)) = loaded
            && loosened(&without.policy, &with.policy, &registry()).is_empty()
        {
            let judged = |policy: &Policy| judge(policy, evidence(findings.clone()), &registry(), TODAY);
            let (before, after) = (judged(&without.policy), judged(&with.policy));
            let blocking = |judgement: &Judgement| -> Vec<String> {
                let blocking = judgement.findings.iter().filter(|judged| judged.level == Level::Fail);
                blocking.map(|judged| judged.finding.fingerprint.clone()).collect()
            };
            let after_blocking = blocking(&after);
            prop_assert!(blocking(&before).iter().all(|one| after_blocking.contains(one)), "{settings:?}\n{text}");
            let passes = |judgement: &Judgement| judgement.tally.exit_code(false) == 0;
            prop_assert!(passes(&before) || !passes(&after), "{settings:?}\n{text}");
        }
    }
}
