//! `snyk test --json` and `snyk container test --json` (spec/ingest.md 9.8): a project or a list of them. A vulnerability is
//! repeated for each path to its package. A container holds the projects found inside it.

use std::collections::BTreeMap;
use std::sync::Arc;

use portcullis_model::text::bounded;
use portcullis_model::{
    Artifact, Dates, Epss, Finding, Fix, FixState, Kind, License, Location, Package, Problem, ProblemCode, Score,
    Section, Source, State, Suppression, Vulnerability,
};
use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess};
use serde_json::value::RawValue;

use crate::advisory::{Names, cwes_in};
use crate::cvss::Stated;
use crate::detect::{Look, Sketch};
use crate::draft::Draft;
use crate::format::Format;
use crate::items::each;
use crate::json::{Each, Faults, Flag, Items, List, Members, Number, Text, Texts, Walk, read_document};
use crate::package_url;
use crate::weakness::{Weakness, fixed_in};

/// Characters of names the findings repeat.
const MAX_NAME: usize = 500;
/// Components of a dependency path that are kept.
const MAX_PATH: usize = 64;

/// A project.
#[derive(Default)]
struct Project<'de> {
    ok: Flag,
    error: Text<'de>,
    vulnerabilities: Option<Vec<&'de RawValue>>,
    dependency_count: Number,
    unique_count: Number,
    package_manager: Text<'de>,
    name: Text<'de>,
    target_file: Text<'de>,
    path: Text<'de>,
    has_docker: bool,
    filtered: Filtered<'de>,
    applications: Vec<Project<'de>>,
}

/// What the policy of the project took out.
#[derive(Default)]
struct Filtered<'de> {
    ignore: Option<Vec<&'de RawValue>>,
    patch: Option<Vec<&'de RawValue>>,
}

impl<'de> Members<'de> for Project<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        match key {
            "ok" => self.ok = map.next_value()?,
            "error" => self.error = map.next_value()?,
            "vulnerabilities" => {
                map.next_value_seed(Items { name: key, list: &mut self.vulnerabilities, faults })?;
            }
            "dependencyCount" => self.dependency_count = map.next_value()?,
            "uniqueCount" => self.unique_count = map.next_value()?,
            "packageManager" => self.package_manager = map.next_value()?,
            "projectName" => self.name = map.next_value()?,
            "displayTargetFile" => self.target_file = map.next_value()?,
            "targetFile" if self.target_file.given().is_none() => self.target_file = map.next_value()?,
            "path" => self.path = map.next_value()?,
            "docker" => {
                self.has_docker = true;
                map.next_value::<IgnoredAny>()?;
            }
            "filtered" => map.next_value_seed(Walk { name: key, members: &mut self.filtered, faults })?,
            "applications" => map.next_value_seed(Each { name: key, list: &mut self.applications, faults })?,
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

impl<'de> Members<'de> for Filtered<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        let items = match key {
            "ignore" => &mut self.ignore,
            "patch" => &mut self.patch,
            _ => return map.next_value::<IgnoredAny>().map(drop),
        };
        map.next_value_seed(Items { name: key, list: items, faults })
    }
}

