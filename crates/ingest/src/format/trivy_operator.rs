//! Resources of the Trivy operator (spec/ingest.md 8 row 10, 9.2), as `kubectl get … -o json` writes them: one, a list in `items`,
//! a bare list, or lists under the names of their kinds.

mod translate;

use std::sync::Arc;

use portcullis_model::text::bounded;
use portcullis_model::{Artifact, Problem, ProblemCode, Section};
use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess};
use serde_json::value::RawValue;

use crate::detect::{Look, Sketch};
use crate::draft::Draft;
use crate::format::Format;
use crate::json::{Each, Faults, Items, Members, Pairs, Text, Walk, member_as, read_document};

/// The kinds of reports; those about the whole cluster have a name of their own.
const KINDS: [&str; 6] = [
    "VulnerabilityReport",
    "ConfigAuditReport",
    "ExposedSecretReport",
    "RbacAssessmentReport",
    "InfraAssessmentReport",
    "ClusterComplianceReport",
];

/// A document: a resource itself, or what holds resources.
#[derive(Default)]
struct Document<'de> {
    own: Resource<'de>,
    items: Vec<(String, Resource<'de>)>,
}

/// A resource.
#[derive(Default)]
struct Resource<'de> {
    kind: Text<'de>,
    metadata: Metadata<'de>,
    report: Report<'de>,
    status: Status<'de>,
    has_report: bool,
}

/// `metadata`
#[derive(Default, Deserialize)]
#[serde(default)]
struct Metadata<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    namespace: Text<'a>,
    #[serde(borrow)]
    labels: Pairs<'a, Text<'a>>,
}

/// `report`
#[derive(Default)]
struct Report<'de> {
    artifact: ImageName<'de>,
    registry: Registry<'de>,
    os: OperatingSystem<'de>,
    scanner: Scanner<'de>,
    updated: Text<'de>,
    vulnerabilities: Option<Vec<&'de RawValue>>,
    checks: Option<Vec<&'de RawValue>>,
    secrets: Option<Vec<&'de RawValue>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ImageName<'a> {
    #[serde(borrow)]
    repository: Text<'a>,
    #[serde(borrow)]
    tag: Text<'a>,
    #[serde(borrow)]
    digest: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Registry<'a> {
    #[serde(borrow)]
    server: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct OperatingSystem<'a> {
    #[serde(borrow)]
    family: Text<'a>,
    #[serde(borrow)]
    name: Text<'a>,
    eosl: crate::json::Flag,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Scanner<'a> {
    #[serde(borrow)]
    version: Text<'a>,
}

/// `status` of a compliance report.
#[derive(Default)]
struct Status<'de> {
    updated: Text<'de>,
    summary: Controls<'de>,
    detail: Controls<'de>,
}

/// `summaryReport.controlCheck` or `detailReport.results`.
#[derive(Default)]
struct Controls<'de> {
    items: Option<Vec<&'de RawValue>>,
}

impl<'de> Members<'de> for Document<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        if key == "items" || key.ends_with(".aquasecurity.github.io") {
            let mut list = Vec::new();
            let read = map.next_value_seed(Each { name: key, list: &mut list, faults });
            let pointer = format!("/{key}");
            let named = |(index, resource)| (format!("{pointer}/{index}"), resource);
            self.items.extend(list.into_iter().enumerate().map(named));
            return read;
        }
        self.own.member(key, map, faults)
    }
}

impl<'de> Members<'de> for Resource<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        match key {
            "kind" => self.kind = map.next_value()?,
            "metadata" => self.metadata = member_as(key, map, faults)?.unwrap_or_default(),
            "report" => {
                self.has_report = true;
                map.next_value_seed(Walk { name: key, members: &mut self.report, faults })?;
            }
            "status" => map.next_value_seed(Walk { name: key, members: &mut self.status, faults })?,
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

impl<'de> Members<'de> for Report<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        let items = match key {
            "vulnerabilities" => &mut self.vulnerabilities,
            "checks" => &mut self.checks,
            "secrets" => &mut self.secrets,
            "artifact" => {
                self.artifact = member_as(key, map, faults)?.unwrap_or_default();
                return Ok(());
            }
            "registry" => {
                self.registry = member_as(key, map, faults)?.unwrap_or_default();
                return Ok(());
            }
            "os" => {
                self.os = member_as(key, map, faults)?.unwrap_or_default();
                return Ok(());
            }
            "scanner" => {
                self.scanner = member_as(key, map, faults)?.unwrap_or_default();
                return Ok(());
            }
            "updateTimestamp" => return map.next_value().map(|updated| self.updated = updated),
            _ => return map.next_value::<IgnoredAny>().map(drop),
        };
        map.next_value_seed(Items { name: key, list: items, faults })
    }
}

