//! The source line beside each finding, so that a report can be read without opening the file.

use std::collections::BTreeMap;

use portcullis_model::{Finding, Fragment, Judged, Location, Redactor, Tree, text};

/// Columns shown before the place in a line that is too long to be shown whole.
const LEAD: usize = 60;

/// Fills `snippet` of every location that has a line and none yet. A file that cannot be read any more stays without.
pub(super) fn fill(findings: &mut [Judged], subject: &dyn Tree, redactor: &Redactor) {
    let mut wanted: BTreeMap<String, Vec<&mut Location>> = BTreeMap::new();
    for judged in findings {
        let finding = &mut judged.finding;
        for place in finding.locations.iter_mut().chain(&mut finding.related) {
            if place.start_line.is_some() && place.snippet.is_none() && !place.path.is_empty() && !place.outside_repo {
                wanted.entry(place.path.clone()).or_default().push(place);
            }
        }
    }
    for (path, mut places) in wanted {
        let Ok(bytes) = subject.read(&path) else { continue };
        places.sort_by_key(|place| (place.start_line, place.start_col));
        fill_file(&decoded(bytes), 1, places, redactor);
    }
}

/// The same for a piece of a file as a commit holds it: the file may read otherwise by now.
pub(super) fn of_fragment(findings: &mut [Finding], fragment: &Fragment, redactor: &Redactor) {
    let places = findings.iter_mut().flat_map(|finding| finding.locations.iter_mut().chain(&mut finding.related));
    let mut places: Vec<&mut Location> = places.filter(|place| place.start_line.is_some()).collect();
    places.sort_by_key(|place| (place.start_line, place.start_col));
    fill_file(&decoded(fragment.bytes.clone()), fragment.first_line, places, redactor);
}

/// Walks the file once, whose first line has this number; the places come in the order of lines and columns.
fn fill_file(content: &str, first_line: u32, places: Vec<&mut Location>, redactor: &Redactor) {
    let mut lines = (first_line..).zip(content.split('\n'));
    let mut current = lines.next();
    let mut cursor = Cursor::default();
    for place in places {
        let Some(wanted) = place.start_line else { continue };
        while current.is_some_and(|(number, _)| number < wanted) {
            current = lines.next();
            cursor = Cursor::default();
        }
        let Some((_, line)) = current.filter(|(number, _)| *number == wanted) else { return };
        let column = place.start_col.unwrap_or(1);
        let (snippet, first_column) = window(line.trim_end_matches('\r'), column, &mut cursor, redactor);
        place.snippet = Some(snippet);
        place.snippet_col = (first_column > 1).then_some(first_column);
    }
}

/// The line, or the part of it around a column; secrets are masked before anything is cut.
fn window(line: &str, column: u32, cursor: &mut Cursor, redactor: &Redactor) -> (String, u32) {
    let start = usize::try_from(column.saturating_sub(1)).unwrap_or(usize::MAX);
    let (part, skipped) = bounded(line, start, cursor);
    let mut part = part.to_owned();
    redactor.mask_keeping_width(&mut part);
    let characters = part.chars().count();
    if characters <= text::SNIPPET {
        return (part, u32::try_from(skipped + 1).unwrap_or(u32::MAX));
    }
    let lead = start.saturating_sub(skipped).saturating_sub(LEAD).min(characters - text::SNIPPET);
    let shown: String = part.chars().skip(lead).take(text::SNIPPET).collect();
    (shown, u32::try_from(skipped + lead + 1).unwrap_or(u32::MAX))
}

/// A character of a line and the byte it begins at: many places in one enormous line are found in one pass.
#[derive(Clone, Copy, Default)]
struct Cursor {
    character: usize,
    byte: usize,
}

/// A line of hundreds of megabytes is not searched for secrets whole: 32 Ki characters on each side of the place are,
/// far more than is shown.
fn bounded<'a>(line: &'a str, start: usize, cursor: &mut Cursor) -> (&'a str, usize) {
    const AROUND: usize = 32 << 10;
    if line.len() <= 2 * AROUND {
        return (line, 0);
    }
    let skipped = start.saturating_sub(AROUND);
    let ahead = line.get(cursor.byte..).unwrap_or_default();
    let step = ahead.char_indices().nth(skipped.saturating_sub(cursor.character)).map_or(ahead.len(), |(byte, _)| byte);
    *cursor = Cursor { character: skipped, byte: cursor.byte + step };
    let rest = line.get(cursor.byte..).unwrap_or_default();
    let end = rest.char_indices().nth(2 * AROUND).map_or(rest.len(), |(byte, _)| byte);
    (rest.get(..end).unwrap_or_default(), skipped)
}

/// UTF-8, or UTF-16 with a byte order mark; bytes that are neither become U+FFFD.
fn decoded(bytes: Vec<u8>) -> String {
    let units = |rest: &[u8], read: fn([u8; 2]) -> u16| {
        let units = rest.as_chunks::<2>().0.iter().map(|pair| read(*pair));
        char::decode_utf16(units).map(|char| char.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    };
    match bytes.as_slice() {
        [0xff, 0xfe, rest @ ..] => units(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => units(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use portcullis_model::KnownSecret;

    use super::*;

    #[test]
    fn a_long_line_is_cut_around_the_place_and_says_at_which_column() {
        let line = format!("{}HERE{}", "a".repeat(5_000), "b".repeat(5_000));
        let (snippet, first_column) = window(&line, 5_001, &mut Cursor::default(), &Redactor::default());
        assert_eq!(snippet.chars().count(), 400);
        assert_eq!(snippet.chars().skip(5_001 - first_column as usize).take(4).collect::<String>(), "HERE");
    }

    #[test]
    fn a_secret_at_the_edge_of_the_cut_leaves_no_part_of_itself() {
        let secret = "s3cr3t-0123456789abcdef";
        let line = format!("{}{secret}{}", "a".repeat(390), "b".repeat(500));
        let (snippet, _) = window(&line, 1, &mut Cursor::default(), &Redactor::new([KnownSecret::new(secret)]));
        assert!(snippet.ends_with("s3cr******"), "{snippet}");
    }

    #[test]
    fn the_line_of_a_utf_16_file_is_readable() {
        let bytes = [0xff, 0xfe].into_iter().chain("a: ü\nb".encode_utf16().flat_map(u16::to_le_bytes)).collect();
        assert_eq!(decoded(bytes), "a: ü\nb");
    }
}
