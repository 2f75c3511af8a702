//! Each form of ignore file: what its entries take, what they leave, and what is told of what cannot be used.

mod cargo;
mod npm;
mod trivy_yaml;

use std::sync::Arc;

use portcullis_model::{
    Artifact, Finding, Fix, FixState, Kind, License, Location, Package, Problem, ProblemCode, Secret, Source, State,
};

use super::IgnoreFiles;
use crate::package_url;

fn weakness(ecosystem: &str, package: &str, version: &str, ids: &[&str], path: &str) -> Finding {
    Finding {
        kind: Kind::Vulnerability,
        id: ids[0].to_owned(),
        rule_id: ids[0].to_owned(),
        aliases: ids[1..].iter().map(|id| (*id).to_owned()).collect(),
        package: Some(Box::new(package_url::named(ecosystem, package, Some(version)))),
        locations: if path.is_empty() { Vec::new() } else { vec![Location::file(path)] },
        sources: vec![Source { tool: "grype".to_owned(), ..Source::default() }],
        ..Finding::default()
    }
}

fn lodash(path: &str) -> Finding {
    weakness("npm", "lodash", "4.17.15", &["CVE-2020-8203", "GHSA-p6mc-m468-83gw", "NPM-1523"], path)
}

fn of_tool(tool: &str, kind: Kind, id: &str, path: &str) -> Finding {
    Finding {
        kind,
        id: id.to_owned(),
        rule_id: id.to_owned(),
        locations: vec![Location::line(path, 3)],
        sources: vec![Source { tool: tool.to_owned(), ..Source::default() }],
        ..Finding::default()
    }
}

struct Told {
    finding: Finding,
    problems: Vec<Problem>,
}

fn ignore(path: &str, text: &str, mut finding: Finding) -> Told {
    let mut files = IgnoreFiles::default();
    let problems = files.read(path, text.as_bytes());
    files.apply(std::slice::from_mut(&mut finding));
    Told { finding, problems }
}

/// Whether an entry takes the finding, where nothing is wrong with the file.
fn takes(path: &str, text: &str, finding: Finding) -> bool {
    let told = ignore(path, text, finding);
    assert_eq!(told.problems, [], "{text}");
    assert_eq!(told.finding.state, State::Open);
    !told.finding.suppressions.is_empty()
}

/// Line and code of what is wrong, of a file whose entries take nothing of what would be theirs.
fn refused(path: &str, text: &str, finding: Finding) -> Vec<(u32, ProblemCode)> {
    let told = ignore(path, text, finding);
    assert_eq!(told.finding.suppressions, [], "{text}");
    told.problems.iter().map(|problem| (problem.line.unwrap_or_default(), problem.code)).collect()
}

/// Lines and messages of what is odd and changes nothing.
fn odd(path: &str, text: &str, finding: Finding) -> Vec<(u32, String)> {
    let told = ignore(path, text, finding);
    assert!(!told.finding.suppressions.is_empty(), "{text}");
    told.problems.iter().map(|problem| (problem.line.unwrap_or_default(), problem.message.clone())).collect()
}

#[test]
fn an_entry_says_where_it_stands_why_and_until_when() {
    let text = "# first\n\nCVE-2020-8203 exp:2026-12-31 # no way to reach it\n";
    let suppression = ignore(".trivyignore", text, lodash("package-lock.json")).finding.suppressions.remove(0);
    assert_eq!((suppression.by.as_str(), suppression.accepted), ("import", true));
    assert_eq!((suppression.source_file.as_deref(), suppression.line), (Some(".trivyignore"), Some(3)));
    assert_eq!(suppression.reason.as_deref(), Some("no way to reach it"));
    assert_eq!(
        suppression.expires,
        Some(jiff::civil::date(2026, 12, 30)),
        "Trivy honours it while the day has not begun"
    );
}

mod trivy {
    use super::*;

    const FILE: &str = ".trivyignore";

