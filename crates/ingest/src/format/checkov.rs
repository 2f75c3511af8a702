//! `checkov -o json` (spec/ingest.md 9.10): an object, a list of them where several frameworks ran, or bare counts where
//! nothing was scanned. Without the platform of its maker every `severity` is null.

use portcullis_model::text::bounded;
use portcullis_model::{
    Finding, Fix, FixState, Kind, Location, Problem, ProblemCode, Secret, Section, Severity, Source, State,
    Suppression, Vulnerability,
};
use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess};
use serde_json::value::RawValue;

use crate::advisory::Names;
use crate::cvss::Stated;
use crate::detect::{Look, Sketch};
use crate::draft::Draft;
use crate::format::Format;
use crate::json::{Each, Faults, Items, List, Members, Number, Text, Walk, member_as, read_document};
use crate::package_url;
use crate::section::section_of;

/// What one framework found.
#[derive(Default)]
struct Report<'de> {
    check_type: Text<'de>,
    results: Option<Results<'de>>,
    summary: Summary<'de>,
    /// Where nothing was scanned the counts stand alone.
    version: Text<'de>,
}

#[derive(Default)]
struct Results<'de> {
    passed: Option<Vec<&'de RawValue>>,
    failed: Option<Vec<&'de RawValue>>,
    skipped: Option<Vec<&'de RawValue>>,
    parsing_errors: Option<Vec<&'de RawValue>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Summary<'a> {
    passed: Number,
    failed: Number,
    parsing_errors: Number,
    #[serde(borrow)]
    checkov_version: Text<'a>,
}

impl<'de> Members<'de> for Report<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        match key {
            "check_type" => self.check_type = map.next_value()?,
            "results" => {
                let members = self.results.get_or_insert_default();
                map.next_value_seed(Walk { name: key, members, faults })?;
            }
            "summary" => self.summary = member_as(key, map, faults)?.unwrap_or_default(),
            "checkov_version" => self.version = map.next_value()?,
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

impl<'de> Members<'de> for Results<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        let list = match key {
            "passed_checks" => &mut self.passed,
            "failed_checks" => &mut self.failed,
            "skipped_checks" => &mut self.skipped,
            "parsing_errors" => &mut self.parsing_errors,
            _ => return map.next_value::<IgnoredAny>().map(drop),
        };
        map.next_value_seed(Items { name: key, list, faults })
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Check<'a> {
    #[serde(borrow, rename = "check_id")]
    id: Text<'a>,
    #[serde(borrow)]
    bc_check_id: Text<'a>,
    #[serde(borrow, rename = "check_name")]
    name: Text<'a>,
    #[serde(borrow, rename = "check_result")]
    outcome: Option<CheckResult<'a>>,
    #[serde(borrow)]
    severity: Text<'a>,
    #[serde(borrow)]
    description: Text<'a>,
    #[serde(borrow)]
    file_path: Text<'a>,
    #[serde(borrow)]
    repo_file_path: Text<'a>,
    #[serde(borrow)]
    file_abs_path: Text<'a>,
    file_line_range: List<Number>,
    #[serde(borrow)]
    resource: Text<'a>,
    #[serde(borrow)]
    guideline: Text<'a>,
    #[serde(borrow)]
    vulnerability_details: Option<Details<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct CheckResult<'a> {
    #[serde(borrow)]
    suppress_comment: Text<'a>,
}

/// A vulnerability of a package (frameworks `sca_package`, `sca_image`).
#[derive(Default, Deserialize)]
#[serde(default)]
struct Details<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    severity: Text<'a>,
    #[serde(borrow)]
    package_name: Text<'a>,
    #[serde(borrow)]
    package_version: Text<'a>,
    #[serde(borrow)]
    package_type: Text<'a>,
    #[serde(borrow)]
    lowest_fixed_version: Text<'a>,
    #[serde(borrow)]
    description: Text<'a>,
    #[serde(borrow)]
    link: Text<'a>,
    #[serde(borrow)]
    vector: Text<'a>,
    cvss: Number,
}

/// The format.
pub(super) static FORMAT: Format =
    Format { id: "checkov", also: &[], section: Section::Misconfigurations, clean: &[], fits, read };

