//! Hostile files are ordinary input.

use std::io::Read as _;
use std::process::Stdio;

use crate::repository::{Repository, finding_ids, problem_codes, program, project};

const CLEAN: &str =
    "on: push\npermissions: {}\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make\n";

fn workflow(content: impl AsRef<[u8]>) -> Repository {
    Repository::new().file(".github/workflows/ci.yml", content)
}

#[test]
fn a_hundred_thousand_levels_of_yaml_are_incomplete() {
    for content in ["[".repeat(100_000), "- ".repeat(100_000), "{a: ".repeat(100_000)] {
        let (answer, document) = workflow(&content).check(&[]);
        assert_ne!(document["verdict"], "pass");
        // The workflow that cannot be read is a finding that blocks, and evidence that is missing.
        assert_eq!(answer.code, 1, "{document:#}");
        assert!(finding_ids(&document).contains(&"gha-syntax/unparsable"));
        let codes = problem_codes(&document);
        assert!(codes.contains(&"unparsable") || codes.contains(&"limit"), "{codes:?}");
    }
}

#[test]
fn an_alias_bomb_costs_nothing() {
    let mut bomb = String::from("a0: &a0 [x, x]\n");
    for level in 1..60 {
        bomb.push_str(&format!("a{level}: &a{level} [*a{0}, *a{0}, *a{0}, *a{0}]\n", level - 1));
    }
    let (answer, _) = workflow(bomb).check(&[]);
    assert!([0, 1, 3].contains(&answer.code), "{}", answer.stderr);
}

