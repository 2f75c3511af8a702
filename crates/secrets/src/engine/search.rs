//! The rules over one text, and over what can be decoded in it.

use std::cell::OnceCell;
use std::ops::Range;

use portcullis_model::KnownSecret;

use super::matched::{Component, Match};
use super::{File, Scanner};
use crate::Rule;
use crate::allow::{Found, LineMemory, Place, found_is_allowed};
use crate::config::Required;
use crate::decode::{Layers, tags};
use crate::entropy::shannon;
use crate::lines::{LegacyPlace, LineIndex, Lines};
use crate::text::Text;

/// Matches of one file that are kept: a file with more is not read by anybody finding by finding.
const MOST_MATCHES: usize = 10_000;
/// Findings of components kept with a match.
const MOST_COMPONENTS: usize = 100;
/// All decoded texts together, as a multiple of the original.
const MOST_DECODED: usize = 16;

/// What a search found.
pub(crate) struct Outcome {
    pub(crate) matches: Vec<Match>,
    /// There was more than is kept.
    pub(crate) truncated: bool,
}

/// Where a match stands.
struct Spot {
    /// The match, in the original text.
    place: Range<usize>,
    /// The secret, in the original text.
    bytes: Range<usize>,
    /// Of the secret, in bytes of the file.
    secret_length: usize,
    /// The lines it touches, in the text of the pass.
    line: Range<usize>,
    /// Tags that say how it was decoded.
    decoded: Vec<String>,
}

/// One search.
pub(crate) struct Search<'s> {
    scanner: &'s Scanner,
    place: Place<'s>,
    first_line: u32,
    file: &'s Text<'s>,
    original: &'s str,
    lines: OnceCell<LineIndex>,
    layers: Layers,
    outcome: Outcome,
}

impl<'s> Search<'s> {
    pub(crate) fn new(scanner: &'s Scanner, file: &File<'s>, text: &'s Text<'s>) -> Self {
        Self {
            scanner,
            place: file.place(),
            first_line: file.first_line,
            file: text,
            original: text.as_str(),
            lines: OnceCell::new(),
            layers: Layers::default(),
            outcome: Outcome { matches: Vec::new(), truncated: false },
        }
    }

    pub(crate) fn finish(self) -> Outcome {
        self.outcome
    }

    /// The plain text, then one pass per decoding.
    pub(crate) fn run(&mut self) {
        let most_decoded = self.original.len().saturating_mul(MOST_DECODED);
        let mut decoded = 0;
        self.run_pass();
        for _ in 0..self.scanner.options.max_decode_depth {
            if self.outcome.truncated || !self.layers.decode_next(self.original) {
                return;
            }
            decoded += self.text().len();
            if decoded > most_decoded {
                self.outcome.truncated = true;
                return;
            }
            self.run_pass();
        }
    }

    /// Only the rules that are about paths, for a file whose content is not searched.
    pub(crate) fn run_path_rules(&mut self) {
        for rule in self.scanner.keywords.open("") {
            if self.rule(rule).is_some_and(|rule| rule.regex.is_none()) {
                self.run_rule(rule);
            }
        }
    }

    fn run_pass(&mut self) {
        for rule in self.scanner.keywords.open(self.text()) {
            self.run_rule(rule);
        }
    }

    fn run_rule(&mut self, index: usize) {
        let Some(rule) = self.rule(index).filter(|rule| !rule.skip_report) else { return };
        let mut matches = self.matches(index, rule);
        if !matches.is_empty() && !rule.required.is_empty() {
            self.keep_with_components(&rule.required, &mut matches);
        }
        self.outcome.matches.append(&mut matches);
    }

