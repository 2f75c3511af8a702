//! Small reports of tests, coverage, load tests and page scores, as the tools write them.

/// Surefire, with a flaky test and a rerun.
pub(super) const JUNIT: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="all" tests="6" failures="1" errors="1" skipped="1" time="1,234.5">
  <testsuite name="cart" tests="5" failures="1" errors="1" skipped="1" time="1,200.25" timestamp="2026-02-28T10:00:00Z">
    <properties><property name="x" value="y"/></properties>
    <testcase classname="cart.Total" name="adds" time="0.5"/>
    <testcase classname="cart.Total" name="rounds" file="cart/total_test.py" line="12" time="0.1"><failure message="expected 3 &lt; 2" type="AssertionError">trace
more</failure><system-out>password</system-out></testcase>
    <testcase classname="cart.Total" name="breaks"><error>NullPointer
at x</error></testcase>
    <testcase classname="cart.Total" name="later"><skipped message="not yet"/></testcase>
    <testcase classname="cart.Total" name="chance"><flakyFailure message="timeout">t</flakyFailure></testcase>
  </testsuite>
  <testsuite name="empty" tests="0"/>
  <testsuite name="outer"><testsuite name="inner" tests="1"><testcase name="alone" time=""/></testsuite></testsuite>
</testsuites>"#;

pub(super) const COBERTURA: &str = r#"<?xml version="1.0" ?>
<!DOCTYPE coverage SYSTEM "http://cobertura.sourceforge.net/xml/coverage-04.dtd">
<coverage line-rate="0.75" branch-rate="0.5" lines-covered="3" lines-valid="4" branches-covered="1" branches-valid="2" timestamp="1772272800000" version="7.6">
  <sources><source>/builds/shop/cart/src</source></sources>
  <packages><package name="cart"><classes>
    <class name="total.py" filename="total.py" line-rate="0.75">
      <methods><method name="add" line-rate="1"><lines><line number="1" hits="4"/></lines></method><method name="never"><lines><line number="9" hits="0"/></lines></method></methods>
      <lines><line number="1" hits="4"/><line number="2" hits="2" branch="true" condition-coverage="50% (1/2)"/><line number="3" hits="1"/><line number="9" hits="0"/></lines>
    </class>
  </classes></package></packages>
</coverage>"#;

pub(super) const LCOV: &str = "TN:\nSF:src/a.js\nFN:1,add\nFN:5,never\nFNDA:3,add\nFNDA:0,never\nFNF:2\nFNH:1\nDA:1,3\nDA:2,3,checksum==\nDA:5,0\nLF:3\nLH:2\nBRDA:2,0,0,3\nBRDA:2,0,1,-\nBRF:2\nBRH:1\nend_of_record\nTN:again\nSF:src/a.js\nDA:5,1\nend_of_record\nSF:src/b.js\nDA:1,0\nend_of_record\n";

pub(super) const JACOCO: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><!DOCTYPE report PUBLIC "-//JACOCO//DTD Report 1.1//EN" "report.dtd"><report name="shop"><sessioninfo id="ci" start="1772272000000" dump="1772272800000"/><package name="org/shop"><class name="org/shop/Cart" sourcefilename="Cart.java"><method name="add" desc="()V" line="3"><counter type="LINE" missed="0" covered="2"/></method></class><sourcefile name="Cart.java"><line nr="3" mi="0" ci="3" mb="0" cb="0"/><line nr="4" mi="1" ci="2" mb="1" cb="1"/><line nr="7" mi="4" ci="0" mb="0" cb="0"/><counter type="LINE" missed="1" covered="2"/></sourcefile></package><counter type="INSTRUCTION" missed="5" covered="5"/><counter type="BRANCH" missed="1" covered="1"/><counter type="LINE" missed="1" covered="2"/><counter type="METHOD" missed="1" covered="3"/></report>"#;

pub(super) const CLOVER: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<coverage generated="1772272800000" clover="3.2.0"><project timestamp="1772272800000" name="All files">
  <metrics statements="4" coveredstatements="3" conditionals="2" coveredconditionals="1" methods="2" coveredmethods="1" elements="8" coveredelements="5"/>
  <package name="src"><metrics statements="4" coveredstatements="3"/>
    <file name="a.js" path="src/a.js"><metrics statements="4" coveredstatements="3"/>
      <line num="1" count="2" type="stmt"/><line num="2" count="0" type="cond" truecount="1" falsecount="1"/><line num="3" count="1" type="stmt"/><line num="4" count="0" type="method"/></file></package>
</project></coverage>"#;

pub(super) const COVERAGE_PY: &str = r#"{"meta": {"format": 3, "version": "7.6.1", "timestamp": "2026-02-28T10:00:00.123456", "branch_coverage": true}, "files": {"cart/total.py": {"executed_lines": [1, 2, 3], "summary": {"covered_lines": 3, "num_statements": 4, "percent_covered": 66.66666666666667, "covered_branches": 1, "num_branches": 2}, "missing_lines": [9], "excluded_lines": []}}, "totals": {"covered_lines": 3, "num_statements": 4, "percent_covered": 66.66666666666667, "missing_lines": 1, "excluded_lines": 0, "num_branches": 2, "covered_branches": 1}}"#;

