//! The parts of a Grype report: only what is read.

use std::sync::Arc;

use portcullis_model::Artifact;
use portcullis_model::text::bounded;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::format::image::Image;
use crate::json::{Flag, List, Number, Text, Texts};

/// `source`
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Source<'a> {
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow)]
    target: Option<Target<'a>>,
}

/// A folder or file as text, an image as object.
#[derive(Deserialize)]
#[serde(untagged)]
enum Target<'a> {
    Path(String),
    #[serde(borrow)]
    Image(Box<Image<'a>>),
    Other(IgnoredAny),
}

impl Source<'_> {
    pub(super) fn artifact(&self) -> Option<Arc<Artifact>> {
        let kind = bounded(self.kind.get(), 100);
        match self.target.as_ref()? {
            Target::Path(path) => Some(Arc::new(Artifact { name: bounded(unquoted(path), 500), kind, digest: None })),
            Target::Image(image) => {
                Some(Arc::new(Artifact { name: bounded(image.name(), 500), kind, digest: image.digest() }))
            }
            Target::Other(_) => None,
        }
    }

    /// The folder whose files the places are.
    pub(super) fn folder(&self) -> Option<String> {
        match (self.kind.get(), self.target.as_ref()?) {
            ("directory", Target::Path(path)) => Some(unquoted(path).trim_end_matches('/').to_owned()),
            ("file", Target::Path(_)) => Some(String::new()),
            _ => None,
        }
    }
}

/// Old versions write the path as JSON inside JSON.
fn unquoted(path: &str) -> &str {
    path.trim().trim_matches('"')
}

/// `distro`
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Distribution<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    version: Text<'a>,
}

impl Distribution<'_> {
    /// `debian-12`
    pub(super) fn name(&self) -> Option<String> {
        let name = self.name.given()?;
        Some(bounded(&self.version.given().map_or(name.to_owned(), |version| format!("{name}-{version}")), 200))
    }
}

/// `descriptor`
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Descriptor<'a> {
    #[serde(borrow)]
    pub(super) version: Text<'a>,
    #[serde(borrow)]
    pub(super) timestamp: Text<'a>,
    #[serde(borrow, rename = "db")]
    pub(super) database: Database<'a>,
}

/// The database: since version 0.88 its state stands one level deeper.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Database<'a> {
    #[serde(borrow, flatten)]
    old: DatabaseState<'a>,
    #[serde(borrow)]
    status: Option<DatabaseState<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct DatabaseState<'a> {
    #[serde(borrow)]
    built: Text<'a>,
    #[serde(borrow, rename = "schemaVersion")]
    schema: Text<'a>,
    valid: Flag,
    #[serde(borrow)]
    error: Text<'a>,
}

impl<'a> Database<'a> {
    fn states(&self) -> impl Iterator<Item = &DatabaseState<'a>> {
        self.status.iter().chain([&self.old])
    }

    pub(super) fn built(&self) -> Option<&str> {
        self.states().find_map(|state| state.built.given())
    }

    pub(super) fn schema(&self) -> Option<&str> {
        self.states().find_map(|state| state.schema.given())
    }

    pub(super) fn error(&self) -> Option<&str> {
        self.states().find_map(|state| state.error.given())
    }

    pub(super) fn is_invalid(&self) -> bool {
        self.states().any(|state| state.valid.0 == Some(false))
    }
}

/// An element of `matches` and `ignoredMatches`.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Match<'a> {
    #[serde(borrow)]
    pub(super) vulnerability: Vulnerability<'a>,
    #[serde(borrow, rename = "relatedVulnerabilities")]
    pub(super) related: List<Vulnerability<'a>>,
    #[serde(borrow)]
    pub(super) artifact: Package<'a>,
    #[serde(borrow, rename = "appliedIgnoreRules")]
    pub(super) rules: List<IgnoreRule<'a>>,
    #[serde(borrow, rename = "matchDetails")]
    pub(super) details: List<MatchDetail<'a>>,
}

