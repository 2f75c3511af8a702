//! Reports of tests, coverage, load tests and page scores: what they measure, and what is said where they measure nothing.

pub(super) mod fixtures;

use portcullis_model::{Collected, Health, Level, ProblemCode};

use self::fixtures::{
    ALL, CLOVER, COBERTURA, COVERAGE_PY, ISTANBUL, JACOCO, JUNIT, K6_EXPORT, K6_HANDLE, K6_NEW, LCOV, LHCI_ASSERTIONS,
    LHCI_MANIFEST, LIGHTHOUSE,
};
use super::broken::{Numbers, mutated};
use super::{Repository, codes, health, read, read_as};
use crate::ReportOptions;

/// Name, value and unit of every metric.
fn metrics(collected: &Collected) -> Vec<String> {
    let shown = |metric: &portcullis_model::Metric| {
        format!("{} {} {}", metric.name, metric.value, metric.unit).trim_end().to_owned()
    };
    collected.metrics.iter().map(shown).collect()
}

/// Path, lines that ran, lines that did not.
fn lines(collected: &Collected) -> Vec<(&str, &[u32], &[u32])> {
    collected
        .coverage
        .iter()
        .map(|file| (file.path.as_str(), file.covered.as_slice(), file.uncovered.as_slice()))
        .collect()
}

#[test]
fn every_fixture_is_told_by_its_marks_and_read_without_a_fault() {
    for (name, text) in ALL {
        let collected = read(text);
        assert_eq!(collected.reports[0].format, name);
        assert_eq!(codes(&collected), [], "{name}");
        assert!(!collected.metrics.is_empty(), "{name}");
        let is_filled = collected
            .metrics
            .iter()
            .all(|metric| metric.report.as_deref() == Some("deps") && !metric.source.is_empty());
        assert!(is_filled, "{name}");
    }
}

#[test]
fn cases_are_counted_by_what_became_of_them() {
    let collected = read(JUNIT);
    assert_eq!(metrics(&collected), ["tests.total 6", "tests.failed 2", "tests.skipped 1", "tests.flaky 1"]);
    let suite = &collected.test_suites[0];
    assert_eq!((suite.name.as_str(), suite.tests, suite.failures, suite.errors), ("cart", 5, 1, 1));
    assert_eq!((suite.skipped, suite.flaky, suite.time_s), (1, 1, 1200.25));
    let cases: Vec<_> = suite.failed_cases.iter().map(|case| (case.name.as_str(), case.message.as_str())).collect();
    assert_eq!(cases, [("cart.Total.rounds", "expected 3 < 2"), ("cart.Total.breaks", "NullPointer")]);
    assert_eq!(
        (suite.failed_cases[0].file.as_deref(), suite.failed_cases[0].line),
        (Some("cart/total_test.py"), Some(12))
    );
    assert_eq!(collected.reports[0].generated_at.unwrap().to_string(), "2026-02-28T10:00:00Z");
    assert!(!format!("{collected:?}").contains("password"), "what a test prints is nobody's business");
}

#[test]
fn missing_cases_are_an_error_and_more_than_the_attributes_say_a_warning() {
    for (attribute, health_of, code) in [
        ("tests=\"2\"", Health::Error, Some(ProblemCode::CountMismatch)),
        ("tests=\"0\"", Health::Warn, Some(ProblemCode::CountMismatch)),
        ("tests=\"1\" failures=\"0\" disabled=\"0\"", Health::Ok, None),
        ("tests=\"1\" failures=\"1\"", Health::Error, Some(ProblemCode::CountMismatch)),
    ] {
        let collected = read(format!("<testsuite name='a' {attribute}><testcase name='x'/></testsuite>"));
        assert_eq!((health(&collected), codes(&collected).first().copied()), (health_of, code), "{attribute}");
    }
}

