//! Masks known secrets in every text of an outcome: the last step before anything leaves the program.

use portcullis_model::{Location, Outcome, Problem, Redactor};

/// Masks every text that can hold words of a file or a report.
pub(super) fn redact(outcome: &mut Outcome, redactor: &Redactor) {
    if redactor.is_empty() {
        return;
    }
    let mask = |text: &mut String| redactor.mask(text);
    for judged in &mut outcome.findings {
        let finding = &mut judged.finding;
        for text in [&mut finding.title, &mut finding.message, &mut finding.description] {
            mask(text);
        }
        finding.remediation.iter_mut().for_each(mask);
        finding.locations.iter_mut().chain(&mut finding.related).for_each(|place| location(place, redactor));
        for suppression in &mut finding.suppressions {
            suppression.reason.iter_mut().for_each(mask);
        }
        for edit in &mut finding.edits {
            mask(&mut edit.replacement);
        }
        judged.notes.iter_mut().for_each(mask);
    }
    outcome.problems.iter_mut().for_each(|problem| mask_problem(problem, redactor));
    for report in &mut outcome.reports {
        report.problems.iter_mut().for_each(|problem| mask_problem(problem, redactor));
        report.skipped.iter_mut().for_each(|skipped| mask(&mut skipped.reason));
    }
    outcome.reasons.iter_mut().for_each(|reason| mask(&mut reason.text));
    outcome.exceptions.iter_mut().for_each(|exception| mask(&mut exception.reason));
    for suite in &mut outcome.test_suites {
        suite.failed_cases.iter_mut().for_each(|case| mask(&mut case.message));
    }
}

fn location(place: &mut Location, redactor: &Redactor) {
    for text in [&mut place.uri, &mut place.logical, &mut place.label, &mut place.resource].into_iter().flatten() {
        redactor.mask(text);
    }
    // Excerpts of local files were masked before they were cut; those of reports were not.
    place.snippet.iter_mut().for_each(|snippet| redactor.mask_keeping_width(snippet));
}

fn mask_problem(problem: &mut Problem, redactor: &Redactor) {
    redactor.mask(&mut problem.message);
    problem.pointer.iter_mut().for_each(|pointer| redactor.mask(pointer));
}
