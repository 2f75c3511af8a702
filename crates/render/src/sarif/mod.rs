//! SARIF 2.1.0 (spec/github-ux.md 7.4): one run for each tool, also for those that found nothing, since GitHub closes the
//! alerts of a category only when a run of it comes without them.

mod log;
mod place;
mod rules;
mod run;

#[cfg(test)]
mod tests;

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use portcullis_model::{Level, Limit, Outcome};

use self::log::{Log, SCHEMA};
use crate::json::{JsonForm, to_json};

/// Runs of a file.
const RUNS: usize = 20;
/// Results of a run; GitHub shows the first 5 000 of them.
const RESULTS: usize = 25_000;
/// Places of a result.
const LOCATIONS: usize = 1_000;
/// Bytes of a file after compression.
const COMPRESSED: usize = 10_000_000;

/// A log and what had to be left out of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sarif {
    /// The document.
    pub bytes: Vec<u8>,
    /// What GitHub would have refused the file for; noted in the log as well.
    pub limits: Vec<Limit>,
}

/// Every finding but those at `off`, the most severe first; what exceptions and suppressions took out says so.
pub fn sarif(outcome: &Outcome) -> Result<Sarif, serde_json::Error> {
    let mut most = RESULTS;
    loop {
        let (runs, limits) = run::runs(outcome, most);
        let bytes = to_json(&Log { schema: SCHEMA, version: "2.1.0", runs }, JsonForm::Compact)?;
        if most <= 1 || fits(&bytes) {
            return Ok(Sarif { bytes, limits });
        }
        most /= 2;
    }
}

fn fits(bytes: &[u8]) -> bool {
    if bytes.len() <= COMPRESSED {
        return true;
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    // Writing to memory never fails; if it did, the size would be unknown and the answer no.
    encoder.write_all(bytes).and_then(|()| encoder.finish()).is_ok_and(|compressed| compressed.len() <= COMPRESSED)
}

const fn level(level: Level) -> &'static str {
    match level {
        Level::Fail => "error",
        Level::Warn => "warning",
        Level::Log | Level::Off => "note",
    }
}
