//! `.trivyignore.yaml`.

use super::*;

const FILE: &str = ".trivyignore.yaml";

fn entry(more: &str) -> String {
    format!("vulnerabilities:\n  - id: CVE-2020-8203\n{more}")
}

#[test]
fn kinds_paths_and_purls_all_have_to_hold() {
    let finding = || lodash("web/package-lock.json");
    for (text, is_taken) in [
        (entry(""), true),
        (entry("").replace("vulnerabilities", "misconfigurations"), false),
        (entry("    paths: [web/package-lock.json]\n"), true),
        (entry("    paths: ['**/package-lock.json', x]\n"), true),
        (entry("    paths: ['web/*']\n"), true),
        (entry("    paths: ['package-lock.json']\n"), false),
        (entry("    paths: ['*']\n"), false),
        (entry("    purls: ['pkg:npm/lodash@4.17.15']\n"), true),
        (entry("    purls: ['pkg:npm/lodash']\n"), true),
        (entry("    purls: ['pkg:npm/other', 'pkg:npm/lodash']\n"), true),
        (entry("    purls: ['pkg:npm/lodash@4']\n"), false),
        (entry("    purls: ['pkg:npm/lodash']\n    paths: [api/*]\n"), false),
    ] {
        assert_eq!(takes(FILE, &text, finding()), is_taken, "{text}");
    }
    let mut without_purl = finding();
    without_purl.package.as_mut().unwrap().purl = None;
    assert!(!takes(FILE, &entry("    purls: ['pkg:npm/lodash']\n"), without_purl));
}

#[test]
fn paths_are_those_inside_an_image_too_and_start_where_the_file_lies() {
    let mut inside = lodash("");
    inside.package.as_mut().unwrap().path = Some("app/node_modules/lodash/package.json".to_owned());
    assert!(takes(FILE, &entry("    paths: ['app/**/package.json']\n"), inside));
    let below = entry("    paths: [package-lock.json]\n");
    assert!(takes("web/.trivyignore.yaml", &below, lodash("web/package-lock.json")));
}

#[test]
fn end_and_statement_are_taken_over() {
    let text = entry("    expired_at: 2027-01-31\n    statement: not reachable\n");
    let suppression = ignore(FILE, &text, lodash("a")).finding.suppressions.remove(0);
    assert_eq!(suppression.expires, Some(jiff::civil::date(2027, 1, 30)));
    assert_eq!((suppression.reason.as_deref(), suppression.line), (Some("not reachable"), Some(2)));
}

#[test]
fn secrets_and_licences_have_lists_of_their_own() {
    let secret = of_tool("trivy", Kind::Secret, "aws-access-key-id", "ops/.env");
    assert!(takes(FILE, "secrets: [{ id: aws-access-key-id, paths: [ops/.env] }]", secret));
    let license = Finding {
        license: Some(Box::new(License::default())),
        ..of_tool("trivy", Kind::License, "license:AGPL-3.0", "a")
    };
    assert!(takes(FILE, "licenses:\n  - id: AGPL-3.0\n", license));
}

#[test]
fn what_cannot_be_used_is_told_with_its_line() {
    let lock = || lodash("a.lock");
    for (text, told) in [
        (entry("    expired_at: soon\n"), (3, ProblemCode::DroppedItem)),
        (entry("    paths: web\n"), (3, ProblemCode::DroppedItem)),
        (entry("    paths: ['[']\n"), (2, ProblemCode::DroppedItem)),
        (entry("    purls: [npm/lodash]\n"), (2, ProblemCode::DroppedItem)),
        ("vulnerabilities:\n  - CVE-2020-8203\n".to_owned(), (2, ProblemCode::DroppedItem)),
        ("vulnerabilities:\n  id: CVE-2020-8203\n".to_owned(), (2, ProblemCode::LenientValue)),
        ("- id: CVE-2020-8203\n".to_owned(), (1, ProblemCode::Unparsable)),
        (entry("  - id: [\n"), (3, ProblemCode::Unparsable)),
    ] {
        let problems = refused(FILE, &text, lock());
        assert_eq!(problems.first(), Some(&told), "{text}");
    }
    let unknown = odd(FILE, &entry("    path: [b]\nvulnerabilites: []\n"), lock());
    assert_eq!(
        unknown,
        [
            (4, "unknown key `vulnerabilites` (did you mean `vulnerabilities`?) in `.trivyignore.yaml`".to_owned()),
            (3, "unknown key `path` (did you mean `paths`?) of `vulnerabilities` in `.trivyignore.yaml`".to_owned())
        ]
    );
}
