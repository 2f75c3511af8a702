//! The XML of `JUnit` (spec/github-ux.md 18.1): a suite for each tool, a case for each rule in each file.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use portcullis_model::{Health, Judged, Level, Outcome, Problem, State};

use crate::escape::{XmlText, cap};
use crate::ranking::ranked;
use crate::short::{headline, subject};

/// Findings of one case whose text is written out.
const TOLD: usize = 100;

/// A case for what blocks, warns or is logged of one rule in one file.
#[derive(Default)]
struct Case<'a> {
    open: Vec<&'a Judged>,
    excepted: Vec<&'a Judged>,
}

impl Case<'_> {
    fn blocking(&self) -> usize {
        self.open.iter().filter(|judged| judged.level == Level::Fail).count()
    }
}

/// Cases by file and rule.
type Cases<'a> = BTreeMap<(String, &'a str), Case<'a>>;

#[derive(Default)]
struct Suite<'a> {
    cases: Cases<'a>,
    errors: Vec<&'a Problem>,
}

/// The document. Warnings and what is logged pass and say so; what an exception accepts is skipped; what could not be read
/// is an error. A tool without any of it has one case that passes, so that no reader takes the file for empty.
pub fn junit(outcome: &Outcome) -> String {
    let suites = suites(outcome);
    let mut body = String::new();
    let mut totals = [0; 4];
    for (tool, suite) in &suites {
        let counts = suite.counts();
        for (total, count) in totals.iter_mut().zip(counts) {
            *total += count;
        }
        suite.write(tool, counts, &mut body);
    }
    let [tests, failures, errors, skipped] = totals;
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"portcullis\" tests=\"{tests}\" failures=\"{failures}\" \
         errors=\"{errors}\" skipped=\"{skipped}\">\n{body}</testsuites>\n"
    )
}

fn suites(outcome: &Outcome) -> BTreeMap<&str, Suite<'_>> {
    let mut suites: BTreeMap<&str, Suite<'_>> = BTreeMap::new();
    suites.entry("portcullis").or_default();
    for report in outcome.reports.iter().filter(|report| !report.tool.name.is_empty()) {
        suites.entry(&report.tool.name).or_default();
    }
    for judged in ranked(&outcome.findings) {
        let is_open = judged.is_open() && judged.level != Level::Off;
        if !is_open && judged.state != State::Excepted {
            continue;
        }
        let suite = suites.entry(judged.finding.tool()).or_default();
        let case = suite.cases.entry((subject(judged), &judged.finding.id)).or_default();
        if is_open { case.open.push(judged) } else { case.excepted.push(judged) }
    }
    for problem in outcome.problems.iter().filter(|problem| problem.health == Health::Error) {
        let named = problem.report.as_deref().or(problem.path.as_deref());
        let of_report = outcome
            .reports
            .iter()
            .find(|report| named.is_some_and(|named| report.name.as_deref() == Some(named) || report.path == named));
        let tool = of_report.map(|report| report.tool.name.as_str()).filter(|tool| !tool.is_empty());
        suites.entry(tool.unwrap_or("portcullis")).or_default().errors.push(problem);
    }
    suites
}

impl Suite<'_> {
    /// Tests, failures, errors, skipped.
    fn counts(&self) -> [usize; 4] {
        let failures = self.cases.values().filter(|case| case.blocking() > 0).count();
        let skipped = self.cases.values().filter(|case| case.open.is_empty()).count();
        [(self.cases.len() + self.errors.len()).max(1), failures, self.errors.len(), skipped]
    }

    fn write(&self, tool: &str, counts: [usize; 4], xml: &mut String) {
        let tool = XmlText::new(if tool.is_empty() { "unnamed" } else { tool }, cap::RULE);
        let [tests, failures, errors, skipped] = counts;
        // Writing to a string never fails.
        let _ = writeln!(
            xml,
            "  <testsuite name=\"{tool}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\">"
        );
        for problem in &self.errors {
            error(problem, xml);
        }
        for ((subject, rule), case) in &self.cases {
            case.write(subject, rule, xml);
        }
        if self.cases.is_empty() && self.errors.is_empty() {
            let _ = writeln!(xml, "    <testcase classname=\"{tool}\" name=\"nothing found\"/>");
        }
        xml.push_str("  </testsuite>\n");
    }
}

fn opening(class: &str, name: &str, xml: &mut String) {
    let class = XmlText::new(if class.is_empty() { "-" } else { class }, cap::PATH);
    let name = XmlText::new(name, cap::RULE);
    let _ = writeln!(xml, "    <testcase classname=\"{class}\" name=\"{name}\">");
}

fn error(problem: &Problem, xml: &mut String) {
    let code = problem.code.as_str();
    opening(problem.path.as_deref().or(problem.report.as_deref()).unwrap_or_default(), code, xml);
    let message = XmlText::new(&problem.message, cap::MESSAGE);
    let _ = writeln!(xml, "      <error type=\"{code}\" message=\"{message}\"/>\n    </testcase>");
}

