//! `npm audit --json` of npm 7 and later (spec/ingest.md 9.3): an object of packages. A package is listed for its own
//! advisories (objects in `via`) or because it depends on a listed one (names in `via`). Findings are made of advisories;
//! names only give the path from the project to the package.

mod graph;
mod lockfile;

use portcullis_model::text::bounded;
use portcullis_model::{
    Finding, Fix, FixState, Kind, Location, Package, Problem, ProblemCode, Section, Source, Vulnerability,
};
use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess};
use serde_json::value::RawValue;

use self::graph::Graph;
use self::lockfile::Lockfile;
use super::npm_audit_1::{Cvss, Metadata, check_counts};
use crate::advisory::{Names, cwes_in};
use crate::cvss::Stated;
use crate::detect::{Look, Sketch};
use crate::draft::Draft;
use crate::format::Format;
use crate::json::{Faults, Flag, Items, Members, NamedEach, Number, Text, Texts, Walk, member_as, read_document};
use crate::package_url;

/// Characters of names the findings of a package repeat.
const MAX_NAME: usize = 500;

/// The document; `npm audit fix --json` puts it under `audit`.
#[derive(Default)]
struct Report<'de> {
    version: Option<f64>,
    vulnerabilities: Option<Vec<(String, Entry<'de>)>>,
    metadata: Metadata,
}

impl<'de> Members<'de> for Report<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        match key {
            "auditReportVersion" => self.version = map.next_value::<Number>()?.0,
            "vulnerabilities" => {
                map.next_value_seed(NamedEach { name: key, members: &mut self.vulnerabilities, faults })?;
            }
            "metadata" => self.metadata = member_as(key, map, faults)?.unwrap_or_default(),
            "audit" => map.next_value_seed(Walk { name: key, members: self, faults })?,
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

/// A package as it stands in the document.
#[derive(Default)]
struct Entry<'de> {
    severity: Text<'de>,
    is_direct: Flag,
    via: Option<Vec<&'de RawValue>>,
    effects: Texts<'de>,
    range: Text<'de>,
    nodes: Texts<'de>,
    fix: Available,
}

impl<'de> Members<'de> for Entry<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        match key {
            "severity" => self.severity = map.next_value()?,
            "isDirect" => self.is_direct = map.next_value()?,
            "via" => map.next_value_seed(Items { name: key, list: &mut self.via, faults })?,
            "effects" => self.effects = map.next_value()?,
            "range" => self.range = map.next_value()?,
            "nodes" => self.nodes = map.next_value()?,
            "fixAvailable" => self.fix = member_as(key, map, faults)?.unwrap_or_default(),
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

/// A package npm lists, with what it is listed for.
struct Listed<'a> {
    key: String,
    /// The name as findings repeat it: of a length a name may have.
    label: String,
    entry: Entry<'a>,
    via: Vec<Via<'a>>,
}

