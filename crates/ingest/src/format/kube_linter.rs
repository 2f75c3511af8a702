//! `kube-linter lint --format json` (spec/ingest.md 9.10). It states no severities.

use portcullis_model::text::bounded;
use portcullis_model::{Finding, Kind, Problem, ProblemCode, Section, Severity, Source};
use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess};
use serde_json::value::RawValue;

use crate::detect::Look;
use crate::draft::Draft;
use crate::format::Format;
use crate::json::{Faults, Items, List, Members, Part, Text, Walk, member_as, read_document};

/// The document.
#[derive(Default)]
struct Report<'de> {
    reports: Option<Vec<&'de RawValue>>,
    checks: Option<List<IgnoredAny>>,
    summary: Summary<'de>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Summary<'a> {
    #[serde(borrow, rename = "ChecksStatus")]
    status: Text<'a>,
    #[serde(borrow, rename = "CheckEndTime")]
    ended: Text<'a>,
    #[serde(borrow, rename = "KubeLinterVersion")]
    version: Text<'a>,
}

impl<'de> Members<'de> for Report<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        match key {
            "Reports" => map.next_value_seed(Items { name: key, list: &mut self.reports, faults })?,
            "Checks" => self.checks = member_as(key, map, faults)?,
            "Summary" => self.summary = member_as(key, map, faults)?.unwrap_or_default(),
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Item<'a> {
    #[serde(borrow)]
    check: Text<'a>,
    #[serde(borrow)]
    diagnostic: Part<Diagnostic<'a>>,
    #[serde(borrow)]
    remediation: Text<'a>,
    #[serde(borrow)]
    object: Part<Object<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Diagnostic<'a> {
    #[serde(borrow)]
    message: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Object<'a> {
    #[serde(borrow, rename = "Metadata")]
    metadata: Part<Metadata<'a>>,
    #[serde(borrow, rename = "K8sObject")]
    kubernetes: Part<Kubernetes<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Metadata<'a> {
    #[serde(borrow, rename = "FilePath")]
    path: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Kubernetes<'a> {
    #[serde(borrow)]
    namespace: Text<'a>,
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    group_version_kind: Part<GroupVersionKind<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct GroupVersionKind<'a> {
    #[serde(borrow, rename = "Kind")]
    kind: Text<'a>,
}

/// The format.
pub(super) static FORMAT: Format =
    Format { id: "kube-linter", also: &[], section: Section::Manifests, clean: &[], fits, read };

fn fits(look: &Look) -> bool {
    look.object().is_some_and(|object| object.has("Reports") && (object.has("Summary") || object.has("Checks")))
}

fn read(text: &str, draft: &mut Draft<'_>) {
    let (mut report, mut faults) = (Report::default(), Faults::default());
    let broken = read_document(text, Walk { name: "the report", members: &mut report, faults: &mut faults });
    draft.tool("kube-linter", report.summary.version.given().map(|version| bounded(version, 100)));
    draft.sections.insert(Section::Manifests);
    draft.report.generated_at = report.summary.ended.get().parse().ok();
    draft.faulty(&faults);
    for (index, raw) in report.reports.iter().flatten().enumerate() {
        let pointer = format!("/Reports/{index}");
        match draft.item::<Item<'_>>(raw, &pointer) {
            Some(item) if item.check.given().is_some() => translate(&item, pointer, draft),
            Some(_) => draft.dropped(&pointer, "no `Check`"),
            None => {}
        }
    }
    match broken {
        Err(broken) => draft.broken(text, &broken),
        Ok(()) => check_complete(&report, draft),
    }
}

fn check_complete(report: &Report<'_>, draft: &mut Draft<'_>) {
    let found = report.reports.as_ref().map_or(0, Vec::len);
    if report.checks.as_ref().is_some_and(|checks| checks.0.is_empty()) && found == 0 {
        let message = "no check was in use (`Checks` is empty): nothing was looked for";
        draft.problem(Problem::error(ProblemCode::NoResults, message));
    } else if report.checks.is_none() && report.summary.status.given().is_none() && found == 0 {
        let message = "the report names neither checks nor an outcome: nothing says that anything was looked at";
        draft.problem(Problem::error(ProblemCode::NoResults, message));
    } else if report.summary.status.get() == "Failed" && found == 0 {
        let message = "the report says that checks failed and lists none";
        draft.problem(Problem::error(ProblemCode::CountMismatch, message));
    }
}

fn translate(item: &Item<'_>, pointer: String, draft: &mut Draft<'_>) {
    let rule = bounded(item.check.get(), 100);
    let mut place = draft.location(item.object.metadata.path.get());
    place.resource = resource(&item.object.kubernetes);
    let rating = draft.rate_unstated(Severity::Medium);
    let message = item.diagnostic.message.get();
    // Which container is meant stands only in the message.
    let identity = format!("{} {message}", place.resource.as_deref().unwrap_or_default());
    let finding = Finding {
        kind: Kind::Misconfiguration,
        section: Section::Manifests,
        id: rule.clone(),
        title: message.to_owned(),
        message: message.to_owned(),
        remediation: item.remediation.owned(),
        severity: rating.severity,
        severity_source: rating.source,
        locations: vec![place],
        rule_id: rule,
        identity,
        ..Finding::default()
    };
    draft.push(finding, Source { pointer, ..Source::default() });
}

fn resource(object: &Kubernetes<'_>) -> Option<String> {
    let kind = object.group_version_kind.kind.given()?;
    let parts = [Some(kind), object.namespace.given(), object.name.given()];
    Some(bounded(&parts.into_iter().flatten().collect::<Vec<_>>().join("/"), 300))
}
