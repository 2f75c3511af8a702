//! A package as reports name it (spec/ingest.md 1.2).

use serde::{Deserialize, Serialize};

/// Names of the files in which package managers write down the versions they chose.
pub const LOCK_FILES: &[&str] = &[
    "package-lock.json",
    "npm-shrinkwrap.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "bun.lock",
    "poetry.lock",
    "uv.lock",
    "pdm.lock",
    "Pipfile.lock",
    "pylock.toml",
    "Cargo.lock",
    "go.sum",
    "Gemfile.lock",
    "composer.lock",
    "packages.lock.json",
    "gradle.lockfile",
    "mix.lock",
    "pubspec.lock",
    "Package.resolved",
    "Podfile.lock",
];

/// A package. The version that mends it is no part of it but of the finding ([`Fix`](crate::Fix)).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Package {
    /// Normalised package URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purl: Option<String>,
    /// purl type: `npm`, `pypi`, `cargo`, `golang`, `deb`, …
    pub ecosystem: String,
    /// Namespace: npm scope with `@`, maven group, distribution.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Name without namespace.
    pub name: String,
    /// Installed version as the report writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// `debian-12`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distro: Option<String>,
    /// Architecture of a distribution package.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arch: Option<String>,
    /// File inside the artifact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// What the package is used for.
    pub scope: Scope,
    /// The project itself asks for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direct: Option<bool>,
    /// Root … leaf.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dependency_path: Vec<String>,
    /// SPDX expressions or the report's own words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub licenses: Vec<String>,
    /// Source packages.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub upstream: Vec<String>,
    /// Identifier inside the document, or the raw text of an invalid purl.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bom_ref: Option<String>,
}

impl Package {
    /// `name version`, `@scope/name version`, for people.
    pub fn label(&self) -> String {
        self.label_parts().concat()
    }

    /// What [`label`](Self::label) is made of, in its order.
    pub(crate) fn label_parts(&self) -> [&str; 5] {
        let (namespace, joint) = match self.namespace.as_deref() {
            Some(namespace) => (namespace, if self.ecosystem == "maven" { ":" } else { "/" }),
            None => ("", ""),
        };
        let (space, version) = self.version.as_deref().map_or(("", ""), |version| (" ", version));
        [namespace, joint, &self.name, space, version]
    }
}

/// What a package is used for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Part of what runs.
    Runtime,
    /// Only for building and testing.
    Development,
    /// Installed where possible.
    Optional,
    /// The report does not say.
    #[default]
    Unknown,
}
