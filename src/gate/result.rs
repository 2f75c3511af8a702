//! Reads back the document of an earlier run.

use std::path::Path;

use portcullis_model::{Outcome, RESULT_SCHEMA};
use portcullis_source::read_report;

use super::Refusal;

/// A result is read whole up to this size.
const LARGEST: u64 = 1 << 30;

/// The outcome in a file written by `check -f json=FILE`; `shown` is what the person called it.
pub(crate) fn result(path: &Path, shown: &Path) -> Result<Outcome, Refusal> {
    let refused = |why: &str| Refusal::Usage(format!("the result `{}` cannot be read: {why}", shown.display()));
    let bytes = read_report(path, LARGEST).map_err(|why| refused(&why))?;
    let outcome: Outcome = serde_json::from_slice(&bytes).map_err(|error| refused(&error.to_string()))?;
    if outcome.schema == RESULT_SCHEMA {
        Ok(outcome)
    } else {
        Err(refused(&format!("it does not say `schema: {RESULT_SCHEMA}`; write one with `check -f json=FILE`")))
    }
}
