//! The steps from finding to level, one at a time.

use jiff::civil::date;
use portcullis_model::{
    Finding, Fix, FixState, Kind, Level, Scope, Section, Severity, Source, State, Suppression, Vulnerability,
};

use super::{exploited, fixed_in, judged, one, own, policy, secret, steps, unpinned, vulnerability};
use crate::judge::Judgement;

fn level(text: &str, finding: Finding) -> Level {
    one(&policy(text), finding).level
}

#[test]
fn every_severity_has_its_level_and_says_which_line_gave_it() {
    let expected = [
        (Severity::Critical, "levels.critical -> fail (preset:baseline@1:11)"),
        (Severity::High, "levels.high -> fail (preset:baseline@1:12)"),
        (Severity::Medium, "levels.medium -> warn (preset:baseline@1:13)"),
        (Severity::Low, "levels.low -> log (preset:baseline@1:14)"),
        (Severity::Info, "levels.info -> log (preset:baseline@1:15)"),
        (Severity::Unknown, "levels.unknown -> fail (preset:baseline@1:16)"),
    ];
    for (severity, decision) in expected {
        let judged = one(&policy(""), Finding { severity, ..unpinned(1) });
        assert_eq!(steps(&judged), [decision]);
    }
}

#[test]
fn a_state_that_is_not_open_is_not_judged() {
    for (state, counted) in [
        (State::Suppressed, true),
        (State::NotAffected, true),
        (State::Fixed, true),
        (State::Passed, false),
        (State::Absent, false),
    ] {
        let judgement = judged(&policy(""), vec![Finding { state, ..secret(Some(true)) }]);
        assert_eq!(judgement.findings[0].level, Level::Off, "{state:?}");
        assert_eq!(
            (judgement.counts.suppressed, judgement.counts.total),
            (u64::from(counted), u64::from(counted)),
            "{state:?}"
        );
    }
}

#[test]
fn what_another_tool_suppressed_names_the_file_that_did() {
    let suppression = Suppression {
        by: "import".to_owned(),
        source_file: Some(".trivyignore".to_owned()),
        line: Some(3),
        ..Suppression::default()
    };
    let finding = Finding {
        state: State::Suppressed,
        suppressions: vec![suppression],
        ..vulnerability("CVE-2026-1111", Severity::High)
    };
    assert_eq!(steps(&one(&policy(""), finding)), ["suppressed by import -> off (.trivyignore:3)"]);
}

#[test]
fn an_excluded_path_takes_a_finding_out_and_names_the_pattern() {
    let text = "workflows: { paths: { exclude: [docs/, '.github/workflows/ci.yml'] } }\n";
    let judged = one(&policy(text), unpinned(1));
    assert_eq!((judged.state, judged.level), (State::Excluded, Level::Off));
    assert_eq!(steps(&judged), ["workflows.paths.exclude: .github/workflows/ci.yml -> excluded (portcullis.yaml:2)"]);
}

#[test]
fn a_path_that_is_not_included_is_excluded_but_a_finding_without_a_path_is_not() {
    let text = "vulnerabilities: { paths: { include: [api/**] } }\n";
    assert_eq!(one(&policy(text), vulnerability("CVE-2026-1111", Severity::High)).state, State::Excluded);
    let image = Finding { locations: Vec::new(), ..vulnerability("CVE-2026-1111", Severity::High) };
    assert_eq!(one(&policy(text), image).state, State::Open);
}

#[test]
fn paths_of_one_section_are_nothing_to_another() {
    let text = "code: { paths: { exclude: ['**'] } }\n";
    assert_eq!(level(text, secret(None)), Level::Fail);
}

#[test]
fn a_rule_may_be_given_another_severity_which_then_chooses_the_level() {
    let text = "rules: { gha/unpinned-uses: { severity: critical } }\n";
    let judged = one(&policy(text), unpinned(1));
    assert_eq!(judged.severity, Severity::Critical);
    assert_eq!(judged.finding.severity, Severity::Medium, "the finding itself is never changed");
    assert_eq!(
        steps(&judged),
        [
            "rules.gha/unpinned-uses.severity medium -> critical (portcullis.yaml:2)",
            "levels.critical -> fail (preset:baseline@1:11)"
        ]
    );
}

