//! A report while it is being read: every reader writes into a draft, which applies the limits and keeps the books.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_model::text::{self, bounded};
use portcullis_model::{
    Bom, CheckRun, Collected, Component, Finding, Health, InputReport, KnownSecret, LineCoverage, Location, Metric,
    Problem, ProblemCode, RunStatus, Section, Severity, SeveritySource, Source, State, TestSuite, VexStatement,
};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::cvss::{self, Known, Stated};
use crate::json::{Break, Faults};
use crate::options::{ReportOptions, Surroundings};
use crate::package_url;
use crate::paths::Paths;
use crate::severity::{self, Rating};
use crate::xml;

/// Findings of one report (spec/ingest.md 2).
const MAX_FINDINGS: usize = 2_000_000;
/// References of one finding.
const MAX_REFERENCES: usize = 20;
/// Bytes of descriptions and advice kept of one report.
const MAX_TEXT: usize = 256 << 20;
/// Characters of the flagged text that identify a finding.
const MAX_IDENTITY: usize = 2_000;
/// Metrics of one report: a tool measures some values, or some values on each page of a site.
const MAX_METRICS: usize = 20_000;
/// Different odd values named; more are only counted.
const MAX_NAMED: usize = 20;

/// What is known of a report so far.
pub(crate) struct Draft<'a> {
    pub(crate) around: &'a Surroundings<'a>,
    pub(crate) options: &'a ReportOptions,
    pub(crate) report: InputReport,
    pub(crate) findings: Vec<Finding>,
    pub(crate) components: Vec<Component>,
    pub(crate) boms: Vec<Bom>,
    pub(crate) vex: Vec<VexStatement>,
    pub(crate) metrics: Vec<Metric>,
    pub(crate) test_suites: Vec<TestSuite>,
    pub(crate) coverage: Vec<LineCoverage>,
    pub(crate) known_secrets: Vec<KnownSecret>,
    /// Sections the report is evidence for, also when it found nothing.
    pub(crate) sections: BTreeSet<Section>,
    /// Commits the report says it is about.
    pub(crate) commits: BTreeSet<String>,
    /// Packages that were looked at, where the format tells.
    pub(crate) audited: u64,
    /// Checks that passed: counted, no findings.
    pub(crate) passed: u64,
    lenient: BTreeSet<String>,
    lenient_more: u64,
    overflowed: u64,
    /// Worst health and number of the problems that are met many times.
    many: BTreeMap<ProblemCode, (Health, u64)>,
    /// Bytes of descriptions and advice kept.
    text_bytes: usize,
    known: Known,
    paths: Paths,
}

impl<'a> Draft<'a> {
    pub(crate) fn new(around: &'a Surroundings<'a>, options: &'a ReportOptions, report: InputReport) -> Self {
        Self {
            around,
            options,
            report,
            findings: Vec::new(),
            components: Vec::new(),
            boms: Vec::new(),
            vex: Vec::new(),
            metrics: Vec::new(),
            test_suites: Vec::new(),
            coverage: Vec::new(),
            known_secrets: Vec::new(),
            sections: BTreeSet::new(),
            commits: BTreeSet::new(),
            audited: 0,
            passed: 0,
            lenient: BTreeSet::new(),
            lenient_more: 0,
            overflowed: 0,
            many: BTreeMap::new(),
            text_bytes: 0,
            known: Known::default(),
            paths: Paths::default(),
        }
    }

    /// A draft of the same report before its reader has begun, for a reader that may have to begin again.
    pub(crate) fn anew(&self) -> Self {
        Self::new(self.around, self.options, self.report.clone())
    }

    /// Names the tool.
    pub(crate) fn tool(&mut self, name: &str, version: Option<String>) {
        name.clone_into(&mut self.report.tool.name);
        self.report.tool.version = version;
    }

    /// Something is wrong with the report.
    pub(crate) fn problem(&mut self, problem: Problem) {
        self.report.push_problem(problem);
    }