    #[test]
    fn an_advisory_counts_by_any_name_and_whoever_reports_it() {
        for id in ["CVE-2020-8203", "cve-2020-8203", "GHSA-P6MC-M468-83GW", "NPM-1523"] {
            assert!(takes(FILE, id, lodash("package-lock.json")), "{id}");
        }
        assert!(!takes(FILE, "CVE-2020-8204", lodash("package-lock.json")));
    }

    #[test]
    fn any_other_id_means_something_only_to_trivy() {
        let secret = |tool: &str| of_tool(tool, Kind::Secret, "private-key", "a.pem");
        assert!(takes(FILE, "private-key", secret("trivy")));
        assert!(!takes(FILE, "private-key", secret("portcullis")), "our own rule of the same name");
        let mut both = secret("trivy");
        both.sources.push(Source { tool: "portcullis".to_owned(), ..Source::default() });
        assert!(!takes(FILE, "private-key", both));
        assert!(takes(FILE, "DS002", of_tool("Trivy", Kind::Misconfiguration, "DS002", "Dockerfile")));
        assert!(takes(FILE, "GPL-3.0", of_tool("trivy", Kind::License, "license:GPL-3.0", "go.mod")));
    }

    #[test]
    fn an_entry_with_a_date_nobody_can_read_is_not_used() {
        let text = "# c\nCVE-2020-8203 exp:soon\n";
        assert_eq!(refused(FILE, text, lodash("a.lock")), [(2, ProblemCode::DroppedItem)]);
        assert_eq!(
            odd(FILE, "CVE-2020-8203 until:2027-01-01\n", lodash("a.lock")),
            [(1, "unknown word `until:2027-01-01` behind `CVE-2020-8203` in `.trivyignore`".to_owned())]
        );
    }

    #[test]
    fn a_file_speaks_of_its_own_directory_and_those_below() {
        for (file, path, is_taken) in [
            (".trivyignore", "web/package-lock.json", true),
            ("web/.trivyignore", "web/package-lock.json", true),
            ("web/.trivyignore", "web/app/package-lock.json", true),
            ("web/.trivyignore", "website/package-lock.json", false),
            ("web/.trivyignore", "package-lock.json", false),
            ("web/.trivyignore", "", false),
            (".trivyignore", "", true),
        ] {
            assert_eq!(takes(file, "CVE-2020-8203", lodash(path)), is_taken, "{file} {path}");
        }
        let mut two = lodash("web/a.lock");
        two.locations.push(Location::file("api/a.lock"));
        assert!(!takes("web/.trivyignore", "CVE-2020-8203", two), "one of its places lies elsewhere");
    }
}

mod grype {
    use super::*;

    const FILE: &str = ".grype.yaml";

    fn rule(text: &str) -> String {
        format!("fail-on-severity: high\nignore:\n  - {text}\n")
    }

    fn fixable(mut finding: Finding, state: FixState) -> Finding {
        finding.fix = Some(Fix { state, ..Fix::default() });
        finding
    }

    #[test]
    fn all_given_members_have_to_hold() {
        let finding = || fixable(lodash("web/package-lock.json"), FixState::NotFixed);
        for (text, is_taken) in [
            ("vulnerability: CVE-2020-8203", true),
            ("vulnerability: GHSA-p6mc-m468-83gw", false),
            ("{ vulnerability: GHSA-p6mc-m468-83gw, include-aliases: true }", true),
            ("vulnerability: '^CVE-2020-.*$'", true),
            ("vulnerability: 'CVE-2020-.*'", false),
            ("fix-state: not-fixed", true),
            ("{ vulnerability: CVE-2020-8203, fix-state: fixed }", false),
            ("package: { name: lodash }", true),
            ("package: { name: 'lod.*', version: 4.17.15, type: npm, language: javascript }", true),
            ("package: { name: lod }", false),
            ("package: { version: 4.17.16 }", false),
            ("package: { type: gem }", false),
            ("package: { location: '/web/**' }", true),
            ("package: { location: '/api/**' }", false),
            ("package: { location: '**/package-lock.json' }", true),
        ] {
            assert_eq!(takes(FILE, &rule(text), finding()), is_taken, "{text}");
        }
    }

