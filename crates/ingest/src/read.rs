//! From a file to what it says: unpack, decode, detect, read, judge its health.

use std::borrow::Cow;

use portcullis_model::fingerprint::hex;
use portcullis_model::text::bounded;
use portcullis_model::{Collected, InputReport, Problem, ProblemCode, Section, suggest};
use sha2::{Digest, Sha256};

use crate::bytes::{self, Member, Unpacked};
use crate::detect::{self, Look, Sketch};
use crate::draft::{Draft, too_deep};
use crate::format::{self, Format, format_names};
use crate::health;
use crate::json::{Break, Survey, read_document, read_values};
use crate::options::{Input, Surroundings};

/// Lines tried as the start of a document behind log lines.
const MAX_CANDIDATES: usize = 32;
/// Bytes of a document that are looked at first.
const BEGINNING: usize = 1 << 20;
/// Bytes of a line that is looked at to tell whether it is one of a log.
const LOG_LINE: usize = 64 << 10;
/// Keys shown when a format cannot be told.
const SHOWN_KEYS: usize = 10;

/// Reads a report. Whatever is wrong with it is in the problems of what comes back, both of its
/// [`InputReport`] and in [`Collected::problems`]; nothing that is wrong gives an empty, healthy report.
///
/// `input.options.format` must be one of [`format_names`]; another name is told as `unknown_format`.
pub fn read(input: &Input<'_>, around: &Surroundings<'_>) -> Collected {
    match bytes::unpack(input.bytes, bytes::MAX_EXPANDED) {
        Unpacked::Document(document, problems) => {
            let file = File { name: input.name, path: input.path.to_owned(), raw: input.bytes };
            read_file(&file, &document, problems, input, around)
        }
        Unpacked::Archive(members, problems) => read_archive(input, members, problems, around),
    }
}

/// One file as the report calls it.
struct File<'a> {
    name: Option<&'a str>,
    path: String,
    raw: &'a [u8],
}

impl File<'_> {
    fn report(&self, input: &Input<'_>) -> InputReport {
        InputReport {
            name: self.name.map(str::to_owned),
            path: self.path.clone(),
            sha256: hex(&Sha256::digest(self.raw)),
            bytes: self.raw.len() as u64,
            required: input.options.required,
            ..InputReport::default()
        }
    }
}

/// The members that are reports; a log beside them is none. An archive without any is no report at all.
fn read_archive(
    input: &Input<'_>,
    members: Vec<Member>,
    mut problems: Vec<Problem>,
    around: &Surroundings<'_>,
) -> Collected {
    let mut collected = Collected::default();
    for member in members {
        let (text, _) = bytes::text(&member.bytes);
        if member.problems.is_empty() && !is_known(&text) {
            continue;
        }
        let file = File { name: input.name, path: format!("{}/{}", input.path, member.name), raw: &member.bytes };
        collected.absorb(read_file(&file, &member.bytes, member.problems, input, around));
    }
    if collected.reports.is_empty() && problems.is_empty() {
        let message = format!("the archive holds no report this version reads ({})", known_formats());
        problems.push(Problem::error(ProblemCode::UnknownFormat, message));
    }
    if !problems.is_empty() {
        let file = File { name: input.name, path: input.path.to_owned(), raw: input.bytes };
        let mut draft = Draft::new(around, input.options, file.report(input));
        for problem in problems {
            draft.problem(problem);
        }
        collected.absorb(draft.finish(Section::None));
    }
    collected
}

fn is_known(text: &str) -> bool {
    start_of_document(text)
        .is_some_and(|start| !format::fitting(&detect::look(text.get(start.byte..).unwrap_or_default())).is_empty())
}

fn read_file(
    file: &File<'_>,
    document: &[u8],
    problems: Vec<Problem>,
    input: &Input<'_>,
    around: &Surroundings<'_>,
) -> Collected {
    let mut draft = Draft::new(around, input.options, file.report(input));
    let (text, replaced) = bytes::text(document);
    for problem in problems.into_iter().chain(replaced) {
        draft.problem(problem);
    }
    let stated = input.options.format.as_deref();
    let expected = stated.map(format::of_name).unwrap_or_default();
    if let Some(unknown) = stated.filter(|_| expected.is_empty()) {
        draft.problem(Problem::error(ProblemCode::UnknownFormat, unknown_name(unknown)));
        return draft.finish(Section::None);
    }
    if text.trim().is_empty() {
        return empty(draft, &expected);
    }
    match choose(&text, &expected, &mut draft) {
        Some((format, start)) => {
            read_document_of(format, text.get(start..).unwrap_or_default(), &mut draft);
            health::judge(&mut draft, input.modified);
            draft.finish(format.section)
        }
        None => draft.finish(expected.first().map_or(Section::None, |format| format.section)),
    }
}

