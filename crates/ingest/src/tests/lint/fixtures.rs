//! Small reports of linters and scanners, each with several findings.

/// Secrets of the fixtures: none of these texts may be in any output.
pub(crate) const SECRETS: [&str; 5] = [
    concat!("AKIA", "Z7QX4VNTR2LKPW3M"),
    concat!("ghp", "_R4nd0mT0kenForTests0123456789abcdef"),
    concat!("hunter2", "-correct-horse"),
    concat!("AKIA", "QQQQ7XMPLE4TESTS"),
    concat!("c0ffee", "c0ffeec0ffeec0ffee"),
];

pub(crate) const GITLEAKS: &str = concat!(
    r#"[
 {"Description": "AWS Access Key", "StartLine": 4, "EndLine": 4, "StartColumn": 11, "EndColumn": 30, "Match": "key = "#,
    "AKIA",
    r#"Z7QX4VNTR2LKPW3M", "Secret": ""#,
    "AKIA",
    r#"Z7QX4VNTR2LKPW3M", "File": "conf/aws.tf", "SymlinkFile": "", "Commit": "8a6c1d2e3f405162738495a6b7c8d9e0f1a2b3c4", "Entropy": 3.9, "Author": "Ann Example", "Email": "ann@example.com", "Date": "2026-02-01T10:00:00Z", "Message": "add "#,
    "AKIA",
    r#"Z7QX4VNTR2LKPW3M", "Tags": [], "RuleID": "aws-access-token", "Fingerprint": "8a6c1d2e3f405162738495a6b7c8d9e0f1a2b3c4:conf/aws.tf:aws-access-token:4"},
 {"Description": "GitHub "#,
    "ghp",
    r#"_R4nd0mT0kenForTests0123456789abcdef", "StartLine": 2, "EndLine": 2, "StartColumn": 1, "EndColumn": 40, "Match": ""#,
    "ghp",
    r#"_R4nd0mT0kenForTests0123456789abcdef", "Secret": ""#,
    "ghp",
    r#"_R4nd0mT0kenForTests0123456789abcdef", "File": "deploy.sh", "Commit": "", "Tags": ["severity:critical"], "RuleID": "github-pat", "Fingerprint": "deploy.sh:github-pat:2"},
 {"Description": null, "StartLine": 0, "EndLine": 0, "Match": "key = REDACTED", "Secret": "REDACTED", "File": "a.env", "Tags": null, "RuleID": "generic-api-key", "Fingerprint": "a.env:generic-api-key:0", "Unknown": {"x": [1]}}
]"#
);

pub(crate) const GITLEAKS_7: &str = concat!(
    r#"[
 {"line": "  password = hunter2"#,
    r#"-correct-horse", "lineNumber": 13, "offender": "hunter2"#,
    r#"-correct-horse", "commit": "6d127980966808f7413935678e079dcd7fedf9c2", "repo": ".", "leakURL": "", "rule": "Password", "commitMessage": "x", "author": "Ann", "email": "ann@example.com", "file": "app.ini", "date": "2021-01-01T00:00:00Z", "tags": "key, critical"},
 {"line": "x", "lineNumber": 1, "offender": "REDACTED", "commit": "", "repo": ".", "rule": "Key", "file": "b.ini", "tags": ""}
]"#
);

pub(crate) const DETECT_SECRETS: &str = r#"{
  "version": "1.5.0",
  "plugins_used": [{"name": "AWSKeyDetector"}, {"name": "Base64HighEntropyString", "limit": 4.5}],
  "filters_used": [],
  "results": {
    "conf/app.ini": [
      {"type": "Base64 High Entropy String", "filename": "conf/app.ini", "hashed_secret": "1111111111111111111111111111111111111111", "is_verified": false, "line_number": 7},
      {"type": "AWS Access Key", "filename": "conf/app.ini", "hashed_secret": "2222222222222222222222222222222222222222", "is_verified": true, "is_secret": true, "line_number": 9}],
    "docs/a/b.md": [
      {"type": "Secret Keyword", "filename": "docs/a/b.md", "hashed_secret": "3333333333333333333333333333333333333333", "is_verified": false, "is_secret": false, "line_number": 1}]
  },
  "generated_at": "2026-02-28T10:00:00Z"
}"#;

