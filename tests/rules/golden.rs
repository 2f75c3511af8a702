//! Agreement with what real tools say about real documents, where that data is at hand: the folder `PORTCULLIS_SHARED`, or
//! `../shared` beside the workspace. Without it the tests are listed as ignored.

use std::path::{Path, PathBuf};

use libtest_mimic::{Failed, Trial};
use portcullis_checks::Options;
use serde_json::Value;

/// Ids of the rules that decide whether a cluster accepts the kind of a document, or can read it at all.
const DECISIVE: [&str; 6] = [
    "k8s/missing-api-version",
    "k8s/missing-kind",
    "k8s/unknown-api-version",
    "yaml/duplicate-key",
    "yaml/limits",
    "yaml/syntax",
];

/// Sets of mutated documents and the rule that has to find each of them.
const MUTATIONS: [(&str, &str); 5] = [
    ("duplicate-key", "yaml/duplicate-key"),
    ("no-api-version", "k8s/missing-api-version"),
    ("no-kind", "k8s/missing-kind"),
    ("wrong-api-version", "k8s/unknown-api-version"),
    ("wrong-kind", "k8s/unknown-api-version"),
];

pub(crate) fn trials() -> Vec<Trial> {
    let shared = std::env::var_os("PORTCULLIS_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let file = shared.join("data/golden/kubernetes-documents.jsonl");
    let absent = !file.is_file();
    let mut trials: Vec<Trial> = MUTATIONS
        .into_iter()
        .map(|(set, rule)| {
            let file = file.clone();
            Trial::test(format!("golden::every_{set}_is_reported"), move || every_document_has(&file, set, rule))
        })
        .collect();
    trials.push(Trial::test("golden::what_the_api_server_accepts_is_not_reported", move || accepted_are_silent(&file)));
    trials.into_iter().map(|trial| trial.with_ignored_flag(absent)).collect()
}

fn every_document_has(file: &Path, set: &str, rule: &str) -> Result<(), Failed> {
    let documents = documents(file)?;
    let texts: Vec<&str> = documents.iter().filter(|document| document["set"] == set).filter_map(text).collect();
    let missed: Vec<&str> = texts.iter().copied().filter(|text| !ids(text).iter().any(|id| id == rule)).collect();
    match (texts.is_empty(), missed.first()) {
        (true, _) => Err(format!("no document of the set {set}").into()),
        (_, Some(first)) => Err(format!("{} of {} missed, the first:\n{first}", missed.len(), texts.len()).into()),
        _ => Ok(()),
    }
}

fn accepted_are_silent(file: &Path) -> Result<(), Failed> {
    let documents = documents(file)?;
    let accepted = documents.iter().filter(|document| document["status"] == "statusValid").filter_map(text);
    for text in accepted {
        let wrong: Vec<String> = ids(text).into_iter().filter(|id| DECISIVE.contains(&id.as_str())).collect();
        if !wrong.is_empty() {
            return Err(format!("{wrong:?} in\n{text}").into());
        }
    }
    Ok(())
}

fn documents(file: &Path) -> Result<Vec<Value>, Failed> {
    Ok(std::fs::read_to_string(file)?.lines().map(serde_json::from_str).collect::<Result<_, _>>()?)
}

fn text(document: &Value) -> Option<&str> {
    document["yaml"].as_str()
}

fn ids(text: &str) -> Vec<String> {
    let collected = portcullis_checks::check("deploy/golden.yaml", text.as_bytes(), &Options::default());
    collected.findings.into_iter().map(|finding| finding.id).collect()
}
