//! osv-scanner JSON (spec/ingest.md 9.7): sources, the packages found in each, and their vulnerabilities as OSV records. Records
//! of one group are one weakness under several names, so a group is a finding.

mod record;
mod translate;

use std::collections::BTreeMap;
use std::sync::Arc;

use portcullis_model::text::bounded;
use portcullis_model::{Artifact, Problem, ProblemCode, Section};
use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess};
use serde_json::value::RawValue;

pub(super) use self::record::Record;
pub(super) use self::translate::withdrawn;
use crate::detect::{Look, Sketch};
use crate::draft::Draft;
use crate::format::Format;
use crate::json::{Each, Faults, Flag, Items, Members, Pairs, Text, Texts, Walk, member_as, read_document};

/// The document.
#[derive(Default)]
struct Report<'de> {
    results: Vec<Scanned<'de>>,
    has_results: bool,
    image: Option<Image<'de>>,
}

/// An element of `results`.
#[derive(Default)]
struct Scanned<'de> {
    source: Origin<'de>,
    packages: Vec<Entry<'de>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Origin<'a> {
    #[serde(borrow)]
    path: Text<'a>,
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
}

/// `image_metadata`
#[derive(Default, Deserialize)]
#[serde(default)]
struct Image<'a> {
    #[serde(borrow, rename = "OS", alias = "os")]
    os: Text<'a>,
}

/// An element of `packages`.
#[derive(Default)]
struct Entry<'de> {
    package: Named<'de>,
    dependency_groups: Texts<'de>,
    vulnerabilities: Option<Vec<&'de RawValue>>,
    groups: Option<Vec<&'de RawValue>>,
    licenses: Texts<'de>,
    license_violations: Texts<'de>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Named<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    version: Text<'a>,
    #[serde(borrow)]
    ecosystem: Text<'a>,
    #[serde(borrow)]
    commit: Text<'a>,
    deprecated: Flag,
}

/// An element of `groups`.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Group<'a> {
    #[serde(borrow)]
    ids: Texts<'a>,
    #[serde(borrow)]
    aliases: Texts<'a>,
    #[serde(borrow)]
    max_severity: Text<'a>,
    #[serde(borrow, alias = "experimentalAnalysis")]
    experimental_analysis: Pairs<'a, Analysis>,
}

/// Whether the vulnerable code is called.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(default)]
struct Analysis {
    called: Flag,
    unimportant: Flag,
}

impl<'de> Members<'de> for Report<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        match key {
            "results" => {
                self.has_results = true;
                map.next_value_seed(Each { name: key, list: &mut self.results, faults })?;
            }
            "image_metadata" => self.image = member_as(key, map, faults)?,
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

impl<'de> Members<'de> for Scanned<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        match key {
            "source" => self.source = member_as(key, map, faults)?.unwrap_or_default(),
            "packages" => map.next_value_seed(Each { name: key, list: &mut self.packages, faults })?,
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

impl<'de> Members<'de> for Entry<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        match key {
            "package" => self.package = member_as(key, map, faults)?.unwrap_or_default(),
            "dependency_groups" => self.dependency_groups = map.next_value()?,
            "vulnerabilities" => {
                map.next_value_seed(Items { name: key, list: &mut self.vulnerabilities, faults })?;
            }
            "groups" => map.next_value_seed(Items { name: key, list: &mut self.groups, faults })?,
            "licenses" => self.licenses = map.next_value()?,
            "license_violations" => self.license_violations = map.next_value()?,
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

/// The format.
pub(super) static FORMAT: Format =
    Format { id: "osv", also: &["osv-scanner"], section: Section::Vulnerabilities, clean: &[], fits, read };

fn fits(look: &Look) -> bool {
    look.object().is_some_and(|object| {
        object.at("results").is_some_and(|results| {
            if results.is_empty_list() {
                object.has("experimental_config")
            } else {
                results.is_list() && results.has("packages") && results.at("source").is_some_and(Sketch::is_object)
            }
        })
    })
}

fn read(text: &str, draft: &mut Draft<'_>) {
    draft.tool("osv-scanner", None);
    draft.sections.insert(Section::Vulnerabilities);
    let (mut report, mut faults) = (Report::default(), Faults::default());
    let broken = read_document(text, Walk { name: "the report", members: &mut report, faults: &mut faults });
    draft.faulty(&faults);
    if let Some(image) = &report.image {
        let name = bounded(image.os.get(), 200);
        draft.report.artifact = Some(Arc::new(Artifact { name, kind: "container_image".to_owned(), digest: None }));
    }
    if broken.is_ok() {
        check_results(&report, draft);
    }
    for (index, scanned) in report.results.iter().enumerate() {
        let place = translate::Place::of(&scanned.source, report.image.is_some(), draft);
        for (position, entry) in scanned.packages.iter().enumerate() {
            let pointer = format!("/results/{index}/packages/{position}");
            translate::entry(entry, &place, &pointer, draft);
        }
    }
    if let Err(broken) = broken {
        draft.broken(text, &broken);
    }
}

/// Without `--all-packages` a clean scan lists nothing, as does one that found no package to look up.
fn check_results(report: &Report<'_>, draft: &mut Draft<'_>) {
    let message = "osv-scanner lists no package: let it run with `--all-packages` to show what it has scanned";
    if !report.has_results {
        let message = "the report has no `results`: osv-scanner has not scanned anything";
        draft.problem(Problem::error(ProblemCode::NoResults, message));
    } else if report.results.iter().all(|scanned| scanned.packages.is_empty()) {
        draft.problem(if draft.options.require_targets == Some(true) {
            Problem::error(ProblemCode::NoResults, message)
        } else {
            Problem::warning(ProblemCode::NoResults, message)
        });
    }
}

/// The analysis of the records of a group, by id.
fn analyses<'a>(group: &'a Group<'_>) -> BTreeMap<&'a str, Analysis> {
    group.experimental_analysis.0.iter().map(|(id, analysis)| (id.as_ref(), *analysis)).collect()
}
