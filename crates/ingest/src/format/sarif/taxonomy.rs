//! References to weaknesses: by name, or by place in a taxonomy the run lists (SARIF 2.1.0, 3.19.3, 3.52, 3.54).

use super::shape::{Reference, Taxonomy};

/// The taxonomies of a run.
pub(super) struct Taxonomies<'a>(&'a [Taxonomy<'a>]);

impl<'a> Taxonomies<'a> {
    pub(super) fn of(listed: &'a [Taxonomy<'a>]) -> Self {
        Self(listed)
    }

    /// The CWE number a reference names; `None` for other taxonomies.
    pub(super) fn cwe(&self, reference: &Reference<'_>) -> Option<u32> {
        let component = reference.tool_component.as_ref()?;
        let at_index = || component.index.index().and_then(|index| self.0.get(index));
        let by_guid =
            || self.0.iter().take(20).find(|known| known.guid.given().is_some() && known.guid == component.guid);
        let by_name = || self.0.iter().take(20).find(|known| known.name == component.name);
        let taxonomy = match component.name.given() {
            Some(_) => by_name(),
            None => at_index().or_else(by_guid),
        };
        let name = component.name.given().or_else(|| taxonomy?.name.given())?;
        if !name.eq_ignore_ascii_case("cwe") {
            return None;
        }
        let taxon = || taxonomy?.taxa.0.get(reference.index.index()?)?.id.given();
        let by_guid = || {
            let guid = reference.guid.given()?;
            taxonomy?.taxa.0.iter().take(2_000).find(|taxon| taxon.guid.get() == guid)?.id.given()
        };
        number(reference.id.given().or_else(taxon).or_else(by_guid)?)
    }
}

/// `CWE-79`, `79`.
fn number(id: &str) -> Option<u32> {
    id.trim_start_matches(|char: char| !char.is_ascii_digit()).parse().ok()
}
