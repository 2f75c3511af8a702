//! A pull request cannot weaken its own gate.

use std::path::Path;

use crate::repository::{Answer, Repository};

const STRICT: &str = "version: 1\nsecrets: { levels: fail }\nworkflows: { levels: { high: fail } }\n";
const WORKFLOW: &str = "on: push\npermissions: {}\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: acme/build@main\n";

/// The state of the base, what the pull request makes of it, and the run in the event.
pub(crate) fn pull_request(base: &[(&str, &str)], head: impl FnOnce(&Path)) -> Answer {
    let repository = Repository::new();
    for (path, content) in base {
        repository.write(path, content);
    }
    let base = repository.commit();
    head(repository.path());
    let head = repository.commit();
    let outside = tempfile::tempdir().unwrap();
    let event = outside.path().join("event.json");
    let payload = format!(
        r#"{{"number":7,"pull_request":{{"number":7,"head":{{"sha":"{head}","repo":{{"full_name":"acme/shop"}}}},"base":{{"sha":"{base}","repo":{{"full_name":"acme/shop"}}}}}},"repository":{{"full_name":"acme/shop"}}}}"#
    );
    std::fs::write(&event, payload).unwrap();
    repository.run_with(
        &["check", "-f", "json"],
        &[
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_EVENT_NAME", "pull_request"),
            ("GITHUB_EVENT_PATH", event.to_str().unwrap()),
            ("GITHUB_SHA", &head),
            ("GITHUB_REPOSITORY", "acme/shop"),
        ],
    )
}

/// Runs the same change with a weakening and demands the verdict of the base policy.
fn must_still_fail(weaken: impl FnOnce(&Path)) {
    let answer = pull_request(&[("portcullis.yaml", STRICT)], |path| {
        std::fs::create_dir_all(path.join(".github/workflows")).unwrap();
        std::fs::write(path.join(".github/workflows/ci.yml"), WORKFLOW).unwrap();
        weaken(path);
    });
    let document = last_document(&answer);
    assert_eq!((answer.code, document["verdict"].as_str()), (1, Some("fail")), "{}{}", answer.stdout, answer.stderr);
    assert_eq!(document["policy"]["source"], "base");
}

/// In the log of a runner the document stands between two workflow commands.
pub(crate) fn last_document(answer: &Answer) -> serde_json::Value {
    let json: String = answer.stdout.lines().filter(|line| !line.starts_with("::")).collect::<Vec<_>>().join("\n");
    serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error}: {}{}", answer.stdout, answer.stderr))
}

#[test]
fn loosening_the_levels_has_no_effect() {
    must_still_fail(|path| {
        std::fs::write(path.join("portcullis.yaml"), "version: 1\nlevels: { high: log }\n").unwrap();
    });
}

#[test]
fn deleting_the_policy_has_no_effect() {
    must_still_fail(|path| std::fs::remove_file(path.join("portcullis.yaml")).unwrap());
}

#[test]
fn moving_the_policy_has_no_effect() {
    must_still_fail(|path| {
        std::fs::rename(path.join("portcullis.yaml"), path.join(".github/portcullis.yml")).unwrap();
        std::fs::write(path.join(".github/portcullis.yml"), "version: 1\nworkflows: { profile: off }\n").unwrap();
    });
}

#[test]
fn a_second_policy_has_no_effect() {
    must_still_fail(|path| {
        std::fs::write(path.join(".github/portcullis.yml"), "version: 1\nlevels: { high: off }\n").unwrap();
    });
}

#[cfg(unix)]
#[test]
fn a_symbolic_link_in_place_of_the_policy_has_no_effect() {
    must_still_fail(|path| {
        std::fs::write(path.join("loose.yaml"), "version: 1\nlevels: { high: off }\n").unwrap();
        std::fs::remove_file(path.join("portcullis.yaml")).unwrap();
        std::os::unix::fs::symlink("loose.yaml", path.join("portcullis.yaml")).unwrap();
    });
}

#[test]
fn an_exception_of_the_pull_request_itself_has_no_effect() {
    must_still_fail(|path| {
        std::fs::create_dir_all(path.join(".portcullis/exceptions")).unwrap();
        let exception = "version: 1\nkind: exceptions\nexceptions:\n  - id: EX-1\n    rules: [gha/unpinned-uses]\n    paths: [.github/workflows/ci.yml]\n    reason: we trust this action entirely\n    owner: \"@me\"\n    created: 2026-11-20\n    expires: 2026-12-20\n";
        std::fs::write(path.join(".portcullis/exceptions/mine.yaml"), exception).unwrap();
    });
}

#[test]
fn without_the_base_commit_the_answer_is_incomplete() {
    let repository = Repository::new().file("portcullis.yaml", STRICT);
    let head = repository.commit();
    let event = repository.path().join("event.json");
    let nowhere = "0123456789012345678901234567890123456789";
    let payload = format!(
        r#"{{"number":7,"pull_request":{{"number":7,"head":{{"sha":"{head}","repo":{{"full_name":"acme/shop"}}}},"base":{{"sha":"{nowhere}","repo":{{"full_name":"acme/shop"}}}}}}}}"#
    );
    std::fs::write(&event, payload).unwrap();
    let answer = repository.run_with(
        &["check", "-f", "json"],
        &[
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_EVENT_NAME", "pull_request"),
            ("GITHUB_EVENT_PATH", event.to_str().unwrap()),
            ("GITHUB_SHA", &head),
        ],
    );
    let document = last_document(&answer);
    assert_eq!((answer.code, document["problems"][0]["code"].as_str()), (3, Some("base_unreadable")), "{document:#}");
}

#[test]
fn a_base_without_gate_files_is_judged_by_the_head_and_says_so() {
    let answer = pull_request(&[("readme.txt", "hello\n")], |path| {
        std::fs::write(path.join("portcullis.yaml"), "version: 1\nextends: preset:minimal@1\n").unwrap();
    });
    let document = last_document(&answer);
    assert_eq!(document["policy"]["source"], "bootstrap", "{document:#}");
    assert_eq!(answer.code, 0);
}
