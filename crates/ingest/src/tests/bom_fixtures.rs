//! Bills of materials and VEX documents, small.

pub(crate) const CYCLONEDX: &str = r#"{
  "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json", "bomFormat": "CycloneDX", "specVersion": "1.6",
  "serialNumber": "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79", "version": 2,
  "metadata": {
    "timestamp": "2026-02-28T10:00:00Z",
    "lifecycles": [{"phase": "build"}],
    "tools": {"components": [{"type": "application", "group": "aquasecurity", "name": "trivy", "version": "0.58.1"}]},
    "authors": [{"name": "Jane Doe", "email": null}],
    "component": {"bom-ref": "root", "type": "container", "name": "shop:1.2", "purl": "pkg:oci/shop@sha256%3Aaa?arch=amd64&repository_url=ghcr.io%2Facme%2Fshop"},
    "supplier": {"name": "Acme", "url": ["https://acme.example"]}
  },
  "components": [
    {"bom-ref": "lodash", "type": "library", "name": "lodash", "version": "4.17.20", "purl": "pkg:npm/lodash@4.17.20", "scope": "required",
     "licenses": [{"license": {"id": "MIT"}}], "hashes": [{"alg": "SHA-256", "content": "ABCDEF"}], "supplier": {"name": "OpenJS"},
     "evidence": {"occurrences": [{"location": "app/node_modules/lodash/package.json"}]}},
    {"bom-ref": "spring", "type": "framework", "group": "org.springframework", "name": "spring-core", "version": "5.3.0", "purl": "pkg:maven/org.springframework/spring-core@5.3.0",
     "licenses": [{"expression": "Apache-2.0 OR MIT"}], "components": [
       {"bom-ref": "asm", "type": "library", "group": "org.ow2", "name": "asm", "version": "9.0", "purl": "pkg:maven/org.ow2/asm@9.0", "components": null}]}
  ],
  "services": [{"bom-ref": "payments", "name": "payments", "services": null}],
  "dependencies": [
    {"ref": "root", "dependsOn": ["lodash"]},
    {"ref": "lodash", "dependsOn": ["spring", "payments"]}
  ],
  "vulnerabilities": [
    {"id": "CVE-2021-23337", "source": {"name": "ghsa", "url": "https://github.com/advisories/GHSA-35jh-r3h4-6jhm"},
     "references": [{"id": "GHSA-35jh-r3h4-6jhm", "source": {"name": "GitHub"}}],
     "ratings": [
       {"source": {"name": "nvd"}, "score": 7.2, "severity": "high", "method": "CVSSv31", "vector": "CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H"},
       {"source": {"name": "ghsa"}, "severity": "medium"}, {"method": "EPSS", "score": 0.25, "severity": "critical"}],
     "cwes": [94, "CWE-77"], "description": "Command injection.\nMore.", "recommendation": "Upgrade lodash to version 4.17.21; Upgrade other to version 2",
     "published": "2021-02-15T13:15:00Z", "affects": [{"ref": "lodash", "versions": [{"version": "4.17.20", "status": "affected"}]}]},
    {"id": "CVE-2022-22965", "ratings": [{"severity": "critical", "method": "other"}], "description": null,
     "analysis": {"state": "not_affected", "justification": "code_not_reachable", "detail": "No data binding.", "response": ["will_not_fix"], "lastUpdated": "2026-02-01T00:00:00Z"},
     "affects": [{"ref": "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/2#spring"}, {"ref": "pkg:maven/org.ow2/asm@9.0"}]}
  ],
  "unknown": {"x": [1]}
}"#;

