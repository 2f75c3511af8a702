//! One ignore file while it is read: its entries, and what is wrong with it.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use portcullis_model::text::bounded;
use portcullis_model::{Problem, ProblemCode, suggest};

use super::entry::{Criterion, Entry};
use super::value::Value;

/// Entries of one file.
const MAX_ENTRIES: usize = 10_000;
/// More problems of one file help nobody.
const MAX_PROBLEMS: usize = 50;
/// Characters of the file that a message quotes.
const QUOTED: usize = 80;

pub(super) struct Reading<'a> {
    path: &'a str,
    entries: Vec<Entry>,
    problems: Vec<Problem>,
    untold: usize,
}

/// What an entry says besides what it is about.
#[derive(Default)]
pub(super) struct Terms {
    pub(super) reason: Option<String>,
    pub(super) expires: Option<Date>,
}

impl<'a> Reading<'a> {
    pub(super) const fn new(path: &'a str) -> Self {
        Self { path, entries: Vec::new(), problems: Vec::new(), untold: 0 }
    }

    pub(super) fn finish(mut self) -> (Vec<Entry>, Vec<Problem>) {
        if self.untold > 0 {
            let message = format!("{} more things are wrong with `{}`", self.untold, self.path);
            self.problems.push(Problem::warning(ProblemCode::LenientValue, message).at_path(self.path));
        }
        (self.entries, self.problems)
    }

    /// The directory the file stands in; empty for the root.
    pub(super) fn directory(&self) -> &'a str {
        self.path.rsplit_once('/').map_or("", |(directory, _)| directory)
    }

    /// Takes an entry. One without any criterion would take out everything and is told instead.
    pub(super) fn push(&mut self, line: u32, terms: Terms, criteria: Vec<Criterion>) {
        if criteria.is_empty() {
            return self.unused(line, "it names nothing");
        }
        if self.entries.len() == MAX_ENTRIES {
            return self.unused(line, &format!("there are {MAX_ENTRIES} before it"));
        }
        let reason = terms.reason.map(|reason| bounded(reason.trim(), 500)).filter(|reason| !reason.is_empty());
        self.entries.push(Entry { line, reason, expires: terms.expires, criteria });
    }

    /// Something is odd and changes nothing.
    pub(super) fn odd(&mut self, line: u32, message: &str) {
        self.tell(ProblemCode::LenientValue, line, format!("{message} in `{}`", self.path));
    }

    /// An entry that takes nothing out.
    pub(super) fn unused(&mut self, line: u32, why: &str) {
        self.tell(ProblemCode::DroppedItem, line, format!("an entry of `{}` does not count: {why}", self.path));
    }

    /// The whole file cannot be used.
    pub(super) fn broken(&mut self, line: u32, why: &str) {
        self.entries.clear();
        self.tell(ProblemCode::Unparsable, line, format!("none of the entries of `{}` counts: {why}", self.path));
    }

    fn tell(&mut self, code: ProblemCode, line: u32, message: String) {
        if self.problems.len() == MAX_PROBLEMS {
            self.untold += 1;
            return;
        }
        self.problems.push(Problem { line: Some(line), ..Problem::warning(code, message).at_path(self.path) });
    }

    /// Takes a document as its language reads it.
    pub(super) fn document(&mut self, read: Result<Value, (u32, String)>) -> Option<Value> {
        read.map_err(|(line, why)| self.broken(line, &why)).ok().filter(|value| !value.is_null())
    }

    /// The entries of a mapping; a value of another kind is told.
    pub(super) fn map<'v>(&mut self, value: &'v Value, name: &str) -> &'v [(super::value::Key, Value)] {
        value.as_map().unwrap_or_else(|| {
            self.odd(value.line, &format!("{name} is no mapping"));
            &[]
        })
    }

    /// The items of a list that may be missing; a value of another kind is told.
    pub(super) fn list<'v>(&mut self, value: Option<&'v Value>, name: &str) -> &'v [Value] {
        let Some(value) = value else { return &[] };
        value.as_list().unwrap_or_else(|| {
            self.odd(value.line, &format!("`{name}` is no list"));
            &[]
        })
    }

    /// Tells keys that nobody reads, and keys that stand twice. `place` follows "unknown key `x`".
    pub(super) fn known(&mut self, value: &Value, known: &[&str], place: &str) {
        let Some(entries) = value.as_map() else { return };
        let mut met: std::collections::BTreeSet<&str> = std::collections::BTreeSet::new();
        for (key, _) in entries {
            let name = key.name.as_str();
            if !met.insert(name) {
                self.odd(key.line, &format!("`{}` stands twice{place}, the first counts,", quoted(name)));
            } else if !known.contains(&name) {
                let near = suggest::nearest(name, known.iter().copied(), 1);
                let near = near.first().map(|near| format!(" (did you mean `{near}`?)")).unwrap_or_default();
                self.odd(key.line, &format!("unknown key `{}`{near}{place}", quoted(name)));
            }
        }
    }

    /// A text that may be missing; `Err` where something else stands there: the entry cannot be understood.
    pub(super) fn text<'v>(&mut self, value: &'v Value, name: &str) -> Result<Option<&'v str>, Told> {
        let Some(found) = value.get(name) else { return Ok(None) };
        found.as_text().map(Some).ok_or_else(|| {
            self.unused(found.line, &format!("its `{name}` is no text"));
            Told
        })
    }

    /// Texts of a list that may be missing.
    pub(super) fn texts<'v>(&mut self, value: &'v Value, name: &str) -> Result<Vec<&'v str>, Told> {
        let Some(found) = value.get(name) else { return Ok(Vec::new()) };
        let texts = found.as_list().map(|items| items.iter().map(Value::as_text).collect::<Option<Vec<_>>>());
        texts.flatten().ok_or_else(|| {
            self.unused(found.line, &format!("its `{name}` is no list of texts"));
            Told
        })
    }

    /// A boolean that may be missing.
    pub(super) fn flag(&mut self, value: &Value, name: &str) -> Result<Option<bool>, Told> {
        let Some(found) = value.get(name) else { return Ok(None) };
        found.as_bool().map(Some).ok_or_else(|| {
            self.unused(found.line, &format!("its `{name}` is neither true nor false"));
            Told
        })
    }

    /// The last day of an entry, from the moment its tool stops to honour it.
    pub(super) fn end(&mut self, value: &Value, name: &str) -> Result<Option<Date>, Told> {
        let Some(text) = self.text(value, name)? else { return Ok(None) };
        let line = value.get(name).map_or(value.line, |found| found.line);
        self.end_of(line, text).map(Some)
    }

    /// The same for a text.
    pub(super) fn end_of(&mut self, line: u32, text: &str) -> Result<Date, Told> {
        last_day(text).ok_or_else(|| {
            self.unused(line, &format!("`{}` is no date, YYYY-MM-DD", quoted(text)));
            Told
        })
    }

    /// What a constructor refuses makes the entry unusable.
    pub(super) fn usable<T>(&mut self, line: u32, made: Result<T, String>) -> Result<T, Told> {
        made.map_err(|why| {
            self.unused(line, &why);
            Told
        })
    }
}

