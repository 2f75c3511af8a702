//! The items of a Trivy report: only what is read.

use serde::Deserialize;

use crate::json::{Flag, List, Number, Pairs, Text, Texts, prose};

/// `Trivy`
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Version<'a> {
    #[serde(borrow, rename = "Version")]
    pub(super) version: Text<'a>,
}

/// `Metadata`
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Metadata<'a> {
    #[serde(borrow, rename = "OS")]
    pub(super) os: Option<OperatingSystem<'a>>,
    #[serde(borrow, rename = "ImageID")]
    pub(super) image_id: Text<'a>,
    #[serde(borrow)]
    pub(super) repo_digests: Texts<'a>,
    #[serde(borrow)]
    pub(super) commit: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct OperatingSystem<'a> {
    #[serde(borrow)]
    pub(super) family: Text<'a>,
    #[serde(borrow)]
    pub(super) name: Text<'a>,
    #[serde(rename = "EOSL")]
    pub(super) end_of_life: Flag,
}

/// `MisconfSummary`
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Summary {
    pub(super) successes: Number,
    pub(super) failures: Number,
}

/// An element of `Packages`.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct PackageItem<'a> {
    #[serde(borrow, rename = "ID")]
    pub(super) id: Text<'a>,
    #[serde(borrow)]
    pub(super) name: Text<'a>,
    #[serde(borrow)]
    pub(super) version: Text<'a>,
    #[serde(borrow)]
    pub(super) identifier: Option<Identifier<'a>>,
    #[serde(borrow)]
    pub(super) relationship: Text<'a>,
    pub(super) dev: Flag,
    #[serde(borrow)]
    pub(super) licenses: Texts<'a>,
    #[serde(borrow)]
    pub(super) src_name: Text<'a>,
    #[serde(borrow)]
    pub(super) file_path: Text<'a>,
    pub(super) locations: List<Lines>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Identifier<'a> {
    #[serde(borrow, rename = "PURL")]
    pub(super) purl: Text<'a>,
    #[serde(borrow, rename = "BOMRef")]
    pub(super) bom_ref: Text<'a>,
}

/// An element of `Vulnerabilities`.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct VulnerabilityItem<'a> {
    #[serde(borrow, rename = "VulnerabilityID")]
    pub(super) id: Text<'a>,
    #[serde(borrow, rename = "VendorIDs")]
    pub(super) vendor_ids: Texts<'a>,
    #[serde(borrow, rename = "PkgID")]
    pub(super) package_id: Text<'a>,
    #[serde(borrow, rename = "PkgName")]
    pub(super) package_name: Text<'a>,
    #[serde(borrow, rename = "PkgPath")]
    pub(super) package_path: Text<'a>,
    #[serde(borrow, rename = "PkgIdentifier")]
    pub(super) identifier: Option<Identifier<'a>>,
    #[serde(borrow)]
    pub(super) installed_version: Text<'a>,
    #[serde(borrow)]
    pub(super) fixed_version: Text<'a>,
    #[serde(borrow)]
    pub(super) status: Text<'a>,
    #[serde(borrow, rename = "PrimaryURL")]
    pub(super) primary_url: Text<'a>,
    #[serde(borrow)]
    pub(super) fingerprint: Text<'a>,
    #[serde(borrow)]
    pub(super) title: Text<'a>,
    #[serde(borrow, deserialize_with = "prose")]
    pub(super) description: Text<'a>,
    #[serde(borrow)]
    pub(super) severity: Text<'a>,
    #[serde(borrow, rename = "CweIDs")]
    pub(super) cwes: Texts<'a>,
    #[serde(borrow, rename = "CVSS")]
    pub(super) cvss: Pairs<'a, Cvss<'a>>,
    #[serde(borrow)]
    pub(super) references: Texts<'a>,
    #[serde(borrow)]
    pub(super) published_date: Text<'a>,
    #[serde(borrow)]
    pub(super) last_modified_date: Text<'a>,
}

/// What one source says of a vulnerability.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Cvss<'a> {
    #[serde(borrow)]
    pub(super) v2_vector: Text<'a>,
    #[serde(borrow)]
    pub(super) v3_vector: Text<'a>,
    #[serde(borrow)]
    pub(super) v40_vector: Text<'a>,
    pub(super) v2_score: Number,
    pub(super) v3_score: Number,
    pub(super) v40_score: Number,
}

/// An element of `Misconfigurations`.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct MisconfigurationItem<'a> {
    #[serde(borrow, rename = "ID")]
    pub(super) id: Text<'a>,
    #[serde(borrow, rename = "AVDID")]
    pub(super) avd_id: Text<'a>,
    #[serde(borrow, rename = "Type")]
    pub(super) kind: Text<'a>,
    #[serde(borrow)]
    pub(super) title: Text<'a>,
    #[serde(borrow)]
    pub(super) description: Text<'a>,
    #[serde(borrow)]
    pub(super) message: Text<'a>,
    #[serde(borrow)]
    pub(super) resolution: Text<'a>,
    #[serde(borrow)]
    pub(super) severity: Text<'a>,
    #[serde(borrow, rename = "PrimaryURL")]
    pub(super) primary_url: Text<'a>,
    #[serde(borrow)]
    pub(super) references: Texts<'a>,
    #[serde(borrow)]
    pub(super) status: Text<'a>,
    #[serde(borrow)]
    pub(super) cause_metadata: Option<Cause<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Cause<'a> {
    #[serde(borrow)]
    pub(super) resource: Text<'a>,
    pub(super) start_line: Number,
    pub(super) end_line: Number,
    #[serde(borrow)]
    pub(super) occurrences: List<Occurrence<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Occurrence<'a> {
    #[serde(borrow)]
    pub(super) resource: Text<'a>,
    #[serde(borrow)]
    pub(super) filename: Text<'a>,
    pub(super) location: Option<Lines>,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Lines {
    pub(super) start_line: Number,
    pub(super) end_line: Number,
}

/// An element of `Secrets`. `Code` is not read: it shows the lines around.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct SecretItem<'a> {
    #[serde(borrow, rename = "RuleID")]
    pub(super) rule_id: Text<'a>,
    #[serde(borrow)]
    pub(super) category: Text<'a>,
    #[serde(borrow)]
    pub(super) severity: Text<'a>,
    #[serde(borrow)]
    pub(super) title: Text<'a>,
    pub(super) start_line: Number,
    pub(super) end_line: Number,
    #[serde(borrow, rename = "Match")]
    pub(super) matched: Text<'a>,
}

/// An element of `Licenses`.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct LicenseItem<'a> {
    #[serde(borrow)]
    pub(super) severity: Text<'a>,
    #[serde(borrow)]
    pub(super) category: Text<'a>,
    #[serde(borrow, rename = "PkgName")]
    pub(super) package_name: Text<'a>,
    #[serde(borrow)]
    pub(super) file_path: Text<'a>,
    #[serde(borrow)]
    pub(super) name: Text<'a>,
    pub(super) confidence: Number,
    #[serde(borrow)]
    pub(super) link: Text<'a>,
}

/// An element of `ExperimentalModifiedFindings`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ModifiedItem<'a> {
    #[serde(borrow, default, rename = "Type")]
    pub(super) kind: Text<'a>,
    #[serde(borrow, default)]
    pub(super) status: Text<'a>,
    #[serde(borrow, default)]
    pub(super) statement: Text<'a>,
    #[serde(borrow, default)]
    pub(super) source: Text<'a>,
    #[serde(borrow)]
    pub(super) finding: &'a serde_json::value::RawValue,
}
