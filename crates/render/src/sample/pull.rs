//! A pull request against `main`, as its comment shows it: one that fails and one that passes.

use std::sync::Arc;

use jiff::civil::date;
use portcullis_model::{
    AddedSuppression, Artifact, CheckRun, Component, Context, Counts, ExceptionRow, ExceptionState, Finding, GateBound,
    InputFile, InputReport, Introduced, Judged, Kind, Level, Metric, Origin, Outcome, Package, PolicyInfo,
    PolicyPreview, PolicySource, ProposedException, RuleChange, RuleWeakening, Secret, Section, Severity, State,
    TestSuite, Threshold, Tool, ToolCounts, ToolRow, ToolStatus, Verdict,
};

use super::{ours, secret, vulnerability};

fn context(head: &str, run: u64) -> Context {
    Context {
        repo: Some("acme/shop".to_owned()),
        server_url: "https://github.com".to_owned(),
        event: Some("pull_request".to_owned()),
        pr: Some(7),
        base_ref: Some("main".to_owned()),
        head_sha: Some(head.to_owned()),
        run_id: Some(run),
        ..Context::default()
    }
}

fn row(id: &str, title: &str, status: ToolStatus, counts: ToolCounts) -> ToolRow {
    ToolRow { id: id.to_owned(), title: title.to_owned(), status, counts, ..ToolRow::default() }
}

fn dependencies(status: ToolStatus, counts: ToolCounts) -> ToolRow {
    ToolRow {
        version: Some("0.66.0".to_owned()),
        inputs: vec![InputFile { path: "reports/trivy.json".to_owned(), ..InputFile::default() }],
        ..row("dependencies", "trivy", status, counts)
    }
}

fn check_runs() -> Vec<CheckRun> {
    ["secrets", "workflows", "manifests"].map(|id| CheckRun { id: id.to_owned(), ..CheckRun::default() }).into()
}

fn policy() -> PolicyInfo {
    PolicyInfo {
        source: PolicySource::Base,
        rev: Some("41ab77d0c0ffee0b1d84f6a7c55e0a1b2c3d4e5f".to_owned()),
        path: Some("portcullis.yaml".to_owned()),
        ..PolicyInfo::default()
    }
}

fn axios() -> Package {
    Package {
        ecosystem: "npm".to_owned(),
        name: "axios".to_owned(),
        version: Some("0.21.0".to_owned()),
        ..Package::default()
    }
}

fn gone(id: &str) -> Judged {
    Judged {
        finding: Box::new(Finding { id: id.to_owned(), section: Section::Vulnerabilities, ..Finding::default() }),
        introduced: Introduced::Fixed,
        state: State::Absent,
        level: Level::Off,
        ..Judged::default()
    }
}

fn lodash() -> Judged {
    let mut judged = vulnerability();
    judged.introduced = Introduced::New;
    judged.finding.references.clear();
    if let Some(package) = judged.finding.package.as_mut() {
        package.direct = Some(true);
    }
    if let Some(location) = judged.finding.locations.first_mut() {
        location.start_line = Some(1_882);
    }
    judged
}

/// Everything a failing comment can say.
pub(crate) fn failing() -> Outcome {
    let mut secret = secret();
    (secret.severity, secret.finding.severity) = (Severity::High, Severity::High);
    let mut axios_is_fixed = gone("CVE-2024-22222");
    axios_is_fixed.finding.package = Some(Box::new(axios()));
    let exception = |id: &str, rule: &str, target: &str, owner: &str, expires, state| ExceptionRow {
        id: id.to_owned(),
        rules: vec![rule.to_owned()],
        target: Some(target.to_owned()),
        owner: Some(owner.to_owned()),
        expires: Some(expires),
        state,
        matched: 1,
        ..ExceptionRow::default()
    };
    let (expiring, active) = (ExceptionState::Expiring, ExceptionState::Active);
    Outcome {
        verdict: Verdict::Fail,
        context: context("9f31c2e0b1d84f6a7c55e0a1b2c3d4e5f6a7b8c9", 81_230_001),
        tool: Tool { name: "portcullis".to_owned(), version: Some("1.4.0".to_owned()) },
        policy: PolicyInfo {
            changed_in_pr: vec!["portcullis.yaml".to_owned(), ".portcullis/exceptions/web.yaml".to_owned()],
            preview: Some(preview()),
            ..policy()
        },
        counts: Counts { total: 19, fail: 2, warn: 1, new: 3, fixed: 1, existing: 14, ..Counts::default() },
        tools: vec![
            dependencies(ToolStatus::Findings, ToolCounts { fail: 1, new: 1, existing: 14, ..ToolCounts::default() }),
            ToolRow {
                note: Some("6 commits read".to_owned()),
                ..row(
                    "secrets",
                    "secrets",
                    ToolStatus::Findings,
                    ToolCounts { fail: 1, new: 1, ..ToolCounts::default() },
                )
            },
            row(
                "workflows",
                "workflows",
                ToolStatus::Findings,
                ToolCounts { warn: 1, new: 1, ..ToolCounts::default() },
            ),
            ToolRow { seen: 23, ..row("manifests", "manifests", ToolStatus::Ok, ToolCounts::default()) },
            ToolRow {
                note: Some("no Python files changed".to_owned()),
                ..row("pip-audit", "pip-audit", ToolStatus::Skipped, ToolCounts::default())
            },
        ],
        check_runs: check_runs(),
        findings: vec![
            lodash(),
            secret,
            ours(
                "gha/unpinned-uses",
                Level::Warn,
                Severity::Medium,
                (".github/workflows/ci.yml", 14, 15..34, "      - uses: actions/checkout@v4"),
                ("An action is not pinned to a commit", "`actions/checkout` is pinned to a tag"),
            ),
            axios_is_fixed,
        ],
        exceptions: vec![
            exception("EX-0003", "k8s/no-memory-limit", "k8s/dev/**", "sre", date(2027, 3, 31), active),
            exception("EX-0007", "CVE-2025-40001", "openssl", "platform", date(2026, 12, 1), expiring),
        ],
        components: vec![Component {
            package: Package { version: Some("1.7.9".to_owned()), ..axios() },
            ..Component::default()
        }],
        ..measured()
    }
}

