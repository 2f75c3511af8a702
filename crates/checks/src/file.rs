//! What a file is, by its name: the cheap question that is asked of every file of the tree before one is read.

use portcullis_syntax::yaml::{Dialect, Limits};

/// What a file is by its name alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileKind {
    /// `.github/workflows/*.yml`
    Workflow,
    /// `action.yml` anywhere.
    Action,
    /// `.github/dependabot.yml`
    Dependabot,
    /// Any other YAML or JSON file: its documents say what they are.
    Documents,
}

impl FileKind {
    /// By the path relative to the root of the repository.
    pub(crate) fn of(path: &str) -> Option<Self> {
        let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
        let (stem, extension) = name.rsplit_once('.')?;
        let yaml = matches!(extension, "yml" | "yaml");
        match (directory, stem) {
            (".github/workflows", _) if yaml => Some(Self::Workflow),
            (_, "action") if yaml => Some(Self::Action),
            (".github", "dependabot") if yaml => Some(Self::Dependabot),
            _ if yaml || extension == "json" => Some(Self::Documents),
            _ => None,
        }
    }
}

/// Whether [`check`](crate::check) could have something to say about a file with this path.
pub fn wants(path: &str) -> bool {
    FileKind::of(path).is_some()
}

/// How a file with this path is read: what an edit of it has to be held against.
pub fn grammar(path: &str) -> (Dialect, Limits) {
    match FileKind::of(path) {
        Some(FileKind::Documents) | None if path.rsplit('.').next() == Some("json") => {
            (Dialect::Yaml11, Limits::KUBERNETES.for_json())
        }
        Some(FileKind::Documents) | None => (Dialect::Yaml11, Limits::KUBERNETES),
        Some(FileKind::Workflow | FileKind::Action | FileKind::Dependabot) => (Dialect::Core, Limits::WORKFLOW),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_directly_in_the_workflow_folder_are_workflows() {
        assert_eq!(FileKind::of(".github/workflows/ci.yml"), Some(FileKind::Workflow));
        assert_eq!(FileKind::of(".github/workflows/sub/ci.yml"), Some(FileKind::Documents));
        assert_eq!(FileKind::of("docs/.github/workflows/ci.yml"), Some(FileKind::Documents));
    }

    #[test]
    fn an_action_may_stand_anywhere() {
        assert_eq!(FileKind::of("action.yaml"), Some(FileKind::Action));
        assert_eq!(FileKind::of(".github/actions/setup/action.yml"), Some(FileKind::Action));
    }

    #[test]
    fn other_languages_are_not_wanted() {
        assert!(!wants("README.md") && !wants("Dockerfile") && !wants("src/action.rs"));
    }
}
