//! Large reports, made item by item as the tools write them, so that figures of two days compare.

#![allow(clippy::unwrap_used, reason = "writing into a text does not fail")]

use std::fmt::Write as _;

/// Bytes.
pub const MEBIBYTE: usize = 1 << 20;

const SENTENCE: &str = "A flaw was found in the way the library handles \\\"chunked\\\" input: a remote attacker can send crafted data that is copied beyond the end of a buffer, which leads to a crash or, possibly, to code execution. ";

/// A report of Trivy: about 70,000 vulnerabilities in forty targets per 200 MiB.
pub fn trivy(bytes: usize) -> String {
    let mut text = String::with_capacity(bytes + MEBIBYTE);
    text.push_str(
        r#"{"SchemaVersion":2,"CreatedAt":"2026-11-20T10:00:00Z","ArtifactName":"registry.example/shop:1","ArtifactType":"container_image","Metadata":{"OS":{"Family":"debian","Name":"12.5"}},"Results":["#,
    );
    let mut number = 0_usize;
    for target in 0.. {
        if target > 0 {
            text.push(',');
        }
        write!(
            text,
            r#"{{"Target":"services/s{target}/package-lock.json","Class":"lang-pkgs","Type":"npm","Vulnerabilities":["#
        )
        .unwrap();
        let until = (text.len() + bytes / 40).min(bytes);
        loop {
            trivy_item(&mut text, number);
            number += 1;
            if text.len() >= until {
                break;
            }
            text.push(',');
        }
        text.push_str("]}");
        if text.len() >= bytes {
            break;
        }
    }
    text.push_str("]}");
    text
}

