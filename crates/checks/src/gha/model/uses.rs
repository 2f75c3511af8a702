//! `uses:` (spec/workflows.md 3.1).

use std::ops::Range;

use portcullis_syntax::yaml::Node;

/// One `uses:` of a file.
#[derive(Clone, Copy)]
pub(crate) struct Uses<'a> {
    /// The value.
    pub(crate) node: Node<'a>,
    /// What it names.
    pub(crate) target: Target<'a>,
}

/// What a `uses:` names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target<'a> {
    /// `./path`: the same repository.
    Local,
    /// `docker://image`
    Docker,
    /// `owner/repo[/path]@ref`
    Repository(Action<'a>),
    /// Nothing GitHub would accept.
    Invalid,
}

/// `owner/repo[/path]@ref`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Action<'a> {
    /// `owner/repo` as written.
    pub(crate) slug: &'a str,
    /// What follows the repository, without the slash.
    pub(crate) path: &'a str,
    /// What follows the `@`.
    pub(crate) version: &'a str,
}

/// What a ref promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RefKind {
    /// A whole commit hash: the only ref nobody can move.
    Commit,
    /// `v4`, `1.2.3`
    Version,
    /// A branch or another tag.
    Symbolic,
}

impl<'a> Uses<'a> {
    pub(crate) fn read(node: Node<'a>) -> Self {
        Self { node, target: node.as_str().map_or(Target::Invalid, Target::parse) }
    }

    /// The action or reusable workflow of another repository.
    pub(crate) fn action(&self) -> Option<Action<'a>> {
        match self.target {
            Target::Repository(action) => Some(action),
            Target::Local | Target::Docker | Target::Invalid => None,
        }
    }

    pub(crate) fn span(&self) -> Range<usize> {
        self.node.resolve().span()
    }
}

impl<'a> Target<'a> {
    fn parse(text: &'a str) -> Self {
        let text = text.trim();
        if text.starts_with("./") || text.starts_with("$/") {
            return Self::Local;
        }
        if text.starts_with("docker://") {
            return Self::Docker;
        }
        if text.contains("${{") {
            return Self::Invalid;
        }
        let Some((name, version)) = text.split_once('@') else { return Self::Invalid };
        let mut slashes = name.match_indices('/').map(|(at, _)| at);
        let Some(first) = slashes.next() else { return Self::Invalid };
        let (slug, path) = match slashes.next() {
            Some(second) => (name.get(..second), name.get(second + 1..)),
            None => (Some(name), Some("")),
        };
        let (Some(slug), Some(path)) = (slug, path) else { return Self::Invalid };
        let named = first > 0 && slug.len() > first + 1 && !version.is_empty();
        if named { Self::Repository(Action { slug, path, version }) } else { Self::Invalid }
    }
}

impl Action<'_> {
    /// Whether this is an action (of any sub path) of `owner/repo`.
    pub(crate) fn is(&self, slug: &str) -> bool {
        self.slug.eq_ignore_ascii_case(slug)
    }

    pub(crate) fn ref_kind(&self) -> RefKind {
        let hexadecimal = self.version.bytes().all(|byte| byte.is_ascii_hexdigit());
        if hexadecimal && matches!(self.version.len(), 40 | 64) {
            return RefKind::Commit;
        }
        if is_version(self.version) { RefKind::Version } else { RefKind::Symbolic }
    }

    /// Seven to thirty-nine hexadecimal digits: looks like a commit, is resolved as a branch or tag name.
    pub(crate) fn is_abbreviated_commit(&self) -> bool {
        let bytes = self.version.as_bytes();
        (7..40).contains(&bytes.len())
            && bytes.iter().all(u8::is_ascii_hexdigit)
            && bytes.iter().any(u8::is_ascii_alphabetic)
    }
}

/// `v?N(.N){0,2}` and whatever follows a `.`, `-` or `+`.
fn is_version(version: &str) -> bool {
    let numbers = version.strip_prefix(['v', 'V']).unwrap_or(version);
    let core = numbers.split(['-', '+']).next().unwrap_or_default();
    !core.is_empty()
        && core
            .split('.')
            .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()) && part.len() <= 9)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn action(text: &str) -> Action<'_> {
        match Target::parse(text) {
            Target::Repository(action) => action,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn the_parts_of_an_action_are_told_apart() {
        let part = action("octo-org/tools/.github/workflows/build.yml@v1.2");
        assert_eq!((part.slug, part.path, part.version), ("octo-org/tools", ".github/workflows/build.yml", "v1.2"));
        assert_eq!(action("actions/checkout@main").path, "");
    }

    #[test]
    fn only_a_whole_hash_is_a_commit() {
        assert_eq!(action("a/b@8f4b7f84864484a7bf31766abe9204da3cbe65b3").ref_kind(), RefKind::Commit);
        assert_eq!(action("a/b@8f4b7f8").ref_kind(), RefKind::Symbolic);
        assert!(action("a/b@8f4b7f8").is_abbreviated_commit());
        assert!(!action("a/b@20240101").is_abbreviated_commit(), "a date is a tag");
    }

    #[test]
    fn versions_are_told_from_branches() {
        for version in ["v4", "4", "1.2.3", "v1.2.3-rc.1", "v2.0.0+build"] {
            assert_eq!(action(&format!("a/b@{version}")).ref_kind(), RefKind::Version, "{version}");
        }
        for branch in ["main", "v1-branch.x".trim_end_matches('x'), "release/v1", "stable", "v"] {
            assert_ne!(action(&format!("a/b@{branch}")).ref_kind(), RefKind::Commit, "{branch}");
        }
        assert_eq!(action("a/b@release/v1").ref_kind(), RefKind::Symbolic);
    }

    #[test]
    fn what_github_would_refuse_is_invalid() {
        for text in ["actions/checkout", "checkout@v1", "/x@v1", "a/@v1", "a/b@", "${{ x }}/b@v1"] {
            assert_eq!(Target::parse(text), Target::Invalid, "{text}");
        }
    }
}
