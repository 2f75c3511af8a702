//! `oasdiff breaking -f json` and `oasdiff changelog -f json` (spec/ingest.md 9.13): changes of an API.

use portcullis_model::text::bounded;
use portcullis_model::{Finding, Kind, Location, Section, Severity, SeveritySource, Source};
use serde::Deserialize;

use crate::detect::Look;
use crate::draft::Draft;
use crate::format::Format;
use crate::json::{Faults, Items, Number, Part, Text, read_document};
use crate::severity::Rating;

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Change<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    text: Text<'a>,
    #[serde(borrow)]
    comment: Text<'a>,
    level: Number,
    #[serde(borrow)]
    operation: Text<'a>,
    #[serde(borrow)]
    path: Text<'a>,
    #[serde(borrow)]
    section: Text<'a>,
    #[serde(borrow)]
    source: Text<'a>,
    #[serde(borrow)]
    revision_source: Part<Place<'a>>,
    #[serde(borrow)]
    fingerprint: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Place<'a> {
    #[serde(borrow)]
    file: Text<'a>,
    line: Number,
    column: Number,
}

/// The format.
pub(super) static FORMAT: Format =
    Format { id: "oasdiff", also: &[], section: Section::Quality, clean: &["[]"], fits, read };

fn fits(look: &Look) -> bool {
    look.list().is_some_and(|first| {
        first.has("id")
            && first.has("text")
            && first.number("level").is_some()
            && (first.has("section") || first.has("operation"))
    })
}

fn read(text: &str, draft: &mut Draft<'_>) {
    draft.tool("oasdiff", None);
    draft.sections.insert(Section::Quality);
    let (mut faults, mut items) = (Faults::default(), None);
    let broken = read_document(text, Items { name: "the report", list: &mut items, faults: &mut faults });
    draft.faulty(&faults);
    for (index, raw) in items.iter().flatten().enumerate() {
        let pointer = format!("/{index}");
        match draft.item::<Change<'_>>(raw, &pointer) {
            Some(change) if change.id.given().is_some() => translate(&change, pointer, draft),
            Some(_) => draft.dropped(&pointer, "no `id`"),
            None => {}
        }
    }
    if let Err(broken) = broken {
        draft.broken(text, &broken);
    }
}

fn translate(change: &Change<'_>, pointer: String, draft: &mut Draft<'_>) {
    let rule = bounded(change.id.get(), 200);
    let rating = rating(change.level, draft);
    let operation = [change.operation.get(), change.path.get()].join(" ");
    let operation = Some(operation.trim()).filter(|operation| !operation.is_empty());
    let text = change.text.given().unwrap_or(&rule);
    let own = change.fingerprint.given().map(|own| bounded(own, 200));
    let finding = Finding {
        kind: Kind::Quality,
        section: Section::Quality,
        id: rule.clone(),
        title: text.to_owned(),
        message: operation.map_or_else(|| text.to_owned(), |operation| format!("{operation}: {text}")),
        description: change.comment.get().to_owned(),
        severity: rating.severity,
        severity_source: rating.source,
        severity_original: rating.original,
        // Its own fingerprint is made of what changed, without lines: here it may be trusted.
        identity: own
            .clone()
            .unwrap_or_else(|| ["api-breaking", change.section.get(), operation.unwrap_or_default(), text].join("\n")),
        locations: vec![place(change, operation, draft)],
        rule_id: rule,
        ..Finding::default()
    };
    draft.push(finding, Source { pointer, fingerprints: own.into_iter().collect(), ..Source::default() });
}

fn place(change: &Change<'_>, operation: Option<&str>, draft: &Draft<'_>) -> Location {
    let revision = &change.revision_source;
    let file = revision.file.given().or_else(|| change.source.given()).unwrap_or_default();
    let mut place = if file.is_empty() { Location::default() } else { draft.location(file) };
    place.start_line = revision.line.position();
    place.start_col = revision.column.position().filter(|_| place.start_line.is_some());
    place.resource = operation.map(|operation| bounded(&format!("http {operation}"), 400));
    place
}

/// 3 error, 2 warning, 1 info.
fn rating(level: Number, draft: &mut Draft<'_>) -> Rating {
    let (severity, word) = match level.count() {
        Some(3) => (Severity::High, "error"),
        Some(2) => (Severity::Medium, "warning"),
        Some(1) => (Severity::Info, "info"),
        other => {
            draft.lenient(format!("the level `{}` is not known: it counts as `unknown`", other.unwrap_or_default()));
            return Rating::default();
        }
    };
    Rating { severity, source: SeveritySource::Tool, original: word.to_owned() }
}
