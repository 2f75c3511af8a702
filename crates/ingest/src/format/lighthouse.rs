//! Lighthouse (spec/ingest.md 12): the assertions and the manifest of Lighthouse CI, and a single report.

use portcullis_model::text::bounded;
use portcullis_model::{Level, Metric, Problem, ProblemCode, Section, Threshold};
use rust_decimal::Decimal;
use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess};
use serde_json::value::RawValue;

use crate::detect::{Look, Sketch};
use crate::draft::Draft;
use crate::format::Format;
use crate::json::{Break, Exact, Faults, Flag, Items, Members, Pairs, Text, Texts, Walk, member_as, read_document};

/// `assertion-results.json`; an empty list is what it writes when every assertion held.
pub(super) static ASSERTIONS: Format = Format {
    id: "lhci-assertions",
    also: &["lhci"],
    section: Section::Quality,
    clean: &["[]"],
    fits: is_assertions,
    read: read_assertions,
};

/// `manifest.json`.
pub(super) static MANIFEST: Format = Format {
    id: "lhci-manifest",
    also: &["lhci"],
    section: Section::Quality,
    clean: &[],
    fits: is_manifest,
    read: read_manifest,
};

/// A report.
pub(super) static REPORT: Format = Format {
    id: "lighthouse",
    also: &["lhci"],
    section: Section::Quality,
    clean: &[],
    fits: is_report,
    read: read_report,
};

fn is_assertions(look: &Look) -> bool {
    let all = |first: &Sketch| ["name", "operator", "passed", "url"].iter().all(|name| first.has(name));
    look.list().is_some_and(|first| first.has("auditId") || all(first))
}

fn is_manifest(look: &Look) -> bool {
    look.list().is_some_and(|first| first.has("isRepresentativeRun"))
}

fn is_report(look: &Look) -> bool {
    look.object().is_some_and(|object| object.has("lighthouseVersion") && object.has("audits"))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Assertion<'a> {
    #[serde(borrow)]
    url: Text<'a>,
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    operator: Text<'a>,
    expected: Exact,
    actual: Exact,
    passed: Flag,
    #[serde(borrow)]
    level: Text<'a>,
    #[serde(borrow, rename = "auditId")]
    audit: Text<'a>,
    #[serde(borrow, rename = "auditProperty")]
    property: Texts<'a>,
    #[serde(borrow)]
    message: Text<'a>,
}

fn read_assertions(text: &str, draft: &mut Draft<'_>) {
    draft.tool("lhci", None);
    draft.sections.insert(Section::Quality);
    let (items, broken) = list(text, draft);
    for (index, raw) in items.into_iter().enumerate() {
        let pointer = format!("/{index}");
        match serde_json::from_str::<Assertion<'_>>(raw.get()) {
            Ok(assertion) if assertion.audit.given().or(assertion.name.given()).is_some() => take(&assertion, draft),
            Ok(_) => draft.dropped(&pointer, "neither `auditId` nor `name`"),
            Err(error) => draft.dropped(&pointer, &error.to_string()),
        }
    }
    if let Some(broken) = broken {
        draft.broken(text, &broken);
    }
}

fn take(assertion: &Assertion<'_>, draft: &mut Draft<'_>) {
    let property: Vec<&str> = assertion.property.iter().collect();
    let is_category = assertion.audit.get() == "categories" && property.len() == 1;
    // Scores of categories are shares; scores of audits stay as the tool states them.
    let scale = if is_category { Decimal::ONE_HUNDRED } else { Decimal::ONE };
    let scaled = |value: Exact| value.0.and_then(|value| value.checked_mul(scale)).map(|value| value.normalize());
    let name = if is_category {
        format!("lighthouse.{}", property.concat())
    } else {
        let parts = [assertion.audit.get()].into_iter().chain(property).chain([assertion.name.get()]);
        let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
        let report = draft.report.name.clone().unwrap_or_else(|| "lhci".to_owned());
        format!("{report}.{}", parts.join("."))
    };
    let Some(value) = scaled(assertion.actual) else {
        if !assertion.passed.is_true() {
            let message = format!(
                "the assertion `{}` on `{}` was missed and has no value: {}",
                bounded(&name, 100),
                bounded(assertion.url.get(), 200),
                bounded(assertion.message.given().unwrap_or("the audit did not run"), 200)
            );
            draft.problem_among_many(Problem::error(ProblemCode::ScanIncomplete, message));
        }
        return;
    };
    let threshold = scaled(assertion.expected);
    draft.metric(Metric {
        name,
        target: assertion.url.owned(),
        value,
        unit: if is_category { "percent".to_owned() } else { String::new() },
        threshold: threshold.map(|value| Threshold { op: bounded(assertion.operator.get(), 10), value }),
        passed: assertion.passed.0,
        level: match assertion.level.get() {
            "warn" => Level::Warn,
            "off" => Level::Log,
            _ => Level::Fail,
        },
        ..Metric::default()
    });
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Run<'a> {
    #[serde(borrow)]
    url: Text<'a>,
    #[serde(rename = "isRepresentativeRun")]
    is_representative: Flag,
    #[serde(borrow)]
    summary: Pairs<'a, Exact>,
}

