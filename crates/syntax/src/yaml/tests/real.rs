//! Real files of other projects, where they lie beside the workspace (`PORTCULLIS_SHARED`, else `../shared`), value by value
//! against `yaml_serde`, which is made on another parser and types scalars by YAML 1.2 as well.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "tests read the material from disk and say when they skip"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize as _;
use serde_yaml::Value as Oracle;

use crate::yaml::{Dialect, Document, FaultKind, Limits, Node, Typed, parse};

/// How the two readers differ on a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Difference {
    /// A value is another one.
    Value,
    /// Only the other reader refuses it.
    OnlyTheyRefuse,
    /// Only we refuse it.
    OnlyWeRefuse,
}

/// Files on which they differ, and why.
const KNOWN: &[(&str, Difference, &str)] = &[
    ("alerts/prometheus-testdata/config__testdata__section_key_dup.bad.yml", Difference::OnlyTheyRefuse, DUPLICATE),
    ("manifests/examples/_archived__openshift-origin__etcd-controller.yaml", Difference::OnlyTheyRefuse, DUPLICATE),
    (
        "manifests/examples/_archived__openshift-origin__etcd-discovery-controller.yaml",
        Difference::OnlyTheyRefuse,
        DUPLICATE,
    ),
    ("manifests/examples/_archived__volumes__scaleio__sc-pvc.yaml", Difference::OnlyTheyRefuse, DUPLICATE),
];
const DUPLICATE: &str = "a duplicate key: the tree keeps both entries, so that a check can name them";

fn files() -> Option<Vec<(String, Vec<u8>)>> {
    let root = std::env::var_os("PORTCULLIS_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from)
        .join("data");
    if !root.is_dir() {
        eprintln!("SKIPPED: {} is not there; set PORTCULLIS_SHARED", root.display());
        return None;
    }
    let mut files = Vec::new();
    let mut waiting = vec![root.clone()];
    while let Some(folder) = waiting.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
                files.push((name(&path, &root), std::fs::read(&path).unwrap()));
            }
        }
    }
    files.sort();
    Some(files)
}

fn name(path: &Path, root: &Path) -> String {
    path.strip_prefix(root).unwrap().to_string_lossy().into_owned()
}

/// The first difference of two readings, with what it is.
fn difference(bytes: &[u8]) -> Option<(Difference, String)> {
    let ours = parse(bytes, Dialect::Core, &Limits::OTHER);
    let theirs: Result<Vec<Oracle>, _> = serde_yaml::Deserializer::from_slice(bytes).map(Oracle::deserialize).collect();
    let fault = ours.faults().iter().find(|fault| fault.kind == FaultKind::Syntax);
    match (fault, theirs) {
        (Some(_), Err(_)) => None,
        (Some(fault), Ok(_)) => Some((Difference::OnlyWeRefuse, format!("{fault:?}"))),
        (None, Err(error)) => Some((Difference::OnlyTheyRefuse, error.to_string())),
        (None, Ok(theirs)) => {
            let mut told = None;
            let ours: Vec<_> = ours.documents().collect();
            if ours.len() != theirs.len() {
                return Some((Difference::Value, format!("{} and {} documents", ours.len(), theirs.len())));
            }
            for (ours, theirs) in ours.iter().zip(&theirs) {
                compare_documents(ours, theirs, &mut told);
            }
            told.map(|told| (Difference::Value, told))
        }
    }
}

fn compare_documents(ours: &Document<'_>, theirs: &Oracle, told: &mut Option<String>) {
    match ours.root() {
        Some(root) => compare(root, theirs, told),
        None if theirs.is_null() => {}
        None => *told = Some(format!("nothing and {theirs:?}")),
    }
}

fn compare(ours: Node<'_>, theirs: &Oracle, told: &mut Option<String>) {
    if told.is_some() {
        return;
    }
    let same = match (ours.typed(), theirs) {
        // Ours keeps a tag beside the value.
        (_, Oracle::Tagged(tagged)) => return compare(ours, &tagged.value, told),
        (Typed::Null, Oracle::Null) => true,
        (Typed::Bool(ours), Oracle::Bool(theirs)) => ours == *theirs,
        (Typed::Int(ours), Oracle::Number(theirs)) => theirs.as_i64() == Some(ours),
        (Typed::Float(ours), Oracle::Number(theirs)) => theirs
            .as_f64()
            .is_some_and(|theirs| ours.to_bits() == theirs.to_bits() || (ours.is_nan() && theirs.is_nan())),
        (Typed::Str(ours), Oracle::String(theirs)) => ours == theirs,
        (Typed::Seq, Oracle::Sequence(theirs)) => {
            ours.items().zip(theirs).for_each(|(ours, theirs)| compare(ours, theirs, told));
            ours.items().len() == theirs.len()
        }
        (Typed::Map, Oracle::Mapping(theirs)) => {
            for (ours, (key, value)) in ours.entries().zip(theirs) {
                compare(ours.key, key, told);
                compare(ours.value, value, told);
            }
            ours.entries().len() == theirs.len()
        }
        _ => false,
    };
    if !same && told.is_none() {
        let mut theirs = format!("{theirs:?}");
        theirs.truncate(theirs.floor_char_boundary(100));
        *told = Some(format!("{ours:?} and {theirs}"));
    }
}

#[test]
fn real_files_mean_what_another_reader_reads() {
    let Some(files) = files() else { return };
    assert!(files.len() > 100, "only {} files", files.len());
    let found: BTreeMap<_, _> =
        files.iter().filter_map(|(name, bytes)| Some((name.as_str(), difference(bytes)?))).collect();
    let known: Vec<_> = KNOWN.iter().map(|(name, difference, _)| (*name, *difference)).collect();
    let listed: Vec<_> = found.iter().map(|(name, (kind, what))| format!("{name}: {kind:?}: {what}")).collect();
    eprintln!("{} files, {} differences", files.len(), found.len());
    assert_eq!(
        found.iter().map(|(name, (kind, _))| (*name, *kind)).collect::<Vec<_>>(),
        known,
        "{}",
        listed.join("\n")
    );
}