    #[test]
    fn the_upstream_of_a_package_may_be_named() {
        let mut finding = weakness("deb", "libc6", "2.31", &["CVE-2021-1"], "");
        finding.package.as_mut().unwrap().upstream = vec!["glibc".to_owned()];
        assert!(takes(FILE, &rule("package: { upstream-name: 'gli.*' }"), finding.clone()));
        assert!(!takes(FILE, &rule("package: { upstream-name: openssl }"), finding));
    }

    #[test]
    fn database_and_way_of_matching_are_held_against_what_grype_says() {
        let finding = |namespace: &str| {
            let mut finding = lodash("a");
            finding.sources[0].namespace = Some(namespace.to_owned());
            finding.sources[0].match_types = vec!["cpe-match".to_owned(), "exact-direct-match".to_owned()];
            finding
        };
        let npm = "github:language:javascript";
        for (text, is_taken) in [
            ("namespace: 'github:language:javascript'", true),
            ("namespace: 'github:language:python'", false),
            ("match-type: exact-direct-match", true),
            ("match-type: exact-indirect-match", false),
            ("{ vulnerability: CVE-2020-8203, namespace: 'github:language:javascript', match-type: cpe-match }", true),
            ("{ vulnerability: CVE-2020-8204, namespace: 'github:language:javascript' }", false),
        ] {
            assert_eq!(takes(FILE, &rule(text), finding(npm)), is_taken, "{text}");
            assert!(!takes(FILE, &rule(text), lodash("a")), "a report that says neither: {text}");
        }
    }

    #[test]
    fn database_and_way_of_matching_have_to_be_said_by_one_report() {
        let mut finding = lodash("a");
        finding.sources[0].namespace = Some("nvd:cpe".to_owned());
        finding.sources.push(Source { match_types: vec!["cpe-match".to_owned()], ..finding.sources[0].clone() });
        finding.sources[1].namespace = Some("github:language:javascript".to_owned());
        let text = rule("{ namespace: 'nvd:cpe', match-type: cpe-match }");
        assert!(!takes(FILE, &text, finding));
    }

    #[test]
    fn rules_that_cannot_be_held_against_a_report_are_not_used() {
        for text in [
            "{ vulnerability: CVE-2020-8203, namespace: [a] }",
            "{ vulnerability: CVE-2020-8203, vex-status: not_affected }",
            "{ vulnerability: CVE-2020-8203, vex-justification: x }",
            "{ vulnerability: CVE-2020-8203, fix-state: maybe }",
            "{ vulnerability: CVE-2020-8203, include-aliases: 'yes' }",
            "{ vulnerability: '^(CVE$' }",
            "{ package: { type: unheard-of } }",
            "{ package: lodash }",
            "{}",
            "{ reason: why not }",
        ] {
            assert_eq!(refused(FILE, &rule(text), lodash("a")), [(3, ProblemCode::DroppedItem)], "{text}");
        }
    }

    #[test]
    fn only_weaknesses_are_taken_and_unknown_keys_are_told() {
        let license = Finding { kind: Kind::License, ..lodash("a") };
        assert!(!takes(FILE, &rule("package: { name: lodash }"), license));
        let told = odd(FILE, &rule("{ vulnerability: CVE-2020-8203, vulnerabilty: x, reason: ours }"), lodash("a"));
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].0, 3);
        assert!(told[0].1.contains("did you mean `vulnerability`?"), "{}", told[0].1);
    }
}

mod osv_scanner {
    use super::*;

    const FILE: &str = "web/osv-scanner.toml";

    #[test]
    fn an_advisory_is_ignored_by_any_name_beside_the_file_and_not_below() {
        let text = "[[IgnoredVulns]]\nid = \"GHSA-p6mc-m468-83gw\"\nignoreUntil = 2027-01-31\nreason = \"dev only\"\n";
        let told = ignore(FILE, text, lodash("web/package-lock.json"));
        let suppression = &told.finding.suppressions[0];
        assert_eq!((suppression.line, suppression.reason.as_deref()), (Some(1), Some("dev only")));
        assert_eq!(suppression.expires, Some(jiff::civil::date(2027, 1, 30)));
        assert!(!takes(FILE, text, lodash("web/app/package-lock.json")));
        assert!(!takes(FILE, text, lodash("package-lock.json")));
        assert!(takes("osv-scanner.toml", text, lodash("")));
        let image = Finding { artifact: Some(Arc::new(Artifact::default())), ..lodash("") };
        assert!(!takes("osv-scanner.toml", text, image));
    }