fn read_manifest(text: &str, draft: &mut Draft<'_>) {
    draft.tool("lhci", None);
    draft.sections.insert(Section::Quality);
    let (items, broken) = list(text, draft);
    for (index, raw) in items.into_iter().enumerate() {
        match serde_json::from_str::<Run<'_>>(raw.get()) {
            Ok(run) if run.is_representative.is_true() => {
                for (category, score) in &run.summary.0 {
                    categorised(category, *score, run.url.given(), draft);
                }
            }
            Ok(_) => {}
            Err(error) => draft.dropped(&format!("/{index}"), &error.to_string()),
        }
    }
    end(text, broken, draft);
}

/// The score of a category in percent; one that did not run has none.
fn categorised(category: &str, score: Exact, url: Option<&str>, draft: &mut Draft<'_>) {
    let Some(score) = score.0.and_then(|score| score.checked_mul(Decimal::ONE_HUNDRED)) else { return };
    draft.metric(Metric {
        name: format!("lighthouse.{}", bounded(category, 100)),
        target: url.map(str::to_owned),
        value: score.normalize(),
        unit: "percent".to_owned(),
        ..Metric::default()
    });
}

fn end(text: &str, broken: Option<Break>, draft: &mut Draft<'_>) {
    if let Some(broken) = broken {
        draft.broken(text, &broken);
    } else if draft.metrics.is_empty() {
        let message = "the report holds no score: did Lighthouse run the categories?";
        draft.problem(Problem::error(ProblemCode::NoResults, message));
    }
}

fn list<'de>(text: &'de str, draft: &mut Draft<'_>) -> (Vec<&'de RawValue>, Option<Break>) {
    let mut faults = Faults::default();
    let mut items = None;
    let broken = read_document(text, Items { name: "the report", list: &mut items, faults: &mut faults });
    draft.faulty(&faults);
    (items.unwrap_or_default(), broken.err())
}

/// A report; what the audits say in detail is not read.
#[derive(Default)]
struct Report<'de> {
    version: Option<String>,
    url: Option<String>,
    requested_url: Option<String>,
    fetched: Option<String>,
    error: Option<RuntimeError<'de>>,
    categories: Pairs<'de, Category>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RuntimeError<'a> {
    #[serde(borrow)]
    code: Text<'a>,
    #[serde(borrow)]
    message: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Category {
    score: Exact,
}

impl<'de> Members<'de> for Report<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        match key {
            "lighthouseVersion" => self.version = map.next_value::<Text<'_>>()?.owned(),
            "finalDisplayedUrl" | "finalUrl" => self.url = map.next_value::<Text<'_>>()?.owned(),
            "requestedUrl" => self.requested_url = map.next_value::<Text<'_>>()?.owned(),
            "fetchTime" => self.fetched = map.next_value::<Text<'_>>()?.owned(),
            "runtimeError" => self.error = member_as(key, map, faults)?,
            "categories" => self.categories = member_as(key, map, faults)?.unwrap_or_default(),
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

fn read_report(text: &str, draft: &mut Draft<'_>) {
    draft.tool("lighthouse", None);
    draft.sections.insert(Section::Quality);
    let mut faults = Faults::default();
    let mut report = Report::default();
    let broken = read_document(text, Walk { name: "the report", members: &mut report, faults: &mut faults });
    draft.faulty(&faults);
    draft.report.tool.version = report.version.take();
    draft.report.generated_at = report.fetched.as_deref().and_then(|time| time.parse().ok());
    if let Some(error) = report.error.filter(|error| !matches!(error.code.get(), "" | "NO_ERROR")) {
        let message = format!(
            "Lighthouse failed on the page ({}): {}",
            bounded(error.code.get(), 60),
            bounded(error.message.get(), 300)
        );
        draft.problem(Problem::error(ProblemCode::ScannerError, message));
    }
    let url = report.url.or(report.requested_url);
    for (category, Category { score }) in &report.categories.0 {
        categorised(category, *score, url.as_deref(), draft);
    }
    end(text, broken.err(), draft);
}
