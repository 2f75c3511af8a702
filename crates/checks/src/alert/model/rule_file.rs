//! Groups and alerts, wherever they stand: a plain rule file or an object of an operator.

use std::ops::Range;

use portcullis_syntax::yaml::Node;

use crate::k8s::model::Object;

/// The groups of a rule file.
#[derive(Clone, Copy)]
pub(crate) struct RuleFile<'a> {
    groups: Node<'a>,
}

/// An alerting rule.
#[derive(Clone, Copy)]
pub(crate) struct Alert<'a> {
    pub(crate) node: Node<'a>,
    /// The value of `alert:`.
    pub(crate) name_node: Node<'a>,
    /// Labels of the group, which every rule in it has as well.
    group_labels: Option<Node<'a>>,
}

/// Kinds of operators that hold rule groups, and their groups of APIs.
const OBJECTS: [(&str, &str); 5] = [
    ("PrometheusRule", "monitoring.coreos.com"),
    ("VMRule", "operator.victoriametrics.com"),
    ("GlobalRules", "monitoring.googleapis.com"),
    ("ClusterRules", "monitoring.googleapis.com"),
    ("Rules", "monitoring.googleapis.com"),
];

impl<'a> RuleFile<'a> {
    /// A plain rule file: `groups:` with at least one group that has `rules:`.
    pub(crate) fn plain(root: Node<'a>) -> Option<Self> {
        // Unit tests of rules and alerts provisioned in Grafana have groups of their own.
        if root.get("tests").is_some() || root.get("apiVersion").is_some() {
            return None;
        }
        let groups = root.get("groups")?;
        groups.items().any(|group| group.get("rules").is_some()).then_some(Self { groups })
    }

    /// The rules of an object of an operator. Its kind decides: that the version is wrong is said elsewhere.
    pub(crate) fn of_object(object: &Object<'a>) -> Option<Self> {
        let (_, group) = OBJECTS.iter().find(|(kind, _)| *kind == object.kind)?;
        if object.kind != "PrometheusRule" && object.api_version.group != *group {
            return None;
        }
        let groups = object.root.get("spec")?.get("groups")?;
        Some(Self { groups })
    }

    /// Every rule, alerting or recording.
    pub(crate) fn rules(&self) -> impl Iterator<Item = Node<'a>> + use<'a> {
        rules_of(self.groups).map(|(_, rule)| rule)
    }

    /// Every alerting rule.
    pub(crate) fn alerts(&self) -> impl Iterator<Item = Alert<'a>> + use<'a> {
        rules_of(self.groups).filter_map(|(group, rule)| {
            Some(Alert { node: rule, name_node: rule.get("alert")?, group_labels: group.get("labels") })
        })
    }
}

fn rules_of(groups: Node<'_>) -> impl Iterator<Item = (Node<'_>, Node<'_>)> {
    groups.items().flat_map(|group| {
        let rules = group.get("rules").map(Node::items).into_iter().flatten();
        rules.map(move |rule| (group, rule))
    })
}

impl<'a> Alert<'a> {
    pub(crate) fn name(&self) -> &'a str {
        self.name_node.value().unwrap_or_default()
    }

    /// Where something that is missing is reported.
    pub(crate) fn name_span(&self) -> Range<usize> {
        self.name_node.span()
    }

    /// A label with its value, unless that is empty; Prometheus drops empty labels.
    pub(crate) fn label(&self, name: &str) -> Option<Node<'a>> {
        let own = self.node.get("labels").and_then(|labels| labels.get(name));
        own.or_else(|| self.group_labels?.get(name)).filter(is_filled)
    }

    /// An annotation with its value, unless that is empty.
    pub(crate) fn annotation(&self, name: &str) -> Option<Node<'a>> {
        self.node.get("annotations")?.get(name).filter(is_filled)
    }

    pub(crate) fn expression(&self) -> &'a str {
        self.node.get("expr").and_then(Node::value).unwrap_or_default()
    }
}

fn is_filled(node: &Node<'_>) -> bool {
    node.value().is_some_and(|value| !value.trim().is_empty()) && !node.is_null()
}
