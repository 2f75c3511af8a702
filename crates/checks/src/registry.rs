//! Every rule of this crate. Written from the rule pages by `cargo run -p xtask -- gen`; not edited by hand.

use portcullis_model::{FixKind, Rule, Severity, Tier};

use crate::page::body;

/// Every rule, sorted by id.
pub(crate) static RULES: &[Rule] = &[
    ALERT_DESCRIPTION_MISSING,
    ALERT_FOR_MISSING,
    ALERT_REQUIRED_ANNOTATION,
    ALERT_REQUIRED_LABEL,
    ALERT_RUNBOOK_MISSING,
    ALERT_SEVERITY_INVALID,
    ALERT_SEVERITY_MISSING,
    ALERT_SUMMARY_MISSING,
    GHA_SYNTAX_DUPLICATE_KEY,
    GHA_SYNTAX_EXPRESSION,
    GHA_SYNTAX_UNPARSABLE,
    GHA_INSECURE_COMMANDS,
    GHA_SECRETS_INHERIT,
    GHA_TEMPLATE_INJECTION,
    GHA_UNPINNED_USES,
    K8S_MISSING_API_VERSION,
    K8S_MISSING_KIND,
    K8S_NO_CPU_LIMIT,
    K8S_NO_CPU_REQUEST,
    K8S_NO_MEMORY_LIMIT,
    K8S_NO_MEMORY_REQUEST,
    K8S_UNKNOWN_API_VERSION,
    YAML_DUPLICATE_KEY,
    YAML_LIMITS,
    YAML_SYNTAX,
];

/// An alert has no description
pub(crate) const ALERT_DESCRIPTION_MISSING: Rule = Rule {
    id: "alert/description-missing",
    title: "An alert has no description",
    severity: Severity::Medium,
    tier: Tier::Default,
    since: "0.1.0",
    aliases: &["pint/alerts/annotation"],
    fix: FixKind::None,
    page: body(include_str!("alert/description-missing.md")),
};

/// An alert fires at the first bad evaluation
pub(crate) const ALERT_FOR_MISSING: Rule = Rule {
    id: "alert/for-missing",
    title: "An alert fires at the first bad evaluation",
    severity: Severity::Medium,
    tier: Tier::Default,
    since: "0.1.0",
    aliases: &["pint/rule/for"],
    fix: FixKind::None,
    page: body(include_str!("alert/for-missing.md")),
};

/// An alert lacks an annotation the policy requires
pub(crate) const ALERT_REQUIRED_ANNOTATION: Rule = Rule {
    id: "alert/required-annotation",
    title: "An alert lacks an annotation the policy requires",
    severity: Severity::Medium,
    tier: Tier::Default,
    since: "0.1.0",
    aliases: &["pint/alerts/annotation"],
    fix: FixKind::None,
    page: body(include_str!("alert/required-annotation.md")),
};

/// An alert lacks a label the policy requires
pub(crate) const ALERT_REQUIRED_LABEL: Rule = Rule {
    id: "alert/required-label",
    title: "An alert lacks a label the policy requires",
    severity: Severity::Medium,
    tier: Tier::Default,
    since: "0.1.0",
    aliases: &["pint/rule/label"],
    fix: FixKind::None,
    page: body(include_str!("alert/required-label.md")),
};

/// An alert has no runbook
pub(crate) const ALERT_RUNBOOK_MISSING: Rule = Rule {
    id: "alert/runbook-missing",
    title: "An alert has no runbook",
    severity: Severity::Medium,
    tier: Tier::Strict,
    since: "0.1.0",
    aliases: &["pint/alerts/annotation"],
    fix: FixKind::None,
    page: body(include_str!("alert/runbook-missing.md")),
};

/// A severity is none of those in use
pub(crate) const ALERT_SEVERITY_INVALID: Rule = Rule {
    id: "alert/severity-invalid",
    title: "A severity is none of those in use",
    severity: Severity::High,
    tier: Tier::Default,
    since: "0.1.0",
    aliases: &["pint/rule/label"],
    fix: FixKind::Safe,
    page: body(include_str!("alert/severity-invalid.md")),
};

