//! `gitleaks --report-format json` (spec/ingest.md 9.11): a list of findings, `[]` or `null` when there are none. Version 8
//! writes names with capitals, version 7 small ones.

use portcullis_model::text::bounded;
use portcullis_model::{Finding, Kind, Location, Section, Severity, SeveritySource, Source};
use serde::Deserialize;

use crate::detect::Look;
use crate::draft::Draft;
use crate::format::Format;
use crate::hidden::{Leak, hide};
use crate::json::{Faults, Items, Number, Text, Texts, read_document};
use crate::severity::{self, Rating};
use crate::source_lines::Sources;

/// A finding of version 8.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Item<'a> {
    #[serde(borrow, rename = "RuleID")]
    rule: Text<'a>,
    #[serde(borrow)]
    description: Text<'a>,
    start_line: Number,
    end_line: Number,
    start_column: Number,
    end_column: Number,
    #[serde(borrow, rename = "Match")]
    matched: Text<'a>,
    #[serde(borrow)]
    secret: Text<'a>,
    #[serde(borrow)]
    file: Text<'a>,
    #[serde(borrow)]
    commit: Text<'a>,
    #[serde(borrow)]
    link: Text<'a>,
    #[serde(borrow)]
    author: Text<'a>,
    #[serde(borrow)]
    email: Text<'a>,
    #[serde(borrow)]
    tags: Texts<'a>,
    #[serde(borrow)]
    fingerprint: Text<'a>,
}

/// A finding of version 7.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct OldItem<'a> {
    #[serde(borrow)]
    rule: Text<'a>,
    line_number: Number,
    #[serde(borrow)]
    line: Text<'a>,
    #[serde(borrow)]
    offender: Text<'a>,
    #[serde(borrow)]
    file: Text<'a>,
    #[serde(borrow)]
    commit: Text<'a>,
    #[serde(borrow, rename = "leakURL")]
    link: Text<'a>,
    #[serde(borrow)]
    author: Text<'a>,
    #[serde(borrow)]
    email: Text<'a>,
    #[serde(borrow)]
    tags: Texts<'a>,
}

impl<'a> From<OldItem<'a>> for Item<'a> {
    fn from(old: OldItem<'a>) -> Self {
        Self {
            rule: old.rule,
            start_line: old.line_number,
            matched: old.line,
            secret: old.offender,
            file: old.file,
            commit: old.commit,
            link: old.link,
            author: old.author,
            email: old.email,
            tags: old.tags,
            ..Self::default()
        }
    }
}

/// The format.
pub(crate) static FORMAT: Format =
    Format { id: "gitleaks", also: &[], section: Section::Secrets, clean: &["[]", "null"], fits, read };

fn fits(look: &Look) -> bool {
    look.list().is_some_and(|first| {
        (first.has("RuleID") && (first.has("Secret") || first.has("Match")))
            || ["rule", "offender", "lineNumber"].iter().all(|name| first.has(name))
    })
}

fn read(text: &str, draft: &mut Draft<'_>) {
    draft.tool("gitleaks", None);
    draft.sections.insert(Section::Secrets);
    let (mut faults, mut items) = (Faults::default(), None);
    let broken = read_document(text, Items { name: "the report", list: &mut items, faults: &mut faults });
    draft.faulty(&faults);
    let mut sources = Sources::of(draft);
    for (index, raw) in items.iter().flatten().enumerate() {
        let pointer = format!("/{index}");
        let Some(mut item) = draft.item::<Item<'_>>(raw, &pointer) else { continue };
        if item.rule.given().is_none() {
            let Some(old) = draft.item::<OldItem<'_>>(raw, &pointer) else { continue };
            item = old.into();
        }
        if item.rule.given().is_none() {
            draft.dropped(&pointer, "no `RuleID`");
            continue;
        }
        translate(&item, pointer, &mut sources, draft);
    }
    if let Err(broken) = broken {
        draft.broken(text, &broken);
    }
}

fn translate(item: &Item<'_>, pointer: String, sources: &mut Sources<'_>, draft: &mut Draft<'_>) {
    let rule = bounded(item.rule.get(), 200);
    let place = place(item, draft);
    let title = item.description.given().unwrap_or(&rule).to_owned();
    let rating = rating(item);
    // Where the secret is masked, the line that holds it identifies the finding.
    let identity = sources.flagged(&place).unwrap_or_default();
    let mut finding = Finding {
        kind: Kind::Secret,
        section: Section::Secrets,
        id: rule.clone(),
        message: title.clone(),
        title,
        severity: rating.severity,
        severity_source: rating.source,
        severity_original: rating.original,
        references: item.link.owned().into_iter().collect(),
        locations: vec![place],
        rule_id: rule,
        identity,
        ..Finding::default()
    };
    let leak = Leak {
        secret: item.secret.given(),
        shown: item.matched.given().into_iter().collect(),
        commit: item.commit.given(),
        author: item.email.given().or_else(|| item.author.given()),
        verified: None,
    };
    hide(&leak, &mut finding, draft);
    let fingerprints = item.fingerprint.given().map(|fingerprint| bounded(fingerprint, 500)).into_iter().collect();
    draft.push(finding, Source { pointer, fingerprints, ..Source::default() });
}

fn place(item: &Item<'_>, draft: &Draft<'_>) -> Location {
    let start_line = item.start_line.position();
    let mut place = draft.location(item.file.get());
    place.start_line = start_line;
    place.end_line = item.end_line.position().filter(|end| Some(*end) >= start_line);
    place.start_col = item.start_column.position();
    // The column of the last character.
    place.end_col = item.end_column.position().map(|last| last.saturating_add(1));
    place
}

/// A leak is high; its rule may say otherwise with a tag.
fn rating(item: &Item<'_>) -> Rating {
    let tags = item.tags.iter().take(200).flat_map(|tags| tags.split(',')).map(str::trim);
    let stated = tags.filter_map(|tag| match tag.strip_prefix("severity:") {
        Some(word) => Some((word.trim(), severity::of_word(word)?)),
        None => tag.eq_ignore_ascii_case("critical").then_some((tag, Severity::Critical)),
    });
    match stated.into_iter().next() {
        Some((word, severity)) => Rating { severity, source: SeveritySource::Tag, original: word.to_owned() },
        None => Rating { severity: Severity::High, source: SeveritySource::PolicyDefault, original: String::new() },
    }
}
