//! The members of a SARIF log that are read; names as in the standard (sections of SARIF 2.1.0 in brackets).

use std::cell::OnceCell;
use std::collections::BTreeSet;

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::json::{Flag, List, Number, Pairs, Text, Texts, prose};

/// Tags, relations and texts of a rule that are looked at; each result of the rule looks at them again.
pub(super) const MAX_TAGS: usize = 200;

/// tool [3.18]
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Tool<'a> {
    #[serde(borrow)]
    pub(super) driver: Component<'a>,
    #[serde(borrow)]
    pub(super) extensions: List<Component<'a>>,
}

/// toolComponent [3.19]
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Component<'a> {
    #[serde(borrow)]
    pub(super) name: Text<'a>,
    #[serde(borrow)]
    pub(super) guid: Text<'a>,
    #[serde(borrow)]
    pub(super) version: Text<'a>,
    #[serde(borrow)]
    pub(super) semantic_version: Text<'a>,
    #[serde(borrow)]
    pub(super) rules: List<Rule<'a>>,
    /// What its notifications mean.
    #[serde(borrow)]
    pub(super) notifications: List<Rule<'a>>,
    #[serde(borrow)]
    pub(super) global_message_strings: Pairs<'a, Message<'a>>,
}

/// reportingDescriptor [3.49]
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Rule<'a> {
    #[serde(borrow)]
    pub(super) id: Text<'a>,
    #[serde(borrow)]
    pub(super) guid: Text<'a>,
    #[serde(borrow)]
    pub(super) name: Text<'a>,
    #[serde(borrow)]
    pub(super) deprecated_ids: Texts<'a>,
    #[serde(borrow)]
    pub(super) short_description: Option<Message<'a>>,
    #[serde(borrow)]
    pub(super) full_description: Option<Message<'a>>,
    #[serde(borrow)]
    pub(super) message_strings: Pairs<'a, Message<'a>>,
    #[serde(borrow)]
    pub(super) help: Option<Message<'a>>,
    #[serde(borrow)]
    pub(super) help_uri: Text<'a>,
    #[serde(borrow)]
    pub(super) default_configuration: Option<Configuration<'a>>,
    #[serde(borrow)]
    pub(super) properties: Option<Properties<'a>>,
    #[serde(borrow)]
    pub(super) relationships: List<Relationship<'a>>,
    /// What its tags and relations name, found once for all of its results.
    #[serde(skip)]
    pub(super) cwes: OnceCell<BTreeSet<u32>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Configuration<'a> {
    #[serde(borrow)]
    pub(super) level: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Relationship<'a> {
    #[serde(borrow)]
    pub(super) target: Option<Reference<'a>>,
}

/// reportingDescriptorReference [3.52]
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Reference<'a> {
    #[serde(borrow)]
    pub(super) id: Text<'a>,
    #[serde(borrow)]
    pub(super) guid: Text<'a>,
    pub(super) index: Number,
    #[serde(borrow)]
    pub(super) tool_component: Option<ComponentReference<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct ComponentReference<'a> {
    #[serde(borrow)]
    pub(super) name: Text<'a>,
    #[serde(borrow)]
    pub(super) guid: Text<'a>,
    pub(super) index: Number,
}

/// message [3.11] and multiformatMessageString [3.12]
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Message<'a> {
    #[serde(borrow, deserialize_with = "prose")]
    pub(super) text: Text<'a>,
    #[serde(borrow)]
    pub(super) markdown: Text<'a>,
    #[serde(borrow)]
    pub(super) id: Text<'a>,
    #[serde(borrow)]
    pub(super) arguments: Texts<'a>,
}

/// A taxonomy: a toolComponent [3.19] of which only the names are read.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Taxonomy<'a> {
    #[serde(borrow)]
    pub(super) name: Text<'a>,
    #[serde(borrow)]
    pub(super) guid: Text<'a>,
    #[serde(borrow)]
    pub(super) taxa: List<Taxon<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Taxon<'a> {
    #[serde(borrow)]
    pub(super) id: Text<'a>,
    #[serde(borrow)]
    pub(super) guid: Text<'a>,
}

/// What tools write into the property bags of rules and results.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Properties<'a> {
    #[serde(rename = "security-severity")]
    pub(super) security_severity: Number,
    #[serde(borrow)]
    pub(super) severity: Text<'a>,
    #[serde(borrow)]
    pub(super) issue_severity: Text<'a>,
    #[serde(borrow, rename = "snyk/severity")]
    pub(super) snyk_severity: Text<'a>,
    #[serde(borrow, rename = "snykSeverity")]
    pub(super) snyk_plain_severity: Text<'a>,
    #[serde(borrow, rename = "problem.severity")]
    pub(super) problem_severity: Text<'a>,
    #[serde(borrow, rename = "zizmor/severity")]
    pub(super) zizmor_severity: Text<'a>,
    #[serde(borrow, rename = "zizmor/confidence")]
    pub(super) zizmor_confidence: Text<'a>,
    /// Our own files: what the level of SARIF cannot carry.
    #[serde(borrow, rename = "portcullis/kind")]
    pub(super) own_kind: Text<'a>,
    #[serde(borrow, rename = "portcullis/severity")]
    pub(super) own_severity: Text<'a>,
    #[serde(borrow, rename = "portcullis/package")]
    pub(super) own_package: Text<'a>,
    #[serde(borrow, rename = "portcullis/fixed_versions")]
    pub(super) own_fixed_versions: Texts<'a>,
    #[serde(borrow, rename = "cvssv3_baseSeverity")]
    pub(super) cvss3_severity: Text<'a>,
    #[serde(borrow)]
    pub(super) precision: Text<'a>,
    #[serde(borrow)]
    pub(super) tags: Texts<'a>,
    #[serde(borrow)]
    pub(super) cwe: Texts<'a>,
    /// gitleaks 7: the secret.
    #[serde(borrow)]
    pub(super) offender: Text<'a>,
    #[serde(borrow)]
    pub(super) commit: Text<'a>,
}

