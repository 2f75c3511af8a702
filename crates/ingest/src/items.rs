//! The items of a report, remembered as slices of its text, read one by one: one that cannot be read is told, and the next
//! is read.

use std::fmt::Write as _;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::draft::Draft;

/// Reads the items in order; `take` gets the pointer of each.
pub(crate) fn each<'de, T: Deserialize<'de>>(
    items: Option<&Vec<&'de RawValue>>,
    pointer: &str,
    draft: &mut Draft<'_>,
    mut take: impl FnMut(T, &str, &mut Draft<'_>),
) {
    let mut pointers = Pointers::into(pointer);
    for raw in items.into_iter().flatten() {
        let pointer = pointers.next();
        one(raw, pointer, draft, |item, draft| take(item, pointer, draft));
    }
}

/// The JSON pointers of the elements of a list, one after the other.
pub(crate) struct Pointers {
    text: String,
    /// Bytes before the number.
    list: usize,
    next: usize,
}

impl Pointers {
    /// Those of the list at this pointer.
    pub(crate) fn into(list: &str) -> Self {
        let text = format!("{list}/");
        Self { list: text.len(), text, next: 0 }
    }

    /// That of the next element.
    pub(crate) fn next(&mut self) -> &str {
        self.text.truncate(self.list);
        _ = write!(self.text, "{}", self.next);
        self.next += 1;
        &self.text
    }
}

/// Reads one item.
pub(crate) fn one<'de, T: Deserialize<'de>>(
    raw: &'de RawValue,
    pointer: &str,
    draft: &mut Draft<'_>,
    take: impl FnOnce(T, &mut Draft<'_>),
) {
    match serde_json::from_str(raw.get()) {
        Ok(item) => take(item, draft),
        Err(error) => draft.dropped(pointer, &error.to_string()),
    }
}
