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
    let mask = |text: &mut String| redactor.mask_keeping_width(text);
    let mut lines = (first_line..).zip(content.split('\n'));
    let mut current: Option<(u32, Line<'_>)> = None;
    for place in places {
        let Some(wanted) = place.start_line else { continue };
        let line = match &mut current {
            Some((number, line)) if *number == wanted => line,
            _ => {
                let Some((number, text)) = lines.find(|(number, _)| *number >= wanted) else { return };
                &mut current.insert((number, Line::new(text.trim_end_matches('\r'), Reach::DEFAULT))).1
            }
        };
        let (snippet, first_column) = line.around(place.start_col.unwrap_or(1), &mask);
        place.snippet = Some(snippet);
        place.snippet_col = (first_column > 1).then_some(first_column);
    }
}

/// How much of a line is searched for secrets, in characters.
#[derive(Clone, Copy)]
struct Reach {
    /// On each side of a place, far more than is shown: a secret that begins or ends out of sight is masked only where all of
    /// it is seen, and a key on one line has thousands of characters.
    around: usize,
    /// At a time. The places of one enormous line share what was searched, and a line of hundreds of megabytes with one
    /// place is not searched whole.
    stretch: usize,
}

impl Reach {
    const DEFAULT: Self = Self { around: 32 << 10, stretch: 256 << 10 };
}

/// A line, whose places are asked for in the order of their columns: each of its characters is masked about once, however
/// many places there are.
struct Line<'a> {
    text: &'a str,
    reach: Reach,
    /// Where the stretch begins.
    read: Cursor,
    stretch: Option<Stretch>,
}

/// A character of a text and the byte it begins at.
#[derive(Clone, Copy, Default)]
struct Cursor {
    character: usize,
    byte: usize,
}

impl Cursor {
    /// Goes on to a character further right, or to the end of the text.
    fn advance(&mut self, text: &str, to: usize) {
        let ahead = text.get(self.byte..).unwrap_or_default();
        let mut characters = ahead.char_indices();
        let wanted = to.saturating_sub(self.character);
        match characters.nth(wanted) {
            Some((byte, _)) => *self = Self { character: self.character + wanted, byte: self.byte + byte },
            None => *self = Self { character: self.character + ahead.chars().count(), byte: text.len() },
        }
    }

    /// Goes back by so many characters, at least one, or to the beginning.
    fn retreat(&mut self, text: &str, by: usize) {
        let behind = text.get(..self.byte).unwrap_or_default();
        *self = match behind.char_indices().nth_back(by.saturating_sub(1)) {
            Some((byte, _)) => Self { character: self.character.saturating_sub(by), byte },
            None => Self::default(),
        };
    }
}

/// A part of a line without its secrets.
struct Stretch {
    masked: String,
    characters: usize,
    /// The character of the line it ends before; none where it goes to the end.
    end: Option<usize>,
    /// Where the last excerpt began.
    shown: Cursor,
}

impl<'a> Line<'a> {
    fn new(text: &'a str, reach: Reach) -> Self {
        Self { text, reach, read: Cursor::default(), stretch: None }
    }

    /// The line, or the part of it around a column, and the column that begins with. No column may be left of the one before.
    fn around(&mut self, column: u32, mask: &impl Fn(&mut String)) -> (String, u32) {
        let start = usize::try_from(column.saturating_sub(1)).unwrap_or(usize::MAX);
        let known = self.stretch.take().filter(|stretch| match stretch.end {
            Some(end) => start.saturating_add(self.reach.around) <= end,
            None => true,
        });
        let stretch = known.unwrap_or_else(|| self.masked(start, mask));
        let stretch = self.stretch.insert(stretch);
        let column = |character: usize| u32::try_from(character + 1).unwrap_or(u32::MAX);
        let first = self.read.character;
        if stretch.characters <= text::SNIPPET {
            return (stretch.masked.clone(), column(first));
        }
        let lead = start.saturating_sub(first).saturating_sub(LEAD).min(stretch.characters - text::SNIPPET);
        stretch.shown.advance(&stretch.masked, lead);
        let shown = stretch.masked.get(stretch.shown.byte..).unwrap_or_default();
        (shown.chars().take(text::SNIPPET).collect(), column(first + lead))
    }

    /// Masks what the places from this one on need; secrets are masked before anything is cut.
    fn masked(&mut self, start: usize, mask: &impl Fn(&mut String)) -> Stretch {
        let Reach { around, stretch } = self.reach;
        let mut end = None;
        let mut part = self.text;
        if self.text.len() > stretch {
            self.read.advance(self.text, start.saturating_sub(around));
            part = self.text.get(self.read.byte..).unwrap_or_default();
            if part.chars().nth(around).is_none() {
                // The end of the line is shown, also for a column that it does not have.
                self.read.retreat(self.text, around);
                part = self.text.get(self.read.byte..).unwrap_or_default();
            }
            if let Some((byte, _)) = part.char_indices().nth(stretch) {
                part = part.get(..byte).unwrap_or_default();
                end = Some(self.read.character + stretch);
            }
        }
        let mut masked = part.to_owned();
        mask(&mut masked);
        let characters = masked.chars().count();
        Stretch { masked, characters, end, shown: Cursor::default() }
    }
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
    use proptest::prelude::*;