/// invocation [3.20]
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Invocation<'a> {
    #[serde(rename = "executionSuccessful")]
    pub(super) successful: Flag,
    #[serde(borrow)]
    pub(super) exit_code_description: Text<'a>,
    #[serde(borrow, rename = "endTimeUtc")]
    pub(super) end_time: Text<'a>,
    #[serde(borrow, rename = "toolExecutionNotifications")]
    pub(super) execution: List<Notification<'a>>,
    #[serde(borrow, rename = "toolConfigurationNotifications")]
    pub(super) configuration: List<Notification<'a>>,
    #[serde(borrow)]
    pub(super) rule_configuration_overrides: List<ConfigurationOverride<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Notification<'a> {
    #[serde(borrow)]
    pub(super) descriptor: Option<Reference<'a>>,
    #[serde(borrow)]
    pub(super) level: Text<'a>,
    #[serde(borrow)]
    pub(super) message: Option<Message<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct ConfigurationOverride<'a> {
    #[serde(borrow)]
    pub(super) descriptor: Option<Reference<'a>>,
    #[serde(borrow)]
    pub(super) configuration: Option<Configuration<'a>>,
}

/// An element of `originalUriBaseIds`, and any artifactLocation [3.4].
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Base<'a> {
    #[serde(borrow)]
    pub(super) uri: Text<'a>,
    #[serde(borrow)]
    pub(super) uri_base_id: Text<'a>,
    pub(super) index: Number,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct ArtifactItem<'a> {
    #[serde(borrow)]
    pub(super) location: Option<Base<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Provenance<'a> {
    #[serde(borrow, rename = "revisionId")]
    pub(super) revision: Text<'a>,
}

/// Properties of a run that Trivy writes.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct RunProperties<'a> {
    #[serde(borrow, rename = "imageName")]
    pub(super) image_name: Text<'a>,
    #[serde(borrow, rename = "imageID")]
    pub(super) image_id: Text<'a>,
    #[serde(borrow, rename = "repoDigests")]
    pub(super) repo_digests: Texts<'a>,
    #[serde(borrow, rename = "repoTags")]
    pub(super) repo_tags: Texts<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct ExternalFiles {
    pub(super) results: Option<IgnoredAny>,
}

/// result [3.27]
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct ResultItem<'a> {
    #[serde(borrow)]
    pub(super) rule_id: Text<'a>,
    pub(super) rule_index: Number,
    #[serde(borrow)]
    pub(super) rule: Option<Reference<'a>>,
    #[serde(borrow)]
    pub(super) kind: Text<'a>,
    #[serde(borrow)]
    pub(super) level: Text<'a>,
    #[serde(borrow)]
    pub(super) message: Option<Message<'a>>,
    #[serde(borrow)]
    pub(super) locations: List<LocationItem<'a>>,
    #[serde(borrow)]
    pub(super) related_locations: List<LocationItem<'a>>,
    #[serde(borrow)]
    pub(super) suppressions: List<SuppressionItem<'a>>,
    #[serde(borrow)]
    pub(super) baseline_state: Text<'a>,
    #[serde(borrow)]
    pub(super) properties: Option<Properties<'a>>,
    #[serde(borrow)]
    pub(super) taxa: List<Reference<'a>>,
    #[serde(borrow)]
    pub(super) partial_fingerprints: Pairs<'a, Text<'a>>,
    #[serde(borrow)]
    pub(super) fingerprints: Pairs<'a, Text<'a>>,
}

/// suppression [3.35]; `state` is what drafts of the standard called `status`.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct SuppressionItem<'a> {
    #[serde(borrow)]
    pub(super) kind: Text<'a>,
    #[serde(borrow)]
    pub(super) status: Text<'a>,
    #[serde(borrow)]
    pub(super) state: Text<'a>,
    #[serde(borrow)]
    pub(super) justification: Text<'a>,
}

/// location [3.28]
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct LocationItem<'a> {
    #[serde(borrow)]
    pub(super) physical_location: Option<Physical<'a>>,
    #[serde(borrow)]
    pub(super) logical_locations: List<Logical<'a>>,
    #[serde(borrow)]
    pub(super) message: Option<Message<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Physical<'a> {
    #[serde(borrow)]
    pub(super) artifact_location: Option<Base<'a>>,
    #[serde(borrow)]
    pub(super) region: Option<Region<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Logical<'a> {
    /// Into the run's own list.
    pub(super) index: Number,
    #[serde(borrow)]
    pub(super) fully_qualified_name: Text<'a>,
    #[serde(borrow)]
    pub(super) name: Text<'a>,
}

/// region [3.30]
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Region<'a> {
    pub(super) start_line: Number,
    pub(super) start_column: Number,
    pub(super) end_line: Number,
    pub(super) end_column: Number,
    #[serde(borrow)]
    pub(super) snippet: Option<Message<'a>>,
}
