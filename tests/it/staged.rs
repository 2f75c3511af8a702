//! `portcullis staged`: the index is judged, not the work tree.

use std::process::Command;

use serde_json::Value;

use crate::repository::{Answer, Repository};

/// Put together here so that no scanner takes this file for a leak.
fn token() -> String {
    format!("ghp_{}", "x7Kq2Lm9Rt4Vw8Zb1Nc5Yd3Hf6Jg0Pa7Se2U")
}

fn with_secret() -> String {
    format!("url: https://example.com\ntoken: {}\n", token())
}

const UNPINNED: &str = "on: push\npermissions: {}\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: acme/build@main\n";

/// A repository with one commit.
fn repository() -> Repository {
    let repository = Repository::new().file("README.md", "shop\n");
    repository.commit();
    repository
}

fn staged(repository: &Repository) -> (i32, Value) {
    let answer = repository.run(&["staged", "-f", "json"]);
    assert!(!answer.stdout.contains(&token()) && !answer.stderr.contains(&token()));
    (answer.code, if answer.stdout.is_empty() { Value::Null } else { answer.document() })
}

fn places(document: &Value) -> Vec<String> {
    let open = document["findings"].as_array().unwrap().iter();
    open.map(|finding| {
        format!("{}:{}", finding["locations"][0]["path"].as_str().unwrap(), finding["locations"][0]["start_line"])
    })
    .collect()
}

#[test]
fn a_secret_in_the_index_fails_also_where_the_work_tree_is_clean() {
    let repository = repository();
    repository.write("config.yml", with_secret());
    repository.git(&["add", "config.yml"]);
    repository.write("config.yml", "url: https://example.com\n");
    let (code, document) = staged(&repository);
    assert_eq!((code, places(&document)), (1, vec!["config.yml:2".to_owned()]));
}

#[test]
fn a_secret_in_the_work_tree_alone_passes() {
    let repository = repository();
    repository.write("config.yml", "url: https://example.com\n");
    repository.git(&["add", "config.yml"]);
    repository.write("config.yml", with_secret());
    assert_eq!(staged(&repository).0, 0);
}

#[test]
fn nothing_staged_passes_at_once() {
    let repository = repository();
    repository.write("config.yml", with_secret());
    let answer = repository.run(&["staged"]);
    assert_eq!((answer.code, answer.stdout.as_str(), answer.stderr.as_str()), (0, "", "nothing is staged\n"));
}

#[test]
fn the_first_commit_is_judged_whole() {
    let repository = Repository::new().file("config.yml", with_secret());
    repository.git(&["init", "--quiet"]);
    repository.git(&["add", "config.yml"]);
    assert_eq!(staged(&repository).0, 1);
}

#[test]
fn a_secret_that_was_there_before_is_not_of_this_commit() {
    let repository = repository();
    repository.write("config.yml", with_secret());
    repository.commit();
    repository.write("config.yml", format!("{}more: 1\n", with_secret()));
    repository.git(&["add", "--all"]);
    assert_eq!(staged(&repository).0, 0);
    repository.write("config.yml", format!("{}more: 1\nsecond: {}\n", with_secret(), token()));
    repository.git(&["add", "--all"]);
    let (code, document) = staged(&repository);
    assert_eq!((code, places(&document)), (1, vec!["config.yml:4".to_owned()]));
}

#[test]
fn a_comment_above_the_line_counts_also_where_only_the_line_is_new() {
    let repository = repository();
    repository.write("config.yml", "# portcullis: ignore[github-pat] an example\ntoken: none\n");
    repository.commit();
    repository.write("config.yml", format!("# portcullis: ignore[github-pat] an example\ntoken: {}\n", token()));
    repository.git(&["add", "--all"]);
    assert_eq!(staged(&repository).0, 0);
}

#[test]
fn of_a_renamed_file_only_what_was_edited_counts() {
    let repository = repository();
    let text = format!("{}{}", with_secret(), "a line\n".repeat(20));
    repository.write("old.yml", &text);
    repository.commit();
    repository.git(&["mv", "old.yml", "new.yml"]);
    assert_eq!(staged(&repository).0, 0);
    repository.write("new.yml", format!("{text}again: {}\n", token()));
    repository.git(&["add", "--all"]);
    assert_eq!(places(&staged(&repository).1), ["new.yml:23"]);
}

