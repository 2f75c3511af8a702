//! Which shell runs a script (spec/workflows.md 3.2).

use portcullis_syntax::expression;
use portcullis_syntax::yaml::Node;

use super::taint::MOST_COMBINATIONS;
use super::{Step, Workflow};
use crate::file::FileKind;

/// Labels of a machine that are looked at.
const MOST_LABELS: usize = 16;

/// The family of a shell, as far as its quotes and variables go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shell {
    /// bash, sh and their kin.
    Posix,
    /// pwsh, powershell
    PowerShell,
}

impl Shell {
    /// The shell of a `run:`; `None` where it is another language or nobody can tell.
    pub(crate) fn of(step: &Step<'_>) -> Option<Self> {
        let default = |node: Node<'_>| Some(node.get("defaults")?.get("run")?.get("shell")?.value()?.to_owned());
        let named = step.node.get("shell").map(|shell| shell.value().unwrap_or_default().to_owned());
        let named = named.or_else(|| default(step.job.node)).or_else(|| default(step.workflow.root));
        match named {
            Some(named) => Self::named(&named),
            // An action says it in each step.
            None if step.workflow.kind == FileKind::Action => None,
            None => Self::of_runner(step.job.node.get("runs-on")?, step.job.node, step.workflow),
        }
    }

    /// `bash`, `/bin/bash -e {0}`
    fn named(shell: &str) -> Option<Self> {
        let program = shell.split_whitespace().next()?;
        match program.rsplit(['/', '\\']).next()? {
            "bash" | "sh" | "zsh" | "dash" | "ksh" => Some(Self::Posix),
            "pwsh" | "powershell" | "pwsh.exe" | "powershell.exe" => Some(Self::PowerShell),
            _ => None,
        }
    }

    /// The default of the machine that the labels name.
    fn of_runner(runs_on: Node<'_>, job: Node<'_>, workflow: &Workflow<'_>) -> Option<Self> {
        let labels = runs_on.get("labels").unwrap_or(runs_on);
        let labels: Vec<&str> = match labels.value() {
            Some(label) => vec![label],
            None => labels.items().take(MOST_LABELS).filter_map(Node::value).collect(),
        };
        labels.into_iter().find_map(|label| match label.trim().strip_prefix("${{") {
            Some(_) => Self::of_matrix(label, job, workflow),
            None => Self::of_label(label),
        })
    }

    fn of_label(label: &str) -> Option<Self> {
        let label = label.trim().to_ascii_lowercase();
        let is = |names: &[&str]| names.iter().any(|name| label.starts_with(name));
        if is(&["windows"]) {
            Some(Self::PowerShell)
        } else if is(&["ubuntu", "macos"]) || label == "linux" {
            Some(Self::Posix)
        } else {
            None
        }
    }

    /// `${{ matrix.os }}`: known where every value of the row has the same shell.
    fn of_matrix<'w>(label: &str, job: Node<'w>, workflow: &Workflow<'w>) -> Option<Self> {
        let mut found = expression::placeholders(label);
        let path = expression::parse(found.next()?.inner(label)).ok()?.context_path()?;
        let names = path.after("matrix")?;
        let (row, below) = names.split_first()?;
        let matrix = job.get("strategy")?.get("matrix").filter(|matrix| matrix.is_map())?;
        let items = |node: Option<Node<'w>>| node.into_iter().flat_map(Node::items).take(MOST_COMBINATIONS + 1);
        let mut values: Vec<Node<'_>> = items(workflow.names.find(matrix, row)).collect();
        let included: Vec<Node<'_>> = items(matrix.get("include")).filter(|added| added.is_map()).collect();
        let too_many = values.len().max(included.len()) > MOST_COMBINATIONS;
        if too_many || workflow.expressions.is_dynamic(matrix) || found.next().is_some() {
            return None;
        }
        values.extend(included.into_iter().filter_map(|added| workflow.names.find(added, row)));
        let mut shells = values.into_iter().map(|value| {
            let value = below.iter().try_fold(value, |value, name| value.get(name));
            value.and_then(Node::value).and_then(Self::of_label)
        });
        let first = shells.next()??;
        shells.all(|shell| shell == Some(first)).then_some(first)
    }
}

#[cfg(test)]
mod tests {
    use portcullis_syntax::yaml::{Dialect, Limits, parse};

    use super::*;

    fn shell(job: &str) -> Option<Shell> {
        let text = format!("on: push\njobs: {{a: {{{job}, steps: [{{run: x}}]}}}}");
        let file = parse(text.as_bytes(), Dialect::Core, &Limits::WORKFLOW);
        let workflow = Workflow::read(FileKind::Workflow, file.documents().next().unwrap().root().unwrap());
        let step = workflow.steps().next().unwrap();
        Shell::of(&step)
    }

    #[test]
    fn the_machine_decides_where_nothing_is_said() {
        assert_eq!(shell("runs-on: ubuntu-24.04"), Some(Shell::Posix));
        assert_eq!(shell("runs-on: windows-latest"), Some(Shell::PowerShell));
        assert_eq!(shell("runs-on: [self-hosted, Linux]"), Some(Shell::Posix));
        assert_eq!(shell("runs-on: self-hosted"), None);
        assert_eq!(shell("runs-on: windows-latest, defaults: {run: {shell: '/bin/bash -e {0}'}}"), Some(Shell::Posix));
        assert_eq!(shell("runs-on: ubuntu-latest, defaults: {run: {shell: python}}"), None);
    }

    #[test]
    fn a_matrix_is_known_where_all_its_machines_agree() {
        let of = |matrix: &str| shell(&format!("runs-on: '${{{{ matrix.os }}}}', strategy: {{matrix: {matrix}}}"));
        assert_eq!(of("{os: [ubuntu-latest, macos-14]}"), Some(Shell::Posix));
        assert_eq!(of("{os: [ubuntu-latest, windows-latest]}"), None);
        assert_eq!(of("{os: [ubuntu-latest], include: [{os: windows-latest}]}"), None);
        assert_eq!(of("{include: [{os: windows-latest}]}"), Some(Shell::PowerShell));
        assert_eq!(of("{os: '${{ fromJSON(inputs.os) }}'}"), None);
        assert_eq!(of("{other: [1]}"), None);
    }
}
