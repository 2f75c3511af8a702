//! Small reports, one per format, each with several findings.

pub(crate) const PIP: &str = r#"{"dependencies": [
  {"name": "Flask_Login", "version": "0.5", "vulns": [
    {"id": "PYSEC-2023-62", "fix_versions": ["2.2.5", "2.3.2"], "aliases": ["CVE-2023-30861", "GHSA-m2qf-hxjv-5gpq"], "description": "Session cookie\nis shared."},
    {"id": "GHSA-562c-5r94-xh97", "fix_versions": [], "aliases": [], "description": null}]},
  {"name": "requests", "version": "2.31.0", "vulns": []},
  {"name": "mine", "skip_reason": "not on PyPI"}
], "fixes": []}"#;

pub(crate) const NPM_2: &str = r#"{
  "auditReportVersion": 2,
  "vulnerabilities": {
    "express": {"name": "express", "severity": "high", "isDirect": true, "via": ["qs"], "effects": [], "range": "4.0.0 - 4.17.2", "nodes": ["node_modules/express"], "fixAvailable": {"name": "express", "version": "4.18.2", "isSemVerMajor": false}},
    "qs": {"name": "qs", "severity": "high", "isDirect": false, "via": [
      {"source": 1096470, "name": "qs", "dependency": "qs", "title": "qs vulnerable to Prototype Pollution", "url": "https://github.com/advisories/GHSA-hrpp-h998-j3pp", "severity": "high", "cwe": ["CWE-1321"], "cvss": {"score": 7.5, "vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"}, "range": ">=6.7.0 <6.7.3"},
      {"source": 1, "name": "qs", "title": "Other", "url": "https://example.com", "severity": "low", "cwe": [], "cvss": {"score": 0, "vectorString": null}, "range": "<7"}
    ], "effects": ["express"], "range": "6.7.0 - 6.7.2", "nodes": ["node_modules/qs"], "fixAvailable": true}
  },
  "metadata": {"vulnerabilities": {"info": 0, "low": 0, "moderate": 0, "high": 2, "critical": 0, "total": 2}, "dependencies": {"prod": 60, "total": 61}}
}"#;

pub(crate) const NPM_1: &str = r#"{
  "actions": [],
  "advisories": {
    "118": {"findings": [{"version": "2.0.10", "paths": ["a>b>minimatch", "b>minimatch"], "dev": true}, {"version": "3.0.0", "paths": ["minimatch"], "dev": false}], "id": 118, "title": "ReDoS", "module_name": "minimatch", "cves": ["CVE-2016-10540"], "vulnerable_versions": "<=3.0.1", "patched_versions": ">=3.0.2", "severity": "high", "cwe": "CWE-400", "url": "https://npmjs.com/advisories/118", "overview": "o", "recommendation": "Update"},
    "200": {"findings": [], "id": 200, "title": "Malicious package", "module_name": "evil", "cves": [], "vulnerable_versions": "*", "patched_versions": "<0.0.0", "severity": "moderate", "cwe": null, "url": "https://npmjs.com/advisories/200"}
  },
  "muted": [],
  "metadata": {"vulnerabilities": {"info": 0, "low": 0, "moderate": 1, "high": 2, "critical": 0}, "totalDependencies": 12}
}"#;

pub(crate) const TRIVY: &str = r#"{
  "SchemaVersion": 2, "Trivy": {"Version": "0.58.1"}, "CreatedAt": "2026-02-28T10:00:00.5Z",
  "ArtifactName": "shop:1.2", "ArtifactType": "container_image",
  "Metadata": {"OS": {"Family": "debian", "Name": "9.1", "EOSL": true}, "ImageID": "sha256:aa", "RepoDigests": ["shop@sha256:bb"], "Commit": "0123456789abcdef"},
  "Results": [
    {"Target": "shop:1.2 (debian 9.1)", "Class": "os-pkgs", "Type": "debian",
     "Packages": [{"ID": "curl@7.1", "Name": "curl", "Version": "7.1", "Relationship": "direct", "Licenses": ["MIT"]}],
     "Vulnerabilities": [
      {"VulnerabilityID": "CVE-2024-1000", "VendorIDs": ["DSA-5587-1"], "PkgID": "curl@7.1", "PkgName": "curl", "PkgIdentifier": {"PURL": "pkg:deb/debian/curl@7.1?arch=amd64&distro=debian-9.1"}, "InstalledVersion": "7.1", "FixedVersion": "7.2, 7.3", "Status": "fixed", "PrimaryURL": "https://avd.aquasec.com/nvd/cve-2024-1000", "Title": "curl: overflow", "Description": "d", "Severity": "CRITICAL", "CweIDs": ["CWE-787"], "CVSS": {"nvd": {"V2Vector": "AV:N/AC:L/Au:N/C:P/I:P/A:P", "V2Score": 7.5, "V3Vector": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "V3Score": 9.8}}, "References": ["https://nvd.nist.gov/vuln/detail/CVE-2024-1000", "https://github.com/advisories/GHSA-jfh8-c2jp-5v3q"], "PublishedDate": "2024-01-02T03:04:05Z"},
      {"VulnerabilityID": "CVE-2024-1001", "PkgName": "curl", "InstalledVersion": "7.1", "Status": "will_not_fix", "Severity": "UNKNOWN"}]},
    {"Target": "app/package-lock.json", "Class": "lang-pkgs", "Type": "npm", "Vulnerabilities": [
      {"VulnerabilityID": "CVE-2024-2000", "PkgName": "@scope/left", "InstalledVersion": "1.0.0", "Severity": "HIGH"}],
     "ExperimentalModifiedFindings": [{"Type": "vulnerability", "Status": "not_affected", "Statement": "not called", "Source": "./vex.json", "Finding": {"VulnerabilityID": "CVE-2024-2001", "PkgName": "debug", "InstalledVersion": "3.0.1", "Severity": "LOW"}}]},
    {"Target": "deploy/web.yaml", "Class": "config", "Type": "kubernetes", "MisconfSummary": {"Successes": 3, "Failures": 1}, "Misconfigurations": [
      {"Type": "Kubernetes Security Check", "ID": "KSV001", "AVDID": "AVD-KSV-0001", "Title": "No privilege escalation", "Message": "set it", "Resolution": "Set allowPrivilegeEscalation to false", "Severity": "MEDIUM", "PrimaryURL": "https://avd.aquasec.com/ksv001", "Status": "FAIL", "CauseMetadata": {"Resource": "Deployment/web", "StartLine": 7, "EndLine": 9}}]},
    {"Target": "deploy.sh", "Class": "secret", "Secrets": [
      {"RuleID": "github-pat", "Category": "GitHub", "Severity": "CRITICAL", "Title": "GitHub token", "StartLine": 3, "EndLine": 3, "Match": "TOKEN=****************"}]},
    {"Target": "OS Packages", "Class": "license", "Licenses": [
      {"Severity": "HIGH", "Category": "restricted", "PkgName": "bash", "FilePath": "", "Name": "GPL-3.0", "Confidence": 1, "Link": ""}]}
  ]
}"#;