#[test]
fn a_failure_counted_as_an_error_is_no_mismatch() {
    let text = "<testsuite tests='2' failures='0' errors='1'><testcase name='a'><failure>x</failure></testcase><testcase name='b'/></testsuite>";
    assert_eq!(codes(&read(text)), []);
    // eslint's JUnit formatter states no `failures` at all.
    let eslint = "<testsuite tests='2' errors='2'><testcase name='a'><failure/></testcase><testcase name='b'><failure/></testcase></testsuite>";
    assert_eq!((codes(&read(eslint)), metrics(&read(eslint))[1].as_str()), (vec![], "tests.failed 2"));
    let lost = eslint.replace("errors='2'", "errors='3'");
    assert_eq!(codes(&read(lost)), [ProblemCode::CountMismatch]);
}

#[test]
fn a_suite_without_cases_speaks_by_its_attributes() {
    let collected =
        read("<testsuites><testsuite name='a' tests='10' failures='2' errors='1' skipped='3'/></testsuites>");
    assert_eq!(metrics(&collected), ["tests.total 10", "tests.failed 3", "tests.skipped 3", "tests.flaky 0"]);
    assert_eq!(codes(&collected), []);
}

#[test]
fn a_test_that_passes_when_repeated_is_flaky_and_one_that_fails_at_last_failed() {
    let case = |name: &str, fails: bool| {
        format!("<testcase classname='c' name='{name}'>{}</testcase>", if fails { "<failure/>" } else { "" })
    };
    let suite = |cases: &[String]| read(format!("<testsuite name='s'>{}</testsuite>", cases.concat()));
    let mended = suite(&[case("a", true), case("a", true), case("a", false)]);
    assert_eq!(metrics(&mended), ["tests.total 1", "tests.failed 0", "tests.skipped 0", "tests.flaky 1"]);
    let worsened = suite(&[case("a", false), case("a", true)]);
    assert_eq!(metrics(&worsened), ["tests.total 2", "tests.failed 1", "tests.skipped 0", "tests.flaky 0"]);
}

#[test]
fn passed_repeats_are_attempts_where_the_runner_counts_them_once() {
    let suite = |tests: u32| {
        read(format!(
            "<testsuite tests='{tests}'><testcase name='a'/><testcase name='a'/><testcase name='b'/></testsuite>"
        ))
    };
    assert_eq!(metrics(&suite(2)), ["tests.total 2", "tests.failed 0", "tests.skipped 0", "tests.flaky 1"]);
    assert_eq!(metrics(&suite(3)), ["tests.total 3", "tests.failed 0", "tests.skipped 0", "tests.flaky 0"]);
    assert_eq!((codes(&suite(2)), codes(&suite(3))), (vec![], vec![]));
}

#[test]
fn characters_xml_forbids_do_not_stop_a_test_report() {
    let text = "<testsuite><testcase name='a&#0;'><failure message='&#27;[31mred'>\u{1b}[0m\u{0}</failure></testcase></testsuite>";
    let collected = read(text);
    assert_eq!(metrics(&collected)[1], "tests.failed 1");
    assert_eq!(collected.test_suites[0].failed_cases[0].message, "[31mred");
}

#[test]
fn a_report_that_measured_nothing_is_not_clean() {
    for text in [
        "<testsuites/>",
        "<testsuite tests='0'/>",
        "<coverage line-rate='0' lines-valid='0' lines-covered='0'/>",
        "<report name='x'><counter type='LINE' missed='0' covered='0'/></report>",
        "<coverage clover='3'><project><metrics statements='0' coveredstatements='0'/></project></coverage>",
        "TN:\n",
        "SF:a.js\nend_of_record\n",
        r#"{"meta": {}, "files": {}, "totals": {"covered_lines": 0, "num_statements": 0}}"#,
        r#"{"total": {"lines": {"total": 0, "covered": 0, "pct": "Unknown"}}}"#,
        r#"{"metrics": {}, "root_group": {}}"#,
        r#"{"results": {"metrics": []}, "metadata": {"k6Version": "1"}}"#,
        r#"[{"url": "/", "isRepresentativeRun": false, "summary": {"seo": 1}}]"#,
        r#"{"lighthouseVersion": "12", "audits": {}, "categories": {}}"#,
    ] {
        let collected = read(text);
        assert_eq!(codes(&collected), [ProblemCode::NoResults], "{text}");
        assert_eq!(health(&collected), Health::Error, "{text}");
    }
}

