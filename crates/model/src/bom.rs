//! Bills of materials: what SBOM rules and VEX statements ask about a document and its components (spec/ingest.md 10).

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::Package;

/// A package of the inventory of a report or SBOM, with what SBOM rules ask about it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Component {
    /// The package.
    #[serde(flatten)]
    pub package: Package,
    /// Report it comes from.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub report: String,
    /// What it is: `library`, `application`, `operating-system`, `container`, `file`, … in the words of CycloneDX; empty
    /// where the document does not say.
    #[serde(rename = "type", skip_serializing_if = "String::is_empty")]
    pub kind: String,
    /// The thing the document is about.
    #[serde(skip_serializing_if = "crate::location::is_false")]
    pub is_root: bool,
    /// Who delivers it: CycloneDX `supplier` or `manufacturer`, SPDX `supplier` or `originator`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supplier: Option<String>,
    /// Who wrote it, where the document says: CycloneDX `author`, `authors`, `publisher`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// Files in which it was met, as the document writes them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<String>,
    /// It is no part of the product but has to be there for it (CycloneDX 1.7 `isExternal`).
    #[serde(skip_serializing_if = "crate::location::is_false")]
    pub is_external: bool,
    /// CPE 2.2 or 2.3.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpe: Option<String>,
    /// SWID tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub swid: Option<String>,
    /// Checksums.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hashes: Vec<Hash>,
    /// The package URL as the document writes it, where it is not valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invalid_purl: Option<String>,
    /// The package URL as the document writes it, where it has qualifiers the normalised one has not: what VEX products
    /// of images are compared with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub written_purl: Option<String>,
    /// Registry or repository it was fetched from, where the document says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distribution: Option<String>,
    /// Last day it is maintained, where a report says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_of_life: Option<jiff::civil::Date>,
}

/// A checksum.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default)]
pub struct Hash {
    /// `SHA-256`, in the words of CycloneDX.
    pub algorithm: String,
    /// Hexadecimal digits, lower case.
    pub value: String,
}

/// One bill of materials, without its components: those are [`Component`]s with its path as `report`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Bom {
    /// Path of the report.
    pub report: String,
    /// Name the policy gives the report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `cyclonedx`, `spdx`, `syft`.
    pub family: String,
    /// Version of the format: `1.6`.
    pub format_version: String,
    /// `urn:uuid:…` or document namespace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
    /// CycloneDX `version`: with `serial` what a BOM-Link names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_version: Option<u64>,
    /// When it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<jiff::Timestamp>,
    /// It states a time that cannot be read.
    #[serde(skip_serializing_if = "crate::location::is_false")]
    pub odd_timestamp: bool,
    /// People and organisations who made it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub authors: Vec<String>,
    /// Tools that made it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<String>,
    /// Supplier or manufacturer of the document's subject.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supplier: Option<String>,
    /// In which phases of the product's life it was made: `build`, `operations`, … in the words of CycloneDX.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lifecycles: Vec<String>,
    /// `bom_ref` of the thing it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root: Option<String>,
    /// Edges: who depends on whom, by `bom_ref`, sorted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dependencies: Vec<(Arc<str>, Vec<Arc<str>>)>,
    /// It could be read without leniency.
    pub is_clean: bool,
}
