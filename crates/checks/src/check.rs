//! From one file to what is wrong with it.

use portcullis_model::{CheckRun, Collected, Rule, RunStatus, Section};
use portcullis_syntax::yaml::{self, Dialect, Limits};

use crate::file::FileKind;
use crate::gha::model::Workflow;
use crate::locate::Notation;
use crate::options::{Options, Profile};
use crate::reporter::{Area, Sheet};
use crate::suppression::Suppressions;
use crate::{broken, documents, expansion, gha, gha_syntax, registry};

/// Judges one file of the repository: a workflow, an action, a Dependabot file, a Kubernetes manifest, a file of Prometheus
/// rules. A file that is none of these gives nothing; one that is and cannot be read gives a finding and a problem.
pub fn check(path: &str, bytes: &[u8], options: &Options) -> Collected {
    match FileKind::of(path) {
        Some(FileKind::Documents) => documents::check(path, bytes, options),
        Some(kind) if options.workflows.profile != Profile::Off => check_workflow(path, bytes, kind, options),
        _ => Collected::default(),
    }
}

fn check_workflow(path: &str, bytes: &[u8], kind: FileKind, options: &Options) -> Collected {
    let file = yaml::parse(bytes, Dialect::Core, &Limits::WORKFLOW);
    let mut sheet = Sheet::default();
    let mut units = Vec::new();
    let mut problems = broken::report(path, &file, file.faults(), Section::Workflows, &mut sheet);
    // GitHub reads the first document; what comes before a fault is judged as well.
    if let Some(root) = file.documents().next().and_then(|document| document.root()) {
        let alias = expansion::first_beyond(root, file.limits().materialised);
        problems
            .extend(alias.map(|alias| broken::report_expansion(path, &file, alias, Section::Workflows, &mut sheet)));
        gha_syntax::run(kind, root, &mut sheet);
        if kind != FileKind::Dependabot {
            let workflow = Workflow::read(kind, root);
            gha::run(&workflow, &options.workflows, &mut sheet);
            units = gha::units(&workflow);
            let cut = workflow.cut.clone().filter(|_| problems.is_empty());
            problems.extend(cut.map(|cut| broken::report_expansion(path, &file, cut, Section::Workflows, &mut sheet)));
        }
    }
    let foreign = options.workflows.foreign_ignores;
    let mut suppressions = Suppressions::of(path, &file, rules_of(&[Section::Workflows]), foreign);
    let area = Area {
        section: Section::Workflows,
        profile: options.workflows.profile,
        notation: Notation::Dotted,
        essential: |rule| rule.starts_with("gha-syntax/"),
    };
    let findings = sheet.publish(path, &file, &area, units, &mut suppressions);
    Collected {
        findings,
        check_runs: vec![ran(Section::Workflows, "workflows", problems.is_empty())],
        problems,
        suppression_comments: suppressions.into_comments(),
        ..Collected::default()
    }
}

/// The rules that can speak about files of these sections.
pub(crate) fn rules_of(sections: &[Section]) -> Vec<Rule> {
    let speaks = |rule: &&Rule| {
        let section = rule.section();
        // `yaml/…` belongs to the section of the file it is about.
        sections.contains(&section) || (section == Section::None && !sections.contains(&Section::Workflows))
    };
    registry::RULES.iter().filter(speaks).copied().collect()
}

/// One file was looked at.
pub(crate) fn ran(section: Section, id: &str, whole: bool) -> CheckRun {
    let status = if whole { RunStatus::Ran } else { RunStatus::Error };
    CheckRun { section, id: id.to_owned(), status, seen: 1, skipped: Vec::new() }
}
