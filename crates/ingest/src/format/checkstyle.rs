//! Checkstyle's XML, which many linters write: files with their errors. The name of the linter stands nowhere.

use portcullis_model::text::bounded;
use portcullis_model::{Finding, Kind, Location, Problem, ProblemCode, Section, Severity, Source};

use crate::detect::Look;
use crate::draft::Draft;
use crate::format::Format;
use crate::json::Number;
use crate::severity::Rating;
use crate::source_lines::Sources;
use crate::xml::{self, Element, Handler};

/// The format.
pub(super) static FORMAT: Format =
    Format { id: "checkstyle", also: &[], section: Section::Code, clean: &[], fits, read };

fn fits(look: &Look) -> bool {
    look.xml().is_some_and(|root| root.name == "checkstyle")
}

fn read(text: &str, draft: &mut Draft<'_>) {
    draft.tool("checkstyle", None);
    draft.sections.insert(Section::Code);
    let sources = Sources::of(draft);
    let mut report = Report { draft, sources, file: String::new(), files: 0, errors: 0 };
    if let Err(broken) = xml::read(text, &mut report) {
        report.draft.broken_xml(text, &broken);
    }
}

/// Where the reader stands.
struct Report<'d, 'a> {
    draft: &'d mut Draft<'a>,
    sources: Sources<'a>,
    file: String,
    files: usize,
    errors: usize,
}

impl Handler for Report<'_, '_> {
    fn open(&mut self, path: &[String], element: &Element) {
        match (path.len(), element.name.as_str()) {
            (1, _) => {
                self.draft.report.format_version = element.attribute("version").map(|version| bounded(version, 40));
            }
            (_, "file") => {
                self.files += 1;
                self.errors = 0;
                element.attribute("name").unwrap_or_default().clone_into(&mut self.file);
            }
            (_, "error") => self.error(element),
            // What it could not check it says in an element of its own.
            (_, "exception") => {
                let message = format!("the linter failed in `{}`: it is not checked", bounded(&self.file, 300));
                self.draft.problem_among_many(Problem::error(ProblemCode::ScanIncomplete, message));
            }
            _ => {}
        }
    }
}

impl Report<'_, '_> {
    fn error(&mut self, element: &Element) {
        self.errors += 1;
        let position = |name: &str| Number::of_text(element.attribute(name).unwrap_or_default()).position();
        let rule = bounded(element.attribute("source").unwrap_or("checkstyle/unknown"), 300);
        let place =
            Location { start_line: position("line"), start_col: position("column"), ..self.draft.location(&self.file) };
        let message = element.attribute("message").unwrap_or(&rule).to_owned();
        let rating = self.rating(element.attribute("severity"));
        let finding = Finding {
            kind: Kind::Code,
            section: Section::Code,
            id: rule.clone(),
            title: message.lines().next().unwrap_or_default().to_owned(),
            message,
            severity: rating.severity,
            severity_source: rating.source,
            severity_original: rating.original,
            identity: self.sources.flagged(&place).unwrap_or_default(),
            locations: vec![place],
            rule_id: rule,
            ..Finding::default()
        };
        let pointer = format!("/checkstyle/file[{}]/error[{}]", self.files, self.errors);
        self.draft.push(finding, Source { pointer, ..Source::default() });
    }

    /// Without a word it is an error: that is Checkstyle's own default.
    fn rating(&mut self, word: Option<&str>) -> Rating {
        match word {
            Some("ignore") => Rating { original: "ignore".to_owned(), ..self.draft.rate("info", &[]) },
            Some(word) => self.draft.rate(word, &[]),
            None => self.draft.rate_unstated(Severity::High),
        }
    }
}
