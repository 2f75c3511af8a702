//! The security finding format of AWS, as Security Hub exports it and scanners write it for it (spec/ingest.md 8 row 35;
//! <https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format.html>).

use std::sync::Arc;

use portcullis_model::text::bounded;
use portcullis_model::{
    Artifact, Dates, Finding, Fix, FixState, Kind, Location, Package, Problem, ProblemCode, Section, Source, State,
    Suppression, Vulnerability,
};
use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess};
use serde_json::value::RawValue;

use crate::advisory::{Names, at_start};
use crate::cvss::Stated;
use crate::detect::{Look, Sketch};
use crate::draft::Draft;
use crate::format::Format;
use crate::items::each;
use crate::json::{Faults, Items, List, Members, Number, Text, Texts, WalkOrItems, read_document};
use crate::package_url;
use crate::section::{section_of, tool_name};
use crate::weakness::Weakness;

/// Characters of names the findings repeat.
const MAX_NAME: usize = 500;

/// The object around the list.
#[derive(Default)]
struct Report<'de> {
    findings: Option<Vec<&'de RawValue>>,
}

impl<'de> Members<'de> for Report<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        match key {
            "Findings" => map.next_value_seed(Items { name: key, list: &mut self.findings, faults }),
            _ => map.next_value::<IgnoredAny>().map(drop),
        }
    }
}

/// An element of `Findings`.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Item<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    generator_id: Text<'a>,
    #[serde(borrow)]
    product_name: Text<'a>,
    #[serde(borrow)]
    product_arn: Text<'a>,
    #[serde(borrow)]
    types: Texts<'a>,
    #[serde(borrow)]
    created_at: Text<'a>,
    #[serde(borrow)]
    updated_at: Text<'a>,
    #[serde(borrow)]
    severity: Rated<'a>,
    #[serde(borrow)]
    title: Text<'a>,
    #[serde(borrow)]
    description: Text<'a>,
    #[serde(borrow)]
    remediation: Option<Remediation<'a>>,
    #[serde(borrow)]
    resources: List<Resource<'a>>,
    #[serde(borrow)]
    vulnerabilities: List<Known<'a>>,
    #[serde(borrow)]
    compliance: Option<Status<'a>>,
    #[serde(borrow)]
    record_state: Text<'a>,
    #[serde(borrow)]
    workflow: Option<Status<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Rated<'a> {
    #[serde(borrow)]
    label: Text<'a>,
    /// 0 to 100, where no label is given.
    normalized: Number,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Remediation<'a> {
    #[serde(borrow)]
    recommendation: Recommendation<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Recommendation<'a> {
    #[serde(borrow)]
    text: Text<'a>,
    #[serde(borrow)]
    url: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Resource<'a> {
    #[serde(borrow)]
    r#type: Text<'a>,
    #[serde(borrow)]
    id: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Status<'a> {
    #[serde(borrow)]
    status: Text<'a>,
}

/// An element of `Vulnerabilities`.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Known<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    vulnerable_packages: List<Affected<'a>>,
    #[serde(borrow)]
    cvss: List<Cvss<'a>>,
    #[serde(borrow)]
    related_vulnerabilities: Texts<'a>,
    #[serde(borrow)]
    reference_urls: Texts<'a>,
    #[serde(borrow)]
    fix_available: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Affected<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    version: Text<'a>,
    #[serde(borrow)]
    architecture: Text<'a>,
    #[serde(borrow)]
    package_manager: Text<'a>,
    #[serde(borrow)]
    fixed_in_version: Text<'a>,
    #[serde(borrow)]
    file_path: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Cvss<'a> {
    #[serde(borrow)]
    version: Text<'a>,
    base_score: Number,
    #[serde(borrow)]
    base_vector: Text<'a>,
    #[serde(borrow)]
    source: Text<'a>,
}

/// The format.
pub(super) static FORMAT: Format =
    Format { id: "asff", also: &[], section: Section::Misconfigurations, clean: &[], fits, read };

fn fits(look: &Look) -> bool {
    let is_finding = |value: &Sketch| value.word("SchemaVersion") == "2018-10-08";
    look.list().is_some_and(is_finding)
        || look.object().is_some_and(|object| {
            object.at("Findings").is_some_and(|findings| findings.is_list() && is_finding(findings))
        })
}

