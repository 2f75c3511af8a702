//! Any bytes as VEX document: its statements, trusted by the policy, change the state of findings and nothing else.

#![no_main]

use libfuzzer_sys::fuzz_target;
use portcullis_fuzz::reports::{SEEDS, judged, read};
use portcullis_model::{Evidence, Section, Step};

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
    for (one, before) in with.findings.iter().zip(&without.findings) {
        let mut facts = one.finding.clone();
        facts.suppressions.truncate(before.finding.suppressions.len());
        facts.state = before.finding.state;
        assert_eq!(facts, before.finding, "a statement changes no fact");
        if one.state != before.state {
            assert_eq!(one.finding.section, Section::Vulnerabilities, "{one:?}");
            assert!(one.decision.iter().any(|decision| decision.step == Step::State), "who says so? {one:?}");
        }
    }
});
