//! A pull request cannot weaken its own gate, and shows that it tried.

use std::path::Path;

use serde_json::Value;

use crate::pull_request::{PullRequest, last_document};
use crate::repository::{Repository, run_in};

const POLICY: &str = "\
version: 1
levels: { high: fail }
secrets: { levels: { high: fail } }
workflows: { levels: { high: fail } }
vulnerabilities: { levels: { high: fail } }
reports: [{ name: deps, path: r.json, format: trivy, required: true }]
data: { aliases: data/aliases.json, epss: data/epss.csv }
vex: [{ path: data/vex.json }]
";
const WORKFLOW: &str = "on: push\npermissions: {}\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: acme/build@main\n";
const REPORT: &str = r#"{"SchemaVersion":2,"ArtifactName":".","Results":[{"Target":"package-lock.json","Class":"lang-pkgs","Type":"npm","Vulnerabilities":[
  {"VulnerabilityID":"CVE-2026-1111","PkgName":"minimist","InstalledVersion":"1.2.0","PkgIdentifier":{"PURL":"pkg:npm/minimist@1.2.0"},"Severity":"HIGH"}]}]}"#;

fn vex(id: &str) -> String {
    format!(
        r#"{{"@context":"https://openvex.dev/ns/v0.2.0","@id":"https://example.com/vex","author":"web","timestamp":"2026-11-20T00:00:00Z","version":1,"statements":[{{"vulnerability":{{"name":"{id}"}},"products":[{{"@id":"pkg:npm/minimist@1.2.0"}}],"status":"not_affected","justification":"vulnerable_code_not_in_execute_path"}}]}}"#
    )
}

fn epss(score: &str) -> String {
    format!(
        "#model_version:v2025.03.14,score_date:2026-11-20T00:00:00+0000\ncve,epss,percentile\nCVE-2026-1111,{score},0.5\n"
    )
}

fn token() -> String {
    format!("token = \"ghp_{}\"\n", "x7Kq2Lm9Rt4Vw8Zb1Nc5Yd3Hf6Jg0Pa7Se2U")
}

/// The base: a gate with everything that may steer it. The report is made by the job, so it is the same on both sides.
fn base() -> PullRequest {
    let repository = Repository::new()
        .file("portcullis.yaml", POLICY)
        .file(".gitleaks.toml", "[extend]\nuseDefault = true\n")
        .file(".gitleaksignore", "old.txt:github-pat:1\n")
        .file(".trivyignore", "CVE-1999-0001\n")
        .file(".portcullis/exceptions/web.yaml", exceptions("EX-0", "gha/insecure-commands"))
        .file("CODEOWNERS", "* @org/all\n")
        .file(".gitattributes", "*.sh text\n")
        .file("data/aliases.json", "{}")
        .file("data/epss.csv", epss("0.10"))
        .file("data/vex.json", vex("CVE-1999-0001"))
        .file("src/app.py", "print(1)\n")
        .file("r.json", REPORT);
    PullRequest::on(repository)
}

fn exceptions(id: &str, rule: &str) -> String {
    format!(
        "version: 1\nkind: exceptions\nexceptions:\n  - id: {id}\n    rules: [{rule}]\n    paths: [.github/workflows/ci.yml]\n    reason: we trust this action entirely\n    owner: \"@me\"\n    created: 2026-11-20\n    expires: 2026-12-20\n"
    )
}

/// What the change does that the gate is there for.
fn offend(path: &Path) {
    write(path, ".github/workflows/ci.yml", WORKFLOW);
    write(path, "config.txt", &token());
}

fn write(root: &Path, path: &str, content: &str) {
    let path = root.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, content).unwrap();
}