pub(crate) const CYCLONEDX_XML: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<bom xmlns="http://cyclonedx.org/schema/bom/1.5" serialNumber="urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79" version="2">
  <metadata>
    <timestamp>2026-02-28T10:00:00Z</timestamp>
    <lifecycles><lifecycle><phase>build</phase></lifecycle></lifecycles>
    <tools><components><component type="application"><group>aquasecurity</group><name>trivy</name><version>0.58.1</version></component></components></tools>
    <authors><author><name>Jane Doe</name></author></authors>
    <component bom-ref="root" type="container"><name>shop:1.2</name></component>
    <supplier><name>Acme</name></supplier>
  </metadata>
  <components>
    <component bom-ref="lodash" type="library">
      <supplier><name>OpenJS</name></supplier>
      <name>lodash</name><version>4.17.20</version><scope>required</scope>
      <hashes><hash alg="SHA-256">ABCDEF</hash></hashes>
      <licenses><license><id>MIT</id></license></licenses>
      <purl>pkg:npm/lodash@4.17.20</purl>
      <pedigree><ancestors><component type="library"><name>underscore</name></component></ancestors></pedigree>
    </component>
    <component bom-ref="spring" type="framework">
      <group>org.springframework</group><name>spring-core</name><version>5.3.0</version>
      <licenses><expression>Apache-2.0 OR MIT</expression></licenses>
      <purl>pkg:maven/org.springframework/spring-core@5.3.0</purl>
      <components><component bom-ref="asm" type="library"><name>asm</name><version>9.0</version></component></components>
    </component>
  </components>
  <dependencies><dependency ref="root"><dependency ref="lodash"/></dependency><dependency ref="lodash"><dependency ref="spring"/></dependency></dependencies>
  <vulnerabilities>
    <vulnerability>
      <id>CVE-2021-23337</id>
      <references><reference><id>GHSA-35jh-r3h4-6jhm</id></reference></references>
      <ratings><rating><score>7.2</score><severity>High</severity><method>CVSSv31</method></rating></ratings>
      <cwes><cwe>94</cwe></cwes>
      <description>Command injection.</description>
      <affects><target><ref>lodash</ref></target></affects>
    </vulnerability>
    <vulnerability>
      <id>CVE-2022-22965</id>
      <ratings><rating><severity>critical</severity></rating></ratings>
      <analysis><state>not_affected</state><justification>code_not_reachable</justification></analysis>
      <affects><target><ref>spring</ref></target></affects>
    </vulnerability>
  </vulnerabilities>
</bom>"#;

pub(crate) const CYCLONEDX_EXTENSION: &str = r#"<?xml version="1.0"?>
<bom xmlns="http://cyclonedx.org/schema/bom/1.2" xmlns:v="http://cyclonedx.org/schema/ext/vulnerability/1.0">
  <components>
    <component type="library" bom-ref="pkg:npm/a@1"><name>a</name><version>1</version><purl>pkg:npm/a@1</purl>
      <v:vulnerabilities>
        <v:vulnerability ref="pkg:npm/a@1">
          <v:id>CVE-2020-0001</v:id>
          <v:source name="NVD"><v:url>https://nvd.nist.gov/vuln/detail/CVE-2020-0001</v:url></v:source>
          <v:ratings><v:rating><v:score><v:base>9.8</v:base><v:impact>5.9</v:impact></v:score><v:severity>Critical</v:severity><v:method>CVSSv3</v:method><v:vector>AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H</v:vector></v:rating>
          <v:rating><v:severity>Low</v:severity><v:method>OWASP Risk</v:method></v:rating></v:ratings>
          <v:cwes><v:cwe>184</v:cwe></v:cwes>
          <v:recommendations><v:recommendation>Upgrade</v:recommendation></v:recommendations>
          <v:advisories><v:advisory>https://github.com/advisories/GHSA-35jh-r3h4-6jhm</v:advisory></v:advisories>
        </v:vulnerability>
      </v:vulnerabilities>
    </component>
  </components>
</bom>"#;

pub(crate) const SPDX_2: &str = r#"{
  "spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "name": "shop", "documentNamespace": "https://acme.example/shop",
  "creationInfo": {"created": "2026-02-28T10:00:00Z", "creators": ["Organization: Acme", "Tool: syft-1.18.0"]},
  "packages": [
    {"SPDXID": "SPDXRef-root", "name": "shop", "versionInfo": "1.2", "downloadLocation": "NOASSERTION", "primaryPackagePurpose": "CONTAINER"},
    {"SPDXID": "SPDXRef-lodash", "name": "lodash", "versionInfo": "4.17.20", "supplier": "Organization: OpenJS (mail@openjs.example)", "originator": "NOASSERTION",
     "downloadLocation": "https://registry.npmjs.org/lodash", "licenseConcluded": "NOASSERTION", "licenseDeclared": "MIT", "validUntilDate": "2026-12-31T00:00:00Z",
     "checksums": [{"algorithm": "SHA256", "checksumValue": "ABCDEF"}],
     "externalRefs": [{"referenceCategory": "PACKAGE_MANAGER", "referenceType": "purl", "referenceLocator": "pkg:npm/lodash@4.17.20"},
       {"referenceCategory": "SECURITY", "referenceType": "cpe23Type", "referenceLocator": "cpe:2.3:a:lodash:lodash:4.17.20:*:*:*:*:*:*:*"}]},
    {"SPDXID": "SPDXRef-mocha", "name": "mocha", "versionInfo": "10.0.0", "licenseConcluded": "NONE", "externalRefs": null, "checksums": null}
  ],
  "files": [{"SPDXID": "SPDXRef-file", "fileName": "./a.js"}],
  "relationships": [
    {"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": "SPDXRef-root"},
    {"spdxElementId": "SPDXRef-root", "relationshipType": "DEPENDS_ON", "relatedSpdxElement": "SPDXRef-lodash"},
    {"spdxElementId": "SPDXRef-mocha", "relationshipType": "TEST_DEPENDENCY_OF", "relatedSpdxElement": "SPDXRef-lodash"},
    {"spdxElementId": "SPDXRef-root", "relationshipType": "CONTAINS", "relatedSpdxElement": "SPDXRef-file"}
  ], "unknown": 1
}"#;

