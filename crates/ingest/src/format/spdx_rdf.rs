//! SPDX as RDF/XML: known, and refused with advice.

use portcullis_model::{Problem, ProblemCode, Section};

use crate::detect::Look;
use crate::draft::Draft;
use crate::format::Format;

/// The format.
pub(super) static FORMAT: Format = Format {
    id: "spdx-rdf",
    also: &["spdx"],
    section: Section::Sbom,
    clean: &[],
    fits: |look: &Look| look.xml().is_some_and(|root| root.name == "RDF" && root.namespace.contains("rdf-syntax-ns")),
    read: refuse,
};

fn refuse(_: &str, draft: &mut Draft<'_>) {
    draft.tool("spdx", None);
    let message = "SPDX as RDF is not read: let the tool write SPDX as JSON or tag-value, or CycloneDX";
    draft.problem(Problem::error(ProblemCode::UnsupportedVersion, message));
}
