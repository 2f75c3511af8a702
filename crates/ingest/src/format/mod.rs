//! The formats, one file each: what tells it from others, what the document looks like, and what it means.

mod asff;
mod checkov;
mod checkstyle;
mod clover;
mod cobertura;
mod code_climate;
mod conftest;
mod coverage_py;
mod csaf;
mod cyclonedx;
mod dependency_check;
mod dependency_review;
mod detect_secrets;
mod github_snapshot;
mod gitlab_security;
mod gitleaks;
mod govulncheck;
mod grype;
mod hadolint;
mod image;
mod istanbul_summary;
mod jacoco;
mod junit;
mod k6;
mod kics;
mod kube_linter;
mod lcov;
mod lighthouse;
mod npm_audit_1;
mod npm_audit_2;
mod npm_error;
mod oasdiff;
mod openvex;
mod osv;
mod pip_audit;
mod rustsec;
mod sarif;
mod semgrep;
mod snyk;
mod sonar;
mod spdx2;
mod spdx3;
mod spdx_rdf;
mod syft;
mod trivy;
mod trivy_operator;
mod trufflehog;
mod yarn1_audit;
mod yarn2_audit;
mod zap;

use portcullis_model::Section;

pub(crate) use self::gitleaks::FORMAT as GITLEAKS;
use crate::detect::Look;
use crate::draft::Draft;

/// A format this version reads (spec/ingest.md 8).
#[derive(Debug)]
pub(crate) struct Format {
    /// The id in policies and documents.
    pub(crate) id: &'static str,
    /// Other names in `reports[].format` that may mean it: its family, and formats whose tool writes this one at times.
    pub(crate) also: &'static [&'static str],
    /// The section a report of this format is evidence for when it holds nothing.
    pub(crate) section: Section,
    /// Documents that say nothing but "nothing found", without white space: clean where the format is stated, else unknown.
    pub(crate) clean: &'static [&'static str],
    /// Whether a document is one.
    pub(crate) fits: fn(&Look) -> bool,
    /// Reads a document into the draft. What is wrong with it becomes a problem of the draft.
    pub(crate) read: fn(&str, &mut Draft<'_>),
}

/// Every format, in the order of the detection table.
static FORMATS: &[&Format] = &[
    &sarif::FORMAT,
    &cyclonedx::JSON,
    &cyclonedx::XML,
    &spdx2::JSON,
    &spdx2::TAG_VALUE,
    &spdx3::FORMAT,
    &spdx_rdf::FORMAT,
    &openvex::FORMAT,
    &csaf::FORMAT,
    &trivy::FORMAT,
    &trivy::KUBERNETES,
    &trivy::LEGACY,
    &trivy_operator::FORMAT,
    &grype::FORMAT,
    &osv::FORMAT,
    &npm_audit_2::FORMAT,
    &npm_audit_1::FORMAT,
    &npm_error::FORMAT,
    &yarn1_audit::FORMAT,
    &yarn2_audit::FORMAT,
    &pip_audit::FORMAT,
    &rustsec::cargo_audit::FORMAT,
    &rustsec::cargo_deny::FORMAT,
    &snyk::FORMAT,
    &dependency_check::JSON,
    &dependency_check::XML,
    &dependency_review::FORMAT,
    &govulncheck::FORMAT,
    &github_snapshot::FORMAT,
    &gitlab_security::FORMAT,
    &asff::FORMAT,
    &gitleaks::FORMAT,
    &detect_secrets::FORMAT,
    &trufflehog::FORMAT,
    &checkov::FORMAT,
    &hadolint::FORMAT,
    &zap::JSON,
    &zap::XML,
    &kube_linter::FORMAT,
    &semgrep::FORMAT,
    &conftest::FORMAT,
    &kics::FORMAT,
    &oasdiff::FORMAT,
    &sonar::FORMAT,
    &code_climate::FORMAT,
    &checkstyle::FORMAT,
    &k6::NEWER,
    &k6::HANDLE,
    &k6::EXPORT,
    &lighthouse::ASSERTIONS,
    &lighthouse::MANIFEST,
    &lighthouse::REPORT,
    &coverage_py::FORMAT,
    &istanbul_summary::FORMAT,
    &junit::FORMAT,
    &cobertura::FORMAT,
    &clover::FORMAT,
    &jacoco::FORMAT,
    &lcov::FORMAT,
    &syft::FORMAT,
];