    fn rule(&self, index: usize) -> Option<&'s Rule> {
        self.scanner.config.rules.get(index)
    }

    /// The text of the newest pass.
    fn text(&self) -> &str {
        self.layers.newest().map_or(self.original, |layer| layer.text.as_str())
    }

    fn lines(&self) -> Lines<'_> {
        self.lines.get_or_init(|| LineIndex::new(self.original)).of(self.original)
    }

    // --- one rule ----------------------------------------------------------------------------------------------------

    fn matches(&mut self, index: usize, rule: &'s Rule) -> Vec<Match> {
        if rule.allowlists.iter().any(|entry| entry.allows_place(self.place)) {
            return Vec::new();
        }
        if rule.path.as_ref().is_some_and(|path| !path.is_match(self.place.path)) {
            return Vec::new();
        }
        let Some(pattern) = &rule.regex else {
            // The decoded text has the same path: once is enough.
            return if self.layers.newest().is_none() {
                vec![path_match(index, rule, self.place.path)]
            } else {
                Vec::new()
            };
        };
        let mut memory = LineMemory::default();
        let mut matches = Vec::new();
        let mut truncated = false;
        for found in pattern.regex().find_iter(self.text()) {
            let Some(counted) = self.examine(index, rule, found.range(), &mut memory) else { continue };
            if self.outcome.matches.len() + matches.len() >= MOST_MATCHES {
                truncated = true;
                break;
            }
            matches.push(counted);
        }
        self.outcome.truncated |= truncated;
        matches
    }

    /// Section 5.1, step 6: from a place where the rule matched to a match that counts.
    fn examine(&self, index: usize, rule: &Rule, range: Range<usize>, memory: &mut LineMemory) -> Option<Match> {
        let text = self.text();
        let whole = text.get(range.clone())?;
        let trimmed = whole.trim_matches('\n');
        let start = range.start + leading_line_ends(whole, trimmed);
        let group = secret_of(rule, trimmed)?;
        let secret = trimmed.get(group.clone())?;
        let Spot { place, bytes, secret_length, line, decoded } =
            self.spot(range, trimmed.len(), start + group.start..start + group.end)?;

        let entropy = shannon(secret, secret_length);
        if rule.entropy != 0.0 && entropy <= rule.entropy {
            return None;
        }
        let found = Found { secret, matched: trimmed, text, line };
        let entries = self.scanner.config.allowlists.iter().chain(&rule.allowlists);
        if found_is_allowed(entries, self.place, &found, memory) {
            return None;
        }
        Some(Match {
            rule: index,
            matched: KnownSecret::new(trimmed),
            secret: KnownSecret::new(secret),
            entropy,
            tags: rule.tags.iter().cloned().chain(decoded).collect(),
            legacy: self.lines().legacy(place.start, place.end, self.first_line, |offset| self.file.raw_offset(offset)),
            bytes,
            touched: self.lines().touched(place.start, place.end),
            components: Vec::new(),
        })
    }

    /// Where a match and its secret stand. `None` in a decode pass when the match touches nothing that was decoded: the pass
    /// before has seen it.
    fn spot(&self, range: Range<usize>, trimmed_length: usize, secret: Range<usize>) -> Option<Spot> {
        let Some(layer) = self.layers.newest() else {
            // The start of a match with leading line ends is not moved, as in the reference.
            let place = range.start..range.start + trimmed_length;
            let raw = |offset| self.file.raw_offset(offset);
            return Some(Spot {
                line: self.lines().touched(place.start, place.end),
                secret_length: raw(secret.end).saturating_sub(raw(secret.start)),
                decoded: Vec::new(),
                bytes: secret,
                place,
            });
        };
        let encodings = layer.encodings_of(&range)?;
        Some(Spot {
            line: layer.line_of(&range),
            secret_length: secret.len(),
            decoded: tags(encodings, self.layers.depth()),
            bytes: self.layers.to_original(secret),
            place: self.layers.to_original(range),
        })
    }

    // --- components --------------------------------------------------------------------------------------------------

    /// Keeps the matches near which every required rule found something, and notes what it found.
    fn keep_with_components(&mut self, required: &[Required], matches: &mut Vec<Match>) {
        for component in required {
            let rules = &self.scanner.config.rules;
            let Ok(index) = rules.binary_search_by(|rule| rule.id.as_str().cmp(&component.id)) else { continue };
            let Some(rule) = self.rule(index) else { continue };
            let mut found = self.matches(index, rule);
            found.sort_by_key(|found| found.legacy.start_line);
            matches.retain_mut(|matched| {
                let near = near(component, matched.legacy, &found);
                let before = matched.components.len();
                matched.components.extend(near.take(MOST_COMPONENTS).map(|found| Component {
                    rule: found.rule,
                    bytes: found.bytes.clone(),
                    touched: found.touched.clone(),
                }));
                matched.components.len() > before
            });
        }
    }
}

/// The findings of a component near enough, `found` being sorted by line.
fn near<'f>(required: &Required, place: LegacyPlace, found: &'f [Match]) -> impl Iterator<Item = &'f Match> {
    let columns = required.within_columns;
    let of_lines = match required.within_lines {
        None => found,
        Some(within) => {
            let first = place.start_line.saturating_sub(within);
            let last = place.start_line.saturating_add(within);
            let from = found.partition_point(|found| found.legacy.start_line < first);
            let to = found.partition_point(|found| found.legacy.start_line <= last);
            found.get(from..to).unwrap_or_default()
        }
    };
    of_lines.iter().filter(move |found| {
        columns.is_none_or(|within| found.legacy.start_column.abs_diff(place.start_column) <= within)
    })
}

fn path_match(index: usize, rule: &Rule, path: &str) -> Match {
    Match {
        rule: index,
        matched: KnownSecret::new(format!("file detected: {path}")),
        secret: KnownSecret::new(""),
        entropy: 0.0,
        tags: rule.tags.clone(),
        legacy: LegacyPlace::default(),
        bytes: 0..0,
        touched: 0..0,
        components: Vec::new(),
    }
}

fn leading_line_ends(whole: &str, trimmed: &str) -> usize {
    if trimmed.is_empty() { 0 } else { whole.len() - whole.trim_start_matches('\n').len() }
}

/// Section 5.1 e: the rule is run again on the match alone. Its group is the secret; where the match needed what stood around
/// it, the whole match is.
fn secret_of(rule: &Rule, matched: &str) -> Option<Range<usize>> {
    let whole = 0..matched.len();
    let pattern = rule.regex.as_ref()?;
    if pattern.groups() == 0 {
        return Some(whole);
    }
    let Some(captures) = pattern.regex().captures(matched) else { return Some(whole) };
    if rule.secret_group > 0 {
        return Some(captures.get(rule.secret_group).map_or(0..0, |group| group.range()));
    }
    let first = captures.iter().skip(1).flatten().find(|group| !group.is_empty());
    Some(first.map_or(whole, |group| group.range()))
}
