//! Outcomes built by hand, for the tests of the renderers.

mod filled;
pub(crate) mod pull;

pub(crate) use filled::filled;
use jiff::civil::date;
use portcullis_model::{
    Counts, Decision, Edit, Epss, ExceptionRow, ExceptionState, Finding, Fix, FixState, InputFile, Introduced, Judged,
    Kev, Kind, Level, Limit, Location, Origin, Outcome, Package, PolicyInfo, PolicySource, Problem, ProblemCode,
    RESULT_SCHEMA, Reason, Safety, Score, Secret, Section, Severity, Source, Step, Suggestion, Tool, ToolCounts,
    ToolRow, ToolStatus, Verdict, Vulnerability,
};

use crate::escape;

pub(crate) fn preset(line: u32) -> Origin {
    Origin { layer: "preset:baseline@1".into(), line: Some(line), col: None }
}

/// A finding of ours on one line of a file.
pub(crate) fn ours(
    id: &str,
    level: Level,
    severity: Severity,
    place: (&str, u32, std::ops::Range<u32>, &str),
    texts: (&str, &str),
) -> Judged {
    let (path, line, cols, snippet) = place;
    let location = Location {
        path: path.to_owned(),
        start_line: Some(line),
        start_col: Some(cols.start),
        end_line: Some(line),
        end_col: Some(cols.end),
        snippet: Some(snippet.to_owned()),
        ..Location::default()
    };
    let finding = Finding {
        fingerprint: format!("v1:{path}:{line}:{id}"),
        rule_id: id.to_owned(),
        id: id.to_owned(),
        section: Section::of_rule(id),
        title: texts.0.to_owned(),
        message: texts.1.to_owned(),
        severity,
        locations: vec![location],
        sources: vec![Source { tool: "portcullis".to_owned(), ..Source::default() }],
        ..Finding::default()
    };
    Judged {
        severity,
        level,
        decision: vec![Decision {
            step: Step::BaseLevel,
            key: format!("levels.{severity}"),
            from: "".into(),
            to: level.to_string().into(),
            origin: preset(9),
        }],
        introduced: Introduced::New,
        finding: Box::new(finding),
        ..Judged::default()
    }
}

/// A vulnerability in a lock file whose lines nobody knows.
pub(crate) fn vulnerability() -> Judged {
    let finding = Finding {
        fingerprint: "v1:0001".to_owned(),
        kind: Kind::Vulnerability,
        section: Section::Vulnerabilities,
        rule_id: "CVE-2026-10001".to_owned(),
        id: "CVE-2026-10001".to_owned(),
        title: "Prototype pollution in lodash".to_owned(),
        message: "lodash before 4.17.21 lets attackers change the prototype of every object through `zipObjectDeep`, which can end in the execution of code.".to_owned(),
        severity: Severity::Critical,
        package: Some(Box::new(Package {
            ecosystem: "npm".to_owned(),
            name: "lodash".to_owned(),
            version: Some("4.17.20".to_owned()),
            direct: Some(false),
            dependency_path: ["shop-web", "webpack-dev-server", "lodash"].map(str::to_owned).to_vec(),
            ..Package::default()
        })),
        fix: Some(Fix { state: FixState::Fixed, versions: vec!["4.17.21".to_owned()], available_since: None }),
        locations: vec![Location::file("web/package-lock.json")],
        vulnerability: Some(Box::new(Vulnerability {
            scores: vec![Score { version: "3.1".into(), score: 9.8, ..Score::default() }],
            epss: Some(Epss { score: 0.943, percentile: 0.99, date: None }),
            kev: Some(Kev { listed: true, date_added: Some(date(2026, 11, 2)), ..Kev::default() }),
            ..Vulnerability::default()
        })),
        references: vec!["https://avd.aquasec.com/nvd/cve-2026-10001".to_owned()],
        sources: vec![
            Source {
                tool: "trivy".to_owned(),
                tool_version: Some("0.66.0".to_owned()),
                report: "reports/trivy.json".to_owned(),
                ..Source::default()
            },
            Source { tool: "grype".to_owned(), ..Source::default() },
        ],
        ..Finding::default()
    };
    Judged {
        severity: Severity::Critical,
        level: Level::Fail,
        decision: vec![
            Decision {
                step: Step::BaseLevel,
                key: "vulnerabilities.levels.critical".to_owned(),
                from: "".into(),
                to: "warn".into(),
                origin: Origin { layer: "portcullis.yaml".into(), line: Some(12), col: Some(5) },
            },
            Decision {
                step: Step::Floor,
                key: "vulnerabilities.kev".to_owned(),
                from: "warn".into(),
                to: "fail".into(),
                origin: preset(17),
            },
        ],
        introduced: Introduced::NewlyDisclosed,
        due: Some(date(2026, 12, 20)),
        finding: Box::new(finding),
        ..Judged::default()
    }
}

