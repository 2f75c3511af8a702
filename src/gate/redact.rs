//! Masks secrets in every text of an outcome: the last step before anything leaves the program.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;

use portcullis_model::{
    Artifact, CheckRun, Component, Diagnostic, Finding, Judged, KnownSecret, Location, Outcome, Package, PolicyPreview,
    Problem, Redactor, Skipped, Span,
};
use portcullis_secrets::{File, Scanner};

/// Between two texts, so that no pattern takes the end of one and the beginning of the next for a secret.
const BETWEEN: &str = "\n\n\n\n\n\n";

/// The secrets that stand in the texts of the outcome itself: a report that git ignores, a file name, a text that a workflow
/// spells over two lines were never searched as files.
pub(super) fn secrets_in(outcome: &mut Outcome, scanner: &Scanner) -> Vec<KnownSecret> {
    // The same words stand in thousands of findings; a hash of each costs less than the text itself would.
    let (state, mut seen) = (RandomState::new(), HashSet::new());
    let mut all = String::new();
    for_each_text(outcome, &mut |text| {
        if seen.insert(state.hash_one(text.as_str())) {
            all.push_str(text);
            all.push_str(BETWEEN);
        }
    });
    search(&all, scanner)
}

/// Masks every text that can hold words of a file or a report.
pub(super) fn redact(outcome: &mut Outcome, redactor: &Redactor) {
    if redactor.is_empty() {
        return;
    }
    for judged in &mut outcome.findings {
        withdraw_proposals(judged, redactor);
    }
    for_each_text(outcome, &mut |text| redactor.mask(text));
    for judged in &mut outcome.findings {
        let places = judged.finding.locations.iter_mut().chain(&mut judged.finding.related);
        // Excerpts of local files were masked before they were cut; those of reports were not.
        places.filter_map(|place| place.snippet.as_mut()).for_each(|snippet| redactor.mask_keeping_width(snippet));
    }
}

/// An edit with a masked secret would write the mask into the file.
fn withdraw_proposals(judged: &mut Judged, redactor: &Redactor) {
    let holds_secret = |text: &str| {
        let mut masked = text.to_owned();
        redactor.mask(&mut masked);
        masked != text
    };
    if judged.suggestion.as_ref().is_some_and(|proposed| holds_secret(&proposed.replacement)) {
        judged.suggestion = None;
    }
    if judged.finding.edits.iter().any(|edit| holds_secret(&edit.replacement)) {
        judged.finding.edits.clear();
    }
}

/// Masks what messages about the files that steer the gate quote of them.
pub(super) fn diagnostics(diagnostics: &mut [Diagnostic], scanner: &Scanner) {
    fn spans(diagnostic: &mut Diagnostic) -> impl Iterator<Item = &mut Span> {
        std::iter::once(&mut diagnostic.span).chain(&mut diagnostic.related)
    }
    let mut all = Vec::new();
    for diagnostic in diagnostics.iter_mut() {
        all.push(diagnostic.message.clone());
        all.extend(diagnostic.help.iter().cloned());
        all.extend(
            spans(diagnostic).flat_map(|span| [span.path.clone(), span.label.clone(), span.source_line.clone()]),
        );
    }
    let redactor = Redactor::new(search(&all.join(BETWEEN), scanner));
    for diagnostic in diagnostics {
        redactor.mask(&mut diagnostic.message);
        diagnostic.help.iter_mut().for_each(|help| redactor.mask(help));
        for span in spans(diagnostic) {
            redactor.mask(&mut span.path);
            redactor.mask(&mut span.label);
            redactor.mask_keeping_width(&mut span.source_line);
        }
    }
}

/// Masks what the scanner finds in one text.
pub(super) fn text(text: &str, scanner: &Scanner) -> String {
    let mut masked = text.to_owned();
    Redactor::new(search(text, scanner)).mask(&mut masked);
    masked
}

fn search(text: &str, scanner: &Scanner) -> Vec<KnownSecret> {
    // Most runs have nothing to say about their gate files, and a scanner that searches nothing compiles patterns for it.
    if text.is_empty() {
        return Vec::new();
    }
    scanner.scan(&File::new("", text.as_bytes())).known_secrets
}

fn for_each_text(outcome: &mut Outcome, visit: &mut impl FnMut(&mut String)) {
    outcome.findings.iter_mut().for_each(|finding| judged(finding, visit));
    outcome.problems.iter_mut().for_each(|one| problem(one, visit));
    outcome.check_runs.iter_mut().for_each(|run: &mut CheckRun| skipped(&mut run.skipped, visit));
    for report in &mut outcome.reports {
        report.problems.iter_mut().for_each(|one| problem(one, visit));
        skipped(&mut report.skipped, visit);
        visit(&mut report.path);
        visit(&mut report.tool.name);
        report.tool.version.iter_mut().for_each(&mut *visit);
        report.artifact.iter_mut().for_each(|one| artifact(one, visit));
    }
    for row in &mut outcome.tools {
        visit(&mut row.title);
        row.version.iter_mut().chain(&mut row.note).for_each(&mut *visit);
        row.inputs.iter_mut().for_each(|input| visit(&mut input.path));
    }
    outcome.reasons.iter_mut().for_each(|reason| visit(&mut reason.text));
    for exception in &mut outcome.exceptions {
        visit(&mut exception.reason);
        exception.target.iter_mut().chain(&mut exception.owner).for_each(&mut *visit);
    }
    outcome.components.iter_mut().for_each(|one| component(one, visit));
    for metric in &mut outcome.metrics {
        visit(&mut metric.name);
        visit(&mut metric.source);
        visit(&mut metric.unit);
        metric.target.iter_mut().for_each(&mut *visit);
    }
    for suite in &mut outcome.test_suites {
        visit(&mut suite.name);
        for case in &mut suite.failed_cases {
            visit(&mut case.suite);
            visit(&mut case.name);
            visit(&mut case.message);
            case.file.iter_mut().for_each(&mut *visit);
        }
    }
    outcome.policy.changed_in_pr.iter_mut().for_each(&mut *visit);
    outcome.policy.preview.iter_mut().for_each(|one| preview(one, visit));
}

