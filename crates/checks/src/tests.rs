//! What holds of a whole file: what it is taken for, what is suppressed, what a fault costs.

use portcullis_model::{Collected, Health, ProblemCode, RunStatus, Section, Severity};
use proptest::prelude::*;

use crate::{Options, Profile, check};

const WORKFLOW: &str = ".github/workflows/ci.yml";
const MANIFEST: &str = "deploy/web.yaml";

fn run(path: &str, text: &str) -> Collected {
    check(path, text.as_bytes(), &Options::default())
}

/// A workflow whose steps are written by the caller, from column 7.
fn workflow(steps: &str) -> Collected {
    run(WORKFLOW, &format!("on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n{steps}"))
}

fn ids(collected: &Collected) -> Vec<&str> {
    collected.findings.iter().map(|finding| finding.id.as_str()).collect()
}

fn suppressed(collected: &Collected) -> Vec<bool> {
    collected.findings.iter().map(|finding| !finding.suppressions.is_empty()).collect()
}

#[test]
fn a_comment_anywhere_in_a_step_speaks_about_the_step() {
    for step in [
        "      - uses: a/b@v1 # portcullis: ignore[gha/unpinned-uses] vendored\n",
        "      # portcullis: ignore[gha/unpinned-uses] vendored\n      - uses: a/b@v1\n",
        "      - name: x # portcullis: ignore[gha/unpinned-uses] vendored\n        uses: a/b@v1\n",
        "      - uses: a/b@v1\n        with:\n          # portcullis: ignore[gha/*] vendored\n          x: y\n",
    ] {
        let collected = workflow(step);
        assert_eq!(suppressed(&collected), [true], "{step}");
        assert_eq!(collected.findings[0].suppressions[0].reason.as_deref(), Some("vendored"));
        assert_eq!(collected.suppression_comments[0].matched, 1);
    }
}

#[test]
fn a_comment_of_another_step_or_inside_a_script_suppresses_nothing() {
    for step in [
        "      - run: make # portcullis: ignore[gha/unpinned-uses] no\n      - uses: a/b@v1\n",
        "      - uses: a/b@v1\n      # portcullis: ignore[gha/unpinned-uses] no\n",
    ] {
        assert_eq!(suppressed(&workflow(step)), [false], "{step}");
    }
    let script =
        "      - run: |\n          # portcullis: ignore[gha/template-injection] no\n          ${{ github.head_ref }}\n";
    let collected = workflow(script);
    assert_eq!(suppressed(&collected), [false]);
    assert!(collected.suppression_comments.is_empty(), "text of a script is no comment of the file");
}

#[test]
fn the_short_form_and_the_comment_of_zizmor_are_understood() {
    assert_eq!(suppressed(&workflow("      - uses: a/b@v1 # portcullis: ignore[unpinned-uses] x\n")), [true]);
    let foreign = workflow("      - uses: a/b@v1 # zizmor: ignore[unpinned-uses] x\n");
    assert_eq!(suppressed(&foreign), [true]);
    assert_eq!(foreign.suppression_comments[0].rules, ["gha/unpinned-uses"]);

    let mut options = Options::default();
    options.workflows.foreign_ignores = false;
    let text = "on: push\njobs: {a: {steps: [{uses: a/b@v1}]}} # zizmor: ignore[unpinned-uses]\n";
    assert_eq!(suppressed(&check(WORKFLOW, text.as_bytes(), &options)), [false]);
}

#[test]
fn a_comment_for_the_whole_file_counts_in_its_head_only() {
    let head = "# portcullis: ignore-file[gha/unpinned-uses] generated\n";
    let jobs = "on: push\njobs: {a: {steps: [{uses: a/b@v1}, {uses: c/d@v1}]}}\n";
    assert_eq!(suppressed(&run(WORKFLOW, &format!("{head}{jobs}"))), [true, true]);

    let late = run(WORKFLOW, &format!("{}{head}{jobs}", "\n".repeat(10)));
    assert_eq!(suppressed(&late), [false, false]);
    assert!(late.suppression_comments[0].malformed.as_deref().is_some_and(|why| why.contains("move it up")));
}

#[test]
fn a_comment_that_cannot_be_understood_is_handed_on_and_suppresses_nothing() {
    let collected = workflow("      - uses: a/b@v1 # portcullis: ignore\n");
    assert_eq!(suppressed(&collected), [false]);
    assert!(collected.suppression_comments[0].malformed.is_some());
}

#[test]
fn a_broken_workflow_is_a_finding_a_problem_and_still_judged_as_far_as_it_goes() {
    let collected = workflow("      - uses: a/b@v1\n      - run: echo a: b\n");
    assert_eq!(ids(&collected), ["gha/unpinned-uses", "gha-syntax/unparsable"]);
    let problem = &collected.problems[0];
    assert_eq!((problem.code, problem.health), (ProblemCode::Unparsable, Health::Error));
    assert_eq!((problem.line, problem.section), (Some(7), Some(Section::Workflows)));
    assert_eq!(collected.check_runs[0].status, RunStatus::Error);
}