fn injection() -> Judged {
    let mut judged = ours(
        "gha/template-injection",
        Level::Fail,
        Severity::High,
        (".github/workflows/triage.yml", 18, 20..51, "        run: echo \"${{ github.event.issue.title }}\""),
        ("Attacker-controlled text reaches a shell", "whoever opens an issue chooses this text"),
    );
    judged.finding.related.push(Location {
        label: Some("runs for every new issue".to_owned()),
        snippet: Some("on: issues".to_owned()),
        start_col: Some(5),
        end_col: Some(11),
        ..Location::line(".github/workflows/triage.yml", 3)
    });
    judged.finding.remediation =
        Some("pass it through the environment: the shell does not read values of variables as code".to_owned());
    judged.finding.edits = vec![Edit { safety: Safety::Safe, ..Edit::default() }];
    judged.suggestion = Some(Suggestion {
        path: ".github/workflows/triage.yml".to_owned(),
        start_line: 18,
        end_line: 18,
        replacement: "        run: echo \"$TITLE\"\n        env: { TITLE: \"${{ github.event.issue.title }}\" }\n"
            .to_owned(),
        ..Suggestion::default()
    });
    judged
}

fn secret() -> Judged {
    let mut judged = ours(
        "aws-access-token",
        Level::Fail,
        Severity::Critical,
        ("deploy/env.sh", 7, 27..32, "export AWS_ACCESS_KEY_ID=\"AKIA…\""),
        (
            "Identified a pattern that may indicate AWS credentials",
            "Identified a pattern that may indicate AWS credentials.",
        ),
    );
    judged.finding.kind = Kind::Secret;
    judged.finding.section = Section::Secrets;
    judged.finding.remediation = Some("revoke the key first; removing the line is not enough".to_owned());
    judged.finding.secret = Some(Box::new(Secret {
        commit: Some("77d01ab0c0ffee0b1d84f6a7c55e0a1b2c3d4e5f".to_owned()),
        redacted: Some("AKIA…".to_owned()),
        ..Secret::default()
    }));
    judged
}

fn warnings() -> Vec<Judged> {
    let unpinned = |line| {
        ours(
            "gha/unpinned-uses",
            Level::Warn,
            Severity::Medium,
            (".github/workflows/ci.yml", line, 15..34, "      - uses: actions/checkout@v4 # fetch"),
            ("An action is not pinned to a commit", "`actions/checkout` follows `v4`, which its owner can move"),
        )
    };
    vec![unpinned(14), unpinned(140)]
}

fn logged() -> Judged {
    let mut judged = ours(
        "k8s/no-memory-limit",
        Level::Log,
        Severity::Low,
        ("deploy/api.yaml", 21, 9..14, "        image: shop/api:1.4"),
        ("A container has no memory limit", "`app` has no `resources.limits.memory`"),
    );
    if let Some(location) = judged.finding.locations.first_mut() {
        location.resource = Some("Deployment/payments/api#app".to_owned());
    }
    judged.introduced = Introduced::Existing;
    judged
}

fn rows() -> Vec<ToolRow> {
    let row = |id: &str, title: &str, status, seen| ToolRow {
        id: id.to_owned(),
        title: title.to_owned(),
        status,
        seen,
        ..ToolRow::default()
    };
    vec![
        ToolRow {
            inputs: vec![InputFile { path: "reports/trivy.json".to_owned(), ..InputFile::default() }],
            counts: ToolCounts { fail: 1, new: 1, existing: 14, ..ToolCounts::default() },
            ..row("deps", "Dependencies (trivy)", ToolStatus::Findings, 1)
        },
        ToolRow {
            counts: ToolCounts { fail: 1, new: 1, ..ToolCounts::default() },
            ..row("secrets", "Secrets", ToolStatus::Findings, 412)
        },
        ToolRow {
            counts: ToolCounts { fail: 1, warn: 2, new: 3, ..ToolCounts::default() },
            ..row("workflows", "Workflows", ToolStatus::Findings, 6)
        },
        ToolRow {
            counts: ToolCounts { log: 1, existing: 1, ..ToolCounts::default() },
            ..row("manifests", "Kubernetes", ToolStatus::Findings, 23)
        },
        row("dockerfiles", "Dockerfiles", ToolStatus::Ok, 3),
        ToolRow {
            note: Some("no Prometheus rules here".to_owned()),
            ..row("alerts", "Alert rules", ToolStatus::Skipped, 0)
        },
    ]
}

