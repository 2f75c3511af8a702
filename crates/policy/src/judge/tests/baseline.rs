//! What a change introduces, and what the baseline makes of its level.

use jiff::civil::date;
use jiff::tz::TimeZone;
use portcullis_model::merge::Merging;
use portcullis_model::{
    BASELINE_SCHEMA, Baseline, Component, Evidence, Finding, Health, InputReport, Introduced, Judged, Level, Outcome,
    Package, ProblemCode, Severity, State, Tool, Verdict,
};
use proptest::prelude::*;

use super::{TODAY, evidence, exploited, policy, registry, secret, unpinned, vulnerability, with_exceptions};
use crate::baseline::{Earlier, read, record, refusal};
use crate::judge::{Judgement, judge};
use crate::{Policy, judge::tests::own};

fn trivy() -> InputReport {
    InputReport {
        name: Some("deps".to_owned()),
        path: "out/trivy.json".to_owned(),
        format: "trivy".to_owned(),
        tool: Tool { name: "trivy".to_owned(), version: None },
        ..InputReport::default()
    }
}

pub(super) fn with_report(findings: Vec<Finding>) -> Evidence {
    let mut evidence = evidence(findings);
    evidence.collected.reports = vec![trivy()];
    evidence
}

pub(super) fn outcome(evidence: &Evidence, judgement: Judgement) -> Outcome {
    Outcome {
        schema: portcullis_model::RESULT_SCHEMA.to_owned(),
        findings: judgement.findings,
        problems: judgement.problems,
        reports: evidence.collected.reports.clone(),
        check_runs: evidence.collected.check_runs.clone(),
        components: evidence.collected.components.clone(),
        ..Outcome::default()
    }
}

fn written_of(policy: &Policy, evidence: &Evidence) -> Baseline {
    let judgement = judge(policy, evidence.clone(), &registry(), TODAY);
    let now = TODAY.to_zoned(TimeZone::UTC).unwrap().timestamp();
    let earlier = evidence.baseline.clone().map(|baseline| Earlier { baseline, renames: evidence.renames.clone() });
    record(&outcome(evidence, judgement), earlier.as_ref(), Some(now), None)
}

pub(super) fn baseline_of(findings: Vec<Finding>) -> Baseline {
    written_of(&policy(""), &with_report(findings))
}

fn against(policy: &Policy, baseline: Baseline, findings: Vec<Finding>) -> Judgement {
    judge(policy, Evidence { baseline: Some(baseline), ..with_report(findings) }, &registry(), TODAY)
}

fn the_only(judgement: &Judgement) -> &Judged {
    assert_eq!(judgement.findings.len(), 1, "{:#?}", judgement.findings);
    &judgement.findings[0]
}

#[test]
fn what_the_baseline_has_is_existing_and_logged_though_its_line_moved() {
    let judgement = against(&policy(""), baseline_of(vec![unpinned(7)]), vec![unpinned(31)]);
    let judged = the_only(&judgement);
    assert_eq!((judged.introduced, judged.level), (Introduced::Existing, Level::Log));
    assert_eq!(judged.decision.last().unwrap().key, "baseline.existing");
}

#[test]
fn a_second_finding_of_the_same_rule_is_new() {
    let judgement = against(&policy(""), baseline_of(vec![unpinned(7)]), vec![unpinned(7), unpinned(31)]);
    assert_eq!((judgement.counts.existing, judgement.counts.new), (1, 1));
}

#[test]
fn another_id_of_the_same_weakness_in_the_same_package_is_existing() {
    let mut known = vulnerability("GHSA-xvch-5gv4-984h", Severity::High);
    known.aliases = ["CVE-2021-44906".to_owned()].into();
    let judgement =
        against(&policy(""), baseline_of(vec![known]), vec![vulnerability("CVE-2021-44906", Severity::High)]);
    assert_eq!(the_only(&judgement).introduced, Introduced::Existing);
}