fn preview(preview: &mut PolicyPreview, visit: &mut impl FnMut(&mut String)) {
    preview.unusable.iter_mut().chain(&mut preview.workflow).chain(&mut preview.keys).for_each(&mut *visit);
    preview.rules.iter_mut().for_each(|rule| visit(&mut rule.id));
    for exception in &mut preview.exceptions {
        visit(&mut exception.id);
        visit(&mut exception.covers);
    }
    for comment in &mut preview.inline {
        visit(&mut comment.path);
        comment.rules.iter_mut().for_each(&mut *visit);
    }
}

fn judged(judged: &mut Judged, visit: &mut impl FnMut(&mut String)) {
    finding(&mut judged.finding, visit);
    judged.notes.iter_mut().for_each(&mut *visit);
    if let Some(suggestion) = &mut judged.suggestion {
        visit(&mut suggestion.path);
        visit(&mut suggestion.replacement);
        suggestion.replaced.iter_mut().for_each(&mut *visit);
    }
}

fn finding(finding: &mut Finding, visit: &mut impl FnMut(&mut String)) {
    for text in [&mut finding.title, &mut finding.message, &mut finding.description, &mut finding.severity_original] {
        visit(text);
    }
    // A licence or a rule of a report may be called anything.
    visit(&mut finding.rule_id);
    visit(&mut finding.id);
    finding.aliases = std::mem::take(&mut finding.aliases).into_iter().map(|alias| visited(alias, visit)).collect();
    finding.remediation.iter_mut().chain(&mut finding.references).for_each(&mut *visit);
    finding.locations.iter_mut().chain(&mut finding.related).for_each(|place| location(place, visit));
    finding.package.iter_mut().for_each(|one| package(one, visit));
    finding.artifact.iter_mut().for_each(|one| artifact(one, visit));
    finding.fix.iter_mut().flat_map(|fix| &mut fix.versions).for_each(&mut *visit);
    if let Some(license) = &mut finding.license {
        [&mut license.expression, &mut license.name, &mut license.category].into_iter().flatten().for_each(&mut *visit);
    }
    let scores = finding.vulnerability.iter_mut().flat_map(|vulnerability| &mut vulnerability.scores);
    scores.filter_map(|score| score.source.as_mut()).for_each(|rater| shared(rater, visit));
    for suppression in &mut finding.suppressions {
        let texts = [&mut suppression.reason, &mut suppression.justification, &mut suppression.owner];
        texts.into_iter().chain([&mut suppression.source_file]).flatten().for_each(&mut *visit);
    }
    for edit in &mut finding.edits {
        visit(&mut edit.path);
        visit(&mut edit.replacement);
    }
    for source in &mut finding.sources {
        visit(&mut source.tool);
        visit(&mut source.report);
        visit(&mut source.pointer);
        source.tool_version.iter_mut().for_each(&mut *visit);
    }
}

/// All findings of a report share it: only what changes is copied.
fn artifact(artifact: &mut Arc<Artifact>, visit: &mut impl FnMut(&mut String)) {
    let mut name = artifact.name.clone();
    visit(&mut name);
    if name != artifact.name {
        Arc::make_mut(artifact).name = name;
    }
}

fn visited(mut text: String, visit: &mut impl FnMut(&mut String)) -> String {
    visit(&mut text);
    text
}

/// The same of a text.
fn shared(text: &mut Arc<str>, visit: &mut impl FnMut(&mut String)) {
    let mut own = text.to_string();
    visit(&mut own);
    if own != **text {
        *text = own.into();
    }
}

fn component(component: &mut Component, visit: &mut impl FnMut(&mut String)) {
    package(&mut component.package, visit);
    let said = [&mut component.supplier, &mut component.author, &mut component.distribution];
    let names = [&mut component.cpe, &mut component.swid, &mut component.invalid_purl, &mut component.written_purl];
    said.into_iter().chain(names).flatten().chain(&mut component.evidence).for_each(visit);
}

fn location(place: &mut Location, visit: &mut impl FnMut(&mut String)) {
    visit(&mut place.path);
    let texts = [&mut place.uri, &mut place.logical, &mut place.label, &mut place.resource];
    texts.into_iter().flatten().for_each(visit);
}

fn package(package: &mut Package, visit: &mut impl FnMut(&mut String)) {
    visit(&mut package.name);
    let texts = [&mut package.purl, &mut package.namespace, &mut package.version, &mut package.path];
    texts.into_iter().chain([&mut package.bom_ref]).flatten().for_each(&mut *visit);
    for texts in [&mut package.dependency_path, &mut package.licenses, &mut package.upstream] {
        texts.iter_mut().for_each(&mut *visit);
    }
}

fn problem(problem: &mut Problem, visit: &mut impl FnMut(&mut String)) {
    visit(&mut problem.message);
    problem.path.iter_mut().chain(&mut problem.pointer).chain(&mut problem.report).for_each(visit);
}

fn skipped(skipped: &mut [Skipped], visit: &mut impl FnMut(&mut String)) {
    for one in skipped {
        visit(&mut one.what);
        visit(&mut one.reason);
    }
}