fn empty(mut draft: Draft<'_>, expected: &[&Format]) -> Collected {
    let section = expected.first().map_or(Section::None, |format| format.section);
    if let Some(format) = expected.first() {
        format.id.clone_into(&mut draft.report.format);
    }
    if !draft.options.empty_is_clean {
        let message = "the report is empty: the scanner wrote nothing; if that is how it says \"nothing found\", set `empty_is_clean: true`";
        draft.problem(Problem::error(ProblemCode::EmptyReport, message));
    }
    draft.finish(section)
}

fn read_document_of(format: &Format, text: &str, draft: &mut Draft<'_>) {
    format.id.clone_into(&mut draft.report.format);
    // Brackets and quotes of XML and of plain text nest nothing.
    let survey = if text.starts_with(['{', '[']) { Survey::of(text) } else { Survey::default() };
    if let Some(byte) = survey.too_deep {
        draft.problem(Problem::error(ProblemCode::TooDeep, too_deep(byte)).at_byte(byte as u64));
    }
    if let Some((byte, length)) = survey.long_string {
        let message = format!("a text of {length} bytes is cut");
        draft.problem(Problem::warning(ProblemCode::TooLarge, message).at_byte(byte as u64));
    }
    if let Some(byte) = survey.half_character {
        let message = format!("the escape at byte {byte} is half a character: readers disagree about what it means");
        draft.problem(Problem::warning(ProblemCode::InvalidUtf8, message).at_byte(byte as u64));
    }
    (format.read)(text, draft);
}

/// Where the document begins in the text, and whether something else stands before it.
struct Start {
    byte: usize,
    is_behind_noise: bool,
}

