//! How the tools around npm name advisories.

use super::entry::{Criterion, WEAKNESSES};

/// An advisory by its id, by the number npm gave it, or by the address of its page.
pub(super) fn criteria(id: &str) -> Vec<Criterion> {
    let id = id.rsplit_once("/advisories/").map_or(id, |(_, id)| id).trim_end_matches('/');
    let is_number = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
    let id = if is_number { format!("NPM-{id}") } else { id.to_owned() };
    vec![Criterion::advisory(&id), Criterion::Kinds(WEAKNESSES), Criterion::Ecosystem("npm")]
}
