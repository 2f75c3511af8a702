//! What SARIF logs mean.

use portcullis_model::{Confidence, Health, Introduced, Kind, ProblemCode, Section, Severity, SeveritySource, State};

use super::fixtures::SARIF;
use super::{Repository, codes, health, read};
use crate::ReportOptions;

/// A log of one result.
fn log(tool: &str, rule: &str, result: &str) -> String {
    format!(
        r#"{{"version": "2.1.0", "runs": [{{"tool": {{"driver": {{"name": "{tool}", "rules": [{rule}]}}}}, "results": [{result}]}}]}}"#
    )
}

fn severity(tool: &str, rule: &str, result: &str) -> (Severity, SeveritySource) {
    let collected = read(log(tool, rule, result));
    (collected.findings[0].severity, collected.findings[0].severity_source)
}

#[test]
fn rules_behind_the_results_still_count() {
    let repository = Repository::with(&[("src/db.py", "import x\n𝒳𝒳𝒳 = 1\n"), ("src/main.py", "")]);
    let collected = repository.read("r.sarif", SARIF.as_bytes(), &ReportOptions::default());
    let finding = &collected.findings[0];
    assert_eq!((finding.severity, finding.severity_source), (Severity::High, SeveritySource::Score));
    assert_eq!((finding.title.as_str(), finding.message.as_str()), ("SQL injection", "Built from a value."));
    assert!(finding.cwes.contains(&89));
    assert_eq!(finding.confidence, Some(Confidence::High));
    assert_eq!(finding.sources[0].fingerprints, ["abc"]);
    assert_eq!(finding.identity, "𝒳𝒳𝒳 = 1");
    let place = &finding.locations[0];
    assert_eq!((place.path.as_str(), place.start_line), ("src/db.py", Some(2)));
    assert_eq!((place.start_col, place.end_col), (Some(3), Some(6)), "UTF-16 units become code points");
}

#[test]
fn a_place_may_be_an_index_and_lines_may_be_floats() {
    let collected = read(SARIF);
    let finding = &collected.findings[1];
    assert_eq!(finding.message, "`x` is unused");
    assert_eq!((finding.severity, finding.severity_source), (Severity::Low, SeveritySource::RuleDefault));
    let place = &finding.locations[0];
    assert_eq!((place.start_line, place.end_line, place.outside_repo), (Some(9), Some(9), true));
}

#[test]
fn suppressed_passed_and_open_results_add_up() {
    let collected = read(SARIF);
    let states: Vec<_> = collected.findings.iter().map(|finding| finding.state).collect();
    assert_eq!(states, [State::Open, State::Open, State::Suppressed, State::Open, State::Review]);
    let counts = &collected.reports[0].counts;
    assert_eq!(counts.state.values().sum::<u64>(), 6);
    assert_eq!(collected.findings[2].suppressions[0].kind, "in_source");
    assert!(!collected.findings[3].suppressions[0].accepted);
}

#[test]
fn the_level_of_the_rule_counts_where_the_result_has_none() {
    let rule = r#"{"id": "r", "defaultConfiguration": {"level": "error"}}"#;
    let result = r#"{"ruleId": "r", "message": {"text": "m"}}"#;
    assert_eq!(severity("CodeQL", rule, result), (Severity::High, SeveritySource::RuleDefault));
    assert_eq!(severity("CodeQL", "", result), (Severity::Medium, SeveritySource::PolicyDefault));
}