pub(super) const ISTANBUL: &str = r#"{"total": {"lines": {"total": 8, "covered": 7, "skipped": 0, "pct": 87.5}, "statements": {"total": 10, "covered": 5, "skipped": 0, "pct": 50}, "functions": {"total": 3, "covered": 3, "skipped": 0, "pct": 100}, "branches": {"total": 0, "covered": 0, "skipped": 0, "pct": "Unknown"}}, "/builds/shop/src/a.js": {"lines": {"total": 8, "covered": 7, "skipped": 0, "pct": 87.5}}}"#;

pub(super) const K6_NEW: &str = r#"{"version": "1.0.0", "metadata": {"generatedAt": "2026-02-28T10:00:00Z", "k6Version": "1.5.0"}, "config": {"duration": 10.5}, "results": {"metrics": [
  {"name": "http_req_duration", "type": "trend", "contains": "time", "values": {"avg": 12.25, "min": 1, "med": 9, "max": 80.125, "p(90)": 30, "p(95)": 41.5}},
  {"name": "http_req_failed", "type": "rate", "contains": "default", "values": {"rate": 0.015, "matches": 3, "total": 200}},
  {"name": "data_sent", "type": "counter", "contains": "data", "values": {"count": 1024, "rate": 97.5}}],
 "checks": {"metrics": [{"name": "checks", "type": "rate", "contains": "default", "values": {"rate": 0.9}}], "results": [{"name": "status is 200", "passes": 9, "fails": 1}]}}}"#;

pub(super) const K6_HANDLE: &str = r#"{"metrics": {"http_req_duration": {"type": "trend", "contains": "time", "values": {"avg": 12.25, "p(95)": 41.5}, "thresholds": {"p(95)<500": {"ok": true}, "avg<10": {"ok": false}}}, "checks": {"type": "rate", "contains": "default", "values": {"rate": 0.9, "passes": 9, "fails": 1}, "thresholds": {"rate>0.95": {"ok": false}}}}, "root_group": {"name": ""}, "options": {}, "state": {"isStdErrTTY": false}}"#;

pub(super) const K6_EXPORT: &str = r#"{"root_group": {"name": "", "checks": {}}, "metrics": {"http_req_duration": {"avg": 12.25, "min": 1, "med": 9, "max": 80.125, "p(90)": 30, "p(95)": 41.5, "thresholds": {"p(95)<500": false, "avg<10": true}}, "http_req_failed": {"value": 0.015, "passes": 3, "fails": 197}, "http_reqs": {"count": 200, "rate": 19.5}}}"#;

pub(super) const LHCI_ASSERTIONS: &str = r#"[{"name": "minScore", "expected": 0.9, "actual": 0.83, "values": [0.83, 0.8], "operator": ">=", "passed": false, "auditId": "categories", "auditProperty": ["accessibility"], "level": "warn", "url": "http://localhost/"}, {"name": "maxNumericValue", "expected": 2000, "actual": 2512.5, "values": [2512.5], "operator": "<=", "passed": false, "auditId": "first-contentful-paint", "auditTitle": "First Contentful Paint", "url": "http://localhost/"}]"#;

pub(super) const LHCI_MANIFEST: &str = r#"[{"url": "http://localhost/", "isRepresentativeRun": true, "htmlPath": "a.html", "jsonPath": "a.json", "summary": {"performance": 0.98, "accessibility": 0.83, "best-practices": 1, "seo": 0.9, "pwa": null}}, {"url": "http://localhost/", "isRepresentativeRun": false, "summary": {"performance": 0.1}}]"#;

pub(super) const LIGHTHOUSE: &str = r#"{"lighthouseVersion": "12.2.0", "requestedUrl": "http://localhost", "finalDisplayedUrl": "http://localhost/", "fetchTime": "2026-02-28T10:00:00.000Z", "audits": {"x": {"id": "x", "score": 1}}, "categories": {"performance": {"id": "performance", "score": 0.97}, "seo": {"id": "seo", "score": null}}}"#;

/// Name and text of each.
pub(in crate::tests) const ALL: [(&str, &str); 13] = [
    ("junit", JUNIT),
    ("cobertura", COBERTURA),
    ("lcov", LCOV),
    ("jacoco", JACOCO),
    ("clover", CLOVER),
    ("coverage-py", COVERAGE_PY),
    ("istanbul-summary", ISTANBUL),
    ("k6-new", K6_NEW),
    ("k6-handle", K6_HANDLE),
    ("k6-export", K6_EXPORT),
    ("lhci-assertions", LHCI_ASSERTIONS),
    ("lhci-manifest", LHCI_MANIFEST),
    ("lighthouse", LIGHTHOUSE),
];
