//! What a repository shows of itself by the names of its files.

use std::fmt::Write as _;

use portcullis_model::{Globs, LOCK_FILES};

use crate::cli::output;

/// Kinds of files, as they are told, and the names by which they are known.
const KINDS: [(&str, &[&str]); 9] = [
    ("lock files", LOCK_FILES),
    ("workflows", &[".github/workflows/*.{yml,yaml}"]),
    ("Dockerfiles", &["Dockerfile", "Dockerfile.*", "*.Dockerfile", "Containerfile"]),
    ("compose files", &["{docker-,}compose{,.*}.{yml,yaml}"]),
    (
        "manifests",
        &[
            "Chart.yaml",
            "kustomization.{yml,yaml}",
            "{k8s,kubernetes,manifests}/**/*.{yml,yaml}",
            "**/{k8s,kubernetes,manifests}/**/*.{yml,yaml}",
        ],
    ),
    ("alert rules", &["*{alert,rule}*.{yml,yaml}", "{alerts,rules}/**/*.{yml,yaml}"]),
    ("scanner settings", &[".gitleaks.toml", ".gitleaksignore", ".trivyignore", ".trivyignore.yaml"]),
    ("hooks", &[".pre-commit-config.yaml", "lefthook.{yml,yaml}", ".lefthook.{yml,yaml}", ".husky/*"]),
    ("owners", &["CODEOWNERS", ".github/CODEOWNERS", "docs/CODEOWNERS"]),
];

/// Files of a kind that are named.
const NAMED: usize = 3;

/// What was found.
pub(super) struct Found<'s> {
    kinds: Vec<(&'static str, Vec<&'s str>)>,
    /// The policy that is there already.
    pub(super) policy: Option<&'s str>,
    /// The file of owners that counts.
    pub(super) code_owners: Option<&'static str>,
}

impl<'s> Found<'s> {
    /// Sorts the paths of the repository by what they are.
    pub(super) fn look(paths: &'s [String]) -> Self {
        let kinds = KINDS.iter().filter_map(|(kind, patterns)| {
            let globs = Globs::compile(patterns.iter().copied()).ok()?;
            let found: Vec<&str> = paths.iter().map(String::as_str).filter(|path| globs.matches(path)).collect();
            (!found.is_empty()).then_some((*kind, found))
        });
        let is_there = |wanted: &str| paths.iter().any(|path| path == wanted);
        Self {
            kinds: kinds.collect(),
            policy: paths.iter().map(String::as_str).find(|path| crate::gate::POLICY_FILES.contains(path)),
            // In the order in which GitHub looks for it.
            code_owners: [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"]
                .into_iter()
                .find(|path| is_there(path)),
        }
    }

    /// The files of a kind; empty where there are none.
    pub(super) fn of(&self, kind: &str) -> &[&'s str] {
        self.kinds.iter().find(|(known, _)| *known == kind).map_or(&[], |(_, found)| found)
    }

    /// A line for each kind.
    pub(super) fn told(&self) -> String {
        let mut text = String::new();
        for (kind, found) in &self.kinds {
            let mut named: Vec<String> = found.iter().take(NAMED).map(|path| output::cell(path)).collect();
            if found.len() > NAMED {
                named.push(format!("{} more", found.len() - NAMED));
            }
            let _ = writeln!(text, "found {kind}: {}", named.join(", "));
        }
        if text.is_empty() {
            text.push_str("found nothing that has checks of its own; secrets are looked for in every file\n");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_patterns_of_every_kind_compile() {
        for (kind, patterns) in KINDS {
            assert!(Globs::compile(patterns.iter().copied()).is_ok(), "{kind}");
        }
    }

    #[test]
    fn files_are_known_by_their_names_also_further_down() {
        let paths = ["a/Cargo.lock", "deploy/k8s/web/app.yaml", "monitoring/rules/x.yml"].map(str::to_owned);
        let found = Found::look(&paths);
        assert_eq!(found.of("lock files"), ["a/Cargo.lock"]);
        assert_eq!(found.of("manifests"), ["deploy/k8s/web/app.yaml"]);
        assert_eq!(found.of("workflows"), [] as [&str; 0]);
    }
}
