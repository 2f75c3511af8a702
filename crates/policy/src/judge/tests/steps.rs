//! Section 5 of the policy specification, row by row: a finding the step changes, and one it leaves alone.

use portcullis_model::{
    Epss, Finding, Fix, FixState, Kind, Level, Location, Severity, State, Step, Suppression, Vulnerability,
};

use super::{exploited, one, own, secret, unpinned, vulnerability, with_exceptions};

/// Step, policy, exceptions; what the step changes, and how it says so; what it leaves alone.
struct Row {
    step: Step,
    policy: &'static str,
    exceptions: &'static [&'static str],
    changed: Finding,
    said: &'static str,
    left: Finding,
}

fn high() -> Finding {
    vulnerability("CVE-2026-1111", Severity::High)
}

fn with_fix(state: FixState) -> Finding {
    Finding { fix: Some(Fix { state, ..Fix::default() }), ..high() }
}

fn with(details: Vulnerability) -> Finding {
    Finding { vulnerability: Some(Box::new(details)), ..high() }
}

fn likely(score: f32) -> Finding {
    with(Vulnerability { epss: Some(Epss { score, ..Epss::default() }), ..Vulnerability::default() })
}

fn ignored(by: &str, finding: Finding) -> Finding {
    let suppression = Suppression { by: by.to_owned(), ..Suppression::default() };
    Finding { suppressions: vec![suppression], ..finding }
}

fn elsewhere(finding: Finding) -> Finding {
    Finding { locations: vec![Location::line("docs/a.json", 1)], ..finding }
}

