//! A snapshot for GitHub's dependency submission (spec/ingest.md 8, 9.9): the packages of each manifest. An inventory; it holds
//! no findings.

use portcullis_model::text::bounded;
use portcullis_model::{Component, Package, Problem, ProblemCode, Scope, Section};
use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess};
use serde_json::value::RawValue;

use crate::detect::{Look, Sketch};
use crate::draft::Draft;
use crate::format::Format;
use crate::items::one;
use crate::json::{Faults, Members, NamedEach, NamedItems, Text, Walk, member_as, read_document};

/// The document.
#[derive(Default)]
struct Snapshot<'de> {
    version: Text<'de>,
    sha: Text<'de>,
    scanned: Text<'de>,
    detector: Detector<'de>,
    manifests: Option<Vec<(String, Manifest<'de>)>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Detector<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    version: Text<'a>,
}

#[derive(Default)]
struct Manifest<'de> {
    file: File<'de>,
    resolved: Option<Vec<(String, &'de RawValue)>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct File<'a> {
    #[serde(borrow)]
    source_location: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Resolved<'a> {
    #[serde(borrow)]
    package_url: Text<'a>,
    #[serde(borrow)]
    relationship: Text<'a>,
    #[serde(borrow)]
    scope: Text<'a>,
}

impl<'de> Members<'de> for Snapshot<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        match key {
            "version" => self.version = map.next_value()?,
            "sha" => self.sha = map.next_value()?,
            "scanned" => self.scanned = map.next_value()?,
            "detector" => self.detector = member_as(key, map, faults)?.unwrap_or_default(),
            "manifests" => map.next_value_seed(NamedEach { name: key, members: &mut self.manifests, faults })?,
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

impl<'de> Members<'de> for Manifest<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        match key {
            "file" => self.file = member_as(key, map, faults)?.unwrap_or_default(),
            "resolved" => map.next_value_seed(NamedItems { name: key, items: &mut self.resolved, faults })?,
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

/// The format.
pub(super) static FORMAT: Format =
    Format { id: "github-snapshot", also: &[], section: Section::Sbom, clean: &[], fits, read };

fn fits(look: &Look) -> bool {
    look.object().is_some_and(|object| {
        object.has("detector") && object.has("job") && object.at("manifests").is_some_and(Sketch::is_object)
    })
}

fn read(text: &str, draft: &mut Draft<'_>) {
    draft.sections.insert(Section::Sbom);
    let (mut snapshot, mut faults) = (Snapshot::default(), Faults::default());
    let broken = read_document(text, Walk { name: "the report", members: &mut snapshot, faults: &mut faults });
    let name = snapshot.detector.name.given().unwrap_or("github-snapshot");
    draft.tool(&bounded(name, 200), snapshot.detector.version.owned());
    draft.faulty(&faults);
    draft.report.format_version = snapshot.version.owned();
    draft.report.generated_at = snapshot.scanned.get().parse().ok();
    draft.commits.extend(snapshot.sha.owned());
    for (name, manifest) in snapshot.manifests.iter().flatten() {
        let path = draft.location(manifest.file.source_location.given().unwrap_or(name)).path;
        for (key, raw) in manifest.resolved.iter().flatten() {
            let pointer = format!("/manifests/{}/resolved/{}", escaped(name), escaped(key));
            one(raw, &pointer, draft, |resolved: Resolved<'_>, draft| component(&resolved, key, &path, draft));
        }
    }
    if let Err(broken) = broken {
        draft.broken(text, &broken);
    } else if draft.components.is_empty() {
        let message = "the snapshot lists no package at all: its detector has found no dependencies";
        draft.problem(Problem::error(ProblemCode::EmptySbom, message));
    }
}

/// A name inside a JSON pointer.
fn escaped(name: &str) -> String {
    bounded(name, 200).replace('~', "~0").replace('/', "~1")
}

fn component(resolved: &Resolved<'_>, key: &str, path: &str, draft: &mut Draft<'_>) {
    let mut package = Package { name: bounded(key, 500), ..Package::default() };
    if let Some(purl) = resolved.package_url.given() {
        draft.purl(purl, &mut package);
    }
    package.path = Some(path.to_owned()).filter(|path| !path.is_empty());
    package.direct = match resolved.relationship.get() {
        "direct" => Some(true),
        "indirect" => Some(false),
        _ => None,
    };
    package.scope = match resolved.scope.get() {
        "runtime" => Scope::Runtime,
        "development" => Scope::Development,
        _ => Scope::Unknown,
    };
    package.bom_ref = package.bom_ref.or_else(|| Some(bounded(key, 500)));
    let report = draft.report.path.clone();
    draft.components.push(Component { package, report, ..Component::default() });
}
