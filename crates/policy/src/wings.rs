//! Options of our own checks, as the policy words them; the gate translates.

use crate::policy::Setting;

/// `workflows`, besides what every section has.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WorkflowPolicy {
    /// `pinning`: pattern over `uses`, and the word.
    pub pinning: Vec<(String, Setting<String>)>,
    /// `pins`: `owner/repo@ref`, and the commit.
    pub pins: Vec<(String, Setting<String>)>,
    /// `extra_sinks`: `owner/repo:input`.
    pub extra_sinks: Vec<Setting<String>>,
}

/// `manifests`, besides what every section has.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ManifestPolicy {
    /// `cpu_limits`: `require`, `ignore` or `forbid`.
    pub cpu_limits: String,
    /// `skip_kinds`: patterns `group/Kind`.
    pub skip_kinds: Vec<Setting<String>>,
}

/// `alerts`, besides what every section has.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlertPolicy {
    /// Labels every alerting rule has.
    pub require_labels: Vec<String>,
    /// Annotations every alerting rule has.
    pub require_annotations: Vec<String>,
    /// Values the label `severity` may have; none means any.
    pub severities: Vec<String>,
    /// Names of alerts, as regular expressions, whose severity may also be `none`.
    pub severity_exempt: Vec<Setting<String>>,
    /// Names of alerts, as regular expressions, that may fire at once.
    pub for_exempt: Vec<Setting<String>>,
    /// Other names under which an annotation is accepted.
    pub annotation_aliases: Vec<(String, Vec<String>)>,
}
