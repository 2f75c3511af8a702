//! `.nsprc` of better-npm-audit, and the list of addresses of its predecessor.

use super::json_comments::blanked;
use super::npm_ids::criteria;
use super::reading::{Reading, Terms, Told, quoted};
use super::value::{Key, Value};

const KEYS: [&str; 3] = ["active", "notes", "expiry"];

pub(super) fn read(reading: &mut Reading<'_>, text: &str) {
    let Some(root) = reading.document(Value::of_yaml(&blanked(text))) else { return };
    if root.as_map().is_none() {
        return reading.broken(root.line, "it is no mapping");
    }
    for (id, terms) in root.as_map().unwrap_or_default() {
        if id.name == "exceptions" {
            for address in reading.list(Some(terms), "exceptions") {
                match address.as_text() {
                    Some(text) => reading.push(address.line, Terms::default(), criteria(text)),
                    None => reading.unused(address.line, "it is no address"),
                }
            }
        } else if !is_id(&id.name) {
            reading.odd(id.line, &format!("unknown key `{}`", quoted(&id.name)));
        } else if let Ok(Some(terms)) = terms_of(reading, id, terms) {
            reading.push(id.line, terms, criteria(&id.name));
        }
    }
}

fn is_id(name: &str) -> bool {
    portcullis_model::advisory::is_advisory(name) || name.bytes().all(|byte| byte.is_ascii_digit())
}

/// `None` for an entry that is switched off.
pub(super) fn terms_of(reading: &mut Reading<'_>, id: &Key, terms: &Value) -> Result<Option<Terms>, Told> {
    if let Some(reason) = terms.as_text() {
        return Ok(Some(Terms { reason: Some(reason.to_owned()), expires: None }));
    }
    if terms.as_map().is_none() {
        reading.unused(id.line, "it is neither a text nor a mapping");
        return Err(Told);
    }
    reading.known(terms, &KEYS, &format!(" of `{}`", quoted(&id.name)));
    let expires = reading.end(terms, "expiry")?;
    let reason = reading.text(terms, "notes")?.map(str::to_owned);
    let is_active = reading.flag(terms, "active")?.unwrap_or(true);
    Ok(is_active.then_some(Terms { reason, expires }))
}
