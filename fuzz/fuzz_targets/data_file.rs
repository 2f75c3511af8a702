//! Any bytes as file that says more about vulnerabilities (EPSS, KEV, OSV records, aliases; the first byte chooses): what it
//! says is added, or an error tells why not, and no finding comes or goes.

#![no_main]

use libfuzzer_sys::fuzz_target;
use portcullis_fuzz::reports::SEEDS;
use portcullis_ingest::Options;
use portcullis_ingest::data::Enrichment;

fuzz_target!(|bytes: &[u8]| {
    let Some((first, file)) = bytes.split_first() else { return };
    let read = || {
        let mut data = Enrichment::default();
        let said = match first % 4 {
            0 => data.read_epss(file).map(|_| ()),
            1 => data.read_kev(file).map(|_| ()),
            2 => data.read_aliases(file),
            _ => data.read_osv(file).map(|_| ()),
        };
        (data, said)
    };
    let (data, said) = read();
    assert_eq!(said, read().1);
    if let Err(why) = said {
        assert!(!why.is_empty() && why.len() < 10_000);
    }
    let mut findings = SEEDS.findings.clone();
    data.apply(&mut findings, &Options::default());
    assert_eq!(findings.len(), SEEDS.findings.len());
    for (finding, before) in findings.iter().zip(&SEEDS.findings) {
        assert!(!finding.id.is_empty());
        let known: Vec<&str> = finding.all_ids().collect();
        assert!(before.all_ids().all(|id| known.contains(&id)), "{before:?} lost a name: {finding:?}");
        let likelihood = finding.vulnerability.as_ref().and_then(|details| details.epss.as_ref());
        assert!(likelihood.is_none_or(|epss| (0.0..=1.0).contains(&epss.score)), "{finding:?}");
    }
});