/// Nothing to say.
pub(crate) fn passing() -> Outcome {
    let mut tools = rows();
    for tool in &mut tools {
        tool.status = if tool.seen > 0 { ToolStatus::Ok } else { ToolStatus::Skipped };
        tool.counts = ToolCounts::default();
    }
    Outcome {
        schema: RESULT_SCHEMA.to_owned(),
        tool: Tool { name: "portcullis".to_owned(), version: Some("0.1.0".to_owned()) },
        verdict: Verdict::Pass,
        reasons: vec![Reason { code: "passed".to_owned(), text: "nothing blocks".to_owned(), tool: None }],
        policy: PolicyInfo {
            source: PolicySource::Local,
            path: Some("portcullis.yaml".to_owned()),
            ..PolicyInfo::default()
        },
        counts: Counts { fixed: 2, ..Counts::default() },
        tools,
        ..Outcome::default()
    }
}

/// Two warnings.
pub(crate) fn warning() -> Outcome {
    let mut outcome = passing();
    outcome.verdict = Verdict::Warn;
    outcome.reasons =
        vec![Reason { code: "warnings".to_owned(), text: "nothing blocks, 2 warnings".to_owned(), tool: None }];
    outcome.findings = warnings();
    outcome.counts = Counts { total: 2, warn: 2, new: 2, ..Counts::default() };
    outcome
}

/// Three findings that block, two warnings, one finding at `log`, exceptions in every state.
pub(crate) fn failing() -> Outcome {
    let exception = |id: &str, state, matched| ExceptionRow {
        id: id.to_owned(),
        state,
        matched,
        expires: Some(date(2027, 3, 31)),
        ..ExceptionRow::default()
    };
    let mut findings = warnings();
    findings.extend([injection(), secret(), logged(), vulnerability()]);
    findings.sort_by(|one, two| portcullis_model::order::findings(&one.finding, &two.finding));
    Outcome {
        verdict: Verdict::Fail,
        reasons: vec![Reason { code: "blocking".to_owned(), text: "3 findings block".to_owned(), tool: None }],
        policy: PolicyInfo {
            source: PolicySource::Base,
            rev: Some("41ab77d0c0ffee0b1d84f6a7c55e0a1b2c3d4e5f".to_owned()),
            path: Some("portcullis.yaml".to_owned()),
            changed_in_pr: vec!["portcullis.yaml".to_owned(), ".portcullis/exceptions/web.yaml".to_owned()],
            ..PolicyInfo::default()
        },
        counts: Counts {
            total: 13,
            fail: 3,
            warn: 2,
            log: 1,
            off: 1,
            excepted: 3,
            excluded: 1,
            suppressed: 2,
            new: 5,
            newly_disclosed: 1,
            existing: 14,
            fixed: 1,
        },
        tools: rows(),
        findings,
        exceptions: vec![
            exception("EX-0003", ExceptionState::Active, 2),
            ExceptionRow { expires: Some(date(2026, 12, 1)), ..exception("EX-0007", ExceptionState::Expiring, 1) },
            exception("EX-0008", ExceptionState::Unused, 0),
            exception("EX-0009", ExceptionState::Proposed, 4),
        ],
        ..passing()
    }
}

