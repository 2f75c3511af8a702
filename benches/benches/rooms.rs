//! The speed of single rooms: `cargo bench -p portcullis-benches`. Input is made here, so that figures of two days compare.

#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a bench has no users and may stop")]

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use portcullis_model::{
    CheckRun, Collected, Evidence, Finding, Location, Registry, RunStatus, Section, Severity, Source, merge,
};
use portcullis_policy::{Document, Inputs, Policy};
use portcullis_syntax::yaml;

fn main() {
    divan::main();
}

const PRESETS: &[(&str, &str)] = &[
    ("minimal@1", include_str!("../../policies/minimal@1.yaml")),
    ("baseline@1", include_str!("../../policies/baseline@1.yaml")),
];
const POLICY: &str = include_str!("../../fixtures/shop/portcullis.yaml");
const MANIFEST: &str = include_str!("../../fixtures/shop/k8s/cart.yaml");

/// About a megabyte of manifests into located trees.
#[divan::bench]
fn yaml_tree(bencher: Bencher<'_, '_>) {
    let text = std::iter::repeat_n(MANIFEST, 1 + (1 << 20) / MANIFEST.len()).collect::<Vec<_>>().join("\n---\n");
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| yaml::parse(black_box(text.as_bytes()), yaml::Dialect::Yaml11, &yaml::Limits::KUBERNETES));
}

/// The policy of the example with its preset.
#[divan::bench]
fn policy_load() -> Policy {
    load()
}

fn load() -> Policy {
    // No rule of ours is registered here, so the policy may name none.
    let text = POLICY.replace("alert/for-missing: fail", "");
    let inputs = Inputs {
        policy: Some(Document { path: "portcullis.yaml", bytes: text.as_bytes() }),
        exceptions: &[],
        presets: PRESETS,
        parent: None,
        known_formats: &["trivy", "sarif", "npm-audit", "pip-audit"],
        registry: &Registry::default(),
        settings: &[],
        exceptions_from: None,
        tracked: None,
        today: jiff::civil::date(2026, 11, 21),
    };
    portcullis_policy::load(&inputs).map_err(|errors| format!("{errors:#?}")).unwrap().policy
}

fn findings(count: usize) -> Vec<Finding> {
    let severities = [Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Unknown];
    (0..count)
        .map(|number| Finding {
            section: Section::Workflows,
            rule_id: "gha/unpinned-uses".to_owned(),
            id: "gha/unpinned-uses".to_owned(),
            title: "An action can change under the same name".to_owned(),
            severity: severities[number % severities.len()],
            locations: vec![Location::line(
                format!("dir{}/file.yml", number % 1_000),
                1 + u32::try_from(number).unwrap(),
            )],
            identity: number.to_string(),
            sources: vec![Source { tool: "portcullis".to_owned(), ..Source::default() }],
            ..Finding::default()
        })
        .collect()
}

/// 100,000 findings held against the policy.
#[divan::bench(sample_count = 10)]
fn judge_100_000(bencher: Bencher<'_, '_>) {
    judge(bencher, findings);
}

/// The same as the program hands them over: the merge has put them in order.
#[divan::bench(sample_count = 10)]
fn judge_100_000_in_order(bencher: Bencher<'_, '_>) {
    judge(bencher, |count| merge::merge(findings(count), &merge::Merging::default()));
}

fn judge(bencher: Bencher<'_, '_>, findings: fn(usize) -> Vec<Finding>) {
    let policy = load();
    let registry = Registry::default();
    let run = CheckRun {
        section: Section::Workflows,
        id: "workflows".to_owned(),
        status: RunStatus::Ran,
        seen: 1,
        ..CheckRun::default()
    };
    bencher
        .counter(ItemsCount::new(100_000_usize))
        .with_inputs(|| {
            let collected =
                Collected { findings: findings(100_000), check_runs: vec![run.clone()], ..Collected::default() };
            Evidence { collected, ..Evidence::default() }
        })
        .bench_values(|evidence| {
            portcullis_policy::judge(&policy, evidence, &registry, jiff::civil::date(2026, 11, 21))
        });
}

/// 100,000 findings merged, fingerprinted and put in order.
#[divan::bench(sample_count = 10)]
fn merge_100_000(bencher: Bencher<'_, '_>) {
    bencher
        .counter(ItemsCount::new(100_000_usize))
        .with_inputs(|| findings(100_000))
        .bench_values(|findings| merge::merge(findings, &merge::Merging::default()));
}