/// The format to read the text as, and where the document begins. `None` with a problem in the draft.
fn choose(text: &str, expected: &[&'static Format], draft: &mut Draft<'_>) -> Option<(&'static Format, usize)> {
    let Some(start) = start_of_document(text) else {
        draft.problem(Problem::error(ProblemCode::UnknownFormat, not_json(text)));
        return None;
    };
    if start.is_behind_noise {
        let line = text.get(..start.byte).unwrap_or_default().matches('\n').count() + 1;
        let message =
            format!("other text stands before the report, which begins in line {line}: write only the report");
        draft.problem(Problem::warning(ProblemCode::LeadingNoise, message).at_byte(start.byte as u64));
    }
    let document = text.get(start.byte..).unwrap_or_default();
    let look = look(document);
    let format = match expected {
        [] if is_named_gitleaks(&draft.report.path, document) => Some(&format::GITLEAKS),
        [] => one_of(&look, &format::fitting(&look), document, draft),
        [most_likely, ..] => {
            if let Some(format) = expected.iter().find(|format| says_nothing_found(format, document)) {
                return Some((format, start.byte));
            }
            let fitting = format::fitting_of(expected, &look);
            if fitting.is_empty() {
                // A stated format wins: what can be read is read, but the report is not what it is said to be.
                draft.problem(Problem::error(ProblemCode::UnknownFormat, not_as_stated(&look, most_likely)));
                Some(*most_likely)
            } else {
                one_of(&look, &fitting, document, draft)
            }
        }
    };
    format.map(|format| (format, start.byte))
}

/// Looks at the beginning of a large document, and at all of it where the beginning does not tell what it is.
fn look(document: &str) -> Look {
    let start = beginning(document, BEGINNING);
    let look = detect::look(start);
    if start.len() == document.len() || format::fitting(&look).len() == 1 { look } else { detect::look(document) }
}

/// So many bytes of a text, or fewer where a character would be cut.
fn beginning(text: &str, most: usize) -> &str {
    text.get(..text.floor_char_boundary(most)).unwrap_or_default()
}

/// The document is exactly what the tool writes when it found nothing.
fn says_nothing_found(format: &Format, document: &str) -> bool {
    let bare: String = document.chars().filter(|char| !char.is_whitespace()).take(20).collect();
    format.clean.contains(&bare.as_str())
}

/// gitleaks writes `[]` or `null` when it found nothing; that says whose report it is only together with the file's name.
fn is_named_gitleaks(path: &str, document: &str) -> bool {
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default().to_ascii_lowercase();
    name.contains(format::GITLEAKS.id) && says_nothing_found(&format::GITLEAKS, document)
}

fn one_of(look: &Look, fitting: &[&'static Format], document: &str, draft: &mut Draft<'_>) -> Option<&'static Format> {
    match fitting {
        [only] => Some(only),
        [] => {
            // A document broken before anything could be told is first of all broken.
            if let Err(broken @ (Break::Truncated { .. } | Break::Malformed { .. } | Break::TooDeep { .. })) =
                skip(document)
            {
                draft.broken(document, &broken);
            }
            draft.problem(Problem::error(ProblemCode::UnknownFormat, unknown_format(look)));
            None
        }
        several => {
            let ids: Vec<_> = several.iter().map(|format| format!("`{}`", format.id)).collect();
            let message = format!(
                "the report fits {}: state the format (`reports[].format`, or `--report FORMAT=PATH`)",
                ids.join(" and ")
            );
            draft.problem(Problem::error(ProblemCode::AmbiguousFormat, message));
            None
        }
    }
}

/// Where the document begins: at the start of the text, or in the first line behind log lines from which JSON, one value or
/// several, reaches to the end of the text or is cut off there.
fn start_of_document(text: &str) -> Option<Start> {
    let byte = text.find(|char: char| !char.is_whitespace())?;
    let rest = text.get(byte..)?;
    let here = Start { byte, is_behind_noise: false };
    if rest.starts_with(['{', '[']) {
        return Some(if is_log_line(rest) { behind_noise(text).unwrap_or(here) } else { here });
    }
    if rest.trim_end() == "null" || !format::fitting(&detect::look(rest)).is_empty() {
        return Some(here);
    }
    behind_noise(text)
}

fn behind_noise(text: &str) -> Option<Start> {
    let lines = text.match_indices('\n').map(|(at, _)| at + 1);
    lines
        .filter(|at| text.get(*at..).is_some_and(|rest| rest.starts_with(['{', '['])))
        .take(MAX_CANDIDATES)
        .find(|at| text.get(*at..).is_some_and(reaches_the_end))
        .map(|byte| Start { byte, is_behind_noise: true })
}

/// One value that reaches to the end of the text or is cut off there, or objects one after the other that do.
fn reaches_the_end(document: &str) -> bool {
    let reaches = |read| matches!(read, Ok(()) | Err(Break::Truncated { .. }));
    match skip(document) {
        Err(Break::Trailing { byte }) if document.starts_with('{') => {
            document.get(byte..).is_some_and(|rest| rest.starts_with('{') && reaches(read_values(rest, |_, _| ())))
        }
        read => reaches(read),
    }
}

/// `[INFO] …`, `[12:30:01] …`: no JSON in its first line, or in the beginning of one that is longer than log lines are.
fn is_log_line(text: &str) -> bool {
    if !text.starts_with('[') {
        return false;
    }
    let line = beginning(text, LOG_LINE).lines().next().unwrap_or_default();
    matches!(skip(line), Err(Break::Malformed { .. } | Break::Trailing { .. }))
}

fn skip(document: &str) -> Result<(), Break> {
    read_document(document, std::marker::PhantomData::<serde::de::IgnoredAny>).map(drop)
}

fn known_formats() -> String {
    format::all().map(|format| format.id).collect::<Vec<_>>().join(", ")
}

fn unknown_name(name: &str) -> String {
    let name = bounded(name, 60);
    match suggest::nearest(&name, format_names(), 1).first() {
        Some(near) => format!("there is no format `{name}`: did you mean `{near}`?"),
        None => format!("there is no format `{name}`: this version reads {}", known_formats()),
    }
}

fn not_as_stated(look: &Look, stated: &Format) -> String {
    format!("the report is {}: that is not the format `{}` it is stated to have", description(look), stated.id)
}

fn unknown_format(look: &Look) -> String {
    format!("the report is {}, which is none of the formats this version reads: {}", description(look), known_formats())
}

/// What a document is made of, for people.
fn description(look: &Look) -> Cow<'static, str> {
    let sketch = match look {
        Look::Xml(root) => return format!("XML with the root `{}`", bounded(&root.name, 40)).into(),
        Look::Text(line) => return format!("a text that begins with `{}`", bounded(line, 80)).into(),
        Look::Json(sketch) | Look::JsonLines(sketch) => sketch,
    };
    let names: Vec<_> = sketch.names().take(SHOWN_KEYS).map(|name| format!("`{}`", bounded(name, 40))).collect();
    let more = if sketch.names().nth(SHOWN_KEYS).is_some() { ", …" } else { "" };
    let what = match look {
        Look::JsonLines(_) => "lines of objects with",
        _ if sketch.is_list() => "a list of objects with",
        _ => "an object with",
    };
    match (names.is_empty(), sketch) {
        (false, _) => format!("{what} {}{more}", names.join(", ")).into(),
        (true, Sketch::List(_)) => "an empty or plain list".into(),
        (true, _) => "an empty object or a bare value".into(),
    }
}

/// What a text is that holds no JSON.
fn not_json(text: &str) -> String {
    let trimmed = text.trim_start();
    let start: String = trimmed.chars().take(200).collect::<String>().to_ascii_lowercase();
    let formats = known_formats();
    if start.starts_with("<!doctype html") || start.starts_with("<html") {
        return "the report is an HTML page, most likely a login or error page: look at the step that fetched it"
            .to_owned();
    }
    if start.starts_with('<') {
        return format!("the report is XML; this version reads {formats}: let the scanner write JSON or SARIF");
    }
    let line = bounded(trimmed.lines().next().unwrap_or_default(), 80);
    format!("the report begins with `{line}`, which is no JSON; this version reads {formats}")
}