pub(crate) const SPDX_2_TAG_VALUE: &str = "# made by hand
SPDXVersion: SPDX-2.2
SPDXID: SPDXRef-DOCUMENT
DocumentName: shop
DocumentNamespace: https://acme.example/shop
DocumentComment: <text>More than one line: PackageName: none
PackageName: still none</text>
Creator: Organization: Acme
Creator: Tool: syft-1.18.0
Created: 2026-02-28T10:00:00Z

PackageName: shop
SPDXID: SPDXRef-root
PackageVersion: 1.2

PackageName: lodash
SPDXID: SPDXRef-lodash
PackageVersion: 4.17.20
PackageSupplier: Organization: OpenJS (mail@openjs.example)
PackageChecksum: SHA256: ABCDEF
PackageLicenseConcluded: NOASSERTION
PackageLicenseDeclared: MIT
PackageCopyrightText: <text>(c) JS</text>
ExternalRef: PACKAGE-MANAGER purl pkg:npm/lodash@4.17.20

FileName: ./a.js
SPDXID: SPDXRef-file

Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-root
Relationship: SPDXRef-root DEPENDS_ON SPDXRef-lodash
Relationship: SPDXRef-root CONTAINS SPDXRef-file
";

pub(crate) const SPDX_3: &str = r#"{
  "@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld",
  "@graph": [
    {"type": "CreationInfo", "@id": "_:made", "specVersion": "3.0.1", "created": "2026-02-28T10:00:00Z", "createdBy": ["urn:acme"], "createdUsing": ["urn:tool"]},
    {"type": "Organization", "spdxId": "urn:acme", "name": "Acme", "creationInfo": "_:made"},
    {"type": "Tool", "spdxId": "urn:tool", "name": "bom-maker", "creationInfo": "_:made"},
    {"type": "SpdxDocument", "spdxId": "urn:doc", "creationInfo": "_:made", "rootElement": ["urn:sbom"]},
    {"type": "software_Sbom", "spdxId": "urn:sbom", "rootElement": ["urn:root"]},
    {"type": "software_Package", "spdxId": "urn:root", "name": "shop", "software_packageVersion": "1.2", "software_primaryPurpose": "container"},
    {"type": "software_Package", "spdxId": "urn:lodash", "name": "lodash", "software_packageVersion": "4.17.20", "software_packageUrl": "pkg:npm/lodash@4.17.20", "suppliedBy": "urn:acme",
     "verifiedUsing": [{"type": "Hash", "algorithm": "sha256", "hashValue": "ABCDEF"}]},
    {"type": "simplelicensing_LicenseExpression", "spdxId": "urn:mit", "simplelicensing_licenseExpression": "MIT"},
    {"type": "Relationship", "spdxId": "urn:r1", "from": "urn:lodash", "to": ["urn:mit"], "relationshipType": "hasDeclaredLicense"},
    {"type": "LifecycleScopedRelationship", "spdxId": "urn:r2", "from": "urn:root", "to": ["urn:lodash"], "relationshipType": "dependsOn", "scope": "runtime"},
    {"type": "security_Vulnerability", "spdxId": "urn:vuln", "externalIdentifier": [{"externalIdentifierType": "cve", "identifier": "CVE-2021-23337"}], "description": "Command injection.", "security_publishedTime": "2021-02-15T13:15:00Z"},
    {"type": "security_Vulnerability", "spdxId": "urn:other", "name": "CVE-2020-8203"},
    {"type": "Relationship", "spdxId": "urn:r3", "from": "urn:lodash", "to": ["urn:vuln", "urn:other"], "relationshipType": "hasAssociatedVulnerability"},
    {"type": "security_CvssV3VulnAssessmentRelationship", "spdxId": "urn:r4", "from": "urn:vuln", "to": ["urn:lodash"], "relationshipType": "hasAssessmentFor", "security_score": 7.2, "security_severity": "high", "security_vectorString": "CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H"},
    {"type": "security_VexNotAffectedVulnAssessmentRelationship", "spdxId": "urn:r5", "from": "urn:other", "to": ["urn:lodash"], "relationshipType": "doesNotAffect", "security_justificationType": "vulnerableCodeNotPresent", "security_publishedTime": "2026-02-01T00:00:00Z"}
  ], "unknown": null
}"#;