fn read(text: &str, draft: &mut Draft<'_>) {
    draft.tool("asff", None);
    let (mut report, mut list, mut faults) = (Report::default(), None, Faults::default());
    let seed = WalkOrItems { name: "the report", members: &mut report, list: &mut list, faults: &mut faults };
    let broken = read_document(text, seed);
    draft.faulty(&faults);
    draft.report.format_version = Some("2018-10-08".to_owned());
    let (items, pointer) = if report.findings.is_some() { (report.findings, "/Findings") } else { (list, "") };
    if items.as_ref().is_none_or(Vec::is_empty) && broken.is_ok() {
        draft.problem(Problem::error(
            ProblemCode::NoResults,
            "the report holds no finding: nothing says what was scanned",
        ));
    }
    each(items.as_ref(), pointer, draft, |item, pointer, draft| translate(&item, pointer, draft));
    if let Err(broken) = broken {
        draft.broken(text, &broken);
    }
}

fn translate(item: &Item<'_>, pointer: &str, draft: &mut Draft<'_>) {
    if item.id.given().is_none() && item.title.given().is_none() {
        return draft.dropped(pointer, "neither `Id` nor `Title`");
    }
    if item.compliance.as_ref().is_some_and(|compliance| compliance.status.get() == "PASSED") {
        draft.passed += 1;
        return;
    }
    // `arn:aws:securityhub:…:product/aquasecurity/aquasecurity`
    let product = item.product_name.given().or_else(|| item.product_arn.get().rsplit('/').next()).unwrap_or_default();
    let tool = tool_name(&bounded(product, 200));
    for (index, known) in item.vulnerabilities.0.iter().enumerate() {
        let pointer = format!("{pointer}/Vulnerabilities/{index}");
        let nothing = Affected::default();
        let packages = &known.vulnerable_packages.0;
        for affected in if packages.is_empty() { vec![&nothing] } else { packages.iter().collect() } {
            let finding = finish(weakness(item, known, affected, draft), item);
            draft.push(finding, Source { tool: tool.clone(), pointer: pointer.clone(), ..Source::default() });
        }
    }
    if item.vulnerabilities.0.is_empty() {
        let finding = finish(plain(item, &tool, draft), item);
        draft.push(finding, Source { tool, pointer: pointer.to_owned(), ..Source::default() });
    }
}