pub(crate) const SARIF: &str = r#"{
  "$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0",
  "runs": [{
    "results": [
      {"ruleId": "py/sql", "ruleIndex": 0, "message": {"text": "Built from [a value](1)."}, "locations": [{"physicalLocation": {"artifactLocation": {"uri": "src/db.py", "uriBaseId": "%SRCROOT%"}, "region": {"startLine": 2, "startColumn": 5, "endColumn": 9}}}], "partialFingerprints": {"primary": "abc", "nested": {"x": 1}}},
      {"ruleId": "py/unused", "message": {"id": "default", "arguments": ["x"]}, "locations": [{"physicalLocation": {"artifactLocation": {"index": 0}, "region": {"startLine": 9.0, "endLine": 3}}}]},
      {"ruleId": "py/odd", "level": "note", "message": {"text": "odd"}, "suppressions": [{"kind": "inSource", "justification": "known"}]},
      {"ruleId": "py/odd", "level": "error", "message": {"text": "odd"}, "suppressions": [{"kind": "external", "status": "underReview"}]},
      {"ruleId": "py/odd", "kind": "pass", "message": {"text": "fine"}},
      {"ruleId": "py/odd", "kind": "review", "message": {"text": "look"}}
    ],
    "artifacts": [{"location": {"uri": "file:///elsewhere/src/main.py"}}],
    "tool": {"driver": {"name": "CodeQL", "semanticVersion": "2.16.0", "rules": [
      {"id": "py/sql", "shortDescription": {"text": "SQL injection"}, "defaultConfiguration": {"level": "error"}, "helpUri": "https://codeql.github.com/sql", "properties": {"security-severity": "8.8", "tags": ["security", "external/cwe/cwe-089"], "precision": "high"}},
      {"id": "py/unused", "messageStrings": {"default": {"text": "`{0}` is unused"}}, "defaultConfiguration": {"level": "note"}}
    ]}},
    "columnKind": "utf16CodeUnits"
  }]
}"#;

pub(crate) use super::bom_fixtures::{
    CSAF, CYCLONEDX, CYCLONEDX_EXTENSION, CYCLONEDX_XML, OPENVEX, SPDX_2, SPDX_2_TAG_VALUE, SPDX_3, SYFT,
};
pub(crate) use super::vulnerability_fixtures::*;

/// Name and text of each of this file.
const OWN: [(&str, &str); 5] =
    [("pip-audit", PIP), ("npm-audit-2", NPM_2), ("npm-audit-1", NPM_1), ("trivy", TRIVY), ("sarif", SARIF)];

/// Name and text of each of the vulnerability scanners.
const VULNERABILITIES: [(&str, &str); 16] = [
    ("grype", GRYPE),
    ("osv", OSV),
    ("yarn1-audit", YARN_1),
    ("yarn2-audit", YARN_2),
    ("cargo-audit", CARGO_AUDIT),
    ("cargo-deny", CARGO_DENY),
    ("snyk", SNYK),
    ("govulncheck", GOVULNCHECK),
    ("govulncheck", GOVULNCHECK_LIST),
    ("govulncheck", GOVULNCHECK_BEFORE_1),
    ("dependency-check", DEPENDENCY_CHECK),
    ("dependency-check-xml", DEPENDENCY_CHECK_XML),
    ("dependency-review", DEPENDENCY_REVIEW),
    ("trivy-operator", TRIVY_OPERATOR),
    ("gitlab-security", GITLAB),
    ("asff", ASFF),
];

/// Name and text of every fixture.
pub(crate) fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    OWN.into_iter().chain(VULNERABILITIES).chain(super::bom_fixtures::ALL).chain(super::lint::fixtures::ALL)
}

/// Those that are JSON.
pub(crate) fn all_json() -> impl Iterator<Item = (&'static str, &'static str)> {
    all().filter(|(_, text)| !text.starts_with('<'))
}

/// Formats of values one after the other.
pub(crate) const LINES: [&str; 4] = ["yarn1-audit", "yarn2-audit", "cargo-deny", "govulncheck"];

/// Whether a beginning that stops between two values looks like a whole report: nothing marks the end of these.
pub(crate) fn has_no_end(text: &str) -> bool {
    text == YARN_2 || text == GOVULNCHECK
}