impl<'de> Members<'de> for Status<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        match key {
            "updateTimestamp" => self.updated = map.next_value()?,
            "summaryReport" => map.next_value_seed(Walk { name: key, members: &mut self.summary, faults })?,
            "detailReport" => map.next_value_seed(Walk { name: key, members: &mut self.detail, faults })?,
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

impl<'de> Members<'de> for Controls<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        match key {
            "controlCheck" | "results" => map.next_value_seed(Items { name: key, list: &mut self.items, faults }),
            _ => map.next_value::<IgnoredAny>().map(drop),
        }
    }
}

/// The format.
pub(super) static FORMAT: Format =
    Format { id: "trivy-operator", also: &["trivy"], section: Section::Vulnerabilities, clean: &[], fits, read };

fn fits(look: &Look) -> bool {
    let is_resource = |value: &Sketch| is_report(value.word("kind"));
    look.json().is_some_and(|value| {
        is_resource(value)
            || value.at("items").is_some_and(|items| items.is_list() && is_resource(items))
            || (value.is_object()
                && value.names().next().is_some()
                && value.names().all(|name| name.ends_with(".aquasecurity.github.io")))
    })
}

/// `VulnerabilityReport`, `ClusterVulnerabilityReport`.
fn is_report(kind: &str) -> bool {
    KINDS.contains(&kind) || kind.strip_prefix("Cluster").is_some_and(|kind| KINDS.contains(&kind))
}

fn read(text: &str, draft: &mut Draft<'_>) {
    let mut faults = Faults::default();
    let (mut document, mut list) = (Document::default(), Vec::new());
    let broken = if text.trim_start().starts_with('[') {
        read_document(text, Each { name: "the report", list: &mut list, faults: &mut faults })
    } else {
        read_document(text, Walk { name: "the report", members: &mut document, faults: &mut faults })
    };
    let in_list = list.into_iter().enumerate().map(|(index, resource)| (format!("/{index}"), resource));
    let mut resources: Vec<(String, Resource<'_>)> = document.items.into_iter().chain(in_list).collect();
    if is_report(document.own.kind.get()) || document.own.has_report {
        resources.push((String::new(), document.own));
    }
    let version = resources.iter().find_map(|(_, resource)| resource.report.scanner.version.owned());
    draft.tool("trivy", version);
    draft.faulty(&faults);
    if resources.is_empty() && broken.is_ok() {
        let message = "the report holds no resource of the Trivy operator: nothing was scanned";
        draft.problem(Problem::error(ProblemCode::NoResults, message));
    }
    note_run(&resources, draft);
    for (pointer, resource) in &resources {
        translate::resource(resource, pointer, draft);
    }
    if let Err(broken) = broken {
        draft.broken(text, &broken);
    }
}

/// The oldest of the reports says how old all of them may be.
fn note_run(resources: &[(String, Resource<'_>)], draft: &mut Draft<'_>) {
    let times = resources.iter().flat_map(|(_, resource)| [&resource.report.updated, &resource.status.updated]);
    draft.report.generated_at = times.filter_map(|time| time.get().parse().ok()).min();
    if let [(_, only)] = resources {
        draft.report.artifact = only.artifact();
    }
}

impl Resource<'_> {
    /// The image, where one was scanned.
    fn artifact(&self) -> Option<Arc<Artifact>> {
        let image = &self.report.artifact;
        let repository = image.repository.given()?;
        let server = self.report.registry.server.given().map(|server| format!("{server}/")).unwrap_or_default();
        let tag = image.tag.given().map(|tag| format!(":{tag}")).unwrap_or_default();
        let name = bounded(&format!("{server}{repository}{tag}"), 500);
        Some(Arc::new(Artifact { name, kind: "container_image".to_owned(), digest: image.digest.owned() }))
    }

    /// The object that was scanned, `Kind/namespace/name`, with its container: the labels say so, the name stands in.
    fn object(&self) -> String {
        let label = |name: &str| {
            let name = format!("trivy-operator.{name}");
            let labels = self.metadata.labels.0.iter();
            labels.filter(|(known, _)| *known == name).find_map(|(_, value)| value.given())
        };
        let (kind, name) = match (label("resource.kind"), label("resource.name")) {
            (Some(kind), Some(name)) => (kind, name),
            _ => (self.kind.get(), self.metadata.name.get()),
        };
        let namespace = label("resource.namespace").or_else(|| self.metadata.namespace.given()).unwrap_or_default();
        let parts: Vec<_> = [kind, namespace, name].into_iter().filter(|part| !part.is_empty()).collect();
        let container = label("container.name").map(|container| format!("#{container}")).unwrap_or_default();
        bounded(&format!("{}{container}", parts.join("/")), 500)
    }
}