#[allow(clippy::too_many_lines, reason = "one table")]
fn rows() -> Vec<Row> {
    let row = |step, policy, changed, said, left| Row { step, policy, exceptions: &[], changed, said, left };
    let malware = Finding { kind: Kind::Malware, ..vulnerability("MAL-2026-1", Severity::Low) };
    vec![
        row(
            Step::State,
            "",
            Finding { state: State::NotAffected, ..high() },
            "not_affected:  -> off (default)",
            high(),
        ),
        row(
            Step::ExcludedPath,
            "vulnerabilities: { paths: { exclude: [web/] } }",
            high(),
            "vulnerabilities.paths.exclude: web/:  -> excluded (portcullis.yaml:2)",
            elsewhere(high()),
        ),
        row(
            Step::Severity,
            "rules: { CVE-2026-1111: { severity: low } }",
            high(),
            "rules.CVE-2026-1111.severity: high -> low (portcullis.yaml:2)",
            vulnerability("CVE-2026-2222", Severity::High),
        ),
        row(
            Step::RuleLevel,
            "rules: { CVE-2026-1111: log }",
            high(),
            "rules.CVE-2026-1111: fail -> log (portcullis.yaml:2)",
            vulnerability("CVE-2026-2222", Severity::High),
        ),
        row(
            Step::SectionModifier,
            "levels: { medium: fail }",
            Finding { state: State::Review, ..unpinned(1) },
            "state review: fail -> warn (default)",
            unpinned(1),
        ),
        row(
            Step::SectionModifier,
            "vulnerabilities: { epss: { fail_at: 0.5 }, levels: { high: log } }",
            likely(0.5),
            "vulnerabilities.epss.fail_at: log -> fail (portcullis.yaml:2)",
            likely(0.4),
        ),
        row(
            Step::SectionModifier,
            "vulnerabilities: { epss: { downgrade_below: 0.5 } }",
            likely(0.4),
            "vulnerabilities.epss.downgrade_below: fail -> warn (portcullis.yaml:2)",
            likely(0.5),
        ),
        row(
            Step::SectionModifier,
            "vulnerabilities: { only_fixable: true }",
            with_fix(FixState::NotFixed),
            "vulnerabilities.only_fixable: fail -> warn (portcullis.yaml:2)",
            with_fix(FixState::Fixed),
        ),
        row(
            Step::SectionModifier,
            "vulnerabilities: { wont_fix: log }",
            with_fix(FixState::WontFix),
            "vulnerabilities.wont_fix: fail -> log (portcullis.yaml:2)",
            with_fix(FixState::NotFixed),
        ),
        row(
            Step::SectionModifier,
            "vulnerabilities: { unreachable: log }",
            with(Vulnerability { reachable: Some(false), ..Vulnerability::default() }),
            "vulnerabilities.unreachable: fail -> log (portcullis.yaml:2)",
            with(Vulnerability { reachable: Some(true), ..Vulnerability::default() }),
        ),
        row(
            Step::SectionModifier,
            "vulnerabilities: { sla_days: { high: 0 }, levels: { high: warn } }",
            high(),
            "vulnerabilities.sla_days.high: warn -> fail (portcullis.yaml:2)",
            vulnerability("CVE-2026-2222", Severity::Medium),
        ),
        row(
            Step::SectionModifier,
            "secrets: { unverified: warn }",
            secret(None),
            "secrets.unverified: fail -> warn (portcullis.yaml:2)",
            secret(Some(true)),
        ),
        row(
            Step::SectionModifier,
            "secrets: { unaudited: log }",
            Finding { state: State::Review, ..secret(None) },
            "secrets.unaudited: fail -> log (portcullis.yaml:2)",
            secret(None),
        ),
        row(
            Step::InlineSuppression,
            "",
            ignored("inline", unpinned(1)),
            "ignore comment: warn -> log (default)",
            ignored("sarif", unpinned(1)),
        ),
        Row {
            step: Step::Exception,
            policy: "code: {}",
            exceptions: &["id: EX-1, rules: [CVE-2026-1111]"],
            changed: high(),
            said: "EX-1: fail -> off (.portcullis/exceptions/web.yaml:4)",
            left: vulnerability("CVE-2026-2222", Severity::High),
        },
        row(
            Step::Floor,
            "vulnerabilities: { kev: fail }",
            exploited("CVE-2026-1111", Severity::Low),
            "vulnerabilities.kev: log -> fail (portcullis.yaml:2)",
            vulnerability("CVE-2026-1111", Severity::Low),
        ),
        row(
            Step::Floor,
            "vulnerabilities: { malware: warn }",
            malware,
            "vulnerabilities.malware: log -> warn (portcullis.yaml:2)",
            vulnerability("MAL-2026-1", Severity::Low),
        ),
        row(
            Step::Floor,
            "secrets: { verified: fail, levels: log }",
            secret(Some(true)),
            "secrets.verified: log -> fail (portcullis.yaml:2)",
            secret(None),
        ),
        row(
            Step::Budget,
            "vulnerabilities: { max_count: { medium: 0 } }",
            vulnerability("CVE-2026-1111", Severity::Medium),
            "vulnerabilities.max_count.medium: warn -> fail (portcullis.yaml:2)",
            vulnerability("CVE-2026-1111", Severity::Low),
        ),
        row(
            Step::ReportOnly,
            "mode: { report_only: { until: 2027-01-01, except: [manifests] } }",
            high(),
            "mode.report_only: fail -> warn (portcullis.yaml:2)",
            own("k8s/privileged", Severity::High, "deploy/web.yaml", 3),
        ),
    ]
}

#[test]
fn every_step_says_what_it_changes_and_is_silent_where_it_changes_nothing() {
    for Row { step, policy, exceptions, changed, said, left } in rows() {
        let policy = with_exceptions(&format!("{policy}\n"), exceptions);
        let words = |finding: Finding| -> Vec<String> {
            let judged = one(&policy, finding);
            let of_step = judged.decision.iter().filter(|decision| decision.step == step);
            of_step.map(|said| format!("{}: {} -> {} ({})", said.key, said.from, said.to, said.origin)).collect()
        };
        assert_eq!(words(changed), [said]);
        assert_eq!(words(left), Vec::<String>::new(), "{said}");
    }
}

#[test]
fn the_base_level_is_always_said_and_comes_from_the_narrowest_key() {
    for (policy, said) in [
        ("levels: { high: warn }", "levels.high"),
        ("vulnerabilities: { levels: { high: warn } }", "vulnerabilities.levels.high"),
        (
            "vulnerabilities: { levels: { high: fail }, scopes: { unknown: { high: warn } } }",
            "vulnerabilities.scopes.unknown.high",
        ),
        (
            "vulnerabilities: { scopes: { unknown: { high: fail } } }\noverrides: [{ paths: [web/], levels: { high: warn }, reason: only examples }]",
            "overrides[0].levels.high",
        ),
    ] {
        let judged = one(&super::policy(&format!("{policy}\n")), high());
        assert_eq!((judged.level, judged.decision[0].key.as_str()), (Level::Warn, said));
    }
}
