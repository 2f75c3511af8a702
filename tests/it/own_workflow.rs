//! A change may write the workflow that judges it: what is checked out and which flags are given does not help it.

use std::path::Path;

use serde_json::Value;

use crate::pull_request::{PullRequest, last_document};
use crate::repository::Repository;

const POLICY: &str = "version: 1\nsecrets: { levels: { high: fail } }\nworkflows: { levels: { high: fail } }\n";
const WORKFLOW: &str = "on: push\npermissions: {}\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: acme/build@main\n";

fn token() -> String {
    format!("token = \"ghp_{}\"\n", "x7Kq2Lm9Rt4Vw8Zb1Nc5Yd3Hf6Jg0Pa7Se2U")
}

fn write(root: &Path, path: &str, content: &str) {
    let path = root.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, content).unwrap();
}

fn offend(root: &Path) {
    write(root, ".github/workflows/ci.yml", WORKFLOW);
    write(root, "config.txt", &token());
}

fn base() -> Repository {
    Repository::new().file("portcullis.yaml", POLICY).file("config.txt", "nothing\n")
}

fn failing(document: &Value) -> u64 {
    document["counts"]["fail"].as_u64().unwrap()
}

#[test]
fn another_commit_that_is_checked_out_is_incomplete_and_never_a_pass() {
    let change = PullRequest::on(base());
    offend(change.repository.path());
    let head = change.repository.commit();
    change.repository.git(&["checkout", "--quiet", "HEAD~1"]);
    for event in ["pull_request", "pull_request_target"] {
        let answer = change.run_on(event, &head, &["check", "-f", "json"]);
        let document = last_document(&answer);
        let problem = &document["problems"][0];
        assert_eq!((answer.code, problem["code"].as_str()), (3, Some("head_not_checked_out")), "{document:#}");
        assert!(problem["message"].as_str().unwrap().contains(&head), "{problem:#}");
    }
    let answer = change.run_on("pull_request_target", &head, &["check", "-f", "json", "--head", &head]);
    assert_eq!((answer.code, failing(&last_document(&answer))), (1, 2));
}

#[test]
fn a_merge_that_holds_the_head_is_as_good() {
    let mut change = PullRequest::on(base());
    change.base_goes_on("other.txt", "more\n");
    offend(change.repository.path());
    let head = change.repository.commit();
    change.repository.git(&["merge", "--quiet", "--no-edit", change.base()]);
    let answer = change.run_on("pull_request", &head, &["check", "-f", "json"]);
    assert_eq!((answer.code, failing(&last_document(&answer))), (1, 2), "{}", answer.stderr);
}

#[test]
fn what_an_earlier_step_has_made_of_the_files_does_not_count() {
    let change = PullRequest::on(base());
    offend(change.repository.path());
    let head = change.repository.commit();
    let root = change.repository.path();
    write(root, "config.txt", "nothing\n");
    std::fs::remove_file(root.join(".github/workflows/ci.yml")).unwrap();
    write(root, "built.txt", "an artifact\n");
    let answer = change.run_on("pull_request", &head, &["check", "-f", "json"]);
    assert_eq!((answer.code, failing(&last_document(&answer))), (1, 2), "{}", answer.stderr);
    let said = format!("{}{}", answer.stdout, answer.stderr);
    assert!(said.contains("2 files differ on disk"), "{said}");
}

#[test]
fn a_file_that_was_only_touched_is_no_difference() {
    let change = PullRequest::on(base());
    offend(change.repository.path());
    let head = change.repository.commit();
    let file = std::fs::File::options().write(true).open(change.repository.path().join("config.txt")).unwrap();
    file.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
    let answer = change.run_on("pull_request", &head, &["check", "-f", "json"]);
    let said = format!("{}{}", answer.stdout, answer.stderr);
    assert!(answer.code == 1 && !said.contains("differ on disk"), "{said}");
}

#[test]
fn a_policy_of_another_name_is_that_of_the_base() {
    let base = Repository::new().file("ci/gate.yaml", POLICY);
    let answer = PullRequest::on(base).run(&["--policy", "ci/gate.yaml"], |root| {
        offend(root);
        write(root, "ci/gate.yaml", "version: 1\nextends: preset:minimal@1\nrules: { gha/unpinned-uses: off }\n");
    });
    let document = last_document(&answer);
    assert_eq!((answer.code, document["policy"]["source"].as_str()), (1, Some("base")), "{document:#}");
    assert_eq!(document["policy"]["changed_in_pr"], serde_json::json!(["ci/gate.yaml"]));
}

#[test]
fn an_earlier_gate_with_other_rules_for_secrets_is_refused() {
    let policy = POLICY.replace("secrets: {", "secrets: { config: ci/rules.toml,");
    let base = Repository::new()
        .file("portcullis.yaml", &policy)
        .file("ci/rules.toml", "[extend]\nuseDefault = true\n[[allowlists]]\npaths = ['''.*\\.txt''']\n");
    let earlier = base.commit();
    base.write("ci/rules.toml", "[extend]\nuseDefault = true\n");
    let answer = PullRequest::on(base).run(&["--policy-ref", &earlier], offend);
    assert_eq!(answer.code, 2, "{}{}", answer.stdout, answer.stderr);
    assert!(answer.stderr.contains("`ci/rules.toml` differs there"), "{}", answer.stderr);
}

#[test]
fn against_an_earlier_base_what_comes_back_would_not_be_new_and_it_is_refused() {
    let repository = base();
    offend(repository.path());
    let earlier = repository.commit();
    std::fs::remove_file(repository.path().join(".github/workflows/ci.yml")).unwrap();
    repository.write("config.txt", "nothing\n");
    let change = PullRequest::on(repository);
    let refused = change.run(&["--base", &earlier], offend);
    assert_eq!(refused.code, 2, "{}{}", refused.stdout, refused.stderr);
    assert!(refused.stderr.contains("the event's base is"), "{}", refused.stderr);
    assert_eq!(change.run(&["--base", change.base()], |_| {}).code, 1);
}

#[test]
fn no_day_before_the_event_counts() {
    let policy = format!(
        "{POLICY}exceptions:\n  - {{ id: EX-1, rules: [gha/unpinned-uses], paths: [.github/workflows/ci.yml], reason: we trust this action, owner: \"@me\", created: 2026-09-01, expires: 2026-10-20 }}\n"
    );
    let change = PullRequest::on(Repository::new().file("portcullis.yaml", policy));
    let work = |root: &Path| write(root, ".github/workflows/ci.yml", WORKFLOW);
    assert_eq!(change.run(&[], work).code, 1);
    let answer = change.run(&["--now", "2026-10-01"], |_| {});
    assert_eq!(answer.code, 2, "{}{}", answer.stdout, answer.stderr);
    assert!(answer.stderr.contains("lies before the event, which is of 2026-11-20"), "{}", answer.stderr);
}

#[cfg(unix)]
#[test]
fn a_change_of_the_file_that_a_policy_links_to_is_shown() {
    let repository = Repository::new().file("gate/policy.yaml", POLICY);
    std::os::unix::fs::symlink("gate/policy.yaml", repository.path().join("portcullis.yaml")).unwrap();
    let answer = PullRequest::on(repository).run(&[], |root| {
        offend(root);
        write(root, "gate/policy.yaml", &POLICY.replace("workflows: { levels: { high: fail } }\n", ""));
    });
    let document = last_document(&answer);
    assert_eq!((answer.code, failing(&document)), (1, 2), "{document:#}");
    assert_eq!(document["policy"]["changed_in_pr"], serde_json::json!(["gate/policy.yaml"]));
}
