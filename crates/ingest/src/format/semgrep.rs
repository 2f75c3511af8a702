//! `semgrep --json` (spec/ingest.md 9.10).

use portcullis_model::text::bounded;
use portcullis_model::{
    Finding, Kind, Location, Problem, ProblemCode, Section, Severity, SeveritySource, Source, State, Suppression,
};
use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess};
use serde_json::value::RawValue;

use crate::advisory::cwes_in;
use crate::detect::Look;
use crate::draft::Draft;
use crate::format::Format;
use crate::json::{Faults, Flag, Items, List, Members, Number, Part, Text, Texts, Walk, member_as, read_document};
use crate::severity::{self, Rating};
use crate::source_lines::Sources;

/// The document.
#[derive(Default)]
struct Report<'de> {
    version: Text<'de>,
    results: Option<Vec<&'de RawValue>>,
    errors: Option<Vec<&'de RawValue>>,
    paths: Option<Paths>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Paths {
    scanned: Option<List<IgnoredAny>>,
}

impl<'de> Members<'de> for Report<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        match key {
            "version" => self.version = map.next_value()?,
            "results" => map.next_value_seed(Items { name: key, list: &mut self.results, faults })?,
            "errors" => map.next_value_seed(Items { name: key, list: &mut self.errors, faults })?,
            "paths" => self.paths = member_as(key, map, faults)?,
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Item<'a> {
    #[serde(borrow)]
    check_id: Text<'a>,
    #[serde(borrow)]
    path: Text<'a>,
    start: Part<Position>,
    end: Part<Position>,
    #[serde(borrow)]
    extra: Part<Extra<'a>>,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(default)]
struct Position {
    line: Number,
    col: Number,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Extra<'a> {
    #[serde(borrow)]
    message: Text<'a>,
    #[serde(borrow)]
    severity: Text<'a>,
    #[serde(borrow)]
    metadata: Part<Metadata<'a>>,
    #[serde(borrow)]
    fingerprint: Text<'a>,
    is_ignored: Flag,
    #[serde(borrow)]
    lines: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Metadata<'a> {
    #[serde(borrow)]
    cwe: Texts<'a>,
    #[serde(borrow)]
    confidence: Text<'a>,
    #[serde(borrow)]
    references: Texts<'a>,
    #[serde(borrow)]
    source: Text<'a>,
}

/// What semgrep could not do.
#[derive(Default, Deserialize)]
#[serde(default)]
struct ErrorItem<'a> {
    #[serde(borrow)]
    level: Text<'a>,
    #[serde(borrow)]
    message: Text<'a>,
    #[serde(borrow)]
    long_msg: Text<'a>,
    #[serde(borrow)]
    path: Text<'a>,
}

/// The format.
pub(super) static FORMAT: Format = Format { id: "semgrep", also: &[], section: Section::Code, clean: &[], fits, read };

/// Members of the document; other tools too write `results` and `errors`.
const MEMBERS: [&str; 12] = [
    "results",
    "errors",
    "paths",
    "version",
    "time",
    "explanations",
    "rules_by_engine",
    "engine_requested",
    "interfile_languages_used",
    "skipped_rules",
    "profiling_results",
    "subprojects",
];

fn fits(look: &Look) -> bool {
    look.object().is_some_and(|object| match object.at("results") {
        Some(results) if results.is_empty_list() => {
            object.has("errors") && object.names().all(|name| MEMBERS.contains(&name))
        }
        Some(results) => results.is_list() && results.has("check_id") && results.has("extra"),
        None => false,
    })
}

fn read(text: &str, draft: &mut Draft<'_>) {
    let (mut report, mut faults) = (Report::default(), Faults::default());
    let broken = read_document(text, Walk { name: "the report", members: &mut report, faults: &mut faults });
    draft.tool("semgrep", report.version.given().map(|version| bounded(version, 100)));
    draft.sections.insert(Section::Code);
    draft.faulty(&faults);
    let mut sources = Sources::of(draft);
    for (index, raw) in report.results.iter().flatten().enumerate() {
        let pointer = format!("/results/{index}");
        match draft.item::<Item<'_>>(raw, &pointer) {
            Some(item) if item.check_id.given().is_some() => translate(&item, pointer, &mut sources, draft),
            Some(_) => draft.dropped(&pointer, "no `check_id`"),
            None => {}
        }
    }
    for (index, raw) in report.errors.iter().flatten().enumerate() {
        if let Some(error) = draft.item::<ErrorItem<'_>>(raw, &format!("/errors/{index}")) {
            tell(&error, draft);
        }
    }
    match broken {
        Err(broken) => draft.broken(text, &broken),
        Ok(()) => check_complete(&report, draft),
    }
}