/// Of one report Go's versions have a `v`, of another none.
#[test]
fn a_version_of_go_is_the_same_with_and_without_its_letter() {
    let of = |id: &str, version: &str| {
        let mut finding = vulnerability(id, Severity::High);
        finding.package = Some(Box::new(Package {
            purl: Some(format!("pkg:golang/golang.org/x/net@{version}")),
            ecosystem: "golang".to_owned(),
            namespace: Some("golang.org/x".to_owned()),
            name: "net".to_owned(),
            version: Some(version.to_owned()),
            ..Package::default()
        }));
        finding
    };
    for (known, now) in [("v0.7.0", "0.7.0"), ("0.7.0", "v0.7.0")] {
        let judgement =
            against(&policy(""), baseline_of(vec![of("CVE-2023-3978", known)]), vec![of("CVE-2023-3978", now)]);
        assert_eq!(the_only(&judgement).introduced, Introduced::Existing);
    }
    let mut base = with_report(Vec::new());
    let package = *of("CVE-2023-3978", "v0.7.0").package.unwrap();
    base.collected.components = vec![Component { package, ..Component::default() }];
    let judgement = against(&policy(""), written_of(&policy(""), &base), vec![of("CVE-2023-3978", "0.7.0")]);
    assert_eq!(the_only(&judgement).introduced, Introduced::NewlyDisclosed);
    let document = br#"{"schema": "portcullis.baseline/1", "reports": [{"name": "deps"}], "components": ["pkg:golang/golang.org/x/net@v0.7.0"]}"#;
    let judgement = against(&policy(""), read(document).unwrap(), vec![of("CVE-2023-3978", "0.7.0")]);
    assert_eq!(the_only(&judgement).introduced, Introduced::NewlyDisclosed, "as it was written before");
}

#[test]
fn another_version_of_the_package_is_new() {
    let mut moved = vulnerability("CVE-2021-44906", Severity::High);
    let package = moved.package.as_mut().unwrap();
    package.purl = Some("pkg:npm/minimist@1.2.4".to_owned());
    package.version = Some("1.2.4".to_owned());
    let known = baseline_of(vec![vulnerability("CVE-2021-44906", Severity::High)]);
    let judgement = against(&policy(""), known, vec![moved]);
    assert_eq!((judgement.counts.new, judgement.counts.fixed, judgement.verdict), (1, 1, Verdict::Fail));
}

#[test]
fn a_vulnerability_of_a_known_component_is_newly_disclosed_and_warns_only_in_a_pull_request() {
    let mut base = with_report(Vec::new());
    let purl = Some("pkg:npm/minimist@1.2.5?vcs_url=x".to_owned());
    base.collected.components =
        vec![Component { package: Package { purl, ..Package::default() }, ..Component::default() }];
    let baseline = written_of(&policy(""), &base);
    for (judges_change, level) in [(true, Level::Warn), (false, Level::Fail)] {
        let evidence = with_report(vec![vulnerability("CVE-2021-44906", Severity::Critical)]);
        let evidence = Evidence { baseline: Some(baseline.clone()), judges_change, ..evidence };
        let judgement = judge(&policy(""), evidence, &registry(), TODAY);
        let judged = the_only(&judgement);
        assert_eq!((judged.introduced, judged.level), (Introduced::NewlyDisclosed, level));
    }
}

#[test]
fn without_the_inventory_of_the_base_a_new_vulnerability_is_new() {
    let judgement =
        against(&policy(""), baseline_of(Vec::new()), vec![vulnerability("CVE-2021-44906", Severity::High)]);
    assert_eq!((the_only(&judgement).introduced, judgement.verdict), (Introduced::New, Verdict::Fail));
}

#[test]
fn a_report_the_baseline_does_not_know_leaves_its_findings_unknown_and_blocking() {
    let mut baseline = baseline_of(Vec::new());
    baseline.reports.clear();
    let judgement = against(&policy(""), baseline, vec![vulnerability("CVE-2021-44906", Severity::High)]);
    let judged = the_only(&judgement);
    assert_eq!((judged.introduced, judged.level), (Introduced::Unknown, Level::Fail));
    assert_eq!(judgement.problems[0].code, ProblemCode::NotInBaseline);
    assert_eq!(judgement.problems[0].message, "no baseline for `deps`: 1 finding counts as new");
}

