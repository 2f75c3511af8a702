//! `audit-ci.jsonc` and `.nsprc`.

use super::*;

fn chain(links: &[&str]) -> Finding {
    let mut finding = lodash("package-lock.json");
    finding.package.as_mut().unwrap().dependency_path = links.iter().map(|link| (*link).to_owned()).collect();
    finding
}

#[test]
fn audit_ci_allows_advisories_packages_and_chains() {
    let allow = |entry: &str| format!("{{\n\t// ours\n\t\"high\": true,\n\t\"allowlist\": [ /* x */ {entry}, ],\n}}\n");
    for (entry, is_taken) in [
        ("\"GHSA-p6mc-m468-83gw\"", true),
        ("1523", true),
        ("\"GHSA-p6mc-m468-83gw|async>lodash\"", true),
        ("\"GHSA-p6mc-m468-83gw|*>lodash\"", true),
        ("\"GHSA-p6mc-m468-83gw|other>lodash\"", false),
        ("\"*|async>lodash\"", true),
        ("\"async>lodash\"", true),
        ("\"lodash\"", true),
        ("\"async\"", false),
        ("\"*\"", true),
        (
            "{ \"GHSA-p6mc-m468-83gw|async>lodash\": { \"active\": true, \"notes\": \"x\", \"expiry\": \"2027-01-01\" } }",
            true,
        ),
        ("{ \"GHSA-p6mc-m468-83gw\": { \"active\": false } }", false),
    ] {
        let finding = chain(&["async", "lodash"]);
        assert_eq!(takes("audit-ci.jsonc", &allow(entry), finding), is_taken, "{entry}");
    }
    let python = weakness("pypi", "lodash", "1", &["CVE-2020-8203", "GHSA-p6mc-m468-83gw"], "a");
    assert!(!takes("audit-ci.jsonc", &allow("\"GHSA-p6mc-m468-83gw\", \"*\""), python));
}

#[test]
fn audit_ci_tells_unknown_keys_and_broken_files() {
    let told = odd("audit-ci.jsonc", "{\n \"allow-list\": [],\n \"allowlist\": [\"lodash\"]\n}", chain(&[]));
    assert_eq!(told, [(2, "unknown key `allow-list` (did you mean `allowlist`?) in `audit-ci.jsonc`".to_owned())]);
    let broken = refused("audit-ci.jsonc", "{\n \"allowlist\": [\"lodash\"\n", chain(&[]));
    assert_eq!(broken.iter().map(|(_, code)| *code).collect::<Vec<_>>(), [ProblemCode::Unparsable]);
}

#[test]
fn nsprc_names_advisories_with_notes_and_end() {
    let text = "{\n  \"1523\": { \"active\": true, \"notes\": \"dev server\", \"expiry\": \"2027-01-31\" }\n}";
    let suppression = ignore(".nsprc", text, chain(&[])).finding.suppressions.remove(0);
    assert_eq!((suppression.line, suppression.reason.as_deref()), (Some(2), Some("dev server")));
    assert_eq!(suppression.expires, Some(jiff::civil::date(2027, 1, 30)));
    assert!(!takes(".nsprc", &text.replace("true", "false"), chain(&[])));
    assert!(takes(".nsprc", "{\"GHSA-p6mc-m468-83gw\": \"dev server\"}", chain(&[])));
    let old = "{\"exceptions\": [\"https://npmjs.com/advisories/1523\"]}";
    assert!(takes(".nsprc", old, chain(&[])));
}

#[test]
fn nsprc_tells_what_it_cannot_use() {
    let told = |text: &str| refused(".nsprc", text, chain(&[]));
    assert_eq!(told("{\"1523\": {\"expiry\": \"soon\"}}"), [(1, ProblemCode::DroppedItem)]);
    assert_eq!(told("{\"1523\": {\"active\": \"yes\"}}"), [(1, ProblemCode::DroppedItem)]);
    assert_eq!(told("{\"1523\": []}"), [(1, ProblemCode::DroppedItem)]);
    assert_eq!(told("{\"lodash\": {}}"), [(1, ProblemCode::LenientValue)]);
    assert_eq!(told("[1523]"), [(1, ProblemCode::Unparsable)]);
}
