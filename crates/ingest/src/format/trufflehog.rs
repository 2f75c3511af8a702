//! `TruffleHog` (spec/ingest.md 9.11): version 3 writes one object a line (`--json`), some wrappers a list of them; version 2
//! one object a commit with all strings it found there.

use std::collections::BTreeSet;

use portcullis_model::text::bounded;
use portcullis_model::{Finding, Kind, Location, Problem, ProblemCode, Section, Severity, SeveritySource, Source};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::detect::{Look, Sketch};
use crate::draft::Draft;
use crate::format::Format;
use crate::hidden::{Leak, hide};
use crate::json::{Faults, Flag, Items, Number, Pairs, Text, Texts, read_document, read_values};

/// An object of version 3 or 2, or a line of the log between them.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Item<'a> {
    #[serde(borrow, rename = "SourceMetadata")]
    metadata: Option<Metadata<'a>>,
    #[serde(borrow, rename = "DetectorName")]
    detector: Text<'a>,
    #[serde(borrow, rename = "DetectorDescription")]
    description: Text<'a>,
    #[serde(borrow, rename = "DecoderName")]
    decoder: Text<'a>,
    #[serde(rename = "Verified")]
    verified: Flag,
    #[serde(borrow, rename = "VerificationError")]
    verification_error: Text<'a>,
    #[serde(borrow, rename = "Raw")]
    raw: Text<'a>,
    #[serde(borrow, rename = "RawV2")]
    raw_2: Text<'a>,
    #[serde(borrow, rename = "Redacted")]
    redacted: Text<'a>,
    #[serde(borrow)]
    reason: Text<'a>,
    #[serde(borrow, rename = "stringsFound")]
    strings: Texts<'a>,
    #[serde(borrow)]
    path: Text<'a>,
    #[serde(borrow, rename = "commitHash")]
    commit_hash: Text<'a>,
    #[serde(borrow)]
    level: Text<'a>,
    #[serde(borrow)]
    msg: Text<'a>,
    #[serde(borrow)]
    error: Text<'a>,
    chunks: Number,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Metadata<'a> {
    /// One member, named after the kind of source.
    #[serde(borrow, rename = "Data")]
    data: Pairs<'a, Data<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Data<'a> {
    #[serde(borrow)]
    commit: Text<'a>,
    #[serde(borrow)]
    file: Text<'a>,
    #[serde(borrow)]
    email: Text<'a>,
    #[serde(borrow)]
    link: Text<'a>,
    #[serde(borrow)]
    image: Text<'a>,
    #[serde(borrow)]
    bucket: Text<'a>,
    line: Number,
}

/// The format.
pub(super) static FORMAT: Format =
    Format { id: "trufflehog", also: &[], section: Section::Secrets, clean: &["[]"], fits, read };

fn fits(look: &Look) -> bool {
    let is_item = |first: &Sketch| {
        (first.has("SourceMetadata") && first.has("DetectorName"))
            || (first.has("stringsFound") && first.has("reason"))
            || (first.word("logger") == "trufflehog" && first.has("msg"))
    };
    look.list().or_else(|| look.first_value().filter(|first| first.is_object())).is_some_and(is_item)
}

fn read(text: &str, draft: &mut Draft<'_>) {
    draft.tool("trufflehog", None);
    draft.sections.insert(Section::Secrets);
    let broken = if text.trim_start().starts_with('[') {
        let (mut faults, mut items) = (Faults::default(), None);
        let read = read_document(text, Items { name: "the report", list: &mut items, faults: &mut faults });
        draft.faulty(&faults);
        items.iter().flatten().enumerate().for_each(|(index, raw)| one(index, raw, draft));
        read
    } else {
        read_values(text, |index, raw| one(index, raw, draft))
    };
    if let Err(broken) = broken {
        draft.broken(text, &broken);
    }
}

fn one(index: usize, raw: &RawValue, draft: &mut Draft<'_>) {
    let pointer = format!("/{index}");
    let Some(item) = draft.item::<Item<'_>>(raw, &pointer) else { return };
    if item.detector.given().is_some() {
        translate(&item, pointer, draft);
    } else if item.reason.given().is_some() {
        translate_old(&item, &pointer, draft);
    } else if item.msg.given().is_some() || item.level.given().is_some() {
        log_line(&item, draft);
    } else {
        draft.dropped(&pointer, "neither `DetectorName` nor `reason`");
    }
}

/// What the tool says of itself between its findings.
fn log_line(item: &Item<'_>, draft: &mut Draft<'_>) {
    if item.level.get().starts_with("error") || item.level.get().starts_with("fatal") {
        let message = format!("trufflehog reports an error of its own: {} {}", item.msg.get(), item.error.get());
        draft.problem_among_many(Problem::warning(ProblemCode::ScanIncomplete, bounded(message.trim(), 300)));
    } else if item.msg.get() == "finished scanning" && item.chunks.0 == Some(0.0) {
        let message = "trufflehog has scanned nothing (`chunks: 0`): look at what it was pointed to";
        draft.problem(Problem::error(ProblemCode::NoResults, message));
    }
}