    use super::*;

    /// The part of a line around one column.
    fn window(line: &str, column: u32, redactor: &Redactor) -> (String, u32) {
        Line::new(line, Reach::DEFAULT).around(column, &|text| redactor.mask_keeping_width(text))
    }

    #[test]
    fn a_long_line_is_cut_around_the_place_and_says_at_which_column() {
        let line = format!("{}HERE{}", "a".repeat(5_000), "b".repeat(5_000));
        let (snippet, first_column) = window(&line, 5_001, &Redactor::default());
        assert_eq!(snippet.chars().count(), 400);
        assert_eq!(snippet.chars().skip(5_001 - first_column as usize).take(4).collect::<String>(), "HERE");
    }

    #[test]
    fn a_secret_at_the_edge_of_the_cut_leaves_no_part_of_itself() {
        let secret = "s3cr3t-0123456789abcdef";
        let line = format!("{}{secret}{}", "a".repeat(390), "b".repeat(500));
        let (snippet, _) = window(&line, 1, &Redactor::new([KnownSecret::new(secret)]));
        assert!(snippet.ends_with("s3cr******"), "{snippet}");
    }

    #[test]
    fn a_secret_of_thousands_of_characters_is_masked_in_its_middle() {
        let secret = "0123456789abcdef".repeat(1_900);
        let line = format!("{}{secret}{}", "ä".repeat(500_000), "b".repeat(500_000));
        let redactor = Redactor::new([KnownSecret::new(secret)]);
        for column in [500_100, 515_000, 530_000] {
            let (snippet, _) = window(&line, column, &redactor);
            assert_eq!(snippet, "*".repeat(400), "{column}");
        }
    }

    #[test]
    fn a_column_that_a_line_does_not_have_shows_its_end() {
        for length in [1_000, 1_000_000] {
            let line = format!("{}END", "ü".repeat(length - 3));
            let (snippet, first_column) = window(&line, u32::MAX, &Redactor::default());
            assert!(snippet.ends_with("END"), "{snippet}");
            assert_eq!((snippet.chars().count(), first_column as usize), (400, length - 399));
        }
    }

    #[test]
    fn however_many_places_a_line_has_it_is_masked_about_once() {
        let line = "${{ github.event.issue.title }} ".repeat(40_000);
        let masked = std::cell::Cell::new(0);
        let mask = |text: &mut String| masked.set(masked.get() + text.len());
        let mut places = Line::new(&line, Reach::DEFAULT);
        for column in (1..).step_by(32).take(40_000) {
            let (snippet, first_column) = places.around(column, &mask);
            let at = (column - first_column) as usize;
            assert_eq!(&snippet[at..at + 31], "${{ github.event.issue.title }}");
        }
        assert!(masked.get() < 2 * line.len(), "{} of {}", masked.get(), line.len());
    }

    proptest! {
        #[test]
        fn every_excerpt_is_cut_from_the_line_as_it_is_masked_whole(
            parts in proptest::collection::vec(prop_oneof!["[a-zäß€𝄞]{1,60}", Just("key-0123456789".to_owned())], 0..160),
            mut columns in proptest::collection::vec(0_u32..6_000, 1..30),
        ) {
            let (line, reach) = (parts.concat(), Reach { around: 450, stretch: 1_000 });
            let redactor = Redactor::new([KnownSecret::new("key-0123456789")]);
            let mask = |text: &mut String| redactor.mask_keeping_width(text);
            let mut whole = line.clone();
            mask(&mut whole);
            let whole: Vec<char> = whole.chars().collect();
            columns.sort_unstable();
            let mut places = Line::new(&line, reach);
            for column in columns {
                let first = (column.saturating_sub(1) as usize).saturating_sub(LEAD).min(whole.len().saturating_sub(400));
                let expected: String = whole.iter().skip(first).take(400).collect();
                let column_of_first = u32::try_from(first).unwrap() + 1;
                prop_assert_eq!(places.around(column, &mask), (expected, column_of_first));
            }
        }
    }

    #[test]
    fn the_line_of_a_utf_16_file_is_readable() {
        let bytes = [0xff, 0xfe].into_iter().chain("a: ü\nb".encode_utf16().flat_map(u16::to_le_bytes)).collect();
        assert_eq!(decoded(bytes), "a: ü\nb");
    }
}
