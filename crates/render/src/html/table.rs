//! Tables, and the account of what they leave out.

use portcullis_model::Limit;

use super::markup::{Markup, count};

/// Rows of a table besides those of findings.
const ROWS: usize = 2_000;
/// Bytes of such a table: of its longest rows.
const BYTES: usize = 192 << 10;

/// What was left out.
#[derive(Debug, Default)]
pub(super) struct Cuts {
    pub(super) limits: Vec<Limit>,
}

impl Cuts {
    /// The line under a list that shows `kept` of `all`, and its entry; empty where nothing is missing.
    pub(super) fn note(&mut self, what: &'static str, kept: usize, all: usize) -> Markup {
        let mut note = Markup::default();
        let dropped = count(all.saturating_sub(kept));
        if dropped > 0 {
            self.limits.push(Limit { what: format!("HTML: {what}"), kept: count(kept), dropped });
            note.put("<p class=odd>").number(dropped).put(" more not shown here: the result file has the rest.</p>\n");
        }
        note
    }
}

/// As many rows as have room.
pub(super) fn kept(rows: impl Iterator<Item = Markup>, most: usize, bytes: usize) -> (Markup, usize) {
    let (mut body, mut kept) = (Markup::default(), 0);
    for row in rows.take(most) {
        if body.len() + row.len() > bytes {
            break;
        }
        body.add(&row);
        kept += 1;
    }
    (body, kept)
}

/// A table of its own, which can be scrolled where it is wider than the screen. `opening` ends after the head of the table.
pub(super) fn table(
    opening: &'static str,
    rows: impl ExactSizeIterator<Item = Markup>,
    what: &'static str,
    cuts: &mut Cuts,
) -> Markup {
    let all = rows.len();
    let (body, kept) = kept(rows, ROWS, BYTES);
    let mut table = Markup::new("<div class=scroll tabindex=0 role=region aria-label=\"");
    table.put(what).put("\"><table>").put(opening).put("<tbody>\n").add(&body).put("</tbody></table></div>\n");
    table.add(&cuts.note(what, kept, all));
    table
}
