//! Where a result is: URIs, regions, and in which unit columns are counted.

use portcullis_model::{Context, Judged, Location};

use super::log::{self, Artifact, Logical, Physical, Region, Text};
use crate::escape::{PlainText, cap, path_reference};
use crate::short::subject;

/// The root of the repository, as GitHub names it.
const ROOT: &str = "%SRCROOT%";

/// The unit of the columns of a run [3.14.17].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Columns {
    /// What most readers expect.
    Utf16,
    /// What findings carry.
    CodePoints,
}

impl Columns {
    /// UTF-16 where the source of every column is at hand: one unit holds for a whole run.
    pub(super) fn of(findings: &[&Judged]) -> Self {
        let places = findings.iter().flat_map(|judged| judged.finding.locations.iter().chain(&judged.finding.related));
        let is_known = |place: &Location| {
            let known = |column: Option<u32>| column.is_none_or(|column| utf16(place, column).is_some());
            let one_line = place.end_line.is_none_or(|end| Some(end) == place.start_line);
            known(place.start_col) && (place.end_col.is_none() || (one_line && known(place.end_col)))
        };
        if places.into_iter().all(is_known) { Self::Utf16 } else { Self::CodePoints }
    }

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Utf16 => "utf16CodeUnits",
            Self::CodePoints => "unicodeCodePoints",
        }
    }

    fn count(self, place: &Location, column: Option<u32>) -> Option<u32> {
        match self {
            Self::CodePoints => column,
            Self::Utf16 => utf16(place, column?),
        }
    }
}

/// A column of the first line, counted in UTF-16 units; `None` where the line before it is not at hand.
fn utf16(place: &Location, column: u32) -> Option<u32> {
    let line = place.snippet.as_deref().filter(|_| place.snippet_col.is_none_or(|first| first == 1))?;
    let before = usize::try_from(column.checked_sub(1)?).ok()?;
    let mut points = 0;
    let units: usize = line.chars().take(before).inspect(|_| points += 1).map(char::len_utf16).sum();
    // A snippet may end before its line does.
    (points == before).then(|| u32::try_from(units + 1).ok()).flatten()
}

/// How the places of a run are written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placing<'a> {
    pub(super) columns: Columns,
    pub(super) context: &'a Context,
}

impl Placing<'_> {
    /// The places of a finding, at most `most` of them. GitHub refuses a file with a result that has none, so that a
    /// finding outside every file gets what it is about, or the report it stands in.
    pub(super) fn places(self, judged: &Judged, most: usize) -> Vec<log::Location> {
        let finding = &judged.finding;
        let in_files = finding.locations.iter().filter(|place| !place.path.is_empty() || place.uri.is_some());
        let mut places: Vec<log::Location> = in_files.take(most).map(|place| self.of(place)).collect();
        if places.is_empty() {
            let about = subject(judged);
            let report = finding.sources.first().map_or("", |source| source.report.as_str());
            let name = [report, about.as_str()].into_iter().find(|name| !name.is_empty()).unwrap_or(".");
            let mut place = self.of(&Location::file(name));
            place.logical_locations.extend(finding.primary().and_then(logical));
            places.push(place);
        }
        places
    }

    /// The places that explain, numbered so that messages could link to them.
    pub(super) fn related(self, judged: &Judged, most: usize) -> Vec<log::Location> {
        let places = judged.finding.related.iter().filter(|place| !place.path.is_empty());
        let numbered = places.take(most).enumerate().map(|(index, place)| {
            let label = place.label.as_deref().map(|label| PlainText::new(label, cap::REASON).without_links());
            let message = label.filter(|label| !label.is_empty()).map(|text| Text { text });
            log::Location { id: Some(index + 1), message, ..self.of(place) }
        });
        numbered.collect()
    }

    /// One place.
    pub(super) fn of(self, place: &Location) -> log::Location {
        let artifact_location = match &place.uri {
            Some(uri) if place.path.is_empty() => Artifact { uri: address(uri), uri_base_id: None },
            _ if place.outside_repo => Artifact { uri: path_reference(&place.path), uri_base_id: None },
            _ => {
                let path = self.context.path_in_repository(&place.path);
                Artifact { uri: path_reference(&path), uri_base_id: Some(ROOT) }
            }
        };
        let region = place.start_line.map(|start_line| Region {
            start_line,
            start_column: self.columns.count(place, place.start_col),
            end_line: place.end_line.filter(|end| *end >= start_line),
            end_column: self.columns.count(place, place.end_col).filter(|_| place.start_col.is_some()),
        });
        log::Location {
            id: None,
            physical: Physical { artifact_location, region },
            logical_locations: logical(place).into_iter().collect(),
            message: None,
        }
    }
}

fn logical(place: &Location) -> Option<Logical> {
    let name = place.logical.as_deref().or(place.resource.as_deref())?;
    let fully_qualified_name = PlainText::new(name, cap::MESSAGE);
    (!fully_qualified_name.is_empty()).then_some(Logical { fully_qualified_name })
}

/// An address keeps what an address may hold; anything else, an image among them, becomes a relative reference.
fn address(uri: &str) -> String {
    let is_web = uri.starts_with("https://") || uri.starts_with("http://");
    let is_plain = uri.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~:/?#@!$&()*+,;=%".contains(&byte));
    let has_escapes_only = !uri
        .match_indices('%')
        .any(|(at, _)| !uri.get(at + 1..at + 3).is_some_and(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit())));
    if is_web && is_plain && has_escapes_only { uri.to_owned() } else { path_reference(uri) }
}