#[test]
fn what_a_dependency_review_lists_came_with_the_change_whatever_is_known_of_the_base() {
    let listed = |tool: &str| {
        let mut finding = vulnerability("CVE-2021-44906", Severity::High);
        finding.sources[0].tool = tool.to_owned();
        super::one(&policy(""), finding).introduced
    };
    assert_eq!(listed("dependency-review"), Introduced::New);
    assert_eq!(listed("trivy"), Introduced::Unknown);
}

#[test]
fn a_finding_that_became_more_severe_stays_existing_and_warns() {
    let known = baseline_of(vec![vulnerability("CVE-2021-44906", Severity::Medium)]);
    let judgement = against(&policy(""), known, vec![vulnerability("CVE-2021-44906", Severity::Critical)]);
    let judged = the_only(&judgement);
    assert_eq!((judged.introduced, judged.level), (Introduced::Existing, Level::Warn));
    assert_eq!(judged.notes, ["escalated since the baseline: medium -> critical"]);
}

#[test]
fn a_baseline_never_weakens_what_is_exploited_or_a_working_secret() {
    for finding in [exploited("CVE-2021-44906", Severity::Low), secret(Some(true))] {
        let judgement = against(&policy(""), baseline_of(vec![finding.clone()]), vec![finding]);
        let judged = the_only(&judgement);
        assert_eq!((judged.introduced, judged.level), (Introduced::Existing, Level::Fail));
    }
}

#[test]
fn what_is_gone_is_fixed_and_no_finding_of_this_run() {
    let judgement = against(&policy(""), baseline_of(vec![unpinned(7)]), Vec::new());
    let judged = the_only(&judgement);
    assert_eq!((judged.introduced, judged.state, judged.level), (Introduced::Fixed, State::Absent, Level::Off));
    assert_eq!((judgement.counts.fixed, judgement.counts.total), (1, 0));
}

#[test]
fn nothing_is_fixed_because_its_report_is_missing_broken_or_incomplete() {
    let known = || baseline_of(vec![vulnerability("CVE-2021-44906", Severity::High)]);
    let broken = InputReport { health: Health::Error, ..trivy() };
    let skipped = InputReport { skipped: vec![portcullis_model::Skipped::default()], ..trivy() };
    for reports in [vec![], vec![broken.clone()], vec![skipped], vec![trivy(), broken]] {
        let mut evidence = Evidence { baseline: Some(known()), ..with_report(Vec::new()) };
        evidence.collected.reports = reports;
        assert_eq!(judge(&policy(""), evidence, &registry(), TODAY).findings, []);
    }
}

#[test]
fn an_exception_that_ended_lets_its_finding_block_though_the_baseline_has_it() {
    let accepted = with_exceptions("", &["id: EX-1, rules: [CVE-2021-44906]"]);
    let finding = vulnerability("CVE-2021-44906", Severity::High);
    let baseline = written_of(&accepted, &with_report(vec![finding.clone()]));
    assert!(baseline.findings[0].accepted);

    let judgement = against(&policy(""), baseline, vec![finding]);
    let judged = the_only(&judgement);
    assert_eq!((judged.introduced, judged.level), (Introduced::Existing, Level::Fail));
}

#[test]
fn an_old_baseline_is_stale_and_still_counts() {
    let mut baseline = baseline_of(vec![unpinned(7)]);
    baseline.created = Some(date(2026, 10, 21).to_zoned(TimeZone::UTC).unwrap().timestamp());
    let judgement = against(&policy(""), baseline, vec![unpinned(7)]);
    assert_eq!(judgement.counts.existing, 1);
    assert_eq!(judgement.problems[0].code, ProblemCode::Stale);
    assert_eq!(
        judgement.problems[0].message,
        "the baseline is 31 days old, `baseline.max_age` is 30 days: write it anew on the base branch"
    );
}

