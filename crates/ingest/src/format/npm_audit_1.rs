//! `npm audit --json` of npm 6, and of pnpm (spec/ingest.md 9.3): an object of advisories, each with the places it was found.

use std::borrow::Cow;

use portcullis_model::{
    BySeverity, Finding, Fix, FixState, Kind, Problem, ProblemCode, Scope, Section, Source, Vulnerability,
};
use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess};
use serde_json::value::RawValue;

use crate::advisory::{Names, cwes_in};
use crate::cvss::Stated;
use crate::detect::{Look, Sketch};
use crate::draft::Draft;
use crate::format::Format;
use crate::json::{Faults, Flag, List, Members, NamedItems, Number, Text, Texts, Walk, member_as, read_document};
use crate::package_url;

/// Components of a dependency path that are kept.
pub(super) const MAX_PATH: usize = 64;

/// The document.
#[derive(Default)]
struct Report<'de> {
    advisories: Option<Vec<(String, &'de RawValue)>>,
    metadata: Metadata,
}

/// `metadata` of both versions: what npm counts itself.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Metadata {
    pub(super) vulnerabilities: Option<Declared>,
    /// Version 1.
    #[serde(rename = "totalDependencies")]
    pub(super) total_dependencies: Number,
    /// Version 2: an object with `total`; version 1: a number.
    pub(super) dependencies: Dependencies,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(default)]
pub(super) struct Declared {
    info: Number,
    low: Number,
    moderate: Number,
    high: Number,
    critical: Number,
}

#[derive(Default, Deserialize)]
#[serde(untagged)]
pub(super) enum Dependencies {
    Counted {
        #[serde(default)]
        total: Number,
    },
    #[default]
    #[serde(skip)]
    Missing,
    Other(IgnoredAny),
}

impl Declared {
    pub(super) fn by_severity(self) -> BySeverity<u64> {
        BySeverity {
            critical: self.critical.count().unwrap_or_default(),
            high: self.high.count().unwrap_or_default(),
            medium: self.moderate.count().unwrap_or_default(),
            low: self.low.count().unwrap_or_default(),
            info: self.info.count().unwrap_or_default(),
            unknown: 0,
        }
    }
}

impl Metadata {
    /// Takes over what npm says about its own run.
    pub(super) fn note(&self, draft: &mut Draft<'_>) {
        draft.report.declared_counts = self.vulnerabilities.map(Declared::by_severity);
        let total = match &self.dependencies {
            Dependencies::Counted { total } => total.count(),
            Dependencies::Missing | Dependencies::Other(_) => self.total_dependencies.count(),
        };
        draft.audited = total.unwrap_or_default();
    }
}

/// Compares the document's own count with what was found in it.
pub(super) fn check_counts(draft: &mut Draft<'_>) {
    let Some(declared) = draft.report.declared_counts else {
        let message = "the report lacks npm's own counts (`metadata.vulnerabilities`): it is not known to be complete";
        draft.problem(Problem::error(ProblemCode::NoResults, message));
        return;
    };
    let total = declared.critical + declared.high + declared.medium + declared.low + declared.info;
    if total > 0 && draft.findings.is_empty() {
        let message = format!("npm counts {total} vulnerabilities, but the report lists none: run the audit again");
        draft.problem(Problem::error(ProblemCode::CountMismatch, message));
    }
}

impl<'de> Members<'de> for Report<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        match key {
            "advisories" => map.next_value_seed(NamedItems { name: key, items: &mut self.advisories, faults })?,
            "metadata" => self.metadata = member_as(key, map, faults)?.unwrap_or_default(),
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

/// The same in the lines of yarn 1.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Advisory<'a> {
    #[serde(borrow)]
    pub(super) id: Text<'a>,
    #[serde(borrow)]
    pub(super) findings: List<Found<'a>>,
    #[serde(borrow)]
    title: Text<'a>,
    #[serde(borrow)]
    module_name: Text<'a>,
    #[serde(borrow)]
    cves: Texts<'a>,
    #[serde(borrow)]
    vulnerable_versions: Text<'a>,
    #[serde(borrow)]
    patched_versions: Text<'a>,
    #[serde(borrow)]
    severity: Text<'a>,
    #[serde(borrow)]
    cwe: Texts<'a>,
    #[serde(borrow)]
    github_advisory_id: Text<'a>,
    #[serde(borrow)]
    url: Text<'a>,
    #[serde(borrow)]
    overview: Text<'a>,
    #[serde(borrow)]
    recommendation: Text<'a>,
    #[serde(borrow)]
    cvss: Option<Cvss<'a>>,
}

/// The same in version 2.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Cvss<'a> {
    pub(super) score: Number,
    #[serde(borrow, rename = "vectorString")]
    pub(super) vector: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Found<'a> {
    #[serde(borrow)]
    pub(super) version: Text<'a>,
    #[serde(borrow)]
    pub(super) paths: Texts<'a>,
    pub(super) dev: Flag,
    pub(super) optional: Flag,
}

/// The format.
pub(super) static FORMAT: Format = Format {
    id: "npm-audit-1",
    // yarn 2 and 3 write it too.
    also: &["npm-audit", "yarn-audit"],
    section: Section::Vulnerabilities,
    clean: &[],
    fits,
    read,
};

