//! `.trivyignore`: one id in a line, with words behind it.

use portcullis_model::{Kind, advisory};

use super::entry::{Criterion, Reach, WEAKNESSES};
use super::reading::{Reading, Terms, quoted};

pub(super) fn read(reading: &mut Reading<'_>, text: &str) {
    for (number, written) in (1_u32..).zip(text.lines()) {
        let entry = written.split('#').next().unwrap_or_default();
        let mut words = entry.split_whitespace();
        let Some(id) = words.next() else { continue };
        let mut terms = Terms { reason: comment(written), ..Terms::default() };
        let mut is_usable = true;
        for word in words {
            match word.strip_prefix("exp:").map(|date| reading.end_of(number, date)) {
                Some(Ok(end)) => terms.expires = Some(end),
                Some(Err(_)) => is_usable = false,
                None => reading.odd(number, &format!("unknown word `{}` behind `{}`", quoted(word), quoted(id))),
            }
        }
        if is_usable {
            reading.push(number, terms, criteria(id, None));
        }
    }
}

fn comment(line: &str) -> Option<String> {
    line.split_once('#').map(|(_, comment)| comment.trim().to_owned())
}

/// An advisory is the same whoever reports it; any other id means something only to Trivy.
pub(super) fn criteria(id: &str, kinds: Option<&'static [Kind]>) -> Vec<Criterion> {
    if advisory::is_advisory(id) {
        return vec![Criterion::advisory(id), Criterion::Kinds(kinds.unwrap_or(WEAKNESSES))];
    }
    let ids = vec![id.to_owned(), format!("license:{id}")];
    let mut criteria = vec![Criterion::Ids(ids, Reach::Aliases), Criterion::OnlyTool("trivy")];
    criteria.extend(kinds.map(Criterion::Kinds));
    criteria
}