    #[test]
    fn packages_are_ignored_whole_or_in_part() {
        let table = |more: &str| format!("[[PackageOverrides]]\nname = \"lodash\"\n{more}");
        let license = || Finding { kind: Kind::License, ..lodash("web/package-lock.json") };
        for (text, weakness, licence) in [
            (table("ignore = true"), true, true),
            (table("vulnerability.ignore = true"), true, false),
            (table("license.ignore = true"), false, true),
            (table("ecosystem = \"npm\"\nversion = \"4.17.15\"\nignore = true"), true, true),
            (table("ecosystem = \"PyPI\"\nignore = true"), false, false),
            (table("version = \"4.17.16\"\nignore = true"), false, false),
            (table("ignore = true").replace("lodash", "lod.*"), false, false),
            (table("nameIsRegex = true\nignore = true").replace("lodash", "lod.*"), true, true),
            (table("nameIsRegex = true\nignore = true").replace("lodash", "lod"), false, false),
        ] {
            assert_eq!(takes(FILE, &text, lodash("web/package-lock.json")), weakness, "{text}");
            assert_eq!(takes(FILE, &text, license()), licence, "{text}");
        }
    }

    #[test]
    fn a_group_is_known_only_for_development() {
        let mut finding = lodash("web/package-lock.json");
        let text = |group: &str| format!("[[PackageOverrides]]\ngroup = \"{group}\"\nignore = true\n");
        assert!(!takes(FILE, &text("dev"), finding.clone()));
        finding.package.as_mut().unwrap().scope = portcullis_model::Scope::Development;
        assert!(takes(FILE, &text("dev"), finding.clone()));
        assert_eq!(refused(FILE, &text("docs"), finding), [(1, ProblemCode::DroppedItem)]);
    }

    #[test]
    fn what_cannot_be_used_is_told_with_its_line() {
        for (text, told) in [
            ("[[IgnoredVulns]]\nid = \"CVE-2020-8203\"\nignoreUntil = \"soon\"\n", (3, ProblemCode::DroppedItem)),
            ("[[IgnoredVulns]]\nreason = \"x\"\n", (1, ProblemCode::DroppedItem)),
            ("[[PackageOverrides]]\nignore = true\n", (1, ProblemCode::DroppedItem)),
            ("[[PackageOverrides]]\nname = \"lodash\"\n", (1, ProblemCode::DroppedItem)),
            ("[[PackageOverrides]]\nname = \"(\"\nnameIsRegex = true\nignore = true\n", (1, ProblemCode::DroppedItem)),
            ("[[PackageOverrides]]\nname = \"lodash\"\nlicense.override = [\"MIT\"]\n", (3, ProblemCode::LenientValue)),
            ("x = 1\n[[IgnoredVulns]\n", (2, ProblemCode::Unparsable)),
        ] {
            assert_eq!(refused(FILE, text, lodash("web/package-lock.json")), [told], "{text}");
        }
        let told = odd(FILE, "[[IgnoredVulns]]\nid = \"CVE-2020-8203\"\nuntil = 1\n", lodash("web/a"));
        assert_eq!(told, [(3, "unknown key `until` of `IgnoredVulns` in `web/osv-scanner.toml`".to_owned())]);
    }
}

mod snyk {
    use super::*;

    const FILE: &str = ".snyk";

    fn snyk(chain: &[&str]) -> Finding {
        let mut finding =
            weakness("npm", "lodash", "4.17.15", &["CVE-2020-8203", "SNYK-JS-LODASH-567746"], "package.json");
        finding.package.as_mut().unwrap().dependency_path = chain.iter().map(|link| (*link).to_owned()).collect();
        finding.sources[0].tool = "snyk".to_owned();
        finding
    }

