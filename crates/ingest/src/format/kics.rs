//! `kics scan --report-formats json`: queries, each with the places it matched.

use portcullis_model::text::bounded;
use portcullis_model::{BySeverity, Finding, Kind, Problem, ProblemCode, Section, Severity, Source};
use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess};
use serde_json::value::RawValue;

use crate::advisory::cwes_in;
use crate::detect::{Look, Sketch};
use crate::draft::Draft;
use crate::format::Format;
use crate::json::{Each, Faults, Items, Members, Number, Pairs, Text, Walk, member_as, read_document};
use crate::section::section_of;

/// The document.
#[derive(Default)]
struct Report<'de> {
    version: Text<'de>,
    files_scanned: Number,
    files_failed: Number,
    queries_failed: Number,
    total: Number,
    counters: Pairs<'de, Number>,
    end: Text<'de>,
    has_queries: bool,
    queries: Vec<Query<'de>>,
}

impl<'de> Members<'de> for Report<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        match key {
            "kics_version" => self.version = map.next_value()?,
            "files_scanned" => self.files_scanned = map.next_value()?,
            "files_failed_to_scan" => self.files_failed = map.next_value()?,
            "queries_failed_to_execute" => self.queries_failed = map.next_value()?,
            "total_counter" => self.total = map.next_value()?,
            "severity_counters" => self.counters = member_as(key, map, faults)?.unwrap_or_default(),
            "end" => self.end = map.next_value()?,
            "queries" => {
                self.has_queries = true;
                map.next_value_seed(Each { name: key, list: &mut self.queries, faults })?;
            }
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

/// A rule and where it matched.
#[derive(Default)]
struct Query<'de> {
    name: Text<'de>,
    id: Text<'de>,
    url: Text<'de>,
    severity: Text<'de>,
    description: Text<'de>,
    cwe: Text<'de>,
    files: Option<Vec<&'de RawValue>>,
}

impl<'de> Members<'de> for Query<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        let text = match key {
            "query_name" => &mut self.name,
            "query_id" => &mut self.id,
            "query_url" => &mut self.url,
            "severity" => &mut self.severity,
            "description" => &mut self.description,
            "cwe" => &mut self.cwe,
            "files" => return map.next_value_seed(Items { name: key, list: &mut self.files, faults }),
            _ => return map.next_value::<IgnoredAny>().map(drop),
        };
        *text = map.next_value()?;
        Ok(())
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Match<'a> {
    #[serde(borrow)]
    file_name: Text<'a>,
    #[serde(borrow)]
    similarity_id: Text<'a>,
    line: Number,
    #[serde(borrow)]
    resource_type: Text<'a>,
    #[serde(borrow)]
    resource_name: Text<'a>,
    #[serde(borrow)]
    search_key: Text<'a>,
    #[serde(borrow)]
    expected_value: Text<'a>,
    #[serde(borrow)]
    actual_value: Text<'a>,
}

/// The format.
pub(super) static FORMAT: Format =
    Format { id: "kics", also: &[], section: Section::Misconfigurations, clean: &[], fits, read };

fn fits(look: &Look) -> bool {
    look.object().is_some_and(|object| {
        object.at("queries").is_some_and(|queries| matches!(queries, Sketch::List(_) | Sketch::Null))
            && (object.has("kics_version") || object.has("queries_total") || object.has("queries.query_id"))
    })
}

fn read(text: &str, draft: &mut Draft<'_>) {
    let (mut report, mut faults) = (Report::default(), Faults::default());
    let broken = read_document(text, Walk { name: "the report", members: &mut report, faults: &mut faults });
    draft.tool("kics", report.version.given().map(|version| bounded(version, 100)));
    draft.sections.insert(Section::Misconfigurations);
    draft.report.generated_at = report.end.get().parse().ok();
    draft.faulty(&faults);
    let mut found = 0;
    for (index, query) in report.queries.iter().enumerate() {
        for (position, raw) in query.files.iter().flatten().enumerate() {
            let pointer = format!("/queries/{index}/files/{position}");
            found += 1;
            if let Some(place) = draft.item::<Match<'_>>(raw, &pointer) {
                translate(query, &place, pointer, draft);
            }
        }
    }
    match broken {
        Err(broken) => draft.broken(text, &broken),
        Ok(()) => check_complete(&report, found, draft),
    }
}

