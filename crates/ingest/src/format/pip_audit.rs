//! `pip-audit --format json` (spec/ingest.md 9.4): an object with `dependencies`, in old versions the bare list.
//! It states no severities. Packages it could not look up are "skipped", and a run that skipped all of them says
//! "no known vulnerabilities" all the same.

use portcullis_model::text::bounded;
use portcullis_model::{
    Finding, Fix, FixState, Kind, Package, Problem, ProblemCode, Section, Severity, SeveritySource, Skipped, Source,
    Vulnerability,
};
use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess};
use serde_json::value::RawValue;

use crate::advisory::Names;
use crate::detect::{Look, Sketch};
use crate::draft::Draft;
use crate::format::Format;
use crate::json::{Each, Faults, Items, Members, Text, Texts, Walk, read_document};
use crate::package_url;

/// The document.
#[derive(Default)]
struct Report<'de> {
    dependencies: Vec<Dependency<'de>>,
}

impl<'de> Members<'de> for Report<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        match key {
            "dependencies" => map.next_value_seed(Each { name: key, list: &mut self.dependencies, faults }),
            _ => map.next_value::<IgnoredAny>().map(drop),
        }
    }
}

/// A package: audited (`vulns`) or not (`skip_reason`).
#[derive(Default)]
struct Dependency<'de> {
    name: Text<'de>,
    version: Text<'de>,
    skip_reason: Option<Text<'de>>,
    vulns: Option<Vec<&'de RawValue>>,
}

impl<'de> Members<'de> for Dependency<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        match key {
            "name" => self.name = map.next_value()?,
            "version" => self.version = map.next_value()?,
            "skip_reason" => self.skip_reason = map.next_value()?,
            "vulns" => map.next_value_seed(Items { name: key, list: &mut self.vulns, faults })?,
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Vuln<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    fix_versions: Texts<'a>,
    #[serde(borrow)]
    aliases: Texts<'a>,
    #[serde(borrow)]
    description: Text<'a>,
}

/// The format.
pub(super) static FORMAT: Format =
    Format { id: "pip-audit", also: &[], section: Section::Vulnerabilities, clean: &[], fits, read };

fn fits(look: &Look) -> bool {
    let is_dependency = |first: &Sketch| first.has("name") && (first.has("vulns") || first.has("skip_reason"));
    if let Some(list) = look.list() {
        return is_dependency(list);
    }
    let Some(object) = look.object() else { return false };
    match object.at("dependencies") {
        // An empty list says nothing, so the rest of the document must not say anything else.
        Some(list) if list.is_empty_list() => object.names().all(|name| name == "dependencies" || name == "fixes"),
        Some(list) => list.is_list() && is_dependency(list),
        None => false,
    }
}

fn read(text: &str, draft: &mut Draft<'_>) {
    draft.tool("pip-audit", None);
    draft.sections.insert(Section::Vulnerabilities);
    let mut faults = Faults::default();
    let mut report = Report::default();
    let bare_list = text.trim_start().starts_with('[');
    let broken = if bare_list {
        read_document(text, Each { name: "the report", list: &mut report.dependencies, faults: &mut faults })
    } else {
        read_document(text, Walk { name: "the report", members: &mut report, faults: &mut faults })
    };
    draft.faulty(&faults);
    for (index, dependency) in report.dependencies.iter().enumerate() {
        let pointer = if bare_list { format!("/{index}") } else { format!("/dependencies/{index}") };
        let is_cut_off = broken.is_err() && index + 1 == report.dependencies.len();
        if !(is_cut_off && dependency.vulns.is_none()) {
            translate(dependency, &pointer, draft);
        }
    }
    if let Err(broken) = broken {
        draft.broken(text, &broken);
    }
    say_what_was_skipped(draft);
}

fn translate(dependency: &Dependency<'_>, pointer: &str, draft: &mut Draft<'_>) {
    if let Some(reason) = &dependency.skip_reason {
        let what = dependency.name.get().to_owned();
        draft.report.skipped.push(Skipped { what, reason: bounded(reason.get(), 300), on_purpose: false });
        return;
    }
    let Some(vulns) = &dependency.vulns else {
        draft.dropped(pointer, "neither `vulns` nor `skip_reason`");
        return;
    };
    draft.audited += 1;
    let package = package_url::named("pypi", &bounded(dependency.name.get(), 500), dependency.version.given());
    for (index, raw) in vulns.iter().enumerate() {
        let pointer = format!("{pointer}/vulns/{index}");
        match serde_json::from_str::<Vuln<'_>>(raw.get()) {
            Ok(vuln) if vuln.id.given().is_some() => {
                draft.push(finding(&vuln, &package), Source { pointer, ..Source::default() });
            }
            Ok(_) => draft.dropped(&pointer, "no `id`"),
            Err(error) => draft.dropped(&pointer, &error.to_string()),
        }
    }
}

fn finding(vuln: &Vuln<'_>, package: &Package) -> Finding {
    let names = Names::of(vuln.id.get(), vuln.aliases.iter(), []);
    let versions = vuln.fix_versions.owned();
    let state = if versions.is_empty() { FixState::NotFixed } else { FixState::Fixed };
    let is_malware = names.is_malware();
    let mut finding = Finding {
        kind: Kind::Vulnerability,
        section: Section::Vulnerabilities,
        rule_id: vuln.id.get().to_owned(),
        title: format!("{} in {}", names.id, package.label()),
        message: vuln.description.get().lines().next().unwrap_or_default().to_owned(),
        description: vuln.description.get().to_owned(),
        remediation: remediation(&package.name, &versions),
        severity: Severity::Unknown,
        severity_source: SeveritySource::PolicyDefault,
        package: Some(Box::new(package.clone())),
        fix: Some(Fix { state, versions, available_since: None }),
        vulnerability: Some(Box::new(Vulnerability::default())),
        references: names.notices,
        id: names.id,
        aliases: names.aliases,
        ..Finding::default()
    };
    if is_malware {
        finding.set_malware();
    }
    finding
}

fn remediation(name: &str, versions: &[String]) -> Option<String> {
    (!versions.is_empty()).then(|| format!("upgrade `{name}` to {}", versions.join(" or ")))
}

fn say_what_was_skipped(draft: &mut Draft<'_>) {
    let skipped = draft.report.skipped.len() as u64;
    if draft.audited == 0 {
        let message = if skipped == 0 {
            "the report lists no package at all: nothing was audited".to_owned()
        } else {
            format!("all {skipped} packages were skipped: nothing was audited, whatever the exit code said")
        };
        draft.problem(Problem::error(ProblemCode::AllSkipped, message));
    } else if skipped > 0 {
        let names: Vec<_> = draft.report.skipped.iter().take(5).map(|skipped| skipped.what.as_str()).collect();
        let more = if skipped > 5 { ", …" } else { "" };
        let message =
            format!("{skipped} of {} packages were not audited: {}{more}", skipped + draft.audited, names.join(", "));
        let too_many = draft.options.max_skipped.exceeded(skipped, skipped + draft.audited);
        draft.problem(if too_many && draft.options.fail_on_skipped {
            Problem::error(ProblemCode::SomeSkipped, message)
        } else {
            Problem::warning(ProblemCode::SomeSkipped, message)
        });
    }
}