#[test]
fn a_text_in_utf_16_is_searched_in_its_new_lines() {
    let utf_16 = |text: &str| -> Vec<u8> {
        [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
    };
    let repository = repository();
    repository.write("a.txt", utf_16(&with_secret()));
    repository.commit();
    repository.write("a.txt", utf_16(&format!("{}\u{a0a} more\n", with_secret())));
    repository.git(&["add", "--all"]);
    assert_eq!(staged(&repository).0, 0);
    repository.write("a.txt", utf_16(&format!("{}\u{a0a} more\nnew: {}\n", with_secret(), token())));
    repository.git(&["add", "--all"]);
    assert_eq!(places(&staged(&repository).1), ["a.txt:4"]);
}

#[cfg(unix)]
#[test]
fn the_target_of_a_link_is_searched_as_text() {
    let repository = repository();
    std::os::unix::fs::symlink(token(), repository.path().join("link")).unwrap();
    repository.git(&["add", "link"]);
    assert_eq!(staged(&repository).0, 1);
}

#[test]
fn a_submodule_and_a_picture_are_no_reason_to_doubt() {
    let repository = repository();
    let commit = repository.git(&["rev-parse", "HEAD"]);
    repository.write("logo.bin", b"\x7fELF\0\0\0\0");
    repository.git(&["add", "logo.bin"]);
    repository.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{commit},module")]);
    assert_eq!(staged(&repository).0, 0);
}

#[test]
fn workflows_are_judged_whole_as_they_are_staged() {
    let repository = repository();
    repository.write(".github/workflows/ci.yml", UNPINNED);
    repository.git(&["add", "--all"]);
    repository.write(".github/workflows/ci.yml", "broken: [");
    let (code, document) = staged(&repository);
    assert_eq!((code, places(&document)), (1, vec![".github/workflows/ci.yml:7".to_owned()]));
    assert_eq!(document["findings"][0]["locations"][0]["snippet"], "      - uses: acme/build@main");
}

#[test]
fn the_policy_of_the_index_steers() {
    let repository = repository();
    repository.write("config.yml", with_secret());
    repository.write("portcullis.yaml", "version: 1\nsecrets: { levels: warn }\n");
    repository.git(&["add", "config.yml"]);
    assert_eq!(staged(&repository).0, 1, "the policy is not staged");
    repository.git(&["add", "portcullis.yaml"]);
    repository.write("portcullis.yaml", "version: 1\nnonsense: true\n");
    let (code, document) = staged(&repository);
    assert_eq!((code, document["policy"]["source"].as_str()), (0, Some("local")));
}

#[test]
fn reports_are_not_missed_before_a_commit() {
    let repository = Repository::with_policy(
        "reports:\n  - { name: deps, path: trivy.json, required: true }\nvulnerabilities: { required: true }\n",
    );
    repository.write("package-lock.json", "{}");
    repository.commit();
    repository.write("a.txt", "text\n");
    repository.git(&["add", "--all"]);
    let (code, document) = staged(&repository);
    assert_eq!((code, document["verdict"].as_str()), (0, Some("pass")), "{document}");
}

#[test]
fn events_of_a_runner_have_no_say() {
    let repository = repository();
    repository.write("config.yml", with_secret());
    repository.git(&["add", "--all"]);
    let answer = repository.run_with(
        &["staged", "-f", "json"],
        &[("GITHUB_EVENT_NAME", "pull_request"), ("GITHUB_REPOSITORY", "a/b"), ("CI", "true")],
    );
    assert_eq!(answer.code, 1, "{}{}", answer.stdout, answer.stderr);
}

#[test]
fn too_little_time_is_incomplete_and_says_how_to_go_on() {
    let repository = repository();
    repository.write("config.yml", with_secret());
    repository.git(&["add", "--all"]);
    let answer = repository.run(&["staged", "--timeout", "1ns"]);
    assert_eq!(answer.code, 3, "{}", answer.stderr);
    assert!(answer.stderr.contains("SKIP=portcullis git commit") && answer.stderr.contains("--no-verify"));
}

#[test]
fn under_pre_commit_at_most_25_findings_are_shown() {
    let repository = repository();
    for number in 0..30 {
        repository.write(&format!("{number}.yml"), with_secret());
    }
    repository.git(&["add", "--all"]);
    let answer = repository.run_with(&["staged"], &[("PRE_COMMIT", "1"), ("CLICOLOR_FORCE", "1")]);
    assert_eq!(answer.code, 1);
    assert_eq!(answer.stdout.matches("github-pat").count(), 25, "{}", answer.stdout);
    assert!(answer.stdout.contains("and 5 more") && !answer.stdout.contains('\u{1b}'), "{}", answer.stdout);
    assert!(answer.stdout.contains("30 blocking") && answer.stdout.lines().count() < 35, "{}", answer.stdout);
}

/// Installs the hooks and gives what git says when it commits.
fn commit_with_hook(repository: &Repository, arguments: &[&str]) -> Answer {
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_portcullis"));
    let path = format!("{}:{}", program.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let output = Command::new("git")
        .args(["-c", "user.name=test", "-c", "user.email=test@example.invalid", "-c", "commit.gpgsign=false"])
        .args(["-c", "protocol.file.allow=always"])
        .args(arguments)
        .current_dir(repository.path())
        .env_clear()
        .env("PATH", path)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap();
    Answer {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

#[cfg(unix)]
#[test]
fn git_asks_the_installed_hook_and_its_temporary_index_is_judged() {
    let repository = repository();
    assert_eq!(repository.run(&["hook", "install"]).code, 0);
    repository.write("README.md", with_secret());
    repository.write("other.txt", "x\n");
    repository.git(&["add", "other.txt"]);
    // `-a` and a path make an index of their own.
    for arguments in [&["commit", "-a", "-m", "x"][..], &["commit", "-m", "x", "README.md"]] {
        let answer = commit_with_hook(&repository, arguments);
        assert_eq!(answer.code, 1, "{}{}", answer.stdout, answer.stderr);
        assert!(
            answer.stdout.contains("README.md:2") || answer.stderr.contains("README.md:2"),
            "{}{}",
            answer.stdout,
            answer.stderr
        );
    }
    // Only what is staged is committed: the secret stays in the work tree.
    let answer = commit_with_hook(&repository, &["commit", "-m", "x"]);
    assert_eq!(answer.code, 0, "{}{}", answer.stdout, answer.stderr);
    // In a further work tree the hook and the index are found as well.
    repository.git(&["worktree", "add", "--quiet", "further"]);
    let further = repository.path().join("further");
    std::fs::write(further.join("a.yml"), with_secret()).unwrap();
    repository.git(&["-C", "further", "add", "a.yml"]);
    let answer = commit_with_hook(&repository, &["-C", "further", "commit", "-m", "x"]);
    assert_eq!(answer.code, 1, "{}{}", answer.stdout, answer.stderr);
}

#[test]
fn of_a_merge_only_its_own_lines_are_judged() {
    let repository = repository();
    repository.git(&["checkout", "--quiet", "-b", "side"]);
    repository.write("theirs.yml", with_secret());
    repository.commit();
    repository.git(&["checkout", "--quiet", "-"]);
    repository.write("ours.yml", "x\n");
    repository.commit();
    repository.git(&["merge", "--quiet", "--no-commit", "--no-ff", "side"]);
    assert_eq!(staged(&repository).0, 0);
    repository.write("ours.yml", with_secret());
    repository.git(&["add", "--all"]);
    assert_eq!(places(&staged(&repository).1), ["ours.yml:2"]);
}

#[test]
fn outside_of_git_it_is_a_usage_error() {
    let answer = Repository::new().run(&["staged"]);
    assert_eq!(answer.code, 2);
    assert!(answer.stderr.contains("in no git repository"), "{}", answer.stderr);
}

#[test]
fn neither_index_nor_work_tree_is_written() {
    let repository = repository();
    repository.write("config.yml", with_secret());
    repository.git(&["add", "--all"]);
    repository.git(&["config", "core.fsmonitor", "touch fsmonitor-ran;"]);
    let index = std::fs::read(repository.path().join(".git/index")).unwrap();
    assert_eq!(staged(&repository).0, 1);
    assert_eq!(std::fs::read(repository.path().join(".git/index")).unwrap(), index);
    assert!(!repository.path().join("fsmonitor-ran").exists());
}
