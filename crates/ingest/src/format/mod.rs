//! The formats, one file each: what the document looks like, and what it means.

mod npm_audit_1;
mod npm_audit_2;
mod npm_error;
mod pip_audit;
mod sarif;
mod trivy;

use portcullis_model::Section;

use crate::draft::Draft;

/// A format this version reads (spec/ingest.md 8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    /// SARIF 2.1.0.
    Sarif,
    /// Trivy JSON, schema 2.
    Trivy,
    /// `trivy k8s --report all`.
    TrivyK8s,
    /// Trivy JSON before schema 2: a bare list of results.
    TrivyLegacy,
    /// `npm audit --json`, npm 7 and later.
    NpmAudit2,
    /// `npm audit --json`, npm 6; pnpm.
    NpmAudit1,
    /// What npm prints when it could not audit.
    NpmError,
    /// `pip-audit --format json`.
    PipAudit,
}

impl Format {
    /// Every format, in the order of the detection table.
    pub const ALL: [Self; 8] = [
        Self::Sarif,
        Self::Trivy,
        Self::TrivyK8s,
        Self::TrivyLegacy,
        Self::NpmAudit2,
        Self::NpmAudit1,
        Self::NpmError,
        Self::PipAudit,
    ];

    /// The id in policies and documents.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Sarif => "sarif",
            Self::Trivy => "trivy",
            Self::TrivyK8s => "trivy-k8s",
            Self::TrivyLegacy => "trivy-legacy",
            Self::NpmAudit2 => "npm-audit-2",
            Self::NpmAudit1 => "npm-audit-1",
            Self::NpmError => "npm-error",
            Self::PipAudit => "pip-audit",
        }
    }

    /// The formats a stated name means: one, or the variants of a family. Empty for a name nobody knows.
    pub fn of_name(name: &str) -> &'static [Self] {
        match name {
            "npm-audit" => &[Self::NpmAudit2, Self::NpmAudit1, Self::NpmError],
            "trivy" => &[Self::Trivy, Self::TrivyK8s, Self::TrivyLegacy],
            "sarif" => &[Self::Sarif],
            "trivy-k8s" => &[Self::TrivyK8s],
            "trivy-legacy" => &[Self::TrivyLegacy],
            // npm answers with its error document whatever variant was expected.
            "npm-audit-2" => &[Self::NpmAudit2, Self::NpmError],
            "npm-audit-1" => &[Self::NpmAudit1, Self::NpmError],
            "npm-error" => &[Self::NpmError],
            "pip-audit" => &[Self::PipAudit],
            _ => &[],
        }
    }

    /// The section a report of this format is evidence for when it holds nothing.
    pub(crate) const fn section(self) -> Section {
        match self {
            Self::Sarif => Section::Code,
            Self::TrivyK8s => Section::Manifests,
            _ => Section::Vulnerabilities,
        }
    }

    /// Reads a document into the draft. What is wrong with it becomes a problem of the draft.
    pub(crate) fn read(self, text: &str, draft: &mut Draft<'_>) {
        match self {
            Self::Sarif => sarif::read(text, draft),
            Self::Trivy => trivy::read(text, draft),
            Self::TrivyK8s => trivy::read_kubernetes(text, draft),
            Self::TrivyLegacy => trivy::read_legacy(text, draft),
            Self::NpmAudit2 => npm_audit_2::read(text, draft),
            Self::NpmAudit1 => npm_audit_1::read(text, draft),
            Self::NpmError => npm_error::read(text, draft),
            Self::PipAudit => pip_audit::read(text, draft),
        }
    }
}

/// Every name `reports[].format` accepts: the format ids and the family `npm-audit`, sorted.
pub fn format_names() -> Vec<&'static str> {
    let mut names: Vec<_> = Format::ALL.iter().map(|format| format.id()).chain(["npm-audit"]).collect();
    names.sort_unstable();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_a_policy_may_state_means_a_format() {
        for name in format_names() {
            assert!(!Format::of_name(name).is_empty(), "{name}");
        }
        assert!(Format::of_name("trivvy").is_empty());
    }
}
