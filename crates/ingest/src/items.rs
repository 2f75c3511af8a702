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
    let list = pointer.len() + 1;
    let mut pointer = format!("{pointer}/");
    for (index, raw) in items.into_iter().flatten().enumerate() {
        pointer.truncate(list);
        _ = write!(pointer, "{index}");
        one(raw, &pointer, draft, |item, draft| take(item, &pointer, draft));
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
