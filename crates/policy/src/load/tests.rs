//! What people read when a policy is wrong, and what holds when it is right.

pub(crate) mod every_key;
mod overrides;

use std::fmt::Write as _;

use jiff::civil::date;
use portcullis_model::{Diagnostic, FixKind, Level, Origin, Registry, Rule, Section, Severity, Tier};

use super::{Document, Inputs, Loaded, load};
use crate::policy::Required;

pub(crate) const BASELINE: &str = include_str!("../../../../policies/baseline@1.yaml");
pub(crate) const MINIMAL: &str = include_str!("../../../../policies/minimal@1.yaml");
pub(crate) const STRICT: &str = include_str!("../../../../policies/strict@1.yaml");
const PRESETS: &[(&str, &str)] = &[("minimal@1", MINIMAL), ("baseline@1", BASELINE), ("strict@1", STRICT)];
const FORMATS: &[&str] = &["cyclonedx", "junit", "npm-audit", "pip-audit", "sarif", "trivy"];

/// A policy in which as many keys as possible are of consequence.
const RICH: &str = "version: 1
vulnerabilities:
  levels: { high: warn, medium: log }
  sla_days: { high: 5, medium: 10 }
  epss: { fail_at: 0.5, downgrade_below: 0.05 }
  max_count: { medium: 2 }
  wont_fix: log
workflows: { levels: { high: warn } }
rules: { 'k8s/*': warn, CVE-2026-1003: { level: log } }
overrides:
  - { paths: [deploy/], levels: { critical: warn, low: fail }, reason: these are only examples }
  - { package: pkg:npm/minimist, vulnerabilities: { levels: { low: warn } }, rules: { CVE-2026-1004: off }, reason: never shipped }
verdict: { max_warnings: 40 }
";

