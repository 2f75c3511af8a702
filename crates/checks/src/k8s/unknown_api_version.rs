//! `k8s/unknown-api-version`: the page beside this file says why.

use portcullis_model::suggest;

use super::model::{ApiVersion, Kinds, Object, Served};
use crate::reporter::Reporter;

/// Letters in which a group may differ from the right one and still be meant as it.
const MISSPELT: usize = 3;

pub(crate) fn check(object: &Object<'_>, report: &mut Reporter<'_>) {
    let Some((message, remediation)) = complaint(object) else { return };
    report
        .at(object.api_version_node.span())
        .message(message)
        .remediation(remediation)
        .related(object.kind_node.span(), "the kind")
        .identity(object.api_version);
}

fn complaint(object: &Object<'_>) -> Option<(String, String)> {
    let Object { api_version: written, kind, .. } = *object;
    let kinds = Kinds::table();
    let known = kinds.of(kind);
    if let Some(own) = known.iter().find(|served| served.group == written.group) {
        // Other versions of a custom resource may well be served; those of Kubernetes are all known.
        let exists = own.versions.contains(&written.version) || !own.built_in;
        return if exists { None } else { own.api_version().map(|right| served_by(kind, &[right], written)) };
    }
    let right = candidates(kind, written, kinds);
    if !right.is_empty() {
        return Some(served_by(kind, &right, written));
    }
    if !kinds.is_built_in(written.group) || Kinds::is_implied(kind) || !known.is_empty() {
        return None;
    }
    let message = format!("no cluster knows a {kind} in {written}");
    let remediation = match kinds.nearest(kind) {
        Some((nearest, served)) => {
            let api_version = served.api_version().map(|right| right.to_string()).unwrap_or_default();
            format!("did you mean `kind: {nearest}` with `apiVersion: {api_version}`?")
        }
        None => "give the kind the `apiVersion` of the resource definition it belongs to".to_owned(),
    };
    Some((message, remediation))
}

/// Where a kind that does not exist in the written group is served. Kinds of the same name exist in many groups nobody can
/// list, so a group that could be one of them is left alone.
fn candidates(kind: &str, written: ApiVersion<'_>, kinds: &Kinds) -> Vec<ApiVersion<'static>> {
    let known = kinds.of(kind);
    let of_kubernetes = known.iter().any(|served| served.built_in);
    let meant = |group: &str| {
        let today = Kinds::renamed(written.group);
        let misspelt = || !suggest::nearest_within(written.group, [group], 1, MISSPELT).is_empty();
        // A group of one's own is a domain name.
        let no_domain = || !written.group.contains('.');
        today == Some(group) || kinds.is_built_in(written.group) || misspelt() || no_domain()
    };
    known
        .iter()
        .filter(|served| served.built_in == of_kubernetes && meant(served.group))
        .filter_map(Served::api_version)
        .collect()
}

fn served_by(kind: &str, right: &[ApiVersion<'_>], written: ApiVersion<'_>) -> (String, String) {
    let right = right.iter().map(ToString::to_string).collect::<Vec<_>>();
    let message = format!("{kind} is served by {}, not {written}", right.join(" and "));
    (message, format!("write `apiVersion: {}`", right.join("` or `apiVersion: ")))
}
