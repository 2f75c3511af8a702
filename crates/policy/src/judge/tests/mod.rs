//! Evidence by hand, policies as text, and what comes out.

mod baseline;
mod exceptions;
mod levels;
mod monotony;
mod overrides;
mod pages;
mod properties;
mod quality;
mod report_only;
mod reported;
mod steps;
mod suppressions;
mod told;
mod verdict;
mod vulnerabilities;

use std::fmt::Write as _;

use jiff::civil::{Date, date};
use portcullis_model::{
    CheckRun, Collected, Evidence, Finding, Fix, FixState, Judged, Kev, Kind, Location, Package, RunStatus, Secret,
    Section, Severity, Source, Vulnerability, fingerprint,
};

use super::{Judgement, judge};
use crate::Policy;
use crate::load::tests::{load_files, loaded, printed, registry};

const TODAY: Date = date(2026, 11, 21);

fn policy(text: &str) -> Policy {
    loaded(&format!("version: 1\n{text}")).policy
}

/// A policy with one file of exceptions; entries are written in flow style and completed with what each needs.
fn with_exceptions(text: &str, entries: &[&str]) -> Policy {
    let mut file = String::from("version: 1\nkind: exceptions\nexceptions:\n");
    for entry in entries {
        let more = [
            ("reason", "only the build script uses it"),
            ("owner", "'@web'"),
            ("created", "2026-09-01"),
            ("expires", "2027-01-31"),
        ];
        let missing = more.iter().filter(|(key, _)| !entry.contains(&format!("{key}:")));
        let more: Vec<_> = missing.map(|(key, value)| format!(", {key}: {value}")).collect();
        writeln!(file, "  - {{ {entry}{} }}", more.concat()).unwrap();
    }
    match load_files(&format!("version: 1\n{text}"), &[(".portcullis/exceptions/web.yaml", &file)]) {
        Ok(loaded) => loaded.policy,
        Err(errors) => panic!("{}", printed(&errors)),
    }
}

fn ran(section: Section, id: &str) -> CheckRun {
    CheckRun { section, id: id.to_owned(), status: RunStatus::Ran, seen: 1, ..CheckRun::default() }
}

/// Findings, and checks that ran in every section they need.
fn evidence(mut findings: Vec<Finding>) -> Evidence {
    fingerprint::assign(&mut findings);
    let check_runs = vec![
        ran(Section::Workflows, "workflows"),
        ran(Section::Secrets, "secrets"),
        ran(Section::Vulnerabilities, "report:deps"),
        ran(Section::Manifests, "manifests"),
    ];
    Evidence { collected: Collected { findings, check_runs, ..Collected::default() }, ..Evidence::default() }
}

fn judged(policy: &Policy, findings: Vec<Finding>) -> Judgement {
    judge(policy, evidence(findings), &registry(), TODAY)
}

fn one(policy: &Policy, finding: Finding) -> Judged {
    let id = finding.id.clone();
    let judgement = judged(policy, vec![finding]);
    judgement.findings.into_iter().find(|judged| judged.finding.id == id).unwrap()
}

/// The steps that decided, as a person reads them.
fn steps(judged: &Judged) -> Vec<String> {
    judged
        .decision
        .iter()
        .map(|decision| {
            let arrow = if decision.from.is_empty() { String::new() } else { format!("{} ", decision.from) };
            format!("{} {arrow}-> {} ({})", decision.key, decision.to, decision.origin)
        })
        .collect()
}

fn own(rule: &str, severity: Severity, path: &str, line: u32) -> Finding {
    Finding {
        rule_id: rule.to_owned(),
        id: rule.to_owned(),
        title: format!("title of {rule}"),
        section: Section::of_rule(rule),
        severity,
        locations: vec![Location { start_byte: Some(u64::from(line) * 40), ..Location::line(path, line) }],
        sources: vec![Source { tool: "portcullis".to_owned(), ..Source::default() }],
        ..Finding::default()
    }
}

fn unpinned(line: u32) -> Finding {
    own("gha/unpinned-uses", Severity::Medium, ".github/workflows/ci.yml", line)
}

fn vulnerability(id: &str, severity: Severity) -> Finding {
    Finding {
        kind: Kind::Vulnerability,
        rule_id: id.to_owned(),
        id: id.to_owned(),
        section: Section::Vulnerabilities,
        severity,
        package: Some(Box::new(Package {
            purl: Some("pkg:npm/minimist@1.2.5".to_owned()),
            ecosystem: "npm".to_owned(),
            name: "minimist".to_owned(),
            version: Some("1.2.5".to_owned()),
            ..Package::default()
        })),
        locations: vec![Location::line("web/package-lock.json", 812)],
        sources: vec![Source { tool: "trivy".to_owned(), report: "out/trivy.json".to_owned(), ..Source::default() }],
        ..Finding::default()
    }
}

fn exploited(id: &str, severity: Severity) -> Finding {
    let kev = Kev { listed: true, ..Kev::default() };
    let details = Vulnerability { kev: Some(kev), ..Vulnerability::default() };
    Finding { vulnerability: Some(Box::new(details)), ..vulnerability(id, severity) }
}

fn fixed_in(version: &str, finding: Finding) -> Finding {
    let fix = Fix { state: FixState::Fixed, versions: vec![version.to_owned()], available_since: None };
    Finding { fix: Some(fix), ..finding }
}

fn secret(verified: Option<bool>) -> Finding {
    Finding {
        kind: Kind::Secret,
        section: Section::Secrets,
        secret: Some(Box::new(Secret { verified, ..Secret::default() })),
        ..own("github-pat", Severity::High, "src/config.ts", 3)
    }
}