    fn file(path: &str, terms: &str) -> String {
        format!("version: v1.25.0\nignore:\n  SNYK-JS-LODASH-567746:\n    - '{path}':\n        {terms}\npatch: {{}}\n")
    }

    #[test]
    fn an_id_is_ignored_along_a_chain_or_everywhere() {
        let chain = ["async@2.0.0", "lodash@4.17.15"];
        let terms = "reason: no untrusted input";
        assert!(takes(FILE, &file("*", terms), snyk(&chain)));
        assert!(takes(FILE, &file("async > lodash", terms), snyk(&chain)));
        assert!(takes(FILE, &file("shop > async@2.0.0 > lodash", terms), snyk(&chain)));
        assert!(!takes(FILE, &file("async@3.0.0 > lodash", terms), snyk(&chain)));
        assert!(!takes(FILE, &file("lodash", terms), snyk(&chain)));
        assert!(!takes(FILE, &file("*", terms).replace("567746", "1"), snyk(&chain)));
    }

    #[test]
    fn end_and_reason_are_taken_over() {
        let text = file(
            "*",
            "expires: 2027-01-31T00:00:00.000Z\n        created: 2026-01-01T00:00:00.000Z\n        reason: later",
        );
        let suppression = ignore(FILE, &text, snyk(&[])).finding.suppressions.remove(0);
        assert_eq!(suppression.expires, Some(jiff::civil::date(2027, 1, 30)));
        assert_eq!((suppression.reason.as_deref(), suppression.line), (Some("later"), Some(4)));
        assert_eq!(refused(FILE, &file("*", "expires: soon"), snyk(&[])), [(5, ProblemCode::DroppedItem)]);
    }

    #[test]
    fn what_can_be_mended_is_not_ignored_where_that_is_asked_for() {
        let fixable =
            |state: Option<FixState>| Finding { fix: state.map(|state| Fix { state, ..Fix::default() }), ..snyk(&[]) };
        for (state, is_taken) in [
            (Some(FixState::NotFixed), true),
            (Some(FixState::WontFix), true),
            (Some(FixState::Fixed), false),
            (Some(FixState::Unknown), false),
            (None, false),
        ] {
            let asked = file("*", "disregardIfFixable: true");
            assert_eq!(takes(FILE, &asked, fixable(state)), is_taken, "{state:?}");
            assert!(takes(FILE, &file("*", "disregardIfFixable: false"), fixable(state)), "{state:?}");
        }
        let unclear = file("*", "disregardIfFixable: perhaps");
        assert_eq!(refused(FILE, &unclear, snyk(&[])), [(5, ProblemCode::DroppedItem)]);
    }

    #[test]
    fn excluded_paths_are_those_of_snyk_alone() {
        let text = "exclude:\n  global:\n    - vendor/**\n    - 'tests':\n        reason: fixtures\n        expires: 2027-01-01T00:00:00Z\n";
        let code = |tool: &str, path: &str| of_tool(tool, Kind::Code, "javascript/Sqli", path);
        assert!(takes(FILE, text, code("SnykCode", "vendor/a.js")));
        assert!(takes(FILE, text, code("snyk", "tests/a.js")));
        assert!(!takes(FILE, text, code("snyk", "src/a.js")));
        assert!(!takes(FILE, text, code("semgrep", "vendor/a.js")));
    }

    #[test]
    fn unknown_keys_are_told() {
        let text = file("*", "resaon: x") + "ignores: {}\n";
        let told = odd(FILE, &text, snyk(&[]));
        assert_eq!(told.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [7, 5]);
    }
}

mod gitleaks {
    use super::*;

    const FILE: &str = ".gitleaksignore";
    const COMMIT: &str = "cf2c1a0de05a2f37b8c2ba5ca0d1b5a4c3a0d9f1";

    fn leak(commit: Option<&str>, fingerprints: &[&str]) -> Finding {
        let mut finding = of_tool("gitleaks", Kind::Secret, "aws-access-token", "ops/prod.env");
        finding.secret = Some(Box::new(Secret { commit: commit.map(str::to_owned), ..Secret::default() }));
        finding.sources[0].fingerprints = fingerprints.iter().map(|text| (*text).to_owned()).collect();
        finding
    }

