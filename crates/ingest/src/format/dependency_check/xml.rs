//! The XML report, of every schema: what the names of elements mean at their depth.

use super::{Dependency, Known, check_complete, data_source, note, translate};
use crate::advisory::cwes_in;
use crate::detect::Look;
use crate::draft::Draft;
use crate::json::Number;
use crate::xml::{self, Element, Handler};

pub(super) fn fits(look: &Look) -> bool {
    look.xml().is_some_and(|root| root.name == "analysis" && root.namespace.contains("dependency-check"))
}

pub(super) fn read(text: &str, draft: &mut Draft<'_>) {
    note(None, None, draft);
    let mut report =
        Report { draft, engine: None, source: String::new(), dependency: None, known: None, seen: Seen::default() };
    let read = xml::read(text, &mut report);
    let (seen, draft) = (report.seen, report.draft);
    match read {
        Err(broken) => draft.broken_xml(text, &broken),
        Ok(()) => check_complete(seen.has_list.then_some(seen.dependencies), draft),
    }
}

/// What was met so far.
#[derive(Clone, Copy, Default)]
struct Seen {
    has_list: bool,
    dependencies: usize,
    /// Of the dependency at hand.
    vulnerabilities: usize,
}

/// Where the reader stands.
struct Report<'d, 'a> {
    draft: &'d mut Draft<'a>,
    engine: Option<String>,
    source: String,
    dependency: Option<Dependency>,
    known: Option<Known>,
    seen: Seen,
}

impl Handler for Report<'_, '_> {
    fn open(&mut self, path: &[String], element: &Element) {
        match (path.len(), element.name.as_str()) {
            (2, "dependencies") => self.seen.has_list = true,
            (3, "dependency") => {
                self.seen.dependencies += 1;
                self.seen.vulnerabilities = 0;
                self.dependency = Some(Dependency::default());
            }
            (5, "identifier") => {
                let is_maven = element.attribute("type") == Some("maven");
                if let Some(dependency) = self.dependency.as_mut().filter(|dependency| dependency.maven.is_none()) {
                    // Filled by the name, where it is one of Maven.
                    dependency.maven = is_maven.then(String::new);
                }
            }
            (5, "vulnerability") => self.known = Some(Known::default()),
            (5, "suppressedVulnerability") => {
                self.known = Some(Known { suppressed: Some(String::new()), ..Known::default() });
            }
            _ => {}
        }
    }

    fn close(&mut self, path: &[String], text: &str) {
        let text = text.trim();
        let names: Vec<&str> = path.iter().skip(1).map(String::as_str).collect();
        match names.as_slice() {
            ["scanInfo", "engineVersion"] => {
                self.engine = Some(text.to_owned());
                note(self.engine.as_deref(), None, self.draft);
            }
            ["scanInfo", "dataSource", "name"] => text.clone_into(&mut self.source),
            ["scanInfo", "dataSource", "timestamp"] => data_source(&self.source, text, self.draft),
            ["projectInfo", "reportDate"] => note(self.engine.as_deref(), Some(text), self.draft),
            ["dependencies", "dependency"] => self.dependency = None,
            ["dependencies", "dependency", rest @ ..] => self.close_inside(rest, text),
            _ => {}
        }
    }
}

impl Report<'_, '_> {
    fn close_inside(&mut self, names: &[&str], text: &str) {
        let Some(dependency) = &mut self.dependency else { return };
        match names {
            ["fileName"] => text.clone_into(&mut dependency.name),
            ["filePath"] => text.clone_into(&mut dependency.path),
            ["identifiers", "package", "id"] if text.starts_with("pkg:") => dependency.purls.push(text.to_owned()),
            ["identifiers", "identifier", "name"] => {
                if let Some(name) = dependency.maven.as_mut().filter(|name| name.is_empty()) {
                    text.clone_into(name);
                }
            }
            ["vulnerabilities", "vulnerability" | "suppressedVulnerability"] => {
                let Some(known) = self.known.take() else { return };
                self.seen.vulnerabilities += 1;
                let pointer = format!(
                    "/analysis/dependencies/dependency[{}]/vulnerabilities/*[{}]",
                    self.seen.dependencies, self.seen.vulnerabilities
                );
                translate(dependency, &known, pointer, self.draft);
            }
            ["vulnerabilities", _, rest @ ..] => {
                if let Some(known) = &mut self.known {
                    fill(known, rest, text);
                }
            }
            _ => {}
        }
    }
}

fn fill(known: &mut Known, names: &[&str], text: &str) {
    let score = |version| Number::of_text(text).0.map(|score| (version, score));
    match names {
        ["name"] => text.clone_into(&mut known.name),
        ["severity"] => text.clone_into(&mut known.severity),
        ["description"] => text.clone_into(&mut known.description),
        ["notes"] => {
            if let Some(notes) = &mut known.suppressed {
                text.clone_into(notes);
            }
        }
        ["cvssScore"] | ["cvssV2", "score"] => known.scores.extend(score("2.0")),
        ["cvssV3", "baseScore"] => known.scores.extend(score("3.1")),
        ["cvssV4", "baseScore"] => known.scores.extend(score("4.0")),
        ["cwe"] | ["cwes", "cwe"] => known.cwes.extend(cwes_in(text).filter(|number| *number > 0)),
        ["references", "reference", "url"] => known.references.push(text.to_owned()),
        _ => {}
    }
}
