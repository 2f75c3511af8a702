//! One file of the subject tree: read once, shown to every wing that wants it.

use portcullis_model::{
    CheckRun, Collected, Entry, EntryKind, Problem, ProblemCode, RunStatus, Section, Skipped, TreeError,
};

use super::panics::contained;
use super::plan::{Plan, Secrets};
use super::staged;
use super::trust::Gate;

/// Id of the check run of the secrets wing.
pub(super) const SECRETS: &str = "secrets";

/// Everything the wings say about one entry of the tree.
pub(super) fn judge(entry: &Entry, plan: &Plan, gate: &Gate, options: &portcullis_checks::Options) -> Collected {
    let (path, subject) = (entry.path.as_str(), &*plan.subject);
    let wanted_by_checks = portcullis_checks::wants(path);
    let bytes = match &entry.stat.kind {
        EntryKind::Directory => return Collected::default(),
        EntryKind::Submodule => return left_out(path, "a submodule is a repository of its own"),
        EntryKind::Special => return left_out(path, "neither a file nor a link"),
        // What a link inside the tree leads to is searched for secrets under its own name.
        EntryKind::Symlink(target) if !wanted_by_checks => return link(path, target, plan, gate),
        EntryKind::File if plan.is_local_change() && entry.stat.size > staged::LARGEST => {
            Err(TreeError::TooLarge { size: entry.stat.size, limit: staged::LARGEST })
        }
        EntryKind::Symlink(_) | EntryKind::File => subject.read(path),
    };
    let bytes = match bytes {
        Ok(bytes) => bytes,
        Err(error) => return unread(path, &error, wanted_by_checks),
    };
    let mut collected = Collected::default();
    if entry.stat.kind == EntryKind::File {
        collected.absorb(contained(path, Section::Secrets, SECRETS, || {
            let mut searched = gate.scanner.scan(&portcullis_secrets::File::new(path, &bytes));
            plan.secrets.keep(path, &bytes, &mut searched);
            searched
        }));
    }
    if wanted_by_checks {
        let section = section_of(path);
        collected.absorb(contained(path, section, "a check", || portcullis_checks::check(path, &bytes, options)));
    }
    collected
}

/// A link that leads out of the repository, or nowhere, is not followed; that is said.
fn link(path: &str, target: &str, plan: &Plan, gate: &Gate) -> Collected {
    // What is committed of a link is the text of its target.
    if let Secrets::AddedLines(_) = plan.secrets {
        return contained(path, Section::Secrets, SECRETS, || {
            gate.scanner.scan(&portcullis_secrets::File::new(path, target.as_bytes()))
        });
    }
    match plan.subject.read(path) {
        Ok(_) | Err(TreeError::NotAFile) => Collected::default(),
        Err(error) => left_out(path, &format!("the link is not followed: it {error}")),
    }
}

/// A file nobody could read. The checks that would have judged it miss evidence.
fn unread(path: &str, error: &TreeError, wanted_by_checks: bool) -> Collected {
    let message = format!("the file cannot be read: {error}");
    let problem = if wanted_by_checks {
        Problem::error(ProblemCode::Unreadable, message).in_section(section_of(path))
    } else {
        Problem::warning(ProblemCode::Unreadable, message).in_section(Section::Secrets)
    };
    let mut collected = left_out(path, &error.to_string());
    collected.problems.push(problem.at_path(path));
    collected
}

fn left_out(path: &str, reason: &str) -> Collected {
    Collected {
        check_runs: vec![CheckRun {
            section: Section::Secrets,
            id: SECRETS.to_owned(),
            status: RunStatus::Skipped,
            seen: 0,
            skipped: vec![Skipped { what: path.to_owned(), reason: reason.to_owned(), on_purpose: false }],
        }],
        ..Collected::default()
    }
}

/// The section that misses a file nobody could read or judge: its content would tell, and only its name is left.
fn section_of(path: &str) -> Section {
    let is_workflow = path.starts_with(".github/") || path.ends_with("action.yml") || path.ends_with("action.yaml");
    if is_workflow { Section::Workflows } else { Section::Manifests }
}