/// Why an entry is left out has been said.
pub(super) struct Told;

/// A piece of the file as messages quote it.
pub(super) fn quoted(text: &str) -> String {
    bounded(text, QUOTED)
}

/// The peers compare with the clock: a date ends as it begins, so the day before is the last one. Days are whole here, so a
/// time in the middle of a day ends with the day before it; one in the last minute of a day keeps that day.
fn last_day(text: &str) -> Option<Date> {
    if let Ok(date) = text.parse::<Date>()
        && text.len() == "2026-12-31".len()
    {
        return date.yesterday().ok();
    }
    let time = match text.parse::<Timestamp>() {
        Ok(time) => time.to_zoned(jiff::tz::TimeZone::UTC).datetime(),
        Err(_) => text.parse::<DateTime>().ok()?,
    };
    time.checked_add(jiff::Span::new().minutes(1)).ok()?.date().yesterday().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_ends_as_it_begins_and_a_time_with_its_last_whole_day() {
        for (text, last) in [
            ("2026-12-31", Some("2026-12-30")),
            ("2026-12-31T00:00:00Z", Some("2026-12-30")),
            ("2026-12-31T00:00:00.000Z", Some("2026-12-30")),
            ("2026-12-31T12:00:00Z", Some("2026-12-30")),
            ("2026-12-31T23:59:59Z", Some("2026-12-31")),
            ("2026-12-31T23:59:59-05:00", Some("2026-12-31")),
            ("2026-12-31 23:59:59", Some("2026-12-31")),
            ("2026-12-31T00:00:00", Some("2026-12-30")),
            ("31.12.2026", None),
            ("2026-13-01", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(last_day(text).map(|date| date.to_string()).as_deref(), last, "{text}");
        }
    }
}