impl<'a> Listed<'a> {
    fn of(key: String, entry: Entry<'a>, draft: &mut Draft<'_>) -> Self {
        let mut via = Vec::new();
        for (position, raw) in entry.via.iter().flatten().enumerate() {
            match serde_json::from_str(raw.get()) {
                Ok(read) => via.push(read),
                Err(error) => draft.dropped(&format!("{}/via/{position}", pointer(&key)), &error.to_string()),
            }
        }
        let label = bounded(&key, MAX_NAME);
        Self { key, label, entry, via }
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Via<'a> {
    Name(String),
    #[serde(borrow)]
    Advisory(Box<Advisory<'a>>),
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Advisory<'a> {
    #[serde(borrow)]
    source: Text<'a>,
    #[serde(borrow)]
    title: Text<'a>,
    #[serde(borrow)]
    url: Text<'a>,
    #[serde(borrow)]
    severity: Text<'a>,
    #[serde(borrow)]
    cwe: Texts<'a>,
    #[serde(borrow)]
    cvss: Option<Cvss<'a>>,
    #[serde(borrow)]
    range: Text<'a>,
}

/// `fixAvailable`.
#[derive(Default, Deserialize)]
#[serde(untagged)]
enum Available {
    Said(bool),
    By {
        name: String,
        #[serde(default)]
        version: String,
        #[serde(default, rename = "isSemVerMajor")]
        is_major: bool,
    },
    Other(IgnoredAny),
    #[default]
    #[serde(skip)]
    Missing,
}

/// The format.
pub(super) static FORMAT: Format =
    Format { id: "npm-audit-2", also: &["npm-audit"], section: Section::Vulnerabilities, clean: &[], fits, read };

fn fits(look: &Look) -> bool {
    let version = |object: &Sketch| {
        object.number("auditReportVersion").is_some() || object.number("audit.auditReportVersion").is_some()
    };
    look.object().is_some_and(version)
}

fn read(text: &str, draft: &mut Draft<'_>) {
    draft.tool("npm-audit", None);
    draft.sections.insert(Section::Vulnerabilities);
    let (mut report, mut faults) = (Report::default(), Faults::default());
    let broken = read_document(text, Walk { name: "the report", members: &mut report, faults: &mut faults });
    draft.faulty(&faults);
    report.metadata.note(draft);
    check_version(report.version, draft);
    if report.vulnerabilities.is_none() {
        let message = "the report has no `vulnerabilities`: npm has not audited anything";
        draft.problem(Problem::error(ProblemCode::NoResults, message));
    }
    let entries = report.vulnerabilities.unwrap_or_default();
    let listed: Vec<_> = entries.into_iter().map(|(key, entry)| Listed::of(key, entry, draft)).collect();
    let lockfile = Lockfile::beside(draft);
    let graph = Graph::of(&listed);
    let place = |(index, package)| Place::of(package, &graph.path_to(index), lockfile.as_ref());
    let places: Vec<_> = listed.iter().enumerate().map(place).collect();
    translate(&listed, &places, draft);
    if let Err(broken) = broken {
        draft.broken(text, &broken);
    } else {
        // Behind a break may stand what explains a package.
        translate_unexplained(&listed, &graph, &places, draft);
        check_counts(draft);
    }
}

#[allow(clippy::float_cmp, reason = "a version number, written as such")]
fn check_version(version: Option<f64>, draft: &mut Draft<'_>) {
    draft.report.format_version = version.map(|version| version.to_string());
    if version != Some(2.0) {
        let stated = version.map_or("no `auditReportVersion`".to_owned(), |version| format!("version {version}"));
        let message = format!("the report has {stated}; this version reads 2");
        draft.problem(Problem::error(ProblemCode::UnsupportedVersion, message));
    }
}

fn pointer(key: &str) -> String {
    format!("/vulnerabilities/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// The findings of the advisories.
fn translate(listed: &[Listed<'_>], places: &[Place], draft: &mut Draft<'_>) {
    for (package, place) in listed.iter().zip(places) {
        for (position, via) in package.via.iter().enumerate() {
            if let Via::Advisory(advisory) = via {
                let pointer = format!("{}/via/{position}", pointer(&package.label));
                let finding = finding(advisory, package, place, draft);
                draft.push(finding, Source { pointer, ..Source::default() });
            }
        }
    }
}

/// Packages listed for a name that leads nowhere, or for nothing at all: they must not vanish.
fn translate_unexplained(listed: &[Listed<'_>], graph: &Graph<'_>, places: &[Place], draft: &mut Draft<'_>) {
    for (index, (package, place)) in listed.iter().zip(places).enumerate() {
        let lost = package.via.iter().filter_map(|via| match via {
            Via::Name(name) if !graph.lists(name) => Some(name),
            _ => None,
        });
        for name in lost {
            let why = format!("`{}` is vulnerable through `{name}`, which the report does not list", package.label);
            let finding = unexplained(package, place, name, &why, draft);
            draft.push(finding, Source { pointer: pointer(&package.label), ..Source::default() });
        }
        if !graph.is_explained(index) {
            let why = format!("`{}` is listed as vulnerable, but no advisory says why", package.label);
            let finding = unexplained(package, place, "", &why, draft);
            draft.push(finding, Source { pointer: pointer(&package.label), ..Source::default() });
        }
    }
}

/// Where a package is installed, and how it got there.
struct Place {
    package: Package,
    locations: Vec<Location>,
}

impl Place {
    fn of(listed: &Listed<'_>, path: &[&str], lockfile: Option<&Lockfile>) -> Self {
        let nodes: Vec<&str> = listed.entry.nodes.iter().collect();
        let version = lockfile.and_then(|lockfile| lockfile.version(&nodes, &listed.key));
        let mut package = package_url::named("npm", &listed.label, version);
        package.direct = listed.entry.is_direct.0;
        package.path = nodes.first().map(|node| bounded(node, MAX_NAME));
        package.dependency_path = path.iter().map(|name| bounded(name, MAX_NAME)).collect();
        let locations = lockfile.map(|lockfile| lockfile.locations(&nodes)).unwrap_or_default();
        Self { package, locations }
    }
}

fn finding(advisory: &Advisory<'_>, listed: &Listed<'_>, place: &Place, draft: &mut Draft<'_>) -> Finding {
    let number = format!("NPM-{}", advisory.source.given().unwrap_or("0"));
    let by_url = advisory.url.given().and_then(crate::advisory::in_url).map(|(_, id)| id);
    let rule_id = by_url.unwrap_or_else(|| number.clone());
    let names = Names::of(&rule_id, advisory.source.given().map(|_| number.as_str()), advisory.url.given());
    let scores: Vec<_> = advisory
        .cvss
        .iter()
        .filter_map(|cvss| {
            let stated = Stated { score: cvss.score.0, vector: cvss.vector.get(), version: "3.1", source: "npm" };
            draft.score(stated)
        })
        .collect();
    let word = advisory.severity.given().unwrap_or_else(|| listed.entry.severity.get());
    let rating = draft.rate(word, &scores);
    let title = advisory.title.given().unwrap_or(&names.id).to_owned();
    let range = advisory.range.given().map(|range| format!(" {range}")).unwrap_or_default();
    let malicious = names.is_malware() || title.to_ascii_lowercase().starts_with("malicious");
    let mut finding = Finding {
        rule_id,
        message: format!("{title}: `{}`{range}{}", listed.label, pulled_in(place)),
        title,
        severity: rating.severity,
        severity_source: rating.source,
        severity_original: rating.original,
        cwes: advisory.cwe.iter().flat_map(cwes_in).collect(),
        vulnerability: Some(Box::new(Vulnerability { scores, ..Vulnerability::default() })),
        references: advisory.url.owned().into_iter().chain(names.notices).collect(),
        id: names.id,
        aliases: names.aliases,
        ..about(listed, place)
    };
    if malicious {
        finding.set_malware();
    }
    finding
}

/// npm says that a package is vulnerable and nothing says why: it must not vanish.
fn unexplained(listed: &Listed<'_>, place: &Place, through: &str, why: &str, draft: &mut Draft<'_>) -> Finding {
    draft.problem_among_many(Problem::warning(
        ProblemCode::UnresolvedRef,
        format!("{why}: it counts as a finding of its own"),
    ));
    let rating = draft.rate(listed.entry.severity.get(), &[]);
    let id = if through.is_empty() { "NPM-UNEXPLAINED".to_owned() } else { format!("NPM-THROUGH:{through}") };
    Finding {
        rule_id: id.clone(),
        id,
        title: format!("`{}` is vulnerable, the report does not say how", listed.label),
        message: why.to_owned(),
        severity: rating.severity,
        severity_source: rating.source,
        severity_original: rating.original,
        vulnerability: Some(Box::default()),
        ..about(listed, place)
    }
}

/// What the findings of one package share.
fn about(listed: &Listed<'_>, place: &Place) -> Finding {
    let (fix, remediation) = fix(listed);
    Finding {
        kind: Kind::Vulnerability,
        section: Section::Vulnerabilities,
        description: listed
            .entry
            .range
            .given()
            .map(|range| format!("Vulnerable versions: {range}"))
            .unwrap_or_default(),
        package: Some(Box::new(place.package.clone())),
        locations: place.locations.clone(),
        fix: Some(fix),
        remediation,
        ..Finding::default()
    }
}

fn pulled_in(place: &Place) -> String {
    match place.package.dependency_path.as_slice() {
        [] | [_] => String::new(),
        path => format!(" (pulled in by {})", path.join(" > ")),
    }
}

fn fix(listed: &Listed<'_>) -> (Fix, Option<String>) {
    let fix = |state, versions| Fix { state, versions, available_since: None };
    match &listed.entry.fix {
        Available::Said(true) => (fix(FixState::Fixed, Vec::new()), Some("run `npm audit fix`".to_owned())),
        Available::Said(false) => (fix(FixState::NotFixed, Vec::new()), None),
        Available::By { name, version, is_major } => {
            let versions = if *name == listed.key { vec![bounded(version, MAX_NAME)] } else { Vec::new() };
            let major = if *is_major { ", a new major version" } else { "" };
            (
                fix(FixState::Fixed, versions),
                Some(format!("upgrade `{}` to {}{major}", bounded(name, MAX_NAME), bounded(version, MAX_NAME))),
            )
        }
        Available::Other(_) | Available::Missing => (Fix::default(), None),
    }
}
