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
    // A document of another schema may have other types under the same names: what it is comes before what is wrong in it.
    let named: Named = serde_json::from_slice(&bytes).map_err(|error| refused(&error.to_string()))?;
    if named.schema != RESULT_SCHEMA {
        let said = match named.schema.as_str() {
            "" => "it has no `schema`".to_owned(),
            other => format!("its schema is `{}`", portcullis_model::text::bounded(other, 80)),
        };
        let wanted = format!("{said}, not `{RESULT_SCHEMA}`; write one with `check -f json=FILE`");
        return Err(refused(&wanted));
    }
    serde_json::from_slice(&bytes).map_err(|error| refused(&error.to_string()))
}

/// Only the name of the schema.
#[derive(serde::Deserialize)]
struct Named {
    #[serde(default)]
    schema: String,
}