fn check_complete(report: &Report<'_>, found: u64, draft: &mut Draft<'_>) {
    if !report.has_queries {
        draft.problem(Problem::error(ProblemCode::NoResults, "the report holds no `queries`: kics did not finish"));
    }
    if report.files_scanned.0 == Some(0.0) {
        let message = "kics has scanned no file: look at what it was pointed to";
        draft.problem(Problem::error(ProblemCode::NoResults, message));
    }
    for (number, what) in
        [(report.files_failed, "files could not be scanned"), (report.queries_failed, "queries failed")]
    {
        if let Some(failed) = number.count().filter(|failed| *failed > 0) {
            let message = format!("kics says that {failed} {what}");
            draft.problem(Problem::error(ProblemCode::ScanIncomplete, message));
        }
    }
    if let Some(declared) = report.total.count().filter(|declared| *declared != found) {
        let message = format!("the report says that it holds {declared} results and lists {found}");
        draft.problem(Problem::error(ProblemCode::CountMismatch, message));
    }
    if !report.counters.0.is_empty() {
        let mut declared = BySeverity::default();
        for (word, number) in &report.counters.0 {
            *declared.get_mut(severity_of(word).unwrap_or_default()) += number.count().unwrap_or_default();
        }
        draft.report.declared_counts = Some(declared);
    }
}

/// `TRACE` is its own word for what is below info.
fn severity_of(word: &str) -> Option<Severity> {
    if word.eq_ignore_ascii_case("trace") { Some(Severity::Info) } else { crate::severity::of_word(word) }
}

fn translate(query: &Query<'_>, found: &Match<'_>, pointer: String, draft: &mut Draft<'_>) {
    let rule = bounded(query.id.given().unwrap_or("kics/unknown"), 200);
    let mut rating = match query.severity.given() {
        Some("TRACE") => draft.rate("info", &[]),
        Some(word) => draft.rate(word, &[]),
        None => draft.rate_unstated(Severity::Unknown),
    };
    query.severity.get().clone_into(&mut rating.original);
    let mut place = draft.location(found.file_name.get());
    place.start_line = found.line.position();
    let parts = [found.resource_type.given(), found.resource_name.given()];
    let resource = parts.into_iter().flatten().collect::<Vec<_>>().join("/");
    place.resource = Some(bounded(&resource, 300)).filter(|resource| !resource.is_empty());
    place.logical = found.search_key.given().map(|key| bounded(key, 500));
    let identity = found.search_key.given().unwrap_or(&resource).to_owned();
    let actual = found.actual_value.get();
    let title = query.name.given().unwrap_or(&rule).to_owned();
    let finding = Finding {
        kind: Kind::Misconfiguration,
        section: section_of(Kind::Misconfiguration, "kics", &place.path),
        id: rule.clone(),
        message: if actual.is_empty() { title.clone() } else { format!("{title}: {actual}") },
        title,
        description: query.description.get().to_owned(),
        remediation: found.expected_value.given().map(|expected| format!("expected: {expected}")),
        severity: rating.severity,
        severity_source: rating.source,
        severity_original: rating.original,
        cwes: query.cwe.get().parse().ok().into_iter().chain(cwes_in(query.cwe.get())).collect(),
        references: query.url.owned().into_iter().collect(),
        locations: vec![place],
        rule_id: rule,
        identity,
        ..Finding::default()
    };
    let fingerprints = found.similarity_id.given().map(|own| bounded(own, 200)).into_iter().collect();
    draft.push(finding, Source { pointer, fingerprints, ..Source::default() });
}