/// An alert has no severity
pub(crate) const ALERT_SEVERITY_MISSING: Rule = Rule {
    id: "alert/severity-missing",
    title: "An alert has no severity",
    severity: Severity::High,
    tier: Tier::Default,
    since: "0.1.0",
    aliases: &["pint/rule/label"],
    fix: FixKind::None,
    page: body(include_str!("alert/severity-missing.md")),
};

/// An alert has no summary
pub(crate) const ALERT_SUMMARY_MISSING: Rule = Rule {
    id: "alert/summary-missing",
    title: "An alert has no summary",
    severity: Severity::Medium,
    tier: Tier::Default,
    since: "0.1.0",
    aliases: &["pint/alerts/annotation"],
    fix: FixKind::None,
    page: body(include_str!("alert/summary-missing.md")),
};

/// A key is given twice
pub(crate) const GHA_SYNTAX_DUPLICATE_KEY: Rule = Rule {
    id: "gha-syntax/duplicate-key",
    title: "A key is given twice",
    severity: Severity::High,
    tier: Tier::Default,
    since: "0.1.0",
    aliases: &["actionlint/syntax-check"],
    fix: FixKind::None,
    page: body(include_str!("gha_syntax/duplicate-key.md")),
};

/// An expression cannot be read
pub(crate) const GHA_SYNTAX_EXPRESSION: Rule = Rule {
    id: "gha-syntax/expression",
    title: "An expression cannot be read",
    severity: Severity::High,
    tier: Tier::Default,
    since: "0.1.0",
    aliases: &["actionlint/expression"],
    fix: FixKind::None,
    page: body(include_str!("gha_syntax/expression.md")),
};

/// The file cannot be read
pub(crate) const GHA_SYNTAX_UNPARSABLE: Rule = Rule {
    id: "gha-syntax/unparsable",
    title: "The file cannot be read",
    severity: Severity::High,
    tier: Tier::Default,
    since: "0.1.0",
    aliases: &["actionlint/syntax-check"],
    fix: FixKind::None,
    page: body(include_str!("gha_syntax/unparsable.md")),
};

/// Printed text can set variables of later steps
pub(crate) const GHA_INSECURE_COMMANDS: Rule = Rule {
    id: "gha/insecure-commands",
    title: "Printed text can set variables of later steps",
    severity: Severity::High,
    tier: Tier::Default,
    since: "0.1.0",
    aliases: &["zizmor/insecure-commands"],
    fix: FixKind::Unsafe,
    page: body(include_str!("gha/insecure-commands.md")),
};

/// A called workflow gets every secret
pub(crate) const GHA_SECRETS_INHERIT: Rule = Rule {
    id: "gha/secrets-inherit",
    title: "A called workflow gets every secret",
    severity: Severity::Medium,
    tier: Tier::Default,
    since: "0.1.0",
    aliases: &["zizmor/secrets-inherit"],
    fix: FixKind::Unsafe,
    page: body(include_str!("gha/secrets-inherit.md")),
};

/// Text chosen by others becomes part of a script
pub(crate) const GHA_TEMPLATE_INJECTION: Rule = Rule {
    id: "gha/template-injection",
    title: "Text chosen by others becomes part of a script",
    severity: Severity::High,
    tier: Tier::Default,
    since: "0.1.0",
    aliases: &["zizmor/template-injection", "actionlint/expression"],
    fix: FixKind::Safe,
    page: body(include_str!("gha/template-injection.md")),
};

/// An action can change under the same name
pub(crate) const GHA_UNPINNED_USES: Rule = Rule {
    id: "gha/unpinned-uses",
    title: "An action can change under the same name",
    severity: Severity::High,
    tier: Tier::Default,
    since: "0.1.0",
    aliases: &["zizmor/unpinned-uses"],
    fix: FixKind::Safe,
    page: body(include_str!("gha/unpinned-uses.md")),
};

/// An object has no apiVersion
pub(crate) const K8S_MISSING_API_VERSION: Rule = Rule {
    id: "k8s/missing-api-version",
    title: "An object has no apiVersion",
    severity: Severity::High,
    tier: Tier::Default,
    since: "0.1.0",
    aliases: &["kube-linter/schema-validation"],
    fix: FixKind::None,
    page: body(include_str!("k8s/missing-api-version.md")),
};