#[test]
fn the_level_of_a_section_comes_before_the_common_one_and_that_of_a_scope_before_both() {
    let text = "levels: { high: log }\nvulnerabilities: { levels: { high: warn }, scopes: { runtime: { high: fail }, optional: default } }\n";
    let scoped = |scope| {
        let mut finding = vulnerability("CVE-2026-1111", Severity::High);
        finding.package.as_mut().unwrap().scope = scope;
        steps(&one(&policy(text), finding))
    };
    assert_eq!(scoped(Scope::Runtime), ["vulnerabilities.scopes.runtime.high -> fail (portcullis.yaml:3)"]);
    assert_eq!(scoped(Scope::Optional), ["vulnerabilities.levels.high -> warn (portcullis.yaml:3)"]);
    assert_eq!(scoped(Scope::Development), ["vulnerabilities.scopes.development.high -> warn (default)"]);
    let other = own("k8s/privileged", Severity::High, "deploy/web.yaml", 3);
    assert_eq!(steps(&one(&policy(text), other)), ["levels.high -> log (portcullis.yaml:2)"]);
}

#[test]
fn the_last_layer_that_speaks_of_a_rule_decides_even_with_a_glob() {
    // The parent says `gha/*: warn`.
    let inherited = policy("extends: [preset:minimal@1, ./policies/team.yaml]\n");
    assert_eq!(one(&inherited, unpinned(1)).level, Level::Warn);
    let text =
        "extends: ./policies/team.yaml\nrules: { gha/unpinned-uses: fail, 'gha/un*': log, 'gha/unpinned-*': warn }\n";
    assert_eq!(level(text, unpinned(1)), Level::Fail, "exact beats globs");
    let longer = "extends: ./policies/team.yaml\nrules: { 'gha/un*': log, 'gha/unpinned-*': off }\n";
    assert_eq!(level(longer, unpinned(1)), Level::Off, "the longer glob beats the shorter");
}

#[test]
fn level_and_severity_are_decided_by_the_last_layer_that_sets_each() {
    let text = "extends: ./policies/team.yaml\nrules: { gha/unpinned-uses: { severity: critical } }\n";
    let judged = one(&policy(text), unpinned(1));
    assert_eq!((judged.severity, judged.level), (Severity::Critical, Level::Warn));
    assert_eq!(steps(&judged).last().unwrap(), "rules.gha/* fail -> warn (policies/team.yaml:3)");
}

#[test]
fn a_rule_set_to_null_has_the_level_it_has_without_any_rule() {
    let text = "extends: [preset:minimal@1, ./policies/team.yaml]\nlevels: { medium: fail }\nrules: { gha/unpinned-uses: null }\n";
    assert_eq!(level(text, unpinned(1)), Level::Fail);
}

#[test]
fn an_advisory_is_named_by_any_of_its_aliases_and_a_foreign_rule_by_its_tool() {
    let mut finding = vulnerability("CVE-2026-1111", Severity::High);
    finding.aliases.insert("GHSA-2345-6789-cfgh".to_owned());
    assert_eq!(level("rules: { ghsa-2345-6789-cfgh: log }\n", finding), Level::Log);
    let hadolint = Finding {
        sources: vec![Source { tool: "hadolint".to_owned(), ..Source::default() }],
        section: Section::Dockerfiles,
        ..own("DL3008", Severity::High, "Dockerfile", 3)
    };
    assert_eq!(level("rules: { 'hadolint:DL3008': log }\n", hadolint.clone()), Level::Log);
    assert_eq!(level("rules: { 'dockle:*': log }\n", hadolint), Level::Fail);
    let zizmor = Finding {
        sources: vec![Source { tool: "zizmor".to_owned(), ..Source::default() }],
        ..own("zizmor/unpinned-uses", Severity::High, ".github/workflows/ci.yml", 15)
    };
    assert_eq!(level("rules: { 'zizmor:unpinned-uses': log }\n", zizmor), Level::Log);
}

#[test]
fn between_two_aliases_named_in_one_file_the_tighter_level_wins() {
    let mut finding = vulnerability("CVE-2026-1111", Severity::High);
    finding.aliases.insert("GHSA-2345-6789-cfgh".to_owned());
    let text = "rules: { GHSA-2345-6789-cfgh: warn, CVE-2026-1111: log }\n";
    assert_eq!(level(text, finding), Level::Warn);
}