fn fits(look: &Look) -> bool {
    let is_report = |report: &Sketch| {
        (report.has("check_type") && report.at("results").is_some_and(Sketch::is_object))
            || (report.has("checkov_version") && report.has("passed") && report.has("failed"))
    };
    look.json().is_some_and(|sketch| match sketch {
        Sketch::List(Some(first)) => is_report(first),
        sketch => is_report(sketch),
    })
}

fn read(text: &str, draft: &mut Draft<'_>) {
    draft.tool("checkov", None);
    draft.sections.insert(Section::Misconfigurations);
    let (mut faults, mut reports) = (Faults::default(), Vec::<Report<'_>>::new());
    let is_list = text.trim_start().starts_with('[');
    let broken = if is_list {
        read_document(text, Each { name: "the report", list: &mut reports, faults: &mut faults })
    } else {
        let mut report = Report::default();
        let read = read_document(text, Walk { name: "the report", members: &mut report, faults: &mut faults });
        reports.push(report);
        read
    };
    draft.faulty(&faults);
    for (index, report) in reports.iter().enumerate() {
        let pointer = if is_list { format!("/{index}") } else { String::new() };
        one(report, &pointer, broken.is_ok(), draft);
    }
    match broken {
        Err(broken) => draft.broken(text, &broken),
        Ok(()) if reports.iter().all(|report| report.results.is_none()) => {
            let message = "checkov has scanned nothing: it found no file of a kind it knows";
            draft.problem(Problem::error(ProblemCode::NoResults, message));
        }
        Ok(()) => {}
    }
}

fn one(report: &Report<'_>, pointer: &str, is_whole: bool, draft: &mut Draft<'_>) {
    if draft.report.tool.version.is_none() {
        let version = report.summary.checkov_version.given().or_else(|| report.version.given());
        draft.report.tool.version = version.map(|version| bounded(version, 100));
    }
    let Some(results) = &report.results else { return };
    // `--quiet` and `--compact` leave out the lists of what passed and of what could not be parsed; the sums stay.
    let passed = results.passed.as_ref().map(|list| list.len() as u64).or_else(|| report.summary.passed.count());
    draft.passed += passed.unwrap_or_default().min(1_000_000);
    let lists = [("failed_checks", &results.failed), ("skipped_checks", &results.skipped)];
    for (name, list) in lists {
        for (index, raw) in list.iter().flatten().enumerate() {
            let pointer = format!("{pointer}/results/{name}/{index}");
            match draft.item::<Check<'_>>(raw, &pointer) {
                Some(check) if check.id.given().is_some() => {
                    translate(&check, report.check_type.get(), name == "skipped_checks", pointer, draft);
                }
                Some(_) => draft.dropped(&pointer, "no `check_id`"),
                None => {}
            }
        }
    }
    for raw in results.parsing_errors.iter().flatten() {
        let file = serde_json::from_str::<Text<'_>>(raw.get()).unwrap_or_default();
        let message = format!("checkov could not parse `{}`: it is not checked", bounded(file.get(), 300));
        draft.problem_among_many(Problem::error(ProblemCode::ScanIncomplete, message));
    }
    let unparsed = results.parsing_errors.as_ref().map_or(0, Vec::len) as u64;
    if let Some(declared) = report.summary.parsing_errors.count().filter(|declared| *declared > unparsed) {
        let message = format!(
            "checkov could not parse {} files of `{}`, which it does not name: they are not checked",
            declared - unparsed,
            bounded(report.check_type.get(), 60)
        );
        draft.problem(Problem::error(ProblemCode::ScanIncomplete, message));
    }
    let found = results.failed.as_ref().map_or(0, Vec::len) as u64;
    if let Some(declared) = report.summary.failed.count().filter(|declared| is_whole && *declared != found) {
        let message = format!("the report says that {declared} checks failed and lists {found}");
        draft.problem(Problem::error(ProblemCode::CountMismatch, message));
    }
}

