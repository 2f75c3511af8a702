//! YAML files that no check recognises and that cannot be read: they could have been manifests or rules, so they are said.

use std::ops::Range;

use portcullis_model::{CheckRun, Collected, Health, Problem, ProblemCode, RunStatus, Section, Skipped};
use portcullis_syntax::yaml::{Fault, FaultKind, File};

use crate::broken;
use crate::check::ran;
use crate::options::{Options, Profile};

/// Problems told of one file; more of them say nothing new.
const MOST: usize = 50;

/// Adds a problem for each fault. What exceeds a limit was made not to be read, and is missing evidence; a mere slip in a file
/// nobody knows is a warning.
pub(crate) fn report(
    path: &str,
    file: &File,
    faults: &[&Fault],
    bombs: &[Range<usize>],
    options: &Options,
    collected: &mut Collected,
) {
    let Some((section, id)) = missing_evidence(options) else { return };
    let faults = faults.iter().take(MOST).map(|fault| match fault.kind {
        FaultKind::Limit(_) => told(broken::problem(path, file, fault, section), BEYOND_LIMIT),
        FaultKind::Syntax | FaultKind::Encoding => {
            Problem { health: Health::Warn, ..told(broken::problem(path, file, fault, section), UNREADABLE) }
        }
    });
    let bombs = bombs.iter().take(MOST).map(|alias| {
        let at = file.position(alias.start);
        let problem = Problem::error(ProblemCode::Limit, broken::BOMB).at_path(path).at_line(at.line, at.col);
        told(problem.in_section(section), BEYOND_LIMIT)
    });
    let problems: Vec<Problem> = faults.chain(bombs).collect();
    let Some(first) = problems.first() else { return };
    collected.check_runs.push(if problems.iter().any(|problem| problem.health == Health::Error) {
        ran(section, id, false)
    } else {
        let skipped = Skipped { what: path.to_owned(), reason: first.message.clone(), on_purpose: false };
        let status = RunStatus::Skipped;
        CheckRun { section, id: id.to_owned(), status, skipped: vec![skipped], ..CheckRun::default() }
    });
    collected.problems.extend(problems);
}

const BEYOND_LIMIT: &str = "nobody can tell what this file is: split or simplify it";
const UNREADABLE: &str = "nobody can tell whether this file is a manifest: mend the YAML at this place";

fn told(problem: Problem, advice: &str) -> Problem {
    Problem { message: format!("{}; {advice}", problem.message), ..problem }
}

/// The section that would have judged the file, unless both are switched off.
fn missing_evidence(options: &Options) -> Option<(Section, &'static str)> {
    if options.manifests.profile != Profile::Off {
        Some((Section::Manifests, "manifests"))
    } else if options.alerts.profile != Profile::Off {
        Some((Section::Alerts, "alerts"))
    } else {
        None
    }
}