#[test]
fn the_policy_sets_the_caps() {
    let strict = policy("baseline: { existing: fail, escalated: fail }\n");
    let judgement = against(&strict, baseline_of(vec![secret(None)]), vec![secret(None)]);
    assert_eq!((judgement.counts.existing, judgement.verdict), (1, Verdict::Fail));
}

#[test]
fn the_day_something_was_first_seen_is_carried_on() {
    let mut earlier = baseline_of(vec![unpinned(7)]);
    let first = date(2026, 1, 2).to_zoned(TimeZone::UTC).unwrap().timestamp();
    earlier.findings[0].first_seen = Some(first);
    let evidence = Evidence { baseline: Some(earlier), ..with_report(vec![unpinned(9)]) };
    assert_eq!(written_of(&policy(""), &evidence).findings[0].first_seen, Some(first));
}

#[test]
fn the_day_is_carried_on_under_another_id_and_at_another_place() {
    let first = date(2026, 1, 2).to_zoned(TimeZone::UTC).unwrap().timestamp();
    let seen_after = |known: Finding, now: Finding, renames: &[(&str, &str)]| {
        let mut earlier = baseline_of(vec![known]);
        earlier.findings[0].first_seen = Some(first);
        let renames = renames.iter().map(|(now, from)| ((*now).to_owned(), (*from).to_owned())).collect();
        let evidence = Evidence { baseline: Some(earlier), renames, ..with_report(vec![now]) };
        written_of(&policy(""), &evidence).findings[0].first_seen == Some(first)
    };
    let mut other = vulnerability("GHSA-xvch-5gv4-984h", Severity::High);
    other.aliases = ["CVE-2021-44906".to_owned()].into();
    assert!(seen_after(vulnerability("CVE-2021-44906", Severity::High), other, &[]));
    let mut moved = unpinned(7);
    moved.locations[0].path = ".github/workflows/build.yml".to_owned();
    let paths = [(".github/workflows/build.yml", ".github/workflows/ci.yml")];
    assert!(seen_after(unpinned(7), moved.clone(), &paths));
    assert!(!seen_after(unpinned(7), moved, &[]), "nobody says that it was moved");
}

#[test]
fn no_baseline_is_made_of_a_report_that_could_not_be_read() {
    let mut evidence = with_report(Vec::new());
    evidence.collected.reports[0].health = Health::Error;
    let judgement = judge(&policy(""), evidence.clone(), &registry(), TODAY);
    let why = refusal(&outcome(&evidence, judgement)).unwrap();
    assert!(why.contains("`deps`"), "{why}");
}

#[test]
fn a_document_of_another_kind_is_no_baseline() {
    for (bytes, said) in [
        (&b"{}"[..], "does not say `schema: portcullis.baseline/1`"),
        (b"{\"schema\":\"portcullis.baseline/9\"}", "`portcullis.baseline/9`"),
        (b"[1]", "it is no baseline"),
        (b"{\"schema\":\"portcullis.baseline/1\",\"find", "it is no baseline"),
    ] {
        let why = read(bytes).unwrap_err();
        assert!(why.contains(said), "{why}");
    }
}

fn any_findings() -> impl Strategy<Value = Vec<Finding>> {
    let one =
        (0..4_u32, 1..6_u32, prop::sample::select(Severity::ALL.to_vec())).prop_map(|(shape, number, severity)| {
            let id = format!("CVE-2026-{}", 1000 + number);
            match shape {
                0 => own("gha/unpinned-uses", severity, &format!(".github/workflows/{number}.yml"), number),
                1 => own("k8s/latest-tag", severity, "deploy/web.yaml", number),
                2 => exploited(&id, severity),
                _ => vulnerability(&id, severity),
            }
        });
    prop::collection::vec(one, 0..8).prop_map(|findings| portcullis_model::merge::merge(findings, &Merging::default()))
}

