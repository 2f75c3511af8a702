//! Any bytes as policy file and, behind a NUL, as file of exceptions: a policy that differs from itself in nothing, or errors
//! that point into these files.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use portcullis_model::{Diagnostic, Registry};
use portcullis_policy::{Document, Inputs, Origins, diff, load, loosened, rule_rows};

const PRESETS: &[(&str, &str)] = &[
    ("minimal@1", include_str!("../../policies/minimal@1.yaml")),
    ("baseline@1", include_str!("../../policies/baseline@1.yaml")),
    ("strict@1", include_str!("../../policies/strict@1.yaml")),
];

static REGISTRY: LazyLock<Registry> = LazyLock::new(|| {
    let rules = portcullis_checks::rules().iter().chain(portcullis_policy::rules()).copied();
    Registry::new(rules, ["aws-access-token".to_owned(), "generic-api-key".to_owned()])
});

fuzz_target!(|bytes: &[u8]| {
    let mut parts = bytes.splitn(2, |byte| *byte == 0);
    let policy = Document { path: "portcullis.yaml", bytes: parts.next().unwrap_or_default() };
    let exceptions: Vec<_> = parts.map(|bytes| Document { path: ".portcullis/exceptions/a.yaml", bytes }).collect();
    let formats = portcullis_ingest::format_names();
    let tracked = ["portcullis.yaml", "reports/deps.json", "src/main.rs"].map(str::to_owned);
    let inputs = Inputs {
        policy: Some(policy),
        exceptions: &exceptions,
        exceptions_from: None,
        settings: &[],
        presets: PRESETS,
        // Everything a file extends is the file itself: chains and circles are met.
        parent: Some(&|path: &str| match path {
            "missing.yaml" => Err("no such file".to_owned()),
            _ => Ok(policy.bytes.to_vec()),
        }),
        known_formats: &formats,
        registry: &REGISTRY,
        tracked: Some(&tracked),
        today: jiff::civil::date(2026, 11, 21),
    };
    match load(&inputs) {
        Ok(loaded) => {
            let policy = &loaded.policy;
            assert_eq!(diff(policy, policy, &REGISTRY), []);
            assert_eq!(loosened(policy, policy, &REGISTRY), []);
            for origins in [Origins::Hidden, Origins::Shown] {
                let _ = policy.effective().json(origins);
            }
            for key in policy.effective().keys() {
                let _ = policy.effective().part(&key);
            }
            let _ = rule_rows(policy, &REGISTRY);
            loaded.warnings.iter().for_each(|warning| points(warning, &inputs));
            against_the_built_in(policy, &inputs);
        }
        Err(errors) => {
            assert!(!errors.is_empty());
            errors.iter().for_each(|error| points(error, &inputs));
        }
    }
});

/// What is new from one side is gone from the other.
fn against_the_built_in(policy: &portcullis_policy::Policy, inputs: &Inputs<'_>) {
    let built_in = load(&Inputs { policy: None, exceptions: &[], ..*inputs }).expect("the built-in policy").policy;
    let keys = |changes: Vec<portcullis_policy::Change>| {
        let mut keys: Vec<_> = changes.into_iter().map(|change| change.key).collect();
        keys.sort();
        keys
    };
    let (there, back) = (diff(&built_in, policy, &REGISTRY), diff(policy, &built_in, &REGISTRY));
    assert_eq!(keys(there), keys(back));
}

/// A place in one of the files, or a file as a whole.
fn points(diagnostic: &Diagnostic, inputs: &Inputs<'_>) {
    let documents = inputs.policy.iter().chain(inputs.exceptions);
    for span in std::iter::once(&diagnostic.span).chain(&diagnostic.related) {
        assert!(!span.path.is_empty(), "{diagnostic:?}");
        for document in documents.clone().filter(|document| document.path == span.path) {
            // Line ends of every kind, and those of UTF-16, are at most bytes.
            assert!(span.start_line as usize <= document.bytes.len() + 1, "{diagnostic:?}");
            assert!((span.start_line, span.start_col) <= (span.end_line, span.end_col), "{diagnostic:?}");
        }
    }
}