#[test]
fn a_broken_document_does_not_hide_its_neighbours() {
    let manifests = "apiVersion: v1\nkind: ServiceMonitor\nmetadata: {name: a}\n---\nkind: [unclosed\n---\napiVersion: v1\nkind: ServiceMonitor\nmetadata: {name: b}\n";
    let (_, document) = Repository::new().file("k8s/all.yaml", manifests).check(&[]);
    let wrong_version = document["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["message"].to_string().contains("ServiceMonitor"))
        .count();
    assert_eq!(wrong_version, 2, "{document:#}");
    assert!(problem_codes(&document).contains(&"unparsable"));
}

#[test]
fn a_byte_order_mark_and_utf_16_are_read() {
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(CLEAN.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    for content in [[b"\xef\xbb\xbf".as_slice(), CLEAN.as_bytes()].concat(), utf16] {
        let (answer, document) = workflow(content).check(&[]);
        assert_eq!((answer.code, problem_codes(&document).len()), (0, 0), "{document:#}");
    }
}

#[test]
fn nul_bytes_in_a_workflow_are_named_with_their_place() {
    let (_, document) = workflow(format!("{CLEAN}      - run: \"\0\"\n")).check(&[]);
    assert!(problem_codes(&document).contains(&"unparsable"), "{document:#}");
    assert_eq!(document["problems"][0]["line"], 8, "{document:#}");
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_tree_is_not_followed() {
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("secret.yml"), "on: push\njobs: {}\n").unwrap();
    let repository = Repository::new().file("a.txt", "hello\n");
    std::os::unix::fs::symlink(outside.path().join("secret.yml"), repository.path().join("link.yml")).unwrap();
    let (answer, document) = repository.check(&[]);
    assert!(answer.code == 0 || answer.code == 3, "{document:#}");
    assert!(document.to_string().contains("link.yml"), "said, not silent: {document:#}");
}

#[cfg(unix)]
#[test]
fn an_unreadable_file_is_said() {
    use std::os::unix::fs::PermissionsExt as _;
    let repository = workflow(CLEAN).file("locked.yml", "a: 1\n");
    let locked = repository.path().join("locked.yml");
    std::fs::set_permissions(&locked, std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::read(&locked).is_ok() {
        eprintln!("skipped: this user reads every file");
        return;
    }
    let (_, document) = repository.check(&[]);
    assert!(problem_codes(&document).contains(&"unreadable"), "{document:#}");
}

#[cfg(unix)]
#[test]
fn control_characters_in_a_file_name_reach_no_terminal() {
    let name = ".github/workflows/a\n\u{1b}[31mb.yml";
    let repository = Repository::new().file(name, "on: push\njobs: {b: {runs-on: x, steps: [{uses: a/b@main}]}}\n");
    let answer = repository.run(&["check"]);
    assert!(!answer.stdout.contains('\u{1b}') && !answer.stderr.contains('\u{1b}'), "{:?}", answer.stdout);
    assert!(answer.stdout.contains("gha/unpinned-uses"), "{}", answer.stdout);
}

#[test]
fn a_closed_pipe_is_no_error() {
    let mut child = program()
        .args(["check", "-C", "fixtures/shop", "-f", "json", "--now", "2026-11-21"])
        .current_dir(project())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert_eq!((child.wait().unwrap().code(), stderr.as_str()), (Some(1), ""));
}

#[test]
fn a_secret_is_in_no_output_whatever_is_asked() {
    // Put together here, so that no scanner takes this file for a leak.
    let secret = ["ghp", "_", "x7Rk2LmQ9vTz4WcY8bNf3HjD6sPa1GuE5oXi"].concat();
    let repository = Repository::new().file("app.py", format!("token = \"{secret}\"\n")).file(
        ".github/workflows/ci.yml",
        format!("on: push\njobs:\n  b:\n    runs-on: x\n    steps:\n      - uses: a/b@main # {secret}\n"),
    );
    for arguments in [&["check"][..], &["check", "-f", "json"], &["check", "-vvv"], &["check", "-q"]] {
        let answer = repository.run(arguments);
        assert_eq!(answer.code, 1, "{}{}", answer.stdout, answer.stderr);
        assert!(
            !answer.stdout.contains(&secret) && !answer.stderr.contains(&secret),
            "{arguments:?}: {}",
            answer.stdout
        );
    }
}

#[test]
fn a_secret_is_in_no_output_wherever_it_stands() {
    let secret = ["ghp", "_", "x7Rk2LmQ9vTz4WcY8bNf3HjD6sPa1GuE5oXi"].concat();
    let report = format!(
        r#"{{"version": "2.1.0", "runs": [{{"tool": {{"driver": {{"name": "x"}}}}, "results": [
            {{"ruleId": "a", "level": "error", "message": {{"text": "found {secret} here"}},
              "locations": [{{"physicalLocation": {{"artifactLocation": {{"uri": "src/{secret}.py"}}, "region": {{"startLine": 1, "snippet": {{"text": "x = {secret}"}}}}}}}}]}}]}}]}}"#
    );
    let (front, back) = secret.split_at(20);
    let repository = Repository::new()
        .file("out/r.sarif", report)
        .file(".gitignore", "out/\n")
        .file(
            &format!(".github/workflows/{secret}.yml"),
            "on: push\njobs: {b: {runs-on: x, steps: [{uses: a/b@main}]}}\n",
        )
        .file(
            ".github/workflows/ci.yml",
            format!(
                "on: push\njobs:\n  b:\n    runs-on: x\n    steps:\n      - uses: \"a/b@{front}\\\n          {back}\"\n"
            ),
        )
        .file(
            "k8s/a.yaml",
            format!("apiVersion: v1\nkind: ServiceMonitor\nmetadata:\n  name: a\n  {secret}: 1\n  {secret}: 2\n"),
        );
    for arguments in [
        &["check"][..],
        &["check", "-f", "json"],
        &["check", "-vvv"],
        &["check", "-f", "short"],
        &["check", "-f", "jsonl"],
    ] {
        let arguments: Vec<&str> = arguments.iter().copied().chain(["--report", "out/r.sarif"]).collect();
        let answer = repository.run(&arguments);
        assert_eq!(answer.code, 1, "{}{}", answer.stdout, answer.stderr);
        let all = answer.stdout + &answer.stderr;
        assert!(!all.contains(&secret), "{arguments:?}: {all}");
    }
}

