//! `cargo deny --format json check` (spec/ingest.md 9.5): a line per diagnostic, a summary as the last line.

use portcullis_model::text::bounded;
use portcullis_model::{
    Finding, Kind, License, Package, Problem, ProblemCode, Section, Severity, SeveritySource, Source, State,
    Suppression,
};
use serde::Deserialize;

use super::{Advisory, Versions, outdated, place, weakness};
use crate::beside::Listing;
use crate::detect::{Look, Sketch};
use crate::draft::Draft;
use crate::format::Format;
use crate::items::one;
use crate::json::{List, Number, Pairs, Text, Texts, read_values};
use crate::package_url;

/// Components of a dependency path that are kept.
const MAX_PATH: usize = 64;

/// A line.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Line<'a> {
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow)]
    fields: Option<&'a serde_json::value::RawValue>,
}

/// `fields` of a diagnostic.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Diagnostic<'a> {
    #[serde(borrow)]
    severity: Text<'a>,
    #[serde(borrow)]
    code: Text<'a>,
    #[serde(borrow)]
    message: Text<'a>,
    #[serde(borrow)]
    labels: List<Label<'a>>,
    #[serde(borrow)]
    graphs: List<Graph<'a>>,
    #[serde(borrow)]
    advisory: Option<Advisory<'a>>,
    #[serde(borrow)]
    versions: Option<Versions<'a>>,
    #[serde(borrow)]
    notes: Texts<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Label<'a> {
    #[serde(borrow)]
    message: Text<'a>,
    #[serde(borrow)]
    span: Text<'a>,
}

/// A crate and who depends on it.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Graph<'a> {
    #[serde(borrow, rename = "Krate")]
    krate: Option<Krate<'a>>,
    /// Some versions put the crate one level deeper.
    #[serde(borrow, rename = "graph")]
    inner: Option<Box<Graph<'a>>>,
    #[serde(borrow)]
    parents: List<Graph<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Krate<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    version: Text<'a>,
}

/// `fields` of a log line.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Log<'a> {
    #[serde(borrow)]
    level: Text<'a>,
    #[serde(borrow)]
    message: Text<'a>,
}

/// One check in `fields` of the summary.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Counts {
    errors: Number,
}

/// The format.
pub(in crate::format) static FORMAT: Format =
    Format { id: "cargo-deny", also: &[], section: Section::Vulnerabilities, clean: &[], fits, read };

fn fits(look: &Look) -> bool {
    look.first_value().is_some_and(|line| {
        matches!(line.word("type"), "diagnostic" | "summary" | "log")
            && line.at("fields").is_some_and(Sketch::is_object)
    })
}

fn read(text: &str, draft: &mut Draft<'_>) {
    draft.tool("cargo-deny", None);
    draft.sections.insert(Section::Vulnerabilities);
    let lockfile = super::lockfile(draft);
    let mut errors = None;
    let broken = read_values(text, |index, raw| {
        let pointer = format!("/{index}");
        one(raw, &pointer, draft, |line: Line<'_>, draft| {
            errors = line_of(&line, lockfile.as_ref(), &pointer, draft).or(errors);
        });
    });
    match (broken, errors) {
        (Err(broken), _) => draft.broken(text, &broken),
        (Ok(()), None) => {
            let message = "the last line of cargo-deny (`summary`) is missing: the report ends in the middle";
            draft.problem(Problem::error(ProblemCode::Truncated, message).at_byte(text.len() as u64));
        }
        (Ok(()), Some(errors)) if errors > 0 && draft.findings.is_empty() => {
            let message = format!("cargo-deny counts {errors} errors, but lists none: run it again");
            draft.problem(Problem::error(ProblemCode::CountMismatch, message));
        }
        (Ok(()), Some(_)) => {}
    }
}

/// Reads a line; the number of errors where it is the summary.
fn line_of(line: &Line<'_>, lockfile: Option<&Listing>, pointer: &str, draft: &mut Draft<'_>) -> Option<u64> {
    let fields = line.fields?;
    let mut errors = None;
    match line.kind.get() {
        "diagnostic" => one(fields, pointer, draft, |diagnostic: Diagnostic<'_>, draft| {
            translate(&diagnostic, lockfile, pointer, draft);
        }),
        "summary" => one(fields, pointer, draft, |counts: Pairs<'_, Counts>, _| {
            errors = Some(counts.0.iter().filter_map(|(_, counts)| counts.errors.count()).sum());
        }),
        "log" => one(fields, pointer, draft, |log: Log<'_>, draft| {
            if log.level.get().eq_ignore_ascii_case("error") {
                let message = format!("cargo-deny failed: {}", bounded(log.message.get(), 300));
                draft.problem_among_many(Problem::error(ProblemCode::ScannerError, message));
            }
        }),
        other => draft.dropped(pointer, &format!("a line of type `{}` is not known", bounded(other, 40))),
    }
    errors
}

impl Graph<'_> {
    fn krate(&self) -> Option<&Krate<'_>> {
        self.krate.as_ref().or_else(|| self.inner.as_ref()?.krate())
    }

    fn parents(&self) -> &[Self] {
        if self.parents.0.is_empty() {
            self.inner.as_ref().map_or(&[], |inner| inner.parents())
        } else {
            &self.parents.0
        }
    }
}

