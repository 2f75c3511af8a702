//! The parts of a SARIF 2.1.0 log that are written; the numbers in brackets are the sections of the standard.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::escape::{PlainText, Url};

pub(super) const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// sarifLog [3.13]
#[derive(Serialize)]
pub(super) struct Log {
    #[serde(rename = "$schema")]
    pub(super) schema: &'static str,
    pub(super) version: &'static str,
    pub(super) runs: Vec<Run>,
}

/// run [3.14]
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Run {
    pub(super) tool: Tool,
    pub(super) automation_details: AutomationDetails,
    pub(super) invocations: [Invocation; 1],
    pub(super) column_kind: &'static str,
    pub(super) results: Vec<ResultItem>,
}

/// tool [3.18]
#[derive(Serialize)]
pub(super) struct Tool {
    pub(super) driver: Driver,
}

/// toolComponent [3.19]
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Driver {
    pub(super) name: PlainText,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) version: Option<PlainText>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) information_uri: Option<&'static str>,
    pub(super) rules: Vec<Rule>,
}

/// runAutomationDetails [3.17]
#[derive(Serialize)]
pub(super) struct AutomationDetails {
    pub(super) id: String,
}

/// invocation [3.20]
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Invocation {
    pub(super) execution_successful: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) tool_execution_notifications: Vec<Notification>,
}

/// notification [3.58]
#[derive(Serialize)]
pub(super) struct Notification {
    pub(super) descriptor: Named,
    pub(super) level: &'static str,
    pub(super) message: Text,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) locations: Vec<Location>,
}

/// reportingDescriptorReference [3.52]
#[derive(Serialize)]
pub(super) struct Named {
    pub(super) id: &'static str,
}

/// message [3.11], multiformatMessageString [3.12]
#[derive(Clone, Serialize)]
pub(super) struct Text {
    pub(super) text: PlainText,
}

/// reportingDescriptor [3.49]
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Rule {
    pub(super) id: PlainText,
    pub(super) short_description: Text,
    pub(super) full_description: Text,
    pub(super) help: Text,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "shown")]
    pub(super) help_uri: Option<Url>,
    pub(super) default_configuration: Configuration,
    pub(super) properties: RuleProperties,
}

#[allow(clippy::ref_option, reason = "the signature serde asks for")]
fn shown<S: serde::Serializer>(url: &Option<Url>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&url.as_ref().map(Url::to_string).unwrap_or_default())
}

/// reportingConfiguration [3.50]
#[derive(Serialize)]
pub(super) struct Configuration {
    pub(super) level: &'static str,
}

/// What GitHub reads of a rule besides the standard.
#[derive(Serialize)]
pub(super) struct RuleProperties {
    pub(super) tags: Vec<PlainText>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) precision: Option<&'static str>,
    #[serde(rename = "security-severity", skip_serializing_if = "Option::is_none")]
    pub(super) security_severity: Option<String>,
    #[serde(rename = "problem.severity")]
    pub(super) problem_severity: &'static str,
}

/// result [3.27]
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ResultItem {
    pub(super) rule_id: PlainText,
    pub(super) rule_index: usize,
    pub(super) level: &'static str,
    pub(super) message: Text,
    pub(super) locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) related_locations: Vec<Location>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) partial_fingerprints: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) suppressions: Vec<Suppression>,
    pub(super) properties: ResultProperties,
}

/// What the level of SARIF cannot carry; our own reader takes it from here.
#[derive(Serialize)]
pub(super) struct ResultProperties {
    #[serde(rename = "portcullis/kind")]
    pub(super) kind: &'static str,
    #[serde(rename = "portcullis/severity")]
    pub(super) severity: &'static str,
    #[serde(rename = "portcullis/package", skip_serializing_if = "Option::is_none")]
    pub(super) package: Option<PlainText>,
    #[serde(rename = "portcullis/fixed_versions", skip_serializing_if = "Vec::is_empty")]
    pub(super) fixed_versions: Vec<PlainText>,
}

/// suppression [3.35]
#[derive(Serialize)]
pub(super) struct Suppression {
    pub(super) kind: &'static str,
    pub(super) status: &'static str,
    pub(super) justification: PlainText,
}

/// location [3.28]
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<usize>,
    #[serde(rename = "physicalLocation")]
    pub(super) physical: Physical,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) logical_locations: Vec<Logical>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) message: Option<Text>,
}

/// physicalLocation [3.29]
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Physical {
    pub(super) artifact_location: Artifact,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) region: Option<Region>,
}

/// artifactLocation [3.4]
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Artifact {
    pub(super) uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) uri_base_id: Option<&'static str>,
}

/// region [3.30]; lines and columns from 1, the end column is the one after the last.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Region {
    pub(super) start_line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) start_column: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) end_line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) end_column: Option<u32>,
}

/// logicalLocation [3.33]
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Logical {
    pub(super) fully_qualified_name: PlainText,
}