#[test]
fn no_comment_takes_out_a_fault() {
    let head = "# portcullis: ignore-file[gha-syntax/*] no\non: push\njobs:\n";
    let collected = run(WORKFLOW, &format!("{head}  # portcullis: ignore[gha-syntax/unparsable] no\n  a: b: c\n"));
    assert_eq!(collected.suppression_comments.len(), 2);
    assert_eq!(suppressed(&collected), [false]);
    assert_eq!(collected.problems.len(), 1);
}

#[test]
fn other_documents_of_a_broken_manifest_are_still_judged() {
    let text = "apiVersion: v1\nkind: Pod\nspec: [\n---\napiVersion: v1\nkind: ServiceMonitor\n";
    let collected = run(MANIFEST, text);
    assert_eq!(ids(&collected), ["yaml/syntax", "k8s/unknown-api-version"]);
    assert_eq!(collected.problems.len(), 1);
    assert_eq!(collected.findings[0].section, Section::Manifests);
}

#[test]
fn yaml_that_is_nothing_of_ours_is_no_business_of_ours() {
    for text in ["colours: [red]\n", "services: {web: {image: x}}\n", "apiVersion: v2\nname: chart\n", ""] {
        let collected = run("some/file.yaml", text);
        assert!(collected.findings.is_empty() && collected.problems.is_empty(), "{text}");
        assert!(collected.check_runs.is_empty(), "{text}");
    }
}

#[test]
fn yaml_nobody_can_read_is_said_and_stops_nobody() {
    let collected = run("some/file.yaml", "colours: [red\n");
    assert!(collected.findings.is_empty());
    assert_eq!((collected.problems.len(), collected.problems[0].health), (1, Health::Warn));
}

#[test]
fn a_template_is_said_to_be_unjudged_instead_of_broken() {
    let text = "apiVersion: v1\nkind: Pod\n{{- if .Values.x }}\nspec: {}\n{{- end }}\n";
    let collected = run("chart/templates/pod.yaml", text);
    assert!(collected.findings.is_empty());
    assert_eq!(collected.problems[0].health, Health::Warn);
    assert_eq!(collected.check_runs[0].skipped.len(), 1);
}

