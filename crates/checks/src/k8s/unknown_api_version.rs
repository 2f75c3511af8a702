//! `k8s/unknown-api-version`: the page beside this file says why.

use std::collections::BTreeMap;

use portcullis_model::suggest;

use super::model::{ApiVersion, Kinds, Object, Served};
use crate::reporter::Reporter;

/// Letters in which a group may differ from the right one and still be meant as it.
const MISSPELT: usize = 3;

/// Kinds of one file for which the nearest name is looked up: a generated file could misspell thousands.
const MOST_PROPOSALS: usize = 50;

pub(crate) fn check(objects: &[Object<'_>], report: &mut Reporter<'_>) {
    let mut nearest = Nearest::new();
    for object in objects {
        check_object(object, &mut nearest, report);
    }
}

/// Kinds that do not exist, and what to say about them.
type Nearest<'a> = BTreeMap<&'a str, String>;

fn check_object<'a>(object: &Object<'a>, nearest: &mut Nearest<'a>, report: &mut Reporter<'_>) {
    let Some((message, remediation)) = complaint(object, nearest) else { return };
    report
        .at(object.api_version_node.span())
        .message(message)
        .remediation(remediation)
        .related(object.kind_node.span(), "the kind")
        .identity(object.api_version);
}

fn complaint<'a>(object: &Object<'a>, nearest: &mut Nearest<'a>) -> Option<(String, String)> {
    let Object { api_version: written, kind, .. } = *object;
    let kinds = Kinds::table();
    let known = kinds.of(kind);
    if let Some(own) = known.iter().find(|served| served.group == written.group) {
        // Other versions of a custom resource may well be served; those of Kubernetes are all known.
        if own.versions.contains(&written.version) || !own.built_in {
            return None;
        }
        if let Some(right) = own.api_version() {
            return Some(served_by(kind, &[right], written));
        }
    }
    let right = candidates(kind, written, kinds);
    if !right.is_empty() {
        return Some(served_by(kind, &right, written));
    }
    if !kinds.is_built_in(written.group) || Kinds::is_implied(kind) || !known.is_empty() {
        return None;
    }
    let full = nearest.len() >= MOST_PROPOSALS;
    let proposal = match nearest.get(kind) {
        Some(proposal) => proposal.clone(),
        None if full => proposal(kind, None),
        None => nearest.entry(kind).or_insert_with(|| proposal(kind, kinds.nearest(kind))).clone(),
    };
    Some((format!("no cluster knows a {kind} in {written}"), proposal))
}

fn proposal(kind: &str, nearest: Option<(&str, &Served)>) -> String {
    let right = nearest.and_then(|(nearest, served)| Some((nearest, served.api_version()?)));
    match right {
        Some((nearest, api_version)) => format!("did you mean `kind: {nearest}` with `apiVersion: {api_version}`?"),
        None => format!("give {kind} the `apiVersion` of the resource definition it belongs to"),
    }
}

/// Where a kind that does not exist in the written group is served. Kinds of the same name exist in many groups nobody can
/// list, so a group that could be one of them is left alone.
fn candidates(kind: &str, written: ApiVersion<'_>, kinds: &Kinds) -> Vec<ApiVersion<'static>> {
    let known = kinds.of(kind);
    let of_kubernetes = known.iter().any(|served| served.built_in);
    let meant = |group: &str| {
        let today = Kinds::renamed(written.group);
        let cut_short = || group.strip_prefix(written.group).is_some_and(|rest| rest.starts_with('.'));
        let misspelt = || !suggest::nearest_within(written.group, [group], 1, MISSPELT).is_empty();
        // A group of one's own is a domain name.
        let no_domain = || !written.group.contains('.');
        today == Some(group) || kinds.is_built_in(written.group) || cut_short() || misspelt() || no_domain()
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
