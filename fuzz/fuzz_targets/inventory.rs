//! Lines as package URL, version, CVSS vector, licence and CPE of a component, and what follows as lock file beside a report:
//! a bill of materials that is read and judged, lock files that are looked into, twice the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use portcullis_fuzz::reports::{judged, read, read_with};
use portcullis_model::Evidence;
use serde_json::json;

/// Reports whose reader looks into a file of the repository, and that file.
const BESIDE: [(&str, &[u8], &str); 3] = [
    ("npm-audit-2", include_bytes!("../seeds/report/npm-audit-2"), "package-lock.json"),
    ("cargo-audit", include_bytes!("../seeds/report/cargo-audit"), "Cargo.lock"),
    ("govulncheck", include_bytes!("../seeds/report/govulncheck"), "go.mod"),
];

fuzz_target!(|text: &str| {
    let mut lines = text.splitn(6, '\n');
    let mut line = || lines.next().unwrap_or_default();
    let (purl, version, vector, license, cpe) = (line(), line(), line(), line(), line());
    let rest = line();
    let document = json!({
        "bomFormat": "CycloneDX", "specVersion": "1.6",
        "metadata": {"component": {"bom-ref": "root", "type": "application", "name": "shop"}},
        "components": [
            {"bom-ref": "a", "type": "library", "name": "a", "version": version, "purl": purl, "cpe": cpe,
             "licenses": [{"expression": license}]},
            {"bom-ref": "b", "type": "library", "name": "b", "purl": purl, "licenses": [{"license": {"name": license}}]},
        ],
        "vulnerabilities": [
            {"id": "CVE-2024-1", "ratings": [{"vector": vector, "method": "CVSSv31"}, {"vector": vector}],
             "affects": [{"ref": "a"}, {"ref": purl}]},
        ],
    });
    let collected = read(Some("cyclonedx-json"), document.to_string().as_bytes());
    for score in
        collected.findings.iter().filter_map(|finding| finding.vulnerability.as_ref()).flat_map(|one| &one.scores)
    {
        assert!((0.0..=10.0).contains(&score.score), "{score:?}");
    }
    assert!(collected.findings.len() >= 2, "a finding for each thing affected");
    let evidence = Evidence { collected, ..Evidence::default() };
    let judgement = judged(evidence.clone());
    assert_eq!(format!("{judgement:?}"), format!("{:?}", judged(evidence)), "same input, same answer");
    for (format, report, name) in BESIDE {
        let collected = read_with(Some(format), &report[1..], &|path| (path == name).then(|| rest.as_bytes().to_vec()));
        assert!(!collected.findings.is_empty(), "{format} has findings whatever {name} says");
        for place in collected.findings.iter().flat_map(|finding| &finding.locations) {
            assert!(place.start_line.is_none_or(|line| line as usize <= rest.len() + 20), "{place:?}");
        }
    }
});