impl Case<'_> {
    fn write(&self, subject: &str, rule: &str, xml: &mut String) {
        opening(subject, rule, xml);
        match (self.open.iter().find(|judged| judged.level == Level::Fail), self.open.first()) {
            (Some(worst), _) => {
                let title = XmlText::new(headline(worst), cap::TITLE);
                let more = match self.blocking() {
                    1 => String::new(),
                    count => format!(" (and {} more)", count - 1),
                };
                let severity = worst.severity;
                let _ = writeln!(xml, "      <failure type=\"{severity}\" message=\"{title}{more}\">");
                self.open.iter().take(TOLD).for_each(|judged| body(judged, xml));
                self.cut(xml);
                xml.push_str("</failure>\n");
            }
            (None, Some(_)) => {
                xml.push_str("      <system-out>");
                self.open.iter().take(TOLD).for_each(|judged| body(judged, xml));
                self.cut(xml);
                xml.push_str("</system-out>\n");
            }
            (None, None) => {
                let id = self.excepted.first().and_then(|judged| judged.exception.as_deref()).unwrap_or("exception");
                let _ = writeln!(xml, "      <skipped message=\"{}\"/>", XmlText::new(id, cap::RULE));
            }
        }
        xml.push_str("    </testcase>\n");
    }

    fn cut(&self, xml: &mut String) {
        if self.open.len() > TOLD {
            let _ = writeln!(xml, "{} more", self.open.len() - TOLD);
        }
    }
}

/// `level severity path:line:col`, then what the finding says.
fn body(judged: &Judged, xml: &mut String) {
    let finding = &judged.finding;
    let place = XmlText::new(&subject(judged), cap::PATH);
    let _ = write!(xml, "{}: {} {place}", judged.level, judged.severity);
    if let Some(location) = finding.primary() {
        for number in [location.start_line, location.start_col].into_iter().map_while(|number| number) {
            let _ = write!(xml, ":{number}");
        }
    }
    let message = if finding.message.trim().is_empty() { headline(judged) } else { &finding.message };
    let _ = writeln!(xml, "\n{}", XmlText::lines(message, 1_000));
    if let Some(remediation) = &finding.remediation {
        let _ = writeln!(xml, "{}", XmlText::lines(remediation, cap::MESSAGE));
    }
}

#[cfg(test)]
mod tests {
    use portcullis_model::InputReport;
    use quick_xml::Reader;
    use quick_xml::events::Event;

    use super::*;
    use crate::sample;

    /// Names of the elements, with the texts of their attributes; panics where the document is none.
    fn elements(xml: &str) -> Vec<(String, Vec<(String, String)>)> {
        let mut reader = Reader::from_str(xml);
        reader.config_mut().check_end_names = true;
        let (mut elements, mut depth) = (Vec::new(), 0);
        loop {
            let event = reader.read_event().expect("well-formed");
            match &event {
                Event::Start(tag) | Event::Empty(tag) => {
                    depth += i32::from(matches!(event, Event::Start(_)));
                    let attributes = tag.attributes().map(|attribute| {
                        let attribute = attribute.expect("an attribute");
                        let value = quick_xml::escape::unescape(&attribute.value).unwrap().into_owned();
                        (attribute.key.as_ref().to_owned(), value)
                    });
                    elements.push((tag.name().as_ref().to_owned(), attributes.collect()));
                }
                Event::End(_) => depth -= 1,
                Event::Eof => break,
                Event::Text(_) | Event::Decl(_) | Event::GeneralRef(_) => {}
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(depth, 0);
        elements
    }

    fn count(xml: &str, name: &str) -> usize {
        elements(xml).iter().filter(|(element, _)| element == name).count()
    }

    #[test]
    fn a_failure() {
        insta::assert_snapshot!(junit(&sample::failing()));
    }

    #[test]
    fn an_incomplete_run() {
        insta::assert_snapshot!(junit(&sample::incomplete()));
    }

    #[test]
    fn a_clean_tool_has_one_case_that_passes() {
        let mut outcome = sample::passing();
        let mut report = InputReport::default();
        report.tool.name = "trivy".to_owned();
        outcome.reports.push(report);
        let xml = junit(&outcome);
        assert_eq!((count(&xml, "testsuite"), count(&xml, "testcase"), count(&xml, "failure")), (2, 2, 0), "{xml}");
    }

    #[test]
    fn what_an_exception_accepts_is_skipped_and_named() {
        let mut outcome = sample::failing();
        let accepted = outcome.findings.iter_mut().find(|judged| judged.finding.id == "aws-access-token").unwrap();
        (accepted.state, accepted.exception) = (State::Excepted, Some("EX-7".to_owned()));
        let xml = junit(&outcome);
        let skipped: Vec<_> = elements(&xml).into_iter().filter(|(element, _)| element == "skipped").collect();
        assert_eq!(skipped, [("skipped".to_owned(), vec![("message".to_owned(), "EX-7".to_owned())])]);
    }

    #[test]
    fn the_counts_are_those_of_the_elements() {
        for outcome in [sample::failing(), sample::incomplete(), sample::hostile(), sample::many(5_000)] {
            let xml = junit(&outcome);
            let all = elements(&xml);
            let (_, totals) = &all[0];
            let total = |name: &str| {
                let (_, value) = totals.iter().find(|(key, _)| key == name).unwrap();
                value.parse::<usize>().unwrap()
            };
            assert_eq!(total("tests"), count(&xml, "testcase"));
            assert_eq!(total("failures"), count(&xml, "failure"));
            assert_eq!(total("errors"), count(&xml, "error"));
            assert_eq!(total("skipped"), count(&xml, "skipped"));
        }
    }

    #[test]
    fn no_line_of_the_hostile_corpus_is_a_command() {
        let xml = junit(&sample::hostile());
        assert!(!xml.contains("##[") && xml.lines().all(|line| !line.trim_start().starts_with("::")));
    }
}