/// An object has no kind
pub(crate) const K8S_MISSING_KIND: Rule = Rule {
    id: "k8s/missing-kind",
    title: "An object has no kind",
    severity: Severity::High,
    tier: Tier::Default,
    since: "0.1.0",
    aliases: &["kube-linter/schema-validation"],
    fix: FixKind::None,
    page: body(include_str!("k8s/missing-kind.md")),
};

/// A container has no CPU limit
pub(crate) const K8S_NO_CPU_LIMIT: Rule = Rule {
    id: "k8s/no-cpu-limit",
    title: "A container has no CPU limit",
    severity: Severity::Low,
    tier: Tier::Default,
    since: "0.1.0",
    aliases: &["checkov/CKV_K8S_11", "trivy/KSV-0011", "kube-score/container-resources", "polaris/cpuLimitsMissing"],
    fix: FixKind::None,
    page: body(include_str!("k8s/no-cpu-limit.md")),
};

/// A container has no CPU request
pub(crate) const K8S_NO_CPU_REQUEST: Rule = Rule {
    id: "k8s/no-cpu-request",
    title: "A container has no CPU request",
    severity: Severity::Medium,
    tier: Tier::Default,
    since: "0.1.0",
    aliases: &["kube-linter/unset-cpu-requirements", "checkov/CKV_K8S_10", "trivy/KSV-0015", "kube-score/container-resources", "polaris/cpuRequestsMissing"],
    fix: FixKind::None,
    page: body(include_str!("k8s/no-cpu-request.md")),
};

/// A container has no memory limit
pub(crate) const K8S_NO_MEMORY_LIMIT: Rule = Rule {
    id: "k8s/no-memory-limit",
    title: "A container has no memory limit",
    severity: Severity::High,
    tier: Tier::Default,
    since: "0.1.0",
    aliases: &["kube-linter/unset-memory-requirements", "checkov/CKV_K8S_13", "trivy/KSV-0018", "kube-score/container-resources", "polaris/memoryLimitsMissing"],
    fix: FixKind::None,
    page: body(include_str!("k8s/no-memory-limit.md")),
};

/// A container has no memory request
pub(crate) const K8S_NO_MEMORY_REQUEST: Rule = Rule {
    id: "k8s/no-memory-request",
    title: "A container has no memory request",
    severity: Severity::Medium,
    tier: Tier::Default,
    since: "0.1.0",
    aliases: &["checkov/CKV_K8S_12", "trivy/KSV-0016", "kube-score/container-resources", "polaris/memoryRequestsMissing"],
    fix: FixKind::None,
    page: body(include_str!("k8s/no-memory-request.md")),
};

/// The kind does not exist under this apiVersion
pub(crate) const K8S_UNKNOWN_API_VERSION: Rule = Rule {
    id: "k8s/unknown-api-version",
    title: "The kind does not exist under this apiVersion",
    severity: Severity::High,
    tier: Tier::Default,
    since: "0.1.0",
    aliases: &["kube-linter/schema-validation"],
    fix: FixKind::None,
    page: body(include_str!("k8s/unknown-api-version.md")),
};

/// A key is given twice
pub(crate) const YAML_DUPLICATE_KEY: Rule = Rule {
    id: "yaml/duplicate-key",
    title: "A key is given twice",
    severity: Severity::High,
    tier: Tier::Default,
    since: "0.1.0",
    aliases: &[],
    fix: FixKind::None,
    page: body(include_str!("yaml/duplicate-key.md")),
};

/// The YAML is larger than what is read
pub(crate) const YAML_LIMITS: Rule = Rule {
    id: "yaml/limits",
    title: "The YAML is larger than what is read",
    severity: Severity::High,
    tier: Tier::Default,
    since: "0.1.0",
    aliases: &[],
    fix: FixKind::None,
    page: body(include_str!("yaml/limits.md")),
};

/// The YAML cannot be read
pub(crate) const YAML_SYNTAX: Rule = Rule {
    id: "yaml/syntax",
    title: "The YAML cannot be read",
    severity: Severity::High,
    tier: Tier::Default,
    since: "0.1.0",
    aliases: &["kube-linter/schema-validation"],
    fix: FixKind::None,
    page: body(include_str!("yaml/syntax.md")),
};
