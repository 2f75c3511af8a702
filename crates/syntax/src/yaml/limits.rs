//! What one file may cost before it counts as unreadable (spec/workflows.md 1.5).

/// The dialect a file's real readers speak: it decides what a plain scalar means and whether `<<` merges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// YAML 1.2 core schema: `yes` and `on` are strings, `012` is twelve.
    Core,
    /// YAML 1.1 as the Go readers of cluster tooling resolve it: `yes` is true, `0644` is octal, `<<` merges.
    Yaml11,
}

/// Upper bounds for one file. Reaching one is a [`Fault`](super::Fault) that names it; what came before is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Size of the file in bytes. A larger file is not looked at.
    pub bytes: usize,
    /// Collections inside each other.
    pub depth: usize,
    /// Documents in the file.
    pub documents: usize,
    /// Nodes in the file: scalars, collections, aliases.
    pub nodes: usize,
    /// Comments in the file.
    pub comments: usize,
    /// Anchors in the file; 0 where none are allowed.
    pub anchors: usize,
    /// Aliases; 0 where none are allowed.
    pub aliases: usize,
    /// Whether `aliases` counts each document for itself.
    pub aliases_per_document: bool,
    /// Nodes visited, through aliases, when a subtree is turned into a plain value.
    pub materialised: usize,
    /// Characters of a key that is not marked with `?`; YAML allows 1024, JSON any number.
    pub key_characters: usize,
}

impl Limits {
    /// Workflow, action and Dependabot files.
    pub const WORKFLOW: Self = Self {
        bytes: 10 << 20,
        depth: 128,
        documents: 20_000,
        nodes: 2_000_000,
        comments: 2_000_000,
        anchors: 10_000,
        aliases: 50_000,
        aliases_per_document: false,
        materialised: 250_000,
        key_characters: 1024,
    };
    /// Kubernetes, Kustomize, Helm values and compose files.
    pub const KUBERNETES: Self =
        Self { depth: 200, aliases: 10_000, aliases_per_document: true, materialised: 1_000_000, ..Self::WORKFLOW };
    /// All other files that are checked.
    pub const OTHER: Self = Self { bytes: 64 << 20, ..Self::WORKFLOW };
    /// Our own files: policies, rules, exceptions.
    pub const OWN: Self = Self {
        bytes: 1 << 20,
        depth: 64,
        documents: 1,
        nodes: 100_000,
        comments: 100_000,
        anchors: 0,
        aliases: 0,
        materialised: 100_000,
        ..Self::WORKFLOW
    };

    /// The same bounds for a `.json` file, whose keys may be long.
    #[must_use]
    pub const fn for_json(self) -> Self {
        Self { key_characters: 65_536, ..self }
    }
}