pub(crate) const TRUFFLEHOG: &str = concat!(
    r#"[
 {"SourceMetadata": {"Data": {"Git": {"commit": "fbc14303ffbf8fb1c2c1914e8dda7d0121633aca", "file": "keys", "email": "Ann <ann@example.com>", "repository": "https://example.com/r.git", "timestamp": "2026-01-01 10:00:00 +0000", "line": 4}}}, "SourceID": 0, "SourceName": "trufflehog - git", "DetectorType": 2, "DetectorName": "AWS", "DecoderName": "PLAIN", "Verified": true, "Raw": ""#,
    "AKIA",
    r#"QQQQ7XMPLE4TESTS", "RawV2": ""#,
    "AKIA",
    r#"QQQQ7XMPLE4TESTS:c0ffee"#,
    r#"c0ffeec0ffeec0ffee", "Redacted": ""#,
    "AKIA",
    r#"QQQQ7XMPLE4TESTS", "ExtraData": {"account": "1"}},
 {"SourceMetadata": {"Data": {"Docker": {"file": "/app/.env", "image": "shop:1.2", "layer": "sha256:aa"}}}, "DetectorName": "URI", "Verified": false, "VerificationError": "timeout", "Raw": "c0ffee"#,
    r#"c0ffeec0ffeec0ffee", "Redacted": ""},
 {"SourceMetadata": {"Data": {"Filesystem": {"file": "src/x.py"}}}, "DetectorName": "Slack", "Verified": false, "Raw": null, "Redacted": null}
]"#
);

pub(crate) const CHECKOV: &str = r#"[
 {"check_type": "terraform", "results": {
   "passed_checks": [{"check_id": "CKV_AWS_1", "check_name": "fine", "file_path": "/main.tf"}],
   "failed_checks": [
     {"check_id": "CKV_AWS_20", "bc_check_id": "BC_AWS_S3_1", "check_name": "S3 bucket is public", "check_result": {"result": "FAILED"}, "file_path": "/main.tf", "repo_file_path": "/infra/main.tf", "file_line_range": [3, 9], "resource": "aws_s3_bucket.data", "severity": null, "guideline": "https://docs.example.com/s3-1", "vulnerability_details": null},
     {"check_id": "CKV_AWS_21", "check_name": "Versioning", "file_path": "/main.tf", "repo_file_path": null, "file_line_range": [0, 0], "resource": "aws_s3_bucket.data", "severity": "LOW", "guideline": null}],
   "skipped_checks": [{"check_id": "CKV_AWS_18", "check_name": "Access logging", "check_result": {"result": "SKIPPED", "suppress_comment": "logs elsewhere"}, "file_path": "/main.tf", "file_line_range": [3, 9], "resource": "aws_s3_bucket.data"}],
   "parsing_errors": []}, "summary": {"passed": 1, "failed": 2, "skipped": 1, "parsing_errors": 0, "resource_count": 1, "checkov_version": "3.2.0"}, "url": "Add an api key"},
 {"check_type": "sca_package", "results": {"passed_checks": [], "failed_checks": [
     {"check_id": "CKV_CVE_2023_30861", "check_name": "SCA package scan", "file_path": "/requirements.txt", "file_line_range": [0, 0], "resource": "requirements.txt.flask", "severity": "HIGH", "vulnerability_details": {"id": "CVE-2023-30861", "severity": "high", "package_name": "flask", "package_version": "0.6", "package_type": "pip", "lowest_fixed_version": "2.2.5", "cvss": 7.5, "vector": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", "description": "Session cookie", "link": "https://nvd.nist.gov/vuln/detail/CVE-2023-30861"}}],
   "skipped_checks": [], "parsing_errors": []}, "summary": {"failed": 1, "checkov_version": "3.2.0"}}
]"#;

pub(crate) const HADOLINT: &str = r#"[
 {"code": "DL3008", "column": 1, "file": "build/Dockerfile", "level": "warning", "line": 9, "message": "Pin versions in apt get install"},
 {"code": "DL3020", "column": 1, "file": "build/Dockerfile", "level": "error", "line": 12, "message": "Use COPY instead of ADD"},
 {"code": "SC2086", "column": 5, "file": "build/Dockerfile", "level": "info", "line": 14, "message": "Double quote"},
 {"code": "DL3059", "column": 1, "file": "build/Dockerfile", "level": "style", "line": 15, "message": null}
]"#;

pub(crate) const KUBE_LINTER: &str = r#"{
  "Checks": [{"name": "no-read-only-root-fs", "description": "d", "remediation": "r", "template": "read-only-root-fs", "params": {}}],
  "Reports": [
    {"Diagnostic": {"Message": "container \"web\" does not have a read-only root file system"}, "Check": "no-read-only-root-fs", "Remediation": "Set readOnlyRootFilesystem", "Object": {"Metadata": {"FilePath": "k8s/web.yaml", "Raw": null}, "K8sObject": {"Namespace": "shop", "Name": "web", "GroupVersionKind": {"Group": "apps", "Version": "v1", "Kind": "Deployment"}}}},
    {"Diagnostic": {"Message": "no namespace"}, "Check": "use-namespace", "Remediation": null, "Object": {"Metadata": {"FilePath": "k8s/job.yaml"}, "K8sObject": {"Namespace": "", "Name": "job", "GroupVersionKind": {"Group": "batch", "Version": "v1", "Kind": "Job"}}}}
  ],
  "Summary": {"ChecksStatus": "Failed", "CheckEndTime": "2026-02-28T10:00:00.123456789Z", "KubeLinterVersion": "0.6.8"}
}"#;

pub(crate) const SEMGREP: &str = r#"{
  "version": "1.97.0",
  "results": [
    {"check_id": "python.lang.security.sqli", "path": "src/db.py", "start": {"line": 2, "col": 5, "offset": 20}, "end": {"line": 2, "col": 9, "offset": 24}, "extra": {"message": "SQL injection\nmore", "severity": "ERROR", "metadata": {"cwe": ["CWE-89: SQL Injection"], "confidence": "HIGH", "references": ["https://owasp.org/x"], "source": "https://semgrep.dev/r/sqli"}, "fingerprint": "f00_0", "is_ignored": false, "lines": "q = 'a' + b", "metavars": {}}},
    {"check_id": "python.lang.style", "path": "src/db.py", "start": {"line": 7, "col": 1}, "end": {"line": 7, "col": 4}, "extra": {"message": "odd", "severity": "INFO", "metadata": {"cwe": "CWE-1: x"}, "fingerprint": "requires login", "is_ignored": true, "lines": "requires login"}},
    {"check_id": "supply.chain", "path": "src/x.py", "start": null, "end": null, "extra": {"message": "m", "severity": "CRITICAL", "metadata": null}}
  ],
  "errors": [],
  "paths": {"scanned": ["src/db.py", "src/x.py"]}
}"#;