#[test]
fn coverage_is_computed_from_lines_branches_and_functions() {
    let two_of_three = "66.666666666666666666666666667";
    for (text, expected) in [
        (COBERTURA, vec!["coverage.line 75 percent", "coverage.branch 50 percent", "coverage.function 50 percent"]),
        (LCOV, vec!["coverage.line 75 percent", "coverage.branch 50 percent", "coverage.function 50 percent"]),
        (
            JACOCO,
            vec![
                &*format!("coverage.line {two_of_three} percent"),
                "coverage.branch 50 percent",
                "coverage.function 75 percent",
            ],
        ),
        (
            CLOVER,
            vec![
                &*format!("coverage.line {two_of_three} percent"),
                "coverage.branch 50 percent",
                "coverage.function 50 percent",
                "coverage.statement 75 percent",
            ],
        ),
        (COVERAGE_PY, vec!["coverage.line 75 percent", "coverage.branch 50 percent"]),
        (
            ISTANBUL,
            vec!["coverage.line 87.5 percent", "coverage.function 100 percent", "coverage.statement 50 percent"],
        ),
    ] {
        assert_eq!(metrics(&read(text)), expected);
    }
}

#[test]
fn the_lines_of_every_file_are_kept() {
    assert_eq!(lines(&read(LCOV)), [("src/a.js", &[1, 2, 5][..], &[][..]), ("src/b.js", &[], &[1])]);
    assert_eq!(lines(&read(COVERAGE_PY)), [("cart/total.py", &[1, 2, 3][..], &[9][..])]);
    assert_eq!(lines(&read(CLOVER)), [("src/a.js", &[1, 3][..], &[2][..])]);
    assert_eq!(lines(&read(JACOCO)), [("org/shop/Cart.java", &[3, 4][..], &[7][..])]);
}

#[test]
fn files_are_found_where_the_repository_has_them() {
    let repository = Repository::with(&[("cart/src/total.py", ""), ("app/src/main/java/org/shop/Cart.java", "")]);
    let path = |text: &str| {
        let collected = repository.read("r.xml", text.as_bytes(), &ReportOptions::default());
        collected.coverage[0].path.clone()
    };
    assert_eq!(path(COBERTURA), "cart/src/total.py");
    assert_eq!(path(JACOCO), "app/src/main/java/org/shop/Cart.java");
}

#[test]
fn lines_outside_of_classes_count_where_a_report_has_no_others() {
    let methods = "<coverage line-rate='0.5'><class filename='a.py'><methods><method name='m'><lines><line number='1' hits='1'/><line number='2' hits='0'/></lines></method></methods><lines/></class></coverage>";
    assert_eq!(metrics(&read(methods)), ["coverage.line 50 percent", "coverage.function 100 percent"]);
    let only_rate = "<coverage line-rate='0.8333' branch-rate='0'/>";
    assert_eq!(metrics(&read(only_rate)), ["coverage.line 83.33 percent"]);
}

#[test]
fn lines_that_do_not_say_whether_they_ran_leave_it_to_the_counters() {
    let gcovr = "<report name='GCOVR report'><package name=''><sourcefile name='m.cpp'><line nr='1' mb='2' cb='2'/><line nr='2'/><line nr='3'/></sourcefile></package><counter type='LINE' missed='1' covered='3'/><counter type='BRANCH' missed='2' covered='2'/></report>";
    let collected = read(gcovr);
    assert_eq!(metrics(&collected), ["coverage.line 75 percent", "coverage.branch 50 percent"]);
    assert_eq!(codes(&collected), []);
}