    /// A value was read with leniency; equal messages count once.
    pub(crate) fn lenient(&mut self, message: impl Into<String>) {
        let message = message.into();
        if self.lenient.len() < MAX_NAMED {
            self.lenient.insert(message);
        } else if !self.lenient.contains(&message) {
            self.lenient_more += 1;
        }
    }

    /// Something that may be wrong many times: the first are named, the others counted.
    pub(crate) fn problem_among_many(&mut self, problem: Problem) {
        let met = self.many.entry(problem.code).or_default();
        met.0 = met.0.max(problem.health);
        met.1 += 1;
        if met.1 <= MAX_NAMED as u64 {
            self.problem(problem);
        }
    }

    /// An item that cannot be understood: an error, because what it said is lost.
    pub(crate) fn dropped(&mut self, pointer: &str, why: &str) {
        let message =
            format!("the item at {} cannot be read and is left out: {}", bounded(pointer, 200), bounded(why, 200));
        let problem = Problem::error(ProblemCode::DroppedItem, message);
        self.problem_among_many(Problem { pointer: Some(bounded(pointer, 500)), ..problem });
    }

    /// Whether long texts are still kept. A description that a thousand findings share stands in each of them.
    pub(crate) fn has_room(&self) -> bool {
        self.text_bytes < MAX_TEXT
    }

    /// The place of a path the report names.
    pub(crate) fn location(&self, raw: &str) -> Location {
        let resolved = self.paths.resolve(raw, self.around.resolver, self.options.mount());
        Location {
            path: resolved.path,
            path_guessed: resolved.guessed,
            outside_repo: resolved.outside,
            ..Location::default()
        }
    }

    /// Rates a finding by the tool's word and scores; a word nobody knows is told.
    pub(crate) fn rate(&mut self, word: &str, scores: &[portcullis_model::Score]) -> Rating {
        if severity::of_word(word).is_none() {
            self.lenient(format!("the severity `{}` is not known: it counts as `unknown`", bounded(word.trim(), 60)));
        }
        severity::rate(word, scores, self.around.options.severity_from)
    }

    /// The severity of a finding whose tool states none: the policy's for the tool, else the usual one.
    pub(crate) fn rate_unstated(&self, usual: Severity) -> Rating {
        let by_policy = self.around.options.default_severity.get(&self.report.tool.name).copied();
        let severity = by_policy.unwrap_or(usual);
        Rating { severity, source: SeveritySource::PolicyDefault, original: String::new() }
    }

    /// Reads one item of a list; one of another shape is told.
    pub(crate) fn item<'de, T: Deserialize<'de>>(&mut self, raw: &'de RawValue, pointer: &str) -> Option<T> {
        // A list or a text would read as a structure of absent members.
        if !raw.get().starts_with('{') {
            self.dropped(pointer, "it is no object");
            return None;
        }
        serde_json::from_str(raw.get()).map_err(|error| self.dropped(pointer, &error.to_string())).ok()
    }

    /// The score a number and a vector state.
    pub(crate) fn score(&mut self, stated: Stated<'_>) -> Option<portcullis_model::Score> {
        let (score, odd) = cvss::score(stated, self.around.options.cvss_use_threat, &mut self.known);
        if let Some(odd) = odd {
            self.lenient(odd);
        }
        score
    }

    /// Fills a package from a purl; what is none is told.
    pub(crate) fn purl(&mut self, raw: &str, package: &mut portcullis_model::Package) {
        if let Err(why) = package_url::apply(raw, package) {
            self.lenient(bounded(&why, 300));
        }
    }

    /// A package the report names by ecosystem and name, and by a purl where there is one; what is none is told.
    pub(crate) fn package(
        &mut self,
        purl: Option<&str>,
        ecosystem: &str,
        name: &str,
        version: Option<&str>,
    ) -> portcullis_model::Package {
        let Some(purl) = purl else { return package_url::named(ecosystem, name, version) };
        let (package, valid) = package_url::named_with(purl, ecosystem, name, version);
        if let Err(why) = valid {
            self.lenient(bounded(&why, 300));
        }
        package
    }