pub(crate) const CONFTEST: &str = r#"[
 {"filename": "k8s/web.yaml", "namespace": "main", "successes": 4,
  "warnings": [{"msg": "image has no digest", "metadata": {"query": "data.main.warn"}}],
  "failures": [{"msg": "Containers must not run as root", "metadata": {"id": "K8S-1", "severity": "critical", "url": "https://example.com/k8s-1"}}, {"msg": "no limits"}],
  "exceptions": [{"msg": "data.main.exception[_][_] == \"root\""}]},
 {"filename": "k8s/job.yaml", "namespace": "main", "successes": 5}
]"#;

pub(crate) const KICS: &str = r#"{
  "kics_version": "v2.1.3", "files_scanned": 2, "lines_scanned": 40, "files_parsed": 2, "lines_parsed": 40, "files_failed_to_scan": 0, "queries_total": 100, "queries_failed_to_execute": 0, "queries_failed_to_compute_similarity_id": 0, "scan_id": "console",
  "severity_counters": {"CRITICAL": 0, "HIGH": 2, "INFO": 0, "LOW": 0, "MEDIUM": 1, "TRACE": 0}, "total_counter": 3, "total_bom_resources": 0,
  "start": "2026-02-28T09:59:00Z", "end": "2026-02-28T10:00:00.5Z", "paths": ["/path"],
  "queries": [
    {"query_name": "Missing User Instruction", "query_id": "fd54f200-402c-4333-a5a4-36ef6709af2f", "query_url": "https://docs.docker.com/user", "severity": "HIGH", "platform": "Dockerfile", "cwe": "250", "cloud_provider": "COMMON", "category": "Build Process", "description": "Always set a user", "files": [
      {"file_name": "build/Dockerfile", "similarity_id": "aa", "line": 1, "resource_type": "", "resource_name": "", "issue_type": "MissingAttribute", "search_key": "FROM={{alpine}}", "expected_value": "The Dockerfile should contain USER", "actual_value": "The Dockerfile does not contain USER"},
      {"file_name": "Dockerfile", "similarity_id": "bb", "line": 3, "search_key": "FROM={{debian}}", "expected_value": null, "actual_value": null}]},
    {"query_name": "Memory Limits", "query_id": "b14d1bc4", "severity": "MEDIUM", "description": "d", "files": [
      {"file_name": "k8s/web.yaml", "similarity_id": "cc", "line": 8, "resource_type": "Deployment", "resource_name": "web", "search_key": "metadata.name={{web}}", "expected_value": "limits", "actual_value": "none"}]}
  ]
}"#;

