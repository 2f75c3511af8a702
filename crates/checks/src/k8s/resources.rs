//! `k8s/no-memory-limit`, `k8s/no-cpu-limit`, `k8s/no-memory-request`, `k8s/no-cpu-request`: the pages beside this file say why.

use portcullis_model::Rule;
use portcullis_syntax::yaml::Node;

use super::model::{Container, Object, Role};
use crate::options::{CpuLimits, ManifestOptions};
use crate::registry;
use crate::reporter::Reporter;

pub(crate) fn check(object: &Object<'_>, options: &ManifestOptions, report: &mut Reporter<'_>) {
    let Some(pod) = object.pod_spec() else { return };
    let of_pod = pod.get("resources");
    for container in object.containers() {
        // A fragment gets its resources where it is merged; a debugging container may have none.
        if !container.is_whole() || container.role == Role::Ephemeral {
            continue;
        }
        let resources = Resources { own: container.node.get("resources"), of_pod };
        let mut missing = |rule, what: &str, advice: &str| report_missing(&container, rule, what, advice, report);
        if resources.amount("limits", "memory").is_none() {
            let what = "has no memory limit: one leak can evict its neighbours on the node";
            missing(registry::K8S_NO_MEMORY_LIMIT, what, "limits: {memory: 256Mi}");
        }
        // An init container is gone before anything competes with it for long.
        if container.role == Role::Init {
            continue;
        }
        if resources.amount("limits", "cpu").is_none() && options.cpu_limits == CpuLimits::Require {
            missing(
                registry::K8S_NO_CPU_LIMIT,
                "has no CPU limit: it can starve its neighbours",
                "limits: {cpu: 500m}",
            );
        }
        if resources.requested("memory").is_none() {
            let what = "has no memory request: the scheduler does not know whether it fits";
            missing(registry::K8S_NO_MEMORY_REQUEST, what, "requests: {memory: 128Mi}");
        }
        if resources.requested("cpu").is_none() {
            missing(
                registry::K8S_NO_CPU_REQUEST,
                "has no CPU request: the scheduler places it blindly",
                "requests: {cpu: 100m}",
            );
        }
        if let Some(limit) = resources.amount("limits", "cpu").filter(|_| options.cpu_limits == CpuLimits::Forbid) {
            report
                .of(registry::K8S_NO_CPU_LIMIT)
                .at(limit.span())
                .message(format_args!("container `{}` has a CPU limit, which the policy forbids", container.name()))
                .remediation("delete the limit and keep the request");
        }
    }
}

fn report_missing(container: &Container<'_>, rule: Rule, what: &str, advice: &str, report: &mut Reporter<'_>) {
    report
        .of(rule)
        .at(container.name_span())
        .message(format_args!("container `{}` {what}", container.name()))
        .remediation(format_args!("add `resources: {{{advice}}}` with amounts that were measured"));
}

/// Amounts of a container; those of its pod count for all containers (Kubernetes 1.34).
#[derive(Clone, Copy)]
struct Resources<'a> {
    own: Option<Node<'a>>,
    of_pod: Option<Node<'a>>,
}

impl<'a> Resources<'a> {
    fn amount(&self, list: &str, resource: &str) -> Option<Node<'a>> {
        let given = |resources: Node<'a>| resources.get(list)?.get(resource).filter(|amount| !amount.is_null());
        self.own.and_then(given).or_else(|| self.of_pod.and_then(given))
    }

    /// A limit without a request is a request of the same amount.
    fn requested(&self, resource: &str) -> Option<Node<'a>> {
        self.amount("requests", resource).or_else(|| self.amount("limits", resource))
    }
}
