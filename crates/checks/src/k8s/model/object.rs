//! Kubernetes objects in a document (spec/manifests.md 2 and 4).

use std::collections::BTreeSet;

use portcullis_syntax::yaml::Node;

use super::container::{Container, pod_spec};
use super::kinds::{ApiVersion, Kinds};
use crate::options::ManifestOptions;
use crate::reporter::Unit;

/// Objects taken from lists in lists, at most this deep; aliases could nest them without end.
const MOST_LISTS: usize = 4;

/// A Kubernetes object.
#[derive(Clone, Copy)]
pub(crate) struct Object<'a> {
    pub(crate) root: Node<'a>,
    /// The values of `apiVersion` and `kind`.
    pub(crate) api_version_node: Node<'a>,
    pub(crate) kind_node: Node<'a>,
    pub(crate) api_version: ApiVersion<'a>,
    pub(crate) kind: &'a str,
}

/// What is there of an object that lacks the other.
#[derive(Clone, Copy)]
pub(crate) enum Half<'a> {
    /// The value of `kind`; `apiVersion` is missing, empty or no text.
    Kind(Node<'a>),
    /// The value of `apiVersion`; `kind` is missing, empty or no text.
    ApiVersion(Node<'a>),
}

/// Groups of configuration files that look like objects and never reach a cluster.
const CLIENT_SIDE_GROUPS: [&str; 16] = [
    "apiserver.config.k8s.io",
    "apiserver.k8s.io",
    "audit.k8s.io",
    "backstage.io",
    "client.authentication.k8s.io",
    "config.k8s.io",
    "k3d.io",
    "kind.x-k8s.io",
    "kubeadm.k8s.io",
    "kubelet.config.k8s.io",
    "kubeproxy.config.k8s.io",
    "kubescheduler.config.k8s.io",
    "kustomize.config.k8s.io",
    "skaffold",
    "tilt.dev",
    "v1alpha.tilt.dev",
];

impl<'a> Object<'a> {
    /// The objects of a document: itself, or the items of a list. None when it is no object.
    pub(crate) fn all_in(root: Node<'a>) -> Vec<Self> {
        let mut objects = Vec::new();
        collect(root, MOST_LISTS, &mut BTreeSet::new(), &mut objects);
        objects
    }

    /// A mapping that is half an object: it has `metadata` or `spec`, and a kind or an `apiVersion` that a cluster knows.
    pub(crate) fn half(root: Node<'a>) -> Option<Half<'a>> {
        let part = |key| root.get(key).is_some_and(Node::is_map);
        if !part("metadata") && !part("spec") {
            return None;
        }
        let text = |key| root.get(key).filter(|node| node.as_str().is_some_and(|text| !text.is_empty()));
        match (text("apiVersion"), text("kind")) {
            (None, Some(kind)) if !Kinds::table().of(kind.as_str()?).is_empty() => Some(Half::Kind(kind)),
            (Some(api_version), None) => {
                let group = ApiVersion::read(api_version.as_str()?).group;
                Kinds::table().has_group(group).then_some(Half::ApiVersion(api_version))
            }
            _ => None,
        }
    }

    fn read(root: Node<'a>) -> Option<Self> {
        let api_version_node = root.get("apiVersion")?;
        let kind_node = root.get("kind")?;
        let api_version = ApiVersion::read(api_version_node.as_str()?);
        let kind = kind_node.as_str()?;
        Some(Self { root, api_version_node, kind_node, api_version, kind })
    }

    /// Whether this is a configuration file of a tool and not an object of a cluster.
    pub(crate) fn is_client_side(&self, options: &ManifestOptions) -> bool {
        let ApiVersion { group, .. } = self.api_version;
        let kubeconfig = self.kind == "Config" && group.is_empty() && self.root.get("clusters").is_some();
        kubeconfig
            || CLIENT_SIDE_GROUPS.contains(&group)
            || (!options.skip_kinds.is_empty() && options.skip_kinds.matches(&format!("{group}/{}", self.kind)))
    }

    /// `Kind/namespace/name`; what is not given is left out.
    pub(crate) fn resource(&self) -> String {
        let metadata = |key| self.root.get("metadata").and_then(|metadata| metadata.get(key)?.value());
        let name =
            metadata("name").map(str::to_owned).or_else(|| metadata("generateName").map(|prefix| format!("{prefix}*")));
        std::iter::once(self.kind).chain(metadata("namespace")).chain(name.as_deref()).collect::<Vec<_>>().join("/")
    }

    /// Where the specification of its pods stands, when it makes any.
    pub(crate) fn pod_spec(&self) -> Option<Node<'a>> {
        pod_spec(self)
    }

    /// Every container of its pods, in the order of the lists.
    pub(crate) fn containers(&self) -> Vec<Container<'a>> {
        self.pod_spec().map(Container::all_in).unwrap_or_default()
    }

    pub(crate) fn units(&self) -> Vec<Unit> {
        let resource = self.resource();
        let own = Unit { span: self.root.resolve().span(), resource: Some(resource.clone()), hidden: false };
        let inner = self.containers().into_iter().map(|container| Unit {
            span: container.node.resolve().span(),
            resource: Some(format!("{resource}#{}", container.name())),
            hidden: false,
        });
        std::iter::once(own).chain(inner).collect()
    }
}

fn collect<'a>(
    node: Node<'a>,
    lists: usize,
    seen: &mut BTreeSet<portcullis_syntax::yaml::NodeId>,
    objects: &mut Vec<Object<'a>>,
) {
    // An object that is named again through an alias is the same object.
    if !seen.insert(node.resolve().id()) {
        return;
    }
    let Some(object) = Object::read(node) else { return };
    let items = node.get("items").filter(|items| items.is_seq() && object.kind.ends_with("List"));
    match (items, lists.checked_sub(1)) {
        (Some(items), Some(lists)) => items.items().for_each(|item| collect(item, lists, seen, objects)),
        _ => objects.push(object),
    }
}