/// Every format, in the order of the detection table.
pub(crate) fn all() -> impl Iterator<Item = &'static Format> {
    FORMATS.iter().copied()
}

/// The formats a stated name means, the most likely first: one, or the variants of a family. Empty for a name nobody knows.
pub(crate) fn of_name(name: &str) -> Vec<&'static Format> {
    let exact = all().filter(|format| format.id == name);
    exact.chain(all().filter(|format| format.id != name && format.also.contains(&name))).collect()
}

/// The formats a document fits.
pub(crate) fn fitting(look: &Look) -> Vec<&'static Format> {
    fitting_of(FORMATS, look)
}

/// Those of the candidates a document fits.
pub(crate) fn fitting_of(candidates: &[&'static Format], look: &Look) -> Vec<&'static Format> {
    let fitting = |look: &Look| -> Vec<_> { candidates.iter().copied().filter(|format| (format.fits)(look)).collect() };
    match (fitting(look), look) {
        // A report behind which something follows is read as what it is; its reader tells what follows.
        (none, Look::JsonLines(sketch)) if none.is_empty() => fitting(&Look::Json(sketch.clone())),
        (fitting, _) => fitting,
    }
}

/// Every name `reports[].format` accepts: the ids of the formats and of their families, sorted.
pub fn format_names() -> Vec<&'static str> {
    let mut names: Vec<_> = all().flat_map(|format| format.also.iter().copied().chain([format.id])).collect();
    names.sort_unstable();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::look;

    fn ids(text: &str) -> Vec<&'static str> {
        fitting(&look(text)).into_iter().map(|format| format.id).collect()
    }

    #[test]
    fn every_name_a_policy_may_state_means_a_format() {
        for name in format_names() {
            assert!(!of_name(name).is_empty(), "{name}");
        }
        assert!(of_name("trivvy").is_empty());
    }

    #[test]
    fn each_format_is_told_by_its_own_marks() {
        for (text, id) in [
            (r#"{"version":"2.1.0","runs":[]}"#, "sarif"),
            (r#"{"$schema":"https://json.schemastore.org/sarif-2.1.0.json"}"#, "sarif"),
            (r#"{"SchemaVersion":2,"ArtifactName":"x"}"#, "trivy"),
            (r#"{"ClusterName":"c"}"#, "trivy-k8s"),
            (r#"[{"Target":"x","Vulnerabilities":null}]"#, "trivy-legacy"),
            (r#"{"auditReportVersion":2,"vulnerabilities":{}}"#, "npm-audit-2"),
            (r#"{"audit":{"auditReportVersion":2},"added":1}"#, "npm-audit-2"),
            (r#"{"advisories":{},"metadata":{}}"#, "npm-audit-1"),
            (r#"{"error":{"code":"ENOLOCK","summary":"x"}}"#, "npm-error"),
            (
                r#"{"message":"405 Method Not Allowed","statusCode":405,"error":{"summary":"","detail":""}}"#,
                "npm-error",
            ),
            (r#"{"dependencies":[{"name":"x","version":"1","vulns":[]}],"fixes":[]}"#, "pip-audit"),
            (r#"[{"name":"x","skip_reason":"y"}]"#, "pip-audit"),
            (r#"{"dependencies":[],"fixes":[]}"#, "pip-audit"),
            (r#"{"items":[{"kind":"ConfigAuditReport"}]}"#, "trivy-operator"),
            (r#"[{"kind":"ClusterVulnerabilityReport"}]"#, "trivy-operator"),
            (r#"{"vulnerabilityreports.aquasecurity.github.io":[]}"#, "trivy-operator"),
            (r#"{"matches":[],"source":{}}"#, "grype"),
            (r#"{"results":[],"experimental_config":{}}"#, "osv"),
            (r#"{"results":[{"source":{},"packages":[]}]}"#, "osv"),
            (r#"{"type":"auditSummary","data":{}}"#, "yarn1-audit"),
            (r#"{"type":"info","data":"x"}{"type":"auditSummary","data":{}}"#, "yarn1-audit"),
            (r#"{"value":"x","children":{"ID":1}}"#, "yarn2-audit"),
            (r#"{"type":"info","displayName":"YN0001","data":"No audit suggestions"}"#, "yarn2-audit"),
            (r#"{"database":{},"lockfile":{},"vulnerabilities":{"list":[]}}"#, "cargo-audit"),
            (r#"{"type":"summary","fields":{}}"#, "cargo-deny"),
            (r#"{"vulnerabilities":[],"packageManager":"npm"}"#, "snyk"),
            (r#"[{"vulnerabilities":[],"projectName":"x"}]"#, "snyk"),
            (r#"{"ok":false,"error":"no lock file"}"#, "snyk"),
            (r#"{"reportSchema":"1.1","scanInfo":{},"dependencies":[]}"#, "dependency-check"),
            (
                "<analysis xmlns='https://jeremylong.github.io/DependencyCheck/dependency-check.2.5.xsd'/>",
                "dependency-check-xml",
            ),
            (r#"[{"change_type":"added","manifest":"x"}]"#, "dependency-review"),
            (r#"{"config":{"protocol_version":"v1.0.0"}}{"progress":{}}"#, "govulncheck"),
            (r#"[{"config":{"protocol_version":"v1.0.0"}}]"#, "govulncheck"),
            (r#"{"detector":{},"job":{},"manifests":{}}"#, "github-snapshot"),
            (r#"{"version":"15.0.0","vulnerabilities":[],"scan":{"type":"sast"}}"#, "gitlab-security"),
            (r#"{"Findings":[{"SchemaVersion":"2018-10-08"}]}"#, "asff"),
            (r#"[{"SchemaVersion":"2018-10-08"}]"#, "asff"),
            (r#"{"version":"14.0.0","vulnerabilities":[],"remediations":[]}"#, "gitlab-security"),
            (r#"{"results":{"metrics":[]},"metadata":{"k6Version":"1.5.0"}}"#, "k6-new"),
            (r#"{"metrics":{"checks":{"type":"rate","values":{"rate":1}}},"root_group":{}}"#, "k6-handle"),
            (r#"{"metrics":{"checks":{"value":1}},"root_group":{}}"#, "k6-export"),
            (r#"[{"auditId":"categories","passed":false}]"#, "lhci-assertions"),
            (r#"[{"name":"minScore","operator":">=","passed":true,"url":"/"}]"#, "lhci-assertions"),
            (r#"[{"url":"/","isRepresentativeRun":true}]"#, "lhci-manifest"),
            (r#"{"lighthouseVersion":"12.0.0","audits":{}}"#, "lighthouse"),
            (r#"{"meta":{},"files":{},"totals":{}}"#, "coverage-py"),
            (r#"{"total":{"lines":{"total":1,"pct":"Unknown"}}}"#, "istanbul-summary"),
            ("<testsuites/>", "junit"),
            ("<?xml version='1.0'?><testsuite name='x'/>", "junit"),
            ("<!DOCTYPE coverage SYSTEM 'x.dtd'><coverage line-rate='1'/>", "cobertura"),
            ("<coverage clover='3.2.0'><project/></coverage>", "clover"),
            ("<coverage generated='1'><project><metrics/></project></coverage>", "clover"),
            ("<report name='x'><counter type='LINE'/></report>", "jacoco"),
            ("TN:\nSF:a.js\n", "lcov"),
            ("SF:a.js\n", "lcov"),
        ] {
            assert_eq!(ids(text), [id], "{text}");
        }
    }

    #[test]
    fn documents_of_other_tools_fit_nothing() {
        for text in ["{}", "[]", "null", r#"{"vulnerabilities":[]}"#, r#"{"results":[]}"#, "hello", "<x/>"] {
            assert!(ids(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn a_document_that_fits_two_formats_fits_both() {
        assert_eq!(ids(r#"{"version":"2.1.0","runs":[],"auditReportVersion":2}"#), ["sarif", "npm-audit-2"]);
    }

    #[test]
    fn a_broken_document_is_told_by_what_came_before_the_break() {
        assert_eq!(ids(r#"{"SchemaVersion":2,"ArtifactName":"x","Results":[{"Tar"#), ["trivy"]);
        assert_eq!(ids(r#"[{"Target":"x","Vulnerabilities":[{"#), ["trivy-legacy"]);
    }
}