fn preview() -> PolicyPreview {
    PolicyPreview {
        stop_blocking: 1,
        keys: vec!["vulnerabilities.levels.high".to_owned()],
        rules: vec![
            RuleChange { id: "gha/template-injection".to_owned(), change: RuleWeakening::Disabled },
            RuleChange { id: "k8s/privileged".to_owned(), change: RuleWeakening::Downgraded },
        ],
        exceptions: vec![ProposedException {
            id: "EX-0011".to_owned(),
            covers: "CVE-2026-10001 in pkg:npm/lodash".to_owned(),
            expires: Some(date(2026, 12, 31)),
        }],
        inline: vec![AddedSuppression {
            path: "deploy/env.sh".to_owned(),
            line: 9,
            form: "gitleaks:allow".to_owned(),
            ..AddedSuppression::default()
        }],
        ..PolicyPreview::default()
    }
}

/// Tests, coverage, sizes, an image.
fn measured() -> Outcome {
    let metric = |name: &str, value: i64, unit: &str, bound: Option<(&str, i64)>, passed| Metric {
        name: name.to_owned(),
        value: value.into(),
        unit: unit.to_owned(),
        threshold: bound.map(|(op, value)| Threshold { op: op.to_owned(), value: value.into() }),
        passed,
        ..Metric::default()
    };
    Outcome {
        metrics: vec![
            Metric {
                base: Some(82.into()),
                gates: vec![GateBound {
                    gate: "line coverage".to_owned(),
                    op: ">=".to_owned(),
                    value: 80.into(),
                    passed: true,
                    origin: Origin { layer: "portcullis.yaml".into(), line: Some(12), col: Some(7) },
                }],
                ..metric("coverage.line", 84, "percent", None, None)
            },
            Metric { base: Some(140.into()), ..metric("tests.total", 142, "", None, None) },
            metric("load.http_req_duration.p95", 212, "ms", Some(("<", 300)), Some(true)),
            Metric {
                target: Some("ghcr.io/acme/api".to_owned()),
                base: Some(260_160_000.into()),
                ..metric("image.size", 274_840_000, "bytes", Some(("<=", 262_144_000)), Some(false))
            },
        ],
        test_suites: vec![TestSuite { name: "backend".to_owned(), tests: 142, ..TestSuite::default() }],
        reports: vec![InputReport {
            artifact: Some(Arc::new(Artifact {
                name: "ghcr.io/acme/web".to_owned(),
                kind: "container_image".to_owned(),
                digest: Some("sha256:5d41402abc4b2a76b9719d911017c592".to_owned()),
            })),
            ..InputReport::default()
        }],
        ..Outcome::default()
    }
}

/// Two findings fixed, the rest is on the base.
pub(crate) fn passing() -> Outcome {
    let mut lodash_is_fixed = lodash();
    let mut secret_is_gone = gone("aws-access-token");
    secret_is_gone.finding.kind = Kind::Secret;
    secret_is_gone.finding.locations = secret().finding.locations;
    secret_is_gone.finding.secret = Some(Box::new(Secret {
        commit: Some("77d01ab0c0ffee0b1d84f6a7c55e0a1b2c3d4e5f".to_owned()),
        ..Secret::default()
    }));
    (lodash_is_fixed.introduced, lodash_is_fixed.state, lodash_is_fixed.level) =
        (Introduced::Fixed, State::Absent, Level::Off);
    let lodash_now = Package {
        ecosystem: "npm".to_owned(),
        name: "lodash".to_owned(),
        version: Some("4.17.21".to_owned()),
        ..Package::default()
    };
    Outcome {
        verdict: Verdict::Pass,
        context: context("b07e1d4c0ffee0b1d84f6a7c55e0a1b2c3d4e5f6", 81_400_001),
        tool: Tool { name: "portcullis".to_owned(), version: Some("1.4.0".to_owned()) },
        policy: policy(),
        counts: Counts { total: 13, log: 13, fixed: 2, existing: 13, ..Counts::default() },
        tools: vec![
            dependencies(ToolStatus::Findings, ToolCounts { log: 13, existing: 13, ..ToolCounts::default() }),
            ToolRow {
                note: Some("8 commits read".to_owned()),
                ..row("secrets", "secrets", ToolStatus::Ok, ToolCounts::default())
            },
            row("workflows", "workflows", ToolStatus::Ok, ToolCounts::default()),
        ],
        check_runs: check_runs(),
        findings: vec![lodash_is_fixed, secret_is_gone],
        components: vec![Component { package: lodash_now, ..Component::default() }],
        ..Outcome::default()
    }
}
