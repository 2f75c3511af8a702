//! The committed files are what the table makes, and the schema agrees with the loader.

use portcullis_syntax::yaml::{self, Dialect, Limits, Node, Typed};

use super::*;
use crate::load::tests::{BASELINE, MINIMAL, STRICT, load_files};
use crate::schema::reference;

const SHOP: &str = include_str!("../../../../../fixtures/shop/portcullis.yaml");

/// The text as the JSON a validating editor sees.
fn as_json(text: &str) -> Value {
    fn value(node: Node<'_>) -> Value {
        if node.is_map() {
            let entries = node.entries().map(|entry| (entry.key.value().unwrap().to_owned(), value(entry.value)));
            return Value::Object(entries.collect());
        }
        if node.is_seq() {
            return node.items().map(value).collect();
        }
        match node.typed() {
            Typed::Null => Value::Null,
            Typed::Bool(value) => value.into(),
            Typed::Int(value) => value.into(),
            Typed::Float(value) => value.into(),
            _ => node.value().unwrap().into(),
        }
    }
    let file = yaml::parse(text.as_bytes(), Dialect::Core, &Limits::OWN);
    value(file.documents().next().unwrap().root().unwrap())
}

fn refusals(draft: Draft, text: &str) -> Vec<String> {
    let schema: Value = serde_json::from_str(&json_schema(draft)).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    validator.iter_errors(&as_json(text)).map(|error| error.to_string()).collect()
}

/// Policies with every form that a value may have.
const ACCEPTED: &[&str] = &[
    BASELINE,
    MINIMAL,
    STRICT,
    "version: 1\n",
    "version: 1\nkind: policy\nmin_version: \"0.1\"\nname: shop\nx-owner: { anything: [1] }\n",
    "version: 1\nextends: [preset:minimal@1]\nlevels: fail\nsecrets: { levels: warn, required: auto }\n",
    "version: 1\nlevels: ~\nvulnerabilities: { scopes: { development: default, runtime: { high: default } } }\n",
    "version: 1\ncode: { paths: { exclude: { add: 'a/**', remove: [b] }, include: '**/*.rs' } }\n",
    "version: 1\nrules: { 'gha/*': warn, k8s/privileged: { severity: low, reason: why not }, github-pat: ~ }\n",
    "version: 1\nreports:\n  - { name: a, path: out/a.json, format: sarif, max_age: 24h, max_skipped: 5% }\n  \
     - { name: b, remove: true }\n  - { name: c, path: c.json, max_skipped: 3, min_components: 0 }\n",
    "version: 1\nexceptions:\n  - { id: E-1, rules: CVE-2020-8203, reason: nobody calls it, owner: '@a', created: 2026-11-01, expires: 2026-12-01 }\n",
    "version: 1\nmode: enforce\n",
    "version: 1\nmode: { report_only: { until: 2027-02-01, except: [secrets] } }\n",
    "version: 1\nverdict: { warnings: fail, max_warnings: 3, on_incomplete: warn }\nexception_policy: { max_days: 10 }\n",
];

#[test]
fn what_the_loader_accepts_the_schema_accepts() {
    for text in ACCEPTED {
        assert!(load_files(text, &[]).is_ok(), "{text}");
        for draft in [Draft::Draft202012, Draft::Draft7] {
            assert_eq!(refusals(draft, text), Vec::<String>::new(), "{draft:?}\n{text}");
        }
    }
}

#[test]
fn the_policy_of_the_shop_is_valid() {
    for draft in [Draft::Draft202012, Draft::Draft7] {
        assert_eq!(refusals(draft, SHOP), Vec::<String>::new());
    }
}

#[test]
fn unknown_keys_and_wrong_types_are_refused_by_both() {
    let refused = [
        "levles: fail",
        "levels: { hihg: fail }",
        "levels: { high: error }",
        "levels: [fail]",
        "secrets: { requred: true }",
        "secrets: { required: yes please }",
        "code: { paths: { exlude: [a] } }",
        "code: { paths: { exclude: { addd: [a] } } }",
        "rules: { gha/unpinned-uses: { levl: off } }",
        "reports: [{ path: a.json }]",
        "reports: [{ name: a, path: a.json, max_age: soon }]",
        "mode: report_only",
        "mode: { report_only: {} }",
        "mode: { report_only: { until: 2027-02-01, except: [secretes] } }",
        "verdict: { max_warnings: -1 }",
        "exceptions: [{ id: E-1 }]",
    ];
    for line in refused {
        let text = format!("version: 1\n{line}\n");
        assert!(load_files(&text, &[]).is_err(), "{text}");
        for draft in [Draft::Draft202012, Draft::Draft7] {
            assert_ne!(refusals(draft, &text), Vec::<String>::new(), "{draft:?}: {text}");
        }
    }
}

#[test]
fn the_committed_files_are_what_the_table_makes() {
    let committed = [
        (include_str!("../../../../../docs/schema/v1.json"), json_schema(Draft::Draft202012)),
        (include_str!("../../../../../docs/schema/v1.draft7.json"), json_schema(Draft::Draft7)),
        (include_str!("../../../../../docs/policy-reference.md"), reference()),
    ];
    for (committed, made) in committed {
        assert!(committed == made, "stale: run `cargo run -p xtask -- gen`");
    }
}

#[test]
fn every_key_is_described_in_schema_and_reference() {
    let page = reference();
    let schema = json_schema(Draft::Draft202012);
    for row in crate::schema::rows(POLICY) {
        assert!(page.contains(row.key.text), "{}", row.path);
        assert!(schema.contains(&format!("\"description\": {}", Value::from(row.key.text))), "{}", row.path);
    }
}