#[test]
fn each_tool_is_rated_by_what_it_means() {
    let result = |more: &str| format!(r#"{{"ruleId": "r", "message": {{"text": "m"}}{more}}}"#);
    let error = result(r#", "level": "error""#);
    assert_eq!(severity("checkov", "", &error), (Severity::Medium, SeveritySource::PolicyDefault));
    assert_eq!(severity("osv-scanner", "", &error).0, Severity::Unknown);
    assert_eq!(severity("gitleaks", "", &result("")), (Severity::High, SeveritySource::PolicyDefault));
    assert_eq!(severity("hadolint", "", &error), (Severity::High, SeveritySource::Level));
    let zizmor = result(r#", "level": "warning", "properties": {"zizmor/severity": "Informational"}"#);
    assert_eq!(severity("zizmor", "", &zizmor), (Severity::Info, SeveritySource::Tool));
    let unrated = r#"{"id": "r", "properties": {"security-severity": "0.0"}}"#;
    assert_eq!(severity("grype", unrated, &error), (Severity::Unknown, SeveritySource::Score));
}

/// A distribution calls negligible what the database scores 9.8; `security-severity` is the score.
#[test]
fn grypes_own_word_counts_in_sarif_as_it_does_in_json() {
    let rule = r#"{"id": "r", "properties": {"security-severity": "9.8"}}"#;
    let result = |word: &str| {
        let text = format!("A {word} vulnerability in deb package: libc6, version 2.36 was found in image shop at: /a");
        format!(r#"{{"ruleId": "r", "level": "note", "message": {{"text": "{text}"}}}}"#)
    };
    assert_eq!(severity("Grype", rule, &result("negligible")), (Severity::Info, SeveritySource::Tool));
    assert_eq!(severity("Grype", rule, &result("medium")), (Severity::Medium, SeveritySource::Tool));
    // Where it knows nothing the score speaks.
    assert_eq!(severity("Grype", rule, &result("unknown")), (Severity::Critical, SeveritySource::Score));
}

/// conftest states no `kind`: what passed stands among the results with the level `none`.
#[test]
fn what_conftest_writes_for_files_without_a_fault_is_no_finding() {
    let result = |rule: &str, level: &str| {
        format!(
            r#"{{"ruleId": "main/{rule}", "level": "{level}", "message": {{"text": "m"}}, "locations": [{{"physicalLocation": {{"artifactLocation": {{"uri": "{rule}.yaml"}}}}}}]}}"#
        )
    };
    let all = [("deny", "error"), ("warn", "warning"), ("allow", "note"), ("success", "none"), ("skip", "none")];
    let all: Vec<String> = all.iter().map(|(rule, level)| result(rule, level)).collect();
    let collected = read(log("conftest", "", &all.join(",")));
    let found: Vec<_> = collected.findings.iter().map(|one| (one.rule_id.as_str(), one.severity, one.state)).collect();
    assert_eq!(
        found,
        [
            ("main/deny", Severity::High, State::Open),
            ("main/warn", Severity::Medium, State::Open),
            ("main/allow", Severity::Low, State::Suppressed)
        ]
    );
    assert_eq!((collected.reports[0].counts.state[&State::Passed], codes(&collected)), (1, vec![]));
    let nothing = read(log("conftest", "", &result("skip", "none")));
    assert_eq!((codes(&nothing), nothing.findings.len()), (vec![ProblemCode::NoResults], 0));
}

#[test]
fn cargo_deny_names_crate_and_advisory_in_its_fingerprints() {
    let result = |rule: &str, advisory: &str| {
        format!(
            r#"{{"ruleId": "{rule}", "level": "error", "message": {{"text": "m"}}, "partialFingerprints": {{{advisory}"cargo-deny/id": "{rule}", "cargo-deny/krate": "smallvec@0.6.14"}}}}"#
        )
    };
    let with = |rule: &str, id: &str| result(rule, &format!(r#""cargo-deny/advisory-id": "{id}", "#));
    let all = [
        with("a:vulnerability", "RUSTSEC-2021-0003"),
        with("a:unmaintained", "RUSTSEC-2020-0071"),
        result("l:rejected", ""),
        result("b:banned", ""),
    ];
    let collected = read(log("cargo-deny", "", &all.join(",")));
    let found: Vec<_> = collected.findings.iter().map(|one| (one.kind, one.id.as_str())).collect();
    assert_eq!(
        found,
        [
            (Kind::Vulnerability, "RUSTSEC-2021-0003"),
            (Kind::Outdated, "RUSTSEC-2020-0071"),
            (Kind::License, "l:rejected"),
            (Kind::Quality, "b:banned")
        ]
    );
    for finding in &collected.findings {
        assert_eq!(finding.package.as_ref().unwrap().purl.as_deref(), Some("pkg:cargo/smallvec@0.6.14"));
    }
}

#[test]
fn the_policy_may_read_the_levels_of_a_tool_otherwise() {
    let mut repository = Repository::default();
    repository.options.sarif_levels =
        [("hadolint".to_owned(), [("error".to_owned(), Severity::Critical)].into())].into();
    let text = log("hadolint", "", r#"{"ruleId": "DL3000", "level": "error", "message": {"text": "m"}}"#);
    let collected = repository.read("r", text.as_bytes(), &ReportOptions::default());
    assert_eq!(collected.findings[0].severity, Severity::Critical);
    assert_eq!(collected.findings[0].section, Section::Dockerfiles);
}

#[test]
fn a_level_is_a_word_of_the_table_in_any_case_or_unknown_and_told() {
    let result = |level: &str| format!(r#"{{"ruleId": "r", "level": "{level}", "message": {{"text": "m"}}}}"#);
    for (level, expected) in [
        ("ERROR", Severity::High),
        ("Warning", Severity::Medium),
        ("Note", Severity::Low),
        ("None", Severity::Info),
        ("critical", Severity::Critical),
    ] {
        let collected = read(log("x", "", &result(level)));
        assert_eq!((collected.findings[0].severity, codes(&collected)), (expected, vec![]), "{level}");
    }
    let fatal = read(log("x", "", &result("fatal")));
    assert_eq!((fatal.findings[0].severity, codes(&fatal)), (Severity::Unknown, vec![ProblemCode::LenientValue]));
    assert!(fatal.problems[0].message.contains("`fatal`"), "{}", fatal.problems[0].message);
}

#[test]
fn the_case_of_a_level_hides_neither_the_policys_word_nor_a_tools_own_error() {
    let mut repository = Repository::default();
    repository.options.sarif_levels = [("x".to_owned(), [("Error".to_owned(), Severity::Critical)].into())].into();
    let text = log("x", "", r#"{"ruleId": "r", "level": "ERROR", "message": {"text": "m"}}"#).replace(
        "\"results\"",
        r#""invocations": [{"toolExecutionNotifications": [{"level": "Error", "message": {"text": "broke"}}]}], "results""#,
    );
    let collected = repository.read("r", text.as_bytes(), &ReportOptions::default());
    assert_eq!(collected.findings[0].severity, Severity::Critical);
    assert_eq!(codes(&collected), [ProblemCode::ScanIncomplete]);
}

#[test]
fn a_vulnerability_in_sarif_is_the_one_in_other_reports() {
    let text = log(
        "Grype",
        r#"{"id": "GHSA-hrpp-h998-j3pp-qs"}"#,
        r#"{"ruleId": "GHSA-hrpp-h998-j3pp-qs", "message": {"text": "A high vulnerability in npm package: qs, version 6.7.1 was found at: /package-lock.json"}}"#,
    );
    let finding = &read(text).findings[0];
    assert_eq!((finding.kind, finding.id.as_str()), (Kind::Vulnerability, "GHSA-hrpp-h998-j3pp"));
    assert_eq!(finding.package.as_ref().unwrap().purl.as_deref(), Some("pkg:npm/qs@6.7.1"));
}

#[test]
fn an_edition_of_a_tool_says_the_kind_that_the_tool_alone_does_not() {
    for (edition, kind) in [("Snyk Open Source", Kind::Vulnerability), ("Snyk Container", Kind::Vulnerability)] {
        let collected = read(log(edition, "", r#"{"ruleId": "npm:qs:20140806", "message": {"text": "m"}}"#));
        assert_eq!((collected.findings[0].kind, collected.reports[0].tool.name.as_str()), (kind, "snyk"), "{edition}");
    }
}

#[test]
fn the_text_of_a_secret_leaves_the_reader_only_as_hash() {
    let secret = concat!("AKIA", "Z7QX4VNTR2LKPW3M");
    let text = log(
        "gitleaks",
        "",
        &format!(
            r#"{{"ruleId": "aws", "message": {{"text": "found {secret} in a"}}, "partialFingerprints": {{"author": "a@b.c {secret}"}}, "locations": [{{"physicalLocation": {{"artifactLocation": {{"uri": "a"}}, "region": {{"startLine": 1, "snippet": {{"text": "{secret}"}}}}}}}}]}}"#
        ),
    );
    let collected = read(text);
    assert_eq!(collected.known_secrets[0].reveal(), secret);
    assert_eq!(collected.findings[0].secret.as_ref().unwrap().redacted.as_deref(), Some("AKIA…"));
    let written =
        serde_json::to_string(&collected.findings).unwrap() + &serde_json::to_string(&collected.reports).unwrap();
    assert!(!written.contains(&secret[4..]) && !written.contains("a@b.c"));
}

#[test]
fn a_run_that_gives_no_results_is_not_clean() {
    for (run, code) in [
        (r#""results": null"#, ProblemCode::ScanIncomplete),
        (r#""x": 1"#, ProblemCode::ScanIncomplete),
        (r#""results": [], "externalPropertyFileReferences": {"results": [{}]}"#, ProblemCode::ScanIncomplete),
        (r#""results": [], "invocations": [{"executionSuccessful": false}]"#, ProblemCode::ScannerError),
    ] {
        let collected =
            read(format!(r#"{{"version": "2.1.0", "runs": [{{"tool": {{"driver": {{"name": "x"}}}}, {run}}}]}}"#));
        assert_eq!((codes(&collected), health(&collected)), (vec![code], Health::Error), "{run}");
    }
    for runs in ["[]", "null"] {
        assert_eq!(codes(&read(format!(r#"{{"version": "2.1.0", "runs": {runs}}}"#))), [ProblemCode::NoResults]);
    }
    let clean = read(log("x", "", ""));
    assert_eq!((codes(&clean), health(&clean)), (vec![], Health::Ok));
}

#[test]
fn other_versions_of_the_standard_are_refused() {
    for version in ["1.0.0", "2.0.0", "2.0.0-csd.2.beta"] {
        let text = log("x", "", "").replace("2.1.0", version);
        let collected = super::read_as("sarif", text);
        assert_eq!(codes(&collected), [ProblemCode::UnsupportedVersion], "{version}");
    }
    assert_eq!(codes(&read(log("x", "", "").replace("2.1.0", "2.1.0-rtm.5"))), []);
}

#[test]
fn bases_lead_into_the_repository_or_are_left_out() {
    let text = r#"{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}},
        "originalUriBaseIds": {"A": {"uri": "file:///github/workspace/"}, "B": {"uri": "web/", "uriBaseId": "A"}, "L": {"uri": "l", "uriBaseId": "L"}, "OUT": {"uri": "file:///elsewhere"}},
        "results": [
          {"ruleId": "r", "message": {"text": "m"}, "locations": [{"physicalLocation": {"artifactLocation": {"uri": "app.ts", "uriBaseId": "B"}}}]},
          {"ruleId": "r", "message": {"text": "m"}, "locations": [{"physicalLocation": {"artifactLocation": {"uri": "src/x.ts", "uriBaseId": "L"}}}]},
          {"ruleId": "r", "message": {"text": "m"}, "locations": [{"physicalLocation": {"artifactLocation": {"uri": "src/x.ts", "uriBaseId": "OUT"}}}]},
          {"ruleId": "r", "message": {"text": "m"}, "locations": [{"physicalLocation": {"artifactLocation": {"uri": "https://example.com/x"}}}]}]}]}"#;
    let repository = Repository::with(&[("web/app.ts", "")]);
    let collected = repository.read("r", text.as_bytes(), &ReportOptions::default());
    let places: Vec<_> = collected.findings.iter().map(portcullis_model::Finding::path).collect();
    assert_eq!(places, ["web/app.ts", "src/x.ts", "src/x.ts", ""]);
    assert_eq!(collected.findings[3].locations[0].uri.as_deref(), Some("https://example.com/x"));
}

#[test]
fn a_base_below_one_that_leads_nowhere_still_counts() {
    let place = |root: &str| {
        let text = log("x", "", r#"{"ruleId": "r", "message": {"text": "m"}, "locations": [{"physicalLocation": {"artifactLocation": {"uri": "util.js", "uriBaseId": "LIB"}}}]}"#).replace(
            "\"results\"",
            &format!(r#""originalUriBaseIds": {{{root}"SUB": {{"uri": "a/", "uriBaseId": "%SRCROOT%"}}, "LIB": {{"uri": "lib/", "uriBaseId": "SUB"}}}}, "results""#),
        );
        read(text).findings[0].path().to_owned()
    };
    for root in [
        "",
        r#""%SRCROOT%": {"uri": "file:///elsewhere/"}, "#,
        r#""%SRCROOT%": {}, "#,
        r#""%SRCROOT%": {"uri": "file:///github/workspace/"}, "#,
    ] {
        assert_eq!(place(root), "a/lib/util.js", "{root}");
    }
    assert_eq!(place(r#""%SRCROOT%": {"uri": "x/", "uriBaseId": "LIB"}, "#), "util.js", "a loop leads nowhere");
}

#[test]
fn a_result_that_is_no_failure_has_no_level() {
    let rule = r#"{"id": "r", "defaultConfiguration": {"level": "error"}}"#;
    let result = r#"{"ruleId": "r", "kind": "review", "message": {"text": "m"}}"#;
    assert_eq!(severity("x", rule, result).0, Severity::Info);
    let stated = r#"{"ruleId": "r", "kind": "open", "level": "error", "message": {"text": "m"}}"#;
    assert_eq!(severity("x", rule, stated).0, Severity::High);
}

#[test]
fn an_override_names_its_rule_by_place_too() {
    for descriptor in [r#"{"id": "r"}"#, r#"{"index": 0}"#, r#"{"guid": "g"}"#] {
        let text = log("x", r#"{"id": "r", "guid": "g"}"#, r#"{"ruleId": "r", "message": {"text": "m"}}"#).replace(
            "\"results\"",
            &format!(
                r#""invocations": [{{"executionSuccessful": true, "ruleConfigurationOverrides": [{{"descriptor": {descriptor}, "configuration": {{"level": "error"}}}}]}}], "results""#
            ),
        );
        assert_eq!(read(text).findings[0].severity, Severity::High, "{descriptor}");
    }
}

#[test]
fn weaknesses_and_logical_places_may_stand_in_lists_of_the_run() {
    let text = r#"{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}},
        "taxonomies": [{"name": "OWASP", "taxa": [{"id": "A1"}]}, {"name": "CWE", "guid": "c", "taxa": [{"id": "CWE-22"}, {"id": "79", "guid": "t"}]}],
        "logicalLocations": [{"name": "f", "fullyQualifiedName": "a::f"}],
        "results": [{"ruleId": "r", "message": {"text": "m"}, "locations": [{"logicalLocations": [{"index": 0}]}], "taxa": [
          {"index": 0, "toolComponent": {"index": 1}}, {"guid": "t", "toolComponent": {"guid": "c"}}, {"id": "1", "toolComponent": {"index": 0}}, {"id": "CWE-416", "toolComponent": {"name": "CWE"}}]}]}]}"#;
    let collected = read(text);
    assert_eq!(collected.findings[0].cwes.iter().copied().collect::<Vec<_>>(), [22, 79, 416]);
    assert_eq!(collected.findings[0].locations[0].logical.as_deref(), Some("a::f"));
}

#[test]
fn a_notification_may_name_its_text() {
    let text = log("x", "", "").replace("\"rules\"", r#""notifications": [{"id": "N", "messageStrings": {"m": {"text": "cannot read {0}"}}}], "rules""#).replace(
        "\"results\"",
        r#""invocations": [{"executionSuccessful": true, "toolExecutionNotifications": [{"level": "error", "descriptor": {"id": "N"}, "message": {"id": "m", "arguments": ["a.c"]}}]}], "results""#,
    );
    let collected = read(text);
    assert_eq!((codes(&collected), health(&collected)), (vec![ProblemCode::ScanIncomplete], Health::Warn));
    assert!(collected.problems[0].message.ends_with("cannot read a.c"), "{}", collected.problems[0].message);
}

#[test]
fn a_scanned_image_is_no_file() {
    for uri in ["nginx:1.25", "library/nginx", "nginx"] {
        let text = format!(
            r#"{{"version": "2.1.0", "runs": [{{"tool": {{"driver": {{"name": "Trivy"}}}}, "properties": {{"imageName": "nginx:1.25", "repoTags": ["nginx:1.25"]}},
            "results": [{{"ruleId": "CVE-2024-1000", "message": {{"text": "odd"}}, "locations": [{{"message": {{"text": "{uri}: curl@7.1"}}, "physicalLocation": {{"artifactLocation": {{"uri": "{uri}"}}, "region": {{"startLine": 1}}}}}}]}}]}}]}}"#
        );
        let finding = read(text).findings[0].clone();
        assert_eq!((finding.path(), finding.locations[0].start_line), ("", None), "{uri}");
        assert_eq!(finding.package.unwrap().name, "curl");
    }
}

#[test]
fn a_score_outside_the_scale_is_told_and_not_read() {
    let rule = r#"{"id": "r", "properties": {"security-severity": "42"}, "defaultConfiguration": {"level": "note"}}"#;
    let collected = read(log("x", rule, r#"{"ruleId": "r", "message": {"text": "m"}}"#));
    assert_eq!((collected.findings[0].severity, codes(&collected)), (Severity::Low, vec![ProblemCode::LenientValue]));
}

#[test]
fn what_a_result_says_of_the_base_is_kept_as_a_hint() {
    let introduced = |word: &str| {
        let result = format!(r#"{{"ruleId": "R", "baselineState": "{word}", "message": {{"text": "m"}}}}"#);
        read(log("x", "", &result)).findings[0].sources[0].introduced
    };
    assert_eq!(introduced("new"), Some(Introduced::New));
    assert_eq!(introduced("unchanged"), Some(Introduced::Existing));
    assert_eq!(introduced("updated"), Some(Introduced::Existing));
    assert_eq!((introduced("absent"), introduced("else")), (None, None));
}

#[test]
fn a_named_message_without_arguments_is_a_pattern_and_a_written_one_is_not() {
    let rule = r#"{"id": "r", "messageStrings": {"m": {"text": "use {{x}}, not {{{{ x }}}}"}}}"#;
    let message = |message: &str| {
        let collected = read(log("tool", rule, &format!(r#"{{"ruleId": "r", "message": {message}}}"#)));
        collected.findings[0].message.clone()
    };
    assert_eq!(message(r#"{"id": "m"}"#), "use {x}, not {{ x }}");
    assert_eq!(message(r#"{"text": "quote ${{ x }}"}"#), "quote ${{ x }}");
    assert_eq!(message(r#"{"text": "{{{0}}}", "arguments": ["x"]}"#), "{x}");
}

#[test]
fn every_place_of_a_result_is_kept_up_to_a_limit_that_is_told() {
    let with = |places: usize| {
        let place = |line| {
            format!(
                r#"{{"physicalLocation": {{"artifactLocation": {{"uri": "a.js"}}, "region": {{"startLine": {line}}}}}}}"#
            )
        };
        let places: Vec<String> = (1..=places).map(place).collect();
        let places = places.join(",");
        let result = format!(
            r#"{{"ruleId": "r", "message": {{"text": "m"}}, "locations": [{places}], "relatedLocations": [{places}]}}"#
        );
        read(log("tool", "", &result))
    };
    let kept = |places: usize| {
        let collected = with(places);
        let finding = &collected.findings[0];
        (finding.locations.len(), finding.related.len(), codes(&collected))
    };
    assert_eq!(kept(1_000), (1_000, 1_000, vec![]));
    assert_eq!(kept(1_001), (1_000, 1_000, vec![ProblemCode::Limit; 2]));
    let collected = with(1_001);
    let told = &collected.reports[0].problems[0];
    assert_eq!(told.message, "the first 1000 of 1001 `locations` of a result are kept");
    assert_eq!((told.pointer.as_deref(), health(&collected)), (Some("/runs/0/results/0/locations"), Health::Warn));
}
