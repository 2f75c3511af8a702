//! `k8s/missing-api-version`, `k8s/missing-kind`: the pages beside this file say why.

use super::model::{Half, Kinds, Served};
use crate::registry;
use crate::reporter::Reporter;

pub(crate) fn check(half: Half<'_>, report: &mut Reporter<'_>) {
    match half {
        Half::Kind(node) => {
            let kind = node.value().unwrap_or_default();
            let known = Kinds::table().of(kind);
            let current = known.iter().find_map(Served::api_version);
            let advice = match current {
                Some(api_version) => format!("add `apiVersion: {api_version}`"),
                None => "add the `apiVersion` the kind is served by".to_owned(),
            };
            report
                .of(registry::K8S_MISSING_API_VERSION)
                .at(node.span())
                .message(format_args!("an object of kind {kind} without `apiVersion`: no cluster accepts it"))
                .remediation(advice);
        }
        Half::ApiVersion(node) => {
            let api_version = node.value().unwrap_or_default();
            report
                .of(registry::K8S_MISSING_KIND)
                .at(node.span())
                .message(format_args!("an object of `{api_version}` without `kind`: no cluster accepts it"))
                .remediation("add `kind:`");
        }
    }
}