/// An element of `matchDetails`.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct MatchDetail<'a> {
    #[serde(borrow, rename = "type")]
    pub(super) kind: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Vulnerability<'a> {
    #[serde(borrow)]
    pub(super) id: Text<'a>,
    #[serde(borrow, rename = "dataSource")]
    pub(super) data_source: Text<'a>,
    #[serde(borrow)]
    pub(super) severity: Text<'a>,
    #[serde(borrow)]
    pub(super) namespace: Text<'a>,
    /// Named `links` in very old versions.
    #[serde(borrow, alias = "links")]
    pub(super) urls: Texts<'a>,
    #[serde(borrow)]
    pub(super) description: Text<'a>,
    #[serde(borrow)]
    pub(super) cvss: List<Cvss<'a>>,
    /// Very old versions.
    #[serde(borrow, rename = "cvssV2")]
    pub(super) cvss_2: Option<OldCvss<'a>>,
    #[serde(borrow, rename = "cvssV3")]
    pub(super) cvss_3: Option<OldCvss<'a>>,
    #[serde(borrow, rename = "knownExploited")]
    pub(super) known_exploited: List<KnownExploited<'a>>,
    #[serde(borrow)]
    pub(super) epss: List<Epss<'a>>,
    #[serde(borrow)]
    pub(super) cwes: List<Cwe<'a>>,
    #[serde(borrow)]
    pub(super) fix: Option<Fix<'a>>,
    #[serde(borrow)]
    pub(super) advisories: List<Advisory<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Cvss<'a> {
    #[serde(borrow)]
    pub(super) source: Text<'a>,
    #[serde(borrow)]
    pub(super) version: Text<'a>,
    #[serde(borrow)]
    pub(super) vector: Text<'a>,
    pub(super) metrics: Metrics,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Metrics {
    #[serde(rename = "baseScore")]
    pub(super) base: Number,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct OldCvss<'a> {
    #[serde(rename = "baseScore")]
    pub(super) base: Number,
    #[serde(borrow)]
    pub(super) vector: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct KnownExploited<'a> {
    #[serde(borrow, rename = "dateAdded")]
    pub(super) added: Text<'a>,
    #[serde(borrow, rename = "dueDate")]
    pub(super) due: Text<'a>,
    #[serde(borrow, rename = "knownRansomwareCampaignUse")]
    pub(super) ransomware: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Epss<'a> {
    #[serde(rename = "epss")]
    pub(super) score: Number,
    pub(super) percentile: Number,
    #[serde(borrow)]
    pub(super) date: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Cwe<'a> {
    #[serde(borrow)]
    pub(super) cwe: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Fix<'a> {
    #[serde(borrow)]
    pub(super) versions: Texts<'a>,
    #[serde(borrow)]
    pub(super) state: Text<'a>,
    #[serde(borrow)]
    pub(super) available: List<Available<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Available<'a> {
    #[serde(borrow)]
    pub(super) date: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Advisory<'a> {
    #[serde(borrow)]
    pub(super) id: Text<'a>,
    #[serde(borrow)]
    pub(super) link: Text<'a>,
}

/// `artifact`
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Package<'a> {
    #[serde(borrow)]
    pub(super) name: Text<'a>,
    #[serde(borrow)]
    pub(super) version: Text<'a>,
    #[serde(borrow, rename = "type")]
    pub(super) kind: Text<'a>,
    #[serde(borrow)]
    pub(super) locations: List<Place<'a>>,
    #[serde(borrow)]
    pub(super) licenses: List<LicenseWord<'a>>,
    #[serde(borrow)]
    pub(super) purl: Text<'a>,
    #[serde(borrow)]
    pub(super) upstreams: List<Upstream<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Place<'a> {
    #[serde(borrow)]
    pub(super) path: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Upstream<'a> {
    #[serde(borrow)]
    pub(super) name: Text<'a>,
}

/// A text, since version 0.60 an object.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum LicenseWord<'a> {
    Word(String),
    Object {
        #[serde(borrow, default)]
        value: Text<'a>,
        #[serde(borrow, default, rename = "spdxExpression")]
        expression: Text<'a>,
    },
    Other(IgnoredAny),
}

impl LicenseWord<'_> {
    pub(super) fn owned(&self) -> Option<String> {
        match self {
            Self::Word(word) => Some(word.clone()).filter(|word| !word.is_empty()),
            Self::Object { value, expression } => expression.owned().or_else(|| value.owned()),
            Self::Other(_) => None,
        }
    }
}

/// An element of `appliedIgnoreRules`.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub(super) struct IgnoreRule<'a> {
    #[serde(borrow)]
    pub(super) vulnerability: Text<'a>,
    #[serde(borrow)]
    pub(super) reason: Text<'a>,
    #[serde(borrow)]
    pub(super) namespace: Text<'a>,
    #[serde(borrow)]
    pub(super) fix_state: Text<'a>,
    #[serde(borrow)]
    pub(super) vex_status: Text<'a>,
    #[serde(borrow)]
    pub(super) vex_justification: Text<'a>,
    #[serde(borrow)]
    pub(super) package: Option<RulePackage<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub(super) struct RulePackage<'a> {
    #[serde(borrow)]
    pub(super) name: Text<'a>,
    #[serde(borrow)]
    pub(super) version: Text<'a>,
    #[serde(borrow, rename = "type")]
    pub(super) kind: Text<'a>,
    #[serde(borrow)]
    pub(super) location: Text<'a>,
}

/// An element of `alertsByPackage`.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct PackageAlerts<'a> {
    #[serde(borrow)]
    pub(super) alerts: List<Alert<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Alert<'a> {
    #[serde(borrow, rename = "type")]
    pub(super) kind: Text<'a>,
    #[serde(borrow)]
    pub(super) message: Text<'a>,
}