fn check_complete(report: &Report<'_>, draft: &mut Draft<'_>) {
    let scanned = report.paths.as_ref().and_then(|paths| paths.scanned.as_ref());
    if report.results.is_none() {
        draft.problem(Problem::error(ProblemCode::NoResults, "the report holds no `results`: semgrep did not finish"));
    } else if report.results.as_ref().is_some_and(Vec::is_empty) && scanned.is_some_and(|paths| paths.0.is_empty()) {
        let message = "semgrep has scanned no file (`paths.scanned` is empty): look at what it was pointed to";
        draft.problem(Problem::error(ProblemCode::NoResults, message));
    }
}

fn tell(error: &ErrorItem<'_>, draft: &mut Draft<'_>) {
    let what = error.message.given().or_else(|| error.long_msg.given()).unwrap_or("it gives no reason");
    let place = error.path.given().map(|path| format!(" in `{}`", bounded(path, 200))).unwrap_or_default();
    let message = format!("semgrep reports an error of its own{place}: {}", bounded(what, 300));
    // A file that was read in part is a warning of semgrep's own.
    draft.problem_among_many(if error.level.get().eq_ignore_ascii_case("error") {
        Problem::error(ProblemCode::ScanIncomplete, message)
    } else {
        Problem::warning(ProblemCode::ScanIncomplete, message)
    });
}

fn translate(item: &Item<'_>, pointer: String, sources: &mut Sources<'_>, draft: &mut Draft<'_>) {
    let rule = bounded(item.check_id.get(), 500);
    let extra = &item.extra;
    let rating = rating(extra.severity.get(), draft);
    let place = place(item, draft);
    // Who is not logged in gets these words for the code.
    let lines = extra.lines.given().filter(|lines| *lines != "requires login");
    let shown = lines.map(|lines| lines.lines().take(3).collect::<Vec<_>>().join("\n"));
    let identity = shown.or_else(|| sources.flagged(&place)).unwrap_or_default();
    let own = extra.fingerprint.given().filter(|fingerprint| *fingerprint != "requires login");
    let fingerprints = own.map(|own| bounded(own, 200)).into_iter().collect();
    let mut finding = Finding {
        kind: Kind::Code,
        section: Section::Code,
        id: rule.clone(),
        title: extra.message.get().lines().next().unwrap_or_default().to_owned(),
        message: extra.message.given().unwrap_or(&rule).to_owned(),
        severity: rating.severity,
        severity_source: rating.source,
        severity_original: rating.original,
        confidence: severity::confidence_of_word(extra.metadata.confidence.get()),
        cwes: extra.metadata.cwe.iter().take(50).flat_map(cwes_in).collect(),
        references: extra.metadata.source.owned().into_iter().chain(extra.metadata.references.owned()).collect(),
        locations: vec![place],
        rule_id: rule,
        identity,
        ..Finding::default()
    };
    if extra.is_ignored.is_true() {
        finding.state = State::Suppressed;
        finding.suppressions.push(Suppression {
            by: "semgrep".to_owned(),
            kind: "comment".to_owned(),
            accepted: true,
            ..Suppression::default()
        });
    }
    draft.push(finding, Source { pointer, fingerprints, ..Source::default() });
}

fn place(item: &Item<'_>, draft: &Draft<'_>) -> Location {
    let start_line = item.start.line.position();
    Location {
        start_line,
        start_col: item.start.col.position(),
        end_line: item.end.line.position().filter(|end| start_line.is_some_and(|start| *end >= start)),
        end_col: item.end.col.position(),
        ..draft.location(item.path.get())
    }
}

/// Its older words are a scale of three.
fn rating(word: &str, draft: &mut Draft<'_>) -> Rating {
    let severity = match word.to_ascii_uppercase().as_str() {
        "ERROR" => Severity::High,
        "WARNING" => Severity::Medium,
        "INFO" => Severity::Low,
        "INVENTORY" | "EXPERIMENT" => Severity::Info,
        _ => return draft.rate(word, &[]),
    };
    Rating { severity, source: SeveritySource::Tool, original: word.to_owned() }
}