fn trivy_item(text: &mut String, number: usize) {
    let (year, id, package) = (2015 + number % 11, 1_000 + number, number % 3_000);
    let severity = ["LOW", "MEDIUM", "HIGH", "CRITICAL"].get(number % 4).unwrap();
    write!(text, r#"{{"VulnerabilityID":"CVE-{year}-{id}","PkgID":"package-{package}@1.{number}.0","PkgName":"package-{package}","PkgIdentifier":{{"PURL":"pkg:npm/package-{package}@1.{number}.0","UID":"{number:016x}"}},"InstalledVersion":"1.{number}.0","FixedVersion":"2.0.{number}","Status":"fixed","SeveritySource":"ghsa","PrimaryURL":"https://avd.aquasec.com/nvd/cve-{year}-{id}","DataSource":{{"ID":"ghsa","Name":"GitHub Security Advisory npm","URL":"https://github.com/advisories?query=type%3Areviewed+ecosystem%3Anpm"}},"Title":"package-{package}: memory corruption {number}","Description":""#).unwrap();
    for _ in 0..3 + number % 5 {
        text.push_str(SENTENCE);
    }
    write!(text, r#"","Severity":"{severity}","CweIDs":["CWE-787","CWE-{}"],"VendorSeverity":{{"ghsa":3,"nvd":4}},"CVSS":{{"ghsa":{{"V3Vector":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:N","V3Score":9.1}},"nvd":{{"V2Vector":"AV:N/AC:L/Au:N/C:P/I:P/A:P","V3Vector":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H","V2Score":7.5,"V3Score":9.8}}}},"References":["#, 20 + number % 700).unwrap();
    for reference in 0..8 + number % 6 {
        write!(text, r#""https://lists.example/archives/{year}/{id}/message-{reference}","#).unwrap();
    }
    write!(text, r#""https://nvd.nist.gov/vuln/detail/CVE-{year}-{id}"],"PublishedDate":"{year}-05-17T14:15:09.887Z","LastModifiedDate":"{year}-11-07T03:01:02.000Z"}}"#).unwrap();
}

/// A SARIF log with one run of 400 rules.
pub fn sarif(bytes: usize) -> String {
    let mut text = String::with_capacity(bytes + MEBIBYTE);
    text.push_str(r#"{"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[{"tool":{"driver":{"name":"CodeQL","semanticVersion":"2.19.0","rules":["#);
    for rule in 0..400 {
        let comma = if rule > 0 { "," } else { "" };
        write!(text, r#"{comma}{{"id":"js/rule-{rule}","shortDescription":{{"text":"Rule {rule}"}},"fullDescription":{{"text":"{SENTENCE}"}},"defaultConfiguration":{{"level":"error"}},"properties":{{"tags":["security","external/cwe/cwe-{:03}"],"security-severity":"{}.{}"}}}}"#, 20 + rule, 1 + rule % 9, rule % 10).unwrap();
    }
    text.push_str("]}},\"results\":[");
    let mut number = 0_usize;
    loop {
        let (rule, file, line) = (number % 400, number % 2_000, 1 + number % 900);
        write!(text, r#"{{"ruleId":"js/rule-{rule}","ruleIndex":{rule},"message":{{"text":"{SENTENCE} Here: [value {number}](1)."}},"locations":[{{"physicalLocation":{{"artifactLocation":{{"uri":"src/file{file}.js","uriBaseId":"%SRCROOT%","index":{file}}},"region":{{"startLine":{line},"startColumn":5,"endColumn":40,"snippet":{{"text":"call(value{number})"}}}}}}}}],"partialFingerprints":{{"primaryLocationLineHash":"{number:016x}:1"}},"codeFlows":[{{"threadFlows":[{{"locations":["#).unwrap();
        for step in 0..4 {
            let comma = if step > 0 { "," } else { "" };
            write!(text, r#"{comma}{{"location":{{"physicalLocation":{{"artifactLocation":{{"uri":"src/file{file}.js","index":{file}}},"region":{{"startLine":1{step},"startColumn":2}}}},"message":{{"text":"step {step}"}}}}}}"#).unwrap();
        }
        text.push_str("]}]}]}");
        number += 1;
        if text.len() >= bytes {
            break;
        }
        text.push(',');
    }
    text.push_str("]}]}");
    text
}

/// A CycloneDX document as Trivy and cdxgen write them: components with purl, licences, hashes and properties, the edges
/// between them, and a vulnerability for every twentieth component.
pub fn cyclonedx(bytes: usize) -> String {
    let mut text = String::with_capacity(bytes + MEBIBYTE);
    text.push_str(r#"{"$schema":"http://cyclonedx.org/schema/bom-1.6.schema.json","bomFormat":"CycloneDX","specVersion":"1.6","serialNumber":"urn:uuid:3ff14136-e09f-4df9-80ea-000000000163","version":1,"metadata":{"timestamp":"2026-11-20T10:00:00+00:00","tools":{"components":[{"type":"application","group":"aquasecurity","name":"trivy","version":"0.58.1"}]},"component":{"bom-ref":"root","type":"container","name":"registry.example/shop:1"}},"components":["#);
    let mut count = 0;
    // The rest are edges and vulnerabilities.
    while text.len() < bytes / 100 * 83 {
        if count > 0 {
            text.push(',');
        }
        component(&mut text, count);
        count += 1;
    }
    text.push_str(r#"],"dependencies":[{"ref":"root","dependsOn":["#);
    for number in 0..count.min(200) {
        let comma = if number > 0 { "," } else { "" };
        write!(text, r#"{comma}"{}""#, reference(number)).unwrap();
    }
    text.push_str("]}");
    for number in 0..count {
        write!(text, r#",{{"ref":"{}","dependsOn":["#, reference(number)).unwrap();
        for needed in 1..=number % 6 {
            let comma = if needed > 1 { "," } else { "" };
            write!(text, r#"{comma}"{}""#, reference((number * 7 + needed * 200) % count)).unwrap();
        }
        text.push_str("]}");
    }
    text.push_str(r#"],"vulnerabilities":["#);
    for number in (0..count).step_by(20) {
        if number > 0 {
            text.push(',');
        }
        cyclonedx_vulnerability(&mut text, number);
    }
    text.push_str("]}");
    text
}

fn reference(number: usize) -> String {
    format!("pkg:npm/%40scope{}/package-{number}@1.{number}.0", number % 90)
}

fn component(text: &mut String, number: usize) {
    let (scope, reference) = (number % 90, reference(number));
    let license = ["MIT", "Apache-2.0", "BSD-3-Clause", "ISC", "MPL-2.0"].get(number % 5).unwrap();
    write!(text, r#"{{"bom-ref":"{reference}","type":"library","supplier":{{"name":"Maintainers of {scope} <team{scope}@packages.example>"}},"group":"@scope{scope}","name":"package-{number}","version":"1.{number}.0","scope":"required","hashes":[{{"alg":"SHA-512","content":"{number:0128x}"}},{{"alg":"SHA-1","content":"{number:040x}"}}],"licenses":[{{"license":{{"id":"{license}"}}}}],"purl":"{reference}","properties":[{{"name":"aquasecurity:trivy:LayerDiffID","value":"sha256:831c5620387fb9efec59fc82a42b948546c6be601e3ab34a87108ecf852aa15f"}},{{"name":"aquasecurity:trivy:LayerDigest","value":"sha256:000eee12ec04cc914bf96e8f5dee7767510c2aca3816af6078bd9fbe3150920c"}},{{"name":"aquasecurity:trivy:PkgID","value":"package-{number}@1.{number}.0"}},{{"name":"aquasecurity:trivy:PkgType","value":"node-pkg"}},{{"name":"aquasecurity:trivy:FilePath","value":"app/node_modules/@scope{scope}/package-{number}/package.json"}}],"externalReferences":[{{"type":"website","url":"https://packages.example/@scope{scope}/package-{number}"}},{{"type":"vcs","url":"git+https://git.example/scope{scope}/package-{number}.git"}}]}}"#).unwrap();
}

fn cyclonedx_vulnerability(text: &mut String, number: usize) {
    let (year, id) = (2015 + number % 11, 1_000 + number);
    write!(text, r#"{{"bom-ref":"vulnerability-{number}","id":"CVE-{year}-{id}","source":{{"name":"ghsa","url":"https://github.com/advisories"}},"ratings":[{{"source":{{"name":"nvd"}},"score":9.8,"severity":"critical","method":"CVSSv31","vector":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}},{{"source":{{"name":"ghsa"}},"severity":"high"}}],"cwes":[787,{}],"description":"{SENTENCE}{SENTENCE}","recommendation":"Upgrade package-{number} to version 2.0.{number}","advisories":["#, 20 + number % 700).unwrap();
    for advisory in 0..6 {
        write!(text, r#"{{"url":"https://lists.example/archives/{year}/{id}/message-{advisory}"}},"#).unwrap();
    }
    write!(text, r#"{{"url":"https://nvd.nist.gov/vuln/detail/CVE-{year}-{id}"}}],"published":"{year}-05-17T14:15:09+00:00","updated":"{year}-11-07T03:01:02+00:00","affects":[{{"ref":"{}","versions":[{{"version":"1.{number}.0","status":"affected"}}]}}]}}"#, reference(number)).unwrap();
}
