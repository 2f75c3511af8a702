//! Trivy JSON (spec/ingest.md 9.2): results per target, each with the lists of what was found there. The same results stand
//! in the reports of `trivy k8s`, below the resources of the cluster, and in a bare list before schema version 2.

mod shape;
mod translate;
mod usual;

use portcullis_model::{Problem, ProblemCode, Section};
use serde::de::{IgnoredAny, MapAccess};
use serde_json::value::RawValue;

use self::shape::{Metadata, Summary, Version};
use crate::detect::{Look, Sketch};
use crate::draft::Draft;
use crate::format::Format;
use crate::json::{Each, Faults, Items, Members, Number, Text, Walk, member_as, read_document};

/// The document of schema version 2.
#[derive(Default)]
struct Report<'de> {
    schema: Option<f64>,
    name: String,
    kind: String,
    created: String,
    version: Option<String>,
    metadata: Metadata<'de>,
    results: Vec<Target<'de>>,
}

/// The document of `trivy k8s`.
#[derive(Default)]
struct Cluster<'de> {
    name: String,
    resources: Vec<Resource<'de>>,
    /// Members that hold counts instead of resources.
    is_summary: bool,
}

/// One object of a cluster.
#[derive(Default)]
struct Resource<'de> {
    /// Where it stands in the report.
    pointer: String,
    namespace: String,
    kind: String,
    name: String,
    error: String,
    results: Vec<Target<'de>>,
}

/// One result: what was found in one target.
#[derive(Default)]
struct Target<'de> {
    name: String,
    class: String,
    kind: String,
    summary: Summary,
    packages: Option<Vec<&'de RawValue>>,
    vulnerabilities: Option<Vec<&'de RawValue>>,
    misconfigurations: Option<Vec<&'de RawValue>>,
    secrets: Option<Vec<&'de RawValue>>,
    licenses: Option<Vec<&'de RawValue>>,
    modified: Option<Vec<&'de RawValue>>,
}