    #[test]
    fn entries_with_and_without_a_commit() {
        let with_commit = format!("{COMMIT}:ops/prod.env:aws-access-token:3");
        for (entry, commit, is_taken) in [
            ("ops/prod.env:aws-access-token:3", None, true),
            ("ops/prod.env:aws-access-token:3", Some(COMMIT), true),
            ("ops\\prod.env:aws-access-token:3", Some(COMMIT), true),
            (with_commit.as_str(), Some(COMMIT), true),
            (with_commit.as_str(), None, false),
            ("ops/prod.env:aws-access-token:4", None, false),
            ("ops/prod.env:github-pat:3", None, false),
        ] {
            assert_eq!(takes(FILE, &format!("# c\n\n{entry}\r\n"), leak(commit, &[])), is_taken, "{entry}");
        }
    }

    #[test]
    fn the_fingerprint_of_the_report_counts_where_its_paths_are_others() {
        let theirs = format!("{COMMIT}:src\\ops\\prod.env:aws-access-token:3");
        assert!(takes(FILE, "src/ops/prod.env:aws-access-token:3", leak(Some(COMMIT), &[&theirs])));
    }

    #[test]
    fn an_entry_our_own_scanner_has_met_is_noted_once() {
        let entry = "ops/prod.env:aws-access-token:3";
        let noted = ignore(FILE, entry, leak(None, &[])).finding;
        assert_eq!(ignore(FILE, entry, noted).finding.suppressions.len(), 1);
    }

    #[test]
    fn a_file_below_the_root_is_none() {
        assert!(!super::super::is_ignore_file("web/.gitleaksignore"));
    }
}

mod limits {
    use super::*;

    #[test]
    fn files_that_are_no_text_or_too_large_say_so() {
        let mut files = IgnoreFiles::default();
        assert_eq!(files.read(".trivyignore", b"CVE-2020-8203\xff\n")[0].code, ProblemCode::InvalidUtf8);
        assert_eq!(files.read(".trivyignore", &vec![b'#'; (1 << 20) + 1])[0].code, ProblemCode::TooLarge);
        assert_eq!(files.read("readme.md", b"CVE-2020-8203\n"), []);
        let mut finding = lodash("a");
        files.apply(std::slice::from_mut(&mut finding));
        assert_eq!(finding.suppressions, []);
    }

    #[test]
    fn thousands_of_faults_are_counted_and_thousands_of_entries_bounded() {
        let mut files = IgnoreFiles::default();
        let problems = files.read(".trivyignore", "x exp:y\n".repeat(2_000).as_bytes());
        assert_eq!(problems.len(), 51);
        assert_eq!(problems[50].message, "1950 more things are wrong with `.trivyignore`");
        let problems = files.read(".trivyignore", "CVE-2020-8203\n".repeat(10_001).as_bytes());
        assert_eq!(problems.len(), 1);
    }

    #[test]
    fn a_byte_order_mark_and_windows_line_ends_are_read() {
        assert!(takes(".trivyignore", "\u{feff}CVE-2020-8203\r\n", lodash("a")));
        let yaml = "\u{feff}vulnerabilities:\r\n  - id: CVE-2020-8203\r\n";
        assert!(takes(".trivyignore.yaml", yaml, lodash("a")));
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in "[ -~\n\"'{}\\[\\]:#|>*@=]{0,200}") {
            let package = Package { name: "a".to_owned(), ecosystem: "npm".to_owned(), ..Package::default() };
            for path in [".trivyignore", ".trivyignore.yaml", ".grype.yaml", "osv-scanner.toml", ".snyk", ".gitleaksignore", "audit-ci.jsonc", ".nsprc", "deny.toml", ".cargo/audit.toml"] {
                let mut files = IgnoreFiles::default();
                files.read(path, text.as_bytes());
                files.apply(&mut [Finding { package: Some(Box::new(package.clone())), ..lodash("a") }]);
            }
        }
    }
}