const fn rule(id: &'static str, severity: Severity, aliases: &'static [&'static str]) -> Rule {
    Rule { id, title: "", severity, tier: Tier::Default, since: "0.1.0", aliases, fix: FixKind::None, page: "" }
}

pub(crate) fn registry() -> Registry {
    let rules = [
        rule("gha/template-injection", Severity::High, &["zizmor/template-injection"]),
        rule("gha/unpinned-images", Severity::Medium, &[]),
        rule("gha/unpinned-uses", Severity::Medium, &["zizmor/unpinned-uses"]),
        rule("k8s/latest-tag", Severity::Medium, &[]),
        rule("k8s/privileged", Severity::High, &[]),
    ];
    let secrets = ["aws-access-token", "github-pat"].map(str::to_owned);
    Registry::new(rules.into_iter().chain(crate::rules().iter().copied()), secrets)
}

pub(crate) fn load_files(policy: &str, exceptions: &[(&str, &str)]) -> Result<Loaded, Vec<Diagnostic>> {
    load_set(policy, exceptions, &[])
}

/// With keys of the command line.
pub(crate) fn load_set(
    policy: &str,
    exceptions: &[(&str, &str)],
    settings: &[(String, String)],
) -> Result<Loaded, Vec<Diagnostic>> {
    load_beside(policy, exceptions, settings, None)
}

/// In a repository of these files.
pub(crate) fn load_beside(
    policy: &str,
    exceptions: &[(&str, &str)],
    settings: &[(String, String)],
    tracked: Option<&[String]>,
) -> Result<Loaded, Vec<Diagnostic>> {
    let exceptions: Vec<_> = exceptions.iter().map(|(path, text)| Document { path, bytes: text.as_bytes() }).collect();
    let registry = registry();
    let parent = |path: &str| match path {
        "policies/team.yaml" => Ok(b"version: 1\nlevels: { medium: fail }\nrules: { 'gha/*': warn }\n".to_vec()),
        "policies/rich.yaml" => Ok(RICH.as_bytes().to_vec()),
        "policies/circle.yaml" => Ok(b"version: 1\nextends: ./circle.yaml\n".to_vec()),
        "policies/broken.yaml" => Ok(b"version: 1\nlevles: fail\n".to_vec()),
        _ => Err("no such file".to_owned()),
    };
    load(&Inputs {
        policy: Some(Document { path: "portcullis.yaml", bytes: policy.as_bytes() }),
        exceptions: &exceptions,
        exceptions_from: None,
        settings,
        presets: PRESETS,
        parent: Some(&parent),
        known_formats: FORMATS,
        registry: &registry,
        tracked,
        today: date(2026, 11, 21),
    })
}

pub(crate) fn loaded(policy: &str) -> Loaded {
    load_files(policy, &[]).unwrap_or_else(|errors| panic!("{}", printed(&errors)))
}

/// The form of spec/policy.md 10.2, plain.
pub(crate) fn printed(diagnostics: &[Diagnostic]) -> String {
    let mut text = String::new();
    for diagnostic in diagnostics {
        let severity = format!("{:?}", diagnostic.severity).to_lowercase();
        let span = &diagnostic.span;
        let _ = writeln!(text, "{severity}[{}]: {}", diagnostic.code, diagnostic.message);
        let _ = writeln!(text, "  --> {}:{}:{}", span.path, span.start_line, span.start_col);
        if !span.source_line.is_empty() {
            let width = (span.end_col - span.start_col).max(1) as usize;
            let indent = span.start_col as usize - 1;
            let _ = writeln!(text, "{:>4} | {}", span.start_line, span.source_line);
            let line = format!("     | {}{} {}", " ".repeat(indent), "^".repeat(width), span.label);
            let _ = writeln!(text, "{}", line.trim_end());
        }
        for related in &diagnostic.related {
            let _ =
                writeln!(text, "  ::: {}:{}:{} {}", related.path, related.start_line, related.start_col, related.label);
        }
        for help in &diagnostic.help {
            let _ = writeln!(text, "   = {help}");
        }
    }
    text
}

fn errors(policy: &str) -> String {
    match load_files(policy, &[]) {
        Ok(_) => "accepted".to_owned(),
        Err(errors) => printed(&errors),
    }
}

/// Small policies, each with one fault and what is said about it.
#[test]
fn every_fault_is_told_once_where_it_stands_with_what_to_do() {
    let cases = include_str!("faults.txt");
    let mut text = String::new();
    for case in cases.split("\n=== ").filter(|case| !case.trim().is_empty()) {
        let (title, policy) = case.trim_start_matches("=== ").split_once('\n').unwrap();
        let policy = policy.replace("<TAB>", "\t");
        let (policy, exceptions) = match policy.split_once("--- exceptions\n") {
            Some((policy, exceptions)) => (policy.to_owned(), Some(exceptions.to_owned())),
            None => (policy, None),
        };
        let files: Vec<_> = exceptions.iter().map(|text| (".portcullis/exceptions/web.yaml", text.as_str())).collect();
        let told = match load_files(&policy, &files) {
            Ok(_) => "accepted\n".to_owned(),
            Err(errors) => {
                assert_eq!(errors.len(), 1, "{title}: one fault gives one error\n{}", printed(&errors));
                printed(&errors)
            }
        };
        assert_ne!(told, "accepted\n", "{title}");
        writeln!(text, "=== {title}\n{told}").unwrap();
    }
    insta::assert_snapshot!(text);
}

#[test]
fn every_preset_is_a_valid_policy() {
    for (name, _) in PRESETS {
        let loaded = loaded(&format!("version: 1\nextends: preset:{name}\n"));
        assert_eq!(loaded.warnings, []);
        let ends: Vec<_> = loaded.policy.layers().iter().rev().take(2).cloned().collect();
        assert_eq!(ends, ["portcullis.yaml".to_owned(), format!("preset:{name}")]);
    }
}

#[test]
fn the_baseline_preset_only_writes_down_the_built_in_defaults() {
    let implied = loaded("version: 1\n").policy;
    let bare = loaded("version: 1\ncode: {}\n").policy;
    assert_eq!(implied.layers(), ["preset:baseline@1", "portcullis.yaml"]);
    assert_eq!(bare.layers(), ["portcullis.yaml"]);
    for severity in Severity::ALL {
        assert_eq!(implied.levels.get(severity).value, bare.levels.get(severity).value, "{severity}");
    }
    assert_eq!(implied.levels.high.origin.to_string(), "preset:baseline@1:12");
    assert_eq!(bare.levels.high.origin, Origin::builtin());
    assert_eq!(implied.exception_policy.max_matches.value, bare.exception_policy.max_matches.value);
    assert_eq!(implied.vulnerabilities.kev.value, bare.vulnerabilities.kev.value);
}

#[test]
fn a_policy_without_parent_and_section_says_that_a_preset_was_implied() {
    let policy = loaded("version: 1\nrules: { gha/unpinned-uses: fail }\n").policy;
    assert_eq!(
        policy.describe(),
        "preset:baseline@1 < portcullis.yaml (implied: the policy names no parent and no section)"
    );
    assert!(!loaded("version: 1\nsecrets: {}\n").policy.describe().contains("implied"));
}

#[test]
fn without_a_policy_file_the_baseline_preset_is_in_force() {
    let registry = registry();
    let loaded = load(&Inputs {
        policy: None,
        exceptions: &[],
        settings: &[],
        presets: PRESETS,
        parent: None,
        known_formats: FORMATS,
        registry: &registry,
        exceptions_from: None,
        tracked: None,
        today: date(2026, 11, 21),
    });
    let policy = loaded.unwrap().policy;
    assert_eq!(policy.layers(), ["preset:baseline@1"]);
    assert_eq!(policy.path(), None);
    assert_eq!(policy.digest().len(), 64);
}

#[test]
fn a_later_layer_wins_and_every_value_knows_its_line() {
    let policy =
        loaded("version: 1\nextends: [preset:baseline@1, ./policies/team.yaml]\nlevels:\n  low: warn\n").policy;
    assert_eq!(policy.levels.low.value, Level::Warn);
    assert_eq!(policy.levels.low.origin.to_string(), "portcullis.yaml:4");
    assert_eq!(policy.levels.medium.value, Level::Fail);
    assert_eq!(policy.levels.medium.origin.to_string(), "policies/team.yaml:2");
    assert_eq!(policy.levels.high.origin.to_string(), "preset:baseline@1:12");
    assert_eq!(policy.layers(), ["preset:baseline@1", "policies/team.yaml", "portcullis.yaml"]);
}

#[test]
fn null_goes_back_to_the_built_in_default_not_to_the_parent() {
    let policy =
        loaded("version: 1\nextends: preset:minimal@1\nlevels: { high: ~ }\nsecrets: { levels: null }\n").policy;
    assert_eq!(policy.levels.high.value, Level::Fail);
    assert_eq!(policy.levels.high.origin, Origin::builtin());
    assert_eq!(policy.levels.low.value, Level::Log);
    assert!(policy.sections[&Section::Secrets].levels.low.is_none());
}

#[test]
fn levels_in_short_are_all_severities_from_low_up() {
    let policy = loaded("version: 1\nlevels: warn\ncode: { levels: fail }\n").policy;
    let levels = policy.levels;
    assert_eq!([levels.critical.value, levels.high.value, levels.medium.value, levels.low.value], [Level::Warn; 4]);
    assert_eq!([levels.info.value, levels.unknown.value], [Level::Log, Level::Fail]);
    let code = &policy.sections[&Section::Code].levels;
    assert!(code.low.is_some() && code.info.is_none() && code.unknown.is_none());
}

#[test]
fn a_list_is_replaced_and_an_edit_changes_the_inherited_one() {
    let replaced = loaded("version: 1\ncode: { paths: { exclude: vendor/ } }\n").policy;
    let exclude: Vec<_> =
        replaced.paths(Section::Code).unwrap().exclude.iter().map(|glob| glob.value.as_str()).collect();
    assert_eq!(exclude, ["vendor/"]);
    let edited = loaded("version: 1\ncode: { paths: { include: { add: ['src/**'], remove: ['**'] } } }\n").policy;
    let include: Vec<_> = edited.paths(Section::Code).unwrap().include.iter().map(|glob| glob.value.as_str()).collect();
    assert_eq!(include, ["src/**"]);
}

#[test]
fn removing_what_is_not_there_is_a_warning() {
    let loaded = loaded(
        "version: 1\ncode: { paths: { exclude: { remove: [docs/] } } }\nreports: [{ name: deps, remove: true }]\n",
    );
    insta::assert_snapshot!(printed(&loaded.warnings));
}

#[test]
fn reports_are_merged_by_name() {
    let policy = "version: 1\nreports:\n  - { name: deps, path: out/deps.json, format: trivy, required: true, max_age: 24h, max_skipped: 5% }\n  - { name: tests, path: 'out/junit-*.xml' }\n";
    let policy = loaded(policy).policy;
    let [deps, tests] = policy.reports() else { panic!() };
    assert_eq!((deps.format.as_deref(), deps.max_age, deps.required), (Some("trivy"), Some(86_400), true));
    assert!(deps.require_targets, "as `required`");
    assert!(!tests.required && !tests.require_targets);
    assert_eq!(deps.origin.to_string(), "portcullis.yaml:3");
}

#[test]
fn required_is_a_word_or_a_boolean() {
    let policy =
        loaded("version: 1\nsecrets: { required: true }\ncode: { required: false }\nsbom: { required: auto }\n").policy;
    assert_eq!(
        [Section::Secrets, Section::Code, Section::Sbom].map(|section| policy.required(section)),
        [Required::Yes, Required::No, Required::Auto]
    );
}

#[test]
fn keys_of_the_authors_own_are_left_alone() {
    let loaded = loaded("version: 1\nx-owner: { anything: [1, 2] }\nsecrets: { x-why: because }\n");
    assert_eq!(loaded.warnings, []);
}

#[test]
fn the_digest_changes_with_every_file_and_with_nothing_else() {
    let one = loaded("version: 1\nsecrets: {}\n").policy;
    let same = loaded("version: 1\nsecrets: {}\n").policy;
    let comment = loaded("version: 1\nsecrets: {} # why\n").policy;
    assert_eq!(one.digest(), same.digest());
    assert_ne!(one.digest(), comment.digest());
}

#[test]
fn a_long_policy_with_ten_faults_tells_ten() {
    let mut policy = String::from("version: 1\nsecrets: {}\nrules:\n");
    for number in 0..480 {
        writeln!(policy, "  trivy:AVD-{number:04}: {{ level: warn, reason: 'looked at in spring' }}").unwrap();
    }
    let sound = loaded(&policy);
    assert_eq!(sound.warnings, []);
    for (line, fault) in [
        (480, "  gha/unpined-uses: warn"),
        (440, "  trivy:A: error"),
        (400, "  trivy:B: { levle: warn }"),
        (360, "  trivy:C: { severity: bad }"),
        (320, "  trivy:D: [warn]"),
        (280, "  trivy:AVD-0001: off"),
        (240, "  trivy:E: &anchor off"),
        (200, "  trivy:F: !!str off"),
        (160, "  1: off"), // no text
        (120, "  k9s/*: off"),
    ] {
        let position = policy.match_indices('\n').nth(line).unwrap().0;
        policy.insert_str(position, &format!("\n{fault}"));
    }
    let errors = load_files(&policy, &[]).unwrap_err();
    assert_eq!(errors.len(), 10, "{}", printed(&errors));
    assert!(errors.is_sorted_by_key(|error| error.span.start_line));
}

#[test]
fn the_fifty_first_error_is_a_count() {
    let keys: Vec<_> = (0..60).map(|number| format!("key{number}: 1\n")).collect();
    let errors = load_files(&format!("version: 1\n{}", keys.concat()), &[]).unwrap_err();
    assert_eq!(errors.len(), 51);
    assert_eq!(errors[50].message, "and 10 more errors");
}

#[test]
fn errors_of_every_file_are_told_together() {
    let told = match load_files(
        "version: 1\nextends: ./policies/broken.yaml\nlevels: { high: block }\n",
        &[(".portcullis/exceptions/web.yaml", "version: 1\nkind: exceptions\nexceptions: [{ id: EX 1 }]\n")],
    ) {
        Ok(_) => String::new(),
        Err(errors) => printed(&errors),
    };
    insta::assert_snapshot!(told);
}

#[test]
fn a_rule_that_is_lowered_needs_a_reason_where_the_policy_asks_for_one() {
    let strict = "version: 1\nsecrets: {}\nexception_policy: { reason_for_off: true }\nrules:\n";
    for (entry, fine) in [
        ("gha/unpinned-uses: off", false),
        ("gha/unpinned-uses: log", false),
        ("gha/unpinned-uses: fail", true),
        ("gha/unpinned-uses: { severity: low }", false),
        ("gha/unpinned-uses: { severity: critical }", true),
        ("gha/unpinned-uses: { level: off, reason: short }", false),
        ("gha/unpinned-uses: { level: off, reason: 'we build these actions ourselves' }", true),
        ("'gha/*': log", false),
        ("'trivy:*': warn", true),
        ("'trivy:*': off", false),
    ] {
        assert_eq!(errors(&format!("{strict}  {entry}\n")) == "accepted", fine, "{entry}");
    }
}

#[test]
fn the_longest_exception_is_exactly_the_longest_allowed() {
    let with = |expires: &str| {
        let exception = format!(
            "version: 1\nkind: exceptions\nexceptions:\n  - {{ id: E, rules: [CVE-2026-1111], reason: only used by the build, owner: me, created: 2026-11-21, expires: {expires} }}\n"
        );
        load_files("version: 1\nsecrets: {}\nexception_policy: { max_days: 90 }\n", &[("e.yaml", &exception)]).is_ok()
    };
    assert!(with("2027-02-19"));
    assert!(!with("2027-02-20"));
}

/// One kind of file each, as large as a file may be.
#[test]
fn a_hostile_file_is_refused_without_taking_long() {
    let million = |piece: &dyn Fn(usize) -> String| {
        let mut text = String::new();
        for number in 0.. {
            let piece = piece(number);
            if text.len() + piece.len() > 1_000_000 {
                break;
            }
            text.push_str(&piece);
        }
        text
    };
    let files = [
        million(&|number| format!("k{number}: 1\n")),
        format!("version: 1\nrules: {{{}}}\n", million(&|number| format!("a/b{number}: off, "))),
        format!("version: 1\nrules: {{{}}}\n", million(&|number| format!("'gha/*{number:06}*': off, "))),
        format!("version: 1\nreports:\n{}", million(&|number| format!("- {{name: n{number}, path: p}}\n"))),
        format!("version: 1\nexceptions:\n{}", million(&|_| "- {}\n".to_owned())),
        format!("version: 1\nlevels: {}\n", million(&|_| "[".to_owned())),
        format!("version: 1\nx-a: {}\n", million(&|_| "&a ".to_owned())),
        million(&|_| "version: 1\n".to_owned()),
        million(&|_| "---\n".to_owned()),
        "\u{0}\u{1}".to_owned(),
    ];
    for file in files {
        let errors = load_files(&file, &[]).map(|loaded| loaded.policy.reports().len());
        match errors {
            Ok(reports) => assert!(reports > 10_000),
            Err(errors) => assert!((1..=51).contains(&errors.len())),
        }
    }
}

proptest::proptest! {
    #[test]
    fn any_bytes_give_a_policy_or_errors(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
        let text = String::from_utf8_lossy(&bytes);
        if let Err(errors) = load_files(&text, &[("e.yaml", &text)]) {
            assert!(!errors.is_empty());
        }
    }

    #[test]
    fn any_words_of_a_policy_give_a_policy_or_errors(words in proptest::collection::vec(proptest::sample::select(vec![
        "version", ": ", "1", "\n", "  ", "- ", "{", "}", "[", "]", "rules", "levels", "high", "fail", "reports", "name", "exceptions",
        "secrets", "paths", "exclude", "add", "remove", "null", "&a", "*a", "!!str", "'", "\"", "# ", ", ", "x-y", "|", ">", "<<", "---",
    ]), 0..40)) {
        let text = format!("version: 1\n{}", words.concat());
        if let Err(errors) = load_files(&text, &[]) {
            assert!(errors.iter().all(|error| error.span.start_line > 0 || error.code == "policy/too-many-errors"));
        }
    }
}

#[test]
fn strict_blocks_from_medium_up_and_wants_reasons() {
    let strict = loaded("version: 1\nextends: preset:strict@1\n").policy;
    assert_eq!(strict.layers()[..2], ["preset:baseline@1", "preset:strict@1"]);
    let levels =
        [Severity::High, Severity::Medium, Severity::Low, Severity::Info].map(|of| strict.levels.get(of).value);
    assert_eq!(levels, [Level::Fail, Level::Fail, Level::Warn, Level::Log]);
    for section in [Section::Workflows, Section::Manifests, Section::Alerts] {
        assert_eq!(strict.profile(section), "strict");
    }
    assert!(errors("version: 1\nextends: preset:strict@1\nrules: { 'gha/*': off }\n").contains("without a `reason`"));
}
