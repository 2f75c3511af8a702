//! `yarn audit --json` of yarn 1 (spec/ingest.md 9.3): a line per path to a vulnerable package, each with the whole advisory in
//! the form of npm 6, and a summary as the last line.

use std::collections::BTreeMap;

use portcullis_model::text::bounded;
use portcullis_model::{Problem, ProblemCode, Section};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::npm_audit_1::{self, Advisory, Found, Metadata, check_counts};
use crate::detect::Look;
use crate::draft::Draft;
use crate::format::Format;
use crate::items::one;
use crate::json::{Flag, Text, Texts, read_values};

/// The words of `type`; lines of other tools have other ones.
const TYPES: [&str; 12] = [
    "auditAdvisory",
    "auditSummary",
    "auditAction",
    "info",
    "warning",
    "error",
    "step",
    "verbose",
    "success",
    "activityStart",
    "activityTick",
    "activityEnd",
];

/// A line.
#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow, default)]
    data: Option<&'a RawValue>,
}

/// `data` of `auditAdvisory`
#[derive(Default, Deserialize)]
#[serde(default)]
struct Reported<'a> {
    #[serde(borrow)]
    resolution: Resolution<'a>,
    #[serde(borrow)]
    advisory: Option<Advisory<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Resolution<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    path: Texts<'a>,
    dev: Flag,
    optional: Flag,
}

/// The format.
pub(super) static FORMAT: Format =
    Format { id: "yarn1-audit", also: &["yarn-audit"], section: Section::Vulnerabilities, clean: &[], fits, read };

fn fits(look: &Look) -> bool {
    look.first_value().is_some_and(|line| {
        line.is_object() && line.has("data") && !line.has("displayName") && TYPES.contains(&line.word("type"))
    })
}

/// What was read of the lines.
#[derive(Default)]
struct Log<'a> {
    /// Advisories in the order they are met, with the pointer of the first line.
    advisories: Vec<(String, Advisory<'a>)>,
    by_id: BTreeMap<String, usize>,
    summary: Option<Metadata>,
    errors: Vec<String>,
}

fn read(text: &str, draft: &mut Draft<'_>) {
    draft.tool("yarn-audit", None);
    draft.sections.insert(Section::Vulnerabilities);
    let mut log = Log::default();
    let broken = read_values(text, |index, raw| {
        let pointer = format!("/{index}");
        one(raw, &pointer, draft, |line: Line<'_>, draft| take(&line, &pointer, &mut log, draft));
    });
    for (pointer, advisory) in &log.advisories {
        npm_audit_1::translate(advisory, "0", pointer, draft);
    }
    for error in &log.errors {
        let message = format!("yarn could not audit: {error}");
        draft.problem_among_many(Problem::error(ProblemCode::ScannerError, message));
    }
    match (broken, log.summary) {
        (Err(broken), _) => draft.broken(text, &broken),
        (Ok(()), None) if log.errors.is_empty() => {
            let message = "the last line of yarn's audit (`auditSummary`) is missing: the report ends in the middle";
            draft.problem(Problem::error(ProblemCode::Truncated, message).at_byte(text.len() as u64));
        }
        (Ok(()), None) => {}
        (Ok(()), Some(summary)) => {
            summary.note(draft);
            check_counts(draft);
            check_audited(&log.errors, draft);
        }
    }
}

fn take<'a>(line: &Line<'a>, pointer: &str, log: &mut Log<'a>, draft: &mut Draft<'_>) {
    let Some(data) = line.data else { return };
    match line.kind.get() {
        "auditAdvisory" => one(data, pointer, draft, |reported: Reported<'a>, draft| {
            advisory(reported, pointer, log, draft);
        }),
        "auditSummary" => one(data, pointer, draft, |summary: Metadata, _| log.summary = Some(summary)),
        "error" => log.errors.push(bounded(data.get(), 300)),
        // yarn audits an empty project instead, and ends with 0.
        "info" if data.get().contains("No lockfile found") => {
            log.errors.push("there is no lock file (`yarn install` writes one)".to_owned());
        }
        _ => {}
    }
}

/// One finding per advisory and version, whatever number of paths leads to it.
fn advisory<'a>(reported: Reported<'a>, pointer: &str, log: &mut Log<'a>, draft: &mut Draft<'_>) {
    let Some(mut advisory) = reported.advisory else {
        draft.dropped(pointer, "no `advisory`");
        return;
    };
    let Resolution { id, path, dev, optional } = reported.resolution;
    let is_here = |found: &Found<'_>| path.iter().any(|path| found.paths.iter().any(|known| known == path));
    let id = advisory.id.given().or_else(|| id.given()).unwrap_or_default().to_owned();
    let version = advisory.findings.0.iter().find(|found| is_here(found)).or_else(|| advisory.findings.0.first());
    let version = version.map(|found| found.version.clone()).unwrap_or_default();
    let place = Found { version, paths: path, dev, optional };
    let known = log.by_id.get(&id).copied().filter(|_| !id.is_empty());
    if let Some((_, known)) = known.and_then(|index| log.advisories.get_mut(index)) {
        known.findings.0.push(place);
        return;
    }
    log.by_id.insert(id, log.advisories.len());
    advisory.findings.0 = vec![place];
    log.advisories.push((format!("{pointer}/data/advisory"), advisory));
}

fn check_audited(errors: &[String], draft: &mut Draft<'_>) {
    if draft.audited == 0 && draft.findings.is_empty() && errors.is_empty() {
        let message = "yarn counts no dependency at all: nothing was audited, whatever the exit code said";
        draft.problem(Problem::error(ProblemCode::AllSkipped, message));
    }
}