    /// Never to be shown.
    pub(crate) fn secret(&mut self, text: &str) {
        // A masked text is no secret, and masking `***` everywhere would destroy every message.
        if !is_masked(text) && !text.trim().is_empty() {
            self.known_secrets.push(KnownSecret::new(text));
        }
    }

    /// Takes a finding: cuts its texts, keeps web references, names its source.
    pub(crate) fn push(&mut self, mut finding: Finding, source: Source) {
        if self.findings.len() >= MAX_FINDINGS {
            self.overflowed += 1;
            return;
        }
        finding.title = text::cut(finding.title, text::TITLE);
        finding.message = text::cut(finding.message, text::MESSAGE);
        finding.description = text::cut(finding.description, text::DESCRIPTION);
        finding.remediation = finding.remediation.map(|remediation| text::cut(remediation, text::MESSAGE));
        finding.remediation = finding.remediation.filter(|text| !text.is_empty());
        finding.references = web_references(finding.references);
        if finding.message.is_empty() {
            finding.message.clone_from(&finding.title);
        }
        if !self.has_room() {
            finding.description.clear();
            finding.remediation = None;
        }
        self.text_bytes += finding.description.len() + finding.remediation.as_ref().map_or(0, String::len);
        finding.identity = bounded(&finding.identity, MAX_IDENTITY);
        if finding.locations.is_empty() {
            finding.locations.push(Location::default());
        }
        self.sections.insert(finding.section);
        let tool = if source.tool.is_empty() { self.report.tool.name.clone() } else { source.tool };
        let tool_version = source.tool_version.or_else(|| self.report.tool.version.clone());
        // One source is the rule until findings are merged; a list that grows by itself begins with room for four.
        finding.sources.reserve_exact(1);
        finding.sources.push(Source { tool, tool_version, report: self.report.path.clone(), ..source });
        self.findings.push(finding);
    }

    /// What the report is called in metrics: its name in the policy, else its path.
    pub(crate) fn name(&self) -> String {
        self.report.name.clone().unwrap_or_else(|| self.report.path.clone())
    }

    /// Takes a measured value. Report and tool are filled in.
    pub(crate) fn metric(&mut self, metric: Metric) {
        if self.metrics.len() >= MAX_METRICS {
            let message = format!("the report holds more than the {MAX_METRICS} values that are read");
            self.problem_among_many(Problem::error(ProblemCode::TooLarge, message));
            return;
        }
        self.metrics.push(Metric {
            name: bounded(&metric.name, text::TITLE),
            target: metric.target.map(|target| bounded(&target, text::MESSAGE)),
            report: Some(self.name()),
            source: self.report.tool.name.clone(),
            ..metric
        });
    }

    /// Says what stopped the reader.
    pub(crate) fn broken(&mut self, text: &str, broken: &Break) {
        let kept = "what was found before counts";
        let (code, byte, message) = match broken {
            Break::Truncated { byte } => (
                ProblemCode::Truncated,
                *byte,
                format!("the report ends in the middle, after {byte} bytes: {kept}; run the scanner again"),
            ),
            Break::TooDeep { byte } => (ProblemCode::TooDeep, *byte, too_deep(*byte)),
            Break::Malformed { byte, why } => (
                ProblemCode::Unparsable,
                *byte,
                format!("the report is no JSON from byte {byte} on ({}): {kept}", bounded(why, 200)),
            ),
            Break::Trailing { byte } => (
                ProblemCode::TrailingGarbage,
                *byte,
                format!("something follows the end of the report at byte {byte}: write one report into one file"),
            ),
        };
        if code == ProblemCode::TooDeep && self.report.problems.iter().any(|problem| problem.code == code) {
            return;
        }
        let (line, col) = line_and_column(text, byte);
        self.problem(Problem::error(code, message).at_byte(byte as u64).at_line(line, col));
    }