impl Item<'_> {
    /// `arn:aws:ec2:…`, an image: what was looked at.
    fn artifact(&self) -> Option<Arc<Artifact>> {
        let resource = self.resources.0.first()?;
        let (name, kind) = (bounded(resource.id.get(), MAX_NAME), bounded(resource.r#type.get(), MAX_NAME));
        Some(Arc::new(Artifact { name, kind, digest: None }))
    }

    fn location(&self) -> Vec<Location> {
        let resource = self.resources.0.first().and_then(|resource| resource.id.given());
        resource
            .map(|id| Location { resource: Some(bounded(id, MAX_NAME)), ..Location::default() })
            .into_iter()
            .collect()
    }

    /// The label, else the bands of the format's own scale.
    fn word(&self) -> &str {
        match (self.severity.label.given(), self.severity.normalized.0) {
            (Some(label), _) => label,
            (None, Some(score)) if score >= 90.0 => "critical",
            (None, Some(score)) if score >= 70.0 => "high",
            (None, Some(score)) if score >= 40.0 => "medium",
            (None, Some(score)) if score >= 1.0 => "low",
            (None, Some(_)) => "info",
            (None, None) => "",
        }
    }

    fn advice(&self) -> (Option<String>, Option<String>) {
        let recommendation = self.remediation.as_ref().map(|remediation| &remediation.recommendation);
        recommendation.map(|advice| (advice.text.owned(), advice.url.owned())).unwrap_or_default()
    }
}

fn weakness(item: &Item<'_>, known: &Known<'_>, affected: &Affected<'_>, draft: &mut Draft<'_>) -> Finding {
    let rule_id = known.id.given().unwrap_or_else(|| item.generator_id.get());
    let ecosystem = package_url::ecosystem_of(affected.package_manager.get());
    let name = bounded(affected.name.get(), MAX_NAME);
    let mut package = package_url::named(ecosystem, &name, affected.version.given());
    package.arch = affected.architecture.owned();
    package.path = affected.file_path.owned();
    let stated = known.cvss.0.iter().map(|cvss| Stated {
        score: cvss.base_score.0,
        vector: cvss.base_vector.get(),
        version: cvss.version.given().unwrap_or("3.1"),
        source: cvss.source.get(),
    });
    let scores: Vec<_> = stated.filter_map(|stated| draft.score(stated)).collect();
    let (remediation, page) = item.advice();
    Weakness {
        rule_id,
        names: Names::of(rule_id, known.related_vulnerabilities.iter(), []),
        title: item.title.get(),
        description: item.description.get(),
        rating: draft.rate(item.word(), &scores),
        package,
        fix: fix(known, affected),
        remediation,
        locations: item.location(),
        artifact: item.artifact(),
        references: page.into_iter().chain(known.reference_urls.owned()).collect(),
        details: Vulnerability { scores, ..Vulnerability::default() },
        ..Weakness::default()
    }
    .finding()
}

fn fix(known: &Known<'_>, affected: &Affected<'_>) -> Fix {
    // Inspector writes `NotAvailable` where no version mends it.
    let version = affected.fixed_in_version.owned().filter(|version| version != "NotAvailable");
    let state = match (&version, known.fix_available.get()) {
        (Some(_), _) | (None, "YES") => FixState::Fixed,
        (None, "NO") => FixState::NotFixed,
        (None, _) => FixState::Unknown,
    };
    Fix { state, versions: version.into_iter().collect(), available_since: None }
}

/// A finding without the list of vulnerabilities: its types say what it is, and its title may begin with an advisory.
fn plain(item: &Item<'_>, tool: &str, draft: &mut Draft<'_>) -> Finding {
    let is_of = |part: &str| item.types.iter().any(|kind| kind.contains(part));
    let advisory = at_start(item.title.get()).or_else(|| item.id.get().rsplit('/').next().and_then(at_start));
    let rating = draft.rate(item.word(), &[]);
    let (remediation, page) = item.advice();
    if is_of("/Vulnerabilities")
        && let Some(rule_id) = &advisory
    {
        let (names, package) = (Names::of(rule_id, [], []), Package::default());
        let (title, description) = (item.title.get(), item.description.get());
        let (locations, artifact) = (item.location(), item.artifact());
        let references = page.into_iter().collect();
        let base = Weakness { rule_id, names, title, description, rating, package, ..Weakness::default() };
        return Weakness { remediation, locations, artifact, references, ..base }.finding();
    }
    let kind = if is_of("Sensitive Data Identifications") { Kind::Secret } else { Kind::Misconfiguration };
    let rule_id = bounded(item.generator_id.given().unwrap_or_else(|| item.id.get()), MAX_NAME);
    Finding {
        kind,
        section: section_of(kind, tool, ""),
        id: rule_id.clone(),
        rule_id,
        title: item.title.get().to_owned(),
        message: item.title.get().to_owned(),
        description: item.description.get().to_owned(),
        remediation,
        severity: rating.severity,
        severity_source: rating.source,
        severity_original: rating.original,
        identity: item.artifact().map(|artifact| artifact.name.clone()).unwrap_or_default(),
        locations: item.location(),
        artifact: item.artifact(),
        references: page.into_iter().collect(),
        ..Finding::default()
    }
}

/// What people have decided in Security Hub, and what has gone since.
fn finish(finding: Finding, item: &Item<'_>) -> Finding {
    let mut finding = finding;
    if let Some(details) = &mut finding.vulnerability {
        let (published, modified) = (None, item.updated_at.get().parse().ok());
        details.dates = Dates { published, modified, first_seen: None, detected: item.created_at.get().parse().ok() };
    }
    let workflow = item.workflow.as_ref().map_or("", |workflow| workflow.status.get());
    let (state, kind) = match (item.record_state.get(), workflow) {
        (_, "SUPPRESSED") => (State::Suppressed, "suppressed"),
        (_, "RESOLVED") => (State::Fixed, "resolved"),
        ("ARCHIVED", _) => (State::Suppressed, "archived"),
        _ => return finding,
    };
    finding.state = state;
    finding.suppressions.push(Suppression {
        by: "asff".to_owned(),
        kind: kind.to_owned(),
        accepted: true,
        ..Suppression::default()
    });
    finding
}