#[test]
fn a_secret_is_in_no_format_whichever_word_of_a_report_it_is() {
    let secret = ["ghp", "_", "x7Rk2LmQ9vTz4WcY8bNf3HjD6sPa1GuE5oXi"].concat();
    let trivy = format!(
        r#"{{"SchemaVersion": 2, "ArtifactName": "{secret}", "Results": [{{"Target": "a/{secret}", "Class": "lang-pkgs", "Type": "npm",
            "Vulnerabilities": [{{"VulnerabilityID": "CVE-2026-1", "PkgName": "a", "InstalledVersion": "{secret}", "FixedVersion": "{secret}",
              "PkgIdentifier": {{"PURL": "no purl {secret}"}}, "Severity": "HIGH", "CVSS": {{"{secret}": {{"V3Score": 9.8}}}}}}],
            "Licenses": [{{"Name": "MIT {secret}", "Category": "{secret}", "PkgName": "b", "Severity": "HIGH", "Confidence": 1}}]}}]}}"#
    );
    let bom = format!(
        r#"{{"bomFormat": "CycloneDX", "specVersion": "1.6", "metadata": {{"tools": [{{"name": "x", "version": "{secret}"}}]}},
            "components": [{{"type": "library", "name": "a", "version": "1", "bom-ref": "{secret}", "purl": "no purl {secret}",
              "cpe": "cpe {secret}", "supplier": {{"name": "{secret}"}}, "author": "{secret}",
              "licenses": [{{"license": {{"name": "{secret}"}}}}],
              "evidence": {{"occurrences": [{{"location": "{secret}/a"}}]}},
              "externalReferences": [{{"type": "distribution", "url": "https://x.example/{secret}"}}]}}]}}"#
    );
    let junit = format!(
        r#"<testsuites><testsuite name="{secret}" tests="1" failures="1"><testcase classname="{secret}" name="{secret}"><failure message="{secret}"/></testcase></testsuite></testsuites>"#
    );
    let repository = Repository::new()
        .file(".gitignore", "out/\n")
        .file("out/trivy.json", trivy)
        .file("out/bom.json", bom)
        .file("out/junit.xml", junit);
    for format in ["human", "short", "json", "jsonl", "sarif", "junit", "markdown", "html", "github", "csv", "baseline"]
    {
        let reports = ["--report", "out/trivy.json", "--report", "out/bom.json", "--report", "out/junit.xml"];
        let answer = repository.run(&[&["check", "-vvv", "-f", format][..], &reports].concat());
        assert_ne!(answer.code, 2, "{format}: {}", answer.stderr);
        let all = answer.stdout + &answer.stderr;
        let around = all.find(&secret).map(|at| all.get(at.saturating_sub(80)..at + 40).unwrap_or_default());
        assert_eq!(around, None, "{format}");
    }
}

#[test]
fn a_secret_in_a_broken_policy_is_not_quoted() {
    let secret = ["ghp", "_", "x7Rk2LmQ9vTz4WcY8bNf3HjD6sPa1GuE5oXi"].concat();
    let answer =
        Repository::new().file("portcullis.yaml", format!("version: 1\nlevles: {{}} # {secret}\n")).run(&["check"]);
    assert_eq!(answer.code, 2);
    assert!(answer.stderr.contains("policy/unknown-key") && !answer.stderr.contains(&secret), "{}", answer.stderr);
}

#[test]
fn yaml_of_no_kind_beyond_a_limit_is_incomplete() {
    let (answer, document) = workflow(CLEAN).file("conf.yaml", "[".repeat(100_000)).check(&[]);
    assert_eq!((answer.code, finding_ids(&document).len()), (3, 0), "{document:#}");
    assert_eq!(document["problems"][0]["path"], "conf.yaml");
}

#[cfg(unix)]
#[test]
fn a_pipe_in_the_place_of_a_result_is_written_to_and_stays() {
    use std::os::unix::fs::FileTypeExt as _;
    let (repository, place) = (workflow(CLEAN), tempfile::tempdir().unwrap());
    let pipe = place.path().join("result");
    if !std::process::Command::new("mkfifo").arg(&pipe).status().is_ok_and(|status| status.success()) {
        eprintln!("skipped: there is no mkfifo");
        return;
    }
    // Open at both ends, so that neither side waits; what is written fits into the pipe.
    let mut reader = std::fs::File::options().read(true).write(true).open(&pipe).unwrap();
    let answer = repository.run(&["check", "-f", &format!("json={}", pipe.display()), "-f", "human"]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    assert!(std::fs::metadata(&pipe).unwrap().file_type().is_fifo(), "a file stands in the place of the pipe");
    let mut beginning = [0; 4];
    reader.read_exact(&mut beginning).unwrap();
}

#[test]
fn a_path_that_does_not_exist_is_a_usage_error() {
    let answer = Repository::new().run(&["check", "nowhere.yml"]);
    assert_eq!(answer.code, 2);
    assert!(answer.stderr.contains("nowhere.yml"), "{}", answer.stderr);
}

#[cfg(unix)]
#[test]
fn an_output_that_is_no_regular_file_is_written_to_and_not_replaced() {
    let repository = Repository::new().file("a.txt", "hello\n").file("target.json", "");
    let link = repository.path().join("link.json");
    std::os::unix::fs::symlink("target.json", &link).unwrap();
    assert_eq!(repository.run(&["check", "-f", "json=link.json"]).code, 0);
    assert!(link.symlink_metadata().unwrap().is_symlink());
    assert!(std::fs::read_to_string(repository.path().join("target.json")).unwrap().contains("portcullis.result/1"));
}
