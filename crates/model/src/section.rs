//! The policy section that judges a finding (spec/ingest.md 4.1).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

macro_rules! sections {
    ($($(#[$doc:meta])* $name:ident = $word:literal),+ $(,)?) => {
        /// A section of the policy. `None` is written as the empty string: findings of `policy/…` and `gate/…` belong to no section.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Section {
            $($(#[$doc])* #[serde(rename = $word)] $name,)+
            /// No section: the gate's own findings.
            #[default]
            #[serde(rename = "")]
            None,
        }

        impl Section {
            /// Every section in the order of the policy's table.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The key of the policy; empty for [`Section::None`].
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)+ Self::None => "" }
            }
        }
    };
}

sections! {
    /// Vulnerabilities, malware, outdated packages.
    Vulnerabilities = "vulnerabilities",
    /// Secrets.
    Secrets = "secrets",
    /// Licences.
    Licenses = "licenses",
    /// Bills of materials.
    Sbom = "sbom",
    /// Denied packages.
    Packages = "packages",
    /// Code findings of other tools.
    Code = "code",
    /// Misconfigurations of other tools that belong to no other section.
    Misconfigurations = "misconfigurations",
    /// GitHub workflows, actions, Dependabot.
    Workflows = "workflows",
    /// Kubernetes manifests.
    Manifests = "manifests",
    /// Dockerfiles.
    Dockerfiles = "dockerfiles",
    /// Compose files.
    Compose = "compose",
    /// Prometheus, Alertmanager, Grafana.
    Alerts = "alerts",
    /// Repository hygiene.
    Repository = "repository",
    /// Tests, coverage, performance.
    Quality = "quality",
    /// Error budgets.
    Slo = "slo",
}

impl Section {
    /// The section of one of our own rules, by the namespace of its id. `None` for `policy/…`, `gate/…` and anything else.
    pub fn of_rule(rule_id: &str) -> Self {
        match rule_id.split_once('/').map(|(namespace, _)| namespace) {
            Some("gha" | "gha-syntax" | "gha-policy") => Self::Workflows,
            Some("k8s") => Self::Manifests,
            Some("docker") => Self::Dockerfiles,
            Some("compose") => Self::Compose,
            Some("alert" | "promql" | "prometheus" | "alertmanager" | "grafana") => Self::Alerts,
            Some("slo") => Self::Slo,
            Some("repo") => Self::Repository,
            _ => Self::None,
        }
    }
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Section {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        Self::ALL.iter().copied().find(|section| section.as_str() == word).ok_or(())
    }
}