impl<'de> Members<'de> for Report<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        match key {
            "SchemaVersion" => self.schema = map.next_value::<Number>()?.0,
            "ArtifactName" => self.name = text(map)?,
            "ArtifactType" => self.kind = text(map)?,
            "CreatedAt" => self.created = text(map)?,
            "Trivy" => {
                self.version = member_as::<Version<'_>, _>(key, map, faults)?.and_then(|trivy| trivy.version.owned());
            }
            "Metadata" => self.metadata = member_as(key, map, faults)?.unwrap_or_default(),
            "Results" => map.next_value_seed(Each { name: key, list: &mut self.results, faults })?,
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

impl<'de> Members<'de> for Cluster<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        match key {
            "ClusterName" => self.name = text(map)?,
            "Resources" | "Findings" | "Vulnerabilities" | "Misconfigurations" => {
                let mut resources = Vec::<Resource<'_>>::new();
                let read = map.next_value_seed(Each { name: key, list: &mut resources, faults });
                for (index, resource) in resources.iter_mut().enumerate() {
                    resource.pointer = format!("/{key}/{index}");
                }
                self.resources.append(&mut resources);
                read?;
            }
            "Summary" | "SeverityCount" => {
                self.is_summary = true;
                map.next_value::<IgnoredAny>()?;
            }
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

impl<'de> Members<'de> for Resource<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        match key {
            "Namespace" => self.namespace = text(map)?,
            "Kind" => self.kind = text(map)?,
            "Name" => self.name = text(map)?,
            "Error" => self.error = text(map)?,
            "Results" => map.next_value_seed(Each { name: key, list: &mut self.results, faults })?,
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

impl<'de> Members<'de> for Target<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        let items = match key {
            "Target" => return text(map).map(|text| self.name = text),
            "Class" => return text(map).map(|text| self.class = text),
            "Type" => return text(map).map(|text| self.kind = text),
            "MisconfSummary" => {
                self.summary = member_as(key, map, faults)?.unwrap_or_default();
                return Ok(());
            }
            "Packages" => &mut self.packages,
            "Vulnerabilities" => &mut self.vulnerabilities,
            "Misconfigurations" => &mut self.misconfigurations,
            "Secrets" => &mut self.secrets,
            "Licenses" => &mut self.licenses,
            "ExperimentalModifiedFindings" => &mut self.modified,
            _ => return map.next_value::<IgnoredAny>().map(drop),
        };
        map.next_value_seed(Items { name: key, list: items, faults })
    }
}

fn text<'de, A: MapAccess<'de>>(map: &mut A) -> Result<String, A::Error> {
    map.next_value::<Text<'_>>().map(|text| text.get().to_owned())
}

/// Trivy JSON, schema 2.
pub(super) static FORMAT: Format =
    Format { id: "trivy", also: &[], section: Section::Vulnerabilities, clean: &[], fits, read };

/// `trivy k8s --report all`.
pub(super) static KUBERNETES: Format = Format {
    id: "trivy-k8s",
    also: &["trivy"],
    section: Section::Manifests,
    clean: &[],
    fits: fits_kubernetes,
    read: read_kubernetes,
};

/// Trivy JSON before schema 2: a bare list of results.
pub(super) static LEGACY: Format = Format {
    id: "trivy-legacy",
    also: &["trivy"],
    section: Section::Vulnerabilities,
    clean: &[],
    fits: fits_legacy,
    read: read_legacy,
};

fn fits(look: &Look) -> bool {
    look.object().is_some_and(|object| {
        object.number("SchemaVersion").is_some()
            && ["ArtifactName", "Results", "ArtifactType"].iter().any(|name| object.has(name))
    })
}

fn fits_kubernetes(look: &Look) -> bool {
    let holds_resources = |object: &Sketch, name: &str| {
        object
            .at(name)
            .is_some_and(|list| list.is_list() && list.has("Kind") && (list.has("Results") || list.has("Error")))
    };
    look.object().is_some_and(|object| {
        object.has("ClusterName")
            || ["Resources", "Findings", "Vulnerabilities", "Misconfigurations"]
                .iter()
                .any(|name| holds_resources(object, name))
    })
}

fn fits_legacy(look: &Look) -> bool {
    // The first target may be one in which nothing was found.
    let says_what = |list: &Sketch| ["Type", "Class", "Vulnerabilities"].iter().any(|name| list.has(name));
    look.list().is_some_and(|list| list.has("Target") && says_what(list))
}

fn read(text: &str, draft: &mut Draft<'_>) {
    if !usual::read(text, draft) {
        read_with_care(text, draft);
    }
}

/// Reads what can be read, whatever is wrong with the report and in whatever order it stands.
fn read_with_care(text: &str, draft: &mut Draft<'_>) {
    let (mut report, mut faults) = (Report::default(), Faults::default());
    let broken = read_document(text, Walk { name: "the report", members: &mut report, faults: &mut faults });
    begin(&mut report, &faults, draft);
    if report.results.is_empty() && broken.is_ok() {
        say_no_results(draft);
    }
    for (index, target) in report.results.iter().enumerate() {
        translate::target(target, &format!("/Results/{index}"), None, draft);
    }
    if let Err(broken) = broken {
        draft.broken(text, &broken);
    }
}

/// What a report says before its results.
fn begin(report: &mut Report<'_>, faults: &Faults, draft: &mut Draft<'_>) {
    draft.tool("trivy", report.version.take());
    draft.faulty(faults);
    check_schema(report.schema, draft);
    draft.report.generated_at = report.created.parse().ok();
    translate::artifact(report, draft);
    translate::end_of_life(&report.metadata, draft);
}

fn read_kubernetes(text: &str, draft: &mut Draft<'_>) {
    let (mut cluster, mut faults) = (Cluster::default(), Faults::default());
    let broken = read_document(text, Walk { name: "the report", members: &mut cluster, faults: &mut faults });
    draft.tool("trivy", None);
    draft.faulty(&faults);
    translate::cluster(&cluster.name, draft);
    if cluster.resources.is_empty() && broken.is_ok() {
        if cluster.is_summary {
            let message = "the report holds only counts: let Trivy write `--report all`";
            draft.problem(Problem::error(ProblemCode::UnsupportedVersion, message));
        } else {
            say_no_results(draft);
        }
    }
    for resource in &cluster.resources {
        translate::resource(resource, draft);
    }
    if let Err(broken) = broken {
        draft.broken(text, &broken);
    }
}

fn read_legacy(text: &str, draft: &mut Draft<'_>) {
    let (mut results, mut faults) = (Vec::new(), Faults::default());
    let broken = read_document(text, Each { name: "the report", list: &mut results, faults: &mut faults });
    draft.tool("trivy", None);
    draft.faulty(&faults);
    if results.is_empty() && broken.is_ok() {
        say_no_results(draft);
    }
    for (index, target) in results.iter().enumerate() {
        translate::target(target, &format!("/{index}"), None, draft);
    }
    if let Err(broken) = broken {
        draft.broken(text, &broken);
    }
}

#[allow(clippy::float_cmp, reason = "a version number, written as such")]
fn check_schema(schema: Option<f64>, draft: &mut Draft<'_>) {
    draft.report.format_version = schema.map(|schema| schema.to_string());
    if schema != Some(2.0) {
        let stated = schema.map_or("no `SchemaVersion`".to_owned(), |schema| format!("schema version {schema}"));
        let message = format!("the report has {stated}; this version reads 2");
        draft.problem(Problem::error(ProblemCode::UnsupportedVersion, message));
    }
}

/// A clean file system gives no results, and so does a scan of the wrong directory.
fn say_no_results(draft: &mut Draft<'_>) {
    let message = "Trivy found nothing it could scan (no `Results`): check the path it was given";
    draft.problem(if draft.options.require_targets.unwrap_or(draft.options.required) {
        Problem::error(ProblemCode::NoResults, message)
    } else {
        Problem::warning(ProblemCode::NoResults, message)
    });
}