/// An element of `vulnerabilities`.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Item<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    title: Text<'a>,
    #[serde(borrow)]
    description: Text<'a>,
    #[serde(borrow)]
    severity: Text<'a>,
    #[serde(borrow)]
    severity_with_critical: Text<'a>,
    cvss_score: Number,
    #[serde(borrow, rename = "CVSSv3")]
    cvss_vector: Text<'a>,
    #[serde(borrow)]
    cvss_details: List<CvssDetails<'a>>,
    #[serde(borrow)]
    cvss_sources: List<CvssSource<'a>>,
    #[serde(borrow)]
    identifiers: Option<Identifiers<'a>>,
    #[serde(borrow)]
    package_name: Text<'a>,
    #[serde(borrow)]
    package_manager: Text<'a>,
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    version: Text<'a>,
    #[serde(borrow)]
    from: Texts<'a>,
    /// `false` where no upgrade of that package helps.
    #[serde(borrow)]
    upgrade_path: Texts<'a>,
    is_patchable: Flag,
    #[serde(borrow)]
    fixed_in: Option<Texts<'a>>,
    #[serde(borrow)]
    nearest_fixed_in_version: Text<'a>,
    #[serde(borrow)]
    publication_time: Text<'a>,
    #[serde(borrow)]
    disclosure_time: Text<'a>,
    #[serde(borrow)]
    modification_time: Text<'a>,
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow)]
    license: Text<'a>,
    epss_details: Option<EpssDetails>,
    malicious: Flag,
    #[serde(borrow)]
    references: List<Reference<'a>>,
    #[serde(borrow)]
    filtered: Option<Reasons<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct CvssDetails<'a> {
    #[serde(borrow)]
    assigner: Text<'a>,
    #[serde(borrow, rename = "cvssV3Vector")]
    vector: Text<'a>,
    #[serde(rename = "cvssV3BaseScore")]
    score: Number,
}

/// The same in newer reports, of any version of the standard.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct CvssSource<'a> {
    #[serde(borrow)]
    assigner: Text<'a>,
    #[serde(borrow)]
    vector: Text<'a>,
    base_score: Number,
    #[serde(borrow)]
    cvss_version: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "UPPERCASE")]
struct Identifiers<'a> {
    #[serde(borrow)]
    cve: Texts<'a>,
    #[serde(borrow)]
    cwe: Texts<'a>,
    #[serde(borrow)]
    ghsa: Texts<'a>,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(default)]
struct EpssDetails {
    probability: Number,
    percentile: Number,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Reference<'a> {
    #[serde(borrow)]
    url: Text<'a>,
}

/// `filtered` of a vulnerability that was taken out.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Reasons<'a> {
    #[serde(borrow)]
    ignored: List<Reason<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Reason<'a> {
    #[serde(borrow)]
    reason: Text<'a>,
    #[serde(borrow)]
    expires: Text<'a>,
}

/// The format.
pub(super) static FORMAT: Format =
    Format { id: "snyk", also: &[], section: Section::Vulnerabilities, clean: &[], fits, read };

fn fits(look: &Look) -> bool {
    let is_project = |project: &Sketch| {
        project.at("vulnerabilities").is_some_and(Sketch::is_list)
            && ["packageManager", "projectName", "dependencyCount"].iter().any(|name| project.has(name))
            || project.at("ok") == Some(&Sketch::Flag(false)) && !project.word("error").is_empty()
    };
    look.json().is_some_and(is_project)
}

fn read(text: &str, draft: &mut Draft<'_>) {
    draft.tool("snyk", None);
    draft.sections.insert(Section::Vulnerabilities);
    let mut faults = Faults::default();
    let mut projects = Vec::new();
    let is_list = text.trim_start().starts_with('[');
    let broken = if is_list {
        read_document(text, Each { name: "the report", list: &mut projects, faults: &mut faults })
    } else {
        let mut project = Project::default();
        let read = read_document(text, Walk { name: "the report", members: &mut project, faults: &mut faults });
        projects.push(project);
        read
    };
    draft.faulty(&faults);
    if projects.is_empty() && broken.is_ok() {
        draft.problem(Problem::error(ProblemCode::NoResults, "the report lists no project: Snyk has tested nothing"));
    }
    if broken.is_ok() && !projects.is_empty() && projects.iter().all(|project| project.dependency_count.0 == Some(0.0))
    {
        let message = "Snyk counts no dependency at all: check the project it was given";
        draft.problem(Problem::warning(ProblemCode::NoResults, message));
    }
    for (index, project) in projects.iter().enumerate() {
        let pointer = if is_list { format!("/{index}") } else { String::new() };
        let is_cut_off = broken.is_err() && index + 1 == projects.len();
        translate(project, None, &pointer, is_cut_off, draft);
    }
    if let Err(broken) = broken {
        draft.broken(text, &broken);
    }
}