fn classified(judgement: &Judgement) -> Vec<(String, Introduced, Level)> {
    judgement.findings.iter().map(|it| (it.finding.fingerprint.clone(), it.introduced, it.level)).collect()
}

proptest! {
    #[test]
    fn against_its_own_baseline_a_run_has_nothing_new_and_nothing_fixed(findings in any_findings()) {
        let judgement = against(&policy(""), baseline_of(findings.clone()), findings.clone());
        let count = u64::try_from(findings.len()).unwrap();
        prop_assert_eq!((judgement.counts.existing, judgement.counts.fixed), (count, 0));
    }

    #[test]
    fn a_baseline_that_was_written_reads_as_the_same(findings in any_findings()) {
        let baseline = baseline_of(findings);
        prop_assert_eq!(&baseline.schema, BASELINE_SCHEMA);
        let bytes = serde_json::to_vec(&baseline).unwrap();
        prop_assert_eq!(read(&bytes).unwrap(), baseline);
    }

    #[test]
    fn the_order_of_the_baseline_and_of_the_run_changes_nothing(base in any_findings(), head in any_findings()) {
        let baseline = baseline_of(base);
        let mut turned = baseline.clone();
        turned.findings.reverse();
        let turned = read(&serde_json::to_vec(&turned).unwrap()).unwrap();
        let reversed: Vec<Finding> = head.iter().rev().cloned().collect();
        let reversed = portcullis_model::merge::merge(reversed, &Merging::default());
        prop_assert_eq!(
            classified(&against(&policy(""), baseline, head)),
            classified(&against(&policy(""), turned, reversed))
        );
    }
}

/// A finding of a report that says of itself how it stands to the base.
fn hinted(hints: &[Option<Introduced>]) -> Finding {
    let mut finding = vulnerability("CVE-2026-1", Severity::High);
    finding.sources = hints
        .iter()
        .map(|introduced| portcullis_model::Source {
            tool: "x".to_owned(),
            report: "out/x.sarif".to_owned(),
            introduced: *introduced,
            ..portcullis_model::Source::default()
        })
        .collect();
    finding
}

#[test]
fn a_report_that_was_compared_with_the_base_is_believed_only_where_the_policy_says_so() {
    let trusting = policy("baseline: { from_sarif: true }");
    let stand = |policy: &Policy, hints: &[Option<Introduced>]| {
        let judgement = judge(policy, evidence(vec![hinted(hints)]), &registry(), TODAY);
        (the_only(&judgement).introduced, the_only(&judgement).level)
    };
    let (new, old) = (Some(Introduced::New), Some(Introduced::Existing));
    assert_eq!(stand(&trusting, &[old]), (Introduced::Existing, Level::Log));
    assert_eq!(stand(&trusting, &[new]), (Introduced::New, Level::Fail));
    assert_eq!(stand(&trusting, &[old, new]), (Introduced::New, Level::Fail), "one that says so is enough");
    assert_eq!(stand(&trusting, &[None]), (Introduced::Unknown, Level::Fail));
    assert_eq!(stand(&policy(""), &[old]), (Introduced::Unknown, Level::Fail));
}

#[test]
fn a_baseline_that_knows_the_report_is_the_better_source() {
    let trusting = policy("baseline: { from_sarif: true }");
    let finding = || {
        let mut finding = hinted(&[Some(Introduced::Existing)]);
        finding.sources[0].report = "out/trivy.json".to_owned();
        finding
    };
    let judgement = against(&trusting, baseline_of(Vec::new()), vec![finding()]);
    assert_eq!(the_only(&judgement).introduced, Introduced::New);
    // Of another report it knows nothing.
    let judgement = against(&trusting, baseline_of(Vec::new()), vec![hinted(&[Some(Introduced::Existing)])]);
    assert_eq!(the_only(&judgement).introduced, Introduced::Existing);
    assert!(!judgement.problems.iter().any(|problem| problem.code == ProblemCode::NotInBaseline));
}
