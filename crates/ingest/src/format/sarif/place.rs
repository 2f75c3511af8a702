//! Where a result is: URIs and their bases, regions, source lines.

use std::collections::BTreeMap;

use portcullis_model::Location;
use portcullis_model::text::{self, bounded};

use super::Run;
use super::shape::{Base, LocationItem, Message, Region};
use crate::draft::Draft;
use crate::source_lines::Sources;

/// Bases of bases that are followed; a longer chain is a loop or a joke.
const MAX_BASES: usize = 16;

/// Turns the locations of one run into ours.
pub(super) struct Places<'run, 'de> {
    run: &'run Run<'de>,
    bases: BTreeMap<&'run str, &'run Base<'de>>,
    is_utf16: bool,
}

impl<'run, 'de> Places<'run, 'de> {
    pub(super) fn of(run: &'run Run<'de>) -> Self {
        let bases = run.bases.0.iter().map(|(id, base)| (id.as_ref(), base)).collect();
        Self { run, bases, is_utf16: run.column_kind == "utf16CodeUnits" }
    }

    pub(super) fn location(&self, item: &LocationItem<'_>, sources: &mut Sources<'_>, draft: &Draft<'_>) -> Location {
        let physical = item.physical_location.as_ref();
        let mut place = physical
            .and_then(|physical| physical.artifact_location.as_ref())
            .map(|artifact| self.file(artifact, draft))
            .unwrap_or_default();
        place.logical = item
            .logical_locations
            .0
            .iter()
            .find_map(|logical| {
                let listed = logical.index.index().and_then(|index| self.run.logical_locations.0.get(index));
                let mut told = std::iter::once(logical).chain(listed);
                told.find_map(|logical| logical.fully_qualified_name.given().or_else(|| logical.name.given()))
            })
            .map(|logical| bounded(logical, text::MESSAGE));
        if let Some(region) = physical.and_then(|physical| physical.region.as_ref()) {
            // A scanned image has no lines, though Trivy writes `startLine: 1`.
            if !place.path.is_empty() {
                self.region(region, &mut place, sources);
            }
        }
        place
    }

    fn region(&self, region: &Region<'_>, place: &mut Location, sources: &mut Sources<'_>) {
        place.start_line = region.start_line.position();
        let Some(start) = place.start_line else { return };
        let end = region.end_line.position().map(|end| end.max(start));
        place.end_line = end;
        place.start_col = region.start_column.position();
        place.end_col = region.end_column.position();
        if self.is_utf16 {
            place.start_col = sources.code_points(&place.path, Some(start), place.start_col);
            place.end_col = sources.code_points(&place.path, end.or(Some(start)), place.end_col);
        }
        let is_one_line = end.is_none_or(|end| end == start);
        if is_one_line && place.end_col <= place.start_col {
            place.end_col = None;
        }
    }

    fn file(&self, artifact: &Base<'_>, draft: &Draft<'_>) -> Location {
        let listed = artifact.index.index().and_then(|index| self.run.artifacts.0.get(index)?.location.as_ref());
        let artifact = if artifact.uri.given().is_some() { Some(artifact) } else { listed };
        let Some(artifact) = artifact else { return Location::default() };
        let uri = artifact.uri.get();
        if uri.is_empty() || self.is_image(uri) {
            return Location { uri: Some(uri.to_owned()).filter(|uri| !uri.is_empty()), ..Location::default() };
        }
        if is_remote(uri) {
            return Location { uri: Some(bounded(uri, text::MESSAGE)), ..Location::default() };
        }
        // A root counts only when it leads into the repository: it is where that lay on the machine of the scan.
        let (absolute, relative) = self.base(artifact.uri_base_id.get());
        absolute
            .into_iter()
            .chain(relative)
            .map(|base| draft.location(&format!("{base}/{uri}")))
            .find(|place| !place.outside_repo)
            .unwrap_or_else(|| draft.location(uri))
    }

    /// Whether a URI names the scanned image: Trivy writes `library/nginx` for `nginx:1.25`.
    fn is_image(&self, uri: &str) -> bool {
        let properties = &self.run.properties;
        let names = properties.image_name.given().into_iter().chain(properties.repo_tags.iter());
        names.take(20).any(|image| uri == image || repository(uri) == repository(image))
    }

    /// Where a base leads: the absolute form, where its last base has one, and what the others add below that.
    fn base(&self, id: &str) -> (Option<String>, Option<String>) {
        let mut parts = Vec::new();
        let mut id = id;
        for _ in 0..MAX_BASES {
            let base = self.bases.get(id);
            let Some(next) = base.and_then(|base| base.uri_base_id.given()) else {
                parts.reverse();
                let relative = parts.join("/");
                let root = base.map_or("", |base| base.uri.get().trim_end_matches('/'));
                let is_absolute = root.starts_with("file:") || root.starts_with('/');
                return (
                    is_absolute.then(|| format!("{root}/{relative}")),
                    Some(relative).filter(|relative| !relative.is_empty()),
                );
            };
            parts.extend(base.map(|base| base.uri.get().trim_end_matches('/')));
            id = next;
        }
        (None, None)
    }
}

/// The name of an image without registry of its own, tag and digest.
fn repository(image: &str) -> &str {
    let image = image.split('@').next().unwrap_or_default();
    let image = match image.rsplit_once(':') {
        // A colon before the last `/` is the port of a registry.
        Some((name, tag)) if !tag.contains('/') => name,
        _ => image,
    };
    image.strip_prefix("docker.io/").unwrap_or(image).trim_start_matches("library/")
}

/// Has a scheme other than `file`; a drive letter is none.
fn is_remote(uri: &str) -> bool {
    uri.split_once(':').is_some_and(|(scheme, rest)| {
        scheme.len() > 1
            && !scheme.eq_ignore_ascii_case("file")
            && rest.starts_with("//")
            && scheme.chars().all(|char| char.is_ascii_alphanumeric() || matches!(char, '+' | '-' | '.'))
    })
}

/// The text of a region the report shows.
pub(super) fn snippet<'a>(item: &'a LocationItem<'_>) -> Option<&'a str> {
    let region = item.physical_location.as_ref()?.region.as_ref()?;
    region.snippet.as_ref().map(|snippet: &Message<'_>| snippet.text.get()).filter(|text| !text.is_empty())
}
