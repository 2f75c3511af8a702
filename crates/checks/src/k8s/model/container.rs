//! Where an object describes pods, and the containers in them (spec/manifests.md 4).

use std::ops::Range;

use portcullis_syntax::yaml::Node;

use super::object::Object;

/// A container of a pod.
#[derive(Clone, Copy)]
pub(crate) struct Container<'a> {
    pub(crate) node: Node<'a>,
    pub(crate) role: Role,
}

/// When a container runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// As long as the pod; also an init container that is restarted always (a sidecar).
    Regular,
    /// Before the others.
    Init,
    /// Added by hand for debugging.
    Ephemeral,
}

const LISTS: [(&str, Role); 3] =
    [("initContainers", Role::Init), ("containers", Role::Regular), ("ephemeralContainers", Role::Ephemeral)];

impl<'a> Container<'a> {
    pub(super) fn all_in(pod_spec: Node<'a>) -> Vec<Self> {
        let in_list = |(key, role): (&str, Role)| {
            let list = pod_spec.get(key).map(Node::items).into_iter().flatten();
            list.filter(|node| node.is_map()).map(move |node| Self { node, role: actual_role(node, role) })
        };
        LISTS.into_iter().flat_map(in_list).collect()
    }

    pub(crate) fn name(&self) -> &'a str {
        self.node.get("name").and_then(Node::value).unwrap_or("?")
    }

    /// Where something that is missing in it is reported: its name, else its first key.
    pub(crate) fn name_span(&self) -> Range<usize> {
        let name = self.node.get("name").map(Node::span);
        let first = || self.node.entries().next().map(|entry| entry.key.span());
        name.or_else(first).unwrap_or_else(|| self.node.span())
    }

    /// Whether it could run: a fragment that is merged into another object need not name an image.
    pub(crate) fn is_whole(&self) -> bool {
        self.node.get("image").is_some()
    }
}

fn actual_role(node: Node<'_>, role: Role) -> Role {
    let sidecar = role == Role::Init && node.get("restartPolicy").and_then(Node::as_str) == Some("Always");
    if sidecar { Role::Regular } else { role }
}

/// The node `spec` of the pods an object makes.
pub(super) fn pod_spec<'a>(object: &Object<'a>) -> Option<Node<'a>> {
    let group = object.api_version.group;
    let path: &[&str] = match (object.kind, group) {
        ("Pod", "") | ("Revision", "serving.knative.dev") => &["spec"],
        ("PodTemplate", "") => &["template", "spec"],
        ("CronJob", "batch" | "") => &["spec", "jobTemplate", "spec", "template", "spec"],
        (
            "Deployment" | "ReplicaSet" | "StatefulSet" | "DaemonSet" | "ReplicationController" | "Job",
            "apps" | "extensions" | "batch" | "",
        )
        | ("Rollout", "argoproj.io")
        | ("CloneSet" | "StatefulSet" | "DaemonSet", "apps.kruise.io")
        | ("DeploymentConfig", "apps.openshift.io")
        | ("Service" | "Configuration", "serving.knative.dev") => &["spec", "template", "spec"],
        _ => return None,
    };
    path.iter().try_fold(object.root, |node, key| node.get(key)).filter(|spec| spec.is_map())
}
