//! Files that cannot be read: `gha-syntax/unparsable`, `yaml/syntax`, `yaml/limits`. Each fault is a finding, which people
//! see, and a problem, which keeps the verdict from being a pass.

use std::collections::BTreeMap;
use std::ops::Range;

use portcullis_model::{Problem, ProblemCode, Rule, Section};
use portcullis_syntax::yaml::{Fault, FaultKind, File};

use crate::registry;
use crate::reporter::Sheet;

/// Faults reported for one file; more of them say nothing new.
const MOST: usize = 50;

/// Aliases that stand for more than is read.
pub(crate) const BOMB: &str = "aliases make this document larger than what is read (an alias bomb)";

/// Documents of a file that have a fault, with their first one.
pub(crate) fn broken_documents(file: &File) -> BTreeMap<usize, &Fault> {
    let mut broken = BTreeMap::new();
    for fault in file.faults() {
        broken.entry(fault.document).or_insert(fault);
    }
    broken
}

/// The finding and the problem of faults.
pub(crate) fn report<'f>(
    path: &str,
    file: &File,
    faults: impl IntoIterator<Item = &'f Fault>,
    section: Section,
    sheet: &mut Sheet,
) -> Vec<Problem> {
    faults
        .into_iter()
        .take(MOST)
        .map(|fault| {
            let line_end = file.line_range(fault.line).end.max(fault.byte);
            sheet
                .reporter(rule(fault.kind, section))
                .at(fault.byte..line_end)
                .message(format_args!("{}; nothing behind this place was judged", fault.message))
                .remediation(advice(fault.kind))
                .identity("")
                .whatever_comments_say();
            problem(path, file, fault, section)
        })
        .collect()
}

/// The finding and the problem of a document that aliases blow up beyond what is read.
pub(crate) fn report_expansion(
    path: &str,
    file: &File,
    alias: Range<usize>,
    section: Section,
    sheet: &mut Sheet,
) -> Problem {
    let at = file.position(alias.start);
    sheet
        .reporter(rule(FaultKind::Limit("materialised"), section))
        .at(alias)
        .message(BOMB)
        .remediation("write out what the aliases stand for, or split the file")
        .identity("")
        .whatever_comments_say();
    Problem::error(ProblemCode::Limit, BOMB).at_path(path).at_line(at.line, at.col).in_section(section)
}

fn rule(kind: FaultKind, section: Section) -> Rule {
    match (section, kind) {
        (Section::Workflows, _) => registry::GHA_SYNTAX_UNPARSABLE,
        (_, FaultKind::Limit(_)) => registry::YAML_LIMITS,
        (_, FaultKind::Syntax | FaultKind::Encoding) => registry::YAML_SYNTAX,
    }
}

fn advice(kind: FaultKind) -> &'static str {
    match kind {
        FaultKind::Syntax => "mend the YAML at this place",
        FaultKind::Encoding => "save the file as UTF-8",
        FaultKind::Limit(_) => "split or simplify the file",
    }
}

/// Evidence that is missing because of a fault.
pub(crate) fn problem(path: &str, file: &File, fault: &Fault, section: Section) -> Problem {
    let code = match fault.kind {
        FaultKind::Limit(_) => ProblemCode::Limit,
        FaultKind::Syntax | FaultKind::Encoding => ProblemCode::Unparsable,
    };
    let problem =
        Problem::error(code, fault.message.clone()).at_path(path).at_line(fault.line, fault.col).in_section(section);
    // Offsets into a transcoded text are no offsets into the file.
    if file.is_transcoded() { problem } else { problem.at_byte(fault.byte as u64) }
}
