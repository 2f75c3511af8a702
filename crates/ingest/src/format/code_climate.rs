//! Issues as Code Climate engines write them and GitLab reads them as code quality report: a list.

use portcullis_model::text::bounded;
use portcullis_model::{Finding, Kind, Location, Section, Severity, Source};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::detect::Look;
use crate::draft::Draft;
use crate::format::Format;
use crate::json::{Faults, Items, Number, Part, Text, read_document, read_values};
use crate::source_lines::Sources;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Issue<'a> {
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow)]
    check_name: Text<'a>,
    #[serde(borrow)]
    engine_name: Text<'a>,
    #[serde(borrow)]
    description: Text<'a>,
    #[serde(borrow)]
    content: Part<Content<'a>>,
    #[serde(borrow)]
    severity: Text<'a>,
    #[serde(borrow)]
    fingerprint: Text<'a>,
    #[serde(borrow)]
    location: Part<Place<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Content<'a> {
    #[serde(borrow)]
    body: Text<'a>,
}

/// A place by lines, or by positions.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Place<'a> {
    #[serde(borrow)]
    path: Text<'a>,
    lines: Part<Lines>,
    positions: Part<Positions>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Lines {
    begin: Number,
    end: Number,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Positions {
    begin: Part<Position>,
    end: Part<Position>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Position {
    line: Number,
    column: Number,
}

/// The format.
pub(super) static FORMAT: Format =
    Format { id: "codeclimate", also: &[], section: Section::Code, clean: &["[]"], fits, read };

fn fits(look: &Look) -> bool {
    // Engines write one object after the other, each followed by a zero byte.
    look.list().or_else(|| look.first_value().filter(|first| first.is_object())).is_some_and(|first| {
        let is_issue = first.has("check_name") && first.has("location");
        is_issue && (first.has("fingerprint") || first.word("type") == "issue")
    })
}

fn read(text: &str, draft: &mut Draft<'_>) {
    draft.tool("codeclimate", None);
    draft.sections.insert(Section::Code);
    let mut sources = Sources::of(draft);
    let broken = if text.trim_start().starts_with('{') {
        read_values(&text.replace('\0', " "), |index, raw| one(index, raw, &mut sources, draft))
    } else {
        let (mut faults, mut items) = (Faults::default(), None);
        let broken = read_document(text, Items { name: "the report", list: &mut items, faults: &mut faults });
        draft.faulty(&faults);
        items.iter().flatten().enumerate().for_each(|(index, raw)| one(index, raw, &mut sources, draft));
        broken
    };
    if let Err(broken) = broken {
        draft.broken(text, &broken);
    }
}

fn one(index: usize, raw: &RawValue, sources: &mut Sources<'_>, draft: &mut Draft<'_>) {
    let pointer = format!("/{index}");
    match draft.item::<Issue<'_>>(raw, &pointer) {
        // Measurements stand between the issues.
        Some(issue) if issue.kind.get() == "measurement" => {}
        Some(issue) if issue.check_name.given().or_else(|| issue.description.given()).is_some() => {
            translate(&issue, pointer, sources, draft);
        }
        Some(_) => draft.dropped(&pointer, "neither `check_name` nor `description`"),
        None => {}
    }
}

fn translate(issue: &Issue<'_>, pointer: String, sources: &mut Sources<'_>, draft: &mut Draft<'_>) {
    let rule = bounded(issue.check_name.given().unwrap_or("codeclimate/unknown"), 300);
    let rating = match issue.severity.given() {
        Some(word) => draft.rate(word, &[]),
        None => draft.rate_unstated(Severity::Unknown),
    };
    let place = place(&issue.location, draft);
    let message = issue.description.given().unwrap_or(&rule).to_owned();
    let finding = Finding {
        kind: Kind::Code,
        section: Section::Code,
        id: rule.clone(),
        title: message.lines().next().unwrap_or_default().to_owned(),
        message,
        description: issue.content.body.get().to_owned(),
        severity: rating.severity,
        severity_source: rating.source,
        severity_original: rating.original,
        identity: sources.flagged(&place).unwrap_or_default(),
        locations: vec![place],
        rule_id: rule,
        ..Finding::default()
    };
    let tool = issue.engine_name.given().map(|engine| bounded(engine, 200)).unwrap_or_default();
    let fingerprints = issue.fingerprint.given().map(|own| bounded(own, 200)).into_iter().collect();
    draft.push(finding, Source { tool, pointer, fingerprints, ..Source::default() });
}

fn place(place: &Place<'_>, draft: &Draft<'_>) -> Location {
    let (begin, end) = (&place.positions.begin, &place.positions.end);
    let start_line = place.lines.begin.position().or_else(|| begin.line.position());
    let end_line = place.lines.end.position().or_else(|| end.line.position());
    Location {
        start_line,
        end_line: end_line.filter(|end| start_line.is_some_and(|start| *end >= start)),
        start_col: begin.column.position(),
        ..draft.location(place.path.get())
    }
}