#[test]
fn what_a_person_has_to_look_at_is_at_most_a_warning() {
    let finding = Finding { state: State::Review, severity: Severity::Critical, ..unpinned(1) };
    assert_eq!(level("", finding), Level::Warn);
    let investigated = Finding { state: State::UnderInvestigation, ..vulnerability("CVE-2026-1111", Severity::High) };
    assert_eq!(level("", investigated), Level::Fail, "an investigation alone lets nothing through");
}

#[test]
fn a_vulnerability_without_a_fix_is_a_warning_where_only_fixable_ones_count() {
    let text = "vulnerabilities: { only_fixable: true }\n";
    let high = || vulnerability("CVE-2026-1111", Severity::High);
    assert_eq!(level(text, high()), Level::Warn);
    assert_eq!(level(text, fixed_in("1.2.9", high())), Level::Fail);
    assert_eq!(level("", high()), Level::Fail);
}

#[test]
fn what_the_vendor_will_not_mend_and_what_is_never_called_is_capped() {
    let wont_fix = || {
        let fix = Fix { state: FixState::WontFix, ..Fix::default() };
        Finding { fix: Some(fix), ..vulnerability("CVE-2026-1111", Severity::High) }
    };
    assert_eq!(level("", wont_fix()), Level::Warn);
    assert_eq!(level("vulnerabilities: { wont_fix: fail }\n", wont_fix()), Level::Fail);
    assert_eq!(level("vulnerabilities: { wont_fix: off }\n", wont_fix()), Level::Off);
    let unreachable = || {
        let details = Vulnerability { reachable: Some(false), ..Vulnerability::default() };
        Finding { vulnerability: Some(Box::new(details)), ..vulnerability("CVE-2026-1111", Severity::High) }
    };
    assert_eq!(level("", unreachable()), Level::Warn);
    assert_eq!(level("vulnerabilities: { unreachable: log }\n", unreachable()), Level::Log);
}

#[test]
fn a_cap_never_raises() {
    let low = Finding {
        fix: Some(Fix { state: FixState::WontFix, ..Fix::default() }),
        ..vulnerability("CVE-2026-1111", Severity::Low)
    };
    let judged = one(&policy(""), low);
    assert_eq!((judged.level, judged.decision.len()), (Level::Log, 1));
}

#[test]
fn a_secret_nobody_tried_is_capped_and_one_that_works_is_not() {
    let text = "secrets: { unverified: warn }\n";
    assert_eq!(level(text, secret(None)), Level::Warn);
    assert_eq!(level(text, secret(Some(false))), Level::Warn);
    assert_eq!(level(text, secret(Some(true))), Level::Fail);
    assert_eq!(level("", Finding { state: State::Review, ..secret(None) }), Level::Warn);
    assert_eq!(level("secrets: { unaudited: log }\n", Finding { state: State::Review, ..secret(None) }), Level::Log);
    assert_eq!(level("secrets: { unaudited: fail }\n", Finding { state: State::Review, ..secret(None) }), Level::Fail);
}

fn ignored(until: Option<jiff::civil::Date>, finding: Finding) -> Finding {
    let suppression = Suppression {
        by: "inline".to_owned(),
        kind: "comment".to_owned(),
        expires: until,
        source_file: Some(finding.path().to_owned()),
        line: Some(1),
        ..Suppression::default()
    };
    Finding { suppressions: vec![suppression], ..finding }
}

#[test]
fn an_ignore_comment_lowers_to_log_and_stays_listed() {
    let judged = one(&policy("levels: { medium: fail }\n"), ignored(None, unpinned(1)));
    assert_eq!((judged.level, judged.state), (Level::Log, State::Open));
    assert_eq!(steps(&judged).last().unwrap(), "ignore comment fail -> log (.github/workflows/ci.yml:1)");
}

#[test]
fn an_ignore_comment_counts_on_its_last_day_and_not_after() {
    let level_until = |day| one(&policy(""), ignored(Some(date(2026, 11, day)), unpinned(1)));
    assert_eq!(level_until(22).level, Level::Log);
    assert_eq!(level_until(21).level, Level::Log);
    let ended = level_until(20);
    assert_eq!(ended.level, Level::Warn);
    assert_eq!(ended.notes, ["the ignore comment at .github/workflows/ci.yml:1 ended on 2026-11-20"]);
}

