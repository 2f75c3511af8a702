//! Reading large reports: `cargo bench -p portcullis-benches --bench reports`. The documents are made here, item by item as
//! the tools write them; the allocation columns show what the reader holds at its peak, the text itself not counted.

#![allow(missing_docs, clippy::unwrap_used, reason = "a bench has no users and may stop")]

use std::fmt::Write as _;

use divan::counter::BytesCount;
use divan::{AllocProfiler, Bencher};
use portcullis_ingest::{Input, Options, ReportOptions, Surroundings, read};
use portcullis_model::PathResolver;

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

const MEBIBYTE: usize = 1 << 20;

fn main() {
    divan::main();
}

/// 200 MiB of Trivy: about 70,000 vulnerabilities in forty targets.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn trivy_200_mib(bencher: Bencher<'_, '_>) {
    read_all(bencher, &trivy(200 * MEBIBYTE), 60_000);
}

/// 100 MiB of SARIF with one run.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn sarif_100_mib(bencher: Bencher<'_, '_>) {
    read_all(bencher, &sarif(100 * MEBIBYTE), 40_000);
}

fn read_all(bencher: Bencher<'_, '_>, text: &str, fewest: usize) {
    let resolver = PathResolver::new([], [], Vec::new());
    let options = Options::default();
    let around = Surroundings {
        resolver: &resolver,
        now: "2026-11-21T00:00:00Z".parse().unwrap(),
        head_commit: None,
        file: &|_| None,
        options: &options,
    };
    let entry = ReportOptions::default();
    let input = Input { name: None, path: "report.json", bytes: text.as_bytes(), modified: None, options: &entry };
    let collected = read(&input, &around);
    assert!(collected.findings.len() >= fewest, "{:?}", collected.problems.first());
    drop(collected);
    bencher.counter(BytesCount::of_str(text)).bench(|| read(&input, &around));
}

const SENTENCE: &str = "A flaw was found in the way the library handles \\\"chunked\\\" input: a remote attacker can send crafted data that is copied beyond the end of a buffer, which leads to a crash or, possibly, to code execution. ";

fn trivy(bytes: usize) -> String {
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

fn sarif(bytes: usize) -> String {
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
