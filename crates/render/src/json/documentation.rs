//! `docs/result.md` describes exactly the fields that the document has, each at its place.

use std::collections::{BTreeMap, BTreeSet};

use super::{JsonForm, json};
use crate::sample;

const DOCUMENTATION: &str = include_str!("../../../../docs/result.md");

/// Fields by the path of the object that holds them: `findings[].package` has `purl`, `name`, …
type Fields = BTreeMap<String, BTreeSet<String>>;

fn of_the_document(value: &serde_json::Value, path: &str, fields: &mut Fields) {
    match value {
        serde_json::Value::Object(object) => {
            let here = if path.is_empty() { "$" } else { path };
            fields.entry(here.to_owned()).or_default().extend(object.keys().cloned());
            for (name, value) in object {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                of_the_document(value, &path, fields);
            }
        }
        serde_json::Value::Array(values) => {
            for value in values {
                of_the_document(value, &format!("{path}[]"), fields);
            }
        }
        _ => {}
    }
}

/// Reads `At `a`, `b`.` and the rows of the table below it.
fn of_the_description() -> Fields {
    let mut fields = Fields::new();
    let mut paths: Vec<&str> = Vec::new();
    for line in DOCUMENTATION.lines() {
        if line.starts_with('#') {
            paths.clear();
        } else if let Some(list) = line.strip_prefix("At ") {
            paths = list.split('`').skip(1).step_by(2).collect();
        } else if let Some(name) = line.strip_prefix("| `").and_then(|row| row.split('`').next()) {
            for path in &paths {
                fields.entry((*path).to_owned()).or_default().insert(name.to_owned());
            }
        }
    }
    fields
}

#[test]
fn every_field_of_the_document_is_described_at_its_place_and_no_other() {
    let document: serde_json::Value =
        serde_json::from_slice(&json(&sample::filled(), JsonForm::Pretty).unwrap()).unwrap();
    let mut fields = Fields::new();
    of_the_document(&document, "", &mut fields);
    // Objects whose keys are words of a closed set, not fields.
    fields.retain(|path, _| !matches!(path.as_str(), "reports[].counts.kind" | "reports[].counts.state"));
    let described = of_the_description();
    assert_eq!(fields.keys().collect::<Vec<_>>(), described.keys().collect::<Vec<_>>());
    for (path, fields) in &fields {
        assert_eq!(described.get(path), Some(fields), "fields of {path}");
    }
}

#[test]
fn every_word_of_the_closed_sets_is_described() {
    use portcullis_model::{Level, ProblemCode, Section, Severity, Step};
    let described = |word: &str| DOCUMENTATION.contains(&format!("\n| `{word}` | "));
    let words = ProblemCode::ALL.iter().map(|code| code.as_str());
    let words = words.chain(Section::ALL.iter().map(|section| section.as_str()));
    let words = words.chain(Severity::ALL.iter().map(|severity| severity.as_str()));
    let words = words.chain(Level::ALL.iter().map(|level| level.as_str()));
    let missing: Vec<_> = words.filter(|word| !described(word)).collect();
    assert!(missing.is_empty(), "docs/result.md does not describe {missing:?}");
    assert!(described(serde_json::to_value(Step::ReportOnly).unwrap().as_str().unwrap()));
}