/// What the findings of a project share.
struct Scanned {
    ecosystem: &'static str,
    locations: Vec<Location>,
    /// File inside the image.
    path: Option<String>,
    artifact: Option<Arc<Artifact>>,
}

impl Project<'_> {
    fn is_image(&self) -> bool {
        self.has_docker
            || self.name.get().starts_with("docker-image|")
            || matches!(self.package_manager.get(), "deb" | "rpm" | "apk" | "linux")
    }

    fn scanned(&self, image: Option<&Arc<Artifact>>, draft: &Draft<'_>) -> Scanned {
        let ecosystem = package_url::ecosystem_of(self.package_manager.get());
        let file = self.target_file.given().map(|file| bounded(file, 4_096));
        let own = self.is_image().then(|| Artifact {
            name: bounded(self.path.given().unwrap_or_else(|| self.name.get()), MAX_NAME),
            kind: "container_image".to_owned(),
            digest: None,
        });
        let artifact = image.cloned().or_else(|| own.map(Arc::new));
        // The files of an image are none of the repository.
        let (inside, outside) = if artifact.is_some() { (file, None) } else { (None, file) };
        let locations = outside.iter().map(|file| draft.location(file)).collect();
        Scanned { ecosystem, locations, path: inside, artifact }
    }
}

fn translate(
    project: &Project<'_>,
    image: Option<&Arc<Artifact>>,
    pointer: &str,
    is_cut_off: bool,
    draft: &mut Draft<'_>,
) {
    let scanned = project.scanned(image, draft);
    if draft.report.artifact.is_none() {
        draft.report.artifact.clone_from(&scanned.artifact);
    }
    let name = bounded(project.name.given().unwrap_or_else(|| project.path.get()), 200);
    if let Some(error) = project.error.given() {
        let message = format!("Snyk could not test `{name}`: {}", bounded(error, 300));
        draft.problem_among_many(Problem::error(ProblemCode::ScannerError, message));
    } else if project.vulnerabilities.is_none() && !is_cut_off {
        let message = format!("the project `{name}` has no `vulnerabilities`: Snyk has not tested it");
        draft.problem_among_many(Problem::error(ProblemCode::NoResults, message));
    }
    draft.audited += project.dependency_count.count().unwrap_or_default();
    let before = draft.findings.len();
    list(project.vulnerabilities.as_ref(), &format!("{pointer}/vulnerabilities"), None, &scanned, draft);
    list(project.filtered.ignore.as_ref(), &format!("{pointer}/filtered/ignore"), Some("ignore"), &scanned, draft);
    list(project.filtered.patch.as_ref(), &format!("{pointer}/filtered/patch"), Some("patch"), &scanned, draft);
    let unique = project.unique_count.count().unwrap_or_default();
    if unique > 0 && draft.findings.len() == before && !is_cut_off {
        let message = format!("Snyk counts {unique} vulnerabilities in `{name}`, but lists none: run it again");
        draft.problem_among_many(Problem::error(ProblemCode::CountMismatch, message));
    }
    for (index, application) in project.applications.iter().enumerate() {
        let pointer = format!("{pointer}/applications/{index}");
        let is_cut_off = is_cut_off && index + 1 == project.applications.len();
        translate(application, scanned.artifact.as_ref(), &pointer, is_cut_off, draft);
    }
}