/// A required report is missing, another ends in the middle.
pub(crate) fn incomplete() -> Outcome {
    let mut outcome = passing();
    outcome.verdict = Verdict::Incomplete;
    outcome.counts = Counts::default();
    outcome.reasons = vec![
        Reason {
            code: "report_missing".to_owned(),
            text: "the required report `deps` is missing".to_owned(),
            tool: Some("deps".to_owned()),
        },
        Reason {
            code: "truncated".to_owned(),
            text: "`reports/npm-audit.json` ends in the middle".to_owned(),
            tool: None,
        },
    ];
    outcome.problems = vec![
        Problem {
            report: Some("deps".to_owned()),
            section: Some(Section::Vulnerabilities),
            ..Problem::error(
                ProblemCode::ReportMissing,
                "no file matches `reports/trivy.json`; run the step that writes it before the gate, or remove it from `reports`",
            )
            .at_path("reports/trivy.json")
        },
        Problem::error(
            ProblemCode::Truncated,
            "the document ends inside a string; 41 findings before the break were kept, the scanner has to be run again",
        )
        .at_path("reports/npm-audit.json")
        .at_line(812, 40)
        .at_byte(50_212)
        .in_section(Section::Vulnerabilities),
        Problem {
            pointer: Some("/Results/3".to_owned()),
            ..Problem::warning(ProblemCode::DroppedItem, "an item without an id was left out").at_path("reports/sarif.json")
        },
    ];
    if let Some(tool) = outcome.tools.first_mut() {
        tool.status = ToolStatus::Missing;
        tool.required = true;
    }
    outcome
}

/// `count` findings, every tenth of them blocking, in seven files.
pub(crate) fn many(count: u32) -> Outcome {
    let mut outcome = failing();
    outcome.findings = (0..count)
        .map(|index| {
            let (id, level) =
                if index % 10 == 0 { ("gha/unpinned-uses", Level::Fail) } else { ("k8s/run-as-root", Level::Warn) };
            let path = format!("deploy/service-{}.yaml", index % 7);
            ours(id, level, Severity::High, (&path, index + 1, 1..5, "uses: a@v1"), ("A title", "a message"))
        })
        .collect();
    let blocking = outcome.findings.iter().filter(|judged| judged.level == Level::Fail).count();
    outcome.counts.fail = u64::try_from(blocking).unwrap();
    outcome.counts.warn = u64::from(count) - outcome.counts.fail;
    outcome
}

/// Every text of every finding, row and problem is an attack.
pub(crate) fn hostile() -> Outcome {
    let mut outcome = incomplete();
    let corpus = escape::hostile();
    for (index, attack) in corpus.iter().enumerate() {
        let column = u32::try_from(index % 40).unwrap();
        let mut judged = ours(
            attack,
            if index % 2 == 0 { Level::Fail } else { Level::Warn },
            Severity::High,
            (attack, 7, column + 1..column + 9, attack),
            (attack, &format!("{attack} message")),
        );
        judged.notes = vec![attack.clone()];
        judged.finding.remediation = Some(attack.clone());
        judged.finding.related = vec![Location {
            label: Some(attack.clone()),
            snippet: Some(attack.clone()),
            ..Location::line(attack.clone(), 9)
        }];
        judged.finding.package =
            Some(Box::new(Package { name: attack.clone(), version: Some(attack.clone()), ..Package::default() }));
        judged.finding.sources = vec![Source { tool: attack.clone(), report: attack.clone(), ..Source::default() }];
        judged.suggestion = Some(Suggestion {
            path: attack.clone(),
            start_line: 7,
            end_line: 7,
            replacement: format!("{attack}\n{attack}"),
            ..Suggestion::default()
        });
        judged.decision = vec![Decision {
            key: attack.clone(),
            origin: Origin { layer: attack.as_str().into(), line: Some(1), col: None },
            ..Decision::default()
        }];
        outcome.findings.push(judged);
        outcome.problems.push(Problem::error(ProblemCode::Unparsable, attack.clone()).at_path(attack.clone()));
        outcome.tools.push(ToolRow {
            title: attack.clone(),
            note: Some(attack.clone()),
            status: ToolStatus::Ok,
            ..ToolRow::default()
        });
        outcome.exceptions.push(ExceptionRow { id: attack.clone(), matched: 1, ..ExceptionRow::default() });
        outcome.reasons.push(Reason { text: attack.clone(), ..Reason::default() });
        outcome.limits.push(Limit { what: attack.clone(), kept: 1, dropped: 2 });
        outcome.policy.changed_in_pr.push(attack.clone());
    }
    outcome.policy.source = PolicySource::Base;
    outcome.policy.path = corpus.first().cloned();
    outcome.counts.fail = u64::try_from(corpus.len()).unwrap();
    outcome.counts.excepted = 3;
    outcome
}