#[test]
fn what_is_exploited_malicious_or_a_working_secret_is_weakened_by_no_rule_and_no_comment() {
    let malware = || Finding { kind: Kind::Malware, ..vulnerability("MAL-2026-1", Severity::Low) };
    for (text, finding, floor) in [
        ("", exploited("CVE-2026-1111", Severity::Low), "vulnerabilities.kev"),
        ("rules: { CVE-2026-1111: off }\n", exploited("CVE-2026-1111", Severity::Low), "vulnerabilities.kev"),
        ("rules: { MAL-2026-1: off }\n", malware(), "vulnerabilities.malware"),
        ("levels: off\n", malware(), "vulnerabilities.malware"),
        ("rules: { github-pat: off }\n", secret(Some(true)), "secrets.verified"),
        ("secrets: { levels: off }\n", secret(Some(true)), "secrets.verified"),
        ("", ignored(None, secret(Some(true))), "secrets.verified"),
    ] {
        let judged = one(&policy(text), finding);
        assert_eq!(judged.level, Level::Fail, "{text}");
        assert_eq!(judged.decision.last().unwrap().key, floor, "{text}");
    }
}

#[test]
fn a_floor_may_be_lowered_but_then_the_level_before_the_modifiers_still_holds() {
    let text = "vulnerabilities: { kev: warn, wont_fix: log }\n";
    let wont_fix = Fix { state: FixState::WontFix, ..Fix::default() };
    let high = Finding { fix: Some(wont_fix.clone()), ..exploited("CVE-2026-1111", Severity::High) };
    assert_eq!(level(text, high), Level::Fail);
    let low = Finding { fix: Some(wont_fix), ..exploited("CVE-2026-1111", Severity::Low) };
    assert_eq!(level(text, low), Level::Warn);
}

#[test]
fn the_minimal_preset_blocks_only_what_must_never_be_merged() {
    let text = "extends: preset:minimal@1\n";
    assert_eq!(level(text, unpinned(1)), Level::Log);
    assert_eq!(level(text, vulnerability("CVE-2026-1111", Severity::High)), Level::Log);
    assert_eq!(level(text, vulnerability("CVE-2026-1111", Severity::Critical)), Level::Fail);
    assert_eq!(level(text, exploited("CVE-2026-1111", Severity::Low)), Level::Fail);
    assert_eq!(level(text, Finding { severity: Severity::Info, ..secret(None) }), Level::Fail);
    let mut development = vulnerability("CVE-2026-1111", Severity::High);
    development.package.as_mut().unwrap().scope = Scope::Development;
    assert_eq!(level(text, development), Level::Log);
}

#[test]
fn rows_count_the_findings_of_their_check_or_report() {
    use portcullis_model::{InputReport, Tool, ToolStatus};
    let mut evidence = super::evidence(vec![unpinned(1), secret(None), vulnerability("CVE-2026-1111", Severity::High)]);
    evidence.collected.reports.push(InputReport {
        name: Some("deps".to_owned()),
        path: "out/trivy.json".to_owned(),
        tool: Tool { name: "trivy".to_owned(), version: Some("0.58.1".to_owned()) },
        ..InputReport::default()
    });
    evidence.collected.reports.push(InputReport {
        name: Some("node".to_owned()),
        path: "out/npm-audit.json".to_owned(),
        ..InputReport::default()
    });
    // Merged: both reports know it.
    let second = Source { tool: "npm-audit".to_owned(), report: "out/npm-audit.json".to_owned(), ..Source::default() };
    evidence.collected.findings.iter_mut().filter(|finding| finding.package.is_some()).for_each(|finding| {
        finding.sources.push(second.clone());
    });
    let Judgement { tools, .. } = crate::judge(
        &policy(
            "reports: [{ name: deps, path: out/trivy.json }, { name: tests, path: out/junit.xml, required: true }]\n",
        ),
        evidence,
        &super::registry(),
        super::TODAY,
    );
    let rows: Vec<_> =
        tools.iter().map(|row| (row.id.as_str(), row.status, row.counts.fail, row.counts.warn)).collect();
    assert_eq!(
        rows,
        [
            ("secrets", ToolStatus::Findings, 1, 0),
            ("workflows", ToolStatus::Findings, 0, 1),
            ("manifests", ToolStatus::Ok, 0, 0),
            ("deps", ToolStatus::Findings, 1, 0),
            ("node", ToolStatus::Findings, 1, 0),
            ("tests", ToolStatus::Missing, 0, 0),
        ]
    );
}