/// The findings of a list: one per id, package and version, with the shortest path.
fn list(
    items: Option<&Vec<&RawValue>>,
    pointer: &str,
    taken_out: Option<&str>,
    scanned: &Scanned,
    draft: &mut Draft<'_>,
) {
    let mut found: Vec<(String, Item<'_>, usize)> = Vec::new();
    let mut known: BTreeMap<(String, String, String), usize> = BTreeMap::new();
    each(items, pointer, draft, |item: Item<'_>, pointer, draft| {
        let name = item.name.given().or_else(|| item.package_name.given()).unwrap_or_default();
        if item.id.given().is_none() || name.is_empty() {
            draft.dropped(pointer, "no `id` or no `name`");
            return;
        }
        let key = (item.id.get().to_owned(), name.to_owned(), item.version.get().to_owned());
        let at = *known.entry(key).or_insert(found.len());
        match found.get_mut(at) {
            Some((_, first, paths)) => {
                *paths += 1;
                if item.from.iter().count() < first.from.iter().count() {
                    (first.from, first.upgrade_path) = (item.from, item.upgrade_path);
                }
            }
            None => found.push((pointer.to_owned(), item, 1)),
        }
    });
    for (pointer, item, paths) in found {
        let finding = if item.kind.get() == "license" {
            license(&item, scanned, draft)
        } else {
            weakness(&item, paths, scanned, draft)
        };
        let finding = match taken_out {
            Some(kind) => suppressed(finding, kind, &item),
            None => finding,
        };
        draft.push(finding, Source { pointer, ..Source::default() });
    }
}

fn package(item: &Item<'_>, scanned: &Scanned) -> Package {
    let own = package_url::ecosystem_of(item.package_manager.get());
    let ecosystem = if own.is_empty() { scanned.ecosystem } else { own };
    let name = bounded(item.name.given().unwrap_or_else(|| item.package_name.get()), MAX_NAME);
    // Of a distribution: source and binary package, `gcc-10/libgcc-s1`.
    let (source, name) = match name.split_once('/').filter(|_| matches!(ecosystem, "deb" | "rpm" | "apk")) {
        Some((source, binary)) => (Some(source), binary),
        None => (None, name.as_str()),
    };
    let mut package = package_url::named(ecosystem, name, item.version.given());
    package.upstream = source.filter(|source| *source != name).map(str::to_owned).into_iter().collect();
    package.distro = item.package_manager.given().filter(|word| word.contains(':')).map(|word| word.replace(':', "-"));
    package.path.clone_from(&scanned.path);
    // The first one is the project itself.
    package.dependency_path = item.from.iter().skip(1).take(MAX_PATH).map(|name| bounded(name, MAX_NAME)).collect();
    package.direct = (!package.dependency_path.is_empty()).then_some(package.dependency_path.len() == 1);
    package
}

/// Every score once: both lists and the members of old reports repeat each other.
fn scores(item: &Item<'_>, draft: &mut Draft<'_>) -> Vec<Score> {
    let own = Stated { score: item.cvss_score.0, vector: item.cvss_vector.get(), version: "3.1", source: "snyk" };
    let details = item.cvss_details.0.iter().map(|details| Stated {
        score: details.score.0,
        vector: details.vector.get(),
        version: "3.1",
        source: details.assigner.get(),
    });
    let sources = item.cvss_sources.0.iter().map(|source| Stated {
        score: source.base_score.0,
        vector: source.vector.get(),
        version: source.cvss_version.given().unwrap_or("3.1"),
        source: source.assigner.get(),
    });
    let mut scores: Vec<Score> = Vec::new();
    for score in std::iter::once(own).chain(details).chain(sources).filter_map(|stated| draft.score(stated)) {
        let same_source = |known: &Score| match (known.source.as_deref(), score.source.as_deref()) {
            (Some(known), Some(source)) => known.eq_ignore_ascii_case(source),
            (known, source) => known == source,
        };
        let is_known =
            |known: &Score| known.version == score.version && known.vector == score.vector && same_source(known);
        if !scores.iter().any(is_known) {
            scores.push(score);
        }
    }
    scores
}

