//! Security reports of GitLab (<https://gitlab.com/gitlab-org/security-products/security-report-schemas>): one shape for dependency, container, secret,
//! code and web scanning.

mod translate;

use portcullis_model::text::bounded;
use portcullis_model::{Component, Kind, Problem, ProblemCode, Section};
use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess};
use serde_json::value::RawValue;

use crate::detect::{Look, Sketch};
use crate::draft::Draft;
use crate::format::Format;
use crate::items::each;
use crate::json::{Faults, Flag, Items, List, Members, Text, Walk, member_as, read_document};
use crate::package_url;
use crate::section::{kind_of_tool, section_of, tool_name};

/// The document.
#[derive(Default)]
struct Report<'de> {
    version: Text<'de>,
    vulnerabilities: Option<Vec<&'de RawValue>>,
    files: Option<Vec<&'de RawValue>>,
    scan: Scan<'de>,
    has_scan: bool,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Scan<'a> {
    #[serde(borrow)]
    scanner: Tool<'a>,
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow)]
    end_time: Text<'a>,
    #[serde(borrow)]
    status: Text<'a>,
    #[serde(borrow)]
    messages: List<Message<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Tool<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    version: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Message<'a> {
    #[serde(borrow)]
    level: Text<'a>,
    #[serde(borrow)]
    value: Text<'a>,
}

/// An element of `dependency_files`.
#[derive(Default, Deserialize)]
#[serde(default)]
struct DependencyFile<'a> {
    #[serde(borrow)]
    path: Text<'a>,
    #[serde(borrow)]
    package_manager: Text<'a>,
    #[serde(borrow)]
    dependencies: List<Dependency<'a>>,
}

/// The same in places.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Dependency<'a> {
    #[serde(borrow)]
    package: PackageName<'a>,
    #[serde(borrow)]
    version: Text<'a>,
    direct: Flag,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct PackageName<'a> {
    #[serde(borrow)]
    name: Text<'a>,
}

impl<'de> Members<'de> for Report<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        match key {
            "version" => self.version = map.next_value()?,
            "vulnerabilities" => {
                map.next_value_seed(Items { name: key, list: &mut self.vulnerabilities, faults })?;
            }
            "dependency_files" => map.next_value_seed(Items { name: key, list: &mut self.files, faults })?,
            "scan" => {
                self.has_scan = true;
                self.scan = member_as(key, map, faults)?.unwrap_or_default();
            }
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

/// The format.
pub(super) static FORMAT: Format =
    Format { id: "gitlab-security", also: &[], section: Section::Vulnerabilities, clean: &[], fits, read };

fn fits(look: &Look) -> bool {
    look.object().is_some_and(|object| {
        object.has("version")
            && object.at("vulnerabilities").is_some_and(|vulnerabilities| {
                vulnerabilities.is_list()
                    && (!object.word("scan.type").is_empty()
                        || object.at("remediations").is_some_and(Sketch::is_list)
                        || (vulnerabilities.has("identifiers")
                            && (vulnerabilities.has("scanner") || vulnerabilities.has("category"))))
            })
    })
}

fn read(text: &str, draft: &mut Draft<'_>) {
    let (mut report, mut faults) = (Report::default(), Faults::default());
    let broken = read_document(text, Walk { name: "the report", members: &mut report, faults: &mut faults });
    draft.faulty(&faults);
    let scan = &report.scan;
    let name = scan.scanner.id.given().or_else(|| scan.scanner.name.given()).unwrap_or("gitlab-security");
    draft.tool(&tool_name(&bounded(name, 200)), scan.scanner.version.owned());
    draft.report.format_version = report.version.owned();
    draft.report.generated_at = time(scan.end_time.get());
    if let Some(kind) = scan.kind.given() {
        let kind = kind_of(kind, name);
        draft.sections.insert(section_of(kind, name, ""));
    }
    judge_scan(&report, broken.is_ok(), draft);
    each(report.files.as_ref(), "/dependency_files", draft, |file, _, draft| components(&file, draft));
    each(report.vulnerabilities.as_ref(), "/vulnerabilities", draft, |item, pointer, draft| {
        translate::vulnerability(&item, &report.scan, pointer, draft);
    });
    if let Err(broken) = broken {
        draft.broken(text, &broken);
    }
}

/// UTC without saying so: `2026-02-28T10:00:00`.
fn time(text: &str) -> Option<jiff::Timestamp> {
    text.parse().ok().or_else(|| format!("{text}Z").parse().ok())
}

fn judge_scan(report: &Report<'_>, is_whole: bool, draft: &mut Draft<'_>) {
    if report.vulnerabilities.is_none() && is_whole {
        let message = "the report has no `vulnerabilities`: nothing was scanned";
        draft.problem(Problem::error(ProblemCode::NoResults, message));
    }
    let messages = || report.scan.messages.0.iter().filter(|message| message.level.get() == "fatal");
    if matches!(report.scan.status.get(), "failure" | "failed") || messages().next().is_some() {
        let why: Vec<&str> = messages().map(|message| message.value.get()).take(3).collect();
        let message = format!("the scanner says that it failed: {}", bounded(&why.join("; "), 300));
        draft.problem(Problem::error(ProblemCode::ScannerError, message));
    }
}

/// The kind that a type of scan or a category of findings means.
fn kind_of(word: &str, scanner: &str) -> Kind {
    match word {
        "dependency_scanning" | "container_scanning" | "cluster_image_scanning" => Kind::Vulnerability,
        "secret_detection" => Kind::Secret,
        // Infrastructure as code is part of `sast`; the scanner tells it apart.
        _ => kind_of_tool(scanner).filter(|kind| *kind == Kind::Misconfiguration).unwrap_or(Kind::Code),
    }
}

fn components(file: &DependencyFile<'_>, draft: &mut Draft<'_>) {
    let ecosystem = package_url::ecosystem_of(file.package_manager.get());
    let path = file.path.given().map(|path| draft.location(path).path);
    for dependency in &file.dependencies.0 {
        let Some(name) = dependency.package.name.given() else { continue };
        let mut package = package_url::named(ecosystem, &bounded(name, 500), dependency.version.given());
        package.direct = dependency.direct.0;
        package.path.clone_from(&path);
        let report = draft.report.path.clone();
        draft.components.push(Component { package, report, ..Component::default() });
    }
}