fn translate(item: &Item<'_>, pointer: String, draft: &mut Draft<'_>) {
    let (source, data) = item
        .metadata
        .iter()
        .flat_map(|metadata| &metadata.data.0)
        .next()
        .map(|(name, data)| (name.as_ref(), data))
        .unzip();
    let default = Data::default();
    let data = data.unwrap_or(&default);
    // Early versions write the secret in base64.
    let decoded = item.decoder.given().is_none().then(|| decoded(item.raw.get())).flatten();
    let verified = item.verified.is_true();
    // "Could not be tried" is not "does not work".
    let tried = verified || item.verification_error.given().is_none();
    let detector = bounded(item.detector.get(), 100);
    let mut finding = Finding {
        message: match (verified, tried) {
            (true, _) => format!("{detector}: the secret works, trufflehog has tried it"),
            (false, true) => format!("{detector}: trufflehog could not log in with it"),
            (false, false) => format!("{detector}: trufflehog could not find out whether it works"),
        },
        description: item.description.get().to_owned(),
        severity: if verified { Severity::Critical } else { Severity::Medium },
        severity_source: SeveritySource::Tool,
        severity_original: if verified { "verified" } else { "unverified" }.to_owned(),
        locations: vec![place(source.unwrap_or_default(), data, draft)],
        references: data.link.owned().into_iter().collect(),
        ..named(&detector)
    };
    let leak = Leak {
        secret: decoded.as_deref().or_else(|| item.raw.given()).or_else(|| item.raw_2.given()),
        // Of an access key the "redacted" form is the key's whole id.
        shown: [&item.raw, &item.raw_2, &item.redacted].into_iter().filter_map(Text::given).collect(),
        commit: data.commit.given(),
        author: data.email.given(),
        verified: tried.then_some(verified),
    };
    hide(&leak, &mut finding, draft);
    draft.push(finding, Source { pointer, ..Source::default() });
}

/// Version 2 tries no secret; every string is a secret of its own.
fn translate_old(item: &Item<'_>, pointer: &str, draft: &mut Draft<'_>) {
    let reason = bounded(item.reason.get(), 100);
    let strings: BTreeSet<&str> = item.strings.iter().collect();
    let strings: Vec<Option<&str>> =
        if strings.is_empty() { vec![None] } else { strings.into_iter().map(Some).collect() };
    for secret in strings {
        let mut finding = Finding {
            message: format!("{reason}: found in a commit; this version of trufflehog tries no secret"),
            severity: Severity::Medium,
            severity_source: SeveritySource::PolicyDefault,
            locations: vec![draft.location(item.path.get())],
            ..named(&reason)
        };
        let leak = Leak { secret, commit: item.commit_hash.given(), ..Leak::default() };
        hide(&leak, &mut finding, draft);
        draft.push(finding, Source { pointer: pointer.to_owned(), ..Source::default() });
    }
}

fn named(rule: &str) -> Finding {
    Finding {
        kind: Kind::Secret,
        section: Section::Secrets,
        rule_id: rule.to_owned(),
        id: rule.to_owned(),
        title: rule.to_owned(),
        ..Finding::default()
    }
}

fn place(source: &str, data: &Data<'_>, draft: &Draft<'_>) -> Location {
    let is_in_repository =
        ["Git", "Github", "Gitlab", "Bitbucket", "AzureRepos", "Gerrit", "Filesystem", "Stdin", ""].contains(&source);
    let file = data.file.get();
    if is_in_repository && !file.is_empty() {
        return Location { start_line: data.line.position(), ..draft.location(file) };
    }
    let outside = [&data.link, &data.image, &data.bucket].into_iter().find_map(Text::given);
    Location {
        uri: outside.map(|outside| bounded(outside, portcullis_model::text::MESSAGE)),
        logical: (!file.is_empty()).then(|| bounded(file, portcullis_model::text::MESSAGE)),
        ..Location::default()
    }
}

/// The text a base64 text stands for (RFC 4648 4); none where it stands for no printable text.
fn decoded(text: &str) -> Option<String> {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits = text.trim_end_matches('=');
    if !text.len().is_multiple_of(4) || text.len() - digits.len() > 2 || digits.is_empty() {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len());
    let (mut held, mut bits) = (0_u32, 0);
    for digit in digits.chars() {
        held = (held << 6) | u32::try_from(ALPHABET.find(digit)?).ok()?;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from((held >> bits) & 0xff).ok()?);
        }
    }
    let text = String::from_utf8(bytes).ok()?;
    text.chars().all(|char| !char.is_control() || matches!(char, '\n' | '\r' | '\t')).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_of_a_text_is_the_text_and_other_texts_are_none() {
        assert_eq!(decoded("aGVsbG8=").as_deref(), Some("hello"));
        assert_eq!(decoded("aGVsbG8h").as_deref(), Some("hello!"));
        for other in ["", "aGVsbG8", "a-b_", "/////w==", "===="] {
            assert_eq!(decoded(other), None, "{other}");
        }
    }
}
