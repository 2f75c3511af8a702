//! Any bytes as VEX document: its statements, trusted by the policy, change the state of findings and nothing else.

#![no_main]

use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use portcullis_fuzz::reports::{SEEDS, judged, read};
use portcullis_model::{Evidence, Kind, State};

const FORMATS: [&str; 4] = ["openvex", "csaf", "cyclonedx", "spdx3-json"];

fuzz_target!(|bytes: &[u8]| {
    let Some((first, document)) = bytes.split_first() else { return };
    let said = read(FORMATS.get(usize::from(*first)).copied(), document);
    for statement in &said.vex {
        assert!(statement.line.is_none_or(|line| line as usize <= document.len() + 1), "{statement:?}");
    }
    let evidence = Evidence { collected: SEEDS.clone(), vex: said.vex, ..Evidence::default() };
    let with = judged(evidence.clone());
    assert_eq!(format!("{with:?}"), format!("{:?}", judged(evidence)), "same input, same answer");
    let without = judged(Evidence { collected: SEEDS.clone(), ..Evidence::default() });
    assert_eq!(with.findings.len(), without.findings.len(), "no finding comes or goes");
    let states: BTreeMap<_, State> =
        without.findings.iter().map(|judged| (&judged.finding.location_fingerprint, judged.finding.state)).collect();
    for judged in with.findings {
        let finding = judged.finding;
        let has_changed = states.get(&finding.location_fingerprint).is_some_and(|before| *before != finding.state);
        if has_changed {
            assert_eq!(finding.kind, Kind::Vulnerability, "{finding:?}");
            assert!(!finding.suppressions.is_empty() || finding.state == State::Open, "who says so? {finding:?}");
        }
    }
});
