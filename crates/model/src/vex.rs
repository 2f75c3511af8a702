//! Statements about whether a product is affected by a vulnerability (spec/ingest.md 11), in one form for OpenVEX,
//! CycloneDX and CSAF.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One statement.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct VexStatement {
    /// Every id of the vulnerability.
    pub ids: BTreeSet<String>,
    /// What it is about; empty: nothing, a statement without product matches nothing.
    pub products: Vec<VexProduct>,
    /// What is said.
    pub status: VexStatus,
    /// One of the five labels of the VEX minimum requirements.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub justification: Option<String>,
    /// Why, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub impact: Option<String>,
    /// What is being done, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// When it was made; the newest wins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<Timestamp>,
    /// Who made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// Path of the document.
    pub document: String,
    /// 1-based line there, where known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
}

/// What a statement is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct VexProduct {
    /// Package URL as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purl: Option<String>,
    /// CPE.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpe: Option<String>,
    /// `SHA-256` digests and the like, hexadecimal.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hashes: Vec<String>,
    /// `bom_ref` of a component in the document itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bom_ref: Option<String>,
    /// The parts of the product that are meant.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub subcomponents: Vec<VexProduct>,
}

/// What is said about a product.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VexStatus {
    /// It is affected.
    Affected,
    /// It is not.
    NotAffected,
    /// The stated version is mended.
    Fixed,
    /// Nobody knows yet.
    #[default]
    UnderInvestigation,
}