fn weakness(item: &Item<'_>, paths: usize, scanned: &Scanned, draft: &mut Draft<'_>) -> Finding {
    let rule_id = item.id.get();
    let identifiers = item.identifiers.as_ref();
    let same = identifiers.iter().flat_map(|identifiers| identifiers.cve.iter().chain(identifiers.ghsa.iter()));
    let scores = scores(item, draft);
    let rating = draft.rate(item.severity_with_critical.given().unwrap_or_else(|| item.severity.get()), &scores);
    let details = Vulnerability { scores, epss: epss(item), dates: dates(item), ..Vulnerability::default() };
    let page = format!("https://security.snyk.io/vuln/{rule_id}");
    let mut finding = Weakness {
        rule_id,
        names: Names::of(rule_id, same, []),
        title: item.title.get(),
        description: item.description.get(),
        rating,
        cwes: identifiers.iter().flat_map(|identifiers| identifiers.cwe.iter()).flat_map(cwes_in).collect(),
        package: package(item, scanned),
        fix: fix(item),
        remediation: upgrade(item),
        locations: scanned.locations.clone(),
        artifact: scanned.artifact.clone(),
        references: std::iter::once(page).chain(item.references.0.iter().filter_map(|page| page.url.owned())).collect(),
        details,
        is_malicious: item.malicious.is_true(),
        ..Weakness::default()
    }
    .finding();
    if paths > 1 {
        finding.message = format!("{} ({paths} paths lead to it)", finding.message);
    }
    finding
}

#[allow(clippy::cast_possible_truncation, reason = "between 0 and 1")]
fn epss(item: &Item<'_>) -> Option<Epss> {
    let details = item.epss_details?;
    let score = details.probability.0.filter(|score| (0.0..=1.0).contains(score))?;
    let percentile = details.percentile.0.filter(|percentile| (0.0..=1.0).contains(percentile)).unwrap_or_default();
    Some(Epss { score: score as f32, percentile: percentile as f32, date: None })
}

fn dates(item: &Item<'_>) -> Dates {
    let published = item.publication_time.get().parse().ok();
    Dates {
        published: published.into_iter().chain(item.disclosure_time.get().parse().ok()).min(),
        modified: item.modification_time.get().parse().ok(),
        ..Dates::default()
    }
}

fn fix(item: &Item<'_>) -> Fix {
    let mut versions = item.fixed_in.as_ref().map(Texts::owned).unwrap_or_default();
    if versions.is_empty() {
        versions.extend(item.nearest_fixed_in_version.owned());
    }
    let is_patchable = item.is_patchable.is_true();
    fixed_in(
        versions,
        match item.fixed_in {
            _ if is_patchable => FixState::Fixed,
            Some(_) => FixState::NotFixed,
            None => FixState::Unknown,
        },
    )
}

/// The first package on the path whose upgrade helps.
fn upgrade(item: &Item<'_>) -> Option<String> {
    let target = item.upgrade_path.iter().find(|step| *step != "false")?;
    Some(format!("upgrade to `{}`", bounded(target, MAX_NAME)))
}

fn license(item: &Item<'_>, scanned: &Scanned, draft: &mut Draft<'_>) -> Finding {
    let name = bounded(item.license.given().unwrap_or_else(|| item.title.get()), MAX_NAME);
    let rating = draft.rate(item.severity_with_critical.given().unwrap_or_else(|| item.severity.get()), &[]);
    let package = package(item, scanned);
    let label = package.label();
    Finding {
        kind: Kind::License,
        section: Section::Licenses,
        rule_id: format!("license:{name}"),
        id: format!("license:{name}"),
        title: format!("`{label}` is under {name}"),
        message: format!("`{label}` is under {name}, against which Snyk's licence policy has a rule"),
        severity: rating.severity,
        severity_source: rating.source,
        severity_original: rating.original,
        package: Some(Box::new(package)),
        locations: scanned.locations.clone(),
        artifact: scanned.artifact.clone(),
        license: Some(Box::new(License { name: Some(name), ..License::default() })),
        ..Finding::default()
    }
}

fn suppressed(finding: Finding, kind: &str, item: &Item<'_>) -> Finding {
    let mut finding = finding;
    let reason = item.filtered.as_ref().and_then(|reasons| reasons.ignored.0.first());
    finding.state = State::Suppressed;
    finding.suppressions.push(Suppression {
        by: "snyk".to_owned(),
        kind: kind.to_owned(),
        reason: reason.and_then(|reason| reason.reason.given()).map(|reason| bounded(reason, 500)),
        expires: reason.and_then(|reason| reason.expires.get().get(..10)?.parse().ok()),
        accepted: true,
        ..Suppression::default()
    });
    finding
}
