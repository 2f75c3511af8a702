//! SARIF 2.1.0 (spec/ingest.md 9.1), read leniently: of a large public set of real files a strict model refuses one in
//! forty, for a byte order mark, nested fingerprints, a number written as float.

mod adapters;
mod place;
mod rating;
mod rules;
mod shape;
mod taxonomy;
mod text;
mod translate;

use portcullis_model::text::bounded;
use portcullis_model::{Problem, ProblemCode, Section};
use serde::de::{IgnoredAny, MapAccess};
use serde_json::value::RawValue;

use self::shape::{ArtifactItem, Base, ExternalFiles, Invocation, Logical, Provenance, RunProperties, Taxonomy, Tool};
use crate::detect::Look;
use crate::draft::Draft;
use crate::format::Format;
use crate::json::{Each, Faults, Items, List, Members, Pairs, Text, Walk, member_as, read_document};
use crate::section::{kind_of_tool, section_of, tool_name};

/// The log.
#[derive(Default)]
struct Log<'de> {
    version: String,
    schema: String,
    runs: Vec<Run<'de>>,
}

/// One run of one tool. Results are translated when the whole run is read: rules may stand behind them.
#[derive(Default)]
struct Run<'de> {
    tool: Option<Tool<'de>>,
    results: Option<Vec<&'de RawValue>>,
    invocations: List<Invocation<'de>>,
    artifacts: List<ArtifactItem<'de>>,
    bases: Pairs<'de, Base<'de>>,
    provenance: List<Provenance<'de>>,
    properties: RunProperties<'de>,
    taxonomies: List<Taxonomy<'de>>,
    logical_locations: List<Logical<'de>>,
    external: ExternalFiles,
    column_kind: String,
}

impl<'de> Members<'de> for Log<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        match key {
            "version" => self.version = map.next_value::<Text<'_>>()?.get().to_owned(),
            "$schema" => self.schema = map.next_value::<Text<'_>>()?.get().to_ascii_lowercase(),
            "runs" => map.next_value_seed(Each { name: key, list: &mut self.runs, faults })?,
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

impl<'de> Members<'de> for Run<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        match key {
            "tool" => self.tool = member_as(key, map, faults)?,
            "results" => map.next_value_seed(Items { name: key, list: &mut self.results, faults })?,
            "invocations" => self.invocations = member_as(key, map, faults)?.unwrap_or_default(),
            "artifacts" => self.artifacts = member_as(key, map, faults)?.unwrap_or_default(),
            "originalUriBaseIds" => self.bases = member_as(key, map, faults)?.unwrap_or_default(),
            "versionControlProvenance" => self.provenance = member_as(key, map, faults)?.unwrap_or_default(),
            "properties" => self.properties = member_as(key, map, faults)?.unwrap_or_default(),
            "taxonomies" => self.taxonomies = member_as(key, map, faults)?.unwrap_or_default(),
            "logicalLocations" => self.logical_locations = member_as(key, map, faults)?.unwrap_or_default(),
            "externalPropertyFileReferences" => self.external = member_as(key, map, faults)?.unwrap_or_default(),
            "columnKind" => self.column_kind = map.next_value::<Text<'_>>()?.get().to_owned(),
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

/// The format.
pub(super) static FORMAT: Format = Format { id: "sarif", also: &[], section: Section::Code, clean: &[], fits, read };

fn fits(look: &Look) -> bool {
    look.object().is_some_and(|object| {
        object.word("$schema").to_ascii_lowercase().contains("sarif")
            || (object.has("runs") && object.word("version").starts_with(['1', '2']))
    })
}

fn read(text: &str, draft: &mut Draft<'_>) {
    let (mut log, mut faults) = (Log::default(), Faults::default());
    let broken = read_document(text, Walk { name: "the report", members: &mut log, faults: &mut faults });
    draft.faulty(&faults);
    check_version(&log, draft);
    if log.runs.is_empty() && broken.is_ok() {
        let message = "the report holds no `runs`: no tool has run";
        draft.problem(Problem::error(ProblemCode::NoResults, message));
    }
    for (index, run) in log.runs.iter().enumerate() {
        note_run(run, draft);
        if broken.is_ok() {
            check_complete(run, draft);
        }
        translate::run(run, index, draft);
    }
    if let Err(broken) = broken {
        draft.broken(text, &broken);
    }
}

/// 2.1.0 and its release candidates are read; a missing version is told by the schema.
fn check_version(log: &Log<'_>, draft: &mut Draft<'_>) {
    let is_read = log.version.starts_with("2.1.0") || (log.version.is_empty() && log.schema.contains("2.1"));
    draft.report.format_version = Some(log.version.clone()).filter(|version| !version.is_empty());
    if !is_read {
        let stated = if log.version.is_empty() { "no version".to_owned() } else { bounded(&log.version, 40) };
        let message = format!("the report is SARIF {stated}; this version reads 2.1.0");
        draft.problem(Problem::error(ProblemCode::UnsupportedVersion, message));
    }
}

impl Run<'_> {
    /// The tool's own name; something longer than names are is none.
    fn driver_name(&self) -> &str {
        let name = self.tool.as_ref().map_or("", |tool| tool.driver.name.get());
        if name.len() > 200 { "" } else { name }
    }

    fn driver_version(&self) -> Option<String> {
        let driver = &self.tool.as_ref()?.driver;
        let version = driver.semantic_version.given().or_else(|| driver.version.given())?;
        Some(bounded(version, 100))
    }
}

/// Takes over what the run says about itself. Several runs: the first names the report's tool.
fn note_run(run: &Run<'_>, draft: &mut Draft<'_>) {
    let name = tool_name(run.driver_name());
    if draft.report.tool.name.is_empty() {
        draft.tool(&name, run.driver_version());
    }
    if let Some(kind) = kind_of_tool(run.driver_name()) {
        draft.sections.insert(section_of(kind, run.driver_name(), ""));
    }
    let ended = run.invocations.0.iter().filter_map(|invocation| invocation.end_time.get().parse().ok()).max();
    draft.report.generated_at = draft.report.generated_at.max(ended);
    draft.commits.extend(run.provenance.0.iter().filter_map(|provenance| provenance.revision.owned()));
}

fn check_complete(run: &Run<'_>, draft: &mut Draft<'_>) {
    let name = if run.driver_name().is_empty() { "the tool" } else { run.driver_name() };
    if run.external.results.is_some() {
        let message = format!("the results of {name} stand in another file: let it write them into the report");
        draft.problem(Problem::error(ProblemCode::ScanIncomplete, message));
    } else if run.results.is_none() {
        let message = format!("{name} gives no `results`: by the standard it could not produce them");
        draft.problem(Problem::error(ProblemCode::ScanIncomplete, message));
    }
    for invocation in &run.invocations.0 {
        if invocation.successful.0 == Some(false) {
            let why = invocation.exit_code_description.given().unwrap_or("it gives no reason");
            let message = format!("{name} says that it failed: {}", bounded(why, 300));
            draft.problem(Problem::error(ProblemCode::ScannerError, message));
        }
        let notes = invocation.execution.0.iter().chain(&invocation.configuration.0);
        for note in notes.filter(|note| note.level.get().eq_ignore_ascii_case("error")) {
            let text =
                text::of_notification(note, run.tool.as_ref()).unwrap_or_else(|| "it gives no reason".to_owned());
            let message = format!("{name} reports an error of its own: {}", bounded(&text, 300));
            draft.problem_among_many(Problem::warning(ProblemCode::ScanIncomplete, message));
        }
    }
}