    /// Hands the report to its reader; whether all of it could be read. What stopped it is said.
    pub(crate) fn whole_xml(&mut self, text: &str, handler: &mut impl xml::Handler) -> bool {
        let read = xml::read(text, handler);
        if let Err(broken) = &read {
            self.broken_xml(text, broken);
        }
        read.is_ok()
    }

    /// Says what stopped the reader of XML.
    pub(crate) fn broken_xml(&mut self, text: &str, broken: &xml::Break) {
        let kept = "what was found before counts";
        let (code, byte, message) = match broken {
            xml::Break::Truncated => {
                let message =
                    format!("the report ends in the middle, after {} bytes: {kept}; run the tool again", text.len());
                (ProblemCode::Truncated, text.len(), message)
            }
            xml::Break::TooDeep { byte } => (ProblemCode::TooDeep, *byte, too_deep(*byte)),
            xml::Break::Malformed { byte, why } => {
                (ProblemCode::Unparsable, *byte, format!("the report is no XML from byte {byte} on ({why}): {kept}"))
            }
            xml::Break::Entity { byte, name } => {
                let message = format!(
                    "the report uses the entity `&{name};` at byte {byte}, which only a document type definition explains; such definitions are not followed: {kept}"
                );
                (ProblemCode::UnsupportedVersion, *byte, message)
            }
        };
        let (line, col) = line_and_column(text, byte);
        self.problem(Problem::error(code, message).at_byte(byte as u64).at_line(line, col));
    }

    /// Says what is wrong with a document that can be read.
    pub(crate) fn faulty(&mut self, faults: &Faults) {
        for key in &faults.duplicates {
            let message = format!(
                "`{key}` is given twice in one object: readers disagree about which one counts, all findings of both are kept"
            );
            self.problem(Problem::error(ProblemCode::DuplicateKey, message));
        }
        for message in &faults.misshapen {
            self.problem(Problem::error(ProblemCode::DroppedItem, format!("{message}: what it says is not read")));
        }
    }

    /// Closes the books.
    pub(crate) fn finish(mut self, default_section: Section) -> Collected {
        self.say_what_was_odd();
        let is_clean = self.report.problems.iter().all(|problem| !is_about_reading(problem.code));
        for bom in &mut self.boms {
            bom.is_clean = is_clean;
        }
        self.count();
        if self.sections.is_empty() {
            self.sections.insert(default_section);
        }
        let first_section = self.sections.iter().next().copied().unwrap_or(default_section);
        let name = self.report.name.clone().unwrap_or_else(|| self.report.path.clone());
        for problem in &mut self.report.problems {
            problem.path.get_or_insert_with(|| self.report.path.clone());
            problem.report = Some(name.clone());
            if problem.section.is_none() && first_section != Section::None {
                problem.section = Some(first_section);
            }
        }
        let status = if self.report.health == Health::Error { RunStatus::Error } else { RunStatus::Ran };
        let check_runs = self
            .sections
            .iter()
            .map(|section| CheckRun {
                section: *section,
                id: format!("report:{name}"),
                status,
                seen: 1,
                skipped: Vec::new(),
            })
            .collect();
        Collected {
            findings: self.findings,
            problems: self.report.problems.clone(),
            check_runs,
            reports: vec![self.report],
            components: self.components,
            boms: self.boms,
            vex: self.vex,
            metrics: self.metrics,
            test_suites: self.test_suites,
            coverage: self.coverage,
            known_secrets: self.known_secrets,
            ..Collected::default()
        }
    }