#[test]
fn a_line_that_is_no_record_is_told() {
    let collected = read(LCOV.replace("DA:5,0", "DA:five,0\nhello"));
    assert_eq!(codes(&collected), [ProblemCode::DroppedItem, ProblemCode::DroppedItem, ProblemCode::CountMismatch]);
}

#[test]
fn load_tests_are_told_in_their_units() {
    assert_eq!(
        metrics(&read(K6_NEW)),
        [
            "load.http_req_duration.avg 12.25 ms",
            "load.http_req_duration.min 1 ms",
            "load.http_req_duration.med 9 ms",
            "load.http_req_duration.max 80.125 ms",
            "load.http_req_duration.p90 30 ms",
            "load.http_req_duration.p95 41.5 ms",
            "load.http_req_failed.rate 1.5 percent",
            "load.data_sent.count 1024 bytes",
            "load.data_sent.rate 97.5",
            "load.checks.rate 90 percent",
        ]
    );
    let export = metrics(&read(K6_EXPORT));
    assert!(export.contains(&"load.http_req_failed.rate 1.5 percent".to_owned()), "{export:?}");
    assert!(export.contains(&"load.http_reqs.rate 19.5".to_owned()), "{export:?}");
}

#[test]
fn single_checks_are_summed_up_where_no_metric_does() {
    let with = |checks: &str| {
        let text = format!(
            r#"{{"metadata": {{"k6Version": "1.5.0"}}, "results": {{"metrics": [], "checks": {{"metrics": [], "results": [{checks}]}}}}}}"#
        );
        read(text)
    };
    let collected = with(r#"{"name": "a", "passes": 9, "fails": 1}, {"name": "b", "passes": 6, "fails": 4}"#);
    assert_eq!((metrics(&collected), codes(&collected)), (vec!["load.checks.rate 75 percent".to_owned()], vec![]));
    let none = with(r#"{"name": "a", "passes": 0, "fails": 0}"#);
    assert_eq!((metrics(&none), codes(&none)), (vec![], vec![ProblemCode::NoResults]));
    for broken in [r#"{"name": "a", "passes": 3}"#, r#"{"name": "a", "passes": -1, "fails": 0}"#, "7"] {
        let collected = with(&format!(r#"{broken}, {{"name": "b", "passes": 1, "fails": 0}}"#));
        assert_eq!(metrics(&collected), ["load.checks.rate 100 percent"]);
        assert_eq!(codes(&collected), [ProblemCode::DroppedItem], "{broken}");
    }
}

/// What passes through the script's `handleSummary` has other names than the documented ones.
#[test]
fn the_newer_summary_is_read_as_k6_itself_writes_it() {
    let text = r#"{"config": {"duration": 0.03, "execution": "local", "script": "import http from 'k6/http';"}, "metadata": {"generated_at": "2026-02-28T10:00:00.830155556Z", "k6_version": "1.8.1"}, "version": "1.0.0",
      "results": {"checks": {"metrics": [{"name": "checks_total", "type": "counter", "contains": "default", "values": {"count": 20}}, {"name": "checks_failed", "type": "rate", "contains": "default", "values": {"matches": 5, "rate": 0.25, "total": 20}}, {"name": "checks_succeeded", "type": "rate", "contains": "default", "values": {"matches": 15, "rate": 0.75, "total": 20}}], "results": [{"fails": 5, "name": "is odd", "passes": 15}]},
      "metrics": [{"name": "http_req_duration", "type": "trend", "contains": "time", "values": {"avg": 1.5, "p90": 3, "p95": 3.25, "p99.9": 4}}, {"name": "queue", "type": "gauge", "contains": "default", "values": {"max": 6, "min": 4, "value": 5}}]}}"#;
    let collected = read(text);
    assert_eq!(
        metrics(&collected),
        [
            "load.http_req_duration.avg 1.5 ms",
            "load.http_req_duration.p90 3 ms",
            "load.http_req_duration.p95 3.25 ms",
            "load.http_req_duration.p99.9 4 ms",
            "load.queue.max 6",
            "load.queue.min 4",
            "load.queue.value 5",
            "load.checks_total.count 20",
            "load.checks_failed.rate 25 percent",
            "load.checks.rate 75 percent",
        ]
    );
    let report = &collected.reports[0];
    assert_eq!((report.format.as_str(), report.tool.version.as_deref()), ("k6-new", Some("1.8.1")));
    assert_eq!(report.generated_at.unwrap().to_string(), "2026-02-28T10:00:00.830155556Z");
}

#[test]
fn a_threshold_of_a_gauge_is_about_its_value() {
    let export = r#"{"metrics": {"queue": {"value": 4, "min": 4, "max": 4, "thresholds": {"value<3": true}}}, "root_group": {}}"#;
    let handle = r#"{"metrics": {"queue": {"type": "gauge", "contains": "default", "values": {"value": 4, "min": 4, "max": 4}, "thresholds": {"value<3": {"ok": false}}}}, "root_group": {}}"#;
    for text in [export, handle] {
        let collected = read(text);
        assert_eq!(codes(&collected), [], "{text}");
        let value = collected.metrics.iter().find(|metric| metric.name == "load.queue.value").unwrap();
        assert_eq!((value.value.to_string(), value.passed), ("4".to_owned(), Some(false)));
    }
}

#[test]
fn the_two_older_summaries_mean_the_opposite_by_true() {
    for text in [K6_HANDLE, K6_EXPORT] {
        let collected = read(text);
        let verdict = |name: &str| {
            let metric = collected.metrics.iter().find(|metric| metric.name == name).unwrap();
            let threshold = metric.threshold.as_ref().unwrap();
            (metric.passed, threshold.op.clone(), threshold.value.to_string())
        };
        assert_eq!(verdict("load.http_req_duration.p95"), (Some(true), "<".to_owned(), "500".to_owned()));
        assert_eq!(verdict("load.http_req_duration.avg"), (Some(false), "<".to_owned(), "10".to_owned()));
    }
    let checks = read(K6_HANDLE).metrics.into_iter().find(|metric| metric.name == "load.checks.rate").unwrap();
    assert_eq!(checks.threshold.unwrap().value.to_string(), "95");
}

#[test]
fn a_missed_threshold_without_its_value_is_an_error() {
    let text = r#"{"metrics": {"d": {"avg": 1, "thresholds": {"p(99)<5": true}}}, "root_group": {}}"#;
    let collected = read(text);
    assert_eq!((codes(&collected), health(&collected)), (vec![ProblemCode::ScanIncomplete], Health::Error));
    assert_eq!(codes(&read(text.replace("true", "false"))), []);
}

#[test]
fn page_scores_are_percentages_of_the_page() {
    let assertions = read(LHCI_ASSERTIONS);
    assert_eq!(
        metrics(&assertions),
        ["lighthouse.accessibility 83 percent", "deps.first-contentful-paint.maxNumericValue 2512.5"]
    );
    let levels: Vec<_> = assertions.metrics.iter().map(|metric| (metric.level, metric.passed)).collect();
    assert_eq!(levels, [(Level::Warn, Some(false)), (Level::Fail, Some(false))]);
    assert_eq!(assertions.metrics[0].target.as_deref(), Some("http://localhost/"));
    assert_eq!(
        metrics(&read(LHCI_MANIFEST)),
        [
            "lighthouse.performance 98 percent",
            "lighthouse.accessibility 83 percent",
            "lighthouse.best-practices 100 percent",
            "lighthouse.seo 90 percent"
        ]
    );
    assert_eq!(metrics(&read(LIGHTHOUSE)), ["lighthouse.performance 97 percent"]);
}

#[test]
fn an_empty_list_of_assertions_means_that_all_held_where_it_is_stated_to_be_one() {
    assert_eq!(codes(&read_as("lhci-assertions", "[]")), []);
    assert_eq!(codes(&read_as("lhci", "[]")), []);
    assert_eq!(codes(&read("[]")), [ProblemCode::UnknownFormat]);
}

#[test]
fn an_assertion_without_a_value_and_a_page_that_failed_are_errors() {
    let unmeasured = LHCI_ASSERTIONS.replace("\"actual\": 0.83", "\"actual\": null");
    assert_eq!(codes(&read(&unmeasured)), [ProblemCode::ScanIncomplete]);
    let failed = LIGHTHOUSE.replacen('{', r#"{"runtimeError": {"code": "NO_FCP", "message": "nothing painted"}, "#, 1);
    assert_eq!(codes(&read(&failed)), [ProblemCode::ScannerError]);
    let fine = LIGHTHOUSE.replacen('{', r#"{"runtimeError": {"code": "NO_ERROR", "message": ""}, "#, 1);
    assert_eq!(codes(&read(&fine)), []);
}

#[test]
fn every_beginning_of_a_report_is_an_error_and_keeps_the_failed_tests_before_it() {
    for (name, text) in ALL {
        let mut most = 0;
        for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
            // A tracefile may end after any record.
            let is_between = text[..end].matches("SF:").count() == text[..end].matches("end_of_record").count();
            if name == "lcov" && is_between && end > 4 && text[..end].ends_with(['\n', 'd']) {
                continue;
            }
            let collected = read_as(name, &text[..end]);
            assert_eq!(health(&collected), Health::Error, "{name} {end}: {}", &text[..end]);
            let failed = collected.test_suites.iter().map(|suite| suite.failed_cases.len()).sum();
            assert!(failed >= most, "{name}: a longer beginning holds fewer failed tests at {end}");
            most = failed;
            let sums = collected
                .metrics
                .iter()
                .filter(|metric| metric.name.starts_with("coverage.") || metric.name.starts_with("tests."));
            // The summary holds sums that were finished when it was written.
            let is_summary = name == "istanbul-summary";
            assert!(is_summary || sums.count() == 0, "{name}: a sum over a part of the report at {end}");
        }
        assert_eq!(most, if name == "junit" { 2 } else { 0 });
    }
}

#[test]
fn no_mutation_panics_and_none_measures_nothing_without_a_word() {
    for (name, text) in ALL {
        let mut numbers = Numbers(name.len() as u64);
        for round in 0..300 {
            let bytes = mutated(text, &mut numbers);
            for collected in [read(&bytes), read_as(name, &bytes)] {
                let shown = String::from_utf8_lossy(&bytes);
                let says = !collected.metrics.is_empty() || !collected.problems.is_empty();
                // An empty list is what the assertions say when all held.
                assert!(says || shown.trim() == "[]", "{name} {round}: {shown}");
            }
        }
    }
}

#[test]
fn a_quality_report_says_the_same_in_every_encoding() {
    for (name, text) in ALL {
        let plain = read(text);
        let utf16 = format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
        for bytes in [format!("\u{feff}{text}").into_bytes(), text.replace('\n', "\r\n").into_bytes(), utf16] {
            let collected = read(&bytes);
            assert_eq!(metrics(&collected), metrics(&plain), "{name}");
            assert_eq!(codes(&collected), [], "{name}");
        }
    }
}

#[test]
fn deep_nesting_is_refused_in_every_format() {
    for (name, text) in ALL {
        let deep = if text.starts_with('<') { "<testsuite>".repeat(100_000) } else { "[".repeat(100_000) };
        assert_eq!(health(&read_as(name, &deep)), Health::Error, "{name}");
    }
}

#[test]
fn nulls_and_unknown_members_are_read_over() {
    let py = COVERAGE_PY
        .replacen('{', r#"{"new": {"x": [1]}, "#, 1)
        .replace(r#""excluded_lines": []"#, r#""excluded_lines": null"#);
    assert_eq!(metrics(&read(&py)), metrics(&read(COVERAGE_PY)));
    let k6 = K6_HANDLE.replace(r#""options": {}"#, r#""options": null, "new": [[]]"#);
    assert_eq!(metrics(&read(&k6)), metrics(&read(K6_HANDLE)));
}
