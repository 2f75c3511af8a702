//! `portcullis commits`: what once was committed is pushed, also where it is gone again.

use std::io::Write as _;
use std::process::Stdio;

use serde_json::Value;

use crate::repository::{Repository, program};

/// Put together here so that no scanner takes this file for a leak.
fn token() -> String {
    format!("ghp_{}", "x7Kq2Lm9Rt4Vw8Zb1Nc5Yd3Hf6Jg0Pa7Se2U")
}

/// Three commits: a clean one, one with a secret, one without it.
fn history() -> (Repository, [String; 3]) {
    let repository = Repository::new().file("README.md", "shop\n");
    let first = repository.commit();
    repository.write("config.yml", format!("a: 1\ntoken: {}\nb: 2\n", token()));
    let second = repository.commit();
    repository.write("config.yml", "a: 1\nother: line\nb: 2\n");
    let third = repository.commit();
    (repository, [first, second, third])
}

fn commits(repository: &Repository, arguments: &[&str]) -> (i32, Value) {
    let mut all = vec!["commits", "-f", "json"];
    all.extend(arguments);
    let answer = repository.run(&all);
    assert!(!answer.stdout.contains(&token()), "the secret is shown");
    (answer.code, if answer.stdout.is_empty() { Value::String(answer.stderr) } else { answer.document() })
}

#[test]
fn a_secret_is_found_in_the_commit_that_added_it_although_the_tip_is_clean() {
    let (repository, [first, second, _]) = history();
    let (code, document) = commits(&repository, &[&format!("{first}..HEAD")]);
    let finding = &document["findings"][0];
    assert_eq!(code, 1, "{document}");
    assert_eq!(document["findings"].as_array().unwrap().len(), 1);
    assert_eq!(
        (finding["secret"]["commit"].as_str(), &finding["locations"][0]["start_line"]),
        (Some(second.as_str()), &2.into())
    );
    assert!(finding["secret"]["author_hash"].as_str().is_some_and(|hash| hash.len() == 32 && !hash.contains('@')));
    let snippet = finding["locations"][0]["snippet"].as_str().unwrap();
    assert!(snippet.starts_with("token: ghp_****"), "of the commit, not of the tip: {snippet}");
}

#[test]
fn commits_outside_of_the_range_are_not_judged() {
    let (repository, [_, second, _]) = history();
    assert_eq!(commits(&repository, &[&format!("{second}..")]).0, 0);
    assert_eq!(commits(&repository, &["HEAD..HEAD"]).0, 0);
    assert_eq!(commits(&repository, &["HEAD"]).0, 1);
}

#[test]
fn the_tip_is_held_against_the_policy() {
    let (repository, _) = history();
    let clean = repository.git(&["rev-parse", "HEAD"]);
    repository.write(
        ".github/workflows/ci.yml",
        "on: push\npermissions: {}\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: acme/build@main\n",
    );
    repository.commit();
    let (code, document) = commits(&repository, &[&format!("{clean}..HEAD")]);
    assert_eq!((code, document["findings"][0]["locations"][0]["start_line"].as_u64()), (1, Some(7)), "{document}");
}

#[test]
fn a_range_that_is_none_says_what_to_write() {
    let (repository, _) = history();
    for (range, hint) in [("HEAD...main", "write `HEAD..main`"), ("nowhere..HEAD", "there is no commit `nowhere`")] {
        let answer = repository.run(&["commits", range]);
        assert!(answer.code == 2 && answer.stderr.contains(hint), "{}", answer.stderr);
    }
}

/// Runs `commits --pre-push` with what git would say.
fn push(repository: &Repository, lines: &str, variables: &[(&str, &str)]) -> (i32, String) {
    let mut command = program();
    command.args(["commits", "--pre-push"]).current_dir(repository.path()).envs(variables.iter().copied());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // What the variables say makes standard input superfluous.
    let _ = child.stdin.take().unwrap().write_all(lines.as_bytes());
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.code().unwrap(), said)
}

#[test]
fn the_lines_of_a_push_are_ranges() {
    let (repository, [first, second, third]) = history();
    let zeros = "0".repeat(40);
    let line = |local: &str, remote: &str| format!("refs/heads/main {local} refs/heads/main {remote}\n");
    assert_eq!(push(&repository, &line(&third, &first), &[]).0, 1);
    assert_eq!(push(&repository, &line(&third, &second), &[]).0, 0);
    assert_eq!(push(&repository, &line(&zeros, &first), &[]).0, 0, "a deletion");
    assert_eq!(push(&repository, &line(&third, &zeros), &[]).0, 1, "a new branch");
    assert_eq!(push(&repository, &line(&third, &"12".repeat(20)), &[]).0, 1, "the remote is somewhere unknown");
    assert_eq!(push(&repository, "", &[]).0, 0);
    assert_eq!(push(&repository, "nonsense\n", &[]).0, 2);
    let both = line(&third, &second) + &line(&third, &first);
    assert_eq!(push(&repository, &both, &[]).0, 1, "the worse answer counts");
    repository.git(&["update-ref", "refs/remotes/origin/main", &second]);
    assert_eq!(push(&repository, &line(&third, &zeros), &[]).0, 0, "a remote has the secret already");
}

#[test]
fn the_variables_of_pre_commit_are_a_range() {
    let (repository, [first, second, third]) = history();
    let between = |from: &str| {
        push(&repository, "", &[("PRE_COMMIT", "1"), ("PRE_COMMIT_FROM_REF", from), ("PRE_COMMIT_TO_REF", &third)]).0
    };
    assert_eq!((between(&first), between(&second)), (1, 0));
    assert_eq!(push(&repository, "", &[("PRE_COMMIT", "1")]).0, 1, "a branch of which the remote has nothing");
    repository.git(&["branch", "other", &third]);
    repository.git(&["checkout", "--quiet", "--orphan", "clean"]);
    repository.git(&["rm", "--quiet", "-r", "--force", "."]);
    repository.write("a.txt", "nothing\n");
    repository.commit();
    let pushed = [("PRE_COMMIT", "1"), ("PRE_COMMIT_LOCAL_BRANCH", "refs/heads/other")];
    assert_eq!(push(&repository, "", &pushed).0, 1, "a branch that is not checked out");
    assert_eq!(push(&repository, "", &pushed[..1]).0, 0, "the one that is");
}