    fn say_what_was_odd(&mut self) {
        for message in std::mem::take(&mut self.lenient) {
            self.problem(Problem::warning(ProblemCode::LenientValue, message));
        }
        if self.lenient_more > 0 {
            let message = format!("{} more values were read with leniency", self.lenient_more);
            self.problem(Problem::warning(ProblemCode::LenientValue, message));
        }
        for (code, (health, met)) in std::mem::take(&mut self.many) {
            if let Some(more) = met.checked_sub(MAX_NAMED as u64).filter(|more| *more > 0) {
                let message = format!("{more} more problems of this kind");
                self.problem(Problem { code, message, health, ..Problem::default() });
            }
        }
        if !self.has_room() {
            let message = "the report's texts are longer than what is kept: later findings have no description";
            self.problem(Problem::warning(ProblemCode::TooLarge, message));
        }
        if self.overflowed > 0 {
            let message =
                format!("the report holds {} findings more than the {MAX_FINDINGS} that are read", self.overflowed);
            self.problem(Problem::error(ProblemCode::TooLarge, message));
        }
    }

    fn count(&mut self) {
        let counts = &mut self.report.counts;
        for finding in &self.findings {
            if is_open(finding.state) {
                *counts.severity.get_mut(finding.severity) += 1;
            }
            *counts.kind.entry(finding.kind).or_default() += 1;
            *counts.state.entry(finding.state).or_default() += 1;
        }
        if self.passed > 0 {
            *counts.state.entry(State::Passed).or_default() += self.passed;
        }
        self.report.components = self.components.len() as u64;
    }
}

/// Whether a text is what a tool writes in the place of a secret.
pub(crate) fn is_masked(text: &str) -> bool {
    text.chars().all(|char| matches!(char, '*' | ' ' | '.')) || text == "REDACTED"
}

/// Whether a finding of this state is judged.
pub(crate) fn is_open(state: State) -> bool {
    matches!(state, State::Open | State::Review | State::UnderInvestigation)
}

/// Whether a problem says that the document is not as it should be, and not what it is about or how old it is.
fn is_about_reading(code: ProblemCode) -> bool {
    use ProblemCode::{EmptySbom, NoResults, Stale, StaleDb};
    !matches!(code, EmptySbom | NoResults | Stale | StaleDb)
}

/// What a document nested too deeply is told.
pub(crate) fn too_deep(byte: usize) -> String {
    format!("the report nests deeper than {} levels at byte {byte}: no scanner writes that", crate::json::MAX_DEPTH)
}

/// 1-based line, 1-based column in code points.
pub(crate) fn line_and_column(text: &str, byte: usize) -> (u32, u32) {
    let mut byte = byte.min(text.len());
    while !text.is_char_boundary(byte) {
        byte -= 1;
    }
    let before = text.get(..byte).unwrap_or_default();
    let line = memchr::memchr_iter(b'\n', before.as_bytes()).count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX))
}

fn web_references(references: Vec<String>) -> Vec<String> {
    // Nearly every list is fine as it is.
    let is_fine = |(index, reference): (usize, &String)| {
        is_web_reference(reference)
            && reference.trim().len() == reference.len()
            && references.iter().take(index).all(|before| !is_same_address(before, reference))
    };
    if references.len() <= MAX_REFERENCES && references.iter().enumerate().all(is_fine) {
        return references;
    }
    let mut kept: Vec<String> = Vec::with_capacity(references.len().min(MAX_REFERENCES));
    for reference in references {
        let trimmed = reference.trim();
        if !is_web_reference(trimmed) {
            continue;
        }
        // At most twenty: looking through them costs less than a set of them.
        if kept.iter().all(|known| !is_same_address(known, trimmed)) {
            kept.push(if trimmed.len() == reference.len() { reference } else { trimmed.to_owned() });
        }
        if kept.len() == MAX_REFERENCES {
            break;
        }
    }
    kept
}

/// Addresses of one list begin alike and differ at their ends.
fn is_same_address(one: &str, two: &str) -> bool {
    one.as_bytes().last() == two.as_bytes().last() && one == two
}

fn is_web_reference(text: &str) -> bool {
    let is_plain = || text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    (text.starts_with("https://") || text.starts_with("http://"))
        && text.len() <= text::MESSAGE
        && (is_plain() || !text.contains(char::is_control))
}
