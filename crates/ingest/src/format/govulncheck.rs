//! `govulncheck -json` (<https://pkg.go.dev/golang.org/x/vuln/internal/govulncheck>): messages one after the other, or in a list. The `osv` messages
//! are all records that concern a module of the build; only `finding` messages say what it contains. There is one per level
//! at which it was looked: module required, package imported, symbol called. Before version 1.0 it was one document.

mod before_1;

use std::collections::BTreeMap;

use portcullis_model::text::bounded;
use portcullis_model::{FixState, Location, Problem, ProblemCode, Section, Source, State, Vulnerability};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::osv::{Record, withdrawn};
use crate::advisory::Names;
use crate::beside::Listing;
use crate::detect::{Look, Sketch, look};
use crate::draft::Draft;
use crate::format::Format;
use crate::items::{each, one};
use crate::json::{Faults, Items, List, Number, Text, read_document, read_values};
use crate::package_url;
use crate::weakness::{Weakness, fixed_in};

/// Calls of vulnerable functions that are kept of one weakness.
const MAX_CALLS: usize = 20;

/// A message holds one of these.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Message<'a> {
    #[serde(borrow)]
    config: Option<Config<'a>>,
    #[serde(borrow)]
    osv: Option<Record<'a>>,
    #[serde(borrow)]
    finding: Option<Reported<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Config<'a> {
    #[serde(borrow)]
    protocol_version: Text<'a>,
    #[serde(borrow)]
    scanner_version: Text<'a>,
    #[serde(borrow)]
    db_last_modified: Text<'a>,
    #[serde(borrow)]
    scan_level: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Reported<'a> {
    #[serde(borrow)]
    osv: Text<'a>,
    #[serde(borrow)]
    fixed_version: Text<'a>,
    /// From the vulnerable code out to the code of the project.
    #[serde(borrow)]
    trace: List<Frame<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Frame<'a> {
    #[serde(borrow)]
    module: Text<'a>,
    #[serde(borrow)]
    version: Text<'a>,
    #[serde(borrow)]
    package: Text<'a>,
    #[serde(borrow)]
    function: Text<'a>,
    #[serde(borrow)]
    receiver: Text<'a>,
    #[serde(borrow)]
    position: Option<Position<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Position<'a> {
    #[serde(borrow)]
    filename: Text<'a>,
    line: Number,
    column: Number,
}

/// The format.
pub(super) static FORMAT: Format =
    Format { id: "govulncheck", also: &[], section: Section::Vulnerabilities, clean: &[], fits, read };

fn fits(look: &Look) -> bool {
    let is_config = |message: &Sketch| message.at("config").is_some_and(|config| config.has("protocol_version"));
    look.first_value().is_some_and(is_config) || before_1::fits(look)
}

/// How deep a weakness reaches into the project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Depth {
    Required,
    Imported,
    Called,
}

/// Everything said about one record in one module.
struct Found<'a> {
    pointer: String,
    reports: Vec<Reported<'a>>,
}

/// What was read of the messages.
#[derive(Default)]
struct Log<'a> {
    config: Option<Config<'a>>,
    records: BTreeMap<String, Record<'a>>,
    /// In the order they are met.
    found: Vec<Found<'a>>,
    by_name: BTreeMap<(String, String), usize>,
}

fn read(text: &str, draft: &mut Draft<'_>) {
    draft.sections.insert(Section::Vulnerabilities);
    let mut log = Log::default();
    let is_old = before_1::fits(&look(text));
    let broken = if is_old {
        before_1::read(text, &mut log, draft)
    } else if text.trim_start().starts_with('[') {
        let (mut list, mut faults) = (None, Faults::default());
        let broken = read_document(text, Items { name: "the report", list: &mut list, faults: &mut faults });
        draft.faulty(&faults);
        each(list.as_ref(), "", draft, |message, pointer, draft| log.take(message, pointer, draft));
        broken
    } else {
        read_values(text, |index, raw: &RawValue| {
            let pointer = format!("/{index}");
            one(raw, &pointer, draft, |message, draft| log.take(message, &pointer, draft));
        })
    };
    if !is_old {
        note_run(log.config.as_ref(), broken.is_ok(), draft);
    }
    let manifest = Listing::of(draft, &["go.mod"], |line, _| required(line).map(str::to_owned));
    for found in &log.found {
        translate(found, &log, manifest.as_ref(), draft);
    }
    if let Err(broken) = broken {
        draft.broken(text, &broken);
    }
}

impl<'a> Log<'a> {
    fn take(&mut self, message: Message<'a>, pointer: &str, draft: &mut Draft<'_>) {
        if let Some(config) = message.config {
            self.config = Some(config);
        }
        if let Some(record) = message.osv {
            self.records.insert(record.id.get().to_owned(), record);
        }
        if let Some(reported) = message.finding {
            self.add(reported, &format!("{pointer}/finding"), draft);
        }
    }

    /// What is said of a record is gathered for each module.
    fn add(&mut self, reported: Reported<'a>, pointer: &str, draft: &mut Draft<'_>) {
        let module = reported.trace.0.first().and_then(|frame| frame.module.owned());
        let (Some(id), Some(module)) = (reported.osv.owned(), module) else {
            draft.dropped(pointer, "no id of a record or no module");
            return;
        };
        let at = *self.by_name.entry((id, module)).or_insert(self.found.len());
        match self.found.get_mut(at) {
            Some(found) => found.reports.push(reported),
            None => self.found.push(Found { pointer: pointer.to_owned(), reports: vec![reported] }),
        }
    }
}

