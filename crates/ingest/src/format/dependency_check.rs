//! OWASP Dependency-Check, JSON and XML: files of a project, what each was taken for, and what is known of that. Source: its
//! schemas `dependency-check.1.x` to `4.x`.

mod xml;

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use portcullis_model::text::bounded;
use portcullis_model::{Package, Problem, ProblemCode, Section, Source, State, Suppression, Vulnerability as Details};
use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess};
use serde_json::value::RawValue;

use crate::advisory::{Names, cwes_in};
use crate::cvss::Stated;
use crate::detect::{Look, Sketch};
use crate::draft::Draft;
use crate::format::Format;
use crate::json::{Faults, Items, List, Members, Number, Text, Texts, Walk, read_document};
use crate::package_url;
use crate::weakness::Weakness;

/// Characters of names the findings repeat.
const MAX_NAME: usize = 500;

/// The format as JSON.
pub(super) static JSON: Format =
    Format { id: "dependency-check", also: &[], section: Section::Vulnerabilities, clean: &[], fits, read };

/// The format as XML.
pub(super) static XML: Format = Format {
    id: "dependency-check-xml",
    also: &["dependency-check"],
    section: Section::Vulnerabilities,
    clean: &[],
    fits: xml::fits,
    read: xml::read,
};

fn fits(look: &Look) -> bool {
    look.object().is_some_and(|object| {
        let is_list = object.at("dependencies").is_none_or(|list| matches!(list, Sketch::List(_) | Sketch::Null));
        object.has("reportSchema") && object.has("scanInfo") && is_list
    })
}

/// A file, and the packages it was taken for.
#[derive(Default)]
struct Dependency {
    name: String,
    path: String,
    /// The surest first.
    purls: Vec<String>,
    /// `group:artifact:version`, in old reports.
    maven: Option<String>,
}

/// What is known of it.
#[derive(Default)]
struct Known {
    name: String,
    severity: String,
    /// Version of the standard and score.
    scores: Vec<(&'static str, f64)>,
    cwes: BTreeSet<u32>,
    description: String,
    references: Vec<String>,
    /// The suppression file of the project took it out; its notes.
    suppressed: Option<String>,
}

#[derive(Default)]
struct Report<'de> {
    engine: Engine<'de>,
    project: Project<'de>,
    dependencies: Option<Vec<&'de RawValue>>,
}

impl<'de> Members<'de> for Report<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        match key {
            "scanInfo" => self.engine = map.next_value()?,
            "projectInfo" => self.project = map.next_value()?,
            "dependencies" => map.next_value_seed(Items { name: key, list: &mut self.dependencies, faults })?,
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Engine<'a> {
    #[serde(borrow)]
    engine_version: Text<'a>,
    #[serde(borrow)]
    data_source: List<DataSource<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct DataSource<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    timestamp: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Project<'a> {
    #[serde(borrow)]
    report_date: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Item<'a> {
    #[serde(borrow)]
    file_name: Text<'a>,
    #[serde(borrow)]
    file_path: Text<'a>,
    #[serde(borrow)]
    packages: List<Identifier<'a>>,
    #[serde(borrow)]
    vulnerabilities: List<Vulnerability<'a>>,
    #[serde(borrow)]
    suppressed_vulnerabilities: List<Vulnerability<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Identifier<'a> {
    #[serde(borrow)]
    id: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Vulnerability<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    severity: Text<'a>,
    cvssv2: Option<Cvss>,
    cvssv3: Option<Cvss>,
    cvssv4: Option<Cvss>,
    #[serde(borrow)]
    cwes: Texts<'a>,
    #[serde(borrow)]
    description: Text<'a>,
    #[serde(borrow)]
    notes: Text<'a>,
    #[serde(borrow)]
    references: List<Reference<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Cvss {
    score: Number,
    base_score: Number,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Reference<'a> {
    #[serde(borrow)]
    url: Text<'a>,
}

fn read(text: &str, draft: &mut Draft<'_>) {
    let (mut report, mut faults) = (Report::default(), Faults::default());
    let broken = read_document(text, Walk { name: "the report", members: &mut report, faults: &mut faults });
    note(report.engine.engine_version.given(), report.project.report_date.given(), draft);
    for source in &report.engine.data_source.0 {
        data_source(source.name.get(), source.timestamp.get(), draft);
    }
    draft.faulty(&faults);
    for (index, raw) in report.dependencies.iter().flatten().enumerate() {
        let pointer = format!("/dependencies/{index}");
        let Some(item) = draft.item::<Item<'_>>(raw, &pointer) else { continue };
        translate_item(&item, &pointer, draft);
    }
    match broken {
        Err(broken) => draft.broken(text, &broken),
        Ok(()) => check_complete(report.dependencies.map(|list| list.len()), draft),
    }
}

fn translate_item(item: &Item<'_>, pointer: &str, draft: &mut Draft<'_>) {
    let purls = item.packages.0.iter().filter_map(|package| package.id.given());
    let dependency = Dependency {
        name: item.file_name.get().to_owned(),
        path: item.file_path.get().to_owned(),
        purls: purls.filter(|id| id.starts_with("pkg:")).map(str::to_owned).collect(),
        maven: None,
    };
    let suppressed = item.suppressed_vulnerabilities.0.iter().map(|known| (known, true, "suppressedVulnerabilities"));
    let open = item.vulnerabilities.0.iter().map(|known| (known, false, "vulnerabilities"));
    for (index, (known, is_suppressed, list)) in open.chain(suppressed).enumerate() {
        let index = if is_suppressed { index - item.vulnerabilities.0.len() } else { index };
        let scores = [("2.0", &known.cvssv2), ("3.1", &known.cvssv3), ("4.0", &known.cvssv4)];
        let score = |cvss: &Cvss| cvss.base_score.0.or(cvss.score.0);
        let known = Known {
            name: known.name.get().to_owned(),
            severity: known.severity.get().to_owned(),
            scores: scores.iter().filter_map(|(version, cvss)| Some((*version, score(cvss.as_ref()?)?))).collect(),
            cwes: known.cwes.iter().flat_map(cwes_in).collect(),
            description: known.description.get().to_owned(),
            references: known.references.0.iter().filter_map(|reference| reference.url.owned()).collect(),
            suppressed: is_suppressed.then(|| known.notes.get().to_owned()),
        };
        translate(&dependency, &known, format!("{pointer}/{list}/{index}"), draft);
    }
}

fn note(version: Option<&str>, made: Option<&str>, draft: &mut Draft<'_>) {
    draft.tool("dependency-check", version.map(|version| bounded(version, 100)));
    draft.sections.insert(Section::Vulnerabilities);
    draft.report.generated_at = made.and_then(time);
}

/// The newest of the copies of the national database.
fn data_source(name: &str, timestamp: &str, draft: &mut Draft<'_>) {
    if name.starts_with("NVD") {
        draft.report.db_built_at = draft.report.db_built_at.max(time(timestamp));
    }
}

/// Some times name no zone: the clock is taken as UTC.
fn time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let zoned = text.parse().ok().or_else(|| Timestamp::strptime("%Y-%m-%dT%H:%M:%S%.f%z", text).ok());
    zoned.or_else(|| Some(text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp()))
}