#[test]
fn a_file_in_utf_16_is_judged_and_its_places_have_no_bytes() {
    let text = "apiVersion: v1\nkind: ServiceMonitor\n";
    let bytes: Vec<u8> = [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let collected = check(MANIFEST, &bytes, &Options::default());
    let place = collected.findings[0].primary().unwrap();
    assert_eq!((place.start_line, place.start_byte), (Some(1), None));
}

#[test]
fn a_rule_object_is_a_manifest_and_a_rule_file() {
    let text = "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: a, namespace: b}\n\
                spec: {groups: [{name: g, rules: [{alert: A, expr: up, for: 5m, annotations: {summary: s}}]}]}\n";
    let collected = run(MANIFEST, text);
    assert_eq!(ids(&collected), ["alert/severity-missing"]);
    let sections: Vec<_> = collected.check_runs.iter().map(|run| (run.section, run.seen)).collect();
    assert_eq!(sections, [(Section::Manifests, 1), (Section::Alerts, 1)]);
}

#[test]
fn a_finding_names_its_place_its_object_and_what_makes_it_itself() {
    let text = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  \
                metadata: {name: web, namespace: shop}\n  spec:\n    containers:\n    - image: x\n      name: app\n      \
                resources: {limits: {cpu: 1}, requests: {memory: 1Gi}}\n";
    let collected = run(MANIFEST, text);
    assert_eq!(ids(&collected), ["k8s/no-memory-limit"]);
    let place = collected.findings[0].primary().unwrap();
    assert_eq!((place.start_line, place.start_col, place.end_col), (Some(10), Some(13), Some(16)));
    assert_eq!(place.logical.as_deref(), Some("/items/0/spec/containers/0/name"));
    assert_eq!(place.resource.as_deref(), Some("Pod/shop/web#app"));
    assert_eq!(collected.findings[0].identity, "Pod/shop/web#app app");
}

#[test]
fn the_identity_of_a_step_survives_a_new_step_before_it_and_another_pin() {
    let one = workflow("      - name: build\n        uses: a/b@v1\n");
    let two = workflow("      - run: make\n      - name: build\n        uses: a/b@v2\n");
    assert_eq!(one.findings[0].identity, "jobs.a.steps[build].uses a/b");
    assert_eq!(one.findings[0].identity, two.findings[0].identity);
    assert_eq!(two.findings[0].primary().unwrap().logical.as_deref(), Some("jobs.a.steps[1].uses"));
}

#[test]
fn a_profile_shows_its_tiers() {
    let text = "on: workflow_dispatch\njobs: {a: {steps: [{run: 'x ${{ github.sha }}'}, {uses: a/b@v1}]}}\n";
    let shown = |profile| {
        let mut options = Options::default();
        options.workflows.profile = profile;
        let collected = check(WORKFLOW, text.as_bytes(), &options);
        (collected.findings.len(), collected.check_runs.len())
    };
    assert_eq!(shown(Profile::Off), (0, 0));
    assert_eq!(shown(Profile::Minimal), (0, 1));
    assert_eq!(shown(Profile::Recommended), (1, 1));
    assert_eq!(shown(Profile::Audit), (2, 1));
}

#[test]
fn a_known_commit_is_proposed_as_an_edit() {
    let mut options = Options::default();
    options.workflows.pins.insert("a/b@v1".to_owned(), "0".repeat(40));
    let text = "on: push\njobs:\n  a:\n    steps:\n      - uses: a/b@v1\n";
    let collected = check(WORKFLOW, text.as_bytes(), &options);
    let edit = &collected.findings[0].edits[0];
    assert_eq!(edit.replacement, format!("a/b@{}", "0".repeat(40)));
    let replaced = usize::try_from(edit.start_byte).unwrap()..usize::try_from(edit.end_byte).unwrap();
    assert_eq!(&text[replaced], "a/b@v1");
}

#[test]
fn free_text_weighs_what_the_job_may_do() {
    let severity = |head: &str, job: &str| {
        let step = "run: echo ${{ github.event.pull_request.title }}";
        run(WORKFLOW, &format!("{head}\njobs:\n  a:\n    {job}\n    steps:\n      - {step}\n")).findings[0].severity
    };
    assert_eq!(severity("on: pull_request_target", "permissions: {contents: write}"), Severity::Critical);
    assert_eq!(severity("on: pull_request_target", "permissions: {}"), Severity::High);
    assert_eq!(severity("on: pull_request", "permissions: {contents: read}"), Severity::Medium);
    assert_eq!(severity("on: push", "permissions: {contents: write}"), Severity::Low);
    assert_eq!(severity("on: [push, workflow_call]", "permissions: {}"), Severity::High);
}

#[test]
fn a_value_is_followed_through_variables_and_one_step_back() {
    let head = "on: issues\npermissions: {}\n\
                env: {A: '${{ github.event.issue.title }}', B: '${{ env.A }}', C: x}\njobs:\n  a:\n    steps:\n";
    let steps = "      - id: s\n        run: echo \"t=${{ github.event.issue.body }}\" >> $GITHUB_OUTPUT\n      \
                 - run: echo ${{ env.B }} ${{ env.C }}\n      - run: echo ${{ steps.S.outputs.t }} ${{ steps.x.outputs.t }}\n";
    let collected = run(WORKFLOW, &format!("{head}{steps}"));
    let severities: Vec<_> = collected.findings.iter().map(|finding| finding.severity).collect();
    assert_eq!(severities, [Severity::High, Severity::High, Severity::High, Severity::Info]);
}

#[test]
fn an_alias_bomb_is_a_limit_in_every_kind_of_file() {
    let mut bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\n".to_owned();
    for (last, next) in "abcdefgh".chars().zip("bcdefghi".chars()) {
        bomb = format!("{bomb}{next}: &{next} [{}]\n", format!("*{last},").repeat(10));
    }
    for (path, head) in [(WORKFLOW, "on: push\n"), (MANIFEST, "apiVersion: v1\nkind: ConfigMap\n")] {
        let collected = run(path, &format!("{head}{bomb}"));
        assert_eq!(collected.problems[0].code, ProblemCode::Limit, "{path}");
        assert_eq!(collected.findings.len(), 1, "{path}");
    }
}

/// Pieces of which files that are nearly something are made.
const PIECES: [&str; 38] = [
    "on: push\n",
    "jobs:\n",
    "  a:\n",
    "    steps:\n",
    "      - ",
    "uses: a/b@v1\n",
    "run: ",
    "|\n",
    "${{ ",
    "github.head_ref",
    " }}",
    "\n",
    "\"",
    "'",
    "&x ",
    "*x",
    "é",
    "apiVersion: v1\n",
    "kind: Pod\n",
    "kind: List\n",
    "spec:\n",
    "  containers:\n",
    "  - name: a\n",
    "    image: b\n",
    "items:\n",
    "groups:\n",
    "- rules:\n",
    "  - alert: A\n",
    "    expr: up\n",
    "---\n",
    "<<: *x\n",
    "# portcullis: ignore[gha/*] x\n",
    "[",
    "]",
    "{",
    "}",
    ": ",
    "if: ",
];

proptest! {
    #[test]
    fn no_file_makes_a_check_panic_and_every_place_lies_in_the_file(
        pieces in proptest::collection::vec(prop::sample::select(PIECES.to_vec()), 0..40),
    ) {
        let text: String = pieces.concat();
        let mut options = Options::default();
        options.workflows.profile = Profile::Audit;
        options.manifests.profile = Profile::Audit;
        options.alerts.profile = Profile::Audit;
        for path in [WORKFLOW, "action.yml", ".github/dependabot.yml", MANIFEST, "x.json"] {
            for finding in check(path, text.as_bytes(), &options).findings {
                let place = finding.primary().unwrap();
                let start = usize::try_from(place.start_byte.unwrap()).unwrap();
                let end = usize::try_from(place.end_byte.unwrap()).unwrap();
                prop_assert!(text.get(start..end).is_some(), "{path} {finding:?}");
            }
        }
    }
}
