//! One file of the subject tree: read once, shown to every wing that wants it.

use portcullis_model::{
    CheckRun, Collected, Entry, EntryKind, Problem, ProblemCode, RunStatus, Section, Skipped, Tree, TreeError,
};

use super::panics::contained;
use super::plan::Secrets;
use super::staged;
use super::trust::Gate;

/// Id of the check run of the secrets wing.
pub(super) const SECRETS: &str = "secrets";

/// What is looked at, and by whom.
#[derive(Clone, Copy)]
pub(super) struct Look<'a> {
    pub(super) tree: &'a dyn Tree,
    /// Where a secret counts.
    pub(super) counting: &'a Secrets,
    pub(super) gate: &'a Gate,
    pub(super) wings: Wings,
}

/// The wings that look at files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wings {
    pub(super) secrets: bool,
    pub(super) checks: bool,
}

impl Wings {
    pub(super) const ALL: Self = Self { secrets: true, checks: true };
}

/// What each of them said.
#[derive(Default)]
pub(super) struct Said {
    pub(super) secrets: Collected,
    pub(super) checks: Collected,
}

impl Said {
    pub(super) fn absorb(&mut self, other: Self) {
        self.secrets.absorb(other.secrets);
        self.checks.absorb(other.checks);
    }

    fn by_secrets(secrets: Collected) -> Self {
        Self { secrets, checks: Collected::default() }
    }
}

/// Everything the wings say about one entry of the tree.
pub(super) fn judge(entry: &Entry, look: Look<'_>, options: &portcullis_checks::Options) -> Said {
    let path = entry.path.as_str();
    let wanted_by_checks = portcullis_checks::wants(path);
    let bytes = match &entry.stat.kind {
        EntryKind::Directory => return Said::default(),
        EntryKind::Submodule => return Said::by_secrets(left_out(path, "a submodule is a repository of its own")),
        EntryKind::Special => return Said::by_secrets(left_out(path, "neither a file nor a link")),
        // What a link inside the tree leads to is searched for secrets under its own name.
        EntryKind::Symlink(target) if !wanted_by_checks => return Said::by_secrets(link(path, target, look)),
        EntryKind::File if look.counting.is_local_change() && entry.stat.size > staged::LARGEST => {
            Err(TreeError::TooLarge { size: entry.stat.size, limit: staged::LARGEST })
        }
        EntryKind::Symlink(_) | EntryKind::File => look.tree.read(path),
    };
    let bytes = match bytes {
        Ok(bytes) => bytes,
        Err(error) => return unread(path, &error, wanted_by_checks),
    };
    let mut said = Said::default();
    if entry.stat.kind == EntryKind::File && look.wings.secrets {
        said.secrets = contained(path, Section::Secrets, SECRETS, || {
            let mut searched = look.gate.scanner.scan(&portcullis_secrets::File::new(path, &bytes));
            look.counting.keep(path, &bytes, &mut searched);
            searched
        });
    }
    if wanted_by_checks && look.wings.checks {
        let section = section_of(path);
        said.checks = contained(path, section, "a check", || portcullis_checks::check(path, &bytes, options));
    }
    said
}

/// A link that leads out of the repository, or nowhere, is not followed; that is said.
fn link(path: &str, target: &str, look: Look<'_>) -> Collected {
    // What is committed of a link is the text of its target.
    if let Secrets::AddedLines(_) = look.counting {
        return contained(path, Section::Secrets, SECRETS, || {
            look.gate.scanner.scan(&portcullis_secrets::File::new(path, target.as_bytes()))
        });
    }
    match look.tree.read(path) {
        Ok(_) | Err(TreeError::NotAFile) => Collected::default(),
        Err(error) => left_out(path, &format!("the link is not followed: it {error}")),
    }
}

/// A file nobody could read. The checks that would have judged it miss evidence.
fn unread(path: &str, error: &TreeError, wanted_by_checks: bool) -> Said {
    let message = format!("the file cannot be read: {error}");
    let problem = if wanted_by_checks {
        Problem::error(ProblemCode::Unreadable, message).in_section(section_of(path))
    } else {
        Problem::warning(ProblemCode::Unreadable, message).in_section(Section::Secrets)
    };
    let mut secrets = left_out(path, &error.to_string());
    let mut checks = Collected::default();
    let missed = if wanted_by_checks { &mut checks } else { &mut secrets };
    missed.problems.push(problem.at_path(path));
    Said { secrets, checks }
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
