//! The baseline (spec/ingest.md 13): [`read`](fn@read) and [`record`](fn@record) its document, [`compose`](fn@compose) one from
//! several sources; `judge` compares a run with it.

mod compose;
mod index;
mod read;
mod record;

use portcullis_model::BaselineFinding;
use portcullis_model::purl::with_normal_version;

pub use compose::{compose, of_base};
pub(crate) use index::{Index, purl_of};
pub use read::read;
pub(crate) use record::key;
pub use record::{Earlier, record, refusal};

/// The order of the document; no entry twice.
fn arrange(findings: &mut Vec<BaselineFinding>) {
    let rest = |finding: &BaselineFinding| {
        (finding.severity.display_rank(), finding.accepted, finding.first_seen, finding.kind, finding.section)
    };
    findings.sort_by(|one, two| {
        (&one.fingerprint, &one.id, &one.purl, &one.path)
            .cmp(&(&two.fingerprint, &two.id, &two.purl, &two.path))
            .then_with(|| rest(one).cmp(&rest(two)))
            .then_with(|| (&one.aliases, &one.reports).cmp(&(&two.aliases, &two.reports)))
    });
    findings.dedup();
}

/// A package URL as two runs of any scanner write it alike: without qualifiers, the scope as people write it, versions of Go
/// without `v`.
fn bare_purl(purl: &str) -> String {
    let bare = purl.split(['?', '#']).next().unwrap_or_default();
    with_normal_version(bare).replace("%40", "@")
}