fn check_complete(dependencies: Option<usize>, draft: &mut Draft<'_>) {
    match dependencies {
        None => {
            let message = "the report has no `dependencies`: Dependency-Check did not finish";
            draft.problem(Problem::error(ProblemCode::ScanIncomplete, message));
        }
        Some(0) => {
            let message = "Dependency-Check has looked at no dependency: name the directories that hold them";
            draft.problem(Problem::error(ProblemCode::NoResults, message));
        }
        Some(_) => {}
    }
}

fn translate(dependency: &Dependency, known: &Known, pointer: String, draft: &mut Draft<'_>) {
    let rule_id = known.name.trim();
    if rule_id.is_empty() {
        return draft.dropped(&pointer, "no `name`");
    }
    let stated =
        |(version, score): &(&'static str, f64)| Stated { score: Some(*score), vector: "", version, source: "" };
    let scores: Vec<_> = known.scores.iter().map(stated).filter_map(|stated| draft.score(stated)).collect();
    let rating = draft.rate(&known.severity, &scores);
    let suppression = known.suppressed.as_ref().map(|notes| Suppression {
        by: "dependency-check".to_owned(),
        kind: "external".to_owned(),
        reason: Some(bounded(notes.trim(), 500)).filter(|notes| !notes.is_empty()),
        accepted: true,
        ..Suppression::default()
    });
    // A package in a lock file stands behind a question mark: `package-lock.json?/lodash:4.17.15`.
    let path = dependency.path.split('?').next().unwrap_or_default().trim();
    let weakness = Weakness {
        rule_id,
        names: Names::of(rule_id, [], []),
        description: known.description.trim(),
        rating,
        cwes: known.cwes.clone(),
        package: package(dependency, draft),
        locations: if path.is_empty() { Vec::new() } else { vec![draft.location(path)] },
        references: known.references.clone(),
        details: Details { scores, ..Details::default() },
        state: if suppression.is_some() { State::Suppressed } else { State::Open },
        suppressions: suppression.into_iter().collect(),
        ..Weakness::default()
    };
    draft.push(weakness.finding(), Source { pointer, ..Source::default() });
}

fn package(dependency: &Dependency, draft: &mut Draft<'_>) -> Package {
    let mut package = match dependency.maven.as_deref().and_then(|name| name.rsplit_once(':')) {
        Some((name, version)) => package_url::named("maven", &bounded(name, MAX_NAME), Some(version)),
        None => package_url::named("generic", &bounded(dependency.name.trim(), MAX_NAME), None),
    };
    if let Some(purl) = dependency.purls.first() {
        draft.purl(purl, &mut package);
    }
    package
}