/// The crate, with the first path that leads to it from a crate of the project.
fn package(diagnostic: &Diagnostic<'_>) -> Package {
    let Some((graph, krate)) = diagnostic.graphs.0.first().and_then(|graph| Some((graph, graph.krate()?))) else {
        return Package::default();
    };
    let name = bounded(krate.name.get(), 500);
    let mut package = package_url::named("cargo", &name, krate.version.given());
    let mut path = vec![name];
    let mut at = graph;
    while let Some(parent) = at.parents().first().filter(|_| path.len() < MAX_PATH) {
        path.extend(parent.krate().map(|krate| bounded(krate.name.get(), 500)));
        at = parent;
    }
    // The last one is a crate of the project itself.
    package.direct = (path.len() > 1).then_some(path.len() == 2);
    if path.len() > 1 {
        path.pop();
        path.reverse();
        package.dependency_path = path;
    }
    package
}

fn translate(diagnostic: &Diagnostic<'_>, lockfile: Option<&Listing>, pointer: &str, draft: &mut Draft<'_>) {
    let package = package(diagnostic);
    let locations = place(lockfile, &package);
    let advisory = diagnostic.advisory.as_ref().filter(|advisory| advisory.id.given().is_some());
    let versions = diagnostic.versions.as_ref();
    let finding = match (diagnostic.code.get(), diagnostic.severity.get(), advisory) {
        ("vulnerability", _, Some(advisory)) => weakness(advisory, versions, package, locations, draft),
        (kind @ ("unmaintained" | "unsound" | "yanked" | "notice"), _, _) => {
            outdated(kind, advisory, package, locations)
        }
        ("advisory-ignored", _, Some(advisory)) => {
            ignored(weakness(advisory, versions, package, locations, draft), diagnostic)
        }
        ("", "error" | "bug", _) => {
            let message = format!("cargo-deny failed: {}", bounded(diagnostic.message.get(), 300));
            draft.problem_among_many(Problem::error(ProblemCode::ScannerError, message));
            return;
        }
        ("index-failure" | "index-cache-load-failure", _, _) => {
            let message = bounded(diagnostic.message.get(), 300);
            let message = format!("cargo-deny could not tell which versions were taken back: {message}");
            draft.problem_among_many(Problem::warning(ProblemCode::ScanIncomplete, message));
            return;
        }
        // Notes and help accompany what is accepted; only warnings and errors say that something is wrong.
        (_, "note" | "help" | "", _) => {
            draft.passed += 1;
            return;
        }
        (code, _, _) => Finding { locations, ..rule(code, diagnostic, package, draft) },
    };
    draft.push(finding, Source { pointer: pointer.to_owned(), ..Source::default() });
}

/// A rule of the licence, ban or source check.
fn rule(code: &str, diagnostic: &Diagnostic<'_>, package: Package, draft: &mut Draft<'_>) -> Finding {
    let is_license = matches!(code, "rejected" | "unlicensed" | "no-license-field" | "gather-failure");
    let expression = diagnostic.labels.0.iter().find_map(|label| label.span.owned()).filter(|_| code == "rejected");
    let code = bounded(code, 100);
    let rule_id = match &expression {
        Some(expression) => format!("license:{}", bounded(expression, 500)),
        None => format!("cargo-deny:{code}"),
    };
    let rating = draft.rate(diagnostic.severity.get(), &[]);
    let labels: Vec<&str> = diagnostic.labels.0.iter().filter_map(|label| label.message.given()).take(5).collect();
    let label = package.label();
    Finding {
        kind: if is_license { Kind::License } else { Kind::Quality },
        section: if is_license { Section::Licenses } else { Section::Quality },
        id: rule_id.clone(),
        rule_id,
        title: if label.is_empty() { diagnostic.message.get().to_owned() } else { format!("{label}: {code}") },
        message: [&[diagnostic.message.get()], labels.as_slice()].concat().join("; "),
        description: diagnostic.notes.iter().collect::<Vec<_>>().join("\n"),
        severity: rating.severity,
        severity_source: if rating.severity == Severity::Unknown { rating.source } else { SeveritySource::Level },
        severity_original: rating.original,
        identity: format!("{code} {label}"),
        license: is_license.then(|| Box::new(License { expression, ..License::default() })),
        package: (!package.name.is_empty()).then(|| Box::new(package)),
        ..Finding::default()
    }
}

/// The project's configuration takes the advisory out; the last note may say why.
fn ignored(finding: Finding, diagnostic: &Diagnostic<'_>) -> Finding {
    let mut finding = finding;
    let reason = diagnostic.labels.0.iter().find_map(|label| label.message.given());
    finding.state = State::Suppressed;
    finding.suppressions.push(Suppression {
        by: "cargo-deny".to_owned(),
        kind: "ignore".to_owned(),
        reason: reason.map(|reason| bounded(reason, 500)),
        source_file: Some("deny.toml".to_owned()),
        accepted: true,
        ..Suppression::default()
    });
    finding
}