pub(crate) const ZAP: &str = r#"{
  "@programName": "ZAP", "@version": "2.16.1", "@generated": "Sat, 28 Feb 2026 10:00:00",
  "site": [
    {"@name": "https://shop.example.com", "@host": "shop.example.com", "@port": "443", "@ssl": "true", "alerts": [
      {"pluginid": "10020", "alertRef": "10020-1", "alert": "Missing header", "name": "Missing header", "riskcode": "2", "confidence": "2", "riskdesc": "Medium (Medium)", "desc": "<p>No <b>X-Frame-Options</b>.</p>", "instances": [{"id": "1", "uri": "https://shop.example.com/cart?id=7", "method": "GET", "param": "x-frame-options", "attack": "", "evidence": ""}, {"uri": "https://shop.example.com", "method": "GET", "param": ""}], "count": "2", "solution": "<p>Set it.</p>", "reference": "<p>https://owasp.org/a</p><p>https://owasp.org/b</p>", "cweid": "1021", "wascid": "15", "sourceid": "3"},
      {"pluginid": "40012", "alertRef": "40012", "alert": "XSS", "name": "XSS", "riskcode": "3", "confidence": "0", "riskdesc": "High (False Positive)", "desc": "x", "instances": [], "cweid": "-1"}]},
    {"@name": "http://api.example.com", "alerts": [
      {"pluginid": "10020", "alertRef": "10020-1", "name": "Missing header", "riskcode": "0", "confidence": "3", "riskdesc": "Informational (High)", "desc": null, "instances": null, "cweid": "0"}]}
  ]
}"#;

pub(crate) const ZAP_XML: &str = r#"<?xml version="1.0"?><OWASPZAPReport programName="ZAP" version="2.16.1" generated="Sat, 28 Feb 2026 10:00:00">
<site name="https://shop.example.com" host="shop.example.com" port="443" ssl="true"><alerts>
<alertitem><pluginid>10020</pluginid><alertRef>10020-1</alertRef><alert>Missing header</alert><name>Missing header</name><riskcode>2</riskcode><confidence>2</confidence><riskdesc>Medium (Medium)</riskdesc><desc>&lt;p&gt;No &lt;b&gt;X-Frame-Options&lt;/b&gt;.&lt;/p&gt;</desc><instances><instance><uri>https://shop.example.com/cart?id=7</uri><method>GET</method><param>x-frame-options</param><attack/></instance><instance><uri>https://shop.example.com</uri><method>GET</method><param/></instance></instances><count>2</count><solution>&lt;p&gt;Set it.&lt;/p&gt;</solution><reference>&lt;p&gt;https://owasp.org/a&lt;/p&gt;&lt;p&gt;https://owasp.org/b&lt;/p&gt;</reference><cweid>1021</cweid></alertitem>
<alertitem><pluginid>40012</pluginid><alertRef>40012</alertRef><name>XSS</name><riskcode>3</riskcode><confidence>0</confidence><riskdesc>High (False Positive)</riskdesc><desc>x</desc><instances></instances><cweid>-1</cweid></alertitem>
</alerts></site>
<site name="http://api.example.com"><alerts><alertitem><pluginid>10020</pluginid><alertRef>10020-1</alertRef><name>Missing header</name><riskcode>0</riskcode><confidence>3</confidence><riskdesc>Informational (High)</riskdesc><cweid>0</cweid></alertitem></alerts></site>
</OWASPZAPReport>"#;