/// Findings as the gate sees them in the files that every variant has, with their levels.
fn decided(document: &Value) -> Vec<(String, String, String)> {
    let findings = document["findings"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let of_gate = |finding: &&Value| !text(&finding["id"]).starts_with("gate/");
    findings
        .filter(of_gate)
        .map(|finding| (text(&finding["id"]), text(&finding["level"]), text(&finding["state"])))
        .collect()
}

/// Runs the same change with and without a weakening, demands the same decision about the same findings, and that the preview
/// names the files. Gives the document of the weakened one.
fn attack(files: &[&str], weaken: impl FnOnce(&Path)) -> Value {
    let plain = base().run(&[], offend);
    let honest = last_document(&plain);
    assert_eq!((plain.code, honest["counts"]["fail"].as_u64()), (1, Some(3)), "{honest:#}{}", plain.stderr);
    assert_eq!(honest["policy"]["preview"], Value::Null, "{honest:#}");

    let answer = base().run(&[], |path| {
        offend(path);
        weaken(path);
    });
    let document = last_document(&answer);
    assert_eq!(answer.code, 1, "{document:#}{}", answer.stderr);
    assert_eq!(document["policy"]["source"], "base");
    assert_eq!(document["policy"]["digest"], honest["policy"]["digest"]);
    assert_eq!(document["verdict"], honest["verdict"]);
    assert_eq!(decided(&document), decided(&honest));
    assert_eq!(document["policy"]["changed_in_pr"], serde_json::json!(files), "{document:#}");
    assert!(files.is_empty() || document["policy"]["preview"].is_object(), "{document:#}");
    document
}

fn preview(document: &Value) -> &Value {
    &document["policy"]["preview"]
}

fn stops(document: &Value) -> u64 {
    preview(document)["stop_blocking"].as_u64().unwrap()
}

#[test]
fn lower_levels_have_no_effect_and_the_preview_names_the_key() {
    let loose = POLICY.replace("workflows: { levels: { high: fail } }", "workflows: { levels: { high: log } }");
    let document = attack(&["portcullis.yaml"], |path| write(path, "portcullis.yaml", &loose));
    assert_eq!(stops(&document), 1);
    assert_eq!(preview(&document)["keys"], serde_json::json!(["workflows.levels.high"]));
    let rules = preview(&document)["rules"].as_array().unwrap();
    let downgraded = serde_json::json!({"id": "gha/unpinned-uses", "change": "downgraded"});
    assert!(rules.contains(&downgraded), "{rules:?}");
}

#[test]
fn a_rule_that_is_switched_off_or_left_out_by_its_profile_is_named_as_disabled() {
    let disabled = serde_json::json!({"id": "gha/unpinned-uses", "change": "disabled"});
    for line in ["rules: { gha/unpinned-uses: off }\n", "workflows: { profile: off }\n"] {
        let policy = POLICY.replace("workflows: { levels: { high: fail } }\n", "");
        let document = attack(&["portcullis.yaml"], |path| write(path, "portcullis.yaml", &format!("{policy}{line}")));
        assert_eq!(stops(&document), 1, "{line}");
        assert!(preview(&document)["rules"].as_array().unwrap().contains(&disabled), "{line}{document:#}");
    }
}

#[test]
fn a_secret_rule_that_is_taken_out_is_named_as_removed() {
    let document = attack(&[".gitleaks.toml"], |path| {
        let only = "[[rules]]\nid = \"mine\"\nregex = '''never-there-[0-9]{9}'''\n";
        write(path, ".gitleaks.toml", only);
    });
    assert_eq!(stops(&document), 1);
    let removed = serde_json::json!({"id": "github-pat", "change": "removed"});
    assert!(preview(&document)["rules"].as_array().unwrap().contains(&removed), "{document:#}");
}

#[test]
fn an_exception_of_the_change_itself_is_proposed_and_does_not_apply() {
    let document = attack(&[".portcullis/exceptions/mine.yaml"], |path| {
        write(path, ".portcullis/exceptions/mine.yaml", &exceptions("EX-1", "gha/unpinned-uses"));
    });
    assert_eq!(stops(&document), 1);
    assert_eq!(preview(&document)["keys"], serde_json::json!(["EX-1"]));
    let told = serde_json::json!([{"id": "EX-1", "covers": "gha/unpinned-uses in .github/workflows/ci.yml", "expires": "2026-12-20"}]);
    assert_eq!(preview(&document)["exceptions"], told);
    let rows = document["exceptions"].as_array().unwrap();
    let row = rows.iter().find(|row| row["id"] == "EX-1").unwrap();
    assert_eq!((row["state"].as_str(), row["matched"].as_u64()), (Some("proposed"), Some(1)));
}

#[test]
fn a_line_in_gitleaksignore_has_no_effect() {
    let document = attack(&[".gitleaksignore"], |path| {
        write(path, ".gitleaksignore", "old.txt:github-pat:1\nconfig.txt:github-pat:1\n");
    });
    assert_eq!(stops(&document), 1, "{document:#}");
}

#[test]
fn an_edit_of_trivyignore_has_no_effect_and_is_told() {
    attack(&[".trivyignore"], |path| write(path, ".trivyignore", "CVE-1999-0001\nCVE-2026-1111\n"));
}

#[test]
fn a_policy_under_another_of_the_four_names_has_no_effect() {
    let document = attack(&[".github/portcullis.yml", "portcullis.yaml"], |path| {
        std::fs::remove_file(path.join("portcullis.yaml")).unwrap();
        write(path, ".github/portcullis.yml", "version: 1\nworkflows: { profile: off }\n");
    });
    assert!(stops(&document) > 0);
}

#[test]
fn a_renamed_policy_is_no_policy_and_has_no_effect() {
    attack(&["portcullis.yaml"], |path| {
        std::fs::rename(path.join("portcullis.yaml"), path.join("portcullis.yaml.off")).unwrap();
    });
}

#[test]
fn a_deleted_policy_has_no_effect() {
    attack(&["portcullis.yaml"], |path| std::fs::remove_file(path.join("portcullis.yaml")).unwrap());
}

#[test]
fn a_second_policy_has_no_effect_and_cannot_be_used() {
    let document = attack(&[".github/portcullis.yml"], |path| {
        write(path, ".github/portcullis.yml", "version: 1\nlevels: { high: off }\n");
    });
    let why = preview(&document)["unusable"].as_str().unwrap();
    assert!(why.contains("two policies"), "{why}");
}

#[cfg(unix)]
#[test]
fn a_symbolic_link_in_place_of_the_policy_has_no_effect() {
    let document = attack(&["portcullis.yaml"], |path| {
        write(
            path,
            "loose.yaml",
            &POLICY.replace("workflows: { levels: { high: fail } }", "workflows: { profile: off }"),
        );
        std::fs::remove_file(path.join("portcullis.yaml")).unwrap();
        std::os::unix::fs::symlink("loose.yaml", path.join("portcullis.yaml")).unwrap();
    });
    assert_eq!(stops(&document), 1, "what the link leads to would decide: {document:#}");
}

#[test]
fn a_baseline_of_the_change_itself_has_no_effect() {
    let document = attack(&[".portcullis/baseline.json"], |path| {
        run_in(path, &["check", "-f", "baseline=.portcullis/baseline.json"], &[]);
        assert!(path.join(".portcullis/baseline.json").exists());
    });
    assert!(stops(&document) > 0, "{document:#}");
}

#[test]
fn report_only_has_no_effect() {
    let document = attack(&["portcullis.yaml"], |path| {
        write(path, "portcullis.yaml", &format!("{POLICY}mode: {{ report_only: {{ until: 2027-01-15 }} }}\n"));
    });
    assert_eq!(stops(&document), 3);
}

#[test]
fn a_dropped_report_is_judged_all_the_same() {
    let document = attack(&["portcullis.yaml"], |path| {
        let without: String =
            POLICY.lines().filter(|line| !line.starts_with("reports")).flat_map(|line| [line, "\n"]).collect();
        write(path, "portcullis.yaml", &without);
    });
    assert_eq!(stops(&document), 1, "{document:#}");
}

#[test]
fn a_policy_that_cannot_be_used_is_told_and_has_no_effect() {
    let document = attack(&["portcullis.yaml"], |path| write(path, "portcullis.yaml", "version: 1\nlevles: {}\n"));
    let why = preview(&document)["unusable"].as_str().unwrap();
    assert!(why.starts_with("portcullis.yaml:2:"), "{why}");
}

#[test]
fn statements_and_data_of_the_change_itself_have_no_effect() {
    let document = attack(&["data/vex.json"], |path| write(path, "data/vex.json", &vex("CVE-2026-1111")));
    assert_eq!(stops(&document), 1, "{document:#}");

    let document = attack(&["data/epss.csv"], |path| write(path, "data/epss.csv", &epss("0.99")));
    let vulnerability = |document: &Value| {
        let findings = document["findings"].as_array().unwrap();
        findings.iter().find(|finding| finding["id"] == "CVE-2026-1111").unwrap()["vulnerability"].clone()
    };
    assert_eq!(vulnerability(&document)["epss"]["score"], 0.1);

    attack(&["data/aliases.json"], |path| write(path, "data/aliases.json", r#"{"CVE-2026-1111":["CVE-1999-0001"]}"#));
}

#[test]
fn owners_and_attributes_of_the_change_itself_have_no_effect_and_are_told() {
    attack(&["CODEOWNERS"], |path| write(path, "CODEOWNERS", "* @me\n"));
    attack(&[".gitattributes"], |path| write(path, ".gitattributes", "* -diff linguist-generated\n"));
}

#[test]
fn comments_that_silence_a_scanner_are_listed_also_in_files_nobody_here_reads() {
    let answer = base().run(&[], |path| {
        offend(path);
        write(path, "src/app.py", "print(1)\nexec(x)  # nosec B102\n");
        write(path, "Dockerfile", "# hadolint ignore=DL3008\nFROM scratch\n");
    });
    let document = last_document(&answer);
    let inline = serde_json::json!([
        {"path": "Dockerfile", "line": 1, "form": "hadolint ignore", "rules": ["DL3008"]},
        {"path": "src/app.py", "line": 2, "form": "nosec", "rules": ["B102"]},
    ]);
    assert_eq!(preview(&document)["inline"], inline, "{document:#}");
    assert_eq!((answer.code, document["counts"]["fail"].as_u64()), (1, Some(3)));
}

#[test]
fn a_comment_of_the_change_counts_as_the_base_says_and_is_listed() {
    let ignored = token().replace('\n', " # gitleaks:allow\n");
    for (words, code) in [("report", 0), ("ignore", 1)] {
        let policy =
            format!("version: 1\nsecrets: {{ levels: {{ high: fail }} }}\ntrust: {{ inline_suppressions: {words} }}\n");
        let base = PullRequest::on(Repository::new().file("portcullis.yaml", policy));
        let answer = base.run(&[], |path| {
            write(path, "config.txt", &ignored);
            write(path, "portcullis.yaml", "version: 1\ntrust: { inline_suppressions: honour }\n");
        });
        let document = last_document(&answer);
        assert_eq!(answer.code, code, "{words}: {document:#}");
        assert_eq!(preview(&document)["inline"][0]["form"], "gitleaks:allow", "{document:#}");
    }
}

#[test]
fn the_workflow_that_runs_the_gate_is_named_where_the_change_edits_it() {
    let mut change = base();
    change.variables.push(("GITHUB_WORKFLOW_REF", "acme/shop/.github/workflows/ci.yml@refs/pull/7/merge".to_owned()));
    let document = last_document(&change.run(&[], offend));
    assert_eq!(preview(&document)["workflow"], ".github/workflows/ci.yml", "{document:#}");
}

#[test]
fn tightening_of_the_change_itself_shows_what_would_start_blocking_and_counts_where_the_base_lets_it() {
    let loose = "version: 1\nworkflows: { levels: { high: warn } }\n";
    let strict = "version: 1\nworkflows: { levels: { high: fail } }\n";
    for (trust, code) in [("", 0), ("trust: { apply_tightening: true }\n", 1)] {
        let base = PullRequest::on(Repository::new().file("portcullis.yaml", format!("{loose}{trust}")));
        let answer = base.run(&[], |path| {
            write(path, ".github/workflows/ci.yml", WORKFLOW);
            write(path, "portcullis.yaml", strict);
        });
        let document = last_document(&answer);
        assert_eq!((answer.code, document["policy"]["source"].as_str()), (code, Some("base")), "{document:#}");
        if code == 0 {
            assert_eq!(preview(&document)["start_blocking"], 1, "{document:#}");
        }
    }
}

#[test]
fn the_policy_of_the_change_decides_only_where_the_base_says_so() {
    let strict = "version: 1\nworkflows: { levels: { high: fail } }\n";
    let loose = "version: 1\nworkflows: { levels: { high: warn } }\n";
    let from_head = "trust: { policy_from: head }\n";
    for (of_base, of_head, code, source) in [(from_head, "", 0, "head"), ("", from_head, 1, "base")] {
        let base = PullRequest::on(Repository::new().file("portcullis.yaml", format!("{strict}{of_base}")));
        let answer = base.run(&[], |path| {
            write(path, ".github/workflows/ci.yml", WORKFLOW);
            write(path, "portcullis.yaml", &format!("{loose}{of_head}"));
        });
        let document = last_document(&answer);
        assert_eq!((answer.code, document["policy"]["source"].as_str()), (code, Some(source)), "{document:#}");
    }
}

#[test]
fn what_the_base_has_gone_on_to_since_is_not_said_to_be_of_the_change() {
    let mut change = base();
    // The base becomes stricter after the branch was made; the change touches no gate file.
    change.base_goes_on("portcullis.yaml", &format!("{POLICY}rules: {{ gha/unpinned-uses: fail }}\n"));
    let document = last_document(&change.run(&[], offend));
    assert_eq!(document["policy"]["changed_in_pr"], serde_json::json!([]), "{document:#}");
    assert_eq!(preview(&document), &Value::Null, "{document:#}");
}

#[test]
fn without_the_base_commit_the_answer_is_incomplete() {
    let mut change = base();
    change.base_is("0123456789012345678901234567890123456789");
    for arguments in [&[][..], &["--offline"]] {
        let answer = change.run(arguments, |_| {});
        let document = last_document(&answer);
        let code = document["problems"][0]["code"].as_str();
        assert_eq!((answer.code, code), (3, Some("base_unreadable")), "{document:#}");
    }
}

#[test]
fn a_base_without_gate_files_is_judged_by_the_head_and_says_so() {
    let base = PullRequest::on(Repository::new().file("readme.txt", "hello\n"));
    let answer = base.run(&[], |path| write(path, "portcullis.yaml", "version: 1\nextends: preset:minimal@1\n"));
    let document = last_document(&answer);
    assert_eq!((answer.code, document["policy"]["source"].as_str()), (0, Some("bootstrap")), "{document:#}");
}

#[test]
fn people_see_in_the_terminal_that_the_change_tried() {
    let change = base();
    let human = change.run_as(&["check", "-f", "human", "--color", "never"], |path| {
        offend(path);
        write(path, "src/app.py", "print(1)\nexec(x)  # nosec B102\n");
        let loose = POLICY.replace("workflows: { levels: { high: fail } }", "rules: { gha/unpinned-uses: off }");
        write(path, "portcullis.yaml", &loose);
        write(path, ".portcullis/exceptions/mine.yaml", &exceptions("EX-1", "gha/unpinned-uses"));
    });
    let said: Vec<&str> = human
        .stdout
        .lines()
        .filter(|line| !line.starts_with("::"))
        .skip_while(|line| !line.starts_with("Not in force"))
        .collect();
    assert!(!said.is_empty(), "{}{}", human.stdout, human.stderr);
    insta::assert_snapshot!(said.join("\n"));
}