fn note_run(config: Option<&Config<'_>>, is_whole: bool, draft: &mut Draft<'_>) {
    draft.tool("govulncheck", config.and_then(|config| config.scanner_version.owned()));
    let Some(config) = config else {
        if is_whole {
            let message = "the report has no `config`: govulncheck has not started";
            draft.problem(Problem::error(ProblemCode::NoResults, message));
        }
        return;
    };
    draft.report.db_built_at = config.db_last_modified.get().parse().ok();
    draft.report.format_version = config.protocol_version.owned();
    let protocol = config.protocol_version.get();
    if !protocol.trim_start_matches('v').starts_with("1.") {
        let message = format!("the report has protocol version `{}`; this version reads 1", bounded(protocol, 60));
        draft.problem(Problem::error(ProblemCode::UnsupportedVersion, message));
    }
}

fn depth(reported: &Reported<'_>) -> Depth {
    match reported.trace.0.first() {
        Some(frame) if frame.function.given().is_some() => Depth::Called,
        Some(frame) if frame.package.given().is_some() => Depth::Imported,
        _ => Depth::Required,
    }
}

/// Whether the vulnerable code is used, as far as the scan has looked: `None` when it has not looked for calls.
fn reachable(deepest: Depth, scan_level: &str) -> Option<bool> {
    match (deepest, scan_level) {
        (Depth::Called, _) => Some(true),
        (Depth::Imported, "package") | (_, "module") => None,
        (Depth::Imported | Depth::Required, _) => Some(false),
    }
}

fn translate(found: &Found<'_>, log: &Log<'_>, manifest: Option<&Listing>, draft: &mut Draft<'_>) {
    let Some((first, deepest)) = found.reports.first().zip(found.reports.iter().map(depth).max()) else { return };
    let Some(frame) = first.trace.0.first() else { return };
    let rule_id = first.osv.get();
    let unknown = Record::default();
    let record = log.records.get(rule_id).unwrap_or(&unknown);
    let module = bounded(frame.module.get(), 500);
    let package = package_url::named("golang", &module, frame.version.given());
    let locations = manifest.map(|manifest| manifest.place(&module)).into_iter().collect();
    let scores = record.scores(draft);
    let scan_level = log.config.as_ref().map_or("", |config| config.scan_level.get());
    let mut details = Vulnerability { reachable: reachable(deepest, scan_level), ..Vulnerability::default() };
    details.dates.published = record.published.get().parse().ok();
    details.dates.modified = record.modified.get().parse().ok();
    let is_withdrawn = record.withdrawn.given().is_some();
    let fixed = found.reports.iter().find_map(|reported| reported.fixed_version.owned());
    let weakness = Weakness {
        rule_id,
        names: Names::of(rule_id, record.aliases.iter(), []),
        title: record.summary.get(),
        description: record.details.get(),
        rating: draft.rate(record.word(), &scores),
        cwes: record.cwes(),
        package,
        fix: fixed_in(fixed.into_iter().collect(), FixState::NotFixed),
        locations,
        references: std::iter::once(format!("https://pkg.go.dev/vuln/{rule_id}")).chain(record.references()).collect(),
        details: Vulnerability { scores, ..details },
        is_malicious: record.is_malicious(),
        state: if is_withdrawn { State::Suppressed } else { State::Open },
        suppressions: is_withdrawn.then(withdrawn).into_iter().collect(),
        ..Weakness::default()
    };
    let mut finding = weakness.finding();
    finding.message = format!("{} ({})", finding.message, said(deepest));
    finding.related = calls(found, draft);
    draft.push(finding, Source { pointer: found.pointer.clone(), ..Source::default() });
}

fn said(deepest: Depth) -> &'static str {
    match deepest {
        Depth::Called => "the vulnerable code is called",
        Depth::Imported => "the vulnerable package is imported",
        Depth::Required => "the vulnerable module is required",
    }
}

/// The module a line of `go.mod` requires; the one that names the version of Go stands for the standard library.
fn required(line: &str) -> Option<&str> {
    let mut words = line.split_whitespace();
    match (words.next()?, words.next()?) {
        ("go", _) => Some("stdlib"),
        ("require", "(") => None,
        ("require", module) | (module, _) => Some(module),
    }
}

/// The places in the project's own code from which vulnerable code is reached.
fn calls(found: &Found<'_>, draft: &Draft<'_>) -> Vec<Location> {
    let mut calls: Vec<Location> = Vec::new();
    for reported in found.reports.iter().filter(|reported| depth(reported) == Depth::Called) {
        let frames = &reported.trace.0;
        let (Some(vulnerable), Some(outermost)) = (frames.first(), frames.last()) else { continue };
        let own = frames.iter().filter(|frame| frame.module == outermost.module);
        let Some(position) = own.filter_map(|frame| frame.position.as_ref()).find(|at| at.filename.given().is_some())
        else {
            continue;
        };
        let call = Location {
            start_line: position.line.position(),
            start_col: position.column.position(),
            label: Some(format!("calls `{}`", bounded(&symbol(vulnerable), 300))),
            ..draft.location(position.filename.get())
        };
        if calls.len() < MAX_CALLS && !calls.contains(&call) {
            calls.push(call);
        }
    }
    calls
}

/// `net/http.Server.Serve`
fn symbol(frame: &Frame<'_>) -> String {
    let receiver = frame.receiver.get().trim_start_matches('*');
    let parts = [frame.package.get(), receiver, frame.function.get()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(".")
}
