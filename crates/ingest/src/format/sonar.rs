//! The generic issue format of `SonarQube`: `{"issues": [...]}`, since version 10.3 with `rules` beside them.

use std::collections::BTreeMap;

use portcullis_model::text::bounded;
use portcullis_model::{Finding, Kind, Location, Problem, ProblemCode, Section, Severity, Source};
use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess};
use serde_json::value::RawValue;

use crate::detect::{Look, Sketch};
use crate::draft::Draft;
use crate::format::Format;
use crate::json::{Faults, Items, List, Members, Number, Part, Text, Walk, member_as, read_document};
use crate::severity::Rating;
use crate::source_lines::Sources;

/// Places of one issue that are kept.
const MAX_RELATED: usize = 20;

/// The document.
#[derive(Default)]
struct Report<'de> {
    issues: Option<Vec<&'de RawValue>>,
    rules: List<Rule<'de>>,
}

impl<'de> Members<'de> for Report<'de> {
    fn member<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, faults: &mut Faults) -> Result<(), A::Error> {
        match key {
            "issues" => map.next_value_seed(Items { name: key, list: &mut self.issues, faults })?,
            "rules" => self.rules = member_as(key, map, faults)?.unwrap_or_default(),
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Rule<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    description: Text<'a>,
    #[serde(borrow)]
    engine_id: Text<'a>,
    #[serde(borrow)]
    severity: Text<'a>,
    #[serde(borrow)]
    impacts: List<Impact<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Impact<'a> {
    #[serde(borrow)]
    severity: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Issue<'a> {
    #[serde(borrow)]
    engine_id: Text<'a>,
    #[serde(borrow)]
    rule_id: Text<'a>,
    #[serde(borrow)]
    severity: Text<'a>,
    #[serde(borrow)]
    primary_location: Part<Place<'a>>,
    #[serde(borrow)]
    secondary_locations: List<Place<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Place<'a> {
    #[serde(borrow)]
    message: Text<'a>,
    #[serde(borrow)]
    file_path: Text<'a>,
    text_range: Part<Range>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Range {
    start_line: Number,
    end_line: Number,
    start_column: Number,
    end_column: Number,
}

/// The format.
pub(super) static FORMAT: Format =
    Format { id: "sonar-generic", also: &[], section: Section::Code, clean: &[], fits, read };

fn fits(look: &Look) -> bool {
    look.object().is_some_and(|object| match object.at("issues") {
        Some(issues) if issues.is_empty_list() => object.names().all(|name| name == "issues" || name == "rules"),
        Some(issues @ Sketch::List(_)) => issues.has("ruleId") && issues.has("primaryLocation"),
        _ => false,
    })
}

fn read(text: &str, draft: &mut Draft<'_>) {
    let (mut report, mut faults) = (Report::default(), Faults::default());
    let broken = read_document(text, Walk { name: "the report", members: &mut report, faults: &mut faults });
    draft.tool("sonar-generic", None);
    draft.sections.insert(Section::Code);
    draft.faulty(&faults);
    let rules: BTreeMap<&str, &Rule<'_>> = report.rules.0.iter().map(|rule| (rule.id.get(), rule)).collect();
    let mut sources = Sources::of(draft);
    for (index, raw) in report.issues.iter().flatten().enumerate() {
        let pointer = format!("/issues/{index}");
        match draft.item::<Issue<'_>>(raw, &pointer) {
            Some(issue) if issue.rule_id.given().is_some() => {
                let rule = rules.get(issue.rule_id.get()).copied();
                translate(&issue, rule, pointer, &mut sources, draft);
            }
            Some(_) => draft.dropped(&pointer, "no `ruleId`"),
            None => {}
        }
    }
    match broken {
        Err(broken) => draft.broken(text, &broken),
        Ok(()) if report.issues.is_none() => {
            draft.problem(Problem::error(ProblemCode::NoResults, "the report holds no `issues`"));
        }
        Ok(()) => {}
    }
}

fn translate(
    issue: &Issue<'_>,
    rule: Option<&Rule<'_>>,
    pointer: String,
    sources: &mut Sources<'_>,
    draft: &mut Draft<'_>,
) {
    let id = bounded(issue.rule_id.get(), 300);
    let rating = rating(issue, rule, draft);
    let message = issue.primary_location.message.given();
    let place = place(&issue.primary_location, draft);
    let related = issue.secondary_locations.0.iter().take(MAX_RELATED);
    let engine = issue.engine_id.given().or_else(|| rule?.engine_id.given());
    let finding = Finding {
        kind: Kind::Code,
        section: Section::Code,
        id: id.clone(),
        title: rule.and_then(|rule| rule.name.given()).or(message).unwrap_or(&id).to_owned(),
        message: message.unwrap_or(&id).to_owned(),
        description: rule.and_then(|rule| rule.description.owned()).unwrap_or_default(),
        severity: rating.severity,
        severity_source: rating.source,
        severity_original: rating.original,
        identity: sources.flagged(&place).unwrap_or_default(),
        related: related
            .map(|related| Location {
                label: related.message.given().map(|label| bounded(label, 200)),
                ..self::place(related, draft)
            })
            .collect(),
        locations: vec![place],
        rule_id: id,
        ..Finding::default()
    };
    let tool = engine.map(|engine| bounded(engine, 200)).unwrap_or_default();
    draft.push(finding, Source { tool, pointer, ..Source::default() });
}

/// The issue's own word, the rule's, the worst of the rule's impacts.
fn rating(issue: &Issue<'_>, rule: Option<&Rule<'_>>, draft: &mut Draft<'_>) -> Rating {
    let stated = issue.severity.given().or_else(|| rule?.severity.given());
    if let Some(word) = stated {
        return draft.rate(word, &[]);
    }
    let impacts = rule.iter().flat_map(|rule| rule.impacts.0.iter()).filter_map(|impact| impact.severity.given());
    let ratings: Vec<Rating> = impacts.take(20).map(|word| draft.rate(word, &[])).collect();
    let worst =
        ratings.into_iter().reduce(|one, two| if one.severity.worse(two.severity) == one.severity { one } else { two });
    worst.unwrap_or_else(|| draft.rate_unstated(Severity::Unknown))
}

/// Lines count from 1, columns from 0.
fn place(place: &Place<'_>, draft: &Draft<'_>) -> Location {
    let range = &place.text_range;
    let start_line = range.start_line.position();
    let column = |number: Number| start_line.and_then(|_| Number(number.0.map(|column| column + 1.0)).position());
    Location {
        start_line,
        end_line: range.end_line.position().filter(|end| start_line.is_some_and(|start| *end >= start)),
        start_col: column(range.start_column),
        end_col: column(range.end_column),
        ..draft.location(place.file_path.get())
    }
}