pub(crate) const OASDIFF: &str = r#"[
 {"id": "response-property-removed", "text": "removed the property 'name' from the response", "comment": "", "level": 3, "operation": "GET", "operationId": "listOrders", "path": "/orders", "section": "paths", "source": "api/v2.yaml", "fingerprint": "0a1b2c3d4e5f", "revisionSource": {"file": "api/v2.yaml", "line": 14, "column": 7}},
 {"id": "api-deprecated", "text": "deprecated", "level": 2, "operation": "POST", "path": "/orders", "section": "paths", "source": "api/v2.yaml"},
 {"id": "endpoint-added", "text": "endpoint added", "level": 1, "operation": "GET", "path": "/x", "section": "paths"}
]"#;

pub(crate) const SONAR: &str = r#"{
  "rules": [{"id": "S1", "name": "No sleep", "description": "Do not sleep", "engineId": "mylint", "cleanCodeAttribute": "CLEAR", "impacts": [{"softwareQuality": "SECURITY", "severity": "HIGH"}, {"softwareQuality": "RELIABILITY", "severity": "LOW"}]}],
  "issues": [
    {"ruleId": "S1", "effortMinutes": 5, "primaryLocation": {"message": "sleeps", "filePath": "src/db.py", "textRange": {"startLine": 2, "endLine": 2, "startColumn": 0, "endColumn": 4}}, "secondaryLocations": [{"message": "from here", "filePath": "src/x.py", "textRange": {"startLine": 1}}]},
    {"engineId": "old", "ruleId": "S2", "severity": "MAJOR", "type": "BUG", "primaryLocation": {"message": "m", "filePath": "src/x.py", "textRange": null}}
  ]
}"#;

pub(crate) const CODE_CLIMATE: &str = r#"[
 {"type": "issue", "check_name": "method_complexity", "engine_name": "structure", "description": "Method `x` is complex", "content": {"body": "Split it"}, "categories": ["Complexity"], "location": {"path": "src/db.py", "lines": {"begin": 2, "end": 9}}, "severity": "major", "fingerprint": "abc"},
 {"type": "measurement", "check_name": "lines", "fingerprint": "m", "location": {"path": "src/db.py"}},
 {"description": "unused", "check_name": "unused", "fingerprint": "def", "severity": "info", "location": {"path": "src/x.py", "positions": {"begin": {"line": 3, "column": 4}, "end": {"line": 3, "column": 8}}}},
 {"description": "unrated", "check_name": "odd", "fingerprint": "ghi", "location": {"path": "src/x.py", "lines": {"begin": 1}}}
]"#;

pub(crate) const CHECKSTYLE: &str = r#"<?xml version="1.0"?>
<checkstyle version="4.3">
<file name="deploy.sh"><error line="3" column="5" severity="warning" message="Double quote &quot;x&quot;" source="ShellCheck.SC2086"/><error line="9" severity="error" message="Syntax" source="ShellCheck.SC1009"/></file>
<file name="fine.sh"></file>
<file name="a.sh"><error line="1" column="1" severity="info" message="odd" source=""/></file>
</checkstyle>"#;

/// Name and text of each. The list form stands in for the lines of `TruffleHog`: lines may end anywhere.
pub(crate) const ALL: [(&str, &str); 16] = [
    ("gitleaks", GITLEAKS),
    ("gitleaks", GITLEAKS_7),
    ("detect-secrets", DETECT_SECRETS),
    ("trufflehog", TRUFFLEHOG),
    ("checkov", CHECKOV),
    ("hadolint", HADOLINT),
    ("kube-linter", KUBE_LINTER),
    ("semgrep", SEMGREP),
    ("conftest", CONFTEST),
    ("kics", KICS),
    ("zap", ZAP),
    ("zap-xml", ZAP_XML),
    ("oasdiff", OASDIFF),
    ("sonar-generic", SONAR),
    ("codeclimate", CODE_CLIMATE),
    ("checkstyle", CHECKSTYLE),
];
