//! `hadolint --format json` (spec/ingest.md 9.10): a list, empty when there is nothing to say.

use portcullis_model::text::bounded;
use portcullis_model::{Finding, Kind, Location, Problem, ProblemCode, Section, Severity, SeveritySource, Source};
use serde::Deserialize;

use crate::detect::Look;
use crate::draft::Draft;
use crate::format::Format;
use crate::json::{Faults, Items, Number, Text, read_document};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Item<'a> {
    #[serde(borrow)]
    code: Text<'a>,
    #[serde(borrow)]
    file: Text<'a>,
    #[serde(borrow)]
    level: Text<'a>,
    #[serde(borrow)]
    message: Text<'a>,
    line: Number,
    column: Number,
}

/// The format.
pub(super) static FORMAT: Format =
    Format { id: "hadolint", also: &[], section: Section::Dockerfiles, clean: &["[]"], fits, read };

fn fits(look: &Look) -> bool {
    look.list().is_some_and(|first| ["code", "level", "file", "line"].iter().all(|name| first.has(name)))
}

fn read(text: &str, draft: &mut Draft<'_>) {
    draft.tool("hadolint", None);
    draft.sections.insert(Section::Dockerfiles);
    let (mut faults, mut items) = (Faults::default(), None);
    let broken = read_document(text, Items { name: "the report", list: &mut items, faults: &mut faults });
    draft.faulty(&faults);
    for (index, raw) in items.iter().flatten().enumerate() {
        let pointer = format!("/{index}");
        match draft.item::<Item<'_>>(raw, &pointer) {
            Some(item) if item.code.given().is_some() => translate(&item, pointer, draft),
            Some(_) => draft.dropped(&pointer, "no `code`"),
            None => {}
        }
    }
    if let Err(broken) = broken {
        draft.broken(text, &broken);
    }
}

fn translate(item: &Item<'_>, pointer: String, draft: &mut Draft<'_>) {
    let rule = bounded(item.code.get(), 100);
    if rule == "DL1000" {
        // A parser that gave up: nothing else of this file was checked.
        let message = format!("hadolint could not parse `{}`: it is not checked", bounded(item.file.get(), 300));
        draft.problem_among_many(Problem::error(ProblemCode::ScanIncomplete, message));
    }
    let word = item.level.get();
    let (severity, source) = match word.to_ascii_lowercase().as_str() {
        "error" => (Severity::High, SeveritySource::Tool),
        "warning" => (Severity::Medium, SeveritySource::Tool),
        "info" => (Severity::Low, SeveritySource::Tool),
        "style" | "ignore" => (Severity::Info, SeveritySource::Tool),
        _ => {
            let rating = draft.rate(word, &[]);
            (rating.severity, rating.source)
        }
    };
    let place = draft.location(item.file.get());
    let finding = Finding {
        kind: Kind::Misconfiguration,
        section: Section::Dockerfiles,
        id: rule.clone(),
        title: item.message.given().unwrap_or(&rule).to_owned(),
        message: item.message.get().to_owned(),
        severity,
        severity_source: source,
        severity_original: word.to_owned(),
        references: page_of(&rule).into_iter().collect(),
        locations: vec![Location { start_line: item.line.position(), start_col: item.column.position(), ..place }],
        rule_id: rule,
        ..Finding::default()
    };
    draft.push(finding, Source { pointer, ..Source::default() });
}

/// Where the rule is explained: hadolint's own begin with `DL`, those of `ShellCheck` with `SC`.
fn page_of(rule: &str) -> Option<String> {
    let digits = |rest: &str| !rest.is_empty() && rest.chars().all(|char| char.is_ascii_digit());
    if rule.strip_prefix("DL").is_some_and(digits) {
        Some(format!("https://github.com/hadolint/hadolint/wiki/{rule}"))
    } else if rule.strip_prefix("SC").is_some_and(digits) {
        Some(format!("https://www.shellcheck.net/wiki/{rule}"))
    } else {
        None
    }
}
