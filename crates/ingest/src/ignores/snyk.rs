//! `.snyk`: ignored ids with the chains of packages for which they are ignored, and paths no scan looks at.

use portcullis_model::{Glob, Kind};

use super::entry::{Criterion, Reach};
use super::pattern::PathPattern;
use super::reading::{Reading, Terms, Told, quoted};
use super::value::{Key, Value};

const KEYS: [&str; 6] = ["version", "ignore", "patch", "exclude", "language-settings", "failThreshold"];
const RULE: [&str; 9] =
    ["reason", "reasonType", "expires", "created", "ignoredBy", "source", "disregardIfFixable", "patched", "path"];
const EXCLUDE: [&str; 3] = ["global", "code", "iac-drift"];
const KINDS: &[Kind] =
    &[Kind::Vulnerability, Kind::Malware, Kind::Outdated, Kind::License, Kind::Misconfiguration, Kind::Code];

pub(super) fn read(reading: &mut Reading<'_>, text: &str) {
    let Some(root) = reading.document(Value::of_yaml(text)) else { return };
    reading.known(&root, &KEYS, "");
    for (id, rules) in root.get("ignore").map_or(&[][..], |ignore| reading.map(ignore, "`ignore`")) {
        for rule in reading.list(Some(rules), &quoted(&id.name)) {
            for (path, terms) in reading.map(rule, "an ignored path") {
                ignored(reading, &id.name, path, terms);
            }
        }
    }
    let Some(exclude) = root.get("exclude") else { return };
    reading.known(exclude, &EXCLUDE, " of `exclude`");
    for name in ["global", "code"] {
        for item in reading.list(exclude.get(name), name) {
            excluded(reading, item);
        }
    }
}

fn ignored(reading: &mut Reading<'_>, id: &str, path: &Key, terms: &Value) {
    reading.known(terms, &RULE, " of an ignored path");
    let Ok(only_unfixable) = reading.flag(terms, "disregardIfFixable") else { return };
    let Ok(terms) = terms_of(reading, terms) else { return };
    let mut criteria = vec![Criterion::Ids(vec![id.to_owned()], Reach::Aliases), Criterion::Kinds(KINDS)];
    if !portcullis_model::advisory::is_advisory(id) {
        // `npm:ms:20170412`, `SNYK-CC-K8S-1`: an id that only Snyk knows.
        criteria.push(Criterion::OnlyTool("snyk"));
    }
    if only_unfixable == Some(true) {
        criteria.push(Criterion::NotFixable);
    }
    if path.name.trim() != "*" {
        criteria.push(Criterion::DependencyPath(PathPattern::new(&path.name)));
    }
    reading.push(path.line, terms, criteria);
}

fn terms_of(reading: &mut Reading<'_>, terms: &Value) -> Result<Terms, Told> {
    if terms.is_null() {
        return Ok(Terms::default());
    }
    let expires = reading.end(terms, "expires")?;
    Ok(Terms { reason: reading.text(terms, "reason")?.map(str::to_owned), expires })
}

/// A path, or a mapping from the path to its terms.
fn excluded(reading: &mut Reading<'_>, item: &Value) {
    let (written, terms) = match (item.as_text(), item.as_map()) {
        (Some(path), _) => (path, Ok(Terms::default())),
        (None, Some([(path, terms)])) => {
            reading.known(terms, &RULE, " of an excluded path");
            (path.name.as_str(), terms_of(reading, terms))
        }
        _ => return reading.unused(item.line, "it is no path"),
    };
    let Ok(terms) = terms else { return };
    let directory = reading.directory().to_owned();
    if let Ok(glob) = reading.usable(item.line, Glob::new(written.trim_start_matches("./"))) {
        let below = Glob::new(&format!("{}/**", written.trim_start_matches("./").trim_end_matches('/')));
        let globs = [Some(glob), below.ok()].into_iter().flatten().collect();
        reading.push(item.line, terms, vec![Criterion::Paths(globs, directory), Criterion::OnlyTool("snyk")]);
    }
}
