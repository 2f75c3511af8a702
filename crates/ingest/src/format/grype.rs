//! Grype JSON (spec/ingest.md 9.6): a match per package and vulnerability; what its ignore rules and VEX documents took out
//! stands in a list of its own.

mod shape;
mod translate;

use std::sync::Arc;

use portcullis_model::{Artifact, Problem, ProblemCode, Section};
use serde::de::{IgnoredAny, MapAccess};
use serde_json::value::RawValue;

use self::shape::{Descriptor, Distribution, PackageAlerts, Source};
use crate::detect::{Look, Sketch};
use crate::draft::Draft;
use crate::format::Format;
use crate::items::each;
use crate::json::{Faults, Items, Members, Walk, member_as, read_document};

/// The document.
#[derive(Default)]
struct Report<'de> {
    matches: Option<Vec<&'de RawValue>>,
    ignored: Option<Vec<&'de RawValue>>,
    alerts: Option<Vec<&'de RawValue>>,
    source: Source<'de>,
    distribution: Distribution<'de>,
    descriptor: Descriptor<'de>,
}

impl<'de> Members<'de> for Report<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        let items = match key {
            "matches" => &mut self.matches,
            "ignoredMatches" => &mut self.ignored,
            "alertsByPackage" => &mut self.alerts,
            "source" => {
                self.source = member_as(key, map, faults)?.unwrap_or_default();
                return Ok(());
            }
            "distro" => {
                self.distribution = member_as(key, map, faults)?.unwrap_or_default();
                return Ok(());
            }
            "descriptor" => {
                self.descriptor = member_as(key, map, faults)?.unwrap_or_default();
                return Ok(());
            }
            _ => return map.next_value::<IgnoredAny>().map(drop),
        };
        map.next_value_seed(Items { name: key, list: items, faults })
    }
}

/// The format.
pub(super) static FORMAT: Format =
    Format { id: "grype", also: &[], section: Section::Vulnerabilities, clean: &[], fits, read };

fn fits(look: &Look) -> bool {
    look.object().is_some_and(|object| {
        object.at("matches").is_some_and(|matches| {
            matches.is_list()
                && (object.word("descriptor.name") == "grype"
                    || object.at("source").is_some_and(Sketch::is_object)
                    || (matches.has("vulnerability") && matches.has("artifact")))
        })
    })
}

fn read(text: &str, draft: &mut Draft<'_>) {
    draft.sections.insert(Section::Vulnerabilities);
    let (mut report, mut faults) = (Report::default(), Faults::default());
    let broken = read_document(text, Walk { name: "the report", members: &mut report, faults: &mut faults });
    draft.tool("grype", report.descriptor.version.owned());
    draft.faulty(&faults);
    let artifact = report.source.artifact();
    draft.report.artifact.clone_from(&artifact);
    note_run(&report, draft);
    if report.matches.is_none() && broken.is_ok() {
        let message = "the report has no `matches`: Grype has not matched anything";
        draft.problem(Problem::error(ProblemCode::NoResults, message));
    }
    let scanned = Scanned { folder: report.source.folder(), distro: report.distribution.name(), artifact };
    each(report.matches.as_ref(), "/matches", draft, |found, pointer, draft| {
        translate::found(&found, &scanned, pointer, draft);
    });
    each(report.ignored.as_ref(), "/ignoredMatches", draft, |found, pointer, draft| {
        translate::found(&found, &scanned, pointer, draft);
    });
    let mut alerts: Vec<PackageAlerts<'_>> = Vec::new();
    each(report.alerts.as_ref(), "/alertsByPackage", draft, |alert, _, _| alerts.push(alert));
    translate::alerts(&alerts, &scanned, draft);
    if let Err(broken) = broken {
        draft.broken(text, &broken);
    }
}

/// What the findings of a run share.
struct Scanned {
    /// The folder that was scanned; `None` for images and SBOMs, whose files are none of the repository.
    folder: Option<String>,
    /// `debian-12`
    distro: Option<String>,
    artifact: Option<Arc<Artifact>>,
}

fn note_run(report: &Report<'_>, draft: &mut Draft<'_>) {
    let descriptor = &report.descriptor;
    draft.report.generated_at = descriptor.timestamp.get().parse().ok();
    let database = &descriptor.database;
    draft.report.format_version = database.schema().map(|schema| format!("database schema {schema}"));
    draft.report.db_built_at = database.built().and_then(|built| built.parse().ok());
    let error = database.error();
    if error.is_some() || database.is_invalid() {
        let why = portcullis_model::text::bounded(error.unwrap_or("it is not valid"), 300);
        let message = format!("Grype could not use its database ({why}): let it update the database and run it again");
        draft.problem(Problem::error(ProblemCode::ScannerError, message));
    }
}
