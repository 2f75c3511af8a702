//! Which counter counts which JSON report, and what they have in common.

use serde_json::Value;

use super::{Count, bom, dependencies, finding, lint, load, quality, sarif, trivy, vex};

/// The counts of a document, or of values one after the other; `None` for a format nobody counts here.
pub(super) fn count(values: &[Value], format: &str) -> Option<Count> {
    let document = values.first()?;
    Some(match format {
        "trivy" | "trivy-k8s" | "trivy-legacy" => trivy::count(document),
        "trivy-operator" => finding::counted(&trivy::operator(document)),
        "grype" => finding::counted(&dependencies::grype(document)),
        "osv" => finding::counted(&dependencies::osv(document)),
        "npm-audit-2" => finding::counted(&dependencies::npm_2(document)),
        "npm-audit-1" => finding::counted(&dependencies::npm_1(document)),
        // A document that says that nothing was looked at.
        "npm-error" => finding::counted(&[]),
        "yarn1-audit" => finding::counted(&dependencies::yarn_1(values)),
        "yarn2-audit" => finding::counted(&dependencies::yarn_2(values)),
        "pip-audit" => finding::counted(&dependencies::pip(document)),
        "snyk" => finding::counted(&dependencies::snyk(document)),
        "cargo-audit" => finding::unrated(&dependencies::cargo_audit(document)),
        "cargo-deny" => dependencies::cargo_deny(values),
        "govulncheck" => finding::unrated(&dependencies::govulncheck(values)),
        "dependency-check" => finding::counted(&dependencies::dependency_check(document)),
        "dependency-review" => finding::counted(&dependencies::dependency_review(document)),
        "asff" => dependencies::asff(document),
        "gitlab-security" => finding::rated(&dependencies::gitlab(document)),
        "gitleaks" => finding::counted(&lint::gitleaks(document)),
        "detect-secrets" => finding::counted(&lint::detect_secrets(document)),
        "trufflehog" => finding::counted(&lint::trufflehog(values)),
        "hadolint" => finding::counted(&lint::hadolint(document)),
        "checkov" => lint::checkov(document),
        "semgrep" => finding::rated(&lint::semgrep(document)),
        "codeclimate" => finding::rated(&lint::code_climate(document)),
        "kube-linter" => finding::counted(&lint::kube_linter(document)),
        "conftest" => lint::conftest(document),
        "kics" => finding::counted(&lint::kics(document)),
        "sonar-generic" => finding::counted(&lint::sonar(document)),
        "oasdiff" => finding::counted(&lint::oasdiff(document)),
        "zap" => finding::counted(&lint::zap(document)),
        "sarif" => sarif::count(document),
        "cyclonedx-json" => bom::cyclonedx(document),
        "spdx2-json" => bom::spdx_2(document),
        "spdx3-json" => bom::spdx_3(document),
        "github-snapshot" => bom::snapshot(document),
        "openvex" => vex::counted(&vex::open_vex(document)),
        "csaf" => vex::counted(&vex::csaf(document)),
        "syft-json" => bom::syft(document),
        "coverage-py" => quality::coverage_py(document),
        "k6-new" => load::k6_newer(document),
        "k6-handle" | "k6-export" => load::k6_older(document),
        "lhci-assertions" => load::assertions(document),
        "lhci-manifest" => load::manifest(document),
        "lighthouse" => load::page(document),
        "istanbul-summary" => quality::istanbul(document),
        _ => return None,
    })
}

/// The items of a list below a key; of the value itself for the empty key.
pub(super) fn items<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    let list = if key.is_empty() { Some(value) } else { value.get(key) };
    list.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The values of a mapping.
pub(super) fn values(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_object().into_iter().flat_map(serde_json::Map::values)
}

/// A text; nothing else has words.
pub(super) fn word(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// A number, also one written as text.
pub(super) fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// The items of a list, or the one value that stands where a list may.
pub(super) fn one_or_many(value: &Value) -> Vec<&Value> {
    value.as_array().map_or_else(|| vec![value], |list| list.iter().collect())
}
