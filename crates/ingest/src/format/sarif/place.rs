//! Where a result is: URIs and their bases, regions, source lines.

use std::collections::BTreeMap;

use portcullis_model::Location;
use portcullis_model::text::{self, bounded};

use super::Run;
use super::shape::{Base, LocationItem, Message, Region};
use crate::draft::Draft;

/// Bases of bases that are followed; a longer chain is a loop or a joke.
const MAX_BASES: usize = 16;
/// Bytes of source files kept for their lines.
const MAX_KEPT: usize = 256 << 20;
/// Bytes of a line whose columns are converted: minified files are one line with many results.
const MAX_CONVERTED: usize = 64 << 10;
/// Lines of a flagged text that identify it.
const MAX_FLAGGED_LINES: u32 = 3;

/// The source files results point to, each asked for once.
pub(super) struct Sources<'a> {
    file: &'a (dyn Fn(&str) -> Option<Vec<u8>> + Sync),
    kept: BTreeMap<String, Option<Source>>,
    bytes: usize,
}

struct Source {
    text: String,
    /// Byte offset of each line.
    lines: Vec<usize>,
}

impl Source {
    fn line(&self, number: u32) -> Option<&str> {
        let index = usize::try_from(number.checked_sub(1)?).ok()?;
        let start = *self.lines.get(index)?;
        let end = self.lines.get(index + 1).copied().unwrap_or(self.text.len());
        self.text.get(start..end).map(|line| line.trim_end_matches(['\n', '\r']))
    }
}

impl<'a> Sources<'a> {
    pub(super) fn of(draft: &Draft<'a>) -> Self {
        Self { file: draft.around.file, kept: BTreeMap::new(), bytes: 0 }
    }

    fn get(&mut self, path: &str) -> Option<&Source> {
        if path.is_empty() {
            return None;
        }
        if !self.kept.contains_key(path) {
            let bytes = if self.bytes < MAX_KEPT { (self.file)(path) } else { None };
            let source = bytes.and_then(|bytes| String::from_utf8(bytes).ok()).map(|text| {
                let breaks = memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1);
                Source { lines: std::iter::once(0).chain(breaks).collect(), text }
            });
            self.bytes += source.as_ref().map_or(0, |source| source.text.len());
            self.kept.insert(path.to_owned(), source);
        }
        self.kept.get(path)?.as_ref()
    }

    /// The text of the lines a place covers, at most three.
    pub(super) fn flagged(&mut self, place: &Location) -> Option<String> {
        let first = place.start_line?;
        let last = place.end_line.unwrap_or(first).min(first.saturating_add(MAX_FLAGGED_LINES - 1));
        let source = self.get(&place.path)?;
        let lines: Vec<&str> = (first..=last).map_while(|line| source.line(line)).collect();
        let shown = lines.iter().map(|line| bounded(line, text::MESSAGE)).collect::<Vec<_>>();
        (!shown.is_empty()).then(|| shown.join("\n"))
    }

    /// A column counted in UTF-16 units as a column counted in code points, where the file is at hand.
    fn code_points(&mut self, path: &str, line: Option<u32>, column: Option<u32>) -> Option<u32> {
        let (Some(line), Some(column)) = (line, column) else { return column };
        let text = self.get(path).and_then(|source| source.line(line));
        let Some(text) = text.filter(|text| text.len() <= MAX_CONVERTED) else { return Some(column) };
        let wanted = usize::try_from(column - 1).ok()?;
        let mut units = 0;
        let before = text.chars().take_while(|char| {
            let is_before = units < wanted;
            units += char.len_utf16();
            is_before
        });
        let before = before.count();
        // A column behind the line keeps its distance.
        let line_units: usize = text.chars().map(char::len_utf16).sum();
        u32::try_from(before + wanted.saturating_sub(line_units) + 1).ok()
    }
}

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
            .find_map(|logical| logical.fully_qualified_name.given().or_else(|| logical.name.given()))
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
        let image = self.run.properties.image_name.get();
        if uri.is_empty() || uri == image {
            return Location { uri: Some(uri.to_owned()).filter(|uri| !uri.is_empty()), ..Location::default() };
        }
        if is_remote(uri) {
            return Location { uri: Some(bounded(uri, text::MESSAGE)), ..Location::default() };
        }
        // The base counts only when it leads into the repository: it is where the file lay on the machine of the scan.
        let based = self.base(artifact.uri_base_id.get()).map(|base| draft.location(&format!("{base}/{uri}")));
        match based {
            Some(place) if !place.outside_repo => place,
            _ => draft.location(uri),
        }
    }

    /// The absolute form of a base; `None` when it is missing, relative or circular.
    fn base(&self, id: &str) -> Option<String> {
        let mut parts = Vec::new();
        let mut id = id;
        for _ in 0..MAX_BASES {
            let base = self.bases.get(id)?;
            parts.push(base.uri.get().trim_end_matches('/').to_owned());
            if base.uri_base_id.given().is_none() {
                parts.reverse();
                let joined = parts.join("/");
                return Some(joined).filter(|base| base.starts_with("file:") || base.starts_with('/'));
            }
            id = base.uri_base_id.get();
        }
        None
    }
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