fn translate(check: &Check<'_>, framework: &str, is_skipped: bool, pointer: String, draft: &mut Draft<'_>) {
    let rule = bounded(check.id.get(), 200);
    let place = place(check, draft);
    let kind = match framework {
        "secrets" => Kind::Secret,
        _ if check.vulnerability_details.is_some() => Kind::Vulnerability,
        _ => Kind::Misconfiguration,
    };
    let title = check.name.given().unwrap_or(&rule).to_owned();
    let mut finding = Finding {
        kind,
        section: section_of(kind, "checkov", &place.path),
        id: rule.clone(),
        message: title.clone(),
        title,
        description: check.description.get().to_owned(),
        references: check.guideline.owned().into_iter().collect(),
        locations: vec![place],
        // Its own code blocks mask secrets, so there is no text to hash.
        secret: (kind == Kind::Secret).then(|| Box::new(Secret::default())),
        rule_id: rule,
        ..Finding::default()
    };
    if kind == Kind::Secret {
        // The "resource" is an unsalted hash of the secret: it tells two secrets apart and is not to be shown.
        let hash = finding.locations.first_mut().and_then(|place| place.resource.take());
        finding.identity = hash.unwrap_or_default();
    }
    finding.aliases.extend(check.bc_check_id.given().map(|id| bounded(id, 200)));
    rate(check, &mut finding, draft);
    if let Some(details) = &check.vulnerability_details {
        name_vulnerability(details, &mut finding, draft);
    }
    if is_skipped {
        finding.state = State::Suppressed;
        let reason = check.outcome.as_ref().and_then(|result| result.suppress_comment.given());
        finding.suppressions.push(Suppression {
            by: "checkov".to_owned(),
            kind: "comment".to_owned(),
            reason: reason.map(|reason| bounded(reason, 500)),
            accepted: true,
            ..Suppression::default()
        });
    }
    draft.push(finding, Source { pointer, ..Source::default() });
}

fn place(check: &Check<'_>, draft: &Draft<'_>) -> Location {
    // Both begin with `/`: one counts from the directory that was scanned, one from the top.
    // Where neither is known here, its own machine's path may still end in a file that is.
    let stated = [&check.repo_file_path, &check.file_path, &check.file_abs_path].into_iter().filter_map(Text::given);
    let mut files = stated.flat_map(|file| [file.strip_prefix('/').unwrap_or(file), file]);
    let usual = files.clone().next().unwrap_or_default();
    let file = files.find(|file| draft.around.resolver.is_tracked(&draft.location(file).path)).unwrap_or(usual);
    let mut place = draft.location(file);
    place.start_line = check.file_line_range.0.first().and_then(|line| line.position());
    let end = check.file_line_range.0.get(1).and_then(|line| line.position());
    place.end_line = end.filter(|end| Some(*end) >= place.start_line && place.start_line.is_some());
    place.resource = check.resource.given().map(|resource| bounded(resource, 300));
    place
}

fn rate(check: &Check<'_>, finding: &mut Finding, draft: &mut Draft<'_>) {
    let details = check.vulnerability_details.as_ref();
    let word = check.severity.given().or_else(|| details?.severity.given());
    let rating = match word {
        Some(word) => draft.rate(word, &[]),
        None if finding.kind == Kind::Secret => draft.rate_unstated(Severity::High),
        None => draft.rate_unstated(Severity::Medium),
    };
    (finding.severity, finding.severity_source) = (rating.severity, rating.source);
    finding.severity_original = rating.original;
}

fn name_vulnerability(details: &Details<'_>, finding: &mut Finding, draft: &mut Draft<'_>) {
    let names = Names::of(details.id.given().unwrap_or(&finding.rule_id), [], [details.link.get()]);
    finding.aliases.extend(names.aliases);
    finding.aliases.insert(std::mem::replace(&mut finding.id, names.id));
    finding.aliases.remove(&finding.id);
    let ecosystem = match package_url::ecosystem_of_trivy(details.package_type.get()) {
        "" => details.package_type.get(),
        known => known,
    };
    finding.package =
        Some(Box::new(package_url::named(ecosystem, details.package_name.get(), details.package_version.given())));
    let fixed = details.lowest_fixed_version.owned();
    let state = if fixed.is_some() { FixState::Fixed } else { FixState::Unknown };
    finding.fix = Some(Fix { state, versions: fixed.into_iter().collect(), available_since: None });
    let stated = Stated { score: details.cvss.0, vector: details.vector.get(), ..Stated::default() };
    let scores = draft.score(stated).into_iter().collect();
    finding.vulnerability = Some(Box::new(Vulnerability { scores, ..Vulnerability::default() }));
    if let Some(text) = details.description.owned() {
        finding.description = text;
    }
    finding.references.extend(details.link.owned());
}