pub(crate) const SYFT: &str = r#"{
  "artifacts": [
    {"id": "a1", "name": "lodash", "version": "4.17.20", "type": "npm", "purl": "pkg:npm/lodash@4.17.20", "licenses": [{"value": "MIT", "spdxExpression": "MIT", "type": "declared"}], "locations": [{"path": "/app/package-lock.json"}], "cpes": [{"cpe": "cpe:2.3:a:lodash:lodash:4.17.20:*:*:*:*:*:*:*"}], "metadata": null},
    {"id": "a2", "name": "curl", "version": "7.88", "type": "deb", "purl": "pkg:deb/debian/curl@7.88?arch=amd64&distro=debian-12", "licenses": ["curl"], "locations": null, "cpes": null}
  ],
  "artifactRelationships": [{"parent": "src", "child": "a1", "type": "contains"}, {"parent": "src", "child": "a2", "type": "contains"}, {"parent": "a2", "child": "a1", "type": "dependency-of"}],
  "files": [{"id": "f1"}],
  "source": {"id": "src", "name": "shop", "version": "1.2", "type": "image"},
  "distro": {"id": "debian", "versionID": "12"},
  "descriptor": {"name": "syft", "version": "1.18.0"},
  "schema": {"version": "16.0.21", "url": "https://raw.githubusercontent.com/anchore/syft/main/schema/json/schema-16.0.21.json"}
}"#;

pub(crate) const OPENVEX: &str = r#"{
  "@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://acme.example/vex/1", "author": "Acme", "timestamp": "2026-02-01T00:00:00Z", "version": 1,
  "statements": [
    {"vulnerability": {"@id": "https://nvd.nist.gov/vuln/detail/CVE-2021-23337", "name": "CVE-2021-23337", "aliases": ["GHSA-35jh-r3h4-6jhm"]},
     "products": [{"@id": "pkg:oci/shop@sha256%3Aaa", "identifiers": {"cpe23": "cpe:2.3:a:acme:shop:1:*:*:*:*:*:*:*"}, "hashes": {"sha-256": "ABC"}, "subcomponents": [{"@id": "pkg:npm/lodash"}]}],
     "status": "not_affected", "justification": "vulnerable_code_not_in_execute_path", "timestamp": "2026-02-02T00:00:00Z"},
    {"vulnerability": "CVE-2020-0001", "products": ["pkg:npm/a@1"], "status": "affected", "action_statement": null},
    {"vulnerability": {"name": "CVE-2020-0002"}, "products": [{"@id": "pkg:npm/b@1"}], "status": "fixed", "unknown": true}
  ]
}"#;

pub(crate) const CSAF: &str = r#"{
  "document": {"category": "csaf_vex", "csaf_version": "2.0", "publisher": {"name": "Acme"}, "tracking": {"current_release_date": "2026-02-01T00:00:00Z", "generator": {"engine": {"name": "vexer", "version": "1.0"}}}},
  "product_tree": {
    "branches": [{"category": "vendor", "name": "Acme", "branches": [
      {"category": "product_version", "name": "1.2", "product": {"product_id": "shop", "name": "shop", "product_identification_helper": {"cpe": "cpe:/a:acme:shop:1.2"}}},
      {"category": "product_version", "name": "4", "product": {"product_id": "lodash", "name": "lodash", "product_identification_helper": {"purl": "pkg:npm/lodash@4.17.20", "hashes": [{"file_hashes": [{"algorithm": "sha256", "value": "AB"}]}]}}}]}],
    "relationships": [{"category": "default_component_of", "product_reference": "lodash", "relates_to_product_reference": "shop", "full_product_name": {"product_id": "shop:lodash", "name": "lodash in shop"}}],
    "product_groups": [{"group_id": "all", "product_ids": ["shop:lodash"]}]
  },
  "vulnerabilities": [
    {"cve": "CVE-2021-23337", "ids": [{"system_name": "GitHub", "text": "GHSA-35jh-r3h4-6jhm"}],
     "product_status": {"known_not_affected": ["shop:lodash"], "known_affected": ["lodash"], "recommended": ["shop"]},
     "flags": [{"label": "vulnerable_code_not_present", "group_ids": ["all"]}],
     "threats": [{"category": "impact", "details": "Never called.", "product_ids": ["shop:lodash"]}],
     "remediations": [{"category": "vendor_fix", "details": "Upgrade to 4.17.21.", "product_ids": ["lodash"]}]},
    {"cve": "CVE-2020-0002", "product_status": {"fixed": ["shop"], "under_investigation": ["gone"]}, "flags": null}
  ]
}"#;

/// Name and text of each that is JSON.
pub(crate) const ALL: [(&str, &str); 6] = [
    ("cyclonedx-json", CYCLONEDX),
    ("spdx2-json", SPDX_2),
    ("spdx3-json", SPDX_3),
    ("syft-json", SYFT),
    ("openvex", OPENVEX),
    ("csaf", CSAF),
];
