//! What a change introduces, and what was there before it.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::pull_request::{PullRequest, last_document};
use crate::repository::{Repository, problem_codes};

const POLICY: &str = "version: 1\nlevels: { high: fail }\nworkflows: { levels: { high: fail } }\n";
const REPORT: &str = "reports: [{ name: deps, path: r.json, required: true }]\n";

fn workflow(uses: &[&str]) -> String {
    let steps = uses.iter().map(|uses| format!("      - uses: {uses}\n")).collect::<Vec<_>>().concat();
    format!("on: push\npermissions: {{}}\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n{steps}")
}

fn write(root: &Path, path: &str, content: &str) {
    let path = root.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, content).unwrap();
}

fn pip(ids: &[&str]) -> String {
    let vulnerabilities: Vec<_> =
        ids.iter().map(|id| format!(r#"{{"id":"{id}","fix_versions":[],"aliases":[],"description":""}}"#)).collect();
    format!(
        r#"{{"dependencies":[{{"name":"flask","version":"0.5","vulns":[{}]}}],"fixes":[]}}"#,
        vulnerabilities.join(",")
    )
}

/// `path:line introduced level in_diff` of every finding about a rule.
fn told(document: &Value, id: &str) -> Vec<String> {
    let findings = document["findings"].as_array().unwrap().iter().filter(|finding| finding["id"] == id);
    findings
        .map(|finding| {
            let place = &finding["locations"][0];
            let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
            format!(
                "{}:{} {} {} {}",
                text(&place["path"]),
                place["start_line"],
                text(&finding["introduced"]),
                text(&finding["level"]),
                finding["in_diff"]
            )
        })
        .collect()
}

fn base() -> PullRequest {
    let old = workflow(&["acme/one@main", "acme/two@main"]);
    PullRequest::on(Repository::new().file("portcullis.yaml", POLICY).file(".github/workflows/ci.yml", old))
}

#[test]
fn what_the_base_had_does_not_block_what_is_new_does_and_what_is_gone_is_fixed() {
    let answer = base().run(&[], |path| {
        // Moved by a line, one taken out, one added.
        let new = format!("# moved\n{}", workflow(&["acme/one@main", "acme/three@main"]));
        write(path, ".github/workflows/ci.yml", &new);
    });
    let document = last_document(&answer);
    assert_eq!(
        told(&document, "gha/unpinned-uses"),
        [
            ".github/workflows/ci.yml:null fixed off null",
            ".github/workflows/ci.yml:8 existing log false",
            ".github/workflows/ci.yml:9 new fail true",
        ],
        "{document:#}"
    );
    assert_eq!(answer.code, 1);
}

#[test]
fn a_file_the_change_leaves_alone_introduces_nothing() {
    let answer = base().run(&[], |path| write(path, "readme.txt", "hello\n"));
    let document = last_document(&answer);
    let introduced = [".github/workflows/ci.yml:7 existing log false", ".github/workflows/ci.yml:8 existing log false"];
    assert_eq!((answer.code, told(&document, "gha/unpinned-uses")), (0, introduced.map(str::to_owned).to_vec()));
}

#[test]
fn a_moved_file_introduces_only_what_is_new_in_it() {
    let answer = base().run(&[], |path| {
        std::fs::remove_file(path.join(".github/workflows/ci.yml")).unwrap();
        let uses = workflow(&["acme/one@main", "acme/two@main", "acme/three@main"]);
        write(path, ".github/workflows/build.yml", &uses);
    });
    let document = last_document(&answer);
    assert_eq!(
        told(&document, "gha/unpinned-uses"),
        [
            ".github/workflows/build.yml:7 existing log false",
            ".github/workflows/build.yml:8 existing log false",
            ".github/workflows/build.yml:9 new fail true",
        ],
        "{document:#}"
    );
}

#[test]
fn a_file_that_becomes_a_workflow_by_its_move_is_new_with_all_it_does() {
    let base = PullRequest::on(
        Repository::new()
            .file("portcullis.yaml", POLICY)
            .file("docs/example.txt", workflow(&["acme/one@main", "acme/two@main"])),
    );
    let answer = base.run(&[], |path| {
        std::fs::create_dir_all(path.join(".github/workflows")).unwrap();
        std::fs::rename(path.join("docs/example.txt"), path.join(".github/workflows/ci.yml")).unwrap();
    });
    let document = last_document(&answer);
    let new = [".github/workflows/ci.yml:7 new fail false", ".github/workflows/ci.yml:8 new fail false"];
    assert_eq!((answer.code, told(&document, "gha/unpinned-uses")), (1, new.map(str::to_owned).to_vec()));
}

#[test]
fn a_secret_of_the_base_is_existing_and_one_of_the_change_new() {
    let token = |tail: &str| format!("ghp_{}{tail}", "x7Kq2Lm9Rt4Vw8Zb1Nc5Yd3Hf6Jg0Pa7Se2");
    let policy = "version: 1\nsecrets: { levels: { high: fail } }\n";
    let base = PullRequest::on(
        Repository::new().file("portcullis.yaml", policy).file("a.txt", format!("k = \"{}\"\n", token("U"))),
    );
    let answer = base.run(&[], |path| {
        write(path, "a.txt", &format!("\nk = \"{}\"\nl = \"{}\"\n", token("U"), token("V")));
    });
    let document = last_document(&answer);
    assert_eq!(told(&document, "github-pat"), ["a.txt:2 existing log false", "a.txt:3 new fail true"], "{document:#}");
    assert!(!answer.stdout.contains(&token("U")) && !answer.stdout.contains(&token("V")));
}

#[test]
fn an_exception_of_the_base_is_no_state_of_the_base_that_outlives_it() {
    let exception = "version: 1\nkind: exceptions\nexceptions:\n  - id: EX-1\n    rules: [gha/unpinned-uses]\n    paths: [.github/workflows/ci.yml]\n    reason: until the fork is gone\n    owner: \"@me\"\n    created: 2026-10-01\n    expires: 2026-11-01\n";
    let repository = Repository::new()
        .file("portcullis.yaml", POLICY)
        .file(".portcullis/exceptions/web.yaml", exception)
        .file(".github/workflows/ci.yml", workflow(&["acme/one@main"]));
    let answer = PullRequest::on(repository).run(&[], |path| write(path, "readme.txt", "hello\n"));
    let document = last_document(&answer);
    assert_eq!(
        (answer.code, told(&document, "gha/unpinned-uses")),
        (1, vec![".github/workflows/ci.yml:7 existing fail false".to_owned()]),
        "{document:#}"
    );
}

#[test]
fn the_report_of_the_base_tells_what_a_report_introduces() {
    let repository =
        Repository::new().file("portcullis.yaml", format!("{POLICY}{REPORT}")).file(".gitignore", "r.json\n");
    repository.git(&["init", "--quiet"]);
    let change = PullRequest::on(repository);
    let outside = tempfile::tempdir().unwrap();
    let of_base = outside.path().join("base.json");
    std::fs::write(&of_base, pip(&["CVE-2019-1010083"])).unwrap();
    let report = |name: &str| format!("{name}{}", of_base.display());
    let of_now = |path: &Path| write(path, "r.json", &pip(&["CVE-2019-1010083", "CVE-2023-30861"]));
    let introduced = |document: &Value| {
        let findings = document["findings"].as_array().unwrap().iter();
        findings.map(|finding| finding["introduced"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };

    let unknown = last_document(&change.run(&[], of_now));
    assert_eq!(introduced(&unknown), ["unknown", "unknown"], "{unknown:#}");
    assert!(problem_codes(&unknown).contains(&"not_in_baseline"), "and it is said why: {unknown:#}");
    for name in ["", "deps=", "pip-audit="] {
        let document = last_document(&change.run(&["--baseline-report", &report(name)], of_now));
        assert_eq!(introduced(&document), ["existing", "new"], "{name}: {document:#}");
    }
    let document = last_document(&change.run(&["--baseline-report", &report("trivy=")], of_now));
    assert_eq!(introduced(&document), ["unknown", "unknown"], "{document:#}");
    std::fs::write(&of_base, "<html>").unwrap();
    let document = last_document(&change.run(&["--baseline-report", &report("deps=")], of_now));
    assert_eq!(introduced(&document), ["unknown", "unknown"], "{document:#}");
}

#[test]
fn a_report_that_the_change_brings_along_says_nothing_about_the_base() {
    let repository = Repository::new().file("portcullis.yaml", format!("{POLICY}{REPORT}"));
    let change = PullRequest::on(repository);
    let answer = change.run(&["--baseline-report", "deps=mine.json"], |path| {
        write(path, "r.json", &pip(&["CVE-2019-1010083"]));
        write(path, "mine.json", &pip(&["CVE-2019-1010083"]));
    });
    let document = last_document(&answer);
    assert_eq!((answer.code, document["findings"][0]["introduced"].as_str()), (1, Some("unknown")), "{document:#}");
}

#[test]
fn a_base_can_be_named_at_the_desk() {
    let repository = Repository::new()
        .file("portcullis.yaml", POLICY)
        .file(".github/workflows/ci.yml", workflow(&["acme/one@main"]));
    let base = repository.commit();
    repository.write(".github/workflows/ci.yml", workflow(&["acme/one@main", "acme/two@main"]));
    repository.commit();
    let (answer, document) = repository.check(&["--base", &base]);
    assert_eq!(
        told(&document, "gha/unpinned-uses"),
        [".github/workflows/ci.yml:7 existing log false", ".github/workflows/ci.yml:8 new fail true"],
        "{document:#}"
    );
    assert_eq!((answer.code, document["policy"]["source"].as_str()), (1, Some("local")));
    let unknown = repository.run(&["check", "--base", "nowhere"]);
    assert_eq!(unknown.code, 2, "{}", unknown.stderr);
}

#[test]
fn a_branch_at_the_desk_is_compared_with_the_place_where_it_left_the_default_branch() {
    let old = workflow(&["acme/one@main"]);
    let repository = Repository::new().file("portcullis.yaml", POLICY).file(".github/workflows/ci.yml", old);
    let fork = repository.commit();
    assert_eq!(repository.run(&["check"]).code, 1, "there is no remote");
    repository.git(&["update-ref", "refs/remotes/origin/main", &fork]);
    assert_eq!(repository.run(&["check"]).code, 1, "nothing has left the default branch");
    repository.write("readme.txt", "hello\n");
    repository.commit();
    let answer = repository.run(&["check", "-f", "json"]);
    let lines = told(&serde_json::from_str(&answer.stdout).unwrap(), "gha/unpinned-uses");
    assert_eq!((answer.code, lines), (0, vec![".github/workflows/ci.yml:7 existing log false".to_owned()]));
    repository.write(".github/workflows/ci.yml", workflow(&["acme/one@main", "acme/two@main"]));
    repository.commit();
    let answer = repository.run(&["check", "-f", "json"]);
    let lines = told(&serde_json::from_str(&answer.stdout).unwrap(), "gha/unpinned-uses");
    assert_eq!((answer.code, lines[1].as_str()), (1, ".github/workflows/ci.yml:8 new fail true"), "{lines:?}");
}

#[test]
fn a_change_cannot_name_its_own_head_as_base_or_as_the_place_of_the_policy() {
    for flag in ["--base", "--policy-ref"] {
        let change = base();
        let answer = change.run(&[flag, "HEAD"], |path| {
            write(path, ".github/workflows/ci.yml", &workflow(&["acme/four@main"]));
            write(path, "portcullis.yaml", "version: 1\nlevels: { high: off }\n");
        });
        assert_eq!(answer.code, 2, "{}", answer.stdout);
        assert!(answer.stderr.contains("neither the base commit"), "{}", answer.stderr);
    }
}

#[test]
fn an_earlier_policy_counts_in_a_change_only_where_it_is_not_looser() {
    let repository = Repository::new().file("readme.txt", "hello\n");
    let before_any = repository.commit();
    repository.write("portcullis.yaml", "version: 1\nworkflows: { levels: { high: warn } }\n");
    let looser = repository.commit();
    repository.write("portcullis.yaml", POLICY);
    let change = PullRequest::on(repository);
    let offend = |path: &Path| write(path, ".github/workflows/ci.yml", &workflow(&["acme/four@main"]));
    for earlier in [&before_any, &looser] {
        let answer = change.run(&["--policy-ref", earlier], offend);
        assert_eq!(answer.code, 2, "{}", answer.stdout);
        assert!(answer.stderr.contains("would not tighten"), "{}", answer.stderr);
    }
    let (answer, document) = change.repository.check(&["--policy-ref", &looser]);
    assert_eq!(answer.code, 0, "at the desk any commit may be asked: {document:#}");
    assert_eq!(document["policy"]["rev"], looser.as_str());
}

/// A shallow clone of the repository, as a runner makes it, with nothing but the head.
fn shallow_clone(origin: &Path, head: &str) -> tempfile::TempDir {
    let clone = tempfile::tempdir().unwrap();
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.args(arguments).current_dir(clone.path());
        command.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null");
        let output = command.output().unwrap();
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    };
    git(&["init", "--quiet"]);
    git(&["remote", "add", "origin", &format!("file://{}", origin.display())]);
    git(&["fetch", "--quiet", "--depth=1", "origin", head]);
    git(&["checkout", "--quiet", head]);
    clone
}

#[test]
fn a_base_that_is_not_in_a_shallow_clone_is_fetched_unless_the_network_is_off() {
    let change = base();
    let origin = change.repository.path().to_owned();
    write(&origin, ".github/workflows/ci.yml", &workflow(&["acme/one@main", "acme/two@main", "acme/three@main"]));
    let head = change.repository.commit();
    change.repository.git(&["config", "uploadpack.allowAnySHA1InWant", "true"]);

    let clone = shallow_clone(&origin, &head);
    let offline = change.run_in(clone.path(), "pull_request", &head, &["check", "-f", "json", "--offline"]);
    assert_eq!(offline.code, 3, "{}", offline.stderr);
    assert_eq!(problem_codes(&last_document(&offline)), ["base_unreadable"]);

    let online = change.run_in(clone.path(), "pull_request", &head, &["check", "-f", "json"]);
    let document = last_document(&online);
    assert_eq!(document["policy"]["source"], "base", "{document:#}{}", online.stderr);
    assert_eq!(
        told(&document, "gha/unpinned-uses"),
        [
            ".github/workflows/ci.yml:7 existing log false",
            ".github/workflows/ci.yml:8 existing log false",
            ".github/workflows/ci.yml:9 new fail true",
        ],
        "{document:#}"
    );
}

#[test]
fn a_head_is_judged_from_its_objects_and_nothing_is_checked_out() {
    let change = base();
    let base_commit = change.repository.git(&["rev-parse", "HEAD"]);
    write(change.repository.path(), ".github/workflows/ci.yml", &workflow(&["acme/three@main"]));
    write(change.repository.path(), "portcullis.yaml", "version: 1\nlevels: { high: off }\n");
    let head = change.repository.commit();
    change.repository.git(&["checkout", "--quiet", &base_commit]);

    let arguments = ["check", "-f", "json", "--head", &head, "--git-dir", "."];
    let answer = change.run_on("pull_request_target", &head, &arguments);
    let document = last_document(&answer);
    assert_eq!((answer.code, document["policy"]["source"].as_str()), (1, Some("base")), "{document:#}");
    assert!(told(&document, "gha/unpinned-uses").contains(&".github/workflows/ci.yml:7 new fail true".to_owned()));
    assert_eq!(change.repository.git(&["rev-parse", "HEAD"]), base_commit);
    assert!(!answer.stderr.contains("DANGER"), "{}", answer.stderr);

    let arguments = ["check", "-f", "json", "--head", &base_commit];
    let other = change.run_on("pull_request_target", &head, &arguments);
    assert_eq!(other.code, 2, "a change does not choose what is judged: {}", other.stdout);

    change.repository.git(&["checkout", "--quiet", &head]);
    let careless = change.run_on("pull_request_target", &head, &["check", "-f", "json"]);
    assert!(careless.stderr.contains("DANGER"), "{}", careless.stderr);
}
