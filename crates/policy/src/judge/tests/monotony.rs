//! The proof that the strict column is right, key by key: a change that is called stricter never lets anything through.

use jiff::civil::date;
use jiff::tz::TimeZone;
use portcullis_model::{
    Baseline, BaselineFinding, BaselineReport, Dates, Epss, Evidence, Finding, Fix, FixState, Kind, Level, Scope,
    Severity, State, Suppression, Vulnerability,
};

use super::{TODAY, evidence, exploited, judge, own, registry, secret, vulnerability};
use crate::judge::Judgement;
use crate::load::tests::every_key::{document, samples};
use crate::load::tests::load_set;
use crate::schema::{Merge, POLICY, rows};
use crate::{Direction, Policy, diff};

/// One of everything, in every severity.
fn findings() -> Vec<Finding> {
    let mut findings = Vec::new();
    for severity in Severity::ALL {
        let line = severity as u32 + 1;
        let cve = |number: u32| vulnerability(&format!("CVE-2026-{}", number * 1000 + line), severity);
        let with = |number, details| Finding { vulnerability: Some(Box::new(details)), ..cve(number) };
        let likely = |number, score| {
            with(
                number,
                Vulnerability {
                    epss: Some(Epss { score, percentile: 1.0 - score, date: None }),
                    ..Vulnerability::default()
                },
            )
        };
        let day = |month| date(2026, month, 1).to_zoned(TimeZone::UTC).unwrap().timestamp();
        let dated = |number, month| {
            let dates = Dates { published: Some(day(month)), ..Dates::default() };
            with(number, Vulnerability { dates, ..Vulnerability::default() })
        };
        let fixed = |number, state, month| Finding {
            fix: Some(Fix { state, available_since: Some(day(month)), ..Fix::default() }),
            ..cve(number)
        };
        let mut development = cve(1);
        development.package.as_mut().unwrap().scope = Scope::Development;
        findings.extend([
            development,
            likely(2, 0.02),
            likely(3, 0.6),
            dated(4, 1),
            dated(5, 11),
            Finding { state: State::UnderInvestigation, ..dated(6, 11) },
            fixed(7, FixState::WontFix, 10),
            fixed(8, FixState::Fixed, 2),
            with(9, Vulnerability { reachable: Some(false), ..Vulnerability::default() }),
            exploited(&format!("CVE-2026-99{line}"), severity),
            Finding { kind: Kind::Malware, ..vulnerability(&format!("MAL-2026-{line}"), severity) },
            own("gha/unpinned-uses", severity, ".github/workflows/ci.yml", line),
            own("k8s/latest-tag", severity, "deploy/web.yaml", line),
            Finding { severity, identity: format!("s{line}"), ..secret(Some(true)) },
            Finding { severity, identity: format!("t{line}"), ..secret(None) },
            Finding { severity, state: State::Review, identity: format!("u{line}"), ..secret(None) },
            Finding {
                suppressions: vec![Suppression { by: "inline".to_owned(), ..Suppression::default() }],
                ..own("k8s/privileged", severity, "deploy/api.yaml", line)
            },
        ]);
    }
    findings
}

/// Every third finding is older than the change; one of them was accepted.
fn evidence_with_a_baseline() -> Evidence {
    let evidence = evidence(findings());
    let known = evidence.collected.findings.iter().enumerate().filter(|(position, _)| position % 3 == 0);
    let entry = |(position, finding): (usize, &Finding)| BaselineFinding {
        fingerprint: finding.fingerprint.clone(),
        id: finding.id.clone(),
        severity: if position % 2 == 0 { finding.severity } else { Severity::Info },
        first_seen: Some(date(2026, 11, 1).to_zoned(TimeZone::UTC).unwrap().timestamp()),
        accepted: position == 0,
        ..BaselineFinding::default()
    };
    let baseline = Baseline {
        reports: vec![BaselineReport { name: "out/trivy.json".to_owned(), ..BaselineReport::default() }],
        findings: known.map(entry).collect(),
        components: ["pkg:npm/minimist@1.2.5".to_owned()].into(),
        ..Baseline::default()
    };
    Evidence { baseline: Some(baseline), judges_change: true, ..evidence }
}

fn blocking(judgement: &Judgement) -> std::collections::BTreeSet<&str> {
    let blocking = judgement.findings.iter().filter(|judged| judged.level == Level::Fail);
    blocking.map(|judged| judged.finding.fingerprint.as_str()).collect()
}

/// A policy, what it blocks, and whether it passes.
struct Side {
    text: String,
    policy: Policy,
    judgement: Judgement,
}

fn side(parent: &str, line: &str, evidence: &Evidence) -> Option<Side> {
    let text = format!("version: 1\nextends: {parent}\n{line}\n");
    // Some values are refused for other reasons: a day that is too far away, a rule that is lowered without a reason.
    let policy = load_set(&text, &[], &[]).ok()?.policy;
    let judgement = judge(&policy, evidence.clone(), &registry(), TODAY);
    Some(Side { text, policy, judgement })
}

#[test]
fn no_key_that_gets_stricter_takes_a_blocking_finding_away() {
    let registry = registry();
    let evidences = [evidence(findings()), evidence_with_a_baseline()];
    let mut stricter = std::collections::BTreeSet::new();
    for row in rows(POLICY).into_iter().filter(|row| !row.path.starts_with("exceptions")) {
        let values = samples(&row.key.kind);
        if values.is_empty() || row.key.merge == Merge::Own && !row.path.contains('[') {
            continue;
        }
        // Sections of which there is no finding are worth one look.
        let is_moot =
            ["licenses", "sbom", "packages", "code", "misconf", "dockerfiles", "compose", "alerts", "quality", "slo"]
                .iter()
                .any(|name| row.path.trim_start_matches("overrides[].").starts_with(name));
        let parents = ["./policies/rich.yaml", "preset:minimal@1"].iter().zip(evidences.iter().rev());
        for (parent, evidence) in parents.take(if is_moot { 1 } else { 2 }) {
            let lines = values.iter().map(|value| document(&row.path, value)).chain([String::new()]);
            let sides: Vec<Side> = lines.filter_map(|line| side(parent, &line, evidence)).collect();
            // Between neighbours, and to and from nothing: what lies further apart is a chain of these.
            let last = sides.len().saturating_sub(1);
            let steps = (0..last).flat_map(|at| [(at, at + 1), (at + 1, at), (at, last), (last, at)]);
            let steps: std::collections::BTreeSet<(usize, usize)> = steps.collect();
            for (one, two) in steps.into_iter().map(|(one, two)| (&sides[one], &sides[two])) {
                let changes = diff(&one.policy, &two.policy, &registry);
                if changes.is_empty() || changes.iter().any(|change| change.direction != Direction::Stricter) {
                    continue;
                }
                stricter.insert(row.path.clone());
                let (before, after) = (blocking(&one.judgement), blocking(&two.judgement));
                assert!(before.is_subset(&after), "{}\n{}\n{changes:#?}", one.text, two.text);
                let passes = |side: &Side| side.judgement.tally.exit_code(false) == 0;
                assert!(passes(one) || !passes(two), "{}\n{}", one.text, two.text);
            }
        }
    }
    // The proof says nothing about keys that are never called stricter.
    assert!(stricter.len() > 150, "{}", stricter.len());
}
