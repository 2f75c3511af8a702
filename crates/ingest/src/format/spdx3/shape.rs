//! An element of an SPDX 3.0 graph: only the members that are read, with and without the prefix of their profile.

use serde::Deserialize;

use crate::json::{Flag, List, Number, Text, Texts};

/// Any element. What a class does not have is absent.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Element<'a> {
    /// Its place in the graph.
    #[serde(skip)]
    pub(super) index: usize,
    #[serde(borrow, rename = "type", alias = "@type")]
    class: Text<'a>,
    #[serde(borrow, rename = "spdxId", alias = "@id", alias = "id")]
    pub(super) id: Text<'a>,
    #[serde(borrow)]
    pub(super) name: Text<'a>,
    #[serde(borrow)]
    pub(super) summary: Text<'a>,
    #[serde(borrow)]
    pub(super) description: Text<'a>,
    #[serde(borrow)]
    pub(super) creation_info: Option<Creation<'a>>,
    #[serde(borrow)]
    pub(super) spec_version: Text<'a>,
    #[serde(borrow)]
    pub(super) created: Text<'a>,
    #[serde(borrow)]
    pub(super) created_by: Texts<'a>,
    #[serde(borrow)]
    pub(super) created_using: Texts<'a>,
    #[serde(borrow, rename = "rootElement")]
    pub(super) root_elements: Texts<'a>,
    // Packages
    #[serde(borrow, rename = "software_packageVersion", alias = "packageVersion")]
    pub(super) version: Text<'a>,
    #[serde(borrow, rename = "software_packageUrl", alias = "packageUrl")]
    pub(super) purl: Text<'a>,
    #[serde(borrow, rename = "software_downloadLocation", alias = "downloadLocation")]
    pub(super) download: Text<'a>,
    #[serde(borrow, rename = "software_primaryPurpose", alias = "primaryPurpose")]
    pub(super) purpose: Text<'a>,
    #[serde(borrow, rename = "externalIdentifier")]
    pub(super) external_identifiers: List<ExternalIdentifier<'a>>,
    #[serde(borrow)]
    pub(super) supplied_by: Texts<'a>,
    #[serde(borrow)]
    pub(super) originated_by: Texts<'a>,
    #[serde(borrow)]
    verified_using: List<Checksum<'a>>,
    #[serde(borrow, rename = "validUntilTime")]
    pub(super) valid_until: Text<'a>,
    // Licences
    #[serde(borrow, rename = "simplelicensing_licenseExpression", alias = "licenseExpression")]
    pub(super) expression: Text<'a>,
    // Relationships
    #[serde(borrow)]
    pub(super) from: Text<'a>,
    #[serde(borrow)]
    pub(super) to: Texts<'a>,
    #[serde(borrow, rename = "relationshipType")]
    pub(super) kind: Text<'a>,
    #[serde(borrow)]
    pub(super) scope: Text<'a>,
    // Vulnerabilities and what is said about them
    #[serde(borrow, rename = "externalRef")]
    pub(super) external_references: List<ExternalReference<'a>>,
    #[serde(borrow, rename = "security_publishedTime", alias = "publishedTime")]
    pub(super) published: Text<'a>,
    #[serde(borrow, rename = "security_modifiedTime", alias = "modifiedTime")]
    pub(super) modified: Text<'a>,
    #[serde(borrow, rename = "security_withdrawnTime", alias = "withdrawnTime")]
    pub(super) withdrawn: Text<'a>,
    #[serde(borrow, rename = "security_assessedElement", alias = "assessedElement")]
    pub(super) assessed: Texts<'a>,
    #[serde(rename = "security_score", alias = "score")]
    pub(super) score: Number,
    #[serde(borrow, rename = "security_severity", alias = "severity")]
    pub(super) severity: Text<'a>,
    #[serde(borrow, rename = "security_vectorString", alias = "vectorString")]
    pub(super) vector: Text<'a>,
    #[serde(rename = "security_probability", alias = "probability")]
    pub(super) probability: Number,
    #[serde(rename = "security_percentile", alias = "percentile")]
    pub(super) percentile: Number,
    #[serde(rename = "security_exploited", alias = "exploited")]
    pub(super) exploited: Flag,
    #[serde(borrow, rename = "security_catalogType", alias = "catalogType")]
    pub(super) catalog: Text<'a>,
    #[serde(borrow, rename = "security_justificationType", alias = "justificationType")]
    pub(super) justification: Text<'a>,
    #[serde(borrow, rename = "security_impactStatement", alias = "impactStatement")]
    pub(super) impact: Text<'a>,
    #[serde(borrow, rename = "security_actionStatement", alias = "actionStatement")]
    pub(super) action: Text<'a>,
}

impl Element<'_> {
    /// Algorithm and digits.
    pub(super) fn hashes(&self) -> impl Iterator<Item = (&str, &str)> {
        self.verified_using.0.iter().filter_map(|sum| Some((sum.algorithm.get(), sum.value.given()?)))
    }
}

/// The class without the prefix of its profile: `software_Package`, `spdx:Software/Package` and `Package` are one.
pub(super) fn class<'a>(element: &'a Element<'_>) -> &'a str {
    element.class.get().rsplit(['_', '/', ':', '#']).next().unwrap_or_default()
}

/// `creationInfo`: a reference, or the thing itself.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Creation<'a> {
    #[serde(borrow)]
    Inline(Made<'a>),
    #[serde(borrow)]
    Reference(Text<'a>),
}

impl<'a> Creation<'a> {
    pub(super) fn inline(&self) -> Option<&Made<'a>> {
        match self {
            Self::Inline(made) => Some(made),
            Self::Reference(_) => None,
        }
    }

    pub(super) fn reference(&self) -> Option<&str> {
        match self {
            Self::Inline(_) => None,
            Self::Reference(text) => text.given(),
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Made<'a> {
    #[serde(borrow)]
    pub(super) created: Text<'a>,
    #[serde(borrow)]
    pub(super) created_by: Texts<'a>,
    #[serde(borrow)]
    pub(super) created_using: Texts<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct ExternalIdentifier<'a> {
    #[serde(borrow, rename = "externalIdentifierType")]
    pub(super) kind: Text<'a>,
    #[serde(borrow)]
    pub(super) identifier: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct ExternalReference<'a> {
    #[serde(borrow)]
    pub(super) locator: Texts<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Checksum<'a> {
    #[serde(borrow)]
    algorithm: Text<'a>,
    #[serde(borrow, rename = "hashValue")]
    value: Text<'a>,
}