fn fits(look: &Look) -> bool {
    look.object().is_some_and(|object| object.at("advisories").is_some_and(Sketch::is_object) && object.has("metadata"))
}

fn read(text: &str, draft: &mut Draft<'_>) {
    draft.tool("npm-audit", None);
    draft.sections.insert(Section::Vulnerabilities);
    let (mut report, mut faults) = (Report::default(), Faults::default());
    let broken = read_document(text, Walk { name: "the report", members: &mut report, faults: &mut faults });
    draft.faulty(&faults);
    report.metadata.note(draft);
    if report.advisories.is_none() {
        let message = "the report has no `advisories`: it is no audit of npm 6 or pnpm";
        draft.problem(Problem::error(ProblemCode::NoResults, message));
    }
    for (key, raw) in report.advisories.unwrap_or_default() {
        let pointer = format!("/advisories/{key}");
        match serde_json::from_str::<Advisory<'_>>(raw.get()) {
            Ok(advisory) => translate(&advisory, &key, &pointer, draft),
            Err(error) => draft.dropped(&pointer, &error.to_string()),
        }
    }
    match broken {
        Err(broken) => draft.broken(text, &broken),
        Ok(()) => check_counts(draft),
    }
}

/// The findings of one advisory.
pub(super) fn translate(advisory: &Advisory<'_>, key: &str, pointer: &str, draft: &mut Draft<'_>) {
    if advisory.module_name.given().is_none() && advisory.title.given().is_none() {
        draft.dropped(pointer, "neither `module_name` nor `title`");
        return;
    }
    // One finding per installed version; an advisory without places still is one.
    let nowhere = Found::default();
    let mut places: Vec<&Found<'_>> = advisory.findings.0.iter().collect();
    if places.is_empty() {
        places.push(&nowhere);
    }
    places.sort_by(|one, two| one.version.get().cmp(two.version.get()));
    let mut start = 0;
    while let Some(first) = places.get(start) {
        let same = places.iter().skip(start).take_while(|found| found.version.get() == first.version.get()).count();
        let group = places.get(start..start + same).unwrap_or_default();
        let finding = finding(advisory, key, group, draft);
        draft.push(finding, Source { pointer: pointer.to_owned(), ..Source::default() });
        start += same;
    }
}

fn finding(advisory: &Advisory<'_>, key: &str, places: &[&Found<'_>], draft: &mut Draft<'_>) -> Finding {
    let number = format!("NPM-{}", advisory.id.given().unwrap_or(key));
    let rule_id = advisory.github_advisory_id.owned().unwrap_or_else(|| number.clone());
    let same = advisory.cves.iter().chain([number.as_str()]);
    let names = Names::of(&rule_id, same, advisory.url.given());
    let scores: Vec<_> = advisory
        .cvss
        .iter()
        .filter_map(|cvss| {
            let stated = Stated { score: cvss.score.0, vector: cvss.vector.get(), version: "3.1", source: "npm" };
            draft.score(stated)
        })
        .collect();
    let rating = draft.rate(advisory.severity.get(), &scores);
    let mut package =
        package_url::named("npm", advisory.module_name.get(), places.first().and_then(|found| found.version.given()));
    let path = places.iter().flat_map(|found| found.paths.iter()).min_by_key(|path| path.len());
    package.dependency_path =
        path.map(|path| path.split('>').map(str::to_owned).take(MAX_PATH).collect()).unwrap_or_default();
    package.direct = (!package.dependency_path.is_empty()).then_some(package.dependency_path.len() == 1);
    package.scope = if !places.is_empty() && places.iter().all(|found| found.dev.is_true()) {
        Scope::Development
    } else if !places.is_empty() && places.iter().all(|found| found.optional.is_true()) {
        Scope::Optional
    } else {
        Scope::Unknown
    };
    let patched = advisory.patched_versions.given();
    // `<0.0.0` is how the registry says that no version is mended.
    let state = match patched {
        None => FixState::Unknown,
        Some("<0.0.0" | "<0") => FixState::NotFixed,
        Some(_) => FixState::Fixed,
    };
    let versions = patched.filter(|_| state == FixState::Fixed).map(str::to_owned).into_iter().collect();
    let label = package.label();
    let range: Cow<'_, str> = match advisory.vulnerable_versions.given() {
        Some(range) => format!(" (vulnerable: {range})").into(),
        None => "".into(),
    };
    let malicious = names.is_malware() || advisory.title.get().to_ascii_lowercase().contains("malicious");
    let mut finding = Finding {
        kind: Kind::Vulnerability,
        section: Section::Vulnerabilities,
        rule_id,
        title: advisory.title.get().to_owned(),
        message: format!("{}: {label}{range}", advisory.title.get()),
        description: advisory.overview.get().to_owned(),
        remediation: advisory.recommendation.owned(),
        severity: rating.severity,
        severity_source: rating.source,
        severity_original: rating.original,
        cwes: advisory.cwe.iter().flat_map(cwes_in).collect(),
        package: Some(Box::new(package)),
        fix: Some(Fix { state, versions, available_since: None }),
        vulnerability: Some(Box::new(Vulnerability { scores, ..Vulnerability::default() })),
        references: advisory.url.owned().into_iter().chain(names.notices).collect(),
        id: names.id,
        aliases: names.aliases,
        ..Finding::default()
    };
    if malicious {
        finding.set_malware();
    }
    finding
}
