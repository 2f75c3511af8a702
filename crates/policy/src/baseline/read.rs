//! Reads a baseline: the document made for it, or the result of a run on the base.

use portcullis_model::{BASELINE_SCHEMA, Baseline, Outcome, RESULT_SCHEMA};
use serde::Deserialize;

use super::{arrange, bare_purl, record};

#[derive(Deserialize)]
struct Head {
    #[serde(default)]
    schema: String,
}

/// Reads `portcullis.baseline/1` or `portcullis.result/1`. The error says what the bytes are not.
pub fn read(bytes: &[u8]) -> Result<Baseline, String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let no_json = |error: serde_json::Error| format!("it is no baseline: {error}");
    let head: Head = serde_json::from_slice(bytes).map_err(no_json)?;
    match head.schema.as_str() {
        BASELINE_SCHEMA => {
            let mut baseline: Baseline = serde_json::from_slice(bytes).map_err(no_json)?;
            // An older version may have written packages in another way.
            baseline.components = baseline.components.iter().map(|purl| bare_purl(purl)).collect();
            for purl in baseline.findings.iter_mut().filter_map(|finding| finding.purl.as_mut()) {
                *purl = bare_purl(purl);
            }
            // Whoever merged two versions by hand need not keep the order.
            arrange(&mut baseline.findings);
            baseline.metrics.sort();
            Ok(baseline)
        }
        RESULT_SCHEMA => {
            let outcome: Outcome = serde_json::from_slice(bytes).map_err(no_json)?;
            let commit = outcome.context.head_sha.clone();
            Ok(record(&outcome, None, outcome.generated_at, commit))
        }
        "" => Err(format!("it does not say `schema: {BASELINE_SCHEMA}`")),
        other => Err(format!(
            "its schema is `{}`; this version reads `{BASELINE_SCHEMA}` and `{RESULT_SCHEMA}`",
            portcullis_model::text::bounded(other, 60)
        )),
    }
}
